"""The bare reading of a workbook: fastexcel → Arrow, all columns, nothing computed.

Usage: python bare.py FILE [text]: with the types that fastexcel finds, or as text, which is what reformcli asks for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import fastexcel

if TYPE_CHECKING:
    import pyarrow as pa


def typed(path: str) -> pa.RecordBatch:
    """With the types that fastexcel finds."""
    return fastexcel.read_excel(path).load_sheet(0, eager=True)


def text(path: str) -> pa.RecordBatch:
    """As `reformcli.read.xlsx` reads it."""
    options = {"header_row": None, "skip_rows": 0, "dtypes": "string"}
    return fastexcel.read_excel(path).load_sheet(0, eager=True, **options)


if __name__ == "__main__":
    print((text if sys.argv[2:] == ["text"] else typed)(sys.argv[1]).num_rows)
