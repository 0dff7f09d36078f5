"""Courses of results as JSON: `reformcli.history/1`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reformcli.history.course import MEASURES, Course, History, Moment, Unused, component, component_of, key_of
from reformcli.model import Unit
from reformcli.render.shapes import manifest, rows, unit_keys


def history_document(history: History, findings: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The whole result; `findings` are those of exports that results were computed from."""
    return {
        "schema": "reformcli.history/1",
        "manifest": manifest(history.manifest),
        "rows": rows(history.rows),
        "findings": list(findings),
        "courses": [_course(course) for course in history.courses],
        "unused": [_unused(one) for one in history.unused],
        "shared_counts": list(history.shared_counts),
    }


def _course(course: Course) -> dict[str, Any]:
    return {
        "rhythm": course.rhythm,
        "since": course.anchor.isoformat(sep=" ") if course.anchor else None,
        "periods": [_moment(moment) for moment in course.moments],
        "gaps": course.gaps,
        "entries": [
            _entry(course, unit, at)
            for unit in course.units
            for at, moment in enumerate(course.moments)
            if moment.result and key_of(unit) in moment.result.units
        ],
        "lines": [
            line for unit in course.units for line in map(partial(_line, course, unit), _measures(course)) if line
        ],
    }


def _measures(course: Course) -> list[str]:
    return [*MEASURES, *map(component, course.components)]


def _moment(moment: Moment) -> dict[str, Any]:
    one = moment.result
    start, end = (one.figures.start, one.figures.end) if one else (moment.slot.start, moment.slot.end)
    return {
        "period": moment.slot.name,
        "from": start.isoformat(sep=" ") if start else None,
        "to": end.isoformat(sep=" ") if end else None,
        "is_gap": one is None,
        "is_break": moment.is_break,
        "lacks": list(one.lacks) if one else [],
        "scorecard": dict(zip(("id", "version", "sha256"), one.card, strict=True)) if one else None,
        "source": one.source if one else None,
        "sha256": (one.sha256 or None) if one else None,
        "identity": one.identity if one else None,
        "tool": one.tool if one else None,
    }


def _entry(course: Course, unit: Unit, at: int) -> dict[str, Any]:
    """One unit in one period; the points of its components are in the lines."""
    moment, key = course.moments[at], key_of(unit)
    if moment.result is None:  # the caller has looked
        raise ValueError(at)
    one, result = moment.result.units[key], moment.result
    return {
        **unit_keys(unit),
        "period": moment.slot.name,
        "measurable": one.measurable,
        "max": result.maxima[key],
        "band": result.bands[key],
        "rank": one.rank,
        "rank_of": one.rank_of,
        **{name: course.line(unit, name).values[at] for name in MEASURES},
    }


def _line(course: Course, unit: Unit, measure: str) -> dict[str, Any] | None:
    """One measure of one unit over all periods, a component by its id; None where no period has a value."""
    line = course.line(unit, measure)
    if line.start is None:
        return None
    names = [moment.slot.name for moment in course.moments]
    return {
        **unit_keys(unit),
        "measure": "component" if component_of(measure) else measure,
        "component": component_of(measure),
        "values": list(line.values),
        "breaks": [names[at] for at in line.breaks],
        "counted_from": names[line.start],
        **{name: getattr(line, name) for name in ("first", "last", "low", "high", "change")},
    }


def _unused(one: Unused) -> dict[str, Any]:
    return {
        "name": one.source,
        "sha256": one.sha256 or None,
        "period": one.period,
        "reason": one.reason,
        "aspect": one.aspect,
        "points": one.points,
        "used": one.used,
    }
