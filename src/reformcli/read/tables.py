"""Small steps on tables of text; every column is an Arrow string column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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


def fill(table: pa.Table, first_column: int, texts: Iterable[tuple[int, int, str]]) -> tuple[pa.Table, int]:
    """Put texts into empty cells; the table grows where they lie outside.

    Args:
        table: columns c0, c1, …; its first row is physical row 1.
        first_column: the physical column (from 1) of `c0`.
        texts: 1-based physical row and column, and the text; of two for one cell the later counts.

    Returns:
        The table, and the physical column of its first one.
    """
    import pyarrow as pa

    wanted: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row, column, text in texts:
        wanted[column][row - 1] = text
    if not wanted:
        return table, first_column
    had = range(first_column, first_column + table.num_columns)
    columns = range(min([*had[:1], *wanted]), max([*had[-1:], *wanted]) + 1)
    rows = max(table.num_rows, max(max(cells) for cells in wanted.values()) + 1)
    empty = pa.nulls(rows - table.num_rows, pa.string())
    made = {}
    for column in columns:
        old = [*table.column(column - first_column).chunks, empty] if column in had else [pa.nulls(rows, pa.string())]
        cells = pa.chunked_array(old, pa.string())
        made[f"c{column - columns.start}"] = _filled(cells, wanted[column]) if column in wanted else cells
    return pa.table(made), columns.start


def _filled(cells: pa.ChunkedArray, texts: dict[int, str]) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    ordered = sorted(texts)
    places = bytearray(len(cells))
    for row in ordered:
        places[row] = 1
    is_wanted = pa.Array.from_buffers(pa.uint8(), len(places), [None, pa.py_buffer(places)]).cast(pa.bool_())
    new = pa.array([texts[row] for row in ordered], pa.string())
    filled = pc.replace_with_mask(pa.nulls(len(cells), pa.string()), is_wanted, new)
    return pc.coalesce(cells, pa.chunked_array([filled]))


def count_shown(table: pa.Table, rows: Collection[int]) -> int:
    """Count which of these rows (0-based) have a value.

    >>> import pyarrow as pa
    >>> count_shown(pa.table({"c0": [None, "a", None], "c1": [None, None, "b"]}), {0, 1, 9})
    1
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(row for row in rows if 0 <= row < table.num_rows), pa.int64())
    shown = pa.array([False] * len(wanted), pa.bool_())
    for column in table.columns:
        shown = pc.or_(shown, pc.is_valid(column.combine_chunks().take(wanted)))
    return int(pc.sum(shown).as_py() or 0)
