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
_PROLOGUE = r"\s*+(?:<\?xml[^>]*\?>\s*+|<!--.*?-->\s*+)*+"  # possessive: a hostile head costs one pass
_HTML = re.compile(
    _PROLOGUE + r"<(?:!doctype html|(?:html|head|body|meta|style|table|div|center)\b)", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(_PROLOGUE + r"</?[a-z]", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"<(?:table|html|body)(?=[\s>])", re.IGNORECASE)
_TITLE_AND_TABLE = re.compile(  # no separator and no quotation mark before the table: no csv with a tag in a cell
    r"(?:[^\t;,\"&<]|&(?:#?\w{1,10};)?|<(?!table)){1,4096}<table(?:\s[^<>]*)?>\s*<(?:tr|thead|tbody|caption|col)",
    re.IGNORECASE,
)
_TABLE = re.compile(rb"<table[\s>=]|content-transfer-encoding:[ \t]*base64", re.IGNORECASE)
_MHTML = re.compile(r"\s*MIME-Version:", re.IGNORECASE)
_XML_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))
_ODD_LETTER = re.compile("[^\t\n\r -~\u00a0-\u01b4\u0300-\u0323\u1ea0-\u1ef9\u2010-\u2026\u20ab\ufeff]")
_FEWEST_ZEROS, _MOST_ODD_LETTERS = 0.25, 0.1  # shares of UTF-16 without a mark: zero halves, letters of elsewhere


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
    codec = utf16_codec(head)
    if codec is None and _is_binary(head):
        return Kind.BINARY
    text = head.decode(codec or "utf-8", "replace").removeprefix("\ufeff")
    if _XML_WORKBOOK in text and text.lstrip().startswith("<?xml"):
        return Kind.XML_WORKBOOK
    return Kind.HTML if _is_page(text) or _MHTML.match(text) else Kind.TEXT


def _is_page(text: str) -> bool:
    """Text that begins with a tag, or with a title, and has a table then; a tag in a cell makes no page."""
    if _HTML.match(text) or _TITLE_AND_TABLE.match(text):
        return True
    return bool(_TAG.match(text) and _PAGE.search(text))


def holds_table(data: bytes) -> bool:
    """Tell whether a web page, a web archive or an XML file, given to its end or nearly, has a table to read.

    >>> holds_table(b"<html><p>Huong dan</p></html>"), holds_table(b"<html><table><tr>")
    (False, True)
    """
    kind = sniff(data[:HEAD])
    return kind is Kind.XML_WORKBOOK or (kind is Kind.HTML and bool(_TABLE.search(data.replace(b"\0", b""))))


def utf16_codec(head: bytes) -> str | None:
    """Tell UTF-16 by its mark or, without one, by zeros in every other place and the letters that then come out.

    >>> utf16_codec("Mã;Ngày".encode("utf-16-be")), utf16_codec("Mã;Ngày".encode())
    ('utf-16-be', None)
    """
    marked = UTF16.get(head[:2])
    if marked or b"\0" not in head:
        return marked
    return next((codec for codec, zeros in _BY_ZEROS if _is_utf16(head, codec, zeros)), None)


_BY_ZEROS: Final = (("utf-16-le", 1), ("utf-16-be", 0))  # where the zeros of plain letters stand


def _is_utf16(head: bytes, codec: str, zeros: int) -> bool:
    halves = head[zeros::2]
    text = head.decode(codec, "replace")
    if halves.count(0) < _FEWEST_ZEROS * len(halves) or head[1 - zeros :: 2].count(0):
        return False
    return len(_ODD_LETTER.findall(text)) <= _MOST_ODD_LETTERS * len(text)


def _is_binary(head: bytes) -> bool:
    """Text holds no NUL, and next to no other control characters: a stray one is no reason to refuse an export."""
    controls = len(head) - len(head.translate(None, _CONTROL))
    return b"\0" in head or controls * 100 > len(head)
