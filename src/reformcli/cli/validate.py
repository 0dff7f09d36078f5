"""`reformcli validate`: what is wrong, in which cell, and which rows were left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reformcli import pipeline
from reformcli.cli import output
from reformcli.cli.options import FILE_FORMATS, Given
from reformcli.errors import UsageError
from reformcli.model import Run
from reformcli.render import faults, left_out, shapes
from reformcli.render.table import Table

LISTED = 30  # findings shown on the screen


def run(given: Given) -> None:
    """Check the exports; -o writes every finding, --quarantine the rows that cannot be counted."""
    form = output.check(given)
    aside = _quarantine_format(given)
    result = output.running(
        given,
        lambda options, progress: pipeline.run_validate(replace(options, with_affected=form == "xlsx"), progress),
    )
    views_ = _views(result, given)
    output.show(given, form, views_)
    if given.output:
        output.written(given, given.output, len(result.findings))
    if given.quarantine and aside:
        from reformcli.render.files import write_atomically

        table = left_out.quarantine_table(result, given.lang)
        only = output.Views(views_.document, lambda: [table], lambda: table, created=views_.created)
        write_atomically(Path(given.quarantine), output.file_bytes(aside, only, given.lang))
        output.written(given, given.quarantine, len(result.rejected))
    output.finish(given, result)


def _quarantine_format(given: Given) -> str | None:
    if given.quarantine is None:
        return None
    extension = Path(given.quarantine).suffix.lower()
    if extension not in (".xlsx", ".csv"):
        raise UsageError("unknown_extension", where=given.quarantine, extension=extension, known=".xlsx .csv")
    return FILE_FORMATS[extension]


def _views(result: Run, given: Given) -> output.Views:
    lang = given.lang

    def tables() -> list[Table]:
        found = [left_out.rows_table(result, lang), left_out.findings_table(result, lang)]
        if len(result.findings):
            found.append(left_out.findings_list(result, lang, plain=False, limit=LISTED))
        if any(bound.rejected for bound in result.bounds):
            found.append(faults.bounds_table(result, lang, faults.SHOWN_UNITS))
        unplaced = left_out.unplaced_table(result.unplaced, lang)
        return [*found, *([unplaced] if unplaced else [])]

    return output.Views(
        document=lambda: shapes.to_json(shapes.validate_document(result, lang)),
        tables=tables,
        plain=lambda: left_out.findings_list(result, lang, plain=True),
        sheets=lambda: _sheets(result, lang),
        created=output.created(result),
    )


def _sheets(result: Run, lang: str) -> list[Table]:
    """The workbook: what is wrong, at whom, whether it matters, every cell, and a copy of the rows."""
    unplaced = left_out.unplaced_table(result.unplaced, lang, None)
    return [
        faults.summary_sheet(result, lang),
        faults.by_agency_sheet(result, lang),
        faults.bounds_table(result, lang),
        faults.findings_sheet(result, lang),
        *faults.affected_sheets(result, lang),
        *([unplaced] if unplaced else []),
    ]
