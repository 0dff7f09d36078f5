"""The story of one dossier → finished tables: what it is, every row of it, and the figures that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reformcli.audit.explanation import Entry, Story, StoryRow
from reformcli.i18n import has, text
from reformcli.render import reason_words as words
from reformcli.render.left_out import findings_table, period_notes, rows_table, value_shown
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, level_name, named

_KINDS = ("agency", "level", "total")
_PLACED = ("is_agency_unregistered", "is_agency_contradicted", "is_agency_outside_dates")
_DATES = ("received_at", "due_at", "deadline_at", "ended_at")


def tables(story: Story, lang: str) -> list[Table]:
    """Everything that is known of the dossier."""
    return [
        story_table(story, lang),
        rows_of(story, lang),
        entries_table(story, lang),
        rows_table(story.run, lang),
        findings_table(story.run, lang),
    ]


def story_table(story: Story, lang: str) -> Table:
    """What the dossier is and why."""
    columns = [column("setting", lang), Column("told", text("column.figure", lang))]
    rows: list[list[Cell]] = [[text("explain.code", lang), story.dossier_id]]
    rows += [[name, said] for name, said in _told(story, lang)]
    return Table(*named("story", lang), columns, rows, period_notes(story.run.manifest, lang))


def _told(story: Story, lang: str) -> Iterator[tuple[str, Cell]]:
    row, manifest = story.row, story.run.manifest
    if row is None:
        yield text("explain.row", lang), text("explain.no_row", lang)
        return
    yield text("explain.row", lang), place(row, lang)
    yield text("explain.given_state", lang), text(f"state.{row['state']}", lang)
    yield text("explain.why", lang), words.sentence(row, manifest.period, manifest.scorecard.states, lang)
    found = {"agency": _agency(row, lang), "level": level_name(row["level"], lang), "how": found_by(row, lang)}
    yield text("explain.agency", lang), text("explain.found_by", lang, **found)
    for name in _DATES:
        if row[name] is not None and (name != "ended_at" or row[name] <= manifest.period.end):
            yield text(f"column.{name}", lang), words.moment(row[name])
    if story.late:
        kind = text(f"late_kind.{story.late['kind']}", lang)
        yield text("explain.late", lang), kind
        cause = story.late["cause"]
        name = text(f"cause.{cause}", lang) if has(f"cause.{cause}", lang) else cause
        evidence = words.evidence(story.late["evidence"], lang)
        yield text("explain.late_cause", lang), text("told.cause_by", lang, cause=name, evidence=evidence)


def _agency(row: Mapping[str, Any], lang: str) -> str:
    return text("word.unattributed", lang) if row["agency"] == "unattributed" else str(row["agency"])


def found_by(row: Mapping[str, Any], lang: str) -> str:
    """How the agency was found, and what is odd about it."""
    more = [name for name in _PLACED if row[name]]
    return "; ".join(text(f"placed_by.{name}", lang) for name in (row["placed_by"], *more))


def place(row: Mapping[str, Any], lang: str) -> str:
    """Where a row stands."""
    sheet = " " + text("explain.in_sheet", lang, sheet=row["sheet"]) if row["sheet"] else ""
    return text("explain.place", lang, file=row["file"], sheet=sheet, row=row["row"])


# ------------------------------------------------------------------ rows and figures
_ROW = ("file", "sheet", "row", "fate", "why", "status", "received_at", "due_at", "finished_at", "returned_at", "found")


def rows_of(story: Story, lang: str, *, plain: bool = False) -> Table:
    """Every row that has the code, the one that counts first."""
    kinds = {name: "time" for name in _ROW if name.endswith("_at")} | {"row": "count"}
    columns = [column(name, lang, kinds.get(name, "text")) for name in _ROW]
    return Table(*named("story_rows", lang), columns, [_row(one, lang, plain) for one in story.rows])


def _row(one: StoryRow, lang: str, plain: bool) -> list[Cell]:
    status = one.facts.get("status")
    fate = one.fate if plain else text(f"fate.{one.fate}", lang)
    state = status if plain or status is None else words.coded("status", status, lang)
    dates: list[Cell] = [one.facts.get(name) for name in _ROW if name.endswith("_at")]
    why = text(f"chosen.{one.why}", lang) if one.why else ""
    return [one.file, one.sheet, one.row, fate, why, state, *dates, "; ".join(_found(one, lang))]


def _found(one: StoryRow, lang: str) -> Iterator[str]:
    for rule, _, value in one.found:
        shown = value_shown(rule, value, lang)
        yield f"{rule} {text(f'finding.{rule}.title', lang)}" + (f": {shown}" if shown else "")


def entries_table(story: Story, lang: str, *, plain: bool = False) -> Table:
    """The figures that the dossier is in, for its agency, its level and the total."""
    columns = [Column("figure", text("explain.figure", lang)), column("name", lang)]
    columns += [column(kind, lang) for kind in _KINDS]
    by_figure: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in story.entries:
        by_figure.setdefault((entry.kind, entry.name), {})[entry.unit.kind] = entry
    sums = [one.id for one in story.run.manifest.scorecard.components if one.sum]
    rows: list[list[Cell]] = []
    for (kind, name), of in by_figure.items():
        first = f"{kind} {name}" if plain else _kind(kind, name, lang)
        cells = [_entered(of.get(one), sums, lang) for one in _KINDS]
        rows.append([first, _name(story, kind, name, lang), *cells])
    return Table(*named("story_figures", lang), columns, rows)


def _kind(kind: str, name: str, lang: str) -> str:
    if kind == "component":
        return text("explain.component", lang, id=name)
    return text({"metric": "explain.metric", "late": "explain.late", "cause": "explain.late_cause"}[kind], lang)


def _name(story: Story, kind: str, name: str, lang: str) -> str:
    if kind == "component":
        return next(one.name[lang] for one in story.run.manifest.scorecard.components if one.id == name)
    key = f"{ {'metric': 'column', 'late': 'late_kind', 'cause': 'cause'}[kind] }.{name}"
    return text(key, lang) if has(key, lang) else name


def _entered(entry: Entry | None, sums: Sequence[str], lang: str) -> str:
    if entry is None:
        return text("entered.no", lang)
    part = "both" if entry.in_numerator else "denominator"
    part = "counted" if entry.kind != "component" else "summed" if entry.name in sums else part
    said = text(f"entered.{part}", lang)
    return said if entry.is_counted else text("entered.uncounted", lang, entered=said)
