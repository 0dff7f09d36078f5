"""What the records of binary workbooks tell beside the values: errors, hidden rows, extents, protection.

Two kinds of records: those of .xls (BIFF5 and BIFF8), and those of .xlsb (BIFF12).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
# .xls
_BOF, _EOF, _FILE_PASS, _DATE_MODE, _BOUND_SHEET = 0x0809, 0x0A, 0x2F, 0x22, 0x85
_ROW, _FORMULA, _BOOL_ERR = 0x0208, 0x06, 0x0205
_VALUES = frozenset((0x0203, 0x0204, 0x00D6, 0x027E, 0x00FD, 0x00BD, _FORMULA, _BOOL_ERR))
_ROW_IS_HIDDEN = 0x20
# .xlsb
_ROW_12, _ERROR_12, _FORMULA_ERROR_12, _BOOK_12, _SHEET_12 = 0, 3, 11, 153, 156
_FIRST_VALUE_12, _LAST_VALUE_12, _RICH_12 = 2, 11, 62
_ROW_IS_HIDDEN_12 = 0x10
_MOST_ROWS_12, _MOST_COLUMNS_12 = 1 << 20, 1 << 14
_MOST_COLUMNS = 1 << 8


@dataclass(slots=True)
class Facts:
    """What the records of one sheet tell; places are from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)  # with values
    hidden: set[int] = field(default_factory=set)  # with or without
    width: int = 0

    @property
    def hidden_rows(self) -> int:
        """Hidden rows with values."""
        return len(self.rows & self.hidden)

    @property
    def height(self) -> int:
        """Rows to the last one with values."""
        return max(self.rows, default=-1) + 1


# ------------------------------------------------------------------ .xls
def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """List the records of a part of an old workbook: number, place of the contents, bytes.

    The part ends with its own end record; charts inside it are passed over.
    """
    depth, end = 0, len(stream) - 4
    while start <= end:
        number, size = struct.unpack_from("<HH", stream, start)
        start += 4
        if number == _BOF:
            depth += 1
        elif number == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield number, start, size
        start += size


def is_encrypted(stream: bytes) -> bool:
    """Tell whether a password protects an old workbook."""
    return any(number == _FILE_PASS for number, _, _ in records(stream))


def has_date1904(stream: bytes) -> bool:
    """Tell whether the serial dates of an old workbook count from 1904."""
    return any(
        number == _DATE_MODE and stream[start : start + 2] == b"\x01\x00" for number, start, _ in records(stream)
    )


def sheet_places(stream: bytes) -> list[int]:
    """List where the sheets of an old workbook begin, in its order."""
    return [
        struct.unpack_from("<I", stream, start)[0] for number, start, _ in records(stream) if number == _BOUND_SHEET
    ]


def old_facts(stream: bytes, place: int) -> Facts:
    """Read the facts of one sheet of an old workbook.

    Raises:
        ValueError: a cell stands beyond column IV, the last that such a workbook has.
    """
    facts = Facts()
    rows, width = facts.rows, 0
    for number, start, size in records(stream, place):
        if number in _VALUES and size >= 6:
            row, column = struct.unpack_from("<HH", stream, start)
            rows.add(row)
            width = max(width, column)
            if number in (_BOOL_ERR, _FORMULA) and (code := _error_code(stream[start : start + size], number)) >= 0:
                facts.errors[row, column] = ERRORS.get(code, "#VALUE!")
            elif number == 0x00BD:  # several numbers; the last column closes the record
                width = max(width, *struct.unpack_from("<H", stream, start + size - 2))
        elif number == _ROW and size >= 14 and stream[start + 12] & _ROW_IS_HIDDEN:
            facts.hidden.add(*struct.unpack_from("<H", stream, start))
    if width >= _MOST_COLUMNS:
        raise ValueError(width)
    facts.width = width + 1 if rows else 0
    return facts


def _error_code(cell: bytes, number: int) -> int:
    """Read the error of a cell, -1 where it holds another value."""
    if number == _BOOL_ERR:
        return cell[6] if len(cell) >= 8 and cell[7] else -1
    return cell[8] if len(cell) >= 14 and cell[6] == 2 and cell[12:14] == b"\xff\xff" else -1


# ------------------------------------------------------------------ .xlsb
def records12(part: bytes) -> Iterator[tuple[int, int, int]]:
    """List the records of a part of an xlsb workbook: number, place of the contents, bytes.

    Raises:
        ValueError: a record reaches over the end.
    """
    start, end = 0, len(part)
    while start < end:
        number = part[start]
        start += 1
        if number & 0x80 and start < end:
            number = (number & 0x7F) | (part[start] << 7)
            start += 1
        size = shift = 0
        for _ in range(4):
            if start >= end:
                raise ValueError("record")
            byte = part[start]
            start += 1
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        if start + size > end:
            raise ValueError("record")
        yield number, start, size
        start += size


def book_facts12(part: bytes) -> tuple[bool, list[str]]:
    """Read whether dates count from 1904, and the relation of every sheet, in order.

    Raises:
        ValueError: the part is damaged.
    """
    date1904, relations = False, []
    for number, start, size in records12(part):
        if number == _BOOK_12 and size:
            date1904 = bool(part[start] & 1)
        elif number == _SHEET_12:
            if size < 12:
                raise ValueError("sheet")
            length = struct.unpack_from("<I", part, start + 8)[0]
            relations.append(part[start + 12 : start + 12 + 2 * length].decode("utf-16-le", "replace"))
    return date1904, relations


def facts12(part: bytes) -> Facts:
    """Read the facts of one sheet of an xlsb workbook.

    Raises:
        ValueError: the part is damaged.
    """
    facts = Facts()
    row = width = -1
    for number, start, size in records12(part):
        if _FIRST_VALUE_12 <= number <= _LAST_VALUE_12 or number == _RICH_12:
            if size < 8:
                raise ValueError("cell")
            column = int.from_bytes(part[start : start + 4], "little")
            if row >= _MOST_ROWS_12 or column >= _MOST_COLUMNS_12:
                raise ValueError("place")
            facts.rows.add(row)
            width = max(width, column)
            if number in (_ERROR_12, _FORMULA_ERROR_12):
                facts.errors[row, column] = ERRORS.get(part[start + 8] if size > 8 else -1, "#VALUE!")
        elif number == _ROW_12:
            row = int.from_bytes(part[start : start + 4], "little")
            if size > 11 and part[start + 11] & _ROW_IS_HIDDEN_12:
                facts.hidden.add(row)
    facts.width = width + 1
    return facts
