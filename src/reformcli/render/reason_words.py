"""Why a dossier has its state, as a sentence in one language; made only for the rows that are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from reformcli.audit.explanation import ALSO
from reformcli.i18n import filled, has, text
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
    values = _Said(row, period, rules, lang)
    parts = [filled(f"because.{row['because']}", lang, values)]
    parts += [filled(f"also.{name}", lang, values) for bit, name in enumerate(ALSO) if row["also"] >> bit & 1]
    return "; ".join(parts)


def also(number: int) -> list[str]:
    """The keys that a number of `reasons` stands for.

    >>> also(0)
    []
    """
    return [name for bit, name in enumerate(ALSO) if number >> bit & 1]


class _Said(Mapping[str, object]):
    """What the placeholders of a reason stand for in one dossier; each is made when a text asks for it."""

    _MOMENTS: ClassVar = {
        "ended": "ended_at",
        "end_written": "ended_at",
        "due": "due_at",
        "received": "received_at",
        "asked": "supplement_requested_at",
    }
    _OTHERS = ("start", "until", "deadline", "late", "requests", "waiting", "status", "first", "second")

    def __init__(self, row: Mapping[str, Any], period: Period, rules: StateRules, lang: str) -> None:
        self._row, self._period, self._rules, self._lang = row, period, rules, lang

    def __getitem__(self, name: str) -> object:
        if name in self._MOMENTS:
            return moment(self._row.get(self._MOMENTS[name]))
        return self._other(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._MOMENTS, *self._OTHERS))

    def __len__(self) -> int:
        return len(self._MOMENTS) + len(self._OTHERS)

    def _other(self, name: str) -> object:
        row, lang = self._row, self._lang
        match name:
            case "start" | "until":
                return moment(self._period.start if name == "start" else self._period.end)
            case "deadline":
                return _deadline(row.get("deadline_at"), lang)
            case "late":
                return _late(row.get("days_late"), lang)
            case "requests":
                return row.get("supplement_requests")
            case "waiting":
                return duration(row.get("waiting"), lang)
            case "status":
                return coded("status", row.get("status"), lang)
            case "first" | "second":
                is_finish = (name == "first") == (self._rules.compared_date == "finished")
                return text(f"field.{'finished_at' if is_finish else 'returned_at'}", lang)
        raise KeyError(name)


# ------------------------------------------------------------------ values
def plain(column: pd.Series) -> list[Any]:
    """A column as Python values: datetimes, whole numbers, texts; None for what is missing."""
    kind = column.dtype.kind
    if kind in "Mm":  # NumPy makes Python's own of all at once, and None of what is missing
        return list(column.to_numpy().astype(f"{kind}8[us]").astype(object))
    return list(column.astype(object).where(column.notna(), None).tolist())


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
