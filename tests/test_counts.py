"""Reading counts files: whole numbers only, missing is missing, and every fault names its file and row."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.counts import CountRow, load_counts
from reformcli.errors import InputError

HEAD = "agency,level,component,numerator,denominator\n"


@pytest.fixture
def write(tmp_path: Path):
    def save(text: str, name: str = "counts.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return save


def fault(*paths: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_counts(paths)
    return caught.value


def test_the_published_figures_of_a_province_are_read(write):
    """The first and the last rows of Phú Thọ, year 2026, as published."""
    path = write(
        HEAD
        + "UBND tỉnh Phú Thọ,province,1.1,0,89\n"
        + "UBND tỉnh Phú Thọ,province,3.5a,119,313\n"
        + "UBND tỉnh Phú Thọ,province,5.4,528464,597918\n"
    )

    rows, sources, blank = load_counts([path])

    assert rows == [
        CountRow("UBND tỉnh Phú Thọ", "province", "1.1", 0, 89, "counts.csv", 2),
        CountRow("UBND tỉnh Phú Thọ", "province", "3.5a", 119, 313, "counts.csv", 3),
        CountRow("UBND tỉnh Phú Thọ", "province", "5.4", 528464, 597918, "counts.csv", 4),
    ]
    assert [source.name for source in sources] == ["counts.csv"]
    assert blank == []


def test_a_file_with_vietnamese_headings_and_texts_is_read(write):
    path = write("Cơ quan;Cấp;Chỉ số thành phần;Tử số;Mẫu số\nUBND xã A;Cấp xã;3,5a;1.234;12.345.678\n;;;;\n")

    (row,), _, _ = load_counts([path])

    assert (row.level, row.component, row.numerator, row.denominator) == ("commune", "3,5a", 1234, 12345678)


def test_a_workbook_may_hold_component_ids_as_numbers(tmp_path: Path):
    workbook = openpyxl.Workbook()
    for row in (HEAD.strip().split(","), ["Sở A", "Tỉnh", 1.1, 89.0, 89], ["Sở A", None, "5.4.complaints", 3, None]):
        workbook.active.append(row)
    workbook.save(tmp_path / "counts.xlsx")

    rows, _, _ = load_counts([tmp_path / "counts.xlsx"])

    assert [(row.component, row.numerator, row.denominator, row.level) for row in rows] == [
        ("1.1", 89, 89, "province"),
        ("5.4.complaints", 3, None, "province"),
    ]


def test_a_fraction_in_a_workbook_is_no_thousands(tmp_path: Path):
    """1.234 is 1234 where a person typed it, and a fraction where Excel stores the number."""
    workbook = openpyxl.Workbook()
    for row in (HEAD.strip().split(","), ["Sở A", "Tỉnh", "1.1", 1.234, 5000]):
        workbook.active.append(row)
    workbook.save(tmp_path / "counts.xlsx")

    error = fault(tmp_path / "counts.xlsx")

    assert (error.key, error.where) == ("counts_number", "counts.xlsx [Sheet]:2")


@pytest.mark.parametrize(
    ("text", "number"),
    [("89", 89), ("89.0", 89), ('"89,00"', 89), ("0", 0), ("007", 7), ("1.234", 1234), ("12.345.678", 12345678)],
)
def test_whole_numbers_are_read_as_people_write_them(write, text: str, number: int):
    (row,), _, _ = load_counts([write(HEAD + f"Sở A,province,1.1,{text},99999999\n")])

    assert row.numerator == number


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "1.5",
        '"1,234"',
        "1.23",
        "1234.567",
        "0.123",
        "1.2345",
        "1.234.56",
        "12 345",
        "+1",
        "１２",
        "x",
        "-",
        "5%",
        "1e3",
    ],
)
def test_what_is_no_whole_number_is_refused(write, text: str):
    error = fault(write(HEAD + f"Sở A,province,1.1,{text},99999999\n"))

    assert (error.key, error.values["column"], error.where) == ("counts_number", "numerator", "counts.csv:2")


def test_a_blank_figure_is_not_measured_and_reported(write):
    text = HEAD + "Sở A,province,1.1,,89\nSở A,province,1.2,5,\nSở A,province,1.3,5,5\nSở A,province,5.4.complaints,,\n"

    rows, _, blank = load_counts([write(text)])

    assert [row.component for row in rows] == ["1.3"]
    assert blank == [("counts.csv", 2), ("counts.csv", 3), ("counts.csv", 5)]


def test_nothing_out_of_nothing_is_a_measured_count(write):
    (row,), _, _ = load_counts([write(HEAD + "Sở A,province,5.2,0,0\n")])

    assert (row.numerator, row.denominator) == (0, 0)


def test_a_row_given_twice_counts_once(write):
    first = write(HEAD + "Sở A,province,1.1,5,9\nSỞ A,Tỉnh,1.1,5,9\n", "a.csv")
    second = write(HEAD + "Sở  A,,1.1,5.0,9\n", "b.csv")

    rows, sources, _ = load_counts([first, second])

    assert [(row.file, row.row) for row in rows] == [("a.csv", 2)]
    assert [source.name for source in sources] == ["a.csv", "b.csv"]


def test_two_values_for_the_same_are_refused_across_files(write):
    first = write(HEAD + "Sở A,province,1.1,5,9\n", "a.csv")
    second = write(HEAD + "\nSở A,province,1.1,5,10\n", "b.csv")

    error = fault(first, second)

    assert (error.key, error.where, error.values["other"]) == ("counts_repeated", "b.csv:3", "a.csv:2")


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("Sở A,làng,1.1,1,2", "counts_level"),
        ("Một cửa,,1.1,1,2", "counts_level"),
        (",province,1.1,1,2", "counts_incomplete"),
        ("Sở A,province,,1,2", "counts_incomplete"),
        ("Sở A,province,1.1,3,2", "counts_above"),
        ("Sở A,province,5.4.complaints,3,2", "counts_denominator"),
        ("Sở A,province,1.1,1,2,3", "table_ragged"),
    ],
)
def test_a_faulty_row_stops_the_run_and_is_named(write, row: str, key: str):
    error = fault(write(HEAD + row + "\n"))

    assert (error.key, error.where) == (key, "counts.csv:2")
    assert (error.values["file"], error.values["row"]) == ("counts.csv", 2)


def test_all_five_columns_are_required(write):
    error = fault(write("agency,level,component,numerator\nSở A,province,1.1,1\n"))

    assert (error.key, error.values["columns"]) == ("table_missing_column", "denominator")


def test_no_files_are_no_counts():
    assert load_counts([]) == ([], [], [])


@given(numbers=st.lists(st.integers(0, 10**12), min_size=1, max_size=20), thousands=st.booleans())
def test_every_count_is_read_back_as_written(numbers, thousands, tmp_path_factory):
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    shown = [f"{number:,}".replace(",", ".") if thousands else str(number) for number in numbers]
    path.write_text(HEAD + "".join(f"Sở {i},province,1.1,{n},{n}\n" for i, n in enumerate(shown)), encoding="utf-8")

    rows, _, blank = load_counts([path])

    assert [row.numerator for row in rows] == [row.denominator for row in rows] == numbers
    assert blank == []
