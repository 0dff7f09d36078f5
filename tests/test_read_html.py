"""HTML tables saved as .xls: what a person sees in each cell, where it stands, and nothing else."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import cells_of, escape, payload_of, windows_1258
from reformcli.errors import InputError
from reformcli.read.html import read_html


def sheets(text: str | bytes, **limits: int):
    return read_html(payload_of(text.encode() if isinstance(text, str) else text, **limits)).sheets


def read(text: str | bytes) -> dict[tuple[int, int], str]:
    (sheet,) = sheets(text)
    assert (sheet.sheet, sheet.first_row, sheet.first_column, sheet.hidden) == (None, 1, 1, False)
    return cells_of(sheet)


def refusal(text: str | bytes, **limits: int) -> InputError:
    with pytest.raises(InputError) as caught:
        sheets(text, **limits)
    return caught.value


# ------------------------------------------------------------------ places
def test_rows_and_columns_are_those_of_the_table():
    """An empty row and an empty cell keep their places; so does a row of headings."""
    assert read(
        "<table><tr><th>Mã<th>Tên</tr><tr></tr><tr><td></td><td>&nbsp;</td><td>x</td></tr><tr><td>001099</td></tr></table>"
    ) == {(1, 1): "Mã", (1, 2): "Tên", (3, 3): "x", (4, 1): "001099"}


def test_a_cell_over_several_columns_and_rows_has_its_text_in_the_first():
    """By hand: `b` covers B1:C2, so the second row goes on in D; `a` covers A1:A3."""
    page = """<table>
        <tr><td rowspan=3>a</td><td colspan="2" rowspan="2">b</td><td>c</td></tr>
        <tr><td>d</td><td>e</td></tr>
        <tr><td>f</td><td>g</td></tr>
        <tr><td>h</td></tr></table>"""

    assert read(page) == {
        (1, 1): "a",
        (1, 2): "b",
        (1, 4): "c",
        (2, 4): "d",
        (2, 5): "e",
        (3, 2): "f",
        (3, 3): "g",
        (4, 1): "h",
    }


@pytest.mark.parametrize("span", ["0", "-3", "x", "", "1.9", " 1 "])
def test_a_span_that_is_none_is_one_column(span):
    assert read(f'<table><tr><td colspan="{span}">a</td><td>b</td></tr></table>') == {(1, 1): "a", (1, 2): "b"}


def test_no_row_span_reaches_over_the_end_of_its_section():
    """Zero, and more rows than there are, both end with the `<thead>`."""
    page = "<table><thead><tr><th rowspan=0>a<th rowspan=9>b<th>c<tr><th>d</thead><tbody><tr><td>1<td>2<td>3</tbody></table>"

    assert read(page) == {(1, 1): "a", (1, 2): "b", (1, 3): "c", (2, 3): "d", (3, 1): "1", (3, 2): "2", (3, 3): "3"}


def test_hostile_spans_are_bounded():
    """A span of 999,999,999 columns is one of 1,000, as in every browser, and keeps nothing in memory."""
    huge = '<td colspan="999999999" rowspan="999999999">a</td>'
    tracemalloc.start()
    assert read(f"<table><tr>{huge}<td>b</td></tr><tr><td>c</td></tr></table>") == {
        (1, 1): "a",
        (1, 1001): "b",
        (2, 1001): "c",
    }
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert refusal(f"<table><tr>{huge * 17}</tr></table>").key == "absurd_extent"
    assert refusal(f"<table>{f'<tr>{huge}</tr>' * 1100}</table>", cells=1).key == "absurd_extent"


def test_more_cells_than_the_limit_are_refused():
    """One million allowed: 1,001 rows of 1,000 columns are more."""
    row = "<tr><td colspan=999><td>x</tr>"

    assert len(read(f"<table>{row * 1000}</table>")) == 1000
    error = refusal(f"<table>{row * 1001}</table>", cells=1)
    assert (error.key, error.values["cell"], error.values["cells"]) == ("absurd_extent", "ALL1001", 1_001_000)


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
        "<table><td>a<td>b</td><tr><td>c</td><td>d</td></tr></table>",
        "<table><thead><th>a<th>b</thead><tbody><tr><td>c<td>d",
        "<table><tr><td><b>a<td>b</tr><tr><td><font>c</td><td>d</tr></table>",
        "<table><tr><td><b>a</b></td><td>b<tr><td><i>c<td>d",
        "<TABLE><TR><TD>a</TD><TD>b</TD></TR><TR><TD>c</TD><TD>d</TD></TR></TABLE></BODY></HTML>",
        "<html><tr><td>a<td>b<tr><td>c<td>d</html>",
        "<table><tr><td>a</td><td>b</td></tr></tr></td><tr>lạc<td>c</td>lạc<td>d</td></tr>lạc</table>",
    ],
)
def test_tags_may_be_left_open_or_out(page):
    assert read(page) == {(1, 1): "a", (1, 2): "b", (2, 1): "c", (2, 2): "d"}


# ------------------------------------------------------------------ texts
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("H&#7891; s&#x1A1; &amp; &lt;b&gt;", "Hồ sơ & <b>"),
        ("Sở&nbsp;Y tế", "Sở\xa0Y tế"),
        ("&nbsp; &nbsp;", None),
        ("  Sở \n\t  Xây\r\n dựng ", "Sở Xây dựng"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("a <br>\n<br> b", "a\nb"),
        ("<p>a</p>\n<p>b</p>", "a\nb"),
        ("<div>a<div>b</div></div>c", "a\nb\nc"),
        ("<a href='http://x.example/'><b>Mã</b>: <i>0<u>01</u></i></a>", "Mã: 001"),
        ("001099", "001099"),
        ("NA", "NA"),
        ("a<script>b</script><style>c</style><!-- d -->e", "ae"),
        ("<span style='display:none'>20231218</span>18/12/2023", "18/12/2023"),
        ("<span style='DISPLAY : NONE'><b>2</b>0</span>18/12/2023<i hidden>x</i>", "18/12/2023"),
        ("a<![if !x]>b<![endif]>", "ab"),
        ("<img src='http://x.example/y.png'>a<input value='b'>", "a"),
    ],
)
def test_a_cell_is_what_it_shows(cell, expected):
    assert read(f"<table><tr><td>{cell}</td><td>|</td></tr></table>") == {
        **({(1, 1): expected} if expected else {}),
        (1, 2): "|",
    }


@pytest.mark.parametrize(
    ("attributes", "shown", "expected"),
    [
        ('x:num="45278.3347800926"', "18/12/2023", "2023-12-18 08:02:05"),
        ('sdval="45278" sdnum="1066;0;DD/MM/YYYY"', "18/12/2023", "2023-12-18 00:00:00"),
        ('x:num="45278.3347800926"', "2023-12-18 8:02", "2023-12-18 08:02:05"),
        ('x:num="45278"', "19/12/2023", "19/12/2023"),
        ('x:num="43816"', "18/12/2023", "18/12/2023"),
        ('x:num="1250000"', "1.250.000", "1250000"),
        ('x:num="1250000"', "1,250,000", "1250000"),
        ('x:num="12.3456"', "12,35", "12.3456"),
        ('x:num="9.999"', "10,0", "9.999"),
        ('x:num="-5"', "-5", "-5"),
        ('x:num="1099"', "001099", "001099"),
        ('x:num="0.5"', "0,5", "0.5"),
        ('x:num="12"', "121", "121"),
        ('x:num="1"', "Có", "Có"),
        ('x:num="1E400"', "9", "9"),
        ('x:num="nan"', "9", "9"),
        ("x:num", "121", "121"),
        ('x:str="001099"', "001099", "001099"),
    ],
)
def test_the_stored_number_counts_only_where_the_text_shows_less_of_it(attributes, shown, expected):
    """45278 is 18 December 2023; 43816 is that day in workbooks that count from 1904, which a page does not tell."""
    assert read(f"<table><tr><td {attributes}>{shown}</td></tr></table>") == {(1, 1): expected}


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, max_size=5), min_size=1, max_size=6))
def test_any_table_has_the_texts_that_were_written(rows):
    """Against what was written: spaces in a row are one space, none at the ends."""
    made = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    expected = {
        (row, column): " ".join(text.split())
        for row, texts in enumerate(rows, 1)
        for column, text in enumerate(texts, 1)
        if text.strip()
    }

    if expected:
        assert read(f"<table>{made}</table>") == expected
    else:
        assert refusal(f"<table>{made}</table>").key == "empty_file"


# ------------------------------------------------------------------ several tables
def test_every_table_with_a_text_is_a_sheet_named_by_its_number():
    page = "<table><tr><td> </td></tr></table><table><tr><td>a</table><p>chữ</p><table><tr><td><td>b</table>"

    assert [(sheet.sheet, cells_of(sheet)) for sheet in sheets(page)] == [("1", {(1, 1): "a"}), ("2", {(1, 2): "b"})]


def test_a_table_inside_a_cell_is_a_sheet_of_its_own():
    """The outer table keeps its own text only; both keep the rows that are left open."""
    page = """<table><tr><td>Trước <table><tr><td>a<td>b<tr><td>c</table> sau<td>bên</td></tr><tr><td>cuối</table>"""

    outer, inner = sheets(page)

    assert cells_of(outer) == {(1, 1): "Trước sau", (1, 2): "bên", (2, 1): "cuối"}
    assert cells_of(inner) == {(1, 1): "a", (1, 2): "b", (2, 1): "c"}


def test_hidden_rows_are_read_and_counted():
    """Two rows with texts are hidden one by one, one by its section; an empty hidden row is none."""
    page = """<table><tr><td>a</td></tr><tr style='height:0;display:none'><td>b</td></tr><tr hidden><td>c</td></tr>
        <tr hidden><td></td></tr><tbody style="display: none"><tr><td>d</td></tr></tbody><tr><td>e</td></tr></table>"""

    (sheet,) = sheets(page)

    assert cells_of(sheet) == {(1, 1): "a", (2, 1): "b", (3, 1): "c", (5, 1): "d", (6, 1): "e"}
    assert (sheet.hidden_rows, sheet.hidden) == (3, False)


def test_a_hidden_table_is_a_hidden_sheet():
    page = """<div style="display:none"><table><tr><td>a</table></div><table hidden><tr><td>b</table>
        <table><tr><td>c<div style="display:none"><table><tr><td>d</table>x</div>y</table>"""

    assert [(cells_of(sheet)[1, 1], sheet.hidden, sheet.hidden_rows) for sheet in sheets(page)] == [
        ("a", True, 0),
        ("b", True, 0),
        ("cy", False, 0),
        ("d", True, 0),
    ]


# ------------------------------------------------------------------ encodings
TABLE = "<table><tr><td>Ngày hẹn trả</td><td>Đã xử lý xong</td></tr></table>"
TEXTS = {(1, 1): "Ngày hẹn trả", (1, 2): "Đã xử lý xong"}


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        ("\ufeff" + TABLE).encode("utf-16-le"),
        ("\ufeff" + TABLE).encode("utf-16-be"),
        ('<meta charset="windows-1252">' + TABLE).encode(),
        ('\ufeff<meta charset="utf-8">' + TABLE).encode("utf-16-le"),
        windows_1258(TABLE),
        windows_1258('<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">' + TABLE),
        b'<meta charset="iso-8859-1">' + TABLE.encode("ascii", "xmlcharrefreplace"),
    ],
)
def test_the_bytes_tell_the_encoding_whatever_the_page_says(data):
    assert read(data) == TEXTS


def test_what_the_page_says_counts_where_the_bytes_do_not_tell():
    """The byte E5 is a letter of Windows-1252 that Vietnamese does not have; letters of Vietnamese are entities."""
    page = '<meta charset="windows-1252"><table><tr><td>\xe5\xf8\xe5 H&#7891; s&#417;</td></tr></table>'

    assert read(page.encode("cp1252")) == {(1, 1): "åøå Hồ sơ"}
    assert refusal(page.replace("windows-1252", "khong-co").encode("cp1252")).key == "encoding"
    assert refusal(page.replace("windows-1252", "utf-8").encode("cp1252")).key == "encoding"


# ------------------------------------------------------------------ web archives, refusals
def test_a_web_archive_gives_the_tables_of_all_its_pages():
    """In base64 and in quoted-printable; what is no page is left alone."""
    import base64

    archive = (
        b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html\n'
        b"Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(TABLE.encode())
        + b"--x\nContent-Type: image/png\n\n"
        b"<table><tr><td>no</table>\n--x\nContent-Type: text/html; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\n<table><tr><td>M=C3=A3 h=\n=E1=BB=93 s=C6=A1</td></tr></table>\n--x--\n"
    )

    assert [(sheet.sheet, cells_of(sheet)) for sheet in sheets(archive)] == [("1", TEXTS), ("2", {(1, 1): "Mã hồ sơ"})]


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("<html><body><p>Phiên làm việc đã hết hạn</p></body></html>", "not_a_table"),
        ("<html><head><script>x</script></head></html>", "not_a_table"),
        ("<html>", "not_a_table"),
        ("MIME-Version: 1.0\nContent-Type: text/plain\n\nabc", "not_a_table"),
        ("<table></table>", "empty_file"),
        ("<table><tr><td></td></tr></table>", "empty_file"),
    ],
)
def test_a_page_without_a_table_is_refused(page, key):
    assert refusal(page).key == key


def test_nothing_outside_the_page_is_read(tmp_path):
    """Neither through an entity nor through a link."""
    secret = tmp_path / "secret.txt"
    secret.write_text("bí mật", encoding="utf-8")
    page = (
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]><link rel=stylesheet href="file://{secret}">'
        f'<table><tr><td>&x;</td><td><iframe src="file://{secret}"></iframe>|</td></tr></table>'
    )

    assert "bí mật" not in str(read(page))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000 + "<table><tr><td>a",
        "<table><tr><td>" * 3_000 + "a",
        "<table><tr><td>" + "<b>" * 20_000 + "a",
        "<table>" + "<tr><td><font>a" * 5_000,
        "<table><tr><td>a" + "</table>" * 5_000,
    ],
)
def test_deep_nesting_breaks_nothing(page):
    assert cells_of(sheets(page)[-1])[1, 1] == "a"


def test_no_row_is_lost_where_tags_are_left_open_a_thousand_times():
    (sheet,) = sheets("<table>" + "<tr><td><font><b>a" * 3_000)

    assert cells_of(sheet) == {(row, 1): "a" for row in range(1, 3_001)}
