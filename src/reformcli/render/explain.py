"""A figure and its dossiers → finished tables: its rule in words, its numbers, every dossier with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from reformcli.audit.explanation import Explanation, Figure
from reformcli.i18n import has, text
from reformcli.model import ComponentScore, StateRules
from reformcli.render import reason_words as words
from reformcli.render.left_out import findings_table, period_notes, rows_table
from reformcli.render.numbers import shown
from reformcli.render.table import Cell, Column, Table
from reformcli.render.views import formula
from reformcli.render.words import column, count, level_name, named, points, unit_name
from reformcli.services.components import RULES as OF_PROCEDURES

if TYPE_CHECKING:
    import pandas as pd

LISTED = 30  # dossiers shown on the screen
_COLUMNS = (
    *("dossier_id", "agency", "level", "received_at", "due_at", "deadline_at", "ended_at", "given_state", "why"),
    *("days_late", "file", "sheet", "row"),
)


def tables(told: Explanation, lang: str, *, most: int | None = None) -> list[Table]:
    """The figure with its rule, its dossiers (all, or the first `most`), and what was left out."""
    return [
        figure_table(told, lang),
        (procedures_table if told.figure.of_procedures or told.procedures else dossiers_table)(told, lang, most=most),
        rows_table(told.run, lang),
        findings_table(told.run, lang),
    ]


# ------------------------------------------------------------------ the figure
def figure_table(told: Explanation, lang: str) -> Table:
    """The rule in words with its source, and the figure as `score`, `metrics` or `late` gives it."""
    columns = [column("setting", lang), Column("told", text("column.figure", lang))]
    figure, manifest = told.figure, told.run.manifest
    rows: list[list[Cell]] = [[text("explain.figure", lang), title(told, lang)]]
    rows.append([text("explain.unit", lang), unit_name(figure.unit, lang)])
    rows += [[text(f"explain.{name}", lang), said] for name, said in _rule(told, lang)]
    rows += [list(row) for row in _result(figure, lang)]
    notes = [*period_notes(manifest, lang), *_notes(figure, lang)]
    return Table(*named("explained", lang), columns, rows, notes)


def title(told: Explanation, lang: str) -> str:
    """What a figure is called."""
    figure = told.figure
    if figure.component:
        return f"{figure.component.id} {figure.component.name[lang]}"
    if figure.kind == "metric":
        return text(f"column.{figure.name}", lang)
    if figure.kind == "service":
        return text(f"service.{figure.name}", lang)
    return " – ".join(_late_name(told, name, lang) for name in figure.name.split(", "))


def _late_name(told: Explanation, name: str, lang: str) -> str:
    key = next((f"{kind}.{name}" for kind in ("late_kind", "cause") if has(f"{kind}.{name}", lang)), None)
    return text(key, lang) if key else told.cause_name.get(lang, name)


def _rule(told: Explanation, lang: str) -> Iterator[tuple[str, str]]:
    figure, rules = told.figure, told.run.manifest.scorecard.states
    if figure.component:
        yield from ((name, predicate(said, rules, lang)) for name, said in rule_of(figure).items())
        yield "formula", formula(figure.component, lang)
        yield "source", figure.component.source
        yield "evidence", text(f"evidence.{figure.component.evidence}", lang)
    elif figure.kind == "metric":
        yield "definition", metric_rule(figure.name, rules, lang)
    elif figure.kind == "service":
        yield "definition", text(f"service_rule.{figure.name}", lang)
    else:
        yield from (("definition", said) for said in _late_rules(told, lang))


def rule_of(figure: Figure) -> dict[str, str]:
    """The predicates that make a component: of dossiers, or of procedures where the catalogue tells it."""
    component, score = figure.component, figure.score
    if component and score and score.origin == "catalogue":
        rule = OF_PROCEDURES[component.id]
        return {"population": rule.of, "numerator": rule.having}
    numerator = component and (component.numerator or component.sum)
    return {"population": (component and component.population) or "counts", "numerator": numerator or "counts"}


def definitions(told: Explanation, lang: str) -> list[str]:
    """What a figure without a component counts, in words."""
    return [said for name, said in _rule(told, lang) if name == "definition"]


def predicate(name: str, rules: StateRules, lang: str) -> str:
    """What a predicate asks of a dossier, in words."""
    strict = name == "is_in_good_time" and rules.paused != "in_time"
    return text(f"predicate.{name}_strict" if strict else f"predicate.{name}", lang)


def metric_rule(name: str, rules: StateRules, lang: str) -> str:
    """What a column of the flow table counts, in words."""
    from reformcli.flow import CHANNEL_SPLIT, FLOW

    said = predicate(FLOW[name], rules, lang)
    return f"{predicate('is_received', rules, lang)}: {said}" if name in CHANNEL_SPLIT else said


def _late_rules(told: Explanation, lang: str) -> Iterator[str]:
    names = told.figure.name.split(", ")
    if (has(f"late_rule.{names[0]}", lang) and told.figure.kind == "late") or len(names) > 1:
        yield text(f"late_rule.{names[0]}", lang)
    if told.figure.kind == "cause":
        states = ", ".join(text(f"cause_state.{one}", lang) for one in told.cause_states)
        among = " " + text("late_rule.states", lang, states=states) if states else ""
        is_unstated = names[-1] == "unstated"
        yield text("late_rule.unstated", lang) if is_unstated else text("late_rule.cause", lang, states=among)


def _result(figure: Figure, lang: str) -> Iterator[tuple[str, Cell]]:
    if figure.score:
        yield from _score(figure.score, lang)
    for name, many in figure.kinds.items():
        yield text(f"column.{name}", lang), count(many, lang)
    value = None if figure.value is None else count(figure.value, lang)
    of = "procedures" if figure.of_procedures and figure.of == "count" else figure.of
    yield text("explain.listed", lang), text(f"of.{of}", lang)
    if figure.of in ("missing", "count"):
        yield text(f"of.{of}", lang), value


def _score(score: ComponentScore, lang: str) -> Iterator[tuple[str, Cell]]:
    for name, number in (("numerator", score.numerator), ("denominator", score.denominator)):
        yield text(f"of.{name}", lang), None if number is None else count(number, lang)
    if score.component.sum:
        yield text("explain.mean_days", lang), points(score.mean_days, lang)
    else:
        yield text("explain.ratio", lang), shown(score.ratio, Column("", "", "percent"), lang)
    if score.component.max:
        limit = points(score.component.max, lang)
        of_max = text("explain.of_max", lang, points=points(score.points, lang), max=limit)
        yield text("explain.points", lang), of_max
    yield text("explain.state", lang), text(f"status.{score.status}", lang)
    if score.origin:
        yield text("explain.origin", lang), text(f"origin.{score.origin}", lang)


def _notes(figure: Figure, lang: str) -> Iterator[str]:
    """Whether the dossiers are the figure; if not, why not and by how much."""
    if figure.exempt:
        yield text("differs.exempt", lang, count=count(figure.exempt, lang))
    if not figure.differs:
        yield text("differs.equal", lang, listed=count(figure.listed, lang))
        return
    columns = [_column_name(one, lang) for one in figure.missing or ("channel",)]
    missing = ", ".join(figure.score.missing if figure.score else columns)
    minus = figure.component.minus if figure.component else ""
    for why in figure.differs:
        yield text(f"differs.{why}", lang, missing=missing or "–", minus=minus)
    if figure.difference:
        numbers = {"value": figure.value, "listed": figure.listed, "difference": figure.difference}
        shown_ = {name: count(number or 0, lang) for name, number in numbers.items()}
        yield text("differs.difference", lang, **shown_)
    for part in figure.parts if figure.unit.kind != "agency" else ():
        why = text(f"differs.part_{part.why}", lang)
        both = {"value": count(part.value, lang), "listed": count(part.listed, lang)}
        yield text("differs.part", lang, agency=unit_name(part.unit, lang), why=why, **both)


def _column_name(name: str, lang: str) -> str:
    return text(f"field.{name}", lang) if has(f"field.{name}", lang) else name


# ------------------------------------------------------------------ the procedures
def procedures_table(told: Explanation, lang: str, *, most: int | None = None, plain: bool = False) -> Table:
    """One row per agency and procedure of a figure that the catalogue tells."""
    whose = "unit" if told.figure.kind == "service" else "agency"
    names = (whose, "procedure_id", "procedure", "field_name", "service_level", "received", "filed_online")
    kinds = dict.fromkeys(("received", "filed_online", "paid_online", "row"), "count")
    columns = [column(name, lang, kinds.get(name, "text")) for name in (*names, "paid_online", "file", "row")]

    def level(one: str | None) -> str | None:
        return one if plain else text(f"services.level_{one or 'unstated'}", lang)

    rows: list[list[Cell]] = [
        [
            unit_name(one["unit"], lang),
            *(one[name] or None for name in ("procedure_id", "procedure", "field")),
            level(one["service_level"]),
            *(one[name] for name in ("received", "online", "paid", "file", "row")),
        ]
        for one in told.procedures[:most]
    ]
    left = len(told.procedures) - len(rows)
    notes = [text("note.more_rows", lang, count=count(left, lang))] if left else []
    return Table(*named("explained_procedures", lang), columns, rows, notes)


# ------------------------------------------------------------------ the dossiers
def dossiers_table(told: Explanation, lang: str, *, plain: bool = False, most: int | None = None) -> Table:
    """One row per dossier, without anybody's name."""
    rows = told.dossiers if most is None else told.dossiers.head(most)
    columns = [column(name, lang, _kind(name)) for name in _COLUMNS]
    cells = [_cells(rows, told, name, lang, plain) for name in _COLUMNS]
    left = len(told.dossiers) - len(rows)
    notes = [text("note.more_rows", lang, count=count(left, lang))] if left else []
    return Table(*named("explained_dossiers", lang), columns, [list(row) for row in zip(*cells, strict=True)], notes)


def _kind(name: str) -> str:
    return "time" if name.endswith("_at") else "count" if name in ("days_late", "row") else "text"


def _cells(rows: pd.DataFrame, told: Explanation, name: str, lang: str, plain: bool) -> Sequence[Cell]:
    if name == "why":
        return whys(rows, told, lang)
    if name == "given_state":
        states = words.plain(rows["state"])
        return states if plain else [text(f"state.{state}", lang) for state in states]
    if name not in rows:
        return [None] * len(rows)
    found = words.plain(rows[name])
    if name == "ended_at":  # what ends after T is open
        ended = words.plain(rows["is_resolved"])
        return [at if is_ended else None for at, is_ended in zip(found, ended, strict=True)]
    if name == "level" and not plain:
        return [level_name(level, lang) for level in found]
    if name == "agency" and not plain:
        return [text("word.unattributed", lang) if one == "unattributed" else one for one in found]
    return found


def whys(rows: pd.DataFrame, told: Explanation, lang: str) -> list[str]:
    """Why each dossier is what it is; of a sum its share, of a late one its cause."""
    manifest = told.run.manifest
    said = words.sentences(rows, manifest.period, manifest.scorecard.states, lang, told.told)
    if told.figure.component and told.figure.component.sum:
        times = words.plain(rows[told.figure.component.sum])
        shares = [text("told.processing", lang, time=words.duration(timedelta(seconds=one), lang)) for one in times]
        said = [f"{share}; {one}" for share, one in zip(shares, said, strict=True)]
    if "cause" in rows:
        pairs = zip(words.plain(rows["cause"]), words.plain(rows["evidence"]), strict=True)
        causes = [late_cause(told, cause, evidence, lang) for cause, evidence in pairs]
        said = [f"{one}; {cause}" for one, cause in zip(said, causes, strict=True)]
    return said


def late_cause(told: Explanation, cause: str, evidence: str | None, lang: str) -> str:
    """The cause of lateness with what tells it."""
    name = _late_name(told, cause, lang)
    return text("told.late_cause", lang, cause=name, evidence=words.evidence(evidence, lang))
