"""The register of agencies: who exists, under which code, names and dates, and who took over from whom."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from reformcli.agencies.dossier_code import normalise_unit
from reformcli.agencies.levels import level_of, parse_level
from reformcli.errors import InputError
from reformcli.model import UNATTRIBUTED, Source
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import clean, fold

HEADINGS: Mapping[str, Sequence[str]] = {
    "agency": ("Cơ quan", "Tên cơ quan", "Cơ quan/đơn vị", "Đơn vị", "Tên đơn vị"),
    "agency_id": ("Mã định danh", "Mã cơ quan", "Mã đơn vị"),
    "level": ("Cấp", "Cấp hành chính", "Cấp cơ quan"),
    "parent": ("Trực thuộc", "Cơ quan chủ quản", "Cơ quan cấp trên"),
    "aliases": ("Tên khác", "Tên gọi khác", "alias"),
    "from": ("Từ ngày", "Hiệu lực từ"),
    "to": ("Đến ngày", "Hiệu lực đến"),
    "successor": ("Cơ quan kế thừa", "Kế thừa"),
    "dossiers": ("Số lượng hồ sơ",),  # written by `agencies`, read by people only
}
NOBODY = -1
_DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d")
_DIVIDERS = re.compile(r"[|;]")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_WORD = re.compile(r"\w+")
_FORMULA = re.compile(r"'*[=+\-@]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency of the register. `level` is the guess from the name where the file tells none."""

    name: str
    agency_id: str | None = None
    level: str | None = None
    parent: str = ""
    aliases: tuple[str, ...] = ()
    start: date | None = None  # first day
    end: date | None = None  # last day
    successor: str = ""  # the id or name of the agency that took over, as written
    row: int = 0
    dossiers: int | None = None  # only from `bootstrap`

    @property
    def key(self) -> str:
        """The identity of the agency."""
        return self.agency_id or identity(self.name, self.level, self.parent)


@dataclass(frozen=True, slots=True)
class Register:
    """The agencies of one file, and how to find them. Numbers are places in `entries`; NOBODY is none."""

    source: Source
    entries: tuple[Entry, ...]
    successors: tuple[int, ...]
    by_id: Mapping[str, int]
    by_name: Mapping[str, tuple[int, str]]  # spelling → entry, "name" or "alias"; NOBODY where ambiguous
    by_plain: Mapping[str, tuple[int, str]]  # the same without accents
    ignored: tuple[str, ...] = ()  # headings that mean nothing here

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Names that several agencies bear: alone they match none."""
        several = {spelling for spelling, (number, _) in self.by_name.items() if number == NOBODY}
        return tuple(sorted({entry.name for entry in self.entries if spell(entry.name) in several}))

    def find_id(self, agency_id: str) -> int:
        """The agency with an id or a unit code, in its old or new form."""
        return self.by_id.get(id_key(agency_id), NOBODY)

    def find_name(self, name: str) -> tuple[int, str]:
        """The agency with a name or alias, and which of the two it was.

        Case, punctuation and tone-mark style make no difference. Accents do ("Ân Lam" is not "Ăn Lam"), unless the
        text or the register has none at all.
        """
        spelling, plain = spell(name), spell(fold(name))
        if spelling in self.by_name:
            return self.by_name[spelling]
        return (self.by_plain if spelling == plain else self.by_name).get(plain, (NOBODY, ""))

    def follow(self, number: int) -> Iterator[int]:
        """The agency and those that took over from it, in turn."""
        while number != NOBODY:
            yield number
            number = self.successors[number]

    def is_same_line(self, one: int, other: int) -> bool:
        """Whether one of two agencies took over from the other."""
        return one in self.follow(other) or other in self.follow(one)


@lru_cache(maxsize=65_536)
def identity(name: str, level: str | None, parent: str = "") -> str:
    """The identity of an agency without id: name (NFC, spaces and case folded), level and parent."""
    return "|".join((clean(clean(name).casefold()), level or UNATTRIBUTED, clean(clean(parent).casefold())))


def id_key(agency_id: str) -> str:
    """What two ids of the same agency have in common."""
    return normalise_unit(agency_id) or clean(agency_id)


@lru_cache(maxsize=65_536)
def spell(name: str) -> str:
    """What two spellings of a name have in common: words and accents, not case, punctuation or tone-mark style.

    >>> spell("Uỷ ban, xã HOÀ") == spell("Ủy ban - xã Hòa"), spell("Hà") == spell("Hạ"), spell("-")
    (True, False, '')
    """
    return " ".join(_tones_last(word) for word in _WORD.findall(clean(name).casefold()))


def _tones_last(word: str) -> str:
    if word.isascii():
        return word
    marks = unicodedata.normalize("NFD", word)
    letters = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    return letters + "".join(mark for mark in marks if mark in _TONES)


# ------------------------------------------------------------------ reading
def load_register(path: str | Path) -> Register:
    """Read a register (csv or xlsx).

    Raises:
        InputError: the file is no such table; an unknown level, an unreadable date, a repeated id, a name or alias of
            two agencies, an unknown successor, agencies that take over from each other in a circle.
    """
    table = read_table(path, HEADINGS, required=("agency",))
    entries = tuple(_entry(table, row) for row in table.rows)
    if not entries:
        raise InputError("register_empty", where=table.source.name, file=table.source.name)
    by_id = _by_id(table, entries)
    successors = _successors(table, entries, by_id)
    bare = Register(table.source, entries, successors, by_id, {}, {})
    by_name = _by_name(table, bare)
    by_plain = _by_plain(bare)
    return Register(table.source, entries, successors, by_id, by_name, by_plain, table.ignored)


def _fault(key: str, table: SmallTable, row: int, **values: object) -> InputError:
    return InputError(key, where=table.at(row), file=table.source.name, row=row, **values)


def _entry(table: SmallTable, row: Row) -> Entry:
    cells = {column: _unguarded(text) for column, text in row.cells.items()}
    name, written = cells["agency"], cells.get("level", "")
    if not spell(name):
        raise _fault("register_no_name", table, row.row)
    level = parse_level(written) if written else level_of(name)
    if written and level is None:
        raise _fault("register_level", table, row.row, level=written)
    start, end = (_day(table, row.row, column, cells.get(column, "")) for column in ("from", "to"))
    if start and end and end < start:
        raise _fault("register_dates", table, row.row)
    if cells.get("successor") and end is None:
        raise _fault("register_successor_undated", table, row.row, successor=cells["successor"])
    return Entry(
        name=name,
        agency_id=id_key(cells.get("agency_id", "")) or None,
        level=level,
        parent=cells.get("parent", ""),
        aliases=_aliases(cells.get("aliases", ""), table.separator),
        start=start,
        end=end,
        successor=cells.get("successor", ""),
        row=row.row,
    )


def _aliases(text: str, separator: str | None) -> tuple[str, ...]:
    parts = text.split("|") if separator == ";" else _DIVIDERS.split(text)
    return tuple(alias for alias in map(clean, parts) if spell(alias))


def _day(table: SmallTable, row: int, column: str, text: str) -> date | None:
    if not text:
        return None
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise _fault("register_date", table, row, column=column, text=text)


# ------------------------------------------------------------------ checking and finding
def _by_id(table: SmallTable, entries: Sequence[Entry]) -> dict[str, int]:
    """Agencies by id; none may be there twice, with an id or without."""
    by_key: dict[str, int] = {}
    for number, entry in enumerate(entries):
        first = by_key.setdefault(entry.key, number)
        if first != number:
            key = "register_repeated_id" if entry.agency_id else "register_two_agencies"
            raise _fault(key, table, entry.row, name=entry.agency_id or entry.name, other=entries[first].row)
    return {entry.agency_id: number for number, entry in enumerate(entries) if entry.agency_id}


def _successors(table: SmallTable, entries: Sequence[Entry], by_id: Mapping[str, int]) -> tuple[int, ...]:
    """Who took over from each agency."""
    named: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        named.setdefault(spell(entry.name), []).append(number)
    found = []
    for number, entry in enumerate(entries):
        if not entry.successor:
            found.append(NOBODY)
            continue
        by_code = by_id.get(id_key(entry.successor), NOBODY)
        others = [by_code] if by_code != NOBODY else named.get(spell(entry.successor), [])
        others = [other for other in others if other != number] or others
        if len(others) != 1:
            key = "register_successor_unclear" if others else "register_successor_unknown"
            raise _fault(key, table, entry.row, successor=entry.successor)
        found.append(others[0])
    _refuse_circles(table, entries, found)
    return tuple(found)


def _refuse_circles(table: SmallTable, entries: Sequence[Entry], successors: Sequence[int]) -> None:
    for start, entry in enumerate(entries):
        number = successors[start]
        for _ in entries:
            if number in (NOBODY, start):
                break
            number = successors[number]
        if number == start:
            raise _fault("register_circle", table, entry.row, name=entry.name)


def _names(register: Register) -> Iterator[tuple[str, int, str]]:
    """Every text that leads to an agency: (text, agency, "name" or "alias")."""
    for number, entry in enumerate(register.entries):
        yield entry.name, number, "name"
        for alias in entry.aliases:
            yield alias, number, "alias"


def _by_name(table: SmallTable, register: Register) -> dict[str, tuple[int, str]]:
    """Agencies by spelling. A name that agencies of different levels or parents bear leads to none of them."""
    claims: dict[str, dict[int, str]] = {}
    for text, number, how in _names(register):
        claims.setdefault(spell(text), {}).setdefault(number, how)
    by_name = {}
    for spelling, claim in claims.items():
        number = _first_of_line(register, claim)
        if number == NOBODY and (pair := _indistinct(register, claim)):
            first, second = (register.entries[at] for at in sorted(pair))
            raise _fault(
                "register_two_agencies", table, second.row, name=_as_written(second, spelling), other=first.row
            )
        by_name[spelling] = (number, claim.get(number, ""))
    return by_name


def _by_plain(register: Register) -> dict[str, tuple[int, str]]:
    """Agencies by text without accents; one that several share leads to none."""
    claims: dict[str, dict[int, str]] = {}
    for text, number, how in _names(register):
        claims.setdefault(spell(fold(text)), {}).setdefault(number, how)
    first = {plain: _first_of_line(register, claim) for plain, claim in claims.items()}
    return {plain: (number, claims[plain].get(number, "")) for plain, number in first.items()}


def _first_of_line(register: Register, numbers: Iterable[int]) -> int:
    """The agency from which all the others took over in turn; NOBODY where they are strangers."""
    wanted = set(numbers)
    return next((number for number in sorted(wanted) if wanted <= set(register.follow(number))), NOBODY)


def _indistinct(register: Register, claim: Mapping[int, str]) -> tuple[int, int] | None:
    """Two agencies that neither level nor parent tells apart, or one of which only borrows the name."""
    for one, other in combinations(sorted(claim), 2):
        if register.is_same_line(one, other):
            continue
        first, second = register.entries[one], register.entries[other]
        same = (first.level, spell(first.parent)) == (second.level, spell(second.parent))
        if same or "alias" in (claim[one], claim[other]):
            return one, other
    return None


def _as_written(entry: Entry, spelling: str) -> str:
    """The name or alias of an agency that has a spelling, as written."""
    return next((text for text in (entry.name, *entry.aliases) if spell(text) == spelling), entry.name)


# ------------------------------------------------------------------ writing
def write_register(entries: Iterable[Entry]) -> str:
    """Give entries as csv text (LF, no BOM) that `load_register` reads back.

    A cell that Excel would take for a formula starts with an apostrophe, which reading takes off again.
    """
    rows = list(entries)
    columns = [column for column in HEADINGS if column != "dossiers" or any(e.dossiers is not None for e in rows)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_guarded(cell) for cell in _cells(entry)[: len(columns)]] for entry in rows)
    return out.getvalue()


def _cells(entry: Entry) -> list[str]:
    aliases = "|".join(_DIVIDERS.sub(",", alias) for alias in entry.aliases)
    days = [day.isoformat() if day else "" for day in (entry.start, entry.end)]
    dossiers = "" if entry.dossiers is None else str(entry.dossiers)
    return [
        entry.name,
        entry.agency_id or "",
        entry.level or "",
        entry.parent,
        aliases,
        *days,
        entry.successor,
        dossiers,
    ]


def _guarded(cell: str) -> str:
    text = clean(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
