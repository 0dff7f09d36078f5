"""The corridor of `report`: exports are judged once, and points, flow, late dossiers and the rest come from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reformcli.audit.made_from import file_input, with_more
from reformcli.calendar import load_calendar
from reformcli.comparing import previous
from reformcli.comparing.changes import compare_runs
from reformcli.history import chronicle
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.late import backlog
from reformcli.league import ranking
from reformcli.league.places import League
from reformcli.model import Run, UnitScore
from reformcli.outcomes import Comparison
from reformcli.outlook import outlook
from reformcli.period import NEVER
from reformcli.pipeline import flow_table, scored
from reformcli.reported import Report
from reformcli.score import round_half_up
from reformcli.services.counting import Offer, offer
from reformcli.services.served import serve
from reformcli.tasks import tasking
from reformcli.tasks.model import Tasks

ALSO = ("cause", "age", "level", "field")  # dimensions of late dossiers besides the agency


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to hold besides the figures of its period.

    `files` are (kind, path) of files that shape the report without changing a figure; `league` tables of published
    scores and `own` the names in them that are to be spoken of; `tasks` a register of tasks, with the previous one;
    `remembered` is a folder of filed results.
    """

    late: backlog.Asked
    outlook: outlook.Asked
    previous: previous.Wanted
    files: Sequence[tuple[str, str]] = ()
    league: Sequence[str] = ()
    own: Sequence[str] = ()
    tasks: str | None = None
    previous_tasks: str | None = None
    remembered: str | None = None


def run_report(options: Options, wanted: Wanted, progress: Progress | None = None) -> Report:
    """Compute everything that a report tells; the exports are read and judged once.

    Raises:
        ReformError: whatever judging, the calendar, targets, goals and the comparison refuse.
    """
    options = replace(options, with_causes=True)
    judged = judge(options, progress, scored=True)
    outlook.check_without(wanted.outlook.without, judged.scorecard)
    run = scored(judged)
    aims = outlook.load_aims(judged, wanted.outlook.targets)
    calendar = load_calendar(wanted.outlook.calendar)
    ahead = outlook.outlook_of(
        judged,
        run.units,
        targets=aims,
        calendar=calendar,
        goal=outlook.goal_of(wanted.outlook.goal, judged.scorecard),
        near=wanted.outlook.near,
        without=wanted.outlook.without,
    )
    late = backlog.run_late(options, replace(wanted.late, by=("agency",), also=ALSO), progress, judged=judged)
    used = late.run.manifest
    run = with_more(outlook.recorded(run, wanted.outlook, aims, calendar), used.inputs, used.rules)
    run = with_more(run, [file_input(kind, path) for kind, path in wanted.files])
    compared = None
    if wanted.previous.is_any:
        earlier = previous.find_previous(wanted.previous, options, loaded=judged.loaded, progress=progress)
        compared = compare_runs(judged, run, earlier, forced=wanted.previous.forced)
        run = with_more(run, earlier.inputs)
    league, tasks = _league(options, wanted), _tasks(options, wanted, run, compared)
    history = chronicle.until(run, wanted.remembered, scorecard=options.scorecard) if wanted.remembered else None
    for more in (league.manifest if league else None, tasks, history.manifest if history else None):
        run = with_more(run, more.inputs, more.rules) if more else run
    return Report(
        run=run,
        attained={unit.unit: _attained(unit) for unit in run.units},
        flow=flow_table(judged, ["level", "agency"]) if judged.loaded.sheets else (),
        late=late,
        outlook=ahead,
        comparison=compared,
        offer=_offer(judged),
        league=league,
        tasks=tasks,
        history=history,
    )


def _offer(judged: Judged) -> Offer | None:
    """What the catalogue offers online, where it tells service levels."""
    if judged.catalogue is None or "service_level" not in judged.catalogue.columns:
        return None
    known = serve(judged)
    return offer(known) if known else None


def _league(options: Options, wanted: Wanted) -> League | None:
    """The published scores, ranked by the groups of the scorecard of the report."""
    if not wanted.league:
        return None
    return ranking.run_league(wanted.league, scorecard=options.scorecard, own=wanted.own, options={})


def _tasks(options: Options, wanted: Wanted, run: Run, compared: Comparison | None) -> Tasks | None:
    """The tasks on the last day of the period, the previous register on the last one of what is compared with."""
    if wanted.tasks is None:
        return None
    period = run.manifest.period
    before = compared.before.end if compared and compared.before.end < NEVER else None
    return tasking.run_tasks(
        tasking.Asked(
            register=wanted.tasks,
            to=f"{period.end:%d/%m/%Y}" if period.known else None,
            previous=wanted.previous_tasks,
            previous_on=before.date() if before else None,
            agencies=options.agencies,
            calendar=wanted.late.calendar,
            accept=options.accept,
        )
    )


def _attained(unit: UnitScore) -> Decimal | None:
    """Points in percent of what was measurable."""
    if unit.points is None or not unit.measurable:
        return None
    return round_half_up(100 * Fraction(unit.points) / Fraction(unit.measurable), 2)
