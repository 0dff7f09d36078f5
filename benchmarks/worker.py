"""Run one job again and again in this process, once per line on stdin, and print its seconds: no start-up in them.

Usage: python worker.py JOB FILE PERIOD START END
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import datetime
from time import perf_counter


def reformcli(path: str, period: str) -> str:
    """The command itself, its JSON caught in memory."""
    from reformcli.cli import main

    with redirect_stdout(io.StringIO()) as shown:
        code = main(["score", path, "--period", period, "--format", "json", "--quiet"])
    if code:
        raise SystemExit(f"reformcli ended with {code}")
    return shown.getvalue()


def job(name: str, path: str, period: str, start: datetime, end: datetime) -> Callable[[], object]:
    """The job of this name, its imports done."""
    if name == "polars":
        import by_polars

        return lambda: by_polars.count(path, start, end)
    if name == "pandas":
        import by_pandas

        return lambda: by_pandas.count(path, start, end)
    if name == "reformcli":
        return lambda: reformcli(path, period)
    import bare

    return lambda: {"bare": bare.typed, "bare text": bare.text}[name](path)


if __name__ == "__main__":
    moments = [datetime.fromisoformat(moment) for moment in sys.argv[4:6]]
    run = job(*sys.argv[1:4], *moments)
    for _ in sys.stdin:
        gc.collect()
        began = perf_counter()
        run()
        print(perf_counter() - began, flush=True)
