"""Results computed anew from exports, or from a store: one for each whole week, month or quarter of their period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from reformcli import pipeline
from reformcli.errors import UsageError
from reformcli.history.course import Slot, following, slot_of, week_of
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.model import Run

EACH = ("week", "month", "quarter")
MOST = 550  # periods: ten years of weeks
_SATURDAY = 5
_OF_THE_COURSE = ("from", "to", "period", "each", "level", "agency")  # options that no single period has


@dataclass(frozen=True, slots=True)
class Computed:
    """The scored run of each period; `whole` is the run of all that was read, with what was found in it."""

    judged: Judged
    whole: Run
    runs: tuple[Run, ...]


def computed(options: Options, each: str, progress: Progress | None = None) -> Computed:
    """Score every whole period of the rows that exports hold; they are read once.

    Args:
        options: `start`, `end` or `period` bound the whole; without them the first receipt and the last event do.
        each: one of `EACH`.
        progress: told of the reading.

    Raises:
        UsageError: `history_no_period`, there is no whole one; `history_too_many`; what `judge` raises.
        InputError: what `judge` raises.
    """
    judged = judge(options, progress)
    if not judged.period.known:
        raise UsageError("history_no_period", where="--each", each=each)
    slots = list(whole_periods(judged.period.start, judged.period.end, each))
    if not slots:
        raise UsageError("history_no_period", where="--each", each=each)
    runs = []
    told = {name: value for name, value in options.told.items() if name not in _OF_THE_COURSE}
    for slot in slots:
        asked = replace(options, start=None, end=None, period=slot.name, told={**told, "period": slot.name})
        runs.append(pipeline.scored(judge(asked, None, scored=True, loaded=judged.loaded)))
        if progress:
            progress("measure", len(runs), len(slots))
    return Computed(judged, pipeline.run_of(judged), tuple(runs))


def whole_periods(start: datetime, end: datetime, each: str) -> Iterator[Slot]:
    """The weeks, months or quarters all of whose working days lie between two moments.

    >>> [slot.name for slot in whole_periods(datetime(2024, 1, 3), datetime(2024, 1, 19, 17), "week")]
    ['2024-W02', '2024-W03']
    """
    slot: Slot | None = _first(start, each)
    number = 0
    while slot is not None and slot.start <= end:
        is_begun = not any(_working_days(slot.start.date(), start.date()))
        is_over = not any(_working_days(end.date() + timedelta(days=1), slot.end.date() + timedelta(days=1)))
        if is_begun and is_over:
            number += 1
            if number > MOST:
                raise UsageError("history_too_many", where="--from", most=MOST, each=each)
            yield slot
        slot = following(slot)


def _first(moment: datetime, each: str) -> Slot:
    if each == "week":
        return week_of(moment)
    months = {"month": 1, "quarter": 3}[each]
    first = datetime(moment.year, moment.month - (moment.month - 1) % months, 1)
    years, month = divmod(first.month - 1 + months, 12)
    last = first.replace(year=first.year + years, month=month + 1) - timedelta(seconds=1)
    return slot_of(first, last, start_given=True)


def _working_days(first: date, after: date) -> Iterator[bool]:
    """One True for each day from Monday to Friday from `first` on and before `after`."""
    day = first
    while day < after:
        if day.weekday() < _SATURDAY:
            yield True
        day += timedelta(days=1)
