"""`reformcli.tasks/1`: tasks given to agencies, their states, and what changed. Nothing is computed."""

from __future__ import annotations

from datetime import date
from typing import Any

from reformcli import __version__
from reformcli.render.shapes import finding_counts, input_entry, rows
from reformcli.render.task_tables import message
from reformcli.render.words import known
from reformcli.tasks.model import EVENTS, MANY, NOBODY, STATES, Body, Change, Count, Standing, Tasks


def tasks_document(result: Tasks, lang: str) -> dict[str, Any]:
    """The whole result; only the messages of findings are in a language."""
    around = result.around
    return {
        "schema": "reformcli.tasks/1",
        "manifest": _manifest(result),
        "rows": rows(result.rows),
        "findings": finding_counts(result.findings),
        "total": _count(result.total),
        "agencies": [{**_body(one.body), **_count(one)} for one in result.agencies],
        "groups": [{"group": _name(one.body), **_count(one)} for one in result.groups],
        "weeks": [{"week": one.body.key, **_count(one)} for one in result.weeks],
        "overdue": [one.task.row for one in result.overdue],
        "due_this_week": _due(result.this_week, around.today, around.sunday),
        "due_next_week": _due(result.next_week, around.monday, around.next_sunday),
        "tasks": [{"file": result.file, **_standing(one)} for one in result.standings],
        "comparison": _changes(result),
        "found": [_finding(entry, lang) for entry in result.findings.astype(object).to_dict("records")],
    }


def _manifest(result: Tasks) -> dict[str, Any]:
    return {
        "tool": f"reformcli {__version__}",
        "to": result.period.end.isoformat(sep=" "),
        "period": {"end": "given" if result.period.end_given else "found"},
        "inputs": [input_entry(one) for one in result.inputs],
        "rules": [
            {"kind": one.kind, "id": one.id, "version": one.version, "sha256": one.sha256} for one in result.rules
        ],
        "calendar": dict(result.calendar),
        "options": dict(result.options),
    }


def _count(one: Count) -> dict[str, Any]:
    return {
        "tasks": one.total,
        "states": {name: one.states[name] for name in STATES},
        "done": one.done,
        "completion": one.completion,
        "due": one.due,
        "on_time_of_due": one.on_time_of_due,
        "on_time": one.on_time,
    }


def _name(body: Body) -> str | None:
    return None if body in (NOBODY, MANY) else body.name


def _body(body: Body) -> dict[str, Any]:
    return {"agency": _name(body), "agency_id": body.agency_id, "is_several": body == MANY}


def _due(found: tuple[Standing, ...], first: date, last: date) -> dict[str, Any]:
    return {"from": first.isoformat(), "to": last.isoformat(), "tasks": [one.task.row for one in found]}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _standing(one: Standing) -> dict[str, Any]:
    task = one.task
    return {
        "row": task.row,
        "code": task.code or None,
        "task": task.title,
        **_body(task.lead),
        "leads": list(task.leads),
        "partners": list(task.partners),
        "group": _name(task.group),
        "source": task.source or None,
        "start": _day(task.start),
        "due": _day(task.due),
        "ongoing": task.is_ongoing,
        "done": _day(task.done),
        "progress": task.progress,
        "has_result": task.has_result,
        "state": one.state,
        "days": one.days,
        "working_days": one.working_days,
    }


def _changes(result: Tasks) -> dict[str, Any] | None:
    changes = result.changes
    if changes is None:
        return None
    return {
        "to": changes.moment.isoformat(),
        "both": changes.both,
        "before": _count(changes.before),
        "events": {event: changes.count(event) for event in EVENTS},
        "changes": [_change(one, changes.name, result.file) for one in changes.changes],
    }


def _change(one: Change, then: str, now: str | None) -> dict[str, Any]:
    either = one.now or one.before
    return {
        "event": one.event,
        "task": either.task.title if either else None,
        "before": _side(one.before, then),
        "now": _side(one.now, now),
    }


def _side(one: Standing | None, file: str | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"file": file, "row": one.task.row, **_body(one.task.lead), "due": _day(one.task.due), "state": one.state}


def _finding(entry: dict[Any, Any], lang: str) -> dict[str, Any]:
    return {
        "rule": entry["rule"],
        "severity": entry["severity"],
        "file": entry["file"],
        "sheet": known(entry["sheet"]),
        "row": known(entry["row"]),
        "column": entry["column"] or None,
        "message": message(entry["rule"], entry["text"], lang),
        "accepted": bool(entry["accepted"]),
    }
