"""Who handles each dossier, at which level. Texts are looked at once per distinct combination, never per row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from reformcli.agencies.dossier_code import UNIT, unit_code
from reformcli.agencies.levels import level_of
from reformcli.agencies.register import NOBODY, Entry, Register, id_key, identity, spell
from reformcli.model import LEVELS, UNATTRIBUTED, Unit
from reformcli.text import clean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Unplaced = tuple[tuple[str, str, int], ...]


class _Told(NamedTuple):
    """What a dossier tells of its agency: the distinct combinations of it; "" where it tells nothing."""

    agency: str
    agency_id: str
    level: str
    unit: str


class _Placed(NamedTuple):
    """Where a combination leads: an entry of the register, or NOBODY and `own`, an agency of the exports alone."""

    entry: int
    by: str  # agency_id | code | name | alias | own_name | none
    own: str
    contradicted: bool


@dataclass(frozen=True, slots=True)
class _Agency:
    """What is written beside each of its dossiers."""

    key: str
    name: str
    level: str
    parent: str | None


def attribute(
    dossiers: pd.DataFrame,
    register: Register | None,
    moment: pd.Series | datetime | None = None,
    *,
    sizes: np.ndarray | None = None,
) -> tuple[pd.DataFrame, Unplaced]:
    """Tell the agency of every dossier. The department (Phòng ban) is never asked.

    With a register: by the column `agency_id`, then the unit part of the dossier code, then the agency's name or
    alias. What the register does not have keeps its own name; its level is that of the column, else of the name.

    Args:
        dossiers: n rows; `agency`, `agency_id` and `level` (canonical) are used where present, and `UNIT` or, without
            it, `dossier_id`.
        register: the agencies known, if any.
        moment: the end of each dossier or of the period; an agency that had ended by then is its successor.
        sizes: how many dossiers each row stands for (n int64); one where None.

    Returns:
        The n rows with `agency_key`, `agency_name`, `level_name`, `parent` (null: none known), `placed_by` (agency_id |
        code | name | alias | own_name | none), all of dtype category, and the booleans `is_agency_unregistered`,
        `is_agency_contradicted` (code and name lead to different agencies), `is_agency_outside_dates`. One key has
        one name, level and parent. Then (agency text, unit code, dossiers) of what is unattributed, most first.
    """
    import numpy as np

    at, told = _combinations(dossiers)
    each = np.ones(len(dossiers), dtype="int64") if sizes is None else sizes
    of_told = _added(at, each, len(told))
    placed = [_place(one, register) for one in told]
    entries = np.array([one.entry for one in placed], dtype="int64")[at]
    entries, outside = _by_date(entries, register, moment)
    own, own_of = _own_agencies(told, placed, of_told, register)
    registered = _registered(register, entries, np.array([one.level for one in told], dtype=object)[at], each)
    own_at = np.array([own_of.get(one.own, 0) for one in placed], dtype="int64")[at]
    number = np.where(entries == NOBODY, own_at + len(registered), entries)
    agencies = [*registered, *own]
    result = dossiers.assign(
        agency_key=_column([agency.key for agency in agencies], number),
        agency_name=_column([agency.name for agency in agencies], number),
        level_name=_column([agency.level for agency in agencies], number),
        parent=_column([agency.parent for agency in agencies], number),
        placed_by=_column([one.by for one in placed], at),
        is_agency_unregistered=(entries == NOBODY) & (register is not None),
        is_agency_contradicted=np.array([one.contradicted for one in placed], dtype=bool)[at],
        is_agency_outside_dates=outside,
    )
    return result, _unplaced(told, placed, of_told)


def _added(at: np.ndarray, sizes: np.ndarray, length: int) -> np.ndarray:
    """The sum of the sizes at each place."""
    import numpy as np

    sums = np.zeros(length, dtype="int64")
    np.add.at(sums, at, sizes)
    return sums


def units_of(placed: pd.DataFrame) -> dict[str, tuple[Unit, str | None]]:
    """The unit and parent of each agency key; agencies of one name are told apart by their parent or id."""
    columns = ["agency_key", "agency_name", "level_name", "parent"]
    distinct = placed[columns].drop_duplicates("agency_key").astype(object)
    often = Counter(distinct["agency_name"])
    names = {}
    for key, name, level, parent in distinct.itertuples(index=False):
        above = parent if isinstance(parent, str) else None
        shown = f"{name} ({above or key})" if often[name] > 1 and (above or "|" not in key) else name
        names[key] = (Unit("agency", name if name == UNATTRIBUTED else shown, level, key), above)
    return names


def bootstrap(dossiers: pd.DataFrame) -> list[Entry]:
    """Draft a register from exports, for people to correct.

    One entry per `agency_id` or unit code, and per agency that has neither: its most frequent name, its other
    spellings as aliases, a level from the column or the name, the number of its dossiers. A spelling that several
    units use belongs to the one with most dossiers, so that the draft can be loaded as it is.
    """
    import numpy as np

    at, told = _combinations(dossiers)
    names, levels = _gather(told, np.bincount(at, minlength=len(told)).tolist())
    owner = _owners(names)
    entries = [_draft(group, names[group], levels[group], owner) for group in sorted(names)]
    by_id = {entry.agency_id: entry.name for entry in entries if entry.agency_id}
    return [_with_parent(entry, by_id) for entry in entries]


# ------------------------------------------------------------------ combinations
def _combinations(dossiers: pd.DataFrame) -> tuple[np.ndarray, list[_Told]]:
    """The distinct combinations of what tells an agency, and per row which of them it is."""
    import numpy as np
    import pandas as pd

    columns = [dossiers.get(name) for name in ("agency", "agency_id", "level")]
    code = dossiers.get(UNIT)
    columns.append(unit_code(dossiers["dossier_id"]) if code is None and "dossier_id" in dossiers else code)
    at = np.zeros(len(dossiers), dtype="int64")
    parts: list[tuple[np.ndarray, list[str]]] = []
    for column in columns:
        codes, texts = _coded(column, len(dossiers))
        parts.append((codes, texts))
        at = pd.factorize(at * len(texts) + codes)[0]
    first = np.flatnonzero(~pd.Series(at).duplicated().to_numpy())  # they are numbered as they appear
    told = zip(*([texts[code] for code in codes[first].tolist()] for codes, texts in parts), strict=True)
    return at, [_Told(*one) for one in told]


def _coded(column: pd.Series | None, length: int) -> tuple[np.ndarray, list[str]]:
    """A column as places in a list of texts; null is "", the last of them."""
    import numpy as np
    import pandas as pd

    if column is None:
        return np.zeros(length, dtype="int64"), [""]
    codes, texts = pd.factorize(column)
    return np.where(codes < 0, len(texts), codes).astype("int64"), [*map(str, texts), ""]


def _place(told: _Told, register: Register | None) -> _Placed:
    own = spell(told.agency) and clean(told.agency)
    by_own_name = _Placed(NOBODY, "own_name" if own else "none", _own_key(own, told.level), contradicted=False)
    if register is None:
        return by_own_name
    by_id = register.find_id(told.agency_id) if told.agency_id else NOBODY
    by_code = register.find_id(told.unit) if told.unit else NOBODY
    by_name, how = register.find_name(told.agency) if own else (NOBODY, "")
    coded = [entry for entry in (by_id, by_code) if entry != NOBODY]
    contradicted = by_name != NOBODY and any(not register.is_same_line(entry, by_name) for entry in coded)
    for entry, by in ((by_id, "agency_id"), (by_code, "code"), (by_name, how)):
        if entry != NOBODY:
            return _Placed(entry, by, "", contradicted)
    return by_own_name


# ------------------------------------------------------------------ agencies of the register
def _by_date(
    entries: np.ndarray, register: Register | None, moment: pd.Series | datetime | None
) -> tuple[np.ndarray, np.ndarray]:
    """The agencies that existed at the moment of each dossier, and where even they did not."""
    import numpy as np

    outside = np.zeros(len(entries), dtype=bool)
    if register is None or moment is None or not any(entry.start or entry.end for entry in register.entries):
        return entries, outside
    days = np.asarray(moment, dtype="datetime64[D]")
    none = np.datetime64("NaT", "D")  # of NOBODY, who stands last; comparisons with it are False
    starts = np.array([*(np.datetime64(entry.start or "NaT", "D") for entry in register.entries), none])
    ends = np.array([*(np.datetime64(entry.end or "NaT", "D") for entry in register.entries), none])
    successors = np.array([*register.successors, NOBODY])
    while (is_over := (days > ends[entries]) & (successors[entries] != NOBODY)).any():
        entries = np.where(is_over, successors[entries], entries)
    return entries, (days < starts[entries]) | (days > ends[entries])


def _registered(register: Register | None, entries: np.ndarray, levels: np.ndarray, sizes: np.ndarray) -> list[_Agency]:
    """The agencies of the register; one without level has the one that most of its dossiers tell."""
    agencies = []
    for number, entry in enumerate(register.entries if register else ()):
        level = entry.level or _most_told(_weighed(levels, sizes, entries == number)) or UNATTRIBUTED
        agencies.append(_Agency(entry.key, entry.name, level, entry.parent or None))
    return agencies


def _weighed(levels: np.ndarray, sizes: np.ndarray, chosen: np.ndarray) -> Counter[str]:
    """How many dossiers tell each level."""
    found: Counter[str] = Counter()
    for level, size in zip(levels[chosen].tolist(), sizes[chosen].tolist(), strict=True):
        found[level] += size
    return found


def _most_told(levels: Mapping[str, int]) -> str | None:
    """The most frequent level, the higher of two; None where none is told."""
    return max((level for level in LEVELS if levels.get(level)), key=lambda level: levels[level], default=None)


# ------------------------------------------------------------------ agencies of the exports alone
def _own_key(name: str, level: str) -> str:
    """The identity of an agency that no register knows; empty names are one agency per level."""
    if name:
        return identity(name, level or level_of(name))
    return f"{UNATTRIBUTED}|{level}" if level else UNATTRIBUTED


def _own_agencies(
    told: Sequence[_Told], placed: Sequence[_Placed], sizes: np.ndarray, register: Register | None
) -> tuple[list[_Agency], dict[str, int]]:
    """The agencies that no register entry was found for, by their most frequent spelling, and their places by key.

    An ambiguous name may be that of a register entry all the same: then it is written as there.
    """
    spellings: dict[str, Counter[str]] = {}
    levels: dict[str, str] = {}
    for one, where, size in zip(told, placed, sizes.tolist(), strict=True):
        if where.entry == NOBODY:
            name = clean(one.agency) if where.by == "own_name" else UNATTRIBUTED
            spellings.setdefault(where.own, Counter())[name] += size
            levels[where.own] = one.level or (where.by == "own_name" and level_of(name)) or UNATTRIBUTED
    names = {key: _by_frequency(texts)[0] for key, texts in spellings.items()}
    names |= {entry.key: entry.name for entry in (register.entries if register else ()) if entry.key in names}
    own = [_Agency(key, names[key], levels[key], None) for key in sorted(names)]
    return own, {agency.key: place for place, agency in enumerate(own)}


def _by_frequency(texts: Mapping[str, int]) -> list[str]:
    """Texts, the most frequent first; of several the first by code point."""
    return sorted(texts, key=lambda text: (-texts[text], text))


def _unplaced(told: Sequence[_Told], placed: Sequence[_Placed], sizes: np.ndarray) -> Unplaced:
    found: Counter[tuple[str, str]] = Counter()
    for one, where, size in zip(told, placed, sizes.tolist(), strict=True):
        if where.by == "none":
            found[clean(one.agency), one.unit] += size
    return tuple(
        (text, unit, size) for (text, unit), size in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def _column(texts: Sequence[str | None], at: np.ndarray) -> pd.Categorical:
    """A column of the texts at these places; the categories are those that occur, by code point."""
    import numpy as np
    import pandas as pd

    used = np.bincount(at, minlength=len(texts)) > 0
    names = sorted({text for text, is_used in zip(texts, used.tolist(), strict=True) if is_used and text is not None})
    place_of = {name: place for place, name in enumerate(names)}
    codes = np.array([NOBODY if text is None else place_of.get(text, NOBODY) for text in texts], dtype="int64")
    return pd.Categorical.from_codes(codes[at], pd.Index(names, dtype="str"))


# ------------------------------------------------------------------ drafting a register
_Group = tuple[bool, str]  # has no code; code, or the spelling of the name
_Uses = dict[_Group, Counter[str]]


def _gather(
    told: Sequence[_Told], sizes: Sequence[int]
) -> tuple[dict[_Group, Counter[str]], dict[_Group, Counter[str]]]:
    """How often each agency is called what, and put at which level."""
    names: _Uses = {}
    levels: _Uses = {}
    with_code = [(one, size) for one, size in zip(told, sizes, strict=True) if one.agency_id or one.unit]
    for one, size in with_code:
        _count(names, levels, (False, id_key(one.agency_id) or one.unit), one, size)
    owner = _owners(names)
    for one, size in zip(told, sizes, strict=True):
        if not (one.agency_id or one.unit) and (spelling := spell(one.agency)):
            _count(names, levels, owner.get(spelling, (True, spelling)), one, size)
    return names, levels


def _count(names: _Uses, levels: _Uses, group: _Group, told: _Told, size: int) -> None:
    names.setdefault(group, Counter())[clean(told.agency) if spell(told.agency) else ""] += size
    levels.setdefault(group, Counter())[told.level] += size


def _owners(names: _Uses) -> dict[str, _Group]:
    """Which agency each spelling belongs to: the one that uses it most, the first by code of several."""
    uses: dict[str, Counter[_Group]] = {}
    for group, texts in names.items():
        for text, size in texts.items():
            if text:
                uses.setdefault(spell(text), Counter())[group] += size
    return {spelling: min(groups, key=lambda group: (-groups[group], group)) for spelling, groups in uses.items()}


def _draft(group: _Group, names: Counter[str], levels: Counter[str], owner: Mapping[str, _Group]) -> Entry:
    has_no_code, code = group
    mine = [text for text in _by_frequency(names) if text and owner[spell(text)] == group]
    borrowed = [text for text in _by_frequency(names) if text]
    name = mine[0] if mine else f"{borrowed[0]} ({code})" if borrowed else code
    aliases = {spell(text): text for text in reversed(mine)}
    aliases.pop(spell(name), None)
    return Entry(
        name=name,
        agency_id=None if has_no_code else code,
        level=_most_told(levels) or level_of(name),
        aliases=tuple(sorted(aliases.values())),
        dossiers=names.total(),
    )


def _with_parent(entry: Entry, by_id: Mapping[str, str]) -> Entry:
    """Name the agency whose code begins this one's ("H57.21" of "H57.21.12"), where it is in the exports too."""
    code = entry.agency_id or ""
    above = [".".join(code.split(".")[:length]) for length in range(code.count("."), 0, -1)]
    return replace(entry, parent=next((by_id[one] for one in above if one in by_id), ""))
