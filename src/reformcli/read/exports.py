"""Read every input that the user named, several at a time, in an order that does not depend on how they were named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reformcli.errors import InputError, ReformError
from reformcli.limits import Limits
from reformcli.read.discover import STDIN, Item, discover
from reformcli.read.payload import Bytes, Content, Payload, load
from reformcli.read.sniff import Kind

if TYPE_CHECKING:
    from reformcli.model import RawSheet, SkippedSheet

Progress = Callable[[int, int], None]
_OLE_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
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
    with ThreadPoolExecutor(max_workers=max(1, min(len(items), os.cpu_count() or 1, _WORKERS))) as pool:
        futures = [pool.submit(_read, item, stream) for item in items]
        _report(items, futures, on_bytes)
    _raise_first(futures)
    outcomes = [future.result() for future in futures]
    outcomes.sort(key=lambda outcome: (outcome[0].source.name, outcome[0].source.sha256))
    return Readings(
        sheets=[sheet for _, content in outcomes for sheet in content.sheets],
        skipped=[sheet for _, content in outcomes for sheet in content.skipped],
        parquet=sorted(Path(payload.where) for payload, _ in outcomes if payload.kind is Kind.PARQUET),
    )


def _read(item: Item, stdin: BinaryIO | None) -> tuple[Payload, Content]:
    """Read one input; the payload comes back without its bytes."""
    payload = load(item, stdin)
    content = _content(payload)
    return Payload(payload.where, payload.source, payload.kind, b""), content


def _content(payload: Payload) -> Content:
    match payload.kind:
        case Kind.ZIP:
            from reformcli.read.xlsx import read_workbook

            return read_workbook(payload)
        case Kind.TEXT:
            from reformcli.read.text import read_text

            return read_text(payload)
        case Kind.PARQUET:
            return Content([], [])
        case _:
            raise _refusal(payload)


def _refusal(payload: Payload) -> InputError:
    match payload.kind:
        case Kind.EMPTY:
            return InputError("empty_file", where=payload.where)
        case Kind.HTML:
            return InputError("html_table", where=payload.where)
        case Kind.XML_WORKBOOK:
            return InputError("other_workbook", where=payload.where, kind="XML Spreadsheet 2003")
        case Kind.OLE:
            return InputError(_ole(payload.data), where=payload.where)
        case _:
            return InputError("not_a_table", where=payload.where)


def _ole(data: Bytes) -> str:
    """Tell a protected workbook, an old one and any other compound file (doc, msi) by the names of their streams."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "encrypted"
    return "old_xls" if any(name in data for name in _OLE_STREAMS) else "not_a_table"


def _report(items: list[Item], futures: list[Future[tuple[Payload, Content]]], on_bytes: Progress | None) -> None:
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


def _raise_first(futures: list[Future[tuple[Payload, Content]]]) -> None:
    errors = [error for future in futures if (error := future.exception())]
    expected = [error for error in errors if isinstance(error, ReformError)]
    if len(expected) < len(errors):
        raise next(error for error in errors if not isinstance(error, ReformError))
    if expected:
        raise min(expected, key=lambda error: (error.where, error.key))
