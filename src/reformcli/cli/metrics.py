"""`reformcli metrics`: how dossiers came in, ended and remain, by any dimension."""

from __future__ import annotations

from dataclasses import replace

from reformcli import pipeline
from reformcli.cli import names, output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.model import LEVELS, UNATTRIBUTED, Run
from reformcli.render import left_out, shapes, views


def run(given: Given) -> None:
    """Count the exports and print the flow table; one row per agency unless --by says otherwise."""
    form = output.check(given)
    by = given.by or ["agency"]
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    with output.bar(given) as progress:
        result = pipeline.run_metrics(output.options_of(given), by, progress)
    result = _filtered(result, given)
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


def _filtered(result: Run, given: Given) -> Run:
    """Leave out groups that --level and --agency do not name; the total stays that of all."""
    *groups, total = result.metrics
    for name, wanted in (("level", given.level), ("agency", given.agency)):
        if wanted and total.keys() >= {"handled"} and name not in total:
            raise UsageError("filter_needs_dimension", where=f"--{name}", option=f"--{name}", dimension=name)
        matches = names.matching(wanted, [str(row[name] or UNATTRIBUTED) for row in groups]) if wanted else set()
        groups = [row for row in groups if not wanted or str(row[name] or UNATTRIBUTED) in matches]
    return replace(result, metrics=(*groups, total))
