"""HTML tables, as many systems save them under a name that ends with .xls, and web archives (MHTML).

What a person sees counts: text that is not shown inside a cell, scripts and comments are nothing, spaces in a row are
one space, and a cell over several rows or columns has its text in its first one, as a merged range of a workbook.
Nothing is fetched and nothing is executed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reformcli.errors import InputError
from reformcli.read.encoding import to_utf8
from reformcli.read.grid import Cells, Grid, put
from reformcli.read.payload import Bytes, Content, Payload
from reformcli.read.stored import stored_text

if TYPE_CHECKING:
    from reformcli.model import RawSheet

_MIME = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:MIME-Version|Content-Type|From|Date|Subject):", re.IGNORECASE)
_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD = 65_536  # bytes in which a page names its encoding
_BREAK: Final = "\0"  # cannot occur in the text itself
_ODD = re.compile(rf"[\t\n\f\r{_BREAK}]|  ")
_RUN = re.compile(r"[ \t\n\f\r]+")
_BREAKS = re.compile(rf"\s*{_BREAK}[\s{_BREAK}]*")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d{1,9})")
_MOST_COLSPAN, _MOST_ROWSPAN = 1_000, 65_534  # of the HTML standard
_BLOCKS = frozenset(("address", "blockquote", "dd", "div", "dl", "dt", "li", "ol", "p", "pre", "ul"))
_SECTIONS = frozenset(("thead", "tbody", "tfoot"))
_MUTE = frozenset(("script", "style", "noscript", "template", "textarea"))
_PARTS = frozenset(("table", "tr", "td", "th", *_SECTIONS))


def read_html(payload: Payload) -> Content:
    """Read every table of a page that holds a text: one sheet each, in the order in which they begin.

    Returns:
        Sheets named "1", "2" …, without a name if there is only one. A table inside a cell of another is a sheet of
        its own. A row number is that of the `<tr>` in its table. A cell that tells the stored number behind its text
        (`x:num`, `sdval`) is read as `stored_text` says.

    Raises:
        InputError: `encoding`, `not_a_table` (no table), `empty_file` (no text in any), `absurd_extent`.
    """
    grids: list[Grid] = []
    sheets: list[RawSheet] = []
    for page in _pages(payload):
        reader = _Reader(payload)
        _parse(page, reader, payload)
        grids += [table.grid for table in reader.tables]
        sheets += [sheet for table in reader.tables if (sheet := table.grid.finish(hidden=table.hidden))]
    if not sheets:
        raise InputError("empty_file" if grids else "not_a_table", where=payload.where)
    return Content(sheets if len(sheets) == 1 else _numbered(sheets), [])


def _numbered(sheets: list[RawSheet]) -> list[RawSheet]:
    return [replace(sheet, sheet=str(number)) for number, sheet in enumerate(sheets, 1)]


def _parse(page: Bytes, reader: _Reader, payload: Payload) -> None:
    from lxml import etree

    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, no_network=True)
    try:
        etree.parse(io.BytesIO(page), parser)
    except etree.LxmlError as error:
        raise InputError("not_a_table", where=payload.where) from error


# ------------------------------------------------------------------ bytes
def _pages(payload: Payload) -> Iterator[Bytes]:
    """Give the page as UTF-8, or all the pages of a web archive."""
    if not _MIME.match(bytes(payload.data[:256])):
        yield _decoded(payload.data, _charset(payload.data), payload)
        return
    import email

    for part in email.message_from_bytes(bytes(payload.data)).walk():
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes) and page:
            yield _decoded(page, part.get_content_charset() or _charset(page), payload)


def _charset(page: Bytes) -> str | None:
    found = _CHARSET.search(bytes(page[:_HEAD]))
    return found[1].decode() if found else None


def _decoded(page: Bytes, charset: str | None, payload: Payload) -> Bytes:
    """Give a page as UTF-8: by its bytes, whatever it says; what it says counts where the bytes do not tell."""
    try:
        return to_utf8(page, payload.where)
    except InputError as error:
        if error.key != "encoding" or charset is None:
            raise
        try:
            return bytes(page).decode(charset).encode()
        except (LookupError, UnicodeError):
            raise error from None


# ------------------------------------------------------------------ tables
class _Table:
    """A table that is being read: its grid, and where its next cell stands."""

    def __init__(self, payload: Payload, *, hidden: bool, muted_from: int) -> None:
        self.grid = Grid(payload, None)
        self.hidden, self.muted_from = hidden, muted_from  # `muted_from` is that of the cell around this table
        self.number = -1  # of the row, from 0
        self.row: Cells | None = None
        self.row_hidden = False
        self.column = 0
        self.parts: list[str] | None = None  # of the open cell's text
        self.stored: str | None = None  # the number behind it
        self.place = 0
        self.taken: dict[int, int] = {}  # column: the last row that a cell from above takes there
        self.covered = 0  # columns of all cells with spans: what a hostile page may cost

    def open_row(self, *, hidden: bool) -> None:
        self.close_row()
        self.number, self.row, self.row_hidden, self.column = self.number + 1, [], hidden, 0

    def close_row(self) -> None:
        self.close_cell()
        if self.row is not None:
            self.grid.add(self.number, self.row, hidden=self.row_hidden)
            self.row = None

    def open_cell(self, attributes: Mapping[str, str]) -> None:
        if self.parts is not None:
            self.close_cell()
        if self.row is None:
            self.open_row(hidden=False)
        if self.taken:
            while self.taken.get(self.column, -1) >= self.number:
                self.column += 1
        self.place, self.parts, self.stored = self.column, [], None
        self.column += 1
        if attributes:
            self.stored = attributes.get("x:num") or attributes.get("sdval")
            if "colspan" in attributes or "rowspan" in attributes:
                self._span(attributes)

    def _span(self, attributes: Mapping[str, str]) -> None:
        """Take the columns of a cell, in the rows below too."""
        across, down = (_count(attributes, "colspan", _MOST_COLSPAN), _count(attributes, "rowspan", _MOST_ROWSPAN))
        self.column = self.place + across
        self.covered += across
        self.grid.need(1, self.column, cells=self.covered)
        if down > 1:
            self.taken.update(dict.fromkeys(range(self.place, self.column), self.number + down - 1))

    def close_cell(self) -> None:
        parts, self.parts = self.parts, None
        if parts and self.row is not None:
            text = _shown(parts)
            put(self.row, self.place, stored_text(text, self.stored) if self.stored else text)

    def close_section(self) -> None:
        """End a part of the table: no cell reaches over its edge."""
        self.close_row()
        self.taken.clear()


def _count(attributes: Mapping[str, str], name: str, most: int) -> int:
    """Read a span; none, and one that is no number or zero columns, is 1."""
    value = attributes.get(name)
    found = _NUMBER.match(value) if value else None
    if found is None:
        return 1
    number = int(found[1])
    return min(number, most) or (most if name == "rowspan" else 1)  # rowspan=0: to the end of the section


def _shown(parts: list[str]) -> str:
    """Write the text of a cell as it is shown: spaces and line breaks of the source are one space."""
    text = parts[0] if len(parts) == 1 else "".join(parts)
    if _ODD.search(text):
        text = _BREAKS.sub("\n", _RUN.sub(" ", text))
    return text.strip()


# ------------------------------------------------------------------ the events of the parser
class _Reader:
    """Receives what the parser finds; `tables` are in the order in which they begin."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.tables: list[_Table] = []
        self.table: _Table | None = None  # the innermost one that is open
        self.around: list[_Table] = []  # the open tables around it, outermost first
        self.depth = 0
        self.hidden_from = 0  # the depth of the outermost hidden element, 0: none
        self.muted_from = 0  # the same of an element inside the open cell that is not shown

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if attributes and ("style" in attributes or "hidden" in attributes):
            self._hide(tag, attributes)
        if tag in ("td", "th"):
            (self.table or self._open_table()).open_cell(attributes)
        elif tag in _PARTS:
            self._start_part(tag)
        elif tag in _MUTE:
            self.muted_from = self.muted_from or self.depth
        elif tag == "br" or tag in _BLOCKS:
            self.data(_BREAK)

    def end(self, tag: str) -> None:
        if tag in ("td", "th"):
            if self.table is not None:
                self.table.close_cell()
        elif tag in _PARTS:
            self._end_part(tag)
        elif tag in _BLOCKS:
            self.data(_BREAK)
        if self.hidden_from == self.depth:
            self.hidden_from = 0
        if self.muted_from == self.depth:
            self.muted_from = 0
        self.depth -= 1

    def data(self, text: str) -> None:
        table = self.table
        if table is not None and table.parts is not None and not self.muted_from:
            table.parts.append(text)

    def close(self) -> None:
        while self.table is not None:
            self._close_table(self.table)

    def _hide(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Remember a hidden row or table; inside a cell, what is not shown is not read (keys to sort by)."""
        shown = "hidden" not in attributes and not _hides(attributes.get("style", ""))
        if shown or tag in ("td", "th", *_MUTE):
            return
        if tag not in _PARTS and self.table is not None and self.table.parts is not None:
            self.muted_from = self.muted_from or self.depth
        else:
            self.hidden_from = self.hidden_from or self.depth

    def _start_part(self, tag: str) -> None:
        table = self.table
        if table is None or tag == "table":
            table = self._open_table()
        if tag == "tr":
            table.open_row(hidden=bool(self.hidden_from) and not table.hidden)
        elif tag in _SECTIONS:
            table.close_section()

    def _end_part(self, tag: str) -> None:
        table = self.table
        if table is None:
            return
        if tag == "table":
            self._close_table(table)
        elif tag == "tr":
            table.close_row()
        else:
            table.close_section()

    def _open_table(self) -> _Table:
        if self.table is not None:
            self.around.append(self.table)
        hidden = bool(self.hidden_from or self.muted_from)
        self.table = _Table(self.payload, hidden=hidden, muted_from=self.muted_from)
        self.tables.append(self.table)
        self.muted_from = 0
        return self.table

    def _close_table(self, table: _Table) -> None:
        table.close_row()
        self.muted_from = table.muted_from
        self.table = self.around.pop() if self.around else None


@lru_cache(maxsize=1024)
def _hides(style: str) -> bool:
    return _HIDDEN.search(style) is not None
