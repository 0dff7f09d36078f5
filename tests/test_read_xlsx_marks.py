"""Cells without a value of their own: error values, formulas that nobody computed; and rows that are hidden."""

from __future__ import annotations

import subprocess
import time

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.errors import InputError
from reformcli.model import FORMULA
from reformcli.read import xlsx as xlsx_module
from reformcli.read.cells import whole_cells
from reformcli.read.survey import plain, survey, survey_in_order, with_known_errors
from test_read_xlsx import MAIN, cells_of, content_of, make, raw, read

X = '<c r="E1"><v>7</v></c>'
CLAIM = '<dimension ref="A1:Z99"/>'


@pytest.fixture(params=["before", "beside", "careful"])
def look(request, monkeypatch):
    """Read a workbook with the second look before the reading, beside it, or where the caller asked for care."""
    if request.param != "before":
        monkeypatch.setattr(xlsx_module, "SMALL_XML", 10)
    return lambda path: content_of(path, careful=request.param == "careful")


# ------------------------------------------------------------------ errors and formulas
def test_error_values_are_read_as_openpyxl_reads_them(tmp_path, look):
    """The texts that Excel shows, in shared strings' neighbourhood, first and last columns included."""

    def fill(_, sheet):
        sheet.write("B2", "Mã hồ sơ")
        for row, error in enumerate(["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"], start=2):
            sheet.write_formula(row, 1, "=1/0", None, error)
            sheet.write_formula(row, 30, "=1/0", None, error)

    path = make(tmp_path / "a.xlsx", fill)
    (sheet,), _ = look(path)
    oracle = openpyxl.load_workbook(path, data_only=True)["HS"]

    assert cells_of(sheet) == {
        (cell.row, cell.column): cell.value for row in oracle.iter_rows() for cell in row if cell.value is not None
    }
    assert len(cells_of(sheet)) == 15


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="C1" t="e"><v>#REF!</v></c>', "#REF!"),
        ("<c t='e' r='C1'><f>A1</f><v>#REF!</v></c>", "#REF!"),
        ('<c r="C1" s="3" t = "e" cm="1"><v>#N/A</v></c>', "#N/A"),
        ('<c r="C1" t="e"><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c r="C1" t="e"><v>#GETTING_DATA</v></c>', "#GETTING_DATA"),
        ('<c r="C1" t="e"><v>&#35;REF!</v></c>', "#REF!"),
        ('<c r="C1" t="e"><v>Err:502</v></c>', "#VALUE!"),
        ('<c r="C1" t="e"><f>1/0</f></c>', FORMULA),
        ('<c r="C1" t="e"/>', None),
        ('<c r="C1"><f>A1</f></c>', FORMULA),
        ('<c r="C1"><f>A1</f><v></v></c>', FORMULA),
        ('<c r="C1"><f>A1</f><v/></c>', FORMULA),
        ('<c r="C1" t="n"><f>IF(A1>0,"a","b")</f></c>', FORMULA),
        ('<c r="C1"><f t="shared" si="0"/></c>', FORMULA),
        ('<c r="C1"><f t="shared" ref="C1:C9" si="0">A1</f></c>', FORMULA),
        ('<c r="C1"><f t="array" ref="C1">SUM(A1)</f><v></v></c>', FORMULA),
        ('<c r="C1" t="str"><f>A1</f></c>', FORMULA),
        ('<c r="C1" t="str"><f>A1</f><v></v></c>', None),
        ('<c r="C1" t="str"><f>A1</f><v/></c>', None),
        ('<c r="C1" t="str"><f>A1</f><v>H01</v></c>', "H01"),
        ('<c r="C1"><f>A1</f><v>0</v></c>', "0"),
        ('<c r="C1" t="b"><f>A1=1</f><v>1</v></c>', "true"),
        ('<c r="C1" t="b"><v>false</v></c>', "false"),
        ('<c r="C1" t="str"><v>false</v></c>', "false"),
        ('<c r="C1" t="b"><v>1</v></c><c r="D1" t="str"><v>false</v></c>', "true"),
        ('<c r="C1"><!-- <f>A1</f> --><v>5</v></c>', "5"),
        ('<c r="C1"><v>1<!-- x -->2</v></c>', "12"),
        ('<c r="C1"><v><![CDATA[12]]></v></c>', "12"),
        ('<c r="C1" t="str"><v><![CDATA[a<b&c]]></v></c>', "a<b&c"),
        ('<c r="C1" t="inlineStr"><is><t>t="e" #REF! &lt;f></t></is></c>', 't="e" #REF! <f>'),
    ],
)
def test_every_form_of_a_cell_without_a_value(tmp_path, look, cell, expected):
    """Written by Excel (`t="str"` for an empty text), LibreOffice, openpyxl (`<v></v>`), or by nobody we know."""
    (sheet,), _ = look(raw(tmp_path / "a.xlsx", f'<row r="1">{cell}{X}</row>', dimension=CLAIM))
    found = cells_of(sheet)
    found.pop((1, 4), None)

    assert found == {(1, 5): "7"} | ({(1, 3): expected} if expected else {})


def test_formulas_of_openpyxl_have_no_result(tmp_path, look):
    """Openpyxl computes nothing; the formulas stand left of, right of and below everything else."""
    book = openpyxl.Workbook()
    for place in ("B3", "F3", "D9"):
        book.active[place] = "=1+1"
    book.active["D3"] = "x"
    book.save(tmp_path / "a.xlsx")

    (sheet,), _ = look(tmp_path / "a.xlsx")

    assert cells_of(sheet) == {(3, 2): FORMULA, (3, 4): "x", (3, 6): FORMULA, (9, 4): FORMULA}


def test_a_sheet_of_formulas_only_is_not_empty(tmp_path, look):
    (sheet,), _ = look(raw(tmp_path / "a.xlsx", '<row r="4"><c r="C4"><f>A1</f></c></row>', dimension=CLAIM))
    (errors,), _ = look(raw(tmp_path / "b.xlsx", '<row r="4"><c r="C4" t="e"><v>#N/A</v></c></row>', dimension=CLAIM))

    assert cells_of(sheet) == {(4, 3): FORMULA}
    assert cells_of(errors) == {(4, 3): "#N/A"}


def test_libreoffice_results_are_read(tmp_path, look):
    """LibreOffice computes what openpyxl left open, writes `t="n"` everywhere and hidden="false" on every row."""
    book = openpyxl.Workbook()
    for row, formula in enumerate(['=""', "=1+1", "=1/0", "=NA()", '="H01"', "=1=1"], start=1):
        book.active.cell(row, 2, formula)
    book.active.row_dimensions[5].hidden = True
    book.save(tmp_path / "a.xlsx")
    office = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    (tmp_path / "out").mkdir()
    try:
        subprocess.run(
            [*office, "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(tmp_path / "a.xlsx")],
            check=True,
            capture_output=True,
            timeout=120,
        )
    except (OSError, subprocess.SubprocessError):
        pytest.skip("no LibreOffice here")

    (sheet,), _ = look(tmp_path / "out" / "a.xlsx")

    assert cells_of(sheet) == {(2, 2): "2", (3, 2): "#DIV/0!", (4, 2): "#N/A", (5, 2): "H01", (6, 2): "true"}
    assert sheet.hidden_rows == 1


def test_cells_without_references_are_placed_by_counting(tmp_path, look):
    rows = (
        '<row><c><v>1</v></c><c t="e"><v>#N/A</v></c></row><row hidden="1"><c/><c><f>A1</f></c><c><v>2</v></c></row>'
        '<row r="9"><c r="E9"><v>3</v></c><c><f>B1</f></c></row>'
    )

    (sheet,), _ = look(raw(tmp_path / "a.xlsx", rows, dimension=CLAIM))

    assert cells_of(sheet) == {
        (1, 1): "1",
        (1, 2): "#N/A",
        (2, 2): FORMULA,
        (2, 3): "2",
        (9, 5): "3",
        (9, 6): FORMULA,
    }
    assert sheet.hidden_rows == 1


def test_prefixed_xml_has_errors_and_hidden_rows_too(tmp_path, look):
    """As .NET programs write it."""
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:Z9"/><x:sheetData><x:row r="2" hidden="1">'
        '<x:c r="C2" t="e"><x:v>#REF!</x:v></x:c><x:c r="D2"><x:f>A1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    )

    (sheet,), _ = look(raw(tmp_path / "a.xlsx", sheet=xml))

    assert cells_of(sheet) == {(2, 3): "#REF!", (2, 4): FORMULA}
    assert sheet.hidden_rows == 1


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 9), st.integers(1, 9)),
        st.sampled_from(["v", "e", "f", "s", ""]),
        min_size=1,
    ),
    st.integers(1, 200),
)
def test_any_mixture_is_what_was_written_whatever_the_pieces(tmp_path_factory, written, size):
    """Values, errors, formulas and empty texts in any places; and the look at pieces of any size sees the same."""
    forms = {"v": "<v>1</v>", "e": "<v>#N/A</v>", "f": "<f>A1</f>", "s": "<f>A1</f><v></v>", "": ""}
    kinds = {"e": ' t="e"', "s": ' t="str"'}
    shown = {"v": "1", "e": "#N/A", "f": FORMULA}
    rows = ""
    for row in sorted({place[0] for place in written}):
        cells = sorted((column, kind) for (where, column), kind in written.items() if where == row)
        made = [f'<c r="{chr(64 + column)}{row}"{kinds.get(kind, "")}>{forms[kind]}</c>' for column, kind in cells]
        rows += f'<row r="{row}">{"".join(made)}</row>'
    expected = {place: shown[kind] for place, kind in written.items() if kind in shown}
    path = raw(tmp_path_factory.mktemp("any") / "a.xlsx", rows)
    xml = rows.encode()
    pieces = [xml[start : start + size] for start in range(0, len(xml), size)]

    if expected:
        assert read(path) == expected
    else:
        with pytest.raises(InputError, match="empty_file"):
            read(path)
    assert sorted(survey(pieces, is_thorough=True).marks) == survey_in_order([xml]).marks
    assert b"".join(whole_cells(pieces)) == xml


def test_a_hundred_thousand_formulas_without_a_result_take_a_second_or_two(tmp_path):
    """Half of them in a column in which nothing else stands."""
    rows = "".join(
        f'<row r="{row}"><c r="B{row}"><v>{row}</v></c><c r="C{row}"><f>B{row}</f></c><c r="A{row}"><f>1</f></c></row>'
        for row in range(1, 50_001)
    )
    path = raw(tmp_path / "a.xlsx", rows)

    start = time.process_time()
    (sheet,), _ = content_of(path)

    assert time.process_time() - start < 5
    assert [column.to_pylist().count(FORMULA) for column in sheet.cells.columns] == [50_000, 0, 50_000]
    assert sheet.cells["c1"].to_pylist() == [str(row) for row in range(1, 50_001)]


# ------------------------------------------------------------------ hidden rows
def test_hidden_rows_are_read_and_counted(tmp_path, look):
    """Five rows are hidden, one of them is empty and one has only a border; XlsxWriter writes hidden="1"."""

    def fill(book, sheet):
        sheet.write_column("A1", ["Mã", "1", "2", "3", "4"])
        sheet.write_blank("A8", None, book.add_format({"border": 1}))
        for row in (1, 3, 4, 7, 20):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.write_formula("B5", "=1/0", None, "#N/A")

    path = make(tmp_path / "a.xlsx", fill)
    (sheet,), _ = look(path)
    oracle = openpyxl.load_workbook(path)["HS"]
    hidden = [row for row, look in oracle.row_dimensions.items() if look.hidden]

    assert hidden == [2, 4, 5, 8, 21]
    assert sheet.hidden_rows == len([row for row in hidden if any(cell.value is not None for cell in oracle[row])])
    assert sheet.hidden_rows == 3
    assert sheet.cells["c0"].to_pylist() == ["Mã", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('r="2" hidden="1"', 1),
        ('hidden="true" r="2"', 1),
        ("r='2' ht='0' hidden = '1'", 1),
        ('r="2" hidden="0"', 0),
        ('r="2" hidden="false"', 0),
        ('r="2"', 0),
        ('r="2" x:hidden="1"', 0),
    ],
)
def test_only_rows_that_say_so_are_hidden(tmp_path, look, attributes, expected):
    """Hidden columns, and texts that speak of hidden rows, hide nothing."""
    xml = (
        f'<worksheet xmlns="{MAIN}" xmlns:x="urn:x">{CLAIM}<cols><col min="1" max="1" hidden="1"/></cols><sheetData>'
        f'<row {attributes}><c r="A2" t="inlineStr"><is><t>hidden="1"</t></is></c></row></sheetData></worksheet>'
    )

    (sheet,), _ = look(raw(tmp_path / "a.xlsx", sheet=xml))

    assert (sheet.hidden_rows, cells_of(sheet)) == (expected, {(2, 1): 'hidden="1"'})


def test_each_sheet_has_its_own_marks(tmp_path, look):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, value in (("Một", "#REF!"), ("Hai", 5), ("Ba", "#N/A")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["x", "y"])
            sheet.write_formula(1, 1, "=1", None, value)
            sheet.set_row(0, None, None, {"hidden": name == "Hai"})

    sheets, _ = look(tmp_path / "a.xlsx")

    assert [(cells_of(sheet)[2, 2], sheet.hidden_rows) for sheet in sheets] == [("#REF!", 0), ("5", 1), ("#N/A", 0)]


def test_rewriting_changes_nothing_of_an_ordinary_sheet():
    xml = b'<?xml version="1.0"?><sheetData><row r="1"><c r="A1" t="e"><v>#N/A</v></c></row></sheetData>'

    assert with_known_errors(plain(xml)) == xml
