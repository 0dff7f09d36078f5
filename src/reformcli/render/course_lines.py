"""Small lines of a course as tables: points, components, rates and dossiers of one unit, or every unit in one row."""

from __future__ import annotations

from collections.abc import Sequence

from reformcli.history.course import COUNTS, RATES, Course, Line, component, key_of
from reformcli.i18n import text
from reformcli.model import Scorecard, Unit
from reformcli.render import course_words as words
from reformcli.render.course_tables import component_name, heading
from reformcli.render.sparks import BLOCKS, Signs, spark
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, level_name, named, unit_name


def _notes(course: Course, lines: Sequence[Line], lang: str, most: int | None, signs: Signs) -> list[str]:
    """What must be known to read small lines."""
    said = [text("course.legend", lang, gap=signs.gap, mark=signs.mark)]
    since = sorted({line.start for line in lines if line.breaks and line.start is not None})
    said += [text("course.since", lang, period=words.period_name(course.moments[at].slot)) for at in since]
    return [*said, text("course.cut", lang, count=most)] if most and len(course.moments) > most else said


def lines_tables(
    course: Course, unit: Unit, card: Scorecard, lang: str, *, most: int | None = None, signs: Signs = BLOCKS
) -> list[Table]:
    """The small lines of one unit: points and components, rates, dossiers."""
    rates = [(text(f"course.{name}", lang), course.line(unit, name)) for name in ("attained", *RATES)]
    flows = [(text(f"course.{name}", lang), course.line(unit, name)) for name in COUNTS]
    made = (("rates", rates, "percent"), ("counts", flows, "count"))
    return [
        points_lines(course, unit, card, lang, most=most, signs=signs),
        *(_lines(course, unit, f"course_lines_{key}", rows, lang, kind, most, signs) for key, rows, kind in made),
    ]


def points_lines(
    course: Course, unit: Unit, card: Scorecard, lang: str, *, most: int | None = None, signs: Signs = BLOCKS
) -> Table:
    """The small lines of the points and components of one unit."""
    rows = [(text("course.points", lang), course.line(unit, "points"))]
    rows += [(component_name(card, name, lang), course.line(unit, component(name))) for name in course.components]
    return _lines(course, unit, "course_lines_points", rows, lang, "points", most, signs)


def _lines(
    course: Course,
    unit: Unit,
    key: str,
    rows: Sequence[tuple[str, Line]],
    lang: str,
    kind: str,
    most: int | None,
    signs: Signs,
) -> Table:
    known = [(name, line) for name, line in rows if line.start is not None]
    name, title = named(key, lang)
    titled = text("course.unit_title", lang, title=title, unit=unit_name(unit, lang))
    columns = [heading("measure", lang), *_line_columns(lang, kind)]
    cells = [[said, *_line_cells(course, line, most, signs)] for said, line in known]
    notes = _notes(course, [line for _, line in known], lang, most, signs)
    return Table(name, titled, columns, cells, notes if kind == "points" else notes[1:], key=key)


def _line_columns(lang: str, kind: str) -> list[Column]:
    figures = [heading(name, lang, kind) for name in ("first", "last", "low", "high")]
    change = heading("change", lang, "count" if kind == "count" else "change")  # more dossiers are not better
    return [heading("line", lang), heading("from_period", lang), *figures, change]


def _line_cells(course: Course, line: Line, most: int | None, signs: Signs) -> list[Cell]:
    first = len(line.values) - most if most and len(line.values) > most else 0
    breaks = [at - first for at in line.breaks if at >= first]
    since = words.period_name(course.moments[line.start].slot) if line.start is not None else ""
    drawn = spark(line.values[first:], breaks, signs=signs)
    return [drawn, since, line.first, line.last, line.low, line.high, line.change]


def units_table(course: Course, lang: str, *, most: int | None = None, signs: Signs = BLOCKS) -> Table:
    """Every unit: the line of what it attained, and its latest points and place."""
    lines = [(unit, course.line(unit, "attained")) for unit in course.units]
    known = [(unit, line) for unit, line in lines if line.start is not None]
    columns = [column("unit", lang), column("level", lang), *_line_columns(lang, "percent")]
    columns += [column("points", lang, "points"), column("measurable", lang, "points"), column("rank", lang)]
    rows: list[list[Cell]] = [
        [
            unit_name(unit, lang),
            level_name(unit.level, lang),
            *_line_cells(course, line, most, signs),
            *_latest(course, unit),
        ]
        for unit, line in known
    ]
    name, title = named("course_units", lang)
    return Table(
        name, title, columns, rows, _notes(course, [line for _, line in known], lang, most, signs), key="course_units"
    )


def _latest(course: Course, unit: Unit) -> list[Cell]:
    """Points, measurable points and place of a unit in the latest period that it has a result in."""
    key = key_of(unit)
    found = [one.result.units[key] for one in course.moments if one.result and key in one.result.units]
    if not found:
        return [None, None, None]
    last = found[-1]
    return [last.points, last.measurable, None if last.rank is None else f"{last.rank}/{last.rank_of}"]


def components_table(course: Course, card: Scorecard, lang: str) -> Table:
    """The small line of every component of every unit."""
    columns = [column("unit", lang), column("level", lang), column("component", lang), *_line_columns(lang, "points")]
    lines = [(unit, name, course.line(unit, component(name))) for unit in course.units for name in course.components]
    known = [(unit, name, line) for unit, name, line in lines if line.start is not None]
    rows: list[list[Cell]] = [
        [
            unit_name(unit, lang),
            level_name(unit.level, lang),
            component_name(card, name, lang),
            *_line_cells(course, line, None, BLOCKS),
        ]
        for unit, name, line in known
    ]
    notes = _notes(course, [line for _, _, line in known], lang, None, BLOCKS)
    return Table(*named("course_components", lang), columns, rows, notes, key="course_components")
