"""Coded texts (status, channel, flags …) → canonical values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.text import fold

KINDS = ("status", "channel", "service_level", "paid_online", "flag", "rating")
_NUMBERING = re.compile(r"^\d{1,2}\s*[-.:)]\s*(?=\D)")


@dataclass(frozen=True, slots=True)
class Codes:
    """For each kind of code, the folded text → canonical value."""

    values: Mapping[str, Mapping[str, str]]
    lateness: re.Pattern[str]
    vocabulary: frozenset[str]

    def lookup(self, kind: str, text: str) -> str | None:
        """The canonical value of a written code, or None when the dictionary does not know it."""
        table = self.values[kind]
        plain = fold(text)
        if plain in table:
            return table[plain]
        plain = _NUMBERING.sub("", plain)
        if kind == "status":
            plain = self._without_lateness(plain)
        return table.get(plain)

    def with_more(self, more: Mapping[str, Mapping[str, str]]) -> Codes:
        """The same dictionary with more texts per kind; a text that is in both means what `more` says."""
        return replace(self, values={kind: {**texts, **more.get(kind, {})} for kind, texts in self.values.items()})

    def is_administrative(self, text: str) -> bool:
        """Whether a text has words of administration only, hence no name of a person."""
        words = re.findall(r"[^\W\d]+", fold(text))
        return bool(words) and all(word in self.vocabulary for word in words)

    def _without_lateness(self, plain: str) -> str:
        plain = self.lateness.sub(" ", plain).strip(" ()-,;:")
        return re.sub(r"\s+", " ", plain.removeprefix("ho so ")).strip()


def values_of(kind: str) -> tuple[str, ...]:
    """The canonical values that texts of one kind may have."""
    return tuple(dict.fromkeys(load_codes().values[kind].values()))


@cache
def load_codes() -> Codes:
    """Read `codes.toml`; a text under two values of one kind stops the run."""
    table, _, where = read_rules("codes")
    check_keys(table, required=(*KINDS, "lateness", "vocabulary"), where=where)
    values = {kind: _invert(table[kind], f"{where} [{kind}]") for kind in KINDS}
    words = sorted((fold(word) for word in table["lateness"]["words"]), key=len, reverse=True)
    known = [text for texts in values.values() for text in texts] + [fold(table["vocabulary"]["words"])]
    vocabulary = frozenset(word for text in known for word in re.findall(r"[a-z]+", text))
    lateness = re.compile(r"\b(?:da |dang )?(?:" + "|".join(map(re.escape, words)) + r")\b")
    return Codes(values, lateness, vocabulary)


def _invert(table: Mapping[str, object], where: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    check_keys(table, required=("source", "evidence"), optional=set(table), where=where)
    for value, written in table.items():
        if value in ("source", "evidence"):
            continue
        if not isinstance(written, list):
            raise bad_rules(where, f"{value} is not a list of texts")
        for text in written:
            if texts.setdefault(fold(text), value) != value:
                raise bad_rules(where, f"repeated text: {text}")
    return texts
