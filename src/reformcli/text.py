"""Vietnamese text: comparing it, cleaning it and putting it in alphabetical order. Costs no imports worth naming."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Zero-width, joining, right-to-left, variation and control characters; those that Python calls spaces stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_EDGES = " *:.;,-\u2013\u2014\u2212_|\u2022\u00b7'\"`~!?\u2018\u2019\u201c\u201d\u00ab\u00bb"
# What may close a text, read backwards so that it takes one pass: punctuation, "(*)", "(bắt buộc)".
_CLOSING = re.compile(rf"(?:[{re.escape(_EDGES)}]|[)\]]\s*(?:\*+|coub tab)\s*[(\[])*")
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d", "\u0131": "i"})  # eth is often typed for đ

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_SHAPES = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: they make another letter
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
_TOKENS = re.compile(r"\d+|[^\d]")

CollationKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def fold(text: str) -> str:
    r"""Reduce a text to what matters when two texts are compared; never store or show the result.

    Unicode form, tone-mark style (hóa, hoá), accents, đ, case, invisible characters, line breaks and repeated
    spaces, punctuation around the text and a closing required mark make no difference.

    >>> fold(" Ngày  HẸN\ntrả (*):") == fold("ngay hen tra")
    True
    """
    if text.isascii():
        plain = _INVISIBLE.sub("", text).lower()
    else:
        plain = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
        marked = unicodedata.normalize("NFKD", plain)
        plain = "".join([c for c in marked if not unicodedata.combining(c)]).translate(_STROKES)
    turned = " ".join(plain.split()).lstrip(_EDGES)[::-1]
    closing = _CLOSING.match(turned)
    return turned[closing.end() if closing else 0 :][::-1]


def clean(text: str) -> str:
    r"""Give a text as it should be stored: NFC, no invisible characters, single spaces, none at the ends.

    >>> clean(" H57\u200b.12-240101-0001\n")
    'H57.12-240101-0001'
    """
    visible = " ".join(_INVISIBLE.sub("", text).split())
    return visible if visible.isascii() else unicodedata.normalize("NFC", visible)


@lru_cache(maxsize=16_384)
def match_key(text: str) -> str:
    """What two writings of one text share: its folded letters and digits (`NgayHenTra`, "Ngày hẹn trả")."""
    plain = fold(text)
    return re.sub(r"[\W_]+", "", plain) or plain or text.strip()


def match_words(text: str) -> tuple[str, ...]:
    """The folded words of a text without the numbers at its ends ("1. Mã hồ sơ", "Mã hồ sơ (2)")."""
    words = re.findall(r"[^\W_]+", fold(text))
    while words and words[0].isdecimal():
        del words[0]
    while words and words[-1].isdecimal():
        del words[-1]
    return tuple(words)


def collation_key(text: str) -> CollationKey:
    """Key for Vietnamese alphabetical order: letters first, then tones syllable by syllable, then the text itself.

    Numbers inside a text are compared as numbers; tone-mark style makes no difference.

    >>> sorted(["Ea Súp", "Ân", "Đắk Lắk", "Dương", "Ăn", "An"], key=collation_key)
    ['An', 'Ăn', 'Ân', 'Dương', 'Đắk Lắk', 'Ea Súp']
    >>> sorted(["Phường 10", "Phường 2"], key=collation_key)
    ['Phường 2', 'Phường 10']
    """
    cleaned = clean(text)
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    for syllable in cleaned.lower().split():
        shapes, tone = _without_tone(syllable)
        letters.append((0, 0))
        letters.extend(_weight(token) for token in _TOKENS.findall(shapes))
        tones.append(tone)
    return tuple(letters), tuple(tones), cleaned


def _without_tone(syllable: str) -> tuple[str, int]:
    """Split a syllable into its letters, in NFC, and its tone."""
    tone, kept = 0, []
    for character in unicodedata.normalize("NFD", syllable):
        if character in _TONES:
            tone = max(tone, _TONES[character])
        elif character in _SHAPES or not unicodedata.combining(character):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def _weight(token: str) -> tuple[int, int]:
    """Order of one letter or number: punctuation, numbers, Vietnamese letters, everything else."""
    if token in _RANK:
        return 3, _RANK[token]
    if token.isdecimal():
        return 2, int(token)
    return (4 if token.isalpha() else 1), ord(token)
