"""What would raise the score: inverse of the points rule, cheapest paths against brute force, risks counted by hand."""

from __future__ import annotations

import itertools
import json
from datetime import date, datetime
from decimal import Decimal
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.calendar import load_calendar
from reformcli.cli import main
from reformcli.model import Agency, Tally, Unit
from reformcli.outcomes import Way
from reformcli.outlook import outlook
from reformcli.outlook.gaps import gaps
from reformcli.outlook.paths import cheapest, fewest
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules import InputError
from reformcli.rules.mending import THINGS, load_ways
from reformcli.rules.scorecard import load_scorecard
from reformcli.score import component_score
from reformcli.score import score as score_agencies
from support import DATA, SAMPLES, write_csv

CARD = load_scorecard("qd766", on=date(2026, 9, 26), predicates=PREDICATES, sums=SUMS)
COMPONENTS = {component.id: component for component in CARD.components}
WAYS, _ = load_ways()
SMALL = str(SAMPLES / "nho-30.csv")
WEEK = ("--period", "2023-W51")
CENT = Decimal("0.01")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def unit(counts: dict[str, tuple[int, int]], level: str = "commune"):
    given = {name: Tally(*pair, origin="counts") for name, pair in counts.items()}
    return score_agencies([Agency(Unit("agency", "UBND xã A", level, "a"), counts=given)], CARD)[0]


def points(component: str, numerator: int, denominator: int) -> Decimal:
    return component_score(COMPONENTS[component], Tally(numerator, denominator), CARD.rounding).points


def gap_of(component: str, numerator: int, denominator: int):
    (found,) = [g for g in gaps([unit({component: (numerator, denominator)})], 2) if g.component.id == component]
    return found


# ------------------------------------------------------------------ gaps
def test_a_linear_component_by_hand():
    """2.1: 20 × 150/200 = 15.00. 16 points need 15.995/20 × 200 = 159.95, so 160; full marks 19.995: 199.95, so 200.

    New ones for 16: (150 + k)/(200 + k) ≥ 0.79975, k ≥ 9.95/0.20025 = 49.7; for 20: ≥ 0.99975, k ≥ 49.95/0.00025.
    """
    gap = gap_of("2.1", 150, 200)

    assert (gap.points, gap.lost, gap.one_more) == (Decimal("15.00"), Decimal("5.00"), Decimal("0.100000"))
    assert (gap.to_next, gap.to_full, gap.new_to_next, gap.new_to_full) == (10, 50, 50, 199_800)


def test_a_component_that_is_full_at_half_by_hand():
    """3.3: 6 × 0.4 / 0.5 = 4.80 with 40/100; 5 points from 4.995/6 × 50 = 41.6 on, full from 5.995/6 × 50 = 49.96 on."""
    gap = gap_of("3.3", 40, 100)

    assert (gap.points, gap.one_more) == (Decimal("4.80"), Decimal("0.120000"))
    assert (gap.to_next, gap.to_full) == (2, 10)
    assert (gap.new_to_next, gap.new_to_full) == (3, 20)


def test_a_full_component_lacks_nothing():
    gap = gap_of("3.3", 90, 100)

    assert (gap.lost, gap.one_more, gap.to_next, gap.to_full, gap.new_to_full) == (0, 0, 0, 0, 0)
    assert gap_of("2.1", 7, 7).one_more == 0


def test_the_next_point_is_the_full_mark_where_that_is_nearer():
    gap = gap_of("4.3", 79, 100)  # 1.98 of 2

    assert gap.to_next == gap.to_full == 1


def test_only_what_was_measured_and_has_points_has_a_gap():
    found = unit({"2.1": (1, 2), "3.3": (0, 0), "5.1": (1, 2), "1.1": (1, 2)})

    assert [g.component.id for g in gaps([found], 2)] == ["1.1", "2.1"]


def test_what_is_the_provinces_is_told_of_the_total_only():
    province = Agency(
        Unit("agency", "UBND tỉnh X", "province", "x"),
        counts={"1.1": Tally(1, 2, origin="counts")},
        is_whole_province=True,
    )
    office = Agency(Unit("agency", "Sở A", "province", "a"), counts={"2.1": Tally(1, 2, origin="counts")})
    scored = score_agencies([province, office], CARD)

    found = [(g.unit.kind, g.unit.agency) for g in gaps(scored, 2) if g.component.id == "1.1"]

    assert found == [("agency", "UBND tỉnh X"), ("total", None)]


def test_dossiers_without_an_agency_are_nobodys():
    nobody = Agency(Unit("agency", "unattributed", "unattributed", "u"), counts={"2.1": Tally(1, 2, origin="counts")})

    assert {g.unit.kind for g in gaps(score_agencies([nobody], CARD), 2)} == {"total"}


SCORED = [c.id for c in CARD.components if c.max]


@settings(deadline=None)
@given(st.sampled_from(SCORED), st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 4))
def test_so_many_reach_the_mark_and_one_fewer_does_not(component, numerator, denominator, decimals):
    numerator = min(numerator, denominator)
    card_component = COMPONENTS[component]

    def scored(n: int, d: int) -> Decimal:
        return component_score(card_component, Tally(n, d), decimals).points

    given = {component: Tally(numerator, denominator, origin="counts")}
    agency = Agency(Unit("agency", "A", "province", "a"), counts=given)
    (gap,) = [g for g in gaps(score_agencies([agency], CARD)[:1], decimals) if g.component.id == component]
    now, full = scored(numerator, denominator), scored(denominator, denominator)
    following = min(Decimal(floor(now) + 1), full)
    for mark, mended, new in (
        (following, gap.to_next, gap.new_to_next),
        (full, gap.to_full, gap.new_to_full),
    ):
        assert mended <= denominator - numerator
        assert scored(numerator + mended, denominator) >= mark
        assert not mended or scored(numerator + mended - 1, denominator) < mark
        assert scored(numerator + new, denominator + new) >= mark
        assert not new or scored(numerator + new - 1, denominator + new - 1) < mark


# ------------------------------------------------------------------ paths
def way(component: str, how: str) -> Way:
    return Way(component, how, "dossiers", {}, {}, "", "own")


def after(scored, path, without=()) -> Decimal:
    """The unit scored again with everything that a path says, from its counts alone."""
    mended = {step.component.id: step.dossiers for step in path.steps}
    counts = {}
    for score in scored.components:
        if score.status == "measured":
            name = score.component.id
            new = path.new if score.component.population == "is_received" and name not in without else 0
            counts[name] = (score.numerator + mended.get(name, 0) + new, score.denominator + new)
    return unit(counts).points


def test_a_path_by_hand():
    """4.2 is worth 4 points over 40 dossiers, 4.1 six over 60: 0.1 each. 15 + 0.5 points: 5 of either do, 4 do not."""
    scored = unit({"2.1": (15, 20), "4.2": (0, 40), "4.1": (0, 60)})

    path = cheapest(scored, Decimal("15.5"), WAYS, decimals=2)

    assert (path.points, path.reached, path.dossiers, path.new) == (Decimal(15), Decimal("15.50"), 5, 0)
    assert sum(step.dossiers for step in path.steps) == 5


def test_rounding_makes_one_dossier_worth_more_in_the_right_place():
    """With three dossiers of 4.1 one is worth 2.00; of 4.2 1.33: 1.33 points are had by one, 2.01 by two."""
    scored = unit({"4.1": (0, 3), "4.2": (0, 3)})

    assert cheapest(scored, Decimal("1.33"), WAYS, decimals=2).dossiers == 1
    assert cheapest(scored, Decimal("2.00"), WAYS, decimals=2).steps[0].component.id == "4.1"
    assert cheapest(scored, Decimal("2.01"), WAYS, decimals=2).dossiers == 2


def test_a_late_dossier_is_never_mended():
    """2.1 at 9/10 is 18.00: 19 points need new ones, (9 + k)/(10 + k) ≥ 0.94975, so k = 10; 9 give 18.95."""
    path = cheapest(unit({"2.1": (9, 10)}), Decimal(19), WAYS, decimals=2)

    assert (path.new, path.dossiers) == (10, 10)
    assert [(step.component.id, step.dossiers, step.new) for step in path.steps] == [("2.1", 0, 10)]
    assert path.reached == Decimal("19.00")


def test_new_dossiers_come_only_where_mending_is_not_enough():
    scored = unit({"2.1": (9, 10), "4.1": (9, 10)})

    assert cheapest(scored, Decimal("24.00"), WAYS, decimals=2).new == 0  # 18.00 + 6.00
    more = cheapest(scored, Decimal("24.05"), WAYS, decimals=2)
    assert more.new == 1
    assert after(scored, more) == more.reached >= more.goal


def test_what_only_citizens_can_file_is_left_alone():
    scored = unit({"3.2": (0, 10), "3.5b": (0, 10)})

    path = cheapest(scored, Decimal(1), WAYS, decimals=2)

    assert (path.reached, path.steps) == (0, ())


def test_more_new_dossiers_than_the_period_had_are_out_of_reach():
    path = cheapest(unit({"2.1": (9, 10)}), Decimal("19.5"), WAYS, decimals=2)

    assert path.steps == ()
    assert path.reached == points("2.1", 19, 20) < path.goal


def test_a_goal_that_is_there_takes_nothing():
    path = cheapest(unit({"2.1": (9, 10)}), Decimal(18), WAYS, decimals=2)

    assert (path.dossiers, path.steps, path.reached) == (0, (), Decimal("18.00"))


def test_components_can_be_left_out():
    scored = unit({"4.1": (0, 10), "4.2": (0, 10)})

    path = cheapest(scored, Decimal("0.4"), WAYS, decimals=2, without=["4.1"])

    assert [step.component.id for step in path.steps] == ["4.2"]
    assert cheapest(scored, Decimal(9), WAYS, decimals=2, without=["4.1"]).steps == ()


COUNTS = st.integers(1, 6).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
HOWS = st.sampled_from(["mend", "filed", "new"])


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["1.3", "3.1", "3.3", "4.1", "4.3", "2.1"]), COUNTS, min_size=1, max_size=3),
    st.data(),
)
def test_no_combination_is_cheaper_than_the_path(counts, data):
    """Every number of new dossiers up to the limit with every combination of mended ones, in small."""
    ways = {name: way(name, data.draw(HOWS)) for name in counts}
    scored = unit(counts)
    goal = scored.points + data.draw(st.decimals("0.01", "12", places=2))
    path = cheapest(scored, goal, ways, decimals=2)
    received = [name for name in counts if COMPONENTS[name].population == "is_received"]
    most = max((counts[name][1] for name in received), default=0)
    ranges = [range(d - n + 1) if ways[name].how == "mend" else range(1) for name, (n, d) in counts.items()]
    best, highest = None, scored.points
    for new in range(most + 1):
        for mended in itertools.product(*ranges):
            total = Decimal(0)
            for (name, (n, d)), k in zip(counts.items(), mended, strict=True):
                more = new if name in received else 0
                total += points(name, n + k + more, d + more)
            highest = max(highest, total)
            if total >= goal and (best is None or (new, sum(mended)) < best):
                best = (new, sum(mended))

    if best is None:
        assert path.steps == ()
        assert path.reached == highest < goal
    else:
        assert (path.new, path.dossiers - path.new) == best
        assert after(scored, path) == path.reached >= goal
        assert all(step.after >= step.before for step in path.steps)


LEVELS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), max_size=4)


@given(st.lists(LEVELS, min_size=1, max_size=4), st.integers(1, 40))
def test_the_choice_is_the_cheapest_of_all(levels, gain):
    options = [[(0, 0), *some] for some in levels]
    sums = [(sum(c for c, _ in chosen), sum(g for _, g in chosen)) for chosen in itertools.product(*options)]
    possible = [cost for cost, gained in sums if gained >= gain]
    if not possible:
        with pytest.raises(ValueError, match="reaches"):
            fewest(levels, gain)
        return
    chosen = fewest(levels, gain)
    picked = [some[place - 1] for some, place in zip(levels, chosen, strict=True) if place]
    assert sum(g for _, g in picked) >= gain
    assert sum(c for c, _ in picked) == min(possible)


def test_a_whole_province_is_solved_and_comes_out_when_scored_again():
    """Phú Thọ 2026, 597 918 dossiers: 61.89 points; 65 are had by the office's own work."""
    options = judging.Options(counts=[str(DATA / "phu_tho_2026_counts.csv")])
    run, found = outlook.run_gaps(options, outlook.Asked(goal="65"))
    path = next(path for path in found.paths if path.unit.kind == "total")
    scored = next(unit for unit in run.units if unit.unit.kind == "total")

    assert (path.points, path.new) == (Decimal("61.89"), 0)
    assert Decimal("65.00") <= path.reached == after(scored, path)
    assert found.risks == ()


# ------------------------------------------------------------------ how components grow
def test_every_component_with_points_has_a_way_with_its_reason():
    assert set(SCORED) <= set(WAYS)
    assert all(w.things in THINGS and w.reason["vi"] and w.reason["en"] and w.source for w in WAYS.values())
    assert {name for name in SCORED if WAYS[name].how == "mend"} == {
        *("1.3", "1.4", "3.1", "3.5a", "4.1", "4.2", "4.4", "4.5a")
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('how = "mend"', 'how = "wish"'),
        ('evidence = "own"', 'colour = "x"'),
        ('component = "1.2"', 'component = "1.1"'),
    ],
)
def test_a_fault_in_the_rule_file_stops(tmp_path, old, new):
    from reformcli.rules import shipped

    text = shipped("mending").decode()
    (tmp_path / "m.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError):
        load_ways(str(tmp_path / "m.toml"))


# ------------------------------------------------------------------ risks
ROW = {
    "Mã hồ sơ": "",
    "Cơ quan giải quyết": "UBND xã A",
    "Cấp thực hiện": "Xã",
    "Hình thức tiếp nhận": "Trực tuyến",
    "Ngày tiếp nhận": "02/01/2024 08:00",
    "Ngày hẹn trả": "",
    "Ngày kết thúc xử lý": "",
    "Trạng thái hồ sơ": "Đang xử lý",
    "Ngày yêu cầu bổ sung": "",
    "Ngày hoàn thành bổ sung": "",
}


def export(tmp_path, *rows: dict[str, str]) -> str:
    made = [{**ROW, "Mã hồ sơ": f"H{number}", **row} for number, row in enumerate(rows, 1)]
    return str(write_csv(tmp_path / "export.csv", made))


def risks_of(path: str, *, to: str, near: int):
    options = judging.Options(exports=[path], start="01/01/2024", end=to)
    run, found = outlook.run_gaps(options, outlook.Asked(near=near))
    total = next(unit for unit in run.units if unit.unit.kind == "total")
    now = {score.component.id: score for score in total.components}
    return {r.component.id: r for r in found.risks if r.unit.kind == "total"}, now, found.until


def due(day: str, **more: str) -> dict[str, str]:
    return {"Ngày hẹn trả": day, **more}


def test_risks_over_a_weekend(tmp_path):
    """T is Friday 5 January 2024, 23:59:59; one working day on is Monday the 8th at the same clock.

    Due on the 6th, on the 8th at 17:00: overdue by then. On the 8th without a time: in time to its last second. On the
    9th: in time. Paused, and undated: never overdue. So 2 of 6, from 20.00 to 20 × 4/6 = 13.33.
    """
    path = export(
        tmp_path,
        due("06/01/2024 10:00"),
        due("08/01/2024 17:00"),
        due("08/01/2024"),
        due("09/01/2024 08:00"),
        due("06/01/2024 10:00", **{"Trạng thái hồ sơ": "Dừng xử lý"}),
        due(""),
    )

    risks, now, until = risks_of(path, to="05/01/2024", near=1)

    assert until == datetime(2024, 1, 8, 23, 59, 59)
    assert now["2.1"].points == Decimal("20.00")
    assert set(risks) == {"2.1"}
    assert (risks["2.1"].dossiers, risks["2.1"].points, risks["2.1"].then) == (2, Decimal("6.67"), Decimal("13.33"))


def test_risks_over_tet(tmp_path):
    """T is Wednesday 7 February 2024; Tết is off from the 8th to the 14th: two working days on is Friday the 16th."""
    path = export(tmp_path, due("16/02/2024 17:00"), due("17/02/2024 08:00"))

    risks, _, until = risks_of(path, to="07/02/2024", near=2)

    assert until == datetime(2024, 2, 16, 23, 59, 59)
    assert (risks["2.1"].dossiers, risks["2.1"].then) == (1, Decimal("10.00"))


def test_what_ended_after_t_counts_as_open_and_what_came_after_t_not_at_all(tmp_path):
    """The export was made on the 8th: the first two ended after T, the third was withdrawn after T, the fourth came.

    The fifth came back from its supplement after T: without that it is as late as the others. It waits no longer.
    """
    ended = {"Ngày kết thúc xử lý": "08/01/2024 09:00", "Trạng thái hồ sơ": "Đã xử lý xong"}
    path = export(
        tmp_path,
        due("08/01/2024 10:00", **ended),
        due("20/01/2024 10:00", **ended),
        due("08/01/2024 10:00", **{**ended, "Trạng thái hồ sơ": "Công dân yêu cầu rút hồ sơ"}),
        due("08/01/2024 10:00", **{"Ngày tiếp nhận": "08/01/2024 08:00"}),
        due(
            "08/01/2024 10:00",
            **{"Ngày yêu cầu bổ sung": "03/01/2024 08:00", "Ngày hoàn thành bổ sung": "08/01/2024 08:00"},
        ),
    )

    risks, now, _ = risks_of(path, to="05/01/2024", near=1)

    assert (now["2.1"].numerator, now["2.1"].denominator) == (4, 4)
    assert (risks["2.1"].dossiers, risks["2.1"].then) == (3, Decimal("5.00"))


def test_no_days_on_nothing_is_lost(tmp_path):
    path = export(tmp_path, due("06/01/2024 10:00"))

    assert risks_of(path, to="05/01/2024", near=0)[0] == {}


def test_an_offices_own_days_move_the_moment(tmp_path):
    (tmp_path / "own.toml").write_text('[[day]]\ndate = 2024-01-08\nkind = "off"\n', encoding="utf-8")
    path = export(tmp_path, due("09/01/2024 10:00"))
    options = judging.Options(exports=[path], start="01/01/2024", end="05/01/2024")

    found = outlook.run_gaps(options, outlook.Asked(near=1, calendar=str(tmp_path / "own.toml")))[1]

    assert found.until == datetime(2024, 1, 9, 23, 59, 59)
    assert {r.dossiers for r in found.risks} == {1}


def test_the_dossiers_judged_are_left_as_they_were(tmp_path):
    """A report goes on with them."""
    path = export(tmp_path, due("06/01/2024 10:00"), due("08/01/2024 10:00"))
    judged = judging.judge(judging.Options(exports=[path], end="05/01/2024"), scored=True)
    before = judged.dossiers.copy(deep=True)
    units = pipeline.scored(judged).units
    aims = outlook.load_aims(judged, None)

    outlook.outlook_of(judged, units, targets=aims, calendar=load_calendar())

    assert judged.dossiers.equals(before)
    assert pipeline.scored(judged).units == units


# ------------------------------------------------------------------ the command
def told(capsys, *arguments: str) -> str:
    assert main([*arguments, "-q"]) == 0
    return capsys.readouterr().out


def test_the_command_tells_the_small_export_as_counted_by_hand(capsys):
    """nho-30: 15/22 in good time, 13.64; 10/22 online, 5.45; 22 points: (15 + 13)/35 → 16.00 and 6.00.

    Due between T and 29 December: number 5 alone, of Sở Tư pháp, 5/6 → 4/6.
    """
    made = json.loads(told(capsys, "gaps", SMALL, *WEEK, "--goal", "22", "--format", "json"), parse_float=Decimal)

    assert made["schema"] == "reformcli.gaps/1"
    total = next(path for path in made["paths"] if path["kind"] == "total")
    assert (total["points"], total["new"], total["reached"]) == (Decimal("19.09"), 13, Decimal("22.00"))
    assert [(step["component"], step["after"]) for step in total["steps"]] == [("2.1", 16), ("3.3", 6)]
    lost = {(r["kind"], r["agency"]): (r["dossiers"], r["points"]) for r in made["risks"]}
    assert lost["agency", "Sở Tư pháp"] == (1, Decimal("3.34"))
    assert lost["total", None] == (1, Decimal("0.91"))
    assert made["until"] == "2023-12-29 23:59:59"
    assert made["manifest"]["calendar"]["kind"] == "working"


def test_without_a_goal_it_is_the_next_band(capsys):
    given = ("--agencies", str(SAMPLES / "agencies.csv"), "--counts", str(SAMPLES / "counts.csv"))
    week = ("gaps", str(SAMPLES / "tuan-51.xlsx"), *given, *WEEK)
    made = json.loads(told(capsys, *week, "--format", "json"), parse_float=Decimal)

    goals = {(path["kind"], path["level"]): path["goal"] for path in made["paths"]}
    assert goals["total", None] == 90
    assert {path["goal"] for path in made["paths"] if path["kind"] == "agency"} == {80, 90}
    for path in made["paths"]:
        assert path["reached"] == path["points"] + sum(step["after"] - step["before"] for step in path["steps"]) or (
            not path["is_reached"]
        )


def test_a_goal_is_written_with_a_comma_too_and_must_be_possible(capsys):
    assert "22,50 điểm" in told(capsys, "gaps", SMALL, *WEEK, "--goal", "22,5")
    for wrong in ("0", "-1", "101", "many", "nan"):
        assert main(["gaps", SMALL, *WEEK, f"--goal={wrong}"]) == 2
    assert main(["gaps", SMALL, *WEEK, "--without", "9.9"]) == 2
    for wrong in ("-1", "367"):
        assert main(["gaps", SMALL, *WEEK, f"--near={wrong}"]) == 2


def test_csv_holds_the_gaps_or_the_paths_of_a_goal(capsys):
    head, *rows = told(capsys, "gaps", SMALL, *WEEK, "--format", "csv").splitlines()
    assert head.startswith("kind,agency,level,component,numerator,denominator,points,max,lost,one_more,how_mended")
    assert "total,,,3.3,10,22,5.45,6,0.55,0.545455,new,1,1,2,2" in rows

    head, *rows = told(capsys, "gaps", SMALL, *WEEK, "--goal", "22", "--format", "csv").splitlines()
    assert "total,,,22,19.09,22.00,2.1,0,13,13.64,16.00" in rows


def test_the_screen_says_what_it_takes_in_words(capsys):
    shown = told(capsys, "gaps", SMALL, *WEEK, "--goal", "22", "--by", "total")
    assert "2 hồ sơ mới, đều nộp trực tuyến" in shown
    assert "13 hồ sơ mới" in shown
    assert "nhiều hơn số của cả kỳ" in shown
    assert "29/12/2023 23:59:59 (5 ngày làm việc nữa)" in shown
    english = told(capsys, "gaps", SMALL, *WEEK, "--goal", "22", "--by", "total", "--lang", "en")
    assert "2 new dossiers, all filed online" in english


def test_counts_alone_have_gaps_and_paths_but_no_risks(capsys):
    shown = told(capsys, "gaps", "--counts", str(DATA / "phu_tho_2026_counts.csv"), "--goal", "65")

    assert "Để đạt 65,00 điểm" in shown
    assert "Điểm sẽ mất" not in shown
