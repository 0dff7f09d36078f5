"""Strict loading of targets: which share a level should reach by which day, and who says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reformcli.i18n import LANGUAGES, text
from reformcli.model import LEVELS, Scorecard
from reformcli.outcomes import Target
from reformcli.rules import bad_rules, check_keys, read_rules

RATES = ("on_time_rate", "online_rate")
TARGET_LEVELS = (*LEVELS, "total", "agency")
EVIDENCE = ("law", "quoted", "inferred", "own")
SHIPPED = "targets"

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets in force on a day, with the file that sets them."""

    targets: tuple[Target, ...]
    name: str
    sha256: str


def load_targets(name_or_path: str, *, on: date, measures: Mapping[str, Names]) -> Targets:
    """Read the targets in force on a day.

    Args:
        name_or_path: "targets", the examples that ship, or the path of a TOML file, in which a target needs only
            `measure`, `level`, `at_least` and `source`.
        on: the last day measured; of the entries of one id the newest `since` not after it counts.
        measures: what can be measured, with its name: components of the scorecard and `RATES`. Examples on components
            that another scorecard does not have are left out; in an own file they are an error.

    Raises:
        InputError: a missing source, an unknown key, measure or level, a share outside 0 to 100, a repeated id.
    """
    table, sha256, where = read_rules(name_or_path)
    is_own = name_or_path != SHIPPED
    check_keys(table, required=("target",), where=where)
    if not isinstance(table["target"], list):
        raise bad_rules(where, "targets are written as [[target]]")
    try:
        dated = [_target(entry, where, measures, is_own=is_own) for entry in table["target"]]
    except (TypeError, AttributeError) as error:  # a number or a text where a table must stand
        raise bad_rules(where, f"a value is not of its form ({error})") from error
    return Targets(in_force([one for one in dated if one], on, where), where, sha256)


def in_force(dated: Iterable[tuple[date, Target]], on: date, where: str) -> tuple[Target, ...]:
    """Of each id the newest entry not after `on`, in the file's order; the same id and day twice is refused."""
    seen: set[tuple[str, date]] = set()
    newest: dict[str, tuple[date, Target]] = {}
    for since, target in dated:
        if (target.id, since) in seen:
            raise bad_rules(where, f"repeated id: {target.id}")
        seen.add((target.id, since))
        if since <= on and (target.id not in newest or newest[target.id][0] < since):
            newest[target.id] = (since, target)
    return tuple(target for _, target in newest.values())


def target_id(measure: str, level: str, by: date | None) -> str:
    """The id of a target to which nobody gave one."""
    return "_".join([measure, level, *([by.isoformat()] if by else [])])


_MOST_DECIMALS = 6  # of a percentage that means anything


def is_share(value: object) -> bool:
    """Whether a value can be a target: a percentage above 0, up to 100."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return False
    share = Decimal(value)
    return share.is_finite() and 0 < share <= 100 and share == round(share, _MOST_DECIMALS)


def _target(
    entry: Mapping[str, Any], where: str, measures: Mapping[str, Names], *, is_own: bool
) -> tuple[date, Target] | None:
    where = f"{where} [[target]] {entry.get('id', entry.get('measure'))}"
    _check(entry, where, is_own=is_own)
    measure, level, by = str(entry["measure"]), str(entry["level"]), entry.get("by")
    if measure not in measures:
        if not is_own:
            return None
        raise bad_rules(where, f"unknown measure: {measure} (known: {', '.join(measures)})")
    name = entry.get("name", measures[measure])
    target = Target(
        id=str(entry.get("id", target_id(measure, level, by))),
        measure=measure,
        level=level,
        at_least=Decimal(entry["at_least"]),
        by=by,
        name={"vi": name, "en": name} if isinstance(name, str) else dict(name),
        source=str(entry["source"]),
        evidence=str(entry.get("evidence", "own")),
    )
    return entry.get("since", date.min), target


def _check(entry: Mapping[str, Any], where: str, *, is_own: bool) -> None:
    required: Sequence[str] = ("measure", "level", "at_least", "source")
    others: Collection[str] = ("id", "name", "since", "evidence")
    check_keys(entry, required=required if is_own else (*required, *others), optional=("by", *others), where=where)
    if entry["level"] not in TARGET_LEVELS:
        raise bad_rules(where, f"level is one of {', '.join(TARGET_LEVELS)}")
    if not is_share(entry["at_least"]):
        raise bad_rules(where, "at_least is a percentage above 0, up to 100")
    if entry.get("evidence", "own") not in EVIDENCE:
        raise bad_rules(where, f"evidence is one of {', '.join(EVIDENCE)}")
    for key in ("by", "since"):
        if key in entry and type(entry[key]) is not date:
            raise bad_rules(where, f"{key} is not a day ({key} = 2023-12-31)")
    name = entry.get("name", "")
    if not isinstance(name, str) and (not isinstance(name, dict) or set(name) != {"vi", "en"}):
        raise bad_rules(where, 'name is written as { vi = "…", en = "…" }')
    if not str(entry["source"]).strip():
        raise bad_rules(where, "empty source")


def measures(card: Scorecard) -> dict[str, Names]:
    """What targets may be set for: the components that have a share, and the rates of the flow."""
    components: dict[str, Names] = {one.id: one.name for one in card.components if not one.sum}
    return components | {name: {lang: text(f"rate.{name}", lang) for lang in LANGUAGES} for name in RATES}


def is_targets_file(path: str) -> bool:
    """Whether a TOML file sets targets, as far as its keys tell."""
    return Path(path).suffix == ".toml" and "target" in read_rules(path)[0]
