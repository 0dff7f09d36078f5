"""What a catalogue and the dossiers of its procedures tell of each agency: components that neither tells alone.

The dossiers come as counts per agency and procedure, so that it makes no difference which engine counted them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reformcli.model import UNATTRIBUTED, Tally, Unit
from reformcli.services.catalogue import Catalogue, Procedure

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("procedure_id", "procedure")  # columns that tell the procedure of a dossier
COUNTED = ("procedure", "channel", "paid_online")  # what sheets may lack; "procedure" is either of NAMES
RESTRICTED = ("4.1", "4.2")  # counted over dossiers of procedures that need a paper result, where a catalogue tells
SHARED = ("district", "commune")  # levels of which every agency settles the same procedures


@dataclass(frozen=True, slots=True)
class Use:
    """The dossiers of one procedure that were received in the period."""

    received: int = 0
    online: int = 0
    paid: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(self.received + other.received, self.online + other.online, self.paid + other.paid)

    @property
    def on_paper(self) -> int:
        """Those not filed online."""
        return self.received - self.online


UNUSED = Use()


@dataclass(frozen=True, slots=True)
class Served:
    """A catalogue with the dossiers of its procedures.

    `uses` are by agency key and place in the catalogue; `lacking` the COUNTED columns that sheets of an agency lack;
    `unknown` and `ambiguous` the dossiers whose procedure the catalogue does not have, or has several times, by what
    is written; `exempt` by agency key and component the (numerator, denominator) of dossiers whose procedure needs no
    paper result.
    """

    catalogue: Catalogue
    is_counted: bool  # whether there are exports at all
    uses: Mapping[tuple[str, int], Use] = field(default_factory=dict)
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    ambiguous: Mapping[str, int] = field(default_factory=dict)
    exempt: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)

    def totals(self) -> list[Use]:
        """The dossiers of every procedure."""
        found = [UNUSED] * len(self.catalogue.procedures)
        for (_, place), one in self.uses.items():
            found[place] += one
        return found

    def missing(self, keys: Collection[str] | None = None) -> tuple[str, ...]:
        """The columns that sheets of some agencies, or of any, lack."""
        some = self.lacking if keys is None else {key: self.lacking.get(key, ()) for key in keys}
        lacked = {name for names in some.values() for name in names}
        return tuple(name for name in COUNTED if name in lacked)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a component is counted: procedures that are `of`, and those of them that are `having` as well."""

    of: str
    having: str


@dataclass(frozen=True, slots=True)
class _Predicate:
    """What may be asked of a procedure and its dossiers, and the columns of catalogue and dossiers it needs."""

    holds: Callable[[Procedure, Use], bool]
    columns: tuple[str, ...] = ()
    dossiers: tuple[str, ...] = ()


PREDICATES: Mapping[str, _Predicate] = {
    "is_procedure": _Predicate(lambda one, use: True),
    "is_online_service": _Predicate(lambda one, use: one.is_online, ("service_level",)),
    "is_filed_online": _Predicate(lambda one, use: use.online > 0, (), ("procedure", "channel")),
    "is_with_fee": _Predicate(lambda one, use: bool(one.fee), ("fee",)),
    "has_online_payment": _Predicate(lambda one, use: bool(one.online_payment), ("online_payment",)),
    "is_paid_for_online": _Predicate(lambda one, use: use.paid > 0, (), ("procedure", "paid_online")),
    "is_for_individuals": _Predicate(lambda one, use: bool(one.individual), ("individual",)),
    "has_population_data": _Predicate(lambda one, use: bool(one.population_data), ("population_data",)),
}
# The components of scorecard 766 that procedures make. Source and evidence: docs/dich-vu-cong.md.
RULES: Mapping[str, Rule] = {
    "3.1": Rule("is_procedure", "is_online_service"),
    "3.2": Rule("is_online_service", "is_filed_online"),
    "3.5a": Rule("is_with_fee", "has_online_payment"),
    "3.5b": Rule("is_with_fee", "is_paid_for_online"),
    "4.5a": Rule("is_for_individuals", "has_population_data"),
}


# ------------------------------------------------------------------ the dossiers of each procedure
def served(
    table: pd.DataFrame | None,
    catalogue: Catalogue,
    *,
    agencies: Mapping[str, Unit],
    named: Mapping[str, str],
    absent: Collection[str],
) -> Served:
    """Find the procedure of every group of dossiers.

    Args:
        table: one row per agency and procedure as `measure` counts them: `agency_key`, those of NAMES that there are,
            the flow, `paid.n`, `C.n` and `C.d` of RESTRICTED, `lacks.COLUMN` of COUNTED; None without exports.
        catalogue: the procedures.
        agencies: the unit of every agency key.
        named: the agencies that the catalogue names, as written → key.
        absent: those of COUNTED that no sheet has.
    """
    if table is None:
        return Served(catalogue, is_counted=False)
    uses: dict[tuple[str, int], Use] = {}
    lacking: dict[str, set[str]] = {}
    unknown, ambiguous = Counter[str](), Counter[str]()
    exempt: dict[str, dict[str, tuple[int, int]]] = {}
    for row in _records(table):
        key = str(row["agency_key"])
        if row["handled"]:
            lacks = {name for name in COUNTED if name in absent or row.get(f"lacks.{name}", 0)}
            lacking.setdefault(key, set()).update(lacks)
        if not row["received"]:
            continue
        places = places_of(catalogue, agencies[key], named, row)
        if len(places) != 1:
            written = _text(row, "procedure") or _text(row, "procedure_id")
            if written or "procedure" not in lacking[key]:
                (ambiguous if places else unknown)[written] += int(row["received"])
            continue
        at = (key, places[0])
        uses[at] = uses.get(at, UNUSED) + _use(row)
        if catalogue.procedures[places[0]].paper_result is False:
            _exempt(exempt.setdefault(key, {}), row)
    columns = {key: tuple(name for name in COUNTED if name in names) for key, names in lacking.items()}
    return Served(catalogue, True, uses, columns, unknown, ambiguous, exempt)


def _records(table: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return ({str(name): value for name, value in row.items()} for row in table.astype(object).to_dict("records"))


def _text(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    return value if isinstance(value, str) else ""


def _use(row: Mapping[str, Any]) -> Use:
    return Use(int(row["received"]), int(row["received_online"]), int(row["paid.n"]))


def places_of(
    catalogue: Catalogue, unit: Unit, named: Mapping[str, str], written: Mapping[str, object]
) -> tuple[int, ...]:
    """The procedures that a dossier of an agency may mean, by what is `written` under NAMES: none, one or several.

    Of several that bear one name those of that agency are meant, or of its level.
    """
    places = catalogue.find(_text(written, "procedure_id"), _text(written, "procedure"))
    if len(places) < 2:
        return places
    found = [(place, catalogue.procedures[place]) for place in places]
    own = tuple(place for place, one in found if _names(one, unit, named) or unit.level in one.under)
    return own or places


def _exempt(found: dict[str, tuple[int, int]], row: Mapping[str, Any]) -> None:
    for name in RESTRICTED:
        if f"{name}.n" in row:
            numerator, denominator = found.get(name, (0, 0))
            found[name] = numerator + int(row[f"{name}.n"]), denominator + int(row[f"{name}.d"])


def without_exempt(table: pd.DataFrame, exempt: Mapping[str, Mapping[str, tuple[int, int]]]) -> pd.DataFrame:
    """Counts per `agency_key` without the dossiers whose procedure needs no paper result."""
    left = table.copy()
    for key, components in exempt.items():
        for name, counts in components.items():
            for part, count in zip("nd", counts, strict=True):
                left.loc[left["agency_key"] == key, f"{name}.{part}"] -= count
    return left


# ------------------------------------------------------------------ agencies
def tallies(
    known: Served, unit: Unit, named: Mapping[str, str], components: Collection[str], *, is_whole: bool = False
) -> dict[str, Tally]:
    """What the catalogue tells of one agency.

    Args:
        known: the catalogue with its dossiers.
        unit: the agency.
        named: the agencies that the catalogue names, as written → key.
        components: those of RULES that the scorecard has.
        is_whole: the agency stands for the whole province: every procedure is its own, once.

    Returns:
        A tally per component; not measured, with what is missing, where the catalogue does not tell.
    """
    if unit.agency == UNATTRIBUTED:
        return {}
    own = own_services(known, unit, named, is_whole=is_whole)
    lacks = known.missing(None if is_whole else [unit.key])
    found = {}
    for component in components:
        rule = RULES[component]
        if not own:
            found[component] = Tally(measured=False, missing=("--catalogue agency",))
        elif missing := _missing(rule, known, lacks, component):
            found[component] = Tally(measured=False, missing=missing)
        else:
            found[component] = _tally(rule, own)
    return found


def own_services(
    known: Served, unit: Unit, named: Mapping[str, str], *, is_whole: bool = False
) -> list[tuple[Procedure, Use]]:
    """The procedures of an agency with its dossiers of them: those that name it, and those that all of its level have.

    The whole province has every procedure once, with everybody's dossiers.
    """
    procedures = known.catalogue.procedures
    if is_whole:
        return list(zip(procedures, known.totals(), strict=True))
    shared = unit.level if unit.level in SHARED else None
    return [
        (one, known.uses.get((unit.key, place), UNUSED))
        for place, one in enumerate(procedures)
        if shared in one.under or _names(one, unit, named)
    ]


def _names(one: Procedure, unit: Unit, named: Mapping[str, str]) -> bool:
    return any(named.get(name) == unit.key for name in one.agencies)


def _missing(rule: Rule, known: Served, lacks: Collection[str], component: str) -> tuple[str, ...]:
    """The columns of the catalogue and of the dossiers that a component would need."""
    asked = [PREDICATES[rule.of], PREDICATES[rule.having]]
    absent = [name for one in asked for name in one.columns if name not in known.catalogue.columns]
    columns = [name for one in asked for name in one.dossiers]
    if columns and not known.is_counted:
        return (*(f"--catalogue {name}" for name in absent), f"--counts {component}")
    return (*(f"--catalogue {name}" for name in absent), *(name for name in columns if name in lacks))


def _tally(rule: Rule, procedures: Iterable[tuple[Procedure, Use]]) -> Tally:
    found = [is_good for _, is_good in judged_by(rule, procedures)]
    return Tally(sum(found), len(found), origin="catalogue")


def judged_by(rule: Rule, procedures: Iterable[tuple[Procedure, Use]]) -> Iterator[tuple[tuple[Procedure, Use], bool]]:
    """The procedures of a denominator, and whether each is in the numerator, too."""
    for pair in procedures:
        if PREDICATES[rule.of].holds(*pair):
            yield pair, PREDICATES[rule.having].holds(*pair)


def ownerless(catalogue: Catalogue) -> int:
    """How many procedures no agency is responsible for, as far as the catalogue tells."""
    return sum(not one.agencies and not set(one.under) & set(SHARED) for one in catalogue.procedures)
