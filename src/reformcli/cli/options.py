"""Every option of every command, once: its type, its names, its text, and where its default may come from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from reformcli.i18n import text

FORMATS = ("table", "json", "csv", "md")
FILE_FORMATS = {".json": "json", ".csv": "csv", ".md": "md", ".xlsx": "xlsx"}
FAIL_ON = ("error", "warning", "never")
MANIFESTS = ("json", "datapackage")
TABLES = ("units", "groups", "components")
ENGINES = ("auto", "memory", "duckdb", "spark")
UNIT_KINDS = ("agency", "level", "total")


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gave: one field per option of any command, with its built-in default."""

    exports: list[str] = field(default_factory=list)
    start: str | None = None
    end: str | None = None
    period: str | None = None
    counts: list[str] = field(default_factory=list)
    catalogue: str | None = None
    services: str = ""
    add_to_100: bool = False
    agencies: str | None = None
    weekly: str = ""
    week: str | None = None
    check: bool = False
    published: str = ""
    report: str = ""
    scores: list[str] = field(default_factory=list)
    register: str = ""
    league: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    tasks: str | None = None
    previous_tasks: str | None = None
    remembered: str | None = None
    sources: list[str] = field(default_factory=list)
    remember: str | None = None
    previous: list[str] = field(default_factory=list)
    previous_period: str | None = None
    previous_counts: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    force: bool = False
    columns: list[str] = field(default_factory=list)
    scorecard: str = "qd766"
    accept: str | None = None
    profile: str | None = None
    password_file: str | None = None
    limit: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    level: list[str] = field(default_factory=list)
    agency: list[str] = field(default_factory=list)
    store: str | None = None
    engine: str = "auto"
    memory_limit: str | None = None
    spark_master: str | None = None
    table: str = "units"
    format: str | None = None
    output: str | None = None
    outputs: list[str] = field(default_factory=list)
    manifest: str = "json"
    letterhead: str | None = None
    template: str | None = None
    lang: str = "vi"
    fail_on: str = "error"
    keep_personal: bool = False
    quiet: bool = False
    verbose: bool = False
    no_progress: bool = False
    quarantine: str | None = None
    listed: bool = False
    near: int | None = None
    worst: int | None = None
    at_least: int | None = None
    each: str | None = None
    causes: str | None = None
    check_due: str | None = None
    targets: str | None = None
    goal: str | None = None
    without: list[str] = field(default_factory=list)
    write_map: str | None = None
    name: str = "qd766"
    file: str = ""
    on: str | None = None
    folder: str = ""
    seed: int = 766
    rows: int | None = None
    calendar: str | None = None
    year: int | None = None
    received: str | None = None
    days: int | None = None
    due: str | None = None
    kind: str | None = None
    component: str | None = None
    metric: str | None = None
    late_kind: str | None = None
    cause: str | None = None
    of: str | None = None
    unit: str | None = None
    dossier: str | None = None
    service: str | None = None
    in_field: str | None = None
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class _Option:
    kind: Any
    flags: tuple[str, ...]
    help: str
    argument: bool = False
    metavar: str | None = None
    in_files: bool = True  # whether a configuration file may set it


_TEXTS = list[str]
_OPTIONS: Mapping[str, _Option] = {
    "exports": _Option(_TEXTS, (), "exports", argument=True, metavar="EXPORT"),
    "published": _Option(str, (), "published", argument=True, metavar="PUBLISHED"),
    "report": _Option(str, (), "report", argument=True, metavar="REPORT"),
    "scores": _Option(_TEXTS, (), "scores", argument=True, metavar="TABLE"),
    "register": _Option(str, (), "register", argument=True, metavar="REGISTER"),
    "weekly": _Option(str, (), "weekly", argument=True, metavar="FILE.toml"),
    "week": _Option(str | None, ("--week",), "week", metavar="KY", in_files=False),
    "check": _Option(bool, ("--check",), "check", in_files=False),
    "sources": _Option(_TEXTS, (), "sources", argument=True, metavar="SOURCE"),
    "remember": _Option(str | None, ("--remember",), "remember", metavar="DIR"),
    "start": _Option(str | None, ("--from",), "start", metavar="NGAY"),
    "end": _Option(str | None, ("--to",), "end", metavar="NGAY"),
    "period": _Option(str | None, ("--period",), "period", metavar="KY"),
    "counts": _Option(_TEXTS, ("--counts",), "counts", metavar="FILE"),
    "catalogue": _Option(str | None, ("--catalogue",), "catalogue", metavar="FILE"),
    "services": _Option(str, (), "services", argument=True, metavar="CATALOGUE"),
    "add_to_100": _Option(bool, ("--add-to-100",), "add_to_100"),
    "agencies": _Option(str | None, ("--agencies",), "agencies", metavar="FILE"),
    "columns": _Option(_TEXTS, ("--columns",), "columns", metavar="MAP"),
    "scorecard": _Option(str, ("--scorecard",), "scorecard", metavar="ID|FILE"),
    "accept": _Option(str | None, ("--accept",), "accept", metavar="FILE"),
    "profile": _Option(str | None, ("--profile",), "profile", metavar="ID|FILE"),
    "password_file": _Option(str | None, ("--password-file",), "password_file", metavar="FILE"),
    "limit": _Option(_TEXTS, ("--limit",), "limit", metavar="TEN=SO"),
    "league": _Option(_TEXTS, ("--league",), "league", metavar="TABLE"),
    "own": _Option(_TEXTS, ("--own",), "own", metavar="TEN"),
    "tasks": _Option(str | None, ("--tasks",), "tasks", metavar="FILE"),
    "previous_tasks": _Option(str | None, ("--previous-tasks",), "previous_tasks_report", metavar="FILE"),
    "remembered": _Option(str | None, ("--remembered",), "remembered", metavar="DIR"),
    "previous": _Option(_TEXTS, ("--previous",), "previous", metavar="FILE"),
    "previous_period": _Option(str | None, ("--previous-period",), "previous_period", metavar="KY"),
    "previous_counts": _Option(_TEXTS, ("--previous-counts",), "previous_counts", metavar="FILE"),
    "history": _Option(_TEXTS, ("--history",), "history", metavar="FILE", in_files=False),
    "force": _Option(bool, ("--force",), "force"),
    "by": _Option(_TEXTS, ("--by",), "by", metavar="CHIEU"),
    "level": _Option(_TEXTS, ("--level",), "level", metavar="LEVEL"),
    "agency": _Option(_TEXTS, ("--agency",), "agency", metavar="AGENCY"),
    "store": _Option(str | None, ("--store",), "store", metavar="DIR"),
    "engine": _Option(str, ("--engine",), "engine", metavar="|".join(ENGINES)),
    "memory_limit": _Option(str | None, ("--memory-limit",), "memory_limit", metavar="4GB"),
    "spark_master": _Option(str | None, ("--spark-master",), "spark_master", metavar="URL"),
    "table": _Option(str, ("--table",), "table", metavar="|".join(TABLES)),
    "format": _Option(str | None, ("--format",), "format", metavar="|".join(FORMATS)),
    "output": _Option(str | None, ("-o", "--output"), "output", metavar="PATH"),
    "outputs": _Option(_TEXTS, ("-o", "--output"), "outputs", metavar="PATH", in_files=False),
    "manifest": _Option(str, ("--manifest",), "manifest", metavar="|".join(MANIFESTS), in_files=False),
    "letterhead": _Option(str | None, ("--letterhead",), "letterhead", metavar="FILE"),
    "template": _Option(str | None, ("--template",), "template", metavar="FILE"),
    "lang": _Option(str, ("--lang",), "lang", metavar="vi|en"),
    "fail_on": _Option(str, ("--fail-on",), "fail_on", metavar="|".join(FAIL_ON)),
    "keep_personal": _Option(bool, ("--keep-personal",), "keep_personal"),
    "quiet": _Option(bool, ("-q", "--quiet"), "quiet"),
    "verbose": _Option(bool, ("-v", "--verbose"), "verbose"),
    "no_progress": _Option(bool, ("--no-progress",), "no_progress"),
    "listed": _Option(bool, ("--list",), "listed"),
    "near": _Option(int | None, ("--near",), "near", metavar="N"),
    "worst": _Option(int | None, ("--worst",), "worst", metavar="N"),
    "at_least": _Option(int | None, ("--at-least",), "at_least", metavar="N"),
    "each": _Option(str | None, ("--each",), "each", metavar="week|month"),
    "causes": _Option(str | None, ("--causes",), "causes", metavar="FILE"),
    "check_due": _Option(str | None, ("--check-due",), "check_due", metavar="FILE"),
    "targets": _Option(str | None, ("--targets",), "targets", metavar="FILE"),
    "goal": _Option(str | None, ("--goal",), "goal", metavar="DIEM"),
    "without": _Option(_TEXTS, ("--without",), "without", metavar="ID"),
    "quarantine": _Option(str | None, ("--quarantine",), "quarantine", metavar="PATH"),
    "write_map": _Option(str | None, ("--write-map",), "write_map", metavar="FILE"),
    "name": _Option(str, (), "rules_name", argument=True, metavar="[ID|FILE]"),
    "file": _Option(str, (), "rules_file", argument=True, metavar="FILE"),
    "on": _Option(str | None, ("--on",), "on", metavar="NGAY"),
    "folder": _Option(str, (), "folder", argument=True, metavar="PATH"),
    "seed": _Option(int, ("--seed",), "seed", metavar="N"),
    "rows": _Option(int | None, ("--rows",), "sample_rows", metavar="N"),
    "calendar": _Option(str | None, ("--calendar",), "calendar", metavar="FILE"),
    "year": _Option(int | None, (), "year", argument=True, metavar="NAM"),
    "received": _Option(str | None, ("--received",), "received", metavar="NGAY"),
    "days": _Option(int | None, ("--days",), "days", metavar="N"),
    "due": _Option(str | None, ("--due",), "due", metavar="NGAY"),
    "kind": _Option(str | None, ("--kind",), "kind", metavar="working|calendar"),
    "component": _Option(str | None, ("--component",), "component", metavar="ID", in_files=False),
    "metric": _Option(str | None, ("--metric",), "metric", metavar="TEN", in_files=False),
    "late_kind": _Option(str | None, ("--late",), "late_kind", metavar="LOAI", in_files=False),
    "cause": _Option(str | None, ("--cause",), "cause", metavar="NHOM", in_files=False),
    "of": _Option(str | None, ("--of",), "of", metavar="numerator|denominator|missing", in_files=False),
    "unit": _Option(str | None, ("--unit",), "unit", metavar="total", in_files=False),
    "dossier": _Option(str | None, ("--dossier",), "dossier", metavar="MA", in_files=False),
    "service": _Option(str | None, ("--service",), "service", metavar="TEN", in_files=False),
    "in_field": _Option(str | None, ("--field",), "in_field", metavar="LINH_VUC", in_files=False),
    "procedure": _Option(str | None, ("--procedure",), "procedure", metavar="MA|TEN", in_files=False),
}
_REQUIRED = frozenset({"weekly", "report", "scores", "services", "published", "file", "folder", "register", "sources"})


def names_in_files() -> dict[str, str]:
    """The keys of a configuration file (long option names) with the options they set."""
    return {
        option.flags[-1].removeprefix("--"): name
        for name, option in _OPTIONS.items()
        if option.flags and option.in_files
    }


def flags(name: str) -> tuple[str, ...]:
    """How an option is written on the command line."""
    return _OPTIONS[name].flags


def suits(name: str, value: object) -> bool:
    """Whether a configured value is of the option's type."""
    kind = _OPTIONS[name].kind
    if kind == _TEXTS:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if kind is bool:
        return isinstance(value, bool)
    if kind in (int, int | None):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def many(name: str) -> bool:
    """Whether an option may be given several times."""
    return bool(_OPTIONS[name].kind == _TEXTS)


def with_options(
    run: Callable[[Given], None], names: Sequence[str], language: str, helps: Mapping[str, str] | None = None
) -> Callable[..., None]:
    """A function whose signature typer reads: the named options, in this order, handed to `run` as `Given`."""
    parameters = [_parameter(name, language, (helps or {}).get(name)) for name in names]

    def command(**values: Any) -> None:
        run(Given(**{name: value for name, value in values.items() if value is not None}))

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _parameter(name: str, language: str, key: str | None) -> inspect.Parameter:
    option = _OPTIONS[name]
    shown = text(f"help.option.{key or option.help}", language)
    declared: Any
    if option.argument:
        declared = typer.Argument(help=shown, metavar=option.metavar, show_default=False)
    else:
        declared = typer.Option(*option.flags, help=shown, metavar=option.metavar, show_default=False)
    default = getattr(Given(), name)
    if name in _REQUIRED:
        default = inspect.Parameter.empty
    annotation: Any = Annotated.__class_getitem__((option.kind, declared))  # type: ignore[attr-defined]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
