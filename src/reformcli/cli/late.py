"""`reformcli late`: which dossiers are late, who has them, why, and whether they become fewer."""

from __future__ import annotations

from typing import Any

from reformcli import backlog
from reformcli.backlog import Asked
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.lateness import Lateness, Movement
from reformcli.model import LEVELS, UNATTRIBUTED
from reformcli.render import backlog as views
from reformcli.render import shapes


def run(given: Given) -> None:
    """Count the late dossiers by agency, or as --by says; --list names them, --near those about to be late."""
    form = output.check(given)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    for option, value in (("--near", given.near), ("--worst", given.worst), ("--at-least", given.at_least)):
        if value is not None and value < 0:
            raise UsageError("unknown_option_value", where=option, option=option, value=value, known="0, 1, 2 …")
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
    result = output.running(given, lambda options, progress: backlog.run_late(options, asked, progress))
    output.show(
        given,
        form,
        output.Views(
            document=lambda: shapes.to_json(_document(result)),
            tables=lambda: views.tables(result, given.lang),
            sheets=lambda: views.sheets(result, given.lang),
            plain=lambda: views.plain_table(result, given.lang),
            created=output.created(result.run),
        ),
    )
    output.finish(given, result.run)


def _document(result: Lateness) -> dict[str, Any]:
    """`reformcli.late/1`."""
    document = shapes.frame(
        "late",
        result.run,
        late=[shapes.late_entry(group) for group in result.groups],
        movement=_moved(result.movement),
        movement_by=[{"by": dict(by), **_moved(one)} for by, one in result.movement_by],
        pace={
            "weeks": result.weeks,
            "weeks_to_clear": result.weeks_to_clear,
            "growing": [{"agency": name, "more": more} for name, more in result.growing],
        },
        unstated={"unstated": result.unstated, "late": result.late},
        suggestions=[
            {"text": one.text, "count": one.count, "group": one.group, "phrase": one.phrase, "score": one.score}
            for one in result.suggestions
        ],
    )
    document["manifest"]["calendar"] = dict(result.calendar)
    if result.series:
        document["series"] = [{"from": str(start), "to": str(end), **_moved(one)} for start, end, one in result.series]
    if result.worst:
        document["worst"] = [shapes.worst_entry(one) for one in result.worst]
    for name, rows in (("dossiers", result.listed), ("near", result.near)):
        if rows is not None:
            document[name] = shapes.dossier_entries(rows, name)
    return document


def _moved(one: Movement) -> dict[str, int]:
    return {name: getattr(one, name) for name in views.MOVES}
