"""Each rule by one small export: which row breaks it, in which cell, and whether the row still counts."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from reformcli import judging, pipeline
from reformcli.findings import RULES, mask, mask_codes, shown_id
from reformcli.rules.codes import load_codes
from support import SAMPLES, metrics, score, write_csv

GOOD = {
    "Số hồ sơ": "H99.01-231218-0001",
    "Cơ quan/đơn vị": "Sở Tư pháp",
    "Cấp thực hiện": "Tỉnh",
    "Hình thức nộp": "Trực tuyến",
    "Mức độ": "Toàn trình",
    "Trạng thái hồ sơ": "Đã trả kết quả",
    "Ngày tiếp nhận": "18/12/2023 08:00:00",
    "Ngày hẹn trả": "22/12/2023 17:00:00",
    "Ngày kết thúc xử lý": "20/12/2023 10:00:00",
    "Ngày trả thực tế": "20/12/2023 10:30:00",
    "Ngày yêu cầu bổ sung": "",
    "Ngày hoàn thành bổ sung": "",
    "Kết quả điện tử": "1",
}
OPEN = {"Trạng thái hồ sơ": "Đang xử lý", "Ngày kết thúc xử lý": "", "Ngày trả thực tế": ""}
LETTER = {name: "ABCDEFGHIJKLM"[place] for place, name in enumerate(GOOD)}

# rule → what differs from a good row, and the heading of the cell that the finding names
CASES = {
    "RC101": ({"Số hồ sơ": ""}, "Số hồ sơ"),
    "RC102": ({"Ngày tiếp nhận": ""}, "Ngày tiếp nhận"),
    "RC103": ({"Ngày tiếp nhận": "31/11/2023"}, "Ngày tiếp nhận"),
    "RC104": ({"Ngày kết thúc xử lý": "", "Ngày trả thực tế": ""}, "Ngày kết thúc xử lý"),
    "RC105": ({"Ngày kết thúc xử lý": "hôm qua"}, "Ngày kết thúc xử lý"),
    "RC106": ({"Ngày kết thúc xử lý": "18/12/2023 07:59:59"}, "Ngày kết thúc xử lý"),
    "RC107": (OPEN | {"Trạng thái hồ sơ": "Đang bay"}, "Trạng thái hồ sơ"),
    "RC108": ({"Ngày trả thực tế": "20/12/2032 10:00:00"}, "Ngày trả thực tế"),
    "RC203": ({"Trạng thái hồ sơ": "Đang bay"}, "Trạng thái hồ sơ"),
    "RC204": ({"Ngày hẹn trả": ""}, "Ngày hẹn trả"),
    "RC205": ({"Ngày hẹn trả": "12/25/2023"}, "Ngày hẹn trả"),
    "RC206": ({"Ngày hẹn trả": "17/12/2023 17:00:00"}, "Ngày hẹn trả"),
    "RC207": ({"Số hồ sơ": "H99.01-230601-0001"}, "Số hồ sơ"),
    "RC209": ({"Trạng thái hồ sơ": "Đang xử lý"}, "Trạng thái hồ sơ"),
    "RC210": (OPEN | {"Trạng thái hồ sơ": "Đã rút hồ sơ"}, "Ngày kết thúc xử lý"),
    "RC211": ({"Mức độ": "Cung cấp thông tin"}, "Hình thức nộp"),
    "RC212": ({"Hình thức nộp": "Chim bồ câu"}, "Hình thức nộp"),
    "RC213": ({"Kết quả điện tử": "có lẽ"}, "Kết quả điện tử"),
    "RC214": ({"Mức độ": "rất cao"}, "Mức độ"),
    "RC215": ({"Ngày trả thực tế": "sau Tết"}, "Ngày trả thực tế"),
    "RC216": (
        {"Ngày yêu cầu bổ sung": "20/12/2023", "Ngày hoàn thành bổ sung": "19/12/2023"},
        "Ngày hoàn thành bổ sung",
    ),
    "RC217": ({"Ngày trả thực tế": "19/12/2023 08:00:00"}, "Ngày trả thực tế"),
    "RC219": ({"Cơ quan/đơn vị": "Đội cơ động", "Cấp thực hiện": ""}, "Cơ quan/đơn vị"),
    "RC220": ({"Cơ quan/đơn vị": ""}, "Cơ quan/đơn vị"),
    "RC223": ({"Số hồ sơ": "H99.01-231218-0001; H99.01-231218-0009"}, "Số hồ sơ"),
}
LISTED = {"RC107", "RC203", "RC212", "RC213", "RC214"}  # unknown texts: RC309 lists those of a file besides


def export(folder: Path, *changes: dict[str, str], name: str = "export.csv") -> Path:
    """Three good dossiers, then one for each set of changes (row 5 on)."""
    good = [GOOD | {"Số hồ sơ": f"H99.01-231218-000{n}"} for n in (2, 3, 4)]
    return write_csv(folder / name, [*good, *(GOOD | change for change in changes)])


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_its_row_and_cell_and_nothing_else(rule, tmp_path):
    """The row number is that of the file; an error takes the row out of the figures, a warning leaves it in."""
    changes, heading = CASES[rule]
    run = pipeline.run_validate(judging.Options(exports=[str(export(tmp_path, changes))]))
    of_file = run.findings["row"].isna()
    found = run.findings.loc[~of_file, ["rule", "row", "column", "cell"]].values.tolist()

    assert run.findings.loc[of_file, "rule"].tolist() == (["RC309"] if rule in LISTED else [])
    assert found == [[rule, 5, heading, f"{LETTER[heading]}5"]]
    is_error = RULES[rule].severity == "error"
    assert (run.rows.read, run.rows.counted, run.rows.rejected) == (4, 3 if is_error else 4, int(is_error))
    assert run.rejected["row"].tolist() == ([5] if is_error else [])


def test_every_rule_of_rows_has_a_case():
    """A new rule without a case would be a rule nobody saw fail (the others need files of their own)."""
    elsewhere = {"RC201", "RC202", "RC208", "RC218", "RC221", "RC301", "RC302", "RC303", "RC304", "RC305"}
    elsewhere |= {
        "RC222",
        "RC224",
        "RC225",
        "RC226",
        "RC306",
        "RC307",
        "RC308",
        "RC309",
        "RC310",
        "RC311",
        "RC312",
        "RC313",
    }
    elsewhere |= {f"RC32{number}" for number in range(1, 7)}  # of catalogues of procedures: test_services.py
    elsewhere |= {rule for rule in RULES if rule.startswith("RC5")}  # of task registers: test_tasks.py
    assert set(RULES) == set(CASES) | elsewhere


def test_the_quarantine_holds_what_was_written(tmp_path):
    """The offending text itself, so that the office can mend it; but no column of persons unless asked for."""
    row = {"Ngày tiếp nhận": "31/11/2023", "Chủ hồ sơ": "Nguyễn Văn Ví Dụ"}
    path = write_csv(tmp_path / "e.csv", [GOOD | {"Chủ hồ sơ": "Trần Thị Mẫu"}, GOOD | row | {"Số hồ sơ": "x-2"}])
    plain = pipeline.run_validate(judging.Options(exports=[str(path)])).rejected
    kept = pipeline.run_validate(judging.Options(exports=[str(path)], keep_personal=True)).rejected
    assert plain[["row", "rules", "dossier_id", "received_at"]].values.tolist() == [[3, "RC103", "x-2", "31/11/2023"]]
    assert "Ví Dụ" not in plain.to_csv()
    assert "Nguyễn Văn Ví Dụ" in kept.to_csv()


def test_a_row_with_two_errors_is_rejected_once(tmp_path):
    """Both findings are listed, one row is left out."""
    run = score([export(tmp_path, {"Ngày tiếp nhận": "", "Số hồ sơ": ""})])
    assert run.findings["rule"].tolist() == ["RC101", "RC102"]
    assert run.rows.rejected == 1


def test_an_end_without_a_time_on_the_day_of_receipt_is_no_error(tmp_path):
    """Received at eight, finished "on the 18th": compared by day."""
    run = score([export(tmp_path, {"Ngày kết thúc xử lý": "18/12/2023", "Ngày trả thực tế": ""})])
    assert run.findings["rule"].tolist() == []


# ------------------------------------------------------------------ lone dates
def test_a_lone_date_never_sets_the_end_of_the_period(tmp_path):
    """One mistyped year would make every open dossier overdue; found again behind the first one, too."""
    late_year = {"Ngày kết thúc xử lý": "20/12/2053 10:00:00", "Ngày trả thực tế": "20/12/2053 10:00:00"}
    other = {"Số hồ sơ": "H99.01-231218-0009", "Ngày kết thúc xử lý": "20/12/2033 10:00:00", "Ngày trả thực tế": ""}
    run = score([export(tmp_path, late_year, other)])
    assert run.findings[["rule", "row"]].values.tolist() == [["RC108", 5], ["RC108", 6]]
    assert run.manifest.period.end.isoformat() == "2023-12-20T10:30:00"


def test_the_same_lone_date_in_two_files_is_still_alone(tmp_path):
    """Last week's export and this week's hold the same typing error."""
    late_year = {"Ngày kết thúc xử lý": "20/12/2053 10:00:00"}
    paths = [export(tmp_path, late_year, name=f"{n}.csv") for n in "ab"]
    run = score(paths)
    assert (run.findings["rule"] == "RC108").sum() == 2
    assert run.manifest.period.end.year == 2023


def test_a_date_sixty_days_beyond_the_others_is_accepted_and_one_second_more_is_not(tmp_path):
    """The latest other event is 20/12/2023 10:30:00; sixty days later is 18/02/2024 10:30:00."""
    for second, lone in (("10:30:00", 0), ("10:30:01", 1)):
        change = {"Ngày kết thúc xử lý": f"18/02/2024 {second}", "Ngày trả thực tế": ""}
        run = score([export(tmp_path, change)])
        assert (run.findings["rule"] == "RC108").sum() == lone


# ------------------------------------------------------------------ the same dossier more than once
def test_identical_rows_count_once(tmp_path):
    """Identical but for the running number; the others are superseded, not rejected."""
    rows = [{"STT": str(n)} | GOOD for n in (1, 2, 3)]
    run = score([write_csv(tmp_path / "e.csv", rows)])
    assert (run.rows.read, run.rows.counted, run.rows.superseded, run.rows.rejected) == (3, 1, 2, 0)
    assert run.findings["rule"].tolist() == ["RC201", "RC201"]


def test_the_file_with_the_later_last_event_counts_whatever_the_order(tmp_path):
    """Last week the dossier was open, this week it is finished late: no contradiction, and counted once."""
    week = {"Số hồ sơ": "H99.01-231218-0009", "Ngày kết thúc xử lý": "29/12/2023 10:00:00", "Ngày trả thực tế": ""}
    old = export(tmp_path, OPEN, name="z-old.csv")
    new = export(
        tmp_path, {"Ngày kết thúc xử lý": "27/12/2023 10:00:00", "Ngày trả thực tế": ""}, week, name="a-new.csv"
    )
    for paths in permutations([old, new]):
        (total,) = metrics(list(paths))
        assert (total["handled"], total["late"], total["pending"]) == (5, 2, 0)
        run = score(list(paths))
        assert run.findings["rule"].tolist() == []  # the dossier moved on
        assert run.rows.superseded == 4


def test_within_one_file_the_later_own_event_counts(tmp_path):
    """Finished on the 19th and on the 21st: the 21st."""
    first = {"Ngày kết thúc xử lý": "19/12/2023 10:00:00", "Ngày trả thực tế": ""}
    second = {"Ngày kết thúc xử lý": "23/12/2023 10:00:00", "Ngày trả thực tế": ""}
    for number, changes in enumerate(permutations([first, second])):
        (total,) = metrics([export(tmp_path, *changes, name=f"{number}.csv")])
        assert (total["handled"], total["late"]) == (4, 1)


def test_two_rows_that_differ_only_in_what_has_no_date_are_settled_by_their_contents(tmp_path):
    """Same events, other channel: whichever counts, it is the same one in any order."""
    changes = [{"Hình thức nộp": "Trực tiếp"}, {"Hình thức nộp": "Trực tuyến"}]
    totals = [metrics([export(tmp_path, *c, name=f"{n}.csv")])[-1] for n, c in enumerate(permutations(changes))]
    assert totals[0] == totals[1]


# ------------------------------------------------------------------ whole files
def test_a_flag_column_of_zeros_is_measured_and_warned_of(tmp_path):
    """A zero written by software that hard-codes it proves nothing."""
    path = write_csv(tmp_path / "e.csv", [GOOD | {"Kết quả điện tử": "0"}])
    run = score([path])
    (found,) = run.findings[["rule", "column", "file"]].values.tolist()
    assert found == ["RC301", "Kết quả điện tử", "e.csv"]
    total = next(unit for unit in run.units if unit.unit.kind == "total")
    component = next(c for c in total.components if c.component.id == "4.1")
    assert (component.status, component.numerator, component.denominator) == ("measured", 0, 1)


def test_the_third_sample_file_breaks_every_error_rule():
    """sample_data/README.md says what is wrong with which of its rows."""
    run = score([SAMPLES / "loi-can-xu-ly.csv"])
    errors = {rule.id for rule in RULES.values() if rule.severity == "error" and rule.column}  # those of rows
    errors = {rule for rule in errors if not rule.startswith("RC5")}  # rows of tasks are no dossiers
    assert errors <= set(run.findings["rule"])
    assert (run.rows.read, run.rows.counted, run.rows.superseded, run.rows.rejected) == (28, 15, 2, 11)


def test_no_sheet_lends_its_columns_to_another(tmp_path):
    """A file without the flag column leaves its agencies unmeasured for it, and the levels they belong to."""
    with_flag = export(tmp_path, name="with.csv")
    rows = [GOOD | {"Số hồ sơ": "H99.02-231218-0001", "Cơ quan/đơn vị": "Sở Y tế"}]
    without = write_csv(tmp_path / "without.csv", rows, [name for name in GOOD if name != "Kết quả điện tử"])
    run = score([with_flag, without])
    states = {
        (unit.unit.agency or unit.unit.kind): next(c for c in unit.components if c.component.id == "4.1")
        for unit in run.units
    }
    assert (states["Sở Tư pháp"].status, states["Sở Tư pháp"].denominator) == ("measured", 3)
    assert {states[name].status for name in ("Sở Y tế", "level", "total")} == {"not_measured"}
    assert states["total"].missing == ("electronic_result",)


# ------------------------------------------------------------------ masks
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0900 000 001", "9999 999 999"),
        ("Nguyễn Văn Ví Dụ", "xxxxxx xxx xx xx"),
        ("31/02/2023", "99/99/9999"),
        (None, ""),
    ],
)
def test_masked_values_show_their_shape_only(text, shown):
    """A phone number or a name in the wrong column must not reach a report."""
    assert mask(text) == shown


def test_a_coded_text_is_shown_unless_it_may_be_a_name():
    """An unknown status must be readable to be mapped, but a name or a phone number in its column must not show."""
    assert mask_codes(["Chờ lấy ý kiến lần 2"]) == ["Chờ lấy ý kiến lần 9"]
    assert mask_codes(["Nguyễn Văn Ví Dụ 0900000001"]) == ["xxxxxx xxx xx xx 9999999999"]
    assert mask_codes(["Đang bay"] * 20) == ["Đang bay"] * 20  # a name would not stand in twenty rows


@pytest.mark.parametrize(
    "name",
    ["Lê Thị Dung", "Lý Công Thành", "lý công thành", "LÊ THỊ DUNG", "Le Thi Dung", "Trả Lê Thị Dung", "Chuyển ông Thành"],
)  # fmt: skip
def test_a_name_made_of_words_of_administration_is_masked(name):
    """ "Lệ" is not "Lê", "thi" not "Thị"; and who is called Lý Công Thành is not a state of a dossier."""
    assert mask_codes([name]) == [mask(name)]
    assert mask_codes([name] * 30) == [mask(name)] * 30


def test_a_name_is_masked_however_many_rows_have_it():
    """An officer stands in thirty rows of the wrong column; a text of the system in as many is shown."""
    for name in ("Trần Văn Mẫu", "trần văn mẫu", "Ngoẵng Ví Dụ"):
        assert mask_codes([name] * 30) == [mask(name)] * 30
    for text in ("Đang bay", "Đang Xử Lý Hồ Sơ", "HỒ SƠ ĐANG XỬ LÝ LẠI"):
        assert mask_codes([text] * 30) == [text] * 30


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Chưa đến hạn trả kết quả", "pending"),
        ("Quá hạn trả kết quả", "pending"),
        ("Hồ sơ quá hạn trả kết quả", "pending"),
        ("Trễ hạn trả kết quả", None),  # returned late, or not returned and late
        ("Đến hạn trả kết quả", None),
        ("Đã trả kết quả quá hạn", "returned"),
        ("Quá hạn - Đã trả kết quả", "returned"),
        ("Đúng hạn, trả kết quả", "returned"),
    ],
)
def test_the_day_when_a_result_is_due_is_no_result_returned(text, status):
    assert load_codes().lookup("status", text) == status


# ------------------------------------------------------------------ ids that may be persons
PERSONS = (
    *(
        "0900.345.678",
        "0900 345 678",
        "nguyenvana1985",
        "NGUYEN-VAN-A-0900345678",
        "NGUYEN-VAN-A-01",
        "a.b@vidu.example",
    ),
    *("001099000123", "001.099.000.123", "Nguyễn Ví Dụ 1985", "0900345678/NguyenVanA", "Nguyễn Ví Dụ"),
)
CODES = (
    *("H99.01-231218-0001", "h99.01 – 231218 – 0001", "000.00.01.H99-231218-0001", "G01.02-20231218-0000123", "x-1"),
    *("HS-2023-001", "20231218-0001", "15/QĐ-UBND", "0012", "H99.01-231218-0001; H99.01-231218-0009"),
)


def test_an_id_is_shown_only_if_it_looks_like_a_code():
    """Names, telephones, addresses and numbers of citizens keep their shape alone."""
    assert [text for text in CODES if shown_id(text) != text] == []
    assert [text for text in PERSONS if shown_id(text) != f"[{mask(text)}]"] == []


def test_a_finding_is_accepted_by_a_shown_id_and_by_the_place_of_a_hidden_one(tmp_path):
    """Two telephones as ids have one shape: accepting one finding (row 6) does not accept the other (row 7)."""
    late = {"Ngày hẹn trả": ""}
    path = export(tmp_path, late, *({"Số hồ sơ": f"0900.000.10{n}"} | late for n in (1, 2)))
    listed = pipeline.run_validate(judging.Options(exports=[str(path)])).findings
    assert listed["dossier_id"].tolist() == ["H99.01-231218-0001", "[9999.999.999]", "[9999.999.999]"]
    names = ["rule", "file", "sheet", "row", "column", "dossier_id"]
    listed.iloc[:2][names].to_csv(tmp_path / "accepted.csv", index=False)
    run = pipeline.run_validate(judging.Options(exports=[str(path)], accept=str(tmp_path / "accepted.csv")))
    assert run.findings["accepted"].tolist() == [True, True, False]


def test_a_sparse_export_loses_one_dossier_at_most_to_the_rule_of_lone_dates(tmp_path):
    """Four open dossiers, one a quarter: the last is lone by the rule, the others are not peeled off behind it."""
    rows = [
        GOOD
        | OPEN
        | {"Số hồ sơ": f"x-{m}", "Ngày tiếp nhận": f"02/{m:02d}/2026 08:00:00", "Ngày hẹn trả": f"20/{m:02d}/2026"}
        for m in (1, 4, 7, 10)
    ]
    run = score([write_csv(tmp_path / "e.csv", rows)])
    assert run.findings["rule"].tolist() == ["RC108"]
    assert run.rows.counted == 3


# ------------------------------------------------------------------ rows that are no dossiers, and rows that are
SHORT = ["Số hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái hồ sơ"]


@pytest.mark.parametrize(
    ("cells", "rejected"),
    [
        (["", "02/03/2026 08:00", "05/03/2026 17:00", ""], 1),  # a dossier without id
        (["", "02/03/2026 08:00", "", "Đang xử lý"], 1),
        (["ABC", "02/03/2026 08:00", "", "Đang xử lý"], 0),  # an id without digits
        (["H57.12 260301 0009", "46083.5", "46085.5", "Đang xử lý"], 0),  # spaces in the id, dates as serials
        (["Xác nhận 260301", "20260302080000", "", "Đang xử lý"], 0),
        (["H57.12 260301 0002", "", "", ""], 1),  # a code alone
        (["H57.12-260301-0003", "", "", ""], 1),
        (["7", "", "", "Đang xử lý"], 1),
        (["Tổng số", "4", "3", ""], None),
        (["Tổng cộng: 4 hồ sơ", "", "", ""], None),
        (["(1)", "(2)", "(3)", "(4)=(2)+(3)"], None),
        (["1", "2", "3", "4"], None),
        (["NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ", ""], None),
        (["Số hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái hồ sơ"], None),
        (["", "", "", ""], None),
        (["II", "Lĩnh vực đất đai", "", ""], None),
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_a_row_is_a_dossier_or_it_is_not(cells, rejected, place, tmp_path):
    """None: not a dossier, told as another row. Otherwise it is read, and counted or rejected, never lost."""
    good = [["H57.12-260301-0001", "01/03/2026 08:00", "05/03/2026 17:00", "Đang xử lý"]]
    rows = [cells, *good] if place == "first" else [*good, cells]
    path = write_csv(tmp_path / "e.csv", [dict(zip(SHORT, row, strict=True)) for row in rows], SHORT)
    run = score([path])
    others = sum(sheet.other_rows for sheet in run.manifest.sheets)
    blank_line = not any(cells)  # csv: a line of commas alone
    if rejected is None:
        assert (run.rows.read, others if not blank_line else 1) == (1, 1)
    else:
        assert (run.rows.read, others, run.rows.rejected) == (2, 0, rejected)


def test_a_fraction_of_a_second_never_carries_a_date_over_midnight(tmp_path):
    """SQL Server's end of a day, 23:59:59.997: the deadline stays on that day, and so does an end."""
    due = {
        "Ngày hẹn trả": "2023-12-20 23:59:59.997",
        "Ngày kết thúc xử lý": "2023-12-21 16:00:00",
        "Ngày trả thực tế": "",
    }
    end = {
        "Số hồ sơ": "x-9",
        "Ngày hẹn trả": "20/12/2023",
        "Ngày kết thúc xử lý": "2023-12-20 23:59:59.997",
        "Ngày trả thực tế": "",
    }
    (total,) = metrics([export(tmp_path, due, end)])
    assert (total["handled"], total["late"]) == (5, 1)


def test_ids_are_the_same_whatever_else_their_file_holds(tmp_path):
    """A doubled or invisible space, or Excel's ".0", is no other dossier."""
    one = write_csv(tmp_path / "a.csv", [GOOD | {"Số hồ sơ": "HS  12"}, GOOD | {"Số hồ sơ": "121.0"}])
    two = write_csv(
        tmp_path / "b.csv", [GOOD | {"Số hồ sơ": "HS 12"}, GOOD | {"Số hồ sơ": "Đ9"}, GOOD | {"Số hồ sơ": "1\u200b21"}]
    )
    run = score([one, two])
    assert (run.rows.read, run.rows.counted, run.rows.superseded) == (5, 3, 2)


def test_a_canonical_file_beside_an_export_and_with_the_same_ties(tmp_path):
    """The normalised file is read beside others, and settles ties as its export does."""
    from support import command

    rows = [
        GOOD | {"Số hồ sơ": f"x-{n}", "Ngày hẹn trả": due, "Ngày kết thúc xử lý": "21/12/2023 08:00:00"}
        for n in range(40)
        for due in ("20/12/2023 08:00:00", "22/12/2023 08:00:00")
    ]
    source, stored = write_csv(tmp_path / "tie.csv", rows), tmp_path / "tie.parquet"
    assert command("load", source, "-o", stored).returncode == 0
    assert metrics([stored]) == metrics([source])
    other = export(tmp_path, name="other.csv")
    assert metrics([stored, other]) == metrics([source, other])


def test_a_fault_with_a_line_break_survives_the_canonical_file(tmp_path):
    """An unknown status of two lines is one finding, from either file."""
    from support import command

    source, stored = export(tmp_path, {"Trạng thái hồ sơ": "Đang\nlàm | gì đó"}), tmp_path / "e.parquet"
    assert command("load", source, "-o", stored).returncode == 0
    one, two = score([source]).findings, score([stored]).findings
    assert one[["rule", "row", "cell", "text"]].equals(two[["rule", "row", "cell", "text"]])
    assert sorted(one["rule"]) == ["RC203", "RC309"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("120000", True),
        ("120.000", True),
        ("50.000,00", True),
        ("120,000 đ", True),
        ("Miễn phí", True),
        ("1,5", False),
        ("9" * 20, False),
    ],
)
def test_amounts_as_offices_write_them(text, known, tmp_path):
    """Groups of three and cents of zero are đồng; anything else is a finding, and never a crash."""
    path = write_csv(tmp_path / "e.csv", [GOOD | {"Tổng phí, lệ phí": text}])
    assert (score([path]).findings["rule"].tolist() == []) == known


def test_a_fee_of_two_columns_is_their_sum_and_its_fault_is_told_once(tmp_path):
    """Phí and Lệ phí: a dossier that owes only one of them owes a fee."""
    rows = [
        GOOD | {"Phí (VNĐ)": "0", "Lệ phí (VNĐ)": "5000", "Thanh toán trực tuyến": "1"},
        GOOD | {"Số hồ sơ": "x-2", "Phí (VNĐ)": "0", "Lệ phí (VNĐ)": "0", "Thanh toán trực tuyến": "0"},
        GOOD | {"Số hồ sơ": "x-3", "Phí (VNĐ)": "xem giấy", "Lệ phí (VNĐ)": "0", "Thanh toán trực tuyến": "0"},
    ]
    run = score([write_csv(tmp_path / "e.csv", rows)])
    total = next(unit for unit in run.units if unit.unit.kind == "total")
    component = next(c for c in total.components if c.component.id == "3.6")
    assert (component.numerator, component.denominator) == (1, 1)
    assert run.findings["rule"].tolist() == ["RC214"]


def test_a_mistyped_heading_of_the_users_map_is_told(tmp_path):
    """Else the channel stays unmeasured and nobody knows why."""
    run = score([export(tmp_path)], columns=["Sai tên=channel"])
    assert run.findings[["rule", "text"]].values.tolist() == [["RC305", "Sai tên"]]
