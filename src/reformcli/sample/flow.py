"""The lives of invented dossiers, in columns: received, due, perhaps paused, ended; what they become is chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from reformcli.sample.people import APPLICANTS, OFFICERS, PHONES
from reformcli.sample.procedures import PROCEDURES, choices
from reformcli.sample.province import AGENCIES
from reformcli.sample.worktime import DAY, NEVER, Floats, Ints, Mask, Times, clock, later, office_hours, seconds

NORMAL, WITHDRAWN, REGISTERED, REFUSED = range(4)  # fates
NO_PAUSE, SUPPLEMENT, PAYMENT, STOPPED = range(4)
ONLINE, DIRECT, POST, UNSTATED = range(4)
CAUSES = 8  # how many texts of causes `states.CAUSE_TEXTS` has
_FLAG_SHARES = (0.72, 0.64, 0.35, 0.45, 0.55)  # 4.1, 4.2, 4.3, 4.4, 4.5b
_AGENCY, _PROCEDURE, _SHARE = (np.array(column) for column in zip(*choices(), strict=True))
_EDGES = np.cumsum(_SHARE)
_DAYS = np.array([each.days for each in PROCEDURES])
_ONLINE_SHARE = np.array([each.online for each in PROCEDURES])
_FEE = np.array([each.fee for each in PROCEDURES])
_LATE = np.array([each.late for each in AGENCIES])
_DUE_BY_DAY = np.array([agency.name == "Sở Khoa học và Công nghệ" for agency in AGENCIES])
_LAST_SAME_DAY, _CLOSES, _LEAVES = (np.timedelta64(minutes, "m") for minutes in (15 * 60, 17 * 60, 17 * 60 + 30))
_HOUR = np.timedelta64(3600, "s")


@dataclass(frozen=True, slots=True)
class Flow:
    """One element per dossier in every column; `flags` has one row per dossier and one column per flag."""

    agency: Ints
    procedure: Ints
    received: Times
    due: Times
    due_moved: Times  # after the pause
    end: Times
    returned: Times
    pause: Ints
    paused_from: Times
    paused_to: Times
    fate: Ints
    submitted: Times
    channel: Ints
    paid: Ints
    fee: Ints
    applicant: Ints
    phone: Ints
    officer: Ints
    cause: Ints  # CAUSES and more: nothing written
    flags: Mask

    def __len__(self) -> int:
        return len(self.received)

    def take(self, rows: Ints | Mask) -> Flow:
        """The dossiers at these positions."""
        return Flow(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def join(flows: Iterable[Flow]) -> Flow:
    """Several flows as one, in this order."""
    parts = list(flows)
    return Flow(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Flow)})


def flow(rng: np.random.Generator, received: Times, late: float | None = None) -> Flow:
    """Invent the dossiers received at these moments.

    Args:
        rng: the source of chance; the same state and moments give the same dossiers.
        received: the moments of receipt, in seconds.
        late: share of them settled late; None leaves it to each agency.
    """
    count = len(received)
    chosen = np.minimum(np.searchsorted(_EDGES, rng.random(count), side="right"), len(_EDGES) - 1)
    agency, procedure = _AGENCY[chosen], _PROCEDURE[chosen]
    fate = _pick(rng, count, (0.988, 0.007, 0.002))
    channel = _channels(rng, _ONLINE_SHARE[procedure])
    times = _times(
        rng, received, procedure, fate, _DUE_BY_DAY[agency], np.full(count, late) if late is not None else _LATE[agency]
    )
    fee = _FEE[procedure]
    online_payment = rng.random(count) < np.where(channel == ONLINE, 0.8, 0.15)
    return Flow(
        agency=agency,
        procedure=procedure,
        received=received,
        **times,
        fate=fate,
        submitted=received - seconds(np.where(channel == ONLINE, rng.random(count) ** 3 * 4 * 86400, 0.0)),
        channel=channel,
        paid=np.where((fee > 0) & online_payment, 1 + (rng.random(count) < 0.3), 0),
        fee=fee,
        applicant=_index(rng, count, len(APPLICANTS)),
        phone=_index(rng, count, len(PHONES)),
        officer=_index(rng, count, len(OFFICERS)),
        cause=_index(rng, count, CAUSES + 2),
        flags=rng.random((count, len(_FLAG_SHARES))) < np.array(_FLAG_SHARES),
    )


def _times(
    rng: np.random.Generator, received: Times, procedure: Ints, fate: Ints, by_day: Mask, late: Floats
) -> dict[str, Any]:
    """Every date of the dossiers but the receipt, under the names of `Flow`."""
    count, days = len(received), _DAYS[procedure]
    due = _due(received, days, by_day)
    pause, paused_from, paused_to, waited = _pauses(rng, received, due, np.where(fate == NORMAL, days, 0))
    due_moved = np.where(pause > 0, later(due, waited) + clock(due), due)
    end = _ends(rng, received, due_moved, days, rng.random(count) < late)
    resumed = np.minimum(paused_to + seconds(rng.random(count) * 7200), due_moved)
    end = np.where((pause > 0) & (end <= paused_to), resumed, end)
    end = np.where(fate == REFUSED, received + seconds(600 + rng.random(count) * 7200), end)
    nothing = fate == REGISTERED
    end = np.where(nothing, NEVER, end)
    return {
        "due": np.where(nothing, NEVER, due),
        "due_moved": np.where(nothing, NEVER, due_moved),
        "end": end,
        "returned": _returns(rng, end, fate),
        "pause": pause,
        "paused_from": paused_from,
        "paused_to": paused_to,
    }


def _index(rng: np.random.Generator, count: int, size: int) -> Ints:
    return (rng.random(count) * size).astype(np.int64)


def _pick(rng: np.random.Generator, count: int, shares: tuple[float, ...]) -> Ints:
    """0, 1, 2 … with these shares; the last number takes what they leave."""
    return np.searchsorted(np.cumsum(shares), rng.random(count), side="right").astype(np.int64)


def _channels(rng: np.random.Generator, online: Floats) -> Ints:
    draws, rest = rng.random(len(online)), rng.random(len(online))
    others = np.where(rest < 0.90, DIRECT, np.where(rest < 0.97, POST, UNSTATED))
    return np.where(draws < online, ONLINE, others).astype(np.int64)


def _due(received: Times, days: Ints, by_day: Mask) -> Times:
    """The same clock time some working days on; within the day: 17:00, of the next one if received after 15:00."""
    opened = later(received, 0)
    within_day = opened + np.where(clock(received) < _LAST_SAME_DAY, 0, 1) * DAY
    within_day = later(within_day, 0) + _CLOSES
    due = np.where(days == 0, within_day, later(received, days) + clock(received))
    return np.where(by_day, due.astype("M8[D]").astype("M8[s]"), due)


def _last_moment(due: Times) -> Times:
    """A due date without a time of day means the whole day; offices close at 17:00."""
    return np.where(clock(due) == np.timedelta64(0, "s"), due + _CLOSES, due)


def _pauses(rng: np.random.Generator, received: Times, due: Times, days: Ints) -> tuple[Ints, Times, Times, Ints]:
    """Kind, start and end of the pause and the working days it takes; kind 0 where there is none."""
    count = len(received)
    kind = np.where((rng.random(count) < 0.05) & (days >= 3), 1 + _pick(rng, count, (0.6, 0.3)), NO_PAUSE)
    planned = received + seconds(rng.random(count) * (due - received).astype(np.float64) * 0.9)
    started = later(planned, 0) + office_hours(rng.random(count))
    started = np.maximum(np.minimum(started, due - _HOUR), received + _HOUR)
    waited = 1 + _index(rng, count, 14)
    return kind, started, later(started, waited) + clock(started), waited


def _ends(rng: np.random.Generator, received: Times, due: Times, days: Ints, late: Mask) -> Times:
    """When each dossier is settled: well before its due date, on its day, or after it."""
    count, limit = len(received), _last_moment(due)
    planned = np.floor((0.05 + 0.95 * rng.random(count) ** 1.6) * (days + 1)).astype(np.int64)
    good = later(received, np.minimum(planned, days)) + office_hours(rng.random(count))
    good = np.where(rng.random(count) < 0.02, good + DAY, good)
    latest = limit - seconds(rng.random(count) * 7200)
    good = np.minimum(good, latest)
    tonight = np.minimum(limit, received.astype("M8[D]") + _LEAVES)
    soon = received + seconds(rng.random(count) * (tonight - received).astype(np.float64))
    good = np.where(good <= received, soon, good)
    extra = np.floor(-8.0 * np.log1p(-rng.random(count))).astype(np.int64)
    bad = later(limit, extra) + office_hours(rng.random(count))
    bad = np.where(bad <= limit, limit + seconds(600 + rng.random(count) * 9000), bad)
    by_day = clock(due) == np.timedelta64(0, "s")
    bad = np.where(by_day & (bad.astype("M8[D]") == due.astype("M8[D]")), bad + DAY, bad)
    return np.where(late, bad, good)


def _returns(rng: np.random.Generator, end: Times, fate: Ints) -> Times:
    """When the result was fetched: at once, the next working days, or never."""
    count = len(end)
    known = np.where(np.isnat(end), np.datetime64("2000-01-03", "s"), end)
    at_once = known + seconds(300 + rng.random(count) * 3600)
    afterwards = later(known, 1 + _index(rng, count, 3)) + office_hours(rng.random(count))
    returned = np.where(rng.random(count) < 0.6, at_once, afterwards)
    none = np.isnat(end) | (fate != NORMAL) | (rng.random(count) < 0.06)
    return np.where(none, NEVER, returned)


def codes(agency: Ints, days: Times, used: Ints, first: np.datetime64) -> list[str]:
    """A code `H99.17-231218-0001` for each dossier, numbered within its unit and day.

    Args:
        agency: positions in AGENCIES.
        days: the day each code carries.
        used: the last number given per (agency, day since `first`); brought up to date here.
        first: the day of `used`'s first column.
    """
    day = (days.astype("M8[D]") - first).astype(np.int64)
    keys = agency * used.shape[1] + day
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1] if len(keys) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.arange(len(keys)) - np.repeat(starts, sizes) + 1
    numbers += used[agency, day]
    np.maximum.at(used, (agency, day), numbers)
    stamps = [d.strftime("%y%m%d") for d in (first + np.arange(used.shape[1])).tolist()]
    units = [each.code for each in AGENCIES]
    return [
        f"{units[a]}-{stamps[d]}-{n:04d}"
        for a, d, n in zip(agency.tolist(), day.tolist(), numbers.tolist(), strict=True)
    ]
