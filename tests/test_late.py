"""Late dossiers: forty counted by hand, and the plain-Python reference on tens of thousands of random ones.

The hand count is in `data/late_40.md`; the oracle, with days off of its own, in `reference_late.py`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as with_changes
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reference
import reference_late
import strategies
from reformcli.cli import main
from reformcli.rules.causes import load_cause_rules
from reformcli.text import fold
from support import DATA, command, result, write_csv

FORTY = DATA / "late_40.csv"
WHOLE = ("--from", "01/01/2024", "--to", "30/11/2026")
MOVEMENT = reference_late.MOVEMENT
MOMENT = "%Y-%m-%d %H:%M:%S"
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def late(*arguments: object) -> dict:
    """The JSON result of `late`, run in this process, with exact decimals."""
    path = Path("late.json").absolute()
    code = main(["late", *map(str, arguments), "-q", "--fail-on", "never", "-o", str(path)])
    assert code == 0
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def period(start: datetime, end: datetime) -> list[str]:
    return ["--from", start.strftime(MOMENT), "--to", end.strftime(MOMENT)]


def groups_by(dimensions: Sequence[str]) -> list[str]:
    return [part for dimension in dimensions for part in ("--by", dimension)]


def five(row: Mapping) -> tuple[int, ...]:
    return tuple(row[name] for name in MOVEMENT)


def holds(row: Mapping) -> bool:
    return row["opening"] + row["newly_late"] - row["cleared"] == row["closing_overdue"] + row["closing_paused"]


# ---------------------------------------------------------------------------------------------------- by hand
COUNTED = {
    "T": (0, 0, 1, 2, 2, 6, 0, 1, 0, 1, 14, 3),
    "S": (0, 1, 3, 3, 4, 1, 0, 1, 1, 10, 11, 30, 31, 32),
    "J": (0, 1, 1, 6, 7),
    "V": (0, 1, 5, 0, 9, 1, 1, 0, 0),
}
DAYS = {f"{letter}{number:02}": days for letter, counted in COUNTED.items() for number, days in enumerate(counted, 1)}
OVERDUE = {"V03", "V04", "V06", "V08"}
PAUSED = {"V05", "V07"}
FIGURES = (
    *("overdue", "resolved_late", "paused_past_due"),
    *("median_working_days", "p90_working_days", "max_working_days", "share"),
)
BY_AGENCY = [
    ({"agency": "UBND xã An Bình"}, 0, 14, 0, 3, 31, 32, Decimal("36.84")),
    ({"agency": "Sở Tư pháp"}, 0, 12, 0, 1, 6, 14, Decimal("31.58")),
    ({"agency": "UBND phường Ví Dụ"}, 4, 3, 2, 0, 5, 5, Decimal("18.42")),
    ({"agency": "Sở Xây dựng"}, 0, 5, 0, 1, 7, 7, Decimal("13.16")),
    ({}, 4, 34, 2, 1, 14, 32, 100),
]
BY_AGE = {"0": (2, 9, 0), "1-5": (2, 16, 1), "6-10": (0, 4, 1), "11-30": (0, 3, 0), "31+": (0, 2, 0)}


@pytest.mark.parametrize("dossier_id", DAYS)
def test_the_working_days_of_every_dossier_are_those_counted_by_hand(dossier_id):
    """Over Tết, the swaps of 2024 and 2026, 24 November 2026, weekends, and within the day."""
    listed = {one["dossier_id"]: one for one in forty()["dossiers"]}
    kind = "overdue" if dossier_id in OVERDUE else "paused_past_due" if dossier_id in PAUSED else "resolved_late"

    assert listed[dossier_id]["working_days_late"] == DAYS[dossier_id]
    assert listed[dossier_id]["kind"] == kind


FORTY_LISTED: list[dict] = []


def forty() -> dict:
    """The hand-made export as a whole, with its list: read once."""
    if not FORTY_LISTED:
        FORTY_LISTED.append(late(FORTY, *WHOLE, "--list"))
    return FORTY_LISTED[0]


def test_the_list_holds_the_forty_most_days_late_first_and_says_where_each_row_is():
    listed = forty()["dossiers"]

    assert {one["dossier_id"] for one in listed} == set(DAYS)
    assert len(listed) == 40
    days = [one["working_days_late"] for one in listed]
    assert days == sorted(days, reverse=True)
    lines = {line.split(",")[0]: number for number, line in enumerate(FORTY.read_text("utf-8").splitlines(), 1)}
    assert {one["dossier_id"]: one["row"] for one in listed} == {name: lines[name] for name in DAYS}
    assert {one["file"] for one in listed} == {"late_40.csv"}
    assert {one["sheet"] for one in listed} == {None}


def test_a_listed_dossier_has_its_level_field_procedure_status_and_dates():
    one = next(one for one in forty()["dossiers"] if one["dossier_id"] == "S03")

    told = {name: one[name] for name in ("agency", "level", "field", "procedure", "status")}
    assert told == {
        "agency": "UBND xã An Bình",
        "level": "commune",
        "field": "Đất đai",
        "procedure": "Đăng ký biến động đất đai",
        "status": "resolved",
    }
    moments = [one[name].replace("T", " ") for name in ("received_at", "due_at", "ended_at")]
    assert moments == ["2024-04-01 08:20:00", "2024-04-26 17:00:00", "2024-05-04 10:00:00"]
    assert next(one for one in forty()["dossiers"] if one["dossier_id"] == "V03")["ended_at"] is None


def test_the_groups_are_those_counted_by_hand_worst_first_and_the_whole_last():
    rows = forty()["late"]

    assert [(row["by"], *(row[name] for name in FIGURES)) for row in rows] == BY_AGENCY


def test_the_age_bands_are_those_counted_by_hand():
    rows = late(FORTY, *WHOLE, "--by", "age")["late"]

    assert {row["by"]["age"]: tuple(row[name] for name in FIGURES[:3]) for row in rows[:-1]} == BY_AGE


def test_the_share_is_of_the_whole_with_two_decimals():
    rows = late(FORTY, *WHOLE, "--by", "level")["late"]

    assert [(row["by"], row["share"]) for row in rows] == [
        ({"level": "commune"}, Decimal("55.26")),  # 21 of 38
        ({"level": "province"}, Decimal("44.74")),  # 17
        ({}, 100),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("01/01/2024", "30/11/2026", (0, 40, 34, 4, 2)),
        ("05/02/2024", "16/02/2024", (2, 9, 8, 3, 0)),
        ("05/02/2024", "11/02/2024", (2, 7, 2, 7, 0)),
        ("12/02/2024", "16/02/2024", (7, 2, 6, 3, 0)),
        ("23/11/2026", "30/11/2026", (3, 5, 2, 4, 2)),
    ],
)
def test_the_backlog_moves_as_counted_by_hand(start, end, expected):
    assert five(late(FORTY, "--from", start, "--to", end)["movement"]) == expected


def test_the_movement_of_each_agency_is_that_counted_by_hand():
    rows = late(FORTY, "--from", "23/11/2026", "--to", "30/11/2026")["movement_by"]

    assert [(row["by"], five(row)) for row in rows if row["by"]] == [({"agency": "UBND phường Ví Dụ"}, (3, 5, 2, 4, 2))]


def test_what_is_late_at_an_earlier_moment_counts_its_days_to_that_moment():
    listed = late(FORTY, "--from", "05/02/2024", "--to", "16/02/2024", "--list")["dossiers"]

    still_open = {one["dossier_id"]: one["working_days_late"] for one in listed if one["kind"] == "overdue"}
    assert still_open == {"T06": 4, "T11": 5, "T12": 2}


def test_an_end_after_the_moment_is_not_yet_an_end():
    listed = late(FORTY, "--from", "05/02/2024", "--to", "16/02/2024", "--list")["dossiers"]

    assert {one["ended_at"] for one in listed if one["kind"] == "overdue"} == {None}
    assert all(one["ended_at"] for one in listed if one["kind"] == "resolved_late")


def test_a_period_cut_by_weeks_moves_as_counted_by_hand():
    document = late(FORTY, "--from", "05/02/2024", "--to", "16/02/2024", "--each", "week")

    assert [(row["from"][:10], row["to"][:10], five(row)) for row in document["series"]] == [
        ("2024-02-05", "2024-02-11", (2, 7, 2, 7, 0)),
        ("2024-02-12", "2024-02-16", (7, 2, 6, 3, 0)),
    ]


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (0, {"N09": 0}),
        (1, {"N09": 0}),
        (2, {"N09": 0, "N10": 2}),
        (3, {"N09": 0, "N10": 2}),
        (4, {"N09": 0, "N10": 2, "N03": 4, "N11": 4}),
    ],
)
def test_dossiers_soon_due_are_those_counted_by_hand(within, expected):
    """Waiting time moves the deadline; paused, undated and overdue ones are not soon due; a Saturday is as near as its Friday."""
    rows = late(FORTY, *WHOLE, "--near", within)["near"]

    assert {row["dossier_id"]: row["working_days_left"] for row in rows} == expected
    assert [row["working_days_left"] for row in rows] == sorted(expected.values())


def test_dossiers_due_after_tet_are_soon_due_before_it():
    rows = late(FORTY, "--from", "05/02/2024", "--to", "06/02/2024", "--near", "2")["near"]

    # 7 February is the first working day; 12 February is in Tết; 15 February is the second
    expected = {"T01": 1, "T02": 1, "T03": 1, "T04": 1, "T07": 1, "T08": 1, "T12": 1, "N01": 2}
    assert {row["dossier_id"]: row["working_days_left"] for row in rows} == expected


def worst(*arguments: object) -> list[tuple]:
    rows = late(FORTY, *WHOLE, *arguments)["worst"]
    return [(row["level"], row["agency"], row["handled"], row["late"], row["rate"]) for row in rows]


def test_the_worst_agencies_of_a_level_have_enough_dossiers():
    tu_phap = ("province", "Sở Tư pháp", 14, 12, Decimal("85.71"))
    xay_dung = ("province", "Sở Xây dựng", 6, 5, Decimal("83.33"))
    an_binh = ("commune", "UBND xã An Bình", 14, 14, 100)
    vi_du = ("commune", "UBND phường Ví Dụ", 16, 7, Decimal("43.75"))

    assert sorted(worst("--worst", 5)) == sorted([tu_phap, an_binh, vi_du])
    assert sorted(worst("--worst", 1)) == sorted([tu_phap, an_binh])
    assert sorted(worst("--worst", 5, "--at-least", 6)) == sorted([tu_phap, xay_dung, an_binh, vi_du])
    assert sorted(worst("--worst", 5, "--at-least", 7)) == sorted([tu_phap, an_binh, vi_du])
    assert worst("--worst", 5, "--at-least", 15) == [vi_du]
    for rates in rates_by_level(worst("--worst", 5, "--at-least", 1)).values():
        assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["--level", "province"], ["Sở Tư pháp", "Sở Xây dựng"]),
        (["--level", "commune", "--level", "province"], ["UBND xã An Bình", "Sở Tư pháp", "UBND phường Ví Dụ", "Sở Xây dựng"]),
        (["--agency", "Sở Xây dựng"], ["Sở Xây dựng"]),
        (["--agency", "so xay dung", "--agency", "UBND xã An Bình"], ["Sở Xây dựng", "UBND xã An Bình"]),
        (["--agency", "Sở Xây dựng", "--level", "commune"], []),
    ],
)  # fmt: skip
def test_filters_show_a_part_of_the_worst_agencies(filters, left):
    """With the figures and in the order of the whole list."""
    whole = worst("--worst", 5, "--at-least", 6)
    document = late(FORTY, *WHOLE, "--worst", 5, "--at-least", 6, *filters)

    found = [
        (one["level"], one["agency"], one["handled"], one["late"], one["rate"]) for one in document.get("worst", [])
    ]
    assert found == [row for row in whole if row[1] in left]
    assert sorted(row[1] for row in found) == sorted(left)


def test_a_filter_never_makes_an_agency_one_of_the_worst():
    """Sở Xây dựng (83.33 %) comes second of its level: among the worst two, but not the worst one."""
    asked = ("--at-least", 6, "--agency", "Sở Xây dựng")

    assert "worst" not in late(FORTY, *WHOLE, "--worst", 1, *asked)
    assert [one["agency"] for one in late(FORTY, *WHOLE, "--worst", 2, *asked)["worst"]] == ["Sở Xây dựng"]


def rates_by_level(rows: Iterable[tuple]) -> dict[str, list]:
    rates: dict[str, list] = {}
    for level, _, _, _, rate in rows:
        rates.setdefault(level, []).append(rate)
    return rates


def test_the_worst_agencies_have_the_days_of_their_group():
    rows = late(FORTY, *WHOLE, "--worst", 5)["worst"]

    days = {row["agency"]: tuple(row[name] for name in FIGURES[3:6]) for row in rows}
    assert days == {
        "UBND xã An Bình": (3, 31, 32),
        "Sở Tư pháp": (1, 6, 14),
        "UBND phường Ví Dụ": (0, 5, 5),
    }


def test_the_rows_of_the_export_are_all_accounted_for():
    rows = forty()["rows"]

    assert rows == {"read": 52, "counted": 50, "out_of_scope": 1, "superseded": 0, "rejected": 1}
    assert forty()["schema"] == "reformcli.late/1"


def test_an_office_that_works_on_saturdays_counts_them(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("date,kind,reason\n03/02/2024,worked,\n15/02/2024,off,\n", encoding="utf-8")

    listed = late(FORTY, *WHOLE, "--list", "--calendar", own)["dossiers"]

    days = {one["dossier_id"]: one["working_days_late"] for one in listed}
    # T09 and T10 gain Saturday 3 February; those that end on or after 15 February lose it
    moved = {"T09": 1, "T10": 2, "T03": 0, "T04": 1, "T05": 1, "T06": 5, "T08": 0, "T12": 2, "T11": 14}
    assert days == DAYS | moved


def test_the_reference_counts_the_forty_as_by_hand():
    """The oracle below is held to the same hand count."""
    start, end = datetime(2024, 1, 1), datetime(2026, 11, 30, 23, 59, 59)
    dossiers = forty_as_dossiers()

    grouped = reference_late.grouped(dossiers, [], start, end)[()]

    assert {d.dossier_id: reference_late.days_late(d, end) for d, _ in grouped} == DAYS
    assert {d.dossier_id for d, kind in grouped if kind == "overdue"} == OVERDUE
    assert {d.dossier_id for d, kind in grouped if kind == "paused_past_due"} == PAUSED
    assert tuple(reference_late.figures(grouped, 38, end).values()) == BY_AGENCY[-1][1:]
    assert five(reference_late.movement(grouped, start, end)) == (0, 40, 34, 4, 2)
    assert reference_late.near(dossiers, 4, start, end) == {"N09": 0, "N10": 2, "N03": 4, "N11": 4}


def forty_as_dossiers() -> list[reference.Dossier]:
    import csv

    statuses = {text: status for status, text in strategies.STATUS_TEXTS.items()}
    levels = {text: level for level, text in strategies.LEVEL_TEXTS.items()}
    with FORTY.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [
        reference.Dossier(
            dossier_id=row["Số hồ sơ"],
            agency=row["Cơ quan/đơn vị"],
            level=levels[row["Cấp thực hiện"]],
            status=statuses[row["Trạng thái hồ sơ"]],
            received_at=moment(row["Ngày tiếp nhận"]),
            due_at=moment(row["Ngày hẹn trả"]),
            finished_at=moment(row["Ngày kết thúc xử lý"]),
            supplement_requested_at=moment(row["Ngày yêu cầu bổ sung"]),
            supplement_completed_at=moment(row["Ngày hoàn thành bổ sung"]),
            supplement_requests=int(row["Số lần yêu cầu bổ sung"] or 0),
        )
        for row in rows
    ]


def moment(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S" if " " in text else "%d/%m/%Y")


# ---------------------------------------------------------------------------------------------------- the reference
FIELDS = ("Đất đai", "Hộ tịch", "Xây dựng", None, "Tư pháp")


def field_of(d: reference.Dossier) -> str | None:
    return FIELDS[int(d.dossier_id[-6:]) % len(FIELDS)]


def to_rows(dossiers: Sequence[reference.Dossier]) -> list[dict[str, str]]:
    rows = strategies.to_rows(dossiers)
    for d, row in zip(dossiers, rows, strict=True):
        row["Tên lĩnh vực"] = (d.dossier_id and field_of(d)) or ""
    return rows


def told(dossiers: Iterable[reference.Dossier]) -> list[reference.Dossier]:
    """All with a level: the program would guess it from the agency's name."""
    return [with_changes(d, level=d.level or "district") for d in dossiers]


def shown_key(dimension: str, value: object) -> object:
    """A value as both sides show it: an agency by its folded name (its level is not shown), none as None."""
    if dimension == "agency" and isinstance(value, tuple):
        value = value[0]
    if value in (None, "unattributed", "", "unstated"):
        return None
    return " ".join(value.split()).casefold() if dimension == "agency" else value


def found_groups(rows: Iterable[Mapping], names: Sequence[str]) -> Counter:
    """The groups with something late, each with its figures; two agencies of one name are two groups."""
    return Counter(
        (tuple(shown_key(dimension, value) for dimension, value in row["by"].items()), *(row[name] for name in names))
        for row in rows
        if row["by"] and any(row[name] for name in names)
    )


def expected_groups(groups: Mapping[tuple, list], by: Sequence[str], figures: Mapping[tuple, Mapping]) -> Counter:
    order = sorted(range(len(by)), key=lambda place: by[place])  # JSON has its keys sorted
    return Counter(
        (tuple(shown_key(by[place], key[place]) for place in order), *figures[key].values()) for key in groups
    )


def agree(dossiers: list, start: datetime, end: datetime, by: Sequence[str], document: Mapping) -> None:
    """Groups, figures, movement and its groups are those of the reference."""
    kept = reference.kept(dossiers)
    groups = reference_late.grouped(kept, by, start, end, field_of)
    every = [member for members in groups.values() for member in members]
    whole = sum(kind != "paused_past_due" for _, kind in every)
    figures = {key: reference_late.figures(members, whole, end) for key, members in groups.items()}
    moved = {key: reference_late.movement(members, start, end) for key, members in groups.items()}

    assert found_groups(document["late"], FIGURES) == expected_groups(groups, by, figures)
    total = document["late"][-1]
    assert total["by"] == {}
    assert {name: total[name] for name in FIGURES} == reference_late.figures(every, whole, end)
    assert found_groups(document["movement_by"], MOVEMENT) == expected_groups(groups, by, moved)
    assert {name: document["movement"][name] for name in MOVEMENT} == reference_late.movement(every, start, end)
    order = [row["overdue"] + row["resolved_late"] for row in document["late"][:-1]]
    assert order == sorted(order, reverse=True)


JULY = (strategies.START, strategies.END)
TET = (datetime(2024, 2, 5), datetime(2024, 2, 20, 23, 59, 59))
SWAP = (datetime(2024, 4, 22, 8), datetime(2024, 5, 6, 11, 30))
NEW_YEAR = (datetime(2025, 12, 29), datetime(2026, 1, 12, 23, 59, 59))
CULTURE = (datetime(2026, 11, 16), datetime(2026, 11, 30, 15, 10))


@pytest.mark.parametrize(
    ("seed", "span", "by"),
    [
        (1, JULY, ["agency"]),
        (2, TET, ["age"]),
        (3, SWAP, ["level", "status"]),
        (4, NEW_YEAR, ["field"]),
        (5, CULTURE, ["agency", "age"]),
        (6, TET, ["status", "field", "level"]),
    ],
    ids=["July, agency", "Tết, age", "swap, level × status", "New Year, field", "November, agency × age", "Tết, three"],
)
def test_ten_thousand_random_dossiers_agree_with_the_reference(seed, span, by, tmp_path):
    """Kinds, days, medians, shares and movement, for the whole and every group."""
    dossiers = told(strategies.random_dossiers(10_000, seed, start=span[0], end=span[1]))
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))

    agree(dossiers, *span, by, late(path, *period(*span), *groups_by(by)))


@pytest.mark.parametrize(("seed", "span"), [(11, TET), (12, SWAP), (13, NEW_YEAR)], ids=["Tết", "swap", "New Year"])
def test_every_listed_and_every_near_dossier_is_that_of_the_reference(seed, span, tmp_path):
    dossiers = told(strategies.random_dossiers(3_000, seed, start=span[0], end=span[1]))
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))
    kept = reference.kept(dossiers)

    document = late(path, *period(*span), "--list", "--near", "3")

    found = {one["dossier_id"]: (one["kind"], one["working_days_late"]) for one in document["dossiers"]}
    kinds = {d.dossier_id: (reference_late.kind_of(d, *span), reference_late.days_late(d, span[1])) for d in kept}
    assert found == {name: pair for name, pair in kinds.items() if pair[0]}
    near = {one["dossier_id"]: one["working_days_left"] for one in document["near"]}
    assert near == reference_late.near(kept, 3, *span)
    total = document["late"][-1]
    assert Counter(one["kind"] for one in document["dossiers"]) == {kind: total[kind] for kind in reference_late.KINDS}


@pytest.mark.parametrize(
    "choices", [{"granularity": "day"}, {"no_due_date": "late"}, {"compared_date": "returned"}], ids=str
)
def test_a_scorecard_of_one_s_own_agrees_with_the_reference(choices, tmp_path):
    """By day, undated ones late, compared with the return: kinds, days and movement follow."""
    from support import ROOT

    card = (ROOT / "src/reformcli/rules/qd766.toml").read_text(encoding="utf-8")
    for name, value in choices.items():
        default = getattr(reference.Choices(), name)
        assert card.count(f'\n{name} = "{default}"') == 1
        card = card.replace(f'\n{name} = "{default}"', f'\n{name} = "{value}"')
    (tmp_path / "own.toml").write_text(card, encoding="utf-8")
    dossiers = told(strategies.random_dossiers(3_000, 21))
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))
    kept = [d for d in dossiers if not reference.is_rejected(d, **choices)]

    document = late(path, *period(*JULY), "--scorecard", tmp_path / "own.toml", "--list")

    found = {one["dossier_id"]: (one["kind"], one["working_days_late"]) for one in document["dossiers"]}
    kinds = {
        d.dossier_id: (reference_late.kind_of(d, *JULY, **choices), reference_late.days_late(d, JULY[1], **choices))
        for d in kept
    }
    assert found == {name: pair for name, pair in kinds.items() if pair[0]}
    every = reference_late.grouped(kept, [], *JULY, **choices)[()]
    assert {name: document["movement"][name] for name in MOVEMENT} == reference_late.movement(every, *JULY, **choices)


@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), span=strategies.periods(), by=st.sampled_from(["age", "status"]))
def test_any_dossiers_in_any_period_agree_with_the_reference(dossiers, span, by, tmp_path):
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))

    agree(dossiers, *span, [by], late(path, *period(*span), "--by", by))


# ---------------------------------------------------------------------------------------------------- identities
DIMENSIONS = st.lists(
    st.sampled_from(["agency", "level", "status", "age", "field"]), min_size=1, max_size=3, unique=True
)


@EXAMPLES
@given(dossiers=strategies.dossiers(min_size=1), span=strategies.periods(), by=DIMENSIONS, data=st.data())
def test_the_movement_adds_up_for_any_cut_and_any_grouping(dossiers, span, by, data, tmp_path):
    """Opening + newly late - cleared = closing, of the whole, of every group and of every week; groups sum to the whole."""
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))
    each = data.draw(st.sampled_from(["week", "month"]))

    document = late(path, *period(*span), *groups_by(by), "--each", each)

    parts = [row for row in document["movement_by"] if row["by"]]
    assert all(map(holds, [document["movement"], *document["movement_by"], *document["series"]]))
    for name in MOVEMENT:
        assert sum(row[name] for row in parts) == document["movement"][name]
    *groups, total = document["late"]
    for name in FIGURES[:3]:
        assert sum(row[name] for row in groups) == total[name]
    assert total["overdue"] == document["movement"]["closing_overdue"]
    assert total["paused_past_due"] == document["movement"]["closing_paused"]
    assert total["resolved_late"] == document["movement"]["cleared"]


@pytest.mark.parametrize("each", ["week", "month"])
def test_every_part_of_a_series_is_the_movement_of_its_own_period(each, tmp_path):
    """Cut at Mondays or firsts; the last part closes as the whole does."""
    span = (datetime(2024, 6, 26, 8), datetime(2024, 8, 14, 15, 10))
    dossiers = strategies.random_dossiers(2_000, 31, start=span[0], end=span[1])
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))
    kept = reference.kept(dossiers)

    document = late(path, *period(*span), "--each", each)

    cut = list(reference_late.spans(*span, each))
    expected = [(*(side.strftime(MOMENT) for side in part), *five(moved_in(kept, part))) for part in cut]
    found = [(row["from"].replace("T", " "), row["to"].replace("T", " "), *five(row)) for row in document["series"]]
    assert found == expected
    assert all(map(holds, document["series"]))
    closing = ("closing_overdue", "closing_paused")
    assert [document["series"][-1][name] for name in closing] == [document["movement"][name] for name in closing]


def moved_in(dossiers: Iterable[reference.Dossier], span: tuple[datetime, datetime]) -> dict[str, int]:
    groups = reference_late.grouped(dossiers, [], *span)
    return reference_late.movement(groups.get((), []), *span)


def test_what_one_week_leaves_is_what_the_next_begins_with(tmp_path):
    """Without waiting times nothing is lost between two weeks: not by a deadline in a week's last second, nor by rule."""
    plain = {"supplement_requested_at": None, "supplement_completed_at": None}
    dossiers = [with_changes(d, **plain) for d in strategies.random_dossiers(3_000, 32)]
    assert any(d.due_at == datetime(2024, 7, 14) for d in dossiers)
    assert sum((d.supplement_requests or 0) > 1 for d in dossiers) > 20
    path = write_csv(tmp_path / "export.csv", to_rows(dossiers))

    document = late(path, *period(*JULY), "--each", "week")

    assert len(document["series"]) == 5
    for before, after in pairwise(document["series"]):
        assert before["closing_overdue"] + before["closing_paused"] == after["opening"]
    for name in ("newly_late", "cleared"):
        assert sum(row[name] for row in document["series"]) == document["movement"][name]
    assert document["series"][0]["opening"] == document["movement"]["opening"]


SERIES = ("--from", "01/07/2024", "--to", "28/07/2024", "--each", "week")
STILL_OPEN = {"Trạng thái hồ sơ": "Đang xử lý", "Ngày kết thúc xử lý": ""}
TWICE = {"Ngày hẹn trả": "22/07/2024 17:00:00", "Số lần yêu cầu bổ sung": "2"}


@pytest.mark.parametrize(
    ("changes", "weeks"),
    [
        # due on 22 July, open, asked for papers twice: late by rule from its receipt on 1 July
        (STILL_OPEN | TWICE, [(0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        (STILL_OPEN | TWICE | {"Ngày tiếp nhận": "09/07/2024"}, [(0, 0, 0, 0, 0), (0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        # the same, ended on 18 July, four days before its deadline
        (TWICE | {"Ngày kết thúc xử lý": "18/07/2024 09:00:00"}, [(0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 1, 0, 0), (0, 0, 0, 0, 0)]),
        # one request is none too many: late after 22 July only
        (STILL_OPEN | TWICE | {"Số lần yêu cầu bổ sung": "1"}, [(0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 1, 0, 1, 0)]),
        # due on Sunday 7 July, no time: in time in that week's last second, late in the next week's first
        (STILL_OPEN | {"Ngày hẹn trả": "07/07/2024"}, [(0, 0, 0, 0, 0), (0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        # a second before: late within the week
        (STILL_OPEN | {"Ngày hẹn trả": "07/07/2024 23:59:58"}, [(0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        # due before its receipt, received in the last second of a week: late at once; and the same while it pauses
        (STILL_OPEN | {"Ngày tiếp nhận": "07/07/2024 23:59:59"}, [(0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        ({"Trạng thái hồ sơ": "Dừng xử lý", "Ngày kết thúc xử lý": "", "Ngày tiếp nhận": "07/07/2024 23:59:59"}, [(0, 1, 0, 0, 1), (1, 0, 0, 0, 1), (1, 0, 0, 0, 1), (1, 0, 0, 0, 1)]),
        # what a series cannot keep: late on 7 July, in time again from 10 July on (five days of waiting), late again on 11 July
        (STILL_OPEN | {"Ngày yêu cầu bổ sung": "05/07/2024 08:00:00", "Ngày hoàn thành bổ sung": "10/07/2024 08:00:00", "Ngày hẹn trả": "06/07/2024 17:00:00"}, [(0, 1, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0)]),
        (STILL_OPEN | {"Ngày yêu cầu bổ sung": "05/07/2024 08:00:00", "Ngày hoàn thành bổ sung": "14/07/2024 08:00:00", "Ngày hẹn trả": "06/07/2024 17:00:00"}, [(0, 1, 0, 1, 0), (0, 0, 0, 0, 0), (0, 1, 0, 1, 0), (1, 0, 0, 1, 0)]),
    ],
)  # fmt: skip
def test_a_dossier_becomes_late_in_one_week_and_opens_the_next_ones(changes, weeks, tmp_path):
    """Counted by hand, beside one that is never late; the whole says the same of its first and last second."""
    harmless = {"Ngày kết thúc xử lý": "03/07/2024 08:00:00"}
    path = caused(tmp_path, changes, harmless, columns=[*CAUSE_COLUMNS, "Ngày hoàn thành bổ sung"])

    document = late(path, *SERIES)

    assert [five(row) for row in document["series"]] == weeks
    assert document["movement"]["opening"] == 0
    closing = ("closing_overdue", "closing_paused")
    assert [document["movement"][name] for name in closing] == list(weeks[-1][3:])


@pytest.mark.parametrize(("due", "opening"), [("07/07/2024", 0), ("07/07/2024 23:59:58", 1), ("08/07/2024", 0)])
def test_the_opening_is_what_was_late_in_the_last_second_before(due, opening, tmp_path):
    """What is due at 23:59:59 on 7 July is late from 8 July on: newly in that week, and not before it."""
    path = caused(tmp_path, STILL_OPEN | {"Ngày hẹn trả": due})

    moved = late(path, "--from", "08/07/2024", "--to", "14/07/2024")["movement"]

    assert five(moved) == (opening, 1 - opening, 0, 1, 0)


def test_a_series_is_the_same_in_one_go_and_in_many(tmp_path, monkeypatch):
    """How many rows are judged together is a matter of memory alone."""
    path = write_csv(tmp_path / "export.csv", to_rows(told(strategies.random_dossiers(2_000, 33))))
    one = late(path, *period(*JULY), "--each", "week")

    monkeypatch.setattr("reformcli.late.backlog.AT_ONCE", 100)

    assert late(path, *period(*JULY), "--each", "week") == one


# ---------------------------------------------------------------------------------------------------- causes
CAUSE_COLUMNS = [
    *("Số hồ sơ", "Cơ quan/đơn vị", "Cấp thực hiện", "Trạng thái hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả"),
    *("Ngày kết thúc xử lý", "Ngày yêu cầu bổ sung", "Số lần yêu cầu bổ sung"),
    *("Nguyên nhân trễ hạn", "Ghi chú", "Đơn vị chịu trách nhiệm", "Phiếu xin lỗi", "Chủ hồ sơ", "Số điện thoại"),
]
LATE = {
    "Cơ quan/đơn vị": "UBND xã An Bình",
    "Cấp thực hiện": "Xã",
    "Trạng thái hồ sơ": "Đã xử lý xong",
    "Ngày tiếp nhận": "01/07/2024 08:00:00",
    "Ngày hẹn trả": "05/07/2024 17:00:00",
    "Ngày kết thúc xử lý": "10/07/2024 08:00:00",
}
JULY_2024 = ("--period", "2024-07")


def caused(path: Path, *rows: Mapping[str, str], columns: Sequence[str] = CAUSE_COLUMNS) -> Path:
    """An export of late dossiers that differ from LATE in these cells; their ids are C1, C2 …"""
    empty = dict.fromkeys(columns, "")
    written = [{**empty, **LATE, "Số hồ sơ": f"C{number}", **row} for number, row in enumerate(rows, 1)]
    return write_csv(path / "causes.csv", written, columns)


def causes_of(document: Mapping) -> list[str]:
    listed = {one["dossier_id"]: one["cause"] for one in document["dossiers"]}
    return [listed[f"C{number}"] for number in range(1, len(listed) + 1)]


STATED = {"Nguyên nhân trễ hạn": "Lỗi phần mềm một cửa"}  # system
NOTED = {"Ghi chú": "Chờ đo đạc thửa đất"}  # field_work
PAYING = {"Trạng thái hồ sơ": "Yêu cầu thực hiện nghĩa vụ tài chính", "Ngày kết thúc xử lý": ""}
WAITING = {"Trạng thái hồ sơ": "Yêu cầu bổ sung giấy tờ", "Ngày kết thúc xử lý": ""}
OTHER_UNIT = {"Đơn vị chịu trách nhiệm": "Sở Tài chính"}


def test_the_stated_cause_goes_before_the_note_before_the_state_before_the_holder(tmp_path):
    path = caused(
        tmp_path,
        STATED | NOTED | PAYING | OTHER_UNIT,
        NOTED | PAYING | OTHER_UNIT,
        PAYING | OTHER_UNIT,
        OTHER_UNIT,
        {},
        STATED | {"Ghi chú": "Công dân chưa bổ sung hồ sơ"},
    )

    document = late(path, *JULY_2024, "--by", "cause", "--list")

    assert causes_of(document) == ["system", "field_work", "payment", "consultation", "unstated", "system"]


def test_a_stated_cause_that_says_nothing_leaves_it_to_the_note(tmp_path):
    nothing = {"Nguyên nhân trễ hạn": "Đã trả kết quả"}
    path = caused(tmp_path, nothing | NOTED, nothing | PAYING, nothing)

    assert causes_of(late(path, *JULY_2024, "--by", "cause", "--list")) == ["field_work", "payment", "unstated"]


def test_a_dossier_that_waits_for_papers_waits_for_its_applicant(tmp_path):
    path = caused(tmp_path, WAITING | {"Ngày yêu cầu bổ sung": "03/07/2024 08:00:00"}, WAITING)

    document = late(path, *JULY_2024, "--list")

    assert causes_of(document) == ["applicant", "applicant"]
    assert {one["kind"] for one in document["dossiers"]} == {"paused_past_due"}


def test_what_is_unstated_is_told_with_its_share(tmp_path):
    path = caused(tmp_path, STATED, {}, {}, NOTED, {"Ngày kết thúc xử lý": "04/07/2024 08:00:00"})

    document = late(path, *JULY_2024, "--by", "cause")

    assert document["unstated"] == {"unstated": 2, "late": 4}
    shares = {row["by"]["cause"]: row["share"] for row in document["late"] if row["by"]}
    assert shares == {"unstated": 50, "system": 25, "field_work": 25}


def test_what_is_unstated_is_told_of_the_dossiers_that_the_shares_are_of(tmp_path):
    """One overdue and one resolved late without a cause, one stated; two paused past due stand beside them."""
    paying = {"Trạng thái hồ sơ": "Dừng xử lý", "Ngày kết thúc xử lý": ""}
    path = caused(tmp_path, STATED, {}, STILL_OPEN, WAITING, paying)

    document = late(path, *JULY_2024, "--by", "cause")

    unstated = next(row for row in document["late"] if row["by"].get("cause") == "unstated")
    whole = document["late"][-1]
    assert (whole["overdue"], whole["resolved_late"], whole["paused_past_due"]) == (1, 2, 2)
    assert document["unstated"] == {"unstated": 2, "late": 3}
    assert unstated["share"] == Decimal("66.67")
    assert "2 trong 3 hồ sơ quá hạn và giải quyết trễ hạn" in printed(path, *JULY_2024)


def printed(*arguments: object) -> str:
    return command("late", *arguments).stdout.decode("utf-8")


@pytest.mark.parametrize("column", ["Nguyên nhân trễ hạn", "Ghi chú"])
def test_the_evidence_is_the_phrase_of_the_dictionary_and_never_what_was_written(column, tmp_path):
    path = caused(tmp_path, {column: "Bà Nhoẻn Ví Dụ báo lỗi phần mềm một cửa từ thứ Ba, gọi 0900000103"})

    one = late(path, *JULY_2024, "--list")["dossiers"][0]

    assert one["cause"] == "system"
    assert one["evidence"] in {phrase.text for phrase in load_cause_rules().phrases}
    assert not any(word in one["evidence"] for word in ("Nhoẻn", "Ví Dụ", "thứ Ba", "0900"))


def test_a_dossier_with_and_without_an_apology(tmp_path):
    path = caused(
        tmp_path,
        {"Phiếu xin lỗi": "Có"},
        {"Phiếu xin lỗi": "Không"},
        {"Phiếu xin lỗi": "12/PXL-UBND"},
        {"Phiếu xin lỗi": "0"},
        {},
    )

    rows = late(path, *JULY_2024, "--by", "apology")["late"]

    assert [(row["by"], row["resolved_late"]) for row in rows] == [
        ({"apology": "no"}, 3),
        ({"apology": "yes"}, 2),
        ({}, 5),
    ]


def test_a_file_without_the_column_beside_one_that_has_it_says_nothing_of_apologies(tmp_path):
    """A column that an export lacks is absent: it is not a "no"."""
    with_column = caused(tmp_path, {"Phiếu xin lỗi": "Có"}, {"Phiếu xin lỗi": "Không"}).rename(tmp_path / "with.csv")
    without = caused(tmp_path, {"Số hồ sơ": "X1"}, columns=CAUSE_COLUMNS[:9])

    rows = late(with_column, without, *JULY_2024, "--by", "apology")["late"]

    found = {row["by"]["apology"]: row["resolved_late"] for row in rows[:-1]}
    assert (found["yes"], found["no"], rows[-1]["resolved_late"]) == (1, 1, 3)


def test_the_responsible_unit_is_named_and_a_person_is_not(tmp_path):
    person = {"Đơn vị chịu trách nhiệm": "Nguyễn Nhoẻn Ví Dụ"}
    path = caused(tmp_path, OTHER_UNIT, OTHER_UNIT, OTHER_UNIT, person, person, {})

    rows = late(path, *JULY_2024, "--by", "responsible")["late"]

    found = [(row["by"].get("responsible"), row["resolved_late"]) for row in rows]
    assert found[0] == ("Sở Tài chính", 3)
    assert [number for _, number in found] == [3, 2, 1, 6]
    assert "Nhoẻn" not in str(rows)


def test_a_dictionary_of_one_s_own_comes_before_the_shipped_one(tmp_path):
    own = tmp_path / "own.toml"
    group = (
        '[[group]]\nid = "regulation"\nphrases = ["lỗi phần mềm một cửa"]\nsource = "our office"\nevidence = "own"\n'
    )
    own.write_text(f'source = "our office"\nevidence = "own"\n{group}', encoding="utf-8")
    path = caused(tmp_path, STATED)

    assert causes_of(late(path, *JULY_2024, "--list", "--causes", own)) == ["regulation"]


def test_texts_that_nothing_matches_are_shown_without_naming_anyone(tmp_path):
    """Only words that the dictionary has, and the group is only a proposal: the dossier stays unstated."""
    near, named = "máy chủ hỏngg Nhoẻn", "máy chủ hỏngg ông Nhoẻn Ví Dụ"
    rows = [{"Nguyên nhân trễ hạn": written} for written in (near, near, named)]
    path = caused(tmp_path, *rows, STATED)

    document = late(path, *JULY_2024, "--by", "cause")

    assert document["unstated"] == {"unstated": 3, "late": 4}
    assert sum(one["count"] for one in document["suggestions"]) <= 3
    assert document["suggestions"]
    for one in document["suggestions"]:
        assert set(one) == {"text", "count", "group", "phrase", "score"}
        shown = set(one["text"].split()) - {"…"}
        assert shown < {*near.split(), *named.split()}
        assert not shown & {"Nhoẻn", "Ví", "Dụ", "ông"}


# ---------------------------------------------------------------------------------------------------- persons
SECRETS = {
    "Nguyên nhân trễ hạn": ("Do ông Quẹo Ví Dụ nghỉ ốm, 0900000109", ("Quẹo", "0900000109")),
    "Ghi chú": ("Gọi bà Nhoẻn Ví Dụ, 0900000103", ("Nhoẻn", "0900000103")),
    "Đơn vị chịu trách nhiệm": ("Hồ Ngoằn Ví Dụ", ("Ngoằn",)),
    "Phiếu xin lỗi": ("Đã gửi bà Ngoạm Ví Dụ", ("Ngoạm",)),
    "Chủ hồ sơ": ("Nguyễn Xoài Ví Dụ", ("Xoài",)),
    "Số điện thoại": ("0900 000 101", ("0900000101", "0900 000 101")),
}
PERSONAL = {heading: written for heading, (written, _) in SECRETS.items()}
EVERYTHING = ("--list", "--near", 30, "--worst", 5, "--at-least", 1, "--each", "week")
EVERY_DIMENSION = groups_by(["cause", "responsible", "apology", "agency", "status"])


def named(path: Path, *extra: Mapping[str, str]) -> Path:
    """Late dossiers that name persons wherever a free text stands, alone and beside causes."""
    unit = {"Đơn vị chịu trách nhiệm": "Sở Tài chính - Hồ Ngoằn Ví Dụ"}
    phrase = {"Nguyên nhân trễ hạn": "Lỗi phần mềm một cửa của ông Quẹo Ví Dụ"}
    typing = {"Nguyên nhân trễ hạn": "Phần mền bị treo, ông Quẹo Ví Dụ", "Ghi chú": "Quẹo Nhoẻn"}
    near = {"Trạng thái hồ sơ": "Đang xử lý", "Ngày hẹn trả": "02/08/2024 17:00:00", "Ngày kết thúc xử lý": ""}
    rows = [{}, unit, phrase, typing, WAITING, near, *extra]
    return caused(path, *(PERSONAL | row for row in rows))


def texts_of(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix != ".xlsx":
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def leaks(text: str) -> list[str]:
    bare = fold(text)
    return [secret for _, secrets in SECRETS.values() for secret in secrets if secret in text or fold(secret) in bare]


@pytest.mark.parametrize("ending", ["csv", "json", "md", "xlsx"])
def test_no_file_that_late_writes_names_a_person(ending, tmp_path, capsys):
    path = named(tmp_path)
    everything = [*EVERY_DIMENSION, *map(str, EVERYTHING)]
    for number, arguments in enumerate((everything, EVERY_DIMENSION, ["--by", "responsible"], ["--near", "30"])):
        out = tmp_path / f"out{number}.{ending}"

        assert main(["late", str(path), *JULY_2024, *arguments, "-v", "-o", str(out)]) == 0

        assert leaks(texts_of(out)) == []
        told = capsys.readouterr()
        assert leaks(told.out) == leaks(told.err) == []


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_late_prints_no_person(form, tmp_path, capsys):
    path = named(tmp_path, {"Số hồ sơ": ""}, {"Ngày kết thúc xử lý": "Ông Quẹo Ví Dụ"})

    assert main(["late", str(path), *JULY_2024, *EVERY_DIMENSION, *map(str, EVERYTHING), "-v", "--format", form]) == 1

    told = capsys.readouterr()
    assert told.out
    assert leaks(told.out) == leaks(told.err) == []


# ---------------------------------------------------------------------------------------------------- the command
def test_an_unknown_dimension_is_a_usage_error():
    done = command("late", FORTY, "--by", "channel")

    assert done.returncode == 2
    assert done.stdout == b""
    assert "--by" in done.stderr.decode()


@pytest.mark.parametrize("dimension", ["responsible", "apology"])
def test_a_dimension_whose_column_is_missing_is_a_usage_error(dimension):
    done = command("late", FORTY, "--by", dimension)

    assert done.returncode == 2
    assert done.stdout == b""
    assert dimension in done.stderr.decode()


@pytest.mark.parametrize("dimension", ["field", "procedure"])
def test_a_dimension_of_a_plain_column_that_is_missing_is_a_usage_error(dimension, tmp_path):
    path = caused(tmp_path, {})

    assert command("late", path, "--by", dimension).returncode == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ("--near", "-1"),
        ("--near", "x"),
        ("--worst", "-1"),
        ("--each", "day"),
        ("--calendar", "no.csv"),
        ("--causes", "no.toml"),
    ],
    ids=" ".join,
)
def test_a_value_that_makes_no_sense_is_a_usage_error(wrong):
    assert command("late", FORTY, *wrong).returncode == 2


def test_the_real_process_gives_the_same_bytes_twice():
    moved = ("--from", "05/02/2024", "--to", "29/02/2024")
    arguments = ("late", FORTY, *moved, "--by", "agency", "--by", "age", *EVERYTHING, "--format", "json")

    first, second = command(*arguments), command(*arguments)

    assert first.returncode == second.returncode == 1  # the row without a code
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["movement"] == result("late", FORTY, *moved)["movement"]


def test_without_a_late_dossier_the_shares_are_null(tmp_path):
    path = caused(tmp_path, {"Ngày kết thúc xử lý": "04/07/2024 08:00:00"})

    document = late(path, *JULY_2024, "--list", "--near", 3, "--worst", 3, "--at-least", 1)

    total = document["late"][-1]
    assert total["by"] == {}
    assert [total[name] for name in FIGURES] == [0, 0, 0, None, None, None, None]
    assert five(document["movement"]) == (0, 0, 0, 0, 0)
    assert document["dossiers"] == document["near"] == []
    assert document["unstated"] == {"unstated": 0, "late": 0}


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two(tmp_path):
    """1 and 2 days late: 1.5; the 90th percentile is the second of the two."""
    path = caused(
        tmp_path, {"Ngày kết thúc xử lý": "08/07/2024 08:00:00"}, {"Ngày kết thúc xử lý": "09/07/2024 08:00:00"}
    )

    total = late(path, *JULY_2024)["late"][-1]

    assert [total[name] for name in FIGURES[3:6]] == [Decimal("1.5"), 2, 2]


def test_a_paused_group_has_no_days_of_its_own(tmp_path):
    """Median, percentile and maximum are over overdue and resolved late only."""
    path = caused(tmp_path, WAITING, {"Cơ quan/đơn vị": "UBND xã Ea Súp"})

    rows = late(path, *JULY_2024)["late"]

    found = {row["by"]["agency"]: [row[name] for name in FIGURES] for row in rows[:-1]}
    assert found == {"UBND xã Ea Súp": [0, 1, 0, 3, 3, 3, 100], "UBND xã An Bình": [0, 0, 1, None, None, None, 0]}


@pytest.mark.parametrize("name", ["agency", "level"])
def test_filters_change_what_is_shown_and_never_the_whole(name):
    shown = {"agency": "Sở Tư pháp", "level": "province"}[name]

    rows = late(FORTY, *WHOLE, f"--{name}", shown)["late"]

    assert rows[-1] == forty()["late"][-1]
    assert all(row in forty()["late"] for row in rows)
    assert {row["by"]["agency"] for row in rows[:-1]} == (
        {"Sở Tư pháp"} if name == "agency" else {"Sở Tư pháp", "Sở Xây dựng"}
    )


@pytest.mark.parametrize("ordered", [False, True], ids=["figures", "and their order"])
def test_the_order_and_the_files_of_the_rows_do_not_matter(ordered, tmp_path):
    """Neither for the figures nor for the place of groups that are equally bad."""
    rows = to_rows(told(strategies.random_dossiers(400, 41)))
    whole = write_csv(tmp_path / "whole.csv", rows)
    parts = [write_csv(tmp_path / f"{n}.csv", rows[n::2][::-1]) for n in range(2)]

    one, two = (late(*paths, *period(*JULY), "--by", "age", "--by", "status") for paths in ([whole], parts))

    for table in ("late", "movement_by"):
        found = [one[table], two[table]] if ordered else [sorted(map(str, each[table])) for each in (one, two)]
        assert found[0] == found[1]
