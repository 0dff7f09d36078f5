"""Headings: every one seen in real exports, in every way it may be written, and the shapes of headers."""

import csv
import io
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.errors import ExitCode, InputError, UsageError
from reformcli.headings.checks import check_required, require
from reformcli.headings.column_map import load_column_map, unmatched, write_column_map
from reformcli.headings.headers import FIELDS, fields_that_may_name_person, find_header, load_dictionary, parts
from reformcli.model import RawSheet, Source
from reformcli.text import clean, collation_key, fold, match_key

TABLE = Path(__file__).parent / "data" / "headings.csv"
SEEN = list(csv.reader(TABLE.read_text(encoding="utf-8").splitlines()))[1:]
IGATE = [
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Phòng ban",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Cán bộ xử lý hiện tại",
    "Trạng thái hồ sơ",
]
CORE = ["Mã hồ sơ", "Ngày tiếp nhận", "Trạng thái"]
DATA = ["H57.12-240101-0001", "02/01/2024", "Đang xử lý"]


def sheet(*rows, name="tuần.xlsx", tab="Sheet1", first_row=1, first_column=1):
    """A sheet of the given rows; "" is an empty cell."""
    width = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*filled, strict=True)]
    table = pa.table(columns, names=[f"c{i}" for i in range(width)])
    return RawSheet(Source(name, "0" * 64, 1), tab, table, first_row, first_column)


def found(*rows, user_map=None):
    header = find_header(sheet(*rows), load_dictionary(), user_map or {})
    assert header is not None
    return header


def hows(header):
    return {use.heading: use.how for use in header.columns}


def fields(header):
    return {name: use.heading for name, use in header.fields.items()}


def meaning(heading):
    known = load_dictionary().listed(clean(heading))
    assert known is not None, heading
    return {"field": known.name, "ambiguous": "|".join(known.choices)}.get(known.kind, known.kind)


# ------------------------------------------------------------------ the dictionary
def test_the_table_of_headings_seen_is_whole():
    assert len(SEEN) == 253
    assert {field for _, field in SEEN} <= {*FIELDS, "personal", "ignored", "returned_at|due_at"}


@pytest.mark.parametrize(("heading", "field"), SEEN)
def test_every_heading_seen_in_an_export_is_known(heading, field):
    assert meaning(heading) == field


def move_tone(text):
    """Hóa ↔ hoá: the tone mark on the other vowel."""
    decomposed = unicodedata.normalize("NFD", text)
    for tone in "\u0300\u0301\u0303\u0309\u0323":
        for first, second in (("o", "a"), ("u", "y"), ("o", "e"), ("O", "A"), ("U", "Y"), ("O", "E")):
            old, new = f"{first}{tone}{second}", f"{first}{second}{tone}"
            decomposed = decomposed.replace(old, "\0").replace(new, old).replace("\0", new)
    return decomposed


def drop_accents(text):
    marks = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in marks if not unicodedata.combining(c))


def everywhere(sign):
    return lambda text: sign.join(["", *text, ""])


WRITINGS = [
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    str.upper,
    str.lower,
    str.title,
    move_tone,
    drop_accents,
    lambda text: text.replace("đ", "ð").replace("Đ", "Ð"),  # eth, which looks like it
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\n"),
    lambda text: text.replace(" ", "\r\n "),
    lambda text: text.replace(" ", "\u00a0"),
    everywhere("\u200b"),
    everywhere("\ufeff"),
    everywhere("\u200f"),
    lambda text: f"  {text}\t",
    lambda text: f"{text} (*)",
    lambda text: f"{text}*:",
]


@given(seen=st.sampled_from(SEEN), writings=st.lists(st.sampled_from(WRITINGS), max_size=5))
def test_the_way_a_heading_is_written_does_not_change_what_it_means(seen, writings):
    heading, field = seen
    for write in writings:
        heading = write(heading)
    if seen[0] != "NgayTra":  # a software name, the same letters as "Ngày trả"
        assert meaning(heading) == field


def test_ngaytra_is_the_returned_date_only_as_software_writes_it():
    assert meaning("NgayTra") == "returned_at"
    assert meaning("Ngay tra") == meaning("NGÀY TRẢ") == meaning("NGAYTRA") == "returned_at|due_at"


def test_no_two_fields_share_a_folded_heading():
    """The loader refuses it; here the table itself is looked at, as it was seen."""
    meanings = {}
    for heading, field in SEEN:
        if heading != "NgayTra":
            meanings.setdefault(match_key(heading), set()).add(field)
    assert [key for key, found in meanings.items() if len(found) > 1] == []


@pytest.mark.parametrize("field", FIELDS)
def test_a_canonical_name_is_a_heading_of_its_field(field):
    assert meaning(field) == field


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Ngày tiếp nhận hồ sơ", "received_at"),
        ("1. Mã hồ sơ", "dossier_id"),
        ("(2) Mã hồ sơ", "dossier_id"),
        ("Mã hồ sơ (3)", "dossier_id"),
        ("Ngày hẹn trả (dd/MM/yyyy)", "due_at"),
        ("Hẹn trả kết quả cho công dân", "due_at"),
        ("Ngày trả (dự kiến)", "due_at"),
        ("Ngày trả kết quả cho công dân", "returned_at or due_at"),
        ("Tình trạng hồ sơ hiện tại", "status"),
        ("Số CCCD người nộp", "identity_no"),
        ("Thông tin chủ hồ sơ", "applicant"),
        ("Đơn vị xử lý / người xử lý", "officer"),
        ("Ngày hẹn trả cán bộ thụ lý", "officer"),
        ("Số ngày quá hạn xử lý", "duration"),
        ("Mã số thuế", "identity_no"),
    ],
)
def test_a_heading_that_is_not_listed_is_read_by_its_first_words(heading, name):
    known = load_dictionary().listed(heading) or load_dictionary().resembling(heading)
    assert known.name == name


@pytest.mark.parametrize(
    "heading",
    [
        "Ngày tiếp nhận bổ túc bổ sung",
        "Ngày hẹn trả lại",
        "Ngày hẹn trả sau gia hạn",
        "Mã hồ sơ gốc",
        "Mã hồ sơ (cũ)",
        "Số hồ sơ đã giải quyết",
        "Trạng thái đồng bộ",
        "Lĩnh vực: Đất đai",
        "Mã số hồ sơ: H57.12-240101-0001",
        "Mã hồ sơ H57.12-240101-0001",
        "Loại",
        "Ngày",
        "Báo cáo tình hình tiếp nhận, giải quyết hồ sơ",
        "",
        "???",
        "x" * 5000,
    ],
)
def test_a_heading_that_may_mean_something_else_is_not_guessed(heading):
    assert (load_dictionary().listed(heading) or load_dictionary().resembling(heading)) is None


GOOD = """
[unless]
words = ["mới"]
source = "x"
evidence = "assumed"
[[field]]
name = "due_at"
headings = ["Ngày hẹn trả"]
source = "x"
evidence = "seen"
"""
MORE = '[[field]]\nname = "due_at"\nsource = "x"\nevidence = "seen"\n'


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (MORE + 'colour = "red"', "unknown key"),
        (MORE.replace('source = "x"\n', ""), "missing key"),
        (MORE.replace('"x"', '" "'), "empty source"),
        (MORE.replace("seen", "certain"), "evidence"),
        (MORE.replace("due_at", "deadline"), "not a field"),
        (MORE.replace("due_at", "received_at") + 'headings = ["NGÀY HẸN TRẢ:"]', "repeated heading"),
        (MORE + 'headings = ["ngay hen tra"]', "repeated heading"),
        (MORE + 'phrases = ["hẹn trả", "hen tra"]', "repeated heading"),
        (MORE.replace("[[field]]", "[[personal]]"), "not a field that can stand here"),
        (MORE.replace("[[field]]", "[[ambiguous]]") + 'choices = ["due_at", "x"]', "not a field"),
        (MORE + 'choices = ["due_at", "returned_at"]', "unknown key"),
        ("[[fields]]\n", "unknown key"),
    ],
)
def test_a_faulty_dictionary_stops_the_run(tmp_path, more, problem):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + more, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load_dictionary(str(path))

    assert caught.value.key == "bad_rules"
    assert problem in str(caught.value.values["problem"])


def test_a_dictionary_of_ones_own_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_dictionary(str(path)).listed("ngày hẹn trả").name == "due_at"


# ------------------------------------------------------------------ whole sheets
def test_the_real_igate_export():
    """As seen: no channel, no agency filled; the submitter's data is marked for dropping."""
    header = found(IGATE, ["1", *DATA])

    assert header.rows == (0,)
    assert header.data_row == 1
    assert fields(header) == {
        "dossier_id": "Số hồ sơ",
        "procedure": "Tên thủ tục hành chính",
        "field": "Tên lĩnh vực",
        "department": "Phòng ban",
        "received_at": "Ngày tiếp nhận",
        "due_at": "Ngày hẹn trả",
        "finished_at": "Ngày kết thúc xử lý",
        "agency": "Cơ quan/đơn vị",
        "status": "Trạng thái hồ sơ",
    }
    assert [use.field for use in header.columns if use.how == "personal"] == ["applicant", "phone", "officer"]
    assert hows(header)["STT"] == "ignored"
    assert [use.position for use in header.columns] == list(range(13))
    check_required(header, "tuần.xlsx")


def test_titles_above_and_an_empty_first_column():
    header = found(
        ["", "UBND TỈNH X", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["", "Lĩnh vực: Đất đai", "", "Từ ngày 01/01/2024"],
        [],
        ["", *CORE, "Ngày hẹn trả"],
        ["", "(1)", "(2)", "(3)", "(4)=(2)+(3)"],
        ["", *DATA, "03/01/2024"],
    )

    assert header.rows == (3,)
    assert [use.position for use in header.columns] == [1, 2, 3, 4]


def test_two_rows_merged_across_and_down():
    header = found(
        ["STT", "Mã hồ sơ", "Hạn", "", "Hẹn trả", "Trạng thái", "Phí, lệ phí", ""],
        ["", "", "Tiếp nhận", "Xử lý", "Ngày", "", "Phí", "Lệ phí"],
        ["1", *DATA],
    )

    assert header.rows == (0, 1)
    assert fields(header) == {
        "dossier_id": "Mã hồ sơ",
        "received_at": "Tiếp nhận",
        "due_at": "Ngày Hẹn trả",  # listed before "Hạn xử lý"
        "status": "Trạng thái",
        "fee": "Phí",
    }
    assert hows(header)["Hạn / Xử lý"] == "repeated"


def test_three_rows():
    header = found(
        ["Hồ sơ", "", "Quá trình giải quyết", "", "", "Ghi chú"],
        ["Mã", "Thủ tục", "Ngày", "", "Trạng thái", ""],
        ["", "", "tiếp nhận", "hẹn trả", "", ""],
        ["H57.12-240101-0001", "Cấp phép", "02/01/2024", "03/01/2024", "Đang xử lý", "x"],
    )

    assert header.rows == (0, 1, 2)
    assert fields(header) == {
        "dossier_id": "Mã Hồ sơ",
        "procedure": "Thủ tục",
        "received_at": "Ngày / tiếp nhận",
        "due_at": "Ngày / hẹn trả",
        "status": "Trạng thái",
    }


def test_a_second_row_that_tells_nothing_new_is_still_no_data():
    header = found(
        [*CORE, "Ngày hẹn trả", "Kết quả", ""],
        ["", "", "", "", "Bản giấy", "Bản mềm"],
        [*DATA, "03/01/2024", "x", ""],
    )
    assert header.rows == (0, 1)


def test_headings_repeated_over_merged_cells_as_html_readers_do():
    header = found(
        ["Mã hồ sơ", "Thời gian", "Thời gian", "Trạng thái"],
        ["Mã hồ sơ", "Ngày nhận", "Hẹn trả", "Trạng thái"],
        [*DATA],
    )
    assert header.data_row == 2
    assert set(header.fields) == {"dossier_id", "received_at", "due_at", "status"}


def test_a_group_above_can_change_what_a_heading_means():
    """The dates of a supplement and the unit of the applicant are not those of the dossier."""
    header = found(
        ["Mã hồ sơ", "Bổ sung hồ sơ", "", "Hẹn trả", "Người nộp", "", "Trạng thái"],
        ["", "Ngày tiếp nhận", "Số lần bổ sung", "", "Số điện thoại", "Đơn vị", ""],
    )
    assert set(header.fields) == {"dossier_id", "due_at", "status", "supplement_requests"}
    assert hows(header)["Bổ sung hồ sơ / Ngày tiếp nhận"] == "unknown"


TRICKY = [
    "",
    "Hồ sơ",
    "Mã",
    "Quá hạn",
    "Trực tuyến",
    "Đang xử lý",
    "Lĩnh vực đất đai",
    "kết quả",
    "Thủ tục",
    "Phí",
    "trả",
    "Mã hồ sơ",
    "x",
]


@given(
    data=st.lists(st.lists(st.sampled_from(TRICKY), min_size=6, max_size=6), min_size=1, max_size=5),
    extra=st.lists(st.sampled_from(["Loại", "Ngày", "Kết quả", ""]), min_size=2, max_size=2),
)
def test_data_rows_are_never_swallowed(data, extra):
    """Rows of a dossier, whatever words they hold, stay below the header."""
    rows = [[f"H57.12-240101-{number:04}", *cells] for number, cells in enumerate(data)]
    header = found([*CORE, "Ngày hẹn trả", "Thủ tục", *extra], *rows)
    assert header.rows == (0,)


def test_a_header_repeated_on_every_page_is_found_once_at_the_top():
    assert found(IGATE, ["1", *DATA], IGATE, ["2", *DATA]).rows == (0,)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[""]],
        [["Mã hồ sơ", "Ngày tiếp nhận"], DATA[:2]],
        [["Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái", "Thủ tục"]],
        [DATA, DATA],
        [
            ["STT", "Đơn vị", "Số hồ sơ", "", ""],
            ["", "", "Tổng số", "Trực tuyến", "Từ kỳ trước"],
            ["1", "Sở X", "9", "5", "4"],
        ],
        [["", ""]] * 120 + [IGATE],
    ],
)
def test_no_header(rows):
    assert find_header(sheet(*rows), load_dictionary(), {}) is None


# ------------------------------------------------------------------ two readings
@pytest.mark.parametrize("heading", ["Ngày trả", "NGÀY TRẢ KẾT QUẢ", "Ngày trả KQ", "Ngày trả kết quả cho dân"])
@pytest.mark.parametrize(
    ("others", "field", "how"),
    [
        (["Ngày hẹn trả"], "returned_at", "settled"),
        (["Hạn xử lý", "Ngày kết thúc"], "returned_at", "settled"),
        (["Trả thực tế"], "due_at", "settled"),
        (["Ngày trả thực tế"], "due_at", "settled"),
        (["Ngày hẹn trả", "Ngày trả thực tế"], None, "ignored"),
        (["Ngày hẹn trả", "Trả thực tế"], None, "ignored"),
        (["Ngày kết thúc xử lý"], None, "ambiguous"),
        ([], None, "ambiguous"),
    ],
)
def test_ngay_tra_is_settled_by_the_other_columns_or_not_at_all(heading, others, field, how):
    header = found([*CORE, heading, *others], DATA)
    use = header.columns[3]
    assert (use.field, use.how) == (field, how)


def test_two_columns_of_which_either_may_be_due_stay_ambiguous():
    header = found([*CORE, "Ngày trả", "Ngày trả kết quả", "Trả thực tế"])
    assert [use.how for use in header.columns[3:5]] == ["ambiguous", "ambiguous"]


def test_an_ambiguous_heading_is_refused_with_its_cell_and_choices():
    raw = sheet([], ["", *CORE, "Ngày  trả"], first_row=3, first_column=25)
    header = find_header(raw, load_dictionary(), {})

    with pytest.raises(InputError) as caught:
        require(header, raw)

    assert caught.value.key == "ambiguous_heading"
    assert caught.value.where == "tuần.xlsx, Sheet1!AC4"
    assert caught.value.values == {"heading": "Ngày trả", "choices": "returned_at, due_at"}


def test_the_users_map_settles_it():
    raw = sheet([*CORE, "Ngày trả"])
    header = find_header(raw, load_dictionary(), load_column_map(["NGÀY TRẢ=due_at"]))
    require(header, raw)
    assert header.fields["due_at"].how == "user"
    check_required(header, "x")


def test_finished_is_the_most_specific_of_several():
    """OpenCPS has both: "Ngày có kết quả" is an earlier step there."""
    assert fields(found([*CORE, "Ngày có kết quả", "Ngày kết thúc"]))["finished_at"] == "Ngày kết thúc"
    assert fields(found([*CORE, "Ngày có kết quả"]))["finished_at"] == "Ngày có kết quả"


def test_the_same_field_twice_goes_to_the_heading_listed_first():
    header = found(["Số phiếu", "Mã hồ sơ (bản in)", *CORE, "Mã hồ sơ"])
    assert header.fields["dossier_id"].position == 2
    assert [(use.how, use.field, use.choices) for use in (header.columns[i] for i in (0, 1, 5))] == [
        ("repeated", None, ("dossier_id",))
    ] * 3


def test_several_columns_of_persons_are_all_dropped():
    header = found([*CORE, "Người nộp", "Tên người nộp", "Người nộp"])
    assert [use.how for use in header.columns[3:]] == ["personal"] * 3
    assert "submitter" not in header.fields


def test_an_unknown_heading_is_reported_not_dropped():
    use = found([*CORE, "Sở thích"]).columns[3]
    assert (use.heading, use.field, use.how) == ("Sở thích", None, "unknown")


def test_fee_and_charge_make_up_the_fee_unless_a_total_is_there():
    dictionary = load_dictionary()
    both = found([*CORE, "Lệ phí (VNĐ)", "Phí (VNĐ)"])
    total = found([*CORE, "Phí (VNĐ)", "Lệ phí (VNĐ)", "Tổng (VNĐ)"])
    digitised = found([*CORE, "Số hóa kết quả", "Số hóa TPHS", "Số hoá thành phần hồ sơ"])

    assert [use.heading for use in parts(both, "fee", dictionary)] == ["Phí (VNĐ)", "Lệ phí (VNĐ)"]
    assert [use.heading for use in parts(total, "fee", dictionary)] == ["Tổng (VNĐ)"]
    assert [use.heading for use in parts(digitised, "digitised", dictionary)] == [
        "Số hoá thành phần hồ sơ",
        "Số hóa kết quả",
    ]
    assert parts(total, "rating", dictionary) == ()


@pytest.mark.parametrize(
    ("heading", "mapping", "expected"),
    [
        ("Đơn vị/ cá nhân giải quyết", {}, {"agency"}),
        ("ĐƠN VỊ / CÁ NHÂN GIẢI QUYẾT QUÁ HẠN", {}, {"responsible"}),
        ("Mã định danh", {}, {"agency_id"}),
        ("Đơn vị giải quyết", {}, set()),
        ("Cán bộ thụ lý", {"Cán bộ thụ lý": "agency"}, {"agency"}),
        ("Tên hồ sơ", {"Tên hồ sơ": "procedure"}, set()),
    ],
)
def test_columns_that_may_name_a_person_are_told(heading, mapping, expected):
    assert fields_that_may_name_person(found([*CORE, heading], user_map=mapping)) == expected


# ------------------------------------------------------------------ the user's map
def test_the_map_wins_over_everything():
    header = found(
        [*CORE, "Ngày hẹn trả", "Hạn riêng", "Sở thích", "Người nộp", "Ngày nộp"],
        user_map={
            "ngay tiep nhan": "",
            "NGÀY NỘP": "received_at",
            "Hạn riêng": "due_at",
            "Sở thích": "note",
            "Người nộp": "agency",
        },
    )
    assert fields(header) == {
        "dossier_id": "Mã hồ sơ",
        "received_at": "Ngày nộp",
        "status": "Trạng thái",
        "due_at": "Hạn riêng",
        "agency": "Người nộp",
    }
    assert hows(header)["Ngày tiếp nhận"] == "ignored"
    assert hows(header)["Ngày hẹn trả"] == "repeated"
    assert hows(header)["Sở thích"] == "personal"


def test_the_map_can_make_a_header_recognisable_and_name_merged_headings():
    header = found(
        ["Khóa", "Mốc", "", "Tình hình"],
        ["", "A", "B", ""],
        user_map={"Khóa": "dossier_id", "Mốc / A": "received_at", "b": "due_at", "Tình hình": "status"},
    )
    assert header.rows == (0, 1)
    assert set(header.fields) == {"dossier_id", "received_at", "due_at", "status"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "heading{d}field\n", "\n"])
def test_a_map_is_read_from_a_file(tmp_path, delimiter, start):
    path = tmp_path / "cột.csv"
    text = f'{start.format(d=delimiter)}Ngày trả{delimiter}due_at\n"Tên, địa chỉ; khác"{delimiter}\n\n'
    path.write_text(text, encoding="utf-8-sig")

    assert load_column_map([str(path)]) == {"Ngày trả": "due_at", "Tên, địa chỉ; khác": ""}


def test_a_later_value_wins_and_a_heading_may_hold_an_equals_sign(tmp_path):
    path = tmp_path / "map"
    path.write_text("Ngày trả,due_at\n", encoding="utf-8")
    values = [str(path), "Ngày trả=returned_at", "(3)=(1)+(2)=fee", "Bỏ="]
    assert load_column_map(values) == {"Ngày trả": "returned_at", "(3)=(1)+(2)": "fee", "Bỏ": ""}


@pytest.mark.parametrize(
    ("value", "key", "error"),
    [
        ("Ngày trả=deadline", "unknown_field", UsageError),
        ("Ngày trả=returned_at|due_at", "unknown_field", UsageError),
        ("Ngày trả=applicant2", "unknown_field", UsageError),
        ("Ngày trả", "bad_column_map", UsageError),
        ("=due_at", "bad_column_map", UsageError),
        ("", "bad_column_map", UsageError),
        ("nowhere.csv", "no_column_map", UsageError),
    ],
)
def test_a_map_that_cannot_be_meant(value, key, error):
    with pytest.raises(error) as caught:
        load_column_map([value])
    assert caught.value.key == key
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("content", [b"Ng\xe0y,due_at\n", b"A,due_at,more\n", b"A\n", b",due_at\n"])
def test_a_map_file_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "map.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_column_map([str(path)])
    assert caught.value.key == "unreadable_column_map"


def test_an_unknown_field_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "map.csv"
    path.write_text("Ngày trả,deadline\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_column_map([str(path)])
    assert caught.value.where == "map.csv"


def test_the_written_map_reads_back_to_the_same_columns(tmp_path):
    header = found([*IGATE, "=cmd", "Sở thích"])
    path = tmp_path / "map.csv"
    path.write_text(write_column_map([header, header]), encoding="utf-8-sig", newline="")

    mapping = load_column_map([str(path)])
    again = found([*IGATE, "=cmd", "Sở thích"], user_map=mapping)

    assert len(mapping) == 15
    assert fields(again) == fields(header)
    assert [use.field for use in again.columns] == [use.field for use in header.columns]
    assert unmatched({**mapping, "Ngày hẹn tra": "due_at", "Ngày hen trảa": ""}, [header]) == ("Ngày hen trảa",)


def test_the_written_map_shows_the_choices_and_starts_no_formula():
    text = write_column_map([found([*CORE, "Ngày trả", "=1+2"])])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["heading", "field"]
    assert ["Ngày trả", "returned_at|due_at"] in rows
    assert ["'=1+2", ""] in rows


def test_missing_columns_are_named_with_the_headings_not_used():
    with pytest.raises(InputError) as caught:
        check_required(found(["Mã hồ sơ", "Ngày nộp", "Chủ hồ sơ", "Sở thích"]), "tuần.xlsx, Sheet1")
    assert caught.value.key == "missing_required"
    assert caught.value.values == {
        "columns": "received_at, due_at, status | finished_at",
        "unused": "Ngày nộp, xx xxxxx",
    }


def test_finished_dates_do_for_a_status():
    check_required(found(["Mã hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Ngày kết thúc"]), "x")


# ------------------------------------------------------------------ text
@given(st.text())
def test_folding_and_cleaning_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="aăâđêôơưAĂÂĐÊÔƠƯhoáòảãạ \n\u200b\u00a0"))
def test_the_unicode_form_never_matters(text):
    decomposed = unicodedata.normalize("NFD", text)
    assert fold(decomposed) == fold(text)
    assert clean(decomposed) == clean(text)
    assert collation_key(decomposed) == collation_key(text)


def test_vietnamese_alphabetical_order():
    ordered = ["An", "Ăn", "Ân", "Dương", "Đắk Lắk", "Ea Súp", "Oanh", "Ôn", "Ơn", "Um", "Ưng"]
    assert sorted(set(ordered), key=collation_key) == ordered
    tones = ["ma", "mà", "mả", "mã", "má", "mạ", "mai"]
    assert sorted(set(tones), key=collation_key) == tones
    assert sorted(["Xã Hoà Bình", "Xã Hóa An", "Xã Hoa Lư"], key=collation_key) == [
        "Xã Hóa An",
        "Xã Hoà Bình",
        "Xã Hoa Lư",
    ]
    assert sorted(["Phường 10", "Phường 2", "Phường Ân"], key=collation_key) == ["Phường 2", "Phường 10", "Phường Ân"]


def test_other_signs_have_a_place_in_the_order():
    """Punctuation, numbers, Vietnamese letters, other letters; a foreign accent is no tone."""
    ordered = ["(a)", "1a", "Ca", "Müller", "Muống", "Ωm"]
    assert sorted(set(ordered), key=collation_key) == ordered


def test_importing_it_brings_no_heavy_library():
    code = "import sys, reformcli.headings.headers; print(sorted({'pandas', 'pyarrow', 'numpy', 'tomllib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# ------------------------------------------------------------------ any text at all
ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from([heading for heading, _ in SEEN]), st.text(max_size=6)), max_size=4).map(
        " ".join
    ),
)
SAME = [
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    str.upper,
    str.lower,
    lambda text: text.replace(" ", " \n "),
    lambda text: f" {text}\u00a0",
    lambda text: text.replace(" ", "\u200b \u200d"),
]


def understood(text):
    known = load_dictionary().listed(clean(text)) or load_dictionary().resembling(clean(text))
    return known and (known.name, known.kind)


@given(text=ANYTHING, write=st.sampled_from(SAME))
def test_any_heading_is_understood_the_same_in_every_writing(text, write):
    """Not only the headings seen: what is guessed from first words, and what stays unknown, does not depend on it."""
    known = load_dictionary()
    named = {key for key in known.headings if key != match_key(key)}  # names of software count as written
    if clean(text) in named or clean(write(text)) in named or not clean(text).isprintable():
        return
    if any(len(c.upper()) > 1 or c.lower().upper() != c.upper() or len(c.lower()) > 1 for c in text):
        return  # letters like ß, whose capital is another word
    assert understood(write(text)) == understood(text)


@given(rows=st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=6))
def test_no_sheet_breaks_the_search_for_a_header(rows):
    header = find_header(sheet(*rows), load_dictionary(), {}, {"x": "due_at"})
    assert header is None or "dossier_id" in {use.field for use in header.columns}


@pytest.mark.parametrize(
    "text", ["Ngày " * 3000, "(" * 4000, "[(" * 2000, "1." * 4000, "a" * 20000, " " * 20000, "(*)" * 2000]
)
def test_a_long_heading_does_not_hang_the_search(text):
    started = time.perf_counter()
    understood(text)
    assert time.perf_counter() - started < 2
