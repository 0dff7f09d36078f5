"""The JSON shapes `reformcli.<command>/1`: exact decimals, sorted keys, no clock, no random ids."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reformcli.findings import tallied
from reformcli.flow import FLOW
from reformcli.i18n import text
from reformcli.late.names import LateGroup, WorstAgency
from reformcli.model import Bound, ComponentScore, Input, Manifest, Period, RowTotals, Run, Unit, UnitScore
from reformcli.render.identity import identity

if TYPE_CHECKING:
    import pandas as pd


def to_json(document: Mapping[str, Any]) -> str:
    """One JSON text: keys sorted, decimals as numbers with all their digits, UTF-8, a closing line break."""
    import simplejson

    whole = sealed(document) if "identity" not in document.get("manifest", {"identity": ""}) else document
    document_text: str = simplejson.dumps(whole, use_decimal=True, ensure_ascii=False, sort_keys=True, indent=1)
    return document_text + "\n"


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document whose manifest tells the identity of its figures."""
    return {**document, "manifest": {**document["manifest"], "identity": identity(document)}}


def as_shown(document: Mapping[str, Any], **shown: Any) -> dict[str, Any]:
    """A sealed document as a file carries it: with how the file shows it, which changes no figure."""
    told = {name: value for name, value in sorted(shown.items()) if value is not None}
    return {**document, "manifest": {**document["manifest"], "shown": told}}


def frame(command: str, run: Run, **body: Any) -> dict[str, Any]:
    """What every shape has in common, and the command's own tables."""
    return {
        "schema": f"reformcli.{command}/1",
        "manifest": manifest(run.manifest),
        "rows": rows(run.rows),
        "findings": finding_counts(run.findings),
        **body,
    }


def rows(totals: RowTotals) -> dict[str, int]:
    """What became of every row."""
    return {name: getattr(totals, name) for name in ("read", "counted", "out_of_scope", "superseded", "rejected")}


def manifest(made_from: Manifest) -> dict[str, Any]:
    """What the figures were made from."""
    from reformcli import __version__

    card, period = made_from.scorecard, made_from.period
    return {
        "tool": f"reformcli {__version__}",
        "from": period.start.isoformat(sep=" ") if period.known else None,
        "to": period.end.isoformat(sep=" ") if period.known else None,
        "period": {
            "start": _chosen(period, is_given=period.start_given),
            "end": _chosen(period, is_given=period.end_given),
        },
        "inputs": [input_entry(one) for one in made_from.inputs],
        "rules": [
            {"kind": one.kind, "id": one.id, "version": one.version, "sha256": one.sha256} for one in made_from.rules
        ],
        "scorecard": {"id": card.id, "version": card.version, "sha256": card.sha256},
        "calendar": None,
        "options": dict(made_from.options),
        "skipped": [{"name": s.source.name, "sheet": s.sheet, "reason": s.reason} for s in made_from.skipped],
    }


def manifest_document(document: Mapping[str, Any], name: str, data: bytes) -> dict[str, Any]:
    """`reformcli.manifest/1`: what stands beside a csv, with the csv's own hash."""
    return {
        "schema": "reformcli.manifest/1",
        "of": document["schema"],
        "file": {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)},
        **{name: document[name] for name in ("manifest", "rows", "findings")},
    }


def _chosen(period: Period, *, is_given: bool) -> str | None:
    """Whether an end of the period was given or found in the data."""
    return ("given" if is_given else "found") if period.known else None


_ROWS = ("counted", "out_of_scope", "superseded", "rejected")


def input_entry(one: Input) -> dict[str, Any]:
    """A file, or a sheet of it: `rows` were read, the others tell what became of them."""
    return {
        "kind": one.kind,
        "name": one.source.name,
        "sha256": one.source.sha256,
        "size": one.source.size,
        "sheet": one.sheet,
        "rows": one.rows.read if one.rows else None,
        **{name: getattr(one.rows, name) if one.rows else None for name in _ROWS},
    }


def finding_counts(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """How often each rule was broken, by rule."""
    return [
        {"rule": rule, "severity": severity, "count": int(count)}
        for rule, severity, count, _ in tallied(findings).itertuples(index=False)
    ]


def score_document(run: Run) -> dict[str, Any]:
    """`reformcli.score/1`."""
    return frame(
        "score",
        run,
        units=[unit_entry(unit) for unit in run.units],
        groups=[
            {
                **unit_keys(unit.unit),
                "group": group.group.id,
                "points": group.points,
                "measurable": group.measurable,
                "max": group.group.max,
            }
            for unit in run.units
            for group in unit.groups
        ],
        components=[component_entry(unit.unit, component) for unit in run.units for component in unit.components],
        unplaced=[{"agency": name, "unit_code": code, "dossiers": count} for name, code, count in run.unplaced],
    )


def unit_keys(unit: Unit) -> dict[str, Any]:
    """The keys that tell which unit an entry is about."""
    return {"kind": unit.kind, "agency": unit.agency, "level": unit.level}


def unit_entry(unit: UnitScore) -> dict[str, Any]:
    """One unit with its result and flow counts."""
    return {
        **unit_keys(unit.unit),
        "rank": unit.rank,
        "rank_of": unit.rank_of,
        "points": unit.points,
        "measurable": unit.measurable,
        "max": sum((group.group.max for group in unit.groups), Decimal(0)),
        "band": unit.band.id if unit.band else None,
        "counts": {name: unit.counts.get(name) for name in FLOW},
    }


def component_entry(unit: Unit, score: ComponentScore) -> dict[str, Any]:
    """One component of one unit."""
    return {
        **unit_keys(unit),
        "component": score.component.id,
        "numerator": score.numerator,
        "denominator": score.denominator,
        "ratio": score.ratio,
        "mean_days": score.mean_days,
        "points": score.points,
        "max": score.component.max,
        "status": score.status,
        "origin": score.origin or None,
        "missing": list(score.missing),
    }


def metrics_document(run: Run, dimensions: Sequence[str]) -> dict[str, Any]:
    """`reformcli.metrics/1`."""
    return frame("metrics", run, metrics=metric_entries(run.metrics, dimensions))


def metric_entries(flow: Sequence[Mapping[str, object]], dimensions: Sequence[str]) -> list[dict[str, Any]]:
    """The groups of a flow table, and last the total with an empty `by`."""
    entries = [
        {"by": {name: row[name] for name in dimensions}, **{k: row[k] for k in (*FLOW, "on_time_rate", "online_rate")}}
        for row in flow
    ]
    if entries:
        entries[-1]["by"] = {}
    return entries


def late_entry(group: LateGroup) -> dict[str, Any]:
    """The late dossiers of one group."""
    return {
        "by": dict(group.by),
        "overdue": group.overdue,
        "resolved_late": group.resolved_late,
        "paused_past_due": group.paused_past_due,
        "median_working_days": group.median,
        "p90_working_days": group.p90,
        "max_working_days": group.longest,
        "share": group.share,
    }


def worst_entry(one: WorstAgency) -> dict[str, Any]:
    """An agency among the worst of its level."""
    figures = late_entry(one.group)
    days = {name: figures[name] for name in ("median_working_days", "p90_working_days", "max_working_days")}
    late = one.group.overdue + one.group.resolved_late
    return {"level": one.level, "agency": one.agency, "handled": one.handled, "late": late, "rate": one.rate, **days}


_DOSSIER = ("dossier_id", "agency", "level", "field", "procedure")
_PLACE = ("file", "sheet", "row")
_LISTED = {
    "dossiers": (
        *_DOSSIER,
        "status",
        "received_at",
        "due_at",
        "ended_at",
        "kind",
        "days_late",
        "cause",
        "evidence",
        *_PLACE,
    ),
    "near": (*_DOSSIER, "due_at", "days_left", *_PLACE),
}
_KEYS = {"days_late": "working_days_late", "days_left": "working_days_left"}


def dossier_entries(rows: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    """Dossiers, late or nearly so, with their places; nothing of the people behind them."""
    keys = _LISTED[name]
    columns = [
        list(map(_moment, rows[key].astype(object).tolist())) if key in rows else [None] * len(rows) for key in keys
    ]
    written = [_KEYS.get(key, key) for key in keys]
    return [dict(zip(written, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _moment(value: Any) -> Any:
    """A cell of a pandas row as JSON: times as text, whole numbers, None for what is missing."""
    if isinstance(value, str):
        return value or None
    if value is None or value != value:
        return None
    return str(value) if hasattr(value, "isoformat") else int(value)


def validate_document(run: Run, lang: str) -> dict[str, Any]:
    """`reformcli.validate/1`: every finding with its place; values are masked."""
    document = frame("validate", run, summary=finding_counts(run.findings))
    document["bounds"] = [bound_entry(bound) for bound in run.bounds]
    document["unplaced_rejected"] = max((bound.unplaced for bound in run.bounds), default=0)
    document["findings"] = [
        {
            **{name: _plain(row[name]) for name in ("rule", "severity", "file", "sheet", "row", "column", "cell")},
            "dossier_id": _plain(row["dossier_id"]),
            "message": message(row["rule"], row["text"], lang),
            "accepted": bool(row["accepted"]),
        }
        for row in run.findings.to_dict("records")
    ]
    return document


def bound_entry(bound: Bound) -> dict[str, Any]:
    """One indicator of one unit with its bounds."""
    counts = ("component", "numerator", "denominator", "rejected")
    figures = ("ratio", "best", "worst", "points", "best_points", "worst_points")
    return {**unit_keys(bound.unit), **{name: getattr(bound, name) for name in (*counts, *figures)}}


def message(rule: str, shown: str, lang: str) -> str:
    """What a finding says: its rule's title, and the masked value that it is about."""
    title = text(f"finding.{rule}.title", lang)
    return f"{title}: {shown}" if shown else title


def _plain(value: object) -> object:
    """A table cell as JSON has it: missing values are null."""
    import pandas as pd

    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return int(value) if hasattr(value, "__index__") and not isinstance(value, bool) else value
