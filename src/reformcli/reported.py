"""Everything a report tells: the results that its sections are made of, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reformcli.history.course import History
from reformcli.late.names import Lateness
from reformcli.league.places import League
from reformcli.model import Run, Unit
from reformcli.outcomes import Comparison, Outlook
from reformcli.services.counting import Offer
from reformcli.tasks.model import Tasks


@dataclass(frozen=True, slots=True)
class Report:
    """One result that all formats read.

    `attained` is points in percent of measurable points (two decimals), `flow` the flow table by level and agency with
    the total last, `late` the late dossiers by agency with the further dimensions that the exports tell. The last
    four are there only where a catalogue, tables of scores, a register of tasks or filed results were given.
    """

    run: Run
    attained: Mapping[Unit, Decimal | None]
    flow: tuple[Mapping[str, object], ...]
    late: Lateness
    outlook: Outlook
    comparison: Comparison | None = None
    offer: Offer | None = None
    league: League | None = None
    tasks: Tasks | None = None
    history: History | None = None
