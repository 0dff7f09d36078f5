"""Cells that hold no plain value: spreadsheet errors, two codes in one cell, numbers that lost digits, armour."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.agencies.dossier_code import identifier
from reformcli.findings import mask, mask_codes
from reformcli.loading import load_sheets
from reformcli.model import ERROR_VALUES, FORMULA
from support import command, score, write_csv

GOOD = {
    "Số hồ sơ": "H99.01-231218-0001",
    "Cơ quan/đơn vị": "Sở Tư pháp",
    "Phòng ban": "Một cửa",
    "Cấp thực hiện": "Tỉnh",
    "Hình thức nộp": "Trực tuyến",
    "Mức độ": "Toàn trình",
    "Trạng thái hồ sơ": "Đã trả kết quả",
    "Ngày tiếp nhận": "18/12/2023 08:00:00",
    "Ngày hẹn trả": "22/12/2023 17:00:00",
    "Ngày kết thúc xử lý": "20/12/2023 10:00:00",
    "Ngày trả thực tế": "20/12/2023 10:30:00",
    "Kết quả điện tử": "1",
    "Thanh toán trực tuyến": "1",
    "Phí, lệ phí": "100000",
    "Mức độ hài lòng": "Hài lòng",
}


DASH = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"


def export(folder, *changes, name="e.csv"):
    return write_csv(folder / name, [GOOD | {"Số hồ sơ": "H99.01-231218-0009"}, *(GOOD | change for change in changes)])


def rules(run):
    return [rule for rule in run.findings["rule"].tolist() if rule != "RC309"]


# ------------------------------------------------------------------ error values
@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Số hồ sơ", ["RC101", "RC222"]),
        ("Cơ quan/đơn vị", ["RC220", "RC222"]),
        ("Phòng ban", ["RC222"]),
        ("Cấp thực hiện", ["RC214"]),
        ("Hình thức nộp", ["RC212"]),
        ("Mức độ", ["RC214"]),
        ("Trạng thái hồ sơ", ["RC203"]),
        ("Ngày tiếp nhận", ["RC103"]),
        ("Ngày hẹn trả", ["RC205"]),
        ("Ngày kết thúc xử lý", ["RC105"]),
        ("Ngày trả thực tế", ["RC215"]),
        ("Kết quả điện tử", ["RC213"]),
        ("Thanh toán trực tuyến", ["RC214"]),
        ("Phí, lệ phí", ["RC214"]),
        ("Mức độ hài lòng", ["RC214"]),
    ],
)
@pytest.mark.parametrize("error", ["#REF!", FORMULA])
def test_an_error_value_is_never_a_value(heading, expected, error, tmp_path):
    """In whichever column it stands; the finding shows which error it is, because it is nobody's name."""
    run = score([export(tmp_path, {heading: error})])
    assert rules(run) == expected
    if not {"RC103", "RC105", "RC205"} & set(expected):  # those show no text at all
        assert error in run.findings["text"].tolist()


@pytest.mark.parametrize("error", sorted(ERROR_VALUES))
def test_every_error_value_is_known_and_shown_as_it_is(error, tmp_path):
    run = score([export(tmp_path, {"Phòng ban": f" {error} "})])
    assert run.findings[["rule", "column", "text"]].values.tolist() == [["RC222", "Phòng ban", error]]
    assert mask(error) == error
    assert mask_codes([error]) == [error]


def test_a_whole_row_of_errors_is_a_dossier_in_quarantine(tmp_path):
    """A broken row must not be taken for a title or a total."""
    run = pipeline.run_validate(judging.Options(exports=[str(export(tmp_path, dict.fromkeys(GOOD, "#REF!")))]))
    assert (run.rows.read, run.rows.rejected) == (2, 1)
    assert {"RC101", "RC103"} <= set(rules(run))


def test_error_values_make_no_agency_of_their_own(tmp_path):
    run = score([export(tmp_path, {"Cơ quan/đơn vị": "#N/A"})])
    assert {unit.unit.agency for unit in run.units if unit.unit.kind == "agency"} == {"Sở Tư pháp", "unattributed"}


def test_the_findings_about_error_values_survive_the_canonical_file(tmp_path):
    odd = {"Phòng ban": "#N/A", "Trạng thái hồ sơ": "#NAME?", "Số hồ sơ": "H99.01-231218-0002; H99.01-231218-0003"}
    source, stored = export(tmp_path, odd), tmp_path / "e.parquet"
    assert command("load", source, "-o", stored).returncode == 0
    one, two = score([source]).findings, score([stored]).findings
    assert sorted(one["rule"]) == ["RC203", "RC222", "RC223", "RC309"]
    assert one[["rule", "column", "text"]].equals(two[["rule", "column", "text"]])


# ------------------------------------------------------------------ which code a cell means
CODE, OTHER = "H57.21-231220-0001", "H57.21-231220-0002"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (f"Mã số hồ sơ: {CODE} - Số phiếu: 123", CODE),
        (f"Số phiếu: 123 - Mã hồ sơ: {CODE}", CODE),
        (f"{CODE} (BN 55)", CODE),
        (f"{CODE}\nBN 55", CODE),
        (f"{CODE}, {CODE}", CODE),
        (f"{CODE}; {CODE.lower()}", CODE),
        (f"Mã hồ sơ {CODE}, hồ sơ liên quan {OTHER}", CODE),
        (f"MÃ HỒ SƠ: {CODE} ({OTHER})", CODE),
        ("000.00.12.H57-231220-0001 - BN 5", "000.00.12.H57-231220-0001"),
        ("G01.02-20231220-0000001 (BN 5)", "G01.02-20231220-0000001"),
        ("Mã hồ sơ: 12345 - Số phiếu: 9", "12345"),
        ("121.0", "121"),
        ("2.31220123456E+11", "231220123456"),  # all its digits are there
        ("HS 12", "HS 12"),
        ("Mã hồ sơ:", "Mã hồ sơ:"),
        ("Mã hồ sơ Ví Dụ: 5", "Mã hồ sơ Ví Dụ: 5"),
        ("BN-" + CODE, "BN-" + CODE),  # part of another code
        (CODE + "-2", CODE + "-2"),
        (CODE + "/2 (bản sao)", CODE + "/2 (bản sao)"),
        ("1E5", "1E5"),
    ],
)
def test_one_code_is_found_in_a_cell(cell, value):
    assert identifier(" ".join(cell.split())) == (value, "")


@pytest.mark.parametrize("cell", [f"{CODE} {OTHER}", f"{CODE}; {OTHER}", f"Mã hồ sơ: {CODE}; Mã hồ sơ: {OTHER}"])
def test_two_codes_without_a_label_stay_as_they_are_with_a_warning(cell):
    assert identifier(cell) == (cell, "several_codes")


@pytest.mark.parametrize("cell", ["1.21E+11", "1.2312E+16", "2,3E+11", "1E+05", "1.21e+11"])
def test_a_number_that_lost_digits_is_no_id(cell):
    """Two dossiers would look like one, and only one of them would count."""
    assert identifier(cell) == (None, "lost_digits")


def test_dossiers_whose_ids_lost_digits_reach_quarantine_each(tmp_path):
    run = score([export(tmp_path, {"Số hồ sơ": "1.21E+11"}, {"Số hồ sơ": "1.21E+11", "Phòng ban": "Khác"})])
    assert (run.rows.read, run.rows.rejected, run.rows.superseded) == (3, 2, 0)
    assert rules(run) == ["RC101", "RC222"] * 2
    assert set(run.findings.loc[run.findings["rule"] == "RC222", "text"]) == {"9.99x+99"}


def test_the_same_dossier_is_recognised_with_and_without_its_receipt_number(tmp_path):
    run = score([export(tmp_path, {"Số hồ sơ": "Mã số hồ sơ: H99.01-231218-0009 - Số phiếu: 123"})])
    assert (run.rows.read, run.rows.counted, run.rows.superseded) == (2, 1, 1)


def test_a_name_beside_the_code_is_not_kept(tmp_path):
    loaded = load_sheets([str(export(tmp_path, {"Số hồ sơ": "Mã hồ sơ: H99.01-231218-0002 - Nguyễn Xoài"}))])
    assert loaded.dossiers["dossier_id"].tolist() == ["H99.01-231218-0009", "H99.01-231218-0002"]


def test_the_armour_of_a_csv_is_taken_off_every_cell(tmp_path):
    """="0012" keeps the zeros in Excel; the date and the status behind it are read as any."""
    row = {"Số hồ sơ": '="0012"', "Ngày tiếp nhận": '="18/12/2023 08:00"', "Trạng thái hồ sơ": '="Đã trả kết quả"'}
    loaded = load_sheets([str(export(tmp_path, row, {"Số hồ sơ": '="0013" '}, {"Số hồ sơ": '=""'}))])
    assert loaded.dossiers["dossier_id"].fillna("").tolist() == ["H99.01-231218-0009", "0012", "0013", ""]
    assert loaded.faults.empty
    assert loaded.dossiers["received_at"].notna().all()


@given(st.text(max_size=40))
def test_no_text_breaks_the_search_for_codes(text):
    """What is taken stands in the cell, but for its dashes, their spaces and the case of a full code."""
    value, fault = identifier(text)
    assert value is None or re.sub(DASH, "-", value) in re.sub(DASH, "-", text) or value.isupper()
    assert fault in ("", "lost_digits", "several_codes")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("h99.01-231218-0001", "H99.01-231218-0001"),
        ("'H99.01-231218-0001", "H99.01-231218-0001"),
        ("H99.01–231218–0001", "H99.01-231218-0001"),
        ("H99.01 - 231218 - 0001", "H99.01-231218-0001"),
        ("000.00.01.h99-231218-0001", "000.00.01.H99-231218-0001"),  # the unit stays as written
        ("'0012", "0012"),
        ("hs–0012", "hs-0012"),
        ("hs 0012", "hs 0012"),  # of a local id nothing else is changed
        ("HS - 0012", "HS - 0012"),
    ],
)
def test_a_full_code_is_kept_in_one_spelling_and_a_local_id_nearly_as_written(written, kept, tmp_path):
    loaded = load_sheets([str(export(tmp_path, {"Số hồ sơ": written}))])
    assert loaded.dossiers["dossier_id"].tolist()[1] == kept


# ------------------------------------------------------------------ the list of unknown texts
def listed(run):
    found = run.findings[run.findings["rule"] == "RC309"]
    return found[["file", "column", "text"]].values.tolist()


def test_unknown_texts_are_listed_by_file_and_column_the_most_frequent_first(tmp_path):
    """Two files, two columns; "Chờ in kết quả" stands twice in the first one."""
    one = [{"Trạng thái hồ sơ": "Chờ cấp lại giấy"}, *[{"Trạng thái hồ sơ": "Chờ in kết quả", "Mức độ": "Mức vip"}] * 2]
    ids = [{"Số hồ sơ": f"H99.01-231218-001{n}"} | change for n, change in enumerate(one)]
    other = [{"Số hồ sơ": "H99.01-231218-0020", "Trạng thái hồ sơ": "Chờ in kết quả"}]
    run = score([export(tmp_path, *ids, name="a.csv"), export(tmp_path, *other, name="b.csv")])
    assert listed(run) == [
        ["a.csv", "Mức độ", "xxx xxx (2)"],
        ["a.csv", "Trạng thái hồ sơ", "Chờ in kết quả (2); Chờ cấp lại giấy (1)"],
        ["b.csv", "Trạng thái hồ sơ", "Chờ in kết quả (1)"],
    ]


def test_a_name_in_the_wrong_column_is_listed_by_its_shape_only(tmp_path):
    run = score([export(tmp_path, {"Hình thức nộp": "Nguyễn Xoài Ví Dụ 0900000101"})])
    assert listed(run) == [["e.csv", "Hình thức nộp", "xxxxxx xxxx xx xx 9999999999 (1)"]]


def test_twenty_texts_are_listed_and_the_others_counted(tmp_path):
    doing = ("duyệt", "ký", "in", "gửi", "nhập", "thu")
    texts = [f"{a} {b}" for a in ("chờ", "đang", "đã", "chưa") for b in doing][:23]
    rows = [{"Số hồ sơ": f"x-{n}", "Mức độ hài lòng": text} for n, text in enumerate(texts)]
    ((_, _, text),) = listed(score([export(tmp_path, *rows)]))
    assert text.count("(1)") == 20
    assert text.endswith("; … +3")


def test_known_texts_are_not_listed(tmp_path):
    assert listed(score([export(tmp_path)])) == []


def test_the_list_stands_in_the_json_of_validate(tmp_path):
    done = command("validate", export(tmp_path, {"Trạng thái hồ sơ": "Chờ in kết quả"}), "--format", "json")
    found = [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "RC309"]
    assert [one["severity"] for one in found] == ["warning"]
    assert "Chờ in kết quả (1)" in found[0]["message"]


def test_only_columns_that_need_it_are_looked_at_cell_by_cell(monkeypatch):
    """A column of plain ids never reaches the slow way."""
    from reformcli import parse

    calls = []
    monkeypatch.setattr(parse, "identifier", lambda text: calls.append(text) or identifier(text))
    out = parse._Columns(parse.load_codes())
    parse._parse_identifiers(out, "dossier_id", pa.array([CODE, " 12 ", None, "12/AB", f"{CODE} (BN 5)"]))
    assert out.columns["dossier_id"].to_pylist() == [CODE, "12", None, "12/AB", CODE]
    assert calls == [f"{CODE} (BN 5)"]
