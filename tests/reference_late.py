"""Late dossiers, their working days, groups and movement once more, in plain loops: the oracle of `late`.

Written from the specification, on top of `reference` (which judges each dossier), and sharing nothing with the program:
the days off below were written by hand from the government's announcements. Readings of what the specification leaves
open are marked "Reading:".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reference import Dossier, agency_key, deadline_of, end_of, half_up, judge

KINDS = ("overdue", "resolved_late", "paused_past_due")
BANDS = ("0", "1-5", "6-10", "11-30", "31+")
MOVEMENT = ("opening", "newly_late", "cleared", "closing_overdue", "closing_paused")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

OFF = {
    date(2024, 1, 1),
    *(date(2024, 2, day) for day in range(8, 15)),  # Tết
    date(2024, 4, 18),  # Hung Kings
    date(2024, 4, 29),  # for Saturday 4 May
    date(2024, 4, 30),
    date(2024, 5, 1),
    date(2024, 9, 2),
    date(2024, 9, 3),
    date(2026, 1, 1),
    date(2026, 1, 2),  # for Saturday 10 January
    *(date(2026, 2, day) for day in range(16, 21)),  # Tết
    date(2026, 4, 27),
    date(2026, 4, 30),
    date(2026, 5, 1),
    date(2026, 8, 31),  # for Saturday 22 August
    date(2026, 9, 1),
    date(2026, 9, 2),
    date(2026, 11, 24),
    date(2027, 1, 1),
}
WORKED = {date(2024, 5, 4), date(2026, 1, 10), date(2026, 8, 22)}


# --- one dossier -----------------------------------------------------------------------------------------------------


def is_working_day(day: date) -> bool:
    """Monday to Friday but for days off, and the Saturdays that make up for one."""
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def working_days(after: date, until: date) -> int:
    """Working days d with after < d ≤ until."""
    found = 0
    day = after + DAY
    while day <= until:
        found += is_working_day(day)
        day += DAY
    return found


def kind_of(d: Dossier, start: datetime, end: datetime, **choices: str) -> str | None:
    """One of KINDS; None for a dossier that is not late. Reading: paused without a due date is never past due."""
    match judge(d, start, end, **choices):
        case "overdue":
            return "overdue"
        case "late":
            return "resolved_late"
        case "paused" if d.due_at is not None and deadline_of(d, end, **choices) < end:
            return "paused_past_due"
    return None


def days_late(d: Dossier, end: datetime, **choices: str) -> int:
    """Working days after the deadline's day, to the end or, while open, to T. Reading: no due date, no days late."""
    if d.due_at is None:
        return 0
    ended = end_of(d, **choices)
    until = ended if ended is not None and ended <= end else end
    return working_days(deadline_of(d, end, **choices).date(), until.date())


def band_of(days: int) -> str:
    """The age band of so many working days."""
    for band, most in zip(BANDS, (0, 5, 10, 30), strict=False):
        if days <= most:
            return band
    return BANDS[-1]


# --- groups ----------------------------------------------------------------------------------------------------------


def median(values: Sequence[int]) -> Decimal | None:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None
    return Decimal(ordered[half]) if len(ordered) % 2 else Decimal(ordered[half - 1] + ordered[half]) / 2


def nearest_rank(values: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent of the values do not exceed."""
    for value in sorted(values):
        if 100 * sum(other <= value for other in values) >= percent * len(values):
            return value
    return None


def key_of(
    d: Dossier, dimension: str, end: datetime, field_of: Callable[[Dossier], str | None], **choices: str
) -> object:
    """The value of a dimension for a dossier; an agency is its folded name and its level."""
    if dimension == "agency":
        return agency_key(d)
    if dimension == "age":
        return band_of(days_late(d, end, **choices))
    if dimension == "field":
        return field_of(d)
    return getattr(d, dimension)


def grouped(
    dossiers: Iterable[Dossier],
    by: Sequence[str],
    start: datetime,
    end: datetime,
    field_of: Callable[[Dossier], str | None] = lambda d: None,
    **choices: str,
) -> dict[tuple, list[tuple[Dossier, str]]]:
    """The late dossiers with their kinds, for every value of the cross of some dimensions."""
    groups: dict[tuple, list[tuple[Dossier, str]]] = {}
    for d in dossiers:
        kind = kind_of(d, start, end, **choices)
        if kind is not None:
            key = tuple(key_of(d, dimension, end, field_of, **choices) for dimension in by)
            groups.setdefault(key, []).append((d, kind))
    return groups


def figures(members: Iterable[tuple[Dossier, str]], whole: int, end: datetime, **choices: str) -> dict[str, object]:
    """The figures of a group of late dossiers; `whole` is how many are overdue or resolved late in all."""
    counts = dict.fromkeys(KINDS, 0)
    days = []
    for d, kind in members:
        counts[kind] += 1
        if kind != "paused_past_due":
            days.append(days_late(d, end, **choices))
    return {
        **counts,
        "median_working_days": median(days),
        "p90_working_days": nearest_rank(days, 90),
        "max_working_days": max(days, default=None),
        "share": half_up(Fraction(100 * len(days), whole)) if whole else None,
    }


def movement(members: Iterable[tuple[Dossier, str]], start: datetime, end: datetime, **choices: str) -> dict[str, int]:
    """How the backlog of these late dossiers moved in the period.

    Reading: open at `from` with L < from is what the rules, and what the export tells of the time before, find late in
    the last second before `from`: then a deadline in that second itself, a second request for supplements and a waiting
    time mean the same to a period as to the one after it.
    """
    moved = dict.fromkeys(MOVEMENT, 0)
    for d, kind in members:
        was_late = kind_of(d, start, start - SECOND, **choices) is not None
        moved["opening" if was_late else "newly_late"] += 1
        moved["cleared"] += kind == "resolved_late"
        moved["closing_overdue"] += kind == "overdue"
        moved["closing_paused"] += kind == "paused_past_due"
    return moved


def near(dossiers: Iterable[Dossier], within: int, start: datetime, end: datetime, **choices: str) -> dict[str, int]:
    """Open dossiers in time whose deadline is at most so many working days after T's day: id → working days left.

    Reading: a deadline on a day off is as near as the last working day before it.
    """
    found = {}
    for d in dossiers:
        if judge(d, start, end, **choices) == "in_time" and d.due_at is not None:
            left = working_days(end.date(), deadline_of(d, end, **choices).date())
            if left <= within:
                found[d.dossier_id] = left
    return found


def spans(start: datetime, end: datetime, each: str) -> Iterator[tuple[datetime, datetime]]:
    """The period cut at Mondays or at firsts of months."""
    first = start
    day = datetime(start.year, start.month, start.day) + DAY
    while day <= end:
        if day.weekday() == 0 if each == "week" else day.day == 1:
            yield first, day - SECOND
            first = day
        day += DAY
    yield first, end
