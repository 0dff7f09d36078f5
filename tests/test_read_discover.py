"""Which files the user meant, and that the order in which they were named does not matter."""

from __future__ import annotations

import itertools
import sys
from io import BytesIO
from pathlib import Path

import pytest

from reformcli.errors import ExitCode, InputError, UsageError
from reformcli.read import exports
from reformcli.read.discover import discover
from reformcli.read.exports import read_all, read_exports
from reformcli.read.sniff import is_parquet


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two exports, a third kind, and what must not be taken."""
    monkeypatch.chdir(tmp_path)
    names = ["b.csv", "a.CSV", "c.tsv", "~$b.xlsx", ".hidden.csv", "notes.docx", "report.pdf", "d.parquet"]
    week = tmp_path / "week"
    (week / "deeper.csv").mkdir(parents=True)
    for name in names:
        (week / name).write_text(f"ma,ngay\n{name},2\n", encoding="utf-8")
    (week / "deeper.csv" / "e.csv").write_text("ma,ngay\n", encoding="utf-8")
    return week


def names(items):
    return [Path(item).name for item in items]


def test_a_folder_gives_its_exports_by_name(folder):
    """Not its subfolders, lock files, hidden files or other documents."""
    assert names(discover([str(folder)])) == ["a.CSV", "b.csv", "c.tsv", "d.parquet"]


PAGES = {
    "e.html": "<html><body><p>Tuần 51</p><table><tr><td>mã</td></tr></table></body></html>",
    "f.HTM": "\ufeff<TABLE border=1><tr><td>mã</td></tr></TABLE>",
    "g.mht": "MIME-Version: 1.0\nContent-Type: text/html\n\n<table><tr><td>mã</td></tr></table>",
    "h.mhtml": "MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHRhYmxlPg==",
    "i.xml": '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
}
OTHERS = {
    "guide.html": "<html><body><p>Hướng dẫn</p></body></html>",
    "mail.mht": "MIME-Version: 1.0\nContent-Type: text/html\n\n<p>Hướng dẫn</p>",
    "settings.xml": '<?xml version="1.0"?><settings table="x"/>',
    "plain.htm": "ma,ngay\n1,2\n",
}


def test_a_folder_gives_its_pages_and_xml_files_with_a_table(folder):
    """Systems save tables so; a page without one is a document like others."""
    for name, text in (PAGES | OTHERS).items():
        (folder / name).write_text(text, encoding="utf-16" if name == "f.HTM" else "utf-8")

    assert names(discover([str(folder)])) == ["a.CSV", "b.csv", "c.tsv", "d.parquet", *PAGES]


def test_a_page_that_cannot_be_opened_is_left_to_its_reader(folder, monkeypatch):
    """So that the page is named, not the folder."""
    (folder / "e.html").write_text("<table>")
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError("locked")))

    assert "e.html" in names(discover([str(folder)]))


def test_globs_are_expanded_here(folder):
    """Windows shells pass `*.csv` on as it is; a lock file is never an export."""
    assert discover(["week/*.csv"]) == [Path("week/b.csv")]
    assert discover(["week/*b.*"]) == [Path("week/b.csv")]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(folder):
    (folder / "[tuan] 1.csv").write_text("a,b\n", encoding="utf-8")

    assert names(discover([str(folder / "[tuan] 1.csv")])) == ["[tuan] 1.csv"]


def test_a_named_file_is_taken_whatever_its_name_ends_with(folder):
    assert names(discover([str(folder / "notes.docx"), "-"])) == ["notes.docx", "-"]


def test_the_same_file_is_read_once(folder):
    """Through another path, a folder, a glob, or twice by name."""
    ways = ["week/b.csv", "./week/../week/b.csv", str(folder / "b.csv"), "week/b*.csv", "week/b.csv", "-", "-"]

    assert discover(ways) == [Path("week/b.csv"), "-"]
    assert names(discover(["week/b.csv", "week"])) == ["b.csv", "a.CSV", "c.tsv", "d.parquet"]


@pytest.mark.parametrize("argument", ["week/none.csv", "week/z*.csv", "", "none/*"])
def test_what_does_not_exist_is_a_usage_error(folder, argument):
    with pytest.raises(UsageError) as caught:
        discover([argument])

    assert (caught.value.key, caught.value.where) == ("no_such_file", argument)
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_folder_without_exports_is_an_input_error(folder):
    (folder / "empty").mkdir()
    (folder / "empty" / "~$a.xlsx").write_bytes(b"lock")

    with pytest.raises(InputError) as caught:
        discover(["week/empty"])

    assert (caught.value.key, caught.value.where) == ("no_exports", "week/empty")
    assert ".xlsx" in str(caught.value.values["suffixes"])


def test_the_order_of_the_arguments_makes_no_difference(folder):
    """By name, then by content where two folders hold the same name."""
    (folder / "deeper.csv" / "b.csv").write_text("ma,ngay\nx,9\n", encoding="utf-8")
    ways = ["week/b.csv", "week/a.CSV", "week/deeper.csv/b.csv", "week/c.tsv"]

    results = [read_exports(order) for order in itertools.permutations(ways)]

    assert [sheet.source.name for sheet in results[0][0]] == ["a.CSV", "b.csv", "b.csv", "c.tsv"]
    assert len({sheet.source.sha256 for sheet in results[0][0]}) == 4
    assert all(result == results[0] for result in results)


def test_of_several_failures_the_first_by_name_is_raised(folder):
    """Whatever the order, the user sees the same message."""
    (folder / "x.csv").write_bytes(b"")
    (folder / "y.csv").write_bytes(b"%PDF-1.7")

    for order in (["week/x.csv", "week/y.csv"], ["week/y.csv", "week/b.csv", "week/x.csv"]):
        with pytest.raises(InputError) as caught:
            read_exports(order)
        assert (caught.value.key, caught.value.where) == ("empty_file", "week/x.csv")


def test_progress_starts_at_nothing_and_ends_with_everything(folder):
    calls: list[tuple[int, int]] = []

    read_exports(["week/b.csv", "week/c.tsv"], on_bytes=lambda done, total: calls.append((done, total)))

    total = (folder / "b.csv").stat().st_size + (folder / "c.tsv").stat().st_size
    assert calls[0] == (0, total)
    assert calls[-1] == (total, total)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert len(calls) == 3


def test_a_file_that_vanishes_is_unreadable_and_counts_nothing(folder, monkeypatch):
    """Between finding and reading it, say on a network drive."""
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(exports, "discover", lambda _: [Path("week/gone.csv")])

    with pytest.raises(InputError, match="unreadable"):
        read_exports(["week/gone.csv"], on_bytes=lambda done, total: calls.append((done, total)))

    assert calls == [(0, 0), (0, 0)]


def test_standard_input_is_read_as_a_file_named_dash(folder):
    sheets, _ = read_exports(["-"], stdin=BytesIO(b"ma;ngay\n1;2\n"))

    assert sheets[0].source.name == "-"
    assert sheets[0].source.size == 12
    assert sheets[0].cells.to_pydict() == {"c0": ["ma", "1"], "c1": ["ngay", "2"]}


def test_standard_input_is_that_of_the_process_by_default(folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": BytesIO(b"a,b\n1,2\n")}))

    assert read_exports(["-"])[0][0].cells.num_rows == 2


def test_parquet_is_set_aside_and_never_lost(folder):
    (folder / "d.parquet").write_bytes(b"PAR1....PAR1")
    readings = read_all(["week/d.parquet", "week/b.csv"])

    assert readings.parquet == [Path("week/d.parquet")]
    assert [sheet.source.name for sheet in readings.sheets] == ["b.csv"]
    assert is_parquet(b"PAR1")
    assert not is_parquet(b"PK\x03\x04")
    with pytest.raises(InputError, match="parquet"):
        read_exports(["week/d.parquet", "week/b.csv"])


def test_importing_the_room_imports_no_reader():
    """The start of the program pays for what a run needs only."""
    import subprocess

    code = "import sys, reformcli.read; print({'pandas', 'pyarrow', 'fastexcel', 'numpy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
