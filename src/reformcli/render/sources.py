"""What a report was made from → finished tables: the files with their hashes, the rules with their versions."""

from __future__ import annotations

from reformcli import __version__
from reformcli.i18n import text
from reformcli.model import Run
from reformcli.outcomes import Report
from reformcli.render.table import Cell, Table
from reformcli.render.words import column, named


def sources_table(run: Run, lang: str) -> Table:
    """Every file that was read, with its hash, so that a year later it can be told whether it is the same one."""
    made_from = run.manifest
    rows: list[list[Cell]] = [
        [use.source.name, use.sheet, use.rows, use.source.size, use.source.sha256] for use in made_from.sheets
    ]
    others = [*made_from.counts, *([made_from.register] if made_from.register else [])]
    rows += [[source.name, None, None, source.size, source.sha256] for source in others]
    columns = [column("file", lang), column("sheet", lang), column("rows", lang, "count")]
    columns += [column("size", lang, "count"), column("sha256", lang)]
    return Table(*named("made_from", lang), columns, rows)


def settings_table(report: Report, lang: str) -> Table:
    """The rules and options that the figures depend on."""
    made_from = report.run.manifest
    card, period = made_from.scorecard, made_from.period
    used: list[tuple[str, Cell]] = [
        (text("setting.tool", lang), f"reformcli {__version__}"),
        (text("setting.from", lang), str(period.start) if period.known else None),
        (text("setting.to", lang), str(period.end) if period.known else None),
        (text("setting.scorecard", lang), f"{card.id}: {card.title[lang]}"),
        (text("setting.version", lang), card.version),
        (text("setting.scorecard_sha256", lang), card.sha256),
    ]
    used += [
        (f"{text('setting.calendar', lang)}: {name}", _shown(value)) for name, value in report.late.calendar.items()
    ]
    used += [(text("setting.option", lang, name=name), _shown(value)) for name, value in made_from.options.items()]
    return Table(
        *named("settings", lang), [column("setting", lang), column("used", lang)], [list(pair) for pair in used]
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
