"""Native charts of a workbook, drawn from the cells of their sheet: they follow what a reader sorts or edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from reformcli.render.table import Table

MOST = 30  # categories that can still be told apart
_COLOURS = ("#B3261E", "#E8A33D")  # dark and light also in grey print
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
