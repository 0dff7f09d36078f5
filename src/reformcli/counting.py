"""Which engine counts a run, and what it reads: canonical Parquet where it lies, other exports as a file of its own."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reformcli.engines import DUCKDB, MEMORY, SPARK, Engine, Part
from reformcli.errors import InputError
from reformcli.judging import Judged, Options, Progress, judge, load
from reformcli.loading import load_sheets
from reformcli.model import Scorecard
from reformcli.period import named_period, read_moment
from reformcli.read.discover import STDIN, discover
from reformcli.store import depot
from reformcli.store import parquet as store

if TYPE_CHECKING:
    from reformcli.tabling import Source, Tabled, Wanted

Basis: TypeAlias = "Judged | Tabled"
MANY_ROWS = 3_000_000  # beyond, dossiers in memory take some gigabytes: DuckDB counts them where they lie


def nothing(_: Scorecard) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """No pairs and no sums."""
    return {}, {}


def basis(
    options: Options,
    progress: Progress | None = None,
    *,
    by: Sequence[str] = (),
    wanted: Wanted = nothing,
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
    name, until = chosen(options), _until(options)
    found = _basis(name, replace(options, until=until), progress, by, wanted, scored=scored)
    if found.loaded.passed and "RC108" in set(found.findings()["rule"]):
        found = _basis(name, options, progress, by, wanted, scored=scored)  # all dates tell which one is far beyond
    return found


def _basis(
    name: str, options: Options, progress: Progress | None, by: Sequence[str], wanted: Wanted, *, scored: bool
) -> Basis:
    if name == MEMORY:
        return judge(options, progress, scored=scored)
    from reformcli import tabling

    with closing(opened(name, options)) as engine, _source(options, progress) as source:
        try:
            return tabling.tabulate(options, engine, source, progress, by=by, wanted=wanted, scored=scored)
        except engine.broken as error:
            raise InputError("bad_parquet", where=", ".join(Path(name).name for name in options.exports)) from error


def _until(options: Options) -> datetime | None:
    """The end of the period, where it is given and a store is all there is to read."""
    if len(options.exports) != 1 or not depot.is_store(options.exports[0]):
        return None
    if options.period:
        return named_period(options.period)[1]
    return read_moment(options.end, option="--to", last=True) if options.end else None


def chosen(options: Options) -> str:
    """The engine asked for; without a wish DuckDB for many rows in canonical Parquet, where it is installed."""
    if options.engine != "auto":
        return options.engine if options.exports else MEMORY
    if options.accept or importlib.util.find_spec("duckdb") is None:
        return MEMORY
    found = _sorted_out(options.exports)
    rows = sum(map(store.rows_of, found.canonical)) + sum(map(depot.rows_of, found.stores))
    return DUCKDB if rows > MANY_ROWS else MEMORY


def opened(name: str, options: Options) -> Engine:
    """Start an engine."""
    if name == SPARK:
        from reformcli.engines.spark import Spark

        return Spark(options.spark_master)
    from reformcli.engines.duck import Duck

    return Duck(options.memory_limit)


class _Exports(NamedTuple):
    """Stores, canonical Parquet files that engines can read, and the other exports."""

    stores: list[Path]
    canonical: list[Path]
    others: list[str]


def _sorted_out(exports: Sequence[str]) -> _Exports:
    found = _Exports([Path(name) for name in exports if depot.is_store(name)], [], [])
    for item in discover([name for name in exports if not depot.is_store(name)]):
        if item != STDIN and store.has_helpers(Path(item)):
            found.canonical.append(Path(item))
        else:
            found.others.append(str(item))
    return found


@contextmanager
def _source(options: Options, progress: Progress | None) -> Iterator[Source]:
    """What the engine reads; a file written for it is removed in the end."""
    from reformcli.tabling import Source

    found = _sorted_out(options.exports)
    parts: list[Part] = []
    loaded = load_sheets([])
    with tempfile.TemporaryDirectory(prefix="reformcli-") as folder:
        if found.others:
            loaded = load(replace(options, exports=found.others), progress)
            written = Path(folder) / "exports.parquet"
            written.write_bytes(store.to_bytes(loaded.table, loaded.faults, loaded.sheets))
            parts.append(Part((written,), 0))
        sheets, skipped = [*loaded.sheets], [*loaded.skipped]
        passed: dict[int, int] = {}
        last = None
        for file in sorted(found.canonical):
            parts.append(Part((file,), len(sheets)))
            sheets += store.sheets_of(file)
        for place in found.stores:
            found_here = depot.additions(place)
            needed = depot.chosen(found_here, options.until)
            for addition in found_here:
                files = tuple(place / file.path for file in addition.files if file.path in needed)
                parts.append(Part(files, len(sheets)))
                passed |= {len(sheets) + at: rows for at, rows in depot.left_out(addition, needed).items()}
                sheets += addition.sheets
            last = depot.last_events(found_here) if passed else None
            skipped += depot.skipped(place)
        if not any(part.files for part in parts):  # a store without rows
            written = Path(folder) / "nothing.parquet"
            empty = load_sheets([])
            written.write_bytes(store.to_bytes(empty.table, empty.faults, []))
            parts = [Part((written,), 0)]
        whole = replace(
            load_sheets([]),
            unmatched=loaded.unmatched,
            sheets=tuple(sheets),
            skipped=tuple(skipped),
            passed=passed,
            file_last=last,
        )
        yield Source([part for part in parts if part.files], whole)
