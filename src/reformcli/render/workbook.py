"""Tables as an Excel workbook: one sheet each, real numbers and dates, nothing live, the same bytes every time."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

from reformcli.render.charts import add_chart
from reformcli.render.numbers import (
    NOT_MEASURED,
    column_decimals,
    exact,
    first_total,
    has_percent_sign,
    is_number,
    one_line,
    plain,
    shown_rows,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from reformcli.render.table import Cell, Column, Table

MAX_ROWS = 1_048_576  # Excel's own limits, in this and the next lines
MAX_TEXT = 32_767
MAX_NAME = 31
MAX_DIGITS = 15
FIRST_YEAR = 1900  # its first day is read back as a time without date
CUT = " […]"
HEADER_ROW = 2  # below the title and an empty row

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RUNNABLE = ("=", "+", "-", "@")
_SHADES = {"good": "#1E7B34", "bad": "#B3261E", "muted": "#808080"}
_FILLS = {"error": "#F4B6B0", "warning": "#FFEB9C"}
_GREY, _LINE, _FILL = "#808080", "#D9D9D9", "#E7EDF4"
_WIDEST, _NARROWEST = 48.0, 9.0  # of a column, in characters
_LINE_POINTS, _AIR, _TALLEST = 15.0, 4.0, 405.0  # of a row, in points
_BOLD, _TITLE = 1.12, 1.4  # how much more room such text takes
_MEASURED = 500  # of the texts of a column, the longest
_NOTE_WIDTH = 70.0  # title and notes spread over at least so many characters

Look = dict[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that go on one sheet; only a table beyond Excel's limit has more than one part."""

    table: Table
    start: int
    stop: int


def workbook_bytes(tables: Sequence[Table], *, language: str, properties_title: str, created: datetime) -> bytes:
    """Write tables to a workbook, one sheet each, named after `Table.name`.

    Args:
        tables: what to write.
        language: vi or en; only for column widths: Excel itself shows numbers as the reader's system does.
        properties_title: title among the file's properties.
        created: time among the file's properties, given from outside so that equal tables give equal bytes.
    """
    from xlsxwriter.workbook import Workbook

    buffer = io.BytesIO()
    text_stays_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, {"in_memory": True, **text_stays_text}) as book:
        book.set_properties({"title": _text(properties_title), "created": created.replace(tzinfo=None)})
        looks = Looks(book)
        taken: set[str] = set()
        for part in (part for table in tables for part in parts_of(table)):
            sheet = book.add_worksheet(sheet_name(part.table.name, taken))
            last_row = _write_sheet(sheet, part, looks, language)
            add_chart(book, sheet, part.table, first_row=HEADER_ROW + 1, below=last_row + 2)
    return buffer.getvalue()


def parts_of(table: Table) -> list[Part]:
    """Split a table into parts that fit on a sheet with title, heading and notes."""
    room = max(1, MAX_ROWS - HEADER_ROW - 1 - len(table.notes) - 1)
    starts = range(0, max(1, len(table.rows)), room)
    return [Part(table, start, min(start + room, len(table.rows))) for start in starts]


def sheet_name(wanted: str, taken: set[str]) -> str:
    """Make a name that Excel accepts and that is not taken, and take it.

    >>> taken = {"late"}
    >>> sheet_name("Late", taken), sheet_name("A/B: [x]?", taken)
    ('Late (2)', 'A-B- -x--')
    """
    base = _FORBIDDEN.sub("-", one_line(wanted, newline=" ")).strip("' ") or "-"
    base = f"{base}-" if base.lower() == "history" else base  # Excel keeps this name for itself
    number, name = 1, _cut(base, MAX_NAME).rstrip("' ")
    while name.casefold() in taken:
        number += 1
        name = f"{_cut(base, MAX_NAME - len(f' ({number})')).rstrip()} ({number})"
    taken.add(name.casefold())
    return name


class Looks:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def get(self, **look: object) -> Format:
        """Give the format with these properties."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(dict(look))
        return self._made[key]


def _write_sheet(sheet: Worksheet, part: Part, looks: Looks, language: str) -> int:
    """Write one sheet from the title to the notes and set it up for screen and paper; returns its last row."""
    columns = part.table.columns
    texts = shown_rows(part.table, language)[part.start : part.stop]
    widths = [_width(column, {row[index] for row in texts}) for index, column in enumerate(columns)]
    sheet.set_default_row(_height(1))
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    span = _span(widths)
    _write_wide(sheet, 0, part.table.title, span, looks.get(bold=True, font_size=14, text_wrap=True, valign="vcenter"))
    for index, column in enumerate(columns):
        sheet.write_string(HEADER_ROW, index, _text(column.heading), looks.get(**_heading_look(column)))
    _write_rows(sheet, part, looks)
    _fit_heights(sheet, part, texts, widths)
    row = HEADER_ROW + part.stop - part.start + 2
    for offset, note in enumerate(part.table.notes):
        look = looks.get(font_color=_GREY, italic=True, text_wrap=True, valign="top")
        _write_wide(sheet, row + offset, note, span, look)
    last_row = row + len(part.table.notes) - 1 if part.table.notes else row - 2
    _set_up(sheet, part, last_row, max(len(span), len(columns)) - 1)
    return last_row


def _write_rows(sheet: Worksheet, part: Part, looks: Looks) -> None:
    """Write the cells of one part, column by column because a column shares its number format."""
    table = part.table
    totals_from, shades = first_total(table), table.shades or {}
    for index, column in enumerate(table.columns):
        number_format = _number_format(column, [row[index] for row in table.rows])
        made: dict[tuple[object, ...], Format] = {}  # equal cells share a look: building it for each takes long
        for number in range(part.start, part.stop):
            cell, shade = table.rows[number][index], shades.get((number, column.key))
            key = (type(cell), _is_runnable(cell), shade, number >= totals_from, number == totals_from)
            if key not in made:
                look = _cell_look(column, cell, number_format, shade)
                if number >= totals_from:
                    look |= {"bold": True} | ({"top": 1} if number == totals_from else {})
                made[key] = looks.get(**look)
            _write_cell(sheet, HEADER_ROW + 1 + number - part.start, index, cell, made[key])


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    """Write one cell with its own type; what Excel cannot hold exactly becomes text."""
    if isinstance(cell, str):
        sheet.write_string(row, column, _text(cell), look)
    elif isinstance(cell, datetime) and cell.year > FIRST_YEAR:
        sheet.write_datetime(row, column, cell.replace(tzinfo=None, microsecond=0), look)
    elif cell is None:
        sheet.write_string(row, column, NOT_MEASURED, look)
    elif isinstance(cell, datetime) or _is_too_long(cell):
        sheet.write_string(row, column, _text(plain(cell)), look)
    else:
        # A Decimal keeps its digits: XlsxWriter would write the float 99.9 as 99.90000000000001.
        sheet.write_number(row, column, exact(cell), look)


def _write_wide(sheet: Worksheet, row: int, text: str, span: list[float], look: Format) -> None:
    """Write a title or note over several columns; Excel does not fit the height of merged cells by itself."""
    if len(span) > 1:
        sheet.merge_range(row, 0, row, len(span) - 1, "", look)
    shown, size = _text(text), _TITLE if look.bold else 1.0
    sheet.set_row(row, _height(_line_count(shown, sum(span) / size), size))
    sheet.write_string(row, 0, shown, look)


def _fit_heights(sheet: Worksheet, part: Part, texts: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """Make rows of several lines as high as they need; not every program does so by itself."""
    headings = [column.heading for column in part.table.columns]
    most = max(
        (_line_count(text, (width - 1) / _BOLD) for text, width in zip(headings, widths, strict=True)), default=1
    )
    sheet.set_row(HEADER_ROW, _height(most) + _AIR)
    most_of_row = [1] * len(texts)
    for index, column in enumerate(part.table.columns):
        if is_number(column):
            continue
        width = widths[index] - 2
        lines = {text: _line_count(_text(text), width) for text in {cells[index] for cells in texts}}
        if max(lines.values(), default=1) > 1:
            most_of_row = [max(most, lines[cells[index]]) for most, cells in zip(most_of_row, texts, strict=True)]
    for row, lines_of_row in enumerate(most_of_row):
        if lines_of_row > 1:
            sheet.set_row(HEADER_ROW + 1 + row, _height(lines_of_row))


def _set_up(sheet: Worksheet, part: Part, last_row: int, last_column: int) -> None:
    """Freeze and filter for the screen; A4 landscape, one page wide, for paper."""
    columns, rows = len(part.table.columns), part.stop - part.start
    data_rows = max(0, min(part.stop, first_total(part.table)) - part.start)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    if columns and data_rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + data_rows, columns - 1)
    if columns and rows:
        area = f"A{HEADER_ROW + 2}:XFD{HEADER_ROW + 1 + rows}"
        sheet.ignore_errors({"number_stored_as_text": area})  # codes are texts on purpose: no green corners
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 1 if part.table.chart and rows <= 40 else 0)  # a chart is not cut in two
    sheet.repeat_rows(HEADER_ROW)
    if part.table.chart is None:  # a chart stands below
        sheet.print_area(0, 0, max(last_row, HEADER_ROW), max(last_column, 0))
    sheet.set_footer("&L&8&A&R&8&P / &N")


def _heading_look(column: Column) -> Look:
    """Choose the look of a heading; it wraps, and stands in the middle to leave room for the filter button."""
    align = "center" if is_number(column) or column.kind == "time" else "left"
    look: Look = {"bold": True, "text_wrap": True, "valign": "vcenter", "align": align}
    look |= {} if align == "center" else {"indent": 1}
    return look | {"bg_color": _FILL, "bottom": 1, "bottom_color": _GREY}


def _cell_look(column: Column, cell: Cell, number_format: str, shade: str | None) -> Look:
    """Choose the look of a cell by its column and value."""
    look: Look = {"valign": "vcenter", "bottom": 1, "bottom_color": _LINE}
    if shade in _FILLS:
        look["bg_color"] = _FILLS[shade]
    if cell is None:
        return look | {"align": "center", "font_color": _GREY}
    if shade in _SHADES:
        look["font_color"] = _SHADES[shade]
    if isinstance(cell, datetime):
        return look | {"align": "center", "num_format": "dd/mm/yyyy hh:mm:ss"}
    if isinstance(cell, str):
        wraps: Look = {"align": "right"} if is_number(column) else {"text_wrap": True, "align": "left", "indent": 1}
        return look | wraps | ({"quote_prefix": True} if _is_runnable(cell) else {})
    return look | {"align": "center" if column.kind == "rank" else "right", "num_format": number_format}


def _number_format(column: Column, cells: Sequence[Cell]) -> str:
    """Choose the number format of a column: Excel puts in the reader's own separators."""
    if not is_number(column) and not any(isinstance(cell, Decimal) for cell in cells):
        return "0"
    decimals = column_decimals(column, cells)
    sign = '"%"' if has_percent_sign(column) else ""
    return "#,##0" + ("." + "0" * decimals if decimals else "") + sign


def _is_runnable(cell: Cell) -> bool:
    """Tell whether Excel would take a text for a formula once somebody edits its cell."""
    return isinstance(cell, str) and cell.startswith(_RUNNABLE)


def _is_too_long(cell: int | Decimal) -> bool:
    """Tell whether Excel's 15 digits would change the whole part of a number."""
    return exact(cell).adjusted() >= MAX_DIGITS


def _text(text: str) -> str:
    """Make a text that Excel can hold: no control characters, and a visible mark where it had to be cut."""
    shown = one_line(text, newline="\n")
    if 2 * len(shown) <= MAX_TEXT:
        return shown
    return shown if _units(shown) <= MAX_TEXT else _cut(shown, MAX_TEXT - len(CUT)) + CUT


def _units(text: str) -> int:
    """Count as Excel does, where an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    """Keep the first `units`, never half an emoji."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def _width(column: Column, texts: Iterable[str]) -> float:
    """Fit a column to its contents and to a heading of three lines beside the filter button."""
    heading = max(_length(column.heading) / 3, *(_length(word) for word in column.heading.split()), 0.0) * _BOLD + 3
    if column.kind == "time":
        return round(max(heading, 21.0), 1)
    lines = (line for text in texts for line in _text(text).split("\n"))
    contents = max(map(_length, nlargest(_MEASURED, lines, key=len)), default=0.0) * _BOLD + 3
    least = 0.0 if is_number(column) else min(_length(column.heading) * _BOLD + 3, 20.0)
    return round(min(max(contents, heading, least, _NARROWEST), _WIDEST), 1)


def _height(lines: int, size: float = 1.0) -> float:
    """Give the height of a row in points, with some air."""
    return min(lines * _LINE_POINTS * size + _AIR, _TALLEST)


@lru_cache(maxsize=4096)  # names repeat
def _line_count(text: str, width: float) -> int:
    """Count the lines that a text takes in a cell of this width, broken between words as Excel does."""
    if 2 * len(text) <= width and "\n" not in text:
        return 1
    count = 0
    for line in text.split("\n"):
        count, used = count + 1, 0.0
        for word in line.split(" ") if 2 * len(line) > width else ():
            length = _length(word)
            if used and used + 1 + length > width:
                count, used = count + 1, 0.0
            count += max(0, math.ceil(length / width) - 1)
            used += length % width + (1 if used else 0)
    return count


def _length(text: str) -> float:
    """Measure a text in average characters: accents take no room, capitals and wide signs more."""
    import unicodedata

    if text.isascii():
        return len(text) + 0.2 * sum(map(str.isupper, text))
    total = 0.0
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.combining(character):
            continue
        wide = unicodedata.east_asian_width(character) in "WF"
        total += 2.0 if wide else 1.2 if character.isupper() else 1.0
    return total


def _span(widths: Sequence[float]) -> list[float]:
    """Choose the columns that title and notes spread over: all, and more beside a narrow table."""
    span = list(widths)
    while sum(span) < _NOTE_WIDTH:
        span.append(8.43)
    return span
