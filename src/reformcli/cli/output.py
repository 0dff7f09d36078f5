"""What the commands share: options to runs, results to stdout or a file, one summary line, the exit code."""

from __future__ import annotations

import getpass
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os.path import realpath  # Path.resolve raises on a link to itself
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from reformcli.cli.options import ENGINES, FAIL_ON, FILE_FORMATS, FORMATS, MANIFESTS, Given
from reformcli.cli.package import check_package, package_files, with_package
from reformcli.cli.progress import Bar
from reformcli.cli.told import told
from reformcli.comparing.previous import Wanted
from reformcli.errors import ExitCode, InputError, OutputError, UsageError
from reformcli.i18n import LANGUAGES, text
from reformcli.judging import Options
from reformcli.limits import parse_limits
from reformcli.model import Period, Run
from reformcli.read.discover import discover
from reformcli.render.table import Table

if TYPE_CHECKING:
    import pandas as pd

MOST_DAYS = 366  # that anybody looks ahead
_LONGEST_PASSWORD = 4_096  # bytes of its line


@dataclass(frozen=True, slots=True)
class Views:
    """A result in every form: `document` for JSON, `tables` for people, `plain` for csv; made only when asked for."""

    document: Callable[[], str]
    tables: Callable[[], Sequence[Table]]
    plain: Callable[[], Table]
    sheets: Callable[[], Sequence[Table]] | None = None  # of a workbook, where it holds more than the screen
    title: str = "reformcli"
    created: datetime | None = None
    sealed: Callable[[], Mapping[str, Any]] | None = None  # the document of a result that has a manifest
    card: Mapping[str, str] = field(default_factory=dict)  # the name of its scorecard
    table: str | None = None  # which of its tables was asked for


def check(given: Given) -> str:
    """Refuse option values that cannot be meant, before anything is read; returns the output format."""
    check_words(given)
    check_targets(given)
    if given.format is not None:
        one_of("--format", given.format, FORMATS)
    return form_of(given.output, FILE_FORMATS) if given.output else given.format or "table"


def check_outputs(given: Given, forms: Mapping[str, str]) -> dict[str, str]:
    """The same for a command that writes several files: the format of each."""
    found = {path: form_of(path, forms) for path in given.outputs}
    check(replace(given, output=None))
    return found


def form_of(path: str, forms: Mapping[str, str]) -> str:
    """The format that the extension of a file stands for."""
    extension = Path(path).suffix.lower()
    if extension not in forms:
        raise UsageError("unknown_extension", where=path, extension=extension, known=" ".join(forms))
    return forms[extension]


def natural(option: str, value: int | None) -> None:
    """Refuse a number below zero."""
    if value is not None and value < 0:
        raise UsageError("unknown_option_value", where=option, option=option, value=value, known="0, 1, 2 …")


def days(option: str, value: int | None) -> None:
    """Refuse a number of days below zero or beyond a year."""
    if value is not None and not 0 <= value <= MOST_DAYS:
        known = f"0, 1, 2 … {MOST_DAYS}"
        raise UsageError("unknown_option_value", where=option, option=option, value=value, known=known)


def check_words(given: Given) -> None:
    """Refuse an unknown language, --manifest or --fail-on."""
    one_of("--lang", given.lang, LANGUAGES)
    one_of("--manifest", given.manifest, MANIFESTS)
    one_of("--fail-on", given.fail_on, FAIL_ON)


def check_targets(given: Given) -> None:
    """Refuse a target that cannot be written, or that is one of the inputs, before anything is read or written."""
    inputs = {realpath(item) for item in _files((*given.exports, *given.previous, *given.history))} | {
        realpath(name)
        for name in (
            *given.counts,
            *given.columns,
            *given.previous_counts,
            *given.league,
            given.tasks,
            given.previous_tasks,
            given.published,
            given.report,
            given.register,
            given.scorecard,
            given.profile,
            given.password_file,
            given.catalogue,
            given.services,
            given.agencies,
            given.accept,
            given.causes,
            given.calendar,
            given.check_due,
            given.targets,
            given.letterhead,
            given.template,
        )
        if name
    }
    named = [name for name in (given.output, given.quarantine, given.write_map, *given.outputs) if name]
    sides = [side_file(name) for name in named if name.lower().endswith(".csv")]
    check_package(given, sides)
    targets = [Path(name) for name in (*named, *sides, *package_files(given))]
    for number, target in enumerate(targets):
        if realpath(target) in inputs | {realpath(other) for other in targets[:number]}:
            raise UsageError("output_is_input", where=str(target), file=target.name)
        folder = target.parent
        if not folder.is_dir():
            raise OutputError(
                "output_folder_missing", where=str(target), file=target.name, folder=str(folder), reason=""
            )
        if target.is_dir():
            raise OutputError("output_is_folder", where=str(target), file=target.name, folder=str(folder), reason="")


def _files(arguments: Sequence[str]) -> list[str]:
    """The files that arguments mean, folders and globs expanded; what cannot be found says so when it is read."""
    found = []
    for argument in arguments:
        try:
            found += [str(item) for item in discover([argument])]
        except (InputError, UsageError):
            found.append(argument)
    return found


def one_of(option: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that an option does not know."""
    if value not in known:
        raise UsageError("unknown_option_value", where=option, option=option, value=value, known=", ".join(known))


def options_of(given: Given) -> Options:
    """The part of the options that a run is made of."""
    return Options(
        exports=given.exports,
        counts=given.counts,
        catalogue=given.services or given.catalogue,
        agencies=given.agencies,
        columns=given.columns,
        profile=given.profile,
        limits=parse_limits(given.limit),
        password=_password(given),
        causes=given.causes,
        scorecard=given.scorecard,
        start=given.start,
        end=given.end,
        period=given.period,
        accept=given.accept,
        keep_personal=given.keep_personal,
        engine=given.engine,
        memory_limit=given.memory_limit,
        spark_master=given.spark_master,
        told=told(given),
    )


def wanted_of(given: Given) -> Wanted:
    """What the result is to be compared with."""
    return Wanted(given.previous, given.previous_period, given.previous_counts, given.force)


def _password(given: Given) -> str | None:
    """The first line of --password-file."""
    if given.password_file is None:
        return None
    try:
        with Path(given.password_file).open("rb") as file:
            line = file.readline(_LONGEST_PASSWORD + 1)  # a device has no end
        lines = line.decode("utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=given.password_file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("no_password_file", where=given.password_file) from error
    if not lines or not lines[0] or len(line) > _LONGEST_PASSWORD:
        raise InputError("no_password_file", where=given.password_file)
    return lines[0]


Result = TypeVar("Result")


def running(given: Given, run: Callable[[Options, Bar], Result]) -> Result:
    """Run with a bar; where a workbook is protected and a person is there, ask for its password and run again."""
    options = options_of(given)
    try:
        with bar(given) as progress:
            return run(options, progress)
    except InputError as error:
        is_person = sys.stdin.isatty() and sys.stderr.isatty()
        if error.key != "encrypted" or not is_person:
            raise
        asked = text("note.password", given.lang, file=Path(error.where).name)
    password = getpass.getpass(f"{asked} ", stream=sys.stderr)
    with bar(given) as progress:
        return run(replace(options, password=password), progress)


def bar(given: Given) -> Bar:
    """The progress bar of a run: on stderr, on a terminal only."""
    is_terminal = sys.stderr.isatty() and not given.no_progress
    return Bar(given.lang, shown=is_terminal and not given.quiet, told=given.verbose and not is_terminal)


def show(given: Given, form: str, views: Views) -> None:
    """Print a result to stdout, or write it to the file named by -o; a file appears whole or not at all."""
    if given.output is None:
        to_stdout(_shown(views, given.lang) if form == "table" else _text(form, views, given.lang))
        return
    write(with_package(given, files_of(given.output, form, views, given.lang), views))


def files_of(path: str, form: str, views: Views, lang: str) -> dict[str, bytes]:
    """A result as a file; beside a csv, which has no place for it, also what its figures were made from."""
    data = file_bytes(form, views, lang)
    if form != "csv" or not views.sealed:
        return {path: data}
    from reformcli.render.shapes import as_shown, manifest_document, to_json

    shown = as_shown(views.sealed(), language=lang, table=views.table)
    side = manifest_document(shown, Path(path).name, data)
    return {path: data, side_file(path): to_json(side).encode("utf-8")}


def side_file(path: str) -> str:
    """Where the manifest of a csv stands."""
    return f"{path}.manifest.json"


def write(files: Mapping[str, bytes]) -> None:
    """Write files as a whole or not at all."""
    from reformcli.render.files import write_together

    write_together({Path(path): data for path, data in files.items()})


def file_bytes(form: str, views: Views, lang: str) -> bytes:
    """A result as the bytes of a file."""
    if form == "xlsx":
        from reformcli.render.workbook import workbook_bytes

        created = views.created or datetime(2022, 6, 23)
        tables, machine = [*(views.sheets or views.tables)()], ""
        if views.sealed:
            from reformcli.render.seal import seals
            from reformcli.render.shapes import as_shown, to_json
            from reformcli.render.sources import record_tables

            sealed = views.sealed()
            tables += record_tables(sealed["manifest"], views.card, lang)
            machine = to_json(as_shown(sealed, language=lang, table=views.table, cells=seals(tables, lang)))
        return workbook_bytes(tables, language=lang, properties_title=views.title, created=created, machine=machine)
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    return _text(form, views, lang).encode(encoding, "backslashreplace")


def created(run: Run) -> datetime | None:
    """The creation date written into a document of a run, as `created_of` tells it."""
    return created_of(run.manifest.period)


def created_of(period: Period) -> datetime | None:
    """The creation date written into a document: the end of the period, so that the same input gives the same bytes.

    SOURCE_DATE_EPOCH, seconds since 1970 in UTC, stands before it.

    Raises:
        UsageError: `unknown_option_value`, it is no such number.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return period.end if period.known else None
    try:
        return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        name = "SOURCE_DATE_EPOCH"
        raise UsageError("unknown_option_value", where=name, option=name, value=epoch, known="0, 1, 2 …") from error


def _text(form: str, views: Views, lang: str) -> str:
    if form == "json":
        return views.document()
    if form == "csv":
        from reformcli.render.csv import csv_text

        return csv_text(views.plain())
    from reformcli.render.markdown import markdown_text

    return markdown_text(views.tables(), language=lang)


def _shown(views: Views, lang: str) -> str:
    """The tables as the screen, or a pipe, shows them."""
    from reformcli.render.console import print_tables

    screen = _Screen(sys.stdout.isatty())
    print_tables(views.tables(), file=screen, language=lang, color=screen.isatty())
    return screen.getvalue()


class _Screen(io.StringIO):
    """Collects what is printed, and answers as stdout does whether it is a terminal."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class ReaderGone(Exception):  # noqa: N818  (nothing failed: `| head -1` has seen enough)
    """The reader of stdout has closed it."""


def to_stdout(result: str) -> None:
    """Write a result; raises ReaderGone when nobody reads on. Names that are no Unicode are written visibly."""
    try:
        sys.stdout.write(result.encode("utf-8", "backslashreplace").decode("utf-8"))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ReaderGone from None


def note(given: Given, message: str) -> None:
    """One line on stderr, unless -q."""
    if not given.quiet:
        sys.stderr.write(message + "\n")


def check_engine(given: Given) -> None:
    """Refuse an engine that does not exist, or that cannot do what else was asked for.

    Raises:
        UsageError: `unknown_option_value`; `engine_compares_not`, a comparison looks at dossiers one by one.
    """
    one_of("--engine", given.engine, ENGINES)
    if given.engine in ("duckdb", "spark") and wanted_of(given).is_any:
        raise UsageError("engine_compares_not", where="--engine", engine=given.engine)


def finish(given: Given, run: Run, more: Sequence[pd.DataFrame] = ()) -> None:
    """End with exit code 1 when something at or above --fail-on was found and not accepted, else with 0.

    `more` are findings besides those of the run.
    """
    if run.engine != "memory" or given.verbose:
        note(given, text("note.engine", given.lang, engine=run.engine))
    for heading in run.findings.loc[run.findings["rule"] == "RC305", "text"]:
        note(given, f"{text('finding.RC305.title', given.lang)}: {heading}")
    end(given, run.findings, *more)


def end(given: Given, *several: pd.DataFrame) -> None:
    """The exit code alone, of findings with `severity` and `accepted`."""
    grave = {"error": ("error",), "warning": ("error", "warning"), "never": ()}[given.fail_on]
    for findings in several:
        if findings.loc[~findings["accepted"].astype(bool), "severity"].isin(list(grave)).any():
            raise typer.Exit(ExitCode.FINDINGS)


def written(given: Given, path: str, rows: int) -> None:
    """Say on stderr that a file was written."""
    note(given, text("note.written", given.lang, file=Path(path).name, rows=rows))
