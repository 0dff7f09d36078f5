"""Tables on terminals and in pipes."""

import re
from datetime import datetime
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from reformcli.render.console import print_tables
from reformcli.render.numbers import is_number, one_line, shown_rows
from reformcli.render.table import Column, Table
from test_render_numbers import HOSTILE

WORDS = st.lists(st.sampled_from(["Số", "hồ", "sơ", "tiếp", "nhận", "đúng", "hạn"]), min_size=1, max_size=6).map(
    " ".join
)
NUMBER = st.none() | st.integers(-(10**9), 10**9) | st.decimals(-(10**7), 10**7, places=2)
KINDS = st.sampled_from(["text", "count", "points", "percent", "rank", "time"])
NAMES = st.sampled_from([*HOSTILE, "Ủy ban nhân dân thành phố Buôn Ma Thuột"])
TIMES = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0))


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def printed(table, width=None, *, language="vi", file=None, color=False):
    file = file or StringIO()
    print_tables([table], file=file, language=language, width=width, color=color)
    return file.getvalue()


@st.composite
def tables(draw):
    """Tables of a few columns of any kind, hostile names among the texts."""
    kinds = draw(st.lists(KINDS, min_size=1, max_size=9))
    columns = [Column(f"c{i}", draw(WORDS), kind) for i, kind in enumerate(kinds)]
    cells = {"text": NAMES, "time": TIMES}
    rows = draw(st.lists(st.tuples(*[cells.get(kind, NUMBER) for kind in kinds]), max_size=4))
    return Table("t", "Tiêu đề", columns, rows, notes=["Ghi chú"], total_rows=draw(st.integers(0, 2)))


@settings(max_examples=150, deadline=None)
@given(table=tables(), width=st.none() | st.integers(20, 200), language=st.sampled_from(["vi", "en"]))
def test_no_width_ever_cuts_a_number(table, width, language):
    """12.3… is a wrong number: every number and time is found whole, as often as it occurs."""
    text = printed(table, width, language=language)

    whole = [(c, t) for row in shown_rows(table, language) for c, t in zip(table.columns, row, strict=True)]
    for column, number in whole:
        if is_number(column) or column.kind == "time":
            assert re.search(rf"(?<![\d.,-]){re.escape(number)}(?![\d.,…])", text), (number, text)
    if not any("…" in str(cell) for row in table.rows for cell in row):
        assert "…" not in text


@settings(max_examples=150, deadline=None)
@given(table=tables(), width=st.integers(20, 200))
def test_lines_keep_within_the_width(table, width):
    """Whatever is in the cells, a table of numbers shorter than the screen never runs over its edge."""
    lines = printed(table, width).splitlines()

    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("text", HOSTILE)
def test_off_a_terminal_every_text_stands_on_one_line_as_it_is(text):
    """Markup is data, control characters are visible signs, and nothing is wrapped or shortened."""
    table = Table("t", text, [Column("a", "Tên"), Column("n", "Số", "count")], [[text, 1234567]], notes=[text])

    output = printed(table)

    assert one_line(text) in output
    assert "1.234.567" in output
    assert "\x1b" not in output
    assert "\u202e" not in output
    row = [line for line in output.split("\n") if "1.234.567" in line]
    assert row == [row[0]]
    assert row[0].startswith(one_line(text).rstrip())


def test_off_a_terminal_colour_is_never_used():
    """Not even where the caller allows it: the file would hold escape codes."""
    table = Table("t", "T", [Column("a", "A")], [["x"]], shades={(0, "a"): "bad"})

    assert "\x1b" not in printed(table, color=True)


def test_a_terminal_shows_shades_in_colour_only_if_allowed(monkeypatch):
    """Neither the caller nor NO_COLOR may have forbidden it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shades = {(0, "a"): "bad", (0, "b"): "good"}
    table = Table("t", "T", [Column("a", "A"), Column("b", "B")], [["x", "y"]], shades=shades)

    colored, plain = (printed(table, 80, file=Terminal(), color=color) for color in (True, False))
    monkeypatch.setenv("NO_COLOR", "1")
    forbidden = printed(table, 80, file=Terminal(), color=True)

    assert "\x1b[31mx" in colored
    assert "\x1b[32my" in colored
    assert "\x1b" not in plain
    assert not re.search(r"\x1b\[3[0-9]m", forbidden)


def test_terminal_control_in_data_stays_harmless_on_a_terminal():
    """An agency's name cannot clear the screen or set the window title."""
    table = Table("t", "\x1b[2J", [Column("a", "\x1b[2J")], [["\x1b]0;x\x07"]], notes=["\x1b[2J"])

    assert "\x1b" not in printed(table, 80, file=Terminal())


def test_totals_stand_below_a_line():
    """Colour and weight are not the only signs of a sum."""
    table = Table("t", "", [Column("a", "A"), Column("n", "N", "count")], [["x", 1], ["Cộng", 1]], total_rows=1)

    assert printed(table) == "A     N\n───────\nx     1\n───────\nCộng  1\n"


def test_a_narrow_terminal_gets_one_block_per_row():
    """Rather than cutting a number, each row becomes lines of heading and value."""
    columns = [Column("a", "Đơn vị"), *[Column(f"n{i}", f"Số {i}", "count") for i in range(4)]]
    table = Table("t", "Tiêu đề", columns, [["Sở A", 1234567, 2, None, 4], ["Cộng", 1234567, 2, 3, 4]], total_rows=1)

    assert printed(table, 24) == (
        "Tiêu đề\n\nĐơn vị: Sở A\nSố 0: 1.234.567\nSố 1: 2\nSố 2: –\nSố 3: 4\n"
        "──\nĐơn vị: Cộng\nSố 0: 1.234.567\nSố 1: 2\nSố 2: 3\nSố 3: 4\n"
    )


def test_a_number_longer_than_the_terminal_is_still_whole():
    """The terminal may break the line; the program does not."""
    table = Table("t", "", [Column("n", "Số", "count"), Column("p", "Điểm", "points")], [[10**30, Decimal("1e20")]])

    assert f"{10**30:,}".replace(",", ".") in printed(table, 20)


def test_a_table_without_rows_or_columns_prints_its_title():
    """Nothing found is a result too."""
    assert printed(Table("t", "Không có", [Column("a", "A")], [])) == "Không có\n\nA\n─\n"
    assert printed(Table("t", "Không có", [], [])) == "Không có\n\n"


@settings(max_examples=50, deadline=None)
@given(table=tables())
def test_pipes_and_screens_lay_a_table_out_alike(table):
    """Off a terminal the table is laid out without rich, for speed; on one of enough width it looks the same."""
    assert printed(table) == printed(table, 20_000)
