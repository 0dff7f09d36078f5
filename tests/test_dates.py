"""Dates in all the ways that offices write them; what is not certain is a fault and never a guess."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reformcli.headings.dates import parse_date, parse_dates

WRITTEN = {
    "18/12/2023 08:02:05": datetime(2023, 12, 18, 8, 2, 5),
    "18/12/2023 08:02": datetime(2023, 12, 18, 8, 2),
    "18/12/2023": datetime(2023, 12, 18),
    "8/2/2023": datetime(2023, 2, 8),
    "8/2/2023 7:05": datetime(2023, 2, 8, 7, 5),
    "03/04/2026": datetime(2026, 4, 3),  # 3 April: day first, not ambiguous
    "18-12-2023": datetime(2023, 12, 18),
    "18.12.2023 08:02:05": datetime(2023, 12, 18, 8, 2, 5),
    "18_12_2023": datetime(2023, 12, 18),
    "10:56 13/03/2026": datetime(2026, 3, 13, 10, 56),
    "ngày 05 tháng 4 năm 2026": datetime(2026, 4, 5),
    "Ngày 5 tháng 4 năm 2026": datetime(2026, 4, 5),
    "2023-12-18": datetime(2023, 12, 18),
    "2023-12-18 08:02:05": datetime(2023, 12, 18, 8, 2, 5),
    "2026-04-03": datetime(2026, 4, 3),  # never 4 March
    "2023-12-18T08:02:05+0700": datetime(2023, 12, 18, 8, 2, 5),
    "2023-12-18T08:02:05+07:00": datetime(2023, 12, 18, 8, 2, 5),
    "2023-12-18T17:30:00Z": datetime(2023, 12, 19, 0, 30),  # local time is seven hours ahead
    "2023-12-18 08:02:04.600": datetime(2023, 12, 18, 8, 2, 4),  # cut, never rounded over midnight
    "20231218080205": datetime(2023, 12, 18, 8, 2, 5),  # not a serial
    "45278": datetime(2023, 12, 18),
    "45278.25": datetime(2023, 12, 18, 6),
    "29/02/2024": datetime(2024, 2, 29),
    "\u200b18/12/2023\u00a008:02 ": datetime(2023, 12, 18, 8, 2),
    "8:02:05 SA 18/12/2023": datetime(2023, 12, 18, 8, 2, 5),
    "18/12/2023 1:02 CH": datetime(2023, 12, 18, 13, 2),
}
NONE = ["", "-", "null", "NULL", " ", "01/01/0001 00:00:00"]
FAULTY = [
    "12/25/2023",
    "1/13/2023 08:00",
    "2023-13-01",
    "31/02/2023",
    "29/02/2023 08:00:00",
    "32/12/2023",
    "18/12/2023 24:00",
    "18/12/2023 08:60",
    "18/12-2023",
    "18/12/23",
    "18/12/0203",
    "0900000001",
    "123",
    "hôm qua",
    "18/12/2023 Nguyễn Văn Ví Dụ",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_written_date_is_read(text):
    """One by one, and in a column with every other form."""
    assert parse_date(text) == (WRITTEN[text], False)


@pytest.mark.parametrize("text", FAULTY)
def test_what_is_no_date_is_a_fault(text):
    """Never a value."""
    assert parse_date(text) == (None, True)


def test_a_column_reads_as_its_cells_do():
    """The fast way by columns and the careful way by cells agree, nulls included."""
    texts = [*WRITTEN, *NONE, *FAULTY, None] * 3
    column = parse_dates(pa.chunked_array([pa.array(texts[:40]), pa.array(texts[40:])]))
    for text, value, fault in zip(texts, column.values.tolist(), column.faults.tolist(), strict=True):
        assert (value, fault) == parse_date(text or "")


def test_a_workbook_that_counts_from_1904():
    """Its day 43816 is the day 45278 of the others."""
    assert parse_date("43816", date1904=True) == (datetime(2023, 12, 18), False)


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
FORMS = (
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%H:%M:%S %d/%m/%Y",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S",
)


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(FORMS)), min_size=1))
def test_every_moment_comes_back_from_every_form(pairs):
    """Written by the standard library, read by us."""
    texts = [moment.strftime(form) for moment, form in pairs]
    column = parse_dates(pa.array(texts))
    assert column.values.tolist() == [moment for moment, _ in pairs]
    assert not column.faults.any()


@given(MOMENTS)
def test_every_serial_comes_back(moment):
    """Excel's days since 30 December 1899, as a number with all its digits."""
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    assert parse_date(repr(serial)) == (moment, False)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_or_gives_a_year_that_is_not_in_it(text):
    """A date is never made of a text that does not hold its year (serials apart)."""
    value, fault = parse_date(text)
    assert value is None or not fault
    if value is not None and not text.strip().replace(".", "").isdecimal():
        assert str(value.year) in text or str(value.year - 1) in text


@given(st.lists(st.one_of(st.none(), st.text(alphabet="0123456789/-:. T", max_size=23)), max_size=50))
def test_any_column_reads_as_its_cells_do(texts):
    """Digits and separators in any order."""
    column = parse_dates(pa.array(texts, pa.string()))
    for text, value, fault in zip(texts, column.values.tolist(), column.faults.tolist(), strict=True):
        assert (value, fault) == parse_date(text or "")


# ------------------------------------------------------------------ any text at all
PIECE = st.one_of(
    st.integers(0, 40).map(str),
    st.integers(1989, 2201).map(str),
    st.integers(0, 59).map("{:02d}".format),
    st.sampled_from([*"/-._:, TZ+", "ngày ", " tháng ", " năm ", " SA", " CH", "\u200b", "\u00a0", "0700", "12", "31"]),
    st.characters(),
)


def readings(text):
    """Every (day, month) that a text can mean by its own numbers, day before month or year first; serials apart.

    Written without looking at the reader: the numbers of a text in their order, and the rule that offices follow.
    """
    digits = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", text.replace("\u200b", "")))
    found = set()
    for one, two, three in zip(digits, digits[1:], digits[2:], strict=False):
        if len(three) == 4:  # d/m/y
            found.add((int(one), int(two)))
        if len(one) == 4:  # y/m/d
            found.add((int(three[:2]), int(two)))
    found |= {(int(d[6:8]), int(d[4:6])) for d in digits if len(d) == 14}
    return found


@given(st.lists(PIECE, max_size=14).map("".join))
def test_a_date_is_never_read_month_first(text):
    """Whatever is written: no crash, and a date only where its day stands before its month (or behind the year)."""
    value, fault = parse_date(text)
    assert value is None or not fault
    if value is None or re.fullmatch(r"\W*[0-9]{5,6}(\.[0-9]+)?\W*", unicodedata.normalize("NFKC", text)):
        return
    days = {(value.day, value.month)}
    if re.search(
        r"[zZ]|[+-][0-9]{2}:?[0-9]{2}", unicodedata.normalize("NFKC", text)
    ):  # another zone: a day off either way
        days |= {((value + timedelta(days=n)).day, (value + timedelta(days=n)).month) for n in (-1, 1)}
    assert days & readings(text)


@given(first=st.integers(1, 12), second=st.integers(13, 31), year=st.integers(1990, 2199), mark=st.sampled_from("/-._"))
def test_a_month_first_date_is_a_fault_in_every_writing(first, second, year, mark):
    for text in (f"{first}{mark}{second}{mark}{year}", f"{first:02d}{mark}{second:02d}{mark}{year} 08:00"):
        assert parse_date(text) == (None, True)
        column = parse_dates(pa.array([text, "18/12/2023"]))
        assert column.faults.tolist() == [True, False]


@given(
    st.sampled_from(
        ["1/" * 4000, "0" * 5000, "ngày " * 3000, " " * 9000 + "1", "-" * 6000, "12/12/2023 " * 900, "1:" * 4000]
    )
)
def test_a_long_text_does_not_hang_the_reader(text):
    started = time.perf_counter()
    parse_date(text)
    assert time.perf_counter() - started < 2
