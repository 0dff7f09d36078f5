"""The corridor of `explain --service`: a figure that `services` gives, and the procedures or dossiers that make it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from reformcli.audit.explaining import Basis, as_listed, based, check, find_unit, one_of, within
from reformcli.audit.explanation import Asked, Explanation, Figure
from reformcli.errors import UsageError
from reformcli.judging import Options, Progress
from reformcli.late.causes import load_causes
from reformcli.model import UNATTRIBUTED, Unit
from reformcli.services.components import UNUSED, Served, own_services
from reformcli.services.counting import KINDS, Service, services_of
from reformcli.services.served import AMBIGUOUS, UNKNOWN, names_of, placed, serve, told_of, written
from reformcli.text import match_key

if TYPE_CHECKING:
    import pandas as pd

# Figures that count dossiers received in the period: what of a service, which of them, the column that tells it.
OF_DOSSIERS: Mapping[str, tuple[Callable[[Service], int | None], Callable[[pd.DataFrame], pd.Series], str | None]] = {
    "received": (lambda one: one.received, lambda rows: rows["is_received"], None),
    "received_online": (lambda one: one.online, lambda rows: rows["is_online"], "channel"),
    "received_on_paper": (lambda one: one.on_paper, lambda rows: ~rows["is_online"], "channel"),
    "paid_online": (lambda one: one.paid, lambda rows: rows["is_paid_online"], "paid_online"),
}
UNPLACED = {"unknown": UNKNOWN, "ambiguous": AMBIGUOUS}
FIGURES = (*KINDS, *OF_DOSSIERS, *UNPLACED)


def run_service(options: Options, asked: Asked, progress: Progress | None = None) -> Explanation:
    """Tell one figure of the services of a catalogue: of all, of a level, an agency, a field or a procedure.

    Raises:
        UsageError: `explain_catalogue`, no catalogue; `unknown_option_value`; `unknown_procedure`; and what `check` and
            `judge` raise.
    """
    check(asked, load_causes(options.causes))
    one_of("--service", asked.service or "", FIGURES)
    if not options.catalogue:
        raise UsageError("explain_catalogue", where="--service")
    basis = based(options, progress, asked.calendar, scored=False)
    return explain_service(basis, serve(basis.judged), asked)


def explain_service(basis: Basis, known: Served | None, asked: Asked) -> Explanation:
    """Tell one figure of what was judged and served."""
    name = asked.service or ""
    if known is None:
        raise UsageError("explain_catalogue", where="--service")
    if name in UNPLACED:
        return _of_unplaced(basis, known, asked, name)
    unit = _unit(basis, asked)
    own = _wanted(known, _own(basis, known, unit, of_dossiers=name in OF_DOSSIERS), asked, unit)
    return (_of_procedures if name in KINDS else _of_dossiers)(basis, known, unit, name, own)


def _unit(basis: Basis, asked: Asked) -> Unit:
    """The agency, the level of procedures, or the whole."""
    if asked.agencies:
        return find_unit(basis.run, asked)
    return Unit("level", None, asked.levels[0]) if asked.levels else Unit("total", None, None)


# ------------------------------------------------------------------ which procedures are meant
def _own(basis: Basis, known: Served, unit: Unit, *, of_dossiers: bool) -> list[Service]:
    """The procedures with their dossiers; of an agency its own, or for counts of dossiers all that there are."""
    if unit.kind != "agency" or _is_whole(basis, unit):
        return services_of(known, zip(known.catalogue.procedures, known.totals(), strict=True))
    pairs = own_services(known, unit, names_of(basis.judged))
    if of_dossiers:
        procedures = enumerate(known.catalogue.procedures)
        pairs = [(one, known.uses.get((unit.key, place), UNUSED)) for place, one in procedures]
    return services_of(known, pairs, [unit.key])


def _wanted(known: Served, services: Iterable[Service], asked: Asked, unit: Unit) -> list[Service]:
    """Those of a level, of --field and of --procedure."""
    found = list(services)
    if unit.kind == "level":
        level = "" if unit.level == UNATTRIBUTED else unit.level
        found = [one for one in found if level in (one.procedure.levels or ("",))]
    if asked.in_field is not None:
        fields = sorted({one.field for one in known.catalogue.procedures if one.field})
        wanted = match_key(asked.in_field)
        if wanted not in map(match_key, fields):
            one_of("--field", asked.in_field, fields)
        found = [one for one in found if match_key(one.procedure.field) == wanted]
    if asked.procedure is not None:
        procedures = known.catalogue.procedures
        rows = {procedures[place].row for place in known.catalogue.find(asked.procedure, asked.procedure)}
        if not rows:
            raise UsageError("unknown_procedure", where="--procedure", value=asked.procedure)
        found = [one for one in found if one.procedure.row in rows]
    return found


# ------------------------------------------------------------------ figures
def _of_procedures(basis: Basis, known: Served, unit: Unit, name: str, own: Sequence[Service]) -> Explanation:
    """A figure that counts procedures."""
    if any(KINDS[name](one) is None for one in own):
        return _untold(basis, known, unit, name)
    found = [one for one in own if KINDS[name](one)]
    figure = Figure("service", name, "count", unit, len(found), 0, ("catalogue",))
    rows = [
        {
            "unit": unit,
            **told_of(one.procedure, known.catalogue),
            "received": one.received,
            "online": one.online,
            "paid": one.paid,
        }
        for one in found
    ]
    return Explanation(basis.run, figure, _no_dossiers(basis), procedures=tuple(rows))


def _of_dossiers(basis: Basis, known: Served, unit: Unit, name: str, own: Sequence[Service]) -> Explanation:
    """A figure that counts dossiers."""
    number_of, is_one, told = OF_DOSSIERS[name]
    numbers = [number_of(one) for one in own]
    if None in numbers or not known.is_counted:
        return _untold(basis, known, unit, name)
    dossiers, rows = basis.judged.dossiers, {one.procedure.row for one in own}
    places = [place for place, one in enumerate(known.catalogue.procedures) if one.row in rows]
    mask = dossiers["is_received"] & is_one(dossiers) & placed(basis.judged).isin(places)
    if unit.kind == "agency" and not _is_whole(basis, unit):
        mask &= within(dossiers, unit)
    return _listed(basis, unit, name, mask, sum(number or 0 for number in numbers), told)


def _of_unplaced(basis: Basis, known: Served, asked: Asked, name: str) -> Explanation:
    """The dossiers whose procedure, as it is written, the catalogue does not have or has several times."""
    if asked.agencies or asked.levels or asked.in_field is not None:
        raise UsageError("explain_unit", where="--agency, --level, --field", known="--procedure")
    unit, counts = Unit("total", None, None), known.unknown if name == "unknown" else known.ambiguous
    if not known.is_counted:
        return _untold(basis, known, unit, name)
    texts = written(basis.judged, known)
    mask = basis.judged.dossiers["is_received"] & (placed(basis.judged) == UNPLACED[name]) & texts.notna()
    if asked.procedure is None:
        return _listed(basis, unit, name, mask, sum(counts.values()), None)
    value = sum(count for text, count in counts.items() if match_key(text) == match_key(asked.procedure))
    if not value:
        raise UsageError("unknown_procedure", where="--procedure", value=asked.procedure)
    mask &= texts.map(match_key, na_action="ignore") == match_key(asked.procedure)
    return _listed(basis, unit, name, mask, value, None)


def _is_whole(basis: Basis, unit: Unit) -> bool:
    return any(one.is_whole_province for one in basis.agencies if one.unit.key == unit.key)


def _listed(basis: Basis, unit: Unit, name: str, mask: pd.Series, value: int, told: str | None) -> Explanation:
    rows = basis.judged.dossiers[mask]
    if len(rows) != value:
        raise RuntimeError("a figure that its dossiers do not tell")  # a defect: better no list than a wrong one
    return Explanation(
        basis.run, Figure("service", name, "count", unit, value, len(rows)), as_listed(basis, rows), told=told
    )


def _untold(basis: Basis, known: Served, unit: Unit, name: str) -> Explanation:
    """A figure that catalogue or exports do not tell."""
    missing = _missing(known, unit, name)
    figure = Figure("service", name, "count", unit, None, 0, ("not_measured",), missing=missing)
    return Explanation(basis.run, figure, _no_dossiers(basis))


def _missing(known: Served, unit: Unit, name: str) -> tuple[str, ...]:
    """What would tell it."""
    if name == "eforms":
        return ("--catalogue eform",)
    return known.missing([unit.key] if unit.kind == "agency" else None) if known.is_counted else ("EXPORT",)


def _no_dossiers(basis: Basis) -> pd.DataFrame:
    return as_listed(basis, basis.judged.dossiers.iloc[:0])
