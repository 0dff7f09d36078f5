"""A report as a document: what is said first, the key figures, the sections with their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from reformcli.i18n import text
from reformcli.late.names import UNSTATED, Lateness
from reformcli.model import Unit, UnitScore
from reformcli.outcomes import Outlook, UnitChange
from reformcli.render import backlog, change_words, changes, left_out, outlook, report_joined
from reformcli.render.brief import briefed
from reformcli.render.document import Document, Section, Tile
from reformcli.render.numbers import NOT_MEASURED
from reformcli.render.report_json import report_body
from reformcli.render.report_tables import (
    components_table,
    form_table,
    ranking_table,
    sum_components_table,
    sum_formulas,
    sums_table,
    total_table,
    unranked_table,
)
from reformcli.render.shapes import sealed
from reformcli.render.sources import record_tables
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import count, level_name, named, points
from reformcli.reported import Report

FEW = 3  # names in one sentence


def report_document(
    report: Report,
    lang: str,
    *,
    machine: str = "",
    record: Mapping[str, Any] | None = None,
    created: datetime | None = None,
) -> Document:
    """Put a report into words and tables.

    Args:
        report: the result.
        lang: vi or en.
        machine: the same result as JSON text.
        record: its manifest as JSON tells it, where that was made already.
        created: the time among the files' properties; the end of the period where None.
    """
    record = record or sealed(report_body(report, listed=False))["manifest"]
    period, card = report.run.manifest.period, report.run.manifest.scorecard
    values = {"card": card.title[lang], "version": card.version}
    if period.known:
        subtitle = text("report.subtitle", lang, start=_time(period.start), end=_time(period.end), **values)
    else:
        subtitle = text("report.subtitle_no_period", lang, **values)
    sections = [section for section in _sections(report, lang, record) if section.tables or section.paragraphs]
    return Document(
        title=text("report.title", lang, card=card.title[lang]),
        subtitle=subtitle,
        language=lang,
        headline=list(_headline(report, lang)),
        tiles=list(_tiles(report, lang)),
        sections=sections,
        brief=report_joined.brief(report, briefed(sections, text("word.total", lang)), lang),
        created=created or (period.end if period.known else datetime(2022, 6, 23)),
        machine=machine,
    )


def total_of(report: Report) -> UnitScore:
    """The unit that stands for everything."""
    return next(unit for unit in report.run.units if unit.unit.kind == "total")


def _total_change(report: Report) -> UnitChange | None:
    units = report.comparison.units if report.comparison else ()
    return next((change for change in units if change.unit.kind == "total"), None)


def _time(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


# ------------------------------------------------------------------ sentences
def _headline(report: Report, lang: str) -> Iterator[str]:
    yield _points_sentence(report, lang)
    yield from _change_sentence(report, lang)
    if report.flow and report.flow[-1]["handled"]:
        yield _flow_sentence(report.flow[-1], lang)
        yield from _late_sentences(report, lang)
    elif report.run.manifest.sheets:
        yield text("report.no_dossiers", lang)
    yield from _target_sentence(report, lang)
    yield from _advice_sentences(report, lang)
    yield from report_joined.headline(report, lang)
    rows = report.run.rows
    if rows.rejected:
        yield text("report.left_out", lang, rejected=count(rows.rejected, lang), read=count(rows.read, lang))


def _points_sentence(report: Report, lang: str) -> str:
    total = total_of(report)
    if total.points is None:
        return text("report.no_points", lang)
    is_whole = total.measurable == report.run.manifest.scorecard.max
    return text(
        "report.points_full" if is_whole else "report.points",
        lang,
        points=points(total.points, lang),
        measurable=points(total.measurable, lang),
        max=points(report.run.manifest.scorecard.max, lang),
        attained=points(report.attained.get(total.unit), lang),
    )


def _change_sentence(report: Report, lang: str) -> Iterator[str]:
    change = _total_change(report)
    if change is None or report.comparison is None:
        return
    before = report.comparison.before
    shown = f"{before.start:%d/%m/%Y} – {before.end:%d/%m/%Y}"
    if not isinstance(change.points.change, Decimal):
        yield text("report.points_incomparable", lang)
        return
    way = "up" if change.points.change > 0 else "down" if change.points.change < 0 else "same"
    yield text(f"report.points_{way}", lang, before=shown, change=points(abs(change.points.change), lang))


def _flow_sentence(flow: Mapping[str, object], lang: str) -> str:
    shown = {name: count(int(str(flow[name])), lang) for name in ("handled", "resolved", "pending")}
    rate = flow["on_time_rate"]
    if not isinstance(rate, Decimal):
        return text("report.flow_none", lang, **shown)
    return text("report.flow", lang, rate=points(rate, lang), **shown)


def _late_sentences(report: Report, lang: str) -> Iterator[str]:
    late, moved = report.late, report.late.movement
    whole = late.groups[-1]
    if not late.late and not moved.opening and not moved.closing:
        yield text("report.not_late", lang)
        return
    figures = {"overdue": whole.overdue, "resolved_late": whole.resolved_late, "opening": moved.opening}
    figures |= {"newly": moved.newly_late, "cleared": moved.cleared, "closing": moved.closing}
    yield text("report.late", lang, **{name: count(value, lang) for name, value in figures.items()})
    if late.late:
        yield _causes_sentence(report, lang)
    if late.worst:
        yield text("report.worst", lang, agencies="; ".join(_worst_of_levels(late, lang)))
    if late.growing:
        names = ", ".join(f"{name} (+{count(more, lang)})" for name, more in late.growing[:FEW])
        yield text("report.growing", lang, count=count(len(late.growing), lang), agencies=names)


def _causes_sentence(report: Report, lang: str) -> str:
    late = report.late
    unstated = {"unstated": count(late.unstated, lang), "late": count(late.late, lang)}
    *groups, _ = report.late.also["cause"]
    known = [
        group for group in groups if group.by["cause"] not in (None, UNSTATED) and group.overdue + group.resolved_late
    ]
    if not known:
        return text("report.no_causes", lang, **unstated)
    shown = [
        f"{backlog.dimension_value('cause', group.by['cause'], lang).lower()} ({points(group.share, lang)}%)"
        for group in known[:FEW]
    ]
    return text("report.causes", lang, causes=", ".join(shown), **unstated)


def _worst_of_levels(late: Lateness, lang: str) -> Iterator[str]:
    seen = set()
    for one in late.worst:
        if one.level not in seen:
            seen.add(one.level)
            bad = one.group.overdue + one.group.resolved_late
            yield text(
                "report.worst_one",
                lang,
                agency=one.agency,
                level=(level_name(one.level, lang) or "").lower(),
                rate=points(one.rate, lang),
                late=count(bad, lang),
                handled=count(one.handled, lang),
            )


def _target_sentence(report: Report, lang: str) -> Iterator[str]:
    found = [result.status for result in report.outlook.targets if result.unit.kind != "agency"]
    if found:
        numbers = {name: found.count(name) for name in ("met", "missed", "ahead")}
        numbers["empty"] = found.count("empty")
        numbers["unknown"] = len(found) - sum(numbers.values())
        yield text("report.targets", lang, **{name: count(value, lang) for name, value in numbers.items()})


def _advice_sentences(report: Report, lang: str) -> Iterator[str]:
    gaps = [
        gap
        for gap in report.outlook.gaps
        if gap.unit.kind == "total" and outlook.can_be_mended(gap, report.outlook.ways)
    ]
    best = sorted(gaps, key=lambda gap: (-gap.lost, gap.component.id))[:FEW]
    if best:
        shown = [
            text(
                "report.advice_one",
                lang,
                component=gap.component.id,
                name=gap.component.name[lang],
                need=outlook.need_words(gap, report.outlook.ways, lang),
                points=points(gap.lost, lang),
            )
            for gap in best
        ]
        yield text("report.advice", lang, advice="; ".join(shown))
    risks = [risk for risk in report.outlook.risks if risk.unit.kind == "total"]
    if risks:
        lost = sum((risk.points for risk in risks), Decimal(0))
        yield text("report.risk", lang, until=f"{risks[0].until:%d/%m/%Y}", points=points(lost, lang))


# ------------------------------------------------------------------ key figures
def _tiles(report: Report, lang: str) -> Iterator[Tile]:
    total, change = total_of(report), _total_change(report)
    place = sum(unit.unit.kind != "agency" for unit in report.run.units) - 1
    note = text("report.tile_points_note", lang, measurable=points(total.measurable, lang))
    yield Tile(
        text("report.tile_points", lang), total.points, _column("points"), note, formula=f"={{sums!points#{place}}}"
    )
    if change and isinstance(change.points.change, Decimal):
        mood = "good" if change.points.change > 0 else "bad" if change.points.change < 0 else "plain"
        link = f"={{sums!points_change#{place}}}"
        yield Tile(text("report.tile_change", lang), change.points.change, _column("change"), "", mood, link)
    if not report.flow or not report.flow[-1]["handled"]:
        return
    flow = {name: value for name, value in report.flow[-1].items() if isinstance(value, int)}
    shown = {"received": count(flow["received"], lang), "carried": count(flow["carried_over"], lang)}
    yield _count_tile("handled", flow["handled"], "form_received", lang, **shown)
    yield _count_tile("resolved", flow["resolved"], "form_resolved", lang)
    rate = report.flow[-1]["on_time_rate"]
    note = text("report.tile_rate_note", lang)
    value = rate if isinstance(rate, Decimal) else NOT_MEASURED
    yield Tile(text("report.tile_rate", lang), value, _column("percent"), note, formula="={form!on_time_rate^}")
    yield _count_tile("overdue", flow["overdue"], "form_overdue", lang, pending=count(flow["pending"], lang))
    yield _count_tile("late", flow["late"], "form_late", lang)


def _count_tile(name: str, value: int, key: str, lang: str, **values: str) -> Tile:
    note = text(f"report.tile_{name}_note", lang, **values) if values else ""
    return Tile(text(f"report.tile_{name}", lang), value, _column("count"), note, formula=f"={{form!{key}^}}")


def _column(kind: str) -> Column:
    return Column(kind, "", kind)


# ------------------------------------------------------------------ sections
def _sections(report: Report, lang: str, record: Mapping[str, Any]) -> Iterator[Section]:
    run = report.run
    ranking = [ranking_table(report, lang), sums_table(report, lang), unranked_table(report, lang)]
    yield _section("ranking", lang, ranking)
    yield _section("components", lang, [total_table(report, lang), sum_components_table(report, lang)])
    if report.comparison:
        yield _section("changes", lang, list(_change_tables(report, lang)))
    if run.manifest.sheets:
        yield _section("flow", lang, [form_table(report, lang)])
        yield _section("late", lang, list(_late_tables(report, lang)))
    sums = _restricted(report.outlook, lambda unit: unit.kind != "agency")
    yield _section("targets", lang, [_keyed(outlook.targets_table(sums, lang), "targets")])
    yield _section("gaps", lang, [_keyed(make(sums, lang), name) for name, make in _OUTLOOK.items()])
    yield from report_joined.sections(report, lang)
    found = [_keyed(left_out.rows_table(run, lang), "rows"), _keyed(left_out.findings_table(run, lang), "findings")]
    unplaced = left_out.unplaced_table(run.unplaced, lang)
    yield _section("left_out", lang, [*found, *([unplaced] if unplaced else [])])
    yield _section("annex", lang, list(_annex(report, lang)), annex=True)
    tables = zip(record_tables(record, run.manifest.scorecard.title, lang), _RECORD, strict=True)
    said = text("report.identity", lang, identity=record["identity"])
    yield _section("sources", lang, [_keyed(table, key) for table, key in tables], [said])


_RECORD = ("made_from", "rulesets", "settings")
_OUTLOOK = {"gaps": outlook.gaps_table, "paths": outlook.paths_table, "risks": outlook.risks_table}


def _restricted(ahead: Outlook, is_wanted: Callable[[Unit], bool]) -> Outlook:
    """The outlook of some units."""
    return replace(
        ahead,
        targets=tuple(one for one in ahead.targets if is_wanted(one.unit)),
        gaps=tuple(one for one in ahead.gaps if is_wanted(one.unit)),
        paths=tuple(one for one in ahead.paths if is_wanted(one.unit)),
        risks=tuple(one for one in ahead.risks if is_wanted(one.unit)),
    )


def _section(
    name: str, lang: str, tables: Sequence[Table], notes: Sequence[str] = (), *, annex: bool = False
) -> Section:
    return Section(name, text(f"report.section_{name}", lang), notes, [table for table in tables if table.rows], annex)


def _keyed(table: Table, key: str, lang: str | None = None) -> Table:
    """A table with the name by which formulas, the csv and the note call it; with `lang` also its own title."""
    if lang is None:
        return replace(table, key=key)
    name, title = named(key, lang)
    return replace(table, key=key, name=name, title=title)


def _change_tables(report: Report, lang: str) -> Iterator[Table]:
    compared = report.comparison
    if compared is None:
        return
    basis = changes.basis_table(compared, lang, change_words.headline(compared, lang))
    yield _keyed(basis, "compared", lang)
    yield _keyed(changes.units_table(compared, lang), "changes")
    components = report.run.manifest.scorecard.components
    sums = [one for one in change_words.ordered(compared.units) if one.unit.kind != "agency"]
    yield _keyed(changes.components_table(sums, components, lang), "component_changes")


def _late_tables(report: Report, lang: str) -> Iterator[Table]:
    late = report.late
    for name, groups in (*late.also.items(), ("agency", late.groups)):
        table = backlog.groups_table(replace(late, by=(name,), groups=groups), lang)
        yield _with_shares(_keyed(table, f"late_by_{name}", lang))
    yield _with_changes(_keyed(backlog.movement_table(late, lang), "movement"))
    yield _keyed(backlog.series_table(late, lang), "series")
    yield replace(_keyed(backlog.worst_table(late, lang), "worst"), bars=("late_rate",))
    yield _keyed(backlog.worst_table(replace(late, worst=late.best), lang), "best", lang)


def _with_shares(table: Table) -> Table:
    """A table of groups: shares follow from the counts, the whole from the groups."""
    sums = sum_formulas(table, ("overdue", "resolved_late", "paused_past_due"))
    places = {shown.key: place for place, shown in enumerate(table.columns)}
    share = "=ROUND(100*({overdue}+{resolved_late})/({overdue^}+{resolved_late^}),2)"
    shares = {(number, "share"): share for number, row in enumerate(table.rows) if row[places["share"]] is not None}
    return replace(table, bars=("share",), formulas={**sums, **shares})


def _with_changes(table: Table) -> Table:
    change = "={closing_overdue}+{closing_paused}-{opening}"
    sums = sum_formulas(table, backlog.MOVES)
    return replace(table, formulas={**sums, **{(number, "change"): change for number in range(len(table.rows))}})


def _annex(report: Report, lang: str) -> Iterator[Table]:
    yield components_table(report, lang)
    agencies = _restricted(report.outlook, lambda unit: unit.kind == "agency")
    for name, make in {"targets": outlook.targets_table, **_OUTLOOK}.items():
        yield _keyed(make(agencies, lang), f"agency_{name}", lang)
    yield _keyed(backlog.near_table(report.late, lang), "near")
    yield _keyed(backlog.listed_table(report.late, lang), "late_dossiers")
    yield _keyed(backlog.suggestions_table(report.late, lang), "suggestions")


def report_tables(document: Document, most: int | None = None) -> list[Table]:
    """What the screen shows of a report: the headline and the tables that are no annex.

    Args:
        document: the report.
        most: rows of a table; closing sums stay, and a line tells how many rows are left out.
    """
    sentences: list[list[Cell]] = [[sentence] for sentence in document.headline]
    said = Table("", document.title, [Column("headline", document.subtitle)], sentences)
    tables = [table for part in document.sections if not part.annex for table in part.tables]
    return [said, *(table if most is None else _cut(table, most, document.language) for table in tables)]


def _cut(table: Table, most: int, lang: str) -> Table:
    last = len(table.rows) - table.total_rows
    if last <= most:
        return table
    more = text("note.more_rows", lang, count=count(last - most, lang))
    shades = {(row, key): shade for (row, key), shade in (table.shades or {}).items() if row < most}
    return replace(table, rows=[*table.rows[:most], *table.rows[last:]], notes=[more, *table.notes], shades=shades)
