"""The product against the independent plain-Python reference, on ten thousand random dossiers and on hypothesis' own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace as with_changes
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reference
import strategies
from support import ROOT, metrics, score, write_csv

MOMENT = "%Y-%m-%d %H:%M:%S"
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def counted(row: dict) -> dict:
    """The flow counts of a row of the flow table, as plain integers."""
    return {name: None if row[name] is None else int(row[name]) for name in reference.COUNTS}


def check(dossiers: list, start, end, folder: Path, **choices: object) -> None:
    path = write_csv(folder / "export.csv", strategies.to_rows(dossiers))
    kept = reference.kept(dossiers)
    options = {"start": start.strftime(MOMENT), "end": end.strftime(MOMENT)} | choices
    total = metrics([path], **options)[-1]
    assert counted(total) == reference.count(kept, start, end)
    units = score([path], **options)
    whole = next(unit for unit in units.units if unit.unit.kind == "total")
    found = {c.component.id: (c.numerator, c.denominator) for c in whole.components if c.numerator is not None}
    expected = reference.components(kept, start, end)
    assert {name: found[name] for name in expected} == expected


def test_ten_thousand_random_dossiers_agree_with_the_reference(tmp_path):
    """Every count and every numerator and denominator, for the whole and for each agency."""
    dossiers = strategies.random_dossiers(10_000, seed=766)
    check(dossiers, strategies.START, strategies.END, tmp_path)

    told = [dossier for dossier in dossiers if dossier.level]  # the product would guess the others from the name
    path = write_csv(tmp_path / "export.csv", strategies.to_rows(told))
    options = {"start": strategies.START.strftime(MOMENT), "end": strategies.END.strftime(MOMENT)}
    rows = metrics([path], ["level"], **options)[:-1]
    expected = reference.count_by(reference.kept(told), "level", strategies.START, strategies.END)
    assert {row["level"]: counted(row) for row in rows} == expected
    agencies = metrics([path], ["agency", "level"], **options)[:-1]
    by_agency = reference.count_by(reference.kept(told), reference.agency_key, strategies.START, strategies.END)
    assert sorted(map(str, map(counted, agencies))) == sorted(str(c) for c in by_agency.values() if c["handled"])


@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), period=strategies.periods())
def test_any_dossiers_in_any_period_agree_with_the_reference(dossiers, period, tmp_path):
    """Edges on purpose: a second before and after every limit, midnight, waiting times, contradictions."""
    check(dossiers, *period, tmp_path)


@EXAMPLES
@given(data=st.data(), dossiers=strategies.dossiers(min_size=1))
def test_the_order_and_the_files_of_the_rows_do_not_matter(data, dossiers, tmp_path):
    """Shuffled rows and any split into several files give the same figures, unit by unit."""
    rows = strategies.to_rows(dossiers)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    whole = write_csv(tmp_path / "whole.csv", rows)
    pieces = [
        write_csv(tmp_path / f"{n}.csv", part, list(rows[0])) for n, part in enumerate((shuffled[:cut], shuffled[cut:]))
    ]
    options = {"start": strategies.START.strftime(MOMENT), "end": strategies.END.strftime(MOMENT)}
    one, two = score([whole], **options), score(pieces, **options)
    assert one.units == two.units
    assert one.rows == two.rows


@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), period=strategies.periods())
def test_the_identities_hold_for_every_unit(dossiers, period, tmp_path):
    """handled = received + carried over = resolved + pending, and each part adds up, for every agency and level."""
    path = write_csv(tmp_path / "export.csv", strategies.to_rows(dossiers))
    start, end = (moment.strftime(MOMENT) for moment in period)
    for by in (["agency"], ["level"], ["agency", "status"], ["channel"]):
        rows = metrics([path], by, start=start, end=end)
        for row in rows:
            assert row["handled"] == row["received"] + row["carried_over"] == row["resolved"] + row["pending"]
            assert row["received"] == row["received_online"] + row["received_direct"] + row["received_post"]
            assert row["resolved"] == row["early"] + row["on_time"] + row["late"]
            assert row["pending"] == row["in_time"] + row["overdue"] + row["paused"]
        sums = Counter()
        for row in rows[:-1]:
            sums.update({name: row[name] for name in reference.COUNTS})
        assert all(sums[name] == rows[-1][name] for name in reference.COUNTS)


@pytest.mark.parametrize("days", [1, 7, 30])
def test_cutting_a_period_in_two_loses_no_resolved_dossier(days, tmp_path):
    """What is resolved in a period is what is resolved in its two halves; what is pending is carried over."""
    dossiers = [with_changes(d, supplement_requests=None) for d in strategies.random_dossiers(2_000, seed=7)]
    path = write_csv(tmp_path / "export.csv", strategies.to_rows(dossiers))
    middle = strategies.START.replace(hour=0, minute=0, second=0) + timedelta(days=days, seconds=-1)
    spans = [
        (strategies.START, strategies.END),
        (strategies.START, middle),
        (middle + timedelta(seconds=1), strategies.END),
    ]
    whole, first, second = (metrics([path], start=a.strftime(MOMENT), end=b.strftime(MOMENT))[-1] for a, b in spans)
    assert whole["resolved"] == first["resolved"] + second["resolved"]
    assert whole["received"] == first["received"] + second["received"]
    assert second["carried_over"] == first["pending"]
    assert whole["pending"] == second["pending"]


CHOICES = [
    {"granularity": "day"},
    {"no_due_date": "exclude"},
    {"no_due_date": "late"},
    {"compared_date": "returned"},
    {"withdrawn": "exclude"},
    {"paused": "overdue"},
    {"more_than_one_supplement": "ignore"},
    {"granularity": "day", "no_due_date": "late", "compared_date": "returned", "paused": "overdue"},
]


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_every_choice_of_a_scorecard_agrees_with_the_reference(choices, tmp_path):
    """A province's own scorecard may judge by day, leave out undated dossiers, compare the date of return …"""
    card = (ROOT / "src/reformcli/rules/qd766.toml").read_text(encoding="utf-8")
    for name, value in choices.items():
        card, changed = re.subn(rf'^{name} = "\w+"', f'{name} = "{value}"', card, flags=re.MULTILINE)
        assert changed == 1
    own = tmp_path / "own.toml"
    own.write_text(card, encoding="utf-8")
    dossiers = strategies.random_dossiers(3_000, seed=8)
    path = write_csv(tmp_path / "export.csv", strategies.to_rows(dossiers))
    kept = [dossier for dossier in dossiers if not reference.is_rejected(dossier, **choices)]
    options = {
        "start": strategies.START.strftime(MOMENT),
        "end": strategies.END.strftime(MOMENT),
        "scorecard": str(own),
    }

    assert counted(metrics([path], **options)[-1]) == reference.count(kept, strategies.START, strategies.END, **choices)
    whole = next(unit for unit in score([path], **options).units if unit.unit.kind == "total")
    found = {c.component.id: (c.numerator, c.denominator) for c in whole.components if c.numerator is not None}
    expected = reference.components(kept, strategies.START, strategies.END, **choices)
    assert {name: found[name] for name in expected} == expected
