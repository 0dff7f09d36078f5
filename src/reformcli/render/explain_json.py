"""A figure with its dossiers, or the story of a dossier, as JSON: the keys of `reformcli.explain/1`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reformcli.audit.explanation import Entry, Explanation, Figure, Story, StoryRow
from reformcli.flow import FLOW
from reformcli.render import explain as views
from reformcli.render import reason_words as words
from reformcli.render import shapes
from reformcli.render.views import formula

_DOSSIER = ("dossier_id", "agency", "level", "state", "received_at", "due_at", "deadline_at", "ended_at")
_PLACE = ("file", "sheet", "row")


def figure_body(told: Explanation, lang: str) -> dict[str, Any]:
    """The figure, its rule and its dossiers."""
    return {
        "figure": _figure(told.figure),
        "rule": _rule(told, lang),
        "dossiers": _dossiers(told, lang),
        "procedures": [_procedure(one) for one in told.procedures],
    }


def _procedure(one: Mapping[str, Any]) -> dict[str, Any]:
    unit = one["unit"]
    return {"agency": unit.agency, "level": unit.level, **{name: one[name] for name in one if name != "unit"}}


def _figure(figure: Figure) -> dict[str, Any]:
    score = shapes.component_entry(figure.unit, figure.score) if figure.score else None
    return {
        "is": figure.kind,
        "name": figure.name,
        "of": figure.of,
        **shapes.unit_keys(figure.unit),
        "value": figure.value,
        "listed": figure.listed,
        "difference": figure.difference,
        "differs": list(figure.differs),
        "parts": [
            {
                "agency": part.unit.agency,
                "level": part.unit.level,
                "value": part.value,
                "listed": part.listed,
                "why": part.why,
            }
            for part in figure.parts
        ],
        "kinds": dict(figure.kinds),
        "exempt": figure.exempt,
        "score": score,
    }


def _rule(told: Explanation, lang: str) -> dict[str, Any]:
    figure, component, rules = told.figure, told.figure.component, told.run.manifest.scorecard.states
    if component:
        names_of = {name: said if said != "counts" else None for name, said in views.rule_of(figure).items()}
        return {
            "title": views.title(told, lang),
            **names_of,
            "formula": formula(component, lang),
            "source": component.source,
            "evidence": component.evidence,
            "definition": views.predicate(views.rule_of(figure)["numerator"], rules, lang),
        }
    numerator = FLOW[figure.name] if figure.kind == "metric" else None
    names = dict.fromkeys(("population", "formula", "source", "evidence"))
    definition = "; ".join(views.definitions(told, lang))
    return {"title": views.title(told, lang), **names, "numerator": numerator, "definition": definition}


def _dossiers(told: Explanation, lang: str) -> list[dict[str, Any]]:
    rows = told.dossiers
    extra = ("days_late", "because", *(("kind", "cause", "evidence") if "cause" in rows else ()))
    names = [*_DOSSIER, *extra, *_PLACE]
    columns = {name: words.plain(rows[name]) if name in rows else [None] * len(rows) for name in names}
    columns["also"] = [words.also(int(one)) for one in rows["also"].tolist()]
    columns["why"] = views.whys(rows, told, lang)
    if told.told:
        columns["told"] = words.plain(rows[told.told]) if told.told in rows else [None] * len(rows)
    if told.figure.component and told.figure.component.sum:
        columns["seconds"] = words.plain(rows[told.figure.component.sum])
    resolved = words.plain(rows["is_resolved"])
    columns["ended_at"] = [at if is_ended else None for at, is_ended in zip(columns["ended_at"], resolved, strict=True)]
    entries = [dict(zip(columns, map(_json, values), strict=True)) for values in zip(*columns.values(), strict=True)]
    return [_renamed(entry) for entry in entries]


def _renamed(entry: dict[str, Any]) -> dict[str, Any]:
    return {"working_days_late" if name == "days_late" else name: value for name, value in entry.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return str(value)
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


# ------------------------------------------------------------------ one dossier
def story_body(story: Story, lang: str) -> dict[str, Any]:
    """The story of one dossier."""
    return {
        "dossier_id": story.dossier_id,
        "dossier": _told(story, lang) if story.row else None,
        "dossier_rows": [_row(one) for one in story.rows],
        "entered": [_entry(one) for one in story.entries],
    }


def _told(story: Story, lang: str) -> dict[str, Any]:
    row, manifest = story.row or {}, story.run.manifest
    names = (*_DOSSIER[1:], "because", *_PLACE, "placed_by", "waiting")
    late: Mapping[str, Any] = story.late
    return {
        **{name: _json(_plain(row[name])) for name in names},
        "ended_at": _json(row["ended_at"]) if row["ended_at"] and row["ended_at"] <= manifest.period.end else None,
        "row": int(row["row"]),
        "working_days_late": None if row["days_late"] is None else int(row["days_late"]),
        "also": words.also(int(row["also"])),
        "why": words.sentence(row, manifest.period, manifest.scorecard.states, lang),
        "late": {name: late.get(name) for name in ("kind", "cause", "evidence")} if late else None,
    }


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _row(one: StoryRow) -> dict[str, Any]:
    return {
        "file": one.file,
        "sheet": one.sheet,
        "row": one.row,
        "fate": one.fate,
        "why": one.why or None,
        "found": [{"rule": rule, "severity": severity, "text": value or None} for rule, severity, value in one.found],
        **{name: _json(_plain(value)) for name, value in one.facts.items()},
    }


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "is": one.kind,
        "name": one.name,
        **shapes.unit_keys(one.unit),
        "numerator": one.in_numerator,
        "denominator": one.in_denominator,
        "counted": one.is_counted,
    }
