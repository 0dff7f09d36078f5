"""The store: canonical Parquet by ISO week of receipt, to which exports are added one after the other.

    DIR/log/00000001.json                          the first addition: its sheets, rows, findings and data files
    DIR/data/year=2023/week=51/0f3a….parquet       rows of one addition received in that week

A data file exists for readers once a log entry names it, and an entry appears in one step: whatever interrupts an
addition leaves the store as it was. One addition at a time holds the lock, which the system lets go of when its
process ends; an entry that is there already is never replaced, even where locks do not work. What no entry names is
removed by the next addition. Names come from contents: the same additions give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformcli import __version__
from reformcli.errors import InputError
from reformcli.model import SheetUse, SkippedSheet, Source
from reformcli.store import parquet as store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA = "reformcli.store/1"
LOG, DATA = "log", "data"
Week = tuple[int, int]  # ISO year and week


@dataclass(frozen=True, slots=True)
class DataFile:
    """Rows of one addition that were received in one week (0, 0: no receipt); `path` is within the store.

    `by_sheet` has the number of rows of each sheet of the addition.
    """

    path: str
    year: int
    week: int
    rows: int
    size: int
    sha256: str
    by_sheet: tuple[int, ...]

    @property
    def at(self) -> tuple[int, int]:
        """Year and week."""
        return self.year, self.week


@dataclass(frozen=True, slots=True)
class Addition:
    """One entry of the log. The `_source` of a row of `files` is a place in `sheets`.

    `rows` tells how many were read, rejected and superseded when they were added, by the rules of then; every run
    judges them anew. `findings` counts by rule. `last` is the last event of each sheet, of the rows that were not
    rejected; `links` are pairs of weeks that have a dossier in common, as far as this addition has it.
    """

    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    files: tuple[DataFile, ...]
    rows: Mapping[str, int]
    findings: Mapping[str, int]
    last: tuple[datetime | None, ...]
    links: tuple[tuple[Week, Week], ...]
    tool: str = f"reformcli {__version__}"

    def as_json(self) -> dict[str, Any]:
        """The entry as it is written."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "sheets": [store.describe(sheet) for sheet in self.sheets],
            "skipped": [
                {"source": _source(one.source), "sheet": one.sheet, "reason": one.reason} for one in self.skipped
            ],
            "files": [{name: getattr(file, name) for name in DataFile.__slots__} for file in self.files],
            "rows": dict(self.rows),
            "findings": dict(self.findings),
            "last": [moment and moment.isoformat(" ") for moment in self.last],
            "links": self.links,
        }

    @classmethod
    def of_json(cls, entry: Mapping[str, Any]) -> Addition:
        """What `as_json` wrote."""
        return cls(
            sheets=tuple(store.described(one) for one in entry["sheets"]),
            skipped=tuple(
                SkippedSheet(Source(**one["source"]), one["sheet"], one["reason"]) for one in entry["skipped"]
            ),
            files=tuple(DataFile(**one | {"by_sheet": tuple(one["by_sheet"])}) for one in entry["files"]),
            rows=entry["rows"],
            findings=entry["findings"],
            last=tuple(moment and datetime.fromisoformat(moment) for moment in entry["last"]),
            links=tuple((_week(one), _week(other)) for one, other in entry["links"]),
            tool=entry["tool"],
        )


def _week(written: Sequence[int]) -> Week:
    year, week = written
    return year, week


def _source(source: Source) -> dict[str, Any]:
    return {"name": source.name, "sha256": source.sha256, "size": source.size}


# ------------------------------------------------------------------ reading
def is_store(path: str | Path) -> bool:
    """Whether a folder is a store."""
    return (Path(path) / LOG).is_dir() and not Path(path).is_symlink()


def additions(folder: Path) -> list[Addition]:
    """The entries of the log, the first addition first.

    Raises:
        InputError: `store_damaged`, an entry or a data file is missing or is not what it was.
    """
    found = []
    for number, path in enumerate(entries(folder), start=1):
        try:
            if path.name != entry_name(number):
                raise InputError("store_damaged", where=str(folder / LOG / entry_name(number)))
            entry = json.loads(path.read_text(encoding="utf-8"))
            if entry["schema"] != SCHEMA:
                raise InputError("store_damaged", where=str(path))
            found.append(Addition.of_json(entry))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("store_damaged", where=str(path)) from error
    for file in (file for addition in found for file in addition.files):
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.size:
            raise InputError("store_damaged", where=str(path))
    return found


def rows_of(folder: Path) -> int:
    """How many rows a store has."""
    return sum(file.rows for addition in additions(folder) for file in addition.files)


def chosen(found: Sequence[Addition], until: datetime | None) -> set[str]:
    """The data files that a run needs whose period ends at a moment: those of no later week of receipt.

    Of every addition one file is, which tells its columns. A later week is needed, too, where a needed one has a
    dossier in common with it, for only one of its rows counts; and all of them are, where a date far beyond the
    others was found when exports were added: which one that is depends on all dates.
    """
    files = [file for addition in found for file in addition.files]
    if until is None or any("RC108" in addition.findings for addition in found):
        return {file.path for file in files}
    year, week, _ = until.isocalendar()
    needed = {file.at for file in files if file.at <= (year, week)}
    links = {link for addition in found for link in addition.links}
    while more := {week for link in links if needed & set(link) for week in link} - needed:
        needed |= more
    first = {addition.files[0].path for addition in found if addition.files}
    return first | {file.path for file in files if file.at in needed}


def read(folder: Path, until: datetime | None = None) -> store.Stored:
    """The rows of a store, as a reading of the exports that were added would give them: in the order of their names.

    Args:
        folder: the store.
        until: the end of the period, where other rows than those `chosen` are not asked for.

    Raises:
        InputError: `store_damaged`; `bad_parquet`.
    """
    import pandas as pd
    import pyarrow as pa

    found = additions(folder)
    sheets = [sheet for addition in found for sheet in addition.sheets]
    order = sorted(range(len(sheets)), key=lambda n: (sheets[n].source.name, sheets[n].source.sha256, n))
    place = {number: at for at, number in enumerate(order)}
    tables: list[pa.Table] = []
    faults: list[pd.DataFrame] = []
    passed: Counter[int] = Counter()
    first = offset = 0
    needed = chosen(found, until)
    for addition in found:
        numbers = [place[first + number] for number in range(len(addition.sheets))]
        passed.update({numbers[at]: rows for at, rows in left_out(addition, needed).items()})
        for file in addition.files:
            if file.path not in needed:
                continue
            one = store.read(folder / file.path)
            tables.append(_renumbered(one.table, numbers))
            faults.append(one.faults.assign(position=one.faults["position"] + offset))
            offset += len(one.table)
        first += len(addition.sheets)
    ordered = [sheets[number] for number in order]
    last = last_events(found) if passed else None
    if not tables:
        return store.Stored(store.no_rows(), store.no_faults(), ordered, passed, last)
    table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    return store.Stored(*_in_order(table, pd.concat(faults)), ordered, passed, last)


def left_out(addition: Addition, needed: Collection[str]) -> Counter[int]:
    """How many rows of each sheet are in data files that are not needed."""
    rows: Counter[int] = Counter()
    for file in addition.files:
        if file.path not in needed:
            rows.update(dict(enumerate(file.by_sheet)))
    return +rows


def last_events(found: Sequence[Addition]) -> dict[str, datetime]:
    """The last event of each file that was added, by its hash."""
    last: dict[str, datetime] = {}
    for addition in found:
        for sheet, moment in zip(addition.sheets, addition.last, strict=True):
            if moment:
                last[sheet.source.sha256] = max(moment, last.get(sheet.source.sha256, moment))
    return last


def skipped(folder: Path) -> list[SkippedSheet]:
    """The sheets that were put aside when exports were added, by file."""
    found = [one for addition in additions(folder) for one in addition.skipped]
    return sorted(found, key=lambda one: (one.source.name, one.source.sha256))


def _renumbered(table: pa.Table, numbers: Sequence[int]) -> pa.Table:
    import pyarrow as pa

    column = pa.array(numbers, pa.int32()).take(table.column("_source").combine_chunks())
    return table.set_column(table.column_names.index("_source"), "_source", column)


def _in_order(table: pa.Table, faults: pd.DataFrame) -> tuple[pa.Table, pd.DataFrame]:
    """The rows by sheet and row number, and the faults with their new positions."""
    import numpy as np
    import pyarrow as pa

    order = np.lexsort((table.column("_row").to_numpy(), table.column("_source").to_numpy()))
    at = np.empty(len(order), dtype="int64")
    at[order] = np.arange(len(order))
    moved = faults.assign(position=at[faults["position"].to_numpy()])
    return table.take(pa.array(order)), moved.sort_values(["position", "column"], kind="stable", ignore_index=True)


def known(folder: Path) -> dict[str, list[SheetUse]]:
    """The sheets of every file in the store, by its hash; nothing where there is no store yet.

    Raises:
        InputError: `store_damaged`.
    """
    found: dict[str, list[SheetUse]] = {}
    for addition in additions(folder) if is_store(folder) else ():
        for sheet in addition.sheets:
            found.setdefault(sheet.source.sha256, []).append(sheet)
    return found


def entries(folder: Path) -> list[Path]:
    """The files of the log, the first addition first."""
    return sorted(path for path in (folder / LOG).iterdir() if path.suffix == ".json")


def entry_name(number: int) -> str:
    """The name of the file of an addition, counted from 1."""
    return f"{number:08d}.json"
