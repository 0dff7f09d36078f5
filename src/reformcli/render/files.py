"""Writing a file so that there is the old one or the new one, never a half."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reformcli.errors import OutputError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` in one step: whoever looks sees the earlier file or the whole new one.

    A new file gets the usual mode, an existing one keeps its own; a link keeps pointing to the file it names. A
    device or pipe is written to directly. Whatever interrupts the writing, no temporary file stays behind.

    Raises:
        OutputError: keys output_is_folder, output_folder_missing, output_not_writable, output_disk_full,
            output_in_use; values `file`, `folder` and `reason` (the system's own words).
    """
    write_together({path: data})


def write_together(
    files: Mapping[Path, bytes], announce: Callable[[Sequence[Path]], None] = lambda temporaries: None
) -> None:
    """Write several files, none of them before all are on the disk under another name; raises as `write_atomically`.

    Args:
        files: what to write; they appear in this order.
        announce: told the other names before any of them exists.
    """
    modes = {path: _mode_of_existing(path) for path in files}
    directly = [path for path, mode in modes.items() if mode is not None and not stat.S_ISREG(mode)]
    staged = [_beside(path) for path in files if path not in directly]
    announce([temporary for temporary, _, _ in staged])
    try:
        for temporary, _, path in staged:
            _write_durably(temporary, files[path], path)
            if (mode := modes[path]) is not None:
                temporary.chmod(stat.S_IMODE(mode))
        for temporary, target, path in staged:
            _replace(temporary, target, path)
    except BaseException:
        for temporary, _, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise
    for path in directly:
        _write_directly(path, files[path])


def _beside(path: Path) -> tuple[Path, Path, Path]:
    """Another name beside the file that a path means, that file, and the path."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise _error("output_folder_missing", path)
    return target.parent / f".{secrets.token_hex(8)}.tmp", target, path


def _mode_of_existing(path: Path) -> int | None:
    """Look at what is there already: its mode, or None for nothing.

    Raises:
        OutputError: a folder, or a file that is write-protected. Replacing it would work, against its owner's will.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _error("output_not_writable", path, error) from error
    if stat.S_ISDIR(mode):
        raise _error("output_is_folder", path)
    if not os.access(path, os.W_OK):
        raise _error("output_not_writable", path)
    return mode


def _write_durably(temporary: Path, data: bytes, path: Path) -> None:
    """Create the temporary file and bring it to the disk."""
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _error(_key(error), path, error) from error


def _replace(temporary: Path, target: Path, path: Path) -> None:
    """Put the finished file in its place; the folder was writable, so a refusal means that the file is held open."""
    try:
        os.replace(temporary, target)  # noqa: PTH105 - the name under which everyone knows the atomic step
    except PermissionError as error:
        raise _error("output_in_use", path, error) from error
    except OSError as error:
        raise _error(_key(error), path, error) from error


def _write_directly(path: Path, data: bytes) -> None:
    """Write to a device or pipe, such as /dev/stdout, which must not be replaced by a file."""
    try:
        with path.open("wb") as file:
            file.write(data)
    except OSError as error:
        raise _error(_key(error), path, error) from error


def _key(error: OSError) -> str:
    """Choose the message for a system error."""
    if error.errno in _FULL:
        return "output_disk_full"
    if isinstance(error, IsADirectoryError):
        return "output_is_folder"
    return "output_folder_missing" if isinstance(error, FileNotFoundError) else "output_not_writable"


def _error(key: str, path: Path, error: OSError | None = None) -> OutputError:
    """Build the error; the reason is the system's wording, in the system's language."""
    reason = (error.strerror if error else None) or ""
    return OutputError(key, where=str(path), file=path.name, folder=str(path.absolute().parent), reason=reason)
