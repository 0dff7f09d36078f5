"""Rows below a header that are no dossiers: column numbers, totals, sections, repeated headers, signatures, blanks.

A dossier is never taken for one of them when it has a code or dates: a broken dossier must reach quarantine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reformcli.model import Header
from reformcli.text import fold

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_CORE = ("received_at", "due_at", "finished_at", "status")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}(\.0)?\)?(\s*=.*)?|\([a-z]\)|[a-z]|\(?\d{1,2}\)?(\s*[=+\-]\s*\(?\d{1,2}\)?)*")
_CODE = re.compile(r"\S*\d\S*")
_TOTAL = re.compile(r"(tong( so| cong)?|cong|trong do|luy ke)\b(?! ty)")
_SIGNATURE = re.compile(
    r"(nguoi lap|thu truong|nguoi kiem tra|lanh dao|giam doc|chu tich|truong phong|truong ban|ke toan|noi nhan|ghi chu|"
    r"\(?ky,? |k/?t\b|t/?m\b|ky ten|dai dien|can bo tong hop|nguoi bao cao|xac nhan)"
)
NUMBER_ROWS = 3  # a row of column numbers stands directly below the header


def find_other_rows(data: pa.Table, header: Header) -> np.ndarray:
    """Mark the rows of `data` (everything below the header) that are no dossiers: n booleans."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    other = np.zeros(len(data), dtype=bool)
    ids = _column(data, header, "dossier_id")
    received = _column(data, header, "received_at")
    plain_id = pc.match_substring_regex(pc.fill_null(ids, ""), r"^\s*\S*[0-9]\S*\s*$")
    has_receipt = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(received, ""))), 0)
    doubtful = ~pc.and_(plain_id, has_receipt).to_numpy(zero_copy_only=False)
    doubtful[:NUMBER_ROWS] = True
    rows = np.flatnonzero(doubtful)
    if not len(rows):
        return other
    places = {name: use.position for name, use in header.fields.items()}
    heading = fold(header.fields["dossier_id"].heading) if "dossier_id" in places else ""
    cells = [column.to_pylist() for column in data.take(pa.array(rows)).columns]
    for row, values in zip(rows.tolist(), zip(*cells, strict=True), strict=True):
        other[row] = _is_other(values, places, heading, row < NUMBER_ROWS)
    return other


def _column(data: pa.Table, header: Header, name: str) -> pa.ChunkedArray:
    import pyarrow as pa

    use = header.fields.get(name)
    return data.column(use.position) if use else pa.chunked_array([pa.nulls(len(data), pa.string())])


def _is_other(values: tuple[str | None, ...], places: dict[str, int], heading: str, near_header: bool) -> bool:
    filled = [text for text in (fold(value) for value in values if value) if text]
    if not filled:
        return True
    identifier = fold(values[places["dossier_id"]] or "") if "dossier_id" in places else ""
    core = [fold(values[places[name]] or "") for name in _CORE if name in places]
    if identifier and identifier == heading:
        return True
    if near_header and len(filled) > 2 and all(_COLUMN_NUMBER.fullmatch(text) for text in filled):
        return True
    if _CODE.fullmatch(identifier):
        return False
    if any(_TOTAL.match(text) for text in filled[:2]) or any(_SIGNATURE.match(text) for text in filled[:3]):
        return not _has_date(core)
    return len(filled) < 3 or not any(core)


def _has_date(core: list[str]) -> bool:
    """Whether a core cell holds a written date: three numbers, unlike the sums of a total row."""
    return any(len(re.findall(r"\d+", text)) >= 3 for text in core)
