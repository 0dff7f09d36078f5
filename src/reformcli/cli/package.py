"""`--manifest datapackage`: beside what a run writes a descriptor that makes a Frictionless Data Package of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from os.path import realpath  # Path.resolve raises on a link to itself
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.cli.options import Given
from reformcli.errors import UsageError
from reformcli.render.datapackage import NAME, package_document

if TYPE_CHECKING:
    from reformcli.cli.output import Views

_SAFE = re.compile(r"(?![.~%])(?!.*\.\.)[^\\/:$]+")  # what the standard and its programs take for a path
_VIETNAM, _UTC = "+07:00", "Z"


def package_files(given: Given) -> list[str]:
    """The descriptor that a run will write, if it was asked for one."""
    outputs = _outputs(given)
    return [str(Path(outputs[0]).parent / NAME)] if given.manifest == "datapackage" and outputs else []


def _outputs(given: Given) -> list[str]:
    return [given.output] if given.output else given.outputs


def check_package(given: Given, side_files: Sequence[str]) -> None:
    """Refuse what cannot be one package, before anything is read or written.

    Args:
        given: what the user gave.
        side_files: what stands beside the outputs by itself.

    Raises:
        UsageError: `package_nothing`, no -o; `package_folders`, outputs in several folders; `package_name`, a file name
            that the standard does not allow; `package_taken`, the folder holds a package of other files.
    """
    if given.manifest != "datapackage":
        return
    outputs = _outputs(given)
    if not outputs:
        raise UsageError("package_nothing", where="--manifest")
    folders = [realpath(Path(name).parent) for name in outputs]
    for name, folder in zip(outputs, folders, strict=True):
        file = Path(name).name
        if folder != folders[0]:
            raise UsageError("package_folders", where=name, file=file, first=Path(outputs[0]).name)
        if not _SAFE.fullmatch(file):
            raise UsageError("package_name", where=name, file=file)
    descriptor = Path(package_files(given)[0])
    others = _described(descriptor) - {Path(name).name for name in (*outputs, *side_files)}
    if others:
        raise UsageError("package_taken", where=str(descriptor), file=NAME, others=", ".join(sorted(others)))


def _described(descriptor: Path) -> set[str]:
    """The files that an earlier package consists of; "?" where it cannot be told."""
    if not descriptor.exists():
        return set()
    try:
        return {str(one.get("path", "?")) for one in json.loads(descriptor.read_bytes())["resources"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"?"}


def with_package(given: Given, files: Mapping[str, bytes], views: Views) -> dict[str, bytes]:
    """What a run writes, with the descriptor of all of it where --manifest asks for one."""
    found = dict(files)
    if not files or not views.sealed:
        return found
    from reformcli.render.shapes import as_shown, to_json

    for descriptor in package_files(given):
        table = views.plain()
        document = package_document(
            {Path(path).name: data for path, data in files.items()},
            as_shown(views.sealed(), language=given.lang, table=views.table),
            {Path(path).name: table for path in files if path.lower().endswith(".csv")},
            title=table.title or views.title,
            created=_moment(views.created),
            lang=given.lang,
        )
        found[descriptor] = to_json(document).encode("utf-8")
    return found


def _moment(created: datetime | None) -> str | None:
    """A time of creation as RFC 3339 has it: the end of a period is told in Vietnam, SOURCE_DATE_EPOCH in UTC."""
    zone = _UTC if os.environ.get("SOURCE_DATE_EPOCH") else _VIETNAM
    return None if created is None else created.isoformat(timespec="seconds") + zone
