"""Results that were written earlier, one file for each: JSON, or the workbook or page that carries it.

A file may have been edited since: its figures are read strictly, and must still have the identity that it claims.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from reformcli.audit.made_from import file_input
from reformcli.comparing.previous import document_of
from reformcli.comparing.stored_figures import figures_of_document
from reformcli.errors import InputError, UsageError
from reformcli.figures import Figures
from reformcli.history.course import Result, Unused, covered, is_part, key_of, slot_of
from reformcli.model import UNATTRIBUTED, Input
from reformcli.render.identity import identity

SCHEMAS = ("reformcli.score/1", "reformcli.report/1")
_RESTRICTING = ("by", "level", "agency")  # options that leave units out
_SIDE = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Found:
    """What arguments name: the results read from files, exports, and files of a folder that are neither.

    Of a result that has no place in any course there is the reason.
    """

    results: tuple[tuple[Input, Result | Unused], ...]
    exports: tuple[str, ...]
    others: tuple[str, ...]


# ------------------------------------------------------------------ files
def gathered(arguments: Sequence[str]) -> Found:
    """Read the results that arguments name, and tell them from exports by what is in the files.

    A folder that holds results is a folder of results, whatever else is in it; any other is one of exports.

    Raises:
        UsageError: `no_such_file`; `history_not_score`, a named file is a result of another command.
        InputError: `previous_broken`, `previous_not_ours`, `previous_docx`, `unreadable`; `history_edited`, the figures
            of a result are not those it was written with.
    """
    results: dict[str, tuple[Input, Result | Unused]] = {}
    exports: dict[str, str] = {}
    others: dict[str, str] = {}
    for argument in _expanded(arguments):
        path, place = Path(argument), os.path.realpath(argument)
        if path.is_dir():
            inside = {name: read_result(name) for name in map(str, _inside(path))}
            if not any(inside.values()):
                exports.setdefault(place, argument)
                continue
            for name, found in inside.items():
                if found:
                    results.setdefault(os.path.realpath(name), found)
                else:
                    others.setdefault(os.path.realpath(name), name)
        elif argument == "-" or (document := document_of(argument)) is None:
            exports.setdefault(place, argument)
        elif document.get("schema") not in SCHEMAS:
            raise UsageError("history_not_score", where=argument, file=path.name)
        else:
            results.setdefault(place, _read(document, argument))
    left = tuple(name for place, name in others.items() if place not in results)
    return Found(tuple(results.values()), tuple(exports.values()), left)


def _expanded(arguments: Sequence[str]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-" or Path(argument).exists():
            yield argument
            continue
        matches = sorted(glob.glob(argument, recursive=True)) if glob.has_magic(argument) else []  # noqa: PTH207
        if not matches:
            raise UsageError("no_such_file", where=argument)
        yield from matches


def _inside(folder: Path) -> list[Path]:
    """The files of a folder; what programs leave there while they work, and what stands beside a csv, is none."""
    files = sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))
    return [one for one in files if not one.name.lower().endswith(_SIDE)]


# ------------------------------------------------------------------ reading
def read_result(path: str) -> tuple[Input, Result | Unused] | None:
    """The result that a file is or carries, with the file for the record; None if it is something else.

    Of a result that has no place in any course there is the reason.
    """
    try:
        document = document_of(path)
    except InputError as error:
        if error.key == "previous_docx":  # the note that was written beside a workbook
            return None
        raise
    return _read(document, path) if document and document.get("schema") in SCHEMAS else None


def _read(document: Mapping[str, Any], path: str) -> tuple[Input, Result | Unused]:
    source = file_input("result", path)
    return source, result_of(document, path, source.source.name, source.source.sha256)


def result_of(document: Mapping[str, Any], where: str, source: str = "", sha256: str = "") -> Result | Unused:
    """The result of a JSON document of `score` or `report`; raises what `gathered` does of one."""
    figures = figures_of_document(document, where=where)
    try:
        manifest, rows = document["manifest"], document["rows"]
        claimed = str(manifest["identity"])
        if identity(document) != claimed:
            raise InputError("history_edited", where=where, file=source or where)
        if figures.start is None or figures.end is None:
            return Unused(source, sha256, "no_period")
        is_given = manifest["period"]["start"] == "given"
        return _result(document, figures, figures.start, figures.end, rows, is_given, (source, sha256, claimed))
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("previous_broken", where=where) from error


def _result(
    document: Mapping[str, Any],
    figures: Figures,
    start: datetime,
    end: datetime,
    rows: Mapping[str, int],
    start_given: bool,
    named: tuple[str, str, str],
) -> Result:
    manifest = document["manifest"]
    slot = slot_of(start, end, start_given=start_given)
    keys = [key_of(one.unit) for one in figures.units]
    entries = dict(zip(keys, document["units"], strict=True))
    total = next((one for one in figures.units if one.unit.kind == "total"), None)
    is_restricted = total is None or any(name in manifest["options"] for name in _RESTRICTING)
    is_unread = any(one["reason"] == "unread" for one in manifest["skipped"])
    flags = {
        "restricted": is_restricted,
        "part": is_part(start, end, slot),
        "unread": is_unread,
        "rejected": rows["rejected"] > 0,
    }
    named_agencies = [one for one in figures.units if one.unit.kind == "agency" and one.unit.agency != UNATTRIBUTED]
    handled = total.flow.get("handled") if total else None
    return Result(
        *named,
        tool=str(manifest["tool"]),
        slot=slot,
        figures=figures,
        units=dict(zip(keys, figures.units, strict=True)),
        bands={key: _word(entry["band"]) for key, entry in entries.items()},
        maxima={key: Decimal(entry["max"]) for key, entry in entries.items()},
        lacks=tuple(name for name, is_so in flags.items() if is_so),
        completeness=(
            int(not is_restricted),
            covered(start, end, slot),
            (total.measurable if total else None) or 0,
            sum(one.points is not None for one in named_agencies),
            int(not is_unread and not rows["rejected"]),
            -1 if handled is None else handled,
        ),
    )


def _word(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value
