"""What may be shown of a free text: it may name a person, so only words that a dictionary has side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from reformcli.rules.causes import GAP_SIGN, CauseRules
from reformcli.text import clean

HIDDEN = "…"
_LONGEST = 2000  # characters of a text that are read
_GUARD = 4  # words after a title or a family name that may be a person's
_WORDS = re.compile(r"\w+").findall


class ShownWords:
    """The neighbouring words of a dictionary, spelled with accents or without.

    A name may be made of ordinary words, but these do not stand side by side in a dictionary of administration; where
    they do (Thanh Toán), a family name, a title or a capital beside them tells. Numbers never show.
    """

    def __init__(self, rules: CauseRules, spell: Callable[[str], str]) -> None:
        self._rules, self._spell = rules, spell

    def shown(self, text: str) -> str:
        """A text with "…" for all words that may not be shown."""
        raws = _WORDS(clean(text[:_LONGEST]))
        words = [self._spell(raw.lower()) for raw in raws]
        pairs = [place for place, pair in enumerate(pairwise(words)) if pair in self._pairs]
        short = {place for place, word in enumerate(words) if word in self._short}
        known = {place for first in pairs for place in (first, first + 1)} | short
        hidden = self._after_guards(words) | _capitals(raws, known)
        left = {place for first in pairs if not hidden & {first, first + 1} for place in (first, first + 1)}
        known = left | (short - hidden)
        parts = [raw if place in known and raw.isalpha() else HIDDEN for place, raw in enumerate(raws)]
        return " ".join(
            part for place, part in enumerate(parts) if part != HIDDEN or not place or parts[place - 1] != HIDDEN
        )

    def _after_guards(self, words: Sequence[str]) -> set[int]:
        """A title or family name that does not begin a pair to be shown ("hồ sơ"), and the words after it."""
        pairs = enumerate(pairwise([*words, ""]))
        guards = [place for place, pair in pairs if pair[0] in self._guarded and pair not in self._harmless]
        return {place for guard in guards for place in range(guard, guard + 1 + _GUARD)}

    @cached_property
    def _guarded(self) -> frozenset[str]:
        return frozenset(self._spell(word.lower()) for text in self._rules.guarded for word in text.split())

    @cached_property
    def _short(self) -> frozenset[str]:
        return frozenset(self._spell(short) for short in self._rules.abbreviations if len(short) > 1)

    @cached_property
    def _harmless(self) -> frozenset[tuple[str, str]]:
        return self._side_by_side(self._rules.shown)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand side by side somewhere in the dictionary."""
        rules = self._rules
        texts = {part for phrase in rules.phrases for part in phrase.text.split(GAP_SIGN)}
        texts.update(rules.abbreviations.values(), rules.shown, rules.same, *rules.same.values())
        return self._side_by_side(texts)

    def _side_by_side(self, texts: Iterable[str]) -> frozenset[tuple[str, str]]:
        written = {pair for text in texts for pair in pairwise(_WORDS(text.lower()))}
        return frozenset((self._spell(one), self._spell(other)) for one, other in written)


def _capitals(raws: Sequence[str], known: set[int]) -> set[int]:
    """Runs of words with a capital of which one is unknown, unless the whole text is in capitals."""
    if all(raw.isupper() for raw in raws):
        return set()
    runs: list[list[int]] = [[]]
    for place, raw in enumerate(raws):
        if raw[0].isupper():
            runs[-1].append(place)
        else:
            runs.append([])
    return {place for run in runs if not known.issuperset(run) for place in run}
