"""Starting: what `--help` and wrong usage may load."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reformcli.cli.app import COMMANDS, RULES
from support import SAMPLES

LIBRARIES = (
    *("pandas", "pyarrow", "pandera", "narwhals", "numpy", "fastexcel", "python_calamine", "openpyxl", "xlsxwriter"),
    *("duckdb", "pyspark", "polars", "matplotlib", "docx", "holidays", "lxml", "dateutil"),
)
HEAVY = (*LIBRARIES, "rich")


def loaded_by(*arguments, folder=None):
    """Which heavy libraries a run has loaded when it ends."""
    code = (
        "import sys; from reformcli.cli import main; main(sys.argv[1:]); "
        f"print('LOADED', *sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    program = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(program, capture_output=True, check=True, text=True, cwd=folder)
    return set(done.stdout.splitlines()[-1].removeprefix("LOADED").split())


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("rules",), *(("rules", n) for n in RULES)])
def test_help_loads_no_heavy_library(command):
    """It answers in a tenth of a second because of it."""
    assert loaded_by(*command, "--help") == set()


@pytest.mark.parametrize(
    "arguments",
    [
        *("--version", "nope", "score --nope", "score", "score nope.xlsx", "columns nope.csv"),
        *("load nope.csv -o x.parquet", "score x.csv --by nope", "score x.csv --format nope"),
        *("rules check nope.toml", "calendar --year x"),
    ],
)
def test_wrong_usage_loads_no_heavy_library(arguments, tmp_path):
    """A name that does not exist is told before anything is loaded to read it."""
    (tmp_path / "x.csv").write_text("ma;ngay\n1;2\n")
    assert loaded_by(*arguments.split(), folder=tmp_path) == set()


@pytest.mark.parametrize("arguments", ["rules show qd766", "rules show qd766 --format json", "rules export qd766"])
def test_light_commands_load_what_they_show_with_and_no_more(arguments, tmp_path):
    """A table on the screen needs rich."""
    assert loaded_by(*arguments.split(), folder=tmp_path) <= {"rich"}


def test_a_calendar_needs_its_arithmetic_and_no_more(tmp_path):
    """Working days are counted in numpy."""
    assert loaded_by("calendar", "2026", folder=tmp_path) <= {"rich", "numpy"}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_score_loads_no_library_of_other_engines_or_outputs(form):
    """Neither pandera nor narwhals bring Spark or polars along where they are installed; rich draws tables alone."""
    week = str(SAMPLES / "tuan-51.xlsx")
    others = {"duckdb", "pyspark", "polars", "matplotlib", "docx", "openpyxl", "xlsxwriter", "rich", "lxml"}
    assert loaded_by("score", week, "--format", form, "--quiet", "--fail-on", "never") & others == set()


def test_the_libraries_of_counting_load_while_the_files_are_read():
    """Importing the pipeline alone loads none of them."""
    code = f"import sys, reformcli.pipeline; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
