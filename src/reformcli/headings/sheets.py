"""The tables of a run's files: one sheet may hold several, and one table may go on over several sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from reformcli.errors import InputError
from reformcli.headings.checks import missing, place
from reformcli.headings.dates import parse_date
from reformcli.headings.headers import Dictionary, load_dictionary
from reformcli.model import Header, RawSheet
from reformcli.rules.profiles import Profile
from reformcli.text import clean

if TYPE_CHECKING:
    import pyarrow as pa

NO_HEADER, COUNTS, UNREAD = "no_header", "counts", "unread"
NO_ROW = -1  # where the header of a continued table is: in an earlier sheet
FIRST_ROWS, LAST_ROWS, FIRST_COLUMNS = 300, 100, 100  # looked at, to tell what a sheet without headings holds
FITTED_ROWS = 10
HEADING_TEXTS = 1000
_MOVING = frozenset({"dossier_id", "received_at", "due_at", "finished_at", "returned_at", "status", "agency"})
_DATES = frozenset({"received_at", "due_at", "finished_at", "returned_at"})
_FULL_CODE = re.compile(r"(?:[HG]\d{2}(?:\.\d{1,5})+|(?:\d{1,5}\.)+[HG]\d{2})-(?:\d{8}|\d{6})-\d{3,7}", re.IGNORECASE)
_CODE = re.compile(r"(?=(?:.*\d){4})[\w.\-/]{6,40}")
_DATE_BEGINS = re.compile(r"\d{1,4}[/\-._]\d{1,2}[/\-._]\d{1,4}|\d{1,2}[:hg]")
Understand = Callable[[RawSheet], tuple[Header | None, Profile | None]]
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of dossiers, with its header and the system that wrote it."""

    raw: RawSheet
    header: Header
    system: Profile | None


@dataclass(frozen=True, slots=True)
class Aside:
    """A sheet that is not read, and why."""

    raw: RawSheet
    reason: str  # no_header | counts | unread: it holds something like dossiers


def sort_out(sheets: Sequence[RawSheet], understand: Understand) -> tuple[list[Table], list[Aside]]:
    """Split sheets where a second header stands, join those that go on without one, and put the others aside.

    Raises:
        InputError: `second_header`, the table below a second header cannot be told.
    """
    tables: list[Table] = []
    aside: list[Aside] = []
    for _, group in groupby(sheets, key=lambda raw: (raw.source.name, raw.source.sha256)):
        pieces = [piece for raw in group for piece in _pieces(raw, understand)]
        is_any_complete = any(header and not missing(header) for _, header, _ in pieces)
        last: Table | None = None
        for raw, header, system in pieces:
            table = Table(raw, header, system) if header else _continued(raw, last)
            if table and is_any_complete and not _DATES & table.header.fields.keys() and missing(table.header):
                aside.append(Aside(raw, UNREAD if holds_dossiers(raw) else COUNTS))
            elif table:
                last = table
                tables.append(table)
            else:
                aside.append(Aside(raw, UNREAD if holds_dossiers(raw) else NO_HEADER))
    return tables, aside


def holds_rows(raw: RawSheet) -> bool:
    """Whether a sheet has a row of three texts: what may be lost where its file gave no dossier at all."""
    return any(sum(map(bool, row)) > 2 for row in _rows(raw.cells))


def holds_dossiers(raw: RawSheet) -> bool:
    """Whether a sheet holds something like dossiers: a full code, or rows with two dates, or with a code and a date."""
    like = 0
    for row in _rows(raw.cells):
        if any(map(_FULL_CODE.fullmatch, row)):
            return True
        dates = [_is_date(text) for text in row]
        codes = [not dated and bool(_CODE.fullmatch(text)) for text, dated in zip(row, dates, strict=True)]
        like += any(dates) and sum(dates) + any(codes) > 1
    return like > 1


def _is_date(text: str) -> bool:
    return bool(_DATE_BEGINS.match(text)) and parse_date(text)[0] is not None


def _rows(cells: pa.Table) -> Iterator[Texts]:
    """The first rows of a sheet and its last ones, as clean texts."""
    columns = cells.columns[:FIRST_COLUMNS]
    starts = (0, FIRST_ROWS), (max(FIRST_ROWS, len(cells) - LAST_ROWS), LAST_ROWS)
    for start, length in starts if columns else ():
        texts = [column.slice(start, length).to_pylist() for column in columns]
        for row in zip(*texts, strict=True):
            yield tuple(clean(text) if text else "" for text in row)


# ------------------------------------------------------------------ a table that goes on without headings
def _continued(raw: RawSheet, last: Table | None) -> Table | None:
    """A sheet without headings under those of the table before it, if its first rows fit them."""
    fields = last.header.fields if last else {}
    if last is None or "dossier_id" not in fields or "received_at" not in fields:
        return None
    aligned = _aligned(raw, last.raw)
    if aligned is None:
        return None
    code, date = fields["dossier_id"].position, fields["received_at"].position
    columns = [aligned.cells.column(at).slice(0, FIRST_ROWS).to_pylist() for at in (code, date)]
    pairs = [(clean(one or ""), clean(other or "")) for one, other in zip(*columns, strict=True)]
    fitting = [(_is_id(one), parse_date(other, date1904=raw.date1904)[0] is not None) for one, other in pairs]
    telling = [pair for pair in fitting if any(pair)][:FITTED_ROWS]
    both = sum(map(all, telling))
    if not both or 2 * both < len(telling):
        return None
    return Table(aligned, replace(last.header, rows=(NO_ROW,)), last.system)


def _is_id(text: str) -> bool:
    return " " not in text and any(map(str.isdigit, text)) and not _is_date(text)


def _aligned(raw: RawSheet, model: RawSheet) -> RawSheet | None:
    """A sheet with the columns of another one, blank where it has none; None where it is wider."""
    import pyarrow as pa

    filled = [at for at, column in enumerate(raw.cells.columns) if column.null_count < len(column)]
    before = raw.first_column - model.first_column
    names = model.cells.column_names
    if not filled or before + filled[0] < 0 or before + filled[-1] >= len(names):
        return None
    blank = pa.chunked_array([pa.nulls(len(raw.cells), pa.string())])
    by_place = {before + at: raw.cells.column(at) for at in filled}
    cells = pa.table([by_place.get(at, blank) for at in range(len(names))], names=names)
    return replace(raw, cells=cells, first_column=model.first_column)


# ------------------------------------------------------------------ several tables in one sheet
def _pieces(raw: RawSheet, understand: Understand) -> Iterator[tuple[RawSheet, Header | None, Profile | None]]:
    """The tables of a sheet, one below the other; each ends where another header stands."""
    waiting, is_first = [raw], True
    while waiting:
        piece = waiting.pop()
        header, system = understand(piece)
        start = header.rows[0] if header else 0
        if header and start and _is_table(_part(piece, 0, start), understand):
            waiting += [_part(piece, start), _part(piece, 0, start)]
            continue
        if not is_first and start:
            raise InputError("second_header", where=place(raw), row=piece.first_row)
        is_first = False
        below = second_header(piece, header) if header else None
        if below:
            waiting.append(_part(piece, below))
            piece = _part(piece, 0, below)
        yield piece, header, system


def _part(raw: RawSheet, start: int, stop: int | None = None) -> RawSheet:
    """Some rows of a sheet; what was noticed of the whole is told of its first part."""
    part = replace(raw, cells=raw.cells.slice(start, None if stop is None else stop - start))
    if not start:
        return part
    return replace(part, first_row=raw.first_row + start, hidden_rows=raw.hidden_rows and 0, far_cells=())


def _is_table(raw: RawSheet, understand: Understand) -> bool:
    """Whether rows above a header are a table of their own, and not its title or upper headings."""
    header, _ = understand(raw)
    return header is not None and not missing(header) and holds_dossiers(_part(raw, header.data_row))


def second_header(raw: RawSheet, header: Header) -> int | None:
    """The first row below a header that is another header, with its columns in other places."""
    import pyarrow as pa

    dictionary, data = load_dictionary(), raw.cells.slice(header.data_row)
    rows = sorted(
        {row for name in ("dossier_id", "received_at") for row in _heading_rows(data, header, name, dictionary)}
    )
    if not rows:
        return None
    cells = [column.to_pylist() for column in data.take(pa.array(rows)).columns]
    known: dict[tuple[str | None, ...], bool] = {}
    for row, values in zip(rows, zip(*cells, strict=True), strict=True):
        if values not in known:
            known[values] = _is_other_header(values, header, dictionary)
        if known[values]:
            return header.data_row + row
    return None


def _heading_rows(data: pa.Table, header: Header, name: str, dictionary: Dictionary) -> list[int]:
    """The rows in which a column holds a heading that the dictionary knows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    use = header.fields.get(name)
    if use is None:
        return []
    column = data.column(use.position)
    words = column.filter(pc.invert(pc.match_substring_regex(column, "[0-9]")))
    headings = [text for text in pc.unique(words).to_pylist()[:HEADING_TEXTS] if dictionary.listed(clean(text))]
    if not headings:
        return []
    found: list[int] = pc.indices_nonzero(pc.is_in(column, value_set=pa.array(headings, pa.string()))).to_pylist()
    return found


def _is_other_header(values: tuple[str | None, ...], header: Header, dictionary: Dictionary) -> bool:
    """Whether a row names the dossier and its receipt, and has a column elsewhere than the header."""
    meant = {at: one.name for at, text in enumerate(values) if text and (one := dictionary.listed(clean(text)))}
    if len(set(meant.values())) < 3 or not {"dossier_id", "received_at"} <= set(meant.values()):
        return False
    above = {use.position: {use.field, *use.choices, _meaning(use.heading, dictionary)} for use in header.columns}
    return any(name in _MOVING and name not in above.get(at, ()) for at, name in meant.items())


def _meaning(heading: str, dictionary: Dictionary) -> str | None:
    known = dictionary.listed(heading) or dictionary.resembling(heading)
    return known.name if known else None
