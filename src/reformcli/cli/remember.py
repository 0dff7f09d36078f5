"""`--remember DIR`: a scored run is filed for `history`, and it is told what became of it."""

from __future__ import annotations

from decimal import Decimal

import typer

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import ExitCode
from reformcli.history import filing
from reformcli.history.filing import Filed
from reformcli.i18n import text
from reformcli.model import Run
from reformcli.outcomes import Figure
from reformcli.render.words import points


def check(given: Given) -> None:
    """Refuse a folder that nothing can be filed in, before anything is read."""
    if given.remember is not None:
        filing.check_folder(given.remember)


def remember(given: Given, run: Run) -> Filed | None:
    """File a run if the user wants it, and say what became of it."""
    if given.remember is None:
        return None
    filed = filing.remember(run, given.remember)
    output.note(given, sentence(filed, given.lang))
    return filed


def sentence(filed: Filed, lang: str) -> str:
    """What became of a result."""
    aspect = text(f"course.aspect_{filed.aspect}", lang) if filed.aspect else ""
    values = {"period": filed.period, "file": filed.file, "aspect": aspect}
    values |= {"before": _points(filed.before, lang), "now": _points(filed.now, lang)}
    return text(f"note.remember_{filed.status}", lang, **values)


def end(given: Given, filed: Filed | None) -> None:
    """End with exit code 1 when a result was not filed because a more complete one is there."""
    if filed is not None and filed.status == filing.KEPT and given.fail_on != "never":
        raise typer.Exit(ExitCode.FINDINGS)


def _points(value: Figure, lang: str) -> str:
    return points(None if value is None else Decimal(value), lang)
