"""The look of an official note (Decree 30/2020/NĐ-CP), in Word's own styles so that headings are real headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

if TYPE_CHECKING:
    from docx.document import Document as Word

FONT, SIZE = "Times New Roman", 13
BODY, HEADING, CAPTION, CELL, REMARK = "Body Text", "Heading 1", "Caption", "Note Table Text", "Note Remark"
TITLE, MATTER, GRID = "Title", "Subtitle", "Table Grid"
LANGUAGE_TAGS = {"vi": "vi-VN", "en": "en-US"}
_JUSTIFIED = '<w:ind w:firstLine="720"/><w:jc w:val="both"/>'
# Name → what it says of the paragraph and of its text.
_STYLES = {
    "Normal": ('<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>', ""),
    "Header": ("", ""),
    "Footer": ("", ""),
    BODY: (
        f'<w:spacing w:before="120" w:after="0" w:line="276" w:lineRule="auto"/>{_JUSTIFIED}',
        "",
    ),
    HEADING: (
        f'<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="0"/>{_JUSTIFIED}<w:outlineLvl w:val="0"/>',
        '<w:b/><w:bCs/><w:caps/><w:sz w:val="26"/><w:szCs w:val="26"/>',
    ),
    CAPTION: (
        '<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="80"/><w:jc w:val="center"/>',
        '<w:b/><w:bCs/><w:sz w:val="26"/><w:szCs w:val="26"/>',
    ),
    CELL: ('<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>', ""),
    REMARK: (
        '<w:spacing w:before="60" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="both"/>',
        '<w:i/><w:iCs/><w:sz w:val="22"/><w:szCs w:val="22"/>',
    ),
    TITLE: (
        '<w:keepNext/><w:spacing w:before="480" w:after="0"/><w:jc w:val="center"/>',
        '<w:b/><w:bCs/><w:caps/><w:sz w:val="28"/><w:szCs w:val="28"/>',
    ),
    MATTER: (
        '<w:keepNext/><w:spacing w:before="0" w:after="0"/><w:jc w:val="center"/>',
        '<w:b/><w:bCs/><w:sz w:val="28"/><w:szCs w:val="28"/>',
    ),
}
_NEEDED = (BODY, HEADING, CAPTION, CELL, REMARK)  # also in somebody's own template
_GRID = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def set_all_styles(word: Word, language: str) -> None:
    """Give an empty document the look of an official note."""
    defaults = word.styles.element.find(qn("w:docDefaults"))
    if defaults is not None:
        word.styles.element.remove(defaults)
    word.styles.element.insert(0, parse_xml(_defaults(language)))
    complete_styles(word, [*_STYLES])
    for name, (paragraph, characters) in _STYLES.items():
        _rewrite(word.styles[name].element, paragraph, characters)


def complete_styles(word: Word, names: list[str] | None = None) -> None:
    """Add the styles that a document lacks; those it has stay as they are."""
    present = {style.name for style in word.styles}
    for name in _NEEDED if names is None else names:
        if name not in present:
            style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name not in (CELL, REMARK))
            if "Normal" in present:
                style.base_style = word.styles["Normal"]
            _rewrite(style.element, *_STYLES[name])
    if GRID not in present:
        grid = word.styles.add_style(GRID, WD_STYLE_TYPE.TABLE, builtin=True)
        grid.element.append(parse_xml(f"<w:tblPr {nsdecls('w')}><w:tblBorders>{_GRID}</w:tblBorders></w:tblPr>"))


def set_language(word: Word, language: str) -> None:
    """Tell spelling checkers and screen readers the language of the text."""
    styles = word.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = parse_xml(f"<w:docDefaults {nsdecls('w')}/>")
        styles.insert(0, defaults)
    properties = _child(_child(defaults, "w:rPrDefault", first=True), "w:rPr")
    tag = _child(properties, "w:lang")
    tag.set(qn("w:val"), LANGUAGE_TAGS[language])


def _child(parent: Any, name: str, *, first: bool = False) -> Any:
    found = parent.find(qn(name))
    if found is None:
        found = parse_xml(f"<{name} {nsdecls('w')}/>")
        parent.insert(0 if first else len(parent), found)
    return found


def _rewrite(element: Any, paragraph: str, characters: str) -> None:
    """Replace what a style says; theme fonts and colours go."""
    for name in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(name)):
            element.remove(old)
    if paragraph:
        element.append(parse_xml(f"<w:pPr {nsdecls('w')}>{paragraph}</w:pPr>"))
    if characters:
        element.append(parse_xml(f"<w:rPr {nsdecls('w')}>{characters}</w:rPr>"))


def _defaults(language: str) -> str:
    fonts = " ".join(f'w:{kind}="{FONT}"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr><w:rFonts {fonts}/>"
        f'<w:sz w:val="{2 * SIZE}"/><w:szCs w:val="{2 * SIZE}"/>'
        f'<w:lang w:val="{LANGUAGE_TAGS[language]}" w:eastAsia="en-US" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
