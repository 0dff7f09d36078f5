"""Small steps on tables of text; every column is an Arrow string column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_STEP = 4096  # rows looked at together


def empty_to_null(table: pa.Table) -> pa.Table:
    """Make every empty string null: the result of `=""` is no more a value than an empty cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for position, name in enumerate(table.column_names):
        empty = pc.equal(table.column(position), "")
        if pc.any(empty).as_py():
            column = pc.if_else(empty, pa.scalar(None, pa.string()), table.column(position))
            table = table.set_column(position, name, column)
    return table


def cut_tail(table: pa.Table) -> pa.Table:
    """Cut the rows at the end in which every cell is null.

    >>> import pyarrow as pa
    >>> cut_tail(pa.table({"c0": [None, "a", None, None], "c1": [None, None, "b", None]})).num_rows
    3
    """
    end = table.num_rows
    while end:
        start = max(0, end - _STEP)
        tail = table.slice(start, end - start)
        if any(column.null_count < tail.num_rows for column in tail.columns):
            return table.slice(0, start + _last_row(tail) + 1)
        end = start
    return table.slice(0, 0)


def _last_row(table: pa.Table) -> int:
    """Find the last row with a value; there is one."""
    return next(
        row for row in range(table.num_rows - 1, -1, -1) if any(column[row].is_valid for column in table.columns)
    )
