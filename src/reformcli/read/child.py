"""The guarded reader: a process that reads inputs one after the other, within bounds, and sends tables back.

A job is one JSON line on stdin, with the bytes of the input after it where it has no path. The answer is one JSON line
on stdout, with one Arrow stream per sheet after it; lines before it tell how far the reading is. Nothing is written
anywhere else.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from reformcli.errors import InputError, place_of
from reformcli.limits import MEGABYTE, Limits

if TYPE_CHECKING:
    from reformcli.read.payload import Content, Payload

CPU_BASE, CPU_PER_MEGABYTE = 5, 2  # seconds: an honest file takes less than a tenth of it
_TOLD = 0.01  # of the input: so much more must have been read before it is told


def main() -> None:
    """Serve jobs until stdin ends."""
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not fall into the answers
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # Arrow can do without: a third of the start
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, in whatever library it is
    _warm_up()
    while line := stdin.readline():
        _serve(json.loads(line), stdin, stdout)


def _warm_up() -> None:
    """Import what nearly every job needs while the parent is still busy."""
    import reformcli.read.readers
    import reformcli.read.xlsx  # noqa: F401


def _serve(job: dict[str, Any], stdin: BinaryIO, stdout: BinaryIO) -> None:
    import pyarrow as pa

    _bound(job)
    data = stdin.read(job["bytes"]) if "bytes" in job else None
    try:
        answer, content = _read(job, data, _telling(stdout))
    except InputError as error:
        answer, content = {"error": [error.key, error.where, error.values]}, None
    except MemoryError:
        answer, content = {"error": ["reader_memory", job["where"], {"memory": job["limits"]["memory"]}]}, None
    except Exception as error:
        answer, content = {"defect": f"{type(error).__name__} in {place_of(error)}"}, None
    stdout.write(json.dumps(answer).encode() + b"\n")
    for sheet in content.sheets if content else ():
        with pa.ipc.new_stream(pa.PythonFile(stdout, "w"), sheet.cells.schema) as stream:
            stream.write_table(sheet.cells)
    stdout.flush()


def _telling(stdout: BinaryIO) -> Callable[[float], None]:
    """A function that tells the parent how much of the input is read, a hundred times at most."""
    last = 0.0

    def tell(share: float) -> None:
        nonlocal last
        if share >= last + _TOLD:
            last = share
            stdout.write(json.dumps({"done": share}).encode() + b"\n")
            stdout.flush()

    return tell


def _read(job: dict[str, Any], data: bytes | None, told: Callable[[float], None]) -> tuple[dict[str, Any], Content]:
    import io
    from pathlib import Path

    from reformcli.read.payload import load
    from reformcli.read.readers import read_content

    limits = Limits(**job["limits"])
    if data is None:
        payload = load(Path(job["path"]), None, limits=limits, password=job["password"])
    else:
        payload = load("-", io.BytesIO(data), limits=limits, password=job["password"])
    content = read_content(replace(payload, careful=job["careful"], cores=job["cores"], told=told))
    return _answer(payload, content), content


def _answer(payload: Payload, content: Content) -> dict[str, Any]:
    """Everything but the cells."""
    sheets = [
        {
            "source": asdict(sheet.source),
            "sheet": sheet.sheet,
            "first_row": sheet.first_row,
            "first_column": sheet.first_column,
            "date1904": sheet.date1904,
            "hidden": sheet.hidden,
            "hidden_rows": sheet.hidden_rows,
            "far_cells": sheet.far_cells,
        }
        for sheet in content.sheets
    ]
    skipped = [{"source": asdict(s.source), "sheet": s.sheet, "reason": s.reason} for s in content.skipped]
    return {"source": asdict(payload.source), "kind": str(payload.kind), "sheets": sheets, "skipped": skipped}


def _bound(job: dict[str, Any]) -> None:
    """Set the bounds of memory and time where the system has them; a crash leaves no dump of people's data."""
    try:
        import resource
    except ImportError:  # Windows: sizes are checked before anything is unpacked
        return
    memory = job["limits"]["memory"] * MEGABYTE
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime + job["seconds"]) + 1
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):  # a system that has the name only
            continue


if __name__ == "__main__":
    main()
