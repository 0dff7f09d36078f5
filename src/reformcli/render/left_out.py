"""Findings, quarantine and what was left out → finished tables: what an auditor reads beside the figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reformcli.findings import by_severity, tallied
from reformcli.i18n import has, text
from reformcli.model import Manifest, Run
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, known, named

SHOWN_PLACES = 10


def period_notes(manifest: Manifest, lang: str) -> list[str]:
    """The period used, and what follows from one that nobody chose."""
    period = manifest.period
    if not period.known:
        return [text("note.no_period", lang)]
    notes = [text("note.period", lang, start=_time(period.start), end=_time(period.end))]
    if not period.start_given and not period.end_given:
        notes.append(text("note.whole_export", lang))
    elif not period.start_given:
        notes.append(text("note.open_start", lang))
    elif not period.end_given:
        notes.append(text("note.open_end", lang))
    if period.suggestion:
        notes.append(text("note.suggestion", lang, period=period.suggestion))
    return notes


def _time(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y %H:%M:%S")


def rows_table(run: Run, lang: str) -> Table:
    """What became of every row."""
    names = ("read", "counted", "out_of_scope", "superseded", "rejected")
    rows: list[list[Cell]] = [[text(f"rows.{name}", lang), getattr(run.rows, name)] for name in names]
    columns = [column("what", lang), column("rows", lang, "count")]
    return Table(*named("rows", lang), columns, rows, reading_notes(run.manifest, lang))


def reading_notes(manifest: Manifest, lang: str) -> list[str]:
    """What in the files is no dossier, was hidden or was not read."""
    notes = [
        text(
            "note.other_rows",
            lang,
            file=_place(sheet.source.name, sheet.sheet),
            rows=count(sheet.rows, lang),
            other=count(sheet.other_rows, lang),
        )
        for sheet in manifest.sheets
        if sheet.other_rows
    ]
    notes += [
        text("note.hidden", lang, file=sheet.source.name, sheet=sheet.sheet)
        for sheet in manifest.sheets
        if sheet.hidden
    ]
    for skipped in manifest.skipped:
        reason = text(f"skipped.{skipped.reason}", lang)
        notes.append(text("note.skipped", lang, file=skipped.source.name, sheet=skipped.sheet or "–", reason=reason))
    return notes


def _place(name: str, sheet: str | None) -> str:
    return name if sheet is None else f"{name} [{sheet}]"


def findings_table(run: Run, lang: str) -> Table:
    """How often each rule was broken, the errors first."""
    columns = [column("rule", lang), column("severity", lang), column("title", lang), column("count", lang, "count")]
    columns += [column("accepted", lang, "count"), column("cure", lang)]
    counts = tallied(run.findings).sort_values(["severity", "rule"])
    rows: list[list[Cell]] = [
        [
            rule,
            text(f"word.{severity}", lang),
            text(f"finding.{rule}.title", lang),
            int(size),
            int(accepted),
            text(f"finding.{rule}.cure", lang),
        ]
        for rule, severity, size, accepted in counts.itertuples(index=False)
    ]
    notes = [findings_note(run, lang)]
    shades = {(n, "severity"): "bad" for n, row in enumerate(rows) if row[1] == text("word.error", lang)}
    return Table(*named("findings", lang), columns, rows, notes, shades=shades)


def findings_note(run: Run, lang: str) -> str:
    """How many errors and warnings there are."""
    errors, warnings = by_severity(run.findings)
    if not errors and not warnings:
        return text("note.no_findings", lang)
    return text("note.findings", lang, errors=count(errors, lang), warnings=count(warnings, lang))


def value_shown(rule: str, shown: str, lang: str) -> str:
    """The value of a finding for people: of a contradiction the columns and codes in their words."""
    if rule != "RC202":
        return shown
    return "; ".join(_in_words(part, lang) for part in shown.split("; "))


def _in_words(part: str, lang: str) -> str:
    name, sign, values = part.partition(": ")
    if not has(f"field.{name}", lang):
        return part
    words = []
    for value in values.split(" → "):
        keys = (f"value.{name}.{value}", f"{name}.{value}")
        words.append(next((text(key, lang) for key in keys if has(key, lang)), value))
    return text(f"field.{name}", lang) + sign + " → ".join(words)


def findings_list(run: Run, lang: str, *, plain: bool, limit: int | None = None) -> Table:
    """Every finding with its place; values are masked."""
    names = ("rule", "severity", "file", "sheet", "row", "column", "cell", "dossier_id", "message", "cure", "accepted")
    columns = [column(name, lang, "rank" if name == "row" else "text") for name in names]
    shown = run.findings if limit is None else run.findings.head(limit)
    rows: list[list[Cell]] = []
    for entry in shown.astype(object).to_dict("records"):
        place = [known(entry[name]) for name in ("file", "sheet", "row", "column", "cell", "dossier_id")]
        severity = entry["severity"] if plain else text(f"word.{entry['severity']}", lang)
        title = text(f"finding.{entry['rule']}.title", lang)
        value = entry["text"] if plain else value_shown(entry["rule"], entry["text"], lang)
        message = f"{title}: {value}" if value else title
        accepted = text("word.yes", lang) if entry["accepted"] else ""
        rows.append([entry["rule"], severity, *place, message, text(f"finding.{entry['rule']}.cure", lang), accepted])
    left = len(run.findings) - len(shown)
    notes = [text("note.more", lang, count=count(left, lang))] if left else []
    return Table(*named("findings_list", lang), columns, rows, notes)


def unplaced_table(
    unplaced: Sequence[tuple[str, str, int]], lang: str, limit: int | None = SHOWN_PLACES
) -> Table | None:
    """What no agency was found for, most dossiers first; None if there is nothing."""
    if not unplaced:
        return None
    columns = [column("text", lang), column("unit_code", lang), column("dossiers", lang, "count")]
    rows: list[list[Cell]] = [[name, code, number] for name, code, number in unplaced[:limit]]
    left = len(unplaced) - len(rows)
    notes = [text("finding.RC220.cure", lang)]
    if left:
        notes.append(text("note.more", lang, count=count(left, lang)))
    return Table(*named("unplaced", lang), columns, rows, notes)


def quarantine_table(run: Run, lang: str) -> Table:
    """The rows left out, with their place, the rules they broke and what was written."""
    columns = []
    for name in run.rejected.columns:
        key = next((f"{kind}.{name}" for kind in ("column", "field") if has(f"{kind}.{name}", lang)), None)
        columns.append(Column(str(name), text(key, lang) if key else str(name), "rank" if name == "row" else "text"))
    rows = [[known(value) for value in row] for row in run.rejected.astype(object).itertuples(index=False)]
    return Table(*named("quarantine", lang), columns, rows)
