"""Who handles a dossier, at which level: names, codes, dates and what becomes of what nobody knows."""

import copy
import unicodedata
from datetime import datetime
from pathlib import Path

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.agencies import levels
from reformcli.agencies.attribution import attribute, bootstrap
from reformcli.agencies.dossier_code import code_date, normalise_unit, unit_code
from reformcli.agencies.levels import is_whole_province, level_of, parse_level
from reformcli.agencies.register import Register, load_register, write_register
from reformcli.errors import InputError
from reformcli.rules import read_rules

REGISTER = """\
agency,agency_id,level,parent,aliases,from,to,successor
Sở Tư pháp,H57.05,province,UBND tỉnh Ví Dụ,Sở TP|STP,,,
UBND xã Ân Lam,H57.31,commune,UBND huyện Sông Mây,Ủy ban nhân dân xã Ân Lam,,30/06/2025,H57.90
UBND xã Ăn Lam,000.00.32.H57,commune,UBND huyện Sông Mây,,,30/06/2025,UBND xã Lam Mới
UBND xã Lam Mới,H57.90,commune,UBND tỉnh Ví Dụ,,01/07/2025,2025-12-31,H57.91
UBND phường Lam Mới,H57.91,commune,UBND tỉnh Ví Dụ,,01/01/2026,,
UBND xã Hòa Trúc,,commune,UBND huyện A,,,,
UBND xã Hòa Trúc,,commune,UBND huyện B,,,,
Văn phòng Một cửa,H57.99,,,,,,
"""


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    path = tmp_path_factory.mktemp("register") / "register.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return load_register(path)


def table(*rows: tuple[str | None, ...], columns: tuple[str, ...] = ("dossier_id", "agency", "level")) -> pd.DataFrame:
    filled = [row + (None,) * (len(columns) - len(row)) for row in rows]
    return pd.DataFrame(filled, columns=list(columns), dtype="str")


def placed(frame: pd.DataFrame, *args, **kwargs) -> list[tuple[str, str, str, str]]:
    result, _ = attribute(frame, *args, **kwargs)
    return list(
        zip(result["agency_key"], result["agency_name"], result["level_name"], result["placed_by"], strict=True)
    )


# ------------------------------------------------------------------ levels
@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("UBND xã Ân Lam", "commune"),
        ("Uỷ ban nhân dân phường Bến Lam - thành phố Lam Giang", "commune"),
        ("ỦY BAN NHÂN DÂN THỊ TRẤN SÔNG MÂY", "commune"),
        ("UBND đặc khu Phú Quốc", "commune"),
        ("UBND xa Suoi Vang", "commune"),
        ("UBND P. Bến Lam", "commune"),
        ("UBND TT Sông Mây", "commune"),
        ("UBND huyện Sông Mây", "district"),
        ("UBND Quận 1 - TP. Hồ Chí Minh", "district"),
        ("UBND thị xã Cửa Lam", "district"),
        ("UBND TX. Cửa Lam", "district"),
        ("UBND H. Bình Lam", "district"),
        ("UBND thành phố Lam Giang", "district"),
        ("UBND TP Hà Tĩnh", "district"),
        ("UBND thành phố Thủ Đức", "district"),
        ("UBND Thành phố Thủ Đức - TP Hồ Chí Minh", "district"),
        ("UBND thành phố Huế, tỉnh Thừa Thiên Huế", "district"),
        ("UBND thành phố Huế", "province"),
        ("UBND Tp. Hà Nội", "province"),
        ("UBND TP.HCM", "province"),
        ("UBND TPHCM", "province"),
        ("UBND tỉnh Bà Rịa - Vũng Tàu", "province"),
        ("Văn phòng UBND tỉnh Ví Dụ", "province"),
        ("Văn phòng HĐND và UBND huyện Sông Mây", "district"),
        ("Sở Nội vụ - tỉnh Ví Dụ", "province"),
        ("Sở Lao động - Thương binh và Xã hội", "province"),
        ("Ban Quản lý các khu công nghiệp", "province"),
        ("Chi cục Kiểm lâm", "province"),
        ("Cục Thống kê", "province"),
        ("Thanh tra tỉnh", "province"),
        ("Trung tâm Phục vụ hành chính công tỉnh", "province"),
        ("Trung tâm Phục vụ hành chính công xã Ân Lam", "commune"),
        ("Công an tỉnh Ví Dụ", "province"),
        ("Công an huyện Sông Mây", "district"),
        ("Bảo hiểm xã hội tỉnh Ví Dụ", "province"),
        ("Ban Dân tộc", "province"),
        ("Bộ Tư pháp", "ministry"),
        ("Tổng cục Thuế", "ministry"),
        ("Ngân hàng Nhà nước Việt Nam", "ministry"),
        ("Ngân hàng Nhà nước chi nhánh tỉnh Ví Dụ", "province"),
        ("Cục Hàng không Việt Nam", "ministry"),
        ("Phòng Tư pháp huyện Sông Mây", "district"),
        ("Phòng Văn hóa - Xã hội phường Bến Lam", "commune"),
        ("Phòng Lao động - Thương binh và Xã hội huyện Sông Mây", "district"),
        ("Chi nhánh Văn phòng đăng ký đất đai huyện Sông Mây", "province"),
        ("Chi cục Thuế huyện Sông Mây", "district"),
        ("Chi cục Thuế khu vực", "province"),
        ("Bộ phận Một cửa xã Ân Lam", "commune"),
        ("Bộ Chỉ huy Quân sự tỉnh", "province"),
        ("Xã Ân Lam", "commune"),
        ("Phường 10", "commune"),
        ("Huyện Sông Mây", "district"),
        ("Thành phố Lam Giang", "district"),
        ("Thành phố Đà Nẵng", "province"),
        ("Tỉnh Ví Dụ", "province"),
        ("UBND thành phố", None),  # of which kind, nothing tells
        ("UBND Ân Lam", None),
        ("Phòng Quản lý đô thị", None),
        ("Bộ phận Một cửa", None),
        ("Xã hội học", None),
        ("Nguyễn Văn A", None),
        ("", None),
    ],
)
def test_the_name_of_an_agency_tells_its_level(name: str, level: str | None):
    assert level_of(name) == level
    assert level_of(unicodedata.normalize("NFD", name)) == level
    assert level_of(name.upper()) == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Cấp tỉnh", "province"),
        ("Tỉnh", "province"),
        ("Sở, ban, ngành", "province"),
        ("SO BAN NGANH", "province"),
        ("AGENCY", "province"),
        ("Cấp huyện", "district"),
        ("Xã", "commune"),
        ("Cấp xã", "commune"),
        ("CAP_XA", "commune"),
        ("COMMUNE", "commune"),
        ("Bộ", "ministry"),
        ("Trung ương", "ministry"),
        ("Cấp Bộ", "ministry"),
        ("province", "province"),
        ("Cấp Tỉnh; Cấp Xã", None),
        ("1", None),
        ("", None),
    ],
)
def test_the_texts_of_a_level_column_are_understood_or_refused(text: str, level: str | None):
    assert parse_level(text) == level


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("UBND tỉnh Phú Thọ", True),
        ("Ủy ban nhân dân tỉnh Bà Rịa - Vũng Tàu", True),
        ("UBND tỉnh", True),
        ("UBND thành phố Hà Nội", True),
        ("Tỉnh Phú Thọ", True),
        ("TP. Hồ Chí Minh", True),
        ("Văn phòng UBND tỉnh Phú Thọ", False),
        ("UBND tỉnh Phú Thọ - Sở Nội vụ", False),
        ("UBND thành phố Thủ Đức", False),
        ("UBND thành phố Huế - tỉnh Thừa Thiên Huế", False),
        ("Sở Nội vụ - tỉnh Phú Thọ", False),
        ("Tỉnh ủy Phú Thọ", False),
        ("", False),
    ],
)
def test_only_the_committee_and_the_bare_name_mean_the_whole_province(name: str, whole: bool):
    assert is_whole_province(name) is whole


def test_every_rule_about_levels_names_its_source():
    """The loader refuses an empty one; this shows that the shipped file passes and says so."""
    parts = read_rules("levels")[0]
    sections = [*parts.pop("pattern"), *parts.values()]

    assert level_of("Sở Y tế") == "province"
    assert all(section["source"] and section["evidence"] in ("law", "seen", "inferred") for section in sections)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("texts", "commune", ["Cấp tỉnh"]),  # stands under the province as well
        ("pattern", 0, {"level": "làng", "beginnings": ["Ấp"], "source": "x", "evidence": "seen"}),
        (
            "pattern",
            0,
            {"level": "place", "otherwise": "làng", "beginnings": ["Ấp"], "source": "x", "evidence": "seen"},
        ),
        ("pattern", 0, {"level": "commune", "beginnings": ["Sở"], "source": "x", "evidence": "seen"}),
        ("pattern", 0, {"level": "commune", "beginnings": ["Ấp"], "source": "", "evidence": "seen"}),
    ],
)
def test_a_rule_file_about_levels_that_contradicts_itself_stops_the_run(monkeypatch, section, key, value):
    rules = copy.deepcopy(read_rules("levels")[0])
    rules[section][key] = value
    monkeypatch.setattr(levels, "read_rules", lambda name: (rules, "", f"{name}.toml"))
    levels._rules.cache_clear()

    with pytest.raises(InputError) as caught:
        parse_level("Tỉnh")

    assert caught.value.key == "bad_rules"
    levels._rules.cache_clear()


# ------------------------------------------------------------------ dossier codes
CODES = {
    "H57.21-240131-0001": ("H57.21", "2024-01-31"),
    "000.12.21.H57-210315-0003": ("H57.21.12", "2021-03-15"),
    "000.00.21.H57-210315-000003": ("H57.21", "2021-03-15"),
    "G22.01-20240131-0000123": ("G22.01", "2024-01-31"),
    " h57.21.12-240229-1234567 ": ("H57.21.12", "2024-02-29"),
    "H57.21-240231-0001": ("H57.21", None),  # no such day, but a unit
    "G22.01-240131-0000123": (None, None),  # a ministry writes the whole year
    "H57.21-20240131-0001": (None, None),
    "H57-240131-0001": (None, None),
    "H57.21-240131-12": (None, None),
    "H57.21-240131-12345678": (None, None),
    "H57.21-240131": (None, None),
    "H57.21-24013a-0001": (None, None),
    "H57.21-２４０１３１-0001": (None, None),  # full-width digits
    "HS-001": (None, None),
    "": (None, None),
    None: (None, None),
}


def test_a_dossier_code_tells_its_unit_and_day_in_all_three_forms():
    ids = pd.Series(list(CODES), dtype="str", index=range(100, 100 + len(CODES)))

    units, days = unit_code(ids), code_date(ids)

    assert [None if pd.isna(unit) else unit for unit in units] == [unit for unit, _ in CODES.values()]
    assert [None if pd.isna(day) else day.date().isoformat() for day in days] == [day for _, day in CODES.values()]
    assert days.dtype == "datetime64[s]"
    assert units.index.equals(ids.index)
    assert days.index.equals(ids.index)


@pytest.mark.parametrize("empty", [pd.Series([], dtype="str"), pd.Series([None, None]), pd.Series(["x", "y-z"])])
def test_texts_without_a_dossier_code_have_no_unit_and_no_day(empty: pd.Series):
    assert unit_code(empty).isna().all()
    assert code_date(empty).isna().all()


def test_dossier_codes_are_read_from_categories_and_objects_as_well():
    ids = pd.Series(["H57.21-240131-0001", None])

    assert unit_code(ids.astype("category")).tolist()[0] == "H57.21"
    assert unit_code(ids.astype(object)).tolist()[0] == "H57.21"
    assert pd.isna(unit_code(ids.astype(object)).tolist()[1])


def test_the_old_and_the_new_code_of_a_unit_are_the_same():
    assert normalise_unit("000.00.21.H57") == normalise_unit(" h57.21 ") == "H57.21"
    assert normalise_unit("000.00.00.H57") == "H57"
    assert normalise_unit("12345") is None


# ------------------------------------------------------------------ without a register
def test_without_a_register_an_agency_is_its_name_and_level():
    """Case, spaces and code points make no difference, accents do; the most frequent spelling is shown."""
    frame = table(
        ("1", "UBND xã Ân Lam", "commune"),
        ("2", unicodedata.normalize("NFD", "UBND  xã Ân Lam")),
        ("3", "UBND XÃ ÂN LAM", "commune"),
        ("4", "UBND xã Ăn Lam"),
        ("5", "UBND xã Ân Lam", "district"),
        ("6", "Một cửa số 1"),
    )

    assert placed(frame, None) == [
        *[("ubnd xã ân lam|commune|", "UBND xã Ân Lam", "commune", "own_name")] * 3,
        ("ubnd xã ăn lam|commune|", "UBND xã Ăn Lam", "commune", "own_name"),
        ("ubnd xã ân lam|district|", "UBND xã Ân Lam", "district", "own_name"),
        ("một cửa số 1|unattributed|", "Một cửa số 1", "unattributed", "own_name"),
    ]


def test_equally_frequent_spellings_are_shown_by_code_point():
    assert {name for _, name, *_ in placed(table(("1", "sở y tế"), ("2", "SỞ Y TẾ")), None)} == {"SỞ Y TẾ"}


def test_what_names_no_agency_is_unattributed_and_listed():
    """The department never becomes the agency; the unit code of an unknown unit is listed for whoever maps it."""
    frame = table(("H57.77-240101-0001", None), ("H57.77-240101-0002", " "), ("x", "-", "commune"))
    frame["department"] = "Phòng Một cửa"

    result, unplaced = attribute(frame, None)

    assert result["agency_key"].tolist() == ["unattributed", "unattributed", "unattributed|commune"]
    assert result["agency_name"].tolist() == ["unattributed"] * 3
    assert result["level_name"].tolist() == ["unattributed", "unattributed", "commune"]
    assert result["placed_by"].tolist() == ["none"] * 3
    assert unplaced == (("", "H57.77", 2), ("-", "", 1))
    assert not result["is_agency_unregistered"].any()


def test_a_table_without_any_agency_column_is_unattributed():
    frame = pd.DataFrame({"received_at": [1, 2]})

    assert placed(frame, None) == [("unattributed", "unattributed", "unattributed", "none")] * 2
    assert attribute(frame.head(0), None)[0].empty
    assert attribute(frame.head(0), None)[1] == ()


# ------------------------------------------------------------------ with a register
def test_the_register_is_asked_by_id_then_code_then_name(register: Register):
    frame = table(
        ("H57.31-240101-0001", "Sở Tư pháp", "000.00.05.H57"),
        ("000.00.05.H57-240101-0001", "UBND xã Ân Lam", "H57.00"),
        ("H57.77-240101-0001", "SỞ TƯ PHÁP", None),
        ("x", "stp", None),
        ("x", "Uỷ ban nhân dân, xã Ân  Lam", None),
        ("x", "UBND xa Lam Moi", None),
        ("x", "Sở Tư phap", None),
        columns=("dossier_id", "agency", "agency_id"),
    )

    result, unplaced = attribute(frame, register)

    assert result["agency_key"].tolist()[:6] == ["H57.05", "H57.05", "H57.05", "H57.05", "H57.31", "H57.90"]
    assert result["placed_by"].tolist() == ["agency_id", "code", "name", "alias", "alias", "name", "own_name"]
    assert result["is_agency_contradicted"].tolist() == [True, True, False, False, False, False, False]
    assert result["is_agency_unregistered"].tolist() == [False] * 6 + [True]
    assert result["agency_name"].tolist()[6] == "Sở Tư phap"
    assert result["parent"].tolist()[4] == "UBND huyện Sông Mây"
    assert pd.isna(result["parent"].tolist()[6])
    assert unplaced == ()


def test_accents_tell_agencies_apart_and_their_absence_matches_only_one(register: Register):
    frame = table(("x", "UBND xã Ân Lam"), ("x", "UBND xã Ăn Lam"), ("x", "UBND xã An Lam"), ("x", "UBND xa An Lam"))

    keys = [key for key, *_ in placed(frame, register)]

    assert keys == ["H57.31", "H57.32", "ubnd xã an lam|commune|", "ubnd xa an lam|commune|"]


def test_a_name_that_two_agencies_bear_matches_neither(register: Register):
    result, _ = attribute(table(("x", "UBND xã Hòa Trúc")), register)

    assert result["placed_by"].tolist() == ["own_name"]
    assert result["is_agency_unregistered"].tolist() == [True]
    assert register.ambiguous == ("UBND xã Hòa Trúc",)


def test_the_level_of_the_register_wins_and_its_gap_is_filled_by_most_dossiers(register: Register):
    frame = table(
        ("x", "Sở Tư pháp", "commune"),
        ("x", "Văn phòng Một cửa", "district"),
        ("x", "Văn phòng Một cửa", "district"),
        ("x", "Văn phòng Một cửa", "commune"),
    )

    assert [level for _, _, level, _ in placed(frame, register)] == ["province", "district", "district", "district"]


def test_an_agency_that_had_ended_is_its_successor_in_turn(register: Register):
    """The last day still belongs to it; the day is that of the dossier's end or of the period's."""
    frame = table(*[("H57.31-250101-0001", None)] * 5, ("H57.05-250101-0001", None), ("x", None))
    days = ["2025-06-30 23:59:59", "2025-07-01", "2025-12-31 10:00", "2026-01-01", None, "2026-01-01", "2026-01-01"]
    moment = pd.Series(pd.to_datetime(days, format="mixed"), index=range(7, 14))

    result, _ = attribute(frame, register, moment)

    expected = ["H57.31", "H57.90", "H57.90", "H57.91", "H57.31", "H57.05", "unattributed"]
    assert result["agency_key"].tolist() == expected
    assert not result["is_agency_outside_dates"].any()
    assert placed(frame.head(1), register, datetime(2026, 3, 1))[0][0] == "H57.91"
    assert placed(frame.head(1), register)[0][0] == "H57.31"


def test_an_agency_outside_its_dates_is_flagged_and_kept(register: Register):
    result, _ = attribute(table(("H57.91-250101-0001", None)), register, datetime(2025, 1, 1))

    assert result["agency_key"].tolist() == ["H57.91"]
    assert result["is_agency_outside_dates"].tolist() == [True]


def test_a_code_of_the_old_agency_and_the_name_of_its_successor_do_not_contradict(register: Register):
    result, _ = attribute(table(("H57.31-250101-0001", "UBND xã Lam Mới")), register)

    assert result["is_agency_contradicted"].tolist() == [False]


def test_rows_with_other_labels_keep_them(register: Register):
    frame = table(("x", "Sở Tư pháp"), ("y", "STP")).set_axis([7, 7])

    result, _ = attribute(frame, register)

    assert result.index.tolist() == [7, 7]
    assert "agency_key" not in frame


# ------------------------------------------------------------------ drafting a register
def test_a_register_is_drafted_from_exports_and_loads_as_it_is(tmp_path: Path):
    frame = table(
        ("H57.05-240101-0001", "Sở Tư pháp"),
        ("H57.05-240101-0002", "Sở Tư pháp"),
        ("H57.05-240101-0003", "SỞ TƯ PHÁP"),
        ("H57.05-240101-0004", "Sở TP"),
        ("H57.05.02-240101-0004", None),
        ("H57.31-240101-0001", "UBND xã Ân Lam"),
        ("H57.32-240101-0001", "UBND xã Ân Lam"),
        ("H57.32-240101-0002", "UBND xã Ân Lam"),
        ("x", "sở tp"),
        ("x", "Văn phòng X", "district"),
        ("x", "=1+1"),
        ("x", None),
    )

    entries = bootstrap(frame)
    text = write_register(entries)
    path = tmp_path / "draft.csv"
    path.write_text(text, encoding="utf-8-sig")
    loaded = load_register(path)

    assert text.splitlines() == [
        "agency,agency_id,level,parent,aliases,from,to,successor,dossiers",
        "Sở Tư pháp,H57.05,province,,Sở TP,,,,5",
        "H57.05.02,H57.05.02,,Sở Tư pháp,,,,,1",
        "UBND xã Ân Lam (H57.31),H57.31,commune,,,,,,1",
        "UBND xã Ân Lam,H57.32,commune,,,,,,2",
        "'=1+1,,,,,,,,1",
        "Văn phòng X,,district,,,,,,1",
    ]
    assert [entry.name for entry in loaded.entries] == [entry.name for entry in entries]
    assert attribute(frame, loaded)[0]["is_agency_unregistered"].sum() == 1


# ------------------------------------------------------------------ what must always hold
NAMES = st.sampled_from(
    [
        *(None, "", "-", "Sở Tư pháp", "SỞ TƯ PHÁP", "STP", "UBND xã Ân Lam", "UBND xã Hoà Trúc", "UBND xã Hòa Trúc"),
        *("ubnd xa lam moi", "Văn phòng Một cửa", "NA", "a|b;c", "=x", unicodedata.normalize("NFD", "UBND xã Ăn Lam")),
    ]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["H57.31-250101-0001", "000.00.05.H57-250101-0002", "H57.77-250101-0003", "x", None]),
        NAMES,
        st.sampled_from([None, "commune", "province"]),
        st.sampled_from([None, "H57.90", "000.00.32.H57", "77"]),
        st.sampled_from([datetime(2024, 1, 1), datetime(2025, 8, 1), datetime(2026, 8, 1)]),
    ),
    max_size=12,
)


def framed(rows: list[tuple]) -> pd.DataFrame:
    frame = table(*(row[:4] for row in rows), columns=("dossier_id", "agency", "level", "agency_id"))
    frame["moment"] = pd.Series([row[4] for row in rows], dtype="datetime64[s]")
    return frame


@given(rows=ROWS, with_register=st.booleans())
def test_no_dossier_is_lost_and_one_key_is_one_agency(rows, with_register, register: Register):
    frame = framed(rows)
    chosen = register if with_register else None

    result, unplaced = attribute(frame, chosen, frame["moment"])

    assert len(result) == len(frame)
    assert result.groupby("agency_key", dropna=False).size().sum() == len(frame)
    counted = nw.from_native(result).group_by("agency_key", drop_null_keys=False).agg(nw.len()).to_native()
    assert counted["len"].sum() == len(frame)
    assert result[["agency_key", "agency_name", "level_name", "placed_by"]].notna().all(axis=None)
    described = result[["agency_key", "agency_name", "level_name", "parent"]].drop_duplicates()
    assert described["agency_key"].is_unique
    assert sum(size for *_, size in unplaced) == (result["placed_by"] == "none").sum()


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_makes_no_difference(rows, data, register: Register):
    order = data.draw(st.permutations(range(len(rows))))
    frame = framed(rows)
    shuffled = frame.iloc[list(order)]

    first, unplaced = attribute(frame, register, frame["moment"])
    second, unplaced_too = attribute(shuffled, register, shuffled["moment"])

    pd.testing.assert_frame_equal(first, second.sort_index())
    assert unplaced == unplaced_too
    assert write_register(bootstrap(frame)) == write_register(bootstrap(shuffled))


@given(rows=ROWS, form=st.sampled_from(["NFC", "NFD"]))
def test_names_in_nfc_and_nfd_are_the_same_agencies(rows, form, register: Register):
    frame = framed(rows)
    other = frame.assign(
        agency=[None if pd.isna(name) else unicodedata.normalize(form, name) for name in frame["agency"]]
    )
    made = ["agency_key", "agency_name", "level_name", "parent", "placed_by"]

    for chosen in (None, register):
        first, second = attribute(frame, chosen)[0], attribute(other, chosen)[0]
        pd.testing.assert_frame_equal(first[made], second[made])


@settings(max_examples=50)
@given(rows=ROWS)
def test_a_drafted_register_always_loads(rows, tmp_path_factory: pytest.TempPathFactory):
    frame = framed(rows)
    entries = bootstrap(frame)
    if not entries:
        return
    path = tmp_path_factory.mktemp("draft") / "draft.csv"
    path.write_text(write_register(entries), encoding="utf-8")

    loaded = load_register(path)

    assert [entry.agency_id for entry in loaded.entries] == [entry.agency_id for entry in entries]
    named = attribute(frame, loaded)[0]
    assert (named["is_agency_unregistered"] == (named["placed_by"] == "none")).all()
