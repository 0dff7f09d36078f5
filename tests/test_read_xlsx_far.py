"""Lone cells far from the table are left out and listed; whatever a sheet claims about its extent, it reads the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from reformcli.errors import InputError
from reformcli.limits import Limits
from reformcli.model import FORMULA
from reformcli.read import xlsx as xlsx_module
from reformcli.read.payload import load
from reformcli.read.xlsx import read_workbook
from test_read_xlsx import cells_of, content_of, raw

DIMENSIONS = [
    "",
    '<dimension ref="A1"/>',
    '<dimension ref="A1:B2"/>',
    '<dimension ref="C7:XFD1048576"/>',
    '<dimension ref="B9:A1"/>',
    '<dimension ref="A0:ZZZ99999999"/>',
    '<dimension ref="nonsense"/>',
    '<dimension ref=""/>',
    "<dimension/>",
]


def cell(place, value="1"):
    return f'<c r="{place}"><v>{value}</v></c>'


def row(number, *places):
    return f'<row r="{number}">{"".join(map(cell, places))}</row>'


def table(rows=30, columns="ABC"):
    """A table with a number in every cell."""
    return "".join(row(number, *(f"{column}{number}" for column in columns)) for number in range(1, rows + 1))


def places_of(rows=30, columns=3):
    return {(number, column): "1" for number in range(1, rows + 1) for column in range(1, columns + 1)}


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize(
    ("rows", "far", "others"),
    [
        (row(1048576, "XFD1048576"), ("XFD1048576",), {}),
        (row(40, "XFD40") + row(500000, "A500000") + row(1048576, "B1048576"), ("XFD40",), "rows"),
        (row(400000000, "A400000000"), ("A400000000",), {}),
        (row(1048576, "XFC1048576", "XFD1048576"), ("XFC1048576", "XFD1048576"), {}),
        ("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>", ("XFD1048576",), {}),
        ('<row r="1048576"><c s="1" r="XFD1048576" t="e"><v>#N/A</v></c></row>', ("XFD1048576",), {}),
        ('<row r="1048576"><c r="XFD1048576"><f>A1</f></c></row>', ("XFD1048576",), {}),
    ],
)
def test_a_lone_far_cell_is_left_out_and_listed(tmp_path, dimension, rows, far, others):
    """The table is read in full; of several far cells only those go without which the sheet is small enough."""
    expected = places_of() | ({(500000, 1): "1", (1048576, 2): "1"} if others == "rows" else {})

    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", table() + rows, dimension=dimension))

    assert cells_of(sheet) == expected
    assert sheet.far_cells == far


def test_a_far_cell_beside_cells_without_references_moves_nothing(tmp_path):
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row r='99999'><c r='XFC99999'><v>3</v></c><c><v>4</v></c></row>"

    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", rows + "<row><c><v>5</v></c></row>"))

    assert cells_of(sheet) == {(1, 1): "1", (1, 2): "2", (100000, 1): "5"}
    assert sheet.far_cells == ("XFC99999", "XFD99999")


def test_at_most_twenty_far_cells_are_listed(tmp_path):
    rows = "".join(row(number, f"XFD{number}") for number in range(100001, 100031))

    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", table() + rows))

    assert sheet.far_cells == tuple(f"XFD{number}" for number in range(100001, 100021))
    assert cells_of(sheet) == places_of()


def test_the_table_stays_wherever_it_is(tmp_path):
    """A lone title in A1 is what is far, when 9,000 rows stand in the last columns."""
    rows = "".join(row(number, f"XFC{number}", f"XFD{number}") for number in range(1, 9001))

    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", row(1, "A1") + rows))

    assert (sheet.first_column, sheet.cells.num_rows, sheet.cells.num_columns) == (16383, 9000, 2)
    assert sheet.far_cells == ("A1",)


def test_two_tables_far_apart_are_refused(tmp_path):
    """Neither is a lone cell; the last one is named."""
    far = "".join(row(number, f"XFD{number}") for number in range(1040000, 1042000))

    with pytest.raises(InputError, match="absurd_extent") as caught:
        content_of(raw(tmp_path / "a.xlsx", table(2000) + far))
    assert caught.value.values["cell"] == "XFD1041999"


def test_a_lone_cell_and_nothing_else_is_refused_where_rows_would_be_too_many(tmp_path):
    with pytest.raises(InputError, match="absurd_extent"):
        content_of(raw(tmp_path / "a.xlsx", row(400000000, "A400000000")))


def test_far_styles_are_no_cells(tmp_path):
    rows = '<row r="1048576"><c r="XFD1048576" s="0"/><c r="XFD1048576" s="0"></c></row>'

    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", table() + rows))

    assert (cells_of(sheet), sheet.far_cells) == (places_of(), ())


def test_a_wide_sheet_of_a_few_rows_is_no_danger(tmp_path):
    """XFD5 spans 82,000 cells: nothing is left out."""
    book = openpyxl.Workbook()
    book.active["A1"] = book.active["XFD5"] = "x"
    book.save(tmp_path / "a.xlsx")

    (sheet,), _ = content_of(tmp_path / "a.xlsx")

    assert (cells_of(sheet), sheet.far_cells) == ({(1, 1): "x", (5, 16384): "x"}, ())


def test_the_limit_is_the_users(tmp_path):
    """With a million cells a cell in BZZ2000 (4 million) is far; with the built-in 50 it is not."""
    path = Path(raw(tmp_path / "a.xlsx", table() + row(2000, "BZZ2000")))

    (left,), _ = read_workbook(replace(load(path, None), limits=Limits(cells=1)))
    (whole,), _ = content_of(path)

    assert (cells_of(left), left.far_cells) == (places_of(), ("BZZ2000",))
    assert (whole.cells.num_columns, whole.cells["c2053"].to_pylist()[-1], whole.far_cells) == (2054, "1", ())


def test_a_dense_sheet_has_no_limit(tmp_path):
    """40,000 × 26 cells are more than a million, and none of them is lone."""
    path = Path(raw(tmp_path / "a.xlsx", table(40_000, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")))

    (sheet,), _ = read_workbook(replace(load(path, None), limits=Limits(cells=1)))

    assert (sheet.cells.num_rows, sheet.cells.num_columns, sheet.far_cells) == (40_000, 26, ())


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("careful", [False, True])
def test_a_lie_about_the_extent_changes_nothing(tmp_path, monkeypatch, dimension, careful):
    """In a small sheet and in a large one, whose honest claim would be believed."""
    expected = places_of() | {(31, 2): FORMULA, (31, 3): "#N/A"}
    rows = table() + '<row r="31"><c r="B31"><f>A1</f></c><c r="C31" t="e"><v>#N/A</v></c></row>'
    path = raw(tmp_path / "a.xlsx", rows, dimension=dimension)

    for size in (xlsx_module.SMALL_XML, 10):
        monkeypatch.setattr(xlsx_module, "SMALL_XML", size)
        (sheet,), _ = content_of(path, careful=careful)
        assert cells_of(sheet) == expected


def test_a_far_cell_that_was_read_all_the_same_is_left_out(tmp_path, monkeypatch):
    """A large sheet claims A1:C30 and has a cell just beyond the limit: read or looked at first, it is the same."""
    monkeypatch.setattr(xlsx_module, "SMALL_XML", 10)
    path = raw(tmp_path / "a.xlsx", table() + row(2000, "BZZ2000"), dimension='<dimension ref="A1:C30"/>')
    payload = replace(load(Path(path), None), limits=Limits(cells=1))

    for careful in (False, True):
        (sheet,), _ = read_workbook(payload, careful=careful)
        assert (cells_of(sheet), sheet.far_cells) == (places_of(), ("BZZ2000",))


def test_a_large_sheet_that_lies_is_read_with_care(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_module, "SMALL_XML", 10)
    path = raw(tmp_path / "a.xlsx", table() + row(1048576, "XFD1048576"), dimension='<dimension ref="A1:C30"/>')

    (sheet,), _ = content_of(path, careful=True)

    assert (cells_of(sheet), sheet.far_cells) == (places_of(), ("XFD1048576",))
