"""The pages of the site out of the pages of the repository: each file is cut into its Vietnamese and its English part.

Pure: text in, text out. Where a page is written stays docs/*.md; nothing is written twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

LANGUAGES = ("vi", "en")
INDEX = "docs/README.md"
# Pages that lie elsewhere, and how they are called in the site.
ELSEWHERE = {
    INDEX: "index",
    "README.md": "gioi-thieu",
    "CHANGELOG.md": "thay-doi",
    "sample_data/README.md": "du-lieu-mau",
}
ONLY_VIETNAMESE = "This page is in Vietnamese only."
# What the theme says in English only → in Vietnamese.
THEME = {
    "Skip to content": "Tới nội dung",
    "Toggle site navigation sidebar": "Mở, đóng danh sách trang",
    "Toggle table of contents sidebar": "Mở, đóng mục lục của trang",
    "Toggle Light / Dark / Auto color theme": "Đổi nền sáng, tối, theo máy",
    "Light mode": "Nền sáng",
    "Dark mode": "Nền tối",
    "Auto light/dark, in light mode": "Theo máy, đang sáng",
    "Auto light/dark, in dark mode": "Theo máy, đang tối",
    "Menu": "Danh sách trang",
    "Expand": "Mở rộng",
    "On this page": "Trong trang này",
    "Back to top": "Lên đầu trang",
    "Next": "Tiếp theo",
    "Previous": "Trước đó",
    "Link to this heading": "Liên kết đến mục này",
    "Link to this table": "Liên kết đến bảng này",
    "Home": "Trang đầu",
    "Tìm Kiếm": "Tìm kiếm",
}
_THEME = re.compile(
    r'(?P<before>[>"]\s*)(?P<words>'
    + "|".join(sorted(map(re.escape, THEME), key=len, reverse=True))
    + r')(?P<after>\s*[<"])'
)
_COG = re.compile(r"^<!-- \[\[\[(?:cog.*?\]\]\]|end\]\]\]) -->\n", re.MULTILINE)
_ENGLISH_BELOW = re.compile(r"(?: / )?\*?\(?\[English[^\]]*\]\(#[^)]*\)\.?\)?\*?|^\*\(English: .*\)\*$", re.MULTILINE)
_ENGLISH = re.compile(r"^## English\b.*\n|^---\n+(?=# )", re.MULTILINE)
_FENCE = re.compile(r"(^(`{3,}).*?^\2`*$)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_ROW = re.compile(r"^\| \[([^\]]+)\]\(([^)#\s]+)[^)]*\) \|", re.MULTILINE)


class BrokenPage(Exception):  # noqa: N818
    """A page of the repository that cannot become a page of the site."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the index with the pages under it: path in the repository and title."""

    title: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Halves:
    """A page in its languages; `en` is None where it has no English part, `start` the anchor of where it begins."""

    vi: str
    en: str | None = None
    start: str | None = None

    def of(self, lang: str) -> str:
        """The part in a language, or the Vietnamese one."""
        return self.en if lang == "en" and self.en is not None else self.vi


def name_of(path: str) -> str:
    """The page of the site that a file becomes.

    >>> name_of("docs/bao-cao.md"), name_of("README.md")
    ('bao-cao', 'gioi-thieu')
    """
    return ELSEWHERE.get(path) or PurePosixPath(path).stem


def in_vietnamese(html: str) -> str:
    """A built page with the words of the theme in Vietnamese; program output stays as it is.

    >>> in_vietnamese('<div> On this page </div><pre>Next</pre>')
    '<div> Trong trang này </div><pre>Next</pre>'
    """
    parts = re.split(r"(<pre>.*?</pre>)", html, flags=re.DOTALL)
    parts[::2] = [_THEME.sub(lambda m: m["before"] + THEME[m["words"]] + m["after"], part) for part in parts[::2]]
    return "".join(parts)


def halves(text: str) -> Halves:
    """Cut a page where its English part begins; a part without a title of its own loses one level of headings.

    >>> halves("# Lịch\\n\\nNgày.\\n\\n## English\\n\\nDays.\\n\\n### More\\n").en
    '\\nDays.\\n\\n## More\\n'
    """
    bare = _COG.sub("", text)
    start = _english_at(bare)
    if start is None:
        return Halves(_vietnamese(bare))
    vietnamese, english = _vietnamese(bare[: start.start()]), bare[start.end() :]
    if not start[0].startswith("---"):
        return Halves(vietnamese, _promoted(english), _slug(start[0].strip("# \n")))
    title, english = english.split("\n", 1)
    return Halves(vietnamese, english, _slug(title.strip("# ")))


def _english_at(text: str) -> re.Match[str] | None:
    fences = [match.span() for match in _FENCE.finditer(text)]
    found = (one for one in _ENGLISH.finditer(text) if not any(a <= one.start() < b for a, b in fences))
    return next(found, None)


def _vietnamese(text: str) -> str:
    """The Vietnamese part without the pointer to the English one; of a title in both languages the first half."""
    text = re.sub(r"^(# .+?) / .+$", r"\1", text, count=1, flags=re.MULTILINE)
    return _outside_code(text, lambda part: _ENGLISH_BELOW.sub("", part))


def _promoted(text: str) -> str:
    return _outside_code(text, lambda part: _HEADING.sub(lambda m: f"{m[1].removeprefix('#')} {m[2]}", part))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change everything but fenced code."""
    parts = _FENCE.split(text)  # text, code, its fence, text, …
    return "".join(change(part) if place % 3 == 0 else part for place, part in enumerate(parts) if place % 3 != 2)


def sections(index: str) -> list[Section]:
    """The headings of one half of the index, with the pages that their tables link to.

    >>> sections("## Bắt đầu\\n\\n| | |\\n| --- | --- |\\n| [Cài đặt](cai-dat.md) | trên máy |\\n")
    [Section(title='Bắt đầu', entries=(('docs/cai-dat.md', 'Cài đặt'),))]
    """
    heads = [match for match in _HEADING.finditer(index) if match[1] == "##"]
    ends = [*(match.start() for match in heads[1:]), len(index)]
    found = [
        Section(head[2], tuple((_resolved(INDEX, row[2]), row[1]) for row in _ROW.finditer(index[head.end() : end])))
        for head, end in zip(heads, ends, strict=True)
    ]
    return [section for section in found if section.entries]


def anchors(text: str) -> dict[str, str]:
    """Each heading as code hosts name it → the id that the site gives it."""
    return {_slug(match[2]): _id(match[2]) for match in _HEADING.finditer(_FENCE.sub("", text))}


def _id(heading: str) -> str:
    """As docutils makes it.

    >>> _id("Cột `due_at`, đúng hạn")
    'cot-due-at-dung-han'
    """
    plain = unicodedata.normalize("NFKD", heading.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", " ".join(plain.split())).strip("-").lstrip("0123456789-")


def _slug(heading: str) -> str:
    return "".join(c for c in heading.lower() if c in " -_" or c.isalnum()).replace(" ", "-")


def _resolved(source: str, target: str) -> str:
    """The path in the repository that a link in a file leads to."""
    parts: list[str] = list(PurePosixPath(source).parent.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Site:
    """All pages by their path in the repository."""

    texts: Mapping[str, Halves]

    @property
    def paths(self) -> Sequence[str]:
        """Every page, in the order of its path."""
        return sorted(self.texts)

    def sections(self, lang: str) -> list[Section]:
        """The contents in a language.

        Raises:
            BrokenPage: a page is not in them, or they name one that is not there.
        """
        found = sections(self.texts[INDEX].of(lang))
        named = [path for section in found for path, _ in section.entries]
        if sorted([*named, INDEX]) != self.paths:
            odd = sorted({*named, INDEX} ^ set(self.paths)) or sorted(one for one in named if named.count(one) > 1)
            raise BrokenPage(f"{INDEX} ({lang}): not linked once each: {', '.join(odd)}")
        return found

    def page(self, path: str, lang: str) -> str:
        """A page as the generator takes it."""
        titles = {entry: title for section in self.sections(lang) for entry, title in section.entries}
        text = self.texts[path].of(lang)
        if lang == "en" and self.texts[path].en is not None:
            text = f"# {titles.get(path, 'reformcli')}\n{text}"
        elif lang == "en":
            text = re.sub(r"^# .+\n", f"# {titles[path]}\n\n```{{note}}\n{ONLY_VIETNAMESE}\n```\n", text, count=1)
        text = _outside_code(text, lambda part: _LINK.sub(lambda link: self._link(path, lang, link), part))
        return text + (self._contents(lang) if path == INDEX else "")

    def _contents(self, lang: str) -> str:
        trees = []
        for section in self.sections(lang):
            names = "\n".join(f"{title} <{name_of(path)}>" for path, title in section.entries)
            trees.append(f"\n```{{toctree}}\n:hidden:\n:caption: {section.title}\n\n{names}\n```\n")
        return "".join(trees)

    def _link(self, source: str, lang: str, link: re.Match[str]) -> str:
        """A link of a page as it must be in the site: to the same language where the place exists there."""
        mark, words, target = link.groups()
        if target.startswith(("https://", "mailto:")):
            return link[0]
        name, _, anchor = target.partition("#")
        path = _resolved(source, name) if name else source
        if mark:
            return f"![{words}](images/{PurePosixPath(path).name})"
        if path not in self.texts and path.endswith(".md"):
            raise BrokenPage(f"{source}: no such page: {target}")
        if path not in self.texts:
            return f'<a href="../{PurePosixPath(path).name}">{words}</a>'
        page = self.texts[path]
        if anchor in ("", page.start):
            return f"[{words}]({name_of(path)}.md)"
        if anchor in anchors(page.of(lang)):
            return f"[{words}]({name_of(path)}.md#{anchor})"
        for other in LANGUAGES:
            if anchor in (there := anchors(page.of(other))):
                place = f"../{other}/{name_of(path)}.html#{there[anchor]}"
                return f'<a href="{place}" hreflang="{other}">{words}</a>'
        raise BrokenPage(f"{source}: no such heading: {target}")
