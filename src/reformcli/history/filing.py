"""Filing a result in the history: one file for each period and scorecard, and never a complete one for a lesser one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from time import monotonic, sleep

from reformcli.errors import InputError, OutputError, UsageError
from reformcli.history.course import Result, Slot, Unused, less_complete
from reformcli.history.past_results import read_result, result_of
from reformcli.locking import locked
from reformcli.model import Run
from reformcli.outcomes import Figure
from reformcli.period import LAST_SECOND
from reformcli.render import shapes
from reformcli.render.files import write_atomically

FILED, REPLACED, SAME, KEPT = "filed", "replaced", "same", "kept"
LOCK = ".lock"
PATIENCE = 60.0  # seconds that a run waits for another one
_NOT_OF_THE_RESULT = (
    *("by", "level", "agency", "previous", "previous_period", "previous_counts", "force"),
    *("league", "own", "tasks", "previous_tasks", "remembered", "near", "worst", "at_least", "each", "goal", "without"),
    *("causes", "calendar", "targets"),
)
_KINDS = ("export", "counts", "register", "accept", "columns", "profile", "scorecard", "catalogue")
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a result: `FILED`, `REPLACED`, `SAME` (it was there already) or `KEPT` (the earlier one stays).

    `aspect` tells in what a result that was not filed falls short of the one that stays; `before` and `now` are the
    points of the whole in both.
    """

    status: str
    file: str
    period: str
    aspect: str | None = None
    before: Figure = None
    now: Figure = None


def check_folder(folder: str) -> None:
    """Refuse a folder that nothing can be filed in, before anything is read.

    Raises:
        OutputError: `output_folder_missing`, there is no folder above it; `remember_file`, it is a file.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise OutputError("remember_file", where=folder, file=path.name)
    if not path.exists() and not path.absolute().parent.is_dir():
        above = str(path.absolute().parent)
        raise OutputError("output_folder_missing", where=folder, file=path.name, folder=above, reason="")


def remember(run: Run, folder: str) -> Filed:
    """File a scored run: all its units, whatever part of them is shown, and nothing that it was compared with.

    Raises:
        UsageError: `remember_no_period`, a run over counts alone without a period.
        InputError: `remember_broken`, what is filed for the period was edited or is damaged.
        OutputError: `run_busy`, another run files for too long; whatever `write_atomically` raises.
    """
    place, now, data = Path(folder), *_told_of(run, folder)
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        values = {"file": place.name, "folder": str(place.absolute().parent), "reason": error.strerror or ""}
        raise OutputError("output_not_writable", where=folder, **values) from error
    path = place / file_name(now)
    with _alone(place):
        filed = _decided(path, data, now)
        if filed.status in (FILED, REPLACED):
            write_atomically(path, data)
    return filed


def planned(run: Run, folder: str) -> tuple[Filed, Path, bytes]:
    """What `remember` would do, without doing it: what becomes of the result, its file and its bytes."""
    now, data = _told_of(run, folder)
    path = Path(folder) / file_name(now)
    return _decided(path, data, now), path, data


def _told_of(run: Run, folder: str) -> tuple[Result, bytes]:
    """A run as it is filed, and the bytes of that."""
    document = shapes.sealed(shapes.score_document(_whole(run)))
    now = result_of(document, folder)
    if isinstance(now, Unused):
        raise UsageError("remember_no_period", where="--remember")
    return now, shapes.to_json(document).encode("utf-8")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder while its file is looked at and replaced; another run that files is waited for."""
    until = monotonic() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locked(folder / LOCK))
                break
            except OutputError as error:
                if error.key != "run_busy" or monotonic() > until:
                    raise
                sleep(0.02)
        yield


def _whole(run: Run) -> Run:
    """A run as if nothing had been asked of it but its points."""
    options = {name: value for name, value in run.manifest.options.items() if name not in _NOT_OF_THE_RESULT}
    inputs = tuple(one for one in run.manifest.inputs if one.kind in _KINDS)
    return replace(run, manifest=replace(run.manifest, options=options, inputs=inputs))


def _decided(path: Path, data: bytes, now: Result) -> Filed:
    """What is to become of a result beside the one that is filed for its period."""
    bare = Filed(FILED, path.name, now.slot.name, now=_points(now))
    if not path.exists():
        return bare
    if path.read_bytes() == data:
        return replace(bare, status=SAME, before=bare.now)
    before = _filed(path)
    bare = replace(bare, before=_points(before))
    if aspect := less_complete(now, before):
        return replace(bare, status=KEPT, aspect=aspect)
    return replace(bare, status=REPLACED)


def _filed(path: Path) -> Result:
    try:
        found = read_result(str(path))
    except InputError as error:
        raise InputError("remember_broken", where=str(path), file=path.name) from error
    if found is None or isinstance(found[1], Unused):
        raise InputError("remember_broken", where=str(path), file=path.name)
    return found[1]


def _points(one: Result) -> Figure:
    return next((unit.points for unit in one.figures.units if unit.unit.kind == "total"), None)


def file_name(one: Result) -> str:
    """The name of the file of a result: its period, the scorecard and the scorecard's version.

    A week that is not covered whole has the name of its week: the whole one takes its place later.
    """
    card, version, _ = one.card
    return _UNSAFE.sub("-", f"{_period(one.slot)}_{card}_{version}") + ".json"


def _period(slot: Slot) -> str:
    if slot.rhythm not in ("since", "free"):
        return slot.name
    is_whole = slot.start.time() == time() and slot.end.time() == LAST_SECOND
    return f"{_told(slot.start, is_day=is_whole)}_{_told(slot.end, is_day=is_whole)}"


def _told(moment: datetime, *, is_day: bool) -> str:
    return f"{moment:%Y-%m-%d}" if is_day else f"{moment:%Y-%m-%dT%H%M%S}"
