"""What each component of a unit lacks: exact inverse of the points rule, by fractions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from reformcli.model import UNATTRIBUTED, Component, ComponentScore, Tally, UnitScore
from reformcli.outcomes import Gap, Risk
from reformcli.score import component_score, round_half_up

_SIX = 6  # decimals of what one more is worth


def gaps(units: Iterable[UnitScore], decimals: int) -> tuple[Gap, ...]:
    """What every unit lacks in each component that was measured and has points.

    Args:
        units: scored units. What an agency or a level carries of the province is the province's to mend: it is told
            of the total only. Dossiers without an agency are nobody's.
        decimals: of points, as the scorecard rounds them.
    """
    return tuple(
        _gap(unit, score, decimals)
        for unit in units
        if not is_nobodys(unit)
        for score in unit.components
        if is_open(unit, score)
    )


def is_nobodys(unit: UnitScore) -> bool:
    """Whether nobody can be asked to do anything: dossiers whose agency is not known."""
    return UNATTRIBUTED in (unit.unit.agency, unit.unit.level)


def is_open(unit: UnitScore, score: ComponentScore) -> bool:
    """Whether a component counts for points and is the unit's own."""
    is_own = score.origin != "inherited" or unit.unit.kind == "total"
    return is_own and score.status == "measured" and bool(score.component.max) and bool(score.denominator)


def points_of(component: Component, numerator: int, denominator: int, decimals: int) -> Decimal:
    """The points of a component with so many of so many."""
    return component_score(component, Tally(numerator, denominator), decimals).points or Decimal(0)


def share_for(component: Component, points: Decimal, decimals: int) -> Fraction:
    """The smallest share whose points, rounded, are that many; above 1 where no share gives them.

    Rounding half up gives p from p − half a unit of the last decimal on.
    """
    least = (Fraction(points) - Fraction(1, 2 * 10**decimals)) / Fraction(component.max)
    full_at = Fraction(component.full_at) / 100 if component.full_at else Fraction(1)
    return max(Fraction(0), least * full_at)


def mended_to(share: Fraction, numerator: int, denominator: int) -> int:
    """The smallest k with (n + k) / d ≥ share; more than d − n where no number would do."""
    return max(0, ceil(share * denominator) - numerator)


def new_to(share: Fraction, numerator: int, denominator: int) -> int | None:
    """The smallest k with (n + k) / (d + k) ≥ share; None where no number would do."""
    lacking = share * denominator - numerator
    if lacking <= 0:
        return 0
    return ceil(lacking / (1 - share)) if share < 1 else None


def _gap(unit: UnitScore, score: ComponentScore, decimals: int) -> Gap:
    component, numerator, denominator = score.component, score.numerator or 0, score.denominator or 0
    points = points_of(component, numerator, denominator, decimals)
    full = points_of(component, denominator, denominator, decimals)
    following = min(Decimal(floor(points) + 1), full)
    shares = [share_for(component, mark, decimals) for mark in (following, full)]
    return Gap(
        unit=unit.unit,
        component=component,
        numerator=numerator,
        denominator=denominator,
        points=points,
        lost=component.max - points,
        one_more=_one_more(component, numerator, denominator),
        to_next=mended_to(shares[0], numerator, denominator),
        to_full=mended_to(shares[1], numerator, denominator),
        new_to_full=new_to(shares[1], numerator, denominator),
        new_to_next=new_to(shares[0], numerator, denominator),
    )


def _one_more(component: Component, numerator: int, denominator: int) -> Decimal:
    """What the next one is worth before rounding."""
    after = min(numerator + 1, denominator)
    worth = exact_points(component, after, denominator) - exact_points(component, numerator, denominator)
    return round_half_up(worth, _SIX)


def exact_points(component: Component, numerator: int, denominator: int) -> Fraction:
    """The points of a component before rounding."""
    share = Fraction(numerator, denominator)
    if component.full_at:
        share = min(Fraction(1), share * 100 / Fraction(component.full_at))
    return Fraction(component.max) * share


# ------------------------------------------------------------------ risks
def risks(now: Iterable[UnitScore], later: Iterable[UnitScore], until: datetime) -> Iterator[Risk]:
    """What falls between two scores of the same dossiers, of which the later took nothing as done after the first."""
    then = {unit.unit: {score.component.id: score for score in unit.components} for unit in later}
    for unit in now:
        for score in unit.components:
            other = then.get(unit.unit, {}).get(score.component.id)
            if other is None or is_nobodys(unit) or not is_open(unit, score):
                continue
            fewer = (score.numerator or 0) - (other.numerator or 0)
            if score.points is not None and other.points is not None and other.points < score.points:
                yield Risk(unit.unit, score.component, until, fewer, score.points - other.points, other.points)
