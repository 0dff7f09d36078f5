"""The plain figures of a result that was stored as JSON: read strictly, since a file may have been edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from reformcli.errors import InputError
from reformcli.figures import (
    RATES,
    SOURCES,
    ComponentFigures,
    Figures,
    GroupFigures,
    UnitFigures,
    levels_of,
    with_rates,
)
from reformcli.flow import FLOW
from reformcli.late.names import Movement
from reformcli.model import LEVELS, UNATTRIBUTED, Unit
from reformcli.outcomes import Figure

SCHEMAS = ("score", "report", "metrics", "late")
_KINDS = ("agency", "level", "total")
_STATUSES = ("measured", "empty", "upper_bound", "not_measured")
_LARGEST, _MOST_DECIMALS = Decimal(10) ** 15, 6


def figures_of_document(document: Mapping[str, Any], *, where: str, by: Sequence[str] | None = None) -> Figures:
    """The figures of a JSON document of ours, read with decimals.

    Args:
        document: `reformcli.score/1`, `metrics/1`, `late/1` or `report/1`.
        where: the file, for errors.
        by: the dimensions of the table wanted from a document that has several; None: its units.

    Raises:
        InputError: `previous_not_ours`, another schema; `previous_broken`, a figure that is none.
    """
    command = _command(document.get("schema"))
    if command is None:
        raise InputError("previous_not_ours", where=where)
    try:
        return _figures(document, command, by)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("previous_broken", where=where) from error


def _command(schema: object) -> str | None:
    """The command of `reformcli.<command>/1`."""
    return next((name for name in SCHEMAS if schema == f"reformcli.{name}/1"), None)


def _figures(document: Mapping[str, Any], command: str, by: Sequence[str] | None) -> Figures:
    manifest = document["manifest"]
    card = manifest["scorecard"]
    named = (entry for entry in manifest["inputs"] if entry.get("kind", SOURCES[0]) in SOURCES)
    sources = dict.fromkeys(_text(entry["name"]) for entry in named)
    bare = Figures(
        _moment(manifest["from"]),
        _moment(manifest["to"]),
        _text(card["id"]),
        _text(card["version"]),
        _text(card["sha256"]),
        tuple(sources),
    )
    if by is None:
        return _with_units(bare, document)
    for name, read in (("metrics", _metrics_groups), ("late", _late_groups)):
        if name in document and (command in (name, "report")):
            found = _with_groups(bare, read(document), by)
            if found:
                return found
    return bare


def _with_units(bare: Figures, document: Mapping[str, Any]) -> Figures:
    components: dict[Unit, dict[str, ComponentFigures]] = {}
    for entry in document.get("components", ()):
        of_unit, name = components.setdefault(_unit(entry), {}), _text(entry["component"])
        if name in of_unit:
            raise ValueError(name)
        of_unit[name] = _component(entry)
    units = tuple(_unit_figures(entry, components.get(_unit(entry), {})) for entry in document.get("units", ()))
    if len({one.unit for one in units}) < len(units):
        raise ValueError("units")
    if not all(map(_holds_together, units)):
        raise ValueError("sums")
    return replace(bare, units=units, levels=levels_of(units), part=() if _is_whole(units) else None)


def _holds_together(unit: UnitFigures) -> bool:
    """Whether the figures of a unit can be one result: shares of a whole, places of a ranking, points that add up."""
    parts = list(unit.components.values())
    shares = [(one.numerator, one.denominator) for one in parts if one.ratio is not None]
    are_shares = all(n is not None and d is not None and 0 <= n <= d for n, d in shares)
    is_place = unit.rank is None or (unit.rank_of is not None and 1 <= unit.rank <= unit.rank_of)
    counted = [value for value in unit.flow.values() if isinstance(value, int)]
    scored = [one.points for one in parts if one.status in ("measured", "empty") and one.points is not None]
    adds_up = unit.points is None or not parts or sum(scored, Decimal(0)) == unit.points
    return are_shares and is_place and adds_up and min(counted, default=0) >= 0 and min(scored, default=0) >= 0


def _is_whole(units: Sequence[UnitFigures]) -> bool:
    """Whether no unit was left out: the total stands there, every level, and all whose ranks are counted."""
    levels = {one.unit.level for one in units if one.unit.kind == "level"}
    agencies = [one for one in units if one.unit.kind == "agency"]
    ranked: dict[str | None, list[UnitFigures]] = {}
    for one in agencies:
        ranked.setdefault(one.unit.level, []).extend([one] if one.rank is not None else [])
    counted = all(one.rank_of == len(ones) for ones in ranked.values() for one in ones)
    has_total = any(one.unit.kind == "total" for one in units)
    return has_total and counted and {one.unit.level for one in agencies} == levels


def _unit(entry: Mapping[str, Any]) -> Unit:
    kind, agency, level = entry["kind"], _name(entry["agency"]), _name(entry["level"])
    if kind not in _KINDS or (agency is not None) != (kind == "agency"):
        raise ValueError(kind)
    if level is not None and level not in (*LEVELS, UNATTRIBUTED):
        raise ValueError(level)
    return Unit(kind, agency, level)


def _component(entry: Mapping[str, Any]) -> ComponentFigures:
    numerator, denominator = _count(entry["numerator"]), _count(entry["denominator"])
    values = (_number(entry["ratio"]), _number(entry["points"]), _number(entry.get("mean_days")))
    if entry["status"] not in _STATUSES:
        raise ValueError(entry["status"])
    return ComponentFigures(numerator, denominator, *values, entry["status"])


def _unit_figures(entry: Mapping[str, Any], components: Mapping[str, ComponentFigures]) -> UnitFigures:
    counts = entry["counts"]
    return UnitFigures(
        _unit(entry),
        _number(entry["points"]),
        _number(entry["measurable"]),
        _count(entry["rank"]),
        _count(entry["rank_of"]),
        components,
        with_rates({name: _count(counts[name]) for name in FLOW}),
    )


def _with_groups(bare: Figures, tables: Iterable[Sequence[GroupFigures]], by: Sequence[str]) -> Figures | None:
    """The first table by the wanted dimensions; all that is known of another one is its total."""
    found = [table for table in tables if table]
    same = [table for table in found if all(not one.by or set(one.by) == set(by) for one in table)]
    if not same:
        return None
    groups = tuple(same[0])
    levels = frozenset(one.by["level"] for one in groups if one.by.get("level")) if "level" in by else None
    known = None if levels is None else frozenset(level for level in levels if level) - {UNATTRIBUTED}
    return replace(bare, by=tuple(by), groups=groups, levels=known, part=() if _adds_up(groups) else None)


def _adds_up(groups: Sequence[GroupFigures]) -> bool:
    """Whether the groups hold all that the whole holds: a table of some agencies only does not."""
    name = "handled" if groups and "handled" in groups[0].figures else "overdue"
    parts = sum(one.figures[name] or 0 for one in groups if one.by)
    return parts == sum(one.figures[name] or 0 for one in groups if not one.by) or not any(one.by for one in groups)


def _tables(found: Any) -> list[Sequence[Mapping[str, Any]]]:
    """One table, or several by name."""
    return [found] if isinstance(found, list) else list(found.values())


def _metrics_groups(document: Mapping[str, Any]) -> list[list[GroupFigures]]:
    rates, tables = RATES, _tables(document["metrics"])
    return [
        [
            GroupFigures(
                _by(row), {name: _count(row[name]) for name in FLOW} | {name: _number(row[name]) for name in rates}
            )
            for row in rows
        ]
        for rows in tables
    ]


def _late_groups(document: Mapping[str, Any]) -> list[list[GroupFigures]]:
    late = document["late"]
    if not isinstance(late, list) and "late" in late:  # a report keeps a result of `late` whole
        document, late = late, late["late"]
    closing = {tuple(sorted(_by(row).items(), key=str)): _closing(row) for row in document.get("movement_by", ())}
    whole = _closing(document["movement"]) if "movement" in document else None
    return [
        [
            GroupFigures(
                by := _by(row),
                {
                    "overdue": _count(row["overdue"]),
                    "resolved_late": _count(row["resolved_late"]),
                    "share": _number(row["share"]),
                    "closing": closing.get(tuple(sorted(by.items(), key=str)), 0) if by else whole,
                },
            )
            for row in rows
        ]
        for rows in _tables(late)
    ]


def _closing(row: Mapping[str, Any]) -> int:
    return Movement(0, 0, 0, _count(row["closing_overdue"]) or 0, _count(row["closing_paused"]) or 0).closing


def _by(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {_text(name): _name(value) for name, value in row["by"].items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _name(value: Any) -> str | None:
    return None if value is None else _text(value)


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value)).replace(tzinfo=None)


def _count(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError("count")
    return value


def _number(value: Any) -> Figure:
    """A finite number of a size and precision that a figure of ours can have."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -_MOST_DECIMALS or abs(value) > _LARGEST:
            raise ValueError("number")
        return value
    return _count(value)
