"""What an official note of a few pages shows of a report: fewer tables, and of these the columns read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reformcli.render.document import Section
from reformcli.render.table import Table

_LATE = ("overdue", "resolved_late", "share", "median_working_days", "max_working_days")
_SHOWN: Mapping[str, Sequence[str]] = {
    "ranking": ("agency", "level", "rank", "rank_change", "points", "points_change", "late", "overdue"),
    "sums": ("unit", "points", "points_before", "points_change", "measurable", "attained"),
    "total_components": ("component", "name", "numerator", "denominator", "ratio", "points", "max"),
    "form": (),
    "late_by_cause": ("cause", *_LATE),
    "late_by_age": ("age", *_LATE),
    "late_by_level": ("level", *_LATE),
    "worst": ("agency", "level", "handled", "late_dossiers", "late_rate", "max_working_days"),
    "best": ("agency", "level", "handled", "late_dossiers", "late_rate"),
    "targets": ("target", "unit", "at_least", "ratio", "verdict_target", "to_do"),
    "gaps": ("unit", "component", "name", "points", "max", "lost", "to_full"),
    "risks": ("unit", "component", "name", "fewer", "lost"),
    "rows": (),
    **dict.fromkeys(("service_levels", "services_by_levels"), ()),
    "services_by_fields": ("field_name", "procedures", "online_share", "services_used", "received", "filed_online"),
    "services_on_paper": ("procedure", "agency", "level", "on_paper", "filed_online", "online_rate"),
    "made_from": ("file", "sheet", "rows", "sha256"),
}  # key of a table → its columns; none: all of them
_TOTAL_ONLY = ("gaps", "risks")  # of their units only the whole


def briefed(sections: Iterable[Section], total: str) -> list[Section]:
    """The sections of a note: what of each table it shows; sections of which nothing is left are left out.

    Args:
        sections: those of the report.
        total: what the whole is called in the column of units.
    """
    kept = []
    for section in sections:
        tables = [_narrowed(table, total) for table in section.tables if table.key in _SHOWN]
        if tables or section.annex:
            kept.append(replace(section, tables=tables or section.tables))
    return kept


def _narrowed(table: Table, total: str) -> Table:
    """The chosen columns and rows of a table."""
    wanted = _SHOWN[table.key]
    places = [place for place, column in enumerate(table.columns) if column.key in wanted or not wanted]
    keys = [column.key for column in table.columns]
    numbers = [
        number
        for number, row in enumerate(table.rows)
        if table.key not in _TOTAL_ONLY or row[keys.index("unit")] == total
    ]
    shades = {(numbers.index(row), key): shade for (row, key), shade in (table.shades or {}).items() if row in numbers}
    return replace(
        table,
        columns=[table.columns[place] for place in places],
        rows=[[table.rows[number][place] for place in places] for number in numbers],
        shades=shades,
        formulas={},
    )
