"""The targets that hold: the examples that ship, or an office's own as TOML, csv or xlsx."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from reformcli.agencies.levels import parse_level
from reformcli.errors import InputError
from reformcli.headings.dates import parse_date
from reformcli.outcomes import Target
from reformcli.rules.targets import SHIPPED, TARGET_LEVELS, Names, Targets, in_force, is_share, target_id
from reformcli.rules.targets import load_targets as load_toml
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import fold

_HEADINGS = {
    "measure": ("Chỉ số", "Mã chỉ số"),
    "level": ("Cấp", "Cấp áp dụng"),
    "value": ("Chỉ tiêu %", "Chỉ tiêu (%)", "Mức cần đạt", "Cần đạt %"),
    "by": ("Đến ngày", "Thời hạn", "Hạn"),
    "source": ("Căn cứ", "Văn bản", "Nguồn"),
    "name": ("Tên chỉ tiêu", "Tên"),
    "since": ("Từ ngày",),
}
_LEVELS = {
    **{level: level for level in TARGET_LEVELS},
    **dict.fromkeys(("toan bo", "toan tinh", "tong", "ca tinh"), "total"),
    **dict.fromkeys(("moi co quan", "tung co quan", "co quan"), "agency"),
}


def load_targets(path: str | None, *, on: date, measures: Mapping[str, Names]) -> Targets:
    """Read the targets in force on a day; without a path the examples that ship.

    Args:
        path: a TOML file, or a csv or xlsx table `measure,level,value,by,source` (and, if wanted, `name`, `since`).
        on: the last day measured.
        measures: what can be measured, with its name.

    Raises:
        UsageError: there is no such file.
        InputError: it cannot be read, or a target in it is not understood, has no source, or stands twice.
    """
    if path is None or path.endswith(".toml"):
        return load_toml(path or SHIPPED, on=on, measures=measures)
    table = read_table(path, _HEADINGS, required=("measure", "level", "value", "source"))
    dated = [_target(table, row, measures) for row in table.rows]
    return Targets(in_force(dated, on, table.source.name), table.source.name, table.source.sha256)


def _target(table: SmallTable, row: Row, measures: Mapping[str, Names]) -> tuple[date, Target]:
    measure, source = row.cells["measure"], row.cells["source"]
    level = _LEVELS.get(fold(row.cells["level"])) or parse_level(row.cells["level"])
    at_least = _share(row.cells["value"])
    for column, is_right in (
        ("measure", measure in measures),
        ("level", level is not None),
        ("value", at_least is not None),
        ("source", bool(source)),
    ):
        if not is_right:
            raise _fault(table, row, column)
    by, since = _day(table, row, "by"), _day(table, row, "since")
    name = row.cells.get("name")
    return since or date.min, Target(
        id=target_id(measure, str(level), by),
        measure=measure,
        level=str(level),
        at_least=at_least or Decimal(0),
        by=by,
        name={"vi": name, "en": name} if name else measures[measure],
        source=source,
        evidence="own",
    )


def _share(text: str) -> Decimal | None:
    """80, 80 %, 80,5 or 80.5; None for anything else."""
    try:
        value = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if is_share(value) else None


def _day(table: SmallTable, row: Row, column: str) -> date | None:
    text = row.cells.get(column, "")
    moment, is_fault = parse_date(text)
    if is_fault:
        raise _fault(table, row, column)
    return moment.date() if moment else None


def _fault(table: SmallTable, row: Row, column: str) -> InputError:
    return InputError(
        "targets_value", where=table.at(row.row), column=column, row=row.row, text=row.cells.get(column, "")
    )
