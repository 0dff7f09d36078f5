"""Dates as offices write them: day first, local time, whole seconds. What is not certain is a fault, never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from reformcli.text import fold

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLANKS = frozenset({"", "-", "--", "null", "none", "nan", "nat", "n/a", "(null)"})
YEARS = (1990, 2199)  # a dossier outside these years was typed wrongly
BLOCK = 65_536  # rows parsed at a time, to keep the digit matrices small

# Layouts whose every field has its full width: they are read in columns. d/M/y parts, then the places of separators.
_DAY_FIRST = {"day": (0, 2), "month": (3, 5), "year": (6, 10), "marks": (2, 5)}
_YEAR_FIRST = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "marks": (4, 7)}

_LOCAL = timezone(timedelta(hours=7))
_TIME = (
    r"(?P<H>\d{1,2})\s?(?::|h|g|gio)\s?(?P<M>\d{1,2})(?:\s?(?::|m|p|phut)\s?(?P<S>\d{1,2})(?:[.,](?P<F>\d+))?)?"
    r"\s?(?P<half>sa|ch|am|pm)?"
)
_DMY = r"(?P<d>\d{1,2})(?P<s>[/\-._])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})"
_YMD = r"(?P<y>\d{4})(?P<s>[/\-._])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
_WORDS = r"(?:ngay )?(?P<d>\d{1,2}) thang (?P<m>\d{1,2}) nam (?P<y>\d{4})"
_ZONE = r"\s?(?P<zone>z|[+-]\d{2}:?\d{2})"
_JOIN = r"(?:\s?,\s?|\s|\s-\s)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_DMY}(?:{_JOIN}{_TIME})?",
        rf"{_TIME}{_JOIN}(?:ngay )?{_DMY}",
        rf"{_YMD}(?:(?:t|{_JOIN}){_TIME}(?:{_ZONE})?)?",
        rf"{_WORDS}(?:{_JOIN}(?:luc )?{_TIME})?",
        rf"{_TIME}{_JOIN}{_WORDS}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})",
    )
)
_SERIAL = re.compile(r"\d{5,6}(?:\.\d+)?")
_SERIALS = (32_874, 109_937)  # 1 January 1990 to 31 December 2200, in days since 30 December 1899
_SYSTEM_BLANK = re.compile(r"(?:0?1[/\-.]0?1[/\-.]0001|0001-01-01)(?:[ t]0{1,2}:00(?::00(?:\.0+)?)?(?: sa| am)?)?")


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of n dates: `values` datetime64[s] (NaT where blank or at fault) and `faults` booleans."""

    values: np.ndarray
    faults: np.ndarray


def parse_date(text: str, *, date1904: bool = False) -> tuple[datetime | None, bool]:
    """Read one written date.

    Returns:
        The time, or None, and whether that is a fault: text that is no date. So is 12/25/2023: someone wrote the
        month first, or mistyped; which of them is for a person to decide.

    >>> parse_date("10:56 13/03/2026")
    (datetime.datetime(2026, 3, 13, 10, 56), False)
    >>> parse_date("12/25/2023")
    (None, True)
    """
    plain = fold(text)
    if plain in BLANKS or text.strip().casefold() in BLANKS or _SYSTEM_BLANK.fullmatch(plain):
        return None, False
    if _SERIAL.fullmatch(plain):
        return _from_serial(float(plain), date1904=date1904)
    match = next((m for m in (form.fullmatch(plain) for form in _FORMS) if m), None)
    return _from_parts(match.groupdict()) if match else (None, True)


def _from_serial(serial: float, *, date1904: bool) -> tuple[datetime | None, bool]:
    days = serial + (1462 if date1904 else 0)
    if not _SERIALS[0] <= days < _SERIALS[1]:
        return None, True
    return datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400_000) // 1000), False


def _from_parts(parts: dict[str, str | None]) -> tuple[datetime | None, bool]:
    year, month, day = (int(parts[name] or 0) for name in "ymd")
    try:
        value = datetime(year, month, day, _hour(parts), int(parts.get("M") or 0), int(parts.get("S") or 0))
    except ValueError:
        return None, True
    if zone := parts.get("zone"):
        value = _to_local(value, zone)
    return (value, False) if YEARS[0] <= value.year <= YEARS[1] else (None, True)


def _hour(parts: dict[str, str | None]) -> int:
    """The hour of the day; "SA" and "CH" (morning, afternoon) count twelve hours. Raises ValueError past them."""
    hour, half = int(parts.get("H") or 0), parts.get("half")
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in ("ch", "pm") else 0)


def _to_local(value: datetime, zone: str) -> datetime:
    if zone == "z":
        offset = UTC
    else:
        sign = -1 if zone[0] == "-" else 1
        offset = timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])))
    return value.replace(tzinfo=offset).astimezone(_LOCAL).replace(tzinfo=None)


def parse_dates(texts: pa.Array | pa.ChunkedArray, *, date1904: bool = False) -> Dates:
    """Read a column of n written dates, in columns where the layout is regular, else once per distinct text."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    array = pc.utf8_trim_whitespace(array.cast(pa.large_string()))
    values = np.full(len(array), "NaT", "datetime64[s]")
    left = np.ones(len(array), dtype=bool)
    for start in range(0, len(array), BLOCK):
        stop = start + BLOCK
        _parse_block(array.slice(start, BLOCK), values[start:stop], left[start:stop])
    faults = np.zeros(len(array), dtype=bool)
    if left.any():
        _parse_rest(array, values, faults, np.flatnonzero(left), date1904)
    return Dates(values, faults)


def _parse_rest(array: pa.Array, values: np.ndarray, faults: np.ndarray, rows: np.ndarray, date1904: bool) -> None:
    """Read the rows that no regular layout fits, each distinct text once."""
    import numpy as np
    import pyarrow as pa

    encoded = array.take(pa.array(rows)).dictionary_encode()
    read = [parse_date(text, date1904=date1904) for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(len(read)).to_numpy(zero_copy_only=False)
    distinct = np.array([value for value, _ in read] + [None], dtype="datetime64[s]")
    values[rows] = distinct[codes]
    faults[rows] = np.array([fault for _, fault in read] + [False])[codes]


def _parse_block(array: pa.Array, values: np.ndarray, left: np.ndarray) -> None:
    """Read the regular layouts of one block into `values`; `left` becomes False where that (or a null) settled it."""
    import numpy as np
    import pyarrow.compute as pc

    left[:] = ~pc.is_null(array).to_numpy(zero_copy_only=False)
    _, offset_buffer, data_buffer = array.buffers()
    if data_buffer is None:
        return
    offsets = np.frombuffer(offset_buffer, "int64")[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(data_buffer, "uint8")
    lengths = np.where(left, np.diff(offsets), 0)
    for length in (10, 16, 19, 23):
        rows = np.flatnonzero(lengths == length)
        for layout in (_DAY_FIRST, _YEAR_FIRST):
            if not len(rows):
                break
            starts = offsets[rows]
            first, second = (data[starts + place] for place in layout["marks"])
            alike = (first == second) & _is_mark()[first]
            chosen = rows if alike.all() else rows[alike]
            letters = data[np.arange(length)[:, None] + offsets[chosen]]
            read, good = _parse_letters(letters, layout, length)
            values[chosen[good]] = read[good]
            left[chosen[good]] = False
            rows = rows[~alike]


def _parse_letters(
    letters: np.ndarray, layout: dict[str, tuple[int, int]], length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read a `length` by n matrix of letters whose date marks fit; returns n times and a mask of the certain ones."""
    import numpy as np

    digits = letters - np.uint8(48)
    good = np.ones(letters.shape[1], dtype=bool)

    def number(start: int, stop: int) -> np.ndarray:
        nonlocal good
        total = np.zeros(letters.shape[1], "int32")
        for place in range(start, stop):
            good &= digits[place] < 10
            total = total * 10 + digits[place]
        return total

    year, month, day = number(*layout["year"]), number(*layout["month"]), number(*layout["day"])
    seconds = np.zeros(letters.shape[1], "int32")
    if length > 10:
        good &= ((letters[10] == ord(" ")) | (letters[10] == ord("T"))) & (letters[13] == ord(":"))
        hour, minute = number(11, 13), number(14, 16)
        good &= (hour < 24) & (minute < 60)
        seconds = hour * 3600 + minute * 60
    if length > 16:
        second = number(17, 19)
        good &= (letters[16] == ord(":")) & (second < 60)
        seconds = seconds + second
    if length > 19:
        good &= letters[19] == ord(".")
        number(20, 23)  # a fraction is cut off: rounding would carry 23:59:59.997 over midnight
    good &= (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    good &= day <= _month_days()[months]
    days = _first_days()[months] + day - 1
    return (days * 86_400 + seconds).astype("datetime64[s]"), good


@cache
def _is_mark() -> np.ndarray:
    """For each of 256 letters whether it separates the parts of a date."""
    import numpy as np

    return np.isin(np.arange(256), np.frombuffer(b"/-._", "uint8"))


@cache
def _first_days() -> np.ndarray:
    """The day number of the first of each month from January 1970 on, past the last year."""
    import numpy as np

    months = np.arange((YEARS[1] - 1970 + 1) * 12 + 1)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype("int64")


@cache
def _month_days() -> np.ndarray:
    """The length of each month from January 1970 on."""
    import numpy as np

    return np.diff(_first_days())
