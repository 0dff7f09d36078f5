"""Text → typed columns. What cannot be parsed becomes a fault with its place; nothing is guessed or repaired."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reformcli.agencies.dossier_code import identifier
from reformcli.agencies.levels import parse_level
from reformcli.headings.dates import parse_dates
from reformcli.headings.rows import find_other_rows
from reformcli.late.causes import Causes
from reformcli.late.names import PERSON
from reformcli.model import ERROR_VALUES, Header, RawSheet
from reformcli.rules.codes import Codes, load_codes
from reformcli.text import clean, fold

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

DATES = (
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "supplement_requested_at",
    "supplement_completed_at",
)
NAMES = ("agency", "agency_id", "department", "field", "procedure", "procedure_id")
CODED = {"status": "status", "channel": "channel", "service_level": "service_level", "rating": "rating"}
FLAGS = ("electronic_result", "digitised", "reused", "linked_store", "population_data")
NUMBERS = ("fee", "supplement_requests")
PROVENANCE = ("_source", "_row")
_ORGANISATION = re.compile(  # with accents: "Phòng" is a unit, "Phong" and "Ban" may be persons
    r"(ubnd|(ủy|uỷ) ban nhân dân|sở|phòng|ban (quản lý|dân tộc|tôn giáo|chỉ huy|tiếp công dân)|chi cục|cục|tổng cục"
    r"|trung tâm|văn phòng|chi nhánh|bộ phận|bộ|công an|thanh tra|kho bạc|bảo hiểm|bhxh|tòa án|toà án|hđnd|hội đồng"
    r"|trạm|bệnh viện|đội|tổ|uy ban nhan dan|chi cuc|trung tam|van phong|bo phan)\s+\S"
)
_PART = re.compile(r"\s*(?:\s[-–—]\s|[(,;/:|])\s*")
_PLACE = re.compile(
    r"(tỉnh|thành phố|tp\.?|huyện|quận|thị xã|thị trấn|xã|phường|đặc khu|thương binh|khu vực|chi nhánh|số \d|\d+)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?:(?P<plain>\d{1,15})(?:[.,]0{1,2}|\.0{4,})?|(?P<dots>\d{1,3}(?:\.\d{3}){1,4})(?:,0{1,2})?"
    r"|(?P<commas>\d{1,3}(?:,\d{3}){1,4})(?:\.0{1,2})?)(?:\s*(?:đ|d|đồng|dong|vnd|vnđ|₫))?"
)
_ODD_ID = (  # spaces, lists, error values, numbers, apostrophes, codes in lower case
    r"[^\x21-\x7e]|[;,|()]|^#|^[0-9]+\.0+$|^[0-9][0-9.,]*[eE]\+|^['`]|^(?:[0-9]+\.)*[hg][0-9]{2}[.-]"
)
_FREE = frozenset({"khong", "mien phi", "khong thu phi", "khong co"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Cells of a column that could not be parsed: `rows` are positions in `Parsed.table`, `texts` what stood there."""

    kind: str  # unreadable | unknown_code | error_value | lost_digits | several_codes
    column: str
    rows: np.ndarray
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sheet as typed columns.

    `table` holds n dossier rows: the canonical columns the sheet has, `_source` and `_row` (1-based, physical).
    `other_rows` counts rows below the header that are no dossiers (totals, column numbers, signatures, blanks).
    """

    table: pa.Table
    faults: tuple[Fault, ...]
    other_rows: int


@dataclass(slots=True)
class _Columns:
    """Collects the columns of one sheet and what was wrong with them."""

    codes: Codes
    columns: dict[str, pa.Array] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def parse_sheet(
    raw: RawSheet,
    header: Header,
    *,
    number: int,
    may_name_person: frozenset[str] = frozenset(),
    parts: Mapping[str, Sequence[int]] | None = None,
    codes: Codes | None = None,
    causes: Causes | None = None,
) -> Parsed:
    """Type the dossier rows of one sheet.

    Args:
        raw: the sheet as text.
        header: how its headings were understood.
        number: what `_source` is set to.
        may_name_person: canonical columns whose texts are kept only where they name an organisation.
        parts: canonical columns that several columns of the sheet make up: a fee is their sum, a flag needs all.
        codes: what coded texts mean in the system that wrote the sheet; the common dictionary where None.
        causes: the dictionary of causes of lateness; without it what is written of causes is dropped.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    data = _unarmoured(raw.cells.slice(header.data_row), header)
    other = find_other_rows(data, header)
    numbers = np.arange(len(data), dtype="int64") + raw.first_row + header.data_row
    texts = {name: data.column(use.position) for name, use in header.fields.items()}
    keep = pa.array(~other)
    if other.any():
        texts = {name: column.filter(keep) for name, column in texts.items()}
        numbers = numbers[~other]
    out = _Columns(codes or load_codes())
    for name, column in texts.items():
        if name not in (parts or {}):
            _parse_column(out, name, _one_chunk(column), raw.date1904, name in may_name_person)
    for name, positions in (parts or {}).items():
        more = [data.column(place).filter(keep) if other.any() else data.column(place) for place in positions]
        _combine(out, name, [_one_chunk(column) for column in more])
    if causes:
        notes = [data.column(use.position) for use in header.columns if use.how == "personal" and use.field == "note"]
        written = {"late_cause": [texts["late_cause"]] if "late_cause" in texts else []}
        written["note_cause"] = [column.filter(keep) for column in notes]
        for name, columns in written.items():
            keep_of = causes.noted if name == "late_cause" else causes.kept
            _parse_causes(out, name, [_one_chunk(column) for column in columns], keep_of)
    out.columns["_source"] = pa.array(np.full(len(numbers), number, "int32"))
    out.columns["_row"] = pa.array(numbers.astype("int32"))
    if "dossier_id" not in out.columns:
        out.columns["dossier_id"] = pc.cast(pa.nulls(len(numbers)), pa.string())
    return Parsed(pa.table(out.columns), tuple(out.faults), int(other.sum()))


def _unarmoured(data: pa.Table, header: Header) -> pa.Table:
    """The cells without the armour `="0012"` that keeps a spreadsheet from taking zeros off a csv's numbers."""
    import pyarrow.compute as pc

    for use in header.fields.values():
        column = data.column(use.position)
        if pc.any(pc.starts_with(column, '="')).as_py():
            plain = pc.replace_substring_regex(column, r'^="([^"]*)"\s*$', r"\1")
            data = data.set_column(use.position, data.field(use.position), plain)
    return data


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _combine(out: _Columns, name: str, texts: Sequence[pa.Array]) -> None:
    """A field that several columns make up: fees are added (a blank one adds nothing), flags must all be set."""
    import pyarrow.compute as pc

    columns = []
    for text in texts:
        _parse_column(out, name, text, date1904=False, may_name_person=False)
        columns.append(out.columns[name])
    whole = columns[0]
    for part in columns[1:]:
        if name in FLAGS:
            whole = pc.and_(whole, part)
        else:
            added = pc.add(pc.fill_null(whole, 0), pc.fill_null(part, 0))
            whole = pc.if_else(pc.and_(pc.is_null(whole), pc.is_null(part)), None, added)
    out.columns[name] = whole


def _parse_column(out: _Columns, name: str, text: pa.Array, date1904: bool, may_name_person: bool) -> None:
    if name == "dossier_id":
        _parse_identifiers(out, name, text)
    elif name in DATES:
        _parse_dates(out, name, text, date1904)
    elif name in NAMES:
        convert = _name if not may_name_person else agency_code if name == "agency_id" else organisation
        _parse_names(out, name, text, convert)
    elif name == "level":
        _parse_codes(out, name, text, parse_level)
    elif name in CODED:
        _parse_codes(out, name, text, lambda written: out.codes.lookup(CODED[name], written))
    elif name == "paid_online":
        _parse_numbers(out, name, text, lambda written: _optional_int(out.codes.lookup("paid_online", written)))
    elif name in FLAGS:
        _parse_flags(out, name, text)
    elif name in NUMBERS:
        _parse_numbers(out, name, text, amount)
    elif name == "responsible":
        _parse_names(out, name, text, holder)
    elif name == "apology":
        _parse_apologies(out, name, text)


def _parse_identifiers(out: _Columns, name: str, text: pa.Array) -> None:
    """Ids without spaces around them; the few cells that hold anything else than an id are looked at one by one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(text)
    odd = pc.match_substring_regex(trimmed, _ODD_ID).fill_null(False)
    if pc.any(odd).as_py():
        rows, written = np.flatnonzero(odd.to_numpy(zero_copy_only=False)), trimmed.filter(odd).to_pylist()
        found = [(None, "error_value") if one in ERROR_VALUES else identifier(clean(one)) for one in written]
        trimmed = pc.replace_with_mask(trimmed, odd, pa.array([value for value, _ in found], pa.string()))
        for kind in ("error_value", "lost_digits", "several_codes"):
            _add_fault(out, kind, name, rows[[fault == kind for _, fault in found]], text)
    out.columns[name] = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _name(text: str) -> str | None:
    return clean(text) or None


def agency_code(text: str) -> str | None:
    """A code under "Mã định danh": numbers of 9 or 12 digits are those of persons and are dropped."""
    return None if re.fullmatch(r"\d{9}|\d{12}", clean(text).replace(" ", "")) else _name(text)


def organisation(text: str) -> str | None:
    """The unit in a text under a heading that may name a person ("Đơn vị/ cá nhân giải quyết"), without the person.

    >>> organisation("Phòng Tư pháp - Nguyễn Văn Ví Dụ"), organisation("Nguyễn Văn Phong"), organisation("Sở Y tế")
    ('Phòng Tư pháp', None, 'Sở Y tế')
    """
    whole = clean(text)
    first, *others = _PART.split(whole)
    if not _ORGANISATION.match(first.casefold()):
        return None
    kept = first
    for part in others:
        part_text = part.strip(" )")
        if not (_PLACE.match(part_text) or _ORGANISATION.match(part_text.casefold())):
            break
        kept = whole[: whole.index(part_text, len(kept)) + len(part_text)]
    return kept


def holder(text: str) -> str | None:
    """The unit that holds a dossier, or only that a person does.

    >>> holder("Phòng Tư pháp"), holder("Nguyễn Văn Ví Dụ"), holder(" ")
    ('Phòng Tư pháp', '(person)', None)
    """
    return (organisation(text) or PERSON) if clean(text) else None


def _parse_apologies(out: _Columns, name: str, text: pa.Array) -> None:
    """Whether an apology was issued: a letter's number or date says so too."""
    import numpy as np
    import pyarrow as pa

    texts, codes = _distinct(text)
    issued = [bool(clean(value)) and out.codes.lookup("flag", value) != "false" for value in texts]
    out.columns[name] = pa.array(np.array([*issued, False])[codes])


def _parse_causes(out: _Columns, name: str, columns: Sequence[pa.Array], keep_of: Callable[[str], str]) -> None:
    """What may be kept of free texts: a phrase of the dictionary, or words that name nobody."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if columns:
        text = pc.binary_join_element_wise(*columns, "; ", null_handling="skip") if len(columns) > 1 else columns[0]
        texts, codes = _distinct(text)
        out.columns[name] = _dictionary([keep_of(value) or None for value in texts], codes, pa.string())


def _distinct(text: pa.Array) -> tuple[list[str], np.ndarray]:
    """The distinct texts of a column and, per row, which of them it is (their number for a null)."""
    encoded = text.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    return texts, encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)


def _parse_names(out: _Columns, name: str, text: pa.Array, convert: Callable[[str], str | None]) -> None:
    """A dictionary column of converted texts, each distinct text once; an error value is no name."""
    import numpy as np
    import pyarrow as pa

    texts, codes = _distinct(text)
    wrong = [value.strip() in ERROR_VALUES for value in texts]
    values = [None if is_error else convert(value) for value, is_error in zip(texts, wrong, strict=True)]
    out.columns[name] = _dictionary(values, codes, pa.string())
    if any(wrong):
        _add_fault(out, "error_value", name, np.flatnonzero(np.array([*wrong, False])[codes]), text)


def _dictionary(values: Sequence[str | None], codes: np.ndarray, kind: pa.DataType) -> pa.DictionaryArray:
    import numpy as np
    import pyarrow as pa

    places: dict[str, int] = {}
    index = np.array([-1 if v is None else places.setdefault(v, len(places)) for v in values] + [-1], "int32")[codes]
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), pa.array(list(places), kind))


def _parse_dates(out: _Columns, name: str, text: pa.Array, date1904: bool) -> None:
    import numpy as np
    import pyarrow as pa

    dates = parse_dates(text, date1904=date1904)
    out.columns[name] = pa.array(dates.values, pa.timestamp("s"))
    _add_fault(out, "unreadable", name, np.flatnonzero(dates.faults), text)


def _parse_codes(out: _Columns, name: str, text: pa.Array, convert: Callable[[str], str | None]) -> None:
    import numpy as np
    import pyarrow as pa

    texts, codes = _distinct(text)
    blank = [not clean(value) for value in texts]
    values = [None if empty else convert(value) for value, empty in zip(texts, blank, strict=True)]
    out.columns[name] = _dictionary(values, codes, pa.string())
    unknown = [value is None and not empty for value, empty in zip(values, blank, strict=True)]
    _add_fault(out, "unknown_code", name, np.flatnonzero(np.array([*unknown, False])[codes]), text)


def _parse_flags(out: _Columns, name: str, text: pa.Array) -> None:
    """A blank flag is a plain no; an unknown text is no as well, and a fault."""
    import numpy as np
    import pyarrow as pa

    texts, codes = _distinct(text)
    values = [out.codes.lookup("flag", value) if clean(value) else "false" for value in texts]
    out.columns[name] = pa.array(np.array([*(value == "true" for value in values), False])[codes])
    unknown = np.array([*(value is None for value in values), False])
    _add_fault(out, "unknown_code", name, np.flatnonzero(unknown[codes]), text)


def _parse_numbers(out: _Columns, name: str, text: pa.Array, convert: Callable[[str], int | None]) -> None:
    import numpy as np
    import pyarrow as pa

    texts, codes = _distinct(text)
    blank = [not clean(value) or clean(value) == "-" for value in texts]
    values = [None if empty else convert(value) for value, empty in zip(texts, blank, strict=True)]
    known = np.array([value is not None for value in values] + [False])[codes]
    numbers = np.array([value or 0 for value in values] + [0], "int64")[codes]
    out.columns[name] = pa.array(numbers, mask=~known)
    unknown = np.array([value is None and not e for value, e in zip(values, blank, strict=True)] + [False])
    _add_fault(out, "unreadable" if name in NUMBERS else "unknown_code", name, np.flatnonzero(unknown[codes]), text)


def amount(text: str) -> int | None:
    """An amount in đồng, or a number of times: "120000", "120.000", "120.000 đ", "Miễn phí"; None if it is neither."""
    plain = clean(text).casefold()
    if fold(plain) in _FREE:
        return 0
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        return None
    return int(re.sub(r"\D", "", match["plain"] or match["dots"] or match["commas"]))


def _optional_int(value: str | None) -> int | None:
    return None if value is None else int(value)


def _add_fault(out: _Columns, kind: str, name: str, rows: np.ndarray, text: pa.Array) -> None:
    if len(rows):
        import pyarrow as pa

        out.faults.append(Fault(kind, name, rows, tuple(text.take(pa.array(rows)).to_pylist())))
