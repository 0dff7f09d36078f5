"""Rows below a header that are no dossiers: column numbers, totals, sections, repeated headers, signatures, blanks.

A dossier is never taken for one of them when it has a code or dates: a broken dossier must reach quarantine.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from reformcli.headings.dates import parse_date
from reformcli.model import Header
from reformcli.rules.codes import load_codes
from reformcli.text import fold, match_words

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_DATES = ("received_at", "due_at", "finished_at")
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})(?:\.0)?\)?(?:\s*[=+\-]\s*\(?\d{1,2}\)?)*")
_COLUMN_LETTER = re.compile(r"\(?[a-z]\)?")
_CODE = re.compile(r"\S*\d\S*")  # an id may be any text without spaces that has a digit …
_PLAIN_ID = r"^\s*\S*[0-9]\S*\s*$"
_WRITTEN_DATE = r"^[0-9]{1,4}[/\-._][0-9]{1,2}[/\-._][0-9]{1,4}"  # no title, total or number has one
_SURE_CODE = re.compile(r"(?=.*[a-z])\S*\d{4,}\S*|\d{6,}|[hg]\d{2}\.\d+[ \-.]?\d{6,8}[ \-.]?\d+")  # … or surely one
_TOTAL = re.compile(r"(tong( so| cong)?|cong|trong do|luy ke)(?=$|\s*[:(0-9])|(tong so|tong cong) ho so\b")
_SIGNATURE = re.compile(
    r"(nguoi lap( bieu)?|thu truong( don vi| co quan)?|nguoi kiem tra|lanh dao don vi|giam doc|chu tich|truong phong|"
    r"truong ban|ke toan( truong)?|noi nhan|k/?t\.|t/?m\.|\(?ky,? (ten|ghi|dong)|nguoi bao cao|xac nhan cua)\b"
)
_COUNT = re.compile(r"\d{1,4}(?:[.,]0)?")  # in a date column: how many, not when
_NUMBER = re.compile(r"[\d.,]+ ?%?")
_SIGNED_ON = re.compile(r"ngay \d{1,2} thang \d{1,2} nam \d{4}")
NUMBER_ROWS = 3  # a row of column numbers stands directly below the header
SHORTEST_DATE = 5  # characters: a serial


def find_other_rows(data: pa.Table, header: Header) -> np.ndarray:
    """Mark the rows of `data` (everything below the header) that are no dossiers: n booleans."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    other = np.zeros(len(data), dtype=bool)
    ids = _column(data, header, "dossier_id")
    received = _column(data, header, "received_at")
    receipt = pc.utf8_trim_whitespace(pc.fill_null(received, ""))
    doubtful = ~pc.match_substring_regex(receipt, _WRITTEN_DATE).to_numpy()
    rest = np.flatnonzero(doubtful)
    if len(rest):  # few: their ids are looked at
        plain_id = pc.match_substring_regex(pc.fill_null(ids.take(pa.array(rest)), ""), _PLAIN_ID)
        has_receipt = pc.greater_equal(pc.utf8_length(receipt.take(pa.array(rest))), SHORTEST_DATE)
        doubtful[rest] = ~pc.and_(plain_id, has_receipt).to_numpy()
    doubtful[:NUMBER_ROWS] = True
    rows = np.flatnonzero(doubtful)
    if not len(rows):
        return other
    places = {name: use.position for name, use in header.fields.items()}
    headings = {use.position: f" {' '.join(match_words(use.heading))} " for use in header.columns}
    cells = [column.to_pylist() for column in data.take(pa.array(rows)).columns]
    for row, values in zip(rows.tolist(), zip(*cells, strict=True), strict=True):
        other[row] = _is_other(values, places, headings, row < NUMBER_ROWS)
    return other


def _column(data: pa.Table, header: Header, name: str) -> pa.ChunkedArray:
    import pyarrow as pa

    use = header.fields.get(name)
    return data.column(use.position) if use else pa.chunked_array([pa.nulls(len(data), pa.string())])


def _is_other(
    values: tuple[str | None, ...], places: dict[str, int], headings: dict[int, str], near_header: bool
) -> bool:
    """Whether a row is no dossier. One with a written date, a sure code or a status of ours is always one."""
    cells = [fold(value) if value else "" for value in values]
    filled = [text for text in cells if text]
    identifier, status, received = (
        cells[places[name]] if name in places else "" for name in ("dossier_id", "status", "received_at")
    )
    if not filled or _repeats_headings(cells, headings):
        return True
    if _is_numbering(filled) and (near_header or _is_whole_numbering(filled, len(cells))):
        return True
    if (len(filled) == 1 and _SIGNED_ON.fullmatch(filled[0])) or _is_merged(identifier, received, filled):
        return True
    if _has_date(values, places) or _SURE_CODE.fullmatch(identifier):
        return False
    if any(_TOTAL.match(text) for text in filled[:2]) or any(_SIGNATURE.match(text) for text in filled[:3]):
        return True
    if _counts(cells, places, identifier):
        return True
    if _CODE.fullmatch(identifier):
        return False
    if identifier and re.search(r"[^\d.,]", received) and len(filled) > 3:  # a date was meant, and not by a title
        return False
    return not status or (len(filled) < 3 and load_codes().lookup("status", status) is None)


def _repeats_headings(cells: list[str], headings: dict[int, str]) -> bool:
    """Whether a row repeats the headings, or one row of them: each text is in the heading of its column."""
    texts = [(place, " ".join(match_words(text))) for place, text in enumerate(cells) if text]
    return len(texts) > 1 and all(text and f" {text} " in headings.get(place, "") for place, text in texts)


def _is_merged(identifier: str, received: str, filled: list[str]) -> bool:
    """Whether a title runs over the whole row: the same words as id and as date of receipt, and in every cell."""
    letters = re.fullmatch(r"[^#=]*[a-z][^#]*", identifier)
    return bool(letters) and identifier == received and len(filled) > 2 and len({*filled[1:]}) == 1


def _counts(cells: list[str], places: dict[str, int], identifier: str) -> bool:
    """Whether a row counts dossiers ("I. Sở Y tế | 25 | | 20"): a title or two, and how many in a date column."""
    titles = [place for place, text in enumerate(cells) if text and not _NUMBER.fullmatch(text)]
    dates = [cells[places[name]] for name in _DATES if name in places and cells[places[name]]]
    if not titles or len(titles) > 2 or not dates or not all(_COUNT.fullmatch(text) for text in dates):
        return False
    return not _CODE.fullmatch(identifier) or titles[0] < places["dossier_id"]


def _is_numbering(filled: list[str]) -> bool:
    """Whether a row below the header numbers its columns: "(1) (2) (3)=(1)+(2)", "1 2 3", "a b 1 2"."""
    numbers = [int(match[1]) for text in filled if (match := _COLUMN_NUMBER.fullmatch(text))]
    letters = [text for text in filled if _COLUMN_LETTER.fullmatch(text)]
    ascending = all(one < other for one, other in pairwise(numbers))
    return len(numbers) > 2 and ascending and len(numbers) + len(letters) == len(filled)


def _is_whole_numbering(filled: list[str], width: int) -> bool:
    """Whether a numbering counts from 1, one by one, over most columns: it may stand anywhere."""
    numbers = [int(match[1]) for text in filled if (match := _COLUMN_NUMBER.fullmatch(text))]
    return numbers == list(range(1, len(numbers) + 1)) and 2 * len(filled) > width


def _has_date(values: tuple[str | None, ...], places: dict[str, int]) -> bool:
    texts = [values[places[name]] for name in _DATES if name in places]
    return any(text and parse_date(text)[0] is not None for text in texts)
