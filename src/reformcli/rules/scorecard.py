"""Strict loading of a scorecard: what is scored, from which predicates, by which rule, and who says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from reformcli.errors import InputError
from reformcli.model import Band, Component, Group, Scorecard, StateRules
from reformcli.rules import bad_rules, check_keys, read_rules

EVIDENCE = ("law", "recomputed", "described", "inferred", "own")
POINTS = ("linear", "full_at", "none")
EMPTY = ("none", "zero", "full")
STATE_CHOICES = {
    "granularity": ("timestamp", "day"),
    "compared_date": ("finished", "returned"),
    "no_due_date": ("in_time", "exclude", "late"),
    "paused": ("in_time", "overdue"),
    "more_than_one_supplement": ("late", "ignore"),
    "withdrawn": ("as_resolved", "exclude"),
}
_DATED = ("since", "source", "evidence")


def load_scorecard(name_or_path: str, *, on: date, predicates: Collection[str], sums: Collection[str]) -> Scorecard:
    """Read the scorecard in force on a day.

    Args:
        name_or_path: a shipped scorecard's id ("qd766") or the path of a user's TOML file.
        on: the last day measured; of each dated entry the newest `since` not after it counts.
        predicates: the names that `population` and `numerator` may use.
        sums: the columns that `sum` may name.

    Raises:
        InputError: a missing source, an unknown key, a repeated id, an unknown predicate, a maximum that does not
            add up, or nothing in force on that day.
    """
    table, sha256, where = read_rules(name_or_path)
    try:
        return _scorecard(table, sha256, where, on, predicates, sums)
    except (TypeError, AttributeError, KeyError, ArithmeticError) as error:  # a list or a number where none may stand
        raise bad_rules(where, f"a value is not of its form ({error})") from error


def _scorecard(
    table: Mapping[str, Any], sha256: str, where: str, on: date, predicates: Collection[str], sums: Collection[str]
) -> Scorecard:
    required = ("id", "title", "source", "evidence", "max", "rounding", "group", "component", "states", "bands")
    check_keys(table, required=required, where=where)
    groups = tuple(_group(entry, where) for entry in _in_force(table["group"], on, where))
    components = tuple(_component(entry, where, predicates, sums) for entry in _in_force(table["component"], on, where))
    states, bands = (_newest(table[key], on, f"{where} [[{key}]]") for key in ("states", "bands"))
    _check_sums(_decimal(table, "max", where), groups, components, where)
    _check_components(components, _rounding(table, where), where)
    used = [*_in_force(table["group"], on, where), *_in_force(table["component"], on, where), states, bands]
    return Scorecard(
        id=str(table["id"]),
        version=max(entry["since"] for entry in used).isoformat(),
        title=_names(table, "title", where),
        source=str(table["source"]),
        max=_decimal(table, "max", where),
        groups=groups,
        components=components,
        bands=_bands(bands, where),
        states=_states(states, where),
        rounding=_rounding(table, where),
        sha256=sha256,
    )


def _check_components(components: Sequence[Component], decimals: int, where: str) -> None:
    """Full marks must survive rounding, and ids must differ for programs to which A is a."""
    for component in components:
        exponent = component.max.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise bad_rules(
                f"{where} {component.id}", f"max {component.max} has more decimals than rounding = {decimals}"
            )
    folded = [component.id.casefold() for component in components]
    if len(set(folded)) < len(folded):
        raise bad_rules(where, "repeated id: two components differ only in capital letters")


def _rounding(table: Mapping[str, Any], where: str) -> int:
    if not isinstance(table["rounding"], int) or not 0 <= table["rounding"] <= 6:
        raise bad_rules(where, "rounding is not a number of decimals from 0 to 6")
    return table["rounding"]


def _in_force(entries: Iterable[Mapping[str, Any]], on: date, where: str) -> list[Mapping[str, Any]]:
    """Of each id the newest entry not after `on`, in the file's order; the same id and day twice is refused."""
    seen: set[tuple[object, object]] = set()
    newest: dict[object, Mapping[str, Any]] = {}
    for entry in entries:
        check_keys(entry, required=("id", *_DATED), optional=set(entry), where=where)
        _check_dated(entry, f"{where} {entry['id']}")
        if (entry["id"], entry["since"]) in seen:
            raise bad_rules(where, f"repeated id: {entry['id']}")
        seen.add((entry["id"], entry["since"]))
        known = newest.get(entry["id"])
        if entry["since"] <= on and (known is None or known["since"] < entry["since"]):
            newest[entry["id"]] = entry
    if not newest:
        raise InputError("scorecard_not_in_force", where=where, day=on.strftime("%d/%m/%Y"))
    return list(newest.values())


def _newest(entries: Iterable[Mapping[str, Any]], on: date, where: str) -> Mapping[str, Any]:
    in_force = _in_force([{"id": "", **entry} for entry in entries], on, where)
    return in_force[0]


def _check_dated(entry: Mapping[str, Any], where: str) -> None:
    if type(entry["since"]) is not date:
        raise bad_rules(where, "since is not a date (since = 2022-06-23)")
    if entry["evidence"] not in EVIDENCE:
        raise bad_rules(where, f"unknown evidence: {entry['evidence']}")


def _group(entry: Mapping[str, Any], where: str) -> Group:
    where = f"{where} [[group]] {entry['id']}"
    check_keys(entry, required=("id", "name", "max", *_DATED), where=where)
    return Group(str(entry["id"]), _names(entry, "name", where), _decimal(entry, "max", where))


def _component(entry: Mapping[str, Any], where: str, predicates: Collection[str], sums: Collection[str]) -> Component:
    where = f"{where} [[component]] {entry['id']}"
    optional = ("population", "numerator", "sum", "full_at", "minus", "inherited")
    check_keys(
        entry, required=("id", "group", "name", "max", "points", "empty", *_DATED), optional=optional, where=where
    )
    for key, known in (("population", predicates), ("numerator", predicates), ("sum", sums)):
        if key in entry and entry[key] not in known:
            raise bad_rules(where, f"unknown {key}: {entry[key]} (known: {', '.join(sorted(known))})")
    if (entry.get("population") is None) != (entry.get("numerator") is None and entry.get("sum") is None):
        raise bad_rules(where, "population and numerator (or sum) go together")
    if entry["points"] not in POINTS or (entry["points"] == "full_at") != ("full_at" in entry):
        raise bad_rules(where, "points is linear, full_at (with full_at in percent) or none")
    if entry["empty"] not in EMPTY:
        raise bad_rules(where, f"unknown empty: {entry['empty']}")
    return Component(
        id=str(entry["id"]),
        group=str(entry["group"]),
        name=_names(entry, "name", where),
        max=_decimal(entry, "max", where),
        population=entry.get("population"),
        numerator=entry.get("numerator"),
        sum=entry.get("sum"),
        full_at=_decimal(entry, "full_at", where) if "full_at" in entry else None,
        empty=entry["empty"],
        minus=entry.get("minus"),
        inherited=bool(entry.get("inherited", False)),
        source=str(entry["source"]),
        evidence=str(entry["evidence"]),
    )


def _check_sums(maximum: Decimal, groups: tuple[Group, ...], components: tuple[Component, ...], where: str) -> None:
    """Components add up to their group, groups to the whole."""
    known = {group.id for group in groups}
    for component in components:
        if component.group not in known:
            raise bad_rules(f"{where} [[component]] {component.id}", f"unknown group: {component.group}")
    for group in groups:
        total = sum((c.max for c in components if c.group == group.id), Decimal(0))
        if total != group.max:
            raise bad_rules(f"{where} [[group]] {group.id}", f"max is {group.max}, its components add up to {total}")
    if sum((group.max for group in groups), Decimal(0)) != maximum:
        raise bad_rules(where, f"max is {maximum}, the groups add up to {sum(group.max for group in groups)}")


def _bands(entry: Mapping[str, Any], where: str) -> tuple[Band, ...]:
    where = f"{where} [[bands]]"
    check_keys(entry, required=("id", "band", *_DATED), where=where)
    for band in entry["band"]:
        check_keys(band, required=("id", "name", "at_least"), where=where)
    bands = [Band(b["id"], _names(b, "name", where), _decimal(b, "at_least", where)) for b in entry["band"]]
    if len({band.id for band in bands}) != len(bands):
        raise bad_rules(where, "repeated id")
    return tuple(sorted(bands, key=lambda band: -band.at_least))


def _states(entry: Mapping[str, Any], where: str) -> StateRules:
    where = f"{where} [[states]]"
    names = [field.name for field in fields(StateRules)]
    check_keys(entry, required=("id", *names, *_DATED), where=where)
    for name in names:
        if entry[name] not in STATE_CHOICES[name]:
            raise bad_rules(where, f"{name} is one of {', '.join(STATE_CHOICES[name])}")
    return StateRules(**{name: entry[name] for name in names})


def _names(entry: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    names = entry[key]
    if not isinstance(names, dict) or set(names) != {"vi", "en"}:
        raise bad_rules(where, f'{key} is written as {{ vi = "…", en = "…" }}')
    return {language: str(text) for language, text in names.items()}


def _decimal(entry: Mapping[str, Any], key: str, where: str) -> Decimal:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 0 <= value < 10**9:
        raise bad_rules(where, f"{key} is not a number of at least 0")
    return Decimal(value)
