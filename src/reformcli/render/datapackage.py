"""The files of one run as a Frictionless Data Package: what each holds, its hash, and what all were made from.

Profile 1.0 of https://specs.frictionlessdata.io: with `type` = file it can say that a workbook is not to be read as one
table, which 2.0 has no word for; programs that know 2.0 read it as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from reformcli.i18n import text
from reformcli.render.csv import csv_label
from reformcli.render.table import Cell, Column, Table
from reformcli.text import fold

NAME = "datapackage.json"
_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "md": "text/markdown",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_TEXTS = frozenset({"csv", "json", "md", "html"})
_TYPES = {"count": ("integer", "number"), "rank": ("integer", "number"), "time": ("datetime",), "text": ()}
_FITS: Mapping[str, tuple[type, ...]] = {"integer": (int,), "number": (int, Decimal), "datetime": (datetime,)}
_DIALECT = {"header": True, "delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n"}


def package_document(
    files: Mapping[str, bytes],
    document: Mapping[str, Any],
    tables: Mapping[str, Table],
    *,
    title: str,
    created: str | None,
    lang: str,
) -> dict[str, Any]:
    """The descriptor of a package.

    Args:
        files: what the run wrote, by file name.
        document: the sealed result, whose manifest goes in whole under `reformcli`.
        tables: the table that each csv among the files holds.
        title: what the package is called.
        created: a moment as RFC 3339 has it; None where there is none that is the same tomorrow.
        lang: of titles and descriptions.
    """
    command = str(document["schema"]).removeprefix("reformcli.").partition("/")[0]
    names = _names(list(files))
    return {
        "profile": "data-package",
        "name": f"reformcli-{command}",
        "title": title,
        **({"created": created} if created else {}),
        "sources": _sources(document["manifest"]["inputs"]),
        "resources": [_resource(names[file], file, data, tables.get(file), lang) for file, data in files.items()],
        "reformcli": {"of": document["schema"], **{name: document[name] for name in ("manifest", "rows", "findings")}},
    }


def _names(files: Sequence[str]) -> dict[str, str]:
    """A name for each file in the letters that the standard allows; of equal ones the second has a number."""
    found: dict[str, str] = {}
    for file in files:
        name = plain = re.sub(r"[^a-z0-9._-]+", "-", fold(file))
        while name in found.values():
            name = f"{plain}-{len(found) + 1}"
        found[file] = name
    return found


def _sources(inputs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files that were read: a workbook once, however many of its sheets were."""
    found = {
        (one["kind"], one["name"], one["sha256"]): {
            "title": one["name"],
            "kind": one["kind"],
            "hash": f"sha256:{one['sha256']}",
            "bytes": one["size"],
        }
        for one in inputs
    }
    return list(found.values())


def _resource(name: str, file: str, data: bytes, table: Table | None, lang: str) -> dict[str, Any]:
    form = file.rpartition(".")[2].lower()
    is_plain = table is None and form != "json"
    return {
        "name": name,
        "path": file,
        "profile": "tabular-data-resource" if table else "data-resource",
        **({"type": "file"} if is_plain else {}),
        "format": form,
        "mediatype": _MEDIA[form],
        **({"encoding": "utf-8"} if form in _TEXTS else {}),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "bytes": len(data),
        **({"dialect": _DIALECT, "schema": table_schema(table, lang)} if table else {}),
    }


def table_schema(table: Table, lang: str) -> dict[str, Any]:
    """The Table Schema of a table as `csv_text` writes it; an empty field is what was not measured."""
    fields = [_field(column, [row[place] for row in table.rows], lang) for place, column in enumerate(table.columns)]
    return {"fields": fields, "missingValues": [""]}


def _field(column: Column, cells: Sequence[Cell], lang: str) -> dict[str, Any]:
    kind = _type(column, cells)
    heading = column.heading or column.key
    unit = text(f"datapackage.{column.kind}", lang) if column.kind != "text" else ""
    return {
        "name": csv_label(column),
        "title": heading,
        "description": f"{heading}: {unit}" if unit else heading,
        "type": kind,
        **({"format": "%Y-%m-%d %H:%M:%S"} if kind == "datetime" else {}),
    }


def _type(column: Column, cells: Sequence[Cell]) -> str:
    """The type that the kind of a column stands for; a wider one where a cell is something else."""
    fitting = (
        name
        for name in _TYPES.get(column.kind, ("number",))
        if all(cell is None or isinstance(cell, _FITS[name]) for cell in cells)
    )
    return next(fitting, "string")
