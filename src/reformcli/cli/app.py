"""The application: commands, help in the user's language, and how expected failures end."""

from __future__ import annotations

import gc
import io
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from reformcli.cli.options import Given, with_options
from reformcli.cli.settings import language_of, read_settings, surroundings
from reformcli.errors import ExitCode, ReformError, place_of
from reformcli.i18n import has, text

# command → the options it takes, besides those that some share; its module has one function `run(Given)`.
_UNITS = ("by", "level", "agency")
_OPENING = ("exports", "columns", "profile", "password_file", "limit")  # what any reading of exports may be told
_LATE = (*_UNITS, "listed", "near", "worst", "at_least", "each", "causes", "calendar", "check_due")
_OUTLOOK = ("goal", "near", "without", "targets", "calendar")
_READING = (*_OPENING, "start", "end", "period", "counts", "agencies", "scorecard", "accept")
_COUNTING = (*_READING, "catalogue")
_COMPARING = ("previous", "previous_period", "previous_counts", "force")
_ENGINE = ("engine", "memory_limit", "spark_master")
_TELLING = ("lang", "fail_on", "quiet", "verbose", "no_progress")
_SHOWING = ("format", "output", *_TELLING)
_WRITING = ("format", "output", "manifest", *_TELLING)  # with a manifest
_EXPLAINING = (
    *("component", "metric", "late_kind", "cause", "service", "dossier", "of", "agency", "level", "unit"),
    *("in_field", "procedure"),
    *("causes", "calendar"),
)
_JOINED = ("league", "own", "tasks", "previous_tasks", "remembered")
_REPORT = ("worst", "at_least", "each", "causes", *_JOINED, "letterhead", "template")
_SERVICES = ("worst", "add_to_100", "letterhead", "template")
_TASKS = ("end", "previous", "previous_period", "agencies", "agency", "calendar", "accept")
COMMANDS: dict[str, tuple[str, ...]] = {
    "score": (*_COUNTING, *_COMPARING, *_UNITS, "table", "remember", *_ENGINE, *_WRITING, "keep_personal"),
    "metrics": (*_COUNTING, *_COMPARING, *_UNITS, *_ENGINE, *_WRITING, "keep_personal"),
    "late": (*_READING, *_COMPARING, *_LATE, *_WRITING),
    "report": (*_COUNTING, *_COMPARING, *_OUTLOOK, *_REPORT, "format", "outputs", "manifest", *_TELLING),
    "compare": (*_COUNTING, *_COMPARING, "history", *_UNITS, "table", "listed", *_WRITING),
    "targets": (*_COUNTING, *_UNITS, "targets", *_WRITING),
    "gaps": (*_COUNTING, *_UNITS, *_OUTLOOK, *_WRITING),
    "verify": ("report", "exports", "password_file", "limit", *_SHOWING),
    "reconcile": ("published", *_COUNTING, *_WRITING),
    "league": ("scores", "agency", "scorecard", "letterhead", "format", "outputs", "lang", "quiet"),
    "history": ("sources", *_COUNTING[1:], "each", "level", "agency", "letterhead", "format", "outputs", *_TELLING),
    "explain": (*_COUNTING, *_EXPLAINING, *_WRITING),
    "services": ("services", *_READING, *_SERVICES, "format", "outputs", "manifest", *_TELLING),
    "tasks": ("register", *_TASKS, "listed", "letterhead", "template", "format", "outputs", *_TELLING),
    "weekly": ("weekly", "week", "check", "password_file", "lang", "quiet", "verbose", "no_progress"),
    "validate": (*_COUNTING, *_SHOWING, "quarantine", "keep_personal"),
    "columns": (*_OPENING, "write_map", *_SHOWING),
    "agencies": (*_OPENING, *_SHOWING),
    "load": (*_OPENING, "scorecard", "causes", "output", "store", *_TELLING),
    "calendar": ("year", "calendar", "received", "days", "due", "kind", "format", "output", "lang", "quiet"),
    "sample": ("folder", "seed", "rows", "lang", "quiet"),
}
RULES = {
    "show": ("name", "on", "format", "output", "lang"),
    "check": ("file", "lang", "quiet"),
    "export": ("name", "output", "lang"),
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".zip")  # as far as names tell
_HELPS = {
    "score": {"by": "by_score"},
    "late": {"by": "by_late"},
    "targets": {"by": "by_score"},
    "gaps": {"by": "by_score", "near": "near_gaps"},
    "league": {"agency": "agency_league"},
    "history": {"each": "each_history", "period": "period_history"},
    "verify": {"exports": "exports_verify"},
    "explain": {"agency": "agency_explain", "level": "level_explain"},
    "report": {"near": "near_gaps", "worst": "worst_report", "each": "each_report"},
    "tasks": {
        "end": "end_tasks",
        "previous": "previous_tasks",
        "previous_period": "previous_period_tasks",
        "listed": "listed_tasks",
        "agency": "agency_tasks",
    },
    "services": {"worst": "worst_services"},
    "compare": {"by": "by_score", "listed": "listed_compare", "table": "table_compare"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; an expected failure is three lines on stderr."""
    _use_utf8()
    if arguments is None:
        gc.disable()  # a process of seconds makes no cycles worth collecting, and its imports are quicker without
        if any(argument.lower().endswith(_WORKBOOKS) for argument in sys.argv[1:]):
            from reformcli.read.guard import start_early

            start_early()
    given = list(sys.argv[1:] if arguments is None else arguments)
    environment, folder = surroundings()
    language = language_of(given, environment, {})
    try:
        settings = read_settings(given, environment, folder)
        language = language_of(given, environment, settings)
        app = build(language, settings)
        code = app(args=given, prog_name="reformcli", standalone_mode=False)
        return int(code or 0)
    except ReformError as error:
        return _failed(error, language)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # typer's own errors, or a defect: a short message, never a traceback with data
        return _ended(error, language)


def _use_utf8() -> None:
    """A redirected Windows console writes cp1252, which has no Vietnamese."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8")


def build(language: str, settings: dict[str, Any] | None = None) -> typer.Typer:
    """The typer application in one language, with defaults from configuration files."""
    group = type("Group", (TyperGroup,), {"get_help": _translated_help(TyperGroup, language)})
    command = type("Command", (TyperCommand,), {"get_help": _translated_help(TyperCommand, language)})
    app = typer.Typer(
        cls=group,
        help=text("help.app", language),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_callback(language))
    defaults = {"default_map": settings or {}}
    for name, options in COMMANDS.items():
        run = with_options(_lazy(f"reformcli.cli.{name}", "run"), options, language, _HELPS.get(name))
        app.command(name, help=text(f"help.{name}", language), cls=command, context_settings=defaults)(run)
    rules = typer.Typer(cls=group, help=text("help.rules", language), no_args_is_help=True, rich_markup_mode=None)
    for name, options in RULES.items():
        run = with_options(_lazy("reformcli.cli.rules", name), options, language)
        rules.command(name, help=text(f"help.rules_{name}", language), cls=command, context_settings=defaults)(run)
    rules.callback()(_callback(language, with_version=False))
    app.add_typer(rules, name="rules")
    return app


def _callback(language: str, *, with_version: bool = True) -> Callable[..., None]:
    """What stands before a command: --version, and --lang, which was read before typer saw it."""

    def say_version(asked: bool) -> None:
        if asked:
            from reformcli import __version__

            typer.echo(f"reformcli {__version__}")
            raise typer.Exit

    version = typer.Option("--version", help=text("help.option.version", language), is_eager=True, callback=say_version)
    lang = typer.Option("--lang", help=text("help.option.lang", language), metavar="vi|en", show_default=False)

    def for_language(lang: str = language) -> None:
        pass

    def for_both(version: bool = False, lang: str = language) -> None:
        pass

    for_language.__annotations__ = {"lang": Annotated[str, lang]}
    for_both.__annotations__ = {"version": Annotated[bool, version], "lang": Annotated[str, lang]}
    return for_both if with_version else for_language


def _lazy(module: str, function: str) -> Callable[[Given], None]:
    """The command's function, imported when it runs: `--help` loads none of them."""

    def run(given: Given) -> None:
        getattr(import_module(module), function)(given)

    return run


_TYPE_MARK = re.compile(r" <[a-z\[\]]+>")
_HELP_WORDS = ("usage", "options", "commands", "arguments", "show_help", "install", "show_completion", "required")


def _translated_help(base: type, language: str) -> Callable[[Any, Any], str]:
    """Typer writes its own words in English only: they are replaced line by line."""

    def get_help(self: Any, ctx: Any) -> str:
        shown: str = base.get_help(self, ctx)  # type: ignore[attr-defined]
        for word in _HELP_WORDS:
            english, ours = text(f"help.word.{word}", "en"), text(f"help.word.{word}", language)
            shown = re.sub(r"\s+".join(map(re.escape, english.split())), ours, shown)
        return _TYPE_MARK.sub("", shown)

    return get_help


def _failed(error: ReformError, language: str) -> int:
    try:
        _say(_three_lines(error, language))
    except (KeyError, ValueError) as missing:  # an error whose own text cannot be made is a defect
        return _ended(missing, language)
    return int(error.exit_code)


def _three_lines(error: ReformError, language: str) -> str:
    """What, where, what to do."""
    what, fix = (text(f"error.{error.key}.{part}", language, **error.values) for part in ("what", "fix"))
    return _lines(what, error.where, fix, language)


def _lines(what: str, where: str, fix: str, language: str) -> str:
    labels = [text(f"word.{word}", language) for word in ("problem", "where", "fix")]
    parts = [" ".join(str(part).split()) for part in (what, where, fix)]
    return "\n".join(f"{label}: {part}" for label, part in zip(labels, parts, strict=True))


def _ended(error: Exception, language: str) -> int:
    name = type(error).__name__
    if name == "NoArgsIsHelpError":
        typer.echo(str(error), err=True)
        return int(ExitCode.USAGE)
    if name == "ReaderGone":
        return 141
    if hasattr(error, "format_message"):  # a usage error of typer's
        context = getattr(error, "ctx", None)
        where = context.command_path if context is not None else "reformcli"
        _say(_lines(_wrong_use(error, language), where, text("usage.fix", language, command=where), language))
        return int(ExitCode.USAGE)
    if name == "Abort":
        return 130
    what = text("error.defect.what", language, kind=name)
    _say(_lines(what, place_of(error), text("error.defect.fix", language), language))
    return int(ExitCode.DEFECT)


def _wrong_use(error: Any, language: str) -> str:
    """What is wrong with the command line, in our words: typer has its own in English only."""
    name, message = type(error).__name__, error.format_message()
    if unknown := re.search(r"No such command '([^']*)'", message):
        return text("usage.NoSuchCommand", language, name=unknown[1])
    option = getattr(error, "option_name", None)
    if option is None and (parameter := getattr(error, "param", None)) is not None:
        option = parameter.metavar or next(reversed(parameter.opts), parameter.name)
        option = next((name for name in parameter.opts if name.startswith("-")), option)
    key = f"usage.{name}" if option and has(f"usage.{name}", language) else "usage.UsageError"
    return text(key, language, name=option or "")


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")
