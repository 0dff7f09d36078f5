"""Two consecutive weekly exports of one office: what stays open at the end of the first is in the second again."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from reformcli.sample.columns import (
    Column,
    finished_but_pending,
    igate,
    look,
    printed,
    rows_of,
    withdrawn_without_end,
)
from reformcli.sample.flow import NORMAL, REFUSED, REGISTERED, WITHDRAWN, Flow, codes, flow, join
from reformcli.sample.province import AGENCIES
from reformcli.sample.worktime import DAY, NEVER, Ints, Mask, later, receipts

_CARRIED = 0.15  # share of all dossiers that the first week takes over
_HISTORY = timedelta(days=70)  # how far back their receipts go
_POOL = 14  # old dossiers invented per dossier wanted, most of them settled by then
_CODES_SINCE = timedelta(days=400)
_SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, slots=True)
class Export:
    """One week as an office exports it, in both layouts, and the dossiers received in it by agency."""

    week: str
    first: date
    last: date
    columns: dict[str, Column]
    igate: dict[str, Column]
    received: tuple[int, ...]  # one number per agency, in the order of AGENCIES


@dataclass(frozen=True, slots=True)
class _Faults:
    """Positions of dossiers that carry a fault of the export."""

    pending: Ints
    endless: Ints


def monday_of(week: str) -> date:
    """The Monday of an ISO week such as "2023-W51"."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def two_weeks(seed: int, dossiers: int, week: str) -> tuple[Export, Export]:
    """The exports at the end of the week before `week` and of `week` itself.

    Args:
        seed: the same seed gives the same exports.
        dossiers: how many different dossiers the two weeks hold.
        week: the later week.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    mondays = [monday_of(week) + timedelta(days=days) for days in (-7, 0, 7)]
    starts: list[np.datetime64] = [np.datetime64(day, "s") for day in mondays]
    clean = _dossiers(rng, dossiers, mondays)
    faulty, faults = _spoil(rng, clean, starts)
    since = mondays[0] - _HISTORY - _CODES_SINCE
    used = np.zeros((len(AGENCIES), (mondays[2] - since).days), np.int64)
    names = codes(faulty.agency, faulty.submitted, used, np.datetime64(since, "D"))
    exports = []
    for start, end, first in zip(starts, starts[1:], mondays, strict=False):
        rows = np.flatnonzero((faulty.received < end) & (_open_at(faulty, start) | (faulty.received >= start)))
        exports.append(_export(rng, faulty, faults, names, rows, first))
    return exports[0], exports[1]


def _dossiers(rng: np.random.Generator, dossiers: int, mondays: Sequence[date]) -> Flow:
    """The dossiers that the first week takes over and those received in both weeks, by time of receipt."""
    start, day = mondays[0], timedelta(days=1)
    pool = flow(rng, receipts(rng, dossiers * _POOL, start - _HISTORY, start - day, (0.0, 1.0)))
    left_open = np.flatnonzero(_open_at(pool, np.datetime64(start, "s")))
    chosen = np.sort(_some(rng, left_open, round(dossiers * _CARRIED)))
    new = dossiers - len(chosen)
    weeks = [
        flow(rng, receipts(rng, count, first, last - day, (0.0, 1.0)))
        for count, first, last in zip((new // 2, new - new // 2), mondays, mondays[1:], strict=False)
    ]
    return join([pool.take(chosen), *weeks])


def _open_at(dossiers: Flow, moment: np.datetime64) -> Mask:
    """Accepted before this moment and not ended by then."""
    accepted = (dossiers.fate != REGISTERED) & (dossiers.fate != REFUSED) & (dossiers.received < moment)
    still: Mask = accepted & ~(dossiers.end < moment)
    return still


def _some(rng: np.random.Generator, eligible: Ints, count: int) -> Ints:
    """As many of these positions as wanted and there are, in random order."""
    return eligible[np.argsort(rng.random(len(eligible)), kind="stable")][:count]


def _spoil(rng: np.random.Generator, clean: Flow, starts: Sequence[np.datetime64]) -> tuple[Flow, _Faults]:
    """Faults as real exports have them; each is a warning, none takes a dossier out of the figures."""
    size = len(clean)

    def some(eligible: Mask, share: float) -> Ints:
        return _some(rng, np.flatnonzero(eligible), max(1, round(size * share)))

    new = clean.received >= starts[0]
    plain = new & (clean.fate == NORMAL) & (clean.pause == 0)
    due, moved, submitted = clean.due.copy(), clean.due_moved.copy(), clean.submitted.copy()
    undated = some(plain, 0.004)
    due[undated] = moved[undated] = NEVER
    backwards = some(plain & ~np.isnat(due), 0.0015)
    due[backwards] = moved[backwards] = later(clean.received[backwards], -2) + np.timedelta64(17, "h")
    far = some(new, 0.002)
    submitted[far] -= (100 + (rng.random(len(far)) * 140).astype(np.int64)) * DAY
    pending = some(plain & (clean.end < starts[2]), 0.0025)
    same_week = (clean.received >= starts[1]) == (clean.end >= starts[1])
    endless = some(new & (clean.fate == WITHDRAWN) & same_week & (clean.end < starts[2]), 0.001)
    return replace(clean, due=due, due_moved=moved, submitted=submitted), _Faults(pending, endless)


def _export(
    rng: np.random.Generator, dossiers: Flow, faults: _Faults, names: Sequence[str], rows: Ints, first: date
) -> Export:
    """One week: the rows of `dossiers` that are in it, as they stand at its last second."""
    next_monday: np.datetime64 = np.datetime64(first + timedelta(days=7), "s")
    view = look(dossiers, next_monday - _SECOND)
    view = finished_but_pending(view, faults.pending)
    view = withdrawn_without_end(view, faults.endless)
    columns = printed(dossiers, view, names)
    order = np.concatenate([rows, _some(rng, rows, max(1, round(len(rows) * 0.0025)))])  # the last ones twice
    shown = {heading: rows_of(column, order) for heading, column in columns.items()}
    shown["STT"] = range(1, len(order) + 1)
    shown["Cơ quan giải quyết"] = _as_typed(rng, dossiers.agency, rows, order)
    week = dossiers.received[rows] >= np.datetime64(first, "s")
    counted = week & (dossiers.fate[rows] != REGISTERED) & (dossiers.fate[rows] != REFUSED)
    received = np.bincount(dossiers.agency[rows][counted], minlength=len(AGENCIES))
    number = first.isocalendar()
    return Export(
        week=f"{number.year}-W{number.week:02d}",
        first=first,
        last=first + timedelta(days=6),
        columns=shown,
        igate=igate(dossiers.take(order), shown),
        received=tuple(received.tolist()),
    )


def _as_typed(rng: np.random.Generator, agencies: Ints, rows: Ints, order: Ints) -> list[str]:
    """Agency names as people type them: a few short or in full, decomposed (NFD) or with a doubled space.

    A name belongs to the dossier, so the rows that repeat one repeat its name too.
    """
    draws = np.ones(len(agencies))
    draws[rows] = rng.random(len(rows))
    names = []
    for at in order.tolist():
        agency = AGENCIES[int(agencies[at])]
        if draws[at] < 0.005:
            names.append(agency.aliases[-1])
        elif draws[at] < 0.012:
            names.append(unicodedata.normalize("NFD", agency.name))
        elif draws[at] < 0.017:
            names.append(agency.name.replace(" ", "  ", 1))
        else:
            names.append(agency.name)
    return names
