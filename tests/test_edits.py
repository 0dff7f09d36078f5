"""Two exports made at different times: what was changed afterwards is found by kind, honest work is not, and what it did."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import count
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.audit import editing, edits
from reformcli.cli import main
from reformcli.errors import UsageError
from reformcli.outcomes import Change
from support import SAMPLES, write_csv

COLUMNS = (
    *("Mã hồ sơ", "Cơ quan giải quyết", "Cấp thực hiện", "Hình thức tiếp nhận"),
    *("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
    *("Ngày yêu cầu bổ sung", "Ngày hoàn thành bổ sung"),
)
RECEIVED, DUE, ENDED, STATUS, AGENCY = (
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái hồ sơ",
    COLUMNS[1],
)
TP, XD = "Sở Tư pháp", "Sở Xây dựng"
PERIOD = {"period": "2023-12"}
GRAVE, DOUBTFUL = "grave", "doubtful"
JANUARY = "05/01/2024 10:00"


def day(number: int) -> str:
    return f"{number:02}/12/2023 10:00" if number else ""


def row(code: int, received: int, due: int, ended: int = 0, agency: str = TP, status: str = "", **more) -> dict:
    status = status or ("Đã xử lý xong" if ended else "Đang xử lý")
    values = (f"H99.06-2312{received:02}-{code:04}", agency, "Cấp Tỉnh", "Trực tuyến")
    dates = (day(received), day(due), day(ended))
    return dict(zip(COLUMNS, (*values, *dates, status, "", ""), strict=True)) | more


# Known until the 14th (9 ended then). 1 ended in time; 2 late; 3 open and overdue since the 10th; 4 open until the 20th;
# 5 and 6 ended in time (XD); 9 tells how far the export goes.
OLD = [
    row(1, 4, 8, 7),
    row(2, 4, 8, 12),
    row(3, 5, 10),
    row(4, 5, 20),
    row(5, 6, 12, 11, XD),
    row(6, 6, 12, 11, XD),
    row(9, 7, 15, 14, XD),
]
LAST = row(10, 26, 29, 28, XD)  # what came in later: NEW goes until the 28th


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    write_csv(tmp_path / "old.csv", OLD)
    return tmp_path


def changed(changes: dict[int, dict | None], base=OLD) -> list[dict]:
    """OLD with some cells of dossiers (by the number in their code) changed, or the dossier taken out."""
    found = [{**one, **(changes.get(int(one["Mã hồ sơ"][-4:]), {}) or {})} for one in base]
    return [one for one in found if changes.get(int(one["Mã hồ sơ"][-4:]), {}) is not None] + [LAST]


def of(new: list[dict], old: list[dict] | None = None, *, forced: bool = False, **options):
    write_csv(Path("new.csv"), new)
    if old is not None:
        write_csv(Path("old.csv"), old)
    given_ = judging.Options(exports=["new.csv"], **{**PERIOD, **options})
    return editing.run_edits(given_, ["old.csv"], forced=forced)[1]


def told(found) -> set[tuple[int, str, str]]:
    changes = found.changes
    numbers = changes["dossier_id"].str[-4:].astype(int)
    return set(zip(numbers, changes["kind"], changes["severity"], strict=True))


# ------------------------------------------------------------------ each kind
CASES = {
    "due moved after it had passed": (3, {DUE: JANUARY}, {("due_after_passing", GRAVE), ("became_on_time", GRAVE)}),
    "due removed after it had passed": (3, {DUE: ""}, {("due_after_passing", GRAVE), ("became_on_time", GRAVE)}),
    "due of an ended one moved": (2, {DUE: day(13)}, {("due_after_passing", GRAVE), ("became_on_time", GRAVE)}),
    "due moved in time": (4, {DUE: JANUARY}, {("due_later", DOUBTFUL), ("became_on_time", DOUBTFUL)}),
    "due removed in time": (4, {DUE: ""}, {("due_removed", DOUBTFUL), ("became_on_time", DOUBTFUL)}),
    "due brought forward": (4, {DUE: day(18)}, {("due_earlier", DOUBTFUL)}),
    "finish earlier": (1, {ENDED: day(6)}, {("finish_earlier", GRAVE)}),
    "finish earlier, late before": (2, {ENDED: day(8)}, {("finish_earlier", GRAVE), ("became_on_time", GRAVE)}),
    "finish later": (1, {ENDED: day(8)}, {("finish_later", DOUBTFUL)}),
    "finish removed, open": (5, {ENDED: "", STATUS: "Đang xử lý"}, {("finish_removed", GRAVE), ("reopened", GRAVE)}),
    "finish removed, still closed": (5, {ENDED: ""}, {("finish_removed", GRAVE), ("left_out", DOUBTFUL)}),
    "receipt changed": (4, {RECEIVED: day(12)}, {("received_changed", GRAVE)}),
    "receipt far from the code": (
        4,
        {RECEIVED: "05/12/2022 10:00"},
        {("received_changed", GRAVE), ("code_far", DOUBTFUL)},
    ),
    "status from ended to open": (1, {STATUS: "Đang xử lý"}, {("reopened", GRAVE)}),
    "accepted, then refused": (3, {STATUS: "Không được tiếp nhận"}, {("taken_out", DOUBTFUL)}),
    "agency changed after the end": (2, {AGENCY: XD}, {("agency_changed", GRAVE)}),
    "vanished": (2, None, {("vanished", GRAVE)}),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_change_is_found_and_nothing_else(case):
    number, change, kinds = CASES[case]
    assert told(of(changed({number: change}))) == {(number, *kind) for kind in kinds}


HONEST = {
    "nothing happened": {},
    "finished later, late": {3: {ENDED: day(20), STATUS: "Đã xử lý xong"}},
    "finished in time": {4: {ENDED: day(18), STATUS: "Đã trả kết quả"}},
    "status forward": {1: {STATUS: "Đã trả kết quả"}, 4: {STATUS: "Dừng xử lý"}},
    "a supplement is asked for": {4: {STATUS: "Yêu cầu bổ sung giấy tờ", COLUMNS[8]: day(16)}},
    "a supplement came": {4: {COLUMNS[8]: day(16), COLUMNS[9]: day(18), DUE: day(22)}},
    "the agency of an open one": {4: {AGENCY: XD}},
    "another spelling of the agency": {1: {AGENCY: "SỞ  TƯ PHÁP"}},
    "a date without its time of day": {1: {ENDED: "07/12/2023", DUE: "08/12/2023"}},
}


@pytest.mark.parametrize("case", HONEST)
def test_honest_work_is_not_reported(case):
    found = of(changed(HONEST[case]))
    assert told(found) == set()
    assert all(c.change == 0 for one in found.units for c in (one.flow["late"], one.flow["overdue"]))


def test_a_due_date_may_move_while_the_clock_stands_but_not_without_bound():
    """4 waited for papers when OLD was made. 5 December to the 28th are 23 days: 35 days more are not explained."""
    old = [{**one, STATUS: "Yêu cầu bổ sung giấy tờ"} if one is OLD[3] else one for one in OLD]
    assert told(of(changed({4: {DUE: day(30), STATUS: "Đang xử lý"}}, old), old)) == set()
    far = {DUE: "24/01/2024 10:00", STATUS: "Đang xử lý"}
    assert {kind for _, kind, _ in told(of(changed({4: far}, old), old))} >= {"due_later"}


def test_while_the_clock_stands_no_due_date_has_surely_passed():
    """3 waited for papers on the 14th, after its due date: where it went is doubtful, not grave."""
    old = [{**one, STATUS: "Yêu cầu bổ sung giấy tờ"} if one is OLD[2] else one for one in OLD]
    found = told(of(changed({3: {DUE: "24/02/2024 10:00", STATUS: "Đang xử lý"}}, old), old))
    assert found == {(3, "due_later", DOUBTFUL), (3, "became_on_time", DOUBTFUL)}


def test_a_supplement_asked_for_too_late_or_too_short_excuses_nothing():
    late = {COLUMNS[8]: day(12), COLUMNS[9]: day(16), DUE: day(14)}
    short = {COLUMNS[8]: day(16), COLUMNS[9]: day(17), DUE: day(30)}
    assert (3, "due_after_passing", GRAVE) in told(of(changed({3: late})))
    assert (4, "due_later", DOUBTFUL) in told(of(changed({4: short})))


def test_what_the_older_export_does_not_show_is_not_sure():
    """Alone in its file, 3 is known until its receipt: nobody can say that its due date had passed."""
    write_csv(Path("part.csv"), [OLD[2]])
    write_csv(Path("rest.csv"), [*OLD[:2], *OLD[3:]])
    write_csv(Path("new.csv"), changed({3: {DUE: JANUARY}}))
    for older in (["part.csv", "rest.csv"], ["rest.csv", "part.csv"]):
        found = editing.run_edits(judging.Options(exports=["new.csv"], **PERIOD), older)[1]
        assert told(found) == {(3, "due_later", DOUBTFUL), (3, "became_on_time", DOUBTFUL)}


def test_a_whole_agency_missing_is_doubtful_and_what_no_export_covers_is_nothing():
    """A forgotten export is no fraud; a dossier received before all that is there was not asked for."""
    found = of([*(one for one in changed({}) if one[AGENCY] == TP), {**LAST, AGENCY: TP}])
    assert told(found) == {(number, "vanished", DOUBTFUL) for number in (5, 6, 9)}
    early = [row(20, 1, 30), *OLD]
    assert told(of(changed({}), early)) == set()


def test_what_was_ended_before_the_period_is_not_missed():
    """A week's export need not hold what was ended in the week before."""
    found = of(changed({1: None}), period=None, start="2023-12-11", end="2023-12-31")
    assert told(found) == set()


def test_a_column_that_the_newer_export_lacks_removes_nothing():
    columns = [name for name in COLUMNS if name != ENDED]
    write_csv(Path("new.csv"), [{**one, STATUS: "Đang xử lý"} for one in changed({})], columns)
    found = editing.run_edits(judging.Options(exports=["new.csv"], **PERIOD), ["old.csv"], forced=True)[1]
    assert "finish_removed" not in set(found.changes["kind"])


def test_the_old_form_of_a_code_is_the_same_dossier():
    new = [{**one, "Mã hồ sơ": f"000.00.06.H99{one['Mã hồ sơ'][6:]}"} for one in changed({3: {DUE: JANUARY}})]
    assert told(of(new)) == {(3, "due_after_passing", GRAVE), (3, "became_on_time", GRAVE)}


def test_a_successor_in_the_register_is_no_change_of_agency(folder):
    """Between two exports the register sends open dossiers to the successor; who ended them stays."""
    register = (
        "agency,level,from,to,successor\nSở Tư pháp,province,,2023-12-20,Sở Nội vụ\nSở Nội vụ,province,2023-12-21,,\n"
    )
    (folder / "register.csv").write_text(register, encoding="utf-8")
    found = of(changed({1: {ENDED: day(22)}}), agencies="register.csv")
    assert told(found) == {(1, "finish_later", DOUBTFUL)}
    assert (2, "agency_changed", GRAVE) in told(of(changed({2: {AGENCY: XD}}), agencies="register.csv"))


# ------------------------------------------------------------------ values and places
def test_a_change_tells_both_values_and_both_places():
    found = of(changed({3: {DUE: JANUARY}, 2: {AGENCY: XD}}))
    records = {record["kind"]: record for record in found.changes.to_dict("records")}
    due = records["due_after_passing"]
    assert (due["column"], due["was"], due["is_now"]) == ("due_at", "2023-12-10 10:00:00", "2024-01-05 10:00:00")
    assert (due["old_file"], due["old_row"], due["new_file"], due["new_row"]) == ("old.csv", 4, "new.csv", 4)
    state = records["became_on_time"]
    assert (state["was"], state["is_now"]) == ("overdue", "in_time")
    moved = records["agency_changed"]
    assert (moved["agency"], moved["was"], moved["is_now"]) == (TP, TP, XD)


def test_a_vanished_dossier_has_no_new_place():
    record = of(changed({2: None})).changes.to_dict("records")[0]
    assert (record["old_row"], record["new_file"], record["new_row"]) == (3, None, None)


def test_the_counts_are_those_of_agency_level_and_whole():
    found = of(changed({3: {DUE: JANUARY}, 4: {DUE: JANUARY}, 6: None}))
    counts = {(one.unit.kind, one.unit.agency, one.kind): (one.grave, one.doubtful) for one in found.counts}
    assert counts["agency", TP, "became_on_time"] == (1, 1)
    assert counts["agency", XD, "vanished"] == (1, 0)
    assert counts["level", None, "due_after_passing"] == counts["total", None, "due_after_passing"] == (1, 0)
    assert sum(grave + doubtful for (kind, *_), (grave, doubtful) in counts.items() if kind == "total") == len(
        found.changes
    )


# ------------------------------------------------------------------ figures
def unit(found, name):
    return next(one for one in found.units if name in (one.unit.agency, one.unit.kind))


def component(one, name):
    return next(c for c in one.components if c.component == name)


def test_what_the_changes_did_is_as_counted_by_hand():
    """December, TP: 1 good, 2 late, 3 overdue, 4 overdue at the 31st: 1 of 4. With 2 and 3 embellished: 3 of 4."""
    found = of(changed({2: {ENDED: day(8)}, 3: {DUE: JANUARY}}))
    tp = unit(found, TP)
    assert component(tp, "2.1").numerator == Change(1, 3, 2)
    assert component(tp, "2.1").denominator == Change(4, 4, 0)
    assert component(tp, "2.1").points == Change(Decimal("5.00"), Decimal("15.00"), Decimal("10.00"))
    assert (tp.flow["late"], tp.flow["overdue"]) == (Change(1, 0, -1), Change(2, 1, -1))
    total = unit(found, "total")
    assert component(total, "2.1").numerator == Change(5, 7, 2)
    assert component(unit(found, XD), "2.1").numerator.change == 0


def test_honest_work_stays_when_the_changes_are_put_back():
    """3 was open and overdue; its due date was moved and it ended on the 20th: put back it is late, not overdue."""
    found = of(changed({3: {DUE: day(21), ENDED: day(20), STATUS: "Đã xử lý xong"}}))
    assert unit(found, TP).flow["late"] == Change(2, 1, -1)
    assert unit(found, TP).flow["overdue"].change == 0


def test_a_withdrawal_taken_back_is_put_back():
    """Withdrawn without an end 3 is on time; open again it is overdue."""
    old = [{**one, STATUS: "Công dân yêu cầu rút hồ sơ"} if one is OLD[2] else one for one in OLD]
    found = of(changed({3: {STATUS: "Đang xử lý"}}, old), old)
    assert told(found) == {(3, "reopened", GRAVE)}
    assert unit(found, TP).flow["overdue"] == Change(1, 2, 1)


def test_what_the_older_export_did_not_measure_is_not_made_up():
    """A vanished dossier comes back without a channel: the share of online ones is not known then."""
    write_csv(Path("new.csv"), changed({2: None}))
    write_csv(Path("old.csv"), OLD, [name for name in COLUMNS if name != "Hình thức tiếp nhận"])
    found = editing.run_edits(judging.Options(exports=["new.csv"], **PERIOD), ["old.csv"])[1]
    online = component(unit(found, TP), "3.3")
    assert (online.status_before, online.status_now) == ("not_measured", "measured")
    assert component(unit(found, XD), "3.3").status_before == "measured"
    assert component(unit(found, TP), "2.1").denominator == Change(4, 3, -1)


def test_an_agency_whose_dossiers_all_went_elsewhere_is_still_shown():
    changes = {number: {AGENCY: TP} for number in (5, 6, 9)}
    new = [one for one in changed(changes) if one is not LAST]
    found = of(new)
    assert unit(found, XD).flow["handled"] == Change(3, 0, -3)
    assert unit(found, TP).flow["handled"] == Change(4, 7, 3)
    assert unit(found, "total").flow["handled"].change == 0


SCORED = ("numerator", "denominator", "points", "ratio", "status")


def figures(run) -> dict:
    return {
        (u.unit.kind, u.unit.agency, u.unit.level, c.component.id): [getattr(c, name) for name in SCORED]
        for u in run.units
        for c in u.components
    } | {(u.unit.kind, u.unit.agency, u.unit.level): dict(u.counts) for u in run.units}


PLANTED = {
    "due_after_passing": lambda one: {**one, DUE: "20/01/2024 10:00"},
    "due_earlier": lambda one: {**one, DUE: one[RECEIVED]},
    "finish_earlier": lambda one: {**one, ENDED: one[RECEIVED]},
    "finish_removed": lambda one: {**one, ENDED: "", STATUS: "Đang xử lý"},
    "received_changed": lambda one: {**one, RECEIVED: one[RECEIVED].replace("10:00", "11:30")},
    "reopened": lambda one: {**one, STATUS: "Đang xử lý"},
    "taken_out": lambda one: {**one, STATUS: "Không được tiếp nhận"},
    "agency_changed": lambda one: {**one, AGENCY: XD if one[AGENCY] == TP else TP},
    "vanished": lambda one: None,
}
WITH = {"finish_removed": {"reopened"}}  # what goes with a change
DOSSIER = st.tuples(st.integers(4, 9), st.integers(0, 3), st.integers(1, 6), st.sampled_from((TP, XD)))


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_planted_changes_are_found_by_kind_and_undone_for_the_figures(data, tmp_path_factory):
    """Ended dossiers whose dates have all passed: every planted change is found, none besides, and put back it is OLD."""
    drawn = data.draw(st.lists(DOSSIER, min_size=1, max_size=9))
    numbers = count(1)
    dossiers = [row(next(numbers), r, r + late + 1, r + 2 + took, who) for r, late, took, who in drawn]
    frame = [
        row(90 + n, received, 30, 29, who) for n, (received, who) in enumerate([(3, TP), (3, XD), (10, TP), (10, XD)])
    ]
    kinds = data.draw(st.lists(st.none() | st.sampled_from(sorted(PLANTED)), min_size=len(drawn), max_size=len(drawn)))
    new = [one if kind is None else PLANTED[kind](one) for one, kind in zip(dossiers, kinds, strict=True)]
    old_rows = data.draw(st.permutations([*dossiers, *frame]))
    new_rows = data.draw(st.permutations([*(one for one in new if one is not None), *frame]))
    path = tmp_path_factory.mktemp("edits")
    write_csv(path / "old.csv", old_rows)
    write_csv(path / "new.csv", new_rows)
    options = judging.Options(exports=[str(path / "new.csv")], **PERIOD)
    run, found = editing.run_edits(options, [str(path / "old.csv")])

    planted = {(n, kind) for n, kind in enumerate(kinds, 1) if kind}
    planted |= {(n, more) for n, kind in planted for more in WITH.get(kind, ())}
    seen = {(n, kind) for n, kind, _ in told(found) if kind not in ("became_on_time", "code_far")}
    assert seen == planted

    then = pipeline.run_score(judging.Options(exports=[str(path / "old.csv")], **PERIOD))
    for one in found.units:
        place = (one.unit.kind, one.unit.agency, one.unit.level)
        for name, change in one.flow.items():
            if name in figures(then).get(place, {}):
                assert change.before == figures(then)[place][name], (place, name)
        for c in one.components:
            wanted = figures(then)[*place, c.component]
            assert [
                c.numerator.before,
                c.denominator.before,
                c.points.before,
                c.ratio.before,
                c.status_before,
            ] == wanted
    now = figures(run)
    for one in found.units:
        for c in one.components:
            key = (one.unit.kind, one.unit.agency, one.unit.level, c.component)
            if key in now:
                assert [c.numerator.now, c.denominator.now] == now[key][:2]


# ------------------------------------------------------------------ the step alone
def test_nothing_to_compare_gives_an_empty_table():
    assert list(edits.joined([]).columns) == list(edits.COLUMNS)


def test_no_dossier_on_either_side():
    """An older export of other dossiers, and one of none at all."""
    assert told(of([LAST], [row(50, 1, 2, 2)])) == set()


# ------------------------------------------------------------------ the command line
def run(capsys, line: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(line.split())
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def embellished(folder):
    write_csv(folder / "new.csv", changed({3: {DUE: JANUARY}, 4: {DUE: JANUARY}}))
    return "compare --history old.csv new.csv --period 2023-12"


@pytest.mark.parametrize(
    ("option", "code"), [("", 1), ("--fail-on error", 1), ("--fail-on never", 0), ("--fail-on warning", 1)]
)
def test_grave_changes_end_with_exit_code_1(embellished, option, code, capsys):
    assert run(capsys, f"{embellished} {option}")[0] == code


def test_doubtful_changes_end_with_exit_code_1_only_when_asked(folder, capsys):
    write_csv(folder / "new.csv", changed({4: {DUE: JANUARY}}))
    line = "compare --history old.csv new.csv --period 2023-12"
    assert run(capsys, line)[0] == 0
    assert run(capsys, f"{line} --fail-on warning")[0] == 1


def test_files_in_the_wrong_order_are_refused_with_exit_code_2(embellished, capsys):
    """Nobody is accused because two files were swapped."""
    code, out, err = run(capsys, "compare --history new.csv old.csv --period 2023-12")
    assert (code, out) == (2, "")
    assert "--history" in err
    assert "28/12/2023 10:00" in err
    assert run(capsys, "compare --history new.csv old.csv --period 2023-12 --force")[0] == 0  # all doubtful


@pytest.mark.parametrize("option", ["--previous old.csv", "--previous-period 2023-11", "--previous-counts old.csv"])
def test_a_history_stands_alone(embellished, option, capsys):
    code, out, err = run(capsys, f"{embellished} {option}")
    assert (code, out) == (2, "")
    assert "--history" in err


def test_a_history_needs_newer_exports(capsys):
    with pytest.raises(UsageError):
        editing.run_edits(judging.Options(), ["old.csv"])
    assert run(capsys, "compare --history old.csv")[0] == 2


def test_the_screen_says_it_in_both_languages(embellished, capsys):
    out, err = run(capsys, embellished)[1:]
    assert "2 thay đổi nghiêm trọng, 2 đáng ngờ ở 2 hồ sơ." in out
    assert "2 thay đổi nghiêm trọng" in err
    assert "hẹn trả lùi hoặc bị xóa sau khi đã qua hạn" in out
    assert "10/12/2023 10:00" in out
    out = run(capsys, f"{embellished} --lang en")[1]
    assert "2 grave and 2 doubtful changes in 2 dossiers." in out
    assert "due date moved later or removed after it had passed" in out


def test_json_has_the_changes_the_counts_and_the_figures(embellished, capsys):
    document = json.loads(run(capsys, f"{embellished} --format json")[1])
    assert document["schema"] == "reformcli.edits/1"
    assert document["old"]["last_event"] == "2023-12-14 10:00:00"
    assert [one["kind"] for one in document["changes"]][:2] == ["due_after_passing", "became_on_time"]
    total = next(one for one in document["units"] if one["kind"] == "total")
    assert total["flow"]["overdue"] == {"now": 0, "unchanged": 2, "difference": -2}
    assert {"old_row", "new_row", "was", "is_now"} <= set(document["changes"][0])
    assert document["manifest"]["options"]["history"] == ["old.csv"]


def test_csv_is_the_list_of_changes_or_the_components(embellished, capsys):
    out = run(capsys, f"{embellished} --format csv")[1].splitlines()
    assert out[0].startswith("dossier_id,agency,level,kind,severity,column,was,is_now,old_file")
    assert len(out) == 5
    out = run(capsys, f"{embellished} --format csv --table components")[1].splitlines()
    assert "numerator_now,numerator_unchanged,numerator_difference" in out[0]


def test_the_workbook_has_every_table(embellished, capsys):
    assert run(capsys, f"{embellished} -o out.xlsx")[0] == 1
    book = openpyxl.load_workbook("out.xlsx")
    assert {"Tóm tắt", "Loại thay đổi", "Số liệu", "Chỉ số", "Từng thay đổi"} <= set(book.sheetnames)


def test_filters_show_a_part(folder, capsys):
    write_csv(folder / "new.csv", changed({3: {DUE: JANUARY}, 6: None}))
    line = ["compare", "--history", "old.csv", "new.csv", "--period", "2023-12", "--agency", XD, "--format", "json"]
    assert main(line) == 1
    document = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in document["changes"]] == ["vanished"]
    assert {one["agency"] for one in document["units"]} == {XD}


def test_no_person_is_named(capsys):
    """The sample's two weeks: names and telephones of applicants stand in both."""
    line = [
        "compare",
        "--history",
        str(SAMPLES / "tuan-50.xlsx"),
        str(SAMPLES / "tuan-51.xlsx"),
        "--period",
        "2023-W51",
    ]
    for form in ("json", "csv", "table"):
        assert main([*line, "--format", form]) == 0
        out = capsys.readouterr().out
        assert "Ví Dụ" not in out
        assert "0900" not in out


def test_an_honest_week_of_the_sample_shows_nothing_grave(capsys):
    """Due dates that moved while papers were awaited are no change; where no export shows the wait, they are doubtful."""
    line = [
        "compare",
        "--history",
        str(SAMPLES / "tuan-50.xlsx"),
        str(SAMPLES / "tuan-51.xlsx"),
        "--period",
        "2023-W51",
    ]
    assert main([*line, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {one["severity"] for one in document["changes"]} == {DOUBTFUL}
    assert {one["kind"] for one in document["changes"]} == {"code_far", "due_later", "became_on_time"}


def test_the_same_input_gives_the_same_bytes(embellished, capsys):
    assert run(capsys, f"{embellished} --format json")[1] == run(capsys, f"{embellished} --format json")[1]


def test_a_hundred_thousand_rows_take_seconds():
    """Joined and judged by columns: the step alone, without reading."""
    import time

    size = 100_000
    day_ = pd.Timestamp("2023-12-04 10:00")
    texts = {"status": "resolved", "agency": TP, "agency_id": None, "agency_key": "a", "agency_name": TP}
    frame = pd.DataFrame({"dossier_id": [f"H99.06-231204-{n:06}" for n in range(size)], **texts})
    frame = frame.astype(dict.fromkeys(["dossier_id", *texts], "str"))
    times = (
        "received_at",
        "due_at",
        "finished_at",
        "returned_at",
        "supplement_requested_at",
        "supplement_completed_at",
    )
    frame = frame.assign(
        **dict.fromkeys(times[:3], day_), **dict.fromkeys(times[3:], pd.NaT), ended_at=day_, known_until=day_
    )
    frame = frame.astype(dict.fromkeys(times, "datetime64[s]"))
    frame = frame.assign(is_handled=True, is_received=True, is_ended=True, is_rejected=False, is_code_far=False)
    frame = frame.assign(**{f"tells_{name}": True for name in ("due_at", "finished_at", "returned_at", "agency")})
    later = frame.assign(due_at=frame["due_at"].where(frame.index % 2 == 0, day_ + pd.Timedelta(days=9)))
    begun = time.perf_counter()
    found = edits.find(frame, later.iloc[::-1].reset_index(drop=True))
    assert len(found) == size // 2
    assert set(found["kind"]) == {"due_later"}
    assert time.perf_counter() - begun < 20
