"""The tables of a report whose figures follow from one another: ranking, components, the form, with live formulas.

A formula is written only where it gives the stored figure from cells of the workbook: a sum that takes in what no row
shows (a province's own counts, say) stays a plain number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reformcli.i18n import text
from reformcli.model import LEVELS, UNATTRIBUTED, ComponentScore, Unit, UnitScore
from reformcli.outcomes import UnitChange
from reformcli.render.table import Cell, Column, Table
from reformcli.render.views import (
    component_cells,
    component_columns,
    ordered,
    score_notes,
    total_components_table,
)
from reformcli.render.words import column, level_name, named, unit_name
from reformcli.reported import Report
from reformcli.text import collation_key

_COUNTED = ("received", "resolved", "late", "overdue")
_RANK = (
    "=1+SUMPRODUCT(({level:}={level})*(ROUND({points:}*SCALE,0)*ROUND({measurable}*SCALE,0)"
    ">ROUND({points}*SCALE,0)*ROUND({measurable:}*SCALE,0)))"
)
_POINTS = '=ROUND(SUMIFS({TABLE!points:},{TABLE!no:},{no},{TABLE!state:},"<>BOUND"),DECIMALS)'
_MEASURABLE = '=ROUND(SUMIFS({TABLE!max:},{TABLE!no:},{no},{TABLE!points:},">=0",{TABLE!state:},"<>BOUND"),DECIMALS)'
_SUM_OF = "=SUMPRODUCT(MATCHED({components!component:}={component}),{components!KEY:})"

Formulas = dict[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Standing:
    """The units of a report in the order in which its tables number them."""

    ranked: Sequence[UnitScore]
    unranked: Sequence[UnitScore]
    sums: Sequence[UnitScore]

    @property
    def agencies(self) -> list[UnitScore]:
        """All agencies."""
        return [*self.ranked, *self.unranked]


def standing(units: Iterable[UnitScore]) -> Standing:
    """Sort units into ranked agencies, others, and sums."""
    everyone = ordered(units)
    agencies = [unit for unit in everyone if unit.unit.kind == "agency"]
    ranked = [unit for unit in agencies if unit.rank is not None]
    unranked = [unit for unit in agencies if unit.rank is None]
    return Standing(ranked, unranked, [unit for unit in everyone if unit.unit.kind != "agency"])


# ------------------------------------------------------------------ units
def ranking_table(report: Report, lang: str) -> Table:
    """The ranked agencies, level by level; points, places and changes follow from the components."""
    table = _units_table(report, standing(report.run.units).ranked, lang, "ranking", first=1)
    rank = _RANK.replace("SCALE", str(10 ** _decimals(report)))  # whole numbers: equal quotients are equal
    ranks = {(number, "rank"): rank for number in range(len(table.rows))}
    ranks |= {(number, "rank_of"): "=COUNTIF({level:},{level})" for number in range(len(table.rows))}
    return replace(table, formulas={**table.formulas, **ranks})


def unranked_table(report: Report, lang: str) -> Table:
    """The agencies without a place: nothing measured, or no agency of a known level."""
    units = standing(report.run.units)
    return _units_table(report, units.unranked, lang, "unranked", first=1 + len(units.ranked))


def sums_table(report: Report, lang: str) -> Table:
    """The levels and the total."""
    return _units_table(report, standing(report.run.units).sums, lang, "sums", first=1)


def _units_table(report: Report, units: Sequence[UnitScore], lang: str, name: str, *, first: int) -> Table:
    changes = {_identity(change.unit): change for change in report.comparison.units} if report.comparison else {}
    ranked, compared = name == "ranking", report.comparison is not None
    columns = _unit_columns(lang, ranked=ranked, compared=compared)
    rows: list[list[Cell]] = []
    formulas: Formulas = {}
    for number, unit in enumerate(units):
        change = changes.get(_identity(unit.unit))
        cells: list[Cell] = [first + number, unit_name(unit.unit, lang)]
        cells += [level_name(unit.unit.level, lang), unit.rank, unit.rank_of] if ranked else []
        cells += [_gained(change)] if ranked and compared else []
        cells.append(unit.points)
        cells += [*_before(change)] if compared else []
        cells += [unit.measurable, report.attained.get(unit.unit)]
        rows.append([*cells, *(unit.counts.get(counted) for counted in _COUNTED)])
        words = {"TABLE": "sum_components" if name == "sums" else "components", "DECIMALS": str(_decimals(report))}
        formulas |= _points_formulas(number, unit, change, {**words, "BOUND": text("status.upper_bound", lang)})
    shades = _shades(columns, rows)
    bars = ("attained",)
    return Table(*named(name, lang), columns, rows, shades=shades, bars=bars, key=name, formulas=formulas)


def _identity(unit: Unit) -> tuple[str | None, ...]:
    return unit.kind, unit.agency, unit.level


def _unit_columns(lang: str, *, ranked: bool, compared: bool) -> list[Column]:
    columns = [column("no", lang, "rank"), column("agency" if ranked else "unit", lang)]
    if ranked:
        columns += [column("level", lang), column("rank", lang, "rank"), column("rank_of", lang, "rank")]
        columns += [column("rank_change", lang, "change")] if compared else []
    columns.append(column("points", lang, "points"))
    if compared:
        columns += [column("points_before", lang, "points"), column("points_change", lang, "change")]
    columns += [column("measurable", lang, "points"), column("attained", lang, "percent")]
    return [*columns, *(column(counted, lang, "count") for counted in _COUNTED)]


def _gained(change: UnitChange | None) -> Cell:
    """Places gained since the earlier result."""
    return -change.rank.change if change and change.rank.change is not None else None


def _before(change: UnitChange | None) -> list[Cell]:
    return [change.points.before, change.points.change] if change else [None, None]


def _points_formulas(number: int, unit: UnitScore, change: UnitChange | None, words: Mapping[str, str]) -> Formulas:
    """Points and measurable points as sums over the components that enter them."""
    if unit.points is None:
        return {}
    found = {(number, key): _filled(formula, words) for key, formula in _SUMMED.items()}
    if unit.measurable:
        found[number, "attained"] = "=ROUND(100*{points}/{measurable},2)"
    if change and change.points.change is not None:
        found[number, "points_change"] = _filled("=ROUND({points}-{points_before},DECIMALS)", words)
    return found


_SUMMED = {"points": _POINTS, "measurable": _MEASURABLE}


def _filled(formula: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        formula = formula.replace(name, word)
    return formula


def _shades(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> dict[tuple[int, str], str]:
    """Changes for the better and the worse."""
    found = {}
    for place, shown in enumerate(columns):
        for number, row in enumerate(rows if shown.kind == "change" else ()):
            value = row[place]
            if isinstance(value, int | Decimal) and value:
                found[number, shown.key] = "good" if value > 0 else "bad"
    return found


# ------------------------------------------------------------------ components
def components_table(report: Report, lang: str) -> Table:
    """Every component of every agency: ratio and points follow from numerator and denominator."""
    return _components(standing(report.run.units).agencies, lang, "components", _decimals(report))


def sum_components_table(report: Report, lang: str) -> Table:
    """Every component of the levels and of the total: sums over the agencies where the agencies tell all of it."""
    units = standing(report.run.units)
    table = _components(units.sums, lang, "sum_components", _decimals(report))
    return replace(table, formulas={**table.formulas, **_sum_formulas(units, lang)})


def total_table(report: Report, lang: str) -> Table:
    """The components of the total alone, linked to the table of sums."""
    units = standing(report.run.units).sums
    total = units[-1]
    table = total_components_table(total, lang, score_notes(report.run, lang))
    first, closing = sum(len(unit.components) for unit in units[:-1]), len(table.rows) - 1
    formulas: Formulas = {}
    for row, score in enumerate(total.components):
        formulas |= _component_formulas(row, score, _decimals(report))
        for key in ("numerator", "denominator"):
            formulas[row, key] = f"={{sum_components!{key}#{first + row}}}"
    formulas[closing, "points"] = f"={{sums!points#{len(units) - 1}}}"
    formulas[closing, "max"] = f"={{sums!measurable#{len(units) - 1}}}"
    return replace(table, key="total_components", formulas=formulas)


def _components(units: Sequence[UnitScore], lang: str, name: str, decimals: int) -> Table:
    columns = [column("no", lang, "rank"), column("level", lang), column("unit", lang), *component_columns(lang)]
    rows: list[list[Cell]] = []
    formulas: Formulas = {}
    for number, unit in enumerate(units):
        named_unit: list[Cell] = [number + 1, level_name(unit.unit.level, lang) or "", unit_name(unit.unit, lang)]
        for score in unit.components:
            formulas |= _component_formulas(len(rows), score, decimals)
            rows.append([*named_unit, *component_cells(score, lang)])
    return Table(*named(name, lang), columns, rows, key=name, formulas=formulas)


def _decimals(report: Report) -> int:
    """How many decimals the scorecard rounds points to."""
    return report.run.manifest.scorecard.rounding


def _component_formulas(row: int, score: ComponentScore, decimals: int) -> Formulas:
    if not score.denominator or score.component.sum:
        return {}
    found: Formulas = {(row, "ratio"): "=ROUND(100*{numerator}/{denominator},2)"}
    full_at = score.component.full_at
    if score.points is None:
        return found
    if full_at:
        share = f"ROUND({{max}}*{{numerator}}*100/({{denominator}}*{full_at}),{decimals})"
        return found | {(row, "points"): f"=MIN({{max}},{share})"}
    return found | {(row, "points"): f"=ROUND({{max}}*{{numerator}}/{{denominator}},{decimals})"}


def _sum_formulas(units: Standing, lang: str) -> Formulas:
    """Numerators and denominators of levels and the total, where the sum over the agencies is the figure."""
    found: Formulas = {}
    row = 0
    for unit in units.sums:
        members = [a for a in units.agencies if unit.unit.kind == "total" or a.unit.level == unit.unit.level]
        matched = "" if unit.unit.kind == "total" else "({components!level:}={level})*"
        for place, score in enumerate(unit.components):
            for key in ("numerator", "denominator"):
                parts = [getattr(member.components[place], key) for member in members]
                if members and not score.component.sum and sum(part or 0 for part in parts) == getattr(score, key):
                    plain = _SUM_OF if matched else _SUM_OF.replace("MATCHED(", "--(")
                    found[row, key] = _filled(plain, {"MATCHED": matched, "KEY": key})
            row += 1
    return found


# ------------------------------------------------------------------ the form
_FORM: Mapping[str, tuple[str, ...]] = {
    "form_received": ("handled",),
    "form_online": ("received_online",),
    "form_direct": ("received_direct", "received_post"),  # a blank channel counts as direct
    "form_carried": ("carried_over",),
    "form_resolved": ("resolved",),
    "form_early": ("early",),
    "form_on_time": ("on_time",),
    "form_late": ("late",),
    "form_pending": ("pending",),
    "form_in_time": ("in_time", "paused"),
    "form_overdue": ("overdue",),
}  # column of the form → flow counts added up
_IDENTITIES = {
    "form_received": "={form_online}+{form_direct}+{form_carried}",
    "form_resolved": "={form_early}+{form_on_time}+{form_late}",
    "form_pending": "={form_in_time}+{form_overdue}",
    "form_check": "={form_received}-{form_resolved}-{form_pending}",
    "on_time_rate": "=ROUND(100*({form_early}+{form_on_time})/{form_resolved},2)",
}


def form_table(report: Report, lang: str) -> Table:
    """The periodic report form II.06a of Circular 01/2020/TT-VPCP: paused dossiers stand under "in time"."""
    columns = [column("no", lang, "rank"), column("form_unit", lang), *(column(key, lang, "count") for key in _FORM)]
    columns += [column("form_check", lang, "count"), column("on_time_rate", lang, "percent")]
    *groups, total = report.flow
    groups = sorted(groups, key=lambda row: (_level_place(row), collation_key(str(row["agency"] or ""))))
    rows = [[number + 1, _named_row(row, lang), *_form_cells(row)] for number, row in enumerate(groups)]
    rows.append(["", text("word.total", lang), *_form_cells(total)])
    table = Table(*named("form", lang), columns, rows, [text("note.form", lang)], 1, key="form")
    identities = {
        (number, key): formula
        for number in range(len(rows))
        for key, formula in _IDENTITIES.items()
        if not (key == "on_time_rate" and not rows[number][6])
        and not (key == "form_received" and rows[number][3] is None)
    }
    sums = sum_formulas(table, [key for key in _FORM if key not in _IDENTITIES])
    return replace(table, formulas={**identities, **sums})


def _level_place(row: Mapping[str, object]) -> int:
    level = row["level"]
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _named_row(row: Mapping[str, object], lang: str) -> str:
    agency = row["agency"]
    return agency if isinstance(agency, str) and agency != UNATTRIBUTED else text("word.unattributed", lang)


def _form_cells(row: Mapping[str, object]) -> list[Cell]:
    cells = [_added(row, names) for names in _FORM.values()]
    received, resolved, pending = (cells[place] or 0 for place in (0, 4, 8))
    rate = row["on_time_rate"]
    return [*cells, received - resolved - pending, rate if isinstance(rate, Decimal) else None]


def _added(row: Mapping[str, object], names: Sequence[str]) -> int | None:
    values = [value for name in names if isinstance(value := row[name], int)]
    return sum(values) if len(values) == len(names) else None


# ------------------------------------------------------------------ any table with sums
def sum_formulas(table: Table, keys: Iterable[str]) -> Formulas:
    """Sums of the first closing row over the rows above, where they give the figure."""
    last = len(table.rows) - table.total_rows
    if not table.total_rows or not last:
        return {}
    places = {shown.key: place for place, shown in enumerate(table.columns)}
    found: Formulas = {}
    for key in keys:
        cells = [row[places[key]] for row in table.rows[:last]]
        if all(isinstance(cell, int) for cell in cells) and sum(map(int, cells)) == table.rows[last][places[key]]:  # type: ignore[arg-type]
            found[last, key] = f"=SUM({{{key}:}})"
    return found
