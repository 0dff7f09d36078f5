"""A report as a workbook: a cover that says the most important in words, every table with live formulas, an index.

The result itself rides along as text on a sheet that Excel does not list, so that next week's report can be compared.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reformcli.audit.carried import SHEET
from reformcli.i18n import text
from reformcli.render.fit import AIR, height_of, line_count, sized
from reformcli.render.formulas import Placed, resolve
from reformcli.render.numbers import exact
from reformcli.render.workbook import Looks, carry, number_format, opened, sheet_name, write_cell, write_tables

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from reformcli.render.document import Document, Tile

_LABEL, _VALUE, _NOTE = 34.0, 16.0, 50.0  # widths of the cover's columns, in characters
_WIDE = _LABEL + _VALUE + _NOTE
_INK, _GREY, _LINE, _FILL = "#1F3864", "#595959", "#BFBFBF", "#E7EDF4"
_MOODS = {"good": "▲", "bad": "▼", "plain": ""}


def book_bytes(document: Document) -> bytes:
    """Write a report as xlsx: the same document gives the same bytes."""
    buffer = io.BytesIO()
    with opened(buffer, title=document.title, created=document.created) as book:
        looks, taken = Looks(book), {SHEET}
        cover = book.add_worksheet(sheet_name(text("sheet.cover", document.language), taken))
        tables = [table for section in document.sections for table in section.tables]
        places = write_tables(book, looks, tables, language=document.language, taken=taken)
        _write_cover(cover, document, looks, places, [sheet.name for sheet in book.worksheets()[1:]])
        carry(book, document.machine)
        cover.activate()
    return buffer.getvalue()


# ------------------------------------------------------------------ the cover
def _write_cover(
    sheet: Worksheet, document: Document, looks: Looks, places: Mapping[str, Placed], names: Sequence[str]
) -> None:
    sheet.hide_gridlines(2)
    for index, width in enumerate((_LABEL, _VALUE, _NOTE)):
        sheet.set_column(index, index, width)
    _wide(sheet, 0, document.title, looks.get(bold=True, font_size=18, font_color=_INK, text_wrap=True), size=1.6)
    _wide(sheet, 1, document.subtitle, looks.get(font_size=11, font_color=_GREY, text_wrap=True))
    row = 3
    for sentence in document.headline:
        look = looks.get(font_size=12, text_wrap=True, valign="top", indent=1, left=5, left_color=_INK)
        _wide(sheet, row, sentence, look, size=1.1)
        row += 1
    row = _write_tiles(sheet, row + 1, document, looks, places)
    row = _write_index(sheet, row + 1, document, looks, names)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, row, 2)
    sheet.set_footer("&L&8&A&R&8&P / &N")


def _wide(sheet: Worksheet, row: int, written: str, look: Format, *, size: float = 1.0) -> None:
    shown = sized(written)
    sheet.merge_range(row, 0, row, 2, "", look)
    sheet.write_string(row, 0, shown, look)
    sheet.set_row(row, height_of(line_count(shown, (_WIDE - 4) / size), size) + AIR)


def _write_tiles(sheet: Worksheet, row: int, document: Document, looks: Looks, places: Mapping[str, Placed]) -> int:
    """The key figures, linked to the cells they come from; returns the next free row."""
    headings = [text(f"column.{name}", document.language) for name in ("key_figure", "figure", "meaning")]
    for index, heading in enumerate(headings):
        look = looks.get(
            bold=True, bg_color=_FILL, bottom=1, bottom_color=_GREY, align="right" if index == 1 else "left"
        )
        sheet.write_string(row, index, heading, look)
    for tile in document.tiles:
        row += 1
        _write_tile(sheet, row, tile, looks, places, document.language)
    return row + 1


def _write_tile(
    sheet: Worksheet, row: int, tile: Tile, looks: Looks, places: Mapping[str, Placed], language: str
) -> None:
    line: dict[str, object] = {"bottom": 1, "bottom_color": _LINE, "valign": "vcenter"}
    number = looks.get(
        **line, bold=True, font_size=13, align="right", num_format=number_format(tile.column, [tile.value], language)
    )
    sheet.write_string(row, 0, sized(tile.label), looks.get(**line, text_wrap=True))
    if tile.formula and not isinstance(tile.value, str) and tile.value is not None:
        own = Placed(sheet.name, row, 1, {})
        sheet.write_formula(row, 1, resolve(tile.formula, places, own, 0), number, exact(tile.value))  # type: ignore[arg-type]
    else:
        write_cell(sheet, row, 1, tile.value, number)
    mood = "" if tile.column.kind == "change" else _MOODS[tile.mood]  # an arrow says it already
    note = " ".join(part for part in (mood, tile.note) if part)
    sheet.write_string(row, 2, sized(note), looks.get(**line, text_wrap=True, font_color=_GREY, indent=1))
    lines = max(line_count(sized(tile.label), _LABEL - 2), line_count(sized(note), _NOTE - 3))
    sheet.set_row(row, height_of(lines) + AIR)


def _write_index(sheet: Worksheet, row: int, document: Document, looks: Looks, names: Sequence[str]) -> int:
    """The other sheets, each a link; returns the last row."""
    sheet.write_string(row, 0, text("word.contents", document.language), looks.get(bold=True, font_color=_INK))
    titles = [table.title for section in document.sections for table in section.tables]
    for name, title in zip(names, titles, strict=False):
        row += 1
        target = f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1"
        sheet.write_url(row, 0, target, looks.get(font_color=_INK, underline=1), string=name)
        sheet.write_string(row, 1, sized(title), looks.get(font_color=_GREY))
    return row
