"""The JSON Schemas of every `reformcli.<command>/1`, written to src/reformcli/schemas.

python docs/schemas.py     writes them anew
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from reformcli.audit.edits import KINDS as ALTERATIONS
from reformcli.audit.edits import SEVERITIES as GRAVITIES
from reformcli.audit.explanation import ALSO, DIFFERS, OF
from reformcli.audit.made_from import KINDS as INPUTS
from reformcli.audit.proof import CAUSES as PROOF_CAUSES
from reformcli.audit.published import STATUSES as HELD
from reformcli.cli.told import NAMES
from reformcli.comparing.movers import EVENTS
from reformcli.findings import RULES
from reformcli.flow import FLOW
from reformcli.history.course import ASPECTS, LACKS, MEASURES, REASONS, RHYTHMS
from reformcli.history.course import COUNTS as COURSE_COUNTS
from reformcli.i18n import LANGUAGES
from reformcli.i18n import keys as texts
from reformcli.late.names import DIMENSIONS, KINDS
from reformcli.league.places import BASES, FAULTS, PROVINCES, RANKS, TERRITORY, UNITS
from reformcli.model import CHANNELS, LEVELS, SERVICE_LEVELS, STATUSES, UNATTRIBUTED, StateRules
from reformcli.pipeline import DIMENSIONS as FLOW_DIMENSIONS
from reformcli.render.backlog import MOVES
from reformcli.rules.mending import HOW
from reformcli.rules.provinces import AFTER, BEFORE
from reformcli.rules.targets import TARGET_LEVELS
from reformcli.services.catalogue import FLAGS as PROCEDURE_FLAGS
from reformcli.services.counting import PARTS
from reformcli.tasks.model import EVENTS as TASK_EVENTS
from reformcli.tasks.model import STATES as TASK_STATES

FOLDER = Path(__file__).resolve().parent.parent / "src" / "reformcli" / "schemas"
Schema = dict[str, Any]

# ------------------------------------------------------------------ small parts
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def known(*values: str | None) -> Schema:
    return {"enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def strict(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": sorted(required),
        "additionalProperties": False,
    }


def each(names: Any, schema: Schema) -> dict[str, Schema]:
    return dict.fromkeys(names, schema)


def worded(section: str) -> Schema:
    """One of the words that have a text there: `state.early`, `verify.check_rows`."""
    return known(*(key.removeprefix(section) for key in texts("vi") if key.startswith(section)))


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


# ------------------------------------------------------------------ what several share
LEVEL = known(*LEVELS, UNATTRIBUTED)
UNIT = {"kind": known("agency", "level", "total"), "agency": maybe(TEXT), "level": maybe(LEVEL)}
STATUS = known("measured", "empty", "upper_bound", "not_measured")
RULE: Schema = {"enum": sorted(RULES)}
SEVERITY = known("error", "warning")
CALENDAR = strict(
    {
        "kind": known("working", "calendar"),
        "saturday": known("off", "morning", "full"),
        "count_morning": FLAG,
        "sha256": SHA256,
        "library": maybe(TEXT),
        "own": {"anyOf": [strict({"name": TEXT, "sha256": SHA256}), {"type": "null"}]},
        "unconfirmed": several(INTEGER),
    }
)
SKIPPED = strict({"name": TEXT, "sheet": maybe(TEXT), "reason": TEXT})
_READ = ("rows", "counted", "out_of_scope", "superseded", "rejected")
INPUT = strict(
    {"kind": known(*INPUTS), "name": TEXT, "sha256": SHA256, "size": COUNT, "sheet": maybe(TEXT)}
    | each(_READ, maybe(COUNT))
)
OPTION: Schema = {"type": ["string", "integer", "boolean", "array"], "items": TEXT}
OPTIONS = strict(
    {"scorecard": TEXT, "columns": several(TEXT)}, each(sorted({*NAMES} - {"scorecard", "columns"}), OPTION)
)
RULE_FILE = strict({"kind": TEXT, "id": TEXT, "version": maybe(TEXT), "sha256": SHA256})
NAMED_FILE = strict({"name": TEXT, "sha256": SHA256})
SEALS: Schema = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{16}$"}}
SHOWN = strict({"language": known(*LANGUAGES)}, {"table": TEXT, "cells": SEALS})
MANIFEST = strict(
    {
        "tool": {"type": "string", "pattern": "^reformcli "},
        "identity": SHA256,
        "from": maybe(MOMENT),
        "to": maybe(MOMENT),
        "period": strict(each(("start", "end"), known("given", "found", None))),
        "inputs": several(INPUT),
        "rules": several(RULE_FILE),
        "scorecard": strict({"id": TEXT, "version": TEXT, "sha256": SHA256}),
        "calendar": {"anyOf": [CALENDAR, strict({}), {"type": "null"}]},
        "options": OPTIONS,
        "skipped": several(SKIPPED),
    },
    {"targets": NAMED_FILE, "mending": NAMED_FILE, "shown": SHOWN},
)
ROWS = strict(each(("read", "counted", "out_of_scope", "superseded", "rejected"), COUNT))
FOUND = strict({"rule": RULE, "severity": SEVERITY, "count": COUNT})
CHANGE = strict(each(("before", "now", "change"), maybe(NUMBER)))
MOVED = each(MOVES, COUNT)
BY = {"type": "object", "propertyNames": known(*DIMENSIONS), "additionalProperties": maybe(TEXT)}
TASKS_MANIFEST = strict(
    {
        **{name: MANIFEST["properties"][name] for name in ("tool", "identity", "inputs", "rules")},
        "to": MOMENT,
        "period": strict({"end": known("given", "found")}),
        "calendar": CALENDAR,
        "options": strict({}, each(sorted(NAMES), OPTION)),
    },
    {"shown": SHOWN},
)
DEFS: dict[str, Schema] = {
    "manifest": MANIFEST,
    "tasks_manifest": TASKS_MANIFEST,
    "rows": ROWS,
    "found": FOUND,
    "change": CHANGE,
    "by": BY,
}
COMMON = {"manifest": ref("manifest"), "rows": ref("rows"), "findings": several(ref("found"))}

# ------------------------------------------------------------------ score
FLOW_COUNTS = each(FLOW, maybe(COUNT))
SCORED = strict(
    {
        **UNIT,
        "component": TEXT,
        "numerator": maybe(COUNT),
        "denominator": maybe(COUNT),
        "ratio": maybe(NUMBER),
        "mean_days": maybe(NUMBER),
        "points": maybe(NUMBER),
        "max": NUMBER,
        "status": STATUS,
        "origin": known("dossiers", "counts", "catalogue", "inherited", "mixed", None),
        "missing": several(TEXT),
    }
)
SCORE = {
    "units": several(
        strict(
            {
                **UNIT,
                "rank": maybe(COUNT),
                "rank_of": maybe(COUNT),
                "points": maybe(NUMBER),
                "measurable": NUMBER,
                "max": NUMBER,
                "band": maybe(TEXT),
                "counts": strict(FLOW_COUNTS),
            }
        )
    ),
    "groups": several(strict({**UNIT, "group": TEXT, "points": maybe(NUMBER), "measurable": NUMBER, "max": NUMBER})),
    "components": several(SCORED),
    "unplaced": several(strict({"agency": TEXT, "unit_code": TEXT, "dossiers": COUNT})),
}
FLOW_BY = {"type": "object", "propertyNames": known(*FLOW_DIMENSIONS), "additionalProperties": maybe(TEXT)}
METRICS = {
    "metrics": several(
        strict({"by": FLOW_BY, **FLOW_COUNTS, "on_time_rate": maybe(NUMBER), "online_rate": maybe(NUMBER)})
    )
}

# ------------------------------------------------------------------ late
DAYS = {"median_working_days": maybe(NUMBER), "p90_working_days": maybe(COUNT), "max_working_days": maybe(COUNT)}
LATE_GROUP = strict(
    {
        "by": ref("by"),
        "overdue": COUNT,
        "resolved_late": COUNT,
        "paused_past_due": COUNT,
        "share": maybe(NUMBER),
        **DAYS,
    }
)
RANKED = several(strict({"level": LEVEL, "agency": TEXT, "handled": COUNT, "late": COUNT, "rate": NUMBER, **DAYS}))
PLACED = {"file": TEXT, "sheet": maybe(TEXT), "row": COUNT}
LISTED = {
    "dossier_id": maybe(TEXT),
    "agency": maybe(TEXT),
    "level": maybe(LEVEL),
    "field": maybe(TEXT),
    "procedure": maybe(TEXT),
    "due_at": maybe(MOMENT),
    **PLACED,
}
DOSSIER = strict(
    {
        **LISTED,
        "status": maybe(known(*STATUSES)),
        "received_at": maybe(MOMENT),
        "ended_at": maybe(MOMENT),
        "kind": known(*KINDS),
        "working_days_late": maybe(INTEGER),
        "cause": maybe(TEXT),
        "evidence": maybe(TEXT),
    }
)
SUGGESTED = {"text": TEXT, "count": COUNT, "group": maybe(TEXT), "phrase": maybe(TEXT), "score": maybe(NUMBER)}
PACE = {
    "weeks": NUMBER,
    "weeks_to_clear": maybe(NUMBER),
    "growing": several(strict({"agency": TEXT, "more": COUNT})),
}
LATE = {
    "late": several(LATE_GROUP),
    "movement": strict(MOVED),
    "movement_by": several(strict({"by": ref("by"), **MOVED})),
    "pace": strict(PACE),
    "unstated": strict({"unstated": COUNT, "late": COUNT}),
    "suggestions": several(strict(SUGGESTED)),
}
LATE_MORE = {
    "series": several(strict({"from": MOMENT, "to": MOMENT, **MOVED})),
    "worst": RANKED,
    "best": RANKED,
    "dossiers": several(DOSSIER),
    "near": several(strict({**LISTED, "working_days_left": maybe(INTEGER)})),
}

# ------------------------------------------------------------------ targets and gaps
TARGETS = {
    "definitions": several(ref("definition")),
    "targets": several(
        strict(
            {
                **UNIT,
                "target": TEXT,
                "measure": TEXT,
                "at_least": NUMBER,
                "numerator": maybe(COUNT),
                "denominator": maybe(COUNT),
                "ratio": maybe(NUMBER),
                "status": known("met", "missed", "ahead", "not_measured", "empty"),
                "distance": maybe(NUMBER),
                "missing": maybe(COUNT),
                "missing_new": maybe(COUNT),
                "points": maybe(NUMBER),
            }
        )
    ),
}
NAMES_IN_BOTH = strict({"vi": TEXT, "en": TEXT})
DEFINITION = strict(
    {
        "id": TEXT,
        "measure": TEXT,
        "for": known(*TARGET_LEVELS),
        "at_least": NUMBER,
        "by": maybe(DAY),
        "name": NAMES_IN_BOTH,
        "source": TEXT,
        "evidence": TEXT,
    }
)
DEFS["definition"] = DEFINITION
STEP = strict({"component": TEXT, "dossiers": COUNT, "new": COUNT, "before": NUMBER, "after": NUMBER})
GAPS = {
    "gaps": several(
        strict(
            {
                **UNIT,
                "component": TEXT,
                "max": NUMBER,
                **each(("numerator", "denominator", "to_next", "to_full"), COUNT),
                **each(("new_to_next", "new_to_full"), maybe(COUNT)),
                **each(("points", "lost", "one_more"), NUMBER),
                "how": known(*HOW),
            }
        )
    ),
    "paths": several(
        strict(
            {
                **UNIT,
                **each(("goal", "points", "reached"), NUMBER),
                **each(("dossiers", "new"), COUNT),
                "is_reached": FLAG,
                "steps": several(STEP),
            }
        )
    ),
    "risks": several(
        strict({**UNIT, "component": TEXT, "until": MOMENT, "dossiers": INTEGER, "points": NUMBER, "then": NUMBER})
    ),
    "until": maybe(MOMENT),
}

# ------------------------------------------------------------------ services
SERVICE_GROUP = {
    "count": COUNT,
    "offered": strict(each(PARTS, COUNT)),
    **each(("online_share", "eform_share", "used_full_share"), maybe(NUMBER)),
    **each(("eforms", "used", "used_full", "used_online", "received", "received_online"), maybe(COUNT)),
}
SERVICE_SHARE = {
    "service_level": known("full", "partial", "online", "information", "unstated"),
    **each(("share", "half_up", "share_of_used"), maybe(NUMBER)),
    "adjusted": FLAG,
}
SERVICE = {
    **each(("procedure_id", "procedure", "field"), maybe(TEXT)),
    "levels": several(known(*LEVELS)),
    "agencies": several(TEXT),
    "service_level": known(*SERVICE_LEVELS, None),
    **each(PROCEDURE_FLAGS, maybe(FLAG)),
    "row": COUNT,
    **each(("received", "received_online", "on_paper", "paid_online"), maybe(COUNT)),
}
SERVICE_LIST = several(ref("service"))
DEFS["service"] = strict(SERVICE)
SERVICES = {
    "procedures": strict(SERVICE_GROUP),
    "service_levels": several(strict({**SERVICE_SHARE, **SERVICE_GROUP})),
    "made_to_add": FLAG,
    "by_field": several(strict({"field": maybe(TEXT), **SERVICE_GROUP})),
    "by_level": several(strict({"level": maybe(LEVEL), **SERVICE_GROUP})),
    "unplaced": several(strict({"written": maybe(TEXT), "dossiers": COUNT, "why": known("unknown", "ambiguous")})),
    "services": SERVICE_LIST,
    "unfiled": {"anyOf": [SERVICE_LIST, {"type": "null"}]},
    "on_paper": {"anyOf": [SERVICE_LIST, {"type": "null"}]},
}

# ------------------------------------------------------------------ compare
BASIS = strict(
    {
        "from": maybe(MOMENT),
        "to": maybe(MOMENT),
        "scorecard": strict({"id": TEXT, "version": TEXT}),
        "sources": several(TEXT),
        "rejected": maybe(COUNT),
    }
)
COMPARED_ALWAYS = {
    "before": BASIS,
    "now": BASIS,
    "forced": several(known("scorecard", "periods", "levels")),
    "shared_counts": several(TEXT),
}
RATES = ("on_time_rate", "online_rate")
MOVERS = strict(each(("joined_good", "joined_bad", "left_good", "left_bad", "turned_good", "turned_bad"), COUNT))
COMPARED_UNITS = {
    "units": several(
        strict(
            {
                **UNIT,
                **each(("points", "measurable", "rank", "rank_of"), ref("change")),
                "same_measured": FLAG,
                "flow": strict(each((*FLOW, *RATES), ref("change"))),
            }
        )
    ),
    "components": several(
        strict(
            {
                **UNIT,
                "component": TEXT,
                **each(("status_before", "status_now"), maybe(STATUS)),
                **each(("numerator", "denominator", "ratio", "points", "mean_days"), ref("change")),
                "movers": {"anyOf": [MOVERS, {"type": "null"}]},
            }
        )
    ),
    "new_units": several(strict(UNIT)),
    "gone_units": several(strict(UNIT)),
}
EITHER_BY = {
    "type": "object",
    "propertyNames": known(*sorted({*DIMENSIONS, *FLOW_DIMENSIONS})),
    "additionalProperties": maybe(TEXT),
}
GROUP_CHANGES = {
    "flow": strict({"by": EITHER_BY, **each((*FLOW, *RATES), ref("change"))}),
    "late": strict({"by": EITHER_BY, **each(("overdue", "resolved_late", "share", "closing"), ref("change"))}),
}
MOVED_DOSSIER = strict(
    {
        "dossier_id": maybe(TEXT),
        "agency": maybe(TEXT),
        "level": maybe(LEVEL),
        "events": several(known(*EVENTS)),
        "due_at": maybe(MOMENT),
        "ended_at": maybe(MOMENT),
        **PLACED,
    }
)


def compared(kind: str) -> Schema:
    """The key `comparison`: of units, or of the groups of a table."""
    if kind == "units":
        return strict({**COMPARED_ALWAYS, **COMPARED_UNITS})
    return strict({**COMPARED_ALWAYS, "groups": several(GROUP_CHANGES[kind])})


# ------------------------------------------------------------------ tasks
TASK_COUNT = {
    **each(("tasks", "done", "due", "on_time_of_due"), COUNT),
    **each(("completion", "on_time"), maybe(NUMBER)),
    "states": strict(each(TASK_STATES, COUNT)),
}
TASK_LEAD = {"agency": maybe(TEXT), "agency_id": maybe(TEXT), "is_several": FLAG}
TASK_STATE = known(*TASK_STATES)
TASK_DUE = strict({"from": DAY, "to": DAY, "tasks": several(COUNT)})
TASK = strict(
    {
        "file": maybe(TEXT),
        "row": COUNT,
        "task": TEXT,
        **TASK_LEAD,
        **each(("leads", "partners"), several(TEXT)),
        **each(("code", "group", "source"), maybe(TEXT)),
        **each(("start", "due", "done"), maybe(DAY)),
        "ongoing": FLAG,
        "progress": maybe(NUMBER),
        "has_result": maybe(FLAG),
        "state": TASK_STATE,
        **each(("days", "working_days"), maybe(COUNT)),
    }
)
TASK_SIDE: Schema = {
    "anyOf": [
        strict({"file": maybe(TEXT), "row": COUNT, **TASK_LEAD, "due": maybe(DAY), "state": TASK_STATE}),
        {"type": "null"},
    ]
}
TASK_CHANGES = strict(
    {
        "to": DAY,
        "both": COUNT,
        "before": strict(TASK_COUNT),
        "events": strict(each(TASK_EVENTS, COUNT)),
        "changes": several(strict({"event": known(*TASK_EVENTS), "task": TEXT, "before": TASK_SIDE, "now": TASK_SIDE})),
    }
)
TASK_FINDING = strict(
    {
        "rule": RULE,
        "severity": SEVERITY,
        **each(("file", "message"), TEXT),
        **each(("sheet", "column"), maybe(TEXT)),
        "row": maybe(COUNT),
        "accepted": FLAG,
    }
)
TASKS = {
    "manifest": ref("tasks_manifest"),
    "rows": ref("rows"),
    "findings": several(ref("found")),
    "total": strict(TASK_COUNT),
    "agencies": several(strict({**TASK_LEAD, **TASK_COUNT})),
    "groups": several(strict({"group": maybe(TEXT), **TASK_COUNT})),
    "weeks": several(strict({"week": {"type": "string", "pattern": r"^\d{4}-W\d\d$"}, **TASK_COUNT})),
    "overdue": several(COUNT),
    **each(("due_this_week", "due_next_week"), TASK_DUE),
    "tasks": several(TASK),
    "comparison": {"anyOf": [TASK_CHANGES, {"type": "null"}]},
    "found": several(TASK_FINDING),
}

# ------------------------------------------------------------------ explain
STATE, BECAUSE = worded("state."), worded("because.")
EXPLAINED = strict(
    {
        "is": known("component", "metric", "late", "cause", "service"),
        "name": TEXT,
        "of": known(*OF, "count"),
        **UNIT,
        "value": maybe(COUNT),
        "listed": COUNT,
        "difference": maybe(INTEGER),
        "differs": several(known(*DIFFERS)),
        "parts": several(
            strict(
                {
                    "agency": maybe(TEXT),
                    "level": maybe(LEVEL),
                    **each(("value", "listed"), COUNT),
                    "why": known(*DIFFERS),
                }
            )
        ),
        "kinds": strict({}, each(KINDS, COUNT)),
        "exempt": COUNT,
        "score": or_null(SCORED),
    }
)
RULE_IN_WORDS = strict(
    {
        **each(("title", "definition"), TEXT),
        **each(("population", "numerator", "formula", "source", "evidence"), maybe(TEXT)),
    }
)
TOLD = {
    **each(("agency", "why"), TEXT),
    "level": maybe(LEVEL),
    "state": STATE,
    "because": BECAUSE,
    "also": several(known(*ALSO)),
    **each(("received_at", "due_at", "deadline_at", "ended_at"), maybe(MOMENT)),
    "working_days_late": maybe(COUNT),
    **PLACED,
}
LATE_BY = {"kind": known(*KINDS), **each(("cause", "evidence"), maybe(TEXT))}
EXPLAINED_DOSSIER = strict(
    {"dossier_id": maybe(TEXT), **TOLD},
    {**LATE_BY, "told": {"type": ["string", "boolean", "integer", "null"]}, "seconds": maybe(COUNT)},
)
EXPLAINED_PROCEDURE = strict(
    {
        **each(("agency", "procedure_id", "procedure", "field"), maybe(TEXT)),
        "level": maybe(LEVEL),
        "service_level": known(*SERVICE_LEVELS, None),
        "file": TEXT,
        "row": COUNT,
        **each(("received", "online", "paid"), maybe(COUNT)),
    }
)
STORY_DOSSIER = strict(
    {**TOLD, "placed_by": worded("placed_by."), "waiting": maybe(COUNT), "late": or_null(strict(LATE_BY))}
)
STORY_ROW = strict(
    {
        **PLACED,
        "fate": worded("fate."),
        "why": maybe(worded("chosen.")),
        "found": several(strict({"rule": RULE, "severity": SEVERITY, "text": maybe(TEXT)})),
        **each(("received_at", "due_at", "finished_at", "returned_at"), maybe(MOMENT)),
        **each(("supplement_requested_at", "supplement_completed_at"), maybe(MOMENT)),
        "status": maybe(known(*STATUSES)),
        "channel": maybe(known(*CHANNELS)),
        "supplement_requests": maybe(COUNT),
    }
)
ENTERED = strict(
    {
        "is": known("component", "metric", "late", "cause"),
        "name": TEXT,
        **UNIT,
        **each(("numerator", "denominator", "counted"), FLAG),
    }
)
OF_FIGURE = {
    "figure": EXPLAINED,
    "rule": RULE_IN_WORDS,
    "dossiers": several(EXPLAINED_DOSSIER),
    "procedures": several(EXPLAINED_PROCEDURE),
}
OF_DOSSIER = {
    "dossier_id": TEXT,
    "dossier": or_null(STORY_DOSSIER),
    "dossier_rows": several(STORY_ROW),
    "entered": several(ENTERED),
}

# ------------------------------------------------------------------ edits
ALTERED = strict(each(("now", "unchanged", "difference"), maybe(NUMBER)))
ALTERATION = strict(
    {
        **each(("dossier_id", "agency", "column", "was", "is_now"), maybe(TEXT)),
        "level": maybe(LEVEL),
        "kind": known(*ALTERATIONS),
        "severity": known(*GRAVITIES),
        **each(("old_file", "old_sheet", "new_file", "new_sheet"), maybe(TEXT)),
        **each(("old_row", "new_row"), maybe(COUNT)),
    }
)
DEFS["altered"] = ALTERED
EDITS = {
    "old": strict({"rows": ref("rows"), "last_event": maybe(MOMENT)}),
    "last_event": maybe(MOMENT),
    "changes": several(ALTERATION),
    "counts": several(strict({**UNIT, "change": known(*ALTERATIONS), **each(GRAVITIES, COUNT)})),
    "units": several(
        strict(
            {
                **UNIT,
                **each(("points", "measurable", "rank", "rank_of"), ref("altered")),
                "flow": strict(each((*FLOW, *RATES), ref("altered"))),
            }
        )
    ),
    "components": several(
        strict({**UNIT, "component": TEXT, **each(("numerator", "denominator", "ratio", "points"), ref("altered"))})
    ),
}

# ------------------------------------------------------------------ reconcile
ROUNDINGS = several(known("half_up", "half_even", "down"))
OTHER_WAY = strict(
    {
        "how": known("period", "carried_over", "unit", "mean", "measure", *(one.name for one in fields(StateRules))),
        "choice": maybe(TEXT),
        **each(("from", "to"), maybe(MOMENT)),
        "unit": or_null(strict(UNIT)),
        "ours": NUMBER,
        **each(("numerator", "denominator"), maybe(COUNT)),
        "roundings": ROUNDINGS,
    }
)
RECONCILE = {
    "published": strict({"name": TEXT, "sha256": SHA256, "left_blank": COUNT}),
    "is_explained": FLAG,
    "statuses": strict(each(HELD, COUNT)),
    "figures": several(
        strict(
            {
                **UNIT,
                "kind": maybe(UNIT["kind"]),
                "of": known("component", "group", "total", "rate", "other"),
                "component": TEXT,
                "measure": known("percent", "points", "days"),
                "against": known("fraction", "ours"),
                "published": TEXT,
                "decimals": COUNT,
                "row": maybe(COUNT),
                **each(("ours", "off_by", "off_by_counted"), maybe(NUMBER)),
                **each(("numerator", "denominator"), maybe(COUNT)),
                "status": known(*HELD),
                "roundings": ROUNDINGS,
                **each(("parts", "missing"), several(TEXT)),
                "explanations": several(OTHER_WAY),
            }
        )
    ),
}

# ------------------------------------------------------------------ verify
VERIFY = {
    "report": strict(
        {"name": TEXT, "sha256": SHA256, "size": COUNT, "of": {"type": "string", "pattern": "^reformcli\\.[a-z]+/1$"}}
    ),
    "tool": strict(each(("then", "now"), {"type": "string", "pattern": "^reformcli "})),
    "identity": strict({**each(("claimed", "carried"), SHA256), "recomputed": maybe(SHA256)}),
    "proved": FLAG,
    "cause": known(*PROOF_CAUSES, None),
    **each(("figures", "reproduced"), maybe(COUNT)),
    "checks": several(strict({"check": worded("verify.check_"), "checked": COUNT, "failures": several(TEXT)})),
    "inputs": several(
        strict(
            {
                "kind": known(*INPUTS),
                "name": TEXT,
                "sha256": SHA256,
                "status": known("same", "renamed", "differs", "missing"),
                "given": maybe(TEXT),
                "given_sha256": maybe(SHA256),
            }
        )
    ),
    "unused": several(TEXT),
    "rules": several(
        strict(
            {
                **each(("kind", "id"), TEXT),
                **each(("version", "version_now"), maybe(TEXT)),
                "sha256": SHA256,
                "sha256_now": maybe(SHA256),
                "status": known("same", "differs", "missing"),
            }
        )
    ),
    "differences": several(
        strict(
            {
                **each(("part", "place", "about"), TEXT),
                "kind": known("sheet", "table", "text", "csv", "json"),
                "what": known("cell", "formula", "order", "part"),
                **each(("reported", "recomputed"), maybe(TEXT)),
            }
        )
    ),
}

# ------------------------------------------------------------------ the others
FINDING = strict(
    {
        "rule": RULE,
        "severity": SEVERITY,
        "file": maybe(TEXT),
        "sheet": maybe(TEXT),
        "row": maybe(COUNT),
        "column": maybe(TEXT),
        "cell": maybe(TEXT),
        "dossier_id": maybe(TEXT),
        "message": TEXT,
        "accepted": FLAG,
    }
)
BOUND = strict(
    {
        **UNIT,
        "component": TEXT,
        **each(("numerator", "denominator", "rejected"), COUNT),
        **each(("ratio", "best", "worst", "points", "best_points", "worst_points"), maybe(NUMBER)),
    }
)
COLUMN = strict(
    {
        "column": TEXT,
        "heading": TEXT,
        "field": maybe(TEXT),
        "how": TEXT,
        "choices": several(TEXT),
        "sample": known("date", "number", "code", "text", "blank", None),
    }
)
SHEET = strict(
    {
        "name": TEXT,
        "sha256": SHA256,
        "sheet": maybe(TEXT),
        "header_row": maybe(COUNT),
        "rows": COUNT,
        "other_rows": COUNT,
        "hidden": FLAG,
        "hidden_rows": maybe(COUNT),
        "profile": maybe(TEXT),
        "columns": several(COLUMN),
    }
)
AGENCY = strict(
    {
        "agency": TEXT,
        "agency_id": maybe(TEXT),
        "level": maybe(LEVEL),
        "parent": maybe(TEXT),
        "aliases": several(TEXT),
        "dossiers": maybe(COUNT),
    }
)
RULED = strict(
    {
        "component": TEXT,
        "group": TEXT,
        "name": NAMES_IN_BOTH,
        "max": NUMBER,
        **each(("population", "numerator", "minus"), maybe(TEXT)),
        "full_at": maybe(NUMBER),
        "empty": known("none", "zero", "full"),
        "inherited": FLAG,
        "source": TEXT,
        "evidence": TEXT,
    }
)
RULE_ENTRY = strict({"rule": RULE, "severity": SEVERITY, "column": maybe(TEXT), "title": TEXT, "cure": TEXT})
YEAR = strict(
    {
        "year": INTEGER,
        "confirmed": FLAG,
        "months": {"type": "array", "items": COUNT, "minItems": 12, "maxItems": 12},
        **each(("working_days", "days_off", "made_up"), COUNT),
        "source": TEXT,
        "evidence": TEXT,
    }
)
WORKDAY = strict(
    {
        "date": DAY,
        "weekday": {"type": "integer", "minimum": 1, "maximum": 7},
        "kind": known("off", "worked", "morning"),
        "reason": NAMES_IN_BOTH,
        "source": TEXT,
        "evidence": TEXT,
    }
)
DUE = strict(
    {
        "received_at": TEXT,
        "days": INTEGER,
        "kind": known("working", "calendar"),
        "due_by_calendar": TEXT,
        "due_written": maybe(TEXT),
        "verdict": known("match", "same_day", "earlier", "later", None),
        "difference": maybe(INTEGER),
        "out_of_hours": maybe(FLAG),
    }
)


# ------------------------------------------------------------------ league
APART = {
    "points": NUMBER,
    "groups": {"type": "object", "additionalProperties": maybe(NUMBER)},
    "most": several(TEXT),
    "unknown": several(TEXT),
}
AHEAD = {"anyOf": [strict({"units": several(TEXT), **APART}), {"type": "null"}]}
RANKED_UNIT = {"unit": TEXT, "code": maybe(TEXT), "total": maybe(NUMBER), **each(("rank", "rank_of"), maybe(COUNT))}
MARK = strict({"component": maybe(TEXT), "status": TEXT})
PUBLISHED_SCORE = strict(
    {
        **RANKED_UNIT,
        "groups": {"type": "object", "additionalProperties": maybe(NUMBER)},
        "tied": FLAG,
        "published_rank": maybe(COUNT),
        "period": maybe(TEXT),
        "marks": several(MARK),
        "fault": maybe(known(*FAULTS)),
        "sources": several(strict({"file": TEXT, "row": maybe(COUNT)})),
    }
)
MOVED_UNIT = strict(
    {
        "date": DAY,
        "total": maybe(NUMBER),
        **each(("rank", "rank_of"), maybe(COUNT)),
        "places": maybe(INTEGER),
        "barrier": known(RANKS, TERRITORY, None),
        "difference": {"anyOf": [strict(APART), {"type": "null"}]},
    }
)
LEAGUE = {
    "groups": several(strict({"group": TEXT, "name": NAMES_IN_BOTH, "max": NUMBER})),
    "leagues": several(
        strict(
            {
                "kind": known(PROVINCES, UNITS),
                "province": maybe(TEXT),
                "level": maybe(LEVEL),
                "basis": known(*BASES, None),
                "date": DAY,
                "previous": maybe(DAY),
                "tables": several(
                    strict(
                        {
                            "date": DAY,
                            "era": known(BEFORE, AFTER),
                            "ranked": COUNT,
                            **each(("absent", "sources"), several(TEXT)),
                            "scores": several(PUBLISHED_SCORE),
                        }
                    )
                ),
                "units": several(
                    strict({**RANKED_UNIT, "next": AHEAD, "first": AHEAD, "changes": several(MOVED_UNIT)})
                ),
                "gone": several(TEXT),
            }
        )
    ),
    "left_out": several(strict({"name": TEXT, "sources": several(TEXT)})),
}


# ------------------------------------------------------------------ history
COURSE_PERIOD = strict(
    {
        "period": TEXT,
        "from": maybe(MOMENT),
        "to": maybe(MOMENT),
        "is_gap": FLAG,
        "is_break": FLAG,
        "lacks": several(known(*LACKS)),
        "scorecard": or_null(strict({"id": TEXT, "version": TEXT, "sha256": SHA256})),
        "source": maybe(TEXT),
        "sha256": maybe(SHA256),
        "identity": maybe(SHA256),
        "tool": maybe(TEXT),
    }
)
COURSE_ENTRY = strict(
    {
        **UNIT,
        "period": TEXT,
        "measurable": NUMBER,
        "max": NUMBER,
        "band": maybe(TEXT),
        **each(("rank", "rank_of", *COURSE_COUNTS), maybe(COUNT)),
        **each((name for name in MEASURES if name not in COURSE_COUNTS), maybe(NUMBER)),
    }
)
COURSE_LINE = strict(
    {
        **UNIT,
        "measure": known(*MEASURES, "component"),
        "component": maybe(TEXT),
        "values": several(maybe(NUMBER)),
        "breaks": several(TEXT),
        "counted_from": TEXT,
        **each(("first", "last", "low", "high"), NUMBER),
        "change": maybe(NUMBER),
    }
)
HISTORY = {
    "courses": several(
        strict(
            {
                "rhythm": known(*RHYTHMS),
                "since": maybe(MOMENT),
                "periods": several(COURSE_PERIOD),
                "gaps": several(TEXT),
                "entries": several(COURSE_ENTRY),
                "lines": several(COURSE_LINE),
            }
        )
    ),
    "unused": several(
        strict(
            {
                "name": TEXT,
                "sha256": maybe(SHA256),
                "period": maybe(TEXT),
                "reason": known(*REASONS),
                "aspect": known(*ASPECTS, None),
                **each(("points", "used"), maybe(NUMBER)),
            }
        )
    ),
    "shared_counts": several(TEXT),
}


def _joined(body: Mapping[str, Schema], more: Mapping[str, Schema] | None = None) -> Schema:
    """A result of another command inside a report, which tells the manifest of the whole."""
    left = {key: value for key, value in body.items() if key not in ("manifest", "found")}
    return strict({**left, **(more or {})})


JOINED = {
    "offer": strict(SERVICES),
    "league": _joined({**COMMON, **LEAGUE}),
    "tasks": _joined(TASKS, {"to": MOMENT}),
    "history": _joined({**COMMON, **HISTORY}),
}


# ------------------------------------------------------------------ the documents
def document(command: str, body: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of one shape; only the definitions that it uses are in it."""
    name = f"reformcli.{command}/1"
    shape = strict({"schema": {"const": name}, **body}, optional)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    written = json.dumps(shape)
    used = {key: one for key, one in DEFS.items() if f'"#/$defs/{key}"' in written}
    return {**head, **shape, **({"$defs": used} if used else {})}


def either(command: str, common: Mapping[str, Schema], *bodies: Mapping[str, Schema]) -> Schema:
    """The schema of a shape that has several forms."""
    whole = document(command, {**common, "forms": several({"anyOf": [strict(body) for body in bodies]})})
    forms = [strict({**{key: whole["properties"][key] for key in ("schema", *common)}, **body}) for body in bodies]
    shared = {key: whole[key] for key in ("$schema", "title", "$defs")}
    return {**shared, "type": "object", "required": sorted(("schema", *common)), "anyOf": forms}


def schemas() -> dict[str, Schema]:
    """Every shape by its command."""
    rules = [
        {"schema": {"const": "reformcli.rules/1"}, "findings": several(RULE_ENTRY)},
        {"schema": {"const": "reformcli.rules/1"}, "definitions": several(DEFINITION)},
        {
            "schema": {"const": "reformcli.rules/1"},
            "scorecard": strict({"id": TEXT, "version": TEXT, "sha256": SHA256, "max": NUMBER}),
            "components": several(RULED),
        },
    ]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "reformcli.rules/1"}
    report = {**COMMON, **SCORE, **METRICS, **LATE, **TARGETS, **GAPS}
    return {
        "score": document("score", {**COMMON, **SCORE}, {"comparison": compared("units")}),
        "metrics": document("metrics", {**COMMON, **METRICS}, {"comparison": compared("flow")}),
        "late": document("late", {**COMMON, **LATE}, {**LATE_MORE, "comparison": compared("late")}),
        "report": document(
            "report",
            {**report, "late_by": _by_dimension(), "comparison": {"anyOf": [compared("units"), {"type": "null"}]}},
            {**LATE_MORE, **JOINED},
        ),
        "compare": document(
            "compare",
            {**COMMON, **COMPARED_ALWAYS, **COMPARED_UNITS},
            {"dossiers": {"anyOf": [several(MOVED_DOSSIER), {"type": "null"}]}},
        ),
        "edits": document("edits", {**COMMON, **EDITS}),
        "explain": either("explain", COMMON, OF_FIGURE, OF_DOSSIER),
        "reconcile": document("reconcile", {**COMMON, **RECONCILE}),
        "verify": document("verify", VERIFY),
        "targets": document("targets", {**COMMON, **TARGETS}),
        "gaps": document("gaps", {**COMMON, **TARGETS, **GAPS}),
        "validate": document(
            "validate",
            {
                **COMMON,
                "findings": several(FINDING),
                "summary": several(ref("found")),
                "bounds": several(BOUND),
                "unplaced_rejected": COUNT,
            },
        ),
        "services": document("services", {**COMMON, **SERVICES}),
        "league": document("league", {**COMMON, **LEAGUE}),
        "history": document("history", {**COMMON, **HISTORY}),
        "tasks": document("tasks", TASKS),
        "columns": document("columns", {"sheets": several(SHEET), "skipped": several(SKIPPED)}),
        "agencies": document("agencies", {"agencies": several(AGENCY)}),
        "calendar": document(
            "calendar",
            {
                "calendar": CALENDAR,
                "years": several(YEAR),
                "days": several(WORKDAY),
                "due": {"anyOf": [DUE, {"type": "null"}]},
            },
        ),
        "rules": {**head, "anyOf": [strict(one) for one in rules]},
        "manifest": document(
            "manifest",
            {
                **COMMON,
                "manifest": {"anyOf": [ref("manifest"), ref("tasks_manifest")]},
                "of": {"type": "string", "pattern": "^reformcli\\.[a-z]+/1$"},
                "file": strict({"name": TEXT, "sha256": SHA256, "size": COUNT}),
            },
        ),
    }


def _by_dimension() -> Schema:
    return {"type": "object", "propertyNames": known(*DIMENSIONS), "additionalProperties": several(LATE_GROUP)}


def written(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for command, schema in schemas().items():
        (FOLDER / f"{command}.json").write_text(written(schema), encoding="utf-8", newline="\n")
