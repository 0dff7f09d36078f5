"""One input in memory: read once, so that the hash is that of the very bytes that were parsed."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from reformcli.errors import InputError
from reformcli.limits import Limits
from reformcli.model import RawSheet, SkippedSheet, Source
from reformcli.read.discover import STDIN, Item
from reformcli.read.sniff import HEAD, Kind, sniff

Bytes = bytes | bytearray
_LARGE = 16 << 20  # bytes
_PIECE = 4 << 20


class Content(NamedTuple):
    """What one input gave: its sheets and the sheets that hold nothing, in workbook order."""

    sheets: list[RawSheet]
    skipped: list[SkippedSheet]


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one input; `where` is its path as the user typed it; `password` opens a protected workbook."""

    where: str
    source: Source
    kind: Kind
    data: Bytes
    limits: Limits = field(default_factory=Limits)
    password: str | None = field(default=None, repr=False)

    def at(self, sheet: str) -> str:
        """Name a place inside a workbook for errors."""
        return f"{self.where} [{sheet}]"


def load(item: Item, stdin: BinaryIO | None) -> Payload:
    """Read one input and hash it. Parquet, and what cannot be an export (`Kind.BINARY`), is not read further.

    Raises:
        InputError: `unreadable`, the system refused.
    """
    where = str(item)
    try:
        if item == STDIN and stdin is not None:
            return _pack(where, STDIN, stdin, 0)
        path = Path(item)
        with path.open("rb") as file:
            return _pack(where, path.name, file, path.stat().st_size)
    except OSError as error:
        raise InputError("unreadable", where=where) from error


def _pack(where: str, name: str, file: BinaryIO, size: int) -> Payload:
    head = file.read(HEAD)
    kind = sniff(head)
    if kind in (Kind.BINARY, Kind.PARQUET):
        return Payload(where, Source(name, "", len(head)), kind, head)
    if size > _LARGE and isinstance(file, io.BufferedReader):
        data, digest = _read_large(file, head, size)
    else:
        data, digest = _read_small(file, head)
    return Payload(where, Source(name, digest, len(data)), kind, data)


def _read_small(file: BinaryIO, head: bytes) -> tuple[Bytes, str]:
    data = head + file.read()
    return data, hashlib.sha256(data).hexdigest()


def _read_large(file: io.BufferedReader, head: bytes, size: int) -> tuple[Bytes, str]:
    """Read into one buffer while another thread hashes what has arrived: both together cost what hashing costs."""
    data, end = bytearray(size), len(head)
    data[:end] = head
    digest = hashlib.sha256(head)
    with memoryview(data) as view, ThreadPoolExecutor(max_workers=1) as hasher:
        while count := file.readinto(view[end : end + _PIECE]):
            hasher.submit(digest.update, view[end : end + count])
            end += count
    if end < size:  # the file shrank meanwhile
        del data[end:]
    more = file.read()  # of a file that grew meanwhile
    digest.update(more)
    return data + more if more else data, digest.hexdigest()
