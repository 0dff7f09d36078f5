"""Two exports of one time and of a later one: which facts of which dossiers were changed afterwards. Nothing is read.

A change is `grave` where no honest work leaves it behind, `doubtful` where a correction could. What a dossier goes
through on its way (it is finished, a supplement is asked for and comes, its status goes forward) is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from reformcli.agencies.dossier_code import code_date, dossier_key
from reformcli.agencies.register import spell
from reformcli.model import UNATTRIBUTED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KINDS = (
    "due_after_passing",  # moved later, or taken away, after it had passed
    "due_later",
    "due_removed",
    "due_earlier",
    "finish_earlier",
    "finish_removed",
    "finish_later",
    "received_changed",
    "reopened",  # its status was an end and is open
    "taken_out",  # it was accepted and is refused
    "agency_changed",  # after its end
    "vanished",
    "left_out",  # its row is now rejected
    "code_far",  # the day in the code is now far from the receipt (RC207)
    "became_on_time",  # late with the facts as they were, not late as they are
)
GRAVE, DOUBTFUL = "grave", "doubtful"
SEVERITIES = (GRAVE, DOUBTFUL)
ENDED = ("resolved", "returned", "withdrawn")
OPEN = ("accepted", "pending", "supplement", "payment", "stopped")
WAITING = ("supplement", "payment", "stopped")  # the clock stands
REFUSED = ("not_accepted", "refused")
ENDS = ("finished_at", "returned_at")
SLACK = timedelta(days=3)  # a weekend and the rest of a day, by which a due date moves more than a supplement took
COLUMNS = ("kind", "severity", "column", "was", "is_now", "before", "now")
_ALWAYS_GRAVE = ("due_after_passing", "finish_earlier", "finish_removed", "received_changed", "reopened")
_STATES = ("late", "overdue", "early", "on_time", "in_time", "paused")
_AGENCY = ("agency", "agency_id", "level")
_WHOLE = ("vanished", "left_out")
_PUT_BACK: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("due_after_passing", "due_later", "due_removed", "due_earlier"), ("due_at",)),
    **dict.fromkeys(("finish_earlier", "finish_removed", "finish_later"), ENDS),
    "received_changed": ("received_at",),
    "reopened": ("status", *ENDS),
    "taken_out": ("status",),
    "agency_changed": _AGENCY,
}


class _Found(NamedTuple):
    """One kind of change: in which pairs, which of those are grave, and the column with its old and new texts."""

    kind: str
    mask: pd.Series
    grave: pd.Series | bool
    column: str = ""
    names: tuple[str, str] = ("", "")  # the columns that hold the two values, where the column itself does not


# ------------------------------------------------------------------ what was changed
def find(
    before: pd.DataFrame, now: pd.DataFrame, *, ends: Sequence[str] = ENDS, with_register: bool = False
) -> pd.DataFrame:
    """Find what was changed between two exports.

    Args:
        before: the older facts, one row per dossier: `dossier_id`, dates, `status`, `agency`, `agency_id`, what
            attribution and classification add, `known_until` (the last event of its file) and `is_code_far`.
        now: the newer ones, with `is_rejected`, and `tells_NAME` for `due_at`, `ENDS` and `agency`: whether its sheet
            has the column. Texts are of dtype str; a column that the files lack is empty.
        ends: the dates that end a dossier, the one that counts first.
        with_register: whether agencies are told by a register, so that two of one name are two.

    Returns:
        One row per dossier and kind: `COLUMNS`; `was` and `is_now` are texts (times as ISO, statuses as codes, agencies
        by name), `before` and `now` positions in the frames (-1: not there). Only dossiers that are handled in the
        period with the old facts or with the new ones.
    """
    import numpy as np

    places = _places(before, now)
    old_at = np.flatnonzero(places >= 0)
    old = before.iloc[old_at].reset_index(drop=True)
    new = now.iloc[places[old_at]].reset_index(drop=True)
    handled = old["is_handled"] | new["is_handled"]
    found = [*_due(old, new), *_finish(old, new, ends), *_others(old, new, with_register)]
    parts = [_table(one, one.mask & handled, old, new, old_at, places[old_at]) for one in found]
    gone = np.flatnonzero(places < 0)
    parts.append(_vanished(before, now, gone))
    parts.append(_far_codes(before, now, places))
    return joined(parts)


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of changes as one, by dossier; no part at all gives an empty one."""
    import pandas as pd

    filled = [part for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    texts = dict.fromkeys(("kind", "severity", "column"), "str")
    typed: pd.DataFrame = table.astype({**texts, "before": "int64", "now": "int64"})
    return typed


def _places(before: pd.DataFrame, now: pd.DataFrame) -> np.ndarray:
    """Of each older dossier its place among the newer ones; -1 where it is not there."""
    import pandas as pd

    places: np.ndarray = pd.Index(dossier_key(now["dossier_id"]).astype("str")).get_indexer(
        pd.Index(dossier_key(before["dossier_id"]).astype("str"))
    )
    return places


def _due(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[_Found]:
    """Due dates. What a supplement that came meanwhile explains is no change; while the clock stands nothing is sure.

    That a date had passed is sure where the older file, in which it still stands, has an event after it.
    """
    moved = _other_time(old["due_at"], new["due_at"])
    later = moved & (new["due_at"] > old["due_at"]) & ~_is_explained(old, new)
    gone = old["due_at"].notna() & new["due_at"].isna() & new["tells_due_at"]
    passed = (_last_second(old["due_at"]) < old["known_until"]) & ~old["status"].isin(WAITING)
    yield _Found("due_after_passing", (later | gone) & passed, True, "due_at")
    yield _Found("due_later", later & ~passed, False, "due_at")
    yield _Found("due_removed", gone & ~passed, False, "due_at")
    yield _Found("due_earlier", moved & (new["due_at"] < old["due_at"]), False, "due_at")


def _is_explained(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Whether waiting explains how far a due date moved.

    A supplement does, asked for while there was time and completed since; or, where the older export shows the clock
    standing, at most the time from the receipt to the end (to the last event of the newer file while it is open).
    """
    by, asked, completed = new["due_at"] - old["due_at"], new["supplement_requested_at"], new["supplement_completed_at"]
    is_new = completed.notna() & (completed != old["supplement_completed_at"])
    in_time = asked <= _last_second(old["due_at"])
    until = new["ended_at"].where(new["is_ended"], new["known_until"])
    stood = old["status"].isin(WAITING) & (by <= until - old["received_at"] + SLACK)
    explained: pd.Series = is_new & in_time & (by <= completed - asked + SLACK) | stood
    return explained


def _finish(old: pd.DataFrame, new: pd.DataFrame, ends: Sequence[str]) -> Iterator[_Found]:
    """The end that counts: of the first of the two dates that the older export has."""
    first = old[ends[0]].notna()
    for name, mine in ((ends[0], first), (ends[1], ~first & old[ends[1]].notna())):
        moved = mine & _other_time(old[name], new[name])
        yield _Found("finish_earlier", moved & (new[name] < old[name]), True, name)
        yield _Found("finish_removed", mine & new[name].isna() & new[f"tells_{name}"], True, name)
        yield _Found("finish_later", moved & (new[name] > old[name]), False, name)


def _others(old: pd.DataFrame, new: pd.DataFrame, with_register: bool) -> Iterator[_Found]:
    yield _Found("received_changed", _other_time(old["received_at"], new["received_at"]), True, "received_at")
    yield _Found("reopened", old["status"].isin(ENDED) & new["status"].isin(OPEN), True, "status")
    accepted = old["is_handled"] & old["status"].isin((*ENDED, *OPEN))
    yield _Found("taken_out", accepted & new["status"].isin(REFUSED), False, "status")
    is_other = (old["agency_key"] != new["agency_key"]) & _is_written_otherwise(old, new)
    if not with_register:
        is_other &= old["agency_name"] != new["agency_name"]
    known = (old["agency_name"] != UNATTRIBUTED) & ((new["agency_name"] != UNATTRIBUTED) | new["tells_agency"])
    names = ("agency_name", "agency_name")
    yield _Found("agency_changed", is_other & known & old["is_ended"], True, "agency", names)
    yield _Found("left_out", new["is_rejected"] & old["is_handled"], False)


def _is_written_otherwise(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Whether the exports tell another agency, in spelling or id; a register's dates alone change nobody's work."""

    def spelled(column: pd.Series) -> pd.Series:
        return column.map({text: spell(text) for text in column.dropna().unique()}).fillna("")

    other: pd.Series = spelled(old["agency"]) != spelled(new["agency"])
    return other | (old["agency_id"].notna() & new["agency_id"].notna() & (old["agency_id"] != new["agency_id"]))


def _vanished(before: pd.DataFrame, now: pd.DataFrame, gone: np.ndarray) -> pd.DataFrame:
    """What was handled in the period and is not there, though its receipt lies among those of the newer exports.

    Grave where it was received in the period and its agency has other dossiers there: no export was forgotten.
    """
    rows = before.iloc[gone]
    valid = now[~now["is_rejected"]]
    covered = rows["received_at"].between(valid["received_at"].min(), valid["received_at"].max())
    mask = (rows["is_handled"] & covered).to_numpy(dtype=bool)
    sure = (rows["is_received"] & rows["agency_key"].isin(valid["agency_key"])).to_numpy(dtype=bool)
    was = _texts(rows["received_at"][mask])
    return _rows("vanished", sure[mask], "received_at", was, None, gone[mask], -1)


def _far_codes(before: pd.DataFrame, now: pd.DataFrame, places: np.ndarray) -> pd.DataFrame:
    """RC207 of the newer exports where the older ones had none: the dossier was not there, or nothing was far."""
    import numpy as np

    old_of = np.full(len(now), -1)
    old_of[places[places >= 0]] = np.flatnonzero(places >= 0)
    was_far = (
        (old_of >= 0) & before["is_code_far"].to_numpy(dtype=bool, na_value=False)[old_of] if len(before) else False
    )
    chosen = np.flatnonzero((now["is_code_far"] & now["is_handled"]).to_numpy(dtype=bool) & ~np.asarray(was_far))
    rows = now.iloc[chosen]
    was, is_now = _texts(code_date(rows["dossier_id"])), _texts(rows["received_at"])
    return _rows("code_far", False, "dossier_id", was, is_now, old_of[chosen], chosen)


def _table(
    one: _Found, mask: pd.Series, old: pd.DataFrame, new: pd.DataFrame, old_at: np.ndarray, new_at: np.ndarray
) -> pd.DataFrame:
    import numpy as np

    chosen = np.flatnonzero(mask.to_numpy(dtype=bool))
    name, other = one.names if one.names[0] else (one.column, one.column)
    was = _texts(old[name].iloc[chosen]) if name else None
    is_now = _texts(new[other].iloc[chosen]) if other else None
    return _rows(one.kind, one.grave, one.column, was, is_now, old_at[chosen], new_at[chosen])


def _rows(
    kind: str,
    grave: object,
    column: str,
    was: Sequence[str | None] | None,
    is_now: Sequence[str | None] | None,
    before: np.ndarray,
    now: np.ndarray | int,
) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    return pd.DataFrame(
        {
            "kind": kind,
            "severity": np.where(np.broadcast_to(np.asarray(grave), len(before)), GRAVE, DOUBTFUL),
            "column": column,
            "was": _objects(was, len(before)),
            "is_now": _objects(is_now, len(before)),
            "before": before,
            "now": now,
        }
    )


def _objects(values: Sequence[str | None] | None, size: int) -> np.ndarray:
    import numpy as np

    objects: np.ndarray = np.empty(size, dtype=object)
    objects[:] = None if values is None else list(values)
    return objects


def _texts(column: pd.Series) -> list[str | None]:
    """Values as machines read them; None for what is missing."""
    shown = column.dt.strftime("%Y-%m-%d %H:%M:%S") if column.dtype.kind == "M" else column
    return [value if isinstance(value, str) else None for value in shown.astype(object).tolist()]


def _other_time(one: pd.Series, other: pd.Series) -> pd.Series:
    """Whether two times are both known and differ; by day where either has no time of day (midnight)."""
    day, other_day = one.dt.floor("D"), other.dt.floor("D")
    by_day = (day == one) | (other_day == other)
    differs: pd.Series = one.notna() & other.notna() & (one != other) & (~by_day | (day != other_day))
    return differs


def _last_second(due: pd.Series) -> pd.Series:
    """A due date without a time of day (midnight) ends with its day."""
    day: pd.Series = due.dt.floor("D")
    return due.where(day != due, day + timedelta(days=1) - timedelta(seconds=1))


# ------------------------------------------------------------------ as if nothing had been changed
def restored(before: pd.DataFrame, now: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The newer dossiers with every changed fact as it was; what was done since then stays.

    Args:
        before: the older dossiers, in the columns of exports.
        now: the newer ones that count; positions behind them in `found` are of rejected rows.
        found: of `find`, with positions in these two frames.

    Returns:
        The dossiers, those that vanished or are rejected now as they were at the end; and which of `before` those are.
    """
    import numpy as np
    import pandas as pd

    is_here = (found["now"] >= 0) & (found["now"] < len(now)) & (found["before"] >= 0)
    result = now.copy()
    for kind, names in _PUT_BACK.items():
        part = found[(found["kind"] == kind) & is_here]
        for name in names if len(part) else ():
            values = before[name].iloc[part["before"]] if name in before else None
            _put(result, name, part["now"].to_numpy(), values, only_known=name in ENDS)
    whole = (found["now"] < 0) | (found["now"] >= len(now)) & (found["before"] >= 0)
    added = np.unique(found.loc[whole & found["kind"].isin(_WHOLE), "before"].to_numpy())
    if not len(added):
        return result, added
    return pd.concat([_plain(result), _plain(before.iloc[added])], ignore_index=True), added


def _put(frame: pd.DataFrame, name: str, places: np.ndarray, values: pd.Series | None, *, only_known: bool) -> None:
    """Set some cells of a column; with `only_known` only those whose value is known. None: they are emptied."""
    import pandas as pd

    if name not in frame:
        return
    is_time = frame[name].dtype.kind == "M"
    column = frame[name].to_numpy(copy=True) if is_time else frame[name].astype(object).to_numpy(copy=True)
    if values is None:
        column[places] = None
    else:
        known = values.notna().to_numpy() | (not only_known)
        new = values if is_time else values.astype(object)
        column[places[known]] = new.to_numpy()[known]
    frame[name] = column if is_time else pd.Series(column, index=frame.index, dtype="str")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Categories as texts: two exports have other ones."""
    return frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, "str"))


def became_on_time(
    found: pd.DataFrame, before: pd.DataFrame, unchanged: pd.DataFrame, now: pd.DataFrame
) -> pd.DataFrame:
    """The changed dossiers that are late with the facts as they were, and are not with those that now stand there.

    Grave where the older export itself shows the lateness (`was_late` of `before`); else it could have been averted.
    `unchanged` is what `restored` gave, classified; `now` its counterpart, row by row at the same places.
    """
    import numpy as np

    changed = found[(found["before"] >= 0) & (found["now"] >= 0) & (found["now"] < len(now))]
    changed = changed.drop_duplicates("now")
    old, new = unchanged.iloc[changed["now"]], now.iloc[changed["now"]]
    was_late = (old["is_late"] | old["is_overdue"]).to_numpy(dtype=bool)
    is_late = (new["is_late"] | new["is_overdue"] | ~new["is_handled"]).to_numpy(dtype=bool)
    chosen = np.flatnonzero(was_late & ~is_late)
    at = changed["before"].to_numpy()[chosen]
    sure = before["was_late"].to_numpy(dtype=bool)[at]
    was, is_now = _state(old.iloc[chosen]), _state(new.iloc[chosen])
    return _rows("became_on_time", sure, "state", was, is_now, at, changed["now"].to_numpy()[chosen])


def _state(rows: pd.DataFrame) -> list[str | None]:
    import numpy as np

    flags = [rows[f"is_{name}"].to_numpy(dtype=bool) for name in _STATES]
    names = np.select(flags, list(_STATES), default="") if len(rows) else np.array([], dtype=str)
    return [str(name) or None for name in names]
