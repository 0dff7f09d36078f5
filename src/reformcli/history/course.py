"""The course of results over time: one result for each period, what is missing, where figures cease to compare.

Nothing is read here. Periods of one kind make a course: weeks, months, quarters, years, days; periods that begin at the
same chosen moment; and all others. A period without a result is a gap: nothing is put in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reformcli.agencies.register import spell
from reformcli.audit.roundings import rounded
from reformcli.figures import Figures, UnitFigures
from reformcli.model import LEVELS, UNATTRIBUTED, Manifest, RowTotals, Scorecard, Unit
from reformcli.outcomes import Figure
from reformcli.text import collation_key

RHYTHMS = ("week", "month", "quarter", "year", "day", "since", "free")
COUNTS = ("received", "resolved", "pending", "overdue", "carried_over")
RATES = ("on_time_rate", "online_rate")
MEASURES = ("points", "attained", *RATES, *COUNTS)
LACKS = ("restricted", "part", "unread", "rejected")
REASONS = ("same", "incomplete", "older", "conflict", "outside", "no_period", "not_score")
_COMPONENT = "component:"
_FRIDAY, _SECOND = 4, timedelta(seconds=1)

UnitKey = tuple[str, str, str]


# ------------------------------------------------------------------ periods
@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a result in its course: `start` and `end` are those of the named period; `name` tells it.

    `anchor` is the chosen moment at which the periods of a course of the rhythm "since" begin.
    """

    rhythm: str
    anchor: datetime | None
    start: datetime
    end: datetime
    name: str


def slot_of(start: datetime, end: datetime, *, start_given: bool) -> Slot:
    """The place of a period: a whole month, quarter or year; what lies within one ISO week; a day; else as it is.

    >>> [slot_of(datetime(2024, 1, 1), datetime(*end), start_given=True).name
    ...  for end in ((2024, 1, 7, 23, 59, 59), (2024, 1, 31, 23, 59, 59), (2024, 12, 31, 23, 59, 59))]
    ['2024-W01', '2024-01', '2024']
    """
    after = end + _SECOND
    is_whole = start.time() == after.time() == datetime.min.time() and start.day == after.day == 1
    months = (after.year - start.year) * 12 + after.month - start.month if is_whole else 0
    if months in (1, 3, 12) and (start.month - 1) % months == 0:
        quarter = f"{start.year}-Q{(start.month + 2) // 3}"
        names = {1: ("month", f"{start.year}-{start.month:02}"), 3: ("quarter", quarter), 12: ("year", f"{start.year}")}
        rhythm, name = names[months]
        return Slot(rhythm, None, start, end, name)
    if start.date() == end.date():
        first = datetime.combine(start.date(), datetime.min.time())
        return Slot("day", None, first, first + timedelta(days=1) - _SECOND, start.date().isoformat())
    if start.isocalendar()[:2] == end.isocalendar()[:2]:
        return week_of(start)
    name = f"{start:%Y-%m-%d}/{end:%Y-%m-%d}"
    return Slot("since", start, start, end, name) if start_given else Slot("free", None, start, end, name)


def week_of(moment: datetime) -> Slot:
    """The ISO week that a moment lies in."""
    year, number, weekday = moment.isocalendar()
    first = datetime.combine(moment.date() - timedelta(days=weekday - 1), datetime.min.time())
    return Slot("week", None, first, first + timedelta(days=7) - _SECOND, f"{year}-W{number:02}")


def following(slot: Slot) -> Slot | None:
    """The next period of the same kind; None where a kind has no next one."""
    after = slot.end + _SECOND
    if slot.rhythm == "week":
        return week_of(after)
    months = {"month": 1, "quarter": 3, "year": 12}.get(slot.rhythm)
    if months is None:
        return None
    years, month = divmod(after.month - 1 + months, 12)
    return slot_of(after, after.replace(year=after.year + years, month=month + 1) - _SECOND, start_given=True)


# ------------------------------------------------------------------ results
@dataclass(frozen=True, slots=True)
class Result:
    """One scored result of one period.

    `source` is the file it was read from and `sha256` that file's hash; a result computed anew from exports has the
    names of these and no hash. `units` are those of `figures` by what two spellings of them have in common; `bands`
    and `maxima` are theirs. `lacks` tells in the words of `LACKS` what makes it incomplete. `completeness` orders
    results of one period, by `ASPECTS`: all units are shown, seconds of the period covered, points of the whole that
    could be measured, agencies with points, nothing rejected or unread, dossiers handled.
    """

    source: str
    sha256: str
    identity: str
    tool: str
    slot: Slot
    figures: Figures
    units: Mapping[UnitKey, UnitFigures]
    bands: Mapping[UnitKey, str | None]
    maxima: Mapping[UnitKey, Decimal]
    lacks: tuple[str, ...]
    completeness: tuple[Decimal | int, ...]

    @property
    def card(self) -> tuple[str, str, str]:
        """The scorecard: id, version, hash of its file."""
        return self.figures.scorecard, self.figures.version, self.figures.sha256


ASPECTS = ("restricted", "part", "unmeasured", "agencies", "faults", "dossiers")


def key_of(unit: Unit) -> UnitKey:
    """What two results call the same unit."""
    return unit.kind, unit.level or "", spell(unit.agency) or unit.agency if unit.agency else ""


def less_complete(one: Result, other: Result) -> str | None:
    """In which of `ASPECTS` a result falls short of another one of the same period; None where in none.

    The first aspect in which the two differ decides.
    """
    for aspect, mine, theirs in zip(ASPECTS, one.completeness, other.completeness, strict=True):
        if mine != theirs:
            return aspect if mine < theirs else None
    return None


def covered(start: datetime, end: datetime, slot: Slot) -> int:
    """How many seconds of its period a result covers."""
    return int((min(end, slot.end) - max(start, slot.start)).total_seconds()) + 1


def is_part(start: datetime, end: datetime, slot: Slot) -> bool:
    """Whether working days of a week are missing: it begins after Monday or ends before Friday."""
    return slot.rhythm == "week" and (start.date() > slot.start.date() or end.weekday() < _FRIDAY)


# ------------------------------------------------------------------ one result for each period
@dataclass(frozen=True, slots=True)
class Unused:
    """A file whose figures are not in the course, and why: one of `REASONS`.

    `aspect` tells of an incomplete one in what it falls short; `points` are those of the whole, `used` those of the
    result that stands in its place.
    """

    source: str
    sha256: str
    reason: str
    period: str | None = None
    aspect: str | None = None
    points: Figure = None
    used: Figure = None


def chosen(results: Iterable[Result]) -> tuple[dict[Slot, Result], list[Unused]]:
    """Choose one result for each period, whatever order they come in.

    The more complete one counts; of equally complete ones that under the later version of the scorecard, then that of
    the later program. Where nothing tells which is right and the figures differ, one is taken and the others are told
    as a conflict.
    """
    by_slot: dict[Slot, list[Result]] = {}
    for one in results:
        by_slot.setdefault(one.slot, []).append(one)
    used, unused = {}, []
    for slot in sorted(by_slot, key=lambda one: (one.end, one.start, one.name)):
        best, *others = sorted(by_slot[slot], key=_precedence, reverse=True)
        used[slot] = best
        unused += [_unused(one, best) for one in others]
    return used, unused


def _precedence(one: Result) -> tuple[object, ...]:
    return *one.completeness, *_age(one), one.figures.scorecard, one.identity, one.source, one.sha256


def _age(one: Result) -> tuple[object, ...]:
    """The later, the greater: the version of the scorecard (a day), then of the program."""
    parts = one.tool.rpartition(" ")[2].split(".")
    return one.figures.version, tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _unused(one: Result, best: Result) -> Unused:
    aspect = less_complete(one, best)
    if (one.card, one.units, one.bands) == (best.card, best.units, best.bands):
        reason = "same"
    elif aspect:
        reason = "incomplete"
    else:
        reason = "older" if _age(one) < _age(best) else "conflict"
    return Unused(
        one.source,
        one.sha256,
        reason,
        one.slot.name,
        aspect if reason == "incomplete" else None,
        _total(one),
        _total(best),
    )


def _total(one: Result) -> Figure:
    return next((unit.points for unit in one.figures.units if unit.unit.kind == "total"), None)


# ------------------------------------------------------------------ courses
@dataclass(frozen=True, slots=True)
class Moment:
    """A period of a course; without `result` it is a gap. `is_break`: the scorecard is another one than before."""

    slot: Slot
    result: Result | None = None
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of one unit: a value for each period, None where there is none.

    `breaks` are the places from which values do not compare with those before. `start` is the place from which
    `first`, `last`, `low`, `high` and `change` (last − first) are taken: the last break, else the first value.
    """

    unit: Unit
    measure: str
    values: tuple[Figure, ...]
    breaks: tuple[int, ...]
    start: int | None
    first: Figure
    last: Figure
    low: Figure
    high: Figure
    change: Figure


@dataclass(frozen=True, slots=True)
class Course:
    """Results of periods of one kind in their order. `units` are those shown, the whole first."""

    rhythm: str
    anchor: datetime | None
    moments: tuple[Moment, ...]
    units: tuple[Unit, ...]
    components: tuple[str, ...]

    def line(self, unit: Unit, measure: str) -> Line:
        """The course of one measure of one unit."""
        key = key_of(unit)
        found = [one.result.units.get(key) if one.result else None for one in self.moments]
        values = tuple(value_of(one, measure) if one else None for one in found)
        breaks = tuple(_breaks(self.moments, found, values, measure))
        start = next((at for at, value in enumerate(values) if value is not None), None)
        start = breaks[-1] if breaks else start
        known = [value for value in values[start:] if value is not None] if start is not None else []
        if not known:
            return Line(unit, measure, values, breaks, start, None, None, None, None, None)
        change = known[-1] - known[0] if len(known) > 1 else None
        return Line(unit, measure, values, breaks, start, known[0], known[-1], min(known), max(known), change)

    @property
    def gaps(self) -> list[str]:
        """The periods without a result."""
        return [one.slot.name for one in self.moments if one.result is None]

    @property
    def breaks(self) -> list[int]:
        """The places at which the scorecard changes."""
        return [at for at, one in enumerate(self.moments) if one.is_break]


def component(name: str) -> str:
    """The measure that is the points of a component."""
    return _COMPONENT + name


def component_of(measure: str) -> str | None:
    """The component whose points a measure is."""
    return measure.removeprefix(_COMPONENT) if measure.startswith(_COMPONENT) else None


def value_of(unit: UnitFigures, measure: str) -> Figure:
    """A figure of a unit: points, points in percent of those measurable, a rate in percent, a count of dossiers."""
    if name := component_of(measure):
        found = unit.components.get(name)
        return found.points if found and found.is_summed else None
    if measure == "points":
        return unit.points
    if measure == "attained":
        if unit.points is None or not unit.measurable:
            return None
        return rounded(100 * Fraction(unit.points) / Fraction(unit.measurable), 2)
    return unit.flow.get(measure)


def _breaks(
    moments: Sequence[Moment], units: Sequence[UnitFigures | None], values: Sequence[Figure], measure: str
) -> Iterator[int]:
    """The places of values that do not compare with the value before: another scorecard, other components measured."""
    before: int | None = None
    for at, value in enumerate(values):
        if value is None:
            continue
        if before is not None:
            one, other = units[before], units[at]
            is_other = measure == "points" and _measured(one) != _measured(other)
            if is_other or any(moment.is_break for moment in moments[before + 1 : at + 1]):
                yield at
        before = at


def _measured(unit: UnitFigures | None) -> frozenset[str]:
    return frozenset(name for name, one in unit.components.items() if one.is_summed) if unit else frozenset()


def courses_of(results: Mapping[Slot, Result]) -> list[Course]:
    """The courses that chosen results make, weeks first; between their periods stand gaps where results are missing.

    A week, month, quarter or year that begins where the periods of a course "since" begin is one of that course, too.
    """
    found: dict[tuple[str, datetime | None], list[Result]] = {}
    for slot, one in results.items():
        found.setdefault((slot.rhythm, slot.anchor), []).append(one)
    for (rhythm, anchor), course in found.items():
        if rhythm == "since":
            others = [one for slot, one in results.items() if slot.rhythm not in ("since", "free")]
            course += [_since(one) for one in others if one.slot.start == one.figures.start == anchor]
    order = sorted(found, key=lambda key: (RHYTHMS.index(key[0]), str(key[1])))
    return [_course(*key, found[key]) for key in order]


def _since(one: Result) -> Result:
    """A result of a named period as one of those that begin with it."""
    start, slot = one.slot.start, one.slot
    return replace(one, slot=Slot("since", start, start, slot.end, f"{start:%Y-%m-%d}/{slot.end:%Y-%m-%d}"))


def _course(rhythm: str, anchor: datetime | None, results: Sequence[Result]) -> Course:
    ordered = sorted(results, key=lambda one: (one.slot.end, one.slot.start))
    moments: list[Moment] = []
    before: Result | None = None
    for one in ordered:
        if before is not None:
            moments += [Moment(slot) for slot in _between(before.slot, one.slot)]
        moments.append(Moment(one.slot, one, before is not None and before.card != one.card))
        before = one
    units: dict[UnitKey, Unit] = {}
    for one in ordered:
        units |= {key_of(unit.unit): unit.unit for unit in one.figures.units}
    names = {name for one in ordered for unit in one.figures.units for name in unit.components}
    return Course(rhythm, anchor, tuple(moments), tuple(sorted(units.values(), key=_order)), tuple(sorted(names)))


def _between(before: Slot, after: Slot) -> Iterator[Slot]:
    """The periods between two of a course that no result tells of."""
    slot = following(before)
    while slot is not None and slot.end < after.end:
        yield slot
        slot = following(slot)


def _order(unit: Unit) -> tuple[object, ...]:
    levels = (None, *LEVELS, UNATTRIBUTED)
    kinds = ("total", "level", "agency")
    is_nobody = unit.agency == UNATTRIBUTED
    return kinds.index(unit.kind), levels.index(unit.level), is_nobody, collation_key(unit.agency or "")


@dataclass(frozen=True, slots=True)
class History:
    """All courses of some results. `card` gives the names of groups, components and bands.

    `rows` count results: read = counted (in a course) + superseded (another one of its period counts) + out of scope.
    `shared_counts`: counts files that served every period of results computed anew.
    """

    courses: tuple[Course, ...]
    unused: tuple[Unused, ...]
    manifest: Manifest
    rows: RowTotals
    card: Scorecard
    shared_counts: tuple[str, ...] = field(default=())
