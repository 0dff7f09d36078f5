"""Phrases of a dictionary in free Vietnamese text, found word by word, with accents or without.

A text is read as words: abbreviations written out, words of one meaning made one, any number the same number. A phrase
stands within one clause, its words in this order, never a part of a word; "…" is at most `GAP` words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from reformcli.rules.causes import GAP_SIGN, CauseRules, Phrase
from reformcli.text import clean

GAP = 5  # words that "…" may stand for
BREAK = ","  # stands for every mark that ends a clause, and for the end of the text
LONGEST = 2000  # characters of a text that are read
LEAST_LIKE = 80.0  # of 100: how like a phrase a text must be to resemble it
_SHORTEST = 8  # letters of a phrase that a text may resemble
_MISTYPED = 4  # letters of a word that may be one of the dictionary, mistyped
_NUMBER = "#"
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS = frozenset("aeiouyăâêôơư")
_END = ""
_ENDS, _SIGNS = re.compile("[,;.:!?]+").sub, re.compile('[()\\[\\]"“”–_-]+').sub
_TOKENS = re.compile(r"\d+|[^\W\d_][^\W_]*|[,…]").findall
_LETTERS = re.compile(r"[^\W\d_]+").sub

_Trie = dict[str, Any]  # what may follow a word; `_END`: what the words so far mean
_Node = list[Any]  # the phrases that end here (or None), the nodes of what may follow, and those after "…" (or None)


class Entry(NamedTuple):
    """A phrase as matching needs it."""

    kind: str
    group: str
    text: str
    own: bool
    is_cause: bool
    is_weak: bool


Found = tuple[Entry, int, int, int]  # a phrase, its first word, the word after its last, and its own words as bits


class PhraseIndex:
    """The phrases of a dictionary by their words."""

    def __init__(self, rules: CauseRules, spell: Callable[[str], str]) -> None:
        self._spell, self._is_bare = spell, spell is bare
        self._clear = frozenset(rules.plain)
        self._written = {spell(key): " ".join(map(spell, text.split())) for key, text in rules.abbreviations.items()}
        self._known: dict[str, str] = {}
        self._same: _Trie = {}
        for meant, texts in rules.same.items():
            for text in (meant, *texts):
                self._unite(text, "\u00a0".join(map(spell, meant.split())))
        meant_and_same = [text for meant, same in rules.same.items() for text in (meant, *same)]
        self._texts = [*meant_and_same, *rules.abbreviations.values(), *(phrase.text for phrase in rules.phrases)]
        self._root: _Node = [None, {}, None]
        self._parts: dict[str, list[str]] = {}
        for phrase in rules.phrases:
            self._add(phrase)
        self._starts = {word: (node, _seconds(node)) for word, node in self._root[1].items()}
        self.settled = frozenset(self.split(text)[-2] for text in rules.settled)

    def split(self, text: str) -> list[str]:
        """A text as words, with a `BREAK` between clauses and at the end."""
        known = self._known
        plain = clean(text[:LONGEST].replace("\n", ";")).lower()
        raws = _SIGNS(" ", _ENDS(f" {BREAK} ", plain)).split()
        words = " ".join([known.get(raw) or self._expand(raw) for raw in raws]).split()
        words.append(BREAK)
        return self._united(words)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every phrase in words that `split` gave."""
        found: list[Found] = []
        starts = self._starts
        for start, word in enumerate(words):
            known = starts.get(word)
            if known is not None and (known[1] is None or not known[1].isdisjoint(words[start + 1 : start + GAP + 2])):
                _follow(known[0], words, start, start, 1 << start, found)
        return found

    def _expand(self, raw: str) -> str:
        """What stands between two blanks as the words it stands for; nothing said is a blank."""
        word = "/".join(map(self._spell, raw.split("/")))
        words = self._written.get(word) or " ".join(map(self._one, _TOKENS(raw))) or " "
        self._known[raw] = words
        return words

    def _one(self, token: str) -> str:
        if token == BREAK or token[0].isdecimal():
            return token if token == BREAK else _NUMBER
        word = self._spell(token)
        return self._written.get(word, word)

    def mended(self, text: str) -> str:
        """A text with each syllable that the dictionary does not know read as it may be meant.

        That is the commonest of the same letters with other accents ("châm": "chậm"), or two written as one.
        """
        return _LETTERS(lambda token: self._meant(token[0]), clean(text[:LONGEST].replace("\n", ";")).lower())

    def _meant(self, token: str) -> str:
        word, counts = self._spell(token), self._syllables
        if token.isascii() or word in counts:
            return token
        if token_meant := self._commonest.get(bare(token)):
            return token_meant
        cuts = ((token[:at], token[at:]) for at in range(2, len(token) - 1))
        return next(
            (f"{one} {two}" for one, two in cuts if self._spell(one) in counts and self._spell(two) in counts), token
        )

    @cached_property
    def _commonest(self) -> dict[str, str]:
        """Of the syllables with the same letters, the one that stands most often in the dictionary."""
        return {bare(token): token for token, _ in reversed(self._tokens.most_common())}

    @cached_property
    def _tokens(self) -> Counter[str]:
        return Counter(token for text in self._texts for token in _TOKENS(text.lower()))

    @cached_property
    def _syllables(self) -> frozenset[str]:
        return frozenset(map(self._spell, self._tokens))

    def _united(self, words: list[str]) -> list[str]:
        """The same with what words of one meaning have in common in their place."""
        same = self._same.get
        united: list[str] = []
        place, count = 0, len(words)
        while place < count:
            word = words[place]
            node = same(word)
            place += 1
            if node is not None:
                ahead, word, place = place, node.get(_END, word), place
                while ahead < count and (node := node.get(words[ahead])) is not None:
                    ahead += 1
                    if _END in node:
                        word, place = node[_END], ahead
            united.append(word)
        return united

    def _unite(self, text: str, meant: str) -> None:
        words = " ".join(map(self._expand, text.lower().split())).split()
        if not self._is_vague(text, words):
            _insert(self._same, words)[_END] = meant

    def _is_vague(self, text: str, words: Sequence[str]) -> bool:
        """One syllable without its accents is too many words."""
        return self._is_bare and len(words) == 1 and not text.isascii() and text not in self._clear

    def _add(self, phrase: Phrase) -> None:
        words: list[str] = []
        for part in phrase.text.split(f" {GAP_SIGN} "):
            known = self._parts.get(part)
            if known is None:
                known = self._parts[part] = self.split(part)[:-1]
            words += [GAP_SIGN, *known] if words else known
        if not words or (" " not in phrase.text and self._is_vague(phrase.text, words)):
            return
        is_weak = phrase.kind == "weak"
        entry = Entry(phrase.kind, phrase.group, phrase.text, phrase.own, is_weak or phrase.kind == "cause", is_weak)
        entries = _entries(self._root, words)
        if not any(other[:2] == entry[:2] and other.own == entry.own for other in entries):
            entries.append(entry)  # two readings of the same words: the first will do


class NearPhrases:
    """The causes of a dictionary that a text resembles: each of their words stands in it, or one typed for it."""

    def __init__(self, phrases: Iterable[Phrase], index: PhraseIndex) -> None:
        self._known: set[str] = set()
        self._phrases: dict[str, Phrase] = {}
        self._sizes: dict[str, int] = {}
        self._with: dict[str, list[str]] = {}
        for phrase in phrases:
            words = _syllables(word for word in index.split(phrase.text) if word not in (BREAK, GAP_SIGN))
            self._known.update(words)
            if phrase.kind == "cause" and len(text := " ".join(words)) >= _SHORTEST and text not in self._phrases:
                self._phrases[text], self._sizes[text] = phrase, len(set(words))
                for word in set(words):
                    self._with.setdefault(word, []).append(text)

    def nearest(self, words: Sequence[str], least: float) -> tuple[Phrase, int] | None:
        """Of the phrases that a part of the text is like, the one that part and whole are most like, and its score."""
        from rapidfuzz import process
        from rapidfuzz.fuzz import partial_ratio, ratio

        there = _syllables(words)
        said = " ".join(there)
        fitting = [text for text in self._made_of(there) if len(text) <= len(said) + 2]
        near = process.extract(said, fitting, scorer=partial_ratio, score_cutoff=least, limit=None)
        best = max(near, key=lambda one: (one[1] + ratio(said, one[0]), one[0]), default=None)
        return (self._phrases[best[0]], int(best[1])) if best else None

    def _made_of(self, words: Sequence[str]) -> list[str]:
        """The phrases of which every word is there."""
        there = {word for word in words if word in self._with}
        for word in set(words) - self._known:
            if len(word) >= _MISTYPED:
                there.update(self._meant(word))
        counts = Counter(text for word in there for text in self._with[word])
        return [text for text, count in counts.items() if count == self._sizes[text]]

    def _meant(self, word: str) -> Iterable[str]:
        """The words of the dictionary that stand in one that it does not know, or are like it."""
        from rapidfuzz import process
        from rapidfuzz.fuzz import ratio

        inside = (part for part in self._with if len(part) > 1 and (word.startswith(part) or word.endswith(part)))
        return [
            *inside,
            *(one[0] for one in process.extract(word, [*self._with], scorer=ratio, score_cutoff=LEAST_LIKE)),
        ]


def _syllables(words: Iterable[str]) -> list[str]:
    """Words that stand for several, taken apart."""
    return " ".join(words).split()


@lru_cache(maxsize=1 << 16)
def spelled(word: str) -> str:
    """A word in small letters, its tone at the end; hỏi and ngã, and y and i at the end, make no difference.

    >>> spelled("hoà") == spelled("hòa"), spelled("lổi") == spelled("lỗi"), spelled("kỹ") == spelled("kĩ")
    (True, True, True)
    """
    marked = unicodedata.normalize("NFD", word)
    tone = "".join(sign for sign in marked if sign in _TONES).replace("\u0309", "\u0303")
    return _with_i(unicodedata.normalize("NFC", "".join(sign for sign in marked if sign not in _TONES))) + tone


@lru_cache(maxsize=1 << 16)
def bare(word: str) -> str:
    """A word in small letters without accents, as people type it who have no Vietnamese keyboard.

    >>> bare("đường"), bare("kỹ")
    ('duong', 'ki')
    """
    marked = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return _with_i("".join(sign for sign in marked if not unicodedata.combining(sign)))


def is_accented(text: str) -> bool:
    """Whether a text has a letter that a plain keyboard has not."""
    return not text.isascii() and any(map(_is_marked, text))


def _is_marked(sign: str) -> bool:
    return sign > "\x7f" and (sign in "đĐ" or bool(unicodedata.decomposition(sign) or unicodedata.combining(sign)))


def _with_i(letters: str) -> str:
    alone = letters.endswith("y") and (letters[:-1] == "qu" or _VOWELS.isdisjoint(letters[:-1]))
    return letters[:-1] + "i" if alone else letters


def _insert(trie: _Trie, words: Iterable[str]) -> _Trie:
    """The place of these words in a trie, made where it is missing."""
    for word in words:
        trie = trie.setdefault(word, {})
    return trie


def _entries(root: _Node, words: Iterable[str]) -> list[Entry]:
    """The phrases of these words, their place made where it is missing."""
    node, place = root, 1
    for word in words:
        if word == GAP_SIGN:
            place = 2
            continue
        if node[place] is None:
            node[place] = {}
        nexts = node[place]
        node = nexts.get(word)
        if node is None:
            node = nexts[word] = [None, {}, None]
        place = 1
    if node[0] is None:
        node[0] = []
    found: list[Entry] = node[0]
    return found


def _seconds(node: _Node) -> frozenset[str] | None:
    """The words of which one must come soon after the first; None where the first alone is a phrase."""
    return None if node[0] else frozenset(node[1]).union(node[2] or ())


def _follow(node: _Node, words: Sequence[str], start: int, last: int, places: int, found: list[Found]) -> None:
    """Find every phrase that goes on from the word `last`."""
    here = last + 1
    entries, nexts, gap = node
    if entries is not None:
        for entry in entries:
            found.append((entry, start, here, places))  # noqa: PERF401 - a loop of one, called most of all
    if nexts and (after := nexts.get(words[here])) is not None:
        _follow(after, words, start, here, places | 1 << here, found)
    if gap is not None:
        window = words[here : here + GAP + 1]
        if not gap.keys().isdisjoint(window):
            for ahead, word in enumerate(window, here):
                if word == BREAK:
                    break
                if (after := gap.get(word)) is not None:
                    _follow(after, words, start, ahead, places | 1 << ahead, found)
