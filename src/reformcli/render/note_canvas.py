"""Where the parts of a note are put one after the other, on upright pages or, for wide tables, on pages turned over."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Tbl
from docx.shared import Twips
from docx.table import Table as WordTable

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.text.paragraph import Paragraph

_A4 = (11906, 16838)  # twips; so are all measures here
_MARGIN = 1134
_TINY = f'<w:spacing {nsdecls("w")} w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of tables: the largest size in points, and how much broader they are than Times New Roman."""

    largest: int = 12
    breadth: float = 1.0


class Canvas:
    """Adds paragraphs and tables to the end of a document, or in front of one of its paragraphs."""

    def __init__(self, word: Word, before: Any = None, letters: Letters | None = None) -> None:
        self.word = word
        self.letters = letters or Letters()
        self._before = before
        self._section = _section_of(word, before)
        self._upright = self._size("w") <= self._size("h")
        self._landscape = not self._upright
        self._last: Any = None

    def paragraph(self, text: str, style: str) -> Paragraph:
        """Add a paragraph."""
        paragraph = self.word.add_paragraph(text, style)
        self._place(paragraph._p)
        return paragraph

    def table(self, rows: int, columns: int) -> WordTable:
        """Add an empty table."""
        element = CT_Tbl.new_tbl(rows, columns, Twips(0))
        if self._before is None:
            self.word.element.body.insert_element_before(element, "w:sectPr")
        self._place(element)
        return WordTable(element, self.word._body)

    def room(self, *, landscape: bool) -> int:
        """Give the width of the text on a page of this kind."""
        across, down = sorted((self._size("w"), self._size("h")))
        margins = self._section.find(qn("w:pgMar"))
        sides = 2 * _MARGIN
        if margins is not None:
            sides = sum(_twips(margins, side, _MARGIN) for side in ("left", "right"))
        return max((down if landscape or not self._upright else across) - sides, _A4[0] // 3)

    def turn(self, *, landscape: bool) -> None:
        """Go on on a page of this kind; pages that lie already stay so."""
        if self._landscape == landscape or not self._upright:
            return
        if self._last is None and self._before is None:
            raise ValueError("nothing to break after")
        self._break_section()
        self._landscape = landscape

    def finish(self) -> None:
        """Go back to upright pages for what follows; if nothing does, the last page stays as it is."""
        if not self._upright or not self._landscape:
            return
        if self._before is not None and self._is_last():
            _turn_over(self._section)
        else:
            self.turn(landscape=False)

    def _is_last(self) -> bool:
        """Tell whether nothing but the body stands on the pages to come."""
        following = [element for element in self._before.itersiblings() if element is not self._section]
        return not following or self._section.getparent().getparent() is self._before

    def _place(self, element: Any) -> None:
        if self._before is not None:
            self._before.addprevious(element)
        self._last = element

    def _break_section(self) -> None:
        """End a section after what was added last; its pages look like those of the section around it."""
        ended = deepcopy(self._section)
        if self._landscape:
            _turn_over(ended)
        holder = self._last
        if holder is None or holder.tag != qn("w:p") or holder.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            holder = self.paragraph("", "Normal")._p
            holder.get_or_add_pPr().append(parse_xml(_TINY))
        properties = holder.get_or_add_pPr()
        properties.append(ended)
        change = properties.find(qn("w:pPrChange"))
        if change is not None:
            properties.append(change)
        _continue(self._section)

    def _size(self, side: str) -> int:
        size, standard = self._section.find(qn("w:pgSz")), _A4["wh".index(side)]
        return standard if size is None else _twips(size, side, standard)


def _twips(element: Any, name: str, standard: int) -> int:
    """Read a measure of a template; what is no plain number does not count."""
    given = element.get(qn(f"w:{name}"), "").lstrip("-")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else standard


def _section_of(word: Word, before: Any) -> Any:
    """Find what describes the pages at this place: the next description in the text."""
    body = word.element.body
    if before is not None:
        for element in (before, *before.itersiblings()):
            found = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
            if found is not None:
                return found
    return body.get_or_add_sectPr() if body.sectPr is None else body.sectPr


def _turn_over(section: Any) -> None:
    size = section.find(qn("w:pgSz"))
    if size is None:
        size = parse_xml(f'<w:pgSz {nsdecls("w")} w:w="{_A4[0]}" w:h="{_A4[1]}"/>')
        margins = section.find(qn("w:pgMar"))
        section.insert(len(section), size) if margins is None else margins.addprevious(size)
    across, down = size.get(qn("w:w"), str(_A4[0])), size.get(qn("w:h"), str(_A4[1]))
    size.set(qn("w:w"), down)
    size.set(qn("w:h"), across)
    size.set(qn("w:orient"), "landscape")


def _continue(section: Any) -> None:
    """Make a section a sequel: on a new page, no first page of its own, page numbers go on."""
    for name in ("w:type", "w:titlePg"):
        for element in section.findall(qn(name)):
            section.remove(element)
    for numbers in section.findall(qn("w:pgNumType")):
        numbers.attrib.pop(qn("w:start"), None)
