"""What a row must not do, written once as narwhals expressions for every engine: one boolean column per rule.

Which rule is an error and which a warning, `findings.RULES` tells. Texts are not looked at here: what cannot be read
of a cell is known since parsing, and comes as boolean columns.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import narwhals as nw

from reformcli.agencies.dossier_code import CODE_DAY

CLOSED = ("resolved", "returned")
OPEN = ("accepted", "pending", "supplement", "payment")
CODE_BEFORE, CODE_AFTER = timedelta(days=90), timedelta(days=1)  # of the date in the code against the receipt
BAD = "_bad_"  # begins the name of a boolean column: the cell of this date column held something that is no date


def row_rules(columns: Collection[str], *, compared_date: str, with_status: Collection[int]) -> dict[str, nw.Expr]:
    """One boolean expression per rule that a row can break; none is ever null.

    Args:
        columns: what the table has: canonical columns, all optional but `dossier_id`; `_source`; `CODE_DAY`; and
            `BAD` + a date column where a cell of it was unreadable.
        compared_date: finished | returned: which date the scorecard takes for the end first.
        with_status: the `_source` numbers of sheets that have a status column.
    """
    first, second = ("finished_at", "returned_at") if compared_date == "finished" else ("returned_at", "finished_at")
    received, due, finished, returned, asked, completed = (
        _date(columns, name)
        for name in (
            *("received_at", "due_at", "finished_at", "returned_at"),
            *("supplement_requested_at", "supplement_completed_at"),
        )
    )
    bad = {name: nw.col(BAD + name) if BAD + name in columns else nw.lit(value=False) for name in _DATES}
    end = nw.coalesce(_date(columns, first), _date(columns, second))
    bad_end = bad[first] | (_date(columns, first).is_null() & bad[second])
    no_end = end.is_null() & ~bad_end
    unstated = nw.lit(value=False)
    if "status" in columns:
        unstated = nw.col("status").is_null() & nw.col("_source").is_in(list(with_status)).fill_null(value=False)
    asked_known = ~asked.is_null() | bad["supplement_requested_at"]
    return {
        "RC101": nw.col("dossier_id").is_null(),
        "RC102": received.is_null() & ~bad["received_at"],
        "RC103": bad["received_at"],
        "RC104": _is_in(columns, "status", CLOSED) & no_end,
        "RC105": bad_end,
        "RC106": _is_before(end, received),
        "RC107": unstated & no_end,
        "RC204": due.is_null() & ~bad["due_at"],
        "RC205": bad["due_at"],
        "RC206": _is_before(due, received),
        "RC207": _is_code_far(columns, received),
        "RC209": _is_in(columns, "status", OPEN) & ~end.is_null(),
        "RC210": _is_in(columns, "status", ("withdrawn",)) & no_end,
        "RC211": _is_in(columns, "service_level", ("information",)) & _is_in(columns, "channel", ("online",)),
        "RC216": (completed < asked).fill_null(value=False) | (~completed.is_null() & ~asked_known),
        "RC217": _is_before(returned, finished),
    }


_DATES = ("received_at", "due_at", "finished_at", "returned_at", "supplement_requested_at")


def _date(columns: Collection[str], name: str) -> nw.Expr:
    return nw.col(name) if name in columns else nw.lit(None, dtype=nw.Datetime("us"))


def _is_in(columns: Collection[str], name: str, values: Collection[str]) -> nw.Expr:
    return nw.col(name).is_in(list(values)).fill_null(value=False) if name in columns else nw.lit(value=False)


def _is_before(one: nw.Expr, other: nw.Expr) -> nw.Expr:
    """Whether a time is before another; by day where either has no time of day (midnight).

    Of two times of one day the earlier one alone can be its midnight: then nothing tells which was first.
    """
    return ((one < other) & (one != other.dt.truncate("1d"))).fill_null(value=False)


def _is_code_far(columns: Collection[str], received: nw.Expr) -> nw.Expr:
    """The date in a code is that of submission: weeks before the receipt are usual, a day after it is not."""
    written = _date(columns, CODE_DAY)
    return ((written > received + nw.lit(CODE_AFTER)) | (written < received - nw.lit(CODE_BEFORE))).fill_null(
        value=False
    )
