"""The store: canonical Parquet by ISO week of receipt, to which exports are added one after the other.

    DIR/log/00000001.json                          the first addition: its sheets, rows, findings and data files
    DIR/data/year=2023/week=51/0f3a….parquet       rows of one addition received in that week

A data file exists for readers once a log entry names it, and an entry appears in one step: whatever interrupts an
addition leaves the store as it was. One addition at a time holds the lock, which the system lets go of when its
process ends; an entry that is there already is never replaced, even where locks do not work. What no entry names is
removed by the next addition. Names come from contents: the same additions give the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformcli import __version__, store
from reformcli.errors import InputError, OutputError, UsageError
from reformcli.model import SheetUse, SkippedSheet, Source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA = "reformcli.store/1"
LOG, DATA, LOCK = "log", "data", ".lock"
PATIENCE = 120.0  # seconds that an addition waits for another one


@dataclass(frozen=True, slots=True)
class DataFile:
    """Rows of one addition that were received in one week (0, 0: no receipt); `path` is within the store."""

    path: str
    year: int
    week: int
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Addition:
    """One entry of the log. The `_source` of a row of `files` is a place in `sheets`.

    `rows` tells how many were read, rejected and superseded when they were added, by the rules of then; every run
    judges them anew. `findings` counts by rule.
    """

    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    files: tuple[DataFile, ...]
    rows: Mapping[str, int]
    findings: Mapping[str, int]
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
        }

    @classmethod
    def of_json(cls, entry: Mapping[str, Any]) -> Addition:
        """What `as_json` wrote."""
        return cls(
            sheets=tuple(store.described(one) for one in entry["sheets"]),
            skipped=tuple(
                SkippedSheet(Source(**one["source"]), one["sheet"], one["reason"]) for one in entry["skipped"]
            ),
            files=tuple(DataFile(**one) for one in entry["files"]),
            rows=entry["rows"],
            findings=entry["findings"],
            tool=entry["tool"],
        )


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
    entries = _entries(folder)
    found = []
    for number, path in enumerate(entries, start=1):
        try:
            if path.name != _entry_name(number):
                raise InputError("store_damaged", where=str(folder / LOG / _entry_name(number)))
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


def read(folder: Path) -> store.Stored:
    """All rows of a store, as a reading of the exports that were added would give them: in the order of their names.

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
    first = offset = 0
    for addition in found:
        for file in addition.files:
            one = store.read(folder / file.path)
            numbers = [place[first + number] for number in range(len(addition.sheets))]
            tables.append(_renumbered(one.table, numbers))
            faults.append(one.faults.assign(position=one.faults["position"] + offset))
            offset += len(one.table)
        first += len(addition.sheets)
    if not tables:
        return store.Stored(store.no_rows(), store.no_faults(), [])
    table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    return store.Stored(*_in_order(table, pd.concat(faults)), [sheets[number] for number in order])


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


# ------------------------------------------------------------------ adding
@dataclass(frozen=True, slots=True)
class Fresh:
    """What an addition would bring: typed rows with `_source` in `sheets`, and what was found of them."""

    table: pa.Table
    faults: pd.DataFrame
    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    rows: Mapping[str, int]
    findings: Mapping[str, int]


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


@contextlib.contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a store for one addition, and clear what an interrupted one left.

    Raises:
        OutputError: `store_busy`, another addition did not end in time; `output_not_writable`.
        UsageError: `not_a_store`, a folder that holds something else.
    """
    if folder.is_dir() and not is_store(folder) and any(folder.iterdir()):
        raise UsageError("not_a_store", where=str(folder))
    try:
        (folder / LOG).mkdir(parents=True, exist_ok=True)
        (folder / DATA).mkdir(exist_ok=True)
        with (folder / LOCK).open("a+b") as file:
            until = time.monotonic() + patience
            while not _lock(file.fileno()):
                if time.monotonic() > until:
                    raise OutputError("store_busy", where=str(folder))
                time.sleep(0.05)
            _clear(folder)
            yield
    except OSError as error:
        values = {"file": folder.name, "folder": str(folder), "reason": error.strerror or ""}
        raise OutputError("output_not_writable", where=str(folder), **values) from error


def add(folder: Path, fresh: Fresh) -> Addition:
    """Add rows to a store that is `locked`; they are there when this returns, and not before.

    Raises:
        OutputError: `store_busy`, another addition came before this one all the same.
    """
    number = len(_entries(folder)) + 1
    files = tuple(_written(folder, fresh))
    addition = Addition(fresh.sheets, fresh.skipped, files, fresh.rows, fresh.findings)
    text = json.dumps(addition.as_json(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    _commit(folder / LOG / _entry_name(number), text.encode("utf-8"))
    return addition


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / LOG).iterdir() if path.suffix == ".json")


def _entry_name(number: int) -> str:
    return f"{number:08d}.json"


def _written(folder: Path, fresh: Fresh) -> Iterator[DataFile]:
    """Write the rows week by week, sorted so that the statistics of a file tell what is in it."""
    table = store.whole(fresh.table, fresh.faults)
    for year, week, rows in _by_week(table):
        buffer = io.BytesIO()
        store.write(rows, fresh.sheets, buffer)
        data = buffer.getvalue()
        sha = hashlib.sha256(data).hexdigest()
        path = folder / DATA / f"year={year:04d}" / f"week={week:02d}" / f"{sha[:32]}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        _durable(path.with_suffix(".part"), data)
        path.with_suffix(".part").replace(path)
        _settle(path.parent)
        yield DataFile(path.relative_to(folder).as_posix(), year, week, len(rows), len(data), sha)


def _by_week(table: pa.Table) -> Iterator[tuple[int, int, pa.Table]]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if "received_at" in table.column_names:
        when = pc.iso_calendar(table.column("received_at").combine_chunks())
        year, week = (pc.struct_field(when, name).fill_null(0).to_numpy(zero_copy_only=False) for name in _ISO)
    else:
        year = week = np.zeros(len(table), dtype="int64")
    keys = year * 100 + week
    for key in np.unique(keys).tolist():
        rows = table.take(pa.array(np.flatnonzero(keys == key)))
        names = ("dossier_id", "_source", "_row")
        yield key // 100, key % 100, rows.sort_by([(name, "ascending") for name in names])


_ISO = ("iso_year", "iso_week")


def _durable(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with contextlib.suppress(OSError, AttributeError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _commit(path: Path, data: bytes) -> None:
    """Let an entry appear as a whole, unless there is one of that number."""
    part = path.with_suffix(".part")
    _durable(part, data)
    try:
        if sys.platform == "win32":
            part.rename(path)  # refuses to replace
        else:
            path.hardlink_to(part)
            part.unlink()
    except FileExistsError as error:
        part.unlink()
        raise OutputError("store_busy", where=str(path.parent.parent)) from error
    _settle(path.parent)


def _clear(folder: Path) -> None:
    """Remove what no entry names."""
    named = {folder / file.path for addition in additions(folder) for file in addition.files}
    for path in [*(folder / DATA).rglob("*"), *(folder / LOG).glob("*.part")]:
        if path.is_file() and path not in named:
            path.unlink()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
