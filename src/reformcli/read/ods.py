"""OpenDocument spreadsheets (.ods): the rows of `content.xml`, read in pieces.

Empty cells and rows, however often they are repeated, cost nothing; repeated values count with their repetitions.
"""

from __future__ import annotations

import re
from typing import Final
from zipfile import ZipFile

from reformcli.errors import InputError
from reformcli.model import ERROR_VALUES, SkippedSheet
from reformcli.read.events import parse, pieces
from reformcli.read.grid import Cells, Grid, duration_text, iso_text, number_text
from reformcli.read.payload import Content, Payload

_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALCEXT: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_SHEET, _ROW, _GROUP = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-row-group"
_CELL, _COVERED, _NULL_DATE = f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell", f"{_TABLE}null-date"
_COLUMNS_REPEATED, _ROWS_REPEATED = f"{_TABLE}number-columns-repeated", f"{_TABLE}number-rows-repeated"
_VISIBILITY, _DISPLAY = f"{_TABLE}visibility", f"{_TABLE}display"
_TABLE_STYLE, _TABLE_PROPERTIES = f"{_STYLE}style", f"{_STYLE}table-properties"
_TYPE, _VALUE, _IS_ERROR = f"{_OFFICE}value-type", f"{_OFFICE}value", f"{_CALCEXT}value-type"
_P, _SPACE, _TAB, _BREAK = f"{_TEXT}p", f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"
_SHOWN_ERROR = re.compile(r"Err:(\d+)")
_NUMBERS = frozenset(("float", "percentage", "currency"))
_LONGEST = 32_767  # characters of a cell that Excel allows


def read_ods(payload: Payload, archive: ZipFile) -> Content:
    """Read every sheet of an OpenDocument spreadsheet, with the texts that `read_workbook` would give.

    Raises:
        InputError: `damaged_workbook`, `encrypted`, `absurd_extent`, `empty_file`.
    """
    if b"encryption-data" in _manifest(archive):
        raise InputError("encrypted", where=payload.where)
    reader = _Reader(payload)
    try:
        with archive.open("content.xml") as file:
            parse(pieces(file), reader)
    except (ValueError, IndexError) as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    if not reader.content.sheets:
        raise InputError("empty_file", where=payload.where)
    return reader.content


def _manifest(archive: ZipFile) -> bytes:
    name = "META-INF/manifest.xml"
    return archive.read(name) if name in archive.namelist() else b""


class _Reader:
    """Receives the events of `content.xml`; raises ValueError for a value or a number that is none.

    `level` counts the elements inside the open cell. Only paragraphs right inside a cell are its text: a comment on
    the cell, a drawing or a table in it is passed over (`muted_from` is its level).
    """

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.content = Content([], [])
        self.style: str | None = None
        self.hidden_styles: set[str | None] = set()
        self.date1904 = self.hidden = False
        self.grid: Grid | None = None
        self.next_row = 0
        self.groups: list[bool] = []  # the open groups of rows: is it closed up?
        self.row: Cells | None = None
        self.row_attributes: dict[str, str] = {}
        self.column = 0
        self.cell: dict[str, str] | None = None  # its attributes
        self.level = self.muted_from = 0
        self.paragraphs: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open what the element stands for."""
        if self.cell is not None:
            self.level += 1
            if not self.muted_from:
                self._start_inside(name, attributes)
        elif name in (_CELL, _COVERED):
            self.cell, self.paragraphs = attributes, []
        elif name == _ROW:
            self.row, self.row_attributes, self.column = [], attributes, 0
        elif name == _SHEET:
            self.grid = Grid(self.payload, attributes.get(f"{_TABLE}name", ""))
            self.hidden = attributes.get(f"{_TABLE}style-name") in self.hidden_styles
            self.next_row, self.groups = 0, []
        elif name == _GROUP:
            self.groups.append(attributes.get(_DISPLAY) == "false")
        elif name == _TABLE_STYLE:
            self.style = attributes.get(f"{_STYLE}name")
        elif name == _TABLE_PROPERTIES and attributes.get(_DISPLAY) == "false":
            self.hidden_styles.add(self.style)
        elif name == _NULL_DATE:
            self.date1904 = attributes.get(f"{_TABLE}date-value", "").startswith("1904")

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        if self.level == 1 and name == _P:
            self.paragraphs.append([])
        elif self.level == 1 or not name.startswith(_TEXT):
            self.muted_from = self.level
        elif name == _SPACE:
            self.paragraphs[-1].append(" " * min(_times(attributes.get(f"{_TEXT}c")), _LONGEST))
        elif name in (_TAB, _BREAK):
            self.paragraphs[-1].append("\t" if name == _TAB else "\n")

    def end(self, name: str) -> None:
        """Keep what the element held."""
        if self.level:
            if self.muted_from == self.level:
                self.muted_from = 0
            self.level -= 1
        elif self.cell is not None:
            self._end_cell(self.cell)
        elif name == _ROW:
            self._end_row()
        elif name == _SHEET:
            self._end_sheet()
        elif name == _GROUP and self.groups:
            self.groups.pop()

    def data(self, text: str) -> None:
        """Take a text of a paragraph."""
        if self.level and not self.muted_from:
            self.paragraphs[-1].append(text)

    def _end_cell(self, attributes: dict[str, str]) -> None:
        self.cell = None
        times = _times(attributes.get(_COLUMNS_REPEATED)) if attributes else 1
        text = self._text(attributes) if attributes else None
        row, column = self.row, self.column
        if text and row is not None and self.grid is not None:
            if times > 1 or column > len(row):
                self.grid.need(self.next_row + 1, column + times)
                row += [None] * (column - len(row))
            row += [text] * times
        self.column = column + times

    def _end_row(self) -> None:
        times = _times(self.row_attributes.get(_ROWS_REPEATED))
        hidden = any(self.groups) or self.row_attributes.get(_VISIBILITY, "visible") != "visible"
        if self.grid is not None and self.row is not None:
            self.grid.add(self.next_row, self.row, times=times, hidden=hidden)
        self.next_row += times
        self.row = None

    def _end_sheet(self) -> None:
        if self.grid is None:
            return
        sheet = self.grid.finish(date1904=self.date1904, hidden=self.hidden)
        if sheet:
            self.content.sheets.append(sheet)
        else:
            self.content.skipped.append(SkippedSheet(self.payload.source, self.grid.sheet, "empty"))
        self.grid = None

    def _text(self, attributes: dict[str, str]) -> str | None:
        """Write the value of a cell; without a type it has none."""
        kind = attributes.get(_TYPE)
        if kind == "string":
            shown = "\n".join(["".join(parts) for parts in self.paragraphs])
            if attributes.get(_IS_ERROR) == "error":
                return _error(shown)
            return attributes.get(f"{_OFFICE}string-value") or shown
        if kind in _NUMBERS:
            return number_text(float(attributes.get(_VALUE, "")))
        if kind == "date":
            return iso_text(attributes.get(f"{_OFFICE}date-value", ""))
        if kind == "time":
            return duration_text(attributes.get(f"{_OFFICE}time-value", ""), date1904=self.date1904)
        return attributes.get(f"{_OFFICE}boolean-value") if kind == "boolean" else None


def _error(shown: str) -> str:
    """Name an error value as Excel does: `Err:503` is #NUM!, any other number #VALUE!."""
    if shown in ERROR_VALUES:
        return shown
    number = _SHOWN_ERROR.match(shown)
    return "#NUM!" if number and number[1] == "503" else "#VALUE!"


def _times(text: str | None) -> int:
    if text is None:
        return 1
    times = int(text)
    if not 0 < times <= 1 << 31:
        raise ValueError(text)
    return times
