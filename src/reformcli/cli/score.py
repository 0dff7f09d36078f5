"""`reformcli score`: the points of every agency, level and the total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from reformcli import pipeline
from reformcli.agencies.matching import matching
from reformcli.cli import output, remember
from reformcli.cli.options import TABLES, UNIT_KINDS, Given
from reformcli.comparing import changes
from reformcli.findings import by_severity
from reformcli.i18n import text
from reformcli.model import LEVELS, UNATTRIBUTED, Run, Unit, UnitScore
from reformcli.outcomes import Comparison
from reformcli.render import changes as changes_views
from reformcli.render import left_out, shapes, views, words
from reformcli.render.changes_json import comparison_entry
from reformcli.render.table import Table


def run(given: Given) -> None:
    """Score the exports and print the result."""
    form = output.check(given)
    remember.check(given)
    output.check_engine(given)
    output.one_of("--table", given.table, TABLES)
    for kind in given.by:
        output.one_of("--by", kind, UNIT_KINDS)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    wanted, compared = output.wanted_of(given), None
    if wanted.is_any:
        result, compared = output.running(given, lambda options, bar: changes.run_score(options, wanted, bar))
    else:
        result = output.running(given, pipeline.run_score)
    units = views.ordered(shown(result.units, given))
    output.show(given, form, _views(result, units, given, compared))
    output.note(given, _summary(result, given.lang))
    filed = remember.remember(given, result)
    output.finish(given, result)
    remember.end(given, filed)


def shown(units: Sequence[UnitScore], given: Given) -> list[UnitScore]:
    """The units that --by, --level and --agency leave; ranks and totals are those of all.

    Raises:
        UsageError: `unknown_agency`, no unit has that name.
    """
    wanted = matching(given.agency, [unit.unit.agency for unit in units if unit.unit.agency])
    kept = [unit for unit in units if not given.by or unit.unit.kind in given.by]
    kept = [unit for unit in kept if not given.level or unit.unit.level in given.level]
    return [unit for unit in kept if not wanted or unit.unit.agency in wanted]


def wanted_units(units: Sequence[Unit], given: Given) -> Callable[[Unit], bool]:
    """Whether a unit is one of those shown, or where it is in one result alone would be."""
    keys = {(unit.kind, unit.level, unit.key) for unit in units}

    def is_wanted(unit: Unit) -> bool:
        if (unit.kind, unit.level, unit.key) in keys:
            return True
        is_level = not given.level or unit.level in given.level
        return is_level and not given.agency and (not given.by or unit.kind in given.by)

    return is_wanted


def _views(result: Run, units: Sequence[UnitScore], given: Given, compared: Comparison | None) -> output.Views:
    lang = given.lang
    plain_units = [unit.unit for unit in units]
    if compared:
        compared = changes_views.restricted(compared, wanted_units(plain_units, given))
    filtered = bool(given.by or given.level or given.agency)
    plain = {"units": _plain_units, "groups": _plain_groups, "components": _plain_components}[given.table]

    def tables(*, whole: bool = False) -> list[Table]:
        notes = [*left_out.period_notes(result.manifest, lang), *([text("note.filtered", lang)] if filtered else [])]
        found = [views.units_table(units, lang, notes)]
        if compared:
            found = [changes_views.with_changes(found[0], plain_units, compared, lang)]
        total = [unit for unit in result.units if unit.unit.kind == "total"]
        if given.table != "units":
            found.append(
                views.groups_table(units, lang) if given.table == "groups" else views.components_table(units, lang)
            )
        elif total:
            found.append(views.total_components_table(total[0], lang, views.score_notes(result, lang)))
        if compared:
            of_total = [one for one in compared.units if one.unit.kind == "total"]
            components = result.manifest.scorecard.components
            found += [changes_views.components_table([one], components, lang, single=True) for one in of_total]
        if whole:
            found += [views.groups_table(units, lang), views.components_table(units, lang)]
        found += [left_out.rows_table(result, lang), left_out.findings_table(result, lang)]
        unplaced = left_out.unplaced_table(result.unplaced, lang)
        return [*found, *([unplaced] if unplaced else [])]

    def sealed() -> dict[str, Any]:
        written = shapes.score_document(replace(result, units=tuple(units)))
        return shapes.sealed({**written, "comparison": comparison_entry(compared)} if compared else written)

    def plain_table() -> Table:
        table = plain(units, lang)
        if compared is None or given.table != "units":
            return table
        return changes_views.with_changes(table, plain_units, compared, lang, plain=True)

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=tables,
        plain=plain_table,
        sheets=lambda: tables(whole=True),
        title=text("table.units", lang),
        created=output.created(result),
        sealed=sealed,
        card=result.manifest.scorecard.title,
        table=given.table,
    )


def _plain_units(units: Sequence[UnitScore], lang: str) -> Table:
    return views.plain_units_table(units, lang)


def _plain_groups(units: Sequence[UnitScore], lang: str) -> Table:
    return views.groups_table(units, lang, plain=True)


def _plain_components(units: Sequence[UnitScore], lang: str) -> Table:
    return views.components_table(units, lang, plain=True)


def _summary(result: Run, lang: str) -> str:
    total = next((unit for unit in result.units if unit.unit.kind == "total"), None)
    errors, warnings = by_severity(result.findings)
    return text(
        "note.summary_score",
        lang,
        points=words.points(total.points if total else None, lang),
        measurable=words.points(total.measurable if total else None, lang),
        counted=words.count(result.rows.counted, lang),
        rejected=words.count(result.rows.rejected, lang),
        errors=words.count(errors, lang),
        warnings=words.count(warnings, lang),
    )
