"""What a full report costs: 100,000 dossiers, 20,000 of them late, beside the hand-written polars script of `score`.

    python benchmarks/whole_report.py --rows 100000 --repeat 5

Both run in fresh processes, one after the other, so that a busy machine slows both; the ratio counts, not the seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from layout import DUE, RECEIVED, TIME

MOST = {"xlsx": 5.0, "html": 5.0, "docx": 5.0, "all": 8.0}  # times the script
PERIOD = ("2023-01-01T00:00:00", "2023-12-31T23:59:59")
SHARE = 2  # every so manieth due date is moved to the day of receipt: with the late ones there are, some 20,000
HERE = Path(__file__).parent


def write_late(source: Path, target: Path) -> None:
    """Copy an export and move every second due date to the last second of the day of receipt."""
    from openpyxl import load_workbook

    book = load_workbook(source)
    sheet = book.active
    heading = {cell.value: cell.column - 1 for cell in sheet[1]}
    due, received = heading[DUE], heading[RECEIVED]
    for number, row in enumerate(sheet.iter_rows(min_row=2)):
        if number % SHARE == 0 and row[received].value and row[due].value:
            text = row[received].value
            came = text if isinstance(text, datetime) else datetime.strptime(text, TIME)
            moved = came.replace(hour=0, minute=0, second=0) + timedelta(days=1, seconds=-1)
            row[due].value = moved if isinstance(row[due].value, datetime) else moved.strftime(TIME)
    book.save(target)


def seconds(program: list[str]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *program], capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def programs(export: Path, folder: Path) -> dict[str, list[str]]:
    """The script and the reports."""
    report = ["-m", "reformcli", "report", str(export), "--period", "2023"]
    outputs = {form: ["-o", str(folder / f"report.{form}")] for form in ("xlsx", "html", "docx")}
    made = {form: [*report, *output] for form, output in outputs.items()}
    made["all"] = [*report, *(part for output in outputs.values() for part in output)]
    return {"polars": [str(HERE / "by_polars.py"), str(export), *PERIOD], **made}


def main() -> None:
    """Measure and print; exit code 1 if a report costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, export = folder / "plain.xlsx", folder / "export.xlsx"
        subprocess.run([sys.executable, "-m", "reformcli", "sample", plain, "--rows", str(given.rows)], check=True)
        write_late(plain, export)
        times: dict[str, list[float]] = {what: [] for what in programs(export, folder)}
        for _ in range(given.repeat):
            for what, program in programs(export, folder).items():
                times[what].append(seconds(program))
    script = statistics.median(times["polars"])
    print(f"polars script: {script:.2f} s, best {min(times['polars']):.2f} s")
    ratios = {what: statistics.median(taken) / script for what, taken in times.items() if what in MOST}
    for what, ratio in ratios.items():
        taken, best = statistics.median(times[what]), min(times[what]) / min(times["polars"])
        print(f"report {what}: {taken:.2f} s, {ratio:.2f} × (best {best:.2f}); at most {MOST[what]}")
    raise SystemExit(any(ratio > MOST[what] for what, ratio in ratios.items()))


if __name__ == "__main__":
    main()
