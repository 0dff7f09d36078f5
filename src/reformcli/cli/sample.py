"""`reformcli sample`: example exports of an invented province, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

from reformcli.cli import output
from reformcli.cli.options import Given
from reformcli.i18n import LANGUAGES, text
from reformcli.sample import write_large, write_samples


def run(given: Given) -> None:
    """Write the sample set into a folder, or with --rows one export of any size."""
    output.one_of("--lang", given.lang, LANGUAGES)
    path = Path(given.folder)
    if given.rows is None:
        files = write_samples(path, seed=given.seed)
    else:
        output.one_of("PATH", path.suffix.lower(), (".xlsx", ".csv", ".parquet"))
        files = [_large(path, given.rows, given.seed)]
    folder = path.name if given.rows is None else path.parent.name
    output.note(given, text("note.sample_done", given.lang, count=len(files), folder=folder or "."))


def _large(path: Path, rows: int, seed: int) -> Path:
    if path.suffix.lower() != ".parquet":
        return write_large(path, rows, seed)
    from reformcli import canonical_sample

    return canonical_sample.write(path, rows, seed)
