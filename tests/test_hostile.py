"""Files made to break a reader are read for what they are or refused: in time, in little memory, without a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

import hostile

SECONDS = 10
ADDRESS_SPACE = 6_000_000_000  # bytes: a machine of an office
INPUT = 3


def run(path, temporary):
    """Score a file in a process with little room; returns exit code, stdout, stderr and processor seconds."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "reformcli", "metrics", path, "--to", "2023-12-24", "--format", "json"],
        capture_output=True,
        check=False,
        env={**os.environ, "TMPDIR": str(temporary)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, spent


@pytest.fixture
def room(tmp_path):
    (tmp_path / "tmp").mkdir()
    return tmp_path


posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


@posix
@pytest.mark.parametrize("name", hostile.READ)
def test_an_odd_file_is_read_for_what_it_is(name, room):
    """Two dossiers, one on time, one overdue: counted by hand from the texts in `hostile.py`."""
    path = hostile.READ[name](room / name)

    done, spent = run(path, room / "tmp")

    assert done.returncode in (0, 1), done.stderr.decode()
    total = json.loads(done.stdout)["metrics"][-1]
    assert [total[key] for key in ("handled", "early", "late", "overdue")] == [2, 1, 0, 1]
    assert spent < SECONDS
    assert list((room / "tmp").iterdir()) == []


@posix
@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_bad_file_is_refused(name, room):
    """Exit code 3, three lines that name it, nothing on stdout, no temporary file."""
    path = hostile.REFUSED[name](room / name)

    done, spent = run(path, room / "tmp")

    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (INPUT, b"", 3), lines
    assert name in lines[1]
    assert spent < SECONDS
    assert list((room / "tmp").iterdir()) == []


@posix
def test_what_is_no_file_ends_at_once(room):
    """A device without end, a pipe without a writer's end, a link to itself, a folder of links."""
    (room / "loop.csv").symlink_to(room / "loop.csv")
    os.mkfifo(room / "pipe.csv")
    start = time.monotonic()

    assert run("/dev/zero", room / "tmp")[0].returncode == INPUT
    assert run(room / "loop.csv", room / "tmp")[0].returncode in (2, INPUT)
    assert run(room, room / "tmp")[0].returncode == INPUT  # neither of them is an export
    assert time.monotonic() - start < 3 * SECONDS


@posix
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_pipe_is_read_like_a_file(name, room):
    """As a shell gives the output of a command: it can be read only once."""
    path = hostile.plain_csv(room / name) if name == "a.csv" else hostile.book(room / name)
    os.mkfifo(room / "pipe")
    with subprocess.Popen(["sh", "-c", f"cat '{path}' > '{room / 'pipe'}'"]):
        done, _ = run(room / "pipe", room / "tmp")

    assert json.loads(done.stdout)["metrics"][-1]["handled"] == 2


def test_sizes_alone_hold_where_a_child_has_no_limits(room):
    """As on Windows: the bombs are refused by what their directories and bytes say, without the guard."""
    from reformcli.errors import InputError
    from reformcli.read.payload import load
    from reformcli.read.readers import read_content

    for name in ("bomb.xlsx", "diagonal.xlsx"):
        path = hostile.REFUSED[name](room / name)
        with pytest.raises(InputError):
            read_content(load(path, None))
