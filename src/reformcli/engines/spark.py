"""Apache Spark: where one machine is not enough."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reformcli.engines import SPARK, Part
from reformcli.errors import InputError, UsageError

if TYPE_CHECKING:
    import pandas as pd

LOCAL = "local[*]"


class Spark:
    """A Spark session of this run; a session that the process has already is used and left open."""

    name = SPARK
    broken: tuple[type[Exception], ...] = ()  # Spark tells what it could not read itself

    def __init__(self, master: str | None = None) -> None:
        """Raises UsageError: `engine_missing`, no pyspark; InputError: `spark_not_started`, no Java or no master."""
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise UsageError("engine_missing", where="--engine", engine=self.name, extra="spark") from error
        _live_in_utc()
        self._is_ours = SparkSession.getActiveSession() is None
        address = master or LOCAL
        builder = SparkSession.builder.appName("reformcli").master(address)
        for option, value in _SETTINGS.items():
            builder = builder.config(option, value)
        if address.startswith("local"):
            builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        try:
            self._session = builder.getOrCreate()
        except Exception as error:  # whatever py4j raises: no Java, no such master
            raise InputError("spark_not_started", where=address) from error
        self._held: list[Any] = []

    def scan(self, parts: Sequence[Part]) -> Any:
        """The files as one frame."""
        import narwhals as nw
        from pyspark.sql import functions as F  # noqa: N812 - the name under which everyone knows it

        whole = None
        for part in parts:
            read = self._session.read.option("mergeSchema", "true").option("recursiveFileLookup", "true")
            rows = read.parquet(*(_address(file) for file in part.files))
            rows = rows.withColumn("_source", F.col("_source") + F.lit(part.first))
            whole = rows if whole is None else whole.unionByName(rows, allowMissingColumns=True)
        return nw.from_native(whole)

    def small(self, table: pd.DataFrame) -> Any:
        """A pandas table as a frame."""
        import narwhals as nw
        import pyarrow as pa

        return nw.from_native(self._session.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)))

    def kept(self, frame: Any) -> Any:
        """Rows held by the workers, on disk where memory is short."""
        import narwhals as nw

        held = frame.to_native().persist()
        self._held.append(held)
        return nw.from_native(held)

    def close(self) -> None:
        """Let go of what is held, and end the session if it is ours."""
        for held in self._held:
            held.unpersist()
        if self._is_ours:
            self._session.stop()


_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def _address(file: os.PathLike[str]) -> str:
    text = str(file)
    return text if "://" in text else f"file://{os.path.abspath(text)}"  # noqa: PTH100 - links stay as they are


def _live_in_utc() -> None:
    """Times have no zone: Python and Spark must not each think of their own."""
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
