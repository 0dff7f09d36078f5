"""Late dossiers → finished tables: by cause, age or agency, their movement, and the dossiers themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reformcli.i18n import has, text
from reformcli.late.names import KINDS, LateGroup, Lateness, Movement
from reformcli.model import UNATTRIBUTED
from reformcli.render.left_out import findings_table, period_notes, rows_table
from reformcli.render.table import Cell, Chart, Column, Table
from reformcli.render.words import column, count, known, level_name, named, points
from reformcli.text import collation_key

if TYPE_CHECKING:
    import pandas as pd

MOVES = ("opening", "newly_late", "cleared", "closing_overdue", "closing_paused")
DAYS = ("median_working_days", "p90_working_days", "max_working_days")
LISTED = 30  # dossiers shown on the screen
GROUPS_SHOWN = 40
_BAR, _SPARKS = 24, "▁▂▃▄▅▆▇█"


def tables(result: Lateness, lang: str) -> list[Table]:
    """What the screen shows: the groups with bars, the movement, and of long lists the beginning."""
    shown = [_with_bars(groups_table(result, lang, most=GROUPS_SHOWN)), movement_table(result, lang, most=GROUPS_SHOWN)]
    more = [series_table, worst_table, near_table, listed_table, suggestions_table]
    for make in more:
        table = make(result, lang)
        if table.rows:
            shown.append(_cut(table, lang))
    return [*shown, rows_table(result.run, lang), findings_table(result.run, lang)]


def sheets(result: Lateness, lang: str) -> list[Table]:
    """What a workbook holds: everything, with bars and charts of its own."""
    whole = [groups_table(result, lang), movement_table(result, lang), series_table(result, lang)]
    whole += [worst_table(result, lang), near_table(result, lang), listed_table(result, lang)]
    whole += [suggestions_table(result, lang)]
    return [table for table in whole if table.rows] + [rows_table(result.run, lang), findings_table(result.run, lang)]


# ------------------------------------------------------------------ groups
def groups_table(result: Lateness, lang: str, *, plain: bool = False, most: int | None = None) -> Table:
    """The groups, the worst first and the whole last."""
    *groups, whole = result.groups
    columns = [*_dimensions(result.by, lang), *(column(name, lang, "count") for name in KINDS)]
    columns += [column("share", lang, "percent"), column(DAYS[0], lang, "points")]
    columns += [column(name, lang, "count") for name in DAYS[1:]]
    chosen = groups if most is None else groups[:most]
    rows = [[*_keys(result.by, group.by, lang, plain), *_figures(group)] for group in chosen]
    rows.append([*_total_keys(result.by, lang, plain), *_figures(whole)])
    notes = [] if plain else _notes(result, lang)
    if len(chosen) < len(groups):
        notes.insert(0, text("note.more_rows", lang, count=count(len(groups) - len(chosen), lang)))
    first = columns[0].key if result.by else ""
    chart = Chart("bar", first, ("overdue", "resolved_late")) if len(result.by) == 1 and len(rows) > 1 else None
    return Table(*named("late", lang), columns, rows, notes, 1 if result.by else 0, chart=chart)


def _figures(group: LateGroup) -> list[Cell]:
    counts: list[Cell] = [group.overdue, group.resolved_late, group.paused_past_due]
    return [*counts, group.share, group.median, group.p90, group.longest]


def _dimensions(by: Sequence[str], lang: str) -> list[Column]:
    return [Column(name, text(f"dimension.{name}", lang)) for name in by]


def _keys(by: Sequence[str], values: Mapping[str, str | None], lang: str, plain: bool) -> list[Cell]:
    return [known(values[name]) if plain else dimension_value(name, values[name], lang) for name in by]


def _total_keys(by: Sequence[str], lang: str, plain: bool) -> list[Cell]:
    if not by:
        return []
    return [None if plain else text("word.total", lang), *([None if plain else ""] * (len(by) - 1))]


def dimension_value(name: str, value: str | None, lang: str) -> str:
    """A value of a dimension as people read it."""
    if value is None or value == UNATTRIBUTED:
        word = "level.unattributed" if name == "level" else "word.unattributed" if name == "agency" else "word.unstated"
        return text(word, lang)
    for key in (f"{name}.{value}", f"value.{name}.{value}"):
        if has(key, lang):
            return text(key, lang)
    return value


def _with_bars(table: Table) -> Table:
    """A column of bars: how many are late, beside the group with most."""
    places = [index for index, shown in enumerate(table.columns) if shown.key in KINDS[:2]]
    late = [sum(value for place in places if isinstance(value := row[place], int)) for row in table.rows]
    groups = late[: len(late) - table.total_rows]
    if not table.total_rows or not max(groups, default=0):
        return table
    bars = ["█" * max(1, round(_BAR * number / max(groups))) if number else "" for number in groups]
    cells = [*bars, *[""] * table.total_rows]
    rows = [[*row, cell] for row, cell in zip(table.rows, cells, strict=True)]
    return replace(table, columns=[*table.columns, Column("bar", "")], rows=rows)


def _notes(result: Lateness, lang: str) -> list[str]:
    notes = period_notes(result.run.manifest, lang)
    if result.late:
        share = {"unstated": count(result.unstated, lang), "late": count(result.late, lang)}
        notes.append(text("note.unstated_causes", lang, **share))
    if "cause" in result.by:
        notes.append(text("note.own_causes", lang))
    if result.unconfirmed:
        notes.append(text("note.unconfirmed_years", lang, years=", ".join(map(str, result.unconfirmed))))
    return notes


# ------------------------------------------------------------------ movement
def movement_table(result: Lateness, lang: str, *, most: int | None = None) -> Table:
    """How the backlog moved, by group and as a whole."""
    columns = [*_dimensions(result.by, lang), *(column(name, lang, "count") for name in MOVES)]
    columns.append(column("change", lang, "count"))
    moved = sorted(result.movement_by, key=lambda pair: -abs(pair[1].closing - pair[1].opening))
    rows = [[*_keys(result.by, by, lang, plain=False), *_moves(one)] for by, one in moved[:most]]
    rows.append([*_total_keys(result.by, lang, plain=False), *_moves(result.movement)])
    return Table(*named("movement", lang), columns, rows, _pace(result, lang), 1 if result.by else 0)


def _moves(one: Movement) -> list[Cell]:
    return [*(getattr(one, name) for name in MOVES), one.closing - one.opening]


def _pace(result: Lateness, lang: str) -> list[str]:
    if not result.movement.closing:
        return [text("note.no_backlog", lang)]
    if result.weeks_to_clear is None:
        notes = [text("note.backlog_stays", lang)]
    else:
        notes = [text("note.backlog_shrinks", lang, weeks=points(result.weeks_to_clear, lang))]
    if result.growing:
        names = ", ".join(f"{name} (+{count(more, lang)})" for name, more in result.growing[:5])
        notes.append(text("note.growing", lang, agencies=names, count=count(len(result.growing), lang)))
    return notes


def series_table(result: Lateness, lang: str) -> Table:
    """The movement of each week or month, with a small line of what was left."""
    columns = [column("from", lang, "time"), column("to", lang, "time"), *(column(m, lang, "count") for m in MOVES)]
    rows: list[list[Cell]] = [[start, end, *_moves(one)[:-1]] for start, end, one in result.series]
    line = sparkline([one.closing for _, _, one in result.series])
    notes = [text("note.series", lang, line=line)] if line else []
    return Table(*named("series", lang), columns, rows, notes, chart=Chart("line", "to", MOVES[3:]))


def sparkline(values: Sequence[int]) -> str:
    """A line of blocks, the largest value the highest.

    >>> sparkline([0, 5, 10])
    '▁▅█'
    """
    highest = max(values, default=0)
    return "".join(_SPARKS[round(value / highest * 7) if highest else 0] for value in values)


# ------------------------------------------------------------------ names and dossiers
def worst_table(result: Lateness, lang: str) -> Table:
    """The agencies with the highest share of late dossiers, by level, with what puts them there."""
    names = ("level", "agency", "handled", "late_dossiers", "late_rate", *DAYS)
    kinds = ("text", "text", "count", "count", "percent", "points", "count", "count")
    columns = [column(name, lang, kind) for name, kind in zip(names, kinds, strict=True)]
    rows: list[list[Cell]] = []
    for one in result.worst:
        late = one.group.overdue + one.group.resolved_late
        days: list[Cell] = [one.group.median, one.group.p90, one.group.longest]
        rows.append([level_name(one.level, lang), one.agency, one.handled, late, one.rate, *days])
    return Table(*named("worst", lang), columns, rows)


_LATE_DOSSIER = (
    *("dossier_id", "agency", "level", "status", "due_at", "ended_at", "late_kind", "days_late", "cause", "evidence"),
    *("file", "sheet", "row"),
)
_NEAR_DOSSIER = ("dossier_id", "agency", "level", "procedure", "due_at", "days_left", "file", "sheet", "row")
_FROM = {"late_kind": "kind"}  # columns of the rows that are called otherwise
_COUNTS = ("days_late", "days_left", "row")


def listed_table(result: Lateness, lang: str, *, plain: bool = False) -> Table:
    """The late dossiers themselves, without anybody's name."""
    return _dossiers(result.listed, "late_dossiers", _LATE_DOSSIER, lang, plain)


def near_table(result: Lateness, lang: str, *, plain: bool = False) -> Table:
    """The dossiers that fall due soon."""
    return _dossiers(result.near, "near", _NEAR_DOSSIER, lang, plain)


def _dossiers(rows: pd.DataFrame | None, name: str, keys: Sequence[str], lang: str, plain: bool) -> Table:
    """One row per dossier, made column by column."""
    columns = [column(key, lang, _kind(key)) for key in keys]
    cells = [_cells(rows, key, lang, plain) for key in keys] if rows is not None else []
    return Table(*named(name, lang), columns, [list(row) for row in zip(*cells, strict=True)])


def _kind(name: str) -> str:
    return "time" if name.endswith("_at") else "count" if name in _COUNTS else "text"


def _cells(rows: pd.DataFrame, key: str, lang: str, plain: bool) -> list[Cell]:
    """A column as cells: times, whole numbers, texts in the words of the language; None for what is missing."""
    name = _FROM.get(key, key)
    if name not in rows:
        return [_worded(key, None, lang, plain)] * len(rows)
    values = rows[name]
    if _kind(key) == "time":
        return [None if value != value else value for value in values.dt.to_pydatetime().tolist()]
    found = [None if value is None or value != value else value for value in values.astype(object).tolist()]
    if key in _COUNTS:
        return [None if value is None else int(value) for value in found]
    words = {value: _worded(key, value, lang, plain) for value in dict.fromkeys(found)}
    return [words[value] for value in found]


def _worded(key: str, value: str | None, lang: str, plain: bool) -> Cell:
    """A text as people read it; as it is for machines."""
    if plain or key in ("dossier_id", "agency", "file", "sheet"):
        return value or None
    if key in ("late_kind", "cause"):
        return text(f"{key}.{value}", lang) if value else None
    if key == "evidence":
        return text(f"cause_state.{value}", lang) if has(f"cause_state.{value}", lang) else value or None
    return dimension_value(key, value, lang)


def suggestions_table(result: Lateness, lang: str) -> Table:
    """What was written and matches no phrase, with the group that it resembles: for a person to accept."""
    names = (("written", "text"), ("count", "count"), ("suggested", "text"), ("phrase", "text"), ("score", "count"))
    columns = [column(name, lang, kind) for name, kind in names]
    rows: list[list[Cell]] = [
        [one.text, one.count, text(f"cause.{one.group}", lang) if one.group else None, one.phrase, one.score]
        for one in result.suggestions
    ]
    return Table(*named("suggestions", lang), columns, rows, [text("note.suggestions", lang)])


def _cut(table: Table, lang: str) -> Table:
    if len(table.rows) <= LISTED:
        return table
    more = text("note.more_rows", lang, count=count(len(table.rows) - LISTED, lang))
    return replace(table, rows=table.rows[:LISTED], notes=[more, *table.notes])


def plain_table(result: Lateness, lang: str) -> Table:
    """What csv holds: the dossiers where they were asked for, else the groups."""
    if result.listed is not None:
        return listed_table(result, lang, plain=True)
    if result.near is not None:
        return near_table(result, lang, plain=True)
    groups = groups_table(result, lang, plain=True)
    order = sorted(groups.rows[:-1], key=lambda row: [collation_key(str(cell or "")) for cell in row[: len(result.by)]])
    return replace(groups, rows=[*order, groups.rows[-1]]) if result.by else groups
