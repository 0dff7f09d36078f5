"""Two periods side by side: figures counted by hand, what is refused, and the dossiers behind every change."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.agencies.register import load_register
from reformcli.cli import main
from reformcli.comparing import changes
from reformcli.comparing.comparison import compare, keyed, periods_compare, preceding
from reformcli.comparing.movers import EVENTS, event_names, events, movers
from reformcli.comparing.previous import Wanted
from reformcli.comparing.stored_figures import figures_of_document
from reformcli.errors import InputError, UsageError
from reformcli.figures import figures_of_run
from reformcli.flow import FLOW
from reformcli.late.backlog import Asked
from reformcli.outcomes import Change
from reformcli.period import named_period
from support import SAMPLES, write_csv

COLUMNS = (
    *("Mã hồ sơ", "Cơ quan giải quyết", "Cấp thực hiện", "Hình thức tiếp nhận"),
    *("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
)
TP, XD = "Sở Tư pháp", "Sở Xây dựng"


def row(
    code: int, agency: str, received: str, due: str, ended: str = "", channel: str = "Trực tuyến", level="Cấp Tỉnh"
):
    status = "Đã xử lý xong" if ended else "Đang xử lý"
    dates = [f"{day}/12/2023 10:00" if day else "" for day in (received, due, ended)]
    values = (f"H99.06-2312{received}-{code:04}", agency, level, channel, *dates, status)
    return dict(zip(COLUMNS, values, strict=True))


# Week 50 (11–17 December): TP 3 received, 2 of them online, 1 overdue (3); XD 1 received, not online.
BEFORE = [
    row(1, TP, "11", "14", "13"),
    row(2, TP, "12", "20", "", "Trực tuyến"),
    row(3, TP, "12", "15", "", "Trực tiếp"),
    row(4, XD, "13", "19", "", "Trực tiếp"),
]
# Week 51 (18–24): 1 has left; 2 ended in time; 3 ended late; 4 became overdue; 5 and 6 came in (TP), 7 (XD); 8: new agency.
NOW = [
    row(1, TP, "11", "14", "13"),
    row(2, TP, "12", "20", "19"),
    row(3, TP, "12", "15", "20", "Trực tiếp"),
    row(4, XD, "13", "19", "", "Trực tiếp"),
    row(5, TP, "18", "28", "", "Trực tuyến"),
    row(6, TP, "19", "20", "", "Trực tiếp"),
    row(7, XD, "20", "29", "", "Trực tuyến"),
    row(8, "Sở Y tế", "20", "29", "", "Trực tuyến"),
]
WEEKS = {"period": "2023-W51"}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    write_csv(tmp_path / "w50.csv", BEFORE)
    write_csv(tmp_path / "w51.csv", NOW)
    return tmp_path


def run(capsys, line: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(line.split())
    out, err = capsys.readouterr()
    return code, out, err


def compared(now="w51.csv", before=("w50.csv",), *, forced=False, before_period="2023-W50", **options):
    given = judging.Options(exports=[now] if isinstance(now, str) else now, **{**WEEKS, **options})
    return changes.run_score(given, Wanted(before, before_period, forced=forced))[1]


def unit(comparison, name):
    return next(one for one in comparison.units if name in (one.unit.agency, one.unit.kind))


def component(one, name):
    return next(c for c in one.components if c.component == name)


# ------------------------------------------------------------------ figures
def test_the_change_of_every_figure_is_as_counted_by_hand():
    """TP: 2.1 was 2/3 good (3 overdue) and is 1/2 (6 overdue); 3.3 was 2/3 online and is 1/2."""
    one = unit(compared(), TP)

    good = component(one, "2.1")
    assert (good.numerator, good.denominator) == (Change(2, 1, -1), Change(3, 2, -1))
    assert good.ratio == Change(Decimal("66.67"), Decimal("50.00"), Decimal("-16.67"))
    assert good.points == Change(Decimal("13.33"), Decimal("10.00"), Decimal("-3.33"))
    assert component(one, "3.3").ratio.change == Decimal("-16.67")
    assert one.same_measured
    # 2.1: 13.33 → 10.00; 3.3: full from 50 %, 6.00 in both
    assert component(one, "3.3").points == Change(Decimal("6.00"), Decimal("6.00"), Decimal("0.00"))
    assert one.points == Change(Decimal("19.33"), Decimal("16.00"), Decimal("-3.33"))
    assert one.flow["late"] == Change(0, 1, 1)
    assert one.flow["on_time_rate"] == Change(Decimal("100.00"), Decimal("50.00"), Decimal("-50.00"))
    assert one.flow["handled"] == Change(3, 4, 1)


def test_a_worse_rank_is_a_positive_change():
    """Week 50: XD 20.00, TP 19.33 of 26. Week 51: XD 7 good, online: 26.00 and Sở Y tế 26.00 share 1; TP is third."""
    comparison = compared()
    assert unit(comparison, TP).rank == Change(2, 3, 1)
    assert unit(comparison, XD).rank == Change(1, 1, 0)
    assert unit(comparison, TP).rank_of == Change(2, 3, 1)


def test_units_of_one_result_alone_are_listed_and_not_compared():
    comparison = compared()
    assert [one.agency for one in comparison.new_units] == ["Sở Y tế"]
    assert comparison.gone_units == ()
    back = changes.run_score(
        judging.Options(exports=["w50.csv"], period="2023-W50"), Wanted(["w51.csv"], "2023-W51", forced=True)
    )[1]
    assert [one.agency for one in back.gone_units] == ["Sở Y tế"]
    assert back.forced == ("periods",)


def test_sums_of_other_components_do_not_compare(folder):
    """Without a channel column 3.3 was not measured then: its points are no gain."""
    write_csv(folder / "bare.csv", BEFORE, [name for name in COLUMNS if name != "Hình thức tiếp nhận"])
    one = unit(compared(before=["bare.csv"]), TP)

    assert not one.same_measured
    assert one.points.change is None
    assert one.rank.change is None
    assert (one.points.before, one.points.now) == (Decimal("13.33"), Decimal("16.00"))
    assert component(one, "2.1").points.change == Decimal("-3.33")
    assert component(one, "3.3").points.change is None
    assert component(one, "3.3").movers is None


def test_the_movers_are_the_dossiers_counted_by_hand():
    """2.1 counts receipts of the week: 1, 2 (good) and 3 (not) left, 5 (good) and 6 (not) joined."""
    moved = component(unit(compared(), TP), "2.1").movers
    assert (moved.joined_good, moved.joined_bad, moved.left_good, moved.left_bad) == (1, 1, 2, 1)
    assert (moved.turned_good, moved.turned_bad) == (0, 0)


def test_a_dossier_that_stays_can_turn():
    """Figures of the year so far: dossier 4 was good and is overdue, nobody left."""
    options = judging.Options(exports=["w51.csv"], start="01/01/2023", end="24/12/2023")
    judged = judging.judge(options, scored=True)
    from reformcli.comparing.previous import Previous

    earlier = judging.judge(judging.Options(exports=["w50.csv"], start="01/01/2023", end="17/12/2023"), scored=True)
    comparison = changes.compare_runs(judged, pipeline.scored(judged), Previous("w50.csv", judged=earlier))
    moved = component(unit(comparison, XD), "2.1").movers
    assert (moved.turned_bad, moved.turned_good, moved.left_good, moved.joined_good) == (1, 0, 0, 1)
    assert component(unit(comparison, TP), "2.1").movers.turned_good == 0


def test_counts_that_outweigh_the_dossiers_have_no_movers(folder):
    (folder / "counts.csv").write_text(
        f"agency,level,component,numerator,denominator\n{TP},province,2.1,5,10\n", encoding="utf-8"
    )
    comparison = compared(counts=["counts.csv"])
    one = component(unit(comparison, TP), "2.1")
    assert one.movers is None
    assert one.points == Change(Decimal("10.00"), Decimal("10.00"), None)  # the same file says nothing of a change
    assert comparison.shared_counts == ("counts.csv",)
    assert component(unit(comparison, XD), "2.1").movers is not None
    assert component(unit(comparison, "total"), "2.1").movers is None


def test_counts_of_the_previous_period_make_a_change(folder):
    head = "agency,level,component,numerator,denominator\n"
    for name, good in (("old", 4), ("new", 5)):
        (folder / f"{name}.csv").write_text(f"{head}{TP},province,5.2,{good},10\n", encoding="utf-8")
    options = judging.Options(exports=["w51.csv"], counts=["new.csv"], **WEEKS)
    comparison = changes.run_score(options, Wanted(["w50.csv"], "2023-W50", ["old.csv"]))[1]
    assert component(unit(comparison, TP), "5.2").points == Change(Decimal("2.40"), Decimal("3.00"), Decimal("0.60"))
    assert comparison.shared_counts == ()


def test_events_tell_what_happened_to_each_dossier():
    found = compared().dossiers
    told = {code[-4:]: names for code, names in zip(found["dossier_id"], found["events"], strict=True)}
    assert told == {
        "0001": "left",
        "0002": "ended",
        "0003": "ended",  # it was overdue before
        "0004": "became_late",
        "0005": "came_in",
        "0006": "came_in,became_late",
        "0007": "came_in",
        "0008": "came_in",
    }
    place = found[found["events"] == "left"].iloc[0]
    assert (place["file"], place["row"]) == ("w51.csv", 2)


def test_an_open_dossier_that_is_no_longer_exported_is_told(folder, capsys):
    write_csv(folder / "w51.csv", NOW[:3] + NOW[4:])
    found = compared().dossiers
    gone = found[found["dossier_id"].str.endswith("0004")].iloc[0]
    assert (gone["events"], gone["file"], gone["row"]) == ("left,vanished", "w50.csv", 5)
    assert "1 hồ sơ kỳ trước còn mở" in run(capsys, f"compare w51.csv {PERIODS}")[1]


# ------------------------------------------------------------------ groups
def test_the_flow_table_is_compared_by_any_dimension():
    options = judging.Options(exports=["w51.csv"], **WEEKS)
    _, comparison = changes.run_metrics(options, Wanted(["w50.csv"], "2023-W50"), ["agency"])
    by = {one.by.get("agency"): one.figures for one in comparison.groups}
    assert by[TP]["handled"] == Change(3, 4, 1)
    assert by["Sở Y tế"]["handled"] == Change(None, 1, None)
    assert by[None]["overdue"] == Change(1, 2, 1)
    assert by[None]["on_time_rate"] == Change(Decimal("100.00"), Decimal("50.00"), Decimal("-50.00"))


def test_an_agency_that_did_not_exist_before_is_no_error():
    options = judging.Options(exports=["w51.csv"], **WEEKS)
    _, comparison = changes.run_metrics(options, Wanted(["w50.csv"], "2023-W50"), ["agency"], agencies=["Sở Y tế"])
    assert [one.by for one in comparison.groups] == [{"agency": "Sở Y tế"}, {}]
    assert comparison.groups[0].figures["handled"] == Change(None, 1, None)
    assert comparison.groups[1].figures["handled"] == Change(4, 7, 3)


def test_late_dossiers_are_compared():
    """Week 50: 3 overdue. Week 51: 3 ended late, 4 and 6 overdue."""
    options = judging.Options(exports=["w51.csv"], **WEEKS)
    _, comparison = changes.run_late(options, Wanted(["w50.csv"], "2023-W50"), Asked(by=("agency",)))
    by = {one.by.get("agency"): one.figures for one in comparison.groups}
    assert by[TP]["overdue"] == Change(1, 1, 0)
    assert by[TP]["resolved_late"] == Change(0, 1, 1)
    assert by[XD]["overdue"] == Change(None, 1, None)
    assert by[None]["closing"] == Change(1, 2, 1)


# ------------------------------------------------------------------ what is refused
def refused(key: str, **more) -> UsageError:
    with pytest.raises(UsageError) as told:
        compared(**more)
    assert told.value.key == key
    return told.value


def test_periods_of_other_lengths_are_refused_with_the_period_to_ask_for():
    assert refused("other_periods", before_period="2023-11").values["example"] == "2023-W50"


def test_the_same_period_is_refused():
    refused("other_periods", before_period="2023-W51")


def test_a_later_period_is_refused():
    refused("other_periods", before_period="2023-W52")


def test_other_levels_are_refused_unless_forced(folder):
    write_csv(folder / "w50.csv", [*BEFORE, row(9, "UBND huyện Sông Mây", "13", "19", level="Cấp Huyện")])
    assert refused("other_levels").values["before"] == "district, province"
    forced = compared(forced=True)
    assert forced.forced == ("levels",)
    assert {one.level for one in forced.gone_units} == {"district"}


def test_another_scorecard_is_refused_unless_forced(capsys, folder):
    assert run(capsys, "score w50.csv --period 2023-W50 -o old.json")[0] == 0
    document = json.loads((folder / "old.json").read_text(encoding="utf-8"))
    document["manifest"]["scorecard"]["sha256"] = "0" * 64
    (folder / "old.json").write_text(json.dumps(document), encoding="utf-8")
    line = "compare w51.csv --period 2023-W51 --previous old.json"
    code, out, err = run(capsys, line)
    assert (code, out, len(err.splitlines())) == (2, "", 3)
    code, out, err = run(capsys, f"{line} --force")
    assert code == 0
    assert "bộ chỉ số khác nhau" in out
    assert json.loads(run(capsys, f"{line} --force --format json")[1])["forced"] == ["scorecard"]


def test_nothing_to_compare_with_is_wrong_use(capsys):
    assert run(capsys, "compare w51.csv")[0] == 2


@pytest.mark.parametrize(
    ("before", "now", "do"),
    [
        ("2023-W50", "2023-W51", True),
        ("2023-W40", "2023-W51", True),
        ("2023-W51", "2023-W51", False),
        ("2023-W52", "2023-W51", False),
        ("2024-02", "2024-03", True),
        ("2023-Q3", "2023-Q4", True),
        ("2023", "2024", True),
        ("2023-12", "2023-Q4", False),
        ("2023-W50", "2023-12", False),
        ("2023-Q4", "2023", False),
    ],
)
def test_periods_of_one_kind_compare(before, now, do):
    assert periods_compare(*named_period(before), *named_period(now)) is do


def test_figures_so_far_compare_with_each_other():
    start, end = datetime(2024, 1, 1), datetime(2024, 3, 17, 23, 59, 59)
    assert periods_compare(start, end - timedelta(days=7), start, end)
    assert not periods_compare(start, end, start, end - timedelta(days=7))
    assert not periods_compare(None, None, start, end)


def test_the_period_before_is_named():
    for before, now in pairs_of_names():
        assert preceding(*named_period(now)) == before
    assert preceding(datetime(2024, 1, 2), datetime(2024, 1, 8)) is None


def pairs_of_names():
    return [("2023-W52", "2024-W01"), ("2023-12", "2024-01"), ("2024-Q1", "2024-Q2"), ("2022", "2023")]


# ------------------------------------------------------------------ agencies that ended
def test_an_agency_that_ended_is_gone_though_its_successor_bears_its_name(capsys, folder):
    register = (
        "agency,agency_id,level,from,to,successor\n"
        "UBND xã Lam,H99.41,commune,,30/06/2025,H99.51\nUBND xã Sơn,H99.42,commune,,30/06/2025,H99.51\n"
        "UBND xã Lam,H99.51,commune,01/07/2025,,\n"
    )
    (folder / "register.csv").write_text(register, encoding="utf-8")

    def dossier(code, unit_code, name, received):
        values = (f"H99.{unit_code}-25{received[3:5]}{received[:2]}-{code:04}", name, "Cấp Xã", "Trực tuyến")
        return dict(
            zip(COLUMNS, (*values, f"{received}/2025 10:00", "30/12/2025 10:00", "", "Đang xử lý"), strict=True)
        )

    write_csv(folder / "june.csv", [dossier(1, 41, "", "10/06"), dossier(2, 42, "", "11/06")])
    write_csv(folder / "july.csv", [dossier(3, 51, "", "10/07")])
    try:
        load_register("register.csv")
    except InputError:
        pytest.skip("two agencies of one name cannot stand in a register")
    options = {"agencies": "register.csv", "period": "2025-07"}
    exports = compared("july.csv", ["june.csv"], before_period="2025-06", **options)
    assert [one.agency for one in exports.new_units] == ["UBND xã Lam"] or len(exports.new_units) == 1
    assert len(exports.gone_units) == 2
    assert run(capsys, "score june.csv --agencies register.csv --period 2025-06 -o june.json")[0] == 0
    document = compared("july.csv", ["june.json"], before_period=None, **options)
    assert len(document.gone_units) == 2


# ------------------------------------------------------------------ properties
DOSSIER = st.fixed_dictionaries(
    {
        "agency_key": st.sampled_from("AB"),
        "level_name": st.sampled_from(["province", "commune"]),
        "is_in": st.booleans(),
        "is_good": st.booleans(),
    }
)
FRAME = st.dictionaries(st.sampled_from([f"H99.06-231211-{n:04}" for n in range(12)]), DOSSIER)


def frame(dossiers) -> pd.DataFrame:
    columns = {"agency_key": "str", "level_name": "str", "is_in": "bool", "is_good": "bool"}
    rows = [{"dossier_id": code, **values} for code, values in dossiers.items()]
    return pd.DataFrame(rows, columns=["dossier_id", *columns]).astype({"dossier_id": "str", **columns})


@settings(deadline=None)
@given(before=FRAME, now=FRAME)
def test_the_movers_explain_every_change_of_every_unit(before, now):
    """Change of the denominator = joined − left; of the numerator = joined good − left good + turned good − turned bad."""
    found = movers(frame(before), frame(now), {"x": ("is_in", "is_good")})

    def counts(dossiers, column, name):
        chosen = [d for d in dossiers.values() if d["is_in"] and (column is None or d[column] == name)]
        return sum(d["is_good"] for d in chosen), len(chosen)

    places = [("total", "", None)]
    places += [("agency", key, "agency_key") for key in "AB"]
    places += [("level", key, "level_name") for key in ("province", "commune")]
    for kind, name, column in places:
        was, is_ = counts(before, column, name), counts(now, column, name)
        if (kind, name) not in found:
            assert was == is_ == (0, 0)
            continue
        one = found[kind, name]["x"]
        m = one.movers
        assert (one.before, one.now) == (was, is_)
        assert is_[1] - was[1] == m.joined_good + m.joined_bad - m.left_good - m.left_bad
        assert is_[0] - was[0] == m.joined_good - m.left_good + m.turned_good - m.turned_bad
        assert min(m.joined_good, m.joined_bad, m.left_good, m.left_bad, m.turned_good, m.turned_bad) >= 0


@settings(deadline=None)
@given(before=FRAME, now=FRAME)
def test_joined_and_left_are_told_apart(before, now):
    """Nobody who is counted in one frame only can have turned; who is in both for the whole neither joined nor left."""
    total = movers(frame(before), frame(now), {"x": ("is_in", "is_good")})["total", ""]["x"].movers
    counted = [{code for code, d in dossiers.items() if d["is_in"]} for dossiers in (before, now)]
    assert total.joined_good + total.joined_bad == len(counted[1] - counted[0])
    assert total.left_good + total.left_bad == len(counted[0] - counted[1])
    both = counted[0] & counted[1]
    assert total.turned_good == sum(now[c]["is_good"] and not before[c]["is_good"] for c in both)
    assert total.turned_bad == sum(before[c]["is_good"] and not now[c]["is_good"] for c in both)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_identities_hold_for_every_unit_of_real_exports(data, tmp_path_factory):
    """Rows of any two weeks: whatever is said to have moved adds up to the change that is shown."""
    days = st.integers(11, 24)
    dossiers = data.draw(
        st.lists(st.tuples(st.sampled_from([TP, XD]), days, days, st.none() | days), min_size=1, max_size=12)
    )
    rows = [
        row(n, agency, f"{received}", f"{due}", f"{ended}" if ended and ended >= received else "")
        for n, (agency, received, due, ended) in enumerate(dossiers)
    ]
    path = tmp_path_factory.mktemp("weeks") / "all.csv"
    write_csv(path, rows)
    comparison = changes.run_score(
        judging.Options(exports=[str(path)], period="2023-W51"), Wanted(period="2023-W50", forced=True)
    )[1]
    for one in comparison.units:
        for c in (c for c in one.components if c.movers):
            m = c.movers
            assert c.denominator.change == m.joined_good + m.joined_bad - m.left_good - m.left_bad
            assert c.numerator.change == m.joined_good - m.left_good + m.turned_good - m.turned_bad


STATES = ("is_handled", "is_resolved", "is_late", "is_overdue", "is_pending")
STATE = st.sampled_from(
    [
        (0, 0, 0, 0, 0),
        (1, 1, 0, 0, 0),
        (1, 1, 1, 0, 0),
        (1, 0, 0, 1, 1),
        (1, 0, 0, 0, 1),
    ]  # out, ended, late, overdue, open
)


def test_the_events_of_every_pair_of_states():
    """One dossier in every pair of states, absent included; checked against the words of the definitions."""
    kinds = [None, (0, 0, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 1, 0, 0), (1, 0, 0, 1, 1), (1, 0, 0, 0, 1)]
    pairs = list(product(kinds, kinds))
    frames = []
    for place in (0, 1):
        rows = [
            {"dossier_id": f"H99.06-231211-{n:04}", **dict(zip(STATES, map(bool, pair[place]), strict=True))}
            for n, pair in enumerate(pairs)
            if pair[place] is not None
        ]
        table = pd.DataFrame(rows).astype({"dossier_id": "str"})
        day = pd.Timestamp("2023-12-11")
        frames.append(table.assign(agency_key="A", level_name="province", due_at=day, ended_at=day, _source=0, _row=1))
    found = events(*frames)
    told = dict(zip(found["dossier_id"], found["event"], strict=True))
    none = (0, 0, 0, 0, 0)
    for n, (was, is_) in enumerate(pairs):
        b, a = (dict(zip(STATES, one or none, strict=True)) for one in (was, is_))
        expected = {
            "came_in": a["is_handled"] and not b["is_handled"],
            "ended": a["is_resolved"] and not b["is_resolved"],
            "became_late": (a["is_late"] or a["is_overdue"]) and not (b["is_late"] or b["is_overdue"]),
            "left": b["is_handled"] and not a["is_handled"],
            "vanished": b["is_pending"] and not a["is_handled"],
        }
        assert event_names(told.get(f"H99.06-231211-{n:04}", 0)) == [name for name in EVENTS if expected[name]]


# ------------------------------------------------------------------ the command line
PERIODS = "--period 2023-W51 --previous w50.csv --previous-period 2023-W50"


def test_the_headline_says_points_and_rank_in_words(capsys):
    out = run(capsys, f"compare w51.csv {PERIODS} --agency {TP.replace(' ', '_')}".replace("_", " "))
    assert out[0] == 2  # the name needs quotation marks
    capsys.readouterr()
    assert main(["compare", "w51.csv", *PERIODS.split(), "--agency", TP]) == 0
    assert f"{TP}: 16,00 điểm, giảm 3,33; hạng 3/3, giảm 1 bậc." in capsys.readouterr().out
    assert main(["compare", "w51.csv", *PERIODS.split(), "--agency", XD, "--lang", "en"]) == 0
    assert "26.00 points, up 6.00; rank 1/3, unchanged." in capsys.readouterr().out


def test_the_score_shows_a_better_rank_as_a_rise(capsys):
    table = run(capsys, f"score w51.csv {PERIODS}")[1]
    line = next(line for line in table.splitlines() if TP in line)
    assert "▼ 1" in line
    assert "▼ 3,33" in line
    assert "19,33" in line


def test_the_table_of_both_periods_shows_a_better_rank_as_a_rise(capsys):
    """Of TP points and rank fell; a better rank is never a fall."""
    table = run(capsys, f"compare w51.csv {PERIODS}")[1]
    cells = next(line for line in table.splitlines() if TP in line and "trước" not in line and "19,33" in line).split()
    assert cells[cells.index("19,33") :][:8] == ["19,33", "16,00", "▼", "3,33", "2", "3", "▼", "1"]


@pytest.mark.parametrize("command", ["score", "metrics", "late", "compare"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_every_command_and_format_shows_the_comparison(command, form, capsys):
    code, out, _ = run(capsys, f"{command} w51.csv {PERIODS} --format {form}")
    assert code == 0
    if form == "json":
        document = json.loads(out)
        entry = document if command == "compare" else document["comparison"]
        assert entry["before"]["to"] == "2023-12-17 23:59:59"
        assert ("units" in entry) == (command in ("score", "compare"))
    elif form == "csv":
        assert "_before" in out.splitlines()[0]
        assert "_change" in out.splitlines()[0]
    elif command != "compare":
        assert "Kỳ trước: 11/12/2023 – 17/12/2023, từ w50.csv." in out


@pytest.mark.parametrize("command", ["score", "metrics", "late", "compare"])
def test_every_command_writes_the_comparison_into_a_workbook(command, capsys, folder):
    import openpyxl

    assert run(capsys, f"{command} w51.csv {PERIODS} -o out.xlsx")[0] == 0
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook("out.xlsx")
        for line in sheet.iter_rows(values_only=True)
        for cell in line
        if cell is not None
    ]
    assert any(cell.startswith("±") for cell in cells)


def test_machines_get_plain_differences(capsys):
    """A worse rank is positive in csv and JSON, a fall for people."""
    header, *lines = run(capsys, f"score w51.csv {PERIODS} --format csv")[1].splitlines()
    places = {name: n for n, name in enumerate(header.split(","))}
    cells = next(line for line in lines if TP in line).split(",")
    told = [cells[places[name]] for name in ("points_before", "points_change", "rank_before", "rank_change")]
    assert told == ["19.33", "-3.33", "2", "1"]
    entries = json.loads(run(capsys, f"score w51.csv {PERIODS} --format json")[1])["comparison"]["units"]
    assert next(e for e in entries if e["agency"] == TP)["rank"] == {"before": 2, "now": 3, "change": 1}


def test_two_periods_of_the_same_exports_are_read_once(capsys, monkeypatch):
    from reformcli import loading

    calls = []
    monkeypatch.setattr(judging, "load_sheets", lambda *a, **k: calls.append(a) or loading.load_sheets(*a, **k))
    code, out, _ = run(capsys, "compare w51.csv --period 2023-W51 --previous-period 2023-W50 --format json")
    assert code == 0
    assert len(calls) == 1
    assert json.loads(out)["before"]["sources"] == ["w51.csv"]


def test_filters_leave_the_ranks_and_take_the_dossiers_of_others_away(capsys):
    assert main(["compare", "w51.csv", *PERIODS.split(), "--agency", XD, "--list", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["agency"] for one in document["units"]] == [XD]
    assert {one["agency"] for one in document["dossiers"]} == {XD}
    assert document["units"][0]["rank_of"]["now"] == 3
    assert document["new_units"] == []


def test_the_list_of_dossiers_has_places_and_no_person(capsys):
    sample = [str(SAMPLES / name) for name in ("tuan-51.xlsx", "tuan-50.xlsx")]
    line = ["compare", sample[0], "--previous", sample[1], "--period", "2023-W51", "--previous-period", "2023-W50"]
    assert main([*line, "--list", "--format", "json"]) == 0
    out = capsys.readouterr().out
    document = json.loads(out)
    assert {"dossier_id", "agency", "events", "file", "sheet", "row"} <= set(document["dossiers"][0])
    assert "Ví Dụ" not in out
    assert "0900" not in out
    assert main([*line, "--list", "--format", "csv"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("dossier_id,agency,level,events")
    assert "Ví Dụ" not in out


def test_a_bare_wish_for_the_previous_period_needs_a_name(capsys):
    code, _, err = run(capsys, "compare w51.csv --period 2023-W51 --previous-period tuan-50")
    assert code == 2
    assert "--previous-period" in err


def test_a_name_alone_is_matched_by_its_spelling():
    """“Sở  tư pháp” and “Sở Tư pháp” are one agency; accents count."""
    options = judging.Options(exports=["w51.csv"], **WEEKS)
    now = figures_of_run(pipeline.run_score(options))
    document = {
        "schema": "reformcli.score/1",
        "manifest": {
            "from": "2023-12-11 00:00:00",
            "to": "2023-12-17 23:59:59",
            "inputs": [],
            "scorecard": {"id": now.scorecard, "version": now.version, "sha256": now.sha256},
        },
        "units": [
            {
                "kind": "agency",
                "agency": name,
                "level": "province",
                "rank": 1,
                "rank_of": 1,
                "points": Decimal("1.00"),
                "measurable": Decimal("20"),
                "counts": dict.fromkeys(FLOW, 0),
            }
            for name in ("SỞ  TƯ PHÁP", "Sở Xấy dựng")
        ],
        "components": [],
    }
    before = keyed(figures_of_document(document, where="old.json"), None)
    matched = {one.unit.agency for one in compare(before, now).units}
    assert matched == {TP}
