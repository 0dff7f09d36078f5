"""Engines that count canonical Parquet where it lies: rows stay with them, what crosses is a small table of counts.

A rule is never written here: an engine only finds files, holds tables and hands small results over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MEMORY, DUCKDB, SPARK = "memory", "duckdb", "spark"


@dataclass(frozen=True, slots=True)
class Part:
    """Canonical Parquet files whose `_source` numbers count from `first`."""

    files: tuple[Path, ...]
    first: int


class Engine(Protocol):
    """What the tabling of dossiers asks of an engine; frames are narwhals frames that are lazy."""

    name: str

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """What is raised when a file cannot be read."""

    def scan(self, parts: Sequence[Part]) -> Any:
        """All rows of the files; a column that a file lacks is null there."""

    def small(self, table: pd.DataFrame) -> Any:
        """A small table, for joins."""

    def kept(self, frame: Any) -> Any:
        """The same rows, worked out once and held (on disk, where they do not fit)."""

    def close(self) -> None:
        """Give back what the engine holds."""


def fetched(frame: Any) -> pa.Table:
    """A small frame in memory."""
    table: pa.Table = frame.collect("pyarrow").to_native()
    return table
