r"""Where the cells of a sheet are, from its XML: read in pieces, by pattern, and never more of it than needed.

The pieces are UTF-8 bytes of `xl/worksheets/sheetN.xml`. The rules of which cells count are those of calamine (tried
one by one): `<c/>`, `<c><v/></c>` and a formula without a stored result are nothing; an empty string is a cell; an
error is a cell that shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_P = rb"(?:[A-Za-z_][\w.\-]*:)?"  # any namespace prefix
_TOKEN = re.compile(
    rb"<%s(?:(?P<row>row)(?P<place>\s[^<>]*?)?/?>|c(?P<attributes>\s[^<>]*?)?(?:/>|>(?P<body>.*?)</%sc\s*>))"
    % (_P, _P),
    re.DOTALL,
)
_ROW_REF = re.compile(rb"\sr\s*=\s*[\"'](\d{1,9})")
_CELL_REF = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,9})")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w*)")
_NUMBER = re.compile(rb"<%sv(?:\s[^<>]*)?>[^<]" % _P)
_ANY_VALUE = re.compile(rb"<%s(?:v|is)[\s/>]" % _P)
_DIMENSION = re.compile(rb"<%sdimension\s[^<>]*?ref\s*=\s*[\"']([A-Za-z]+)(\d+)(?::([A-Za-z]+)(\d+))?[\"']" % _P)

# A cell that is not plainly within columns A:AU and rows to 999,999: within, a sheet has at most 47 million cells. Two
# patterns, each with a literal start, search three times as fast as one.
_FAR = [re.compile(rb'%sc(?! r="(?:[A-Z]|A[A-U])\d{1,6}")[\s/>]' % start) for start in (b"<", b":")]
_LONGEST_CELL = 4 << 20  # bytes; Excel allows 32,767 characters


class Cell(NamedTuple):
    """A cell that counts, at its 1-based place; `shown` is False for an error value, which reads as nothing."""

    row: int
    column: int
    shown: bool


class Extent(NamedTuple):
    """The rectangle of the cells that count, 1-based and inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def cells(self) -> int:
        """Cells from row 1 on: a reader keeps the empty rows above."""
        return self.last_row * (self.last_column - self.first_column + 1)


def column_number(letters: bytes) -> int:
    """Count columns from 1.

    >>> column_number(b"A"), column_number(b"av"), column_number(b"XFD")
    (1, 48, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_name(number: int) -> str:
    """Name a column as Excel does.

    >>> column_name(1), column_name(48), column_name(16384)
    ('A', 'AV', 'XFD')
    """
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def counted_cells(pieces: Iterable[bytes]) -> Iterator[Cell]:
    """List the cells that count, in the order of the XML; a cell without a reference follows the one before it."""
    row = column = 0
    for token in _tokens(pieces):
        if token["row"]:
            place = _ROW_REF.search(token["place"] or b"")
            row, column = (int(place[1]) if place else row + 1), 0
            continue
        attributes = token["attributes"] or b""
        place = _CELL_REF.search(attributes)
        row, column = (int(place[2]), column_number(place[1])) if place else (row, column + 1)
        kind = _TYPE.search(attributes)
        pattern = _NUMBER if kind is None or kind[1] == b"n" else _ANY_VALUE
        if token["body"] and pattern.search(token["body"]):
            yield Cell(row, column, shown=kind is None or kind[1] != b"e")


def _tokens(pieces: Iterable[bytes]) -> Iterator[re.Match[bytes]]:
    """Find the starts of rows and the whole cells; what a piece cuts in two waits for the next piece."""
    rest = b""
    for piece in pieces:
        text, end = rest + piece, 0
        for token in _TOKEN.finditer(text):
            yield token
            end = token.end()
        rest = text[max(end, len(text) - _LONGEST_CELL) :]


def first_shown_row(pieces: Iterable[bytes]) -> tuple[int, list[int]] | None:
    """Find the first row that shows something: its number and the columns of its shown cells, ascending.

    Stops there: of an ordinary export only the first piece is read.
    """
    row, columns = 0, set[int]()
    for cell in counted_cells(pieces):
        if columns and cell.row != row:
            break
        if cell.shown:
            row = cell.row
            columns.add(cell.column)
    return (row, sorted(columns)) if columns else None


def extent(pieces: Iterable[bytes]) -> Extent | None:
    """Measure the cells that count, exactly: about four seconds per million cells."""
    cells = counted_cells(pieces)
    first = next(cells, None)
    if first is None:
        return None
    top = bottom = first.row
    left = right = first.column
    for row, column, _ in cells:
        top, bottom = min(top, row), max(bottom, row)
        left, right = min(left, column), max(right, column)
    return Extent(top, left, bottom, right)


def stays_near(pieces: Iterable[bytes]) -> bool:
    """Tell quickly (0.3 GB/s) that a sheet has fewer than 50 million cells; False: measure it with `extent`."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = text.rfind(b">") + 1  # whole tags only
        if any(far.search(text, 0, end) for far in _FAR):
            return False
        rest = text[end:]
    return True


def claimed(head: bytes) -> int | None:
    """Read how many cells, from A1 on, the sheet says it has; None where it does not say.

    A single cell is no statement: writers that stream put `A1` before they know.

    >>> claimed(b'<worksheet><dimension ref="B2:T100001"/>'), claimed(b'<dimension ref="A1"/>')
    (2000020, None)
    """
    found = _DIMENSION.search(head)
    if found is None or found[3] is None:
        return None
    return column_number(found[3]) * int(found[4])
