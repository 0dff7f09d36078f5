"""What a catalogue, published scores, tasks and filed results add to a report: sentences and sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from reformcli.i18n import text
from reformcli.league.places import own_places
from reformcli.render import course, league_words, services
from reformcli.render import league as leagues
from reformcli.render import tasks as tasks_view
from reformcli.render.document import Section
from reformcli.reported import Report

_CLOSING = ("left_out", "annex", "sources")  # sections that stand behind all others
_FOUND = "tasks-found"  # what is wrong in the register: for the workbook, not for a note


def headline(report: Report, lang: str) -> Iterator[str]:
    """The first that is to be said of each."""
    if report.offer:
        yield from islice(services.headline(report.offer, lang), 1)
    if report.league:
        for ranking, place in own_places(report.league):
            yield league_words.where(report.league, ranking, place, lang)
    if report.tasks:
        yield from islice(tasks_view.headline(report.tasks, lang), 1)
        yield from tasks_view.overdue_sentence(report.tasks, lang)
    if report.history:
        yield from islice(course.headline(report.history, lang), 1)


def sections(report: Report, lang: str) -> Iterator[Section]:
    """All sections of each; titles that mean something only among their own say what they are about."""
    yield from _of_offer(report, lang)
    if report.league:
        yield from leagues.league_sections(report.league, lang)
    yield from _of_tasks(report, lang)
    if report.history:
        yield from course.course_sections(report.history, lang)


def _of_offer(report: Report, lang: str) -> Iterator[Section]:
    if report.offer:
        yield from _about("joined_offer", services.service_sections(report.offer, lang), lang)


def _of_tasks(report: Report, lang: str) -> Iterator[Section]:
    if report.tasks:
        yield from _about("joined_tasks", tasks_view.task_sections(report.tasks, lang), lang)


def _about(key: str, some: Iterable[Section], lang: str) -> Iterator[Section]:
    about = text(f"report.{key}", lang)
    for one in some:
        yield replace(one, title=f"{about}: {one.title}")


# ------------------------------------------------------------------ an official note
def brief(report: Report, kept: Sequence[Section], lang: str) -> list[Section]:
    """The sections of a note with those of scores, tasks and the course, each of them one section.

    Args:
        report: the result.
        kept: what a note shows of the other sections.
        lang: vi or en.
    """
    offered = {one.id for one in _of_offer(report, lang)}
    of_league = leagues.league_sections(report.league, lang) if report.league else ()
    of_tasks = [tasks_view.narrow(one) for one in _of_tasks(report, lang) if one.id != _FOUND]
    joined = [
        *_as_one("offer", [one for one in kept if one.id in offered and not one.annex], lang),
        *(leagues.briefed(one) for one in of_league if not one.annex),
        *_as_one("tasks", of_tasks, lang),
        *(course.course_sections(report.history, lang)[:1] if report.history else ()),
    ]
    left = offered | {one.id for one in sections(report, lang)}
    others = [one for one in kept if one.id not in left]
    place = next((at for at, one in enumerate(others) if one.id in _CLOSING), len(others))
    return [*others[:place], *joined, *others[place:]]


def _as_one(name: str, some: Sequence[Section], lang: str) -> Iterator[Section]:
    """Several sections under one title."""
    if some:
        said = [sentence for one in some for sentence in one.paragraphs]
        tables = [table for one in some for table in one.tables]
        yield Section(name, text(f"report.joined_{name}", lang), said, tables)
