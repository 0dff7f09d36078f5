"""Files that appear whole or not at all, and plain csv as Excel reads it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reformcli.errors import OutputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; it becomes `path` only when the block ends well.

    Raises:
        OutputError: the folder or file cannot be written; an earlier file is untouched.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)  # noqa: PTH105  Path.replace does the same; os says that it overwrites
    except OSError as error:
        raise OutputError(
            "output_not_writable",
            where=str(path),
            file=path.name,
            folder=str(path.absolute().parent),
            reason=error.strerror or type(error).__name__,
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write UTF-8 with a byte-order mark, commas and LF, so that Excel opens it and bytes repeat."""
    with replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
