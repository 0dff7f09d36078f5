"""A report as one HTML page: opens from a file or a share, loads nothing, can be read without script, and prints well.

Its security policy allows this page's own style and script, named by their hashes, and nothing else. So there is no
style attribute and no event attribute anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from reformcli.audit.carried import for_page
from reformcli.i18n import text
from reformcli.render.document import Document, Section, Tile
from reformcli.render.numbers import one_line, shown, visible
from reformcli.render.page_tables import TableParts, mark, meaning, table_parts
from reformcli.render.words import count

if TYPE_CHECKING:
    from jinja2 import Template

    from reformcli.render.table import Table

_OWN_IDS = ("top", "contents", "reformcli")
_NOT_IN_ID = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with its picture, ready for the page."""

    title: str
    is_titled: bool  # not if the heading above says the same
    parts: TableParts
    notes: Sequence[str]
    picture: Markup | None
    picture_note: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section, ready for the page."""

    id: str
    section: Section
    figures: Sequence[Figure]
    rows: str
    is_wide: bool


def page_text(document: Document) -> str:
    """Write a report as an HTML page; equal reports give equal text."""
    language = document.language

    def word(key: str, **values: object) -> str:
        return text(f"page.{key}", language, **values)

    style = _file("page.css") + _running_lines(document, word("sheet"))
    script = _file("page.js")
    return _template().render(
        document=document,
        parts=_parts(document),
        tiles=[(tile, _tile_value(tile, language)) for tile in document.tiles],
        created=document.created.isoformat(timespec="seconds"),
        machine=Markup(for_page(document.machine) if document.machine else ""),  # noqa: S704  (no tag begins in it)
        style=Markup(style),  # noqa: S704  (our own file, and escaped lines)
        script=Markup(script),  # noqa: S704  (our own file)
        policy=_policy(style, script),
        word=word,
    )


def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_on_one_line
    )
    return environment.from_string(_file("page.html"))


def _on_one_line(value: object) -> object:
    """Make every text that the template shows visible and one line; what is HTML already stays."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    """Read a file beside this module, with line feeds whatever the system: the hashes are over them."""
    content = files("reformcli.render").joinpath("page_files", name).read_text(encoding="utf-8")
    return content.replace("\r\n", "\n")


def _policy(style: str, script: str) -> str:
    """What the browser may do with this page: apply this style, run this script, nothing else."""

    def source(code: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"

    rules = ("default-src 'none'", f"style-src {source(style)}", f"script-src {source(script)}")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _running_lines(document: Document, sheet: str) -> str:
    """The lines at the foot of every printed sheet, as style: what it belongs to, and its number."""
    name = _css_text(f"{document.title} · {document.subtitle}" if document.subtitle else document.title)
    return (
        f"@page {{ @bottom-left {{ content: {name}; }} "
        f'@bottom-right {{ content: {_css_text(sheet + " ")} counter(page) " / " counter(pages); }} }}\n'
    )


def _css_text(words: str) -> str:
    """Write a text as a string of CSS: whatever is not a plain letter goes by its number."""
    shown_words = visible(one_line(words))
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in shown_words) + '"'


def _tile_value(tile: Tile, language: str) -> Markup:
    value = one_line(shown(tile.value, tile.column, language))
    if tile.column.kind == "change":  # an arrow says it already
        return escape(value)
    return escape(value) + mark(tile.mood) + meaning(tile.mood, language)


# ------------------------------------------------------------------ sections
def _parts(document: Document) -> list[Part]:
    """Give every section its anchor, its tables and its pictures."""
    anchors = _anchors(section.id for section in document.sections)
    parts = []
    for anchor, section in zip(anchors, document.sections, strict=True):
        figures = [
            _figure(table, section, document.language, f"{anchor}-{number}-")
            for number, table in enumerate(section.tables, 1)
        ]
        rows = text("page.rows", document.language, count=count(_row_count(section), document.language))
        parts.append(Part(anchor, section, figures, rows, any(figure.parts.is_wide for figure in figures)))
    return parts


def _row_count(section: Section) -> int:
    return sum(len(table.rows) - table.total_rows for table in section.tables)


def _anchors(wanted: Iterable[str]) -> list[str]:
    """Make ids that are ids, each once."""
    taken, anchors = set(_OWN_IDS), []
    for name in wanted:
        base = _NOT_IN_ID.sub("-", name).strip("-") or "section"
        number, anchor = 1, base
        while anchor in taken:
            number += 1
            anchor = f"{base}-{number}"
        taken.add(anchor)
        anchors.append(anchor)
    return anchors


def _figure(table: Table, section: Section, language: str, prefix: str) -> Figure:
    from reformcli.render.pictures import MOST, left_undrawn, svg_of

    picture = svg_of(table, language, prefix=prefix) if table.chart else None
    is_cut = picture is not None and left_undrawn(table)
    return Figure(
        title=table.title,
        is_titled=one_line(table.title) != one_line(section.title),
        parts=table_parts(table, language),
        notes=[note for note in table.notes if note.strip()],
        picture=Markup(picture) if picture else None,  # noqa: S704  (written by an XML library)
        picture_note=text("page.chart_first", language, count=count(MOST, language)) if is_cut else "",
    )
