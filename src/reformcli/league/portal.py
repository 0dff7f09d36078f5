"""Published scores in JSON: a province's document of the national portal, or the short files of a tracker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from reformcli.agencies.levels import parse_level
from reformcli.errors import InputError, UsageError
from reformcli.league.files import (
    LOCAL,
    PORTAL_GROUPS,
    Reading,
    ScoreFile,
    day_in_name,
    day_of,
    load_scores,
    number_in,
    place,
)
from reformcli.league.places import BASES, PROVINCES, UNITS, Pool, Score
from reformcli.model import Source
from reformcli.text import clean

_MOST_BYTES = 50 << 20
_NAMES = ("departmentName", "provinceName", "province", "unit", "agency", "name")
_TOTALS = ("totalScore", "total", "points", "score")
_DAYS = ("date", "day", "extractedAt", "updatedAt")
_LISTS = ("unitsDetail", "units", "provinces", "departments", "items", "data")
_COMPONENTS = {
    "PUBLISH_ON_TIME": "1.1",
    "PUBLIC_UPDATE_ON_TIME": "1.2",
    "PUBLIC_CONTENT_FULL": "1.3",
    "DOSSIER_SYNC": "1.4",
    "ORIGINAL_RESULT_AVAILABLE": "4.1",
    "SO_HOA_GIAY_TO_GIAI_QUYET": "4.2",
    "REUSED_DIGITIZED_DATA": "4.3",
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": "4.4",
    "CITIZEN_DATA_CONNECTED_FORMALITY": "4.5a",
    "CITIZEN_DATA_CONNECTED_DOSSIER": "4.5b",
    "ELECTRONIC_CERTIFIED_COPY": "4.6",
    "PETITION_PROCESSING_ON_TIME": "5.2",
    "PETITION_HANDLING_SATISFACTION": "5.3",
    "DOSSIER_RECEIVING_SATISFACTION": "5.4",
}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _When:
    """When a document is from: its day, the moment it was fetched (UTC), and the period that it is counted over."""

    day: date
    moment: datetime | None
    basis: str
    period: str


def load_score_file(path: str, reading: Reading) -> ScoreFile:
    """Read a file of scores, JSON or a table.

    Raises:
        UsageError: there is no such file.
        InputError: `league_json`, no scores are in it; what `load_scores` raises for a table.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=path) from error
    except OSError as error:
        raise InputError("unreadable", where=path) from error
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return load_scores(path, reading)
    if len(data) > _MOST_BYTES:
        raise InputError("table_too_large", where=file.name, file=file.name)
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
        scores = tuple(_scores(document, file.name, reading))
    except (ValueError, TypeError, AttributeError, KeyError, ArithmeticError, RecursionError) as error:
        raise InputError("league_json", where=file.name, file=file.name) from error
    if not scores:
        raise InputError("league_json", where=file.name, file=file.name)
    return ScoreFile(Source(file.name, hashlib.sha256(data).hexdigest(), len(data)), scores)


def _scores(document: Any, name: str, reading: Reading) -> Iterator[Score]:
    if isinstance(document, list):
        for one in document:
            yield _short(one, name, reading, {})
        return
    if str(document.get("schema", "")).startswith("reformcli."):
        raise ValueError("a result of ours")
    metadata = document.get("metadata") or {}
    if document.get("overview") or document.get("unitsDetail"):
        yield from _portal(document, metadata, name, reading)
        return
    entries = next((document[key] for key in _LISTS if isinstance(document.get(key), list)), None)
    if entries is None:
        yield _short(document, name, reading, metadata)
        return
    own = {key: document[key] for key in (*_DAYS, "province") if isinstance(document.get(key), str)}
    for one in entries:
        yield _short(one, name, reading, {**own, **metadata})


# ------------------------------------------------------------------ the portal
def _portal(document: Json, metadata: Json, name: str, reading: Reading) -> Iterator[Score]:
    """The province as a whole, and its units within their group."""
    overview, when = document.get("overview") or {}, _when(metadata, name)
    written = overview.get("departmentName") or metadata.get("province") or metadata.get("provinceCode") or ""
    province = reading.provinces.find(str(written)) or clean(str(written))
    if not province:
        raise ValueError("no province")
    if overview:
        whole = Pool(PROVINCES, basis=when.basis)
        yield _score(overview, whole, province, when, name, reading)
    for unit in document.get("unitsDetail") or ():
        pool = Pool(UNITS, province, parse_level(unit.get("childGroup") or ""), when.basis)
        found = _score(unit, pool, clean(unit["departmentName"]), when, name, reading)
        yield replace(found, code=str(unit.get("departmentCode") or ""), published_rank=_rank(unit.get("groupRank")))


def _score(entry: Json, pool: Pool, name: str, when: _When, file: str, reading: Reading) -> Score:
    total = next((entry[key] for key in _TOTALS if key in entry), None)
    found = entry.get("groupScores") or entry.get("groups") or entry
    ids = {one.id for one in reading.groups}
    by_group: dict[str, Decimal | None] = dict.fromkeys(one.id for one in reading.groups)
    for key, value in found.items():
        group = PORTAL_GROUPS.get(key, key)
        if group in ids and (points := _points(value)) is not None:
            by_group[group] = points
    return Score(
        pool=pool,
        day=when.day,
        name=name,
        total=_points(total),
        groups=by_group,
        source=file,
        marks=tuple(dict.fromkeys(_marks(entry))),
        moment=when.moment,
        period=when.period,
    )


def _points(value: Any) -> Decimal | None:
    """Points as a number, as text, or as {"score": …}."""
    number = value.get("score") if isinstance(value, Mapping) else value
    if isinstance(number, str):
        number = number_in(clean(number)) if number.strip() else None
    if number is None:
        return None
    if not isinstance(number, Decimal) or not 0 <= number < 10**6:
        raise ValueError("no points")
    return number_in(format(number, "f"))


def _rank(value: Any) -> int | None:
    return int(value) if isinstance(value, Decimal) and value > 0 and value == int(value) else None


def _marks(entry: Any, component: str = "") -> Iterator[tuple[str, str]]:
    """What is said of the data anywhere below a unit, with the component it is said of."""
    if isinstance(entry, Mapping):
        code = str(entry.get("code") or "")
        component = _COMPONENTS.get(code, code) or component
        if status := entry.get("dataQualityStatus"):
            yield component, clean(str(status))
        for key, value in entry.items():
            if isinstance(value, Mapping | list):
                yield from _marks(value, _COMPONENTS.get(key, component))
    elif isinstance(entry, list):
        for value in entry:
            yield from _marks(value, component)


# ------------------------------------------------------------------ trackers
def _short(entry: Json, name: str, reading: Reading, around: Json) -> Score:
    """One province or unit with its group scores and total; what stands `around` it counts where it says nothing."""
    metadata = {**around, **(entry.get("metadata") or {}), **{key: entry[key] for key in _DAYS if key in entry}}
    province = _word(entry, "provinceName", "province") or _word(metadata, "province")
    written = _word(entry, *_NAMES) or province
    if not written:
        raise ValueError("no name")
    level = parse_level(_word(entry, "childGroup", "level"))
    unit = written if province and written != province else ""
    pool, known = place(province or written, unit, level, reading.provinces)
    when = _when(metadata, name)
    found = _score(entry, replace(pool, basis=when.basis), known, when, name, reading)
    rank = entry.get("groupRank") if pool.kind == UNITS else entry.get("rank")
    return replace(found, code=str(entry.get("departmentCode") or "") if unit else "", published_rank=_rank(rank))


def _word(entry: Json, *keys: str) -> str:
    """The first text among some keys."""
    return next((clean(entry[key]) for key in keys if isinstance(entry.get(key), str) and entry[key].strip()), "")


# ------------------------------------------------------------------ days
def _when(metadata: Json, name: str) -> _When:
    """The day of a document: when it was fetched, in Vietnam, but not after the period that it is counted over.

    Without the time of fetching: the day in the file's name, else the last day of the period.
    """
    basis, period = _period(metadata)
    last = day_of(period) if period else None
    if period and last is None:
        raise ValueError("no period")
    written, moment = _word(metadata, *_DAYS), _moment(_word(metadata, "extractedAt", "updatedAt"))
    day = (moment + LOCAL).date() if moment and not _word(metadata, "date", "day") else day_of(written)
    if written and day is None:
        raise ValueError("no day")
    if day is None:
        day = last if last and not _has_day(name) else day_in_name(name)
    return _When(min(day, last) if last else day, moment, basis, period)


def _moment(written: str) -> datetime | None:
    """A time in UTC, which it is where no zone is written; None for a day without a time."""
    if len(written) <= len("2026-10-03"):
        return None
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _has_day(name: str) -> bool:
    try:
        return bool(day_in_name(name))
    except InputError:
        return False


def _period(metadata: Json) -> tuple[str, str]:
    """What the scores are counted over: ("month", "2026-09"), ("year", "2026"), ("", "") where nothing tells."""
    basis, year, part = str(metadata.get("timeType") or ""), metadata.get("year"), metadata.get("period")
    if year is None:
        return basis if basis in BASES else "", ""
    basis = basis if basis in BASES else "year" if part is None else ""
    if basis == "year":
        return basis, str(int(year))
    if not basis or part is None:
        return basis, ""
    return basis, f"{int(year)}-Q{int(part)}" if basis == "quarter" else f"{int(year)}-{int(part):02}"
