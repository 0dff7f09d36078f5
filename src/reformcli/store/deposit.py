"""Writing to a store: one addition at a time, and all of it or nothing (`depot` says how the files lie)."""

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
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.errors import OutputError, UsageError
from reformcli.locking import lock
from reformcli.model import SheetUse, SkippedSheet
from reformcli.store import parquet as store
from reformcli.store.depot import DATA, LOG, Addition, DataFile, Week, additions, entries, entry_name, is_store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LOCK = ".lock"
PATIENCE = 120.0  # seconds that an addition waits for another one


@dataclass(frozen=True, slots=True)
class Fresh:
    """What an addition would bring: typed rows with `_source` in `sheets`, and what was found of them."""

    table: pa.Table
    faults: pd.DataFrame
    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    rows: Mapping[str, int]
    findings: Mapping[str, int]
    last: tuple[datetime | None, ...]


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
            while not lock(file.fileno()):
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
    number = len(entries(folder)) + 1
    files = tuple(_written(folder, fresh))
    links = _links(folder, files)
    addition = Addition(fresh.sheets, fresh.skipped, files, fresh.rows, fresh.findings, fresh.last, links)
    text = json.dumps(addition.as_json(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    _commit(folder / LOG / entry_name(number), text.encode("utf-8"))
    return addition


def _written(folder: Path, fresh: Fresh) -> Iterator[DataFile]:
    """Write the rows week by week, sorted so that the statistics of a file tell what is in it."""
    import numpy as np

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
        by_sheet = np.bincount(rows.column("_source").to_numpy(), minlength=len(fresh.sheets)).tolist()
        yield DataFile(path.relative_to(folder).as_posix(), year, week, len(rows), len(data), sha, tuple(by_sheet))


def _links(folder: Path, fresh: Sequence[DataFile]) -> tuple[tuple[Week, Week], ...]:
    """The pairs of weeks that have a dossier in common of which one of the fresh files has a row."""
    import pyarrow.compute as pc

    files = {file.path: file for addition in additions(folder) for file in addition.files}
    files |= {file.path: file for file in fresh}
    ids: dict[Week, list[pa.Array]] = {}
    for file in files.values():
        ids.setdefault(file.at, []).append(store.ids_of(folder / file.path))
    new = {file.path: store.ids_of(folder / file.path) for file in fresh}
    found = set()
    for file in fresh:
        for week, some in ids.items():
            if week != file.at and any(pc.any(pc.is_in(one, value_set=new[file.path])).as_py() for one in some):
                found.add((min(week, file.at), max(week, file.at)))
    return tuple(sorted(found))


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
    if not len(table):
        yield 0, 0, table  # its columns are something to know
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
