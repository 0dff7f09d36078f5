"""`reformcli report`: the weekly report for the steering committee, as a workbook, a page, a note, or on the screen."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformcli import reporting
from reformcli.cli import output
from reformcli.cli.options import Given, flags
from reformcli.cli.package import with_package
from reformcli.errors import InputError, UsageError
from reformcli.i18n import text
from reformcli.late import backlog
from reformcli.league.files import named_files
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.outlook import outlook
from reformcli.render import shapes, tidy
from reformcli.render.document import Document
from reformcli.render.report import report_document, report_tables
from reformcli.render.report_json import report_body
from reformcli.render.seal import seals
from reformcli.reported import Report

if TYPE_CHECKING:
    import pandas as pd

FORMS = {".xlsx": "xlsx", ".html": "html", ".docx": "docx", ".json": "json", ".csv": "csv", ".md": "md"}
WORST, AT_LEAST = 5, 10
MOST_SHOWN = 40  # rows of a table on a terminal


def run(given: Given) -> None:
    """Write the report to every -o, or show it: one reading of the exports feeds all formats."""
    forms = output.check_outputs(given, FORMS)
    written = computed(given)
    if not given.outputs:
        form = given.format or "table"
        is_screen = form == "table" and sys.stdout.isatty()
        output.show(given, form, written.views(MOST_SHOWN if is_screen else None))
    files = {name: data for path, form in forms.items() for name, data in written.files_of(path, form).items()}
    output.write(with_package(given, files, written.views()))
    for sentence in written.document.headline[:1]:
        output.note(given, sentence)
    output.finish(given, written.report.run, more=written.findings)


def computed(given: Given) -> Written:
    """The report that was asked for, ready to be written in any format."""
    _check(given)
    letterhead, template = load_letterhead(given.letterhead), template_of(given)
    wanted = _wanted(given)
    near, worst, at_least = wanted.late.near, wanted.late.worst, wanted.late.at_least
    given = replace(given, near=near, worst=worst, at_least=at_least)
    report = output.running(given, lambda options, progress: reporting.run_report(options, wanted, progress))
    return Written(given, report, letterhead, template)


def _wanted(given: Given) -> reporting.Wanted:
    output.days("--near", given.near)
    for option, value in (("--worst", given.worst), ("--at-least", given.at_least)):
        output.natural(option, value)
    near = outlook.NEAR if given.near is None else given.near
    late = backlog.Asked(
        each=given.each,
        listed=True,
        near=near,
        worst=WORST if given.worst is None else given.worst,
        at_least=AT_LEAST if given.at_least is None else given.at_least,
        calendar=given.calendar,
    )
    ahead = outlook.Asked(given.targets, given.goal, near, given.without, given.calendar)
    shaping = {"letterhead": given.letterhead, "template": given.template}
    files = [(kind, path) for kind, path in shaping.items() if path]
    return reporting.Wanted(
        late,
        ahead,
        output.wanted_of(given),
        files,
        league=named_files(given.league) if given.league else (),
        own=given.own,
        tasks=given.tasks,
        previous_tasks=given.previous_tasks,
        remembered=given.remembered,
    )


def _check(given: Given) -> None:
    """Refuse what has nothing that it belongs to."""
    for option, needed in (("own", "league"), ("previous_tasks", "tasks")):
        if getattr(given, option) and not getattr(given, needed):
            raise UsageError("option_needs", where=flags(option)[-1], needed=flags(needed)[-1])


def template_of(given: Given) -> bytes | None:
    """The document of the user's own that a note is written into."""
    if given.template is None:
        return None
    try:
        return Path(given.template).read_bytes()
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=given.template) from error
    except OSError as error:
        raise InputError("unreadable", where=given.template) from error


class Written:
    """The report in every format, each made once and only when asked for."""

    def __init__(self, given: Given, report: Report, letterhead: Letterhead, template: bytes | None) -> None:
        self._given, self._letterhead, self._template = given, letterhead, template
        self.report = report

    @property
    def findings(self) -> list[pd.DataFrame]:
        """What was found besides the findings of the run."""
        return [self.report.tasks.findings] if self.report.tasks else []

    @cached_property
    def document(self) -> Document:
        """The report in words and tables."""
        body, lang = shapes.sealed(report_body(self.report, listed=False)), self._given.lang
        document = report_document(self.report, lang, record=body["manifest"], created=output.created(self.report.run))
        cells = seals([table for part in document.sections for table in part.tables], lang)
        return replace(document, machine=shapes.to_json(shapes.as_shown(body, language=lang, cells=cells)))

    def _sealed(self) -> dict[str, Any]:
        return shapes.sealed(report_body(self.report))

    def views(self, most: int | None = None) -> output.Views:
        """The report for the screen, with `most` rows of a table, and for pipes."""
        lang, card = self._given.lang, self.report.run.manifest.scorecard
        return output.Views(
            document=lambda: shapes.to_json(self._sealed()),
            sealed=self._sealed,
            tables=lambda: report_tables(self.document, most),
            plain=lambda: tidy.tidy_table([table for part in self.document.sections for table in part.tables], lang),
            title=text("report.title", lang, card=card.title[lang]),
            created=output.created(self.report.run),
        )

    def files_of(self, path: str, form: str) -> dict[str, bytes]:
        """The report as a file, with what stands beside it."""
        if form in ("xlsx", "html", "docx"):
            return {path: self._bytes_as(form)}
        return output.files_of(path, form, self.views(), self._given.lang)

    def _bytes_as(self, form: str) -> bytes:
        if form == "xlsx":
            from reformcli.render.book import book_bytes

            return book_bytes(self.document)
        if form == "html":
            from reformcli.render.page import page_text

            return page_text(self.document).encode("utf-8", "backslashreplace")
        from reformcli.render.note import note_bytes

        return note_bytes(self.document, self._letterhead, self._template)
