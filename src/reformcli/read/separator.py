r"""The separator and the width of a csv file, from its first records.

Every candidate splits the same records; the right one splits most of them into the same number of fields. Titles above
the header have fewer fields; commas inside dates, amounts and names occur in some records only, never in all.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from reformcli.read.payload import Bytes

SEPARATORS: Final = (";", "\t", ",")
_RECORDS = 200
_SAMPLE = 65_536  # bytes
_BREAKS = re.compile(r"[\r\n]+")
_DIGITS, _WORDS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")
_FEWEST_COLUMNS, _SHORTEST_LOOK = 3, 3  # with fewer, an address in two lines can look like two records


class Shape(NamedTuple):
    """How a csv file is cut: its separator, and the fields that most of its first records have."""

    separator: str
    width: int


def find_shape(data: Bytes, separators: Sequence[str] = SEPARATORS) -> Shape:
    r"""Find the separator of UTF-8 text; a file in which none splits anything has one column.

    >>> find_shape(b"Bao cao tuan\nma;ngay;phi\n1;18/12/2023;12,5\n2;19/12/2023;7\n")
    Shape(separator=';', width=3)
    """
    sample = data[:_SAMPLE].decode("utf-8-sig", "ignore")
    tries = [_try(sample, separator, whole=len(data) <= _SAMPLE) for separator in separators]
    score, width, separator = max(tries, key=lambda found: found[:2])
    return Shape(separator, width) if score else Shape(separators[-1], 1)


def _try(sample: str, separator: str, *, whole: bool) -> tuple[float, int, str]:
    """Score one separator by its commonest width above one: the records of that width, times their share.

    The share is that of the records from the first one of that width on, so that titles do not count against it.
    """
    records = read_records(sample, separator, _RECORDS)
    if not whole and len(records) < _RECORDS:
        records = records[:-1]  # cut by the end of the sample
    widths = [len(record) for record in records if any(record)]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0, 1, separator
    width = max(wide, key=lambda width: (wide[width], width))
    return wide[width] ** 2 / (len(widths) - widths.index(width)), width, separator


def read_records(text: str, separator: str, limit: int | None = None) -> list[list[str]]:
    """Split text into records, as far as they can be read."""
    records: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # a field above 131,072 characters: a quote that nothing closes
        records.extend(itertools.islice(split(text, separator), limit))
    return records


def split(text: str, separator: str) -> Iterator[list[str]]:
    """Split text into records; a quoted field may hold separators, line breaks and doubled quotes.

    Raises:
        csv.Error: a field is longer than 131,072 characters.
    """
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def holds_records(record: Sequence[str | None], place: int, shape: Shape) -> bool:
    r"""Tell whether the cell at `place` swallowed line ends: its lines are as wide as records and look like this one.

    An address of several lines has neither the width of a record nor its code or dates at the same places.

    >>> cell = "An,05/12/2023\nH57-02,An"
    >>> holds_records(["H57-01", cell, "06/12/2023"], 1, Shape(",", 3))
    True
    >>> holds_records(["H57-01", "5 Hang Bai,\nHoan Kiem, Ha Noi", "06/12/2023"], 1, Shape(",", 3))
    False
    """
    first, *more = (line.split(shape.separator) for line in _BREAKS.split(record[place] or ""))
    if shape.width < _FEWEST_COLUMNS or not more:
        return False
    looks = [_look(field) if column != place else "" for column, field in enumerate(record)]
    if any(len(line) == shape.width and _is_alike(line, looks) for line in more):
        return True
    is_whole = place + len(first) == shape.width and len(more[-1]) > place
    return is_whole and (_is_alike(first[1:], looks[place + 1 :]) or _is_alike(more[-1][:place], looks))


def _is_alike(fields: Sequence[str], looks: Sequence[str]) -> bool:
    """Whether a field looks as that of the record in its place; too little to look at tells nothing."""
    return any(len(look) >= _SHORTEST_LOOK and _look(field) == look for field, look in zip(fields, looks, strict=False))


def _look(field: str | None) -> str:
    """The pattern of a code, a date or an amount; other texts as they are.

    >>> _look("H57.21-231201-0004"), _look("05/12/2023 08:30"), _look("Sở Y tế")
    ('a0.0-0-0', '0/0/0 0:0', 'Sở Y tế')
    """
    pattern = _DIGITS.sub("0", field or "")
    return _WORDS.sub("a", pattern) if "0" in pattern else pattern
