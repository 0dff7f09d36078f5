"""The corridor of `targets` and `gaps`: what was scored, held against targets, goals and the days to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from reformcli.audit.made_from import own_rules, read_input, shipped_rules, with_more
from reformcli.calendar import Calendar, load_calendar
from reformcli.errors import UsageError
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.model import Input, RuleFile, Run, Scorecard, UnitScore
from reformcli.outcomes import Outlook, Path, Risk, Way
from reformcli.outlook.gaps import gaps, is_nobodys, risks
from reformcli.outlook.paths import MOST_DECIMALS, cheapest
from reformcli.outlook.target_file import load_targets
from reformcli.outlook.targets import held
from reformcli.pipeline import scored
from reformcli.rules.mending import load_ways
from reformcli.rules.targets import SHIPPED, Targets, measures

if TYPE_CHECKING:
    import pandas as pd

MOST_GOAL_DECIMALS = 6
NEAR = 5  # working days that risks look ahead
_ENDS = ("finished_at", "returned_at")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told of the outlook; `goal` as the user wrote it, in points."""

    targets: str | None = None
    goal: str | None = None
    near: int = NEAR
    without: Sequence[str] = ()
    calendar: str | None = None


def run_targets(options: Options, asked: Asked, progress: Progress | None = None) -> tuple[Run, Outlook]:
    """Score some exports and hold the targets against the units.

    Raises:
        UsageError, InputError: whatever `judge` and `load_targets` raise.
    """
    judged = judge(options, progress, scored=True)
    aims = load_aims(judged, asked.targets)
    run = scored(judged)
    return with_more(run, *_used(asked, aims)), targets_of(judged, run.units, aims)


def run_gaps(options: Options, asked: Asked, progress: Progress | None = None) -> tuple[Run, Outlook]:
    """Score some exports and tell what each unit lacks, its cheapest path to a goal, and what it may lose.

    Raises:
        UsageError: `unknown_option_value` for a goal or component that the scorecard does not have.
        UsageError, InputError: whatever `judge`, `load_targets` and `load_calendar` raise.
    """
    calendar = load_calendar(asked.calendar)
    judged = judge(options, progress, scored=True)
    aims = load_aims(judged, asked.targets)
    goal = goal_of(asked.goal, judged.scorecard)
    check_without(asked.without, judged.scorecard)
    run = scored(judged)
    if progress:
        progress("outlook", 0, 0)
    outlook = outlook_of(
        judged, run.units, targets=aims, goal=goal, near=asked.near, without=asked.without, calendar=calendar
    )
    return recorded(run, asked, aims, calendar), outlook


def recorded(run: Run, asked: Asked, targets: Targets, calendar: Calendar) -> Run:
    """The run with the files and rules that its outlook rests on."""
    inputs, rules = _used(asked, targets)
    own = [read_input("calendar", asked.calendar, calendar.own.sha256)] if asked.calendar else []
    rules = [*rules, shipped_rules("mending", "mending"), shipped_rules("calendar", "holidays"), *map(own_rules, own)]
    return with_more(run, [*inputs, *own], rules)


def _used(asked: Asked, targets: Targets) -> tuple[list[Input], list[RuleFile]]:
    """The file of the targets: the user's own stands in place of the one that ships."""
    if asked.targets is None:
        return [], [shipped_rules("targets", SHIPPED)]
    own = read_input("targets", asked.targets, targets.sha256)
    return [own], [own_rules(own)]


def outlook_of(
    judged: Judged,
    units: Sequence[UnitScore],
    *,
    targets: Targets,
    calendar: Calendar,
    goal: Decimal | None = None,
    near: int = NEAR,
    without: Sequence[str] = (),
) -> Outlook:
    """Targets, gaps, paths and risks of what was judged and scored.

    Args:
        judged: the dossiers with their states.
        units: their scores, as `pipeline.scored` gives them.
        targets: those in force, as `load_aims` reads them.
        calendar: the working days.
        goal: points that every unit should reach; without one the next band is the goal of a unit that has a band.
        near: working days after T for which nothing is taken to be done.
        without: components that the paths leave as they are.
    """
    card = judged.scorecard
    ways, source = load_ways()
    mine = [unit for unit in units if not is_nobodys(unit)]
    until = moment_after(judged, near, calendar)
    found = targets_of(judged, units, targets)
    span = (judged.period.end.date(), until.date()) if until else None
    return replace(
        found,
        gaps=gaps(mine, card.rounding),
        paths=_paths(mine, goal, ways, card, without),
        risks=risks_of(judged, units, until) if until else (),
        sources={**found.sources, "mending": source, "calendar": calendar.manifest(*span) if span else None},
        ways=ways,
        until=until,
        near=near,
    )


def _paths(
    units: Sequence[UnitScore], goal: Decimal | None, ways: Mapping[str, Way], card: Scorecard, without: Sequence[str]
) -> tuple[Path, ...]:
    """The path of every unit that has points and a goal; none where points have too many decimals to add up."""
    if card.rounding > MOST_DECIMALS:
        return ()
    goals = [(unit, goal or _next_band(unit, card)) for unit in units if unit.points is not None]
    return tuple(
        cheapest(unit, wanted, ways, decimals=card.rounding, without=without)
        for unit, wanted in goals
        if wanted is not None
    )


def targets_of(judged: Judged, units: Sequence[UnitScore], targets: Targets) -> Outlook:
    """The targets alone, held against scored units."""
    card, ways = judged.scorecard, _ways()
    results = held(targets.targets, units, on=judged.period.end.date(), decimals=card.rounding)
    return Outlook(results, sources={"targets": {"name": targets.name, "sha256": targets.sha256}}, ways=ways)


def load_aims(judged: Judged, path: str | None) -> Targets:
    """The targets in force on the last day measured."""
    return load_targets(path, on=judged.period.end.date(), measures=measures(judged.scorecard))


def _ways() -> dict[str, Way]:
    return load_ways()[0]


# ------------------------------------------------------------------ what the user asks for
def goal_of(written: str | None, card: Scorecard) -> Decimal | None:
    """A goal in points, 80 or 80,5; None where none was given."""
    if written is None:
        return None
    try:
        goal = Decimal(written.strip().replace(",", "."))
        is_goal = goal.is_finite() and 0 < goal <= card.max and goal == round(goal, MOST_GOAL_DECIMALS)
    except InvalidOperation:
        is_goal = False
    if not is_goal:
        known = f"0 < … ≤ {card.max}"
        raise UsageError("unknown_option_value", where="--goal", option="--goal", value=written, known=known)
    return goal


def check_without(without: Sequence[str], card: Scorecard) -> None:
    """Refuse a component that the scorecard does not have."""
    known = [one.id for one in card.components if one.max]
    for name in without:
        if name not in known:
            raise UsageError(
                "unknown_option_value", where="--without", option="--without", value=name, known=", ".join(known)
            )


def _next_band(unit: UnitScore, card: Scorecard) -> Decimal | None:
    """The points of the band above the unit's own; None where it has none, or the best."""
    if unit.band is None:
        return None
    above = [band.at_least for band in card.bands if band.at_least > unit.band.at_least]
    return min(above) * card.max / 100 if above else None


# ------------------------------------------------------------------ the days to come
def moment_after(judged: Judged, near: int, calendar: Calendar) -> datetime | None:
    """T and so many working days; None where there are no dossiers."""
    if not judged.period.known or not len(judged.dossiers):
        return None
    import numpy as np

    moment = np.array([judged.period.end], "datetime64[s]")
    later: datetime = calendar.add_working_days(moment, near)[0].astype("datetime64[s]").item()
    return later


def risks_of(judged: Judged, units: Sequence[UnitScore], until: datetime) -> tuple[Risk, ...]:
    """What falls if nothing that is open at T is done by `until`: the same dossiers, judged and scored again then."""
    from reformcli import classify

    waiting = as_if_nothing_is_done(judged.dossiers, judged.period.end, until)
    start, states = judged.period.start, judged.scorecard.states
    later = classify.classify(waiting, start=start, end=until, rules=states)
    return tuple(risks(units, scored(replace(judged, dossiers=later)).units, until))


def as_if_nothing_is_done(dossiers: pd.DataFrame, end: datetime, until: datetime) -> pd.DataFrame:
    """The dossiers received by `end`, with no end and no completed supplement between `end` and `until`.

    An end in between is moved behind `until` instead of being taken away: one that is withdrawn would count as ended
    at its receipt without it.
    """
    rows = dossiers[(dossiers["received_at"] <= end)]
    behind = until + timedelta(seconds=1)
    moved: dict[str, Any] = {
        name: rows[name].mask((rows[name] > end) & (rows[name] <= until), behind) for name in _ENDS if name in rows
    }
    if "supplement_completed_at" in rows:
        completed = rows["supplement_completed_at"]
        moved["supplement_completed_at"] = completed.mask(completed > end)
    return rows.assign(**moved)
