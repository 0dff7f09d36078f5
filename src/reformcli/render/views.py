"""Results → finished tables in one language: which columns, in which order, with which words. Nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from reformcli.flow import FLOW
from reformcli.i18n import has, text
from reformcli.model import LEVELS, UNATTRIBUTED, Component, ComponentScore, Run, Scorecard, UnitScore
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, known, level_name, named, unit_name
from reformcli.text import collation_key

COMPONENT_COLUMNS = 5  # of a unit table for people; above it the groups are shown instead
SHORT_FLOW = ("received", "resolved", "late", "pending", "overdue")


def ordered(units: Iterable[UnitScore]) -> list[UnitScore]:
    """Agencies by level and rank, then levels, then the total; names in Vietnamese order."""
    kinds, levels = ("agency", "level", "total"), (*LEVELS, UNATTRIBUTED, None)

    def key(unit: UnitScore) -> tuple[object, ...]:
        rank = unit.rank if unit.rank is not None else 10**9
        is_nobody = unit.unit.agency == UNATTRIBUTED
        level = levels.index(unit.unit.level)
        return kinds.index(unit.unit.kind), level, is_nobody, rank, collation_key(unit.unit.agency or "")

    return sorted(units, key=key)


# ------------------------------------------------------------------ score
def units_table(units: Sequence[UnitScore], lang: str, notes: Sequence[str] = ()) -> Table:
    """The units for people: rank, points, measurable points, the parts that were measured, and what was counted."""
    parts, values = _parts(units, lang)
    columns = [
        column("level", lang),
        column("rank", lang, "rank"),
        column("agency", lang),
        column("points", lang, "points"),
        column("measurable", lang, "points"),
        *parts,
        *(column(name, lang, "count") for name in SHORT_FLOW),
    ]
    if any(unit.band for unit in units):
        columns.insert(5, column("band", lang))
    rows: list[list[Cell]] = []
    for unit, shown in zip(units, values, strict=True):
        level = level_name(unit.unit.level, lang) if unit.unit.kind == "agency" else None
        row: list[Cell] = [level or "", unit.rank, unit_name(unit.unit, lang), unit.points, unit.measurable]
        if any(unit.band for unit in units):
            row.append(unit.band.name[lang] if unit.band else None)
        rows.append([*row, *shown, *(unit.counts.get(name) for name in SHORT_FLOW)])
    totals = sum(unit.unit.kind != "agency" for unit in units)
    return Table(*named("units", lang), columns, rows, notes, totals)


def _parts(units: Sequence[UnitScore], lang: str) -> tuple[list[Column], list[list[Cell]]]:
    """The components that some unit measured; where they are many, their groups."""
    scored = {
        c.component.id: c.component for unit in units for c in unit.components if c.points is not None and _is_summed(c)
    }
    if len(scored) <= COMPONENT_COLUMNS:
        columns = [Column(f"c{c.id}", f"{c.id} (/{_number(c.max)})", "points") for c in scored.values()]
        cells: list[list[Cell]] = [[_points_of(unit, identifier) for identifier in scored] for unit in units]
        return columns, cells
    groups = {group.group.id: group.group for unit in units for group in unit.groups if group.points is not None}
    columns = [Column(g.id, f"{g.name[lang]} (/{_number(g.max)})", "points") for g in groups.values()]
    by_unit = [{group.group.id: group.points for group in unit.groups} for unit in units]
    rows: list[list[Cell]] = [[points[identifier] for identifier in groups] for points in by_unit]
    return columns, rows


def _is_summed(score: ComponentScore) -> bool:
    return score.status in ("measured", "empty")


def _points_of(unit: UnitScore, identifier: str) -> Decimal | None:
    return next((c.points for c in unit.components if c.component.id == identifier and _is_summed(c)), None)


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def plain_units_table(units: Sequence[UnitScore], lang: str) -> Table:
    """The units for machines: the columns of the JSON shape and every flow count."""
    names = ("kind", "agency", "level", "rank", "rank_of", "points", "measurable", "max", "band")
    kinds = {"rank": "rank", "rank_of": "rank", "points": "points", "measurable": "points", "max": "points"}
    columns = [column(name, lang, kinds.get(name, "text")) for name in names]
    columns += [column(name, lang, "count") for name in FLOW]
    rows: list[list[Cell]] = [
        [
            unit.unit.kind,
            unit.unit.agency,
            unit.unit.level,
            unit.rank,
            unit.rank_of,
            unit.points,
            unit.measurable,
            sum((group.group.max for group in unit.groups), Decimal(0)),
            unit.band.id if unit.band else None,
            *(unit.counts.get(name) for name in FLOW),
        ]
        for unit in units
    ]
    return Table(*named("units", lang), columns, rows)


def groups_table(units: Sequence[UnitScore], lang: str, *, plain: bool = False) -> Table:
    """Every group of every unit."""
    columns = [*_unit_columns(lang, plain), column("group", lang)]
    columns += [column(name, lang, "points") for name in ("points", "measurable", "max")]
    rows: list[list[Cell]] = [
        [
            *_unit_cells(unit, lang, plain),
            g.group.id if plain else g.group.name[lang],
            g.points,
            g.measurable,
            g.group.max,
        ]
        for unit in units
        for g in unit.groups
    ]
    return Table(*named("groups", lang), columns, rows)


def components_table(units: Sequence[UnitScore], lang: str, *, plain: bool = False) -> Table:
    """Every component of every unit."""
    columns = [*_unit_columns(lang, plain), *component_columns(lang, plain=plain)]
    rows = [
        [*_unit_cells(unit, lang, plain), *component_cells(c, lang, plain=plain)]
        for unit in units
        for c in unit.components
    ]
    return Table(*named("components", lang), columns, rows)


def total_components_table(total: UnitScore, lang: str, notes: Sequence[str] = ()) -> Table:
    """The components of the total alone, and what they add up to."""
    rows = [component_cells(c, lang, plain=False) for c in total.components]
    columns = component_columns(lang, plain=False)
    places = {column.key: place for place, column in enumerate(columns)}
    last: list[Cell] = [""] * len(columns)
    last[places["name"]] = text("word.total", lang)
    for key in ("numerator", "denominator", "ratio"):
        last[places[key]] = ""
    last[places["points"]], last[places["max"]] = total.points, total.measurable
    last[places["state"]] = text("column.measurable", lang)
    return Table(*named("total_components", lang), columns, [*rows, last], notes, 1)


def _unit_columns(lang: str, plain: bool) -> list[Column]:
    names = ("kind", "agency", "level") if plain else ("level", "agency")
    return [column(name, lang) for name in names]


def _unit_cells(unit: UnitScore, lang: str, plain: bool) -> list[Cell]:
    if plain:
        return [unit.unit.kind, unit.unit.agency, unit.unit.level]
    return [level_name(unit.unit.level, lang) or "", unit_name(unit.unit, lang)]


def component_columns(lang: str, *, plain: bool = False) -> list[Column]:
    """The columns of one component."""
    names = [column("component", lang)] + ([] if plain else [column("name", lang)])
    counts = [
        column("numerator", lang, "count"),
        column("denominator", lang, "count"),
        column("ratio", lang, "percent"),
    ]
    points = [column("points", lang, "points"), column("max", lang, "points")]
    state = [Column("status", text("column.state", lang)), column("origin", lang), column("missing", lang)]
    if not plain:
        state[0] = column("state", lang)
    return [*names, *counts, *points, *state]


def component_cells(score: ComponentScore, lang: str, *, plain: bool = False) -> list[Cell]:
    """One component: its counts, ratio, points and where they come from."""
    ratio = score.mean_days if score.component.sum else score.ratio
    numbers: list[Cell] = [score.numerator, score.denominator, ratio, score.points, score.component.max]
    if plain:
        return [score.component.id, *numbers, score.status, score.origin or None, " ".join(score.missing) or None]
    if score.component.sum:
        numbers[0] = None  # a sum of seconds tells people nothing; the mean in days does
    origin = text(f"origin.{score.origin}", lang) if score.origin else ""
    missing = ", ".join(_missing(name, lang) for name in score.missing)
    name = score.component.name[lang]
    return [score.component.id, name, *numbers, text(f"status.{score.status}", lang), origin, missing]


def _missing(name: str, lang: str) -> str:
    return name if name.startswith("--") else text(f"field.{name}", lang)


def score_notes(run: Run, lang: str) -> list[str]:
    """What a reader must know of the points: how much was measured, what is missing, what is only a bound."""
    total = next(unit for unit in run.units if unit.unit.kind == "total")
    card = run.manifest.scorecard
    notes = []
    lacking = [c.component for c in total.components if c.component.max and not _is_summed(c)]
    if lacking:
        missing = _number(sum((c.max for c in lacking), Decimal(0)))
        names = ", ".join(c.id for c in lacking)
        notes.append(text("note.not_measured", lang, missing=missing, max=_number(card.max), components=names))
        notes.append(text("note.no_hundred", lang, max=_number(card.max)))
    for score in total.components:
        if score.status == "upper_bound":
            given = " ".join(score.missing)
            notes.append(text("note.upper_bound", lang, component=score.component.id, missing=given))
    inherited = [c.component.id for c in total.components if c.origin == "inherited"]
    if inherited:
        notes.append(text("note.inherited", lang, components=", ".join(inherited)))
    notes.append(scorecard_note(card, lang))
    return notes


def scorecard_note(card: Scorecard, lang: str) -> str:
    """The scorecard, its version and where its sources are listed."""
    return text(
        "note.scorecard", lang, title=card.title[lang], version=card.version, rounding=card.rounding, id=card.id
    )


# ------------------------------------------------------------------ metrics
def metrics_table(run: Run, by: Sequence[str], lang: str, *, plain: bool = False) -> Table:
    """The flow table, the total last."""
    columns = [Column(name, text(f"dimension.{name}", lang)) for name in by]
    columns += [column(name, lang, "count") for name in FLOW]
    columns += [column(name, lang, "percent") for name in ("on_time_rate", "online_rate")]
    groups, total = list(run.metrics[:-1]), run.metrics[-1:]
    if not plain:
        groups.sort(key=lambda entry: [collation_key(_dimension(name, entry[name], lang)) for name in by])
    rows: list[list[Cell]] = []
    for place, entry in enumerate([*groups, *total]):
        is_total = place == len(groups)
        keys: list[Cell] = [known(entry[name]) if plain else _dimension(name, entry[name], lang) for name in by]
        if is_total and by:
            keys = [None if plain else text("word.total", lang), *([None if plain else ""] * (len(by) - 1))]
        rows.append([*keys, *(_count(entry[shown.key]) for shown in columns[len(by) :])])
    return Table(*named("metrics", lang), columns, rows, [], 1 if by else 0)


def _count(value: object) -> Cell:
    if isinstance(value, Decimal):
        return value
    return int(value) if isinstance(value, int) else None


def _dimension(name: str, value: object, lang: str) -> str:
    if not isinstance(value, str) or value == UNATTRIBUTED:
        return text("level.unattributed" if name == "level" else "word.unattributed", lang)
    if name == "level":
        return text(f"level.{value}", lang)
    return text(f"value.{name}.{value}", lang) if has(f"value.{name}.{value}", lang) else value


# ------------------------------------------------------------------ rules
def formula(component: Component, lang: str) -> str:
    """How a component's points come from its ratio."""
    if not component.max:
        return text("formula.none", lang)
    values: Mapping[str, object] = {"max": _number(component.max)}
    if component.full_at:
        return text("formula.full_at", lang, **values, full_at=_number(component.full_at))
    return text("formula.linear", lang, **values)
