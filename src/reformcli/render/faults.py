"""Findings as a workbook to act on: what is wrong, at whom, whether it matters, in which cell, in which row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from reformcli.i18n import text
from reformcli.model import UNATTRIBUTED, AffectedSheet, Bound, Run, Unit
from reformcli.render.left_out import findings_table, period_notes, reading_notes, value_shown
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, known, level_name, named

SHOWN_UNITS = 10  # on the screen
SHOWN_RULES = 3  # the most frequent ones of an agency
PARTS = ("read", "counted", "out_of_scope", "superseded", "rejected")


def summary_sheet(run: Run, lang: str) -> Table:
    """How often each rule was broken and what to do, and what became of the rows."""
    totals = [f"{text(f'rows.{name}', lang)}: {count(getattr(run.rows, name), lang)}" for name in PARTS]
    notes = [f"{text('table.rows', lang)} – {'; '.join(totals)}", *period_notes(run.manifest, lang)[:1]]
    if not len(run.findings):
        notes.insert(0, text("note.no_findings", lang))
    return replace(findings_table(run, lang), notes=[*notes, *reading_notes(run.manifest, lang)])


def by_agency_sheet(run: Run, lang: str) -> Table:
    """How many errors and warnings the rows of each agency have, and which most often; findings of files last."""
    rows = run.findings.assign(agency=run.findings["agency"].where(run.findings["position"].notna(), ""))
    rows["agency"] = rows["agency"].fillna(UNATTRIBUTED)
    sizes = rows.groupby(["agency", "severity"]).size().unstack(fill_value=0)
    sizes = sizes.reindex(columns=["error", "warning"], fill_value=0)
    frequent = rows.groupby(["agency", "rule"]).size().reset_index(name="count")
    frequent = frequent.sort_values(["count", "rule"], ascending=[False, True])
    often = {str(agency): part.head(SHOWN_RULES) for agency, part in frequent.groupby("agency")}
    found = sorted(
        (
            (str(agency), int(errors), int(warnings))
            for agency, (errors, warnings) in zip(sizes.index, sizes.to_numpy(), strict=True)
        ),
        key=lambda one: (not one[0], -one[1], -one[2], one[0]),
    )
    cells: list[list[Cell]] = [
        [
            _agency(name, lang),
            errors,
            warnings,
            ", ".join(
                f"{rule} × {count(int(size), lang)}"
                for rule, size in often[name][["rule", "count"]].itertuples(index=False)
            ),
        ]
        for name, errors, warnings in found
    ]
    cells.append([text("word.total", lang), *(sum(one[place] for one in found) for place in (1, 2)), ""])  # type: ignore[misc]
    columns = [column("agency", lang), column("errors", lang, "count"), column("warnings", lang, "count")]
    return Table(*named("by_agency", lang), [*columns, column("often", lang)], cells, [text("note.by_agency", lang)], 1)


def _agency(name: str, lang: str) -> str:
    if not name:
        return text("word.whole_file", lang)
    return text("word.unattributed", lang) if name == UNATTRIBUTED else name


# ------------------------------------------------------------------ bounds
def bounds_table(run: Run, lang: str, limit: int | None = None) -> Table:
    """What the figures would be, were all rejected rows good or all bad.

    With a `limit`, every indicator of the total but only the on-time rate of so many units, the most uncertain first.
    """
    shown = list(run.bounds) if limit is None else _widest(run.bounds, limit)
    names = {c.id: f"{c.id} {c.name[lang]}" for c in run.manifest.scorecard.components}
    names["on_time_rate"] = text("column.on_time_rate", lang).removesuffix(" %")
    columns = [column(name, lang) for name in ("unit", "indicator")]
    columns += [column(name, lang, "count") for name in ("rejected", "numerator", "denominator")]
    columns += [column(name, lang, "percent") for name in ("ratio", "worst", "best")]
    columns += [column(name, lang, "points") for name in ("points", "worst_points", "best_points")]
    rows: list[list[Cell]] = [
        [
            _unit(bound.unit, lang),
            names[bound.component],
            *(bound.rejected, bound.numerator, bound.denominator),
            *(bound.ratio, bound.worst, bound.best),
            *(bound.points, bound.worst_points, bound.best_points),
        ]
        for bound in shown
    ]
    totals = sum(bound.unit.kind == "total" for bound in shown)
    return Table(*named("bounds", lang), columns, rows, _bounds_notes(run.bounds, lang, limit), totals)


def _bounds_notes(bounds: Sequence[Bound], lang: str, limit: int | None) -> list[str]:
    total = next((bound for bound in bounds if bound.unit.kind == "total"), None)
    if total is None or not any(bound.rejected for bound in bounds):
        return [text("note.no_bounds", lang)]
    notes = [text("note.bounds", lang)]
    if total.unplaced:
        notes.append(text("note.bounds_unplaced", lang, count=count(total.unplaced, lang)))
    units = {bound.unit.key or bound.unit.level for bound in bounds if bound.unit.kind != "total"}
    if limit is not None and units:
        notes.append(text("note.bounds_more", lang))
    return notes


def _widest(bounds: Sequence[Bound], limit: int) -> list[Bound]:
    rates = [bound for bound in bounds if bound.unit.kind != "total" and bound.component == "on_time_rate"]
    rates.sort(key=lambda bound: -((bound.best or Decimal(0)) - (bound.worst or Decimal(0))))
    return [*rates[:limit], *(bound for bound in bounds if bound.unit.kind == "total")]


def _unit(unit: Unit, lang: str) -> str:
    if unit.kind == "total":
        return text("word.total", lang)
    return level_name(unit.level, lang) or "" if unit.kind == "level" else _agency(unit.agency or "", lang)


# ------------------------------------------------------------------ cells and rows
def findings_sheet(run: Run, lang: str) -> Table:
    """Every finding with its place, the masked value, what is wrong and what to do; no column that says nothing."""
    found = run.findings
    rules, severities = found["rule"].tolist(), found["severity"].tolist()
    said = {
        part: {rule: text(f"finding.{rule}.{part}", lang) for rule in found["rule"].unique()}
        for part in ("title", "cure")
    }
    words = {kind: text(f"word.{kind}", lang) for kind in ("error", "warning")}
    places = ("file", "sheet", "row", "column", "cell", "dossier_id")
    cells: dict[str, list[Cell]] = {"rule": rules, "severity": [words[severity] for severity in severities]}
    cells |= {name: [known(value) or "" for value in found[name].astype(object).tolist()] for name in places}
    cells["value"] = [value_shown(rule, value, lang) for rule, value in zip(rules, found["text"].tolist(), strict=True)]
    cells |= {part: [said[part][rule] for rule in rules] for part in said}
    cells["accepted"] = [text("word.yes", lang) if accepted else "" for accepted in found["accepted"].tolist()]
    cells = {name: cells[name] for name in cells if name not in ("sheet", "accepted") or any(cells[name])}
    columns = [column(name, lang, "rank" if name == "row" else "text") for name in cells]
    shades = {(number, "severity"): "bad" for number, severity in enumerate(severities) if severity == "error"}
    return Table(*named("findings_list", lang), columns, list(zip(*cells.values(), strict=True)), shades=shades)


def affected_sheets(run: Run, lang: str) -> list[Table]:
    """The rows that have findings, one table per sheet that was read; the cells at fault are coloured."""
    return [_affected(sheet, number, lang) for number, sheet in enumerate(run.affected, start=1)]


def _affected(sheet: AffectedSheet, number: int, lang: str) -> Table:
    columns = [column("row", lang, "rank"), column("rules", lang)]
    columns += [Column(name, heading) for name, heading in sheet.columns]
    place = sheet.source.name if sheet.sheet is None else f"{sheet.source.name} [{sheet.sheet}]"
    notes = [text("note.affected", lang)]
    if sheet.left_out:
        notes.insert(0, text("note.affected_cut", lang, count=count(sheet.left_out, lang)))
    name, title = text("sheet.affected", lang, number=number), text("table.affected", lang, place=place)
    rows = list(zip(sheet.rows, sheet.rules, *sheet.cells, strict=True))
    return Table(name, title, columns, rows, notes, shades=dict(sheet.marks))
