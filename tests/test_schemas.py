"""Every JSON output is what its published schema says, and a schema refuses what no output may be."""

from __future__ import annotations

import copy
import importlib
import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reformcli.cli import main
from reformcli.cli.app import COMMANDS
from support import ROOT, SAMPLES

FOLDER = ROOT / "src" / "reformcli" / "schemas"
SMALL, FAULTY, WEEK, IGATE = (
    str(SAMPLES / name) for name in ("nho-30.csv", "loi-can-xu-ly.csv", "tuan-51.xlsx", "igate-tuan-51.xlsx")
)
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
    ("compare", SMALL, *TWICE, "--list"),
    ("targets", SMALL, *PERIOD),
    ("gaps", WEEK, *GIVEN, *PERIOD, "--goal", "90"),
    ("gaps", *GIVEN),
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
    assert {path.stem for path in FOLDER.glob("*.json")} - {"manifest"} == {arguments[0] for arguments in RUNS}
    assert {arguments[0] for arguments in RUNS} <= {*COMMANDS, "rules"}


@pytest.mark.parametrize("arguments", RUNS, ids=lambda one: " ".join(Path(word).name for word in one))
def test_what_a_command_prints_is_what_its_schema_says(arguments, capsys):
    made = document(arguments, capsys)
    assert made["schema"] == f"reformcli.{arguments[0]}/1"
    assert faults(arguments[0], made) == []


@pytest.mark.parametrize("command", ["score", "metrics", "late", "report", "targets", "gaps", "compare"])
def test_what_stands_beside_a_csv_is_what_its_schema_says(command, tmp_path):
    more = TWICE if command == "compare" else PERIOD
    assert main([command, SMALL, *more, "-q", "-o", str(tmp_path / "a.csv")]) == 0
    beside = json.loads((tmp_path / "a.csv.manifest.json").read_text(encoding="utf-8"))
    assert faults("manifest", beside) == []
    assert beside["of"] == f"reformcli.{command}/1"


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


@pytest.mark.parametrize("arguments", RUNS[:-3], ids=lambda one: " ".join(Path(word).name for word in one))
def test_no_key_may_go_and_none_may_come(arguments, capsys):
    """Taking any required key away, or adding one, is noticed wherever objects have fixed keys."""
    made, command = document(arguments, capsys), arguments[0]
    for key in schema(command)["required"]:
        assert faults(command, {name: value for name, value in made.items() if name != key}), key
    assert faults(command, {**made, "x": 1})
    assert faults(command, {**made, "schema": "reformcli.other/1"})
