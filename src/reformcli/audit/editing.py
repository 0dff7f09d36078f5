"""The corridor of `compare --history`: two exports judged for one period, what was changed, and what that did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reformcli import judging, pipeline
from reformcli.agencies.attribution import attribute, units_of
from reformcli.audit import edits as step
from reformcli.audit.made_from import as_previous, with_more
from reformcli.comparing.comparison import compare
from reformcli.errors import UsageError
from reformcli.figures import RATES, Figures, UnitFigures, figures_of_run
from reformcli.findings import shown_id
from reformcli.flow import FLOW
from reformcli.judging import Judged, Options, Progress
from reformcli.merge import merge
from reformcli.model import LEVELS, UNATTRIBUTED, Run, Unit
from reformcli.outcomes import Edits, Figure, KindCount, UnitChange

if TYPE_CHECKING:
    import pandas as pd

_TIMES = ("received_at", "due_at", "finished_at", "returned_at", "supplement_requested_at", "supplement_completed_at")
_TEXTS = ("dossier_id", "status", "agency", "agency_id", "agency_key", "agency_name", "level_name")
_STATES = ("is_handled", "is_received", "is_ended")
_EVENTS = ("received_at", "finished_at", "returned_at")


def run_edits(
    options: Options, older: Sequence[str], progress: Progress | None = None, *, forced: bool = False
) -> tuple[Run, Edits]:
    """The current run with its scores, and what was changed between older exports and its own.

    Args:
        options: those of the current run; its period, chosen or found, is that of both.
        older: exports of the same systems, made earlier.
        progress: told of the reading of exports.
        forced: go on where the older exports look like the newer ones.

    Raises:
        UsageError: `nothing_to_read`; `history_reversed`, the older exports end after the current ones; and what
            `judge` raises, as InputError.
    """
    if not options.exports:
        raise UsageError("nothing_to_read", where="EXPORT")
    now = judging.judge(options, progress, scored=True)
    start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (now.period.start, now.period.end))
    then = replace(options, exports=tuple(older), period=None, start=start, end=end)
    before = judging.judge(then, progress, scored=True)
    last, last_now = _last_event(before), _last_event(now)
    if not forced:
        _check_order(last, last_now)
    old, new = _facts(before, _aside(before, ())), _facts(now, _aside(now, now.rejected))
    ends = step.ENDS if now.scorecard.states.compared_date == "finished" else step.ENDS[::-1]
    found = step.find(old, new, ends=ends, with_register=now.register is not None)
    unchanged = _unchanged(before, now, found)
    found = step.joined([found, step.became_on_time(found, old, unchanged.dossiers, now.dossiers)])
    run = pipeline.scored(now)
    exports = [one for one in as_previous(before.manifest.inputs) if one.kind == "previous"]
    return with_more(run, exports), Edits(
        before=before.manifest,
        rows=before.rows,
        last_event=last,
        last_event_now=last_now,
        changes=(placed := _placed(found, (before, old), (now, new))),
        counts=tuple(_counts(placed)),
        units=_side_by_side(pipeline.scored(unchanged), run),
    )


def _check_order(last: datetime | None, last_now: datetime | None) -> None:
    """Refuse older exports that end after the newer ones: nobody is accused because two files were swapped."""
    if last and last_now and last > last_now:
        raise UsageError("history_reversed", where="--history", before=_day(last), now=_day(last_now))


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def _last_event(judged: Judged) -> datetime | None:
    events = [judged.dossiers[name].max() for name in _EVENTS if name in judged.dossiers]
    known = [moment.to_pydatetime() for moment in events if moment == moment]
    return max(known) if known else None


# ------------------------------------------------------------------ facts
def _facts(judged: Judged, aside: pd.DataFrame) -> pd.DataFrame:
    """What is compared of every dossier: those that count first, then those that only rejected rows tell of."""
    import pandas as pd

    counted = judged.dossiers
    codes = set(judged.found[0].loc[judged.found[0]["rule"] == "RC207", "position"].tolist())
    known_until, parts = _known_until(judged), []
    for rows, is_rejected in ((counted, False), (aside, True)):
        columns: dict[str, Any] = {name: _column(rows, name, "datetime64[s]") for name in _TIMES}
        columns |= {name: _column(rows, name, "str") for name in _TEXTS}
        columns |= {name: rows[name] for name in (*_STATES, "ended_at", "_source", "_row")}
        columns |= {f"tells_{name}": _tells(rows, judged, name) for name in ("due_at", *step.ENDS, "agency")}
        columns |= {"is_rejected": is_rejected, "is_code_far": rows.index.isin(codes)}
        parts.append(pd.DataFrame(columns, index=rows.index))
    facts: pd.DataFrame = pd.concat(parts, ignore_index=True) if len(parts[1]) else parts[0].reset_index(drop=True)
    seen = facts["_source"].map(known_until).astype("datetime64[s]")
    return facts.assign(known_until=seen, was_late=_was_late(judged, facts, seen))


def _aside(judged: Judged, rejected: Sequence[int]) -> pd.DataFrame:
    """Rows that are rejected, judged as the others; of each dossier one, and none where another row counts."""
    from reformcli import classify
    from reformcli.agencies.dossier_code import dossier_key

    rows = judged.loaded.dossiers.loc[list(rejected)]
    rows = rows[rows["dossier_id"].notna()]
    rows = rows[~merge(rows, sheets=judged.loaded.sheets).superseded]
    rows = rows[~dossier_key(rows["dossier_id"]).isin(dossier_key(judged.dossiers["dossier_id"]))]
    period = judged.period
    classified = classify.classify(rows, start=period.start, end=period.end, rules=judged.scorecard.states)
    return attribute(classified, judged.register, classify.moments(classified, period.end))[0]


def _column(rows: pd.DataFrame, name: str, kind: Any) -> pd.Series:
    import pandas as pd

    return rows[name].astype(kind) if name in rows else pd.Series(None, index=rows.index, dtype=kind)


def _tells(rows: pd.DataFrame, judged: Judged, name: str) -> pd.Series:
    having = judged.loaded.having(name)
    return rows["_source"].isin(having + judged.loaded.having("agency_id") if name == "agency" else having)


def _known_until(judged: Judged) -> Mapping[int, Any]:
    """For each `_source` number the last event of its file: what the file says was so until then."""
    import pandas as pd

    counted = judged.dossiers
    own = counted[[name for name in _EVENTS if name in counted]].max(axis=1)
    files = [sheet.source.sha256 for sheet in judged.loaded.sheets]
    last = own.groupby(counted["_source"].map(dict(enumerate(files)))).max()
    return {number: last.get(file, pd.NaT) for number, file in enumerate(files)}


def _was_late(judged: Judged, facts: pd.DataFrame, seen: pd.Series) -> pd.Series:
    """Whether the export itself shows a dossier late: judged at the last event of its file, or at the period's end."""
    import pandas as pd

    from reformcli import classify

    at = seen.where(seen < pd.Timestamp(judged.period.end), pd.Timestamp(judged.period.end))
    names = [name for name in classify.STATE_COLUMNS if name in judged.dossiers]
    rows = judged.dossiers[names].reset_index(drop=True)
    rows = rows.assign(_at=at.iloc[: len(rows)].astype("datetime64[s]"))
    states = classify.states(rows, start=judged.period.start, at="_at", rules=judged.scorecard.states)
    late: pd.Series = (states["is_late"] | states["is_overdue"]).reindex(facts.index, fill_value=False)
    return late


# ------------------------------------------------------------------ as if nothing had been changed
def _unchanged(before: Judged, now: Judged, found: pd.DataFrame) -> Judged:
    """The current dossiers with the changed facts as they were, judged again for the same period."""
    from reformcli import classify

    columns, older = (list(judged.loaded.dossiers.columns) for judged in (now, before))
    offset, period = len(now.loaded.sheets), now.period
    was = before.dossiers[older].assign(_source=before.dossiers["_source"] + offset)
    rows, added = step.restored(was, now.dossiers[columns], found)
    classified = classify.classify(rows, start=period.start, end=period.end, rules=now.scorecard.states)
    placed, unplaced = attribute(classified, now.register, classify.moments(classified, period.end))
    sheets = (*now.loaded.sheets, *(before.loaded.sheets if len(added) else ()))
    return replace(now, loaded=replace(now.loaded, sheets=sheets), dossiers=placed, unplaced=tuple(unplaced))


def _side_by_side(unchanged: Run, run: Run) -> tuple[UnitChange, ...]:
    """Every unit of either: `before` is as if nothing had been changed."""
    one, other = figures_of_run(unchanged), figures_of_run(run)
    found: tuple[UnitChange, ...] = compare(_with(one, other), _with(other, one), forced=True).units
    return found


def _with(figures: Figures, others: Figures) -> Figures:
    """The figures with those units, too, that only the others have: nothing is handled there."""
    known = {one.unit for one in figures.units}
    flow: dict[str, Figure] = {**dict.fromkeys(FLOW, 0), **dict.fromkeys(RATES)}
    more = [UnitFigures(one.unit, None, None, None, None, {}, flow) for one in others.units if one.unit not in known]
    return replace(figures, units=(*figures.units, *more))


# ------------------------------------------------------------------ the changes themselves
_Side = tuple[Judged, "pd.DataFrame"]  # what was judged, and its facts


def _placed(found: pd.DataFrame, before: _Side, now: _Side) -> pd.DataFrame:
    """The changes with the agencies that had the dossiers, and their places in both files; the gravest first."""
    import pandas as pd

    names = {key: unit for judged, _ in (now, before) for key, (unit, _) in units_of(judged.dossiers).items()}
    old, new = _places(found["before"].tolist(), *before), _places(found["now"].tolist(), *now)
    told = {
        name: [one if one is not None else other for one, other in zip(old[name], new[name], strict=True)]
        for name in ("dossier_id", "agency_key")
    }
    units = [names.get(key) or Unit("agency", None, None, key) for key in told["agency_key"]]
    columns = {
        "dossier_id": [shown_id(one) for one in told["dossier_id"]],
        "agency_key": told["agency_key"],
        "agency": [unit.agency for unit in units],
        "level": [unit.level for unit in units],
        **{f"old_{name}": old[name] for name in ("file", "sheet", "row")},
        **{f"new_{name}": new[name] for name in ("file", "sheet", "row")},
    }
    table = found.assign(**{name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    order = {name: number for number, name in enumerate((*step.SEVERITIES, *step.KINDS))}
    ranked = table.assign(_severity=table["severity"].map(order), _kind=table["kind"].map(order))
    ranked = ranked.sort_values(["_severity", "_kind", "agency_key", "dossier_id"], kind="stable")
    return ranked.drop(columns=["_severity", "_kind", "before", "now"]).reset_index(drop=True)


def _places(positions: Sequence[int], judged: Judged, facts: pd.DataFrame) -> dict[str, list[Any]]:
    """Id, agency and place of some dossiers; None where the position is -1."""
    rows = facts[["dossier_id", "agency_key", "_source", "_row"]].iloc[[at for at in positions if at >= 0]]
    sheets = [judged.loaded.sheets[number] for number in rows["_source"].tolist()]
    told: dict[str, list[Any]] = {
        "dossier_id": rows["dossier_id"].tolist(),
        "agency_key": rows["agency_key"].tolist(),
        "file": [sheet.source.name for sheet in sheets],
        "sheet": [sheet.sheet for sheet in sheets],
        "row": rows["_row"].tolist(),
    }
    values = {name: iter(cells) for name, cells in told.items()}
    return {name: [next(values[name]) if at >= 0 else None for at in positions] for name in told}


def _counts(changes: pd.DataFrame) -> list[KindCount]:
    """How many changes of each kind there are in each agency, level and the whole."""
    found: dict[tuple[Unit, str], Counter[str]] = {}
    columns = [changes[name].tolist() for name in ("agency_key", "agency", "level", "kind", "severity")]
    for (key, agency, level, kind, severity), size in Counter(zip(*columns, strict=True)).items():
        for unit in (Unit("agency", agency, level, key), Unit("level", None, level), Unit("total", None, None)):
            found.setdefault((unit, kind), Counter())[severity] += size
    order = sorted(found, key=_place)
    return [KindCount(*place, found[place][step.GRAVE], found[place][step.DOUBTFUL]) for place in order]


def _place(counted: tuple[Unit, str]) -> tuple[object, ...]:
    unit, kind = counted
    level = (*LEVELS, UNATTRIBUTED, None).index(unit.level)
    return ("agency", "level", "total").index(unit.kind), level, unit.key, step.KINDS.index(kind)
