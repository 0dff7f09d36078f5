"""What every command begins with: exports and counts are read, validated, merged, attributed and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli import tally
from reformcli.agencies.attribution import attribute, units_of
from reformcli.agencies.levels import is_whole_province
from reformcli.agencies.register import Register, load_register
from reformcli.audit import made_from
from reformcli.counts import CountRow, load_counts
from reformcli.errors import InputError, UsageError
from reformcli.file_findings import Facts, facts_of, file_findings, unknown_components
from reformcli.findings import Accepted, FileFinding, agency_findings, located, positions_of
from reformcli.headings.column_map import names_file
from reformcli.limits import Limits
from reformcli.loading import Loaded, check_named, load_sheets
from reformcli.memory import choose_pool
from reformcli.merge import Merged, copies, merge
from reformcli.model import Input, Manifest, Period, RowTotals, RuleFile, Scorecard, Severity, StateRules, Unit
from reformcli.period import choose_period
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules.scorecard import load_scorecard
from reformcli.services.catalogue import Catalogue, load_services
from reformcli.validate import validate

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]  # step, done, of


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for; paths as the user wrote them."""

    exports: Sequence[str] = ()
    counts: Sequence[str] = ()
    catalogue: str | None = None
    asked_of_catalogue: Sequence[str] = ()  # columns that it must have
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
    engine: str = "memory"  # one of engines.ENGINES
    memory_limit: str | None = None
    spark_master: str | None = None
    until: datetime | None = None  # of a store, what was received after the week of this moment need not be read
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
    catalogue: Catalogue | None = None
    engine: str = "memory"

    def measure(
        self,
        dossiers: pd.DataFrame,
        *,
        by: Sequence[str],
        pairs: Mapping[str, tuple[str, str]],
        sums: Mapping[str, tuple[str, str]],
        lacking: Mapping[str, Sequence[int]],
    ) -> pd.DataFrame:
        """Count some of the dossiers, as `measure.measure` does."""
        from reformcli.measure import measure

        return measure(dossiers, by=by, pairs=pairs, sums=sums, lacking=lacking)

    def units(self) -> dict[str, tuple[Unit, str | None]]:
        """The unit and parent of each agency key."""
        return units_of(self.dossiers)

    def handling(self) -> dict[str, tuple[Unit, str | None]]:
        """The unit and parent of each agency that handled dossiers in the period, by key."""
        return units_of(self.dossiers[self.dossiers["is_handled"]])

    def findings(self, more: Sequence[FileFinding] = ()) -> pd.DataFrame:
        """Everything that was found, each in its place."""
        whole = [*self.file_findings, *more]
        return located(self.found, whole, self.loaded.dossiers, self.loaded.sheets, self.accepted)


def load(options: Options, progress: Progress | None = None, *, strict: bool = True) -> Loaded:
    """Read the exports into one typed table; heavy libraries load while the files are being read."""
    if not options.exports:
        return load_sheets([])
    check_named(options.exports)
    choose_pool()
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
            until=options.until,
            progress=progress,
        )
        _import_heavy_libraries()
        return reading.result()


def _import_heavy_libraries() -> None:
    """What validation and counting need, loaded while the files are being read: 0.7 s that would follow it."""
    import narwhals  # noqa: F401

    from reformcli.pandera_import import import_pandera

    import_pandera()


def judge(
    options: Options, progress: Progress | None = None, *, scored: bool = False, loaded: Loaded | None = None
) -> Judged:
    """Read, validate, merge, attribute and classify: everything before counting.

    A scorecard must be in force where it is `scored`; for states alone the newest one serves earlier periods, too.
    What is already `loaded` is not read again.
    """
    if not options.exports and not options.counts and not options.catalogue and loaded is None:
        raise UsageError("nothing_to_read", where="EXPORT")
    accepted = Accepted.load(options.accept)
    register = load_register(options.agencies) if options.agencies else None
    given, sources, blank = load_counts(options.counts)
    catalogue = load_services(options.catalogue, options.asked_of_catalogue) if options.catalogue else None
    rules = choose_scorecard(options, date.max).states
    loaded = loaded or load(options, progress)
    tell(progress, "validate")
    found, merged, kept, rejected = sifted(loaded, rules)
    period = choose_period(kept, start=options.start, end=options.end, period=options.period)
    scorecard = choose_scorecard(options, period.end.date() if scored else date.max)
    tell(progress, "classify")
    from reformcli import classify  # narwhals: not before the reading has begun

    classified = classify.classify(kept, start=period.start, end=period.end, rules=scorecard.states)
    placed, unplaced = attribute(classified, register, classify.moments(classified, period.end))
    return Judged(
        loaded=loaded,
        period=period,
        scorecard=scorecard,
        dossiers=placed,
        counts=unit_counts(given, register, period),
        unplaced=tuple(unplaced),
        found=(found, merged.findings, agency_findings(placed, with_register=register is not None)),
        file_findings=all_file_findings(loaded, facts_of(loaded.dossiers, loaded.faults), given, blank, scorecard),
        accepted=accepted,
        rows=_totals(loaded, placed, merged, len(rejected)),
        manifest=manifest_of(
            options,
            loaded,
            period,
            scorecard,
            [
                *made_from.export_inputs(
                    loaded.sheets, loaded.dossiers, placed, merged.superseded, rejected, passed=loaded.passed
                ),
                *(Input("counts", source) for source in sources),
                *([Input("catalogue", catalogue.source, rows=catalogue.rows)] if catalogue else []),
                *([Input("register", register.source)] if register else []),
                *([Input("accept", accepted.source)] if accepted.source else []),
            ],
        ),
        register=register,
        rejected=tuple(rejected),
        catalogue=catalogue,
    )


def all_file_findings(
    loaded: Loaded, facts: Facts, given: Sequence[CountRow], blank: Sequence[tuple[str, int]], scorecard: Scorecard
) -> tuple[FileFinding, ...]:
    """What was found about whole files, columns and counts."""
    return (
        *file_findings(loaded.sheets, loaded.skipped, facts, blank),
        *copies(loaded.sheets),
        *(FileFinding("RC305", "--columns", text=heading) for heading in loaded.unmatched),
        *unknown_components([(row.file, row.component, row.row) for row in given], scorecard),
    )


def _totals(loaded: Loaded, placed: pd.DataFrame, merged: Merged, rejected: int) -> RowTotals:
    """What became of every row that was read."""
    counted = int(placed["is_handled"].sum())
    superseded = int(merged.superseded.sum())
    passed = sum(loaded.passed.values())
    read, aside = len(loaded.dossiers) + passed, len(placed) - counted + passed
    return RowTotals(read, counted, aside, superseded, rejected)


def sifted(loaded: Loaded, rules: StateRules) -> tuple[pd.DataFrame, Merged, pd.DataFrame, list[int]]:
    """What breaks a rule, which rows of the same dossier count, the rows that are left, and those rejected."""
    found = validate(
        loaded.dossiers, loaded.faults, compared_date=rules.compared_date, with_status=loaded.having("status")
    )
    rejected = positions_of(found, Severity.ERROR)
    valid = loaded.dossiers.drop(index=rejected) if rejected else loaded.dossiers
    merged = merge(valid, sheets=loaded.sheets, file_last=loaded.file_last)
    kept = valid[~merged.superseded] if merged.superseded.any() else valid
    return found, merged, kept, rejected


def choose_scorecard(options: Options, on: date) -> Scorecard:
    """The scorecard of a run, in force on a day."""
    return load_scorecard(options.scorecard, on=on, predicates=PREDICATES, sums=SUMS)


def unit_counts(given: Sequence[CountRow], register: Register | None, period: Period) -> tuple[tally.UnitCount, ...]:
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


def manifest_of(
    options: Options, loaded: Loaded, period: Period, scorecard: Scorecard, inputs: Sequence[Input]
) -> Manifest:
    """What the figures of a run were made from."""
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


def tell(progress: Progress | None, step: str) -> None:
    """Say which step begins."""
    if progress:
        progress(step, 0, 0)
