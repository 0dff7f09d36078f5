"""A sheet put together row by row, and numbers and moments written as the reader of xlsx workbooks writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import repeat, zip_longest
from math import isfinite
from typing import TYPE_CHECKING, Final

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE
from reformcli.model import RawSheet
from reformcli.read.cells import column_name

if TYPE_CHECKING:
    import pyarrow as pa

    from reformcli.read.payload import Payload

Cells = list[str | None]
MOST_COLUMNS: Final = 16_384
DAY_ZERO: Final = datetime(1899, 12, 31)  # of times without a date
DAY_ZERO_1904: Final = datetime(1904, 1, 1)
_BLOCK = 1 << 18  # cells kept as Python objects
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?Z?")
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?")
_MOST_HOURS = 80_000_000  # beyond: no datetime any more


class Grid:
    """The rows of one sheet, added from top to bottom; rows and cells that nobody added are null."""

    def __init__(self, payload: Payload, sheet: str | None) -> None:
        self.payload, self.sheet = payload, sheet
        self.rows = self.width = self.hidden_rows = 0
        self._most = payload.limits.cells * MEGABYTE
        self._recent: list[Cells] = []
        self._recent_cells = 0
        self._blocks: list[int | list[pa.Array]] = []  # a number of empty rows, or the columns of some rows

    def add(self, row: int, cells: Cells, *, times: int = 1, hidden: bool = False) -> None:
        """Add the cells of a row (from 0), which is below all the others; the last cell holds a text, or there is none.

        Raises:
            InputError: `absurd_extent`, the sheet would have more cells than the limit allows.
        """
        if not cells:
            return
        self.need(row + times, len(cells))
        if row > self.rows:
            self._skip(row - self.rows)
        for _ in repeat(None, times):
            self._recent.append(cells)
            self._recent_cells += len(cells)
            if self._recent_cells >= _BLOCK:
                self._flush()
        self.rows, self.width = row + times, max(self.width, len(cells))
        self.hidden_rows += times if hidden else 0

    def need(self, rows: int, width: int, *, cells: int = 0) -> None:
        """Refuse a sheet of so many rows and columns, or cells, if that is more than the limit allows."""
        cells = max(cells, rows * max(width, self.width))
        if cells <= self._most and width <= MOST_COLUMNS:
            return
        where = self.payload.at(self.sheet) if self.sheet else self.payload.where
        cell = f"{column_name(max(width, self.width))}{rows}"
        raise InputError("absurd_extent", where=where, sheet=self.sheet or "1", cell=cell, cells=cells)

    def finish(self, *, date1904: bool = False, hidden: bool = False) -> RawSheet | None:
        """Give the sheet, from A1 on; None where it holds no text."""
        if not self.rows:
            return None
        return RawSheet(
            self.payload.source,
            self.sheet,
            self._table(),
            1,
            1,
            date1904=date1904,
            hidden=hidden,
            hidden_rows=self.hidden_rows,
        )

    def _skip(self, rows: int) -> None:
        self._flush()
        self._blocks.append(rows)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._recent:
            columns = zip_longest(*self._recent)
            self._blocks.append([pa.array(column, pa.string()) for column in columns])
            self._recent, self._recent_cells = [], 0

    def _table(self) -> pa.Table:
        import pyarrow as pa

        self._flush()
        columns = [pa.chunked_array(self._column(place), pa.string()) for place in range(self.width)]
        return pa.table(columns, [f"c{place}" for place in range(self.width)])

    def _column(self, place: int) -> list[pa.Array]:
        import pyarrow as pa

        chunks = []
        for block in self._blocks:
            if isinstance(block, int):
                chunks.append(pa.nulls(block, pa.string()))
            else:
                chunks.append(block[place] if place < len(block) else pa.nulls(len(block[0]), pa.string()))
        return chunks


def put(cells: Cells, column: int, text: str | None) -> None:
    """Set a cell (columns from 0) of a row that is still growing."""
    if text and column == len(cells):
        cells.append(text)
    elif text:
        cells.extend(repeat(None, column + 1 - len(cells)))
        cells[column] = text


def number_text(number: float) -> str:
    """Write a number as text: nine decimals, no exponent, no zeros at the end.

    Raises:
        ValueError: infinite, or no number.

    >>> number_text(121.0), number_text(45278.25), number_text(1 / 3), number_text(1e21), number_text(-1e-12)
    ('121', '45278.25', '0.333333333', '1000000000000000000000', '0')
    """
    if not isfinite(number):
        raise ValueError(number)
    text = f"{number:.9f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def moment_text(moment: datetime) -> str:
    """Write a moment, with milliseconds where it is not a whole second.

    >>> moment_text(datetime(2023, 12, 18)), moment_text(datetime(2023, 12, 18, 8, 2, 4, 999_600))
    ('2023-12-18 00:00:00', '2023-12-18 08:02:05')
    """
    moment += timedelta(microseconds=500)
    text = f"{moment:%Y-%m-%d %H:%M:%S}".rjust(19, "0")
    return f"{text}.{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else text


def iso_text(text: str) -> str:
    """Write a moment that is given as ISO 8601; what is none stays as it is.

    >>> iso_text("2023-12-18T08:02:05.5"), iso_text("2023-12-18"), iso_text("2023")
    ('2023-12-18 08:02:05.500', '2023-12-18 00:00:00', '2023')
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    day, clock, fraction = found.groups()
    whole = f"{day} {clock or '00:00'}" + ("" if clock and len(clock) == 8 else ":00")
    if not fraction or not fraction.strip("0"):
        return whole
    try:
        return moment_text(datetime.fromisoformat(whole) + _fraction(fraction))
    except (ValueError, OverflowError):
        return text


def duration_text(text: str, *, date1904: bool = False) -> str:
    """Write a time of day or a length of time as the moment that a workbook stores; what is none stays as it is.

    >>> duration_text("PT08H02M05S"), duration_text("PT36H00M00S")
    ('1899-12-31 08:02:05', '1900-01-01 12:00:00')
    """
    found = _DURATION.fullmatch(text)
    if found is None or found[1]:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
    if days * 24 + hours + minutes // 60 + seconds // 3600 > _MOST_HOURS:
        return text
    start = DAY_ZERO_1904 if date1904 else DAY_ZERO
    try:
        whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return moment_text(start + whole + _fraction(found[6]))
    except OverflowError:
        return text


def _fraction(digits: str | None) -> timedelta:
    """Parts of a second, from the digits behind the point."""
    return timedelta(microseconds=round(int((digits or "0")[:9].ljust(9, "0")) / 1000))
