"""Published figures held against ours → tables, the sentence that sums them up, and JSON. Nothing is computed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reformcli.audit.published import MADE_UP, STATUSES, Explanation, Held, Reconciliation
from reformcli.audit.roundings import rounded
from reformcli.i18n import text
from reformcli.render.numbers import shown
from reformcli.render.shapes import unit_keys
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, named, unit_name

_MATCHING = ("equal", "half_up")
_OPEN = ("not_measured", "no_unit", "no_component")
_SHADES = {"differs": "bad", **dict.fromkeys(_OPEN, "muted"), **dict.fromkeys(_MATCHING, "good")}
_COUNTS = frozenset(("ours", "numerator", "denominator", "off_by", "off_by_counted", "row"))
_FURTHER = 2  # decimals of ours beyond those printed


# ------------------------------------------------------------------ tables
def reconcile_table(result: Reconciliation, lang: str, *, plain: bool = False) -> Table:
    """Every published figure with ours and what is to be said of it, in the order of the file."""
    if plain:
        return _plain(result, lang)
    names = ("unit", "component", "published", "ours", "numerator", "denominator", "off_by", "verdict_reconcile")
    columns = [column(name, lang, "count" if name in _COUNTS else "text") for name in names]
    rows = [_row(one, lang) for one in result.held]
    shades = {
        (at, "verdict_reconcile"): _SHADES[one.status] for at, one in enumerate(result.held) if one.status in _SHADES
    }
    notes = [summary(result, lang), text("reconcile.note", lang)]
    if result.left_blank:
        notes.append(text("reconcile.blank", lang, count=count(result.left_blank, lang)))
    return Table(*named("reconcile", lang), columns, rows, notes, shades=shades)


def _row(one: Held, lang: str) -> list[Cell]:
    unit = unit_name(one.unit, lang) if one.unit else one.figure.agency
    name = one.component if one.name is None else one.name[lang]
    if one.kind == "component":
        name = f"{one.component} {name}"
    counts: list[Cell] = [one.numerator, one.denominator]
    return [unit, name, one.figure.printed.text, ours(one), *counts, difference(one), verdict(one, lang)]


def _plain(result: Reconciliation, lang: str) -> Table:
    names = ("kind", "agency", "level", "component", "measure", "against", "published", "ours", "numerator")
    others = ("denominator", "state", "roundings", "parts", "off_by", "off_by_counted", "explanations", "row")
    columns = [column(name, lang, "count" if name in _COUNTS else "text") for name in names]
    columns += [column(name, lang, "count" if name in _COUNTS else "text") for name in others]
    rows: list[list[Cell]] = []
    for one in result.held:
        unit: list[Cell] = list(_unit(one).values())
        figures: list[Cell] = [one.component, one.measure, one.against, one.figure.printed.text, ours(one)]
        told: list[Cell] = [one.numerator, one.denominator, one.status, " ".join(one.roundings), "; ".join(one.parts)]
        reasons = " ".join(_code(explanation) for explanation in one.explanations)
        rows.append([*unit, *figures, *told, difference(one), _counted(one), reasons, one.figure.row])
    return Table(*named("reconcile", lang), columns, rows)


def _unit(one: Held) -> dict[str, Any]:
    if one.unit is None:
        return {"kind": None, "agency": one.figure.agency or None, "level": None}
    return unit_keys(one.unit)


def _code(explanation: Explanation) -> str:
    if explanation.start and explanation.end:
        return f"{explanation.how}={explanation.start.date()}/{explanation.end.date()}"
    unit = explanation.unit
    choice = explanation.choice or (unit.kind if unit else "")
    return f"{explanation.how}={choice}" if choice else explanation.how


# ------------------------------------------------------------------ figures
def ours(one: Held) -> Decimal | None:
    """Our figure, with two decimals more than were printed, half up."""
    return None if one.exact is None else rounded(one.exact, _decimals(one))


def difference(one: Held) -> Decimal | None:
    """Published − ours, as exactly as ours is shown."""
    return None if one.difference is None else rounded(one.difference, _decimals(one))


def _decimals(one: Held) -> int:
    return max(2, one.figure.printed.decimals) + _FURTHER


def _counted(one: Held) -> Decimal | None:
    return None if one.counted is None else rounded(one.counted, 1)


# ------------------------------------------------------------------ words
def verdict(one: Held, lang: str) -> str:
    """What is to be said of a figure: the rounding, what it was made up from, or how else it comes out."""
    if one.status in MADE_UP:
        return text(f"reconcile.status.{one.status}", lang, parts=", ".join(one.parts))
    if one.status == "differs":
        return _differing(one, lang)
    told = text(f"reconcile.status.{one.status}", lang)
    return f"{told}: {', '.join(one.missing)}" if one.status == "not_measured" and one.missing else told


def _differing(one: Held, lang: str) -> str:
    told = text("reconcile.status.differs", lang, size=size(one, lang))
    if one.counted is not None:
        counted = _counted(one) or Decimal(0)
        told += " " + text("reconcile.counted", lang, count=shown(abs(counted), Column("", "", "count"), lang))
    if not one.explanations:
        return f"{told}; {text('reconcile.unexplained', lang)}" if one.against == "ours" else told
    reasons = "; ".join(_reason(explanation, one, lang) for explanation in one.explanations)
    return f"{told}; {text('reconcile.comes_out', lang, reasons=reasons)}"


def _reason(explanation: Explanation, one: Held, lang: str) -> str:
    key = f"{explanation.how}_{explanation.choice}" if explanation.choice else explanation.how
    values: dict[str, str] = {"unit": unit_name(explanation.unit, lang) if explanation.unit else ""}
    if explanation.start and explanation.end:
        values |= {"start": f"{explanation.start:%d/%m/%Y}", "end": f"{explanation.end:%d/%m/%Y}"}
    told = text(f"reconcile.how.{key}", lang, **values)
    value = shown(rounded(explanation.value, _decimals(one)), Column("", "", "count"), lang)
    way = explanation.roundings[0] if explanation.roundings else ""
    if way in ("", "half_up"):
        return f"{told} ({value})"
    return f"{told} ({value}, {text(f'reconcile.status.{way}', lang)})"


def size(one: Held, lang: str) -> str:
    """How far off a figure is: "0,12 điểm"; with more decimals where two show nothing."""
    away = abs(one.difference or Fraction(0))
    least = max(2, one.figure.printed.decimals)
    decimals = next((n for n in range(least, least + 5) if rounded(away, n)), least)
    number = shown(rounded(away, decimals), Column("", "", "count"), lang)
    return text(f"reconcile.size.{one.measure}", lang, number=number)


def summary(result: Reconciliation, lang: str) -> str:
    """All of it in a sentence: "14 trên 16 số khớp; 1 số làm tròn xuống; 1 số lệch 0,12 điểm"."""
    how_many = Counter(one.status for one in result.held)
    matching = sum(how_many[status] for status in _MATCHING)
    parts = [text("reconcile.matching", lang, count=count(matching, lang), all=count(len(result.held), lang))]
    for status in STATUSES:
        if status in (*_MATCHING, "differs", *_OPEN) or not how_many[status]:
            continue
        parts.append(text(f"reconcile.sum.{status}", lang, count=count(how_many[status], lang)))
    differing = [one for one in result.held if one.status == "differs"]
    if differing:
        farthest = size(max(differing, key=lambda one: abs(one.difference or Fraction(0))), lang)
        key = "differs_one" if len(differing) == 1 else "differs"
        parts.append(text(f"reconcile.sum.{key}", lang, count=count(len(differing), lang), size=farthest))
    if explained := sum(bool(one.explanations) for one in differing):
        parts.append(text("reconcile.sum.explained", lang, count=count(explained, lang)))
    if unknown := sum(how_many[status] for status in _OPEN):
        parts.append(text("reconcile.sum.open", lang, count=count(unknown, lang)))
    return "; ".join(parts)


# ------------------------------------------------------------------ JSON
def reconcile_body(result: Reconciliation) -> dict[str, Any]:
    """The part of `reformcli.reconcile/1` that is its own."""
    how_many = Counter(one.status for one in result.held)
    return {
        "published": {"name": result.source.name, "sha256": result.source.sha256, "left_blank": result.left_blank},
        "is_explained": all(one.is_explained for one in result.held),
        "statuses": {status: how_many[status] for status in STATUSES},
        "figures": [_entry(one) for one in result.held],
    }


def _entry(one: Held) -> dict[str, Any]:
    return {
        **_unit(one),
        "of": one.kind,
        "component": one.component,
        "measure": one.measure,
        "against": one.against,
        "published": one.figure.printed.text,
        "decimals": one.figure.printed.decimals,
        "row": one.figure.row,
        "ours": ours(one),
        "numerator": one.numerator,
        "denominator": one.denominator,
        "status": one.status,
        "roundings": list(one.roundings),
        "parts": list(one.parts),
        "off_by": difference(one),
        "off_by_counted": _counted(one),
        "missing": list(one.missing),
        "explanations": [_explanation(explanation, one) for explanation in one.explanations],
    }


def _explanation(explanation: Explanation, one: Held) -> dict[str, Any]:
    return {
        "how": explanation.how,
        "choice": explanation.choice or None,
        "from": str(explanation.start) if explanation.start else None,
        "to": str(explanation.end) if explanation.end else None,
        "unit": unit_keys(explanation.unit) if explanation.unit else None,
        "ours": rounded(explanation.value, _decimals(one)),
        "numerator": explanation.numerator,
        "denominator": explanation.denominator,
        "roundings": list(explanation.roundings),
    }
