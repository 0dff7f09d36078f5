"""Guarded reading, from the parent's side: a child that crashes, swells or hangs is one clear error and no more."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reformcli.errors import InputError
from reformcli.limits import MEGABYTE, Limits
from reformcli.model import RawSheet, SkippedSheet, Source
from reformcli.read.child import CPU_BASE, CPU_PER_MEGABYTE
from reformcli.read.cores import available
from reformcli.read.payload import Content

_PACKAGES = Path(__file__).parents[2]  # the folder that holds the package `reformcli`
_START = "from reformcli.read.child import main; main()"
_PIPE = 1 << 20  # bytes a pipe holds where the system lets us choose
_SLOW = 4  # times the processor time allowed that may pass on the clock


_waiting: list[subprocess.Popen[bytes]] = []  # a child that started before it was needed


class ReaderDefectError(RuntimeError):
    """The child met a defect of ours; the text names its kind and place, no values."""


@dataclass(frozen=True, slots=True)
class Job:
    """One input to read: `path`, or `data` where it came through a pipe; `where` is its name in errors."""

    where: str
    path: Path | None
    data: bytes | None
    size: int  # bytes
    limits: Limits
    password: str | None
    cores: int = field(default_factory=available)
    told: Callable[[float], None] = lambda share: None  # called with the share of the input that is read

    @property
    def seconds(self) -> float:
        """The processor time it may take."""
        return CPU_BASE + CPU_PER_MEGABYTE * self.size / MEGABYTE


class Guard:
    """One child process that reads inputs one after the other; it starts with the first, and again after a crash."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, job: Job) -> tuple[Source, Content]:
        """Read one input in the child; after a crash once more, believing nothing that the input says about itself.

        Raises:
            InputError: as the readers; `reader_memory`, `reader_slow`, `reader_died`.
        """
        try:
            return self._tried(job, careful=False)
        except InputError as error:
            if error.key not in ("reader_memory", "reader_died"):
                raise
        return self._tried(job, careful=True)

    def _tried(self, job: Job, *, careful: bool) -> tuple[Source, Content]:
        child, late = self._running(), threading.Event()
        clock = threading.Timer(_SLOW * job.seconds, _stop, [child, late])
        clock.daemon = True
        clock.start()
        try:
            return _ask(child, job, careful=careful)
        except (OSError, EOFError, ValueError) as error:  # the child is gone, or what it says is cut off
            raise self._buried(job, late.is_set()) from error
        except BaseException:  # interrupted: the child is in the middle of an answer
            self.close()
            raise
        finally:
            clock.cancel()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = _waiting.pop() if _waiting else _start()
        return self._child

    def _buried(self, job: Job, is_late: bool) -> InputError:
        """Say why the child has died, as far as its exit tells."""
        child, self._child = self._child, None
        code = 0
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            child.kill()
            child.communicate()
            code = child.returncode
        if is_late or code == -getattr(signal, "SIGXCPU", 0):
            return InputError("reader_slow", where=job.where)
        if code == -getattr(signal, "SIGABRT", 0):  # what an allocation beyond the bound ends in
            return InputError("reader_memory", where=job.where, memory=job.limits.memory)
        return InputError("reader_died", where=job.where)


def start_early() -> None:
    """Start a child now, so that it is ready when the first input is: it imports while the parent does."""
    with contextlib.suppress(OSError):
        _waiting.append(_start())
        atexit.register(_end_waiting)


def _end_waiting() -> None:
    while _waiting:
        _waiting.pop().kill()


def _start() -> subprocess.Popen[bytes]:
    """Start a child that imports this very package, and nothing from the working directory."""
    path = os.pathsep.join([str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-P", "-W", "ignore", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)  # type: ignore[union-attr]
    return child


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _ask(child: subprocess.Popen[bytes], job: Job, *, careful: bool) -> tuple[Source, Content]:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    told: dict[str, Any] = {"where": job.where, "limits": asdict(job.limits), "password": job.password}
    told |= {"seconds": job.seconds, "careful": careful, "cores": job.cores}
    told |= {"path": str(job.path)} if job.data is None else {"bytes": len(job.data)}
    child.stdin.write(json.dumps(told).encode() + b"\n" + (job.data or b""))
    child.stdin.flush()
    answer = _said(child.stdout)
    while "done" in answer:
        job.told(answer["done"])
        answer = _said(child.stdout)
    if "error" in answer:
        key, where, values = answer["error"]
        raise InputError(key, where=where, **values)
    if "defect" in answer:
        raise ReaderDefectError(answer["defect"])
    sheets = [_sheet(sheet, child.stdout) for sheet in answer["sheets"]]
    skipped = [SkippedSheet(Source(**s["source"]), s["sheet"], s["reason"]) for s in answer["skipped"]]
    return Source(**answer["source"]), Content(sheets, skipped)


def _said(stdout: Any) -> dict[str, Any]:
    """The next line of the child."""
    line = stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    said: dict[str, Any] = json.loads(line)
    return said


def _sheet(described: dict[str, Any], stdout: Any) -> RawSheet:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(pa.PythonFile(stdout, "r")) as stream:
            cells = stream.read_all()
    except pa.ArrowInvalid as error:
        raise EOFError from error
    source = Source(**described.pop("source"))
    return RawSheet(source=source, cells=cells, **{**described, "far_cells": tuple(described["far_cells"])})
