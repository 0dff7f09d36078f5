"""`verify`: what was not touched reproduces to the last cell; whatever was touched, anywhere, is found."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import simplejson
from openpyxl import load_workbook

from office import converted
from reformcli import rules
from reformcli.audit import consistency
from reformcli.audit.proof import CARRIED, Part, held_against, is_figure, matched
from reformcli.audit.read_back import json_part, read_back, seal_check
from reformcli.cli import main
from reformcli.render.identity import identity
from reformcli.render.seal import canonical
from support import SAMPLES, command

SMALL = SAMPLES / "nho-30.csv"
WEEK = ["--period", "2023-W51"]
BEFORE = ["--previous-period", "2023-W50", "--force"]
FORMS = ("json", "csv", "xlsx")
COMMANDS = {
    "score": ["score", *WEEK, "--table", "components"],
    "score_filtered": ["score", *WEEK, "--level", "province", "--by", "agency"],
    "score_previous": ["score", *WEEK, *BEFORE],
    "metrics": ["metrics", *WEEK, "--by", "agency", "--by", "channel"],
    "late": ["late", *WEEK, "--list", "--near", "3", "--worst", "2", "--each", "week"],
    "compare": ["compare", "--list", *WEEK, *BEFORE],
    "targets": ["targets", *WEEK],
    "gaps": ["gaps", *WEEK, "--goal", "60"],
    "explain": ["explain", *WEEK, "--component", "2.1", "--unit", "total"],
    "story": ["explain", *WEEK, "--dossier", "H99.06-231218-0001"],
}


ALL = bool(os.environ.get("REFORMCLI_ALL_MUTATIONS"))  # minutes instead of seconds


def some(things, most):
    """Things drawn by lot, always the same ones; all of them where that was asked for."""
    found = list(things)
    return found if ALL else random.Random(766).sample(found, min(most, len(found)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def report(folder):
    """A whole report in every format, from two exports, counts and a register; few units, so that every cell is tried."""
    outputs = [flag for form in (*FORMS, "html") for flag in ("-o", folder / f"report.{form}")]
    files = [SMALL, SAMPLES / "loi-can-xu-ly.csv", _few_counts(folder), SAMPLES / "agencies.csv"]
    asked = [*files[:2], "--counts", files[2], "--agencies", files[3], *WEEK, *BEFORE]
    done = run("report", *asked, *outputs, "-q")
    assert done in (0, 1)
    return {"files": files, **{form: folder / f"report.{form}" for form in (*FORMS, "html")}}


def _few_counts(folder):
    lines = (SAMPLES / "counts.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    counts = folder / "few.csv"
    counts.write_text("".join([lines[0], *(line for line in lines if "Sở Tư pháp" in line)]), encoding="utf-8")
    return counts


def run(*arguments):
    return main([str(argument) for argument in arguments])


def verified(path, *files, capsys):
    """The exit code of `verify`, and its JSON."""
    capsys.readouterr()
    code = run("verify", path, *files, "--format", "json", "-q")
    return code, json.loads(capsys.readouterr().out)


# ------------------------------------------------------------------ untouched
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_not_touched_reproduces(name, form, tmp_path, capsys):
    target = tmp_path / f"x.{form}"
    assert run(*COMMANDS[name], SMALL, "-o", target, "-q") == 0

    code, found = verified(target, SMALL, capsys=capsys)

    assert (code, found["proved"], found["cause"], found["differences"]) == (0, True, None, [])
    assert found["figures"] == found["reproduced"] > 0
    assert found["identity"]["claimed"] == found["identity"]["recomputed"]


@pytest.mark.parametrize("form", [*FORMS, "html"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_whole_report_reproduces_in_every_format(form, lang, tmp_path, capsys):
    target = tmp_path / f"report.{form}"
    inputs = [SMALL, SAMPLES / "loi-can-xu-ly.csv", "--counts", SAMPLES / "counts.csv"]
    run("report", *inputs, "--agencies", SAMPLES / "agencies.csv", *WEEK, *BEFORE, "-o", target, "--lang", lang, "-q")

    code, found = verified(target, SAMPLES, capsys=capsys)

    assert (code, found["differences"]) == (0, [])
    assert found["figures"] == found["reproduced"] > 1_000
    assert {one["status"] for one in found["inputs"]} == {"same"}


@pytest.mark.parametrize("form", FORMS)
def test_history_and_reconcile_reproduce(form, tmp_path, capsys):
    old = tmp_path / "old.csv"
    old.write_text(SMALL.read_text(encoding="utf-8").replace("25/12/2023 08:05:00", "26/12/2023 08:05:00"), "utf-8")
    published = tmp_path / "published.csv"
    published.write_text("agency,component,value\nSở Tư pháp,2.1,90.00\n", encoding="utf-8")
    run("compare", "--history", old, SMALL, *WEEK, "-o", tmp_path / f"h.{form}", "-q")
    run("reconcile", published, SMALL, *WEEK, "-o", tmp_path / f"r.{form}", "-q")

    for name, files in (("h", [old, SMALL]), ("r", [published, SMALL])):
        code, found = verified(tmp_path / f"{name}.{form}", *files, capsys=capsys)
        assert (code, found["differences"]) == (0, []), name
        assert found["figures"] == found["reproduced"] > 0


def test_the_summary_is_one_line_with_the_counts(report, capsys):
    capsys.readouterr()
    assert run("verify", report["json"], *report["files"], "--lang", "en") == 0

    captured = capsys.readouterr()
    assert re.fullmatch(r"([0-9,]+) of \1 figures reproduce: every cell is equal\.\n", captured.err)


def test_a_workbook_saved_again_by_an_office_program_reproduces(report, tmp_path, capsys):
    saved = converted(report["xlsx"], "xlsx", tmp_path / "office")

    code, found = verified(saved, *report["files"], capsys=capsys)

    assert (code, found["differences"]) == (0, [])
    assert not any(one["failures"] for one in found["checks"])


def test_a_workbook_saved_without_results_of_formulas_reproduces(report, tmp_path, capsys):
    book = load_workbook(report["xlsx"])
    book.save(tmp_path / "report.xlsx")  # openpyxl keeps formulas, not what they gave

    code, found = verified(tmp_path / "report.xlsx", *report["files"], capsys=capsys)

    assert (code, found["differences"]) == (0, [])


# ------------------------------------------------------------------ files
def test_files_are_known_by_their_contents_whatever_they_are_called(report, tmp_path, capsys):
    for number, path in enumerate(report["files"]):
        shutil.copy(path, tmp_path / f"{number}.csv")
    shutil.copy(SAMPLES / "tuan-50.xlsx", tmp_path / "another.xlsx")

    code, found = verified(report["xlsx"], tmp_path, capsys=capsys)

    assert code == 0
    assert {one["status"] for one in found["inputs"]} == {"renamed"}
    assert found["unused"] == []  # a folder may hold anything; what was named is told
    assert verified(report["json"], tmp_path, tmp_path / "another.xlsx", capsys=capsys)[1]["unused"] == ["another.xlsx"]


def test_exports_in_a_zip(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as archive:
        archive.write(SMALL, "a/nho-30.csv")
    run("score", tmp_path / "week.zip", *WEEK, "-o", tmp_path / "x.json", "-q")
    (tmp_path / "week.zip").rename(tmp_path / "kept.zip")

    code, found = verified(tmp_path / "x.json", tmp_path / "kept.zip", capsys=capsys)

    assert (code, found["differences"]) == (0, [])


def test_a_missing_file_is_named_and_nothing_is_claimed(report, capsys):
    capsys.readouterr()
    assert run("verify", report["json"], SMALL) == 2

    said = capsys.readouterr().err
    assert all(name in said for name in ("loi-can-xu-ly.csv", "few.csv", "agencies.csv"))
    assert "nho-30.csv" not in said


def test_another_file_of_the_same_name_is_found_even_if_no_figure_changes(tmp_path, capsys):
    run("score", SMALL, *WEEK, "-o", tmp_path / "x.json", "-q")
    other = tmp_path / "nho-30.csv"
    other.write_text(SMALL.read_text(encoding="utf-8").replace("0900 000 000", "0900 999 999"), encoding="utf-8")

    code, found = verified(tmp_path / "x.json", other, capsys=capsys)

    assert (code, found["proved"], found["differences"]) == (1, False, [])
    assert [(one["name"], one["status"]) for one in found["inputs"]] == [("nho-30.csv", "differs")]


def test_files_are_matched_by_hash_then_name_then_because_they_are_left():
    inputs = [{"kind": "export", "name": name, "sha256": name[0]} for name in ("a.csv", "b.csv", "c.csv")]
    files = {"x": {"a": "renamed.csv"}, "y": {"9": "b.csv"}, "z": {"8": "left.csv"}, "w": {"7": "w.csv"}}

    provided, free = matched(inputs, files)
    assert [(one.name, one.status, one.given) for one in provided] == [
        ("a.csv", "renamed", "x"),
        ("b.csv", "differs", "y"),
        ("c.csv", "missing", None),
    ]
    assert free == ["z", "w"]
    del files["w"]
    provided, free = matched(inputs, files)
    assert [(one.status, one.given) for one in provided][2] == ("differs", "z")
    assert free == []


def test_settings_and_defaults_of_the_auditor_change_nothing(report, tmp_path):
    """A configuration file and the environment may say anything: the report's own choices count."""
    (tmp_path / "reformcli.toml").write_text('period = "2020"\nagency = ["Không có"]\n', encoding="utf-8")
    done = command("verify", report["json"], *report["files"], "-q", cwd=tmp_path, env={"REFORMCLI_PERIOD": "2019"})

    assert done.returncode == 0, done.stderr.decode()


# ------------------------------------------------------------------ mutations of the report
def mutated(text, number):
    """Another value of the same kind: the last digit is one more, of a text the first letter is another."""
    if is_figure(text):
        place = max(n for n, sign in enumerate(text) if sign.isdigit())
        return text[:place] + str((int(text[place]) + 1 + number % 8) % 10) + text[place + 1 :]
    return f"{'x' if text[:1] != 'x' else 'y'}{text[1:]}"


@pytest.mark.parametrize("form", [*FORMS, "html"])
def test_a_change_of_any_cell_of_a_whole_report_is_found(report, form):
    """Every cell of every part, a tenth of a column at a time: exactly those are named, each with both values."""
    again = read_back(str(report[form])).parts
    cells = 0
    for at, part in enumerate(again):
        for column in range(1 if part.kind == CARRIED else 0, max(map(len, part.rows), default=0)):
            for tenth in range(10):
                rows, edited = [list(row) for row in part.rows], []
                for number in range(tenth, len(rows), 10):
                    if column < len(rows[number]) and (text := rows[number][column]):
                        rows[number][column] = mutated(text, number + column)
                        edited.append((rows[number][column], text))
                alone = [replace(part, rows=tuple(map(tuple, rows)))]
                held = held_against(alone, again[at : at + 1])
                cells += len(edited)
                assert [(one.reported, one.again, one.what) for one in held.differences] == [
                    (*e, "cell") for e in edited
                ]
                assert held.figures - held.reproduced == sum(is_figure(other) for other, _ in edited)
    assert cells > 5_000


def test_a_change_of_a_real_cell_of_a_workbook_is_found(report, tmp_path, capsys):
    """Cells typed over by hand, formulas among them, in sheets drawn by lot; each is named by its address."""
    plain = load_workbook(report["xlsx"], data_only=True)
    cells = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in plain.worksheets
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    ]
    for title, place, value in some(cells, 6):
        book = load_workbook(report["xlsx"])
        book[title][place] = value + 1
        book.save(tmp_path / "report.xlsx")

        code, found = verified(tmp_path / "report.xlsx", *report["files"], capsys=capsys)

        assert (code, found["cause"]) == (1, "edited")
        assert [(one["part"], one["place"]) for one in found["differences"]] == [(title, place)]


def test_a_change_of_a_real_page_is_found_with_and_without_the_exports(report, tmp_path, capsys):
    text = report["html"].read_text(encoding="utf-8")
    body = text.split("<main", 1)[1].split('<script type="application/json"', 1)[0]
    places = [found.start(1) for found in re.finditer(r'data-value="[0-9.]+">[^<0-9]*([0-9])[^<]*<', body)]
    offset = text.index(body)
    for place in some(places, 6):
        at = offset + place
        edited = tmp_path / "report.html"
        edited.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :], encoding="utf-8")

        code, found = verified(edited, *report["files"], capsys=capsys)
        assert (code, found["cause"], len(found["differences"])) == (1, "edited", 1)
        code, alone = verified(edited, capsys=capsys)
        assert code == 1
        assert [one["check"] for one in alone["checks"] if one["failures"]] == ["cells"]


def test_a_change_of_a_real_csv_is_found(report, tmp_path, capsys):
    rows = list(csv.reader(io.StringIO(report["csv"].read_text(encoding="utf-8-sig"))))
    shutil.copy(f"{report['csv']}.manifest.json", tmp_path / "report.csv.manifest.json")
    numbers = [n for n, row in enumerate(rows) if is_figure(row[-1])]
    for n in some(numbers, 4):
        edited = [*rows[:n], [*rows[n][:-1], mutated(rows[n][-1], n)], *rows[n + 1 :]]
        with (tmp_path / "report.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(edited)

        code, found = verified(tmp_path / "report.csv", *report["files"], capsys=capsys)

        assert code == 1
        assert [one["place"] for one in found["differences"]] == [f"{n + 1}, value"]
        assert [one["failures"] for one in found["checks"] if one["check"] == "csv"] == [["report.csv"]]


def test_a_change_of_json_is_found_even_if_its_identity_was_forged(report, tmp_path, capsys):
    document = simplejson.loads(report["json"].read_text(encoding="utf-8"), use_decimal=True)
    unit = next(unit for unit in document["units"] if unit["kind"] == "agency" and unit["points"])
    unit["points"] += Decimal("0.01")
    edited = tmp_path / "report.json"

    for is_forged, cause, failing in ((False, "edited", ["identity", "points"]), (True, "unknown", ["points"])):
        if is_forged:
            document["manifest"]["identity"] = identity(document)
        edited.write_text(simplejson.dumps(document, use_decimal=True), encoding="utf-8")
        code, found = verified(edited, *report["files"], capsys=capsys)
        assert (code, found["cause"]) == (1, cause)
        assert [one["place"] for one in found["differences"]] == [
            f"units[agency, {unit['level']}, {unit['agency']}].points"
        ]
        assert [one["check"] for one in found["checks"] if one["failures"]][: len(failing)] == failing


def test_rows_that_were_taken_out_put_in_or_sorted_are_found():
    part = Part("sheet", "X", tuple((f"A{n}", str(n)) for n in range(9)))
    without = replace(part, rows=part.rows[:4] + part.rows[5:])
    swapped = replace(part, rows=part.rows[::-1])

    assert [(one.row, one.column, one.reported, one.again) for one in held_against([without], [part]).differences] == [
        (None, "A", None, "A4"),
        (None, "B", None, "4"),
    ]
    more = held_against([part], [without])
    assert [(one.row, one.column, one.reported) for one in more.differences] == [(5, "A", "A4"), (5, "B", "4")]
    assert (more.figures, more.reproduced) == (9, 8)
    assert [one.what for one in held_against([swapped], [part]).differences] == ["order"]
    assert [one.what for one in held_against([part], []).differences] == ["part"]
    assert (held_against([part], []).figures, held_against([part], []).reproduced) == (9, 0)


def test_a_formula_that_was_changed_without_its_value_is_found():
    part = Part("sheet", "X", (("a", "3"),), formulas={(0, 1): "=1+2"})

    found = held_against([replace(part, formulas={(0, 1): "=3"})], [part]).differences
    assert [(one.what, one.column, one.row, one.reported, one.again) for one in found] == [
        ("formula", "B", 1, "=3", "=1+2")
    ]
    assert [one.what for one in held_against([replace(part, formulas={})], [part]).differences] == ["formula"]


# ------------------------------------------------------------------ mutations of inputs and rules
def test_a_change_of_any_input_row_that_matters_is_found(tmp_path, capsys):
    """Each dossier of a hand-counted file is left out once, and once it ends a year later: figures differ, and why."""
    run("score", SMALL, *WEEK, "-o", tmp_path / "x.json", "-q")
    lines = SMALL.read_text(encoding="utf-8-sig").splitlines()
    head, rows = lines[0], lines[1:]
    without = [(rows[:n] + rows[n + 1 :], row) for n, row in enumerate(rows)]
    later = [([*rows[:n], row.replace("/2023", "/2024"), *rows[n + 1 :]], row) for n, row in enumerate(rows)]
    for changed, row in some([*without, *later], 16):
        other = tmp_path / "nho-30.csv"
        other.write_text("\n".join([head, *changed]) + "\n", encoding="utf-8")
        code, found = verified(tmp_path / "x.json", other, capsys=capsys)
        assert (code, found["cause"]) == (1, "inputs"), row
        assert found["differences"], row


def test_a_change_of_any_value_of_a_scorecard_is_found(tmp_path, capsys):
    """An own scorecard: each number and each choice of its file is changed once."""
    card = tmp_path / "own.toml"
    run("rules", "export", "qd766", "-o", card)
    run("score", SMALL, "--scorecard", card, *WEEK, "-o", tmp_path / "x.json", "-q")
    text = card.read_text(encoding="utf-8")
    places = [
        found.span(1) for found in re.finditer(r"^(?:max|full_at|rounding|at_least) = ([0-9.]+)", text, re.MULTILINE)
    ]
    other = tmp_path / "changed" / "own.toml"
    other.parent.mkdir()
    for start, end in some(places, 12):
        other.write_text(text[:start] + str(Decimal(text[start:end]) + 1) + text[end:], encoding="utf-8")
        capsys.readouterr()
        code = run("verify", tmp_path / "x.json", SMALL, other, "-q", "--format", "json")
        assert code in (1, 3), text[start - 20 : end]  # 3: it is no longer a scorecard
        if code == 1:
            found = json.loads(capsys.readouterr().out)
            assert [one["status"] for one in found["inputs"] if one["kind"] == "scorecard"] == ["differs"]
    assert len(places) > 25


def shipped_as(monkeypatch, change):
    """The program with another shipped scorecard."""
    original = rules.shipped

    def shipped(name):
        data = original(name)
        return change(data.decode("utf-8")).encode("utf-8") if name == "qd766" else data

    for module in ("reformcli.rules", "reformcli.audit.made_from"):
        monkeypatch.setattr(f"{module}.shipped", shipped)


NEW_ENTRY = """
[[component]]
id = "2.1"
group = "progress"
name = { vi = "Hồ sơ xử lý trước hạn, đúng hạn", en = "Dossiers handled early or on time" }
max = 20
population = "is_received"
numerator = "is_in_good_time"
points = "full_at"
full_at = 90
empty = "none"
since = 2031-01-01
source = "Quyết định sửa đổi (ví dụ)"
evidence = "own"
"""


def test_a_report_verifies_under_its_scorecard_after_the_shipped_one_moved_on(tmp_path, capsys, monkeypatch):
    for form in FORMS:
        run("score", SMALL, *WEEK, "-o", tmp_path / f"x.{form}", "-q")
    shipped_as(monkeypatch, lambda text: text + NEW_ENTRY)

    for form in FORMS:
        code, found = verified(tmp_path / f"x.{form}", SMALL, capsys=capsys)
        assert (code, found["differences"]) == (0, []), form
        assert [one["id"] for one in found["rules"] if one["status"] == "differs"] == ["qd766"]
    capsys.readouterr()
    run("verify", tmp_path / "x.json", SMALL)
    assert "qd766" in capsys.readouterr().out


def test_a_shipped_scorecard_that_was_changed_for_the_past_is_the_reason(tmp_path, capsys, monkeypatch):
    run("score", SMALL, *WEEK, "-o", tmp_path / "x.json", "-q")
    shipped_as(monkeypatch, lambda text: text.replace('points = "linear"', 'points = "full_at"\nfull_at = 80', 5))

    code, found = verified(tmp_path / "x.json", SMALL, capsys=capsys)

    assert (code, found["cause"]) == (1, "rules")
    assert found["differences"]


def test_a_report_of_another_version_of_the_program_verifies(tmp_path, capsys, monkeypatch):
    for form in FORMS:
        run("score", SMALL, *WEEK, "-o", tmp_path / f"x.{form}", "-q")
    for module in ("reformcli", "reformcli.audit.made_from", "reformcli.cli.verify"):
        monkeypatch.setattr(f"{module}.__version__", "99.0.0")

    for form in FORMS:
        code, found = verified(tmp_path / f"x.{form}", SMALL, capsys=capsys)
        assert (code, found["differences"], found["tool"]["now"]) == (0, [], "reformcli 99.0.0")


# ------------------------------------------------------------------ a report alone
@pytest.mark.parametrize("form", [*FORMS, "html"])
def test_a_report_alone_is_consistent(report, form, capsys):
    code, found = verified(report[form], capsys=capsys)

    assert (code, found["proved"], found["figures"]) == (0, True, None)
    assert not any(one["failures"] for one in found["checks"])


def edits():
    """One edit of a document for each check, each with a place that must be named."""

    def unit(document):
        return next(unit for unit in document["units"] if unit["kind"] == "agency" and unit["rank"] == 1)

    def component(document):
        return next(one for one in document["components"] if one["ratio"] is not None and one["ratio"] < 99)

    return {
        "rows": lambda document: document["rows"].update(counted=document["rows"]["counted"] + 1),
        "points": lambda document: unit(document).update(points=unit(document)["points"] + 1),
        "ratios": lambda document: component(document).update(ratio=component(document)["ratio"] + 1),
        "ranks": lambda document: unit(document).update(rank=2),
        "flow": lambda document: document["metrics"][0].update(late=document["metrics"][0]["late"] + 1),
        "totals": lambda document: document["metrics"][-1].update(undated=document["metrics"][-1]["undated"] + 1),
        "late": lambda document: document["movement"].update(cleared=document["movement"]["cleared"] + 1),
    }


@pytest.mark.parametrize("check", edits())
def test_what_does_not_add_up_is_found_in_a_report_alone(report, check):
    document = simplejson.loads(report["json"].read_text(encoding="utf-8"), use_decimal=True)
    assert not [one.id for one in consistency.checks(document) if one.failures]

    edits()[check](document)

    assert check in [one.id for one in consistency.checks(document) if one.failures]


def test_the_seals_name_the_table_that_was_changed(report):
    found = read_back(str(report["xlsx"]))
    shown = found.document["manifest"]["shown"]
    part = next(part for part in found.parts if part.name == "Xếp hạng")
    rows = [list(row) for row in part.rows]
    rows[4][1] = "Sở Khác"
    edited = replace(
        found, parts=tuple(replace(part, rows=tuple(map(tuple, rows))) if it is part else it for it in found.parts)
    )

    assert seal_check(found, shown["cells"], "vi").failures == ()
    assert seal_check(edited, shown["cells"], "vi").failures == (part.rows[0][0],)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_workbook_and_the_page_of_a_report_have_the_same_seals(lang, tmp_path):
    outputs = [flag for form in ("xlsx", "html") for flag in ("-o", tmp_path / f"r.{form}")]
    run("report", SMALL, *WEEK, *outputs, "--lang", lang, "-q")

    book, page = (read_back(str(tmp_path / f"r.{form}")) for form in ("xlsx", "html"))
    sealed = book.document["manifest"]["shown"]["cells"]
    assert sealed == page.document["manifest"]["shown"]["cells"]
    assert len(sealed) > 15
    assert seal_check(book, sealed, lang).failures == seal_check(page, sealed, lang).failures == ()


def test_what_a_reader_sees_and_what_is_stored_have_one_writing():
    assert canonical("1.234,50", "vi") == canonical("1,234.50", "en") == canonical("1234.5", "vi") == "1234.5"
    assert canonical("12,00%", "vi") == "12"
    assert canonical("H99.06-231218-0001", "vi") == "H99.06-231218-0001"


# ------------------------------------------------------------------ what is no report
def test_what_is_no_report_is_refused(tmp_path, capsys, report):
    run("report", SMALL, *WEEK, "-o", tmp_path / "note.docx", "-q")
    shutil.copy(report["csv"], tmp_path / "alone.csv")
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    run("validate", SMALL, "-o", tmp_path / "v.json", "-q")
    broken = simplejson.loads(report["json"].read_text(encoding="utf-8"))
    broken["units"] = [3]
    (tmp_path / "broken.json").write_text(simplejson.dumps(broken), encoding="utf-8")

    expected = {"note.docx": 3, "alone.csv": 3, "other.json": 3, "v.json": 3, "broken.json": 3, "none.json": 2}
    assert {name: run("verify", tmp_path / name, SMALL) for name in expected} == expected
    said = capsys.readouterr().err
    assert "alone.csv.manifest.json" in said
    assert "Traceback" not in said


def test_places_of_json_are_names_where_these_tell_the_entries_apart():
    document = {"units": [{"agency": "A", "points": 1}, {"agency": "B", "points": 2}], "x": [1, 1], "manifest": {}}

    assert dict(json_part(document).rows) == {
        "units[A].agency": "A",
        "units[A].points": "1",
        "units[B].agency": "B",
        "units[B].points": "2",
        "x[0]": "1",
        "x[1]": "1",
    }


def test_no_report_leaves_a_copy_of_an_export_behind(report, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "in").mkdir()
    for number, path in enumerate(report["files"]):
        shutil.copy(path, tmp_path / "in" / f"{number}.csv")

    assert verified(report["json"], tmp_path / "in", capsys=capsys)[0] == 0
    assert [path.name for path in Path(tmp_path).iterdir()] == ["in"]
