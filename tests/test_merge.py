"""Overlapping exports: a dossier that moved on is no finding, one that contradicts itself is, and says where."""

from __future__ import annotations

from itertools import permutations

import pytest

from reformcli import judging, pipeline
from reformcli.late.backlog import Asked, run_late
from support import score, write_csv
from test_findings import GOOD, LETTER, OPEN, export

ENDED = {"Ngày kết thúc xử lý": "20/12/2023 10:00:00", "Ngày trả thực tế": ""}
LATER = {"Số hồ sơ": "H99.01-231218-0090", "Ngày kết thúc xử lý": "29/12/2023 10:00:00", "Ngày trả thực tế": ""}


def found(*paths) -> list[list[str]]:
    """What RC201 and RC202 say of some exports: rule, file, row, column, text; the same in any order of the files."""
    runs = []
    for order in permutations(paths):
        run = pipeline.run_validate(judging.Options(exports=[str(path) for path in order]))
        told = run.findings[run.findings["rule"].isin(["RC201", "RC202"])]
        runs.append(told[["rule", "file", "row", "column", "text"]].values.tolist())
    assert all(one == runs[0] for one in runs)
    return runs[0]


def two_weeks(folder, old: dict[str, str], new: dict[str, str]) -> list[list[str]]:
    """The findings of one dossier (row 5) that two files tell differently; the second has the later event."""
    return found(export(folder, old, name="z-old.csv"), export(folder, new, LATER, name="a-new.csv"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OPEN, {}),  # pending, then resolved
        (OPEN, OPEN | {"Trạng thái hồ sơ": "Yêu cầu bổ sung", "Ngày yêu cầu bổ sung": "19/12/2023"}),
        (OPEN | {"Ngày yêu cầu bổ sung": "19/12/2023"}, OPEN | {"Ngày yêu cầu bổ sung": "19/12/2023", "Ngày hoàn thành bổ sung": "21/12/2023"}),
        (ENDED, {}),  # finished, then returned as well
        ({"Kết quả điện tử": "0"}, {"Kết quả điện tử": "1"}),
        ({"Hình thức nộp": ""}, {"Hình thức nộp": "Trực tiếp"}),  # filled in
        ({"Cơ quan/đơn vị": "SỞ TƯ  PHÁP"}, {}),  # the same name
        ({"Ngày hẹn trả": "22/12/2023"}, {}),  # the same day, its time left out
        ({}, {}),
    ],
)  # fmt: skip
def test_a_dossier_that_moved_on_between_two_exports_is_no_finding(old, new, tmp_path):
    """Half of last week's rows are in this week's export again; none of them needs anybody."""
    assert two_weeks(tmp_path, old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "column", "text"),
    [
        ({}, {"Ngày hẹn trả": "27/12/2023 16:30"}, "Ngày hẹn trả", "due_at: 22/12/2023 17:00 → 27/12/2023 16:30"),
        ({}, {"Ngày tiếp nhận": "18/12/2023 08:00:01"}, "Ngày tiếp nhận", "received_at: 18/12/2023 08:00:00 → 18/12/2023 08:00:01"),
        ({}, {"Ngày kết thúc xử lý": "20/12/2023 09:00:00"}, "Ngày kết thúc xử lý", "finished_at: 20/12/2023 10:00 → 20/12/2023 09:00"),
        ({}, {"Ngày trả thực tế": ""}, "Ngày trả thực tế", "returned_at: 20/12/2023 10:30 → –"),
        ({}, {"Cơ quan/đơn vị": "Sở Y tế"}, "Cơ quan/đơn vị", "agency: Sở Tư pháp → Sở Y tế"),
        ({}, {"Cấp thực hiện": "Huyện"}, "Cấp thực hiện", "level: province → district"),
        ({}, {"Hình thức nộp": "Trực tiếp"}, "Hình thức nộp", "channel: online → direct"),
        ({}, {"Mức độ": "Một phần"}, "Mức độ", "service_level: full → partial"),
        ({}, OPEN, "Trạng thái hồ sơ", "status: returned → pending; finished_at: 20/12/2023 10:00 → –; returned_at: 20/12/2023 10:30 → –"),
        ({}, {"Ngày hẹn trả": "27/12/2023 16:30", "Hình thức nộp": "Trực tiếp"}, "Hình thức nộp", "channel: online → direct; due_at: 22/12/2023 17:00 → 27/12/2023 16:30"),
    ],
)  # fmt: skip
def test_what_progress_cannot_change_is_a_contradiction(old, new, column, text, tmp_path):
    """The older row is named, with its first contradicting column and all of them in words, older → counted."""
    assert two_weeks(tmp_path, old, new) == [["RC202", "z-old.csv", 5, column, text]]


def test_a_file_without_a_column_contradicts_nothing_in_it(tmp_path):
    """This week's layout has no date of return: it cannot have lost one."""
    old = export(tmp_path, {}, name="old.csv")
    rows = [GOOD, GOOD | LATER]
    new = write_csv(tmp_path / "new.csv", rows, [name for name in GOOD if name != "Ngày trả thực tế"])
    assert found(old, new) == []


def test_a_procedure_that_differs_is_named_without_its_text(tmp_path):
    """Only dates, agencies and codes are shown: whatever else may hold a person."""
    old = write_csv(tmp_path / "old.csv", [GOOD | {"Tên thủ tục": "Cấp phép"}])
    new = write_csv(tmp_path / "new.csv", [GOOD | {"Tên thủ tục": "Gia hạn"}, GOOD | LATER | {"Tên thủ tục": "x"}])
    assert found(old, new) == [["RC202", "old.csv", 2, "Tên thủ tục", "procedure"]]


def test_within_one_file_the_same_row_again_is_rc201_and_any_difference_rc202(tmp_path):
    """A file should have each dossier once; here even a flag that differs is a contradiction."""
    same, flag = {"Số hồ sơ": "x-1"}, {"Số hồ sơ": "x-2"}
    path = export(tmp_path, same, same, flag, flag | {"Kết quả điện tử": "0"})
    told = found(path)
    assert told[0][:3] == ["RC201", "export.csv", 5]  # of two that are the same the last counts
    assert [told[1][0], *told[1][3:]] == ["RC202", "Kết quả điện tử", "electronic_result"]
    assert len(told) == 2


def test_a_repetition_in_last_weeks_file_is_still_found_when_another_file_counts(tmp_path):
    """Rows 5 and 6 of the old file are the same; the new file's row counts and moves on."""
    told = found(export(tmp_path, OPEN, OPEN, name="old.csv"), export(tmp_path, {}, LATER, name="new.csv"))
    assert [one[:2] for one in told] == [["RC201", "old.csv"]]


def test_three_exports_are_each_compared_with_the_row_that_counts(tmp_path):
    """Two older files contradict the newest, each on its own row."""
    due = [{"Ngày hẹn trả": f"{day}/12/2023 17:00:00"} for day in (21, 22, 23)]
    files = [export(tmp_path, change, *([LATER] if n == 2 else []), name=f"{n}.csv") for n, change in enumerate(due)]
    assert [[one[1], one[4]] for one in found(*files)] == [
        ["0.csv", "due_at: 21/12/2023 17:00 → 23/12/2023 17:00"],
        ["1.csv", "due_at: 22/12/2023 17:00 → 23/12/2023 17:00"],
    ]


def test_a_file_under_two_names_is_told_once_and_its_rows_count_once(tmp_path):
    """The same bytes as a.csv and b.csv: one finding of files, none of rows."""
    paths = [export(tmp_path, {}, {}, name=name) for name in ("b.csv", "a.csv")]
    for order in permutations(paths):
        run = score(list(order))
        assert run.findings[["rule", "file", "text"]].values.tolist()[0] == ["RC310", "a.csv", "a.csv = b.csv"]
        assert (run.findings["rule"] == "RC201").sum() == 1  # row 6 repeats row 5 in the file itself
        assert (run.rows.read, run.rows.counted, run.rows.superseded) == (10, 4, 6)


# ------------------------------------------------------------------ one dossier written differently
@pytest.mark.parametrize(
    "other",
    ["h99.01-231218-0001", "000.00.01.H99-231218-0001", "H99.01–231218–0001", "H99.01 - 231218 - 0001", "'H99.01-231218-0001"],
)  # fmt: skip
def test_a_full_code_is_one_dossier_however_it_is_written(other, tmp_path):
    """Rows 5 and 6 are the same dossier, in one file or in two: of 5 or 8 rows, 4 dossiers count."""
    one = export(tmp_path, {}, {"Số hồ sơ": other})
    assert [told[:3] for told in found(one)] == [["RC201", "export.csv", 5]]
    assert score([one]).rows.counted == 4
    two = [export(tmp_path, {}, name="a.csv"), export(tmp_path, {"Số hồ sơ": other}, name="b.csv")]
    run = score(two)
    assert (run.rows.counted, run.rows.superseded, len(run.findings)) == (4, 4, 0)


def test_local_ids_that_differ_in_case_or_zeros_stay_two_dossiers(tmp_path):
    """An office may number "a1" and "A1"; rows 5 to 8 are four dossiers."""
    path = export(tmp_path, *({"Số hồ sơ": text} for text in ("a-1", "A-1", "01", "1")))
    assert score([path]).rows.counted == 7


# ------------------------------------------------------------------ ties, and what the row that counts has lost
def test_whatever_differs_is_told_where_nobody_knows_which_row_is_the_newer(tmp_path):
    """Two files whose last events are the same, one dossier of the same own event: only the hash decided."""
    old, new = OPEN, OPEN | {"Trạng thái hồ sơ": "Yêu cầu bổ sung"}
    told = found(export(tmp_path, old, name="a.csv"), export(tmp_path, new, name="b.csv"))
    assert [one[0] for one in told] == ["RC202"]
    assert told[0][4] in ("status: pending → supplement", "status: supplement → pending")
    flag = found(export(tmp_path, {}, name="a.csv"), export(tmp_path, {"Kết quả điện tử": "0"}, name="b.csv"))
    assert [one[4] for one in flag] == ["electronic_result"]


def test_a_tie_of_rows_that_mean_the_same_is_no_finding(tmp_path):
    """The same name in other letters, the same day without its time."""
    same = {"Cơ quan/đơn vị": "SỞ TƯ PHÁP", "Ngày hẹn trả": "22/12/2023"}
    assert found(export(tmp_path, {}, name="a.csv"), export(tmp_path, same, name="b.csv")) == []


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Hình thức nộp", "channel: online → –"),
        ("Cơ quan/đơn vị", "agency: Sở Tư pháp → –"),
        ("Cấp thực hiện", "level: province → –"),
        ("Mức độ", "service_level: full → –"),
    ],
)
def test_a_fact_that_the_row_which_counts_lacks_is_lost_and_told(heading, text, tmp_path):
    """Whether the newer file leaves the cell blank or lacks the column; four dossiers are in both files."""
    assert [one[4] for one in two_weeks(tmp_path, {}, {heading: ""})] == [text]
    old = export(tmp_path, name="old.csv")
    rows = [GOOD | {"Số hồ sơ": "H99.01-231218-0002"}, GOOD | LATER]
    new = write_csv(tmp_path / "new.csv", rows, [name for name in GOOD if name != heading])
    assert [one[1:2] + one[4:] for one in found(old, new)] == [["old.csv", text]]


def test_a_procedure_that_is_lost_is_told_without_its_text(tmp_path):
    old = write_csv(tmp_path / "old.csv", [GOOD | {"Tên thủ tục": "Cấp phép"}])
    new = write_csv(tmp_path / "new.csv", [GOOD, GOOD | LATER])
    assert found(old, new) == [["RC202", "old.csv", 2, "Tên thủ tục", "procedure: → –"]]


# ---------------------------------------------------------------------------------------------------- moved due dates
HEADINGS = "Tên thủ tục,Thời hạn giải quyết\nThủ tục khác,5\n"
MOVED = "Ngày hẹn trả"


def moved(*paths) -> list[list[str]]:
    """What `late --check-due` says of moved due dates; the same in any order of the files."""
    catalogue = paths[0].parent / "danh-muc.csv"
    catalogue.write_text(HEADINGS, encoding="utf-8")
    runs = []
    for order in permutations(paths):
        options = judging.Options(exports=[str(path) for path in order])
        findings = run_late(options, Asked(check_due=str(catalogue))).run.findings
        told = findings[findings["rule"].isin(["RC225", "RC226"])]
        runs.append(told[["rule", "file", "row", "cell", "text"]].values.tolist())
    assert all(one == runs[0] for one in runs)
    return runs[0]


def until(moment: str) -> dict[str, str]:
    """Another dossier, ended at this moment: the last event of its file."""
    return {"Số hồ sơ": "H99.01-231218-0090", "Ngày kết thúc xử lý": moment, "Ngày trả thực tế": ""}


@pytest.mark.parametrize(
    ("old", "old_last", "new", "expected"),
    [
        # 22 December 17:00 still stands on 22 December 17:00:00, and a second later it has passed
        ({}, "22/12/2023 17:00:00", "27/12/2023 16:30", ("RC225", "22/12/2023 17:00 → 27/12/2023 16:30 (22/12/2023 17:00 – 29/12/2023 10:00)")),
        ({}, "22/12/2023 17:00:01", "27/12/2023 16:30", ("RC226", "22/12/2023 17:00 → 27/12/2023 16:30 (22/12/2023 17:00:01 – 29/12/2023 10:00)")),
        # a due date without a time lasts to the end of its day
        ({MOVED: "22/12/2023"}, "22/12/2023 23:59:59", "27/12/2023", ("RC225", "22/12/2023 → 27/12/2023 (22/12/2023 23:59:59 – 29/12/2023 10:00)")),
        ({MOVED: "22/12/2023"}, "23/12/2023 08:00:00", "27/12/2023", ("RC226", "22/12/2023 → 27/12/2023 (23/12/2023 08:00 – 29/12/2023 10:00)")),
        # brought forward: that hides nothing
        ({}, "28/12/2023 08:00:00", "21/12/2023 16:30", ("RC225", "22/12/2023 17:00 → 21/12/2023 16:30 (28/12/2023 08:00 – 29/12/2023 10:00)")),
        # taken away: a dossier without a due date is never late
        ({}, "21/12/2023 08:00:00", "", ("RC225", "22/12/2023 17:00 → – (21/12/2023 08:00 – 29/12/2023 10:00)")),
        ({}, "28/12/2023 08:00:00", "", ("RC226", "22/12/2023 17:00 → – (28/12/2023 08:00 – 29/12/2023 10:00)")),
    ],
)  # fmt: skip
def test_a_due_date_that_moved_is_found_where_it_stands_now(old, old_last, new, expected, tmp_path):
    """Old → new, and between which last events; RC226 only where the old date surely had passed."""
    z_old = export(tmp_path, OPEN | old, until(old_last), name="z-old.csv")
    a_new = export(tmp_path, OPEN | {MOVED: new}, LATER, name="a-new.csv")

    rule, text = expected
    assert moved(z_old, a_new) == [[rule, "a-new.csv", 5, f"{LETTER[MOVED]}5", text]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        (OPEN, {}),  # ended since
        ({MOVED: "22/12/2023"}, {}),  # the same day, its time filled in
        ({MOVED: ""}, {}),  # filled in
        ({}, {"Cơ quan/đơn vị": "Sở Y tế"}),  # a contradiction, but not of this kind
    ],
)
def test_a_due_date_that_stands_is_no_finding(old, new, tmp_path):
    """Nor is one that was not known before."""
    assert moved(export(tmp_path, old, name="z-old.csv"), export(tmp_path, new, LATER, name="a-new.csv")) == []


def test_every_move_of_a_due_date_is_a_finding_of_its_own(tmp_path):
    """Moved in the second file after it had passed, and moved back in the third: the last date alone tells nothing."""
    ends = ("26/12/2023 08:00", "29/12/2023 08:00", "05/01/2024 08:00")
    dues = ("22/12/2023 17:00", "31/12/2023 17:00", "22/12/2023 17:00")
    files = [
        export(tmp_path, OPEN | {MOVED: due}, until(end), name=name)
        for name, end, due in zip(("m.csv", "z.csv", "a.csv"), ends, dues, strict=True)
    ]

    assert moved(*files) == [
        ["RC225", "a.csv", 5, "H5", "31/12/2023 17:00 → 22/12/2023 17:00 (29/12/2023 08:00 – 05/01/2024 08:00)"],
        ["RC226", "z.csv", 5, "H5", "22/12/2023 17:00 → 31/12/2023 17:00 (26/12/2023 08:00 – 29/12/2023 08:00)"],
    ]


@pytest.mark.parametrize("dues", [("02/12/2023 17:00", "01/12/2024 17:00"), ("02/12/2023 17:00", "")])
@pytest.mark.parametrize("is_turned", [False, True])
def test_where_no_file_is_the_newer_nobody_knows_which_way_a_due_date_moved(dues, is_turned, tmp_path):
    """Both files end with the same event, after either date: the two dates are told, the earlier first."""
    one, other = (
        export(tmp_path, OPEN | {MOVED: due}, LATER, name=name)
        for name, due in zip(("one.csv", "other.csv"), dues[::-1] if is_turned else dues, strict=True)
    )

    (found,) = moved(one, other)

    assert found[0] == "RC225"
    assert found[2:] == [5, "H5", f"02/12/2023 17:00 ≠ {dues[1] or '–'}"]


def test_rows_of_one_file_are_no_two_versions(tmp_path):
    """They contradict each other (RC202); of a file the row that counts is compared with the other file."""
    old = export(tmp_path, OPEN, name="z-old.csv")
    again = [OPEN | {MOVED: "27/12/2023 16:30"}, {MOVED: "28/12/2023 16:30"}]
    new = export(tmp_path, *again, LATER, name="a-new.csv")

    assert [found[:3] for found in moved(old, new)] == [["RC225", "a-new.csv", 6]]
    assert moved(new) == []


def test_a_rejected_row_moves_no_due_date(tmp_path):
    """Nobody can trust its dates."""
    old = export(tmp_path, {"Ngày kết thúc xử lý": "hôm qua", "Ngày trả thực tế": ""}, name="z-old.csv")
    new = export(tmp_path, {MOVED: "27/12/2023 16:30"}, LATER, name="a-new.csv")

    assert moved(old, new) == []


def test_moved_due_dates_are_told_only_where_asked_for(tmp_path):
    """RC202 tells that the rows differ, with or without --check-due."""
    paths = [
        export(tmp_path, OPEN, name="z-old.csv"),
        export(tmp_path, OPEN | {MOVED: "27/12/2023"}, LATER, name="a.csv"),
    ]
    options = judging.Options(exports=[str(path) for path in paths])

    rules = run_late(options, Asked()).run.findings["rule"].tolist()

    assert "RC202" in rules
    assert not {"RC225", "RC226"} & set(rules)
    assert [found[0] for found in moved(*paths)] == ["RC225"]
