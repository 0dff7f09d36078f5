"""How wide a column and how high a row must be for its texts: not every program fits them by itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

from reformcli.render.numbers import is_number, one_line

if TYPE_CHECKING:
    from reformcli.render.table import Column

MAX_TEXT = 32_767  # of a cell, as Excel counts
CUT = " […]"
BOLD, TITLE, AIR = 1.12, 1.4, 4.0  # how much more room such text takes; points above and below a line
_WIDEST, _NARROWEST = 48.0, 9.0  # of a column, in characters
_LINE_POINTS, _TALLEST = 15.0, 405.0  # of a row, in points
_MEASURED = 500  # of the texts of a column, the longest
_NOTE_WIDTH = 70.0  # title and notes spread over at least so many characters


def width_of(column: Column, texts: Iterable[str]) -> float:
    """Fit a column to its contents and to a heading of three lines beside the filter button."""
    heading = max(_length(column.heading) / 3, *(_length(word) for word in column.heading.split()), 0.0) * BOLD + 3
    if column.kind == "time":
        return round(max(heading, 21.0), 1)
    lines = (line for text in texts for line in sized(text).split("\n"))
    contents = max(map(_length, nlargest(_MEASURED, lines, key=len)), default=0.0) * BOLD + 3
    least = 0.0 if is_number(column) else min(_length(column.heading) * BOLD + 3, 20.0)
    return round(min(max(contents, heading, least, _NARROWEST), _WIDEST), 1)


def height_of(lines: int, size: float = 1.0) -> float:
    """Give the height of a row in points, with some air."""
    return min(lines * _LINE_POINTS * size + AIR, _TALLEST)


@lru_cache(maxsize=4096)  # names repeat
def line_count(text: str, width: float) -> int:
    """Count the lines that a text takes in a cell of this width, broken between words as Excel does."""
    if 2 * len(text) <= width and "\n" not in text:
        return 1
    count = 0
    for line in text.split("\n"):
        count, used = count + 1, 0.0
        for word in line.split(" ") if 2 * len(line) > width else ():
            length = _length(word)
            if used and used + 1 + length > width:
                count, used = count + 1, 0.0
            count += max(0, math.ceil(length / width) - 1)
            used += length % width + (1 if used else 0)
    return count


def _length(text: str) -> float:
    """Measure a text in average characters: accents take no room, capitals and wide signs more."""
    import unicodedata

    if text.isascii():
        return len(text) + 0.2 * sum(map(str.isupper, text))
    total = 0.0
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.combining(character):
            continue
        wide = unicodedata.east_asian_width(character) in "WF"
        total += 2.0 if wide else 1.2 if character.isupper() else 1.0
    return total


def span_of(widths: Sequence[float]) -> list[float]:
    """Choose the columns that title and notes spread over: all, and more beside a narrow table."""
    span = list(widths)
    while sum(span) < _NOTE_WIDTH:
        span.append(8.43)
    return span


def sized(text: str) -> str:
    """Make a text that Excel can hold: no control characters, and a visible mark where it had to be cut."""
    shown = one_line(text, newline="\n")
    if 2 * len(shown) <= MAX_TEXT:
        return shown
    return shown if _units(shown) <= MAX_TEXT else cut(shown, MAX_TEXT - len(CUT)) + CUT


def _units(text: str) -> int:
    """Count as Excel does, where an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, units: int) -> str:
    """Keep the first `units`, never half an emoji."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
