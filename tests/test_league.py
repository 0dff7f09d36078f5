"""Published scores ranked: places, distances, what moved, what is missing, and what the merger makes incomparable."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reformcli.audit import consistency
from reformcli.audit.league_consistency import league_checks
from reformcli.cli import main
from reformcli.league.files import day_in_name, day_of
from reformcli.league.places import PROVINCES, Pool, Score, as_measured, rankings, standings
from reformcli.league.ranking import run_league
from reformcli.render.league import league_sections
from reformcli.render.league_json import _ranking
from reformcli.rules.provinces import load_provinces
from support import DATA, ROOT, command

TABLE = str(DATA / "league.csv")
KNOWN = load_provinces()
GROUPS = ("transparency", "progress", "online_services", "online_payment", "satisfaction", "digitisation")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def write(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def run(capsys, *arguments: object) -> dict:
    assert main(["league", *map(str, arguments), "--format", "json", "-q"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out, parse_float=Decimal)


def shown(capsys, *arguments: object, lang: str = "en") -> str:
    assert main(["league", *map(str, arguments), "--lang", lang, "-q"]) == 0
    return " ".join(capsys.readouterr().out.split())


def only(document: dict, kind: str = "provinces", level: str | None = None) -> dict:
    (found,) = [one for one in document["leagues"] if (one["kind"], one["level"]) == (kind, level)]
    return found


def of(league: dict, name: str) -> dict:
    return next(one for one in league["units"] if one["unit"] == name)


def table(day: str, own: str, era: str = "before") -> list[str]:
    """All provinces of an era, ten of them above Phú Thọ: 90.00, 89.99 …, the others below: 60.00, 59.99 …"""
    others = [name for name in KNOWN.names(era) if name != "Phú Thọ"]
    lines = [f"{day},{name},{90 - at / 100:.2f}" for at, name in enumerate(others[:10])]
    lines += [f"{day},{name},{60 - at / 100:.2f}" for at, name in enumerate(others[10:])]
    return [*lines, f"{day},Phú Thọ,{own}"]


# ------------------------------------------------------------------ the sentence
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sentence_of_a_province_among_63(kind):
    """Two dated tables: 78.1 after 77.9, the eleventh both times."""
    head = "Ngày,Tỉnh,Tổng điểm"
    first = write("a.csv", head, *table("18/12/2023", "77.9"))
    second = write("b.csv", head, *table("25/12/2023", "78.1"))
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in [head.split(","), *(line.split(",") for line in table("25/12/2023", "78.1"))]:
            book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
        book.save(second := "b.xlsx")

    english = command("league", second, first, "--agency", "phu tho", "--lang", "en").stdout.decode()
    vietnamese = command("league", first, second, "--agency", "UBND tỉnh Phú Thọ").stdout.decode()

    assert "Phú Thọ, 25/12/2023: 78.1 points, rank 11 of 63, up 0.2, rank unchanged (against 18/12/2023)." in english
    said = "78,1 điểm, xếp thứ 11/63, tăng 0,2 điểm, giữ nguyên thứ hạng (so với ngày 18/12/2023)."
    assert f"Phú Thọ, ngày 25/12/2023: {said}" in vietnamese


def test_an_earlier_day_is_told_too(capsys):
    """Rank 11 now; on the first day 54.9 points were fewer than all others' but one: rank 63 of 63."""
    days = [("01/09/2023", "54.9"), ("18/12/2023", "77.9"), ("25/12/2023", "78.1")]
    files = [write(f"{at}.csv", "Ngày,Tỉnh,Tổng điểm", *table(*one)) for at, one in enumerate(days)]

    said = shown(capsys, *files, "--agency", "Phú Thọ")
    changes = of(only(run(capsys, *files)), "Phú Thọ")["changes"]

    assert "Earlier, 01/09/2023: 54.9 points, rank 63 of 63." in said
    assert [(one["date"], one["difference"]["points"], one["places"]) for one in changes] == [
        ("2023-12-18", Decimal("0.2"), 0),
        ("2023-09-01", Decimal("23.2"), 52),
    ]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("60", "78.1", "up 18.1, up {} places"),
        ("78.1", "60", "down 18.1, down {} places"),
        ("78.1", "78.1", "points unchanged, rank unchanged"),
    ],
)
def test_the_words_of_a_change(before, now, said, capsys):
    """60 shares rank 11 with the eleventh other: the place does not move either way; 59.995 is behind it by one."""
    before, now = before.replace("60", "59.985"), now.replace("60", "59.985")
    said = said.replace("18.1", "18.115").format(2)
    files = [write("a.csv", "date,province,total", *table("2023-12-18", before))]
    files += [write("b.csv", "date,province,total", *table("2023-12-25", now))]
    assert said in shown(capsys, *files, "--agency", "Phú Thọ")


# ------------------------------------------------------------------ places and distances
def test_places_distances_and_groups_of_a_small_table(capsys):
    """10/10: Huế 80; Phú Thọ and Hà Nội 78.1; Sơn La 70. Counted by hand from the file."""
    league = only(run(capsys, TABLE))
    assert [(one["unit"], one["rank"], one["rank_of"]) for one in league["units"]] == [
        ("Huế", 1, 4),
        ("Hà Nội", 2, 4),
        ("Phú Thọ", 2, 4),
        ("Sơn La", 4, 4),
    ]
    own, last, best = (of(league, name) for name in ("Phú Thọ", "Sơn La", "Huế"))
    assert best["next"] is best["first"] is None
    assert own["next"] == own["first"]
    assert (own["first"]["units"], own["first"]["points"]) == (["Huế"], Decimal("1.9"))
    assert own["first"]["most"] == ["online_services"]  # 8 − 6; transparency 16 − 15; digitisation 16 − 17
    assert own["first"]["groups"]["digitisation"] == -1
    assert (last["next"]["units"], last["next"]["points"]) == (["Hà Nội", "Phú Thọ"], Decimal("8.1"))
    assert last["next"]["most"] == ["digitisation"]  # 16 − 12


def test_what_moved_a_unit_and_who_has_no_earlier_figure(capsys):
    league = only(run(capsys, TABLE))
    own, other, new = (of(league, name)["changes"][0] for name in ("Phú Thọ", "Hà Nội", "Sơn La"))
    assert (own["difference"]["points"], own["difference"]["most"]) == (Decimal("0.2"), ["online_payment"])
    assert (own["rank"], own["rank_of"], own["places"]) == (3, 3, 1)
    assert (other["difference"]["points"], other["difference"]["most"]) == (Decimal("-0.9"), ["satisfaction"])
    assert (new["difference"], new["places"], new["rank"]) == (None, None, None)


def test_how_many_were_ranked_is_told_where_it_changed(capsys):
    said = shown(capsys, TABLE)
    assert "4 are ranked on 10/10/2026 and 3 on 03/10/2026" in said
    assert "On 03/10/2026 every score is given as 0.00, which is a failed fetch and not 0 points: Sơn La." in said


SCORES = st.lists(st.one_of(st.none(), st.decimals(0, 100, places=2)), max_size=12)


def a_score(name: str, total: Decimal | None, groups: dict | None = None) -> Score:
    return Score(Pool(PROVINCES), date(2026, 10, 3), name, total, groups or dict.fromkeys(GROUPS), "a.csv")


@given(totals=SCORES)
def test_a_place_is_one_more_than_how_many_are_better(totals):
    """Against sorting: the place is where the total first stands among all in falling order."""
    found = standings([a_score(str(at), total) for at, total in enumerate(totals)])
    known = sorted((total for total in totals if total is not None), reverse=True)
    for one in found:
        total = one.score.total
        assert one.rank == (known.index(total) + 1 if total is not None and len(known) > 1 else None)
        assert one.tied == (known.count(total) > 1)
    assert len(found) == len(totals)


@given(totals=SCORES, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(totals, seed):
    scores = [a_score(str(at), total) for at, total in enumerate(totals)]
    mixed = seed.sample(scores, len(scores))
    assert standings(scores) == standings(mixed)


def test_numbers_are_exact(capsys):
    """78.1 and 78.10 are level; 78.101 is ahead of both though it is shown as 78.10."""
    file = write("2026-10-03.csv", "province,total", "Huế,78.1", "Sơn La,78.10", "Hà Nội,78.101")
    assert [(one["unit"], one["rank"]) for one in only(run(capsys, file))["units"]] == [
        ("Hà Nội", 1),
        ("Huế", 2),
        ("Sơn La", 2),
    ]


# ------------------------------------------------------------------ missing is missing
@pytest.mark.parametrize(
    ("total", "groups", "measured", "kept", "fault"),
    [
        (None, [None] * 6, None, [None] * 6, "blank"),
        ("0", [None] * 6, None, [None] * 6, "failed"),
        ("0", ["0"] * 6, None, [None] * 6, "failed"),
        (None, ["0"] * 6, None, [None] * 6, "failed"),
        ("0", ["1", *["0"] * 5], None, ["1", *["0"] * 5], "zero_total"),
        (None, ["1"] * 6, None, ["1"] * 6, "blank"),
        ("60", ["10"] * 6, "60", ["10"] * 6, ""),
        ("50", ["0", *["10"] * 5], "50", ["0", *["10"] * 5], ""),
        ("50.03", ["0", *["10"] * 5], "50.03", ["0", *["10"] * 5], ""),
        ("60", ["0", *["10"] * 5], "60", [None, *["10"] * 5], "zero_groups"),
        ("60", ["0", None, *["10"] * 4], "60", ["0", None, *["10"] * 4], ""),
    ],
)
def test_what_a_failed_fetch_leaves_is_missing_not_zero(total, groups, measured, kept, fault):
    def numbers(texts):
        return {group: None if one is None else Decimal(one) for group, one in zip(GROUPS, texts, strict=True)}

    found = as_measured(a_score("Huế", None if total is None else Decimal(total), numbers(groups)))
    assert found.total == (None if measured is None else Decimal(measured))
    assert found.groups == numbers(kept)
    assert found.fault == fault


def test_a_missing_group_is_told_and_weighs_nothing(capsys):
    """Hà Nội lacks payment: of the ten points behind Huế, 2 are in transparency, the rest is not known."""
    file = write("2026-10-03.csv", "province,total,CKMB,TTTT", "Huế,80,16,9", "Hà Nội,70,14,–")
    league = only(run(capsys, file))
    assert of(league, "Hà Nội")["next"]["most"] == ["transparency"]
    assert "online_payment" in of(league, "Hà Nội")["next"]["unknown"]
    said = shown(capsys, file, "--agency", "Hà Nội")
    assert "most of it in Transparency (2); not known: " in said
    assert "On 03/10/2026 group scores are missing" in said
    assert "Hà Nội (Progress, Online services, Online payment" in said


def test_whole_countries_and_means_are_no_competitors(capsys):
    file = write("2026-10-03.csv", "province,total", "Huế,78.1", "Cả nước,75", "Trung bình,74", "Hà Nội,70")
    document = run(capsys, file)
    assert document["rows"] == {"read": 4, "counted": 2, "out_of_scope": 2, "superseded": 0, "rejected": 0}
    assert [one["name"] for one in document["left_out"]] == ["Cả nước", "Trung bình"]
    assert "Left out, being no competitor: Cả nước, Trung bình." in shown(capsys, file)


def test_one_alone_has_no_place(capsys):
    file = write("2026-10-03.csv", "province,total", "Huế,78.1", "Hà Nội,")
    assert [(one["unit"], one["rank"]) for one in only(run(capsys, file))["units"]] == [("Huế", None), ("Hà Nội", None)]
    assert "78.1 points, nobody else to be ranked with." in shown(capsys, file, "--agency", "Huế")
    assert "no published figure, so no rank" in shown(capsys, file, "--agency", "Hà Nội")


# ------------------------------------------------------------------ the merger
def test_the_63_provinces_and_what_became_of_them():
    """63 before, 34 after, 23 of them formed anew (19 provinces and 4 cities), 11 unchanged: Nghị quyết 202/2025/QH15."""
    assert (len(KNOWN.before), len(set(KNOWN.before)), len(KNOWN.formed_from)) == (63, 63, 34)
    formed = {name for name, parts in KNOWN.formed_from.items() if parts}
    assert (len(formed), len(formed & KNOWN.cities), len(KNOWN.cities)) == (23, 4, 6)
    assert sum(len(KNOWN.formed_from[name]) for name in formed) + 11 == 63
    assert all(name in KNOWN.formed_from[name] for name in formed)
    assert KNOWN.formed_from["Phú Thọ"] == ("Hòa Bình", "Vĩnh Phúc", "Phú Thọ")
    assert KNOWN.is_gone("Hòa Bình")
    assert not KNOWN.is_gone("Phú Thọ")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("UBND tỉnh Phú Thọ", "Phú Thọ"),
        ("PHU THO", "Phú Thọ"),
        ("TP.HCM", "Hồ Chí Minh"),
        ("Tp. Hồ Chí Minh", "Hồ Chí Minh"),
        ("Thừa Thiên - Huế", "Huế"),
        ("Tỉnh Bà Rịa – Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("UBND thành phố Hòa Bình", None),
        ("UBND xã Phú Thọ", None),
        ("Sở Y tế", None),
        ("", None),
    ],
)
def test_how_a_province_is_recognised(written, name):
    assert KNOWN.find(written) == name


def test_ranks_among_63_and_among_34_are_not_subtracted(capsys):
    files = [write("a.csv", "date,province,total", *table("30/06/2025", "77.9"))]
    files += [write("b.csv", "date,province,total", *table("05/07/2025", "78.1", "after"))]
    league = only(run(capsys, *files))
    merged, same = (of(league, name)["changes"][0] for name in ("Phú Thọ", "Cao Bằng"))
    assert (merged["barrier"], merged["places"], merged["difference"]) == ("territory", None, None)
    assert (merged["rank"], merged["rank_of"], merged["total"]) == (11, 63, Decimal("77.9"))
    assert (same["barrier"], same["places"]) == ("ranks", None)
    assert same["difference"]["points"] is not None
    said = shown(capsys, *files, "--agency", "Phú Thọ", "--agency", "Cao Bằng")
    assert "not compared with 30/06/2025: 77.9 points, rank 11 of 63: since 01/07/2025 Phú Thọ is what was Hòa" in said
    assert "the rank is not compared with 30/06/2025" in said
    assert "A rank among 63 is not subtracted from a rank among 34" in said
    assert [one["era"] for one in league["tables"]] == ["before", "after"]
    assert len(league["gone"]) == 29


def test_the_merger_is_no_matter_between_two_days_on_the_same_side(capsys):
    files = [write("a.csv", "date,province,total", *table("01/07/2025", "77.9", "after"))]
    files += [write("b.csv", "date,province,total", *table("08/07/2025", "78.1", "after"))]
    change = of(only(run(capsys, *files)), "Phú Thọ")["changes"][0]
    assert (change["barrier"], change["places"], change["rank_of"]) == (None, 0, 34)
    assert "63" not in shown(capsys, *files)


def test_a_late_table_of_the_old_provinces_is_told(capsys):
    file = write("2025-07-05.csv", "province,total", "Hòa Bình,70", "Phú Thọ,71")
    assert only(run(capsys, file))["tables"][0]["era"] == "before"
    said = shown(capsys, file)
    assert "names provinces that existed only until 01/07/2025" in said
    assert "The table of 05/07/2025 has 2 of 63 provinces" in said


# ------------------------------------------------------------------ the portal
def portal(name: str, extracted: str | None = "2026-10-02T20:00:00Z", *, bump: float = 0, **metadata: object) -> str:
    def unit(title: str, code: str, group: str, total: float, place: int) -> dict:
        scores = {"CKMB": 10, "TDGQ": 10, "ONLINE": 10, "TTTT": 10, "MDSH": 10, "MDHL": total - 50}
        metric = {"code": "DOSSIER_SYNC", "numerator": 547, "denominator": 547}
        metric |= {"dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR"} if group == "AGENCY" else {}
        more = {"componentIndicators": {"CKMB_CongKhaiMinhBach": {"score": 10, "metrics": [metric]}}}
        named = {"departmentName": title, "departmentCode": code, "childGroup": group}
        return {**named, "totalScore": total, "rank": place + 10, "groupRank": place, "groupScores": scores, **more}

    document = {
        "metadata": {"province": "Tỉnh Phú Thọ", "timeType": "year", "year": 2026, "extractedAt": extracted} | metadata,
        "overview": {"departmentName": "UBND tỉnh Phú Thọ", "totalScore": 78.1 + bump},
        "unitsDetail": [
            unit("Sở Nội vụ - tỉnh Phú Thọ", "H44.01", "AGENCY", 79.27 + bump, 1),
            unit("Sở Y tế - tỉnh Phú Thọ", "H44.02", "AGENCY", 79.27, 2),
            unit("Sở Tư pháp - tỉnh Phú Thọ", "H44.03", "AGENCY", 60, 3),
            unit("UBND xã Ân Lam", "H44.11", "COMMUNE", 90, 1),
            unit("UBND phường Mây", "H44.12", "COMMUNE", 80, 2),
        ],
    }
    Path(name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return name


def test_units_of_a_province_are_ranked_within_their_group(capsys):
    """20:00 UTC of 2 October is 3 October in Vietnam; the communes, though better, are no rivals of the departments."""
    document = run(capsys, portal("a.json"))
    departments, communes = only(document, "units", "province"), only(document, "units", "commune")
    assert departments["date"] == "2026-10-03"
    assert (departments["province"], departments["basis"]) == ("Phú Thọ", "year")
    assert [(one["code"], one["rank"], one["rank_of"]) for one in departments["units"]] == [
        ("H44.01", 1, 3),
        ("H44.02", 1, 3),
        ("H44.03", 3, 3),
    ]
    assert [(one["unit"], one["rank"]) for one in communes["units"]] == [("UBND xã Ân Lam", 1), ("UBND phường Mây", 2)]
    assert of(departments, "Sở Tư pháp - tỉnh Phú Thọ")["next"]["most"] == ["satisfaction"]


def test_the_portals_own_rank_and_marks_are_kept(capsys):
    """Two departments are level, which the portal ranks 1 and 2."""
    said = shown(capsys, portal("a.json"))
    assert "Sở Y tế - tỉnh Phú Thọ (published 2, by points 1)" in said
    assert "Published rank" in said
    assert "1.4 TEMP_NATIONAL_REPORT_DENOMINATOR (provisional denominator): 3 of them." in said
    (mark,) = only(run(capsys, "a.json"), "units", "province")["tables"][0]["scores"][0]["marks"]
    assert mark == {"component": "1.4", "status": "TEMP_NATIONAL_REPORT_DENOMINATOR"}


def test_two_days_of_the_portal(capsys):
    files = [portal("a.json"), portal("b.json", "2026-10-10T01:00:00+00:00", bump=0.5)]
    one = of(only(run(capsys, *files), "units", "province"), "Sở Y tế - tỉnh Phú Thọ")
    assert (one["rank"], one["next"]["points"]) == (2, Decimal("0.5"))
    assert (one["changes"][0]["difference"]["points"], one["changes"][0]["places"]) == (0, -1)
    said = shown(capsys, *files, "--agency", "Phú Thọ")
    assert "Phú Thọ, 10/10/2026: 78.6 points, nobody else to be ranked with, up 0.5 (against 03/10/2026)." in said


@pytest.mark.parametrize(
    ("name", "extracted", "metadata", "day"),
    [
        ("a.json", "2026-10-03T16:59:59Z", {}, "2026-10-03"),
        ("a.json", "2026-10-03T17:00:00.123Z", {}, "2026-10-04"),
        ("a.json", "2026-10-03T17:00:00", {}, "2026-10-04"),
        ("a.json", "2026-10-04T06:00:00+07:00", {}, "2026-10-04"),
        ("a.json", "2026-10-03T01:00:00Z", {"timeType": "month", "period": 8}, "2026-08-31"),
        ("a.json", "2026-10-03T01:00:00Z", {"timeType": "quarter", "period": 4}, "2026-10-03"),
        ("a.json", None, {"timeType": "quarter", "period": 3}, "2026-09-30"),
        ("a.json", None, {}, "2026-12-31"),
        ("details_PhuTho_05102026.json", None, {}, "2026-10-05"),
    ],
)
def test_the_day_of_a_portal_document(name, extracted, metadata, day, capsys):
    document = run(capsys, portal(name, extracted, **metadata))
    assert {one["date"] for one in document["leagues"]} == {day}


def test_months_are_not_held_against_years(capsys):
    files = [portal("a.json"), portal("b.json", "2026-10-10T01:00:00Z", timeType="month", period=10)]
    assert [one["previous"] for one in run(capsys, *files)["leagues"]] == [None] * 6


def test_short_files_of_a_tracker(capsys):
    """One file per province and date: six group scores and the total; payment of Hà Nội was not fetched."""
    full = {"CKMB": 16, "TDGQ": 18, "CLGQ": 8, "TTTT": 6, "MDSH": 16, "MDHL": 16}
    for name, scores, total in (("Huế", full, 80.0), ("Hà Nội", {**full, "TTTT": 0.0}, 79.5), ("Sơn La", {}, 0.0)):
        entry = {"province": name, "date": "2026-10-03", "totalScore": total, "groupScores": scores}
        Path(f"{name}.json").write_text(json.dumps(entry), encoding="utf-8")
    league = only(run(capsys, "Huế.json", "Hà Nội.json", "Sơn La.json"))
    assert [(one["unit"], one["total"], one["rank"]) for one in league["units"]] == [
        ("Huế", 80, 1),
        ("Hà Nội", Decimal("79.5"), 2),
        ("Sơn La", None, None),
    ]
    faults = {one["unit"]: (one["fault"], one["groups"]["online_payment"]) for one in league["tables"][0]["scores"]}
    assert faults == {"Huế": (None, 6), "Hà Nội": ("zero_groups", None), "Sơn La": ("failed", None)}


# ------------------------------------------------------------------ days and repetitions
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-10-03", "2026-10-03"),
        ("3/10/2026", "2026-10-03"),
        ("03.10.2026", "2026-10-03"),
        ("2026-10-03 08:00:00", "2026-10-03"),
        ("2026-10-02T20:00:00Z", "2026-10-03"),
        ("2026-W40", "2026-10-04"),
        ("Tuần 40/2026", "2026-10-04"),
        ("Tháng 9/2026", "2026-09-30"),
        ("09/2026", "2026-09-30"),
        ("Quý III/2026", "2026-09-30"),
        ("2026-Q3", "2026-09-30"),
        ("2026", "2026-12-31"),
        ("31/02/2026", "None"),
        ("10/13/2026", "None"),
        ("hôm qua", "None"),
        ("", "None"),
    ],
)
def test_days_as_people_write_them(written, day):
    assert str(day_of(written)) == day


@pytest.mark.parametrize(
    "name",
    [
        "2026-10-03 diem.csv",
        "diem_20261003.csv",
        "diem 03-10-2026.csv",
        "x03102026.json",
        "2026.10.03.xlsx",
        "3.10.2026 a.csv",
    ],
)
def test_the_day_in_a_files_name(name):
    assert day_in_name(name) == date(2026, 10, 3)


def test_a_later_fetch_of_the_same_day_counts_and_a_failed_one_does_not(capsys):
    """The failed fetch is the latest; the second good one has 0.5 more."""
    good = [portal("a.json", "2026-10-03T01:00:00Z"), portal("b.json", "2026-10-03T05:00:00Z", bump=0.5)]
    failed = json.loads(Path("a.json").read_text(encoding="utf-8"))
    failed["metadata"]["extractedAt"] = "2026-10-03T09:00:00Z"
    failed["overview"]["totalScore"] = 0.0
    for unit in failed["unitsDetail"]:
        unit |= {"totalScore": 0.0, "groupScores": {}}
    Path("c.json").write_text(json.dumps(failed), encoding="utf-8")
    document = run(capsys, "c.json", *good)
    assert [one["total"] for one in only(document)["units"]] == [Decimal("78.6")]
    assert document["rows"] == {"read": 18, "counted": 6, "out_of_scope": 0, "superseded": 12, "rejected": 0}


# ------------------------------------------------------------------ bad input
BAD = {
    "no day": (("a.csv", "province,total", "Huế,78"), "league_no_date", 3),
    "two days in the name": (("2026-10-03 2026-10-10.csv", "province,total", "Huế,78"), "league_no_date", 3),
    "a text for a day": (("a.csv", "date,province,total", "hôm qua,Huế,78"), "league_date", 3),
    "a blank day": (("a.csv", "date,province,total", ",Huế,78"), "league_date", 3),
    "a text for points": (("2026-10-03.csv", "province,total", "Huế,tốt"), "league_value", 3),
    "negative points": (("2026-10-03.csv", "province,total", "Huế,-1"), "league_value", 3),
    "a percentage": (("2026-10-03.csv", "province,total", "Huế,78%"), "league_value", 3),
    "a group that is a text": (("2026-10-03.csv", "province,total,CKMB", "Huế,78,x"), "league_value", 3),
    "a text for a rank": (("2026-10-03.csv", "province,total,rank", "Huế,78,đầu"), "league_rank", 3),
    "no name": (("2026-10-03.csv", "province,total", ",78"), "league_no_name", 3),
    "an unknown level": (("2026-10-03.csv", "unit,level,total", "Sở A,sao Hỏa,78"), "league_level", 3),
    "no total": (("2026-10-03.csv", "province,CKMB", "Huế,18"), "table_missing_column", 3),
    "no names": (("2026-10-03.csv", "total,CKMB", "78,18"), "table_missing_column", 3),
    "no rows": (("2026-10-03.csv", "province,total"), "league_empty", 3),
    "two scores": (("2026-10-03.csv", "province,total", "Huế,78", "TP Huế,79"), "league_repeated", 3),
    "no JSON": (("a.json", "{"), "league_json", 3),
    "another JSON": (("a.json", '{"a": 1}'), "league_json", 3),
    "no number in JSON": (("2026-10-03.json", '{"province": "Huế", "totalScore": true}'), "league_json", 3),
    "NaN in JSON": (("2026-10-03.json", '{"province": "Huế", "totalScore": NaN}'), "league_json", 3),
    "below zero in JSON": (("2026-10-03.json", '{"province": "Huế", "totalScore": -1}'), "league_json", 3),
    "JSON without a day": (("a.json", '{"province": "Huế", "totalScore": 78}'), "league_no_date", 3),
    "month 13": (
        ("a.json", '{"metadata": {"timeType": "month", "year": 2026, "period": 13}, "province": "Huế", "total": 78}'),
        "league_json",
        3,
    ),
    "a list of texts": (("2026-10-03.json", '["Huế"]'), "league_json", 3),
    "a result of ours": (("a.json", '{"schema": "reformcli.league/1", "leagues": []}'), "league_json", 3),
}


@pytest.mark.parametrize(("file", "key", "code"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_ranked_is_refused_in_three_lines(file, key, code, capsys):
    from reformcli.i18n import text

    name = write(*file)
    assert main(["league", name, "--lang", "en"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 3
    fixed = text(f"error.{key}.fix", "en").split("{")[0]
    assert fixed in err
    assert name in err


def test_what_cannot_be_meant_is_a_usage_error(capsys):
    Path("empty").mkdir()
    for wrong in (
        ["no.csv"],
        ["*.nothing"],
        ["empty"],
        [TABLE, "--agency", "Paris"],
        [TABLE, "-o", TABLE],
        [TABLE, "--format", "xml"],
    ):
        assert main(["league", *wrong]) == 2, wrong
    assert "Hà Nội" in capsys.readouterr().err  # the nearest names


# ------------------------------------------------------------------ forms
def test_every_form_is_written_at_once_and_says_the_same(capsys):
    names = ["a.xlsx", "a.html", "a.docx", "a.json", "a.csv", "a.md"]
    wanted = [part for name in names for part in ("-o", name)]
    assert main(["league", TABLE, "--agency", "Phú Thọ", *wanted]) == 0
    said = "Phú Thọ, ngày 10/10/2026: 78,1 điểm, đồng hạng 2/4, tăng 0,2 điểm, tăng 1 bậc (so với ngày 03/10/2026)."
    assert capsys.readouterr().err.strip() == said
    assert said in Path("a.html").read_text(encoding="utf-8")
    assert said in Path("a.md").read_text(encoding="utf-8")
    book = openpyxl.load_workbook("a.xlsx")
    assert any(said == cell.value for row in book.worksheets[0].iter_rows() for cell in row)
    schema = json.loads((ROOT / "src/reformcli/schemas/league.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(json.loads(Path("a.json").read_text("utf-8")))) == []
    beside = json.loads(Path("a.csv.manifest.json").read_text("utf-8"))
    assert beside["manifest"]["identity"] == json.loads(Path("a.json").read_text("utf-8"))["manifest"]["identity"]


def test_the_csv_can_be_read_back(capsys):
    before = only(run(capsys, TABLE))
    assert main(["league", TABLE, "-q", "-o", "back.csv"]) == 0
    assert only(run(capsys, "back.csv"))["units"] == before["units"]


def test_names_of_files_their_order_and_the_own_unit_change_no_figure(capsys):
    lines = Path(TABLE).read_text(encoding="utf-8").splitlines()
    head, first, second = lines[0], lines[1:5], lines[5:]
    files = [write("b.csv", head, *second[::-1]), write("a.csv", head, *first)]
    one, other, third = run(capsys, TABLE), run(capsys, *files), run(capsys, *files[::-1], "--agency", "Huế")
    assert other["leagues"][0]["units"] == one["leagues"][0]["units"]
    assert other["manifest"]["identity"] == third["manifest"]["identity"] == one["manifest"]["identity"]
    outputs = []
    for at, order in enumerate((files, files[::-1])):
        assert main(["league", *order, "-q", "-o", f"{at}.xlsx", "-o", f"{at}.html", "-o", f"{at}.docx"]) == 0
        outputs.append([Path(f"{at}.{form}").read_bytes() for form in ("xlsx", "html", "docx")])
    assert outputs[0] == outputs[1]


def test_a_folder_is_read_without_what_stands_beside_a_csv(capsys):
    Path("in").mkdir()
    write("in/2026-10-03.csv", "province,total", "Huế,78", "Hà Nội,77")
    write("in/2026-10-03.csv.manifest.json", "{}")
    write("in/.hidden.csv", "x")
    document = run(capsys, "in")
    assert [one["name"] for one in document["manifest"]["inputs"]] == ["2026-10-03.csv"]
    assert len(document["manifest"]["inputs"][0]["sha256"]) == 64


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_sections_can_stand_in_another_report(lang):
    league = run_league([TABLE], scorecard="qd766", own=["Phú Thọ"], options={})
    ranking, past, scores = league_sections(league, lang)
    assert [table.key for table in ranking.tables] == ["league", "league_distances", "league_groups"]
    assert past.annex
    assert scores.annex
    assert [table.key for table in (*past.tables, *scores.tables)] == ["league_past", "league_scores"]
    assert ranking.paragraphs[0].startswith("Phú Thọ")
    assert ranking.tables[0].rows[2][:4] == [2, "► Phú Thọ", Decimal("78.1"), Decimal("0.2")]


def test_units_and_provinces_of_one_table_are_kept_apart(capsys):
    file = write(
        "2026-10-03.csv",
        "Tỉnh,Đơn vị,Cấp,Tổng điểm",
        "Phú Thọ,Sở Y tế,Tỉnh,80",
        "Phú Thọ,UBND xã Ân Lam,Xã,90",
        "Phú Thọ,UBND tỉnh Phú Thọ,,78",
        "Huế,,,79",
        "Huế,Sở Y tế,Tỉnh,70",
    )
    document = run(capsys, file)
    found = [
        (one["kind"], one["province"], one["level"], [u["unit"] for u in one["units"]]) for one in document["leagues"]
    ]
    assert found == [
        ("provinces", None, None, ["Huế", "Phú Thọ"]),
        ("units", "Huế", "province", ["Sở Y tế"]),
        ("units", "Phú Thọ", "province", ["Sở Y tế"]),
        ("units", "Phú Thọ", "commune", ["UBND xã Ân Lam"]),
    ]


# ------------------------------------------------------------------ where scores stand, and verify
def weeks() -> list[str]:
    """Three tables of two weeks, the day of the first only in its name; Sơn La has no score, the country no place."""
    Path("in").mkdir(exist_ok=True)
    return [
        write("in/2026-10-03.csv", "Tỉnh,Tổng điểm,CKMB", "Huế,80,16", "Phú Thọ,77.9,15", "Sơn La,0.00,0.00"),
        write("in/new.csv", "Tỉnh,Ngày,Tổng điểm,CKMB", "Cả nước,10/10/2026,75,", 'Phú Thọ,10/10/2026,"81,5",18'),
        write("in/more.csv", "Tỉnh,Ngày,Tổng điểm,CKMB", "Phú Thọ,10/10/2026,81.5,18", "Huế,10/10/2026,80,16"),
    ]


def verified(capsys, target: object, *files: object) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["verify", str(target), *map(str, files), "--format", "json", "-q"])
    return code, json.loads(capsys.readouterr().out)


def test_every_score_leads_to_its_file_and_row_and_every_file_tells_what_became_of_its_rows(capsys):
    document = run(capsys, *weeks())

    newest = only(document)["tables"][-1]
    assert [(one["unit"], one["sources"]) for one in newest["scores"]] == [
        ("Phú Thọ", [{"file": "new.csv", "row": 3}]),  # the same stands in more.csv
        ("Huế", [{"file": "more.csv", "row": 3}]),
    ]
    names = ("name", "rows", "counted", "out_of_scope", "superseded", "rejected")
    inputs = [tuple(one[name] for name in names) for one in document["manifest"]["inputs"]]
    assert inputs == [("2026-10-03.csv", 3, 2, 0, 0, 1), ("more.csv", 2, 1, 0, 1, 0), ("new.csv", 2, 1, 1, 0, 0)]
    assert document["rows"] == {"read": 7, "counted": 4, "out_of_scope": 1, "superseded": 1, "rejected": 1}

    assert main(["league", *weeks(), "-q", "-o", "a.xlsx", "-o", "a.csv"]) == 0
    rows = [*openpyxl.load_workbook("a.xlsx")["Điểm đã công bố"].iter_rows(values_only=True)]
    assert [[cell for cell in row if cell is not None] for row in rows if "03/10/2026" in row] == [
        ["03/10/2026", "Huế", 80, 1, "2026-10-03.csv", 2],
        ["03/10/2026", "Phú Thọ", 77.9, 2, "2026-10-03.csv", 3],
        ["03/10/2026", "Sơn La", "–", "–", "2026-10-03.csv", 4],
    ]
    assert "2026-10-03.csv,4" in Path("a.csv").read_text(encoding="utf-8-sig")


def test_the_same_file_twice_is_one(capsys):
    Path("again").mkdir()
    file = write("2026-10-03.csv", "province,total", "Huế,78", "Hà Nội,77")
    copy = write("again/2026-10-03.csv", "province,total", "Huế,78", "Hà Nội,77")

    document = run(capsys, copy, file)

    assert (document["rows"]["read"], len(document["manifest"]["inputs"])) == (2, 1)


@pytest.mark.parametrize("form", ["xlsx", "html", "json", "csv"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_ranking_is_made_again_from_its_tables_whatever_they_are_called(form, lang, capsys):
    """A day that stands only in the name of a file is that of the name in the manifest."""
    files = weeks()
    assert main(["league", *files, "--agency", "phu tho", "--lang", lang, "-q", "-o", f"a.{form}"]) == 0
    renamed = Path(files[0]).rename("in/old.csv")

    code, found = verified(capsys, f"a.{form}", "in")

    assert (code, found["proved"], found["differences"]) == (0, True, [])
    assert found["figures"] == found["reproduced"] > 0
    assert {one["name"]: one["status"] for one in found["inputs"]} == {
        "2026-10-03.csv": "renamed",
        "more.csv": "same",
        "new.csv": "same",
    }
    assert renamed.exists()
    assert verified(capsys, f"a.{form}")[0] == 0


def test_a_ranking_by_a_scorecard_of_ones_own_is_made_again(capsys):
    Path("own.toml").write_bytes((ROOT / "src/reformcli/rules/qd766.toml").read_bytes())
    files = weeks()
    assert main(["league", *files, "--scorecard", "own.toml", "-q", "-o", "a.json"]) == 0

    assert verified(capsys, "a.json", "own.toml", *files)[0] == 0
    assert main(["verify", "a.json", *files]) == 2  # the scorecard is missing


def test_a_table_that_was_changed_since_is_the_cause(capsys):
    files = weeks()
    assert main(["league", *files, "-q", "-o", "a.json"]) == 0
    write(files[2], "Tỉnh,Ngày,Tổng điểm,CKMB", "Phú Thọ,10/10/2026,81.5,18", "Huế,10/10/2026,82,16")

    code, found = verified(capsys, "a.json", *files)

    assert (code, found["cause"]) == (1, "inputs")
    assert any("rank" in one["place"] for one in found["differences"])


def test_a_cell_that_was_typed_over_is_found_with_and_without_the_tables(capsys):
    files = weeks()
    assert main(["league", *files, "-q", "-o", "a.xlsx"]) == 0
    book = openpyxl.load_workbook("a.xlsx")
    sheet = book["Xếp hạng"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == 81.5)
    cell.value = 91.5
    book.save("a.xlsx")

    code, alone = verified(capsys, "a.xlsx")
    assert code == 1
    assert [one["check"] for one in alone["checks"] if one["failures"]] == ["cells"]

    code, found = verified(capsys, "a.xlsx", *files)
    assert (code, found["cause"]) == (1, "edited")
    (one,) = found["differences"]
    assert (one["part"], one["place"], one["reported"], one["recomputed"]) == (
        *("Xếp hạng", cell.coordinate, "91.5", "81.5"),
    )


FORGED = {
    "total": lambda league: league["tables"][-1]["scores"][1].update(total=Decimal("81.6")),
    "rank": lambda league: league["units"][0].update(rank=2),
    "rank of": lambda league: [one.update(rank_of=3) for one in league["tables"][0]["scores"]],
    "next": lambda league: league["units"][1]["next"].update(points=Decimal("1.4")),
    "first": lambda league: league["units"][1]["first"]["units"].append("Sơn La"),
    "group": lambda league: league["units"][1]["next"]["groups"].update(transparency=Decimal(3)),
    "most": lambda league: league["units"][1]["next"].update(most=["progress"]),
    "places": lambda league: league["units"][0]["changes"][0].update(places=2),
    "change": lambda league: league["units"][0]["changes"][0]["difference"].update(points=Decimal("3.7")),
    "before": lambda league: league["units"][0]["changes"][0].update(total=Decimal("77.8")),
    "day": lambda league: league.update(date="2026-10-11"),
    "order": lambda league: league["units"].reverse(),
    "gone": lambda league: league["units"].pop(),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_does_not_follow_from_the_scores_is_found_in_a_ranking_alone(name, capsys):
    document = run(capsys, *weeks())
    assert [one.id for one in consistency.checks(document) if one.failures] == []

    FORGED[name](document["leagues"][0])

    assert [one.id for one in consistency.checks(document) if one.failures] == ["league"]


@given(
    points=st.lists(
        st.dictionaries(st.sampled_from(["Huế", "Sơn La", "Phú Thọ", "Hà Nội"]), st.integers(0, 4), min_size=1),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_was_published_the_ranking_agrees_with_itself(points):
    """Ties, gaps, zeros, provinces that come and go, the merger in between: no false alarm."""
    days = [date(2025, 6, 21), date(2026, 10, 3), date(2026, 10, 10)]
    scores = [
        as_measured(Score(Pool(PROVINCES), day, name, Decimal(total), dict.fromkeys(GROUPS, None), "a.csv"))
        for day, table in zip(days, points, strict=False)
        for name, total in table.items()
    ]
    body = {"leagues": [_ranking(one) for one in rankings(scores, KNOWN)]}

    assert [where for where, is_right in league_checks(body) if not is_right] == []
