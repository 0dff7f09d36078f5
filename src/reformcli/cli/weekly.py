"""`reformcli weekly`: one file names the inputs, the period, the outputs and the archive; one command makes it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.cli.remember import sentence
from reformcli.cli.report import FORMS, Written, computed
from reformcli.errors import ExitCode, OutputError, ReformError
from reformcli.history.filing import KEPT, check_folder, planned
from reformcli.locking import locked
from reformcli.render import weekly as views
from reformcli.render.files import write_together
from reformcli.weekly import readiness
from reformcli.weekly.file import Weekly, load_weekly

# key of the week's file → field of `Given`, where it has another name
_FIELDS = {"inputs": "exports", "register": "agencies"}
_SEVERAL = ("inputs", "counts", "previous", "previous-counts", "league")
_MANIFEST = ".manifest.json"


def run(given: Given) -> None:
    """Make everything that the file of a week asks for, or with --check tell what is still missing."""
    output.check_words(given)
    week = load_weekly(given.weekly, week=given.week)
    asked = _asked(week, given)
    if given.check:
        _check(week, asked)
        return
    with locked(week.path.with_name(f"{week.path.name}.lock")) as journal:
        _make_folders(week)
        output.check_targets(replace(asked, outputs=[*week.outputs, week.log]))
        made, files = _made(week, asked, journal.note)
        log = views.log_text(made, asked.lang)
        _write(files | {Path(week.log): _logged(week, log)}, journal.note)
    for remark in made.notes:
        output.note(given, remark)
    output.to_stdout(f"{made.summary}\n")
    if made.code:
        raise typer.Exit(made.code)


def _asked(week: Weekly, given: Given) -> Given:
    """The options of the report that the file asks for."""
    asked: dict[str, Any] = {}
    for key, paths in week.files.items():
        asked[_FIELDS.get(key, key.replace("-", "_"))] = list(paths) if key in _SEVERAL else paths[0]
    for key, value in (*week.words.items(), *week.numbers.items()):
        asked[key.replace("-", "_")] = list(value) if isinstance(value, tuple) else value
    if week.span.is_named:
        asked["period"] = week.span.name
    else:
        asked |= {"start": str(week.span.start), "end": str(week.span.end)}
    if found := _archived(week):
        asked["previous"] = [found]
    elif "previous" in asked and week.span.before.is_named:
        asked["previous_period"] = week.span.before.name
    if week.archive:
        asked["remembered"] = week.archive
    asked.setdefault("password_file", given.password_file)
    asked |= {"outputs": list(week.outputs), "no_progress": given.no_progress}
    return Given(**{"lang": given.lang, **asked, "quiet": given.quiet, "verbose": given.verbose})


def _archived(week: Weekly) -> str | None:
    """The result of the period before, where the archive holds it and the file names no other."""
    if week.archive is None or "previous" in week.files:
        return None
    found = sorted(Path(week.archive).glob(f"{week.span.before.name}_*.json"))
    return str(found[-1]) if found else None


def _check(week: Weekly, asked: Given) -> None:
    """Show what is there and what is missing; exit as findings of that weight would."""
    options = output.options_of(asked)
    with output.bar(asked) as progress:
        ready = readiness.check(week, options, _archived(week), progress)
    shown = views.ready_table(ready, week, asked.lang)
    output.show(asked, "table", output.Views(document=str, tables=lambda: [shown], plain=lambda: shown))
    grave = {"error": ("missing",), "warning": ("missing", "look"), "never": ()}[asked.fail_on]
    if any(ready.count(state) for state in grave):
        raise typer.Exit(ExitCode.FINDINGS)


# ------------------------------------------------------------------ making
Announce = Callable[[Sequence[Path]], None]


def _made(week: Weekly, asked: Given, announce: Announce) -> tuple[views.Made, dict[Path, bytes]]:
    """Everything that is to be written; a week that cannot be computed leaves a word in the log."""
    forms = output.check_outputs(asked, FORMS)
    try:
        if week.archive:
            check_folder(week.archive)
        written = computed(asked)
        files = _files(written, forms)
        filed, path, data = planned(written.report.run, week.archive) if week.archive else (None, None, b"")
    except ReformError as error:
        block = views.failure_text(week, error, asked.lang)
        _write({Path(week.log): _logged(week, block)}, announce)
        raise
    if filed and path and filed.status != KEPT:
        files[path] = data
    notes = [sentence(filed, asked.lang)] if filed and filed.status == KEPT else []
    code = _code(asked, written, is_kept=bool(notes))
    summary = views.summary(week, written.report, len(forms), asked.lang)
    return views.Made(week, written.report.run, files, summary, notes, code), files


def _files(written: Written, forms: Mapping[str, str]) -> dict[Path, bytes]:
    return {Path(name): data for path, form in forms.items() for name, data in written.files_of(path, form).items()}


def _code(asked: Given, written: Written, *, is_kept: bool) -> int:
    """The exit code of what was found; a result that the archive has more complete is a finding, too."""
    if is_kept and asked.fail_on != "never":
        return int(ExitCode.FINDINGS)
    try:
        output.end(asked, written.report.run.findings, *written.findings)
    except typer.Exit as end:
        return int(end.exit_code)
    return int(ExitCode.OK)


# ------------------------------------------------------------------ writing
def _make_folders(week: Weekly) -> None:
    """The folders of all that will be written."""
    folders = [Path(name).parent for name in (*week.outputs, week.log)]
    for folder in (*folders, *([Path(week.archive)] if week.archive else [])):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            values = {"file": folder.name, "folder": str(folder.absolute().parent), "reason": error.strerror or ""}
            raise OutputError("output_not_writable", where=str(folder), **values) from error


def _logged(week: Weekly, block: str) -> bytes:
    """The log with one more block, unless it is what the last one said: a run that changed nothing leaves no trace."""
    try:
        log = Path(week.log).read_bytes()
    except FileNotFoundError:
        log = b""
    except OSError as error:
        values = {"file": Path(week.log).name, "folder": str(Path(week.log).parent), "reason": error.strerror or ""}
        raise OutputError("output_not_writable", where=week.log, **values) from error
    new = block.encode("utf-8", "backslashreplace")
    return log if log.endswith(b"\n\n" + new) or log == new else log + (b"\n" if log else b"") + new


def _write(files: Mapping[Path, bytes], announce: Announce) -> None:
    """Write what is not there already."""
    changed = {path: data for path, data in files.items() if not (path.is_file() and path.read_bytes() == data)}
    if changed:
        write_together(changed, announce)
