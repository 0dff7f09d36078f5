"""The same input gives the same bytes: whatever the zone, the language, the seed, the folder and the order of files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from reformcli.cli import main
from support import DATA, SAMPLES

EXPORTS = ("nho-30.csv", "loi-can-xu-ly.csv")
PERIOD = ("--period", "2023-W51")
BEFORE = ("--previous-period", "2023-W50", "--force")
FORMS = ("json", "csv", "md", "xlsx")
COMMANDS = {
    "score": ("score", *PERIOD, *BEFORE),
    "metrics": ("metrics", "--by", "agency", "--by", "channel", *PERIOD),
    "late": ("late", "--list", "--near", "3", "--worst", "2", "--each", "week", *PERIOD),
    "gaps": ("gaps", "--goal", "60", *PERIOD),
    "targets": ("targets", *PERIOD),
    "compare": ("compare", "--list", *PERIOD, *BEFORE),
    "explain": ("explain", "--component", "2.1", *PERIOD),
    "story": ("explain", "--dossier", "H99.06-231218-0001", *PERIOD),
}
REPORT = ("report", *PERIOD, *BEFORE)
PAGES = ("html", "docx")  # what the commands below and `report` write besides
AGENCIES, FEW_REGISTERS = ("--agencies", "{agencies.csv}"), ("{nhiem-vu.csv}", "--previous", "{nhiem-vu-tuan-50.csv}")
# Commands with files of their own: {name} is a file, {*kind} all files of a kind, in either order.
OTHERS = {
    "edits": (("compare", "--history", "{old.csv}", "{new.csv}", *PERIOD, *AGENCIES), ()),
    "reconcile": (("reconcile", "{published.csv}", "{*export}", *PERIOD, *AGENCIES), ()),
    "services": (("services", "{catalogue.csv}", "{*export}", "--worst", "3", *PERIOD, *AGENCIES), PAGES),
    "league": (("league", "{*league}", "--agency", "Phú Thọ"), PAGES),
    "tasks": (("tasks", *FEW_REGISTERS, *AGENCIES, "--list", "--fail-on", "never"), PAGES),
    "history": (("history", "{*export}", "{*result}", "--each", "week", *AGENCIES), PAGES),
}
DRIVER = """
import os, sys
os.umask(int(sys.argv[1], 8))
from reformcli.cli import main
for line in sys.stdin.read().splitlines():
    assert main(line.split("\\t")) in (0, 1), line
"""


def filled(words: tuple[str, ...], data: Path, names: tuple[str, ...], cwd: Path) -> list[str]:
    """A command line with the files that it names, those of a kind in the order of the exports or its reverse."""
    files = {"{*export}": list(names)}
    for kind in ("league", "result"):
        found = sorted(path.name for path in data.glob(f"{kind}-*"))
        files[f"{{*{kind}}}"] = found if names == EXPORTS else found[::-1]
    line: list[str] = []
    for word in words:
        chosen = files.get(word, [word[1:-1]])
        line += [os.path.relpath(data / one, cwd) for one in chosen] if word.startswith("{") else [word]
    return line


def write_all(folder: Path, data: Path, names: tuple[str, ...], *, cwd: Path, umask: str, env: dict[str, str]) -> None:
    """Every output of every command, written in a process of its own."""
    folder.mkdir()
    here = [os.path.relpath(data / name, cwd) for name in names]
    counts = [flag for name in reversed(names) for flag in ("--counts", os.path.relpath(data / f"{name}.counts", cwd))]
    lines = [
        [*words, *here, *counts, "--agencies", str(data / "agencies.csv"), "-q", "-o", str(folder / f"{name}.{form}")]
        for name, words in COMMANDS.items()
        for form in FORMS
    ]
    for name, (words, more) in OTHERS.items():
        outputs = [["-o", str(folder / f"{name}.{form}")] for form in (*FORMS, *more)]
        several = [[flag for output in outputs for flag in output]] if more else outputs
        lines += [[*filled(words, data, names, cwd), "-q", *output] for output in several]
    outputs = [flag for form in (*FORMS, *PAGES) for flag in ("-o", str(folder / f"report.{form}"))]
    lines.append([*REPORT, *here, *counts, "--agencies", str(data / "agencies.csv"), "-q", *outputs])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRIVER, umask],
        input="\n".join("\t".join(line) for line in lines).encode(),
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **env},
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Two exports, the counts in two files, and what other commands are made from."""
    folder = tmp_path_factory.mktemp("data")
    for name in (*EXPORTS, "agencies.csv", "catalogue.csv", "nhiem-vu.csv", "nhiem-vu-tuan-50.csv"):
        shutil.copy(SAMPLES / name, folder / name)
    heading, *rows = (SAMPLES / "counts.csv").read_text(encoding="utf-8").splitlines()
    for place, name in enumerate(EXPORTS):
        (folder / f"{name}.counts").write_text("\n".join([heading, *rows[place::2]]) + "\n", encoding="utf-8")
    _published(folder)
    _results(folder)
    return folder


def _published(folder: Path) -> None:
    """Tables of scores, one for each day; published rates; one export as it was and as it is."""
    heading, *rows = (DATA / "league.csv").read_text(encoding="utf-8").splitlines()
    for place in (0, 1):
        lines = "\n".join([heading, *rows[4 * place : 4 * place + 4]])
        (folder / f"league-{place}.csv").write_text(lines + "\n", encoding="utf-8")
    published = "agency,component,value\nSở Tư pháp,2.1,90.00\nSở Y tế,2.1,80.00\n"
    (folder / "published.csv").write_text(published, encoding="utf-8")
    now = (SAMPLES / EXPORTS[0]).read_text(encoding="utf-8")
    (folder / "new.csv").write_text(now, encoding="utf-8")
    (folder / "old.csv").write_text(now.replace("25/12/2023 08:05:00", "26/12/2023 08:05:00"), encoding="utf-8")


def _results(folder: Path) -> None:
    """Results of two months, for a course."""
    for month in ("2023-10", "2023-11"):
        target = folder / f"result-{month}.json"
        assert main(["score", str(folder / EXPORTS[0]), "--period", month, "-q", "-o", str(target)]) in (0, 1)


def test_every_output_is_the_same_wherever_and_however_it_is_made(data, tmp_path):
    one = {"TZ": "UTC", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    other = {"TZ": "America/Lima", "LANG": "vi_VN.UTF-8", "LC_ALL": "vi_VN.UTF-8", "PYTHONHASHSEED": "77"}
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    write_all(tmp_path / "a", data, EXPORTS, cwd=data, umask="022", env=one)
    write_all(tmp_path / "b", data, EXPORTS[::-1], cwd=elsewhere, umask="077", env=other)

    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    written = [f"{name}.{form}" for name in (*COMMANDS, *OTHERS, "report") for form in FORMS]
    written += [f"{name}.{form}" for name, (_, more) in OTHERS.items() for form in more]
    written += [f"report.{form}" for form in PAGES]
    assert names == sorted([*written, *(f"{name}.manifest.json" for name in written if name.endswith(".csv"))])
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    differing = [name for name in names if (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()]
    assert differing == []


# ------------------------------------------------------------------ when it was made
@pytest.fixture
def alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def report(tmp_path: Path) -> tuple[datetime | None, datetime | None, str]:
    """When the three documents of a report say they were created."""
    names = [tmp_path / f"r.{form}" for form in ("xlsx", "docx", "html")]
    assert main(["report", str(SAMPLES / EXPORTS[0]), *PERIOD, "-q", *(f for n in names for f in ("-o", str(n)))]) == 0
    created = load_workbook(names[0]).properties.created
    written = docx.Document(str(names[1])).core_properties.created
    return created, written.replace(tzinfo=None) if written else None, names[2].read_text(encoding="utf-8")


@pytest.mark.usefixtures("alone")
def test_a_document_is_created_at_the_end_of_the_period(tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    book, note, page = report(tmp_path)
    assert book == note == datetime(2023, 12, 24, 23, 59, 59)
    assert "2023-12-24T23:59:59" in page


@pytest.mark.usefixtures("alone")
def test_source_date_epoch_stands_before_it(tmp_path, monkeypatch):
    """Seconds since 1970 in UTC, wherever the office is."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    book, note, page = report(tmp_path)
    assert book == note == datetime(2023, 11, 14, 22, 13, 20)
    assert "2023-11-14T22:13:20" in page


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("epoch", ["today", "1.5", "9" * 30])
def test_a_source_date_epoch_that_is_none_is_refused(epoch, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert main(["score", str(SAMPLES / EXPORTS[0]), *PERIOD, "-o", str(tmp_path / "a.xlsx")]) == 2
    assert "SOURCE_DATE_EPOCH" in capsys.readouterr().err
    assert not (tmp_path / "a.xlsx").exists()
