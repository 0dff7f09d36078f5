"""OpenDocument spreadsheets written by hand: repetitions, types, comments, and what is hidden."""

from __future__ import annotations

import io
import zipfile

import pytest

from layouts import cells_of, payload_of
from reformcli.errors import InputError
from reformcli.read.old_books import read_old_book


def content(data: bytes, **limits: int):
    return read_old_book(payload_of(data, **limits))


def refusal(data: bytes, **limits: int) -> InputError:
    with pytest.raises(InputError) as caught:
        content(data, **limits)
    return caught.value


SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def ods(tables: str, *, before: str = "", head: str = "", manifest: str = "<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:document-content {SPACES} {CALC}>{before}'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def sheet(rows: str, attributes: str = 'table:name="HS"') -> str:
    return f"<table:table {attributes}>{rows}</table:table>"


def cell(inside: str = "", attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def text(value: str, attributes: str = "") -> str:
    return cell(f"<text:p>{value}</text:p>", f'office:value-type="string" {attributes}')


def typed(kind: str, name: str, value: str) -> str:
    return cell("<text:p>shown</text:p>", f'office:value-type="{kind}" office:{name}="{value}"')


def read_rows(*rows: str) -> dict[tuple[int, int], str]:
    (made,) = content(ods(sheet("".join(rows)))).sheets
    return cells_of(made)


def empty(columns: int) -> str:
    return cell(attributes=f'table:style-name="ce1" table:number-columns-repeated="{columns}"')


def test_empty_cells_that_fill_the_sheet_are_nothing():
    """As LibreOffice ends its files: styled and empty to the last row and column."""
    rest = row(empty(16_384), attributes='table:number-rows-repeated="1048573"')

    assert read_rows(
        row(empty(3), text("a"), empty(16_380)), row(empty(16_384)), row(text("b"), empty(16_383)), rest
    ) == {
        (1, 4): "a",
        (3, 1): "b",
    }


def test_equal_cells_and_rows_that_are_written_once_count_as_often_as_they_are():
    """Two equal rows of two equal cells, one behind, and a row below them."""
    twice = 'table:number-columns-repeated="2"'

    assert read_rows(
        row(empty(1), text("a", twice), text("b"), attributes='table:number-rows-repeated="2"'), row(text("c"))
    ) == {(1, 2): "a", (1, 3): "a", (1, 4): "b", (2, 2): "a", (2, 3): "a", (2, 4): "b", (3, 1): "c"}


def test_values_repeated_beyond_the_limit_are_refused():
    full = row(text("a", 'table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048576"')
    far = row(empty(16_383), text("a"))
    below = row(empty(1), attributes='table:number-rows-repeated="1048575"')

    assert refusal(ods(sheet(full))).key == "absurd_extent"
    assert refusal(ods(sheet(below + far))).values["cell"] == "XFD1048576"
    assert refusal(ods(sheet(row(text("a", 'table:number-columns-repeated="2147483647"'))))).key == "absurd_extent"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (typed("float", "value", "121"), "121"),
        (typed("float", "value", "45278.25"), "45278.25"),
        (typed("percentage", "value", "0.1234"), "0.1234"),
        (typed("currency", "value", "1250000"), "1250000"),
        (typed("float", "value", "1.25E6"), "1250000"),
        (typed("date", "date-value", "2023-12-18T08:02:05"), "2023-12-18 08:02:05"),
        (typed("date", "date-value", "2023-12-18"), "2023-12-18 00:00:00"),
        (typed("date", "date-value", "2023-12-18T08:02:04.999999999"), "2023-12-18 08:02:05"),
        (typed("date", "date-value", "2023-12-31T23:59:59.9996"), "2024-01-01 00:00:00"),
        (typed("time", "time-value", "PT08H02M05S"), "1899-12-31 08:02:05"),
        (typed("time", "time-value", "PT08H02M04.999999999S"), "1899-12-31 08:02:05"),
        (typed("time", "time-value", "PT36H00M00S"), "1900-01-01 12:00:00"),
        (typed("boolean", "boolean-value", "true"), "true"),
        (typed("boolean", "boolean-value", "false"), "false"),
        (typed("string", "string-value", "đầy đủ"), "đầy đủ"),
        (cell("<text:p>#N/A</text:p>", 'office:value-type="string" calcext:value-type="error"'), "#N/A"),
        (cell("<text:p>Err:502</text:p>", 'office:value-type="string" calcext:value-type="error"'), "#VALUE!"),
        (cell("<text:p>Err:503</text:p>", 'office:value-type="string" calcext:value-type="error"'), "#NUM!"),
        (text("a<text:s/>b<text:s text:c='2'/>c<text:tab/>d<text:line-break/>e"), "a b  c\td\ne"),
        (cell("<text:p>a</text:p><text:p/><text:p>b</text:p>"), "a\n\nb"),
        (text("<text:span>a<text:a>b</text:a></text:span>c"), "abc"),
        (text("&lt;b&gt; &#7891;"), "<b> ồ"),
        (cell("<office:annotation><text:p>ghi chú</text:p></office:annotation><text:p>a</text:p>"), "a"),
        (text("a<office:annotation><text:p>ghi chú</text:p></office:annotation>b"), "ab"),
        (cell("<text:p>a</text:p><table:table><table:table-row/></table:table>"), "a"),
        (cell("<text:p/>", 'table:formula="of:=&quot;&quot;"'), None),
        (cell(), None),
        ("<table:table-cell/>", None),
    ],
)
def test_values_of_ods_come_as_the_reader_of_xlsx_gives_them(made, expected):
    assert read_rows(row(made, text("|"))) == {**({(1, 1): expected} if expected else {}), (1, 2): "|"}


def test_covered_cells_keep_their_places():
    merged = text("a", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>"

    assert read_rows(row(merged, text("b"))) == {(1, 1): "a", (1, 3): "b"}


def test_hidden_rows_and_sheets_of_ods_are_told():
    """Collapsed, filtered out, twice repeated, and in a closed group: five rows with values."""
    styles = (
        '<office:automatic-styles><style:style style:name="ta1" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    closed = f'<table:table-row-group table:display="false">{row(text("e"))}</table:table-row-group>'
    rows = (
        row(text("a"))
        + row(text("b"), attributes='table:visibility="collapse"')
        + row(text("c"), attributes='table:visibility="filter"')
        + row(text("d"), attributes='table:visibility="collapse" table:number-rows-repeated="2"')
        + row(empty(1), attributes='table:visibility="collapse" table:number-rows-repeated="9"')
        + closed
        + row(text("f"))
    )
    tables = (
        sheet(rows) + sheet(row(text("x")), 'table:name="Ẩn" table:style-name="ta1"') + sheet(row(), 'table:name="-"')
    )

    sheets, skipped = content(ods(tables, before=styles))

    assert [(s.sheet, s.hidden, s.hidden_rows) for s in sheets] == [("HS", False, 5), ("Ẩn", True, 0)]
    assert sheets[0].cells["c0"].to_pylist() == ["a", "b", "c", "d", "d", *[None] * 9, "e", "f"]
    assert [(s.sheet, s.reason) for s in skipped] == [("-", "empty")]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (ods("", manifest="<manifest:encryption-data/>"), "encrypted"),
        (ods(sheet(row(text("&x;"))), head='<!DOCTYPE x [<!ENTITY x "xxxx">]>'), "damaged_workbook"),
        (ods(sheet(row(text("a")))[:-9]), "damaged_workbook"),
        (ods(sheet(row(typed("float", "value", "mười")))), "damaged_workbook"),
        (ods(sheet(row(text("a", 'table:number-columns-repeated="0"')))), "damaged_workbook"),
        (ods(sheet(row(text("a", 'table:number-columns-repeated="-4"')))), "damaged_workbook"),
        (ods(sheet(row(empty(3)))), "empty_file"),
        (ods(sheet(row(text("a")))).replace(b"content.xml", b"content.xmk"), "not_a_table"),
    ],
)
def test_an_ods_that_cannot_be_read_is_named_for_what_it_is(data, key):
    assert refusal(data).key == key


def test_deep_nesting_in_an_ods_breaks_nothing():
    assert read_rows(row(text("<text:span>" * 5_000 + "a" + "</text:span>" * 5_000))) == {(1, 1): "a"}


def test_a_packed_bomb_is_refused_before_it_is_unpacked():
    assert refusal(ods(sheet(row(text("a" * 3_000_000)))), unpacked=2).key == "bomb"
