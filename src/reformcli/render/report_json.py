"""A report as JSON: `reformcli.report/1`, the keys of the other shapes under one roof."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reformcli.i18n import LANGUAGES
from reformcli.render import course_json, league_json, shapes, tasks_json
from reformcli.render.changes_json import comparison_entry
from reformcli.render.late_json import late_body
from reformcli.render.outlook_json import gaps_body, targets_body
from reformcli.render.services import services_body
from reformcli.render.views import ordered
from reformcli.reported import Report

_OWN = ("schema", "manifest", "found")  # of a result that stands alone; a report tells these of the whole, or in tables


def report_body(report: Report, *, listed: bool = True) -> dict[str, Any]:
    """The whole result; without `listed` no dossier of its own, for what a later report is compared with."""
    document = shapes.score_document(replace(report.run, units=tuple(ordered(report.run.units))))
    late = late_body(report.late, listed=listed)
    also = {name: [shapes.late_entry(group) for group in groups] for name, groups in report.late.also.items()}
    metrics = shapes.metric_entries(report.flow, ("level", "agency"))
    return {
        **document,
        "schema": "reformcli.report/1",
        "manifest": {**document["manifest"], "calendar": dict(report.late.calendar)},
        "metrics": metrics,
        **late,
        "late_by": also,
        **targets_body(report.outlook),
        **gaps_body(report.outlook),
        "comparison": comparison_entry(report.comparison) if report.comparison else None,
        **_joined(report),
    }


def _joined(report: Report) -> dict[str, Any]:
    """What other commands tell alone, as far as it was asked for."""
    found: dict[str, Any] = {}
    if report.offer:
        found["offer"] = services_body(report.offer)
    if report.league:
        found["league"] = _without_own(league_json.league_document(report.league))
    if report.tasks:
        told = _without_own(tasks_json.tasks_document(report.tasks, LANGUAGES[0]))
        found["tasks"] = {**told, "to": report.tasks.period.end.isoformat(sep=" ")}
    if report.history:
        found["history"] = _without_own(course_json.history_document(report.history))
    return found


def _without_own(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _OWN}
