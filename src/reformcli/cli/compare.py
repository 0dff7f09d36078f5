"""`reformcli compare`: two periods side by side, and the dossiers behind the difference."""

from __future__ import annotations

from typing import Any

from reformcli.cli import edits, output
from reformcli.cli.options import UNIT_KINDS, Given
from reformcli.cli.score import shown, wanted_units
from reformcli.comparing import changes
from reformcli.errors import UsageError
from reformcli.model import LEVELS, UNATTRIBUTED, Run
from reformcli.outcomes import Comparison
from reformcli.render import change_words as words
from reformcli.render import changes as views
from reformcli.render import left_out, shapes
from reformcli.render.changes_json import comparison_entry
from reformcli.render.table import Table

TABLES = ("units", "components")


def run(given: Given) -> None:
    """Compare the exports with what --previous or --history names, or two periods of the same exports."""
    output.one_of("--table", given.table, TABLES)
    for kind in given.by:
        output.one_of("--by", kind, UNIT_KINDS)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    if given.history:
        edits.run(given)
        return
    form = output.check(given)
    wanted = output.wanted_of(given)
    if not wanted.is_any:
        raise UsageError("nothing_to_compare", where="--previous")
    result, compared = output.running(given, lambda options, progress: changes.run_score(options, wanted, progress))
    units = [unit.unit for unit in shown(result.units, given)]
    compared = views.restricted(compared, wanted_units(units, given))
    output.show(given, form, _views(result, compared, given))
    for sentence in words.headline(compared, given.lang)[:1]:
        output.note(given, sentence)
    output.finish(given, result)


def _views(result: Run, compared: Comparison, given: Given) -> output.Views:
    lang, components = given.lang, result.manifest.scorecard.components

    def tables(*, whole: bool = False) -> list[Table]:
        found = [views.basis_table(compared, lang, words.headline(compared, lang)), views.units_table(compared, lang)]
        of_total = [one for one in compared.units if one.unit.kind == "total"]
        found += [views.components_table([one], components, lang, single=True) for one in of_total]
        if whole or given.table == "components":
            found.append(views.components_table(words.ordered(compared.units), components, lang))
        if compared.dossiers is not None and (given.listed or whole):
            found.append(views.dossiers_table(compared.dossiers, lang, most=None if whole else views.LISTED))
        return [*found, left_out.rows_table(result, lang), left_out.findings_table(result, lang)]

    def plain() -> Table:
        if given.listed and compared.dossiers is not None:
            return views.dossiers_table(compared.dossiers, lang, plain=True)
        if given.table == "components":
            return views.components_table(compared.units, components, lang, plain=True)
        return views.units_table(compared, lang, plain=True)

    def sealed() -> dict[str, Any]:
        return shapes.sealed(shapes.frame("compare", result, **comparison_entry(compared, listed=given.listed)))

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=tables,
        plain=plain,
        sheets=lambda: tables(whole=True),
        created=output.created(result),
        sealed=sealed,
        card=result.manifest.scorecard.title,
        table=given.table,
    )
