"""The corridor of `explain`: the figure that `score`, `metrics` or `late` gives, and the dossiers that make it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reformcli.agencies.attribution import units_of
from reformcli.agencies.matching import matching
from reformcli.audit.explanation import OF, Asked, Explanation, Figure, Part
from reformcli.audit.reasons import reasons
from reformcli.calendar import Calendar, load_calendar
from reformcli.errors import UsageError
from reformcli.findings import shown_id
from reformcli.flow import CHANNEL_SPLIT, FLOW
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.late import dossiers as late_step
from reformcli.late.causes import Causes, load_causes
from reformcli.late.names import KINDS, UNSTATED
from reformcli.model import Agency, Component, ComponentScore, Run, Tally, Unit, UnitScore
from reformcli.pipeline import run_of, tallied
from reformcli.predicates import PREDICATES, SUMS
from reformcli.score import part_of, score, tallies_of
from reformcli.services.components import RESTRICTED
from reformcli.services.served import is_exempt, listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Basis:
    """A scored run with all that its figures were made of."""

    judged: Judged
    run: Run
    agencies: tuple[Agency, ...]
    tallies: tuple[Mapping[str, Tally], ...]  # of each agency
    calendar: Calendar
    causes: Causes

    def component(self, name: str) -> Component:
        """A component by its id; UsageError where the scorecard has none of that name."""
        known = {one.id: one for one in self.judged.scorecard.components}
        one_of("--component", name, known)
        return known[name]

    def members(self, unit: Unit) -> list[tuple[Agency, Mapping[str, Tally]]]:
        """The agencies of a unit with their tallies."""
        return [
            (agency, known)
            for agency, known in zip(self.agencies, self.tallies, strict=True)
            if not agency.is_nobody and is_member(agency.unit, unit)
        ]


def run_explain(options: Options, asked: Asked, progress: Progress | None = None) -> Explanation:
    """Tell one figure of one unit and list its dossiers.

    Raises:
        UsageError: `explain_one`, not exactly one figure was named; `explain_of`; `unknown_option_value`;
            `unknown_agency`; `explain_unit`, not exactly one unit was named; and whatever `judge` raises.
    """
    check(asked, load_causes(options.causes))
    return explain(based(options, progress, asked.calendar, scored=asked.component is not None), asked)


def explain(basis: Basis, asked: Asked) -> Explanation:
    """Tell one figure of what was judged."""
    unit = find_unit(basis.run, asked)
    if asked.component:
        return _of_component(basis, unit, basis.component(asked.component), asked.of)
    if asked.metric:
        return _of_metric(basis, unit, asked.metric)
    return _of_late(basis, unit, asked)


def based(options: Options, progress: Progress | None, calendar: str | None, *, scored: bool) -> Basis:
    """Judge and score some exports; a scorecard must be in force only where points are asked for."""
    days, causes = load_calendar(calendar), load_causes(options.causes)
    judged = judge(replace(options, with_causes=True), progress, scored=scored)
    if progress:
        progress("measure", 0, 0)
    agencies, differing = tallied(judged)
    run = replace(run_of(judged, differing), units=score(agencies, judged.scorecard))
    tallies = tuple(tallies_of(agency, agencies, judged.scorecard) for agency in agencies)
    return Basis(judged, run, tuple(agencies), tallies, days, causes)


def check(asked: Asked, causes: Causes) -> None:
    """Refuse what cannot be meant, before anything is read."""
    named = [asked.component, asked.metric, asked.late or asked.cause, asked.service]
    if sum(name is not None for name in named) != 1:
        raise UsageError("explain_one", where="--component, --metric, --late, --cause, --service")
    if len(asked.agencies) > 1 or len(asked.levels) > 1:
        raise UsageError("explain_unit", where="--agency, --level", known="–")
    if asked.of and not asked.component:
        raise UsageError("explain_of", where="--of")
    if (asked.in_field is not None or asked.procedure is not None) and not asked.service:
        raise UsageError("explain_of_service", where="--field, --procedure")
    for option, value, known in (
        ("--of", asked.of, OF),
        ("--metric", asked.metric, tuple(FLOW)),
        ("--late", asked.late, KINDS),
        ("--cause", asked.cause, (*causes.groups, UNSTATED)),
    ):
        if value is not None:
            one_of(option, value, known)


def one_of(option: str, value: str, known: Collection[str]) -> None:
    """Refuse a value that an option does not know."""
    if value not in known:
        raise UsageError("unknown_option_value", where=option, option=option, value=value, known=", ".join(known))


# ------------------------------------------------------------------ units
def find_unit(run: Run, asked: Asked) -> Unit:
    """The one unit that is meant."""
    units = [one.unit for one in run.units]
    if not asked.agencies:
        kind = "level" if asked.levels else "total"
        found = [unit for unit in units if unit.kind == kind and (not asked.levels or unit.level in asked.levels)]
        if asked.levels and not found:
            one_of("--level", asked.levels[0], [unit.level or "" for unit in units if unit.kind == "level"])
        return found[0]
    some = [unit for unit in units if unit.kind == "agency" and (not asked.levels or unit.level in asked.levels)]
    names = matching(asked.agencies, [unit.agency or "" for unit in some])
    found = [unit for unit in some if unit.agency in names]
    if len(found) > 1:
        known = "; ".join(f"{unit.agency} (--level {unit.level})" for unit in found)
        raise UsageError("explain_unit", where="--agency", known=known)
    return found[0]


def is_member(one: Unit, unit: Unit) -> bool:
    """Whether an agency is part of a unit."""
    if unit.kind == "agency":
        return one.key == unit.key
    return unit.kind == "total" or one.level == unit.level


def beside_others(unit: Unit, members: Sequence[tuple[Agency, Mapping[str, Tally]]]) -> bool:
    """Whether a unit is a sum with more in it than the row of a whole province."""
    return unit.kind != "agency" and any(not agency.is_whole_province for agency, _ in members)


def within(dossiers: pd.DataFrame, unit: Unit) -> pd.Series:
    """The dossiers of a unit, as booleans."""
    if unit.kind == "agency":
        return dossiers["agency_key"] == unit.key
    if unit.kind == "level":
        return dossiers["level_name"] == unit.level
    return dossiers["is_handled"] | True


def unit_score(run: Run, unit: Unit) -> UnitScore:
    """The result of a unit."""
    return next(one for one in run.units if one.unit == unit)


# ------------------------------------------------------------------ which dossiers a figure is made of
def needs(component: Component) -> tuple[str, ...]:
    """The optional columns that a component is measured by."""
    known = {**PREDICATES, **SUMS}
    names = (component.population, component.numerator, component.sum)
    return tuple(sorted({column for name in names if name for column in known[name]}))


def of_component(judged: Judged, component: Component) -> tuple[pd.Series, pd.Series]:
    """The denominator and the numerator of a component, as booleans: dossiers of sheets that tell what it needs.

    All of the denominator are in a numerator that is a sum.
    """
    dossiers = judged.dossiers
    if not component.population:
        return _none(dossiers), _none(dossiers)
    counted = dossiers[component.population] & _told(judged, needs(component)) & ~_exempt(judged, component)
    return counted, counted if component.sum else counted & dossiers[component.numerator or component.population]


def _exempt(judged: Judged, component: Component) -> pd.Series:
    """The dossiers that a component leaves out because their procedure needs no paper result."""
    return is_exempt(judged) if component.id in RESTRICTED else _none(judged.dossiers)


def of_metric(judged: Judged, name: str) -> pd.Series:
    """The dossiers that a name of the flow table counts, as booleans."""
    counted: pd.Series = judged.dossiers[FLOW[name]]
    if name in CHANNEL_SPLIT:
        counted = counted & judged.dossiers["is_received"] & _told(judged, ("channel",))
    return counted


def late_dossiers(basis: Basis) -> pd.DataFrame:
    """The late dossiers with `kind`, `days_late`, `cause` and `evidence`."""
    found = late_step.find_late(
        basis.judged.dossiers, was_late=(), end=basis.judged.period.end, calendar=basis.calendar
    )
    return late_step.with_causes(found, basis.causes, basis.calendar)


def _none(dossiers: pd.DataFrame) -> pd.Series:
    return dossiers["is_handled"] & False


def _told(judged: Judged, columns: Sequence[str]) -> pd.Series:
    """The dossiers whose sheet has some columns."""
    lacking = {number for name in columns for number in judged.loaded.lacking(name)}
    return ~judged.dossiers["_source"].isin(sorted(lacking))


# ------------------------------------------------------------------ components
def _of_component(basis: Basis, unit: Unit, component: Component, of: str | None) -> Explanation:
    if component.sum:
        one_of("--of", of or "denominator", OF[:2])
    of = of or ("denominator" if component.sum else "missing")
    counted, good = of_component(basis.judged, component)
    mask = {"numerator": good, "denominator": counted, "missing": counted & ~good}[of]
    told = (PREDICATES.get(component.numerator or "", ()) or (None,))[0]
    return Explanation(
        run=basis.run,
        figure=component_figure(basis, unit, component, of, mask),
        dossiers=as_listed(basis, basis.judged.dossiers[mask & within(basis.judged.dossiers, unit)]),
        told=told,
        procedures=_procedures(basis, unit, component, of),
    )


def _procedures(basis: Basis, unit: Unit, component: Component, of: str) -> tuple[Mapping[str, Any], ...]:
    """The procedures behind the part of a figure that the catalogue tells."""
    members = basis.members(unit)
    parts = [
        part_of(agency, tallies[component.id], component, beside_others(unit, members)) for agency, tallies in members
    ]
    agencies = [part[0] for part in parts if part and part[1].measured and part[1].origin == "catalogue"]
    return listed(basis.judged, agencies, component.id, of) if agencies else ()


def component_figure(basis: Basis, unit: Unit, component: Component, of: str, mask: pd.Series) -> Figure:
    """The figure of a component beside the dossiers (`mask`) that tell it."""
    dossiers = basis.judged.dossiers
    found = next(one for one in unit_score(basis.run, unit).components if one.component.id == component.id)
    value = _number(found.numerator, found.denominator, of)
    listed = int((mask & within(dossiers, unit)).sum())
    is_sum = bool(component.sum) and of == "numerator"
    is_counted = value is not None and not is_sum and found.origin not in ("inherited", "catalogue")
    exempt = _exempt(basis.judged, component) & dossiers[component.population] if component.population else mask & False
    parts = tuple(_parts(basis, unit, component, of, mask)) if is_counted else ()
    if is_counted and value is not None and value - listed != sum(part.value - part.listed for part in parts):
        raise RuntimeError("a figure that its dossiers do not tell")  # a defect: better no list than a wrong one
    differs = {part.why for part in parts} | set(_why_no_count(found, is_sum=is_sum))
    return Figure(
        kind="component",
        name=component.id,
        of=of,
        unit=unit,
        value=value,
        listed=listed,
        differs=tuple(sorted(differs)),
        parts=parts,
        component=component,
        score=found,
        exempt=int((exempt & within(dossiers, unit)).sum()),
    )


def _why_no_count(found: ComponentScore, *, is_sum: bool) -> Iterator[str]:
    if found.status == "not_measured":
        yield "not_measured"
    if found.origin in ("inherited", "catalogue"):
        yield found.origin
    if is_sum:
        yield "sum"
    if found.origin in ("counts", "mixed") and (is_sum or not found.component.population):
        yield "counts"


def _number(numerator: int | None, denominator: int | None, of: str) -> int | None:
    if numerator is None or denominator is None:
        return None
    return {"numerator": numerator, "denominator": denominator, "missing": denominator - numerator}[of]


def _parts(basis: Basis, unit: Unit, component: Component, of: str, mask: pd.Series) -> Iterator[Part]:
    """The agencies of a unit whose share of the figure is not the number of their dossiers."""
    keys = basis.judged.dossiers.loc[mask, "agency_key"].astype(str)
    listed: dict[str, int] = {str(key): int(count) for key, count in keys.value_counts().items()}
    members = basis.members(unit)
    for agency, tallies in members:
        part = part_of(agency, tallies[component.id], component, beside_others(unit, members))
        tally = part[1] if part else Tally()
        value = (_number(tally.numerator, tally.denominator, of) or 0) if tally.measured else 0
        if value != listed.get(agency.unit.key, 0):
            why = _why(agency, tally, component, is_part=part is not None)
            yield Part(agency.unit, value, listed.get(agency.unit.key, 0), why)


def _why(agency: Agency, tally: Tally, component: Component, *, is_part: bool) -> str:
    if not is_part:
        return "whole_province"
    if not tally.measured:
        return "not_measured"
    is_less = component.minus is not None and component.minus in agency.counts
    return (
        tally.origin if tally.origin in ("counts", "catalogue", "inherited") else "complaints" if is_less else "counts"
    )


# ------------------------------------------------------------------ flow and lateness
def _of_metric(basis: Basis, unit: Unit, name: str) -> Explanation:
    rows = basis.judged.dossiers[of_metric(basis.judged, name) & within(basis.judged.dossiers, unit)]
    value = unit_score(basis.run, unit).counts.get(name)
    differs = ("not_measured",) if value is None else ()
    if value is not None and value != len(rows):
        raise RuntimeError("a figure that its dossiers do not tell")
    figure = Figure("metric", name, "count", unit, value, len(rows), differs)
    return Explanation(basis.run, figure, as_listed(basis, rows), told="channel" if name in CHANNEL_SPLIT else None)


def _of_late(basis: Basis, unit: Unit, asked: Asked) -> Explanation:
    late = late_dossiers(basis)
    late = late[within(late, unit)]
    if asked.late:
        late = late[late["kind"] == asked.late]
    if asked.cause:
        late = late[late["cause"] == asked.cause]
    figures = late_step.summarise(late, [])[list(KINDS)].iloc[0].to_dict()
    kinds = {str(kind): int(count) for kind, count in figures.items()}
    name = ", ".join(one for one in (asked.late, asked.cause) if one)
    kind = "cause" if asked.cause else "late"
    figure = Figure(kind, name, "count", unit, sum(kinds.values()), len(late), kinds=kinds)
    group = basis.causes.groups.get(asked.cause or "")
    states = tuple(state for state, of in basis.causes.states.items() if asked.cause and of == asked.cause)
    return Explanation(
        run=basis.run,
        figure=figure,
        dossiers=as_listed(basis, late),
        cause_name=dict(group.name) if group else {},
        cause_states=states,
    )


# ------------------------------------------------------------------ the dossiers themselves
def as_listed(basis: Basis, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their reasons and places, the most days late first, and then by agency and id."""
    told = explained(basis, rows)
    order = ["days_late", "agency", "dossier_id", "file", "row"]
    return told.sort_values(order, ascending=[False, *[True] * 4], kind="stable", na_position="last")


def explained(basis: Basis, rows: pd.DataFrame) -> pd.DataFrame:
    """Some of the judged dossiers with `reasons`, the name of the agency, and where they stand."""
    from reformcli import classify

    judged, period, rules = basis.judged, basis.judged.period, basis.judged.scorecard.states
    parts = classify.classify(rows, start=period.start, end=period.end, rules=rules, with_parts=True)
    told = reasons(parts, start=period.start, end=period.end, rules=rules, calendar=basis.calendar)
    names = {key: unit.agency or "" for key, (unit, _) in units_of(judged.dossiers).items()}
    sheets, source = judged.loaded.sheets, rows["_source"].tolist()
    return told.assign(
        dossier_id=[shown_id(one) for one in rows["dossier_id"].tolist()],
        agency=[names[key] for key in rows["agency_key"].tolist()],
        level=rows["level_name"].astype(object),
        file=[sheets[number].source.name for number in source],
        sheet=[sheets[number].sheet for number in source],
        row=rows["_row"],
    )
