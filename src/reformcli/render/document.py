"""A report as people read it, before any format: sentences, key figures, sections of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reformcli.render.table import Cell, Column, Table


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: what it is, its value with the column that tells its kind, and a line below it.

    `mood` is good | bad | plain: for a mark beside the text, never colour alone. `formula` tells a workbook which
    cell of which table the value stands in (`render.formulas`).
    """

    label: str
    value: Cell
    column: Column
    note: str = ""
    mood: str = "plain"
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. `id` is its anchor; an `annex` is long: folded on a page, left out of an official note."""

    id: str
    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language.

    `headline` is what is to be said first; `machine` the same result as JSON text, carried along by formats that can,
    so that a later report can be compared with this one. `brief` is what a note of a few pages shows of the sections;
    all of them where it is empty.
    """

    title: str
    subtitle: str
    language: str
    headline: Sequence[str]
    tiles: Sequence[Tile]
    sections: Sequence[Section]
    created: datetime
    machine: str = ""
    brief: Sequence[Section] = ()
