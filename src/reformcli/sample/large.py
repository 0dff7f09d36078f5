"""An export of any size for trials and benchmarks: 20 columns, written in pieces so that memory stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from reformcli.errors import UsageError
from reformcli.sample.books import DATE_FORMAT, new_book
from reformcli.sample.columns import LARGE_HEADINGS, Column, look, printed
from reformcli.sample.files import replacing, write_csv
from reformcli.sample.flow import Flow, codes, flow
from reformcli.sample.province import AGENCIES
from reformcli.sample.worktime import NEVER, receipts, serials, texts

FIRST, LAST = date(2023, 2, 6), date(2023, 12, 24)
SHEET_ROWS = 1_048_575  # what an Excel sheet holds below its header
MOMENT = np.datetime64("2023-12-24T23:59:59", "s")
_CODES_SINCE = np.datetime64("2023-01-01", "D")
_REAL_DATES = ("Ngày kết thúc xử lý", "Ngày trả thực tế")  # real Excel dates; the other two are text
_PIECE = 50_000
_UNDATED = 0.003
_SHEET = "xl/worksheets/sheet1.xml"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write(path: Path, rows: int, seed: int, late: float | None) -> Path:
    """Write the export as xlsx or csv, as the name ends."""
    kind = path.suffix.casefold()
    if kind not in (".xlsx", ".csv"):
        raise UsageError("sample_extension", where=str(path), extension=path.suffix)
    if rows < 1 or (kind == ".xlsx" and rows > SHEET_ROWS):
        raise UsageError("sample_rows", where=str(path), rows=rows, limit=SHEET_ROWS)
    pieces = _pieces(rows, seed, late)
    return _write_xlsx(path, rows, pieces) if kind == ".xlsx" else _write_csv(path, pieces)


def _pieces(rows: int, seed: int, late: float | None) -> Iterator[dict[str, Column]]:
    """The printed columns of the export, some ten thousand rows at a time."""
    for start, dossiers, names in invented(rows, seed, late):
        columns = printed(dossiers, look(dossiers, MOMENT), names, start + 1)
        yield {heading: columns[heading] for heading in LARGE_HEADINGS}


def invented(rows: int, seed: int, late: float | None) -> Iterator[tuple[int, Flow, list[str]]]:
    """The dossiers of the export, some ten thousand at a time: the place of the first, their lives, their codes.

    Args:
        rows: how many in all.
        seed: the same one gives the same dossiers.
        late: share of them settled late; None leaves it to each agency.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    used = np.zeros((len(AGENCIES), (LAST - _CODES_SINCE.astype(date)).days + 1), np.int64)
    for start in range(0, rows, _PIECE):
        count = min(_PIECE, rows - start)
        part = (start / rows, (start + count) / rows)
        dossiers = flow(rng, receipts(rng, count, FIRST, LAST, part), late)
        undated = rng.random(count) < _UNDATED
        due, moved = np.where(undated, NEVER, dossiers.due), np.where(undated, NEVER, dossiers.due_moved)
        dossiers = replace(dossiers, due=due, due_moved=moved)
        yield start, dossiers, codes(dossiers.agency, dossiers.submitted, used, _CODES_SINCE)


def _write_csv(path: Path, pieces: Iterator[dict[str, Column]]) -> Path:
    def lines() -> Iterator[tuple[object, ...]]:
        for piece in pieces:
            yield from zip(*(texts(c) if isinstance(c, np.ndarray) else c for c in piece.values()), strict=True)

    return write_csv(path, LARGE_HEADINGS, lines())


def _write_xlsx(path: Path, rows: int, pieces: Iterator[dict[str, Column]]) -> Path:
    """Let XlsxWriter make the book with its header and a model of a date cell, and put the rows into its sheet.

    Cell by cell through XlsxWriter the same file takes four times as long.
    """
    with replacing(path) as part, ZipFile(_frame()) as source, ZipFile(part, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, _ZIP_DATE)
            entry.compress_type = ZIP_DEFLATED
            with target.open(entry, "w", force_zip64=True) as stream:
                if name != _SHEET:
                    stream.write(source.read(name))
                    continue
                before, style, after = _split(source.read(name).decode(), rows)
                stream.write(before.encode())
                for piece in pieces:
                    stream.write(_rows_xml(piece, style).encode())
                stream.write(after.encode())
    return path


def _frame() -> BytesIO:
    """A workbook with the header row and, below it, one empty cell in the format of dates."""
    frame = BytesIO()
    book = new_book(frame)
    sheet = book.add_worksheet("Hồ sơ")
    for at, heading in enumerate(LARGE_HEADINGS):
        sheet.write_string(0, at, heading)
    sheet.write_blank(1, len(LARGE_HEADINGS) - 1, None, book.add_format({"num_format": DATE_FORMAT}))
    book.close()
    return frame


def _split(sheet: str, rows: int) -> tuple[str, str, str]:
    """The XML before the rows, the number of the date format, and the XML after them."""
    model = re.search(r'<row r="2"[^>]*><c r="T2" s="(\d+)"/></row>', sheet)
    if model is None:
        raise AssertionError("XlsxWriter writes the model cell in another way")
    before = sheet[: model.start()].replace('<dimension ref="A1:T2"/>', f'<dimension ref="A1:T{rows + 1}"/>')
    return before, model[1], sheet[model.end() :]


def _rows_xml(piece: dict[str, Column], style: str) -> str:
    """The rows of a piece in the XML of a sheet: texts inline, empty cells left out."""
    numbers = [int(stt) + 1 for stt in piece["STT"]]
    columns = [
        _cells_xml(letter, _cells(heading, column), numbers, style)
        for letter, (heading, column) in zip(ascii_uppercase, piece.items(), strict=False)
    ]
    return "".join(
        f'<row r="{number}">{"".join(cells)}</row>' for number, *cells in zip(numbers, *columns, strict=True)
    )


def _cells_xml(letter: str, values: Sequence[object], numbers: Sequence[int], style: str) -> list[str]:
    found = []
    for number, value in zip(numbers, values, strict=True):
        if isinstance(value, str):
            text = escape(value, quote=False)
            found.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>' if text else "")
        elif value is None:
            found.append("")
        else:
            mark = f' s="{style}"' if isinstance(value, float) else ""
            found.append(f'<c r="{letter}{number}"{mark}><v>{value!r}</v></c>')
    return found


def _cells(heading: str, column: Column) -> Sequence[str | int | float | None]:
    if not isinstance(column, np.ndarray):
        return column
    return serials(column) if heading in _REAL_DATES else texts(column)
