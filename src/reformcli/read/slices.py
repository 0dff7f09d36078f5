"""A large sheet in slices, read side by side: fastexcel takes one core for a sheet, however many there are.

The XML is cut between two rows while it is unpacked, and every slice is read as the only sheet of a small workbook. Two
rows of ours, one above and one below it, make its place certain: a table that does not begin and end with them, or has
another number of rows, comes from a sheet that is not written in order, and that is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from typing import TYPE_CHECKING, Final, NamedTuple

from reformcli.read.survey import Survey, survey, without_dimension

if TYPE_CHECKING:
    import pyarrow as pa

SLICE: Final = 8 << 20  # bytes of XML: what a core reads in a tenth of a second
LARGEST: Final = 64 << 20
SHARE: Final = 0.2  # of the reading: what reading the other parts again for every slice may cost
MOST_ROWS: Final = 1 << 20
_HEAD = re.compile(rb"<sheetData(?:\s[^<>]*)?(?<!/)>")
_ROW = re.compile(rb'<row(?:\s[^<>]*?)?\sr="([1-9]\d{0,6})"')
_TRIES = 3  # rows looked at, from the end of a slice, for one that tells its number
_MARK = "reformcli: mark"
_MARK_ROW = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + _MARK.encode() + b"</t></is></c></row>"
_END = b"</sheetData></worksheet>"


class NotSlicedError(ValueError):
    """The rows of a sheet cannot be told apart: it is read whole."""


class Slice(NamedTuple):
    """Some rows as the XML of a sheet: from `first` to before `end`; the last slice has no end."""

    xml: bytes
    first: int
    end: int | None


class Sliced(NamedTuple):
    """A sheet: its table from physical row 1 on, the physical column of `c0`, and what the second look found."""

    table: pa.Table
    first_column: int
    found: Survey


Read = Callable[[Slice], "pa.RecordBatch"]


def slice_size(sheet: int, others: int) -> int | None:
    """Choose how many bytes a slice has; None where a sheet is better read whole.

    Args:
        sheet: bytes of its XML.
        others: bytes of the parts that are read again with every slice.

    >>> slice_size(800_000_000, 10_000), slice_size(800_000_000, 100_000_000), slice_size(9_000_000, 0)
    (8388608, None, None)
    """
    size = max(SLICE, int(others / SHARE))
    return size if size <= LARGEST and sheet >= 2 * size else None


def read_sliced(pieces: Iterable[bytes], size: int, workers: int, read: Read) -> Sliced:
    """Read a sheet in slices while the second look passes over its XML.

    Args:
        pieces: the XML.
        size: bytes of a slice.
        workers: how many slices are read at a time; few more are kept.
        read: reads a slice with all its rows, in any thread.

    Raises:
        NotSlicedError: the sheet must be read whole.
    """
    slots = Semaphore(workers + 1)
    failed: list[Future[pa.Table]] = []
    futures: list[Future[pa.Table]] = []

    def done(future: Future[pa.Table]) -> None:
        if not future.cancelled() and future.exception():
            failed.append(future)
        slots.release()

    with ThreadPoolExecutor(max_workers=workers) as pool:

        def take(slice_: Slice) -> None:
            slots.acquire()
            for future in failed:
                future.result()  # raises: the others are not worth their time
            futures.append(pool.submit(_rows, slice_, read))
            futures[-1].add_done_callback(done)

        try:
            found = survey(_cut(pieces, size, take), is_thorough=False)
            tables = [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Sliced(*_joined(tables), found)


def _cut(pieces: Iterable[bytes], size: int, take: Callable[[Slice], None]) -> Iterator[bytes]:
    """Hand the pieces on, and slices of them to `take`."""
    head, first = b"", 1
    kept: list[bytes] = []
    length = 0
    for piece in pieces:
        yield piece
        kept.append(piece)
        length += len(piece)
        if length < size:
            continue
        text = b"".join(kept)
        if not head:
            head, text = _headed(text)
        place, row = _edge(text, first)
        take(Slice(b"".join((head, _mark(first - 1), text[:place], _mark(row), _END)), first, row))
        kept, length, first = [text[place:]], len(text) - place, row
    if not head:
        raise NotSlicedError
    take(Slice(b"".join((head, _mark(first - 1), *kept)), first, None))


def _headed(text: bytes) -> tuple[bytes, bytes]:
    """What stands before the rows, and the rest."""
    start = _HEAD.search(text)
    if start is None:
        raise NotSlicedError
    return without_dimension(text[: start.end()]), text[start.end() :]


def _edge(text: bytes, first: int) -> tuple[int, int]:
    """The last place between two rows, and the number of the row behind it."""
    place = len(text)
    for _ in range(_TRIES):
        place = text.rfind(b"<row", 0, place)
        number = _ROW.match(text, place) if place > 0 else None
        if number and first < int(number[1]) < first + MOST_ROWS:
            return place, int(number[1])
    raise NotSlicedError


def _mark(row: int) -> bytes:
    """A row of ours; there is none above the first."""
    return _MARK_ROW % (row, row) if row else b""


def _rows(slice_: Slice, read: Read) -> pa.Table:
    """The rows of a slice without ours, once they stand where they must."""
    import pyarrow as pa

    batch = read(slice_)
    above = slice_.first > 1
    if not batch.num_rows or (above and batch.column(0)[0].as_py() != _MARK):
        raise NotSlicedError
    if slice_.end is None:
        return pa.Table.from_batches([batch.slice(1)])
    rows = slice_.end - slice_.first
    if batch.num_rows != rows + above + 1 or batch.column(0)[batch.num_rows - 1].as_py() != _MARK:
        raise NotSlicedError
    return pa.Table.from_batches([batch.slice(int(above), rows)])


def _joined(tables: list[pa.Table]) -> tuple[pa.Table, int]:
    """One table of all slices, without the empty columns on the left, and the physical column of its first one."""
    import pyarrow as pa

    width = max(table.num_columns for table in tables)
    names = [f"c{position}" for position in range(width)]
    even = []
    for table in tables:
        blank = [pa.nulls(table.num_rows, pa.string())] * (width - table.num_columns)
        even.append(pa.table([*table.columns, *blank], names))
    whole = pa.concat_tables(even)
    filled = [at for at, column in enumerate(whole.columns) if column.null_count < len(column)]
    left = filled[0] if filled else width
    return whole.select(range(left, width)).rename_columns(names[: width - left]), left + 1
