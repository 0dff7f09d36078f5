"""Targets, gaps, paths and risks → finished tables. Nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from reformcli.i18n import text
from reformcli.model import Unit
from reformcli.outcomes import Gap, Outlook, Path, Step, Target, TargetResult, Way
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, named, points, unit_name
from reformcli.rules.mending import THINGS

_SHADES = {"met": "good", "missed": "bad", "not_measured": "muted", "empty": "muted"}
_PLAIN_UNIT = ("kind", "agency", "level")


# ------------------------------------------------------------------ targets
def targets_table(result: Outlook, lang: str, *, plain: bool = False) -> Table:
    """Every target with every unit that it is set for: reached or not, and what it would take.

    For people the level and the whole come first under each target, then its agencies, the farthest behind first.
    """
    if plain:
        return _plain_targets(result, lang)
    names = ("target", "unit", "at_least", "by_day", "numerator", "denominator", "ratio", "verdict_target")
    kinds = ("text", "text", "percent", "text", "count", "count", "percent", "text")
    columns = [column(name, lang, kind) for name, kind in zip(names, kinds, strict=True)]
    columns += [column("distance", lang, "points"), column("missing_counted", lang, "count")]
    columns += [column("to_do", lang), column("gained", lang, "points")]
    results = _by_target(result.targets)
    rows = [_target_row(one, result.ways, lang) for one in results]
    shades = {(at, "verdict_target"): _SHADES[one.status] for at, one in enumerate(results) if one.status in _SHADES}
    return Table(*named("targets", lang), columns, rows, _target_notes(result, lang), shades=shades)


def _by_target(results: Sequence[TargetResult]) -> list[TargetResult]:
    order = list(dict.fromkeys(one.target.id for one in results))

    def key(one: TargetResult) -> tuple[object, ...]:
        behind = -one.distance if one.distance is not None else Decimal(1)
        return order.index(one.target.id), one.unit.kind == "agency", behind, one.unit.agency or ""

    return sorted(results, key=key)


def _target_row(one: TargetResult, ways: Mapping[str, Way], lang: str) -> list[Cell]:
    target = one.target
    is_open = one.status in ("missed", "ahead")
    need = _need(ways.get(target.measure), one.missing, one.missing_new, lang) if is_open else ""
    told: list[Cell] = [target.name[lang], unit_name(one.unit, lang), target.at_least, _day(target.by)]
    told += [one.numerator, one.denominator, one.ratio, text(f"target_state.{one.status}", lang)]
    return [*told, one.distance, one.missing, need, one.points]


def _target_notes(result: Outlook, lang: str) -> list[str]:
    used = list({one.target.id: one.target for one in result.targets}.values())
    if not used:
        return [text("note.no_targets", lang)]
    source = result.sources.get("targets")
    name = str(source["name"]) if isinstance(source, Mapping) else ""
    by_source: dict[tuple[str, str], list[str]] = {}
    for target in used:
        by_source.setdefault((target.source, target.evidence), []).append(target.name[lang])
    told = [
        text(
            "note.target_source",
            lang,
            name="; ".join(dict.fromkeys(names)),
            source=source.rstrip("."),
            evidence=text(f"evidence.{evidence}", lang),
        )
        for (source, evidence), names in by_source.items()
    ]
    return [text("note.targets_source", lang, name=name), *told]


def definitions_table(targets: Sequence[Target], lang: str) -> Table:
    """Targets as they were set, with their sources."""
    names = ("id", "target", "component", "level", "at_least", "by_day", "evidence", "source")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    rows: list[list[Cell]] = [
        [
            one.id,
            one.name[lang],
            one.measure,
            text(f"target_level.{one.level}", lang),
            one.at_least,
            _day(one.by),
            text(f"evidence.{one.evidence}", lang),
            one.source,
        ]
        for one in targets
    ]
    return Table(*named("targets", lang), columns, rows)


def _plain_targets(result: Outlook, lang: str) -> Table:
    names = (*_PLAIN_UNIT, "target", "component", "at_least", "by_day", "numerator", "denominator", "ratio")
    others = ("state", "distance", "missing_counted", "missing_new", "gained")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    columns += [column(name, lang, _KINDS.get(name, "text")) for name in others]
    rows: list[list[Cell]] = []
    for one in result.targets:
        by = one.target.by.isoformat() if one.target.by else None
        told: list[Cell] = [*_plain_unit(one.unit), one.target.id, one.target.measure, one.target.at_least, by]
        told += [one.numerator, one.denominator, one.ratio, one.status]
        rows.append([*told, one.distance, one.missing, one.missing_new, one.points])
    return Table(*named("targets", lang), columns, rows)


_KINDS = {
    **dict.fromkeys(("numerator", "denominator", "missing_counted", "missing_new", "dossiers", "fewer"), "count"),
    **dict.fromkeys(("to_next", "to_full", "new_to_next", "new_to_full"), "count"),
    **dict.fromkeys(("points", "max", "lost", "gained", "distance", "goal", "reached"), "points"),
    **dict.fromkeys(("before_points", "after_points"), "points"),
    **dict.fromkeys(("at_least", "ratio"), "percent"),
}


# ------------------------------------------------------------------ gaps
def gaps_table(result: Outlook, lang: str, *, plain: bool = False) -> Table:
    """Where each unit loses points, the most first, and what would bring them back."""
    if plain:
        return _plain_gaps(result, lang)
    names = ("unit", "component", "name", "numerator", "denominator", "points", "max", "lost")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    columns += [Column("to_next", text("column.to_next", lang)), Column("to_full", text("column.to_full", lang))]
    rows: list[list[Cell]] = []
    for gap in _lost_most_first(result.gaps):
        way = result.ways.get(gap.component.id)
        counts: list[Cell] = [gap.numerator, gap.denominator, gap.points, gap.component.max, gap.lost]
        following = _need(way, gap.to_next, gap.new_to_next, lang, most=gap.denominator)
        full = _need(way, gap.to_full, gap.new_to_full, lang, most=gap.denominator)
        needs = ("" if following == full else following, full)
        rows.append([unit_name(gap.unit, lang), gap.component.id, gap.component.name[lang], *counts, *needs])
    return Table(*named("gaps", lang), columns, rows, [text("note.gaps", lang)])


def _lost_most_first(gaps: Iterable[Gap]) -> list[Gap]:
    """The gaps in which something is lost, unit by unit."""
    lost = [gap for gap in gaps if gap.lost > 0]
    units = list(dict.fromkeys(gap.unit for gap in lost))
    places = {unit: place for place, unit in enumerate(units)}
    return sorted(lost, key=lambda gap: (places[gap.unit], -gap.lost))


def _plain_gaps(result: Outlook, lang: str) -> Table:
    names = (*_PLAIN_UNIT, "component", "numerator", "denominator", "points", "max", "lost", "one_more", "how_mended")
    others = ("to_next", "to_full", "new_to_next", "new_to_full")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    columns += [column(name, lang, _KINDS.get(name, "text")) for name in others]
    rows: list[list[Cell]] = [
        [
            *_plain_unit(gap.unit),
            gap.component.id,
            gap.numerator,
            gap.denominator,
            gap.points,
            gap.component.max,
            gap.lost,
            gap.one_more,
            how(result.ways.get(gap.component.id)),
            gap.to_next,
            gap.to_full,
            gap.new_to_next,
            gap.new_to_full,
        ]
        for gap in result.gaps
    ]
    return Table(*named("gaps", lang), columns, rows)


# ------------------------------------------------------------------ paths
def paths_table(result: Outlook, lang: str, *, plain: bool = False) -> Table:
    """The path of each unit: a row for each component, and a closing row that adds them up."""
    if plain:
        return _plain_paths(result, lang)
    names = ("unit", "component", "name", "to_do", "before_points", "after_points", "gained")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    rows: list[list[Cell]] = []
    for path in result.paths:
        rows += _path_rows(path, result.ways, lang)
    if not rows:
        return Table(*named("paths", lang), columns, rows, [text("note.no_goal", lang)])
    notes = [text("note.paths", lang)]
    if any(path.new for path in result.paths):
        notes.append(text("note.paths_new", lang))
    return Table(*named("paths", lang), columns, rows, notes)


def _path_rows(path: Path, ways: Mapping[str, Way], lang: str) -> list[list[Cell]]:
    unit = unit_name(path.unit, lang)
    goal = points(path.goal, lang)
    if not path.steps:
        is_there = path.points >= path.goal
        key, after = ("there", path.points) if is_there else ("out_of_reach", path.reached)
        told = text(f"need.{key}", lang, goal=goal, reached=points(path.reached, lang))
        row: list[Cell] = [unit, "", text("need.sum", lang, goal=goal), told, path.points, after, after - path.points]
        return [row]
    rows: list[list[Cell]] = []
    if path.new:
        new = text("need.new_dossiers", lang, count=count(path.new, lang))
        rows.append([unit, "", "", new, None, None, None])
    for step in sorted(path.steps, key=lambda step: step.before - step.after):
        gained = step.after - step.before
        told = _step(step, ways.get(step.component.id), lang)
        component: list[Cell] = [step.component.id, step.component.name[lang]]
        rows.append([unit, *component, told, step.before, step.after, gained])
    closing: list[Cell] = [unit, "", text("need.sum", lang, goal=goal), effort(path, ways, lang)]
    return [*rows, [*closing, path.points, path.reached, path.reached - path.points]]


def _step(step: Step, way: Way | None, lang: str) -> str:
    if step.dossiers:
        return _need(way, step.dossiers, None, lang)
    return text("need.by_new", lang, count=count(step.new, lang))


def effort(path: Path, ways: Mapping[str, Way], lang: str) -> str:
    """All that a path asks for, by what is counted: "312 hồ sơ, 14 thủ tục"."""
    parts: dict[str, int] = {}
    for step in path.steps:
        things = _things(ways.get(step.component.id))
        parts[things] = parts.get(things, 0) + step.dossiers
    told = [
        text("need.part", lang, count=count(parts[things], lang), things=text(f"things.{things}", lang))
        for things in THINGS
        if parts.get(things)
    ]
    if path.new:
        told.append(text("need.new_part", lang, count=count(path.new, lang)))
    return ", ".join(told)


def _plain_paths(result: Outlook, lang: str) -> Table:
    names = (*_PLAIN_UNIT, "goal", "points", "reached", "component", "dossiers", "missing_new")
    others = ("before_points", "after_points")
    columns = [column(name, lang, _KINDS.get(name, "text")) for name in names]
    columns += [column(name, lang, _KINDS.get(name, "text")) for name in others]
    rows: list[list[Cell]] = []
    for path in result.paths:
        told: list[Cell] = [*_plain_unit(path.unit), path.goal, path.points, path.reached]
        steps: list[list[Cell]] = [[s.component.id, s.dossiers, s.new, s.before, s.after] for s in path.steps]
        rows += [[*told, *step] for step in steps or [[None, path.dossiers, path.new, None, None]]]
    return Table(*named("paths", lang), columns, rows)


# ------------------------------------------------------------------ risks
def risks_table(result: Outlook, lang: str, *, plain: bool = False) -> Table:
    """What each unit loses if nothing that is open is done."""
    head = (*_PLAIN_UNIT, "component") if plain else ("unit", "component", "name")
    columns = [column(name, lang) for name in head]
    names = ("fewer", "points", "lost", "after_points")
    columns += [column(name, lang, _KINDS.get(name, "text")) for name in names]
    rows: list[list[Cell]] = []
    for risk in result.risks:
        component: list[Cell] = [risk.component.id, *([] if plain else [risk.component.name[lang]])]
        unit: list[Cell] = [*_plain_unit(risk.unit)] if plain else [unit_name(risk.unit, lang)]
        rows.append([*unit, *component, risk.dossiers, risk.then + risk.points, risk.points, risk.then])
    return Table(*named("risks", lang), columns, rows, [] if plain else _risk_notes(result, lang))


def _risk_notes(result: Outlook, lang: str) -> list[str]:
    if result.until is None:
        return []
    until = result.until.strftime("%d/%m/%Y %H:%M:%S")
    return [text("note.risks" if result.risks else "note.no_risks", lang, until=until, near=result.near)]


# ------------------------------------------------------------------ words
def how(way: Way | None) -> str:
    """Whether what was counted can be mended; a component that nobody judged takes new ones only."""
    return way.how if way else "new"


def _things(way: Way | None) -> str:
    return way.things if way else "others"


def _need(way: Way | None, mended: int | None, new: int | None, lang: str, *, most: int | None = None) -> str:
    """What it takes in words: so many more of those counted, or so many new ones, if not more than `most`."""
    number = new if how(way) == "new" else mended
    if number is None:
        return text("need.never", lang)
    if most is not None and number > most:
        return text("need.too_many", lang)
    good = way.good[lang] if way else ""
    things = text(f"things.{_things(way)}", lang)
    return text(f"need.{how(way)}", lang, count=count(number, lang), things=things, good=good).strip()


def need_words(gap: Gap, ways: Mapping[str, Way], lang: str) -> str:
    """What the full mark of a component takes: "14 thủ tục nữa"."""
    return _need(ways.get(gap.component.id), gap.to_full, gap.new_to_full, lang)


def can_be_mended(gap: Gap, ways: Mapping[str, Way]) -> bool:
    """Whether something is lost that can be put right with what was counted."""
    return gap.lost > 0 and how(ways.get(gap.component.id)) == "mend"


def _plain_unit(unit: Unit) -> tuple[Cell, ...]:
    return unit.kind, unit.agency, unit.level


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""
