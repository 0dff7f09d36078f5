"""The generator of example exports, and the figures that `sample_data/README.md` counts by hand.

Nothing here uses the rest of the program: files are read with csv and openpyxl, rules are written out again naively.
"""

import csv
import subprocess
import sys
import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from reformcli.errors import OutputError, UsageError
from reformcli.sample import SEED, write_large, write_samples
from reformcli.sample.people import APPLICANTS, MARKERS, OFFICERS, PHONES
from reformcli.sample.province import AGENCIES

SHIPPED = Path(__file__).parent.parent / "sample_data"
WEEK_FILES = ("tuan-50.xlsx", "tuan-51.xlsx")
IGATE_HEADINGS = (
    "STT | Số hồ sơ | Tên thủ tục hành chính | Tên lĩnh vực | Phòng ban | Ngày tiếp nhận | Ngày hẹn trả | "
    "Ngày kết thúc xử lý | Cơ quan/đơn vị | Chủ hồ sơ | Số điện thoại | Cán bộ xử lý hiện tại | Trạng thái hồ sơ"
)
START, END = datetime(2023, 12, 18), datetime(2023, 12, 24, 23, 59, 59)
OUT = ("Mới đăng ký", "Không được tiếp nhận")
CLOSED = ("Đã xử lý xong", "Đã trả kết quả")
SUPPLEMENT, WITHDRAWN = "Yêu cầu bổ sung giấy tờ", "Công dân yêu cầu rút hồ sơ"
PAUSED = (SUPPLEMENT, "Yêu cầu thực hiện nghĩa vụ tài chính", "Dừng xử lý")
OPEN = ("Được tiếp nhận", "Đang xử lý", *PAUSED)
NO_SUPPLEMENT = {"Ngày yêu cầu bổ sung hồ sơ": "", "Ngày hoàn thành bổ sung": ""}


# ------------------------------------------------------------------ reading, naively
def read_csv(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def read_book(path):
    """The dossier rows of a workbook as dicts, and the rows above and below them."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(number for number, row in enumerate(rows) if row[0] == "STT")
    body = [number for number, row in enumerate(rows) if isinstance(row[0], int)]
    dossiers = [dict(zip(rows[at], rows[number], strict=True)) for number in body]
    return dossiers, rows[: body[0]], rows[body[-1] + 1 :]


def moment(value):
    if value in (None, "") or isinstance(value, datetime):
        return value or None
    return datetime.strptime(value, "%d/%m/%Y %H:%M:%S" if " " in value else "%d/%m/%Y")


def readable(value):
    try:
        return moment(value)
    except ValueError:
        return None


def tables(path):
    """The tables of a markdown file as lists of dicts."""
    found, current = [], []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            current.append([cell.strip() for cell in line.strip("|").split("|")])
        elif current:
            head, _, *rows = current
            found.append([dict(zip(head, row, strict=True)) for row in rows])
            current = []
    return found


def table(*columns):
    """The tables of the README whose first columns are these."""
    return [rows for rows in tables(SHIPPED / "README.md") if tuple(rows[0])[: len(columns)] == columns]


# ------------------------------------------------------------------ counting, naively
def state(row):
    """received, carried_over or out; and the state at the end of the period."""
    received, end = moment(row["Ngày tiếp nhận"]), moment(row["Ngày kết thúc xử lý"]) or moment(row["Ngày trả thực tế"])
    status, repeated = row["Trạng thái hồ sơ"], int(row["Số lần yêu cầu bổ sung"] or 0) > 1
    end = end or (received if status == WITHDRAWN else None)
    if status in OUT or received > END or (end and end < START):
        return "out", "out"
    period = "received" if received >= START else "carried_over"
    return period, ended(row, end, repeated) if end and end <= END else still_open(row, status, repeated)


def deadline(row):
    due = moment(row["Ngày hẹn trả"])
    asked, done = moment(row["Ngày yêu cầu bổ sung hồ sơ"]), moment(row["Ngày hoàn thành bổ sung"])
    if due is None:
        return None
    moved = due + (done - asked) if done else due
    return moved.replace(hour=23, minute=59, second=59) if due.time() == datetime.min.time() else moved


def ended(row, end, repeated):
    due = deadline(row)
    by_day = end.time() == datetime.min.time()
    if repeated or (due and (end.date() > due.date() if by_day else end > due)):
        return "late"
    return "early" if due and end.date() < due.date() else "on_time"


def still_open(row, status, repeated):
    due, asked = deadline(row), moment(row["Ngày yêu cầu bổ sung hồ sơ"])
    if repeated:
        return "overdue"
    if status in PAUSED:
        return "overdue" if status == SUPPLEMENT and asked and due and asked > due else "paused"
    return "overdue" if due and due < END else "in_time"


def channel(row):
    written = {"Trực tuyến": "online", "Trực tiếp": "direct", "Bưu chính công ích": "post", "": "unstated"}
    return written[row["Hình thức tiếp nhận"]]


def count(rows):
    """The flow counts of some dossiers, under the headings of the README's table."""
    judged = [(row, *state(row)) for row in rows]
    judged = [entry for entry in judged if entry[1] != "out"]

    def how_many(test):
        return sum(1 for entry in judged if test(*entry))

    counts = {"handled": len(judged)}
    for period in ("received", "carried_over"):
        counts[period] = how_many(lambda _, p, __, period=period: p == period)
    for name, kinds in (("online", ("online",)), ("direct", ("direct", "unstated")), ("post", ("post",))):
        counts[name] = how_many(lambda row, p, _, kinds=kinds: p == "received" and channel(row) in kinds)
    counts["unstated"] = how_many(lambda row, p, _: p == "received" and channel(row) == "unstated")
    for name in ("early", "on_time", "late", "in_time", "overdue", "paused"):
        counts[name] = how_many(lambda _, __, s, name=name: s == name)
    counts["resolved"] = counts["early"] + counts["on_time"] + counts["late"]
    counts["pending"] = counts["in_time"] + counts["overdue"] + counts["paused"]
    counts["undated"] = how_many(lambda row, _, __: not row["Ngày hẹn trả"])
    counts["withdrawn"] = how_many(lambda row, _, __: row["Trạng thái hồ sơ"] == WITHDRAWN)
    counts["good"] = how_many(lambda _, p, s: p == "received" and s in ("early", "on_time", "in_time", "paused"))
    return counts


def units(rows):
    """Agencies, levels and the total, each with its dossiers, in the order of the README."""
    found = {}
    for heading in ("Cơ quan giải quyết", "Cấp thực hiện"):
        for row in rows:
            found.setdefault(row[heading], []).append(row)
    return found | {"Toàn tỉnh": rows}


def half_up(value):
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


# ------------------------------------------------------------------ faults, naively
def error_of(row):
    """The first error of a row as DESIGN's Severity lists them, or an empty text (a lone date apart)."""
    received, end = row["Ngày tiếp nhận"], row["Ngày kết thúc xử lý"]
    returned, status = row.get("Ngày trả thực tế"), row["Trạng thái hồ sơ"]
    if not row["Mã hồ sơ"]:
        return "no id"
    if not readable(received):
        return "no or unreadable receipt"
    if end and not readable(end):
        return "unreadable end"
    if status in CLOSED and not (end or returned):
        return "closed without an end"
    if end and readable(end) < readable(received):
        return "ended before received"
    if status not in (*OPEN, *CLOSED, *OUT, WITHDRAWN) and not end:
        return "unknown status without an end"
    return ""


def events(rows):
    names = ("Ngày tiếp nhận", "Ngày kết thúc xử lý", "Ngày trả thực tế")
    return sorted(found for row in rows for name in names if (found := readable(row.get(name))))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The samples as the generator makes them now."""
    folder = tmp_path_factory.mktemp("samples")
    return {path.name: path for path in write_samples(folder)}


# ------------------------------------------------------------------ same seed, same bytes
def test_the_same_seed_gives_the_same_bytes(made, tmp_path):
    """No clock and no chance but the seed's is in the files."""
    again = write_samples(tmp_path)

    assert [path.name for path in again] == list(made)
    assert all(path.read_bytes() == made[path.name].read_bytes() for path in again)


def test_another_seed_gives_other_dossiers_but_the_same_small_files(made, tmp_path):
    """The small files are counted by hand, so they never change."""
    other = {path.name: path.read_bytes() for path in write_samples(tmp_path, seed=SEED + 1)}

    same = {name for name, content in other.items() if content == made[name].read_bytes()}
    assert same == {
        "agencies.csv",
        "catalogue.csv",
        "nho-30.csv",
        "loi-can-xu-ly.csv",
        "nhiem-vu.csv",
        "nhiem-vu-tuan-50.csv",
        "week51.toml",
    }


def test_the_shipped_files_are_what_the_generator_makes(made):
    """Workbooks are compared cell by cell: another zlib may pack them in other bytes."""
    for name, path in made.items():
        if path.suffix != ".xlsx":
            assert path.read_bytes() == (SHIPPED / name).read_bytes(), name
        else:
            assert read_book(path) == read_book(SHIPPED / name), name
    assert sorted(path.name for path in SHIPPED.iterdir()) == sorted([*made, "README.md"])


def test_any_number_of_dossiers_and_any_week_can_be_asked_for(tmp_path):
    """The number is that of different dossiers in both weeks; the files are named by week."""
    made = {path.name: path for path in write_samples(tmp_path, seed=0, dossiers=40, week="2023-W44")}

    one, two = (read_book(made[name])[0] for name in ("tuan-43.xlsx", "tuan-44.xlsx"))
    assert len({row["Mã hồ sơ"] for row in [*one, *two]}) == 40
    assert max(events(two)) < datetime(2023, 11, 6)
    assert write_samples(tmp_path / "one", dossiers=1)


@pytest.mark.parametrize("wanted", [{"dossiers": 0}, {"week": "2023-51"}, {"week": "2023-W60"}, {"week": "soon"}])
def test_what_cannot_be_meant_is_a_usage_error(wanted, tmp_path):
    """Nothing is written."""
    with pytest.raises(UsageError):
        write_samples(tmp_path, **wanted)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(OutputError):
        write_samples(tmp_path / "file", dossiers=5)


# ------------------------------------------------------------------ persons
def test_every_person_is_obviously_invented():
    """A marker stands in each name of a person, company or officer; numbers are 0900 000 0xx."""
    folder = [*WEEK_FILES, "igate-tuan-51.xlsx", "nho-30.csv", "loi-can-xu-ly.csv"]
    rows = [r for n in folder for r in (read_csv(SHIPPED / n) if n.endswith("csv") else read_book(SHIPPED / n)[0])]

    persons = {row[name] for row in rows for name in ("Chủ hồ sơ", "Cán bộ xử lý hiện tại") if name in row}
    assert persons <= {*APPLICANTS, *OFFICERS}
    assert all(any(marker in person for marker in MARKERS) for person in (*APPLICANTS, *OFFICERS))
    assert {row["Số điện thoại"] for row in rows} <= set(PHONES)
    assert all(phone.startswith("0900 000 0") and len(phone) == 12 for phone in PHONES)


# ------------------------------------------------------------------ the two weeks
@pytest.mark.parametrize("name", WEEK_FILES)
def test_the_weeks_hold_warnings_and_no_error(name):
    """DESIGN's list of errors, one by one; and no event after the week or far from the others."""
    rows, _, _ = read_book(SHIPPED / name)

    assert {error_of(row) for row in rows} == {""}
    last = events(rows)
    assert last[-1] <= END - timedelta(days=7 if "50" in name else 0)
    assert last[-1] - last[-2] < timedelta(days=60)
    faults = {
        "undated": sum(not row["Ngày hẹn trả"] and row["Trạng thái hồ sơ"] not in OUT for row in rows),
        "due before received": sum(bool(d := row["Ngày hẹn trả"]) and d < row["Ngày tiếp nhận"] for row in rows),
        "pending with an end": sum(
            row["Trạng thái hồ sơ"] in OPEN and bool(row["Ngày kết thúc xử lý"]) for row in rows
        ),
        "withdrawn without an end": sum(
            row["Trạng thái hồ sơ"] == WITHDRAWN and not row["Ngày kết thúc xử lý"] for row in rows
        ),
        "no channel": sum(not row["Hình thức tiếp nhận"] for row in rows),
        "NFD": sum(not unicodedata.is_normalized("NFC", row["Cơ quan giải quyết"]) for row in rows),
        "short or double": sum(
            unicodedata.normalize("NFC", row["Cơ quan giải quyết"]) not in {a.name for a in AGENCIES} for row in rows
        ),
    }
    assert all(faults.values()), faults


@pytest.mark.parametrize("name", WEEK_FILES)
def test_repeated_dossiers_differ_in_nothing_but_their_number(name):
    """They are counted once, and no other code is used twice."""
    rows, _, _ = read_book(SHIPPED / name)

    by_code = {}
    for row in rows:
        by_code.setdefault(row["Mã hồ sơ"], []).append({key: row[key] for key in row if key != "STT"})
    repeated = [same for same in by_code.values() if len(same) > 1]
    assert repeated
    assert all(row == same[0] for same in repeated for row in same)


def test_the_week_workbook_looks_like_an_office_made_it():
    """Titles in merged cells, column numbers, a total, signatures; dates are real dates."""
    rows, above, below = read_book(SHIPPED / "tuan-51.xlsx")
    sheet = openpyxl.load_workbook(SHIPPED / "tuan-51.xlsx").worksheets[0]

    assert len(sheet.merged_cells.ranges) > 8
    assert above[3][0] == "DANH SÁCH HỒ SƠ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
    assert above[-1] == [f"({number})" for number in range(1, 23)]
    assert [cell for row in below for cell in row if cell][:2] == ["Tổng số hồ sơ", len(rows)]
    assert {"NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"} <= {cell for row in below for cell in row}
    dates = [row[name] for row in rows for name in row if name.startswith("Ngày") and row[name] is not None]
    assert {type(value) for value in dates} == {datetime}


def test_what_is_open_at_the_end_of_a_week_is_in_the_next():
    """Week 51 is week 50's backlog and what it received itself; a receipt never changes."""
    before, after = ({row["Mã hồ sơ"]: row for row in read_book(SHIPPED / name)[0]} for name in WEEK_FILES)

    left_open = {
        code
        for code, row in before.items()
        if not row["Ngày kết thúc xử lý"] and row["Trạng thái hồ sơ"] not in (*OUT, WITHDRAWN)
    }
    assert left_open == before.keys() & after.keys() == {c for c, r in after.items() if r["Ngày tiếp nhận"] < START}
    assert all(before[code]["Ngày tiếp nhận"] == after[code]["Ngày tiếp nhận"] for code in left_open)
    assert 0.4 < sum(bool(after[code]["Ngày kết thúc xử lý"]) for code in left_open) / len(left_open) < 0.9


@pytest.mark.parametrize("name", WEEK_FILES)
def test_about_97_in_100_are_settled_on_time_and_agencies_differ(name):
    """A real province reports 98.23 %; the slow agencies must stand out."""
    rows, _, _ = read_book(SHIPPED / name)
    done = [row for row in rows if row["Ngày kết thúc xử lý"] and row["Ngày hẹn trả"]]
    late = [row for row in done if row["Ngày kết thúc xử lý"] > deadline({**row, **NO_SUPPLEMENT})]

    assert 0.96 < 1 - len(late) / len(done) < 0.99
    assert len({row["Mã hồ sơ"][:6] for row in late}) > 8


def test_receipts_and_due_dates_keep_office_hours():
    """Due dates never fall on a day off; receipts may fall on a Saturday morning."""
    rows = [row for name in WEEK_FILES for row in read_book(SHIPPED / name)[0]]

    assert {row["Ngày hẹn trả"].isoweekday() for row in rows if row["Ngày hẹn trả"]} == {1, 2, 3, 4, 5}
    assert {row["Ngày tiếp nhận"].isoweekday() for row in rows} == {1, 2, 3, 4, 5, 6}
    assert {row["Ngày tiếp nhận"].hour for row in rows} == {7, 8, 9, 10, 11, 13, 14, 15, 16}


# ------------------------------------------------------------------ the iGate layout
def test_the_igate_file_has_the_13_real_headings():
    """Without titles, and the agency is empty in every row."""
    rows, above, below = read_book(SHIPPED / "igate-tuan-51.xlsx")

    assert [" | ".join(row) for row in above] == [IGATE_HEADINGS]
    assert not below
    assert {row["Cơ quan/đơn vị"] for row in rows} == {None}
    assert all(row["Phòng ban"] for row in rows)


def test_both_layouts_of_week_51_tell_the_same_dossiers():
    """The same rows in the same order with the same moments, as real dates here and as text there."""
    titled, igate = (read_book(SHIPPED / name)[0] for name in ("tuan-51.xlsx", "igate-tuan-51.xlsx"))

    def facts(row, code):
        dates = [moment(row[name]) for name in ("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý")]
        return row[code], *dates, row["Trạng thái hồ sơ"], row["Chủ hồ sơ"], row["Số điện thoại"], row["STT"]

    assert [facts(row, "Mã hồ sơ") for row in titled] == [facts(row, "Số hồ sơ") for row in igate]
    assert {type(row["Ngày tiếp nhận"]) for row in igate} == {str}


def test_the_unit_in_each_code_is_in_the_register():
    """So that agency and level of the iGate file can be told, as the other layout tells them."""
    register = {row["agency_id"]: row for row in read_csv(SHIPPED / "agencies.csv")}
    written = {"Cấp Tỉnh": "province", "Cấp Huyện": "district", "Cấp Xã": "commune"}

    for row in read_book(SHIPPED / "tuan-51.xlsx")[0]:
        entry = register[row["Mã hồ sơ"][:6]]
        name = " ".join(unicodedata.normalize("NFC", row["Cơ quan giải quyết"]).split())
        assert name in (entry["agency"], *entry["aliases"].split("|"))
        assert written[row["Cấp thực hiện"]] == entry["level"]


# ------------------------------------------------------------------ register and counts
def test_the_register_names_62_agencies_below_one_province():
    """14 departments, 8 districts, 40 communes; every parent is in it, no name or id twice."""
    rows = read_csv(SHIPPED / "agencies.csv")

    levels = [row["level"] for row in rows]
    assert list(rows[0]) == ["agency", "agency_id", "level", "parent", "aliases"]
    assert (levels.count("province"), levels.count("district"), levels.count("commune")) == (15, 8, 40)
    assert len({row["agency"] for row in rows}) == len({row["agency_id"] for row in rows}) == len(rows)
    assert {row["parent"] for row in rows} - {""} <= {row["agency"] for row in rows}


def test_the_counts_feed_what_no_dossier_tells():
    """1.1 to 1.3 once for the province, ten components for each agency; no numerator above its denominator."""
    rows = read_csv(SHIPPED / "counts.csv")
    own = ["1.4", "3.1", "3.2", "3.5a", "3.5b", "4.5a", "4.6", "5.2", "5.3", "5.4.complaints"]

    assert list(rows[0]) == ["agency", "level", "component", "numerator", "denominator"]
    assert [row["component"] for row in rows[:3]] == ["1.1", "1.2", "1.3"]
    assert {row["agency"] for row in rows[:3]} == {"UBND tỉnh Sông Lam"}
    assert [row["component"] for row in rows[3:]] == own * len(AGENCIES)
    assert all(int(row["numerator"]) <= int(row["denominator"]) for row in rows if row["denominator"])
    assert all((row["denominator"] == "") == (row["component"] == "5.4.complaints") for row in rows)


def test_the_dossiers_synchronised_are_those_received_in_week_51():
    """Component 1.4 of each agency has the received dossiers of the workbook below the line."""
    rows = {row["Mã hồ sơ"]: row for row in read_book(SHIPPED / "tuan-51.xlsx")[0]}.values()
    counted = [row for row in rows if row["Ngày tiếp nhận"] >= START and row["Trạng thái hồ sơ"] not in OUT]
    received = {a.name: sum(row["Mã hồ sơ"][:6] == a.code for row in counted) for a in AGENCIES}

    counts = [row for row in read_csv(SHIPPED / "counts.csv") if row["component"] == "1.4"]
    assert {row["agency"]: int(row["denominator"]) for row in counts} == received


# ------------------------------------------------------------------ the README's figures
def test_the_readme_judges_each_of_the_30_dossiers_as_the_rules_do():
    """Both language versions of the table, row by row."""
    rows = read_csv(SHIPPED / "nho-30.csv")
    (vietnamese,), (english,) = table("STT", "Mã hồ sơ"), table("no.", "state")

    expected = [(row["STT"], row["Mã hồ sơ"], *state(row)) for row in rows]
    assert len(rows) == 30
    assert [(r["STT"], r["Mã hồ sơ"], r["Kỳ"], r["Trạng thái"]) for r in vietnamese] == expected
    assert [(r["no."], r["state"]) for r in english] == [(number, judged) for number, _, _, judged in expected]
    shown = {r["STT"]: r["Kênh"] for r in vietnamese if r["Kênh"] != "out"}
    assert shown == {row["STT"]: channel(row) for row in rows if row["STT"] in shown}


def test_the_readme_counts_the_hand_file_right():
    """Every cell of the flow table, for agencies, levels and the whole; and its identities."""
    (shown,) = table("unit", "handled")

    found = units(read_csv(SHIPPED / "nho-30.csv"))
    assert {row["unit"] for row in shown} == found.keys()
    for row in shown:
        counts = count(found[row["unit"]])
        assert {key: int(value) for key, value in row.items() if key != "unit"} == {
            key: value for key, value in counts.items() if key != "good"
        }
        assert counts["handled"] == counts["received"] + counts["carried_over"]
        assert counts["handled"] == counts["resolved"] + counts["pending"]
        assert counts["received"] == counts["online"] + counts["direct"] + counts["post"]


def test_the_readme_scores_the_hand_file_right():
    """2.1 is linear up to 20, 3.3 full at 50 % up to 6; ranks within the level, ties 1-2-2."""
    (shown,) = table("unit", "2.1")
    found = units(read_csv(SHIPPED / "nho-30.csv"))

    points = {}
    for row in shown:
        counts = count(found[row["unit"]])
        good, online = (Fraction(counts[name], counts["received"]) for name in ("good", "online"))
        first, second = half_up(20 * good), half_up(min(Fraction(6), 12 * online))
        points[row["unit"]] = first + second
        assert (row["2.1"], row["3.3"]) == tuple(f"{counts[n]}/{counts['received']}" for n in ("good", "online"))
        assert (row["2.1 ratio"], row["3.3 ratio"]) == (str(half_up(100 * good)), str(half_up(100 * online)))
        assert (row["2.1 points"], row["3.3 points"]) == (str(first), str(second))
        assert row["points"] == str(first + second)
    for row in shown:
        level = {r["Cấp thực hiện"] for r in found[row["unit"]]}
        peers = {r["Cơ quan giải quyết"] for rows in found.values() for r in rows if {r["Cấp thực hiện"]} == level}
        rank = 1 + sum(points[peer] > points[row["unit"]] for peer in peers)
        assert row["rank"] == (f"{rank}/{len(peers)}" if row["unit"] in peers else "–")


def test_the_readme_tells_errors_from_warnings_in_the_third_file():
    """Errors by DESIGN's list, and the one lone date; all other rows count or are superseded."""
    rows = read_csv(SHIPPED / "loi-can-xu-ly.csv")
    (shown,) = table("STT", "Mức")

    far = events([row for row in rows if not error_of(row)])
    lone = {row["STT"] for row in rows if readable(row["Ngày kết thúc xử lý"]) == far[-1]}
    assert far[-1] - far[-2] > timedelta(days=60)
    errors = {row["STT"] for row in rows if error_of(row)} | lone
    assert [row["STT"] for row in shown] == [row["STT"] for row in rows]
    assert {row["STT"] for row in shown if row["Mức"] == "error"} == errors
    assert [len(errors), sum(row["Mức"] == "superseded" for row in shown), len(rows)] == [11, 2, 28]


def test_the_readme_tells_the_size_of_the_weeks():
    """Rows and dossiers of both weeks, and what they share."""
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    codes = [[row["Mã hồ sơ"] for row in read_book(SHIPPED / name)[0]] for name in WEEK_FILES]

    for found in codes:
        assert f"{len(found):,} rows, {len(set(found)):,} dossiers" in text
        rows, dossiers = (f"{size:,}".replace(",", ".") for size in (len(found), len(set(found))))
        assert f"{rows} dòng, {dossiers} hồ sơ" in text
    assert f"{len({*codes[0]} & {*codes[1]})} of them still open" in text
    assert f"hold {len({*codes[0], *codes[1]}):,} different dossiers" in text


# ------------------------------------------------------------------ the large export
def test_a_large_export_is_the_same_dossiers_in_both_formats(tmp_path):
    """20 columns; in xlsx two dates are real dates and two are text, in csv all are text."""
    book, _, _ = read_book(write_large(tmp_path / "a.xlsx", 300, seed=3))
    rows = read_csv(write_large(tmp_path / "a.csv", 300, seed=3))

    def text(value):
        return "" if value is None else f"{value:%d/%m/%Y %H:%M:%S}" if isinstance(value, datetime) else str(value)

    assert [{key: text(value) for key, value in row.items()} for row in book] == rows
    assert len(rows) == 300
    assert len(rows[0]) == 20
    real = {key for row in book for key, value in row.items() if isinstance(value, datetime)}
    assert real == {"Ngày kết thúc xử lý", "Ngày trả thực tế"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_a_large_export_repeats_and_depends_on_the_seed(name, tmp_path):
    """The same seed gives the same bytes; another one does not."""
    content = write_large(tmp_path / name, 200, seed=3).read_bytes()

    assert write_large(tmp_path / name, 200, seed=3).read_bytes() == content
    assert write_large(tmp_path / name, 200, seed=4).read_bytes() != content


def test_a_large_export_of_several_pieces_repeats_no_code_and_has_no_error(tmp_path, monkeypatch):
    """The last number given to a unit and day is remembered from piece to piece."""
    monkeypatch.setattr("reformcli.sample.large._PIECE", 700)

    rows = read_csv(write_large(tmp_path / "a.csv", 3_000, seed=5))

    assert [row["STT"] for row in rows] == [str(number) for number in range(1, 3_001)]
    assert len({row["Mã hồ sơ"] for row in rows}) == 3_000
    assert {error_of(row) for row in rows} == {""}
    assert events(rows)[-1] <= END


def test_the_share_of_late_dossiers_can_be_chosen(tmp_path):
    """Reports with many late dossiers are tried with it."""
    rows = read_csv(write_large(tmp_path / "a.csv", 2_000, seed=5, late=0.3))

    ended_at = [(moment(row["Ngày kết thúc xử lý"]), deadline({**row, **NO_SUPPLEMENT})) for row in rows]
    known = [(end, due) for end, due in ended_at if end and due]
    assert 0.25 < sum(end > due for end, due in known) / len(known) < 0.35


@pytest.mark.parametrize(("name", "rows"), [("a.xls", 5), ("a", 5), ("a.csv", 0), ("a.xlsx", 1_048_576)])
def test_a_large_export_that_cannot_be_written_is_a_usage_error(name, rows, tmp_path):
    """Another extension, no rows, or more than a sheet holds."""
    with pytest.raises(UsageError):
        write_large(tmp_path / name, rows)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_earlier_file(tmp_path):
    """A folder bears the name of the temporary file."""
    path = write_large(tmp_path / "a.csv", 5)
    before = path.read_bytes()
    (tmp_path / "a.csv.part").mkdir()

    with pytest.raises(OutputError):
        write_large(path, 9)
    assert path.read_bytes() == before


def test_importing_the_package_loads_nothing_heavy():
    """`reformcli --help` must start at once."""
    code = "import sys, reformcli.sample; print([m for m in ('numpy', 'xlsxwriter', 'pandas') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
