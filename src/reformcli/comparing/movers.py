"""Which dossiers are behind a change: those that came into or left a component's population, or turned good or bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reformcli.agencies.dossier_code import dossier_key
from reformcli.outcomes import Movers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EVENTS = ("came_in", "ended", "became_late", "left", "vanished")  # the bits of an event number, the lowest first
TOTAL = ("total", "")
_SHOWN = ("dossier_id", "agency_key", "level_name", "due_at", "ended_at", "_source", "_row")


@dataclass(frozen=True, slots=True)
class Moved:
    """The movers of one component of one unit, and the (numerator, denominator) that the dossiers give it."""

    movers: Movers
    before: tuple[int, int]
    now: tuple[int, int]


class _Both(NamedTuple):
    """Every dossier of two frames once, and its place in each of them: -1 where it is not there."""

    before: np.ndarray
    now: np.ndarray


def movers(
    before: pd.DataFrame, now: pd.DataFrame, pairs: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Moved]]:
    """Follow every dossier from one frame to the other.

    Args:
        before: classified and attributed dossiers, each once.
        now: the same at a later moment.
        pairs: component → (population, numerator), names of boolean columns.

    Returns:
        ("agency", key) | ("level", level) | `TOTAL` → component → its movers. A dossier that changed its agency left
        the one and joined the other, and neither for the total. The identities of `Movers` hold for every entry.
    """
    both = _joined(before, now)
    codes = {name: _codes(before, now, both, *predicates) for name, predicates in pairs.items()}
    units: dict[tuple[str, str], dict[str, Moved]] = {}
    for kind, column in (("agency", "agency_key"), ("level", "level_name"), ("total", None)):
        names, of_before, of_now = _groups(before, now, both, column)
        for component, code in codes.items():
            for name, moved in zip(names, _counted(code, of_before, of_now, len(names)), strict=True):
                units.setdefault((kind, name), {})[component] = moved
    return units


def _codes(before: pd.DataFrame, now: pd.DataFrame, both: _Both, *predicates: str) -> np.ndarray:
    """What each dossier is: 1 counted before, 2 and good, 4 counted now, 8 and good."""
    (was_in, was_good), (is_in, is_good) = (
        _flags(frame, places, *predicates) for frame, places in ((before, both.before), (now, both.now))
    )
    code: np.ndarray = was_in + 2 * was_good + 4 * is_in + 8 * is_good
    return code


def _joined(before: pd.DataFrame, now: pd.DataFrame) -> _Both:
    import numpy as np
    import pandas as pd

    keys = [dossier_key(frame["dossier_id"]).astype("str") for frame in (before, now)]
    codes, distinct = pd.factorize(pd.concat(keys, ignore_index=True))
    places = []
    for part in (codes[: len(before)], codes[len(before) :]):
        place = np.full(len(distinct), -1)
        place[part[part >= 0]] = np.flatnonzero(part >= 0)
        places.append(place)
    return _Both(*places)


def _groups(
    before: pd.DataFrame, now: pd.DataFrame, both: _Both, column: str | None
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The names of the groups, and of each dossier the group in either frame (-1: it is not there)."""
    import numpy as np
    import pandas as pd

    if column is None:
        return [""], np.zeros(len(both.before), dtype=int), np.zeros(len(both.now), dtype=int)
    texts = pd.concat([frame[column].astype("str") for frame in (before, now)], ignore_index=True)
    codes, names = pd.factorize(texts)
    of_before, of_now = codes[: len(before)], codes[len(before) :]
    return [str(name) for name in names], _taken(of_before, both.before, -1), _taken(of_now, both.now, -1)


def _taken(values: np.ndarray, places: np.ndarray, missing: object) -> np.ndarray:
    """The values at these places; `missing` where a place is -1."""
    import numpy as np

    if not len(values):
        return np.full(len(places), missing)
    taken: np.ndarray = np.where(places >= 0, values[places], np.asarray(missing))
    return taken


def _flags(frame: pd.DataFrame, places: np.ndarray, population: str, numerator: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each dossier is counted, and whether it is good."""
    counted = _taken(frame[population].to_numpy(dtype=bool), places, missing=False)
    return counted, counted & _taken(frame[numerator].to_numpy(dtype=bool), places, missing=False)


def _counted(code: np.ndarray, of_before: np.ndarray, of_now: np.ndarray, size: int) -> list[Moved]:
    """The movers of every group; who changed the group left the one and joined the other."""
    import numpy as np

    group = np.where(of_now >= 0, of_now, of_before)
    moved = (of_before >= 0) & (of_now >= 0) & (of_before != of_now)
    places = (
        16 * group[~moved] + code[~moved],
        16 * of_before[moved] + (code[moved] & 3),
        16 * of_now[moved] + (code[moved] & 12),
    )
    table = np.bincount(np.concatenate(places), minlength=16 * size).reshape(size, 16)
    return [_moved(row) for row in table.tolist()]


def _moved(row: Sequence[int]) -> Moved:
    """From how many dossiers there are of each of the 16 codes; good ones are counted, too."""
    movers_ = Movers(
        joined_good=row[12],
        joined_bad=row[4],
        left_good=row[3],
        left_bad=row[1],
        turned_good=row[13],
        turned_bad=row[7],
    )
    before = (row[3] + row[7] + row[15], row[1] + row[3] + row[5] + row[7] + row[13] + row[15])
    now = (row[12] + row[13] + row[15], row[4] + row[5] + row[7] + row[12] + row[13] + row[15])
    return Moved(movers_, before, now)


# ------------------------------------------------------------------ the dossiers themselves
def events(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The dossiers that something happened to between two moments.

    Returns:
        One row per dossier: its columns in `now`, else in `before` (`is_now` tells), and `event`: the sum of 1 (handled
        now, not before), 2 (ended now, not before), 4 (late or overdue now, not before), 8 (handled before, not now)
        and 16 (the same, though it was still open: it should be here). The late ones first, then by agency and id.
    """
    import numpy as np
    import pandas as pd

    both = _joined(before, now)
    was = {name: _taken(before[name].to_numpy(dtype=bool), both.before, missing=False) for name in _STATES}
    is_ = {name: _taken(now[name].to_numpy(dtype=bool), both.now, missing=False) for name in _STATES}
    left = was["is_handled"] & ~is_["is_handled"]
    flags = (
        is_["is_handled"] & ~was["is_handled"],
        is_["is_resolved"] & ~was["is_resolved"],
        (is_["is_late"] | is_["is_overdue"]) & ~(was["is_late"] | was["is_overdue"]),
        left,
        left & was["is_pending"],
    )
    event = sum(flag.astype("int64") << bit for bit, flag in enumerate(flags))
    parts = []
    for frame, places, is_now in ((now, both.now, True), (before, both.before, False)):
        chosen = (event > 0) & (places >= 0) & (is_now | (both.now < 0))
        rows = frame[[*_SHOWN, "is_resolved"]].iloc[places[chosen]]
        ended = rows["ended_at"].where(rows["is_resolved"])  # what ends after the period is open in it
        parts.append(rows.assign(ended_at=ended, event=event[chosen], is_now=is_now))
    told = pd.concat([part.astype({"agency_key": "str", "level_name": "str"}) for part in parts], ignore_index=True)
    rank = np.select([(told["event"] & bit) > 0 for bit in (4, 16, 2, 1)], [0, 1, 2, 3], default=4)
    order = told.assign(_rank=rank).sort_values(["_rank", "agency_key", "dossier_id"], kind="stable").index
    ordered: pd.DataFrame = told.loc[order].reset_index(drop=True)
    return ordered


_STATES = ("is_handled", "is_resolved", "is_late", "is_overdue", "is_pending")


def event_names(event: int) -> list[str]:
    """The events that a number stands for.

    >>> event_names(5)
    ['came_in', 'became_late']
    """
    return [name for bit, name in enumerate(EVENTS) if event >> bit & 1]
