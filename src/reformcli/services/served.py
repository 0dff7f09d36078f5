"""The procedures of a run: its dossiers counted by them, what both tell of its agencies, and what is found there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reformcli.agencies.attribution import attribute, units_of
from reformcli.agencies.levels import level_of
from reformcli.agencies.register import spell
from reformcli.counting import Basis
from reformcli.findings import FileFinding
from reformcli.judging import Judged, Options
from reformcli.model import Agency, Scorecard, Unit
from reformcli.services.catalogue import Catalogue, Procedure
from reformcli.services.components import (
    COUNTED,
    NAMES,
    RESTRICTED,
    RULES,
    Served,
    judged_by,
    own_services,
    ownerless,
    places_of,
    served,
    tallies,
)
from reformcli.tally import UnitTallies

if TYPE_CHECKING:
    import pandas as pd

Owner = tuple[Unit, str | None]  # an agency and its parent
UNKNOWN, AMBIGUOUS = -1, -2  # no place in the catalogue


def procedures_of(options: Options) -> tuple[str, ...]:
    """The columns by which a run with a catalogue counts its dossiers besides."""
    return NAMES if options.catalogue else ()


def pairs_of(scorecard: Scorecard) -> dict[str, tuple[str, str]]:
    """What is counted of every procedure, as `measure` takes it."""
    pairs = {c.id: (c.population, c.numerator) for c in scorecard.components if c.id in RESTRICTED}
    return {"paid": ("is_received", "is_paid_online")} | {n: (p, g) for n, (p, g) in pairs.items() if p and g}


def serve(judged: Basis) -> Served | None:
    """The dossiers of a run by the procedures of its catalogue; None where it has none."""
    if judged.catalogue is None:
        return None
    table = None
    if judged.loaded.sheets:
        table = judged.measure(
            judged.dossiers,
            by=["agency_key", *(name for name in NAMES if name in judged.dossiers)],
            pairs=pairs_of(judged.scorecard),
            sums={},
            lacking={name: _lacking(judged, name) for name in COUNTED},
        )
    return served(
        table,
        judged.catalogue,
        agencies={key: unit for key, (unit, _) in judged.units().items()},
        named=names_of(judged),
        absent=[name for name in COUNTED if len(_lacking(judged, name)) == len(judged.loaded.sheets)],
    )


def _lacking(judged: Basis, name: str) -> list[int]:
    """The sheets that do not tell one of COUNTED."""
    if name != "procedure":
        return judged.loaded.lacking(name)
    return sorted(set.intersection(*(set(judged.loaded.lacking(one)) for one in NAMES)))


def owners(judged: Basis) -> dict[str, Owner]:
    """The agencies that the catalogue names, as written, found as those of dossiers and counts are."""
    import pandas as pd

    written = _written(judged.catalogue) if judged.catalogue else {}
    rows = pd.DataFrame({"agency": list(written), "level": list(written.values())}, dtype="str")
    placed, _ = attribute(rows, judged.register, judged.period.end)
    names, known = units_of(placed), _known(judged)
    alike: dict[str, list[Owner]] = {}
    for owner in known.values():
        alike.setdefault(spell(owner[0].agency or ""), []).append(owner)
    found = {}
    for name, key in zip(written, placed["agency_key"].tolist(), strict=True):
        others = alike.get(spell(name), [])
        found[name] = known.get(key) or (others[0] if len(others) == 1 else names[key])
    return found


def names_of(judged: Basis) -> dict[str, str]:
    """The agencies that the catalogue names, as written → key."""
    return {name: unit.key for name, (unit, _) in owners(judged).items()}


def _written(catalogue: Catalogue) -> dict[str, str | None]:
    """Every agency with its level: what its name tells, else that of the procedure where it has one."""
    levels: dict[str, str | None] = {}
    for one in catalogue.procedures:
        for name in one.agencies:
            levels[name] = levels.get(name) or level_of(name) or (one.levels[0] if len(one.levels) == 1 else None)
    return levels


def _known(judged: Basis) -> dict[str, Owner]:
    """The agencies that handled dossiers in the period or stand in counts."""
    return judged.handling() | {count.unit.key: (count.unit, count.parent) for count in judged.counts}


def of_agencies(judged: Basis, known: Served) -> list[UnitTallies]:
    """What the catalogue tells of every agency of the run, and of those that it names itself."""
    fed = [c.id for c in judged.scorecard.components if c.id in RULES and not c.population]
    named = owners(judged)
    whole = {count.unit.key for count in judged.counts if count.is_whole_province}
    everyone = _known(judged) | {unit.key: (unit, parent) for unit, parent in named.values()}
    keys = {name: unit.key for name, (unit, _) in named.items()}
    return [
        UnitTallies(unit, parent, tallies(known, unit, keys, fed, is_whole=key in whole))
        for key, (unit, parent) in everyone.items()
    ]


# ------------------------------------------------------------------ findings
def told(known: Served) -> list[FileFinding]:
    """What of the catalogue and the dossiers of its procedures cannot be counted, or not surely (RC321–RC325)."""
    catalogue, file = known.catalogue, known.catalogue.source.name
    found = [FileFinding("RC321", file, row=row, text=str(first)) for row, first in catalogue.contradicting]
    unstated = sum(one.service_level is None for one in catalogue.procedures)
    lost = ownerless(catalogue)
    if unstated and "service_level" in catalogue.columns:
        found.append(FileFinding("RC322", file, text=str(unstated)))
    if lost:
        found.append(FileFinding("RC323", file, text=str(lost)))
    found += [FileFinding("RC324", file, text=f"{name or '–'} ({count})") for name, count in _sorted(known.unknown)]
    found += [FileFinding("RC325", file, text=f"{name} ({count})") for name, count in _sorted(known.ambiguous)]
    return found


def left_aside(known: Served) -> list[FileFinding]:
    """How many dossiers RESTRICTED components leave out, because their procedure needs no paper result (RC326)."""
    sums = sorted(_sums(known.exempt).items())
    text = "; ".join(f"{name}: {count}" for name, count in sums)
    return [FileFinding("RC326", known.catalogue.source.name, text=text)] if sums else []


def _sorted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _sums(exempt: Mapping[str, Mapping[str, tuple[int, int]]]) -> dict[str, int]:
    """How many dossiers each component leaves out."""
    sums: dict[str, int] = {}
    for components in exempt.values():
        for name, (_, count) in components.items():
            sums[name] = sums.get(name, 0) + count
    return {name: count for name, count in sums.items() if count}


# ------------------------------------------------------------------ single procedures and dossiers, for explaining
def listed(judged: Judged, agencies: Iterable[Agency], component: str, of: str) -> tuple[Mapping[str, Any], ...]:
    """The procedures behind a component that the catalogue tells of some agencies.

    Args:
        judged: the run.
        agencies: those whose procedures make the figure.
        component: one of RULES.
        of: numerator, denominator or missing.

    Returns:
        One row per agency and procedure: `unit`, what `told_of` tells, `received`, `online` and `paid` (dossiers of the
        period at that agency; None without exports).
    """
    known = serve(judged)
    if known is None:
        return ()
    named = names_of(judged)
    rows = []
    for agency in agencies:
        own = own_services(known, agency.unit, named, is_whole=agency.is_whole_province)
        for (one, use), is_good in judged_by(RULES[component], own):
            if of == "denominator" or is_good == (of == "numerator"):
                uses = dict.fromkeys(("received", "online", "paid")) if not known.is_counted else asdict(use)
                rows.append({"unit": agency.unit, **told_of(one, known.catalogue), **uses})
    return tuple(rows)


def told_of(one: Procedure, catalogue: Catalogue) -> dict[str, Any]:
    """Which procedure it is (`procedure_id`, `procedure`, `field`, `service_level`), and its `file` and `row`."""
    return {
        "procedure_id": one.id,
        "procedure": one.name,
        "field": one.field,
        "service_level": one.service_level,
        "file": catalogue.source.name,
        "row": one.row,
    }


def is_exempt(judged: Judged) -> pd.Series:
    """The dossiers whose procedure needs no paper result, as booleans: RESTRICTED components leave them out."""
    procedures = judged.catalogue.procedures if judged.catalogue else ()
    return placed(judged).isin([at for at, one in enumerate(procedures) if one.paper_result is False])


def placed(judged: Judged) -> pd.Series:
    """The place in the catalogue of the procedure of every dossier; UNKNOWN or AMBIGUOUS where it has none."""
    import numpy as np
    import pandas as pd

    dossiers, catalogue = judged.dossiers, judged.catalogue
    columns = [name for name in NAMES if name in dossiers]
    if catalogue is None or not columns or not len(dossiers):
        return pd.Series(UNKNOWN, index=dossiers.index)
    units = {key: unit for key, (unit, _) in units_of(dossiers).items()}
    named = names_of(judged)
    keys = ["agency_key", *columns]
    group = dossiers.groupby(keys, dropna=False, observed=True, sort=False).ngroup().to_numpy()
    rows = dossiers.iloc[np.unique(group, return_index=True)[1]][keys].astype(object)
    found = [
        places_of(catalogue, units[row["agency_key"]], named, {name: row[name] for name in columns})
        for row in rows.to_dict("records")
    ]
    places = [some[0] if len(some) == 1 else AMBIGUOUS if some else UNKNOWN for some in found]
    return pd.Series(np.array(places)[group], index=dossiers.index)


def written(judged: Judged, known: Served) -> pd.Series:
    """What a dossier has for its procedure, the name or else the id; missing where its agency's sheets tell neither."""
    import pandas as pd

    dossiers = judged.dossiers
    texts = pd.Series("", index=dossiers.index, dtype=object)
    for name in NAMES:  # the name goes before the id
        if name in dossiers:
            found = dossiers[name].astype(object).where(dossiers[name].notna(), "")
            texts = found.where(found != "", texts)
    lacking = [key for key, names in known.lacking.items() if "procedure" in names]
    return texts.where((texts != "") | ~dossiers["agency_key"].isin(lacking))
