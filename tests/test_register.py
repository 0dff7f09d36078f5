"""Reading and writing a register: every form it may have, and every fault that stops the run."""

import io
import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.agencies.register import NOBODY, Entry, load_register, spell, write_register
from reformcli.errors import ExitCode, InputError, UsageError
from reformcli.text import clean

HEAD = "agency,agency_id,level,parent,aliases,from,to,successor\n"


@pytest.fixture
def write(tmp_path: Path):
    def save(text: str, *, name: str = "register.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return save


@pytest.fixture
def book(tmp_path: Path):
    def save(*sheets: list[list[object]], name: str = "register.xlsx") -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for number, rows in enumerate(sheets, 1):
            sheet = workbook.create_sheet(f"S{number}")
            for row in rows:
                sheet.append(row)
        path = tmp_path / name
        workbook.save(path)
        return path

    return save


def fault(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_register(path)
    assert caught.value.exit_code == ExitCode.INPUT
    return caught.value


# ------------------------------------------------------------------ forms
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_files_with_vietnamese_headings_are_read(write, separator: str, encoding: str):
    rows = [
        ["STT", "Cơ quan", "Mã định danh", "Cấp", "Trực thuộc", "Tên khác", "Từ ngày", "Đến ngày", "Cơ quan kế thừa"],
        ["1", "Sở  Tư pháp", "000.00.05.H57", "Cấp tỉnh", "UBND tỉnh Ví Dụ", "STP| Sở TP |", "", "", ""],
        ["2", "UBND xã A", "H57.31", "", "", "", "2020-01-01", "30/06/2025", "Sở Tư pháp"],
        ["", "", "", "", "", "", "", "", ""],
    ]
    path = write("\r\n".join(separator.join(row) for row in rows), encoding=encoding)

    register = load_register(path)

    first, second = register.entries
    assert first == Entry("Sở Tư pháp", "H57.05", "province", "UBND tỉnh Ví Dụ", ("STP", "Sở TP"), row=2)
    assert (second.level, second.start, second.end, second.row) == ("commune", date(2020, 1, 1), date(2025, 6, 30), 3)
    assert register.successors == (NOBODY, 0)
    assert register.ignored == ("STT",)
    assert register.source.name == "register.csv"
    assert register.source.size == path.stat().st_size
    assert len(register.source.sha256) == 64


def test_aliases_are_also_divided_by_semicolons_where_those_do_not_divide_the_columns(write):
    comma = write("agency,aliases\nSở Tư pháp,STP; Sở TP|Tư pháp\n")
    semicolon = write('agency;aliases\nSở Tư pháp;"STP; Sở TP|Tư pháp"\n', name="other.csv")

    assert load_register(comma).entries[0].aliases == ("STP", "Sở TP", "Tư pháp")
    assert load_register(semicolon).entries[0].aliases == ("STP; Sở TP", "Tư pháp")


def test_a_workbook_is_read_from_the_sheet_with_the_headings(book):
    """Real dates, whole numbers as ids, blank rows: the row numbers stay those of Excel."""
    path = book(
        [["Ghi chú"], ["Danh sách do Văn phòng lập"]],
        [
            [],
            ["agency", "agency_id", "to", "successor"],
            ["Sở Cũ", 12, datetime(2025, 6, 30), "13"],
            [],
            ["Sở Mới", 13.0],
        ],
    )

    register = load_register(path)

    assert [(entry.agency_id, entry.end, entry.row) for entry in register.entries] == [
        ("12", date(2025, 6, 30), 3),
        ("13", None, 5),
    ]
    assert register.successors == (1, NOBODY)


def test_a_register_of_names_alone_is_enough(write):
    register = load_register(write("Cơ quan\nSở Tư pháp\nMột cửa\n"))

    assert [entry.level for entry in register.entries] == ["province", None]
    assert [entry.key for entry in register.entries] == ["sở tư pháp|province|", "một cửa|unattributed|"]


def test_an_agency_of_a_single_day_is_possible(write):
    (entry,) = load_register(write(HEAD + "A,,,,,01/07/2025,2025-07-01,\n")).entries

    assert entry.start == entry.end == date(2025, 7, 1)


# ------------------------------------------------------------------ finding
def test_ids_are_found_in_either_form(write):
    register = load_register(write(HEAD + "A,H57.21.12,,,,,,\nB,x-9,,,,,,\n"))

    assert register.find_id("000.12.21.H57") == register.find_id("h57.21.12") == 0
    assert register.find_id(" x-9 ") == 1
    assert register.find_id("H57.21") == NOBODY


def test_names_are_found_without_regard_to_case_punctuation_and_tone_style(write):
    register = load_register(write(HEAD + "UBND xã Hòa Bình - huyện A,,,,UBND Hoà Bình,,,\n"))

    assert register.find_name("ubnd xã HOÀ BÌNH, huyện A") == (0, "name")
    assert register.find_name("UBND Hòa Bình.") == (0, "alias")
    assert register.find_name("UBND xa Hoa Binh huyen A") == (0, "name")
    assert register.find_name("UBND xã Hoa Bình - huyện A") == (NOBODY, "")


def test_a_register_without_accents_finds_accented_names(write):
    register = load_register(write(HEAD + "UBND xa Hoa Binh,,,,,,,\n"))

    assert register.find_name("UBND xã Hòa Bình") == (0, "name")


def test_a_name_kept_by_the_successor_leads_to_the_first_of_the_line(write):
    """A commune that kept its name in July 2025 but not its code: dates decide, the name is not ambiguous."""
    text = HEAD + "UBND xã A,H57.90,,UBND tỉnh V,,01/07/2025,,\nUBND xã A,H57.31,,UBND tỉnh V,,,30/06/2025,UBND xã A\n"

    register = load_register(write(text))

    assert register.successors == (NOBODY, 0)
    assert register.find_name("UBND xã A") == (1, "name")
    assert register.ambiguous == ()


def test_a_line_of_successors_and_a_stranger_of_the_same_name_are_ambiguous(write):
    text = HEAD + "A,1,,P,,,30/06/2025,2\nA,2,,P,,01/07/2025,,\nA,3,,Q,,,,\n"

    register = load_register(write(text))

    assert register.find_name("A") == (NOBODY, "")
    assert register.is_same_line(1, 0)
    assert not register.is_same_line(0, 2)


def test_rows_with_nothing_but_own_notes_are_no_agencies(write):
    register = load_register(write("agency,STT\nA,1\n,2\nB\n"))

    assert [entry.row for entry in register.entries] == [2, 4]


def test_the_same_name_under_different_parents_or_levels_matches_none(write):
    text = HEAD + "UBND xã A,,,Huyện B,,,,\nUBND xã A,,,Huyện C,,,,\nMột cửa,,commune,,,,,\nMột cửa,,district,,,,,\n"

    register = load_register(write(text))

    assert register.find_name("UBND xã A") == register.find_name("Một cửa") == (NOBODY, "")
    assert register.ambiguous == ("Một cửa", "UBND xã A")


# ------------------------------------------------------------------ faults
FAULTS = {
    "no agency column": ("agency_id,level\nH57.05,\n", "table_missing_column", "register.csv:1"),
    "a heading twice": ("agency,Cơ quan\nA,B\n", "table_repeated_column", "register.csv:1"),
    "more cells than headings": ("agency,level\nA,commune,x\n", "table_ragged", "register.csv:2"),
    "an open quote": ('agency\nA\n"B\n', "table_bad_csv", "register.csv:3"),
    "nothing": ("", "empty_file", "register.csv"),
    "only blanks": (" ,\n,,\n", "empty_file", "register.csv"),
    "only headings": ("agency\n", "register_empty", "register.csv"),
    "html": ("<html><table>", "html_table", "register.csv"),
    "no name": (HEAD + ",H57.05,,,,,,\n", "register_no_name", "register.csv:2"),
    "unknown level": (HEAD + "\nA,,làng,,,,,\n", "register_level", "register.csv:3"),
    "repeated id": (HEAD + "A,H57.05,,,,,,\nB,000.00.05.H57,,,,,,\n", "register_repeated_id", "register.csv:3"),
    "the same agency twice": (HEAD + "A,,,,,,,\na,,,,,,,\n", "register_two_agencies", "register.csv:3"),
    "one name, two ids": (HEAD + "Sở A,1,,,,,,\nSở  A,2,,,,,,\n", "register_two_agencies", "register.csv:3"),
    "an alias of two": (HEAD + "A,1,,,X,,,\nB,2,,,x,,,\n", "register_two_agencies", "register.csv:3"),
    "a name as alias": (HEAD + "A,1,,P,B,,,\nB,2,,Q,,,,\n", "register_two_agencies", "register.csv:3"),
    "unreadable date": (HEAD + "A,,,,,1.7.2025,,\n", "register_date", "register.csv:2"),
    "month first": (HEAD + "A,,,,,,06/30/2025,\n", "register_date", "register.csv:2"),
    "dates reversed": (HEAD + "A,,,,,02/07/2025,01/07/2025,\n", "register_dates", "register.csv:2"),
    "unknown successor": (HEAD + "A,,,,,,01/07/2025,C\n", "register_successor_unknown", "register.csv:2"),
    "unclear successor": (
        HEAD + "A,,,,,,01/07/2025,B\nB,,,P,,,,\nB,,,Q,,,,\n",
        "register_successor_unclear",
        "register.csv:2",
    ),
    "undated successor": (HEAD + "A,,,,,,,B\nB,,,,,,,\n", "register_successor_undated", "register.csv:2"),
    "own successor": (HEAD + "A,1,,,,,01/07/2025,1\n", "register_circle", "register.csv:2"),
    "a circle": (
        HEAD + "C,3,,,,,01/07/2025,1\nA,1,,,,,01/07/2025,2\nB,2,,,,,01/07/2025,1\n",
        "register_circle",
        "register.csv:3",
    ),
}


@pytest.mark.parametrize(("text", "key", "where"), FAULTS.values(), ids=FAULTS)
def test_a_fault_stops_the_run_and_names_file_and_row(write, text: str, key: str, where: str):
    error = fault(write(text))

    assert (error.key, error.where) == (key, where)
    if ":" in where and key.startswith("register"):
        assert error.values["file"] == "register.csv"
        assert error.values["row"] == int(where.rsplit(":", 1)[1])


def test_an_old_commune_and_its_neighbour_may_differ_in_accents_only(write):
    register = load_register(write(HEAD + "UBND xã Ân Lam,,,,,,,\nUBND xã Ăn Lam,,,,,,,\n"))

    assert register.find_name("UBND xã Ăn Lam") == (1, "name")
    assert register.find_name("UBND xa An Lam") == (NOBODY, "")


def test_files_that_are_no_tables_are_refused(tmp_path: Path, write, book):
    ole = b"\xd0\xcf\x11\xe0" + bytes(600)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04" + bytes(100))
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("x.txt", "x")
    old, locked, neither = tmp_path / "old.xls", tmp_path / "locked.xlsx", tmp_path / "a.doc"
    old.write_bytes(ole + "Workbook".encode("utf-16-le"))
    locked.write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    neither.write_bytes(ole)

    with pytest.raises(UsageError, match="no_such_file"):
        load_register(tmp_path / "missing.csv")
    assert fault(broken).key == fault(other).key == fault(neither).key == "not_a_table"
    assert (fault(old).key, fault(locked).key) == ("old_xls", "encrypted")
    assert fault(write("agency\nSở\n", encoding="utf-16")).key == "table_not_utf8"
    assert fault(book([], [])).key == "empty_file"
    assert fault(book([["agency"], ["A"]], [["Cơ quan"], ["B"]])).values["sheets"] == "S1, S2"


def test_a_file_too_large_to_be_kept_by_hand_is_refused_before_it_is_unpacked(tmp_path: Path):
    packed, plain = tmp_path / "bomb.xlsx", tmp_path / "big.csv"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60 << 20))
    with plain.open("wb") as file:
        file.write(b"agency\n")
        file.seek(60 << 20)
        file.write(b"x")

    assert fault(packed).key == fault(plain).key == "table_too_large"


def test_a_formula_without_a_stored_value_is_no_blank(book):
    error = fault(book([["agency", "level"], ["Sở A", '="commune"']]))

    assert (error.key, error.where, error.values["cell"]) == ("table_formula", "register.xlsx [S1]:2", "B2")


def test_an_error_cell_is_no_text(book):
    path = book([["agency", "level"], ["Sở A", "#N/A"]])

    assert fault(path).key == "table_error_cell"
    assert fault(path).values["cell"] == "B2"


def test_a_wrong_dimension_does_not_hide_rows(book):
    """Some programs write `<dimension ref="A1"/>`, which openpyxl believes when it reads without loading."""
    path = book([["agency"], ["Sở A"], ["Sở B"]])
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(changed, "w") as out:
        for name in archive.namelist():
            out.writestr(name, archive.read(name).replace(b'ref="A1:A3"', b'ref="A1"'))
    path.write_bytes(changed.getvalue())

    assert len(load_register(path).entries) == 2


def test_a_path_is_named_without_its_folders(write):
    path = write(HEAD + "A,,làng,,,,,\n")

    assert os.sep not in fault(path).where


# ------------------------------------------------------------------ writing
def test_what_is_written_is_read_back(write):
    entries = [
        Entry(
            "Sở Cũ",
            "H57.05",
            "province",
            "UBND tỉnh V",
            ("SC", "Sở, cũ"),
            date(2020, 1, 1),
            date(2025, 6, 30),
            "H57.06",
            2,
        ),
        Entry('Sở "Mới"', "H57.06", "province", "", (), row=3),
        Entry("+84", None, "commune", "-x", ("=1+1", "@a"), row=4),
    ]

    text = write_register(entries)

    assert list(load_register(write(text)).entries) == entries
    assert "\n'+84,,commune,'-x,'=1+1|@a,,,\n" in text


NAME = st.text("aâăậ1=+-@'\"|;, \t", min_size=1, max_size=6).filter(spell)


@given(names=st.lists(NAME, min_size=1, max_size=5, unique_by=spell))
def test_any_name_survives_writing_and_reading(names, tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "register.csv"
    path.write_text(write_register([Entry(name, level="commune") for name in names]), encoding="utf-8", newline="")

    assert [entry.name for entry in load_register(path).entries] == [clean(name) for name in names]
