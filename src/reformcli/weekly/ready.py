"""What a weekly run needs, one thing after the other: whether it is there. No arithmetic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reformcli.errors import ReformError

STATES = ("missing", "look", "there")  # the gravest first


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a meeting needs.

    `kind` is a kind of input, `components`, `agencies`, `rows` or `targets`; `why` names the text that tells its
    state, with `values`. `error` is what reading it raised.
    """

    kind: str
    name: str
    state: str
    why: str
    values: Mapping[str, object] = field(default_factory=dict)
    error: ReformError | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """All items, and what could be measured: (points that can be measured, of how many), None where nothing was."""

    items: tuple[Item, ...]
    measurable: tuple[Decimal, Decimal] | None = None

    def count(self, state: str) -> int:
        """How many items are in a state."""
        return sum(one.state == state for one in self.items)
