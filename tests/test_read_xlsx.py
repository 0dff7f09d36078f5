"""Excel workbooks: every cell with its physical row and column, as text, and nothing guessed."""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.errors import InputError
from reformcli.model import FORMULA
from reformcli.read import xlsx as xlsx_module
from reformcli.read.cells import claimed, counted_cells, extent, first_shown_row, stays_near
from reformcli.read.exports import read_exports
from reformcli.read.payload import load
from reformcli.read.xlsx import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ROOT = (
    f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
X = '<c r="E2" t="inlineStr"><is><t>x</t></is></c>'


def make(path, fill, options=None):
    """Write a workbook with XlsxWriter; `fill` gets the workbook and its first sheet."""
    book = xlsxwriter.Workbook(str(path), options or {})
    fill(book, book.add_worksheet("HS"))
    book.close()
    return str(path)


def raw(path, rows="", *, sheet=None, strings=None, target="worksheets/sheet1.xml", book="", dimension=""):
    """Write a workbook by hand, for what no library would write."""
    sheet = sheet or f'<worksheet xmlns="{MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", ROOT)
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{book}<sheets>'
            '<sheet name="HS" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="{target}"/>'
            f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{MAIN}"><si><t/></si><si><t>s</t></si></sst>')
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return str(path)


def cells_of(sheet):
    """The non-null cells by (physical row, physical column), both from 1."""
    assert {str(kind) for kind in sheet.cells.schema.types} == {"string"}
    assert sheet.cells.column_names == [f"c{i}" for i in range(sheet.cells.num_columns)]
    return {
        (sheet.first_row + row, sheet.first_column + column): text
        for column, texts in enumerate(sheet.cells.columns)
        for row, text in enumerate(texts.to_pylist())
        if text is not None
    }


def content_of(path, *, careful=False):
    """What a workbook gives, read in this process."""
    return read_workbook(load(Path(path), None), careful=careful)


def read(path):
    (sheet,), _ = content_of(path)
    return cells_of(sheet)


# ------------------------------------------------------------------ places
def test_rows_and_columns_are_the_physical_ones(tmp_path):
    """The table starts at C5, its title stands in B2, and column A and row 1 are empty."""

    def fill(_, sheet):
        sheet.write("B2", "DANH SÁCH HỒ SƠ")
        sheet.write_row("C5", ["Mã", "Tên"])
        sheet.write_row("C6", ["001099", "An"])

    (sheet,), skipped = content_of(make(tmp_path / "a.xlsx", fill))

    assert (sheet.sheet, sheet.first_row, sheet.first_column, skipped) == ("HS", 1, 2, [])
    assert cells_of(sheet) == {
        (2, 2): "DANH SÁCH HỒ SƠ",
        (5, 3): "Mã",
        (5, 4): "Tên",
        (6, 3): "001099",
        (6, 4): "An",
    }


def test_a_title_may_stand_right_of_the_data(tmp_path):
    """The first shown cell is in F, the first column of the sheet is B."""

    def fill(_, sheet):
        sheet.write("F1", "Mẫu số 06a")
        sheet.write("B3", "x")

    assert read(make(tmp_path / "a.xlsx", fill)) == {(1, 6): "Mẫu số 06a", (3, 2): "x"}


def test_styled_empty_cells_are_nothing(tmp_path):
    """Borders down to row 5,000 and from column A on are no cells."""

    def fill(book, sheet):
        border = book.add_format({"border": 1})
        for row in range(5000):
            sheet.write_blank(row, 0, None, border)
        sheet.write("D2", "x", border)

    (sheet,), _ = content_of(make(tmp_path / "a.xlsx", fill))

    assert cells_of(sheet) == {(2, 4): "x"}
    assert sheet.cells.num_rows == 2


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="C2" s="1"/>', {}),
        ('<c r="C2"><v/></c>', {}),
        ('<c r="C2"><v></v></c>', {}),
        ('<c r="C2"><f>A1</f></c>', {(2, 3): FORMULA}),
        ('<c r="C2" t="str"><f>A1</f><v></v></c>', {}),
        ('<c r="C2" t="s"><v>0</v></c>', {}),
        ('<c r="C2" t="inlineStr"><is><t></t></is></c>', {}),
        ('<c r="C2" t="e"><v>#N/A</v></c>', {(2, 3): "#N/A"}),
        ('<c r="C2" t="s"><v>1</v></c>', {(2, 3): "s"}),
        ('<c r="C2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', {(2, 3): "ab"}),
        ('<c r="C2" t="str"><v> </v></c>', {(2, 3): " "}),
        ('<c r="C2" t="b"><v>1</v></c>', {(2, 3): "true"}),
        ("<c s='1' t='s' r='C2'><v>1</v></c>", {(2, 3): "s"}),
        ('<c r="c2"><v>7</v></c>', {(2, 3): "7"}),
        ('<!-- <c r="A2"><v>1</v></c> --><c r="C2"><v>1</v></c>', {(2, 3): "1"}),
        ('<!-- <c r="A9"><v>1</v></c> --><c r="C2"><v>1</v></c>', {(2, 3): "1"}),
    ],
)
def test_every_form_of_a_first_cell_leaves_the_others_in_place(tmp_path, cell, expected):
    """Column E is column E, whether the cell before it counts, shows or is nothing."""
    path = raw(tmp_path / "a.xlsx", f'<row r="2">{cell}{X}</row>')

    assert read(path) == {**expected, (2, 5): "x"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<row><c><v>1</v></c></row><row><c/><c><v>2</v></c></row>", {(1, 1): "1", (2, 2): "2"}),
        (
            '<row r="3"><c/><c><v>1</v></c><c r="E3"><v>2</v></c><c><v>3</v></c></row>',
            {(3, 2): "1", (3, 5): "2", (3, 6): "3"},
        ),
        ('<row><c r="B4"><v>1</v></c></row><row><c r="C7"><v>2</v></c></row>', {(4, 2): "1", (7, 3): "2"}),
        ('<row r="5"><c r="D5"><v>1</v></c><c r="B5"><v>2</v></c></row>', {(5, 4): "1", (5, 2): "2"}),
        ('<row r="5"><c r="B5"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>', {(5, 2): "1", (2, 1): "2"}),
        ('<row r="1"><c r="B1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>', {(1, 2): "1", (1, 1): "2"}),
        (
            (
                '<row r="1"><c r="B1"><v>1</v></c></row><row r="2"/><row r="2"><c r="C2"><v>2</v></c></row>'
                '<row r="1"><c r="A1"><v>3</v></c></row>'
            ),
            {(1, 2): "1", (2, 3): "2", (1, 1): "3"},
        ),
        (
            '<row r="2"><c r="B2" t="e"><v>#N/A</v></c></row><row r="4"><c r="D4"><v>1</v></c></row>',
            {(2, 2): "#N/A", (4, 4): "1"},
        ),
        (
            '<row r="2"><c r="C2"><v>1</v></c></row><row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>',
            {(2, 3): "1", (3, 2): "#N/A"},
        ),
    ],
)
def test_missing_references_and_odd_orders_are_placed(tmp_path, rows, expected):
    assert read(raw(tmp_path / "a.xlsx", rows)) == expected


def test_prefixed_xml_and_absolute_targets_are_read(tmp_path):
    """As .NET programs write them."""
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="C2" t="inlineStr"><x:is><x:t>a</x:t></x:is>'
        '</x:c><x:c r="D2"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )

    path = raw(tmp_path / "a.xlsx", sheet=sheet, target="/xl/worksheets/sheet1.xml")

    assert read(path) == {(2, 3): "a", (2, 4): "5"}


def test_openpyxl_workbooks_keep_their_places_too(tmp_path):
    book = openpyxl.Workbook()
    book.active["D4"], book.active["E9"] = "x", 121
    book.save(tmp_path / "a.xlsx")

    assert read(str(tmp_path / "a.xlsx")) == {(4, 4): "x", (9, 5): "121"}


def test_of_an_ordinary_sheet_only_the_first_rows_are_looked_at(tmp_path, monkeypatch):
    """Measuring all of the XML costs as much as reading it: it is the last resort."""

    def fill(_, sheet):
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write("D2", "x")
        sheet.write("C3", "y")

    monkeypatch.setattr(xlsx_module, "extent", lambda _: pytest.fail("measured"))

    assert read(make(tmp_path / "a.xlsx", fill)) == {(2, 2): "#DIV/0!", (2, 4): "x", (3, 3): "y"}


def test_a_large_sheet_is_believed_when_it_claims_a_sane_extent(tmp_path, monkeypatch):
    """Looking at all of it first would cost a quarter of the reading; the second look goes on beside."""
    monkeypatch.setattr(xlsx_module, "SMALL_XML", 100)
    monkeypatch.setattr(xlsx_module, "stays_near", lambda _: pytest.fail("looked at"))

    path = make(tmp_path / "a.xlsx", lambda _, sheet: sheet.write_column("B2", ["x", "y"]))

    for dimension in ("", '<dimension ref="A1"/>', '<dimension ref="A1:XFD1048576"/>', '<dimension ref="B9:A1"/>'):
        with pytest.raises(pytest.fail.Exception, match="looked at"):
            read(raw(tmp_path / "b.xlsx", f"<row>{X}</row>", dimension=dimension))
    assert read(raw(tmp_path / "c.xlsx", f"<row>{X}</row>", dimension='<dimension ref="E2:F2"/>')) == {(2, 5): "x"}
    assert read(path) == {(2, 2): "x", (3, 2): "y"}
    with pytest.raises(pytest.fail.Exception, match="looked at"):
        content_of(path, careful=True)


CELL = st.none() | st.sampled_from(["x", 7, "", 1.5])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 30)), CELL, max_size=12))
def test_any_sheet_has_the_cells_that_were_written(tmp_path_factory, written):
    """Against what was written: empty strings and blanks are nothing, everything else is where it was put."""

    def fill(book, sheet):
        style = book.add_format({"bold": True})
        for (row, column), value in written.items():
            sheet.write(row, column, value, style)

    path = make(tmp_path_factory.mktemp("any") / "a.xlsx", fill)
    expected = {
        (row + 1, column + 1): str(value) for (row, column), value in written.items() if value not in (None, "")
    }

    if expected:
        assert read(path) == expected
    else:
        with pytest.raises(InputError, match="empty_file"):
            read(path)


# ------------------------------------------------------------------ values
def test_texts_numbers_and_dates_come_as_text(tmp_path):
    """Leading zeros, NA and spaces stay; numbers lose no digit; dates are ISO with seconds."""

    def fill(book, sheet):
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for column, text in enumerate(["001099", "NA", "None", " An ", "03/04/2026", "=1+1", "a\nb"]):
            sheet.write_string(0, column, text)
        for column, number in enumerate([121, 45278.25, 123456789012345, 0.1, -3]):
            sheet.write_number(1, column, number)
        for column, day in enumerate([dt.datetime(2023, 12, 18, 8, 2, 5), dt.datetime(2023, 12, 18)]):
            sheet.write_datetime(2, column, day, date)
        sheet.write_formula(3, 0, "=A2*2", None, 242)
        sheet.write_formula(3, 1, "=A1", None, "001099")

    (sheet,), _ = content_of(make(tmp_path / "a.xlsx", fill))
    rows = [[text for text in row.values() if text is not None] for row in sheet.cells.to_pylist()]

    assert rows[0] == ["001099", "NA", "None", " An ", "03/04/2026", "=1+1", "a\nb"]
    assert rows[1] == ["121", "45278.25", "123456789012345", "0.1", "-3"]
    assert rows[2] == ["2023-12-18 08:02:05", "2023-12-18 00:00:00"]
    assert rows[3] == ["242", "001099"]
    assert not sheet.date1904


def test_every_second_of_a_day_survives(tmp_path):
    """A date cell is a fraction of a day: none may come out a second early."""
    first = dt.datetime(2023, 12, 18)
    moments = [first + dt.timedelta(seconds=second) for second in range(0, 86_400, 7)]

    def fill(book, sheet):
        style = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for row, moment in enumerate(moments):
            sheet.write_datetime(row, 0, moment, style)

    (sheet,), _ = content_of(make(tmp_path / "a.xlsx", fill))

    assert sheet.cells["c0"].to_pylist() == [str(moment) for moment in moments]


def test_workbooks_that_count_from_1904_say_so_and_their_dates_are_right(tmp_path):
    def fill(book, sheet):
        sheet.write_datetime(0, 0, dt.datetime(2023, 12, 18, 8, 2, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 0, 43816.5)

    (sheet,), _ = content_of(make(tmp_path / "a.xlsx", fill, {"date_1904": True}))

    assert sheet.date1904
    assert sheet.cells["c0"].to_pylist() == ["2023-12-18 08:02:05", "43816.5"]


# ------------------------------------------------------------------ sheets
def test_sheets_come_in_workbook_order_with_what_was_skipped_and_why(tmp_path):
    def fill(book, sheet):
        sheet.write("A1", "first")
        book.add_worksheet("Ẩn & <b>").write("B2", "hidden")
        book.get_worksheet_by_name("Ẩn & <b>").hide()
        book.add_worksheet("Trống")
        book.add_worksheet("Rất ẩn").write("A1", "very")
        book.get_worksheet_by_name("Rất ẩn").very_hidden()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=HS!$A$1:$A$2"})
        book.add_chartsheet("Biểu đồ").set_chart(chart)

    sheets, skipped = content_of(make(tmp_path / "a.xlsx", fill))

    assert [(sheet.sheet, sheet.hidden) for sheet in sheets] == [("HS", False), ("Ẩn & <b>", True), ("Rất ẩn", True)]
    assert [(sheet.sheet, sheet.reason) for sheet in skipped] == [("Trống", "empty"), ("Biểu đồ", "no_cells")]
    assert cells_of(sheets[1]) == {(2, 2): "hidden"}
    assert len({sheet.source for sheet in [*sheets, *skipped]}) == 1


def test_a_workbook_may_come_through_standard_input(tmp_path):
    path = make(tmp_path / "a.xlsx", lambda _, sheet: sheet.write("B2", "x"))

    (sheet,), _ = read_exports(["-"], stdin=BytesIO((tmp_path / "a.xlsx").read_bytes()))

    assert cells_of(sheet) == read(path)


def test_the_name_of_a_file_says_nothing(tmp_path):
    path = make(tmp_path / "a.xlsx", lambda _, sheet: sheet.write("B2", "x"))
    (tmp_path / "a.csv").write_bytes((tmp_path / "a.xlsx").read_bytes())
    (tmp_path / "b.xlsx").write_bytes(b"ma;ngay\n1;2\n")

    (workbook,), _ = read_exports([str(tmp_path / "a.csv")])
    (text,), _ = read_exports([str(tmp_path / "b.xlsx")])

    assert cells_of(workbook) == read(path)
    assert cells_of(text) == {(1, 1): "ma", (1, 2): "ngay", (2, 1): "1", (2, 2): "2"}


# ------------------------------------------------------------------ the XML itself
def test_cells_cut_in_two_by_a_piece_are_whole():
    """Whatever the size of the pieces, the same cells."""
    xml = '<sheetData><row r="2"><c r="C2"/><c r="D2" t="str"><v>a</v></c></row><row><c><v>1</v></c></row></sheetData>'
    whole = list(counted_cells([xml.encode()]))

    for size in range(1, len(xml)):
        pieces = [xml.encode()[start : start + size] for start in range(0, len(xml), size)]
        assert list(counted_cells(pieces)) == whole
    assert [(cell.row, cell.column) for cell in whole] == [(2, 4), (3, 1)]


def test_a_far_reference_is_seen_over_the_edge_of_a_piece():
    for far in (
        b'<c r="AV5"/>',
        b'<c r="XFD1"/>',
        b'<c r="A1000000"/>',
        b'<x:c r="AV5"/>',
        b"<c><v>1</v></c>",
        b"<c r='A1'/>",
    ):
        for cut in range(1, len(far)):
            assert not stays_near([b'<c r="A1"/>' + far[:cut], far[cut:] + b'<c r="B1"/>'])
    near = (
        b'<worksheet xmlns:r="http://x"><cols><col min="1"/></cols><row r="999999"><c r="AU999999"><v>1</v></c></row>'
    )
    for cut in range(len(near)):
        assert stays_near([near[:cut], near[cut:]])


def test_extents_are_those_of_cells_that_count():
    xml = b'<row r="2"><c r="C2"><v>1</v></c><c r="ZZ2"/></row><row r="9"><c r="B9"><v>1</v></c></row><row r="99"/>'

    assert extent([xml]) == (2, 2, 9, 3)
    assert extent([xml]).cells == 18
    assert extent([b"<row/>"]) is None
    assert first_shown_row([xml]) == (2, [3])
    assert first_shown_row([b"<row/>"]) is None


def test_a_claimed_extent_counts_from_a1():
    assert claimed(b'<x:dimension ref="B2:XFD1048576"/>') == 16384 * 1048576
    assert claimed(b'<dimension ref="A1"/>') is None
    assert claimed(b"<sheetData>") is None
