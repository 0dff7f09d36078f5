"""The identity of a result: one hash of all its figures, the same in every format, whatever files were called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

# Where figures come from, what was found, what they are compared with, and lists of single dossiers are no figures;
# nor is a rule as people read it.
NOT_FIGURES = (
    *("schema", "manifest", "findings", "comparison", "dossiers", "near", "shared_counts", "found", "rule"),
    "published",
)
# Names of files, and sentences for people, wherever they stand.
NAMES_AND_WORDS = ("sources", "file", "old_file", "new_file", "why")


def identity(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form of a JSON document of ours."""
    return hashlib.sha256(canonical(document).encode("utf-8")).hexdigest()


def canonical(document: Mapping[str, Any]) -> str:
    """The figures of a document as one text: keys sorted, no blanks, numbers as texts without needless zeros.

    >>> canonical({"schema": "reformcli.score/1", "rows": {"read": 3}, "points": Decimal("12.50"), "max": Decimal(100)})
    '{"max":"100","points":"12.5","rows":{"read":"3"}}'
    """
    figures = {key: _plain(value) for key, value in document.items() if key not in NOT_FIGURES}
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """A value with its numbers as the shortest decimals, so that no language's way of writing them matters."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if key not in NAMES_AND_WORDS}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else format(value.normalize(), "f")
    return value
