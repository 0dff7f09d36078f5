"""Workbooks that are not xlsx: old ones (.xls), binary ones (.xlsb) and OpenDocument spreadsheets (.ods).

For .xls and .xlsb fastexcel gives the texts, python-calamine the column in which they begin, and the records what
neither tells: error values, hidden rows, protection, and how far a sheet reaches before it is read.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE
from reformcli.model import RawSheet, SkippedSheet
from reformcli.read import records
from reformcli.read.cells import column_name
from reformcli.read.compound import CompoundFile
from reformcli.read.ods import read_ods
from reformcli.read.payload import Bytes, Content, Payload
from reformcli.read.records import Facts
from reformcli.read.sniff import Kind
from reformcli.read.tables import cut_tail, empty_to_null
from reformcli.read.workbook import DAMAGES, refuse_bomb

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
_STREAMS = ("Workbook", "Book")  # BIFF8, BIFF5
_FAULTS = (ValueError, KeyError, struct.error, IndexError, SyntaxError, RecursionError)


def ole_kind(data: Bytes) -> Literal["encrypted", "old_xls", "not_a_table"]:
    """Tell a workbook behind a password, an old workbook, and any other compound file (doc, msi).

    A container too damaged to tell is none of the first two.
    """
    try:
        file = CompoundFile(data)
        if "EncryptedPackage" in file:
            return "encrypted"
        stream = _stream(file)
        if stream is None:
            return "not_a_table"
        return "encrypted" if records.is_encrypted(stream) else "old_xls"
    except _FAULTS:
        return "old_xls" if any(name.encode("utf-16-le") in data for name in _STREAMS) else "not_a_table"


def read_old_book(payload: Payload) -> Content:
    """Read every sheet of a workbook, with the texts that `read_workbook` would give.

    Raises:
        InputError: `damaged_workbook`, `encrypted`, `bomb`, `absurd_extent`, `not_a_table`; `empty_file` where no
            sheet has a value.
    """
    try:
        return _read_xls(payload) if payload.kind is Kind.OLE else _read_zipped(payload)
    except (*DAMAGES, *_FAULTS) as error:
        raise InputError("damaged_workbook", where=payload.where) from error


def _stream(file: CompoundFile) -> bytes | None:
    return next((file.read(name) for name in _STREAMS if name in file), None)


def _read_xls(payload: Payload) -> Content:
    kind = ole_kind(payload.data)
    if kind != "old_xls":
        raise InputError(kind, where=payload.where)
    stream = _stream(CompoundFile(payload.data))
    if stream is None:
        raise InputError("damaged_workbook", where=payload.where)
    facts = [records.old_facts(stream, place) for place in records.sheet_places(stream)]
    return _read_sheets(payload, facts, date1904=records.has_date1904(stream))


# ------------------------------------------------------------------ zipped workbooks
def _read_zipped(payload: Payload) -> Content:
    with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
        refuse_bomb(archive.infolist(), payload)
        members = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
        if "content.xml" in members:
            return read_ods(payload, archive)
        if "xl/workbook.bin" not in members:
            raise InputError("not_a_table", where=payload.where)
        date1904, parts = _parts(archive, members)
        facts = [Facts() if part is None else records.facts12(archive.read(part)) for part in parts]
    return _read_sheets(payload, facts, date1904=date1904)


def _parts(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> tuple[bool, list[zipfile.ZipInfo | None]]:
    """Find the parts that hold the sheets of an xlsb workbook; None for what is no worksheet."""
    from defusedxml.ElementTree import fromstring

    date1904, names = records.book_facts12(archive.read(members["xl/workbook.bin"]))
    relations = fromstring(archive.read(members["xl/_rels/workbook.bin.rels"]), forbid_dtd=True)
    targets = {relation.get("Id"): relation for relation in relations}
    parts: list[zipfile.ZipInfo | None] = []
    for name in names:
        relation = targets.get(name)
        if relation is None or not relation.get("Type", "").endswith("/worksheet"):
            parts.append(None)
            continue
        path = posixpath.normpath(posixpath.join("/xl", relation.get("Target", "").replace("\\", "/")))
        parts.append(members[path.lstrip("/").lower()])
    return date1904, parts


# ------------------------------------------------------------------ texts
def _read_sheets(payload: Payload, facts: Sequence[Facts], *, date1904: bool) -> Content:
    import fastexcel
    import python_calamine

    data = bytes(payload.data)
    for number, sheet in enumerate(facts, 1):
        _refuse_absurd(payload, sheet, number)
    book: Any = _guarded(payload, lambda: python_calamine.load_workbook(io.BytesIO(data)))
    reader: Any = _guarded(payload, lambda: fastexcel.read_excel(data))
    if not len(facts) == len(book.sheets_metadata) == len(reader.sheet_names):
        raise InputError("damaged_workbook", where=payload.where)
    content = Content([], [])
    for number, (known, about) in enumerate(zip(facts, book.sheets_metadata, strict=True)):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            content.skipped.append(SkippedSheet(payload.source, about.name, "no_cells"))
            continue
        cells = _load(payload, reader, book, number, known)
        if cells is None:
            content.skipped.append(SkippedSheet(payload.source, about.name, "empty"))
            continue
        hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
        content.sheets.append(
            RawSheet(payload.source, about.name, *cells, date1904, hidden, hidden_rows=known.hidden_rows)
        )
    if not content.sheets:
        raise InputError("empty_file", where=payload.where)
    return content


def _load(payload: Payload, reader: Any, book: Any, number: int, facts: Facts) -> tuple[pa.Table, int, int] | None:
    """Load a sheet as strings from row 1 on: its cells, first row and first column; None without a value."""
    import pyarrow as pa

    start = _guarded(payload, lambda: book.get_sheet_by_index(number).start)
    if start is None:
        return None
    options = {"header_row": None, "skip_rows": 0, "dtypes": "string", "eager": True}
    loaded = pa.Table.from_batches([_guarded(payload, lambda: reader.load_sheet(number, **options))])
    column = start[1]
    if loaded.num_columns != facts.width - column:
        raise InputError("damaged_workbook", where=payload.where)
    names = [f"c{position}" for position in range(loaded.num_columns)]
    cells = cut_tail(_with_errors(empty_to_null(loaded.rename_columns(names)), facts, column))
    return (cells, 1, column + 1) if cells.num_rows else None


def _with_errors(cells: pa.Table, facts: Facts, first_column: int) -> pa.Table:
    """Write the error values into their cells, which fastexcel leaves empty."""
    import pyarrow as pa

    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in facts.errors.items():
        by_column.setdefault(column - first_column, {})[row] = text
    for position, errors in by_column.items():
        texts = cells.column(position).to_pylist()
        for row, text in errors.items():
            if row < len(texts):
                texts[row] = text
        cells = cells.set_column(position, cells.column_names[position], pa.array(texts, pa.string()))
    return cells


def _refuse_absurd(payload: Payload, facts: Facts, number: int) -> None:
    """Refuse a sheet whose far-away cells would exhaust the memory: the libraries would end the process."""
    count = facts.height * facts.width
    if count > payload.limits.cells * MEGABYTE:
        cell = f"{column_name(facts.width)}{facts.height}"
        raise InputError("absurd_extent", where=payload.at(str(number)), sheet=str(number), cell=cell, cells=count)


def _guarded(payload: Payload, read: Callable[[], T]) -> T:
    """Call a library; what it says about a workbook it cannot read may hold cell texts, so it is not passed on."""
    import fastexcel
    import python_calamine

    try:
        return read()
    except (fastexcel.FastExcelError, python_calamine.CalamineError, OSError) as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of pyo3; it has no importable class
            raise InputError("damaged_workbook", where=payload.where) from error
        raise
