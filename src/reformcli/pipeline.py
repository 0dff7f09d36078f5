"""The corridor that joins the rooms: what is read, in which order it is judged, and what a run knows at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli import made_from, tally
from reformcli.agencies import attribute, units_of
from reformcli.bounds import bounds, left_out
from reformcli.column_map import names_file
from reformcli.counts import CountRow, load_counts
from reformcli.errors import InputError, UsageError
from reformcli.findings import Accepted, FileFinding, agency_findings, located, positions_of
from reformcli.levels import is_whole_province
from reformcli.limits import Limits
from reformcli.loading import Loaded, load_sheets
from reformcli.matching import matching
from reformcli.merge import Merged, copies, merge
from reformcli.model import (
    Agency,
    Bound,
    Input,
    Manifest,
    Period,
    RowTotals,
    RuleFile,
    Run,
    Scorecard,
    Severity,
    StateRules,
    Unit,
)
from reformcli.period import choose_period
from reformcli.predicates import PREDICATES, SUMS
from reformcli.quarantine import (
    affected,
    quarantined,
    sheet_findings,
    unknown_components,
    unknown_text_findings,
    whole_file_findings,
)
from reformcli.register import Register, load_register
from reformcli.rules.scorecard import load_scorecard
from reformcli.score import flow_rates, score
from reformcli.validate import validate

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]  # step, done, of
TOTAL_KEY = ""
DIMENSIONS = {
    **{name: name for name in ("department", "field", "procedure", "channel", "service_level", "status", "rating")},
    "agency": "agency_key",
    "level": "level_name",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for; paths as the user wrote them."""

    exports: Sequence[str] = ()
    counts: Sequence[str] = ()
    agencies: str | None = None
    columns: Sequence[str] = ()
    profile: str | None = None
    limits: Limits = field(default_factory=Limits)
    password: str | None = field(default=None, repr=False)
    scorecard: str = "qd766"
    start: str | None = None
    end: str | None = None
    period: str | None = None
    accept: str | None = None
    keep_raw: bool = False
    keep_personal: bool = False
    causes: str | None = None
    with_causes: bool = False  # late, load: keep what is written of causes
    with_affected: bool = False  # validate: copy the rows that have findings
    told: Mapping[str, object] = field(default_factory=dict)  # every option that changes figures, for the record


@dataclass(frozen=True, slots=True)
class Judged:
    """The dossiers of a run with their agency and state: what is counted, and what was found on the way."""

    loaded: Loaded
    period: Period
    scorecard: Scorecard
    dossiers: pd.DataFrame  # classified and attributed; rejected and superseded rows are not in it
    counts: tuple[tally.UnitCount, ...]
    unplaced: tuple[tuple[str, str, int], ...]
    found: tuple[pd.DataFrame, ...]
    file_findings: tuple[FileFinding, ...]
    accepted: Accepted
    rows: RowTotals
    manifest: Manifest
    register: Register | None
    rejected: tuple[int, ...]  # positions


def load(options: Options, progress: Progress | None = None, *, strict: bool = True) -> Loaded:
    """Read the exports into one typed table; heavy libraries load while the files are being read."""
    if not options.exports:
        return load_sheets([])
    with ThreadPoolExecutor(max_workers=1) as pool:
        reading = pool.submit(
            load_sheets,
            options.exports,
            options.columns,
            profile=options.profile,
            limits=options.limits,
            password=options.password,
            causes=options.causes,
            with_causes=options.with_causes,
            keep_raw=options.keep_raw,
            strict=strict,
            progress=progress,
        )
        _import_heavy_libraries()
        return reading.result()


def _import_heavy_libraries() -> None:
    """What validation and counting need, loaded while the files are being read: 0.7 s that would follow it."""
    import narwhals  # noqa: F401
    import pandera.backends.pandas.builtin_checks
    import pandera.pandas  # noqa: F401


def judge(
    options: Options, progress: Progress | None = None, *, scored: bool = False, loaded: Loaded | None = None
) -> Judged:
    """Read, validate, merge, attribute and classify: everything before counting.

    A scorecard must be in force where it is `scored`; for states alone the newest one serves earlier periods, too.
    What is already `loaded` is not read again.
    """
    if not options.exports and not options.counts and loaded is None:
        raise UsageError("nothing_to_read", where="EXPORT")
    accepted = Accepted.load(options.accept)
    register = load_register(options.agencies) if options.agencies else None
    given, sources, blank = load_counts(options.counts)
    rules = _scorecard(options, date.max).states
    loaded = loaded or load(options, progress)
    _tell(progress, "validate")
    found, merged, kept, rejected = _sifted(loaded, rules)
    period = choose_period(kept, start=options.start, end=options.end, period=options.period)
    scorecard = _scorecard(options, period.end.date() if scored else date.max)
    _tell(progress, "classify")
    from reformcli import classify  # narwhals: not before the reading has begun

    classified = classify.classify(kept, start=period.start, end=period.end, rules=scorecard.states)
    placed, unplaced = attribute(classified, register, classify.moments(classified, period.end))
    return Judged(
        loaded=loaded,
        period=period,
        scorecard=scorecard,
        dossiers=placed,
        counts=_unit_counts(given, register, period),
        unplaced=tuple(unplaced),
        found=(found, merged.findings, agency_findings(placed, with_register=register is not None)),
        file_findings=(
            *whole_file_findings(loaded, blank),
            *unknown_text_findings(loaded),
            *sheet_findings(loaded),
            *copies(loaded.sheets),
            *(FileFinding("RC305", "--columns", text=heading) for heading in loaded.unmatched),
            *unknown_components([(row.file, row.component, row.row) for row in given], scorecard),
        ),
        accepted=accepted,
        rows=_totals(loaded, placed, merged, len(rejected)),
        manifest=_manifest(
            options,
            loaded,
            period,
            scorecard,
            [
                *made_from.export_inputs(loaded.sheets, loaded.dossiers, placed, merged.superseded, rejected),
                *(Input("counts", source) for source in sources),
                *([Input("register", register.source)] if register else []),
                *([Input("accept", accepted.source)] if accepted.source else []),
            ],
        ),
        register=register,
        rejected=tuple(rejected),
    )


def _totals(loaded: Loaded, placed: pd.DataFrame, merged: Merged, rejected: int) -> RowTotals:
    """What became of every row that was read."""
    counted = int(placed["is_handled"].sum())
    superseded = int(merged.superseded.sum())
    return RowTotals(len(loaded.dossiers), counted, len(placed) - counted, superseded, rejected)


def _sifted(loaded: Loaded, rules: StateRules) -> tuple[pd.DataFrame, Merged, pd.DataFrame, list[int]]:
    """What breaks a rule, which rows of the same dossier count, the rows that are left, and those rejected."""
    found = validate(
        loaded.dossiers, loaded.faults, compared_date=rules.compared_date, with_status=loaded.having("status")
    )
    rejected = positions_of(found, Severity.ERROR)
    valid = loaded.dossiers.drop(index=rejected)
    merged = merge(valid, sheets=loaded.sheets)
    kept = valid[~merged.superseded] if merged.superseded.any() else valid
    return found, merged, kept, rejected


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
    judged = judge(options, progress, scored=True)
    _tell(progress, "measure")
    return scored(judged)


def scored(judged: Judged) -> Run:
    """The points of every agency, level and the total of what was judged."""
    agencies, differing = tallied(judged)
    return replace(run_of(judged, differing), units=score(agencies, judged.scorecard))


def tallied(judged: Judged) -> tuple[list[Agency], list[FileFinding]]:
    """Every agency with what dossiers and counts tell of it, and where the two differ."""
    scorecard, dossiers = judged.scorecard, judged.dossiers
    from reformcli.measure import measure

    needs = {c.id: _needs(c.population, c.numerator, c.sum) for c in scorecard.components}
    optional = sorted({name for names in needs.values() for name in names} | {"channel"})
    table = measure(
        dossiers,
        by=["agency_key"],
        pairs={c.id: (c.population, c.numerator) for c in scorecard.components if c.population and c.numerator},
        sums={c.id: (c.population, c.sum) for c in scorecard.components if c.population and c.sum},
        lacking=_lacking(judged.loaded, optional),
    )
    absent = [name for name in optional if not judged.loaded.having(name)]
    agencies, differences = tally.tally(
        table, units_of(dossiers), judged.counts, scorecard, needs, absent=absent, exports=bool(judged.loaded.sheets)
    )
    return agencies, [_differing(difference) for difference in differences]


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
    judged = judge(options, progress)
    _tell(progress, "measure")
    return counted(judged, by, levels=levels, agencies=agencies)


def check_dimensions(by: Sequence[str]) -> None:
    """Refuse a dimension that does not exist, before anything is read."""
    for name in by:
        if name not in DIMENSIONS:
            raise UsageError(
                "unknown_option_value", where="--by", option="--by", value=name, known=", ".join(DIMENSIONS)
            )


def counted(judged: Judged, by: Sequence[str], *, levels: Sequence[str] = (), agencies: Sequence[str] = ()) -> Run:
    """The flow table of what was judged, as `run_metrics` gives it."""
    for name in by:
        if DIMENSIONS[name] not in judged.dossiers:
            raise UsageError("no_column_for", where="--by", value=name)
    return replace(run_of(judged), metrics=flow_table(judged, by, levels=levels, agencies=agencies))


def flow_table(
    judged: Judged, by: Sequence[str], *, levels: Sequence[str] = (), agencies: Sequence[str] = ()
) -> tuple[Mapping[str, object], ...]:
    """The flow table of what was judged; its total is that of all, whatever `levels` and `agencies` leave out."""
    lacking = _lacking(judged.loaded, ["channel"])
    keys = [DIMENSIONS[name] for name in by]
    from reformcli.measure import measure

    names = {key: unit.agency or "" for key, (unit, _) in units_of(judged.dossiers).items()}
    some = chosen(judged.dossiers, names, levels, agencies)
    tables = [
        measure(dossiers, by=columns, pairs={}, sums={}, lacking=lacking)
        for dossiers, columns in ((some, keys), (judged.dossiers, []))
    ]
    absent = [] if judged.loaded.having("channel") else ["channel"]
    columns = dict(zip(by, keys, strict=True))
    return _metrics(tables if keys else tables[1:], columns, absent, names)


# ------------------------------------------------------------------ parts
def _scorecard(options: Options, on: date) -> Scorecard:
    return load_scorecard(options.scorecard, on=on, predicates=PREDICATES, sums=SUMS)


def _needs(*predicates: str | None) -> tuple[str, ...]:
    known = {**PREDICATES, **SUMS}
    return tuple(sorted({column for name in predicates if name for column in known[name]}))


def _lacking(loaded: Loaded, columns: Sequence[str]) -> dict[str, list[int]]:
    """For the columns that some sheets have and others lack: the sheets without them."""
    return {name: loaded.lacking(name) for name in columns if loaded.lacking(name) and loaded.having(name)}


def _unit_counts(given: Sequence[CountRow], register: Register | None, period: Period) -> tuple[tally.UnitCount, ...]:
    """The agencies that rows of counts files belong to, found as those of dossiers are."""
    import pandas as pd

    rows = pd.DataFrame({"agency": [row.agency for row in given], "level": [row.level for row in given]}, dtype="str")
    placed, _ = attribute(rows, register, period.end)
    names = units_of(placed)
    first: dict[tuple[str, str], CountRow] = {}
    for key, row in zip(placed["agency_key"].tolist(), given, strict=True):
        other = first.setdefault((key, row.component), row)
        if (other.numerator, other.denominator) != (row.numerator, row.denominator):  # two names of one agency
            place = f"{other.file}:{other.row}"
            where = f"{row.file}:{row.row}"
            raise InputError("counts_repeated", where=where, component=row.component, row=row.row, other=place)
    return tuple(
        tally.UnitCount(*names[key], row.component, row.numerator, row.denominator or 0, is_whole_province(row.agency))
        for (key, _), row in first.items()
    )


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


def _manifest(
    options: Options, loaded: Loaded, period: Period, scorecard: Scorecard, inputs: Sequence[Input]
) -> Manifest:
    maps = [name for name in options.columns if names_file(name)]
    profile = options.profile if options.profile and options.profile.endswith(".toml") else None
    own = [made_from.file_input("columns", name) for name in maps]
    own += [made_from.file_input("profile", profile)] if profile else []
    if options.scorecard.endswith(".toml"):
        own.append(made_from.read_input("scorecard", options.scorecard, scorecard.sha256))
    rules = [RuleFile("scorecard", scorecard.id, scorecard.version, scorecard.sha256)]
    rules += [made_from.shipped_rules(kind, name) for kind, name in made_from.READING.items()]
    rules += [made_from.own_rules(one) for one in own if one.kind == "profile"]
    columns = [Path(name).name if name in maps else name for name in options.columns]
    chosen = {"scorecard": scorecard.id, "columns": columns, **options.told}
    ordered = made_from.ordered([*inputs, *own])
    return Manifest(period, loaded.sheets, loaded.skipped, scorecard, chosen, ordered, tuple(rules))


def run_of(judged: Judged, more: Sequence[FileFinding] = ()) -> Run:
    """What every result begins with: its sources, the totals of rows and what was found."""
    whole = [*judged.file_findings, *more]
    findings = located(judged.found, whole, judged.loaded.dossiers, judged.loaded.sheets, judged.accepted)
    return Run(judged.manifest, judged.rows, findings, rejected=findings.iloc[:0], unplaced=judged.unplaced)


def _tell(progress: Progress | None, step: str) -> None:
    if progress:
        progress(step, 0, 0)
