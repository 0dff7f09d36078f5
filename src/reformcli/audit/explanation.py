"""What is told of a figure and of a dossier: names and results that computing and rendering share. No arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reformcli.model import Component, ComponentScore, Run, Unit

if TYPE_CHECKING:
    import pandas as pd

OF = ("numerator", "denominator", "missing")
ALSO = (  # what adds to the reason of a state, in the order in which it is told
    *("ended_after", "other_end", "open_status", "withdrawn", "waited", "due_by_day", "by_day", "end_by_day"),
    *("asked_again", "past_due", "carried_over"),
)
# Why a figure is no count of dossiers.
DIFFERS = ("not_measured", "counts", "catalogue", "inherited", "complaints", "whole_province", "sum")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be explained: one figure of one unit (the total where none is named)."""

    component: str | None = None
    metric: str | None = None
    late: str | None = None
    cause: str | None = None
    of: str | None = None
    agencies: Sequence[str] = ()
    levels: Sequence[str] = ()
    calendar: str | None = None
    service: str | None = None
    in_field: str | None = None
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An agency that adds another number to a figure than its dossiers tell, and why (of `DIFFERS`)."""

    unit: Unit
    value: int
    listed: int
    why: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one unit.

    `kind` is component | metric | late | cause | service, `name` its id (of a late kind with a cause: both), `of` which
    number of it, "count" where there is only one. `value` is None where nothing was measured. `listed` dossiers tell
    it; where that is another number, `differs` says why (of `DIFFERS`) and `parts` where. `kinds` counts the dossiers
    of a cause by the kind of their lateness; `exempt` those that a component leaves out because the catalogue says
    that their procedure needs no paper result; `missing` is what would measure a figure of services.
    """

    kind: str
    name: str
    of: str
    unit: Unit
    value: int | None
    listed: int
    differs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    component: Component | None = None
    score: ComponentScore | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)
    exempt: int = 0
    missing: tuple[str, ...] = ()

    @property
    def of_procedures(self) -> bool:
        """Whether it counts procedures of a catalogue, not dossiers."""
        is_component = self.score is not None and self.score.origin == "catalogue"
        return is_component or (self.kind == "service" and "catalogue" in self.differs)

    @property
    def difference(self) -> int | None:
        """How many the figure has that no listed dossier tells; None where it counts none, or nothing was measured."""
        is_none = self.value is None or self.of_procedures or "sum" in self.differs
        return None if is_none else (self.value or 0) - self.listed


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its dossiers, the worst first, each with its state and why.

    `told` is the column that decides whether a dossier is in the numerator (of 3.3 the channel), where there is one.
    `procedures` are what a figure of the catalogue is made of, as `served.listed` tells them.
    """

    run: Run
    figure: Figure
    dossiers: pd.DataFrame
    told: str | None = None
    cause_name: Mapping[str, str] = field(default_factory=dict)
    cause_states: tuple[str, ...] = ()
    procedures: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure of a unit that a dossier is in. `is_counted` False: the figure is not made from this dossier's row."""

    kind: str  # component | metric | late | cause
    name: str
    unit: Unit
    in_numerator: bool
    in_denominator: bool
    is_counted: bool


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A row of a dossier: where it stands, what became of it and by which rule.

    `fate` is counted | out_of_scope | superseded | rejected; `why` tells how it was chosen among the rows of the
    dossier: only | file_later | own_later | hash, or same for a row that another repeats; empty where it was rejected.
    """

    file: str
    sheet: str | None
    row: int
    fate: str
    why: str
    found: tuple[tuple[str, str, str], ...]  # rule, severity, masked value
    facts: Mapping[str, Any]  # column → value, None for what is missing


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one dossier. `row` is the row that counts, as `reasons` tells it; None if none is left."""

    run: Run
    dossier_id: str
    rows: tuple[StoryRow, ...]
    row: Mapping[str, Any] | None
    unit: Unit | None
    entries: tuple[Entry, ...] = ()
    late: Mapping[str, Any] = field(default_factory=dict)  # kind, days_late, cause, evidence
    until: datetime | None = None
