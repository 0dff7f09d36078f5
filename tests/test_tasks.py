"""Tasks given to agencies: a register counted by hand, the identities, what is found wrong in it, and the command."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from office import recalculated
from reformcli.agencies.register import load_register
from reformcli.audit import consistency
from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.tasks import tasking
from reformcli.tasks.agencies import agencies_in, is_several, led
from reformcli.tasks.changes import compare
from reformcli.tasks.files import last_day, load_tasks, progress_of
from reformcli.tasks.model import DONE, MANY, NOBODY, STATES, Body, Standing, Task
from reformcli.tasks.states import count, counts_by, distinct, due_between, standings, state_of, weeks_around
from support import SAMPLES, command

REGISTER, BEFORE = str(SAMPLES / "nhiem-vu.csv"), str(SAMPLES / "nhiem-vu-tuan-50.csv")
AGENCIES = str(SAMPLES / "agencies.csv")
HEAD = "Nhiệm vụ,Cơ quan chủ trì,Ngày bắt đầu,Thời hạn,Tiến độ,Ngày hoàn thành"
T = date(2023, 12, 22)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def told(*arguments: object) -> dict:
    done = command("tasks", *arguments, "--format", "json", "-q")
    assert done.returncode in (0, 1), done.stderr.decode()
    return json.loads(done.stdout)


def written(folder: Path, *rows: str, head: str = HEAD, name: str = "nv.csv") -> str:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def judged(path: str, to: str = "22/12/2023", **more: object):
    return tasking.run_tasks(tasking.Asked(path, to=to, **more))


def found(path: str, **more: object) -> list[tuple[str, int]]:
    table = judged(path, **more).findings
    return [(rule, int(row)) for rule, row in zip(table["rule"], table["row"], strict=True)]


def task(row: int = 2, **fields: object) -> Task:
    return Task(**{"row": row, "title": f"t{row}", "leads": ("Sở A",), **fields})


def by_days(spans):
    return [(end - due).days for due, end in spans]


# ------------------------------------------------------------------ the register counted by hand
@pytest.fixture(scope="module")
def register() -> dict:
    """T = 22/12/2023, a Friday, the latest completion in the register; rows of the file are numbers + 1.

    Counted: rows 2–24 and 27, 24 tasks; row 25 repeats row 23, row 26 is a title.
    """
    return told(REGISTER, "--previous", BEFORE, "--agencies", AGENCIES)


def numbers(entry: dict) -> tuple:
    """Tasks, the states that occur, done, completion, due by T, on time of these, their share."""
    states = {name: value for name, value in entry["states"].items() if value}
    names = ("done", "completion", "due", "on_time_of_due", "on_time")
    return entry["tasks"], states, *(entry[name] for name in names)


def test_every_row_is_accounted_for_and_the_moment_is_that_of_the_register(register):
    assert register["rows"] == {"read": 26, "counted": 24, "out_of_scope": 1, "superseded": 1, "rejected": 0}
    assert register["manifest"]["to"] == "2023-12-22 23:59:59"
    assert register["manifest"]["period"] == {"end": "found"}


def test_the_whole_is_what_was_counted_by_hand(register):
    """On time: rows 2, 3, 9, 23. Late: 4, 21, 22. Overdue: 5, 7, 18, 19, 24. 14 fell due by T; 8/24 and 4/14."""
    states = {"done_on_time": 4, "done_late": 3, "done_no_due": 1, "done_unknown": 1}
    states |= {"in_progress": 8, "overdue": 5, "undated": 2}
    assert numbers(register["total"]) == (24, states, 8, 33.33, 14, 4, 28.57)


def test_every_agency_is_what_was_counted_by_hand(register):
    """The most overdue first, then the most late, then by name; several and nobody stand last."""
    named = {(one["agency"], one["is_several"]): numbers(one) for one in register["agencies"]}
    assert list(named) == [
        *((name, False) for name in ("Sở Nội vụ", "Sở Tư pháp", "UBND xã Nậm Lam", "UBND huyện Sông Mây")),
        *((name, False) for name in ("Sở Tài chính", "Sở Văn hóa, Thể thao và Du lịch", "Sở Y tế")),
        (None, True),
        (None, False),
    ]
    # rows 2–6
    states = {"done_on_time": 2, "done_late": 1, "overdue": 1, "in_progress": 1}
    assert named["Sở Nội vụ", False] == (5, states, 3, 60.0, 4, 2, 50.0)
    # rows 7, 8, 9, 27
    states = {"done_on_time": 1, "overdue": 1, "in_progress": 2}
    assert named["Sở Tư pháp", False] == (4, states, 1, 25.0, 3, 1, 33.33)
    # rows 10–13
    assert named["Sở Y tế", False] == (4, {"in_progress": 3, "done_unknown": 1}, 0, 0.0, 1, 0, 0.0)
    # rows 14, 15; 16, 17: nothing with a due date has fallen due, so there is no share
    assert named["Sở Văn hóa, Thể thao và Du lịch", False] == (
        *(2, {"in_progress": 1, "undated": 1}, 0, 0.0),
        *(0, 0, None),
    )
    assert named["Sở Tài chính", False] == (2, {"done_no_due": 1, "undated": 1}, 1, 50.0, 0, 0, None)
    # row 18; row 19
    assert named[None, True] == named[None, False] == (1, {"overdue": 1}, 0, 0.0, 1, 0, 0.0)
    # rows 20–22; 23, 24
    assert named["UBND huyện Sông Mây", False] == (3, {"in_progress": 1, "done_late": 2}, 2, 66.67, 2, 0, 0.0)
    assert named["UBND xã Nậm Lam", False] == (2, {"done_on_time": 1, "overdue": 1}, 1, 50.0, 2, 1, 50.0)
    assert {one["agency"]: one["agency_id"] for one in register["agencies"]}["Sở Nội vụ"] == "H99.05"


def test_every_steering_group_is_what_was_counted_by_hand(register):
    groups = {
        one["group"]: (one["tasks"], one["done"], one["due"], one["on_time_of_due"]) for one in register["groups"]
    }
    assert groups == {
        "Ban Chỉ đạo Cải cách hành chính": (10, 6, 9, 3),
        "Ban Chỉ đạo Chuyển đổi số": (7, 1, 2, 0),
        "Tổ công tác Đề án 06": (5, 0, 1, 0),
        None: (2, 1, 2, 1),
    }


def test_every_week_is_what_was_counted_by_hand(register):
    """Due in the week, done of them, and the share; a quarter and a month end on Sunday 31/12, in week 52."""
    weeks = [(one["week"], one["tasks"], one["done"], one["completion"]) for one in register["weeks"]]
    assert weeks == [
        ("2023-W48", 2, 1, 50.0),
        ("2023-W49", 1, 1, 100.0),
        ("2023-W50", 5, 4, 80.0),
        ("2023-W51", 6, 1, 16.67),
        ("2023-W52", 5, 0, 0.0),
        ("2024-W01", 1, 0, 0.0),
        ("2024-W05", 1, 0, 0.0),
    ]


def test_the_overdue_ones_with_their_days_were_counted_on_a_calendar(register):
    """From Friday 1/12 to Friday 22/12: 21 days, 15 of them working. Late over a weekend: no working day."""
    rows = {one["row"]: one for one in register["tasks"]}
    assert register["overdue"] == [7, 24, 5, 18, 19]
    assert [(rows[row]["days"], rows[row]["working_days"]) for row in (7, 24, 5, 18, 19)] == [
        *((21, 15), (10, 8), (2, 2), (2, 2), (1, 1)),
    ]
    late = [(rows[row]["days"], rows[row]["working_days"]) for row in (4, 21, 22)]  # 8→12/12, 17→18/12, 16→17/12
    assert late == [(4, 2), (1, 1), (1, 0)]
    assert [rows[row]["days"] for row in (2, 6, 13)] == [None, None, None]
    assert [row for row, one in rows.items() if one["ongoing"]] == [15]
    assert (rows[15]["due"], rows[5]["progress"], rows[5]["partners"]) == (None, 80, ["Sở Tư pháp"])
    assert [rows[row]["has_result"] for row in (2, 5)] == [True, False]


def test_what_falls_due_this_week_and_next_was_read_off_the_register(register):
    """The week of T ends on the 24th; the 25th and the 31st are in the next one, 1 January is not."""
    assert register["due_this_week"] == {"from": "2023-12-22", "to": "2023-12-24", "tasks": [8]}
    assert register["due_next_week"] == {"from": "2023-12-25", "to": "2023-12-31", "tasks": [10, 6, 11, 14, 27]}


def test_what_changed_since_the_week_before_was_read_off_both_registers(register):
    """T of the previous register is 15/12/2023. Row 8: due 10/12 until then, now 22/12. 23 tasks then, 22 in both."""
    changes = register["comparison"]
    rows = {}
    for one in changes["changes"]:
        rows.setdefault(one["event"], []).append(one["now"]["row"] if one["now"] else one["task"])
    assert rows == {
        "newly_done": [9, 21, 22, 23],
        "newly_overdue": [5, 18, 19],
        "due_moved_passed": [8],
        "due_moved": [6],
        "reopened": [12],
        "reassigned": [10],
        "new": [20, 27],
        "vanished": ["Rà soát mẫu đơn điện tử"],
    }
    assert (changes["to"], changes["both"], changes["before"]["tasks"]) == ("2023-12-15", 22, 23)
    assert changes["events"] == {event: len(entries) for event, entries in rows.items()}


def test_the_findings_stand_where_they_were_put(register):
    """Each with its row; all are warnings, so that the exit code is 0."""
    places = [(one["rule"], one["row"]) for one in register["found"]]
    assert sorted(places) == [
        *(("RC511", 18), ("RC512", 19), ("RC513", 13), ("RC514", 23), ("RC514", 25), ("RC515", 24)),
        *(("RC516", 25), ("RC518", 27), ("RC519", 16), ("RC519", 17), ("RC520", 26)),
    ]
    assert command("tasks", REGISTER).returncode == 0
    assert command("tasks", REGISTER, "--fail-on", "warning").returncode == 1


def test_without_a_register_of_agencies_spellings_of_one_name_are_one_agency():
    """ "Sở Nội vụ" three times, "sở nội vụ" and "SỞ NỘI VỤ": the most frequent is shown."""
    names = {one["agency"]: one["tasks"] for one in told(REGISTER)["agencies"]}
    assert names["Sở Nội vụ"] == 5


def test_an_earlier_moment_takes_back_what_happened_after_it():
    """At 15/12/2023: row 9 was not done yet, row 20 had not begun, rows 21 and 22 were not due."""
    result = told(REGISTER, "--to", "15/12/2023")
    states = {one["row"]: one["state"] for one in result["tasks"]}
    assert [states[row] for row in (9, 20, 21, 22)] == ["in_progress", "not_started", "in_progress", "in_progress"]
    assert result["manifest"]["period"] == {"end": "given"}
    assert result["due_next_week"]["tasks"] == [5, 18, 19, 8, 9]  # row 13 is reported done; 20, 20, 21, 22, 22/12


# ------------------------------------------------------------------ states
@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"due": T, "done": T}, "done_on_time"),
        ({"due": T - timedelta(1), "done": T}, "done_late"),
        ({"done": T}, "done_no_due"),
        ({"due": T, "done": T + timedelta(1)}, "in_progress"),  # not yet
        ({"due": T - timedelta(1), "done": T + timedelta(1)}, "overdue"),
        ({"due": T}, "in_progress"),  # its last second is T
        ({"due": T - timedelta(1)}, "overdue"),
        ({"due": T - timedelta(1), "start": T + timedelta(9)}, "overdue"),  # a later start hides nothing
        ({"due": T + timedelta(9), "start": T + timedelta(1)}, "not_started"),
        ({"start": T + timedelta(1)}, "not_started"),
        ({"start": T}, "undated"),
        ({"due": T - timedelta(1), "progress": Decimal(100)}, "done_unknown"),
        ({"due": T - timedelta(1), "progress": Decimal("99.9")}, "overdue"),
        ({"due": T - timedelta(1), "progress": Decimal(100), "done": T + timedelta(1)}, "overdue"),
    ],
)
def test_a_state_is_what_the_rules_say(fields, state):
    assert state_of(task(**fields), T) == state


DAY = st.dates(date(2023, 12, 1), date(2024, 1, 31))
TASK = st.builds(
    dict,
    lead=st.sampled_from([Body("a", "A"), Body("b", "B"), NOBODY, MANY]),
    group=st.sampled_from([Body("g", "G"), NOBODY]),
    start=st.none() | DAY,
    due=st.none() | DAY,
    done=st.none() | DAY,
    progress=st.none() | st.sampled_from([Decimal(0), Decimal(50), Decimal(100)]),
)


@given(st.lists(TASK, max_size=25), DAY)
def test_states_agencies_and_groups_add_up_to_the_whole(fields, day):
    """Total = sum of states; agencies, groups and (with the undated ones) weeks are parts of it; shares fit counts."""
    some = standings([task(row, **one) for row, one in enumerate(fields)], day, by_days)
    whole = count("total", NOBODY, some, day)
    assert whole.total == len(fields) == sum(whole.states[name] for name in STATES)
    assert whole.done == sum(one["done"] is not None and one["done"] <= day for one in fields)
    for kind in ("agency", "group"):
        parts = counts_by(kind, some, day)
        for name in STATES:
            assert sum(one.states[name] for one in parts) == whole.states[name]
        assert sum(one.due for one in parts) == whole.due
        assert sum(one.on_time_of_due for one in parts) == whole.on_time_of_due
    assert whole.on_time_of_due <= whole.due <= whole.total
    assert (whole.on_time is None) == (whole.due == 0)
    if whole.due:
        assert abs(Fraction(whole.on_time) - Fraction(100 * whole.on_time_of_due, whole.due)) <= Fraction(1, 200)
    late = [one for one in some if one.days is not None]
    assert all(one.days > 0 and one.state in ("overdue", "done_late") for one in late)
    assert len(late) == whole.states["overdue"] + whole.states["done_late"]


@given(st.lists(TASK, max_size=12), st.lists(TASK, max_size=12), DAY)
def test_what_is_in_both_what_came_and_what_went_make_up_both_registers(old, new, day):
    """Before = both + vanished; now = both + new; and the done ones balance as well."""
    before, now = (
        standings([task(row, title=f"t{row % 5}", **one) for row, one in enumerate(some)], day, by_days)
        for some in (old, new)
    )
    changes = compare(before, now, name="x", moment=day)
    by_event = {event: [one for one in changes.changes if one.event == event] for event in ("new", "vanished")}
    assert changes.both + len(by_event["vanished"]) == len(old)
    assert changes.both + len(by_event["new"]) == len(new)
    done = [sum(one.state in DONE for one in some) for some in (before, now)]
    came = sum(one.now.state in DONE for one in by_event["new"])
    went = sum(one.before.state in DONE for one in by_event["vanished"])
    assert done[1] == done[0] + changes.count("newly_done") - changes.count("reopened") + came - went


@given(st.permutations(list(range(6))))
def test_the_order_of_rows_changes_no_figure(order):
    rows = [task(row, due=T - timedelta(row), lead=Body(str(row % 2), "x")) for row in range(6)]
    one, other = (standings(some, T, by_days) for some in (rows, [rows[at] for at in order]))
    assert counts_by("agency", one, T) == counts_by("agency", other, T)


def test_a_half_is_rounded_up():
    """1 of 32 is 3.125 %."""
    some = [Standing(task(row), "done_no_due" if row == 0 else "undated") for row in range(32)]
    assert count("total", NOBODY, some, T).completion == Decimal("3.13")


def test_the_next_week_runs_from_monday_to_sunday():
    """Whatever day of its week T is: 18/12/2023 was a Monday."""
    for day in range(18, 25):
        around = weeks_around(date(2023, 12, day))
        assert (around.sunday, around.monday, around.next_sunday) == (
            *(date(2023, 12, 24), date(2023, 12, 25), date(2023, 12, 31)),
        )
    some = [Standing(task(row, due=date(2023, 12, 23) + timedelta(row)), "in_progress") for row in range(12)]
    assert [one.task.row for one in due_between(some, around.monday, around.next_sunday)] == list(range(2, 9))


# ------------------------------------------------------------------ the same task, then and now
def pair(before: dict, now: dict, moment: date = T) -> list[str]:
    then, later = (standings([task(**one)], day, by_days) for one, day in ((before, moment), (now, T + timedelta(7))))
    return [one.event for one in compare(then, later, name="x", moment=moment).changes]


def test_only_a_due_date_that_was_over_was_moved_after_it_had_passed():
    """At T: over the day before; on the day itself not yet; brought forward or given for the first time never."""
    later = T + timedelta(60)
    assert pair({"due": T - timedelta(1)}, {"due": later}) == ["due_moved_passed"]
    assert pair({"due": T - timedelta(1)}, {}) == ["due_moved_passed"]  # taken away
    assert pair({"due": T}, {"due": later}) == ["due_moved"]
    assert pair({"due": T - timedelta(1)}, {"due": T - timedelta(2)}) == ["due_moved"]
    assert pair({}, {"due": later}) == ["due_moved"]


def test_a_task_done_late_whose_due_date_was_moved_is_told():
    """It would count as on time from now on."""
    done = T - timedelta(1)
    assert pair({"due": T - timedelta(9), "done": done}, {"due": T, "done": done}) == ["due_moved_passed"]


def test_a_report_of_every_month_is_told_apart_by_its_due_date():
    """Those of January and February, then those of February and March: nothing was moved, one came and one went."""
    months = [date(2024, month, 5) for month in (1, 2, 3)]
    then, now = (
        standings([task(row, title="t", due=day) for row, day in enumerate(days)], date(2023, 12, 1), by_days)
        for days in (months[:2], [months[2], months[1]])
    )
    found = compare(then, now, name="x", moment=T)
    assert [(one.event, (one.now or one.before).task.due) for one in found.changes] == [
        *(("new", months[2]), ("vanished", months[0])),
    ]
    assert found.both == 1


def test_a_task_of_several_agencies_is_not_taken_for_that_of_another_one():
    """The same text for A and B, then for A and C: B's is gone and C's is new."""
    then, now = (
        standings([task(row, title="t", lead=Body(name, name)) for row, name in enumerate(names)], T, by_days)
        for names in ("AB", "AC")
    )
    found = compare(then, now, name="x", moment=T)
    assert [(one.event, (one.now or one.before).task.lead.key) for one in found.changes] == [
        *(("new", "C"), ("vanished", "B")),
    ]


def test_a_code_tells_the_same_task_whatever_else_was_changed():
    before = {"code": "NV-01", "title": "Cũ", "lead": Body("a", "A")}
    now = {"code": "nv-01", "title": "Mới", "lead": Body("b", "B")}
    assert pair(before, now) == ["reassigned"]
    assert pair(before, {**now, "code": "NV-02"}) == ["new", "vanished"]


def test_of_the_same_rows_the_one_with_the_latest_end_counts():
    rows = [task(2, title="Việc A"), task(3, title="việc  a", done=T), task(4, title="Việc B")]
    kept, faults = distinct(rows)
    assert [one.row for one in kept] == [3, 4]
    assert [(one.rule, one.row, one.text) for one in faults] == [("RC516", 2, "3")]
    rows = [task(2, title="A", start=T), task(3, title="A", start=T - timedelta(9), done=T - timedelta(1))]
    assert [one.row for one in distinct(rows)[0]] == [3]  # an end goes before a later start
    rows = [task(2, title="A", progress=Decimal(10)), task(3, title="A", progress=Decimal(20)), task(4, title="A")]
    assert [one.row for one in distinct(rows)[0]] == [3]
    assert len(distinct([task(2, title="A", due=T), task(3, title="A")])[0]) == 2  # another due date, another task
    assert len(distinct([task(2, code="1"), task(3, code="1")])[0]) == 1
    assert len(distinct([task(2, title="A"), task(3, title="A", leads=("Sở B",))])[0]) == 2


# ------------------------------------------------------------------ reading
@pytest.mark.parametrize(
    ("text", "form", "percent"),
    [
        *(("80", None, "80"), ("80%", None, "80"), ("80 %", None, "80"), ("0,8", None, "80"), ("0.8", None, "80")),
        *(("1", None, "1"), ("1,0", None, "100"), ("0", None, "0"), ("0,0", None, "0"), ("1,5", None, "1.5")),
        *(("0,5%", None, "0.5"), ("1,0%", None, "1"), ("100,0", None, "100"), ("100", None, "100")),
        *(("33,33", None, "33.33"), ("101", None, None), ("-5", None, None), ("xong", None, None), ("", None, None)),
        *(("1", "0%", "100"), ("0.8", "0%", "80"), ("0.8", "General", "80"), ("1", "General", "1")),
        *(("80", '0"%"', "80"), ("80", "0\\%", "80"), ("80", "0%", None), ("0.07", "0.00%", "7"), ("80", "0.0", "80")),
        ("0.30000000000000004", "0%", "30"),
    ],
)
def test_progress_is_read_as_it_is_written_or_shown(text, form, percent):
    """At most 1 is a share only with a decimal separator, or in a cell that is shown as a percentage."""
    assert progress_of(text, form) == (None if percent is None else Decimal(percent))


def test_progress_of_a_workbook_is_read_by_its_number_format(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD.split(","))
    for number, (value, form) in enumerate([(1, "0%"), (0.5, "General"), (1, "General"), (75, "0")]):
        sheet.append([f"Việc {number}", "Sở Y tế", date(2023, 12, 1), date(2023, 12, 30), value, None])
        sheet.cell(sheet.max_row, 5).number_format = form
    book.save(tmp_path / "nv.xlsx")
    sheet = load_tasks(str(tmp_path / "nv.xlsx"))
    assert [one.progress for one in sheet.tasks] == [100, 50, 1, 75]
    assert (sheet.tasks[0].start, sheet.tasks[0].due) == (date(2023, 12, 1), date(2023, 12, 30))
    assert [(one.rule, one.row) for one in sheet.faults] == [("RC513", 2)]


def test_dates_are_day_first_and_a_due_date_may_be_a_month_a_quarter_or_a_year(tmp_path):
    """3/4 is 3 April; the last day of the month, quarter or year is the due date."""
    dues = [
        "03/04/2024",
        "Quý I/2024",
        "quý 4 năm 2023",
        "Tháng 2/2024",
        "02/2024",
        "Năm 2024",
        "2024",
        "Hằng tháng",
        "",
    ]
    rows = [f"Việc {at},Sở Y tế,01/12/2023,{due},,,"[:-1] for at, due in enumerate(dues)]
    sheet = load_tasks(written(tmp_path, *rows))
    assert [one.due and one.due.isoformat() for one in sheet.tasks] == [
        *("2024-04-03", "2024-03-31", "2023-12-31", "2024-02-29", "2024-02-29", "2024-12-31", "2024-12-31", None, None),
    ]
    assert [(one.rule, one.row) for one in sheet.faults] == [("RC519", 10)]  # "every month" has none on purpose
    assert last_day("Tháng 13/2024") is None
    assert last_day("trước Tết") is None


FAULTY = {
    "RC501": ",Sở Y tế,01/12/2023,30/12/2023,10,",
    "RC502": "Việc,Sở Y tế,01/12/2023,30/12/2023,,31/11/2023",
    "RC503": "Việc,Sở Y tế,01/12/2023,12/25/2023,10,",
    "RC504": "Việc,Sở Y tế,05/12/2023,30/12/2023,100,04/12/2023",
    "RC511": "Việc,Sở Y tế; Sở Tư pháp,01/12/2023,30/12/2023,10,",
    "RC512": "Việc,Trần Thị Ví Dụ,01/12/2023,30/12/2023,10,",
    "RC513": "Việc,Sở Y tế,01/12/2023,30/12/2023,100,",
    "RC514": "Việc,Sở Y tế,01/12/2023,30/12/2023,99,20/12/2023",
    "RC515": "Việc,Sở Y tế,20/12/2023,19/12/2023,10,",
    "RC517": "Việc,Sở Y tế,đầu tháng,30/12/2023,10,",
    "RC518": "Việc,Sở Y tế,01/12/2023,30/12/2023,gần xong,",
    "RC519": "Việc,Sở Y tế,01/12/2023,,10,",
    "RC520": "I. Nhiệm vụ trọng tâm,,,,,",
}
ERRORS = ("RC501", "RC502", "RC503", "RC504")


@pytest.mark.parametrize("rule", FAULTY)
def test_a_fault_is_found_in_its_row_and_nothing_else_is(rule, tmp_path):
    """An error takes the row out of the figures and turns the exit code red; a warning leaves it in."""
    path = written(tmp_path, "Tốt,Sở Y tế,01/12/2023,30/12/2023,10,", FAULTY[rule])
    assert found(path) == [(rule, 3)]
    rows = judged(path).rows
    assert rows.read == 2 == rows.counted + rows.out_of_scope + rows.superseded + rows.rejected
    assert (rows.rejected, rows.out_of_scope) == (int(rule in ERRORS), int(rule == "RC520"))
    assert main(["tasks", path, "-q", "--format", "json"]) == int(rule in ERRORS)
    assert main(["tasks", path, "-q", "--format", "json", "--fail-on", "never"]) == 0


def test_the_day_itself_is_no_contradiction(tmp_path):
    """Done on the day of its start, due on the day of its start."""
    assert found(written(tmp_path, "Việc,Sở Y tế,01/12/2023,01/12/2023,100,01/12/2023")) == []


def test_a_lone_far_day_is_told_where_the_moment_rests_on_it(tmp_path):
    """2032 for 2023: T would make everything overdue. With --to it does not matter."""
    path = written(tmp_path, "A,Sở Y tế,01/12/2023,30/12/2023,,", "B,Sở Y tế,01/12/2032,30/12/2032,,")
    assert found(path, to=None) == [("RC521", 3)]
    assert found(path) == []
    close = written(tmp_path, "A,Sở Y tế,01/06/2023,30/12/2023,,", "B,Sở Y tế,28/11/2023,30/12/2032,,", name="b.csv")
    assert found(close, to=None) == []  # 180 days


def test_accepted_findings_do_not_turn_the_exit_code_red(tmp_path):
    path = written(tmp_path, "Tốt,Sở Y tế,01/12/2023,30/12/2023,10,", FAULTY["RC504"])
    (tmp_path / "ok.csv").write_text("rule,file,sheet,row,column\nRC504,nv.csv,,3,done\n", encoding="utf-8")
    assert main(["tasks", path, "-q", "--accept", str(tmp_path / "ok.csv")]) == 0
    assert told(path, "--accept", tmp_path / "ok.csv")["found"][0]["accepted"] is True


# ------------------------------------------------------------------ agencies and persons
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sở Văn hóa, Thể thao và Du lịch", ("Sở Văn hóa, Thể thao và Du lịch",)),
        ("Sở Y tế, Sở Tư pháp", ("Sở Y tế", "Sở Tư pháp")),
        ("Sở Y tế và Sở Tư pháp", ("Sở Y tế", "Sở Tư pháp")),
        ("Sở Y tế Sở Tư pháp", ("Sở Y tế", "Sở Tư pháp")),
        ("Sở Y tế; sở  y tế", ("Sở Y tế",)),
        ("Văn phòng HĐND và UBND huyện Sông Mây", ("Văn phòng HĐND và UBND huyện Sông Mây",)),
        ("Văn phòng UBND tỉnh", ("Văn phòng UBND tỉnh",)),
        ("Thanh tra Sở Y tế", ("Thanh tra Sở Y tế",)),
        ("VNPT", ("VNPT",)),
        ("Sở Nội vụ - Nguyễn Văn Ví Dụ", ("Sở Nội vụ",)),
        ("Sở Nội vụ, bà Trần Thị Ví Dụ", ("Sở Nội vụ",)),
        ("Đ/c Nguyễn Văn Ví Dụ", ()),
        ("Ông Ví Dụ; Sở Y tế", ("Sở Y tế",)),
        ("", ()),
    ],
)
def test_a_cell_of_agencies_gives_each_of_them_and_no_person(text, names):
    assert agencies_in(text) == names


def test_many_agencies_in_a_word_are_several():
    assert is_several(("Các sở, ban, ngành",))
    assert is_several(("UBND các xã",))
    assert not is_several(("Sở Y tế",))


def test_a_person_in_charge_is_never_shown_but_an_agency_there_leads(tmp_path):
    """The column of persons is dropped, unless it names an agency and the lead is blank."""
    head = f"{HEAD},Cơ quan phối hợp,Người phụ trách"
    path = written(
        tmp_path,
        "A,Sở Nội vụ (ông Nguyễn Xoài Ví Dụ),01/12/2023,30/12/2023,,,Lê Choang Ví Dụ; Sở Y tế,Trần Nhoẻn Ví Dụ",
        "B,Bà Khuạng Ví Dụ,01/12/2023,30/12/2023,,,,Phan Nguếch Ví Dụ",
        "C,,01/12/2023,30/12/2023,,,,Sở Tư pháp",
        "D,Sở Y tế,Vi Quýnh Ví Dụ,30/12/2023,Đỗ Duềnh,,,",
        "E,Sở Y tế,,Hồ Toạng Ví Dụ,,,,",
        head=head,
    )
    outputs = [str(tmp_path / f"a.{form}") for form in ("json", "csv", "md", "html")]
    done = command("tasks", path, "--list", *(part for name in outputs for part in ("-o", name)))
    shown = done.stdout.decode() + done.stderr.decode() + "".join(Path(name).read_text("utf-8") for name in outputs)
    shown += command("tasks", path, "--list").stdout.decode()
    for secret in ("Xoài", "Choang", "Nhoẻn", "Khuạng", "Nguếch", "Quýnh", "Duềnh", "Toạng"):
        assert secret not in shown, secret
    leads = [one["leads"] for one in json.loads(Path(outputs[0]).read_text("utf-8"))["tasks"]]
    assert leads == [["Sở Nội vụ"], [], ["Sở Tư pháp"], ["Sở Y tế"]]


def test_an_agency_that_is_no_more_gives_way_to_its_successor(tmp_path):
    """Until its last day it answers itself; a code or another name finds it, too."""
    (tmp_path / "cq.csv").write_text(
        "agency,agency_id,aliases,to,successor\n"
        "Sở Kế hoạch và Đầu tư,H99.07,Sở KH&ĐT,2024-02-28,H99.08\nSở Tài chính,H99.08,,,\n",
        encoding="utf-8",
    )
    register = load_register(tmp_path / "cq.csv")
    rows = [task(at, leads=(name,)) for at, name in enumerate(("Sở KH&ĐT", "H99.07", "sở tài chính", "Sở Lạ"))]
    for day, name in ((date(2024, 2, 28), "Sở Kế hoạch và Đầu tư"), (date(2024, 2, 29), "Sở Tài chính")):
        tasks, faults = led(rows, register, day)
        assert [one.lead.name for one in tasks] == [name, name, "Sở Tài chính", "Sở Lạ"]
        assert [(one.rule, one.row) for one in faults] == [("RC208", 3)]


# ------------------------------------------------------------------ the command
def test_a_file_that_is_no_register_is_refused_with_its_missing_columns(tmp_path):
    path = written(tmp_path, "a,b", head="Nhiệm vụ,Thời hạn")
    with pytest.raises(InputError) as error:
        judged(path)
    assert (error.value.key, error.value.values["columns"]) == ("table_missing_column", "done, lead")
    done = command("tasks", path)
    assert (done.returncode, len(done.stderr.decode().splitlines()), done.stdout) == (3, 3, b"")
    assert command("tasks", tmp_path / "không có.csv").returncode == 2


def test_without_any_day_the_moment_must_be_given(tmp_path):
    path = written(tmp_path, "Việc,Sở Y tế,,30/12/2023,,")
    with pytest.raises(UsageError, match="tasks_no_moment"):
        judged(path, to=None)
    assert judged(path).total.states["in_progress"] == 1


def test_a_previous_register_that_is_later_is_refused():
    """The two files were exchanged; with --to the earlier moment is judged."""
    with pytest.raises(UsageError, match="tasks_previous_later"):
        judged(BEFORE, to=None, previous=REGISTER)
    with pytest.raises(UsageError, match="tasks_previous_later"):
        judged(REGISTER, previous=BEFORE, previous_period="2023-W52")
    assert judged(REGISTER, to="14/12/2023", previous=BEFORE).changes.moment == date(2023, 12, 14)
    assert judged(REGISTER, previous=BEFORE, previous_period="2023-W50").changes.moment == date(2023, 12, 17)


@pytest.mark.parametrize(
    "arguments",
    [("--previous", BEFORE, "--previous", REGISTER), ("--previous-period", "2023-W50"), ("--to", "32/12/2023")],
)
def test_options_that_cannot_be_meant_are_refused(arguments):
    assert command("tasks", REGISTER, *arguments).returncode == 2


def test_an_agency_alone_is_shown_with_totals_unchanged():
    result = told(REGISTER, "--agency", "so noi vu")
    assert [one["agency"] for one in result["agencies"]] == ["Sở Nội vụ"]
    assert {one["agency"] for one in result["tasks"]} == {"Sở Nội vụ"}
    assert (result["overdue"], result["total"]["tasks"]) == ([5], 24)
    said = [
        command("tasks", REGISTER, *more).stdout.decode().split("Nhiệm vụ theo")[0]
        for more in ([], ["--agency", "Sở Y tế"])
    ]
    assert said[0] == said[1]  # the sentences are about all tasks
    assert command("tasks", REGISTER, "--agency", "Sở Không Có").returncode == 2


def test_csv_holds_the_counts_and_with_list_the_tasks():
    counts = list(csv.DictReader(io.StringIO(command("tasks", REGISTER, "--format", "csv").stdout.decode())))
    assert [row["kind"] for row in counts] == ["total", *["agency"] * 9, *["group"] * 4, *["week"] * 7]
    assert (counts[0]["tasks"], counts[0]["done_late"], counts[0]["on_time"]) == ("24", "3", "28.57")
    listed = command("tasks", REGISTER, "--list", "--format", "csv").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert len(rows) == 24
    assert (rows[3]["lead"], rows[3]["due"], rows[3]["progress"], rows[3]["state"]) == (
        *("Sở Nội vụ", "2023-12-20", "80", "overdue"),
    )


def test_the_workbook_has_every_table_and_its_formulas_give_the_figures(tmp_path):
    """The values stored beside the formulas are those of the result."""
    assert main(["tasks", REGISTER, "--previous", BEFORE, "-q", "-o", str(tmp_path / "a.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)
    assert {"Nhiệm vụ", "Theo cơ quan", "Theo tuần", "Quá hạn", "Hạn tuần sau", "Thay đổi", "Phát hiện"} <= {
        *book.sheetnames
    }
    rows = [[cell for cell in row if cell is not None] for row in book["Theo cơ quan"].iter_rows(values_only=True)]
    total = next(row for row in rows if row and row[0] == "Toàn bộ")
    assert total == ["Toàn bộ", 24, 4, 3, 1, 1, 8, 5, 2, 8, 33.33, 14, 4, 28.57]
    formulas = openpyxl.load_workbook(tmp_path / "a.xlsx")["Theo cơ quan"]
    assert sum(str(cell.value).startswith("=SUM(") for row in formulas.iter_rows() for cell in row) == 11


def test_an_office_program_calculates_the_same_figures(tmp_path):
    """Whatever was stored: the formulas alone give every number of every sheet."""
    path = tmp_path / "a.xlsx"
    assert main(["tasks", REGISTER, "--previous", BEFORE, "-q", "-o", str(path)]) == 0
    stored, calculated = openpyxl.load_workbook(path, data_only=True), recalculated(path, tmp_path)
    for sheet in stored.worksheets[:-1]:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)):
                    assert calculated[sheet.title][cell.coordinate].value == cell.value, (sheet.title, cell.coordinate)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_format_is_written_and_is_the_same_twice(language, tmp_path):
    outputs = [f"{language}.{form}" for form in ("xlsx", "html", "docx", "json", "csv", "md")]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        flags = [part for name in outputs for part in ("-o", str(tmp_path / folder / name))]
        assert main(["tasks", REGISTER, "--previous", BEFORE, "--lang", language, "-q", *flags]) == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted([*outputs, f"{language}.csv.manifest.json"])
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


def test_the_identity_is_that_of_the_figures_in_either_language():
    """Messages are in a language; figures are not."""
    one, other = (told(REGISTER, "--lang", language)["manifest"]["identity"] for language in ("vi", "en"))
    assert one == other != told(REGISTER, "--to", "21/12/2023")["manifest"]["identity"]


def test_an_empty_register_has_no_shares(tmp_path):
    result = told(written(tmp_path), "--to", "22/12/2023")
    assert (result["total"]["tasks"], result["total"]["completion"], result["total"]["on_time"]) == (0, None, None)
    assert "–" in command("tasks", written(tmp_path), "--to", "22/12/2023").stdout.decode()
    assert main(["tasks", written(tmp_path), "--to", "22/12/2023", "-q", "-o", str(tmp_path / "a.xlsx")]) == 0


# ------------------------------------------------------------------ where tasks stand, and verify
NOW = (
    "A,Sở A,01/12/2023,15/12/2023,100,14/12/2023",
    "B,Sở A,01/12/2023,15/12/2023,100,18/12/2023",
    "C,Sở B,01/12/2023,20/12/2023,50,",
    "D,Sở B,01/12/2023,27/12/2023,10,",
    "E,Sở B,25/12/2023,24/12/2023,0,",
    "G,Sở C,01/12/2023,,100,",
)
THEN = ("A,Sở A,01/12/2023,15/12/2023,100,14/12/2023", "C,Sở B,01/12/2023,20/12/2023,40,", "F,Sở A,,16/12/2023,,")


def verified(capsys, target: object, *files: object) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["verify", str(target), *map(str, files), "--format", "json", "-q"])
    return code, json.loads(capsys.readouterr().out, parse_float=Decimal)


def asked(folder: Path, *more: str) -> tuple[str, ...]:
    now, then = written(folder, *NOW), written(folder, *THEN, name="truoc.csv")
    return ("tasks", now, "--previous", then, "--to", "22/12/2023", "--fail-on", "never", "-q", *more)


def test_every_task_leads_to_its_file_and_row(tmp_path):
    assert main([*asked(tmp_path), "-o", "a.json", "-o", "a.xlsx"]) == 0

    document = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert [(one["task"], one["file"], one["row"]) for one in document["tasks"]] == [
        (name, "nv.csv", at) for at, name in enumerate("ABCDEG", 2)
    ]
    newly = next(one for one in document["comparison"]["changes"] if one["event"] == "newly_overdue")
    assert {side: (newly[side]["file"], newly[side]["row"]) for side in ("before", "now")} == {
        "before": ("truoc.csv", 3),
        "now": ("nv.csv", 4),
    }
    names = ("kind", "name", "rows", "counted", "out_of_scope", "superseded", "rejected")
    assert [tuple(one[name] for name in names) for one in document["manifest"]["inputs"]] == [
        ("tasks", "nv.csv", 6, 6, 0, 0, 0),
        ("previous_tasks", "truoc.csv", 3, 3, 0, 0, 0),
    ]
    book = openpyxl.load_workbook("a.xlsx", data_only=True)
    (listed,) = [[*sheet.values] for sheet in book if sheet["A1"].value == "Danh sách nhiệm vụ"]
    head = next(row for row in listed if "Nhiệm vụ" in row)
    rows = [dict(zip(head, row, strict=True)) for row in listed[listed.index(head) + 1 :]]
    assert [(row["Nhiệm vụ"], row["Tệp"], row["Dòng"]) for row in rows if row["Tệp"]] == [
        (name, "nv.csv", at) for at, name in enumerate("ABCDEG", 2)
    ]
    assert ("Mới quá hạn", 3, 4) in {(row[0], row[-2], row[-1]) for row in book["Thay đổi"].values}


@pytest.mark.parametrize("form", ["xlsx", "html", "json", "csv"])
@pytest.mark.parametrize(
    "more",
    [
        ("--lang", "en", "--list"),
        ("--agency", "Sở B"),
        ("--agencies", AGENCIES),
        ("--previous-period", "2023-W50"),
    ],
)
def test_tasks_are_judged_again_from_their_registers(form, more, tmp_path, capsys):
    assert main([*asked(tmp_path, *more), "-o", f"a.{form}"]) == 0
    files = [tmp_path / "nv.csv", tmp_path / "truoc.csv", *([AGENCIES] if "--agencies" in more else [])]

    code, found = verified(capsys, f"a.{form}", *files)

    assert (code, found["proved"], found["differences"]) == (0, True, [])
    assert found["figures"] == found["reproduced"] > 0
    assert {one["status"] for one in found["inputs"]} == {"same"}
    code, alone = verified(capsys, f"a.{form}")
    assert (code, [one["check"] for one in alone["checks"] if one["failures"]]) == (0, [])
    assert ("tasks" in {one["check"] for one in alone["checks"]}) == (form != "csv")


def test_a_moment_that_was_found_a_calendar_and_accepted_findings_are_made_again(tmp_path, capsys):
    calendar, accept = tmp_path / "lich.csv", tmp_path / "nhan.csv"
    assert main(["calendar", "2023", "-o", str(calendar), "-q"]) == 0
    accept.write_text("rule,file,sheet,row,column\nRC513,nv.csv,,7,done\n", encoding="utf-8")
    now = written(tmp_path, *NOW)
    more = ("--accept", str(accept), "--calendar", str(calendar))
    assert main(["tasks", now, *more, "-q", "--fail-on", "never", "-o", "a.xlsx"]) == 0

    assert verified(capsys, "a.xlsx", now, accept, calendar)[0] == 0
    assert main(["verify", "a.xlsx", now, str(accept), "-q"]) == 2  # the calendar is missing


def test_a_register_that_was_changed_since_is_the_cause(tmp_path, capsys):
    assert main([*asked(tmp_path), "-o", "a.json"]) == 0
    written(tmp_path, *(row.replace("18/12/2023", "15/12/2023") for row in NOW))

    code, found = verified(capsys, "a.json", tmp_path / "nv.csv", tmp_path / "truoc.csv")

    assert (code, found["cause"]) == (1, "inputs")
    assert "total.states.done_late" in {one["place"] for one in found["differences"]}


def test_a_cell_that_was_typed_over_is_found_with_and_without_the_registers(tmp_path, capsys):
    assert main([*asked(tmp_path), "-o", "a.html"]) == 0
    page = Path("a.html").read_text(encoding="utf-8")
    assert page.count(">27/12/2023<") == 3  # due next week, new since, and in the list of all
    Path("a.html").write_text(page.replace(">27/12/2023<", ">29/12/2023<"), encoding="utf-8")

    code, alone = verified(capsys, "a.html")
    assert code == 1
    assert [(one["check"], len(one["failures"])) for one in alone["checks"] if one["failures"]] == [("cells", 3)]

    code, found = verified(capsys, "a.html", tmp_path / "nv.csv", tmp_path / "truoc.csv")
    assert (code, found["cause"]) == (1, "edited")
    assert [(one["reported"], one["recomputed"]) for one in found["differences"]] == [("29/12/2023", "27/12/2023")] * 3


def _one(document: dict, name: str) -> dict:
    return next(one for one in document["tasks"] if one["task"] == name)


FORGED = {
    "state": lambda d: _one(d, "C").update(state="in_progress"),
    "due": lambda d: _one(d, "B").update(due="2023-12-18"),
    "days": lambda d: _one(d, "C").update(days=3),
    "list": lambda d: d["tasks"].pop(3),
    "sum of states": lambda d: d["total"]["states"].update(overdue=0),
    "total": lambda d: d["total"].update(tasks=7),
    "done": lambda d: d["agencies"][0].update(done=1 + d["agencies"][0]["done"]),
    "completion": lambda d: d["total"].update(completion=Decimal(50)),
    "on time": lambda d: d["groups"][0].update(on_time=Decimal(100)),
    "due by": lambda d: d["total"].update(due=4),
    "agency": lambda d: d["agencies"].pop(),
    "another lead": lambda d: _one(d, "D").update(agency="Sở A"),
    "week": lambda d: d["weeks"][0].update(week="2023-W49"),
    "overdue": lambda d: d["overdue"].append(5),
    "next week": lambda d: d["due_next_week"]["tasks"].clear(),
    "this week": lambda d: d["due_this_week"].update(to="2023-12-23"),
    "events": lambda d: d["comparison"]["events"].update(newly_done=9),
    "change": lambda d: next(o for o in d["comparison"]["changes"] if o["now"])["now"].update(state="undated"),
    "before": lambda d: d["comparison"]["before"].update(done=2),
    "rows": lambda d: d["rows"].update(read=7, counted=7),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_does_not_follow_from_the_list_of_tasks_is_found_in_a_report_alone(name, tmp_path):
    assert main([*asked(tmp_path), "-o", "a.json"]) == 0
    document = json.loads(Path("a.json").read_text(encoding="utf-8"), parse_float=Decimal)
    assert [one.id for one in consistency.checks(document) if one.failures] == []

    FORGED[name](document)

    assert "tasks" in [one.id for one in consistency.checks(document) if one.failures]


@pytest.mark.parametrize("more", [(), ("--agencies", AGENCIES), ("--agency", "Sở Nội vụ"), ("--to", "01/12/2023")])
def test_the_register_counted_by_hand_agrees_with_itself(more):
    """Repeated rows, several leads, nobody's tasks, no due dates, an agency alone, another moment: no false alarm."""
    document = json.loads(
        command("tasks", REGISTER, *more, "--format", "json", "-q").stdout, parse_float=Decimal, parse_int=int
    )

    assert [(one.id, one.failures) for one in consistency.checks(document) if one.failures] == []


def test_a_task_done_before_its_day_has_come_is_not_among_those_due(tmp_path):
    document = told(written(tmp_path, "A,Sở A,,29/12/2023,,20/12/2023"), "--to", "22/12/2023")

    total = document["total"]
    assert (total["states"]["done_on_time"], total["due"], total["on_time_of_due"]) == (1, 0, 0)
    assert [one.failures for one in consistency.checks(document) if one.failures] == []
