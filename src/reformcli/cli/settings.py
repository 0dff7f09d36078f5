"""Where defaults come from: flags > REFORMCLI_* > reformcli.toml found upwards > the user's file > built in."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reformcli.cli.options import many, names_in_files
from reformcli.errors import UsageError
from reformcli.i18n import LANGUAGES

FILE = "reformcli.toml"
_PATHS = ("counts", "agencies", "columns", "accept", "scorecard")


def read_settings(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """The options that configuration files set, the nearer file winning.

    Raises:
        UsageError: `bad_config`, a file that is no TOML, or a key that is no option.
    """
    settings: dict[str, Any] = {}
    for path in (_user_file(environment), _project_file(folder)):
        if path is not None and path.is_file():
            settings |= _read(path)
    return settings


def _user_file(environment: Mapping[str, str]) -> Path | None:
    home = environment.get("APPDATA") if sys.platform == "win32" else environment.get("XDG_CONFIG_HOME")
    base = Path(home) if home else Path(environment["HOME"]) / ".config" if "HOME" in environment else None
    return base / "reformcli" / FILE if base else None


def _project_file(folder: Path) -> Path | None:
    return next((parent / FILE for parent in (folder, *folder.parents) if (parent / FILE).is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("bad_config", where=path.name, problem=str(error)) from error
    known = names_in_files()
    settings = {}
    for key, value in table.items():
        if key not in known:
            raise UsageError("bad_config", where=path.name, problem=key)
        name = known[key]
        values = value if isinstance(value, list) else [value]
        if name in _PATHS:
            values = [_beside(path, entry) for entry in values]
        settings[name] = values if many(name) else values[0]
    return settings


def _beside(path: Path, entry: object) -> object:
    """A relative path in a configuration file starts from that file's folder."""
    if not isinstance(entry, str) or "=" in entry:
        return entry
    beside = path.parent / entry
    return str(beside) if beside.exists() else entry


def language_of(arguments: Sequence[str], environment: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """The language of help and messages, known before the arguments are parsed; Vietnamese unless told otherwise."""
    chosen = str(settings.get("lang", "vi"))
    chosen = environment.get("REFORMCLI_LANG", chosen)
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            chosen = arguments[place + 1]
        elif argument.startswith("--lang="):
            chosen = argument.removeprefix("--lang=")
    return chosen if chosen in LANGUAGES else "vi"


def surroundings() -> tuple[dict[str, str], Path]:
    """The environment and the working directory: read here and nowhere else."""
    return dict(os.environ), Path.cwd()
