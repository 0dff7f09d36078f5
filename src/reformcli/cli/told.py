"""Which options change figures, and how each is told in the manifest: by name, files without their folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reformcli.cli.options import Given

AS_GIVEN: Mapping[str, str] = {
    "from": "start",
    "to": "end",
    "by": "by",
    "level": "level",
    "agency": "agency",
    "period": "period",
    "previous_period": "previous_period",
    "force": "force",
    "goal": "goal",
    "near": "near",
    "without": "without",
    "worst": "worst",
    "at_least": "at_least",
    "each": "each",
    "list": "listed",
    **{name: name for name in ("component", "metric", "cause", "of", "unit", "dossier", "service", "procedure")},
    "field": "in_field",
    "late": "late_kind",
    "add_to_100": "add_to_100",
    "own": "own",
}
_FILES = ("counts", "catalogue", "agencies", "accept", "profile", "causes", "calendar", "check_due", "targets")
_PREVIOUS_FILES = ("previous", "previous_counts", "history", "league", "tasks", "previous_tasks", "remembered")
NAMES = ("scorecard", "columns", *AS_GIVEN, *_FILES, *_PREVIOUS_FILES)


def told(given: Given) -> dict[str, object]:
    """The options that change figures, as far as they were given or have a default that counts."""
    found: dict[str, object] = {name: getattr(given, field) for name, field in AS_GIVEN.items()}
    for name in (*_FILES, *_PREVIOUS_FILES):
        value = getattr(given, name)
        found[name] = sorted(map(_bare, value)) if isinstance(value, list) else value and _bare(value)
    return {name: value for name, value in found.items() if value is not None and value is not False and value != []}


def _bare(path: str) -> str:
    """The name of a file or folder; `-`, ids and globs as they are."""
    return Path(path).name or path
