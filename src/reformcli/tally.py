"""Measured groups and counts files → the agencies that are scored, each with its tally per component."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reformcli.flow import CHANNEL_SPLIT, FLOW
from reformcli.model import Agency, Component, Scorecard, Tally, Unit

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class UnitCount:
    """One row of a counts file with the agency it belongs to."""

    unit: Unit
    parent: str | None
    component: str
    numerator: int
    denominator: int
    is_whole_province: bool


@dataclass(frozen=True, slots=True)
class UnitTallies:
    """What a catalogue of procedures tells of one agency."""

    unit: Unit
    parent: str | None
    tallies: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Difference:
    """A component given in counts that dossiers or catalogue tell otherwise: (numerator, denominator) of both."""

    agency: str
    component: str
    counted: tuple[int, int]
    given: tuple[int, int]


def tally(
    measured: pd.DataFrame,
    names: Mapping[str, tuple[Unit, str | None]],
    counts: Sequence[UnitCount],
    scorecard: Scorecard,
    needs: Mapping[str, Sequence[str]],
    *,
    absent: Collection[str],
    catalogue: Sequence[UnitTallies] = (),
    exports: bool = True,
) -> tuple[list[Agency], list[Difference]]:
    """Put together what dossiers and counts tell of each agency.

    Args:
        measured: one row per `agency_key`, as `measure` counted it.
        names: agency_key → its unit and parent.
        counts: rows of counts files, attributed to their agencies.
        scorecard: the components to put together.
        needs: component id → the optional columns it needs.
        absent: optional columns that no sheet has.
        catalogue: what a catalogue of procedures tells of agencies.
        exports: whether exports were read at all: what they measure is then 0/0 where no dossier is in the period.

    Returns:
        The agencies that handled dossiers in the period or stand in counts or in the catalogue, by key; and where
        counts differ from the others.
    """
    agencies: dict[str, Agency] = {}
    for record in measured.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        key = str(row["agency_key"])
        if row["handled"]:
            unit, parent = names[key]
            agencies[key] = Agency(unit, parent, flow_of(row, absent), _tallies(row, scorecard, needs, absent))
    by_unit: dict[str, list[UnitCount]] = {}
    for count in counts:
        by_unit.setdefault(count.unit.key, []).append(count)
    for key, given in by_unit.items():
        agencies[key] = _with_counts(agencies.get(key) or Agency(given[0].unit, given[0].parent), given)
    for one in catalogue:
        agency = agencies.get(one.unit.key) or Agency(one.unit, one.parent)
        agencies[one.unit.key] = replace(agency, catalogue=one.tallies)
    minus = {c.id: c.minus for c in scorecard.components if c.minus}
    ordered = [agencies[key] for key in sorted(agencies)]
    if exports:
        ordered.append(_nobody(scorecard, needs, absent))
    return ordered, [difference for agency in ordered for difference in _differences(agency, minus)]


def _nobody(scorecard: Scorecard, needs: Mapping[str, Sequence[str]], absent: Collection[str]) -> Agency:
    zeros = dict.fromkeys((*FLOW, *(f"{c.id}.{part}" for c in scorecard.components for part in "nd")), 0)
    tallies = _tallies(zeros, scorecard, needs, absent)
    return Agency(Unit("agency", None, None), flow=flow_of(zeros, absent), dossiers=tallies, is_nobody=True)


def flow_of(row: Mapping[str, Any], absent: Collection[str]) -> dict[str, int | None]:
    """The flow counts of a measured group; the split by channel is None where a row's sheet has no channel."""
    unmeasured = "channel" in absent or row.get("lacks.channel", 0) > 0
    return {name: None if unmeasured and name in CHANNEL_SPLIT else int(row[name]) for name in FLOW}


def _tallies(
    row: Mapping[str, Any], scorecard: Scorecard, needs: Mapping[str, Sequence[str]], absent: Collection[str]
) -> dict[str, Tally]:
    return {c.id: _tally(row, c, needs[c.id], absent) for c in scorecard.components if c.population}


def _tally(row: Mapping[str, Any], component: Component, needs: Sequence[str], absent: Collection[str]) -> Tally:
    missing = tuple(name for name in needs if name in absent or row.get(f"lacks.{name}", 0) > 0)
    if missing:
        return Tally(measured=False, missing=missing)
    return Tally(int(row[f"{component.id}.n"]), int(row[f"{component.id}.d"]), origin="dossiers")


def _with_counts(agency: Agency, given: Sequence[UnitCount]) -> Agency:
    counts = {count.component: Tally(count.numerator, count.denominator, origin="counts") for count in given}
    return replace(agency, counts=counts, is_whole_province=any(count.is_whole_province for count in given))


def _differences(agency: Agency, minus: Mapping[str, str]) -> list[Difference]:
    """Where counts contradict the rest; complaints that explain a smaller numerator are no contradiction."""
    found = []
    for component, given in agency.counts.items():
        listed = agency.catalogue.get(component)
        counted = listed or agency.dossiers.get(component)
        if counted and counted.measured and (listed or agency.population):
            pair, other = (counted.numerator, counted.denominator), (given.numerator, given.denominator)
            if component in minus:
                complaints = agency.counts.get(minus[component])
                fewer = max(0, counted.numerator - complaints.numerator) if complaints else given.numerator
                pair = (fewer, counted.denominator)
            if pair != other:
                found.append(Difference(agency.unit.agency or "", component, pair, other))
    return found
