"""What a weekly run has, and what is still missing before its meeting. Reads everything, writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.agencies.attribution import units_of
from reformcli.calendar import load_calendar
from reformcli.errors import ReformError
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.league import ranking
from reformcli.league.files import named_files
from reformcli.model import ComponentScore, Run
from reformcli.outlook import outlook
from reformcli.pipeline import scored
from reformcli.read.discover import STDIN, discover
from reformcli.services.components import RULES
from reformcli.tasks import states as task_states
from reformcli.tasks.files import load_tasks
from reformcli.weekly.file import Weekly
from reformcli.weekly.ready import Item, Ready

if TYPE_CHECKING:
    import pandas as pd

_EVENTS = ("received_at", "finished_at", "returned_at")
# key of the week's file → kind of input
KINDS: Mapping[str, str] = {
    "inputs": "export",
    "league": "published",
    "previous-tasks": "previous_tasks",
    "previous-counts": "previous_counts",
    "password-file": "password_file",
    **{
        name: name
        for name in (
            *("register", "counts", "catalogue", "targets", "tasks", "previous", "accept", "causes", "calendar"),
            *("letterhead", "template"),
        )
    },
}
_WISHED = ("register", "counts", "catalogue")  # what a week can do without, but should not


def check(week: Weekly, options: Options, previous: str | None, progress: Progress | None = None) -> Ready:
    """Look at every file of a week; where all that is needed is there, score it and look at what it lacks.

    Args:
        week: what was asked for.
        options: the same as the run would have.
        previous: the result of the period before, if the archive holds it.
        progress: told of the reading.
    """
    items = [*_files(week), *_previous(week, previous), *_wished(week)]
    if any(one.state == "missing" and one.kind not in ("previous", "tasks") for one in items):
        return Ready(tuple(items))
    try:
        judged = judge(options, progress, scored=True)
        run = scored(judged)
        items = [one for one in items if one.kind != "export"]  # what is in them is told now
        items += [*_coverage(judged, week), *_rows(run), *_agencies(judged), *_components(run, week)]
        items += _targets(judged, run, week)
        items += [*_tasks(judged, week), *_league(week, options)]
    except ReformError as error:
        return Ready((*items, _refused("export", Path(error.where).name, error)))
    total = next(one for one in run.units if one.unit.kind == "total")
    return Ready(tuple(items), (total.measurable, judged.scorecard.max))


def _refused(kind: str, name: str, error: ReformError) -> Item:
    return Item(kind, name, "missing", "refused", error=error)


# ------------------------------------------------------------------ files
def _files(week: Weekly) -> Iterator[Item]:
    """Every file that is named, whether it is there and has something in it."""
    for key, paths in week.files.items():
        for path in paths:
            found = _expanded(key, path)
            if not found:
                yield Item(KINDS[key], Path(path).name, "missing", "no_file")
            yield from (_file(KINDS[key], one) for one in found)


def _expanded(key: str, path: str) -> list[Path]:
    """The files that a path means; none where there are none."""
    try:
        if key in ("inputs", "previous"):
            return [one for one in discover([path]) if one != STDIN]
        if key == "league":
            return [Path(one) for one in named_files([path])]
    except ReformError:
        return []
    return [Path(path)] if Path(path).is_file() else []


def _file(kind: str, path: Path) -> Item:
    try:
        size = path.stat().st_size
    except OSError:
        return Item(kind, path.name, "missing", "no_file")
    return Item(kind, path.name, "there", "there") if size else Item(kind, path.name, "missing", "empty")


def _previous(week: Weekly, found: str | None) -> Iterator[Item]:
    """What the week is compared with."""
    if "previous" in week.files:
        return
    if found:
        yield Item("previous", Path(found).name, "there", "archived")
    elif week.archive:
        yield Item("previous", week.span.before.name, "look", "not_archived")
    else:
        yield Item("previous", week.span.before.name, "look", "no_archive")


def _wished(week: Weekly) -> Iterator[Item]:
    for key in _WISHED:
        if key not in week.files:
            yield Item(KINDS[key], "–", "look", "not_named", {"name": key})


# ------------------------------------------------------------------ what is in them
def _coverage(judged: Judged, week: Weekly) -> Iterator[Item]:
    """Whether the exports reach the last working day of the period."""
    if not judged.loaded.sheets:
        return
    due = last_working_day(week.span.start.date(), week.span.end.date(), week.file("calendar"))
    last = _last_events(judged.dossiers)
    names = [sheet.source.name for sheet in judged.loaded.sheets]
    latest = {
        name: max((last[n] for n, one in enumerate(names) if one == name and n in last), default=None) for name in names
    }
    whole = max((day for day in latest.values() if day), default=None)
    for name, day in latest.items():
        values = {"last": _day(day), "due": _day(due), "start": _day(week.span.start.date())}
        if day is None:
            yield Item("export", name, "missing", "no_dossiers")
        elif day < week.span.start.date():
            yield Item("export", name, "missing", "older", values)
        elif due and day < due:
            yield Item("export", name, "missing" if whole == day else "look", "ends_early", values)
        else:
            yield Item("export", name, "there", "covers", values)


def last_working_day(first: date, last: date, calendar: str | None = None) -> date | None:
    """The last working day of a period; None where it has none.

    >>> last_working_day(date(2023, 12, 18), date(2023, 12, 24))
    datetime.date(2023, 12, 22)
    """
    import numpy as np

    days = np.arange(np.datetime64(last - timedelta(days=min((last - first).days, 60))), np.datetime64(last) + 1)
    open_ = days[~load_calendar(calendar).is_day_off(days)]
    found: date | None = open_[-1].item() if len(open_) else None
    return found


def _last_events(dossiers: pd.DataFrame) -> dict[int, date]:
    """The day of the latest event of each sheet, by its number."""
    columns = [name for name in _EVENTS if name in dossiers]
    latest = dossiers[columns].max(axis=1).groupby(dossiers["_source"]).max().dropna()
    return {int(number): moment.date() for number, moment in latest.items()}  # type: ignore[call-overload]


def _day(day: date | datetime | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"


def _rows(run: Run) -> Iterator[Item]:
    if run.rows.rejected:
        yield Item("rows", "–", "look", "rejected", {"rejected": run.rows.rejected, "read": run.rows.read})


def _agencies(judged: Judged) -> Iterator[Item]:
    """The agencies of the register that are in force and have no dossier in the period."""
    if judged.register is None or not judged.loaded.sheets:
        return
    on = judged.period.end.date()
    handled = units_of(judged.dossiers[judged.dossiers["is_handled"]])
    whole = {count.unit.key for count in judged.counts if count.is_whole_province}
    silent = [
        one.name
        for one in judged.register.entries
        if (one.start or date.min) <= on <= (one.end or date.max) and one.key not in handled and one.key not in whole
    ]
    of = len(judged.register.entries)
    if silent:
        yield Item("agencies", "", "look", "silent", {"count": len(silent), "of": of, "names": tuple(silent)})
    else:
        yield Item("agencies", "", "there", "all_have", {"of": of})


def _components(run: Run, week: Weekly) -> Iterator[Item]:
    """The components of the whole that are not measured, those first that a catalogue would tell."""
    total = next(one for one in run.units if one.unit.kind == "total")
    lacking = [one for one in total.components if one.component.max and one.status in ("not_measured", "upper_bound")]
    fed = [one for one in lacking if one.component.id in RULES and "catalogue" not in week.files]
    others = [one for one in lacking if one not in fed]
    for why, some in (("needs_catalogue", fed), ("not_measured", others)):
        if some:
            yield Item("components", _ids(some), "look", why, {"points": _points(some)})
    if not lacking:
        yield Item("components", "", "there", "all_measured")


def _ids(some: Sequence[ComponentScore]) -> str:
    return ", ".join(one.component.id for one in some)


def _points(some: Sequence[ComponentScore]) -> Decimal:
    return sum((one.component.max for one in some), Decimal(0))


def _targets(judged: Judged, run: Run, week: Weekly) -> Iterator[Item]:
    """The targets of levels and of the whole that nothing measures."""
    path = week.file("targets")
    aims = outlook.load_aims(judged, path)
    found = outlook.outlook_of(judged, run.units, targets=aims, calendar=load_calendar(week.file("calendar"))).targets
    lacking = sorted({one.target.id for one in found if one.unit.kind != "agency" and one.status == "not_measured"})
    if lacking:
        yield Item("targets", ", ".join(lacking), "look", "target_not_measured", {"count": len(lacking)})


def _tasks(judged: Judged, week: Weekly) -> Iterator[Item]:
    """Whether the register of tasks is of this week."""
    path = week.file("tasks")
    if path is None or not Path(path).is_file():
        return
    try:
        latest = task_states.latest_event(load_tasks(path, judged.register).tasks)
    except ReformError as error:
        yield _refused("tasks", Path(path).name, error)
        return
    start = week.span.start.date()
    if latest is None or latest < start:
        values = {"last": _day(latest), "start": _day(start)}
        yield Item("tasks", Path(path).name, "look", "tasks_older", values)


def _league(week: Weekly, options: Options) -> Iterator[Item]:
    """Whether the tables of scores can be ranked, and have our names in them."""
    paths = week.files.get("league", ())
    if not paths:
        return
    own = week.words.get("own", ())
    try:
        names = own if isinstance(own, tuple) else ()
        ranking.run_league(named_files(paths), scorecard=options.scorecard, own=names, options={})
    except ReformError as error:
        yield _refused("published", Path(error.where).name, error)
