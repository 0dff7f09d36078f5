"""Where defaults come from: flags > REFORMCLI_* > reformcli.toml found upwards > the user's file > built in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from reformcli.cli import main
from support import SAMPLES, write_csv

HOME = "APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME"
ROW = {
    "Mã hồ sơ": "H99.06-231218-0001",
    "Cơ quan giải quyết": "Sở Tư pháp",
    "Cấp thực hiện": "Cấp Tỉnh",
    "Hình thức tiếp nhận": "Trực tuyến",
    "Ngày tiếp nhận": "18/12/2023 08:00",
    "Ngày hẹn trả": "",  # a warning
    "Ngày kết thúc xử lý": "20/12/2023 10:00",
    "Trạng thái hồ sơ": "Đã xử lý xong",
}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch) -> Path:
    """A project folder below which the command runs, and a user with a settings folder."""
    work = tmp_path / "project" / "week" / "51"
    work.mkdir(parents=True)
    (tmp_path / "home" / "reformcli").mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    write_csv(work / "export.csv", [ROW])
    return tmp_path / "project"


def user_file(project: Path) -> Path:
    return project.parent / "home" / "reformcli" / "reformcli.toml"


@pytest.fixture
def form(capsys):
    """The format that a run without --format prints."""

    def form(*flags: str) -> str:
        capsys.readouterr()
        assert main(["score", "export.csv", *flags]) == 0, capsys.readouterr().err
        out = capsys.readouterr().out
        return (
            "json"
            if out.startswith("{")
            else "md"
            if out.startswith("## ")
            else "csv"
            if "," in out.split("\n")[0]
            else "table"
        )

    return form


def test_flags_outweigh_the_environment_that_the_project_that_the_user_that_the_built_in(project, form, monkeypatch):
    assert form() == "table"
    user_file(project).write_text('format = "csv"\n', encoding="utf-8")
    assert form() == "csv"
    (project / "reformcli.toml").write_text('format = "md"\n', encoding="utf-8")
    assert form() == "md"
    monkeypatch.setenv("REFORMCLI_FORMAT", "json")
    assert form() == "json"
    assert form("--format", "csv") == "csv"


def test_the_nearest_project_file_counts(project, form):
    (project / "reformcli.toml").write_text('format = "csv"\n', encoding="utf-8")
    (project / "week" / "reformcli.toml").write_text('format = "json"\n', encoding="utf-8")
    assert form() == "json"


def test_settings_of_the_user_stay_where_the_project_says_nothing(project, form, capsys):
    user_file(project).write_text('format = "json"\nlang = "en"\n', encoding="utf-8")
    (project / "reformcli.toml").write_text('format = "md"\n', encoding="utf-8")
    assert form() == "md"
    main(["score", "export.csv"])
    assert "measurable points" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["user", "project", "environment"])
def test_the_language_of_errors_comes_from_the_same_places(place, project, monkeypatch, capsys):
    if place == "environment":
        monkeypatch.setenv("REFORMCLI_LANG", "en")
    else:
        path = user_file(project) if place == "user" else project / "reformcli.toml"
        path.write_text('lang = "en"\n', encoding="utf-8")

    main(["score", "missing.csv"])
    assert capsys.readouterr().err.startswith("error: ")
    main(["score", "missing.csv", "--lang", "vi"])
    assert capsys.readouterr().err.startswith("lỗi: ")


def test_the_language_of_help_comes_from_the_same_places(monkeypatch, capsys):
    monkeypatch.setenv("REFORMCLI_LANG", "en")
    main(["score", "--help"])
    assert capsys.readouterr().out.startswith("Usage: ")


def test_fail_on_can_be_set(project, monkeypatch):
    assert main(["score", "export.csv"]) == 0
    (project / "reformcli.toml").write_text('fail-on = "warning"\n', encoding="utf-8")
    assert main(["score", "export.csv"]) == 1
    monkeypatch.setenv("REFORMCLI_FAIL_ON", "never")
    assert main(["score", "export.csv"]) == 0
    assert main(["score", "export.csv", "--fail-on", "warning"]) == 1


@pytest.mark.parametrize("written", ["quiet = true", "quiet = 1"])
def test_a_switch_can_be_set(written, project, capsys):
    (project / "reformcli.toml").write_text(written, encoding="utf-8")
    main(["score", "export.csv"])
    assert capsys.readouterr().err == ""


def test_a_switch_can_be_set_in_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("REFORMCLI_QUIET", "1")
    main(["score", "export.csv"])
    assert capsys.readouterr().err == ""


def test_paths_in_a_settings_file_start_from_its_own_folder(project, capsys):
    counts = "agency,level,component,numerator,denominator\nSở Tư pháp,province,1.4,8,9\n"
    (project / "so-lieu.csv").write_text(counts, encoding="utf-8")
    (project / "reformcli.toml").write_text('counts = "so-lieu.csv"\n', encoding="utf-8")

    assert main(["score", "export.csv", "--format", "json"]) == 0
    components = json.loads(capsys.readouterr().out)["components"]
    found = next(c for c in components if c["component"] == "1.4" and c["kind"] == "agency")
    assert (found["numerator"], found["denominator"]) == (8, 9)


def test_a_list_sets_an_option_that_may_be_repeated(project, capsys):
    (project / "reformcli.toml").write_text('by = ["level", "total"]\n', encoding="utf-8")
    main(["score", "export.csv", "--format", "json"])
    assert {unit["kind"] for unit in json.loads(capsys.readouterr().out)["units"]} == {"level", "total"}


def test_one_text_sets_it_too(project, capsys):
    (project / "reformcli.toml").write_text('level = "province"\n', encoding="utf-8")
    main(["score", "export.csv", "--format", "json"])
    assert {unit["level"] for unit in json.loads(capsys.readouterr().out)["units"]} == {"province"}


def test_dates_may_be_written_as_toml_dates(project, capsys):
    (project / "reformcli.toml").write_text("from = 2023-12-18\nto = 2023-12-24\n", encoding="utf-8")
    main(["score", "export.csv", "--format", "json"])
    manifest = json.loads(capsys.readouterr().out)["manifest"]
    assert (manifest["from"], manifest["to"]) == ("2023-12-18 00:00:00", "2023-12-24 23:59:59")


def test_a_period_given_as_a_flag_outweighs_the_days_of_a_settings_file(project, capsys):
    (project / "reformcli.toml").write_text("from = 2023-01-01\nto = 2023-12-31\n", encoding="utf-8")
    assert main(["score", "export.csv", "--format", "json", "--period", "2023-W51"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["from"] == "2023-12-18 00:00:00"


def test_days_given_as_flags_outweigh_the_period_of_a_settings_file(project, capsys):
    (project / "reformcli.toml").write_text('period = "2023"\n', encoding="utf-8")
    assert main(["score", "export.csv", "--format", "json", "--from", "18/12/2023"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["from"] == "2023-12-18 00:00:00"


@pytest.mark.parametrize(
    ("name", "value", "flags"),
    [
        ("REFORMCLI_AGENCY", "Sở Tư pháp", ["--agency", "Sở Tư pháp"]),
        ("REFORMCLI_COLUMNS", "Hình thức tiếp nhận=", ["--columns", "Hình thức tiếp nhận="]),
        ("REFORMCLI_COUNTS", "so lieu.csv", ["--counts", "so lieu.csv"]),
    ],
)
def test_a_value_with_spaces_in_the_environment_is_one_value(name, value, flags, monkeypatch, capsys):
    counts = "agency,level,component,numerator,denominator\nSở Tư pháp,province,1.4,8,9\n"
    Path("so lieu.csv").write_text(counts, encoding="utf-8")
    assert main(["score", "export.csv", "--format", "json", *flags]) == 0
    wanted = capsys.readouterr().out
    monkeypatch.setenv(name, value)
    assert main(["score", "export.csv", "--format", "json"]) == 0, capsys.readouterr().err
    assert capsys.readouterr().out == wanted


def test_an_empty_variable_is_none(monkeypatch, form):
    monkeypatch.setenv("REFORMCLI_FORMAT", "")
    assert form() == "table"


@pytest.mark.parametrize("variable", ["REFORMCLI_FORMAT", "REFORMCLI_FAIL_ON", "REFORMCLI_LANG", "REFORMCLI_PERIOD"])
def test_a_wrong_variable_is_refused_as_a_wrong_flag_is(variable, monkeypatch, capsys):
    monkeypatch.setenv(variable, "nonsense")
    assert main(["score", "export.csv"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 3


@pytest.mark.parametrize(
    "written",
    [
        *("this is no toml", "colour = 3", 'format = "pdf"', "format = 3", 'quiet = "perhaps"', 'lang = "fr"'),
        *("counts = { a = 1 }", "counts = [[1]]", 'period = "2023-W54"', "level = 3", "[score]\nformat = 'json'"),
        'rows = "many"',
    ],
)
def test_a_wrong_settings_file_is_refused_with_its_name(written, project, capsys):
    (project / "reformcli.toml").write_text(written, encoding="utf-8")
    command = ["sample", "out.csv"] if "rows" in written else ["score", "export.csv"]
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 3
    assert "Traceback" not in err


@pytest.mark.parametrize("written", ["this is no toml", "colour = 3"])
def test_a_settings_file_that_cannot_be_understood_is_named(written, project, capsys):
    (project / "reformcli.toml").write_text(written, encoding="utf-8")
    assert main(["score", "export.csv"]) == 2
    assert "reformcli.toml" in capsys.readouterr().err.splitlines()[1]


def test_a_settings_file_that_is_no_utf8_is_refused(project, capsys):
    (project / "reformcli.toml").write_bytes(b"\xff\xfe\x00")
    assert main(["score", "export.csv"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_settings_file_of_excel_or_notepad_with_a_mark_is_read(project, form):
    (project / "reformcli.toml").write_text('format = "json"\n', encoding="utf-8-sig")
    assert form() == "json"


def test_settings_for_one_command_do_not_disturb_another(project, capsys):
    """`table`, `quarantine`, `rows` belong to some commands only."""
    (project / "reformcli.toml").write_text('table = "groups"\nrows = 5\nseed = 3\n', encoding="utf-8")
    for line in ("score export.csv", "metrics export.csv", "validate export.csv", "columns export.csv", "rules show"):
        assert main(line.split()) == 0, capsys.readouterr().err


def test_every_long_option_has_a_key_and_a_variable():
    from reformcli.cli.options import names_in_files

    wanted = {
        *("from", "to", "period", "counts", "agencies", "columns", "scorecard", "by", "level", "agency", "format"),
        *("output", "lang", "fail-on", "keep-personal", "quiet", "verbose", "no-progress", "accept"),
    }
    assert wanted <= set(names_in_files())


def test_without_settings_the_samples_are_scored_as_built_in(capsys):
    assert main(["score", str(SAMPLES / "nho-30.csv"), "--period", "2023-W51", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["manifest"]["scorecard"]["id"] == "qd766"
