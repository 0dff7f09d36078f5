"""How much the rejected rows can matter: every indicator as it would be if all were good, and if all were bad.

Why these are bounds. Let n of d dossiers be counted, and k rejected rows belong to the unit. Were they mended, some
j of them (0 ≤ j ≤ k) would enter the population and i of these (0 ≤ i ≤ j) the numerator: (n+i)/(d+j). As n ≤ d,
moving a dossier into both parts never lowers a ratio, and into the denominator alone never raises it, so

    n/(d+k) ≤ n/(d+j) ≤ (n+i)/(d+j) ≤ (n+j)/(d+j) ≤ (n+k)/(d+k).

Hence a row may be taken for every component, whether or not its population would have it; the figure itself is the
case i = j = 0.

A rejected row of a dossier of which another row counts is no further dossier: mended, it may count instead, and the
dossier becomes good or bad, enters the population or leaves it. Let c of the unit's dossiers be so. Of these let b
become good that were bad (b ≤ d-n), g become bad that were good (g ≤ n), o come from outside the population, and some
leave. One that leaves never does more than one that turns: if it was bad, n/(d-1) ≤ (n+1)/d (as n ≤ d-1); if it was
good, (n-1)/(d-1) ≥ (n-1)/d. One that comes good gives (n+b+o)/(d+o), which grows with b and with o, and with b+o ≤ c
is the largest for the largest b, because o also adds to the denominator: b = min(c, d-n), o = c-b. One that comes bad
gives (n-g)/(d+o), the least for g = min(c, n), o = c-g. Together with the k further rows,

    (n-g)/(d+c-g+k) ≤ every case ≤ (n+c+k)/(max(d, n+c)+k).

Both choices are made agency by agency and hold for the sums of levels: there, too, a dossier turned moves the ratio
further than one that comes. A row that names another agency than the counting one is further there, and changes here.
A component whose numerator is a sum (2.2) has no such bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.agencies.dossier_code import dossier_key
from reformcli.model import LEVELS, UNATTRIBUTED, Agency, Bound, ComponentScore, Tally, Unit, UnitScore

if TYPE_CHECKING:
    import pandas as pd

ON_TIME_RATE = "on_time_rate"
KINDS = ("agency", "level", "total")
FROM_DOSSIERS = ("dossiers", "mixed")
Units = Mapping[str, tuple[Unit, str | None]]  # agency_key → unit and parent
Score = Callable[[Sequence[Agency]], tuple[UnitScore, ...]]
Change = Callable[[int, int, int, int], tuple[int, int]]  # numerator, denominator, further rows, changing dossiers
Rate = Callable[[Mapping[str, int | None]], Decimal | None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rejected rows that could belong to the period: how many by agency, and how many of nobody knows whom.

    `changing` counts, by agency, the dossiers of which another row counts.
    """

    by_agency: Mapping[str, int]
    unplaced: int = 0
    changing: Mapping[str, int] = field(default_factory=dict)

    def agencies(self) -> Collection[str]:
        """Those whose figures the rows may change."""
        return {**self.by_agency, **self.changing}.keys()


def left_out(
    rejected: pd.DataFrame,
    found: pd.DataFrame,
    *,
    counted_ids: Collection[str],
    end: datetime,
    counted_by: pd.Series | None = None,
) -> LeftOut:
    """Count the rejected rows by agency.

    A dossier counts once, however many of its rows were rejected; where another row of it counts, it may change. A
    row received after the period is out of scope, unless it ended before that: then the receipt may be wrong. One
    whose agency or receipt is unknown may be anybody's.

    Args:
        rejected: rejected rows with `dossier_id`, `received_at`, `agency_key` and `placed_by`; of several rows of a
            dossier the last is taken.
        found: `rule`, `column` and `position` of what was found: a receipt that is a lone date tells nothing.
        counted_ids: the dossiers of which another row was not rejected.
        end: the last second of the period.
        counted_by: the agency of each of `counted_ids`; without it, the rejected row's own is taken.
    """
    import pandas as pd

    ids = dossier_key(rejected["dossier_id"])
    counted = dossier_key(pd.Series(list(counted_ids), dtype="str"))
    rows = rejected.assign(id=ids, is_counted=ids.isin(counted))[~(ids.duplicated(keep="last") & ids.notna())]
    agency = rows["agency_key"].astype("object")
    is_known = _known_receipt(rows, found, end)
    is_placed = is_known & (rows["placed_by"] != "none")
    is_late = is_known & (rows["received_at"] > end) & ~rows["is_counted"]
    holder = agency.where(is_placed & rows["is_counted"])
    if counted_by is not None:
        holder = rows["id"].map(dict(zip(counted.tolist(), counted_by.astype("object").tolist(), strict=True)))
        holder = holder.where(rows["is_counted"])
    is_further = ~is_late & (holder.isna() | (is_placed & (rows["received_at"] <= end) & (agency != holder)))
    by_agency = Counter(map(str, agency[is_further & is_placed].tolist()))
    changing = Counter(map(str, holder.dropna().tolist()))
    return LeftOut(by_agency, int((is_further & ~is_placed).sum()), changing)


def _known_receipt(rows: pd.DataFrame, found: pd.DataFrame, end: datetime) -> pd.Series:
    """Whether the receipt can be relied on: no lone date (RC108), and not after both the end and the period (RC106)."""
    lone = found.loc[(found["rule"] == "RC108") & (found["column"] == "received_at"), "position"]
    backwards = found.loc[found["rule"] == "RC106", "position"]
    is_wrong = rows.index.isin(lone) | (rows.index.isin(backwards) & (rows["received_at"] > end))
    return rows["received_at"].notna() & ~is_wrong


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
    actual, best, worst, added = (
        score([_mended(agency, left, change) for agency in everybody]) for change in (None, _to_good, _to_bad, _added)
    )
    found = [
        bound
        for versions in zip(actual, best, worst, added, strict=True)
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
    missing = [Agency(*units[key]) for key in left.agencies() if key not in known]
    return [
        replace(agency, flow=agency.flow or nobody.flow, dossiers=agency.dossiers or nobody.dossiers)
        if agency.unit.key in left.agencies() and not agency.is_nobody
        else agency
        for agency in (*agencies, *missing)
    ]


def _to_good(n: int, d: int, further: int, changing: int) -> tuple[int, int]:
    """The largest n/d that rejected rows can make: see above."""
    return n + changing + further, max(d, n + changing) + further


def _to_bad(n: int, d: int, further: int, changing: int) -> tuple[int, int]:
    """The least n/d that rejected rows can make: see above."""
    turned = min(changing, n)
    return n - turned, d + changing - turned + further


def _added(n: int, d: int, further: int, changing: int) -> tuple[int, int]:
    """Every rejected dossier added to the denominator: how many they are shows in any sum."""
    return n, d + further + changing


def _mended(agency: Agency, left: LeftOut, change: Change | None) -> Agency:
    """An agency as it would be with its rejected rows mended."""
    if change is None:
        return agency
    rows = left.unplaced if agency.is_nobody else left.by_agency.get(agency.unit.key, 0)
    changing = 0 if agency.is_nobody else left.changing.get(agency.unit.key, 0)
    tallies = {name: _with_rows(tally, change, rows, changing) for name, tally in agency.dossiers.items()}
    return replace(agency, flow=_flow(agency.flow, change, rows, changing), dossiers=tallies)


def _flow(flow: Mapping[str, int | None], change: Change, rows: int, changing: int) -> Mapping[str, int | None]:
    """The flow counts that make the on-time rate."""
    resolved, early, on_time = (flow.get(name) for name in ("resolved", "early", "on_time"))
    if resolved is None or early is None or on_time is None:
        return flow
    well, all_of_them = change(early + on_time, resolved, rows, changing)
    return {**flow, "resolved": all_of_them, "on_time": well - early, "late": all_of_them - well}


def _with_rows(tally: Tally, change: Change, rows: int, changing: int) -> Tally:
    if not tally.measured:
        return tally
    numerator, denominator = change(tally.numerator, tally.denominator, rows, changing)
    return replace(tally, numerator=numerator, denominator=denominator)


def _rate_bound(
    actual: UnitScore, best: UnitScore, worst: UnitScore, added: UnitScore, rate: Rate, left: LeftOut
) -> Bound | None:
    """The bounds of the on-time rate of the flow table."""
    resolved, more = actual.counts.get("resolved"), added.counts.get("resolved")
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


def _component_bounds(
    actual: UnitScore, best: UnitScore, worst: UnitScore, added: UnitScore, left: LeftOut
) -> list[Bound]:
    """The bounds of every component that dossiers measure, whose numerator is a count."""
    return [
        Bound(
            unit=actual.unit,
            component=now.component.id,
            numerator=now.numerator or 0,
            denominator=now.denominator or 0,
            rejected=(more.denominator or 0) - (now.denominator or 0),
            unplaced=_unplaced(actual.unit, left),
            ratio=now.ratio,
            best=high.ratio,
            worst=low.ratio,
            points=now.points,
            best_points=high.points,
            worst_points=low.points,
        )
        for now, high, low, more in zip(
            actual.components, best.components, worst.components, added.components, strict=True
        )
        if _is_counted(now) and _is_counted(high)
    ]


def _is_counted(score: ComponentScore) -> bool:
    return not score.component.sum and score.origin in FROM_DOSSIERS and score.status != "not_measured"


def _unplaced(unit: Unit, left: LeftOut) -> int:
    return left.unplaced if unit.kind == "total" else 0
