"""Two results side by side: whether they compare at all, and every figure before, now and its change. Nothing is read.

A change is the difference of the two figures as they are shown, exact; where they do not compare it is None.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from reformcli.agencies.register import NOBODY, Register, spell
from reformcli.errors import UsageError
from reformcli.figures import ComponentFigures, Figures, GroupFigures, UnitFigures
from reformcli.model import UNATTRIBUTED, Unit
from reformcli.outcomes import Basis, Change, Comparison, ComponentChange, Figure, GroupChange, UnitChange

SCORECARD, LEVELS, PERIODS = "scorecard", "levels", "periods"
_MEASURED = ("measured", "empty")
_NEVER = datetime(9999, 12, 31, 23, 59, 59)
_NOTHING = ComponentFigures(None, None, None, None, None, "not_measured")


def compare(before: Figures, now: Figures, *, forced: bool = False) -> Comparison:
    """Hold two results against each other.

    Units are matched by kind, level and key, or by name where only that is known; groups by the values of their
    dimensions. Without `forced`, results that do not compare are refused; with it `Comparison.forced` names why not.

    Raises:
        UsageError: `other_scorecard`, `other_levels`, `other_periods`.
    """
    faults = tuple(_faults(before, now))
    if faults and not forced:
        _refuse(faults[0], before, now)
    pairs, gone, new = _matched(before.units, now.units)
    is_whole = before.part == now.part == ()
    return Comparison(
        before=_basis(before),
        now=_basis(now),
        forced=faults,
        units=tuple(_unit_change(one, other) for one, other in pairs),
        groups=tuple(_group_changes(before, now)),
        new_units=_listed(new) if is_whole else (),
        gone_units=_listed(gone) if is_whole else (),
    )


def _basis(figures: Figures) -> Basis:
    return Basis(
        figures.start or _NEVER, figures.end or _NEVER, figures.scorecard, figures.version, tuple(figures.sources)
    )


# ------------------------------------------------------------------ whether they compare
def _faults(before: Figures, now: Figures) -> Iterator[str]:
    """What does not compare, the gravest first."""
    if (before.scorecard, before.version, before.sha256) != (now.scorecard, now.version, now.sha256):
        yield SCORECARD
    if not periods_compare(before.start, before.end, now.start, now.end):
        yield PERIODS
    if before.levels is not None and now.levels is not None and before.levels != now.levels:
        is_whole = before.part == now.part == ()
        if is_whole or not before.levels <= now.levels:
            yield LEVELS


def periods_compare(
    start: datetime | None, end: datetime | None, later_start: datetime | None, later_end: datetime | None
) -> bool:
    """Whether a period can stand before another: it ends earlier, and both are of one kind.

    Of one kind are two periods of as many days (two weeks), of as many whole calendar months (months, quarters,
    years), or that begin at the same moment (this year's figures so far).

    >>> from reformcli.period import named_period as p
    >>> periods_compare(*p("2023-11"), *p("2023-12")), periods_compare(*p("2023-W50"), *p("2023-12"))
    (True, False)
    """
    if start is None or end is None or later_start is None or later_end is None or end >= later_end:
        return False
    if start == later_start:
        return True
    months = _whole_months(start, end)
    if months and months == _whole_months(later_start, later_end):
        return True
    return start < later_start and _days(start, end) == _days(later_start, later_end)


def _days(start: datetime, end: datetime) -> int:
    return (end.date() - start.date()).days + 1


def _whole_months(start: datetime, end: datetime) -> int:
    """How many calendar months a period is; 0 where it is none."""
    is_whole = start.day == 1 and end.day == monthrange(end.year, end.month)[1]
    return (end.year - start.year) * 12 + end.month - start.month + 1 if is_whole else 0


def preceding(start: datetime, end: datetime) -> str | None:
    """The name of the week, month, quarter or year just before a period that is one.

    >>> preceding(datetime(2024, 1, 1), datetime(2024, 1, 7)), preceding(datetime(2024, 1, 1), datetime(2024, 3, 31))
    ('2023-W52', '2023-Q4')
    """
    day = start.date() - timedelta(days=1)
    if _days(start, end) == 7 and start.weekday() == 0:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    months = _whole_months(start, end)
    if months == 1:
        return f"{day.year}-{day.month:02d}"
    if months == 3 and start.month % 3 == 1:
        return f"{day.year}-Q{day.month // 3}"
    return str(day.year) if months == 12 and start.month == 1 else None


def _refuse(fault: str, before: Figures, now: Figures) -> None:
    if fault == SCORECARD:
        one, other = (f"{f.scorecard} {f.version} ({f.sha256[:8]})" for f in (before, now))
        raise UsageError("other_scorecard", where="--previous", before=one, now=other)
    if fault == LEVELS:
        one, other = (", ".join(sorted(f.levels or ())) or "–" for f in (before, now))
        raise UsageError("other_levels", where="--previous", before=one, now=other)
    named = preceding(now.start, now.end) if now.start and now.end else None
    raise UsageError(
        "other_periods",
        where="--previous, --previous-period",
        before=_shown(before),
        now=_shown(now),
        example=named or "2023-W50",
    )


def _shown(figures: Figures) -> str:
    if figures.start is None or figures.end is None:
        return "–"
    return " – ".join(f"{day:%d/%m/%Y %H:%M:%S}" for day in (figures.start, figures.end))


# ------------------------------------------------------------------ units
class _Matched(NamedTuple):
    """What stands in both results (before, now), and what in one alone."""

    pairs: list[tuple[UnitFigures, UnitFigures]]
    gone: list[UnitFigures]
    new: list[UnitFigures]


def _matched(before: Sequence[UnitFigures], now: Sequence[UnitFigures]) -> _Matched:
    """Match by key where both have one, else by name; the order is that of `now`."""
    by_key = {_by_key(one.unit): one for one in before if one.unit.key or one.unit.kind != "agency"}
    by_name: dict[tuple[str | None, ...], list[UnitFigures]] = {}
    for one in before:
        by_name.setdefault(_by_name(one.unit), []).append(one)
    used: set[int] = set()
    pairs, new = [], []
    for one in now:
        found = by_key.get(_by_key(one.unit)) if one.unit.key or one.unit.kind != "agency" else None
        named = [other for other in by_name.get(_by_name(one.unit), ()) if not (other.unit.key and one.unit.key)]
        if found is None and len(named) == 1 and id(named[0]) not in used:
            found = named[0]
        if found is None:
            new.append(one)
        else:
            used.add(id(found))
            pairs.append((found, one))
    return _Matched(pairs, [one for one in before if id(one) not in used], new)


def _by_key(unit: Unit) -> tuple[str | None, ...]:
    return unit.kind, unit.level, unit.key


def _by_name(unit: Unit) -> tuple[str | None, ...]:
    return unit.kind, unit.level, spell(unit.agency or "")


def _listed(units: Sequence[UnitFigures]) -> tuple[Unit, ...]:
    return tuple(one.unit for one in units if one.unit.agency != UNATTRIBUTED and one.unit.level != UNATTRIBUTED)


def keyed(figures: Figures, register: Register | None) -> Figures:
    """The same figures with the keys of agencies that only a name tells, as the register has it on the last day."""
    if register is None or figures.end is None:
        return figures
    day = figures.end.date()
    units = [
        one
        if one.unit.kind != "agency" or one.unit.key
        else replace(one, unit=replace(one.unit, key=_key(register, one.unit.agency or "", one.unit.level, day)))
        for one in figures.units
    ]
    groups = [
        replace(one, key=_key(register, one.by["agency"], one.by.get("level"), day)) if one.by.get("agency") else one
        for one in figures.groups
    ]
    return replace(figures, units=tuple(units), groups=tuple(groups))


def _key(register: Register, name: str | None, level: str | None, day: date) -> str:
    """The key of the one agency that bore a name on a day; empty where none or several did."""
    number, _ = register.find_name(name or "")
    candidates = {register.entries[number]} if number != NOBODY else set()
    candidates |= {entry for entry in register.entries if spell(entry.name) == spell(name or "")}
    lines = {
        entry.key
        for entry in candidates
        if (level is None or entry.level in (None, level))
        and (entry.start is None or entry.start <= day)
        and (entry.end is None or day <= entry.end)
    }
    return lines.pop() if len(lines) == 1 else ""


def _unit_change(before: UnitFigures, now: UnitFigures) -> UnitChange:
    summed = [{name for name, one in unit.components.items() if one.is_summed} for unit in (before, now)]
    is_same = summed[0] == summed[1] and bool(before.components) == bool(now.components)
    names = list(dict.fromkeys([*now.components, *before.components]))
    return UnitChange(
        unit=now.unit,
        points=_change(before.points, now.points, does_compare=is_same),
        measurable=_change(before.measurable, now.measurable),
        rank=_change(before.rank, now.rank, does_compare=is_same),
        rank_of=_change(before.rank_of, now.rank_of),
        same_measured=is_same,
        components=tuple(_component_change(name, before.components, now.components) for name in names),
        flow={name: _change(before.flow.get(name), value) for name, value in now.flow.items()},
    )


def _component_change(
    name: str, before: Mapping[str, ComponentFigures], now: Mapping[str, ComponentFigures]
) -> ComponentChange:
    one, other = before.get(name, _NOTHING), now.get(name, _NOTHING)
    is_same = one.status == other.status or {one.status, other.status} == set(_MEASURED)
    return ComponentChange(
        component=name,
        numerator=_change(one.numerator, other.numerator, does_compare=is_same),
        denominator=_change(one.denominator, other.denominator, does_compare=is_same),
        ratio=_change(one.ratio, other.ratio, does_compare=is_same),
        points=_change(one.points, other.points, does_compare=is_same),
        status_before=one.status if name in before else None,
        status_now=other.status if name in now else None,
        mean_days=_change(one.mean_days, other.mean_days, does_compare=is_same),
    )


def _change(before: Figure, now: Figure, *, does_compare: bool = True) -> Change:
    """Both figures and their difference; None where one is unknown or they do not compare."""
    is_known = before is not None and now is not None and does_compare
    return Change(before, now, now - before if is_known else None)  # type: ignore[operator]


# ------------------------------------------------------------------ groups
def _group_changes(before: Figures, now: Figures) -> Iterator[GroupChange]:
    """Every group of today's table; of those that are gone the figures before, last but the whole."""
    if before.by != now.by:
        return
    does_compare = before.part == now.part and before.part is not None
    earlier = {_identity(one): one for one in before.groups}
    is_comparable = does_compare or "agency" in now.by
    for one in [group for group in now.groups if group.by] if is_comparable else ():
        yield _group_change(earlier.pop(_identity(one), None), one)
    if does_compare:
        for one in (group for group in earlier.values() if group.by):
            yield GroupChange(one.by, {name: Change(value, None, None) for name, value in one.figures.items()})
    for one in now.groups:
        if not one.by:
            yield _group_change(earlier.get(()), one)


def _group_change(before: GroupFigures | None, now: GroupFigures) -> GroupChange:
    values = before.figures if before else {}
    return GroupChange(now.by, {name: _change(values.get(name), value) for name, value in now.figures.items()})


def _identity(group: GroupFigures) -> tuple[tuple[str, str | None], ...]:
    """What makes two groups the same: their values, of an agency its key or the spelling of its name."""
    agency = group.key or spell(group.by.get("agency") or "")
    return tuple((name, agency if name == "agency" and value else value) for name, value in sorted(group.by.items()))
