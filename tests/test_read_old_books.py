"""Workbooks that are not xlsx: .xls and .ods that LibreOffice wrote, .xlsb and BIFF5 written by hand (ods: test_read_ods)."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta

import pytest

from binary_books import (
    biff,
    cell12,
    compound,
    old_label,
    old_number,
    old_record,
    record,
    row12,
    sheet12,
    xlsb,
)
from layouts import cells_of, payload_of
from reformcli.errors import InputError
from reformcli.read.old_books import ole_kind, read_old_book
from support import DATA

MOMENT = datetime(2023, 12, 18, 8, 2, 5)


def content(data: bytes, **limits: int):
    return read_old_book(payload_of(data, **limits))


def refusal(data: bytes, **limits: int) -> InputError:
    with pytest.raises(InputError) as caught:
        content(data, **limits)
    return caught.value


# ------------------------------------------------------------------ what LibreOffice wrote
# What data/layouts/make.py put into the cells. The clock 08:12:45 without a day is 29,565 seconds.
VALUES = {
    (3, 3): "Mã",
    (3, 4): "001099",
    (3, 5): "NA",
    (3, 6): "a\nb",
    (3, 7): " An  B ",
    (3, 8): "=1+1",
    (4, 3): "121",
    (4, 4): "45278.25",
    (4, 5): "0.1",
    (4, 6): "123456789012345",
    (4, 7): "0.333333333",
    (4, 8): "-3",
    (5, 3): "2023-12-18 08:02:05",
    (5, 4): "2023-12-18 00:00:00",
    (5, 5): "2023-12-18 08:02:05.500",
    (5, 6): "1899-12-31 08:12:45",
    (5, 7): "1900-01-01 12:00:00",
    (5, 8): "0.1234",
    (5, 9): "1250000",
    (6, 3): "#N/A",
    (6, 4): "#DIV/0!",
    (6, 5): "#REF!",
    (6, 6): "#NAME?",
    (6, 7): "#NUM!",
    (6, 8): "#VALUE!",
    (7, 3): "242",
    (8, 3): "gộp",
    (8, 6): "cạnh",
    (10, 3): "ẩn",
}
SINCE_1904 = {(5, 6): "1904-01-01 08:12:45", (5, 7): "1904-01-02 12:00:00"}  # what has no day, and its zero


@pytest.mark.parametrize("suffix", ["xls", "ods"])
@pytest.mark.parametrize("name", ["values", "values1904"])
def test_texts_places_and_marks_are_those_of_the_workbook(name, suffix):
    """Every kind of value, from C3 on; a border in AE40000 is no cell; one of two hidden rows has a value."""
    sheets, skipped = content((DATA / "layouts" / f"{name}.{suffix}").read_bytes())
    expected = {**VALUES, **(SINCE_1904 if name.endswith("1904") else {})}

    found = cells_of(sheets[0])
    found.pop((7, 5))  # a truth value: LibreOffice keeps it as a number in .ods
    assert found == expected
    assert [(s.sheet, s.hidden, s.hidden_rows, s.first_row) for s in sheets] == [
        ("Giá trị", False, 1, 1),
        ("Ẩn", True, 0, 1),
        ("Rất ẩn", True, 0, 1),
        ("Giờ", False, 0, 1),
    ]
    assert cells_of(sheets[2]) == {(2, 2): "Rất ẩn"}
    assert [(s.sheet, s.reason) for s in skipped] == [("Trống", "empty")]
    assert {s.date1904 for s in sheets} == {name.endswith("1904")}
    assert sheets[0].cells.num_rows == 10


@pytest.mark.parametrize("suffix", ["xls", "ods"])
@pytest.mark.parametrize("name", ["values", "values1904"])
def test_no_moment_comes_out_a_second_early(name, suffix):
    sheets, _ = content((DATA / "layouts" / f"{name}.{suffix}").read_bytes())

    expected = {(row + 1, 1): str(MOMENT + timedelta(seconds=611 * row)) for row in range(72)}
    assert cells_of(sheets[3]) == expected


# ------------------------------------------------------------------ xlsb
@pytest.mark.parametrize("strings", [None, {}])
def test_an_xlsb_gives_the_texts_and_places_that_were_written(strings):
    """From C3 on; an error, truth values, a styled empty cell, and a hidden row with a value."""
    rows = {
        2: {2: "Mã", 3: "001099", 4: ""},
        3: {2: 121, 3: 45278.25, 4: MOMENT, 5: datetime(2023, 12, 18), 6: True, 7: False, 8: "#N/A", 9: "#DIV/0!"},
        5: {2: "ẩn", 11: None},
    }
    part = sheet12(rows, hidden={5, 6}, strings=strings)
    others = {
        "Ẩn": sheet12({0: ["h"]}, strings=strings),
        "Rất ẩn": sheet12({1: {1: "v"}}, strings=strings),
        "-": sheet12({}),
    }

    sheets, skipped = content(xlsb({"HS": part, **others}, states={"Ẩn": 1, "Rất ẩn": 2}, strings=strings))

    assert cells_of(sheets[0]) == {
        (3, 3): "Mã",
        (3, 4): "001099",
        (4, 3): "121",
        (4, 4): "45278.25",
        (4, 5): "2023-12-18 08:02:05",
        (4, 6): "2023-12-18 00:00:00",
        (4, 7): "true",
        (4, 8): "false",
        (4, 9): "#N/A",
        (4, 10): "#DIV/0!",
        (6, 3): "ẩn",
    }
    assert cells_of(sheets[2]) == {(2, 2): "v"}
    assert [(s.sheet, s.hidden, s.hidden_rows) for s in sheets] == [
        ("HS", False, 1),
        ("Ẩn", True, 0),
        ("Rất ẩn", True, 0),
    ]
    assert [(s.sheet, s.reason) for s in skipped] == [("-", "empty")]


def test_an_xlsb_that_counts_from_1904_says_so_and_its_dates_are_right():
    """1,462 days lie between the two beginnings."""
    moved = MOMENT - timedelta(days=1462)
    (made,) = content(xlsb({"HS": sheet12({0: [43816.5, moved]})}, date1904=True)).sheets

    assert made.date1904
    assert cells_of(made) == {(1, 1): "43816.5", (1, 2): "2023-12-18 08:02:05"}


def test_a_far_cell_of_an_xlsb_is_refused_before_it_is_loaded():
    """Whatever the sheet claims about itself."""
    far = sheet12({0: ["a"], 1_048_575: {16_383: "b"}})
    error = refusal(xlsb({"HS": far}))

    assert (error.key, error.values["cell"], error.values["cells"]) == (
        "absurd_extent",
        "XFD1048576",
        16_384 * 1_048_576,
    )
    assert refusal(xlsb({"HS": sheet12({1_000: {1_000: "b"}})}), cells=1).key == "absurd_extent"


def test_a_packed_bomb_is_refused_before_it_is_unpacked():
    part = record(129) + record(145) + record(400, b"\0" * 3_000_000)

    assert refusal(xlsb({"HS": part}), unpacked=2).key == "bomb"


@pytest.mark.parametrize(
    "part",
    [
        sheet12({0: ["a"]})[:-9],
        sheet12({1_048_576: ["a"]}),
        sheet12({0: {16_384: "a"}}),
        b"\xff" * 64,
        record(129) + record(145) + row12(0) + record(6, b"\0" * 4) + record(146) + record(130),
        record(129) + record(145) + row12(0) + record(6, b"\0" * 8 + b"\xff" * 4) + record(146) + record(130),
        record(129) + record(145) + row12(0) + cell12(0, "a", {"a": 7}) + record(146) + record(130),
        record(129),
        b"",
    ],
)
def test_a_damaged_xlsb_is_named_so(part):
    assert refusal(xlsb({"HS": part})).key in ("damaged_workbook", "empty_file")


# ------------------------------------------------------------------ xls and its container
def test_a_workbook_of_excel_95_is_read():
    """BIFF5: texts in the code page that the workbook names, here Windows-1258, whose tones are characters."""
    body = (
        old_label(2, 1, "Sô\u0301".encode("cp1258"))
        + old_label(2, 2, b"001099")
        + old_number(3, 1, 121)
        + old_record(0x0205, struct.pack("<HHHBB", 3, 2, 0, 42, 1))
        + old_record(0x0208, struct.pack("<HHHHHHHH", 3, 1, 3, 255, 0, 0, 0x20, 0))
    )
    data = compound({"Book": biff({"HS": body}, version=0x0500, extra=old_record(0x42, struct.pack("<H", 1258)))})

    (made,) = content(data).sheets

    assert ole_kind(data) == "old_xls"
    assert cells_of(made) == {(3, 2): "Sô\u0301", (3, 3): "001099", (4, 2): "121", (4, 3): "#N/A"}
    assert (made.sheet, made.hidden_rows) == ("HS", 1)


def test_a_column_that_an_old_workbook_cannot_have_is_damage():
    """It has 256 of them; one of 60,000 would take the libraries ten seconds and mean nothing."""

    def book(column: int) -> bytes:
        return compound({"Book": biff({"HS": old_label(0, column, b"x")}, version=0x0500)})

    assert content(book(255)).sheets[0].first_column == 256
    for column in (256, 60_000):
        assert refusal(book(column)).key == "damaged_workbook"


def test_a_container_is_named_for_what_it_holds():
    empty_book = biff({"HS": b""})
    protected = biff({"HS": b""}, extra=old_record(0x2F, b"\0" * 6))
    cases = {
        "old_xls": compound({"Workbook": empty_book}),
        "encrypted": compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
        "not_a_table": compound({"WordDocument": b"Workbook", "1Table": b"x"}),
    }

    assert {key: ole_kind(data) for key, data in cases.items()} == {key: key for key in cases}
    assert ole_kind(compound({"Workbook": protected})) == "encrypted"
    assert refusal(compound({"Workbook": protected})).key == "encrypted"
    assert refusal(cases["not_a_table"]).key == "not_a_table"
    assert refusal(cases["old_xls"]).key == "empty_file"
    assert ole_kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "not_a_table"


@pytest.mark.parametrize("name", ["khoa.xls", "khoa.ods"])
def test_a_password_is_seen(name):
    assert refusal((DATA / "encrypted" / name).read_bytes()).key == "encrypted"


@pytest.mark.parametrize("name", ["values.xls", "values.ods"])
def test_whatever_is_cut_or_changed_there_is_a_clear_refusal_or_a_reading(name):
    """No other exception than InputError, wherever the file ends and whatever bytes it holds."""
    data = (DATA / "layouts" / name).read_bytes()
    cut = [data[:size] for size in range(8, len(data), 997)]
    changed = [data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :] for at in range(24, len(data), 331)]
    keys = set()
    for bad in cut + changed:
        try:
            content(bad)
        except InputError as error:
            keys.add(error.key)

    assert keys <= {"damaged_workbook", "empty_file", "not_a_table", "encrypted", "absurd_extent"}
    assert "damaged_workbook" in keys
