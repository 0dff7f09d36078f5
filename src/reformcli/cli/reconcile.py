"""`reformcli reconcile`: published figures held against ours, and every difference explained or named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import typer

from reformcli.audit import reconciling
from reformcli.audit.published import Reconciliation
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import ExitCode
from reformcli.i18n import text
from reformcli.model import Run
from reformcli.render import left_out, shapes
from reformcli.render.reconcile import reconcile_body, reconcile_table, summary
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Hold every figure of a published table against ours; exit 1 if one of them differs by more than a rounding."""
    form = output.check(given)
    result, found = output.running(
        given, lambda options, progress: reconciling.run_reconcile(options, given.published, progress)
    )
    output.show(given, form, _views(result, found, given))
    output.note(given, summary(found, given.lang))
    if not all(one.is_explained for one in found.held):
        raise typer.Exit(ExitCode.FINDINGS)
    output.finish(given, result)


def _views(result: Run, found: Reconciliation, given: Given) -> output.Views:
    lang, with_ours = given.lang, bool(given.exports or given.counts)

    def tables() -> Sequence[Table]:
        table = reconcile_table(found, lang)
        if not with_ours:
            return [table]
        table = replace(table, notes=[*left_out.period_notes(result.manifest, lang), *table.notes])
        return [table, left_out.rows_table(result, lang), left_out.findings_table(result, lang)]

    def sealed() -> dict[str, Any]:
        return shapes.sealed(shapes.frame("reconcile", result, **reconcile_body(found)))

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=tables,
        plain=lambda: reconcile_table(found, lang, plain=True),
        title=text("table.reconcile", lang),
        created=output.created(result),
        sealed=sealed,
        card=result.manifest.scorecard.title,
    )
