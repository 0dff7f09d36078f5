"""Tables as an Excel workbook, read back by another library."""

import io
import os
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reformcli.render import workbook
from reformcli.render.numbers import one_line
from reformcli.render.table import Column, Table
from reformcli.render.workbook import sheet_name, workbook_bytes
from test_render_numbers import HOSTILE

CREATED = datetime(2023, 12, 25, 7)
COLUMNS = [
    Column("rank", "Hạng", "rank"),
    Column("agency", "Cơ quan, đơn vị"),
    Column("late", "Quá hạn", "count"),
    Column("rate", "Tỷ lệ đúng hạn", "percent"),
    Column("points", "Điểm đạt được trong kỳ", "points"),
    Column("at", "Mới nhất", "time"),
]
ROWS = [
    [1, "Sở Tài nguyên và Môi trường", 1234567, Decimal("99.90"), Decimal("86.35"), datetime(2023, 12, 24, 16, 59, 1)],
    [2, "UBND phường Tân Lợi", -3, Decimal("0.1"), Decimal("12"), None],
    [None, "Cộng", 1234564, None, None, None],
]
TABLE = Table("Điểm", "Điểm tuần 51", COLUMNS, ROWS, ["Ghi chú một", "Ghi chú hai"], 1, {(0, "rate"): "good"})
HEAD = workbook.HEADER_ROW + 1  # rows and columns count from one on reading


def written(*tables):
    return workbook_bytes(tables, language="vi", properties_title="Báo cáo", created=CREATED)


def opened(*tables):
    return load_workbook(io.BytesIO(written(*tables)))


def test_every_cell_is_read_back_with_its_own_type():
    """Numbers are numbers to the last digit, times are times, not measured is a dash and not a zero."""
    sheet = opened(TABLE)["Điểm"]

    rows = list(sheet.iter_rows(min_row=HEAD, max_row=HEAD + 3, max_col=6, values_only=True))
    assert sheet["A1"].value == "Điểm tuần 51"
    assert rows == [
        tuple(column.heading for column in COLUMNS),
        (1, "Sở Tài nguyên và Môi trường", 1234567, 99.9, 86.35, datetime(2023, 12, 24, 16, 59, 1)),
        (2, "UBND phường Tân Lợi", -3, 0.1, 12, "–"),
        ("–", "Cộng", 1234564, "–", "–", "–"),
    ]
    assert [c.data_type for c in sheet[HEAD + 1]][:6] == ["n", "s", "n", "n", "n", "d"]
    assert [sheet.cell(HEAD + 5 + i, 1).value for i in range(2)] == ["Ghi chú một", "Ghi chú hai"]


def test_the_sheet_is_ready_for_screen_and_paper():
    """Formats, frozen heading, filter without the sum, A4 landscape, one page wide, heading on each page."""
    sheet = opened(TABLE)["Điểm"]
    first, total = sheet[HEAD + 1], sheet[HEAD + 3]

    assert [cell.number_format for cell in first][2:6] == [
        "[$-42A]#,##0",
        '[$-42A]#,##0.00"%"',
        "[$-42A]#,##0.00",
        "dd/mm/yyyy hh:mm:ss",
    ]
    assert all(cell.font.bold and cell.border.top.style for cell in total[:6])
    assert not first[1].font.bold
    assert all(cell.font.bold and cell.alignment.wrap_text for cell in sheet[HEAD][:6])
    assert (first[3].font.color.rgb, total[3].font.color.rgb) == ("FF1E7B34", "FF808080")
    assert total[3].alignment.horizontal == "center"
    assert sheet.freeze_panes == f"A{HEAD + 1}"
    assert sheet.auto_filter.ref == f"A{HEAD}:F{HEAD + 2}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
    assert sheet.print_area.endswith(f"$F${HEAD + 6}")
    assert sheet.column_dimensions["B"].width > len("Sở Tài nguyên và Môi trường")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text):
    """In title, heading, cell, note and sheet name: no formula, no link, no lost character."""
    table = Table(text, text, [Column("a", text), Column("n", "Số", "count")], [[text, 1]], notes=[text])

    data = workbook_bytes([table], language="vi", properties_title=text, created=CREATED)

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    expected = one_line(text, newline="\n")
    for cell in (sheet["A1"], sheet.cell(HEAD, 1), sheet.cell(HEAD + 1, 1), sheet.cell(HEAD + 3, 1)):
        assert (cell.value or "") == expected
        assert cell.data_type == "s" or not expected
        assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts.values())
    assert not any("external" in name.lower() or "hyperlink" in name.lower() for name in parts)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.text(), st.none() | st.integers(-(10**14), 10**14), st.decimals(-(10**9), 10**9, places=2)))
)
def test_any_table_is_read_back_cell_by_cell(rows):
    """Whatever stands in the cells, the sheet holds it; numbers keep every digit."""
    columns = [Column("a", "A"), Column("n", "N", "count"), Column("p", "P", "points")]

    sheet = opened(Table("t", "T", columns, rows)).worksheets[0]

    for number, (text, count, points) in enumerate(rows, start=HEAD + 1):
        a, n, p = (sheet.cell(number, i).value for i in (1, 2, 3))
        assert (a or "") == one_line(text, newline="\n")
        assert n == ("–" if count is None else count)
        assert p == float(points)


def test_what_excel_cannot_hold_exactly_becomes_text():
    """Sixteen digits would end in a zero, and time begins in 1900."""
    columns = [Column("n", "N", "count"), Column("p", "P", "points"), Column("z", "Z", "time")]
    rows = [
        [10**16 + 1, Decimal(1) / 3, datetime(1899, 12, 31)],
        [123456789012345, Decimal("-0.0"), datetime(1901, 1, 1)],
    ]

    sheet = opened(Table("t", "T", columns, rows)).worksheets[0]

    assert [c.value for c in sheet[HEAD + 1]][:3] == ["10000000000000001", pytest.approx(1 / 3), "1899-12-31 00:00:00"]
    assert [c.value for c in sheet[HEAD + 2]][:3] == [123456789012345, 0, datetime(1901, 1, 1)]


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000])
def test_a_text_too_long_for_excel_is_cut_with_a_mark(text):
    """Excel repairs a workbook with longer cells by dropping them; an emoji counts twice."""
    value = opened(Table("t", "T", [Column("a", "A")], [[text]])).worksheets[0].cell(HEAD + 1, 1).value

    assert value.endswith(" […]")
    assert len(value.encode("utf-16-le")) // 2 in {32_766, 32_767}
    assert text.startswith(value.removesuffix(" […]"))


def test_sheet_names_are_legal_and_unique():
    """Excel refuses a workbook for one wrong name."""
    wanted = [
        "Điểm",
        "điểm",
        "a/b\\c?d*e[f]g:h",
        "'x'",
        "",
        "  ",
        "History",
        "x" * 40,
        "x" * 41,
        "😀" * 20,
        "\x00",
        "Trễ\nhạn",
    ]

    names = opened(*[Table(name, "T", COLUMNS, ROWS) for name in wanted]).sheetnames

    assert len({name.casefold() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\n")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_many_tables_with_one_long_name_stay_apart():
    """Cutting for the number must not make two names equal."""
    taken = set()

    names = [sheet_name("y" * 50, taken) for _ in range(120)]

    assert len(set(names)) == 120
    assert max(map(len, names)) == 31


def test_a_table_beyond_the_limit_goes_on_on_another_sheet(monkeypatch):
    """No row is dropped; the sum and the notes are where they belong."""
    monkeypatch.setattr(workbook, "MAX_ROWS", 10)
    rows = [[n] for n in range(12)]
    table = Table("t", "T", [Column("n", "N", "count")], rows, notes=["ghi chú"], total_rows=1)

    sheets = opened(table).worksheets

    assert [sheet.title for sheet in sheets] == ["t", "t (2)", "t (3)"]
    found = [cell for sheet in sheets for (cell,) in sheet.iter_rows(min_row=HEAD + 1, max_col=1)]
    assert [cell.value for cell in found if isinstance(cell.value, int)] == list(range(12))
    assert [cell.value for cell in found if cell.font.bold] == [11]
    assert all(sheet.max_row <= 10 for sheet in sheets)


def test_equal_tables_give_equal_bytes_in_any_zone_and_process(tmp_path):
    """A report can be compared by its checksum; neither clock, zone nor hash seed is in it."""
    code = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_render_workbook import TABLE, written\n"
        "print(hashlib.sha256(written(TABLE, TABLE)).hexdigest())"
    )
    sums = set()
    for zone, seed in (("Asia/Ho_Chi_Minh", "1"), ("America/New_York", "2"), ("UTC", "random")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, str(Path(__file__).parent)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
        sums.add(done.stdout)

    assert len(sums) == 1


def test_the_properties_hold_what_was_given():
    """Title and time come from outside; modified equals created."""
    properties = opened(TABLE).properties

    assert (properties.title, properties.created, properties.modified) == ("Báo cáo", CREATED, CREATED)


@pytest.mark.parametrize(
    "table", [Table("t", "T", [], []), Table("t", "", [Column("a", "")], [], ["n"]), Table("t", "T", COLUMNS, [])]
)
def test_an_empty_table_is_a_sheet_all_the_same(table):
    """Nothing found is a result too."""
    assert opened(table).sheetnames == ["t"]


def test_changes_and_bars_follow_the_cells_and_can_be_told_in_grey():
    """A change is coloured by a condition, not by hand, and has an arrow and weight beside the colour."""
    columns = [Column("name", "Tên"), Column("change", "Tăng giảm", "change"), Column("share", "Tỷ trọng %", "percent")]
    rows = [["a", Decimal("0.20"), Decimal("80.00")], ["b", Decimal("-1.50"), Decimal("20.00")]]
    table = Table("t", "T", columns, rows, shades={(0, "change"): "good", (1, "change"): "bad"}, bars=("share",))

    sheet = opened(table)["t"]

    rules = {
        str(place.sqref): [rule.type for rule in found]
        for place, found in sheet.conditional_formatting._cf_rules.items()
    }
    assert rules == {"B4:B5": ["cellIs", "cellIs"], "C4:C5": ["dataBar"]}
    assert sheet["B4"].number_format.count("▲") == sheet["B4"].number_format.count("▼") == 1
    assert sheet["B4"].font.color == sheet["A4"].font.color  # the condition colours it, whatever the number becomes
