"""`reformcli explain`: the dossiers behind a figure and why each is there, or all about one dossier."""

from __future__ import annotations

from typing import Any

from reformcli.audit import explaining, stories
from reformcli.audit.explanation import Asked, Explanation, Story
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.i18n import text
from reformcli.model import LEVELS, UNATTRIBUTED
from reformcli.render import explain as views
from reformcli.render import shapes
from reformcli.render import story as story_views
from reformcli.render.explain_json import figure_body, story_body
from reformcli.services import figures as service_figures


def run(given: Given) -> None:
    """Explain one figure of one unit, or with --dossier one dossier."""
    form = output.check(given)
    for level in given.level:
        output.one_of("--level", level, (*LEVELS, UNATTRIBUTED))
    if given.unit is not None:
        output.one_of("--unit", given.unit, ("total",))
        if given.agency or given.level:
            raise UsageError("explain_unit", where="--unit", known="–")
    if given.dossier is not None:
        _run_story(given, given.dossier, form)
        return
    asked = Asked(
        component=given.component,
        metric=given.metric,
        late=given.late_kind,
        cause=given.cause,
        of=given.of,
        agencies=given.agency,
        levels=given.level,
        calendar=given.calendar,
        service=given.service,
        in_field=given.in_field,
        procedure=given.procedure,
    )
    run_it = explaining.run_explain if given.service is None else service_figures.run_service
    told = output.running(given, lambda options, progress: run_it(options, asked, progress))
    output.show(given, form, _views(told, form, given))
    output.finish(given, told.run)


def _run_story(given: Given, code: str, form: str) -> None:
    if any((given.component, given.metric, given.late_kind, given.cause, given.service)):
        raise UsageError("explain_one", where="--dossier")
    story = output.running(
        given, lambda options, progress: stories.run_story(options, code, progress, calendar=given.calendar)
    )
    output.show(given, form, _story_views(story, given.lang))
    output.finish(given, story.run)


def _views(told: Explanation, form: str, given: Given) -> output.Views:
    lang = given.lang
    most = views.LISTED if form == "table" else None

    def sealed() -> dict[str, Any]:
        return shapes.sealed(shapes.frame("explain", told.run, **figure_body(told, lang)))

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=lambda: views.tables(told, lang, most=most),
        plain=lambda: (
            views.procedures_table(told, lang, plain=True)
            if told.figure.of_procedures or told.procedures
            else views.dossiers_table(told, lang, plain=True)
        ),
        title=text("table.explained", lang),
        created=output.created(told.run),
        sealed=sealed,
        card=told.run.manifest.scorecard.title,
    )


def _story_views(story: Story, lang: str) -> output.Views:
    def sealed() -> dict[str, Any]:
        return shapes.sealed(shapes.frame("explain", story.run, **story_body(story, lang)))

    return output.Views(
        document=lambda: shapes.to_json(sealed()),
        tables=lambda: story_views.tables(story, lang),
        plain=lambda: story_views.rows_of(story, lang, plain=True),
        title=text("table.story", lang),
        created=output.created(story.run),
        sealed=sealed,
        card=story.run.manifest.scorecard.title,
    )
