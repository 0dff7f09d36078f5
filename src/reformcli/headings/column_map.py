"""The user's own map of headings: read from `--columns`, written by `columns --write-map`, checked against sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reformcli.errors import InputError, UsageError
from reformcli.headings.headers import FIELDS, load_dictionary
from reformcli.model import Header
from reformcli.text import clean, match_key


def load_column_map(values: Sequence[str]) -> dict[str, str]:
    """Read `heading=field` texts and csv files of headings and fields; a later value wins, "" leaves a column out.

    Raises:
        UsageError: a text that is neither, a file that is not there, or a field that does not exist.
        InputError: a file that is not UTF-8 text of two columns.
    """
    mapping: dict[str, str] = {}
    for value in values:
        before, _, after = value.rpartition("=")
        is_file = names_file(value)
        if not is_file and not before.strip():
            raise UsageError("bad_column_map", where="--columns", value=value)
        for heading, name in _read_map(Path(value)) if is_file else [(before, after.strip())]:
            mapping[clean(heading)] = name
            if name and name not in (*FIELDS, *load_dictionary().personal):
                where = Path(value).name if is_file else "--columns"
                raise UsageError("unknown_field", where=where, heading=heading, field=name, known=", ".join(FIELDS))
    return mapping


def names_file(value: str) -> bool:
    """Whether a value of --columns is a file, not the text `heading=field`."""
    return value.lower().endswith((".csv", ".txt")) or ("=" not in value and Path(value).is_file())


def _read_map(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise UsageError("no_column_map", where=path.name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("unreadable_column_map", where=path.name) from error
    tables = [list(csv.reader(lines, delimiter=delimiter)) for delimiter in ",;\t"]  # Excel here writes ; or ,
    rows = max(tables, key=lambda table: sum(len(row) == 2 for row in table))
    for number, row in enumerate(rows, start=1):
        if any(map(str.strip, row)) and (len(row) < 2 or not row[0].strip() or any(map(str.strip, row[2:]))):
            raise InputError("unreadable_column_map", where=f"{path.name}:{number}")
    filled = [(row[0], row[1].strip()) for row in rows if any(map(str.strip, row))]
    return [(heading, name) for heading, name in filled if (match_key(heading), name.lower()) != ("heading", "field")]


def write_column_map(headers: Iterable[Header]) -> str:
    """The map of all headings as csv text for `load_column_map`; an ambiguous one shows its choices, to be edited."""
    fields: dict[str, tuple[str, str]] = {}
    for use in (use for header in headers for use in header.columns):
        meant = use.field or ("|".join(use.choices) if use.how == "ambiguous" else "")
        if meant or match_key(use.heading) not in fields:
            fields[match_key(use.heading)] = (use.heading, meant)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("heading", "field"))
    for heading, meant in fields.values():  # a heading must not run as a formula; matching forgets the apostrophe
        writer.writerow((f"'{heading}" if heading.startswith(("=", "+", "-", "@")) else heading, meant))
    return out.getvalue()


def unmatched(user_map: Mapping[str, str], headers: Iterable[Header]) -> tuple[str, ...]:
    """The headings of the user's map that no sheet has: most likely mistyped."""
    seen = {match_key(use.heading) for header in headers for use in header.columns}
    return tuple(heading for heading in user_map if match_key(heading) not in seen)
