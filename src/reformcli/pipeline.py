"""The corridor that joins the rooms: what was judged is counted, scored and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reformcli import counting, tally
from reformcli.agencies.attribution import attribute, units_of
from reformcli.agencies.matching import matching
from reformcli.bounds import bounds, left_out
from reformcli.counting import Basis
from reformcli.errors import UsageError
from reformcli.findings import FileFinding
from reformcli.judging import Judged, Options, Progress, judge, tell
from reformcli.loading import Loaded
from reformcli.merge import merge
from reformcli.model import Agency, Bound, Run, Scorecard, Unit
from reformcli.predicates import PREDICATES, SUMS
from reformcli.quarantine import affected, quarantined
from reformcli.score import flow_rates, score
from reformcli.services.components import without_exempt
from reformcli.services.served import left_aside, of_agencies, pairs_of, procedures_of, serve, told

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = {
    **{name: name for name in ("department", "field", "procedure", "channel", "service_level", "status", "rating")},
    "agency": "agency_key",
    "level": "level_name",
}
PLACED = ("agency", "level")  # found for the dossiers, and no columns of theirs


def run_validate(options: Options, progress: Progress | None = None) -> Run:
    """Find what breaks a rule, put the rows that cannot be counted aside, and tell how much they can matter."""
    import pandas as pd

    judged = judge(replace(options, keep_raw=True), progress)
    agencies, differing = tallied(judged)
    run = run_of(judged, differing)
    aside = _aside(judged)
    names = {**units_of(aside), **units_of(judged.dossiers)}
    keys = pd.concat([part["agency_key"].astype(object) for part in (judged.dossiers, aside)])
    agency_of = keys.map({key: unit.agency for key, (unit, _) in names.items()})
    rejected = judged.rejected
    return replace(
        run,
        findings=run.findings.assign(agency=run.findings["position"].map(agency_of)),
        rejected=quarantined(judged.loaded, run.findings, rejected, personal=options.keep_personal),
        bounds=_bounds(judged, agencies, aside, names),
        affected=affected(judged.loaded, judged.found, personal=options.keep_personal) if options.with_affected else (),
    )


def _aside(judged: Judged) -> pd.DataFrame:
    """The rows that do not count, rejected or superseded, with their agencies found as those of the others."""
    from reformcli import classify

    rows = judged.loaded.dossiers.drop(index=judged.dossiers.index)
    period = judged.period
    classified = classify.classify(rows, start=period.start, end=period.end, rules=judged.scorecard.states)
    return attribute(classified, judged.register, classify.moments(classified, period.end))[0]


def _bounds(
    judged: Judged, agencies: Sequence[Agency], aside: pd.DataFrame, names: dict[str, tuple[Unit, str | None]]
) -> tuple[Bound, ...]:
    """How much the rejected rows can matter."""
    if not judged.loaded.sheets:
        return ()
    rows = aside.loc[list(judged.rejected)]
    superseded = merge(rows[rows["dossier_id"].notna()], sheets=judged.loaded.sheets).superseded
    rows = rows.drop(index=superseded.index[superseded])
    counted = judged.dossiers
    left = left_out(
        rows,
        judged.found[0],
        counted_ids=counted["dossier_id"],
        counted_by=counted["agency_key"],
        end=judged.period.end,
    )
    scored = partial(score, scorecard=judged.scorecard)
    return bounds(agencies, left, names, score=scored, rate=lambda flow: flow_rates(flow)[0])


def run_score(options: Options, progress: Progress | None = None) -> Run:
    """Score every agency, level and the total."""
    basis = counting.basis(options, progress, by=procedures_of(options), wanted=_wanted, scored=True)
    tell(progress, "measure")
    return scored(basis)


def scored(judged: Basis) -> Run:
    """The points of every agency, level and the total of what was judged."""
    agencies, differing = tallied(judged)
    return replace(run_of(judged, differing), units=score(agencies, judged.scorecard))


def _wanted(scorecard: Scorecard) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """What is counted for the components of a scorecard and for the procedures of a catalogue."""
    pairs, sums = _of_components(scorecard)
    return pairs_of(scorecard) | pairs, sums


def _of_components(scorecard: Scorecard) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """What is counted for the components of a scorecard: pairs of predicates, and sums over a population."""
    counted = [c for c in scorecard.components if c.population]
    pairs = {c.id: (c.population or "", c.numerator) for c in counted if c.numerator}
    return pairs, {c.id: (c.population or "", c.sum) for c in counted if c.sum}


def tallied(judged: Basis) -> tuple[list[Agency], list[FileFinding]]:
    """Every agency with what dossiers, counts and catalogue tell of it, and where they differ or cannot be counted."""
    scorecard = judged.scorecard
    needs = {c.id: _needs(c.population, c.numerator, c.sum) for c in scorecard.components}
    optional = sorted({name for names in needs.values() for name in names} | {"channel"})
    pairs, sums = _of_components(scorecard)
    lacking = _lacking(judged.loaded, optional)
    table = judged.measure(judged.dossiers, by=["agency_key"], pairs=pairs, sums=sums, lacking=lacking)
    known = serve(judged)
    agencies, differences = tally.tally(
        without_exempt(table, known.exempt) if known else table,
        judged.units(),
        judged.counts,
        scorecard,
        needs,
        absent=[name for name in optional if not judged.loaded.having(name)],
        catalogue=of_agencies(judged, known) if known else (),
        exports=bool(judged.loaded.sheets),
    )
    differing = [_differing(difference) for difference in differences]
    return agencies, [*differing, *([*told(known), *left_aside(known)] if known else ())]


def run_metrics(
    options: Options,
    by: Sequence[str],
    progress: Progress | None = None,
    *,
    levels: Sequence[str] = (),
    agencies: Sequence[str] = (),
) -> Run:
    """The flow table by any cross of dimensions, and last its total.

    `levels` and `agencies` leave out the groups of other units; the total stays that of all.

    Raises:
        UsageError: `unknown_option_value` for a dimension that does not exist, `no_column_for` for one no file has.
    """
    check_dimensions(by)
    columns = [DIMENSIONS[name] for name in by if name not in PLACED]
    wanted = _wanted if options.catalogue else counting.nothing
    basis = counting.basis(options, progress, by=[*columns, *procedures_of(options)], wanted=wanted)
    tell(progress, "measure")
    return counted(basis, by, levels=levels, agencies=agencies)


def check_dimensions(by: Sequence[str]) -> None:
    """Refuse a dimension that does not exist, before anything is read."""
    for name in by:
        if name not in DIMENSIONS:
            raise UsageError(
                "unknown_option_value", where="--by", option="--by", value=name, known=", ".join(DIMENSIONS)
            )


def counted(judged: Basis, by: Sequence[str], *, levels: Sequence[str] = (), agencies: Sequence[str] = ()) -> Run:
    """The flow table of what was judged, as `run_metrics` gives it."""
    for name in by:
        if DIMENSIONS[name] not in judged.dossiers:
            raise UsageError("no_column_for", where="--by", value=name)
    known = serve(judged)
    run = run_of(judged, told(known) if known else ())
    return replace(run, metrics=flow_table(judged, by, levels=levels, agencies=agencies))


def flow_table(
    judged: Basis, by: Sequence[str], *, levels: Sequence[str] = (), agencies: Sequence[str] = ()
) -> tuple[Mapping[str, object], ...]:
    """The flow table of what was judged; its total is that of all, whatever `levels` and `agencies` leave out."""
    lacking = _lacking(judged.loaded, ["channel"])
    keys = [DIMENSIONS[name] for name in by]
    names = {key: unit.agency or "" for key, (unit, _) in judged.units().items()}
    some = chosen(judged.dossiers, names, levels, agencies)
    tables = [
        judged.measure(dossiers, by=columns, pairs={}, sums={}, lacking=lacking)
        for dossiers, columns in ((some, keys), (judged.dossiers, []))
    ]
    absent = [] if judged.loaded.having("channel") else ["channel"]
    columns = dict(zip(by, keys, strict=True))
    return _metrics(tables if keys else tables[1:], columns, absent, names)


# ------------------------------------------------------------------ parts
def _needs(*predicates: str | None) -> tuple[str, ...]:
    known = {**PREDICATES, **SUMS}
    return tuple(sorted({column for name in predicates if name for column in known[name]}))


def _lacking(loaded: Loaded, columns: Sequence[str]) -> dict[str, list[int]]:
    """For the columns that some sheets have and others lack: the sheets without them."""
    return {name: loaded.lacking(name) for name in columns if loaded.lacking(name) and loaded.having(name)}


def chosen(
    dossiers: pd.DataFrame, names: Mapping[str, str], levels: Sequence[str], agencies: Sequence[str]
) -> pd.DataFrame:
    """The dossiers of some levels and agencies; all where none is named."""
    if levels:
        dossiers = dossiers[dossiers["level_name"].isin(list(levels))]
    if agencies:
        meant = matching(agencies, names.values())
        dossiers = dossiers[dossiers["agency_key"].isin([key for key, name in names.items() if name in meant])]
    return dossiers


def _metrics(
    tables: Sequence[pd.DataFrame], by: dict[str, str], absent: Sequence[str], names: dict[str, str]
) -> tuple[dict[str, object], ...]:
    entries: list[dict[str, object]] = []
    for table in tables:
        for record in table.to_dict("records"):
            row = {str(name): value for name, value in record.items()}
            if not row["handled"] and table is not tables[-1]:
                continue
            flow = tally.flow_of(row, absent)
            on_time_rate, online_rate = flow_rates(flow)
            keys = {name: row.get(column) for name, column in by.items()}
            named = {name: value if isinstance(value, str) else None for name, value in keys.items()}
            if isinstance(key := named.get("agency"), str):
                named["agency"] = names[key]
            entries.append({**named, **flow, "on_time_rate": on_time_rate, "online_rate": online_rate})
    return tuple(entries)


def _differing(difference: tally.Difference) -> FileFinding:
    counted, given = ("/".join(map(str, pair)) for pair in (difference.counted, difference.given))
    what = f"{difference.agency}, {difference.component}"
    return FileFinding("RC302", "--counts", column=what, text=f"{what}: {counted} ≠ {given}")


def run_of(judged: Basis, more: Sequence[FileFinding] = ()) -> Run:
    """What every result begins with: its sources, the totals of rows and what was found."""
    findings = judged.findings(more)
    rejected = findings.iloc[:0]
    return Run(judged.manifest, judged.rows, findings, rejected, unplaced=judged.unplaced, engine=judged.engine)
