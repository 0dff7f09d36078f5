"""Working days: which days count, how many lie between two moments, and when a term ends.

Layers, the later winning: Saturday and Sunday off; the holidays library for years that nobody announced to us;
`rules/holidays.toml` for announced years; the office's own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from reformcli.errors import InputError, UsageError
from reformcli.headings.dates import parse_date
from reformcli.rules.holidays import Day, Names, Own, Schedule, bad_calendar, both, by_date, load_own, load_schedule
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Times: TypeAlias = NDArray[np.datetime64]
    Mask: TypeAlias = NDArray[np.bool_]
    Codes: TypeAlias = NDArray[np.int8]

# Office hours. All but the last were measured on a real export; 17:00 completes eight hours.
MORNING, AFTERNOON = ((7, 30), (11, 30)), ((13, 0), (17, 0))
UNKNOWN = -1  # working days late where the deadline or the end is missing
LIBRARY_YEARS = (1901, 2100)  # what the holidays library knows
FURTHEST = 3_000  # years that a table may span
_OFF, _MORNING, _WORKED = range(3)
_CODES = {"off": _OFF, "morning": _MORNING, "worked": _WORKED}
_SATURDAYS = {"off": _OFF, "morning": _MORNING, "full": _WORKED}
_SATURDAY = 5  # as Python counts weekdays
_HEADINGS = {
    "date": ("Ngày", "Ngày tháng"),
    "kind": ("Loại", "Loại ngày"),
    "reason": ("Lý do", "Nội dung", "Ghi chú"),
}
_WRITTEN = {
    "off": ("off", "nghỉ", "ngày nghỉ", "nghỉ lễ", "nghỉ bù", "nghỉ hoán đổi"),
    "worked": ("worked", "làm việc", "ngày làm việc", "làm bù", "ngày làm bù"),
    "morning": ("morning", "sáng", "buổi sáng", "làm buổi sáng", "làm việc buổi sáng"),
}
_KINDS = {fold(text): kind for kind, texts in _WRITTEN.items() for text in texts}


@dataclass(frozen=True, slots=True)
class DayTable:
    """Consecutive days from `first` on: how many days count up to and including each (`ordinal`, int64).

    Days that count after a and up to b are `ordinal` of b − `ordinal` of a, in any engine.
    """

    first: np.datetime64
    ordinal: Ints

    def at(self, days: Times) -> Ints:
        """The ordinals of days (datetime64[D], none missing, all within the table)."""
        found: Ints = self.ordinal[(days - self.first).astype("int64")]
        return found


@dataclass(frozen=True, slots=True)
class YearSummary:
    """One year: the days that count in each month, Mondays to Fridays off, weekly days off worked, who says so."""

    year: int
    is_confirmed: bool
    months: tuple[int, ...]
    days_off: int
    made_up: int
    source: str
    evidence: str


@dataclass(frozen=True, eq=False)
class Calendar:
    """The days of one office. Every method takes times of any unit and looks at their day."""

    schedule: Schedule
    own: Own
    _codes: dict[tuple[int, int], Codes] = field(default_factory=dict, init=False, repr=False)

    def as_kind(self, kind: str) -> Calendar:
        """The same calendar for terms in "working" days, or in "calendar" days, of which every one counts."""
        return self if kind == self.own.kind else Calendar(self.schedule, replace(self.own, kind=kind))

    def unconfirmed(self, first: date, last: date) -> tuple[int, ...]:
        """The years of a span whose schedule nobody announced: their swaps of days are not known."""
        known = self.own.confirmed | set(self.schedule.years)
        return tuple(year for year in range(first.year, last.year + 1) if year not in known)

    def describe(self, year: int) -> list[Day]:
        """The holidays of a year, the days worked in place of others, and the office's own days, in order."""
        merged = {**self._national(year), **_of_year(self.own.days, year)}
        return [merged[day] for day in sorted(merged)]

    def summary(self, year: int) -> YearSummary:
        """A year in figures: working days, whatever the calendar counts for terms."""
        days = [(day.date.weekday() < _SATURDAY, day.kind) for day in self.describe(year)]
        announced = self.schedule.years.get(year)
        source, evidence = (announced.source, announced.evidence) if announced else (_library(), "library")
        if year in self.own.confirmed:
            source, evidence = self.own.name, "own"
        return YearSummary(
            year=year,
            is_confirmed=not self.unconfirmed(date(year, 1, 1), date(year, 12, 31)),
            months=tuple(self.as_kind("working")._months(year)),
            days_off=days.count((True, "off")),
            made_up=days.count((False, "worked")),
            source=source,
            evidence=evidence,
        )

    def _months(self, year: int) -> list[int]:
        import numpy as np

        counted = self._is_counted(year, year)
        starts = np.arange(f"{year:04}-01", 13, dtype="datetime64[M]").astype("datetime64[D]")
        edges = (starts - starts[0]).astype("int64")
        return [int(counted[begin:end].sum()) for begin, end in pairwise(edges)]

    def ordinals(self, first: date, last: date) -> DayTable:
        """The table to join working days by: from 1 January of the first year to 31 December of the last."""
        import numpy as np

        if not 0 <= last.year - first.year <= FURTHEST:
            raise ValueError(f"no table of days from {first} to {last}")
        ordinal = np.cumsum(self._is_counted(first.year, last.year), dtype="int64")
        return DayTable(np.datetime64(f"{first.year:04}-01-01", "D"), ordinal)

    def working_days_late(self, deadline: Times, end: Times) -> Ints:
        """Count the working days d with day(deadline) < d ≤ day(end).

        Returns:
            int64, 0 where the end's day is not after the deadline's, `UNKNOWN` (−1) where either is missing (NaT).
        """
        import numpy as np

        due, ended = (np.asarray(times).astype("datetime64[D]") for times in (deadline, end))
        missing = np.isnat(due) | np.isnat(ended)
        late = np.full(missing.shape, UNKNOWN, "int64")
        if missing.all():
            return late
        filler = due[~np.isnat(due)].flat[0]
        due, ended = (np.where(missing, filler, days) for days in np.broadcast_arrays(due, ended))
        table = self._reaching(np.concatenate([due.ravel(), ended.ravel()]), np.zeros(1, "int64"))
        return np.where(missing, late, np.maximum(table.at(ended) - table.at(due), 0))

    def add_working_days(self, start: Times, days: Ints | int) -> Times:
        """The same clock time that many working days later; NaT stays NaT.

        The first day that counts is the next one after the day of `start`, whether or not that is a day off: what is
        received on Sunday and takes one day is due on Monday. No days leave a time as it is.
        """
        import numpy as np

        times, steps = np.broadcast_arrays(np.asarray(start), np.asarray(days, "int64"))
        if (steps < 0).any():
            raise ValueError("a term is not negative")
        missing = np.isnat(times)
        if missing.all():
            return times.copy()
        begun = np.where(missing, times[~missing].flat[0], times).astype("datetime64[D]")
        table = self._reaching(begun, np.where(missing, 0, steps))
        wanted = table.at(begun) + steps
        reached = table.first + np.searchsorted(table.ordinal, wanted).astype("timedelta64[D]")
        later: Times = times + np.where(steps == 0, np.timedelta64(0, "D"), reached - begun)
        return later

    def is_day_off(self, times: Times) -> Mask:
        """Whether nobody works on the day of each time; False for NaT. Terms in calendar days change nothing here."""
        is_off: Mask = self._code_at(times) == _OFF
        return is_off

    def is_out_of_hours(self, times: Times) -> Mask:
        """Whether the office was closed: a day off, before 07:30, from 17:00 on, or from 11:30 on a morning's day.

        The break at noon is no closing. A time without its clock stands at 00:00: mask such rows before. False for NaT.
        """
        import numpy as np

        moments = np.asarray(times).astype("datetime64[s]")
        codes = self._code_at(moments)
        clock = (moments - moments.astype("datetime64[D]")).astype("int64")
        closes = np.where(codes == _MORNING, _seconds(MORNING[1]), _seconds(AFTERNOON[1]))
        outside: Mask = (codes == _OFF) | (clock < _seconds(MORNING[0])) | (clock >= closes)
        outside &= ~np.isnat(moments)
        return outside

    def manifest(self, first: date, last: date) -> dict[str, Any]:
        """What the counts of a span rest on, for the record: rules, library, the office's file."""
        years = set(range(first.year, last.year + 1))
        own = {"name": self.own.name, "sha256": self.own.sha256} if self.own.name else None
        return {
            "kind": self.own.kind,
            "saturday": self.own.saturday,
            "count_morning": self.own.count_morning,
            "sha256": self.schedule.sha256,
            "library": _library() if years - set(self.schedule.years) else None,
            "own": own,
            "unconfirmed": list(self.unconfirmed(first, last)),
        }

    def _national(self, year: int) -> dict[date, Day]:
        announced = _of_year(self.schedule.days, year)
        return announced if year in self.schedule.years else {**_of_library(year, self.schedule.make_up), **announced}

    def _codes_of(self, first: int, last: int) -> Codes:
        """0 off, 1 morning, 2 worked: one code per day from 1 January of `first` to 31 December of `last`."""
        import numpy as np

        if (first, last) in self._codes:
            return self._codes[first, last]
        begin, end = (np.datetime64(f"{year:04}-01-01", "D") for year in (first, last + 1))
        weekday = (np.arange(begin, end).astype("int64") + 3) % 7  # 1 January 1970 was a Thursday
        codes = np.where(weekday < _SATURDAY, _WORKED, _OFF).astype("int8")
        codes[weekday == _SATURDAY] = _SATURDAYS[self.own.saturday]
        for days in (*(self._national(year) for year in range(first, last + 1)), self.own.days):
            for day in days.values():
                if first <= day.date.year <= last:
                    codes[(np.datetime64(day.date, "D") - begin).astype("int64")] = _CODES[day.kind]
        self._codes[first, last] = codes
        return codes

    def _is_counted(self, first: int, last: int) -> Mask:
        codes = self._codes_of(first, last)
        least = _OFF if self.own.kind == "calendar" else _MORNING if self.own.count_morning else _WORKED
        counted: Mask = codes >= least
        return counted

    def _reaching(self, days: Times, steps: Ints) -> DayTable:
        """A table that reaches that many counting days beyond each of some days."""
        first, last = _years(days)
        while True:
            table = self.ordinals(date(first, 1, 1), date(last, 12, 31))
            if (table.at(days) + steps).max() <= table.ordinal[-1]:
                return table
            last += 1 + int(steps.max()) // 200

    def _code_at(self, days: Times) -> Codes:
        """The code of the day of each time; "worked" for NaT."""
        import numpy as np

        days = np.asarray(days).astype("datetime64[D]")
        missing = np.isnat(days)
        codes = np.full(days.shape, _WORKED, "int8")
        if not missing.all():
            first, last = _years(days[~missing])
            begin = np.datetime64(f"{first:04}-01-01", "D")
            codes[~missing] = self._codes_of(first, last)[(days[~missing] - begin).astype("int64")]
        return codes


def load_calendar(path: str | None = None, *, kind: str | None = None) -> Calendar:
    """The calendar of announced years, with an office's own file over it.

    Args:
        path: a TOML file, or a csv or xlsx table `date,kind,reason` (kind off | worked | morning).
        kind: whether terms count "working" or "calendar" days, whatever the file says.

    Raises:
        UsageError: there is no such file.
        InputError: the file cannot be read, or a day, kind or key of it is not understood, or a day stands twice.
    """
    own = Own() if path is None else _load(path)
    calendar = Calendar(load_schedule(), own)
    return calendar.as_kind(kind) if kind else calendar


def is_known(year: int) -> bool:
    """Whether the holidays of a year can be told at all; of other years only the weekdays are known."""
    return LIBRARY_YEARS[0] <= year <= LIBRARY_YEARS[1]


def _load(path: str) -> Own:
    if not Path(path).is_file():
        raise UsageError("no_such_file", where=path)
    if path.endswith(".toml"):
        return load_own(path)
    table = read_table(path, _HEADINGS, required=("date", "kind"))
    days = [_written_day(table, row) for row in table.rows]
    try:
        return Own(by_date(days, table.source.name), name=table.source.name, sha256=table.source.sha256)
    except InputError as error:
        raise bad_calendar(error.where, str(error.values["problem"])) from error


def _written_day(table: SmallTable, row: Row) -> Day:
    moment, _ = parse_date(row.cells["date"])
    kind = _KINDS.get(fold(row.cells["kind"]))
    if moment is None or kind is None:
        column = "date" if moment is None else "kind"
        raise InputError("calendar_day", where=table.at(row.row), text=row.cells[column], column=column, row=row.row)
    return Day(moment.date(), kind, both(row.cells.get("reason", "")), table.source.name, "own")


def _of_year(days: Mapping[date, Day], year: int) -> dict[date, Day]:
    return {day: entry for day, entry in days.items() if day.year == year}


def _of_library(year: int, make_up: Names) -> dict[date, Day]:
    """What the holidays library computes for a year; nothing outside the years it knows."""
    if not is_known(year):
        return {}
    named, worked = _library_year(year)
    source = _library()
    days = {day: Day(day, "off", {"vi": vi, "en": en}, source, "library") for day, vi, en in named}
    return days | {day: Day(day, "worked", make_up, source, "library") for day in worked}


@cache
def _library_year(year: int) -> tuple[tuple[tuple[date, str, str], ...], tuple[date, ...]]:
    import holidays

    vietnamese, english = (holidays.country_holidays("VN", years=year, language=name) for name in ("vi", "en_US"))
    days = sorted(day for day in vietnamese if day.year == year)
    worked = sorted(day for day in vietnamese.weekend_workdays if day.year == year)
    return tuple((day, vietnamese[day], english[day]) for day in days), tuple(worked)


@cache
def _library() -> str:
    return f"holidays {version('holidays')}"


def _years(days: Times) -> tuple[int, int]:
    """The years of the first and the last of some days."""
    first, last = (int(day.astype("datetime64[Y]").astype("int64")) + 1970 for day in (days.min(), days.max()))
    return first, last


def _seconds(clock: tuple[int, int]) -> int:
    return clock[0] * 3600 + clock[1] * 60
