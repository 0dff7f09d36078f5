"""The form of an official report (Decree 30/2020/NĐ-CP): heading with State name and motto, title, signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt

from reformcli.render.document import Document
from reformcli.render.note_canvas import Canvas
from reformcli.render.note_styles import BODY, MATTER, TITLE
from reformcli.render.note_tables import set_layout
from reformcli.render.note_words import matter_of, phrase

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_LEFT_SHARE = 0.40  # of the heading: the issuing body; the right side holds the State name on one line
_BLANK_TO_SIGN = 66  # points


def set_page(word: Word) -> None:
    """A4 upright, margins within the decree's bounds, the page number above in the middle from page 2."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    number._p.append(parse_xml(field))


def add_heading(canvas: Canvas, values: Mapping[str, str], language: str) -> None:
    """The issuing body on the left, State name and motto on the right, below them number, place and date."""
    room = canvas.room(landscape=False)
    left_width = int(room * _LEFT_SHARE)
    grid = canvas.table(2, 2)
    set_layout(grid, [left_width, room - left_width], side=0)
    for row in grid.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    left, right = grid.rows[0].cells
    for line in values["superior"].upper().splitlines():
        _line(left, line, size=12)
    for line in values["issuer"].upper().splitlines():
        _line(left, line, size=12, bold=True)
    _rule(left, left_width, left_width * 0.36)
    _line(right, phrase("state", language), size=12, bold=True)
    motto = phrase("motto", language)
    _line(right, motto, size=13, bold=True)
    _rule(right, room - left_width, len(motto) * 13 * 20 * 0.46)
    left, right = grid.rows[1].cells
    _line(left, phrase("number", language, number=_joined(values["number"])), size=13, before=6)
    _line(right, f"{_joined(values['place'])}, {values['date']}", size=13, italic=True, before=6)


def add_title(canvas: Canvas, document: Document, values: Mapping[str, str]) -> None:
    """The kind of paper, what it is about, its period, a line, and to whom it goes."""
    canvas.paragraph(phrase("kind", document.language), TITLE)
    canvas.paragraph(matter_of(document), MATTER)
    if values["subtitle"]:
        period = canvas.paragraph("", MATTER)
        run = period.add_run(values["subtitle"])
        run.font.bold, run.font.italic, run.font.size = False, True, Pt(13)
    room = canvas.room(landscape=False)
    _draw(canvas.paragraph("", "Normal"), room, room * 0.2)
    if values["recipient"]:
        to, *more = values["recipient"].splitlines()
        first = canvas.paragraph(f"{phrase('to', document.language)} {to}", "Normal")
        for paragraph in (first, *(canvas.paragraph(line, "Normal") for line in more)):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        first.paragraph_format.space_before = Pt(12)
    canvas.paragraph("", "Normal").paragraph_format.line_spacing = Pt(6)


def add_closing(canvas: Canvas, values: Mapping[str, str], language: str) -> None:
    """The closing sentence, who receives the report, and who signs it; they stay on one page."""
    sentence = canvas.paragraph(phrase("closing", language), BODY)
    sentence.paragraph_format.keep_with_next = True
    gap = canvas.paragraph("", "Normal")
    gap.paragraph_format.keep_with_next = True
    room = canvas.room(landscape=False)
    grid = canvas.table(1, 2)
    set_layout(grid, [room // 2, room - room // 2], side=0)
    grid.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    left, right = grid.rows[0].cells
    _line(left, phrase("recipients", language), size=12, bold=True, italic=True, centred=False)
    for entry in values["recipients"].splitlines():
        _line(left, entry, size=11, centred=False)
    for name in ("signed_for", "position"):
        for line in values[name].upper().splitlines():
            _line(right, line, size=13, bold=True)
    _line(right, _joined(values["signatory"]), size=13, bold=True, before=_BLANK_TO_SIGN)


def _joined(value: str) -> str:
    return value.replace("\n", " ")


def _line(
    cell: _Cell,
    text: str,
    *,
    size: int,
    bold: bool = False,
    italic: bool = False,
    before: int = 0,
    centred: bool = True,
) -> None:
    """Add a line to a cell; the first one takes the paragraph that every cell has."""
    paragraph = _next_paragraph(cell)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    if before:
        paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.italic = Pt(size), bold or None, italic or None


def _next_paragraph(cell: _Cell) -> Paragraph:
    last: Paragraph = cell.paragraphs[-1]
    if not last.runs and last._p.pPr is None:
        return last
    added: Paragraph = cell.add_paragraph()
    return added


def _rule(cell: _Cell, width: int, length: float) -> None:
    """Draw the short line below the lines of a cell."""
    _draw(_next_paragraph(cell), width, length)


def _draw(paragraph: Paragraph, width: int, length: float) -> None:
    """Draw a line in the middle: the upper border of an empty paragraph, drawn in from both sides; in twips."""
    side = max(0, int((width - length) / 2))
    properties = paragraph._p.get_or_add_pPr()
    border = '<w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
    properties.append(parse_xml(f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>"))
    spacing = f'<w:spacing {nsdecls("w")} w:before="40" w:after="0" w:line="80" w:lineRule="exact"/>'
    properties.append(parse_xml(spacing))
    properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{side}" w:right="{side}" w:firstLine="0"/>'))
