"""The bytes of a text file as UTF-8: exports come in UTF-8, UTF-16 and the old Windows-1258."""

from __future__ import annotations

import struct
import unicodedata
from typing import TYPE_CHECKING, Final

from reformcli.errors import InputError
from reformcli.read.sniff import HEAD, UTF16, utf16_codec

if TYPE_CHECKING:
    from reformcli.read.payload import Bytes

_BOM: Final = b"\xef\xbb\xbf"
_LETTERS = frozenset(
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
    "–—‘’“”…•°₫²³½\u00a0"
)
_PLAUSIBLE = 0.9  # share of Vietnamese letters among what is not ASCII; text of TCVN3 or VNI fonts has far fewer


def to_utf8(data: Bytes, where: str) -> Bytes:
    """Give the text as UTF-8 without a byte order mark; Windows-1258 is composed (NFC), anything else left as it is.

    Raises:
        InputError: `encoding` with `offset`, the first byte (from 0) that is not UTF-8, where the file is not
            plausibly Windows-1258 either; `not_a_table`, the text holds NUL.
    """
    text: Bytes
    codec = utf16_codec(bytes(data[:HEAD]))
    if codec:
        text = _from_utf16(data, codec, where)
    elif not is_utf8(data):
        text = _from_1258(data, where)
    else:
        text = data[len(_BOM) :] if data.startswith(_BOM) else data  # `removeprefix` would copy a bytearray
    if b"\0" in text:
        raise InputError("not_a_table", where=where)
    return text


def is_utf8(data: Bytes) -> bool:
    """Check the encoding as fast as Arrow can, without making a string."""
    import pyarrow as pa

    offsets = pa.py_buffer(struct.pack("=qq", 0, len(data)))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _from_utf16(data: Bytes, codec: str, where: str) -> bytes:
    mark = 2 if bytes(data[:2]) in UTF16 else 0
    try:
        return data[mark:].decode(codec).encode()
    except UnicodeDecodeError as error:
        raise InputError("encoding", where=where, offset=error.start + mark) from error


def _from_1258(data: Bytes, where: str) -> bytes:
    """Decode Windows-1258, unless UTF-8 letters before the first fault show that the file is damaged UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        offset = error.start
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError as error:
        raise InputError("encoding", where=where, offset=offset) from error
    if not data[:offset].removeprefix(_BOM).isascii() or data.startswith(_BOM) or not _is_vietnamese(text):
        raise InputError("encoding", where=where, offset=offset)
    return text.encode()


def _is_vietnamese(text: str) -> bool:
    foreign = [letter for letter in text if not letter.isascii()]
    return sum(letter in _LETTERS for letter in foreign) >= _PLAUSIBLE * len(foreign)
