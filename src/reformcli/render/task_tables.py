"""Tasks given to agencies → finished tables. Nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from reformcli.i18n import has, text
from reformcli.render.report_tables import sum_formulas
from reformcli.render.table import Cell, Chart, Column, Table
from reformcli.render.words import count, known, named
from reformcli.tasks.model import MANY, NOBODY, STATES, Body, Change, Count, Standing, Tasks
from reformcli.text import fold

_RARE = ("done_no_due", "done_unknown", "not_started", "undated")  # states shown only where a task has them
_SHADES = {"overdue": "bad", "done_late": "bad", "done_unknown": "muted", "undated": "muted", "done_on_time": "good"}
_EVENT_SHADES = {"newly_done": "good", "newly_overdue": "bad", "due_moved_passed": "bad", "reopened": "bad"}
_NUMBERS = ("stt", "tt", "so tt", "no", "#")  # headings of the numbers of rows, which nobody misses
_KINDS = {
    **dict.fromkeys((*STATES, "tasks", "done", "due_by", "on_time_of_due", "rows"), "count"),
    **dict.fromkeys(("days", "working_days", "row_before", "row"), "count"),
    **dict.fromkeys(("completion", "on_time", "progress", "share"), "percent"),
}


def columns_of(names: Iterable[str], lang: str) -> list[Column]:
    """Columns with the headings of tasks."""
    return [Column(name, text(f"task_column.{name}", lang), _KINDS.get(name, "text")) for name in names]


def body_name(body: Body, lang: str) -> str:
    """What an agency or a steering group is called; nobody, and several at once, have words of their own."""
    if body == MANY:
        return text("task_unit.several", lang)
    return text("word.unattributed", lang) if body == NOBODY else body.name


def day_shown(day: date | None) -> str | None:
    """A day as people write it."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}" if day else None


def _table(
    name: str,
    lang: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    notes: Sequence[str] = (),
    *,
    total_rows: int = 0,
    shades: dict[tuple[int, str], str] | None = None,
    formulas: Mapping[tuple[int, str], str] | None = None,
) -> Table:
    """A table with its name and title; formulas and notes call it by the same name."""
    return Table(
        *named(name, lang), columns, rows, notes, total_rows, shades, key=name, formulas=formulas if formulas else {}
    )


# ------------------------------------------------------------------ counts
def states_table(result: Tasks, lang: str) -> Table:
    """All tasks by their state at T."""
    states = [name for name in STATES if result.total.states[name] or name not in _RARE]
    rows: list[list[Cell]] = [[text(f"task_state.{name}", lang), result.total.states[name]] for name in states]
    rows.append([text("word.total", lang), result.total.total])
    shades = {(at, "state"): _SHADES[name] for at, name in enumerate(states) if name in _SHADES}
    columns = columns_of(("state", "tasks"), lang)
    formulas = {(len(states), "tasks"): "=SUM({tasks:})"} if result.total.total else {}
    notes = [moment_note(result, lang), *_calendar_notes(result, lang), *_other_notes(result, lang)]
    return _table("task_states", lang, columns, rows, notes, total_rows=1, shades=shades, formulas=formulas)


def moment_note(result: Tasks, lang: str) -> str:
    """T, and where it comes from."""
    given = "given" if result.period.end_given else "found"
    return text(f"task_note.moment_{given}", lang, moment=f"{result.period.end:%d/%m/%Y}")


def _calendar_notes(result: Tasks, lang: str) -> list[str]:
    years = result.calendar.get("unconfirmed") or ()
    return [text("note.calendar_unconfirmed", lang, years=", ".join(map(str, years)))] if years else []


def _other_notes(result: Tasks, lang: str) -> list[str]:
    headings = [heading for heading in result.ignored if fold(heading) not in _NUMBERS]
    return [text("task_note.ignored", lang, headings="; ".join(headings))] if headings else []


def counts_table(kind: str, result: Tasks, lang: str) -> Table:
    """Every agency or steering group with its tasks by state and its two rates, and the whole."""
    counts = result.agencies if kind == "agency" else result.groups
    states = [name for name in STATES if result.total.states[name] or name not in _RARE]
    names = (kind, "tasks", *states, "done", "completion", "due_by", "on_time_of_due", "on_time")
    rows = [_count_row(one, states, body_name(one.body, lang)) for one in counts]
    rows.append(_count_row(result.total, states, text("word.total", lang)))
    notes = [text("task_note.rates", lang)]
    if any(one.body == MANY for one in counts):
        notes.append(text("task_note.several", lang))
    shades = {(at, "overdue"): "bad" for at, one in enumerate([*counts, result.total]) if one.states["overdue"]}
    chart = Chart("bar", kind, ("overdue", "done_late"))
    table = _table(f"tasks_by_{kind}", lang, columns_of(names, lang), rows, notes, total_rows=1, shades=shades)
    sums = sum_formulas(table, ("tasks", *states, "done", "due_by", "on_time_of_due"))
    return replace(table, chart=chart, formulas={**sums, **_rates(rows)})


def _count_row(one: Count, states: Sequence[str], name: str) -> list[Cell]:
    counts: list[Cell] = [one.states[state] for state in states]
    return [name, one.total, *counts, one.done, one.completion, one.due, one.on_time_of_due, one.on_time]


def _rates(rows: Sequence[Sequence[Cell]]) -> dict[tuple[int, str], str]:
    """The rates follow from the counts beside them, where there is something to divide by."""
    found = {(at, "completion"): "=ROUND(100*{done}/{tasks},2)" for at, row in enumerate(rows) if row[1]}
    due = {(at, "on_time"): "=ROUND(100*{on_time_of_due}/{due_by},2)" for at, row in enumerate(rows) if row[-3]}
    return {**found, **due}


def weeks_table(result: Tasks, lang: str) -> Table:
    """The tasks that are due in each ISO week: done of due."""
    names = ("week", "from_to", "tasks", "done", "completion", "done_on_time", "done_late", "overdue")
    rows: list[list[Cell]] = []
    for one in result.weeks:
        first = date.fromisocalendar(int(one.body.key[:4]), int(one.body.key[-2:]), 1)
        last = date.fromordinal(first.toordinal() + 6)
        counts: list[Cell] = [one.total, one.done, one.completion]
        states: list[Cell] = [one.states[name] for name in names[5:]]
        rows.append([one.body.name, f"{first:%d/%m} – {last:%d/%m/%Y}", *counts, *states])
    shades = {(at, "overdue"): "bad" for at, one in enumerate(result.weeks) if one.states["overdue"]}
    formulas = {(at, "completion"): "=ROUND(100*{done}/{tasks},2)" for at in range(len(rows))}
    notes = [text("task_note.weeks", lang)]
    return _table("tasks_by_week", lang, columns_of(names, lang), rows, notes, shades=shades, formulas=formulas)


# ------------------------------------------------------------------ lists
_LISTS: Mapping[str, tuple[str, ...]] = {
    "tasks_overdue": ("row", "task", "lead", "group", "source", "due", "progress", "days", "working_days"),
    "tasks_this_week": ("row", "task", "lead", "partners", "group", "source", "due", "progress"),
    "tasks_next_week": ("row", "task", "lead", "partners", "group", "source", "due", "progress"),
    "tasks_all": (
        *("row", "code", "task", "lead", "partners", "group", "source", "start", "due", "progress", "done_on", "state"),
        *("days", "working_days", "file"),
    ),
}


def list_table(
    name: str, found: Sequence[Standing], lang: str, notes: Sequence[str] = (), *, file: str | None = None
) -> Table:
    """Tasks one by one, with the `file` whose rows they are; columns that none of them has are left out."""
    cells = [{**_cells(one, lang), "file": file} for one in found]
    names = [key for key in _LISTS[name] if any(row[key] is not None for row in cells) or key in ("task", "lead")]
    rows = [[row[key] for key in names] for row in cells]
    shades = {
        (at, "state"): _SHADES[one.state] for at, one in enumerate(found) if "state" in names and one.state in _SHADES
    }
    return _table(name, lang, columns_of(names, lang), rows, notes, shades=shades)


def _cells(one: Standing, lang: str) -> dict[str, Cell]:
    task = one.task
    return {
        "row": task.row,
        "code": task.code or None,
        "task": task.title,
        "lead": lead_name(one, lang),
        "partners": "; ".join(task.partners) or None,
        "group": None if task.group == NOBODY else task.group.name,
        "source": task.source or None,
        "start": day_shown(task.start),
        "due": day_shown(task.due),
        "progress": task.progress,
        "done_on": day_shown(task.done),
        "state": text(f"task_state.{one.state}", lang),
        "days": one.days,
        "working_days": one.working_days,
    }


def lead_name(one: Standing, lang: str) -> str:
    """Who answers for a task; of several leads their names."""
    return "; ".join(one.task.leads) if one.task.lead == MANY else body_name(one.task.lead, lang)


def next_week_note(result: Tasks, lang: str) -> str:
    """The days of the next week."""
    around = result.around
    return text("task_note.next_week", lang, first=day_shown(around.monday), last=day_shown(around.next_sunday))


# ------------------------------------------------------------------ changes
def changes_table(result: Tasks, lang: str) -> Table | None:
    """What happened since the previous register, a row for each event; None without one."""
    changes = result.changes
    if changes is None:
        return None
    names = ("event", "task", "lead", "due_before", "due", "state_before", "state", "row_before", "row")
    rows = [_change_row(one, lang) for one in changes.changes]
    shades = {
        (at, "event"): _EVENT_SHADES[one.event] for at, one in enumerate(changes.changes) if one.event in _EVENT_SHADES
    }
    values = {
        "file": changes.name,
        "moment": day_shown(changes.moment),
        "before": count(changes.before.total, lang),
        "both": count(changes.both, lang),
        "now": count(result.total.total, lang),
    }
    notes = [text("task_note.changes", lang, **values), text("task_note.due_moved", lang)]
    return _table("task_changes", lang, columns_of(names, lang), rows, notes, shades=shades)


def _change_row(one: Change, lang: str) -> list[Cell]:
    either = one.now or one.before
    lead = lead_name(either, lang) if either else None
    if one.event == "reassigned" and one.before and one.now:
        lead = f"{lead_name(one.before, lang)} → {lead_name(one.now, lang)}"
    told: list[Cell] = [text(f"task_event.{one.event}", lang), either.task.title if either else None, lead]
    told += [day_shown(side.task.due) if side else None for side in (one.before, one.now)]
    sides = (one.before, one.now)
    told += [text(f"task_state.{side.state}", lang) if side else None for side in sides]
    return [*told, *(side.task.row if side else None for side in sides)]


# ------------------------------------------------------------------ what was found
def rows_table(result: Tasks, lang: str) -> Table:
    """What became of every row."""
    names = ("read", "counted", "out_of_scope", "superseded", "rejected")
    rows: list[list[Cell]] = [[text(f"task_rows.{name}", lang), getattr(result.rows, name)] for name in names]
    return _table("task_rows", lang, columns_of(("what", "rows"), lang), rows)


def findings_table(result: Tasks, lang: str) -> Table:
    """Every finding with its row, its cause and its cure, the errors first."""
    names: tuple[str, ...] = ("rule", "severity", "row", "column", "message", "cure", "accepted")
    entries = result.findings.sort_values(["severity", "row", "rule"], kind="stable").astype(object).to_dict("records")
    rows = [_finding_row(entry, lang) for entry in entries]
    shades = {(at, "severity"): "bad" for at, entry in enumerate(entries) if entry["severity"] == "error"}
    notes = [] if rows else [text("note.no_findings", lang)]
    if not any(entry["accepted"] for entry in entries):
        names, rows = names[:-1], [row[:-1] for row in rows]
    return _table("task_findings", lang, columns_of(names, lang), rows, notes, shades=shades)


def _finding_row(entry: Mapping[Any, Any], lang: str) -> list[Cell]:
    field = f"task_column.{'done_on' if entry['column'] == 'done' else entry['column']}"
    return [
        entry["rule"],
        text(f"word.{entry['severity']}", lang),
        known(entry["row"]),
        text(field, lang) if has(field, lang) else entry["column"],
        message(entry["rule"], entry["text"], lang),
        text(f"finding.{entry['rule']}.cure", lang),
        text("word.yes", lang) if entry["accepted"] else "",
    ]


def message(rule: str, shown: str, lang: str) -> str:
    """What a finding says, with the masked text or the days that show it."""
    title = text(f"finding.{rule}.title", lang)
    return f"{title}: {shown}" if shown else title


# ------------------------------------------------------------------ for machines
def plain_counts(result: Tasks, lang: str) -> Table:
    """The counts of the whole, of agencies, steering groups and weeks as one table."""
    names = ("kind", "name", "agency_id", "tasks", *STATES, "done", "completion", "due_by", "on_time_of_due", "on_time")
    rows: list[list[Cell]] = []
    for one in (result.total, *result.agencies, *result.groups, *result.weeks):
        name = None if one.kind == "total" else one.body.name
        rows.append([one.kind, name, one.body.agency_id, *_count_row(one, STATES, "")[1:]])
    return Table(*named("tasks_by_agency", lang), columns_of(names, lang), rows)


def plain_list(result: Tasks, lang: str) -> Table:
    """Every task, as machines read it."""
    names = (*_LISTS["tasks_all"],)
    rows: list[list[Cell]] = []
    for one in result.standings:
        days = {name: getattr(one.task, field) for name, field in _DAYS.items()}
        iso = {name: day.isoformat() if day else None for name, day in days.items()}
        lead = None if one.task.lead == NOBODY else lead_name(one, lang)
        row = {**_cells(one, lang), **iso, "state": one.state, "lead": lead, "file": result.file}
        rows.append([row[name] for name in names])
    return Table(*named("tasks_all", lang), columns_of(names, lang), rows)


_DAYS = {"start": "start", "due": "due", "done_on": "done"}
