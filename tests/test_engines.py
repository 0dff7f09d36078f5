"""Every engine gives the same JSON, whatever the dossiers: rows stay where they are, figures do not change."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
from engines import figures, three_exports
from reformcli import canonical_sample, counting, judging, repeated, tabling
from reformcli.cli import main
from reformcli.store import parquet as store
from support import SAMPLES, command, write_csv

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: pip install reformcli[duckdb]")
JULY = {"start": "2024-07-01", "end": "2024-07-31"}
WEEKS = [SAMPLES / "tuan-50.xlsx", SAMPLES / "tuan-51.xlsx", SAMPLES / "loi-can-xu-ly.csv"]
EXAMPLES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
HAS_JAVA = shutil.which("java") is not None or "JAVA_HOME" in os.environ


def needs_spark():
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install reformcli[spark]")
    if not HAS_JAVA:
        pytest.skip("Spark needs Java 17 or later, which is not installed")


SOCKETS = [  # py4j leaves its sockets to be collected
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ENGINES = ["duckdb", pytest.param("spark", marks=[pytest.mark.spark, *SOCKETS])]


@pytest.fixture(scope="module")
def session():
    """A Spark that runs already, which all tests use: one start takes as long as many of them."""
    needs_spark()
    from reformcli.engines.spark import Spark

    spark = Spark()
    yield spark
    spark.close()


@pytest.fixture(params=ENGINES)
def engine(request):
    if request.param == "spark":
        request.getfixturevalue("session")
    return request.param


def the_same(engine: str, exports: list[Path], **options: object) -> None:
    assert figures(engine, exports, **options) == figures("memory", exports, **options)


# ------------------------------------------------------------------ the same figures
@pytest.mark.parametrize("period", [{}, {"period": "2023-W51"}])
def test_the_sample_weeks(engine, period):
    """Two weeks that overlap and a file full of faults, with register and counts."""
    the_same(engine, WEEKS, agencies=str(SAMPLES / "agencies.csv"), counts=[str(SAMPLES / "counts.csv")], **period)


@pytest.mark.parametrize("profile", ["finished", "returned"])
def test_ten_thousand_random_dossiers(engine, profile, tmp_path):
    """One in ten broken, every edge of every rule, by either date."""
    card = tmp_path / "card.toml"
    written = command("rules", "export", "qd766", "-o", card)
    assert written.returncode == 0, written.stderr.decode()
    if profile == "returned":
        text = card.read_text(encoding="utf-8")
        assert 'compared_date = "finished"' in text
        card.write_text(text.replace('compared_date = "finished"', 'compared_date = "returned"'), encoding="utf-8")
    export = write_csv(tmp_path / "export.csv", strategies.to_rows(strategies.random_dossiers(10_000, seed=766)))
    the_same(engine, [export], scorecard=str(card), **JULY)


def test_the_same_dossiers_in_three_exports(engine, tmp_path):
    """Moved on, contradicted, twice in a file: the same row counts, and the same is found of the others."""
    exports = three_exports(tmp_path, strategies.random_dossiers(900, seed=12), seed=3)
    the_same(engine, exports, **JULY)
    the_same(engine, exports)


def test_an_empty_export(engine, tmp_path):
    """Headings and no row."""
    export = write_csv(tmp_path / "empty.csv", [], strategies.HEADINGS)
    the_same(engine, [export], **JULY)
    the_same(engine, [export])


def test_a_file_in_which_everything_is_late(engine, tmp_path):
    """No dossier is in time, ended or open."""
    made = [d for d in strategies.random_dossiers(400, seed=5, broken=False) if d.received_at < datetime(2024, 7, 31)]
    due = [replace_due(d) for d in made]
    export = write_csv(tmp_path / "late.csv", strategies.to_rows(due))
    the_same(engine, [export], **JULY)


def replace_due(dossier):
    from dataclasses import replace

    end = dossier.received_at + timedelta(days=9)
    moments = {"due_at": dossier.received_at - timedelta(days=1), "supplement_completed_at": None}
    return replace(dossier, finished_at=end, returned_at=None, status="resolved", **moments)


def test_agencies_that_were_merged_are_found_by_the_day_of_each_dossier(engine, tmp_path):
    """A register with dates: an agency that had ended is its successor, on either side of the day."""
    register = tmp_path / "agencies.csv"
    register.write_text(
        "agency,agency_id,level,parent,aliases,from,to,successor\n"
        "Sở Xây dựng,H99.01,province,,,,2024-07-10,H99.02\n"
        "Sở Xây dựng và Giao thông,H99.02,,,,2024-07-11,,\n"
        "UBND xã An Bình,H99.03,commune,,,,2024-07-05,\n",
        encoding="utf-8",
    )
    export = write_csv(tmp_path / "export.csv", strategies.to_rows(strategies.random_dossiers(500, seed=8)))
    the_same(engine, [export], agencies=str(register), **JULY)


def test_dates_far_beyond_all_others_are_found(engine, tmp_path):
    """Two mistyped years, the second a year beyond the rest: RC108, and neither sets the period."""
    rows = strategies.to_rows(strategies.random_dossiers(60, seed=9, broken=False))
    open_ones = [row for row in rows if not row["Ngày kết thúc xử lý"] and not row["Ngày trả thực tế"]]
    open_ones[0]["Ngày tiếp nhận"] = "05/07/2204 08:00:00"
    open_ones[1]["Ngày tiếp nhận"] = "05/07/2034 08:00:00"
    export = write_csv(tmp_path / "export.csv", rows)
    assert '"rule": "RC108"' in figures(engine, [export])["score"]
    the_same(engine, [export])


@EXAMPLES
@given(
    dossiers=strategies.dossiers(min_size=1, max_size=25, unique_ids=False),
    seed=st.integers(0, 99),
    period=st.sampled_from([{}, JULY]),
)
def test_any_dossiers_in_any_exports(dossiers, seed, period, tmp_path):
    """Five ids only, in three exports: nearly every dossier is there more than once."""
    exports = [path for path in three_exports(tmp_path, dossiers, seed) if path.stat().st_size]
    the_same("duckdb", exports, **period)


# ------------------------------------------------------------------ how the rows are read
def test_several_canonical_files_and_an_export_are_one_reading(engine, tmp_path):
    """Parquet is read where it lies, an export through memory: sheets keep their rows."""
    exports = three_exports(tmp_path, strategies.random_dossiers(300, seed=2), seed=1)
    canonical = []
    for path in exports[:2]:
        canonical.append(path.with_suffix(".parquet"))
        assert main(["load", str(path), "-o", str(canonical[-1]), "-q"]) == 0
    assert figures(engine, [*canonical, exports[2]], **JULY) == figures("memory", exports, **JULY)


def test_doubtful_dossiers_are_judged_some_at_a_time(tmp_path, monkeypatch):
    """However few are in memory at once, the result is that of all together."""
    exports = three_exports(tmp_path, strategies.random_dossiers(200, seed=4), seed=6)
    whole = figures("memory", exports, **JULY)
    once = repeated.superseded
    monkeypatch.setattr(tabling, "superseded", lambda *given, **more: once(*given, **more, at_once=7))
    assert figures("duckdb", exports, **JULY) == whole


def test_only_doubtful_dossiers_come_into_memory(tmp_path, monkeypatch):
    """A dossier that only moved on between two exports is settled by the engine."""
    first = [
        d for d in strategies.random_dossiers(200, seed=4, broken=False) if not d.finished_at and not d.returned_at
    ]
    later = [d for d in first if d.received_at]
    from dataclasses import replace

    later = [replace(d, finished_at=d.received_at + timedelta(days=40), status="resolved") for d in later]
    exports = [
        write_csv(tmp_path / "first.csv", strategies.to_rows(first)),
        write_csv(tmp_path / "later.csv", strategies.to_rows(later)),
    ]
    seen = []
    real = repeated.merge
    monkeypatch.setattr(repeated, "merge", lambda rows, **more: seen.append(len(rows)) or real(rows, **more))
    assert '"superseded": ' in figures("duckdb", exports, **JULY)["score"]
    assert sum(seen) == 0
    the_same("duckdb", exports, **JULY)


def test_a_foreign_value_in_canonical_parquet_is_refused(tmp_path, capsys):
    """The gate stands before every engine: what parsing never gives is no canonical file."""
    path = canonical_sample.write(tmp_path / "made.parquet", 500, 1)
    table = store.read(path).table
    status = table.column("status").cast("string").to_pylist()
    at = table.column_names.index("status")
    import pyarrow as pa

    table = table.set_column(at, "status", pa.array(["finished", *status[1:]]))
    path.write_bytes(store.to_bytes(table, store.no_faults(), store.sheets_of(path)))
    assert main(["score", str(path), "--engine", "duckdb", "--lang", "en"]) == 3
    assert "not written by reformcli load" in capsys.readouterr().err


def test_an_earlier_canonical_file_is_read_through_memory(tmp_path):
    """Without the columns that tell what codes say, an engine cannot read it: the figures are the same."""
    import pyarrow.parquet as pq

    path = canonical_sample.write(tmp_path / "made.parquet", 2_000, 1)
    old = tmp_path / "old.parquet"
    table = pq.read_table(path)
    kept = table.drop_columns([name for name in store.HELPERS if name != store.FAULTS])
    pq.write_table(kept.replace_schema_metadata(store.metadata(store.sheets_of(path))), old)
    assert not store.has_helpers(old)
    assert figures("duckdb", [old]) == figures("memory", [path])


# ------------------------------------------------------------------ the choice
def test_many_rows_of_canonical_parquet_choose_duckdb(tmp_path, monkeypatch):
    """Below the limit everything is counted in memory; beyond it, and without a list of accepted findings, not."""
    path = canonical_sample.write(tmp_path / "made.parquet", 1_000, 1)
    auto = judging.Options(exports=[str(path)], engine="auto")
    assert counting.chosen(auto) == "memory"
    monkeypatch.setattr(counting, "MANY_ROWS", 999)
    assert counting.chosen(auto) == "duckdb"
    assert counting.chosen(judging.Options(exports=[str(path)], engine="auto", accept="x.csv")) == "memory"
    assert counting.chosen(judging.Options(exports=[str(path)], engine="memory")) == "memory"


def test_the_engine_is_told_and_changes_no_byte(tmp_path):
    """One line on stderr; stdout is the same, the manifest included."""
    path = canonical_sample.write(tmp_path / "made.parquet", 1_000, 1)
    memory = command("score", path, "--format", "json", "--lang", "en")
    engine = command("score", path, "--format", "json", "--lang", "en", "--engine", "duckdb", "--memory-limit", "1GB")
    assert memory.stdout == engine.stdout
    assert b"Counted by: duckdb." in engine.stderr
    assert b"Counted by" not in memory.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "polars"), "cannot be used for --engine"),
        (("--engine", "duckdb", "--memory-limit", "much"), "no amount of memory"),
        (("--engine", "duckdb", "--accept", "known.csv"), "cannot be used with --accept"),
        (("--engine", "duckdb", "--previous-period", "2023-W50"), "cannot compare"),
    ],
)
def test_what_an_engine_cannot_do_is_said_before_anything_is_read(arguments, said, capsys):
    assert main(["score", str(SAMPLES / "nho-30.csv"), *arguments, "--lang", "en"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["duckdb", "pyspark"])
def test_an_extra_that_is_not_installed_is_named(name, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, name, None)
    if name == "pyspark":
        monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    engine = name.removeprefix("py")
    assert main(["score", str(SAMPLES / "nho-30.csv"), "--engine", engine, "--lang", "en"]) == 2
    assert f"reformcli[{engine}]" in capsys.readouterr().err


# ------------------------------------------------------------------ invented dossiers in canonical columns
def test_sample_writes_the_same_dossiers_as_csv_and_as_parquet(tmp_path):
    """Row by row, but for the causes, which the file does not have."""
    for name in ("made.csv", "made.parquet"):
        assert main(["sample", str(tmp_path / name), "--rows", "3000", "-q"]) == 0
    assert main(["load", str(tmp_path / "made.csv"), "-o", str(tmp_path / "loaded.parquet"), "-q"]) == 0
    made, loaded = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("made", "loaded"))
    pd.testing.assert_frame_equal(made, loaded[list(made)], check_dtype=False, check_categorical=False)
