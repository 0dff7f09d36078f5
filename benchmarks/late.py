"""What `late` costs: the working days of a million dossiers, `late` beside `score`, and a year week by week.

    python benchmarks/late.py --rows 100000 --repeat 7

`late` and `score` read the same file in fresh processes, one after the other, so that a busy machine slows both: the
ratios count, not the seconds. Working days are counted in this process; a shuffled million, Tết and all.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

MOST_DAYS = 1.0  # seconds for a million dossiers' working days
MOST_LATE = 1.3  # `late` by cause and agency, against `score`
MOST_WEEKS = 1.3  # the same with the movement of every week, against `late` without
MILLION = 1_000_000
YEAR = ("--period", "2023")
BY = ("--by", "cause", "--by", "agency")


def seconds(job: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def command(arguments: Sequence[str]) -> None:
    """Run reformcli in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "reformcli", *arguments, "--format", "json"], capture_output=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())


def working_days(repeat: int) -> list[float]:
    """Count the working days late of a million dossiers of three years, in no order."""
    import numpy as np

    from reformcli.calendar import load_calendar

    draw = np.random.default_rng(766)
    due = np.datetime64("2022-01-01T00:00:00") + draw.integers(0, 3 * 365 * 86_400, MILLION).astype("timedelta64[s]")
    ended = due + draw.integers(-10 * 86_400, 90 * 86_400, MILLION).astype("timedelta64[s]")
    return [seconds(lambda: load_calendar().working_days_late(due, ended)) for _ in range(repeat)]


def jobs(export: str) -> dict[str, list[str]]:
    """The commands that are compared."""
    return {
        "score": ["score", export, *YEAR],
        "late": ["late", export, *YEAR, *BY],
        "late, weeks": ["late", export, *YEAR, *BY, "--each", "week"],
    }


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """The median of the ratios within each turn: what slowed a turn down slowed both."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def main() -> None:
    """Measure and print; exit code 1 if something costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    times = {"million days": working_days(given.repeat)}
    with tempfile.TemporaryDirectory() as folder:
        export = str(Path(folder) / "export.xlsx")
        subprocess.run([sys.executable, "-m", "reformcli", "sample", export, "--rows", str(given.rows)], check=True)
        for _ in range(given.repeat):
            for name, arguments in jobs(export).items():
                times.setdefault(name, []).append(seconds(partial(command, arguments)))
    for name, measured in times.items():
        print(f"{name:13} median {statistics.median(measured):.3f} s, best {min(measured):.3f} s")
    figures = [
        ("a million dossiers' working days, s", statistics.median(times["million days"]), MOST_DAYS),
        ("late / score", ratio(times["late"], times["score"]), MOST_LATE),
        ("late with every week / late", ratio(times["late, weeks"], times["late"]), MOST_WEEKS),
    ]
    for name, value, most in figures:
        print(f"{name:38} {value:.3f} (at most {most})")
    raise SystemExit(any(value > most for _, value, most in figures))


if __name__ == "__main__":
    main()
