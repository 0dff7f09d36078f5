"""Which files the user meant: files, folders, globs and `-` become a list without repetitions."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from reformcli.errors import InputError, UsageError
from reformcli.read.sniff import holds_table

STDIN: Final = "-"
SUFFIXES: Final = frozenset(
    {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt", ".zip", ".parquet"}
)  # looked for in folders only
PAGES: Final = frozenset({".html", ".htm", ".mht", ".mhtml", ".xml"})  # taken from folders if there is a table in them
PAGE: Final = 4 << 20  # bytes in which a table must begin

Item = Path | Literal["-"]


def discover(arguments: Sequence[str]) -> list[Item]:
    """List the files that ARGUMENTS mean, in the order given and by name within a folder or glob.

    Args:
        arguments: files (taken whatever their names end with), folders (not their subfolders; files that end with
            one of `SUFFIXES`, and `PAGES` that hold a table), globs (expanded here: Windows shells leave them alone)
            and `-` for standard input.
            Hidden files and the `~$` lock files of Excel are never taken from a folder or glob.

    Returns:
        Paths as typed, each file once even if it was named twice or through another path.

    Raises:
        UsageError: `no_such_file`, a name that does not exist or a glob that matches nothing.
        InputError: `no_exports`, a folder without exports; `unreadable`, no permission to look.
    """
    found: dict[str, Item] = {}
    for argument in arguments:
        for item in _expand(argument):
            found.setdefault(item if item == STDIN else os.path.realpath(item), item)
    return list(found.values())


def _expand(argument: str) -> Iterator[Item]:
    if argument == STDIN:
        yield STDIN
        return
    path = Path(argument)
    try:
        if argument and path.is_dir():
            yield from _in_folder(path, argument)
        elif argument and path.exists():
            yield path
        else:
            yield from _in_glob(argument)
    except OSError as error:
        raise InputError("unreadable", where=argument) from error


def _in_folder(folder: Path, argument: str) -> list[Path]:
    exports = sorted(path for path in folder.iterdir() if _is_export(path) and _may_hold_table(path))
    if not exports:
        raise InputError("no_exports", where=argument, suffixes=", ".join(sorted(SUFFIXES | PAGES)))
    return exports


def _may_hold_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in SUFFIXES or (suffix in PAGES and _has_table(path))


def _has_table(path: Path) -> bool:
    """Look into a page; one that cannot be opened is taken, so that its reader says so."""
    try:
        with path.open("rb") as file:
            return holds_table(file.read(PAGE))
    except OSError:
        return True


def _in_glob(argument: str) -> list[Path]:
    matches = glob.glob(argument, recursive=True) if glob.has_magic(argument) else []  # noqa: PTH207 (absolute patterns too)
    exports = sorted(path for path in map(Path, matches) if _is_export(path))
    if not exports:
        raise UsageError("no_such_file", where=argument)
    return exports


def _is_export(path: Path) -> bool:
    return not path.name.startswith(("~$", ".")) and path.is_file()
