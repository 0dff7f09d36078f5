"""Published figures held against ours: which rounding, what was made to add up, and what else would give them."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from reformcli.audit.published import Held
from reformcli.audit.published_file import load_published, number_of
from reformcli.audit.reconcile import reproduced
from reformcli.audit.reconciling import run_reconcile
from reformcli.audit.roundings import WAYS, rounded, roundings
from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.judging import Options
from reformcli.period import beside, named_period
from reformcli.render.reconcile import summary, verdict
from support import DATA, ROOT, SAMPLES, write_csv

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
SERVICES = """agency,component,value,numerator,denominator
Tỉnh A,Dịch vụ công trực tuyến,83.91,1586,1890
Tỉnh A,Một phần,"43,91",830,1890
Tỉnh A,Toàn trình,40,756,1890
Tỉnh A,Cung cấp thông tin,16.09 %,304,1890
"""
PHU_THO = str(DATA / "phu_tho_2026_counts.csv")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def table(text: str, name: str = "published.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def reconciled(text: str, *exports: object, **options: object) -> list[Held]:
    """The figures of a table, held in this process."""
    given = Options(exports=[str(path) for path in exports], **options)
    return list(run_reconcile(given, table(text))[1].held)


def told(text: str, *exports: object, **options: object) -> list[str]:
    return [one.status for one in reconciled(text, *exports, **options)]


# ------------------------------------------------------------------ roundings
def by_decimal(value: Fraction, decimals: int, mode: str) -> Decimal:
    """What the decimal module gives; 80 digits are exact for every tie, and tell every other value from one."""
    exact = Context(prec=80).divide(Decimal(value.numerator), Decimal(value.denominator))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=mode, context=Context(prec=80))


FRACTIONS = st.one_of(
    st.builds(Fraction, st.integers(0, 10**9), st.integers(1, 10**7)),
    st.builds(lambda n, k: Fraction(n, 10**k), st.integers(-(10**7), 10**7), st.integers(0, 7)),
    st.builds(lambda n, k: Fraction(2 * n + 1, 2 * 10**k), st.integers(-(10**6), 10**6), st.integers(0, 5)),
)


@given(value=FRACTIONS, decimals=st.integers(0, 6))
def test_every_rounding_is_that_of_decimal(value, decimals):
    """Ties, negative numbers and endless fractions alike, digit for digit."""
    for way, mode in MODES.items():
        assert str(rounded(value, decimals, way)).lstrip("-") == str(by_decimal(value, decimals, mode)).lstrip("-")
        assert rounded(value, decimals, way) == by_decimal(value, decimals, mode)


@given(value=FRACTIONS, decimals=st.integers(0, 6), way=st.sampled_from(WAYS))
def test_what_was_rounded_one_way_is_told_to_be(value, decimals, way):
    printed = by_decimal(value, decimals, MODES[way])

    found = roundings(value, printed, decimals)

    assert way in found
    assert set(found) == {name for name, mode in MODES.items() if by_decimal(value, decimals, mode) == printed}


@given(value=FRACTIONS, decimals=st.integers(0, 5), steps=st.integers(2, 1000))
def test_what_is_two_units_of_the_last_decimal_off_is_no_rounding(value, decimals, steps):
    printed = rounded(value, decimals) + Decimal(steps).scaleb(-decimals)
    assert roundings(value, printed, decimals) == ()


@pytest.mark.parametrize(
    ("text", "number", "decimals", "sign"),
    [
        ("40", "40", 0, False),
        ("40,00", "40", 2, False),
        ("83.91", "83.91", 2, False),
        ("83,91 %", "83.91", 2, True),
        ("16.09%", "16.09", 2, True),
        ("1.586", "1.586", 3, False),
    ],
)
def test_the_printed_text_tells_the_decimals(text, number, decimals, sign):
    printed, has_sign = number_of(text)
    assert (printed.number, printed.decimals, has_sign) == (Decimal(number), decimals, sign)


@pytest.mark.parametrize(
    "text", ["=1+1", "83.91.2", "-5", "1e3", "NaN", "∞", "tám", "83,91 điểm", "1 586", "٤٠", "9" * 40]
)
def test_what_is_no_printed_number_is_none(text):
    assert number_of(text) is None


# ------------------------------------------------------------------ the published example
def test_two_were_truncated_one_is_exact_and_the_last_was_made_to_add_up():
    """83.9153, 43.9153, 40 and 16.0847: half up would print 83.92, 43.92, 40 and 16.08."""
    whole, partial, full, rest = reconciled(SERVICES)

    assert (whole.status, whole.roundings) == ("down", ("down",))
    assert (partial.status, partial.roundings) == ("down", ("down",))
    assert (full.status, full.difference) == ("equal", 0)
    assert (rest.status, rest.parts) == ("to_hundred", ("Một phần", "Toàn trình"))
    assert all(one.is_explained for one in (whole, partial, full, rest))


def test_the_example_in_one_sentence(capsys):
    assert main(["reconcile", table(SERVICES)]) == 0
    err = capsys.readouterr().err
    assert err == "1 trên 4 số khớp; 2 số làm tròn xuống; 1 số được lấy cho đủ 100\n"


def test_the_example_of_the_documentation_comes_out_as_it_says(capsys):
    """The table can be copied as it stands; what the page says of it is what the command says."""
    page = (ROOT / "docs" / "doi-chieu.md").read_text(encoding="utf-8")
    example = re.search(r"^```csv\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
    assert main(["reconcile", table(example), "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert f"“{err.strip()}”" in page
    for row in csv.DictReader(io.StringIO(out)):
        assert f"| {row['published']} | {row['ours'].replace('.', ',')} |" in page


def test_a_rest_that_no_roundings_can_explain_is_not_made_to_add_up():
    """18.00 and not 16.08: the others would have to be 2 points off; and it is off by 1.92 points."""
    text = SERVICES.replace("16.09 %", "18.00").replace("43,91", "42,00")
    found = reconciled(text)
    assert [one.status for one in found] == ["down", "differs", "equal", "differs"]


def test_only_shares_of_the_same_whole_add_up():
    """The same figures over another denominator, or of another agency, are no parts of it."""
    other_whole = SERVICES.replace("304,1890", "304,1891")
    assert told(other_whole)[-1] == "differs"
    other_agency = SERVICES.replace("Tỉnh A,Cung", "Tỉnh B,Cung")
    assert told(other_agency)[-1] == "differs"


def test_shares_that_do_not_make_up_the_whole_do_not_add_up():
    """100 − 60 is 40, but 3 of 8 and 5 of 8 are another pair: 41 % beside 59 % of 7 + 1 parts is no rest."""
    text = "component,value,numerator,denominator\nmột,62.50,5,8\nhai,37.49,2,8\n"
    assert told(text) == ["equal", "differs"]


def test_figures_that_add_up_while_their_counts_do_not_are_no_rest():
    """30 and 70 make 100, but 300 and 691 of 1000 do not."""
    assert told("component,value,numerator,denominator\nmột,30,300,1000\nhai,70,691,1000\n") == ["equal", "differs"]


def test_a_sum_of_printed_parts_is_told():
    """1/3 and 1/3 print 33.33; two thirds print 66.66 = 33.33 + 33.33 as truncation would, 66.68 as nothing."""
    head = "component,value,numerator,denominator\n"
    thirds = f"{head}một,33.4,1,3\n"
    assert told(thirds) == ["differs"]
    parts = f"{head}một,16.67,1,6\nhai,16.666,1,6\nba,33.336,2,6\n"
    found = reconciled(parts)
    assert [one.status for one in found] == ["half_up", "down", "of_parts"]
    assert found[-1].parts == ("một", "hai")


def test_many_shares_are_looked_at_whole_only():
    """Fourteen equal shares: thirteen print 7.14, the last 7.18 = 100 − 13 × 7.14."""
    rows = "".join(f"phần {number},{'7.18' if number == 14 else '7.14'},1,14\n" for number in range(1, 15))
    found = reconciled(f"component,value,numerator,denominator\n{rows}")
    assert found[-1].status == "to_hundred"
    assert len(found[-1].parts) == 13


def test_all_published_points_are_their_fractions_rounded_half_up():
    """The figures of the portal: components against their own fractions, groups against components from counts."""
    with (DATA / "published_vectors.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    single = [row for row in rows if row["of"] == "component"]
    text = "agency,component,value,numerator,denominator,kind\n" + "".join(
        f"{row['unit']},{row['component']},{row['published_points']},{row['numerator']},{row['denominator']},points\n"
        for row in single
    )
    held = reconciled(text)
    assert len(held) == len(single) > 50
    assert {one.status for one in held} <= {"equal", "half_up"}

    groups = {(row["unit"], row["of"]): row["published_points"] for row in rows if row["of"] != "component"}
    counts = "agency,level,component,numerator,denominator\n" + "".join(
        f"{row['unit']},commune,{row['component']},{row['numerator']},{row['denominator']}\n"
        for row in rows
        if row["of"] != "component"
    )
    text = "agency,level,component,value\n" + "".join(
        f"{unit},commune,{group},{value}\n" for (unit, group), value in groups.items()
    )
    held = reconciled(text, counts=[table(counts, "counts.csv")])
    assert len(held) == len(groups) > 20
    off = [one for one in held if one.status not in ("equal", "half_up")]
    assert len(off) <= 1  # the portal computes in binary floats
    assert all(abs(one.difference) <= Fraction(1, 100) for one in off)


def test_the_groups_and_the_total_of_a_province(capsys):
    """61.89 of 26 September 2026, group by group, named in either language or by id."""
    text = (
        'Cơ quan,Cấp,Nhóm chỉ số,Điểm\nUBND tỉnh Phú Thọ,Tỉnh,Công khai minh bạch,"7,96"\n'
        "UBND tỉnh Phú Thọ,Tỉnh,progress,17.68\nUBND tỉnh Phú Thọ,Tỉnh,Online services,8.56\n"
        "UBND tỉnh Phú Thọ,Tỉnh,Thanh toán trực tuyến,6.67\nUBND tỉnh Phú Thọ,,digitisation,9.59\n"
        "UBND tỉnh Phú Thọ,Tỉnh,satisfaction,11.43\n,,Tổng điểm,61.89\nToàn tỉnh,,2.1,17.68\n"
    )
    held = reconciled(text, counts=[PHU_THO])
    assert [one.status for one in held] == ["equal"] * 7 + ["half_up"]
    assert main(["reconcile", table(text), "--counts", PHU_THO, "-q"]) == 0
    capsys.readouterr()


def test_one_hundredth_off_is_told_in_points_and_in_dossiers():
    """17.80 against 528684/597918 → 17.6842: 0.12 points, which 3462 dossiers more would give."""
    one = reconciled("component,value\n2.1,17.80\n", counts=[PHU_THO])[0]
    assert one.status == "differs"
    assert rounded(one.difference, 2) == Decimal("0.12")
    assert one.counted == one.difference * 597918 / 20
    assert "0,12 điểm" in verdict(one, "vi")
    (share,) = reconciled("component,value,numerator,denominator\nphần,41,756,1890\n")
    assert share.counted == Fraction(189, 10)  # one percent of 1890


# ------------------------------------------------------------------ explanations
HEADS = {
    "id": "Mã hồ sơ",
    "agency": "Cơ quan giải quyết",
    "level": "Cấp thực hiện",
    "channel": "Hình thức tiếp nhận",
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "finished": "Ngày kết thúc xử lý",
    "returned": "Ngày trả kết quả",
    "status": "Trạng thái hồ sơ",
}
IN_TIME = {"due": "22/12/2023 17:00", "finished": "20/12/2023 10:00"}
LATE = {"due": "19/12/2023 17:00", "finished": "21/12/2023 10:00"}
WEEK = {"period": "2023-W51"}


def dossier(**given: str) -> dict[str, str]:
    row = {"agency": "UBND xã A", "level": "Cấp Xã", "channel": "Trực tuyến", "received": "18/12/2023 08:00"}
    row |= {"status": "Đã xử lý xong", "returned": given.get("finished", ""), **given}
    return {HEADS[name]: value for name, value in row.items()}


def export(*rows: dict[str, str]) -> Path:
    numbered = [{**row, HEADS["id"]: f"H44.1-231218-{number:04}"} for number, row in enumerate(rows, 1)]
    return write_csv(Path("export.csv"), numbered, list(HEADS.values()))


def explanation(text: str, *rows: dict[str, str], **options: object) -> dict[str, object]:
    """How → the explanations of the only figure of a table."""
    (one,) = reconciled(text, export(*rows), **(options or WEEK))
    assert one.status == "differs", one
    return {(found.how, found.choice): found for found in one.explanations}


def published(value: str, *, component: str = "2.1", agency: str = "UBND xã A", kind: str = "percent") -> str:
    return f'agency,level,component,value,kind\n{agency},,{component},"{value}",{kind}\n'


BEFORE = {"received": "12/12/2023 08:00", "due": "14/12/2023 17:00", "finished": "13/12/2023 10:00"}
AFTER = {"received": "26/12/2023 08:00", "due": "28/12/2023 17:00", "finished": "27/12/2023 10:00"}


def test_the_week_before_is_found():
    """W51: 1 of 2; W50: 2 of 3 = 66.67 %."""
    late_before = {**BEFORE, "due": "12/12/2023 17:00"}
    rows = [dossier(**IN_TIME), dossier(**LATE), dossier(**BEFORE), dossier(**BEFORE), dossier(**late_before)]
    found = explanation(published("66,67"), *rows)

    assert set(found) == {("period", "")}
    one = found["period", ""]
    assert (one.start, one.end) == named_period("2023-W50")
    assert (one.numerator, one.denominator, one.roundings) == (2, 3, ("half_up", "half_even"))


def test_the_week_after_is_found():
    """W51: 1 of 2; W52: 1 of 3 = 33.33 %."""
    late_after = {**AFTER, "due": "26/12/2023 17:00"}
    rows = [dossier(**IN_TIME), dossier(**LATE), dossier(**AFTER), dossier(**late_after), dossier(**late_after)]
    found = explanation(published("33.33"), *rows)

    assert (found["period", ""].start, found["period", ""].end) == named_period("2023-W52")


def test_the_whole_export_is_found():
    """W51: 1 of 2; W50: 2 of 2; all: 3 of 4."""
    rows = [dossier(**IN_TIME), dossier(**LATE), dossier(**BEFORE), dossier(**BEFORE)]
    found = explanation(published("75"), *rows)

    assert found["period", ""].denominator == 4
    assert found["period", ""].start.isoformat() == "2023-12-12T08:00:00"


def test_carried_over_dossiers_in_the_denominator_are_found():
    """Received 1 of 2 on time; with one carried over, finished on time in the week: 2 of 3."""
    carried = dossier(received="12/12/2023 08:00", **IN_TIME)
    found = explanation(published("66.67"), dossier(**IN_TIME), dossier(**LATE), carried)

    assert (found["carried_over", ""].numerator, found["carried_over", ""].denominator) == (2, 3)


def test_lateness_by_day_is_found():
    """An hour too late on the day it is due: late to the second, on time by day."""
    hour_late = dossier(due="20/12/2023 10:00", finished="20/12/2023 11:00")
    found = explanation(published("100"), dossier(**IN_TIME), hour_late)

    assert set(found) == {("granularity", "day")}
    assert found["granularity", "day"].roundings == ()


def test_the_day_of_return_is_found():
    """Finished in time, handed out too late: the other one is in time either way."""
    handed_out = dossier(**IN_TIME, returned="23/12/2023 10:00")
    found = explanation(published("50"), dossier(**IN_TIME), handed_out)

    assert set(found) == {("compared_date", "returned")}


def test_paused_dossiers_that_are_not_good_are_found():
    """One in time, one that waits for the applicant."""
    paused = dossier(due="22/12/2023 17:00", status="Yêu cầu bổ sung")
    found = explanation(published("50"), dossier(**IN_TIME), paused)

    assert ("paused", "overdue") in found


def test_a_choice_of_the_state_rules_that_nobody_named_is_found_too():
    """A dossier without a due date: in time here, left out elsewhere."""
    undated = dossier(due="", finished="20/12/2023 10:00")
    found = explanation(published("50"), dossier(**IN_TIME), dossier(**LATE), undated)

    assert {("no_due_date", "exclude")} <= set(found)


def test_the_figure_of_the_level_is_found_for_an_agency():
    """A: 1 of 1; B: 0 of 1; communes and all: 1 of 2."""
    rows = [dossier(**IN_TIME), dossier(agency="UBND xã B", **LATE)]
    (one,) = reconciled(published("50"), export(*rows), **WEEK)

    assert [(found.how, found.unit.kind) for found in one.explanations] == [("unit", "level"), ("unit", "total")]


def test_the_mean_of_shares_is_found_for_a_level():
    """A: 1 of 1; B: 0 of 2: together 33.33 %, their mean 50 %."""
    rows = [dossier(**IN_TIME), dossier(agency="UBND xã B", **LATE), dossier(agency="UBND xã B", **LATE)]
    found = explanation(published("50", agency="Cấp xã"), *rows)

    assert found["mean", ""].value == 50


def test_percent_published_as_points_is_found():
    """2.1: 1 of 2 is 50 % and 10 points."""
    found = explanation(published("50", kind="points"), dossier(**IN_TIME), dossier(**LATE))

    assert found["measure", "percent"].value == 50


def test_without_a_kind_points_and_percent_are_both_tried():
    rows = [dossier(**IN_TIME), dossier(**LATE)]
    points, percent = (reconciled(published(value, kind=""), export(*rows), **WEEK)[0] for value in ("10", "50,0"))
    assert (points.measure, points.status) == ("points", "equal")
    assert (percent.measure, percent.status) == ("percent", "equal")


def test_all_explanations_that_fit_are_told_and_none_is_made_up():
    """37 % is nothing; 100 % is both the week before and lateness by day."""
    hour_late = dossier(due="20/12/2023 10:00", finished="20/12/2023 11:00")
    rows = [dossier(**IN_TIME), hour_late, dossier(**BEFORE)]
    assert explanation(published("37"), *rows) == {}
    assert set(explanation(published("100"), *rows)) == {("period", ""), ("granularity", "day")}


def test_rates_of_the_flow_are_reconciled_by_name():
    """Resolved 2, of which 1 on time; both came in online."""
    text = "component,value\non_time_rate,50\nTỷ lệ hồ sơ trực tuyến,100.00\n"
    known = told(
        "component,value\non_time_rate,50\nonline_rate,100.00\n", export(dossier(**IN_TIME), dossier(**LATE)), **WEEK
    )
    assert known == ["equal", "equal"]
    assert told(text, export(dossier(**IN_TIME), dossier(**LATE)), **WEEK)[0] == "equal"


def test_mean_days_are_reconciled_in_days():
    """2 days and 2 hours: 2.0833 days."""
    one = reconciled("component,value\n2.2,2.08\n", export(dossier(**IN_TIME)), **WEEK)[0]
    assert (one.measure, one.status) == ("days", "half_up")


def test_a_printed_fraction_and_ours_are_both_held():
    """50 % is 1 of 2 as printed; ours is 2 of 3."""
    rows = [dossier(**IN_TIME), dossier(**IN_TIME), dossier(**LATE)]
    text = "component,value,numerator,denominator,kind\n2.1,50,1,2,percent\n"
    held = reconciled(text, export(*rows), **WEEK)
    assert [(one.against, one.status) for one in held] == [("fraction", "equal"), ("ours", "differs")]


def test_units_and_components_that_are_not_ours_are_named_not_left_out():
    rows = [dossier(**IN_TIME)]
    text = "agency,component,value\nUBND xã Z,2.1,20\nUBND xã A,Chỉ số lạ,20\nUBND xã A,4.1,3\n"
    assert told(text, export(*rows), **WEEK) == ["no_unit", "no_component", "not_measured"]


def test_the_period_beside_is_of_the_same_kind():
    """Weeks beside weeks, months beside months whatever their days, years beside years."""
    assert beside(*named_period("2024-02")) == (named_period("2024-01"), named_period("2024-03"))
    assert beside(*named_period("2024")) == (named_period("2023"), named_period("2025"))
    assert beside(*named_period("2023-W51")) == (named_period("2023-W50"), named_period("2023-W52"))


# ------------------------------------------------------------------ files
@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ("A,2.1,=1+1,,\n", "published_value"),
        ("A,2.1,chưa có,,\n", "published_value"),
        ("A,2.1,-5,,\n", "published_value"),
        ("A,,20,,\n", "published_value"),
        ("A,2.1,20,5,4\n", "counts_above"),
        ("A,2.1,20,=5,4\n", "counts_number"),
        ("A,2.1,20,,\nA,2.1,21,,\n", "published_repeated"),
        ("A,2.1,20,1,2\na,2.1,20,2,4\n", "published_repeated"),
    ],
)
def test_what_cannot_be_a_published_figure_is_refused_by_name(rows, key):
    with pytest.raises(InputError) as failure:
        reconciled("agency,component,value,numerator,denominator\n" + rows)
    assert failure.value.key == key


@pytest.mark.parametrize(
    ("head", "row", "key"),
    [
        ("component,value,kind", "2.1,20,tấn", "published_kind"),
        ("component,value,level", "2.1,20,Cấp Trời", "published_level"),
        ("component,agency", "2.1,A", "table_missing_column"),
        ("agency,value", "A,20", "table_missing_column"),
    ],
)
def test_what_is_no_table_of_published_figures_is_refused(head, row, key):
    with pytest.raises(InputError) as failure:
        load_published(table(f"{head}\n{row}\n"))
    assert failure.value.key == key


def test_a_figure_that_stands_twice_counts_once_and_blanks_are_counted():
    text = 'agency,component,value\nA,2.1,20\nA,2.1,"20,0"\nA,3.3,\nA,4.1,–\n'
    figures, _, blank = load_published(table(text))
    assert len(figures) == 1
    assert blank == 2


def test_percent_and_points_of_one_row_are_two_figures():
    text = "Đơn vị;Chỉ số;Tử số;Mẫu số;Tỷ lệ (%);Điểm\nUBND xã A;2.1;653;654;99,85;19,97\n"
    assert [(one.measure, one.status) for one in reconciled(text)] == [("percent", "half_up"), ("points", "half_up")]


def test_our_own_table_of_components_can_be_reconciled(capsys):
    """What `score --table components --format csv` prints is a table of published figures, all of them ours."""
    sample = str(SAMPLES / "nho-30.csv")
    main(["score", sample, "--period", "2023-W51", "--table", "components", "--format", "csv", "-q"])
    own = table(capsys.readouterr().out)
    held = run_reconcile(Options(exports=[sample], period="2023-W51"), own)[1].held
    assert len(held) > 20
    assert {one.status for one in held} <= {"equal", "half_up"}


def workbook(*rows: tuple[object, ...], formats: dict[str, str] | None = None) -> str:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, form in (formats or {}).items():
        book.active[cell].number_format = form
    book.save("published.xlsx")
    return "published.xlsx"


HEAD = ("component", "value", "numerator", "denominator")


@pytest.mark.parametrize(
    ("value", "form", "text", "status"),
    [
        (0.4, "0.00%", "40.00%", "equal"),
        (0.4391, "0.00%", "43.91%", "down"),
        (0.439153, "0.00%", "43.92%", "half_up"),
        (43.9, "0.00", "43.90", "differs"),
        (43.91, "General", "43.91", "down"),
        (43.9153439153439, "General", "43.9153439153439", "half_up"),
        (44, "General", "44", "half_up"),
        (44, '0"%"', "44", "half_up"),
    ],
)
def test_a_number_of_a_workbook_is_read_as_it_is_shown(value, form, text, status):
    """830/1890 = 43.9153439…; the first is 756/1890."""
    numerator = 756 if value == 0.4 else 830
    name = workbook(HEAD, ("phần", value, numerator, 1890), formats={"B2": form})
    (one,) = run_reconcile(Options(), name)[1].held
    assert one.figure.printed.text.removesuffix("%") == text.removesuffix("%")
    assert one.status == status


def test_a_formula_whose_value_is_not_stored_is_refused():
    with pytest.raises(InputError) as failure:
        load_published(workbook(HEAD, ("phần", "=1/2", 1, 2)))
    assert failure.value.key == "table_formula"


PORTAL = {
    "metadata": {"province": "Tỉnh A"},
    "overview": {"departmentName": "Tỉnh A", "totalScore": 61.89},
    "unitsDetail": [
        {
            "departmentName": "UBND tỉnh Phú Thọ",
            "childGroup": "AGENCY",
            "totalScore": 61.89,
            "groupScores": {"CKMB": 7.96, "TDGQ": 17.7, "ONLINE": None, "TTTT": {"score": 6.670000000000001}},
        }
    ],
}


def test_the_portals_own_file_is_read(capsys):
    """A number without its zeros has two decimals; a missing group is missing, not 0."""
    Path("portal.json").write_text(json.dumps(PORTAL), encoding="utf-8")
    held = run_reconcile(Options(counts=[PHU_THO]), "portal.json")[1].held
    assert [(one.component, one.status) for one in held] == [
        ("total", "equal"),
        ("total", "equal"),
        ("transparency", "equal"),
        ("progress", "differs"),
        ("online_payment", "equal"),
    ]
    assert held[3].figure.printed.text == "17.70"


@pytest.mark.parametrize("text", ["{}", "{", '{"unitsDetail": [1]}', '{"overview": {"totalScore": "7"}}', "{" * 9999])
def test_json_that_is_not_the_portals_is_refused(text):
    with pytest.raises(InputError) as failure:
        load_published(table(text, "x.json"))
    assert failure.value.key == "published_json"


# ------------------------------------------------------------------ the command
def test_something_that_differs_ends_with_exit_code_1(capsys):
    text = SERVICES.replace("40,756", "41,756")
    assert main(["reconcile", table(text), "--fail-on", "never"]) == 1
    assert "1 số lệch 1,00 điểm phần trăm" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["absent.csv"], 2),
        (["empty.csv"], 3),
        (["bare.csv"], 2),
        (["services.csv", "-o", "services.csv"], 2),
        (["services.csv", "absent.xlsx"], 2),
        ([], 2),
    ],
)
def test_what_cannot_be_reconciled_ends_with_2_or_3_and_no_figure(arguments, code, capsys):
    table("", "empty.csv")
    table("component,value\n2.1,20\n", "bare.csv")
    table(SERVICES, "services.csv")
    assert main(["reconcile", *arguments]) == code
    assert capsys.readouterr().out == ""


def test_nothing_to_hold_figures_against_is_a_usage_error():
    with pytest.raises(UsageError) as failure:
        reconciled("component,value\n2.1,20\n")
    assert failure.value.key == "nothing_to_reconcile"


def test_json_names_everything_and_is_the_same_in_both_languages(capsys):
    documents = []
    for language in ("vi", "en"):
        main(["reconcile", table(SERVICES), "--format", "json", "--lang", language])
        documents.append(capsys.readouterr().out)
    assert documents[0] == documents[1]
    document = json.loads(documents[0], parse_float=Decimal)
    assert document["schema"] == "reformcli.reconcile/1"
    assert document["is_explained"] is True
    assert document["statuses"]["down"] == 2
    last = document["figures"][-1]
    assert (last["status"], last["parts"], last["published"]) == ("to_hundred", ["Một phần", "Toàn trình"], "16.09 %")
    assert (last["ours"], last["off_by"], last["against"]) == (Decimal("16.0847"), Decimal("0.0053"), "fraction")


def test_csv_has_one_row_for_each_figure(capsys):
    main(["reconcile", table(SERVICES), "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["state"] for row in rows] == ["down", "down", "equal", "to_hundred"]
    assert [row["published"] for row in rows] == ["83.91", "43,91", "40", "16.09 %"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_explanation_has_its_words(language):
    """Every way of counting that is tried can be told."""
    hour_late = dossier(due="20/12/2023 10:00", finished="20/12/2023 11:00")
    rows = [dossier(**IN_TIME), hour_late, dossier(**BEFORE)]
    result = run_reconcile(Options(exports=[str(export(*rows))], **WEEK), table(published("100")))[1]
    (one,) = result.held
    assert len(one.explanations) == 2
    assert "13/12/2023" not in verdict(one, language)
    assert "11/12/2023" in verdict(one, language)
    assert "50" in summary(result, language)


def test_reproduced_is_exact_before_it_is_rounded():
    printed = number_of("40,00")[0]
    assert reproduced(Fraction(40), printed) == ()
    assert reproduced(Fraction(4001, 100), printed) is None
