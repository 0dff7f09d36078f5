"""Tasks given to agencies and what is known of them at a moment: what computing and rendering share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.model import UNATTRIBUTED, Input, Period, RowTotals, RuleFile

if TYPE_CHECKING:
    import pandas as pd

DONE = ("done_on_time", "done_late", "done_no_due")  # with the day on which it was done
STATES = (*DONE, "done_unknown", "in_progress", "overdue", "not_started", "undated")
SEVERAL = "several"  # the key of a lead that is more than one agency
EVENTS = (
    *("newly_done", "newly_overdue", "due_moved_passed", "due_moved", "reopened", "reassigned"),
    *("new", "vanished"),
)


@dataclass(frozen=True, slots=True)
class Body:
    """An agency or a steering group: its identity, the name people read, its id in a register."""

    key: str
    name: str
    agency_id: str | None = None


NOBODY = Body(UNATTRIBUTED, UNATTRIBUTED)
MANY = Body(SEVERAL, SEVERAL)


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a register. Days are local; `progress` is percent, 0 to 100.

    `leads` and `partners` are agencies as written, never persons; `lead` is who answers for the task: its one lead,
    NOBODY without any, MANY with several. `has_result` is None where the register has no such column. `is_ongoing`:
    its due date says "regularly" instead of a day.
    """

    row: int
    title: str
    leads: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    lead: Body = NOBODY
    group: Body = NOBODY
    code: str = ""
    source: str = ""
    start: date | None = None
    due: date | None = None
    done: date | None = None
    progress: Decimal | None = None
    has_result: bool | None = None
    is_ongoing: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A task with its state at T. Days late, calendar and working, of one that is overdue or was done late."""

    task: Task
    state: str
    days: int | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """The tasks of the whole, an agency, a steering group or an ISO week, by state.

    `kind` is total | agency | group | week. `due` counts those that fell due by T, `on_time_of_due` those of them done
    by their day. Ratios are percent, two decimals, None where there is nothing to divide by: `completion` is done /
    total, `on_time` is on_time_of_due / due.
    """

    kind: str
    body: Body
    states: Mapping[str, int]
    due: int
    on_time_of_due: int
    completion: Decimal | None
    on_time: Decimal | None

    @property
    def total(self) -> int:
        """All tasks: the sum of the states."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Those with the day on which they were done, by T."""
        return sum(self.states[name] for name in DONE)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a task between two registers: the same task then and now; None where it stands in one only."""

    event: str
    before: Standing | None
    now: Standing | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The current register against the previous one, each at its moment. `both` counts the tasks in both."""

    name: str
    moment: date
    both: int
    before: Count
    changes: tuple[Change, ...]

    def count(self, event: str) -> int:
        """How often something happened."""
        return sum(one.event == event for one in self.changes)


@dataclass(frozen=True, slots=True)
class TaskFault:
    """What is wrong with a row: the rule, the row, the canonical column, and the masked text that shows it."""

    rule: str
    row: int | None
    column: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Weeks:
    """The rest of the ISO week of T, which ends on `sunday`, and the next one, from `monday` to `next_sunday`."""

    today: date
    sunday: date
    monday: date
    next_sunday: date


@dataclass(frozen=True, slots=True)
class Tasks:
    """Everything that is told of a register of tasks at T, the end of `period`.

    `findings` has the columns of `findings.located`. `standings` are the counted tasks in the order of the register;
    `agencies` and `groups` have the most overdue ones first, `weeks` follow the year; `overdue` has the longest first.
    """

    period: Period
    rows: RowTotals
    standings: tuple[Standing, ...]
    total: Count
    agencies: tuple[Count, ...]
    groups: tuple[Count, ...]
    weeks: tuple[Count, ...]
    overdue: tuple[Standing, ...]
    this_week: tuple[Standing, ...]
    next_week: tuple[Standing, ...]
    around: Weeks
    findings: pd.DataFrame
    changes: Changes | None = None
    ignored: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    rules: tuple[RuleFile, ...] = ()
    calendar: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def file(self) -> str | None:
        """The name of the register."""
        return next((one.source.name for one in self.inputs if one.kind == "tasks"), None)
