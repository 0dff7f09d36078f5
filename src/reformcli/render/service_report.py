"""What a catalogue offers online as a document: sentences, key figures, sections, findings and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from reformcli.i18n import text
from reformcli.model import Run
from reformcli.render import left_out
from reformcli.render.brief import briefed
from reformcli.render.document import Document, Section
from reformcli.render.services import service_sections, tiles
from reformcli.render.sources import record_tables
from reformcli.services.counting import Offer


def service_document(
    run: Run,
    result: Offer,
    lang: str,
    *,
    record: Mapping[str, Any],
    machine: str = "",
    created: datetime | None = None,
) -> Document:
    """Put the result into words and tables.

    Args:
        run: what it was made from.
        result: the figures.
        lang: vi or en.
        record: the manifest as JSON tells it.
        machine: the result as JSON text.
        created: the time among the files' properties; the end of the period where None.
    """
    period = run.manifest.period
    with_dossiers = bool(run.manifest.sheets)
    subtitle = text("services.subtitle_no_period", lang)
    if with_dossiers:
        subtitle = text("services.subtitle", lang, start=_day(period.start), end=_day(period.end))
    first, *others = service_sections(result, lang)
    levels, *more = first.tables
    if with_dossiers:
        levels = replace(levels, notes=[*left_out.period_notes(run.manifest, lang), *levels.notes])
    sections = [replace(first, paragraphs=(), tables=[levels, *more]), *others, *_data(run, lang, record)]
    return Document(
        title=text("services.title", lang),
        subtitle=subtitle,
        language=lang,
        headline=list(first.paragraphs),
        tiles=list(tiles(result, lang)),
        sections=sections,
        brief=briefed([one for one in sections if not one.annex], ""),
        created=created or (period.end if period.known else datetime(2022, 6, 23)),
        machine=machine,
    )


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def _data(run: Run, lang: str, record: Mapping[str, Any]) -> Iterator[Section]:
    """What was found, and what the figures were made from."""
    found = left_out.findings_table(run, lang)
    tables = [left_out.rows_table(run, lang), found] if run.manifest.sheets else [found]
    yield Section("left_out", text("report.section_left_out", lang), (), [one for one in tables if one.rows])
    made_from, *rules = record_tables(record, run.manifest.scorecard.title, lang)
    said = text("report.identity", lang, identity=record["identity"])
    yield Section("sources", text("report.section_sources", lang), [said], [replace(made_from, key="made_from")])
    yield Section("rules", text("services.section_rules", lang), (), [one for one in rules if one.rows], annex=True)
