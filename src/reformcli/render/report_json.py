"""A report as JSON: `reformcli.report/1`, the keys of the other shapes under one roof."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reformcli.outcomes import Report
from reformcli.render import shapes
from reformcli.render.changes_json import comparison_entry
from reformcli.render.late_json import late_body
from reformcli.render.outlook_json import gaps_body, targets_body
from reformcli.render.views import ordered


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
    }
