"""A second look at a sheet's XML, for what the reader of values does not tell.

It tells nothing of error values, of formulas whose result was never stored, and of hidden rows. The look must cost
little beside the reading itself: a block is searched for a few bytes that an ordinary export does not have, and only
where they stand, by pattern.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from reformcli.model import FORMULA
from reformcli.read.cells import CELL_REF, ROW_REF, TOKEN, TYPE, P, column_number, next_place, whole_cells

# What calamine knows; it refuses a sheet with any other error value.
_KNOWN_ERRORS = frozenset((b"", b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!"))

_PREFIXES = (b"", P[:-1])  # tags without a prefix are found much faster by a pattern that wants none


def _both(pattern: bytes) -> tuple[re.Pattern[bytes], ...]:
    """Compile a pattern for tags without a prefix, and for those with one; {S} is that of the first tag."""
    return tuple(re.compile(pattern.replace(b"{S}", prefix).replace(b"{P}", P), re.DOTALL) for prefix in _PREFIXES)


_ERROR = _both(rb"(<{S}c\s(?:[^<>]*?\s)?t\s*=\s*[\"']e[\"'][^<>]*)(?<!/)>(?!</)(.*?)</{P}c\s*>")
_FORMULA = rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</{P}f\s*>)\s*"
_NO_RESULT = _both(rb"<{S}" + _FORMULA + rb"(<{P}v(?:\s[^<>]*)?(?:/>|></{P}v\s*>)\s*)?</{P}c\s*>")
_OPENED = re.compile(rb"<%sc(\s[^<>]*)?>\s*" % P)
_HIDDEN = _both(rb"<{S}row(?:\s[^<>]*?)?\shidden\s*=\s*[\"'](?:1|true)[\"'][^<>]*>")
_FALSE = _both(
    rb"(<{S}c\s(?:[^<>]*?\s)?t\s*=\s*[\"']b[\"'][^<>]*>\s*(?:<{P}" + _FORMULA + rb")?"
    rb"<{P}v(?:\s[^<>]*)?>)\s*false\s*(?=<)"
)
_SAYS_HIDDEN = re.compile(rb"hidden\s*=\s*[\"'][1t]")
_SAYS_FALSE = re.compile(rb"false\s*</")
_VALUE = re.compile(rb"<%sv(?:\s[^<>]*)?>([^<]*)<" % P)
_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?(?!xml\s).*?\?>", re.DOTALL)
_DIMENSION = re.compile(rb"<%sdimension(?:\s[^<>]*)?(?:/>|>\s*</%sdimension\s*>)" % (P, P))
_HEAD = 4096  # bytes in which an XML declaration may stand


class Mark(NamedTuple):
    """The text of a cell that has no value of its own, at its 1-based place."""

    row: int
    column: int
    text: str


@dataclass(slots=True)
class Survey:
    """What the second look found. `is_odd`: the sheet has what calamine reads wrongly, until `plain` rewrites it."""

    marks: list[Mark] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    is_odd: bool = False
    is_unplaced: bool = False  # something found has no reference: only counting from the start can place it


def survey(pieces: Iterable[bytes], *, is_thorough: bool) -> Survey:
    """Look for error values, formulas without a result and hidden rows.

    Args:
        pieces: the XML; what `Survey.is_unplaced` tells is then left to `survey_in_order`.
        is_thorough: also find error values without a #, which no program writes, at a third of the cost more.
    """
    found = Survey()
    for number, block in enumerate(whole_cells(pieces)):
        if b"!" in block or b"?" in block:
            found.is_odd |= b"<!" in block or block.find(b"<?", _HEAD if number == 0 else 0) >= 0
        if b"f" in block:
            _look_for_formulas(block, found)
        if (is_thorough or b"#" in block) and (b'"e"' in block or b"'e'" in block):
            _look_for_errors(block, found)
        if b"hidden" in block and _SAYS_HIDDEN.search(block):
            _look_for_hidden_rows(block, found)
    return found


def _all(patterns: tuple[re.Pattern[bytes], ...], block: bytes) -> Iterator[re.Match[bytes]]:
    yield from patterns[0].finditer(block)
    if b":c" in block or b":row" in block:
        yield from patterns[1].finditer(block)


def _match(patterns: tuple[re.Pattern[bytes], ...], token: bytes) -> re.Match[bytes] | None:
    return patterns[0].match(token) or patterns[1].match(token)


def _look_for_formulas(block: bytes, found: Survey) -> None:
    if b"<f" in block or b":f" in block:
        for formula in _all(_NO_RESULT, block):
            attributes = _without_result(formula)
            if attributes is not None:
                _add_mark(found, attributes, FORMULA)
    if b"false" in block and _SAYS_FALSE.search(block):
        found.is_odd |= any(True for _ in _all(_FALSE, block))


def _without_result(formula: re.Match[bytes]) -> bytes | None:
    """Give the attributes of a cell with a formula alone; None where an empty text is its result.

    Excel and LibreOffice write `t="str"` and an empty value for it; who computed nothing writes no type.
    """
    block = formula.string
    opened = _OPENED.fullmatch(block, block.rfind(b"<", 0, formula.start()), formula.start())
    if opened is None:
        return None
    attributes = opened[1] or b""
    kind = TYPE.search(attributes)
    is_text = formula[1] is not None and kind is not None and kind[1] == b"str"
    return None if is_text else attributes


def _look_for_hidden_rows(block: bytes, found: Survey) -> None:
    for row in _all(_HIDDEN, block):
        place = ROW_REF.search(row[0])
        if place:
            found.hidden.add(int(place[1]))
        found.is_unplaced |= place is None


def _look_for_errors(block: bytes, found: Survey) -> None:
    for cell in _all(_ERROR, block):
        found.is_odd |= _error(cell[2]) not in _KNOWN_ERRORS
        if not _is_only_formula(cell[0]):
            _add_mark(found, cell[1], _error_text(_error(cell[2])))


def _error(body: bytes) -> bytes:
    value = _VALUE.search(body)
    return value[1] if value else b""


def _error_text(raw: bytes) -> str:
    text = html.unescape(raw.decode("utf-8", "replace")).strip()
    return text if text.startswith("#") else "#VALUE!"


def _add_mark(found: Survey, attributes: bytes, text: str) -> None:
    place = CELL_REF.search(attributes)
    if place:
        found.marks.append(Mark(int(place[2]), column_number(place[1]), text))
    found.is_unplaced |= place is None


def survey_in_order(pieces: Iterable[bytes]) -> Survey:
    """Do what `survey` does, token by token (4 s per million cells): cells without a reference get their place."""
    found = Survey()
    row = column = 0
    for block in whole_cells(pieces):
        for token in TOKEN.finditer(block):
            row, column = next_place(token, row, column)
            if token["row"] and _match(_HIDDEN, token[0]):
                found.hidden.add(row)
            elif not token["row"] and (text := _text(token[0])):
                found.marks.append(Mark(row, column, text))
    return found


def _text(cell: bytes) -> str | None:
    if _is_only_formula(cell):
        return FORMULA
    error = _match(_ERROR, cell)
    return _error_text(_error(error[2])) if error else None


def _is_only_formula(cell: bytes) -> bool:
    return any(_without_result(formula) is not None for formula in _all(_NO_RESULT, cell))


# ------------------------------------------------------------------ what calamine reads wrongly
def plain(xml: bytes) -> bytes:
    """Rewrite a sheet so that it reads rightly; what it shows stays.

    Comments go (a value around one is cut), CDATA becomes text (it is lost in numbers), `false` becomes 0 (it reads as
    true), and a dimension goes, which may be nonsense (calamine refuses the sheet).

    >>> plain(b'<c><v>1<!-- x -->2</v></c><c t="b"><v>false</v></c>')
    b'<c><v>12</v></c><c t="b"><v>0</v></c>'
    """
    text = without_dimension(_MARKUP.sub(_escaped, xml))
    for pattern in _FALSE:
        text = pattern.sub(rb"\g<1>0", text)
    return text


def without_dimension(xml: bytes) -> bytes:
    """Take out what a sheet says about its extent.

    >>> without_dimension(b'<worksheet><dimension ref="A1:B2"/><sheetData>')
    b'<worksheet><sheetData>'
    """
    return _DIMENSION.sub(b"", xml, count=1)


def with_known_errors(xml: bytes) -> bytes:
    """Replace error values that calamine does not know, for which it refuses the sheet.

    >>> with_known_errors(b'<c t="e"><v>#SPILL!</v></c>')
    b'<c t="e"><v>#N/A</v></c>'
    """
    for pattern in _ERROR:
        xml = pattern.sub(_with_known_error, xml)
    return xml


def _escaped(markup: re.Match[bytes]) -> bytes:
    return (markup[1] or b"").replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _with_known_error(cell: re.Match[bytes]) -> bytes:
    value = _VALUE.search(cell[0])
    if value is None or value[1] in _KNOWN_ERRORS:
        return cell[0]
    return cell[0][: value.start(1)] + b"#N/A" + cell[0][value.end(1) :]
