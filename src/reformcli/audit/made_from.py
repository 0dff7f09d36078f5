"""What figures are made from, for the record: every file with its hash and its rows, every rule, every choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reformcli import __version__
from reformcli.model import Input, Manifest, RowTotals, RuleFile, Run, SheetUse, Source
from reformcli.rules import shipped

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KINDS = (
    *("export", "counts", "register", "accept", "columns", "profile", "scorecard", "causes", "calendar", "catalogue"),
    *("targets", "letterhead", "template", "previous", "previous_counts", "published", "tasks", "previous_tasks"),
    "result",
)
READING = {"headings": "headers", "codes": "codes", "levels": "levels", "profiles": "profiles"}  # used by every run
_PREVIOUS = {"export": "previous", "counts": "previous_counts"}


# ------------------------------------------------------------------ files
def file_input(kind: str, path: str | Path) -> Input:
    """A file by its name, hash and size."""
    data = Path(path).read_bytes()
    return Input(kind, Source(Path(path).name, hashlib.sha256(data).hexdigest(), len(data)))


def read_input(kind: str, path: str, sha256: str) -> Input:
    """A file that was read already, which a pipe cannot be a second time."""
    file = Path(path)
    return Input(kind, Source(file.name, sha256, file.stat().st_size))


def export_inputs(
    sheets: Sequence[SheetUse],
    dossiers: pd.DataFrame,
    placed: pd.DataFrame,
    superseded: pd.Series,
    rejected: Sequence[int],
    passed: Mapping[int, int] = MappingProxyType({}),
) -> list[Input]:
    """The sheets of the exports, and what became of the rows of each.

    Args:
        sheets: what was read; `_source` of a row is a place in it.
        dossiers: all rows.
        placed: those that were judged, with `is_handled`.
        superseded: for each valid row whether another one of the same dossier counts.
        rejected: the positions of rows with errors.
        passed: how many rows of each sheet were not read, because they were received after the period.
    """
    import numpy as np

    def per_sheet(numbers: np.ndarray) -> list[int]:
        return [int(count) for count in np.bincount(numbers, minlength=len(sheets))]

    source = dossiers["_source"].to_numpy()
    judged, is_handled = placed["_source"].to_numpy(), placed["is_handled"].to_numpy(dtype=bool)
    parts = (
        source,
        judged[is_handled],
        judged[~is_handled],
        dossiers["_source"].loc[superseded.index[superseded]].to_numpy(),
        source[list(rejected)],
    )
    totals = [RowTotals(*counts) for counts in zip(*map(per_sheet, parts), strict=True)]
    return sheet_inputs(sheets, [with_passed(one, passed.get(place, 0)) for place, one in enumerate(totals)])


def with_passed(totals: RowTotals, passed: int) -> RowTotals:
    """The rows of a sheet with those that were not read: they are out of scope."""
    return replace(totals, read=totals.read + passed, out_of_scope=totals.out_of_scope + passed)


def sheet_inputs(sheets: Sequence[SheetUse], totals: Sequence[RowTotals]) -> list[Input]:
    """The sheets of the exports, each with what became of its rows."""
    return [Input("export", use.source, use.sheet, rows) for use, rows in zip(sheets, totals, strict=True)]


def ordered(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """Inputs by kind, name and hash, however they were named; sheets stay in the order of their workbook."""
    return tuple(sorted(inputs, key=lambda one: (KINDS.index(one.kind), one.source.name, one.source.sha256)))


def as_previous(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """The exports and counts of a run as what another one is compared with."""
    return tuple(replace(one, kind=_PREVIOUS[one.kind]) for one in inputs if one.kind in _PREVIOUS)


# ------------------------------------------------------------------ rules
def shipped_rules(kind: str, name: str) -> RuleFile:
    """A rule file that ships with the program: its version is the program's."""
    return RuleFile(kind, name, __version__, hashlib.sha256(shipped(name)).hexdigest())


def own_rules(one: Input) -> RuleFile:
    """A rule file of the user's own, by its name."""
    return RuleFile(one.kind, one.source.name, None, one.source.sha256)


def with_more(run: Run, inputs: Iterable[Input] = (), rules: Iterable[RuleFile] = ()) -> Run:
    """A run that was made from further files and rules; what it names already is not named twice."""
    made_from: Manifest = run.manifest
    more = [one for one in dict.fromkeys(inputs) if one not in made_from.inputs]
    used = dict.fromkeys((*made_from.rules, *rules))
    manifest = replace(made_from, inputs=ordered([*made_from.inputs, *more]), rules=tuple(used))
    return replace(run, manifest=manifest)
