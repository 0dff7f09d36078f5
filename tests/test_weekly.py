"""The weekly command: one file, everything made, run again at any time, killed at any moment, checked before a meeting."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pytest

from reformcli.cli import main
from reformcli.errors import OutputError, UsageError
from reformcli.locking import locked
from reformcli.weekly.file import KEYS, Span, load_weekly
from reformcli.weekly.readiness import last_working_day
from support import SAMPLES, command, write_csv

SMALL = SAMPLES / "nho-30.csv"
WEEK = """week = "2023-W51"
inputs = ["nho-30.csv"]
register = "agencies.csv"
tasks = "nhiem-vu.csv"
outputs = ["ra/{week}.json", "ra/{week}.csv", "khac/bao-cao.md"]
archive = "luu"
force = true
"""
NAMES = ("nho-30.csv", "agencies.csv", "nhiem-vu.csv", "nhiem-vu-tuan-50.csv", "counts.csv", "catalogue.csv")
OUTPUTS = {
    *("ra/2023-W51.json", "ra/2023-W51.csv", "ra/2023-W51.csv.manifest.json", "khac/bao-cao.md"),
    *("luu/2023-W51_qd766_2022-06-23.json", "week51.log"),
}
OK, FOUND, USAGE, INPUT = 0, 1, 2, 3
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def office(tmp_path):
    return furnished(tmp_path / "van-phong")


def furnished(folder: Path, week: str = WEEK) -> Path:
    """A folder with everything that a week needs."""
    folder.mkdir()
    for name in NAMES:
        shutil.copy(SAMPLES / name, folder / name)
    (folder / "week51.toml").write_text(week, encoding="utf-8")
    return folder


def made(folder: Path) -> dict[str, str]:
    """What stands in a folder besides its inputs: path → hash."""
    inputs = {*NAMES, "week51.toml"}
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {name: sha for name, sha in found.items() if name not in inputs}


def run(folder: Path, *arguments: str) -> int:
    return main(["weekly", str(folder / "week51.toml"), *arguments])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted run makes."""
    folder = furnished(tmp_path_factory.mktemp("whole") / "van-phong")
    assert run(folder) == OK
    return made(folder)


# ------------------------------------------------------------------ the file
def written(folder: Path, text: str) -> str:
    path = folder / "w.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


MINIMAL = 'week = "2023-W51"\ninputs = "a.csv"\noutputs = "b.json"\n'


def test_paths_begin_at_the_file_and_may_name_the_week(tmp_path):
    week = load_weekly(written(tmp_path, MINIMAL.replace("b.json", "x/{week}.json") + 'archive = "luu"\n'))

    assert week.outputs == (str(tmp_path / "x" / "2023-W51.json"),)
    assert (week.archive, week.log) == (str(tmp_path / "luu"), str(tmp_path / "w.log"))
    assert week.files == {"inputs": (str(tmp_path / "a.csv"),)}


@pytest.mark.parametrize(
    ("period", "name", "before", "end"),
    [
        ('week = "2024-W01"', "2024-W01", "2023-W52", (2024, 1, 7)),
        ('week = "2020-W53"', "2020-W53", "2020-W52", (2021, 1, 3)),
        ('period = "2024-02"', "2024-02", "2024-01", (2024, 2, 29)),
        ('period = "2024-Q1"', "2024-Q1", "2023-Q4", (2024, 3, 31)),
        ('period = "2024"', "2024", "2023", (2024, 12, 31)),
        ('from = "18/12/2023"\nto = "24/12/2023"', "2023-W51", "2023-W50", (2023, 12, 24)),
        ("from = 2023-12-18\nto = 2023-12-20", "2023-12-18_2023-12-20", "2023-12-15_2023-12-17", (2023, 12, 20)),
    ],
)
def test_the_period_is_given_by_name_or_by_its_days(tmp_path, period, name, before, end):
    week = load_weekly(written(tmp_path, MINIMAL.replace('week = "2023-W51"', period)))

    assert (week.span.name, week.span.before.name, week.span.end) == (name, before, datetime(*end, 23, 59, 59))


def test_a_week_of_the_command_line_stands_before_the_one_in_the_file(tmp_path):
    assert load_weekly(written(tmp_path, MINIMAL), week="2024-W02").span.name == "2024-W02"


def test_a_period_that_is_not_whole_has_no_name_of_a_week():
    span = Span(datetime(2023, 12, 18), datetime(2023, 12, 24, 12))

    assert (span.is_named, span.name) == (False, "2023-12-18_2023-12-24")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (MINIMAL + "x = 1\n", "weekly_key"),
        (MINIMAL + "register = 3\n", "weekly_value"),
        (MINIMAL + 'near = "5"\n', "weekly_value"),
        (MINIMAL + "near = true\n", "weekly_value"),
        (MINIMAL + "near = -1\n", "weekly_value"),
        (MINIMAL + 'force = "yes"\n', "weekly_value"),
        (MINIMAL + 'lang = "fr"\n', "weekly_value"),
        (MINIMAL + 'fail-on = "always"\n', "weekly_value"),
        (MINIMAL + "counts = [1]\n", "weekly_value"),
        (MINIMAL + 'targets = ""\n', "weekly_value"),
        (MINIMAL + '[outputs2]\nreport = "x"\n', "weekly_key"),
        (MINIMAL + 'period = "2023"\n', "weekly_period"),
        (MINIMAL + 'from = "2023-12-18"\n', "weekly_period"),
        (MINIMAL.replace('week = "2023-W51"', 'to = "2023-12-18"'), "weekly_period"),
        (MINIMAL.replace('week = "2023-W51"', ""), "weekly_period"),
        (MINIMAL.replace("2023-W51", "tuần 51"), "bad_period"),
        (MINIMAL.replace("2023-W51", "2023-W60"), "bad_period"),
        (MINIMAL.replace('week = "2023-W51"', 'from = "2023-12-24"\nto = "2023-12-18"'), "period_reversed"),
        (MINIMAL.replace('outputs = "b.json"', ""), "weekly_missing"),
        (MINIMAL.replace('outputs = "b.json"', "outputs = []"), "weekly_missing"),
        (MINIMAL.replace('inputs = "a.csv"', ""), "weekly_missing"),
        (MINIMAL + "week\n", "weekly_toml"),
        (MINIMAL.replace("a.csv", "D:\\xuat\\a.csv"), "weekly_toml"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, text, key):
    with pytest.raises(UsageError) as raised:
        load_weekly(written(tmp_path, text))
    assert raised.value.key == key


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("text", [MINIMAL + "regster = 1\n", MINIMAL + "near = -1\n", "week", 'week = "2023-W51"\n'])
def test_a_wrong_file_is_three_lines_in_both_languages(tmp_path, text, lang, capsys):
    assert main(["weekly", written(tmp_path, text), "--lang", lang]) == USAGE

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "w.toml" in lines[1]


def test_an_unknown_key_tells_the_nearest_ones(tmp_path, capsys):
    main(["weekly", written(tmp_path, MINIMAL + 'previous_tasks = "x"\n'), "--lang", "en"])

    error = capsys.readouterr().err
    assert "close to it: previous-tasks" in error
    assert all(key in error for key in KEYS)


def test_a_file_that_is_not_there_is_a_wrong_use(tmp_path):
    assert main(["weekly", str(tmp_path / "x.toml")]) == USAGE


# ------------------------------------------------------------------ making it
def test_all_of_it_is_made_and_summed_up_in_one_line(office, capsys):
    assert run(office) == OK

    captured = capsys.readouterr()
    assert {*made(office)} == OUTPUTS
    assert captured.out.count("\n") == 1
    report = json.loads((office / "ra" / "2023-W51.json").read_text(encoding="utf-8"))
    total = next(one for one in report["units"] if one["kind"] == "total")
    whole = next(one for one in report["metrics"] if not one["by"])
    assert captured.out.startswith(f"2023-W51: {total['points']:.2f}/{total['measurable']:.2f} ".replace(".", ","))
    assert f"{whole['overdue']} hồ sơ quá hạn, {whole['late']} giải quyết trễ" in captured.out
    assert "6 nhiệm vụ quá hạn; 3 tệp ra; 0 lỗi" in captured.out


def test_the_report_is_the_one_that_report_writes(office):
    assert run(office) == OK

    options = ("--agencies", office / "agencies.csv", "--tasks", office / "nhiem-vu.csv", "--period", "2023-W51")
    done = command("report", office / "nho-30.csv", *options, "-o", office / "x.json", "-o", office / "x.md", "-q")

    assert done.returncode == OK
    ours, theirs = (json.loads((office / name).read_text("utf-8")) for name in ("ra/2023-W51.json", "x.json"))
    assert ours["manifest"]["identity"] == theirs["manifest"]["identity"]
    assert ours["units"] == theirs["units"]


def test_a_second_run_changes_no_byte_and_touches_no_file(office, whole):
    assert run(office) == OK
    stamps = {name: (office / name).stat().st_mtime_ns for name in made(office)}

    assert run(office) == OK

    assert made(office) == whole
    assert {name: (office / name).stat().st_mtime_ns for name in whole} == stamps


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "5"},
        {"TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "tr_TR.UTF-8"},
    ],
)
def test_the_place_it_is_run_from_changes_nothing(office, whole, tmp_path, surroundings):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    done = command("weekly", os.path.relpath(office / "week51.toml", elsewhere), env=surroundings, cwd=elsewhere)

    assert done.returncode == OK, done.stderr.decode()
    assert made(office) == whole


def test_the_log_tells_what_was_made_from_what_once(office):
    for _ in range(3):
        assert run(office) == OK

    log = (office / "week51.log").read_text(encoding="utf-8")
    assert log.count("== 2023-W51") == 1
    for name in ("nho-30.csv", "agencies.csv", "nhiem-vu.csv", *(Path(name).name for name in OUTPUTS - {"week51.log"})):
        assert name in log
    assert hashlib.sha256((office / "nho-30.csv").read_bytes()).hexdigest() in log
    assert made(office)["ra/2023-W51.json"] in log
    assert log.endswith("mã thoát: 0\n")


def test_a_changed_input_is_another_block_and_going_back_a_third(office, whole):
    assert run(office) == OK
    lines = (office / "nho-30.csv").read_bytes()
    (office / "nho-30.csv").write_bytes(b"\r\n".join(lines.split(b"\n")[:-3]) + b"\r\n")
    assert run(office) in (OK, FOUND)
    assert made(office)["ra/2023-W51.json"] != whole["ra/2023-W51.json"]
    (office / "nho-30.csv").write_bytes(lines)
    assert run(office) in (OK, FOUND)

    after = made(office)
    assert (office / "week51.log").read_text(encoding="utf-8").count("== 2023-W51") == 3
    assert {name: sha for name, sha in after.items() if name != "week51.log"} == {
        name: sha for name, sha in whole.items() if name != "week51.log"
    }


def test_nothing_personal_is_in_the_log(office):
    assert run(office) == OK

    log = (office / "week51.log").read_text(encoding="utf-8")
    for secret in ("Ví Dụ", "Thử Nghiệm", "Giả Định", "Minh Họa", "0900", "H99."):
        assert secret not in log


def test_a_run_that_fails_leaves_the_outputs_and_a_word_in_the_log(office, whole, capsys):
    assert run(office) == OK
    (office / "nho-30.csv").write_bytes(b"")
    capsys.readouterr()

    for _ in range(2):
        assert run(office) == INPUT

    captured = capsys.readouterr()
    assert (captured.out, len(captured.err.splitlines())) == ("", 6)
    log = (office / "week51.log").read_text(encoding="utf-8")
    assert log.count("không lập được") == 1
    assert log.endswith("mã thoát: 3\n")
    assert {name: sha for name, sha in made(office).items() if name != "week51.log"} == {
        name: sha for name, sha in whole.items() if name != "week51.log"
    }


def test_findings_are_an_exit_code_and_are_written_all_the_same(office):
    shutil.copy(SAMPLES / "loi-can-xu-ly.csv", office / "nho-30.csv")

    assert run(office) == FOUND

    assert {*made(office)} == OUTPUTS
    assert (office / "week51.log").read_text(encoding="utf-8").endswith("mã thoát: 1\n")
    (office / "week51.toml").write_text(WEEK + 'fail-on = "never"\n', encoding="utf-8")
    assert run(office) == OK


def test_the_language_is_that_of_the_file(office, capsys):
    (office / "week51.toml").write_text(WEEK + 'lang = "en"\n', encoding="utf-8")

    assert run(office) == OK

    assert "dossiers overdue" in capsys.readouterr().out
    assert "The total stands at" in (office / "khac" / "bao-cao.md").read_text("utf-8")


@pytest.mark.parametrize(
    "line",
    ['outputs = ["nho-30.csv"]', 'outputs = ["a.json", "./a.json"]', 'log = "nho-30.csv"', 'log = "ra/2023-W51.json"'],
)
def test_an_output_is_never_an_input_or_another_output(office, line):
    key = line.partition(" ")[0]
    text = "\n".join(one for one in WEEK.splitlines() if not one.startswith(f"{key} ="))
    (office / "week51.toml").write_text(f"{text}\n{line}\n", encoding="utf-8")
    before = (office / "nho-30.csv").read_bytes()

    assert run(office) == USAGE

    assert (office / "nho-30.csv").read_bytes() == before
    assert not [name for name in made(office) if name != "week51.log"]


def test_an_output_of_an_unknown_kind_is_refused(office):
    (office / "week51.toml").write_text(WEEK.replace("khac/bao-cao.md", "x.pdf"), encoding="utf-8")

    assert run(office) == USAGE


# ------------------------------------------------------------------ the archive
def test_the_result_of_the_week_before_is_found_in_the_archive(office, capsys):
    assert run(office, "--week", "2023-W50") in (OK, FOUND)
    before = next(line for line in capsys.readouterr().out.splitlines())
    assert run(office) in (OK, FOUND)

    report = json.loads((office / "ra" / "2023-W51.json").read_text(encoding="utf-8"))
    assert report["comparison"]["before"]["to"] == "2023-12-17 23:59:59"
    kinds = [one["kind"] for one in report["manifest"]["inputs"]]
    assert kinds.count("previous") == kinds.count("result") == 1
    assert "so với kỳ trước" not in before
    assert "kỳ trước" in capsys.readouterr().out


def test_an_older_week_made_again_is_what_it_was(office):
    """The later week that is in the archive by now has no part in it."""
    assert run(office, "--week", "2023-W50") in (OK, FOUND)
    first = made(office)
    assert run(office) in (OK, FOUND)
    assert run(office, "--week", "2023-W50") in (OK, FOUND)

    again = made(office)
    assert {name: again[name] for name in first if name not in ("week51.log", "khac/bao-cao.md")} == {
        name: sha for name, sha in first.items() if name not in ("week51.log", "khac/bao-cao.md")
    }
    assert again["khac/bao-cao.md"] == first["khac/bao-cao.md"]


def test_what_the_archive_holds_is_what_history_reads(office):
    for week in ("2023-W50", "2023-W51"):
        assert run(office, "--week", week) in (OK, FOUND)

    done = command("history", office / "luu", "--format", "json")

    (course,) = json.loads(done.stdout)["courses"]
    assert [one["period"] for one in course["periods"]] == ["2023-W50", "2023-W51"]


def test_a_more_complete_result_in_the_archive_stays(office, capsys):
    """The week made again without its register's counts: told, exit 1, the file untouched."""
    text = WEEK + 'counts = "counts.csv"\n'
    (office / "week51.toml").write_text(text, encoding="utf-8")
    assert run(office) in (OK, FOUND)
    kept = (office / "luu" / "2023-W51_qd766_2022-06-23.json").read_bytes()
    (office / "week51.toml").write_text(WEEK, encoding="utf-8")
    capsys.readouterr()

    assert run(office) == FOUND

    assert "KHÔNG lưu" in capsys.readouterr().err
    assert (office / "luu" / "2023-W51_qd766_2022-06-23.json").read_bytes() == kept


# ------------------------------------------------------------------ one at a time
def test_two_runs_at_the_same_time_one_waits_for_nobody(office, whole, capsys):
    assert run(office) == OK
    capsys.readouterr()
    with locked(office / "week51.toml.lock"):
        done = command("weekly", office / "week51.toml")

        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (INPUT, b"", 3)
        assert {*made(office)} - {"week51.toml.lock"} == OUTPUTS

    assert run(office) == OK
    assert made(office) == whole


def test_of_two_real_processes_one_makes_it_and_the_other_says_so(office, whole):
    runs = [start(office) for _ in range(2)]
    codes = sorted(process.wait(timeout=120) for process in runs)

    assert codes in ([OK, INPUT], [OK, OK])  # the second may have begun after the first had ended
    assert made(office) == whole


def test_a_lock_is_let_go_of_and_leaves_no_file(tmp_path):
    path = tmp_path / "x.lock"
    with locked(path):
        with pytest.raises(OutputError) as raised, locked(path):
            pass
        assert raised.value.key == "run_busy"
        assert path.exists()
    assert not path.exists()
    with locked(path):
        pass


def test_a_journal_names_what_an_interrupted_run_left(tmp_path):
    """Only what looks like an unfinished file, and only whole lines: the rest of a folder is never in danger."""
    names = {".0123456789abcdef.tmp": False, "bao-cao.xlsx": True, ".fedcba9876543210.tmp": True}
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    lines = [
        str(tmp_path / ".0123456789abcdef.tmp"),
        str(tmp_path / "bao-cao.xlsx"),
        str(tmp_path / ".fedcba9876543210.tmp"),
    ]
    (tmp_path / "x.lock").write_text("\n".join(lines), encoding="utf-8")

    with locked(tmp_path / "x.lock"):
        pass

    assert {path.name for path in tmp_path.iterdir()} == {name for name, stays in names.items() if stays}


# ------------------------------------------------------------------ killed
def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    arguments = words or ("-m", "reformcli", "weekly", "week51.toml")
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
    )


@posix_only
def test_killed_at_ten_random_moments_it_ends_as_if_nothing_had_happened(office, whole):
    """Killed again and again in the same folder, then run once."""
    begin = time.monotonic()
    assert start(furnished(office.with_name("measured"))).wait(timeout=120) == OK
    lasts = time.monotonic() - begin
    chance = random.Random(766)

    for moment in sorted(chance.uniform(0.1, 1.0) * lasts for _ in range(10)):
        process = start(office)
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    assert start(office).wait(timeout=120) == OK
    assert made(office) == whole


# A process that dies at the n-th step that changes the disk.
DYING = """
import os, sys
from pathlib import Path
left = int(sys.argv[1])
def dying(function):
    def called(*arguments, **more):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(*arguments, **more)
    return called
os.replace, os.fsync = dying(os.replace), dying(os.fsync)
Path.unlink = dying(Path.unlink)
from reformcli.cli import main
sys.exit(main(["weekly", "week51.toml"]))
"""


def test_killed_at_every_step_it_ends_as_if_nothing_had_happened(office, whole):
    """Before every second name, byte and removal on the disk, until one run has no such step left."""
    died = 0
    for step in range(0, 80, 2):
        code = start(office, "-c", DYING, str(step)).wait(timeout=120)
        if code != 9:
            break
        died += 1
        if step % 8 == 6:
            assert start(office).wait(timeout=120) == OK
            assert made(office) == whole
            shutil.rmtree(office / "ra")
            shutil.rmtree(office / "luu")
    assert (code, 2 * died >= len(OUTPUTS)) == (OK, True)
    assert start(office).wait(timeout=120) == OK
    assert made(office) == whole


# ------------------------------------------------------------------ before the meeting
def check(folder: Path, capsys, *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    before = made(folder)
    code = run(folder, "--check", *arguments)
    assert made(folder) == before, "a check writes nothing"
    return code, capsys.readouterr().out


def line_with(out: str, *words: str) -> str:
    found = [line for line in out.splitlines() if all(word in line for word in words)]
    assert found, (words, out)
    return found[0]


def test_a_week_that_lacks_nothing_needed_is_ready(office, capsys):
    code, out = check(office, capsys)

    assert code == OK
    assert "đến hết kỳ" in line_with(out, "nho-30.csv")
    assert "0 mục thiếu" in out


def test_a_catalogue_that_is_not_named_costs_points(office, capsys):
    """3.1 to 3.5b and 4.5a are worth 6 + 2 + 2 … points: as the scorecard says."""
    from reformcli.services.components import RULES

    code, out = check(office, capsys)
    done = command("rules", "show", "--format", "json")
    worth = sum(one["max"] for one in json.loads(done.stdout)["components"] if one["component"] in RULES)

    line = line_with(out, ", ".join(sorted(RULES)))
    assert code == OK
    assert f"{worth:.2f} điểm".replace(".", ",") in line
    (office / "week51.toml").write_text(WEEK + 'catalogue = "catalogue.csv"\n', encoding="utf-8")
    assert "chưa có danh mục" not in check(office, capsys)[1]


@pytest.mark.parametrize("name", ["nho-30.csv", "agencies.csv", "nhiem-vu.csv"])
def test_a_file_that_is_missing_or_empty_is_told(office, capsys, name):
    (office / name).write_bytes(b"")
    code, out = check(office, capsys)
    assert (code, "tệp trống" in line_with(out, name, "thiếu")) == (FOUND, True)

    (office / name).unlink()
    code, out = check(office, capsys)
    assert (code, "không có tệp này" in line_with(out, name, "thiếu")) == (FOUND, True)


def test_an_export_of_an_earlier_week_or_that_ends_early_is_told(office, capsys):
    code, out = check(office, capsys, "--week", "2024-W02")
    assert (code, "của kỳ cũ" in line_with(out, "nho-30.csv")) == (FOUND, True)

    rows = [{"Mã hồ sơ": f"A{n}", "Cơ quan": "Sở Tư pháp", "Ngày tiếp nhận": f"{day}/12/2023", "Ngày hẹn trả": "29/12/2023",
             "Trạng thái": "Đang xử lý"} for n, day in enumerate((18, 21))]  # fmt: skip
    write_csv(office / "nho-30.csv", rows)
    code, out = check(office, capsys)
    assert code == FOUND
    assert "ngày làm việc cuối của kỳ là 22/12/2023" in line_with(out, "nho-30.csv", "chưa hết kỳ")


def test_agencies_without_dossiers_are_named(office, capsys):
    """The small file is of a few agencies; the register has 63 and the province."""
    _, out = check(office, capsys)
    entries = len((office / "agencies.csv").read_text(encoding="utf-8-sig").splitlines()) - 1
    handled = {
        one["agency"]
        for one in json.loads(
            command(
                "score", SMALL, "--period", "2023-W51", "--agencies", office / "agencies.csv", "--format", "json"
            ).stdout
        )["units"]
        if one["kind"] == "agency"
    }

    assert f"{entries - len(handled)} trên {entries} cơ quan" in line_with(out, "không có hồ sơ")


def test_an_export_that_cannot_be_read_is_told_with_its_reason(office, capsys):
    (office / "nho-30.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    code, out = check(office, capsys)

    assert code == FOUND
    assert "nho-30.csv" in line_with(out, "thiếu")
    assert "Chưa tính thử được" in out


def test_tasks_that_were_not_brought_up_to_date_are_told(office, capsys):
    shutil.copy(office / "nhiem-vu-tuan-50.csv", office / "nhiem-vu.csv")

    code, out = check(office, capsys)

    assert (code, "chưa cập nhật" in line_with(out, "nhiem-vu.csv", "cần xem")) == (OK, True)
    (office / "week51.toml").write_text(WEEK + 'fail-on = "warning"\n', encoding="utf-8")
    assert check(office, capsys)[0] == FOUND


def test_the_archive_is_asked_for_the_week_before(office, capsys):
    assert "chưa có kết quả kỳ này" in line_with(check(office, capsys)[1], "2023-W50")
    assert run(office, "--week", "2023-W50") in (OK, FOUND)
    assert "kết quả đã lưu" in line_with(check(office, capsys)[1], "2023-W50_qd766")


def test_targets_without_figures_are_named(office, capsys):
    (office / "chi-tieu.csv").write_text(
        "measure,level,value,by,source\n5.2,total,90,31/12/2023,Kế hoạch 1\n2.1,total,90,31/12/2023,Kế hoạch 1\n",
        encoding="utf-8",
    )
    (office / "week51.toml").write_text(WEEK + 'targets = "chi-tieu.csv"\n', encoding="utf-8")

    assert "1 chỉ tiêu chưa có số liệu" in line_with(check(office, capsys)[1], "Chỉ tiêu", "cần xem")


def test_a_name_that_no_table_of_scores_has_is_told(office, capsys):
    (office / "diem.csv").write_text("Ngày,Tỉnh,Tổng điểm\n10/10/2026,Huế,80\n", encoding="utf-8")
    (office / "week51.toml").write_text(WEEK + 'league = "diem.csv"\nown = "Không Có"\n', encoding="utf-8")

    code, out = check(office, capsys)

    assert (code, "Số đã công bố" in line_with(out, "thiếu")) == (FOUND, True)


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        ("2023-12-18", "2023-12-24", "2023-12-22"),
        ("2024-02-05", "2024-02-11", "2024-02-07"),  # Tết: 8–14 February 2024
        ("2024-02-10", "2024-02-11", None),
    ],
)
def test_the_last_working_day_of_a_period_is_no_holiday(first, last, day):
    assert last_working_day(date.fromisoformat(first), date.fromisoformat(last)) == (day and date.fromisoformat(day))


# ------------------------------------------------------------------ the example
def test_the_example_week_runs_and_is_ready(tmp_path, capsys):
    folder = tmp_path / "mau"
    shutil.copytree(SAMPLES, folder)

    assert run(folder, "--check") == OK
    assert "Đo được 100,00 trên 100,00 điểm" in capsys.readouterr().out
    assert run(folder) == OK
    assert "83,88/100,00 điểm đo được; -0,22 điểm so với kỳ trước" in capsys.readouterr().out
    first = made(folder)
    assert run(folder) == OK
    assert made(folder) == first
