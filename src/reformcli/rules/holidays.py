"""Strict loading of days off: the table of announced years that ships, and an office's own file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from reformcli.errors import InputError
from reformcli.rules import bad_rules, check_keys, read_rules

EVIDENCE = ("law", "announced", "inferred", "own")
KINDS = ("off", "worked", "morning")
SATURDAYS = ("off", "morning", "full")
COUNTS = ("working", "calendar")
_WORDS = ("observed", "make_up")  # texts of [holiday] that are no holidays
_ABOUT = ("source", "evidence")

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not as its weekday tells, or a holiday: off | worked | morning, why, and who says so."""

    date: date
    kind: str
    reason: Names
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Year:
    """A year whose schedule was announced."""

    year: int
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is known of announced years; `make_up` is the reason of a worked day that gives none."""

    days: Mapping[date, Day]
    years: Mapping[int, Year]
    make_up: Names
    sha256: str


@dataclass(frozen=True, slots=True)
class Own:
    """What an office's file says: its days, its Saturdays, which days its terms count, years it vouches for."""

    days: Mapping[date, Day] = field(default_factory=dict)
    confirmed: frozenset[int] = frozenset()
    saturday: str = "off"
    count_morning: bool = False
    kind: str = "working"
    name: str = ""
    sha256: str = ""


@cache
def load_schedule() -> Schedule:
    """Read `holidays.toml`.

    Raises:
        InputError: a missing source, an unknown key or holiday, a day outside its year, the same day twice.
    """
    table, sha256, where = read_rules("holidays")
    check_keys(table, required=("holiday", "year", "day"), where=where)
    names = {key: _names(names, f"{where} [holiday] {key}") for key, names in table["holiday"].items()}
    years: dict[int, Year] = {}
    days: list[Day] = []
    for entry in table["year"]:
        year, holidays = _year(entry, names, where)
        if years.setdefault(year.year, year) is not year:
            raise bad_rules(where, f"repeated year: {year.year}")
        days += holidays
    days += [_day(entry, where) for entry in table["day"]]
    return Schedule(by_date(days, where), years, names["make_up"], sha256)


def load_own(path: str) -> Own:
    """Read an office's own calendar in TOML: the form of `[[day]]`, where only `date` and `kind` must stand.

    Raises:
        InputError: the file cannot be read, is no TOML, has an unknown key or value, or the same day twice.
    """
    try:
        table, sha256, where = read_rules(path)
        return _own(table, sha256, where)
    except InputError as error:
        if error.key != "bad_rules":
            raise
        raise bad_calendar(error.where, str(error.values["problem"])) from error
    except (TypeError, AttributeError) as error:  # a number or a text where a list or a table must stand
        raise bad_calendar(Path(path).name, f"a value is not of its form ({error})") from error


def bad_calendar(where: str, problem: str) -> InputError:
    """The error for an office's file that breaks its contract."""
    return InputError("bad_calendar", where=where, problem=problem)


def by_date(days: Iterable[Day], where: str) -> dict[date, Day]:
    """Days in order; the same day twice is refused."""
    found: dict[date, Day] = {}
    for day in days:
        if found.setdefault(day.date, day) is not day:
            raise bad_rules(where, f"repeated date: {day.date}")
    return dict(sorted(found.items()))


def both(reason: str) -> Names:
    """A text in one language, used for both."""
    return {"vi": reason, "en": reason}


def _own(table: Mapping[str, Any], sha256: str, where: str) -> Own:
    settings = {key: table[key] for key in ("saturday", "count_morning", "kind") if key in table}
    check_keys(table, required=(), optional=(*settings, "confirmed", "day"), where=where)
    if settings.get("saturday", "off") not in SATURDAYS:
        raise bad_rules(where, f"saturday is one of {', '.join(SATURDAYS)}")
    if settings.get("kind", "working") not in COUNTS:
        raise bad_rules(where, f"kind is one of {', '.join(COUNTS)}")
    if type(settings.get("count_morning", False)) is not bool:
        raise bad_rules(where, "count_morning is true or false")
    confirmed = table.get("confirmed", [])
    if any(type(year) is not int or not 1 <= year <= 9999 for year in confirmed):
        raise bad_rules(where, "confirmed is a list of years")
    days = [_own_day(entry, where) for entry in table.get("day", [])]
    return Own(by_date(days, where), frozenset(confirmed), name=where, sha256=sha256, **settings)


def _own_day(entry: Mapping[str, Any], where: str) -> Day:
    """A day whose reason may be one text, and whose source is the file unless it names one."""
    reason = entry.get("reason", "")
    written = {"reason": both(reason) if isinstance(reason, str) else reason}
    return _day({"source": where, "evidence": "own", **entry, **written}, where)


def _year(entry: Mapping[str, Any], names: Mapping[str, Names], where: str) -> tuple[Year, list[Day]]:
    where = f"{where} [[year]] {entry.get('year')}"
    holidays = [key for key in names if key not in _WORDS]
    check_keys(entry, required=("year", *_ABOUT, *holidays), optional=("observed",), where=where)
    _check_evidence(entry, where)
    in_lieu = set(entry.get("observed", ()))
    days = []
    for key in holidays:
        for day in entry[key]:
            if type(day) is not date or day.year != entry["year"]:
                raise bad_rules(where, f"{key}: not a day of {entry['year']}: {day}")
            reason = _in_lieu(names[key], names["observed"]) if day in in_lieu else names[key]
            days.append(Day(day, "off", reason, str(entry["source"]), str(entry["evidence"])))
    if unknown := sorted(in_lieu - {day.date for day in days}):
        raise bad_rules(where, f"observed is no holiday of the year: {', '.join(map(str, unknown))}")
    return Year(entry["year"], str(entry["source"]), str(entry["evidence"])), days


def _in_lieu(name: Names, word: Names) -> Names:
    return {language: f"{name[language]} ({word[language]})" for language in name}


def _day(entry: Mapping[str, Any], where: str) -> Day:
    where = f"{where} [[day]] {entry.get('date')}"
    check_keys(entry, required=("date", "kind", "reason", *_ABOUT), where=where)
    if type(entry["date"]) is not date:
        raise bad_rules(where, "date is not a day (date = 2026-01-02)")
    if entry["kind"] not in KINDS:
        raise bad_rules(where, f"kind is one of {', '.join(KINDS)}")
    _check_evidence(entry, where)
    return Day(entry["date"], entry["kind"], _names(entry["reason"], where), str(entry["source"]), entry["evidence"])


def _check_evidence(entry: Mapping[str, Any], where: str) -> None:
    if entry["evidence"] not in EVIDENCE:
        raise bad_rules(where, f"unknown evidence: {entry['evidence']} (known: {', '.join(EVIDENCE)})")


def _names(names: object, where: str) -> Names:
    if not isinstance(names, dict) or set(names) != {"vi", "en"}:
        raise bad_rules(where, 'written as { vi = "…", en = "…" }')
    return {language: str(text) for language, text in names.items()}
