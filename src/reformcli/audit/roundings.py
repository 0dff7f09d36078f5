"""Which roundings of an exact fraction give a number as it was printed. Whole numbers only: no float, no context."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

WAYS = ("half_up", "half_even", "down")  # halves away from zero, halves to even, cut off


def is_exact(value: Fraction, printed: Decimal) -> bool:
    """Whether the printed number is the value itself, whatever zeros stand at its end."""
    return Fraction(printed) == value


def roundings(value: Fraction, printed: Decimal, decimals: int) -> tuple[str, ...]:
    """The ways of rounding to so many decimals that give the printed number, in the order of `WAYS`.

    >>> roundings(Fraction(158600, 1890), Decimal("83.91"), 2)
    ('down',)
    >>> roundings(Fraction(1, 8), Decimal("0.12"), 2)
    ('half_even', 'down')
    """
    return tuple(way for way in WAYS if rounded(value, decimals, way) == printed)


def rounded(value: Fraction, decimals: int, way: str = "half_up") -> Decimal:
    """An exact value as a Decimal of so many decimals.

    >>> [str(rounded(Fraction(5, 2), 0, way)) for way in WAYS]
    ['3', '2', '2']
    """
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    beyond_half = 2 * rest - scaled.denominator  # of the last digit's unit
    is_up = {"half_up": beyond_half >= 0, "half_even": beyond_half > 0 or (beyond_half == 0 and whole % 2 == 1)}
    digits = whole + is_up.get(way, False)
    return Decimal((1 if value < 0 and digits else 0, tuple(map(int, str(digits))), -decimals))


def made_to_add(counts: Sequence[int], decimals: int = 2) -> list[tuple[Decimal, bool]]:
    """The shares of parts in their sum, in percent, half up, with as few as possible moved so that they add to 100.

    Those move whose rounding went farthest the other way, the first of several; each by one in the last digit.

    Returns:
        For each part its share and whether it was moved; nothing where the parts are nothing.

    >>> [(str(share), moved) for share, moved in made_to_add([1, 1, 1])]
    [('33.34', True), ('33.33', False), ('33.33', False)]
    """
    whole = sum(counts)
    if not whole:
        return []
    exact = [Fraction(100 * count, whole) for count in counts]
    shares = [rounded(share, decimals) for share in exact]
    step = Decimal(1).scaleb(-decimals)
    off = int((100 - sum(shares)) / step)
    errors = [
        (share - Fraction(printed)) * (1 if off > 0 else -1) for share, printed in zip(exact, shares, strict=True)
    ]
    order = sorted(range(len(exact)), key=lambda at: (-errors[at], at))
    moved = frozenset(order[: abs(off)])
    change = step if off > 0 else -step
    return [(share + change, True) if at in moved else (share, False) for at, share in enumerate(shares)]
