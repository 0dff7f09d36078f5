"""Targets, gaps, paths and risks as JSON: the parts of `reformcli.targets/1` and `reformcli.gaps/1`."""

from __future__ import annotations

from typing import Any

from reformcli.outcomes import Gap, Outlook, Path, Risk, Target, TargetResult
from reformcli.render.outlook import how
from reformcli.render.shapes import unit_keys


def targets_body(result: Outlook) -> dict[str, Any]:
    """The targets used, and each held against its units."""
    used = {one.target.id: one.target for one in result.targets}
    return {
        "definitions": [definition(target) for target in used.values()],
        "targets": [_target_entry(one) for one in result.targets],
    }


def gaps_body(result: Outlook) -> dict[str, Any]:
    """Gaps, paths and risks."""
    return {
        "gaps": [{**_gap_entry(gap), "how": how(result.ways.get(gap.component.id))} for gap in result.gaps],
        "paths": [_path_entry(path) for path in result.paths],
        "risks": [_risk_entry(risk) for risk in result.risks],
        "until": str(result.until) if result.until else None,
    }


def definition(target: Target) -> dict[str, Any]:
    """A target as it was set."""
    return {
        "id": target.id,
        "measure": target.measure,
        "for": target.level,
        "at_least": target.at_least,
        "by": target.by.isoformat() if target.by else None,
        "name": dict(target.name),
        "source": target.source,
        "evidence": target.evidence,
    }


def _target_entry(one: TargetResult) -> dict[str, Any]:
    figures = ("numerator", "denominator", "ratio", "status", "distance", "missing", "missing_new", "points")
    named = {"target": one.target.id, "measure": one.target.measure, "at_least": one.target.at_least}
    return {**unit_keys(one.unit), **named, **{name: getattr(one, name) for name in figures}}


def _gap_entry(gap: Gap) -> dict[str, Any]:
    counts = ("numerator", "denominator", "to_next", "to_full", "new_to_next", "new_to_full")
    figures = (*counts, "points", "lost", "one_more")
    entry = {**unit_keys(gap.unit), "component": gap.component.id, "max": gap.component.max}
    return entry | {name: getattr(gap, name) for name in figures}


def _path_entry(path: Path) -> dict[str, Any]:
    steps = [
        {
            "component": step.component.id,
            "dossiers": step.dossiers,
            "new": step.new,
            "before": step.before,
            "after": step.after,
        }
        for step in path.steps
    ]
    figures = {name: getattr(path, name) for name in ("goal", "points", "reached", "dossiers", "new")}
    return {**unit_keys(path.unit), **figures, "is_reached": path.reached >= path.goal, "steps": steps}


def _risk_entry(risk: Risk) -> dict[str, Any]:
    named = {"component": risk.component.id, "until": str(risk.until)}
    return {**unit_keys(risk.unit), **named, "dossiers": risk.dossiers, "points": risk.points, "then": risk.then}
