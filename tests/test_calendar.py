"""Working days, against published calendars counted by hand and against a count that goes day by day."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.calendar import UNKNOWN, load_calendar
from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.rules import holidays as rules
from reformcli.rules import shipped
from reformcli.rules.holidays import load_schedule

# Every Monday to Friday that state offices had off, and every weekend day that they worked, as announced.
DAYS_OFF = {
    2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
}
MADE_UP = {2022: "", 2023: "", 2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}
# Mondays to Fridays of the year, less the days off, plus the days made up.
WORKING_DAYS = {2022: 260 - 11, 2023: 260 - 11, 2024: 262 - 12 + 1, 2025: 261 - 12 + 1, 2026: 261 - 14 + 2}

MOMENTS = st.datetimes(datetime(2021, 12, 1), datetime(2027, 1, 31)).map(lambda moment: moment.replace(microsecond=0))


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def dates(table: dict[int, str]) -> set[date]:
    pairs = ((year, text.split("/")) for year, texts in table.items() for text in texts.split())
    return {date(year, int(month), int(day)) for year, (day, month) in pairs}


@cache
def by_hand() -> tuple[set[date], set[date]]:
    return dates(DAYS_OFF), dates(MADE_UP)


def is_worked(day: date) -> bool:
    """By the lists above: the reference that the table of ordinals is held against."""
    off, made_up = by_hand()
    return day in made_up or (day.weekday() < 5 and day not in off)


def times(*texts: object) -> np.ndarray:
    return np.array([str(text) if text is not None else "NaT" for text in texts], "datetime64[s]")


def late(deadline: object, end: object, calendar=None) -> int:
    return int((calendar or load_calendar()).working_days_late(times(deadline), times(end))[0])


def due(start: object, days: int, calendar=None) -> str:
    return str((calendar or load_calendar()).add_working_days(times(start), days)[0]).replace("T", " ")


# ------------------------------------------------------------------ the days
@pytest.mark.parametrize("year", DAYS_OFF)
def test_the_announced_years_have_the_days_off_and_the_days_made_up_that_were_announced(year):
    days = load_calendar().describe(year)
    assert {d.date for d in days if d.kind == "off" and d.date.weekday() < 5} == dates({year: DAYS_OFF[year]})
    assert {d.date for d in days if d.kind == "worked"} == dates({year: MADE_UP[year]})
    assert sum(load_calendar().summary(year).months) == WORKING_DAYS[year]


@pytest.mark.parametrize("year", DAYS_OFF)
def test_the_library_says_the_same_but_for_the_swaps_that_it_may_not_know(year):
    """It lacked 2 and 10 January 2026 in version 0.109; a version that has them passes as well."""
    import holidays

    library = holidays.country_holidays("VN", years=year)
    swaps = {
        day.date for day in load_schedule().days.values() if day.source.startswith(("Công văn 2450", "Công văn 12"))
    }
    swaps |= dates({2025: "26/4 2/5", 2026: "22/8 31/8 24/11"})
    assert {d for d in library if d.weekday() < 5 and d.year == year} ^ dates({year: DAYS_OFF[year]}) <= swaps


def test_months_are_counted():
    """February 2024: 21 Mondays to Fridays, 5 of them Tết. April: 22 less 18, 29 and 30. May: 23, less 1, plus 4 May."""
    months = load_calendar().summary(2024).months
    assert (months[1], months[3], months[4]) == (16, 19, 23)
    assert load_calendar(kind="calendar").summary(2024).months == months


@pytest.mark.parametrize(
    ("deadline", "end", "days"),
    [
        ("2024-02-07T17:00", "2024-02-07T17:01", 0),  # late within the day
        ("2024-02-07T17:00", "2024-02-08T08:00", 0),  # Tết has begun
        ("2024-02-07T17:00", "2024-02-14T23:59:59", 0),  # its last day
        ("2024-02-07T17:00", "2024-02-15T00:00", 1),  # the first day at work
        ("2024-02-07T17:00", "2024-02-19T08:00", 3),  # Thursday, Friday, Monday
        ("2024-02-06T08:00", "2024-02-15T08:00", 2),  # Wednesday 7, Thursday 15
        ("2024-04-26T08:00", "2024-05-02T08:00", 1),  # off from 27 April to 1 May
        ("2024-04-26T08:00", "2024-05-04T08:00", 3),  # Thursday, Friday and the Saturday made up
        ("2024-05-03T08:00", "2024-05-06T08:00", 2),  # that Saturday and Monday
        ("2025-04-25T08:00", "2025-04-26T08:00", 1),  # Saturday 26 April 2025 was worked
        ("2025-05-01T08:00", "2025-05-02T08:00", 0),  # for Friday 2 May
        ("2025-12-31T08:00", "2026-01-05T08:00", 1),  # off from 1 to 4 January
        ("2026-01-09T08:00", "2026-01-10T08:00", 1),  # Saturday 10 January 2026 was worked
        ("2026-01-09T08:00", "2026-01-11T08:00", 1),
        ("2026-08-21T08:00", "2026-08-22T08:00", 1),
        ("2026-08-28T08:00", "2026-09-03T08:00", 1),
        ("2026-11-23T08:00", "2026-11-24T08:00", 0),  # Vietnam Cultural Day
        ("2026-11-23T08:00", "2026-11-25T08:00", 1),
        ("2023-12-22T17:00", "2023-12-25T08:00", 1),  # Friday to Monday
        ("2023-12-22T17:00", "2023-12-24T08:00", 0),
        ("2023-12-24T17:00", "2023-12-25T08:00", 1),  # a deadline on a Sunday
        ("2023-12-25T08:00", "2023-12-22T17:00", 0),  # ended before
    ],
)
def test_working_days_late_are_those_after_the_deadlines_day_up_to_the_ends(deadline, end, days):
    assert late(deadline, end) == days


def test_ten_thousand_pairs_agree_with_a_count_day_by_day():
    chance = random.Random(766)
    first, span = datetime(2022, 1, 1), 5 * 365 * 86_400
    starts = [first + timedelta(seconds=chance.randrange(span)) for _ in range(10_000)]
    ends = [
        min(s + timedelta(seconds=chance.randrange(-90, 400) * 86_400 // 4), datetime(2026, 12, 31)) for s in starts
    ]

    found = load_calendar().working_days_late(times(*starts), times(*ends))

    for start, end, days in zip(starts, ends, found.tolist(), strict=True):
        between = (start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1))
        assert days == sum(map(is_worked, between)), (start, end)


@given(st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_lateness_adds_up_and_never_falls_as_time_goes_on(moments):
    a, b, c = moments
    assert late(a, b) + late(b, c) == late(a, c)
    assert 0 <= late(a, b) <= late(a, c) >= late(b, c)
    assert late(c, a) == 0


@given(MOMENTS, st.integers(0, 200))
def test_a_term_ends_on_the_first_day_that_completes_it_at_the_same_clock_time(start, days):
    calendar = load_calendar()
    end = datetime.fromisoformat(due(start, days))
    assert end.time() == start.time()
    assert late(start, end) == days
    assert days == 0 or late(start, end - timedelta(days=1)) == days - 1
    assert calendar.add_working_days(times(start), 0)[0] == times(start)[0]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2023-12-18T08:00:00", 5, "2023-12-25 08:00:00"),
        ("2024-02-06T16:30:00", 5, "2024-02-20 16:30:00"),  # Wednesday 7, then 15, 16, 19 and 20 February
        ("2024-02-11T09:00:00", 1, "2024-02-15 09:00:00"),  # received on a day off
        ("2026-01-09T10:00:00", 1, "2026-01-10 10:00:00"),
        ("2025-12-31T10:00:00", 2, "2026-01-06 10:00:00"),
        ("2024-05-04T10:00:00", 0, "2024-05-04 10:00:00"),
        ("2024-05-05T10:00:00", 0, "2024-05-05 10:00:00"),
    ],
)
def test_a_term_in_working_days_ends_where_a_calendar_on_the_wall_says(start, days, end):
    assert due(start, days) == end


def test_every_day_counts_for_terms_in_calendar_days():
    calendar = load_calendar(kind="calendar")
    assert late("2024-02-07T17:00", "2024-02-15T08:00", calendar) == 8
    assert due("2024-02-07T17:00:00", 8, calendar) == "2024-02-15 17:00:00"
    assert calendar.is_day_off(times("2024-02-08"))[0]


def test_what_has_no_deadline_or_no_end_is_marked_and_disturbs_nothing():
    found = load_calendar().working_days_late(
        times(None, "2023-12-22", None, "2023-12-22"), times("2023-12-22", None, None, "2023-12-26")
    )
    assert found.tolist() == [UNKNOWN, UNKNOWN, UNKNOWN, 2]
    assert found.dtype == np.int64
    assert load_calendar().working_days_late(times(), times()).tolist() == []
    added = load_calendar().add_working_days(times(None, "2023-12-22T08:00:00"), np.array([3, 1]))
    assert [str(value) for value in added] == ["NaT", "2023-12-25T08:00:00"]
    assert np.isnat(load_calendar().add_working_days(times(None), 3)).all()
    assert load_calendar().is_day_off(times(None)).tolist() == [False]
    assert load_calendar().is_out_of_hours(times(None, "2023-12-23")).tolist() == [False, True]


def test_a_term_is_never_negative():
    with pytest.raises(ValueError, match="negative"):
        load_calendar().add_working_days(times("2023-12-22"), -1)


def test_dates_of_two_centuries_do_not_break_it():
    """54,785 Mondays to Fridays, less 7 to 12 a year until 2100; later weekdays alone are known. 2199-12-30: a Monday."""
    assert 54_785 - 111 * 12 < late("1990-01-01", "2199-12-31") < 54_785 - 111 * 7
    assert late("2199-12-27", "2199-12-31") == 2
    assert due("2199-12-31T08:00:00", 1) == "2200-01-01 08:00:00"
    with pytest.raises(ValueError, match="no table"):
        load_calendar().ordinals(date(1, 1, 1), date(9999, 12, 31))


def test_the_table_of_ordinals_joins_as_the_function_counts():
    table = load_calendar().ordinals(date(2024, 2, 7), date(2024, 2, 19))
    days = {str(table.first + n): int(ordinal) for n, ordinal in enumerate(table.ordinal)}
    assert (min(days), max(days)) == ("2024-01-01", "2024-12-31")
    assert days["2024-01-02"] - days["2024-01-01"] == 1
    assert days["2024-02-19"] - days["2024-02-07"] == 3
    assert days["2024-12-31"] == 251
    assert table.at(np.array(["2024-01-01", "2024-01-03"], "datetime64[D]")).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("moment", "is_outside"),
    [
        ("2023-12-22T07:29:59", True),
        ("2023-12-22T07:30:00", False),
        ("2023-12-22T12:15:00", False),  # the break at noon is no closing
        ("2023-12-22T16:59:59", False),
        ("2023-12-22T17:00:00", True),
        ("2023-12-22T23:10:00", True),
        ("2023-12-23T09:00:00", True),  # Saturday
        ("2026-01-10T09:00:00", False),  # Saturday, made up
        ("2026-01-02T09:00:00", True),
        ("2024-02-12T09:00:00", True),
    ],
)
def test_out_of_hours_is_a_day_off_or_before_half_past_seven_or_from_five_on(moment, is_outside):
    assert load_calendar().is_out_of_hours(times(moment)).tolist() == [is_outside]


def test_years_that_nobody_announced_are_named():
    calendar = load_calendar()
    assert calendar.unconfirmed(date(2022, 1, 1), date(2026, 12, 31)) == ()
    assert calendar.unconfirmed(date(2021, 12, 31), date(2028, 1, 1)) == (2021, 2027, 2028)
    assert not calendar.summary(2027).is_confirmed
    assert calendar.manifest(date(2024, 1, 1), date(2026, 1, 1))["library"] is None
    assert calendar.manifest(date(2026, 1, 1), date(2027, 1, 1))["library"].startswith("holidays ")


def test_a_year_that_is_not_announced_has_the_librarys_days_with_its_swaps():
    """2019: Monday 29 April was off, Saturday 4 May worked. It is not in our table, the library has it."""
    assert late("2019-04-26", "2019-05-02") == 1
    assert late("2019-05-03", "2019-05-04") == 1
    assert load_calendar().describe(2019)[-2].evidence == "library"


# ------------------------------------------------------------------ an office's own file
OWN = """
saturday = "morning"
confirmed = [2027]
[[day]]
date = 2024-02-15
kind = "off"
reason = "Lễ hội đền làng"
[[day]]
date = 2024-02-14
kind = "worked"
reason = { vi = "Trực Tết", en = "On duty" }
source = "QĐ 12/QĐ-UBND"
evidence = "own"
[[day]]
date = 2024-02-24
kind = "off"
"""


def own(tmp_path, text: str, name: str = "lich.toml"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load_calendar(str(tmp_path / name))


def test_an_offices_own_days_win(tmp_path):
    calendar = own(tmp_path, OWN)
    assert late("2024-02-07", "2024-02-16", calendar) == 2  # Wednesday 14 and Friday 16
    assert calendar.unconfirmed(date(2026, 1, 1), date(2028, 1, 1)) == (2028,)
    assert calendar.summary(2027).source == "lich.toml"
    assert {
        d.date.day: d.source for d in calendar.describe(2024) if d.date in (date(2024, 2, 14), date(2024, 2, 15))
    } == {
        14: "QĐ 12/QĐ-UBND",
        15: "lich.toml",
    }


def test_a_saturday_morning_counts_only_where_the_office_says_so(tmp_path):
    """Saturdays 17 and 24 February 2024; the second is off. Tết's Saturday, 10 February, is off for everybody."""
    plain, counting = own(tmp_path, OWN), own(tmp_path, "count_morning = true\n" + OWN)
    assert late("2024-02-16", "2024-02-26", plain) == 6
    assert late("2024-02-16", "2024-02-26", counting) == 7
    assert late("2024-02-07", "2024-02-12", counting) == 0
    saturday = times("2024-02-17T11:29:59", "2024-02-17T11:30:00", "2024-02-24T09:00:00", "2024-02-10T09:00:00")
    assert plain.is_out_of_hours(saturday).tolist() == [False, True, True, True]
    assert plain.is_day_off(saturday).tolist() == [False, False, True, True]


def test_an_office_that_works_all_saturday_counts_it(tmp_path):
    calendar = own(tmp_path, 'saturday = "full"')
    assert late("2024-02-16", "2024-02-26", calendar) == 8
    assert not calendar.is_out_of_hours(times("2024-02-17T16:00:00"))[0]


def test_a_file_may_say_that_terms_run_in_calendar_days(tmp_path):
    assert late("2024-02-07", "2024-02-15", own(tmp_path, 'kind = "calendar"')) == 8
    path = str(tmp_path / "lich.toml")
    assert late("2024-02-07", "2024-02-15", load_calendar(path, kind="working")) == 1


def test_a_csv_file_is_read_day_first_and_in_vietnamese(tmp_path):
    text = "Ngày;Loại;Lý do\n04/03/2024;Nghỉ bù;Bão\n09/3/2024;Làm bù;Bù ngày 4/3\n16/3/2024;Buổi sáng;\n"
    calendar = own(tmp_path, text, "lich.csv")
    assert late("2024-03-01", "2024-03-04", calendar) == 0
    assert late("2024-03-08", "2024-03-09", calendar) == 1
    assert late("2024-03-15", "2024-03-16", calendar) == 0
    assert not calendar.is_day_off(times("2024-03-16"))[0]
    assert [(d.kind, d.reason["vi"], d.source) for d in calendar.describe(2024) if d.date.month == 3] == [
        ("off", "Bão", "lich.csv"),
        ("worked", "Bù ngày 4/3", "lich.csv"),
        ("morning", "", "lich.csv"),
    ]


def test_what_the_command_writes_can_be_given_back(tmp_path, capsys):
    assert main(["calendar", "2026", "-o", "lich.csv"]) == 0
    assert main(["calendar", "2026", "--calendar", "lich.csv", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["years"][0]["working_days"] == 249
    assert {day["evidence"] for day in document["days"]} == {"own"}


@pytest.mark.parametrize(
    ("text", "key", "where"),
    [
        ("saturday = 'half'", "bad_calendar", "saturday"),
        ("kind = ['working']", "bad_calendar", "kind"),
        ("count_morning = 1", "bad_calendar", "count_morning"),
        ("confirmed = ['2027']", "bad_calendar", "confirmed"),
        ("confirmed = 2027", "bad_calendar", "form"),
        ("sunday = 'off'", "bad_calendar", "sunday"),
        ("day = 3", "bad_calendar", "form"),
        ("[[day]]\ndate = 2024-01-02", "bad_calendar", "kind"),
        ("[[day]]\ndate = 2024-01-02T08:00:00\nkind = 'off'", "bad_calendar", "date is not a day"),
        ("[[day]]\ndate = 2024-01-02\nkind = 'free'", "bad_calendar", "off, worked, morning"),
        ("[[day]]\ndate = 2024-01-02\nkind = 'off'\nreason = 3", "bad_calendar", "vi"),
        ("[[day]]\ndate = 2024-01-02\nkind = 'off'\nsource = ' '", "bad_calendar", "empty source"),
        ("[[day]]\ndate = 2024-01-02\nkind = 'off'\nevidence = 'sure'", "bad_calendar", "evidence"),
        ("[[day]]\ndate=2024-01-02\nkind='off'\n[[day]]\ndate=2024-01-02\nkind='off'", "bad_calendar", "repeated"),
        ("not toml", "bad_calendar", ""),
    ],
)
def test_a_mistake_in_an_offices_file_stops_the_run(tmp_path, text, key, where):
    with pytest.raises(InputError) as caught:
        own(tmp_path, text)
    assert caught.value.key == key
    assert where in str(caught.value.values["problem"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("date,kind\n31/02/2024,off\n", "calendar_day"),
        ("date,kind\n,off\n", "calendar_day"),
        ("date,kind\n01/03/2024,vacation\n", "calendar_day"),
        ("date,kind\n01/03/2024,off\n1/3/2024,worked\n", "bad_calendar"),
        ("date,why\n01/03/2024,off\n", "table_missing_column"),
    ],
)
def test_a_mistake_in_a_table_of_days_stops_the_run(tmp_path, text, key):
    with pytest.raises(InputError) as caught:
        own(tmp_path, text, "lich.csv")
    assert caught.value.key == key


@pytest.mark.parametrize("name", ["none.toml", "none.csv"])
def test_a_calendar_that_is_not_there_is_wrong_usage(name):
    with pytest.raises(UsageError) as caught:
        load_calendar(name)
    assert caught.value.key == "no_such_file"


# ------------------------------------------------------------------ the table that ships
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('source = "Công văn 2450/VPCP-KGVX ngày 12/4/2024"\n', "", "missing key: source"),
        ("hung_kings = [2024-04-18]\n", "", "missing key: hung_kings"),
        ("hung_kings = [2024-04-18]", "hung_kings = [2023-04-18]", "not a day of 2024"),
        ("observed = [2026-04-27]", "observed = [2026-04-28]", "observed is no holiday"),
        ("year = 2023", "year = 2022", "not a day of 2022"),
        ("labour = [2024-05-01]", "labour = [2024-04-30]", "repeated date"),
        ('evidence = "inferred"', 'evidence = "certain"', "unknown evidence"),
    ],
)
def test_a_mistake_in_the_table_that_ships_stops_the_run(tmp_path, monkeypatch, old, new, problem):
    text = shipped("holidays").decode("utf-8")
    assert old in text
    path = tmp_path / "holidays.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    read = rules.read_rules
    monkeypatch.setattr(rules, "read_rules", lambda _: read(str(path)))
    with pytest.raises(InputError) as caught:
        load_schedule.__wrapped__()
    assert problem in str(caught.value.values["problem"])


def test_every_day_made_up_stands_for_a_day_off():
    days = [day for day in load_schedule().days.values() if "hoán đổi" in day.reason["vi"] or day.kind == "worked"]
    off = {day.reason["vi"].rsplit(" ", 1)[1]: day.date for day in days if day.kind == "off"}
    worked = {day.date: day.reason["vi"].rsplit(" ", 1)[1] for day in days if day.kind == "worked"}
    assert len(off) == len(worked) == 4
    for text, day in off.items():
        other = datetime.strptime(text, "%d/%m/%Y").date()
        assert datetime.strptime(worked[other], "%d/%m/%Y").date() == day
        assert (day.weekday() < 5, other.weekday()) == (True, 5)


# ------------------------------------------------------------------ the command
def shown(*arguments: str, capsys, code: int = 0) -> dict:
    assert main(["calendar", *arguments, "--format", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_year_is_shown_with_its_days_its_months_and_their_sources(capsys):
    document = shown("2026", capsys=capsys)
    assert document["schema"] == "reformcli.calendar/1"
    assert [(d["date"], d["kind"]) for d in document["days"]][:3] == [
        ("2026-01-01", "off"),
        ("2026-01-02", "off"),
        ("2026-01-10", "worked"),
    ]
    assert all(day["source"] and day["evidence"] and set(day["reason"]) == {"vi", "en"} for day in document["days"])
    year = document["years"][0]
    assert (year["confirmed"], year["working_days"], year["days_off"], year["made_up"]) == (True, 249, 14, 2)
    assert sum(year["months"]) == 249
    assert document["calendar"]["unconfirmed"] == []
    assert document["due"] is None


def test_without_a_year_the_announced_years_are_listed(capsys):
    document = shown(capsys=capsys)
    assert {year["year"]: year["working_days"] for year in document["years"]} == WORKING_DAYS
    assert document["days"] == []
    assert main(["calendar", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "year,confirmed,working_days,days_off,made_up,evidence,source"


@pytest.mark.parametrize("form", ["table", "md"])
def test_people_see_holidays_swaps_and_months(form, capsys):
    assert main(["calendar", "2024", "--format", form]) == 0
    out = capsys.readouterr().out
    for words in ("29/04/2024", "làm bù", "Tết Nguyên đán", "thứ Bảy", "02/2024", "251", "Công văn 2450/VPCP-KGVX"):
        assert words in out


def test_a_year_that_is_not_announced_is_marked(capsys):
    assert main(["calendar", "2027"]) == 0
    assert "2027 chưa có thông báo" in capsys.readouterr().out
    assert main(["calendar", "2027", "--format", "csv"]) == 0
    assert "2027 chưa có thông báo" in capsys.readouterr().err
    assert main(["calendar", "2027", "--format", "csv", "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("written", "verdict", "difference", "code"),
    [
        ("20/02/2024 16:30", "match", 0, 0),
        ("20/02/2024", "match", 0, 0),
        ("20/02/2024 17:00", "same_day", 0, 1),
        ("16/02/2024 16:30", "earlier", -2, 1),
        ("13/02/2024 16:30", "earlier", -4, 1),
        ("21/02/2024", "later", 1, 1),
        ("24/02/2024", "later", 3, 1),
    ],
)
def test_a_written_due_date_is_compared_with_the_calendar(written, verdict, difference, code, capsys):
    term = ("--received", "06/02/2024 16:30", "--days", "5", "--due", written)
    found = shown(*term, capsys=capsys, code=code)["due"]
    assert found["due_by_calendar"] == "2024-02-20 16:30:00"
    assert (found["verdict"], found["difference"]) == (verdict, difference)
    assert main(["calendar", *term]) == code
    assert "20/02/2024 16:30" in capsys.readouterr().out


def test_a_receipt_without_its_clock_is_compared_by_day(capsys):
    found = shown("--received", "06/02/2024", "--days", "5", "--due", "20/02/2024 17:00", capsys=capsys)["due"]
    assert (found["due_by_calendar"], found["verdict"], found["out_of_hours"]) == ("2024-02-20", "match", None)


def test_a_term_in_calendar_days_and_a_receipt_at_night(capsys):
    term = ("--received", "06/02/2024 20:30", "--days", "5", "--kind", "calendar")
    found = shown(*term, capsys=capsys)["due"]
    assert (found["due_by_calendar"], found["out_of_hours"], found["verdict"]) == ("2024-02-11 20:30:00", True, None)
    assert main(["calendar", *term, "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1] == "2024-02-06 20:30:00,5,calendar,2024-02-11 20:30:00,,,,1"
    assert "ngoài giờ" in err


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("1900",), "1901"),
        (("2101",), "2100"),
        (("--received", "06/02/1900", "--days", "1"), "1901"),
        (("--received", "06/02/2024"), "--days"),
        (("--days", "3"), "--received"),
        (("--due", "06/02/2024"), "--received"),
        (("--received", "06/02/2024", "--days", "-1"), "10000"),
        (("--received", "06/02/2024", "--days", "10001"), "10000"),
        (("--received", "31/02/2024", "--days", "1"), "24/12/2023"),
        (("--kind", "hours"), "working, calendar"),
        (("--calendar", "none.toml"), "none.toml"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_three_lines(arguments, key, capsys):
    assert main(["calendar", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 3
    assert key in err


def test_a_calendar_is_never_overwritten_by_its_own_result(tmp_path, capsys):
    (tmp_path / "lich.csv").write_text("date,kind\n01/03/2024,off\n", encoding="utf-8")
    assert main(["calendar", "2024", "--calendar", "lich.csv", "-o", "lich.csv"]) == 2
    assert (tmp_path / "lich.csv").read_text(encoding="utf-8").endswith("01/03/2024,off\n")


def test_a_broken_calendar_ends_with_code_3(tmp_path, capsys):
    (tmp_path / "lich.csv").write_text("date,kind\n01/03/2024,vacation\n", encoding="utf-8")
    assert main(["calendar", "2024", "--calendar", "lich.csv"]) == 3
    assert "lich.csv:2" in capsys.readouterr().err


def test_a_settings_file_names_the_calendar_beside_it(tmp_path, capsys, monkeypatch):
    (tmp_path / "lich.csv").write_text("date,kind\n01/03/2024,off\n", encoding="utf-8")
    (tmp_path / "reformcli.toml").write_text('calendar = "lich.csv"\n', encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert shown("2024", capsys=capsys)["years"][0]["working_days"] == 250


def test_english_output_is_english(capsys):
    assert (
        main(["calendar", "--received", "18/12/2026 20:30", "--days", "15", "--due", "6/1/2027", "--lang", "en"]) == 1
    )
    out, _ = capsys.readouterr()
    assert "15 working days" in out
    assert "not announced" in out
    assert "3 days earlier" in out
