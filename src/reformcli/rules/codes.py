"""Coded texts (status, channel, flags …) → canonical values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.text import clean, fold

KINDS = ("status", "channel", "service_level", "paid_online", "flag", "rating")
_NUMBERING = re.compile(r"^\d{1,2}\s*[-.:)]\s*(?=\D)")


_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Names:
    """What tells the name of a person; every set holds words as they are spelled and as they are folded."""

    families: frozenset[str]
    middle: frozenset[str]
    titles: frozenset[str]
    ordinary: frozenset[tuple[str, str]]

    def is_family(self, word: str) -> bool:
        """Whether a word is a common family name, with its accents or without any."""
        return spelled(word) in self.families

    def begins(self, words: Sequence[str]) -> bool:
        """Whether several words begin like a full name or have its middle word."""
        keys = [spelled(word) for word in words]
        if len(keys) < 2 or (keys[0], keys[1]) in self.ordinary:
            return False
        return keys[0] in self.families or not self.middle.isdisjoint(keys)

    def are_in(self, text: str) -> bool:
        """Whether a text looks as if it named a person: at its beginning, in capitalised words or behind a title.

        >>> names = load_codes().names
        >>> [names.are_in(text) for text in ("Lý Công Thành", "Trả cho Lê Dung", "Xử Lý Công Văn", "Hồ sơ lỗi")]
        [True, True, False, False]
        """
        words = _WORDS.findall(clean(text))
        has_case = not text.isupper()
        is_told = not text.isascii() or not has_case  # "do cong dan" is no Mr Đỗ
        if is_told and self._at(words, 0):
            return True
        pairs = list(enumerate(pairwise(words)))
        if any(one.casefold() in self.titles and other[0].isupper() for _, (one, other) in pairs):
            return True
        capitals = [n for n, (one, other) in pairs if has_case and one[0].isupper() and other[0].isupper()]
        return any(self._at(words, n) for n in capitals)

    def _at(self, words: Sequence[str], place: int) -> bool:
        keys = [spelled(word) for word in words[max(0, place - 1) : place + 2]]
        around = set(pairwise(keys))
        return len(words) > place + 1 and self.is_family(words[place]) and around.isdisjoint(self.ordinary)


@dataclass(frozen=True, slots=True)
class Codes:
    """For each kind of code, the folded text → canonical value.

    `vocabulary` holds the words of administration as they are spelled, `folded` the same without accents.
    """

    values: Mapping[str, Mapping[str, str]]
    lateness: re.Pattern[str]
    deadline: re.Pattern[str]
    vocabulary: frozenset[str]
    folded: frozenset[str]
    names: Names

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
        """Whether a text has words of administration only, with its accents if it has any, and looks like no name."""
        plain = clean(text)
        words = _WORDS.findall(fold(text) if plain.isascii() else plain)
        known = self.folded if plain.isascii() else self.vocabulary
        return bool(words) and all(spelled(word) in known for word in words) and not self.names.are_in(plain)

    def may_name_person(self, text: str) -> bool:
        """Whether a text that nothing knows looks like a name, of whatever family: 2–5 words, all capitalised."""
        words = _WORDS.findall(clean(text))
        is_title = 2 <= len(words) <= 5 and all(word[0].isupper() for word in words) and not text.isupper()
        return is_title or self.names.are_in(text)

    def _without_lateness(self, plain: str) -> str:
        if self.deadline.search(plain):
            return plain.removeprefix("ho so ")
        plain = self.lateness.sub(" ", plain).strip(" ()-,;:")
        return re.sub(r"\s+", " ", plain.removeprefix("ho so ")).strip()


def spelled(word: str) -> str:
    """A word without case, its accents in one order: "Hoà" is "hòa", but "lệ" is not "lê"."""
    if word.isascii():
        return word.lower()
    marks = unicodedata.normalize("NFD", word.casefold())
    accents = sorted(c for c in marks if unicodedata.combining(c))
    return "".join([c for c in marks if not unicodedata.combining(c)] + accents)


def values_of(kind: str) -> tuple[str, ...]:
    """The canonical values that texts of one kind may have."""
    return tuple(dict.fromkeys(load_codes().values[kind].values()))


@cache
def load_codes() -> Codes:
    """Read `codes.toml`; a text under two values of one kind stops the run."""
    table, _, where = read_rules("codes")
    check_keys(table, required=(*KINDS, "lateness", "vocabulary", "names"), where=where)
    values = {kind: _invert(table[kind], f"{where} [{kind}]") for kind in KINDS}
    words = sorted((fold(word) for word in table["lateness"]["words"]), key=len, reverse=True)
    lists = [written for kind in KINDS for written in table[kind].values() if isinstance(written, list)]
    texts = [text for written in lists for text in written]
    found = [word for text in (*texts, table["vocabulary"]["words"]) for word in _WORDS.findall(clean(text))]
    late = "|".join(map(re.escape, words))
    return Codes(
        values,
        lateness=re.compile(rf"\b(?:da |dang )?(?:{late})\b"),
        deadline=re.compile(rf"\b(?:{late}) tra\b"),  # "quá hạn trả kết quả"
        vocabulary=frozenset(map(spelled, found)),
        folded=frozenset(map(fold, found)),
        names=_names(table["names"], f"{where} [names]"),
    )


def _names(table: Mapping[str, object], where: str) -> Names:
    check_keys(table, required=("source", "evidence", "families", "middle", "titles", "ordinary"), where=where)

    def both(words: object) -> frozenset[str]:
        return frozenset(form(word) for word in str(words).split() for form in (spelled, fold))

    pairs = table["ordinary"]
    if not isinstance(pairs, list):
        raise bad_rules(where, "ordinary is not a list of texts")
    forms = [[form(word) for word in pair.split()] for pair in pairs for form in (spelled, fold)]
    return Names(
        families=both(table["families"]),
        middle=both(table["middle"]),
        titles=frozenset(str(table["titles"]).split()),
        ordinary=frozenset((pair[0], pair[1]) for pair in forms),
    )


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
