"""Exports are added to a store: what it has already is passed over, the rest is read, judged and kept by week."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from reformcli.errors import InputError
from reformcli.findings import RULES
from reformcli.judging import Options, Progress, choose_scorecard, load, sifted, tell
from reformcli.loading import Loaded, load_sheets, to_pandas
from reformcli.merge import EVENTS
from reformcli.model import Severity, SheetUse
from reformcli.read.discover import STDIN, discover
from reformcli.store import deposit, depot
from reformcli.store import parquet as store

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """What an addition did: the files it brought, those the store had already, rows by what became of them.

    `findings` counts by rule what was found of the rows it brought.
    """

    files: tuple[str, ...]
    again: tuple[str, ...]
    rows: Mapping[str, int]
    findings: Mapping[str, int]

    def counted(self, severity: Severity) -> int:
        """How many findings of this severity there are."""
        return sum(count for rule, count in self.findings.items() if RULES[rule].severity is severity)


def add(options: Options, folder: Path, progress: Progress | None = None) -> Added:
    """Read exports and add to a store what it does not have yet.

    Args:
        options: what the run was asked for.
        folder: the store; made if there is none.
        progress: told how far reading and writing are.

    Raises:
        UsageError, InputError: as reading does; `store_other_reading`, the store has a file whose columns were
            understood otherwise.
        OutputError: as `deposit.locked` and `deposit.add`.
    """
    new, again = _new_files(options, depot.known(folder))
    loaded = load(replace(options, exports=new, with_causes=True), progress) if new else load_sheets([])
    tell(progress, "store")
    with deposit.locked(folder):
        loaded, more = _without_known(loaded, depot.known(folder))
        found, merged, _, rejected = sifted(loaded, choose_scorecard(options, date.max).states)
        rows = {"read": len(loaded.dossiers), "rejected": len(rejected), "superseded": int(merged.superseded.sum())}
        counts = Counter(found["rule"].tolist()) + Counter(merged.findings["rule"].tolist())
        findings = dict(sorted(counts.items()))
        if loaded.sheets:
            parts = (loaded.table, loaded.faults, loaded.sheets, loaded.skipped)
            last = _last_events(loaded, rejected)
            deposit.add(folder, deposit.Fresh(*parts, rows=rows, findings=findings, last=last))
    files = {sheet.source.name for sheet in loaded.sheets}
    return Added(tuple(sorted(files)), tuple(sorted({*again, *more})), rows, findings)


def _last_events(loaded: Loaded, rejected: Sequence[int]) -> tuple[datetime | None, ...]:
    """The last event of each sheet, of the rows that are not rejected."""
    valid = loaded.dossiers.drop(index=list(rejected))
    own = valid[[name for name in EVENTS if name in valid]].max(axis=1)
    last = own.groupby(valid["_source"]).max().dropna().to_dict()
    return tuple(last[n].to_pydatetime() if n in last else None for n in range(len(loaded.sheets)))


def _new_files(options: Options, known: Mapping[str, Sequence[SheetUse]]) -> tuple[list[str], list[str]]:
    """The exports to read, and the names of those whose very bytes are in the store already.

    Where columns are mapped by hand, all are read: the same bytes may be understood otherwise.
    """
    new: list[str] = []
    again: list[str] = []
    for item in discover(options.exports):
        is_plain = item != STDIN and not options.columns and not options.profile
        is_known = is_plain and known and _sha256(Path(item)) in known
        (again if is_known else new).append(Path(item).name if is_known else str(item))
    return new, again


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError:
        return ""  # who reads it will say what is wrong with it
    return digest.hexdigest()


def _without_known(loaded: Loaded, known: Mapping[str, Sequence[SheetUse]]) -> tuple[Loaded, list[str]]:
    """The rows of files that the store does not have; the same file under several names counts once."""
    keep: list[int] = []
    again: list[str] = []
    first: dict[str, str] = {}
    for number, sheet in enumerate(loaded.sheets):
        sha, name = sheet.source.sha256, sheet.source.name
        if sha in known:
            _check_reading(sheet, known[sha])
            again.append(name)
        elif first.setdefault(sha, name) != name:
            again.append(name)
        else:
            keep.append(number)
    if len(keep) == len(loaded.sheets):
        return loaded, again
    return _chosen(loaded, keep), again


def _check_reading(sheet: SheetUse, known: Sequence[SheetUse]) -> None:
    """A file counts once; if its columns were understood otherwise before, nobody knows which reading is meant."""
    if not any(_reading(sheet) == _reading(one) for one in known):
        raise InputError("store_other_reading", where=sheet.source.name)


def _reading(sheet: SheetUse) -> object:
    told = store.describe(sheet)
    return {name: told[name] for name in told if name not in ("source", "profile")}


def _chosen(loaded: Loaded, sheets: Collection[int]) -> Loaded:
    """The rows of some sheets, numbered anew."""
    import numpy as np
    import pyarrow as pa

    numbers = np.full(len(loaded.sheets), -1, dtype="int32")
    numbers[list(sheets)] = np.arange(len(sheets))
    sources = numbers[loaded.table.column("_source").to_numpy()]
    rows = np.flatnonzero(sources >= 0)
    at = np.full(len(sources), -1)
    at[rows] = np.arange(len(rows))
    table = loaded.table.take(pa.array(rows))
    place = table.column_names.index("_source")
    table = table.set_column(place, "_source", pa.array(sources[rows]))
    faults = loaded.faults.assign(position=at[loaded.faults["position"].to_numpy()])
    kept = [loaded.sheets[number] for number in sheets]
    files = {sheet.source.sha256 for sheet in kept}
    return replace(
        loaded,
        table=table,
        dossiers=to_pandas(table),
        faults=faults[faults["position"] >= 0].reset_index(drop=True),
        sheets=tuple(kept),
        skipped=tuple(one for one in loaded.skipped if one.source.sha256 in files),
        raw=(),
    )
