"""The level of an agency from its name, and from the texts of a level column (`rules/levels.toml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from reformcli.model import LEVELS
from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.text import clean, fold

Words = tuple[str, ...]
_PLACE, _CITY = "place", "city"
_WORD = re.compile(r"[a-z0-9]+")
_TAIL = re.compile(r"\s[-–—]\s|[,;(]")
_PROVINCE, _DISTRICT = "province", "district"


@dataclass(frozen=True, slots=True)
class _Rules:
    """`levels.toml`, with every text as its folded words."""

    texts: Mapping[Words, str]
    patterns: Mapping[Words, tuple[str, str | None]]  # beginning → (level or "place", level where no place follows)
    places: Mapping[Words, str]  # kind of place → level or "city"
    short_places: Mapping[Words, str]
    not_places: Mapping[Words, str]
    central: Mapping[Words, str]
    committees: Mapping[Words, str]


def parse_level(text: str) -> str | None:
    """Read a text of a level column; None when the dictionary does not know it.

    >>> parse_level("Sở, ban, ngành"), parse_level("CẤP XÃ"), parse_level("Cấp Tỉnh; Cấp Xã")
    ('province', 'commune', None)
    """
    return _rules().texts.get(_words(text))


@lru_cache(maxsize=4096)
def level_of(name: str) -> str | None:
    """Guess the level of an agency from its name; None when the name does not tell.

    >>> level_of("Sở Tư pháp - huyện nào cũng vậy"), level_of("Phòng Tư pháp huyện Sông Mây"), level_of("Khu vực 1")
    ('province', 'district', None)
    """
    rules, words = _rules(), _words(name)
    beginning = _longest(rules.patterns, words, 0)
    if not beginning:
        return _place_at(words, 0, short=True)[0]
    level, otherwise = rules.patterns[beginning]
    if level != _PLACE:
        return level
    return _first_place(words, len(beginning), short=beginning in rules.committees) or otherwise


def is_whole_province(name: str) -> bool:
    """Whether a name means the whole province ("UBND tỉnh X", "Tỉnh X"), not one of its offices.

    >>> is_whole_province("UBND tỉnh Phú Thọ"), is_whole_province("Văn phòng UBND tỉnh Phú Thọ")
    (True, False)
    """
    rules, words = _rules(), _words(name)
    beginning = _longest(rules.patterns, words, 0)
    if beginning and beginning not in rules.committees:
        return False
    _, *tail = _TAIL.split(clean(name))
    return _place_at(words, len(beginning), short=False)[0] == _PROVINCE and not any(level_of(part) for part in tail)


def _first_place(words: Words, start: int, *, short: bool) -> str | None:
    """The level of the first kind of place from `start` on; `short`: abbreviations count right at `start`."""
    at = start
    while at < len(words):
        level, length = _place_at(words, at, short=short and at == start)
        if level:
            return level
        at += length
    return None


def _place_at(words: Words, at: int, *, short: bool) -> tuple[str | None, int]:
    """The level of the kind of place that stands at one word, and how many words to go on by."""
    rules = _rules()
    if other := _longest(rules.not_places, words, at):
        return None, len(other)
    if kind := _longest(rules.places, words, at):
        level = rules.places[kind]
        return (_city_level(words[at + len(kind) :]) if level == _CITY else level), len(kind)
    if short and (kind := _longest(rules.short_places, words, at)) and len(words) > at + 1:
        return rules.short_places[kind], len(kind)
    return None, 1


def _city_level(name: Words) -> str | None:
    central = _longest(_rules().central, name, 0)
    if central and name[len(central) : len(central) + 1] != ("tinh",):
        return _PROVINCE
    return _DISTRICT if name else None


def _longest(table: Mapping[Words, object], words: Words, at: int) -> Words:
    """The longest key of a table that stands at one word; () for none."""
    for length in range(min(len(words) - at, 8), 0, -1):
        if (key := words[at : at + length]) in table:
            return key
    return ()


def _words(text: str) -> Words:
    return tuple(_WORD.findall(fold(text)))


@cache
def _rules() -> _Rules:
    """Read `levels.toml`; a text that stands under two levels stops the run."""
    table, _, where = read_rules("levels")
    sections = {"texts", "places", "short_places", "not_places", "central", "committees"}
    check_keys(table, required=(*sections, "pattern"), where=where)
    for name in sections:
        check_keys(table[name], required=("source", "evidence"), optional=set(table[name]), where=f"{where} [{name}]")
    places = _table(table["places"], (*LEVELS, _CITY), where)
    return _Rules(
        texts=_table(table["texts"], LEVELS, where),
        patterns=_patterns(table["pattern"], where),
        places=places | {_words(text): _PROVINCE for text in table["central"]["joined"]},
        short_places=_table(table["short_places"], LEVELS, where),
        not_places=_table(table["not_places"], ("texts",), where),
        central=_table(table["central"], ("names",), where),
        committees=_table(table["committees"], ("texts",), where),
    )


def _table(section: Mapping[str, Any], keys: Iterable[str], where: str) -> dict[Words, str]:
    inverted: dict[Words, str] = {}
    for key in keys:
        for text in section.get(key, ()):
            if inverted.setdefault(_words(text), key) != key:
                raise bad_rules(where, f"repeated text: {text}")
    return inverted


def _patterns(entries: Iterable[Mapping[str, Any]], where: str) -> dict[Words, tuple[str, str | None]]:
    patterns: dict[Words, tuple[str, str | None]] = {}
    for entry in entries:
        check_keys(entry, required=("level", "beginnings", "source", "evidence"), optional=("otherwise",), where=where)
        if entry["level"] not in (*LEVELS, _PLACE) or entry.get("otherwise", _PROVINCE) not in LEVELS:
            raise bad_rules(where, f"unknown level: {entry['level']}")
        meaning = (entry["level"], entry.get("otherwise"))
        for text in entry["beginnings"]:
            if patterns.setdefault(_words(text), meaning) != meaning:
                raise bad_rules(where, f"repeated beginning: {text}")
    return patterns
