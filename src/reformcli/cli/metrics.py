"""`reformcli metrics`: how dossiers came in, ended and remain, by any dimension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reformcli import pipeline
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.comparing import changes
from reformcli.judging import Options, Progress
from reformcli.model import LEVELS, UNATTRIBUTED, Run
from reformcli.outcomes import Comparison
from reformcli.render import changes as changes_views
from reformcli.render import left_out, shapes, views
from reformcli.render.changes_json import comparison_entry
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Count the exports and print the flow table; one row per agency unless --by says otherwise."""
    form = output.check(given)
    output.check_engine(given)
    by = list(dict.fromkeys(given.by)) or ["agency"]
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    given = replace(given, by=by)
    result, compared = output.running(given, lambda options, progress: _counted(options, by, given, progress))
    output.show(given, form, _views(result, compared, by, given.lang))
    output.finish(given, result)


def _counted(options: Options, by: list[str], given: Given, progress: Progress) -> tuple[Run, Comparison | None]:
    wanted = output.wanted_of(given)
    if wanted.is_any:
        return changes.run_metrics(options, wanted, by, progress, levels=given.level, agencies=given.agency)
    return pipeline.run_metrics(options, by, progress, levels=given.level, agencies=given.agency), None


def _views(result: Run, compared: Comparison | None, by: list[str], lang: str) -> output.Views:
    def sealed() -> dict[str, Any]:
        written = shapes.metrics_document(result, by)
        return shapes.sealed({**written, "comparison": comparison_entry(compared)} if compared else written)

    def tables() -> list[Table]:
        shown = views.metrics_table(result, by, lang)
        found = [replace(shown, notes=left_out.period_notes(result.manifest, lang))]
        if compared:
            found.append(changes_views.groups_table(compared, by, changes_views.METRICS, lang))
        return [*found, left_out.rows_table(result, lang), left_out.findings_table(result, lang)]

    def plain() -> Table:
        table = views.metrics_table(result, by, lang, plain=True)
        if compared is None:
            return table
        last = len(result.metrics) - 1
        entries: list[dict[str, Any]] = [
            {name: row[name] for name in by} if n < last else {} for n, row in enumerate(result.metrics)
        ]
        return changes_views.with_group_changes(table, entries, compared, changes_views.METRICS)

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=tables,
        plain=plain,
        created=output.created(result),
        sealed=sealed,
        card=result.manifest.scorecard.title,
    )
