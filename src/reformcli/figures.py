"""The plain figures of one result that another result can be held against, as a run has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from reformcli.flow import FLOW
from reformcli.late.names import Lateness
from reformcli.model import UNATTRIBUTED, ComponentScore, Manifest, Run, Scorecard, Unit, UnitScore
from reformcli.outcomes import Figure

RATES = ("on_time_rate", "online_rate")
LATE = ("overdue", "resolved_late", "share", "closing")
SOURCES = ("export", "counts")  # kinds of inputs that are named beside the figures


@dataclass(frozen=True, slots=True)
class ComponentFigures:
    """One component of one unit."""

    numerator: Figure
    denominator: Figure
    ratio: Figure
    points: Figure
    mean_days: Figure
    status: str

    @property
    def is_summed(self) -> bool:
        """Whether its points are part of the unit's."""
        return self.points is not None and self.status in ("measured", "empty")


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One unit; its `key` is empty where nothing but the name is known."""

    unit: Unit
    points: Figure
    measurable: Figure
    rank: Figure
    rank_of: Figure
    components: Mapping[str, ComponentFigures]
    flow: Mapping[str, Figure]  # flow counts and the two rates


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of a table by dimensions, empty for the whole; `key` is that of its agency where known."""

    by: Mapping[str, str | None]
    figures: Mapping[str, Figure]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one result says, ready to be compared.

    `levels` are those of its agencies, None where the result does not tell. `part` says what it was restricted to:
    nothing (empty), the given words, or something unknown (None).
    """

    start: datetime | None
    end: datetime | None
    scorecard: str
    version: str
    sha256: str
    sources: tuple[str, ...]
    levels: frozenset[str] | None = None
    units: tuple[UnitFigures, ...] = ()
    by: tuple[str, ...] = ()
    groups: tuple[GroupFigures, ...] = ()
    part: tuple[str, ...] | None = ()


# ------------------------------------------------------------------ from runs
def figures_of_run(
    run: Run,
    *,
    levels: Iterable[str] | None = None,
    by: Sequence[str] = (),
    part: Sequence[str] = (),
    scorecard: Scorecard | None = None,
) -> Figures:
    """The figures of a run: its units, and its flow table by the dimensions `by`.

    Args:
        run: with `units` or `metrics`.
        levels: those of its agencies; of its units where None.
        by: the dimensions of `metrics`.
        part: what --level and --agency restricted the table to.
        scorecard: the one that judged, where another than the manifest's.
    """
    units = tuple(_unit_of_run(unit) for unit in run.units)
    groups = [
        GroupFigures(
            {name: _word(row[name]) for name in by} if place < len(run.metrics) - 1 else {},
            {name: _known(row[name]) for name in (*FLOW, *RATES)},
        )
        for place, row in enumerate(run.metrics)
    ]
    known = levels_of(units) if levels is None else frozenset(levels) - {UNATTRIBUTED}
    return replace(
        _bare(run.manifest, scorecard), levels=known, units=units, by=tuple(by), groups=tuple(groups), part=tuple(part)
    )


def figures_of_late(result: Lateness, *, levels: Iterable[str] | None, part: Sequence[str] = ()) -> Figures:
    """The figures of a result of `late`."""
    closing = {tuple(by.items()): moved.closing for by, moved in result.movement_by}
    groups = tuple(
        GroupFigures(
            dict(group.by),
            {
                "overdue": group.overdue,
                "resolved_late": group.resolved_late,
                "share": group.share,
                "closing": closing.get(tuple(group.by.items()), 0) if group.by else result.movement.closing,
            },
        )
        for group in result.groups
    )
    known = None if levels is None else frozenset(levels) - {UNATTRIBUTED}
    return replace(_bare(result.run.manifest), levels=known, by=result.by, groups=groups, part=tuple(part))


def _bare(manifest: Manifest, scorecard: Scorecard | None = None) -> Figures:
    period, card = manifest.period, scorecard or manifest.scorecard
    names = dict.fromkeys(one.source.name for one in manifest.inputs if one.kind in SOURCES)
    start, end = (period.start, period.end) if period.known else (None, None)
    return Figures(start, end, card.id, card.version, card.sha256, tuple(names))


def _unit_of_run(unit: UnitScore) -> UnitFigures:
    return UnitFigures(
        unit.unit,
        unit.points,
        unit.measurable,
        unit.rank,
        unit.rank_of,
        {score.component.id: _component_of_run(score) for score in unit.components},
        with_rates({name: unit.counts.get(name) for name in FLOW}),
    )


def _component_of_run(score: ComponentScore) -> ComponentFigures:
    counts = (score.numerator, score.denominator)
    return ComponentFigures(*counts, score.ratio, score.points, score.mean_days, score.status)


def with_rates(flow: Mapping[str, Figure]) -> dict[str, Figure]:
    """Flow counts with the two rates that follow from them, as the flow table has them."""
    early, on_time = flow["early"], flow["on_time"]
    well = None if early is None or on_time is None else early + on_time
    rates = (percent(well, flow["resolved"]), percent(flow["received_online"], flow["received"]))
    return {**flow, **dict(zip(RATES, rates, strict=True))}


def percent(part: Figure, whole: Figure) -> Decimal | None:
    """A share in percent, two decimals, half up, exact; None where there is nothing to divide by.

    >>> percent(1, 8), percent(1, 0)
    (Decimal('12.50'), None)
    """
    if not whole or part is None:
        return None
    hundredths = (20_000 * int(part) + int(whole)) // (2 * int(whole))
    return Decimal(hundredths).scaleb(-2)


def levels_of(units: Iterable[UnitFigures]) -> frozenset[str]:
    """The levels of some units."""
    return frozenset(one.unit.level for one in units if one.unit.level) - {UNATTRIBUTED}


def _known(value: object) -> Figure:
    return value if isinstance(value, (int, Decimal)) else None


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
