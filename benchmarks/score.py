"""How fast `reformcli score` is beside hand-written scripts, measured in one run.

Every job runs as a fresh process (start-up included) and again and again in a process that is warm. Jobs take turns,
and ratios are medians of the ratios within a turn, so that a busy machine disturbs both sides alike. Before anything is
timed, reformcli and the scripts must agree on what was received and not late in every agency. Needs Linux or macOS
(`os.wait4`) and `pip install reformcli[bench]`.

Usage: python benchmarks/score.py [--rows N] [--repeat N] [--folder DIR] [--json] [--check] [--no-pandas]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from agreement import Disagreement, agree
from report import measured_targets, shown

HERE = Path(__file__).parent
ROWS = 100_000
PERIODS = {  # --period → first and last second; the last is T, the moment at which open dossiers are judged
    "2023": ("2023-01-01T00:00:00", "2023-12-31T23:59:59"),  # every dossier counts: this one is timed
    "2023-Q3": ("2023-07-01T00:00:00", "2023-09-30T23:59:59"),  # dossiers before, after and open at T
}
TIMED = "2023"
START_UPS = 3  # processes that only start are cheap and unsteady: so many times more of them
MEGABYTE = 1_000_000


class Job(NamedTuple):
    """What is measured: `kind` is a script of this folder, `file` its input."""

    kind: str  # reformcli | polars | pandas | bare | bare text | help | python
    file: str = ""

    @property
    def name(self) -> str:
        """How tables and JSON call it."""
        return f"{self.kind} {Path(self.file).suffix[1:]}".strip()


class Taken(NamedTuple):
    """What one fresh process took: seconds on the clock and of processors, and its peak in MB."""

    seconds: float
    cpu: float
    peak: float


def main() -> int:
    """Measure, print, and with --check return 1 where a target is missed."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="reformcli-bench-") as scratch:
        folder = Path(given.folder or scratch).resolve()
        runner = Runner(Path(scratch))
        runner.run([sys.executable, str(HERE / "inputs.py"), str(folder), str(given.rows)])
        files = {ending: str(folder / f"{given.rows}.{ending}") for ending in ("xlsx", "csv")}
        jobs = jobs_of(files, with_pandas=not given.no_pandas)
        try:
            check_agreement(runner, jobs, given.rows)
        except Disagreement as error:
            say(f"the results differ, so no time is worth comparing: {error}")
            return 1
        fresh = measure_fresh(runner, jobs, given.repeat)
        warm = measure_warm(runner, jobs, given.repeat)
    targets = measured_targets(fresh, warm)
    print(shown(given.rows, given.repeat, fresh, warm, targets, as_json=given.json))
    missed = [target.name for target in targets if target.is_missed]
    if given.check and missed:
        say(f"missed: {', '.join(missed)}")
    return 1 if given.check and missed else 0


def arguments() -> argparse.Namespace:
    """The options; targets are those of 100,000 rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="dossiers in each input (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="turns (default: %(default)s)")
    parser.add_argument("--folder", help="keep the inputs there (ROWS.xlsx, ROWS.csv) and use those that are there")
    parser.add_argument("--json", action="store_true", help="print JSON with every single time")
    parser.add_argument("--check", action="store_true", help="exit 1 if a target of 100,000 rows is missed")
    parser.add_argument("--no-pandas", action="store_true", help="leave out the slowest script")
    given = parser.parse_args()
    if given.repeat < 1 or given.rows < 1:
        parser.error("--rows and --repeat are 1 or more")
    if given.check and (given.no_pandas or given.rows != ROWS or given.repeat < 5):
        parser.error("--check needs every script, 100,000 rows and 5 turns or more")
    return given


def jobs_of(files: dict[str, str], *, with_pandas: bool) -> list[Job]:
    """Everything that reads a file."""
    kinds = ["reformcli", "polars", "bare", "bare text", *(["pandas"] if with_pandas else [])]
    return [*(Job(kind, files["xlsx"]) for kind in kinds), *(Job(kind, files["csv"]) for kind in kinds[:2])]


def command(job: Job, period: str = TIMED) -> list[str]:
    """The process of a job."""
    python = sys.executable
    match job.kind:
        case "python":
            return [python, "-c", "pass"]
        case "help":
            return [python, "-m", "reformcli", "--help"]
        case "reformcli":
            given = ["--period", period, "--format", "json", "--quiet"]
            return [python, "-m", "reformcli", "score", job.file, *given]
        case "bare" | "bare text":
            return [python, str(HERE / "bare.py"), job.file, *job.kind.split()[1:]]
        case _:
            return [python, str(HERE / f"by_{job.kind}.py"), job.file, *PERIODS[period]]


class Runner:
    """Starts processes in an empty folder, with bytecode kept as an installed package keeps it."""

    def __init__(self, scratch: Path) -> None:
        self.cwd = scratch / "empty"
        self.cwd.mkdir()
        self.out = scratch / "out"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REFORMCLI_")}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles reformcli anew
        self.environment = {**kept, "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}

    def run(self, arguments: list[str]) -> Taken:
        """Run a process to its end.

        The peak is what Linux reports of the child, and it is never below that of this process at the fork: hence
        nothing large may be imported here.
        """
        with self.out.open("wb") as out:
            began = perf_counter()
            process = subprocess.Popen(arguments, stdout=out, cwd=self.cwd, env=self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"exit code {process.returncode}: {' '.join(arguments)}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / MEGABYTE)

    def result(self, arguments: list[str]) -> Any:
        """What a process prints as JSON."""
        self.run(arguments)
        return json.loads(self.out.read_bytes())

    def worker(self, job: Job) -> subprocess.Popen[str]:
        """A process that does the job whenever it is told to."""
        arguments = [sys.executable, str(HERE / "worker.py"), job.kind, job.file, TIMED, *PERIODS[TIMED]]
        pipe = subprocess.PIPE
        return subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True, cwd=self.cwd, env=self.environment)


def check_agreement(runner: Runner, jobs: list[Job], rows: int) -> None:
    """Every script must count what reformcli counts, in every period; this also fills the caches of files."""
    for period in PERIODS:
        for one in (job for job in jobs if job.kind == "reformcli"):
            say(f"comparing results: {Path(one.file).name}, {period}")
            document = runner.result(command(one, period))
            for other in (job for job in jobs if job.file == one.file and job.kind in ("polars", "pandas")):
                agree(document, runner.result(command(other, period)), rows, f"{other.name}, {period}")


def turns(jobs: list[Job], count: int) -> list[list[Job]]:
    """The jobs in `count` turns, each beginning one job later: nobody always follows the same neighbour."""
    return [[*jobs[turn % len(jobs) :], *jobs[: turn % len(jobs)]] for turn in range(count)]


def measure_fresh(runner: Runner, jobs: list[Job], repeat: int) -> dict[str, list[Taken]]:
    """Every job as fresh processes, in turns."""
    starts = [Job("help"), Job("python")]
    for job in [*jobs, *starts]:
        runner.run(command(job))  # writes bytecode, fills caches
    taken: dict[str, list[Taken]] = {job.name: [] for job in [*jobs, *starts]}
    for number, turn in enumerate(turns(jobs, repeat), 1):
        say(f"fresh processes: turn {number} of {repeat}")
        for job in [*turn, *starts * START_UPS]:
            taken[job.name].append(runner.run(command(job)))
    return taken


def measure_warm(runner: Runner, jobs: list[Job], repeat: int) -> dict[str, list[float]]:
    """Every job repeated in a process of its own, in turns; the first time does not count."""
    taken: dict[str, list[float]] = {job.name: [] for job in jobs}
    with ExitStack() as stack:
        workers = {job.name: stack.enter_context(runner.worker(job)) for job in jobs}
        for number, turn in enumerate(turns(jobs, repeat + 1)):
            say(f"warm processes: turn {number} of {repeat}")
            for job in turn:
                taken[job.name].append(_once(workers[job.name]))
    return {name: seconds[1:] for name, seconds in taken.items()}


def _once(worker: subprocess.Popen[str]) -> float:
    assert worker.stdin is not None and worker.stdout is not None  # noqa: S101, PT018  (for type checkers)
    worker.stdin.write("\n")
    worker.stdin.flush()
    told = worker.stdout.readline()
    if not told:
        raise SystemExit("a worker ended before its time; its message is above")
    return float(told)


def say(message: str) -> None:
    """Progress and complaints, beside the result."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
