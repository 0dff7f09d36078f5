"""Tables as GitHub Markdown, read back by a Markdown parser."""

import html
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reformcli.render.markdown import markdown_text
from reformcli.render.numbers import one_line
from reformcli.render.table import Column, Table
from test_render_numbers import HOSTILE

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def cells(text):
    """Cells of the first table as a browser shows them; fails if anything but tables, headings and lists is live."""
    page = PARSER.render(text)
    page = page.replace("<strong>", "").replace("</strong>", "")
    live = set(re.findall(r"<(\w+)", page)) - {"table", "thead", "tbody", "tr", "th", "td", "h2", "ul", "li"}
    assert not live, (live, page)
    return [html.unescape(cell) for cell in re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", page, re.DOTALL)], page


def as_read(text):
    return re.sub(" +", " ", one_line(text).strip())


def test_a_table_has_title_alignment_totals_and_notes():
    """GitHub shows numbers flush right and the sum in bold."""
    columns = [Column("a", "Cơ quan"), Column("p", "Điểm", "points")]
    table = Table(
        "t", "Tuần 51", columns, [["Sở A", Decimal("1234.5")], ["Cộng", None]], ["Nguồn: a_b.csv"], total_rows=1
    )

    assert markdown_text([table, table], language="vi") == "\n".join(
        [
            "## Tuần 51\n",
            "| Cơ quan | Điểm |\n| --- | ---: |\n| Sở A | 1.234,50 |\n| **Cộng** | **–** |\n",
            "- Nguồn: a\\_b.csv\n",
        ]
        * 2
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("total_rows", [0, 1])
def test_hostile_texts_are_read_back_as_text(text, total_rows):
    """In heading, cell, title and note alike: no link, no HTML, no emphasis, no further cell."""
    columns = [Column("a", text), Column("n", "Số", "count")]
    table = Table("t", text, columns, [[text, 1]], notes=[text], total_rows=total_rows)

    shown, page = cells(markdown_text([table], language="en"))

    joined = [as_read(cell.replace("\u2060", "")) for cell in shown]
    assert joined == [as_read(text), "Số", as_read(text), "1"]
    if text.strip():
        heading = re.search(r"<h2>(.*?)</h2>", page, re.DOTALL)[1]
        note = re.search(r"<li>(.*?)</li>", page, re.DOTALL)[1]
        assert {as_read(html.unescape(part).replace("\u2060", "")) for part in (heading, note)} == {as_read(text)}


@given(st.text(st.sampled_from(list("|\\`*_[]<>()~&#;!$-+=.1a \n:/@\"'")) | st.characters(), max_size=30))
def test_any_text_is_read_back_as_text(text):
    """Whatever the characters, the table keeps its shape and the cell its text."""
    table = Table("t", "", [Column("a", "A"), Column("n", "Số", "count")], [[text, 1]])

    shown, _ = cells(markdown_text([table], language="en"))

    assert len(shown) == 4
    assert as_read(shown[2].replace("\u2060", "")).split() == as_read(text.replace("\u2060", "")).split()


@pytest.mark.parametrize("address", ["https://x.vn", "HTTP://x.vn", "www.x.vn", "a@b.vn", "@user", "mailto:a@b.vn"])
def test_bare_addresses_are_broken(address):
    """GitHub links them whatever is escaped; a visible reference in the source keeps them apart."""
    text = markdown_text([Table("t", "", [Column("a", "A")], [[address]])], language="vi")

    assert address not in text
    assert "&#8288;" in text
