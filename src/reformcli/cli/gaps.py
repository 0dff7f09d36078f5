"""`reformcli gaps`: where points are lost, what would bring them back, and what is about to be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.targets import check, document, narrowed, on_screen
from reformcli.i18n import text
from reformcli.model import Run
from reformcli.outcomes import Outlook
from reformcli.outlook import outlook
from reformcli.render import left_out, shapes
from reformcli.render.outlook import gaps_table, paths_table, risks_table, targets_table
from reformcli.render.outlook_json import gaps_body, targets_body
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Tell the gaps of the units of some exports; csv holds the paths where --goal was given, else the gaps."""
    form = check(given)
    near = outlook.NEAR if given.near is None else given.near
    output.days("--near", near)
    asked = outlook.Asked(given.targets, given.goal, near, given.without, given.calendar)
    given = replace(given, near=near)
    result, whole = output.running(given, lambda options, progress: outlook.run_gaps(options, asked, progress))
    kept = narrowed(whole, result, given)
    screen = kept if form != "table" else narrowed(whole, result, on_screen(given))
    body = {**targets_body(kept), **gaps_body(kept)}
    plain = paths_table if given.goal is not None else gaps_table

    def sealed() -> dict[str, Any]:
        return shapes.sealed(document("gaps", result, kept, body))

    output.show(
        given,
        form,
        output.Views(
            document=lambda: shapes.to_json(sealed()),
            tables=lambda: _tables(screen, result, given.lang),
            sheets=lambda: _tables(kept, result, given.lang),
            plain=lambda: plain(kept, given.lang, plain=True),
            title=text("table.gaps", given.lang),
            created=output.created(result),
            sealed=sealed,
            card=result.manifest.scorecard.title,
        ),
    )
    output.finish(given, result)


def _tables(some: Outlook, result: Run, lang: str) -> Sequence[Table]:
    lost = gaps_table(some, lang)
    lost = replace(lost, notes=[*left_out.period_notes(result.manifest, lang), *lost.notes])
    found = [lost, paths_table(some, lang)]
    if some.until is not None:
        found.append(risks_table(some, lang))
    if some.targets:
        found.append(targets_table(some, lang))
    return [*found, left_out.rows_table(result, lang), left_out.findings_table(result, lang)]
