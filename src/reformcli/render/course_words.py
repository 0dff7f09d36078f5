"""What is said of a course: from when until when, how far up or down, what is missing, what does not compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from reformcli.history.course import Course, History, Line, Moment, Result, Slot, Unused
from reformcli.i18n import text
from reformcli.model import Unit
from reformcli.outcomes import Figure
from reformcli.render.words import count, named, points, unit_name

NAMED = 10  # names in one sentence


def dated(moment: datetime) -> str:
    """A day, day first."""
    return f"{moment:%d/%m/%Y}"


def period_name(slot: Slot) -> str:
    """What a period is called: its name, or its days."""
    if slot.rhythm in ("week", "month", "quarter", "year"):
        return slot.name
    return dated(slot.end) if slot.rhythm in ("day", "since") else f"{dated(slot.start)} – {dated(slot.end)}"


def rhythm_name(course: Course, lang: str) -> str:
    """Tell "theo tuần", "lũy kế từ 01/01/2024"."""
    anchor = dated(course.anchor) if course.anchor else ""
    return text(f"course.rhythm_{course.rhythm}", lang, anchor=anchor)


def card_name(one: Result) -> str:
    """A scorecard by its id and version, and the hash that tells two of one version apart."""
    card, version, sha256 = one.card
    return f"{card} {version} ({sha256[:8]})"


def few(names: Sequence[str], lang: str) -> str:
    """Some names, and how many more there are."""
    said = ", ".join(names[:NAMED])
    return text("league.and_more", lang, names=said, count=count(len(names) - NAMED, lang)) if names[NAMED:] else said


# ------------------------------------------------------------------ sentences
def sentences(course: Course, unit: Unit, lang: str) -> Iterator[str]:
    """The points of one unit over a course, and what is missing in it."""
    line, moments = course.line(unit, "points"), course.moments
    values: dict[str, object] = {
        "unit": unit_name(unit, lang),
        "first": period_name(moments[0].slot),
        "last": period_name(moments[-1].slot),
        "found": count(len(moments) - len(course.gaps), lang),
        "gaps": count(len(course.gaps), lang),
    }
    if line.start is None or line.last is None:
        yield text("course.said_none", lang, **values)
    else:
        values |= {"low": points(_decimal(line.low), lang), "low_at": _when(course, line, line.low)}
        values |= {"high": points(_decimal(line.high), lang), "high_at": _when(course, line, line.high)}
        yield text("course.said", lang, points=points(_decimal(line.last), lang), **values)
        yield from _moved(course, line, lang)
    yield from marks(course, lang)


def _moved(course: Course, line: Line, lang: str) -> Iterator[str]:
    if line.change is None or line.start is None:
        return
    way = "up" if line.change > 0 else "down" if line.change < 0 else "still"
    known = [at for at, value in enumerate(line.values) if value is not None and at >= line.start]
    ends = {"first": period_name(course.moments[known[0]].slot), "last": period_name(course.moments[known[-1]].slot)}
    yield text(f"course.{way}", lang, change=points(abs(Decimal(line.change)), lang), **ends)


def marks(course: Course, lang: str) -> Iterator[str]:
    """The periods that are missing, and those from which the scorecard is another one."""
    gaps = [period_name(one.slot) for one in course.moments if one.result is None]
    if gaps:
        yield text("course.missing", lang, names=few(gaps, lang))
    broken = [
        f"{period_name(one.slot)} ({card_name(one.result)})" for one in course.moments if one.is_break and one.result
    ]
    if broken:
        yield text("course.breaks", lang, names=few(broken, lang))


def _when(course: Course, line: Line, value: Figure) -> str:
    """The last period of the line that has a value, after its last break."""
    places = [at for at, one in enumerate(line.values) if one == value and at >= (line.start or 0)]
    return period_name(course.moments[places[-1]].slot)


def _decimal(value: Figure) -> Decimal | None:
    return None if value is None else Decimal(value)


def conflicts(history: History, lang: str) -> Iterator[str]:
    """That nothing tells which of some results is right."""
    found = [one for one in history.unused if one.reason == "conflict"]
    if found:
        names = few([f"{one.period}: {one.source}" for one in found], lang)
        yield text(
            "course.conflicts", lang, count=count(len(found), lang), names=names, table=named("course_unused", lang)[1]
        )


def shared(history: History, lang: str) -> Iterator[str]:
    """That counts were used for every period, so that what comes from them cannot change."""
    if history.shared_counts:
        yield text("course.shared", lang, files=few(history.shared_counts, lang))


# ------------------------------------------------------------------ remarks
def remark(course: Course, at: int, line: Line, lang: str) -> str:
    """What must be known of one period: that it is missing, what it lacks, that it does not compare with the last."""
    moment = course.moments[at]
    if moment.result is None:
        return text("course.gap", lang)
    said = [text(f"course.lack_{name}", lang) for name in moment.result.lacks]
    if moment.is_break:
        said.append(text("course.another_card", lang, card=card_name(moment.result)))
    elif at in line.breaks and not _breaks_between(course, line, at):
        said.append(text("course.other_measured", lang))
    return "; ".join(said)


def _breaks_between(course: Course, line: Line, at: int) -> bool:
    """Whether the scorecard changed since the last period in which the unit has a value."""
    before = max((place for place in range(at) if line.values[place] is not None), default=0)
    return any(one.is_break for one in course.moments[before + 1 : at + 1])


def lacking(moment: Moment, lang: str) -> str:
    """What makes a result incomplete, in words."""
    found = moment.result.lacks if moment.result else ()
    return "; ".join(text(f"course.lack_{name}", lang) for name in found)


def why(one: Unused, lang: str) -> str:
    """Why the figures of a file are in no course."""
    aspect = text(f"course.aspect_{one.aspect}", lang) if one.aspect else ""
    return text(f"course.reason_{one.reason}", lang, aspect=aspect)
