"""Native charts of a workbook, drawn from the cells of their sheet: they follow what a reader sorts or edits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from reformcli.render.numbers import first_total

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from reformcli.render.table import Cell, Table

MOST = 30  # categories that can still be told apart
_COLOURS = ("#B3261E", "#E8A33D", "#2F6191")  # dark, light and dark also in grey print
_LOOKS = tuple(zip(_COLOURS, ("solid", "dash", "round_dot"), strict=True))
_GREY = "#595959"
_WIDTH, _HEIGHT, _PER_BAR = 720, 320, 22  # pixels


def add_chart(book: Workbook, sheet: Worksheet, table: Table, *, first_row: int, below: int) -> None:
    """Draw the chart of a table below its notes; nothing where there is nothing to compare.

    Args:
        book: the workbook.
        sheet: the sheet that holds the table.
        table: its rows start in `first_row` (0-based).
        first_row: of the data.
        below: the row at which the chart stands.
    """
    chosen, count = table.chart, min(len(table.rows) - table.total_rows, MOST)
    if chosen is None or count < 2:
        return
    if chosen.kind == "course":
        _add_course(book, sheet, table, first_row=first_row, below=below)
        return
    keys = [column.key for column in table.columns]
    is_bar = chosen.kind == "bar"
    chart = book.add_chart({"type": "bar", "subtype": "stacked"} if is_bar else {"type": "line"})
    for key, colour in zip(chosen.of, _COLOURS, strict=False):
        place, over = keys.index(key), keys.index(chosen.over)
        chart.add_series(
            {
                "name": [sheet.name, first_row - 1, place],
                "categories": [sheet.name, first_row, over, first_row + count - 1, over],
                "values": [sheet.name, first_row, place, first_row + count - 1, place],
                "fill": {"color": colour},
                "line": {"color": colour, "width": 2.25},
                "gap": 40,
            }
        )
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"reverse": is_bar, "major_gridlines": {"visible": not is_bar, "line": {"color": "#D9D9D9"}}})
    chart.set_x_axis({"major_gridlines": {"visible": is_bar, "line": {"color": "#D9D9D9"}}})
    chart.set_size({"width": _WIDTH, "height": max(_HEIGHT, 110 + _PER_BAR * count) if is_bar else _HEIGHT})
    sheet.insert_chart(below, 0, chart, {"object_position": 3})


# ------------------------------------------------------------------ courses
def _add_course(book: Workbook, sheet: Worksheet, table: Table, *, first_row: int, below: int) -> None:
    """Draw lines over time with a gap where a value is missing, and none across a break.

    Every unbroken stretch is a series of its own: a program would draw the dash of a missing value as a zero.
    """
    if table.chart is None:
        return
    marks = dict(table.chart.breaks)
    chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    drawn = [
        (key, look, *rows) for key, look in zip(table.chart.of, _LOOKS, strict=False) for rows in _rows(table, key)
    ]
    seen: set[str] = set()
    hidden: list[int] = []
    for key, (colour, dash), first, last in drawn:
        look = {
            "line": {"color": colour, "width": 2.25, "dash_type": dash},
            "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}},
        }
        chart.add_series({**_cells(sheet, table, key, first_row, first, last), **look})
        hidden += [len(hidden) + len(seen)] if key in seen else []
        seen.add(key)
    for first, _ in _rows(table, table.chart.of[0]):
        if first in marks:
            chart.add_series(
                {**_cells(sheet, table, table.chart.of[0], first_row, first, first), **_mark(marks[first])}
            )
            hidden.append(len(hidden) + len(seen))
    if not drawn:
        return
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom", "delete_series": hidden})
    chart.set_x_axis({"num_format": "dd/mm/yy", "major_gridlines": {"visible": False}})
    chart.set_y_axis({"min": _floor(table), "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    sheet.insert_chart(below, 0, chart, {"object_position": 3})


def _rows(table: Table, key: str) -> Iterator[tuple[int, int]]:
    """The unbroken stretches of a column."""
    place = [column.key for column in table.columns].index(key)
    breaks = [at for at, _ in table.chart.breaks] if table.chart else []
    return stretches([row[place] for row in table.rows[: first_total(table)]], breaks)


def _cells(sheet: Worksheet, table: Table, key: str, first_row: int, first: int, last: int) -> dict[str, object]:
    """A series over some rows."""
    keys = [column.key for column in table.columns]
    place, over = keys.index(key), keys.index(table.chart.over if table.chart else key)
    return {
        "name": [sheet.name, first_row - 1, place],
        "categories": [sheet.name, first_row + first, over, first_row + last, over],
        "values": [sheet.name, first_row + first, place, first_row + last, place],
    }


def stretches(cells: Sequence[Cell], breaks: Collection[int]) -> Iterator[tuple[int, int]]:
    """The first and last rows of values that follow each other without a gap or a break.

    >>> list(stretches([1, 2, None, 4, 5], [4]))
    [(0, 1), (3, 3), (4, 4)]
    """
    first: int | None = None
    for at, cell in enumerate(cells):
        if first is not None and (cell is None or at in breaks):
            yield first, at - 1
            first = None
        if first is None and cell is not None:
            first = at
    if first is not None:
        yield first, len(cells) - 1


def _mark(label: str) -> dict[str, object]:
    """A dashed line down from the first value after a break, and what is new there."""
    return {
        "y_error_bars": {
            "type": "percentage",
            "value": 100,
            "direction": "minus",
            "end_style": 0,
            "line": {"color": _GREY, "dash_type": "dash"},
        },
        "data_labels": {
            "custom": [{"value": label, "font": {"color": _GREY, "size": 9}}],
            "value": True,
            "position": "above",
        },
        "line": {"none": True},
        "marker": {"type": "diamond", "size": 8, "fill": {"color": _GREY}, "border": {"color": _GREY}},
    }


def _floor(table: Table) -> int:
    """Where the axis begins: at zero, but near the lowest value where all are in the upper half."""
    if table.chart is None:
        return 0
    keys = [column.key for column in table.columns]
    places = [keys.index(key) for key in table.chart.of]
    known = [
        Decimal(cell) for row in table.rows for cell in (row[at] for at in places) if isinstance(cell, int | Decimal)
    ]
    if not known or 2 * min(known) <= max(known):
        return 0
    span = max(max(known) - min(known), Decimal(1))
    return max(0, int(min(known) - span / 5))
