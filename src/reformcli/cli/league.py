"""`reformcli league`: provinces or units ranked by their published scores, with distances and what moved."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from reformcli.audit.made_from import file_input
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.report import FORMS, MOST_SHOWN
from reformcli.cli.told import told
from reformcli.i18n import text
from reformcli.league import ranking
from reformcli.league.files import named_files
from reformcli.league.places import League
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.render import shapes
from reformcli.render.document import Document
from reformcli.render.league import headline, league_document, plain_table, screen_tables
from reformcli.render.league_json import league_document as league_json
from reformcli.render.seal import seals


def run(given: Given) -> None:
    """Rank the tables and print the result, or write it to every -o."""
    files = named_files(given.scores)
    forms = output.check_outputs(replace(given, exports=files), FORMS)
    letterhead = load_letterhead(given.letterhead)
    more = [file_input("letterhead", given.letterhead)] if given.letterhead else []
    options = {"scorecard": Path(given.scorecard).name, "columns": [], **told(given)}
    found = ranking.run_league(files, scorecard=given.scorecard, own=given.agency, more=more, options=options)
    written = _Written(given, found, letterhead)
    if not given.outputs:
        form = given.format or "table"
        is_screen = form == "table" and sys.stdout.isatty()
        output.show(given, form, written.views(MOST_SHOWN if is_screen else None))
    output.write({name: data for path, form in forms.items() for name, data in written.files_of(path, form).items()})
    if given.outputs or given.format in ("json", "csv"):
        for sentence in headline(found, given.lang):
            output.note(given, sentence)


class _Written:
    """The result in every format, each made once and only when asked for."""

    def __init__(self, given: Given, league: League, letterhead: Letterhead) -> None:
        self._given, self._league, self._letterhead = given, league, letterhead

    @cached_property
    def _sealed(self) -> dict[str, Any]:
        return shapes.sealed(league_json(self._league))

    @cached_property
    def document(self) -> Document:
        lang, period = self._given.lang, self._league.manifest.period
        created = output.created_of(period) or period.end
        made = league_document(self._league, lang, record=self._sealed["manifest"], created=created)
        cells = seals([table for part in made.sections for table in part.tables], lang)
        return replace(made, machine=shapes.to_json(shapes.as_shown(self._sealed, language=lang, cells=cells)))

    def views(self, most: int | None = None) -> output.Views:
        """The result for the screen, with `most` rows of a table, and for pipes."""
        lang = self._given.lang
        return output.Views(
            document=lambda: shapes.to_json(self._sealed),
            sealed=lambda: self._sealed,
            tables=lambda: screen_tables(self._league, self.document, lang, most),
            plain=lambda: plain_table(self._league, lang),
            title=text("league.title", lang),
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
