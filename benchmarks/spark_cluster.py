"""Count on a standalone Spark cluster of two workers on the loopback; compare with memory and DuckDB, byte for byte.

Starts a master and two workers of the installed pyspark (with Java 17 or later), lets `reformcli score` count canonical
Parquet on them, tells time and memory, and ends them. Ends with 1 where a result differs or a worker took no part.

Usage: python benchmarks/spark_cluster.py [ROWS]   (1,000,000 where not told; pip install reformcli[spark,duckdb])
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 60  # seconds that master and workers may take to start
WORKERS = 2
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"


def main(rows: int) -> int:
    """Write dossiers, start the cluster, count on each engine."""
    with tempfile.TemporaryDirectory(prefix="reformcli-spark-") as name:
        folder = Path(name)
        path = folder / f"{rows}.parquet"
        reformcli("sample", str(path), "--rows", str(rows), "--quiet")
        print(f"{rows:,} dossiers, {path.stat().st_size / 1e6:.0f} MB of Parquet")
        results = [counted("memory", path), counted("duckdb", path)]
        with cluster(folder) as (address, log):
            results.append(counted("spark", path, "--spark-master", address))
            took_part = log.read_text(errors="replace").count("Launching executor")
        print(f"workers that took part: {took_part} of {WORKERS}")
        is_same = len(set(results)) == 1
        print("all results are identical" if is_same else "RESULTS DIFFER")
        return 0 if is_same and took_part == WORKERS else 1


def counted(engine: str, path: Path, *more: str) -> str:
    """Score a file on an engine: the hash of its JSON."""
    begun = time.perf_counter()
    shown = reformcli(
        "score", str(path), "--format", "json", "--quiet", "--fail-on", "never", "--engine", engine, *more
    )
    sha = hashlib.sha256(shown).hexdigest()
    print(f"{engine:8} {time.perf_counter() - begun:6.1f} s   sha256 of the JSON {sha[:16]}", flush=True)
    return sha


def reformcli(*arguments: str) -> bytes:
    """Run a command; what it writes to stdout."""
    command = [sys.executable, "-m", "reformcli", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment()).stdout


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, Path]]:
    """A master and two workers with a core each: the address, and the log of the master."""
    port = free_port()
    address, log = f"spark://{HOST}:{port}", folder / "master.log"
    started = [daemon(log, MASTER, "--host", HOST, "--port", str(port), "--webui-port", "0")]
    try:
        wait_for(log, "Starting Spark master", 1)
        for number in range(WORKERS):
            options = ("--host", HOST, "--cores", "1", "--memory", "2g", "--webui-port", "0")
            work = ("--work-dir", str(folder / f"worker-{number}"))
            started.append(daemon(folder / f"worker-{number}.log", WORKER, *options, *work, address))
        wait_for(log, "Registering worker", WORKERS)
        yield address, log
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=PATIENCE)


def daemon(log: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a part of Spark; `spark-class` becomes its Java process."""
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with log.open("wb") as file:
        return subprocess.Popen([str(program), name, *arguments], stdout=file, stderr=file, env=environment())


def environment() -> dict[str, str]:
    """Everything stays on the loopback."""
    import pyspark

    home = str(Path(pyspark.__file__).parent)
    return {**os.environ, "SPARK_HOME": home, "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def wait_for(log: Path, text: str, times: int) -> None:
    """Wait until a log says something so many times."""
    until = time.monotonic() + PATIENCE
    while log.read_text(errors="replace").count(text) < times:
        if time.monotonic() > until:
            sys.exit(f"not started in {PATIENCE} s:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000))
