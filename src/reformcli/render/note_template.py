"""A user's own Word document as the form of the note: checked before it is opened, filled in, never run."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE
from reformcli.render.note_words import NAMES, clean

if TYPE_CHECKING:
    from docx.document import Document as Word

WHERE = "--template"
BODY = "body"
_MARKER = "{{body}}"
_PLACE = re.compile(r"\{\{\s*([^{}\s][^{}]{0,59}?)\s*\}\}")
_MOST, _MOST_PARTS = 200 * MEGABYTE, 5_000  # bytes and parts unpacked; an honest letterhead has one megabyte
_MOST_XML = 20 * MEGABYTE
_XML = (".xml", ".rels")
_DAMAGES: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, etree.LxmlError)
_UNLIKELY: Final = (KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError)  # parts that lack
_FILLED = re.compile(r"/word/(document|header\d*|footer\d*)\.xml", re.IGNORECASE)
_RUNNING = re.compile(r"vbaproject|vbadata|activex|macrosheet|attachedtoolbars|customization", re.IGNORECASE)


def open_template(data: bytes) -> Word:
    """Open a user's document as a form.

    Raises:
        InputError: `template_not_docx`, `template_damaged`, `template_too_large`, `template_macros`.
    """
    if not data.startswith(b"PK"):
        raise InputError("template_not_docx", where=WHERE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
        word: Word = docx.Document(io.BytesIO(data))
        _ = word.element.body, word.styles.element, word.settings.element, list(word.sections)
        _forget_outside(word)
        word.core_properties.title = ""
        word.save(io.BytesIO())  # some faults show only now
    except (*_DAMAGES, *_UNLIKELY) as error:
        raise InputError("template_damaged", where=WHERE) from error
    return word


def _check(archive: zipfile.ZipFile) -> None:
    """Refuse what is too large, runs, is no Word document, or has XML that could grow or is none."""
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    xml = sum(info.file_size for info in infos if info.filename.lower().endswith(_XML))
    if total > _MOST or xml > _MOST_XML or len(infos) > _MOST_PARTS:
        raise InputError("template_too_large", where=WHERE, megabytes=-(-total // MEGABYTE))
    names = [info.filename for info in infos]
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        raise InputError("template_not_docx", where=WHERE)
    kinds = archive.read("[Content_Types].xml")
    if any(map(_RUNNING.search, names)) or b"macroEnabled" in kinds or b"vbaProject" in kinds:
        raise InputError("template_macros", where=WHERE)
    if b"wordprocessingml.document.main+xml" not in kinds:
        raise InputError("template_not_docx", where=WHERE)
    if len(set(map(str.lower, names))) < len(names):
        raise zipfile.BadZipFile("repeated")
    for info in infos:
        content = archive.read(info)
        if info.filename.lower().endswith(_XML):
            _refuse_entities(content)


def _refuse_entities(content: bytes) -> None:
    """Refuse (ValueError) a document type: Word writes none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if etree.fromstring(content, parser).getroottree().docinfo.internalDTD is not None:
        raise ValueError("document type")


def _forget_outside(word: Word) -> None:
    """Drop what would fetch something when the note is opened: an attached template, a data source for letters."""
    settings = word.settings.element  # makes the part if there is none
    relations = word.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).rels
    for name in ("w:attachedTemplate", "w:mailMerge"):
        for element in settings.findall(qn(name)):
            for inner in element.iter():
                relations.pop(inner.get(qn("r:id")), None)
            settings.remove(element)


# ------------------------------------------------------------------ filling in
def fill(word: Word, values: Mapping[str, str]) -> Any:
    """Replace all placeholders but the one of the body.

    Returns:
        The paragraph that the body replaces, still in its place and now empty.

    Raises:
        InputError: `template_placeholder`, names that we do not know; `template_body`, not exactly one place for it.
    """
    paragraphs = [paragraph for root in _roots(word) for paragraph in _paragraphs(root)]
    texts = ["".join(piece.text or "" for piece in pieces) for _, pieces in paragraphs]
    found = [match[1] for text in texts for match in _PLACE.finditer(text)]
    if unknown := sorted({clean(name) for name in found} - {*NAMES, BODY}):
        known = ", ".join((*NAMES, BODY))
        raise InputError("template_placeholder", where=WHERE, names=", ".join(unknown), known=known)
    body = word.element.body
    alone = [
        paragraph
        for (paragraph, _), text in zip(paragraphs, texts, strict=True)
        if paragraph.getparent() is body and _is_body(text)
    ]
    if len(alone) != 1 or found.count(BODY) != 1:
        count = len(alone) if found.count(BODY) == len(alone) else found.count(BODY)
        raise InputError("template_body", where=WHERE, marker=_MARKER, count=count)
    for paragraph, pieces in paragraphs:
        if paragraph is alone[0]:
            for piece in pieces:
                piece.text = ""
        else:
            _fill_pieces(pieces, values)
    return alone[0]


def _is_body(text: str) -> bool:
    match = _PLACE.fullmatch(text.strip())
    return match is not None and match[1] == BODY


def _roots(word: Word) -> Iterator[Any]:
    """The parts that people see: text, headers, footers."""
    for part in word.part.package.iter_parts():
        if hasattr(part, "element") and _FILLED.fullmatch(str(part.partname)):
            yield part.element
    if not _FILLED.fullmatch(str(word.part.partname)):
        yield word.part.element


def _paragraphs(root: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Every paragraph with the pieces of its text: Word splits a text wherever somebody paused while typing."""
    pieces: dict[Any, list[Any]] = {paragraph: [] for paragraph in root.iter(qn("w:p"))}
    for piece in root.iter(qn("w:t")):
        owner = next(piece.iterancestors(qn("w:p")), None)
        if owner is not None:
            pieces[owner].append(piece)
    yield from pieces.items()


def _fill_pieces(pieces: Sequence[Any], values: Mapping[str, str]) -> None:
    """Replace the placeholders of one paragraph; a value takes the look of the piece its placeholder begins in."""
    texts = [piece.text or "" for piece in pieces]
    matches = list(_PLACE.finditer("".join(texts)))
    starts = [sum(map(len, texts[:place])) for place in range(len(texts))]
    ends = [start + len(text) for start, text in zip(starts, texts, strict=True)]
    for match in reversed(matches):
        first = next(place for place, end in enumerate(ends) if match.start() < end)
        last = next(place for place, end in enumerate(ends) if match.end() <= end)
        rest = texts[last][match.end() - starts[last] :]
        texts[first] = texts[first][: match.start() - starts[first]] + values[match[1]]
        if first == last:
            texts[first] += rest
        else:
            texts[last] = rest
        texts[first + 1 : last] = [""] * (last - first - 1)
    if matches:
        for piece, text in zip(pieces, texts, strict=True):
            _write(piece, text)


def _write(piece: Any, text: str) -> None:
    """Set the text of a piece; further lines follow it, each after a line break."""
    piece.text, *more = text.split("\n")
    piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for line in reversed(more):
        following = parse_xml(f'<w:t {nsdecls("w")} xml:space="preserve"/>')
        following.text = line
        piece.addnext(following)
        piece.addnext(parse_xml(f"<w:br {nsdecls('w')}/>"))
