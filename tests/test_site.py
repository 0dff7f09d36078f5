"""The documentation site: both languages have what the code has, what is broken is caught, the guides tell what the program prints."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from reformcli.cli.app import COMMANDS, RULES
from reformcli.errors import ExitCode
from reformcli.findings import RULES as FINDINGS
from reformcli.headings import headers
from reformcli.i18n import text
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules.scorecard import load_scorecard
from support import ROOT

BOTH = pytest.mark.parametrize("lang", ["vi", "en"])
INDEX = """# Tài liệu

## Bắt đầu

| Trang | |
| --- | --- |
| [Một](mot.md) | trang |

## English

### Begin

| Page | |
| --- | --- |
| [One](mot.md#english) | page |
"""


def module(name: str, path: str):
    """A script of the repository as a module; scripts beside it can be imported."""
    file = ROOT / path
    if name in sys.modules:
        return sys.modules[name]
    sys.path.insert(0, str(file.parent))
    try:
        spec = importlib.util.spec_from_file_location(name, file)
        sys.modules[name] = made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
    finally:
        sys.path.remove(str(file.parent))
    return made


pages = module("site_pages", "docs/site/site_pages.py")
builder = module("site_build", "docs/site/build.py")
tutorial = module("docs_tutorial", "docs/tutorial.py")


@pytest.fixture(scope="module")
def site():
    return builder.read_site()


def small(**texts: str):
    """A site of a few pages beside its index."""
    named = {"docs/README.md": INDEX, **{f"docs/{name}.md": body for name, body in texts.items()}}
    return pages.Site({path: pages.halves(body) for path, body in named.items()})


# ------------------------------------------------------------------ what must be in it
@BOTH
def test_every_page_is_in_the_contents_and_can_be_made(site, lang):
    """A page that nobody linked would be lost; each language has its contents."""
    for path in site.paths:
        page = site.page(path, lang)
        assert page.startswith("# "), path
        assert "[[[cog" not in page, path
    tree = site.page("docs/README.md", lang)
    assert all(f"<{pages.name_of(path)}>" in tree for path in site.paths if path != "docs/README.md")


def test_the_pages_that_everybody_needs_exist_in_english(site):
    """Start page, tutorial, guides, dictionary, findings, scorecard, commands."""
    for name in ("README", "cai-dat", "huong-dan", "chuyen-vien", "lich-chay", "kiem-tra-lai"):
        assert site.texts[f"docs/{name}.md"].en, name
    for name in ("du-lieu", "phat-hien", "bo-chi-so", "lenh"):
        assert site.texts[f"docs/{name}.md"].en, name


@BOTH
def test_every_command_is_there_with_its_help_in_that_language(site, lang):
    """The whole purpose of a command stands in its help, whatever the width."""
    page = site.page("docs/lenh.md", lang)
    helps = dict(re.findall(r"^#+ `reformcli ([\w ]+)`\n\n```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    for name in [*COMMANDS, *(f"rules {name}" for name in RULES)]:
        said = " ".join(text(f"help.{name.replace(' ', '_')}", lang).split())
        assert said in " ".join(helps[name].split()), name


@BOTH
def test_every_finding_is_there_with_its_title_and_cure(site, lang):
    """In the words that the program uses."""
    page = site.page("docs/phat-hien.md", lang)
    for code in FINDINGS:
        row = re.search(rf"^\| `{code}` \|.*$", page, re.MULTILINE)[0].replace("\\|", "|")
        assert text(f"finding.{code}.title", lang) in row
        assert text(f"finding.{code}.cure", lang) in row


@BOTH
def test_every_component_is_there_with_source_and_evidence(site, lang):
    """In the words of the rule file."""
    page = site.page("docs/bo-chi-so.md", lang)
    for component in load_scorecard("qd766", on=date.max, predicates=PREDICATES, sums=SUMS).components:
        row = re.search(rf"^\| `{component.id}` \|.*$", page, re.MULTILINE)[0]
        wanted = (component.name[lang], component.source, text(f"evidence.{component.evidence}", lang))
        assert all(one in row for one in wanted), component.id


@BOTH
def test_every_column_is_there_with_its_meaning(site, lang):
    """The data dictionary."""
    page = site.page("docs/du-lieu.md", lang)
    for name in headers.FIELDS:
        assert f"| `{name}` | {text(f'field.{name}', lang)} |" in page, name


@BOTH
def test_staff_are_told_what_every_exit_code_means(site, lang):
    """The guide to scheduled runs has a row for each."""
    page = site.page("docs/lich-chay.md", lang)
    assert [int(code) for code in re.findall(r"^\| `(\d+)` \|", page, re.MULTILINE)] == [int(code) for code in ExitCode]


def test_no_page_tells_a_reader_of_one_language_words_of_the_other_index(site):
    """The English start page has no Vietnamese heading, and the other way round."""
    assert "## Bắt đầu" not in site.page("docs/README.md", "en")
    assert "## Begin" not in site.page("docs/README.md", "vi")


# ------------------------------------------------------------------ how pages are cut
def test_a_page_is_cut_where_its_english_part_begins():
    """Headings of the English part rise by one; code is left alone; the pointer to the other part goes."""
    page = small(
        mot="# Một\n\n*([English below](#english).)*\n\nChữ.\n\n```text\n## English\n```\n\n## English\n\nWords.\n\n### More\n"
    )

    assert page.page("docs/mot.md", "vi") == "# Một\n\n\n\nChữ.\n\n```text\n## English\n```\n\n"
    assert page.page("docs/mot.md", "en") == "# One\n\nWords.\n\n## More\n"


def test_a_page_without_english_says_so_in_the_english_site():
    """It is shown in Vietnamese, under its English title, with a note."""
    page = small(mot="# Một\n\nChữ.\n").page("docs/mot.md", "en")

    assert page.startswith("# One\n")
    assert pages.ONLY_VIETNAMESE in page
    assert "Chữ." in page


def test_links_lead_to_the_same_language():
    """A link to the English part is a link to the page; to a heading of the other language it says so."""
    body = "# Một\n\n## Đúng hạn\n\n## English\n\n[a](README.md#english) [b](#đúng-hạn) [c](https://example.org)\n"

    page = small(mot=body).page("docs/mot.md", "en")

    assert "[a](index.md)" in page
    assert '<a href="../vi/mot.html#dung-han" hreflang="vi">b</a>' in page
    assert "[c](https://example.org)" in page


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"mot": "# Một\n", "hai": "# Hai\n"}, "docs/hai.md"),
        ({}, "docs/mot.md"),
        ({"mot": "# Một\n\n[x](hai.md)\n"}, "no such page: hai.md"),
        ({"mot": "# Một\n\n[x](#khong-co)\n"}, "no such heading: #khong-co"),
        ({"mot": "# Một\n\n[x](README.md#khong-co)\n"}, "no such heading: README.md#khong-co"),
    ],
)
@BOTH
def test_a_page_out_of_the_contents_and_a_link_to_nowhere_are_told(texts, told, lang):
    """The file and what is wrong with it."""
    with pytest.raises(pages.BrokenPage, match=re.escape(told)):
        small(**texts).page("docs/mot.md" if "mot" in texts else "docs/README.md", lang)


def test_the_words_of_the_theme_become_vietnamese():
    """Outside of what the program prints."""
    html = '<a title="Link to this heading">#</a><div> On this page </div><pre>Next</pre><b>Next week</b>'

    assert pages.in_vietnamese(html) == (
        '<a title="Liên kết đến mục này">#</a><div> Trong trang này </div><pre>Next</pre><b>Next week</b>'
    )


# ------------------------------------------------------------------ what was built
GOOD = (
    '<h1 id="a">A</h1><a href="b.html#b">b</a><a href="#a">a</a><a href="https://example.org">web</a><img src="p.png">'
)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (GOOD, []),
        ('<a href="c.html">c</a>', ["leads nowhere: c.html"]),
        ('<a href="b.html#c">c</a>', ["leads nowhere: b.html#c"]),
        ('<a href="#c">c</a>', ["leads nowhere: #c"]),
        ('<img src="q.png">', ["leads nowhere: q.png"]),
        ('<script src="https://example.org/a.js"></script>', ["from elsewhere: https://example.org/a.js"]),
        ('<link rel="stylesheet" href="//example.org/a.css">', ["from elsewhere: //example.org/a.css"]),
        ('<a href="http://example.org">c</a>', ["from elsewhere: http://example.org"]),
        ('<a href="javascript:alert(1)">c</a>', ["from elsewhere: javascript:alert(1)"]),
    ],
)
def test_a_built_site_works_from_a_folder(tmp_path, html, told):
    """Nothing leads nowhere, nothing is loaded from elsewhere."""
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    (tmp_path / "b.html").write_text('<h1 id="b">B</h1>', encoding="utf-8")
    (tmp_path / "p.png").write_bytes(b"")

    assert list(builder.faults(tmp_path)) == [f"a.html: {one}" for one in told]


def test_a_style_sheet_that_loads_from_elsewhere_is_told(tmp_path):
    """A font of some server would be a request from an office without a network."""
    (tmp_path / "a.css").write_text("@font-face { src: url('https://example.org/a.woff') }", encoding="utf-8")

    assert list(builder.faults(tmp_path)) == ["a.css: from elsewhere"]


def test_a_folder_that_is_no_site_is_not_overwritten(tmp_path):
    """Somebody's folder called vi stays."""
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "mine.txt").write_text("x", encoding="utf-8")

    assert builder.build(tmp_path) == [f"{tmp_path / 'vi'}: not a site, left as it is"]
    assert (tmp_path / "vi" / "mine.txt").is_file()


@pytest.mark.parametrize("one", [pages, tutorial], ids=["pages", "tutorial"])
def test_the_examples_in_docstrings_hold(one):
    """They are outside the folders that pytest looks into."""
    assert doctest.testmod(one).failed == 0


# ------------------------------------------------------------------ tutorial and guides
def test_the_tutorial_and_the_guides_have_commands_in_both_languages():
    """As many in English as in Vietnamese, and the same commands."""
    for name in tutorial.PAGES:
        vietnamese, _, english = (ROOT / "docs" / name).read_text(encoding="utf-8").partition("## English\n")
        run = [re.findall(r"^\$ reformcli (\w+)", half, re.MULTILINE) for half in (vietnamese, english)]
        assert run[0] == run[1], name
        assert run[0], name


@pytest.mark.skipif(sys.platform == "win32", reason="outputs are taken from a pseudo-terminal")
@pytest.mark.parametrize("name", list(tutorial.PAGES))
@BOTH
def test_a_guide_shows_what_its_commands_print(name, lang):
    """Each is run in the order of the page; if not: python docs/tutorial.py."""
    parts = (ROOT / "docs" / name).read_text(encoding="utf-8").partition("## English\n")
    half = parts[0 if lang == "vi" else 2]

    assert tutorial.half(name, half, lang) == half


def test_a_command_that_fails_stops_the_guide(tmp_path):
    """Exit codes 0 and 1 are results; anything else has no place in a guide."""
    if sys.platform == "win32":
        pytest.skip("outputs are taken from a pseudo-terminal")
    with pytest.raises(ValueError, match=r"score khong-co\.csv: 2"):
        tutorial.terminal(tmp_path, "vi")("reformcli score khong-co.csv")


def test_the_file_of_the_week_in_the_guide_is_understood(tmp_path: Path):
    """Staff copy it."""
    week_file = pytest.importorskip("reformcli.weekly.file")
    example = re.search(
        r"^```toml\n(week = .*?)^```", (ROOT / "docs/lich-chay.md").read_text(encoding="utf-8"), re.M | re.S
    )[1]
    (tmp_path / "tuan.toml").write_text(example, encoding="utf-8")

    week = week_file.load_weekly(str(tmp_path / "tuan.toml"), week="2023-W52")

    assert week.files["inputs"] == (str(tmp_path / "xuat" / "2023-W52.xlsx"),)
    assert [Path(name).name for name in week.outputs] == [
        f"bao-cao-2023-W52.{kind}" for kind in ("xlsx", "html", "docx")
    ]
