"""A published figure held against an exact one: its rounding, what it was made up from, how far it is off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import combinations

from reformcli.audit.published import ROUNDED, Explanation, Held, Printed, PublishedFigure
from reformcli.audit.published_file import TOTAL, WHOLE
from reformcli.audit.roundings import is_exact, roundings
from reformcli.model import Component, ComponentScore, Scorecard, Unit, UnitScore
from reformcli.outlook.gaps import exact_points, is_nobodys
from reformcli.score import SECONDS_A_DAY
from reformcli.text import match_key

_RATES = {"on_time_rate": (("early", "on_time"), "resolved"), "online_rate": (("received_online",), "received")}
_MOST_PARTS = 12  # among so many shares of one whole, those that add up are looked for


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure is about: a component | group | total | rate of the scorecard, or other."""

    kind: str
    id: str
    name: Mapping[str, str] | None = None
    component: Component | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """Our figure before rounding; `once` is a sum whose parts were not rounded first."""

    exact: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    once: Fraction | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """The scores of another way of counting; the fields but `units` are those of `Explanation`."""

    how: str
    units: Mapping[Unit, UnitScore]
    choice: str = ""
    start: datetime | None = None
    end: datetime | None = None


# ------------------------------------------------------------------ what a figure is about
def subjects(card: Scorecard, rates: Mapping[str, Mapping[str, str]]) -> dict[str, Subject]:
    """Everything that can be published of a scorecard, by the ways in which people write it."""
    found: dict[str, Subject] = {}
    for one in card.components:
        subject = Subject("component", one.id, one.name, one)
        texts = [one.id, *one.name.values(), *(f"{one.id} {name}" for name in one.name.values())]
        found |= {match_key(text): subject for text in texts}
    for group in card.groups:
        found |= {match_key(text): Subject("group", group.id, group.name) for text in (group.id, *group.name.values())}
    for rate, name in rates.items():
        if rate in _RATES:
            found |= {match_key(text): Subject("rate", rate, name) for text in (rate, *name.values())}
    total = Subject("total", TOTAL, {"vi": "Tổng điểm", "en": "Total points"})
    whole = ("total score", "tong so diem", "diem tong", "diem", *total.name.values(), *WHOLE) if total.name else ()
    return found | {match_key(text): total for text in whole if text}


def subject_of(written: str, known: Mapping[str, Subject]) -> Subject:
    """What a text of the component column means; what no scorecard knows is a share of its own."""
    return known.get(match_key(written)) or Subject("other", written)


def measures_of(figure: PublishedFigure, subject: Subject) -> tuple[str, ...]:
    """What the figure can be, the likeliest first: what was printed, else points before percent."""
    if subject.component and subject.component.sum:
        return ("days",)
    if figure.measure:
        return (figure.measure,)
    if subject.kind in ("group", "total"):
        return ("points", "percent")
    if subject.component is None or not subject.component.max:
        return ("percent",)
    return ("percent", "points") if figure.printed.number > subject.component.max else ("points", "percent")


# ------------------------------------------------------------------ exact values
def of_fraction(numerator: int, denominator: int, subject: Subject, measure: str) -> Value:
    """What a printed fraction comes to."""
    component = subject.component
    if measure == "percent":
        return Value(Fraction(100 * numerator, denominator), numerator, denominator)
    if component is None or not component.max:
        return Value(None, numerator, denominator)
    return Value(exact_points(component, numerator, denominator), numerator, denominator)


def of_unit(unit: UnitScore, subject: Subject, measure: str) -> Value:
    """What a scored unit has; nothing where it was not measured, or only as a bound."""
    if subject.kind == "rate":
        return _rate(unit, subject.id) if measure == "percent" else Value(None)
    if subject.kind in ("group", "total"):
        return _sum(unit, subject, measure)
    score = next((one for one in unit.components if one.component.id == subject.id), None)
    if score is None:
        return Value(None)
    if score.status == "empty" and score.points is not None and measure == "points":
        return Value(Fraction(score.points), score.numerator, score.denominator)
    if score.status != "measured" or score.numerator is None or not score.denominator:
        return Value(None, missing=score.missing)
    if measure == "days":
        return Value(Fraction(score.numerator, score.denominator * SECONDS_A_DAY))
    return of_fraction(score.numerator, score.denominator, subject, measure)


def _rate(unit: UnitScore, name: str) -> Value:
    parts, whole = _RATES[name]
    counted = [count for part in parts if (count := unit.counts.get(part)) is not None]
    denominator = unit.counts.get(whole)
    if len(counted) < len(parts) or not denominator:
        return Value(None)
    return Value(Fraction(100 * sum(counted), denominator), sum(counted), denominator)


def _sum(unit: UnitScore, subject: Subject, measure: str) -> Value:
    """A group or the total: the sum of rounded components, if every one of them is known."""
    mine = [one for one in unit.components if one.component.max and subject.id in (TOTAL, one.component.group)]
    lacking = [one for one in mine if one.status not in ("measured", "empty")]
    if lacking or not mine:
        return Value(None, missing=tuple(dict.fromkeys(name for one in lacking for name in one.missing)))
    scale = Fraction(100) / sum(Fraction(one.component.max) for one in mine) if measure == "percent" else Fraction(1)
    rounded = sum((Fraction(one.points) for one in mine if one.points is not None), Fraction(0))
    return Value(rounded * scale, once=sum((_unrounded(one) for one in mine), Fraction(0)) * scale)


def _unrounded(score: ComponentScore) -> Fraction:
    if score.numerator is not None and score.denominator:
        return exact_points(score.component, score.numerator, score.denominator)
    return Fraction(score.points or 0)


# ------------------------------------------------------------------ held
def held(
    figure: PublishedFigure, unit: Unit | None, subject: Subject, values: Mapping[str, Value], against: str
) -> Held:
    """Hold a figure against an exact one.

    Args:
        figure: as it was printed.
        unit: whose it is; None where nobody of ours has that name.
        subject: what it is about.
        values: our figure as each of `measures_of`, the likeliest first; the first that gives the printed one counts.
        against: fraction | ours.
    """
    found = [_held(figure, unit, subject, measure, value, against) for measure, value in values.items()]
    known = (one for one in found if one.exact is not None)
    return next((one for one in found if one.is_explained), None) or next(known, found[0])


def _held(
    figure: PublishedFigure, unit: Unit | None, subject: Subject, measure: str, value: Value, against: str
) -> Held:
    one = Held(
        figure, unit, subject.kind, subject.id, subject.name, measure, against, "not_measured", missing=value.missing
    )
    if value.exact is None:
        return one
    ways = reproduced(value.exact, figure.printed)
    status = "differs" if ways is None else ways[0] if ways else "equal"
    if status == "differs" and value.once is not None and reproduced(value.once, figure.printed) is not None:
        status = "once"
    difference = Fraction(figure.printed.number) - value.exact
    return replace(
        one,
        status=status,
        numerator=value.numerator,
        denominator=value.denominator,
        exact=value.exact,
        roundings=ways or (),
        difference=difference,
        counted=_in_counts(difference, value, subject, measure) if status not in ROUNDED else None,
    )


def reproduced(value: Fraction, printed: Printed) -> tuple[str, ...] | None:
    """The roundings that give the printed number, () where it is the value itself, None where none does."""
    if is_exact(value, printed.number):
        return ()
    return roundings(value, printed.number, printed.decimals) or None


def _in_counts(difference: Fraction, value: Value, subject: Subject, measure: str) -> Fraction | None:
    """A difference as so many more or fewer in the numerator."""
    if not value.denominator or measure == "days":
        return None
    if measure == "percent":
        return difference * value.denominator / 100
    component = subject.component
    if component is None or not component.max:
        return None
    full_at = Fraction(component.full_at) / 100 if component.full_at else Fraction(1)
    return difference / Fraction(component.max) * full_at * value.denominator


# ------------------------------------------------------------------ made to add up
def added_up(figures: Sequence[Held]) -> list[Held]:
    """The figures, with those told that were made to add up: the rest of 100, or the sum of their parts, as printed.

    Only shares of one whole are looked at: percents of one agency with the same denominator. The others must be ours
    but for the rounding: so the figure is no farther off than their roundings together.
    """
    tables: dict[tuple[object, ...], list[Held]] = {}
    for one in figures:
        if one.measure == "percent" and one.denominator and one.numerator is not None:
            tables.setdefault((one.against, *_owner(one), one.denominator), []).append(one)
    told = {id(one): _told(one, group) for group in tables.values() for one in group if one.status == "differs"}
    return [told.get(id(one), one) for one in figures]


def _owner(one: Held) -> tuple[str, str]:
    return match_key(one.figure.agency), match_key(one.figure.level)


def _told(one: Held, group: Sequence[Held]) -> Held:
    others = [other for other in group if other is not one and other.status in ROUNDED]
    numerator, denominator, printed = one.numerator or 0, one.denominator or 0, one.figure.printed.number
    for parts in _sets(others):
        counts, shown = sum(part.numerator or 0 for part in parts), sum(part.figure.printed.number for part in parts)
        names = tuple(part.component for part in parts)
        if counts + numerator == denominator and shown + printed == 100:
            return replace(one, status="to_hundred", parts=names, counted=None)
        if len(parts) > 1 and counts == numerator and shown == printed:
            return replace(one, status="of_parts", parts=names, counted=None)
    return one


def _sets(others: Sequence[Held]) -> Iterator[tuple[Held, ...]]:
    """All sets of the others, the largest first; of too many only the whole."""
    if len(others) > _MOST_PARTS:
        yield tuple(others)
        return
    for size in range(len(others), 0, -1):
        yield from combinations(others, size)


# ------------------------------------------------------------------ explanations
def explained(
    one: Held, subject: Subject, units: Mapping[Unit, UnitScore], alternatives: Iterable[Alternative]
) -> Held:
    """The figure with every other way of counting that reproduces it."""
    tried = [*_of_others(one, subject, units), *_of_alternatives(one, subject, alternatives)]
    found = [
        replace(explanation, roundings=ways)
        for explanation in tried
        if (ways := reproduced(explanation.value, one.figure.printed)) is not None
    ]
    return replace(one, explanations=tuple(found))


def _of_others(one: Held, subject: Subject, units: Mapping[Unit, UnitScore]) -> Iterator[Explanation]:
    """The figure of the level or of the whole, a mean of shares, or percent for points."""
    unit = one.unit
    if unit is None:
        return
    for other in (Unit("level", None, unit.level), Unit("total", None, None)):
        if other in units and other != unit and other.kind != unit.kind:
            value = of_unit(units[other], subject, one.measure)
            if value.exact is not None:
                yield Explanation("unit", value.exact, (), value.numerator, value.denominator, unit=other)
    if unit.kind != "agency" and subject.kind in ("component", "rate"):
        yield from _mean(one, subject, units)
    if subject.component and subject.component.max and unit in units:
        measure = "percent" if one.measure == "points" else "points"
        value = of_unit(units[unit], subject, measure)
        if value.exact is not None:
            yield Explanation("measure", value.exact, (), value.numerator, value.denominator, choice=measure)


def _mean(one: Held, subject: Subject, units: Mapping[Unit, UnitScore]) -> Iterator[Explanation]:
    """The mean of the agencies' figures, which is not the figure of all."""
    level = one.unit.level if one.unit else None
    members = [u for u in units.values() if u.unit.kind == "agency" and not is_nobodys(u)]
    values = [of_unit(u, subject, one.measure).exact for u in members if level in (None, u.unit.level)]
    known = [value for value in values if value is not None]
    if len(known) > 1:
        yield Explanation("mean", sum(known, Fraction(0)) / len(known), ())


def _of_alternatives(one: Held, subject: Subject, alternatives: Iterable[Alternative]) -> Iterator[Explanation]:
    for other in alternatives:
        scored = other.units.get(one.unit) if one.unit else None
        value = of_unit(scored, subject, one.measure) if scored else Value(None)
        if value.exact is not None and value.exact != one.exact:
            counts = (value.numerator, value.denominator)
            yield Explanation(other.how, value.exact, (), *counts, other.choice, other.start, other.end)
