"""Counts that dossiers cannot tell, given as files: `agency,level,component,numerator,denominator`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.agencies.levels import level_of, parse_level
from reformcli.errors import InputError
from reformcli.tables import Row, SmallTable, read_table

if TYPE_CHECKING:
    from reformcli.model import Source

HEADINGS: Mapping[str, Sequence[str]] = {
    "agency": ("Cơ quan", "Tên cơ quan", "Cơ quan/đơn vị", "Đơn vị", "Tên đơn vị"),
    "level": ("Cấp", "Cấp hành chính", "Cấp cơ quan"),
    "component": ("Chỉ số thành phần", "Thành phần", "Mã chỉ số", "Chỉ số"),
    "numerator": ("Tử số",),
    "denominator": ("Mẫu số",),
}
NUMERATOR_ONLY = ".complaints"  # such components are subtracted from another one's numerator
_WHOLE = re.compile(r"([0-9]+)(?:[.,]0{1,2})?")
_MOST_DIGITS = 14  # what spreadsheets calculate with exactly, and more than anybody counts
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


@dataclass(frozen=True, slots=True)
class CountRow:
    """One component of one agency. `denominator` is None only for components that have a numerator alone."""

    agency: str
    level: str
    component: str
    numerator: int
    denominator: int | None
    file: str
    row: int

    @property
    def subject(self) -> tuple[str, str, str]:
        """What the row is about; one value each."""
        return self.agency.casefold(), self.level, self.component


def load_counts(paths: Iterable[str | Path]) -> tuple[list[CountRow], list[Source], list[tuple[str, int]]]:
    """Read counts files.

    Returns:
        The rows, in the order of the files; the files; and (file, row) of what is left blank, hence not measured.

    Raises:
        InputError: a file is no such table; an unknown level, a number that is no count, a numerator above its
            denominator, two values for the same component of the same agency.
    """
    found: dict[tuple[str, str, str], CountRow] = {}
    sources: list[Source] = []
    blank: list[tuple[str, int]] = []
    for path in paths:
        table = read_table(path, HEADINGS, required=tuple(HEADINGS))
        sources.append(table.source)
        for row in table.rows:
            count = _count(table, row)
            if count is None:
                blank.append((table.source.name, row.row))
            elif _values(first := found.setdefault(count.subject, count)) != _values(count):
                raise _fault(
                    "counts_repeated", table, row, component=count.component, other=f"{first.file}:{first.row}"
                )
    return list(found.values()), sources, blank


def _values(count: CountRow) -> tuple[int, int | None]:
    return count.numerator, count.denominator


def _fault(key: str, table: SmallTable, row: Row, **values: object) -> InputError:
    return InputError(key, where=table.at(row.row), file=table.source.name, row=row.row, **values)


def _count(table: SmallTable, row: Row) -> CountRow | None:
    """One row, checked; None where it was left blank."""
    agency, component = row.cells["agency"], row.cells["component"]
    if not agency or not component:
        raise _fault("counts_incomplete", table, row, column="component" if agency else "agency")
    level = parse_level(written) if (written := row.cells["level"]) else level_of(agency)
    if level is None:
        raise _fault("counts_level", table, row, level=written)
    numerator, denominator = (count_in(table, row, column) for column in ("numerator", "denominator"))
    has_numerator_only = component.endswith(NUMERATOR_ONLY)
    if has_numerator_only and denominator is not None:
        raise _fault("counts_denominator", table, row, component=component)
    if numerator is None or (denominator is None and not has_numerator_only):
        return None
    if denominator is not None and numerator > denominator:
        raise _fault("counts_above", table, row, numerator=numerator, denominator=denominator)
    return CountRow(agency, level, component, numerator, denominator, table.source.name, row.row)


def count_in(table: SmallTable, row: Row, column: str) -> int | None:
    """A count: "89", "89.0", or "1.234" in Vietnamese thousands; None where blank."""
    text = row.cells[column]
    if not text:
        return None
    if column not in row.fractions:
        if _THOUSANDS.fullmatch(text) and len(text.replace(".", "")) <= _MOST_DIGITS:
            return int(text.replace(".", ""))
        if (match := _WHOLE.fullmatch(text)) and len(match[1]) <= _MOST_DIGITS:
            return int(match[1])
    raise _fault("counts_number", table, row, column=column, text=text)
