"""`reformcli columns`: how each heading was understood, so that nobody needs to guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reformcli import judging
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.findings import column_letter
from reformcli.headings.column_map import write_column_map
from reformcli.i18n import has, text
from reformcli.loading import Loaded
from reformcli.model import ColumnUse, SheetUse
from reformcli.render import shapes
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, named
from reformcli.rules.profiles import profile_title


def run(given: Given) -> None:
    """Show the headings of every sheet with what they were taken for; --write-map saves that for editing."""
    form = output.check(given)
    if not given.exports:
        raise UsageError("nothing_to_read", where="EXPORT")
    loaded = output.running(
        given, lambda options, progress: judging.load(replace(options, keep_raw=True), progress, strict=False)
    )
    views = output.Views(
        document=lambda: shapes.to_json(_document(loaded)),
        tables=lambda: [_table(sheet, given.lang) for sheet in loaded.sheets] + _skipped(loaded, given.lang),
        plain=lambda: _plain(loaded, given.lang),
    )
    output.show(given, form, views)
    if given.write_map:
        from reformcli.render.files import write_atomically

        map_text = write_column_map([sheet.header for sheet in loaded.sheets])
        write_atomically(Path(given.write_map), map_text.encode("utf-8-sig"))
        output.written(given, given.write_map, map_text.count("\n") - 1)


def _document(loaded: Loaded) -> dict[str, object]:
    return {
        "schema": "reformcli.columns/1",
        "sheets": [
            {
                "name": sheet.source.name,
                "sha256": sheet.source.sha256,
                "sheet": sheet.sheet,
                "header_row": sheet.header_row or None,
                "rows": sheet.rows,
                "other_rows": sheet.other_rows,
                "hidden": sheet.hidden,
                "hidden_rows": sheet.hidden_rows,
                "profile": sheet.profile or None,
                "columns": [
                    {
                        "column": _letter(sheet, use),
                        "heading": use.heading,
                        "field": use.field,
                        "how": use.how,
                        "choices": list(use.choices),
                        "sample": sheet.samples.get(use.position),
                    }
                    for use in sheet.header.columns
                ],
            }
            for sheet in loaded.sheets
        ],
        "skipped": [{"name": s.source.name, "sheet": s.sheet, "reason": s.reason} for s in loaded.skipped],
    }


def _letter(sheet: SheetUse, use: ColumnUse) -> str:
    return column_letter(sheet.first_column + use.position)


def _columns(lang: str) -> list[Column]:
    return [column(name, lang) for name in ("position", "heading", "field", "how", "sample")]


def _table(sheet: SheetUse, lang: str) -> Table:
    rows: list[list[Cell]] = []
    for use in sheet.header.columns:
        meant = use.field if use.how != "ambiguous" else " | ".join(use.choices)
        name = text(f"field.{meant}", lang) if meant and has(f"field.{meant}", lang) else ""
        field = f"{meant} ({name})" if name else meant or ""
        sample = text(f"sample.{sheet.samples[use.position]}", lang) if use.position in sheet.samples else ""
        rows.append([_letter(sheet, use), use.heading, field, text(f"how.{use.how}", lang), sample])
    place = sheet.source.name if sheet.sheet is None else f"{sheet.source.name} [{sheet.sheet}]"
    notes = [text("note.other_rows", lang, file=place, rows=sheet.rows, other=sheet.other_rows)]
    notes += _noted(sheet, place, lang)
    title = text("table.columns", lang, file=place)
    shades = {(n, "how"): "bad" for n, use in enumerate(sheet.header.columns) if use.how == "ambiguous"}
    return Table(f"columns {place}", title, _columns(lang), rows, notes, shades=shades)


def _noted(sheet: SheetUse, place: str, lang: str) -> list[str]:
    """The system that the sheet was recognised as, and what of it was hidden."""
    notes = [
        text("note.profile", lang, file=place, title=profile_title(sheet.profile, lang), profile=sheet.profile)
        if sheet.profile
        else text("note.no_profile", lang, file=place)
    ]
    if not sheet.header_row:
        notes.append(text("note.continued", lang, file=place))
    if sheet.hidden:
        notes.append(text("note.hidden", lang, file=sheet.source.name, sheet=sheet.sheet or ""))
    if sheet.hidden_rows:
        notes.append(text("note.hidden_rows", lang, file=place, rows=sheet.hidden_rows))
    return notes


def _skipped(loaded: Loaded, lang: str) -> list[Table]:
    if not loaded.skipped:
        return []
    columns = [column(name, lang) for name in ("file", "sheet", "reason")]
    rows: list[list[Cell]] = [[s.source.name, s.sheet, text(f"skipped.{s.reason}", lang)] for s in loaded.skipped]
    return [Table(*named("skipped", lang), columns, rows)]


def _plain(loaded: Loaded, lang: str) -> Table:
    columns = [column(name, lang) for name in ("file", "sheet")] + _columns(lang)
    rows: list[list[Cell]] = [
        [s.source.name, s.sheet, _letter(s, use), use.heading, use.field, use.how, s.samples.get(use.position)]
        for s in loaded.sheets
        for use in s.header.columns
    ]
    return Table("columns", text("table.columns", lang, file=""), columns, rows)
