"""The corridor of comparisons: the current run, what `--previous` names, and the dossiers behind each change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from reformcli import judging, pipeline
from reformcli.agencies.attribution import units_of
from reformcli.audit.made_from import with_more
from reformcli.comparing.comparison import compare, keyed
from reformcli.comparing.movers import TOTAL, Moved, event_names, events, movers
from reformcli.comparing.previous import Previous, Wanted, find_previous
from reformcli.comparing.stored_figures import figures_of_document
from reformcli.errors import InputError, UsageError
from reformcli.figures import Figures, figures_of_late, figures_of_run
from reformcli.findings import shown_id
from reformcli.judging import Judged, Options, Progress
from reformcli.late import backlog
from reformcli.late import names as lateness
from reformcli.late.backlog import Asked
from reformcli.late.names import Lateness
from reformcli.model import Run, Unit
from reformcli.outcomes import Comparison, ComponentChange, UnitChange

if TYPE_CHECKING:
    import pandas as pd

Table = TypeVar("Table")


# ------------------------------------------------------------------ whole commands
def run_score(options: Options, wanted: Wanted, progress: Progress | None = None) -> tuple[Run, Comparison]:
    """Score the exports and compare the result with an earlier one; raises what `judge` and `compare_runs` raise."""
    judged = judging.judge(options, progress, scored=True)
    previous = find_previous(wanted, options, loaded=judged.loaded, progress=progress)
    run = with_more(pipeline.scored(judged), previous.inputs)
    return run, compare_runs(judged, run, previous, forced=wanted.forced)


def run_metrics(
    options: Options,
    wanted: Wanted,
    by: Sequence[str],
    progress: Progress | None = None,
    *,
    levels: Sequence[str] = (),
    agencies: Sequence[str] = (),
) -> tuple[Run, Comparison]:
    """Count the flow table and compare it with an earlier one; raises what `run_metrics` and `compare_flow` raise."""
    pipeline.check_dimensions(by)
    judged = judging.judge(options, progress)
    run = pipeline.counted(judged, by, levels=levels, agencies=agencies)
    previous = find_previous(wanted, options, loaded=judged.loaded, scored=False, progress=progress)
    compared = compare_flow(judged, run, previous, by, levels=levels, agencies=agencies, forced=wanted.forced)
    return with_more(run, previous.inputs), compared


def run_late(
    options: Options, wanted: Wanted, asked: Asked, progress: Progress | None = None
) -> tuple[Lateness, Comparison]:
    """Count the late dossiers and compare them with earlier ones; raises what `run_late` and `compare_late` raise."""
    options = replace(options, with_causes=True)
    judged = judging.judge(options, progress)
    result = backlog.run_late(options, asked, progress, judged=judged)
    previous = find_previous(wanted, options, loaded=judged.loaded, scored=False, progress=progress)
    compared = compare_late(judged, result, previous, asked, options, forced=wanted.forced)
    return replace(result, run=with_more(result.run, previous.inputs)), compared


# ------------------------------------------------------------------ what was judged
def compare_runs(judged: Judged, run: Run, previous: Previous, *, forced: bool = False) -> Comparison:
    """Hold a scored run against an earlier result.

    Args:
        judged: what the run was counted from.
        run: its units.
        previous: of `find_previous`.
        forced: compare in spite of what does not compare.

    Returns:
        Every unit of both results, and where both come from exports the movers and the dossiers behind the changes.

    Raises:
        InputError: `previous_broken`, `previous_not_ours`; `previous_other_result`, the document has no units.
        UsageError: `other_scorecard`, `other_periods`, `other_levels`.
    """
    now = figures_of_run(run, levels=_levels_of(judged, run))
    if previous.judged is None:
        before = _of_document(previous, judged, None)
        return _told(compare(before, now, forced=forced), previous, judged)
    earlier = pipeline.scored(previous.judged)
    before = figures_of_run(earlier, levels=_levels_of(previous.judged, earlier))
    compared = _without_shared(_told(compare(before, now, forced=forced), previous, judged), run)
    return _with_dossiers(compared, previous.judged, judged)


def compare_flow(
    judged: Judged,
    run: Run,
    previous: Previous,
    by: Sequence[str],
    *,
    levels: Sequence[str] = (),
    agencies: Sequence[str] = (),
    forced: bool = False,
) -> Comparison:
    """Hold a flow table (`run.metrics` by the dimensions `by`) against an earlier one; raises as `compare_runs`.

    `levels` and `agencies` are those that the table was restricted to.
    """
    part = (*sorted(levels), *sorted(agencies))
    now = figures_of_run(run, levels=_levels(judged), by=by, part=part, scorecard=judged.scorecard)
    if previous.judged is None:
        before = _of_document(previous, judged, by, "metrics")
    else:
        _check_columns(by, pipeline.DIMENSIONS, previous.judged)
        earlier = previous.judged
        table = _restricted(
            agencies, lambda names: pipeline.counted(earlier, by, levels=levels, agencies=names), _total_only
        )
        before = figures_of_run(table, levels=_levels(earlier), by=by, part=part, scorecard=earlier.scorecard)
    return _grouped(before, now, previous, judged, forced=forced)


def compare_late(
    judged: Judged, result: Lateness, previous: Previous, asked: Asked, options: Options, *, forced: bool = False
) -> Comparison:
    """Hold the late dossiers of `judged` against earlier ones; `previous` must have been read with causes.

    Raises:
        UsageError: `no_column_for`, a dimension that the previous exports lack; and as `compare_runs`.
    """
    part = (*sorted(asked.levels), *sorted(asked.agencies))
    now = figures_of_late(result, levels=_levels(judged), part=part)
    if previous.judged is None:
        before = _of_document(previous, judged, result.by, "late")
    else:
        earlier = previous.judged
        plain = Asked(by=asked.by, levels=asked.levels, agencies=asked.agencies, calendar=asked.calendar)
        _check_columns(asked.by, lateness.DIMENSIONS, earlier)
        late = _restricted(
            asked.agencies,
            lambda names: backlog.run_late(options, replace(plain, agencies=names), judged=earlier),
            lambda whole: replace(whole, groups=whole.groups[-1:], movement_by=()),
        )
        before = figures_of_late(late, levels=_levels(earlier), part=part)
    return _grouped(before, now, previous, judged, forced=forced)


# ------------------------------------------------------------------ parts
def _of_document(previous: Previous, judged: Judged, by: Sequence[str] | None, wanted: str = "score") -> Figures:
    figures = figures_of_document(previous.document or {}, where=previous.where, by=by)
    if not (figures.units if by is None else figures.groups):
        raise InputError("previous_other_result", where=previous.where, wanted=wanted, by=", ".join(by or ()) or "–")
    return keyed(figures, judged.register)


def _grouped(before: Figures, now: Figures, previous: Previous, judged: Judged, *, forced: bool) -> Comparison:
    register = judged.register
    return _told(compare(keyed(before, register), keyed(now, register), forced=forced), previous, judged)


def _told(compared: Comparison, previous: Previous, judged: Judged) -> Comparison:
    """The comparison with what a reader must know of its basis."""
    rejected = previous.judged.rows.rejected if previous.judged else None
    return replace(
        compared,
        before=replace(compared.before, rejected=rejected),
        now=replace(compared.now, rejected=judged.rows.rejected),
        shared_counts=previous.shared_counts if compared.units else (),  # no counts enter the flow of dossiers
    )


def _without_shared(compared: Comparison, run: Run) -> Comparison:
    """The comparison that claims no change, not even none, of what the same counts file says of both periods."""
    if not compared.shared_counts:
        return compared
    given = {
        (unit.unit, score.component.id)
        for unit in run.units
        for score in unit.components
        if score.origin in ("counts", "inherited")
    }
    return replace(compared, units=tuple(_unshared(unit, given) for unit in compared.units))


def _unshared(unit: UnitChange, given: Collection[tuple[Unit, str]]) -> UnitChange:
    kept = [one for one in unit.components if (unit.unit, one.component) not in given]
    components = tuple(one if one in kept else _unclaimed(one) for one in unit.components)
    if any(one.points.change is not None for one in kept):
        return replace(unit, components=components)
    points, rank = replace(unit.points, change=None), replace(unit.rank, change=None)
    return replace(unit, components=components, points=points, rank=rank)


def _unclaimed(one: ComponentChange) -> ComponentChange:
    figures = {name: getattr(one, name) for name in ("numerator", "denominator", "ratio", "points")}
    return replace(one, **{name: replace(change, change=None) for name, change in figures.items()})


def _levels(judged: Judged) -> set[str]:
    """The levels that the exports know, also those that had nothing to do in the period."""
    return {str(level) for level in judged.dossiers["level_name"].unique()}


def _levels_of(judged: Judged, run: Run) -> set[str]:
    """The same with those that only counts know."""
    return _levels(judged) | {unit.unit.level for unit in run.units if unit.unit.kind == "agency" and unit.unit.level}


def _check_columns(by: Sequence[str], dimensions: Mapping[str, str], judged: Judged) -> None:
    for name in by:
        if dimensions[name] in ("cause", "age"):
            continue
        if dimensions[name] not in judged.dossiers:
            raise UsageError("no_column_for", where="--previous", value=name)


def _restricted(
    agencies: Sequence[str], make: Callable[[Sequence[str]], Table], without: Callable[[Table], Table]
) -> Table:
    """An earlier table of some agencies; one that did not exist then is no error, and none at all no reason for all."""
    names = tuple(agencies)
    while True:
        try:
            made = make(names)
        except UsageError as error:
            if error.key != "unknown_agency":
                raise
            names = tuple(name for name in names if name != error.values["value"])
            continue
        return made if names or not agencies else without(made)


def _total_only(run: Run) -> Run:
    return replace(run, metrics=run.metrics[-1:])


# ------------------------------------------------------------------ dossiers
def _with_dossiers(compared: Comparison, before: Judged, now: Judged) -> Comparison:
    """The comparison with the dossiers behind it, where the dossiers tell the figures that are compared."""
    pairs = {
        c.id: (c.population, c.numerator)
        for c in now.scorecard.components
        if c.population and c.numerator and not c.sum
    }
    same = {c.id for c in before.scorecard.components if pairs.get(c.id) == (c.population, c.numerator)}
    pairs = {name: pair for name, pair in pairs.items() if name in same}
    moved = movers(before.dossiers, now.dossiers, pairs)
    units = tuple(
        replace(unit, components=tuple(_moved(one, moved.get(_place(unit), {})) for one in unit.components))
        for unit in compared.units
    )
    return replace(compared, units=units, dossiers=_placed(before, now))


def _place(unit: UnitChange) -> tuple[str, str]:
    if unit.unit.kind == "total":
        return TOTAL
    return (unit.unit.kind, unit.unit.key if unit.unit.kind == "agency" else unit.unit.level or "")


def _moved(change: ComponentChange, moved: Mapping[str, Moved]) -> ComponentChange:
    """The component with its movers, unless counts or complaints changed what the dossiers tell."""
    found = moved.get(change.component)
    counts = [(change.numerator.before, change.denominator.before), (change.numerator.now, change.denominator.now)]
    is_told = found is not None and counts == [found.before, found.now] and change.numerator.change is not None
    return replace(change, movers=found.movers) if found and is_told else change


def _placed(before: Judged, now: Judged) -> pd.DataFrame:
    """The dossiers that something happened to, with the names of their agencies and their places in the files."""
    rows = events(before.dossiers, now.dossiers)
    names = {key: unit.agency for judged in (before, now) for key, (unit, _) in units_of(judged.dossiers).items()}
    sheets = {False: before.loaded.sheets, True: now.loaded.sheets}
    origin = list(zip(rows["is_now"].tolist(), rows["_source"].tolist(), strict=True))
    agencies: list[Any] = [names.get(key) for key in rows["agency_key"].tolist()]
    return rows.assign(
        dossier_id=[shown_id(one) for one in rows["dossier_id"].tolist()],
        agency=agencies,
        level=rows["level_name"].astype(object),
        events=[",".join(event_names(event)) for event in rows["event"].tolist()],
        file=[sheets[is_now][number].source.name for is_now, number in origin],
        sheet=[sheets[is_now][number].sheet for is_now, number in origin],
        row=rows["_row"],
    )
