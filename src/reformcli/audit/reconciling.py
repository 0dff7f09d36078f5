"""The corridor of `reconcile`: published figures, our units, and the other ways of counting that are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from reformcli.agencies.attribution import attribute
from reformcli.agencies.levels import is_whole_province, level_of, parse_level
from reformcli.agencies.register import spell
from reformcli.audit.made_from import with_more
from reformcli.audit.published import Held, PublishedFigure, Reconciliation
from reformcli.audit.published_file import WHOLE, load_published
from reformcli.audit.reconcile import (
    Alternative,
    Subject,
    added_up,
    explained,
    held,
    measures_of,
    of_fraction,
    of_unit,
    subject_of,
    subjects,
)
from reformcli.errors import InputError, UsageError
from reformcli.judging import Judged, Options, Progress, judge, load
from reformcli.model import Input, Run, StateRules, Unit, UnitScore
from reformcli.period import beside, choose_period
from reformcli.pipeline import scored, tallied
from reformcli.rules.scorecard import STATE_CHOICES
from reformcli.rules.targets import measures
from reformcli.score import score
from reformcli.text import fold

if TYPE_CHECKING:
    import pandas as pd


def run_reconcile(options: Options, published: str, progress: Progress | None = None) -> tuple[Run, Reconciliation]:
    """Hold every published figure against its own printed fraction, and against ours where exports or counts are given.

    Raises:
        UsageError: `nothing_to_reconcile`, neither exports nor counts nor a printed fraction.
        UsageError, InputError: whatever `load_published` and `judge` raise.
    """
    figures, source, blank = load_published(published)
    with_ours = bool(options.exports or options.counts)
    if not with_ours and not any(figure.denominator for figure in figures):
        raise UsageError("nothing_to_reconcile", where=source.name)
    judged = judge(options, progress, scored=True, loaded=None if with_ours else load(options))
    run = scored(judged)
    units = {unit.unit: unit for unit in run.units}
    known = subjects(judged.scorecard, measures(judged.scorecard))
    about = [subject_of(figure.component, known) for figure in figures]
    whose = _units(figures, judged, units if with_ours else {})
    found = []
    for figure, subject, unit in zip(figures, about, whose, strict=True):
        found += list(_held(figure, subject, unit, units if with_ours else {}))
    found = added_up(found)
    if any(_is_open(one) for one in found):
        alternatives = list(_alternatives(judged))
        found = [
            explained(one, subject_of(one.figure.component, known), units, alternatives) if _is_open(one) else one
            for one in found
        ]
    return with_more(run, [Input("published", source)]), Reconciliation(source, tuple(found), blank)


def _is_open(one: Held) -> bool:
    return one.against == "ours" and one.status == "differs"


def _held(
    figure: PublishedFigure, subject: Subject, unit: Unit | None, units: Mapping[Unit, UnitScore]
) -> Iterator[Held]:
    """A figure against its own fraction, and against ours where we have one; it is never left out."""
    possible = measures_of(figure, subject)
    counts = _share(figure, subject)
    if counts:
        values = {measure: of_fraction(*counts, subject, measure) for measure in possible}
        yield held(figure, unit, subject, values, "fraction")
    scored_unit = units.get(unit) if unit else None
    if scored_unit is not None and subject.kind != "other":
        values = {measure: of_unit(scored_unit, subject, measure) for measure in possible}
        one = held(figure, unit, subject, values, "ours")
        if one.status != "not_measured" or not counts:
            yield one
    elif not counts:
        status = "no_component" if subject.kind == "other" else "no_unit" if units else "not_measured"
        yield Held(figure, unit, subject.kind, subject.id, subject.name, possible[0], "ours", status)


def _share(figure: PublishedFigure, subject: Subject) -> tuple[int, int] | None:
    """The printed counts, if they are a share; a sum of seconds or days over dossiers is none.

    Raises:
        InputError: `counts_above`, more of them than there are.
    """
    numerator, denominator = figure.numerator, figure.denominator
    if numerator is None or not denominator or (subject.component and subject.component.sum):
        return None
    if numerator > denominator:
        where = f"{figure.file}:{figure.row}"
        raise InputError("counts_above", where=where, row=figure.row, numerator=numerator, denominator=denominator)
    return numerator, denominator


# ------------------------------------------------------------------ whose figures
def _units(figures: Sequence[PublishedFigure], judged: Judged, units: Mapping[Unit, UnitScore]) -> list[Unit | None]:
    """The unit of every figure, found as the agencies of dossiers and counts are; one of its own where we have none."""
    import pandas as pd

    levels = [parse_level(figure.level) or level_of(figure.agency) for figure in figures]
    rows = pd.DataFrame({"agency": [figure.agency for figure in figures], "level": levels}, dtype="str")
    placed, _ = attribute(rows, judged.register, judged.period.end)
    by_key = {unit.key: unit for unit in units if unit.kind == "agency"}
    by_name: dict[str, list[Unit]] = {}
    for unit in by_key.values():
        by_name.setdefault(spell(unit.agency or ""), []).append(unit)
    found: list[Unit | None] = []
    for figure, level, key in zip(figures, levels, placed["agency_key"].tolist(), strict=True):
        alike = by_name.get(spell(figure.agency), [])
        own = by_key.get(key) or (alike[0] if len(alike) == 1 and not parse_level(figure.level) else None)
        found.append(_sum_unit(figure) or own or _stranger(figure, level, whole=bool(units)))
    return found


def _sum_unit(figure: PublishedFigure) -> Unit | None:
    """The level or the whole, where no agency is named."""
    if fold(figure.agency) not in WHOLE:
        level = parse_level(figure.agency)
        return Unit("level", None, level) if level else None
    level = parse_level(figure.level)
    return Unit("level", None, level) if level else Unit("total", None, None)


def _stranger(figure: PublishedFigure, level: str | None, *, whole: bool) -> Unit:
    """An agency that no dossier and no count of ours names; the whole province is the total, if there is one."""
    if whole and is_whole_province(figure.agency):
        return Unit("total", None, None)
    return Unit("agency", figure.agency, level)


# ------------------------------------------------------------------ other ways of counting
def _alternatives(judged: Judged) -> Iterator[Alternative]:
    """The same dossiers counted otherwise: in other periods, with those carried over, by other choices of states."""
    if not judged.period.known or not len(judged.dossiers):
        return
    start, end, states = judged.period.start, judged.period.end, judged.scorecard.states
    for first, last in _other_periods(judged):
        yield Alternative("period", _scores(judged, first, last, states), start=first, end=last)
    yield Alternative("carried_over", _of(judged, _with_carried_over(judged.dossiers)))
    for name, choices in STATE_CHOICES.items():
        for choice in choices:
            if choice != getattr(states, name):
                other = replace(states, **{name: choice})
                yield Alternative(name, _scores(judged, start, end, other), choice)


def _other_periods(judged: Judged) -> list[tuple[datetime, datetime]]:
    """The period before, the one after, and the whole export."""
    start, end = judged.period.start, judged.period.end
    whole = choose_period(judged.dossiers)
    found = [(whole.start, whole.end)]
    if judged.period.start_given and judged.period.end_given:
        with suppress(ValueError, OverflowError):  # before the first year, or after the last
            found = [*beside(start, end), *found]
    return [pair for pair in dict.fromkeys(found) if pair != (start, end)]


def _scores(judged: Judged, start: datetime, end: datetime, states: StateRules) -> dict[Unit, UnitScore]:
    from reformcli import classify

    return _of(judged, classify.classify(judged.dossiers, start=start, end=end, rules=states))


def _of(judged: Judged, dossiers: pd.DataFrame) -> dict[Unit, UnitScore]:
    agencies, _ = tallied(replace(judged, dossiers=dossiers))
    return {unit.unit: unit for unit in score(agencies, judged.scorecard)}


def _with_carried_over(dossiers: pd.DataFrame) -> pd.DataFrame:
    """The dossiers as if all that were handled had been received in the period."""
    handled = dossiers["is_handled"]
    with_fee = handled & (dossiers["fee"].fillna(0) != 0) if "fee" in dossiers else handled & False
    return dossiers.assign(
        is_received=handled, is_received_with_fee=with_fee, is_received_and_finished=handled & dossiers["is_resolved"]
    )
