"""Read every input that the user named, several at a time, in an order that does not depend on how they were named."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reformcli.errors import InputError, ReformError
from reformcli.limits import Limits
from reformcli.read.cores import available, share
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
        on_bytes: called with (bytes done, bytes in all) at the start, now and then while a large input is read, and
            after every input; in any thread, but once at a time, and never with less than before.
        limits: what reading one input may cost.
        password: opens protected workbooks.

    Raises:
        UsageError: `no_such_file`.
        InputError: an input cannot be read or trusted. Of several failures the one first by name is raised.
    """
    items = discover(arguments)
    stream = sys.stdin.buffer if stdin is None and STDIN in items else stdin
    readers = max(1, min(len(items), available(), _WORKERS))
    reader = _Reader(stream, limits or Limits(), password, share(readers))
    meter = _Meter(items, on_bytes)
    try:
        with ThreadPoolExecutor(max_workers=readers) as pool:
            futures = [pool.submit(meter.measured, reader.read, number) for number in range(len(items))]
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

    def __init__(self, stdin: BinaryIO | None, limits: Limits, password: str | None, cores: int) -> None:
        self._stdin, self._limits, self._password, self._cores = stdin, limits, password, cores
        self._local = threading.local()
        self._guards: list[Guard] = []

    def read(self, item: Item, told: Callable[[float], None]) -> _Outcome:
        """Read one input: text here, what other people's code reads in a guarded child; `told` is told its share."""
        path = None if item == STDIN else Path(item)
        kind = sniff(head_of(path)) if path and path.is_file() else None  # a pipe is read once
        if kind is None or kind not in GUARDED:
            payload = load(item, self._stdin, limits=self._limits, password=self._password)
            if payload.kind not in GUARDED:
                return _Outcome(payload.where, payload.kind, payload.source, read_content(payload))
            kind, data, size = payload.kind, bytes(payload.data), payload.source.size
        else:
            data, size = None, _size(item)
        job = Job(str(item), path, data, size, self._limits, self._password, self._cores, told)
        source, content = self._guard().read(job)
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


class _Meter:
    """Adds up how many bytes of all inputs are read, and tells it."""

    def __init__(self, items: Sequence[Item], on_bytes: Progress | None) -> None:
        self._items, self._on_bytes = items, on_bytes
        self._sizes = [_size(item) for item in items] if on_bytes else [0] * len(items)
        self._done = [0] * len(items)
        self._lock = threading.Lock()
        if items:
            self._move(0, 0)

    def measured(self, read: Callable[[Item, Callable[[float], None]], _Outcome], number: int) -> _Outcome:
        """Read one input; whatever becomes of it, its bytes are done then."""
        try:
            return read(self._items[number], lambda share: self._move(number, share))
        finally:
            self._move(number, 1)

    def _move(self, number: int, share: float) -> None:
        if self._on_bytes is not None:
            with self._lock:
                self._done[number] = max(self._done[number], int(self._sizes[number] * min(share, 1)))
                self._on_bytes(sum(self._done), sum(self._sizes))


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
