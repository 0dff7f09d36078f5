"""A table in a Word note: as wide as the page, letters as large as fit, headings repeated, rows never split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, Twips

from reformcli.render.note_canvas import Canvas, Letters
from reformcli.render.note_styles import CAPTION, CELL, GRID, REMARK
from reformcli.render.note_words import clean, phrase
from reformcli.render.numbers import first_total, is_number, shown_rows
from reformcli.render.table import Column, Table

if TYPE_CHECKING:
    from docx.table import Table as WordTable

UPRIGHT_COLUMNS = 8  # more do not fit on an upright page
PRINTED = 40  # rows before the totals
_SIZES = (12, 11, 10, 9, 8, 7)  # points
_READABLE = 10  # below it, a table is better laid across
_KEPT_TOGETHER = 12  # rows that need not be torn apart at the end of a page
_SIDE = 70  # twips between text and line
_EASY = 12.0  # ems that a text column is glad to have
_LONGEST = 16.0  # ems; a longer word is broken
_CENTRED = frozenset({"rank", "time"})


@dataclass(frozen=True, slots=True)
class Fit:
    """How a table fits on a page: the size of its letters in points and the widths of its columns in twips."""

    size: int
    widths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as it is printed: its texts, where the totals start, and how many rows were left out."""

    table: Table
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals_from: int
    left: int


def printed(table: Table, language: str) -> Printed:
    """Choose what is printed: the first rows and all totals."""
    texts = [[clean(text) for text in row] for row in shown_rows(table, language)]
    totals = first_total(table)
    rows = [*texts[: min(PRINTED, totals)], *texts[totals:]]
    headings = [clean(column.heading) for column in table.columns]
    return Printed(table, headings, rows, min(PRINTED, totals), len(texts) - len(rows))


def is_wide(one: Printed, room: int) -> bool:
    """Tell whether a table needs a page turned over."""
    return len(one.headings) > UPRIGHT_COLUMNS or (bool(one.rows) and fit(one, room, Letters()).size < _READABLE)


def fit(one: Printed, room: int, letters: Letters) -> Fit:
    """Choose the largest letters with which every column has enough room, and share out the width."""
    columns = [[*(row[index] for row in one.rows)] for index in range(len(one.headings))]
    least = [max(map(_longest_word, [head, *cells])) for head, cells in zip(one.headings, columns, strict=True)]
    most = [
        max(_longest_word(head), _ems(head) / 3, *map(_ems, cells), 2.0)
        for head, cells in zip(one.headings, columns, strict=True)
    ]
    kinds = [column.kind for column in one.table.columns]
    easy = [
        wish if kind != "text" else max(word, min(wish, _EASY))
        for wish, word, kind in zip(most, least, kinds, strict=True)
    ]
    free = room - 2 * _SIDE * len(columns)
    sizes = [size for size in _SIZES if size <= letters.largest] or _SIZES[-1:]
    size = next((size for size in sizes if sum(easy) * size * letters.breadth * 20 <= free), sizes[-1])
    ems = free / (size * letters.breadth * 20)
    shares = _shared(least, easy, ems) if sum(easy) > ems else _shared(easy, most, ems)
    twips = [int(share * free) + 2 * _SIDE for share in shares]
    twips[-1] += room - sum(twips)
    return Fit(size, twips)


def _shared(first: Sequence[float], then: Sequence[float], ems: float) -> list[float]:
    """Give every column the first, then of what is left what it would like; returns its share of the whole."""
    wanted = [max(wish - base, 0.0) for base, wish in zip(first, then, strict=True)]
    left = max(ems - sum(first), 0.0)
    part = min(1.0, left / sum(wanted)) if sum(wanted) else 0.0
    widths = [base + part * wish for base, wish in zip(first, wanted, strict=True)]
    return [width / sum(widths) for width in widths]


def _longest_word(text: str) -> float:
    return min(max(map(_ems, text.split()), default=0.5), _LONGEST)


def _ems(text: str) -> float:
    """Measure a text in Times New Roman bold, in ems; accents take no room."""
    import unicodedata

    total = 0.2
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.combining(character):
            continue
        if character in " .,:;|!'()/-ijltIfr":
            total += 0.34
        elif character.isupper() or character in "mw%–…—@":
            total += 0.78
        else:
            total += 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.53
    return total


# ------------------------------------------------------------------ writing
def add_table(canvas: Canvas, one: Printed, language: str, number: int, *, landscape: bool) -> None:
    """Add caption, table and notes."""
    caption = phrase("caption", language, number=number, title=clean(one.table.title))
    canvas.paragraph(caption, CAPTION).paragraph_format.keep_with_next = True
    if one.rows and one.headings:
        room = canvas.room(landscape=landscape)
        grid = canvas.table(len(one.rows) + 1, len(one.headings))
        layout = fit(one, room, canvas.letters)
        _set_up(grid, layout, caption)
        _fill(grid, one, layout.size)
    else:
        canvas.paragraph(phrase("no_rows", language), REMARK).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if one.left:
        counts = {"shown": one.totals_from, "left": one.left}
        canvas.paragraph(phrase("cut", language, **counts), REMARK)
    for note in filter(None, map(clean, one.table.notes)):
        canvas.paragraph(phrase("note", language, note=note), REMARK)


def _set_up(grid: WordTable, layout: Fit, caption: str) -> None:
    """Fix the widths, mark the heading row, keep rows whole."""
    grid.style = GRID
    set_layout(grid, layout.widths, side=_SIDE)
    properties = grid._tbl.tblPr
    for look in properties.xpath("w:tblLook"):
        properties.remove(look)
    attributes = (
        'w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"'
    )
    properties.append(parse_xml(f"<w:tblLook {nsdecls('w')} {attributes}/>"))
    description = parse_xml(f"<w:tblCaption {nsdecls('w')}/>")
    description.set(qn("w:val"), caption[:255])
    properties.append(description)
    for place, row in enumerate(grid.rows):
        keep = row._tr.get_or_add_trPr()
        keep.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        if place == 0:
            keep.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def set_layout(grid: WordTable, widths: Sequence[int], *, side: int) -> None:
    """Give a table columns of these widths, in twips, that no program changes, and margins within its cells."""
    grid.autofit = False
    properties = grid._tbl.tblPr
    for old in properties.xpath("w:tblW | w:tblInd | w:tblCellMar"):
        properties.remove(old)
    place = properties.xpath("w:tblLayout")[0]
    place.addprevious(parse_xml(f'<w:tblW {nsdecls("w")} w:w="{sum(widths)}" w:type="dxa"/>'))
    place.addprevious(parse_xml(f'<w:tblInd {nsdecls("w")} w:w="0" w:type="dxa"/>'))
    margins = "".join(f'<w:{name} w:w="{side}" w:type="dxa"/>' for name in ("left", "right"))
    place.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Twips(width)
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Twips(width)


def _fill(grid: WordTable, one: Printed, size: int) -> None:
    """Write headings, rows and, in bold, totals."""
    texts, style = [one.headings, *one.rows], grid.part.get_style_id(CELL, WD_STYLE_TYPE.PARAGRAPH)
    last, has_remarks = len(one.rows), bool(one.left or one.table.notes)
    together = len(texts) <= _KEPT_TOGETHER
    for number, (row, cells) in enumerate(zip(grid.rows, texts, strict=True)):
        is_total = number > one.totals_from
        keep = number in (0, one.totals_from) or together if number < last else has_remarks
        for cell, text, column in zip(row.cells, cells, one.table.columns, strict=True):
            alignment = WD_ALIGN_PARAGRAPH.CENTER if number == 0 else _alignment(column)
            paragraph = cell.paragraphs[0]
            paragraph._p.style = style  # by its id: looking up the name for each cell takes seconds
            paragraph.alignment = alignment
            paragraph.paragraph_format.keep_with_next = keep or None
            run = paragraph.add_run(text)
            run.font.size, run.font.bold = Pt(size), number == 0 or is_total or None
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _alignment(column: Column) -> WD_ALIGN_PARAGRAPH:
    if column.kind in _CENTRED:
        return WD_ALIGN_PARAGRAPH.CENTER
    return WD_ALIGN_PARAGRAPH.RIGHT if is_number(column) else WD_ALIGN_PARAGRAPH.LEFT
