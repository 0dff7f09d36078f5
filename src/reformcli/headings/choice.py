"""Of several columns that mean the same field, the one that holds what it needs; headings decide the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reformcli.headings.dates import parse_date
from reformcli.headings.headers import load_dictionary
from reformcli.model import ColumnUse, Header, RawSheet
from reformcli.rules.codes import load_codes
from reformcli.text import clean, fold

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_CELLS, LATER_CELLS = 200, 50  # looked at: the first that hold anything, and some in the middle and at the end
COMPARED_COLUMNS = 20
_DATES = frozenset(
    {"received_at", "due_at", "finished_at", "returned_at", "supplement_requested_at", "supplement_completed_at"}
)
_FULL_CODE = re.compile(r"(?=.*[a-z])\S*\d{4,}\S*|\d{6,}")
_SMALL_NUMBER = re.compile(r"\d{1,4}(?:[.,]0+)?")
FITTING, UNFIT, BLANK = 0, 1, 2


def chosen(header: Header, raw: RawSheet) -> Header:
    """The header with each field given to a column that can feed it; the user's choice stands.

    A blank column never beats a filled one, one without a single date none with dates, a status that nobody knows none
    that is known, and a constant or a small count no full code.
    """
    uses = list(header.columns)
    for name, used in header.fields.items():
        rivals = [u for u in header.columns if u.how == "repeated" and u.choices == (name,)][:COMPARED_COLUMNS]
        if not rivals or used.how == "user":
            continue
        candidates = [used, *sorted(rivals, key=_order)]
        texts = [_sample(raw.cells.column(use.position).slice(header.data_row)) for use in candidates]
        ranks = _ranks(name, texts, date1904=raw.date1904)
        best = candidates[ranks.index(min(ranks))]
        if best is not used:
            uses[uses.index(used)] = replace(used, field=None, how="repeated", choices=(name,))
            uses[uses.index(best)] = replace(best, field=name, how=_how(best), choices=())
    return replace(header, columns=tuple(uses))


def _order(use: ColumnUse) -> tuple[bool, int, int]:
    """As headings alone would choose: the one listed first, then the leftmost."""
    known = load_dictionary().listed(use.heading)
    return known is None, known.order if known else 0, use.position


def _how(use: ColumnUse) -> str:
    return "dictionary" if load_dictionary().listed(use.heading) else "pattern"


def _sample(column: pa.ChunkedArray) -> list[str]:
    """The first texts of a column, and some in the middle and at the end."""
    filled = column.drop_null()
    middle, end = max(FIRST_CELLS, len(filled) // 2), max(FIRST_CELLS + LATER_CELLS, len(filled) - LATER_CELLS)
    parts = [filled.slice(0, FIRST_CELLS), filled.slice(middle, LATER_CELLS), filled.slice(end, LATER_CELLS)]
    return [text for part in parts for value in part.to_pylist() if (text := clean(value))]


def _ranks(name: str, columns: Sequence[list[str]], *, date1904: bool) -> list[int]:
    """How well each column of texts can feed a field."""
    if name == "dossier_id":
        fits = [not _is_count(texts) or not any(map(_has_codes, columns)) for texts in columns]
    elif name in _DATES:
        fits = [any(parse_date(text, date1904=date1904)[0] for text in texts) for texts in columns]
    elif name == "status":
        codes = load_codes()
        fits = [any(codes.lookup("status", text) for text in set(texts)) for texts in columns]
    else:
        fits = [True] * len(columns)
    return [BLANK if not texts else FITTING if fit else UNFIT for texts, fit in zip(columns, fits, strict=True)]


def _is_count(texts: Sequence[str]) -> bool:
    """Whether a column holds one text over and over, or small numbers."""
    return (len(texts) > 1 and len(set(texts)) == 1) or all(map(_SMALL_NUMBER.fullmatch, texts))


def _has_codes(texts: Sequence[str]) -> bool:
    """Whether most of a column's texts are full codes, and not the same one."""
    full = [text for text in texts if _FULL_CODE.fullmatch(fold(text))]
    return 2 * len(full) > len(texts) and (len(set(full)) > 1 or len(texts) == 1)
