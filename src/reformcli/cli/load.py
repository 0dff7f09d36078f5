"""`reformcli load`: exports → canonical Parquet without personal data, as one file or in a store by weeks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from reformcli import judging
from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.errors import ExitCode, UsageError
from reformcli.i18n import text
from reformcli.model import Severity
from reformcli.render.words import count
from reformcli.store import adding
from reformcli.store import parquet as store


def run(given: Given) -> None:
    """Write the typed dossiers of the exports with their provenance."""
    output.check_words(given)
    output.check_targets(given)
    if not given.exports:
        raise UsageError("nothing_to_read", where="EXPORT")
    if given.store is not None:
        _add(given, Path(given.store))
    else:
        _write(given)


def _write(given: Given) -> None:
    extension = Path(given.output or "").suffix.lower()
    if extension != ".parquet":
        raise UsageError("unknown_extension", where=given.output or "-o", extension=extension, known=".parquet")
    loaded = output.running(given, lambda options, progress: judging.load(replace(options, with_causes=True), progress))
    from reformcli.render.files import write_atomically

    write_atomically(Path(str(given.output)), store.to_bytes(loaded.table, loaded.faults, loaded.sheets))
    name = Path(str(given.output)).name
    output.note(given, text("note.load_done", given.lang, file=name, rows=len(loaded.dossiers)))


def _add(given: Given, folder: Path) -> None:
    """Add to a store; what it has already changes nothing."""
    if given.output is not None:
        raise UsageError("store_or_file", where="--store, -o")
    added = output.running(given, lambda options, progress: adding.add(options, folder, progress))
    for name in added.again:
        output.note(given, text("note.store_again", given.lang, file=name))
    counts = {name: count(number, given.lang) for name, number in added.rows.items()}
    errors, warnings = (count(added.counted(severity), given.lang) for severity in Severity)
    told = {"folder": folder.name, "files": count(len(added.files), given.lang), **counts}
    output.note(given, text("note.store_added", given.lang, errors=errors, warnings=warnings, **told))
    grave = {"error": [Severity.ERROR], "warning": [*Severity], "never": []}[given.fail_on]
    if any(added.counted(severity) for severity in grave):
        raise typer.Exit(ExitCode.FINDINGS)
