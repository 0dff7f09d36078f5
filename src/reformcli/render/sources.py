"""What figures were made from → finished tables: the files with their hashes, the rules with theirs, the choices.

They show the manifest of the JSON document, so that every format says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reformcli.i18n import text
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, named

_COUNTS = ("rows", "counted", "out_of_scope", "superseded", "rejected")


def record_tables(record: Mapping[str, Any], title: Mapping[str, str], lang: str) -> list[Table]:
    """The tables that a workbook ends with; `title` is the name of the scorecard."""
    return [sources_table(record, lang), rules_table(record, lang), settings_table(record, title, lang)]


def sources_table(record: Mapping[str, Any], lang: str) -> Table:
    """Every file that was read, with its hash, so that a year later it can be told whether it is the same one."""
    rows: list[list[Cell]] = [
        [
            text(f"input.{one['kind']}", lang),
            one["name"],
            one["sheet"],
            *(one[name] for name in _COUNTS),
            one["size"],
            one["sha256"],
        ]
        for one in record["inputs"]
    ]
    columns = [column("input", lang), column("file", lang), column("sheet", lang)]
    columns += [Column("rows", text("column.input_rows", lang), "count")]  # of dossiers, procedures, tasks
    columns += [column(f"rows_{name}", lang, "count") for name in _COUNTS[1:]]
    columns += [column("size", lang, "count"), column("sha256", lang)]
    return Table(*named("made_from", lang), columns, rows)


def rules_table(record: Mapping[str, Any], lang: str) -> Table:
    """The rule files that the figures rest on, with their versions and hashes."""
    rows: list[list[Cell]] = [
        [text(f"ruleset.{one['kind']}", lang), one["id"], one["version"], one["sha256"]] for one in record["rules"]
    ]
    columns = [column("ruleset", lang), column("name", lang), column("version", lang), column("sha256", lang)]
    return Table(*named("rulesets", lang), columns, rows)


def settings_table(record: Mapping[str, Any], title: Mapping[str, str], lang: str) -> Table:
    """The identity of the result, and the choices that its figures depend on."""
    card, period = record["scorecard"], record["period"]
    used: list[tuple[str, Cell]] = [
        (text("setting.identity", lang), record["identity"]),
        (text("setting.tool", lang), record["tool"]),
        (text("setting.from", lang), record["from"]),
        (text("setting.to", lang), record["to"]),
    ]
    if period["start"]:
        how = " – ".join(text(f"setting.{period[end]}", lang) for end in ("start", "end"))
        used.append((text("setting.period", lang), how))
    used += [
        (text("setting.scorecard", lang), f"{card['id']}: {title[lang]}"),
        (text("setting.version", lang), card["version"]),
        (text("setting.scorecard_sha256", lang), card["sha256"]),
    ]
    calendar = record["calendar"] or {}
    used += [(f"{text('setting.calendar', lang)}: {name}", _shown(value)) for name, value in calendar.items()]
    used += [(text("setting.option", lang, name=name), _shown(value)) for name, value in record["options"].items()]
    columns = [column("setting", lang), column("used", lang)]
    return Table(*named("settings", lang), columns, [list(pair) for pair in used])


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
