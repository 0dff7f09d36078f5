"""Counts × scorecard → points: exact fractions, rounded half up once, where the scorecard says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reformcli.agencies.levels import is_whole_province
from reformcli.model import (
    LEVELS,
    UNATTRIBUTED,
    Agency,
    Band,
    Component,
    ComponentScore,
    GroupScore,
    Scorecard,
    Tally,
    Unit,
    UnitScore,
)
from reformcli.services.components import RULES as OF_PROCEDURES

SECONDS_A_DAY = 86_400
INHERITING = ("province", "district", "commune")  # a ministry is no part of a province


def score(agencies: Sequence[Agency], scorecard: Scorecard) -> tuple[UnitScore, ...]:
    """Score agencies, levels and the total.

    Args:
        agencies: every agency of the run, the unattributed one included.
        scorecard: the rules of points.

    Returns:
        Agencies (ranked within their level), then levels, then the total. Levels and the total are sums of
        numerators and denominators, never means of ratios.

    Source: qd766.toml and the choices documented in docs/cham-diem.md.
    """
    tallies = [tallies_of(agency, agencies, scorecard) for agency in agencies]
    named = [(a, t) for a, t in zip(agencies, tallies, strict=True) if not a.is_nobody]
    units = [_unit(agency.unit, known, agency.flow, scorecard) for agency, known in named]
    units = _ranked(units, agencies)
    for level in _levels(agencies):
        members = [(agency, known) for agency, known in named if agency.unit.level == level]
        units.append(_sum_unit(Unit("level", None, level), members, agencies, scorecard))
    everything = list(zip(agencies, tallies, strict=True))
    units.append(_sum_unit(Unit("total", None, None), everything, agencies, scorecard))
    return tuple(units)


def _levels(agencies: Sequence[Agency]) -> list[str]:
    present = {agency.unit.level for agency in agencies}
    return [level for level in (*LEVELS, UNATTRIBUTED) if level in present]


# ------------------------------------------------------------------ tallies
def tallies_of(agency: Agency, agencies: Sequence[Agency], scorecard: Scorecard) -> dict[str, Tally]:
    """Each component's tally: counts win over the rest, the whole province's row lends what only it has."""
    result = {}
    for component in scorecard.components:
        sources = (agency.counts, agency.catalogue, agency.dossiers)
        tally = next((source[component.id] for source in sources if component.id in source), None)
        if component.minus and component.id not in agency.counts and tally and tally.measured:
            tally = _minus(tally, agency.counts.get(component.minus), component)
        if component.inherited and component.id not in agency.counts and not agency.is_whole_province:
            tally = _inherited(component, agency, agencies) or tally
        result[component.id] = tally or Tally(measured=False, missing=_sources(component))
    return result


def _sources(component: Component) -> tuple[str, ...]:
    """What could tell a component that nothing told."""
    counts = f"--counts {component.id}"
    return ("--catalogue", counts) if component.id in OF_PROCEDURES and not component.population else (counts,)


def _minus(tally: Tally, complaints: Tally | None, component: Component) -> Tally:
    if complaints is None:
        return replace(tally, bound=True, missing=(f"--counts {component.minus}",))
    return replace(tally, numerator=max(0, tally.numerator - complaints.numerator))


def _inherited(component: Component, agency: Agency, agencies: Sequence[Agency]) -> Tally | None:
    """The whole province's count of a component that is counted for the province only.

    Of several provinces an agency's own is the one its parent names; an agency of another province has none here.
    """
    lenders = [a for a in agencies if a.is_whole_province and component.id in a.counts]
    if agency.unit.level not in INHERITING or agency.unit.agency == UNATTRIBUTED:
        return None
    own = [a for a in lenders if agency.parent and agency.parent in (a.unit.key, a.unit.agency)]
    names_another = agency.parent and is_whole_province(agency.parent) and not own
    lender = own[0] if own else lenders[0] if len(lenders) == 1 and not names_another else None
    return replace(lender.counts[component.id], origin="inherited") if lender else None


def _sum_unit(
    unit: Unit,
    members: Sequence[tuple[Agency, Mapping[str, Tally]]],
    agencies: Sequence[Agency],
    scorecard: Scorecard,
) -> UnitScore:
    others = [a for a, _ in members if not a.is_whole_province and not a.is_nobody]
    summed: dict[str, Tally] = {}
    for component in scorecard.components:
        parts = [part_of(agency, tallies[component.id], component, bool(others)) for agency, tallies in members]
        summed[component.id] = _sum(component, [part for part in parts if part is not None], agencies if others else ())
    return _unit(unit, summed, add_flows([agency.flow for agency, _ in members if agency.flow]), scorecard)


def add_flows(flows: Sequence[Mapping[str, int | None]]) -> dict[str, int | None]:
    """The flow counts of several units together; what one of them did not measure is not measured for all."""
    names = flows[0] if flows else {}
    columns = {name: [flow[name] for flow in flows] for name in names}
    return {
        name: None if None in column else sum(value for value in column if value is not None)
        for name, column in columns.items()
    }


def part_of(agency: Agency, tally: Tally, component: Component, beside_others: bool) -> tuple[Agency, Tally] | None:
    """What an agency adds to a sum. The whole province's counts are not added to those of its departments again."""
    if agency.is_whole_province and beside_others:
        own = agency.dossiers.get(component.id)
        if component.minus and own and own.measured:
            own = _minus(own, agency.counts.get(component.minus), component)
        return (agency, own) if own and agency.population else None
    return agency, tally


def _sum(component: Component, parts: Sequence[tuple[Agency, Tally]], agencies: Sequence[Agency]) -> Tally:
    """Sum of numerators and denominators; measured only if every agency with a population has the component."""
    if component.inherited and any(tally.origin == "inherited" for _, tally in parts):
        return _lent(component, parts, agencies)
    unmeasured = [(agency, tally) for agency, tally in parts if not tally.measured]
    blocking = [tally for agency, tally in unmeasured if _counts_for(agency, component)]
    present = [tally for _, tally in parts if tally.measured]
    if blocking or not present:
        lacking = blocking or [tally for _, tally in unmeasured]
        missing = sorted({name for tally in lacking for name in tally.missing}) or [f"--counts {component.id}"]
        return Tally(measured=False, missing=tuple(missing))
    origins = {tally.origin for tally in present if tally.denominator} or {tally.origin for tally in present}
    bounds = [tally for tally in present if tally.bound and tally.denominator]
    return Tally(
        sum(tally.numerator for tally in present),
        sum(tally.denominator for tally in present),
        origin=origins.pop() if len(origins) == 1 else "mixed",
        bound=bool(bounds) or all(tally.bound for tally in present),
        missing=bounds[0].missing if bounds else present[0].missing,
    )


def _lent(component: Component, parts: Sequence[tuple[Agency, Tally]], agencies: Sequence[Agency]) -> Tally:
    """What a level or the total inherits: each province's count once, however many of its agencies carry it."""
    named = [(agency, tally) for agency, tally in parts if not agency.is_nobody and agency.unit.agency != UNATTRIBUTED]
    if any(tally.origin != "inherited" for agency, tally in named if _counts_for(agency, component)):
        return Tally(measured=False, missing=(f"--counts {component.id}",))
    lenders = [a.counts[component.id] for a in agencies if a.is_whole_province and component.id in a.counts]
    carried = {(tally.numerator, tally.denominator) for _, tally in named}
    lent = [tally for tally in lenders if (tally.numerator, tally.denominator) in carried]
    return Tally(sum(t.numerator for t in lent), sum(t.denominator for t in lent), origin="inherited")


def _counts_for(agency: Agency, component: Component) -> bool:
    """Whether an agency that lacks a component makes the sum unmeasured: it would have had something to count."""
    if component.population:
        return agency.population
    is_known = agency.flow.get("handled") or agency.counts or component.id in agency.catalogue
    return agency.unit.agency != UNATTRIBUTED and bool(is_known)


# ------------------------------------------------------------------ points
def _unit(unit: Unit, tallies: Mapping[str, Tally], flow: Mapping[str, int | None], scorecard: Scorecard) -> UnitScore:
    components = tuple(component_score(c, tallies[c.id], scorecard.rounding) for c in scorecard.components)
    groups = tuple(_group(group.id, components, scorecard) for group in scorecard.groups)
    known = [group.points for group in groups if group.points is not None]
    points = sum(known, Decimal(0)) if known else None
    measurable = sum((group.measurable for group in groups), Decimal(0))
    band = _band(points, measurable, scorecard)
    return UnitScore(unit, points, measurable, None, None, band, groups, components, flow)


def component_score(component: Component, tally: Tally, decimals: int = 2) -> ComponentScore:
    """Score one component from its counts.

    Returns:
        Points in [0, max] or None where nothing may be claimed; the ratio in percent, two decimals, half up.
    """
    if not tally.measured:
        return ComponentScore(component, None, None, None, None, "not_measured", "", tally.missing)
    counts = (component, tally.numerator, tally.denominator)
    if component.sum:
        mean = _mean_days(tally)
        return ComponentScore(*counts, None, None, "measured" if mean is not None else "empty", tally.origin, (), mean)
    if tally.bound:
        ratio, points = _ratio(tally), _points(component, tally, decimals)
        return ComponentScore(*counts, ratio, points, "upper_bound", tally.origin, tally.missing)
    if not tally.denominator:
        given = {"none": None, "zero": Decimal(0), "full": component.max}[component.empty]
        value = None if given is None or not component.max else round_half_up(Fraction(given), decimals)
        return ComponentScore(*counts, None, value, "empty", tally.origin)
    points = _points(component, tally, decimals)
    return ComponentScore(*counts, _ratio(tally), points, "measured", tally.origin)


def _ratio(tally: Tally) -> Decimal | None:
    return round_half_up(Fraction(100 * tally.numerator, tally.denominator), 2) if tally.denominator else None


def _mean_days(tally: Tally) -> Decimal | None:
    if not tally.denominator:
        return None
    return round_half_up(Fraction(tally.numerator, tally.denominator * SECONDS_A_DAY), 2)


def _points(component: Component, tally: Tally, decimals: int) -> Decimal | None:
    """Max × ratio, or max × ratio / full_at up to max; None for a component that is only shown."""
    if not component.max or not tally.denominator:
        return None
    share = Fraction(tally.numerator, tally.denominator)
    if component.full_at:
        share = min(Fraction(1), share * 100 / Fraction(component.full_at))
    return round_half_up(Fraction(component.max) * share, decimals)


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """An exact fraction as a Decimal of so many decimals, halves away from zero (never binary, never to even).

    >>> round_half_up(Fraction(5, 1000), 2)
    Decimal('0.01')
    """
    scaled = abs(value) * 10**decimals + Fraction(1, 2)
    digits = scaled.numerator // scaled.denominator
    return Decimal(-digits if value < 0 else digits).scaleb(-decimals)


def _group(group_id: str, components: Iterable[ComponentScore], scorecard: Scorecard) -> GroupScore:
    group = next(group for group in scorecard.groups if group.id == group_id)
    scored = [c for c in components if c.component.group == group_id and is_scored(c)]
    points = sum((c.points for c in scored if c.points is not None), Decimal(0)) if scored else None
    return GroupScore(group, points, sum((c.component.max for c in scored), Decimal(0)))


def is_scored(score: ComponentScore) -> bool:
    """Whether a component enters the sums: measured, or empty with a value that the scorecard gives."""
    return score.points is not None and score.status in ("measured", "empty")


def _band(points: Decimal | None, measurable: Decimal, scorecard: Scorecard) -> Band | None:
    """A band only when all points of the scorecard were measured."""
    if points is None or measurable != scorecard.max:
        return None
    share = points * 100 / scorecard.max
    return next((band for band in scorecard.bands if share >= band.at_least), None)


def flow_rates(flow: Mapping[str, int | None]) -> tuple[Decimal | None, Decimal | None]:
    """The on-time rate ((early + on time) / resolved) and the online rate (online / received), in percent, half up.

    None where nothing was resolved or received, or where a part was not measured: undefined is not 0 %.
    """
    early, on_time, online = flow["early"], flow["on_time"], flow["received_online"]
    well = None if early is None or on_time is None else early + on_time
    return _percent(well, flow["resolved"]), _percent(online, flow["received"])


def _percent(part: int | None, whole: int | None) -> Decimal | None:
    return round_half_up(Fraction(100 * part, whole), 2) if whole and part is not None else None


# ------------------------------------------------------------------ ranks
def _ranked(units: Sequence[UnitScore], agencies: Sequence[Agency]) -> list[UnitScore]:
    """Ranks within each level by the exact quotient of points and measurable points; ties share the better rank."""
    others = {a.unit.level for a in agencies if not a.is_whole_province and not a.is_nobody}
    left_out = {a.unit.key for a in agencies if a.is_whole_province and a.unit.level in others}
    quotients = {unit.unit.key: _quotient(unit) for unit in units if _is_rankable(unit, left_out)}
    ranked = []
    for unit in units:
        quotient = quotients.get(unit.unit.key)
        if quotient is None:
            ranked.append(unit)
            continue
        peers = [quotients[u.unit.key] for u in units if u.unit.level == unit.unit.level and u.unit.key in quotients]
        ranked.append(replace(unit, rank=1 + sum(peer > quotient for peer in peers), rank_of=len(peers)))
    return ranked


def _is_rankable(unit: UnitScore, left_out: Collection[str]) -> bool:
    """Nothing measured, no rank; nor for what is no agency of a known level."""
    measured = any(c.status == "measured" and c.component.max and c.points is not None for c in unit.components)
    placed = unit.unit.agency != UNATTRIBUTED and unit.unit.level not in (None, UNATTRIBUTED)
    return measured and placed and unit.unit.key not in left_out


def _quotient(unit: UnitScore) -> Fraction:
    return Fraction(unit.points or 0) / Fraction(unit.measurable)
