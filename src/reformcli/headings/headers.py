"""Headings → canonical columns: by content, from the dictionary, a profile and the user's map; never by guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from reformcli.model import ColumnUse, Header, RawSheet
from reformcli.text import clean, match_key, match_words

FIELDS = (
    *("dossier_id", "agency", "agency_id", "department", "level", "field", "procedure", "procedure_id", "channel"),
    *("service_level", "status", "received_at", "due_at", "finished_at", "returned_at", "supplement_requested_at"),
    *("supplement_completed_at", "supplement_requests", "fee", "paid_online", "electronic_result", "digitised"),
    *("reused", "linked_store", "population_data", "late_cause", "responsible", "apology", "rating"),
)
REQUIRED = (("dossier_id",), ("received_at",), ("due_at",), ("status", "finished_at"))  # one of each
_KINDS = ("field", "personal", "ignored", "ambiguous")
_FLAGS = ("part", "actual_return", "may_name_person")
_RANK = {"user": 0, "profile": 1, "dictionary": 2, "settled": 3, "pattern": 4}
_UNITS = frozenset({"agency", "agency_id", "department", "responsible"})
_OF_THE_DOSSIER = _UNITS | {"level", "status", "received_at", "due_at", "finished_at", "returned_at"}  # or of a step, …
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
SEARCHED_COLUMNS = 300  # filled ones, of the first hundred rows
LONGEST_HEADING = 500  # characters
_VALUE = re.compile(r":\s*\S|\d{6}|\d\D\d+\D\d{2}")  # "Lĩnh vực: Đất đai", a code, a date
Words = tuple[str, ...]
NO_CLAIMS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """What a heading means: a canonical field, a personal or an ignored column, or one of `choices`."""

    name: str
    kind: str  # field | personal | ignored | ambiguous
    order: int = -1  # of two columns meaning the same, the lower is used
    part: str = ""
    actual_return: bool = False
    may_name_person: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All known headings: whole (by `match_key`, or as software writes them), and by first word of their phrases."""

    headings: dict[str, Known] = field(default_factory=dict)
    phrases: dict[str, dict[Words, Known]] = field(default_factory=dict)
    unless: list[str] = field(default_factory=list)

    @property
    def personal(self) -> list[str]:
        """The names of the personal columns."""
        return sorted({known.name for known in self.headings.values() if known.kind == "personal"})

    def listed(self, heading: str) -> Known | None:
        """What a whole heading means."""
        return self.headings.get(heading) or self.headings.get(match_key(heading))

    def resembling(self, heading: str) -> Known | None:
        """What a heading means that is not listed, but begins like one that is, or has brackets or a number more."""
        if len(heading) > 150 or _VALUE.search(heading):
            return None
        words = match_words(heading)
        known, rest = self.headings.get("".join(words)), words[:0]
        if not known:
            phrase, known = self._phrase(words) or (rest, None)
            rest = words[len(phrase) :]
        if not known and (brackets := _BRACKETS.findall(heading)):
            bare = match_words(_BRACKETS.sub(" ", heading))
            known, rest = self.headings.get("".join(bare)), match_words(" ".join(brackets))
        if not known or (known.kind in ("field", "ambiguous") and self.qualifies(rest)):
            return self._person(words)
        return known

    def qualifies(self, words: Words) -> bool:
        """Whether words beside a heading give it another meaning, or speak of a person."""
        text = f" {' '.join(words)} "
        return any(f" {part} " in text for part in self.unless) or bool(self._person(words))

    def _phrase(self, words: Words) -> tuple[Words, Known] | None:
        phrases = self.phrases.get(words[0], {}) if words else {}
        longest = max((phrase for phrase in phrases if words[: len(phrase)] == phrase), key=len, default=None)
        return (longest, phrases[longest]) if longest else None

    def _person(self, words: Words) -> Known | None:
        found = (self._phrase(words[start:]) for start, word in enumerate(words) if word in self.phrases)
        return next((pair[1] for pair in found if pair and pair[1].kind == "personal"), None)


@cache
def load_dictionary(name_or_path: str = "headers") -> Dictionary:
    """Read the headings that ship with the package, or a file of the same form.

    Raises:
        InputError: an unknown key, a missing source, an unknown field, or a heading with two meanings.
    """
    from reformcli.rules import bad_rules, check_keys, read_rules

    table, _, where = read_rules(name_or_path)
    check_keys(table, required=("field", "unless"), optional=_KINDS, where=where)
    check_keys(table["unless"], required=("words", "source", "evidence"), where=f"{where} [unless]")
    dictionary = Dictionary(unless=[" ".join(match_words(text)) for text in table["unless"]["words"]])
    texts = ("headings", "names", "phrases")
    for kind, entry in [(one, entry) for one in _KINDS for entry in table.get(one, ())]:
        place = f"{where} [[{kind}]] {entry.get('name', '')}"
        optional = (*texts, *_FLAGS, *(("choices",) if kind == "ambiguous" else ()))
        check_keys(entry, required=("name", "source", "evidence"), optional=optional, where=place)
        unknown = set(entry.get("choices", [entry["name"]] if kind == "field" else [])) - set(FIELDS)
        if entry["evidence"] not in ("seen", "assumed"):
            raise bad_rules(place, f"evidence is neither seen nor assumed: {entry['evidence']}")
        if unknown or (kind == "personal" and entry["name"] in FIELDS):
            raise bad_rules(place, f"not a field that can stand here: {', '.join(unknown) or entry['name']}")
        if repeated := _add(dictionary, kind, entry):
            raise bad_rules(place, f"repeated heading: {', '.join(repeated)}")
    for name in (*FIELDS, *dictionary.personal):
        known = Known(name, "field" if name in FIELDS else "personal", len(dictionary.headings))
        dictionary.headings.setdefault(match_key(name), known)
    return dictionary


def _add(dictionary: Dictionary, kind: str, entry: Mapping[str, Any]) -> list[str]:
    """Add the texts of one entry; returns those that are listed already."""
    flags = {key: entry[key] for key in _FLAGS if key in entry}
    known = Known(entry["name"], kind, choices=tuple(entry.get("choices", ())), **flags)
    repeated = []
    for key in [*entry.get("names", ()), *map(match_key, entry.get("headings", ()))]:
        added = replace(known, order=len(dictionary.headings))
        if dictionary.headings.setdefault(key, added) is not added:
            repeated.append(key)
    for phrase in map(match_words, entry.get("phrases", ())):
        added = replace(known, order=len(dictionary.headings))
        if dictionary.phrases.setdefault(phrase[0], {}).setdefault(phrase, added) is not added:
            repeated.append(" ".join(phrase))
    return repeated


@dataclass(frozen=True, slots=True)
class _Column:
    position: int
    heading: str
    known: Known | None = None
    how: str = "unknown"
    claim: str = ""  # what the profile says of a heading that the dictionary leaves open


def find_header(
    raw: RawSheet, dictionary: Dictionary, user_map: Mapping[str, str], claims: Mapping[str, str] = NO_CLAIMS
) -> Header | None:
    """Find the one to three rows of headings that tell most, among the first hundred rows.

    Columns without any heading are left out. Returns None where no row names the dossier and two things more, and for
    tables of counts.

    Args:
        raw: the sheet as text.
        dictionary: what headings mean everywhere.
        user_map: the user's own headings with their fields.
        claims: what headings (by `match_key`, or names as written) mean in the system that wrote the sheet.
    """
    positions = _looked_at(raw)
    rows = _texts(raw, range(100), positions)
    is_heading = [_is_heading_row(row) for row in rows]
    reader = _Reader(dictionary, _map_keys(dictionary, user_map), claims)
    best: tuple[tuple[int, bool, int], range] = ((0, False, 0), range(0))
    for first in range(len(rows)):
        for last in range(first, min(first + 3, len(rows))):
            if not is_heading[last] or (last > first and not _is_below(rows[last - 1], rows[last])):
                break
            whole = last == first + 1 and _is_all_below(rows[first], rows[last])
            told = _told([reader.column(above, own) for _, above, own in _stacks(rows[first : last + 1])])
            rank = (told, whole, first - last)  # more told, then no headings left below, then fewer rows
            best = max(best, (rank, range(first, last + 1)), key=lambda found: found[0])
    (told, *_), header = best
    if not told:
        return None
    columns = reader.columns(_texts(raw, header))
    below = reader.columns(rows[header.stop : header.stop + 1])
    counts = {c.heading for c in (*columns, *below) if c.known and c.known.name == "aggregate"}
    if len(counts) > 1 and not any(c.known and c.known.name == "received_at" for c in columns):
        return None
    return Header(tuple(header), tuple(_uses(columns)))


def _looked_at(raw: RawSheet) -> list[int]:
    """The columns that the search for a header looks at: the first filled ones, and one blank of each gap."""
    found: list[int] = []
    filled = 0
    cells = raw.cells.slice(0, 100)
    for position, column in enumerate(cells.columns):
        is_blank = column.null_count == len(column)
        if not is_blank or not found or found[-1] != position - 1 or cells.column(found[-1]).null_count < len(column):
            found.append(position)
        filled += not is_blank
        if filled == SEARCHED_COLUMNS:
            break
    return found


def _texts(raw: RawSheet, rows: range, positions: Sequence[int] | None = None) -> list[Words]:
    """Some rows as clean texts, of the beginning of each cell."""
    cells = raw.cells.slice(rows.start, len(rows))
    columns = [cells.column(at) for at in positions] if positions is not None else cells.columns
    begun = cache(lambda text: clean(text[:LONGEST_HEADING]) if text else "")
    return [tuple(map(begun, row)) for row in zip(*(column.to_pylist() for column in columns), strict=True)]


@dataclass(slots=True)
class _Reader:
    """Understands stacks of headings; the same texts below the same ones mean the same in every column."""

    dictionary: Dictionary
    mapped: Mapping[str, Known]
    claims: Mapping[str, str]
    seen: dict[tuple[Words, str], _Column] = field(default_factory=dict)

    def columns(self, rows: Sequence[Words]) -> list[_Column]:
        """The columns that have a heading in these rows."""
        return [replace(self.column(above, own), position=position) for position, above, own in _stacks(rows)]

    def column(self, above: Words, own: str) -> _Column:
        """What one heading means, wherever it stands."""
        column = self.seen.get((above, own))
        if column is None:
            column = _claimed(_read(self.dictionary, self.mapped, 0, above, own), self.claims)
            self.seen[above, own] = column
        return column


def _map_keys(dictionary: Dictionary, user_map: Mapping[str, str]) -> dict[str, Known]:
    """The user's map by key; what the dictionary knows of a heading besides its field still holds."""
    mapped = {}
    for heading, name in user_map.items():
        known = dictionary.listed(heading) or Known(name, "field")
        kind = "field" if name in FIELDS else "personal" if name else "ignored"
        mapped[match_key(heading)] = replace(known, name=name, kind=kind, order=-1, choices=())
    return mapped


def _read(dictionary: Dictionary, mapped: Mapping[str, Known], position: int, above: Words, own: str) -> _Column:
    """Understand one heading together with those above it, the most specific reading first."""
    texts = [" / ".join((*above, own))] if len(above) > 1 else []
    for parent in reversed(above):
        texts += [f"{parent} / {own}", f"{own} {parent}"]  # "Hẹn trả" over "Ngày" is Ngày hẹn trả
    for text in (*texts, own):
        if user := mapped.get(match_key(text)):
            return _Column(position, text, user, "user" if user.kind == "field" else user.kind)
    for text in texts:
        if listed := dictionary.listed(text):
            return _Column(position, text, listed, "dictionary" if listed.kind == "field" else listed.kind)
    known, how = dictionary.listed(own), "dictionary"
    if not known:
        known, how = dictionary.resembling(own), "pattern"
    if known and known.name in _OF_THE_DOSSIER:
        known = None if any(dictionary.qualifies(match_words(parent)) for parent in above) else known
    if not known:
        return _Column(position, " / ".join((*above, own)))
    return _Column(position, own, known, how if known.kind == "field" else known.kind)


def _claimed(column: _Column, claims: Mapping[str, str]) -> _Column:
    """A column as the profile understands it; the user's word stands, and so does what the profile says as well."""
    known = column.known
    texts = [column.heading, column.heading.rpartition(" / ")[2]][: 2 if known else 1]  # a group above may forbid it
    claim = next((claims[key] for text in texts for key in (text, match_key(text)) if key in claims), "")
    if not claim or column.how == "user" or (known and (known.order < 0 or known.name == claim)):
        return column
    if known and known.kind == "ambiguous":
        return replace(column, claim=claim)
    return replace(column, known=replace(known or Known("", ""), name=claim, kind="field", order=0), how="profile")


def _stacks(rows: Sequence[Words]) -> Iterator[tuple[int, Words, str]]:
    """For each column: its position, the headings above its own, and its own (the lowest text)."""
    carried = [""] * len(rows)
    for position, cells in enumerate(zip(*rows, strict=True)):
        for level in range(len(rows)):
            if cells[level] or any(cells[:level]):  # a new group also ends what an earlier one carried further down
                carried[level] = cells[level]
        if own := next((text for text in reversed(cells) if text), ""):
            above = [text for text in carried[: len(cells) - 1 - cells[::-1].index(own)] if text]
            yield position, tuple(text for text in dict.fromkeys(above) if match_key(text) != match_key(own)), own


def _is_value(text: str) -> bool:
    """Whether a text is a number, code or date rather than words."""
    return 2 * sum(map(str.isdigit, text)) >= sum(map(str.isalnum, text)) > 0


def _is_heading_row(row: Words) -> bool:
    """Whether a row has texts, and few of them are values, hardly any a code or date."""
    filled = [text for text in row if text]
    values = [text for text in filled if _is_value(text)]
    return 10 * len(values) < 3 * len(filled) and sum(len(text) > 7 for text in values) < 2


def _is_open(upper: Words, position: int) -> bool:
    """Whether a row below may add headings here: nothing stands above, or something merged over several columns."""
    after = upper[position + 1] if position + 1 < len(upper) else None
    return not upper[position] or after == "" or upper[position] in (after, upper[position - 1] if position else None)


def _is_below(upper: Words, lower: Words) -> bool:
    """Whether `lower` can be a second row of headings: data rows have values, and a heading above each cell."""
    added = sum(bool(text) and _is_open(upper, position) for position, text in enumerate(lower))
    return added > 1 and sum(map(bool, upper)) > 1 and not any(map(_is_value, lower))


def _is_all_below(upper: Words, lower: Words) -> bool:
    """Whether `lower` has nothing but headings below merged ones: it may tell no more, but it is no data either."""
    return all(_is_open(upper, position) for position, text in enumerate(lower) if text) and sum(map(bool, upper)) > 2


def _told(columns: Sequence[_Column]) -> int:
    """How many different things the headings tell; none if fewer than three or no dossier id."""
    told = {c.known.name if c.known.choices or c.how in _RANK else match_key(c.heading) for c in columns if c.known}
    return len(told) if len(told) > 2 and "dossier_id" in told else 0


def _settle(columns: Sequence[_Column]) -> list[_Column]:
    """Let the profile, then the other columns decide what an ambiguous one is."""
    known = [column.known for column in columns if column.known]
    taken = {one.name for one in known if one.kind == "field"} | {"returned_at" for one in known if one.actual_return}
    columns = [_settled(column, column.claim, "profile") if column.claim not in taken else column for column in columns]
    taken |= {column.claim for column in columns if column.how == "profile"}
    unsettled = sum(column.known is not None and column.known.kind == "ambiguous" for column in columns)
    settled = []
    for column in columns:
        settled.append(column)
        if (one := column.known) and one.kind == "ambiguous":
            left = [name for name in one.choices if name not in taken]
            if not left:
                settled[-1] = replace(column, how="ignored")
            elif len(left) == 1 and (unsettled == 1 or left != ["due_at"]):  # of two columns either may be due
                settled[-1] = _settled(column, left[0], "settled")
    return settled


def _settled(column: _Column, name: str, how: str) -> _Column:
    if not name or column.known is None:
        return column
    return replace(column, known=replace(column.known, name=name, kind="field"), how=how)


def _uses(columns: Sequence[_Column]) -> Iterator[ColumnUse]:
    """Give each field to one column: the user's, then the one listed earliest, then the leftmost."""
    settled = _settle(columns)
    fields = [(known, column) for column in settled if (known := column.known) and known.kind == "field"]
    fields.sort(key=lambda pair: (_RANK[pair[1].how], pair[0].order, pair[1].position))
    winners = {known.name: column for known, column in reversed(fields)}
    for column in settled:
        known, use = column.known, ColumnUse(column.position, column.heading, None, column.how)
        if known and (known.kind == "personal" or winners.get(known.name) is column):
            use = replace(use, field=known.name)
        elif known and known.kind == "ambiguous":
            use = replace(use, choices=known.choices)
        elif known and known.kind == "field":
            use = replace(use, how="repeated", choices=(known.name,))
        yield use


def _meaning(use: ColumnUse, dictionary: Dictionary | None) -> Known | None:
    dictionary = dictionary or load_dictionary()
    return dictionary.listed(use.heading) or dictionary.resembling(use.heading)


def fields_that_may_name_person(header: Header, dictionary: Dictionary | None = None) -> frozenset[str]:
    """The used fields whose column may hold persons ("Đơn vị/ cá nhân giải quyết"): keep only what names a unit."""
    known = {name: _meaning(use, dictionary) for name, use in header.fields.items() if name in _UNITS}
    return frozenset(name for name, one in known.items() if one and (one.may_name_person or one.kind == "personal"))


def parts(header: Header, name: str, dictionary: Dictionary | None = None) -> tuple[ColumnUse, ...]:
    """The columns that make up a field together: fee and charge where no total is, components and result digitised."""
    if name not in header.fields:
        return ()
    found: dict[str, ColumnUse] = {}
    repeated = [use for use in header.columns if use.how == "repeated" and use.choices == (name,)]
    for use in (header.fields[name], *repeated):
        known = _meaning(use, dictionary)
        found.setdefault(known.part if known else "", use)
    return (header.fields[name],) if found.get("") is header.fields[name] else tuple(u for p, u in found.items() if p)
