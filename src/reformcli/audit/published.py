"""Published figures and what holding them against ours gives: names and results that computing and rendering share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from reformcli.model import Source, Unit

ROUNDED = ("equal", "half_up", "half_even", "down", "once")  # as printed, but for the rounding
MADE_UP = ("to_hundred", "of_parts")  # printed so that printed figures add up
EXPLAINED = (*ROUNDED, *MADE_UP)
STATUSES = (*EXPLAINED, "differs", "not_measured", "no_unit", "no_component")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it was printed: its text, its value, and the decimals that the text shows."""

    text: str
    number: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published figure. `measure` is percent | points, None where nothing tells; the counts only where printed.

    `agency` and `level` as written; both empty for the whole.
    """

    agency: str
    level: str
    component: str
    printed: Printed
    measure: str | None
    numerator: int | None
    denominator: int | None
    file: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A way of counting that reproduces the published figure.

    `how` is period (with `start` and `end`), carried_over, unit (`unit` is whose figure it is), mean (of the agencies'
    shares), measure (percent for points, or points for percent), or a choice of the state rules, whose value is
    `choice`.
    """

    how: str
    value: Fraction
    roundings: tuple[str, ...]
    numerator: int | None = None
    denominator: int | None = None
    choice: str = ""
    start: datetime | None = None
    end: datetime | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One published figure held `against` its own printed fraction, or ours.

    `kind` is component | group | total | rate | other; `name` the component's name in both languages, None for what no
    scorecard knows; `exact` our figure, None where there is none; `roundings` all that give the printed text; `parts`
    the components whose printed figures it was made to add up with; `difference` published − ours, in the figure's
    measure; `counted` the same in the numerator's unit; `missing` what would measure it.
    """

    figure: PublishedFigure
    unit: Unit | None
    kind: str
    component: str
    name: Mapping[str, str] | None
    measure: str
    against: str
    status: str
    numerator: int | None = None
    denominator: int | None = None
    exact: Fraction | None = None
    roundings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    difference: Fraction | None = None
    counted: Fraction | None = None
    explanations: tuple[Explanation, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_explained(self) -> bool:
        """Whether the figure is ours but for the rounding."""
        return self.status in EXPLAINED


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All published figures of a file, held; `left_blank` rows have no figure."""

    source: Source
    held: tuple[Held, ...] = field(default=())
    left_blank: int = 0
