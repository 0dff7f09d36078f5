"""`reformcli services`: what a catalogue of procedures offers online, and what is made of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from typing import Any

from reformcli.audit.made_from import file_input, with_more
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.package import with_package
from reformcli.cli.report import FORMS, MOST_SHOWN, template_of
from reformcli.i18n import text
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.model import Run
from reformcli.render import shapes
from reformcli.render.document import Document
from reformcli.render.report import report_tables
from reformcli.render.seal import seals
from reformcli.render.service_report import service_document
from reformcli.render.services import services_body, services_table
from reformcli.services import serving
from reformcli.services.counting import WORST, Offer


def run(given: Given) -> None:
    """Count the procedures of a catalogue and write the result to every -o, or show it."""
    forms = output.check_outputs(given, FORMS)
    output.natural("--worst", given.worst)
    letterhead, template = load_letterhead(given.letterhead), template_of(given)
    given = replace(given, worst=WORST if given.worst is None else given.worst, catalogue=given.services)
    worst = WORST if given.worst is None else given.worst
    result, found = output.running(
        given,
        lambda options, progress: serving.run_services(options, progress, worst=worst, make_add=given.add_to_100),
    )
    shaping = {"letterhead": given.letterhead, "template": given.template}
    result = with_more(result, [file_input(kind, path) for kind, path in shaping.items() if path])
    made = _Made(given, result, found, letterhead, template)
    if not given.outputs:
        form = given.format or "table"
        output.show(given, form, made.views(MOST_SHOWN if form == "table" and sys.stdout.isatty() else None))
    files = {name: data for path, form in forms.items() for name, data in made.files_of(path, form).items()}
    output.write(with_package(given, files, made.views()))
    for sentence in made.document.headline[:1]:
        output.note(given, sentence)
    output.finish(given, result)


class _Made:
    """The result in every format, each made once and only when asked for."""

    def __init__(self, given: Given, result: Run, found: Offer, letterhead: Letterhead, template: bytes | None) -> None:
        self._given, self._run, self._found = given, result, found
        self._letterhead, self._template = letterhead, template

    @cached_property
    def sealed(self) -> dict[str, Any]:
        return shapes.sealed(shapes.frame("services", self._run, **services_body(self._found)))

    @cached_property
    def document(self) -> Document:
        lang, body = self._given.lang, self.sealed
        created = output.created(self._run)
        made = service_document(self._run, self._found, lang, record=body["manifest"], created=created)
        cells = seals([table for part in made.sections for table in part.tables], lang)
        return replace(made, machine=shapes.to_json(shapes.as_shown(body, language=lang, cells=cells)))

    def views(self, most: int | None = None) -> output.Views:
        """The result for the screen, with `most` rows of a table, and for pipes."""
        lang = self._given.lang
        return output.Views(
            document=lambda: shapes.to_json(self.sealed),
            sealed=lambda: self.sealed,
            tables=lambda: report_tables(self.document, most),
            plain=lambda: services_table(self._found, lang, plain=True),
            title=text("services.title", lang),
            created=output.created(self._run),
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

            return {path: note_bytes(self.document, self._letterhead, self._template)}
        return output.files_of(path, form, self.views(), self._given.lang)
