"""The period a run measures: what the user chose, or what the data tell."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from reformcli.errors import UsageError
from reformcli.model import Period

if TYPE_CHECKING:
    import pandas as pd

LAST_SECOND = time(23, 59, 59)
_WRITTEN = (
    (re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"), (3, 2, 1)),
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"), (1, 2, 3)),
)
_NAMED = re.compile(r"(\d{4})(?:-?W(\d{1,2})|-?Q([1-4])|-(\d{1,2}))?", re.IGNORECASE)
FRIDAY = 5
NEVER = datetime(9999, 12, 31, 23, 59, 59)  # the period of a run without dossiers and without a choice


def read_moment(text: str, *, option: str, last: bool) -> datetime:
    """A day or time as users write it (2023-12-24, 24/12/2023, with or without HH:mm[:ss]).

    A day alone means its first second, or its last one where `last`. Raises UsageError for anything else.
    """
    for form, order in _WRITTEN:
        if match := form.fullmatch(text.strip()):
            try:
                day = date(*(int(match[place]) for place in order))
                if match[4] is None:
                    return datetime.combine(day, LAST_SECOND if last else time())
                clock = time(int(match[4]), int(match[5]), int(match[6] or (59 if last else 0)))
                return datetime.combine(day, clock)
            except ValueError:
                break
    raise UsageError("bad_moment", where=option, text=text)


def named_period(text: str) -> tuple[datetime, datetime]:
    """The first and last second of 2023-W51 (ISO week), 2023-12, 2023-Q4 or 2023.

    >>> named_period("2023-W51")
    (datetime.datetime(2023, 12, 18, 0, 0), datetime.datetime(2023, 12, 24, 23, 59, 59))
    """
    match = _NAMED.fullmatch(text.strip())
    if match is None:
        raise UsageError("bad_period", where="--period", text=text)
    year, week, quarter, month = (int(part) if part else None for part in match.groups())
    try:
        return _bounds(year or 0, week, quarter, month)
    except ValueError:
        raise UsageError("bad_period", where="--period", text=text) from None


def _bounds(year: int, week: int | None, quarter: int | None, month: int | None) -> tuple[datetime, datetime]:
    if week is not None:
        first = date.fromisocalendar(year, week, 1)
        last = first + timedelta(days=6)
    else:
        begin = month if month is not None else (quarter or 1) * 3 - 2
        months = 1 if month is not None else 3 if quarter else 12
        first = date(year, begin, 1)
        last = date(year + (begin + months - 1) // 12, (begin + months - 1) % 12 + 1, 1) - timedelta(days=1)
    return datetime.combine(first, time()), datetime.combine(last, LAST_SECOND)


def choose_period(
    dossiers: pd.DataFrame, *, start: str | None = None, end: str | None = None, period: str | None = None
) -> Period:
    """The period of a run.

    Args:
        dossiers: the rows that are not rejected; may be empty.
        start: what the user wrote for --from, if anything.
        end: the same for --to.
        period: the same for --period.

    Returns:
        [start, end]. Without `end`: the latest received, finished or returned time; without `start`: the first receipt.

    Raises:
        UsageError: a text that is no day, `period` beside the others, an end before its start.
    """
    if period and (start or end):
        raise UsageError("period_twice", where="--period")
    if period:
        return Period(*named_period(period), start_given=True, end_given=True)
    first_given = read_moment(start, option="--from", last=False) if start else None
    last_given = read_moment(end, option="--to", last=True) if end else None
    found_first, found_last = _span(dossiers)
    last = last_given or found_last or first_given
    first = first_given or found_first or last
    if first is None or last is None:
        return Period(NEVER, NEVER, start_given=False, end_given=False, known=False)
    if first_given and first > last:
        raise UsageError("period_reversed", where="--from, --to", start=first, end=last)
    suggestion = None if first_given or last_given else _last_full_week(first, last)
    return Period(min(first, last), last, bool(first_given), bool(last_given), suggestion)


def _span(dossiers: pd.DataFrame) -> tuple[datetime | None, datetime | None]:
    import pandas as pd

    events = [dossiers[name] for name in ("received_at", "finished_at", "returned_at") if name in dossiers]
    latest = [column.max() for column in events]
    latest = [moment for moment in latest if not pd.isna(moment)]
    first = dossiers["received_at"].min() if "received_at" in dossiers else pd.NaT
    return (
        None if pd.isna(first) else first.to_pydatetime(),
        max(latest).to_pydatetime() if latest else None,
    )


def _last_full_week(first: datetime, last: datetime) -> str | None:
    """The last ISO week whose working days all lie between `first` and `last`, as "2023-W51"."""
    this_sunday = last.date() + timedelta(days=7 - last.isoweekday())
    sunday = this_sunday if last.isoweekday() >= FRIDAY else this_sunday - timedelta(days=7)
    if sunday - timedelta(days=6) < first.date():
        return None
    year, week, _ = sunday.isocalendar()
    return f"{year}-W{week:02d}"


def beside(start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """The period before and the one after, of the same kind: as many whole months, else as many seconds.

    >>> [str(first.date()) for first, _ in beside(*named_period("2024-Q1"))]
    ['2023-10-01', '2024-04-01']
    """
    after, second = end + timedelta(seconds=1), timedelta(seconds=1)
    if start.day == 1 and after.day == 1 and start.time() == after.time() == time():
        months = (after.year - start.year) * 12 + after.month - start.month
        return (_months_on(start, -months), start - second), (after, _months_on(after, months) - second)
    return (start - (after - start), start - second), (after, end + (after - start))


def _months_on(day: datetime, months: int) -> datetime:
    """The first day of a month so many months later."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)
