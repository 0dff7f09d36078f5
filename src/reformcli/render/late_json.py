"""Late dossiers as JSON: the keys of `reformcli.late/1`."""

from __future__ import annotations

from typing import Any

from reformcli.late.names import Lateness, Movement
from reformcli.render import shapes
from reformcli.render.backlog import MOVES


def late_body(result: Lateness, *, listed: bool = True) -> dict[str, Any]:
    """The tables of late dossiers; parts that nobody asked for are left out, without `listed` the dossiers, too."""
    body: dict[str, Any] = {
        "late": [shapes.late_entry(group) for group in result.groups],
        "movement": moved(result.movement),
        "movement_by": [{"by": dict(by), **moved(one)} for by, one in result.movement_by],
        "pace": {
            "weeks": result.weeks,
            "weeks_to_clear": result.weeks_to_clear,
            "growing": [{"agency": name, "more": more} for name, more in result.growing],
        },
        "unstated": {"unstated": result.unstated, "late": result.late},
        "suggestions": [
            {"text": one.text, "count": one.count, "group": one.group, "phrase": one.phrase, "score": one.score}
            for one in result.suggestions
        ],
    }
    if result.series:
        body["series"] = [{"from": str(start), "to": str(end), **moved(one)} for start, end, one in result.series]
    for name, agencies in (("worst", result.worst), ("best", result.best)):
        if agencies:
            body[name] = [shapes.worst_entry(one) for one in agencies]
    for name, rows in (("dossiers", result.listed), ("near", result.near)):
        if rows is not None and listed:
            body[name] = shapes.dossier_entries(rows, name)
    return body


def moved(one: Movement) -> dict[str, int]:
    """How a backlog moved."""
    return {name: getattr(one, name) for name in MOVES}
