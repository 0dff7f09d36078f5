"""How time and memory grow with the dossiers, beside what others need for the same file, measured in one run.

    python benchmarks/scale.py --rows 10000 100000 694611 --turns 5 -o benchmarks/results.json
    python benchmarks/scale.py --rows 3000000 20000000 50000000 --turns 1 -o benchmarks/results.json
    python benchmarks/scale.py --check                 # compare with benchmarks/baseline.json
    python benchmarks/scale.py --check --plant 1.3     # … with a reader that takes 1.3 times as long: must fail
    python benchmarks/scale.py --rebase                # write that baseline anew

Every job is a fresh process; jobs take turns, and ratios are medians of the ratios within a turn. The clock tells what
a person waits, and on a busy machine what others do; the processor time of a process and its children is steadier, so
that is what `--check` compares. Memory is that of a process and all its children together (PSS, where Linux tells it).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from layout import IN_MEMORY, PANDAS_ROWS, SHEET_ROWS

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
PERIOD = ("2023-01-01T00:00:00", "2023-12-31T23:59:59")
SCORE = ["-m", "reformcli", "score", "{file}", "--period", "2023", "--format", "json", "--quiet"]
JOBS: dict[str, list[str]] = {  # name → Python's arguments; the last word of a name is the kind of its file
    "reformcli xlsx": SCORE,
    "reader xlsx": [str(HERE / "reader.py"), "{file}"],
    "bare xlsx": [str(HERE / "bare.py"), "{file}"],
    "polars xlsx": [str(HERE / "by_polars.py"), "{file}", *PERIOD],
    "pandas xlsx": [str(HERE / "by_pandas.py"), "{file}", *PERIOD],
    "reformcli csv": SCORE,
    "polars csv": [str(HERE / "by_polars.py"), "{file}", *PERIOD],
    "duckdb csv": [str(HERE / "by_duckdb.py"), "{file}", *PERIOD],
    "reformcli parquet": SCORE,
    "reformcli-duckdb parquet": [*SCORE, "--engine", "duckdb", "--memory-limit", "4GB"],
    "duckdb parquet": [str(HERE / "by_duckdb.py"), "{file}", *PERIOD],
}
RATIOS = (  # what is compared with what
    ("reader xlsx", "bare xlsx"),
    ("reformcli xlsx", "bare xlsx"),
    ("reformcli xlsx", "polars xlsx"),
    ("pandas xlsx", "reformcli xlsx"),
    ("reformcli csv", "polars csv"),
    ("reformcli csv", "duckdb csv"),
    ("reformcli parquet", "duckdb parquet"),
    ("reformcli-duckdb parquet", "duckdb parquet"),
)
CHECKED = (("reader xlsx", "bare xlsx"), ("reformcli xlsx", "bare xlsx"), ("reformcli csv", "polars csv"))
CHECKED_ROWS = 100_000
TOLERANCE = 0.12  # of a ratio of processor times: a third more work in the reader is twice that
PAUSE = 0.05  # seconds between two looks at the memory
MEGABYTE = 1_000_000


class Taken(NamedTuple):
    """One run: seconds on the clock and of processors, and the peak of all its processes in MB."""

    seconds: float
    cpu: float
    peak: float


def main() -> int:
    """Measure, and compare or write."""
    given = arguments()
    compared = given.check or given.rebase
    sizes = [CHECKED_ROWS] if compared else given.rows
    with tempfile.TemporaryDirectory(prefix="reformcli-bench-") as scratch:
        folder = Path(given.folder or scratch).resolve()
        measured = {rows: measure(jobs_of(rows, only_checked=compared), folder, rows, given) for rows in sizes}
    document = described(measured)
    if given.output:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(json.dumps(with_others(document, given.output), indent=1, sort_keys=True) + "\n")
    print(table(document))
    if given.rebase:
        ratios = {name: round(ratio["cpu"], 3) for name, ratio in document["ratios"][str(CHECKED_ROWS)].items()}
        BASELINE.write_text(json.dumps({"rows": CHECKED_ROWS, "cpu": ratios}, indent=1) + "\n", encoding="utf-8")
    return 1 if given.check and regressed(document) else 0


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, CHECKED_ROWS], help="dossiers")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--folder", help="keep the inputs there (ROWS.xlsx …) and use those that are there")
    parser.add_argument("-o", "--output", type=Path, help="write every single measurement there, as JSON")
    parser.add_argument("--check", action="store_true", help="exit 1 if a ratio is beyond the stored one")
    parser.add_argument("--rebase", action="store_true", help="store the ratios as the baseline")
    parser.add_argument("--plant", type=float, default=1.0, help="let the reader take so many times as long")
    return parser.parse_args()


def jobs_of(rows: int, *, only_checked: bool) -> dict[str, list[str]]:
    """The jobs that make sense for a number of dossiers."""
    names = {name for pair in CHECKED for name in pair} if only_checked else set(JOBS)
    if rows > SHEET_ROWS:
        names = {name for name in names if name.endswith("parquet")}
    if rows > IN_MEMORY:
        names.discard("reformcli parquet")
    if rows > PANDAS_ROWS:
        names.discard("pandas xlsx")
    return {name: job for name, job in JOBS.items() if name in names}


def measure(
    jobs: Mapping[str, Sequence[str]], folder: Path, rows: int, given: argparse.Namespace
) -> dict[str, list[Taken]]:
    """Run every job in turns, each turn beginning one job later; of several, one more before them only fills caches."""
    kinds = sorted({name.split()[-1] for name in jobs})
    subprocess.run([sys.executable, str(HERE / "inputs.py"), str(folder), str(rows), *kinds], check=True)
    names = list(jobs)
    taken: dict[str, list[Taken]] = {name: [] for name in names}
    for turn in range(0 if given.turns > 1 else 1, given.turns + 1):
        say(f"{rows} rows: turn {turn} of {given.turns}")
        for name in [*names[turn % len(names) :], *names[: turn % len(names)]]:
            more = [str(given.plant - 1)] if name == "reader xlsx" and given.plant > 1 else []
            one = run([word.format(file=folder / f"{rows}.{name.split()[-1]}") for word in jobs[name]] + more)
            if turn:
                taken[name].append(one)
    return taken


def run(arguments: Sequence[str]) -> Taken:
    """Run Python to its end, with bytecode kept as an installed package keeps it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REFORMCLI_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=kept)
    peak = [0]
    watching = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    watching.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"exit code {process.returncode}: {' '.join(arguments)}")
    largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)  # of one process: where Linux does not help
    return Taken(seconds, usage.ru_utime + usage.ru_stime, max(peak[0], largest) / MEGABYTE)


def _watch(pid: int, peak: list[int]) -> None:
    """Keep the largest sum of the memory of a process and its children, until it is gone."""
    while (now := sum(map(_memory, _family(pid)))) or Path(f"/proc/{pid}/stat").exists():
        peak[0] = max(peak[0], now)
        if not now and _is_gone(pid):
            return
        time.sleep(PAUSE)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _memory(pid: int) -> int:
    """Bytes of a process, what it shares with others counted in parts (PSS); 0 where nobody knows."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


# ------------------------------------------------------------------ results
def described(measured: Mapping[int, Mapping[str, Sequence[Taken]]]) -> dict[str, dict]:
    """Every single measurement, and the ratios."""
    return {
        "machine": {
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
            "system": platform.system(),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in ("fastexcel", "polars", "pandas", "pyarrow", "duckdb")},
        },
        "jobs": {
            str(rows): {name: [one._asdict() for one in runs] for name, runs in jobs.items()}
            for rows, jobs in measured.items()
        },
        "ratios": {str(rows): dict(_ratios(jobs)) for rows, jobs in measured.items()},
    }


def with_others(document: dict[str, dict], path: Path) -> dict[str, dict]:
    """What was measured now, beside what a file has of other numbers of dossiers."""
    if not path.exists():
        return document
    before = json.loads(path.read_text(encoding="utf-8"))
    return {**document, **{part: {**before[part], **document[part]} for part in ("jobs", "ratios")}}


def _ratios(jobs: Mapping[str, Sequence[Taken]]) -> dict[str, dict[str, float]]:
    return {
        f"{one} / {other}": {
            what: median(getattr(a, what) / getattr(b, what) for a, b in zip(jobs[one], jobs[other], strict=True))
            for what in Taken._fields
        }
        for one, other in RATIOS
        if one in jobs and other in jobs
    }


def table(document: Mapping[str, Mapping]) -> str:
    """What was measured, for people."""
    lines = []
    for rows, jobs in document["jobs"].items():
        lines.append(f"\n{int(rows):,} dossiers{'':<18}{'clock s':>9}{'CPU s':>9}{'peak MB':>9}")
        for name, runs in jobs.items():
            middle = [median(one[what] for one in runs) for what in Taken._fields]
            lines.append(f"  {name:<32}{middle[0]:9.2f}{middle[1]:9.2f}{middle[2]:9.0f}")
        for name, ratio in document["ratios"][rows].items():
            lines.append(f"  {name:<32}{ratio['seconds']:8.2f}×{ratio['cpu']:8.2f}×{ratio['peak']:8.2f}×")
    return "\n".join(lines)


def regressed(document: Mapping[str, Mapping]) -> bool:
    """Say which ratios of processor times lie beyond those stored, and whether any does."""
    stored = json.loads(BASELINE.read_text(encoding="utf-8"))
    now = document["ratios"][str(stored["rows"])]
    worse = {name: now[name]["cpu"] / was - 1 for name, was in stored["cpu"].items() if name in now}
    for name, more in worse.items():
        verdict = "WORSE" if more > TOLERANCE else "ok"
        print(f"{name:<34} {now[name]['cpu']:.3f}, stored {stored['cpu'][name]:.3f}: {more:+.1%}  {verdict}")
    return any(more > TOLERANCE for more in worse.values())


def say(message: str) -> None:
    """Progress, beside the result."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
