"""The two workbooks of a week: one with titles, merged cells and signatures, one in the bare iGate layout."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reformcli.sample.columns import HEADINGS, IGATE_HEADINGS, Column
from reformcli.sample.files import replacing
from reformcli.sample.worktime import serials, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reformcli.sample.weeks import Export

DATE_FORMAT = "dd/mm/yyyy hh:mm:ss"
_CREATED = datetime(2023, 12, 25, 8, 0, 0)  # fixed: the same export, the same bytes
_WIDTHS = {"STT": 6, "Mã hồ sơ": 20, "Số hồ sơ": 20, "Tên thủ tục hành chính": 48, "Cơ quan giải quyết": 34}
_HEADER_ROW = 7
_LAST = len(HEADINGS) - 1
_MIDDLE = len(HEADINGS) // 2


def new_book(target: str | BytesIO) -> Any:
    """A new workbook without a clock: the same content gives the same bytes. Texts never become formulas or links."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": "Dữ liệu minh họa", "author": "reformcli sample", "created": _CREATED})
    return book


@contextmanager
def workbook(path: Path) -> Iterator[Any]:
    """A new workbook that becomes a file when the block ends well.

    Raises:
        OutputError: the file cannot be written.
    """
    content = BytesIO()
    book = new_book(content)
    yield book
    book.close()
    with replacing(path) as part:
        part.write_bytes(content.getvalue())


def write_titled(path: Path, export: Export) -> Path:
    """Write a week as an office hands it on: titles, header, column numbers, dossiers, total, signatures."""
    with workbook(path) as book:
        sheet = book.add_worksheet(f"Tuần {export.week[-2:]}")
        _titles(book, sheet, export.first, export.last)
        _header(book, sheet, HEADINGS, _HEADER_ROW)
        numbers = book.add_format({"italic": True, "align": "center", "border": 1})
        for at in range(len(HEADINGS)):
            sheet.write_string(_HEADER_ROW + 1, at, f"({at + 1})", numbers)
        size = _body(book, sheet, export.columns, _HEADER_ROW + 2, dates_as_text=False)
        _signatures(book, sheet, _HEADER_ROW + 2 + size, size, export.last)
        sheet.freeze_panes(_HEADER_ROW + 2, 2)
    return path


def write_igate(path: Path, export: Export) -> Path:
    """Write a week in the 13 columns of the iGate export: dates as text, agency empty."""
    with workbook(path) as book:
        sheet = book.add_worksheet("Danh sách hồ sơ")
        _header(book, sheet, IGATE_HEADINGS, 0)
        _body(book, sheet, export.igate, 1, dates_as_text=True)
        sheet.freeze_panes(1, 2)
    return path


def _titles(book: Any, sheet: Any, first: date, last: date) -> None:
    bold = book.add_format({"bold": True, "align": "center"})
    big = book.add_format({"bold": True, "align": "center", "font_size": 14})
    italic = book.add_format({"italic": True, "align": "center"})
    sheet.merge_range(0, 0, 0, 4, "UBND TỈNH SÔNG LAM", bold)
    sheet.merge_range(0, _MIDDLE, 0, _LAST, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold)
    sheet.merge_range(1, 0, 1, 4, "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", bold)
    sheet.merge_range(1, _MIDDLE, 1, _LAST, "Độc lập - Tự do - Hạnh phúc", bold)
    sheet.merge_range(3, 0, 3, _LAST, "DANH SÁCH HỒ SƠ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", big)
    span = f"Tuần {last.isocalendar().week} (từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y})"
    sheet.merge_range(4, 0, 4, _LAST, span, italic)
    note = "Dữ liệu minh họa: tỉnh, cơ quan cấp huyện, cấp xã và mọi cá nhân đều không có thật"
    sheet.merge_range(5, 0, 5, _LAST, note, italic)


def _header(book: Any, sheet: Any, headings: tuple[str, ...], row: int) -> None:
    style = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
    for at, heading in enumerate(headings):
        sheet.set_column(at, at, _WIDTHS.get(heading, 20))
        sheet.write_string(row, at, heading, style)


def _body(book: Any, sheet: Any, columns: Mapping[str, Column], row: int, *, dates_as_text: bool) -> int:
    """Write the columns from this row down; the number of rows is returned."""
    moment = book.add_format({"num_format": DATE_FORMAT})
    size = 0
    for at, column in enumerate(columns.values()):
        size = len(column)
        if isinstance(column, np.ndarray) and not dates_as_text:
            for down, serial in enumerate(serials(column), row):
                if serial is not None:
                    sheet.write_number(down, at, serial, moment)
            continue
        cells = texts(column) if isinstance(column, np.ndarray) else column
        for down, value in enumerate(cells, row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(down, at, value)
            else:
                sheet.write_number(down, at, value)
    return size


def _signatures(book: Any, sheet: Any, row: int, size: int, last: date) -> None:
    bold = book.add_format({"bold": True, "align": "center"})
    italic = book.add_format({"italic": True, "align": "center"})
    sheet.merge_range(row, 0, row, 3, "Tổng số hồ sơ", bold)
    sheet.write_number(row, 4, size, bold)
    day = last + timedelta(days=1)
    dated = f"Sông Lam, ngày {day:%d} tháng {day:%m} năm {day:%Y}"
    sheet.merge_range(row + 2, _MIDDLE, row + 2, _LAST, dated, italic)
    sheet.merge_range(row + 3, 0, row + 3, 4, "NGƯỜI LẬP BIỂU", bold)
    sheet.merge_range(row + 3, _MIDDLE, row + 3, _LAST, "THỦ TRƯỞNG ĐƠN VỊ", bold)
    sheet.merge_range(row + 4, 0, row + 4, 4, "(Ký, ghi rõ họ tên)", italic)
    sheet.merge_range(row + 4, _MIDDLE, row + 4, _LAST, "(Ký, ghi rõ họ tên, đóng dấu)", italic)
