"""Rankings of published scores as JSON: `reformcli.league/1`."""

from __future__ import annotations

from typing import Any

from reformcli.league.places import Ahead, Apart, Change, League, Place, Ranking, Standing, Table
from reformcli.render.shapes import manifest, rows


def league_document(league: League) -> dict[str, Any]:
    """The whole result; nothing of published scores is a finding, so that list is empty."""
    return {
        "schema": "reformcli.league/1",
        "manifest": manifest(league.manifest),
        "rows": rows(league.rows),
        "findings": [],
        "groups": [{"group": one.id, "name": dict(one.name), "max": one.max} for one in league.groups],
        "leagues": [_ranking(ranking) for ranking in league.rankings],
        "left_out": [{"name": name, "sources": [file]} for file, name in league.left_out],
    }


def _ranking(ranking: Ranking) -> dict[str, Any]:
    pool, previous = ranking.pool, ranking.previous
    return {
        "kind": pool.kind,
        "province": pool.province,
        "level": pool.level,
        "basis": pool.basis or None,
        "date": ranking.newest.day.isoformat(),
        "previous": previous.day.isoformat() if previous else None,
        "tables": [_table(table) for table in ranking.tables],
        "units": [_place(place) for place in ranking.places],
        "gone": list(ranking.gone),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "date": table.day.isoformat(),
        "era": table.era,
        "ranked": table.ranked,
        "absent": list(table.absent),
        "sources": sorted({one.score.source for one in table.standings}),
        "scores": [_score(one) for one in table.standings],
    }


def _score(one: Standing) -> dict[str, Any]:
    score = one.score
    return {
        "unit": score.name,
        "code": score.code or None,
        "total": score.total,
        "groups": dict(score.groups),
        "rank": one.rank,
        "rank_of": one.rank_of,
        "tied": one.tied,
        "published_rank": score.published_rank,
        "period": score.period or None,
        "marks": [{"component": component or None, "status": status} for component, status in score.marks],
        "fault": score.fault or None,
        "sources": [{"file": score.source, "row": score.row}],
    }


def _place(place: Place) -> dict[str, Any]:
    one = place.standing
    return {
        "unit": one.score.name,
        "code": one.score.code or None,
        "total": one.score.total,
        "rank": one.rank,
        "rank_of": one.rank_of,
        "next": _ahead(place.next),
        "first": _ahead(place.first),
        "changes": [_change(change) for change in place.changes],
    }


def _ahead(ahead: Ahead | None) -> dict[str, Any] | None:
    return {"units": list(ahead.names), **_apart(ahead.apart)} if ahead else None


def _apart(apart: Apart) -> dict[str, Any]:
    return {
        "points": apart.points,
        "groups": dict(apart.groups),
        "most": list(apart.most),
        "unknown": list(apart.unknown),
    }


def _change(change: Change) -> dict[str, Any]:
    before = change.before
    return {
        "date": change.day.isoformat(),
        "total": before.score.total if before else None,
        "rank": before.rank if before else None,
        "rank_of": before.rank_of if before else None,
        "places": change.places,
        "barrier": change.barrier,
        "difference": _apart(change.apart) if change.apart else None,
    }
