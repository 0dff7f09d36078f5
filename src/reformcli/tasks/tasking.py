"""The corridor of `tasks`: a register is read, its moment chosen, its tasks judged, an earlier register held to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from reformcli.agencies.register import Register, load_register
from reformcli.audit.made_from import file_input, ordered, own_rules, read_input, shipped_rules
from reformcli.calendar import Calendar, load_calendar
from reformcli.errors import UsageError
from reformcli.findings import Accepted, FileFinding, located
from reformcli.model import Input, Period, RowTotals, RuleFile, Source
from reformcli.period import LAST_SECOND, named_period, read_moment
from reformcli.tasks import states as task_states
from reformcli.tasks.agencies import grouped, led
from reformcli.tasks.changes import compare
from reformcli.tasks.files import TaskSheet, load_tasks
from reformcli.tasks.model import NOBODY, Changes, Standing, Task, TaskFault, Tasks

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted; paths and days as the user wrote them.

    `told` are the options that change figures; `more` (kind, path) of files that shape the output without changing one.
    The previous register is judged on the last day of `previous_period`, else on `previous_on`, else on the latest day
    that it tells of.
    """

    register: str
    to: str | None = None
    previous: str | None = None
    previous_period: str | None = None
    previous_on: date | None = None
    agencies: str | None = None
    calendar: str | None = None
    accept: str | None = None
    told: Mapping[str, object] = field(default_factory=dict)
    more: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _Sifted:
    """The tasks of a register that count, with who answers for them, and all that was found on the way."""

    sheet: TaskSheet
    tasks: tuple[Task, ...]
    faults: tuple[TaskFault, ...]

    @property
    def rows(self) -> RowTotals:
        """What became of every row."""
        sheet, counted = self.sheet, len(self.tasks)
        superseded = len(sheet.tasks) - counted
        return RowTotals(sheet.read, counted, sheet.headings, superseded, sheet.rejected)


def run_tasks(asked: Asked) -> Tasks:
    """Tell which tasks of a register are done, by whom, and what changed since the previous one.

    Raises:
        UsageError: `tasks_no_moment` (no day to judge by), `tasks_previous_later`, a wrong day, a missing file.
        InputError: a file cannot be read, or is no such table.
    """
    accepted = Accepted.load(asked.accept)
    register = load_register(asked.agencies) if asked.agencies else None
    calendar = load_calendar(asked.calendar).as_kind("working")
    sheet = load_tasks(asked.register, register)
    period = _period(sheet, asked.to)
    day = period.end.date()
    now = _sifted(sheet, register, day)
    found = task_states.standings(now.tasks, day, _counter(calendar))
    then, changes = _changes(asked, period, found, register, calendar)
    around = task_states.weeks_around(day)
    return Tasks(
        period=period,
        rows=now.rows,
        standings=found,
        total=task_states.count("total", NOBODY, found, day),
        agencies=task_states.counts_by("agency", found, day),
        groups=task_states.counts_by("group", found, day),
        weeks=task_states.counts_by_week(found, day),
        overdue=task_states.longest_first(found),
        this_week=task_states.due_between(found, day, around.sunday),
        next_week=task_states.due_between(found, around.monday, around.next_sunday),
        around=around,
        findings=_findings(now, period, accepted),
        changes=changes,
        ignored=sheet.ignored,
        inputs=_inputs(asked, now, then, register, accepted, calendar),
        rules=_rules(asked, calendar),
        calendar=calendar.manifest(*_span(found, day)),
        options=asked.told,
    )


def _period(sheet: TaskSheet, written: str | None) -> Period:
    """T, the end of a day: what the user wrote, else the latest start or end in the register; never the clock."""
    if written:
        moment = datetime.combine(read_moment(written, option="--to", last=True).date(), LAST_SECOND)
        return Period(moment, moment, start_given=False, end_given=True)
    day = task_states.latest_event(sheet.tasks)
    if day is None:
        raise UsageError("tasks_no_moment", where=sheet.source.name, file=sheet.source.name)
    moment = datetime.combine(day, LAST_SECOND)
    return Period(moment, moment, start_given=False, end_given=False)


def _sifted(sheet: TaskSheet, register: Register | None, day: date) -> _Sifted:
    kept, repeated = task_states.distinct(sheet.tasks)
    tasks, strange = led(kept, register, day)
    return _Sifted(sheet, tuple(grouped(tasks)), (*sheet.faults, *repeated, *strange))


def _counter(calendar: Calendar) -> task_states.WorkingDays:
    """Counts the working days of pairs of days, all at once."""

    def counted(spans: Sequence[tuple[date, date]]) -> list[int]:
        import numpy as np

        if not spans:
            return []
        dues, ends = (np.array(days, "datetime64[D]") for days in zip(*spans, strict=True))
        late: list[int] = calendar.working_days_late(dues, ends).tolist()
        return late

    return counted


def _span(found: Sequence[Standing], day: date) -> tuple[date, date]:
    """The days that working days were counted over."""
    dues = [one.task.due for one in found if one.working_days is not None and one.task.due]
    return min([*dues, day]), day


# ------------------------------------------------------------------ the previous register
def _changes(
    asked: Asked, period: Period, now: Sequence[Standing], register: Register | None, calendar: Calendar
) -> tuple[_Sifted | None, Changes | None]:
    """The previous register, judged at its own moment with the agencies of today, and what happened since."""
    if asked.previous is None:
        return None, None
    sheet, day = load_tasks(asked.previous, register), period.end.date()
    moment = _previous_day(asked, sheet)
    if moment > day:
        if not period.end_given or asked.previous_period:
            raise UsageError(
                "tasks_previous_later", where="--previous", then=f"{moment:%d/%m/%Y}", now=f"{day:%d/%m/%Y}"
            )
        moment = day
    before = _sifted(sheet, register, day)
    found = task_states.standings(before.tasks, moment, _counter(calendar))
    return before, compare(found, now, name=sheet.source.name, moment=moment)


def _previous_day(asked: Asked, sheet: TaskSheet) -> date:
    if asked.previous_period:
        try:
            return named_period(asked.previous_period)[1].date()
        except UsageError as error:
            raise UsageError("bad_period", where="--previous-period", text=asked.previous_period) from error
    day = asked.previous_on or task_states.latest_event(sheet.tasks)
    if day is None:
        raise UsageError("tasks_no_moment", where=sheet.source.name, file=sheet.source.name)
    return day


# ------------------------------------------------------------------ what it was made from
def _findings(sifted: _Sifted, period: Period, accepted: Accepted) -> pd.DataFrame:
    """What was found, with its places; a lone latest day matters only where T rests on it."""
    import pandas as pd

    sheet = sifted.sheet
    lone = None if period.end_given else task_states.lone_latest(sheet.tasks)
    faults = [*sifted.faults, *([lone] if lone else [])]
    whole = [FileFinding(one.rule, sheet.source.name, sheet.sheet, one.row, one.column, one.text) for one in faults]
    nothing = pd.DataFrame({"_source": [], "_row": [], "dossier_id": []})
    return located([], whole, nothing, [], accepted)


def _inputs(
    asked: Asked, now: _Sifted, then: _Sifted | None, register: Register | None, accepted: Accepted, calendar: Calendar
) -> tuple[Input, ...]:
    found = [Input("tasks", now.sheet.source, now.sheet.sheet, now.rows)]
    if then:
        found.append(Input("previous_tasks", then.sheet.source, then.sheet.sheet, then.rows))
    sources: list[tuple[str, Source | None]] = [("register", register.source if register else None)]
    sources.append(("accept", accepted.source))
    found += [Input(kind, source) for kind, source in sources if source]
    if asked.calendar:
        found.append(read_input("calendar", asked.calendar, calendar.own.sha256))
    found += [file_input(kind, path) for kind, path in asked.more]
    return ordered(found)


def _rules(asked: Asked, calendar: Calendar) -> tuple[RuleFile, ...]:
    own = [own_rules(read_input("calendar", asked.calendar, calendar.own.sha256))] if asked.calendar else []
    return (shipped_rules("calendar", "holidays"), *own)
