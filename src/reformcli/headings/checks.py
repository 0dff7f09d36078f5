"""What a header must tell before its sheet may be counted; a sheet that cannot be trusted is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reformcli.errors import InputError
from reformcli.findings import column_letter, mask_codes
from reformcli.headings.headers import REQUIRED, load_dictionary
from reformcli.model import ColumnUse, Header, RawSheet
from reformcli.text import match_key

if TYPE_CHECKING:
    import pyarrow as pa

LISTED_HEADINGS = 20
COMPARED_ROWS = 200


def require(header: Header, raw: RawSheet) -> None:
    """Refuse a sheet with a heading that nothing settles, or with a second table beside the first.

    Raises:
        InputError: names the heading, its cell and what it may mean; or the columns of both tables.
    """
    for use in header.columns:
        if use.how == "ambiguous":
            where = place(raw, f"{_letter(raw, use)}{raw.first_row + header.rows[-1]}")
            raise InputError("ambiguous_heading", where=where, heading=use.heading, choices=", ".join(use.choices))
    used, cells = header.fields.get("dossier_id"), raw.cells.slice(header.data_row)
    alike = _alike(header, "dossier_id") if used else []
    others = [use for use in alike if used and _differ(cells, used.position, use.position)]
    if used and others and _alike(header, "received_at"):
        columns = [_letter(raw, use) for use in (used, *others)]
        where = place(raw, f"{columns[0]}{raw.first_row + header.rows[-1]}")
        raise InputError("side_by_side", where=where, heading=used.heading, columns=", ".join(columns))


def place(raw: RawSheet, cell: str = "") -> str:
    """Where something is, for messages: file, sheet and cell."""
    if not cell:
        return raw.source.name if raw.sheet is None else f"{raw.source.name}, {raw.sheet}"
    return f"{raw.source.name}, {raw.sheet}!{cell}" if raw.sheet else f"{raw.source.name}, {cell}"


def _letter(raw: RawSheet, use: ColumnUse) -> str:
    return column_letter(raw.first_column + use.position)


def _alike(header: Header, name: str) -> list[ColumnUse]:
    """The columns headed as that of a field, word for word."""
    used = header.fields.get(name)
    if not used or used.how == "user":
        return []
    repeated = [use for use in header.columns if use.how == "repeated" and use.choices == (name,)]
    return [use for use in repeated if match_key(use.heading) == match_key(used.heading)]


def _differ(cells: pa.Table, used: int, other: int) -> bool:
    """Whether two columns hold different texts in the first rows where the second has any."""
    import pyarrow.compute as pc

    rows = pc.indices_nonzero(pc.is_valid(cells.column(other)))[:COMPARED_ROWS]
    both = cells.select([used, other]).take(rows)
    return bool(len(rows)) and both.column(0).to_pylist() != both.column(1).to_pylist()


def missing(header: Header) -> list[str]:
    """The columns that every figure needs and a header lacks."""
    return [" | ".join(names) for names in REQUIRED if not header.fields.keys() & set(names)]


def check_required(header: Header, where: str) -> None:
    """Refuse a sheet without the columns that every figure needs.

    Raises:
        InputError: names the missing columns and the headings that were not used; one that may be a person's is masked.
    """
    if lacking := missing(header):
        unused = [use.heading for use in header.columns if use.field is None and use.how != "repeated"]
        raise InputError("missing_required", where=where, columns=", ".join(lacking), unused=_listed(unused) or "-")


def _listed(headings: list[str]) -> str:
    """Some headings, each once; those that the dictionary does not know by their shape where they may be a name."""
    dictionary, distinct = load_dictionary(), list(dict.fromkeys(headings))
    shown = [
        heading if dictionary.listed(heading) else mask_codes([heading])[0] for heading in distinct[:LISTED_HEADINGS]
    ]
    more = len(distinct) - LISTED_HEADINGS
    return ", ".join([*shown, f"… +{more}"] if more > 0 else shown)
