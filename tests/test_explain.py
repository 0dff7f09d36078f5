"""Explaining: the dossiers listed are the figure, each with its reason, and the story of a dossier says the same."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reference
import reference_late
import strategies
from reformcli.audit import explaining, stories
from reformcli.audit.explanation import OF, Asked
from reformcli.cli import main
from reformcli.errors import UsageError
from reformcli.flow import FLOW
from reformcli.judging import Options
from reformcli.late import backlog
from reformcli.late.backlog import Asked as AskedLate
from reformcli.late.names import KINDS
from reformcli.model import UNATTRIBUTED
from reformcli.render import explain as views
from support import ROOT, SAMPLES, write_csv

MOMENT = "%Y-%m-%d %H:%M:%S"
JULY = {"start": "01/07/2024", "end": "31/07/2024"}
UNTIL = "31/07/2024 23:59:59"
WEEK = Path(SAMPLES / "tuan-51.xlsx")

# ------------------------------------------------------------------ by hand
PLAIN = {
    "Cơ quan/đơn vị": "Sở Xây dựng",
    "Cấp thực hiện": "Tỉnh",
    "Hình thức tiếp nhận": "Trực tuyến",
    "Trạng thái hồ sơ": "Đã xử lý xong",
    "Ngày tiếp nhận": "01/07/2024 08:00",
    "Ngày hẹn trả": "10/07/2024 17:00",
}
END, RETURNED, STATUS, DUE = "Ngày kết thúc xử lý", "Ngày trả thực tế", "Trạng thái hồ sơ", "Ngày hẹn trả"
ASKED, CAME, TIMES = "Ngày yêu cầu bổ sung", "Ngày hoàn thành bổ sung", "Số lần yêu cầu bổ sung"
RECEIVED = "Ngày tiếp nhận"
EARLY = "kết thúc 09/07/2024 10:00, hạn 10/07/2024 17:00: xong trước ngày của hạn"
OPEN = f"chưa kết thúc lúc {UNTIL}"

# What differs from PLAIN, the state and the reason, all written by hand. 1 July 2024 is a Monday; no holidays.
BY_HAND = {
    "early": ({END: "09/07/2024 10:00"}, "early", EARLY),
    "on time": (
        {END: "10/07/2024 16:59"},
        "on_time",
        "kết thúc 10/07/2024 16:59, hạn 10/07/2024 17:00: xong trong ngày của hạn, không sau hạn",
    ),
    "late": (
        {END: "11/07/2024 10:02"},
        "late",
        "kết thúc 11/07/2024 10:02, hạn 10/07/2024 17:00: trễ 1 ngày làm việc",
    ),
    "late over a weekend": (
        {END: "15/07/2024 10:02"},
        "late",
        "kết thúc 15/07/2024 10:02, hạn 10/07/2024 17:00: trễ 3 ngày làm việc",
    ),
    "late within the day": (
        {END: "10/07/2024 17:30"},
        "late",
        "kết thúc 10/07/2024 17:30, hạn 10/07/2024 17:00: trễ, chưa qua ngày làm việc nào",
    ),
    "due date without a time": (
        {END: "10/07/2024 20:00", DUE: "10/07/2024"},
        "on_time",
        (
            "kết thúc 10/07/2024 20:00, hạn hết ngày 10/07/2024: xong trong ngày của hạn, không sau hạn; "
            "ngày hẹn trả không ghi giờ nên tính đến hết ngày"
        ),
    ),
    "end without a time": (
        {END: "11/07/2024"},
        "late",
        "kết thúc 11/07/2024, hạn 10/07/2024 17:00: trễ 1 ngày làm việc; ngày kết thúc không ghi giờ nên so theo ngày",
    ),
    "waiting time": (
        {ASKED: "05/07/2024 08:00", CAME: "08/07/2024 10:00", TIMES: "1", END: "12/07/2024 18:00"},
        "early",
        (
            "kết thúc 12/07/2024 18:00, hạn 13/07/2024 19:00: xong trước ngày của hạn; "
            "hạn là ngày hẹn trả 10/07/2024 17:00 cộng 3 ngày 2 giờ chờ bổ sung"
        ),
    ),
    "second supplement": (
        {TIMES: "2", END: "09/07/2024 10:00"},
        "late",
        "yêu cầu bổ sung 2 lần: tính là trễ hạn",
    ),
    "second supplement and late": (
        {TIMES: "3", END: "11/07/2024 10:02"},
        "late",
        "kết thúc 11/07/2024 10:02, hạn 10/07/2024 17:00: trễ 1 ngày làm việc; yêu cầu bổ sung 3 lần cũng tính là trễ",
    ),
    "ended without a due date": (
        {DUE: "", END: "09/07/2024 10:00"},
        "on_time",
        "kết thúc 09/07/2024 10:00, không có ngày hẹn trả: tính là đúng hạn",
    ),
    "open without a due date": (
        {DUE: "", STATUS: "Đang xử lý"},
        "in_time",
        f"{OPEN}, không có ngày hẹn trả: tính là trong hạn",
    ),
    "paused": (
        {DUE: "20/08/2024 17:00", STATUS: "Yêu cầu bổ sung giấy tờ"},
        "paused",
        f"{OPEN}, trạng thái “Yêu cầu bổ sung”: tạm dừng",
    ),
    "paused past its deadline": (
        {STATUS: "Dừng xử lý"},
        "paused",
        f"{OPEN}, trạng thái “Dừng xử lý”: tạm dừng; đã qua hạn 10/07/2024 17:00",
    ),
    "overdue": (
        {DUE: "30/07/2024 17:00", STATUS: "Đang xử lý"},
        "overdue",
        f"{OPEN}, hạn 30/07/2024 17:00: trễ 1 ngày làm việc",
    ),
    "overdue by its second supplement": (
        {DUE: "20/08/2024 17:00", STATUS: "Đang xử lý", TIMES: "2"},
        "overdue",
        f"{OPEN}, yêu cầu bổ sung 2 lần: tính là quá hạn",
    ),
    "waiting, but for the second time": (
        {STATUS: "Yêu cầu bổ sung giấy tờ", TIMES: "2"},
        "overdue",
        f"{OPEN}, yêu cầu bổ sung 2 lần: tính là quá hạn",
    ),
    "supplement asked for too late": (
        {DUE: "20/07/2024 17:00", ASKED: "25/07/2024 08:00", STATUS: "Yêu cầu bổ sung giấy tờ", TIMES: "1"},
        "overdue",
        f"{OPEN}; yêu cầu bổ sung 25/07/2024 08:00, sau hạn 20/07/2024 17:00: không được tạm dừng, trễ 8 ngày làm việc",
    ),
    "in time": (
        {DUE: "20/08/2024 17:00", STATUS: "Đang xử lý"},
        "in_time",
        f"{OPEN}, hạn 20/08/2024 17:00: còn trong hạn",
    ),
    "ended after the period": (
        {DUE: "20/08/2024 17:00", END: "02/08/2024 10:00"},
        "in_time",
        f"{OPEN}, hạn 20/08/2024 17:00: còn trong hạn; ngày kết thúc 02/08/2024 10:00 ở sau thời điểm đó",
    ),
    "withdrawn without a date": (
        {STATUS: "Công dân yêu cầu rút hồ sơ"},
        "on_time",
        "đã rút hồ sơ, không ghi ngày: coi là kết thúc lúc tiếp nhận 01/07/2024 08:00",
    ),
    "withdrawn": (
        {STATUS: "Công dân yêu cầu rút hồ sơ", END: "09/07/2024 10:00"},
        "early",
        f"{EARLY}; đã rút hồ sơ: xét như đã xử lý xong",
    ),
    "returned only": (
        {RETURNED: "09/07/2024 10:00"},
        "early",
        f"{EARLY}; không có ngày kết thúc xử lý nên lấy ngày trả kết quả",
    ),
    "ended, status open": (
        {STATUS: "Đang xử lý", END: "09/07/2024 10:00"},
        "early",
        f"{EARLY}; trạng thái “Đang xử lý” mâu thuẫn với ngày kết thúc: ngày quyết định",
    ),
    "carried over": (
        {RECEIVED: "20/06/2024 08:00", END: "09/07/2024 10:00"},
        "early",
        f"{EARLY}; tiếp nhận 20/06/2024 08:00, kỳ trước chuyển qua",
    ),
    "not accepted": (
        {STATUS: "Mới đăng ký"},
        "out_of_scope",
        "trạng thái “Mới đăng ký”: không được tính là đã tiếp nhận",
    ),
    "received after the period": (
        {RECEIVED: "01/08/2024 08:00", DUE: "20/08/2024", STATUS: "Đang xử lý"},
        "out_of_scope",
        f"tiếp nhận 01/08/2024 08:00, sau khi kỳ kết thúc ({UNTIL})",
    ),
    "ended before the period": (
        {RECEIVED: "03/06/2024 08:00", END: "20/06/2024 10:00"},
        "out_of_scope",
        "kết thúc 20/06/2024 10:00, trước khi kỳ bắt đầu (01/07/2024)",
    ),
}
IDS = {name: f"HS-{number:04d}" for number, name in enumerate(BY_HAND, 1)}
HEADINGS = ("Số hồ sơ", *PLAIN, END, RETURNED, ASKED, CAME, TIMES)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory) -> explaining.Basis:
    rows = [{"Số hồ sơ": IDS[name], **PLAIN, **changes} for name, (changes, _, _) in BY_HAND.items()]
    path = write_csv(tmp_path_factory.mktemp("hand") / "hand.csv", rows, HEADINGS)
    return explaining.based(Options(exports=[str(path)], **JULY), None, None, scored=True)


def reasons_of(basis: explaining.Basis, lang: str = "vi") -> dict[str, tuple[str, str]]:
    """The state and the sentence of every dossier that was judged."""
    rows = explaining.explained(basis, basis.judged.dossiers)
    told = replace(explaining.explain(basis, Asked(metric="handled")), dossiers=rows)
    said = views.whys(rows, told, lang)
    return dict(zip(rows["dossier_id"].tolist(), zip(rows["state"].tolist(), said, strict=True), strict=True))


@pytest.mark.parametrize("name", BY_HAND)
def test_every_state_is_told_as_written_by_hand(by_hand, name):
    """One dossier for every rule of docs/trang-thai-ho-so.md."""
    _, state, reason = BY_HAND[name]

    assert reasons_of(by_hand)[IDS[name]] == (state, reason)


def test_every_reason_has_its_english_sentence(by_hand):
    """No placeholder is left, no Vietnamese beside the export's own words."""
    said = [reason for _, reason in reasons_of(by_hand, "en").values()]

    assert all(said)
    assert not [one for one in said if "{" in one or re.search("[ăđơưạảấầậếềệịọốồộớờợụứừự]", one)]
    assert "ended 11/07/2024 10:02, deadline 10/07/2024 17:00: 1 working day late" in said


def test_the_listed_are_those_counted_by_hand(by_hand):
    """2.1 counts what was received in July: 3 are out of scope, 1 is carried over; late and overdue are not good."""
    ids = {of: set(explaining.explain(by_hand, Asked(component="2.1", of=of)).dossiers["dossier_id"]) for of in OF}
    states = {IDS[name]: state for name, (_, state, _) in BY_HAND.items() if name != "carried over"}

    bad = {name for name, state in states.items() if state in ("late", "overdue")}
    assert ids["missing"] == bad
    assert ids["denominator"] == {name for name, state in states.items() if state != "out_of_scope"}
    assert ids["numerator"] == ids["denominator"] - bad


# ------------------------------------------------------------------ any export
EXAMPLES = settings(
    max_examples=int(os.environ.get("REFORMCLI_EXAMPLES", "5")),  # each asks for every figure of every unit
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def based(dossiers, period, folder: Path, **more: object) -> explaining.Basis:
    path = write_csv(folder / "export.csv", strategies.to_rows(dossiers))
    start, end = (moment.strftime(MOMENT) for moment in period)
    return explaining.based(Options(exports=[str(path)], start=start, end=end, **more), None, None, scored=True)


@pytest.fixture
def _quick(monkeypatch):
    """Without the reasons, which other tests look at; late dossiers are looked for once."""
    late: dict[str, object] = {}
    find = explaining.late_dossiers
    monkeypatch.setattr(explaining, "as_listed", lambda _, rows: rows)
    monkeypatch.setattr(explaining, "late_dossiers", lambda basis: _once(late, basis, find))


def _once(found: dict[str, object], basis: explaining.Basis, find):
    if found.get("of") is not basis:
        found.update(of=basis, late=find(basis))
    return found["late"]


def every_unit(basis: explaining.Basis) -> dict[str, list]:
    """The units of a run by kind, each with what asks for it."""
    units: dict[str, list] = {"agency": [], "level": [], "total": []}
    for one in basis.run.units:
        units[one.unit.kind].append(one)
    return units


def ask(basis: explaining.Basis, unit, **what: object):
    """The explanation of a figure of a unit, as the command asks for it."""
    agencies = [unit.agency] if unit.kind == "agency" else []
    levels = [unit.level] if unit.kind != "total" else []
    return explaining.explain(basis, Asked(agencies=agencies, levels=levels, **what))


def places(told) -> set[int]:
    assert told.dossiers.index.is_unique
    assert len(told.dossiers) == told.figure.listed
    return set(told.dossiers.index)


def questions(basis: explaining.Basis) -> list[dict[str, str]]:
    """Every figure that can be asked for."""
    asked: list[dict[str, str]] = []
    for component in basis.judged.scorecard.components:
        if component.population:
            asked += [{"component": component.id, "of": of} for of in OF if not (component.sum and of == "missing")]
    asked += [{"metric": name} for name in FLOW]
    asked += [{"late": kind} for kind in KINDS]
    causes = sorted(set(explaining.late_dossiers(basis)["cause"]))
    return [*asked, *({"cause": cause} for cause in causes), *({"late": k, "cause": c} for k in KINDS for c in causes)]


@pytest.mark.usefixtures("_quick")
@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1, unique_ids=False), period=strategies.periods())
def test_the_listed_dossiers_are_the_figure_for_every_unit_and_add_up(dossiers, period, tmp_path):
    """As many as `score` and `late` say; agencies share none, and together they are their level and the total."""
    basis = based(dossiers, period, tmp_path)
    units = every_unit(basis)
    for what in questions(basis):
        found = {one.unit: ask(basis, one.unit, **what) for kind in units.values() for one in kind}
        for unit, told in found.items():
            if "sum" not in told.figure.differs:
                assert told.figure.value == len(places(told)), (what, unit)
                assert told.figure.differs == ()
            else:
                assert told.figure.value == told.dossiers[told.figure.component.sum].sum()
        by_agency = [(unit, places(told)) for unit, told in found.items() if unit.kind == "agency"]
        total = next(places(told) for unit, told in found.items() if unit.kind == "total")
        assert sum(len(listed) for _, listed in by_agency) == len(total)
        assert set().union(*(listed for _, listed in by_agency)) == total
        for unit, told in found.items():
            if unit.kind == "level":
                mine = [listed for one, listed in by_agency if one.level == unit.level]
                assert set().union(*mine) == places(told)


@pytest.mark.usefixtures("_quick")
@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), period=strategies.periods())
def test_a_numerator_is_in_its_denominator_and_what_misses_it_is_the_rest(dossiers, period, tmp_path):
    """And both are what the scored result says of every unit."""
    basis = based(dossiers, period, tmp_path)
    for one in (unit for kind in every_unit(basis).values() for unit in kind):
        for score in one.components:
            if not score.component.population or score.component.sum:
                continue
            of = {name: places(ask(basis, one.unit, component=score.component.id, of=name)) for name in OF}
            assert of["numerator"] | of["missing"] == of["denominator"]
            assert not of["numerator"] & of["missing"]
            assert (len(of["numerator"]), len(of["denominator"])) == (score.numerator, score.denominator)


@pytest.mark.usefixtures("_quick")
@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), period=strategies.periods())
def test_the_late_listed_are_as_many_as_late_counts(dossiers, period, tmp_path):
    """For every agency, kind and cause, against the result of `late` and the plain reference."""
    basis = based(dossiers, period, tmp_path)
    start, end = period
    kinds = Counter(reference_late.kind_of(d, start, end) for d in reference.kept(dossiers))
    for kind in KINDS:
        assert explaining.explain(basis, Asked(late=kind)).figure.value == kinds[kind]
    options = Options(exports=[str(tmp_path / "export.csv")], start=start.strftime(MOMENT), end=end.strftime(MOMENT))
    late = backlog.run_late(options, AskedLate(by=("agency", "level", "cause")))
    for group in late.groups[:-1]:
        unit = {"agencies": [group.by["agency"]], "levels": [group.by["level"]]}
        for kind in KINDS:
            told = explaining.explain(basis, Asked(late=kind, cause=group.by["cause"], **unit))
            assert len(places(told)) == getattr(group, kind)


@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), period=strategies.periods())
def test_every_reason_is_that_of_the_state_which_the_reference_gives(dossiers, period, tmp_path):
    """State, deadline, and working days late come out the same by the plain rules."""
    basis = based(dossiers, period, tmp_path)
    by_id = {d.dossier_id: d for d in reference.kept(dossiers)}
    rows = explaining.explained(basis, basis.judged.dossiers)
    assert sorted(rows["dossier_id"]) == sorted(by_id)
    for row in rows.to_dict("records"):
        dossier = by_id[row["dossier_id"]]
        assert row["state"] == reference.judge(dossier, *period), dossier
        assert row["because"] in BECAUSE[row["state"]]
        if row["because"] in ("late", "overdue"):
            stop = reference.end_of(dossier) if row["because"] == "late" else period[1]
            assert stop > row["deadline_at"] == reference.deadline_of(dossier, period[1])
        if row["state"] in ("late", "overdue"):
            assert row["days_late"] == max(0, reference_late.days_late(dossier, period[1]))
    assert all(reason for _, reason in reasons_of(basis).values())


BECAUSE = {
    "early": {"early"},
    "on_time": {"on_time", "on_time_undated", "on_time_withdrawn"},
    "late": {"late", "late_requests", "late_undated"},
    "paused": {"paused"},
    "overdue": {"overdue", "overdue_requests", "overdue_asked_late", "overdue_undated"},
    "in_time": {"in_time", "in_time_undated"},
    "out_of_scope": {"not_accepted", "received_after", "ended_before", "excluded_withdrawn", "excluded_undated"},
}
CHOICES = [
    {"granularity": "day", "no_due_date": "late", "compared_date": "returned", "paused": "overdue"},
    {"no_due_date": "exclude", "withdrawn": "exclude", "more_than_one_supplement": "ignore"},
]


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_reasons_and_lists_follow_the_choices_of_a_scorecard(choices, tmp_path):
    """A province's own card may judge otherwise; the reasons say so."""
    card = (ROOT / "src/reformcli/rules/qd766.toml").read_text(encoding="utf-8")
    for name, value in choices.items():
        card = re.sub(rf'^{name} = "\w+"', f'{name} = "{value}"', card, flags=re.MULTILINE)
    own = tmp_path / "own.toml"
    own.write_text(card, encoding="utf-8")
    dossiers = strategies.random_dossiers(800, seed=11)
    period = (strategies.START, strategies.END)
    basis = based(dossiers, period, tmp_path, scorecard=str(own))

    by_id = {d.dossier_id: d for d in dossiers}
    rows = explaining.explained(basis, basis.judged.dossiers)
    for row in rows.to_dict("records"):
        assert row["state"] == reference.judge(by_id[row["dossier_id"]], *period, **choices)
        assert row["because"] in BECAUSE[row["state"]]
    for component in ("2.1", "3.3", "5.4"):
        assert not explaining.explain(basis, Asked(component=component)).figure.differs


# ------------------------------------------------------------------ the story of a dossier
@pytest.mark.usefixtures("_quick")
@EXAMPLES
@given(data=st.data(), dossiers=strategies.dossiers(min_size=1, unique_ids=False), period=strategies.periods())
def test_the_story_of_a_dossier_agrees_with_every_list(data, dossiers, period, tmp_path):
    """It is in the lists that the story names, in no other, and each of its rows is told once."""
    basis = based(dossiers, period, tmp_path)
    ids = basis.judged.loaded.dossiers["dossier_id"].dropna().unique().tolist()
    if not ids:
        return
    code = data.draw(st.sampled_from(sorted(ids)))
    story = stories.story(basis, code)

    rows = basis.judged.loaded.dossiers
    mine = rows.index[rows["dossier_id"] == code].tolist()
    assert sorted((one.row, one.sheet) for one in story.rows) == sorted((row, None) for row in rows["_row"][mine])
    assert sum(one.fate in ("counted", "out_of_scope") for one in story.rows) <= 1
    told = {(one.kind, one.name, one.unit): (one.in_numerator, one.in_denominator) for one in story.entries}
    for what in questions(basis):
        if len(what) > 1 and what.get("of", "missing") == "missing":
            continue
        for unit in (one.unit for kind in every_unit(basis).values() for one in kind):
            is_listed = bool(set(mine) & places(ask(basis, unit, **what)))
            (kind, name), *_ = what.items()
            assert told.get((kind, name, unit), (False, False))[what.get("of") == "denominator"] == is_listed


def story_of(rows: list[dict[str, str]], folder: Path, code: str, headings=HEADINGS) -> stories.Story:
    path = write_csv(folder / "story.csv", rows, headings)
    return stories.run_story(Options(exports=[str(path)], **JULY), code)


def test_a_story_tells_the_row_that_counts_the_superseded_and_the_rejected(tmp_path):
    """Three rows: the newer of two counts, the third says nothing of its end and is left out."""
    one = {"Số hồ sơ": "HS-0001", **PLAIN, END: "09/07/2024 10:00"}
    other = {**one, END: "08/07/2024 10:00"}
    broken = {**one, END: ""}

    story = story_of([other, one, broken], tmp_path, "HS-0001")

    told = [(row.row, row.fate, row.why) for row in story.rows]
    assert told == [
        (3, "counted", "own_later"),
        (2, "superseded", "own_later"),
        (4, "rejected", ""),
    ]
    assert [rule for rule, _, _ in story.rows[-1].found] == ["RC104"]
    assert story.row["state"] == "early"
    assert {(one.name, one.in_numerator) for one in story.entries if one.kind == "component"} >= {("2.1", True)}


def test_a_story_without_any_good_row_says_so(tmp_path):
    """Everything was left out: there is no state and no figure."""
    story = story_of(
        [{"Số hồ sơ": "HS-0001", **PLAIN}, {"Số hồ sơ": "HS-2", **PLAIN, END: "09/07/2024"}], tmp_path, "HS-0001"
    )

    assert story.row is None
    assert story.entries == ()
    assert [row.fate for row in story.rows] == ["rejected"]


def test_a_dossier_is_found_by_any_spelling_of_its_code(tmp_path):
    """Old and new form of the unit, capitals or not."""
    row = {"Số hồ sơ": "H57.21-240701-0001", **PLAIN, END: "09/07/2024 10:00"}
    for code in ("H57.21-240701-0001", "h57.21-240701-0001", "000.00.21.H57-240701-0001"):
        assert story_of([row], tmp_path, code).row["state"] == "early"


def test_an_unknown_dossier_is_refused_and_a_name_is_not_repeated(tmp_path):
    """What may be a person's name is shown as its shape."""
    with pytest.raises(UsageError) as caught:
        story_of([{"Số hồ sơ": "HS-0001", **PLAIN, END: "09/07/2024"}], tmp_path, "Nguyễn Ví Dụ")
    assert caught.value.key == "unknown_dossier"
    assert "Nguyễn" not in str(caught.value.values)


# ------------------------------------------------------------------ figures that dossiers do not tell
def explained_with_counts(folder: Path, counts: str, component: str, of: str = "numerator", **unit: object):
    """Two agencies of a province: 3 of 4 good ones and 1 of 1; and a counts file."""
    rows = [{"Số hồ sơ": f"HS-{n}", **PLAIN, END: "09/07/2024 10:00"} for n in range(1, 4)]
    rows.append({"Số hồ sơ": "HS-4", **PLAIN, END: "11/07/2024 10:00"})
    rows.append({"Số hồ sơ": "HS-5", **PLAIN, "Cơ quan/đơn vị": "Sở Nội vụ", END: "09/07/2024 10:00"})
    export = write_csv(folder / "export.csv", rows, HEADINGS)
    given = folder / "counts.csv"
    given.write_text(f"agency,level,component,numerator,denominator\n{counts}", encoding="utf-8")
    options = Options(exports=[str(export)], counts=[str(given)], **JULY)
    return explaining.run_explain(options, Asked(component=component, of=of, **unit))


def test_a_figure_from_counts_is_told_beside_what_the_dossiers_tell(tmp_path):
    """Sở Xây dựng: 90 of 100 in counts, 3 of 4 in the export; Sở Nội vụ: 1 of 1."""
    told = explained_with_counts(tmp_path, "Sở Xây dựng,province,2.1,90,100\n", "2.1")

    assert (told.figure.value, told.figure.listed, told.figure.difference) == (91, 4, 87)
    assert told.figure.differs == ("counts",)
    assert [(one.unit.agency, one.value, one.listed, one.why) for one in told.figure.parts] == [
        ("Sở Xây dựng", 90, 3, "counts")
    ]


def test_complaints_are_named_as_the_difference(tmp_path):
    """2 of the 3 good ones of Sở Xây dựng are taken off; which ones nobody knows. Without a count 5.4 is a bound."""
    given = "Sở Xây dựng,province,5.4.complaints,2,\nSở Nội vụ,province,5.4.complaints,0,\n"
    told = explained_with_counts(tmp_path, given, "5.4")

    assert (told.figure.value, told.figure.listed, told.figure.difference) == (2, 4, -2)
    assert told.figure.differs == ("complaints",)
    missing = explained_with_counts(tmp_path, given, "5.4", of="missing")
    assert (missing.figure.value, missing.figure.listed) == (3, 1)
    bound = explained_with_counts(tmp_path, "", "5.4")
    assert (bound.figure.value, bound.figure.listed, bound.figure.differs) == (4, 4, ())


def test_what_the_province_lends_is_no_count_of_dossiers(tmp_path):
    """1.1 is counted for the province only."""
    told = explained_with_counts(
        tmp_path, "UBND tỉnh Lam,province,1.1,38,40\n", "1.1", of="missing", agencies=["Sở Nội vụ"]
    )

    assert (told.figure.value, told.figure.listed, told.figure.differs) == (2, 0, ("inherited",))


def test_the_row_of_a_whole_province_is_not_added_again(tmp_path):
    """Its 500 of 600 stand beside the departments, whose dossiers are the level's figure."""
    told = explained_with_counts(tmp_path, "UBND tỉnh Lam,province,2.1,500,600\n", "2.1", levels=["province"])
    own = explained_with_counts(tmp_path, "UBND tỉnh Lam,province,2.1,500,600\n", "2.1", agencies=["UBND tỉnh Lam"])

    assert (told.figure.value, told.figure.listed, told.figure.differs) == (4, 4, ())
    assert (own.figure.value, own.figure.listed, own.figure.differs) == (500, 0, ("counts",))


def test_a_column_that_is_missing_is_not_measured_and_lists_what_other_files_tell(tmp_path):
    """Two files, one without the channel: 3.3 of the whole is no figure."""
    one = {"Số hồ sơ": "HS-1", **PLAIN, END: "09/07/2024 10:00"}
    with_channel = write_csv(tmp_path / "one.csv", [one], HEADINGS)
    without = write_csv(
        tmp_path / "two.csv", [{**one, "Số hồ sơ": "HS-2"}], [name for name in HEADINGS if "Hình thức" not in name]
    )
    options = Options(exports=[str(with_channel), str(without)], **JULY)

    told = explaining.run_explain(options, Asked(component="3.3", of="numerator"))
    flow = explaining.run_explain(options, Asked(metric="received_online"))

    assert (told.figure.value, told.figure.differs) == (None, ("not_measured",))
    assert told.dossiers["dossier_id"].tolist() == ["HS-1"]
    assert (flow.figure.value, flow.figure.listed, flow.figure.differs) == (None, 1, ("not_measured",))
    assert stories.run_story(options, "HS-1").entries
    counted = {one.name: one.is_counted for one in stories.run_story(options, "HS-1").entries}
    assert counted["2.1"]
    assert not counted["3.3"]


def test_a_mean_lists_its_population_and_their_seconds_make_its_sum():
    """2.2 of the sample."""
    options = Options(exports=[str(WEEK)], period="2023-W51")

    told = explaining.run_explain(options, Asked(component="2.2", of="numerator"))

    assert told.figure.differs == ("sum",)
    assert told.figure.value == told.dossiers["processing_seconds"].sum()
    assert told.figure.listed == told.figure.score.denominator
    with pytest.raises(UsageError):
        explaining.run_explain(options, Asked(component="2.2", of="missing"))


# ------------------------------------------------------------------ the command
def shown(capsys, *arguments: str) -> str:
    assert main(["explain", str(WEEK), "--period", "2023-W51", "-q", *arguments]) == 0
    return capsys.readouterr().out


def test_the_json_has_every_dossier_and_no_finding_of_a_person(capsys):
    """The list is whole, whatever the screen shows."""
    told = json.loads(shown(capsys, "--component", "3.3", "--format", "json"))

    assert told["schema"] == "reformcli.explain/1"
    assert told["figure"]["value"] == len(told["dossiers"]) > views.LISTED
    assert {"dossier_id", "state", "because", "also", "why", "told", "file", "sheet", "row"} <= set(told["dossiers"][0])
    assert told["rule"]["evidence"] == "recomputed"


def test_the_screen_shows_thirty_and_says_how_many_more(capsys):
    """The full list goes to a file."""
    out = shown(capsys, "--component", "3.3")
    total = json.loads(shown(capsys, "--component", "3.3", "--format", "json"))["figure"]["value"]

    assert len(re.findall(r"hình thức nộp: ", out)) == views.LISTED
    assert f"{total - views.LISTED}" in out.replace(".", "")
    assert "Quyết định 766/QĐ-TTg" in out


@pytest.mark.parametrize("extension", ["csv", "json", "md", "xlsx"])
def test_a_file_holds_every_dossier(extension, tmp_path, capsys):
    """-o writes them all."""
    path = tmp_path / f"dossiers.{extension}"
    total = json.loads(shown(capsys, "--metric", "late", "--format", "json"))["figure"]["value"]

    shown(capsys, "--metric", "late", "-o", str(path))

    if extension == "xlsx":
        from openpyxl import load_workbook

        cells = [str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
        assert sum(bool(re.match(r"kết thúc \d\d/", cell)) for cell in cells) == total
    else:
        text = path.read_text(encoding="utf-8")
        assert len(re.findall(r"kết thúc \d\d/", text)) == total


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("form", ["table", "json", "md", "csv"])
def test_a_story_is_told_in_every_form(language, form, capsys):
    """The code of a dossier of the sample."""
    out = shown(capsys, "--dossier", "H99.38-231218-0001", "--format", form, "--lang", language)

    assert "663" in out
    if form == "json":
        told = json.loads(out)
        assert told["dossier"]["state"] == "late"
        assert told["dossier"]["placed_by"] == "own_name"
        assert {one["kind"] for one in told["entered"]} == {"agency", "level", "total"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--component", "2.1", "--metric", "late"],
        ["--component", "9.9"],
        ["--metric", "nope"],
        ["--late", "nope"],
        ["--cause", "nope"],
        ["--metric", "late", "--of", "missing"],
        ["--component", "2.1", "--of", "all"],
        ["--component", "2.1", "--unit", "agency"],
        ["--component", "2.1", "--unit", "total", "--level", "commune"],
        ["--component", "2.1", "--level", "ministry"],
        ["--component", "2.1", "--agency", "Sở Hỏa tinh"],
        ["--component", "2.1", "--agency", "Sở Xây dựng", "--agency", "Sở Nội vụ"],
        ["--dossier", "H99.99-231218-9999"],
        ["--dossier", "H99.38-231218-0001", "--component", "2.1"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_refused_with_three_lines(arguments, capsys):
    """Exit code 2, nothing on stdout."""
    assert main(["explain", str(WEEK), "--period", "2023-W51", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 3


def test_agencies_of_one_name_are_told_apart_by_their_level(tmp_path):
    """Two offices of the same name at two levels."""
    rows = [
        {"Số hồ sơ": f"HS-{number}", **PLAIN, "Cấp thực hiện": level, END: "09/07/2024 10:00"}
        for number, level in enumerate(("Tỉnh", "Xã"))
    ]
    export = write_csv(tmp_path / "export.csv", rows, HEADINGS)
    options = Options(exports=[str(export)], **JULY)

    with pytest.raises(UsageError) as caught:
        explaining.run_explain(options, Asked(metric="handled", agencies=["Sở Xây dựng"]))
    told = explaining.run_explain(options, Asked(metric="handled", agencies=["Sở Xây dựng"], levels=["commune"]))

    assert caught.value.key == "explain_unit"
    assert told.dossiers["dossier_id"].tolist() == ["HS-1"]


def test_counts_alone_are_explained_without_dossiers():
    """The screen says where the figure comes from."""
    told = explaining.run_explain(Options(counts=[str(SAMPLES / "counts.csv")]), Asked(component="1.2"))

    assert told.figure.listed == 0
    assert told.figure.value is not None
    assert told.figure.differs


def test_the_unattributed_can_be_asked_for(tmp_path):
    """Rows without an agency are a unit of their own."""
    row = {"Số hồ sơ": "HS-1", **PLAIN, "Cơ quan/đơn vị": "", "Cấp thực hiện": "", END: "09/07/2024 10:00"}
    export = write_csv(tmp_path / "export.csv", [row], HEADINGS)

    told = explaining.run_explain(
        Options(exports=[str(export)], **JULY), Asked(metric="early", agencies=[UNATTRIBUTED])
    )

    assert told.figure.value == told.figure.listed == 1
