"""What is said of published scores: where a unit stands, what stands between it and others, and what to beware of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from reformcli.i18n import has, text
from reformcli.league.places import (
    BASES,
    PROVINCES,
    RANKS,
    TERRITORY,
    Ahead,
    Apart,
    Change,
    League,
    Place,
    Ranking,
    Score,
    Standing,
    Table,
)
from reformcli.render.numbers import shown
from reformcli.render.table import Column
from reformcli.render.words import count, level_name
from reformcli.rules.provinces import BEFORE

NAMED = 10  # names in one note


def dated(day: date) -> str:
    """A day, day first."""
    return f"{day:%d/%m/%Y}"


def exactly(value: Decimal, lang: str) -> str:
    """A number with as many decimals as it has: 78.1."""
    return shown(value.normalize(), Column("", "", "count"), lang)


def group_name(league: League, group: str, lang: str) -> str:
    """A group of the scorecard as people call it."""
    return next(one.name[lang] for one in league.groups if one.id == group)


def pool_title(ranking: Ranking, lang: str) -> str:
    """Who is ranked: "Sở, ban, ngành – Phú Thọ (số liệu cả năm)"."""
    pool = ranking.pool
    if pool.kind == PROVINCES:
        name = text("league.provinces", lang)
    else:
        key = f"league.units_{pool.level}" if pool.province else ""
        name = text(key, lang) if has(key, lang) else level_name(pool.level, lang) or text("league.units", lang)
        name += f" – {pool.province}" if pool.province else ""
    return f"{name} ({text(f'league.basis_{pool.basis}', lang)})" if pool.basis in BASES else name


# ------------------------------------------------------------------ where one stands
def sentences(league: League, ranking: Ranking, place: Place, lang: str) -> list[str]:
    """Where a unit stands, what lies between it and those ahead, what moved it, and where it stood at first."""
    return [where(league, ranking, place, lang), *_ahead(league, place, lang), *_moved(league, place, lang)]


def where(league: League, ranking: Ranking, place: Place, lang: str) -> str:
    """Tell points, place and change: "Phú Thọ, 10/10/2026: 78.1 points, rank 11 of 34, up 0.2, rank unchanged …"."""
    score = place.standing.score
    values = {"name": score.name, "day": dated(score.day)}
    if score.total is None:
        return text("league.no_figure", lang, **values)
    said = text("league.stands", lang, **values, at=_at(place.standing, lang))
    return said + _since_previous(league, ranking, place, lang) + "."


def _at(one: Standing, lang: str) -> str:
    """Tell "78.1 points, rank 11 of 63"; without a place where nobody else is known."""
    points = exactly(one.score.total or Decimal(0), lang)
    if one.rank is None or one.rank_of is None:
        return text("league.points_only", lang, points=points)
    key = "league.tied" if one.tied else "league.ranked"
    return text(key, lang, points=points, rank=count(one.rank, lang), of=count(one.rank_of, lang))


def _since_previous(league: League, ranking: Ranking, place: Place, lang: str) -> str:
    if not place.changes:
        return ""
    change = place.changes[0]
    if change.barrier == TERRITORY:
        return text(
            "league.other_territory", lang, before=_before(change, lang), why=_why(league, ranking, place, lang)
        )
    if change.apart is None:
        return text("league.nothing_before", lang, day=dated(change.day))
    points = _way("points", change.apart.points, lang)
    if change.barrier == RANKS:
        return text("league.ranks_apart", lang, points=points, before=_before(change, lang), day=dated(change.day))
    if change.places is None:
        return text("league.points_moved", lang, points=points, day=dated(change.day))
    places = _way("rank", Decimal(change.places), lang)
    return text("league.moved", lang, points=points, places=places, day=dated(change.day))


def _before(change: Change, lang: str) -> str:
    """Where the unit stood then: "ngày 30/6/2025: 77 điểm, xếp thứ 20/63"."""
    if change.before is None or change.before.score.total is None:
        return dated(change.day)
    return text("league.then", lang, day=dated(change.day), at=_at(change.before, lang))


def _why(league: League, ranking: Ranking, place: Place, lang: str) -> str:
    """What became of the territory on the day of the merger."""
    whole = ranking.pool.kind == PROVINCES
    name = place.standing.score.name if whole else ranking.pool.province or ""
    parts, day = league.provinces.formed_from.get(name, ()), dated(league.provinces.merged)
    if parts:
        return text("league.formed_from", lang, day=day, name=name, parts=", ".join(parts))
    return text("league.rearranged", lang, day=day)


def _way(what: str, value: Decimal, lang: str) -> str:
    """Tell "up 0.2", "down 2 places", "rank unchanged"."""
    way = "up" if value > 0 else "down" if value < 0 else "same"
    is_one = what == "rank" and abs(value) == 1
    return text(f"league.{what}_{way}{'_one' if is_one else ''}", lang, by=exactly(abs(value), lang))


def _ahead(league: League, place: Place, lang: str) -> Iterator[str]:
    one = place.standing
    if one.rank == 1:
        yield text("league.leads_level" if one.tied else "league.leads", lang)
    if place.next is None or place.first is None:
        return
    first = _behind(league, place.first, lang)
    if place.next.names == place.first.names:
        yield text("league.behind", lang, said=text("league.behind_first", lang, **first))
        return
    nearest = text("league.behind_next", lang, **_behind(league, place.next, lang))
    yield text("league.behind", lang, said=f"{nearest}; {text('league.behind_first_also', lang, **first)}")


def _behind(league: League, ahead: Ahead, lang: str) -> dict[str, str]:
    group = text("league.mostly", lang, group=most_of(league, ahead.apart, lang)) if ahead.apart.most else ""
    return {"names": named_few(ahead.names, lang), "points": exactly(ahead.apart.points, lang), "group": group}


def most_of(league: League, apart: Apart, lang: str) -> str:
    """The groups that make the most of a difference, with their points; what is not known is told."""
    said = ", ".join(
        f"{group_name(league, group, lang)} ({exactly(abs(apart.groups[group] or Decimal(0)), lang)})"
        for group in apart.most
    )
    if not apart.unknown or len(apart.unknown) == len(apart.groups):
        return said
    unknown = ", ".join(group_name(league, group, lang) for group in apart.unknown)
    if not said:
        return text("league.only_unknown", lang, groups=unknown)
    return text("league.unknown_groups", lang, said=said, groups=unknown)


def _moved(league: League, place: Place, lang: str) -> Iterator[str]:
    changes = place.changes
    if changes and (apart := changes[0].apart) and apart.most:
        key = "gained" if apart.points > 0 else "lost"
        yield text(f"league.{key}", lang, day=dated(changes[0].day), group=most_of(league, apart, lang))
    if len(changes) > 1 and (first := changes[-1]).before and first.before.score.total is not None:
        then = _before(first, lang)
        barrier = f" ({text(f'league.barrier_{first.barrier}', lang)})" if first.barrier else ""
        yield text("league.at_first", lang, then=then + barrier)


def named_few(names: Sequence[str], lang: str) -> str:
    """Some names, and how many more there are."""
    said = ", ".join(names[:NAMED])
    return text("league.and_more", lang, names=said, count=count(len(names) - NAMED, lang)) if names[NAMED:] else said


# ------------------------------------------------------------------ what to beware of
def notes(league: League, ranking: Ranking, lang: str) -> list[str]:
    """What must be known to read the table of one pool."""
    newest, previous = ranking.newest, ranking.previous
    said = [_dates(ranking, lang)]
    if len({table.era for table in ranking.tables}) > 1:
        key = "league.merger" if ranking.pool.kind == PROVINCES else "league.merger_units"
        said.append(text(key, lang, day=dated(league.provinces.merged), source=league.provinces.source))
    said += _of_table(league, ranking, newest, lang)
    said += _of_table(league, ranking, previous, lang, told=newest) if previous else []
    if previous and previous.era == newest.era and previous.ranked != newest.ranked:
        counts = {"now": count(newest.ranked, lang), "before": count(previous.ranked, lang)}
        said.append(text("league.others_ranked", lang, **counts, day=dated(newest.day), earlier=dated(previous.day)))
    if ranking.gone:
        said.append(text("league.gone", lang, names=named_few(ranking.gone, lang)))
    return [*said, *_published(ranking, lang), *_marked(newest, lang)]


def _dates(ranking: Ranking, lang: str) -> str:
    newest, previous = ranking.newest, ranking.previous
    periods = sorted({one.score.period for one in newest.standings} - {""})
    said = text("league.date", lang, day=dated(newest.day), count=count(newest.ranked, lang))
    said += text("league.period", lang, period=", ".join(periods)) if periods else ""
    if newest.ranked < 2:
        said += text("league.alone", lang)
    return said + (text("league.against", lang, day=dated(previous.day)) if previous else text("league.only_one", lang))


def _of_table(league: League, ranking: Ranking, table: Table, lang: str, *, told: Table | None = None) -> Iterator[str]:
    """What a table lacks: figures, groups, provinces; not again what was `told` of a later one."""
    day, known = dated(table.day), league.provinces.names(table.era)
    for fault in ("blank", "failed", "zero_total"):
        again = {one.name for one in told.missing} if told else set()
        names = [one.name for one in table.missing if one.fault == fault and one.name not in again]
        if names:
            yield text(f"league.fault_{fault}", lang, day=day, names=named_few(names, lang))
    again = {one.name for one in _lacking_groups(league, told)} if told else set()
    lacking = [one for one in _lacking_groups(league, table) if one.name not in again]
    if lacking:
        names = [f"{one.name} ({_lacking(league, one, lang)})" for one in lacking]
        yield text("league.fault_groups", lang, day=day, names=named_few(names, lang))
    is_told = told is not None and told.absent == table.absent
    if ranking.pool.kind == PROVINCES and table.absent and table.ranked > 1 and not is_told:
        counts = {"count": count(len(known) - len(table.absent), lang), "of": count(len(known), lang)}
        few = named_few(table.absent, lang)
        yield text("league.absent", lang, day=day, **counts, names=few)
    if table.era == BEFORE and table.day >= league.provinces.merged:
        yield text("league.old_names", lang, day=day, merged=dated(league.provinces.merged))


def _lacking_groups(league: League, table: Table) -> list[Score]:
    """Those with a total who lack a group that others of the table have."""
    scores = [one.score for one in table.standings if one.score.total is not None]
    had = {group.id for group in league.groups if any(one.groups[group.id] is not None for one in scores)}
    return [one for one in scores if any(one.groups[group] is None for group in had)]


def _lacking(league: League, score: Score, lang: str) -> str:
    return ", ".join(group_name(league, group, lang) for group, points in score.groups.items() if points is None)


def differing(ranking: Ranking) -> list[Standing]:
    """Those whose published rank is not the place that their total has."""
    found = [one for one in ranking.newest.standings if one.score.published_rank is not None]
    return [one for one in found if one.rank is not None and one.score.published_rank != one.rank]


def _published(ranking: Ranking, lang: str) -> Iterator[str]:
    names = [
        text("league.rank_pair", lang, name=one.score.name, published=one.score.published_rank, ours=one.rank)
        for one in differing(ranking)
    ]
    if names:
        yield text("league.rank_differs", lang, names=named_few(names, lang))


def _marked(table: Table, lang: str) -> Iterator[str]:
    marks = Counter(mark for one in table.standings for mark in one.score.marks)
    for (component, status), many in sorted(marks.items()):
        key = f"league.mark_{status}"
        meaning = text(key, lang) if has(key, lang) else text("league.mark", lang)
        said = f"{component} {status}".strip()
        yield text("league.marked", lang, mark=said, meaning=meaning, count=count(many, lang))


def mark(component: str, status: str, lang: str) -> str:
    """A mark in few words: "1.4 mẫu số tạm tính"."""
    key = f"league.mark_{status}"
    return f"{component} {text(key, lang) if has(key, lang) else status}".strip()
