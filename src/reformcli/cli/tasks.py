"""`reformcli tasks`: which tasks given to agencies are done, which are overdue, and what changed since last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from reformcli.agencies.matching import matching
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.report import FORMS, template_of
from reformcli.cli.told import told
from reformcli.errors import UsageError
from reformcli.letterhead import load_letterhead
from reformcli.render import shapes
from reformcli.render.document import Document
from reformcli.render.seal import seals
from reformcli.render.task_tables import plain_counts, plain_list
from reformcli.render.tasks import headline, screen_tables, task_document
from reformcli.render.tasks_json import tasks_document
from reformcli.tasks import tasking
from reformcli.tasks.model import Change, Standing, Tasks


def run(given: Given) -> None:
    """Judge the tasks of a register at a moment and show them, or write them to every -o."""
    forms = output.check_outputs(given, FORMS)
    if len(given.previous) > 1:
        raise UsageError("tasks_previous_many", where="--previous", count=len(given.previous))
    if given.previous_period and not given.previous:
        raise UsageError("tasks_no_previous", where="--previous-period")
    written = _Written(given)
    shaping = {"letterhead": given.letterhead, "template": given.template}
    result = tasking.run_tasks(
        tasking.Asked(
            register=given.register,
            to=given.end,
            previous=given.previous[0] if given.previous else None,
            previous_period=given.previous_period,
            agencies=given.agencies,
            calendar=given.calendar,
            accept=given.accept,
            told=told(given),
            more=[(kind, path) for kind, path in shaping.items() if path],
        )
    )
    written.whole = result
    if not given.outputs:
        output.show(given, given.format or "table", written.views())
    output.write({name: data for path, form in forms.items() for name, data in written.files_of(path, form).items()})
    output.note(given, next(headline(result, given.lang)))
    output.end(given, result.findings)


def narrowed(result: Tasks, wanted: Sequence[str]) -> Tasks:
    """What --agency leaves of the agencies and lists; the whole, groups and weeks stay those of all tasks.

    Raises:
        UsageError: `unknown_agency`.
    """
    if not wanted:
        return result
    meant = matching(wanted, [one.body.name for one in result.agencies])

    def mine(found: Sequence[Standing]) -> tuple[Standing, ...]:
        return tuple(one for one in found if one.task.lead.name in meant)

    def touches(change: Change) -> bool:
        return any(side is not None and side.task.lead.name in meant for side in (change.before, change.now))

    changes = result.changes
    return replace(
        result,
        standings=mine(result.standings),
        agencies=tuple(one for one in result.agencies if one.body.name in meant),
        overdue=mine(result.overdue),
        this_week=mine(result.this_week),
        next_week=mine(result.next_week),
        changes=changes and replace(changes, changes=tuple(one for one in changes.changes if touches(one))),
    )


class _Written:
    """The result in every format, each made once and only when asked for."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._letterhead, self._template = load_letterhead(given.letterhead), template_of(given)
        self.whole: Tasks

    @cached_property
    def _result(self) -> Tasks:
        return narrowed(self.whole, self._given.agency)

    @cached_property
    def _sealed(self) -> dict[str, Any]:
        return shapes.sealed(tasks_document(self._result, self._given.lang))

    @cached_property
    def _document(self) -> Document:
        created, lang = output.created_of(self.whole.period), self._given.lang
        record = self._sealed["manifest"]
        made = task_document(self._result, lang, whole=self.whole, record=record, created=created)
        cells = seals([table for part in made.sections for table in part.tables], lang)
        return replace(made, machine=shapes.to_json(shapes.as_shown(self._sealed, language=lang, cells=cells)))

    def views(self) -> output.Views:
        """The result for the screen, for pipes and for text files."""
        plain, listed = plain_list if self._given.listed else plain_counts, self._given.listed
        return output.Views(
            document=lambda: shapes.to_json(shapes.as_shown(self._sealed, language=self._given.lang)),
            sealed=lambda: self._sealed,
            tables=lambda: screen_tables(self._result, self._given.lang, whole=self.whole, listed=listed),
            plain=lambda: plain(self._result, self._given.lang),
        )

    def files_of(self, path: str, form: str) -> dict[str, bytes]:
        """The result as a file, with what stands beside it."""
        if form == "xlsx":
            from reformcli.render.book import book_bytes

            return {path: book_bytes(self._document)}
        if form == "html":
            from reformcli.render.page import page_text

            return {path: page_text(self._document).encode("utf-8", "backslashreplace")}
        if form == "docx":
            from reformcli.render.note import note_bytes

            return {path: note_bytes(self._document, self._letterhead, self._template)}
        return output.files_of(path, form, self.views(), self._given.lang)
