"""A comparison as JSON: every figure as `before`, `now`, `change`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reformcli.outcomes import Basis, Change, Comparison, ComponentChange, UnitChange
from reformcli.render.changes import dossiers_table
from reformcli.render.shapes import unit_keys

_FIGURES = ("points", "measurable", "rank", "rank_of")
_COUNTS = ("numerator", "denominator", "ratio", "points")


def comparison_entry(compared: Comparison, *, listed: bool = False) -> dict[str, Any]:
    """The keys of `comparison`; with `listed` also the dossiers behind it."""
    entry: dict[str, Any] = {
        "before": _basis(compared.before),
        "now": _basis(compared.now),
        "forced": list(compared.forced),
        "shared_counts": list(compared.shared_counts),
    }
    if compared.groups:
        entry["groups"] = [{"by": dict(one.by), **_changes(one.figures)} for one in compared.groups]
    else:
        entry["units"] = [_unit_change(one) for one in compared.units]
        entry["components"] = [
            {**unit_keys(one.unit), **_component(c)} for one in compared.units for c in one.components
        ]
        entry["new_units"] = [unit_keys(unit) for unit in compared.new_units]
        entry["gone_units"] = [unit_keys(unit) for unit in compared.gone_units]
    if listed:
        entry["dossiers"] = _dossiers(compared)
    return entry


def _basis(basis: Basis) -> dict[str, Any]:
    is_known = basis.start.year < 9000
    return {
        "from": basis.start.isoformat(sep=" ") if is_known else None,
        "to": basis.end.isoformat(sep=" ") if is_known else None,
        "scorecard": {"id": basis.scorecard, "version": basis.version},
        "sources": list(basis.sources),
        "rejected": basis.rejected,
    }


def _unit_change(one: UnitChange) -> dict[str, Any]:
    figures = _changes({name: getattr(one, name) for name in _FIGURES})
    return {**unit_keys(one.unit), **figures, "same_measured": one.same_measured, "flow": _changes(one.flow)}


def _component(one: ComponentChange) -> dict[str, Any]:
    return {
        "component": one.component,
        "status_before": one.status_before,
        "status_now": one.status_now,
        **_changes({name: getattr(one, name) for name in _COUNTS}),
        "mean_days": _change(one.mean_days or Change(None, None, None)),
        "movers": asdict(one.movers) if one.movers else None,
    }


def _changes(values: Mapping[str, Change]) -> dict[str, Any]:
    return {name: _change(change) for name, change in values.items()}


def _change(change: Change) -> dict[str, Any]:
    return {"before": change.before, "now": change.now, "change": change.change}


def _dossiers(compared: Comparison) -> list[dict[str, Any]] | None:
    """What the table of dossiers shows, with the events as a list; None where only a result is known of one side."""
    if compared.dossiers is None:
        return None
    table = dossiers_table(compared.dossiers, "en", plain=True)
    names = [shown.key for shown in table.columns]
    entries: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in table.rows]
    for entry in entries:
        entry["events"] = str(entry["events"]).split(",")
        entry |= {name: str(entry[name]) if entry[name] else None for name in ("due_at", "ended_at")}
    return entries
