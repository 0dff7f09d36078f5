"""Tables on a terminal or in a pipe; whatever the width, a number is shown whole."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from reformcli.render.numbers import first_total, is_number, one_line, shade_of, shown_rows

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table as RichTable

    from reformcli.render.table import Column, Table

_ENDLESS = 10**6
_GAP = 2  # columns between two columns
_NARROW = 14  # a text column may break its words only below this width
_ROOMY = 24
_STYLES = {"good": "green", "bad": "red", "muted": "dim"}
_LINES = "    \n    \n ── \n    \n ── \n ── \n    \n    \n"  # under the heading and above the totals


def print_tables(
    tables: Sequence[Table], *, file: TextIO, language: str, width: int | None = None, color: bool = False
) -> None:
    """Print tables one below the other, each with its title and notes.

    Args:
        tables: what to print. Data never acts as markup, and control characters in it become visible signs.
        file: a text stream. On a terminal the tables fit its width: names wrap, numbers never do, and where even
            that does not fit, every row becomes a block of lines. Elsewhere they are as wide as they need to be.
        language: vi or en, for the numbers.
        width: width to fit instead, terminal or not.
        color: whether a terminal may be coloured; any other stream never is.
    """
    if file.isatty():
        console = _terminal(file, width, color=color)
        _print_all(console, tables, language, width or console.width)
        return
    buffer = StringIO()
    _print_all(_unstyled(buffer, width), tables, language, width)
    file.write("".join(f"{line.rstrip()}\n" for line in buffer.getvalue().split("\n")[:-1]))


def _terminal(file: TextIO, width: int | None, *, color: bool) -> Console:
    """Build a console for a terminal; colour needs the caller's leave and no NO_COLOR in the environment."""
    from rich.console import Console

    return Console(
        file=file,
        width=width,
        color_system="auto" if color else None,
        no_color=None if color else True,  # None: as NO_COLOR says
        force_terminal=True,
        highlight=False,
    )


def _unstyled(buffer: StringIO, width: int | None) -> Console:
    """Build a console without colour, for files and pipes; it breaks no line unless a width is asked for."""
    from rich.console import Console

    return Console(
        file=buffer,
        width=width or _ENDLESS,
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
        highlight=False,
    )


def _print_all(console: Console, tables: Sequence[Table], language: str, width: int | None) -> None:
    """Print every table, an empty line between two."""
    from rich.text import Text

    for index, table in enumerate(tables):
        if index:
            console.print()
        if table.title.strip():
            console.print(Text(one_line(table.title).strip(), style="bold"), overflow="fold")
            console.print()
        if table.columns:
            _print_body(console, table, language, width)
        if table.notes:
            console.print()
        for note in table.notes:
            console.print(Text(one_line(note).strip(), style="dim"), overflow="fold")


def _print_body(console: Console, table: Table, language: str, width: int | None) -> None:
    """Print the rows side by side if the width allows, else one block for each."""
    headings = [one_line(column.heading).strip() for column in table.columns]
    rows = [[one_line(text) for text in row] for row in shown_rows(table, language)]
    widths = _widths(table.columns, headings, rows, width)
    if widths is None:
        _print_stacked(console, table, headings, rows)
    elif width is None:
        console.file.write(_plain_grid(table, headings, rows, widths))
    else:
        # The table is told its width: it must not ask the console, which may be narrower than one long number.
        console.print(_grid(table, headings, rows, widths), width=sum(widths) + _GAP * (len(widths) - 1), crop=False)


def _widths(
    columns: Sequence[Column], headings: list[str], rows: list[list[str]], width: int | None
) -> list[int] | None:
    """Share the width among the columns; None if the numbers and the words of the headings do not fit."""
    from rich.cells import cell_len

    longest = [max((cell_len(row[index]) for row in rows), default=1) for index in range(len(columns))]
    wanted = [max(1, cells, cell_len(heading)) for cells, heading in zip(longest, headings, strict=True)]
    free = sum(wanted) if width is None else width - _GAP * (len(columns) - 1)
    if sum(wanted) <= free:
        return wanted
    least = list(longest)
    for index, column in enumerate(columns):
        if _wraps(column):
            least[index] = min(max((_longest_word(row[index]) for row in rows), default=1), _NARROW)
        least[index] = max(1, least[index], _longest_word(headings[index]))
    wanted = [max(cells, _two_line_width(heading)) for cells, heading in zip(longest, headings, strict=True)]
    for text in (_ROOMY, _NARROW):  # names get room where there is some
        roomy = [
            max(low, min(want, text)) if _wraps(c) else low for c, low, want in zip(columns, least, wanted, strict=True)
        ]
        if sum(roomy) <= free:
            return _shared(wanted, roomy, free)
    return _shared(wanted, least, free) if sum(least) <= free else None


def _shared(wanted: list[int], least: list[int], free: int) -> list[int]:
    """Take from the widest columns until all fit, never below the least; their sum is known to fit."""
    widths = [min(want, max(free, low)) for want, low in zip(wanted, least, strict=True)]
    while sum(widths) > free:
        _, index = max((width, -i) for i, width in enumerate(widths) if width > least[i])
        widths[-index] -= 1
    return widths


def _wraps(column: Column) -> bool:
    """Tell whether a column may be broken into lines: only names and other texts."""
    return not is_number(column) and column.kind != "time"


def _longest_word(text: str) -> int:
    """Measure the longest word of a text in terminal columns."""
    from rich.cells import cell_len

    return max((cell_len(word) for word in text.split()), default=0)


def _two_line_width(heading: str) -> int:
    """Find the least width at which a heading takes two lines at most."""
    from rich.cells import cell_len

    words = heading.split()
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words) + 1)]
    return min((max(cell_len(first), cell_len(second)) for first, second in halves), default=0)


def _grid(table: Table, headings: list[str], rows: list[list[str]], widths: list[int]) -> RichTable:
    """Lay out a table whose column widths are settled, so that nothing is left to squeeze."""
    from rich.box import Box
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=Box(_LINES), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column, heading, width in zip(table.columns, headings, widths, strict=True):
        flush: JustifyMethod = "right" if is_number(column) else "left"
        title = Text(heading, no_wrap=False)
        grid.add_column(title, justify=flush, width=width, overflow="fold", no_wrap=not _wraps(column))
    totals_from = first_total(table)
    for index, row in enumerate(rows):
        if index == totals_from and index:
            grid.add_section()
        cells = [Text(text, style=_style(table, index, number)) for number, text in enumerate(row)]
        grid.add_row(*cells, style="bold" if index >= totals_from else None)
    return grid


def _plain_grid(table: Table, headings: list[str], rows: list[list[str]], widths: list[int]) -> str:
    """Lay out a table for files and pipes as `_grid` does, in a hundredth of the time."""
    from rich.cells import cell_len

    def line(cells: list[str]) -> str:
        blanks = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
        placed = zip(table.columns, cells, blanks, strict=True)
        return (" " * _GAP).join(blank + cell if is_number(column) else cell + blank for column, cell, blank in placed)

    rule = "─" * (sum(widths) + _GAP * (len(widths) - 1))
    lines = [line(cells) for cells in rows]
    if 0 < (totals_from := first_total(table)) < len(lines):
        lines.insert(totals_from, rule)
    return "\n".join([line(headings), rule, *lines, ""])


def _style(table: Table, row: int, number: int) -> str:
    """Choose the colour of a cell; the text says the same without it."""
    if table.rows[row][number] is None:
        return _STYLES["muted"]
    return _STYLES.get(shade_of(table, row, table.columns[number]) or "", "")


def _print_stacked(console: Console, table: Table, headings: list[str], rows: list[list[str]]) -> None:
    """Print one block per row, `heading: value` on each line."""
    totals_from = first_total(table)
    for index, row in enumerate(rows):
        if index:
            console.print("──" if index == totals_from else "")
        for number, text in enumerate(row):
            bold = "bold " if index >= totals_from else ""
            _print_pair(console, headings[number], text, bold + _style(table, index, number), table.columns[number])


def _print_pair(console: Console, heading: str, text: str, style: str, column: Column) -> None:
    """Print a heading and its value; a number that does not fit beside the heading goes below it, whole."""
    from rich.text import Text

    pair = Text.assemble((f"{heading}: ", "dim"), (text, style.strip()))
    if _wraps(column) or pair.cell_len <= console.width:
        console.print(pair, overflow="fold")
        return
    console.print(Text(f"{heading}:", style="dim"), overflow="fold")
    console.print(Text(text, style=style.strip()), soft_wrap=True)
