"""What a catalogue, published scores, tasks and filed results add to a report: sentences and sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from reformcli.league import own_places
from reformcli.render import course, league_words, services
from reformcli.render import league as leagues
from reformcli.render import tasks as tasks_view
from reformcli.render.document import Section
from reformcli.reported import Report

_CLOSING = ("left_out", "annex", "sources")  # sections that stand behind all others


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
    """All sections of each."""
    if report.offer:
        yield from services.service_sections(report.offer, lang)
    yield from _others(report, lang)


def _others(report: Report, lang: str) -> Iterator[Section]:
    if report.league:
        yield from leagues.league_sections(report.league, lang)
    if report.tasks:
        yield from tasks_view.task_sections(report.tasks, lang)
    if report.history:
        yield from course.course_sections(report.history, lang)


def brief(report: Report, kept: Sequence[Section], lang: str) -> list[Section]:
    """The sections of a note with those of scores and tasks, as these are shown in notes of their own.

    Args:
        report: the result.
        kept: what a note shows of the other sections.
        lang: vi or en.
    """
    of_league = leagues.league_sections(report.league, lang) if report.league else ()
    of_tasks = tasks_view.task_sections(report.tasks, lang) if report.tasks else ()
    of_course = course.course_sections(report.history, lang)[:1] if report.history else ()
    joined = [*map(leagues.briefed, of_league), *map(tasks_view.narrow, of_tasks), *of_course]
    others = [one for one in kept if one.id not in {own.id for own in joined}]
    place = next((at for at, one in enumerate(others) if one.id in _CLOSING), len(others))
    return [*others[:place], *joined, *others[place:]]
