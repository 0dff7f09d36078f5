"""Published figures as a csv or xlsx table, or as the JSON of the national portal: read as they were printed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from reformcli.agencies.levels import parse_level
from reformcli.audit.published import Printed, PublishedFigure
from reformcli.counts import count_in
from reformcli.errors import InputError, UsageError
from reformcli.model import Source
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import clean, fold, match_key

TOTAL = "total"
_HEADINGS = {
    "agency": ("Cơ quan", "Tên cơ quan", "Cơ quan/đơn vị", "Cơ quan, đơn vị", "Đơn vị", "Tên đơn vị", "Unit"),
    "level": ("Cấp", "Cấp hành chính", "Cấp cơ quan"),
    "component": (
        *("Chỉ số", "Chỉ số thành phần", "Thành phần", "Mã chỉ số", "Nhóm chỉ số", "Nhóm", "Tên chỉ số", "Nội dung"),
        *("Chỉ tiêu", "group", "indicator"),
    ),
    "value": ("Giá trị", "Số công bố", "Giá trị công bố", "Kết quả", "published"),
    "percent": ("Tỷ lệ", "Tỉ lệ", "Tỷ lệ %", "Tỷ lệ (%)", "Tỉ lệ %", "Tỉ lệ (%)", "ratio", "percentage", "rate"),
    "points": ("Điểm", "Số điểm", "Điểm số", "Điểm đạt được", "score"),
    "numerator": ("Tử số",),
    "denominator": ("Mẫu số",),
    "kind": ("Loại", "Loại số", "Đơn vị tính"),
}
_VALUES = ("value", "percent", "points")
_KINDS = {
    **dict.fromkeys(("percent", "%", "phan tram", "ty le", "ti le"), "percent"),
    **dict.fromkeys(("points", "diem", "point", "score"), "points"),
    **dict.fromkeys(("", "agency", "level", "total"), None),  # the kind of unit, in tables of our own
}
_NUMBER = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,12}))?\s*(%?)")
_NOTHING = re.compile(r"[-–—−.…]*")
_FORMAT = re.compile(r"(?:#,##)?0(?:\.(0+))?(?:_\))?(\\?%|\"%\")?")
_SHOWN = Context(prec=15)  # digits of a number that a spreadsheet or a program keeps exactly
_PORTAL = {
    "CKMB": "transparency",
    "TDGQ": "progress",
    "ONLINE": "online_services",
    "CLGQ": "online_services",
    "TTTT": "online_payment",
    "MDSH": "digitisation",
    "MDHL": "satisfaction",
}
_PORTAL_LEVELS = {"AGENCY": "province", "COMMUNE": "commune"}
_PORTAL_DECIMALS = 2  # a JSON number drops the zeros at its end
_MOST_BYTES = 50 << 20


def load_published(path: str) -> tuple[list[PublishedFigure], Source, int]:
    """Read published figures.

    Args:
        path: a csv or xlsx table with `component` and `value` (or `percent`, `points`, or both), `agency` and `level`
            if it is not about the whole, `numerator`, `denominator`, `kind` if wanted; or the portal's JSON.

    Returns:
        The figures in the order of the file, the file, and how many rows have no figure.

    Raises:
        UsageError: there is no such file.
        InputError: it cannot be read; a figure that is no percent and no points, a count that is none, an unknown
            level or kind, two values for the same figure.
    """
    if (portal := _portal(path)) is not None:
        figures, source = portal
        return _each_once(figures), source, 0
    table = read_table(path, _HEADINGS, required=("component",))
    if not table.columns & set(_VALUES):
        raise InputError(
            "table_missing_column", where=table.at(1), file=table.source.name, columns="value | percent | points"
        )
    read = [list(_figures(table, row)) for row in table.rows]
    blank = sum(not figures for figures in read)
    return _each_once([figure for figures in read for figure in figures]), table.source, blank


def _each_once(figures: list[PublishedFigure]) -> list[PublishedFigure]:
    """The figures, a repeated one once; the same figure with two values is refused."""
    first: dict[tuple[object, ...], PublishedFigure] = {}
    for figure in figures:
        names = (match_key(figure.agency), match_key(figure.level), match_key(figure.component))
        other = first.setdefault((*names, figure.measure), figure)
        if _said(other) != _said(figure):
            raise InputError(
                "published_repeated",
                where=f"{figure.file}:{figure.row}" if figure.row else figure.file,
                component=figure.component,
                other=other.printed.text,
                text=figure.printed.text,
            )
    return list(first.values())


def _said(figure: PublishedFigure) -> tuple[object, ...]:
    return figure.printed.number, figure.numerator, figure.denominator


# ------------------------------------------------------------------ tables
def _figures(table: SmallTable, row: Row) -> Iterator[PublishedFigure]:
    """The figures of a row: one, or its percent and its points; none where they were left blank."""
    component, level = row.cells["component"], row.cells.get("level", "")
    kind = fold(row.cells.get("kind", "")) if row.cells.get("kind") != "%" else "%"
    if kind not in _KINDS:
        raise _fault("published_kind", table, row, text=row.cells["kind"])
    if level and parse_level(level) is None and fold(level) not in WHOLE:
        raise _fault("published_level", table, row, text=level)
    counts = [count_in(table, row, name) if name in table.columns else None for name in ("numerator", "denominator")]
    if None in counts or not counts[1]:
        counts = [None, None]
    for column in _VALUES:
        if (found := _printed(table, row, column)) is None:
            continue
        if not component:
            raise _fault("published_value", table, row, column="component", text="")
        printed, has_sign = found
        measure = column if column != "value" else "percent" if has_sign else _KINDS[kind]
        agency = row.cells.get("agency", "")
        yield PublishedFigure(
            agency, level, component, printed, measure, counts[0], counts[1], table.source.name, row.row
        )


WHOLE = frozenset(("", "total", "toan bo", "toan tinh", "tong", "tong cong", "tong so", "ca tinh"))


def _printed(table: SmallTable, row: Row, column: str) -> tuple[Printed, bool] | None:
    """The number of a cell as it was printed, and whether with a percent sign; None where nothing stands there."""
    text = row.cells.get(column, "")
    if _NOTHING.fullmatch(text):
        return None
    found = _of_workbook(text, row.formats[column]) if column in row.formats else number_of(text)
    if found is None:
        raise _fault("published_value", table, row, column=column, text=text)
    return found


def number_of(text: str) -> tuple[Printed, bool] | None:
    """A printed number, and whether it has a percent sign: 83.91, 83,91 or 83,91 %; None for anything else.

    A percent or points has no thousands: 1.586 has three decimals.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    whole, decimals, sign = match[1], match[2] or "", match[3]
    return Printed(text, Decimal(f"{whole}.{decimals}" if decimals else whole), len(decimals)), bool(sign)


def _of_workbook(text: str, form: str) -> tuple[Printed, bool] | None:
    """A number of a workbook as it is shown there: its format tells the decimals, and whether it is a share of 1."""
    number = Decimal(text)
    if number < 0 or not number.is_finite():
        return None
    shown = _FORMAT.fullmatch(form)
    if shown is None:
        return _plain(number), False
    if is_percent := bool(shown[2]):
        number = number if "\\" in shown[2] or '"' in shown[2] else number * 100
    decimals = len(shown[1] or "")
    number = _SHOWN.plus(number).quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    return Printed(f"{number}%" if is_percent else str(number), number, decimals), is_percent


def _plain(number: Decimal, least: int = 0) -> Printed:
    """A number that is kept without the zeros at its end."""
    kept = format(_SHOWN.plus(number).normalize(), "f")
    decimals = max(least, len(kept.partition(".")[2]))
    shown = Decimal(kept).quantize(Decimal(1).scaleb(-decimals))
    return Printed(str(shown), shown, decimals)


def _fault(key: str, table: SmallTable, row: Row, **values: object) -> InputError:
    return InputError(key, where=table.at(row.row), row=row.row, **values)


# ------------------------------------------------------------------ the portal's JSON
def _portal(path: str) -> tuple[list[PublishedFigure], Source] | None:
    """The figures of a JSON document of the portal; None for any other kind of file."""
    file = Path(path)
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=path) from error
    except OSError as error:
        raise InputError("unreadable", where=path) from error
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return None
    if len(data) > _MOST_BYTES:
        raise InputError("table_too_large", where=file.name, file=file.name)
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
        figures = list(_of_portal(document, file.name))
    except (ValueError, TypeError, AttributeError, KeyError, ArithmeticError, RecursionError) as error:
        raise InputError("published_json", where=file.name, file=file.name) from error
    if not figures:
        raise InputError("published_json", where=file.name, file=file.name)
    return figures, Source(file.name, hashlib.sha256(data).hexdigest(), len(data))


def _of_portal(document: Mapping[str, Any], name: str) -> Iterator[PublishedFigure]:
    """The total and group scores of every unit. A failed fetch shows as a missing group: missing is missing."""
    overview = document.get("overview") or {}
    if overview:
        yield from _of_unit(overview, "", "total", name)
    for unit in document.get("unitsDetail") or ():
        yield from _of_unit(unit, unit["departmentName"], _PORTAL_LEVELS.get(unit.get("childGroup"), ""), name)


def _of_unit(unit: Mapping[str, Any], agency: str, level: str, name: str) -> Iterator[PublishedFigure]:
    scores = {TOTAL: unit.get("totalScore")}
    scores |= {_PORTAL[code]: score for code, score in (unit.get("groupScores") or {}).items()}
    for component, score in scores.items():
        number = score.get("score") if isinstance(score, Mapping) else score
        if number is None:
            continue
        if not isinstance(number, Decimal) or not 0 <= number < 1000:
            raise ValueError(component)
        printed = _plain(number, _PORTAL_DECIMALS)
        yield PublishedFigure(clean(agency), level, component, printed, "points", None, None, name, None)
