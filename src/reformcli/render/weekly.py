"""A weekly run in words: its summary line, its block in the log, and the table of what is still missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reformcli import __version__
from reformcli.errors import ReformError
from reformcli.i18n import has, text
from reformcli.league.places import own_places
from reformcli.model import Run
from reformcli.render.table import Cell, Table
from reformcli.render.words import column, count, points
from reformcli.reported import Report
from reformcli.weekly.file import Weekly
from reformcli.weekly.ready import STATES, Item, Ready

_FEW = 3  # names in one cell


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made: the bytes of each file, one line about it, remarks, and the exit code."""

    week: Weekly
    run: Run
    files: Mapping[Path, bytes]
    summary: str
    notes: Sequence[str]
    code: int


# ------------------------------------------------------------------ one line
def summary(week: Weekly, report: Report, outputs: int, lang: str) -> str:
    """Points, change, rank, late dossiers, overdue tasks, outputs and findings in one line."""
    return text("weekly.summary", lang, week=week.span.name, parts="; ".join(_parts(report, outputs, lang)))


def _parts(report: Report, outputs: int, lang: str) -> Iterator[str]:
    run = report.run
    total = next(one for one in run.units if one.unit.kind == "total")
    values = {"points": points(total.points, lang), "measurable": points(total.measurable, lang)}
    yield text("weekly.points", lang, **values)
    yield from _change(report, lang)
    for _, place in own_places(report.league) if report.league else ():
        one = place.standing
        rank = "–" if one.rank is None else f"{one.rank}/{one.rank_of}"
        yield text("weekly.rank", lang, name=one.score.name, rank=rank)
    if report.flow:
        flow = {name: count(int(str(report.flow[-1][name])), lang) for name in ("overdue", "late")}
        yield text("weekly.late", lang, **flow)
    if report.tasks:
        yield text("weekly.tasks", lang, overdue=count(report.tasks.total.states["overdue"], lang))
    yield text("weekly.outputs", lang, count=count(outputs, lang))
    errors, warnings = (int((run.findings["severity"] == kind).sum()) for kind in ("error", "warning"))
    yield text("weekly.findings", lang, errors=count(errors, lang), warnings=count(warnings, lang))


def _change(report: Report, lang: str) -> Iterator[str]:
    units = report.comparison.units if report.comparison else ()
    change = next((one.points.change for one in units if one.unit.kind == "total"), None)
    if isinstance(change, Decimal):
        sign = "+" if change > 0 else "-" if change < 0 else "±"
        yield text("weekly.change", lang, change=f"{sign}{points(abs(change), lang)}")
    elif report.comparison:
        yield text("weekly.incomparable", lang)


# ------------------------------------------------------------------ the log
def log_text(made: Made, lang: str) -> str:
    """What was made from what, without any time: the same run writes the same block."""
    lines = [_opening(made.week, lang)]
    for one in made.run.manifest.inputs:
        kind = text(f"input.{one.kind}", lang)
        lines.append(text("weekly.log_input", lang, kind=kind, file=one.source.name, sha256=one.source.sha256))
    lines += [
        text("weekly.log_output", lang, file=path.name, sha256=hashlib.sha256(data).hexdigest())
        for path, data in made.files.items()
    ]
    lines += [*made.notes, made.summary, text("weekly.log_exit", lang, code=made.code)]
    return "".join(f"{line}\n" for line in lines)


def failure_text(week: Weekly, error: ReformError, lang: str) -> str:
    """Why nothing was made; files without their folders."""
    what = text(f"error.{error.key}.what", lang, **error.values)
    where = Path(error.where).name or error.where
    lines = [_opening(week, lang), text("weekly.log_failed", lang, what=" ".join(what.split()), where=where)]
    lines.append(text("weekly.log_exit", lang, code=int(error.exit_code)))
    return "".join(f"{line}\n" for line in lines)


def _opening(week: Weekly, lang: str) -> str:
    return text("weekly.log_opening", lang, week=week.span.name, file=week.path.name, tool=f"reformcli {__version__}")


# ------------------------------------------------------------------ what is missing
def ready_table(ready: Ready, week: Weekly, lang: str) -> Table:
    """Everything that a meeting needs, what is missing first."""
    columns = [column(name, lang) for name in ("ready_what", "ready_name", "ready_state", "ready_detail")]
    items = sorted(ready.items, key=lambda one: STATES.index(one.state))
    rows: list[list[Cell]] = [
        [_kind(one.kind, lang), one.name, text(f"weekly.state_{one.state}", lang), _detail(one, lang)] for one in items
    ]
    moods = {"missing": "bad", "look": "muted", "there": "good"}
    shades = {(at, "ready_state"): moods[one.state] for at, one in enumerate(items)}
    title = text("weekly.check_title", lang, week=week.span.name, file=week.path.name)
    return Table("", title, columns, rows, list(_verdict(ready, lang)), shades=shades)


def _kind(kind: str, lang: str) -> str:
    key = f"weekly.kind_{kind}"
    return text(key if has(key, lang) else f"input.{kind}", lang)


def _detail(one: Item, lang: str) -> str:
    if one.error:
        return " ".join(text(f"error.{one.error.key}.what", lang, **one.error.values).split())
    values = {name: _value(value, lang) for name, value in one.values.items()}
    return text(f"weekly.why_{one.why}", lang, **values)


def _value(value: object, lang: str) -> str:
    """A value inside a sentence: a few names of many."""
    if isinstance(value, tuple):
        more = "…" if len(value) > _FEW else ""
        return "; ".join(map(str, value[:_FEW])) + more
    if isinstance(value, int):
        return count(value, lang)
    return points(value, lang) if isinstance(value, Decimal) else str(value)


def _verdict(ready: Ready, lang: str) -> Iterator[str]:
    counts = {state: count(ready.count(state), lang) for state in STATES}
    yield text("weekly.verdict", lang, **counts)
    if ready.measurable:
        measurable, whole = (points(one, lang) for one in ready.measurable)
        yield text("weekly.verdict_points", lang, measurable=measurable, max=whole)
    else:
        yield text("weekly.verdict_unread", lang)
