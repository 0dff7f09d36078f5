"""What one input holds: its content, not its name, picks the reader."""

from __future__ import annotations

import io
import zipfile

from reformcli.errors import InputError
from reformcli.read.payload import Content, Payload
from reformcli.read.sniff import Kind
from reformcli.read.workbook import DAMAGES

GUARDED = frozenset({Kind.ZIP, Kind.OLE, Kind.HTML, Kind.XML_WORKBOOK})  # read by other people's code


def read_content(payload: Payload) -> Content:
    """Read every table of one input.

    Raises:
        InputError: the input cannot be read or trusted; see the readers.
    """
    match payload.kind:
        case Kind.TEXT:
            from reformcli.read.text import read_text

            return read_text(payload)
        case Kind.ZIP:
            return _read_zip(payload)
        case Kind.OLE:
            return _read_compound(payload)
        case Kind.HTML:
            from reformcli.read.html import read_html

            return read_html(payload)
        case Kind.XML_WORKBOOK:
            from reformcli.read.xml_books import read_xml_book

            return read_xml_book(payload)
        case Kind.PARQUET:
            return Content([], [])
        case Kind.EMPTY:
            raise InputError("empty_file", where=payload.where)
        case _:
            raise InputError("not_a_table", where=payload.where)


def _read_zip(payload: Payload) -> Content:
    """Read a workbook of Excel or LibreOffice, or an archive of exports: all three are zip files."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
            members = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (*DAMAGES, ValueError) as error:
        raise InputError("damaged_workbook", where=payload.where) from error
    if "xl/workbook.xml" in members:
        from reformcli.read.xlsx import read_workbook

        return read_workbook(payload, careful=payload.careful)
    if "xl/workbook.bin" in members or {"mimetype", "content.xml"} <= members:
        from reformcli.read.old_books import read_old_book

        return read_old_book(payload)
    from reformcli.read.archive import read_archive

    return read_archive(payload)


def _read_compound(payload: Payload) -> Content:
    """Read an old workbook, or the workbook inside a protected container."""
    from reformcli.read.old_books import ole_kind, read_old_book

    match ole_kind(payload.data):
        case "encrypted":
            from reformcli.read.protected import opened

            return read_content(opened(payload))
        case "old_xls":
            return read_old_book(payload)
        case _:
            raise InputError("not_a_table", where=payload.where)
