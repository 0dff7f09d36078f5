"""What must hold inside a ranking of published scores: places, distances and changes follow from the scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reformcli.text import match_key

Entry = Mapping[str, Any]
_TERRITORY = "territory"  # the merger made another unit of it: nothing is compared


def league_checks(body: Entry) -> Iterator[tuple[str, bool]]:
    """Check every ranking of `reformcli.league/1`, or of a report that holds one: (where, whether it is right)."""
    for ranking in body["leagues"]:
        who = " ".join(str(ranking[name]) for name in ("kind", "province", "level") if ranking[name])
        tables = ranking["tables"]
        for table in tables:
            yield from _places(f"{who} {table['date']}", table)
        days = [table["date"] for table in tables]
        yield f"{who} date", days == sorted(days) and ranking["date"] == days[-1]
        yield f"{who} previous", ranking["previous"] == (days[-2] if len(days) > 1 else None)
        yield from _units(who, ranking["units"], tables)


def _places(where: str, table: Entry) -> Iterator[tuple[str, bool]]:
    """The greater total stands before, equals share a place; who has no total, or nobody beside it, has none."""
    totals = [one["total"] for one in table["scores"] if one["total"] is not None]
    yield f"{where} ranked", table["ranked"] == len(totals)
    for one in table["scores"]:
        rank, of, tied = None, None, False
        if one["total"] is not None and len(totals) > 1:
            rank, of = 1 + sum(other > one["total"] for other in totals), len(totals)
            tied = totals.count(one["total"]) > 1
        yield f"{where} {one['unit']} rank", (one["rank"], one["rank_of"], one["tied"]) == (rank, of, tied)


def _units(who: str, units: Sequence[Entry], tables: Sequence[Entry]) -> Iterator[tuple[str, bool]]:
    """The units are the scores of the newest table, in its order, with what is between them and others."""
    newest, *earlier = [{_key(one): one for one in table["scores"]} for table in reversed(tables)]
    names = [one["unit"] for one in tables[-1]["scores"]]
    yield f"{who} units", [one["unit"] for one in units] == names
    days = [table["date"] for table in reversed(tables)][1:]
    for unit in units:
        where, score = f"{who} {unit['unit']}", newest.get(_key(unit))
        if score is None:
            yield where, False
            continue
        yield where, all(unit[name] == score[name] for name in ("total", "rank", "rank_of"))
        for name in ("next", "first"):
            yield f"{where} {name}", _is_ahead(unit[name], score, tables[-1]["scores"], is_first=name == "first")
        yield f"{where} changes", [one["date"] for one in unit["changes"]] == days
        for change, table in zip(unit["changes"], earlier, strict=False):
            yield f"{where} {change['date']}", _is_change(change, score, table.get(_key(unit)))


def _is_ahead(ahead: Entry | None, score: Entry, scores: Sequence[Entry], *, is_first: bool) -> bool:
    """Whether those ahead share the place next above, or the first, and are as far ahead as their scores tell."""
    rank = score["rank"]
    above = [one["rank"] for one in scores if None not in (one["rank"], rank) and one["rank"] < rank]
    if not above or ahead is None:
        return not above and ahead is None
    place = min(above) if is_first else max(above)
    them = [one for one in scores if one["rank"] == place]
    nearest = [one for one in them if one["unit"] == ahead["units"][0]]
    is_named = sorted(ahead["units"]) == sorted(one["unit"] for one in them)
    return is_named and any(_is_apart(ahead, one, score) for one in nearest)


def _is_apart(apart: Entry, one: Entry, other: Entry) -> bool:
    """Whether a difference is that of two scores, as a whole and by group, and its main groups are those."""
    groups = {name: _less(one["groups"][name], other["groups"][name]) for name in one["groups"]}
    points = one["total"] - other["total"]
    along = {name: value for name, value in groups.items() if value is not None and value * points > 0}
    most = [name for name, value in along.items() if abs(value) == max(map(abs, along.values()))]
    unknown = [name for name, value in groups.items() if value is None]
    is_same = apart["points"] == points and dict(apart["groups"]) == groups
    return is_same and sorted(apart["most"]) == sorted(most) and sorted(apart["unknown"]) == sorted(unknown)


def _less(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one - other


def _is_change(change: Entry, now: Entry, before: Entry | None) -> bool:
    """Whether what moved since an earlier day is what the scores of both days tell."""
    if before is None:
        return all(change[name] is None for name in ("total", "rank", "rank_of", "places", "difference"))
    told = all(change[name] == before[name] for name in ("total", "rank", "rank_of"))
    ranks = now["rank"], before["rank"]
    places = None if change["barrier"] or None in ranks else before["rank"] - now["rank"]
    is_compared = change["barrier"] != _TERRITORY and None not in (now["total"], before["total"])
    if change["difference"] is None or not is_compared:
        return told and change["places"] == places and not is_compared and change["difference"] is None
    return told and change["places"] == places and _is_apart(change["difference"], now, before)


def _key(score: Entry) -> str:
    return score["code"] or match_key(score["unit"])
