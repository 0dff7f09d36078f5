"""Courses of results → sections of a report, the tables of the screen, and one table for csv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from reformcli.history.course import Course, History
from reformcli.i18n import text
from reformcli.model import Unit
from reformcli.render import course_words as words
from reformcli.render.course_lines import components_table, lines_tables, points_lines, units_table
from reformcli.render.course_tables import all_table, period_tables, periods_table, results_table, unused_table
from reformcli.render.document import Document, Section, Tile
from reformcli.render.sources import record_tables
from reformcli.render.sparks import BLOCKS, Signs
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import count, unit_name

ON_SCREEN = 30  # periods of a small line on a terminal
_DETAILED = 3  # units whose tables are shown one by one


# ------------------------------------------------------------------ sections
def course_sections(history: History, lang: str) -> Sequence[Section]:
    """For each course what is to be said, points, rates and backlog by period, every unit; the rest as annex."""
    sections = []
    for number, course in enumerate(history.courses, 1):
        rhythm = words.rhythm_name(course, lang)
        own = detailed(course)
        said = [sentence for unit in own[:1] for sentence in words.sentences(course, unit, lang)]
        said += words.shared(history, lang)
        tables = [table for unit in own for table in period_tables(course, unit, history.card, lang)]
        sections.append(Section(f"course-{number}", text("course.section", lang, rhythm=rhythm), said, tables))
        units = [units_table(course, lang), *(points_lines(course, unit, history.card, lang) for unit in own)]
        title = text("course.section_units", lang, rhythm=rhythm)
        sections.append(Section(f"course-units-{number}", title, (), [one for one in units if one.rows]))
        annex = [all_table(course, history.card, lang), components_table(course, history.card, lang)]
        title = text("course.section_all", lang, rhythm=rhythm)
        sections.append(Section(f"course-all-{number}", title, (), annex, annex=True))
    tables = [*(results_table(course, lang) for course in history.courses), unused_table(history, lang)]
    title = text("course.section_results", lang)
    sections.append(Section("course-results", title, [text("course.traced", lang)], [t for t in tables if t.rows]))
    return sections


def headline(history: History, lang: str) -> Iterator[str]:
    """What is said first: the points of the first unit of the first course, and conflicts."""
    yield from words.conflicts(history, lang)
    for course in history.courses:
        for unit in course.units[:1]:
            yield from words.sentences(course, unit, lang)
    yield from words.shared(history, lang)


def _first_said(history: History, lang: str) -> Iterator[str]:
    """What a document says before its sections say the rest."""
    yield from words.conflicts(history, lang)
    for course in history.courses:
        yield from islice(words.sentences(course, course.units[0], lang) if course.units else (), 1)


def detailed(course: Course) -> list[Unit]:
    """The units that have tables of their own: the whole, or the few that were asked for."""
    whole = [unit for unit in course.units if unit.kind == "total"]
    return whole or list(course.units[:_DETAILED])


def course_document(
    history: History, lang: str, *, record: Mapping[str, Any], created: datetime, found: Sequence[Table] = ()
) -> Document:
    """The whole result as a report.

    Args:
        history: the result.
        lang: vi or en.
        record: its manifest as JSON tells it.
        created: the time among the files' properties.
        found: what was found in exports that results were computed from.
    """
    sections = [*course_sections(history, lang)]
    if found:
        sections.append(Section("left_out", text("report.section_left_out", lang), (), found))
    tables = record_tables(record, history.card.title, lang)
    said = text("report.identity", lang, identity=record["identity"])
    sections.append(
        Section("sources", text("report.section_sources", lang), [said], [one for one in tables if one.rows])
    )
    period = history.manifest.period
    return Document(
        title=text("course.title", lang),
        subtitle=text("course.subtitle", lang, start=words.dated(period.start), end=words.dated(period.end)),
        language=lang,
        headline=list(_first_said(history, lang)),
        tiles=list(_tiles(history, lang)),
        sections=sections,
        brief=[one for one in sections if not one.annex],
        created=created,
    )


def _tiles(history: History, lang: str) -> Iterator[Tile]:
    """The latest figures of the first unit of the first course."""
    course = history.courses[0]
    for unit in detailed(course)[:1]:
        for measure, key, kind in (
            ("points", "points", "points"),
            ("on_time_rate", "on_time", "percent"),
            ("overdue", "overdue", "count"),
        ):
            line = course.line(unit, measure)
            known = [at for at, value in enumerate(line.values) if value is not None]
            if known:
                period = words.period_name(course.moments[known[-1]].slot)
                label = text(f"course.tile_{key}", lang, period=period)
                yield Tile(label, line.last, Column("", "", kind), unit_name(unit, lang))


# ------------------------------------------------------------------ the screen
def screen_tables(
    history: History, lang: str, *, periods: int | None = None, rows: int | None = None, signs: Signs = BLOCKS
) -> list[Table]:
    """What the screen shows: what is to be said, the periods and lines of the whole or of the chosen units, every unit.

    Args:
        history: the result.
        lang: vi or en.
        periods: how many a small line and a table of periods show, the latest.
        rows: how many of a longer table are shown.
        signs: what small lines are drawn with.
    """
    said: list[list[Cell]] = [[sentence] for sentence in headline(history, lang)]
    period = history.manifest.period
    subtitle = text("course.subtitle", lang, start=words.dated(period.start), end=words.dated(period.end))
    tables = [Table("", text("course.title", lang), [Column("headline", subtitle)], said)]
    for course in history.courses:
        own = detailed(course)
        tables += [_latest(periods_table(course, unit, history.card, lang), periods, lang) for unit in own]
        for unit in own:
            tables += lines_tables(course, unit, history.card, lang, most=periods, signs=signs)
        if len(course.units) > len(own):
            tables.append(_first(units_table(course, lang, most=periods, signs=signs), rows, lang))
    return [one for one in (*tables, _first(unused_table(history, lang), rows, lang)) if one.rows]


def _first(table: Table, most: int | None, lang: str) -> Table:
    if most is None or len(table.rows) <= most:
        return table
    more = text("note.more_rows", lang, count=count(len(table.rows) - most, lang))
    return replace(table, rows=table.rows[:most], notes=[more, *table.notes])


def _latest(table: Table, most: int | None, lang: str) -> Table:
    if most is None or len(table.rows) <= most:
        return table
    left = len(table.rows) - most
    shades = {(at - left, key): shade for (at, key), shade in (table.shades or {}).items() if at >= left}
    return replace(table, rows=table.rows[left:], notes=[text("course.cut_rows", lang, count=most)], shades=shades)
