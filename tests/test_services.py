"""The catalogue of procedures: shares, services with dossiers and the components it feeds, all counted by hand."""

from __future__ import annotations

import hashlib
import itertools
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.audit import explaining
from reformcli.audit.consistency import checks
from reformcli.audit.explanation import Asked
from reformcli.audit.roundings import made_to_add, rounded
from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.render.services import service_sections
from reformcli.services import counting as services
from reformcli.services import figures as service_figures
from reformcli.services import serving
from reformcli.services.catalogue import load_services
from reformcli.services.served import serve
from support import SAMPLES, command, write_csv

HEADER = (
    "Mã TTHC,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện,Mức độ,Phí,Thanh toán trực tuyến,"
    "Biểu mẫu điện tử,Kết quả bản giấy,Cá nhân,Dữ liệu dân cư\n"
)
HAND = """\
9.1,Cấp giấy A,Một,Cấp Tỉnh,Sở Tư pháp,Toàn trình,100.000,x,x,x,x,x
9.2,Cấp giấy B,Một,Cấp Tỉnh,Sở Tư pháp,Một phần,50.000 đồng,,x,x,x,
9.3,Thông báo C,Hai,Cấp Tỉnh,Sở Y tế,Mức độ 3,0 đồng,,,,,
9.4,Tra cứu D,Hai,Cấp Tỉnh,Sở Y tế,Cung cấp thông tin,Miễn phí,,,x,x,x
9.5,Đăng ký E,Ba,Cấp Xã,,4,10000,Có,Có,Có,Có,Có
9.6,Xác nhận F,Ba,Cấp Huyện; Cấp Xã,,Một phần,Không,0,x,x,x,
"""
AN, BINH, TP, YT = "UBND xã An", "UBND xã Bình", "Sở Tư pháp", "Sở Y tế"
# agency, procedure, channel, paid, electronic result; the fourth was received in February
DOSSIERS = [
    (TP, "Cấp giấy A", "Trực tuyến", "1", "1"),
    (TP, "cấp giấy  a", "Trực tiếp", "0", "0"),
    (TP, "Cấp giấy B", "Trực tiếp", "0", "1"),
    (TP, "Cấp giấy B", "Trực tuyến", "1", "1"),
    (YT, "Thông báo C", "Trực tuyến", "0", "1"),
    (YT, "Thông báo C", "Trực tiếp", "0", "0"),
    (AN, "Đăng ký E", "Trực tuyến", "2", "1"),
    (AN, "Đăng ký E", "Trực tiếp", "0", "1"),
    (AN, "Xác nhận F", "Trực tiếp", "0", "0"),
    (BINH, "Xác nhận F", "Trực tiếp", "0", "0"),
    (BINH, "Xác nhận F", "Bưu chính", "0", "0"),
    (BINH, "Lạ G", "Trực tuyến", "1", "1"),
]
NAMES = ("Cơ quan giải quyết", "Tên thủ tục", "Hình thức tiếp nhận", "Thanh toán trực tuyến", "Kết quả điện tử")
FED = ("3.1", "3.2", "3.5a", "3.5b", "4.5a")
OF_AGENCIES = {
    TP: ((2, 2), (1, 2), (1, 2), (1, 2), (1, 2)),
    YT: ((1, 2), (1, 1), (0, 0), (0, 0), (1, 1)),
    AN: ((2, 2), (1, 2), (1, 1), (1, 1), (1, 2)),
    BINH: ((2, 2), (0, 2), (1, 1), (0, 1), (1, 2)),
}
WHOLE = ((5, 6), (3, 5), (2, 3), (2, 3), (3, 5))  # every procedure once, with everybody's dossiers
WEEK = ("--period", "2023-W51")
SAMPLE, REGISTER = str(SAMPLES / "catalogue.csv"), str(SAMPLES / "agencies.csv")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def listing(tmp_path, rows=HAND, header=HEADER, name="danh-muc.csv"):
    path = tmp_path / name
    path.write_text(header + rows, encoding="utf-8")
    return str(path)


def export(tmp_path, dossiers=DOSSIERS, name="ho-so.csv", without=()):
    rows = []
    for number, told in enumerate(dossiers):
        day = "20/02/2026" if number == 3 else "10/03/2026"
        row = {
            "Mã hồ sơ": f"H99.{number + 10}-260310-0001",
            "Ngày tiếp nhận": f"{day} 08:00",
            "Trạng thái": "Đang xử lý",
        }
        rows.append({**row, "Ngày hẹn trả": "30/04/2026 08:00", **dict(zip(NAMES, told, strict=True))})
    return str(write_csv(tmp_path / name, rows, [column for column in rows[0] if column not in without]))


def scored(catalogue, exports=(), counts=(), **options):
    return pipeline.run_score(
        judging.Options(exports=exports, counts=counts, catalogue=catalogue, period="2026-03", **options)
    )


def pairs(run, kind="agency", name=None, ids=FED):
    """(numerator, denominator) of some components of one unit."""
    (unit,) = [u for u in run.units if u.unit.kind == kind and name in (None, u.unit.agency, u.unit.level)]
    found = {c.component.id: c for c in unit.components}
    return tuple((found[one].numerator, found[one].denominator) for one in ids)


def component(run, name, agency):
    (unit,) = [u for u in run.units if u.unit.agency == agency]
    return next(c for c in unit.components if c.component.id == name)


def texts(run, rule):
    return run.findings.loc[run.findings["rule"] == rule, "text"].tolist()


def added(pairs_of):
    return tuple((sum(n for n, _ in column), sum(d for _, d in column)) for column in zip(*pairs_of, strict=True))


# ------------------------------------------------------------------ shares
def many(tmp_path):
    """The published catalogue: 756 full, 830 partial and 304 information only, 1,890 in all."""
    kinds = ["Toàn trình"] * 756 + ["Một phần"] * 830 + ["Cung cấp thông tin"] * 304
    rows = "".join(f"P{at},Thủ tục {at},{kind}\n" for at, kind in enumerate(kinds))
    return listing(tmp_path, rows, "Mã TTHC,Tên TTHC,Mức độ\n")


def test_the_published_shares_come_out_exactly(tmp_path, capsys):
    """1,586 of 1,890 online: 83.92; 756: 40.00; 830: 43.92; 304: 16.08; and of 543 with dossiers 234 are full: 43.09."""
    rows = [
        {"Mã hồ sơ": f"H99.1-260310-{at:04}", "Ngày tiếp nhận": "10/03/2026", "Ngày hẹn trả": "30/04/2026"}
        | {"Trạng thái": "Đang xử lý", "Mã thủ tục": f"P{at}", "Hình thức tiếp nhận": "Trực tuyến"}
        for at in [*range(234), *range(756, 756 + 309)]
    ]
    dossiers = str(write_csv(tmp_path / "ho-so.csv", rows))

    assert main(["services", many(tmp_path), dossiers, "--format", "json", "-q"]) == 0
    made = json.loads(capsys.readouterr().out, parse_float=Decimal)
    shares = {one["service_level"]: one for one in made["service_levels"]}

    assert {key: str(one["share"]) for key, one in shares.items()} == {
        "full": "40.00", "partial": "43.92", "online": "83.92", "information": "16.08"
    }  # fmt: skip
    assert {key: one["count"] for key, one in shares.items()} == {
        "full": 756, "partial": 830, "online": 1586, "information": 304
    }  # fmt: skip
    whole = made["procedures"]
    assert (whole["used"], whole["used_full"], str(whole["used_full_share"])) == (543, 234, "43.09")
    assert not any(one["adjusted"] for one in shares.values())


def test_people_read_the_published_shares_in_their_language(tmp_path, capsys):
    catalogue = many(tmp_path)
    assert main(["services", catalogue]) == 0
    vi = capsys.readouterr().out
    assert "1.586 trên 1.890 thủ tục cung cấp dịch vụ công trực tuyến (83,92%)" in vi
    assert "756 toàn trình (40,00%), 830 một phần (43,92%); 304 chỉ cung cấp thông tin (16,08%)" in vi
    assert main(["services", catalogue, "--lang", "en"]) == 0
    assert "1,586 of 1,890 procedures are offered online (83.92%)" in capsys.readouterr().out


def test_shares_add_to_100_only_on_request_and_then_say_so(tmp_path, capsys):
    """A third each: 33.33 three times makes 99.99; the first becomes 33.34, and online 66.67 (66.67 half up: not moved)."""
    catalogue = listing(tmp_path, "1,A,4\n2,B,3\n3,C,2\n", "Mã TTHC,Tên TTHC,Mức độ\n")
    found = {}
    for extra in ([], ["--add-to-100"]):
        assert main(["services", catalogue, "--format", "json", "-q", *extra]) == 0
        made = json.loads(capsys.readouterr().out, parse_float=Decimal)
        found[bool(extra)] = [
            (str(one["share"]), str(one["half_up"]), one["adjusted"]) for one in made["service_levels"]
        ]
        assert made["made_to_add"] == bool(extra)

    assert found[False] == [("33.33", "33.33", False)] * 2 + [("66.67", "66.67", False), ("33.33", "33.33", False)]
    assert found[True] == [
        ("33.34", "33.33", True), ("33.33", "33.33", False), ("66.67", "66.67", False), ("33.33", "33.33", False)
    ]  # fmt: skip
    assert main(["services", catalogue, "--add-to-100"]) == 0
    assert "đã chỉnh, làm tròn thường là 33,33" in capsys.readouterr().out


@given(counts=st.lists(st.integers(0, 5000), min_size=1, max_size=6))
def test_shares_made_to_add_do_and_move_as_few_as_can_be(counts):
    """By one in the last digit each; only as many as the rounded shares are off by."""
    shares = made_to_add(counts)
    if not sum(counts):
        assert shares == []
        return
    half_up = [rounded(Fraction(100 * count, sum(counts)), 2) for count in counts]
    assert sum(share for share, _ in shares) == 100
    assert [moved for _, moved in shares] == [s != h for (s, _), h in zip(shares, half_up, strict=True)]
    assert sum(moved for _, moved in shares) == abs(100 - sum(half_up)) * 100
    exact = [Fraction(100 * count, sum(counts)) for count in counts]
    assert all(abs(Fraction(s) - e) < Fraction(1, 100) for (s, _), e in zip(shares, exact, strict=True))
    assert all(s >= 0 and (s == 0 or count) for (s, _), count in zip(shares, counts, strict=True))


# ------------------------------------------------------------------ counted by hand
def test_services_with_dossiers_fields_and_levels_by_hand(tmp_path):
    """See HAND and DOSSIERS: F and B are offered online and nobody files them online; the rest is in the figures."""
    options = judging.Options(exports=[export(tmp_path)], catalogue=listing(tmp_path), period="2026-03")
    run, found = serving.run_services(options, worst=3)

    assert found.whole.by_level == (2, 3, 1, 0)
    assert (found.whole.eforms, found.whole.used, found.whole.used_full, found.whole.used_online) == (4, 5, 2, 3)
    assert (found.whole.received, found.whole.online) == (10, 3)
    assert {one.key: (one.procedures, one.received, one.online) for one in found.fields} == {
        "Một": (2, 3, 1), "Hai": (2, 2, 1), "Ba": (2, 5, 1)
    }  # fmt: skip
    assert [(one.key, one.procedures, one.by_level) for one in found.levels] == [
        ("province", 4, (1, 2, 1, 0)), ("district", 1, (0, 1, 0, 0)), ("commune", 2, (1, 1, 0, 0))
    ]  # fmt: skip
    assert [(one.procedure.id, one.on_paper) for one in found.unfiled] == [("9.6", 3), ("9.2", 1)]
    assert [(one.procedure.id, one.on_paper) for one in found.on_paper] == [("9.6", 3), ("9.1", 1), ("9.2", 1)]
    assert [one.group.used for one in found.shares] == [2, 3, 5, 0]
    assert texts(run, "RC324") == ["Lạ G (1)"]


def test_the_components_of_every_unit_by_hand(tmp_path):
    """Departments have the procedures that name them, communes all of their level; sums are sums of counts."""
    run = scored(listing(tmp_path), [export(tmp_path)])

    assert {name: pairs(run, name=name) for name in OF_AGENCIES} == OF_AGENCIES
    communes = added([OF_AGENCIES[AN], OF_AGENCIES[BINH]])
    assert pairs(run, "level", "commune") == communes == ((4, 4), (1, 4), (2, 2), (1, 2), (2, 4))
    assert pairs(run, "total") == added(OF_AGENCIES.values()) == ((7, 8), (3, 7), (3, 4), (2, 4), (4, 7))
    assert component(run, "3.1", TP).origin == "catalogue"
    assert component(run, "3.5a", YT).status == "empty"  # no procedure with a fee: 0 points, as the portal gives


def test_the_whole_province_has_every_procedure_once_and_is_not_summed_again(tmp_path):
    """As published: one row of the province with 516 of 1,884 services, not each commune's again."""
    counts = write_csv(tmp_path / "so-lieu.csv", [
        {"agency": "UBND tỉnh Sông Lam", "level": "province", "component": "1.1", "numerator": "1", "denominator": "2"}
    ])  # fmt: skip
    run = scored(listing(tmp_path), [export(tmp_path)], [str(counts)])

    assert pairs(run, name="UBND tỉnh Sông Lam") == WHOLE
    assert pairs(run, "total") == added(OF_AGENCIES.values())


def test_counts_win_over_the_catalogue_and_a_difference_is_told(tmp_path):
    """3.1 of Sở Tư pháp is 2/2 by the catalogue."""
    rows = [
        {"agency": TP, "level": "province", "component": name, "numerator": str(n), "denominator": str(d)}
        for name, (n, d) in {"3.1": (1, 3), "3.2": (1, 2)}.items()
    ]
    run = scored(listing(tmp_path), [export(tmp_path)], [str(write_csv(tmp_path / "so-lieu.csv", rows))])

    assert pairs(run, name=TP, ids=("3.1", "3.2", "3.5a")) == ((1, 3), (1, 2), (1, 2))
    assert component(run, "3.1", TP).origin == "counts"
    assert texts(run, "RC302") == ["Sở Tư pháp, 3.1: 2/2 ≠ 1/3"]


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ((), {}),
        (("Hình thức tiếp nhận",), {"3.2": ("channel",)}),
        (("Thanh toán trực tuyến",), {"3.5b": ("paid_online",)}),
        (("Tên thủ tục",), {"3.2": ("procedure",), "3.5b": ("procedure",)}),
    ],
)
def test_what_the_exports_lack_is_not_measured_and_said(lacking, missing, tmp_path):
    run = scored(listing(tmp_path), [export(tmp_path, without=lacking)])
    found = {name: component(run, name, TP) for name in FED}

    assert {name: one.missing for name, one in found.items() if one.status == "not_measured"} == missing
    assert all(one.numerator is None for name, one in found.items() if name in missing)


def test_one_export_without_the_column_leaves_its_agencies_unmeasured(tmp_path):
    """The same agency in two files: only what both tell is measured."""
    some = export(tmp_path, DOSSIERS[:4], "mot.csv")
    rest = export(tmp_path, [DOSSIERS[8], *DOSSIERS[:1]], "hai.csv", without=("Hình thức tiếp nhận",))
    run = scored(listing(tmp_path), [some, rest])

    assert component(run, "3.2", AN).missing == ("channel",)
    assert component(run, "3.1", AN).status == "measured"


@pytest.mark.parametrize(
    ("column", "components"),
    [("Mức độ", {"3.1", "3.2"}), ("Phí", {"3.5a", "3.5b"}), ("Thanh toán trực tuyến", {"3.5a"}), ("Cá nhân", {"4.5a"})],
)
def test_what_the_catalogue_lacks_is_not_measured_and_said(column, components, tmp_path):
    """A column that is blank throughout is as good as none."""
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(HEADER + HAND)))
    for blank in (True, False):
        kept = [name for name in rows[0] if blank or name != column]
        some = [{**row, column: ""} for row in rows]
        run = scored(str(write_csv(tmp_path / "danh-muc.csv", some, kept)), [export(tmp_path)])
        found = {name: component(run, name, TP) for name in FED}
        assert {name for name, one in found.items() if one.status == "not_measured"} == components
        assert all(one.missing[0].startswith("--catalogue ") for name, one in found.items() if name in components)


def test_a_department_that_the_catalogue_does_not_name_is_not_measured(tmp_path):
    """Without agencies a catalogue tells of districts and communes only; four procedures are nobody's."""
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(HEADER + HAND)))
    kept = [name for name in rows[0] if name != "Cơ quan thực hiện"]
    run = scored(str(write_csv(tmp_path / "danh-muc.csv", rows, kept)), [export(tmp_path)])

    assert pairs(run, name=AN) == OF_AGENCIES[AN]
    assert component(run, "3.1", TP).missing == ("--catalogue agency",)
    assert pairs(run, "level", "commune") == added([OF_AGENCIES[AN], OF_AGENCIES[BINH]])
    assert pairs(run, "total") == ((None, None),) * 5
    assert texts(run, "RC323") == ["4"]


def test_without_catalogue_the_reason_names_it(tmp_path):
    run = scored(None, [export(tmp_path)])
    assert component(run, "3.1", TP).missing == ("--catalogue", "--counts 3.1")
    assert component(run, "1.4", TP).missing == ("--counts 1.4",)


def test_dossiers_of_procedures_without_a_paper_result_are_left_out_of_4_1(tmp_path):
    """11 received, 6 with an electronic result; the two of C, one of them with it, need no paper. G is not known: it stays."""
    plain, restricted = scored(None, [export(tmp_path)]), scored(listing(tmp_path), [export(tmp_path)])

    assert pairs(plain, "total", ids=("4.1",)) == ((6, 11),)
    assert pairs(restricted, "total", ids=("4.1",)) == ((5, 9),)
    assert pairs(restricted, name=YT, ids=("4.1", "2.1")) == ((0, 0), (2, 2))
    assert texts(restricted, "RC326") == ["4.1: 2; 4.2: 2"]


def test_a_catalogue_that_does_not_tell_of_paper_results_leaves_4_1_as_it_is(tmp_path):
    """Nothing is left out: 6 of 11."""
    run = scored(listing(tmp_path, HAND, HEADER.replace("Kết quả bản giấy", "Ghi chú")), [export(tmp_path)])

    assert pairs(run, "total", ids=("4.1",)) == ((6, 11),)
    assert texts(run, "RC326") == []


def test_dossiers_carried_over_from_a_file_without_channel_leave_their_agency_unmeasured(tmp_path):
    """Nobody knows whether the one received in February was filed online: 3.2 is open, as 3.3 is."""
    some = export(tmp_path, [DOSSIERS[6]] * 3, "mot.csv")
    rest = export(
        tmp_path, [(BINH, *told[1:]) for told in DOSSIERS[:3]] + [DOSSIERS[8]], "hai.csv", without=(NAMES[2],)
    )
    run = scored(listing(tmp_path), [some, rest])

    assert component(run, "3.2", AN).missing == component(run, "3.3", AN).missing == ("channel",)


def test_an_agency_that_only_the_catalogue_names_keeps_a_sum_open(tmp_path):
    """Counts tell 3.2 of one department, nobody of the other: the level's would be a part of the whole."""
    rows = [{"agency": TP, "level": "province", "component": "3.2", "numerator": "1", "denominator": "2"}]
    run = scored(listing(tmp_path), (), [str(write_csv(tmp_path / "so-lieu.csv", rows))])

    assert pairs(run, name=TP, ids=("3.1", "3.2")) == ((2, 2), (1, 2))
    assert pairs(run, name=YT, ids=("3.1", "3.2")) == ((1, 2), (None, None))
    assert pairs(run, "level", "province", ids=("3.1", "3.2")) == ((3, 4), (None, None))
    assert component(run, "3.2", YT).missing == ("--counts 3.2",)


# ------------------------------------------------------------------ which procedure is meant
def test_an_id_goes_before_a_name_and_an_unknown_id_falls_back_on_it(tmp_path):
    rows = [
        {"Mã hồ sơ": f"H99.{at + 10}-260310-0001", "Ngày tiếp nhận": "10/03/2026", "Ngày hẹn trả": "30/04/2026"}
        | {"Trạng thái": "Đang xử lý", "Cơ quan giải quyết": TP, "Hình thức tiếp nhận": "Trực tuyến"}
        | {"Mã thủ tục": code, "Tên thủ tục": name}
        for at, (code, name) in enumerate([("9.1", "Cấp giấy B"), ("7.7", "Cấp giấy B"), ("7.7", ""), ("", "")])
    ]
    options = judging.Options(
        exports=[str(write_csv(tmp_path / "a.csv", rows))], catalogue=listing(tmp_path), period="2026-03"
    )
    run, found = serving.run_services(options)

    assert {one.procedure.id: one.received for one in found.services if one.received} == {"9.1": 1, "9.2": 1}
    assert sorted(texts(run, "RC324")) == ["7.7 (1)", "– (1)"]


def test_what_an_unknown_dossier_has_for_its_procedure_is_its_name_else_its_id(tmp_path):
    """As RC324 tells it, so it is found: rows 2 and 3."""
    rows = [
        {"Mã hồ sơ": f"H99.{at + 10}-260310-0001", "Ngày tiếp nhận": "10/03/2026", "Ngày hẹn trả": "30/04/2026"}
        | {"Trạng thái": "Đang xử lý", "Cơ quan giải quyết": TP, "Mã thủ tục": code, "Tên thủ tục": name}
        for at, (code, name) in enumerate([("7.7", "Lạ G"), ("8.8", "")])
    ]
    found, ask = told_in(tmp_path, [str(write_csv(tmp_path / "a.csv", rows))])

    assert [(one.written, one.dossiers) for one in found.unplaced] == [("8.8", 1), ("Lạ G", 1)]
    assert rows_of(ask("unknown", procedure="Lạ G")) == [2]
    assert rows_of(ask("unknown", procedure="8.8")) == [3]
    with pytest.raises(UsageError, match="unknown_procedure"):
        ask("unknown", procedure="7.7")


def test_of_two_procedures_of_one_name_the_agencys_own_is_meant_else_nobody_knows(tmp_path):
    """The same name at district and commune level is told apart by who received it; twice at Sở Tư pháp it is not."""
    rows = "\n".join([
        "1,Chứng thực,Một,Cấp Huyện,,4", "2,Chứng thực,Một,Cấp Xã,,3",
        "3,Cấp giấy A,Một,Cấp Tỉnh,Sở Tư pháp,4", "4,Cấp giấy A,Một,Cấp Tỉnh,Sở Tư pháp,3",
    ])  # fmt: skip
    header = "Mã TTHC,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện,Mức độ\n"
    dossiers = [(AN, "Chứng thực", "Trực tuyến", "0", "0"), (TP, "Cấp giấy A", "Trực tuyến", "0", "0")]
    options = judging.Options(
        exports=[export(tmp_path, dossiers)], catalogue=listing(tmp_path, rows, header), period="2026-03"
    )
    run, found = serving.run_services(options)

    assert {one.procedure.id: one.received for one in found.services} == {"1": 0, "2": 1, "3": 0, "4": 0}
    assert texts(run, "RC325") == ["Cấp giấy A (1)"]
    assert texts(run, "RC324") == []


def test_one_procedure_on_several_rows_counts_once_with_all_its_agencies(tmp_path):
    rows = "9.1,A,Một,Cấp Tỉnh,Sở Tư pháp,4\n9.1,A,Một,Cấp Tỉnh,Sở Y tế; UBND cấp xã,4\n9.1,A,Một,Cấp Tỉnh,Sở Y tế,3\n"
    header = "Mã TTHC,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện,Mức độ\n"
    known = load_services(listing(tmp_path, rows, header))

    (one,) = known.procedures
    assert (one.agencies, one.under, one.service_level) == (("Sở Tư pháp", "Sở Y tế"), ("commune",), "full")
    assert known.contradicting == ((4, 2),)
    run = scored(listing(tmp_path, rows, header), [export(tmp_path)])
    assert texts(run, "RC321") == ["2"]
    assert run.findings.loc[run.findings["rule"] == "RC321", "row"].tolist() == [4]


def test_a_procedure_without_id_is_told_by_its_name_and_who_settles_it(tmp_path):
    rows = "Chứng thực,Cấp Huyện,3\nChứng thực,Cấp Xã,3\nCHỨNG THỰC,Cấp Xã,3\nKhác,Cấp Xã,\n"
    known = load_services(listing(tmp_path, rows, "Tên thủ tục,Cấp,Mức độ\n"))

    assert [(one.name, one.levels) for one in known.procedures] == [
        ("Chứng thực", ("district",)), ("Chứng thực", ("commune",)), ("Khác", ("commune",))
    ]  # fmt: skip
    run, found = serving.run_services(judging.Options(catalogue=str(tmp_path / "danh-muc.csv")))
    assert found.whole.by_level == (0, 2, 0, 1)
    assert [one.key for one in found.shares] == ["full", "partial", "online", "information", "unstated"]
    assert texts(run, "RC322") == ["1"]


def test_agencies_of_the_catalogue_are_found_as_those_of_dossiers_are(tmp_path):
    """By an alias of the register; and one that nobody else knows is a unit of its own."""
    register = tmp_path / "co-quan.csv"
    register.write_text("agency,level,aliases\nSở Tư pháp,Cấp Tỉnh,Sở TP\nSở Y tế,Cấp Tỉnh,\n", encoding="utf-8")
    rows = (
        HAND.replace("Sở Tư pháp,Toàn trình", "sở TP,Toàn trình") + "9.7,Cấp thẻ H,Một,Cấp Tỉnh,Sở Du lịch,4,0,,,x,x,\n"
    )
    run = scored(listing(tmp_path, rows), [export(tmp_path)], agencies=str(register))

    assert pairs(run, name=TP) == OF_AGENCIES[TP]
    assert pairs(run, name="Sở Du lịch", ids=("3.1", "3.2")) == ((1, 1), (0, 1))


def test_an_agency_of_two_levels_in_the_catalogue_is_the_one_of_its_name_in_the_dossiers(tmp_path):
    """Its name tells no level: the export does, the catalogue says two."""
    dossiers = [("Trung tâm Quan trắc", "Cấp giấy A", "Trực tuyến", "0", "0")]
    rows = HAND.replace("Cấp Tỉnh,Sở Tư pháp,Toàn trình", "Cấp Tỉnh; Cấp Huyện,Trung tâm Quan trắc,Toàn trình")
    path = export(tmp_path, dossiers)
    text = (tmp_path / "ho-so.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "ho-so.csv").write_text(f"{text[0]},Cấp thực hiện\n{text[1]},Cấp Tỉnh\n", encoding="utf-8")
    run = scored(listing(tmp_path, rows), [path])

    assert pairs(run, name="Trung tâm Quan trắc", ids=("3.1", "3.2")) == ((1, 1), (1, 1))


def test_the_order_of_exports_makes_no_difference(tmp_path):
    catalogue = listing(tmp_path)
    some, rest = export(tmp_path, DOSSIERS[:4], "a.csv"), export(tmp_path, DOSSIERS[4:6] + DOSSIERS[:1], "b.csv")
    made = [
        command("services", catalogue, *order, "--period", "2026-03", "--format", "json", cwd=tmp_path).stdout
        for order in ((some, rest), (rest, some))
    ]
    assert made[0] == made[1] != b""


# ------------------------------------------------------------------ what cannot be read
@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ("9.1,A,Một,Cấp Trời,,4,0,,,,,\n", "catalogue_value"),
        ("9.1,A,Một,Cấp Tỉnh; Cấp Trời,,4,0,,,,,\n", "catalogue_value"),
        ("9.1,A,Một,Cấp Tỉnh,,Nửa chừng,0,,,,,\n", "catalogue_value"),
        ("9.1,A,Một,Cấp Tỉnh,,4,rất nhiều,,,,,\n", "catalogue_value"),
        ("9.1,A,Một,Cấp Tỉnh,,4,0,,,có lẽ,,\n", "catalogue_value"),
        (",,Một,Cấp Tỉnh,,4,0,,,,,\n", "catalogue_unnamed"),
        ("", "catalogue_empty"),
    ],
)
def test_nothing_of_a_catalogue_is_guessed(rows, key, tmp_path):
    with pytest.raises(InputError, match=key):
        load_services(listing(tmp_path, rows))


def test_an_id_that_is_a_number_may_have_lost_a_zero(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Mã TTHC", "Tên thủ tục", "Mức độ"])
    book.active.append([1.00301, "Cấp giấy A", "Toàn trình"])
    book.save(tmp_path / "danh-muc.xlsx")
    with pytest.raises(InputError, match="catalogue_id_number"):
        load_services(tmp_path / "danh-muc.xlsx")


@pytest.mark.parametrize(
    ("header", "what"), [("Tên thủ tục,Lĩnh vực\n", "service_level"), ("Lĩnh vực,Mức độ\n", "không có mã")]
)
def test_services_asks_for_a_name_and_the_service_level_and_says_which_is_missing(header, what, tmp_path):
    done = command("services", listing(tmp_path, "Một,4\n", header), cwd=tmp_path)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 3
    assert done.stdout == b""
    assert len(lines) == 3
    assert what in lines[0]


def test_a_fault_says_where_it_is(tmp_path):
    done = command("score", "--catalogue", listing(tmp_path, HAND + "9.9,Z,Một,Cấp Xã,,4,0,,,,,hm\n"), cwd=tmp_path)
    assert done.returncode == 3
    assert "danh-muc.csv:8" in done.stderr.decode()
    assert "“hm”" in done.stderr.decode()


def test_a_catalogue_that_is_not_there_is_a_usage_error(tmp_path):
    assert command("services", "khong-co.csv", cwd=tmp_path).returncode == 2
    assert command("score", "--catalogue", "khong-co.csv", cwd=tmp_path).returncode == 2
    assert command("services", listing(tmp_path), "--worst", "-1", cwd=tmp_path).returncode == 2
    assert command("services", listing(tmp_path), "-o", str(tmp_path / "danh-muc.csv"), cwd=tmp_path).returncode == 2


# ------------------------------------------------------------------ the command
def test_every_format_tells_the_same_and_repeats_its_bytes(tmp_path):
    forms = ("json", "csv", "md", "xlsx", "html", "docx")
    arguments = ("services", listing(tmp_path), export(tmp_path), "--period", "2026-03", "--lang", "en")
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        outputs = [part for form in forms for part in ("-o", str(tmp_path / name / f"r.{form}"))]
        assert command(*arguments, *outputs, cwd=tmp_path).returncode == 0
        made.append({form: (tmp_path / name / f"r.{form}").read_bytes() for form in forms})
    assert made[0] == made[1]

    document = json.loads(made[0]["json"])
    assert document["schema"] == "reformcli.services/1"
    kinds = {one["kind"]: one["name"] for one in document["manifest"]["inputs"]}
    assert kinds == {"export": "ho-so.csv", "catalogue": "danh-muc.csv"}
    assert document["manifest"]["options"]["catalogue"] == "danh-muc.csv"
    assert len(document["manifest"]["identity"]) == 64
    assert [one["procedure_id"] for one in document["unfiled"]] == ["9.6", "9.2"]
    book = openpyxl.load_workbook(tmp_path / "one" / "r.xlsx")
    cells = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert {"Xác nhận F", "Lạ G", "83.33"} <= cells
    assert document["unplaced"] == [{"written": "Lạ G", "dossiers": 1, "why": "unknown"}]
    assert b"83.33" in made[0]["html"]
    assert "| Full " in made[0]["md"].decode()
    assert (
        made[0]["csv"]
        .decode("utf-8-sig")
        .splitlines()[1]
        .startswith("9.1,Cấp giấy A,Một,province,Sở Tư pháp,full,1,1,1,1,2,1,1,1")
    )


def test_without_exports_what_dossiers_would_tell_is_null(tmp_path, capsys):
    assert main(["services", listing(tmp_path), "--format", "json", "-q"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["unfiled"] is None
    assert made["on_paper"] is None
    assert made["procedures"]["used"] is None
    assert made["manifest"]["from"] is None
    assert main(["services", listing(tmp_path)]) == 0
    assert "Chưa có tệp xuất hồ sơ" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["score", "metrics", "report", "compare", "targets", "gaps", "validate", "reconcile", "explain"]
)
def test_every_command_that_counts_takes_a_catalogue_and_records_it(name, tmp_path, capsys):
    more = {
        "compare": ("--previous-period", "2026-02", "--force"),
        "explain": ("--component", "3.2", "--agency", TP, "--of", "numerator"),
    }.get(name, ())
    published = write_csv(tmp_path / "cong-bo.csv", [
        {"agency": TP, "level": "province", "component": "3.1", "numerator": "2", "denominator": "2", "published": "2.00"}
    ])  # fmt: skip
    first = (str(published),) if name == "reconcile" else ()
    arguments = [name, *first, export(tmp_path), "--period", "2026-03", "--catalogue", listing(tmp_path), *more]

    assert main([*arguments, "--format", "json", "-q"]) in (0, 1)
    made = json.loads(capsys.readouterr().out)

    assert {"catalogue"} <= {one["kind"] for one in made["manifest"]["inputs"]}
    assert made["manifest"]["options"]["catalogue"] == "danh-muc.csv"
    if name == "explain":
        assert [(one["procedure_id"], one["online"]) for one in made["procedures"]] == [("9.1", 1)]
        assert made["rule"]["population"] == "is_online_service"
        assert made["dossiers"] == []
    if name == "gaps":
        assert any(one["component"] == "3.2" and one["numerator"] == 3 for one in made["gaps"])
    if name == "reconcile":
        assert made["statuses"]["equal"] >= 1


@pytest.mark.parametrize("of", ["numerator", "denominator", "missing"])
@pytest.mark.parametrize("name", FED)
def test_explain_lists_the_procedures_of_every_figure(name, of, tmp_path, capsys):
    """As many as the figure says, for the whole and for one agency."""
    arguments = [
        "explain",
        export(tmp_path),
        "--period",
        "2026-03",
        "--catalogue",
        listing(tmp_path),
        "--component",
        name,
    ]
    for unit in ((), ("--agency", AN)):
        assert main([*arguments, "--of", of, *unit, "--format", "json", "-q"]) == 0
        made = json.loads(capsys.readouterr().out)
        assert len(made["procedures"]) == made["figure"]["value"]


def test_explain_of_4_1_lists_what_is_left_and_says_how_many_are_not(tmp_path, capsys):
    arguments = [
        "explain",
        export(tmp_path),
        "--period",
        "2026-03",
        "--catalogue",
        listing(tmp_path),
        "--component",
        "4.1",
    ]
    assert main([*arguments, "--of", "denominator", "--format", "json", "-q"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["figure"]["value"], made["figure"]["listed"], made["figure"]["exempt"]) == (9, 9, 2)
    assert "Thông báo C" not in json.dumps(made["dossiers"], ensure_ascii=False)


# ------------------------------------------------------------------ every figure of services
def told_in(tmp_path, exports=None, **options):
    """The figures of `services`, and how to ask `explain` for one of them."""
    exports = [export(tmp_path)] if exports is None else exports
    given = judging.Options(
        exports=exports, catalogue=listing(tmp_path), period="2026-03" if exports else None, **options
    )
    basis = explaining.based(given, None, None, scored=False)
    known = serve(basis.judged)

    def ask(name, **asked):
        return service_figures.explain_service(basis, known, Asked(service=name, **asked))

    return services.offer(known, worst=99), ask


def rows_of(told):
    """Where the dossiers, or the procedures, of a figure stand."""
    if told.figure.of_procedures:
        return [one["row"] for one in told.procedures]
    return sorted(told.dossiers["row"].tolist())


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("procedures", [2, 3, 4, 5, 6, 7]), ("full", [2, 6]), ("partial", [3, 4, 7]), ("information", [5]), ("unstated", []),
        ("online", [2, 3, 4, 6, 7]), ("eforms", [2, 3, 6, 7]), ("used", [2, 3, 4, 6, 7]), ("used_full", [2, 6]),
        ("used_online", [2, 4, 6]), ("unfiled", [3, 7]), ("on_paper", [2, 3, 4, 6, 7]),
        ("received", [2, 3, 4, 6, 7, 8, 9, 10, 11, 12]), ("received_online", [2, 6, 8]), ("paid_online", [2, 8]),
        ("received_on_paper", [3, 4, 7, 9, 10, 11, 12]), ("unknown", [13]), ("ambiguous", []),
    ],
)  # fmt: skip
def test_explain_leads_from_a_figure_of_services_to_its_rows(name, rows, tmp_path, capsys):
    """HAND begins in row 2 of the catalogue, DOSSIERS in row 2 of the export; row 5 of it was received in February."""
    arguments = [
        "explain",
        export(tmp_path),
        "--period",
        "2026-03",
        "--catalogue",
        listing(tmp_path),
        "--service",
        name,
    ]
    assert main([*arguments, "--format", "json", "-q"]) == 0
    made = json.loads(capsys.readouterr().out)

    listed = made["procedures"] if name in services.KINDS else made["dossiers"]
    assert sorted(one["row"] for one in listed) == rows
    assert {one["file"] for one in listed} <= {"danh-muc.csv" if name in services.KINDS else "ho-so.csv"}
    assert made["figure"]["value"] == len(rows)
    assert (made["figure"]["is"], made["figure"]["name"], made["figure"]["difference"]) == (
        "service", name, None if name in services.KINDS else 0
    )  # fmt: skip


def test_every_figure_of_every_group_is_explained(tmp_path):
    """Of the whole, of each level, of each field and of each procedure: as many rows as the figure says."""
    found, ask = told_in(tmp_path)
    fields = ("procedures", "eforms", "used", "used_full", "used_online", "received")
    groups = [(found.whole, {})]
    groups += [(one, {"levels": [one.key]}) for one in found.levels]
    groups += [(one, {"in_field": one.key.upper()}) for one in found.fields]
    for group, asked in groups:
        counts = {name: getattr(group, name) for name in fields} | {"received_online": group.online}
        counts |= dict(zip(services.PARTS, group.by_level, strict=True)) | {"online": group.is_online}
        for name, count in counts.items():
            told = ask(name, **asked)
            assert (told.figure.value, len(rows_of(told))) == (count, count), (name, asked)
    for one in found.services:
        numbers = {"received": one.received, "received_online": one.online, "paid_online": one.paid}
        for name, count in {**numbers, "received_on_paper": one.on_paper}.items():
            assert len(rows_of(ask(name, procedure=one.procedure.id))) == count
    assert len(rows_of(ask("unfiled"))) == len(found.unfiled)
    assert len(rows_of(ask("on_paper"))) == len(found.on_paper)


def test_the_dossiers_of_an_agency_behind_3_2_are_found(tmp_path):
    """`explain --component 3.2` says 1 of An's dossiers of 9.5 was filed online; it stands in row 8. Bình has none."""
    _, ask = told_in(tmp_path)

    assert rows_of(ask("received_online", agencies=[AN], procedure="9.5")) == [8]
    assert rows_of(ask("received", agencies=[BINH])) == [11, 12]
    assert rows_of(ask("received", agencies=[TP], levels=["province"])) == [2, 3, 4]
    assert [one["received"] for one in ask("procedures", agencies=[BINH]).procedures] == [0, 2]
    assert rows_of(ask("used", agencies=[BINH])) == [7]
    assert rows_of(ask("online", agencies=[AN])) == [6, 7]


def test_a_dossier_without_a_place_in_the_catalogue_is_found_by_what_is_written(tmp_path):
    _, ask = told_in(tmp_path)
    assert rows_of(ask("unknown", procedure="lạ g")) == [13]
    for asked in ({"procedure": "Cấp giấy A"}, {"levels": ["commune"]}, {"in_field": "Một"}):
        with pytest.raises(UsageError):
            ask("unknown", **asked)


def test_an_ambiguous_name_is_explained_and_blank_procedures_are_unknown_ones(tmp_path):
    """Two rows of Sở Tư pháp bear one name; a blank cell of a column that is there is no procedure of the catalogue."""
    rows = "1,A,Một,Cấp Tỉnh,Sở Tư pháp,4\n2,A,Hai,Cấp Tỉnh,Sở Tư pháp,3\n"
    header = "Mã TTHC,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện,Mức độ\n"
    dossiers = [(TP, "a", "Trực tuyến", "0", "0"), (TP, "", "Trực tuyến", "0", "0"), (TP, "B", "Trực tiếp", "0", "0")]
    given = judging.Options(
        exports=[export(tmp_path, dossiers)], catalogue=listing(tmp_path, rows, header), period="2026-03"
    )
    basis = explaining.based(given, None, None, scored=False)
    known = serve(basis.judged)

    def ask(name, **asked):
        return rows_of(service_figures.explain_service(basis, known, Asked(service=name, **asked)))

    assert ask("ambiguous") == [2]
    assert ask("unknown") == [3, 4]
    assert ask("unknown", procedure="b") == [4]


@pytest.mark.parametrize(
    ("without", "untold"),
    [
        ((NAMES[2],), {"used_online", "unfiled", "on_paper", "received_online", "received_on_paper"}),
        ((NAMES[3],), {"paid_online"}),
        ((NAMES[1],), {"used", "used_full", "used_online", "unfiled", "on_paper"} | set(service_figures.OF_DOSSIERS)),
    ],
)
def test_a_figure_that_was_not_told_is_no_zero(without, untold, tmp_path, capsys):
    _, ask = told_in(tmp_path, [export(tmp_path, without=without)])
    asked = {name: ask(name) for name in service_figures.FIGURES}

    assert {name for name, told in asked.items() if told.figure.value is None} == untold
    assert all(told.figure.differs == ("not_measured",) and not rows_of(told) for told in map(asked.get, untold))
    name = next(iter(sorted(untold)))
    arguments = [
        "explain",
        str(tmp_path / "ho-so.csv"),
        "--period",
        "2026-03",
        "--catalogue",
        str(tmp_path / "danh-muc.csv"),
    ]
    assert main([*arguments, "--service", name]) == 0
    lacking = {NAMES[1]: "tên thủ tục", NAMES[2]: "hình thức nộp", NAMES[3]: "thanh toán trực tuyến"}[without[0]]
    assert f"Chưa đo được: {lacking}" in capsys.readouterr().out


def test_an_agency_is_told_though_the_file_of_another_lacks_the_column(tmp_path):
    """An has row 2 of its own file, filed online; of the other file, and so of the whole, nobody knows."""
    some = export(tmp_path, DOSSIERS[6:7], "mot.csv")
    Path(some).write_text(Path(some).read_text(encoding="utf-8").replace("H99.10", "H99.90"), encoding="utf-8")
    rest = export(tmp_path, DOSSIERS[:3], "hai.csv", without=(NAMES[2],))
    _, ask = told_in(tmp_path, [some, rest])

    assert rows_of(ask("received_online", agencies=[AN])) == [2]
    assert rows_of(ask("used_online", agencies=[AN])) == [6]
    for asked in ({"agencies": [TP]}, {}):
        assert ask("received_online", **asked).figure.value is None
        assert ask("used_online", **asked).figure.missing == ("channel",)
        assert ask("used", **asked).figure.value


def test_without_exports_explain_tells_what_the_catalogue_tells(tmp_path):
    _, ask = told_in(tmp_path, [])
    assert rows_of(ask("full")) == [2, 6]
    assert {name: ask(name).figure.missing for name in ("used", "received", "unknown")} == dict.fromkeys(
        ("used", "received", "unknown"), ("EXPORT",)
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (("--service", "full"), "--catalogue FILE"),
        (("--service", "ful", "--catalogue", "danh-muc.csv"), "unstated"),
        (("--service", "full", "--field", "Bốn", "--catalogue", "danh-muc.csv"), "Ba, Hai, Một"),
        (("--service", "full", "--procedure", "9.9", "--catalogue", "danh-muc.csv"), "“9.9”"),
        (("--metric", "late", "--field", "Một", "--catalogue", "danh-muc.csv"), "--service received"),
        (("--service", "full", "--metric", "late", "--catalogue", "danh-muc.csv"), "--service unfiled"),
        (("--service", "full", "--dossier", "H99.10-260310-0001", "--catalogue", "danh-muc.csv"), "--service unfiled"),
        (("--service", "full", "--of", "numerator", "--catalogue", "danh-muc.csv"), "--of"),
    ],
)
def test_what_explain_cannot_mean_is_refused(more, text, tmp_path, capsys):
    listing(tmp_path)
    assert main(["explain", export(tmp_path), "--period", "2026-03", *more]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert text in lines[2] + lines[0]


def test_a_figure_of_no_procedure_shows_no_table_of_dossiers(tmp_path, capsys):
    """Both procedures of Sở Tư pháp are offered online: none is missing."""
    arguments = ["explain", export(tmp_path), "--period", "2026-03", "--catalogue", listing(tmp_path)]
    assert main([*arguments, "--component", "3.1", "--agency", TP]) == 0
    shown = capsys.readouterr().out
    assert "Các thủ tục của con số này" in shown
    assert "Hồ sơ của con số này" not in shown
    assert main([*arguments, "--service", "full"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in shown if line.startswith("Số thủ tục")] == ["2"]
    assert next(line for line in shown if line.startswith("Danh sách dưới đây")).endswith("Số thủ tục")


# ------------------------------------------------------------------ verify, manifest, package
def made_by(tmp_path, form, *arguments):
    target = tmp_path / f"r.{form}"
    assert main([*arguments, "-o", str(target), "-q"]) == 0
    return str(target)


def verified(capsys, target, *files):
    capsys.readouterr()
    code = main(["verify", target, *map(str, files), "--format", "json", "-q"])
    return code, json.loads(capsys.readouterr().out)


ASKED = {
    "services": lambda f: ("services", f["catalogue"], f["export"], "--worst", "2", "--add-to-100"),
    "services_alone": lambda f: ("services", f["catalogue"], "--lang", "en"),
    "score": lambda f: ("score", f["export"], "--catalogue", f["catalogue"], "--table", "components"),
    "explain": lambda f: ("explain", f["export"], "--catalogue", f["catalogue"], "--component", "3.2"),
    "explain_service": lambda f: ("explain", f["export"], "--catalogue", f["catalogue"], "--service", "on_paper", "--field", "Ba"),
    "explain_dossiers": lambda f: (
        *("explain", f["export"], "--catalogue", f["catalogue"]), "--service", "received", "--procedure", "9.6"
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "html", "json", "csv"])
@pytest.mark.parametrize("name", ASKED)
def test_what_a_catalogue_made_is_verified(name, form, tmp_path, capsys):
    """Whatever the format, it comes out again from catalogue and export, and every cell is held against it."""
    if form == "html" and not name.startswith("services"):
        pytest.skip("no page")
    files = {"catalogue": listing(tmp_path), "export": export(tmp_path)}
    asked = ASKED[name](files)
    target = made_by(tmp_path, form, *asked, *(() if name == "services_alone" else ("--period", "2026-03")))
    used = [files["catalogue"]] if name == "services_alone" else files.values()
    code, found = verified(capsys, target, *used)

    assert (code, found["proved"], found["differences"], found["unused"]) == (0, True, [], [])
    assert found["figures"] == found["reproduced"] > 0
    assert {one["kind"]: one["status"] for one in found["inputs"]} == {
        kind: "same" for kind in ("export", "catalogue") if kind == "catalogue" or name != "services_alone"
    }
    if name.startswith("services") and form != "csv":
        assert "services" in {one["check"] for one in found["checks"]}


def test_a_catalogue_that_was_changed_since_is_named_as_the_cause(tmp_path, capsys):
    files = {"catalogue": listing(tmp_path), "export": export(tmp_path)}
    target = made_by(tmp_path, "json", "services", *files.values(), "--period", "2026-03")
    listing(tmp_path, HAND.replace("Cung cấp thông tin", "Toàn trình"))
    code, found = verified(capsys, target, *files.values())
    assert (code, found["cause"]) == (1, "inputs")
    assert {one["kind"]: one["status"] for one in found["inputs"]} == {"export": "same", "catalogue": "differs"}
    assert {"procedures.offered.full", "procedures.offered.information"} <= {
        one["place"] for one in found["differences"]
    }


def leaves(value, path=()):
    """Every number and flag of a document, by its path."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for key, one in enumerate(value):
            yield from leaves(one, (*path, key))
    elif isinstance(value, int | Decimal):
        yield path


# What no other figure says again.
FREE = ("paid_online", "on_paper", "row", "fee", "online_payment", "paper_result", "individual", "population_data")


def test_no_figure_of_services_can_be_changed_alone(tmp_path):
    """Each number of the result that another one tells as well, made one more: the check of its own contents fails."""
    target = made_by(tmp_path, "json", "services", listing(tmp_path), export(tmp_path), "--period", "2026-03")
    text = Path(target).read_text(encoding="utf-8")
    document = json.loads(text, parse_float=Decimal)
    body = ("procedures", "service_levels", "by_field", "by_level", "services")
    paths = [path for path in leaves(document) if path[0] in body and path[-1] not in FREE]
    silent = []
    for path in paths:
        changed = json.loads(text, parse_float=Decimal)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = not place[path[-1]] if isinstance(place[path[-1]], bool) else place[path[-1]] + 1
        failed = {one.id for one in checks(changed) if one.failures}
        if failed != {"services"}:
            silent.append(path)
    assert len(paths) > 150
    assert silent == []
    assert [one.id for one in checks(document) if one.failures] == []


def test_the_manifest_tells_the_rows_of_the_catalogue(tmp_path, capsys):
    """Eight rows: six procedures, one of them told twice more."""
    rows = (
        HAND + "9.5,Đăng ký E,Ba,Cấp Xã,,4,10000,Có,Có,Có,Có,Có\n9.5,Đăng ký E,Ba,Cấp Huyện,,4,10000,Có,Có,Có,Có,Có\n"
    )
    catalogue = listing(tmp_path, rows)
    data = Path(catalogue).read_bytes()
    assert (
        main(["score", export(tmp_path), "--period", "2026-03", "--catalogue", catalogue, "--format", "json", "-q"])
        == 0
    )
    (made,) = [one for one in json.loads(capsys.readouterr().out)["manifest"]["inputs"] if one["kind"] == "catalogue"]
    assert (made["name"], made["sha256"], made["size"]) == ("danh-muc.csv", hashlib.sha256(data).hexdigest(), len(data))
    assert {name: made[name] for name in ("rows", "counted", "superseded", "rejected", "out_of_scope")} == {
        "rows": 8, "counted": 6, "superseded": 2, "rejected": 0, "out_of_scope": 0
    }  # fmt: skip


def test_services_can_be_a_data_package(tmp_path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    outputs = [part for form in ("csv", "xlsx") for part in ("-o", str(folder / f"dvc.{form}"))]
    asked = ["services", listing(tmp_path), export(tmp_path), "--period", "2026-03", "--manifest", "datapackage"]
    assert main([*asked, *outputs, "-q"]) == 0
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))

    assert package["name"] == "reformcli-services"
    assert [one["path"] for one in package["resources"]] == ["dvc.csv", "dvc.csv.manifest.json", "dvc.xlsx"]
    assert {one["kind"] for one in package["sources"]} == {"export", "catalogue"}
    fields = {one["name"]: one["type"] for one in package["resources"][0]["schema"]["fields"]}
    assert (fields["procedure_id"], fields["received"], fields["row"]) == ("string", "integer", "integer")
    for one in package["resources"]:
        assert one["hash"] == f"sha256:{hashlib.sha256((folder / one['path']).read_bytes()).hexdigest()}"
    assert main([*asked, "-q"]) == 2


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_its_sections_can_stand_in_a_report(lang, tmp_path):
    """The first begins with what is to be said; none is empty; the list of all procedures is an annex."""
    found, _ = told_in(tmp_path)
    sections = service_sections(found, lang)

    assert [one.id for one in sections] == [
        "service_levels", "service_groups", "service_use", "service_unplaced", "service_list"
    ]  # fmt: skip
    assert sections[0].paragraphs[0].startswith({"vi": "5 trên 6 thủ tục", "en": "5 of 6 procedures"}[lang])
    assert all(one.tables and all(table.rows for table in one.tables) for one in sections)
    assert [one.annex for one in sections] == [False] * 4 + [True]


# ------------------------------------------------------------------ the sample week: all 100 points
CARD_MAX = {
    "1.1": 6, "1.2": 4, "1.3": 2, "1.4": 6, "2.1": 20, "3.1": 2, "3.2": 4, "3.3": 6, "3.5a": 2, "3.5b": 2, "3.6": 6, "4.1": 6,
    "4.2": 4, "4.3": 2, "4.4": 4, "4.5a": 2, "4.5b": 2, "4.6": 2, "5.2": 6, "5.3": 6, "5.4": 6,
}  # fmt: skip
FEEDS = {
    frozenset(("export",)): ("2.1", "3.3", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5b"),
    frozenset(("counts",)): ("1.1", "1.2", "1.3", "1.4", "4.6", "5.2", "5.3"),
    frozenset(("catalogue",)): ("3.1", "3.5a", "4.5a"),
    frozenset(("export", "catalogue")): ("3.2", "3.5b"),
    frozenset(("export", "counts")): ("5.4",),
}  # components, by the sources that they need together


@pytest.mark.parametrize(
    "sources", [set(some) for size in (1, 2, 3) for some in itertools.combinations(("export", "counts", "catalogue"), size)],
    ids=lambda some: "+".join(sorted(some)),
)  # fmt: skip
def test_each_source_adds_exactly_the_points_of_what_it_feeds(sources):
    """With export, counts and catalogue all 100 points are measured and a band is given; without one of them less."""
    run = pipeline.run_score(
        judging.Options(
            exports=[str(SAMPLES / "tuan-51.xlsx")] if "export" in sources else (),
            counts=[str(SAMPLES / "counts-with-catalogue.csv")] if "counts" in sources else (),
            catalogue=SAMPLE if "catalogue" in sources else None,
            agencies=REGISTER,
            period="2023-W51",
        )
    )
    total = next(unit for unit in run.units if unit.unit.kind == "total")
    fed = {one for needed, components in FEEDS.items() if needed <= sources for one in components}
    scored_ = {
        c.component.id
        for c in total.components
        if c.component.max and c.points is not None and c.status != "upper_bound"
    }

    assert sum(CARD_MAX.values()) == 100
    assert scored_ == fed
    assert total.measurable == sum(CARD_MAX[one] for one in fed)
    assert (total.band is not None) == (len(sources) == 3) == (total.measurable == 100)
