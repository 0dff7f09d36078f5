"""The same dossier more than once, where the rows stay with an engine: which of them do not count.

`merge` knows the rule. Here the engine only settles what needs no judgement: one row per file, one of them the newest
by its file's last event and then its own, and nothing in the others that the newest could not have left behind. The
rows of every other dossier (few, in honest exports) come into memory, some at a time, and `merge` judges them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw

from reformcli.engines import Engine, fetched
from reformcli.loading import to_pandas
from reformcli.merge import CLOSED, ENDS, EVENTS, FIXED, FIXED_DATES, OPEN, merge
from reformcli.model import SheetUse
from reformcli.store.parquet import HELPERS, SAME, whole_seconds

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("_source", "_row")
AT_ONCE = 200_000  # dossiers whose rows are in memory together
_COMPARED = (*FIXED_DATES, *ENDS, *FIXED)


@dataclass(frozen=True, slots=True)
class Superseded:
    """`rows` has the places of the rows that do not count (None: there are none); `by_sheet` how many in each sheet.

    `findings` counts what `merge` found of them, by rule.
    """

    rows: Any = None
    by_sheet: Mapping[int, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)


def superseded(
    engine: Engine,
    valid: Any,
    *,
    sheets: Sequence[SheetUse],
    last_of: Mapping[int, datetime],
    file_last: Mapping[str, datetime] | None = None,
    at_once: int = AT_ONCE,
) -> Superseded:
    """Find the rows of which another row of the same dossier counts.

    Args:
        engine: where the rows are.
        valid: the rows that are not rejected.
        sheets: the sheet of each `_source` number.
        last_of: the last event of the valid rows of each sheet that has any.
        file_last: the last event of each file by its hash, where `last_of` is not that of all its rows.
        at_once: how many dossiers are judged in memory together.
    """
    columns = set(valid.collect_schema().names())
    rows = valid.with_columns(_id=nw.coalesce(SAME, "dossier_id"))
    often = rows.group_by("_id").agg(_often=nw.len()).filter(nw.col("_often") > 1).select("_id")
    repeated = engine.kept(often)
    if not len(fetched(repeated.head(1))):
        return Superseded()
    file_last = file_last or _of_files(sheets, last_of)
    ranked = _ranked(engine, rows.join(repeated, on="_id", how="inner"), columns, _files(sheets, last_of, file_last))
    doubtful = engine.kept(_doubtful(ranked, columns))
    clear = ranked.filter(~nw.col("_is_first")).join(doubtful, on="_id", how="anti").select(*PLACE)
    judged, findings = _judged(rows, doubtful, engine, sheets, file_last, at_once)
    more = engine.small(judged).select(*(nw.col(name).cast(nw.Int32) for name in PLACE))
    lost = engine.kept(nw.concat([clear, more]))
    counts = fetched(lost.group_by("_source").agg(n=nw.len())).to_pydict()
    return Superseded(lost, dict(zip(counts["_source"], counts["n"], strict=True)), findings)


def _of_files(sheets: Sequence[SheetUse], last_of: Mapping[int, datetime]) -> dict[str, datetime]:
    """The last event of each file, by its hash."""
    found: dict[str, datetime] = {}
    for number, last in last_of.items():
        sha = sheets[number].source.sha256
        found[sha] = max(last, found.get(sha, last))
    return found


def _files(
    sheets: Sequence[SheetUse], last_of: Mapping[int, datetime], file_last: Mapping[str, datetime]
) -> pd.DataFrame:
    """For each sheet with rows: the number of its file, and the last event of it."""
    import pandas as pd

    numbers = {sha: number for number, sha in enumerate(sorted(file_last))}
    shas = [sheets[number].source.sha256 for number in last_of]
    table = {
        "_source": pd.array([*last_of], "int32"),
        "_file": pd.array([numbers[sha] for sha in shas], "int32"),
        "_file_last": pd.array([file_last[sha] for sha in shas], "datetime64[us]"),
    }
    return pd.DataFrame(table)


def _ranked(engine: Engine, rows: Any, columns: Collection[str], files: pd.DataFrame) -> Any:
    """The rows of repeated dossiers, with `_is_first` for the newest, and whether that needs judgement."""
    own = nw.max_horizontal(*(name for name in EVENTS if name in columns))
    used = [name for name in (*_COMPARED, "status") if name in columns]
    frame = rows.select("_id", *PLACE, *used, _own=own).join(engine.small(files), on="_source", how="inner")
    frame = frame.with_columns(_newest=nw.col("_file_last").max().over("_id"))
    frame = frame.with_columns(_of_newest=nw.when(nw.col("_file_last") == nw.col("_newest")).then(nw.col("_own")))
    frame = frame.with_columns(_last_own=nw.col("_of_newest").max().over("_id"))
    frame = frame.with_columns(_is_first=(nw.col("_of_newest") == nw.col("_last_own")).fill_null(value=False))
    frame = frame.with_columns(
        _firsts=nw.col("_is_first").cast(nw.Int64).sum().over("_id"),
        _in_file=nw.col("_row").count().over("_id", "_file"),
    )
    frame = frame.with_columns(_is_unclear=(nw.col("_firsts") > 1) | (nw.col("_in_file") > 1))
    return engine.kept(frame.select("_id", *PLACE, *used, "_is_first", "_is_unclear"))


def _doubtful(ranked: Any, columns: Collection[str]) -> Any:
    """The dossiers that `merge` must judge: no single newest row, one file twice, or anything lost or told otherwise.

    A difference may be an honest one (a name spelled otherwise): here it is enough that there is any.
    """
    used = [name for name in (*_COMPARED, "status") if name in columns]
    newest = ranked.filter(nw.col("_is_first")).select("_id", **{f"new_{name}": nw.col(name) for name in used})
    others = ranked.filter(~nw.col("_is_first") & ~nw.col("_is_unclear")).join(newest, on="_id", how="inner")
    is_other = nw.lit(value=False)
    for name in used:
        old, new = nw.col(name), nw.col(f"new_{name}")
        if name == "status":
            is_other = is_other | (old.is_in(list(CLOSED)) & new.is_in(list(OPEN))).fill_null(value=False)
        else:
            is_other = is_other | (~old.is_null() & (new.is_null() | (old != new).fill_null(value=False)))
    told = others.filter(is_other).select("_id")
    return nw.concat([ranked.filter(nw.col("_is_unclear")).select("_id"), told]).unique()


def _judged(
    rows: Any,
    doubtful: Any,
    engine: Engine,
    sheets: Sequence[SheetUse],
    file_last: Mapping[str, datetime],
    at_once: int,
) -> tuple[pd.DataFrame, Counter[str]]:
    """The places of superseded rows among the doubtful dossiers, and what was found of them."""
    import pandas as pd

    ids = fetched(doubtful.select("_id").sort("_id")).to_pandas()
    places = [pd.DataFrame({name: pd.array([], "int32") for name in PLACE})]
    findings: Counter[str] = Counter()
    for first in range(0, len(ids), at_once):
        some = engine.small(ids.iloc[first : first + at_once])
        table = fetched(rows.join(some, on="_id", how="inner").drop("_id"))
        dossiers = to_pandas(whole_seconds(table.drop_columns([n for n in table.column_names if n in HELPERS])))
        merged = merge(dossiers, sheets=sheets, file_last=file_last)
        places.append(dossiers.loc[merged.superseded, list(PLACE)])
        findings.update(merged.findings["rule"].tolist())
    return pd.concat(places, ignore_index=True), findings
