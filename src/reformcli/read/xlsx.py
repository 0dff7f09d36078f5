"""Excel workbooks: fastexcel gives the text of the cells, the sheet's XML the column in which the first one stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from reformcli.errors import InputError
from reformcli.model import RawSheet, SkippedSheet
from reformcli.read.cells import claimed, column_name, extent, first_shown_row, stays_near
from reformcli.read.payload import Content, Payload
from reformcli.read.tables import cut_tail, empty_to_null
from reformcli.read.workbook import DAMAGES, Part, Workbook, open_workbook

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CELLS: Final = 50_000_000
SMALL_XML: Final = 4 << 20  # bytes: below, the places are looked at whatever the sheet claims about itself
_CELLS_PER_BYTE = 0.5  # more cells than this per byte of XML: nearly all of them are empty


def read_workbook(payload: Payload) -> Content:
    """Read every worksheet of a workbook.

    Returns:
        The sheets with cells, from physical row 1 on, and the others as skipped: "no_cells" for chart sheets and the
        like, "empty" for worksheets without a value. Texts are as stored; numbers are "121" or "45278.25"; dates are
        `YYYY-MM-DD HH:MM:SS`, with `.mmm` where the stored number is not a whole second; error values are null.

    Raises:
        InputError: `damaged_workbook`, `bomb`, `absurd_extent`, `encrypted`, `other_workbook`, `not_a_table`;
            `empty_file` where no sheet has a value.
    """
    workbook = open_workbook(payload)
    content = Content([], [])
    reader: Any = None
    for part in workbook.parts:
        if part.member is None:
            content.skipped.append(SkippedSheet(payload.source, part.name, "no_cells"))
            continue
        try:
            _refuse_absurd(workbook, part, payload)
            reader = reader or _open(payload)
            sheet = _read_sheet(workbook, part, payload, reader)
        except DAMAGES as error:
            raise _damaged(payload, part) from error
        if sheet:
            content.sheets.append(sheet)
        else:
            content.skipped.append(SkippedSheet(payload.source, part.name, "empty"))
    if not content.sheets:
        raise InputError("empty_file", where=payload.where)
    return content


def _read_sheet(workbook: Workbook, part: Part, payload: Payload, reader: Any) -> RawSheet | None:
    import pyarrow as pa

    loaded = pa.Table.from_batches([_load(reader, part, payload)])
    names = [f"c{position}" for position in range(loaded.num_columns)]
    cells = cut_tail(empty_to_null(loaded.rename_columns(names)))
    if not cells.num_rows:
        return None
    column = _first_column(workbook, part, payload, loaded)
    return RawSheet(payload.source, part.name, cells, 1, column, date1904=workbook.date1904, hidden=part.hidden)


# ------------------------------------------------------------------ fastexcel, and how it fails
def _open(payload: Payload) -> Any:
    import fastexcel

    return _guarded(payload, None, lambda: fastexcel.read_excel(bytes(payload.data)))


def _load(reader: Any, part: Part, payload: Payload) -> pa.RecordBatch:
    """Load a sheet as strings. `skip_rows=0` keeps leading empty rows; `eager` saves a quarter of the time."""
    options = {"header_row": None, "skip_rows": 0, "dtypes": "string", "eager": True}
    return _guarded(payload, part, lambda: reader.load_sheet(part.name, **options))


def _guarded(payload: Payload, part: Part | None, read: Callable[[], Any]) -> Any:
    """Call fastexcel; what it says about a workbook it cannot read may hold cell texts, so it is not passed on."""
    import fastexcel

    try:
        return read()
    except fastexcel.FastExcelError as error:
        raise _damaged(payload, part) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of pyo3; it has no importable class
            raise _damaged(payload, part) from error
        raise


def _damaged(payload: Payload, part: Part | None) -> InputError:
    return InputError("damaged_workbook", where=payload.at(part.name) if part else payload.where)


# ------------------------------------------------------------------ places
def _refuse_absurd(workbook: Workbook, part: Part, payload: Payload) -> None:
    """Refuse a sheet whose far-away cells would exhaust the memory: fastexcel would end the process.

    A large sheet that claims a sane extent is believed, since looking would cost a third of the reading. Any other is
    looked at; only what seems to be far is measured exactly.
    """
    size = part.member.file_size if part.member else 0
    claim = claimed(next(workbook.pieces(part), b""))
    if size > SMALL_XML and claim is not None and claim <= MOST_CELLS:
        return
    if stays_near(workbook.pieces(part)):
        return
    real = extent(workbook.pieces(part))
    if real and real.cells > MOST_CELLS and real.cells > size * _CELLS_PER_BYTE:
        cell = f"{column_name(real.last_column)}{real.last_row}"
        raise InputError("absurd_extent", where=payload.at(part.name), sheet=part.name, cell=cell, cells=real.cells)


def _first_column(workbook: Workbook, part: Part, payload: Payload, loaded: pa.Table) -> int:
    """Find the physical column (from 1) of the first loaded column: fastexcel drops the empty ones before it.

    The first row that shows something is laid over the same row of the table; where they do not match, all of the XML
    is measured, and what does not match then either is refused rather than put into the wrong columns.
    """
    found = first_shown_row(workbook.pieces(part))
    if found and 0 < found[0] <= loaded.num_rows:
        row, columns = found
        shown = [position for position, cells in enumerate(loaded.columns) if cells[row - 1].is_valid]
        column = columns[0] - shown[0] if shown else 0
        if column > 0 and columns == [column + position for position in shown]:
            return column
    real = extent(workbook.pieces(part))
    if real is None or real.last_column - real.first_column + 1 != loaded.num_columns:
        raise _damaged(payload, part)
    return real.first_column
