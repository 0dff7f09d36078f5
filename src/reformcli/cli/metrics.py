"""`reformcli metrics`: how dossiers came in, ended and remain, by any dimension."""

from __future__ import annotations

from dataclasses import replace

from reformcli import pipeline
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.model import LEVELS, UNATTRIBUTED
from reformcli.render import left_out, shapes, views


def run(given: Given) -> None:
    """Count the exports and print the flow table; one row per agency unless --by says otherwise."""
    form = output.check(given)
    by = list(dict.fromkeys(given.by)) or ["agency"]
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    result = output.running(
        given,
        lambda options, progress: pipeline.run_metrics(
            options, by, progress, levels=given.level, agencies=given.agency
        ),
    )
    lang = given.lang
    output.show(
        given,
        form,
        output.Views(
            document=lambda: shapes.to_json(shapes.metrics_document(result, by)),
            tables=lambda: [
                replace(views.metrics_table(result, by, lang), notes=left_out.period_notes(result.manifest, lang)),
                left_out.rows_table(result, lang),
                left_out.findings_table(result, lang),
            ],
            plain=lambda: views.metrics_table(result, by, lang, plain=True),
            created=output.created(result),
        ),
    )
    output.finish(given, result)
