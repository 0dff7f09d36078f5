"""The same dossiers in many layouts: what tests/test_layouts.py compares, and what needs another writer to be made."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import xlsxwriter

import strategies

DOSSIERS = strategies.random_dossiers(300, seed=51)
ROWS = strategies.to_rows(DOSSIERS)
HEADINGS = list(ROWS[0])
DATES = [name for name in HEADINGS if name.startswith("Ngày")]
NUMBERS = ["Số lần yêu cầu bổ sung", "Phí, lệ phí", "Thanh toán trực tuyến"]
SIGNATURES = ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")


def moment(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S" if ":" in text else "%d/%m/%Y")


def table(rows: Sequence[dict[str, str]] = ROWS) -> list[list[str]]:
    """The texts of the rows, in the order of the headings."""
    return [[row[name] for name in HEADINGS] for row in rows]


# ------------------------------------------------------------------ text
def text_file(separator: str, encoding: str, *, title: bool = False, dates: str | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    if title:
        writer.writerows([["UBND TỈNH VÍ DỤ"], ["DANH SÁCH HỒ SƠ"], []])
    writer.writerow(HEADINGS)
    for row in ROWS:
        writer.writerow([written(row[name], dates) if name in DATES else row[name] for name in HEADINGS])
    if title:
        writer.writerows([[], [f"Tổng số: {len(ROWS)} hồ sơ"], ["NGƯỜI LẬP BIỂU", "", "", "THỦ TRƯỞNG ĐƠN VỊ"]])
    return out.getvalue().encode(encoding)


def written(text: str, form: str | None) -> str:
    day = moment(text)
    if day is None or form is None:
        return text
    if form == "words":
        clock = f" {day:%H:%M:%S}" if day.hour or day.minute or day.second else ""
        return f"ngày {day.day:02d} tháng {day.month} năm {day.year}{clock}"
    if form == "time first" and (day.hour or day.minute or day.second):
        return f"{day:%H:%M:%S} {day.day}/{day.month}/{day.year}"
    if form == "digits":
        return f"{day:%Y%m%d%H%M%S}"
    if form == "zone":
        return f"{day:%Y-%m-%dT%H:%M:%S}+0700"
    return f"{day:{form}}" if form.startswith("%") else f"{day.day}/{day.month}/{day.year}" + text[10:]


def unicode_text() -> bytes:
    """UTF-16LE with tabs, as Excel saves "Unicode Text": quoted line breaks, and a tab at the end of every line."""

    def quoted(cell: str) -> str:
        broken = cell.replace(" ", "\n", 1) if cell.startswith(("Sở", "UBND", "Số lần")) else cell
        return f'"{broken}"' if "\n" in broken or '"' in broken else broken

    lines = ["\t".join(map(quoted, cells)) + "\t\r\n" for cells in (HEADINGS, *table())]
    return ("\ufeff" + "".join(lines)).encode("utf-16-le")


# ------------------------------------------------------------------ xlsx
def workbook(
    path: Path,
    *,
    headings: Sequence[str] | None = None,
    top: int = 0,
    left: int = 0,
    dates: str = "date",
    extras: bool = False,
    options: dict | None = None,
    finish: Callable | None = None,
) -> Path:
    headings = headings or HEADINGS
    settings = {"date_1904": dates == "1904", "default_date_format": "dd/mm/yyyy hh:mm:ss", **(options or {})}
    book = xlsxwriter.Workbook(path, settings)
    book.add_worksheet("Bìa").write(3, 2, "Báo cáo tuần")
    sheet = book.add_worksheet("Hồ sơ")
    if extras:
        sheet.merge_range(0, left, 0, left + 5, "UỶ BAN NHÂN DÂN TỈNH VÍ DỤ")
        sheet.write(1, left + 2, "DANH SÁCH HỒ SƠ")
    for place, heading in enumerate(headings):
        sheet.write(top, left + place, heading)
    for place in range(len(headings) if extras else 0):
        sheet.write(top + 1, left + place, f"({place + 1})")
    first = top + 1 + extras
    for number, row in enumerate(ROWS):
        for place, name in enumerate(HEADINGS):
            day = moment(row[name]) if name in DATES else None
            if day is None:
                sheet.write_string(first + number, left + place, row[name])
            elif dates == "serial":
                whole = (day - datetime(1899, 12, 30)).total_seconds() / 86_400
                sheet.write_number(first + number, left + place, whole)
            elif dates in ("date", "1904"):
                sheet.write_datetime(first + number, left + place, day)
            else:
                sheet.write_string(first + number, left + place, row[name])
    if extras:
        sheet.write(first + len(ROWS), left, "Tổng số")
        sheet.write(first + len(ROWS), left + 1, len(ROWS))
        sheet.write(first + len(ROWS) + 3, left + 1, SIGNATURES[0])
        sheet.write(first + len(ROWS) + 3, left + 6, SIGNATURES[1])
        sheet.write(first + len(ROWS) + 4, left + 6, "(Ký, ghi rõ họ tên)")
    if finish:
        finish(sheet)
    book.close()
    return path


def hide_columns(sheet: object) -> None:
    """Hide the agency and three of the dates."""
    sheet.set_column("B:B", None, None, {"hidden": True})
    sheet.set_column("F:H", None, None, {"hidden": True})


def formulas(path: Path) -> Path:
    """Every cell of a data row is a formula over a second sheet, with the result that Excel stored."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm:ss"})
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    sheet, other = book.add_worksheet("Hồ sơ"), book.add_worksheet("Nguồn")
    other.write("A1", "Nguồn dữ liệu")
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(ROWS, 1):
        for place, name in enumerate(HEADINGS):
            day = moment(row[name]) if name in DATES else None
            if day is not None:
                value: object = (day - datetime(1899, 12, 30)).total_seconds() / 86_400
                sheet.write_formula(number, place, "=Nguồn!A1", date, value)
            else:
                sheet.write_formula(number, place, '=IF(1,"","")', None, row[name])
    book.close()
    _change(path, "xl/worksheets/sheet1.xml", rb'(<c r="\w+")(><f>[^<]*</f><v></v>)', rb'\1 t="str"\2')  # as Excel does
    return path


def macro_workbook(path: Path) -> Path:
    """What openpyxl writes under the content type of workbooks with macros; numbers are numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Hồ sơ"
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append([_value(name, row[name]) for name in HEADINGS])
    book.save(path)
    macros = rb"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    sheets = rb"application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\.main\+xml"
    _change(path, "[Content_Types].xml", sheets, macros)
    return path


def _change(path: Path, part: str, pattern: bytes, by: bytes) -> None:
    """Replace something in a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = re.sub(pattern, by, parts[part])
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, changed if name == part else body)


def _value(name: str, text: str) -> object:
    if name in DATES:
        return moment(text)
    if name in NUMBERS:
        return int(text) if text else None
    return text or None


def plain(text: str) -> str:
    marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in marks if not unicodedata.combining(c))


# ------------------------------------------------------------------ HTML
Escape = Callable[[str], str]


def escape(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def entities(text: str) -> str:
    """Every letter beyond ASCII as a number, decimal and hexadecimal by turns, and spaces that do not break."""
    coded = [c if c.isascii() else f"&#{ord(c)};" if ord(c) % 2 else f"&#x{ord(c):X};" for c in html.escape(text)]
    return "".join(coded).replace(" ", "&nbsp;", 1)


def tag(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{' ' if attributes else ''}{attributes}>{text}</{name}>"


def lines(rows: Iterable[Sequence[str]], escape: Escape = escape, cell: str = "td") -> str:
    """Rows of cells, indented as programs write them."""
    made = ("".join(f"\n    {tag(cell, escape(text))}" for text in row) for row in rows)
    return "".join(f"\n  <tr>{row}\n  </tr>" for row in made)


def page(body: str, head: str = '<meta charset="utf-8">') -> str:
    return f"<html><head>{head}<style>td {{ mso-number-format:'\\@' }}</style></head><body>{body}</body></html>"


def plain_page(escape: Escape = escape, head: str = '<meta charset="utf-8">') -> str:
    return page(f"<table border=1>{lines([HEADINGS], escape, 'th')}{lines(table(), escape)}</table>", head)


def two_row_page() -> str:
    """Groups of headings above, single headings over both rows; the tags of rows and cells are not closed."""
    groups = [(0, 5, None), (5, 9, "Thời gian"), (9, 12, "Bổ sung hồ sơ"), (12, 14, "Phí"), (14, 19, "Số hoá")]
    above, below = [], []
    for first, last, name in groups:
        names = HEADINGS[first:last]
        if name is None:
            above += [f"<th rowspan=2>{escape(heading)}" for heading in names]
        else:
            above.append(f'<th colspan="{last - first}">{escape(name)}')
            below += [f"<th>{escape(heading)}" for heading in names]
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}" for text in row) for row in table())
    title = "<tr><td colspan=19 align=center><b>DANH SÁCH HỒ SƠ</b><br><i>Tháng 7 năm 2024</i>"
    return page(f"<TABLE>{title}<tr>{''.join(above)}<tr>{''.join(below)}{body}</TABLE>")


def three_row_page() -> str:
    """Three rows of headings in a `<thead>`, a row of column numbers, and signatures in a `<tfoot>`."""
    first = "".join(tag("th", escape(name), "rowspan=3") for name in HEADINGS[:5])
    first += tag("th", "Quá trình giải quyết", "colspan=7") + tag("th", "Kết quả", "colspan=7")
    second = "".join(tag("th", escape(name), "rowspan=2") for name in HEADINGS[5:9])
    second += tag("th", "Bổ sung", "colspan=3") + tag("th", "Phí", "colspan=2") + tag("th", "Số hoá", "colspan=5")
    third = "".join(tag("th", escape(name)) for name in HEADINGS[9:])
    numbers = "".join(tag("td", f"({place})") for place in range(1, 20))
    signatures = tag("td", SIGNATURES[0], "colspan=9") + tag("td", SIGNATURES[1], "colspan=10")
    head = "".join(tag("tr", row) for row in (first, second, third, numbers))
    foot = tag("tr", tag("td", "", "colspan=19")) + tag("tr", signatures)
    return page(f"<table><thead>{head}</thead><tbody>{lines(table())}</tbody><tfoot>{foot}</tfoot></table>")


def layout_page() -> str:
    """The table stands in a cell of a table that lays the page out, with a menu, scripts and comments around it."""
    cells = lines(table(), lambda text: f"<div><font color=#000><span>{escape(text)}</span></font></div>")
    inner = f"<table><caption>Danh sách</caption>{lines([HEADINGS], cell='th')}{cells}</table>"
    menu = "<table><tr><td>Trang chủ</td><td>Đăng xuất</td></tr></table>"
    scripts = "<script>document.write('<table><tr><td>x</td></tr></table>')</script><!-- <table><tr><td>y -->"
    return page(
        f"{scripts}<table width=100%><tr><td>{menu}</td></tr><tr><td><h3>DANH SÁCH</h3>{inner}</td></tr>"
        f"<tr><td>Tổng cộng: {len(ROWS)}</td></tr></table>"
    )


def sections_page() -> str:
    """Section rows above some dossiers, subtotals below, the headings again on every new page of the printout."""
    made = [f"<table><tr><td colspan=20>UBND TỈNH VÍ DỤ</td></tr>{lines([['STT', *HEADINGS]], cell='th')}"]
    for number, start in enumerate(range(0, len(ROWS), 100)):
        made.append(tag("tr", tag("td", f"{'I' * (number + 1)}. Sở Y tế", "colspan=20")))
        rows = [[str(start + place), *row] for place, row in enumerate(table()[start : start + 100], 1)]
        made.append(lines(rows[:50]) + lines([["STT", *HEADINGS]], cell="th") + lines(rows[50:]))
        made.append(tag("tr", tag("td", "Tổng số", "colspan=2") + tag("td", "100")))
        made.append(tag("tr", tag("td", "trong đó: trực tuyến", "colspan=2") + tag("td", "40")))
    made.append(tag("tr", tag("td", "", "colspan=20")))
    made.append(tag("tr", tag("td", SIGNATURES[0], "colspan=8") + tag("td", SIGNATURES[1], "colspan=12")))
    return page("".join(made) + "</table>")


def windows_1258(text: str) -> bytes:
    """Vietnamese in Windows-1258: the letters it has, and tones as characters of their own."""

    def letter(character: str) -> str:
        try:
            character.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", character)
            shapes = [mark for mark in marks if mark in "\u0302\u0306\u031b"]
            tones = [mark for mark in marks if mark not in shapes]
            return unicodedata.normalize("NFC", base + "".join(shapes)) + "".join(tones)
        return character

    return "".join(map(letter, unicodedata.normalize("NFC", text))).encode("cp1258")


def web_archive() -> bytes:
    """An MHTML file, as Internet Explorer and Excel write it: a frame, and the sheet in quoted-printable."""
    import quopri

    frame = b'<html><frameset><frame src="sheet001.htm"></frameset></html>'
    parts = (
        ("text/html; charset=us-ascii", "quoted-printable", frame),
        ("text/css", "7bit", b"td { color: red }"),
        ('text/html; charset="utf-8"', "quoted-printable", quopri.encodestring(plain_page().encode())),
    )
    lines = [b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\n']
    for kind, coding, body in parts:
        head = f"--=_x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
        lines += [head.encode(), body, b"\r\n"]
    return b"".join(lines) + b"--=_x--\r\n"


# ------------------------------------------------------------------ XML Spreadsheet 2003
def xml_workbook() -> str:
    """As Excel writes it: empty cells are left out and the next one tells its place; headings over merged cells."""
    title = (
        '<Row ss:Index="2"><Cell ss:Index="2" ss:MergeAcross="5"><Data ss:Type="String">DANH SÁCH</Data></Cell></Row>'
    )
    heads = "".join(f'<Cell><Data ss:Type="String">{html.escape(name)}</Data></Cell>' for name in HEADINGS)
    rows = "".join(f"<Row>{''.join(_xml_cells(row))}</Row>" for row in ROWS)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="{space}" '
        'xmlns:html="http://www.w3.org/TR/REC-html40">'
        '<Styles><Style ss:ID="d"><NumberFormat ss:Format="General Date"/></Style></Styles>'
        f'<Worksheet ss:Name="Hồ sơ"><Table>{title}<Row ss:Index="4">{heads}</Row>{rows}</Table></Worksheet></Workbook>'
    )


def _xml_cells(row: dict[str, str]) -> Iterable[str]:
    following = 0
    for place, name in enumerate(HEADINGS):
        text = row[name]
        if not text:
            continue
        index = f' ss:Index="{place + 1}"' if place != following else ""
        following = place + 1
        day = moment(text) if name in DATES else None
        if day:
            yield f'<Cell ss:StyleID="d"{index}><Data ss:Type="DateTime">{day:%Y-%m-%dT%H:%M:%S}.000</Data></Cell>'
        else:
            kind = "Number" if name in NUMBERS else "String"
            yield f'<Cell{index}><Data ss:Type="{kind}">{html.escape(text)}</Data></Cell>'


# ------------------------------------------------------------------ what a reader gave
def cells_of(sheet) -> dict[tuple[int, int], str]:
    """The non-null cells by (physical row, physical column), both from 1."""
    assert {str(kind) for kind in sheet.cells.schema.types} == {"string"}
    assert sheet.cells.column_names == [f"c{i}" for i in range(sheet.cells.num_columns)]
    return {
        (sheet.first_row + row, sheet.first_column + column): text
        for column, texts in enumerate(sheet.cells.columns)
        for row, text in enumerate(texts.to_pylist())
        if text is not None
    }


def payload_of(data: bytes, **limits: int):
    """What a reader gets of a file with these bytes."""
    from reformcli.limits import Limits
    from reformcli.model import Source
    from reformcli.read.payload import Payload
    from reformcli.read.sniff import HEAD, sniff

    return Payload("a", Source("a", "0" * 64, len(data)), sniff(data[:HEAD]), data, Limits(**limits))
