"""Why a dossier has its state, as a sentence in one language; made only for the rows that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reformcli.explanation import ALSO
from reformcli.i18n import has, text
from reformcli.model import Period, StateRules

if TYPE_CHECKING:
    import pandas as pd

_LAST_SECOND = (23, 59, 59)
_VALUES = (
    *("because", "also", "days_late", "received_at", "due_at", "deadline_at", "ended_at", "waiting", "status"),
    *("supplement_requested_at", "supplement_requests"),
)


def sentences(rows: pd.DataFrame, period: Period, rules: StateRules, lang: str, told: str | None = None) -> list[str]:
    """A sentence per row of `reasons`; first what its column `told` says, where a component is counted by it."""
    columns = {name: plain(rows[name]) for name in (*_VALUES, *([told] if told else [])) if name in rows}
    records = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    first = [f"{value(told, record.get(told), lang)}; " if told else "" for record in records]
    return [one + sentence(record, period, rules, lang) for one, record in zip(first, records, strict=True)]


def sentence(row: Mapping[str, Any], period: Period, rules: StateRules, lang: str) -> str:
    """Why one dossier has its state: the reason, and what adds to it."""
    if not row["because"]:
        return ""
    values = _values(row, period, rules, lang)
    parts = [text(f"because.{row['because']}", lang, **values)]
    parts += [text(f"also.{name}", lang, **values) for bit, name in enumerate(ALSO) if row["also"] >> bit & 1]
    return "; ".join(parts)


def also(number: int) -> list[str]:
    """The keys that a number of `reasons` stands for.

    >>> also(0)
    []
    """
    return [name for bit, name in enumerate(ALSO) if number >> bit & 1]


def _values(row: Mapping[str, Any], period: Period, rules: StateRules, lang: str) -> dict[str, object]:
    ends = ("finished_at", "returned_at")[:: 1 if rules.compared_date == "finished" else -1]
    moments = {
        "ended": row.get("ended_at"),
        "end_written": row.get("ended_at"),
        "due": row.get("due_at"),
        "received": row.get("received_at"),
        "asked": row.get("supplement_requested_at"),
    }
    return {
        **{name: moment(found) for name, found in moments.items()},
        "start": moment(period.start),
        "until": moment(period.end),
        "deadline": _deadline(row.get("deadline_at"), lang),
        "late": _late(row.get("days_late"), lang),
        "requests": row.get("supplement_requests"),
        "waiting": duration(row.get("waiting"), lang),
        "status": coded("status", row.get("status"), lang),
        "first": text(f"field.{ends[0]}", lang),
        "second": text(f"field.{ends[1]}", lang),
    }


# ------------------------------------------------------------------ values
def plain(column: pd.Series) -> list[Any]:
    """A column as Python values: datetimes, whole numbers, texts; None for what is missing."""
    import pandas as pd

    found = column.astype(object).tolist()
    return [_value(None if pd.isna(one) else one) for one in found]


def _value(one: Any) -> Any:
    for kind in ("to_pydatetime", "to_pytimedelta"):
        if hasattr(one, kind):
            return getattr(one, kind)()
    return one.item() if hasattr(one, "item") else one


def moment(at: datetime | None) -> str:
    """A moment without what it does not have: seconds, or a time of day.

    >>> moment(datetime(2023, 12, 26, 10, 2)), moment(datetime(2023, 12, 26))
    ('26/12/2023 10:02', '26/12/2023')
    """
    if at is None:
        return "–"
    has_clock = (at.hour, at.minute, at.second) != (0, 0, 0)
    return at.strftime("%d/%m/%Y %H:%M:%S" if at.second else "%d/%m/%Y %H:%M" if has_clock else "%d/%m/%Y")


def _deadline(at: datetime | None, lang: str) -> str:
    if at is not None and (at.hour, at.minute, at.second) == _LAST_SECOND:
        return text("told.end_of_day", lang, day=at.strftime("%d/%m/%Y"))
    return moment(at)


def _late(days: int | None, lang: str) -> str:
    if not days:
        return text("told.within_day", lang)
    return text("told.late_day", lang) if days == 1 else text("told.late_days", lang, days=days)


def duration(time: timedelta | None, lang: str) -> str:
    """A length of time in days of 24 hours, hours, minutes and seconds.

    >>> duration(timedelta(days=3, hours=2), "en")
    '3 d 2 h'
    """
    left = int(time.total_seconds()) if time is not None else 0
    parts = []
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)):
        many, left = divmod(left, size)
        if many:
            parts.append(text(f"told.{name}", lang, n=many))
    return " ".join(parts) or text("told.seconds", lang, n=0)


def value(field: str | None, found: object, lang: str) -> str:
    """What a column says of a dossier, in words."""
    return text("told.value", lang, field=text(f"field.{field}", lang), value=coded(field or "", found, lang))


def coded(field: str, found: object, lang: str) -> str:
    """A value of a coded column in words; a number as it is."""
    if found is None:
        return text("told.blank", lang)
    if isinstance(found, bool):
        return text("word.yes" if found else "word.no", lang)
    key = f"value.{field}.{found}"
    return text(key, lang) if has(key, lang) else str(found)


def evidence(found: str | None, lang: str) -> str:
    """What tells the cause of lateness: a phrase of the dictionary, or a state of the dossier."""
    if not found:
        return text("told.no_evidence", lang)
    key = f"cause_state.{found}"
    return text(key, lang) if has(key, lang) else text("told.phrase", lang, phrase=found)


def listed(names: Sequence[str], lang: str, table: str) -> str:
    """Names of one table of texts in a sentence."""
    return ", ".join(text(f"{table}.{name}", lang) for name in names)
