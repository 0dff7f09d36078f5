"""Tables as an Excel workbook: one sheet each, real numbers and dates, the same bytes every time.

What a table says follows from other cells is a live formula with its result stored; nothing else is live.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reformcli.audit.carried import SHEET, chunks
from reformcli.render.charts import add_chart
from reformcli.render.fit import AIR, BOLD, TITLE, cut, height_of, line_count, sized, span_of, width_of
from reformcli.render.formulas import Placed, resolve
from reformcli.render.numbers import (
    DOWN,
    NOT_MEASURED,
    SAME,
    UP,
    column_decimals,
    exact,
    first_total,
    has_percent_sign,
    is_number,
    one_line,
    plain,
    shown,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from reformcli.render.table import Cell, Column, Table

MAX_ROWS = 1_048_576  # Excel's own limits, in this and the next lines
MAX_NAME = 31
MAX_DIGITS = 15
FIRST_YEAR = 1900  # its first day is read back as a time without date
HEADER_ROW = 2  # below the title and an empty row

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RUNNABLE = ("=", "+", "-", "@")
_SHADES = {"good": "#1E7B34", "bad": "#B3261E", "muted": "#808080"}
_FILLS = {"error": "#F4B6B0", "warning": "#FFEB9C"}
_BAR = "#B9C8DC"  # light enough for the digits before it, also in grey
_GREY, _LINE, _FILL = "#808080", "#D9D9D9", "#E7EDF4"

_LOCALES = {"vi": "[$-42A]"}  # 1.234,56

Look = dict[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that go on one sheet; only a table beyond Excel's limit has more than one part."""

    table: Table
    start: int
    stop: int

    @property
    def is_whole(self) -> bool:
        """Whether the table fits on one sheet."""
        return self.stop - self.start == len(self.table.rows)


def workbook_bytes(
    tables: Sequence[Table], *, language: str, properties_title: str, created: datetime, machine: str = ""
) -> bytes:
    """Write tables to a workbook, one sheet each, named after `Table.name`.

    Args:
        tables: what to write.
        language: vi or en; only for column widths: Excel itself shows numbers as the reader's system does.
        properties_title: title among the file's properties.
        created: time among the file's properties, given from outside so that equal tables give equal bytes.
        machine: the same result as JSON text, carried along.
    """
    buffer = io.BytesIO()
    with opened(buffer, title=properties_title, created=created) as book:
        write_tables(book, Looks(book), tables, language=language, taken={SHEET})
        carry(book, machine)
    return buffer.getvalue()


def carry(book: Workbook, machine: str) -> None:
    """Put a result as text on a sheet that is not shown."""
    if not machine:
        return
    sheet = book.add_worksheet(SHEET)
    for row, part in enumerate(chunks(machine)):
        sheet.write_string(row, 0, part)
    sheet.very_hidden()


@contextmanager
def opened(buffer: io.BytesIO, *, title: str, created: datetime) -> Iterator[Workbook]:
    """A workbook in which a text stays a text whatever it begins with; closing it writes it to the buffer."""
    from xlsxwriter.workbook import Workbook

    text_stays_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, {"in_memory": True, **text_stays_text}) as book:
        book.set_properties({"title": sized(title), "created": created.replace(tzinfo=None)})
        yield book


def write_tables(
    book: Workbook, looks: Looks, tables: Sequence[Table], *, language: str, taken: set[str]
) -> dict[str, Placed]:
    """Write each table to sheets of its own; returns where those stand that formulas may call, by `Table.key`."""
    parts = [(part, sheet_name(part.table.name, taken)) for table in tables for part in parts_of(table)]
    places = {part.table.key: _placed(part, name) for part, name in parts if part.table.key and part.is_whole}
    for part, name in parts:
        sheet = book.add_worksheet(name)
        last_row = _write_sheet(sheet, part, looks, language, places)
        add_chart(book, sheet, part.table, first_row=HEADER_ROW + 1, below=last_row + 2)
    return places


def _placed(part: Part, name: str) -> Placed:
    columns = {column.key: index for index, column in enumerate(part.table.columns)}
    return Placed(name, HEADER_ROW + 1, first_total(part.table), columns)


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
    number, name = 1, cut(base, MAX_NAME).rstrip("' ")
    while name.casefold() in taken:
        number += 1
        name = f"{cut(base, MAX_NAME - len(f' ({number})')).rstrip()} ({number})"
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


def _write_sheet(sheet: Worksheet, part: Part, looks: Looks, language: str, places: Mapping[str, Placed]) -> int:
    """Write one sheet from the title to the notes and set it up for screen and paper; returns its last row."""
    columns = part.table.columns
    rows = part.table.rows[part.start : part.stop]
    texts = [_texts(column, [row[index] for row in rows], language) for index, column in enumerate(columns)]
    widths = [width_of(column, shown) for column, shown in zip(columns, texts, strict=True)]
    sheet.set_default_row(height_of(1))
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    span = span_of(widths)
    _write_wide(sheet, 0, part.table.title, span, looks.get(bold=True, font_size=14, text_wrap=True, valign="vcenter"))
    for index, column in enumerate(columns):
        sheet.write_string(HEADER_ROW, index, sized(column.heading), looks.get(**_heading_look(column)))
    _write_rows(sheet, part, looks, language, places)
    _fit_heights(sheet, part, texts, widths)
    _add_conditions(sheet, part, looks)
    row = HEADER_ROW + part.stop - part.start + 2
    for offset, note in enumerate(part.table.notes):
        look = looks.get(font_color=_GREY, italic=True, text_wrap=True, valign="top")
        _write_wide(sheet, row + offset, note, span, look)
    last_row = row + len(part.table.notes) - 1 if part.table.notes else row - 2
    _set_up(sheet, part, last_row, max(len(span), len(columns)) - 1)
    return last_row


def _texts(column: Column, cells: Sequence[Cell], language: str) -> set[str]:
    """What a column must have room for: its texts, and of its numbers the least and the greatest."""
    texts = {cell for cell in cells if isinstance(cell, str)} | {NOT_MEASURED}
    numbers = [cell for cell in cells if isinstance(cell, int | Decimal)]
    decimals = column_decimals(column, numbers)
    ends = [min(numbers), max(numbers)] if numbers else []
    return texts | {shown(number, column, language, decimals=decimals) for number in ends}


def _write_rows(sheet: Worksheet, part: Part, looks: Looks, language: str, places: Mapping[str, Placed]) -> None:
    """Write the cells of one part, column by column because a column shares its number format."""
    table, own = part.table, _placed(part, sheet.name)
    formulas = table.formulas if part.is_whole else {}
    totals_from, shades = first_total(table), table.shades or {}
    for index, column in enumerate(table.columns):
        digits = number_format(column, [row[index] for row in table.rows], language)
        made: dict[tuple[object, ...], Format] = {}  # equal cells share a look: building it for each takes long
        for number in range(part.start, part.stop):
            cell = table.rows[number][index]
            shade = None if column.kind == "change" else shades.get((number, column.key))  # a condition colours it
            key = (type(cell), _is_runnable(cell), shade, number >= totals_from, number == totals_from)
            if key not in made:
                look = _cell_look(column, cell, digits, shade)
                if number >= totals_from:
                    look |= {"bold": True} | ({"top": 1} if number == totals_from else {})
                made[key] = looks.get(**look)
            row, formula = HEADER_ROW + 1 + number - part.start, formulas.get((number, column.key))
            if formula is not None and isinstance(cell, int | Decimal):
                sheet.write_formula(row, index, resolve(formula, places, own, number), made[key], exact(cell))
            else:
                write_cell(sheet, row, index, cell, made[key])


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    """Write one cell with its own type; what Excel cannot hold exactly becomes text."""
    if isinstance(cell, str):
        sheet.write_string(row, column, sized(cell), look)
    elif isinstance(cell, datetime) and cell.year > FIRST_YEAR:
        sheet.write_datetime(row, column, cell.replace(tzinfo=None, microsecond=0), look)
    elif cell is None:
        sheet.write_string(row, column, NOT_MEASURED, look)
    elif isinstance(cell, datetime) or _is_too_long(cell):
        sheet.write_string(row, column, sized(plain(cell)), look)
    else:
        # A Decimal keeps its digits: XlsxWriter would write the float 99.9 as 99.90000000000001.
        sheet.write_number(row, column, exact(cell), look)


def _write_wide(sheet: Worksheet, row: int, text: str, span: list[float], look: Format) -> None:
    """Write a title or note over several columns; Excel does not fit the height of merged cells by itself."""
    if len(span) > 1:
        sheet.merge_range(row, 0, row, len(span) - 1, "", look)
    shown, size = sized(text), TITLE if look.bold else 1.0
    sheet.set_row(row, height_of(line_count(shown, sum(span) / size), size))
    sheet.write_string(row, 0, shown, look)


def _fit_heights(sheet: Worksheet, part: Part, texts: Sequence[set[str]], widths: Sequence[float]) -> None:
    """Make rows of several lines as high as they need; not every program does so by itself."""
    headings = [column.heading for column in part.table.columns]
    most = max((line_count(text, (width - 1) / BOLD) for text, width in zip(headings, widths, strict=True)), default=1)
    sheet.set_row(HEADER_ROW, height_of(most) + AIR)
    rows = part.table.rows[part.start : part.stop]
    most_of_row = [1] * len(rows)
    for index, column in enumerate(part.table.columns):
        if is_number(column):
            continue
        width = widths[index] - 2
        lines: dict[Cell, int] = {text: line_count(sized(text), width) for text in texts[index]}
        if max(lines.values(), default=1) > 1:
            most_of_row = [max(most, lines.get(row[index], 1)) for most, row in zip(most_of_row, rows, strict=True)]
    for row, lines_of_row in enumerate(most_of_row):
        if lines_of_row > 1:
            sheet.set_row(HEADER_ROW + 1 + row, height_of(lines_of_row))


def _add_conditions(sheet: Worksheet, part: Part, looks: Looks) -> None:
    """What follows the numbers when somebody edits them: bars, and changes in colour and weight, told in grey, too."""
    last = HEADER_ROW + min(part.stop, first_total(part.table)) - part.start
    rules: list[tuple[int, dict[str, object]]] = []
    for index, column in enumerate(part.table.columns):
        if column.key in part.table.bars:
            rules.append((index, {"type": "data_bar", "bar_color": _BAR, "min_type": "num", "min_value": 0}))
        if column.kind == "change":
            better, worse = looks.get(font_color=_SHADES["good"]), looks.get(font_color=_SHADES["bad"], bold=True)
            rules.append((index, {"type": "cell", "criteria": ">", "value": 0, "format": better}))
            rules.append((index, {"type": "cell", "criteria": "<", "value": 0, "format": worse}))
    for index, rule in rules if last > HEADER_ROW else ():
        sheet.conditional_format(HEADER_ROW + 1, index, last, index, rule)


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


def number_format(column: Column, cells: Sequence[Cell], language: str) -> str:
    """Choose the number format of a column, with the separators of its language where a program follows them."""
    if not is_number(column) and not any(isinstance(cell, Decimal) for cell in cells):
        return "0"
    decimals = column_decimals(column, cells)
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    locale = _LOCALES.get(language, "")
    if column.kind == "change":
        return f'{locale}"{UP}"{digits};{locale}"{DOWN}"{digits};"{SAME}"'
    return locale + digits + ('"%"' if has_percent_sign(column) else "")


def _is_runnable(cell: Cell) -> bool:
    """Tell whether Excel would take a text for a formula once somebody edits its cell."""
    return isinstance(cell, str) and cell.startswith(_RUNNABLE)


def _is_too_long(cell: int | Decimal) -> bool:
    """Tell whether Excel's 15 digits would change the whole part of a number."""
    return exact(cell).adjusted() >= MAX_DIGITS
