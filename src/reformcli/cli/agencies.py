"""`reformcli agencies`: a first register of agencies, drafted from exports, for people to correct."""

from __future__ import annotations

from pathlib import Path

from reformcli import judging
from reformcli.agencies.attribution import bootstrap
from reformcli.agencies.register import Entry, write_register
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.render import shapes
from reformcli.render.table import Cell, Table
from reformcli.render.words import column, level_name, named


def run(given: Given) -> None:
    """Draft the register; `-o register.csv` is what --agencies reads."""
    form = output.check(given)
    if not given.exports:
        raise UsageError("nothing_to_read", where="EXPORT")
    loaded = output.running(given, judging.load)
    entries = bootstrap(loaded.dossiers)
    if form == "csv":
        register = write_register(entries)
        if given.output is None:
            output.to_stdout(register)
            return
        from reformcli.render.files import write_atomically

        write_atomically(Path(given.output), register.encode("utf-8-sig"))
        output.written(given, given.output, len(entries))
        return
    views = output.Views(
        document=lambda: shapes.to_json({"schema": "reformcli.agencies/1", "agencies": [_entry(e) for e in entries]}),
        tables=lambda: [_table(entries, given.lang)],
        plain=lambda: _table(entries, given.lang),
    )
    output.show(given, form, views)


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "agency": entry.name,
        "agency_id": entry.agency_id,
        "level": entry.level,
        "parent": entry.parent or None,
        "aliases": list(entry.aliases),
        "dossiers": entry.dossiers,
    }


def _table(entries: list[Entry], lang: str) -> Table:
    names = ("agency_id", "agency", "level", "parent", "aliases", "dossiers")
    columns = [column(name, lang, "count" if name == "dossiers" else "text") for name in names]
    rows: list[list[Cell]] = [
        [e.agency_id, e.name, level_name(e.level, lang), e.parent, " | ".join(e.aliases), e.dossiers] for e in entries
    ]
    return Table(*named("agencies", lang), columns, rows)
