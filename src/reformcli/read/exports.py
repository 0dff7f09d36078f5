"""Read every input that the user named, several at a time, in an order that does not depend on how they were named."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reformcli.errors import InputError, ReformError
from reformcli.limits import Limits
from reformcli.read.discover import STDIN, Item, discover
from reformcli.read.guard import Guard, Job
from reformcli.read.payload import Content, head_of, load
from reformcli.read.readers import GUARDED, read_content
from reformcli.read.sniff import Kind, sniff

if TYPE_CHECKING:
    from reformcli.model import RawSheet, SkippedSheet, Source

Progress = Callable[[int, int], None]
_WORKERS = 8


class Readings(NamedTuple):
    """What all inputs gave, by file name, SHA-256 and the order in the workbook.

    `parquet` holds the Parquet files among the inputs, sorted and not opened: they are normalised tables, not sheets.
    """

    sheets: list[RawSheet]
    skipped: list[SkippedSheet]
    parquet: list[Path]


def read_exports(
    arguments: Sequence[str], *, stdin: BinaryIO | None = None, on_bytes: Progress | None = None
) -> tuple[list[RawSheet], list[SkippedSheet]]:
    """Read exports as `read_all` does, where Parquet has no place.

    Raises:
        InputError: as `read_all`; `parquet`, an input is a Parquet file.
    """
    readings = read_all(arguments, stdin=stdin, on_bytes=on_bytes)
    if readings.parquet:
        raise InputError("parquet", where=str(readings.parquet[0]))
    return readings.sheets, readings.skipped


def read_all(
    arguments: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    on_bytes: Progress | None = None,
    limits: Limits | None = None,
    password: str | None = None,
) -> Readings:
    """Read every export that ARGUMENTS mean; the same files give the same result in any order.

    Args:
        arguments: files, folders, globs and `-`; see `discover`.
        stdin: what `-` reads; the standard input of the process by default.
        on_bytes: called in this thread with (bytes done, bytes in all) at the start and after every input.
        limits: what reading one input may cost.
        password: opens protected workbooks.

    Raises:
        UsageError: `no_such_file`.
        InputError: an input cannot be read or trusted. Of several failures the one first by name is raised.
    """
    items = discover(arguments)
    stream = sys.stdin.buffer if stdin is None and STDIN in items else stdin
    reader = _Reader(stream, limits or Limits(), password)
    try:
        with ThreadPoolExecutor(max_workers=max(1, min(len(items), os.cpu_count() or 1, _WORKERS))) as pool:
            futures = [pool.submit(reader.read, item) for item in items]
            _report(items, futures, on_bytes)
    finally:
        reader.close()
    _raise_first(futures)
    outcomes = [future.result() for future in futures]
    outcomes.sort(key=lambda outcome: (outcome.source.name, outcome.source.sha256))
    return Readings(
        sheets=[sheet for outcome in outcomes for sheet in outcome.content.sheets],
        skipped=[sheet for outcome in outcomes for sheet in outcome.content.skipped],
        parquet=sorted(Path(outcome.where) for outcome in outcomes if outcome.kind is Kind.PARQUET),
    )


class _Outcome(NamedTuple):
    """What one input gave."""

    where: str
    kind: Kind
    source: Source
    content: Content


class _Reader:
    """Reads inputs one by one in several threads; each thread has a guard of its own for what needs one."""

    def __init__(self, stdin: BinaryIO | None, limits: Limits, password: str | None) -> None:
        self._stdin, self._limits, self._password = stdin, limits, password
        self._local = threading.local()
        self._guards: list[Guard] = []

    def read(self, item: Item) -> _Outcome:
        """Read one input: text here, whatever other people's code reads in a guarded child."""
        path = None if item == STDIN else Path(item)
        kind = sniff(head_of(path)) if path and path.is_file() else None  # a pipe is read once
        if kind is None or kind not in GUARDED:
            payload = load(item, self._stdin, limits=self._limits, password=self._password)
            if payload.kind not in GUARDED:
                return _Outcome(payload.where, payload.kind, payload.source, read_content(payload))
            kind, data, size = payload.kind, bytes(payload.data), payload.source.size
        else:
            data, size = None, _size(item)
        source, content = self._guard().read(Job(str(item), path, data, size, self._limits, self._password))
        return _Outcome(str(item), kind, source, content)

    def _guard(self) -> Guard:
        if not hasattr(self._local, "guard"):
            self._local.guard = Guard()
            self._guards.append(self._local.guard)
        guard: Guard = self._local.guard
        return guard

    def close(self) -> None:
        """End the children."""
        for guard in self._guards:
            guard.close()


def _report(items: list[Item], futures: list[Future[_Outcome]], on_bytes: Progress | None) -> None:
    if on_bytes is None:
        return
    sizes = {future: _size(item) for item, future in zip(items, futures, strict=True)}
    done, total = 0, sum(sizes.values())
    on_bytes(done, total)
    for future in as_completed(futures):
        done += sizes[future]
        on_bytes(done, total)


def _size(item: Item) -> int:
    """Bytes of an input; 0 where nobody knows."""
    try:
        return 0 if item == STDIN else Path(item).stat().st_size
    except OSError:
        return 0


def _raise_first(futures: list[Future[_Outcome]]) -> None:
    errors = [error for future in futures if (error := future.exception())]
    expected = [error for error in errors if isinstance(error, ReformError)]
    if len(expected) < len(errors):
        raise next(error for error in errors if not isinstance(error, ReformError))
    if expected:
        raise min(expected, key=lambda error: (error.where, error.key))
