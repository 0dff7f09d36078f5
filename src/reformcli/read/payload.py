"""One input in memory: read once, so that the hash is that of the very bytes that were parsed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE, Limits
from reformcli.model import RawSheet, SkippedSheet, Source
from reformcli.read.cores import available
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
    """The bytes of one input; `where` is its path as the user typed it; `password` opens a protected workbook.

    `careful`: a reader has crashed on it, so nothing that it says about itself is believed. `cores`: how many of them
    its reader may use; `told` is called, in any thread, with the share of the input that is read.
    """

    where: str
    source: Source
    kind: Kind
    data: Bytes
    limits: Limits = field(default_factory=Limits)
    password: str | None = field(default=None, repr=False)
    careful: bool = False
    cores: int = field(default_factory=available)
    told: Callable[[float], None] = field(default=lambda share: None, repr=False, compare=False)

    def at(self, sheet: str) -> str:
        """Name a place inside a workbook for errors."""
        return f"{self.where} [{sheet}]"


def head_of(path: Path) -> bytes:
    """Read the first `HEAD` bytes of a file.

    Raises:
        InputError: `unreadable`, the system refused.
    """
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise InputError("unreadable", where=str(path)) from error


def load(item: Item, stdin: BinaryIO | None, *, limits: Limits | None = None, password: str | None = None) -> Payload:
    """Read one input and hash it. Parquet, and what cannot be an export (`Kind.BINARY`), is not read further.

    Raises:
        InputError: `unreadable`, the system refused; `too_large`, more bytes than `limits.size` allows.
    """
    where, bounds = str(item), limits or Limits()
    try:
        if item == STDIN and stdin is not None:
            payload = _pack(where, STDIN, stdin, 0, bounds.size * MEGABYTE)
        else:
            path = Path(item)
            with path.open("rb") as file:
                payload = _pack(where, path.name, file, path.stat().st_size, bounds.size * MEGABYTE)
    except OSError as error:
        raise InputError("unreadable", where=where) from error
    if payload.source.size > bounds.size * MEGABYTE:
        raise InputError("too_large", where=where, limit=bounds.size)
    return replace(payload, limits=bounds, password=password)


def _pack(where: str, name: str, file: BinaryIO, size: int, most: int) -> Payload:
    """Read a file, but little more than `most` bytes: a device has no end."""
    head = file.read(HEAD)
    kind = sniff(head)
    if size > most:
        return Payload(where, Source(name, "", size), kind, b"")
    if kind in (Kind.BINARY, Kind.PARQUET):
        return Payload(where, Source(name, "", len(head)), kind, head)
    if size > _LARGE and isinstance(file, io.BufferedReader):
        data, digest = _read_large(file, head, size, most)
    else:
        data, digest = _read_small(file, head, most)
    return Payload(where, Source(name, digest, len(data)), kind, data)


def _read_small(file: BinaryIO, head: bytes, most: int) -> tuple[Bytes, str]:
    data = head + file.read(most + 1)
    return data, hashlib.sha256(data).hexdigest()


def _read_large(file: io.BufferedReader, head: bytes, size: int, most: int) -> tuple[Bytes, str]:
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
    more = file.read(most + 1 - end)  # of a file that grew meanwhile
    digest.update(more)
    return data + more if more else data, digest.hexdigest()
