"""A hash of what each table of a report says, carried along so that a cell that was typed over is noticed at once.

It covers the cells as people read them, not how a format stores them: the workbook and the page of one report have the
same seals, and saving a workbook again in another program breaks none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from reformcli.render.numbers import NOT_MEASURED, SAME, visible
from reformcli.render.table import Cell, Table

_LONGEST = 30_000  # letters: a cell of a workbook holds a few more
_NUMBERS = {
    "vi": re.compile(r"(▲ |▼ |-)?([0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?)%?"),
    "en": re.compile(r"(▲ |▼ |-)?([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)%?"),
}
_THOUSANDS = {"vi": ".", "en": ","}
_BREAKS = str.maketrans("↵␍", "  ")
_LENGTH = 16  # hexadecimal digits: nobody finds another table with the same ones by chance


def seals(tables: Iterable[Table], language: str) -> dict[str, str]:
    """The seal of each table by its title; of equal titles the second has a number."""
    found: dict[str, str] = {}
    for table in tables:
        columns = []
        for place in range(len(table.columns)):
            known: dict[Cell, str] = {}  # most texts and counts are there many times
            column = [row[place] for row in table.rows]
            columns.append([known[c] if c in known else known.setdefault(c, _said(c, language)) for c in column])
        headings = [words(column.heading) for column in table.columns]
        add_seal(found, table.title, headings, zip(*columns, strict=True) if columns else ())
    return found


def add_seal(found: dict[str, str], title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Add the seal of a table whose cells are canonical texts."""
    name, number = words(title), 1
    while (key := name if number == 1 else f"{name} ({number})") in found:
        number += 1
    digest = hashlib.sha256("\x1f".join(headings).encode())
    for row in rows:
        digest.update(b"\x1e" + "\x1f".join(row).encode("utf-8", "backslashreplace"))
    found[key] = digest.hexdigest()[:_LENGTH]


def _said(cell: Cell, language: str) -> str:
    if cell is None:
        return NOT_MEASURED
    if isinstance(cell, str):
        return canonical(cell, language)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return canonical(plain_number(Decimal(cell)), language)


def canonical(shown: str, language: str) -> str:
    """A shown text in one writing: a number as its plain decimal, blanks as one. Twice gives the same as once.

    >>> [canonical(text, "vi") for text in ("1.234,50", "▼ 0,20", "12,00%", "98.58", "Sở  Y tế", "=")]
    ['1234.5', '-0.2', '12', '98.58', 'Sở Y tế', '0']
    """
    text = words(shown)
    if text == SAME:
        return "0"
    for _ in range(2):  # what is shown as 1,234 is stored as 1.234, which a reader takes for 1234
        found = _NUMBERS[language].fullmatch(text)
        if found is None:
            break
        number = Decimal(found[2].replace(_THOUSANDS[language], "").replace(",", "."))
        text = plain_number(-number if found[1] in ("▼ ", "-") else number)
    return text


def plain_number(number: Decimal) -> str:
    """A number without needless zeros."""
    return format(number.normalize(), "f") if number else "0"


def words(text: str) -> str:
    """A text on one line, as far as every format can hold it."""
    return " ".join(visible(text[:_LONGEST]).translate(_BREAKS).split())
