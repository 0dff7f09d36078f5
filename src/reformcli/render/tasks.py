"""Tasks given to agencies as sections of a report, and as a report of their own: sentences, key figures, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from reformcli.i18n import text
from reformcli.render import task_tables as tables
from reformcli.render.document import Document, Section, Tile
from reformcli.render.sources import rules_table, sources_table
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, named, points
from reformcli.tasks.model import EVENTS, Count, Tasks

FEW = 3  # names in one sentence
_IN_NOTE = {
    "tasks_by_agency": ("agency", "tasks", "done", "completion", "overdue", "due_by", "on_time_of_due", "on_time"),
    "tasks_by_group": ("group", "tasks", "done", "completion", "overdue", "due_by", "on_time_of_due", "on_time"),
    "tasks_by_week": ("week", "from_to", "tasks", "done", "completion", "overdue"),
    "tasks_overdue": ("task", "lead", "due", "working_days"),
    "tasks_this_week": ("task", "lead", "due"),
    "tasks_next_week": ("task", "lead", "due"),
    "task_changes": ("event", "task", "lead", "due_before", "due"),
    "task_findings": ("rule", "row", "message"),
    "task_sources": ("file", "rows", "sha256"),
}  # key of a table → the columns that an official note has room for; the other tables have all of theirs

_NOT_IN_NOTE = ("task_rules", "task_settings")


def task_sections(result: Tasks, language: str, whole: Tasks | None = None) -> Sequence[Section]:
    """The tasks as sections: states, agencies, steering groups, weeks, overdue, to come, changes, what was found.

    The first one begins with the sentences that a reader needs; they are about the `whole` where only some agencies of
    it are shown. Sections with nothing in them are left out.
    """
    parts = [
        ("tasks", list(headline(whole or result, language)), [tables.states_table(result, language)]),
        ("tasks_agencies", [], [tables.counts_table("agency", result, language)]),
        ("tasks_groups", [], [tables.counts_table("group", result, language)] if _has_groups(result) else []),
        ("tasks_weeks", [], [tables.weeks_table(result, language)] if result.weeks else []),
        ("tasks_overdue", [], [tables.list_table("tasks_overdue", result.overdue, language)]),
        ("tasks_coming", [], list(_coming(result, language))),
        ("tasks_changes", [], [one] if (one := tables.changes_table(result, language)) else []),
        ("tasks_found", [], [tables.rows_table(result, language), tables.findings_table(result, language)]),
    ]
    return [
        Section(name.replace("_", "-"), text(f"task_section.{name}", language), sentences, shown)
        for name, sentences, found in parts
        if (shown := [table for table in found if table.rows]) or sentences
    ]


def screen_tables(result: Tasks, language: str, *, whole: Tasks, listed: bool = False) -> list[Table]:
    """What a screen shows; `listed`: every task besides."""
    sections = task_sections(result, language, whole)
    sentences: list[list[Cell]] = [[sentence] for sentence in sections[0].paragraphs]
    said = Table("", text("table.tasks", language), [Column("headline", _subtitle(result, language))], sentences)
    found = [said, *(table for section in sections for table in section.tables)]
    return [*found, tables.list_table("tasks_all", result.standings, language)] if listed else found


def _has_groups(result: Tasks) -> bool:
    return any(one.body.agency_id or one.body.key != "unattributed" for one in result.groups)


def _coming(result: Tasks, lang: str) -> Iterator[Table]:
    yield tables.list_table("tasks_this_week", result.this_week, lang)
    yield tables.list_table("tasks_next_week", result.next_week, lang, [tables.next_week_note(result, lang)])


# ------------------------------------------------------------------ sentences
def headline(result: Tasks, lang: str) -> Iterator[str]:
    """What is to be said first."""
    total = result.total
    values = {"tasks": count(total.total, lang), "done": count(total.done, lang), "due": count(total.due, lang)}
    values |= {"completion": _rate(total.completion, lang), "on_time": _rate(total.on_time, lang)}
    values |= {"on_time_of_due": count(total.on_time_of_due, lang)}
    yield text("task_said.whole", lang, **values, moment=f"{result.period.end:%d/%m/%Y}")
    if total.due:
        yield text("task_said.due", lang, **values)
    yield from overdue_sentence(result, lang)
    yield text("task_said.coming", lang, **_coming_values(result, lang))
    if result.changes:
        shown = {event: count(result.changes.count(event), lang) for event in EVENTS}
        yield text("task_said.changes", lang, **shown, file=result.changes.name)
    if result.rows.rejected:
        rows = {name: count(getattr(result.rows, name), lang) for name in ("read", "rejected")}
        yield text("task_said.rejected", lang, **rows)


def overdue_sentence(result: Tasks, lang: str) -> Iterator[str]:
    """How many tasks are overdue, and who has most of them; nothing where none is."""
    if overdue := result.total.states["overdue"]:
        yield text("task_said.overdue", lang, overdue=count(overdue, lang), agencies=_worst(result, lang))


def _coming_values(result: Tasks, lang: str) -> dict[str, str]:
    first, last = result.around.monday, result.around.next_sunday
    return {"next": count(len(result.next_week), lang), "first": f"{first:%d/%m}", "last": f"{last:%d/%m/%Y}"}


def _worst(result: Tasks, lang: str) -> str:
    worst = sorted((one for one in result.agencies if one.states["overdue"]), key=lambda one: -one.states["overdue"])
    return "; ".join(
        f"{tables.body_name(one.body, lang)} ({count(one.states['overdue'], lang)})" for one in worst[:FEW]
    )


def _rate(rate: Decimal | None, lang: str) -> str:
    return "–" if rate is None else f"{points(rate, lang)}%"


# ------------------------------------------------------------------ a report of its own
def task_document(
    result: Tasks,
    lang: str,
    *,
    whole: Tasks,
    record: Mapping[str, Any],
    machine: str = "",
    created: datetime | None = None,
) -> Document:
    """The tasks as a report of their own.

    Args:
        result: what is shown.
        lang: vi or en.
        whole: what the sentences are about, where only some agencies are shown.
        record: the manifest of the result as JSON tells it.
        machine: the result as JSON text.
        created: the time among the properties of files; T where None.
    """
    first, *others = task_sections(result, lang, whole)
    annex = Section(
        "annex",
        text("task_section.tasks_all", lang),
        tables=[tables.list_table("tasks_all", result.standings, lang, file=result.file)],
        annex=True,
    )
    said = [text("report.identity", lang, identity=record["identity"])]
    sources = Section("sources", text("report.section_sources", lang), said, list(_record(record, lang)))
    sections = [replace(first, paragraphs=()), *others, *([annex] if result.standings else []), sources]
    return Document(
        title=text("table.tasks", lang),
        subtitle=_subtitle(result, lang),
        language=lang,
        headline=list(first.paragraphs),
        tiles=list(_tiles(result.total, lang)),
        sections=sections,
        created=created or result.period.end,
        machine=machine,
        brief=[narrow(section) for section in sections],
    )


def _subtitle(result: Tasks, lang: str) -> str:
    return text("task_note.subtitle", lang, moment=f"{result.period.end:%d/%m/%Y}")


def _record(record: Mapping[str, Any], lang: str) -> Iterator[Table]:
    sources = sources_table(record, lang)
    rows = Column("rows", text("task_column.rows", lang), "count")  # of tasks, not of dossiers
    columns = [rows if one.key == "rows" else one for one in sources.columns]
    yield replace(sources, key="task_sources", columns=columns)
    yield replace(rules_table(record, lang), key="task_rules")
    yield replace(_settings_table(record, lang), key="task_settings")


def _settings_table(record: Mapping[str, Any], lang: str) -> Table:
    """The identity of the result, its moment and the choices that its figures depend on."""
    used: list[tuple[str, Cell]] = [
        (text(f"setting.{name}", lang), record[name]) for name in ("identity", "tool", "to")
    ]
    used.append((text("setting.period", lang), text(f"setting.{record['period']['end']}", lang)))
    calendar = {name: value for name, value in record["calendar"].items() if value not in (None, [], ())}
    used += [(f"{text('setting.calendar', lang)}: {name}", _shown(value)) for name, value in calendar.items()]
    used += [(text("setting.option", lang, name=name), _shown(value)) for name, value in record["options"].items()]
    return Table(*named("settings", lang), [column("setting", lang), column("used", lang)], [list(one) for one in used])


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)


def _tiles(total: Count, lang: str) -> Iterator[Tile]:
    rates = (
        ("completion", total.completion, total.done, total.total),
        ("on_time", total.on_time, total.on_time_of_due, total.due),
    )
    yield _tile("tasks", total.total, lang)
    for name, rate, numerator, denominator in rates:
        note = f"{count(numerator, lang)} / {count(denominator, lang)}"
        yield _tile(name, rate, lang, note, kind="percent")
    for name, mood in (("overdue", "bad"), ("done_late", "plain")):
        value = total.states[name]
        yield _tile(name, value, lang, mood=mood if value else "plain")


def _tile(name: str, value: Cell, lang: str, note: str = "", *, kind: str = "count", mood: str = "plain") -> Tile:
    link = "" if value is None else f"={{tasks_by_agency!{name}^}}"
    return Tile(text(f"task_column.{name}", lang), value, Column(name, "", kind), note, mood, link)


def narrow(section: Section) -> Section:
    """A section with the tables and columns that an official note has room for."""
    tables = [_narrowed(table) for table in section.tables if table.key not in _NOT_IN_NOTE]
    return section if section.annex else replace(section, tables=tables)


def _narrowed(table: Table) -> Table:
    wanted = _IN_NOTE.get(table.key)
    if wanted is None:
        return table
    places = [at for at, one in enumerate(table.columns) if one.key in wanted]
    rows = [[row[at] for at in places] for row in table.rows]
    return replace(table, columns=[table.columns[at] for at in places], rows=rows, formulas={}, chart=None)
