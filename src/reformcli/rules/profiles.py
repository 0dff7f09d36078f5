"""Profiles: how one exporting system heads its columns and writes its codes, where that differs from the others.

A profile is recognised by headings alone, and only ever adds to the common dictionaries or overrides them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reformcli.errors import UsageError
from reformcli.rules import bad_rules, check_keys, read_rules
from reformcli.rules.codes import KINDS, Codes, values_of
from reformcli.text import clean, fold, match_key

EVIDENCE = ("seen", "assumed")
NONE = "none"  # --profile none: the common dictionaries only


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of one kind of file: all of `must`, and `least` of `texts`; keys as `_keys` gives them."""

    texts: frozenset[str]
    must: frozenset[str]
    least: int

    def matching(self, seen: Collection[str]) -> int:
        """How many of its headings a sheet has; 0 where the sheet is not of this layout."""
        found = len(self.texts.intersection(seen))
        return found if found >= self.least and self.must.issubset(seen) else 0


@dataclass(frozen=True, slots=True)
class Profile:
    """One exporting system.

    `fields` gives the canonical field of a heading (by `match_key`) or of a software name (as written); `codes` per
    kind the canonical value of a folded text.
    """

    id: str
    title: Mapping[str, str]
    layouts: tuple[Layout, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def over(self, common: Codes) -> Codes:
        """The common dictionary of coded texts with those of this system before it."""
        return common.with_more(self.codes)


@cache
def load_profiles(name_or_path: str, fields: tuple[str, ...]) -> tuple[Profile, ...]:
    """Read the profiles that ship with the package ("profiles"), or a file of the same form.

    Args:
        name_or_path: a shipped file's name or the path of a TOML file.
        fields: the canonical fields that a heading may mean.

    Raises:
        InputError: a missing source, an unknown key, field or value, a repeated id, or a text with two meanings.
    """
    table, _, where = read_rules(name_or_path)
    try:
        check_keys(table, required=("profile",), where=where)
        profiles = tuple(_profile(entry, where, fields) for entry in table["profile"])
    except (TypeError, AttributeError, ValueError) as error:  # a number or a text where a list or a table must stand
        raise bad_rules(where, f"a value is not of its form ({error})") from error
    _refuse_repeated([profile.id for profile in profiles], f"{where} [[profile]]", "id")
    return profiles


def choose_profiles(wanted: str | None, fields: tuple[str, ...]) -> tuple[tuple[Profile, ...], Profile | None]:
    """What `--profile` asks for: the profiles to recognise sheets by, and the one that holds for all of them.

    Raises:
        UsageError: an id that does not exist, or a file that is not there.
        InputError: a file that breaks its contract.
    """
    if wanted == NONE:
        return (), None
    if wanted and wanted.endswith(".toml"):
        own = load_profiles(wanted, fields)
        return own, own[0] if len(own) == 1 else None
    shipped = load_profiles("profiles", fields)
    if not wanted:
        return shipped, None
    for profile in shipped:
        if profile.id == wanted:
            return (), profile
    known = ", ".join([*(profile.id for profile in shipped), NONE, "*.toml"])
    raise UsageError("unknown_option_value", where="--profile", option="--profile", value=wanted, known=known)


def recognise(headings: Iterable[str], profiles: Iterable[Profile]) -> Profile | None:
    """The profile that has most of a sheet's headings; None where none fits, or two fit equally well."""
    texts = [part for heading in headings for part in {heading, *heading.split(" / ")}]
    seen = {key for text in texts for key in (clean(text), match_key(text))}
    found = [(max((layout.matching(seen) for layout in one.layouts), default=0), one) for one in profiles]
    most = max((count for count, _ in found), default=0)
    best = [profile for count, profile in found if count == most and count]
    return best[0] if len(best) == 1 else None


def profile_title(profile_id: str, language: str) -> str:
    """The name of a shipped profile for people; that of a user's own is its id."""
    table, _, _ = read_rules("profiles")
    titles = {entry["id"]: entry["title"] for entry in table["profile"]}
    return str(titles[profile_id][language]) if profile_id in titles else profile_id


def _profile(entry: Mapping[str, Any], where: str, fields: Collection[str]) -> Profile:
    where = f"{where} [[profile]] {entry.get('id', '')}"
    required = ("id", "title", "source", "evidence", "layout")
    check_keys(entry, required=required, optional=("means", "codes"), where=where)
    _check_evidence(entry, where)
    title, name = entry["title"], entry["id"]
    if not isinstance(title, dict) or set(title) != {"vi", "en"}:
        raise bad_rules(where, 'title is written as { vi = "…", en = "…" }')
    if not isinstance(name, str) or not name or name == NONE or name.endswith(".toml"):
        raise bad_rules(where, f"not an id: {name}")
    return Profile(
        id=name,
        title={language: str(text) for language, text in title.items()},
        layouts=tuple(_layout(layout, f"{where} [[layout]]") for layout in entry["layout"]),
        fields=_fields(entry.get("means", ()), f"{where} [[means]]", fields),
        codes=_codes(entry.get("codes", ()), f"{where} [[codes]]"),
    )


def _layout(entry: Mapping[str, Any], where: str) -> Layout:
    check_keys(entry, required=("least",), optional=("headings", "names", "must"), where=where)
    texts = _keys(entry)
    _refuse_repeated(texts, where, "text")
    must = [text if text in entry.get("names", ()) else match_key(text) for text in entry.get("must", ())]
    if unknown := sorted(set(must) - set(texts)):
        raise bad_rules(where, f"must names what is not listed: {', '.join(unknown)}")
    least = entry["least"]
    if not isinstance(least, int) or isinstance(least, bool) or not 2 <= least <= len(texts):
        raise bad_rules(where, f"least is not a number from 2 to {len(texts)}")
    return Layout(frozenset(texts), frozenset(must), least)


def _keys(entry: Mapping[str, Any]) -> list[str]:
    """Headings as they compare, and names of software as they are written."""
    return [*map(match_key, entry.get("headings", ())), *map(clean, entry.get("names", ()))]


def _fields(entries: Iterable[Mapping[str, Any]], where: str, fields: Collection[str]) -> dict[str, str]:
    meant: dict[str, str] = {}
    for entry in entries:
        check_keys(entry, required=("field", "source", "evidence"), optional=("headings", "names"), where=where)
        _check_evidence(entry, where)
        if entry["field"] not in fields:
            raise bad_rules(where, f"not a field that can stand here: {entry['field']}")
        texts = _keys(entry)
        _refuse_repeated([*meant, *texts], where, "text")
        meant |= dict.fromkeys(texts, entry["field"])
    return meant


def _codes(entries: Iterable[Mapping[str, Any]], where: str) -> dict[str, dict[str, str]]:
    codes: dict[str, dict[str, str]] = {}
    for entry in entries:
        check_keys(entry, required=("kind", "texts", "source", "evidence"), where=where)
        _check_evidence(entry, where)
        if entry["kind"] not in KINDS:
            raise bad_rules(where, f"unknown kind: {entry['kind']} (known: {', '.join(KINDS)})")
        table = codes.setdefault(entry["kind"], {})
        for value, texts in entry["texts"].items():
            if value not in values_of(entry["kind"]):
                raise bad_rules(where, f"unknown value: {value} (known: {', '.join(values_of(entry['kind']))})")
            if not isinstance(texts, list):
                raise bad_rules(where, f"{value} is not a list of texts")
            _refuse_repeated([*table, *map(fold, texts)], where, "text")
            table |= dict.fromkeys(map(fold, texts), value)
    return codes


def _check_evidence(entry: Mapping[str, Any], where: str) -> None:
    if entry["evidence"] not in EVIDENCE:
        raise bad_rules(where, f"evidence is neither seen nor assumed: {entry['evidence']}")


def _refuse_repeated(texts: Collection[str], where: str, what: str) -> None:
    if repeated := sorted({text for text in texts if list(texts).count(text) > 1}):
        raise bad_rules(where, f"repeated {what}: {', '.join(repeated)}")
