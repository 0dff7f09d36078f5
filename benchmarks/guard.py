"""What the guarded child costs: the whole of `score`, with its reading in the child and in the process itself.

    python benchmarks/guard.py --rows 100000 --repeat 7

Both run in fresh processes, one after the other, so that a busy machine slows both; the ratio counts, not the seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST = 1.15  # what the guard may cost
_UNGUARDED = """
import sys
import reformcli.read.exports as exports
from reformcli.read.payload import load
from reformcli.read.readers import read_content

def read(self, item, told):
    payload = load(item, self._stdin, limits=self._limits, password=self._password)
    return exports._Outcome(payload.where, payload.kind, payload.source, read_content(payload))

exports._Reader.read = read
from reformcli.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def seconds(program: list[str], export: Path) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *program, "score", str(export), "--format", "json"], capture_output=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def main() -> None:
    """Measure and print; exit code 1 if the guard costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.xlsx"
        subprocess.run([sys.executable, "-m", "reformcli", "sample", export, "--rows", str(given.rows)], check=True)
        programs = {"guarded": ["-m", "reformcli"], "unguarded": ["-c", _UNGUARDED]}
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(given.repeat):
            for name, program in programs.items():
                times[name].append(seconds(program, export))
    ratio = statistics.median(times["guarded"]) / statistics.median(times["unguarded"])
    for name, measured in times.items():
        print(f"{name:10} median {statistics.median(measured):.2f} s, best {min(measured):.2f} s")
    print(
        f"ratio of medians {ratio:.3f}, of bests {min(times['guarded']) / min(times['unguarded']):.3f} (at most {MOST})"
    )
    raise SystemExit(ratio > MOST)


if __name__ == "__main__":
    main()
