"""A table as comma-separated values: machine names, plain numbers, LF line ends, nothing that Excel would run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reformcli.render.numbers import plain, visible

if TYPE_CHECKING:
    from reformcli.render.table import Cell, Column, Table

BOM = b"\xef\xbb\xbf"
_SPECIAL = re.compile('[",;\r\n\t]|^ | $')
_FORMULA = re.compile("\\s*[=+\\-@＝＋－＠]|[\t\r\n]")  # Excel also takes the full-width signs


def csv_text(table: Table, *, for_excel: bool = True) -> str:
    """Write one table: a header of column keys, then the rows; every line ends with LF.

    Args:
        table: what to write. Its title, notes and shades have no place in a csv; two tables need two files.
        for_excel: put an apostrophe before texts that a spreadsheet would run as a formula. Numbers are never
            touched, negative ones neither. Leave out for programs that compare texts with the source.

    Returns:
        Text for standard output. A file takes `csv_bytes`. Control characters become visible signs in either.

    >>> from reformcli.render.table import Column, Table
    >>> table = Table("t", "", [Column("a", "A"), Column("n", "N", "count")], [["=1+1", -5], ["x, y", None]])
    >>> print(csv_text(table), end="")
    a,n
    '=1+1,-5
    "x, y",
    """
    lines = [[_quoted(csv_label(column) if for_excel else column.key) for column in table.columns]]
    lines += [[_field(cell, for_excel=for_excel) for cell in row] for row in table.rows]
    return "".join(",".join(fields) + "\n" for fields in lines) if table.columns else ""


def csv_label(column: Column) -> str:
    """What a reader of the file finds at the head of a column."""
    return visible(_guarded(column.key))


def csv_bytes(table: Table, *, for_excel: bool = True) -> bytes:
    """Give the contents of a csv file: UTF-8 with the mark by which Excel recognises it."""
    return BOM + csv_text(table, for_excel=for_excel).encode("utf-8")


def _field(cell: Cell, *, for_excel: bool) -> str:
    """Write one cell; only texts can hold a formula."""
    text = plain(cell)
    return _quoted(_guarded(text) if for_excel and isinstance(cell, str) else text)


def _guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, leading blanks or not."""
    return f"'{text}" if _FORMULA.match(text) else text


def _quoted(text: str) -> str:
    """Quote where RFC 4180 asks for it; Python's own writer leaves a lone CR bare, which splits the row."""
    safe = visible(text)
    return '"' + safe.replace('"', '""') + '"' if _SPECIAL.search(safe) else safe
