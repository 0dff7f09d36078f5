"""Points: the published figures of the national portal, the hand-counted file, sums, ranks, counts and bounds."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.errors import InputError
from reformcli.model import Agency, Tally, Unit
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules.scorecard import load_scorecard
from reformcli.score import component_score, round_half_up
from reformcli.score import score as score_agencies
from support import DATA, ROOT, SAMPLES, score, write_csv

CARD = load_scorecard("qd766", on=date(2026, 9, 26), predicates=PREDICATES, sums=SUMS)
COMPONENTS = {component.id: component for component in CARD.components}


def points_of(component: str, numerator: int, denominator: int) -> Decimal | None:
    return component_score(COMPONENTS[component], Tally(numerator, denominator)).points


# ------------------------------------------------------------------ published figures
def test_the_published_score_of_a_province_comes_out_group_by_group():
    """Phú Thọ, year 2026, as published on 26 September 2026: 61.89 points."""
    run = score([], counts=[str(DATA / "phu_tho_2026_counts.csv")])
    total = next(unit for unit in run.units if unit.unit.kind == "total")

    assert {group.group.id: group.points for group in total.groups} == {
        "transparency": Decimal("7.96"),
        "progress": Decimal("17.68"),
        "online_services": Decimal("8.56"),
        "online_payment": Decimal("6.67"),
        "digitisation": Decimal("9.59"),
        "satisfaction": Decimal("11.43"),
    }
    assert (total.points, total.measurable) == (Decimal("61.89"), Decimal(100))
    assert total.band.name["vi"] == "Trung bình"


def test_every_published_row_reproduces():
    """Component rows to the cent; groups within the tolerance that the portal's binary floats need."""
    with (DATA / "published_vectors.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    checked = 0
    for row in rows:
        if row["of"] == "component":
            found = points_of(row["component"], int(row["numerator"]), int(row["denominator"]))
            assert abs(found - Decimal(row["published_points"])) <= Decimal(row["tolerance"]), row
            checked += 1
        else:
            groups.setdefault((row["unit"], row["of"]), []).append(row)
    for parts in groups.values():
        found = sum(points_of(r["component"], int(r["numerator"]), int(r["denominator"])) for r in parts)
        assert abs(found - Decimal(parts[0]["published_points"])) <= Decimal(parts[0]["tolerance"]), parts
        checked += len(parts)
    assert checked == len(rows) > 100


def test_one_published_department_comes_out_whole():
    """A department of culture, 10 October 2026: 79.27 points, of which 6.72 are published without counts."""
    counts = {
        "1.1": (1, 47), "1.2": (43, 47), "1.3": (47, 47), "1.4": (547, 547), "2.1": (653, 654), "3.6": (145, 165),
        "3.5a": (8, 12), "3.5b": (8, 12), "4.1": (610, 654), "4.2": (603, 654), "4.3": (636, 654), "4.4": (0, 654),
        "4.5a": (16, 147), "4.5b": (220, 654), "4.6": (1, 1), "5.2": (0, 0), "5.3": (0, 0), "5.4": (653, 654),
    }  # fmt: skip
    agency = Agency(Unit("agency", "Sở Văn hóa", "province", "s"), counts={k: Tally(*v) for k, v in counts.items()})
    unit = score_agencies([agency], CARD)[0]
    points = {group.group.id: group.points for group in unit.groups}
    assert points == {
        "transparency": Decimal("11.79"),
        "progress": Decimal("19.97"),
        "online_services": None,
        "online_payment": Decimal("8.61"),
        "digitisation": Decimal("14.18"),
        "satisfaction": Decimal("18"),
    }
    assert unit.points + Decimal("6.72") == Decimal("79.27")
    assert unit.band is None  # 88 of 100 points were measured


# ------------------------------------------------------------------ the hand-counted file
HAND = {  # agency: handled, received, online, direct, post, unstated, carried, resolved, early, on time, late,
    # pending, in time, overdue, paused; 2.1; 3.3; points; rank of
    "Sở Tư pháp": ((7, 6, 3, 2, 1, 0, 1, 6, 2, 3, 1, 1, 1, 0, 0), (5, 6, "16.67"), (3, 6, "6.00"), "22.67", (1, 2)),
    "Sở Xây dựng": ((6, 5, 3, 2, 0, 0, 1, 1, 1, 0, 0, 5, 0, 4, 1), (2, 5, "8.00"), (3, 5, "6.00"), "14.00", (2, 2)),
    "UBND huyện Sông Mây": ((6, 4, 1, 3, 0, 1, 2, 5, 0, 4, 1, 1, 0, 0, 1), (4, 4, "20.00"), (1, 4, "3.00"), "23.00", (1, 1)),
    "UBND xã Nậm Lam": ((4, 4, 2, 2, 0, 0, 0, 2, 0, 1, 1, 2, 1, 1, 0), (2, 4, "10.00"), (2, 4, "6.00"), "16.00", (2, 3)),
    "UBND xã Hòa Trúc": ((2, 2, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1), (1, 2, "10.00"), (1, 2, "6.00"), "16.00", (2, 3)),
    "UBND xã Khánh Nứa": ((1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0), (1, 1, "20.00"), (0, 1, "0.00"), "20.00", (1, 3)),
    "province": ((13, 11, 6, 4, 1, 0, 2, 7, 3, 3, 1, 6, 1, 4, 1), (7, 11, "12.73"), (6, 11, "6.00"), "18.73", None),
    "district": ((6, 4, 1, 3, 0, 1, 2, 5, 0, 4, 1, 1, 0, 0, 1), (4, 4, "20.00"), (1, 4, "3.00"), "23.00", None),
    "commune": ((7, 7, 3, 3, 1, 0, 0, 4, 0, 2, 2, 3, 1, 1, 1), (4, 7, "11.43"), (3, 7, "5.14"), "16.57", None),
    "total": ((26, 22, 10, 10, 2, 1, 4, 16, 3, 9, 4, 10, 2, 5, 3), (15, 22, "13.64"), (10, 22, "5.45"), "19.09", None),
}  # fmt: skip
HAND_COLUMNS = (
    "handled", "received", "received_online", "received_direct", "received_post", "received_unstated", "carried_over",
    "resolved", "early", "on_time", "late", "pending", "in_time", "overdue", "paused",
)  # fmt: skip


@pytest.mark.parametrize("name", HAND)
def test_the_hand_counted_file_gives_the_hand_counted_figures(name):
    """sample_data/README.md shows the state of each of the thirty dossiers and why."""
    run = score([SAMPLES / "nho-30.csv"], period="2023-W51")
    unit = next(u for u in run.units if name in (u.unit.agency, None if u.unit.agency else u.unit.level, u.unit.kind))
    counts, progress, online, points, rank = HAND[name]

    assert tuple(unit.counts[column] for column in HAND_COLUMNS) == counts
    components = {c.component.id: (c.numerator, c.denominator, str(c.points)) for c in unit.components}
    assert (components["2.1"], components["3.3"]) == (progress, online)
    assert (str(unit.points), unit.measurable) == (points, Decimal(26))
    assert (unit.rank, unit.rank_of) == (rank or (None, None))
    assert run.rows.out_of_scope == 4


# ------------------------------------------------------------------ arithmetic
@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_rounding_is_half_up_and_exact(numerator, denominator):
    """Against decimal's own half-up of a quotient computed to far more digits than matter."""
    import decimal

    with decimal.localcontext(prec=60):
        quotient = Decimal(numerator) / Decimal(denominator)
        expected = quotient.quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_UP)
    assert round_half_up(Fraction(numerator, denominator), 2) == expected


@pytest.mark.parametrize(
    ("component", "counts", "expected"),
    [
        ("2.1", (1, 8), "2.50"),
        ("2.1", (1, 1600), "0.01"),  # 0.0125
        ("2.1", (1, 4000), "0.01"),  # exactly half a cent, up
        ("2.1", (1, 4001), "0.00"),
        ("3.3", (49, 100), "5.88"),
        ("3.3", (50, 100), "6.00"),  # full at 50 %
        ("3.3", (99, 100), "6.00"),
        ("4.2", (490, 587), "3.34"),  # linear, as the portal computes, not full at 80 %
        ("5.4", (899, 1000), "5.99"),
        ("5.4", (900, 1000), "6.00"),  # full at 90 %
        ("5.2", (0, 0), "6.00"),  # nobody complained
        ("3.6", (0, 0), "0.00"),
        ("4.1", (0, 0), None),
        ("2.1", (0, 0), None),
    ],
)
def test_points_at_the_edges_of_each_rule(component, counts, expected):
    """Linear, full at a share, empty populations: the values of the portal's own tables."""
    found = points_of(component, *counts)
    assert (None if found is None else str(found)) == expected


def agency(name: str, level: str, *, flow: int = 10, **tallies: tuple[int, int]) -> Agency:
    dossiers = {key.replace("_", ".").lstrip("c"): Tally(*value, origin="dossiers") for key, value in tallies.items()}
    return Agency(Unit("agency", name, level, name), flow={"handled": flow, "received": flow}, dossiers=dossiers)


def unit_of(units, name):
    return next(
        u
        for u in units
        if name
        in (u.unit.agency, u.unit.kind if u.unit.kind == "total" else None, None if u.unit.agency else u.unit.level)
    )


def component_of(unit, identifier):
    return next(c for c in unit.components if c.component.id == identifier)


def test_levels_are_sums_of_counts_and_never_means_of_ratios():
    """9/10 and 0/90 make 9/100, not 45 %."""
    units = score_agencies([agency("A", "commune", c2_1=(9, 10)), agency("B", "commune", c2_1=(0, 90))], CARD)
    total = component_of(unit_of(units, "commune"), "2.1")
    assert (total.numerator, total.denominator, total.ratio, total.points) == (9, 100, Decimal("9.00"), Decimal("1.80"))


def test_ties_share_the_better_rank_and_the_next_one_is_left_out():
    """1-2-2-4, within the level only, by the quotient of points and measurable points."""
    tallies = {"A": (9, 10), "B": (8, 10), "C": (80, 100), "D": (1, 10)}
    units = score_agencies(
        [agency(n, "commune", c2_1=t) for n, t in tallies.items()] + [agency("E", "province", c2_1=(0, 1))], CARD
    )
    assert {u.unit.agency: (u.rank, u.rank_of) for u in units if u.unit.agency} == {
        "A": (1, 4), "B": (2, 4), "C": (2, 4), "D": (4, 4), "E": (1, 1),
    }  # fmt: skip


def test_ranks_compare_what_could_be_measured():
    """19 of 20 points is better than 24 of 26."""
    units = score_agencies(
        [agency("A", "commune", c2_1=(95, 100)), agency("B", "commune", c2_1=(90, 100), c3_3=(1, 1))], CARD
    )
    assert unit_of(units, "A").rank == 1


def test_nothing_measured_has_no_rank_and_no_points():
    """Not zero points: none."""
    units = score_agencies([Agency(Unit("agency", "A", "commune", "A"), flow={"handled": 3, "received": 0})], CARD)
    unit = unit_of(units, "A")
    assert (unit.points, unit.measurable, unit.rank) == (None, 0, None)


def test_a_level_is_measured_only_if_every_agency_with_dossiers_is():
    """An agency whose export lacks the column leaves the level unmeasured; one without dossiers does not."""
    lacking = Agency(
        Unit("agency", "B", "commune", "B"),
        flow={"handled": 5, "received": 5},
        dossiers={"4.1": Tally(measured=False, missing=("electronic_result",))},
    )
    idle = Agency(Unit("agency", "C", "commune", "C"), flow={"handled": 5, "received": 0}, dossiers=lacking.dossiers)
    full = agency("A", "commune", c4_1=(1, 2))
    assert component_of(unit_of(score_agencies([full, lacking], CARD), "commune"), "4.1").status == "not_measured"
    assert component_of(unit_of(score_agencies([full, lacking], CARD), "commune"), "4.1").missing == (
        "electronic_result",
    )
    assert component_of(unit_of(score_agencies([full, idle], CARD), "commune"), "4.1").numerator == 1


def test_satisfaction_without_complaints_is_only_an_upper_bound():
    """It stays outside points and measurable points until the complaints are known."""
    without = agency("A", "commune", c5_4=(9, 10))
    given_ = Agency(without.unit, flow=without.flow, dossiers=without.dossiers, counts={"5.4.complaints": Tally(2, 0)})
    bound, known = (unit_of(score_agencies([one], CARD), "A") for one in (without, given_))
    assert (component_of(bound, "5.4").status, bound.measurable) == ("upper_bound", 0)
    assert (component_of(known, "5.4").numerator, component_of(known, "5.4").points) == (7, Decimal("4.67"))
    assert known.measurable == 6
    both = score_agencies(
        [
            without,
            Agency(
                Unit("agency", "B", "commune", "B"), flow=given_.flow, dossiers=given_.dossiers, counts=given_.counts
            ),
        ],
        CARD,
    )
    assert component_of(unit_of(both, "total"), "5.4").status == "upper_bound"


def whole_province(**counts: tuple[int, int]) -> Agency:
    tallies = {key.lstrip("c").replace("_", "."): Tally(*value, origin="counts") for key, value in counts.items()}
    return Agency(Unit("agency", "UBND tỉnh X", "province", "X"), counts=tallies, is_whole_province=True)


def test_the_whole_province_is_not_summed_again_and_lends_its_transparency():
    """Beside its departments it is a unit of its own, unranked; 1.1 to 1.3 are taken from it, marked inherited."""
    units = score_agencies(
        [
            whole_province(c1_1=(1, 2), c2_1=(50, 100)),
            agency("A", "province", c2_1=(9, 10)),
            agency("B", "commune", c2_1=(1, 10)),
        ],
        CARD,
    )
    total = unit_of(units, "total")
    assert (component_of(total, "2.1").numerator, component_of(total, "2.1").denominator) == (10, 20)
    for name in ("A", "B", "province", "commune", "total"):
        lent = component_of(unit_of(units, name), "1.1")
        assert (lent.numerator, lent.denominator, lent.origin, lent.points) == (1, 2, "inherited", Decimal("3.00"))
    assert component_of(unit_of(units, "UBND tỉnh X"), "1.1").origin == "counts"
    assert unit_of(units, "UBND tỉnh X").rank is None
    assert unit_of(units, "A").rank_of == 1


def test_counts_win_over_dossiers_and_a_difference_is_a_finding(tmp_path):
    """The figure given in counts is used, and RC302 says what the dossiers tell."""
    counts = write_csv(
        tmp_path / "counts.csv",
        [{"agency": "Sở Tư pháp", "level": "province", "component": "2.1", "numerator": "6", "denominator": "6"}],
    )
    run = score([SAMPLES / "nho-30.csv"], period="2023-W51", counts=[str(counts)])
    found = component_of(unit_of(run.units, "Sở Tư pháp"), "2.1")
    assert (found.numerator, found.denominator, found.origin, found.points) == (6, 6, "counts", Decimal("20.00"))
    assert (component_of(unit_of(run.units, "total"), "2.1").numerator) == 16
    texts = run.findings.loc[run.findings["rule"] == "RC302", "text"].tolist()
    assert texts == ["Sở Tư pháp, 2.1: 5/6 ≠ 6/6"]
    assert run.findings.loc[run.findings["rule"] == "RC302", "column"].tolist() == [
        "Sở Tư pháp, 2.1"
    ]  # to be accepted alone


def test_two_names_of_one_agency_cannot_bring_two_values(tmp_path):
    """The register makes them the same agency: which of the values would be the right one?"""
    register = write_csv(
        tmp_path / "agencies.csv",
        [{"agency": "Sở Tư pháp", "agency_id": "H99.01", "level": "province", "parent": "", "aliases": "Sở TP"}],
    )
    rows = [
        {"agency": name, "level": "province", "component": "2.1", "numerator": n, "denominator": "6"}
        for name, n in (("Sở Tư pháp", "5"), ("Sở TP", "6"))
    ]
    counts = write_csv(tmp_path / "counts.csv", rows)
    with pytest.raises(InputError, match="counts_repeated"):
        score([SAMPLES / "nho-30.csv"], counts=[str(counts)], agencies=str(register))


# ------------------------------------------------------------------ the scorecard file
def test_the_shipped_scorecard_adds_up_to_a_hundred_points():
    """26 points come from any export, 36 with the flags of 4.1 and 4.2, 50 with payment and all flags."""
    fed = {
        c.id: set(PREDICATES.get(c.population or "", ())) | set(PREDICATES.get(c.numerator or "", ()))
        for c in CARD.components
        if c.population and c.max and not c.minus
    }
    basic = sum(COMPONENTS[i].max for i, needs in fed.items() if needs <= {"channel"})
    flags = sum(COMPONENTS[i].max for i, needs in fed.items() if needs <= {"channel", "electronic_result", "digitised"})
    assert (basic, flags, sum(COMPONENTS[i].max for i in fed)) == (26, 36, 50)
    assert sum(group.max for group in CARD.groups) == 100


CARD_TEXT = (ROOT / "src/reformcli/rules/qd766.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('numerator = "is_online"', 'numerator = "is_fine"', "unknown numerator: is_fine"),
        ('id = "3.3"', 'id = "2.1"', "repeated id: 2.1"),
        ('points = "linear"', 'points = "linear"\ncolour = "red"', "unknown key: colour"),
        ("full_at = 50  # percent\n", "", "points is linear, full_at"),
        ("max = 20\npopulation", "max = 19\npopulation", "its components add up to 19"),
        ('source = "Công thức', 'origin = "Công thức', "missing key: source"),
        ('source = "Công thức', 'source = "" # "Công thức', "empty source"),
        ('empty = "full"', 'empty = "half"', "unknown empty: half"),
        ('granularity = "timestamp"', 'granularity = "hour"', "granularity is one of"),
    ],
)
def test_a_scorecard_that_breaks_its_contract_is_refused(old, new, problem, tmp_path):
    """A missing source, an unknown key, a repeated id, an unknown predicate: each names what is wrong."""
    assert old in CARD_TEXT
    path = tmp_path / "own.toml"
    path.write_text(CARD_TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scorecard(str(path), on=date(2026, 1, 1), predicates=PREDICATES, sums=SUMS)
    assert problem in caught.value.values["problem"]


def test_a_change_is_a_new_entry_and_the_day_decides(tmp_path):
    """3.3 full at 60 % from 2025 on: before that day the old rule holds."""
    start = CARD_TEXT.index('[[component]]\nid = "3.3"')
    entry = CARD_TEXT[start : CARD_TEXT.index("[[component]]", start + 5)]
    newer = entry.replace("full_at = 50", "full_at = 60").replace("2022-06-23", "2025-01-01")
    path = tmp_path / "own.toml"
    path.write_text(CARD_TEXT + newer, encoding="utf-8")
    found = [
        load_scorecard(str(path), on=day, predicates=PREDICATES, sums=SUMS)
        for day in (date(2024, 12, 31), date(2025, 1, 1))
    ]
    assert [next(c.full_at for c in card.components if c.id == "3.3") for card in found] == [50, 60]
    assert [card.version for card in found] == ["2022-06-23", "2025-01-01"]


def test_a_users_own_scorecard_scores(tmp_path):
    """Judged by the day instead of the second, the same file has fewer late dossiers, never more."""
    path = tmp_path / "day.toml"
    path.write_text(CARD_TEXT.replace('granularity = "timestamp"', 'granularity = "day"'), encoding="utf-8")
    by_day = score([SAMPLES / "tuan-51.xlsx"], period="2023-W51", scorecard=str(path))
    by_second = score([SAMPLES / "tuan-51.xlsx"], period="2023-W51")
    late = [unit_of(run.units, "total").counts["late"] for run in (by_day, by_second)]
    assert late[0] < late[1]
    assert json.dumps(by_day.manifest.scorecard.sha256) != json.dumps(by_second.manifest.scorecard.sha256)


# ------------------------------------------------------------------ the whole province, in detail
def test_the_provinces_own_dossiers_enter_sums_with_its_complaints():
    """Its counts are not summed again, its dossiers are: 5.4 takes its complaints off, or is a bound without them."""
    province = whole_province(c5_4_complaints=(1, 0))
    own = Agency(
        province.unit,
        flow={"handled": 1, "received": 1},
        dossiers={"5.4": Tally(1, 1, origin="dossiers")},
        counts={"5.4.complaints": Tally(1, 0)},
        is_whole_province=True,
    )
    known = Agency(
        Unit("agency", "A", "province", "A"),
        flow={"handled": 2, "received": 2},
        dossiers={"5.4": Tally(1, 2, origin="dossiers")},
        counts={"5.4.complaints": Tally(0, 0)},
    )
    total = component_of(unit_of(score_agencies([own, known], CARD), "total"), "5.4")
    assert (total.numerator, total.denominator, total.status) == (1, 3, "measured")
    without = Agency(
        own.unit, flow=own.flow, dossiers=own.dossiers, counts={"1.1": Tally(5, 10)}, is_whole_province=True
    )
    total = component_of(unit_of(score_agencies([without, known], CARD), "total"), "5.4")
    assert (total.numerator, total.denominator, total.status) == (2, 3, "upper_bound")


def test_an_agency_inherits_from_its_own_province_only():
    """Another province's department and a ministry have nothing to inherit; levels count each province once."""
    one, two = (
        whole_province(c1_1=(5, 10)),
        Agency(Unit("agency", "UBND tỉnh Y", "province", "Y"), counts={"1.1": Tally(8, 10)}, is_whole_province=True),
    )

    def member(name: str, parent: str, level: str = "province") -> Agency:
        return Agency(Unit("agency", name, level, name), parent, {"handled": 1, "received": 1}, {"2.1": Tally(1, 1)})

    agencies = [one, two, member("A", "UBND tỉnh X"), member("B", "UBND tỉnh X"), member("C", "UBND tỉnh Y")]
    units = score_agencies(agencies, CARD)
    found = {
        name: (
            component_of(unit_of(units, name), "1.1").numerator,
            component_of(unit_of(units, name), "1.1").denominator,
        )
        for name in ("A", "B", "C", "province", "total")
    }
    assert found == {"A": (5, 10), "B": (5, 10), "C": (8, 10), "province": (13, 20), "total": (13, 20)}

    units = score_agencies(
        [one, member("A", "UBND tỉnh X"), member("Z", "UBND tỉnh Z"), member("Bộ Tư pháp", "", "ministry")], CARD
    )
    states = {name: component_of(unit_of(units, name), "1.1").status for name in ("A", "Z", "Bộ Tư pháp", "total")}
    assert states == {"A": "measured", "Z": "not_measured", "Bộ Tư pháp": "not_measured", "total": "not_measured"}


def test_complaints_explain_a_smaller_numerator_given_in_counts(tmp_path):
    """5.4 of counts beside its complaints contradicts nothing."""
    rows = [
        {"agency": "Sở Tư pháp", "level": "province", "component": "5.4", "numerator": "4", "denominator": "6"},
        {
            "agency": "Sở Tư pháp",
            "level": "province",
            "component": "5.4.complaints",
            "numerator": "1",
            "denominator": "",
        },
    ]
    run = score([SAMPLES / "nho-30.csv"], period="2023-W51", counts=[str(write_csv(tmp_path / "c.csv", rows))])
    assert "RC302" not in run.findings["rule"].tolist()


def test_two_agencies_of_one_name_are_two_units_and_two_rows(tmp_path):
    """Told apart by the parent that the register names."""
    register = write_csv(
        tmp_path / "agencies.csv",
        [
            {
                "agency": "UBND xã Tân Lập",
                "agency_id": f"H57.{n}",
                "level": "commune",
                "parent": f"UBND huyện {p}",
                "aliases": "",
            }
            for n, p in ((1, "Ví Dụ"), (2, "Mẫu"))
        ],
    )
    rows = [
        {
            "Số hồ sơ": f"H57.{n}-231218-000{n}",
            "Ngày tiếp nhận": "18/12/2023 08:00",
            "Ngày hẹn trả": "20/12/2023 17:00",
            "Trạng thái hồ sơ": "Đã trả kết quả",
            "Ngày kết thúc xử lý": end,
        }
        for n, end in ((1, "19/12/2023 08:00"), (2, "21/12/2023 08:00"))
    ]
    from support import metrics

    path = write_csv(tmp_path / "e.csv", rows)
    lines = {row["agency"]: row["late"] for row in metrics([path], ["agency"], agencies=str(register))[:-1]}
    assert lines == {"UBND xã Tân Lập (UBND huyện Ví Dụ)": 0, "UBND xã Tân Lập (UBND huyện Mẫu)": 1}
    units = score([path], agencies=str(register)).units
    assert {u.unit.agency: u.rank for u in units if u.unit.agency} == {
        "UBND xã Tân Lập (UBND huyện Ví Dụ)": 1,
        "UBND xã Tân Lập (UBND huyện Mẫu)": 2,
    }
