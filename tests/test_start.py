"""Starting: what `--help` and wrong usage may load."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "pyarrow", "pandera", "narwhals", "numpy", "fastexcel", "openpyxl", "xlsxwriter", "rich", "duckdb")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["score", "--help"], ["score", "--nope"], ["--version"], ["rules", "--help"]]
)
def test_help_and_wrong_usage_load_no_heavy_library(arguments):
    """They answer in a tenth of a second because of it."""
    code = (
        "import sys; from reformcli.cli import main; main(sys.argv[1:]); "
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True, text=True)
    assert done.stdout.rstrip().endswith("LOADED []")


def test_the_libraries_of_counting_load_while_the_files_are_read():
    """Importing the pipeline alone loads none of them."""
    code = f"import sys, reformcli.pipeline; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
