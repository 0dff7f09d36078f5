"""The provinces before and after 1 July 2025: which there are, what each was formed from, how they are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.text import fold, match_key

BEFORE, AFTER = "before", "after"  # of the merger


@dataclass(frozen=True, slots=True)
class Provinces:
    """What is known of all provinces; names as the resolution writes them, without "tỉnh" and "thành phố".

    `formed_from` has every province of today: its parts, none where its territory did not change.
    """

    merged: date
    source: str
    formed_from: Mapping[str, tuple[str, ...]]
    before: tuple[str, ...]
    by_key: Mapping[str, str]
    cities: frozenset[str]
    prefixes: Mapping[str, tuple[str, ...]]

    def find(self, text: str) -> str | None:
        """The province that a text names as a whole; None for anything else.

        >>> load_provinces().find("UBND tỉnh Phú Thọ"), load_provinces().find("UBND thành phố Hòa Bình")
        ('Phú Thọ', None)
        """
        words, _ = _without(_words(text), self.prefixes["whole"])
        rest, is_city = _without(words, self.prefixes["city"])
        if not is_city:
            rest, _ = _without(words, self.prefixes["province"])
        name = self.by_key.get("".join(rest)) or self.by_key.get("".join(words))
        return None if is_city and name not in self.cities else name

    def names(self, era: str) -> tuple[str, ...]:
        """All provinces of an era, `BEFORE` or `AFTER`."""
        return self.before if era == BEFORE else tuple(self.formed_from)

    def is_gone(self, name: str) -> bool:
        """Whether a province exists before the merger only."""
        return name in self.before and name not in self.formed_from

    def same_territory(self, name: str) -> bool:
        """Whether a province is today what it was before."""
        return self.formed_from.get(name) == ()


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()


def _without(words: Sequence[str], prefixes: Collection[str]) -> tuple[Sequence[str], bool]:
    """The words behind the longest prefix that fits, and whether one did."""
    for prefix in sorted(prefixes, key=len, reverse=True):
        beginning = prefix.split()
        if list(words[: len(beginning)]) == beginning and len(words) > len(beginning):
            return words[len(beginning) :], True
    return words, False


@cache
def load_provinces() -> Provinces:
    """Read `provinces.toml`; a province that stands twice, or a spelling of two, stops the run."""
    table, _, where = read_rules("provinces")
    sections = ("cities", "spellings", "prefixes")
    check_keys(table, required=("merged", "source", "evidence", "province", *sections), where=where)
    for name in sections:
        check_keys(table[name], required=("source", "evidence"), optional=set(table[name]), where=f"{where} [{name}]")
    for entry in table["province"]:
        check_keys(entry, required=("name",), optional=("from",), where=where)
    formed = {entry["name"]: tuple(entry.get("from", ())) for entry in table["province"]}
    before = [part for name, parts in formed.items() for part in parts or (name,)]
    if len(set(before)) < len(before) or len(formed) < len(table["province"]):
        raise bad_rules(where, "repeated province")
    return Provinces(
        merged=table["merged"],
        source=table["source"],
        formed_from=formed,
        before=tuple(before),
        by_key=_by_key({*before, *formed}, table["spellings"], where),
        cities=frozenset(table["cities"]["names"]),
        prefixes={
            kind: tuple(" ".join(_words(text)) for text in table["prefixes"][kind])
            for kind in ("whole", "province", "city")
        },
    )


def _by_key(names: Collection[str], spellings: Mapping[str, Any], where: str) -> dict[str, str]:
    more = {name: texts for name, texts in spellings.items() if name not in ("source", "evidence")}
    if unknown := sorted(set(more) - set(names)):
        raise bad_rules(where, f"unknown province: {', '.join(unknown)}")
    by_key: dict[str, str] = {}
    for name in sorted(names):
        for text in (name, *more.get(name, ())):
            if by_key.setdefault(match_key(text), name) != name:
                raise bad_rules(where, f"repeated spelling: {text}")
    return by_key
