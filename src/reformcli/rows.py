"""Rows below a header that are no dossiers: column numbers, totals, sections, repeated headers, signatures, blanks.

A dossier is never taken for one of them when it has a code or dates: a broken dossier must reach quarantine.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from reformcli.dates import parse_date
from reformcli.model import Header
from reformcli.text import fold

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_DATES = ("received_at", "due_at", "finished_at")
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})(?:\.0)?\)?(?:\s*[=+\-]\s*\(?\d{1,2}\)?)*")
_COLUMN_LETTER = re.compile(r"\(?[a-z]\)?")
_CODE = re.compile(r"\S*\d\S*")  # an id may be any text without spaces that has a digit …
_SURE_CODE = re.compile(r"(?=.*[a-z])\S*\d{4,}\S*|\d{6,}|[hg]\d{2}\.\d+[ \-.]?\d{6,8}[ \-.]?\d+")  # … or surely one
_TOTAL = re.compile(r"(tong( so| cong)?|cong|trong do|luy ke)(?=$|\s*[:(0-9])|(tong so|tong cong) ho so\b")
_SIGNATURE = re.compile(
    r"(nguoi lap( bieu)?|thu truong( don vi| co quan)?|nguoi kiem tra|lanh dao don vi|giam doc|chu tich|truong phong|"
    r"truong ban|ke toan( truong)?|noi nhan|k/?t\.|t/?m\.|\(?ky,? (ten|ghi|dong)|nguoi bao cao|xac nhan cua)\b"
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
    """Whether a row is no dossier. One with a written date, a sure code or a status always is one."""
    filled = [text for text in (fold(value) for value in values if value) if text]
    identifier = fold(values[places["dossier_id"]] or "") if "dossier_id" in places else ""
    if not filled or (identifier and identifier == heading):
        return True
    if near_header and _is_numbering(filled):
        return True
    if _has_date(values, places) or _SURE_CODE.fullmatch(identifier):
        return False
    if any(_TOTAL.match(text) for text in filled[:2]) or any(_SIGNATURE.match(text) for text in filled[:3]):
        return True
    if _CODE.fullmatch(identifier):
        return False
    status = fold(values[places["status"]] or "") if "status" in places else ""
    return len(filled) < 3 or not status


def _is_numbering(filled: list[str]) -> bool:
    """Whether a row below the header numbers its columns: "(1) (2) (3)=(1)+(2)", "1 2 3", "a b 1 2"."""
    numbers = [int(match[1]) for text in filled if (match := _COLUMN_NUMBER.fullmatch(text))]
    letters = [text for text in filled if _COLUMN_LETTER.fullmatch(text)]
    ascending = all(one < other for one, other in pairwise(numbers))
    return len(numbers) > 2 and ascending and len(numbers) + len(letters) == len(filled)


def _has_date(values: tuple[str | None, ...], places: dict[str, int]) -> bool:
    texts = [values[places[name]] for name in _DATES if name in places]
    return any(text and parse_date(text)[0] is not None for text in texts)
