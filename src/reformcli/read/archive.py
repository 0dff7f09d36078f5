"""A zip of exports: each member is read as if it lay in a folder; nothing is ever unpacked to the disk."""

from __future__ import annotations

import hashlib
import io
import posixpath
import stat
import zipfile

from reformcli.errors import InputError
from reformcli.model import SkippedSheet, Source
from reformcli.read.discover import PAGE, PAGES, SUFFIXES
from reformcli.read.payload import Content, Payload
from reformcli.read.sniff import HEAD, Kind, holds_table, sniff
from reformcli.read.workbook import DAMAGES, refuse_bomb

_MOST_MEMBERS = 10_000


def read_archive(payload: Payload) -> Content:
    """Read the exports in a zip; other members are listed as skipped ("no_export").

    Raises:
        InputError: `bomb`, `damaged_zip`, `nested_zip`, `encrypted`, `wrong_password`, `no_exports`, and whatever a
            member is refused for.
    """
    content = Content([], [])
    found = 0
    try:
        with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
            infos = sorted(archive.infolist(), key=lambda info: (info.filename, info.header_offset))
            refuse_bomb(infos, payload)
            if len(infos) > _MOST_MEMBERS:
                raise InputError("damaged_zip", where=payload.where)
            for info in infos:
                label = _label(info)
                if not label:
                    continue
                member = _member(archive, info, label, payload) if _is_export(info, label) else None
                if member is None or not _may_hold_table(member, label):
                    source = Source(f"{payload.source.name}/{label}", "", info.file_size)
                    content.skipped.append(SkippedSheet(source, None, "no_export"))
                    continue
                found += 1
                inner = _read(member)
                content.sheets.extend(inner.sheets)
                content.skipped.extend(inner.skipped)
    except (*DAMAGES, ValueError) as error:
        raise InputError("damaged_zip", where=payload.where) from error
    if not found:
        raise InputError("no_exports", where=payload.where, suffixes=", ".join(sorted(SUFFIXES | PAGES)))
    return content


def _label(info: zipfile.ZipInfo) -> str:
    """The path inside the archive, without tricks; empty for folders and what systems leave behind."""
    parts = [part for part in info.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
    return "" if info.is_dir() or hidden else "/".join(part for part in parts if not part.endswith(":"))


def _is_export(info: zipfile.ZipInfo, label: str) -> bool:
    """Whether a member is a file with the name of an export: no symbolic link."""
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return not is_link and _suffix(label) in SUFFIXES | PAGES


def _may_hold_table(member: Payload, label: str) -> bool:
    """Whether a member is more than a page to look at."""
    return _suffix(label) in SUFFIXES or holds_table(bytes(member.data[:PAGE]))


def _suffix(label: str) -> str:
    return posixpath.splitext(label)[1].lower()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str, payload: Payload) -> Payload:
    where = payload.at(label)
    password = payload.password.encode() if payload.password is not None else None
    if info.flag_bits & 1 and password is None:
        raise InputError("encrypted", where=where)
    try:
        with archive.open(info, pwd=password) as file:
            data = file.read()
    except RuntimeError as error:  # the password is wrong, or the encryption is one that zipfile does not know
        raise InputError("wrong_password" if info.flag_bits & 1 else "damaged_zip", where=where) from error
    source = Source(f"{payload.source.name}/{label}", hashlib.sha256(data).hexdigest(), len(data))
    return Payload(where, source, sniff(data[:HEAD]), data, payload.limits, payload.password, payload.careful)


def _read(member: Payload) -> Content:
    from reformcli.read.readers import read_content

    if member.kind is Kind.PARQUET:
        raise InputError("parquet", where=member.where)
    if member.kind is Kind.ZIP and member.source.name.lower().endswith(".zip"):
        raise InputError("nested_zip", where=member.where)
    return read_content(member)
