"""The command line as scripts see it: exit codes, what goes to stdout and what to stderr, formats, filters, bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from reformcli import __version__, counting, pipeline
from reformcli.cli import main
from reformcli.i18n import LANGUAGES
from support import ROOT, SAMPLES, command, write_csv

SMALL = str(SAMPLES / "nho-30.csv")  # counted by hand in sample_data/README.md
WEEK = ("--period", "2023-W51")
COLUMNS = (
    *("Mã hồ sơ", "Cơ quan giải quyết", "Cấp thực hiện", "Hình thức tiếp nhận", "Chủ hồ sơ", "Ngày tiếp nhận"),
    *("Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
)
CLEAN_ROW = (
    *("H99.06-231218-0001", "Sở Tư pháp", "Cấp Tỉnh", "Trực tuyến", "Nguyễn Văn Ví Dụ", "18/12/2023 08:00"),
    *("22/12/2023 17:00", "20/12/2023 10:00", "Đã xử lý xong"),
)


def row(number: int, **changes: str) -> dict[str, str]:
    cells = dict(zip(COLUMNS, CLEAN_ROW, strict=True)) | {"Mã hồ sơ": f"H99.06-231218-{number:04d}"}
    return cells | {name.replace("_", " "): value for name, value in changes.items()}


CLEAN = [row(1), row(2)]
WARNED = [row(11), row(12, Ngày_hẹn_trả="")]  # no due date
FAULTY = [row(21), row(22, Ngày_tiếp_nhận="32/12/2023"), {**row(23), "Mã hồ sơ": ""}]  # two errors


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path) -> Path:
    """A folder of its own with three exports, and no settings of the user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    for name, rows in {"clean.csv": CLEAN, "warned.csv": WARNED, "faulty.csv": FAULTY}.items():
        write_csv(tmp_path / name, rows)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run a command line in this process: exit code, stdout, stderr."""

    def run(line: str, *more: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*line.split(), *map(str, more)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ------------------------------------------------------------------ exit codes
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("score clean.csv", 0),
        ("score clean.csv --fail-on warning", 0),
        ("score warned.csv", 0),
        ("score warned.csv --fail-on error", 0),
        ("score warned.csv --fail-on warning", 1),
        ("score warned.csv --fail-on never", 0),
        ("score faulty.csv", 1),
        ("score faulty.csv --fail-on warning", 1),
        ("score faulty.csv --fail-on never", 0),
        *((f"{name} warned.csv --fail-on warning", 1) for name in ("metrics", "validate")),
        *((f"{name} faulty.csv", 1) for name in ("metrics", "validate")),
        *((f"{name} faulty.csv --fail-on never", 0) for name in ("metrics", "validate")),
    ],
)
def test_the_exit_code_tells_the_worst_finding(line, code, run):
    assert run(line)[0] == code


def test_the_worst_of_several_files_decides_in_any_order(run):
    results = {
        run("score", *names, "--format", "json")[:2]
        for names in permutations(("clean.csv", "warned.csv", "faulty.csv"))
    }
    assert len(results) == 1
    assert results.pop()[0] == 1


@pytest.mark.parametrize("names", list(permutations(("clean.csv", "faulty.csv", "prose.txt"))))
def test_a_file_that_cannot_be_read_outweighs_findings_in_any_order(names, run, folder):
    (folder / "prose.txt").write_text("Kính gửi ông Ví Dụ.\n", encoding="utf-8")
    assert run("score", *names)[:2] == (3, "")


@pytest.mark.parametrize("name", ["columns", "agencies"])
def test_commands_that_judge_nothing_end_with_0(name, run):
    assert run(f"{name} faulty.csv")[0] == 0


def test_load_ends_with_0(run):
    assert run("load faulty.csv -o all.parquet")[0] == 0
    assert run("score all.parquet")[0] == 1


@pytest.mark.parametrize("name", ["score", "metrics", "validate"])
def test_a_defect_ends_with_70_and_shows_no_data(name, run, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Nguyễn Văn Ví Dụ 0900000000")

    for room in (counting, pipeline):
        monkeypatch.setattr(room, "judge", broken)
    for language in LANGUAGES:
        code, out, err = run(f"{name} clean.csv -v --lang {language}")
        assert code == 70
        assert out == ""
        assert len(err.splitlines()) == 3
        assert "RuntimeError" in err
        assert "Ví Dụ" not in err
        assert "0900000000" not in err
        assert "Traceback" not in err


def test_a_defect_while_writing_leaves_the_earlier_file(run, monkeypatch, folder):
    (folder / "out.json").write_text("earlier", encoding="utf-8")
    monkeypatch.setattr("reformcli.render.shapes.to_json", lambda *_: 1 / 0)

    assert run("score clean.csv -o out.json")[0] == 70
    assert (folder / "out.json").read_text(encoding="utf-8") == "earlier"
    assert not list(folder.glob("*.tmp"))
    assert not list(folder.glob(".*.tmp"))


def test_an_error_whose_own_text_cannot_be_made_is_a_defect_not_a_traceback(run, monkeypatch):
    from reformcli.errors import InputError

    def broken(*_: object, **__: object) -> None:
        raise InputError("missing_required", where="clean.csv")  # its values are missing

    monkeypatch.setattr(counting, "judge", broken)
    code, out, err = run("score clean.csv")
    assert (code, out) == (70, "")
    assert len(err.splitlines()) == 3


# ------------------------------------------------------------------ accepted findings
@pytest.mark.parametrize("name", ["score", "metrics", "validate"])
def test_accepted_findings_no_longer_turn_the_exit_code_red(name, run):
    assert run("validate faulty.csv -o findings.csv")[0] == 1
    assert run(f"{name} faulty.csv --accept findings.csv")[0] == 0


def test_accepted_findings_are_still_listed(run):
    run("validate faulty.csv -o findings.csv")
    document = json.loads(run("validate faulty.csv --accept findings.csv --format json")[1])
    assert sorted(entry["rule"] for entry in document["findings"]) == ["RC101", "RC103"]
    assert all(entry["accepted"] for entry in document["findings"])


def test_accepted_warnings_count_as_accepted_too(run):
    assert run("validate warned.csv --fail-on warning -o findings.csv")[0] == 1
    assert run("score warned.csv --fail-on warning --accept findings.csv")[0] == 0


def test_a_new_fault_is_red_in_spite_of_the_accepted_ones(run, folder):
    run("validate faulty.csv -o findings.csv")
    write_csv(folder / "faulty.csv", [*FAULTY, row(24, Ngày_kết_thúc_xử_lý="")])  # resolved without an end
    assert run("score faulty.csv --accept findings.csv")[0] == 1


def test_the_accepted_findings_may_be_saved_by_excel_with_semicolons(run, folder):
    run("validate faulty.csv -o findings.csv")
    found = list(csv.reader(io.StringIO((folder / "findings.csv").read_text(encoding="utf-8-sig"))))
    with (folder / "findings.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(found)
    assert run("score faulty.csv --accept findings.csv")[0] == 0


def test_findings_of_standard_input_can_be_accepted(run, folder, monkeypatch):
    data = (folder / "faulty.csv").read_bytes()
    for line, code in (("validate - -o findings.csv", 1), ("score - --accept findings.csv", 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert run(line)[0] == code


def test_findings_of_codes_that_a_spreadsheet_would_run_can_be_accepted(run, folder):
    write_csv(folder / "faulty.csv", [{**FAULTY[1], "Mã hồ sơ": "-231218-0022"}, FAULTY[0]])
    assert run("validate faulty.csv -o findings.csv")[0] == 1
    assert run("score faulty.csv --accept findings.csv")[0] == 0


def test_a_difference_from_the_counts_can_be_accepted(run, folder):
    text = "agency,level,component,numerator,denominator\nSở Tư pháp,province,2.1,1,2\n"
    (folder / "counts.csv").write_text(text, encoding="utf-8")
    assert run("score clean.csv --counts counts.csv --fail-on warning")[0] == 1
    run("validate clean.csv --counts counts.csv -o findings.csv")
    assert run("score clean.csv --counts counts.csv --fail-on warning --accept findings.csv")[0] == 0


# ------------------------------------------------------------------ what goes where
COMMANDS = {
    "score": "score",
    "metrics": "metrics",
    "validate": "validate",
    "columns": "columns",
    "agencies": "agencies",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_stdout_is_one_json_document_with_sorted_keys(name, run):
    def is_sorted(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert [key for key, _ in pairs] == sorted(key for key, _ in pairs)
        return dict(pairs)

    _, out, _ = run(f"{name} faulty.csv --format json")
    document = json.loads(out, object_pairs_hook=is_sorted)
    assert document["schema"] == f"reformcli.{name}/1"
    assert out.endswith("}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_stdout_is_one_csv_table_without_a_mark(name, run):
    _, out, _ = run(f"{name} faulty.csv --format csv")
    header, *rows = csv.reader(io.StringIO(out))
    assert rows
    assert all(len(cells) == len(header) for cells in rows)
    assert not out.startswith("\ufeff")
    assert "\r" not in out


@pytest.mark.parametrize("name", COMMANDS)
def test_stdout_is_markdown_that_starts_with_a_heading(name, run):
    assert run(f"{name} faulty.csv --format md")[1].startswith("## ")


@pytest.mark.parametrize("name", [*COMMANDS, "rules show"])
@pytest.mark.parametrize("ending", ["json", "csv", "md", "xlsx"])
def test_the_ending_of_the_output_sets_its_format_and_stdout_stays_empty(name, ending, run, folder):
    export = "" if name == "rules show" else "clean.csv"
    code, out, _ = run(f"{name} {export} -o out.{ending}")
    data = (folder / f"out.{ending}").read_bytes()

    assert (code, out) == (0, "")
    if ending == "xlsx":
        assert data.startswith(b"PK\x03\x04")
        return
    shown = run(f"{name} {export} --format {ending}")[1]
    assert data.decode("utf-8-sig") == shown
    assert data.startswith(b"\xef\xbb\xbf") == (ending == "csv")  # by which Excel knows UTF-8


def test_the_ending_may_be_in_capitals(run, folder):
    assert run("score clean.csv -o OUT.JSON")[0] == 0
    json.loads((folder / "OUT.JSON").read_text(encoding="utf-8"))


def test_a_run_says_one_line_on_stderr_and_nothing_when_quiet(run):
    for name in ("score", "metrics", "validate"):
        assert len(run(f"{name} clean.csv")[2].splitlines()) <= 1
        assert run(f"{name} clean.csv -q")[2] == ""


def test_the_summary_line_does_not_depend_on_format_or_filter(run):
    lines = {
        run("score", SMALL, *WEEK, "--format", form, *shown)[2]
        for form, *shown in (["table"], ["json"], ["json", "--level", "commune"], ["csv", "--by", "agency"])
    }
    assert len(lines) == 1


def test_the_quarantine_lists_the_rows_left_out_with_their_rules(run, folder):
    """Rows 3 and 4 of the file: an unreadable receipt, and no id."""
    assert run("validate faulty.csv --quarantine aside.csv -q")[0] == 1
    rows = rows_of((folder / "aside.csv").read_text(encoding="utf-8-sig"))
    assert [(entry["row"], entry["rules"]) for entry in rows] == [("3", "RC103"), ("4", "RC101")]
    assert "Nguyễn" not in (folder / "aside.csv").read_text(encoding="utf-8-sig")


def test_a_real_process_writes_the_result_to_stdout_and_the_rest_to_stderr():
    done = command("score", SMALL, *WEEK, "--format", "json", env={"FORCE_COLOR": "1", "PYTHONIOENCODING": "cp1252"})

    assert done.returncode == 0
    total = next(unit for unit in json.loads(done.stdout)["units"] if unit["kind"] == "total")
    assert total["points"] == 19.09  # counted by hand
    assert len(done.stderr.decode().splitlines()) == 1


def test_a_pipe_gets_no_colour_and_no_cut_number_however_narrow_the_terminal_would_be():
    env = {"FORCE_COLOR": "1", "COLUMNS": "30", "TERM": "xterm-256color", "PYTHONIOENCODING": "cp1252"}
    done = command("score", SMALL, *WEEK, env=env)

    out = done.stdout.decode("utf-8")
    assert done.returncode == 0
    assert "\x1b" not in out
    assert not re.search(r"[\d.,]…", out)
    line = next(line for line in out.splitlines() if "Sở Tư pháp" in line)
    assert line.split()[:6] == ["Cấp", "tỉnh", "1", "Sở", "Tư", "pháp"]
    assert "22,67" in line.split()


@pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are POSIX")
def test_progress_on_a_terminal_never_reaches_stdout():
    import pty

    watcher, terminal = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "reformcli", "score", SMALL, "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=terminal,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color"},
    ) as process:
        os.close(terminal)
        assert process.stdout is not None
        out = process.stdout.read()
        while True:
            try:
                piece = os.read(watcher, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.close(watcher)
    assert process.returncode == 0
    assert b"\x1b" not in out
    json.loads(out)
    assert shown  # at least the summary


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGPIPE")
@pytest.mark.parametrize("line", ["score {small} --table components --format csv", "rules export headers"])
def test_a_reader_that_stops_early_ends_the_run_quietly(line):
    """As `… | head -1` does. Exit code 1 would say that errors were found."""
    arguments = [part.format(small=SMALL) for part in line.split()]
    with subprocess.Popen(
        [sys.executable, "-m", "reformcli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
    assert "Traceback" not in err
    assert "Exception" not in err
    assert "BrokenPipe" not in err
    assert process.returncode not in (1, 2, 3, 70, 120)


def test_standard_input_is_an_export(folder):
    done = command("score", "-", "--format", "json", stdin=(folder / "clean.csv").read_bytes(), cwd=folder)

    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["rows"]["read"] == 2
    assert [entry["name"] for entry in document["manifest"]["inputs"]] == ["-"]


def test_the_module_and_the_installed_command_are_the_same_program():
    script = Path(sys.executable).with_name("reformcli")
    assert command("--version").stdout.decode() == f"reformcli {__version__}\n"
    if script.exists():
        done = subprocess.run([script, "--version"], capture_output=True, check=True)
        assert done.stdout.decode() == f"reformcli {__version__}\n"


def test_bash_learns_the_commands():
    env = {
        "SHELL": "/bin/bash",
        "_REFORMCLI_COMPLETE": "complete_bash",
        "COMP_WORDS": "reformcli me",
        "COMP_CWORD": "1",
    }
    assert command(env=env).stdout.decode().split() == ["metrics"]


def test_the_completion_script_of_bash_is_printed():
    done = command("--show-completion", "bash", env={"SHELL": "/bin/bash"})
    assert "_REFORMCLI_COMPLETE=complete_bash" in done.stdout.decode()
    assert done.returncode == 0


# ------------------------------------------------------------------ the same input, the same bytes
_EVERYTHING = """
import sys
from reformcli.cli import main
folder, *exports = sys.argv[1:]
names = ["score.json", "score.csv", "score.md", "score.xlsx", "validate.json", "validate.xlsx", "metrics.xlsx"]
for name in [*names, "columns.json", "agencies.csv", "load.parquet"]:
    command, _, ending = name.partition(".")
    more = ["--quarantine", f"{folder}/aside.{ending}"] if name == "validate.xlsx" else []
    code = main([command, *exports, "-q", "-o", f"{folder}/{name}", *more])
    assert code in (0, 1), (name, code)
"""


def test_the_same_input_gives_the_same_bytes_whatever_the_surroundings(tmp_path):
    """Twice, with another time zone, hash seed, language, folder and order of files, and some seconds later."""
    exports = [SAMPLES / "loi-can-xu-ly.csv", SAMPLES / "nho-30.csv"]
    surroundings = {
        "one": {"TZ": "Asia/Ho_Chi_Minh", "PYTHONHASHSEED": "1", "LANG": "vi_VN.UTF-8", "LC_ALL": "C.UTF-8"},
        "two": {"TZ": "America/New_York", "PYTHONHASHSEED": "2", "LANG": "C", "LC_ALL": "C", "COLUMNS": "40"},
    }
    for name, env in surroundings.items():
        folder = tmp_path / name
        folder.mkdir()
        given = exports if name == "one" else exports[::-1]
        out = folder / "out"
        out.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _EVERYTHING, str(out), *map(str, given)],
            cwd=folder,
            env={**os.environ, "PYTHONWARNINGS": "ignore", **env},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / name / "out").iterdir()} for name in surroundings)
    assert len(first) == 7 + 3 + 1 + 1  # the last one is what the csv was made from
    assert [name for name in first if first[name] != second[name]] == []


# ------------------------------------------------------------------ tables and filters
UNIT = ["kind", "agency", "level"]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("units", [*UNIT, "rank", "rank_of", "points", "measurable", "max", "band"]),
        ("groups", [*UNIT, "group", "points", "measurable", "max"]),
        ("components", [*UNIT, "component", "numerator", "denominator", "ratio", "points", "max", "status"]),
    ],
)
def test_the_csv_holds_the_table_asked_for(table, columns, run):
    _, out, _ = run(f"score {SMALL} --format csv --table {table}", *WEEK)
    header = out.splitlines()[0].split(",")
    assert header[: len(columns)] == columns


def test_the_units_are_those_counted_by_hand(run):
    """sample_data/README.md: points and ranks of every unit."""
    rows = rows_of(run(f"score {SMALL} --format csv", *WEEK)[1])
    assert [(r["kind"], r["agency"], r["level"], r["points"], r["rank"], r["rank_of"]) for r in rows] == [
        ("agency", "Sở Tư pháp", "province", "22.67", "1", "2"),
        ("agency", "Sở Xây dựng", "province", "14.00", "2", "2"),
        ("agency", "UBND huyện Sông Mây", "district", "23.00", "1", "1"),
        ("agency", "UBND xã Khánh Nứa", "commune", "20.00", "1", "3"),
        ("agency", "UBND xã Hòa Trúc", "commune", "16.00", "2", "3"),
        ("agency", "UBND xã Nậm Lam", "commune", "16.00", "2", "3"),
        ("level", "", "province", "18.73", "", ""),
        ("level", "", "district", "23.00", "", ""),
        ("level", "", "commune", "16.57", "", ""),
        ("total", "", "", "19.09", "", ""),
    ]


def test_the_components_are_those_counted_by_hand(run):
    rows = rows_of(run(f"score {SMALL} --format csv --table components --agency", "UBND xã Nậm Lam", *WEEK)[1])
    measured = [r for r in rows if r["status"] == "measured" and r["component"] in ("2.1", "3.3")]
    assert [(r["component"], r["numerator"], r["denominator"], r["ratio"], r["points"]) for r in measured] == [
        ("2.1", "2", "4", "50.00", "10.00"),
        ("3.3", "2", "4", "50.00", "6.00"),
    ]


def test_a_level_filters_what_is_printed_never_ranks(run):
    rows = rows_of(run(f"score {SMALL} --format csv --level commune", *WEEK)[1])
    assert [(r["kind"], r["agency"], r["rank"], r["rank_of"], r["points"]) for r in rows] == [
        ("agency", "UBND xã Khánh Nứa", "1", "3", "20.00"),
        ("agency", "UBND xã Hòa Trúc", "2", "3", "16.00"),
        ("agency", "UBND xã Nậm Lam", "2", "3", "16.00"),
        ("level", "", "", "", "16.57"),
    ]


@pytest.mark.parametrize("name", ["UBND xã Nậm Lam", "ubnd xa nam lam", "UBND  XÃ NẬM LAM"])
def test_an_agency_filters_what_is_printed_never_its_rank(name, run):
    document = json.loads(run(f"score {SMALL} --format json --agency", name, *WEEK)[1])
    (unit,) = document["units"]
    assert (unit["agency"], unit["rank"], unit["rank_of"], unit["points"]) == ("UBND xã Nậm Lam", 2, 3, 16)
    assert {entry["agency"] for entry in document["components"]} == {"UBND xã Nậm Lam"}
    assert {entry["agency"] for entry in document["groups"]} == {"UBND xã Nậm Lam"}
    assert document["rows"]["counted"] == 26


def test_kinds_filter_what_is_printed(run):
    rows = rows_of(run(f"score {SMALL} --format csv --by total --by level", *WEEK)[1])
    assert [r["kind"] for r in rows] == ["level", "level", "level", "total"]


def test_a_filtered_table_says_so(run):
    whole, part = (run(f"score {SMALL} --lang en", *WEEK, *more)[1] for more in ((), ("--level", "commune")))
    assert "Only part is shown" in part
    assert "Only part is shown" not in whole


def test_metrics_are_those_counted_by_hand(run):
    rows = rows_of(run(f"metrics {SMALL} --format csv --by level", *WEEK)[1])
    got = [
        [r[name] for name in ("level", "handled", "received", "carried_over", "resolved", "late", "overdue")]
        for r in rows
    ]
    assert sorted(got[:-1]) == [
        ["commune", "7", "7", "0", "4", "2", "1"],
        ["district", "6", "4", "2", "5", "1", "0"],
        ["province", "13", "11", "2", "7", "1", "4"],
    ]
    assert got[-1] == ["", "26", "22", "4", "16", "4", "5"]


@pytest.mark.parametrize(
    "by", [(), ("--by", "agency"), ("--by", "agency", "--by", "level"), ("--by", "level", "--by", "channel")]
)
def test_a_level_filters_metrics_and_the_total_stays(by, run):
    rows = rows_of(run(f"metrics {SMALL} --format csv --level commune", *by, *WEEK)[1])
    assert sum(int(r["handled"]) for r in rows[:-1]) == 7  # of the three communes
    assert rows[-1]["handled"] == "26"


@pytest.mark.parametrize("by", [(), ("--by", "agency", "--by", "channel"), ("--by", "channel")])
def test_an_agency_filters_metrics_and_the_total_stays(by, run):
    rows = rows_of(run(f"metrics {SMALL} --format csv", "--agency", "sở tư pháp", *by, *WEEK)[1])
    assert sum(int(r["handled"]) for r in rows[:-1]) == 7
    assert rows[-1]["handled"] == "26"


# ------------------------------------------------------------------ JSON shapes (DESIGN)
COMMON = {"schema", "manifest", "rows", "findings"}
FLOW = {
    *(
        "handled",
        "received",
        "received_online",
        "received_direct",
        "received_post",
        "received_unstated",
        "carried_over",
    ),
    *("resolved", "early", "on_time", "late", "pending", "in_time", "overdue", "paused", "undated", "withdrawn"),
}


def assert_common(document: dict, command_name: str) -> None:
    assert document["schema"] == f"reformcli.{command_name}/1"
    assert set(document) >= COMMON
    assert set(document["manifest"]) >= {"tool", "from", "to", "inputs", "scorecard", "calendar", "options"}
    for entry in document["manifest"]["inputs"]:
        assert set(entry) >= {"name", "sha256", "sheet", "rows"}
    assert set(document["manifest"]["scorecard"]) >= {"id", "version", "sha256"}
    assert set(document["rows"]) >= {"read", "counted", "out_of_scope", "superseded", "rejected"}
    assert all(type(count) is int for count in document["rows"].values())


def test_the_manifest_names_period_inputs_and_scorecard(run):
    import hashlib

    manifest = json.loads(run(f"score {SMALL} --format json", *WEEK)[1])["manifest"]
    assert (manifest["from"], manifest["to"]) == ("2023-12-18 00:00:00", "2023-12-24 23:59:59")
    digest = hashlib.sha256(Path(SMALL).read_bytes()).hexdigest()
    found = {"rows": 30, "counted": 26, "out_of_scope": 4, "superseded": 0, "rejected": 0}
    place = {"kind": "export", "name": "nho-30.csv", "sha256": digest, "size": 8623, "sheet": None}
    assert manifest["inputs"] == [{**place, **found}]
    rules = ROOT / "src" / "reformcli" / "rules" / "qd766.toml"
    assert manifest["scorecard"]["id"] == "qd766"
    assert manifest["scorecard"]["sha256"] == hashlib.sha256(rules.read_bytes()).hexdigest()
    assert manifest["tool"] == f"reformcli {__version__}"


def test_the_shape_of_score(run):
    document = json.loads(run(f"score {SMALL} --format json", *WEEK)[1], parse_float=Decimal)

    assert_common(document, "score")
    for unit in document["units"]:
        assert set(unit) >= {*UNIT, "rank", "rank_of", "points", "measurable", "max", "band"}
        assert (unit["agency"] is None) == (unit["kind"] != "agency")
        assert (unit["level"] is None) == (unit["kind"] == "total")
    for group in document["groups"]:
        assert set(group) >= {*UNIT, "group", "points", "measurable", "max"}
    for component in document["components"]:
        assert set(component) >= {*UNIT, "component", "numerator", "denominator", "ratio", "points", "max", "status"}
        for name in ("numerator", "denominator"):
            assert component[name] is None or type(component[name]) is int
    for finding in document["findings"]:
        assert set(finding) >= {"rule", "severity", "count"}
    assert document["rows"] == {"read": 30, "counted": 26, "out_of_scope": 4, "superseded": 0, "rejected": 0}


def test_numbers_are_exact_decimals(run):
    text = run(f"score {SMALL} --format json", *WEEK)[1]
    document = json.loads(text, parse_float=str)
    total = next(c for c in document["components"] if c["kind"] == "total" and c["component"] == "2.1")
    assert (total["numerator"], total["denominator"], total["ratio"], total["points"]) == (15, 22, "68.18", "13.64")
    assert not re.search(r"\d\.\d{5,}", text)


def test_the_shape_of_metrics(run):
    document = json.loads(run(f"metrics {SMALL} --format json --by agency --by channel", *WEEK)[1])

    assert_common(document, "metrics")
    for entry in document["metrics"]:
        assert set(entry) >= {"by", *FLOW, "on_time_rate", "online_rate"}
        assert all(type(entry[name]) is int for name in FLOW)
    assert all(set(entry["by"]) == {"agency", "channel"} for entry in document["metrics"][:-1])
    assert document["metrics"][-1]["by"] == {}
    assert document["metrics"][-1]["handled"] == 26
    assert document["metrics"][-1]["on_time_rate"] == 75  # (3 + 9) of 16


def test_what_was_not_measured_is_null_not_zero(run, folder):
    rows = [{name: value for name, value in entry.items() if name != "Hình thức tiếp nhận"} for entry in CLEAN]
    write_csv(folder / "no-channel.csv", rows)
    total = json.loads(run("metrics no-channel.csv --format json")[1])["metrics"][-1]
    assert total["received"] == 2
    assert [total[name] for name in ("received_online", "received_direct", "received_post", "online_rate")] == [
        None
    ] * 4


def test_the_shape_of_validate(run):
    document = json.loads(run("validate faulty.csv --format json")[1])

    assert_common(document, "validate")
    keys = {"rule", "severity", "file", "sheet", "row", "column", "cell", "dossier_id", "message"}
    assert all(set(finding) >= keys for finding in document["findings"])
    found = [{name: f[name] for name in keys - {"message", "dossier_id"}} for f in document["findings"]]
    common = {"severity": "error", "file": "faulty.csv", "sheet": None}
    assert found == [
        {**common, "rule": "RC103", "row": 3, "column": "Ngày tiếp nhận", "cell": "F3"},
        {**common, "rule": "RC101", "row": 4, "column": "Mã hồ sơ", "cell": "A4"},
    ]
    assert document["findings"][0]["dossier_id"] == "H99.06-231218-0022"
    assert document["findings"][1]["dossier_id"] is None


def test_an_export_without_rows_is_measured_as_nothing(run, folder):
    (folder / "none.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    for name in ("score", "metrics", "validate", "columns", "agencies"):
        for form in ("json", "table"):
            assert run(f"{name} none.csv --format {form}")[0] == 0, (name, form)
    document = json.loads(run("score none.csv --format json")[1])
    assert document["rows"] == {"read": 0, "counted": 0, "out_of_scope": 0, "superseded": 0, "rejected": 0}


def test_an_export_with_nothing_but_errors_still_gives_a_result(run, folder):
    write_csv(folder / "bad.csv", FAULTY[1:])
    for name in ("score", "metrics", "validate"):
        for form in ("json", "table"):
            assert run(f"{name} bad.csv --format {form}")[0] == 1, (name, form)


def test_a_draft_of_a_register_can_be_used_as_one(run):
    assert run(f"agencies {SMALL} -o register.csv")[0] == 0
    plain, registered = (
        rows_of(run(f"score {SMALL} --format csv", *WEEK, *more)[1]) for more in ((), ("--agencies", "register.csv"))
    )
    assert [(r["agency"], r["points"]) for r in plain] == [(r["agency"], r["points"]) for r in registered]


def test_a_map_of_columns_that_was_written_can_be_used(run):
    assert run("columns clean.csv --write-map map.csv")[0] == 0
    assert run("score clean.csv --columns map.csv --format csv")[1] == run("score clean.csv --format csv")[1]


def test_an_exported_scorecard_gives_the_same_points(run):
    assert run("rules export qd766 -o mine.toml")[0] == 0
    assert run("rules check mine.toml")[0] == 0
    assert run("score clean.csv --scorecard mine.toml --format csv")[1] == run("score clean.csv --format csv")[1]


def test_rules_are_exported_to_stdout_byte_for_byte():
    done = command("rules", "export", "qd766")
    assert done.stdout == (ROOT / "src" / "reformcli" / "rules" / "qd766.toml").read_bytes()
