"""`--manifest datapackage`: what is written is a data package, as the standard's own validator judges."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.cli import main
from reformcli.cli.app import COMMANDS
from reformcli.render.csv import csv_bytes
from reformcli.render.datapackage import package_document
from reformcli.render.shapes import to_json
from reformcli.render.table import Column, Table
from support import SAMPLES, command

SMALL, WEEK, COUNTS = (str(SAMPLES / name) for name in ("nho-30.csv", "tuan-51.xlsx", "counts.csv"))
REGISTER, CATALOGUE = str(SAMPLES / "agencies.csv"), str(SAMPLES / "catalogue.csv")
PERIOD = ("--period", "2023-W51")
TWICE = (*PERIOD, "--previous-period", "2023-W50", "--force")
TOTAL = (*PERIOD, "--unit", "total")
ASKED = ("--manifest", "datapackage", "-q")
PUBLISHED = "agency,level,component,value,kind\nSở Tư pháp,,2.1,50,percent\n,,9.9,5,points\n"
RUNS = [
    ("score", WEEK, *PERIOD, "--agencies", REGISTER),
    ("score", SMALL, *TWICE, "--table", "groups"),
    ("score", SMALL, *PERIOD, "--counts", COUNTS, "--table", "components"),
    ("score", "--counts", COUNTS),
    ("metrics", WEEK, *PERIOD, "--by", "field", "--by", "channel"),
    ("metrics", SMALL, *TWICE, "--by", "agency"),
    ("late", WEEK, *PERIOD, "--list"),
    ("late", WEEK, *PERIOD, "--by", "agency", "--by", "cause"),
    ("late", SMALL, *TWICE, "--by", "age"),
    ("targets", WEEK, *PERIOD),
    ("gaps", SMALL, *PERIOD, "--goal", "60"),
    ("compare", SMALL, *TWICE),
    ("compare", SMALL, *TWICE, "--table", "components"),
    ("compare", SMALL, *TWICE, "--list"),
    ("compare", "changed.csv", "--history", SMALL, *PERIOD),
    ("explain", SMALL, *TOTAL, "--component", "4.1"),
    ("explain", WEEK, *TOTAL, "--component", "3.1", "--catalogue", CATALOGUE),
    ("explain", SMALL, *TOTAL, "--cause", "unstated"),
    ("explain", SMALL, *PERIOD, "--dossier", "H99.06-231218-0003"),
    ("services", CATALOGUE, SMALL, *PERIOD),
    ("reconcile", "published.csv", SMALL, *PERIOD),
]
SCORE = ("score", SMALL, *PERIOD, *ASKED)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    Path("in").mkdir()
    Path("published.csv").write_text(PUBLISHED, encoding="utf-8")
    told = Path(SMALL).read_text(encoding="utf-8-sig")
    Path("changed.csv").write_text(told.replace("20/12/2023 08:02:00", "27/12/2023 08:02:00"), encoding="utf-8")


def package(folder: str | Path = "in") -> dict:
    return json.loads((Path(folder) / "datapackage.json").read_text(encoding="utf-8"))


def problems(folder: str | Path = "in") -> list[str]:
    """What the validator of the standard finds: in the descriptor, the hashes, and every cell."""
    report = frictionless.validate(str(Path(folder) / "datapackage.json"))
    return [error.message for error in [*report.errors, *(one for task in report.tasks for one in task.errors)]]


def resource(path: str, folder: str | Path = "in") -> dict:
    return next(one for one in package(folder)["resources"] if one["path"] == path)


def sha256(path: Path | str) -> str:
    return f"sha256:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}"


def written() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("in").iterdir()}


# ------------------------------------------------------------------ valid
@pytest.mark.parametrize("arguments", RUNS, ids=lambda one: " ".join(Path(word).name for word in one))
def test_what_a_command_writes_is_a_valid_package(arguments):
    assert main([*arguments, *ASKED, "-o", "in/kết quả.csv"]) in (0, 1)
    assert problems() == []
    assert {*written()} == {"datapackage.json", "kết quả.csv", "kết quả.csv.manifest.json"}
    assert [one["path"] for one in package()["resources"]] == ["kết quả.csv", "kết quả.csv.manifest.json"]


@pytest.mark.parametrize("form", ["json", "xlsx", "md"])
@pytest.mark.parametrize("arguments", [RUNS[0], RUNS[7], RUNS[-1]], ids=lambda one: one[0])
def test_every_format_of_a_command_is_a_valid_package(arguments, form):
    assert main([*arguments, *ASKED, "--lang", "en", "-o", f"in/r.{form}"]) in (0, 1)
    assert problems() == []
    assert {*written()} == {"datapackage.json", f"r.{form}"}


def test_all_files_of_a_report_are_one_package():
    """Each with its own size and hash; a workbook is a file, not a table that a program would try to read."""
    names = [f"in/tuần.{form}" for form in ("csv", "xlsx", "html", "docx", "json", "md")]
    assert main(["report", WEEK, *PERIOD, *ASKED, *(word for name in names for word in ("-o", name))]) == 0
    assert problems() == []
    found = {one["path"]: one for one in package()["resources"]}
    assert {*found} == {*(Path(name).name for name in names), "tuần.csv.manifest.json"}
    for path, one in found.items():
        assert (one["hash"], one["bytes"]) == (sha256(f"in/{path}"), Path(f"in/{path}").stat().st_size)
    assert {path: one.get("type") for path, one in found.items() if one.get("type")} == {
        f"tuần.{form}": "file" for form in ("xlsx", "html", "docx", "md")
    }
    assert [path for path, one in found.items() if "schema" in one] == ["tuần.csv"]
    assert found["tuần.xlsx"]["name"] == "tuan.xlsx"


def test_a_changed_cell_breaks_the_package():
    assert main([*SCORE, "-o", "in/a.csv"]) == 0
    told = Path("in/a.csv").read_bytes()
    Path("in/a.csv").write_bytes(told.replace("Sở Tư pháp".encode(), "Sở Tư Pháp".encode()))
    assert any("hash" in one for one in problems())


def test_every_command_that_has_a_manifest_is_tried():
    assert {name for name, options in COMMANDS.items() if "manifest" in options} == {
        "report",
        *(arguments[0] for arguments in RUNS),
    }


# ------------------------------------------------------------------ what is told of the columns
def test_a_column_has_its_heading_its_unit_and_its_type():
    assert main([*SCORE, "--table", "components", "-o", "in/a.csv"]) == 0
    told = resource("a.csv")["schema"]
    fields = {one["name"]: one for one in told["fields"]}
    assert told["missingValues"] == [""]
    assert fields["agency"] == {"name": "agency", "title": "Cơ quan", "description": "Cơ quan", "type": "string"}
    assert fields["numerator"]["type"] == fields["denominator"]["type"] == "integer"
    assert fields["points"]["type"] == fields["ratio"]["type"] == "number"
    assert fields["points"]["description"] == f"{fields['points']['title']}: điểm"
    with Path("in/a.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.reader(stream)) == list(fields)


def test_a_moment_has_its_format_and_the_language_is_the_asked_one():
    assert main(["late", SMALL, *PERIOD, "--list", *ASKED, "--lang", "en", "-o", "in/a.csv"]) == 0
    due = next(one for one in resource("a.csv")["schema"]["fields"] if one["name"] == "due_at")
    assert (due["type"], due["format"]) == ("datetime", "%Y-%m-%d %H:%M:%S")
    assert due["description"].endswith(": a moment, in Vietnam's time")


def test_a_program_reads_the_figures_with_their_types():
    """What frictionless reads from the csv is what the JSON says."""
    assert main([*SCORE, "-o", "in/a.csv"]) == 0
    assert main(["score", SMALL, *PERIOD, "-q", "-o", "a.json"]) == 0
    rows = frictionless.Package("in/datapackage.json").get_resource("a.csv").read_rows()
    units = json.loads(Path("a.json").read_text(encoding="utf-8"), parse_float=Decimal)["units"]
    assert len(rows) == len(units) > 3
    keys = ("kind", "agency", "level", "rank", "points")
    assert [[row[key] for key in keys] for row in rows] == [[one[key] for key in keys] for one in units]


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_NASTY = st.sampled_from(["=1+1", "@x", "-5", "a,b", 'a"b', "x\r\ny", "\r", "\u2028", "\x00", " ", "\t", "null", "﻿"])
_CELLS = {
    "text": _TEXT | _NASTY,
    "count": st.none() | st.integers(-(10**20), 10**20),
    "points": st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    "time": st.none() | st.datetimes(datetime(1000, 1, 1)).map(lambda one: one.replace(microsecond=0)),
}


@given(rows=st.lists(st.tuples(*_CELLS.values()), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_table_validates_and_comes_back(rows):
    columns = [Column("n", "N", "count"), *(Column(f"c{kind}", kind, kind) for kind in _CELLS)]
    table = Table("t", "T", columns, [[number, *row] for number, row in enumerate(rows)])
    sealed = {"schema": "reformcli.x/1", "manifest": {"inputs": []}, "rows": {}, "findings": []}
    with tempfile.TemporaryDirectory() as folder:
        data = csv_bytes(table)
        made = package_document({"a.csv": data}, sealed, {"a.csv": table}, title="T", created=None, lang="vi")
        (Path(folder) / "a.csv").write_bytes(data)
        (Path(folder) / "datapackage.json").write_text(to_json(made), encoding="utf-8")
        assert problems(folder) == []
        read = frictionless.Package(str(Path(folder) / "datapackage.json")).get_resource("a.csv").read_rows()
    assert [[row["ccount"], row["cpoints"], row["ctime"]] for row in read] == [[*row[1:]] for row in rows]


def test_a_cell_that_is_not_of_its_kind_widens_the_type():
    cells = [[1, 1, 1], [Decimal("1.5"), "–", datetime(2024, 1, 1)]]
    table = Table("t", "T", [Column(name, name, "count") for name in "abc"], cells)
    sealed = {"schema": "reformcli.x/1", "manifest": {"inputs": []}, "rows": {}, "findings": []}
    made = package_document({"a.csv": b""}, sealed, {"a.csv": table}, title="T", created=None, lang="vi")
    assert [one["type"] for one in made["resources"][0]["schema"]["fields"]] == ["number", "string", "string"]


# ------------------------------------------------------------------ what it was made from
def test_the_sources_are_the_inputs_by_name_and_hash_each_once():
    assert main(["score", WEEK, *PERIOD, "--counts", COUNTS, *ASKED, "-o", "in/a.json"]) == 0
    told = package()["sources"]
    assert {(one["title"], one["kind"], one["hash"], one["bytes"]) for one in told} == {
        (Path(path).name, kind, sha256(path), Path(path).stat().st_size)
        for path, kind in ((WEEK, "export"), (COUNTS, "counts"))
    }
    assert len(told) == 2


def test_the_manifest_is_in_it_whole():
    assert main([*SCORE, "-o", "in/a.csv", "--table", "groups"]) == 0
    beside = json.loads(Path("in/a.csv.manifest.json").read_text(encoding="utf-8"))
    assert package()["reformcli"] == {name: beside[name] for name in ("of", "manifest", "rows", "findings")}
    assert package()["reformcli"]["of"] == "reformcli.score/1"
    assert package()["name"] == "reformcli-score"


def test_nobody_and_no_folder_is_named(tmp_path):
    for arguments in (RUNS[6], RUNS[17], RUNS[18]):
        assert main([*arguments, *ASKED, "-o", "in/a.csv"]) in (0, 1)
        told = Path("in/datapackage.json").read_text(encoding="utf-8")
        assert "Nguyễn" not in told
        assert str(tmp_path) not in told
        assert str(SAMPLES) not in told


# ------------------------------------------------------------------ the same bytes
def test_the_same_input_gives_the_same_bytes(tmp_path):
    """Whatever the order of files, the time zone, the locale and the folder."""
    made = []
    for number, files in enumerate(((SMALL, WEEK), (WEEK, SMALL))):
        folder = tmp_path / str(number)
        folder.mkdir()
        env = {"TZ": ("UTC", "Pacific/Apia")[number], "LC_ALL": ("C", "C.UTF-8")[number]}
        done = command("score", *files, *PERIOD, *ASKED, "-o", "a.csv", env=env, cwd=folder)
        assert done.returncode in (0, 1), done.stderr.decode()
        made.append((folder / "datapackage.json").read_bytes())
    assert made[0] == made[1]


def test_it_was_created_when_the_period_ended_or_at_source_date_epoch(monkeypatch):
    """1703462400 is midnight of 25 December 2023 in UTC."""
    assert main([*SCORE, "-o", "in/a.json"]) == 0
    assert package()["created"] == "2023-12-24T23:59:59+07:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1703462400")
    assert main([*SCORE, "-o", "in/a.json"]) == 0
    assert package()["created"] == "2023-12-25T00:00:00Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert main(["score", "--counts", COUNTS, *ASKED, "-o", "in/a.json"]) == 0
    assert "created" not in package()


# ------------------------------------------------------------------ what is refused
def refused(capsys, *arguments: str) -> str:
    """A run that must be refused with three lines, and writes nothing."""
    before = written()
    assert main([*arguments]) in (2, 3)
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 3
    assert written() == before
    return said.err


def test_json_is_what_is_written_without_the_option():
    assert main(["score", SMALL, *PERIOD, "-q", "--manifest", "json", "-o", "in/a.csv"]) == 0
    asked = written()
    assert main(["score", SMALL, *PERIOD, "-q", "-o", "in/a.csv"]) == 0
    assert written() == asked
    assert {*asked} == {"a.csv", "a.csv.manifest.json"}


def test_an_unknown_manifest_is_refused(capsys):
    said = refused(capsys, "score", SMALL, "--manifest", "rocrate", "-o", "in/a.csv")
    assert "rocrate" in said
    assert "json, datapackage" in said


@pytest.mark.parametrize("name", ["score", "report"])
def test_a_package_needs_a_file(name, capsys):
    assert "-o" in refused(capsys, name, SMALL, *PERIOD, "--manifest", "datapackage", "--lang", "en")


def test_the_files_of_a_package_stand_in_one_folder(capsys, tmp_path):
    (tmp_path / "other").mkdir()
    said = refused(capsys, "report", SMALL, *PERIOD, *ASKED, "-o", "in/a.csv", "-o", "other/b.json")
    assert "b.json" in said
    assert not list((tmp_path / "other").iterdir())
    assert main(["report", SMALL, *PERIOD, *ASKED, "-o", "in/a.csv", "-o", "other/../in/b.json"]) == 0
    assert problems() == []


@pytest.mark.parametrize("name", [".a.csv", "~a.csv", "a$HOME.csv", "a..csv", "a\\b.csv", "a:b.csv", "%a%.csv"])
def test_names_that_the_standard_does_not_allow_are_refused(name, capsys):
    assert name in refused(capsys, *SCORE, "-o", f"in/{name}")


@pytest.mark.parametrize(
    "name", ["a b.csv", "a#b.csv", "a*b.csv", "a?b.csv", "-a.csv", "50%.csv", "a'b.csv", "Điểm (1).CSV", "[1].csv"]
)
def test_other_names_are_allowed(name):
    assert main([*SCORE, "-o", f"in/{name}"]) == 0
    assert problems() == []


def test_an_earlier_package_is_replaced_but_never_that_of_other_files(capsys):
    assert main([*SCORE, "-o", "in/a.csv"]) == 0
    assert main([*SCORE, "--lang", "en", "-o", "in/a.csv"]) == 0
    assert package()["reformcli"]["manifest"]["shown"]["language"] == "en"
    assert "a.csv" in refused(capsys, *SCORE, "-o", "in/b.csv")
    for broken in (
        b"",
        b"[]",
        b'{"resources": 1}',
        b'{"resources": [1]}',
        b'{"resources": [{}]}',
        b"\xff",
        b"[" * 99999,
    ):
        Path("in/datapackage.json").write_bytes(broken)
        assert "datapackage.json" in refused(capsys, *SCORE, "-o", "in/a.csv")


def test_an_input_is_never_overwritten(capsys):
    Path("in/datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    assert refused(capsys, *SCORE, "--previous", "in/datapackage.json", "-o", "in/a.csv")
    Path("in/datapackage.json").unlink()
    Path("in/datapackage.json").symlink_to(SMALL)
    kept = Path(SMALL).read_bytes()
    assert main([*SCORE, "-o", "in/a.csv"]) == 2
    assert Path(SMALL).read_bytes() == kept


def test_an_output_is_not_called_like_the_package(capsys):
    assert "datapackage.json" in refused(capsys, *SCORE, "-o", "in/datapackage.json")


def test_all_files_or_none(monkeypatch, capsys):
    """The disk is full when the last of them is written."""
    from reformcli.render import files

    write, done = files._write_durably, []

    def full(temporary: Path, data: bytes, path: Path) -> None:
        done.append(path.name)
        if len(done) == 3:
            raise files.OutputError("output_disk_full", where=str(path), file=path.name, folder="in", reason="")
        write(temporary, data, path)

    monkeypatch.setattr(files, "_write_durably", full)
    refused(capsys, *SCORE, "-o", "in/a.csv")
    assert done == ["a.csv", "a.csv.manifest.json", "datapackage.json"]
