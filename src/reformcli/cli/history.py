"""`reformcli history`: the year's course: points, components, rates and backlog, period by period."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import typer

from reformcli.audit.made_from import file_input
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.report import FORMS, MOST_SHOWN
from reformcli.errors import ExitCode
from reformcli.history import chronicle
from reformcli.history.chronicle import Asked
from reformcli.history.course import History
from reformcli.history.period_runs import EACH
from reformcli.i18n import text
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.model import LEVELS, UNATTRIBUTED, Run
from reformcli.render import course as views
from reformcli.render import shapes
from reformcli.render.course_json import history_document
from reformcli.render.course_tables import plain_table
from reformcli.render.document import Document
from reformcli.render.left_out import findings_table
from reformcli.render.seal import seals
from reformcli.render.sparks import BLOCKS, PLAIN, Signs
from reformcli.render.table import Table

_POOR_TERMINALS = ("dumb", "linux")  # whose fonts have no blocks
_RICH_WINDOWS = ("WT_SESSION", "TERM_PROGRAM", "ConEmuANSI", "ANSICON")


def run(given: Given) -> None:
    """Put results in their order and print the course, or write it to every -o."""
    given = replace(given, sources=[*given.sources, *given.exports], each=given.each or EACH[0])
    forms = output.check_outputs(replace(given, exports=given.sources), FORMS)
    output.one_of("--each", given.each or "", EACH)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    letterhead = load_letterhead(given.letterhead)
    more = [file_input("letterhead", given.letterhead)] if given.letterhead else []
    asked = Asked(given.each or "", given.level, given.agency, more)
    history, whole = output.running(
        given, lambda options, bar: chronicle.run_history(given.sources, options, asked, bar)
    )
    written = _Written(given, history, whole, letterhead)
    if not given.outputs:
        form = given.format or "table"
        is_screen = form == "table" and sys.stdout.isatty()
        signs = screen_signs(os.environ, sys.platform) if is_screen else BLOCKS
        output.show(given, form, written.views(signs, is_screen=is_screen))
    output.write({name: data for path, form in forms.items() for name, data in written.files_of(path, form).items()})
    for sentence in [*views.headline(history, given.lang)][:1]:
        output.note(given, sentence)
    if whole is not None:
        output.finish(given, whole)
    if given.fail_on != "never" and any(one.reason == "conflict" for one in history.unused):
        raise typer.Exit(ExitCode.FINDINGS)


def screen_signs(environment: Mapping[str, str], platform: str) -> Signs:
    """What small lines are drawn with on a terminal: the old Windows console and plain terminals have no blocks."""
    if environment.get("TERM", "") in _POOR_TERMINALS:
        return PLAIN
    is_old = platform == "win32" and not any(environment.get(name) for name in _RICH_WINDOWS)
    return PLAIN if is_old else BLOCKS


class _Written:
    """The result in every format, each made once and only when asked for."""

    def __init__(self, given: Given, history: History, whole: Run | None, letterhead: Letterhead) -> None:
        self._given, self._history, self._whole, self._letterhead = given, history, whole, letterhead

    @cached_property
    def _sealed(self) -> dict[str, Any]:
        findings = shapes.finding_counts(self._whole.findings) if self._whole else []
        return shapes.sealed(history_document(self._history, findings))

    @property
    def _found(self) -> list[Table]:
        """What was found in exports that results were computed from."""
        tables = [findings_table(self._whole, self._given.lang)] if self._whole is not None else []
        return [one for one in tables if one.rows]

    @cached_property
    def document(self) -> Document:
        lang, period = self._given.lang, self._history.manifest.period
        created = output.created_of(period) or period.end
        record, found = self._sealed["manifest"], self._found
        made = views.course_document(self._history, lang, record=record, created=created, found=found)
        cells = seals([table for part in made.sections for table in part.tables], lang)
        return replace(made, machine=shapes.to_json(shapes.as_shown(self._sealed, language=lang, cells=cells)))

    def views(self, signs: Signs = BLOCKS, *, is_screen: bool = False) -> output.Views:
        """The result for the screen, with shorter lines and tables, and for pipes."""
        lang, history = self._given.lang, self._history
        periods, rows = (views.ON_SCREEN, MOST_SHOWN) if is_screen else (None, None)

        def tables() -> list[Table]:
            shown = views.screen_tables(history, lang, periods=periods, rows=rows, signs=signs)
            return [*shown, *self._found]

        return output.Views(
            document=lambda: shapes.to_json(self._sealed),
            sealed=lambda: self._sealed,
            tables=tables,
            plain=lambda: plain_table(history, lang),
            title=text("course.title", lang),
        )

    def files_of(self, path: str, form: str) -> dict[str, bytes]:
        """The result as a file, with what stands beside it."""
        if form == "xlsx":
            from reformcli.render.book import book_bytes

            return {path: book_bytes(self.document)}
        if form == "html":
            from reformcli.render.page import page_text

            return {path: page_text(self.document).encode("utf-8", "backslashreplace")}
        if form == "docx":
            from reformcli.render.note import note_bytes

            return {path: note_bytes(self.document, self._letterhead)}
        return output.files_of(path, form, self.views(), self._given.lang)
