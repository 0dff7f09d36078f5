"""The words of an official note: what the letterhead says, what it leaves blank, and the fixed phrases of the form."""

from __future__ import annotations

import re
from datetime import date

from reformcli.i18n import text
from reformcli.letterhead import Letterhead
from reformcli.render.document import Document
from reformcli.render.numbers import one_line

NAMES = (
    "superior",
    "issuer",
    "number",
    "place",
    "date",
    "recipient",
    "signed_for",
    "position",
    "signatory",
    "recipients",
    "title",
    "subtitle",
    "headline",
)
_MAY_BE_EMPTY = frozenset({"superior", "signed_for"})
_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})|(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")

_PARTS = (("year", "y"), ("month", "m"), ("day", "d"))


def phrase(name: str, language: str, **values: object) -> str:
    """A fixed phrase of the form."""
    return text(f"letter.{name}", language, **values)


def clean(given: str) -> str:
    """A text that any paragraph can carry: on one line, no control characters."""
    return one_line(given, newline=" ").strip()


def values_of(document: Document, letterhead: Letterhead) -> dict[str, str]:
    """Give every placeholder its text; several lines are separated by line feeds."""
    language = document.language
    values = {name: _given(letterhead, name, language) for name in NAMES[:9] if name != "date"}
    values["date"] = _date(letterhead.date, language)
    values["recipient"] = lines(letterhead.recipient or "")
    values["recipients"] = "\n".join(_recipients(letterhead, language))
    values["title"], values["subtitle"] = clean(document.title), clean(document.subtitle)
    values["headline"] = "\n".join(clean(sentence) for sentence in document.headline)
    return values


def lines(given: str) -> str:
    """A text whose own line breaks stay: long names of offices are broken where custom wants it."""
    return "\n".join(filter(None, (clean(line) for line in re.split(r"\r\n|[\r\n]", given))))


def matter_of(document: Document) -> str:
    """What the report is about: its title without the word for "report", which stands above it in capitals.

    >>> from datetime import datetime
    >>> matter_of(Document("Báo cáo kết quả tuần 51", "", "vi", (), (), (), datetime(2024, 1, 1)))
    'Kết quả tuần 51'
    """
    title, kind = clean(document.title), phrase("kind", document.language)
    if not title.casefold().startswith(f"{kind.casefold()} "):
        return title
    rest = title[len(kind) :].lstrip(" :–-")
    return rest[:1].upper() + rest[1:]


def roman(number: int) -> str:
    """Write the number of a part as custom wants it.

    >>> [roman(number) for number in (1, 4, 9, 14, 49)]
    ['I', 'IV', 'IX', 'XIV', 'XLIX']
    """
    signs = {1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL", 10: "X", 9: "IX"}
    written = ""
    for value, sign in (signs | {5: "V", 4: "IV", 1: "I"}).items():
        written += sign * (number // value)
        number %= value
    return written


def _given(letterhead: Letterhead, name: str, language: str) -> str:
    value: str | None = getattr(letterhead, name)
    if value is not None and (lines(value) or name in _MAY_BE_EMPTY):
        return lines(value)
    return phrase(f"blank_{name}" if name in ("number", "signed_for") else "blank", language)


def _date(given: date | str | None, language: str) -> str:
    """Write the day as custom wants it; a text that is no day stays as it is."""
    if given is None or given == "":
        return phrase("blank_date", language)
    if isinstance(given, str):
        match = _DAY.fullmatch(given.strip())
        try:
            numbers = [int(match[name] or match[short]) for name, short in _PARTS] if match else []
            given = date(*numbers) if numbers else given
        except ValueError:  # 31/02/2026
            return clean(str(given))
    if isinstance(given, str):
        return clean(given)
    months = phrase("months", language).split()
    return phrase("date", language, day=f"{given.day:02}", month=months[given.month - 1], year=f"{given.year:04}")


def _recipients(letterhead: Letterhead, language: str) -> list[str]:
    """The closing list, each entry with its dash; the last one ends with a full stop, the others do not."""
    given = letterhead.recipients
    if given is None:
        given = (phrase("as_above" if letterhead.recipient else "blank", language), phrase("filed", language))
    entries = [entry for entry in (clean(one).lstrip("-–+ ").rstrip(" ;.,") for one in given) if entry]
    return [f"- {entry}{'.' if entry is entries[-1] else ';'}" for entry in entries]
