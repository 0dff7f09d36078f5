"""What a catalogue, published scores, tasks and filed results add to a report: counted by hand, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import lxml.html
import pytest
from openpyxl import load_workbook

from reformcli.cli import main
from support import DATA, SAMPLES, command

SMALL = SAMPLES / "nho-30.csv"
LEAGUE = DATA / "league.csv"
PERIOD = ("--period", "2023-W51")
PREVIOUS = ("--previous-period", "2023-W50", "--force")
FORMS = ("xlsx", "html", "docx", "json", "csv", "md")
# On 24/12/2023, the end of week 51: one done on time, one done late, one overdue, one to come.
TASKS = """Nhiệm vụ,Cơ quan chủ trì,Ngày bắt đầu,Thời hạn,Tiến độ,Ngày hoàn thành
Rà soát thủ tục,Sở Tư pháp,01/12/2023,20/12/2023,100,19/12/2023
Công bố danh mục,Sở Tư pháp,01/12/2023,15/12/2023,100,18/12/2023
Họp ban chỉ đạo,Sở Nội vụ,01/12/2023,22/12/2023,50,
Báo cáo quý,Sở Nội vụ,01/12/2023,29/12/2023,0,
"""
# On 17/12/2023, the end of week 50: nothing done; only the second task was due, and overdue.
EARLIER = TASKS.replace("100,19/12/2023", "20,").replace("100,18/12/2023", "90,")
# Two of four procedures fully online, one in part: 75 % online.
CATALOGUE = """Mã thủ tục,Tên thủ tục hành chính,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện,Mức độ
9.1,Một,Lý lịch tư pháp,Cấp Tỉnh,Sở Tư pháp,Toàn trình
9.2,Hai,Lý lịch tư pháp,Cấp Tỉnh,Sở Tư pháp,Toàn trình
9.3,Ba,Hội,Cấp Tỉnh,Sở Nội vụ,Một phần
9.4,Bốn,Hội,Cấp Tỉnh,Sở Nội vụ,Cung cấp thông tin
"""
SENTENCES = {
    "tasks": "Đến hết ngày 24/12/2023: 4 nhiệm vụ, đã hoàn thành 2 (50,00%).",
    "overdue": "1 nhiệm vụ quá hạn, nhiều nhất: Sở Nội vụ (1).",
    "offer": "3 trên 4 thủ tục cung cấp dịch vụ công trực tuyến (75,00%)",
    "league": "Phú Thọ, ngày 10/10/2026: 78,1 điểm, đồng hạng 2/4, tăng 0,2 điểm, tăng 1 bậc",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A report with all of it in every format."""
    folder = tmp_path_factory.mktemp("joined")
    for name, content in (("nv.csv", TASKS), ("nv-truoc.csv", EARLIER), ("tthc.csv", CATALOGUE)):
        (folder / name).write_text(content, encoding="utf-8")
    paths = {form: folder / f"bc.{form}" for form in FORMS}
    out = [part for path in paths.values() for part in ("-o", path)]
    done = command(
        *("report", SMALL, *PERIOD, *PREVIOUS, "--catalogue", folder / "tthc.csv", "--league", LEAGUE),
        *("--own", "Phú Thọ", "--tasks", folder / "nv.csv", "--previous-tasks", folder / "nv-truoc.csv", *out),
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return folder, paths


def told(paths) -> dict:
    return json.loads(paths["json"].read_text(encoding="utf-8"))


def words_of(path: Path) -> str:
    if path.suffix == ".xlsx":
        book = load_workbook(path, data_only=True)
        return "\n".join(str(c) for s in book for row in s.iter_rows(values_only=True) for c in row if c is not None)
    if path.suffix == ".docx":
        note = docx.Document(str(path))
        cells = [cell.text for table in note.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(one.text for one in note.paragraphs), *cells])
    if path.suffix == ".html":
        return " ".join(" ".join(lxml.html.parse(path).getroot().itertext()).split())
    return path.read_text(encoding="utf-8-sig")


# ------------------------------------------------------------------ figures
def test_tasks_are_judged_at_the_end_of_the_period_and_of_the_one_before(made):
    tasks = told(made[1])["tasks"]

    assert tasks["to"] == "2023-12-24 23:59:59"
    states = tasks["total"]["states"]
    assert (tasks["total"]["tasks"], tasks["total"]["done"], sum(states.values())) == (4, 2, 4)
    assert (states["done_on_time"], states["done_late"], states["overdue"]) == (1, 1, 1)
    assert tasks["comparison"]["to"] == "2023-12-17"
    assert (tasks["comparison"]["before"]["done"], tasks["comparison"]["before"]["states"]["overdue"]) == (0, 1)
    assert tasks["comparison"]["events"]["newly_done"] == 2
    assert tasks["comparison"]["events"]["newly_overdue"] == 1


def test_the_offer_and_the_ranks_are_those_of_their_own_commands(made):
    offer, league = told(made[1])["offer"], told(made[1])["league"]

    assert offer["procedures"]["count"] == 4
    shares = {one["service_level"]: (one["count"], float(one["share"])) for one in offer["service_levels"]}
    assert shares["full"] == (2, 50)
    assert shares["online"] == (3, 75)
    own = next(one for one in league["leagues"][0]["units"] if one["unit"] == "Phú Thọ")
    assert (own["rank"], own["rank_of"]) == (2, 4)


@pytest.mark.parametrize("form", ["xlsx", "html", "docx", "md"])
@pytest.mark.parametrize("about", SENTENCES)
def test_every_format_for_people_says_it(made, form, about):
    assert SENTENCES[about] in words_of(made[1][form])


@pytest.mark.parametrize("form", ["xlsx", "html", "docx", "csv", "md"])
@pytest.mark.parametrize("cell", ["Họp ban chỉ đạo", "Sơn La", "Lý lịch tư pháp"])
def test_every_format_has_the_tables(made, form, cell):
    """An overdue task, a province, a field of procedures."""
    assert cell in words_of(made[1][form])


def test_the_manifest_names_every_file_once(made):
    inputs = [(one["kind"], one["name"], one["rows"]) for one in told(made[1])["manifest"]["inputs"]]

    for wanted in (("tasks", "nv.csv", 4), ("previous_tasks", "nv-truoc.csv", 4), ("published", "league.csv", 8)):
        assert inputs.count(wanted) == 1
    assert [kind for kind, _, _ in inputs].count("catalogue") == 1
    assert len({*inputs}) == len(inputs)


@pytest.mark.parametrize("form", ["xlsx", "html", "json", "csv"])
def test_verify_makes_it_again(made, form, capsys):
    folder, paths = made
    files = [SMALL, LEAGUE, *(folder / name for name in ("nv.csv", "nv-truoc.csv", "tthc.csv"))]

    code = main([str(one) for one in ("verify", paths[form], *files, "--format", "json", "-q")])

    found = json.loads(capsys.readouterr().out)
    assert (code, found["differences"]) == (0, [])
    assert {one["status"] for one in found["inputs"]} == {"same"}


def test_verify_sees_a_task_that_was_changed(made, capsys, tmp_path):
    folder, paths = made
    (tmp_path / "nv.csv").write_text(TASKS.replace("19/12/2023", "21/12/2023"), encoding="utf-8")
    files = [SMALL, LEAGUE, tmp_path / "nv.csv", *(folder / name for name in ("nv-truoc.csv", "tthc.csv"))]

    code = main([str(one) for one in ("verify", paths["json"], *files, "--format", "json", "-q")])

    found = json.loads(capsys.readouterr().out)
    assert (code, found["cause"]) == (1, "inputs")
    assert any("done_on_time" in one["place"] for one in found["differences"])


# ------------------------------------------------------------------ bad input
def test_a_report_without_any_of_it_says_nothing_of_it(tmp_path):
    assert main(["report", str(SMALL), *PERIOD, "-o", str(tmp_path / "a.json"), "-q"]) == 0

    assert {"offer", "league", "tasks", "history"} & {*json.loads((tmp_path / "a.json").read_text("utf-8"))} == set()


@pytest.mark.parametrize("option", [("--own", "Phú Thọ"), ("--previous-tasks", str(SMALL))])
def test_an_option_without_what_it_belongs_to_is_refused(option, capsys):
    assert main(["report", str(SMALL), *option]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 3


def test_an_error_in_the_tasks_is_an_exit_code_of_1(tmp_path):
    """A task without a title, where the exports have no error."""
    (tmp_path / "nv.csv").write_text(TASKS + ",Sở Nội vụ,01/12/2023,29/12/2023,0,\n", encoding="utf-8")
    arguments = ["report", str(SMALL), *PERIOD, "--tasks", str(tmp_path / "nv.csv"), "-o", str(tmp_path / "a.md"), "-q"]

    assert main(arguments) == 1
    assert main([*arguments, "--fail-on", "never"]) == 0


def test_a_catalogue_without_service_levels_adds_no_section(tmp_path):
    lines = [line.rpartition(",")[0] for line in CATALOGUE.splitlines()]
    (tmp_path / "tthc.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    code = main(
        ["report", str(SMALL), *PERIOD, "--catalogue", str(tmp_path / "tthc.csv"), "-o", str(tmp_path / "a.json")]
    )

    assert (code, "offer" in json.loads((tmp_path / "a.json").read_text("utf-8"))) == (0, False)


# ------------------------------------------------------------------ the year's course
@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The results of weeks 50 and 51 of the small file, filed, and a report of 51 with the course that leads to it."""
    folder = tmp_path_factory.mktemp("year")
    for week in ("2023-W50", "2023-W51"):
        assert command("score", SMALL, "--period", week, "--remember", folder / "luu", "-q").returncode == 0
    out = folder / "bc.html"
    assert command("report", SMALL, *PERIOD, "--remembered", folder / "luu", "-o", out, "-q").returncode == 0
    return folder, out


def test_the_course_ends_with_the_report(year):
    folder, _ = year
    out = folder / "bc.json"
    assert command("report", SMALL, *PERIOD, "--remembered", folder / "luu", "-o", out, "-q").returncode == 0

    document = json.loads(out.read_text(encoding="utf-8"))
    (course,) = document["history"]["courses"]
    assert [one["period"] for one in course["periods"]] == ["2023-W50", "2023-W51"]
    results = [one["name"] for one in document["manifest"]["inputs"] if one["kind"] == "result"]
    assert [name[:8] for name in results] == ["2023-W50"]


def test_a_report_of_an_earlier_week_knows_nothing_of_later_ones(year, tmp_path):
    folder, _ = year
    out = tmp_path / "bc.json"
    assert command("report", SMALL, "--period", "2023-W50", "--remembered", folder / "luu", "-o", out).returncode == 0

    assert "history" not in json.loads(out.read_text(encoding="utf-8"))


def test_verify_makes_the_course_again(year, capsys):
    folder, out = year

    code = main(["verify", str(out), str(SMALL), str(folder / "luu"), "--format", "json", "-q"])

    found = json.loads(capsys.readouterr().out)
    assert (code, found["differences"]) == (0, [])
