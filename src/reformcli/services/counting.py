"""What a catalogue offers online and what is made of it: procedures counted by service level, field and level."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reformcli.audit.roundings import made_to_add, rounded
from reformcli.model import LEVELS, SERVICE_LEVELS
from reformcli.services.catalogue import Procedure
from reformcli.services.components import Served, Use
from reformcli.text import collation_key

UNSTATED = "unstated"  # a service level that the catalogue leaves blank
PARTS = (*SERVICE_LEVELS, UNSTATED)
WORST = 10


@dataclass(frozen=True, slots=True)
class Service:
    """A procedure with its dossiers of the period; None where exports do not tell."""

    procedure: Procedure
    received: int | None
    online: int | None
    paid: int | None

    @property
    def on_paper(self) -> int | None:
        """Those not filed online."""
        return None if self.received is None or self.online is None else self.received - self.online


def _is_many(number: int | None) -> bool | None:
    return None if number is None else number > 0


def _both(first: bool, second: bool | None) -> bool | None:
    return None if second is None else first and second


# What a procedure may count as; None where catalogue or exports do not tell.
KINDS: Mapping[str, Callable[[Service], bool | None]] = {
    "procedures": lambda one: True,
    **{name: lambda one, name=name: one.procedure.service_level == name for name in SERVICE_LEVELS},  # type: ignore[misc]
    UNSTATED: lambda one: one.procedure.service_level is None,
    "online": lambda one: one.procedure.is_online,
    "eforms": lambda one: one.procedure.eform,
    "used": lambda one: _is_many(one.received),
    "used_full": lambda one: _both(one.procedure.service_level == "full", _is_many(one.received)),
    "used_online": lambda one: _is_many(one.online),
    "unfiled": lambda one: _both(one.procedure.is_online, None if one.online is None else one.online == 0),
    "on_paper": lambda one: _both(one.procedure.is_online, _is_many(one.on_paper)),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Some procedures, counted. `by_level` is in the order of PARTS; None where catalogue or exports do not tell.

    `used` have dossiers in the period, `used_online` dossiers filed online.
    """

    key: str
    procedures: int
    by_level: tuple[int, ...]
    eforms: int | None
    used: int | None
    used_full: int | None
    used_online: int | None
    received: int | None
    online: int | None

    @property
    def is_online(self) -> int:
        """How many are offered online, partly or fully."""
        return self.by_level[0] + self.by_level[1]


@dataclass(frozen=True, slots=True)
class Share:
    """The procedures of a service level, and their share of all in percent; `half_up` before it was adjusted."""

    key: str  # of PARTS, or "online": the first two together
    group: Group
    share: Decimal | None
    half_up: Decimal | None

    @property
    def is_adjusted(self) -> bool:
        """Whether the share was moved so that all add to 100."""
        return self.share != self.half_up


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Dossiers whose procedure, as `written`, the catalogue does not have (`unknown`) or has several times."""

    written: str
    dossiers: int
    why: str  # unknown | ambiguous


@dataclass(frozen=True, slots=True)
class Offer:
    """All that `services` tells.

    `unfiled` are offered online and nobody filed online; `on_paper` are those offered online and filed on paper most.
    """

    whole: Group
    shares: tuple[Share, ...]
    fields: tuple[Group, ...]
    levels: tuple[Group, ...]
    services: tuple[Service, ...]
    unfiled: tuple[Service, ...] | None
    on_paper: tuple[Service, ...] | None
    is_made_to_add: bool = False
    missing: tuple[str, ...] = ()  # columns that the exports, or some of their sheets, lack
    unplaced: tuple[Unplaced, ...] = ()


def offer(known: Served, *, worst: int = WORST, make_add: bool = False) -> Offer:
    """Count a catalogue with the dossiers of its procedures.

    Args:
        known: both.
        worst: how many of the services filed on paper most are named.
        make_add: shares that add to 100, as few as possible of them moved for it.
    """
    services = services_of(known, zip(known.catalogue.procedures, known.totals(), strict=True))
    untold = {kind for kind, is_so in KINDS.items() if any(is_so(one) is None for one in services)}

    def group(key: str, some: Iterable[Service]) -> Group:
        return _group(key, list(some), untold)

    whole = group("", services)
    on_paper, unfiled = (sorted(filter(KINDS[kind], services), key=_on_paper_first) for kind in ("on_paper", "unfiled"))
    return Offer(
        whole=whole,
        shares=tuple(_shares(services, whole, group, make_add=make_add)),
        fields=_grouped(services, group, lambda one: (one.field,)),
        levels=_grouped(services, group, lambda one: one.levels or ("",)),
        services=tuple(services),
        unfiled=None if "unfiled" in untold else tuple(unfiled),
        on_paper=None if "on_paper" in untold else tuple(on_paper[:worst]),
        is_made_to_add=make_add,
        missing=known.missing(),
        unplaced=tuple(_unplaced(known)),
    )


def percent(part: int | None, whole: int | None) -> Decimal | None:
    """A share in percent, two decimals, half up; None where there is nothing to divide, or nothing known."""
    return rounded(Fraction(100 * part, whole), 2) if whole and part is not None else None


def services_of(
    known: Served, pairs: Iterable[tuple[Procedure, Use]], agencies: Collection[str] | None = None
) -> list[Service]:
    """Procedures with what is known of their dossiers; `agencies` are the keys of those that have them, else all."""
    missing = known.missing(agencies)
    is_told = known.is_counted and "procedure" not in missing

    def service(one: Procedure, use: Use) -> Service:
        online = use.online if is_told and "channel" not in missing else None
        paid = use.paid if is_told and "paid_online" not in missing else None
        return Service(one, use.received if is_told else None, online, paid)

    return [service(one, use) for one, use in pairs]


# ------------------------------------------------------------------ parts


def _unplaced(known: Served) -> Iterable[Unplaced]:
    """Those with the most dossiers first."""
    for why, counts in (("unknown", known.unknown), ("ambiguous", known.ambiguous)):
        for written, dossiers in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            yield Unplaced(written, dossiers, why)


def _on_paper_first(one: Service) -> tuple[object, ...]:
    return -(one.on_paper or 0), collation_key(one.procedure.name), one.procedure.id, one.procedure.row


def _group(key: str, some: Sequence[Service], untold: Collection[str]) -> Group:
    def many(kind: str) -> int:
        return sum(bool(KINDS[kind](one)) for one in some)

    def told(kind: str) -> int | None:
        return None if kind in untold else many(kind)

    return Group(
        key=key,
        procedures=len(some),
        by_level=tuple(many(name) for name in PARTS),
        **{kind: told(kind) for kind in ("eforms", "used", "used_full", "used_online")},
        received=None if "used" in untold else sum(one.received or 0 for one in some),
        online=None if "used_online" in untold else sum(one.online or 0 for one in some),
    )


def _grouped(
    services: Sequence[Service],
    group: Callable[[str, Iterable[Service]], Group],
    keys: Callable[[Procedure], tuple[str, ...]],
) -> tuple[Group, ...]:
    """A group per key; a procedure with several keys is in each of their groups."""
    found: dict[str, list[Service]] = {}
    for one in services:
        for key in keys(one.procedure):
            found.setdefault(key, []).append(one)
    order = sorted(found, key=lambda key: (LEVELS.index(key) if key in LEVELS else len(LEVELS), collation_key(key)))
    return tuple(group(key, found[key]) for key in order)


def _shares(
    services: Sequence[Service],
    whole: Group,
    group: Callable[[str, Iterable[Service]], Group],
    *,
    make_add: bool,
) -> Iterable[Share]:
    """Each service level, and behind the first two what is offered online; left blank only where one is."""
    half_up = [percent(count, whole.procedures) for count in whole.by_level]
    shares = [share for share, _ in made_to_add(whole.by_level)] if make_add else half_up
    for at, key in enumerate(PARTS):
        some = list(filter(KINDS[key], services))
        if some or key != UNSTATED:
            yield Share(key, group(key, some), shares[at], half_up[at])
        if at == 1:
            online = list(filter(KINDS["online"], services))
            both = percent(len(online), whole.procedures)
            parts = [share for share in shares[:2] if share is not None]
            yield Share("online", group("online", online), sum(parts, Decimal(0)) if make_add else both, both)
