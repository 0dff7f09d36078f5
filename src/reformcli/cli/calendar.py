"""`reformcli calendar`: the days off and days made up of a year, and what a term in days comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from reformcli.calendar import LIBRARY_YEARS, Calendar, is_known, load_calendar
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import ExitCode, UsageError
from reformcli.i18n import text
from reformcli.period import read_moment
from reformcli.render import shapes
from reformcli.render.table import Cell, Table
from reformcli.render.words import column, named
from reformcli.rules.holidays import COUNTS, Day

MOST_DAYS = 10_000  # of one term


@dataclass(frozen=True, slots=True)
class Due:
    """A term: what it comes to by the calendar, and how the written due date compares, if one was given.

    `verdict` is match | same_day (another time of day) | earlier | later, of the written one; `difference` is how
    many counting days it is later (negative: earlier). `has_clock`: the receipt was given with its time of day.
    """

    received: datetime
    days: int
    computed: datetime
    has_clock: bool
    is_out_of_hours: bool | None
    written: datetime | None = None
    has_written_clock: bool = False
    verdict: str | None = None
    difference: int | None = None


def run(given: Given) -> None:
    """Show a year, or all announced years; with --received and --days what a term comes to. Exit 1: --due differs."""
    form = output.check(given)
    _check(given)
    calendar = load_calendar(given.calendar, kind=given.kind)
    due = _due(given, calendar) if given.received else None
    years = [given.year] if given.year is not None else [] if due else _listed(calendar)
    days = calendar.describe(given.year) if given.year is not None else []
    notes = _notes(calendar, years, due, given.lang)
    views = output.Views(
        document=lambda: shapes.to_json(_document(calendar, years, days, due)),
        tables=lambda: _tables(calendar, years, days, due, notes, given.lang),
        plain=lambda: _plain(calendar, years, days, due, given.lang),
        title=text("table.calendar", given.lang),
    )
    output.show(given, form, views)
    if form in ("json", "csv"):
        for note in notes:
            output.note(given, note)
    if due and due.verdict not in (None, "match"):
        raise typer.Exit(ExitCode.FINDINGS)


def _check(given: Given) -> None:
    """Refuse options that cannot be meant."""
    if given.kind is not None:
        output.one_of("--kind", given.kind, COUNTS)
    if given.calendar and given.output and Path(given.output).resolve() == Path(given.calendar).resolve():
        raise UsageError("output_is_input", where=given.output)
    if (given.received is None) != (given.days is None) or (given.due and given.received is None):
        raise UsageError("calendar_term", where="--received, --days, --due")
    if given.days is not None and not 0 <= given.days <= MOST_DAYS:
        raise UsageError("calendar_days", where="--days", days=given.days, most=MOST_DAYS)
    if given.year is not None:
        _check_year(given.year, "NAM")


def _check_year(year: int, where: str) -> None:
    if not is_known(year):
        raise UsageError("calendar_year", where=where, year=year, first=LIBRARY_YEARS[0], last=LIBRARY_YEARS[1])


def _moment(written: str, option: str) -> datetime:
    moment = read_moment(written, option=option, last=False)
    _check_year(moment.year, option)
    return moment


def _due(given: Given, calendar: Calendar) -> Due:
    """What the term comes to, and how --due compares: by day where either of the two was given without a clock."""
    import numpy as np

    received, has_clock = _moment(given.received or "", "--received"), ":" in (given.received or "")
    start = np.array([received], "datetime64[s]")
    computed: datetime = calendar.add_working_days(start, given.days or 0)[0].item()
    outside = bool(calendar.is_out_of_hours(start)[0]) if has_clock else None
    found = Due(received, given.days or 0, computed, has_clock, outside)
    if not given.due:
        return found
    written, has_written = _moment(given.due, "--due"), ":" in given.due
    ours, theirs = (np.array([moment], "datetime64[s]") for moment in (computed, written))
    later = int(calendar.working_days_late(ours, theirs)[0]) - int(calendar.working_days_late(theirs, ours)[0])
    verdict = _verdict(computed, written, by_clock=has_clock and has_written)
    return replace(found, written=written, has_written_clock=has_written, verdict=verdict, difference=later)


def _verdict(computed: datetime, written: datetime, *, by_clock: bool) -> str:
    if written.date() != computed.date():
        return "earlier" if written < computed else "later"
    return "same_day" if by_clock and written != computed else "match"


def _listed(calendar: Calendar) -> list[int]:
    """The years that somebody vouches for."""
    return sorted(year for year in {*calendar.schedule.years, *calendar.own.confirmed} if is_known(year))


def _span(years: list[int], due: Due | None) -> tuple[date, date]:
    """From the first to the last day that is spoken of."""
    days = [date(year, 1, 1) for year in years]
    if due:
        days += [due.received.date(), due.computed.date()]
    return min(days), max(days)


def _notes(calendar: Calendar, years: list[int], due: Due | None, lang: str) -> list[str]:
    notes = []
    if unconfirmed := calendar.unconfirmed(*_span(years, due)):
        notes.append(text("note.calendar_unconfirmed", lang, years=", ".join(map(str, unconfirmed))))
    if due and due.is_out_of_hours:
        notes.append(text("note.calendar_out_of_hours", lang))
    return notes


# ------------------------------------------------------------------ for programs
def _document(calendar: Calendar, years: list[int], days: list[Day], due: Due | None) -> dict[str, Any]:
    return {
        "schema": "reformcli.calendar/1",
        "calendar": calendar.manifest(*_span(years, due)),
        "years": [_year_entry(calendar, year) for year in years],
        "days": [
            {
                "date": day.date.isoformat(),
                "weekday": day.date.isoweekday(),
                "kind": day.kind,
                "reason": dict(day.reason),
                "source": day.source,
                "evidence": day.evidence,
            }
            for day in days
        ],
        "due": _due_entry(calendar, due) if due else None,
    }


def _year_entry(calendar: Calendar, year: int) -> dict[str, Any]:
    found = calendar.summary(year)
    return {
        "year": year,
        "confirmed": found.is_confirmed,
        "working_days": sum(found.months),
        "months": list(found.months),
        "days_off": found.days_off,
        "made_up": found.made_up,
        "source": found.source,
        "evidence": found.evidence,
    }


def _due_entry(calendar: Calendar, due: Due) -> dict[str, Any]:
    return {
        "received_at": _iso(due.received, has_clock=due.has_clock),
        "days": due.days,
        "kind": calendar.own.kind,
        "due_by_calendar": _iso(due.computed, has_clock=due.has_clock),
        "due_written": _iso(due.written, has_clock=due.has_written_clock) if due.written else None,
        "verdict": due.verdict,
        "difference": due.difference,
        "out_of_hours": due.is_out_of_hours,
    }


def _iso(moment: datetime, *, has_clock: bool) -> str:
    return moment.isoformat(sep=" ") if has_clock else moment.date().isoformat()


def _plain(calendar: Calendar, years: list[int], days: list[Day], due: Due | None, lang: str) -> Table:
    """One table for csv: the term, else the days of the year (which --calendar reads back), else the years."""
    if due:
        entry = _due_entry(calendar, due)
        columns = [column(name, lang) for name in _DUE]
        return Table("due", "", columns, [[_cell(entry[name]) for name in _DUE]])
    if len(years) == 1 and days:
        columns = [column(name, lang) for name in ("date", "kind", "reason", "source", "evidence")]
        rows: list[list[Cell]] = [[d.date.isoformat(), d.kind, d.reason[lang], d.source, d.evidence] for d in days]
        return Table("days", "", columns, rows)
    entries = [_year_entry(calendar, year) for year in years]
    columns = [column(name, lang) for name in _YEAR]
    return Table("years", "", columns, [[_cell(entry[name]) for name in _YEAR] for entry in entries])


_YEAR = ("year", "confirmed", "working_days", "days_off", "made_up", "evidence", "source")
_DUE = ("received_at", "days", "kind", "due_by_calendar", "due_written", "verdict", "difference", "out_of_hours")


def _cell(value: Any) -> Cell:
    """A value of the document as a cell: what is true is 1."""
    return int(value) if isinstance(value, bool) else value


# ------------------------------------------------------------------ for people
def _tables(
    calendar: Calendar, years: list[int], days: list[Day], due: Due | None, notes: list[str], lang: str
) -> list[Table]:
    tables = [_due_table(calendar, due, lang)] if due else []
    if years:
        tables.append(_years_table(calendar, years, lang))
    if len(years) == 1:
        tables += [_days_table(days, calendar.summary(years[0]).source, lang), _months_table(calendar, years[0], lang)]
    first = tables[0]
    tables[0] = Table(first.name, first.title, first.columns, first.rows, notes)
    return tables


def _years_table(calendar: Calendar, years: list[int], lang: str) -> Table:
    columns = [column(name, lang, "count" if name in _COUNTED else "text") for name in _YEAR]
    rows: list[list[Cell]] = []
    for entry in (_year_entry(calendar, year) for year in years):
        words = {
            "confirmed": _yes(entry["confirmed"], lang),
            "evidence": text(f"calendar.evidence.{entry['evidence']}", lang),
        }
        rows.append([words.get(name, entry[name]) for name in _YEAR])
    return Table(*named("calendar_years", lang), columns, rows)


_COUNTED = frozenset({"working_days", "days_off", "made_up"})


def _days_table(days: list[Day], of_year: str, lang: str) -> Table:
    """The days; what rests on the source of the whole year does not repeat it."""
    columns = [column(name, lang) for name in ("date", "weekday", "kind", "reason", "evidence", "source")]
    rows: list[list[Cell]] = []
    for day in days:
        own = day.source != of_year
        rows.append(
            [
                _day(day.date),
                text(f"calendar.weekday.{day.date.isoweekday()}", lang),
                text(f"calendar.kind.{day.kind}", lang),
                day.reason[lang],
                text(f"calendar.evidence.{day.evidence}", lang) if own else "",
                day.source if own else "",
            ]
        )
    return Table(*named("calendar_days", lang), columns, rows, [text("note.calendar_sources", lang)])


def _months_table(calendar: Calendar, year: int, lang: str) -> Table:
    months = calendar.summary(year).months
    columns = [column("month", lang), column("working_days", lang, "count")]
    rows: list[list[Cell]] = [[f"{month:02}/{year}", count] for month, count in enumerate(months, 1)]
    rows.append([text("word.total", lang), sum(months)])
    return Table(*named("calendar_months", lang), columns, rows, total_rows=1)


def _due_table(calendar: Calendar, due: Due, lang: str) -> Table:
    row: list[Cell] = [
        _shown(due.received, has_clock=due.has_clock),
        text(f"calendar.term.{calendar.own.kind}", lang, days=due.days),
        _shown(due.computed, has_clock=due.has_clock),
    ]
    if due.written and due.verdict:
        verdict = text(f"calendar.verdict.{due.verdict}", lang, days=abs(due.difference or 0))
        row += [_shown(due.written, has_clock=due.has_written_clock), verdict]
    return Table(*named("calendar_due", lang), [column(name, lang) for name in _DUE_SHOWN[: len(row)]], [row])


_DUE_SHOWN = ("received_at", "days", "due_by_calendar", "due_written", "verdict")


def _shown(moment: datetime, *, has_clock: bool) -> Cell:
    return moment if has_clock else _day(moment.date())


def _day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _yes(value: object, lang: str) -> str:
    return text("word.yes" if value else "word.no", lang)
