"""What tests share: writing an export, running the pipeline on it, running the real command."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reformcli import judging, pipeline

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_data"
DATA = Path(__file__).parent / "data"


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None) -> Path:
    """Write rows as an export in csv."""
    names = list(columns or rows[0])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def command(
    *arguments: object, stdin: bytes | None = None, env: Mapping[str, str] | None = None, cwd: Path | None = None
):
    """Run the real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "reformcli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **(env or {})},
    )


def result(*arguments: object) -> dict:
    """The JSON result of a command that must succeed (or find faults)."""
    done = command(*arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr.decode()
    return json.loads(done.stdout)


def metrics(paths: Iterable[Path], by: Sequence[str] = (), **options: object) -> list[dict]:
    """The flow table of some exports, in this process."""
    run = pipeline.run_metrics(judging.Options(exports=[str(path) for path in paths], **options), list(by))
    return list(run.metrics)


def score(paths: Iterable[Path], **options: object):
    """The score of some exports, in this process."""
    return pipeline.run_score(judging.Options(exports=[str(path) for path in paths], **options))
