"""Cells as text, for people and for machines."""

import subprocess
import sys
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.render.numbers import one_line, plain, shown, shown_rows, visible
from reformcli.render.table import Column, Table

HOSTILE = [
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://x.vn","bấm")',
    "{=1+1}",
    "+84 905",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "<script>alert(1)</script>",
    "[/bold]",
    "[bold]đậm[/bold]",
    "[link=http://x]y[/link]",
    "https://example.vn/a?b=1",
    "www.example.vn",
    "a@b.vn",
    "mailto:a@b.vn",
    "[chữ](http://x.vn)",
    "![ảnh](http://x.vn/a.png)",
    "a|b",
    "a\\|b\\",
    "`mã`",
    "*nghiêng* _nghiêng_ ~~gạch~~ **đậm**",
    "&lt;b&gt; &amp; &#65;",
    "$x$",
    ":smile:",
    "# không phải tiêu đề #",
    "- mục",
    "1. mục",
    "12) mục",
    "---",
    "dòng 1\ndòng 2",
    "dòng 1\r\ndòng 2\u2028dòng 3",
    "\x00rỗng\x00",
    "\x1b[31mđỏ\x1b]0;tiêu đề\x07",
    "\u202etxt.exe",
    "\u2066a\u2069",
    "lẻ \ud800 đôi",
    "\ufffe\uffff",
    "_x0041_ _x000D_",
    "👩‍👩‍👧 🇻🇳",
    "שלום עולם",
    "nháy \" và ' và , và ;",
    "  hai đầu  ",
    "",
    " ",
    "ễ" * 300,
    "từ " * 100,
    "00123",
    "1E5",
    "TRUE",
]
POINTS, COUNT, TEXT = Column("p", "Điểm", "points"), Column("n", "Số", "count"), Column("t", "Tên")


@pytest.mark.parametrize(
    ("cell", "column", "vi", "en"),
    [
        (1234567, COUNT, "1.234.567", "1,234,567"),
        (-1234, COUNT, "-1.234", "-1,234"),
        (0, COUNT, "0", "0"),
        (Decimal("3.5"), COUNT, "3,5", "3.5"),
        (Decimal("1E+6"), COUNT, "1.000.000", "1,000,000"),
        (Decimal("1234.5"), POINTS, "1.234,50", "1,234.50"),
        (Decimal("0.005"), POINTS, "0,01", "0.01"),
        (Decimal("2.675"), POINTS, "2,68", "2.68"),
        (Decimal("-0.004"), POINTS, "0,00", "0.00"),
        (12, POINTS, "12,00", "12.00"),
        (Decimal("95"), Column("r", "Tỷ lệ", "percent"), "95,00%", "95.00%"),
        (Decimal("95"), Column("r", "Tỷ lệ (%)", "percent"), "95,00", "95.00"),
        (1, Column("h", "Hạng", "rank"), "1", "1"),
        (2024, TEXT, "2024", "2024"),
        ("1.234", TEXT, "1.234", "1.234"),
        (None, COUNT, "–", "–"),
        (None, TEXT, "–", "–"),
        (datetime(2026, 4, 3, 8, 5), TEXT, "03/04/2026 08:05", "03/04/2026 08:05"),
        (datetime(926, 4, 3, 23, 59, 59), TEXT, "03/04/0926 23:59:59", "03/04/0926 23:59:59"),
    ],
)
def test_people_read_numbers_the_way_of_their_language(cell, column, vi, en):
    """Vietnamese has the comma for decimals, English the point; times are day first in both."""
    assert shown(cell, column, "vi") == vi
    assert shown(cell, column, "en") == en


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("chữ", "chữ"),
        (-5, "-5"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0.0"),
        (datetime(2026, 4, 3), "2026-04-03 00:00:00"),
    ],
)
def test_machines_read_exact_text(cell, text):
    """Nothing is rounded, grouped or written with an exponent."""
    assert plain(cell) == text


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers())
def test_what_machines_read_is_the_number_itself(number):
    """Reading the text back gives the same value, however many digits it has."""
    assert Decimal(plain(number)) == number


@given(st.integers())
def test_both_languages_show_every_digit(number):
    """A count never loses a digit, and the languages differ in the separator only."""
    vi, en = (shown(number, COUNT, language) for language in ("vi", "en"))

    assert int(vi.replace(".", "")) == int(en.replace(",", "")) == number


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), 1.5, float("nan")])
def test_what_is_no_exact_figure_is_a_defect(number):
    """Not measured is None; a NaN or a binary float must not reach a report."""
    for read in (plain, lambda cell: shown(cell, POINTS, "vi")):
        with pytest.raises((ValueError, TypeError)):
            read(number)


def test_numbers_of_one_column_stand_in_line():
    """A median of 3.5 gives its whole column a decimal; one time with seconds gives them to all."""
    columns = [COUNT, Column("z", "Lúc", "time")]
    rows = [[3, datetime(2026, 4, 3)], [Decimal("3.5"), datetime(2026, 4, 3, 0, 0, 1)], [None, None]]

    texts = shown_rows(Table("t", "", columns, rows), "vi")

    assert texts == [["3,0", "03/04/2026 00:00:00"], ["3,5", "03/04/2026 00:00:01"], ["–", "–"]]


@given(st.text() | st.sampled_from(HOSTILE))
def test_shown_text_drives_no_terminal_and_can_be_encoded(text):
    """No control character, direction override, surrogate or line break is left."""
    line = one_line(text)

    line.encode("utf-8")
    assert len(line.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or "\u202a" <= c <= "\u202e" for c in line)
    assert visible(visible(text)) == visible(text)


def test_renderers_cost_no_heavy_import():
    """`--help` must not pay for rich tables, XlsxWriter or pandas."""
    code = (
        "import sys, reformcli.render.console, reformcli.render.workbook, reformcli.render.csv, "
        "reformcli.render.markdown, reformcli.render.files\n"
        "print([name for name in ('rich', 'xlsxwriter', 'pandas', 'openpyxl') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
