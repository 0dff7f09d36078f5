"""The official note in Word, read back by python-docx and by LibreOffice."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from pages import HOSTILE_NAMES, hostile_document, hostile_table, long_table, sample_document
from reformcli.errors import InputError, UsageError
from reformcli.i18n import keys
from reformcli.letterhead import Letterhead, load_letterhead
from reformcli.render.document import Document, Section
from reformcli.render.note import note_bytes
from reformcli.render.note_words import clean
from reformcli.render.numbers import is_number, shown_rows
from reformcli.render.table import Column, Table
from support import ROOT

CREATED = datetime(2023, 12, 24, 23, 59, 59)
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LETTERHEAD = Letterhead(
    superior="UBND tỉnh Đắk Lắk",
    issuer="Trung tâm Phục vụ\nhành chính công",
    number="15/BC-TTPVHCC",
    place="Đắk Lắk",
    date=date(2024, 1, 5),
    recipient="Ủy ban nhân dân tỉnh Đắk Lắk",
    signed_for="KT. Giám đốc",
    position="Phó Giám đốc",
    signatory="Nguyễn Văn A",
    recipients=("Như trên;", "Các sở, ban, ngành", "Lưu: VT."),
)
NARROW = Table("n", "Bảng hẹp", [Column("a", "Cơ quan"), Column("n", "Quá hạn", "count")], [["Sở Y tế", 1234]])


def document(*sections, **more):
    values = {"title": "Báo cáo tuần 51", "subtitle": "", "language": "vi", "headline": ["Câu đầu."], "tiles": []}
    return Document(**{**values, **more}, sections=sections, created=CREATED)


def note(given_document, letterhead=LETTERHEAD, template=None):
    return docx.Document(io.BytesIO(note_bytes(given_document, letterhead, template)))


def grids(word):
    """The tables that show figures: those with lines."""
    return [table for table in word.tables if table.style is not None and table.style.name == "Table Grid"]


def cells(grid):
    return [[cell.text for cell in row.cells] for row in grid.rows]


def words(word):
    """Every text of the body, tables included, in order."""
    return [
        "".join(piece.text or "" for piece in paragraph.iter(qn("w:t")))
        for paragraph in word.element.body.iter(qn("w:p"))
    ]


@pytest.fixture(scope="module")
def sample():
    return note(sample_document())


# ------------------------------------------------------------------ structure
def test_the_heading_names_bodies_state_motto_number_place_and_date(sample):
    """As the decree sets it: issuing body on the left, State name and motto on the right, all but one in bold."""
    (left, right), (number, place) = [row.cells for row in sample.tables[0].rows]

    assert [p.text for p in left.paragraphs if p.text] == ["UBND TỈNH ĐẮK LẮK", "TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"]
    assert [bool(p.runs[0].bold) for p in left.paragraphs if p.text] == [False, True, True]
    assert [p.text for p in right.paragraphs if p.text] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", MOTTO]
    assert all(p.runs[0].bold for p in right.paragraphs if p.text)
    assert number.text == "Số: 15/BC-TTPVHCC"
    assert place.text == "Đắk Lắk, ngày 05 tháng 01 năm 2024"
    assert place.paragraphs[0].runs[0].italic
    for cell in (left, right):
        assert cell.paragraphs[-1]._p.xpath("w:pPr/w:pBdr/w:top"), "the short line below"


def test_page_and_letters_are_those_of_the_decree(sample):
    section = sample.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= round(section.top_margin.mm, 1) <= 25
    assert 20 <= round(section.bottom_margin.mm, 1) <= 25
    assert 30 <= round(section.left_margin.mm, 1) <= 35
    assert 15 <= round(section.right_margin.mm, 1) <= 20
    fonts = sample.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:rFonts')}")
    assert fonts.get(qn("w:ascii")) == fonts.get(qn("w:hAnsi")) == "Times New Roman"
    assert b"asciiTheme" not in b"".join(
        style.element.xml.encode() for style in sample.styles if style.name in ("Normal", "Heading 1", "Title")
    )
    assert "PAGE" in section.header._element.xml
    assert section.different_first_page_header_footer


def test_title_recipient_and_signature_stand_where_custom_wants_them(sample):
    texts = [p.text for p in sample.paragraphs if p.text]
    assert texts[:4] == [
        "Báo cáo",
        "Giải quyết thủ tục hành chính",
        "Tuần 51 năm 2023: từ 18/12/2023 đến 24/12/2023",
        "Kính gửi: Ủy ban nhân dân tỉnh Đắk Lắk",
    ]
    assert sample.styles["Title"].font.all_caps
    assert texts[-1].endswith("./.")
    left, right = sample.tables[-1].rows[0].cells
    assert left.text.split("\n") == ["Nơi nhận:", "- Như trên;", "- Các sở, ban, ngành;", "- Lưu: VT."]
    assert right.text.split("\n") == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn A"]
    assert right.paragraphs[-1].paragraph_format.space_before >= Pt(50), "room to sign"


def test_sections_are_real_headings_with_roman_numbers(sample):
    headings = [p.text for p in sample.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "I. Kết quả chung",
        "II. Điểm và thứ hạng",
        "III. Chỉ số thành phần",
        "IV. Hồ sơ trễ hạn",
        "V. Số liệu đầu vào",
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_all_figures_of_the_sections_are_shown_as_everywhere(language):
    """Word for word as `shown_rows`, heading row first, totals last."""
    shown = sample_document(language)
    word = note(shown)
    tables = [table for section in shown.sections if not section.annex for table in section.tables if table.rows]
    assert [grid.rows[0].cells[0].text for grid in grids(word)[1:]] == [table.columns[0].heading for table in tables]
    for table, grid in zip(tables, grids(word)[1:], strict=True):
        expected = [[clean(text) for text in row] for row in shown_rows(table, language)]
        totals = len(expected) - table.total_rows
        heading, *found = cells(grid)
        assert heading == [clean(column.heading) for column in table.columns]
        assert found == [*expected[: min(40, totals)], *expected[totals:]]


def test_the_headline_and_the_key_figures_come_first(sample):
    shown = sample_document()
    texts = [p.text for p in sample.paragraphs]
    start = texts.index("I. Kết quả chung")
    assert texts[start + 1 : start + 4] == list(shown.headline)
    assert cells(grids(sample)[0])[1:] == [
        ["Điểm đo được", "82,96", "trên 40,00 điểm đo được"],
        ["Hồ sơ quá hạn", "39", "cuối kỳ"],
        ["Tỷ lệ trước và đúng hạn", "93,50%", "kỳ trước 92,10%"],
        ["Hồ sơ tiếp nhận", "1.803", "trong kỳ"],
    ]


def test_annexes_are_left_out_and_named(sample):
    whole = "\n".join(words(sample))
    annexes = [table.title for part in sample_document().sections if part.annex for table in part.tables]
    assert annexes
    assert "; ".join(annexes) in whole
    assert not [p for p in sample.paragraphs if p.style.name == "Heading 1" and "Từng chỉ số" in p.text]
    assert "sổ tính Excel" not in "\n".join(words(note(document(Section("a", "A", ["Chữ."])))))


def test_a_long_table_is_cut_with_a_word_and_keeps_its_totals():
    columns = [Column("a", "Cơ quan"), Column("n", "Số", "count")]
    rows = [[f"Xã {n}", n] for n in range(100)] + [["Cấp xã", 4950], ["Toàn bộ", 4950]]
    word = note(document(Section("s", "Dài", [], [Table("t", "Dài", columns, rows, [], 2)])))
    found = cells(grids(word)[0])
    assert [row[0] for row in found] == ["Cơ quan", *(f"Xã {n}" for n in range(40)), "Cấp xã", "Toàn bộ"]
    assert "Bảng này in 40 dòng đầu; 60 dòng còn lại có trong sổ tính Excel kèm theo." in words(word)


def test_a_table_of_forty_rows_is_whole():
    rows = [[f"Xã {n}", n] for n in range(40)]
    word = note(document(Section("s", "T", [], [replace(NARROW, rows=rows)])))
    assert len(cells(grids(word)[0])) == 41
    assert not [text for text in words(word) if "dòng còn lại" in text]


def test_headings_repeat_rows_stay_whole_numbers_stand_right_and_totals_are_bold(sample):
    shown = sample_document()
    table, grid = shown.sections[0].tables[0], grids(sample)[1]
    head, *rows = grid.rows
    assert head._tr.xpath("w:trPr/w:tblHeader")
    assert not rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in grid.rows)
    for column, cell in zip(table.columns, rows[0].cells, strict=True):
        wanted = WD_ALIGN_PARAGRAPH.RIGHT if is_number(column) else WD_ALIGN_PARAGRAPH.LEFT
        centred = column.kind in ("rank", "time")
        assert cell.paragraphs[0].alignment == (WD_ALIGN_PARAGRAPH.CENTER if centred else wanted)
    assert all(run.bold for cell in rows[-1].cells for run in cell.paragraphs[0].runs)
    assert not any(run.bold for cell in rows[0].cells for run in cell.paragraphs[0].runs)
    captions = [p.text for p in sample.paragraphs if p.style.name == "Caption"]
    assert captions[:2] == ["Bảng 1. Số liệu chính", "Bảng 2. Điểm và thứ hạng"]
    assert [grid._tbl.xpath("string(w:tblPr/w:tblCaption/@w:val)") for grid in grids(sample)] == captions


def test_tables_are_as_wide_as_their_page(sample):
    for grid in grids(sample):
        width = sum(column.width for column in grid.columns)
        assert any(abs(width - (s.page_width - s.left_margin - s.right_margin)) < Mm(0.5) for s in sample.sections)


def test_wide_tables_lie_across_and_the_rest_stands():
    wide = long_table(5)
    sections = [
        Section("a", "A", ["Chữ."], [NARROW]),
        Section("b", "B", [], [NARROW, wide]),
        Section("c", "C", ["Chữ."]),
    ]
    word = note(document(*sections))
    assert [s.orientation for s in word.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert [s.page_width > s.page_height for s in word.sections] == [False, True, False]
    assert [s.different_first_page_header_footer for s in word.sections] == [True, False, False]
    assert all("PAGE" in s.header._element.xml for s in word.sections)


def test_a_note_of_narrow_tables_has_one_kind_of_page():
    assert len(note(document(Section("a", "A", [], [NARROW, NARROW]))).sections) == 1


def test_an_empty_table_and_an_empty_document_say_so():
    word = note(document(Section("a", "A", [], [replace(NARROW, rows=[])]), headline=[]))
    assert "Không có số liệu." in words(word)
    bare = note(document(headline=[], title=""))
    assert not [p for p in bare.paragraphs if p.style.name == "Heading 1"]


def test_english_notes_are_english():
    word = note(replace(sample_document("en"), title="Report on dossiers"), Letterhead())
    texts = words(word)
    assert "SOCIALIST REPUBLIC OF VIET NAM" in texts
    assert "Independence - Freedom - Happiness" in texts
    assert "On dossiers" in texts
    assert any(text.startswith("Details are in the accompanying Excel workbook: ") for text in texts)
    assert word.core_properties.language == "en-US"
    tag = word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert tag.get(qn("w:val")) == "en-US"


# ------------------------------------------------------------------ blanks
def test_without_a_letterhead_blanks_are_left_and_no_clock_is_read():
    texts = words(note(document(), Letterhead()))
    assert "Số: ……/BC-……" in texts
    assert "……, ngày … tháng … năm …" in texts
    assert "TM. ……" in texts
    assert [text for text in texts if text.startswith("- ")] == ["- ……;", "- Lưu: VT."]
    assert not [text for text in texts if text.startswith("Kính gửi")]


def test_an_empty_text_leaves_its_line_out_and_a_line_that_must_be_there_stays_blank():
    texts = words(note(document(), replace(LETTERHEAD, superior="", signed_for="", issuer=" ", recipients=())))
    assert not [text for text in texts if "ĐẮK LẮK" in text or text.startswith(("KT.", "TM."))]
    assert "……" in texts
    assert "Nơi nhận:" in texts


@pytest.mark.parametrize(
    ("given_date", "shown"),
    [
        (date(2026, 2, 9), "ngày 09 tháng 02 năm 2026"),
        (date(2026, 3, 1), "ngày 01 tháng 3 năm 2026"),
        ("3/4/2026", "ngày 03 tháng 4 năm 2026"),
        ("2026-12-31", "ngày 31 tháng 12 năm 2026"),
        ("ngày      tháng 4 năm 2026", "ngày      tháng 4 năm 2026"),
        ("31/02/2026", "31/02/2026"),
        ("", "ngày … tháng … năm …"),
    ],
)
def test_the_day_is_written_as_the_decree_asks(given_date, shown):
    """Days below 10 and the months 1 and 2 have a zero in front."""
    assert f"Đắk Lắk, {shown}" in words(note(document(), replace(LETTERHEAD, date=given_date)))


# ------------------------------------------------------------------ letterhead
def test_a_letterhead_is_read_from_toml(tmp_path):
    path = tmp_path / "co-quan.toml"
    path.write_text(
        '\ufeffissuer = "Sở Nội vụ"\ndate = 2026-01-05\nrecipients = ["Như trên", "Lưu: VT"]\n', encoding="utf-8"
    )
    assert load_letterhead(str(path)) == Letterhead(
        issuer="Sở Nội vụ", date=date(2026, 1, 5), recipients=("Như trên", "Lưu: VT")
    )
    assert load_letterhead(None) == Letterhead()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('isuer = "x"', "isuer"),
        ("number = 15", "number"),
        ('recipients = "x"', "recipients"),
        ("recipients = [1]", "recipients"),
        ("date = 5", "date"),
        ("issuer = ", "Invalid value"),
        ("a = " + "[" * 5000, ""),
        ("# " + "x" * 200_000, "100000"),
    ],
)
def test_a_wrong_letterhead_is_a_clear_error(tmp_path, text, told):
    path = tmp_path / "co-quan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_letterhead(str(path))
    assert caught.value.key == "bad_letterhead"
    assert told in caught.value.values["problem"]
    assert "signatory" in keys("vi")["error.bad_letterhead.fix"].format(**caught.value.values)


def test_a_letterhead_that_is_missing_or_no_text_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="no_such_file"):
        load_letterhead(str(tmp_path / "x.toml"))
    with pytest.raises(InputError, match="unreadable"):
        load_letterhead(str(tmp_path))
    (tmp_path / "b.toml").write_bytes(b"issuer = '\xff'")
    with pytest.raises(InputError, match="bad_letterhead"):
        load_letterhead(str(tmp_path / "b.toml"))


# ------------------------------------------------------------------ hostile texts
def test_hostile_texts_come_out_as_text():
    shown = hostile_document()
    data = note_bytes(shown, Letterhead(issuer=HOSTILE_NAMES[1], signatory=HOSTILE_NAMES[11], recipients=HOSTILE_NAMES))
    word = docx.Document(io.BytesIO(data))
    texts = words(word)
    for name in HOSTILE_NAMES:
        assert clean(name) in texts
    expected = [[clean(text) for text in row] for row in shown_rows(hostile_table(), "vi")]
    assert expected in [cells(grid)[1:] for grid in grids(word)]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml")
    assert b"<script" not in xml
    assert b"\x1b" not in xml
    assert "\u202e".encode() not in xml
    assert b"instrText" not in xml, "no field that could run anything"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "{{signatory}}", "{{body}}", "\x00\x0b\ufffe", "a\r\nb", "  "])
def test_a_text_is_neither_a_formula_nor_a_placeholder(text):
    table = replace(NARROW, title=text, rows=[[text, 1]], notes=[text])
    shown = document(Section("s", text, [text], [table]), title=text or "x", headline=[text])
    for template in (None, template_bytes("{{title}}", "{{body}}", "{{headline}}")):
        word = note(shown, template=template)
        assert clean(text) in cells(grids(word)[0])[1]


@given(st.text(max_size=300))
@settings(max_examples=15, deadline=None)
def test_any_text_can_be_written_and_read_back(text):
    table = replace(NARROW, rows=[[text, 1]])
    word = note(document(Section("s", text, [text], [table])), replace(LETTERHEAD, signatory=text))
    assert cells(grids(word)[0])[1] == [clean(text), "1"]


# ------------------------------------------------------------------ the same bytes
SCRIPT = """
import sys, hashlib
sys.path.insert(0, "tests")
from test_note import LETTERHEAD, document, NARROW, template_bytes
from reformcli.render.document import Section
from reformcli.render.note import note_bytes
from pages import long_table
shown = document(Section("a", "A", ["x"], [NARROW, long_table(50)]))
for template in (None, template_bytes("{{number}}", "{{body}}")):
    print(hashlib.sha256(note_bytes(shown, LETTERHEAD, template)).hexdigest())
"""


def test_equal_input_gives_equal_bytes_in_any_process_zone_and_hash_seed():
    shown = document(Section("a", "A", ["x"], [NARROW, long_table(50)]))
    here = [note_bytes(shown, LETTERHEAD, template) for template in (None, template_bytes("{{number}}", "{{body}}"))]
    digests = [hashlib.sha256(data).hexdigest() for data in here]
    environments = [{"TZ": "Asia/Ho_Chi_Minh", "PYTHONHASHSEED": "1"}, {"TZ": "America/Lima", "PYTHONHASHSEED": "2"}]
    for environment in environments:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SCRIPT],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        assert done.stdout.split() == digests
    with zipfile.ZipFile(io.BytesIO(here[0])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"rsid" not in archive.read("word/document.xml")
        assert "docProps/thumbnail.jpeg" not in archive.namelist()


def test_properties_come_from_the_document():
    properties = note(document(title="Báo cáo tuần 51")).core_properties
    assert (properties.title, properties.author, properties.last_modified_by) == (
        "Báo cáo tuần 51",
        "reformcli",
        "reformcli",
    )
    assert properties.created.replace(tzinfo=None) == properties.modified.replace(tzinfo=None) == CREATED
    assert properties.language == "vi-VN"


# ------------------------------------------------------------------ templates
@cache
def template_bytes(*paragraphs: str) -> bytes:
    """A user's document, made without the clock."""
    word = docx.Document()
    for text in paragraphs:
        word.add_paragraph(text)
    return saved(word)


def saved(word):
    word.core_properties.created = word.core_properties.modified = CREATED
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def test_placeholders_are_filled_wherever_they_stand():
    form = docx.Document()
    form.sections[0].header.paragraphs[0].text = "{{issuer}} / {{ number }}"
    form.sections[0].footer.paragraphs[0].text = "{{place}}, {{date}}"
    form.add_table(1, 1).rows[0].cells[0].text = "[{{title}}] [{{subtitle}}] [{{title}}]"
    form.add_paragraph("{{headline}}")
    form.add_paragraph("{{body}}")
    form.add_paragraph("{{recipients}}")
    form.add_paragraph("{{signed_for}} {{position}} {{signatory}} {{recipient}}; {{superior}}")
    shown = document(Section("a", "A", ["Nội dung."], [NARROW]), subtitle="Tuần 51", headline=["Một.", "Hai."])

    word = note(shown, template=saved(form))

    assert word.sections[0].header.paragraphs[0].text == "Trung tâm Phục vụ\nhành chính công / 15/BC-TTPVHCC"
    assert word.sections[0].footer.paragraphs[0].text == "Đắk Lắk, ngày 05 tháng 01 năm 2024"
    assert word.tables[0].rows[0].cells[0].text == "[Báo cáo tuần 51] [Tuần 51] [Báo cáo tuần 51]"
    texts = [p.text for p in word.paragraphs]
    assert texts[0] == "Một.\nHai."
    assert texts[1:6] == ["I. Kết quả chung", "Một.", "Hai.", "II. A", "Nội dung."]
    assert texts[-2] == "- Như trên;\n- Các sở, ban, ngành;\n- Lưu: VT."
    assert texts[-1].startswith("KT. Giám đốc Phó Giám đốc Nguyễn Văn A Ủy ban nhân dân tỉnh Đắk Lắk; UBND")
    assert cells(grids(word)[0])[1] == ["Sở Y tế", "1.234"]
    assert MOTTO not in "\n".join(words(word)), "the form is the user's"


def test_a_placeholder_that_word_split_is_filled_and_keeps_its_look():
    form = docx.Document()
    paragraph = form.add_paragraph("Số: ")
    for piece, bold in (
        ("x{", True),
        ("{num", False),
        ("", False),
        ("ber}", False),
        ("} và {{sig", True),
        ("natory}}.", False),
    ):
        paragraph.add_run(piece).bold = bold
    form.add_paragraph().add_run("{{bo")
    form.paragraphs[-1].add_run("dy}}")
    word = note(document(), template=saved(form))
    assert word.paragraphs[0].text == "Số: x15/BC-TTPVHCC và Nguyễn Văn A."
    assert [run.text for run in word.paragraphs[0].runs if run.bold] == ["x15/BC-TTPVHCC", " và Nguyễn Văn A"]


def test_the_styles_of_a_template_are_used_and_missing_ones_added():
    form = docx.Document()
    form.styles["Heading 1"].font.name = "Arial"
    form.styles["Normal"].font.size = Pt(17)
    for name in ("Caption", "Body Text", "Table Grid"):
        form.styles[name].delete()
    form.add_paragraph("{{body}}")
    word = note(document(Section("a", "A", ["Chữ."], [NARROW])), template=saved(form))
    assert word.styles["Heading 1"].font.name == "Arial"
    assert word.styles["Normal"].font.size == Pt(17)
    assert [p.style.name for p in word.paragraphs if p.text.startswith("Bảng")] == ["Caption"]
    assert len(grids(word)) == 1


def test_a_wide_table_in_a_template_lies_across_and_what_follows_stands():
    form = docx.Document()
    form.sections[0].different_first_page_header_footer = True
    form.add_paragraph("Trước")
    form.add_paragraph("{{body}}")
    form.add_paragraph("Sau")
    shown = document(Section("a", "A", [], [long_table(3)]))
    word = note(shown, template=saved(form))
    assert [s.orientation for s in word.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert [s.different_first_page_header_footer for s in word.sections] == [True, False, False]
    assert word.paragraphs[-1].text == "Sau"


def test_a_template_that_ends_with_a_wide_table_has_no_empty_last_page():
    word = note(document(Section("a", "A", [], [long_table(3)])), template=template_bytes("Trước", "{{body}}"))
    assert [s.orientation for s in word.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]


def test_a_body_that_ends_a_section_of_the_template_keeps_that_section():
    form = docx.Document()
    form.add_paragraph("{{body}}")
    form.add_section()
    form.add_paragraph("Sau")
    marker = next(p for p in form.paragraphs if p.text == "{{body}}")._p
    breaker = next(p for p in form.element.body.iter(qn("w:p")) if p.xpath("w:pPr/w:sectPr"))
    if breaker is not marker:
        marker.get_or_add_pPr().append(breaker.pPr.sectPr)
        breaker.getparent().remove(breaker)
    word = note(document(Section("a", "A", ["Chữ."], [NARROW])), template=saved(form))
    assert len(word.sections) == 2
    assert word.paragraphs[-1].text == "Sau"


@pytest.mark.parametrize(
    ("paragraphs", "key", "told"),
    [
        (("Không có chỗ",), "template_body", 0),
        (("{{body}}", "{{body}}"), "template_body", 2),
        (("Đây: {{body}}",), "template_body", 1),
        (("{{body}}", "{{singatory}} {{Số}}"), "template_placeholder", "singatory"),
    ],
)
def test_a_template_with_wrong_placeholders_is_a_clear_error(paragraphs, key, told):
    with pytest.raises(InputError) as caught:
        note_bytes(document(), LETTERHEAD, template_bytes(*paragraphs))
    assert caught.value.key == key
    assert str(told) in str(caught.value.values)
    for language in ("vi", "en"):
        assert "{{body}}" in keys(language)["error.template_body.what"].format(count=0, marker="{{body}}")


def test_the_body_may_not_stand_in_a_table():
    form = docx.Document()
    form.add_table(1, 1).rows[0].cells[0].text = "{{body}}"
    with pytest.raises(InputError, match="template_body"):
        note_bytes(document(), LETTERHEAD, saved(form))


def rezipped(change=None, drop=(), add=None):
    """A good template whose parts were tampered with."""
    source, target = zipfile.ZipFile(io.BytesIO(template_bytes("{{body}}"))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name not in drop:
                content = source.read(name)
                archive.writestr(name, (change or {}).get(name, lambda same: same)(content))
        for name, content in (add or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


DOCUMENT = "word/document.xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
BROKEN = {
    "empty": (lambda: b"", "template_not_docx"),
    "text": (lambda: b"{{body}}", "template_not_docx"),
    "old or encrypted": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "template_not_docx"),
    "another zip": (lambda: rezipped(drop=("[Content_Types].xml",)), "template_not_docx"),
    "a Word template": (
        lambda: rezipped({"[Content_Types].xml": lambda xml: xml.replace(b"document.main+xml", b"template.main+xml")}),
        "template_not_docx",
    ),
    "cut": (lambda: template_bytes("{{body}}")[:9000], "template_damaged"),
    "flipped": (lambda: flipped(template_bytes("{{body}}")), "template_damaged"),
    "no document": (lambda: rezipped(drop=(DOCUMENT,)), "template_damaged"),
    "no relations": (lambda: rezipped(drop=("_rels/.rels",)), "template_damaged"),
    "no XML": (lambda: rezipped({DOCUMENT: lambda xml: xml[:-20]}), "template_damaged"),
    "empty root": (lambda: rezipped({DOCUMENT: lambda xml: b"<a/>"}), "template_damaged"),
    "entities": (lambda: rezipped({DOCUMENT: lambda xml: ENTITY + xml.partition(b"?>")[2]}), "template_damaged"),
    "deep": (lambda: rezipped({DOCUMENT: lambda xml: b"<a>" * 9000 + b"</a>" * 9000}), "template_damaged"),
    "bomb": (lambda: rezipped(add={"word/media/a.png": bytes(201_000_000)}), "template_too_large"),
    "large XML": (lambda: rezipped(add={"word/a.xml": b" " * 21_000_000}), "template_too_large"),
    "many parts": (lambda: rezipped(add={f"word/{n}": b"" for n in range(5001)}), "template_too_large"),
    "macros": (lambda: rezipped(add={"word/vbaProject.bin": b"x"}), "template_macros"),
    "controls": (lambda: rezipped(add={"word/activeX/activeX1.xml": b"<a/>"}), "template_macros"),
    "macro type": (
        lambda: rezipped(
            {
                "[Content_Types].xml": lambda xml: xml.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            }
        ),
        "template_macros",
    ),
}


def flipped(data):
    """A byte of a packed part is wrong."""
    place = data.index(b"word/document.xml") + 60
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


@pytest.mark.parametrize("name", BROKEN)
def test_a_template_that_cannot_be_trusted_is_a_clear_error(name):
    make, key = BROKEN[name]
    with pytest.raises(InputError) as caught:
        note_bytes(document(), LETTERHEAD, make())
    assert caught.value.key == key


def test_a_note_does_not_fetch_what_its_template_points_to():
    form = docx.Document()
    form.add_paragraph("{{body}}")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    relation = form.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).relate_to(
        "http://x.example/a.dotm", kind, is_external=True
    )
    form.settings.element.append(parse_xml(f'<w:attachedTemplate {nsdecls("w", "r")} r:id="{relation}"/>'))
    data = note_bytes(document(), LETTERHEAD, saved(form))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"x.example" not in b"".join(archive.read(name) for name in archive.namelist())


# ------------------------------------------------------------------ LibreOffice
@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """LibreOffice with Writer; without it the test is skipped, unless it must not be."""
    program = os.environ.get("REFORMCLI_SOFFICE") or shutil.which("soffice")
    folder = tmp_path_factory.mktemp("office")

    def convert(data: bytes) -> str:
        (folder / "note.docx").write_bytes(data)
        command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
        command += ["pdf", "note.docx"]
        subprocess.run(command, capture_output=True, check=False, cwd=folder, timeout=300)
        pdf = folder / "note.pdf"
        if not pdf.exists():
            return ""
        subprocess.run(["pdftotext", "-layout", pdf, folder / "note.txt"], check=True)
        pdf.unlink()
        return (folder / "note.txt").read_text(encoding="utf-8")

    plain = io.BytesIO()
    docx.Document().save(plain)
    if program is None or not shutil.which("pdftotext") or not _converts(convert, plain.getvalue()):
        if os.environ.get("REFORMCLI_NEEDS_OFFICE") == "1":
            pytest.fail("no LibreOffice Writer")
        pytest.skip("no LibreOffice Writer")
    return convert


def _converts(convert, data):
    """An empty document gives a page break and nothing else; no conversion gives nothing at all."""
    return convert(data) != ""


def test_libreoffice_prints_it(office):
    """The motto, every heading and the total stand on the printed pages."""
    text = unicodedata.normalize("NFC", office(note_bytes(sample_document(), LETTERHEAD)))
    assert MOTTO in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    for heading in ("I. KẾT QUẢ CHUNG", "IV. HỒ SƠ TRỄ HẠN"):
        assert heading in text
    assert "82,96" in text
    assert "Nguyễn Văn A" in text


def test_libreoffice_prints_hostile_names(office):
    text = office(note_bytes(hostile_document(), Letterhead()))
    assert "<script>alert(1)</script>" in text
