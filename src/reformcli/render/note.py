"""A report as an official note in Word: in the form that offices sign, or in a form of the user's own."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from reformcli.letterhead import Letterhead
from reformcli.render.document import Document, Section
from reformcli.render.note_canvas import Canvas, Letters
from reformcli.render.note_form import add_closing, add_heading, add_title, set_page
from reformcli.render.note_styles import BODY, HEADING, complete_styles, set_all_styles, set_language
from reformcli.render.note_tables import add_table, is_wide, printed
from reformcli.render.note_template import fill, open_template
from reformcli.render.note_words import clean, phrase, roman, values_of
from reformcli.render.numbers import shown
from reformcli.render.table import Column, Table

if TYPE_CHECKING:
    from docx.document import Document as Word

AUTHOR = "reformcli"
_BREADTH = 1.2  # of any font that an office would use, against Times New Roman
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can tell


def note_bytes(document: Document, letterhead: Letterhead, template: bytes | None = None) -> bytes:
    """Write a report as a Word note; equal input gives equal bytes.

    Args:
        document: what to say. Its annexes are left out: a sentence says that they are in the workbook.
        letterhead: who issues and signs it.
        template: a document of the user's own with a paragraph `{{body}}`; the form of Decree 30/2020/NĐ-CP without.

    Raises:
        InputError: the template cannot be used; see `note_template`.
    """
    values = values_of(document, letterhead)
    if template is None:
        word = docx.Document()
        _prepare(word, document.language)
        canvas = Canvas(word)
        add_heading(canvas, values, document.language)
        add_title(canvas, document, values)
        add_body(canvas, document)
        add_closing(canvas, values, document.language)
    else:
        word = open_template(template)
        marker = fill(word, values)
        complete_styles(word)
        set_language(word, document.language)
        add_body(Canvas(word, marker, _letters(word)), document)
        _remove(marker)
    _describe(word, document)
    return _saved(word)


def add_body(canvas: Canvas, document: Document) -> None:
    """Add what is to be said first, the key figures and the sections; the annexes are named."""
    language = document.language
    sections = document.brief or document.sections
    shown_sections = [*_opening(document), *(section for section in sections if not section.annex)]
    tables = 0
    for number, section in enumerate(shown_sections, start=1):
        tables = _add_section(canvas, section, language, number, tables)
    canvas.finish()
    if titles := [clean(table.title) for section in document.sections if section.annex for table in section.tables]:
        canvas.paragraph(phrase("annexes", language, titles="; ".join(titles)), BODY)


def _add_section(canvas: Canvas, section: Section, language: str, number: int, tables: int) -> int:
    """Add one section, numbered; returns how many tables there are now."""
    upright = canvas.room(landscape=False)
    ones = [printed(table, language) for table in section.tables]
    wide = [is_wide(one, upright) for one in ones]
    canvas.turn(landscape=bool(wide) and wide[0])
    heading = canvas.paragraph(f"{roman(number)}. {clean(section.title)}", HEADING)
    heading.paragraph_format.keep_with_next = True  # a template's style may not say so
    for text in filter(None, map(clean, section.paragraphs)):
        canvas.paragraph(text, BODY)
    for place, one in enumerate(ones):
        across = any(wide[: place + 1])  # within a section, pages turn over once
        canvas.turn(landscape=across)
        add_table(canvas, one, language, tables + place + 1, landscape=across)
    return tables + len(ones)


def _opening(document: Document) -> list[Section]:
    """The first section: the headline, and the key figures as a table."""
    language = document.language
    tables = [_tiles_table(document)] if document.tiles else []
    if not document.headline and not tables:
        return []
    return [Section("headline", phrase("headline", language), document.headline, tables)]


def _tiles_table(document: Document) -> Table:
    """The key figures, each in a row; values are of different kinds, so each is text already."""
    language = document.language
    columns = [
        Column("label", phrase("tile_label", language)),
        Column("value", phrase("tile_value", language), "count"),
    ]
    columns.append(Column("note", phrase("tile_note", language)))
    rows = [[tile.label, shown(tile.value, tile.column, language), tile.note] for tile in document.tiles]
    if not any(tile.note for tile in document.tiles):
        columns, rows = columns[:2], [row[:2] for row in rows]
    return Table("tiles", phrase("tiles", language), columns, rows)


# ------------------------------------------------------------------ the file
def _prepare(word: Word, language: str) -> None:
    """Make python-docx's own blank document ours."""
    set_all_styles(word, language)
    set_page(word)
    set_language(word, language)
    settings = word.settings.element
    for mode in settings.xpath("w:compat/w:compatSetting[@w:name='compatibilityMode']"):
        mode.set(qn("w:val"), "15")
    for name in ("w:rsids", "w:savePreviewPicture", "w:themeFontLang"):
        for element in settings.findall(qn(name)):
            settings.remove(element)
    for mark in [name for name in word.element.body.sectPr.attrib if "rsid" in name]:
        del word.element.body.sectPr.attrib[mark]  # of the blank document's last edit
    word.core_properties.comments = ""


def _letters(word: Word) -> Letters:
    """Letters of a template: not larger than its text, and of a font that may be broad."""
    size = word.styles["Normal"].font.size if "Normal" in word.styles else None
    return Letters(min(12, int(size.pt)) if size else 11, _BREADTH)


def _remove(marker: object) -> None:
    """Take away the paragraph that the body replaced, unless a section ends with it."""
    if not marker.xpath("w:pPr/w:sectPr"):  # type: ignore[attr-defined]
        marker.getparent().remove(marker)  # type: ignore[attr-defined]


def _describe(word: Word, document: Document) -> None:
    """Set the file's properties: none depends on the clock or on who runs this."""
    created = document.created.replace(tzinfo=None, microsecond=0)
    properties = word.core_properties
    properties.title = clean(document.title)[:255]
    properties.language = {"vi": "vi-VN", "en": "en-US"}[document.language]
    properties.author = properties.last_modified_by = AUTHOR
    properties.created = properties.modified = created
    properties.revision = 1
    package = word.part.package
    for key in [key for key, one in package.rels.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        package.rels.pop(key)  # a picture of another document


def _saved(word: Word) -> bytes:
    """Save with fixed times in the zip; python-docx writes the clock's."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            entry = zipfile.ZipInfo(info.filename, _DAY_ZERO)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(entry, source.read(info))
    return fixed.getvalue()
