"""The state of each dossier at a moment: named predicates, written once as narwhals expressions for every engine.

The rules are numbered as in docs/trang-thai-ho-so.md. `classify` adds one boolean column per predicate; `measure`
only sums them. Sources: the portal's description of its formulas and the choices a scorecard names.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import narwhals as nw

from reformcli.model import StateRules

OUT_OF_SCOPE_STATUSES = ("not_accepted", "refused")
PAUSED_STATUSES = ("supplement", "payment", "stopped")
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)
NOTHING = timedelta(0)
Moment: TypeAlias = datetime | nw.Expr
STATE_COLUMNS = (
    *("received_at", "due_at", "finished_at", "returned_at", "status"),
    *("supplement_requested_at", "supplement_completed_at", "supplement_requests"),
)  # all that the state of a dossier depends on
PARTS = ("due_day_only", "waiting", "is_end_assumed", "is_forced_late", "is_past_deadline", "is_with_fee")

_FLAGS = {
    "has_electronic_result": "electronic_result",
    "is_digitised": "digitised",
    "is_reused": "reused",
    "is_linked_to_store": "linked_store",
    "uses_population_data": "population_data",
}


def classify(dossiers: Any, *, start: datetime, end: datetime, rules: StateRules, with_parts: bool = False) -> Any:
    """Judge each dossier at `end`, for the period [start, end].

    Args:
        dossiers: n rows of canonical columns (any engine narwhals knows); optional columns may be absent.
        start: first second of the period, local time.
        end: its last second: the moment T at which open dossiers are judged.
        rules: the choices the scorecard makes.
        with_parts: keep `PARTS`, too: what the states were found by.

    Returns:
        The same rows and engine, with `ended_at`, `deadline_at`, `processing_seconds` and one boolean column for
        each name of `predicates.PREDICATES`; all False for a dossier that is out of scope.
    """
    frame = _with_states(nw.from_native(dossiers), start, end, rules)
    columns = set(frame.collect_schema().names())
    frame = frame.with_columns(**_flow(start), **_attributes(columns))
    frame = _with_seconds(frame.with_columns(**_combined(rules)))
    return (frame if with_parts else frame.drop(*PARTS)).to_native()


def states(dossiers: Any, *, start: datetime, at: str, rules: StateRules) -> Any:
    """Judge each row as `classify` does, but at a moment of its own: a dossier may stand there once for each of many.

    Args:
        dossiers: columns as for `classify`, and `at`.
        start: first second of the period.
        at: the column with the moment T of the row.
        rules: the choices the scorecard makes.

    Returns:
        `at` and the columns of `STATE_COLUMNS` that there are, with the states and dates that `classify` adds, but
        without what it combines or reads from other columns.
    """
    frame = nw.from_native(dossiers)
    present = set(frame.collect_schema().names())
    frame = frame.select([at, *(name for name in STATE_COLUMNS if name in present)])
    return _with_states(frame, start, nw.col(at), rules).to_native()


def _with_states(frame: Any, start: datetime, end: Moment, rules: StateRules) -> Any:
    """Rules 1 to 7."""
    columns = set(frame.collect_schema().names())
    frame = _in_one_unit(frame.with_columns(**_dates(columns, end, rules)), "waiting")
    frame = _in_one_unit(frame.with_columns(**_deadline(rules)), "deadline_at")
    frame = frame.with_columns(**_end(end))
    frame = frame.with_columns(is_handled=_handled(columns, start, end, rules))
    frame = frame.with_columns(**_judged(columns, end, rules))
    frame = frame.with_columns(**_ended_states())
    frame = frame.with_columns(**_paused(columns))
    return frame.with_columns(**_open_states())


def _in_one_unit(frame: Any, name: str) -> Any:
    """Count a time of a pandas table in the unit that its other times have: it compares two units ten times slower."""
    if not frame.implementation.is_pandas():
        return frame
    unit = frame.collect_schema()["received_at"].time_unit
    kind = nw.Duration(unit) if frame[name].dtype == nw.Duration else nw.Datetime(unit)
    return frame.with_columns(nw.col(name).cast(kind))


def _dates(columns: Collection[str], end: Moment, rules: StateRules) -> dict[str, nw.Expr]:
    """Rule 2 (which date is the end) and the parts of rule 3 (waiting time, due dates without a time of day)."""
    order = ["finished_at", "returned_at"] if rules.compared_date == "finished" else ["returned_at", "finished_at"]
    present = [nw.col(name) for name in order if name in columns]
    end_at = nw.coalesce(*present) if len(present) > 1 else present[0] if present else None
    no_date = nw.lit(None, dtype=nw.Datetime("us"))
    withdrawn = (nw.col("status") == "withdrawn").fill_null(False) if "status" in columns else nw.lit(False)
    received = nw.col("received_at")
    ended_at = received if end_at is None else nw.coalesce(end_at, received)
    known_end = withdrawn if end_at is None else withdrawn | ~end_at.is_null()
    due = nw.col("due_at") if "due_at" in columns else no_date
    return {
        "ended_at": nw.when(known_end).then(ended_at),
        "deadline_at": due,
        "due_day_only": due.dt.truncate("1d") == due,
        "is_end_assumed": withdrawn if end_at is None else withdrawn & end_at.is_null(),
        "waiting": _waiting(columns, end),
    }


def _waiting(columns: Collection[str], end: Moment) -> nw.Expr:
    """The waiting time of a supplement completed by `end`; nothing where it is unknown or negative."""
    if not {"supplement_requested_at", "supplement_completed_at"} <= set(columns):
        return nw.lit(NOTHING)
    asked, completed = nw.col("supplement_requested_at"), nw.col("supplement_completed_at")
    known = ((completed >= asked) & (completed <= end)).fill_null(False)
    return nw.when(known).then(completed - asked).otherwise(nw.lit(NOTHING))


def _deadline(rules: StateRules) -> dict[str, nw.Expr]:
    """Rule 3: the due date, moved by the waiting time; the last second of its day where a day is all that counts."""
    moved = nw.col("deadline_at") + nw.col("waiting")
    last_second = moved.dt.truncate("1d") + nw.lit(LAST_SECOND)
    if rules.granularity == "day":
        return {"deadline_at": last_second}
    return {"deadline_at": nw.when(nw.col("due_day_only").fill_null(False)).then(last_second).otherwise(moved)}


def _end(end: Moment) -> dict[str, nw.Expr]:
    """Rule 2: an end after T means still open at T."""
    return {"is_ended": (nw.col("ended_at") <= end).fill_null(False)}


def _handled(columns: Collection[str], start: datetime, end: Moment, rules: StateRules) -> nw.Expr:
    """Rule 1, and the dossiers that rules 6 and 7 leave out where the scorecard says so."""
    handled = (nw.col("received_at") <= end) & ~_before(nw.col("ended_at"), start)
    left_out = list(OUT_OF_SCOPE_STATUSES) + (["withdrawn"] if rules.withdrawn == "exclude" else [])
    if "status" in columns:
        handled = handled & ~nw.col("status").is_in(left_out).fill_null(False)
    if rules.no_due_date == "exclude":
        handled = handled & ~nw.col("deadline_at").is_null()
    return handled.fill_null(False)


def _before(moment: nw.Expr, start: datetime) -> nw.Expr:
    """Whether a moment lies before the period; by day where it has no time of day (midnight)."""
    before = (moment < start).fill_null(False)
    first_day = start.replace(hour=0, minute=0, second=0)
    if first_day == start:
        return before
    return before & ~((moment >= first_day) & (moment.dt.truncate("1d") == moment)).fill_null(False)


def _judged(columns: Collection[str], end: Moment, rules: StateRules) -> dict[str, nw.Expr]:
    """Rules 4 to 7: what makes an ended or an open dossier late (5: more than one supplement request)."""
    handled, ended, deadline = nw.col("is_handled"), nw.col("is_ended"), nw.col("deadline_at")
    undated = deadline.is_null()
    repeated = nw.lit(False)
    if rules.more_than_one_supplement == "late" and "supplement_requests" in columns:
        repeated = (nw.col("supplement_requests") > 1).fill_null(False)
    forced = repeated | undated if rules.no_due_date == "late" else repeated
    dated = ~nw.col("is_end_assumed")  # rule 6: withdrawn without an end is on time, whatever its due date
    return {
        "is_undated": handled & undated,
        "is_resolved": handled & ended,
        "is_late": handled & ended & (dated & (nw.col("ended_at") > deadline).fill_null(False) | forced),
        "is_early": dated & (nw.col("ended_at").dt.truncate("1d") < deadline.dt.truncate("1d")).fill_null(False),
        "is_pending": handled & ~ended,
        "is_forced_late": forced,
        "is_past_deadline": (deadline < end).fill_null(False),
    }


def _ended_states() -> dict[str, nw.Expr]:
    """Rule 4: an ended dossier is late, early or on time."""
    well = nw.col("is_resolved") & ~nw.col("is_late")
    return {"is_early": well & nw.col("is_early"), "is_on_time": well & ~nw.col("is_early")}


def _paused(columns: Collection[str]) -> dict[str, nw.Expr]:
    """Rule 5: an open dossier may wait for someone else; a supplement asked for too late does not pause it."""
    status = nw.col("status") if "status" in columns else nw.lit("")
    waits = status.is_in(list(PAUSED_STATUSES)).fill_null(False)
    asked_late = nw.lit(False)
    if "supplement_requested_at" in columns:
        after = (nw.col("supplement_requested_at") > nw.col("deadline_at")).fill_null(False)
        asked_late = (status == "supplement").fill_null(False) & after
    paused = waits & ~(asked_late & nw.col("is_past_deadline")) & ~nw.col("is_forced_late")
    return {"is_paused": nw.col("is_pending") & paused}


def _open_states() -> dict[str, nw.Expr]:
    """Rule 5: an open dossier that is not paused is overdue or in time."""
    running = nw.col("is_pending") & ~nw.col("is_paused")
    late = nw.col("is_past_deadline") | nw.col("is_forced_late")
    return {"is_overdue": running & late, "is_in_time": running & ~late}


def _flow(start: datetime) -> dict[str, nw.Expr]:
    """Rule 8: received in the period, or carried over into it."""
    in_period = ~_before(nw.col("received_at"), start)
    return {
        "is_received": nw.col("is_handled") & in_period,
        "is_carried_over": nw.col("is_handled") & ~in_period,
    }


def _attributes(columns: Collection[str]) -> dict[str, nw.Expr]:
    """What coded columns tell of a dossier; False throughout where a column is absent (`measure` knows the lack)."""

    def equals(column: str, value: object) -> nw.Expr:
        return (nw.col(column) == value).fill_null(False) if column in columns else nw.lit(False)

    handled = nw.col("is_handled")
    expressions = {
        "is_withdrawn": handled & equals("status", "withdrawn"),
        "is_online": handled & equals("channel", "online"),
        "is_by_post": handled & equals("channel", "post"),
        "is_full_service": handled & equals("service_level", "full"),
        "is_paid_online": handled & (equals("paid_online", 1) | equals("paid_online", 2)),
        "is_with_fee": (nw.col("fee") != 0).fill_null(False) if "fee" in columns else nw.lit(False),
        "is_channel_unstated": handled & (nw.col("channel").is_null() if "channel" in columns else nw.lit(False)),
    }
    return expressions | {name: handled & equals(column, True) for name, column in _FLAGS.items()}


def _combined(rules: StateRules) -> dict[str, nw.Expr]:
    """Predicates made of others (rule 9: 2.1 asks for good time, 5.4 only for no lateness)."""
    received = nw.col("is_received")
    finished_well = nw.col("is_early") | nw.col("is_on_time")
    good = finished_well | nw.col("is_in_time")
    if rules.paused == "in_time":
        good = good | nw.col("is_paused")
    finished = received & nw.col("is_resolved")
    return {
        "is_finished_on_time": finished_well,
        "is_in_good_time": good,
        "is_not_late": nw.col("is_handled") & ~nw.col("is_late") & ~nw.col("is_overdue"),
        "is_direct": nw.col("is_handled") & ~nw.col("is_online") & ~nw.col("is_by_post"),
        "is_received_with_fee": received & nw.col("is_with_fee"),
        "is_received_and_finished": finished,
    }


def _with_seconds(frame: Any) -> Any:
    """The processing time of what was received and finished, in seconds; 0 for all others."""
    elapsed = nw.col("ended_at") - nw.col("received_at") - nw.col("waiting")
    finished = nw.col("is_received_and_finished")
    if frame.implementation.is_spark_like():  # of a duration narwhals cannot take the seconds there: Spark does
        native = frame.with_columns(_elapsed=elapsed).to_native()
        parts = "86400 * extract(DAY FROM _elapsed) + 3600 * extract(HOUR FROM _elapsed)"
        parts += " + 60 * extract(MINUTE FROM _elapsed) + extract(SECOND FROM _elapsed)"
        kept = [f"`{name}`" for name in native.columns]
        frame = nw.from_native(native.selectExpr(*kept, f"cast({parts} as bigint) as _seconds")).drop("_elapsed")
        seconds = nw.col("_seconds")
    elif frame.implementation.is_pandas():  # its `total_seconds` goes over floats
        whole = nw.when(finished).then(elapsed).otherwise(nw.lit(NOTHING))
        seconds = whole.cast(nw.Duration("s")).cast(nw.Int64)
    else:
        seconds = elapsed.dt.total_seconds()
    frame = frame.with_columns(processing_seconds=nw.when(finished).then(seconds).otherwise(nw.lit(0)).cast(nw.Int64))
    return frame.drop("_seconds") if frame.implementation.is_spark_like() else frame


def moments(classified: Any, end: datetime) -> Any:
    """The moment that decides which agency a dossier belongs to: its end, or `end` while it is open (native)."""
    frame = nw.from_native(classified)
    ended = nw.when(nw.col("is_ended")).then(nw.col("ended_at")).otherwise(nw.lit(end))
    return nw.to_native(frame.select(moment=ended)["moment"])
