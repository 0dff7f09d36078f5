"""Workbooks are read in a child process: whatever happens to it is one clear error, and the next file is read."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest
import xlsxwriter

from reformcli.errors import InputError
from reformcli.limits import Limits
from reformcli.read import guard as guard_module
from reformcli.read.exports import read_all
from reformcli.read.guard import Guard, Job, ReaderDefectError
from reformcli.read.payload import load
from reformcli.read.readers import read_content
from support import SAMPLES, command

WEEK = SAMPLES / "tuan-51.xlsx"
posix = pytest.mark.skipif(sys.platform == "win32", reason="this system has no limits for a child")


@pytest.fixture
def guard():
    made = Guard()
    yield made
    made.close()


def read(guard, path=WEEK, limits=None, size=0):
    return guard.read(Job(str(path), path, None, size or path.stat().st_size, limits or Limits(), None))


def test_the_guard_changes_nothing_of_what_is_read(guard):
    """Cells, places, names and hashes are those of a reading in this process, several files with one child."""
    for path in (WEEK, SAMPLES / "igate-tuan-51.xlsx", WEEK):
        payload = load(path, None)
        source, content = read(guard, path)

        assert source == payload.source
        for guarded, plain in zip(content.sheets, read_content(payload).sheets, strict=True):
            assert guarded.cells.equals(plain.cells)
            assert {n: getattr(guarded, n) for n in guarded.__slots__ if n != "cells"} == {
                n: getattr(plain, n) for n in plain.__slots__ if n != "cells"
            }


def test_bytes_without_a_path_are_read_the_same(guard):
    """A workbook may come through standard input."""
    source, content = guard.read(Job("-", None, WEEK.read_bytes(), WEEK.stat().st_size, Limits(), None))

    assert source.name == "-"
    assert content.sheets[0].cells.equals(read(guard)[1].sheets[0].cells)


def test_an_error_of_the_reader_comes_through(guard, tmp_path):
    """Its key, place and values; the child lives on."""
    bad = tmp_path / "hỏng.xlsx"
    bad.write_bytes(WEEK.read_bytes()[:5000])

    with pytest.raises(InputError, match="damaged_workbook") as caught:
        read(guard, bad)
    assert caught.value.where == str(bad)
    assert read(guard)[1].sheets


@posix
def test_too_little_memory_is_an_error_and_the_next_file_is_read(guard, tmp_path):
    """300 MB of address space hold Python and Arrow, but no sheet of four million cells."""
    big = tmp_path / "big.xlsx"
    with xlsxwriter.Workbook(big, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(60_000):
            sheet.write_row(row, 0, [f"{row}-{column}" for column in range(30)])

    with pytest.raises(InputError, match="reader_") as caught:
        read(guard, big, Limits(memory=300))
    assert caught.value.key in ("reader_memory", "reader_died")
    assert read(guard)[1].sheets


@posix
def test_a_reader_that_never_ends_is_stopped(guard, monkeypatch):
    """By the processor time it may take; the clock stops one that only waits."""
    for script in ("while True: pass", "import time; time.sleep(60)"):
        limited = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 9))\n" + script
        monkeypatch.setattr(guard_module, "_START", limited)
        monkeypatch.setattr(guard_module, "CPU_BASE", 0.5)
        start = time.monotonic()
        with pytest.raises(InputError, match="reader_slow"):
            read(Guard(), size=1)
        assert time.monotonic() - start < 10


@posix
def test_a_reader_that_is_killed_is_an_error(guard, monkeypatch):
    """As the system does it when memory is short: twice, since a crash is tried again once."""
    answer, kills = guard_module._ask, [True, True]

    def ask(child, job, *, careful):
        if kills:
            kills.pop()
            child.send_signal(signal.SIGKILL)
        return answer(child, job, careful=careful)

    monkeypatch.setattr(guard_module, "_ask", ask)
    with pytest.raises(InputError, match="reader_died"):
        read(guard)
    kills.append(True)
    assert read(guard)[1].sheets  # killed once, and read the second time
    assert kills == []


def test_a_far_cell_behind_a_large_sheet_that_lies_about_its_size_is_left_out(guard, tmp_path):
    """The reader crashes on it (two terabytes of empty cells); the second, careful reading finds the lone cell."""
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(12_000):
            sheet.write_row(row, 0, [f"{row}-{column}" for column in range(12)])
        sheet.write("XFD1048576", "x")
    data = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            data[info.filename] = archive.read(info)
    name = "xl/worksheets/sheet1.xml"
    assert len(data[name]) > 4 << 20
    data[name] = data[name].replace(b"A1:XFD1048576", b"A1:L12000", 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in data.items():
            archive.writestr(member, content)

    (read_sheet,) = read(guard, path)[1].sheets

    assert read_sheet.cells.shape == (12_000, 12)
    assert read_sheet.far_cells == ("XFD1048576",)


def test_a_crash_of_one_of_many_files_names_that_file(monkeypatch, tmp_path):
    """The others are read, but no figure comes of a part."""
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_bytes(WEEK.read_bytes())
    answer = guard_module._ask

    def ask(child, job, *, careful):
        if job.where.endswith("b.xlsx"):
            child.kill()
        return answer(child, job, careful=careful)

    monkeypatch.setattr(guard_module, "_ask", ask)
    with pytest.raises(InputError, match="reader_died") as caught:
        read_all([str(tmp_path)])
    assert caught.value.where.endswith("b.xlsx")


def test_a_defect_in_the_child_is_a_defect_and_no_fault_of_the_file(guard, monkeypatch):
    """Its text names the kind and the place, no value."""
    script = """
import reformcli.read.readers as readers
def broken(payload):
    raise KeyError("Nguyễn Văn Ví Dụ")
readers.read_content = broken
from reformcli.read.child import main
main()
"""
    monkeypatch.setattr(guard_module, "_START", script)

    with pytest.raises(ReaderDefectError, match=r"^KeyError in reformcli"):
        read(guard)


def test_nothing_is_imported_from_the_working_directory(tmp_path):
    """A folder of exports may hold a file named like a library of ours."""
    for name in ("fastexcel", "pyarrow", "zipfile", "json"):
        (tmp_path / f"{name}.py").write_text("open('owned', 'w').close()\nraise SystemExit(9)\n")
    script = (
        f"from reformcli.cli import main; raise SystemExit(main(['score', {str(WEEK)!r}, '--format', 'json', '-q']))"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, check=False, env=os.environ
    )

    assert done.returncode in (0, 1), done.stderr
    assert not (tmp_path / "owned").exists()


@posix
def test_children_do_not_outlive_the_command(tmp_path):
    """Neither one that has served nor one that was started early for nothing."""
    marker = f"reformcli-test-{os.getpid()}"
    for arguments in (("score", WEEK, "--format", "json"), ("score", tmp_path / "none.xlsx")):
        command(*arguments, env={"REFORMCLI_TEST_MARKER": marker})
    time.sleep(0.3)
    left = [
        pid
        for pid in os.listdir("/proc")  # noqa: PTH208
        if pid.isdigit() and marker.encode() in _environment(pid) and int(pid) != os.getpid()
    ]
    assert left == []


def _environment(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""


def test_a_file_beyond_the_size_allowed_is_not_read(tmp_path):
    """Neither a large file nor a stream without end."""
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(1_000_001)

    with pytest.raises(InputError, match="too_large") as caught:
        load(big, None, limits=Limits(size=1))
    assert caught.value.values == {"limit": 1}
    with pytest.raises(InputError, match="too_large"):
        load("-", io.BytesIO(b"a,b\n" * 250_001), limits=Limits(size=1))
