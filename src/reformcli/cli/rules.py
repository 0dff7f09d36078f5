"""`reformcli rules`: the scorecard with its sources, the findings, a check of a user's own scorecard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.findings import RULES
from reformcli.i18n import text
from reformcli.model import Scorecard
from reformcli.period import read_moment
from reformcli.predicates import PREDICATES, SUMS
from reformcli.render import shapes
from reformcli.render.outlook import definitions_table
from reformcli.render.outlook_json import definition
from reformcli.render.table import Cell, Table
from reformcli.render.views import formula, scorecard_note
from reformcli.render.words import column, named
from reformcli.rules import shipped, shipped_names
from reformcli.rules.scorecard import load_scorecard
from reformcli.rules.targets import SHIPPED, Targets, is_targets_file, load_targets, measures


def show(given: Given) -> None:
    """Show a scorecard with the source of every component, or the list of findings."""
    form = output.check(given)
    document: dict[str, object]
    if given.name == "findings":
        table = _findings(given.lang)
        rows: list[dict[str, object]] = [dict(zip(_FINDING, row, strict=True)) for row in table.rows]
        severities: list[dict[str, object]] = [{"severity": str(rule.severity)} for rule in RULES.values()]
        document = {
            "schema": "reformcli.rules/1",
            "findings": [row | severity for row, severity in zip(rows, severities, strict=True)],
        }
    elif given.name == SHIPPED or (given.name.endswith(".toml") and is_targets_file(given.name)):
        aims = _targets(given.name, given.on)
        table = definitions_table(aims.targets, given.lang)
        document = {"schema": "reformcli.rules/1", "definitions": [definition(target) for target in aims.targets]}
    else:
        card = _load(given.name, given.on)
        table = _components(card, given.lang)
        document = _document(card)
    output.show(given, form, output.Views(lambda: shapes.to_json(document), lambda: [table], lambda: table))


def check(given: Given) -> None:
    """Load a user's scorecard strictly; a fault ends with exit code 3 and its place."""
    output.check_words(given)
    if not given.file.endswith(".toml"):
        raise UsageError("unknown_extension", where=given.file, extension=Path(given.file).suffix, known=".toml")
    name = Path(given.file).name
    if is_targets_file(given.file):
        count = len(_targets(given.file, None).targets)
        output.note(given, text("note.targets_ok", given.lang, file=name, count=count))
        return
    card = _load(given.file, None)
    output.note(given, text("note.rules_ok", given.lang, file=name, components=len(card.components), max=card.max))


def export(given: Given) -> None:
    """Write a shipped rule file, to be edited: to -o, or to stdout."""
    output.check_words(given)
    output.check_targets(given)
    if given.name not in shipped_names():
        raise UsageError("no_rules", where=given.name, known=", ".join(shipped_names()))
    data = shipped(given.name)
    if given.output is None:
        output.to_stdout(data.decode("utf-8"))
        return
    from reformcli.render.files import write_atomically

    write_atomically(Path(given.output), data)


_FINDING = ("rule", "severity", "column", "title", "cure")


def _load(name: str, on: str | None) -> Scorecard:
    day = read_moment(on, option="--on", last=True).date() if on else date.max
    return load_scorecard(name, on=day, predicates=PREDICATES, sums=SUMS)


def _targets(name: str, on: str | None) -> Targets:
    """Targets on the components of the scorecard that ships."""
    card = _load(Given().scorecard, on)
    day = read_moment(on, option="--on", last=True).date() if on else date.max
    return load_targets(name, on=day, measures=measures(card))


def _components(card: Scorecard, lang: str) -> Table:
    names = ("component", "name", "max", "formula", "numerator", "denominator", "evidence", "source")
    columns = [column(name, lang, "points" if name == "max" else "text") for name in names]
    rows: list[list[Cell]] = [
        [
            c.id,
            c.name[lang],
            c.max,
            formula(c, lang),
            c.numerator or c.sum or "--counts",
            c.population or "--counts",
            text(f"evidence.{c.evidence}", lang),
            c.source,
        ]
        for c in card.components
    ]
    return Table(card.id, card.title[lang], columns, rows, [scorecard_note(card, lang), card.source])


def _document(card: Scorecard) -> dict[str, object]:
    return {
        "schema": "reformcli.rules/1",
        "scorecard": {"id": card.id, "version": card.version, "sha256": card.sha256, "max": card.max},
        "components": [
            {
                "component": c.id,
                "group": c.group,
                "name": dict(c.name),
                "max": c.max,
                "population": c.population,
                "numerator": c.numerator or c.sum,
                "full_at": c.full_at,
                "empty": c.empty,
                "minus": c.minus,
                "inherited": c.inherited,
                "source": c.source,
                "evidence": c.evidence,
            }
            for c in card.components
        ],
    }


def _findings(lang: str) -> Table:
    rows: list[list[Cell]] = [
        [
            rule.id,
            text(f"word.{rule.severity}", lang),
            rule.column,
            text(f"finding.{rule.id}.title", lang),
            text(f"finding.{rule.id}.cure", lang),
        ]
        for rule in RULES.values()
    ]
    return Table(*named("findings", lang), [column(name, lang) for name in _FINDING], rows)
