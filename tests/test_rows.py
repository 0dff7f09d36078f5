"""Rows below a header: dossiers, however broken, and everything else that stands among them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.headings.headers import find_header, load_dictionary
from reformcli.headings.rows import find_other_rows
from reformcli.model import RawSheet, Source

HEADINGS = [
    *("STT", "Số hồ sơ", "Tên thủ tục hành chính", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"),
    *("Trạng thái hồ sơ", "Cơ quan/đơn vị"),
]
DOSSIER = ["1", "H57.21-231220-0001", "Cấp phép", "20/12/2023", "22/12/2023", "21/12/2023", "Đã trả kết quả", "Sở X"]


def marks(*rows, above=(HEADINGS,)):
    """Whether each row below the header is no dossier; four dossiers stand before the rows and one behind."""
    whole = [*above, *[DOSSIER] * 4, *([*row, *[""] * (8 - len(row))] for row in rows), DOSSIER]
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*whole, strict=True)]
    raw = RawSheet(Source("e.xlsx", "0" * 64, 1), "S", pa.table(columns, names=list("abcdefgh")), 1, 1)
    header = find_header(raw, load_dictionary(), {})
    found = find_other_rows(raw.cells.slice(header.data_row), header).tolist()
    assert found[:4] == [False] * 4
    assert found[-1] is False
    return found[4:-1]


OTHER = {
    "a total": ["", "Tổng số"],
    "a total in the first column": ["Tổng cộng", "25", "25"],
    "a total merged over the row": ["Tổng số"] * 8,
    "a total with its number": ["", "Tổng: 25 hồ sơ"],
    "a sum with counts under the dates": ["Cộng:", "25", "", "20", "5"],
    "a sum of one agency with counts": ["", "Cộng Sở Y tế", "25", "20", "5", "3", "2"],
    "of which": ["", "- Trong đó: trực tuyến", "3"],
    "a total in another column": ["", "", "Tổng số hồ sơ: 25"],
    "a section": ["I", "Sở Y tế"],
    "a section in one cell": ["I. Sở Y tế"],
    "a section merged over the row": ["A. Cấp tỉnh"] * 8,
    "a section merged over all but the first column": ["I", *["Sở Y tế"] * 7],
    "a section with its number of dossiers": ["II", "Sở Y tế (12 hồ sơ)"],
    "a section with counts under the dates": ["I. Sở Y tế", "25", "", "20", "5"],
    "a section with counts in every column": ["I", "Sở Y tế", "25", "20", "5", "3", "2"],
    "a lower section": ["1", "Lĩnh vực đất đai"],
    "a letter": ["A"],
    "the header again": HEADINGS,
    "the header again in capitals": [heading.upper() for heading in HEADINGS],
    "column numbers": [f"({n})" for n in range(1, 9)],
    "column numbers with letters and a sum": ["a", "b", "c", "1", "2", "3=1+2", "4", "5"],
    "signatures": ["", "NGƯỜI LẬP BIỂU", "", "", "", "", "THỦ TRƯỞNG ĐƠN VỊ"],
    "the line below": ["", "(Ký, ghi rõ họ tên)", "", "", "", "", "(Ký, đóng dấu)"],
    "who signed": ["", "Nguyễn Văn Ví Dụ", "", "", "", "", "Trần Thị Mẫu"],
    "where and when": ["", "", "", "", "", "", "Hà Nội, ngày 20 tháng 12 năm 2023"],
    "when, below a date column": ["", "", "", "", "", "Ngày 20 tháng 12 năm 2023"],
    "a footer": ["Ghi chú: số liệu tính đến 20/12/2023"],
    "a page number": ["Trang 1/5"],
    "a page number alone": ["", "", "", "", "", "", "", "1"],
    "a print time": ["In lúc 20/12/2023 08:00"],
    "nothing": [],
}
BROKEN = {
    "a code alone": ["7", "H57.21-231220-0007"],
    "a short code alone": ["", "1/5"],
    "no id": ["8", "", "Cấp phép", "20/12/2023", "", "", "Đang xử lý"],
    "no id, no readable date": ["9", "", "Cấp phép", "hôm qua", "22/12", "", "Đang xử lý"],
    "no id, no date": ["9", "", "Cấp phép", "", "", "", "Đang xử lý", "Sở Y tế"],
    "no id, and its state as a number": ["9", "", "Cấp phép", "", "", "", "4"],
    "errors everywhere": ["#REF!"] * 8,
    "errors behind the procedure": ["10", "#N/A", "Cấp phép", *["#N/A"] * 5],
    "an id that is a formula": ["11", "=…", "Cấp phép", "20/12/2023"],
    "a total's name as id, but a date": ["12", "TỔNG", "Cấp phép", "20/12/2023", "", "", "Đang xử lý"],
    "words as id, words as dates, no state": ["14", "Hồ sơ giấy", "Công nhận", "chưa rõ", "", "", "", "Sở X"],
    "a number as id and as date": ["7", "25", "Cấp phép", "20", "", "", "Đang xử lý"],
    "numbers only, but not one by one": ["7", "12", "50"],
    "rising numbers in most columns": ["7", "12", "13", "15", "20", "30", "40"],
    "numbers in the first columns only": ["1", "2", "3"],
    "the same word twice": ["ABC", "ABC", "x", "ABC", "", "", "Đang xử lý"],
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_dossier_is_never_counted_as_one(what):
    assert marks(OTHER[what]) == [True]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_dossier_is_still_a_dossier(what):
    """It must reach quarantine, and must not be taken for a total."""
    assert marks(BROKEN[what]) == [False]


def test_all_of_them_together():
    assert marks(*OTHER.values(), *BROKEN.values()) == [True] * len(OTHER) + [False] * len(BROKEN)


def test_a_header_of_two_rows_is_recognised_again_on_every_page():
    above = (
        ["STT", "Số hồ sơ", "Thủ tục", "Ngày", "", "Ngày kết thúc xử lý", "Trạng thái hồ sơ", "Cơ quan/đơn vị"],
        ["", "", "", "tiếp nhận", "hẹn trả", "", "", ""],
    )
    assert marks(*above, above=above) == [True, True]


CELLS = st.sampled_from(
    ["", "", "Tổng", "Cộng", "I", "A", "5", "(3)", "Sở Y tế", "Đang xử lý", "Trạng thái hồ sơ", "#REF!", "x"]
)


@given(row=st.lists(CELLS, min_size=8, max_size=8), place=st.sampled_from([3, 4, 5]))
def test_a_row_with_a_date_and_something_else_is_always_a_dossier(row, place):
    row[place] = "20/12/2023"
    if sum(map(bool, row)) > 1:
        assert marks(row) == [False]


@given(row=st.lists(CELLS, min_size=8, max_size=8))
def test_a_row_with_a_full_code_is_always_a_dossier(row):
    row[1] = "H57.21-231220-0002"
    assert marks(row) == [False]
