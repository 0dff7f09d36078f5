"""Live formulas of a workbook: how a cell follows from others, by names of tables and columns.

A formula is Excel's own, with places in braces: `{key}` the cell of that column in the same row, `{key:}` the rows of
that column without its sums, `{key^}` its first sum, `{key#3}` its row 3 (from 0); `{table!key:}` the same of another
table. The cell keeps its value beside the formula, so that viewers that do not calculate show it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{(?:(\w+)!)?([\w.]+)(:|\^|#\d+)?\}")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a table stands: its sheet, the 0-based first row of its rows, how many of them and how many sums."""

    sheet: str
    first_row: int
    rows: int  # without sums
    columns: Mapping[str, int]


def resolve(formula: str, tables: Mapping[str, Placed], own: Placed, row: int) -> str:
    """Write a formula with the addresses of its places.

    Args:
        formula: as a table has it.
        tables: the tables of the workbook by `Table.key`.
        own: the table that holds the cell.
        row: the cell's 0-based row in the table.

    Raises:
        KeyError: a table or column that is not in the workbook.

    >>> own = Placed("Điểm", 3, 2, {"n": 1, "d": 2})
    >>> resolve("=ROUND(100*{n}/{d},2)+SUM({n:})-{other!x^}", {"other": Placed("A'B", 3, 5, {"x": 0})}, own, 1)
    "=ROUND(100*B5/C5,2)+SUM($B$4:$B$5)-'A''B'!A$9"
    """

    def address(found: re.Match[str]) -> str:
        table, key, what = found[1], found[2], found[3] or ""
        place = tables[table] if table else own
        column = column_letters(place.columns[key])
        sheet = f"'{place.sheet.replace(chr(39), chr(39) * 2)}'!" if table else ""
        first, last = place.first_row + 1, place.first_row + max(place.rows, 1)
        if what == ":":
            return f"{sheet}${column}${first}:${column}${last}"
        if what == "^":
            return f"{sheet}{column}${place.first_row + place.rows + 1}"
        number = int(what[1:]) if what else row
        return f"{sheet}{column}{place.first_row + number + 1}"

    return _PLACE.sub(address, formula)


def column_letters(index: int) -> str:
    """Name a column as Excel does.

    >>> [column_letters(index) for index in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    name, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
