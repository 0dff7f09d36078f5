"""Writing files in one step."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from reformcli.errors import ExitCode, OutputError
from reformcli.render.files import write_atomically

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


def failing(number):
    def fail(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    return fail


def refused(path, key):
    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"new")
    assert caught.value.key == key
    assert caught.value.exit_code == ExitCode.INPUT
    assert caught.value.values["file"] == path.name
    assert caught.value.values["folder"] == str(path.parent)


def test_a_file_is_written_and_replaced_and_nothing_else_stays(tmp_path):
    """The folder holds the report and nothing temporary."""
    path = tmp_path / "báo cáo.xlsx"

    for data in (b"first", b"", b"third" * 100_000):
        write_atomically(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_file_is_hidden_and_beside_the_target(tmp_path, monkeypatch):
    """Only a rename within one folder is atomic."""
    seen = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(Path(a)), replace(a, b)))

    write_atomically(tmp_path / "a.csv", b"x")

    assert seen[0].parent == tmp_path
    assert seen[0].name.startswith(".")
    assert seen[0].suffix == ".tmp"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, SystemExit])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_interruption_leaves_the_earlier_file_and_no_trace(tmp_path, monkeypatch, step, interruption):
    """Ctrl-C in the middle of writing must not cost last week's report."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def interrupt(*_args):
        raise interruption

    monkeypatch.setattr(os, step, interrupt)

    with pytest.raises(interruption):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("step", "number", "key"),
    [
        ("fsync", errno.ENOSPC, "output_disk_full"),
        ("fsync", errno.EDQUOT, "output_disk_full"),
        ("fsync", errno.EIO, "output_not_writable"),
        ("replace", errno.EACCES, "output_in_use"),
        ("replace", errno.EPERM, "output_in_use"),
        ("replace", errno.EISDIR, "output_is_folder"),
        ("replace", errno.ENOSPC, "output_disk_full"),
    ],
)
def test_a_system_error_leaves_the_earlier_file_and_names_the_cause(tmp_path, monkeypatch, step, number, key):
    """A full disk, a report open in Excel: each has its own message."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, failing(number))

    refused(path, key)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "key"),
    [
        (errno.ENOSPC, "output_disk_full"),
        (errno.EACCES, "output_not_writable"),
        (errno.EROFS, "output_not_writable"),
        (errno.ENAMETOOLONG, "output_not_writable"),
        (errno.ENOENT, "output_folder_missing"),
    ],
)
def test_a_folder_that_takes_no_file_is_named(tmp_path, monkeypatch, number, key):
    """Tests may run as root, whom no mode stops: the system's refusal is simulated."""
    monkeypatch.setattr(Path, "open", failing(number))

    refused(tmp_path / "a.csv", key)


def test_a_missing_folder_and_a_folder_in_the_way_are_told_apart(tmp_path):
    """The first wants to be created, the second a file name."""
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "file").write_bytes(b"x")

    refused(tmp_path / "a.csv", "output_is_folder")
    refused(tmp_path / "none" / "a.csv", "output_folder_missing")
    with pytest.raises(OutputError):
        write_atomically(tmp_path / "file" / "a.csv", b"new")
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_write_protected_file_is_respected(tmp_path, monkeypatch):
    """A rename would get round the protection that its owner chose."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)

    refused(path, "output_not_writable")

    assert path.read_bytes() == b"old"


def test_a_relative_path_is_written_in_the_current_folder(tmp_path, monkeypatch):
    """`-o week.xlsx` is what people type."""
    monkeypatch.chdir(tmp_path)

    write_atomically(Path("a.csv"), b"x")

    assert (tmp_path / "a.csv").read_bytes() == b"x"


@POSIX
def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_mode(tmp_path):
    """A shared report stays readable for those who could read it."""
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_bytes(b"x")
    old.chmod(0o640)
    previous = os.umask(0o027)
    try:
        write_atomically(new, b"x")
        write_atomically(old, b"y")
    finally:
        os.umask(previous)

    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    old.chmod(0o604)
    write_atomically(old, b"z")
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


@POSIX
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_keeps_pointing_to_the_file_it_names(tmp_path, exists):
    """`latest.xlsx -> archive/week51.xlsx` is not turned into a file of its own."""
    (tmp_path / "archive").mkdir()
    real, link = tmp_path / "archive" / "week51.xlsx", tmp_path / "latest.xlsx"
    link.symlink_to(Path("archive") / "week51.xlsx")
    if exists:
        real.write_bytes(b"old")

    write_atomically(link, b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert list(real.parent.iterdir()) == [real]


@POSIX
def test_a_device_is_written_to_and_never_replaced():
    """`-o /dev/null` run by root must leave the device in place."""
    write_atomically(Path(os.devnull), b"x")

    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
