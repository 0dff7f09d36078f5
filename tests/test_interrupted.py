"""A run that is interrupted, killed or cannot write leaves the earlier report as it was, and nothing beside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import SAMPLES, command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and mounts of POSIX")
WEEK = SAMPLES / "tuan-51.xlsx"
EARLIER = b"the report of last week"
INPUT, INTERRUPTED = 3, 130


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An export that takes seconds to read."""
    path = tmp_path_factory.mktemp("large") / "large.xlsx"
    assert command("sample", path, "--rows", 60_000).returncode == 0
    return path


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "out" / "báo cáo.xlsx"
    path.parent.mkdir()
    path.write_bytes(EARLIER)
    return path


def untouched(report):
    return report.read_bytes() == EARLIER and [p.name for p in report.parent.iterdir()] == [report.name]


def started(*arguments, temporary):
    return subprocess.Popen(
        [sys.executable, "-m", "reformcli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )


def children(process):
    """The processes that a process has started."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    threads = Path(f"/proc/{process.pid}/task").glob("*/children")
    return sorted({int(pid) for file in (listed, *threads) for pid in file.read_text().split()})


@pytest.mark.parametrize("moment", [0.1, 0.4, 0.8, 1.3])
@pytest.mark.parametrize("whole_group", [True, False])
def test_ctrl_c_leaves_the_earlier_report(large, report, tmp_path, moment, whole_group):
    """Whenever it comes, for the whole group as a terminal sends it or for the command alone."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = started("score", large, "-o", report, temporary=temporary)
    time.sleep(moment)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)

    if process.returncode in (0, 1):  # it was done before
        assert report.read_bytes() != EARLIER
        return
    assert process.returncode in (INTERRUPTED, -signal.SIGINT)
    assert untouched(report)
    assert (out, b"Traceback" in err, list(temporary.iterdir())) == (b"", False, [])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
@pytest.mark.parametrize("times", [1, 9])
def test_a_reader_killed_in_the_middle_is_tried_once_more(large, report, tmp_path, times):
    """As when memory is short: a second reading may succeed, and gives the same; else exit code 3, three lines."""
    whole = report.with_name("whole.json")
    assert command("score", large, "-o", whole).returncode == 0
    process = started("score", large, "-o", report.with_suffix(".json"), temporary=tmp_path)
    killed: set[int] = set()
    while process.poll() is None and len(killed) < times:
        for child in set(children(process)) - killed:
            time.sleep(0.3)
            os.kill(child, signal.SIGKILL)
            killed.add(child)
        time.sleep(0.02)
    out, err = process.communicate(timeout=60)

    if times == 1:
        assert process.returncode == 0
        assert report.with_suffix(".json").read_bytes() == whole.read_bytes()
    else:
        assert (process.returncode, out, len(err.decode().splitlines())) == (INPUT, b"", 3)
        assert sorted(path.name for path in report.parent.iterdir()) == sorted([report.name, whole.name])


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv", "r.json", "r.md"])
def test_a_full_disk_leaves_the_earlier_report(tmp_path, name):
    """On a small file system of its own where that can be mounted, else with a bound on the size of files."""
    folder = tmp_path / "small"
    folder.mkdir()
    is_mounted = shutil.which("mount") and os.geteuid() == 0
    if is_mounted:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", folder], check=False)
        is_mounted = done.returncode == 0
    try:
        report = folder / "out" / name
        report.parent.mkdir()
        report.write_bytes(EARLIER)
        if is_mounted:
            (folder / "filler").write_bytes(b"x" * (4096 * 2))
        process = subprocess.run(
            [sys.executable, "-m", "reformcli", "score", WEEK, "--table", "components", "-o", report],
            capture_output=True,
            check=False,
            preexec_fn=None if is_mounted else _small_files,
        )
        assert (process.returncode, process.stdout, len(process.stderr.decode().splitlines())) == (INPUT, b"", 3)
        assert untouched(report)
    finally:
        if is_mounted:
            subprocess.run(["umount", folder], check=True)


def _small_files():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A read-only file system, where it can be mounted: permissions do not stop the root user."""
    folder = tmp_path / "readonly"
    folder.mkdir()
    (folder / "r.xlsx").write_bytes(EARLIER)
    if os.geteuid() == 0:
        mounted = subprocess.run(["mount", "--bind", "-o", "ro", folder, folder], check=False)
        if mounted.returncode:
            pytest.skip("root, and nothing can be mounted here")
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=False)
    else:
        folder.chmod(0o500)
    try:
        done = command("score", WEEK, "-o", folder / "r.xlsx")
        assert (done.returncode, done.stdout, len(done.stderr.decode().splitlines())) == (INPUT, b"", 3)
        assert untouched(folder / "r.xlsx")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", folder], check=True)
        else:
            folder.chmod(0o700)
