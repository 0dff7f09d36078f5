"""Reading reports of ours back: what a workbook, a page, a csv or a JSON document shows, as parts of rows of texts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

from reformcli.audit import carried
from reformcli.audit.proof import CARRIED, UNSTORED, Check, Part
from reformcli.comparing.previous import document_of
from reformcli.errors import InputError
from reformcli.render.seal import add_seal, canonical, plain_number, words
from reformcli.render.workbook import HEADER_ROW

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

SIDE = ".manifest.json"  # what stands beside a csv
_MOST_BYTES = 1 << 30  # unpacked, of a whole workbook
_DECIMALS = 9  # beyond them a spreadsheet's binary numbers say nothing
_NAMED_BY = ("kind", "level", "agency", "unit", "component", "group", "measure", "component_id", "rule", "severity")
_FURTHER = ("by", "from", "cause", "change", "dossier_id", "file", "sheet", "row", "name", "id", "procedure", "task")
_BLANK = re.compile(r"\s+")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_MINUTES = len("31/12/2026 23:59")
_POINT = {"vi": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A report as it was read: what it shows, and the machine-readable result that it is or carries.

    `side` is the document beside a csv, which holds the manifest without the figures.
    """

    form: str  # json | xlsx | html | csv
    parts: tuple[Part, ...]
    document: Mapping[str, Any]
    side: Mapping[str, Any] | None = None


def read_back(path: str) -> ReadBack:
    """Read a report of ours.

    Raises:
        InputError: `not_a_report`, a file that carries no result of ours; `no_side_file`, a csv alone;
            `previous_broken`, the result that it carries is damaged; `unreadable`.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("unreadable", where=path)
    if file.suffix.lower() == ".csv":
        side = document_of(path + SIDE)
        if side is None:
            raise InputError("no_side_file", where=path, file=file.name + SIDE)
        return ReadBack("csv", (_csv_part(file),), side, side)
    document = document_of(path)
    if document is None or not str(document.get("schema", "")).startswith("reformcli."):
        raise InputError("not_a_report", where=path)
    form = {".xlsx": "xlsx", ".html": "html", ".htm": "html"}.get(file.suffix.lower(), "json")
    shown = {"xlsx": _sheets, "html": _page, "json": _nothing}[form](file)
    return ReadBack(form, (*shown, json_part(document)), document)


def _nothing(file: Path) -> tuple[Part, ...]:
    return ()


# ------------------------------------------------------------------ JSON
def json_part(document: Mapping[str, Any]) -> Part:
    """The figures of a document by their paths; what it was made from is compared by itself."""
    rows = [
        pair for key, value in document.items() if key not in ("manifest", "schema") for pair in _leaves(key, value)
    ]
    return Part(CARRIED, "JSON", tuple(rows))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _leaves(f"{path}.{key}", value[key])
    elif isinstance(value, list | tuple):
        for name, one in zip(_names(value), value, strict=True):
            yield from _leaves(f"{path}[{name}]", one)
    else:
        yield path, _plain(value)


def _names(entries: Sequence[Any]) -> list[str]:
    """What to call the entries of a list: by what they are about, where that is another thing for each."""
    for keys in (_NAMED_BY, (*_NAMED_BY, *_FURTHER)):
        if all(isinstance(one, Mapping) for one in entries):
            told = [[_name(one[key]) for key in keys if one.get(key) not in (None, "", {})] for one in entries]
            names = [", ".join(known) for known in told]
            if len(set(names)) == len(names) and all(names):
                return names
    return [str(number) for number in range(len(entries))]


def _name(value: Any) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, Mapping) else str(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return _number(value) if isinstance(value, int | float | Decimal) else str(value)


def _number(value: float | Decimal) -> str:
    """A number without needless digits, exact to nine decimals.

    >>> _number(99.90000000000001), _number(Decimal("12.50")), _number(-0.0)
    ('99.9', '12.5', '0')
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return str(exact)
    exponent = exact.as_tuple().exponent
    rounded = round(exact, _DECIMALS) if isinstance(exponent, int) and exponent < -_DECIMALS else exact
    return format(rounded.normalize(), "f") if rounded else "0"


# ------------------------------------------------------------------ workbooks
def _sheets(file: Path) -> tuple[Part, ...]:
    """Every sheet but the one that carries the result: stored values, and the formulas behind them."""
    from openpyxl import load_workbook

    with zipfile.ZipFile(file) as archive:
        if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
            raise InputError("bomb", where=str(file), megabytes=_MOST_BYTES >> 20)
    values = load_workbook(file, read_only=True, data_only=True)
    written = load_workbook(file, read_only=True)
    parts = []
    with catch_warnings(action="ignore"):  # about looks that openpyxl does not know
        for sheet in values.worksheets:
            if sheet.title != carried.SHEET:
                formulas = dict(_formulas(written[sheet.title]))
                parts.append(Part("sheet", sheet.title, _rows(sheet, formulas), formulas=formulas))
    for book in (values, written):
        book.close()
    return tuple(parts)


def _rows(sheet: ReadOnlyWorksheet, formulas: Mapping[tuple[int, int], str]) -> tuple[tuple[str, ...], ...]:
    """The stored values of a sheet; a formula whose value was not stored is `UNSTORED`."""
    sheet.reset_dimensions()  # what the file says of its own size may be anything
    rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for row, column in formulas:
        if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
            rows[row][column] = UNSTORED
    trimmed = [tuple(row[: max((n for n, cell in enumerate(row, 1) if cell), default=0)]) for row in rows]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return tuple(trimmed)


def _cell(value: object) -> str:
    if isinstance(value, datetime):  # a binary fraction of a day may fall short of its second
        return (value + timedelta(milliseconds=500)).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else _plain(value)


def _formulas(sheet: ReadOnlyWorksheet) -> Iterator[tuple[tuple[int, int], str]]:
    """The formulas of a sheet by row and column from 0, without blanks: programs write those as they like."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        for place, value in enumerate(row):
            if isinstance(value, str) and value.startswith("=") and len(value) > 1:
                yield (number, place), _BLANK.sub("", value)


# ------------------------------------------------------------------ pages
def _page(file: Path) -> tuple[Part, ...]:
    """The tables of a page with what is shown and what sorting reads, and all other words in their order."""
    import lxml.html

    page = lxml.html.document_fromstring(file.read_bytes().decode("utf-8", "replace"))
    for element in page.xpath("//script | //style"):
        element.drop_tree()
    parts = [_table(table) for table in page.iter("table")]
    for table in list(page.iter("table")):
        table.drop_tree()
    lines = [words for text in page.itertext() if (words := " ".join(str(text).split()))]
    return (*parts, Part("text", "", tuple((line,) for line in lines)))


def _table(table: HtmlElement) -> Part:
    """A table of a page: what its cells show, what sorting reads, and the signs beside both."""
    marks = {cell: _marks(cell) for cell in table.iter("td", "th")}
    caption = table.find("caption")
    rows = [list(row.iterchildren("td", "th")) for row in table.iter("tr")]
    texts = [tuple(_words(cell) for cell in row) for row in rows]
    values = [tuple(cell.get("data-value", "") for cell in row) for row in rows]
    signs = [tuple(marks[cell] for cell in row) for row in rows]
    columns = texts[0] if texts else ()
    told = (*columns, *(f"{column} (data-value)" for column in columns), *columns)
    found = tuple((*a, *b, *c) for a, b, c in zip(texts, values, signs, strict=True))
    return Part("table", _words(caption) if caption is not None else "", found, 0, told)


def _marks(cell: HtmlElement) -> str:
    """The signs and unseen words of a cell, taken out of it."""
    found = cell.xpath('.//span[@class="mark" or @class="unseen"]')
    said = " ".join(_words(span) for span in found)
    for span in found:
        span.drop_tree()
    return said


def _words(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


# ------------------------------------------------------------------ csv
def _csv_part(file: Path) -> Part:
    """The lines of a csv as they stand there."""
    with io.StringIO(file.read_bytes().decode("utf-8-sig", "replace"), newline="") as stream:
        rows = tuple(tuple(row) for row in csv.reader(stream))
    return Part("csv", file.name, rows, 1, rows[0] if rows else ())


# ------------------------------------------------------------------ seals
def seal_check(report: ReadBack, sealed: Mapping[str, str], language: str) -> Check:
    """Hold the seals that a workbook or page carries against its tables: which of them were changed by hand."""
    found: dict[str, str] = {}
    for title, headings, rows in _tables_of(report, set(sealed), language):
        add_seal(found, title, headings, rows)
        if any(UNSTORED in row for row in rows):  # saved by a program that computes no formulas: nothing can be said
            found[title] = sealed.get(title, "")
    return Check("cells", tuple(title for title in sealed if found.get(title) != sealed[title]), len(sealed))


def _tables_of(
    report: ReadBack, titles: Collection[str], language: str
) -> Iterator[tuple[str, list[str], list[tuple[str, ...]]]]:
    """The tables of a report as they were sealed: title, headings, rows."""
    for part in report.parts:
        if part.kind == "sheet" and len(part.rows) > HEADER_ROW and part.rows[0] and words(part.rows[0][0]) in titles:
            headings = [words(cell) for cell in part.rows[HEADER_ROW]]
            width = len(headings)
            rows = list(takewhile(any, part.rows[HEADER_ROW + 1 :]))
            filled = [(*row, *[""] * width)[:width] for row in rows]
            yield part.rows[0][0], headings, [tuple(canonical(cell, language) for cell in row) for row in filled]
        if part.kind == "table" and part.rows:
            width = len(part.rows[0]) // 3
            rows = [tuple(_sealed(*cell, language) for cell in _cells(row, width)) for row in part.rows[1:]]
            yield part.name, [words(cell) for cell in part.rows[0][:width]], rows


def _cells(row: Sequence[str], width: int) -> Iterator[tuple[str, str]]:
    return zip(row[:width], row[width : 2 * width], strict=True)


def _sealed(shown: str, value: str, language: str) -> str:
    """What a cell of a page says; both texts, which no table has, if it shows another value than it sorts by."""
    said = canonical(shown, language)
    if not value:
        return said
    if _ISO.fullmatch(value):
        day = f"{value[8:10]}/{value[5:7]}/{value[:4]} {value[11:]}"
        return value if day.startswith(said) and len(said) >= _MINUTES else f"{said} / {value}"
    _, point, decimals = shown.rstrip("%").rpartition(_POINT[language])
    exact = Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals) if point else 0), ROUND_HALF_UP)
    same = canonical(plain_number(rounded), language) == said
    return canonical(plain_number(exact), language) if same else f"{said} / {value}"
