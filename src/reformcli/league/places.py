"""Published scores of many → places: exact ranks, distances, and what moved between two tables. No files here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from reformcli.errors import InputError
from reformcli.model import Group, Manifest, RowTotals
from reformcli.rules.provinces import AFTER, BEFORE, Provinces
from reformcli.text import collation_key, match_key

PROVINCES, UNITS = "provinces", "units"
BASES = ("year", "quarter", "month")  # what a score of the portal is counted over
FAULTS = ("blank", "failed", "zero_total", "zero_groups")  # why a published figure is missing
RANKS, TERRITORY = "ranks", "territory"  # what the merger of provinces makes incomparable
_ROUNDED = Decimal("0.05")  # more than seven figures of two decimals can be off together

Points = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Pool:
    """Who is ranked together: all provinces, or the units of one level in one province; by the same period."""

    kind: str
    province: str | None = None
    level: str | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One published line. `groups` has every group of the scorecard; None is missing, never 0.

    `marks` are (component, what the portal says of its data); `moment` is when it was fetched (UTC), where told.
    """

    pool: Pool
    day: date
    name: str
    total: Decimal | None
    groups: Points
    source: str
    code: str = ""
    published_rank: int | None = None
    marks: tuple[tuple[str, str], ...] = ()
    moment: datetime | None = None
    period: str = ""
    fault: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A score with its place; None where the total is missing or nobody else has one. `tied`: others share it."""

    score: Score
    rank: int | None
    rank_of: int | None
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two scores are apart, as a whole and by group; `most` are the groups that make the most of it.

    `unknown` are the groups that one of the two lacks: what they make of it is not known.
    """

    points: Decimal
    groups: Points
    most: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who stands there (the first name is the one compared with, where they are level), and how far ahead."""

    names: tuple[str, ...]
    apart: Apart


@dataclass(frozen=True, slots=True)
class Change:
    """What moved since an earlier day; `places` gained are positive.

    `barrier`: None; RANKS, among other competitors, so places are not compared; TERRITORY, the unit itself is another
    one, so points are not compared either. What is not compared, or was missing then, is None.
    """

    day: date
    before: Standing | None
    apart: Apart | None
    places: int | None
    barrier: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the newest table: where it stands and what moved. `changes` begin with the previous table."""

    standing: Standing
    next: Ahead | None
    first: Ahead | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One pool on one day, in the order of places; those without a total are last.

    `era` is BEFORE | AFTER the merger of provinces; `absent` are provinces of that era that it does not name.
    """

    day: date
    era: str
    standings: tuple[Standing, ...]
    absent: tuple[str, ...] = ()

    @property
    def missing(self) -> list[Score]:
        """Those of whom no total is known."""
        return [one.score for one in self.standings if one.score.total is None]

    @property
    def ranked(self) -> int:
        """How many have a total."""
        return len(self.standings) - len(self.missing)


@dataclass(frozen=True, slots=True)
class Ranking:
    """One pool: its tables, oldest first, and the places of the newest; `gone` were in the previous table only."""

    pool: Pool
    tables: tuple[Table, ...]
    places: tuple[Place, ...]
    gone: tuple[str, ...] = ()

    @property
    def newest(self) -> Table:
        """The last table."""
        return self.tables[-1]

    @property
    def previous(self) -> Table | None:
        """The table before the last."""
        return self.tables[-2] if len(self.tables) > 1 else None


@dataclass(frozen=True, slots=True)
class League:
    """All rankings of some files; `own` are the (ranking, name) that the user asked for."""

    rankings: tuple[Ranking, ...]
    groups: tuple[Group, ...]
    rows: RowTotals
    provinces: Provinces
    manifest: Manifest
    left_out: tuple[tuple[str, str], ...] = ()  # (file, name) of rows that are no competitor
    own: frozenset[tuple[Pool, str]] = field(default=frozenset())


# ------------------------------------------------------------------ what is missing
def as_measured(score: Score) -> Score:
    """The score with what a failed fetch left as 0.00 made missing.

    Nobody has 0 points: a total of 0 is missing, and its groups too where all are 0. A group of 0 is missing where
    the other groups do not make up the total; it is a true 0 where they do.
    """
    known = [points for points in score.groups.values() if points]
    if not score.total and not known:
        said = "failed" if score.total == 0 or any(one == 0 for one in score.groups.values()) else "blank"
        return replace(score, total=None, groups=dict.fromkeys(score.groups), fault=said)
    if not score.total:
        return replace(score, total=None, fault="blank" if score.total is None else "zero_total")
    zeros = [group for group, points in score.groups.items() if points == 0]
    if zeros and None not in score.groups.values() and score.total - sum(known) > _ROUNDED:
        return replace(score, groups={**score.groups, **dict.fromkeys(zeros)}, fault="zero_groups")
    return score


def coded(scores: Sequence[Score]) -> list[Score]:
    """The scores with the unit code that other tables give to the same name, where they agree on one."""
    codes: dict[tuple[Pool, str], set[str]] = {}
    for score in scores:
        if score.code:
            codes.setdefault((score.pool, match_key(score.name)), set()).add(score.code)
    found = [codes.get((score.pool, match_key(score.name)), set()) for score in scores]
    return [
        replace(score, code=next(iter(of))) if not score.code and len(of) == 1 else score
        for score, of in zip(scores, found, strict=True)
    ]


def each_once(scores: Iterable[Score]) -> tuple[list[Score], int]:
    """Of each unit and day one score, and how many others said the same, less, or were fetched earlier.

    Raises:
        InputError: `league_repeated`, two different scores of which nothing tells the later.
    """
    chosen: dict[tuple[object, ...], Score] = {}
    everyone = sorted(scores, key=_fullness)
    for score in everyone:
        key = (score.pool, score.day, identity(score))
        if (other := chosen.get(key)) is not None:
            _check_same(other, score)
        chosen[key] = score
    return list(chosen.values()), len(everyone) - len(chosen)


def identity(score: Score) -> str:
    """What makes two scores of one pool the same unit's."""
    return score.code or match_key(score.name)


def _fullness(score: Score) -> tuple[object, ...]:
    """The order in which a later one replaces an earlier: with a total, fetched later, with more groups."""
    known = sum(points is not None for points in score.groups.values())
    moment = score.moment.isoformat() if score.moment else ""
    return score.total is not None, moment, known, score.source, score.row or 0


def _check_same(one: Score, other: Score) -> None:
    is_later = one.moment and other.moment and one.moment != other.moment
    if one.total is None or is_later:
        return
    pairs = [(one.total, other.total), *((one.groups[group], other.groups[group]) for group in one.groups)]
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        where = f"{other.source}:{other.row}" if other.row else other.source
        raise InputError("league_repeated", where=where, name=other.name, day=f"{other.day:%d/%m/%Y}", other=one.source)


# ------------------------------------------------------------------ places
def rankings(scores: Sequence[Score], provinces: Provinces) -> tuple[Ranking, ...]:
    """Rank every pool on every day; provinces first, then units by province and level."""
    pools: dict[Pool, dict[date, list[Score]]] = {}
    for score in scores:
        pools.setdefault(score.pool, {}).setdefault(score.day, []).append(score)
    order = sorted(pools, key=_pool_order)
    return tuple(_ranking(pool, pools[pool], provinces) for pool in order)


def _pool_order(pool: Pool) -> tuple[object, ...]:
    levels = ("ministry", "province", "district", "commune")
    level = levels.index(pool.level) if pool.level in levels else len(levels)
    return pool.kind != PROVINCES, collation_key(pool.province or ""), level, pool.basis


def _ranking(pool: Pool, by_day: Mapping[date, Sequence[Score]], provinces: Provinces) -> Ranking:
    tables = tuple(_table(pool, day, by_day[day], provinces) for day in sorted(by_day))
    *earlier, newest = tables
    by_key = [{identity(one.score): one for one in table.standings} for table in tables]
    past = list(zip(earlier, by_key, strict=False))[::-1]
    places = tuple(
        Place(
            standing,
            *_ahead(standing, newest),
            tuple(_change(standing, newest, table, of.get(identity(standing.score)), provinces) for table, of in past),
        )
        for standing in newest.standings
    )
    gone = [one.score.name for key, one in past[0][1].items() if key not in by_key[-1]] if past else []
    return Ranking(pool, tables, places, tuple(sorted(gone, key=collation_key)))


def _table(pool: Pool, day: date, scores: Sequence[Score], provinces: Provinces) -> Table:
    names = {score.name for score in scores}
    is_old = day < provinces.merged or (pool.kind == PROVINCES and any(map(provinces.is_gone, names)))
    era = BEFORE if is_old else AFTER
    absent = [name for name in provinces.names(era) if name not in names] if pool.kind == PROVINCES else []
    return Table(day, era, tuple(standings(scores)), tuple(sorted(absent, key=collation_key)))


def standings(scores: Iterable[Score]) -> list[Standing]:
    """Places by the exact totals, ties 1-2-2-4; who has no total has no place."""
    everyone = list(scores)
    totals = [score.total for score in everyone if score.total is not None]
    found = []
    for score in everyone:
        if score.total is None or len(totals) < 2:  # nobody is first of one
            found.append(Standing(score, None, None))
            continue
        rank = 1 + sum(total > score.total for total in totals)
        found.append(Standing(score, rank, len(totals), tied=totals.count(score.total) > 1))
    return sorted(found, key=_standing_order)


def _standing_order(one: Standing) -> tuple[object, ...]:
    return one.score.total is None, -(one.score.total or 0), collation_key(one.score.name), one.score.code


# ------------------------------------------------------------------ distances
def _ahead(one: Standing, table: Table) -> tuple[Ahead | None, Ahead | None]:
    """Who stands next above, and first; None for who is first already, or has no total."""
    if one.rank is None or one.rank == 1 or one.score.total is None:
        return None, None
    above = [other for other in table.standings if other.rank is not None and other.rank < one.rank]
    nearest = max(other.rank or 0 for other in above)
    return _of_rank(nearest, above, one), _of_rank(1, above, one)


def _of_rank(rank: int, above: Sequence[Standing], one: Standing) -> Ahead | None:
    them = [other.score for other in above if other.rank == rank]
    between = apart(them[0], one.score)
    return Ahead(tuple(other.name for other in them), between) if between else None


def apart(one: Score, other: Score) -> Apart | None:
    """One score less another; None where a total is missing.

    `most` are the groups with the largest difference in the direction of the whole; none where the totals are equal.
    """
    if one.total is None or other.total is None:
        return None
    points = one.total - other.total
    groups = {group: _less(one.groups[group], other.groups[group]) for group in one.groups}
    unknown = tuple(group for group, value in groups.items() if value is None)
    sign = (points > 0) - (points < 0)
    weights = {group: value * sign for group, value in groups.items() if value is not None and value * sign > 0}
    largest = max(weights.values(), default=None)
    return Apart(points, groups, tuple(group for group, value in weights.items() if value == largest), unknown)


def _less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def _change(now: Standing, newest: Table, table: Table, before: Standing | None, provinces: Provinces) -> Change:
    barrier = None
    if table.era != newest.era:
        barrier = RANKS if _is_same_unit(now.score, provinces) else TERRITORY
    between = apart(now.score, before.score) if before and barrier != TERRITORY else None
    places = None
    if before and barrier is None and before.rank is not None and now.rank is not None:
        places = before.rank - now.rank
    return Change(table.day, before, between, places, barrier)


def _is_same_unit(score: Score, provinces: Provinces) -> bool:
    """Whether a unit is today what it was before the merger; communes and districts were all arranged anew."""
    if score.pool.kind == PROVINCES:
        return provinces.same_territory(score.name)
    return score.pool.level == "province" and provinces.same_territory(score.pool.province or "")


def own_places(league: League) -> Iterator[tuple[Ranking, Place]]:
    """The places that the user asked for."""
    for ranking in league.rankings:
        for place in ranking.places:
            if (ranking.pool, place.standing.score.name) in league.own:
                yield ranking, place
