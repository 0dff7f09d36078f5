"""`reformcli validate`: what is wrong, in which cell, and which rows were left out."""

from __future__ import annotations

from pathlib import Path

from reformcli import pipeline
from reformcli.cli import output
from reformcli.cli.options import FILE_FORMATS, Given
from reformcli.errors import UsageError
from reformcli.model import Run
from reformcli.render import left_out, shapes
from reformcli.render.table import Table

LISTED = 30  # findings shown on the screen


def run(given: Given) -> None:
    """Check the exports; -o writes every finding, --quarantine the rows that cannot be counted."""
    form = output.check(given)
    aside = _quarantine_format(given)
    with output.bar(given) as progress:
        result = pipeline.run_validate(output.options_of(given), progress)
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

    def tables(limit: int | None = LISTED) -> list[Table]:
        found = [left_out.rows_table(result, lang), left_out.findings_table(result, lang)]
        if len(result.findings):
            found.append(left_out.findings_list(result, lang, plain=False, limit=limit))
        unplaced = left_out.unplaced_table(result.unplaced, lang, None if limit is None else left_out.SHOWN_PLACES)
        return [*found, *([unplaced] if unplaced else [])]

    return output.Views(
        document=lambda: shapes.to_json(shapes.validate_document(result, lang)),
        tables=tables,
        plain=lambda: left_out.findings_list(result, lang, plain=True),
        sheets=lambda: tables(None),
        created=output.created(result),
    )
