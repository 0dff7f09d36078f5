"""A report as an HTML page, read back as a browser reads it."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import lxml.html
import pytest

from pages import HOSTILE_NAMES, hostile_document, hostile_table, long_table, sample_document
from reformcli.audit.carried import from_page
from reformcli.render.document import Document, Section
from reformcli.render.numbers import one_line, plain, shown_rows
from reformcli.render.page import page_text
from reformcli.render.page_tables import row_head, table_parts
from reformcli.render.pictures import MOST, svg_of
from reformcli.render.table import Chart, Column, Table
from support import ROOT

DOCUMENTS = {"sample": sample_document, "english": lambda: sample_document("en"), "hostile": hostile_document}


@pytest.fixture(params=DOCUMENTS, scope="module")
def document(request) -> Document:
    return DOCUMENTS[request.param]()


@pytest.fixture(scope="module")
def page(document):
    return parsed(document)


def parsed(document):
    return lxml.html.document_fromstring(page_text(document).encode("utf-8"))


def words_of(cell):
    """The text of a cell without the sign of its meaning."""
    return "".join(cell.xpath('.//text()[not(ancestor::span[@class="mark" or @class="unseen"])]'))


def one_section(*tables, **more):
    section = Section("s", "Phần", [], tables, **more)
    return Document("T", "", "vi", [], [], [section], datetime(2023, 12, 24))


# ------------------------------------------------------------------ structure
def test_a_page_has_one_title_a_heading_for_each_section_and_landmarks(document, page):
    assert page.get("lang") == document.language
    assert [one_line(document.title)] == [heading.text_content() for heading in page.iter("h1")]
    titles = [one_line(section.title) for section in document.sections]
    assert titles == [heading.text_content() for heading in page.xpath("//main//section//h2")]
    assert all(len(page.xpath(place)) == 1 for place in ("//main", "//nav", "//head/title"))
    assert len(page.xpath("/html/body/header")) == len(page.xpath("/html/body/footer")) == 1


def test_every_link_leads_to_a_place_of_the_page_and_ids_are_unique(document, page):
    ids = page.xpath("//@id")

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]+", name) for name in ids)
    links = page.xpath("//a/@href")
    assert len(links) == len(document.sections) + 1
    assert {link[1:] for link in links} <= set(ids)
    assert all(name in ids for value in page.xpath("//@aria-labelledby") for name in value.split())


def test_headline_tiles_paragraphs_and_notes_are_there(document, page):
    assert [one_line(text) for text in document.headline] == page.xpath('//section[@class="headline"]/p/text()')
    labels = [one_line(tile.label) for tile in document.tiles]
    assert labels == page.xpath('//dl[@class="tiles"]//dt/text()')
    notes = [note for section in document.sections for table in section.tables for note in table.notes]
    assert [one_line(note) for note in notes] == page.xpath('//ul[@class="notes"]/li/text()')


def test_a_mood_is_told_by_a_sign_and_a_word(document, page):
    for tile, value in zip(document.tiles, page.xpath('//dd[@class="value"]'), strict=True):
        sign = {"good": "✓", "bad": "!", "plain": ""}[tile.mood]
        assert "".join(value.xpath('span[@class="mark"]/text()')) == sign
        assert bool(value.xpath('span[@class="unseen"]')) == bool(sign)


def test_every_cell_of_every_table_appears_once_and_in_order(document, page):
    tables = [table for section in document.sections for table in section.tables]

    for table, shown in zip(tables, page.iter("table"), strict=True):
        assert one_line(table.title) == shown.find("caption").text_content()
        assert [one_line(column.heading) for column in table.columns] == [
            heading.text_content() for heading in shown.xpath("thead/tr/th")
        ]
        rows = [[words_of(cell) for cell in row] for row in shown.xpath("tbody/tr | tfoot/tr")]
        expected = [[one_line(cell) for cell in row] for row in shown_rows(table, document.language)]
        assert rows == (expected or [["Không có dòng nào."]])
        assert len(shown.xpath("tfoot/tr")) == table.total_rows


def test_numbers_and_times_carry_their_plain_value_and_rows_have_one_head():
    table = hostile_table()
    page = parsed(one_section(table))
    head = row_head(table)

    for row, cells in zip(table.rows, page.xpath("//tbody/tr | //tfoot/tr"), strict=True):
        assert [place for place, cell in enumerate(cells) if cell.tag == "th"] == [head]
        for column, value, cell in zip(table.columns, row, cells, strict=True):
            expected = plain(value) if column.kind != "text" and not isinstance(value, str) else None
            assert cell.get("data-value") == expected
            assert ("number" in cell.get("class", "").split()) == (column.kind not in ("text", "time"))


def test_a_shade_is_a_class_a_sign_and_a_word():
    table = hostile_table()
    page = parsed(one_section(table))
    keys = [column.key for column in table.columns]
    rows = page.xpath("//tbody/tr")

    for (row, key), shade in table.shades.items():
        cell = rows[row][keys.index(key)]
        assert shade in cell.get("class").split()
        assert (
            bool(cell.xpath('span[@class="mark"]')) == bool(cell.xpath('span[@class="unseen"]')) == (shade != "muted")
        )
    assert len(page.xpath('//table//span[@class="mark"]')) == 4


def test_the_row_head_is_the_first_text_that_names_each_row():
    columns = [Column("n", "Số", "count"), Column("level", "Cấp"), Column("agency", "Cơ quan")]

    assert row_head(Table("t", "t", columns, [[1, "x", "a"], [2, "x", "b"]])) == 2
    assert row_head(Table("t", "t", columns, [[1, "x", "a"], [2, "x", "a"]])) == 1
    assert row_head(Table("t", "t", columns[:1], [[1]])) == 0
    assert table_parts(Table("t", "t", [], []), "vi").foot == ""


def test_an_annex_is_folded_and_its_anchor_lies_inside():
    """A browser unfolds what a link leads into."""
    page = parsed(one_section(hostile_table(), annex=True))

    assert page.xpath("//details[not(@open)]//*[@id='s']")
    assert page.xpath("//summary/h2")


def test_a_caption_that_repeats_the_heading_is_for_the_ear_only():
    table = Table("t", "Phần", [Column("a", "A")], [["x"]])
    page = parsed(one_section(table, replace(table, title="Khác")))

    assert [caption.get("class") for caption in page.iter("caption")] == ["unseen", None]


# ------------------------------------------------------------------ safety
def test_the_policy_names_the_very_style_and_script_of_the_page(document, page):
    policy = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]

    def source(element):
        digest = hashlib.sha256(element.text_content().encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    (style,), (script,) = page.xpath("//style"), page.xpath("//script[not(@type)]")
    assert policy == (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_on_the_page_is_loaded_styled_or_run_from_elsewhere(document, page):
    assert not page.xpath("//@style | //@src | //@srcset | //@*[starts-with(name(), 'on')]")
    assert not page.xpath(
        "//link | //base | //iframe | //object | //embed | //form | //img | //*[local-name()='image']"
    )
    assert all(link.startswith("#") for link in page.xpath("//@href"))
    assert {element.tag for element in page.iter("script", "b", "i")} == {"script"}
    assert "url(" not in page.xpath("//style")[0].text
    assert "@import" not in page.xpath("//style")[0].text


def test_the_result_carried_along_is_found_again_and_the_same(document):
    text = page_text(document)

    assert json.loads(from_page(text)) == json.loads(document.machine)
    assert len(parsed(document).xpath('//script[@id="reformcli"]')) == 1
    assert 'type="application/json"' not in page_text(replace(document, machine=""))


def test_no_control_character_or_broken_letter_is_left():
    text = page_text(hostile_document())

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    text.encode("utf-8")


def test_the_foot_of_the_printed_sheet_cannot_leave_its_string():
    document = replace(hostile_document(), title='"; } </style> * { color: red', subtitle="\\")
    style = parsed(document).xpath("//style")[0].text

    assert 'content: "\\000022\\00003b\\000020\\00007d' in style
    assert "color: red" not in style


# ------------------------------------------------------------------ bytes and time
def test_the_same_report_gives_the_same_bytes_in_every_process():
    code = (
        "import hashlib, pages; from reformcli.render.page import page_text\n"
        "texts = page_text(pages.sample_document()) + page_text(pages.hostile_document())\n"
        "print(hashlib.sha256(texts.encode()).hexdigest())"
    )

    def digest(seed):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "tests"), "PYTHONWARNINGS": "ignore"}
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True).stdout

    assert digest("1") == digest("2")


def test_a_user_s_settings_of_the_drawing_library_change_nothing(tmp_path):
    """A file matplotlibrc in the current folder is read by the library."""
    (tmp_path / "matplotlibrc").write_text(
        "text.usetex: True\nsavefig.bbox: tight\nsvg.fonttype: path\nfont.size: 30\n"
    )
    code = (
        "import sys, pages; from reformcli.render.pictures import svg_of\n"
        "sys.stdout.buffer.write(svg_of(pages.hostile_table(), 'vi').encode())"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, check=True)

    assert done.stdout == svg_of(hostile_table(), "vi").encode()
    assert done.stderr == b""


def test_a_list_of_a_whole_province_is_written_fast():
    """0.5 s for 20,000 rows on a free machine; the bound leaves room for a busy one."""
    table = long_table(20_000)
    start = time.process_time()

    text = page_text(one_section(table, annex=True))

    assert time.process_time() - start < 3
    assert text.count("<tr>") == 20_001


def test_a_page_without_a_chart_does_not_load_the_drawing_library():
    code = (
        "import sys, pages; from reformcli.render.page import page_text; from dataclasses import replace\n"
        "document = pages.hostile_document()\n"
        "page_text(replace(document, sections=[]))\n"
        "print('matplotlib' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}

    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True).stdout == b"False\n"


# ------------------------------------------------------------------ pictures
def bars(rows, *, kind="bar", of=("a", "b"), over="name", total=0):
    columns = [Column("name", "Tên", "time" if kind == "line" else "text")]
    columns += [Column("a", "Quá hạn", "count"), Column("b", "Trễ hạn", "count")]
    return Table("t", "Trễ hạn", columns, rows, total_rows=total, chart=Chart(kind, over, of))


def drawn(table, language="vi"):
    svg = svg_of(table, language)
    return lxml.etree.fromstring(svg.encode()), svg


def texts(root):
    return [text.text for text in root.iter("{*}text")]


def test_hostile_names_are_drawn_as_text():
    root, svg = drawn(hostile_table())

    assert r"$\alpha$ và $x^2$" in texts(root)
    assert "<script>alert(1)</script>" in texts(root)
    assert not list(root.iter("{*}script", "{*}style", "{*}image", "{*}metadata"))
    assert "style=" not in svg
    whole = [title.text for title in root.iter("{*}title")]
    assert whole[1:] == [one_line(HOSTILE_NAMES[7]), "M" * 300]


def test_a_picture_is_described_in_its_language():
    root, _ = drawn(bars([["Sở A", 1234, 5], ["Sở B", 0, None]]), "en")

    assert root.get("role") == "img"
    assert root.findtext("{*}title") == "Chart: Trễ hạn"
    assert root.findtext("{*}desc") == "Quá hạn: Sở A 1,234, Sở B 0. Trễ hạn: Sở A 5, Sở B –."


def test_a_bar_has_its_numbers_beside_it_and_sums_are_not_drawn():
    root, _ = drawn(bars([["Sở A", 1234, 5], ["Sở B", 0, None], ["Toàn bộ", 1234, 5]], total=1))

    assert [text for text in texts(root) if "+" in text] == ["1.234 + 5", "0 + –"]
    assert "Toàn bộ" not in texts(root)


def test_bars_below_zero_stay_on_the_picture():
    root, _ = drawn(bars([["Giảm", -7, 3], ["Tăng", 4, -1]]))

    width = float(root.get("viewBox").split()[2])
    paths = [path.get("d") for path in root.iter("{*}path") if path.getparent().tag.endswith("}g")]
    places = [float(number) for path in paths for number in re.findall(r"[ML] (-?[\d.]+)", path)]
    assert len(places) > 20
    assert all(0 <= place <= width for place in places)


def test_only_as_many_bars_as_can_be_told_apart_are_drawn_and_the_page_says_so():
    table = bars([[f"Xã {number}", number, 1] for number in range(MOST + 5)])
    root, _ = drawn(table)

    assert sum("+" in text for text in texts(root)) == MOST
    assert parsed(one_section(table)).xpath("//figcaption/text()")[0].strip() == "Biểu đồ vẽ 30 dòng đầu của bảng."


def test_lines_end_with_their_number_and_the_last_day_is_named():
    days = [datetime(2023, 12, day, 23, 59, 59) for day in range(1, 29)]
    root, svg = drawn(
        bars([[day, number * 100, None if number == 3 else 7] for number, day in enumerate(days)], kind="line")
    )

    assert {"2.700", "7", "28/12/2023", "3.000"} <= set(texts(root))
    assert svg.count("stroke-dasharray") >= 1
    assert "nan" not in svg.lower()


@pytest.mark.parametrize(
    "rows", [[], [["Sở A", 1, 2]], [["Sở A", Decimal("1e400"), 2], ["Sở B", 1, 1]], [["Toàn bộ", 1, 2], ["x", 3, 4]]]
)
def test_what_cannot_be_compared_or_drawn_is_left_to_the_table(rows):
    assert svg_of(bars(rows, total=1 if rows and rows[0][0] == "Toàn bộ" else 0), "vi") is None
    assert svg_of(replace(bars([["a", 1, 1], ["b", 1, 1]]), chart=None), "vi") is None


@pytest.mark.parametrize("kind", ["bar", "line"])
@pytest.mark.parametrize("value", [0, None, 10**40, -5, Decimal("0.001")])
def test_odd_numbers_are_drawn(kind, value):
    names = [datetime(2023, 1, 1), datetime(2023, 1, 1)] if kind == "line" else ["a", "a"]
    assert svg_of(bars([[name, value, value] for name in names], kind=kind), "vi")


def test_colours_have_roles_that_the_page_recolours():
    _, svg = drawn(bars([["Sở A", 12, 5], ["Sở B", 3, 1]]))
    style = (ROOT / "src/reformcli/render/page_files/page.css").read_text(encoding="utf-8")

    roles = {name for value in re.findall('class="([^"]*)"', svg) for name in value.split()} - {"chart"}
    assert {"fill-series1", "fill-series2", "fill-ink"} <= roles
    assert all(f".{role} " in style for role in roles)


def test_two_pictures_share_no_id():
    table = bars([["Sở A", 12, 5], ["Sở B", 3, 1]])
    page = parsed(one_section(table, table))

    ids = page.xpath("//svg//@id")
    assert len(ids) == len(set(ids)) >= 4


# ------------------------------------------------------------------ packaging
def test_the_files_of_the_page_are_beside_its_module():
    names = {path.name for path in (ROOT / "src/reformcli/render/page_files").iterdir()}
    assert {"page.html", "page.css", "page.js"} <= names
