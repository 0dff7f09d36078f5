"""What the rejected rows could change: against exports in which they were mended, once all good and once all bad."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.bounds import LeftOut, _to_bad, _to_good, bounds, left_out
from reformcli.model import Agency, Tally, Unit
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules.scorecard import load_scorecard
from reformcli.score import flow_rates, score
from support import result, write_csv

CARD = load_scorecard("qd766", on=date.max, predicates=PREDICATES, sums=SUMS)
PERIOD = {"start": "2023-12-18", "end": "2023-12-24"}
GOOD = {
    "Số hồ sơ": "x-0",
    "Cơ quan/đơn vị": "Sở Tư pháp",
    "Cấp thực hiện": "Tỉnh",
    "Hình thức nộp": "Trực tuyến",
    "Trạng thái hồ sơ": "Đã trả kết quả",
    "Ngày tiếp nhận": "18/12/2023 08:00:00",
    "Ngày hẹn trả": "22/12/2023 17:00:00",
    "Ngày kết thúc xử lý": "20/12/2023 10:00:00",
    "Phí, lệ phí": "5000",
    "Thanh toán trực tuyến": "1",
    "Kết quả điện tử": "1",
    "Số hóa hồ sơ": "1",
}
BAD = {
    "Hình thức nộp": "Trực tiếp",
    "Ngày kết thúc xử lý": "23/12/2023 10:00:00",
    "Thanh toán trực tuyến": "0",
    "Kết quả điện tử": "0",
    "Số hóa hồ sơ": "0",
}
OPEN = {"Trạng thái hồ sơ": "Đang xử lý", "Ngày kết thúc xử lý": ""}
FAULTS = (  # each makes the row an error; the last two leave nobody to count it for
    {"Ngày kết thúc xử lý": ""},
    {"Ngày kết thúc xử lý": "31/11/2023"},
    {"Ngày kết thúc xử lý": "17/12/2023 08:00:00"},
    {"Trạng thái hồ sơ": "Đang bay", "Ngày kết thúc xử lý": ""},
    {"Số hồ sơ": ""},
    {"Ngày kết thúc xử lý": "20/12/2053 10:00:00"},
    {"Ngày tiếp nhận": "31/11/2023", "Cơ quan/đơn vị": "", "Cấp thực hiện": ""},
    {"Ngày kết thúc xử lý": "", "Cơ quan/đơn vị": "", "Cấp thực hiện": ""},
)
AGENCIES = {"Sở Tư pháp": "Tỉnh", "Sở Y tế": "Tỉnh", "UBND xã An Bình": "Xã"}


def run_of(folder, rows, name="e.csv", **options):
    path = write_csv(folder / name, [{"Số hồ sơ": f"x-{n}"} | row for n, row in enumerate(rows)], list(GOOD))
    return pipeline.run_validate(judging.Options(exports=[str(path)], **(PERIOD | options)))


def row(agency="Sở Tư pháp", **changes):
    base = {name: text for name, text in GOOD.items() if name != "Số hồ sơ"}
    return base | {"Cơ quan/đơn vị": agency, "Cấp thực hiện": AGENCIES[agency]} | changes


def mended(rows, change):
    """The rows with every fault replaced; what belonged to no agency still does not."""
    kept = ("Cơ quan/đơn vị", "Cấp thực hiện")
    return [
        {**GOOD, **change, **{name: one[name] for name in kept}, "Số hồ sơ": f"m-{n}"} if one.get("_faulty") else one
        for n, one in enumerate(rows)
    ]


def scored(folder, rows, name):
    """Every figure of a run of its own, by unit and component."""
    path = write_csv(folder / name, [{"Số hồ sơ": f"x-{n}"} | one for n, one in enumerate(rows)], list(GOOD))
    run = pipeline.run_score(judging.Options(exports=[str(path)], **PERIOD))
    assert run.rows.rejected == 0
    figures = {}
    for unit in run.units:
        place = (unit.unit.kind, unit.unit.agency, unit.unit.level)
        figures[*place, "on_time_rate"] = (flow_rates(unit.counts)[0], None)
        for one in unit.components:
            figures[*place, one.component.id] = (one.ratio, one.points)
    return figures


good_rows = st.builds(
    lambda agency, change: row(agency, **change),
    st.sampled_from(sorted(AGENCIES)),
    st.sampled_from([{}, BAD, OPEN, {"Hình thức nộp": "Trực tiếp"}, {"Kết quả điện tử": "0"}]),
)
faulty_rows = st.builds(
    lambda agency, change: row(agency, **change) | {"_faulty": "1"},
    st.sampled_from(sorted(AGENCIES)),
    st.sampled_from(FAULTS),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(good=st.lists(good_rows, min_size=1, max_size=8), faulty=st.lists(faulty_rows, max_size=6))
def test_the_bounds_are_what_mended_exports_give(good, faulty, tmp_path):
    """Every figure of every unit, recomputed by the whole program on rows mended to be on time, and to be late."""
    lone = [one for one in faulty if "2053" in one["Ngày kết thúc xử lý"]]  # a second one would be its witness
    faulty = [one for one in faulty if one not in lone] + lone[:1]
    rows = [row(**{"Ngày kết thúc xử lý": "21/12/2023 09:00:00"}), *good, *faulty]
    found = run_of(tmp_path, rows).bounds
    best, worst = (scored(tmp_path, mended(rows, change), f"{n}.csv") for n, change in enumerate(({}, BAD)))
    assert {bound.component for bound in found} == {"on_time_rate", "2.1", "3.3", "3.6", "4.1", "4.2", "5.4"}
    for bound in found:
        place = (bound.unit.kind, bound.unit.agency, bound.unit.level, bound.component)
        assert (bound.best, bound.best_points) == best[place], place
        assert (bound.worst, bound.worst_points) == worst[place], place
        if bound.ratio is not None:
            assert bound.worst <= bound.ratio <= bound.best
    total = next(bound for bound in found if bound.unit.kind == "total")
    unknown = [one for one in faulty if not one["Cơ quan/đơn vị"]]
    assert (total.rejected, total.unplaced) == (len(faulty), len(unknown))


def test_a_hand_count(tmp_path):
    """Tư pháp: 2 of 3 resolved on time and one row lost: 2/4 to 3/4; An Bình's only row is lost: anything from 0 to 1."""
    rows = [row(), row(), row(**BAD), row(**FAULTS[0]), row("UBND xã An Bình", **FAULTS[1]), row(**FAULTS[7])]
    found = {(b.unit.agency or b.unit.level or "", b.component): b for b in run_of(tmp_path, rows).bounds}
    percent = {
        ("Sở Tư pháp", "on_time_rate"): (2, 3, 1, "66.67", "75.00", "50.00", None, None, None),
        ("Sở Tư pháp", "2.1"): (2, 3, 1, "66.67", "75.00", "50.00", "13.33", "15.00", "10.00"),
        ("Sở Tư pháp", "3.3"): (2, 3, 1, "66.67", "75.00", "50.00", "6.00", "6.00", "6.00"),  # full from 50 %
        ("UBND xã An Bình", "2.1"): (0, 0, 1, None, "100.00", "0.00", None, "20.00", "0.00"),
        ("province", "2.1"): (2, 3, 1, "66.67", "75.00", "50.00", "13.33", "15.00", "10.00"),
        ("commune", "on_time_rate"): (0, 0, 1, None, "100.00", "0.00", None, None, None),
        ("", "on_time_rate"): (2, 3, 3, "66.67", "83.33", "33.33", None, None, None),  # 5/6, 2/6
        ("", "2.1"): (2, 3, 3, "66.67", "83.33", "33.33", "13.33", "16.67", "6.67"),
    }
    for place, (*counts, ratio, best, worst, points, most, least) in percent.items():
        bound = found[place]
        assert [bound.numerator, bound.denominator, bound.rejected] == counts
        expected = [None if text is None else Decimal(text) for text in (ratio, best, worst, points, most, least)]
        shown = [bound.ratio, bound.best, bound.worst, bound.points, bound.best_points, bound.worst_points]
        assert shown == expected, place
    assert found["", "2.1"].unplaced == 1
    assert not [place for place in found if place[1] == "2.2"]  # a sum of seconds has no bounds


def test_only_rows_that_could_belong_to_the_period_are_taken(tmp_path):
    """After T: nobody's. The same dossier rejected twice: once. A dossier whose other row counts may change."""
    late = row(**FAULTS[0]) | {"Ngày tiếp nhận": "25/12/2023 00:00:00"}
    twice = [row(**fault) | {"Số hồ sơ": "t-1"} for fault in FAULTS[:2]]
    other = [row() | {"Số hồ sơ": "o-1"}, row(**FAULTS[1]) | {"Số hồ sơ": "o-1"}]
    lone = row(**{"Ngày tiếp nhận": "18/12/2053 08:00:00", "Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"})
    for rows, of_agency, unplaced in (
        ([row(), late], 0, 0),
        ([row(), *twice], 1, 0),
        (other, 1, 0),
        ([row(), row(**{"Ngày tiếp nhận": ""})], 0, 1),
        ([row(), lone], 0, 1),
    ):
        found = run_of(tmp_path, rows).bounds
        rejected = {b.unit.kind: (b.rejected, b.unplaced) for b in found if b.component == "2.1"}
        assert rejected.pop("total") == (of_agency + unplaced, unplaced)
        assert set(rejected.values()) == ({(of_agency, 0)} if of_agency else set())


STATES = {"outside": (0, 0), "bad": (0, 1), "good": (1, 1)}  # what a dossier gives to numerator and denominator


@pytest.mark.parametrize(("further", "changing"), list(product(range(3), range(4))))
def test_no_way_to_mend_rejected_rows_leaves_the_bounds(further, changing):
    """Every case of up to three dossiers that change, two further ones and four that stay, one by one."""
    for stay, before in product(product(range(3), range(3)), combinations_with_replacement(STATES.values(), changing)):
        n, d = stay[0] + sum(b[0] for b in before), stay[0] + stay[1] + sum(b[1] for b in before)
        best, worst = (change(n, d, further, changing) for change in (_to_good, _to_bad))
        assert 0 <= worst[0] <= worst[1]
        assert 0 <= best[0] <= best[1]
        for after in combinations_with_replacement(STATES.values(), further + changing):
            now = stay[0] + sum(a[0] for a in after), stay[0] + stay[1] + sum(a[1] for a in after)
            if now[1]:
                assert Fraction(*worst) <= Fraction(*now) <= Fraction(*best)


def test_a_rejected_newer_row_of_a_dossier_whose_old_row_counts_may_turn_it(tmp_path):
    """Overdue last week, this week's end unreadable: 0 of 2 good, but 1 of 2 if it ended in time."""
    due = {"Ngày hẹn trả": "19/12/2023 17:00:00"}
    old = [row(**OPEN, **due) | {"Số hồ sơ": f"H99.06-231218-000{n}"} for n in (1, 2)]
    ended = {"Ngày kết thúc xử lý": "22/12/2023 10:00:00"}
    first = write_csv(tmp_path / "old.csv", old, list(GOOD))
    for end, counted, rejected in (("31/11/2023", 0, 1), ("19/12/2023 10:00:00", 1, 0)):
        new = [old[0] | {"Trạng thái hồ sơ": "Đã trả kết quả", "Ngày kết thúc xử lý": end}]
        new.append(old[1] | {"Trạng thái hồ sơ": "Đã trả kết quả"} | ended)
        second = write_csv(tmp_path / "new.csv", new, list(GOOD))
        run = pipeline.run_validate(judging.Options(exports=[str(first), str(second)], **PERIOD))
        total = next(b for b in run.bounds if b.unit.kind == "total" and b.component == "2.1")
        assert (total.numerator, total.denominator, total.rejected) == (counted, 2, rejected)
        if rejected:
            assert (total.worst, total.ratio, total.best) == (Decimal("0.00"), Decimal("0.00"), Decimal("50.00"))


def test_a_rejected_row_without_an_agency_changes_the_dossier_of_the_agency_that_counts_it(tmp_path):
    """Overdue last week, this week's row names nobody: still 2 dossiers, of which 0 or 1 is good, at the agency too."""
    due = {"Ngày hẹn trả": "19/12/2023 17:00:00"}
    old = [row(**OPEN, **due) | {"Số hồ sơ": f"x-{n}"} for n in (1, 2)]
    new = old[0] | {"Trạng thái hồ sơ": "Đã trả kết quả", "Ngày kết thúc xử lý": "31/11/2023"}
    nobody = {"Cơ quan/đơn vị": "", "Cấp thực hiện": ""}
    first = write_csv(tmp_path / "old.csv", old, list(GOOD))
    second = write_csv(tmp_path / "new.csv", [new | nobody], list(GOOD))
    found = pipeline.run_validate(judging.Options(exports=[str(first), str(second)], **PERIOD)).bounds
    told = {b.unit.kind: (b.worst, b.best, b.unplaced) for b in found if b.component == "2.1"}
    assert told == dict.fromkeys(("agency", "level", "total"), (Decimal("0.00"), Decimal("50.00"), 0))


def test_a_receipt_after_the_end_and_the_period_may_be_the_wrong_date(tmp_path):
    """Received 2024, ended 2023: if the year of the receipt is wrong, the dossier is one of the period's."""
    wrong = row(**{"Ngày tiếp nhận": "18/12/2024 08:00:00"})
    found = run_of(tmp_path, [row(), row(**BAD), wrong]).bounds
    assert {b.unit.kind for b in found} == {"total"}
    total = next(b for b in found if b.component == "2.1")
    assert (total.numerator, total.denominator, total.rejected, total.unplaced) == (1, 2, 1, 1)
    assert (total.worst, total.best) == (Decimal("33.33"), Decimal("66.67"))


def test_a_rejected_row_that_names_another_agency_changes_one_and_may_be_anothers():
    """The dossier counts for a; its rejected row says b: a may lose it, b may get it. Without an agency: a alone."""
    rows = pd.DataFrame(
        {
            "dossier_id": ["000.00.01.H99-231218-0001", "x-2"],
            "received_at": pd.to_datetime(["2023-12-18", "2023-12-18"]),
            "agency_key": ["b", "?"],
            "placed_by": ["name", "none"],
        }
    )
    found = pd.DataFrame({"rule": ["RC105"] * 2, "column": ["finished_at"] * 2, "position": [0, 1]})
    ids, agencies = pd.Series(["H99.01-231218-0001", "x-2", "x-3"]), pd.Series(["a", "a", "a"])
    left = left_out(rows, found, counted_ids=ids, end=datetime(2023, 12, 24), counted_by=agencies)
    assert (dict(left.by_agency), left.unplaced, dict(left.changing)) == ({"b": 1}, 0, {"a": 2})


def test_the_agency_of_a_rejected_row_is_found_as_that_of_the_others(tmp_path):
    """By the code of the dossier first, where there is a register; another spelling is the same agency."""
    register = tmp_path / "register.csv"
    register.write_text(
        "agency,agency_id,level\nSở Tư pháp,H99.06,province\nSở Y tế,H99.07,province\n", encoding="utf-8"
    )
    rows = [row() | {"Số hồ sơ": "H99.06-231218-0001"}, row("Sở Y tế") | {"Số hồ sơ": "H99.07-231218-0002"}]
    rows.append(row(**FAULTS[0]) | {"Cơ quan/đơn vị": "Bộ phận Một cửa", "Số hồ sơ": "H99.07-231218-0003"})
    run = run_of(tmp_path, rows, agencies=str(register))
    assert {b.unit.agency for b in run.bounds if b.unit.kind == "agency"} == {"Sở Y tế"}
    assert run.findings.loc[run.findings["rule"] == "RC104", "agency"].tolist() == ["Sở Y tế"]
    spelled = run_of(tmp_path, [row(), row(**FAULTS[0]) | {"Cơ quan/đơn vị": "SỞ TƯ PHÁP"}])
    assert {b.unit.agency for b in spelled.bounds if b.unit.kind == "agency"} == {"Sở Tư pháp"}


def test_a_component_given_in_counts_has_no_bounds(tmp_path):
    """The office's own figure does not hang on the export's rows."""
    counts = tmp_path / "counts.csv"
    counts.write_text("agency,level,component,numerator,denominator\nSở Tư pháp,province,4.1,1,2\n", encoding="utf-8")
    found = run_of(tmp_path, [row(), row(**FAULTS[0])], counts=[str(counts)]).bounds
    of_agency = {b.component for b in found if b.unit.kind == "agency"}
    assert "4.2" in of_agency
    assert "4.1" not in of_agency


def test_without_rejected_rows_only_the_total_is_told(tmp_path):
    """Best and worst are then the figure itself."""
    found = run_of(tmp_path, [row(), row(**BAD)]).bounds
    assert {b.unit.kind for b in found} == {"total"}
    assert all(b.rejected == 0 and b.best == b.worst == b.ratio for b in found)


@given(
    counted=st.integers(0, 50).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))),
    k=st.integers(0, 20),
    complaints=st.none() | st.integers(0, 60),
)
@settings(deadline=None)
def test_more_rejected_rows_never_narrow_the_bounds(counted, k, complaints):
    """Exact fractions of one agency, complaints taken off 5.4 as scoring does."""
    numerator, denominator = counted
    tallies = {
        c.id: Tally(numerator, denominator, origin="dossiers") if c.population and not c.sum else Tally(measured=False)
        for c in CARD.components
    }
    flow = {"resolved": denominator, "early": 0, "on_time": numerator, "late": denominator - numerator, "received": 1}
    flow |= {"received_online": 0}
    counts = {} if complaints is None else {"5.4.complaints": Tally(complaints, 0, origin="counts")}
    nobody = Agency(
        Unit("agency", None, None),
        flow=dict.fromkeys(flow, 0),
        dossiers={name: replace(t, numerator=0, denominator=0) for name, t in tallies.items()},
        is_nobody=True,
    )
    agency = Agency(Unit("agency", "A", "province", "a"), flow=flow, dossiers=tallies, counts=counts)
    few, more = (
        bounds(
            [agency, nobody],
            LeftOut({"a": rows}),
            {},
            score=lambda agencies: score(agencies, CARD),
            rate=lambda flow: flow_rates(flow)[0],
        )
        for rows in (k, k + 1)
    )
    wide = {(b.unit.kind, b.component): b for b in more}
    for b in few:
        other = wide[b.unit.kind, b.component]
        if b.best is not None:
            assert other.worst <= b.worst <= b.best <= other.best
        taken = max(0, numerator + k - (complaints or 0)) if b.component == "5.4" else numerator + k
        if denominator + k:
            assert b.best == _percent(Fraction(taken, denominator + k))


def _percent(value: Fraction) -> Decimal:
    hundredths = (value * 10_000 * 2 + 1) // 2  # half up
    return Decimal(int(hundredths)).scaleb(-2)


def test_the_json_lists_the_bounds_by_unit(tmp_path):
    """The shape that scripts read; exact decimals, sorted, the total last, the rows of nobody counted."""
    rows = [row(), row("Sở Y tế", **FAULTS[0]), row("UBND xã An Bình", **FAULTS[0]), row(**FAULTS[6])]
    path = write_csv(tmp_path / "e.csv", [{"Số hồ sơ": f"x-{n}"} | one for n, one in enumerate(rows)], list(GOOD))
    document = result("validate", path, "--from", "2023-12-18", "--to", "2023-12-24")
    entries = [e for e in document["bounds"] if e["component"] == "2.1"]
    assert [(e["kind"], e["agency"], e["level"]) for e in entries] == [
        ("agency", "Sở Y tế", "province"),
        ("agency", "UBND xã An Bình", "commune"),
        ("level", None, "province"),
        ("level", None, "commune"),
        ("total", None, None),
    ]
    unit = {"kind": "level", "agency": None, "level": "province", "component": "2.1"}
    counts = {"numerator": 1, "denominator": 1, "rejected": 1}
    ratios = {"ratio": 100.0, "best": 100.0, "worst": 50.0}
    assert entries[2] == unit | counts | ratios | {"points": 20.0, "best_points": 20.0, "worst_points": 10.0}
    assert document["unplaced_rejected"] == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_screen_tells_whether_the_faults_matter(lang, tmp_path, capsys):
    """At most ten units beside the total, the most uncertain first; nothing where no row was rejected."""
    from reformcli.cli import main

    rows = [row(), row(**FAULTS[0]), row("Sở Y tế", **FAULTS[0])]
    title = {"vi": "Các dòng bị loại có làm thay đổi kết quả không", "en": "Whether the rejected rows matter"}[lang]
    for some, shown in ((rows, True), (rows[:1], False)):
        path = write_csv(tmp_path / "e.csv", [{"Số hồ sơ": f"x-{n}"} | one for n, one in enumerate(some)], list(GOOD))
        main(["validate", str(path), "--to", "2023-12-24", "--lang", lang])
        out = capsys.readouterr().out
        assert (title in out) == shown
