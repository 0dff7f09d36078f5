"""What a dossier code tells: the unit that received it and the day of submission (Decision 20/2020/QĐ-TTg ids).

Three forms are read, anything else tells nothing: `Hnn.uuu-yyMMdd-ssss` (a province's unit), the older
`000.00.uu.Hnn-yyMMdd-ssss` and the ministries' `Gnn.uu-yyyyMMdd-sssssss`. Here is also which code a cell means that
holds more than one text, when two codes are the same, and which ids may be shown.

Full codes are kept in one spelling: upper case, plain hyphens, no spaces, no apostrophe. The old and the new form of
a unit stay as written and meet in `dossier_key`. Of local ids only the leading apostrophe and the kind of dash are made
one: what else differs (case, zeros, dots) may tell two dossiers of an office apart.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from reformcli.rules.codes import load_codes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

UNIT, CODE_DAY = "_unit", "_code_day"  # columns of what the codes tell, where it is known already
_UNIT = re.compile(r"([HG]\d{2})((?:\.\d{1,5})*)", re.IGNORECASE)
_OLD_UNIT = re.compile(r"((?:\d{1,5}\.)+)([HG]\d{2})", re.IGNORECASE)
_SHORT_DAY, _LONG_DAY = 6, 8  # digits of yyMMdd and of yyyyMMdd
_SEQUENCE = range(3, 8)  # digits
_FULL_CODE = re.compile(
    r"(?<![\w.\-])(?:[HG]\d{2}(?:\.\d{1,5})+|(?:\d{1,5}\.)+[HG]\d{2})-(?:\d{8}|\d{6})-\d{3,7}(?![\w\-/]|\.\w)",
    re.IGNORECASE,
)
_LABELLED = re.compile(  # "Mã số hồ sơ: …", "Số hồ sơ H57.…"
    r"\b(?:m[ãa](?: s[ốo])?|s[ốo]) (?:h[ồo] s[ơo]|hs)\b ?"
    r"(?:[:=] ?(?P<any>[^\s;,()]*\d[^\s;,()]*)|(?P<full>\S+))",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
_APOSTROPHES = "'\u2018\u2019\u02bc`"
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?E\+(\d{2})", re.IGNORECASE)  # as spreadsheets write long numbers


_DIGITS = "0123456789"


class _Stems(NamedTuple):
    """Texts without the digits at their ends, of which codes share many: the distinct ones, and per row its place."""

    distinct: pa.Array
    at: np.ndarray  # of a null: their number
    digits: np.ndarray  # how many were taken off


class _Parts(NamedTuple):
    """The codes' first two parts: distinct texts, and per row the place of its text (-1: not a code)."""

    units: list[str]
    unit_at: np.ndarray
    days: list[str]
    day_at: np.ndarray


class Identifier(NamedTuple):
    """The id that a cell means (None: none can be told), and what was wrong with it: "", lost_digits, several_codes."""

    value: str | None
    fault: str = ""


def identifier(text: str) -> Identifier:
    """The id of a dossier in a cell that holds more than an id, as `clean` gives it.

    A code labelled as that of the dossier is taken, else the only full code of the cell; with two of them the whole
    text stays. A number that a spreadsheet wrote as 1.21E+11 has lost digits: two dossiers would look like one.

    >>> identifier("Mã số hồ sơ: H57.21-231220-0001 - Số phiếu: 123").value
    'H57.21-231220-0001'
    >>> identifier("h57.21 – 231220 – 0001").value
    'H57.21-231220-0001'
    >>> identifier("121.0"), identifier("1.21E+11")
    (Identifier(value='121', fault=''), Identifier(value=None, fault='lost_digits'))
    """
    text = _unified(text)
    if match := _SCIENTIFIC.fullmatch(text):
        decimals = match[2] or ""
        lost = len(decimals) < int(match[3])
        return Identifier(None, "lost_digits") if lost else Identifier(match[1] + decimals[: int(match[3])])
    if re.fullmatch(r"\d+\.0+", text):
        return Identifier(text[: text.index(".")])
    full = _FULL_CODE.findall(text)
    matches = list(_LABELLED.finditer(text))
    labelled = [match["any"].rstrip(".") for match in matches if match["any"]]
    labelled += [code for match in matches if match["full"] and (code := match["full"].strip(".;,()")) in full]
    codes = {same_code(code): canonical(code) for code in reversed(labelled or full)}  # the same code twice is one
    if len(codes) > 1:
        return Identifier(text, "several_codes")
    return Identifier(next(iter(codes.values()), text) or None)


def _unified(text: str) -> str:
    """An id without the apostrophe that made it text, with plain hyphens; a full code without spaces around them."""
    plain = text.translate(_DASHES).lstrip(_APOSTROPHES).strip()
    closed = re.sub(r"\s*-\s*", "-", plain)
    return closed.upper() if _FULL_CODE.fullmatch(closed) else plain


def canonical(code: str) -> str:
    """The one spelling of a full code; any other id as it is written.

    >>> canonical("h57.21-231220-0001"), canonical("hs-001")
    ('H57.21-231220-0001', 'hs-001')
    """
    return code.upper() if _FULL_CODE.fullmatch(code) else code


def same_code(text: str) -> str:
    """What the spellings of one full code have in common, its unit's old and new form too; other ids are themselves.

    >>> same_code("000.00.21.H57-231220-0001"), same_code("hs-001")
    ('H57.21-231220-0001', 'hs-001')
    """
    code = canonical(text)
    if code == text and not text[:1].isdigit():
        return text
    unit, dash, rest = code.partition("-")
    return f"{normalise_unit(unit) or unit}{dash}{rest}" if _FULL_CODE.fullmatch(code) else text


def dossier_key(dossier_id: pd.Series) -> pd.Series:
    """The ids as texts by which rows of one dossier meet; only full codes with the unit's old form are changed."""
    return _key(dossier_id, _stems(_arrow_text(dossier_id)))


def keys_and_repeated(dossier_id: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The ids as `dossier_key` gives them, and whether each of them stands more than once."""
    import pandas as pd

    text = _arrow_text(dossier_id)
    stems = _stems(text)
    keys = _key(dossier_id, stems)
    if keys is not dossier_id:
        return keys, keys.duplicated(keep=False)
    tails = _last(text, stems.digits).dictionary_encode()  # two numbers are compared faster than a text
    tail_at = tails.indices.to_numpy().astype("int64")
    numbers = pd.Series(stems.at * (len(tails.dictionary) + 1) + tail_at, index=dossier_id.index)
    return keys, numbers.duplicated(keep=False)


def _key(dossier_id: pd.Series, stems: _Stems) -> pd.Series:
    import numpy as np
    import pandas as pd
    import pyarrow.compute as pc

    old = pc.match_substring_regex(stems.distinct, r"(?i)^[0-9.]+\.[HG][0-9]{2}-").to_numpy(zero_copy_only=False)
    if not old.any():
        return dossier_id
    rows = np.flatnonzero(np.append(old, False)[stems.at])
    keys = dossier_id.astype("object").to_numpy(copy=True)
    keys[rows] = [same_code(text) for text in keys[rows].tolist()]
    return pd.Series(keys, index=dossier_id.index, dtype="str")


def _last(text: pa.Array, lengths: np.ndarray) -> pa.Array:
    """The last so many bytes of each of n large texts; "" of a null."""
    import numpy as np
    import pyarrow as pa

    _, places, data = text.buffers()
    ends = np.frombuffer(places, "int64")[text.offset : text.offset + len(text) + 1]
    cuts = np.empty(2 * len(text) + 1, "int64")
    cuts[0::2], cuts[1::2] = ends, ends[1:] - lengths
    both = pa.LargeStringArray.from_buffers(2 * len(text), pa.py_buffer(cuts), data)
    return both.take(pa.array(np.arange(1, 2 * len(text), 2)))


# ------------------------------------------------------------------ ids that may be shown
_LOCAL = re.compile(r"(?=.*\d)[A-Za-zĐđ0-9]+(?:[./_\-]+[A-Za-zĐđ0-9]+)*")
_TELEPHONE = re.compile(r"(?<!\d)(?:0|84)(?:[. \-]?\d){9,10}(?![. \-]?\d)")
_CITIZEN = re.compile(r"(?<!\d)(?:\d{9}|\d{12}|\d{3}(?:[. \-]\d{3}){2,3})(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTER_RUN = re.compile(r"[^\W\d_]+(?:[./_\-]+[^\W\d_]+)+")
_LONGEST_ID, _LONGEST_PREFIX, _LONGEST_LOWER, _MOST_PREFIXES, _SURE_NAME = 40, 6, 2, 3, 5


@lru_cache(maxsize=65_536)
def may_show(text: str) -> bool:
    """Whether an id looks like a code, and not like the name, telephone or number of a person typed in its place.

    >>> [may_show(text) for text in ("H57.21-231220-0001", "HS-001", "15/QĐ-UBND", "0912.345.678", "nguyenvana1985")]
    [True, True, True, False, False]
    """
    plain = _unified(text.strip())
    pieces = re.split(r"[;,|\s]+", plain)
    return all(map(_FULL_CODE.fullmatch, pieces)) or _is_local_code(plain)


def _is_local_code(text: str) -> bool:
    if not _LOCAL.fullmatch(text) or len(text) > _LONGEST_ID or _TELEPHONE.search(text) or _CITIZEN.search(text):
        return False
    words = _LETTERS.findall(text)
    longest = max(map(len, words), default=0)
    if any(len(word) > _LONGEST_LOWER and not word.isupper() for word in words) or longest > _LONGEST_PREFIX:
        return False
    names = load_codes().names
    runs = [_LETTERS.findall(run) for run in _LETTER_RUN.findall(text)]
    has_name = any(names.is_family(word) for word in words if len(word) >= _SURE_NAME)
    return not has_name and not any(len(run) > _MOST_PREFIXES or names.begins(run) for run in runs)


@lru_cache(maxsize=65_536)
def normalise_unit(code: str) -> str | None:
    """One form for the code of a unit, old or new; None when it is no such code.

    >>> [normalise_unit(code) for code in ("000.12.21.H57", "h57.21.12", "000.00.00.H57", "57")]
    ['H57.21.12', 'H57.21.12', 'H57', None]
    """
    written = code.strip()
    if match := _UNIT.fullmatch(written):
        return written.upper()
    if match := _OLD_UNIT.fullmatch(written):
        parts = match[1].rstrip(".").split(".")
        while parts and not parts[0].strip("0"):
            parts.pop(0)
        return ".".join([match[2].upper(), *reversed(parts)])
    return None


def unit_code(dossier_id: pd.Series) -> pd.Series:
    """The unit part of each dossier code, as `code_parts` gives it."""
    return code_parts(dossier_id)[0]


def code_date(dossier_id: pd.Series) -> pd.Series:
    """The day of submission in each dossier code, as `code_parts` gives it."""
    return code_parts(dossier_id)[1]


def code_parts(dossier_id: pd.Series) -> tuple[pd.Series, pd.Series]:
    """What each dossier code tells.

    Args:
        dossier_id: n texts.

    Returns:
        With the index of `dossier_id`: the n unit parts, normalised, of dtype category (few distinct values), null
        where the text is no dossier code; and the n days of submission, as datetime64[s], NaT without a code or for an
        impossible day.
    """
    import numpy as np
    import pandas as pd

    parts = _split(dossier_id)
    places, names = _units(parts)
    units = pd.Categorical.from_codes(places, pd.Index(names, dtype="str"))
    days = np.array([*(_day(text) for text in parts.days), None], dtype="datetime64[s]")
    day = days[np.where(places < 0, -1, parts.day_at)]
    return pd.Series(units, index=dossier_id.index), pd.Series(day, index=dossier_id.index)


def with_code_parts(dossiers: pd.DataFrame) -> pd.DataFrame:
    """The dossiers with what their codes tell, in the columns `UNIT` and `CODE_DAY`."""
    unit, day = code_parts(dossiers["dossier_id"])
    return dossiers.assign(**{UNIT: unit, CODE_DAY: day})


def _units(parts: _Parts) -> tuple[np.ndarray, list[str]]:
    """Per row the place of its unit among the sorted names (-1: none); the day's form must suit that of the unit."""
    import numpy as np

    by_length = [[_whole(unit, digits) for unit in parts.units] for digits in (_SHORT_DAY, _LONG_DAY)]
    names = sorted({name for column in by_length for name in column if name})
    place_of = {name: place for place, name in enumerate(names)}
    table = np.array([[place_of.get(name or "", -1) for name in [*column, None]] for column in by_length])
    is_long = np.array([len(day) == _LONG_DAY for day in [*parts.days, ""]], dtype="int64")
    return table[is_long[parts.day_at], parts.unit_at], names


def _whole(unit: str, day_digits: int) -> str | None:
    """The unit, where its form and that of the day go together."""
    name = normalise_unit(unit)
    if name is None or "." not in unit:
        return None
    is_ministry = unit[0] in "Gg"
    return name if is_ministry == (day_digits == _LONG_DAY) else None


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d" if len(text) == _LONG_DAY else "%y%m%d")
    except ValueError:
        return None


def _split(dossier_id: pd.Series) -> _Parts:
    """Cut the codes at their two dashes. Only distinct units and days are looked at one by one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    stems = _stems(pc.utf8_trim_whitespace(_arrow_text(dossier_id)))
    pieces = pc.split_pattern(stems.distinct, "-")
    starts, flat = pieces.offsets.to_numpy(), pieces.flatten()
    rows = np.flatnonzero(np.diff(starts) == 3)
    unit, day, rest = (flat.take(pa.array(starts[rows] + piece)) for piece in range(3))
    is_code = pc.and_(_digits(day, range(_SHORT_DAY, _LONG_DAY + 1, 2)), pc.equal(rest, ""))
    kept = is_code.to_numpy(zero_copy_only=False)
    units, days = unit.filter(is_code).dictionary_encode(), day.filter(is_code).dictionary_encode()
    unit_of, day_of = np.full((2, len(stems.distinct) + 1), -1)
    unit_of[rows[kept]], day_of[rows[kept]] = units.indices.to_numpy(), days.indices.to_numpy()
    has_number = np.isin(stems.digits, _SEQUENCE)
    unit_at, day_at = (np.where(has_number, of_stem[stems.at], -1) for of_stem in (unit_of, day_of))
    return _Parts(units.dictionary.to_pylist(), unit_at, days.dictionary.to_pylist(), day_at)


def _stems(text: pa.Array) -> _Stems:
    """Take the digits off the ends of texts."""
    import pyarrow.compute as pc

    stem = pc.ascii_rtrim(text, characters=_DIGITS)
    digits = pc.subtract(pc.binary_length(text), pc.binary_length(stem)).fill_null(0).to_numpy(zero_copy_only=False)
    encoded = stem.dictionary_encode()
    at = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return _Stems(encoded.dictionary, at.astype("int64"), digits)


def _digits(text: pa.Array, lengths: range) -> pa.Array:
    """Whether each text consists of so many digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    length = pc.binary_length(text)
    return pc.and_(pc.ascii_is_decimal(text), pc.is_in(length, pa.array(lengths, length.type)))


def _arrow_text(column: pd.Series) -> pa.Array:
    import pyarrow as pa

    array = pa.array(column.astype("str"), type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
