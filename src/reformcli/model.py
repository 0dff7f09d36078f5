"""What the rooms share: frozen descriptions of inputs, findings, counts and results. No arithmetic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LEVELS = ("ministry", "province", "district", "commune")
CHANNELS = ("online", "direct", "post")
SERVICE_LEVELS = ("full", "partial", "information")
STATUSES = (
    "accepted",
    "pending",
    "supplement",
    "payment",
    "stopped",
    "withdrawn",
    "resolved",
    "returned",
    "not_accepted",
    "refused",
)
FORMULA = "=…"  # stands for a formula whose result the file does not hold
ERROR_VALUES = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!", FORMULA)
)  # what a spreadsheet shows in a cell that has no value
UNATTRIBUTED = "unattributed"  # an agency or level that nothing tells


class Severity(StrEnum):
    """An error takes the row out of the figures; a warning leaves it in."""

    ERROR = "error"
    WARNING = "warning"


# ------------------------------------------------------------------ inputs
@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its name without folders, SHA-256 (hex) and size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet (or csv file) as text, with the physical place of its first cell.

    `cells` has string columns only, one per physical column, nulls for empty cells; `first_row` and `first_column`
    are the 1-based physical row and column of `cells[0][0]`. A real Excel date is the text `YYYY-MM-DD HH:MM:SS`, an
    error value its text (`#REF!`), a formula without a stored result `FORMULA`. `hidden_rows` counts the rows with
    values that the file hides (None: this kind of file does not tell); `far_cells` are the addresses of lone cells so
    far away that they were left out.
    """

    source: Source
    sheet: str | None
    cells: pa.Table
    first_row: int
    first_column: int
    date1904: bool = False
    hidden: bool = False
    hidden_rows: int | None = 0
    far_cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """How one heading was understood.

    `position` is the 0-based column in `RawSheet.cells`; `field` the canonical column, or None when the column is
    not used; `how` is dictionary | pattern | user | settled (another column decided) | personal | ignored (known,
    feeds nothing) | unknown | ambiguous | repeated.
    """

    position: int
    heading: str
    field: str | None
    how: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: its last row and the first row of data, 0-based in `RawSheet.cells`."""

    rows: tuple[int, ...]
    columns: tuple[ColumnUse, ...]

    @property
    def data_row(self) -> int:
        """The first row below the header."""
        return self.rows[-1] + 1

    @property
    def fields(self) -> dict[str, ColumnUse]:
        """The used columns by canonical name."""
        return {use.field: use for use in self.columns if use.field and use.how != "personal"}


@dataclass(frozen=True, slots=True)
class SkippedSheet:
    """A sheet that was not read, and why.

    no_header | unread (no header either, but something like dossiers) | counts (no dossiers) | empty | no_cells |
    no_export: a file in a zip.
    """

    source: Source
    sheet: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SheetUse:
    """A sheet that was read: how its headings were understood, and its rows.

    `header_row` (the last one) and `first_column` are physical and 1-based; `rows` counts dossier rows, `other_rows`
    what below the header is no dossier; `samples` tells per column position what kind of text stands there.
    """

    source: Source
    sheet: str | None
    header: Header
    header_row: int
    first_column: int
    rows: int
    other_rows: int
    hidden: bool = False
    hidden_rows: int | None = 0
    far_cells: tuple[str, ...] = ()
    profile: str = ""
    samples: Mapping[int, str] = field(default_factory=dict)


# ------------------------------------------------------------------ findings
@dataclass(frozen=True, slots=True)
class RowTotals:
    """What became of every row read: read = counted + out_of_scope + superseded + rejected."""

    read: int = 0
    counted: int = 0
    out_of_scope: int = 0
    superseded: int = 0
    rejected: int = 0


# ------------------------------------------------------------------ the period
@dataclass(frozen=True, slots=True)
class Period:
    """[start, end] in whole seconds, local time; `given` tells which ends the user chose.

    `known` is False where there are neither dossiers nor a choice: a run over counts alone.
    """

    start: datetime
    end: datetime
    start_given: bool
    end_given: bool
    suggestion: str | None = None  # the last full week inside the data, as "2023-W51"
    known: bool = True


# ------------------------------------------------------------------ the scorecard
@dataclass(frozen=True, slots=True)
class Component:
    """One component of a scorecard, as its rule file declares it. Points per cent are Decimal."""

    id: str
    group: str
    name: Mapping[str, str]
    max: Decimal
    population: str | None  # predicates of `classify`, or None: only counts feed it
    numerator: str | None
    sum: str | None  # a column summed instead of counted (2.2)
    full_at: Decimal | None  # percent; None: linear
    empty: str  # none | zero | full
    minus: str | None  # a count that is subtracted (5.4.complaints)
    inherited: bool  # taken from the whole-province row by departments and communes
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of components with its maximum."""

    id: str
    name: Mapping[str, str]
    max: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """A band of results, given from `at_least` points (percent of the maximum) up."""

    id: str
    name: Mapping[str, str]
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class StateRules:
    """The choices of the state rules that a scorecard names (DESIGN, "The state of a dossier")."""

    granularity: str = "timestamp"  # timestamp | day
    no_due_date: str = "in_time"  # in_time | exclude | late
    paused: str = "in_time"  # in_time | overdue
    more_than_one_supplement: str = "late"  # late | ignore
    compared_date: str = "finished"  # finished | returned
    withdrawn: str = "as_resolved"  # as_resolved | exclude


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard in force on the last day measured, with the hash of the file that declares it."""

    id: str
    version: str
    title: Mapping[str, str]
    source: str
    max: Decimal
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    bands: tuple[Band, ...]
    states: StateRules
    rounding: int  # decimals, half up
    sha256: str


# ------------------------------------------------------------------ counts
@dataclass(frozen=True, slots=True)
class Unit:
    """An agency, a level or the total. `key` is the identity, `agency` the name people read."""

    kind: str  # agency | level | total
    agency: str | None
    level: str | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of one component of one unit. `measured` False: `missing` says what would measure it."""

    numerator: int = 0
    denominator: int = 0
    measured: bool = True
    origin: str = ""  # dossiers | counts | catalogue | inherited
    bound: bool = False  # the numerator is only an upper bound
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency with its tallies by component id.

    `flow` is empty when no dossier of the period is known; `population` tells whether dossiers were received in it.
    """

    unit: Unit
    parent: str | None = None
    flow: Mapping[str, int | None] = field(default_factory=dict)
    dossiers: Mapping[str, Tally] = field(default_factory=dict)
    counts: Mapping[str, Tally] = field(default_factory=dict)
    catalogue: Mapping[str, Tally] = field(default_factory=dict)
    is_whole_province: bool = False
    is_nobody: bool = False  # stands for exports without any dossier in the period: measured, and nothing there

    @property
    def population(self) -> bool:
        """Whether the agency received dossiers in the period."""
        return bool(self.flow.get("received"))


# ------------------------------------------------------------------ results
@dataclass(frozen=True, slots=True)
class ComponentScore:
    """One component of one unit. `points` is None where nothing may be claimed; counts are None when not measured."""

    component: Component
    numerator: int | None
    denominator: int | None
    ratio: Decimal | None  # percent, two decimals
    points: Decimal | None
    status: str  # measured | empty | upper_bound | not_measured
    origin: str  # dossiers | counts | catalogue | inherited | mixed | ""
    missing: tuple[str, ...] = ()  # columns or counts that would measure it
    mean_days: Decimal | None = None  # 2.2 only


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One group of one unit: the sum of its measured components, and what of the maximum they cover."""

    group: Group
    points: Decimal | None
    measurable: Decimal


@dataclass(frozen=True, slots=True)
class UnitScore:
    """The result of one unit."""

    unit: Unit
    points: Decimal | None
    measurable: Decimal
    rank: int | None
    rank_of: int | None
    band: Band | None
    groups: tuple[GroupScore, ...]
    components: tuple[ComponentScore, ...]
    counts: Mapping[str, int | None]  # the flow counts of `measure`, for display beside the points


@dataclass(frozen=True, slots=True)
class Bound:
    """One indicator of one unit with what it would be if its `rejected` rows were all good (`best`) or bad (`worst`).

    `component` is an id of the scorecard or `on_time_rate`, which has no points. `unplaced` of the total's `rejected`
    rows belong to no known agency. Ratios are percent, two decimals; None where there is nothing to divide by.
    """

    unit: Unit
    component: str
    numerator: int
    denominator: int
    rejected: int
    unplaced: int
    ratio: Decimal | None
    best: Decimal | None
    worst: Decimal | None
    points: Decimal | None = None
    best_points: Decimal | None = None
    worst_points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AffectedSheet:
    """The rows of one sheet that have findings, as they were written but for what may be personal.

    `columns` are (canonical name, heading) of the columns of `cells`, `rows` the physical numbers of its rows, `rules`
    what was found in each, `marks` the severity of a cell by (place among the rows, canonical name).
    """

    source: Source
    sheet: str | None
    columns: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, ...], ...]  # one per column
    rows: tuple[int, ...]
    rules: tuple[str, ...]
    marks: Mapping[tuple[int, str], str]
    left_out: int = 0  # rows with findings that would not fit on a sheet


@dataclass(frozen=True, slots=True)
class Input:
    """A file that figures were made from, or one sheet of it, and what became of its rows: dossiers, procedures, tasks.

    `kind` is one of `made_from.KINDS`.
    """

    kind: str
    source: Source
    sheet: str | None = None
    rows: RowTotals | None = None


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Rules that figures rest on: which, by the hash of the file that holds them; `version` None: it has none."""

    kind: str
    id: str
    version: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the figures were made from: enough to make them again, and to notice what has changed since."""

    period: Period
    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    scorecard: Scorecard
    options: Mapping[str, object]
    inputs: tuple[Input, ...] = ()
    rules: tuple[RuleFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run of the pipeline knows; every output reads this and computes nothing.

    `findings` has one row per finding: `rule`, `severity`, `file`, `sheet`, `row`, `column`, `cell`, `dossier_id`,
    `text` (masked), `position` (of the row among all), `accepted` and, in `validate`, `agency`. `rejected` holds the
    rows in quarantine as they were written. `metrics` is the flow table, the total last: each row by the names of its
    dimensions, of `flow.FLOW` and of the two rates. `unplaced` lists (agency text, unit code, dossiers) of what no
    agency could be found for.
    """

    manifest: Manifest
    rows: RowTotals
    findings: pd.DataFrame
    rejected: pd.DataFrame
    unplaced: tuple[tuple[str, str, int], ...] = ()
    units: tuple[UnitScore, ...] = ()
    metrics: tuple[Mapping[str, object], ...] = ()
    bounds: tuple[Bound, ...] = ()
    affected: tuple[AffectedSheet, ...] = ()
    engine: str = "memory"  # what counted it; no figure depends on it
