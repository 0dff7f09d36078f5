"""Small tables that people keep by hand (registers, counts): csv or xlsx, read strictly, with the place of each row."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from reformcli.errors import InputError, UsageError
from reformcli.model import Source
from reformcli.text import clean, fold

SEPARATORS = ",;\t"
_MOST_BYTES = 50 << 20  # of a table kept by hand, unpacked
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OLE_KINDS = {"EncryptedPackage": "encrypted", "Workbook": "old_xls", "Book": "old_xls"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings: canonical column → text ("" where blank), and its 1-based number in the file.

    `fractions` names the columns whose cell is a number that is not whole, in a workbook: its text "1.234" has no
    thousands in it. `formats` tells how a workbook shows the cells that are numbers ("0.00%").
    """

    row: int
    cells: Mapping[str, str]
    fractions: frozenset[str] = frozenset()
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A table with known columns. `ignored` are the headings that mean nothing here."""

    source: Source
    sheet: str | None
    separator: str | None  # of a csv file
    columns: frozenset[str]
    rows: tuple[Row, ...]
    ignored: tuple[str, ...]

    def at(self, row: int) -> str:
        """Name a row for errors."""
        return place(self.source.name, self.sheet, row)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The filled rows of one sheet: (row number, texts, columns that hold fractions, number formats by column)."""

    name: str | None
    rows: list[tuple[int, list[str], frozenset[int], dict[int, str]]]
    separator: str | None = None


def place(name: str, sheet: str | None, row: int | None = None) -> str:
    """Name a place in a file for errors: "counts.xlsx [Sheet1]:7"."""
    return name + (f" [{sheet}]" if sheet else "") + (f":{row}" if row else "")


def read_table(path: str | Path, headings: Mapping[str, Sequence[str]], required: Collection[str]) -> SmallTable:
    """Read the one table of a file that has the required columns.

    Args:
        path: a csv (UTF-8; comma, semicolon or tab) or xlsx file; its first filled row holds the headings.
        headings: canonical column → the ways in which it may be written, besides its own name.
        required: canonical columns that must be there.

    Raises:
        InputError: the file cannot be read or is not such a table; see the keys below.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=str(path)) from error
    except OSError as error:
        raise InputError("unreadable", where=str(path)) from error
    source = Source(file.name, hashlib.sha256(data).hexdigest(), len(data))
    known = {fold(text): column for column, texts in headings.items() for text in (column, *texts)}
    sheets = [sheet for sheet in _sheets(source, data) if sheet.rows]
    if not sheets:
        raise InputError("empty_file", where=source.name)
    found = [sheet for sheet in sheets if set(required) <= {known.get(fold(text)) for text in sheet.rows[0][1]}]
    if len(found) > 1:
        names = ", ".join(str(sheet.name) for sheet in found)
        raise InputError("table_many_sheets", where=source.name, file=source.name, sheets=names)
    return _table(source, found[0] if found else sheets[0], known, required)


def _table(source: Source, sheet: _Sheet, known: Mapping[str, str], required: Collection[str]) -> SmallTable:
    (heading_row, headings, _, _), *body = sheet.rows
    where = place(source.name, sheet.name, heading_row)
    columns = [known.get(fold(text)) for text in headings]
    if missing := sorted(set(required) - set(columns)):
        raise InputError("table_missing_column", where=where, file=source.name, columns=", ".join(missing))
    used = [column for column in columns if column]
    if repeated := sorted({column for column in used if used.count(column) > 1}):
        raise InputError("table_repeated_column", where=where, file=source.name, columns=", ".join(repeated))
    rows = []
    for number, texts, fractions, formats in body:
        if any(texts[len(columns) :]):
            raise InputError("table_ragged", where=place(source.name, sheet.name, number), file=source.name, row=number)
        padded = texts + [""] * (len(columns) - len(texts))
        cells = {column: text for column, text in zip(columns, padded, strict=False) if column}
        if any(cells.values()):
            shown = {column: form for at, form in formats.items() if (column := columns[at])}
            rows.append(Row(number, cells, frozenset(c for at in fractions if (c := columns[at])), shown))
    ignored = tuple(text for text, column in zip(headings, columns, strict=True) if text and not column)
    return SmallTable(source, sheet.name, sheet.separator, frozenset(used), tuple(rows), ignored)


def _sheets(source: Source, data: bytes) -> Iterable[_Sheet]:
    if not data.strip():
        return []
    if data.startswith(_ZIP):
        return _workbook(source, data)
    if data.startswith(_OLE):
        kinds = (kind for stream, kind in _OLE_KINDS.items() if stream.encode("utf-16-le") in data)
        raise InputError(next(kinds, "not_a_table"), where=source.name)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InputError("html_table", where=source.name)
    return [_csv(source, data)]


def _csv(source: Source, data: bytes) -> _Sheet:
    if len(data) > _MOST_BYTES:
        raise InputError("table_too_large", where=source.name, file=source.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("table_not_utf8", where=source.name, file=source.name) from error
    separator = _separator(text)
    rows: list[tuple[int, list[str], frozenset[int], dict[int, str]]] = []
    number = 0
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1):
            if any(texts := [clean(cell) for cell in record]):
                rows.append((number, texts, frozenset(), {}))
    except csv.Error as error:
        raise InputError("table_bad_csv", where=place(source.name, None, number + 1), file=source.name) from error
    return _Sheet(None, rows, separator)


def _separator(text: str) -> str:
    """The separator that gives the first filled line the most cells; a comma where none does."""
    heading = next((line for line in text.splitlines() if line.strip(SEPARATORS + " ")), "")
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([heading], delimiter=separator), [])))


def _workbook(source: Source, data: bytes) -> list[_Sheet]:
    """Every sheet of a workbook, as stored values; a formula whose value is not stored is refused, not blank."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _MOST_BYTES:
            raise InputError("table_too_large", where=source.name, file=source.name)
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        pairs = zip(values.worksheets, formulas.worksheets, strict=True)
        return [_Sheet(sheet.title, list(_filled(source, sheet, written))) for sheet, written in pairs]
    except (zipfile.BadZipFile, zlib.error, EOFError, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise InputError("not_a_table", where=source.name) from error


def _filled(
    source: Source, sheet: Any, written: Any
) -> Iterator[tuple[int, list[str], frozenset[int], dict[int, str]]]:
    """The rows of a sheet that hold something."""
    sheet.reset_dimensions()
    written.reset_dimensions()
    for number, (cells, originals) in enumerate(zip(sheet.iter_rows(), written.iter_rows(), strict=True), 1):
        where = place(source.name, sheet.title, number)
        for cell, original in zip(cells, originals, strict=True):
            if cell.value is None and original.data_type == "f":
                raise InputError("table_formula", where=where, file=source.name, row=number, cell=original.coordinate)
            if cell.data_type == "e":
                raise InputError("table_error_cell", where=where, file=source.name, row=number, cell=cell.coordinate)
        if any(texts := [_text(cell.value) for cell in cells]):
            fractions = frozenset(at for at, cell in enumerate(cells) if _is_fraction(cell.value))
            numbers = {at: cell for at, cell in enumerate(cells) if cell.value is not None and cell.data_type == "n"}
            yield number, texts, fractions, {at: str(cell.number_format) for at, cell in numbers.items()}


def _text(value: object) -> str:
    """A cell as people would write it: 89.0 is "89", a day is ISO."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else clean(str(value))


def _is_fraction(value: object) -> bool:
    return isinstance(value, float) and not value.is_integer()
