"""Ways of working that only matter for many rows must not matter for the result: the gate, counting by group."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.flow import FLOW
from reformcli.measure import ROWS, measure
from reformcli.store.parquet import no_faults
from reformcli.validate import validate

MOMENT = pd.Timestamp("2023-05-05 08:00:00")


def dossiers(**columns) -> pd.DataFrame:
    rows = max(map(len, columns.values()))
    plain = {
        "dossier_id": [f"{number}" for number in range(rows)],
        "received_at": [MOMENT] * rows,
        "due_at": [MOMENT + pd.Timedelta(days=1)] * rows,
        "finished_at": [MOMENT + pd.Timedelta(hours=1)] * rows,
        "status": ["resolved"] * rows,
        "_source": [0] * rows,
    }
    table = pd.DataFrame({**plain, **columns}).astype({"dossier_id": "str", "status": "category"})
    dates = [name for name in table if name.endswith("_at")]
    return table.astype(dict.fromkeys(dates, "datetime64[s]"))


@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_value_that_parsing_never_gives_is_a_defect_wherever_it_stands(place):
    """The gate looks at the first row of every value: also at one that breaks no rule of a row."""
    statuses = ["resolved"] * 20
    statuses[place] = "made up"

    with pytest.raises(AssertionError, match="outside their schema: status"):
        validate(dossiers(status=statuses), no_faults(), with_status=[0])


def test_a_column_of_another_type_is_a_defect_though_no_row_breaks_a_rule():
    with pytest.raises(AssertionError, match="outside their schema: fee"):
        validate(dossiers(fee=[1.5, 2.0, None]), no_faults(), with_status=[0])


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_every_row_that_breaks_a_rule_is_found_and_no_other(bad):
    """RC206: the due date lies before the receipt."""
    due = [MOMENT - pd.Timedelta(days=9) if is_bad else MOMENT + pd.Timedelta(days=1) for is_bad in bad]
    found = validate(dossiers(due_at=due), no_faults(), with_status=[0])

    assert found["rule"].tolist() == ["RC206"] * sum(bad)
    assert found["position"].tolist() == [place for place, is_bad in enumerate(bad) if is_bad]


keys = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", None, "y"]))


@given(st.lists(st.tuples(keys, st.booleans(), st.booleans(), st.one_of(st.none(), st.integers(0, 9)))), st.booleans())
def test_groups_are_counted_as_by_hand(rows, as_categories):
    """A missing key is a group of its own; a missing number adds nothing; no rows are no groups."""
    predicates = {name: [flag for _, flag, _, _ in rows] for name in FLOW.values()}
    table = pd.DataFrame(
        {
            "one": pd.Series([key[0] for key, *_ in rows], dtype="str"),
            "two": pd.Series([key[1] for key, *_ in rows], dtype="str"),
            **{name: pd.Series(values, dtype=bool) for name, values in predicates.items()},
            "is_good": pd.Series([good for *_, good, _ in rows], dtype=bool),
            "fee": pd.Series([fee for *_, fee in rows], dtype="Int64"),
            "_source": pd.Series([0] * len(rows), dtype="int64"),
        }
    )
    if as_categories:
        table = table.astype({"one": "category", "two": "category"})
    asked = {"pairs": {"p": ("is_received", "is_good")}, "sums": {"s": ("is_received", "fee")}, "lacking": {"c": [0]}}

    told = measure(table, by=["one", "two"], **asked)
    whole = measure(table, by=[], **asked)

    size, good, fees, received = Counter(), Counter(), Counter(), Counter()
    for key, is_received, is_good, fee in rows:
        size[key] += 1
        received[key] += is_received
        good[key] += is_received and is_good
        fees[key] += fee or 0
    shown = {
        tuple(None if pd.isna(text) else text for text in (row["one"], row["two"])): row
        for row in told.to_dict("records")
    }
    assert shown.keys() == size.keys()
    for key, row in shown.items():
        assert (row[ROWS], row["p.d"], row["p.n"], row["s.n"]) == (size[key], received[key], good[key], fees[key])
        assert row["lacks.c"] == received[key]  # `is_handled` is the same flag here
    assert (whole[ROWS].item(), whole["s.n"].item()) == (len(rows), sum(fees.values()))


def test_pandera_brings_no_tools_of_tests_along_and_hides_none_for_good():
    code = (
        "import sys; from reformcli.pandera_import import import_pandera as i; i(); "
        "assert not {'hypothesis', 'pyspark'} & set(sys.modules); import hypothesis"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_the_user_chose_for_memory_stays():
    code = "from reformcli.memory import choose_pool as c; c(); import pyarrow as pa; print(pa.default_memory_pool().backend_name)"
    program = [sys.executable, "-c", code]
    told = subprocess.run(program, env={"ARROW_DEFAULT_MEMORY_POOL": "system"}, capture_output=True, check=True)

    assert told.stdout.strip() == b"system"
