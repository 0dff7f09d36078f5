"""XML Spreadsheet 2003: places that are told only now and then, and values with their types."""

from __future__ import annotations

import pytest

from layouts import cells_of, payload_of
from reformcli.errors import InputError
from reformcli.read.xml_books import read_xml_book

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
EXCEL = "urn:schemas-microsoft-com:office:excel"


def book(*sheets: str, head: str = '<?xml version="1.0"?>', before: str = "") -> str:
    made = "".join(
        sheet if sheet.startswith("<Worksheet") else f'<Worksheet ss:Name="HS"><Table>{sheet}</Table></Worksheet>'
        for sheet in sheets
    )
    return f'{head}<Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}" xmlns:x="{EXCEL}">{before}{made}</Workbook>'


def cell(text: str, kind: str = "String", **attributes: object) -> str:
    told = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f'<Cell{told}><Data ss:Type="{kind}">{text}</Data></Cell>'


def content(text: str | bytes, **limits: int):
    return read_xml_book(payload_of(text.encode() if isinstance(text, str) else text, **limits))


def read(rows: str) -> dict[tuple[int, int], str]:
    (sheet,) = content(book(rows)).sheets
    assert (sheet.sheet, sheet.first_row, sheet.first_column) == ("HS", 1, 1)
    return cells_of(sheet)


def refusal(text: str | bytes, **limits: int) -> InputError:
    with pytest.raises(InputError) as caught:
        content(text, **limits)
    return caught.value


def test_a_place_is_the_one_told_or_the_next():
    """By hand: B1, C1; row 4: A4, E4, F4; row 5: A5."""
    rows = (
        f"<Row>{cell('b', Index=2)}{cell('c')}</Row>"
        f'<Row ss:Index="4">{cell("d")}{cell("e", Index=5)}{cell("f")}</Row><Row>{cell("g")}</Row>'
    )

    assert read(rows) == {(1, 2): "b", (1, 3): "c", (4, 1): "d", (4, 5): "e", (4, 6): "f", (5, 1): "g"}


def test_a_merged_range_has_its_text_in_the_first_cell():
    """`a` covers A1:C2 and `b` follows in D1; the second row tells its place, as Excel requires."""
    rows = f"<Row>{cell('a', MergeAcross=2, MergeDown=1)}{cell('b')}</Row><Row>{cell('c', Index=4)}</Row>"

    assert read(rows) == {(1, 1): "a", (1, 4): "b", (2, 4): "c"}


def test_a_row_may_stand_for_several_empty_ones():
    assert read(f'<Row>{cell("a")}</Row><Row ss:Span="2"/><Row>{cell("b")}</Row>') == {(1, 1): "a", (5, 1): "b"}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (cell("001099"), "001099"),
        (cell("NA"), "NA"),
        (cell(" a&#10;b  c "), " a\nb  c "),
        (cell("&lt;b&gt; &amp; &#7891;"), "<b> & ồ"),
        (cell("<![CDATA[a<b]]>"), "a<b"),
        (cell("a<!-- b -->c"), "ac"),
        (cell("121", "Number"), "121"),
        (cell("45278.25", "Number"), "45278.25"),
        (cell("0.33333333333333331", "Number"), "0.333333333"),
        (cell("1.25E6", "Number"), "1250000"),
        (cell("2023-12-18T08:02:05.000", "DateTime"), "2023-12-18 08:02:05"),
        (cell("2023-12-18T00:00:00.000", "DateTime"), "2023-12-18 00:00:00"),
        (cell("2023-12-18T08:02:05.500", "DateTime"), "2023-12-18 08:02:05.500"),
        (cell("2023-12-18", "DateTime"), "2023-12-18 00:00:00"),
        (cell("1899-12-31T08:02:05.000", "DateTime"), "1899-12-31 08:02:05"),
        (cell("1", "Boolean"), "true"),
        (cell("0", "Boolean"), "false"),
        (cell("#N/A", "Error"), "#N/A"),
        (cell("242", "Number", Formula="=RC[-1]*2"), "242"),
        ('<Cell ss:Formula="=RC[-1]*2"/>', "=…"),
        ('<Cell ss:Formula="=&quot;&quot;"><Data ss:Type="String"></Data></Cell>', None),
        ("<Cell/>", None),
        (cell(""), None),
        ('<Cell><Data ss:Type="String">a</Data><Comment><ss:Data><b>ghi chú</b></ss:Data></Comment></Cell>', "a"),
        ('<Cell><Comment><Data ss:Type="String">ghi chú</Data></Comment></Cell>', None),
        (
            '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>a</B> <I>b</I></ss:Data></Cell>',
            "a b",
        ),
    ],
)
def test_values_come_as_the_reader_of_xlsx_gives_them(made, expected):
    assert read(f"<Row>{made}{cell('|')}</Row>") == {**({(1, 1): expected} if expected else {}), (1, 2): "|"}


def test_hidden_sheets_and_rows_and_1904_are_told():
    hidden = f'<x:WorksheetOptions xmlns:x="{EXCEL}"><x:Visible>{{}}</x:Visible></x:WorksheetOptions></Worksheet>'
    rows = f'<Row>{cell("a")}</Row><Row ss:Hidden="1">{cell("b")}</Row><Row ss:Hidden="1"/>'
    made = book(
        f'<Worksheet ss:Name="Thấy"><Table>{rows}</Table></Worksheet>',
        f'<Worksheet ss:Name="Ẩn"><Table><Row>{cell("c")}</Row></Table>{hidden.format("SheetHidden")}',
        f'<Worksheet ss:Name="Rất ẩn"><Table><Row>{cell("d")}</Row></Table>{hidden.format("SheetVeryHidden")}',
        '<Worksheet ss:Name="Trống"><Table><Row/></Table></Worksheet>',
        before=f'<ExcelWorkbook xmlns="{EXCEL}"><Date1904/></ExcelWorkbook>',
    )

    sheets, skipped = content(made)

    assert [(s.sheet, s.hidden, s.hidden_rows, s.date1904) for s in sheets] == [
        ("Thấy", False, 1, True),
        ("Ẩn", True, 0, True),
        ("Rất ẩn", True, 0, True),
    ]
    assert cells_of(sheets[0]) == {(1, 1): "a", (2, 1): "b"}
    assert [(s.sheet, s.reason) for s in skipped] == [("Trống", "empty")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_the_encoding_is_the_one_declared(codec):
    data = book(f"<Row>{cell('Hồ sơ')}</Row>", head=f'<?xml version="1.0" encoding="{codec.removesuffix("-sig")}"?>')
    (sheet,) = content(data.encode(codec, "xmlcharrefreplace")).sheets

    assert cells_of(sheet) == {(1, 1): "Hồ sơ"}


@pytest.mark.parametrize(
    "rows",
    [
        f'<Row>{cell("a")}</Row><Row ss:Index="1">{cell("b")}</Row>',
        f"<Row>{cell('a')}{cell('b', Index=1)}</Row>",
        f"<Row>{cell('a', Index=16385)}</Row>",
        f'<Row ss:Index="1048577">{cell("a")}</Row>',
        f'<Row ss:Index="x">{cell("a")}</Row>',
        f'<Row ss:Index="0">{cell("a")}</Row>',
        f'<Row ss:Span="-3">{cell("a")}</Row>',
        f"<Row>{cell('mười', 'Number')}</Row>",
        f"<Row>{cell('1e999', 'Number')}</Row>",
        f"<Row>{cell('a')}",
        f"<Row>{cell('a &khong;')}</Row>",
    ],
)
def test_places_that_cannot_be_and_broken_xml_are_damage(rows):
    assert refusal(book(rows)).key == "damaged_workbook"


def test_far_cells_are_refused_by_the_limit():
    """XFD1048576 would be 17 thousand million cells."""
    far = f'<Row ss:Index="1048576">{cell("x", Index=16384)}</Row>'
    error = refusal(book(far))

    assert (error.key, error.values["cell"], error.values["cells"]) == (
        "absurd_extent",
        "XFD1048576",
        16_384 * 1_048_576,
    )
    assert read(f'<Row ss:Index="1000000">{cell("x")}</Row>') == {(1_000_000, 1): "x"}
    assert refusal(book(f'<Row ss:Index="1000001">{cell("x")}</Row>'), cells=1).key == "absurd_extent"


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY x "xxxxxxxxxx">',
        '<!ENTITY a "aaaa"><!ENTITY x "&a;&a;&a;">',
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
    ],
)
def test_a_document_type_is_refused(entity):
    """So there are no entities: neither bombs nor files."""
    head = f'<?xml version="1.0"?><!DOCTYPE Workbook [{entity}]>'

    assert refusal(book(f"<Row>{cell('&x;')}</Row>", head=head)).key == "damaged_workbook"


def test_a_workbook_without_a_value_is_empty():
    assert refusal(book("<Row/>")).key == "empty_file"
    assert refusal(book()).key == "empty_file"


def test_deep_nesting_breaks_nothing():
    assert read(f"<Row>{cell('<b>' * 5_000 + 'a' + '</b>' * 5_000)}</Row>") == {(1, 1): "a"}
