"""The machine-readable result that a report carries along: in a hidden sheet of a workbook, in a script of a page.

Nothing here is believed of a file: what is unpacked is bounded while it is unpacked, and no document type is accepted.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reformcli.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SHEET = "reformcli"  # very hidden; its column A holds the text in consecutive cells
SCRIPT = "reformcli"  # the id of the script
LONGEST_CELL = 32_000  # of the 32,767 UTF-16 units that a cell can hold
MOST_BYTES = 256 << 20  # unpacked, of any one part
_SMALL_XML = 16 << 20
_PIECE = 1 << 18
_LONGEST_BLANK = 100  # looked back for a place to cut; in JSON of ours indents are far shorter
_OPENING = f'<script type="application/json" id="{SCRIPT}">'
_ANY_OPENING = re.compile(rf"<script\b[^<>]{{0,400}}\bid\s*=\s*[\"']?{SCRIPT}[\"']?[^<>]{{0,400}}>", re.IGNORECASE)
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_CELL = re.compile(r"A([1-9][0-9]{0,6})")
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(KeyError, ValueError, SyntaxError, IndexError, OverflowError),
)


class _TooLarge(Exception):  # noqa: N818  (a message between two functions)
    """A part that unpacks to more than any report of ours."""


# ------------------------------------------------------------------ workbooks
def chunks(text: str) -> list[str]:
    """Cut a text for the cells of a column; joined again they are the text. JSON is not cut beside a blank.

    >>> [len(piece) for piece in chunks("a" * 70_000)]
    [32000, 32000, 6000]
    """
    longest = LONGEST_CELL if text.isascii() or max(text) <= "\uffff" else LONGEST_CELL // 2
    pieces, start = [], 0
    while start < len(text):
        end = min(start + longest, len(text))
        blanks = range(end, max(start, end - _LONGEST_BLANK), -1) if end < len(text) else ()
        end = next((cut for cut in blanks if not (text[cut - 1].isspace() or text[cut].isspace())), end)
        pieces.append(text[start:end])
        start = end
    return pieces


def from_workbook(path: str | Path) -> str | None:
    """The text that a workbook carries; None if it is no workbook or carries none.

    Raises:
        InputError: `unreadable`; `previous_broken`, what it carries is damaged; `bomb`, it would unpack to too much.
    """
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename.lower(): info for info in archive.infolist()}
            if "xl/workbook.xml" not in names:
                return None
            member = _sheet_of(archive, names)
            return None if member is None else _column(archive, names, member)
    except _TooLarge as error:
        raise InputError("bomb", where=where, megabytes=MOST_BYTES >> 20) from error
    except zipfile.BadZipFile:
        return None  # whoever reads it as an export says what is wrong with it
    except OSError as error:
        raise InputError("unreadable", where=where) from error
    except _DAMAGES as error:
        raise InputError("previous_broken", where=where) from error


def _sheet_of(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The part of the sheet that we write, found as Excel finds it."""
    relation = None
    for element in _elements(archive, names["xl/workbook.xml"], _SMALL_XML):
        if _local(element.tag) == "sheet" and element.get("name") == SHEET:
            relation = next((value for name, value in element.items() if _local(name) == "id"), None)
    if relation is None:
        return None
    for element in _elements(archive, names["xl/_rels/workbook.xml.rels"], _SMALL_XML):
        if element.get("Id") == relation:
            target = element.get("Target", "").replace("\\", "/")
            return names[(target.lstrip("/") if target.startswith("/") else f"xl/{target}").lower()]
    return None


def _column(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], member: zipfile.ZipInfo) -> str:
    """The texts of column A, from row 1 on without a gap."""
    cells: dict[int, str | int] = {}  # a number is a place among the shared texts
    for element in _elements(archive, member, MOST_BYTES, "c"):
        place = _CELL.fullmatch(element.get("r", ""))
        if place is None:
            continue
        kind = element.get("t", "")
        texts = [part.text or "" for part in element.iter() if _local(part.tag) in ("t", "v")]
        cells[int(place[1])] = int(texts[0]) if kind == "s" else "".join(texts)
    if sorted(cells) != list(range(1, len(cells) + 1)):
        raise ValueError("rows")
    wanted = {value for value in cells.values() if isinstance(value, int)}
    shared = _shared(archive, names, wanted) if wanted else {}
    return "".join(value if isinstance(value, str) else shared[value] for _, value in sorted(cells.items()))


def _shared(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], wanted: set[int]) -> dict[int, str]:
    found = {}
    for number, element in enumerate(_elements(archive, names["xl/sharedstrings.xml"], MOST_BYTES, "si")):
        if number in wanted:
            found[number] = "".join(part.text or "" for part in element.iter() if _local(part.tag) == "t")
    return found


def _elements(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, name: str = "") -> Iterator[Element]:
    """The elements of a part as they end, each forgotten after it was seen; those called `name`, or all."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if info.file_size > most:
        raise _TooLarge
    try:
        with archive.open(info) as file:
            for _, element in iterparse(_Bounded(file, most), events=("end",), forbid_dtd=True):
                if not name:
                    yield element
                elif _local(element.tag) == name:
                    yield element
                    element.clear()
                elif _local(element.tag) in ("row", "sheetData"):
                    element.clear()
    except DefusedXmlException as error:
        raise ValueError(info.filename) from error


class _Bounded:
    """A file that ends with an error where it should have ended."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._left = file, most

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(_PIECE if size < 0 else min(size, _PIECE))
        self._left -= len(piece)
        if self._left < 0:
            raise _TooLarge
        return piece


def _local(name: str) -> str:
    return name.rpartition("}")[2]


# ------------------------------------------------------------------ pages
def for_page(text: str) -> str:
    r"""The script element that carries a JSON text in a page; no text of it can end the script or begin another.

    >>> for_page('{"a": "</script>"}')
    '<script type="application/json" id="reformcli">{"a": "\\u003c/script\\u003e"}</script>'
    """
    return f"{_OPENING}{text.translate(_ESCAPED)}</script>"


def from_page(text: str) -> str | None:
    """The JSON text that a page carries, as it stands there (the escapes of JSON undo ours); None if there is none."""
    opening = _ANY_OPENING.search(text)
    if opening is None:
        return None
    end = text.find("</script", opening.end())
    return text[opening.end() : end] if end >= 0 else None
