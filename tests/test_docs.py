"""The documentation says what the program does: every command, option, finding, component and exit code is in it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import unicodedata
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from reformcli.cli.app import COMMANDS, RULES
from reformcli.cli.options import _OPTIONS
from reformcli.errors import ExitCode
from reformcli.findings import RULES as FINDINGS
from reformcli.flow import FLOW
from reformcli.headings import headers
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.predicates import PREDICATES, SUMS
from reformcli.render.note_words import NAMES
from reformcli.rules.scorecard import load_scorecard

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
_LAST_DAY = date.max
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_JSON_SECTIONS = [
    *("score", "metrics", "late", "report", "compare", "compare --history", "targets", "gaps", "verify", "reconcile"),
    *("league", "history", "explain", "services", "tasks", "validate", "columns", "agencies", "calendar", "rules show"),
]
_FOREIGN = ("/work", "/root", "/home/", "/opt/", "pypi", "localhost", "127.0.0.1", "shared/")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def halves(name: str) -> tuple[str, str]:
    """The Vietnamese and the English part of a page."""
    vietnamese, _, english = read(name).partition("## English")
    return vietnamese, english


def test_every_generated_part_is_what_the_program_says_now():
    """cog writes the same text again; if not: python -m cogapp -r -I docs README.md docs/*.md."""
    pages = [str(page.relative_to(ROOT)) for page in (ROOT / "README.md", *DOCS)]
    command = [sys.executable, "-X", "utf8", "-m", "cogapp", "--check", "-I", "docs", *pages]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_command_is_listed_and_shown_with_its_help():
    """README lists the commands in both languages; docs/lenh.md prints their help."""
    names = [*COMMANDS, *(f"rules {name}" for name in RULES)]
    for name in names:
        assert read("README.md").count(f"| `{name}` |") == 2, name
        assert all(f"`reformcli {name}`" in half for half in halves("docs/lenh.md")), name


def test_every_option_is_documented_for_every_command_that_takes_it():
    """The help of each command names its options; the table names their variables and keys."""
    taken = {**COMMANDS, **{f"rules {name}": options for name, options in RULES.items()}}
    for half in halves("docs/lenh.md"):
        helps = dict(re.findall(r"^#+ `reformcli ([\w ]+)`\n\n```text\n(.*?)^```", half, re.MULTILINE | re.DOTALL))
        for name, options in taken.items():
            for flag in (flag for option in options for flag in _OPTIONS[option].flags):
                assert re.search(rf"(?<![\w-]){flag}(?![\w-])", helps[name]), f"{name} {flag}"
                assert f"`{flag}`" in half, flag


@pytest.mark.parametrize("name", ["README.md", "docs/lenh.md"])
def test_every_exit_code_is_documented_in_both_languages(name):
    """The contract with scripts."""
    for code in ExitCode:
        assert len(re.findall(rf"^\| `{int(code)}` \|", read(name), re.MULTILINE)) == 2, code


def test_every_finding_is_documented_in_both_languages():
    """Id, severity, title and cure come from the code; here only that none is left out."""
    for half in halves("docs/phat-hien.md"):
        assert re.findall(r"^\| `(RC\d+)` \|", half, re.MULTILINE) == list(FINDINGS)


def test_every_message_that_stops_the_program_is_documented():
    """Each error key that the code raises has its row."""
    raised = set()
    for path in (ROOT / "src").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        raised |= set(re.findall(r"(?:InputError|UsageError|OutputError)\(\s*\"(\w+)\"", code))
    if not raised:
        pytest.skip("the sources are not here")
    for half in halves("docs/phat-hien.md"):
        assert raised <= set(re.findall(r"^\| `(\w+)` \|", half, re.MULTILINE))


def test_every_component_stands_with_its_evidence_in_both_languages():
    """The words of the evidence come from the rule file; what is not law must not look like it."""
    card = load_scorecard("qd766", on=_LAST_DAY, predicates=PREDICATES, sums=SUMS)
    words = {
        "recomputed": ("tính lại đúng", "ecomputed"),
        "described": ("không phải văn bản pháp luật", "not a legal text"),
        "inferred": ("suy ra", "nferred"),
    }
    for place, half in enumerate(halves("docs/bo-chi-so.md")):
        rows = {match[1]: match[0] for match in re.finditer(r"^\| `(\d\.\w+)` \|.*$", half, re.MULTILINE)}
        assert list(rows) == [component.id for component in card.components]
        for component in card.components:
            assert component.source in rows[component.id]
            if place == 0:
                assert words[component.evidence][0] in rows[component.id]


def test_every_column_and_count_is_in_the_dictionaries():
    """The data dictionary has every canonical column, the JSON page every count."""
    for half in halves("docs/du-lieu.md"):
        assert all(f"| `{name}` |" in half for name in headers.FIELDS)
    assert all(f"`units[].counts.{name}`" in read("docs/json.md") for name in FLOW)
    assert all(f"`metrics[].{name}`" in read("docs/json.md") for name in FLOW)


def test_every_key_of_the_json_documents_has_its_meaning_in_both_languages():
    """The page names a section for every shape, in the same order in both halves, and no row without words."""
    common, _, _ = read("docs/json.md").partition("## `score`")
    for half, mark in zip(halves("docs/json.md"), ("##", "###"), strict=True):
        rows = re.findall(r"^\| `([^`]+)` \|(.*)\|(.*)\|$", half, re.MULTILINE)
        assert rows
        assert [key for key, kind, words in rows if not kind.strip() or not words.strip()] == []
        assert re.findall(rf"^{mark} `([\w -]+)`", half, re.MULTILINE) == _JSON_SECTIONS
    assert "`manifest.shown.cells`" in common


def test_every_shape_has_its_section():
    """Whatever has a schema is documented; `edits` is what `compare --history` writes."""
    folder = ROOT / "src" / "reformcli" / "schemas"
    if not folder.is_dir():
        pytest.skip("the sources are not here")
    shapes = {path.stem for path in folder.glob("*.json")} - {"manifest"}
    named = {"compare --history": "edits", "rules show": "rules"}
    assert {named.get(name, name) for name in _JSON_SECTIONS} == shapes


def test_the_readme_has_exactly_two_shell_blocks():
    """A gate runs them: the first scores the sample, the second alone runs the tests."""
    blocks = [body for language, body in _FENCE.findall(read("README.md")) if language == "sh"]

    assert len(blocks) == 2
    assert "reformcli score sample_data/tuan-51.xlsx" in blocks[0]
    assert "pytest" not in blocks[0]
    assert "-m pytest" in blocks[1]
    assert not {language for language, _ in _FENCE.findall(read("README.md"))} & {"bash", "shell", ""}


def test_the_files_that_the_readme_names_are_there():
    """The commands of the shell blocks name files of this repository."""
    for body in (body for language, body in _FENCE.findall(read("README.md")) if language == "sh"):
        for name in re.findall(r"(?:sample_data/[\w.-]+|constraints[\w.-]*\.txt)", body):
            assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_internal_links_resolve(page):
    """A link to a page, a heading or a picture leads somewhere."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), target
        if anchor:
            assert anchor in anchors(other.read_text(encoding="utf-8")), target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    kept = ("".join(c for c in h.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM") for h in headings)
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_speak_of_the_project_alone(page):
    """No path of some machine, no registry's host."""
    text = page.read_text(encoding="utf-8").lower()
    assert not [word for word in _FOREIGN if word in text]
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.skipif(sys.platform == "win32", reason="the picture is taken from a pseudo-terminal")
def test_the_picture_shows_what_the_command_prints_now(monkeypatch):
    """If not: python docs/pictures.py."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import pictures

    assert pictures.text_of(pictures.PICTURE.read_bytes()) == pictures.plain_lines(pictures.shot())


@pytest.mark.parametrize("name", ["page", "book"])
def test_the_pictures_of_the_report_show_what_it_says_now(monkeypatch, name):
    """If not: python docs/pictures.py."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import pictures

    picture = pictures.REPORT_PICTURES[name].read_bytes()

    assert pictures.text_of(picture) == pictures.report_words(name)
    assert len(picture) < 250_000


def test_every_placeholder_and_key_of_the_letterhead_is_documented():
    """A clerk finds what can be filled in; the example uses every key and is read without complaint."""
    for half in halves("docs/bao-cao.md"):
        assert all(f"`{{{{{name}}}}}`" in half for name in (*NAMES, "body"))
    example = next(body for language, body in _FENCE.findall(read("docs/bao-cao.md")) if language == "toml")
    assert set(tomllib.loads(example)) == {field.name for field in fields(Letterhead)}


def test_the_letterhead_of_the_documentation_is_accepted(tmp_path):
    """The example can be copied as it stands."""
    example = next(body for language, body in _FENCE.findall(read("docs/bao-cao.md")) if language == "toml")
    (tmp_path / "co-quan.toml").write_text(example, encoding="utf-8")

    assert load_letterhead(str(tmp_path / "co-quan.toml")).date == date(2023, 12, 25)
