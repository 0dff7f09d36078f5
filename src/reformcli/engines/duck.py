"""DuckDB, embedded: Parquet larger than memory on one machine."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformcli.engines import DUCKDB, Part
from reformcli.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


class Duck:
    """A DuckDB of this run alone; what does not fit in memory goes to a temporary folder."""

    name = DUCKDB

    def __init__(self, memory_limit: str | None = None) -> None:
        """Raises UsageError: `engine_missing`, DuckDB is not installed; `bad_memory_limit`."""
        try:
            import duckdb
        except ImportError as error:
            raise UsageError("engine_missing", where="--engine", engine=self.name, extra="duckdb") from error
        self.broken = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
        self._folder = tempfile.TemporaryDirectory(prefix="reformcli-")
        self._held = 0
        self._db = duckdb.connect(config={"temp_directory": self._folder.name})
        try:
            if memory_limit:
                self._db.execute(f"SET memory_limit = '{_quoted(memory_limit)}'")
        except duckdb.Error as error:
            self.close()
            raise UsageError("bad_memory_limit", where="--memory-limit", value=memory_limit) from error
        self._db.execute("SET preserve_insertion_order = false")
        self._db.execute("SET TimeZone = 'UTC'")

    def scan(self, parts: Sequence[Part]) -> Any:
        """The files as one relation."""
        import narwhals as nw

        firsts = ", ".join(f"({_texted(file)}, {part.first})" for part in parts for file in part.files)
        files = ", ".join(_texted(file) for part in parts for file in part.files)
        rows = f"read_parquet([{files}], union_by_name = true, hive_partitioning = false, filename = '_file')"
        if len({part.first for part in parts}) == 1:
            query = f"SELECT * EXCLUDE (_file) REPLACE (_source + {parts[0].first} AS _source) FROM {rows}"  # noqa: S608
        else:
            query = (
                f"SELECT r.* EXCLUDE (_file) REPLACE (r._source + f.first AS _source) FROM {rows} r "  # noqa: S608
                f"JOIN (VALUES {firsts}) f(path, first) ON r._file = f.path"
            )
        return nw.from_native(self._db.sql(query))

    def small(self, table: pd.DataFrame) -> Any:
        """A pandas table as a table of the database."""
        import narwhals as nw
        import pyarrow as pa

        rows = pa.Table.from_pandas(table, preserve_index=False)
        return self.kept(nw.from_native(self._db.from_arrow(rows)))

    def kept(self, frame: Any) -> Any:
        """A temporary table; DuckDB moves it to disk when memory is short."""
        import narwhals as nw

        self._held += 1
        name = f"held_{self._held}"
        self._db.execute(f"CREATE TEMP TABLE {name} AS {frame.to_native().sql_query()}")
        return nw.from_native(self._db.table(name))

    def close(self) -> None:
        """Close the database and remove its temporary folder."""
        self._db.close()
        self._folder.cleanup()


def _texted(file: Path) -> str:
    return f"'{_quoted(str(file))}'"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
