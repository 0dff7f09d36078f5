"""Targets held against scored units: reached or not, by how much, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from reformcli.model import ComponentScore, UnitScore
from reformcli.outcomes import Target, TargetResult
from reformcli.outlook.gaps import is_nobodys, mended_to, new_to, points_of
from reformcli.score import round_half_up

# numerator, the parts that are added up; denominator: of the flow counts
_RATES = {"on_time_rate": (("early", "on_time"), "resolved"), "online_rate": (("received_online",), "received")}


def held(
    targets: Iterable[Target], units: Iterable[UnitScore], *, on: date, decimals: int = 2
) -> tuple[TargetResult, ...]:
    """Hold every target against every unit that it is set for.

    Args:
        targets: those in force.
        units: scored units. A target of a level is for its agencies and for the level as a whole.
        on: the last day measured; a target whose day is still to come is not missed yet.
        decimals: of points, as the scorecard rounds them.
    """
    known = list(units)
    return tuple(_result(target, unit, on, decimals) for target in targets for unit in known if _is_for(target, unit))


def _is_for(target: Target, unit: UnitScore) -> bool:
    kind, level = unit.unit.kind, unit.unit.level
    if is_nobodys(unit):
        return False
    if target.level in ("total", "agency"):
        return kind == target.level
    return kind != "total" and level == target.level


def _result(target: Target, unit: UnitScore, on: date, decimals: int) -> TargetResult:
    score = next((one for one in unit.components if one.component.id == target.measure), None)
    counts = _of_component(score) if score else _of_rate(target.measure, unit)
    if counts is None or not counts[1]:
        status = "empty" if counts else "not_measured"
        known, of = counts or (None, None)
        return TargetResult(target, unit.unit, known, of, None, status, None, None, None, None)
    numerator, denominator = counts
    wanted, share = Fraction(target.at_least) / 100, Fraction(numerator, denominator)
    missing = mended_to(wanted, numerator, denominator)
    is_ahead = target.by is not None and on < target.by
    return TargetResult(
        target=target,
        unit=unit.unit,
        numerator=numerator,
        denominator=denominator,
        ratio=round_half_up(share * 100, 2),
        status="met" if share >= wanted else "ahead" if is_ahead else "missed",
        distance=round_half_up(max(Fraction(0), wanted - share) * 100, 2),
        missing=missing,
        missing_new=new_to(wanted, numerator, denominator),
        points=_worth(score, missing, decimals) if score else None,
    )


def _of_component(score: ComponentScore) -> tuple[int, int] | None:
    """The counts of a component; None where they are not known, or only as a bound."""
    if score.status not in ("measured", "empty") or score.numerator is None or score.denominator is None:
        return None
    return score.numerator, score.denominator


def _of_rate(measure: str, unit: UnitScore) -> tuple[int, int] | None:
    """The counts of a rate of the flow; None where a part of them was not measured."""
    parts, whole = _RATES[measure]
    counted = [unit.counts.get(name) for name in parts]
    known = [count for count in counted if count is not None]
    denominator = unit.counts.get(whole)
    return (sum(known), denominator) if len(known) == len(counted) and denominator is not None else None


def _worth(score: ComponentScore, missing: int, decimals: int) -> Decimal | None:
    """What a component's points would gain with so many more in its numerator."""
    if not score.component.max or score.points is None:
        return None
    after = points_of(score.component, (score.numerator or 0) + missing, score.denominator or 0, decimals)
    return after - score.points
