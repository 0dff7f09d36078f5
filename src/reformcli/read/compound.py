"""Compound files (OLE2): the container of old workbooks, of protected ones, and of documents and installers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reformcli.read.payload import Bytes

_LAST_SECTOR: Final = 0xFFFFFFFA  # a number above is no sector: the end of a chain, or a free place
_IN_HEADER = 109  # sectors of the allocation table that the header names
_ENTRY = 128  # bytes of the directory
_STREAM, _ROOT = 2, 5


class CompoundFile:
    """The directory of a compound file; its streams are read when they are asked for.

    Raises:
        ValueError: the file is damaged.
    """

    def __init__(self, data: Bytes) -> None:
        if len(data) < 512:
            raise ValueError("header")
        self._data = memoryview(data)
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sector size")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        directory, self._cutoff, self._mini_table, more = struct.unpack_from("<I4xII4xI", data, 48)
        self._next = self._allocation(more)
        self._streams: dict[str, tuple[int, int]] = {}  # name in lower case: first sector, bytes
        self._root = (_LAST_SECTOR, 0)
        self._list(self._chained(directory))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._streams

    def read(self, name: str) -> bytes:
        """Read a stream; small ones lie in pieces of 64 bytes inside a stream of their own."""
        first, size = self._streams[name.lower()]
        if size >= self._cutoff:
            return self._chained(first)[:size]
        small = self._chained(self._root[0])[: self._root[1]]
        following = _numbers(self._chained(self._mini_table))
        places = _chain(first, following)
        width = self._mini_size
        return b"".join([small[place * width : place * width + width] for place in places])[:size]

    def _allocation(self, more: int) -> list[int]:
        """Read the table that tells which sector follows which; what does not fit the header is chained."""
        sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76))
        seen = 0
        while more < _LAST_SECTOR:
            numbers = _numbers(self._sector(more))
            sectors += numbers[:-1]
            more, seen = numbers[-1], seen + 1
            if seen * self._size > len(self._data):
                raise ValueError("circle")
        return _numbers(b"".join([self._sector(sector) for sector in sectors if sector < _LAST_SECTOR]))

    def _sector(self, number: int) -> memoryview:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise ValueError("sector")
        return self._data[start : start + self._size]

    def _chained(self, first: int) -> bytes:
        return b"".join([self._sector(sector) for sector in _chain(first, self._next)])

    def _list(self, directory: bytes) -> None:
        for start in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            (length, kind) = struct.unpack_from("<HB", directory, start + 64)
            first, size = struct.unpack_from("<II", directory, start + 116)
            name = directory[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _STREAM:
                self._streams.setdefault(name.lower(), (first, size))
            elif kind == _ROOT:
                self._root = (first, size)


def _numbers(sector: bytes | memoryview) -> list[int]:
    """Read 32-bit numbers, as many as there are whole ones."""
    count = len(sector) // 4
    return list(struct.unpack_from(f"<{count}I", sector))


def _chain(first: int, following: list[int]) -> list[int]:
    """Follow a chain of sectors to its end."""
    places: list[int] = []
    while first < _LAST_SECTOR:
        if first >= len(following) or len(places) > len(following):
            raise ValueError("chain")
        places.append(first)
        first = following[first]
    return places
