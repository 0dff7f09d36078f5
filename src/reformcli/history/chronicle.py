"""The corridor of `history`: results that were filed or reported, and those computed anew, become courses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reformcli.agencies.matching import matching
from reformcli.audit.made_from import ordered, read_input
from reformcli.errors import UsageError
from reformcli.history.course import Course, History, Result, Slot, Unused, chosen, courses_of
from reformcli.history.past_results import Found, gathered, result_of
from reformcli.history.period_runs import Computed, computed
from reformcli.judging import Options, Progress
from reformcli.model import Input, Manifest, Period, RowTotals, RuleFile, Run, Scorecard, Unit
from reformcli.period import NEVER, named_period, read_moment
from reformcli.predicates import PREDICATES, SUMS
from reformcli.render import shapes
from reformcli.rules.scorecard import load_scorecard

_FIRST = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a course is to hold: periods of which length are computed from exports, and which units are shown.

    `more` are files that shape the output without changing a figure.
    """

    each: str = "week"
    levels: Sequence[str] = ()
    agencies: Sequence[str] = ()
    more: Sequence[Input] = ()


def run_history(
    sources: Sequence[str], options: Options, asked: Asked, progress: Progress | None = None
) -> tuple[History, Run | None]:
    """The courses of all that the sources hold; their order never matters.

    Args:
        sources: results, folders of results, exports, stores.
        options: how exports are read; the period that a course is confined to; `scorecard` gives the names.
        asked: see there.
        progress: told of the reading of exports.

    Returns:
        The courses, and of exports the run over all their rows with what was found in them.

    Raises:
        UsageError: `history_empty`, no result has a place; `unknown_agency`; what `gathered` and `computed` raise.
        InputError: what these raise.
    """
    found = gathered(sources)
    anew = computed(replace(options, exports=found.exports), asked.each, progress) if found.exports else None
    history = history_of(found, options, asked, anew=anew)
    return history, anew.whole if anew else None


def remembered(folder: str, *, scorecard: str = "qd766", now: Mapping[str, Any] | None = None) -> History:
    """The courses of what was filed in a folder, with the result `now` (a sealed document of score or report).

    Raises:
        UsageError: `history_empty`; what `gathered` raises.
    """
    found = gathered([folder])
    if found.exports:
        raise UsageError("history_empty", where=folder)
    options = Options(scorecard=scorecard, told={})
    return history_of(found, options, Asked(), more=[result_of(now, "report")] if now else ())


def until(run: Run, folder: str, *, scorecard: str = "qd766") -> History | None:
    """The course of the whole and of levels that leads to a run: what was filed for earlier periods, and the run.

    What was filed for the same period, or for later ones, is left aside, so that a report made again is the same.
    None where nothing earlier was filed.

    Raises:
        UsageError, InputError: what `gathered` raises.
    """
    document = shapes.sealed(shapes.score_document(run))
    now = result_of(document, folder)
    if not Path(folder).is_dir() or isinstance(now, Unused):
        return None
    filed = gathered([folder]).results
    earlier = tuple(one for one in filed if isinstance(one[1], Result) and one[1].slot.end < now.slot.end)
    if not earlier:
        return None
    history = history_of(Found(earlier, (), ()), Options(scorecard=scorecard), Asked(), more=[now])
    return replace(history, courses=tuple(map(_without_agencies, history.courses)))


def _without_agencies(course: Course) -> Course:
    return replace(course, units=tuple(unit for unit in course.units if unit.kind != "agency"))


def history_of(
    found: Found, options: Options, asked: Asked, *, anew: Computed | None = None, more: Iterable[Result | Unused] = ()
) -> History:
    """The courses of results that were read and of those computed anew; raises as `run_history`."""
    card = load_scorecard(options.scorecard, on=date.max, predicates=PREDICATES, sums=SUMS)
    read = [*(one for _, one in found.results), *_anew(anew), *more]
    bounds = _bounds(options)
    placed = [one for one in read if isinstance(one, Result) and _lies_in(one, bounds)]
    outside = [
        Unused(one.source, one.sha256, "outside", one.slot.name)
        for one in read
        if isinstance(one, Result) and not _lies_in(one, bounds)
    ]
    used, unused = chosen(placed)
    nowhere = [one for one in read if isinstance(one, Unused)] + outside
    others = [_other(path) for path in found.others]
    if not used:
        raise UsageError("history_empty", where=", ".join(Path(path).name for path in found.others) or "SOURCE")
    courses = [_restricted(one, asked) for one in _named(courses_of(used), asked)]
    rows = RowTotals(len(read), len(used), len(nowhere), len(unused), 0)
    left = sorted((*unused, *nowhere, *others), key=lambda one: (one.source, one.sha256, one.period or ""))
    shared = tuple(sorted(Path(name).name for name in options.counts)) if anew else ()
    made_from = _manifest(used, found, card, options, asked, anew)
    return History(tuple(courses), tuple(left), made_from, rows, card, shared)


def _anew(anew: Computed | None) -> list[Result | Unused]:
    """Results computed anew, as a file would tell them: the names of the exports stand for the file."""
    found = []
    for run in anew.runs if anew else ():
        document = shapes.sealed(shapes.score_document(run))
        names = dict.fromkeys(one.source.name for one in run.manifest.inputs if one.kind == "export")
        found.append(result_of(document, "EXPORT", ", ".join(names)))
    return found


def _bounds(options: Options) -> tuple[datetime, datetime]:
    """The first and last moment that a course is confined to."""
    if options.period:
        return named_period(options.period)
    first = read_moment(options.start, option="--from", last=False) if options.start else _FIRST
    return first, read_moment(options.end, option="--to", last=True) if options.end else NEVER


def _lies_in(one: Result, bounds: tuple[datetime, datetime]) -> bool:
    """Whether a result's period ends within bounds; weeks at the turn of a year belong to the year they end in."""
    return bounds[0] <= one.slot.end <= bounds[1]


def _other(path: str) -> Unused:
    return Unused(Path(path).name, hashlib.sha256(Path(path).read_bytes()).hexdigest(), "not_score")


def _named(courses: Sequence[Course], asked: Asked) -> Sequence[Course]:
    """Refuse an agency that no course has."""
    matching(asked.agencies, [unit.agency for course in courses for unit in course.units if unit.agency])
    return courses


def _restricted(course: Course, asked: Asked) -> Course:
    """A course of the units that are to be shown."""
    names = [unit.agency for unit in course.units if unit.agency]
    known = [name for name in asked.agencies if _is_known(name, names)]
    meant = matching(known, names)

    def is_shown(unit: Unit) -> bool:
        is_level = not asked.levels or unit.level in asked.levels
        return is_level and (not asked.agencies or unit.agency in meant)

    return replace(course, units=tuple(filter(is_shown, course.units)))


def _is_known(name: str, names: Sequence[str]) -> bool:
    try:
        return bool(matching([name], names))
    except UsageError:
        return False


def _manifest(
    used: Mapping[Slot, Result],
    found: Found,
    card: Scorecard,
    options: Options,
    asked: Asked,
    anew: Computed | None,
) -> Manifest:
    """What the courses were made from; the rows of exports are told by the result of each period."""
    start, end = min(slot.start for slot in used), max(slot.end for slot in used)
    of_exports = anew.judged.manifest if anew else None
    exports = dict.fromkeys(replace(one, rows=None) for one in of_exports.inputs) if of_exports else {}
    own = [read_input("scorecard", options.scorecard, card.sha256)] if options.scorecard.endswith(".toml") else []
    names = RuleFile("scorecard", card.id, card.version, card.sha256)
    inputs = dict.fromkeys((*(source for source, _ in found.results), *exports, *own, *asked.more))
    return Manifest(
        period=Period(start, end, start_given=False, end_given=False),
        sheets=of_exports.sheets if of_exports else (),
        skipped=of_exports.skipped if of_exports else (),
        scorecard=card,
        options=of_exports.options if of_exports else {"scorecard": card.id, "columns": [], **options.told},
        inputs=ordered(inputs),
        rules=tuple(dict.fromkeys((*(of_exports.rules if of_exports else ()), names))),
    )
