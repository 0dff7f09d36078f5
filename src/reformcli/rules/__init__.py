"""Rules as data: scorecards, headings, coded texts, levels. Each value carries its source; the loaders are strict."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from reformcli.errors import InputError, UsageError


def shipped(name: str) -> bytes:
    """The bytes of a rule file that ships with the package, `name` without its ending."""
    return files(__name__).joinpath(f"{name}.toml").read_bytes()


def shipped_names() -> list[str]:
    """The names of all rule files that ship with the package."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in files(__name__).iterdir() if entry.name.endswith(".toml")
    )


def read_rules(name_or_path: str) -> tuple[dict[str, Any], str, str]:
    """Read a shipped rule file by name, or a user's own by path.

    Returns:
        The parsed TOML (numbers with a point as Decimal), the file's SHA-256 and its name for messages.

    Raises:
        InputError: the file is missing, unreadable, or not TOML.
    """
    path = Path(name_or_path)
    try:
        data = path.read_bytes() if path.suffix == ".toml" else shipped(name_or_path)
    except FileNotFoundError as error:
        raise UsageError("no_rules", where=name_or_path, known=", ".join(shipped_names())) from error
    except OSError as error:
        raise InputError("unreadable", where=name_or_path) from error
    where = path.name if path.suffix == ".toml" else f"{name_or_path}.toml"
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal), hashlib.sha256(data).hexdigest(), where
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("bad_rules", where=where, problem=str(error)) from error


def bad_rules(where: str, problem: str) -> InputError:
    """The error for a rule file that breaks its own contract."""
    return InputError("bad_rules", where=where, problem=problem)


def check_keys(
    table: Mapping[str, object], *, required: Collection[str], optional: Collection[str] = (), where: str
) -> None:
    """Refuse a missing or unknown key: a mistyped rule must not be a silent default."""
    if missing := sorted(set(required) - set(table)):
        raise bad_rules(where, f"missing key: {', '.join(missing)}")
    if unknown := sorted(set(table) - set(required) - set(optional)):
        raise bad_rules(where, f"unknown key: {', '.join(unknown)}")
    for key in ("source", "evidence"):
        if key in required and not str(table[key]).strip():
            raise bad_rules(where, f"empty {key}")
