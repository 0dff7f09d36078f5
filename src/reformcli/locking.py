"""One run at a time: a lock of the system's, which it lets go of when the process ends, however that ends.

The file of the lock is a journal, too: it names the unfinished files of the run that holds it, so that the next one
can remove what a killed run left. A run that ends removes the file.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reformcli.errors import OutputError

_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.tmp")  # what `render.files` calls a file that is being written
_FAR = 1 << 30  # the byte that is locked; no journal is that long


@dataclass(frozen=True, slots=True)
class Journal:
    """The open file of a lock that is held."""

    file: BinaryIO
    path: Path

    def note(self, unfinished: Iterable[Path]) -> None:
        """Name the files that are about to be written, before they are."""
        lines = "".join(f"{os.path.abspath(path)}\n" for path in unfinished)  # noqa: PTH100 (no link is followed)
        self.file.seek(0)
        self.file.truncate()
        self.file.write(lines.encode("utf-8", "surrogateescape"))
        self.file.flush()
        os.fsync(self.file.fileno())

    def clear(self) -> None:
        """Remove what an earlier run left unfinished; a line that was cut off names nothing."""
        self.file.seek(0)
        *lines, _ = self.file.read().decode("utf-8", "surrogateescape").split("\n")
        for path in map(Path, lines):
            if _UNFINISHED.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Journal]:
    """Hold a lock, and clear what an interrupted run left.

    Args:
        path: the file of the lock; it is made, and removed at the end.

    Raises:
        OutputError: `run_busy`, another run holds the lock; `output_not_writable`.
    """
    file = _opened(path)
    try:
        journal = Journal(file, path)
        journal.clear()
        yield journal
    finally:
        _removed(path, file)


def _opened(path: Path) -> BinaryIO:
    """The locked file. Another run may have removed it between opening and locking: then it is opened anew."""
    while True:
        try:
            file = path.open("a+b", buffering=0)
        except OSError as error:
            if sys.platform == "win32" and isinstance(error, PermissionError):  # being removed
                raise OutputError("run_busy", where=str(path)) from error
            values = {"file": path.name, "folder": str(path.absolute().parent), "reason": error.strerror or ""}
            raise OutputError("output_not_writable", where=str(path), **values) from error
        if not lock(file.fileno()):
            file.close()
            raise OutputError("run_busy", where=str(path))
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


def _removed(path: Path, file: BinaryIO) -> None:
    """Remove the file while it is locked; where the system refuses that, after."""
    with contextlib.suppress(OSError):
        path.unlink()
    file.close()
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def lock(number: int) -> bool:
        """Take the lock of an open file, if nobody else has it."""
        os.lseek(number, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(number, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def lock(number: int) -> bool:
        """Take the lock of an open file, if nobody else has it."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
