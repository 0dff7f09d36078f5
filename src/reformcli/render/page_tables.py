"""A table as HTML: heading, rows and sums, each cell escaped and with the plain value that sorting needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from reformcli.i18n import text
from reformcli.render.numbers import first_total, is_number, one_line, plain, shown_rows

if TYPE_CHECKING:
    from reformcli.render.table import Cell, Column, Table

LONG = 40  # rows; a longer table scrolls within its own frame
HUGE = 1_000  # rows; beyond it columns have fixed widths: measuring every cell takes a browser long
WIDE = 8  # columns; a table with more is printed across the sheet
SIGNS = {"good": "✓", "bad": "!", "error": "✗", "warning": "!"}  # a meaning is never told by colour alone
_ROOMS = ((7, "tiny"), (14, "short"), (36, "middle"))  # letters of the longest text of a column


@dataclass(frozen=True, slots=True)
class TableParts:
    """The pieces of a table that a page puts together, as HTML."""

    head: Markup
    body: Markup
    foot: Markup
    is_long: bool
    is_huge: bool
    is_wide: bool


def table_parts(table: Table, language: str) -> TableParts:
    """Write heading, rows and closing sums of a table."""
    texts = shown_rows(table, language)
    totals_from = first_total(table)
    heads = row_head(table)
    lines = _lines(table, texts, heads, language)
    body = "".join(lines[:totals_from])
    if not lines:
        body = f'<tr><td colspan="{max(1, len(table.columns))}">{escape(text("page.no_rows", language))}</td></tr>\n'
    return TableParts(
        head=_head(table, texts),
        body=Markup(body),  # noqa: S704  (every text in it went through escape)
        foot=Markup("".join(lines[totals_from:])),  # noqa: S704
        is_long=len(lines) > LONG,
        is_huge=len(lines) > HUGE,
        is_wide=len(table.columns) > WIDE,
    )


def row_head(table: Table) -> int:
    """Choose the column that names the rows: the first text without repetition, else the first text, else the first."""
    rows = table.rows[: first_total(table)]
    places = [place for place, column in enumerate(table.columns) if column.kind == "text"]
    for place in places:
        if len({row[place] for row in rows}) == len(rows):
            return place
    return places[0] if places else 0


def mark(shade: str) -> Markup:
    """The sign of a meaning; nothing for a mere lighter colour."""
    return (
        Markup('<span class="mark" aria-hidden="true">{}</span>').format(SIGNS[shade]) if shade in SIGNS else Markup()
    )


def meaning(shade: str, language: str) -> Markup:
    """The word of a meaning, for those who do not see its sign."""
    html = Markup('<span class="unseen"> ({})</span>')
    return html.format(text(f"page.{shade}", language)) if shade in SIGNS else Markup()


def _head(table: Table, texts: Sequence[Sequence[str]]) -> Markup:
    """The row of headings; a class tells the kind of the column and how much room its texts need."""
    cells = []
    for place, column in enumerate(table.columns):
        kind = "number" if is_number(column) else "time" if column.kind == "time" else _room(texts, place)
        cells.append(Markup('<th scope="col" class="{}">{}</th>').format(kind, one_line(column.heading)))
    return Markup("<tr>{}</tr>\n").format(Markup("").join(cells))


def _room(texts: Sequence[Sequence[str]], place: int) -> str:
    longest = max((len(row[place]) for row in texts), default=0)
    return next((name for letters, name in _ROOMS if longest <= letters), "broad")


def _lines(table: Table, texts: Sequence[Sequence[str]], heads: int, language: str) -> list[str]:
    """One line of HTML for each row, put together by columns without a template: a list may have 20,000 rows."""
    shades: dict[str, dict[int, str]] = {}
    for (row, key), shade in (table.shades or {}).items():
        shades.setdefault(key, {})[row] = shade
    columns = []
    for place, column in enumerate(table.columns):
        cells, shown = [row[place] for row in table.rows], [row[place] for row in texts]
        columns.append(_column(column, cells, shown, shades.get(column.key, {}), place == heads, language))
    return [f"<tr>{''.join(cells)}</tr>\n" for cells in zip(*columns, strict=True)]


def _column(
    column: Column, cells: Sequence[Cell], shown: Sequence[str], shades: dict[int, str], is_head: bool, language: str
) -> list[str]:
    """The cells of one column."""
    start, end = ('<th scope="row"', "</th>") if is_head else ("<td", "</td>")
    kind = "number" if is_number(column) else "time" if column.kind == "time" else ""
    plain_look = f' class="{kind}"' if kind else ""
    empty = f'{start} class="{kind} none" data-value="">' if kind else f'{start} class="none">'
    lines = []
    for cell, words in zip(cells, _escaped(shown), strict=True):
        if cell is None:
            lines.append(f"{empty}{words}{end}")
        elif kind and not isinstance(cell, str):
            lines.append(f'{start}{plain_look} data-value="{plain(cell)}">{words}{end}')
        else:
            lines.append(f"{start}{plain_look}>{words}{end}")
    for row, shade in shades.items():
        is_said = column.kind == "change"  # by an arrow
        lines[row] = _shaded(lines[row], shade, language, is_before=bool(kind), is_said=is_said)
    return lines


def _escaped(texts: Sequence[str]) -> list[str]:
    """Escape many texts at once; none has a line break any more."""
    return str(escape("\n".join(map(one_line, texts)))).split("\n") if texts else []


def _shaded(line: str, shade: str, language: str, *, is_before: bool, is_said: bool) -> str:
    """Give a cell its meaning: class, sign and word. The sign stands before numbers: digits stay below digits."""
    opening, _, rest = line.partition(">")
    words, _, end = rest.rpartition("</")
    tag, _, look = opening.partition(' class="')
    look = f"{shade} {look}" if look else f'{shade}"'
    if is_said:
        return f'{tag} class="{look}>{words}</{end}'
    before, after = (mark(shade), "") if is_before else ("", mark(shade))
    return f'{tag} class="{look}>{before}{words}{after}{meaning(shade, language)}</{end}'
