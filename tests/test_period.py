"""The period: what the user chose, what the data tell, and what is suggested."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from reformcli.errors import UsageError
from reformcli.period import choose_period, named_period


def dossiers(*pairs: tuple[str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["received_at", "finished_at"])
    return frame.astype("datetime64[s]")


DATA = dossiers(("2023-12-04 08:00:00", "2023-12-22 16:30:00"), ("2023-12-20 09:00:00", None))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-W51", "2023-12-18 00:00:00", "2023-12-24 23:59:59"),
        ("2023-W01", "2023-01-02 00:00:00", "2023-01-08 23:59:59"),
        ("2020-W53", "2020-12-28 00:00:00", "2021-01-03 23:59:59"),
        ("2023-12", "2023-12-01 00:00:00", "2023-12-31 23:59:59"),
        ("2024-02", "2024-02-01 00:00:00", "2024-02-29 23:59:59"),
        ("2023-Q4", "2023-10-01 00:00:00", "2023-12-31 23:59:59"),
        ("2023", "2023-01-01 00:00:00", "2023-12-31 23:59:59"),
    ],
)
def test_a_named_period_has_its_first_and_last_second(text, first, last):
    """From the calendar."""
    assert named_period(text) == (datetime.fromisoformat(first), datetime.fromisoformat(last))


@pytest.mark.parametrize("text", ["2023-W54", "2023-13", "2023-Q5", "23", "2023-", "tuần 51", "2023-W00", "20231"])
def test_what_is_no_period_is_refused(text):
    """With exit code 2."""
    with pytest.raises(UsageError):
        named_period(text)


def test_a_day_given_as_the_end_means_its_last_second():
    """And as the start, its first."""
    period = choose_period(DATA, start="18/12/2023", end="2023-12-24")
    assert (period.start, period.end) == (datetime(2023, 12, 18), datetime(2023, 12, 24, 23, 59, 59))


def test_without_a_choice_the_data_decide_and_the_last_full_week_is_suggested():
    """The latest event is on Friday afternoon of week 51: its working days are all there."""
    period = choose_period(DATA)
    assert (period.start, period.end) == (datetime(2023, 12, 4, 8), datetime(2023, 12, 22, 16, 30))
    assert (period.start_given, period.end_given, period.suggestion) == (False, False, "2023-W51")


def test_on_wednesday_the_week_before_is_suggested():
    """And none at all where the data hold no whole week."""
    assert choose_period(dossiers(("2023-12-04 08:00:00", "2023-12-20 10:00:00"))).suggestion == "2023-W50"
    assert choose_period(dossiers(("2023-12-19 08:00:00", "2023-12-20 10:00:00"))).suggestion is None


def test_a_reversed_or_doubled_period_is_refused():
    """Nothing is computed for a period that cannot be meant."""
    with pytest.raises(UsageError, match="period_reversed"):
        choose_period(DATA, start="2023-12-24", end="2023-12-18")
    with pytest.raises(UsageError, match="period_twice"):
        choose_period(DATA, period="2023", end="2023-12-18")


def test_without_dossiers_and_without_a_choice_nothing_is_known():
    """A run over counts files alone."""
    assert not choose_period(DATA.iloc[:0]).known
