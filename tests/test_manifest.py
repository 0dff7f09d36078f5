"""What a result says of where it comes from: enough to make it again, and to see that something has changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reformcli import judging, pipeline
from reformcli.audit.made_from import KINDS
from reformcli.cli import main
from reformcli.cli.options import Given
from reformcli.cli.told import NAMES, told
from reformcli.rules import shipped
from support import ROOT, SAMPLES, write_csv

SMALL, FAULTY = SAMPLES / "nho-30.csv", SAMPLES / "loi-can-xu-ly.csv"
WEEK = ("--period", "2023-W51")
PARTS = ("counted", "out_of_scope", "superseded", "rejected")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


@pytest.fixture
def run(capsys):
    """The JSON document of a command."""

    def running(*arguments: object) -> dict:
        assert main([*map(str, arguments), "--format", "json", "-q"]) in (0, 1)
        return json.loads(capsys.readouterr().out, parse_float=Decimal)

    return running


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# ------------------------------------------------------------------ inputs
ROW = st.fixed_dictionaries(
    {
        "Số hồ sơ": st.sampled_from(["H01.01-240701-0001", "H01.01-240702-0002", "H01.01-240703-0003", ""]),
        "Ngày tiếp nhận": st.sampled_from(["02/07/2024 08:00", "01/01/2030 08:00", "hôm qua", ""]),
        "Ngày hẹn trả": st.sampled_from(["10/07/2024 17:00", ""]),
        "Ngày kết thúc xử lý": st.sampled_from(["09/07/2024 09:00", "01/06/2024 09:00", ""]),
        "Cơ quan/đơn vị": st.sampled_from(["Sở Xây dựng", "UBND xã An Bình"]),
        "Trạng thái hồ sơ": st.sampled_from(["Đang xử lý", "Đã trả kết quả"]),
    }
)


@given(files=st.lists(st.lists(ROW, min_size=1, max_size=6), min_size=1, max_size=3))
@settings(max_examples=25)
def test_the_rows_of_all_sheets_add_up_to_the_rows_of_the_run(files):
    with tempfile.TemporaryDirectory() as folder:
        paths = [write_csv(Path(folder) / f"{number}.csv", rows) for number, rows in enumerate(files)]
        run = pipeline.run_metrics(judging.Options([str(path) for path in paths], period="2024-07"), [])
    sheets = [one.rows for one in run.manifest.inputs]
    assert [one.source.name for one in run.manifest.inputs] == [path.name for path in paths]
    assert [one.read for one in sheets] == list(map(len, files))
    for name in ("read", *PARTS):
        assert sum(getattr(one, name) for one in sheets) == getattr(run.rows, name)
    assert all(one.read == sum(getattr(one, name) for name in PARTS) for one in sheets)


def test_every_file_is_named_with_its_hash_and_what_it_is_for(run, tmp_path):
    """Whatever decides a figure: without one of these the figure cannot be made again."""
    own = {
        "accept": "rule,dossier_id\nRC201,H99.06-231218-0003\n",
        "map": "heading,field\nGhi chú,\n",
        "causes": 'source = "own"\nevidence = "own"\n',
        "calendar": "date,kind,reason\n2023-12-20,off,Nghỉ\n",
        "times": "procedure,max_time\nKhông có,5\n",
        "targets": "measure,level,value,by,source\n2.1,agency,90,,own\n",
    }
    ends = {"causes": "toml"}
    paths = {name: tmp_path / f"{name}.{ends.get(name, 'csv')}" for name in own}
    for name, path in paths.items():
        path.write_text(own[name], encoding="utf-8")
    counts, register = SAMPLES / "counts.csv", SAMPLES / "agencies.csv"
    common = [SMALL, *WEEK, "--counts", counts, "--agencies", register, "--accept", paths["accept"]]
    common += ["--columns", paths["map"], "--previous", FAULTY, "--previous-counts", counts, "--force"]
    late = run(
        "late", *common, "--causes", paths["causes"], "--calendar", paths["calendar"], "--check-due", paths["times"]
    )
    gaps = run("gaps", *common[:9], "--targets", paths["targets"], "--calendar", paths["calendar"])

    found = {(one["kind"], one["name"], one["sha256"], one["size"]) for one in late["manifest"]["inputs"]}
    kinds = {"accept": "accept", "map": "columns", "causes": "causes", "calendar": "calendar", "times": "catalogue"}
    wanted = {kinds[name]: paths[name] for name in kinds}
    wanted |= {"export": SMALL, "counts": counts, "register": register, "previous": FAULTY, "previous_counts": counts}
    data = {kind: path.read_bytes() for kind, path in wanted.items()}
    assert found == {(kind, path.name, sha256(data[kind]), len(data[kind])) for kind, path in wanted.items()}
    assert {one["kind"] for one in gaps["manifest"]["inputs"]} >= {"targets", "calendar"}
    order = [KINDS.index(one["kind"]) for one in late["manifest"]["inputs"]]
    assert order == sorted(order)


def test_rule_files_of_the_users_own_are_inputs_too(run, tmp_path):
    card, profile = tmp_path / "own.toml", tmp_path / "system.toml"
    card.write_bytes(shipped("qd766").replace(b'id = "qd766"', b'id = "tinh"', 1))
    profile.write_bytes(shipped("profiles"))
    made = run("score", SMALL, *WEEK, "--scorecard", card, "--profile", profile)["manifest"]
    assert [one["kind"] for one in made["inputs"]] == ["export", "profile", "scorecard"]
    assert made["scorecard"]["sha256"] == sha256(card.read_bytes())
    rules = {(one["kind"], one["id"]): one for one in made["rules"]}
    assert rules["scorecard", "tinh"]["version"] == "2022-06-23"
    assert rules["profile", "system.toml"] == {
        "kind": "profile",
        "id": "system.toml",
        "version": None,
        "sha256": sha256(profile.read_bytes()),
    }


def test_the_letterhead_and_the_template_of_a_report_are_named(run, tmp_path):
    letterhead = tmp_path / "co-quan.toml"
    letterhead.write_text('issuer = "TRUNG TÂM"\n', encoding="utf-8")
    with_it = run("report", SMALL, *WEEK, "--letterhead", letterhead)["manifest"]
    without = run("report", SMALL, *WEEK)["manifest"]
    assert [one["kind"] for one in with_it["inputs"]] == ["export", "letterhead"]
    assert with_it["identity"] == without["identity"]


# ------------------------------------------------------------------ rules, period, options
RULES = {
    "score": {"scorecard", "headings", "codes", "levels", "profiles"},
    "late": {"scorecard", "headings", "codes", "levels", "profiles", "calendar", "causes"},
    "targets": {"scorecard", "headings", "codes", "levels", "profiles", "targets"},
    "gaps": {"scorecard", "headings", "codes", "levels", "profiles", "targets", "mending", "calendar"},
}
RULES["report"] = RULES["late"] | RULES["gaps"]
FILES = {"headings": "headers", "calendar": "holidays", "scorecard": "qd766"}


@pytest.mark.parametrize("command", RULES)
def test_every_rule_file_is_named_with_the_hash_of_its_bytes(command, run):
    made = run(command, SMALL, *WEEK)["manifest"]["rules"]
    assert {one["kind"]: one["sha256"] for one in made} == {
        kind: sha256(shipped(FILES.get(kind, kind))) for kind in RULES[command]
    }
    assert all(one["version"] for one in made)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((), ("found", "found")),
        (("--from", "2023-12-18"), ("given", "found")),
        (("--to", "2023-12-24"), ("found", "given")),
        (WEEK, ("given", "given")),
    ],
)
def test_it_is_told_who_chose_the_period(given, wanted, run):
    period = run("score", SMALL, *given)["manifest"]["period"]
    assert (period["start"], period["end"]) == wanted


def test_counts_alone_have_no_period(run):
    made = run("score", "--counts", SAMPLES / "counts.csv")["manifest"]
    assert made["period"] == {"start": None, "end": None}


def test_options_are_those_that_change_figures_and_files_lose_their_folders(run, tmp_path):
    made = run("late", SMALL, "--from", "18/12/2023", "--agencies", SAMPLES / "agencies.csv", "--worst", "2", "--force")
    assert made["manifest"]["options"] == {
        "scorecard": "qd766",
        "columns": [],
        "from": "18/12/2023",
        "agencies": "agencies.csv",
        "worst": 2,
        "at_least": 10,
        "by": ["agency"],
        "force": True,
    }
    assert str(tmp_path) not in json.dumps(made["manifest"], default=str)


def test_how_a_result_is_shown_is_no_option_that_changes_figures():
    shown = {"lang", "format", "output", "outputs", "quiet", "verbose", "no_progress", "fail_on", "table", "limit"}
    assert not shown & {*NAMES}
    assert told(Given(lang="en", format="csv", quiet=True, fail_on="never", table="groups")) == {}


def test_maps_of_headings_stand_in_the_order_in_which_they_win(run, tmp_path):
    path = tmp_path / "map.csv"
    path.write_text("heading,field\nGhi chú,\n", encoding="utf-8")
    made = run("score", SMALL, "--columns", "Z=", "--columns", path, "--columns", "A=")["manifest"]
    assert made["options"]["columns"] == ["Z=", "map.csv", "A="]


# ------------------------------------------------------------------ identity
def recomputed(document: dict) -> str:
    """The identity by the recipe of the documentation, from what was printed alone."""
    left_out = {"schema", "manifest", "findings", "comparison", "dossiers", "near", "shared_counts"}

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items() if key != "sources"}
        if isinstance(value, list):
            return [plain(one) for one in value]
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return value
        return str(value) if isinstance(value, int) else short(value)

    def short(number: Decimal) -> str:
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text

    figures = {key: plain(value) for key, value in document.items() if key not in left_out}
    return sha256(json.dumps(figures, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize("command", ["score", "metrics", "late", "report", "targets", "gaps", "validate"])
def test_anyone_can_recompute_the_identity(command, run):
    made = run(command, SMALL, FAULTY, *WEEK)
    assert made["manifest"]["identity"] == recomputed(made)


def test_every_format_of_a_report_tells_the_same_identity(tmp_path, run):
    names = {form: tmp_path / f"r.{form}" for form in ("xlsx", "html", "docx", "json", "csv", "md")}
    assert main(["report", str(SMALL), *WEEK, "-q", *(f for path in names.values() for f in ("-o", str(path)))]) == 0
    told_ = json.loads(names["json"].read_text(encoding="utf-8"))["manifest"]["identity"]
    cells = {cell.value for sheet in load_workbook(names["xlsx"]) for row in sheet.iter_rows() for cell in row}
    beside = json.loads((tmp_path / "r.csv.manifest.json").read_text(encoding="utf-8"))
    assert told_ in cells
    assert told_ in names["html"].read_text(encoding="utf-8")
    assert any(told_ in paragraph.text for paragraph in docx.Document(str(names["docx"])).paragraphs)
    assert beside["manifest"]["identity"] == told_
    assert run("report", SMALL, *WEEK)["manifest"]["identity"] == told_


@pytest.mark.parametrize("command", ["score", "metrics", "late", "targets", "gaps"])
def test_the_workbook_of_a_command_tells_its_identity_and_its_files(command, tmp_path, run):
    assert main([command, str(SMALL), *WEEK, "-q", "-o", str(tmp_path / "a.xlsx")]) == 0
    cells = {cell.value for sheet in load_workbook(tmp_path / "a.xlsx") for row in sheet.iter_rows() for cell in row}
    assert {run(command, SMALL, *WEEK)["manifest"]["identity"], sha256(SMALL.read_bytes())} <= cells


@pytest.mark.parametrize("command", ["score", "late", "report"])
def test_what_changes_no_figure_leaves_the_identity(command, run, tmp_path):
    renamed = tmp_path / "khác.csv"
    renamed.write_bytes(SMALL.read_bytes())
    plain = run(command, SMALL, *WEEK)["manifest"]
    assert run(command, renamed, *WEEK)["manifest"]["identity"] == plain["identity"]
    assert run(command, SMALL, *WEEK, "--lang", "en")["manifest"] == plain
    compared = run(command, SMALL, *WEEK, "--previous-period", "2023-W50", "--force")
    assert compared["manifest"]["identity"] == plain["identity"]
    given = run(command, SMALL, "--from", "2023-12-18", "--to", "2023-12-24")["manifest"]
    assert given["identity"] == plain["identity"]
    assert given["options"] != plain["options"]


@pytest.mark.parametrize("command", ["score", "metrics", "late", "report", "targets", "gaps"])
def test_a_dossier_less_is_another_result(command, run, tmp_path):
    fewer = tmp_path / SMALL.name
    rows = list(csv.DictReader(io.StringIO(SMALL.read_text(encoding="utf-8-sig"))))
    write_csv(fewer, [row for row in rows if "231218-0003" not in str(row)])
    one, other = (run(command, path, *WEEK)["manifest"] for path in (SMALL, fewer))
    assert one["identity"] != other["identity"]


def test_the_script_of_the_documentation_recomputes_it(tmp_path, run):
    """It is printed there for auditors: it must say True, and False when a figure is changed by hand."""
    page = ROOT / "docs" / "ke-khai.md"
    if not page.is_file():
        pytest.skip("the documentation is not here")
    script = tmp_path / "check.py"
    script.write_text(
        re.findall(r"```python\n(import hashlib.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[0],
        encoding="utf-8",
    )
    made = tmp_path / "r.json"
    assert main(["gaps", str(SMALL), *WEEK, "-q", "-o", str(made)]) == 0
    tried = []
    for old, new in (("", ""), ('"read": 30', '"read": 31')):
        made.write_text(
            made.read_text(encoding="utf-8").replace(old, new) if old else made.read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        done = subprocess.run([sys.executable, str(script), str(made)], capture_output=True, text=True, check=True)
        tried.append(done.stdout.strip())
    assert tried == ["True", "False"]


# ------------------------------------------------------------------ beside a csv
def test_a_csv_has_its_manifest_beside_it(tmp_path, run):
    target = tmp_path / "điểm.csv"
    assert main(["score", str(SMALL), *WEEK, "-q", "-o", str(target)]) == 0
    beside = json.loads((tmp_path / "điểm.csv.manifest.json").read_text(encoding="utf-8"))
    document = json.loads(json.dumps(run("score", SMALL, *WEEK), default=float))
    assert beside["file"] == {"name": target.name, "sha256": sha256(target.read_bytes()), "size": target.stat().st_size}
    assert beside["manifest"].pop("shown") == {"language": "vi", "table": "units"}
    assert {name: beside[name] for name in ("manifest", "rows", "findings")} == {
        name: document[name] for name in ("manifest", "rows", "findings")
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["điểm.csv", "điểm.csv.manifest.json"]


def test_a_csv_for_a_pipe_and_other_formats_leave_no_file(tmp_path, capsys):
    assert main(["score", str(SMALL), *WEEK, "-q", "--format", "csv"]) == 0
    assert main(["score", str(SMALL), *WEEK, "-q", "-o", str(tmp_path / "a.json")]) == 0
    assert main(["validate", str(SMALL), *WEEK, "-q", "-o", str(tmp_path / "b.csv")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.csv"]


def test_an_earlier_result_is_never_overwritten_by_a_manifest(tmp_path, capsys):
    earlier = tmp_path / "a.csv.manifest.json"
    assert main(["score", str(SMALL), *WEEK, "-q", "--format", "json"]) == 0
    earlier.write_text(capsys.readouterr().out, encoding="utf-8")
    kept = earlier.read_bytes()
    assert main(["score", str(SMALL), *WEEK, "--previous", str(earlier), "-q", "-o", str(tmp_path / "a.csv")]) == 2
    assert earlier.read_bytes() == kept


def test_an_earlier_result_is_an_input_and_its_files_are_told_as_before(run, tmp_path):
    """Only exports and counts are named as what a compared result came from, not the register or rule files."""
    earlier = tmp_path / "truoc.json"
    assert (
        main(
            [
                "score",
                str(SMALL),
                "--period",
                "2023-W50",
                "--agencies",
                str(SAMPLES / "agencies.csv"),
                "-q",
                "-o",
                str(earlier),
            ]
        )
        == 0
    )
    made = run("score", SMALL, *WEEK, "--agencies", SAMPLES / "agencies.csv", "--previous", earlier, "--force")
    assert ("previous", "truoc.json") in [(one["kind"], one["name"]) for one in made["manifest"]["inputs"]]
    assert made["comparison"]["before"]["sources"] == made["comparison"]["now"]["sources"] == [SMALL.name]
