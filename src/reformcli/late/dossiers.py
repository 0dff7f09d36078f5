"""Late dossiers: who has them, since when, for which cause, and how the backlog moved. All of them are counted here.

Rules as in docs/ho-so-tre-han.md. Three kinds: open and past the deadline (overdue), ended late in the period (resolved
late), and paused past the deadline (for information: it enters no figure of days).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reformcli.calendar import Calendar
from reformcli.late.causes import CauseOf, Causes
from reformcli.late.names import AGES, KINDS, PERSON, UNSTATED, Movement

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_LAST_OF_AGE = (0, 5, 10, 30)


def late_kinds(judged: pd.DataFrame, end: datetime | pd.Series) -> pd.Series:
    """The kind (of `KINDS`) of every row that is late at `end`; the others are not in it.

    Args:
        judged: dossiers with the states that `classify` found for `end`.
        end: the moment T, or that of each row.
    """
    import numpy as np
    import pandas as pd

    past = judged["deadline_at"] < end  # False without a deadline
    marks = [judged["is_overdue"], judged["is_late"], judged["is_paused"] & past]
    kinds = pd.Series(np.select(marks, list(KINDS), default=""), index=judged.index, dtype=object)
    return kinds[kinds != ""]


def find_late(
    classified: pd.DataFrame, *, was_late: Collection[int], end: datetime, calendar: Calendar
) -> pd.DataFrame:
    """The late dossiers at `end`, with how late they are.

    Args:
        classified: dossiers with the columns of `classify`.
        was_late: positions of those that were late in the last second before the period (see `movement`).
        end: last second of the period: the moment T.
        calendar: which days count.

    Returns:
        The late rows with all their columns and `kind` (of `KINDS`), `days_late` (working days d with
        day(deadline) < d ≤ day(end or T); 0 where only a rule makes it late), `age` (of `AGES`) and `was_late`.
    """
    import numpy as np
    import pandas as pd

    kinds = late_kinds(classified, end)
    late: pd.DataFrame = classified.loc[kinds.index].copy()
    stop = late["ended_at"].where(late["is_resolved"], np.datetime64(end))
    days = calendar.working_days_late(late["deadline_at"].to_numpy(), stop.to_numpy())
    days = np.maximum(days, 0)
    late["kind"] = pd.Categorical(kinds, list(KINDS))
    late["days_late"] = days
    late["age"] = pd.Categorical(
        np.array(AGES, dtype=object)[np.searchsorted(_LAST_OF_AGE, days)], list(AGES), ordered=True
    )
    late["was_late"] = late.index.isin(was_late)
    return late


# ------------------------------------------------------------------ figures
def summarise(late: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Count and measure each group; the worst first.

    Args:
        late: rows of `find_late`.
        by: its columns to group by; none for the whole. A null key is a group of its own.

    Returns:
        The keys, one column per kind (int64), `median_working_days`, `p90_working_days` (nearest rank) and
        `max_working_days` over overdue and resolved late, NaN for a group that has only paused ones. Sorted by
        overdue and resolved late together, then by the keys.
    """
    import pandas as pd

    flags = {kind: (late["kind"] == kind).astype("int64") for kind in KINDS}
    keys = list(by)
    frame = late[keys].assign(**flags, days_late=late["days_late"], is_timed=late["kind"] != "paused_past_due")
    if not keys:
        frame = frame.assign(_all=0)
    grouped = frame.groupby(keys or ["_all"], dropna=False, observed=True, sort=True)
    table = grouped[list(KINDS)].sum().reset_index()
    timed = frame.assign(_group=grouped.ngroup())[frame["is_timed"]]
    table = table.join(_spread(timed["_group"].to_numpy(), timed["days_late"].to_numpy(), len(table)))
    if not keys:
        whole = table.drop(columns="_all")
        return whole if len(whole) else pd.DataFrame([dict.fromkeys(KINDS, 0)])
    ordered = table.assign(
        **{f"_{key}": table[key].astype(str) for key in keys}, _late=-table["overdue"] - table["resolved_late"]
    )
    order = ordered.sort_values(["_late", *(f"_{key}" for key in keys)], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _spread(groups: np.ndarray, days: np.ndarray, count: int) -> pd.DataFrame:
    """Median, 90th percentile and maximum of the days of each of `count` groups (rows in any order)."""
    import numpy as np
    import pandas as pd

    order = np.lexsort((days, groups))
    days, sizes = days[order], np.bincount(groups, minlength=count)
    first = np.cumsum(sizes) - sizes
    some = sizes > 0
    n, start = sizes[some], first[some]
    low, high = days[start + (n - 1) // 2], days[start + n // 2]
    values = {
        "median_working_days": (low + high) / 2,
        "p90_working_days": days[start + (9 * n + 9) // 10 - 1],
        "max_working_days": days[start + n - 1],
    }
    table = pd.DataFrame(np.nan, index=range(count), columns=list(values))
    table.loc[some, list(values)] = np.column_stack(list(values.values()))
    return table


def movement(late: pd.DataFrame, by: Sequence[str] = ()) -> list[tuple[tuple[Any, ...], Movement]]:
    """How the backlog moved, for the whole (an empty key) or for every group, sorted by key.

    Every late dossier was late in the last second before the period or became so in it, and is cleared or left: the
    identity holds for any group and any period, and what one part of a series leaves the next one begins with, but for
    dossiers that are in time again because a waiting time came to its end.

    Args:
        late: `kind` and `was_late` of every late dossier, with the columns of `by`.
        by: what to group by.
    """
    is_cleared = late["kind"] == "resolved_late"
    frame = late[list(by)].assign(
        opening=late["was_late"],
        newly_late=~late["was_late"],
        cleared=is_cleared,
        closing_overdue=late["kind"] == "overdue",
        closing_paused=late["kind"] == "paused_past_due",
    )
    names = ["opening", "newly_late", "cleared", "closing_overdue", "closing_paused"]
    if not by:
        return [((), Movement(*(int(frame[name].sum()) for name in names)))]
    table = frame.groupby(list(by), dropna=False, observed=True, sort=True)[names].sum()
    keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
    moved = [(key, Movement(*map(int, row))) for key, row in zip(keys, table.itertuples(index=False), strict=True)]
    return sorted(moved, key=lambda pair: [str(value) for value in pair[0]])


# ------------------------------------------------------------------ causes
def with_causes(late: pd.DataFrame, causes: Causes, calendar: Calendar) -> pd.DataFrame:
    """Add `cause` (a group or "unstated") and `evidence` (what says so), in the order of DESIGN.

    The stated cause comes first, then the state of the dossier, then who holds it. `evidence` is a phrase of the
    dictionary, or the name of a state or holder of `rules/causes.toml`: never the text itself.
    """
    import numpy as np

    cause = np.full(len(late), UNSTATED, dtype=object)
    evidence = np.full(len(late), "", dtype=object)
    told = [*_stated(late, causes), *_from_state(late, causes.states, calendar)]
    for mask, group, shown in told:
        chosen = mask & (cause == UNSTATED)
        cause[chosen], evidence[chosen] = group, shown
    return late.assign(cause=cause, evidence=evidence)


def _stated(late: pd.DataFrame, causes: Causes) -> list[CauseOf]:
    """What the columns of causes say, then those of notes, each distinct text looked up once."""
    found = []
    for name in ("late_cause", "note_cause"):
        if name in late:
            texts = late[name].astype(object)
            distinct = sorted({text for text in texts if isinstance(text, str)})
            for text, match in zip(distinct, causes.attribute(distinct), strict=True):
                if match:
                    found.append(CauseOf((texts == text).to_numpy(), match.group, match.phrase))
    return found


def _from_state(late: pd.DataFrame, states: Mapping[str, str], calendar: Calendar) -> list[CauseOf]:
    """What the state of the dossier says, and then who holds it: another unit than its agency, or a person."""
    import numpy as np

    never = np.zeros(len(late), dtype=bool)
    status = late["status"].astype(object).to_numpy() if "status" in late else np.full(len(late), "", object)
    holder = late["responsible"].astype(object) if "responsible" in late else None
    received, due = late["received_at"], late["due_at"]
    is_open = ~late["is_resolved"].to_numpy()
    has_clock = (received.dt.floor("D") != received).to_numpy()
    masks = {
        "supplement": is_open & (status == "supplement"),
        "payment": is_open & (status == "payment"),
        "stopped": is_open & (status == "stopped"),
        "due_before_receipt": (due < received).to_numpy(),
        "not_returned": (late["finished_at"] <= late["deadline_at"]).to_numpy() if "finished_at" in late else never,
        "out_of_hours": has_clock & calendar.is_out_of_hours(received.to_numpy()),
    }
    if holder is not None:
        person = (holder == PERSON).to_numpy()
        other = (holder != late["agency_name"].astype(object)).to_numpy()
        masks |= {"other_unit": holder.notna().to_numpy() & ~person & other, "person": person}
    return [CauseOf(masks[name], group, name) for name, group in states.items() if name in masks]


# ------------------------------------------------------------------ what is about to be late
def find_near(classified: pd.DataFrame, *, end: datetime, days: int, calendar: Calendar) -> pd.DataFrame:
    """The dossiers in time whose deadline falls within `days` working days after the day of T, the soonest first.

    Returns:
        Their rows with `days_left`: working days after T's day up to the deadline's, 0 on T's own day.
    """
    import numpy as np

    waiting = classified[classified["is_in_time"] & classified["deadline_at"].notna()]
    deadline = waiting["deadline_at"].to_numpy()
    left = calendar.working_days_late(np.full(len(waiting), np.datetime64(end)), deadline)
    near = waiting.assign(days_left=left)[left <= days]
    return near.sort_values(["deadline_at", "dossier_id"], kind="stable")
