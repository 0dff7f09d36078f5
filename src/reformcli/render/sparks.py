"""Small lines in text: one sign for each value, from the lowest to the highest of what compares with each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from reformcli.outcomes import Figure


@dataclass(frozen=True, slots=True)
class Signs:
    """What lines are drawn with: steps from low to high, a gap, a mark that nothing compares across."""

    steps: str
    gap: str
    mark: str


BLOCKS = Signs("▁▂▃▄▅▆▇█", "·", "┊")
PLAIN = Signs("12345678", ".", "|")  # for screens that have no blocks


def spark(values: Sequence[Figure], breaks: Collection[int] = (), *, signs: Signs = BLOCKS) -> str:
    """Draw values in their order; each stretch between two breaks has its own scale.

    Args:
        values: None where there is none: a gap is shown, nothing is put in its place.
        breaks: the places before which a mark stands.
        signs: what to draw with.

    >>> spark([1, None, 8, 3, 3], [3]), spark([1, None, 8, 3, 3], [3], signs=PLAIN)
    ('▁·█┊▄▄', '1.8|44')
    """
    drawn = ""
    for start, end in pairwise([*sorted({0, *breaks}), len(values)]):
        drawn += (signs.mark if start in breaks else "") + _stretch(values[start:end], signs)
    return drawn


def _stretch(values: Sequence[Figure], signs: Signs) -> str:
    known = [Fraction(value) for value in values if value is not None]
    low, high = min(known, default=Fraction(0)), max(known, default=Fraction(0))
    return "".join(signs.gap if value is None else _step(Fraction(value), low, high, signs.steps) for value in values)


def _step(value: Fraction, low: Fraction, high: Fraction, steps: str) -> str:
    """The step nearest to a value, the higher one of two; a line without ups and downs lies in the middle."""
    if low == high:
        return steps[len(steps) // 2 - 1]
    return steps[int((value - low) / (high - low) * (len(steps) - 1) + Fraction(1, 2))]
