"""Two results side by side → finished tables, sentences and JSON: before, now, and the change with its direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reformcli.i18n import has, text
from reformcli.model import UNATTRIBUTED, Component, Unit
from reformcli.outcomes import Change, Comparison, ComponentChange, GroupChange, UnitChange
from reformcli.render.backlog import dimension_value
from reformcli.render.change_words import headline as headline
from reformcli.render.change_words import notes as notes
from reformcli.render.change_words import ordered as ordered
from reformcli.render.change_words import period_words as period_words
from reformcli.render.change_words import unit_sentence as unit_sentence
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, known, level_name, named, unit_name
from reformcli.text import collation_key

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("handled", "on_time_rate", "late", "overdue")  # of the flow table, what is compared on the screen
LATE = ("overdue", "resolved_late", "share", "closing")
MOVERS = ("joined_good", "joined_bad", "left_good", "left_bad", "turned_good", "turned_bad")
LISTED = 30  # dossiers shown on the screen
_BETTER = {"points": 1, "ratio": 1, "on_time_rate": 1, "online_rate": 1, "early": 1, "on_time": 1}
_WORSE = {"rank": -1, "late": -1, "overdue": -1, "resolved_late": -1, "closing": -1}
_DIRECTION = _BETTER | _WORSE  # a change of anything else is neither good nor bad
_KINDS = {
    "on_time_rate": "percent",
    "online_rate": "percent",
    "share": "percent",
    "ratio": "percent",
    "points": "points",
}
_FILTER = Callable[[Unit], bool]


def restricted(compared: Comparison, is_wanted: _FILTER) -> Comparison:
    """The same comparison with the wanted units alone; the dossiers are those of the agencies among them."""
    keys = {one.unit.key for one in compared.units if one.unit.kind == "agency" and is_wanted(one.unit)}
    keys |= {unit.key for unit in (*compared.new_units, *compared.gone_units) if is_wanted(unit)}
    dossiers = compared.dossiers
    return replace(
        compared,
        units=tuple(one for one in compared.units if is_wanted(one.unit)),
        new_units=tuple(filter(is_wanted, compared.new_units)),
        gone_units=tuple(filter(is_wanted, compared.gone_units)),
        dossiers=None if dossiers is None else dossiers[dossiers["agency_key"].isin(list(keys))],
    )


def basis_table(compared: Comparison, lang: str, said: Sequence[str] = ()) -> Table:
    """The two periods: from when to when, from which files, by which scorecard, with how many rows left out."""
    columns = [Column("which", ""), column("period", lang), column("files", lang)]
    columns += [column("scorecard", lang), column("rejected", lang, "count")]
    rows: list[list[Cell]] = [
        [
            text(f"compare.{name}_period", lang),
            period_words(basis, lang),
            ", ".join(basis.sources),
            f"{basis.scorecard} {basis.version}",
            basis.rejected,
        ]
        for name, basis in (("now", compared.now), ("before", compared.before))
    ]
    return Table(*named("compare", lang), columns, rows, [*said, *notes(compared, lang, with_basis=False)])


# ------------------------------------------------------------------ units
_UNIT_COLUMNS = ("points_before", "points_change", "rank_before", "rank_change")


def with_changes(table: Table, units: Sequence[Unit], compared: Comparison, lang: str, *, plain: bool = False) -> Table:
    """A table of units with the points and ranks before and their changes; for machines behind, for people beside.

    People see a better rank as a rise; machines get the difference of the ranks, which is then negative.
    """
    changes = {_key(one.unit): one for one in compared.units}
    found = [changes.get(_key(unit)) for unit in units]
    values = [_unit_values(one, plain=plain) for one in found]
    if plain:
        columns = [*table.columns, *(Column(name, name, _PLAIN_KINDS[name]) for name in _UNIT_COLUMNS)]
        return replace(table, columns=columns, rows=[[*row, *v] for row, v in zip(table.rows, values, strict=True)])
    headings = [
        (column("points", lang).key, [Column("points_before", text("compare.before", lang), "points")]),
        ("", [Column("points_change", text("compare.change", lang), "change")]),
        (column("rank", lang).key, [Column("rank_change", text("compare.rank_change", lang), "change")]),
    ]
    after = {"points": [*headings[0][1], *headings[1][1]], "rank": headings[2][1]}
    taken = {"points": (0, 1), "rank": (3,)}
    columns, rows = _inserted(table, values, after, taken)
    shades = {**(table.shades or {})}
    for number, one in enumerate(found):
        if one:
            shades |= _shades(number, {"points_change": ("points", one.points), "rank_change": ("rank", one.rank)})
    return replace(table, columns=columns, rows=rows, shades=shades, notes=[*table.notes, *notes(compared, lang)])


_PLAIN_KINDS = {"points_before": "points", "points_change": "points", "rank_before": "rank", "rank_change": "rank"}


def _unit_values(one: UnitChange | None, *, plain: bool) -> list[Cell]:
    if one is None:
        return [None] * len(_UNIT_COLUMNS)
    rank = one.rank.change
    return [one.points.before, one.points.change, one.rank.before, rank if plain or rank is None else -rank]


def _inserted(
    table: Table,
    values: Sequence[Sequence[Cell]],
    after: Mapping[str, Sequence[Column]],
    taken: Mapping[str, Sequence[int]],
) -> tuple[list[Column], list[list[Cell]]]:
    """The columns and rows with more cells behind the named columns."""
    columns: list[Column] = []
    rows: list[list[Cell]] = [[] for _ in table.rows]
    for place, shown in enumerate(table.columns):
        columns += [shown, *after.get(shown.key, ())]
        for row, cells, more in zip(rows, table.rows, values, strict=True):
            row += [cells[place], *(more[number] for number in taken.get(shown.key, ()))]
    return columns, rows


def _key(unit: Unit) -> tuple[str, str | None, str]:
    return unit.kind, unit.level, unit.key or unit.agency or ""


def _shades(row: int, changes: Mapping[str, tuple[str, Change]]) -> dict[tuple[int, str], str]:
    """Good or bad for every change of a figure that has a better direction."""
    found = {}
    for key, (name, change) in changes.items():
        worth = _DIRECTION.get(name, 0) * (change.change or 0)
        if worth:
            found[row, key] = "good" if worth > 0 else "bad"
    return found


def units_table(compared: Comparison, lang: str, *, plain: bool = False) -> Table:
    """Every unit of both results: points, rank, and the flow, before and now."""
    figures = ("on_time_rate", "late", "overdue")
    ordered_ = list(compared.units) if plain else ordered(compared.units)
    names = ("kind", "agency", "level") if plain else ("level", "agency")
    columns = [column(name, lang) for name in names]
    for name in ("points", "rank", *figures):
        columns += _three(name, lang)
    rows: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for number, one in enumerate(ordered_):
        is_agency = one.unit.kind == "agency"
        keys: list[Cell] = [(level_name(one.unit.level, lang) if is_agency else None) or "", unit_name(one.unit, lang)]
        if plain:
            keys = [one.unit.kind, one.unit.agency, one.unit.level]
        changes = {"points": one.points, "rank": one.rank, **{name: one.flow[name] for name in figures}}
        rows.append([*keys, *(cell for name, change in changes.items() for cell in _cells(name, change, plain=plain))])
        shades |= _shades(number, {f"{name}_change": (name, change) for name, change in changes.items()})
    totals = sum(one.unit.kind != "agency" for one in ordered_)
    return Table(*named("changes", lang), columns, rows, (), 0 if plain else totals, shades=shades)


def _three(name: str, lang: str) -> list[Column]:
    """The columns of one figure: before, now and the change."""
    key = f"compare.short.{name}"
    heading = text(key if has(key, lang) else f"column.{name}", lang)
    kind = _KINDS.get(name, "rank" if name == "rank" else "count")
    return [
        Column(f"{name}_before", text("compare.column_before", lang, name=heading), kind),
        Column(f"{name}_now", text("compare.column_now", lang, name=heading), kind),
        Column(f"{name}_change", text("compare.column_change", lang, name=heading), "change"),
    ]


def _cells(name: str, change: Change, *, plain: bool = False) -> list[Cell]:
    moved = change.change
    return [change.before, change.now, -moved if name == "rank" and moved is not None and not plain else moved]


# ------------------------------------------------------------------ components
def components_table(
    units: Sequence[UnitChange],
    components: Sequence[Component],
    lang: str,
    *,
    plain: bool = False,
    single: bool = False,
) -> Table:
    """The components of some units, before and now, with the dossiers behind the change; `single`: of one unit."""
    by_id = {component.id: component for component in components}
    keys = (
        []
        if single
        else [column(name, lang) for name in (("kind", "agency", "level") if plain else ("level", "agency"))]
    )
    columns = [*keys, column("component", lang), *([] if plain else [column("name", lang)])]
    for name in ("numerator", "denominator", "ratio", "points") if plain else ("ratio", "points"):
        columns += _three(name, lang)
    with_movers = any(one.movers for unit in units for one in unit.components)
    columns += [column(name, lang, "count") for name in MOVERS] if with_movers or plain else []
    rows: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for unit in units:
        for one in unit.components:
            if not (plain or _is_known(one)):
                continue
            component = by_id.get(one.component)
            cells = [] if single else _unit_keys(unit.unit, lang, plain)
            cells += [one.component] if plain else [one.component, component.name[lang] if component else ""]
            rows.append([*cells, *_component_cells(one, plain), *(_movers(one) if with_movers or plain else [])])
            shades |= _shades(
                len(rows) - 1, {"ratio_change": ("ratio", one.ratio), "points_change": ("points", one.points)}
            )
    title = "component_changes" if not single else "total_changes"
    said = [text("compare.movers", lang)] if with_movers and not plain else []
    return Table(*named(title, lang), columns, rows, said, shades=shades)


def _is_known(one: ComponentChange) -> bool:
    known_ = [one.ratio, one.points, *([one.mean_days] if one.mean_days else [])]
    return any(change.before is not None or change.now is not None for change in known_)


def _unit_keys(unit: Unit, lang: str, plain: bool) -> list[Cell]:
    if plain:
        return [unit.kind, unit.agency, unit.level]
    return [(level_name(unit.level, lang) if unit.kind == "agency" else None) or "", unit_name(unit, lang)]


def _component_cells(one: ComponentChange, plain: bool) -> list[Cell]:
    ratio = one.ratio
    if one.mean_days and (one.mean_days.before, one.mean_days.now) != (None, None) and not plain:
        ratio = one.mean_days  # the mean in days stands where others have a ratio, as in the table of points
    counts = [*_cells("", one.numerator), *_cells("", one.denominator)] if plain else []
    return [*counts, *_cells("ratio", ratio), *_cells("points", one.points)]


def _movers(one: ComponentChange) -> list[Cell]:
    return [getattr(one.movers, name) if one.movers else None for name in MOVERS]


# ------------------------------------------------------------------ groups
def groups_table(
    compared: Comparison, by: Sequence[str], names: Sequence[str], lang: str, *, most: int | None = None
) -> Table:
    """The groups of a table by dimensions, before and now; the whole last, the others by their change of overdue."""
    groups = [one for one in compared.groups if one.by]
    groups.sort(key=lambda one: [collation_key(dimension_value(name, one.by[name], lang)) for name in by])
    groups.sort(key=lambda one: -abs(_size(one.figures["overdue"])))
    left, groups = len(groups) - len(groups[:most]), groups[:most]
    whole = [one for one in compared.groups if not one.by]
    columns = [Column(name, text(f"dimension.{name}", lang)) for name in by]
    for name in names:
        columns += _three(name, lang)
    rows: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for number, one in enumerate([*groups, *whole]):
        keys = [dimension_value(name, one.by[name], lang) if one.by else "" for name in by]
        if by and not one.by:
            keys[0] = text("word.total", lang)
        rows.append([*keys, *(cell for name in names for cell in _cells(name, one.figures[name]))])
        shades |= _shades(number, {f"{name}_change": (name, one.figures[name]) for name in names})
    said = [text("note.more_rows", lang, count=count(left, lang))] if left else []
    said += notes(compared, lang)
    return Table(*named("changes", lang), columns, rows, said, len(whole) if by else 0, shades=shades)


def _size(change: Change) -> Decimal:
    return Decimal(change.change or 0)


def with_group_changes(
    table: Table, entries: Sequence[Mapping[str, str | None]], compared: Comparison, names: Sequence[str]
) -> Table:
    """A plain table of groups with what each of the named figures was and its change, behind its own columns."""
    changes = {tuple(sorted(one.by.items(), key=str)): one for one in compared.groups}
    columns = [
        Column(f"{n}_{part}", f"{n}_{part}", _KINDS.get(n, "count")) for n in names for part in ("before", "change")
    ]
    rows: list[list[Cell]] = []
    for row, by in zip(table.rows, entries, strict=True):
        one: GroupChange | None = changes.get(tuple(sorted(by.items(), key=str)))
        values = [one.figures[name] if one else Change(None, None, None) for name in names]
        rows.append([*row, *(cell for change in values for cell in (change.before, change.change))])
    return replace(table, columns=[*table.columns, *columns], rows=rows)


# ------------------------------------------------------------------ dossiers
def dossiers_table(rows: pd.DataFrame, lang: str, *, plain: bool = False, most: int | None = None) -> Table:
    """The dossiers behind the changes, without anybody's name."""
    names = ("dossier_id", "agency", "level", "events", "due_at", "ended_at", "file", "sheet", "row")
    kinds = {"due_at": "time", "ended_at": "time", "row": "rank"}
    columns = [column(name, lang, kinds.get(name, "text")) for name in names]
    shown = rows if most is None else rows.head(most)
    cells: list[list[Cell]] = []
    for record in shown[list(names)].astype(object).to_dict("records"):
        told = record["events"] if plain else _events(record["events"], lang)
        level = record["level"] if plain else level_name(record["level"], lang)
        times = [_time(record["due_at"]), _time(record["ended_at"])]
        place = [known(record["file"]), known(record["sheet"]), int(record["row"])]
        cells.append([record["dossier_id"], unit_or_none(record["agency"], lang, plain), level, told, *times, *place])
    left = len(rows) - len(shown)
    said = [text("note.more_rows", lang, count=count(left, lang))] if left else []
    return Table(*named("moved_dossiers", lang), columns, cells, said)


def unit_or_none(agency: object, lang: str, plain: bool) -> Cell:
    """The name of an agency; the unattributed one in words for people."""
    return text("word.unattributed", lang) if agency == UNATTRIBUTED and not plain else known(agency)


def _events(names: str, lang: str) -> str:
    return ", ".join(text(f"event.{name}", lang) for name in names.split(",") if name)


def _time(value: object) -> datetime | None:
    import pandas as pd

    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else None
