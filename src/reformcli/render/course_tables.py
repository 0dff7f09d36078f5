"""A course as tables: a row for each period, for each unit and period, for each source of figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reformcli.history.course import COUNTS, RATES, Course, History, component, component_of, key_of
from reformcli.i18n import text
from reformcli.model import Scorecard, Unit
from reformcli.outcomes import Figure
from reformcli.render import course_words as words
from reformcli.render.table import Cell, Chart, Column, Table
from reformcli.render.words import column, level_name, named, unit_name

PERCENT = ("attained", *RATES)
_BACKLOG = ("pending", "overdue", "carried_over")
_DRAWN = {"points": ("points",), "rates": RATES, "backlog": _BACKLOG}

Filled = tuple[Column, Sequence[Cell]]  # a column with a cell for each period


def heading(key: str, lang: str, kind: str = "text") -> Column:
    """A column whose heading is among the words of courses."""
    return Column(key, text(f"course.{key}", lang), kind)


def component_name(card: Scorecard, name: str, lang: str) -> str:
    """A component by its id and, where the scorecard knows it, its name."""
    found = next((one.name[lang] for one in card.components if one.id == name), "")
    return f"{name} {found}".strip()


# ------------------------------------------------------------------ one unit by period
def period_tables(course: Course, unit: Unit, card: Scorecard, lang: str) -> list[Table]:
    """Points, rates and backlog of one unit by period, each with its picture."""
    filled = {
        "points": _points(course, unit, card, lang),
        "rates": _figures(course, unit, PERCENT, lang, "percent"),
        "backlog": _figures(course, unit, COUNTS, lang, "count"),
    }
    return [_by_period(course, unit, key, columns, lang) for key, columns in filled.items()]


def periods_table(course: Course, unit: Unit, card: Scorecard, lang: str) -> Table:
    """Points, rates and what is open of one unit by period, on one table for the screen."""
    columns = [one for one in _points(course, unit, card, lang) if one[0].key in ("points", "measurable", "before")]
    columns += _figures(course, unit, RATES, lang, "percent")
    columns += _figures(course, unit, _BACKLOG, lang, "count")
    return _by_period(course, unit, "points", columns, lang, on_screen=True)


def _points(course: Course, unit: Unit, card: Scorecard, lang: str) -> list[Filled]:
    key = key_of(unit)
    line = course.line(unit, "points")
    found = [one.result.units.get(key) if one.result else None for one in course.moments]
    bands = [one.result.bands.get(key) if one.result else None for one in course.moments]
    names = {one.id: one.name[lang] for one in card.bands}
    ranks: list[Cell] = [None if one is None or one.rank is None else f"{one.rank}/{one.rank_of}" for one in found]
    filled: list[Filled] = [
        (heading("points", lang, "points"), line.values),
        (column("measurable", lang, "points"), [one.measurable if one else None for one in found]),
        (heading("before", lang, "change"), steps(line.values, line.breaks)),
        (heading("attained", lang, "percent"), course.line(unit, "attained").values),
    ]
    if any(ranks):
        filled.append((column("rank", lang), ranks))
    if any(bands):
        filled.append((column("band", lang), [names.get(band, band) if band else "" for band in bands]))
    return filled


def steps(values: Sequence[Figure], breaks: Iterable[int]) -> list[Cell]:
    """The change from one period to the next; None beside a gap and where the two do not compare."""
    found: list[Cell] = [None]
    for at in range(1, len(values)):
        before, now = values[at - 1], values[at]
        is_known = before is not None and now is not None and at not in set(breaks)
        found.append(Decimal(now) - Decimal(before) if is_known else None)  # type: ignore[arg-type]
    return found[: len(values)]


def _figures(course: Course, unit: Unit, names: Sequence[str], lang: str, kind: str) -> list[Filled]:
    return [(heading(name, lang, kind), course.line(unit, name).values) for name in names]


def _by_period(
    course: Course, unit: Unit, key: str, filled: Sequence[Filled], lang: str, *, on_screen: bool = False
) -> Table:
    line, moments = course.line(unit, "points"), course.moments
    names: list[Cell] = [words.period_name(one.slot) for one in moments]
    remarks: list[Cell] = [words.remark(course, at, line, lang) for at in range(len(moments))]
    whole: list[Filled] = [
        (column("period", lang), names),
        (column("to", lang, "time"), [one.slot.end.replace(second=0) for one in moments]),
    ]
    whole = [*(whole[:1] if on_screen else whole), *filled, (column("remark", lang), remarks)]
    rows = [[cells[at] for _, cells in whole] for at in range(len(moments))]
    name, title = named(f"course_{key}", lang)
    titled = text("course.unit_title", lang, title=title, unit=unit_name(unit, lang))
    chart = None if on_screen else Chart("course", "to", _DRAWN[key], breaks=_break_labels(course))
    shades = {(at, "remark"): "muted" for at, one in enumerate(moments) if one.result is None}
    return Table(name, titled, [one for one, _ in whole], rows, shades=shades, chart=chart, key=f"course_{key}")


def _break_labels(course: Course) -> tuple[tuple[int, str], ...]:
    """The places at which the scorecard changes, with the new one's name."""
    return tuple(
        (at, words.card_name(one.result)) for at, one in enumerate(course.moments) if one.is_break and one.result
    )


# ------------------------------------------------------------------ every unit
def all_table(course: Course, card: Scorecard, lang: str) -> Table:
    """Every unit in every period that it has a result in: points, rates, dossiers."""
    columns = [column(name, lang) for name in ("unit", "level", "period")]
    columns += [heading("points", lang, "points"), column("measurable", lang, "points")]
    columns += [heading("before", lang, "change"), column("rank", lang), column("band", lang)]
    columns += [heading(name, lang, "percent") for name in PERCENT] + [heading(name, lang, "count") for name in COUNTS]
    names = {one.id: one.name[lang] for one in card.bands}
    rows: list[list[Cell]] = []
    for unit in course.units:
        lines = {name: course.line(unit, name) for name in ("points", *PERCENT, *COUNTS)}
        changes = steps(lines["points"].values, lines["points"].breaks)
        for at, moment in enumerate(course.moments):
            one = moment.result.units.get(key_of(unit)) if moment.result else None
            if one is None or moment.result is None:
                continue
            band = moment.result.bands.get(key_of(unit))
            rank = None if one.rank is None else f"{one.rank}/{one.rank_of}"
            cells: list[Cell] = [unit_name(unit, lang), level_name(unit.level, lang), words.period_name(moment.slot)]
            cells += [one.points, one.measurable, changes[at], rank, names.get(band, band) if band else None]
            rows.append([*cells, *(lines[name].values[at] for name in (*PERCENT, *COUNTS))])
    return Table(*named("course_all", lang), columns, rows, key="course_all")


def results_table(course: Course, lang: str) -> Table:
    """The result of each period: what it lacks, its scorecard, and the file and identity by which it is found again."""
    columns = [column("period", lang), column("from", lang, "time"), column("to", lang, "time")]
    columns += [
        heading("complete", lang),
        heading("break", lang),
        column("file", lang),
        column("course_identity", lang),
    ]
    columns += [heading("tool", lang), column("sha256", lang)]
    rows: list[list[Cell]] = []
    for moment in course.moments:
        one, name = moment.result, words.period_name(moment.slot)
        if one is None:
            empty: list[Cell] = ["", "", "", "", ""]
            rows.append([name, moment.slot.start, moment.slot.end, text("course.gap", lang), *empty])
            continue
        told: list[Cell] = [words.lacking(moment, lang), words.card_name(one), one.source, one.identity, one.tool]
        rows.append([name, one.figures.start, one.figures.end, *told, one.sha256])
    name, title = named("course_results", lang)
    titled = text("course.unit_title", lang, title=title, unit=words.rhythm_name(course, lang))
    return Table(name, titled, columns, rows, key="course_results")


def unused_table(history: History, lang: str) -> Table:
    """The files and results whose figures are in no course, and why."""
    columns = [column("file", lang), column("period", lang), heading("why", lang)]
    columns += [column("points", lang, "points"), heading("used_points", lang, "points"), column("sha256", lang)]
    rows: list[list[Cell]] = [
        [one.source, one.period or "", words.why(one, lang), one.points, one.used, one.sha256] for one in history.unused
    ]
    return Table(*named("course_unused", lang), columns, rows, key="course_unused")


# ------------------------------------------------------------------ csv
_PLAIN = (
    *("rhythm", "since", "period", "from", "to", "kind", "agency", "level", "points", "measurable", "max", "attained"),
    *(
        "band",
        "rank",
        "rank_of",
        *RATES,
        *COUNTS,
        "scorecard",
        "version",
        "break",
        "lacks",
        "source",
        "sha256",
        "identity",
    ),
)


def plain_table(history: History, lang: str) -> Table:
    """Every unit in every period for machines, with the points of each component; a gap has a row of its own."""
    names = sorted({name for course in history.courses for name in course.components})
    columns = [Column(name, name) for name in (*_PLAIN, *names)]
    rows = [
        [cells.get(name) for name in (*_PLAIN, *names)]
        for course in history.courses
        for at in range(len(course.moments))
        for cells in _plain_rows(course, at)
    ]
    return Table(*named("course_all", lang), columns, rows)


def _plain_rows(course: Course, at: int) -> list[dict[str, Cell]]:
    moment = course.moments[at]
    own: dict[str, Cell] = {
        "rhythm": course.rhythm,
        "since": course.anchor.isoformat(sep=" ") if course.anchor else None,
        "period": moment.slot.name,
        "from": moment.slot.start.isoformat(sep=" "),
        "to": moment.slot.end.isoformat(sep=" "),
    }
    one = moment.result
    if one is None:
        return [own]
    card, version, _ = one.card
    own |= {
        "scorecard": card,
        "version": version,
        "break": "1" if moment.is_break else "0",
        "lacks": " ".join(one.lacks),
    }
    own |= {"source": one.source, "sha256": one.sha256, "identity": one.identity}
    rows = []
    for unit in course.units:
        found = one.units.get(key_of(unit))
        if found is None:
            continue
        cells: dict[str, Cell] = {"kind": unit.kind, "agency": unit.agency, "level": unit.level}
        cells |= {"measurable": found.measurable, "max": one.maxima[key_of(unit)], "band": one.bands[key_of(unit)]}
        cells |= {"rank": found.rank, "rank_of": found.rank_of}
        measures = ("points", *PERCENT, *COUNTS, *map(component, course.components))
        values = {component_of(name) or name: course.line(unit, name).values[at] for name in measures}
        rows.append({**own, **cells, **values})
    return rows
