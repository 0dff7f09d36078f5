"""What cannot be read or trusted is refused with a key, the path as typed and what helps; nothing is ever printed."""

from __future__ import annotations

import os
import random
import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from reformcli.errors import ExitCode, InputError, UsageError
from reformcli.limits import Limits, parse_limits
from reformcli.model import Source
from reformcli.read import payload, sniff
from reformcli.read import workbook as workbook_module
from reformcli.read import xlsx as xlsx_module
from reformcli.read.exports import read_exports
from reformcli.read.payload import load
from reformcli.read.readers import read_content

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(name):
    """The sheets of one file, read in this process: what is changed here for a test must be what reads."""
    return read_content(load(Path(name), None)).sheets


def refused(name, data=None):
    """The error of one file."""
    if data is not None:
        with open(name, "wb") as file:  # noqa: PTH123
            file.write(data)
    with pytest.raises(InputError) as caught:
        read(name)
    assert caught.value.exit_code == ExitCode.INPUT
    assert caught.value.where.startswith(name)
    return caught.value


def book(name="a.xlsx", cells=(("A1", "x"),)):
    """A good workbook, and its bytes."""
    made = xlsxwriter.Workbook(name)
    sheet = made.add_worksheet("HS")
    for place, value in cells:
        sheet.write(place, value)
    made.close()
    with open(name, "rb") as file:  # noqa: PTH123
        return file.read()


def repack(source, target, change):
    """Copy a workbook; `change` maps a member's name to its new bytes, None to leave it out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = change.get(info.filename, old.read(info))
            if data is not None:
                new.writestr(info.filename, data)
    return target


def sheet_xml(rows, dimension=""):
    return f'<worksheet xmlns="{MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "not_a_table"),
        (b"%PDF-1.7\n1 0 obj\nendobj\n", "not_a_table"),
        (b"MZ\x90\x00\x03", "not_a_table"),
        (b"{\\rtf1\\ansi Bao cao}", "not_a_table"),
        (b"\x1f\x8b\x08\x00", "not_a_table"),
        (random.Random(7).randbytes(5000), "not_a_table"),
        (b"a,b\n\x01\x02\x03,1\n", "not_a_table"),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML PUBLIC>\n<html>", "not_a_table"),
        (b"<html><body><table><tr><td> </td></tr></table></body></html>", "empty_file"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "not_a_table"),
        (b"<?xml version='1.0'?><!-- x --><html xmlns='a'>", "not_a_table"),
        ("\ufeff<table border=1>".encode("utf-16-le"), "empty_file"),
        (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>", "damaged_workbook"),
        (sniff._OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "damaged_workbook"),
        (sniff._OLE + b"\0" * 600 + "Book".encode("utf-16-le"), "damaged_workbook"),
        (sniff._OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "not_a_table"),
        (sniff._OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "not_a_table"),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.xls"])
def test_the_content_decides_why_a_file_is_refused(name, data, key):
    assert refused(name, data).key == key


def test_an_address_in_text_is_not_html():
    """Text that merely holds a tag is a csv file."""
    with open("a.csv", "w") as file:  # noqa: PTH123
        file.write("a,b\n<table>,1\n")

    assert read_exports(["a.csv"])[0][0].cells.num_rows == 2


TABLE = "<table border=1>\n<tr><td>mã</td><td>ngày</td></tr><tr><td>1</td><td>2</td></tr></table>"


@pytest.mark.parametrize(
    "before",
    [
        "<p>UBND tỉnh, Sở Y tế</p>",
        '<font size="2">Tuần 51; 52</font>',
        "<!-- a --><!-- b -->\n<h1>x</h1>",
        "</td>",
        "UBND TỈNH<br>",
        "UBND T&#7880;NH & S&#7902;<br/>\n",
    ],
)
def test_a_page_may_begin_with_any_tag_or_with_a_title(before):
    with open("a.xls", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(before + TABLE)

    assert read("a.xls")[0].cells.to_pydict() == {"c0": ["mã", "1"], "c1": ["ngày", "2"]}


@pytest.mark.parametrize(
    "text",
    [
        "mã,ghi chú\n1,<table><tr>\n",
        "mã;ghi chú\n1;<html><table><tr>\n",
        '"mã"\n"<table><tr>"\n',
        "<b>mã</b>,ngày\n<tables>,2\n",
        "<3,ngày\n<table>,2\n",
        "&" * 70_000 + ",<table><tr>",
    ],
)
def test_a_tag_in_a_cell_makes_no_page(text):
    assert sniff.sniff(text.encode()[: sniff.HEAD]) is sniff.Kind.TEXT


@pytest.mark.parametrize("piece", ["<!---->", "<!--", "<?xml ?>", "<?xml", " ", "<", "<p>", "x<table ", "&amp"])
def test_a_head_that_nearly_is_a_page_takes_no_time(piece):
    """Each way to read it would be tried with an ordinary expression: 28 empty comments took hours."""
    start = time.process_time()

    sniff.sniff((piece * sniff.HEAD).encode()[: sniff.HEAD])

    assert time.process_time() - start < 1


@pytest.mark.parametrize("number", ["0", "1000001", "9" * 20, "9" * 5000, "-1", "1.5", "٣", "", " "])
def test_a_limit_that_no_machine_has_is_refused(number):
    """Beyond a million, what it bounds could not be asked of the system."""
    with pytest.raises(UsageError) as caught:
        parse_limits([f"memory={number}"])

    assert (caught.value.key, caught.value.exit_code) == ("bad_limit", ExitCode.USAGE)


def test_limits_up_to_a_million_are_taken():
    assert parse_limits(["memory=1000000", "size = 007"]) == Limits(memory=1_000_000, size=7)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable():
    book()
    os.chmod("a.xlsx", 0)  # noqa: PTH101
    assert refused("a.xlsx").key == "unreadable"


def test_what_the_system_refuses_is_unreadable(monkeypatch):
    """On Windows, a file that another program has locked; simulated, since root may read everything."""
    from pathlib import Path

    book()
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError("locked")))

    assert refused("a.xlsx").key == "unreadable"


def test_a_folder_that_cannot_be_listed_is_unreadable(monkeypatch, tmp_path):
    from pathlib import Path

    monkeypatch.setattr(Path, "iterdir", lambda _: (_ for _ in ()).throw(PermissionError("no")))
    with pytest.raises(InputError, match="unreadable"):
        read_exports([str(tmp_path)])


# ------------------------------------------------------------------ workbooks
def test_a_workbook_without_a_value_is_empty():
    assert refused("a.xlsx", book(cells=())).key == "empty_file"


def test_a_truncated_workbook_is_damaged_wherever_it_ends(capfd):
    data = book(cells=[(f"A{row}", f"x{row}") for row in range(1, 200)])

    for end in range(4, len(data) - 1, len(data) // 23):
        assert refused("cut.xlsx", data[:end]).key == "damaged_workbook"
    assert capfd.readouterr() == ("", "")


def test_a_flipped_byte_is_found_or_changes_nothing():
    """The checksums of the zip and the XML tell; a wrong cell is never read."""
    data = book(cells=[(f"{column}{row}", f"x{row}") for row in range(1, 60) for column in "BCD"])
    good = read("a.xlsx")[0].cells
    chance, keys = random.Random(1), set()

    for _ in range(150):
        place = chance.randrange(4, len(data))
        with open("bad.xlsx", "wb") as file:  # noqa: PTH123
            file.write(data[:place] + bytes([data[place] ^ chance.randrange(1, 256)]) + data[place + 1 :])
        try:
            (sheet,) = read("bad.xlsx")
        except InputError as error:
            keys.add(error.key)
        else:
            assert sheet.cells == good
            assert (sheet.first_row, sheet.first_column) == (1, 2)
    assert "damaged_workbook" in keys
    assert keys <= {"damaged_workbook", "not_a_table", "encrypted", "bomb", "empty_file", "no_exports", "damaged_zip"}


@pytest.mark.parametrize(
    "change",
    [
        {"xl/workbook.xml": b"<workbook"},
        {"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'},
        {"xl/_rels/workbook.xml.rels": None},
        {"xl/worksheets/sheet1.xml": None},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row r="1"><c r="A1"><v>1</v></row>')},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')},
        {"xl/worksheets/sheet1.xml": b"not xml"},
    ],
)
def test_a_workbook_with_broken_parts_is_damaged(change):
    book()
    assert refused(repack("a.xlsx", "b.xlsx", change)).key == "damaged_workbook"


def test_a_directory_of_absurd_size_is_damaged(monkeypatch):
    """The list of sheets is a few kilobytes; more is not parsed."""
    monkeypatch.setattr(workbook_module, "_SMALL_XML", 100)
    assert refused("a.xlsx", book()).key == "damaged_workbook"


def test_a_part_without_cells_has_no_xml():
    data = book()
    part = workbook_module.Part("Biểu đồ", hidden=False, member=None)
    opened = workbook_module.open_workbook(payload.Payload("a.xlsx", Source("a.xlsx", "", 0), sniff.Kind.ZIP, data))

    assert list(opened.pieces(part)) == []


def test_the_sheet_that_is_damaged_is_named():
    book()
    repack("a.xlsx", "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml('<row r="1"><c r="A1"><v>1</v></row>')})

    assert refused("b.xlsx").where == "b.xlsx [HS]"


@pytest.mark.parametrize(
    ("members", "key", "kind"),
    [
        (["word/document.xml"], "no_exports", None),
        (["xl/workbook.bin"], "damaged_workbook", None),
        (["mimetype", "content.xml"], "damaged_workbook", None),
        ([], "no_exports", None),
    ],
)
def test_other_zips_are_told_apart(members, key, kind):
    with zipfile.ZipFile("a.xlsx", "w") as archive:
        for member in members:
            archive.writestr(member, "x")

    error = refused("a.xlsx")

    assert (error.key, error.values.get("kind")) == (key, kind)


def test_an_encrypted_zip_is_encrypted():
    data = bytearray(book())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 4)

    assert refused("a.xlsx", bytes(data)).key == "encrypted"


# ------------------------------------------------------------------ hostile workbooks
@pytest.mark.parametrize("dimension", ["", '<dimension ref="A1:B2"/>', '<dimension ref="A1:XFD1048576"/>'])
def test_a_sheet_of_nothing_but_a_row_that_cannot_be_is_refused(dimension):
    """Whatever the sheet claims about itself. The cell is named, so that it can be deleted."""
    book()
    rows = '<row r="400000000"><c r="A400000000"><v>1</v></c></row>'
    error = refused(repack("a.xlsx", "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows, dimension)}))

    assert (error.key, error.where, error.values["cell"]) == ("absurd_extent", "b.xlsx [HS]", "A400000000")
    assert int(error.values["cells"]) > 50_000_000


def test_a_single_far_cell_and_far_styles_are_no_danger():
    """One value in XFD5, styles to the end of the sheet: the sheet is small."""
    made = openpyxl.Workbook()
    made.active["XFD5"] = "x"
    made.save("a.xlsx")
    rows = '<row r="2"><c r="C2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    repack("a.xlsx", "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows, '<dimension ref="A1:XFD1048576"/>')})

    (far,) = read("a.xlsx")
    (styled,) = read("b.xlsx")

    assert (far.first_column, far.cells.num_rows) == (16_384, 5)
    assert (styled.first_column, styled.cells.num_rows, styled.cells.num_columns) == (3, 2, 1)


def bomb(name, size, claimed=None):
    """A workbook with a sheet of `size` spaces; `claimed` is the size that the zip's directory states."""
    book()
    repack(
        "a.xlsx", name, {"xl/worksheets/sheet1.xml": b" " * size + sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')}
    )
    if claimed is not None:
        with open(name, "r+b") as file:  # noqa: PTH123
            data = bytearray(file.read())
            with zipfile.ZipFile(name) as archive:
                real = struct.pack("<I", archive.getinfo("xl/worksheets/sheet1.xml").file_size)
            file.seek(0)
            file.write(data.replace(real, struct.pack("<I", claimed)))


def test_a_zip_bomb_is_refused_from_the_directory(monkeypatch):
    """Nothing is unpacked: no part is even opened."""
    bomb("b.xlsx", 210_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("unpacked"))

    error = refused("b.xlsx")

    assert (error.key, error.values["megabytes"]) == ("bomb", 210)


def test_many_parts_make_a_bomb_too():
    """Together they may not unpack to more than the limit."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n * 7919}</t></is></c></row>' for n in range(1, 30_000)
    )
    book()
    repack("a.xlsx", "b.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})

    with pytest.raises(InputError, match="bomb"):
        read_content(load(Path("b.xlsx"), None, limits=Limits(unpacked=1)))
    assert read("b.xlsx")[0].cells.num_rows == 29_999


def test_a_bomb_that_lies_about_its_size_is_damaged():
    bomb("b.xlsx", 5_000_000, claimed=500)
    assert refused("b.xlsx").key == "damaged_workbook"


def test_a_panic_inside_the_reader_is_a_damaged_workbook(monkeypatch):
    """Pyo3's exception is no `Exception`, and may come out of any file."""
    import fastexcel

    def panic(_):
        raise type("PanicException", (BaseException,), {})("index out of bounds")

    book()
    monkeypatch.setattr(fastexcel, "read_excel", panic)

    assert refused("a.xlsx").key == "damaged_workbook"


def test_a_defect_of_ours_is_no_fault_of_the_file(monkeypatch):
    """An unexpected exception comes through as it is; the command line calls it a defect (70)."""
    book()
    monkeypatch.setattr(xlsx_module, "empty_to_null", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        read("a.xlsx")


def test_an_interruption_is_not_swallowed(monkeypatch):
    import fastexcel

    def interrupt(_):
        raise KeyboardInterrupt

    book()
    monkeypatch.setattr(fastexcel, "read_excel", interrupt)

    with pytest.raises(KeyboardInterrupt):
        read("a.xlsx")
