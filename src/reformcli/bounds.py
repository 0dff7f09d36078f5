"""How much the rejected rows can matter: every indicator as it would be if all were good, and if all were bad.

Why these are bounds. Let n of d dossiers be counted, and k rejected rows belong to the unit. Were they mended, some
j of them (0 ≤ j ≤ k) would enter the population and i of these (0 ≤ i ≤ j) the numerator: (n+i)/(d+j). As n ≤ d,
moving a dossier into both parts never lowers a ratio, and into the denominator alone never raises it, so

    n/(d+k) ≤ n/(d+j) ≤ (n+i)/(d+j) ≤ (n+j)/(d+j) ≤ (n+k)/(d+k).

Hence a row may be taken for every component, whether or not its population would have it; the figure itself is the
case i = j = 0. A component whose numerator is a sum (2.2) has no such bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.model import LEVELS, UNATTRIBUTED, Agency, Bound, ComponentScore, Tally, Unit, UnitScore

if TYPE_CHECKING:
    import pandas as pd

ON_TIME_RATE = "on_time_rate"
KINDS = ("agency", "level", "total")
FROM_DOSSIERS = ("dossiers", "mixed")
Units = Mapping[str, tuple[Unit, str | None]]  # agency_key → unit and parent
Score = Callable[[Sequence[Agency]], tuple[UnitScore, ...]]
Rate = Callable[[Mapping[str, int | None]], Decimal | None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rejected rows that could belong to the period: how many by agency, and how many of nobody knows whom."""

    by_agency: Mapping[str, int]
    unplaced: int = 0


def left_out(rejected: pd.DataFrame, found: pd.DataFrame, *, counted_ids: Collection[str], end: datetime) -> LeftOut:
    """Count the rejected rows by agency.

    A dossier counts once, however many of its rows were rejected, and not at all where another row of it counts. A
    row received after the period is out of scope; one whose agency or receipt is unknown may be anybody's.

    Args:
        rejected: rejected rows with `dossier_id`, `received_at`, `agency_key` and `placed_by`; of several rows of a
            dossier the last is taken.
        found: `rule`, `column` and `position` of what was found: a receipt that is a lone date tells nothing.
        counted_ids: the dossiers of which another row was not rejected.
        end: the last second of the period.
    """
    ids = rejected["dossier_id"]
    rows = rejected[~(ids.duplicated(keep="last") & ids.notna()) & ~ids.isin(counted_ids)]
    lone = found.loc[(found["rule"] == "RC108") & (found["column"] == "received_at"), "position"]
    is_known = rows["received_at"].notna() & ~rows.index.isin(lone)
    rows = rows[~(is_known & (rows["received_at"] > end))]
    is_placed = is_known.loc[rows.index] & (rows["placed_by"] != "none")
    by_agency = Counter(map(str, rows.loc[is_placed, "agency_key"].astype(object).tolist()))
    return LeftOut(by_agency, int((~is_placed).sum()))


def bounds(agencies: Sequence[Agency], left: LeftOut, units: Units, *, score: Score, rate: Rate) -> tuple[Bound, ...]:
    """The bounds of every indicator that dossiers measure: of the units with rejected rows, and of the total.

    Args:
        agencies: every agency of the run, with the one that stands for no dossiers at all.
        left: the rejected rows.
        units: the agencies of the rejected rows.
        score: gives units their points as the scorecard says, always in the same order.
        rate: the on-time rate of flow counts, in percent.
    """
    everybody = _with_missing(agencies, left, units)
    actual, best, worst = (
        score([_mended(agency, left, good=good, bad=bad) for agency in everybody])
        for good, bad in ((0, 0), (1, 0), (0, 1))
    )
    found = [
        bound
        for versions in zip(actual, best, worst, strict=True)
        for bound in (_rate_bound(*versions, rate, left), *_component_bounds(*versions, left))
        if bound and (bound.rejected or bound.unit.kind == "total")
    ]
    return tuple(sorted(found, key=_place))


def _place(bound: Bound) -> tuple[Any, ...]:
    levels = (*LEVELS, UNATTRIBUTED, None)
    unit = bound.unit
    name = "" if bound.component == ON_TIME_RATE else bound.component
    return KINDS.index(unit.kind), levels.index(unit.level), unit.agency or "", unit.key, name


def _with_missing(agencies: Sequence[Agency], left: LeftOut, units: Units) -> list[Agency]:
    """Every agency; those with rejected rows as measured by dossiers, if only 0/0: every row may be rejected."""
    nobody = next((agency for agency in agencies if agency.is_nobody), None)
    if nobody is None:
        return list(agencies)
    known = {agency.unit.key for agency in agencies if not agency.is_nobody}
    missing = [Agency(*units[key]) for key in left.by_agency if key not in known]
    return [
        replace(agency, flow=agency.flow or nobody.flow, dossiers=agency.dossiers or nobody.dossiers)
        if agency.unit.key in left.by_agency and not agency.is_nobody
        else agency
        for agency in (*agencies, *missing)
    ]


def _mended(agency: Agency, left: LeftOut, *, good: int, bad: int) -> Agency:
    """An agency as it would be with its rejected rows, all of them good or all of them bad."""
    rows = left.unplaced if agency.is_nobody else left.by_agency.get(agency.unit.key, 0)
    more = {"resolved": rows * (good + bad), "on_time": rows * good, "late": rows * bad}
    flow = {name: value if value is None else value + more.get(name, 0) for name, value in agency.flow.items()}
    tallies = {name: _with_rows(tally, rows * good, rows * (good + bad)) for name, tally in agency.dossiers.items()}
    return replace(agency, flow=flow, dossiers=tallies)


def _with_rows(tally: Tally, numerator: int, denominator: int) -> Tally:
    if not tally.measured:
        return tally
    return replace(tally, numerator=tally.numerator + numerator, denominator=tally.denominator + denominator)


def _rate_bound(actual: UnitScore, best: UnitScore, worst: UnitScore, rate: Rate, left: LeftOut) -> Bound | None:
    """The bounds of the on-time rate of the flow table."""
    resolved, more = actual.counts.get("resolved"), best.counts.get("resolved")
    if resolved is None or more is None:
        return None
    return Bound(
        unit=actual.unit,
        component=ON_TIME_RATE,
        numerator=(actual.counts["early"] or 0) + (actual.counts["on_time"] or 0),
        denominator=resolved,
        rejected=more - resolved,
        unplaced=_unplaced(actual.unit, left),
        ratio=rate(actual.counts),
        best=rate(best.counts),
        worst=rate(worst.counts),
    )


def _component_bounds(actual: UnitScore, best: UnitScore, worst: UnitScore, left: LeftOut) -> list[Bound]:
    """The bounds of every component that dossiers measure, whose numerator is a count."""
    return [
        Bound(
            unit=actual.unit,
            component=now.component.id,
            numerator=now.numerator or 0,
            denominator=now.denominator or 0,
            rejected=(high.denominator or 0) - (now.denominator or 0),
            unplaced=_unplaced(actual.unit, left),
            ratio=now.ratio,
            best=high.ratio,
            worst=low.ratio,
            points=now.points,
            best_points=high.points,
            worst_points=low.points,
        )
        for now, high, low in zip(actual.components, best.components, worst.components, strict=True)
        if _is_counted(now) and _is_counted(high)
    ]


def _is_counted(score: ComponentScore) -> bool:
    return not score.component.sum and score.origin in FROM_DOSSIERS and score.status != "not_measured"


def _unplaced(unit: Unit, left: LeftOut) -> int:
    return left.unplaced if unit.kind == "total" else 0
