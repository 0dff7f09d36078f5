"""Csv, tsv and txt: nothing is lost, shifted, stripped or guessed, and row numbers are those of Excel."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli.errors import InputError
from reformcli.read import payload
from reformcli.read.exports import read_exports

ROWS = [["Mã hồ sơ", "Chủ hồ sơ", "Phí"], ["001099", "NA", "12,5"], ["H57.12-231218-0001", "None", "1.000,5"]]


def read(data: bytes):
    """The rows of one csv given as bytes."""
    (sheet,), skipped = read_exports(["-"], stdin=io.BytesIO(data))
    assert skipped == []
    assert (sheet.sheet, sheet.first_row, sheet.first_column) == (None, 1, 1)
    assert sheet.cells.column_names == [f"c{i}" for i in range(sheet.cells.num_columns)]
    assert {str(kind) for kind in sheet.cells.schema.types} == {"string"}
    assert sheet.source.sha256 == hashlib.sha256(data).hexdigest()
    return [list(row.values()) for row in sheet.cells.to_pylist()]


def write(rows, separator=",", newline="\r\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=newline).writerows(rows)
    return text.getvalue()


def key_of(data: bytes):
    with pytest.raises(InputError) as caught:
        read_exports(["-"], stdin=io.BytesIO(data))
    return caught.value


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_separator_encoding_and_line_end_reads_the_same(separator, encoding, newline):
    assert read(write(ROWS, separator, newline).encode(encoding)) == ROWS


def test_utf16_big_endian_has_a_mark_too():
    assert read(b"\xfe\xff" + write(ROWS).encode("utf-16-be")) == ROWS


def test_the_old_windows_code_page_is_read_and_composed():
    """Windows-1258 writes tones as letters of their own: they come out composed, so that headings match."""
    data = unicodedata.normalize("NFC", write(ROWS)).replace("ã", "a\u0303").replace("ồ", "ô\u0300")
    data = data.replace("ủ", "u\u0309").replace("í", "i\u0301")

    rows = read(data.encode("cp1258"))

    assert rows[0] == [unicodedata.normalize("NFC", text) for text in ROWS[0]]


def test_texts_are_neither_stripped_nor_normalised():
    decomposed = unicodedata.normalize("NFD", "Mã")

    assert read(f" a ,{decomposed}\n001,\u200b\n".encode()) == [[" a ", decomposed], ["001", "\u200b"]]


def test_empty_fields_are_null_even_in_quotes():
    assert read(b'a,b,c\n1,,""\nNULL,nan,-\n') == [["a", "b", "c"], ["1", None, None], ["NULL", "nan", "-"]]


def test_a_quoted_line_break_does_not_start_a_row():
    """Row 3 of the result is row 3 in Excel, whatever the line in an editor."""
    rows = read('mã,địa chỉ\n1,"số 5\nphố ""Cũ"", Hà Nội"\n2,x\n'.encode())

    assert rows == [["mã", "địa chỉ"], ["1", 'số 5\nphố "Cũ", Hà Nội'], ["2", "x"]]


def test_blank_lines_keep_their_row_numbers():
    rows = read(b"\n\na,b\n\n1,2\n\n\n")

    assert rows == [[None] * 2, [None] * 2, ["a", "b"], [None] * 2, ["1", "2"]]


def test_titles_and_signatures_stand_in_their_own_rows():
    data = "BÁO CÁO, TUẦN 51\n\nmã;ngày;phí;trạng thái\n1;18/12/2023;12,5;x\n2;19/12/2023;7,0;y\nNGƯỜI LẬP BIỂU\n"

    rows = read(data.encode())

    assert [row[0] for row in rows] == ["BÁO CÁO, TUẦN 51", None, "mã", "1", "2", "NGƯỜI LẬP BIỂU"]
    assert rows[3] == ["1", "18/12/2023", "12,5", "x"]
    assert rows[0][1:] == [None] * 3


def test_a_longer_record_widens_the_table_and_loses_nothing():
    """An unquoted separator in a name: the row shows every field, and the others are not shifted."""
    rows = read(b"ma,ten,ngay\n1,An,2\n2,Binh, Chi,3\n3,Dung,4\n")

    assert rows[2] == ["2", "Binh", " Chi", "3"]
    assert rows[1] == ["1", "An", "2", None]
    assert rows[3] == ["3", "Dung", "4", None]


def test_many_ragged_records_stay_in_order():
    """More of them than can be put back piece by piece."""
    expected = [["ma", "ten", "ngay"]] + [[str(i), "x"] + (["y"] if i % 2 else []) for i in range(3000)]

    rows = read(write(expected).encode())

    assert rows == [row + [None] * (3 - len(row)) for row in expected]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_other_separators_inside_the_fields_do_not_fool_it(separator):
    """Decimal commas in every row, dates, addresses with semicolons: the header tells them apart."""
    others = {",": "; ", ";": ",", "\t": ","}[separator]
    rows = [["ma", "phi", "ngay"]] + [[f"H{i}", f"{i}{others}5", "18/12/2023 08:02"] for i in range(50)]
    plain = "\n".join(separator.join(row) for row in rows)

    assert read(plain.encode()) == rows


def test_a_first_line_may_name_the_separator_as_excel_understands_it():
    """Excel hides that line, so it is not counted."""
    assert read("\ufeffsep=;\r\na;b\r\n1,5;2,5\r\n".encode()) == [["a", "b"], ["1,5", "2,5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_vertical_bar_separates_only_where_the_first_line_says_so(encoding):
    assert read("sep=|\r\na|b\r\n1,5|2\r\n".encode(encoding)) == [["a", "b"], ["1,5", "2"]]
    assert read("a|b,c\r\n1|5,2\r\n".encode(encoding)) == [["a|b", "c"], ["1|5", "2"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_zeros(codec, separator):
    assert read(write(ROWS, separator).encode(codec)) == ROWS


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_numbers_of_two_bytes_are_no_text(codec):
    """Every other byte is zero, but what comes out are no letters of an export."""
    numbers = "".join(map(chr, range(1, 31))) * 20

    assert key_of(numbers.encode(codec)).key == "not_a_table"


def test_utf16_without_a_mark_that_ends_in_half_a_letter_is_damaged():
    assert key_of(write(ROWS).encode("utf-16-le")[:-1]).key == "encoding"


def test_commas_in_titles_do_not_outvote_a_short_table():
    """Three titles with one comma each, one header and one dossier."""
    data = "UBND tỉnh A, Sở B\nBáo cáo, tuần 51\nNgày 18, tháng 12\nmã;ngày;phí\n1;2;3\n"

    assert read(data.encode())[3:] == [["mã", "ngày", "phí"], ["1", "2", "3"]]


def test_line_breaks_in_quotes_may_stand_where_two_blocks_meet():
    """A file of several blocks in which nearly every line end is inside a quoted field."""
    rows = [["ma", "noi dung"]] + [[str(i), f"dòng {i}\n" * 20] for i in range(20_000)]

    assert read(write(rows).encode()) == rows


def test_one_column_is_a_table():
    assert read(b"ma\n1\n\n2\n") == [["ma"], ["1"], [None], ["2"]]


def test_quotes_inside_an_unquoted_field_are_text():
    assert read(b'a,b\n5" pipe,x\n1,2\n') == [["a", "b"], ['5" pipe', "x"], ["1", "2"]]


@pytest.mark.parametrize("end", ["", "\n", "x\n", "\n2,3,4\n5,6,7\n", "\n" + "2,3,4\n" * 100_000])
@pytest.mark.parametrize("before", ['1,2,"x\n', '1,"x,3\ny\n'])
def test_a_quote_that_nothing_closes_is_refused(before, end):
    """Or the rest of the file would be one cell, and hundreds of dossiers would be gone."""
    error = key_of(f"a,b,c\n1,2,3\n{before}{end}".encode())

    assert (error.key, error.values) == ("unclosed_quote", {"row": 3})


HEADER = "mã,tên,tiếp nhận,hẹn trả,trạng thái\n"


def line(number, name="An"):
    """One dossier of that number, received on that day of December."""
    return f"H57-{number:04d},{name},{number:02d}/12/2023,2{number}/12/2023,Đang xử lý\n"


@pytest.mark.parametrize("closing", ['"Bình', '"Bình"', 'Bình"'])
@pytest.mark.parametrize("between", [0, 1, 2])
@pytest.mark.parametrize("title", ["", "BÁO CÁO\n"])
def test_a_quote_that_a_later_record_closes_is_refused(closing, between, title):
    """It is opened in the second dossier; every dossier up to the mark of another would be gone without a word."""
    swallowed = "".join(line(3 + number) for number in range(between))
    data = title + HEADER + line(1) + line(2, '"An') + swallowed + line(6, closing) + line(7)

    error = key_of(data.encode())

    assert (error.key, error.values) == ("unclosed_quote", {"row": 4 if title else 3})


def test_the_first_of_several_open_quotes_is_named():
    """The third one runs to the end of the file."""
    names = ["An", '"An', "An", 'Bình"', "An", '"Chi', "An", '"Dung', "An"]
    data = HEADER + "".join(line(number, name) for number, name in enumerate(names, 1))

    error = key_of(data.encode())

    assert (error.key, error.values) == ("unclosed_quote", {"row": 3})


@pytest.mark.parametrize(
    "address",
    [
        "số 5,\nphố Cũ, Hà Nội",
        "số 5, ngõ 3,\nphố Cũ, phường Hàng Bài, quận Hoàn Kiếm, Hà Nội",
        "H57-0009 cũ,\nngày 05/12/2023,\n1, 2, 3, 4\n,,,,",
        'phố ""Cũ""\r\n""',
        "số 5 \n ",
        "\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_cells_of_several_lines_with_commas_are_read(address, end):
    """As many commas as a record has are no record yet; a space after the closing mark is no text."""
    data = HEADER + line(1) + line(2, f'"{address}"') + line(3, f'"{address}" ')[:-1] + end

    rows = read(data.encode())

    text = address.replace('""', '"')
    assert [row[1] for row in rows] == ["tên", "An", text, f"{text} "]
    assert [row[0] for row in rows] == ["mã", "H57-0001", "H57-0002", "H57-0003"]


def test_a_quoted_word_at_the_start_of_a_name_swallows_nothing():
    """Text after a closing mark is an open quote only where a line break stands before it."""
    rows = read((HEADER + line(1, '"Hoa" Cty') + line(2) + line(3, '"Hoa" Cty "X"')).encode())

    assert [row[1] for row in rows] == ["tên", "Hoa Cty", "An", 'Hoa Cty "X"']


@pytest.mark.parametrize("last", ['"x\ny"', '"x\n"', '"x\ny""z"', '"x\n"""', '"x\ny",', '"x\ny"\n\n\n'])
def test_a_closed_quote_at_the_end_is_fine(last):
    rows = read(f"a,b\n1,2\n3,{last}".encode())

    assert len(rows) == 3
    assert rows[2][1].startswith("x\n")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\n\n\n", b'"",""\n,\n', b"\xff\xfe"])
def test_a_text_without_a_value_is_empty(data):
    assert key_of(data).key == "empty_file"


def test_damaged_utf8_is_refused_at_its_first_bad_byte():
    """Read as Windows-1258 it would be legible nonsense in every name."""
    data = "mã,tên\n".encode()

    error = key_of(data + b"1,\xff\n")

    assert (error.key, error.values) == ("encoding", {"offset": len(data) + 2})


def test_letters_that_look_right_in_both_encodings_do_not_hide_damage():
    """`à` in UTF-8 is `Ã` and a hard space in Windows-1258: letters before the fault prove UTF-8."""
    assert key_of("mà,cà,là,và,nhà,bà,xà,gà\n".encode() + b"1,\xff\n").key == "encoding"


def test_a_bad_byte_in_a_ragged_record_is_found_too(capfd):
    assert key_of("mã,tên\n1,2,3\xff\n".encode("latin1")).key == "encoding"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "data",
    [
        "m·,tªn\n1,NguyÔn V¨n ¸i\n".encode("latin1"),  # TCVN3
        b"ma,ten\n1,\x8a\x8d\n",  # no character in Windows-1258
        "ma,ten\n".encode("utf-16") + b"\x00",
        "\ufeffma".encode() + b",\xff\n",
    ],
)
def test_what_is_no_known_encoding_is_refused(data):
    assert key_of(data).key == "encoding"


def test_nul_is_no_text_wherever_it_is():
    assert key_of(b"a,b\n1,\x00\n").key == "not_a_table"
    assert key_of(b"a,b\n" + b"1,2\n" * 50_000 + b"\x00,1\n").key == "not_a_table"


def test_a_line_beyond_measure_is_no_table():
    assert key_of(b"a,b\n" + b"x" * (3 << 20)).key == "not_a_table"


def test_large_files_are_hashed_and_read_whole(tmp_path):
    """Above 16 MB reading and hashing run side by side."""
    path = tmp_path / "large.csv"
    line = b"H57.12-231218-0001,Ba Dinh,18/12/2023 08:02:05\n"
    path.write_bytes(b"ma,noi,ngay\n" + line * 400_000 + b"last,1,2\n")

    (sheet,), _ = read_exports([str(path)])

    assert sheet.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sheet.source.size == path.stat().st_size
    assert sheet.cells.num_rows == 400_002
    assert sheet.cells["c0"][-1].as_py() == "last"


@pytest.mark.parametrize("difference", [-1000, 1000])
def test_a_file_that_grows_or_shrinks_while_it_is_read_is_what_was_read(tmp_path, difference):
    """The hash is that of the bytes parsed, whatever the size was a moment ago."""
    content = b"ma,ngay\n" * 1000
    (tmp_path / "a.csv").write_bytes(content)

    with (tmp_path / "a.csv").open("rb") as file:
        data, digest = payload._read_large(file, file.read(100), len(content) + difference, 10**9)

    assert bytes(data) == content
    assert digest == hashlib.sha256(content).hexdigest()


FIELD = st.text(st.characters(exclude_characters="\x00\ufeff", codec="utf-8"), max_size=6) | st.sampled_from(
    ["", "a", '"', "x\ny", "1,5", "\r", " "]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FIELD, max_size=5), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_any_records_come_back_as_the_csv_module_reads_them(records, newline):
    """Even and ragged records, blank lines, quotes and line breaks: the same cells in the same rows."""
    text = write(records, ",", newline)
    expected = [[field or None for field in record] for record in csv.reader(io.StringIO(text, newline=""))]
    while expected and not any(expected[-1]):
        expected.pop()
    data = b"sep=,\n" + text.encode()
    if not expected:
        assert key_of(data).key == "empty_file"
        return
    if sum(byte < 32 and byte not in b"\t\n\v\f\r\x1a" for byte in data) * 100 > len(data):
        assert key_of(data).key == "not_a_table"
        return

    rows = read(data)

    width = len(rows[0])
    assert width >= max(map(len, expected))
    assert rows == [row + [None] * (width - len(row)) for row in expected]
