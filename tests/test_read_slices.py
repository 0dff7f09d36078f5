"""A large sheet is read in slices: the result is that of reading it whole, or the sheet is read whole."""

from __future__ import annotations

import threading
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.errors import InputError
from reformcli.read import slices as slices_module
from reformcli.read import workbook as workbook_module
from reformcli.read import xlsx as xlsx_module
from reformcli.read.payload import load
from reformcli.read.slices import slice_size
from reformcli.read.xlsx import read_workbook

SHEET = "xl/worksheets/sheet1.xml"
DATE = 45_278.25


@pytest.fixture(scope="module", autouse=True)
def small_slices():
    """Slices of some rows, so that small sheets have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices_module, "SLICE", 700)
        patch.setattr(slices_module, "SHARE", 1e9)
        patch.setattr(workbook_module, "_FIRST_PIECE", 1000)
        patch.setattr(workbook_module, "_PIECE", 300)
        patch.setattr(xlsx_module, "SMALL_XML", 0)
        yield


@pytest.fixture
def taken(monkeypatch):
    """How many slices were read."""
    counted = []
    rows = slices_module._rows
    monkeypatch.setattr(slices_module, "_rows", lambda slice_, read: counted.append(slice_) or rows(slice_, read))
    return counted


def book(path, rows, *, top=0, left=0):
    """Write rows of cells: a text, a number, a date (DATE), True, an error ("=NA()") or nothing."""
    with xlsxwriter.Workbook(path) as made:
        sheet, day = made.add_worksheet("Hồ sơ"), made.add_format({"num_format": "dd/mm/yyyy"})
        for row, cells in enumerate(rows, top):
            for column, value in enumerate(cells, left):
                if value == DATE:
                    sheet.write_number(row, column, value, day)
                elif value == "=NA()":
                    sheet.write_formula(row, column, value, None, "#N/A")
                elif value is not None:
                    sheet.write(row, column, value)
            if cells and cells[0] == "ẩn":
                sheet.set_row(row, None, None, {"hidden": True})
    return path


def changed(path, change):
    """Rewrite the XML of the sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[SHEET] = change(parts[SHEET])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def both(path):
    """The sheet as it is read, and with care: looked at first, and whole."""
    payload = load(path, None)
    return [read_workbook(payload, careful=careful).sheets for careful in (False, True)]


def shown(sheets):
    """Everything that there is to know of sheets."""
    return [
        {name: getattr(sheet, name) for name in sheet.__slots__ if name != "cells"}
        | {"cells": [column.to_pylist() for column in sheet.cells.columns]}
        for sheet in sheets
    ]


def same(path):
    fast, careful = both(path)
    assert shown(fast) == shown(careful)
    return fast[0]


LONG = [[f"H{number:06}", number, DATE, "Sở Y tế", None, "ẩn" if number == 50 else "x"] for number in range(200)]


def test_a_large_sheet_is_read_in_slices_and_every_cell_stands_where_it_stood(tmp_path, taken):
    """Some two hundred rows are dozens of slices."""
    sheet = same(book(tmp_path / "a.xlsx", LONG))

    assert len(taken) > 20
    assert sheet.cells.num_rows == 200
    assert sheet.cells.column(0).to_pylist() == [row[0] for row in LONG]
    assert sheet.cells.column(2)[17].as_py() == "2023-12-18 06:00:00"


CELL = st.one_of(st.none(), st.sampled_from(["ẩn", "x", "0012", "=NA()", " ", True, 5, 2.5, DATE, "đ&<>\"'"]))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, max_size=6), min_size=40, max_size=120),
    top=st.integers(0, 30),
    left=st.integers(0, 3),
)
def test_whatever_the_sheet_holds_slices_give_what_the_whole_gives(rows, top, left, tmp_path_factory):
    """Empty rows and columns, errors, hidden rows; the table may begin anywhere."""
    path = book(tmp_path_factory.mktemp("slices") / "a.xlsx", rows, top=top, left=left)
    if any(cell not in (None, " ") for row in rows for cell in row):
        same(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b'<row r="', b'<row x="'),  # rows without numbers
        lambda xml: xml.replace(b'<row r="100"', b'<row r="20"').replace(b'100"', b'20"'),  # out of order
        lambda xml: xml.replace(b'r="A150"', b'r="A3"', 1),  # a cell that stands in another row
        lambda xml: xml.replace(b'r="A50"', b'r="A150"', 1),
        lambda xml: xml.replace(b'<row r="100"', b'</sheetData><row r="100"', 1),  # rows behind the end
        lambda xml: xml.replace(b"<row", b"<x:row").replace(b"</row", b"</x:row"),
        lambda xml: xml.replace(b"<sheetData", b"<x:sheetData").replace(b"</sheetData", b"</x:sheetData"),
        lambda xml: xml.replace(b'<row r="100"', b"<!-- --><row r='100'", 1),
        lambda xml: xml.replace(b'r="F199"', b'r="AF199"', 1),  # one slice is wider
        lambda xml: xml.replace(b"</row>", b"</row>\n"),
        lambda xml: xml.replace(b'<row r="', b'<row\n r="'),
    ],
    ids=["numbers", "order", "above", "below", "behind", "row", "data", "comment", "wide", "breaks", "tag"],
)
def test_a_sheet_that_is_written_otherwise_gives_what_the_whole_gives(change, tmp_path):
    """Where rows cannot be told apart, or do not stand where they say, the sheet is read whole."""
    same(changed(book(tmp_path / "a.xlsx", LONG), change))


def test_a_text_like_the_marks_is_a_text(tmp_path):
    """Our own rows are known by their place, too."""
    rows = [[slices_module._MARK, number] for number in range(100)]

    assert same(book(tmp_path / "a.xlsx", rows)).cells.column(0).to_pylist() == [slices_module._MARK] * 100


def test_a_damaged_slice_is_a_damaged_sheet(tmp_path):
    """Whichever of them it is."""
    path = changed(book(tmp_path / "a.xlsx", LONG), lambda xml: xml.replace(b'<c r="B150">', b'<c r="B150"', 1))

    with pytest.raises(InputError, match="damaged_workbook"):
        read_workbook(load(path, None))


def test_no_more_slices_are_kept_than_are_read(tmp_path, monkeypatch):
    """The memory is that of some slices, however large the sheet is."""
    now, most, lock, rows = [0], [0], threading.Lock(), slices_module._rows

    class Counted(slices_module.Slice):
        __slots__ = ()

        def __new__(cls, *values):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            return super().__new__(cls, *values)

    def read(slice_, reader):
        try:
            return rows(slice_, reader)
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr(slices_module, "Slice", Counted)
    monkeypatch.setattr(slices_module, "_rows", read)
    path = book(tmp_path / "a.xlsx", LONG)
    payload = load(path, None)
    read_workbook(payload)

    assert 1 < most[0] <= payload.cores + 2


def test_texts_shared_by_all_slices_are_not_read_again_for_each(monkeypatch):
    """A sheet with many shared texts is read whole."""
    monkeypatch.undo()
    monkeypatch.setattr(slices_module, "SLICE", 8 << 20)
    monkeypatch.setattr(slices_module, "SHARE", 0.2)

    assert slice_size(100 << 20, 1 << 20) == 8 << 20
    assert slice_size(800 << 20, 4 << 20) == 20 << 20
    assert slice_size(800 << 20, 20 << 20) is None
    assert slice_size(15 << 20, 0) is None
