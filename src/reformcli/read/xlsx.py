"""Excel workbooks: fastexcel gives the text of the cells, a second look at the XML what it does not tell."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reformcli.errors import InputError
from reformcli.model import RawSheet, SkippedSheet
from reformcli.read.cells import claimed, column_name, extent, first_shown_row, has_odd_dimension, stays_near
from reformcli.read.far import Pieces, addresses, lone, places, without
from reformcli.read.payload import Bytes, Content, Payload
from reformcli.read.slices import NotSlicedError, Slice, Sliced, read_sliced, slice_size
from reformcli.read.survey import Survey, plain, survey, survey_in_order, with_known_errors
from reformcli.read.tables import count_shown, cut_tail, empty_to_null, fill
from reformcli.read.workbook import Part, Workbook, open_workbook

if TYPE_CHECKING:
    import pyarrow as pa

SMALL_XML: Final = 4 << 20  # bytes: below, everything is looked at before it is read
MOST_LISTED: Final = 20  # far cells
_MILLION = 1_000_000
_NEAR = 47 * _MILLION  # cells that `stays_near` promises at most
_CELLS_PER_BYTE = 0.5  # more cells than this per byte of XML: nearly all of them are empty


@dataclass(slots=True)
class _Book:
    """A workbook as we opened it, and as fastexcel does where a sheet is read whole."""

    payload: Payload
    workbook: Workbook
    data: Bytes
    _reader: Any = None

    @property
    def reader(self) -> Any:
        """The workbook opened by fastexcel."""
        if self._reader is None:
            self._reader = _open(self.payload, self.data)
        return self._reader


def read_workbook(payload: Payload, *, careful: bool = False) -> Content:
    """Read every worksheet of a workbook.

    Args:
        payload: the file.
        careful: look at all of the XML before it is read, not beside. A large sheet that lies about its extent can
            otherwise end the process; the result is the same.

    Returns:
        The sheets with cells, from physical row 1 on, and the others as skipped: "no_cells" for chart sheets and the
        like, "empty" for worksheets without a value. Texts are as stored; numbers are "121" or "45278.25"; dates are
        `YYYY-MM-DD HH:MM:SS`, with `.mmm` where the stored number is not a whole second; an error value is its text,
        a formula without a stored result `FORMULA`.

    Raises:
        InputError: `damaged_workbook`, `bomb`, `absurd_extent`, `encrypted`, `other_workbook`, `not_a_table`;
            `empty_file` where no sheet has a value.
    """
    workbook = open_workbook(payload)
    content = Content([], [])
    with ThreadPoolExecutor(max_workers=1) as beside:
        try:
            for sheet in _sheets(payload, workbook, beside, careful=careful):
                (content.sheets if isinstance(sheet, RawSheet) else content.skipped).append(sheet)  # type: ignore[arg-type]
        finally:
            beside.shutdown(cancel_futures=True)
    if not content.sheets:
        raise InputError("empty_file", where=payload.where)
    return content


def _sheets(
    payload: Payload, workbook: Workbook, beside: ThreadPoolExecutor, *, careful: bool
) -> Iterator[RawSheet | SkippedSheet]:
    """Read the sheets in order; large parts that are no sheets are checked beside."""
    small = [info for info in workbook.others if careful or info.file_size <= SMALL_XML]
    with _naming(payload, None):
        workbook.verify(small)
    checked = beside.submit(workbook.verify, [info for info in workbook.others if info not in small])
    book = _Book(payload, workbook, payload.data)
    for part in workbook.parts:
        if part.member is None:
            yield SkippedSheet(payload.source, part.name, "no_cells")
            continue
        with _naming(payload, part):
            sheet = _read_part(book, part, beside, careful=careful)
        yield sheet or SkippedSheet(payload.source, part.name, "empty")
    with _naming(payload, None):
        checked.result()


def _read_part(book: _Book, part: Part, beside: ThreadPoolExecutor, *, careful: bool) -> RawSheet | None:
    """Read one sheet beside the second look at it; whatever is unusual about it is read again with care."""
    if careful or not _is_trusted(book, part):
        return _read_carefully(book, part)
    try:
        sliced = _read_sliced(book, part)
    except InputError:
        return _read_carefully(book, part)
    if sliced:
        return _checked(book, part, sliced.table, sliced.found, sliced.first_column)
    second_look = beside.submit(survey, book.workbook.pieces(part), is_thorough=False)
    try:
        loaded = _load(book, part)
    except InputError:
        second_look.result()
        return _read_carefully(book, part)
    return _checked(book, part, loaded, second_look.result(), None)


def _read_sliced(book: _Book, part: Part) -> Sliced | None:
    """Read a sheet in slices on all cores beside the second look; None where it must be read whole."""
    sheet, others = part.member.file_size if part.member else 0, book.workbook.others
    size = slice_size(sheet, sum(info.file_size for info in others))
    if size is None:
        return None
    holding = book.workbook.holders(part)

    def read(slice_: Slice) -> pa.RecordBatch:
        options = _FROM_TOP if slice_.first == 1 else _FROM_FIRST
        data = holding(slice_.xml)
        return _guarded(book.payload, part, lambda: _opened(data).load_sheet(part.name, **options))

    try:
        return read_sliced(_told(book, part), size, book.payload.cores, read)
    except NotSlicedError:
        return None


def _told(book: _Book, part: Part) -> Iterator[bytes]:
    """The XML of a sheet, telling how much of all sheets has gone by."""
    sizes = [other.member.file_size for other in book.workbook.parts if other.member]
    done = sum(sizes[: [other.name for other in book.workbook.parts if other.member].index(part.name)])
    for piece in book.workbook.pieces(part):
        yield piece
        done += len(piece)
        book.payload.told(done / sum(sizes))


def _checked(book: _Book, part: Part, loaded: pa.Table, found: Survey, column: int | None) -> RawSheet | None:
    """A sheet that was read beside the second look; again, with care, if that found anything unusual."""
    found = _placed(found, lambda: book.workbook.pieces(part))
    if found.is_odd or _cells(loaded, found) > book.payload.limits.cells * _MILLION:
        return _read_carefully(book, part)
    return _sheet(book, part, loaded, found, (), column)


def _is_trusted(book: _Book, part: Part) -> bool:
    """Whether a sheet may be read before it was looked at: it is large, and claims a sane extent."""
    head = next(book.workbook.pieces(part), b"")
    claim = claimed(head)
    is_large = part.member is not None and part.member.file_size > SMALL_XML
    is_sane = claim is not None and claim <= book.payload.limits.cells * _MILLION
    return is_large and is_sane and not has_odd_dimension(head)


def _read_carefully(book: _Book, part: Part) -> RawSheet | None:
    """Look at all of a sheet first; rewrite what fastexcel would read wrongly, leave out what is absurdly far."""
    found = survey(book.workbook.pieces(part), is_thorough=True)
    if found.is_odd or has_odd_dimension(next(book.workbook.pieces(part), b"")):
        xml = plain(b"".join(book.workbook.pieces(part)))
        found = _placed(survey([xml], is_thorough=True), lambda: [xml])
        book, part = _rewritten(book, part, with_known_errors(xml))
    else:
        found = _placed(found, lambda: book.workbook.pieces(part))
    far = _far_cells(book, part)
    if far:
        found.marks = [mark for mark in found.marks if (mark.row, mark.column) not in far]
        book, part = _rewritten(book, part, without(b"".join(book.workbook.pieces(part)), far))
    return _sheet(book, part, _load(book, part), found, addresses(far, MOST_LISTED))


def _placed(found: Survey, pieces: Pieces) -> Survey:
    """Look again, in order, where something found has no reference."""
    return survey_in_order(pieces()) if found.is_unplaced and not found.is_odd else found


def _rewritten(book: _Book, part: Part, xml: bytes) -> tuple[_Book, Part]:
    data, workbook, copied = book.workbook.with_sheet(part, xml)
    return _Book(book.payload, workbook, data), copied


def _far_cells(book: _Book, part: Part) -> set[tuple[int, int]]:
    """Find the lone cells without which a sheet has a sane extent.

    Raises:
        InputError: `absurd_extent`, nearly all of the sheet is empty, and not for some lone cells.
    """
    most = book.payload.limits.cells * _MILLION
    if most >= _NEAR and stays_near(book.workbook.pieces(part)):
        return set()
    cells = places(lambda: book.workbook.pieces(part))
    size = part.member.file_size if part.member else 0
    if not cells.rows or cells.extent.cells <= max(most, size * _CELLS_PER_BYTE):
        return set()
    far = lone(cells, most)
    real = cells.keeping(lambda pair: pair not in far).extent
    if real.cells > max(most, size * _CELLS_PER_BYTE):
        where = book.payload.at(part.name)
        cell = f"{column_name(real.last_column)}{real.last_row}"
        raise InputError("absurd_extent", where=where, sheet=part.name, cell=cell, cells=real.cells)
    return far


def _cells(loaded: pa.Table, found: Survey) -> int:
    """Cells of the table once it is filled, from row 1 on."""
    columns = {mark.column for mark in found.marks}
    rows: int = max([loaded.num_rows, *(mark.row for mark in found.marks)])
    width: int = loaded.num_columns + max(columns, default=0) - min(columns, default=0)
    return rows * width


def _sheet(
    book: _Book, part: Part, loaded: pa.Table, found: Survey, far: tuple[str, ...], column: int | None = None
) -> RawSheet | None:
    """Put the table and what the second look found together; None where nothing is shown.

    `column` is the physical column of the first loaded one, where that is known.
    """
    first = (column or _first_column(book, part, loaded)) if _shows_anything(loaded) else 0
    cells, column = fill(loaded, first, found.marks) if first else fill(loaded.slice(0, 0).select([]), 1, found.marks)
    cells = cut_tail(empty_to_null(cells))
    if not cells.num_rows:
        return None
    payload = book.payload
    return RawSheet(
        payload.source,
        part.name,
        cells,
        1,
        column,
        date1904=book.workbook.date1904,
        hidden=part.hidden,
        hidden_rows=count_shown(cells, {row - 1 for row in found.hidden}),
        far_cells=far,
    )


def _shows_anything(table: pa.Table) -> bool:
    return any(column.null_count < len(column) for column in table.columns)


# ------------------------------------------------------------------ fastexcel, and how it fails
_FROM_FIRST: Final = {"header_row": None, "dtypes": "string", "eager": True}  # `eager` saves a quarter of the time
_FROM_TOP: Final = {**_FROM_FIRST, "skip_rows": 0}  # keeps leading empty rows


def _open(payload: Payload, data: Bytes) -> Any:
    return _guarded(payload, None, lambda: _opened(bytes(data)))


def _opened(data: bytes) -> Any:
    import fastexcel

    return fastexcel.read_excel(data)


def _load(book: _Book, part: Part) -> pa.Table:
    """Load a whole sheet as strings."""
    import pyarrow as pa

    reader = book.reader
    batch = _guarded(book.payload, part, lambda: reader.load_sheet(part.name, **_FROM_TOP))
    loaded = pa.Table.from_batches([batch])
    return loaded.rename_columns([f"c{position}" for position in range(loaded.num_columns)])


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


@contextlib.contextmanager
def _naming(payload: Payload, part: Part | None) -> Iterator[None]:
    """Say which sheet it is that cannot be unpacked."""
    try:
        yield
    except zipfile.BadZipFile as error:
        raise _damaged(payload, part) from error


def _damaged(payload: Payload, part: Part | None) -> InputError:
    return InputError("damaged_workbook", where=payload.at(part.name) if part else payload.where)


# ------------------------------------------------------------------ places
def _first_column(book: _Book, part: Part, loaded: pa.Table) -> int:
    """Find the physical column (from 1) of the first loaded column: fastexcel drops the empty ones before it.

    The first row that shows something is laid over the same row of the table; where they do not match, all of the XML
    is measured, and what does not match then either is refused rather than put into the wrong columns.
    """
    found = first_shown_row(book.workbook.pieces(part))
    if found and 0 < found[0] <= loaded.num_rows:
        row, columns = found
        shown = [position for position, cells in enumerate(loaded.columns) if cells[row - 1].is_valid]
        column: int = columns[0] - shown[0] if shown else 0
        if column > 0 and columns == [column + position for position in shown]:
            return column
    real = extent(book.workbook.pieces(part))
    if real is None or real.last_column - real.first_column + 1 != loaded.num_columns:
        raise _damaged(book.payload, part)
    return real.first_column
