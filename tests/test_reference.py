"""The oracle itself, against cases counted by hand, published figures and the identities that must always hold."""

import unicodedata
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import (
    COMPONENTS,
    COUNTS,
    GROUPS,
    STATES,
    Dossier,
    agency_key,
    broken_identities,
    components,
    count,
    count_by,
    default_end,
    default_start,
    half_up,
    is_carried_over,
    is_received,
    is_rejected,
    is_undated,
    is_withdrawn,
    judge,
    kept,
    points,
    ranks,
    ratio,
    tally,
    total,
)
from strategies import END, HEADINGS, START, choices, dossiers, periods, random_dossiers, to_rows


def at(text: str) -> datetime:
    """A moment of July 2024 as "day[ HH:MM[:SS]]", or a full ISO date."""
    if text.startswith("20") and "-" in text:
        return datetime.fromisoformat(text)
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"2024-07-{int(day):02d} {clock or '00:00'}")


def made(
    status: str | None = "pending", received: str | None = "2 08:00", due: str | None = "10 08:00", **more
) -> Dossier:
    """A dossier of July; moments as `at` reads them."""
    moments = {
        "received_at": received,
        "due_at": due,
        "finished_at": more.pop("finished", None),
        "returned_at": more.pop("returned", None),
        "supplement_requested_at": more.pop("asked", None),
        "supplement_completed_at": more.pop("came", None),
    }
    read = {name: at(text) if text else None for name, text in moments.items()}
    return Dossier(**{"dossier_id": "A", "status": status, **read, **more})


def july(d: Dossier, to: str = "31 23:59:59", start: str = "1", **choices: str) -> str:
    return judge(d, at(start), at(to), **choices)


def resolved(finished: str, **more) -> Dossier:
    return made("resolved", finished=finished, **more)


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        made(dossier_id=""),
        made(received=None),
        made("resolved"),
        made("returned"),
        made(None),
        resolved("2 07:59:59"),
        made("refused", finished="1"),
        made("returned", received="2 08:00", returned="1 23:59:59"),
    ],
)
def test_a_row_that_breaks_a_rule_of_severity_is_rejected_whatever_else_it_says(broken):
    assert is_rejected(broken)
    assert july(broken) == "rejected"


def test_ended_before_received_is_by_day_when_either_lacks_a_time_of_day():
    assert july(resolved("2 08:00")) != "rejected"
    assert july(resolved("2")) != "rejected"
    assert july(resolved("2 00:00:01", received="2")) != "rejected"
    assert july(resolved("1", received="2")) == "rejected"
    assert july(resolved("1 23:59:59", received="2")) == "rejected"


def test_a_status_that_is_blank_is_no_error_once_there_is_an_end():
    assert july(made(None, finished="9 08:00")) == "early"


# --- rule 1: scope ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["not_accepted", "refused"])
def test_rule_1_what_was_never_accepted_is_out_of_scope(status):
    assert july(made(status)) == "out_of_scope"
    assert july(made(status, finished="9 08:00")) == "out_of_scope"


def test_rule_1_received_at_t_is_in_and_a_second_later_out():
    assert july(made(received="5 12:00:00", due="9"), to="5 12:00:00") == "in_time"
    assert july(made(received="5 12:00:01", due="9"), to="5 12:00:00") == "out_of_scope"


def test_rule_1_ended_at_from_is_in_and_a_second_before_out():
    old = {"received": "2024-06-20 08:00", "due": "2024-07-05"}
    assert july(resolved("4 09:00:00", **old), start="4 09:00:00") == "early"
    assert july(resolved("4 08:59:59", **old), start="4 09:00:00") == "out_of_scope"
    assert july(resolved("2024-06-30 23:59:59", **old)) == "out_of_scope"
    assert july(resolved("1", **old)) == "early"


def test_rule_1_an_end_without_a_time_on_the_day_of_from_did_not_end_before_it():
    """By default `from` is the first receipt: a dossier received then and ended that day must not vanish."""
    assert july(resolved("2", received="2 08:00"), start="2 08:00") == "early"


# --- rule 2: the end -------------------------------------------------------------------------------------------------


def test_rule_2_the_end_is_finished_else_returned():
    assert july(resolved("10 08:00", returned="11 08:00")) == "on_time"
    assert july(made("returned", returned="11 08:00")) == "late"
    both = resolved("10 08:00", returned="11 08:00")
    assert july(both, compared_date="returned") == "late"
    assert july(resolved("10 08:00"), compared_date="returned") == "on_time"


def test_rule_2_an_end_at_t_is_an_end_and_a_second_later_is_open():
    assert july(resolved("9 12:00:00"), to="9 12:00:00") == "early"
    assert july(resolved("9 12:00:01"), to="9 12:00:00") == "in_time"
    assert july(resolved("12 12:00:01"), to="12 12:00:00") == "overdue"


@pytest.mark.parametrize("status", ["pending", "accepted", "supplement", "payment", "stopped", "withdrawn"])
def test_rule_2_a_date_outweighs_a_status_that_contradicts_it(status):
    assert july(made(status, finished="10 08:00:01")) == "late"


# --- rules 3 and 4: the deadline, ended dossiers ---------------------------------------------------------------------


def test_rules_3_and_4_by_the_second_when_both_have_a_time():
    assert july(resolved("10 08:00:00")) == "on_time"
    assert july(resolved("10 08:00:01")) == "late"
    assert july(resolved("10 00:00:01")) == "on_time"
    assert july(resolved("9 23:59:59")) == "early"


def test_rules_3_and_4_a_due_date_without_a_time_is_its_last_second():
    assert july(resolved("10 23:59:59", due="10")) == "on_time"
    assert july(resolved("11 00:00:01", due="10")) == "late"
    assert july(made(due="10"), to="10 23:59:59") == "in_time"
    assert july(made(due="10"), to="11 00:00:00") == "overdue"


def test_rules_3_and_4_an_end_without_a_time_is_compared_by_day():
    assert july(resolved("10")) == "on_time"
    assert july(resolved("11")) == "late"
    assert july(resolved("9")) == "early"


def test_rule_3_granularity_day_forgives_the_day_of_open_dossiers_too():
    """Due 08:02, finished 15:10: late by timestamp, on time by day."""
    assert july(resolved("10 15:10", due="10 08:02")) == "late"
    assert july(resolved("10 15:10", due="10 08:02"), granularity="day") == "on_time"
    assert july(resolved("11 00:00:01"), granularity="day") == "late"
    assert july(made(), to="10 08:00:00") == "in_time"
    assert july(made(), to="10 08:00:01") == "overdue"
    assert july(made(), to="10 23:59:59", granularity="day") == "in_time"
    assert july(made(), to="11 00:00:00", granularity="day") == "overdue"


def test_rule_3_the_waiting_time_of_a_completed_supplement_moves_the_deadline():
    """Asked on the 4th at 08:00, back on the 6th at 09:30: 2 days 1.5 hours; due on the 12th at 09:30."""
    waited = {"asked": "4 08:00", "came": "6 09:30", "supplement_requests": 1}
    assert july(resolved("12 09:30:00", **waited)) == "on_time"
    assert july(resolved("12 09:30:01", **waited)) == "late"
    assert july(resolved("11 23:59:59", **waited)) == "early"
    assert july(made(**waited), to="12 09:30:00") == "in_time"
    assert july(made(**waited), to="12 09:30:01") == "overdue"


def test_rule_3_waiting_from_a_date_alone_ends_with_the_day_it_falls_on():
    """The 10th + 26 hours falls on the 11th; the 10th + 5 hours stays on the 10th."""
    day_and_two_hours = {"due": "10", "asked": "4 08:00", "came": "5 10:00"}
    assert july(resolved("11 23:59:59", **day_and_two_hours)) == "on_time"
    assert july(resolved("12 00:00:01", **day_and_two_hours)) == "late"
    assert july(made(**day_and_two_hours), to="11 23:59:59") == "in_time"
    assert july(made(**day_and_two_hours), to="12 00:00:00") == "overdue"
    five_hours = {"due": "10", "asked": "4 08:00", "came": "4 13:00"}
    assert july(resolved("11 00:00:01", **five_hours)) == "late"


@pytest.mark.parametrize(
    "waited",
    [
        {"asked": "6 08:00", "came": "4 08:00"},  # reversed
        {"asked": "6 08:00"},  # not back
        {"came": "6 08:00"},  # never asked
        {"asked": "4 08:00", "came": "11 08:00:01"},  # back after T
    ],
)
def test_rule_3_no_waiting_without_both_dates_in_order_and_before_t(waited):
    assert july(made(**waited), to="11 08:00:00") == "overdue"


def test_rule_3_a_supplement_completed_at_t_counts():
    assert july(made(asked="4 08:00", came="11 08:00:00"), to="11 08:00:00") == "in_time"


# --- rule 5: open dossiers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["supplement", "payment", "stopped"])
def test_rule_5_a_paused_dossier_is_paused_even_past_its_deadline(status):
    assert july(made(status), to="9 08:00") == "paused"
    assert july(made(status), to="20 08:00") == "paused"


def test_rule_5_a_supplement_asked_for_after_the_deadline_is_overdue_once_t_is_past_it():
    assert july(made("supplement", asked="10 08:00:00"), to="20") == "paused"
    assert july(made("supplement", asked="10 08:00:01"), to="20") == "overdue"
    assert july(made("supplement", asked="10 08:00:01"), to="10 08:00:00") == "paused"
    assert july(made("payment", asked="10 08:00:01"), to="20") == "paused"


def test_rule_5_more_than_one_supplement_is_late_or_overdue():
    assert july(resolved("5 08:00", supplement_requests=1)) == "early"
    assert july(resolved("5 08:00", supplement_requests=2)) == "late"
    assert july(made(supplement_requests=2), to="5 08:00") == "overdue"
    assert july(made("supplement", supplement_requests=3), to="5 08:00") == "overdue"
    assert july(made(due=None, supplement_requests=2)) == "overdue"
    assert july(made("supplement", supplement_requests=3), to="5 08:00", more_than_one_supplement="no") == "paused"


# --- rule 6: withdrawn -----------------------------------------------------------------------------------------------


def test_rule_6_withdrawn_with_an_end_is_judged_like_a_resolved_one():
    assert july(made("withdrawn", finished="9 08:00")) == "early"
    assert july(made("withdrawn", finished="10 08:00:01")) == "late"


def test_rule_6_withdrawn_without_an_end_ended_on_time_at_its_receipt():
    assert july(made("withdrawn")) == "on_time"
    assert july(made("withdrawn", due="1")) == "on_time"
    assert july(made("withdrawn", supplement_requests=2)) == "late"
    assert july(made("withdrawn", received="2024-06-30 08:00")) == "out_of_scope"


def test_rule_6_withdrawn_can_be_excluded():
    assert july(made("withdrawn"), withdrawn="exclude") == "out_of_scope"
    assert july(made("withdrawn", finished="9 08:00"), withdrawn="exclude") == "out_of_scope"


# --- rule 7: no due date ---------------------------------------------------------------------------------------------


def test_rule_7_no_due_date_is_on_time_in_time_or_paused_unless_the_scorecard_says_otherwise():
    ended, still_open, paused = resolved("9 08:00", due=None), made(due=None), made("stopped", due=None)
    assert [july(d) for d in (ended, still_open, paused)] == ["on_time", "in_time", "paused"]
    assert [july(d, no_due_date="late") for d in (ended, still_open, paused)] == ["late", "overdue", "overdue"]
    assert {july(d, no_due_date="exclude") for d in (ended, still_open, paused)} == {"out_of_scope"}
    assert is_undated(ended)
    assert not is_undated(made())


# --- rule 8: received, carried over, channel -------------------------------------------------------------------------


def test_rule_8_received_at_from_is_received_and_a_second_before_carried_over():
    first, last = at("1 00:00:00"), at("31 23:59:59")
    assert is_received(made(received="1"), first, last)
    assert is_received(made(received="31 23:59:59", due=None), first, last)
    carried = made(received="2024-06-30 23:59:59")
    assert is_carried_over(carried, first, last)
    assert not is_received(carried, first, last)
    ended_before = made(received="2024-06-20 08:00", finished="2024-06-30 23:59:59")
    assert not is_carried_over(ended_before, first, last)


def test_the_counts_of_ten_dossiers_counted_by_hand():
    rows = [
        resolved("9 08:00", channel="online"),  # early
        resolved("10 08:00", channel="post"),  # on time
        resolved("10 09:00", channel="direct"),  # late
        made("withdrawn"),  # on time, channel unstated
        made(due="2024-08-15"),  # in time, unstated
        made(channel="online"),  # overdue
        made("stopped", channel="online"),  # paused
        made(received="2024-06-20 08:00", due=None, channel="online"),  # carried over, in time, undated
        made("refused"),
        made(received=None),
    ]
    expected = {
        "handled": 8,
        "received": 7,
        "received_online": 3,
        "received_direct": 3,
        "received_post": 1,
        "received_unstated": 2,
        "carried_over": 1,
        "resolved": 4,
        "early": 1,
        "on_time": 2,
        "late": 1,
        "pending": 4,
        "in_time": 2,
        "overdue": 1,
        "paused": 1,
        "undated": 1,
        "withdrawn": 1,
    }
    unmeasured = dict.fromkeys(["received_online", "received_direct", "received_post", "received_unstated"])

    assert count(rows, START, END) == expected
    assert count(rows, START, END, channel_measured=False) == expected | unmeasured
    assert count(rows, START, END, withdrawn="exclude")["handled"] == 7
    assert sum(tally(rows, START, END).values()) == 10


def test_the_counts_by_agency_keep_the_empty_one():
    name = "Sở Xây dựng"
    rows = [
        made(agency=name),
        made(agency=unicodedata.normalize("NFD", f" {name.upper()}")),
        made(agency=None),
        made("refused", agency="Sở Nội vụ"),
        made(received=None, agency="x"),
    ]
    by_agency = count_by(rows, agency_key, START, END)
    handled = {key: counts["handled"] for key, counts in by_agency.items()}
    assert handled == {("sở xây dựng", None): 2, (None, None): 1, ("sở nội vụ", None): 0}
    assert len(count_by(rows, "agency", START, END)) == 4


# --- rule 9: components ----------------------------------------------------------------------------------------------


def test_rule_9_the_components_of_eight_dossiers_counted_by_hand():
    rows = [
        resolved("9 08:00", channel="online", fee=10, paid_online=1, electronic_result=True, digitised=True),
        resolved("10 08:00", fee=10, paid_online=2, reused=True, electronic_result=True),
        resolved("10 09:00", fee=10, paid_online=0, linked_store=True, electronic_result=False),  # late
        made(due="2024-08-15", fee=0, paid_online=1, population_data=True),  # in time
        made(fee=None, paid_online=1),  # overdue
        made("stopped", fee=10, paid_online=None, channel="online"),  # paused
        made(received="2024-06-20 08:00", channel="online", fee=10, paid_online=1, reused=True),  # carried over
        made("refused", channel="online"),
    ]
    expected = {
        "2.1": (4, 6),
        "3.3": (2, 6),
        "3.6": (2, 4),
        "4.1": (2, 6),
        "4.2": (1, 6),
        "4.3": (1, 6),
        "4.4": (1, 6),
        "4.5b": (1, 6),
        "5.4": (4, 6),
    }
    assert components(rows, START, END) == expected
    assert components(rows, START, END, complaints=1) == expected | {"5.4": (3, 6)}
    assert components(rows, START, END, complaints=9) == expected | {"5.4": (0, 6)}
    assert components(rows, START, END, paused="apart") == expected | {"2.1": (3, 6)}


# --- the default period ----------------------------------------------------------------------------------------------


def test_the_default_period_goes_from_the_first_receipt_to_the_latest_event():
    rows = [made(received="2 08:00"), resolved("9 10:00", returned="12 07:00"), made(received=None, finished="30")]
    assert default_start(rows) == at("2 08:00")
    assert default_end(rows) == at("12 07:00")
    assert default_end([]) is None
    assert default_start([]) is None


def test_a_lone_date_more_than_sixty_days_beyond_is_rejected_and_never_sets_t():
    base = made(received="1 08:00")
    assert default_end([base, made(received="2024-08-30 08:00:00")]) == at("2024-08-30 08:00:00")
    far = made(received="2024-08-30 08:00:01")
    assert default_end([base, far]) == at("1 08:00")
    assert kept([base, far]) == [base]
    assert default_end([far]) == far.received_at


def test_a_lone_end_rejects_the_dossier_with_its_receipt_and_the_search_goes_on():
    base = made(received="1 08:00")
    far, farther = resolved("2033-01-01 08:00"), made(received="2053-06-01 08:00")
    assert default_end([base, far, farther]) == at("1 08:00")
    assert kept([base, far, farther]) == [base]
    sparse = [base, resolved("2024-12-01 08:00"), made(received="2025-04-01 08:00")]
    assert kept(sparse) == sparse[:2]  # behind the first lone one, only another year is a typing error


def test_two_far_events_hold_each_other_up():
    far = at("2025-01-01 08:00")
    pair = [made(received="1 08:00"), made(received="2025-01-01 08:00"), made(received="2025-01-01 08:00")]
    assert default_end(pair) == far
    own = [made(received="1 08:00"), made("resolved", received="2025-01-01 07:00", finished="2025-01-01 08:00")]
    assert default_end(own) == far


# --- points, published -----------------------------------------------------------------------------------------------

PHU_THO = {
    "transparency": (
        "7.96",
        {"1.1": (0, 89, "0"), "1.2": (0, 70, "0"), "1.3": (87, 89, "1.96"), "1.4": (475053, 475053, "6")},
    ),
    "progress": ("17.68", {"2.1": (528684, 597918, "17.68")}),
    "online_services": ("8.56", {"3.1": (52, 89, None), "3.2": (516, 1884, None), "3.3": (589496, 597894, None)}),
    "online_payment": ("6.67", {"3.5a": (119, 313, None), "3.5b": (68, 313, None), "3.6": (309542, 358625, None)}),
    "digitisation": (
        "9.59",
        {
            "4.1": (433356, 597918, "4.35"),
            "4.2": (145096, 597918, "0.97"),
            "4.3": (136827, 597918, "0.57"),
            "4.4": (0, 597918, "0"),
            "4.5a": (396, 1300, "0.61"),
            "4.5b": (325596, 597918, "1.09"),
            "4.6": (1, 1, "2"),
        },
    ),
    "satisfaction": (
        "11.43",
        {"5.2": (296, 570, "3.12"), "5.3": (230, 570, "2.42"), "5.4": (528464, 597918, "5.89")},
    ),
}


def test_phu_tho_2026_comes_out_as_published_group_by_group():
    counts = {
        component: (numerator, denominator)
        for _, rows in PHU_THO.values()
        for component, (numerator, denominator, _) in rows.items()
    }
    result = total(counts)

    assert {group: score.points for group, score in result.groups.items()} == {
        group: Decimal(published) for group, (published, _) in PHU_THO.items()
    }
    for _, rows in PHU_THO.values():
        for component, (_, _, published) in rows.items():
            assert published is None or result.components[component] == Decimal(published)
    assert (result.points, result.measurable, result.max) == (Decimal("61.89"), 100, 100)


@pytest.mark.parametrize(
    ("component", "numerator", "denominator", "published"),
    [
        ("2.1", 156, 161, "19.38"),
        ("2.1", 3, 5, "12"),
        ("2.1", 653, 654, "19.97"),
        ("4.1", 1143, 1840, "3.73"),
        ("4.1", 1, 47, "0.13"),
        ("4.2", 490, 587, "3.34"),
        ("4.2", 7, 161, "0.17"),
        ("4.3", 585, 587, "2"),
        ("4.3", 1543, 2618, "1.47"),
        ("4.5a", 87, 89, "1.96"),
        ("5.4", 1689, 1840, "6"),
        ("5.4", 755, 1120, "4.49"),
        ("5.4", 7362, 8253, "5.95"),
    ],
)
def test_more_published_points_come_out(component, numerator, denominator, published):
    assert points(component, numerator, denominator) == Decimal(published)


def test_full_at_gives_all_points_from_its_line_on():
    assert points("3.3", 50, 100) == points("3.3", 100, 100) == 6
    assert points("3.3", 49, 100) == Decimal("5.88")
    assert points("5.4", 90, 100) == 6
    assert points("3.1", 8, 10) == points("3.5a", 8, 10) == points("3.5b", 8, 10) == points("4.3", 8, 10) == 2


def test_an_empty_population_gives_none_nothing_or_all_as_listed():
    empty = {component: points(component, 0, 0) for component in COMPONENTS}
    assert {component for component, value in empty.items() if value == 0} == {
        "3.1",
        "3.2",
        "3.3",
        "3.5a",
        "3.5b",
        "3.6",
        "5.4",
    }
    assert {component for component, value in empty.items() if value} == {"5.2", "5.3"}
    assert empty["5.2"] == empty["5.3"] == 6


def test_the_maxima_add_up_to_their_groups_and_to_100():
    for group, most in GROUPS.items():
        assert sum(rule.max for rule in COMPONENTS.values() if rule.group == group) == most
    assert sum(GROUPS.values()) == 100
    assert len(COMPONENTS) == 23


def test_the_measurable_maximum_leaves_out_what_is_empty_without_a_value_or_only_bounded():
    counts = {"2.1": (1, 2), "4.1": (0, 0), "5.2": (0, 0), "3.6": (0, 0), "5.4": (9, 10), "2.2": (900, 30)}
    result = total(counts, upper_bound=["5.4"])
    assert (result.points, result.measurable, result.max) == (Decimal("16.00"), 32, 100)
    digitisation = result.groups["digitisation"]
    assert (digitisation.points, digitisation.measurable, digitisation.max) == (0, 0, 22)
    assert result.components["4.1"] is None
    assert result.components["5.4"] == 6
    assert total(counts).measurable == 38


def test_rounding_is_half_up_from_the_exact_fraction():
    assert points("4.1", 1, 1200) == Decimal("0.01")  # 0.005
    assert points("4.1", 1, 1201) == Decimal("0.00")
    assert str(half_up(6)) == "6.00"
    assert ratio(1586, 1890) == Decimal("83.92")  # printed 83.91, truncated
    assert ratio(830, 1890) == Decimal("43.92")
    assert ratio(304, 1890) == Decimal("16.08")
    assert ratio(234, 543) == Decimal("43.09")
    assert ratio(99558 + 106018, 206885) == Decimal("99.37")
    assert ratio(0, 0) is None


def test_points_refuse_a_part_greater_than_its_whole():
    with pytest.raises(ValueError, match=r"2\.1"):
        points("2.1", 3, 2)


def test_ranks_are_1_2_2_4_by_the_exact_quotient():
    units = [
        ("a", Decimal("26"), 26),
        ("b", Decimal("13"), 26),
        ("c", Decimal("50"), 100),
        ("d", Decimal("1"), 26),
        ("e", None, 0),
    ]
    assert ranks(units) == {"a": 1, "b": 2, "c": 2, "d": 4, "e": None}
    assert ranks([("x", Decimal("33.33"), 100), ("y", Decimal("8.67"), 26)]) == {"x": 2, "y": 1}
    assert ranks([("none", Decimal(0), 0)]) == {"none": None}


# --- always ----------------------------------------------------------------------------------------------------------


def test_the_published_periodic_report_keeps_the_identities():
    published = dict.fromkeys(COUNTS, 0) | {
        "handled": 218763,
        "received": 19838 + 190319,
        "received_online": 19838,
        "received_direct": 190319,
        "carried_over": 8606,
        "resolved": 206885,
        "early": 99558,
        "on_time": 106018,
        "late": 1309,
        "pending": 11878,
        "in_time": 11878,
    }
    assert broken_identities(published) == []
    assert broken_identities(published | {"pending": 11877}) == [
        "handled = resolved + pending",
        "pending = in_time + overdue + paused",
    ]


@settings(deadline=None)
@given(rows=dossiers(), period=periods(), how=choices())
def test_the_identities_hold_for_every_unit_and_every_input(rows, period, how):
    for counts in (count(rows, *period, **how), *count_by(rows, "agency", *period, **how).values()):
        assert broken_identities(counts) == []
    assert broken_identities(count(rows, *period, channel_measured=False, **how)) == []


@settings(deadline=None)
@given(rows=dossiers(), period=periods(), how=choices())
def test_every_dossier_is_in_exactly_one_state_and_the_groups_add_up_to_the_whole(rows, period, how):
    states = tally(rows, *period, **how)
    whole = count(rows, *period, **how)
    groups = count_by(rows, agency_key, *period, **how).values()

    assert sum(states.values()) == len(rows)
    assert whole["handled"] == len(rows) - states["rejected"] - states["out_of_scope"]
    assert all(whole[name] == sum(group[name] for group in groups) for name in COUNTS)


@settings(deadline=None)
@given(rows=dossiers(), period=periods(), how=choices(), data=st.data())
def test_the_order_of_rows_never_matters(rows, period, how, data):
    shuffled = data.draw(st.permutations(rows))
    assert count(rows, *period, **how) == count(shuffled, *period, **how)
    assert components(rows, *period, **how) == components(shuffled, *period, **how)
    assert default_end(rows, **how) == default_end(shuffled, **how)


@settings(deadline=None)
@given(rows=dossiers(), period=periods(), how=choices())
def test_a_component_is_a_part_of_the_received_and_2_1_and_5_4_share_the_good_ones(rows, period, how):
    found = components(rows, *period, **how)
    assert all(0 <= numerator <= denominator for numerator, denominator in found.values())
    assert found["2.1"] == found["5.4"]
    assert found["2.1"][1] == count(rows, *period, **how)["received"] >= found["3.6"][1]
    assert 0 <= total(found, upper_bound=["5.4"]).points <= 50


@settings(deadline=None)
@given(rows=dossiers(broken=False, unique_ids=False), how=choices())
def test_unbroken_dossiers_are_never_rejected(rows, how):
    assert not any(is_rejected(d, **how) for d in rows)
    assert len({d.dossier_id for d in rows}) <= 5


def test_ten_thousand_random_dossiers_cover_every_state_and_repeat():
    rows = random_dossiers(10_000, seed=7)
    states = tally(rows, START, END)

    assert rows == random_dossiers(10_000, seed=7)
    assert len({d.dossier_id for d in rows if d.dossier_id}) == sum(bool(d.dossier_id) for d in rows)
    assert all(states[state] > 100 for state in STATES), states
    assert min(count(rows, START, END).values()) > 100
    assert any(is_withdrawn(d) and d.finished_at is None and d.returned_at is None for d in rows)
    assert not any(is_rejected(d) for d in random_dossiers(2_000, seed=7, broken=False))


def test_rows_show_a_moment_without_a_time_as_a_date_alone():
    [row] = to_rows(
        [
            Dossier(
                dossier_id="A",
                agency="Sở Xây dựng",
                level="commune",
                channel="online",
                status="resolved",
                received_at=at("2 08:05:09"),
                due_at=at("10"),
                fee=0,
                paid_online=2,
                reused=False,
                linked_store=True,
            )
        ]
    )
    assert tuple(row) == HEADINGS
    assert len(HEADINGS) == len(fields(Dossier))
    assert {heading: text for heading, text in row.items() if text} == {
        "Số hồ sơ": "A",
        "Cơ quan/đơn vị": "Sở Xây dựng",
        "Cấp thực hiện": "Xã",
        "Hình thức tiếp nhận": "Trực tuyến",
        "Trạng thái hồ sơ": "Đã xử lý xong",
        "Ngày tiếp nhận": "02/07/2024 08:05:09",
        "Ngày hẹn trả": "10/07/2024",
        "Phí, lệ phí": "0",
        "Thanh toán trực tuyến": "2",
        "Tái sử dụng dữ liệu": "Không",
        "Kho dữ liệu": "Có",
    }


def test_a_choice_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="granularity"):
        july(made(), granularity="hour")
    with pytest.raises(TypeError):
        july(made(), granularty="day")
    assert july(made(), granularity="day", to="10 09:00") != july(made(), to="10 09:00")
