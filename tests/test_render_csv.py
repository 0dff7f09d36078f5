"""Tables as csv."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.render.csv import csv_bytes, csv_text
from reformcli.render.numbers import visible
from reformcli.render.table import Column, Table
from test_render_numbers import HOSTILE

COLUMNS = [Column("agency", "Cơ quan"), Column("late", "Quá hạn", "count"), Column("points", "Điểm", "points")]


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_header_has_machine_names_and_numbers_are_plain():
    """No thousands, a point for decimals, not measured is empty, lines end with LF."""
    rows = [["Sở A", 1234567, Decimal("12.50")], ["Xã B", -3, None], [None, Decimal("-0.5"), Decimal("1E+3")]]

    assert csv_text(Table("t", "T", COLUMNS, rows, notes=["x"])) == (
        "agency,late,points\nSở A,1234567,12.50\nXã B,-3,\n,-0.5,1000\n"
    )


def test_times_are_iso():
    """Year first, so that no program reads the month as the day."""
    table = Table("t", "T", [Column("at", "Lúc", "time")], [[datetime(2026, 4, 3, 8)], [None]])

    assert csv_text(table) == 'at\n2026-04-03 08:00:00\n""\n'.replace('""', "")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("for_excel", [True, False])
def test_hostile_texts_come_back_as_one_cell(text, for_excel):
    """The row keeps its three fields; what a spreadsheet would run has an apostrophe before it."""
    table = Table("t", "T", COLUMNS, [[text, -1, Decimal("-2.5")]])

    cell, *numbers = read(csv_text(table, for_excel=for_excel))[1]

    assert numbers == ["-1", "-2.5"]
    assert cell in {visible(text), f"'{visible(text)}"}
    if for_excel:
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    else:
        assert cell == visible(text)


@given(
    st.lists(
        st.tuples(st.text(), st.none() | st.integers(), st.none() | st.decimals(allow_nan=False, allow_infinity=False))
    )
)
def test_any_table_is_read_back_cell_by_cell(rows):
    """RFC 4180: quotes, commas and every kind of line break are part of their cell."""
    lines = read(csv_text(Table("t", "T", COLUMNS, rows), for_excel=False))

    assert lines[1:] == [
        [visible(a), "" if b is None else str(b), "" if c is None else format(c if c else abs(c), "f")]
        for a, b, c in rows
    ]


def test_a_file_starts_with_the_mark_and_standard_output_does_not():
    """Excel takes a csv without the mark for the system's code page and garbles the accents."""
    table = Table("t", "T", COLUMNS, [["Sở Đ", 1, None]])

    assert csv_bytes(table).decode("utf-8-sig") == csv_text(table)
    assert csv_bytes(table).startswith(b"\xef\xbb\xbfagency")
    assert csv_text(table).startswith("agency")
