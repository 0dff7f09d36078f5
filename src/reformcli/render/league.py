"""Rankings of published scores → sections of a report, the tables of the screen, and one table for csv."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reformcli.i18n import text
from reformcli.league.places import PROVINCES, Ahead, Change, League, Place, Ranking, Standing, own_places
from reformcli.render import league_words as words
from reformcli.render.document import Document, Section, Tile
from reformcli.render.sources import record_tables
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, named

_DISTANCES = ("next_unit", "to_next_place", "next_group", "to_first", "first_group")
OWN = "►"  # before the name of one's own
_KINDS = {"to_next_place": "points", "to_first": "points", "points_change": "change", "rank_change": "change"}


# ------------------------------------------------------------------ sections
def league_sections(league: League, language: str) -> Sequence[Section]:
    """A section of each ranking: what is to be said, the places, the distances, the groups; earlier tables as annex."""
    sections = []
    for number, ranking in enumerate(league.rankings, 1):
        title = text("league.section", language, who=words.pool_title(ranking, language))
        own = [place for ranked, place in own_places(league) if ranked is ranking]
        said = [sentence for place in own for sentence in words.sentences(league, ranking, place, language)]
        tables = [made(league, ranking, language) for made in (places_table, distances_table, groups_table)]
        sections.append(Section(f"league-{number}", title, said, [table for table in tables if table.rows]))
        if ranking.previous:
            past = text("league.section_past", language, who=words.pool_title(ranking, language))
            sections.append(Section(f"league-past-{number}", past, (), [past_table(ranking, language)], annex=True))
        found = text("league.section_scores", language, who=words.pool_title(ranking, language))
        sections.append(Section(f"league-scores-{number}", found, (), [scores_table(ranking, language)], annex=True))
    return sections


def league_document(
    league: League, lang: str, *, record: dict[str, object], created: datetime, machine: str = ""
) -> Document:
    """The whole result as a report.

    Args:
        league: the result.
        lang: vi or en.
        record: its manifest as JSON tells it.
        machine: the same result as JSON text.
        created: the time among the files' properties.
    """
    sections = [*league_sections(league, lang)]
    tables = record_tables(record, league.manifest.scorecard.title, lang)
    said = text("report.identity", lang, identity=record["identity"])
    sections.append(Section("sources", text("report.section_sources", lang), [said], tables))
    return Document(
        title=text("league.title", lang),
        subtitle=text("league.subtitle", lang, day=f"{league.manifest.period.end:%d/%m/%Y}"),
        language=lang,
        headline=list(headline(league, lang)),
        tiles=list(_tiles(league, lang)),
        sections=sections,
        brief=[briefed(section) for section in sections],
        created=created,
        machine=machine,
    )


def briefed(section: Section) -> Section:
    """What a note of a few pages shows: the places without the distances and the groups."""
    is_long = not section.annex and section.id != "sources"
    return replace(section, tables=section.tables[:1]) if is_long else section


def headline(league: League, lang: str) -> Iterator[str]:
    """Where the own ones stand, else who is first in each ranking; then what was left out."""
    for ranking, place in own_places(league):
        yield words.where(league, ranking, place, lang)
    if not league.own:
        yield from (_leaders(ranking, lang) for ranking in league.rankings)
    if league.left_out:
        names = sorted({name for _, name in league.left_out})
        yield text("league.left_out", lang, names=words.named_few(names, lang))


def _leaders(ranking: Ranking, lang: str) -> str:
    newest, who = ranking.newest, words.pool_title(ranking, lang)
    first = [one.score for one in newest.standings if one.rank == 1]
    if not first:
        return text("league.not_ranked", lang, who=who, day=words.dated(newest.day), count=count(newest.ranked, lang))
    values = {"day": words.dated(newest.day), "count": count(newest.ranked, lang)}
    values |= {"names": words.named_few([one.name for one in first], lang)}
    return text("league.leader", lang, who=who, points=words.exactly(first[0].total or Decimal(0), lang), **values)


def _tiles(league: League, lang: str) -> Iterator[Tile]:
    for ranking, place in own_places(league):
        one, name = place.standing, place.standing.score.name
        who = words.pool_title(ranking, lang)
        yield Tile(text("league.tile_points", lang, name=name), one.score.total, Column("", "", "points"), who)
        rank = None if one.rank is None else f"{one.rank}/{one.rank_of}"
        yield Tile(text("league.tile_rank", lang, name=name), rank, Column("", "", "text"), who)


def screen_tables(league: League, document: Document, lang: str, most: int | None = None) -> list[Table]:
    """What the screen shows: all that is to be said, and of each ranking the places and the distances."""
    own = [sentence for part in document.sections for sentence in part.paragraphs if part.id != "sources"]
    others = [sentence for sentence in document.headline if sentence not in own]
    said: list[list[Cell]] = [[sentence] for sentence in (*own, *others)]
    tables = [Table("", document.title, [Column("headline", document.subtitle)], said)]
    wanted = {name for _, name in league.own}
    for ranking in league.rankings:
        tables.append(_cut(places_table(league, ranking, lang), most, lang))
        distances = distances_table(league, ranking, lang)
        rows = [row for row in distances.rows if not wanted or row[1] in wanted]
        if rows:
            tables.append(_cut(replace(distances, rows=rows), most, lang))
    return tables


def _cut(table: Table, most: int | None, lang: str) -> Table:
    if most is None or len(table.rows) <= most:
        return table
    more = text("note.more_rows", lang, count=count(len(table.rows) - most, lang))
    shades = {at: shade for at, shade in (table.shades or {}).items() if at[0] < most}
    return replace(table, rows=table.rows[:most], notes=[more, *table.notes], shades=shades)


# ------------------------------------------------------------------ tables
def places_table(league: League, ranking: Ranking, lang: str) -> Table:
    """Everyone by place, with what moved since the previous table and how far the others are ahead."""
    columns = [column("rank", lang, "rank"), _who(ranking, lang), column("points", lang, "points")]
    changed = ("points_change", "rank_change") if ranking.previous else ()
    columns += [column(name, lang, "change") for name in changed]
    columns += [column(name, lang, "points") for name in ("to_next_place", "to_first")]
    with_rank = bool(words.differing(ranking))
    with_marks = any(one.score.marks for one in ranking.newest.standings)
    columns += [column("published_rank", lang, "rank")] if with_rank else []
    columns += [column("marks", lang)] if with_marks else []
    rows: list[list[Cell]] = []
    shades: dict[tuple[int, str], str] = {}
    for number, place in enumerate(ranking.places):
        one = place.standing
        is_own = (ranking.pool, one.score.name) in league.own
        cells: list[Cell] = [one.rank, f"{OWN} {one.score.name}" if is_own else one.score.name, one.score.total]
        cells += [_points_change(place), _rank_change(place)] if changed else []
        cells += [_points(place.next), _points(place.first)]
        cells += [one.score.published_rank] if with_rank else []
        cells += ["; ".join(words.mark(*mark, lang) for mark in one.score.marks)] if with_marks else []
        rows.append(cells)
        if one.score.total is None:
            shades[number, "unit"] = "muted"
    name, title = named("league", lang)
    notes = words.notes(league, ranking, lang)
    titled = f"{title}: {words.pool_title(ranking, lang)}"
    return Table(name, titled, columns, rows, notes, shades=shades, key="league")


def _who(ranking: Ranking, lang: str) -> Column:
    key = "province" if ranking.pool.kind == PROVINCES else "unit"
    return Column("unit", text(f"league.column_{key}", lang))


def distances_table(league: League, ranking: Ranking, lang: str) -> Table:
    """Who is ahead of everyone, by how much and in which group, and which group moved since the previous table."""
    columns = [column("rank", lang, "rank"), _who(ranking, lang)]
    columns += [column(name, lang, _KINDS.get(name, "text")) for name in _DISTANCES]
    columns += [column("points_change", lang, "change"), column("change_group", lang)] if ranking.previous else []
    rows: list[list[Cell]] = []
    for place in ranking.places:
        if place.standing.rank is None:
            continue
        cells: list[Cell] = [place.standing.rank, place.standing.score.name]
        cells += [*_ahead(league, place.next, lang), *_ahead(league, place.first, lang)[1:]]
        cells += [_points_change(place), _moved(league, place, lang)] if ranking.previous else []
        rows.append(cells)
    name, title = named("league_distances", lang)
    titled = f"{title}: {words.pool_title(ranking, lang)}"
    first = [one.score.name for one in ranking.newest.standings if one.rank == 1]
    notes = [text("league.distances_note", lang, first=words.named_few(first, lang))]
    return Table(name, titled, columns, rows, notes, key="league_distances")


def _ahead(league: League, ahead: Ahead | None, lang: str) -> list[Cell]:
    if ahead is None:
        return ["", None, ""]
    return [words.named_few(ahead.names, lang), ahead.apart.points, words.most_of(league, ahead.apart, lang)]


def _moved(league: League, place: Place, lang: str) -> str:
    apart = place.changes[0].apart if place.changes else None
    return words.most_of(league, apart, lang) if apart else ""


def _points(ahead: Ahead | None) -> Decimal | None:
    return ahead.apart.points if ahead else None


def _points_change(place: Place) -> Decimal | None:
    apart = place.changes[0].apart if place.changes else None
    return apart.points if apart else None


def _rank_change(place: Place) -> int | None:
    return place.changes[0].places if place.changes else None


def _marks(one: Standing) -> str:
    return "; ".join(f"{component} {status}".strip() for component, status in one.score.marks)


def groups_table(league: League, ranking: Ranking, lang: str) -> Table:
    """The group scores of everyone; no rows where no table has any."""
    columns = [column("rank", lang, "rank"), _who(ranking, lang)]
    columns += [Column(group.id, group.name[lang], "points") for group in league.groups]
    columns.append(Column("total", text("word.total", lang), "points"))
    name, title = named("league_groups", lang)
    scores = [place.standing for place in ranking.places]
    is_known = any(points is not None for one in scores for points in one.score.groups.values())
    rows: list[list[Cell]] = [
        [one.rank, one.score.name, *(one.score.groups[group.id] for group in league.groups), one.score.total]
        for one in (scores if is_known else ())
    ]
    return Table(name, f"{title}: {words.pool_title(ranking, lang)}", columns, rows, key="league_groups")


_PAST = ("date", "points", "rank", "rank_of", "points_change", "rank_change", "remark")
_PAST_KINDS = {"points": "points", "rank": "rank", "rank_of": "rank", **_KINDS}


def past_table(ranking: Ranking, lang: str) -> Table:
    """Everyone of the newest table at every earlier day, and what moved from then until now."""
    columns = [_who(ranking, lang), *(column(name, lang, _PAST_KINDS.get(name, "text")) for name in _PAST)]
    rows = [[place.standing.score.name, *_past(change, lang)] for place in ranking.places for change in place.changes]
    name, title = named("league_past", lang)
    titled = f"{title}: {words.pool_title(ranking, lang)}"
    return Table(name, titled, columns, rows, [text("league.past_note", lang)], key="league_past")


def _past(change: Change, lang: str) -> list[Cell]:
    before = change.before
    cells: list[Cell] = [words.dated(change.day)]
    cells += [before.score.total, before.rank, before.rank_of] if before else [None, None, None]
    moved: list[Cell] = [change.apart.points if change.apart else None, change.places]
    return [*cells, *moved, text(f"league.barrier_{change.barrier}", lang) if change.barrier else ""]


_FOUND = {"points": "points", "rank": "rank", "published_rank": "rank", "row": "count"}


def scores_table(ranking: Ranking, lang: str) -> Table:
    """Every published score, the newest day first, with the file and the row where it stands."""
    columns = [column("date", lang), _who(ranking, lang), column("league_code", lang)]
    columns += [column(name, lang, kind) for name, kind in _FOUND.items()]
    columns.insert(-1, column("file", lang))
    rows: list[list[Cell]] = []
    for table in reversed(ranking.tables):
        for one in table.standings:
            told = one.score
            cells: list[Cell] = [words.dated(told.day), told.name, told.code or None, told.total, one.rank]
            rows.append([*cells, told.published_rank, told.source, told.row])
    places = [at for at in range(len(columns)) if any(row[at] is not None for row in rows)]
    name, title = named("league_scores", lang)
    return Table(
        name,
        f"{title}: {words.pool_title(ranking, lang)}",
        [columns[at] for at in places],
        [[row[at] for at in places] for row in rows],
        key="league_scores",
    )


# ------------------------------------------------------------------ csv
_PLAIN = (
    *("kind", "province", "unit", "code", "level", "basis", "date", "total", "rank", "rank_of", "published_rank"),
    *("marks", "fault", "against", "points_change", "rank_change", "barrier", "next", "to_next", "next_group"),
    *("first", "to_first", "first_group", "change_group", "file", "row"),
)


def plain_table(league: League, lang: str) -> Table:
    """Every line of every table for machines; distances and changes at the lines of the newest tables."""
    groups = [group.id for group in league.groups]
    columns = [Column(name, name) for name in (*_PLAIN, *groups)]
    rows: list[list[Cell]] = []
    for ranking in league.rankings:
        places = {id(place.standing): place for place in ranking.places}
        for table in ranking.tables:
            for one in table.standings:
                cells = {**_line(ranking, one), **_of_place(places.get(id(one)))}
                points = [one.score.groups[group] for group in groups]
                rows.append([*(cells.get(name) for name in _PLAIN), *points])
    return Table(*named("league", lang), columns, rows)


def _line(ranking: Ranking, one: Standing) -> dict[str, Cell]:
    score, pool = one.score, ranking.pool
    is_whole = pool.kind == PROVINCES
    return {
        "kind": pool.kind,
        "province": score.name if is_whole else pool.province,
        "unit": None if is_whole else score.name,
        "code": score.code,
        "level": pool.level,
        "basis": pool.basis,
        "date": score.day.isoformat(),
        "total": score.total,
        "rank": one.rank,
        "rank_of": one.rank_of,
        "published_rank": score.published_rank,
        "marks": _marks(one),
        "fault": score.fault,
        "file": score.source,
        "row": score.row,
    }


def _of_place(place: Place | None) -> dict[str, Cell]:
    if place is None:
        return {}
    cells: dict[str, Cell] = {}
    for name, ahead in (("next", place.next), ("first", place.first)):
        if ahead:
            cells |= {name: "; ".join(ahead.names), f"to_{name}": ahead.apart.points}
            cells[f"{name}_group"] = " ".join(ahead.apart.most)
    if place.changes:
        change = place.changes[0]
        cells |= {"against": change.day.isoformat(), "rank_change": change.places, "barrier": change.barrier}
        if change.apart:
            cells |= {"points_change": change.apart.points, "change_group": " ".join(change.apart.most)}
    return cells
