"""Which engine counts a run, and what it reads: canonical Parquet where it lies, other exports as a file of its own."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from reformcli import store, tabling
from reformcli.engines import DUCKDB, MEMORY, SPARK, Engine, Part
from reformcli.judging import Judged, Options, Progress, judge, load
from reformcli.loading import Loaded, load_sheets
from reformcli.model import SheetUse
from reformcli.read.discover import STDIN, discover
from reformcli.tabling import Source, Tabled, Wanted

Basis: TypeAlias = Judged | Tabled
MANY_ROWS = 3_000_000  # beyond, dossiers in memory take some gigabytes: DuckDB counts them where they lie


def basis(
    options: Options,
    progress: Progress | None = None,
    *,
    by: Sequence[str] = (),
    wanted: Wanted = lambda _: ({}, {}),
    scored: bool = False,
) -> Basis:
    """The dossiers of a run, judged in memory, or counted by the engine that the user or their number chose.

    Args:
        options: what the run was asked for.
        progress: told which step begins.
        by: columns of the dossiers that counts are wanted by, besides what tells the agency.
        wanted: the pairs and sums to count for a scorecard.
        scored: whether the scorecard must be in force in the period.
    """
    name = chosen(options)
    if name == MEMORY:
        return judge(options, progress, scored=scored)
    with closing(opened(name, options)) as engine, _source(options, progress) as source:
        return tabling.tabulate(options, engine, source, progress, by=by, wanted=wanted, scored=scored)


def chosen(options: Options) -> str:
    """The engine asked for; without a wish DuckDB for many rows in canonical Parquet, where it is installed."""
    if options.engine != "auto":
        return options.engine if options.exports else MEMORY
    if options.accept or importlib.util.find_spec("duckdb") is None:
        return MEMORY
    canonical, _ = _sorted_out(options.exports)
    return DUCKDB if sum(map(store.rows_of, canonical)) > MANY_ROWS else MEMORY


def opened(name: str, options: Options) -> Engine:
    """Start an engine."""
    if name == SPARK:
        from reformcli.engines.spark import Spark

        return Spark(options.spark_master)
    from reformcli.engines.duck import Duck

    return Duck(options.memory_limit)


def _sorted_out(exports: Sequence[str]) -> tuple[list[Path], list[str]]:
    """The canonical Parquet files that engines can read, and the other exports."""
    canonical: list[Path] = []
    others: list[str] = []
    for item in discover(exports):
        if item != STDIN and store.has_helpers(Path(item)):
            canonical.append(Path(item))
        else:
            others.append(str(item))
    return sorted(canonical), others


@contextmanager
def _source(options: Options, progress: Progress | None) -> Iterator[Source]:
    """What the engine reads; a file written for it is removed in the end."""
    canonical, others = _sorted_out(options.exports)
    parts: list[Part] = []
    loaded = load_sheets([])
    with tempfile.TemporaryDirectory(prefix="reformcli-") as folder:
        if others:
            loaded = load(replace(options, exports=others), progress)
            written = Path(folder) / "exports.parquet"
            written.write_bytes(store.to_bytes(loaded.table, loaded.faults, loaded.sheets))
            parts.append(Part((written,), 0))
        sheets: list[SheetUse] = [*loaded.sheets]
        for file in canonical:
            parts.append(Part((file,), len(sheets)))
            sheets += store.sheets_of(file)
        yield Source(parts, _without_rows(loaded, sheets))


def _without_rows(loaded: Loaded, sheets: Sequence[SheetUse]) -> Loaded:
    empty = load_sheets([])
    return replace(empty, sheets=tuple(sheets), skipped=loaded.skipped, unmatched=loaded.unmatched)
