"""Written reasons for lateness → groups of causes, by the phrases of a dictionary that the user may extend.

What stands in a negated clause ("không phải do …") or in a phrase that gives no cause is void, and a phrase that is
part of another counts for nothing beside it. Of what is left the user's own phrase comes before a shipped one and a
phrase before a weak one; then what follows or holds "do", "vì" or "nhưng" before what stands alone, that before what
follows "nên" or "ngoài ra"; then what stands first, the group of the lower priority number, and the phrase of more
words.

Then a text is left to the reader where little of it says so: fewer than three phrases, and these hold less than a tenth
of its words, a word for another group counting as half a word against unless the text tells that group's cause as one
that comes on top ("ngoài ra", "cũng"). A text with accents that says nothing is read once more, mistypings mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from reformcli.late.phrases import BREAK, LEAST_LIKE, Entry, Found, NearPhrases, PhraseIndex, bare, is_accented, spelled
from reformcli.late.shown_words import HIDDEN, ShownWords
from reformcli.rules.causes import GAP_SIGN, CauseGroup, CauseRules, Phrase, load_cause_rules

if TYPE_CHECKING:
    import numpy as np

LEAST_SHARE = 0.1  # of a text's words that must speak for a group …
ENOUGH = 3  # … unless so many phrases do
NEAR_SIGN = "≈"  # between what may be shown of a text and the phrase that it resembles
_WORD_FOR_WORD = 100
_NOTED = re.compile(rf"(.*) {NEAR_SIGN} (\d+) (.+)").fullmatch
_FIRST, _ALONE, _SECOND, _BESIDES = 0, 1, 2, 3
_ROLES = {"because": _FIRST, "but": _FIRST, "therefore": _SECOND, "besides": _BESIDES}
_VOID = ("nothing", "unless")
Marker = tuple[
    int, int, int, int
]  # its first word, the word after its last, its words as bits, what it makes of a cause


class Match(NamedTuple):
    """The group of a text and the phrase of the dictionary that says so: nothing of the text itself."""

    group: str
    phrase: str


class CauseOf(NamedTuple):
    """The dossiers (n booleans) for which something says a cause: its group, and what says so."""

    mask: np.ndarray
    group: str
    evidence: str


class Suggestion(NamedTuple):
    """A text without a group, by its position, the phrase it resembles, that phrase's group, and the score of 100."""

    position: int
    group: str
    phrase: str
    score: int


@cache
def load_causes(path: str | None = None) -> Causes:
    """The shipped dictionary; with the path of a user's file, what stands there comes before it.

    Raises:
        UsageError: the user's file is not there.
        InputError: a file that breaks its contract.

    >>> load_causes().attribute(["Do phần mềm bị treo, không chuyển được hồ sơ", "Không phải lỗi hệ thống"])[1] is None
    True
    """
    return Causes(load_cause_rules(path))


class Causes:
    """A dictionary of causes, ready for matching."""

    def __init__(self, rules: CauseRules) -> None:
        self.rules = rules
        self._priority = {group.id: group.priority for group in rules.groups.values()}

    @property
    def groups(self) -> dict[str, CauseGroup]:
        """The groups in the order of their priority."""
        return dict(sorted(self.rules.groups.items(), key=lambda item: (item[1].priority, item[0])))

    @property
    def states(self) -> Mapping[str, str]:
        """The group that a state of the dossier, or who holds it, stands for; in the order in which they count."""
        return {state.id: state.group for state in self.rules.states.values()}

    def attribute(self, texts: Sequence[str | None]) -> list[Match | None]:
        """The cause that each text gives; None where it gives none that the dictionary knows."""
        known = {text: self._cause(text) for text in dict.fromkeys(texts) if text}
        return [known[text] if text else None for text in texts]

    def suggest(self, texts: Sequence[str | None], *, least: float = LEAST_LIKE) -> list[Suggestion]:
        """For texts that match nothing, the phrase each resembles most: for the user to accept, never applied.

        What `noted` gives tells what the text resembled as it was written. A text in which a phrase stands that has too
        little beside it resembles this one; a text that is much shorter than a phrase does not.
        """
        found: list[Suggestion] = []
        for position, (text, match) in enumerate(zip(texts, self.attribute(texts), strict=True)):
            if text and match is None and (near := self._noted(text) or self._near(text, least)):
                found.append(Suggestion(position, near[0].group, near[0].text, near[1]))
        return found

    def shown(self, text: str) -> str:
        """What may be shown of a free text: words that the dictionary has side by side, "…" for all others."""
        return self._shown[is_accented(text)].shown(text)

    def kept(self, text: str) -> str:
        """What may be stored of a free text: the phrase that matches, else what may be shown; empty where nothing may.

        What is kept has the same match as the text, or none where the text has none.

        >>> load_causes().kept("Bà Lê Thị Ví Dụ chưa nộp thuế"), load_causes().kept("Ví Dụ 0912345678")
        ('công dân … chưa nộp … thuế', '')
        """
        if match := self._cause(text):
            return match.phrase
        shown = self.shown(text).strip(f"{HIDDEN} ")
        return "" if self._cause(shown) else shown

    def noted(self, text: str) -> str:
        """What may be stored of a free text, and behind "≈" the phrase it resembles if it matches none.

        The phrase is found in the text as written, before words are hidden; what is stored still names nobody and
        matches what the text matches.

        >>> load_causes().noted("Bà Lê Thị Ví Dụ noi la thieunhan su")
        '… ≈ 96 thiếu … nhân sự'
        """
        if self._cause(text) or not (near := self._noted(text) or self._near(text, LEAST_LIKE)):
            return self.kept(text)
        return f"{self.shown(self.written(text)) or HIDDEN} {NEAR_SIGN} {near[1]} {near[0].text}"

    def written(self, noted: str) -> str:
        """What was written, as far as it may be shown: what `noted` gives without the phrase that it resembles."""
        told = _NOTED(noted)
        return told[1] if told and self._noted(noted) else noted

    @cached_property
    def _accented(self) -> PhraseIndex:
        return PhraseIndex(self.rules, spelled)

    @cached_property
    def _plain(self) -> PhraseIndex:
        return PhraseIndex(self.rules, bare)

    @cached_property
    def _shown(self) -> dict[bool, ShownWords]:
        return {True: ShownWords(self.rules, spelled), False: ShownWords(self.rules, bare)}

    @cached_property
    def _resembled(self) -> NearPhrases:
        return NearPhrases(self.rules.phrases, self._plain)

    @cached_property
    def _as_written(self) -> dict[str, Phrase]:
        """The causes by what the dictionary writes: what `kept` gives is read again as what it is."""
        return {phrase.text: phrase for phrase in reversed(self.rules.phrases) if phrase.kind in ("cause", "weak")}

    def _is_void_alone(self, phrase: Phrase) -> bool:
        """Whether a phrase that gives no cause has the same words."""
        words = self._accented.split(phrase.text)
        all_places = sum(1 << place for place, word in enumerate(words) if word not in (BREAK, GAP_SIGN))
        voids = (each[0] for each in self._accented.find(words) if each[0].kind in _VOID and each[3] == all_places)
        return any((void.own or not phrase.own) and void.group in ("", phrase.group) for void in voids)

    def _cause(self, text: str) -> Match | None:
        """The group that a text gives if enough of it says so."""
        phrase = self._as_written.get(text)
        if phrase and not self._is_void_alone(phrase):
            return Match(phrase.group, phrase.text)
        first, is_backed = (None, False) if self._noted(text) else self._first(text)
        return Match(first.group, first.text) if first and is_backed else None

    def _first(self, text: str) -> tuple[Entry | None, bool]:
        """The cause that comes first in a text, and whether enough of it says so; mistypings mended if none."""
        if not is_accented(text):
            return self._first_in(text, self._plain)
        found = self._first_in(text, self._accented)
        return found if found[0] else self._first_in(self._accented.mended(text), self._accented)

    def _first_in(self, text: str, index: PhraseIndex) -> tuple[Entry | None, bool]:
        words = index.split(text)
        causes, markers, voids, negations = _sorted_out(found := index.find(words))
        if len(causes) > 1:
            causes.sort(key=lambda each: self._rank(each, markers, words))
        if voids or negations:
            negated = [_scope(each, found, words) for each in negations]
            causes = [each for each in causes if not _is_void(each, voids, negated)]
        standing = [each for each in causes if not _is_done(each, words, index.settled)]
        standing = [each for each in standing if not any(_is_part(each, other) for other in causes)]
        told = [each for each in standing if not _is_besides(each, markers, words)]
        return (standing[0][0], _is_backed(standing[0][0], standing, told, words)) if standing else (None, False)

    def _rank(self, each: Found, markers: Sequence[Marker], words: list[str]) -> tuple[object, ...]:
        entry, start, _, places = each
        role = _role(start, places, markers, words) if markers else _ALONE
        return (not entry.own, entry.is_weak, role, start, self._priority[entry.group], -places.bit_count())

    def _noted(self, text: str) -> tuple[Phrase, int] | None:
        """The phrase that `noted` wrote behind a text, and how like it the text was."""
        told = _NOTED(text) if NEAR_SIGN in text else None
        phrase = self._as_written.get(told[3]) if told else None
        return (phrase, int(told[2])) if told and phrase else None

    def _near(self, text: str, least: float) -> tuple[Phrase, int] | None:
        """The phrase that a text without a match resembles most, and how much of 100."""
        first, _ = self._first(text)
        if first:
            return self._as_written[first.text], _WORD_FOR_WORD
        return self._resembled.nearest(self._content(text), least)

    def _content(self, text: str) -> list[str]:
        """The words of a text that no phrase calls void; none where the rest is too little to be like anything."""
        words = self._plain.split(text)
        found = self._plain.find(words)
        spans = [each[1:3] for each in found if each[0].kind in _VOID]
        spans += [_scope(each, found, words)[:2] for each in found if each[0].kind == "negations"]
        void = {place for start, end in spans for place in range(start, end)}
        left = [word for place, word in enumerate(words) if place not in void and word != BREAK]
        return left if len(left) > 1 else []


def _sorted_out(found: Iterable[Found]) -> tuple[list[Found], list[Marker], list[Found], list[Found]]:
    """What was found as causes, markers, phrases that give no cause, and negations."""
    causes: list[Found] = []
    markers: list[Marker] = []
    voids: list[Found] = []
    negations: list[Found] = []
    for each in found:
        entry, start, end, places = each
        if entry.is_cause:
            causes.append(each)
        elif entry.kind in _ROLES:
            markers.append((start, end, places, _ROLES[entry.kind]))
        else:
            (voids if entry.kind in _VOID else negations).append(each)
    return causes, markers, voids, negations


def _role(start: int, places: int, markers: Iterable[Marker], words: Sequence[str]) -> int:
    """What a marker among the words of a phrase, or else the last one before it in its clause, makes of it."""
    last, given = 0, _ALONE
    for first, end, own, role in markers:
        if end <= start:
            if end >= last and BREAK not in words[first:start]:
                last, given = end, role
        elif role == _FIRST and not own & ~places:
            return _FIRST
    return min(given, _SECOND)


def _is_done(each: Found, words: list[str], settled: frozenset[str]) -> bool:
    """Whether a weak phrase says what was done, not what is missing: it follows "đã" or its like."""
    entry, start, _, _ = each
    return bool(entry.is_weak and start and words[start - 1] in settled)


def _is_besides(each: Found, markers: Iterable[Marker], words: Sequence[str]) -> bool:
    """Whether a text tells a cause as one that comes on top: "…, ngoài ra chưa …", "…, dân cũng chưa …"."""
    _, start, end, _ = each
    return any(
        role == _BESIDES and first < end and BREAK not in words[min(first, start) : start]
        for first, _, _, role in markers
    )


def _is_backed(first: Entry, standing: Sequence[Found], told: Sequence[Found], words: Sequence[str]) -> bool:
    """Whether enough of a text speaks for the group that comes first; the user's own phrase needs no more."""
    beside = [each[3] for each in standing if each[0].group == first.group]
    if first.own or len(beside) >= ENOUGH:
        return True
    others = [each[3] for each in told if each[0].group != first.group]
    spoken = len(words) - words.count(BREAK)
    return _count(beside) - _count(others) / 2 >= LEAST_SHARE * spoken


def _count(places: Iterable[int]) -> int:
    """How many words are held by at least one of several phrases."""
    held = 0
    for each in places:
        held |= each
    return held.bit_count()


def _scope(negation: Found, found: Sequence[Found], words: list[str]) -> tuple[int, int, int]:
    """The words that a negation holds for, to the end of its clause or to a "mà" or "nhưng"; and its own words."""
    _, start, end, places = negation
    until = words.index(BREAK, end)
    turns = [each[1] for each in found if each[0].kind == "but" and end <= each[1] < until]
    return start, min(turns, default=until), places


def _is_void(cause: Found, voids: Sequence[Found], negated: Sequence[tuple[int, int, int]]) -> bool:
    """Whether a cause stands in a negated clause or meets a phrase that gives none, and does not hold all of it."""
    entry, start, end, places = cause
    for first, last, own in negated:
        if first < end and start < last and own & ~places:
            return True
    for void, first, last, own in voids:
        meets = first < end and start < last and (void.own or not entry.own)
        if meets and (own & ~places or own == places) and void.group in ("", entry.group):
            return True
    return False


def _is_part(each: Found, other: Found) -> bool:
    inner, outer = each[3], other[3]
    return inner != outer and not inner & ~outer and (other[0].own or not each[0].own)
