"""The same dossier more than once: which row counts, and which others contradict it. File order never matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reformcli.agencies.dossier_code import CODE_DAY, UNIT, keys_and_repeated
from reformcli.agencies.register import spell
from reformcli.findings import FileFinding, no_findings, rows_finding
from reformcli.headings.headers import FIELDS
from reformcli.model import SheetUse

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PROVENANCE = ("_source", "_row")
ABOUT_LATENESS = ("late_cause", "note_cause", "responsible", "apology")  # not every command reads them
EVENTS = ("received_at", "finished_at", "returned_at")
ENDS = ("finished_at", "returned_at")
FIXED_DATES = ("received_at", "due_at")
NAMES = ("agency", "field", "procedure")
FIXED = (*NAMES, "agency_id", "procedure_id", "level", "channel", "service_level")
KEPT = ("agency", "level", "procedure", "channel", "service_level")  # what a newer row must not lose
ALSO_TOLD_BY = {"agency": "agency_id", "procedure": "procedure_id"}
SHOWN = ("agency", "level", "channel", "service_level", "status")  # names of agencies and codes: no persons
CLOSED = ("resolved", "returned", "withdrawn", "refused")
OPEN = ("not_accepted", "accepted", "pending", "supplement", "payment", "stopped")
BLANK = "–"


@dataclass(frozen=True, slots=True)
class Merged:
    """`superseded` marks the rows that do not count (n booleans); `findings` say which of them contradict, and how."""

    superseded: pd.Series
    findings: pd.DataFrame


def merge(
    dossiers: pd.DataFrame, *, sheets: Sequence[SheetUse], file_last: Mapping[str, datetime] | None = None
) -> Merged:
    """Choose the row that counts for every dossier.

    Identical rows count once. Otherwise the row from the file with the later last event counts, then the row with
    the later own event, then by a hash of the row's contents. A full code is one dossier however it is written.

    A row left out is a finding where its own file has the dossier again: the same (RC201) or otherwise (RC202); and
    where another file tells what honest progress of the counting row cannot have changed, or what that row has lost
    (RC202). Where only the hash decided, nobody knows which row is the newer: whatever differs is told. A dossier
    that only moved on between two exports is no finding.

    Args:
        dossiers: rows that are not rejected, with `_source` and `_row`.
        sheets: the sheet of each `_source` number.
        file_last: the last event of each file by its hash, where `dossiers` are not all of its rows.
    """
    import pandas as pd

    dossiers, repeated = _repeated(dossiers)
    if not repeated.any():
        return Merged(repeated, no_findings())
    order = _ordered(dossiers, repeated, sheets, file_last)
    is_counted = ~order["id"].duplicated(keep="last")
    superseded = pd.Series(False, index=dossiers.index)
    superseded[order.index[~is_counted]] = True
    return Merged(superseded, _findings(order, dossiers, sheets))


def precedence(dossiers: pd.DataFrame, *, sheets: Sequence[SheetUse]) -> pd.DataFrame:
    """What decides which row of a dossier counts: `file_last`, `own` and `hash`, one after the other.

    Args:
        dossiers: rows that are not rejected, with `_source` and `_row`.
        sheets: the sheet of each `_source` number.

    Returns:
        The rows of the dossiers that stand more than once, by `id`; of each the row that counts is the last.
    """
    return _ordered(*_repeated(dossiers), sheets)


def _repeated(dossiers: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The dossiers with every id written one way, and which of them stand more than once."""
    keys, repeated = keys_and_repeated(dossiers["dossier_id"])
    if keys is not dossiers["dossier_id"]:
        dossiers = dossiers.assign(dossier_id=keys)
    return dossiers, repeated


def _ordered(
    dossiers: pd.DataFrame,
    repeated: pd.Series,
    sheets: Sequence[SheetUse],
    file_last: Mapping[str, datetime] | None = None,
) -> pd.DataFrame:
    """The rows of repeated dossiers, by id; of each dossier the row that counts is the last."""
    import pandas as pd

    def of_source(values: list[str], index: pd.Index) -> pd.Series:
        column: pd.Series = pd.Series(values, dtype="str").iloc[dossiers.loc[index, "_source"].to_numpy()]
        return column.set_axis(index)

    files = of_source([sheet.source.sha256 for sheet in sheets], dossiers.index)
    own = dossiers[[name for name in EVENTS if name in dossiers]].max(axis=1)
    rows = dossiers[repeated]
    last = own.groupby(files).transform("max") if file_last is None else files.map(file_last).astype(own.dtype)
    order = pd.DataFrame(
        {
            "id": rows["dossier_id"],
            "file_last": last[repeated],
            "own": own[repeated],
            "hash": _hashes(rows),
            "file": files[repeated],
            "row": rows["_row"],
            "sheet": of_source([sheet.sheet or "" for sheet in sheets], rows.index),
            "name": of_source([sheet.source.name for sheet in sheets], rows.index),
        }
    )
    return order.sort_values(["id", "file_last", "own", "hash", "file", "row", "sheet", "name"], kind="stable")


def _hashes(rows: pd.DataFrame) -> pd.Series:
    """A hash of each row's contents, independent of files, order and process."""
    import pandas as pd

    content = rows[_contents(rows)]
    plain = content.astype(dict.fromkeys(content.select_dtypes("category").columns, "str"))
    hashes: pd.Series = pd.util.hash_pandas_object(plain, index=False)
    return hashes


def _contents(rows: pd.DataFrame) -> list[str]:
    return sorted(name for name in rows.columns if name not in (*PROVENANCE, *ABOUT_LATENESS, UNIT, CODE_DAY))


# ------------------------------------------------------------------ contradictions
def _findings(order: pd.DataFrame, dossiers: pd.DataFrame, sheets: Sequence[SheetUse]) -> pd.DataFrame:
    """What the rows left out tell otherwise. A file given twice has every row twice: RC310 says so once.

    Within a file each row is compared with the one of this file that would count; of each other file that one is
    compared with the row that counts.
    """
    import numpy as np
    import pandas as pd

    rows = order[~order.duplicated(["file", "sheet", "row"], keep="last")]
    index, hashes = rows.index.to_numpy(), rows["hash"].to_numpy()
    place = pd.Series(np.arange(len(rows)))
    in_file = place.groupby([rows["id"].to_numpy(), rows["file"].to_numpy()], sort=False).transform("last").to_numpy()
    of_all = place.groupby(rows["id"].to_numpy(), sort=False).transform("last").to_numpy()
    is_again = in_file != place
    is_same = hashes == hashes[in_file]
    again = (is_again & ~is_same).to_numpy()
    apart = (~is_again & (hashes != hashes[of_all])).to_numpy()
    moments = rows[["file_last", "own"]].to_numpy()
    is_tied = ((moments == moments[of_all]) | (np.isnat(moments) & np.isnat(moments[of_all]))).all(axis=1)
    told = [
        _told(index[rows_], list(differences(dossiers, index[rows_], index[newer[rows_]], sheets)))
        for rows_, newer, differences in (
            (again, in_file, _differences),
            (apart & ~is_tied, of_all, _contradictions),
            (apart & is_tied, of_all, _unordered),
        )
    ]
    return pd.concat([rows_finding("RC201", index[(is_again & is_same).to_numpy()]), *told])


Difference = tuple[str, Any, list[str]]  # column, which of the pairs, what to say of each of those


def _told(rows: np.ndarray, differences: Sequence[Difference]) -> pd.DataFrame:
    """One RC202 per row that differs: its first column, and all of them in words."""
    texts: dict[int, list[str]] = {}
    first: dict[int, str] = {}
    for name, differs, shown in differences:
        for place, said in zip(differs.nonzero()[0].tolist(), shown, strict=True):
            first.setdefault(place, name)
            texts.setdefault(place, []).append(said)
    places = sorted(texts)
    found = rows_finding("RC202", rows[places], texts=["; ".join(texts[place]) for place in places])
    return found.assign(column=[first[place] for place in places]).astype({"column": "str"})


def _differences(
    dossiers: pd.DataFrame, old: np.ndarray, new: np.ndarray, sheets: Sequence[SheetUse]
) -> Iterator[Difference]:
    """Every column in which two rows of one file differ."""
    for name, one, other in _pairs(dossiers, old, new):
        differs = _is_other(one, other)
        if differs.any():
            yield name, differs, _shown(name, one[differs], other[differs])


def _pairs(dossiers: pd.DataFrame, old: np.ndarray, new: np.ndarray) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Each column with its values in the old rows and in the new ones."""
    for name in [name for name in FIELDS if name in dossiers]:
        one, other = (dossiers[name].loc[rows].reset_index(drop=True) for rows in (old, new))
        yield name, one, other


def _is_other(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Whether two values differ; a blank is a value."""
    import pandas as pd

    if isinstance(one.dtype, pd.CategoricalDtype):
        one, other = one.astype(object), other.astype(object)
    is_same = (one == other).fillna(False).astype(bool) | (one.isna() & other.isna())
    return ~is_same.to_numpy(dtype=bool)


def _unordered(
    dossiers: pd.DataFrame, old: np.ndarray, new: np.ndarray, sheets: Sequence[SheetUse]
) -> Iterator[Difference]:
    """The columns in which rows of two files differ of which neither is the newer; times and names by their meaning.

    A column that one of the files lacks is told only where the row that counts has lost by it.
    """
    for name, one, other in _pairs(dossiers, old, new):
        if name in ABOUT_LATENESS:
            continue
        is_blank = one.isna().to_numpy() != other.isna().to_numpy()
        both = _has_column(dossiers, old, name, sheets) & _has_column(dossiers, new, name, sheets)
        if name.endswith("_at"):
            differs = _other_time(one, other) | (is_blank & both)
        elif name in NAMES:
            differs = _other_text(one, other, spelled=True) | (is_blank & both)
        else:
            differs = _is_other(one, other) & both
        if name in KEPT:
            differs = differs | _lost(dossiers, name, old, new)
        if differs.any():
            yield name, differs, _shown(name, one[differs], other[differs])


def _has_column(dossiers: pd.DataFrame, rows: np.ndarray, name: str, sheets: Sequence[SheetUse]) -> np.ndarray:
    """Whether the sheet of each row has a column."""
    having = [number for number, sheet in enumerate(sheets) if name in sheet.header.fields]
    return dossiers["_source"].loc[rows].isin(having).to_numpy()


def _lost(dossiers: pd.DataFrame, name: str, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Whether the old row tells a fact that the row that counts lacks: a blank cell, or a file without the column."""
    is_blank = dossiers[name].loc[new].isna().to_numpy()
    also = ALSO_TOLD_BY.get(name)
    if also in dossiers:
        is_blank = is_blank & dossiers[also].loc[new].isna().to_numpy()
    return dossiers[name].loc[old].notna().to_numpy() & is_blank


def _contradictions(
    dossiers: pd.DataFrame, old: np.ndarray, new: np.ndarray, sheets: Sequence[SheetUse]
) -> Iterator[Difference]:
    """The columns in which a row of another file tells what the counting row cannot have left behind."""
    for name, one, other in _pairs(dossiers, old, new):
        if name in FIXED_DATES:
            differs = _other_time(one, other)
        elif name in ENDS:
            could_tell = _has_column(dossiers, new, name, sheets)
            differs = _other_time(one, other) | (one.notna().to_numpy() & other.isna().to_numpy() & could_tell)
        elif name == "status":
            differs = one.isin(CLOSED).to_numpy() & other.isin(OPEN).to_numpy()
        elif name in FIXED:
            differs = _other_text(one, other, spelled=name in NAMES)
            if name in KEPT:
                differs = differs | _lost(dossiers, name, old, new)
        else:
            continue
        if differs.any():
            yield name, differs, _shown(name, one[differs], other[differs])


def _other_time(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Whether two times are both known and differ; by day where either has no time of day (midnight)."""
    day, other_day = one.dt.floor("D"), other.dt.floor("D")
    by_day = (day == one) | (other_day == other)
    differs: Any = one.notna() & other.notna() & (one != other) & (~by_day | (day != other_day))
    return differs.to_numpy()  # type: ignore[no-any-return]


def _other_text(one: pd.Series, other: pd.Series, *, spelled: bool) -> np.ndarray:
    """Whether two texts are both filled and differ; names by their spelling."""

    def plain(column: pd.Series) -> pd.Series:
        texts = column.astype(object)
        return texts.map({text: spell(text) or text for text in texts.dropna().unique()}) if spelled else texts

    differs: Any = one.notna() & other.notna() & (plain(one) != plain(other))
    return differs.to_numpy(dtype=bool)  # type: ignore[no-any-return]


def _shown(name: str, old: pd.Series, new: pd.Series) -> list[str]:
    """What to say of a column that differs: times, agencies and codes with both values, others by name alone."""
    if name not in (*SHOWN, *FIXED_DATES, *ENDS):
        lost = (old.notna() & new.isna()).tolist() if name in KEPT else [False] * len(old)
        return [f"{name}: → {BLANK}" if is_lost else name for is_lost in lost]
    has_seconds = name not in SHOWN and any((column.dt.second > 0).any() for column in (old, new))
    form = "%d/%m/%Y %H:%M:%S" if has_seconds else "%d/%m/%Y %H:%M"
    values = [(column.astype(object) if name in SHOWN else column.dt.strftime(form)).tolist() for column in (old, new)]
    pairs = ([value if isinstance(value, str) else BLANK for value in column] for column in values)
    return [f"{name}: {one} → {other}" for one, other in zip(*pairs, strict=True)]


# ------------------------------------------------------------------ due dates that moved
def moved_due(dossiers: pd.DataFrame, *, sheets: Sequence[SheetUse]) -> pd.DataFrame:
    """Findings for due dates that one file tells otherwise than the file before it: RC225, or RC226 if it had passed.

    Of each file the row counts that `merge` takes, and the files of a dossier follow each other as there. A date was
    moved (or taken away) between the last events of the two files, which the text tells in brackets. It had surely
    passed (RC226) where the older file, in which it still stands, has an event after it; else nobody knows (RC225, as
    for a date that was brought forward, and where neither row is the newer).

    Args:
        dossiers: rows that are not rejected, with `_source` and `_row`.
        sheets: the sheet of each `_source` number.
    """
    dossiers, repeated = _repeated(dossiers)
    if "due_at" not in dossiers or not repeated.any():
        return no_findings()
    rows = _ordered(dossiers, repeated, sheets)
    rows = rows[~rows.duplicated(["id", "file"], keep="last")].assign(due=dossiers["due_at"])
    old, new = rows.shift(1), rows
    tied = _is_same_time(old["file_last"], new["file_last"]) & _is_same_time(old["own"], new["own"])
    is_gone = old["due"].notna() & new["due"].isna() | tied & old["due"].isna() & new["due"].notna()
    is_moved = (old["id"] == new["id"]) & (_other_time(old["due"], new["due"]) | is_gone)
    old, new, is_tied = old[is_moved], new[is_moved], tied[is_moved].to_numpy()
    is_later = (new["due"].isna() | (new["due"] > old["due"])).to_numpy()
    has_passed = is_later & ~is_tied & (_last_second(old["due"]) < old["file_last"]).to_numpy()
    times = (old["due"], new["due"], old["file_last"], new["file_last"])
    texts = [
        " ≠ ".join(_written(moment) for moment in sorted([one, other], key=str))
        if tied
        else f"{_written(one)} → {_written(other)} ({_written(since)} – {_written(until)})"
        for one, other, since, until, tied in zip(*(part.tolist() for part in times), is_tied.tolist(), strict=True)
    ]
    found = rows_finding("RC225", new.index, texts=texts)
    return found.assign(rule=found["rule"].mask(has_passed, "RC226"))


def _is_same_time(one: pd.Series, other: pd.Series) -> pd.Series:
    """Whether two times are equal, or both unknown."""
    return (one == other) | (one.isna() & other.isna())


def _last_second(due: pd.Series) -> pd.Series:
    """A due date without a time of day (midnight) ends with its day."""
    day: pd.Series = due.dt.floor("D")
    return due.where(day != due, day + timedelta(days=1) - timedelta(seconds=1))


def _written(moment: pd.Timestamp) -> str:
    """A moment without what it does not have: seconds, or a time of day."""
    if moment != moment:
        return BLANK
    form = "%d/%m/%Y %H:%M:%S" if moment.second else "%d/%m/%Y %H:%M" if moment != moment.floor("D") else "%d/%m/%Y"
    return str(moment.strftime(form))


# ------------------------------------------------------------------ whole files
def copies(sheets: Sequence[SheetUse]) -> list[FileFinding]:
    """Files with the same contents under several names (RC310): their rows count once."""
    names: dict[str, dict[tuple[str | None, int], list[str]]] = {}
    for sheet in sheets:
        names.setdefault(sheet.source.sha256, {}).setdefault((sheet.sheet, sheet.header_row), []).append(
            sheet.source.name
        )
    found = [sorted(next(iter(by_sheet.values()))) for by_sheet in names.values()]
    return sorted(
        (FileFinding("RC310", alike[0], text=" = ".join(alike)) for alike in found if len(alike) > 1),
        key=lambda finding: finding.text,
    )
