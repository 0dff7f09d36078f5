"""Build the documentation site: python docs/site/build.py [FOLDER]

Vietnamese in FOLDER/vi, English in FOLDER/en (build/site by default). Any warning is an error, any link that leads
nowhere and anything that would be loaded from elsewhere too: the site must work from a folder, without a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from site_pages import ELSEWHERE, LANGUAGES, BrokenPage, Site, halves, in_vietnamese, name_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LICENCE = ROOT / "LICENSE"
_START = """<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url=vi/index.html">
<title>reformcli</title>
<p lang="vi"><a href="vi/index.html">Tài liệu tiếng Việt</a></p>
<p lang="en"><a href="en/index.html">Documentation in English</a></p>
</html>
"""


def read_site() -> Site:
    """Every page of the repository, cut into its languages."""
    paths = [*ELSEWHERE, *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
    return Site({path: halves((ROOT / path).read_text(encoding="utf-8")) for path in dict.fromkeys(paths)})


def write_pages(site: Site, lang: str, folder: Path) -> None:
    """The sources of one language, as Sphinx takes them."""
    shutil.copytree(ROOT / "docs" / "images", folder / "images")
    shutil.copy(HERE / "conf.py", folder)
    for path in site.paths:
        (folder / f"{name_of(path)}.md").write_text(site.page(path, lang), encoding="utf-8", newline="\n")


def build(target: Path) -> list[str]:
    """Build both languages beside each other; what is wrong, one line each."""
    site = read_site()
    for lang in LANGUAGES:
        if (target / lang).is_dir() and not (target / lang / "searchindex.js").is_file():
            return [f"{target / lang}: not a site, left as it is"]
        shutil.rmtree(target / lang, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        running = []
        for lang in LANGUAGES:
            folder = Path(name) / lang
            folder.mkdir()
            write_pages(site, lang, folder)
            running.append(_sphinx(lang, folder, target / lang, Path(name) / f"{lang}.trees"))
        wrong = [line for process in running for line in _ended(process)]
    if wrong:
        return wrong
    (target / "index.html").write_text(_START, encoding="utf-8", newline="\n")
    shutil.copy(LICENCE, target / "LICENSE")
    for lang in LANGUAGES:
        shutil.rmtree(target / lang / "_sources", ignore_errors=True)
        for name in (".buildinfo", "objects.inv"):
            (target / lang / name).unlink(missing_ok=True)
    for file in (target / "vi").glob("*.html"):
        file.write_text(in_vietnamese(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return list(faults(target))


def _sphinx(lang: str, source: Path, target: Path, trees: Path) -> subprocess.Popen[str]:
    options = ("-b", "html", "-W", "--keep-going", "-q", "-T", "-d", str(trees))
    environment = {**os.environ, "REFORMCLI_SITE": str(HERE), "REFORMCLI_SITE_LANGUAGE": lang, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(target)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **streams)


def _ended(process: subprocess.Popen[str]) -> list[str]:
    said, _ = process.communicate()
    return (said.splitlines() or ["sphinx failed"]) if process.returncode else []


# ------------------------------------------------------------------ what was built
class _Page(HTMLParser):
    """The ids of a page, what it links to and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("script", "img", "iframe", "source") and "src" in given:
            self.loaded.append(given["src"])
        elif tag == "link" and "href" in given:
            self.loaded.append(given["href"])


def faults(target: Path) -> Iterator[str]:
    """Links of a built site that lead nowhere, and what it loads from elsewhere."""
    pages = {}
    for file in sorted(target.rglob("*.html")):
        pages[file] = page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
    for file, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loaded or parts.scheme not in ("https", "mailto"):
                    yield f"{file.relative_to(target)}: from elsewhere: {link}"
                continue
            other = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            anchors = pages[other].ids if other in pages else set()
            if not other.is_file() or (parts.fragment and unquote(parts.fragment) not in anchors | {""}):
                yield f"{file.relative_to(target)}: leads nowhere: {link}"
    for file in sorted(target.rglob("*.css")):
        if "url(http" in file.read_text(encoding="utf-8").replace('"', "").replace("'", ""):
            yield f"{file.relative_to(target)}: from elsewhere"


def main() -> int:
    """Build, and say what is wrong."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "site").resolve()
    try:
        wrong = build(target)
    except BrokenPage as error:
        wrong = [str(error)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
