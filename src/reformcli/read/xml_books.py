"""XML Spreadsheet 2003: one XML file that tells the place of a cell only where it does not follow the one before it."""

from __future__ import annotations

import io
from typing import Final

from reformcli.errors import InputError
from reformcli.model import FORMULA, SkippedSheet
from reformcli.read.events import parse, pieces
from reformcli.read.grid import MOST_COLUMNS, Cells, Grid, iso_text, number_text, put
from reformcli.read.payload import Content, Payload

_SS: Final = "urn:schemas-microsoft-com:office:spreadsheet "
_XL: Final = "urn:schemas-microsoft-com:office:excel "
_ROW, _CELL, _DATA, _COMMENT = f"{_SS}Row", f"{_SS}Cell", f"{_SS}Data", f"{_SS}Comment"
_SHEET, _DATE1904, _VISIBLE = f"{_SS}Worksheet", f"{_XL}Date1904", f"{_XL}Visible"
_INDEX, _ACROSS, _SPAN, _HIDDEN = f"{_SS}Index", f"{_SS}MergeAcross", f"{_SS}Span", f"{_SS}Hidden"
_TYPE, _FORMULA, _NAME = f"{_SS}Type", f"{_SS}Formula", f"{_SS}Name"
_MOST_ROWS = 1 << 20


def read_xml_book(payload: Payload) -> Content:
    """Read every worksheet of an XML Spreadsheet 2003 workbook, with the texts that `read_workbook` would give.

    Raises:
        InputError: `damaged_workbook` (no such XML, or a document type), `absurd_extent`, `empty_file`.
    """
    reader = _Reader(payload)
    try:
        parse(pieces(io.BytesIO(payload.data)), reader)
    except ValueError as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    if not reader.content.sheets:
        raise InputError("empty_file", where=payload.where)
    return reader.content


class _Reader:
    """Receives the events of the XML; raises ValueError for a place or a value that cannot be."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.content = Content([], [])
        self.grid: Grid | None = None
        self.date1904 = self.hidden = False
        self.next_row = 0
        self.row: Cells | None = None
        self.row_attributes: dict[str, str] = {}
        self.column = 0
        self.cell_attributes: dict[str, str] | None = None
        self.kind: str | None = None
        self.parts: list[str] | None = None  # of the text that is being read
        self.has_data = self.in_comment = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open what the element stands for."""
        if name == _CELL:
            self._start_cell(attributes)
        elif name == _DATA:
            if self.cell_attributes is not None and not self.in_comment:
                self.kind, self.parts, self.has_data = attributes.get(_TYPE), [], True
        elif name == _ROW:
            self.next_row = _place(attributes, self.next_row, _MOST_ROWS)
            self.row, self.row_attributes, self.column = [], attributes, 0
        elif name == _COMMENT:
            self.in_comment = True
        elif name == _SHEET:
            self.grid = Grid(self.payload, attributes.get(_NAME, ""))
            self.next_row, self.hidden = 0, False
        elif name == _VISIBLE:
            self.parts = []

    def end(self, name: str) -> None:
        """Keep what the element held."""
        if name == _DATA:
            if self.row is not None and self.parts and not self.in_comment:
                put(self.row, self.column, _text("".join(self.parts), self.kind))
                self.parts = None
        elif name == _CELL:
            self._end_cell()
        elif name == _ROW:
            self._end_row()
        elif name == _COMMENT:
            self.in_comment = False
        elif name == _SHEET:
            self._end_sheet()
        elif name == _DATE1904:
            self.date1904 = True
        elif name == _VISIBLE:
            self.hidden = "".join(self.parts or []).strip() in ("SheetHidden", "SheetVeryHidden")
            self.parts = None

    def data(self, text: str) -> None:
        """Take a text of a cell; comments are none."""
        if self.parts is not None and not self.in_comment:
            self.parts.append(text)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if attributes:
            self.column = _place(attributes, self.column, MOST_COLUMNS)
        self.cell_attributes, self.has_data = attributes, False

    def _end_cell(self) -> None:
        attributes = self.cell_attributes
        if attributes:
            if not self.has_data and _FORMULA in attributes and self.row is not None:
                put(self.row, self.column, FORMULA)
            self.column += _number(attributes.get(_ACROSS))
        self.column += 1
        self.cell_attributes = self.parts = None

    def _end_row(self) -> None:
        attributes = self.row_attributes
        if self.grid is not None and self.row is not None:
            self.grid.add(self.next_row, self.row, hidden=_is_true(attributes.get(_HIDDEN)))
        self.next_row += 1 + _number(attributes.get(_SPAN))
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


def _text(text: str, kind: str | None) -> str:
    match kind:
        case "Number":
            return number_text(float(text))
        case "DateTime":
            return iso_text(text.strip())
        case "Boolean":
            return "true" if _is_true(text) else "false"
        case _:
            return text


def _place(attributes: dict[str, str], following: int, most: int) -> int:
    """Read the place (from 0) of a row or a cell; without an index it follows the one before."""
    index = attributes.get(_INDEX)
    place = following if index is None else int(index) - 1
    if not following <= place < most:
        raise ValueError(_INDEX)
    return place


def _number(text: str | None) -> int:
    number = int(text or 0)
    if number < 0:
        raise ValueError(_SPAN)
    return number


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in ("1", "true")
