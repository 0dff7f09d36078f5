"""Strict loading of how each numerator can still grow: by mending, by what citizens file, by new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reformcli.outcomes import Way
from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.rules.scorecard import EVIDENCE

HOW = ("mend", "filed", "new")
THINGS = ("dossiers", "procedures", "petitions", "copies", "others")
_TEXTS = ("good", "reason")
_NAMES = ("component", "how", "things", "source", "evidence")


def load_ways(name_or_path: str = "mending") -> tuple[dict[str, Way], dict[str, str]]:
    """Read the ways of the components, and the file's name and hash.

    Raises:
        InputError: a missing source, an unknown key or value, the same component twice.
    """
    table, sha256, where = read_rules(name_or_path)
    check_keys(table, required=("way",), where=where)
    ways: dict[str, Way] = {}
    for entry in table["way"]:
        way = _way(entry, where)
        if ways.setdefault(way.component, way) is not way:
            raise bad_rules(where, f"repeated component: {way.component}")
    return ways, {"name": where, "sha256": sha256}


def _way(entry: Mapping[str, Any], where: str) -> Way:
    where = f"{where} [[way]] {entry.get('component')}"
    check_keys(entry, required=(*_NAMES, *_TEXTS), where=where)
    for key, known in (("how", HOW), ("things", THINGS), ("evidence", EVIDENCE)):
        if entry[key] not in known:
            raise bad_rules(where, f"{key} is one of {', '.join(known)}")
    for key in _TEXTS:
        if not isinstance(entry[key], dict) or set(entry[key]) != {"vi", "en"}:
            raise bad_rules(where, f'{key} is written as {{ vi = "…", en = "…" }}')
    good, reason = ({language: str(text) for language, text in entry[key].items()} for key in _TEXTS)
    component, how, things, source, evidence = (str(entry[key]) for key in _NAMES)
    return Way(component, how, things, good, reason, source, evidence)
