"""The progress bar: on a terminal only, by bytes while files are read, and never in the result."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from reformcli.cli.progress import Bar
from reformcli.read import exports
from reformcli.read.payload import Content
from support import SAMPLES, command

WEEK = SAMPLES / "tuan-51.xlsx"
SCORE = ["score", str(WEEK), "--period", "2023-W51", "--format", "json"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are a thing of POSIX")


def seen(arguments, columns=100):
    """What a person sees on stderr, which is a terminal; stdout goes into a file. Returns both and the exit code."""
    import fcntl
    import pty
    import struct
    import tempfile
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    program = [sys.executable, "-m", "reformcli", *arguments]
    with tempfile.TemporaryFile() as result:
        process = subprocess.Popen(program, stdout=result, stderr=theirs, env=environment)
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:  # Linux says so when the other end is closed
            pass
        os.close(ours)
        code = process.wait()
        result.seek(0)
        return ESCAPES.sub("", shown.decode()), result.read().decode(), code


@posix
def test_on_a_terminal_the_steps_are_shown_with_bytes_and_rows_and_then_wiped():
    shown, result, code = seen([*SCORE, "--lang", "vi"])

    assert code in (0, 1)
    assert result.startswith("{")
    assert "Đọc tệp" in shown
    assert re.search(r"\d+,\d/\d+,\d MB", shown)
    assert re.search(r"\d+ hàng", shown)
    assert result == seen([*SCORE, "--no-progress"])[1]


@posix
def test_without_progress_a_terminal_stays_empty():
    assert "Đọc" not in seen([*SCORE, "--no-progress"])[0]
    assert "Đọc" not in seen([*SCORE, "--quiet"])[0]


def test_without_a_terminal_there_is_no_bar():
    done = command(*SCORE)

    assert "Đọc" not in done.stderr.decode()
    assert b"\x1b" not in done.stderr


@posix
def test_a_large_sheet_is_told_while_it_is_read(monkeypatch, tmp_path):
    """The child tells the share it has read; the bytes grow, and end with all of them."""
    from reformcli.sample import write_large

    path = tmp_path / "a.xlsx"
    write_large(path, 20_000)
    calls = []
    exports.read_exports([str(path)], on_bytes=lambda done, total: calls.append((done, total)))

    size = path.stat().st_size
    assert calls[0] == (0, size)
    assert calls[-1] == (size, size)
    assert len(calls) > 10
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_several_files_are_added_up(monkeypatch, tmp_path):
    """In whatever order they end."""
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("ma;ngay\n1;2\n")
    calls = []
    monkeypatch.setattr(exports, "read_content", lambda payload: Content([], []))
    exports.read_exports([str(tmp_path)], on_bytes=lambda *call: calls.append(call))

    assert calls[0] == (0, 36)
    assert calls[-1] == (36, 36)
    assert sorted(calls) == calls


def test_a_bar_that_is_not_shown_says_the_steps_once_where_that_is_wanted(capsys):
    with Bar("en", shown=False, told=True) as bar:
        for call in (("read", 0, 9), ("read", 9, 9), ("parse", 0, 5), ("validate", 0, 0)):
            bar(*call)

    assert len(capsys.readouterr().err.splitlines()) == 3
