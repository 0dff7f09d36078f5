"""SVG as matplotlib writes it → SVG for the inside of a page: no style attribute, no metadata, ids of its own.

Style attributes and style elements would need a hole in the page's security policy; roles are classes instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_KEPT = frozenset(
    {
        *("fill", "fill-opacity", "opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap"),
        *("stroke-linejoin", "stroke-opacity", "stroke-width", "text-anchor", "font-size"),
    }
)


def cleaned(raw: str, *, roles: Mapping[str, str], prefix: str, title: str, summary: str, tips: Sequence[str]) -> str:
    """Rewrite a picture.

    Args:
        raw: the SVG file.
        roles: colour → the class of what has it: `fill-…` and `stroke-…`.
        prefix: of every id.
        title: what the picture is, for those who do not see it.
        summary: what it shows, for the same.
        tips: the whole text of each group named tip0, tip1 …
    """
    from lxml import etree

    # Written by ourselves: no entity, no network, but as long as the names make it.
    root = etree.fromstring(raw.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for name in ("metadata", "style"):
        for element in list(root.iter(_SVG + name)):
            element.getparent().remove(element)
    for element in root.iter(etree.Element):
        _plain_look(element, roles)
    _add_tips(root, tips)
    _rename(root, prefix)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    names = {"title": title, "desc": summary}
    root.attrib.update({"class": "chart", "role": "img", "aria-labelledby": f"{prefix}title {prefix}desc"})
    for place, (name, words) in enumerate(names.items()):
        root.insert(place, _element(name, words, id=prefix + name))
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode", with_tail=False))


def _element(name: str, words: str, **attributes: str) -> Any:
    from lxml import etree

    element = etree.Element(_SVG + name, dict(attributes))
    element.text = words
    return element


def _plain_look(element: Any, roles: Mapping[str, str]) -> None:
    """Turn a style attribute into attributes, and colours into classes beside them."""
    style = element.attrib.pop("style", "")
    for name, _, value in (part.partition(":") for part in style.split(";")):
        if name.strip() in _KEPT:
            element.set(name.strip(), value.strip())
    classes = [
        f"{kind}-{roles[element.get(kind)]}" for kind in ("fill", "stroke") if element.get(kind) in roles
    ]  # fixed order: equal input gives equal bytes
    if classes:
        element.set("class", " ".join(classes))


def _add_tips(root: Any, tips: Sequence[str]) -> None:
    """Say the whole text where a text was cut."""
    groups = {element.get("id"): element for element in root.iter(_SVG + "g")}
    for number, tip in enumerate(tips):
        groups[f"tip{number}"].insert(0, _element("title", tip))


def _rename(root: Any, prefix: str) -> None:
    """Keep only ids that something refers to, under names of this picture alone."""
    used: dict[str, str] = {}

    def renamed(identifier: str) -> str:
        return used.setdefault(identifier, f"{prefix}{len(used)}")

    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    for element in elements:
        for name, value in element.attrib.items():
            if name == _HREF:
                del element.attrib[_HREF]
                element.set("href", "#" + renamed(value.removeprefix("#")))
            elif "url(#" in value:
                element.set(name, _REFERENCE.sub(lambda found: f"url(#{renamed(found[1])})", value))
    for element in elements:
        identifier = element.attrib.pop("id", None)
        if identifier in used:
            element.set("id", used[identifier])
