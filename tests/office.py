"""LibreOffice as a second opinion: it recalculates our workbooks and turns documents into pictures."""

import os
import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

_STORED = re.compile(rb"(</f>)<v>[^<]*</v>")


def soffice():
    """The program; a test without it is skipped, or fails where it must be there."""
    found = os.environ.get("REFORMCLI_SOFFICE") or shutil.which("soffice")
    if found is None and os.environ.get("REFORMCLI_NEEDS_OFFICE"):
        pytest.fail("LibreOffice is not installed")
    if found is None:
        pytest.skip("LibreOffice is not installed")
    return found


def converted(path, kind, folder):
    """Convert a file with a profile of its own, so that several tests may do it at once."""
    folder.mkdir(exist_ok=True)
    profile = (folder / "profile").as_uri()
    command = [
        soffice(),
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        folder,
        path,
    ]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    made = folder / f"{Path(path).stem}.{kind.split(':')[0]}"
    assert made.is_file(), done.stderr.decode()
    return made


def without_results(path, target):
    """A copy of a workbook whose formulas have no stored results: whoever shows a figure has calculated it."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            data = source.read(name)
            copy.writestr(name, _STORED.sub(rb"\1", data) if name.startswith("xl/worksheets/") else data)
    return target


def recalculated(path, folder):
    """The workbook as LibreOffice calculates it, read back with values."""
    bare = without_results(path, folder / f"bare-{Path(path).name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # LibreOffice writes bars in an extension that openpyxl skips
        return load_workbook(converted(bare, "xlsx", folder / "office"), data_only=True)
