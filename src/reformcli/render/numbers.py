"""Cells as text: for people in their language, and for machines without loss."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reformcli.render.table import Cell, Column, Table

NOT_MEASURED = "–"
NUMBER_KINDS = frozenset({"count", "points", "percent", "rank", "change"})
UP, DOWN, SAME = "▲ ", "▼ ", "="  # how a change is shown: the sign can be told in grey and read aloud
_TWO_DECIMALS = frozenset({"points", "percent"})
_SEPARATORS = {"vi": str.maketrans(",.", ".,"), "en": str.maketrans("", "")}

# Bytes that drive a terminal, turn the reading direction around, or that XML and UTF-8 cannot carry.
_DRIVING = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)]
_DRIVING += [*range(0x2066, 0x206A), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
_VISIBLE = {code: chr(0x2400 + code) if code < 0x20 else "\ufffd" for code in _DRIVING} | {0x7F: "\u2421"}
_NEWLINE = re.compile("\r\n|[\n\x85\u2028\u2029]")
_TO_REPLACE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_EXACT = Context(prec=100_000, rounding=ROUND_HALF_UP)  # no figure is so long that it would lose digits


def is_number(column: Column) -> bool:
    """Tell whether people expect numbers in this column, set flush right."""
    return column.kind in NUMBER_KINDS


def visible(text: str) -> str:
    r"""Replace control characters, direction overrides and broken code points by signs that can be seen.

    Line feed, carriage return and tab stay, for formats that can carry them.

    >>> visible("a\x1b[31m\u202eb")
    'a␛[31m�b'
    """
    return text.translate(_VISIBLE) if _TO_REPLACE.search(text) else text


def one_line(text: str, *, newline: str = "↵") -> str:
    r"""Make a text `visible` and put it on one line: a line break is shown as `newline`, a tab as a space.

    >>> one_line("Phòng\r\nA\tB\rC")
    'Phòng↵A B␍C'
    """
    if not _TO_REPLACE.search(text):
        return text
    return visible(_NEWLINE.sub("\n", text)).replace("\r", "␍").replace("\t", " ").replace("\n", newline)


def plain(cell: Cell) -> str:
    """Give a cell as machines read it: exact number, ISO time, text as it is, nothing for "not measured".

    >>> [plain(cell) for cell in (Decimal("1E+3"), Decimal("-2.50"), 1234, None, datetime(2026, 4, 3, 8))]
    ['1000', '-2.50', '1234', '', '2026-04-03 08:00:00']
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    number = exact(cell)
    return format(number if number else abs(number), "f")


def exact(cell: int | Decimal) -> Decimal:
    """Give a number as a finite Decimal.

    Raises:
        ValueError: NaN or infinity, which no figure of ours may be.
        TypeError: a binary float, which no figure of ours may be either.
    """
    number = cell if isinstance(cell, Decimal) else Decimal(operator.index(cell))
    if not number.is_finite():
        raise ValueError(f"not a figure: {number}")
    return number


def shown(
    cell: Cell, column: Column, language: str, *, decimals: int | None = None, seconds: bool | None = None
) -> str:
    """Give a cell as people read it; text stays as it is.

    Args:
        cell: the value.
        column: its column. Points and percents have two decimals; a percent gets its sign unless the heading has one.
        language: vi (1.234,56) or en (1,234.56).
        decimals: of a number, where the whole column should have the same; as many as it has if left out.
        seconds: whether a time shows them; only if it has any, if left out.

    >>> from reformcli.render.table import Column
    >>> [shown(Decimal("1234.565"), Column("points", "Điểm", "points"), language) for language in ("vi", "en")]
    ['1.234,57', '1,234.57']
    >>> shown(Decimal("95"), Column("rate", "Tỷ lệ", "percent"), "vi")
    '95,00%'
    >>> shown(datetime(2026, 4, 3, 8, 5), Column("due_at", "Hẹn trả", "time"), "vi")
    '03/04/2026 08:05'
    >>> [shown(Decimal(value), Column("change", "Tăng giảm", "change"), "vi") for value in ("0.20", "-1.50", "0.00")]
    ['▲ 0,20', '▼ 1,50', '=']
    """
    if cell is None:
        return NOT_MEASURED
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return _time(cell, seconds=bool(cell.second) if seconds is None else seconds)
    if not is_number(column) and not isinstance(cell, Decimal):
        return plain(cell)  # a year or a code is not grouped
    number = exact(cell)
    text = _rounded(
        abs(number) if column.kind == "change" else number, decimals_of(cell, column) if decimals is None else decimals
    )
    if column.kind == "change":
        return (UP if number > 0 else DOWN) + text.translate(_SEPARATORS[language]) if number else SAME
    return text.translate(_SEPARATORS[language]) + ("%" if has_percent_sign(column) else "")


def has_percent_sign(column: Column) -> bool:
    """Tell whether the cells of a column carry a percent sign: those of a percent whose heading has none."""
    return column.kind == "percent" and "%" not in column.heading


def decimals_of(cell: int | Decimal, column: Column) -> int:
    """Count the decimals people see of a number: two for points and percents, else as many as it has."""
    if column.kind in _TWO_DECIMALS:
        return 2
    exponent = cell.as_tuple().exponent if isinstance(cell, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def column_decimals(column: Column, cells: Sequence[Cell]) -> int:
    """Count the decimals that every number of a column is shown with, so that they stand in line."""
    numbers = [cell for cell in cells if cell is not None and not isinstance(cell, str | datetime)]
    return max((decimals_of(number, column) for number in numbers), default=0)


def shown_rows(table: Table, language: str) -> list[list[str]]:
    """Give all cells of a table as people read them: `shown`, alike within each column."""
    formatted = []
    for index, column in enumerate(table.columns):
        cells = [row[index] for row in table.rows]
        decimals = column_decimals(column, cells)
        seconds = any(isinstance(cell, datetime) and cell.second for cell in cells)
        formatted.append([shown(cell, column, language, decimals=decimals, seconds=seconds) for cell in cells])
    return [[cells[number] for cells in formatted] for number in range(len(table.rows))]


def shade_of(table: Table, row: int, column: Column) -> str | None:
    """Look up the meaning a cell was given: good, bad, muted or none."""
    return table.shades.get((row, column.key)) if table.shades else None


def first_total(table: Table) -> int:
    """Give the index of the first closing row that holds sums; the number of rows if there is none."""
    return len(table.rows) - min(max(table.total_rows, 0), len(table.rows))


def _rounded(number: Decimal, decimals: int) -> str:
    """Round half up and group by thousands; a rounded zero has no sign."""
    rounded = number.quantize(Decimal((0, (1,), -decimals)), context=_EXACT)
    return format(rounded if rounded else abs(rounded), ",f")


def _time(moment: datetime, *, seconds: bool) -> str:
    """Write a time day first; strftime would drop the zeros of early years on some systems."""
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    return f"{day} {moment.hour:02}:{moment.minute:02}" + (f":{moment.second:02}" if seconds else "")
