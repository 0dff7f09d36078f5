"""Workbooks behind a password: named as such, opened with --password-file, and the password goes nowhere else.

`khoa.xls` and `khoa.ods` were protected by LibreOffice with the password "mat khau 1" and hold two dossiers.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from reformcli.errors import InputError
from reformcli.read.exports import read_all
from support import DATA, SAMPLES, command

WEEK = SAMPLES / "tuan-51.xlsx"
OLD = DATA / "encrypted" / "khoa.xls"


def protect(path, password, data=None):
    """Encrypt a workbook as Excel does."""
    with path.open("wb") as out:
        OOXMLFile(io.BytesIO(data or WEEK.read_bytes())).encrypt(password, out)
    return path


def refused(path, password=None):
    with pytest.raises(InputError) as caught:
        read_all([str(path)], password=password)
    return caught.value.key


def test_a_password_file_opens_a_workbook_of_today(tmp_path):
    """Every figure is that of the open workbook; the hash is that of the file as it lies there."""
    locked = protect(tmp_path / "khóa.xlsx", "mật khẩu ☂ 1")
    (tmp_path / "key.txt").write_text("mật khẩu ☂ 1\n", encoding="utf-8")

    documents = [
        json.loads(command("score", path, "--format", "json", *more).stdout)
        for path, more in ((WEEK, ()), (locked, ("--password-file", tmp_path / "key.txt")))
    ]

    assert documents[0]["units"] == documents[1]["units"]
    sha = documents[1]["manifest"]["inputs"][0]["sha256"]
    import hashlib

    assert sha == hashlib.sha256(locked.read_bytes()).hexdigest()


def test_an_old_workbook_is_opened_too():
    """Two dossiers, as in the file that LibreOffice protected."""
    (sheet,) = read_all([str(OLD)], password="mat khau 1").sheets  # noqa: S106

    assert sheet.cells.num_rows == 3
    assert sheet.cells.column(0).to_pylist()[1:] == ["H99.06-231218-0001", "H99.06-231218-0002"]


def test_a_locked_file_is_named_as_such(tmp_path):
    """Without a password, with a wrong one, and where nothing can open it."""
    locked = protect(tmp_path / "khóa.xlsx", "đúng")

    assert refused(locked) == "encrypted"
    assert refused(locked, "sai") == "wrong_password"
    assert refused(OLD) == "encrypted"
    assert refused(OLD, "sai") == "wrong_password"
    assert refused(DATA / "encrypted" / "khoa.ods") == "encrypted"


def test_a_workbook_that_only_forbids_changes_opens_without_a_password(tmp_path):
    """Excel encrypts it with a password that everybody knows."""
    (sheet,) = read_all([str(protect(tmp_path / "a.xlsx", "VelvetSweatshop"))]).sheets

    assert sheet.cells.num_rows > 1800


def test_without_the_library_a_locked_file_is_still_named(tmp_path):
    """The extra is optional; what to install is said where a password was given."""
    locked = protect(tmp_path / "a.xlsx", "x")
    (tmp_path / "key.txt").write_text("x")
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "msoffcrypto.py").write_text("raise ImportError\n")
    env = {"PYTHONPATH": str(blocked)}

    plain = command("score", locked, "--lang", "en", env=env)
    given = command("score", locked, "--lang", "en", "--password-file", tmp_path / "key.txt", env=env)

    assert (plain.returncode, given.returncode) == (3, 3)
    assert b"protected by a password" in plain.stderr
    assert b"reformcli[crypt]" in given.stderr


def test_the_password_appears_nowhere(tmp_path):
    """Not in an error, in a result or in a file."""
    locked = protect(tmp_path / "a.xlsx", "bimat-12345")
    (tmp_path / "key.txt").write_text("bimat-12345\nsecond line\n")
    (tmp_path / "wrong.txt").write_text("bimat-99999\n")

    done = command("validate", locked, "--password-file", tmp_path / "key.txt", "-v", "-o", tmp_path / "r.json")
    failed = command("validate", locked, "--password-file", tmp_path / "wrong.txt")

    assert (done.returncode, failed.returncode) == (0, 3)
    for text in (done.stderr, done.stdout, (tmp_path / "r.json").read_bytes(), failed.stderr):
        assert b"bimat" not in text


def test_a_password_file_must_hold_a_password(tmp_path):
    """A missing file is a usage error; an empty one cannot be trusted."""
    (tmp_path / "empty.txt").write_text("\n")

    assert command("score", WEEK, "--password-file", tmp_path / "none.txt").returncode == 2
    assert command("score", WEEK, "--password-file", tmp_path / "empty.txt").returncode == 3


def test_a_password_file_without_an_end_is_no_password(tmp_path):
    """A device, or a file that was meant to be something else: one line of 4 kB is read at most."""
    (tmp_path / "long.txt").write_text("x" * 5_000)

    assert command("score", WEEK, "--password-file", tmp_path / "long.txt").returncode == 3
    if Path("/dev/zero").exists():
        assert command("score", WEEK, "--password-file", "/dev/zero").returncode == 3


def test_an_encrypted_archive_is_opened_with_the_password(tmp_path):
    """`zip -e` of Info-ZIP made it (ZipCrypto); the password is "x"."""
    import shutil
    import subprocess

    if shutil.which("zip") is None:
        pytest.skip("Info-ZIP is not installed")
    (tmp_path / "a.csv").write_text(
        "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái hồ sơ\nA1,18/12/2023,22/12/2023,Đang xử lý\n"
    )
    subprocess.run(["zip", "-q", "-P", "x", "a.zip", "a.csv"], cwd=tmp_path, check=True)
    assert zipfile.ZipFile(tmp_path / "a.zip").infolist()[0].flag_bits & 1

    assert refused(tmp_path / "a.zip") == "encrypted"
    assert refused(tmp_path / "a.zip", "y") == "wrong_password"
    assert read_all([str(tmp_path / "a.zip")], password="x").sheets[0].cells.num_rows == 2  # noqa: S106
