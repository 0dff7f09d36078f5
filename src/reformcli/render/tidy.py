"""All tables of a report as one csv: a line per figure, for machines."""

from __future__ import annotations

from collections.abc import Sequence

from reformcli.i18n import text
from reformcli.render.table import Cell, Column, Table

NAMED_BY = 3  # texts of a row that tell which it is
COLUMNS = ("table", "title", "row", "item", "column", "heading", "value")


def tidy_table(tables: Sequence[Table], lang: str) -> Table:
    """Every cell of every table on a line of its own, as machines read it.

    `table` is its key or short name, `row` counts from 1, `item` repeats the first texts of the row, so that a figure
    can be found by name; closing sums are `row` -1, -2, …. A figure that was not measured has an empty value.
    """
    rows: list[list[Cell]] = []
    for table in tables:
        last = len(table.rows) - table.total_rows
        name = table.key or table.name
        for number, row in enumerate(table.rows):
            item = " | ".join([cell for cell in row if isinstance(cell, str) and cell][:NAMED_BY])
            place = number + 1 if number < last else last - number - 1
            rows += [
                [name, table.title, place, item, column.key, column.heading, cell]
                for column, cell in zip(table.columns, row, strict=True)
            ]
    kinds = {"row": "rank"}
    columns = [Column(name, text(f"tidy.{name}", lang), kinds.get(name, "text")) for name in COLUMNS]
    return Table("", "", columns, rows)
