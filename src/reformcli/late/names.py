"""What is known of late dossiers: the names and results that counting and rendering share. No arithmetic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.model import Run

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("overdue", "resolved_late", "paused_past_due")
AGES = ("0", "1-5", "6-10", "11-30", "31+")  # working days; 0 is late within the day
UNSTATED = "unstated"  # no cause is known
PERSON = "(person)"  # what parsing leaves of a person who holds a dossier
DIMENSIONS = {
    "cause": "cause",
    "age": "age",
    "agency": "agency_key",
    "level": "level_name",
    "field": "field",
    "procedure": "procedure",
    "status": "status",
    "responsible": "responsible",
    "apology": "apology",
}  # what late dossiers are grouped by, with the column that tells


@dataclass(frozen=True, slots=True)
class Movement:
    """How the backlog moved in a period: opening + newly_late − cleared = closing_overdue + closing_paused."""

    opening: int
    newly_late: int
    cleared: int
    closing_overdue: int
    closing_paused: int

    @property
    def closing(self) -> int:
        """What is left at the end."""
        return self.closing_overdue + self.closing_paused


@dataclass(frozen=True, slots=True)
class LateGroup:
    """The late dossiers of one group; working days are those of overdue and resolved late, None without any."""

    by: Mapping[str, str | None]
    overdue: int
    resolved_late: int
    paused_past_due: int
    median: Decimal | None
    p90: int | None
    longest: int | None
    share: Decimal | None  # percent of the whole, two decimals


@dataclass(frozen=True, slots=True)
class WorstAgency:
    """An agency among the worst of its level, with the figures that put it there."""

    level: str
    agency: str
    handled: int
    group: LateGroup
    rate: Decimal  # percent of the handled dossiers, two decimals


@dataclass(frozen=True, slots=True)
class Suggested:
    """A written cause that no phrase matches, masked, and the group that its words resemble, to be accepted by hand."""

    text: str
    count: int
    group: str | None = None
    phrase: str | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """The result of `late`. `listed` and `near` hold one row per dossier where they were asked for.

    `also` tells the groups of further dimensions, each by itself, the whole last; `worst` and `best` are the
    agencies of each level with the highest and the lowest share of late dossiers.
    """

    run: Run
    by: tuple[str, ...]
    groups: tuple[LateGroup, ...]  # the worst first, the whole last
    movement: Movement
    movement_by: tuple[tuple[Mapping[str, str | None], Movement], ...]
    series: tuple[tuple[datetime, datetime, Movement], ...]
    growing: tuple[tuple[str, int], ...]  # agencies with more at the end than at the start, and how many more
    weeks: Decimal  # of the period
    weeks_to_clear: Decimal | None  # at this period's pace; None where the backlog does not shrink
    worst: tuple[WorstAgency, ...]
    unstated: int
    late: int
    suggestions: tuple[Suggested, ...]
    listed: pd.DataFrame | None
    near: pd.DataFrame | None
    calendar: Mapping[str, Any]
    unconfirmed: tuple[int, ...]
    best: tuple[WorstAgency, ...] = ()
    also: Mapping[str, tuple[LateGroup, ...]] = field(default_factory=dict)
