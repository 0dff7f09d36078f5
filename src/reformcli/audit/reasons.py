"""Why each dossier was given its state: one key per row and what adds to it; the sentences are in `i18n`.

The rules are numbered as in docs/trang-thai-ho-so.md. Nothing is judged here: what `classify` found is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from reformcli.audit.explanation import ALSO
from reformcli.calendar import Calendar
from reformcli.model import StateRules

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_STATES = ("early", "on_time", "late", "in_time", "overdue", "paused")
_OPEN = ("accepted", "pending", "supplement", "payment", "stopped", "not_accepted")
_WAITING = ("supplement", "payment", "stopped")
_NOT_ACCEPTED = ("not_accepted", "refused")


def reasons(
    rows: pd.DataFrame, *, start: datetime, end: datetime, rules: StateRules, calendar: Calendar
) -> pd.DataFrame:
    """Tell the state of every dossier and why it has it.

    Args:
        rows: n dossiers with the columns of `classify`, its parts included.
        start: first second of the period.
        end: its last second: the moment T.
        rules: the choices the scorecard makes.
        calendar: which days count.

    Returns:
        The n rows with `state` (of `_STATES`, or "out_of_scope"), `because` (the key of its sentence), `also` (the
        sum of 2**n over the places in `ALSO` of what adds to it) and `days_late` (working days past the deadline;
        null where the dossier is neither late nor past it).
    """
    import numpy as np
    import pandas as pd

    facts = _facts(rows, start, end, rules)
    state = np.select([rows[f"is_{name}"].to_numpy(dtype=bool) for name in _STATES], list(_STATES), "out_of_scope")
    found = {**_out_of_scope(facts), **_ended(facts), **_open(facts)}
    because = np.select(list(found.values()), list(found), "") if len(rows) else np.array([], dtype=object)
    added = _also(facts, rules)
    also = sum((added[name].astype("int64") << bit for bit, name in enumerate(ALSO)), np.zeros(len(rows), "int64"))
    stop = rows["ended_at"].where(rows["is_resolved"], np.datetime64(end))
    days = np.maximum(calendar.working_days_late(rows["deadline_at"].to_numpy(), stop.to_numpy()), 0)
    is_late = facts["late"] | facts["overdue"] | added["past_due"]
    return rows.assign(
        state=state.astype(object),
        because=because.astype(object),
        also=also,
        days_late=pd.array(np.where(is_late, days, 0), dtype="Int64"),
    ).assign(days_late=lambda told: told["days_late"].where(is_late))


def _facts(rows: pd.DataFrame, start: datetime, end: datetime, rules: StateRules) -> dict[str, np.ndarray]:
    """All that the reasons are made of, as one array of booleans each."""
    import numpy as np
    import pandas as pd

    def of(name: str) -> pd.Series:
        return rows[name] if name in rows else pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")

    status = rows["status"].astype(object) if "status" in rows else pd.Series("", index=rows.index, dtype=object)
    requests = rows.get("supplement_requests")
    again = (requests > 1).fillna(False).to_numpy(dtype=bool) if requests is not None else np.zeros(len(rows), bool)
    first, second = ("finished_at", "returned_at")[:: 1 if rules.compared_date == "finished" else -1]
    ended, deadline = rows["ended_at"], rows["deadline_at"]
    facts: Mapping[str, pd.Series | np.ndarray] = {
        **{name: rows[f"is_{name}"] for name in ("handled", "resolved", "pending", "carried_over", *_STATES)},
        "not_accepted": status.isin(list(_NOT_ACCEPTED)),
        "withdrawn": status == "withdrawn",
        "waits": status.isin(list(_WAITING)),
        "open_status": status.isin(list(_OPEN)),
        "for_supplement": status == "supplement",
        "again": again & (rules.more_than_one_supplement == "late"),
        "undated": deadline.isna(),
        "assumed": rows["is_end_assumed"],
        "past_end": ended > deadline,
        "past": rows["is_past_deadline"],
        "asked_late": of("supplement_requested_at") > deadline,
        "received_after": rows["received_at"] > end,
        "ended_before": ended < start,
        "ended_after": ended > end,
        "other_end": of(first).isna() & of(second).notna(),
        "waited": (rows["waiting"] > pd.Timedelta(0)) & deadline.notna(),
        "due_by_day": rows["due_day_only"].fillna(False),
        "end_by_day": ended.dt.floor("D") == ended,
        "excluded_withdrawn": (status == "withdrawn") & (rules.withdrawn == "exclude"),
        "excluded_undated": deadline.isna() & (rules.no_due_date == "exclude"),
    }
    return {name: np.asarray(fact, dtype=bool) for name, fact in facts.items()}


def _out_of_scope(facts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rule 1, and what rules 6 and 7 leave out where the scorecard says so."""
    out = ~facts["handled"]
    return {
        "not_accepted": out & facts["not_accepted"],
        "received_after": out & facts["received_after"],
        "excluded_withdrawn": out & facts["excluded_withdrawn"],
        "excluded_undated": out & facts["excluded_undated"],
        "ended_before": out & facts["ended_before"],
    }


def _ended(facts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rules 4, 6 and 7; of two reasons for lateness the deadline is told, the requests add to it."""
    late, on_time = facts["late"], facts["on_time"]
    return {
        "late": late & ~facts["assumed"] & facts["past_end"],
        "late_requests": late & facts["again"],
        "late_undated": late,
        "early": facts["early"],
        "on_time_withdrawn": on_time & facts["assumed"],
        "on_time_undated": on_time & facts["undated"],
        "on_time": on_time,
    }


def _open(facts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rules 5 and 7; what would be paused is overdue by its second request, or because the first came too late."""
    overdue, in_time = facts["overdue"], facts["in_time"]
    return {
        "paused": facts["paused"],
        "overdue_requests": overdue & facts["again"] & (facts["waits"] | ~facts["past"]),
        "overdue_asked_late": overdue & facts["for_supplement"] & facts["asked_late"] & facts["past"],
        "overdue": overdue & facts["past"],
        "overdue_undated": overdue,
        "in_time_undated": in_time & facts["undated"],
        "in_time": in_time,
    }


def _also(facts: Mapping[str, np.ndarray], rules: StateRules) -> dict[str, np.ndarray]:
    """What a reader needs besides, to come to the same result; nothing where the sentence says it already."""
    handled, resolved, undated = facts["handled"], facts["resolved"], facts["undated"]
    dated = handled & ~undated & ~(facts["assumed"] & resolved)
    by_due = (facts["overdue"] & facts["past"]) | (facts["late"] & facts["past_end"] & ~facts["assumed"])
    by_requests = facts["overdue"] & facts["waits"]
    return {
        "carried_over": facts["carried_over"],
        "ended_after": handled & facts["ended_after"],
        "other_end": resolved & facts["other_end"],
        "withdrawn": resolved & facts["withdrawn"] & ~facts["assumed"],
        "open_status": resolved & facts["open_status"],
        "waited": dated & facts["waited"],
        "due_by_day": dated & facts["due_by_day"] & (rules.granularity != "day"),
        "by_day": dated & (rules.granularity == "day"),
        "end_by_day": dated & resolved & facts["end_by_day"],
        "asked_again": facts["again"] & by_due & ~by_requests,
        "past_due": facts["paused"] & facts["past"],
    }
