"""`reformcli targets`: which targets are reached, by whom, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reformcli.cli import output
from reformcli.cli.options import UNIT_KINDS, Given
from reformcli.cli.score import shown
from reformcli.i18n import text
from reformcli.model import LEVELS, UNATTRIBUTED, Run
from reformcli.outcomes import Outlook
from reformcli.outlook import outlook
from reformcli.render import left_out, shapes, views
from reformcli.render.outlook import targets_table
from reformcli.render.outlook_json import targets_body
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Hold the targets against the units of some exports and print the result."""
    form = check(given)
    asked = outlook.Asked(targets=given.targets)
    result, whole = output.running(given, lambda options, progress: outlook.run_targets(options, asked, progress))
    kept = narrowed(whole, result, given)
    screen = kept if form != "table" else narrowed(whole, result, on_screen(given))
    lang = given.lang

    def tables(some: Outlook) -> Sequence[Table]:
        notes = left_out.period_notes(result.manifest, lang)
        table = targets_table(some, lang)
        rest = [left_out.rows_table(result, lang), left_out.findings_table(result, lang)]
        return [replace(table, notes=[*notes, *table.notes]), *rest]

    def sealed() -> dict[str, Any]:
        return shapes.sealed(document("targets", result, kept, targets_body(kept)))

    output.show(
        given,
        form,
        output.Views(
            document=lambda: shapes.to_json(sealed()),
            tables=lambda: tables(screen),
            sheets=lambda: tables(kept),
            plain=lambda: targets_table(kept, lang, plain=True),
            title=text("table.targets", lang),
            created=output.created(result),
            sealed=sealed,
            card=result.manifest.scorecard.title,
        ),
    )
    output.finish(given, result)


def check(given: Given) -> str:
    """Refuse what cannot be meant; returns the output format."""
    form = output.check(given)
    for kind in given.by:
        output.one_of("--by", kind, UNIT_KINDS)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    return form


def on_screen(given: Given) -> Given:
    """On the screen levels and the total are enough, unless something was asked for."""
    return given if given.by or given.level or given.agency else replace(given, by=["level", "total"])


def narrowed(whole: Outlook, result: Run, given: Given) -> Outlook:
    """What --by, --level and --agency leave, in the order of a score: agencies, levels, the total."""
    units = [unit.unit for unit in views.ordered(shown(result.units, given))]
    place = {unit: number for number, unit in enumerate(units)}
    return replace(
        whole,
        targets=tuple(one for one in whole.targets if one.unit in place),
        gaps=tuple(sorted((one for one in whole.gaps if one.unit in place), key=lambda one: place[one.unit])),
        paths=tuple(sorted((one for one in whole.paths if one.unit in place), key=lambda one: place[one.unit])),
        risks=tuple(sorted((one for one in whole.risks if one.unit in place), key=lambda one: place[one.unit])),
    )


def document(command: str, result: Run, some: Outlook, body: dict[str, Any]) -> dict[str, Any]:
    """The JSON shape of a command, with the rule files of targets and calendar in its manifest."""
    made = shapes.frame(command, result, **body)
    sources = dict(some.sources)
    made["manifest"]["calendar"] = sources.pop("calendar", None)
    made["manifest"] |= sources
    return made
