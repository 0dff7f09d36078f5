"""Large XML in pieces: starts, ends and texts. Document types are refused, so there are no entities to expand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Protocol
from xml.parsers import expat

_PIECE = 1 << 20


class Receiver(Protocol):
    """Takes the events; names are `namespace name`, attributes without a namespace just `name`."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def data(self, text: str) -> None:
        """Take a text, or a part of one."""


def parse(pieces: Iterable[bytes], receiver: Receiver) -> None:
    """Send what stands in an XML file to a receiver.

    Raises:
        ValueError: no XML, or with a document type.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text, parser.buffer_size = True, 1 << 16
    parser.StartElementHandler, parser.EndElementHandler = receiver.start, receiver.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = receiver.data, _refuse
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError("XML") from error


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Read a file piece by piece."""
    while piece := file.read(_PIECE):
        yield piece


def _refuse(*_: object) -> None:
    raise ValueError("document type")
