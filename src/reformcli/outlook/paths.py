"""The cheapest way of a unit to a goal in points: exact, rounding of every component included.

Two things raise points: mending what was counted, where a component's `Way` says that it can be, and new dossiers. A
new dossier is taken to be good in every component counted over the dossiers received, and to carry no fee, so that it
adds to the denominators of them all. Components that other systems count (1.4 from a counts file) are left as they
are, which the new dossiers could only raise: the points reached are at least those told.

New dossiers are brought by citizens, mending is the office's own work. So a way with fewer new dossiers is better, and
of ways with equally many the one that mends fewest. The first number is found by bisection, since points never fall
with more of either; the second by dynamic programming over units of the last decimal of points.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from reformcli.model import Component, UnitScore
from reformcli.outcomes import Path, Step, Way
from reformcli.outlook.gaps import is_open, mended_to, points_of, share_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

MOST_DECIMALS = 3  # of points, for which a table of all sums is kept
_NEVER = 1 << 60
_RECEIVED = "is_received"  # the population that every new dossier enters

Level = tuple[int, int]  # dossiers mended, units of points gained


@dataclass(frozen=True, slots=True)
class _Lot:
    """A component of the unit, with its counts and what can be done about it."""

    component: Component
    numerator: int
    denominator: int
    can_mend: bool
    takes_new: bool

    def after(self, mended: int, new: int) -> tuple[int, int]:
        """The counts with so many mended and so many new dossiers."""
        more = new if self.takes_new else 0
        return self.numerator + mended + more, self.denominator + more

    @property
    def misses(self) -> int:
        return self.denominator - self.numerator if self.can_mend else 0


def cheapest(
    unit: UnitScore, goal: Decimal, ways: Mapping[str, Way], *, decimals: int, without: Collection[str] = ()
) -> Path:
    """The cheapest path of a unit to a goal.

    Args:
        unit: a scored unit.
        goal: points, at most the maximum of the scorecard.
        ways: how each component can grow; one that is not there grows by new dossiers only.
        decimals: of points, as the scorecard rounds them; at most `MOST_DECIMALS`.
        without: components that are to stay as they are.

    Returns:
        At most as many new dossiers are proposed as the period had; beyond that the goal counts as out of reach.
    """
    points = unit.points or Decimal(0)
    lots = [
        _lot(unit, place, ways)
        for place, score in enumerate(unit.components)
        if is_open(unit, score) and score.component.id not in without
    ]
    if points >= goal:
        return Path(unit.unit, goal, points, points, 0)
    most = max((lot.denominator for lot in lots if lot.takes_new), default=0)
    all_mended = [lot.misses for lot in lots]
    rest = points - _sum(lots, [0] * len(lots), 0, decimals)
    if rest + _sum(lots, all_mended, most, decimals) < goal:
        return Path(unit.unit, goal, points, rest + _sum(lots, all_mended, most, decimals), 0)
    new = _fewest_new(lots, all_mended, goal - rest, most, decimals)
    mended = _fewest_mended(lots, new, goal - rest, decimals)
    return _path(unit, goal, lots, mended, new, decimals)


def _lot(unit: UnitScore, place: int, ways: Mapping[str, Way]) -> _Lot:
    score = unit.components[place]
    way = ways.get(score.component.id)
    is_dossiers = score.component.population == _RECEIVED and score.origin != "inherited"
    can_mend = way is not None and way.how == "mend"
    return _Lot(score.component, score.numerator or 0, score.denominator or 0, can_mend, is_dossiers)


def _sum(lots: Sequence[_Lot], mended: Sequence[int], new: int, decimals: int) -> Decimal:
    parts = (points_of(lot.component, *lot.after(m, new), decimals) for lot, m in zip(lots, mended, strict=True))
    return sum(parts, Decimal(0))


def _fewest_new(lots: Sequence[_Lot], all_mended: Sequence[int], wanted: Decimal, most: int, decimals: int) -> int:
    """The fewest new dossiers with which mending can do the rest; `most` are known to do."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if _sum(lots, all_mended, middle, decimals) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _fewest_mended(lots: Sequence[_Lot], new: int, wanted: Decimal, decimals: int) -> list[int]:
    """How many to mend of each component, beside so many new dossiers: together as few as can be."""
    lacking = wanted - _sum(lots, [0] * len(lots), new, decimals)
    gain = int(lacking.scaleb(decimals).to_integral_value(rounding="ROUND_CEILING"))
    if gain <= 0:
        return [0] * len(lots)
    levels = [_levels(lot, new, decimals) for lot in lots]
    chosen = fewest(levels, gain)
    return [levels[place][level - 1][0] if level else 0 for place, level in enumerate(chosen)]


def _levels(lot: _Lot, new: int, decimals: int) -> list[Level]:
    """What can be gained with a component: of each number of dossiers that gains more than one fewer, the gain."""
    numerator, denominator = lot.after(0, new)
    now, top = (points_of(lot.component, n, denominator, decimals) for n in (numerator, numerator + lot.misses))
    unit = Decimal(1).scaleb(-decimals)
    gains: dict[int, int] = {}
    for step in range(1, int((top - now) / unit) + 1):
        share = share_for(lot.component, now + step * unit, decimals)
        gains[mended_to(share, numerator, denominator)] = step
    return sorted(gains.items())


def fewest(levels: Sequence[Sequence[Level]], gain: int) -> list[int]:
    """Choose of each list one level or none, so that the gains reach `gain` at the least cost together.

    Returns:
        Per list 0 for none, else the 1-based place of its level.

    >>> fewest([[(1, 3), (4, 9)], [(2, 5)]], 8)
    [1, 1]
    """
    import numpy as np

    cost = np.full(gain + 1, _NEVER, "int64")  # of reaching at least so much with the lists so far
    cost[0] = 0
    choices: list[Ints] = []
    for choosable in levels:
        better, choice = cost.copy(), np.zeros(gain + 1, "int64")
        for place, (price, worth) in enumerate(choosable, 1):
            reach = min(worth, gain)
            tried = np.concatenate([np.full(reach, cost[0]), cost[: gain + 1 - reach]]) + price
            is_better = tried < better
            better[is_better], choice[is_better] = tried[is_better], place
        cost = better
        choices.append(choice)
    if cost[gain] >= _NEVER:
        raise ValueError("no choice reaches the gain")
    chosen, left = [0] * len(levels), gain
    for number in range(len(levels) - 1, -1, -1):
        chosen[number] = int(choices[number][left])
        if chosen[number]:
            left = max(0, left - levels[number][chosen[number] - 1][1])
    return chosen


def _path(unit: UnitScore, goal: Decimal, lots: Sequence[_Lot], mended: Sequence[int], new: int, decimals: int) -> Path:
    """The path with every component scored anew."""
    points = unit.points or Decimal(0)
    steps = []
    for lot, number in zip(lots, mended, strict=True):
        before = points_of(lot.component, lot.numerator, lot.denominator, decimals)
        after = points_of(lot.component, *lot.after(number, new), decimals)
        if number or after != before:
            steps.append(Step(lot.component, number, before, after, new if lot.takes_new else 0))
    reached = points + sum((step.after - step.before for step in steps), Decimal(0))
    return Path(unit.unit, goal, points, reached, sum(mended) + new, tuple(steps), new)
