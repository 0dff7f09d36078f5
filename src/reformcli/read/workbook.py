"""The directory of a workbook: what is in the zip, which part holds which sheet, and what must not be unpacked."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reformcli.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from reformcli.read.payload import Payload

BOMB_RATIO: Final = 200  # an honest sheet unpacks to 10 times its size
BOMB_PART: Final = 200_000_000  # bytes
BOMB_TOTAL: Final = 4_000_000_000  # bytes
_PIECE = 1 << 18  # bytes unpacked at a time
_FIRST_PIECE = 1 << 14
_SMALL_XML = 16 << 20  # bytes that workbook.xml and its relations may have
# What unpacking a damaged part raises; RuntimeError: the part is encrypted.
DAMAGES: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_UNLIKELY = (KeyError, ValueError, SyntaxError)  # a part is missing, has a document type, or is no XML


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet as the workbook lists it; `member` is None for what has no cells (chart sheets)."""

    name: str
    hidden: bool
    member: zipfile.ZipInfo | None


@dataclass(slots=True)
class Workbook:
    """An opened workbook: its sheets in order, and whether its serial dates count from 1904."""

    archive: zipfile.ZipFile
    parts: list[Part] = field(default_factory=list)
    date1904: bool = False

    def pieces(self, part: Part) -> Iterator[bytes]:
        """Unpack the XML of a sheet, a small piece first; the checksum is tested at the end."""
        if part.member is None:
            return
        with self.archive.open(part.member) as file:
            piece = file.read(_FIRST_PIECE)
            while piece:
                yield piece
                piece = file.read(_PIECE)


def open_workbook(payload: Payload) -> Workbook:
    """Read the directory of a workbook; no sheet is unpacked.

    Raises:
        InputError: `damaged_workbook`, `bomb`, `encrypted`, `other_workbook` (ods, xlsb), `not_a_table` (another zip).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload.data))
        members = _members(archive, payload.where)
        workbook = Workbook(archive)
        _list_parts(workbook, members)
    except (*DAMAGES, *_UNLIKELY) as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    return workbook


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    """Index the zip by lower-case name, once it is known to be an honest xlsx workbook."""
    members = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
    _refuse_bomb(archive.infolist(), where)
    if "xl/workbook.xml" in members:
        if members["xl/workbook.xml"].flag_bits & 1:
            raise InputError("encrypted", where=where)
        return members
    if "xl/workbook.bin" in members:
        raise InputError("other_workbook", where=where, kind="xlsb")
    if "content.xml" in members and "mimetype" in members:
        raise InputError("other_workbook", where=where, kind="ods")
    raise InputError("not_a_table", where=where)


def _refuse_bomb(infos: list[zipfile.ZipInfo], where: str) -> None:
    total = sum(info.file_size for info in infos)
    for info in infos:
        if info.file_size > BOMB_PART and info.file_size > BOMB_RATIO * info.compress_size:
            raise InputError("bomb", where=where, megabytes=total // 1_000_000)
    if total > BOMB_TOTAL:
        raise InputError("bomb", where=where, megabytes=total // 1_000_000)


def _list_parts(workbook: Workbook, members: dict[str, zipfile.ZipInfo]) -> None:
    book = _parse(workbook.archive, members["xl/workbook.xml"])
    relations = _parse(workbook.archive, members["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): relation for relation in relations}
    for element in book.iter():
        match _local(element.tag):
            case "workbookPr":
                workbook.date1904 = element.get("date1904") in ("1", "true", "on")
            case "sheet":
                relation = targets.get(_relation_id(element))
                hidden = element.get("state", "visible") != "visible"
                workbook.parts.append(Part(element.get("name", ""), hidden, _member(relation, members)))


def _parse(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Element:
    """Parse a small XML part; entities and document types are refused (ValueError)."""
    from defusedxml.ElementTree import fromstring

    if info.file_size > _SMALL_XML:
        raise ValueError(info.filename)
    root: Element = fromstring(archive.read(info), forbid_dtd=True)
    return root


def _member(relation: Element | None, members: dict[str, zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """Find the part of a worksheet; targets are absolute, or relative to `xl/`."""
    if relation is None or not relation.get("Type", "").endswith("/worksheet"):
        return None
    path = posixpath.normpath(posixpath.join("/xl", relation.get("Target", "").replace("\\", "/")))
    return members[path.lstrip("/").lower()]


def _relation_id(sheet: Element) -> str | None:
    return next((value for name, value in sheet.items() if name.startswith("{") and _local(name) == "id"), None)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
