"""Where defaults come from: flags > REFORMCLI_* > reformcli.toml found upwards > the user's file > built in."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reformcli.cli.options import flags, many, names_in_files, suits
from reformcli.errors import UsageError
from reformcli.i18n import LANGUAGES

FILE = "reformcli.toml"
_PATHS = (
    "counts",
    "catalogue",
    "previous",
    "previous_counts",
    "league",
    "tasks",
    "previous_tasks",
    "remembered",
    "agencies",
    "columns",
    "accept",
    "scorecard",
    "causes",
    "check_due",
    "targets",
    "profile",
    "password_file",
    "calendar",
    "letterhead",
    "template",
)


_PERIODS = (("period",), ("start", "end"))  # choosing one outweighs what lower sources say of the other
_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def read_settings(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """What configuration files and REFORMCLI_* variables set, the nearer source winning.

    Raises:
        UsageError: `bad_config`, a file that is no TOML, a key that is no option, a value that is not of its type.
    """
    sources = [_read(path) for path in (_user_file(environment), _project_file(folder)) if path and path.is_file()]
    sources.append(_variables(environment))
    given = {name for name in names_in_files().values() if any(_is_given(flag, arguments) for flag in flags(name))}
    settings: dict[str, Any] = {}
    for source in (*sources, dict.fromkeys(given)):
        for one, other in (_PERIODS, _PERIODS[::-1]):
            if set(one) & set(source):
                settings = {name: value for name, value in settings.items() if name not in other}
        settings |= source
    return {name: value for name, value in settings.items() if name not in given}


def _is_given(flag: str, arguments: Sequence[str]) -> bool:
    return any(argument == flag or argument.startswith(f"{flag}=") for argument in arguments)


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """REFORMCLI_FAIL_ON=warning and the like; one variable is one value, whatever spaces it has."""
    found: dict[str, Any] = {}
    for key, name in names_in_files().items():
        variable = f"REFORMCLI_{key.replace('-', '_').upper()}"
        if environment.get(variable):
            text = environment[variable]
            value: Any = [text] if many(name) else text
            if suits(name, True):
                value = _WORDS.get(text.casefold(), text)
            elif suits(name, 1):
                value = int(text) if text.isascii() and text.isdigit() else text
            if not suits(name, value):
                raise UsageError("bad_config", where=variable, problem=f"{key} = {text}")
            found[name] = value
    return found


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
        chosen: Any = [value] if many(name) and not isinstance(value, list) else value
        if isinstance(chosen, (date, datetime)):
            chosen = str(chosen)
        elif suits(name, True) and chosen in (0, 1):
            chosen = bool(chosen)
        if not suits(name, chosen):
            raise UsageError("bad_config", where=path.name, problem=f"{key} = {value}")
        if name in _PATHS:
            chosen = [_beside(path, entry) for entry in chosen] if many(name) else _beside(path, chosen)
        settings[name] = chosen
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
