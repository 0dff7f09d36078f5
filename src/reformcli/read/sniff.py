"""What a file is, by its first bytes; what its name ends with says nothing."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

HEAD: Final = 65_536  # bytes looked at

UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"MZ\x90", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype html|(?:html|head|body|meta|style|table|div|center)\b)",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(r"\s*MIME-Version:", re.IGNORECASE)
_XML_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


class Kind(StrEnum):
    """What a file holds."""

    EMPTY = "empty"
    ZIP = "zip"  # an Excel workbook, perhaps
    OLE = "ole"  # an old or a protected workbook, perhaps
    PARQUET = "parquet"
    HTML = "html"
    XML_WORKBOOK = "xml_workbook"  # XML Spreadsheet 2003
    TEXT = "text"
    BINARY = "binary"


def is_parquet(head: bytes) -> bool:
    """Tell Parquet by its first four bytes.

    >>> is_parquet(b"PAR1..."), is_parquet(b"PAR")
    (True, False)
    """
    return head.startswith(b"PAR1")


def sniff(head: bytes) -> Kind:
    r"""Tell what a file holds from its first `HEAD` bytes.

    >>> sniff(b"PK\x03\x04..."), sniff(b"<table>"), sniff("Mã hồ sơ;Ngày".encode())
    (<Kind.ZIP: 'zip'>, <Kind.HTML: 'html'>, <Kind.TEXT: 'text'>)
    """
    if not head:
        return Kind.EMPTY
    for kind, magics in ((Kind.ZIP, _ZIP), (Kind.OLE, (_OLE,)), (Kind.PARQUET, (b"PAR1",)), (Kind.BINARY, _BINARY)):
        if head.startswith(magics):
            return kind
    return _sniff_text(head)


def _sniff_text(head: bytes) -> Kind:
    codec = UTF16.get(head[:2])
    if codec is None and _is_binary(head):
        return Kind.BINARY
    text = head.decode(codec or "utf-8", "replace").removeprefix("\ufeff")
    if _XML_WORKBOOK in text and text.lstrip().startswith("<?xml"):
        return Kind.XML_WORKBOOK
    if _HTML.match(text) or _MHTML.match(text):
        return Kind.HTML
    return Kind.TEXT


def _is_binary(head: bytes) -> bool:
    """Text holds no NUL, and next to no other control characters: a stray one is no reason to refuse an export."""
    controls = len(head) - len(head.translate(None, _CONTROL))
    return b"\0" in head or controls * 100 > len(head)
