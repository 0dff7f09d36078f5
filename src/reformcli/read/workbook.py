"""The directory of a workbook: what is in the zip, which part holds which sheet, and what must not be unpacked."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from reformcli.read.payload import Bytes, Payload

BOMB_PART: Final = 200_000_000  # bytes: a part below may be packed as tightly as it likes
_PIECE = 1 << 18  # bytes unpacked at a time
_FIRST_PIECE = 1 << 14
_SMALL_XML = 16 << 20  # bytes that workbook.xml and its relations may have
# What unpacking a damaged part raises; RuntimeError: the part is encrypted.
DAMAGES: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_UNLIKELY = (KeyError, ValueError, SyntaxError, struct.error)  # no such part, or place; a document type; no XML


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
        if part.member is not None:
            yield from self._unpacked(part.member)

    def _unpacked(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack a part; whatever is wrong with it is a BadZipFile, which nothing else raises."""
        size, missing = _FIRST_PIECE, member.file_size
        try:
            with self.archive.open(member) as file:
                while piece := file.read(size):
                    yield piece
                    size, missing = _PIECE, missing - len(piece)
            if missing:
                raise zipfile.BadZipFile(member.filename)
        except DAMAGES as error:
            raise zipfile.BadZipFile from error

    @property
    def others(self) -> list[zipfile.ZipInfo]:
        """The parts that are read whole beside the sheets: texts, styles, relations."""
        sheets = {part.member.header_offset for part in self.parts if part.member}
        infos = [info for info in self.archive.infolist() if info.header_offset not in sheets]
        return [info for info in infos if info.filename.lower().endswith((".xml", ".rels"))]

    def verify(self, members: Iterable[zipfile.ZipInfo]) -> None:
        """Unpack parts, and forget them: one that lies about its size or content is a BadZipFile."""
        for member in members:
            for _ in self._unpacked(member):
                pass

    def holders(self, part: Part) -> Callable[[bytes], bytes]:
        """A function, for any thread, that makes a workbook in which this sheet has other XML and the others none."""
        name = part.member.filename if part.member else ""
        others = [(info.filename, self.archive.read(info)) for info in self.others]

        def holding(xml: bytes) -> bytes:
            book = io.BytesIO()
            with zipfile.ZipFile(book, "w", zipfile.ZIP_STORED) as archive:
                for other, content in others:
                    archive.writestr(other, content)
                archive.writestr(name, xml)
            return book.getvalue()

        return holding

    def with_sheet(self, part: Part, xml: bytes) -> tuple[bytes, Workbook, Part]:
        """Make a copy, in memory, in which this sheet has other XML and other sheets have none.

        Returns:
            The bytes of the copy, and it and its sheet opened.
        """
        if part.member is None:
            raise ValueError(part.name)
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for info in self.others:
                archive.writestr(info.filename, self.archive.read(info))
            archive.writestr(part.member.filename, xml)
        archive = zipfile.ZipFile(copy)
        member = replace(part, member=archive.getinfo(part.member.filename))
        return copy.getvalue(), Workbook(archive, [member], self.date1904), member


def open_workbook(payload: Payload) -> Workbook:
    """Read the directory of a workbook; no sheet is unpacked.

    Raises:
        InputError: `damaged_workbook`, `bomb`, `encrypted`, `other_workbook` (ods, xlsb), `not_a_table` (another zip).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload.data))
        members = _members(archive, payload)
        _refuse_ambiguous(archive, payload.data)
        workbook = Workbook(archive)
        _list_parts(workbook, members)
    except (*DAMAGES, *_UNLIKELY) as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    return workbook


def _members(archive: zipfile.ZipFile, payload: Payload) -> dict[str, zipfile.ZipInfo]:
    """Index the zip by lower-case name, once it is known to be an honest xlsx workbook."""
    members = {_key(info): info for info in archive.infolist()}
    refuse_bomb(archive.infolist(), payload)
    if "xl/workbook.xml" in members:
        if members["xl/workbook.xml"].flag_bits & 1:
            raise InputError("encrypted", where=payload.where)
        return members
    if "xl/workbook.bin" in members:
        raise InputError("other_workbook", where=payload.where, kind="xlsb")
    if "content.xml" in members and "mimetype" in members:
        raise InputError("other_workbook", where=payload.where, kind="ods")
    raise InputError("not_a_table", where=payload.where)


def _key(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").lower()


def refuse_bomb(infos: list[zipfile.ZipInfo], payload: Payload) -> None:
    """Refuse a zip that would unpack to more than the limits allow, by what its directory says.

    Raises:
        InputError: `bomb`.
    """
    limits, total = payload.limits, sum(info.file_size for info in infos)
    is_tight = any(info.file_size > max(BOMB_PART, limits.ratio * info.compress_size) for info in infos)
    if is_tight or total > limits.unpacked * MEGABYTE:
        raise InputError("bomb", where=payload.where, megabytes=total // MEGABYTE)


def _refuse_ambiguous(archive: zipfile.ZipFile, data: Bytes) -> None:
    """Refuse (BadZipFile) a zip in which another program may see other parts than we do.

    No two parts have one name or share bytes, and there is one directory.
    """
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [_end(info, data) for info in infos]
    is_overlapping = any(end > later.header_offset for end, later in zip(ends, infos[1:], strict=False))
    repeated = max(Counter(map(_key, infos)).values()) > 1
    directories = data.count(b"PK\5\6", archive.start_dir)
    if is_overlapping or repeated or directories > 1:
        raise zipfile.BadZipFile


def _end(info: zipfile.ZipInfo, data: Bytes) -> int:
    """Find where a part ends: behind its local header, name and extra field."""
    name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    return info.header_offset + 30 + int(name) + int(extra) + info.compress_size


def _list_parts(workbook: Workbook, members: dict[str, zipfile.ZipInfo]) -> None:
    book = _parse(workbook.archive, members["xl/workbook.xml"])
    relations = _parse(workbook.archive, members["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): relation for relation in relations}
    if len(targets) < len(relations):
        raise ValueError("relations")
    for element in book.iter():
        match _local(element.tag):
            case "workbookPr":
                workbook.date1904 = element.get("date1904") in ("1", "true", "on")
            case "sheet":
                relation = targets.get(_relation_id(element))
                hidden = element.get("state", "visible") != "visible"
                workbook.parts.append(Part(element.get("name", ""), hidden, _member(relation, members)))
    if len({part.name for part in workbook.parts}) < len(workbook.parts):
        raise ValueError("sheets")


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
