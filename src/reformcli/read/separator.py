r"""The separator and the width of a csv file, from its first records.

Every candidate splits the same records; the right one splits most of them into the same number of fields. Titles above
the header have fewer fields; commas inside dates, amounts and names occur in some records only, never in all.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from reformcli.read.payload import Bytes

SEPARATORS: Final = (";", "\t", ",")
_RECORDS = 200
_SAMPLE = 65_536  # bytes


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
