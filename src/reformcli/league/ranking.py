"""The corridor of `league`: tables of published scores are read, cleared of what is missing, and ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice

from reformcli.agencies.matching import matching
from reformcli.audit.made_from import READING, ordered, read_input, shipped_rules
from reformcli.league import places as step
from reformcli.league.files import Reading, ScoreFile
from reformcli.league.places import League, Ranking, Score
from reformcli.league.portal import load_score_file
from reformcli.model import Input, Manifest, Period, RowTotals, RuleFile, Scorecard
from reformcli.period import LAST_SECOND
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules.provinces import Provinces, load_provinces
from reformcli.rules.scorecard import load_scorecard


def run_league(
    files: Sequence[str],
    *,
    scorecard: str,
    own: Sequence[str] = (),
    more: Sequence[Input] = (),
    options: Mapping[str, object],
) -> League:
    """Rank everyone in some tables.

    Args:
        files: csv, xlsx or JSON; their order never matters.
        scorecard: whose groups the tables have.
        own: the provinces or units that are to be spoken of.
        more: files that shape the output without changing a figure.
        options: for the manifest.

    Raises:
        UsageError: `unknown_agency`, nobody of the newest tables has that name.
        InputError: a table that cannot be read; two different scores of one unit and day.
    """
    card = load_scorecard(scorecard, on=date.max, predicates=PREDICATES, sums=SUMS)
    provinces = load_provinces()
    read = _read(files, Reading(card.groups, provinces))
    lines = [score for file in read for score in file.scores]
    scores = [step.as_measured(score) for score in step.coded(_one_basis(lines))]
    kept, _ = step.each_once(scores)
    found = step.rankings(kept, provinces)
    left_out = sorted((file.source.name, name) for file in read for name in file.left_out)
    totals = _totals(read, scores, kept)
    return League(
        rankings=found,
        groups=card.groups,
        rows=_summed(totals),
        provinces=provinces,
        manifest=_manifest(kept, [*_inputs(read, totals, scorecard, card), *more], card, options),
        left_out=tuple(left_out),
        own=_own(found, own, provinces),
    )


def _read(files: Sequence[str], reading: Reading) -> list[ScoreFile]:
    """The files by name and hash; two of the same name and contents are one."""
    found = [load_score_file(path, reading) for path in files]
    by_source = {(file.source.name, file.source.sha256): file for file in found}
    return [by_source[key] for key in sorted(by_source)]


def _one_basis(scores: Sequence[Score]) -> list[Score]:
    """Scores of which no table tells the period join those of the one kind of period that others tell."""
    told = {score.pool.basis for score in scores} - {""}
    if len(told) != 1:
        return list(scores)
    basis = told.pop()
    return [replace(score, pool=replace(score.pool, basis=basis)) for score in scores]


def _own(rankings: Sequence[Ranking], wanted: Sequence[str], provinces: Provinces) -> frozenset[tuple[step.Pool, str]]:
    """The (pool, name) of the newest tables that the user means."""
    known = [(ranking.pool, place.standing.score.name) for ranking in rankings for place in ranking.places]
    whole = {name for pool, name in known if pool.kind == step.PROVINCES}
    spelt = [found if (found := provinces.find(name)) in whole and found else name for name in wanted]
    names = matching(spelt, [name for _, name in known])
    return frozenset(one for one in known if one[1] in names)


# ------------------------------------------------------------------ what it was made from
def _totals(read: Sequence[ScoreFile], scores: Sequence[Score], kept: Sequence[Score]) -> list[RowTotals]:
    """What became of the lines of each file; `scores` are those of all files, one file after the other.

    Counted are those with a total, rejected those without; out of scope is who is no competitor.
    """
    chosen, lines = {id(score) for score in kept}, iter(scores)
    found = []
    for file in read:
        own = [score for score in islice(lines, len(file.scores)) if id(score) in chosen]
        counted, left_out = sum(score.total is not None for score in own), len(file.left_out)
        superseded, rejected = len(file.scores) - len(own), len(own) - counted
        found.append(RowTotals(len(file.scores) + left_out, counted, left_out, superseded, rejected))
    return found


def _summed(totals: Sequence[RowTotals]) -> RowTotals:
    names = ("read", "counted", "out_of_scope", "superseded", "rejected")
    return RowTotals(**{name: sum(getattr(one, name) for one in totals) for name in names})


def _inputs(read: Sequence[ScoreFile], totals: Sequence[RowTotals], scorecard: str, card: Scorecard) -> list[Input]:
    files = [Input("published", file.source, None, rows) for file, rows in zip(read, totals, strict=True)]
    own = [read_input("scorecard", scorecard, card.sha256)] if scorecard.endswith(".toml") else []
    return [*files, *own]


def _manifest(
    scores: Sequence[Score], inputs: Sequence[Input], card: Scorecard, options: Mapping[str, object]
) -> Manifest:
    days = [score.day for score in scores]
    start, end = datetime.combine(min(days), time()), datetime.combine(max(days), LAST_SECOND)
    rules = (
        RuleFile("scorecard", card.id, card.version, card.sha256),
        shipped_rules("levels", READING["levels"]),
        shipped_rules("provinces", "provinces"),
    )
    return Manifest(
        period=Period(start, end, start_given=False, end_given=False),
        sheets=(),
        skipped=(),
        scorecard=card,
        options=options,
        inputs=ordered(inputs),
        rules=rules,
    )
