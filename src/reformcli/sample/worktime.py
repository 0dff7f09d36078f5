"""Working time for invented dossiers: days off, office hours and the two ways a moment is written.

This is no calendar to measure with: it only gives the samples plausible dates in 2023 and early 2024.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Times: TypeAlias = NDArray[np.datetime64]

NEVER = np.datetime64("NaT", "s")
DAY = np.timedelta64(1, "D")
_MORNING, _NOON, _AFTERNOON = 7.5 * 3600, 4 * 3600, 1.5 * 3600  # opens 07:30; 11:30 to 13:00 is closed
_SATURDAY_SHARE = 0.05
_EXCEL_ZERO = np.datetime64("1899-12-30", "s")


def _days(first: str, last: str) -> Times:
    return np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + DAY)


DAYS_OFF: Times = np.concatenate(
    [
        _days("2023-01-20", "2023-01-26"),
        _days("2023-04-29", "2023-05-03"),
        _days("2023-09-01", "2023-09-04"),
        _days("2024-01-01", "2024-01-01"),
        _days("2024-02-08", "2024-02-14"),
    ]
)


def later(days: Times, working_days: Ints | int) -> Times:
    """The day that many working days after each day; a day off counts as the next working day."""
    found: Times = np.busday_offset(days.astype("M8[D]"), working_days, roll="forward", holidays=DAYS_OFF)
    return found.astype("M8[s]")


def clock(times: Times) -> NDArray[np.timedelta64]:
    """The time of day."""
    elapsed: NDArray[np.timedelta64] = times - times.astype("M8[D]")
    return elapsed


def seconds(amounts: Floats) -> NDArray[np.timedelta64]:
    """Whole seconds as time spans."""
    return np.floor(amounts).astype("m8[s]")


def office_hours(draws: Floats, hours: float = 8.0) -> NDArray[np.timedelta64]:
    """Times of day between 07:30 and 17:00, without the break, from draws in [0, 1)."""
    worked = draws * hours * 3600
    return seconds(_MORNING + worked + np.where(worked >= _NOON, _AFTERNOON, 0.0))


def receipts(rng: np.random.Generator, count: int, first: date, last: date, part: tuple[float, float]) -> Times:
    """Moments of receipt in ascending order, in office hours of working days and a few Saturday mornings.

    Args:
        rng: the source of chance.
        count: how many.
        first: first day of the span.
        last: its last day.
        part: from which to which share of the span; (0, 1) is all of it.
    """
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + DAY)
    worked = np.is_busday(days, holidays=DAYS_OFF)
    saturday = (days.astype(np.int64) + 3) % 7 == 5
    weights = np.where(worked, 1.0, np.where(saturday & ~np.isin(days, DAYS_OFF), _SATURDAY_SHARE, 0.0))
    edges = np.cumsum(weights) / weights.sum()
    low, high = part
    spread = low + (high - low) * (np.arange(count) + rng.random(count)) / max(count, 1)
    at = np.minimum(np.searchsorted(edges, spread, side="right"), len(days) - 1)
    hours = np.where(saturday[at], 4.0, 8.0)
    times = days[at].astype("M8[s]") + office_hours(rng.random(count) * hours / 8.0)
    return np.sort(times)


def texts(times: Times) -> list[str]:
    """Each moment as dd/MM/yyyy HH:mm:ss; an empty text where there is none."""
    missing = np.isnat(times)
    days, at = np.unique(np.where(missing, np.datetime64(0, "s"), times).astype("M8[D]"), return_inverse=True)
    names = [day.strftime("%d/%m/%Y ") for day in days.tolist()]
    clocks = clock(np.where(missing, np.datetime64(0, "s"), times)).astype(np.int64)
    return [
        "" if gone else f"{names[d]}{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"
        for gone, d, s in zip(missing.tolist(), at.tolist(), clocks.tolist(), strict=True)
    ]


def serials(times: Times) -> list[float | None]:
    """Each moment as Excel counts it (days since 30 December 1899); None where there is none."""
    missing = np.isnat(times)
    counted = (np.where(missing, _EXCEL_ZERO, times) - _EXCEL_ZERO).astype(np.int64) / 86400.0
    return [None if gone else value for gone, value in zip(missing.tolist(), counted.tolist(), strict=True)]
