"""What was changed afterwards → finished tables, sentences and JSON: as it was, as it is, and what that did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.flow import FLOW
from reformcli.i18n import text
from reformcli.model import Component, Run, Unit
from reformcli.outcomes import Change, ComponentChange, Edits, KindCount, UnitChange
from reformcli.render.change_words import ordered
from reformcli.render.changes import unit_or_none
from reformcli.render.shapes import rows, unit_keys
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, known, level_name, named, points, unit_name

if TYPE_CHECKING:
    import pandas as pd

LISTED = 30  # changes shown on the screen
_FIGURES = ("points", "late", "overdue", "on_time_rate")
_COUNTS = ("numerator", "denominator", "points")
_OF_UNIT = ("points", "measurable", "rank", "rank_of")
_OF_COMPONENT = ("numerator", "denominator", "ratio", "points")
_KINDS = {"points": "points", "ratio": "percent", "on_time_rate": "percent"}
_BETTER = {"points": 1, "ratio": 1, "on_time_rate": 1, "late": -1, "overdue": -1}  # which way a change improves it
_PLACES = ("old_file", "old_sheet", "old_row", "new_file", "new_sheet", "new_row")
_LISTED = ("dossier_id", "agency", "level", "kind", "severity", "column", "was", "is_now", *_PLACES)
_NO_CHANGE = (None, 0)


def restricted(found: Edits, is_wanted: Callable[[Unit], bool]) -> Edits:
    """The same history with the wanted units alone; the changes are those of the agencies among them."""
    agencies = found.changes[["agency_key", "agency", "level"]].drop_duplicates().itertuples(index=False)
    keys = [key for key, agency, level in agencies if is_wanted(Unit("agency", agency, level, key))]
    return replace(
        found,
        units=tuple(one for one in found.units if is_wanted(one.unit)),
        counts=tuple(one for one in found.counts if is_wanted(one.unit)),
        changes=found.changes[found.changes["agency_key"].isin(keys)],
    )


# ------------------------------------------------------------------ words
def headline(found: Edits, lang: str) -> list[str]:
    """How many changes of which gravity there are, and what they did to the whole."""
    grave = int((found.changes["severity"] == "grave").sum())
    values = {"grave": grave, "doubtful": len(found.changes) - grave, "dossiers": found.changes["dossier_id"].nunique()}
    said = [text("edits.found", lang, **{name: count(value, lang) for name, value in values.items()})]
    for one in (unit for unit in found.units if unit.unit.kind == "total"):
        late, overdue = one.flow["late"], one.flow["overdue"]
        figures = {"points_now": one.points.now, "points_then": one.points.before}
        counts = {"late_now": late.now, "late_then": late.before, "overdue_now": overdue.now}
        shown = {name: points(None if value is None else Decimal(value), lang) for name, value in figures.items()}
        shown |= {name: _number(value, lang) for name, value in {**counts, "overdue_then": overdue.before}.items()}
        said.append(text("edits.effect", lang, **shown))
    return said


def _number(value: Any, lang: str) -> str:
    return "–" if value is None else count(int(value), lang)


def kind_name(kind: str, lang: str) -> str:
    """A kind of change in words."""
    return text(f"edits.kind_{kind}", lang)


# ------------------------------------------------------------------ tables
def basis_table(found: Edits, result: Run, lang: str) -> Table:
    """The two sets of exports: files, rows, rows left out, last event; the result in words below."""
    columns = [Column("which", ""), column("files", lang), column("counted", lang, "count")]
    columns += [column("rejected", lang, "count"), column("last_event", lang, "time")]
    sides = (
        ("old", found.before, found.rows, found.last_event),
        ("new", result.manifest, result.rows, found.last_event_now),
    )
    lines: list[list[Cell]] = [
        [
            text(f"edits.{name}", lang),
            ", ".join(dict.fromkeys(sheet.source.name for sheet in made_from.sheets)),
            totals.counted,
            totals.rejected,
            last,
        ]
        for name, made_from, totals, last in sides
    ]
    return Table(*named("edits", lang), columns, lines, [*headline(found, lang), text("edits.basis", lang)])


def kinds_table(found: Edits, lang: str) -> Table:
    """How many changes of each kind every unit has; the whole last."""
    columns = [column(name, lang) for name in ("level", "agency", "kind")]
    columns += [column(name, lang, "count") for name in ("grave", "doubtful")]
    lines: list[list[Cell]] = [
        [*_unit_cells(one.unit, lang), kind_name(one.kind, lang), one.grave, one.doubtful] for one in found.counts
    ]
    totals = sum(one.unit.kind != "agency" for one in found.counts)
    return Table(*named("edits_kinds", lang), columns, lines, (), totals)


def _unit_cells(unit: Unit, lang: str) -> list[Cell]:
    return [(level_name(unit.level, lang) if unit.kind == "agency" else None) or "", unit_name(unit, lang)]


def _three(name: str, lang: str) -> list[Column]:
    """The columns of one figure: as it is, as if nothing had been changed, and the difference."""
    heading, kind = text(f"column.{name}", lang), _KINDS.get(name, "count")
    return [
        Column(f"{name}_now", text("edits.column_now", lang, name=heading), kind),
        Column(f"{name}_unchanged", text("edits.column_unchanged", lang, name=heading), kind),
        Column(f"{name}_difference", text("edits.column_difference", lang, name=heading), "change"),
    ]


def _cells(change: Change) -> list[Cell]:
    return [change.now, change.before, change.change]


def _figures(one: UnitChange, names: Sequence[str]) -> dict[str, Change]:
    return {name: one.flow[name] if name in one.flow else getattr(one, name) for name in names}


def _shades(row: int, changes: Mapping[str, Change]) -> dict[tuple[int, str], str]:
    """What the changes improved is marked as bad: it was not earned."""
    found = {}
    for name, change in changes.items():
        worth = _BETTER.get(name, 0) * (change.change or 0)
        if worth:
            found[row, f"{name}_difference"] = "bad" if worth > 0 else "muted"
    return found


def units_table(found: Edits, lang: str, *, whole: bool = False) -> Table:
    """Points, late and overdue dossiers of the units that the changes moved, and of the whole; `whole`: of all."""
    columns = [column(name, lang) for name in ("level", "agency")]
    for name in _FIGURES:
        columns += _three(name, lang)
    units = [one for one in ordered(found.units) if whole or one.unit.kind != "agency" or _is_moved(one)]
    lines: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for number, one in enumerate(units):
        changes = _figures(one, _FIGURES)
        lines.append([*_unit_cells(one.unit, lang), *(cell for change in changes.values() for cell in _cells(change))])
        shades |= _shades(number, changes)
    totals = sum(one.unit.kind != "agency" for one in units)
    return Table(*named("edits_units", lang), columns, lines, [text("edits.figures", lang)], totals, shades=shades)


def _is_moved(one: UnitChange) -> bool:
    changes = [*_figures(one, _FIGURES).values(), *(getattr(c, n) for c in one.components for n in _COUNTS)]
    return any(_differs(change) for change in changes)


def _differs(change: Change) -> bool:
    return change.change not in _NO_CHANGE or (change.before is None) != (change.now is None)


def components_table(
    found: Edits, components: Sequence[Component], lang: str, *, whole: bool = False, plain: bool = False
) -> Table:
    """Numerators, denominators and points of the components that the changes moved; `whole`, `plain`: of all."""
    names = {component.id: component.name[lang] for component in components}
    keys = ("kind", "agency", "level") if plain else ("level", "agency")
    columns = [*(column(name, lang) for name in keys), column("component", lang)]
    columns += [] if plain else [column("name", lang)]
    shown = _OF_COMPONENT if plain else _COUNTS
    for name in shown:
        columns += _three(name, lang)
    lines: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for unit in found.units if plain else ordered(found.units):
        for one in unit.components:
            changes = {name: getattr(one, name) for name in shown}
            if not (whole or plain or any(map(_differs, changes.values()))) or not (plain or _is_known(one)):
                continue
            of = unit.unit
            cells: list[Cell] = [of.kind, of.agency, of.level] if plain else _unit_cells(of, lang)
            cells += [one.component] if plain else [one.component, names.get(one.component, "")]
            lines.append([*cells, *(cell for change in changes.values() for cell in _cells(change))])
            shades |= _shades(len(lines) - 1, changes)
    return Table(*named("edits_components", lang), columns, lines, shades=shades)


def _is_known(one: ComponentChange) -> bool:
    return one.denominator.now is not None or one.denominator.before is not None


def changes_table(changes: pd.DataFrame, lang: str, *, plain: bool = False, most: int | None = None) -> Table:
    """Every change with both values and both places, without anybody's name."""
    kinds = {"old_row": "rank", "new_row": "rank"}
    columns = [column(name, lang, kinds.get(name, "text")) for name in _LISTED]
    shown = changes if most is None else changes.head(most)
    lines: list[list[Cell]] = []
    for record in shown[list(_LISTED)].astype(object).to_dict("records"):
        cells = {name: known(record[name]) for name in _LISTED}
        if not plain:
            cells |= {name: _said(cells["column"], cells[name], lang) for name in ("was", "is_now")}
            cells["level"] = level_name(record["level"], lang)
            cells["kind"] = kind_name(record["kind"], lang)
            cells["severity"] = text(f"edits.{record['severity']}", lang)
            cells["column"] = text(f"column.{cells['column']}", lang) if cells["column"] else ""
        cells["agency"] = unit_or_none(record["agency"], lang, plain)
        lines.append([cells[name] for name in _LISTED])
    left = len(changes) - len(shown)
    said = [text("note.more_rows", lang, count=count(left, lang))] if left else []
    return Table(*named("edits_changes", lang), columns, lines, said)


def _said(name: Cell, value: Cell, lang: str) -> Cell:
    """A value as people write it."""
    if not isinstance(value, str):
        return value
    if name == "status":
        return text(f"value.status.{value}", lang)
    if name == "state":
        return text(f"column.{value}", lang)
    if name == "agency":
        return unit_or_none(value, lang, plain=False)
    moment = datetime.fromisoformat(value)
    return f"{moment:%d/%m/%Y}" if f"{moment:%H%M%S}" == "000000" else f"{moment:%d/%m/%Y %H:%M}"


# ------------------------------------------------------------------ JSON
def edits_entry(found: Edits) -> dict[str, Any]:
    """The keys of `reformcli.edits/1` beside those of every result."""
    return {
        "old": {"rows": rows(found.rows), "last_event": _moment(found.last_event)},
        "last_event": _moment(found.last_event_now),
        "changes": [_change_entry(record) for record in found.changes.to_dict("records")],
        "counts": [_count_entry(one) for one in found.counts],
        "units": [
            {
                **unit_keys(one.unit),
                **_entries(_figures(one, _OF_UNIT)),
                "flow": _entries(_figures(one, (*FLOW, "on_time_rate", "online_rate"))),
            }
            for one in found.units
        ],
        "components": [
            {
                **unit_keys(unit.unit),
                "component": one.component,
                **_entries({name: getattr(one, name) for name in _OF_COMPONENT}),
            }
            for unit in found.units
            for one in unit.components
        ],
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(sep=" ")


def _count_entry(one: KindCount) -> dict[str, Any]:
    return {**unit_keys(one.unit), "change": one.kind, "grave": one.grave, "doubtful": one.doubtful}


def _change_entry(record: Mapping[Any, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {name: known(record[name]) for name in _LISTED}
    return {**entry, "column": entry["column"] or None}


def _entries(changes: Mapping[str, Change]) -> dict[str, Any]:
    return {name: {"now": one.now, "unchanged": one.before, "difference": one.change} for name, one in changes.items()}
