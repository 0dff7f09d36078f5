"""What an office writes above and below its reports: who issues them, under which number, who signs. From TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from reformcli.errors import InputError, UsageError

_MOST = 100_000  # bytes; an honest file has a few hundred


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The parts of an official letter that no figure tells.

    What is None is shown as a dotted blank for the clerk to fill in; an empty text leaves its line out where custom
    allows (`superior`, `signed_for`, `recipient`, which is also left out by itself).
    """

    superior: str | None = None  # the body above the issuing one
    issuer: str | None = None
    number: str | None = None  # with its symbol: 15/BC-TTPVHCC
    place: str | None = None
    date: date | str | None = None  # as written if it is a text; never today's
    recipient: str | None = None  # "Kính gửi"
    signed_for: str | None = None  # TM. …, KT. …
    position: str | None = None
    signatory: str | None = None
    recipients: tuple[str, ...] | None = None  # "Nơi nhận"


def load_letterhead(path: str | None) -> Letterhead:
    """Read a letterhead; without a file every part is blank.

    Raises:
        UsageError: `no_such_file`.
        InputError: `unreadable`; `bad_letterhead`, no TOML, an unknown key, or a value of a wrong type.
    """
    if path is None:
        return Letterhead()
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST + 1)
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=path) from error
    except OSError as error:
        raise InputError("unreadable", where=path) from error
    if len(data) > _MOST:
        raise _bad(path, f"> {_MOST} bytes")
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(path, str(error)) from error
    return _checked(table, path)


def _checked(table: Mapping[str, object], path: str) -> Letterhead:
    """Take the known keys; a mistyped one must not become a silent blank."""
    known = [field.name for field in fields(Letterhead)]
    if unknown := sorted(set(table) - set(known)):
        raise _bad(path, ", ".join(unknown))
    values = dict(table)
    for key, value in values.items():
        if key == "recipients" and isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            values[key] = tuple(value)
        elif key == "date" and isinstance(value, date):
            values[key] = value.date() if isinstance(value, datetime) else value
        elif key == "recipients" or not isinstance(value, str):
            raise _bad(path, f"{key} = {value}")
    return Letterhead(**values)  # type: ignore[arg-type]


def _bad(path: str, problem: str) -> InputError:
    known = ", ".join(field.name for field in fields(Letterhead))
    return InputError("bad_letterhead", where=path, problem=problem, known=known)
