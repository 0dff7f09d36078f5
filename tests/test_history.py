"""The year's course: every figure counted by hand, gaps that stay gaps, breaks, and what never replaces what."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reformcli import judging
from reformcli.cli import main
from reformcli.cli.history import screen_signs
from reformcli.errors import OutputError
from reformcli.history import chronicle, filing
from reformcli.history.course import courses_of, following, less_complete, slot_of, week_of
from reformcli.history.past_results import result_of
from reformcli.history.period_runs import whole_periods
from reformcli.period import named_period
from reformcli.render.course import course_sections
from reformcli.render.course_tables import steps
from reformcli.render.identity import identity
from reformcli.render.shapes import to_json
from reformcli.render.sparks import BLOCKS, PLAIN, spark
from support import write_csv
from test_comparison import TP, XD, row

DIRECT = "Trực tiếp"
# Received and ended in December 2023. Week 49 is 4–10, week 50 is 11–17, week 51 is 18–24 December.
ROWS = [
    row(1, TP, "04", "06", "05"),
    row(2, TP, "05", "08", "11", DIRECT),  # overdue at the end of week 49, ended late in week 50
    row(3, XD, "12", "20"),  # open; overdue at the end of week 51
    row(4, TP, "13", "14", "13"),
    row(5, TP, "19", "21", "", DIRECT),  # overdue at the end of week 51
]
# 2.1 has 20 points, linear; 3.3 has 6 points, all of them from 50 % on. Nothing else can be measured: 26 points.
# Week 49: 1 of 2 good (10), 1 of 2 online (6). Week 50: 2 of 2 (20), 2 of 2 (6). Week 51: 0 of 1, 0 of 1.
POINTS = {"2023-W49": 16, "2023-W50": 26, "2023-W51": 0}
FLOW = {  # received, resolved, pending, overdue, carried over
    "2023-W49": (2, 1, 1, 1, 0),
    "2023-W50": (2, 2, 1, 0, 1),
    "2023-W51": (1, 0, 2, 2, 1),
}
WEEKS = tuple(POINTS)


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    write_csv(tmp_path / "all.csv", ROWS)
    return tmp_path


def score(period: str, *more: str, export: str = "all.csv", code: int = 0) -> None:
    assert main(["score", export, "--period", period, "-q", *more]) == code


def filed(*weeks: str, where: str = "DIR") -> str:
    """A folder in which these weeks were filed."""
    for week in weeks or WEEKS:
        score(week, "--remember", where)
    return where


def course(capsys, *arguments: str, code: int = 0) -> dict:
    capsys.readouterr()
    assert main(["history", *arguments, "--format", "json", "-q"]) == code
    return json.loads(capsys.readouterr().out, parse_float=Decimal)


def shown(capsys, *arguments: str, lang: str = "en", code: int = 0) -> str:
    capsys.readouterr()
    assert main(["history", *arguments, "--lang", lang]) == code
    return " ".join("".join(capsys.readouterr()).split())


def only(document: dict) -> dict:
    (found,) = document["courses"]
    return found


def line(found: dict, measure: str, *, kind: str = "total", agency: str | None = None, component: str | None = None):
    wanted = (kind, agency, measure, component)
    return next(
        one for one in found["lines"] if (one["kind"], one["agency"], one["measure"], one["component"]) == wanted
    )


def changed(name: str, change, where: str | None = None) -> str:
    """A result with something else in it, sealed again as if it had been computed so."""
    document = simplejson.loads(Path(name).read_text(encoding="utf-8"), use_decimal=True)
    change(document)
    del document["manifest"]["identity"]
    target = Path(where or name)
    target.write_text(to_json(document), encoding="utf-8")
    return str(target)


def as_card(version: str, sha256: str = "ab" * 32):
    def change(document: dict) -> None:
        document["manifest"]["scorecard"] = {"id": "qd766", "version": version, "sha256": sha256}

    return change


def with_points(points: str):
    """Another value of 2.1 for everybody."""

    def change(document: dict) -> None:
        for unit in document["units"]:
            if unit["points"] is None:
                continue
            found = [one for one in document["components"] if _unit(one) == _unit(unit)]
            (own,) = [one for one in found if one["component"] == "2.1"]
            if own["points"] is not None:
                unit["points"] += Decimal(points) - own["points"]
                own["points"] = Decimal(points)

    return change


def _unit(entry: dict) -> tuple:
    return entry["kind"], entry["agency"], entry["level"]


def at(week: str, folder: str = "DIR") -> str:
    (found,) = Path(folder).glob(f"{week}_*.json")
    return str(found)


# ------------------------------------------------------------------ figures counted by hand
def test_three_weeks_are_as_counted_by_hand(capsys):
    found = only(course(capsys, filed()))
    assert (found["rhythm"], [one["period"] for one in found["periods"]], found["gaps"]) == ("week", list(WEEKS), [])
    total = {one["period"]: one for one in found["entries"] if one["kind"] == "total"}
    assert {week: one["points"] for week, one in total.items()} == POINTS
    assert {one["measurable"] for one in total.values()} == {26}
    assert [total[week]["attained"] for week in WEEKS] == [Decimal("61.54"), 100, 0]
    assert [total[week]["on_time_rate"] for week in WEEKS] == [100, 50, None]
    assert [total[week]["online_rate"] for week in WEEKS] == [50, 100, 0]
    names = ("received", "resolved", "pending", "overdue", "carried_over")
    assert {week: tuple(one[name] for name in names) for week, one in total.items()} == FLOW
    points = line(found, "points")
    assert points["values"] == [16, 26, 0]
    assert [points[name] for name in ("first", "last", "low", "high", "change")] == [16, 0, 0, 26, -16]
    assert line(found, "component", component="2.1")["values"] == [10, 20, 0]
    assert line(found, "component", component="3.3")["values"] == [6, 6, 0]


def test_an_agency_has_its_own_course(capsys):
    found = only(course(capsys, filed(), "--agency", XD))
    assert {one["agency"] for one in found["entries"]} == {XD}
    points = line(found, "points", kind="agency", agency=XD)
    # Nothing in week 49. In week 51 nothing was received: 2.1 is empty, and 3.3 gives its zero for that.
    assert points["values"] == [None, 26, 0]
    assert (points["breaks"], points["counted_from"], points["change"]) == (["2023-W51"], "2023-W51", None)
    assert line(found, "overdue", kind="agency", agency=XD)["values"] == [None, 0, 1]


def test_the_screen_says_what_was_counted(capsys):
    said = shown(capsys, filed())
    assert (
        "3 periods with a result, 0 without. Latest points 0.00 (lowest 0.00 in 2023-W51, highest 26.00 in 2023-W50)"
        in said
    )
    assert "From 2023-W49 to 2023-W51 down 16.00 points." in said
    assert "2023-W50 26.00 26.00 ▲ 10.00 50.00 100.00 1 0 1" in said
    assert "2023-W51 0.00 26.00 ▼ 26.00 – 0.00 2 2 1" in said
    assert "Points ▅█▁ 2023-W49 16.00 0.00 0.00 26.00 ▼ 16.00" in said  # 16 of 26 is 4.3 of 7 steps: the fifth sign
    assert "Overdue at the end ▅▁█ 2023-W49 1 2 0 2 1" in said  # no arrow: more overdue is not better
    assert f"{TP} Province ▅█▁" in said


def test_levels_are_chosen(capsys):
    found = only(course(capsys, filed(), "--level", "province"))
    assert {one["level"] for one in found["entries"]} == {"province"}


# ------------------------------------------------------------------ gaps
def test_a_missing_week_is_a_gap_never_zero_and_never_filled_in(capsys):
    name = filed("2023-W49", "2023-W51")
    found = only(course(capsys, name))
    assert found["gaps"] == ["2023-W50"]
    assert [one["is_gap"] for one in found["periods"]] == [False, True, False]
    assert line(found, "points")["values"] == [16, None, 0]
    assert [one["period"] for one in found["entries"] if one["kind"] == "total"] == ["2023-W49", "2023-W51"]
    said = shown(capsys, name)
    assert "2023-W50 – – – – – – – – no result" in said
    assert "2023-W51 0.00 26.00 – " in said  # beside a gap there is no change
    assert "Points █·▁" in said
    assert "Periods without a result: 2023-W50." in said


def test_changes_stand_between_neighbours_only():
    assert steps([1, None, 3, 5, 9], [4]) == [None, None, None, 2, None]
    assert steps([], []) == []


# ------------------------------------------------------------------ breaks
def test_nothing_is_compared_across_another_scorecard(capsys):
    name = filed()
    changed(at("2023-W51"), as_card("2023-12-18"))
    found = only(course(capsys, name))
    assert [one["is_break"] for one in found["periods"]] == [False, False, True]
    for measure in ("points", "attained", "overdue"):
        told = line(found, measure)
        assert (told["breaks"], told["counted_from"], told["change"]) == (["2023-W51"], "2023-W51", None)
    assert line(found, "points")["high"] == 0  # 26 belongs to the other scorecard
    said = shown(capsys, name)
    assert "Points ▁█┊▄ 2023-W51" in said
    assert "2023-W51 0.00 26.00 – – 0.00 2 2 1 another scorecard: qd766 2023-12-18 (abababab)" in said
    assert "Another scorecard from: 2023-W51 (qd766 2023-12-18 (abababab))" in said
    assert "up " not in said.partition("Points of each period")[0]


def test_the_hash_alone_makes_a_break_and_a_gap_does_not_hide_it(capsys):
    name = filed("2023-W49", "2023-W51")
    version = json.loads(Path(at("2023-W51")).read_text(encoding="utf-8"))["manifest"]["scorecard"]["version"]
    changed(at("2023-W51"), as_card(version))
    found = only(course(capsys, name))
    assert line(found, "points")["breaks"] == ["2023-W51"]


def test_points_do_not_compare_where_other_components_were_measured(capsys):
    without = [{name: value for name, value in one.items() if name != "Hình thức tiếp nhận"} for one in ROWS]
    write_csv(Path("direct.csv"), without)
    name = filed("2023-W49", "2023-W50")
    score("2023-W51", "--remember", name, export="direct.csv")
    found = only(course(capsys, name))
    assert line(found, "points")["breaks"] == ["2023-W51"]
    assert line(found, "attained")["breaks"] == []
    assert line(found, "component", component="3.3")["values"] == [6, 6, None]
    assert line(found, "online_rate")["values"] == [50, 100, None]
    assert "other components measured than before" in shown(capsys, name)


# ------------------------------------------------------------------ which result counts
def test_the_order_of_the_sources_does_not_matter(capsys):
    filed()
    Path("again").mkdir()
    changed(at("2023-W50"), with_points("19.5"), "again/other.json")
    changed(at("2023-W49"), as_card("2099-01-01"), "again/card.json")
    score("2023-W51", "--level", "province", "-o", "again/part.json")
    sources = ["DIR", "again/other.json", "again/card.json", "again/part.json"]
    wanted = course(capsys, *sources, code=1)

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.permutations([*sources, at("2023-W50")]))
    def check(order: Sequence[str]) -> None:
        assert course(capsys, *order, code=1) == wanted

    check()


def test_equal_figures_are_no_conflict_whatever_carries_them(capsys):
    name = filed()
    assert (
        main(
            ["report", "all.csv", "--period", "2023-W50", "-q", "-o", "w50.xlsx", "-o", "w50.html", "-o", "DIR/n.docx"]
        )
        == 0
    )
    found = course(capsys, name, "w50.xlsx", "w50.html")
    assert sorted((one["name"], one["reason"]) for one in found["unused"]) == [
        ("2023-W50_qd766_2022-06-23.json", "same"),
        ("n.docx", "not_score"),
        ("w50.html", "same"),
    ]
    assert line(only(found), "points")["values"] == [16, 26, 0]
    assert found["rows"] == {"read": 5, "counted": 3, "superseded": 2, "out_of_scope": 0, "rejected": 0}
    assert {one["kind"] for one in found["manifest"]["inputs"]} == {"result"}
    assert len(found["manifest"]["inputs"]) == 5  # every file that was read, used or not


def test_a_conflict_is_told(capsys):
    name = filed()
    changed(at("2023-W50"), with_points("19.5"), "other.json")
    found = course(capsys, name, "other.json", code=1)
    (told,) = found["unused"]
    assert (told["reason"], told["period"]) == ("conflict", "2023-W50")
    assert {told["points"], told["used"]} == {26, Decimal("25.5")}
    assert "1 results in conflict" in shown(capsys, name, "other.json", code=1)
    course(capsys, name, "other.json", "--fail-on", "never")


def test_the_later_version_of_the_scorecard_counts(capsys):
    name = filed()
    changed(at("2023-W50"), as_card("2020-01-01"), "old.json")
    found = course(capsys, name, "old.json")
    assert [one["reason"] for one in found["unused"]] == ["older"]


def restricted(document: dict) -> None:
    document["manifest"]["options"]["level"] = ["province"]


def short(document: dict) -> None:
    document["manifest"]["to"] = "2023-12-14 23:59:59"


def unmeasured(document: dict) -> None:
    for unit in document["units"]:
        unit["measurable"] -= Decimal(1)


def fewer_agencies(document: dict) -> None:
    for name in ("units", "groups", "components"):
        document[name] = [one for one in document[name] if one["agency"] != XD]


def rejected(document: dict) -> None:
    document["rows"]["rejected"] += 1
    document["rows"]["counted"] -= 1


def unread(document: dict) -> None:
    document["manifest"]["skipped"].append({"name": "x.xlsx", "sheet": "Sheet2", "reason": "unread"})


def fewer_dossiers(document: dict) -> None:
    for unit in document["units"]:
        unit["counts"]["handled"] -= 1


LESSER = {
    restricted: "restricted",
    short: "part",
    unmeasured: "unmeasured",
    fewer_agencies: "agencies",
    rejected: "faults",
    unread: "faults",
    fewer_dossiers: "dossiers",
}


@pytest.mark.parametrize("lessen", LESSER, ids=lambda one: one.__name__)
def test_an_incomplete_result_never_replaces_a_complete_one(capsys, lessen):
    """Whichever comes first, and whatever its points are."""
    name = filed("2023-W50")
    complete = at("2023-W50")
    changed(complete, lambda document: (with_points("19")(document), lessen(document)), "lesser.json")
    for sources in ([complete, "lesser.json"], ["lesser.json", complete]):
        found = course(capsys, *sources)
        assert line(only(found), "points")["values"] == [26]
        (told,) = found["unused"]
        assert (told["name"], told["reason"], told["aspect"]) == ("lesser.json", "incomplete", LESSER[lessen])
    assert course(capsys, name)["unused"] == []


def test_aspects_are_weighed_in_their_order():
    """A run over one agency without a fault does not replace one over all agencies with a rejected row."""
    score("2023-W50", "-o", "whole.json")
    changed("whole.json", rejected, "faulty.json")
    changed("whole.json", fewer_agencies, "single.json")
    whole, faulty, single = (
        result_of(simplejson.loads(Path(name).read_text(encoding="utf-8"), use_decimal=True), name)
        for name in ("whole.json", "faulty.json", "single.json")
    )
    assert less_complete(single, faulty) == "agencies"
    assert less_complete(faulty, single) is None
    assert less_complete(faulty, whole) == "faults"
    assert less_complete(whole, whole) is None


# ------------------------------------------------------------------ --remember
def test_a_result_is_filed_under_its_period_and_scorecard_once():
    filed()
    names = sorted(path.name for path in Path("DIR").iterdir())
    assert names == [f"{week}_qd766_2022-06-23.json" for week in WEEKS]
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path("DIR").iterdir()}
    filed()
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path("DIR").iterdir()} == before


def test_the_whole_result_is_filed_whatever_is_shown(capsys):
    filed("2023-W50")
    whole = Path(at("2023-W50")).read_bytes()
    for more in (("--level", "province"), ("--agency", XD), ("--by", "total"), ("--previous-period", "2023-W49")):
        score("2023-W50", "--remember", "other", *more)
        assert Path(at("2023-W50", "other")).read_bytes() == whole
    assert main(["verify", at("2023-W50"), "all.csv", "-q"]) == 0


def test_an_incomplete_run_does_not_replace_what_is_filed(capsys):
    """The row of the other agency has lost its receipt: it is rejected, and the agency with it."""
    filed("2023-W50")
    before = Path(at("2023-W50")).read_bytes()
    write_csv(
        Path("broken.csv"), [{**one, "Ngày tiếp nhận": ""} if one["Cơ quan giải quyết"] == XD else one for one in ROWS]
    )
    capsys.readouterr()
    assert main(["score", "broken.csv", "--period", "2023-W50", "--remember", "DIR", "--lang", "en"]) == 1
    told = capsys.readouterr()
    assert "NOT filed" in told.err
    assert "fewer agencies have points" in told.err
    assert "26.00" in told.out  # the result itself is shown
    assert Path(at("2023-W50")).read_bytes() == before
    write_csv(Path("less.csv"), [one for one in ROWS if one is not ROWS[3]])
    score("2023-W50", "--remember", "DIR", export="less.csv", code=1)
    score("2023-W50", "--remember", "DIR", "--fail-on", "never", export="less.csv")
    assert Path(at("2023-W50")).read_bytes() == before


def test_a_whole_week_takes_the_place_of_a_part_of_it_and_not_the_other_way(capsys):
    arguments = ["score", "all.csv", "--from", "2023-12-11", "--remember", "DIR", "-q"]
    assert main([*arguments, "--to", "2023-12-13"]) == 0
    first = Path(at("2023-W50")).read_bytes()
    assert only(course(capsys, "DIR"))["periods"][0]["lacks"] == ["part"]
    score("2023-W50", "--remember", "DIR")
    assert Path(at("2023-W50")).read_bytes() != first
    assert only(course(capsys, "DIR"))["periods"][0]["lacks"] == []
    assert main([*arguments, "--to", "2023-12-13"]) == 1


def test_other_figures_that_are_as_complete_replace_the_earlier_ones(capsys):
    filed("2023-W50")
    write_csv(
        Path("mended.csv"), [{**one, "Ngày hẹn trả": "12/12/2023 10:00"} if one is ROWS[3] else one for one in ROWS]
    )
    capsys.readouterr()
    assert main(["score", "mended.csv", "--period", "2023-W50", "--remember", "DIR", "--lang", "en"]) == 0
    assert "26.00 points become 16.00" in capsys.readouterr().err  # 4 is late now: 1 of 2 good
    assert line(only(course(capsys, "DIR")), "points")["values"] == [16]


def test_what_is_filed_and_was_edited_is_not_overwritten(capsys):
    filed("2023-W50")
    name = Path(at("2023-W50"))
    name.write_text(name.read_text(encoding="utf-8").replace('"handled": 3', '"handled": 4'), encoding="utf-8")
    before = name.read_bytes()
    score("2023-W50", "--remember", "DIR", code=3)
    assert name.read_bytes() == before
    name.write_text("{", encoding="utf-8")
    score("2023-W50", "--remember", "DIR", code=3)


@pytest.mark.parametrize("where", ["all.csv", "nowhere/DIR"])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_read(where, capsys):
    assert main(["score", "missing.csv", "--remember", where, "-q"]) == 3
    assert where.partition("/")[0] in capsys.readouterr().err


def test_a_run_without_a_period_cannot_be_filed(capsys):
    Path("counts.csv").write_text(
        "agency,level,component,numerator,denominator\nSở Tư pháp,province,2.1,1,2\n", encoding="utf-8"
    )
    assert main(["score", "--counts", "counts.csv", "--remember", "DIR", "-q"]) == 2


def test_writers_at_the_same_time_leave_the_complete_result():
    write_csv(Path("less.csv"), ROWS[:3])
    exports = ["all.csv", "less.csv"] * 2
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "reformcli", "score", name, "--period", "2023-W50", "--remember", "DIR", "-q"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in exports
    ]
    errors = [run.communicate()[1] for run in runs]
    codes = [run.returncode for run in runs]
    assert set(codes) <= {0, 1}, errors
    assert [codes[0], codes[2]] == [0, 0]
    (name,) = [path for path in Path("DIR").iterdir() if path.suffix == ".json"]
    document = simplejson.loads(name.read_text(encoding="utf-8"), use_decimal=True)
    assert document["manifest"]["identity"] == identity(document)
    assert next(one for one in document["units"] if one["kind"] == "total")["counts"]["handled"] == 3
    assert sorted(path.name for path in Path("DIR").iterdir()) == [name.name]


def test_a_folder_that_stays_busy_is_told(monkeypatch):
    from reformcli import pipeline
    from reformcli.locking import locked

    run = pipeline.run_score(judging.Options(exports=["all.csv"], period="2023-W50"))
    Path("DIR").mkdir()
    monkeypatch.setattr(filing, "PATIENCE", 0.05)
    with locked(Path("DIR") / filing.LOCK), pytest.raises(OutputError, match="run_busy"):
        filing.remember(run, "DIR")
    assert filing.remember(run, "DIR").status == filing.FILED


# ------------------------------------------------------------------ sources
def test_weeks_computed_from_exports_are_those_that_were_filed(capsys):
    of_files, of_exports = (
        only(course(capsys, filed())),
        only(course(capsys, "all.csv", "--from", "2023-12-04", "--to", "2023-12-24")),
    )
    for name in ("entries", "lines", "gaps"):
        assert of_exports[name] == of_files[name]
    assert [one["identity"] for one in of_exports["periods"]] == [one["identity"] for one in of_files["periods"]]
    assert {one["source"] for one in of_exports["periods"]} == {"all.csv"}


def test_a_store_is_read_as_the_exports_that_were_added_to_it(capsys):
    write_csv(Path("first.csv"), ROWS[:2])
    write_csv(Path("then.csv"), ROWS[2:])
    for name in ("first.csv", "then.csv"):
        assert main(["load", name, "--store", "STORE", "-q"]) == 0
    bounds = ("--from", "2023-12-04", "--to", "2023-12-24")
    of_store, of_exports = only(course(capsys, "STORE", *bounds)), only(course(capsys, "all.csv", *bounds))
    assert of_store["entries"] == of_exports["entries"]
    assert of_store["lines"] == of_exports["lines"]


def test_choosing_a_unit_makes_no_computed_result_incomplete(capsys):
    found = only(course(capsys, "all.csv", "--from", "2023-12-04", "--to", "2023-12-24", "--agency", TP))
    assert [one["lacks"] for one in found["periods"]] == [[], [], []]


def test_only_whole_weeks_are_computed(capsys):
    """The last event is on Tuesday 19 December: week 51 is not over. The first receipt is on a Monday."""
    assert [one["period"] for one in only(course(capsys, "all.csv"))["periods"]] == ["2023-W49", "2023-W50"]
    names = [slot.name for slot in whole_periods(datetime(2023, 11, 30), datetime(2024, 3, 29, 12), "month")]
    assert names == ["2023-12", "2024-01", "2024-02", "2024-03"]  # 30 and 31 March are a weekend
    assert [slot.name for slot in whole_periods(datetime(2023, 9, 30), datetime(2024, 3, 28), "quarter")] == ["2023-Q4"]


def test_a_month_of_exports(capsys):
    found = only(course(capsys, "all.csv", "--each", "month", "--period", "2023-12"))
    assert (found["rhythm"], [one["period"] for one in found["periods"]]) == ("month", ["2023-12"])
    assert line(found, "received")["values"] == [5]


def test_the_period_confines_what_is_shown(capsys):
    found = course(capsys, filed(), "--to", "2023-12-17")
    assert [one["period"] for one in only(found)["periods"]] == ["2023-W49", "2023-W50"]
    assert [(one["period"], one["reason"]) for one in found["unused"]] == [("2023-W51", "outside")]


def test_counts_that_serve_every_period_are_told(capsys):
    Path("counts.csv").write_text(
        f"agency,level,component,numerator,denominator\n{TP},province,1.1,1,2\n", encoding="utf-8"
    )
    found = course(capsys, "all.csv", "--to", "2023-12-17", "--counts", "counts.csv")
    assert found["shared_counts"] == ["counts.csv"]
    assert "serve every period" in shown(
        capsys, "all.csv", "--to", "2023-12-17", "--counts", "counts.csv", "--fail-on", "never"
    )


def test_periods_from_one_chosen_moment_make_a_course_of_their_own(capsys):
    """Figures since the fourth of December, at the end of each week; the first of them is a week, too."""
    for end in ("2023-12-10", "2023-12-17", "2023-12-24"):
        assert main(["score", "all.csv", "--from", "2023-12-04", "--to", end, "--remember", "DIR", "-q"]) == 0
    week, since = course(capsys, "DIR")["courses"]
    assert (week["rhythm"], len(week["periods"])) == ("week", 1)
    assert (since["rhythm"], since["since"]) == ("since", "2023-12-04 00:00:00")
    assert [one["to"][:10] for one in since["periods"]] == ["2023-12-10", "2023-12-17", "2023-12-24"]
    assert line(since, "received")["values"] == [2, 4, 5]


def test_results_of_weeks_and_months_are_never_on_one_line(capsys):
    filed()
    score("2023-12", "--remember", "DIR")
    assert [one["rhythm"] for one in course(capsys, "DIR")["courses"]] == ["week", "month"]


def test_what_is_no_result_is_told_or_refused(capsys):
    name = filed()
    (Path(name) / "note.txt").write_text("x", encoding="utf-8")
    assert main(["metrics", "all.csv", "--period", "2023-W50", "-q", "-o", "DIR/flow.json"]) == 0
    found = course(capsys, name)
    assert sorted((one["name"], one["reason"]) for one in found["unused"]) == [
        ("flow.json", "not_score"),
        ("note.txt", "not_score"),
    ]
    assert main(["history", "DIR/flow.json", "-q"]) == 2
    assert main(["history", "nothing-*.json", "-q"]) == 2
    assert main(["history", name, "--agency", "Sở Không Có", "-q"]) == 2
    assert main(["history", name, "--period", "2020", "-q"]) == 2
    assert main(["history", "all.csv", "--each", "month", "-q"]) == 2
    assert main(["history", "all.csv", "--from", "1900-01-01", "-q"]) == 2
    assert main(["history", "all.csv", "--each", "year", "-q"]) == 2


def test_an_edited_result_is_not_believed(capsys):
    name = filed()
    path = Path(at("2023-W50"))
    path.write_text(path.read_text(encoding="utf-8").replace('"pending": 1', '"pending": 2'), encoding="utf-8")
    capsys.readouterr()
    assert main(["history", name, "-q", "--lang", "en"]) == 3
    assert path.name in capsys.readouterr().err


# ------------------------------------------------------------------ outputs
@pytest.mark.parametrize("ending", ["json", "xlsx", "html", "csv"])
def test_a_course_is_verified_from_its_results(ending, capsys):
    name, target = filed("2023-W49", "2023-W51"), f"course.{ending}"
    assert main(["history", name, "-q", "-o", target]) == 0
    assert main(["verify", target, name, "-q"]) == 0
    assert main(["verify", target, "-q"]) == 0
    path = Path(at("2023-W51"))
    changed(str(path), with_points("1"))
    assert main(["verify", target, name, "-q"]) == 1


def test_a_course_of_exports_is_verified_from_them(capsys):
    options = ("--from", "2023-12-04", "--to", "2023-12-24", "--agency", TP)
    assert main(["history", "all.csv", *options, "-q", "-o", "course.xlsx"]) == 0
    assert main(["verify", "course.xlsx", "all.csv", "-q"]) == 0


def test_an_edited_cell_of_a_course_is_found(capsys):
    assert main(["history", filed(), "-q", "-o", "course.xlsx"]) == 0
    book = openpyxl.load_workbook("course.xlsx")
    sheet = book["Điểm"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == 26)
    cell.value = 27
    book.save("course.xlsx")
    assert main(["verify", "course.xlsx", "-q"]) == 1


def test_the_workbook_draws_no_line_over_a_gap_and_none_across_a_break():
    """Weeks 49, 50 and 51 of two scorecards, and 47: stretches 47, 49–50 and 51, and the mark of the break."""
    write_csv(Path("more.csv"), [*ROWS, {**row(9, TP, "01", "06", "05"), "Ngày tiếp nhận": "20/11/2023 10:00"}])
    score("2023-W47", "--remember", "DIR", export="more.csv")
    changed((filed(), at("2023-W51"))[1], as_card("2023-12-18"))
    assert main(["history", "DIR", "-q", "-o", "course.xlsx"]) == 0
    sheet = openpyxl.load_workbook("course.xlsx")["Điểm"]
    (chart,) = sheet._charts
    rows = [one.yVal.numRef.f.rpartition("!")[2].replace("$", "") for one in chart.series]
    assert rows == ["C4", "C6:C7", "C8", "C8"]
    assert [sheet[f"A{number}"].value for number in (4, 5, 6, 7, 8)] == ["2023-W47", "2023-W48", *WEEKS]
    assert sheet["C5"].value == "–"
    assert [one.errBars is not None for one in chart.series] == [False, False, False, True]


def test_the_page_marks_a_break_and_tells_it(capsys):
    filed()
    changed(at("2023-W51"), as_card("2023-12-18"))
    assert main(["history", "DIR", "-q", "-o", "course.html"]) == 0
    page = Path("course.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "┊ 24/12/2023 23:59: qd766 2023-12-18 (abababab)." in page
    plain = page.partition("┊")[0]
    assert "Điểm: 10/12/2023 23:59 16,00, 17/12/2023 23:59 26,00, 24/12/2023 23:59 0,00." in plain


def test_the_csv_has_a_row_for_every_unit_and_for_a_gap(capsys):
    name = filed("2023-W49", "2023-W51")
    capsys.readouterr()
    assert main(["history", name, "--format", "csv", "-q"]) == 0
    head, *lines = (one.split(",") for one in capsys.readouterr().out.splitlines())
    rows = [dict(zip(head, one, strict=True)) for one in lines]
    (gap,) = [one for one in rows if one["period"] == "2023-W50"]
    assert (gap["kind"], gap["points"], gap["overdue"]) == ("", "", "")
    total = {one["period"]: one for one in rows if one["kind"] == "total"}
    assert (total["2023-W49"]["points"], total["2023-W49"]["2.1"], total["2023-W49"]["overdue"]) == (
        "16.00",
        "10.00",
        "1",
    )
    assert (
        total["2023-W51"]["identity"]
        == json.loads(Path(at("2023-W51")).read_text(encoding="utf-8"))["manifest"]["identity"]
    )


def test_every_format_is_the_same_twice(folder):
    filed()
    names = [f"course.{ending}" for ending in ("json", "xlsx", "html", "csv", "docx")]
    outputs = [part for name in names for part in ("-o", name)]
    made = []
    for sources in (["DIR"], [at("2023-W51"), at("2023-W50"), at("2023-W49")]):
        assert main(["history", *sources, *outputs, "-q"]) == 0
        made.append([Path(name).read_bytes() for name in names])
    assert made[0] == made[1]


def test_sections_for_a_report():
    filed()
    history = chronicle.remembered("DIR")
    sections = course_sections(history, "vi")
    assert [one.id for one in sections] == ["course-1", "course-units-1", "course-all-1", "course-results"]
    assert [table.key for table in sections[0].tables] == ["course_points", "course_rates", "course_backlog"]
    assert [one.annex for one in sections] == [False, False, True, False]


# ------------------------------------------------------------------ small lines
def test_small_lines():
    assert spark([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert spark([0, 1, 2, 3, 4, 5, 6, 7], signs=PLAIN) == "12345678"
    assert spark([5, 5, 5]) == "▄▄▄"
    assert spark([None, None]) == "··"
    assert spark([]) == ""
    assert spark([1, 2, None, 100, 200], [3]) == "▁█·┊▁█"  # each stretch has its own scale
    assert spark([Decimal("99.98"), Decimal("99.99"), Decimal("100.00")]) == "▁▅█"  # 3.5 steps: the higher one
    assert spark([1, 2], [0]) == "┊▁█"


@given(st.lists(st.none() | st.decimals(-1000, 1000, places=2), max_size=60), st.data())
def test_a_small_line_has_a_sign_for_every_period_and_a_mark_for_every_break(values, data):
    breaks = data.draw(st.sets(st.integers(0, max(0, len(values) - 1)), max_size=3)) if values else set()
    drawn = spark(values, breaks)
    assert len(drawn) == len(values) + len(breaks)
    assert drawn.count(BLOCKS.gap) == sum(value is None for value in values)
    assert drawn.count(BLOCKS.mark) == len(breaks)
    if not breaks and len({value for value in values if value is not None}) > 1:
        known = [value for value in values if value is not None]
        signs = drawn.replace(BLOCKS.gap, "")
        assert signs[known.index(min(known))] == "▁"
        assert signs[known.index(max(known))] == "█"


@pytest.mark.parametrize(
    ("environment", "platform", "signs"),
    [
        ({"TERM": "xterm-256color"}, "linux", BLOCKS),
        ({"TERM": "linux"}, "linux", PLAIN),
        ({"TERM": "dumb"}, "darwin", PLAIN),
        ({}, "win32", PLAIN),
        ({"WT_SESSION": "1"}, "win32", BLOCKS),
    ],
)
def test_screens_without_blocks_have_digits(environment, platform, signs):
    assert screen_signs(environment, platform) == signs


# ------------------------------------------------------------------ periods
@pytest.mark.parametrize("name", ["2023-W51", "2024-W01", "2023-12", "2024-02", "2023-Q4", "2023"])
def test_named_periods_are_recognised(name):
    start, end = named_period(name)
    slot = slot_of(start, end, start_given=True)
    assert (slot.name, slot.start, slot.end) == (name, start, end)


def test_periods_that_have_no_name():
    assert slot_of(datetime(2023, 12, 18, 7, 12), datetime(2023, 12, 22, 17), start_given=False) == week_of(
        datetime(2023, 12, 20)
    )
    assert slot_of(datetime(2023, 12, 18), datetime(2023, 12, 18, 23, 59, 59), start_given=True).rhythm == "day"
    assert slot_of(datetime(2023, 12, 18), datetime(2023, 12, 25), start_given=True).rhythm == "since"
    assert slot_of(datetime(2023, 12, 18), datetime(2023, 12, 25), start_given=False).rhythm == "free"
    assert slot_of(*(datetime(2023, 2, 1), datetime(2023, 4, 30, 23, 59, 59)), start_given=True).rhythm == "since"


@given(st.dates(datetime(1990, 1, 1).date(), datetime(2090, 1, 1).date()))
def test_weeks_follow_each_other_without_a_hole(day):
    slot = week_of(datetime.combine(day, datetime.min.time()))
    after = following(slot)
    assert (after.start - slot.end).total_seconds() == 1
    assert named_period(after.name) == (after.start, after.end)


@given(st.sets(st.integers(0, 60), min_size=1, max_size=12))
def test_results_and_gaps_are_all_weeks_from_the_first_to_the_last(places):
    score("2023-W50", "-o", "one.json")
    one = result_of(simplejson.loads(Path("one.json").read_text(encoding="utf-8"), use_decimal=True), "x")
    slots = [week_of(datetime(2023, 1, 2))]
    while len(slots) <= 60:
        slots.append(following(slots[-1]))
    (found,) = courses_of({slots[at]: replace(one, slot=slots[at]) for at in places})
    assert [moment.slot for moment in found.moments] == slots[min(places) : max(places) + 1]
    assert len(found.gaps) == max(places) - min(places) + 1 - len(places)
