"""Files that were made to break a reader: each a function that writes one, and what must become of it.

`READ` are read for what they are (two dossiers, as the plain file), `REFUSED` end with exit code 3.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import xlsxwriter

HEADINGS = (
    "Mã hồ sơ",
    "Cơ quan giải quyết",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái hồ sơ",
)
DOSSIERS = (
    ("H99.06-231218-0001", "Sở Tư pháp", "18/12/2023 08:00", "22/12/2023 17:00", "20/12/2023 10:00", "Đã xử lý xong"),
    ("H99.06-231218-0002", "Sở Tư pháp", "18/12/2023 09:00", "19/12/2023 17:00", "", "Đang xử lý"),
)
ROWS = (HEADINGS, *DOSSIERS)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_NESTED = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_NESTED}]>'  # &j; is ten billion letters


def plain_csv(path: Path) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def book(path: Path, rows: tuple[tuple[str, ...], ...] = ROWS, more: Mapping[str, object] | None = None) -> Path:
    """A workbook by XlsxWriter; `more` maps addresses to further values."""
    made = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    sheet = made.add_worksheet("Hồ sơ")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    for address, value in (more or {}).items():
        sheet.write(address, value)
    made.close()
    return path


def changed(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The workbook with the bytes of its parts changed."""
    old = zipfile.ZipFile(io.BytesIO(book(path).read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = change(info.filename, old.read(info))
            if data is not None:
                new.writestr(info.filename, data)
    return path


def in_sheet(path: Path, old: bytes, new: bytes) -> Path:
    def change(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        assert old in data, data[:300]
        return data.replace(old, new, 1)

    return changed(path, change)


# ------------------------------------------------------------------ read for what they are
def lone_far_cell(path: Path) -> Path:
    return book(path, more={"XFD1048576": "x"})


def lying_small_dimension(path: Path) -> Path:
    return in_sheet(path, b'<dimension ref="A1:F3"/>', b'<dimension ref="A1"/>')


def lying_large_dimension(path: Path) -> Path:
    return in_sheet(path, b'<dimension ref="A1:F3"/>', b'<dimension ref="A1:XFD1048576"/>')


def nonsense_dimension(path: Path) -> Path:
    return in_sheet(path, b'<dimension ref="A1:F3"/>', b'<dimension ref="ZZZZ99999999999999999999:A0"/>')


def a_million_empty_rows(path: Path) -> Path:
    rows = b"".join(b'<row r="%d" ht="15" customHeight="1"/>' % n for n in range(4, 1_000_004))
    return in_sheet(path, b"</sheetData>", rows + b"</sheetData>")


def all_columns(path: Path) -> Path:
    """Every one of the 16,384 columns has a heading nobody knows."""
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("Hồ sơ")
    for row in ROWS:
        sheet.append([*(text or None for text in row), *(["x"] * (16_384 - len(row)))])
    made.save(path)
    return path


def ten_megabytes_in_a_cell(path: Path) -> Path:
    def change(name: str, data: bytes) -> bytes:
        return data.replace("Đang xử lý".encode(), "Đang xử lý".encode() + b" " * 10_000_000)

    return changed(path, change)


def right_to_left_and_zero_width_marks(path: Path) -> Path:
    marked = tuple(tuple(f"\u202e\u200b{text}\u200f" if text else "" for text in row) for row in ROWS)
    return book(path, marked)


def formulas_and_links_as_texts(path: Path) -> Path:
    rows = tuple(
        (*row, value) for row, value in zip(ROWS, ("Ghi chú", '=HYPERLINK("http://x")', "@SUM(1)"), strict=True)
    )
    return book(path, rows)


def an_html_table_with_everything(path: Path) -> Path:
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    page = (
        "<html><head><script>document.write('<table>')</script><style>td{}</style>"
        '<link rel=stylesheet href="http://127.0.0.1:9/x.css"></head><body><img src="file:///etc/passwd">'
        f"<table><!-- <td>x</td> -->{cells}</table></body></html>"
    )
    path.write_text(page, encoding="utf-8")
    return path


def an_html_table_with_a_huge_span(path: Path) -> Path:
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    path.write_text(
        f'<table><tr><td colspan="999999999" rowspan="1">Sổ theo dõi</td></tr>{cells}</table>', encoding="utf-8"
    )
    return path


def entities_in_html(path: Path) -> Path:
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    path.write_text(f"<!DOCTYPE html {ENTITIES[14:]}<html><table>{cells}</table>&j;</html>", encoding="utf-8")
    return path


def a_zip_with_path_tricks(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../../tmp/escaped.csv", "".join(",".join(row) + "\n" for row in ROWS))
    return path


READ = {
    "far.xlsx": lone_far_cell,
    "small.xlsx": lying_small_dimension,
    "large.xlsx": lying_large_dimension,
    "nonsense.xlsx": nonsense_dimension,
    "empty-rows.xlsx": a_million_empty_rows,
    "columns.xlsx": all_columns,
    "long-cell.xlsx": ten_megabytes_in_a_cell,
    "marks.xlsx": right_to_left_and_zero_width_marks,
    "formulas.xlsx": formulas_and_links_as_texts,
    "page.xls": an_html_table_with_everything,
    "span.xls": an_html_table_with_a_huge_span,
    "entities.xls": entities_in_html,
    "tricks.zip": a_zip_with_path_tricks,
}


# ------------------------------------------------------------------ refused
def bomb(path: Path) -> Path:
    """A sheet of 700 MB in a file of 0.7 MB."""
    book(path)
    old = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != "xl/worksheets/sheet1.xml":
                new.writestr(info, old.read(info))
        with new.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for _ in range(700):
                sheet.write(b"<row/>" * 166_666)
            sheet.write(b"</sheetData></worksheet>")
    return path


def bomb_with_a_lying_directory(path: Path) -> Path:
    """The same, but the directory says the sheet has 1,000 bytes."""
    data = bytearray(bomb(path).read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    place = data.rfind(struct.pack("<I", size))
    while place > 0:
        data[place : place + 4] = struct.pack("<I", 1000)
        place = data.rfind(struct.pack("<I", size))
    path.write_bytes(data)
    return path


def cells_everywhere(path: Path) -> Path:
    """A diagonal of cells from A1 to the last corner: no table, and no lone cell either."""
    cells = {f"{_letters(n * 16)}{n * 1024}": "x" for n in range(1, 1024)}
    return book(path, more=cells)


def _letters(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def entities_in_the_workbook(path: Path) -> Path:
    def change(name: str, data: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return data
        text = data.decode().replace("<workbook", ENTITIES.replace("DOCTYPE x", "DOCTYPE workbook") + "<workbook", 1)
        return text.replace('name="Hồ sơ"', 'name="&j;"').encode()

    return changed(path, change)


def an_entity_for_a_file_of_the_system(path: Path) -> Path:
    def change(name: str, data: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return data
        text = data.decode().replace(
            "<workbook", '<!DOCTYPE workbook [<!ENTITY j SYSTEM "file:///etc/passwd">]><workbook', 1
        )
        return text.replace('name="Hồ sơ"', 'name="&j;"').encode()

    return changed(path, change)


def entities_in_an_xml_workbook(path: Path) -> Path:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?>{ENTITIES.replace("DOCTYPE x", "DOCTYPE Workbook")}<Workbook xmlns="{space}" xmlns:ss="{space}">'
        '<Worksheet ss:Name="1"><Table><Row><Cell><Data ss:Type="String">&j;</Data></Cell></Row></Table></Worksheet></Workbook>'
    )
    return path


def a_workbook_cut_off(path: Path) -> Path:
    path.write_bytes(book(path).read_bytes()[:3000])
    return path


def a_directory_that_is_nonsense(path: Path) -> Path:
    path.write_bytes(b"PK\x03\x04" + random.Random(5).randbytes(20_000) + b"PK\x05\x06" + b"\xff" * 18)
    return path


def a_compound_file_of_noise(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(6).randbytes(60_000))
    return path


def an_html_page_nested_without_end(path: Path) -> Path:
    path.write_text("<html><body>" + "<div><table><tr><td>" * 50_000, encoding="utf-8")
    return path


def a_text_of_one_line(path: Path) -> Path:
    path.write_bytes(b"x" * 30_000_000)
    return path


def a_quotation_mark_that_nothing_closes(path: Path) -> Path:
    path.write_text("a,b\n" + '"' + "x,y\n" * 2_000_000)
    return path


def quotation_marks_that_close_each_other(path: Path) -> Path:
    """Two open marks: the dossiers between them would be one cell."""
    lines = [",".join(row).replace("Sở", '"Sở') + "\n" for row in DOSSIERS]
    path.write_text(",".join(HEADINGS) + "\n" + "".join(lines) * 100_000, encoding="utf-8")
    return path


def comments_that_end_at_once(path: Path) -> Path:
    """Nearly a web page: an ordinary expression tries each way to divide them."""
    path.write_text("<!---->" * 9_000 + "x,y\n", encoding="utf-8")
    return path


def a_zip_in_itself(path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.csv", "a,b\n")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return path


REFUSED = {
    "bomb.xlsx": bomb,
    "lying-bomb.xlsx": bomb_with_a_lying_directory,
    "diagonal.xlsx": cells_everywhere,
    "entities.xlsx": entities_in_the_workbook,
    "file-entity.xlsx": an_entity_for_a_file_of_the_system,
    "entities.xml": entities_in_an_xml_workbook,
    "cut.xlsx": a_workbook_cut_off,
    "noise.xlsx": a_directory_that_is_nonsense,
    "noise.xls": a_compound_file_of_noise,
    "nested.xls": an_html_page_nested_without_end,
    "line.csv": a_text_of_one_line,
    "quote.csv": a_quotation_mark_that_nothing_closes,
    "quotes.csv": quotation_marks_that_close_each_other,
    "comments.html": comments_that_end_at_once,
    "nested.zip": a_zip_in_itself,
}
