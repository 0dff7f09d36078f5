"""`reformcli load`: exports → one canonical Parquet file without personal data, which every command reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reformcli import judging, store
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.i18n import text


def run(given: Given) -> None:
    """Write the typed dossiers of the exports with their provenance."""
    output.check_words(given)
    output.check_targets(given)
    if not given.exports:
        raise UsageError("nothing_to_read", where="EXPORT")
    extension = Path(given.output or "").suffix.lower()
    if extension != ".parquet":
        raise UsageError("unknown_extension", where=given.output or "-o", extension=extension, known=".parquet")
    loaded = output.running(given, lambda options, progress: judging.load(replace(options, with_causes=True), progress))
    from reformcli.render.files import write_atomically

    write_atomically(Path(str(given.output)), store.to_bytes(loaded.table, loaded.faults, loaded.sheets))
    name = Path(str(given.output)).name
    output.note(given, text("note.load_done", given.lang, file=name, rows=len(loaded.dossiers)))
