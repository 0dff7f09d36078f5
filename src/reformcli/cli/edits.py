"""`reformcli compare --history`: what was changed in older dossiers afterwards, and what it did to the figures."""

from __future__ import annotations

from typing import Any

import typer

from reformcli.audit import editing
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.score import shown, wanted_units
from reformcli.errors import ExitCode, UsageError
from reformcli.model import Run
from reformcli.outcomes import Edits
from reformcli.render import edits as views
from reformcli.render import left_out, shapes
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Compare the exports with older ones of the same systems; exit 1 if what was changed reaches --fail-on."""
    form = output.check(given)
    if given.previous or given.previous_period or given.previous_counts:
        raise UsageError("history_alone", where="--history")
    result, found = output.running(
        given, lambda options, progress: editing.run_edits(options, given.history, progress, forced=given.force)
    )
    units = [unit.unit for unit in shown(result.units, given)]
    found = views.restricted(found, wanted_units(units, given))
    output.show(given, form, _views(result, found, given))
    output.note(given, views.headline(found, given.lang)[0])
    output.finish(given, result)
    grave = {"error": ("grave",), "warning": ("grave", "doubtful"), "never": ()}[given.fail_on]
    if found.changes["severity"].isin(list(grave)).any():
        raise typer.Exit(ExitCode.FINDINGS)


def _views(result: Run, found: Edits, given: Given) -> output.Views:
    lang, components = given.lang, result.manifest.scorecard.components

    def tables(*, whole: bool = False) -> list[Table]:
        most = None if whole or given.listed else views.LISTED
        made = [
            views.kinds_table(found, lang),
            views.units_table(found, lang, whole=whole),
            views.components_table(found, components, lang, whole=whole or given.table == "components"),
            views.changes_table(found.changes, lang, most=most),
        ]
        kept = [table for table in made if whole or table.rows]
        basis = views.basis_table(found, result, lang)
        return [basis, *kept, left_out.rows_table(result, lang), left_out.findings_table(result, lang)]

    def plain() -> Table:
        if given.table == "components":
            return views.components_table(found, components, lang, plain=True)
        return views.changes_table(found.changes, lang, plain=True)

    def sealed() -> dict[str, Any]:
        return shapes.sealed(shapes.frame("edits", result, **views.edits_entry(found)))

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=tables,
        plain=plain,
        sheets=lambda: tables(whole=True),
        created=output.created(result),
        sealed=sealed,
        card=result.manifest.scorecard.title,
        table=given.table,
    )
