"""The JSON Schemas of every `reformcli.<command>/1`, written to src/reformcli/schemas.

python docs/schemas.py     writes them anew
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reformcli.cli.told import NAMES
from reformcli.findings import RULES
from reformcli.flow import FLOW
from reformcli.lateness import DIMENSIONS, KINDS
from reformcli.made_from import KINDS as INPUTS
from reformcli.model import LEVELS, STATUSES, UNATTRIBUTED
from reformcli.movers import EVENTS
from reformcli.pipeline import DIMENSIONS as FLOW_DIMENSIONS
from reformcli.render.backlog import MOVES
from reformcli.rules.mending import HOW
from reformcli.rules.targets import TARGET_LEVELS

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
    {"targets": NAMED_FILE, "mending": NAMED_FILE},
)
ROWS = strict(each(("read", "counted", "out_of_scope", "superseded", "rejected"), COUNT))
FOUND = strict({"rule": RULE, "severity": SEVERITY, "count": COUNT})
CHANGE = strict(each(("before", "now", "change"), maybe(NUMBER)))
MOVED = each(MOVES, COUNT)
BY = {"type": "object", "propertyNames": known(*DIMENSIONS), "additionalProperties": maybe(TEXT)}
DEFS: dict[str, Schema] = {
    "manifest": MANIFEST,
    "rows": ROWS,
    "found": FOUND,
    "change": CHANGE,
    "by": BY,
}
COMMON = {"manifest": ref("manifest"), "rows": ref("rows"), "findings": several(ref("found"))}

# ------------------------------------------------------------------ score
FLOW_COUNTS = each(FLOW, maybe(COUNT))
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
    "components": several(
        strict(
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
                "origin": known("dossiers", "counts", "inherited", "mixed", None),
                "missing": several(TEXT),
            }
        )
    ),
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


# ------------------------------------------------------------------ the documents
def document(command: str, body: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of one shape; only the definitions that it uses are in it."""
    name = f"reformcli.{command}/1"
    shape = strict({"schema": {"const": name}, **body}, optional)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    written = json.dumps(shape)
    used = {key: one for key, one in DEFS.items() if f'"#/$defs/{key}"' in written}
    return {**head, **shape, **({"$defs": used} if used else {})}


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
            LATE_MORE,
        ),
        "compare": document(
            "compare",
            {**COMMON, **COMPARED_ALWAYS, **COMPARED_UNITS},
            {"dossiers": {"anyOf": [several(MOVED_DOSSIER), {"type": "null"}]}},
        ),
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
