"""Strict loading of the dictionary of causes: groups, their phrases, and what is no cause at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.text import clean

EVIDENCE = ("seen", "own")
MARKERS = ("because", "but", "therefore", "besides", "negations")  # words that say what the words after them are
STATES = (  # what a dossier's state, or who holds it, says; the first that holds counts
    *("supplement", "payment", "stopped", "due_before_receipt", "not_returned", "out_of_hours"),
    *("other_unit", "person"),
)
LISTS = (*MARKERS, "nothing", "settled", "plain", "shown", "guarded")
GAP_SIGN = "…"
_CAUSES = ("cause", "weak")
LONGEST, READINGS = 200, 5000
_CHOICE = re.compile(r"\(([^()]*)\)")
_SIGNS = re.compile(r"[^\w\s…/()|]|_")


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """A group of causes; of two that match a text equally well, the one with the lower priority number counts."""

    id: str
    name: Mapping[str, str]
    priority: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class CauseState:
    """A state of a dossier, or of its holder, and the group of causes that it stands for."""

    id: str
    group: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One reading of a phrase: words with single spaces, "…" for at most five words between.

    `kind` is "cause", "weak" (a cause only where nothing else is said), "unless" (it voids its group) or a list's name.
    """

    text: str
    kind: str
    group: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class CauseRules:
    """A dictionary as its files state it, not yet made ready for matching."""

    groups: Mapping[str, CauseGroup]
    phrases: tuple[Phrase, ...]
    abbreviations: Mapping[str, str]
    same: Mapping[str, tuple[str, ...]]
    settled: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    sha256: tuple[str, ...] = field(default=())
    states: Mapping[str, CauseState] = field(default_factory=dict)


@cache
def load_cause_rules(path: str | None = None) -> CauseRules:
    """Read the shipped dictionary and, before it in rank, a user's own file of the same form.

    Raises:
        UsageError: the user's file is not there.
        InputError: a missing source, an unknown key, a phrase that stands twice, or a state of no known group.
    """
    shipped = _read("causes", {}, own=False)
    if missing := [state for state in STATES if state not in shipped.states]:
        raise bad_rules("causes.toml [[state]]", f"missing: {', '.join(missing)}")
    return _joined(shipped, _read(path, shipped.groups, own=True)) if path else shipped


def _read(name_or_path: str, known: Mapping[str, CauseGroup], *, own: bool) -> CauseRules:
    table, sha256, where = read_rules(name_or_path)
    try:
        return _rules(table, sha256, where, known, own)
    except (TypeError, AttributeError, KeyError, ValueError) as error:  # a number or a text where a list must stand
        raise bad_rules(where, f"a value is not of its form ({error})") from error


def _rules(table: Mapping[str, Any], sha256: str, where: str, known: Mapping[str, CauseGroup], own: bool) -> CauseRules:
    optional = ("group", "state", "abbreviations", "same", *LISTS)
    check_keys(table, required=("source", "evidence"), optional=optional, where=where)
    _check_evidence(table, where)
    lists = {name: _readings(table.get(name, []), f"{where} {name}") for name in LISTS}
    groups: dict[str, CauseGroup] = {}
    phrases = [Phrase(text, name, own=own) for name in (*MARKERS, "nothing") for text in lists[name]]
    for entry in table.get("group", []):
        group = _group(entry, where, known, own)
        if group.id in groups:
            raise bad_rules(f"{where} [[group]]", f"repeated id: {group.id}")
        groups[group.id] = group
        phrases += _phrases(entry, f"{where} [[group]] {group.id}", own)
    _refuse_two_groups([phrase for phrase in phrases if phrase.kind in _CAUSES], where)
    return CauseRules(
        groups,
        tuple(phrases),
        {_written(key): _written(text) for key, text in table.get("abbreviations", {}).items()},
        {_written(key): tuple(_readings(texts, where)) for key, texts in table.get("same", {}).items()},
        tuple(lists["settled"]),
        tuple(lists["plain"]),
        tuple(lists["shown"]),
        tuple(lists["guarded"]),
        (sha256,),
        _states(table.get("state", []), where, {**known, **groups}, own),
    )


def _states(
    entries: Iterable[Mapping[str, Any]], where: str, groups: Mapping[str, CauseGroup], own: bool
) -> dict[str, CauseState]:
    states: dict[str, CauseState] = {}
    for entry in entries:
        place = f"{where} [[state]] {entry.get('id', '')}"
        check_keys(entry, required=("id", "group", "source", "evidence"), where=place)
        _check_evidence(entry, place)
        if entry["id"] not in STATES:
            raise bad_rules(place, f"unknown state (known: {', '.join(STATES)})")
        if entry["group"] not in groups:
            raise bad_rules(place, f"unknown group: {entry['group']} (known: {', '.join(groups)})")
        if entry["id"] in states:
            raise bad_rules(f"{where} [[state]]", f"repeated id: {entry['id']}")
        states[entry["id"]] = CauseState(entry["id"], entry["group"], own)
    return states


def _group(entry: Mapping[str, Any], where: str, known: Mapping[str, CauseGroup], own: bool) -> CauseGroup:
    """A group of a user's file that ships already may leave out its name and priority."""
    base = known.get(entry.get("id", ""))
    needed = () if base else ("name", "priority")
    optional = ("phrases", "weak", "unless", "name", "priority")
    where = f"{where} [[group]] {entry.get('id', '')}"
    check_keys(entry, required=("id", "source", "evidence", *needed), optional=optional, where=where)
    _check_evidence(entry, where)
    name, priority = entry.get("name", base and base.name), entry.get("priority", base and base.priority)
    if not isinstance(entry["id"], str) or not re.fullmatch(r"[a-z][a-z0-9_]*", entry["id"]):
        raise bad_rules(where, "id is written in small letters a–z, digits and _")
    if not isinstance(name, Mapping) or set(name) != {"vi", "en"} or not all(map(str, name.values())):
        raise bad_rules(where, 'name is written as { vi = "…", en = "…" }')
    if not isinstance(priority, int) or isinstance(priority, bool):
        raise bad_rules(where, "priority is not a whole number")
    return CauseGroup(entry["id"], {language: str(text) for language, text in name.items()}, priority, own)


def _phrases(entry: Mapping[str, Any], where: str, own: bool) -> list[Phrase]:
    kinds = {"cause": "phrases", "weak": "weak", "unless": "unless"}
    return [
        Phrase(text, kind, entry["id"], own)
        for kind, key in kinds.items()
        for text in _readings(entry.get(key, []), f"{where} {key}")
    ]


def _readings(texts: object, where: str) -> list[str]:
    """All readings of a list of phrases, each once; the same phrase twice is refused."""
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise bad_rules(where, "not a list of texts")
    written = [clean(text).casefold() for text in texts]
    if repeated := [text for text in written if written.count(text) > 1]:
        raise bad_rules(where, f"repeated phrase: {repeated[0]}")
    return list(dict.fromkeys(reading for text in texts for reading in read_phrase(text, where)))


def read_phrase(text: str, where: str = "") -> list[str]:
    """What a phrase may read as: `(chưa|không) nộp … (lệ phí|thuế)` has four readings; an empty choice is none.

    >>> read_phrase("(chưa|không) nộp … (lệ |)phí")
    ['chưa nộp … lệ phí', 'chưa nộp … phí', 'không nộp … lệ phí', 'không nộp … phí']
    """
    parts = _CHOICE.split(_SIGNS.sub(" ", clean(text)).replace("…", " … "))
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > READINGS or len(text) > 10 * LONGEST:
        raise bad_rules(where, f"too many readings: {text[:LONGEST]}")
    readings = [" ".join("".join(reading).split()).strip("… ") for reading in product(*choices)]
    if not all(readings) or re.search("[()|]", _CHOICE.sub(" ", text)):
        raise bad_rules(where, f"not a phrase: {text}")
    return list(dict.fromkeys(readings))


def _written(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", clean(text)).replace("…", " … ").split()).strip("… ")


def _joined(shipped: CauseRules, own: CauseRules) -> CauseRules:
    both = {name: (*shipped.same.get(name, ()), *own.same.get(name, ())) for name in {**shipped.same, **own.same}}
    states = {**shipped.states, **own.states}
    replaced = {phrase.text for phrase in own.phrases if phrase.kind in _CAUSES}
    left = (phrase for phrase in shipped.phrases if phrase.kind not in _CAUSES or phrase.text not in replaced)
    return CauseRules(
        {**shipped.groups, **own.groups},
        (*own.phrases, *left),
        {**shipped.abbreviations, **own.abbreviations},
        both,
        (*shipped.settled, *own.settled),
        (*shipped.plain, *own.plain),
        (*shipped.shown, *own.shown),
        (*shipped.guarded, *own.guarded),
        (*shipped.sha256, *own.sha256),
        {state: states[state] for state in STATES},
    )


def _check_evidence(entry: Mapping[str, Any], where: str) -> None:
    if entry["evidence"] not in EVIDENCE:
        raise bad_rules(where, f"unknown evidence: {entry['evidence']} (known: {', '.join(EVIDENCE)})")


def _refuse_two_groups(phrases: Iterable[Phrase], where: str) -> None:
    seen: dict[str, Phrase] = {}
    for phrase in phrases:
        other = seen.setdefault(phrase.text.casefold(), phrase)
        if (other.group, other.kind) != (phrase.group, phrase.kind):
            raise bad_rules(where, f"repeated phrase: {phrase.text} ({other.group}, {phrase.group})")
