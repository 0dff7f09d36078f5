"""Tables of published scores: csv or xlsx, a line per unit and day; JSON by `league_json`. What is missing stays so."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from pathlib import Path

from reformcli.agencies.levels import is_whole_province, level_of, parse_level
from reformcli.errors import InputError, UsageError
from reformcli.league.places import PROVINCES, UNITS, Pool, Score
from reformcli.model import Group, Source
from reformcli.period import named_period
from reformcli.rules.provinces import Provinces
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import clean, fold

ENDINGS = (".csv", ".xlsx", ".json")  # looked for in folders
SIDE = ".manifest.json"  # what stands beside a csv of ours
_HEADINGS = {
    "date": (
        *("Ngày", "Kỳ", "Kỳ báo cáo", "Ngày công bố", "Ngày lấy số liệu", "Thời điểm", "Tính đến ngày"),
        *("day", "period", "extractedAt"),
    ),
    "province": ("Tỉnh", "Tỉnh/thành phố", "Tỉnh, thành phố", "Tỉnh/TP", "Tên tỉnh", "Địa phương", "provinceName"),
    "unit": (
        *("Đơn vị", "Tên đơn vị", "Cơ quan", "Tên cơ quan", "Cơ quan/đơn vị", "Cơ quan, đơn vị", "agency", "name"),
        "departmentName",
    ),
    "code": ("Mã đơn vị", "Mã cơ quan", "departmentCode"),
    "level": ("Cấp", "Cấp hành chính", "Cấp cơ quan", "childGroup"),
    "total": ("Tổng điểm", "Tổng số điểm", "Tổng", "Điểm", "Điểm tổng", "points", "score", "totalScore", "total score"),
    "rank": ("Hạng", "Xếp hạng", "Thứ hạng", "groupRank"),
    "marks": ("Đánh dấu", "Chất lượng dữ liệu", "dataQualityStatus"),
}
PORTAL_GROUPS = {
    "CKMB": "transparency",
    "TDGQ": "progress",
    "ONLINE": "online_services",
    "CLGQ": "online_services",
    "TTTT": "online_payment",
    "MDSH": "digitisation",
    "MDHL": "satisfaction",
}
_WHOLE = frozenset(("ca nuoc", "toan quoc", "trung binh", "trung binh ca nuoc", "tong", "tong cong", "binh quan"))
_NOTHING = re.compile(r"[-–—−.…]*|n/?a|null", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,17}))?")
_BINARY = 11  # so many decimals has only a fraction that was binary
_TYPED = Context(prec=15)  # digits of a number that a spreadsheet or a program keeps exactly
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?: .*)?")
_MONTH = re.compile(r"(?:thang )?(\d{1,2})[/\-](\d{4})")
_WEEK = re.compile(r"tuan (\d{1,2})[/\-](\d{4})")
_QUARTER = re.compile(r"quy (iv|i{1,3}|[1-4])[/\-](\d{4})")
_ROMAN = ("i", "ii", "iii", "iv")
_IN_NAME = (
    (re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d)"), (1, 2, 3)),
    (re.compile(r"(?<!\d)(\d\d?)[-_. ](\d\d?)[-_. ](20\d\d)(?!\d)"), (3, 2, 1)),
    (re.compile(r"(?<!\d)(\d\d)(\d\d)(20\d\d)(?!\d)"), (3, 2, 1)),
)
LOCAL = timedelta(hours=7)  # of Vietnam, against UTC


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file of scores is read with: the groups of the scorecard, and the provinces."""

    groups: tuple[Group, ...]
    provinces: Provinces

    def by_heading(self) -> dict[str, tuple[str, ...]]:
        """The ways in which the groups are written: names, and the codes of the portal."""
        codes = {one.id: [code for code, group in PORTAL_GROUPS.items() if group == one.id] for one in self.groups}
        return {one.id: (*one.name.values(), *codes[one.id]) for one in self.groups}


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """What a file holds; `left_out` names the rows that are no competitor (the whole country, a mean)."""

    source: Source
    scores: tuple[Score, ...]
    left_out: tuple[str, ...] = ()


def named_files(arguments: Sequence[str]) -> list[str]:
    """The files that arguments mean, each once: files, folders (not their subfolders) and globs.

    Raises:
        UsageError: `no_such_file`; `league_no_files`, a folder without tables.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        for path in _expanded(argument):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _expanded(argument: str) -> list[str]:
    path = Path(argument)
    if path.is_dir():
        files = sorted(str(one) for one in path.iterdir() if _is_table(one))
        if not files:
            raise UsageError("league_no_files", where=argument, known=" ".join(ENDINGS))
        return files
    if path.exists() or not glob.has_magic(argument):
        return [argument]
    matches = sorted(one for one in glob.glob(argument, recursive=True) if _is_table(Path(one)))  # noqa: PTH207
    if not matches:
        raise UsageError("no_such_file", where=argument)
    return matches


def _is_table(path: Path) -> bool:
    name = path.name.lower()
    is_ours = name.startswith(("~$", ".")) or name.endswith(SIDE)
    return path.is_file() and name.endswith(ENDINGS) and not is_ours


# ------------------------------------------------------------------ tables
def load_scores(path: str, reading: Reading) -> ScoreFile:
    """Read a csv or xlsx table of scores.

    Args:
        path: a table with `total`, `province` or `unit`, and a day in a column `date` or in the file's name; the
            groups by their ids, names or the portal's codes, `level`, `rank`, `code`, `marks` if wanted.
        reading: the groups and provinces known.

    Raises:
        UsageError: there is no such file.
        InputError: it cannot be read; `league_value`, `league_rank`, `league_date`, `league_no_date`, `league_level`,
            `league_no_name`.
    """
    table = read_table(path, {**_HEADINGS, **reading.by_heading()}, required=("total",))
    if not table.columns & {"province", "unit"}:
        raise InputError("table_missing_column", where=table.at(1), file=table.source.name, columns="province | unit")
    day = None if "date" in table.columns else day_in_name(table.source.name)
    kept = [row for row in table.rows if not _is_whole(row)]
    if not kept:
        raise InputError("league_empty", where=table.source.name, file=table.source.name)
    left_out = tuple(_name_in(row) for row in table.rows if _is_whole(row))
    scores = tuple(_score(table, row, day, reading) for row in kept)
    return ScoreFile(table.source, scores, left_out)


def _name_in(row: Row) -> str:
    return row.cells.get("unit") or row.cells.get("province") or ""


def _is_whole(row: Row) -> bool:
    return fold(_name_in(row)) in _WHOLE


def _score(table: SmallTable, row: Row, day: date | None, reading: Reading) -> Score:
    cells = row.cells
    if not _name_in(row):
        raise _fault("league_no_name", table, row)
    pool, name = place(cells.get("province", ""), cells.get("unit", ""), _level(table, row), reading.provinces)
    groups = {one.id: _points(table, row, one.id) if one.id in table.columns else None for one in reading.groups}
    status = cells.get("marks", "")
    return Score(
        pool=pool,
        day=day or _day(table, row),
        name=name,
        total=_points(table, row, "total"),
        groups=groups,
        source=table.source.name,
        code=cells.get("code", ""),
        published_rank=_rank(table, row),
        marks=(("", status),) if status and not _NOTHING.fullmatch(status) else (),
        row=row.row,
    )


def place(province: str, unit: str, level: str | None, provinces: Provinces) -> tuple[Pool, str]:
    """Whose score it is: the pool and the name.

    A unit beside a province is a unit of it. A name alone is a whole province where it names one (or says so), else a
    unit whose level its name tells.
    """
    name, known = clean(unit or province), provinces.find(unit or province)
    is_whole = level in (None, "province") and (known is not None or is_whole_province(name))
    of = provinces.find(province) if unit and province else None
    if unit and not (is_whole and of in (None, known)):
        return Pool(UNITS, of or clean(province) or None, level or level_of(name)), name
    return Pool(PROVINCES), known or name


def _level(table: SmallTable, row: Row) -> str | None:
    written = row.cells.get("level", "")
    level = parse_level(written) if written else None
    if written and level is None:
        raise _fault("league_level", table, row, text=written)
    return level


def _points(table: SmallTable, row: Row, column: str) -> Decimal | None:
    written = row.cells.get(column, "")
    if _NOTHING.fullmatch(written):
        return None
    number = number_in(written)
    if number is None:
        raise _fault("league_value", table, row, column=column, text=written)
    return number


def number_in(written: str) -> Decimal | None:
    """Points as they are written, 78.1 or 78,1; None for anything else.

    >>> [str(number_in(text)) for text in ("78,10", "78.10000000000001", "78%")]
    ['78.10', '78.1', 'None']
    """
    match = _NUMBER.fullmatch(written)
    if match is None:
        return None
    typed = _TYPED.plus(Decimal(f"{match[1]}.{match[2]}" if match[2] else match[1]))
    return typed if len(match[2] or "") < _BINARY else Decimal(format(typed.normalize(), "f"))


def _rank(table: SmallTable, row: Row) -> int | None:
    written = row.cells.get("rank", "").partition("/")[0].strip()  # "11/63"
    if _NOTHING.fullmatch(written):
        return None
    if not written.isascii() or not written.isdecimal() or not 0 < int(written) < 10**6:
        raise _fault("league_rank", table, row, text=row.cells["rank"])
    return int(written)


def _fault(key: str, table: SmallTable, row: Row, **values: object) -> InputError:
    return InputError(key, where=table.at(row.row), row=row.row, file=table.source.name, **values)


# ------------------------------------------------------------------ days
def _day(table: SmallTable, row: Row) -> date:
    written = row.cells.get("date", "")
    day = day_of(written)
    if day is None:
        raise _fault("league_date", table, row, text=written)
    return day


def day_of(written: str) -> date | None:
    """A day, or the last day of a period, as people write it; None for anything else.

    A time in UTC ("…T20:00:00Z") is the day in Vietnam.

    >>> [str(day_of(text)) for text in ("3/10/2026", "2026-10-02T20:00:00Z", "2026-W40", "Quý III/2026")]
    ['2026-10-03', '2026-10-03', '2026-10-04', '2026-09-30']
    """
    text = clean(written)
    try:
        if match := _DAY.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if _ISO.fullmatch(text):
            return _local(datetime.fromisoformat(text)).date()
        return named_period(_named(fold(text)) or text)[1].date()
    except (ValueError, OverflowError, UsageError):
        return None


def _local(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=None) - offset + LOCAL


def _named(text: str) -> str | None:
    """The period of "tháng 9/2026", "quý III/2026", "tuần 40/2026" as `named_period` reads it."""
    if match := _WEEK.fullmatch(text):
        return f"{match[2]}-W{match[1]}"
    if match := _QUARTER.fullmatch(text):
        quarter = _ROMAN.index(match[1]) + 1 if match[1] in _ROMAN else match[1]
        return f"{match[2]}-Q{quarter}"
    if match := _MONTH.fullmatch(text):
        return f"{match[2]}-{match[1]}"
    return None


def day_in_name(name: str) -> date:
    """The day in a file's name: 2026-10-03, 20261003, 03-10-2026, 03102026.

    Raises:
        InputError: `league_no_date`, none is there, or more than one.
    """
    days = set(_days_in(name))
    if len(days) != 1:
        raise InputError("league_no_date", where=name, file=name)
    return days.pop()


def _days_in(name: str) -> Iterator[date]:
    for form, order in _IN_NAME:
        for match in form.finditer(name):
            try:
                yield date(*(int(match[at]) for at in order))
            except ValueError:
                continue
