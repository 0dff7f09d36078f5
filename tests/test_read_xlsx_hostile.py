"""Workbooks made to mislead, and honest ones of extreme shapes: read rightly or refused, soon, and never a crash."""

from __future__ import annotations

import struct
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from reformcli.errors import InputError
from reformcli.limits import Limits
from reformcli.read import xlsx as xlsx_module
from reformcli.read.payload import load
from reformcli.read.xlsx import read_workbook
from test_read_xlsx import MAIN, cells_of, content_of, make, raw, read

SHEET = "xl/worksheets/sheet1.xml"
SECONDS = 10


@pytest.fixture
def good(tmp_path):
    """A small good workbook with shared strings."""
    return Path(make(tmp_path / "good.xlsx", lambda _, sheet: sheet.write_column("A1", ["Mã", "H01", "H02"])))


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        content_of(path, **options)
    return caught.value.key


def repacked(source, target, change):
    """Copy a workbook with other parts."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change.get(info.filename, old.read(info)))
    return target


def relabelled(path, member, size):
    """Let the directory state another size for a part."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        name = member.encode()
        place = data.index(name, archive.start_dir) - 46
    struct.pack_into("<I", data, place + 24, size)
    path.write_bytes(data)
    return path


# ------------------------------------------------------------------ the zip
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [SHEET, SHEET.upper(), SHEET.replace("/", "\\"), "xl/sharedStrings.xml"])
def test_a_part_that_is_there_twice_is_damage(good, name):
    """Whoever checked one of them might read the other."""
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr(name, "<x/>")

    assert refused(good) == "damaged_workbook"


def test_parts_that_share_bytes_are_damage(good):
    """The directory sends the styles to the place of the sheet."""
    data = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        sheet, start = archive.getinfo(SHEET), archive.start_dir
    struct.pack_into("<I", data, data.index(b"xl/sharedStrings.xml", start) - 46 + 42, sheet.header_offset)
    good.write_bytes(data)

    assert refused(good) == "damaged_workbook"


def test_a_part_that_runs_on_into_the_next_is_damage(good):
    """Its own bytes are whole all the same."""
    data = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        first, start = archive.infolist()[0], archive.start_dir
    struct.pack_into("<I", data, data.index(first.filename.encode(), start) - 46 + 20, first.compress_size + 4)
    good.write_bytes(data)

    assert refused(good) == "damaged_workbook"


def test_a_second_directory_is_damage(good):
    """Programs that search from different ends would see different workbooks."""
    data = good.read_bytes()
    end = data.rindex(b"PK\5\6")
    comment = data[end:]
    good.write_bytes(data[: end + 20] + struct.pack("<H", len(comment)) + comment)

    assert refused(good) == "damaged_workbook"


@pytest.mark.parametrize("member", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize("size", [10, 100_000])
@pytest.mark.parametrize("small", [xlsx_module.SMALL_XML, 5])
def test_a_part_that_lies_about_its_size_is_damage(good, monkeypatch, member, size, small):
    """Whether it is checked before the reading or beside it."""
    monkeypatch.setattr(xlsx_module, "SMALL_XML", small)

    assert refused(relabelled(good, member, size)) == "damaged_workbook"


def test_a_wrong_checksum_is_damage(good, monkeypatch):
    """Of a sheet that reads well all the same, before the reading and beside it."""
    with zipfile.ZipFile(good) as archive:
        checksum = struct.pack("<I", archive.getinfo(SHEET).CRC)
    good.write_bytes(good.read_bytes().replace(checksum, b"\1\2\3\4"))

    assert refused(good) == "damaged_workbook"
    monkeypatch.setattr(xlsx_module, "SMALL_XML", 5)
    assert refused(good) == "damaged_workbook"


@pytest.mark.parametrize("member", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/media/image1.png"])
def test_the_limits_hold_for_every_part(good, monkeypatch, member):
    """Ten megabytes of spaces: within the built-in limits, not within 5 MB unpacked. Nothing is unpacked for it."""
    with zipfile.ZipFile(good) as archive:
        old = archive.read(member) if member in archive.namelist() else b""
    path = repacked(good, good.with_name("b.xlsx"), {member: old + b" " * 10_000_000})
    if not old:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, b" " * 10_000_000)
    payload = load(path, None)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("unpacked"))

    with pytest.raises(InputError, match="bomb"):
        read_workbook(replace(payload, limits=Limits(unpacked=5)))
    with pytest.raises(pytest.fail.Exception):
        read_workbook(payload)


def test_the_ratio_is_the_users(good, monkeypatch):
    """210 MB of spaces are a bomb at 200:1, and at 2,000:1 they are only a slow sheet."""
    monkeypatch.setattr("reformcli.read.workbook.BOMB_PART", 1_000_000)
    with zipfile.ZipFile(good) as archive:
        sheet = archive.read(SHEET)
    path = repacked(
        good, good.with_name("b.xlsx"), {SHEET: sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * 2_000_000)}
    )

    assert refused(path) == "bomb"
    (read_all_the_same,), _ = read_workbook(replace(load(path, None), limits=Limits(ratio=2000)))
    assert len(cells_of(read_all_the_same)) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'name="Hai"', b'name="HS"'),
        (b'<Relationship Id="rId2"', b'<Relationship Id="rId1"'),
    ],
)
def test_sheets_that_cannot_be_told_apart_are_damage(tmp_path, old, new):
    path = Path(make(tmp_path / "a.xlsx", lambda book, sheet: (sheet.write("A1", 1), book.add_worksheet("Hai"))))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).replace(old, new) for name in archive.namelist()}

    assert refused(repacked(path, tmp_path / "b.xlsx", parts)) == "damaged_workbook"


# ------------------------------------------------------------------ extreme shapes
def test_a_sheet_of_all_columns_is_read(tmp_path):
    """16,384 columns × 300 rows."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet("HS")
        for row in range(300):
            for column in range(0, 16_384, 1 if row in (0, 299) else 16):
                sheet.write_number(row, column, row)

    start = time.monotonic()
    (sheet,), _ = content_of(tmp_path / "a.xlsx")

    assert time.monotonic() - start < SECONDS
    assert (sheet.cells.num_rows, sheet.cells.num_columns, sheet.far_cells) == (300, 16_384, ())
    assert sheet.cells["c16383"].to_pylist() == ["0", *[None] * 298, "299"]
    assert sheet.cells["c16"].to_pylist() == [str(row) for row in range(300)]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("letters", [10_000_000, 300_000])
def test_a_cell_of_ten_megabytes_is_read(tmp_path, shared, letters):
    """The first cell, so that the places of all others hang on it; an error value comes behind it."""
    text = "ấ" * (letters // 3)
    inside = '<c r="B1" t="s"><v>0</v></c>' if shared else f'<c r="B1" t="inlineStr"><is><t>{text}</t></is></c>'
    rows = f'<row r="1">{inside}<c r="C1" t="e"><v>#REF!</v></c></row><row r="2"><c r="D2"><v>1</v></c></row>'
    path = raw(tmp_path / "a.xlsx", rows, strings=f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>')

    start = time.monotonic()
    found = read(path)

    assert time.monotonic() - start < SECONDS
    assert found == {(1, 2): text, (1, 3): "#REF!", (2, 4): "1"}


@pytest.mark.parametrize(
    "form",
    ['<row r="{}"/>', '<row r="{}" s="1" customFormat="1" ht="15"></row>', '<row r="{0}"><c r="A{0}" s="1"/></row>'],
)
def test_a_million_formatted_rows_are_nothing(tmp_path, form):
    rows = "".join(form.format(number) for number in range(3, 1_000_003))
    path = raw(tmp_path / "a.xlsx", '<row r="2"><c r="B2"><v>1</v></c></row>' + rows)

    start = time.monotonic()
    (sheet,), _ = content_of(path)

    assert time.monotonic() - start < SECONDS
    assert (cells_of(sheet), sheet.cells.num_rows) == ({(2, 2): "1"}, 2)


def test_a_million_hidden_rows_are_counted(tmp_path):
    rows = "".join(f'<row r="{n}" hidden="1"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1_000_001, 4))

    start = time.monotonic()
    (sheet,), _ = content_of(raw(tmp_path / "a.xlsx", rows))

    assert time.monotonic() - start < SECONDS
    assert (sheet.hidden_rows, sheet.cells.num_rows) == (250_000, 999_997)


def test_texts_are_those_that_openpyxl_reads(tmp_path):
    """Rich text, spaces, line breaks, marks of direction; phonetic guides are no part of the text."""
    strings = [
        "<si><r><t>H01</t></r><r><rPr><b/></rPr><t>.15-0001</t></r></si>",
        '<si><t>H01</t><rPh sb="0" eb="1"><t>ka</t></rPh><phoneticPr fontId="1"/></si>',
        '<si><t xml:space="preserve"> H01 </t></si>',
        "<si><t>H01\nH02</t></si>",
        "<si><t>\u200fH01\u200e</t></si>",
        "<si><t>&lt;H01&gt; &amp; &#x110;&#7845;t</t></si>",
    ]
    rows = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(len(strings)))
    path = raw(tmp_path / "a.xlsx", rows, strings=f'<sst xmlns="{MAIN}">{"".join(strings)}</sst>')
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["[Content_Types].xml"] = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        b"</Types>"
    )
    oracle = openpyxl.load_workbook(repacked(path, tmp_path / "b.xlsx", parts))["HS"]

    assert read(tmp_path / "b.xlsx") == {(cell.row, 1): cell.value for (cell,) in oracle.iter_rows()}
    assert list(read(path).values())[:2] == ["H01.15-0001", "H01"]


def test_escaped_control_characters_are_unescaped(tmp_path):
    r"""Excel writes `_x000D_` for a carriage return, `_x0007_` for a bell, and `_x005F_` for a real underscore."""
    texts = ["H01_x000D_\n", "a_x0007_b", "a_x005F_x0007_b"]
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c></row>'
        for n, text in enumerate(texts, start=1)
    )

    assert list(read(raw(tmp_path / "a.xlsx", rows)).values()) == ["H01\r\n", "a\x07b", "a_x0007_b"]
