"""`reformcli late`: which dossiers are late, who has them, why, and whether they become fewer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.comparing import changes
from reformcli.judging import Options, Progress
from reformcli.late import backlog
from reformcli.late.backlog import Asked
from reformcli.late.names import Lateness
from reformcli.model import LEVELS, UNATTRIBUTED
from reformcli.outcomes import Comparison
from reformcli.render import backlog as views
from reformcli.render import changes as changes_views
from reformcli.render import shapes
from reformcli.render.changes_json import comparison_entry
from reformcli.render.late_json import late_body
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Count the late dossiers by agency, or as --by says; --list names them, --near those about to be late."""
    form = output.check(given)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    for option, value in (("--near", given.near), ("--worst", given.worst), ("--at-least", given.at_least)):
        output.natural(option, value)
    asked = Asked(
        by=tuple(dict.fromkeys(given.by)) or ("agency",),
        levels=given.level,
        agencies=given.agency,
        each=given.each,
        listed=given.listed or form == "xlsx",
        near=given.near,
        worst=given.worst,
        at_least=10 if given.at_least is None else given.at_least,
        calendar=given.calendar,
        check_due=given.check_due,
    )
    given = replace(given, by=list(asked.by), at_least=None if asked.worst is None else asked.at_least)
    result, compared = output.running(given, lambda options, progress: _counted(options, asked, given, progress))
    output.show(given, form, _views(result, compared, given.lang))
    output.finish(given, result.run)


def _counted(options: Options, asked: Asked, given: Given, progress: Progress) -> tuple[Lateness, Comparison | None]:
    wanted = output.wanted_of(given)
    if wanted.is_any:
        return changes.run_late(options, wanted, asked, progress)
    return backlog.run_late(options, asked, progress), None


def _views(result: Lateness, compared: Comparison | None, lang: str) -> output.Views:
    def more(tables: list[Table], most: int | None = None) -> list[Table]:
        """The comparison stands behind the groups."""
        if compared is None:
            return tables
        shown = changes_views.groups_table(compared, result.by, changes_views.LATE, lang, most=most)
        return [tables[0], shown, *tables[1:]]

    def sealed() -> dict[str, Any]:
        written = _document(result)
        return shapes.sealed({**written, "comparison": comparison_entry(compared)} if compared else written)

    def plain() -> Table:
        table = views.plain_table(result, lang)
        if compared is None or result.listed is not None or result.near is not None:
            return table
        entries: list[dict[str, str | None]] = [
            {name: cell if isinstance(cell, str) else None for name, cell in zip(result.by, row, strict=False)}
            for row in table.rows
        ]
        return changes_views.with_group_changes(table, [*entries[:-1], {}], compared, changes_views.LATE)

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=lambda: more(views.tables(result, lang), views.GROUPS_SHOWN),
        sheets=lambda: more(views.sheets(result, lang)),
        plain=plain,
        created=output.created(result.run),
        sealed=sealed,
        card=result.run.manifest.scorecard.title,
    )


def _document(result: Lateness) -> dict[str, Any]:
    """`reformcli.late/1`."""
    document = shapes.frame("late", result.run, **late_body(result))
    document["manifest"]["calendar"] = dict(result.calendar)
    return document
