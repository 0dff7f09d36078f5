"""The corridor of `explain --dossier`: every row of one dossier, which of them counts, and the figures it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reformcli.agencies.dossier_code import canonical, dossier_key, same_code
from reformcli.audit.explaining import (
    Basis,
    based,
    beside_others,
    explained,
    is_member,
    late_dossiers,
    of_component,
    of_metric,
    unit_score,
)
from reformcli.audit.explanation import Entry, Story, StoryRow
from reformcli.errors import UsageError
from reformcli.findings import shown_id
from reformcli.flow import FLOW
from reformcli.judging import Options, Progress
from reformcli.merge import precedence
from reformcli.model import Tally, Unit
from reformcli.score import part_of

if TYPE_CHECKING:
    import pandas as pd

FACTS = (
    *("received_at", "due_at", "finished_at", "returned_at", "status", "channel"),
    *("supplement_requested_at", "supplement_completed_at", "supplement_requests"),
)  # what is told of every row
_TOLD = (
    *("state", "because", "also", "days_late", "agency", "level", "placed_by", "deadline_at", "ended_at", "waiting"),
    *("is_agency_unregistered", "is_agency_contradicted", "is_agency_outside_dates", "is_handled"),
    *("file", "sheet", "row"),
)


def run_story(options: Options, code: str, progress: Progress | None = None, *, calendar: str | None = None) -> Story:
    """Tell all that is known of one dossier.

    Raises:
        UsageError: `unknown_dossier`, no row has this code; and whatever `judge` raises.
    """
    return story(based(options, progress, calendar, scored=False), code)


def story(basis: Basis, code: str) -> Story:
    """The story of one dossier of what was judged."""
    judged = basis.judged
    wanted = same_code(canonical(code.strip()))
    keys = dossier_key(judged.loaded.dossiers["dossier_id"])
    places = keys.index[keys == wanted].tolist()
    if not places:
        raise UsageError("unknown_dossier", where="--dossier", value=shown_id(wanted))
    chosen = judged.dossiers.loc[judged.dossiers.index.isin(places)]
    told = _plain(explained(basis, chosen).iloc[0], (*FACTS, *_TOLD)) if len(chosen) else None
    unit = _agency_unit(basis, chosen) if told and told["is_handled"] else None
    late = _late(basis, chosen.index[0]) if unit else {}
    return Story(
        run=basis.run,
        dossier_id=shown_id(wanted),
        rows=tuple(_rows(basis, places)),
        row=told,
        unit=unit,
        entries=tuple(_entries(basis, chosen.index[0], unit, late)) if unit else (),
        late=late,
        until=judged.period.end,
    )


def _agency_unit(basis: Basis, chosen: pd.DataFrame) -> Unit:
    key = str(chosen["agency_key"].iloc[0])
    return next(one.unit for one in basis.run.units if one.unit.kind == "agency" and one.unit.key == key)


def _plain(row: Any, names: Sequence[str]) -> dict[str, Any]:
    """Values of a row without the kinds of missing that pandas has."""
    import pandas as pd

    values = {name: row[name] if name in row.index else None for name in names}
    return {name: None if pd.isna(value) else value for name, value in values.items()}


# ------------------------------------------------------------------ rows
def _rows(basis: Basis, places: Sequence[int]) -> Iterator[StoryRow]:
    """Every row that has the code, the one that counts first."""
    judged = basis.judged
    why = _why(basis, places)
    fates = {place: _fate(basis, place) for place in places}
    found = basis.run.findings
    order = ("counted", "out_of_scope", "superseded", "rejected")
    for place in sorted(places, key=lambda one: (order.index(fates[one]), one)):
        row: Any = judged.loaded.dossiers.loc[place]
        sheet = judged.loaded.sheets[int(row["_source"])]
        mine = found[found["position"] == place]
        yield StoryRow(
            file=sheet.source.name,
            sheet=sheet.sheet,
            row=int(row["_row"]),
            fate=fates[place],
            why=why.get(place, ""),
            found=tuple(zip(mine["rule"].tolist(), mine["severity"].tolist(), mine["text"].tolist(), strict=True)),
            facts=_plain(row, FACTS),
        )


def _fate(basis: Basis, place: int) -> str:
    if place in basis.judged.rejected:
        return "rejected"
    if place not in basis.judged.dossiers.index:
        return "superseded"
    return "counted" if basis.judged.dossiers.loc[place, "is_handled"] else "out_of_scope"


def _why(basis: Basis, places: Sequence[int]) -> dict[int, str]:
    """For every row that was not rejected, what made it count or not: see `StoryRow`."""
    judged = basis.judged
    valid = [place for place in places if place not in judged.rejected]
    if len(valid) < 2:
        return dict.fromkeys(valid, "only")
    rows = judged.loaded.dossiers.drop(index=list(judged.rejected))
    order = precedence(rows, sheets=judged.loaded.sheets)
    order = order[order.index.isin(valid)]
    last, rest = order.iloc[-1], order.iloc[:-1]
    told = {int(place): _decided(row, last) for place, row in rest.iterrows()}  # type: ignore[call-overload]
    return {**told, int(order.index[-1]): told[int(rest.index[-1])]}


def _decided(row: pd.Series, last: pd.Series) -> str:
    """The first that differs: the last event of the file, the own last event, the contents."""
    if row["hash"] == last["hash"]:
        return "same"
    for name, why in (("file_last", "file_later"), ("own", "own_later")):
        if row[name] != last[name] and not (row[name] != row[name] and last[name] != last[name]):
            return why
    return "hash"


# ------------------------------------------------------------------ figures
def _entries(basis: Basis, place: int, agency: Unit, late: Mapping[str, Any]) -> Iterator[Entry]:
    """The figures of the agency, its level and the total that a dossier is in."""
    judged = basis.judged
    units = [one.unit for one in basis.run.units if is_member(agency, one.unit)]
    for component in judged.scorecard.components:
        counted, good = (bool(mask.loc[place]) for mask in of_component(judged, component))
        if counted:
            for unit in units:
                yield Entry(
                    "component", component.id, unit, good, counted, _is_counted(basis, component.id, unit, agency)
                )
    for name in FLOW:
        if bool(of_metric(judged, name).loc[place]):
            for unit in units:
                measured = unit_score(basis.run, unit).counts.get(name) is not None
                yield Entry("metric", name, unit, in_numerator=True, in_denominator=True, is_counted=measured)
    for kind, column in (("late", "kind"), ("cause", "cause")):
        if late:
            for unit in units:
                yield Entry(kind, str(late[column]), unit, in_numerator=True, in_denominator=True, is_counted=True)


def _is_counted(basis: Basis, component_id: str, unit: Unit, agency: Unit) -> bool:
    """Whether what the agency's dossiers tell goes into the figure of the unit."""
    component = basis.component(component_id)
    found = next(one for one in unit_score(basis.run, unit).components if one.component.id == component_id)
    if found.status == "not_measured" or found.origin in ("counts", "inherited"):
        return False
    members = basis.members(unit)
    one, tallies = next(member for member in members if member[0].unit.key == agency.key)
    part = part_of(one, tallies[component_id], component, beside_others(unit, members))
    tally = part[1] if part else Tally(measured=False)
    return tally.measured and tally.origin == "dossiers"


def _late(basis: Basis, place: int) -> Mapping[str, Any]:
    late = late_dossiers(basis)
    if place not in late.index:
        return {}
    return _plain(late.loc[place], ("kind", "days_late", "cause", "evidence"))
