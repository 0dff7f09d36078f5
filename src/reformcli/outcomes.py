"""What a report adds to the figures: changes since an earlier result, targets, and what would raise the score.

Names and results that computing and rendering share. No arithmetic here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reformcli.model import Component, Manifest, RowTotals, Unit

if TYPE_CHECKING:
    import pandas as pd

Figure = int | Decimal | None


# ------------------------------------------------------------------ changes
@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and now; `change` is None where either of the two is unknown or they do not compare."""

    before: Figure
    now: Figure
    change: Figure


@dataclass(frozen=True, slots=True)
class Movers:
    """The dossiers behind the change of one component.

    Change of the denominator = joined − left; of the numerator = joined_good − left_good + turned_good − turned_bad.
    """

    joined_good: int
    joined_bad: int
    left_good: int
    left_bad: int
    turned_good: int
    turned_bad: int


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """One component of one unit, before and now. `movers` are known only where both results come from exports."""

    component: str
    numerator: Change
    denominator: Change
    ratio: Change  # percentage points
    points: Change
    status_before: str | None
    status_now: str | None
    movers: Movers | None = None
    mean_days: Change | None = None  # 2.2 only


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit, before and now. A positive change of `rank` is a worse place.

    `same_measured` False: other components were measured than before, so that the sums of points do not compare.
    """

    unit: Unit
    points: Change
    measurable: Change
    rank: Change
    rank_of: Change
    same_measured: bool
    components: tuple[ComponentChange, ...]
    flow: Mapping[str, Change]  # flow counts and the two rates


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One group of a table by dimensions (metrics, late), before and now; `by` is empty for the whole."""

    by: Mapping[str, str | None]
    figures: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Basis:
    """One of the two results compared: its period, its scorecard and the names of what it came from."""

    start: datetime
    end: datetime
    scorecard: str
    version: str
    sources: tuple[str, ...]
    rejected: int | None = None  # rows left out because of an error; None where only a result is known


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two results side by side. `forced` names what does not compare and was compared all the same.

    `dossiers` has one row per dossier that came in, ended, became late or left, where both results come from exports.
    """

    before: Basis
    now: Basis
    forced: tuple[str, ...] = ()  # scorecard | levels | periods
    units: tuple[UnitChange, ...] = ()
    groups: tuple[GroupChange, ...] = ()
    new_units: tuple[Unit, ...] = ()
    gone_units: tuple[Unit, ...] = ()
    dossiers: pd.DataFrame | None = None
    shared_counts: tuple[str, ...] = ()  # counts files that serve both periods: what they give cannot change


# ------------------------------------------------------------------ what was changed afterwards
@dataclass(frozen=True, slots=True)
class KindCount:
    """How many dossiers of one unit were changed in one way: what cannot be honest work, and what is doubtful."""

    unit: Unit
    kind: str
    grave: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Edits:
    """What was changed between two exports of the same systems, and what that did to the figures of one period.

    `before` and `rows` tell the older exports. `changes` has one row per dossier and kind: `dossier_id`, `agency`,
    `level`, `kind`, `severity`, `column`, `was`, `is_now` and the place in both files. Of `units`, the figures
    `before` are those that the period would have if nothing had been changed.
    """

    before: Manifest
    rows: RowTotals
    last_event: datetime | None
    last_event_now: datetime | None
    changes: pd.DataFrame
    counts: tuple[KindCount, ...]
    units: tuple[UnitChange, ...]


# ------------------------------------------------------------------ targets
@dataclass(frozen=True, slots=True)
class Target:
    """A share in percent that units of a level should reach by a day.

    `measure` is a component of the scorecard, `on_time_rate` or `online_rate`; `level` a level, `total` or `agency`
    (every agency of any level).
    """

    id: str
    measure: str
    level: str
    at_least: Decimal
    by: date | None
    name: Mapping[str, str]
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A target held against one unit.

    `status` is met | missed | ahead (not reached, and its day is still to come) | not_measured | empty. `missing` is
    how many of the dossiers counted would have to meet it, too; `missing_new` how many further ones that all meet it
    (None: no number would do). `points` is what meeting it would add to the component's points.
    """

    target: Target
    unit: Unit
    numerator: int | None
    denominator: int | None
    ratio: Decimal | None
    status: str
    distance: Decimal | None  # percentage points below the target, 0 where met
    missing: int | None
    missing_new: int | None
    points: Decimal | None


# ------------------------------------------------------------------ what would raise the score
@dataclass(frozen=True, slots=True)
class Way:
    """How the numerator of a component can still grow.

    `how` is mend (what was counted can be put right afterwards), filed (that too, but only by what citizens file) or
    new (only further ones help); `things` what it counts (dossiers | procedures | petitions | copies | others), `good`
    those of its numerator in words.
    """

    component: str
    how: str
    things: str
    good: Mapping[str, str]
    reason: Mapping[str, str]
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What one component of one unit lacks.

    `one_more` is what the numerator's next dossier is worth before rounding (points, six decimals); `to_next` and
    `to_full` are how many of the dossiers counted would have to be good, too, for the next whole point and for the
    full mark; `new_to_next` and `new_to_full` how many further ones that are all good (None: no number would do).
    Which of the two can be had at all is told by the component's `Way`.
    """

    unit: Unit
    component: Component
    numerator: int
    denominator: int
    points: Decimal
    lost: Decimal
    one_more: Decimal
    to_next: int
    to_full: int
    new_to_full: int | None
    new_to_next: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One component of the cheapest path: so many dossiers mended, so many new ones, the points before and after.

    New dossiers are good in every component counted over the dossiers received: the same ones stand in each such step.
    """

    component: Component
    dossiers: int
    before: Decimal
    after: Decimal
    new: int = 0


@dataclass(frozen=True, slots=True)
class Path:
    """The cheapest way to a goal; `steps` is empty where it cannot be reached or already is.

    Of all ways those with the fewest new dossiers are taken, of these the one that mends fewest.
    """

    unit: Unit
    goal: Decimal
    points: Decimal
    reached: Decimal  # after all steps; below `goal` only where it cannot be reached, and then the most that can be
    dossiers: int  # mended and new ones
    steps: tuple[Step, ...] = ()
    new: int = 0


@dataclass(frozen=True, slots=True)
class Risk:
    """What one component of one unit loses if nothing that is open at T is done until `until`."""

    unit: Unit
    component: Component
    until: datetime
    dossiers: int  # fewer in the numerator
    points: Decimal
    then: Decimal


@dataclass(frozen=True, slots=True)
class Outlook:
    """Targets, gaps, paths and risks of a run.

    `until` is the moment of the risks, None where there are no dossiers; `ways` are those of the components concerned.
    """

    targets: tuple[TargetResult, ...] = ()
    gaps: tuple[Gap, ...] = ()
    paths: tuple[Path, ...] = ()
    risks: tuple[Risk, ...] = ()
    sources: Mapping[str, object] = field(default_factory=dict)  # rule files of targets with their hashes
    ways: Mapping[str, Way] = field(default_factory=dict)
    until: datetime | None = None
    near: int | None = None  # working days from T to `until`
