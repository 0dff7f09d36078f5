r"""Csv, tsv and txt: records of text.

A row number is the number of the *record*, from 1, blank lines included. That is the row in which Excel shows it: a
quoted line break does not start a new row, and a first line `sep=;` (which Excel hides) is not counted.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reformcli.errors import InputError
from reformcli.model import RawSheet
from reformcli.read.encoding import to_utf8
from reformcli.read.payload import Bytes, Content, Payload
from reformcli.read.separator import Shape, find_shape, holds_records, split
from reformcli.read.sniff import UTF16
from reformcli.read.tables import cut_tail

if TYPE_CHECKING:
    import pyarrow as pa

_SEP_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([;,\t|])"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_BREAK = re.compile(r"[\r\n]")
_FEW_SPANS = 256
_BLOCK = 1 << 20  # bytes parsed at a time: the longest record
_Cell = tuple[int, int, str]  # row and column from 0, text


def read_text(payload: Payload) -> Content:
    """Read a text file as one sheet of as many columns as its widest record has.

    Texts are not stripped; an empty field is null; shorter records end in nulls.

    Raises:
        InputError: `empty_file`, `encoding`, `not_a_table`; `unclosed_quote` with `row`, a quotation mark that opens a
            field is not closed in its record, so that others would become part of one cell.
    """
    table = _read_even(payload.data)
    if table is None:
        table = _read_ragged(to_utf8(payload.data, payload.where), payload.where)
    cells = cut_tail(table)
    if not cells.num_rows:
        raise InputError("empty_file", where=payload.where)
    return Content([RawSheet(payload.source, None, cells, 1, 1)], [])


def _read_even(data: Bytes) -> pa.Table | None:
    """Read UTF-8 in which all records have one width, in parallel; None where anything is otherwise."""
    import pyarrow as pa

    if bytes(data[:2]) in UTF16 or b"\0" in data:
        return None
    data, shape = _shape(data)
    try:
        table = _read(data, shape, check_utf8=True, use_threads=True)
    except pa.ArrowInvalid:
        return None
    return None if _open_row(table, data, shape) else table


def _read_ragged(data: Bytes, where: str) -> pa.Table:
    """Read UTF-8 in one thread; records of another width are put aside and woven in again."""
    import pyarrow as pa

    if not data[:_BLOCK].strip() and not data.strip():
        raise InputError("empty_file", where=where)
    data, shape = _shape(data)
    ragged: list[tuple[int, str]] = []  # record number from 0, and text

    def put_aside(row: Any) -> str:
        ragged.append((row.number - 1, row.text))
        return "skip"

    try:
        table = _read(data, shape, check_utf8=False, use_threads=False, invalid_row_handler=put_aside)
        if ragged:
            table = _weave(table, {number: _fields(text, shape.separator) for number, text in ragged})
    except (pa.ArrowInvalid, csv.Error) as error:  # a record or a field beyond measure
        raise _endless(data, shape, where) from error
    if row := _open_row(table, data, shape):
        raise InputError("unclosed_quote", where=where, row=row)
    return table


def _shape(data: Bytes) -> tuple[Bytes, Shape]:
    """Find out how the text is cut; a line `sep=;` says so and is taken off."""
    line = _SEP_LINE.match(data)
    if line is None:
        return data, find_shape(data)
    data = data[line.end() :]
    return data, find_shape(data, [line[1].decode()])


def _read(data: Bytes, shape: Shape, *, check_utf8: bool, use_threads: bool, invalid_row_handler: Any = None) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    return arrow_csv.read_csv(
        pa.BufferReader(data),
        arrow_csv.ReadOptions(column_names=_names(shape.width), use_threads=use_threads, block_size=_BLOCK),
        arrow_csv.ParseOptions(
            delimiter=shape.separator,
            newlines_in_values=b'"' in data,
            ignore_empty_lines=False,
            invalid_row_handler=invalid_row_handler,
        ),
        arrow_csv.ConvertOptions(
            check_utf8=check_utf8,
            column_types=dict.fromkeys(_names(shape.width), pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _names(width: int) -> list[str]:
    return [f"c{position}" for position in range(width)]


# ------------------------------------------------------------------ records of another width
def _fields(text: str, separator: str) -> list[str]:
    return [field for record in split(text, separator) for field in record]


def _weave(table: pa.Table, ragged: dict[int, list[str]]) -> pa.Table:
    """Put the ragged records back in their places, everything as wide as the widest."""
    import pyarrow as pa

    width = max(table.num_columns, *map(len, ragged.values()))
    for name in _names(width)[table.num_columns :]:
        table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    padded = ([field or None for field in fields] + [None] * (width - len(fields)) for fields in ragged.values())
    columns = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    both = pa.concat_tables([table, pa.table(columns, _names(width))])
    spans = list(_spans(table.num_rows, list(ragged)))
    if len(spans) <= _FEW_SPANS:
        return pa.concat_tables([both.slice(span.start, len(span)) for span in spans])
    return both.take(pa.array(itertools.chain.from_iterable(spans), pa.int64()))


def _spans(rows: int, numbers: list[int]) -> Iterator[range]:
    """Order the rows of both tables, one below the other: `rows` whole ones, then those of these record numbers.

    >>> list(_spans(3, [0, 2, 3]))
    [range(3, 4), range(0, 1), range(4, 6), range(1, 3)]
    """
    taken = start = 0
    for position, number in enumerate(numbers):
        whole = number - position  # whole records above this one
        if whole > taken:
            if position > start:
                yield range(rows + start, rows + position)
            yield range(taken, whole)
            taken, start = whole, position
    yield range(rows + start, rows + len(numbers))
    yield range(taken, rows)


# ------------------------------------------------------------------ a quotation mark that is not closed
def _open_row(table: pa.Table, data: Bytes, shape: Shape) -> int:
    """Find the first record with a quotation mark that it does not close, so that it swallows others; 0: none.

    Only a cell with a line break can be the work of one.
    """
    cells = _broken_cells(table, data) if b'"' in data else []
    rows = [_unclosed(cells, data, shape.separator), _swallower(table, cells, shape)]
    return min((row + 1 for row in rows if row is not None), default=0)


def _broken_cells(table: pa.Table, data: Bytes) -> list[_Cell]:
    """List the cells with line breaks in the order of the file; where every break ends a record, look at the last one.

    (The last line break of a file may end its last record, or stand in a cell that nothing closes.)
    """
    returns = data.count(b"\r")
    breaks = data.count(b"\n") + (returns and returns - data.count(b"\r\n"))
    is_even = breaks - data.endswith((b"\n", b"\r")) < table.num_rows
    start = max(0, table.num_rows - 1) if is_even else 0
    below = table.slice(start)
    cells: list[_Cell] = []
    for place, texts in enumerate(below.columns):
        rows = _with_breaks(texts)
        cells += [
            (start + row, place, text) for row, text in zip(rows.to_pylist(), texts.take(rows).to_pylist(), strict=True)
        ]
    return sorted(cells)


def _with_breaks(texts: Any) -> Any:
    """The places of the texts in which a line ends."""
    import pyarrow.compute as pc

    return pc.indices_nonzero(pc.or_(pc.match_substring(texts, "\n"), pc.match_substring(texts, "\r")))


def _unclosed(cells: list[_Cell], data: Bytes, separator: str) -> int | None:
    """Find the first cell that does not stand in the file between quotation marks.

    Where the mark that opens another cell ended it, that cell's text follows; where none did, the file ends. Each is
    looked for after the one before it, so that all together cost one pass.
    """
    closed = re.compile(rb'[ \t]*"[ \t]*(?:%s|[\r\n]|\Z)' % re.escape(separator).encode())
    place = 0
    for row, _, text in cells:
        place = _after(data, place, b'"' + text.rstrip(" \t").replace('"', '""').encode(), closed)
        if place < 0:
            return row
    return None


def _after(data: Bytes, place: int, text: bytes, closed: re.Pattern[bytes]) -> int:
    """Find where a text with `closed` behind it ends, from `place` on; -1 if there is none."""
    while (place := data.find(text, place)) >= 0:
        place += len(text)
        if closed.match(data, place):
            break
    return place


def _swallower(table: pa.Table, cells: list[_Cell], shape: Shape) -> int | None:
    """Find the first record in whose cell others stand: the mark of a later record closed it, as if it were meant."""
    wide = [cell for cell in cells if cell[2].count(shape.separator) >= shape.width - 1 > 0]
    records = table.take([row for row, _, _ in wide]).to_pylist() if wide else []
    for (row, place, _), record in zip(wide, records, strict=True):
        if holds_records(list(record.values()), place, shape):
            return row
    return None


def _endless(data: Bytes, shape: Shape, where: str) -> InputError:
    """Name the record in which the open quotation mark stands (slow: only for the message)."""
    if b'"' not in data:
        return InputError("not_a_table", where=where)
    rows = 0
    try:
        for _ in split(data.decode(), shape.separator):
            rows += 1
    except csv.Error:
        rows += 1
    return InputError("unclosed_quote", where=where, row=rows)
