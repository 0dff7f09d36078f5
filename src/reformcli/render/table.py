"""A finished table: what every format shows. Renderers lay it out; they compute and translate nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

Cell = str | int | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its machine name, the heading people read, and what it holds.

    `kind` is text | count | points | percent | rank | time | change (a difference: people see an arrow and its size,
    up is better unless the heading says otherwise). None in a cell means "not measured" and is shown as a dash to
    people and as an empty field to machines, never as zero.
    """

    key: str
    heading: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a table, where a format can draw: bar | line | course, over one column of names or times.

    A course is a line with gaps where there is no value; at each row of `breaks` a line marks that what follows does
    not compare with what was before, and says why.
    """

    kind: str
    over: str
    of: Sequence[str]  # keys of the columns drawn
    breaks: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns, with a title and notes for people; `total_rows` closing rows are sums.

    `shades` gives a cell a meaning that colour may underline (never alone): (row, column key) → good | bad | muted
    for the text, error | warning for the cell behind it.

    `bars` names columns whose sizes a workbook may draw behind the numbers. `key` is how formulas of other tables call
    this one. `formulas` tells a workbook how a cell follows from others, as `render.formulas` writes it; the cell
    itself holds the result, which is all that other formats show.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    total_rows: int = 0
    shades: dict[tuple[int, str], str] | None = None
    chart: Chart | None = None
    bars: Sequence[str] = ()
    key: str = ""
    formulas: Mapping[tuple[int, str], str] = field(default_factory=dict)
