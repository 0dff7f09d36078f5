"""The corridor of `report`: exports are judged once, and points, flow, late dossiers and the rest come from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reformcli import backlog, outlook, previous
from reformcli.calendar import load_calendar
from reformcli.changes import compare_runs
from reformcli.judging import Options, Progress, judge
from reformcli.made_from import file_input, with_more
from reformcli.model import UnitScore
from reformcli.outcomes import Report
from reformcli.pipeline import flow_table, scored
from reformcli.score import round_half_up

ALSO = ("cause", "age", "level", "field")  # dimensions of late dossiers besides the agency


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to hold besides the figures of its period."""

    late: backlog.Asked
    outlook: outlook.Asked
    previous: previous.Wanted
    files: Sequence[tuple[str, str]] = ()  # (kind, path) of files that shape the report without changing a figure


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
    return Report(
        run=run,
        attained={unit.unit: _attained(unit) for unit in run.units},
        flow=flow_table(judged, ["level", "agency"]) if judged.loaded.sheets else (),
        late=late,
        outlook=ahead,
        comparison=compared,
    )


def _attained(unit: UnitScore) -> Decimal | None:
    """Points in percent of what was measurable."""
    if unit.points is None or not unit.measurable:
        return None
    return round_half_up(100 * Fraction(unit.points) / Fraction(unit.measurable), 2)
