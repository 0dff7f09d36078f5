"""Tables as GitHub Markdown in which no data comes alive: no link, no HTML, no emphasis, no list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reformcli.render.numbers import first_total, is_number, one_line, shown_rows

if TYPE_CHECKING:
    from reformcli.render.table import Table

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&$])")
_AUTOLINK = re.compile(r"(:(?=//)|\bwww(?=\.)|@|\b(?:mailto|xmpp):)", re.IGNORECASE)
_BLOCK = re.compile(r"^([#+=-])|^(\d{1,9})(?=[.)])|(?<=\s)(#+)$")


def markdown_text(tables: Sequence[Table], *, language: str) -> str:
    """Write tables one below the other: title as a heading, right-aligned numbers, bold totals, notes as a list.

    Args:
        tables: what to write; titles, headings and notes are data too and are escaped as well.
        language: vi or en, for the numbers.
    """
    return "\n".join(part for table in tables for part in _parts(table, language))


def escaped(text: str) -> str:
    r"""Escape a text for the inside of a table cell; a line break becomes a visible sign.

    Bare addresses are links on GitHub whatever is escaped, so a word joiner goes into them, written as a reference
    to be seen in the source.

    >>> print(escaped("a|b *c* <i> https://x.vn"))
    a\|b \*c\* \<i\> https:&#8288;//x.vn
    """
    return _AUTOLINK.sub(r"\1&#8288;", _SIGNS.sub(r"\\\1", one_line(text).strip()))


def _parts(table: Table, language: str) -> list[str]:
    """Write one table; each part ends with a line feed, so that joining leaves one empty line between them."""
    parts = [f"## {_line(table.title)}\n"] if table.title.strip() else []
    if table.columns:
        parts.append("".join(f"| {' | '.join(cells)} |\n" for cells in _grid(table, language)))
    notes = [note for note in table.notes if note.strip()]
    return [*parts, "".join(f"- {_line(note)}\n" for note in notes)] if notes else parts


def _grid(table: Table, language: str) -> list[list[str]]:
    """Lay out heading, alignment and rows."""
    totals_from = first_total(table)
    lines = [[escaped(column.heading) for column in table.columns]]
    lines.append(["---:" if is_number(column) else "---" for column in table.columns])
    for index, row in enumerate(shown_rows(table, language)):
        cells = [escaped(cell) for cell in row]
        lines.append([f"**{cell}**" if cell else "" for cell in cells] if index >= totals_from else cells)
    return lines


def _line(text: str) -> str:
    """Escape a text for the start of a block, where also numbers and dashes have a meaning."""
    return _BLOCK.sub(lambda match: f"{match[2]}\\" if match[2] else f"\\{match[0]}", escaped(text))
