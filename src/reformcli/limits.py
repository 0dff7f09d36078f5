"""What reading one input may cost: checked before anything is unpacked, and set as the reader's bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from reformcli.errors import UsageError

MEGABYTE = 1_000_000
MOST = 1_000_000  # of any limit: a terabyte, more than any machine of an office has
_NUMBER = re.compile(r"0*([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one input; generous for honest exports, out of reach for bombs.

    An honest workbook unpacks to 10 times its size, and 700,000 dossiers take 1.3 GB to read.
    """

    size: int = 2_000  # megabytes of the file itself
    unpacked: int = 4_000  # megabytes of what is packed in it
    ratio: int = 200  # of unpacked to packed bytes, where the part is large
    cells: int = 50  # millions, of one sheet
    memory: int = 4_000  # megabytes of the reading process


def parse_limits(values: Sequence[str]) -> Limits:
    """Read `name=number` texts over the built-in limits; a later value wins.

    Raises:
        UsageError: `bad_limit`, an unknown name, or no whole number from 1 to `MOST`.
    """
    limits = Limits()
    names = [field.name for field in fields(Limits)]
    for value in values:
        name, _, text = value.partition("=")
        number = _NUMBER.fullmatch(text.strip())
        if name.strip() not in names or number is None or int(number[1]) > MOST:
            raise UsageError("bad_limit", where="--limit", value=value, known=", ".join(names))
        limits = replace(limits, **{name.strip(): int(number[1])})
    return limits
