"""Every JSON output is what its published schema says, and a schema refuses what no output may be."""

from __future__ import annotations

import copy
import importlib
import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reformcli.audit.read_back import read_back
from reformcli.cli import main
from reformcli.cli.app import COMMANDS
from support import DATA, ROOT, SAMPLES

FOLDER = ROOT / "src" / "reformcli" / "schemas"
SMALL, FAULTY, WEEK, IGATE = (
    str(SAMPLES / name) for name in ("nho-30.csv", "loi-can-xu-ly.csv", "tuan-51.xlsx", "igate-tuan-51.xlsx")
)
TASKS_NOW, TASKS_BEFORE = (str(SAMPLES / name) for name in ("nhiem-vu.csv", "nhiem-vu-tuan-50.csv"))
CATALOGUE = str(SAMPLES / "catalogue.csv")
GIVEN = ("--agencies", str(SAMPLES / "agencies.csv"), "--counts", str(SAMPLES / "counts.csv"))
PERIOD = ("--period", "2023-W51")
TWICE = (*PERIOD, "--previous-period", "2023-W50", "--force")
PRINTED: dict[tuple[str, ...], str] = {}
LISTED = ("--list", "--near", "3", "--worst", "5", "--each", "week")
RUNS = [
    ("score", WEEK, *GIVEN, *PERIOD, "--previous", str(SAMPLES / "tuan-50.xlsx"), "--previous-period", "2023-W50"),
    ("score", SMALL, FAULTY),
    ("score", IGATE),
    ("score", *GIVEN),
    ("metrics", SMALL, "--by", "agency", "--by", "channel", *TWICE),
    ("metrics", WEEK, "--by", "field", "--by", "status", *PERIOD),
    ("late", WEEK, *GIVEN, *PERIOD, *LISTED),
    ("late", WEEK, "--by", "cause", "--by", "age"),
    ("late", SMALL, *TWICE, *LISTED),
    ("late", *GIVEN),
    ("report", WEEK, *GIVEN, *PERIOD, "--each", "month"),
    ("report", SMALL, *TWICE, "--goal", "60"),
    ("report", *GIVEN),
    (
        *("report", SMALL, *PERIOD, "--catalogue", CATALOGUE, "--league", str(DATA / "league.csv"), "--own", "Phú Thọ"),
        *("--tasks", TASKS_NOW, "--previous-tasks", TASKS_BEFORE),
    ),
    ("compare", SMALL, *TWICE, "--list"),
    ("targets", SMALL, *PERIOD),
    ("gaps", WEEK, *GIVEN, *PERIOD, "--goal", "90"),
    ("gaps", *GIVEN),
    ("league", str(DATA / "league.csv"), "--agency", "Phú Thọ"),
    ("history", "week.json", "report.xlsx", "other.json"),
    ("history", SMALL, "--each", "week", "--agency", "Sở Tư pháp"),
    ("explain", SMALL, *PERIOD, "--component", "2.1", "--unit", "total"),
    ("explain", SMALL, *PERIOD, "--component", "3.3", "--of", "missing", "--agency", "Sở Tư pháp"),
    ("explain", WEEK, *GIVEN, *PERIOD, "--component", "5.4", "--unit", "total"),
    ("explain", WEEK, *GIVEN, *PERIOD, "--component", "5.2", "--level", "commune"),
    ("explain", WEEK, *PERIOD, "--catalogue", CATALOGUE, "--component", "3.1", "--unit", "total"),
    ("explain", WEEK, *PERIOD, "--catalogue", CATALOGUE, "--service", "unfiled", "--level", "province"),
    ("explain", WEEK, *PERIOD, "--catalogue", CATALOGUE, "--service", "paid_online", "--field", "Hộ tịch"),
    ("explain", SMALL, *PERIOD, "--metric", "overdue", "--unit", "total"),
    ("explain", SMALL, *PERIOD, "--late", "resolved_late", "--unit", "total"),
    ("explain", SMALL, *PERIOD, "--cause", "unstated", "--unit", "total"),
    ("explain", SMALL, *PERIOD, "--dossier", "H99.06-231218-0003"),
    ("explain", SMALL, *PERIOD, "--dossier", "H99.12-231201-0001"),
    ("explain", FAULTY, "--dossier", "H99.42-231218-0011"),
    ("reconcile", "published.csv", WEEK, *GIVEN, *PERIOD),
    ("reconcile", "published.csv", SMALL, *PERIOD),
    ("reconcile", "fractions.csv"),
    ("compare", "changed.csv", "--history", SMALL, *PERIOD),
    ("verify", "report.xlsx", SMALL),
    ("verify", "report.html"),
    ("verify", "edited.json", SMALL, FAULTY),
    ("verify", "edited.csv", SMALL),
    ("tasks", TASKS_NOW, "--previous", TASKS_BEFORE, "--agencies", str(SAMPLES / "agencies.csv")),
    ("tasks", TASKS_NOW, "--to", "24/12/2023"),
    ("services", CATALOGUE, WEEK, "--agencies", str(SAMPLES / "agencies.csv"), *PERIOD),
    ("services", CATALOGUE, IGATE, "--add-to-100"),
    ("services", CATALOGUE),
    ("score", WEEK, *GIVEN, *PERIOD, "--catalogue", CATALOGUE),
    ("validate", FAULTY),
    ("validate", WEEK),
    ("columns", WEEK),
    ("columns", IGATE),
    ("agencies", IGATE),
    ("calendar", "2024"),
    ("calendar", "--received", "20/12/2023", "--days", "5", "--due", "27/12/2023"),
    ("rules", "show"),
    ("rules", "show", "findings"),
    ("rules", "show", "targets"),
]


# What some runs are given: a table, or what another command wrote, with a figure typed over.
TABLES = {
    "published.csv": "agency,level,component,value,kind\n"
    'Sở Tư pháp,,2.1,"50,00",percent\nSở Tư pháp,,2.1,"1,2",points\n,commune,4.1,30.5,percent\n,,total,70,points\n'
    'Sở Tư pháp,,4.1,"72,32",percent\n,,1.1,90,percent\nSở Không Có,,2.1,1,percent\n,,9.9,5,points\n',
    "fractions.csv": "agency,level,component,value,numerator,denominator,kind\n"
    ",,2.1,33.33,1,3,percent\n,,4.1,33.33,1,3,percent\n,,4.2,33.34,1,3,percent\n",
}
WRITTEN = {
    "report.xlsx": ("report", SMALL, *PERIOD),
    "report.html": ("report", SMALL, *PERIOD),
    "edited.json": ("score", SMALL, *PERIOD),
    "week.json": ("score", SMALL, "--period", "2023-W49"),
    "other.json": ("score", SMALL, "--period", "2023-W51", "--level", "province"),
    "edited.csv": ("score", SMALL, *PERIOD),
}
TYPED_OVER = {"edited.json": ('"read": 30', '"read": 31'), "edited.csv": ("Sở Tư pháp", "Sở Tư Pháp")}
MOVED = ("20/12/2023 08:02:00", "27/12/2023 08:02:00")  # the due date of a dossier that was late


def prepare(name: str) -> None:
    """Put the file into the folder, if it is one that a run is given."""
    if name in TABLES:
        Path(name).write_text(TABLES[name], encoding="utf-8")
    if name == "changed.csv":
        Path(name).write_text(Path(SMALL).read_text(encoding="utf-8-sig").replace(*MOVED), encoding="utf-8")
    if name in WRITTEN:
        assert main([*WRITTEN[name], "-q", "-o", name]) == 0
    if name in TYPED_OVER:
        told = Path(name).read_text(encoding="utf-8")
        assert TYPED_OVER[name][0] in told
        Path(name).write_text(told.replace(*TYPED_OVER[name]), encoding="utf-8")


def shape(arguments: tuple[str, ...]) -> str:
    """The name of the shape that a run prints."""
    return "edits" if "--history" in arguments else arguments[0]


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def schema(command: str) -> dict:
    return json.loads((FOLDER / f"{command}.json").read_text(encoding="utf-8"))


def validator(command: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(command))
    return Draft202012Validator(schema(command))


def faults(command: str, document: object) -> list[str]:
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator(command).iter_errors(document)]


def document(arguments: tuple[str, ...], capsys) -> dict:
    """What a command prints; each runs once."""
    if arguments not in PRINTED:
        quiet = [] if arguments[0] == "rules" else ["-q"]
        for name in arguments:
            prepare(name)
        assert main([*arguments, "--format", "json", *quiet]) in (0, 1)
        PRINTED[arguments] = capsys.readouterr().out
    return json.loads(PRINTED[arguments])


def test_the_schemas_are_those_that_the_code_makes(monkeypatch):
    """If not: python docs/schemas.py."""
    if not (ROOT / "docs" / "schemas.py").is_file():
        pytest.skip("the documentation is not here")
    monkeypatch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
    made = importlib.import_module("schemas")
    assert {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == {
        command: made.written(one) for command, one in made.schemas().items()
    }


def test_every_run_of_a_command_is_tried():
    """Whatever has a schema has a run here; `manifest` is written beside a csv."""
    assert {path.stem for path in FOLDER.glob("*.json")} - {"manifest"} == {shape(arguments) for arguments in RUNS}
    assert {arguments[0] for arguments in RUNS} <= {*COMMANDS, "rules"}


@pytest.mark.parametrize("arguments", RUNS, ids=lambda one: " ".join(Path(word).name for word in one))
def test_what_a_command_prints_is_what_its_schema_says(arguments, capsys):
    made = document(arguments, capsys)
    assert made["schema"] == f"reformcli.{shape(arguments)}/1"
    assert faults(shape(arguments), made) == []


BESIDE = {
    **{name: (name, SMALL, *PERIOD) for name in ("score", "metrics", "late", "report", "targets", "gaps")},
    "compare": ("compare", SMALL, *TWICE),
    "edits": ("compare", SMALL, "--history", SMALL, *PERIOD),
    "explain": ("explain", SMALL, *PERIOD, "--metric", "late", "--unit", "total"),
    "reconcile": ("reconcile", "fractions.csv"),
    "services": ("services", CATALOGUE),
    "tasks": ("tasks", TASKS_NOW, "--to", "24/12/2023"),
}


@pytest.mark.parametrize("command", BESIDE)
def test_what_stands_beside_a_csv_is_what_its_schema_says(command, tmp_path):
    prepare("fractions.csv")
    assert main([*BESIDE[command], "-q", "-o", str(tmp_path / "a.csv")]) in (0, 1)
    beside = json.loads((tmp_path / "a.csv.manifest.json").read_text(encoding="utf-8"))
    assert faults("manifest", beside) == []
    assert beside["of"] == f"reformcli.{command}/1"
    assert beside["manifest"]["shown"]["language"] == "vi"


@pytest.mark.parametrize("command", ["score", "report", "explain", "reconcile"])
def test_what_a_workbook_carries_is_what_its_schema_says(command):
    """With the seals of its tables, which no JSON file needs."""
    prepare("fractions.csv")
    assert main([*BESIDE[command], "-q", "-o", "a.xlsx"]) in (0, 1)
    carried = json.loads(json.dumps(read_back("a.xlsx").document, default=float))
    assert carried["manifest"]["shown"]["cells"]
    assert faults(command, carried) == []


# ------------------------------------------------------------------ what no output may be
def without(path: tuple, key: str):
    return lambda made: at(made, path).pop(key)


def put(path: tuple, key: str, value: object):
    return lambda made: at(made, path).__setitem__(key, value)


def at(made, path: tuple):
    for step in path:
        made = made[step]
    return made


BROKEN = {
    "no identity": without(("manifest",), "identity"),
    "no rows of an input": without(("manifest", "inputs", 0), "superseded"),
    "an unknown kind of input": put(("manifest", "inputs", 0), "kind", "rumour"),
    "an unknown option": put(("manifest", "options"), "colour", "red"),
    "a short hash": put(("manifest", "scorecard"), "sha256", "abc"),
    "an unknown finding": put(("findings", 0), "rule", "RC999"),
    "a count that is a text": put(("rows",), "read", "30"),
    "a count below zero": put(("rows",), "read", -1),
    "a share of a row": put(("rows",), "read", 1.5),
    "no units": without((), "units"),
    "points that are a text": put(("units", 0), "points", "86,61"),
    "an unknown kind of unit": put(("units", 0), "kind", "ward"),
    "an unknown level": put(("units", 0), "level", "galaxy"),
    "an unknown status": put(("components", 0), "status", "guessed"),
    "no status": without(("components", 0), "status"),
    "an unknown origin": put(("components", 0), "origin", "hearsay"),
    "a flow count too many": put(("units", 0, "counts"), "lost", 1),
    "another shape": put((), "schema", "reformcli.score/2"),
    "a key that nobody knows": put((), "extra", None),
    "a name of a person": put(("units", 0), "applicant", "Nguyễn Văn A"),
}


@pytest.mark.parametrize("breaking", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_score_is_refused(breaking, capsys):
    made = document(("score", SMALL, *PERIOD), capsys)
    broken = copy.deepcopy(made)
    breaking(broken)
    assert faults("score", made) == []
    assert faults("score", broken)


BROKEN_SHOWN = {
    "no language": put(("manifest",), "shown", {}),
    "an unknown language": put(("manifest",), "shown", {"language": "fr"}),
    "a seal of another length": put(("manifest",), "shown", {"language": "vi", "cells": {"T": "abc"}}),
    "a folder": put(("manifest",), "shown", {"language": "vi", "path": "/home"}),
}


@pytest.mark.parametrize("breaking", BROKEN_SHOWN.values(), ids=BROKEN_SHOWN.keys())
def test_how_a_file_shows_a_result_has_its_own_keys(breaking, capsys):
    made = document(("score", SMALL, *PERIOD), capsys)
    shown = put(("manifest",), "shown", {"language": "vi", "table": "units", "cells": {"T": "0123456789abcdef"}})
    shown(made)
    assert faults("score", made) == []
    breaking(made)
    assert faults("score", made)


STORY, FIGURE = (
    next(one for one in RUNS if one[0] == "explain" and option in one) for option in ("--dossier", "--component")
)
VERIFIED, HELD = (next(one for one in RUNS if one[0] == command) for command in ("verify", "reconcile"))
EDITED = next(one for one in RUNS if "--history" in one)
BROKEN_OTHERS = {
    "a figure without its rule": (FIGURE, without((), "rule")),
    "a figure that is a story too": (FIGURE, put((), "dossier_id", "X")),
    "an unknown reason": (FIGURE, put(("dossiers", 0), "because", "fate")),
    "a name of a person": (FIGURE, put(("dossiers", 0), "applicant", "Nguyễn Văn A")),
    "a story without rows": (STORY, without((), "dossier_rows")),
    "an unknown fate": (STORY, put(("dossier_rows", 0), "fate", "lost")),
    "a flag that is a text": (STORY, put(("entered", 0), "counted", "yes")),
    "an unknown status": (HELD, put(("figures", 0), "status", "close")),
    "a printed figure that is a number": (HELD, put(("figures", 0), "published", 50)),
    "statuses with one missing": (HELD, without(("statuses",), "differs")),
    "an unknown gravity": (EDITED, put(("changes", 0), "severity", "mild")),
    "a change without a place": (EDITED, without(("changes", 0), "old_row")),
    "a change that is a number": (EDITED, put(("units", 0), "points", 1)),
    "proved that is a text": (VERIFIED, put((), "proved", "yes")),
    "an unknown cause": (VERIFIED, put((), "cause", "bad luck")),
    "an unknown check": (VERIFIED, put(("checks", 0), "check", "stars")),
    "a path of a file": (VERIFIED, put(("inputs", 0), "path", "/home/x")),
}


@pytest.mark.parametrize(("arguments", "breaking"), BROKEN_OTHERS.values(), ids=BROKEN_OTHERS.keys())
def test_a_broken_result_is_refused(arguments, breaking, capsys):
    broken = document(arguments, capsys)
    breaking(broken)
    assert faults(shape(arguments), broken)


@pytest.mark.parametrize("arguments", RUNS[:-3], ids=lambda one: " ".join(Path(word).name for word in one))
def test_no_key_may_go_and_none_may_come(arguments, capsys):
    """Taking any required key away, or adding one, is noticed wherever objects have fixed keys."""
    made, command = document(arguments, capsys), shape(arguments)
    for key in schema(command)["required"]:
        assert faults(command, {name: value for name, value in made.items() if name != key}), key
    assert faults(command, {**made, "x": 1})
    assert faults(command, {**made, "schema": "reformcli.other/1"})


@pytest.mark.parametrize("command", ["explain", "edits", "reconcile", "verify"])
def test_the_runs_fill_every_list(command, capsys):
    """A list that is empty in all runs would be held against nothing."""
    filled: dict[str, bool] = {}
    for arguments in RUNS:
        if shape(arguments) == command:
            for path, is_filled in lists("", document(arguments, capsys)):
                filled[path] = filled.get(path, False) or is_filled
    assert [path for path, is_filled in filled.items() if not is_filled and not path.startswith("/manifest")] == []


def lists(path: str, value: object):
    """Every list of a document with whether anything is in it."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from lists(f"{path}/{key}", one)
    elif isinstance(value, list):
        yield path, bool(value)
        for one in value:
            yield from lists(path, one)
