"""What `judging` does, where the rows stay with an engine: dossiers become a table of counts before they are here.

The steps and their rules are those of `judging`: row rules, the choice of period, the merging, the states and the
counts are the same functions. The table has one row per combination of what tells an agency, sheet and dimensions;
agencies are found for these combinations, each weighing as many dossiers as it stands for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from reformcli import tally
from reformcli.agencies.attribution import attribute, units_of
from reformcli.agencies.dossier_code import UNIT
from reformcli.agencies.register import Register, load_register
from reformcli.audit.made_from import sheet_inputs, with_passed
from reformcli.counts import load_counts
from reformcli.engines import Engine, Part, fetched
from reformcli.errors import UsageError
from reformcli.file_findings import FLAGS, Facts
from reformcli.findings import RULES, Accepted, FileFinding, agency_rules
from reformcli.judging import Options, Progress, all_file_findings, choose_scorecard, manifest_of, tell, unit_counts
from reformcli.loading import Loaded, to_pandas
from reformcli.model import Input, Manifest, Period, RowTotals, Scorecard, Severity, StateRules, Unit
from reformcli.repeated import PLACE, Superseded, superseded
from reformcli.services.catalogue import Catalogue, load_services
from reformcli.store.parquet import FAULTS, unreadable, whole_seconds
from reformcli.validate import WITNESSES, fault_rule, gate_values, lone_rows

if TYPE_CHECKING:
    import pandas as pd

TOLD = ("agency", "agency_id", "level", UNIT)  # what tells the agency of a dossier
EVENTS = ("received_at", "finished_at", "returned_at")
_DAY = "_day"  # of the moment that decides between an agency and its successor
_LATEST = 500  # rows among which a lone date is looked for first
_ERRORS = [rule.id for rule in RULES.values() if rule.severity is Severity.ERROR]
Wanted = Callable[[Scorecard], tuple[Mapping[str, tuple[str, str]], Mapping[str, tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Source:
    """What an engine reads: the parts, and the sheets they were made of (`loaded` has no rows)."""

    parts: Sequence[Part]
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class Tabled:
    """The dossiers of a run as counts: what `judging.Judged` is, as far as counting asks."""

    loaded: Loaded
    period: Period
    scorecard: Scorecard
    dossiers: pd.DataFrame  # counts by `TOLD`, `_source` and dimensions, with agencies
    counts: tuple[tally.UnitCount, ...]
    unplaced: tuple[tuple[str, str, int], ...]
    broken: Mapping[str, int]
    file_findings: tuple[FileFinding, ...]
    accepted: Accepted
    rows: RowTotals
    manifest: Manifest
    engine: str
    register: Register | None = None
    catalogue: Catalogue | None = None

    def measure(
        self,
        dossiers: pd.DataFrame,
        *,
        by: Sequence[str],
        pairs: Mapping[str, tuple[str, str]],
        sums: Mapping[str, tuple[str, str]],
        lacking: Mapping[str, Sequence[int]],
    ) -> pd.DataFrame:
        """The counts of larger groups; pairs and sums were counted already."""
        from reformcli.measure import added

        return added(dossiers, by=by, lacking=lacking)

    def units(self) -> dict[str, tuple[Unit, str | None]]:
        """The unit and parent of each agency key."""
        return units_of(self.dossiers)

    def handling(self) -> dict[str, tuple[Unit, str | None]]:
        """The unit and parent of each agency that handled dossiers in the period, by key."""
        return units_of(self.dossiers[self.dossiers["handled"] > 0])

    def findings(self, more: Sequence[FileFinding] = ()) -> pd.DataFrame:
        """How often each rule was broken: `rule`, `severity`, `count`, `accepted`, `text`."""
        import pandas as pd

        rows = [(rule, count, "") for rule, count in sorted(self.broken.items()) if count]
        rows += [(found.rule, 1, found.text) for found in (*self.file_findings, *more)]
        table = pd.DataFrame(rows, columns=["rule", "count", "text"]).astype({"rule": "str", "text": "str"})
        severities = {rule.id: str(rule.severity) for rule in RULES.values()}
        is_accepted = pd.array([False] * len(table), dtype="bool")
        return table.assign(severity=table["rule"].map(severities).astype("str"), accepted=is_accepted)


def tabulate(
    options: Options,
    engine: Engine,
    source: Source,
    progress: Progress | None = None,
    *,
    by: Sequence[str] = (),
    wanted: Wanted = lambda _: ({}, {}),
    scored: bool = False,
) -> Tabled:
    """Validate, merge, classify and count on an engine.

    Args:
        options: what the run was asked for.
        engine: where the rows are.
        source: what it reads.
        progress: told which step begins.
        by: columns of the dossiers that counts are wanted by, besides what tells the agency.
        wanted: the pairs and sums to count (as `measure` takes them) for a scorecard.
        scored: whether the scorecard must be in force in the period.

    Raises:
        UsageError: `accept_on_engine`: a list of accepted findings needs the rows themselves.
    """
    if options.accept:
        raise UsageError("accept_on_engine", where="--accept", engine=engine.name)
    register = load_register(options.agencies) if options.agencies else None
    given, sources, blank = load_counts(options.counts)
    catalogue = load_services(options.catalogue, options.asked_of_catalogue) if options.catalogue else None
    states = choose_scorecard(options, date.max).states
    tell(progress, "validate")
    checked = _checked(engine.scan(source.parts), source.loaded, states)
    lone, lone_found = _lone(engine, checked)
    facts = _facts(checked, lone, source.loaded)
    tell(progress, "merge")
    valid = _valid(checked, lone)
    repeated = superseded(
        engine, valid, sheets=source.loaded.sheets, last_of=facts.last_of, file_last=source.loaded.file_last
    )
    kept = valid.join(repeated.rows, on=list(PLACE), how="anti") if repeated.rows is not None else valid
    from reformcli.period import choose_period

    period = choose_period(_span(kept, options), start=options.start, end=options.end, period=options.period)
    scorecard = choose_scorecard(options, period.end.date() if scored else date.max)
    tell(progress, "classify")
    table = _counted(kept, period, scorecard, register, by, wanted)
    moment = table.get(_DAY, period.end)
    sizes = table["rows"].to_numpy()
    placed, unplaced = attribute(table, register, moment, sizes=sizes)
    by_agency = agency_rules(placed, with_register=register is not None)
    broken = Counter(facts.broken) + Counter(lone_found) + Counter(repeated.findings)
    broken += Counter({rule: int(sizes[mark.to_numpy()].sum()) for rule, mark in by_agency.items()})
    totals = _by_sheet(source.loaded, facts, repeated, placed)
    inputs = [
        *sheet_inputs(source.loaded.sheets, totals),
        *(Input("counts", one) for one in sources),
        *([Input("catalogue", catalogue.source)] if catalogue else []),
        *([Input("register", register.source)] if register else []),
    ]
    return Tabled(
        loaded=source.loaded,
        period=period,
        scorecard=scorecard,
        dossiers=placed,
        counts=unit_counts(given, register, period),
        unplaced=tuple(unplaced),
        broken=broken,
        file_findings=all_file_findings(source.loaded, facts.facts, given, blank, scorecard),
        accepted=Accepted(),
        rows=_sum(totals),
        manifest=manifest_of(options, source.loaded, period, scorecard, inputs),
        engine=engine.name,
        register=register,
        catalogue=catalogue,
    )


# ------------------------------------------------------------------ validation
def _checked(rows: Any, loaded: Loaded, rules: StateRules) -> Any:
    """The rows with one boolean column per row rule, and `_is_rejected`."""
    import narwhals as nw

    from reformcli.row_rules import BAD, row_rules

    columns = set(rows.collect_schema().names())
    dates = [name for name in columns if name.endswith("_at")]
    bad = {BAD + name: nw.col(FAULTS).str.contains(unreadable(name), literal=True) for name in dates}
    rows = rows.with_columns(**{name: mark.fill_null(value=False) for name, mark in bad.items()})
    found = row_rules({*columns, *bad}, compared_date=rules.compared_date, with_status=loaded.having("status"))
    rows = rows.with_columns(**found).drop(*bad)
    return rows.with_columns(_is_rejected=nw.any_horizontal(*(r for r in found if r in _ERRORS), ignore_nulls=True))


def _lone(engine: Engine, checked: Any) -> tuple[Any, dict[str, int]]:
    """The places of rows with a lone date far beyond all others (None: there are none), and how many were found."""
    import narwhals as nw
    import pandas as pd

    columns = set(checked.collect_schema().names())
    ends = [name for name in EVENTS[1:] if name in columns]
    events = checked.filter(~nw.col("_is_rejected")).select("dossier_id", *PLACE, "received_at", *ends)
    events = events.with_columns(_last=nw.max_horizontal(*ends) if ends else nw.lit(None, dtype=nw.Datetime("us")))
    total, size = int(fetched(events.select(n=nw.len())).column("n")[0].as_py()), _LATEST
    while True:
        tops = [
            fetched(events.filter(~nw.col(name).is_null()).sort(name, descending=True).head(size))
            for name in ("received_at", "_last")
        ]
        latest = pd.concat([to_pandas(whole_seconds(top.drop_columns(["_last"]))) for top in tops])
        latest = latest.drop_duplicates(list(PLACE)).sort_values(list(PLACE)).reset_index(drop=True)
        found = lone_rows(latest, ())
        rows = sorted({row for some in found.values() for row in some})
        if size >= total or len(latest) - len(rows) > 2 * WITNESSES:
            break
        size *= 4
    if not rows:
        return None, {}
    places = latest.loc[rows, list(PLACE)].astype("int32").assign(_is_lone=True)
    return engine.small(places), {"RC108": sum(map(len, found.values()))}


def _valid(checked: Any, lone: Any) -> Any:
    """The rows that are not rejected, without what was found of them: it is no part of a row's contents."""
    import narwhals as nw

    found = [name for name in checked.collect_schema().names() if name in RULES]
    valid = checked.filter(~nw.col("_is_rejected")).drop(*found, "_is_rejected")
    return valid.join(lone, on=list(PLACE), how="anti") if lone is not None else valid


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one look at all rows tells: by sheet, and by rule."""

    read: Mapping[int, int]
    rejected: Mapping[int, int]
    last_of: Mapping[int, datetime]
    broken: Mapping[str, int]
    facts: Facts


def _facts(checked: Any, lone: Any, loaded: Loaded) -> _Facts:
    import narwhals as nw

    columns = set(checked.collect_schema().names())
    rules = sorted(name for name in columns if name in RULES)
    flags = [name for name in FLAGS if name in columns]
    is_out = nw.col("_is_rejected")
    if lone is not None:
        checked = checked.join(lone, on=list(PLACE), how="left")
        is_out = is_out | ~nw.col("_is_lone").is_null()
    own = nw.max_horizontal(*(name for name in EVENTS if name in columns))
    looked = checked.select(
        "_source",
        *(nw.col(rule).cast(nw.Int64) for rule in rules),
        *(nw.col(flag).cast(nw.Int64).fill_null(0) for flag in flags),
        _out=is_out.cast(nw.Int64),
        _last=nw.when(~is_out).then(own),
        _dated=(~nw.col("due_at").is_null()).cast(nw.Int64),
    )
    totals = [nw.col(name).sum().alias(name) for name in (*rules, "_out", "_dated")]
    largest = [nw.col(name).max() for name in (*flags, "_last")]
    table = fetched(looked.group_by("_source").agg(*totals, *largest, _read=nw.len())).to_pandas()
    rows = {int(row["_source"]): row for row in table.to_dict("records")}
    values, told = _distinct(checked)
    gate_values(values)
    broken, unknown = _faults(told)
    return _Facts(
        read={number: int(row["_read"]) for number, row in rows.items()},
        rejected={number: int(row["_out"]) for number, row in rows.items()},
        last_of={n: row["_last"].to_pydatetime() for n, row in rows.items() if row["_last"] == row["_last"]},
        broken=Counter({rule: int(table[rule].sum()) for rule in rules}) + broken,
        facts=Facts(
            largest={flag: {number: int(row[flag]) for number, row in rows.items()} for flag in flags},
            due={number: (int(row["RC205"]), int(row["_dated"])) for number, row in rows.items()},
            unknown=unknown,
        ),
    )


def _distinct(checked: Any) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The combinations of coded values, and the faults of cells with how many rows have them."""
    import narwhals as nw

    columns = set(checked.collect_schema().names())
    coded = [name for name in ("level", "channel", "service_level", "status") if name in columns]
    values = fetched(checked.select(*coded).unique()).to_pandas() if coded else None
    keys = ["_source", FAULTS, "RC105", "RC107"]
    told = fetched(checked.filter(~nw.col(FAULTS).is_null()).group_by(*keys).agg(n=nw.len())).to_pylist()
    import pandas as pd

    return pd.DataFrame() if values is None else values, told


def _faults(told: Iterable[Mapping[str, Any]]) -> tuple[Counter[str], list[tuple[str, int, str, int]]]:
    """How often each rule speaks of a cell; and the unknown texts, as `Facts` has them."""
    broken: Counter[str] = Counter()
    unknown: Counter[tuple[str, int, str]] = Counter()
    for row in told:
        for kind, column, text in json.loads(row[FAULTS]):
            rule = fault_rule(kind, column, bad_end=row["RC105"], unstated=row["RC107"])
            if rule:
                broken[rule] += row["n"]
            if kind == "unknown_code":
                unknown[column, row["_source"], text] += row["n"]
    return broken, [(*key, count) for key, count in sorted(unknown.items())]


# ------------------------------------------------------------------ period and counts
def _span(kept: Any, options: Options) -> pd.DataFrame:
    """The first receipt and the last events, as far as they decide the period."""
    import narwhals as nw
    import pandas as pd

    if options.period or (options.start and options.end):
        return pd.DataFrame({"received_at": pd.Series([], dtype="datetime64[s]")})
    columns = set(kept.collect_schema().names())
    ends = {name: nw.col(name).max() for name in EVENTS if name in columns}
    span = fetched(kept.select(_first=nw.col("received_at").min(), **ends)).to_pandas()
    rows = {"received_at": [span["_first"][0], span["received_at"][0]]}
    rows |= {name: [pd.NaT, span[name][0]] for name in ends if name != "received_at"}
    return pd.DataFrame(rows).astype("datetime64[s]")


def _counted(
    kept: Any, period: Period, scorecard: Scorecard, register: Register | None, by: Sequence[str], wanted: Wanted
) -> pd.DataFrame:
    """Classify the dossiers and count them by what tells their agency, sheet and dimensions."""
    import narwhals as nw
    import pandas as pd

    from reformcli import classify
    from reformcli.measure import measure

    columns = set(kept.collect_schema().names())
    classified = classify.classify(kept.to_native(), start=period.start, end=period.end, rules=scorecard.states)
    keys = list(dict.fromkeys(["_source", *(name for name in (*TOLD, *by) if name in columns)]))
    if register is not None and any(entry.start or entry.end for entry in register.entries):
        moment = nw.when(nw.col("is_ended")).then(nw.col("ended_at")).otherwise(nw.lit(period.end))
        classified = nw.from_native(classified).with_columns(**{_DAY: moment.dt.truncate("1d")}).to_native()
        keys.append(_DAY)
    pairs, sums = wanted(scorecard)
    table = measure(classified, by=keys, pairs=pairs, sums=sums, lacking={})
    texts = [name for name in keys if name not in ("_source", _DAY)]
    return table.astype({name: pd.StringDtype(na_value=float("nan")) for name in texts})


def _by_sheet(loaded: Loaded, facts: _Facts, repeated: Superseded, placed: pd.DataFrame) -> list[RowTotals]:
    """What became of the rows of each sheet."""
    of_sheet = placed.groupby("_source")[["handled", "rows"]].sum()
    counted, judged = of_sheet["handled"].to_dict(), of_sheet["rows"].to_dict()
    totals = [
        RowTotals(
            read=facts.read.get(number, 0),
            counted=int(counted.get(number, 0)),
            out_of_scope=int(judged.get(number, 0)) - int(counted.get(number, 0)),
            superseded=repeated.by_sheet.get(number, 0),
            rejected=facts.rejected.get(number, 0),
        )
        for number in range(len(loaded.sheets))
    ]
    return [with_passed(one, loaded.passed.get(number, 0)) for number, one in enumerate(totals)]


def _sum(totals: Sequence[RowTotals]) -> RowTotals:
    names = ("read", "counted", "out_of_scope", "superseded", "rejected")
    return RowTotals(*(sum(getattr(one, name) for one in totals) for name in names))
