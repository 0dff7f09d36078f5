"""Targets: hand counts, what is missing by exact arithmetic, the files that set them, and the command."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.model import Agency, Tally, Unit
from reformcli.outcomes import Target
from reformcli.outlook.target_file import load_targets
from reformcli.outlook.targets import held
from reformcli.predicates import PREDICATES, SUMS
from reformcli.rules import shipped
from reformcli.rules.scorecard import load_scorecard
from reformcli.rules.targets import measures
from reformcli.score import component_score
from reformcli.score import score as score_agencies
from support import SAMPLES

CARD = load_scorecard("qd766", on=date(2026, 9, 26), predicates=PREDICATES, sums=SUMS)
COMPONENTS = {component.id: component for component in CARD.components}
MEASURES = measures(CARD)
DAY = date(2023, 12, 24)
HEAD = "measure,level,value,by,source\n"
SMALL = str(SAMPLES / "nho-30.csv")
WEEK = ("--period", "2023-W51")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def target(measure: str = "3.3", level: str = "agency", at_least: object = 80, by: date | None = None) -> Target:
    name = {"vi": "Tên", "en": "Name"}
    return Target("t", measure, level, Decimal(str(at_least)), by, name, "a plan", "own")


def units(level: str = "commune", flow: dict | None = None, **counts: tuple[int, int]):
    given = {name.replace("_", "."): Tally(*pair, origin="counts") for name, pair in counts.items()}
    return score_agencies([Agency(Unit("agency", "UBND xã A", level, "a"), flow=flow or {}, counts=given)], CARD)


def one(aim: Target, **counts: tuple[int, int]):
    return next(iter(held([aim], units(**counts), on=DAY)))


# ------------------------------------------------------------------ by hand
def test_eight_of_ten_and_what_is_missing():
    """53/100 against 80 %: 27 more of those counted; k new ones where 5(53 + k) ≥ 4(100 + k), so 135."""
    result = one(target(), **{"3_3": (53, 100)})

    assert (result.status, result.ratio, result.distance) == ("missed", Decimal("53.00"), Decimal("27.00"))
    assert (result.missing, result.missing_new) == (27, 135)
    assert result.points == 0  # 3.3 is full at 50 %


def test_meeting_a_target_is_worth_what_the_component_gains():
    """2.1 is linear over 20 points: from 150/200 (15.00) to 95 % = 190/200 (19.00)."""
    result = one(target("2.1", at_least=95), **{"2_1": (150, 200)})

    assert (result.missing, result.points) == (40, Decimal("4.00"))


def test_a_target_reached_exactly_is_met_and_nothing_is_missing():
    result = one(target(), **{"3_3": (80, 100)})

    assert result.status == "met"
    assert (result.distance, result.missing, result.missing_new, result.points) == (0, 0, 0, 0)


def test_one_dossier_below_is_not_met_however_the_percentage_is_rounded():
    """79 999/100 000 prints 80.00 % and 0.00 points behind, and is not 80 %."""
    result = one(target(), **{"3_3": (79_999, 100_000)})

    assert (result.status, result.ratio, result.missing) == ("missed", Decimal("80.00"), 1)
    assert result.distance == Decimal("0.00")


def test_a_day_to_come_is_ahead_and_its_last_day_is_over():
    """The day itself is measured to its last second."""
    found = [
        held([target(by=day)], units(**{"3_3": (1, 2)}), on=DAY)[0].status
        for day in (date(2023, 12, 25), date(2023, 12, 24), date(2023, 12, 1))
    ]

    assert found == ["ahead", "missed", "missed"]


def test_a_hundred_percent_cannot_be_had_by_new_ones_once_one_is_bad():
    assert one(target(at_least=100), **{"3_3": (9, 10)}).missing_new is None
    assert one(target(at_least=100), **{"3_3": (10, 10)}).missing_new == 0


def test_what_is_not_measured_or_has_nothing_to_count_is_neither_met_nor_missed():
    assert one(target("4.1"), **{"3_3": (1, 2)}).status == "not_measured"
    assert one(target("3.3"), **{"3_3": (0, 0)}).status == "empty"
    bound = score_agencies(
        [Agency(Unit("agency", "A", "commune", "a"), dossiers={"5.4": Tally(9, 10, origin="dossiers")})], CARD
    )
    assert held([target("5.4")], bound, on=DAY)[0].status == "not_measured"


def test_rates_come_from_the_flow_and_have_no_points():
    flow = {"early": 3, "on_time": 4, "resolved": 10, "received": 8, "received_online": 6}
    scored = units(flow=flow, **{"1_4": (1, 1)})

    on_time, online = (held([target(name)], scored, on=DAY)[0] for name in ("on_time_rate", "online_rate"))

    assert (on_time.numerator, on_time.denominator, on_time.missing) == (7, 10, 1)
    assert (online.numerator, online.denominator, online.missing) == (6, 8, 1)
    assert on_time.points is None
    lacking = units(flow={**flow, "received_online": None}, **{"1_4": (1, 1)})
    assert held([target("online_rate")], lacking, on=DAY)[0].status == "not_measured"


def test_a_level_means_its_agencies_and_the_level_and_nobody_else():
    known = Tally(1, 2, origin="counts")
    agencies = [
        Agency(Unit("agency", name, level, name), counts={"3.3": known})
        for name, level in (("A", "commune"), ("B", "province"), ("unattributed", "unattributed"))
    ]
    scored = score_agencies(agencies, CARD)

    found = {
        level: [(r.unit.kind, r.unit.agency, r.unit.level) for r in held([target(level=level)], scored, on=DAY)]
        for level in ("commune", "total", "agency", "district")
    }

    assert found == {
        "commune": [("agency", "A", "commune"), ("level", None, "commune")],
        "total": [("total", None, None)],
        "agency": [("agency", "A", "commune"), ("agency", "B", "province")],
        "district": [],
    }


@given(st.integers(0, 400), st.integers(1, 400), st.decimals("0.01", "100", places=2), st.sampled_from(["3.3", "2.1"]))
def test_missing_reaches_the_target_and_one_fewer_does_not(numerator, denominator, at_least, measure):
    numerator = min(numerator, denominator)
    result = one(target(measure, at_least=at_least), **{measure.replace(".", "_"): (numerator, denominator)})
    wanted = Fraction(at_least) / 100

    def reaches(n: int, d: int) -> bool:
        return Fraction(n, d) >= wanted

    assert (result.status == "met") == reaches(numerator, denominator)
    assert 0 <= result.missing <= denominator - numerator
    assert reaches(numerator + result.missing, denominator)
    assert not result.missing or not reaches(numerator + result.missing - 1, denominator)
    new = result.missing_new
    if new is None:
        assert wanted == 1
        assert numerator < denominator
    else:
        assert reaches(numerator + new, denominator + new)
        assert not new or not reaches(numerator + new - 1, denominator + new - 1)
    after = component_score(COMPONENTS[measure], Tally(numerator + result.missing, denominator)).points
    now = component_score(COMPONENTS[measure], Tally(numerator, denominator)).points
    assert result.points == after - now


# ------------------------------------------------------------------ the files
def test_the_examples_are_those_of_the_plan():
    found = load_targets(None, on=DAY, measures=MEASURES)

    assert [(t.measure, t.level, t.at_least, t.by) for t in found.targets] == [
        ("3.3", "province", 80, None),
        ("3.3", "district", 60, None),
        ("3.3", "commune", 60, None),
        ("3.3", "total", 80, date(2023, 12, 31)),
    ]
    assert {t.evidence for t in found.targets} == {"inferred", "quoted"}
    assert all(t.source and t.name["vi"] and t.name["en"] for t in found.targets)


def test_an_older_report_does_not_know_them():
    assert load_targets(None, on=date(2022, 12, 31), measures=MEASURES).targets == ()


def test_the_examples_leave_out_what_another_scorecard_does_not_have():
    assert load_targets(None, on=DAY, measures={"x": {"vi": "x", "en": "x"}}).targets == ()


ENTRY = '[[target]]\nid = "a"\nmeasure = "2.1"\nlevel = "total"\nat_least = 95.5\nsource = "KH 12"\n'


def own(tmp_path, text: str, name: str = "own.toml", on: date = DAY):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_targets(str(path), on=on, measures=MEASURES)


def test_an_own_file_needs_four_keys_and_stands_in_place_of_the_examples(tmp_path):
    found = own(tmp_path, ENTRY.replace('id = "a"\n', ""))

    (only,) = found.targets
    assert (only.id, only.at_least, only.evidence) == ("2.1_total", Decimal("95.5"), "own")
    assert only.name == COMPONENTS["2.1"].name


def test_a_changed_target_is_a_later_entry_of_the_same_id(tmp_path):
    text = ENTRY + "since = 2023-01-01\n" + ENTRY.replace("95.5", "98") + "since = 2024-01-01\n"

    found = [own(tmp_path, text, on=day).targets for day in (date(2022, 12, 31), DAY, date(2024, 1, 1))]

    assert [[t.at_least for t in targets] for targets in found] == [[], [Decimal("95.5")], [98]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + "colour = 1\n", "unknown key: colour"),
        (ENTRY.replace('source = "KH 12"\n', ""), "missing key: source"),
        (ENTRY.replace("KH 12", " "), "empty source"),
        (ENTRY + ENTRY, "repeated id: a"),
        (ENTRY.replace('"2.1"', '"9.9"'), "unknown measure: 9.9"),
        (ENTRY.replace('"2.1"', '"2.2"'), "unknown measure: 2.2"),  # a sum has no share
        (ENTRY.replace('"total"', '"village"'), "level is one of"),
        (ENTRY.replace("95.5", "0"), "above 0, up to 100"),
        (ENTRY.replace("95.5", "100.1"), "above 0, up to 100"),
        (ENTRY.replace("95.5", '"95"'), "above 0, up to 100"),
        (ENTRY.replace("95.5", "nan"), "above 0, up to 100"),
        (ENTRY + 'by = "31/12/2023"\n', "by is not a day"),
        (ENTRY + "since = 2023-01-01T00:00:00\n", "since is not a day"),
        (ENTRY + 'evidence = "hearsay"\n', "evidence is one of"),
        (ENTRY + 'name = { vi = "A" }\n', "name is written as"),
        ("target = 3\n", "[[target]]"),
        ("target = [3]\n", "not of its form"),
        ("", "missing key: target"),
    ],
)
def test_a_fault_in_a_file_stops_with_the_file_and_the_key(tmp_path, text, said):
    with pytest.raises(InputError) as error:
        own(tmp_path, text)
    assert error.value.where.startswith("own.toml")
    assert said in str(error.value.values["problem"])


def test_a_table_in_the_words_of_an_office(tmp_path):
    text = (
        "Chỉ số;Cấp;Cần đạt %;Hạn;Căn cứ;Tên\n"
        "online_rate;Tỉnh;80,5;31/12/2023;KH 12;\n"
        "2.1;Toàn bộ;98%;;KH 12;Đúng hạn\n"
        "3.3;Từng cơ quan;60;;KH 12;\n"
    )

    found = own(tmp_path, text, "own.csv").targets

    assert [(t.measure, t.level, t.at_least, t.by) for t in found] == [
        ("online_rate", "province", Decimal("80.5"), date(2023, 12, 31)),
        ("2.1", "total", 98, None),
        ("3.3", "agency", 60, None),
    ]
    assert [t.name["vi"] for t in found] == ["Hồ sơ nộp trực tuyến", "Đúng hạn", COMPONENTS["3.3"].name["vi"]]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("9.9,total,80,,KH", "measure"),
        ("3.3,village,80,,KH", "level"),
        ("3.3,total,eighty,,KH", "value"),
        ("3.3,total,101,,KH", "value"),
        ("3.3,total,NaN,,KH", "value"),
        ("3.3,total,80,32/12/2023,KH", "by"),
        ("3.3,total,80,,", "source"),
    ],
)
def test_a_fault_in_a_table_names_its_row_and_column(tmp_path, row, column):
    with pytest.raises(InputError) as error:
        own(tmp_path, HEAD + row + "\n", "own.csv")
    assert (error.value.where, error.value.values["column"], error.value.values["row"]) == ("own.csv:2", column, 2)


def test_the_same_target_twice_in_a_table_is_refused(tmp_path):
    with pytest.raises(InputError):
        own(tmp_path, HEAD + "3.3,total,80,,KH\n3.3,total,90,,KH\n", "own.csv")


@pytest.mark.parametrize("name", ["none.toml", "none.csv"])
def test_a_file_that_is_not_there_is_wrong_usage(name):
    with pytest.raises(UsageError):
        load_targets(name, on=DAY, measures=MEASURES)


# ------------------------------------------------------------------ the command
def told(capsys, *arguments: str) -> str:
    assert main([*arguments, "-q"]) == 0
    return capsys.readouterr().out


def test_the_command_tells_the_small_export_as_counted_by_hand(capsys):
    """nho-30: 10 of 22 filed online; communes 3 of 7: 2 more, or 3 new ones, make 60 %."""
    made = json.loads(told(capsys, "targets", SMALL, *WEEK, "--format", "json"), parse_float=Decimal)

    assert made["schema"] == "reformcli.targets/1"
    assert made["manifest"]["targets"]["name"] == "targets.toml"
    by_unit = {(r["kind"], r["agency"] or r["level"]): r for r in made["targets"]}
    total, communes = by_unit["total", None], by_unit["level", "commune"]
    assert (total["numerator"], total["denominator"], total["status"]) == (10, 22, "ahead")
    assert (communes["numerator"], communes["denominator"], communes["status"]) == (3, 7, "missed")
    assert (communes["missing"], communes["missing_new"], communes["distance"]) == (2, 3, Decimal("17.14"))
    assert {r["id"] for r in made["definitions"]} == {r["target"] for r in made["targets"]}


def test_the_screen_has_levels_and_total_and_agencies_when_asked(capsys):
    shown = told(capsys, "targets", SMALL, *WEEK)
    assert "chưa đạt, chưa đến hạn" in shown
    assert "3 hồ sơ mới, đều nộp trực tuyến" in shown
    assert "Sở Tư pháp" not in shown

    shown = told(capsys, "targets", SMALL, *WEEK, "--by", "agency")
    assert "Sở Tư pháp" in shown
    assert "31/12/2023" not in shown


def test_csv_has_every_unit_and_the_same_bytes_in_both_languages(capsys):
    texts = [told(capsys, "targets", SMALL, *WEEK, "--format", "csv", "--lang", lang) for lang in ("vi", "en")]

    assert texts[0] == texts[1]
    rows = list(csv.DictReader(io.StringIO(texts[0])))
    assert {row["kind"] for row in rows} == {"agency", "level", "total"}


def test_an_own_file_decides_and_is_named_in_the_manifest(tmp_path, capsys):
    (tmp_path / "own.csv").write_text(HEAD + "2.1,total,95,,KH 12\n", encoding="utf-8")

    made = json.loads(told(capsys, "targets", SMALL, *WEEK, "--targets", "own.csv", "--format", "json"))

    assert [r["measure"] for r in made["targets"]] == ["2.1"]
    assert made["manifest"]["targets"]["name"] == "own.csv"
    assert len(made["manifest"]["targets"]["sha256"]) == 64


def test_targets_can_be_shown_checked_and_exported(tmp_path, capsys):
    assert main(["rules", "export", "targets", "-o", "ct.toml"]) == 0
    assert (tmp_path / "ct.toml").read_bytes() == shipped("targets")
    assert main(["rules", "check", "ct.toml"]) == 0
    assert "4 chỉ tiêu" in capsys.readouterr().err
    assert main(["rules", "show", "targets", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["definitions"]) == 4
    (tmp_path / "ct.toml").write_text(ENTRY + "x = 1\n", encoding="utf-8")
    assert main(["rules", "check", "ct.toml"]) == 3


def test_a_workbook_and_markdown_are_written(tmp_path, capsys):
    for name in ("out.xlsx", "out.md"):
        assert main(["targets", SMALL, *WEEK, "-o", name, "-q"]) == 0
    assert "Sở Tư pháp" in (tmp_path / "out.md").read_text(encoding="utf-8")
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")


def test_the_file_of_targets_is_never_written_over(tmp_path):
    (tmp_path / "own.csv").write_text(HEAD + "2.1,total,95,,KH 12\n", encoding="utf-8")

    assert main(["targets", SMALL, *WEEK, "--targets", "own.csv", "-o", "own.csv"]) == 2
