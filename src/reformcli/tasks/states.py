"""The state of tasks at a moment, who has how many in which state, and which rows are the same task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from reformcli.agencies.register import spell
from reformcli.audit.roundings import rounded
from reformcli.tasks.model import DONE, MANY, NOBODY, STATES, Body, Count, Standing, Task, TaskFault, Weeks
from reformcli.text import collation_key

HUNDRED = Decimal(100)
LONE_DAYS = 180  # between the latest start or end and the one before it: probably a mistyped year
WorkingDays = Callable[[Sequence[tuple[date, date]]], Sequence[int]]
_WEEK = timedelta(days=7)


# ------------------------------------------------------------------ one task
def state_of(task: Task, day: date) -> str:
    """The state of a task at the end of a day.

    Done by then: on time up to its due day, late after it, without a due date neither. An end after the day has not
    happened yet. Reported as 100 % without the day of its end: `done_unknown`. Else open: overdue once the due day is
    over, whatever the start says; not started before its start; undated without a due date; in progress.

    >>> due = date(2025, 6, 30)
    >>> [state_of(Task(1, "t", due=due, done=done), date(2025, 7, 1)) for done in (due, date(2025, 7, 1), None)]
    ['done_on_time', 'done_late', 'overdue']
    """
    if task.done is not None and task.done <= day:
        if task.due is None:
            return "done_no_due"
        return "done_on_time" if task.done <= task.due else "done_late"
    if task.done is None and task.progress == HUNDRED:
        return "done_unknown"
    if task.due is not None and task.due < day:
        return "overdue"
    if task.start is not None and task.start > day:
        return "not_started"
    return "undated" if task.due is None else "in_progress"


def days_of(task: Task, state: str, day: date) -> tuple[date, date] | None:
    """From when to when a task is, or was, late; None where it is not."""
    if task.due is None or state not in ("overdue", "done_late"):
        return None
    return task.due, task.done if state == "done_late" and task.done else day


def standings(tasks: Sequence[Task], day: date, working_days: WorkingDays) -> tuple[Standing, ...]:
    """Every task with its state at the end of a day, and how long it is or was late.

    Args:
        tasks: those counted.
        day: T.
        working_days: counts the working days after the first and up to the second of each pair of days.
    """
    states = [state_of(task, day) for task in tasks]
    spans = [days_of(task, state, day) for task, state in zip(tasks, states, strict=True)]
    late = iter(working_days([span for span in spans if span]))
    return tuple(
        Standing(task, state, (span[1] - span[0]).days, next(late)) if span else Standing(task, state)
        for task, state, span in zip(tasks, states, spans, strict=True)
    )


# ------------------------------------------------------------------ the moment
def latest_event(tasks: Iterable[Task]) -> date | None:
    """The latest start or end that tasks tell."""
    return max((day for task in tasks for day in (task.start, task.done) if day), default=None)


def lone_latest(tasks: Iterable[Task]) -> TaskFault | None:
    """A finding where the latest start or end stands far beyond all others: T must not rest on a typing error."""
    events = sorted(
        (day, task.row, column) for task in tasks for column in ("start", "done") if (day := getattr(task, column))
    )
    if len(events) < 2:
        return None
    (before, *_), (day, row, column) = events[-2:]
    return TaskFault("RC521", row, column, f"{day:%d/%m/%Y}") if (day - before).days > LONE_DAYS else None


def weeks_around(day: date) -> Weeks:
    """The ISO week of a day and the next one, each by its Sunday."""
    sunday = day + timedelta(days=7 - day.isoweekday())
    return Weeks(day, sunday, sunday + timedelta(days=1), sunday + _WEEK)


# ------------------------------------------------------------------ counts
def count(kind: str, body: Body, found: Iterable[Standing], day: date) -> Count:
    """The tasks of one unit by state, with their ratios."""
    mine = list(found)
    by_state = Counter(one.state for one in mine)
    states = {name: by_state[name] for name in STATES}
    fallen = [one for one in mine if one.task.due is not None and one.task.due <= day]
    on_time = sum(one.state == "done_on_time" for one in fallen)
    done = sum(states[name] for name in DONE)
    return Count(kind, body, states, len(fallen), on_time, percent(done, len(mine)), percent(on_time, len(fallen)))


def percent(numerator: int, denominator: int) -> Decimal | None:
    """A share in percent, two decimals, half up; None of nothing."""
    return rounded(Fraction(100 * numerator, denominator), 2) if denominator else None


def counts_by(kind: str, found: Sequence[Standing], day: date) -> tuple[Count, ...]:
    """The counts of every agency or steering group, the most overdue first; what is nobody's or several's, last."""
    of: dict[Body, list[Standing]] = {}
    for one in found:
        of.setdefault(one.task.lead if kind == "agency" else one.task.group, []).append(one)
    counts = [count(kind, body, mine, day) for body, mine in of.items()]
    return tuple(
        sorted(
            counts,
            key=lambda one: (
                one.body in (NOBODY, MANY),
                -one.states["overdue"],
                -one.states["done_late"],
                collation_key(one.body.name),
                one.body.key,
            ),
        )
    )


def counts_by_week(found: Sequence[Standing], day: date) -> tuple[Count, ...]:
    """The tasks that are due in each ISO week in which any are, in order."""
    of: dict[str, list[Standing]] = {}
    for one in found:
        if one.task.due is not None:
            of.setdefault(week_of(one.task.due), []).append(one)
    return tuple(count("week", Body(week, week), of[week], day) for week in sorted(of))


def week_of(day: date) -> str:
    """The ISO week of a day.

    >>> week_of(date(2024, 12, 30))
    '2025-W01'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def due_between(found: Iterable[Standing], first: date, last: date) -> tuple[Standing, ...]:
    """The open tasks that fall due from one day to another, by day."""
    mine = [
        one
        for one in found
        if one.task.due is not None and first <= one.task.due <= last and one.state in ("in_progress", "not_started")
    ]
    return tuple(sorted(mine, key=lambda one: (one.task.due, one.task.row)))


def longest_first(found: Iterable[Standing]) -> tuple[Standing, ...]:
    """The overdue tasks, those that are it longest first."""
    mine = [one for one in found if one.state == "overdue"]
    return tuple(sorted(mine, key=lambda one: (one.task.due, one.task.row)))


# ------------------------------------------------------------------ the same task twice
def distinct(tasks: Sequence[Task]) -> tuple[list[Task], list[TaskFault]]:
    """The tasks, each once, and a finding for every further row of one.

    The same task has the same code; without codes the same text, lead and due date. Of several rows the one with the
    later end counts, else the later start, else the greater progress, else the first.
    """
    rows: dict[tuple[object, ...], list[Task]] = {}
    for task in tasks:
        rows.setdefault(_same(task), []).append(task)
    kept = {max(same, key=_latest_first).row for same in rows.values()}
    faults = [
        TaskFault("RC516", task.row, "task", ", ".join(str(other.row) for other in same if other.row != task.row))
        for same in rows.values()
        for task in same
        if task.row not in kept
    ]
    return [task for task in tasks if task.row in kept], faults


def _same(task: Task) -> tuple[object, ...]:
    if task.code:
        return "code", task.code.casefold()
    return "text", spell(task.title), tuple(sorted(map(spell, task.leads))), task.due


def _latest_first(task: Task) -> tuple[date, date, Decimal, int]:
    return task.done or date.min, task.start or date.min, task.progress or Decimal(-1), -task.row
