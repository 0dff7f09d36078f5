"""The canonical Parquet file: typed dossiers without personal data, with their provenance and what was at fault.

A run from it gives the same figures and findings as a run from the exports it was made of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformcli.errors import InputError
from reformcli.findings import mask, mask_codes
from reformcli.model import ColumnUse, Header, SheetUse, Source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KEY = b"reformcli.load/1"
FAULTS = "_faults"  # one JSON text per row that has any: [[kind, column, masked text], …]


@dataclass(frozen=True, slots=True)
class Stored:
    """A canonical Parquet file, read back: `table` with `_source` numbered from 0, `faults`, `sheets`."""

    table: pa.Table
    faults: pd.DataFrame
    sheets: list[SheetUse]

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


def to_bytes(table: pa.Table, faults: pd.DataFrame, sheets: Sequence[SheetUse]) -> bytes:
    """The Parquet file of a typed table: the same input gives the same bytes."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    texts: dict[int, list[list[str]]] = {}
    for (kind, name), part in faults.groupby(["kind", "column"], sort=True):
        written = part["text"].tolist()
        masked = mask_codes(written) if kind == "unknown_code" else [mask(text) for text in written]
        for position, shown in zip(part["position"].tolist(), masked, strict=True):
            texts.setdefault(position, []).append([str(kind), str(name), shown])
    marks = (
        [json.dumps(texts[row], ensure_ascii=False) if row in texts else None for row in range(len(table))]
        if texts
        else [None] * len(table)
    )
    described = json.dumps([_describe(sheet) for sheet in sheets], ensure_ascii=False, sort_keys=True)
    whole = table.append_column(FAULTS, pa.array(marks, pa.string())).replace_schema_metadata({KEY: described.encode()})
    buffer = io.BytesIO()
    pq.write_table(whole, buffer, compression="zstd")
    return buffer.getvalue()


def _describe(sheet: SheetUse) -> dict[str, Any]:
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
        table = pq.read_table(path)
        described = json.loads((table.schema.metadata or {})[KEY])
        sheets = [_sheet(entry) for entry in described]
        faults = _faults(table.column(FAULTS))
        table = table.drop_columns([FAULTS]).replace_schema_metadata(None)
        table = _whole_seconds(table)
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise InputError("bad_parquet", where=path.name) from error
    return Stored(table, faults, sheets)


def _whole_seconds(table: pa.Table) -> pa.Table:
    """Times as they were parsed: Parquet knows no seconds and gives milliseconds back."""
    import pyarrow as pa

    fields = [f.with_type(pa.timestamp("s")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _sheet(entry: dict[str, Any]) -> SheetUse:
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


def _faults(marks: pa.ChunkedArray) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (kind, column, text, position)
        for position, mark in enumerate(marks.to_pylist())
        if mark
        for kind, column, text in json.loads(mark)
    ]
    if not rows:
        return no_faults()
    frame = pd.DataFrame(rows, columns=["kind", "column", "text", "position"])
    return frame[["kind", "column", "position", "text"]]
