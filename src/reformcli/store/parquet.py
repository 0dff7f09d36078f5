"""The canonical Parquet file: typed dossiers without personal data, with their provenance and what was at fault.

A run from it gives the same figures and findings as a run from the exports it was made of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from reformcli.agencies.dossier_code import CODE_DAY, UNIT, code_parts, dossier_key
from reformcli.errors import InputError
from reformcli.findings import mask, mask_codes
from reformcli.model import ColumnUse, Header, SheetUse, Source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

KEY = b"reformcli.load/1"
FAULTS = "_faults"  # one JSON text per row that has any: [[kind, column, masked text], …]
SAME = "_key"  # the text by which rows of one dossier meet, where it is not the id itself
HELPERS = (FAULTS, SAME, UNIT, CODE_DAY)  # what the texts of a row tell, for engines that cannot read them
ROW_GROUP = 1 << 17  # rows that are read at once: an engine gives each core some


@dataclass(frozen=True, slots=True)
class Stored:
    """A canonical Parquet file, read back: `table` with `_source` numbered from 0, `faults`, `sheets`.

    `passed` has the number of rows of each sheet that were not read (by `_source`), and `file_last` then the last event
    of each file.
    """

    table: pa.Table
    faults: pd.DataFrame
    sheets: list[SheetUse]
    passed: Mapping[int, int] = field(default_factory=dict)
    file_last: Mapping[str, datetime] | None = None

    def renumbered(self, first: int) -> pa.Table:
        """The table with its sheets numbered from `first`."""
        import pyarrow.compute as pc

        place = self.table.column_names.index("_source")
        return self.table.set_column(place, "_source", pc.add(self.table.column("_source"), first).cast("int32"))


def no_faults() -> pd.DataFrame:
    """An empty table of faults."""
    import pandas as pd

    columns = {"kind": "str", "column": "str", "position": "int64", "text": "str"}
    return pd.DataFrame({name: [] for name in columns}).astype(columns)


def no_rows() -> pa.Table:
    """An empty typed table."""
    import pyarrow as pa

    kinds = {"dossier_id": pa.string(), "_source": pa.int32(), "_row": pa.int32()}
    return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})


def to_bytes(table: pa.Table, faults: pd.DataFrame, sheets: Sequence[SheetUse]) -> bytes:
    """The Parquet file of a typed table: the same input gives the same bytes."""
    import io

    buffer = io.BytesIO()
    write(whole(table, faults), sheets, buffer)
    return buffer.getvalue()


def whole(table: pa.Table, faults: pd.DataFrame) -> pa.Table:
    """A typed table with the columns of `HELPERS`."""
    import pyarrow as pa

    ids = table.column("dossier_id").to_pandas().astype("str")
    keys = dossier_key(ids)
    same = keys.where(keys.notna() & (keys != ids)).tolist() if keys is not ids else [None] * len(ids)
    unit, day = code_parts(ids)
    helpers = (
        pa.array(_marks(faults, len(table)), pa.string()),
        pa.array([text if isinstance(text, str) else None for text in same], pa.string()),
        pa.array(unit.astype("str"), pa.string(), from_pandas=True).dictionary_encode(),
        pa.array(day, pa.timestamp("s"), from_pandas=True),
    )
    for name, column in zip(HELPERS, helpers, strict=True):
        table = table.append_column(name, column)
    return table


def write(table: pa.Table, sheets: Sequence[SheetUse], where: IO[bytes]) -> None:
    """Write what `whole` gave."""
    import pyarrow.parquet as pq

    told = table.replace_schema_metadata(metadata(sheets))
    pq.write_table(told, where, row_group_size=ROW_GROUP, **writing(table.column_names))


def metadata(sheets: Sequence[SheetUse]) -> dict[bytes, bytes]:
    """What a canonical file tells of the sheets it was made of."""
    return {KEY: json.dumps([describe(sheet) for sheet in sheets], ensure_ascii=False, sort_keys=True).encode()}


def writing(columns: Sequence[str]) -> dict[str, Any]:
    """How columns are written: repeated texts as dictionaries, ids by what they share with the one before."""
    return {
        "compression": "zstd",
        "use_dictionary": [name for name in columns if name not in _ONCE],
        "column_encoding": {name: kind for name, kind in _ONCE.items() if name in columns},
    }


_ONCE = {"dossier_id": "DELTA_BYTE_ARRAY", "_row": "DELTA_BINARY_PACKED"}  # columns in which nothing repeats


def unreadable(column: str) -> str:
    """What the mark of a row contains where the cell of this date column held something that is no date."""
    return json.dumps(["unreadable", column])[1:-1]


def _marks(faults: pd.DataFrame, rows: int) -> list[str | None]:
    """The faults of each row as one text; what stood in the cells is masked."""
    texts: dict[int, list[list[str]]] = {}
    for (kind, name), part in faults.groupby(["kind", "column"], sort=True):
        written = part["text"].tolist()
        masked = mask_codes(written) if kind == "unknown_code" else [mask(text) for text in written]
        for position, shown in zip(part["position"].tolist(), masked, strict=True):
            texts.setdefault(position, []).append([str(kind), str(name), shown])
    marks: list[str | None] = [None] * rows
    for row, told in texts.items():
        marks[row] = json.dumps(told, ensure_ascii=False)
    return marks


def describe(sheet: SheetUse) -> dict[str, Any]:
    """A sheet as JSON; `described` gives it back."""
    source = sheet.source
    return {
        "source": {"name": source.name, "sha256": source.sha256, "size": source.size},
        "sheet": sheet.sheet,
        "header_row": sheet.header_row,
        "first_column": sheet.first_column,
        "rows": sheet.rows,
        "other_rows": sheet.other_rows,
        "hidden": sheet.hidden,
        "hidden_rows": sheet.hidden_rows,
        "far_cells": list(sheet.far_cells),
        "profile": sheet.profile,
        "header_rows": list(sheet.header.rows),
        "columns": [[use.position, use.heading, use.field, use.how] for use in sheet.header.columns],
    }


def read(path: Path) -> Stored:
    """Read a file that `to_bytes` wrote.

    Raises:
        InputError: `bad_parquet`, another program wrote it or it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        sheets = _sheets(file.metadata)
        wanted = [name for name in file.schema_arrow.names if name == FAULTS or name not in HELPERS]
        table = file.read(columns=wanted)
        faults = faults_of(table.column(FAULTS))
        table = whole_seconds(table.drop_columns([FAULTS]).replace_schema_metadata(None))
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise InputError("bad_parquet", where=path.name) from error
    return Stored(table, faults, sheets)


def ids_of(path: Path) -> pa.Array:
    """The texts by which the rows of a file meet those of the same dossier; rows without an id have none.

    Raises:
        InputError: `bad_parquet`, as `read`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=["dossier_id", SAME], partitioning=None)
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise InputError("bad_parquet", where=path.name) from error
    ids = [table.column(name).combine_chunks().cast(pa.string()) for name in (SAME, "dossier_id")]
    return pc.unique(pc.coalesce(*ids)).drop_null()


def sheets_of(path: Path) -> list[SheetUse]:
    """The sheets that a file was made of, without reading its rows.

    Raises:
        InputError: `bad_parquet`, as `read`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return _sheets(pq.read_metadata(path))
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise InputError("bad_parquet", where=path.name) from error


def _sheets(metadata: pq.FileMetaData) -> list[SheetUse]:
    return [described(entry) for entry in json.loads((metadata.metadata or {})[KEY])]


def has_helpers(path: Path) -> bool:
    """Whether a file is a canonical one with the columns of `HELPERS`: an engine can read it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return False  # what was read of a pipe is lost, and one without a writer never ends
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return False
        metadata = pq.read_metadata(path)
        return KEY in (metadata.metadata or {}) and set(HELPERS) <= set(metadata.schema.names)
    except (OSError, pa.ArrowException):
        return False  # who reads it will say what is wrong with it


def rows_of(path: Path) -> int:
    """How many rows a Parquet file has."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def whole_seconds(table: pa.Table) -> pa.Table:
    """Columns of the types that parsing gave them: Parquet and engines know no seconds, and wider texts."""
    import pyarrow as pa

    def kind(one: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(one):
            return pa.timestamp("s")
        return pa.string() if pa.types.is_large_string(one) or pa.types.is_string_view(one) else one

    return table.cast(pa.schema([field.with_type(kind(field.type)) for field in table.schema]))


def described(entry: Mapping[str, Any]) -> SheetUse:
    """The sheet that `describe` told of."""
    uses = tuple(ColumnUse(*use) for use in entry["columns"])
    return SheetUse(
        source=Source(**entry["source"]),
        sheet=entry["sheet"],
        header=Header(tuple(entry["header_rows"]), uses),
        header_row=entry["header_row"],
        first_column=entry["first_column"],
        rows=entry["rows"],
        other_rows=entry["other_rows"],
        hidden=entry["hidden"],
        hidden_rows=entry.get("hidden_rows", 0),
        far_cells=tuple(entry.get("far_cells", ())),
        profile=entry.get("profile", ""),
    )


def faults_of(marks: pa.ChunkedArray) -> pd.DataFrame:
    """The faults that `_marks` wrote, by position."""
    import pandas as pd

    positions = marks.is_valid().to_numpy().nonzero()[0].tolist()
    rows = [
        (kind, column, text, position)
        for position, mark in zip(positions, marks.drop_null().to_pylist(), strict=True)
        for kind, column, text in json.loads(mark)
    ]
    if not rows:
        return no_faults()
    frame = pd.DataFrame(rows, columns=["kind", "column", "text", "position"])
    return frame[["kind", "column", "position", "text"]]
