"""Every text exists in both languages, with the same placeholders, and every place that asks for one gets it."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from reformcli import flow
from reformcli.cli import main
from reformcli.cli.app import COMMANDS, RULES
from reformcli.cli.options import Given
from reformcli.findings import RULES as FINDINGS
from reformcli.headings.headers import FIELDS, load_dictionary
from reformcli.i18n import LANGUAGES, keys
from reformcli.model import LEVELS
from reformcli.pipeline import DIMENSIONS
from support import ROOT, SAMPLES, write_csv

SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "src" / "reformcli").rglob("*.py")}
ERRORS = {"InputError", "UsageError", "OutputError", "ReformError"}
HELPERS = {"_fault": {"file", "row"}, "_error": {"file", "folder", "reason"}}  # what they add to each error
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys():
    assert set(keys("vi")) == set(keys("en"))


def test_both_languages_have_the_same_placeholders():
    vi, en = keys("vi"), keys("en")
    assert {key for key in vi if placeholders(vi[key]) != placeholders(en[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_blank_or_has_blanks_around_it(language):
    assert [key for key, text in keys(language).items() if not text or text != text.strip()] == []


def test_english_texts_are_english():
    """Vietnamese letters stand in examples between quotation marks only."""
    bare = {key: re.sub(r'[“"][^”"]*[”"]', "", text) for key, text in keys("en").items()}
    assert {key: text for key, text in bare.items() if VIETNAMESE.search(re.sub("766/QĐ-TTg|Có/Không", "", text))} == {}


# ------------------------------------------------------------------ errors
def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def scope_of(node: ast.AST, tree: ast.Module) -> ast.AST:
    """The innermost function around a node, else its module."""
    around = [function for function in functions(tree) if any(inner is node for inner in ast.walk(function))]
    return min(around, key=lambda function: len(list(ast.walk(function))), default=tree)


def assigned(name: str, scope: ast.AST, tree: ast.Module) -> list[ast.expr]:
    """What a name is set to, in its function or else in the module."""

    def found(where: ast.AST) -> list[ast.expr]:
        return [
            node.value
            for node in ast.walk(where)
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        ]

    return found(scope) or found(tree)


def texts_in(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def constants(node: ast.AST, scope: ast.AST, tree: ast.Module) -> set[str]:
    """The texts that an expression may be: its own, those of a name it is assigned to, those a function returns."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return constants(node.body, scope, tree) | constants(node.orelse, scope, tree)
    if isinstance(node, ast.Name):
        return set().union(*(constants(value, scope, tree) for value in assigned(node.id, scope, tree)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        called = [function for function in functions(tree) if function.name == node.func.id]
        if not called:
            return set().union(*(constants(argument, scope, tree) for argument in node.args))
        returned = [(n.value, f) for f in called for n in ast.walk(f) if isinstance(n, ast.Return) and n.value]
        return set().union(*(constants(value, function, tree) for value, function in returned))
    return set()


def calls(names: set[str]) -> Iterator[tuple[Path, ast.Module, ast.Call, str]]:
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and node.func.id in names:
                yield path, tree, node, node.func.id


def raised() -> list[tuple[str, str, set[str], bool]]:
    """(place, key, values given, whether all of them are seen) of every error made in the package."""
    found = []
    for path, tree, node, name in calls(ERRORS | set(HELPERS)):
        given = {keyword.arg for keyword in node.keywords if keyword.arg}
        is_open = any(keyword.arg is None for keyword in node.keywords)
        for key in constants(node.args[0], scope_of(node, tree), tree):
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            found.append((place, key, given | HELPERS.get(name, set()), not is_open))
    return found


def test_the_search_for_errors_finds_those_of_every_room():
    rooms = {place.split("/")[2].split(":")[0] for place, *_ in raised()}
    assert {"cli", "read", "rules", "render", "headings", "counts.py", "agencies", "tables.py"} <= rooms
    assert len({key for _, key, *_ in raised()}) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_says_what_is_wrong_and_what_to_do(language):
    texts = keys(language)
    missing = {
        (place, key) for place, key, *_ in raised() for part in ("what", "fix") if f"error.{key}.{part}" not in texts
    }
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_brings_the_values_that_its_texts_show(language):
    """A value that is missing would end in a traceback instead of three lines."""
    texts = keys(language)
    lacking = {
        (place, key, name)
        for place, key, given, is_whole in raised()
        for part in ("what", "fix")
        if is_whole
        for name in placeholders(texts.get(f"error.{key}.{part}", "")) - given
    }
    assert lacking == set()


def test_every_error_text_belongs_to_an_error():
    """A text that nothing shows is a promise nobody keeps (or its error was forgotten)."""
    written = set().union(*(texts_in(tree) for tree in SOURCES.values()))
    told = {key.split(".")[1] for key in keys("vi") if key.startswith("error.")} - {"defect"}
    assert told - written == set()


# ------------------------------------------------------------------ findings, columns, codes
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", FINDINGS)
def test_every_finding_has_a_title_and_a_cure(rule, language):
    assert keys(language)[f"finding.{rule}.title"]
    assert keys(language)[f"finding.{rule}.cure"]


def test_no_text_is_about_a_finding_that_does_not_exist():
    assert {key.split(".")[1] for key in keys("vi") if key.startswith("finding.")} == set(FINDINGS)


def columns_used() -> set[str]:
    """The keys given to `column(key, lang)`: literal, or the names that run over a literal tuple."""
    shown = {path: tree for path, tree in SOURCES.items() if path.parent.name in ("cli", "render")}
    used: set[str] = set()
    for path, tree, node, _ in calls({"column"}):
        if path in shown:
            used |= constants(node.args[0], scope_of(node, tree), tree)
    for tree in shown.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ListComp) and ast.unparse(node.elt).startswith("column(name,"):
                source = node.generators[0].iter
                values = assigned(source.id, scope_of(node, tree), tree) if isinstance(source, ast.Name) else [source]
                used |= set().union(*(texts_in(value) for value in values))
    return used - {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_a_table_has_a_heading(language):
    used = columns_used()
    assert len(used) > 40
    assert {name for name in used | set(flow.FLOW) if f"column.{name}" not in keys(language)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_level_and_dimension_has_a_name(language):
    wanted = {
        f"field.{name}" for name in FIELDS if f"field.{name}" in keys("vi") or name not in load_dictionary().personal
    }
    wanted |= {f"level.{name}" for name in (*LEVELS, "unattributed")}
    wanted |= {f"dimension.{name}" for name in DIMENSIONS}
    assert wanted - set(keys(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_and_command_has_a_help(language):
    texts = keys(language)
    assert {name for name in COMMANDS if f"help.{name}" not in texts} == set()
    assert {name for name in RULES if f"help.rules_{name}" not in texts} == set()
    assert {
        name for names in (*COMMANDS.values(), *RULES.values()) for name in names if not hasattr(Given(), name)
    } == set()


# ------------------------------------------------------------------ help
PAGES = ["", *COMMANDS, "rules", *(f"rules {name}" for name in RULES)]


@pytest.mark.parametrize("page", PAGES)
def test_help_is_vietnamese_by_default_with_no_english_words_left(page, capsys):
    assert main([*page.split(), "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Cách dùng: ")
    for english in (
        "Usage",
        "Options:",
        "Commands:",
        "Arguments:",
        "Show this",
        "[required]",
        "[default",
        "Show completion",
        "Install",
    ):
        assert english not in out


@pytest.mark.parametrize("page", PAGES)
def test_help_is_english_when_asked(page, capsys):
    assert main(["--lang", "en", *page.split(), "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: ")
    assert not VIETNAMESE.search(re.sub(r'[“"][^”"]*[”"]', "", out))


@pytest.mark.parametrize("line", ["--lang en score --help", "--lang=en score --help", "score --lang=en --help"])
def test_the_language_may_stand_before_or_after_the_command(line, capsys):
    assert main(line.split()) == 0
    assert capsys.readouterr().out.startswith("Usage: ")


def test_without_a_command_help_goes_to_stderr_with_exit_code_2(capsys):
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Cách dùng: ")


# ------------------------------------------------------------------ output
LATIN = {
    "Mã hồ sơ": "H99.06-231218-0001",
    "Cơ quan giải quyết": "So Tu phap",
    "Cấp thực hiện": "Cấp Tỉnh",
    "Hình thức tiếp nhận": "Trực tuyến",
    "Ngày tiếp nhận": "18/12/2023 08:00",
    "Ngày hẹn trả": "22/12/2023 17:00",
    "Ngày kết thúc xử lý": "20/12/2023 10:00",
    "Trạng thái hồ sơ": "Đã xử lý xong",
}


@pytest.fixture
def export(tmp_path) -> str:
    """An export whose agency has no Vietnamese letter, with a good row, a warning and errors."""
    rows = [LATIN, {**LATIN, "Mã hồ sơ": "2", "Ngày hẹn trả": ""}, {**LATIN, "Mã hồ sơ": ""}]
    return str(write_csv(tmp_path / "export.csv", rows))


# In these the export's own words stand beside ours.
OWN_WORDS = re.compile("|".join(map(re.escape, [*LATIN, "Sở Tư pháp", "766/QĐ-TTg"])))


@pytest.mark.parametrize(
    "name", ["score", "score --table components", "score --table groups", "metrics", "validate", "columns", "agencies"]
)
@pytest.mark.parametrize("form", ["table", "md"])
def test_english_output_has_no_vietnamese_but_what_the_export_says(name, form, export, capsys):
    main([*name.split(), export, "--lang", "en", "--format", form])
    out, err = capsys.readouterr()
    for line in (out + err).splitlines():
        assert not VIETNAMESE.search(OWN_WORDS.sub("", line)), line


def test_english_headings_of_metrics_and_rules_are_english(capsys):
    main(["metrics", str(SAMPLES / "nho-30.csv"), "--lang", "en", "--by", "level", "--by", "channel", "--format", "md"])
    assert not VIETNAMESE.search(capsys.readouterr().out)
    main(["rules", "show", "findings", "--lang", "en", "--format", "md"])
    assert not VIETNAMESE.search(re.sub(r'[“"][^”"]*[”"]', "", capsys.readouterr().out).replace("Có/Không", ""))


@pytest.mark.parametrize("name", ["score", "metrics", "validate"])
def test_numbers_and_codes_for_machines_do_not_depend_on_the_language(name, export, capsys):
    documents = []
    for language in LANGUAGES:
        main([name, export, "--lang", language, "--format", "json"])
        document = json.loads(capsys.readouterr().out)
        for finding in document["findings"]:
            finding.pop("message", None)
        documents.append(document)
    assert documents[0] == documents[1]


@pytest.mark.parametrize("name", ["score", "metrics"])
def test_csv_has_the_same_bytes_in_both_languages(name, export, capsys):
    texts = []
    for language in LANGUAGES:
        main([name, export, "--lang", language, "--format", "csv"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


@pytest.mark.parametrize(("language", "shown"), [("vi", "22,67"), ("en", "22.67")])
def test_numbers_for_people_are_written_as_their_language_does(language, shown, capsys):
    main(["score", str(SAMPLES / "nho-30.csv"), "--period", "2023-W51", "--lang", language])
    assert shown in capsys.readouterr().out
    main(["score", str(SAMPLES / "nho-30.csv"), "--period", "2023-W51", "--lang", language])
    assert ("19,09" if language == "vi" else "19.09") in capsys.readouterr().err
