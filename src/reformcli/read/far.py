"""Cells so far from the table that reading up to them would exhaust the memory: found, and left out."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from reformcli.read.cells import TOKEN, Extent, P, column_name, column_number, next_place, whole_cells

Pieces = Callable[[], Iterable[bytes]]
COLUMNS_BETWEEN: Final = 1_000  # empty ones that set a group of cells apart
ROWS_BETWEEN: Final = 100_000
FEW: Final = 1_000  # cells: a group with more is a table
_PLAIN = re.compile(rb'<%sc r="([A-Z]{1,3})(\d{1,9})"([^<>]*)>(</)?' % P)
_ANY = re.compile(rb"<%sc[\s/>]" % P)


class Places(NamedTuple):
    """The rows and columns (1-based) of the cells that are not plainly empty, in the order of the XML."""

    rows: array[int]
    columns: array[int]

    @property
    def extent(self) -> Extent:
        """The rectangle of the cells."""
        return Extent(min(self.rows), min(self.columns), max(self.rows), max(self.columns))

    def keeping(self, is_kept: Callable[[tuple[int, int]], bool]) -> Places:
        """Choose among the places."""
        pairs = [pair for pair in zip(self.rows, self.columns, strict=True) if is_kept(pair)]
        return Places(array("q", [row for row, _ in pairs]), array("q", [column for _, column in pairs]))


class _Group(NamedTuple):
    first: int
    last: int
    size: int


def places(pieces: Pieces) -> Places:
    """List the cells that may hold something: half a second per million, ten times that if not all have references."""
    found = Places(array("q"), array("q"))
    for block in whole_cells(pieces()):
        cells = _PLAIN.findall(block)
        if len(cells) != len(_ANY.findall(block)):
            return _places_in_order(pieces)
        numbers = {letters: column_number(letters) for letters in {cell[0] for cell in cells}}
        full = [cell for cell in cells if not cell[3] and not cell[2].endswith(b"/")]
        found.rows.extend([int(cell[1]) for cell in full])
        found.columns.extend([numbers[cell[0]] for cell in full])
    return found


def _places_in_order(pieces: Pieces) -> Places:
    found = Places(array("q"), array("q"))
    for row, column, _, _ in _located(b"".join(pieces())):
        found.rows.append(row)
        found.columns.append(column)
    return found


def _located(xml: bytes) -> Iterator[tuple[int, int, int, int]]:
    """List row, column, and where in the XML the cell is, of every cell with a body."""
    row = column = 0
    for token in TOKEN.finditer(xml):
        row, column = next_place(token, row, column)
        if token["body"]:
            yield row, column, token.start(), token.end()


def lone(cells: Places, most: int) -> set[tuple[int, int]]:
    """Pick the lone cells behind a wide gap, farthest first, until the others span at most `most` cells.

    >>> sorted(lone(Places(array("q", [1, 2, 1048576]), array("q", [1, 1, 16384])), 1000))
    [(1048576, 16384)]
    """
    kept, left_out = cells, set[tuple[int, int]]()
    for axis, gap in ((1, COLUMNS_BETWEEN), (0, ROWS_BETWEEN)):
        far = _far_groups(kept, axis, gap, most)
        if far:
            left_out.update(pair for pair in zip(*kept, strict=True) if _is_in(pair[axis], far))
            kept = kept.keeping(lambda pair: pair not in left_out)
    return left_out


def _far_groups(cells: Places, axis: int, gap: int, most: int) -> list[_Group]:
    groups = _groups(Counter(cells[axis]), gap)
    main = max(groups, key=lambda group: group.size)
    others = sorted(groups, key=lambda group: abs(group.first - main.first), reverse=True)
    far: list[_Group] = []
    for group in others:
        near = [place for place in groups if place not in far]
        if _span(cells.extent, axis, near[0].first, near[-1].last) <= most:
            break
        if group != main and group.size <= min(FEW, main.size):
            far.append(group)
    return far


def _groups(counts: Counter[int], gap: int) -> list[_Group]:
    """Split the used rows or columns where more than `gap` empty ones lie between two."""
    used = sorted(counts)
    starts = [used[0], *(later for earlier, later in pairwise(used) if later - earlier - 1 > gap)]
    groups = []
    for start, following in zip(starts, [*starts[1:], used[-1] + 1], strict=True):
        members = [place for place in used if start <= place < following]
        groups.append(_Group(start, members[-1], sum(counts[place] for place in members)))
    return groups


def _span(whole: Extent, axis: int, first: int, last: int) -> int:
    if axis == 1:
        return whole._replace(first_column=first, last_column=last).cells
    return whole._replace(last_row=last).cells


def _is_in(place: int, groups: list[_Group]) -> bool:
    return any(group.first <= place <= group.last for group in groups)


def addresses(cells: Iterable[tuple[int, int]], most: int) -> tuple[str, ...]:
    """Name the first `most` cells, row by row.

    >>> addresses({(9, 2), (1, 16384), (9, 1)}, 2)
    ('XFD1', 'A9')
    """
    return tuple(f"{column_name(column)}{row}" for row, column in sorted(cells)[:most])


def without(xml: bytes, cells: set[tuple[int, int]]) -> bytes:
    """Empty these cells in the XML; the tags stay, so that cells without a reference keep their places."""
    spans = [(start, end) for row, column, start, end in _cells_at(xml, cells) if (row, column) in cells]
    parts, done = [], 0
    for start, end in sorted(spans):
        opened = xml.index(b">", start)
        parts += [xml[done:opened], b"/>"]
        done = end
    return b"".join([*parts, xml[done:]])


def _cells_at(xml: bytes, cells: set[tuple[int, int]]) -> Iterable[tuple[int, int, int, int]]:
    """Find cells by their references where all have one, else by counting."""
    if len(_PLAIN.findall(xml)) != len(_ANY.findall(xml)):
        return _located(xml)
    return [place for cell in cells for place in _named(xml, cell)]


def _named(xml: bytes, cell: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    name = f' r="{column_name(cell[1])}{cell[0]}"'.encode()
    place = xml.find(name)
    while place >= 0:
        token = TOKEN.match(xml, xml.rindex(b"<", 0, place))
        if token and not token["row"] and token["body"]:
            yield (*cell, token.start(), token.end())
        place = xml.find(name, place + 1)
