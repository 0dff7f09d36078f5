"""The corridor of `late`: what the pipeline judged, counted as late dossiers by whatever was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reformcli.agencies.attribution import units_of
from reformcli.agencies.matching import matching
from reformcli.audit.made_from import own_rules, read_input, shipped_rules, with_more
from reformcli.calendar import Calendar, load_calendar
from reformcli.errors import UsageError
from reformcli.findings import shown_id
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.late import dossiers as step
from reformcli.late.causes import Causes, load_causes
from reformcli.late.names import DIMENSIONS, UNSTATED, LateGroup, Lateness, Movement, Suggested, WorstAgency
from reformcli.merge import moved_due
from reformcli.model import LEVELS, UNATTRIBUTED, Input, Period, RuleFile
from reformcli.pipeline import chosen, run_of
from reformcli.services.catalogue import due_too_late, load_catalogue

if TYPE_CHECKING:
    import pandas as pd

EACH = ("week", "month")
_OPTIONAL = ("field", "procedure", "status", "responsible", "apology")  # columns that an export may lack
_CENT = Decimal("0.01")
AT_ONCE = 500_000  # rows judged together: one go costs 20 ms, and a row some 200 bytes
SUGGESTED = 30  # unmatched texts for which a group is looked up, the most frequent first


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told of the late dossiers."""

    by: Sequence[str] = ("agency",)
    levels: Sequence[str] = ()
    agencies: Sequence[str] = ()
    each: str | None = None
    listed: bool = False
    near: int | None = None
    worst: int | None = None
    at_least: int = 10
    calendar: str | None = None
    check_due: str | None = None
    also: Sequence[str] = ()  # further dimensions, each by itself; those that no file tells are left out


def run_late(
    options: Options, asked: Asked, progress: Progress | None = None, *, judged: Judged | None = None
) -> Lateness:
    """Count the late dossiers of some exports; of what is already `judged` with its causes, where that is given.

    Raises:
        UsageError: `unknown_option_value` for a dimension or a part of time that does not exist, `no_column_for` for a
            dimension that no file has; and whatever `judge` raises.
    """
    for option, given, known in (("--by", asked.by, DIMENSIONS), ("--each", [asked.each or EACH[0]], EACH)):
        for name in given:
            if name not in known:
                raise UsageError(
                    "unknown_option_value", where=option, option=option, value=name, known=", ".join(known)
                )
    calendar, causes = load_calendar(asked.calendar), load_causes(options.causes)
    catalogue = load_catalogue(asked.check_due) if asked.check_due else None
    judged = judged or judge(replace(options, with_causes=True), progress)
    for name in asked.by:
        if name in _OPTIONAL and DIMENSIONS[name] not in judged.dossiers:
            raise UsageError("no_column_for", where="--by", value=name)
    if progress:
        progress("late", 0, 0)
    if catalogue:
        valid = judged.loaded.dossiers.drop(index=list(judged.rejected))
        moved = moved_due(valid, sheets=judged.loaded.sheets)
        too_late = due_too_late(judged.dossiers, catalogue, calendar)
        judged = replace(judged, found=(*judged.found, too_late, moved))
    result = _told(judged, asked, calendar, causes)
    inputs, rules = _used(options, asked, calendar, causes)
    inputs += [Input("catalogue", catalogue.source, rows=catalogue.rows)] if catalogue else []
    return replace(result, run=with_more(result.run, inputs, rules))


def _used(options: Options, asked: Asked, calendar: Calendar, causes: Causes) -> tuple[list[Input], list[RuleFile]]:
    """The own files and all rules that lateness and its causes rest on."""
    own = [read_input("calendar", asked.calendar, calendar.own.sha256)] if asked.calendar else []
    own += [read_input("causes", options.causes, causes.rules.sha256[-1])] if options.causes else []
    shipped = [shipped_rules("calendar", "holidays"), shipped_rules("causes", "causes")]
    return own, [*shipped, *map(own_rules, own)]


def _told(judged: Judged, asked: Asked, calendar: Calendar, causes: Causes) -> Lateness:
    period, units = judged.period, units_of(judged.dossiers)
    names = {key: unit.agency or "" for key, (unit, _) in units.items()}
    course = _Course(judged)
    (before,) = course.late_at([_before(period.start)])
    late = step.find_late(judged.dossiers, was_late=before.index, end=period.end, calendar=calendar)
    late = step.with_causes(late, causes, calendar)
    some = chosen(late, names, asked.levels, asked.agencies)
    keys = [DIMENSIONS[name] for name in asked.by]
    moved = step.movement(some, keys) if keys else []
    near = (
        step.find_near(judged.dossiers, end=period.end, days=asked.near, calendar=calendar)
        if asked.near is not None
        else None
    )
    whole = step.movement(late)[0][1]
    rated = _rated(judged.dossiers, late, asked, units) if asked.worst else {}
    timed = late[late["kind"] != "paused_past_due"]
    weeks = _quotient(Decimal(int((period.end - period.start).total_seconds()) + 1), Decimal(7 * 86_400))
    return Lateness(
        run=run_of(judged),
        by=tuple(asked.by),
        groups=(*_groups(some, asked.by, keys, names, late), *_groups(late, (), [], names, late)),
        movement=whole,
        movement_by=tuple((_named(asked.by, key, names), one) for key, one in moved),
        series=tuple(_series(course, period, asked.each)) if asked.each else (),
        growing=_growing(late, names),
        weeks=weeks,
        weeks_to_clear=_weeks_to_clear(whole, weeks),
        worst=tuple(_outstanding(rated, asked, names, worst=True)),
        best=tuple(_outstanding(rated, asked, names, worst=False)),
        also={name: tuple(_groups_by(late, name, names)) for name in asked.also if DIMENSIONS[name] in late},
        unstated=int((timed["cause"] == UNSTATED).sum()),
        late=len(timed),
        suggestions=tuple(_suggestions(late, causes)),
        listed=_placed(chosen(late, names, asked.levels, asked.agencies), judged, names) if asked.listed else None,
        near=_placed(chosen(near, names, asked.levels, asked.agencies), judged, names) if near is not None else None,
        calendar=calendar.manifest(period.start.date(), period.end.date()) if period.known else {},
        unconfirmed=calendar.unconfirmed(period.start.date(), period.end.date()) if period.known else (),
    )


# ------------------------------------------------------------------ groups
def _groups(
    late: pd.DataFrame, by: Sequence[str], keys: Sequence[str], names: Mapping[str, str], whole: pd.DataFrame
) -> Iterator[LateGroup]:
    timed = int((whole["kind"] != "paused_past_due").sum())
    for record in step.summarise(late, keys).to_dict("records"):
        overdue, resolved = int(record["overdue"]), int(record["resolved_late"])
        yield LateGroup(
            by=_named(by, [record[key] for key in keys], names),
            overdue=overdue,
            resolved_late=resolved,
            paused_past_due=int(record["paused_past_due"]),
            median=_number(record.get("median_working_days")),
            p90=_whole(record.get("p90_working_days")),
            longest=_whole(record.get("max_working_days")),
            share=_percent(overdue + resolved, timed),
        )


def _groups_by(late: pd.DataFrame, name: str, names: Mapping[str, str]) -> Iterator[LateGroup]:
    """The groups of one dimension, and last the whole."""
    yield from _groups(late, (name,), [DIMENSIONS[name]], names, late)
    yield from _groups(late, (), [], names, late)


def _named(by: Sequence[str], key: Sequence[Any], names: Mapping[str, str]) -> dict[str, str | None]:
    """The values of a group as people read them."""
    named: dict[str, str | None] = {}
    for name, value in zip(by, key, strict=True):
        if name == "apology":
            named[name] = "yes" if value is True or str(value) == "True" else "no" if str(value) == "False" else None
        else:
            named[name] = value if isinstance(value, str) else None
    if isinstance(agency := named.get("agency"), str):
        named["agency"] = names[agency]
    return named


def _number(value: Any) -> Decimal | None:
    """A median: whole or with a half."""
    return None if value is None or value != value else Decimal(repr(float(value))).normalize() + 0


def _whole(value: Any) -> int | None:
    return None if value is None or value != value else int(value)


def _percent(part: int, whole: int) -> Decimal | None:
    return _quotient(Decimal(100 * part), Decimal(whole)) if whole else None


def _quotient(numerator: Decimal, denominator: Decimal) -> Decimal:
    return (numerator / denominator).quantize(_CENT, ROUND_HALF_UP)


# ------------------------------------------------------------------ the course of the backlog
class _Course:
    """The dossiers of a run that are late at some moment of its period, to be judged at any of them."""

    def __init__(self, judged: Judged) -> None:
        import pandas as pd

        from reformcli.classify import STATE_COLUMNS

        self._start, self._rules = judged.period.start, judged.scorecard.states
        needed = [name for name in (*STATE_COLUMNS, "ended_at") if name in judged.dossiers]
        rows = judged.dossiers.loc[judged.dossiers["is_handled"], needed]
        due = rows["due_at"].dt.floor("D") if "due_at" in rows else pd.Series(pd.NaT, index=rows.index)
        if "supplement_requests" in rows:
            due = due.mask((rows["supplement_requests"] > 1).fillna(False))
        self._rows = rows.assign(_due=due)[~(rows["ended_at"] < due)]

    def late_at(self, spans: Sequence[tuple[datetime, datetime]]) -> Iterator[pd.Series]:
        """For each span the kind of every dossier that is late at its end, by its position.

        Each dossier is judged at the ends of all the spans in which its lateness is possible, in few goes: a deadline
        is never before its due date. A date that is not known excludes nothing.
        """
        waiting: list[tuple[datetime, pd.DataFrame]] = []
        for start, end in spans:
            rows, first_day = self._rows, datetime.combine(start.date(), time())
            some = rows[(rows["received_at"] <= end) & ~(rows["_due"] > end) & ~(rows["ended_at"] < first_day)]
            if waiting and sum(len(part) for _, part in waiting) + len(some) > AT_ONCE:
                yield from self._judged(waiting)
                waiting = []
            waiting.append((end, some))
        yield from self._judged(waiting)

    def _judged(self, parts: Sequence[tuple[datetime, pd.DataFrame]]) -> Iterator[pd.Series]:
        import numpy as np
        import pandas as pd

        from reformcli import classify

        rows = pd.concat([part.assign(_at=end) for end, part in parts])
        states = classify.states(rows.reset_index(drop=True), start=self._start, at="_at", rules=self._rules)
        kinds = step.late_kinds(states, states["_at"])
        edges = np.searchsorted(kinds.index, np.cumsum([0, *(len(part) for _, part in parts)]))
        kinds = kinds.set_axis(rows.index[kinds.index])
        yield from (kinds.iloc[first:last] for first, last in pairwise(edges.tolist()))


def _before(start: datetime) -> tuple[datetime, datetime]:
    """What lies before a period: its end is the last second in which the opening is counted."""
    return start, start - timedelta(seconds=1) if start.year > 1 else start


def _series(course: _Course, period: Period, each: str) -> Iterator[tuple[datetime, datetime, Movement]]:
    """The movement of each week or month of the period, judged at the end of each with what is known at its end."""
    spans = list(parts(period.start, period.end, each))
    late = course.late_at([_before(period.start), *spans])
    for (start, end), (before, kinds) in zip(spans, pairwise(late), strict=True):
        moved = step.movement(kinds.to_frame("kind").assign(was_late=kinds.index.isin(before.index)))
        yield start, end, moved[0][1]


def parts(start: datetime, end: datetime, each: str) -> Iterator[tuple[datetime, datetime]]:
    """Cut [start, end] at Mondays or at firsts of months.

    >>> [(a.day, b.day) for a, b in parts(datetime(2023, 12, 14), datetime(2023, 12, 26, 23, 59, 59), "week")]
    [(14, 17), (18, 24), (25, 26)]
    """
    while start <= end:
        day = start.date()
        if each == "week":
            following = day + timedelta(days=7 - day.weekday())
        else:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = datetime.combine(following, time()) - timedelta(seconds=1)
        yield start, min(last, end)
        start = last + timedelta(seconds=1)


def _growing(late: pd.DataFrame, names: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """The agencies that end with more than they began with, the most grown first."""
    moved = ((names[key], one.closing - one.opening) for (key,), one in step.movement(late, ["agency_key"]))
    return tuple(sorted(((name, more) for name, more in moved if more > 0), key=lambda pair: (-pair[1], pair[0])))


def _weeks_to_clear(movement: Movement, weeks: Decimal) -> Decimal | None:
    """How long what is left lasts if it goes on shrinking as in this period."""
    shrunk = movement.opening - movement.closing
    return _quotient(movement.closing * weeks, Decimal(shrunk)) if shrunk > 0 else None


# ------------------------------------------------------------------ names
def _rated(
    dossiers: pd.DataFrame, late: pd.DataFrame, asked: Asked, units: Mapping[str, Any]
) -> dict[str, list[WorstAgency]]:
    """Of each level the agencies that handled enough to be judged, with their share of late dossiers."""
    sizes = dossiers[dossiers["is_handled"]].groupby("agency_key", observed=True).size()
    handled = {str(key): int(count) for key, count in sizes.items()}
    names = {key: unit.agency or "" for key, (unit, _) in units.items()}
    keys = step.summarise(late, ["agency_key"])["agency_key"].tolist()
    groups = dict(zip(keys, _groups(late, ("agency",), ["agency_key"], names, late), strict=True))
    by_level: dict[str, list[WorstAgency]] = {}
    for key, count in handled.items():
        if count >= asked.at_least and names[key] != UNATTRIBUTED:
            level, none = units[key][0].level, LateGroup({"agency": names[key]}, 0, 0, 0, None, None, None, Decimal(0))
            group = groups.get(key, none)
            rate = _quotient(Decimal(100 * (group.overdue + group.resolved_late)), Decimal(count))
            by_level.setdefault(level, []).append(WorstAgency(level, names[key], count, group, rate))
    return {level: by_level[level] for level in (*LEVELS, UNATTRIBUTED) if level in by_level}


def _outstanding(
    rated: Mapping[str, Sequence[WorstAgency]], asked: Asked, names: Mapping[str, str], *, worst: bool
) -> Iterator[WorstAgency]:
    """The agencies with the highest or the lowest share of each level.

    They are ranked among all; of those found, only the levels and agencies that were asked for are told.
    """
    shown = matching(asked.agencies, names.values()) if asked.agencies else set(names.values())
    for level, agencies in rated.items():
        if worst:
            ranked = sorted((one for one in agencies if _rate(one)), key=lambda one: (-_rate(one), one.agency))
        else:
            ranked = sorted(agencies, key=lambda one: (_rate(one), -one.handled, one.agency))
        if not asked.levels or level in asked.levels:
            yield from (one for one in ranked[: asked.worst] if one.agency in shown)


def _rate(one: WorstAgency) -> Decimal:
    return Decimal(one.group.overdue + one.group.resolved_late) / one.handled


def _suggestions(late: pd.DataFrame, causes: Causes) -> Iterator[Suggested]:
    """What was written and matches nothing, masked, the most frequent first, with the group it resembles."""
    if "late_cause" not in late:
        return
    unmatched = late.loc[late["cause"] == UNSTATED, "late_cause"].dropna().astype(str)
    often = sorted(Counter(unmatched.tolist()).items(), key=lambda pair: (-pair[1], pair[0]))
    texts = [text for text, _ in often[:SUGGESTED]]
    near = {suggestion.position: suggestion for suggestion in causes.suggest(texts)}
    for position, (text, count) in enumerate(often):
        found, said = near.get(position), causes.written(text)
        yield Suggested(said, count, found.group, found.phrase, found.score) if found else Suggested(said, count)


# ------------------------------------------------------------------ the dossiers themselves
def _placed(rows: pd.DataFrame, judged: Judged, names: Mapping[str, str]) -> pd.DataFrame:
    """The rows with the agency's name and their place in the files; late ones with most days first."""
    sheets = judged.loaded.sheets
    if "days_late" in rows:
        rows = rows.sort_values(["days_late", "dossier_id"], ascending=[False, True], kind="stable")
    source = rows["_source"].tolist()
    return rows.assign(
        dossier_id=[shown_id(one) for one in rows["dossier_id"].tolist()],
        agency=[names[key] for key in rows["agency_key"].tolist()],
        level=rows["level_name"].astype(object),
        ended_at=rows["ended_at"].where(rows["is_resolved"]),  # what ends after T is open
        file=[sheets[number].source.name for number in source],
        sheet=[sheets[number].sheet for number in source],
        row=rows["_row"],
    )
