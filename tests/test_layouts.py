"""The same dossiers in every readable layout give the same figures, to the unit."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

import strategies
from support import command, result

DOSSIERS = strategies.random_dossiers(300, seed=51)
ROWS = strategies.to_rows(DOSSIERS)
HEADINGS = list(ROWS[0])
DATES = [name for name in HEADINGS if name.startswith("Ngày")]
PERIOD = ("--from", "01/07/2024", "--to", "31/07/2024")


def moment(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S" if ":" in text else "%d/%m/%Y")


def text_file(separator: str, encoding: str, *, title: bool = False, dates: str | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    if title:
        writer.writerows([["UBND TỈNH VÍ DỤ"], ["DANH SÁCH HỒ SƠ"], []])
    writer.writerow(HEADINGS)
    for row in ROWS:
        writer.writerow([written(row[name], dates) if name in DATES else row[name] for name in HEADINGS])
    if title:
        writer.writerows([[], [f"Tổng số: {len(ROWS)} hồ sơ"], ["NGƯỜI LẬP BIỂU", "", "", "THỦ TRƯỞNG ĐƠN VỊ"]])
    return out.getvalue().encode(encoding)


def written(text: str, form: str | None) -> str:
    day = moment(text)
    if day is None or form is None:
        return text
    if form == "words":
        clock = f" {day:%H:%M:%S}" if day.hour or day.minute or day.second else ""
        return f"ngày {day.day:02d} tháng {day.month} năm {day.year}{clock}"
    if form == "time first" and (day.hour or day.minute or day.second):
        return f"{day:%H:%M:%S} {day.day}/{day.month}/{day.year}"
    if form == "digits":
        return f"{day:%Y%m%d%H%M%S}"
    if form == "zone":
        return f"{day:%Y-%m-%dT%H:%M:%S}+0700"
    return f"{day:{form}}" if form.startswith("%") else f"{day.day}/{day.month}/{day.year}" + text[10:]


def workbook(
    path: Path, *, headings=None, top: int = 0, left: int = 0, dates: str = "date", extras: bool = False
) -> Path:
    headings = headings or HEADINGS
    book = xlsxwriter.Workbook(path, {"date_1904": dates == "1904", "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    book.add_worksheet("Bìa").write(3, 2, "Báo cáo tuần")
    sheet = book.add_worksheet("Hồ sơ")
    if extras:
        sheet.merge_range(0, left, 0, left + 5, "UỶ BAN NHÂN DÂN TỈNH VÍ DỤ")
        sheet.write(1, left + 2, "DANH SÁCH HỒ SƠ")
    for place, heading in enumerate(headings):
        sheet.write(top, left + place, heading)
        if extras:
            sheet.write(top + 1, left + place, f"({place + 1})")
    first = top + 1 + extras
    for number, row in enumerate(ROWS):
        for place, name in enumerate(HEADINGS):
            day = moment(row[name]) if name in DATES else None
            if day is None:
                sheet.write_string(first + number, left + place, row[name])
            elif dates == "serial":
                whole = (day - datetime(1899, 12, 30)).total_seconds() / 86_400
                sheet.write_number(first + number, left + place, whole)
            elif dates in ("date", "1904"):
                sheet.write_datetime(first + number, left + place, day)
            else:
                sheet.write_string(first + number, left + place, row[name])
    if extras:
        sheet.write(first + len(ROWS), left, "Tổng số")
        sheet.write(first + len(ROWS), left + 1, len(ROWS))
        sheet.write(first + len(ROWS) + 3, left + 1, "NGƯỜI LẬP BIỂU")
        sheet.write(first + len(ROWS) + 3, left + 6, "THỦ TRƯỞNG ĐƠN VỊ")
        sheet.write(first + len(ROWS) + 4, left + 6, "(Ký, ghi rõ họ tên)")
    book.close()
    return path


def plain(text: str) -> str:
    marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in marks if not unicodedata.combining(c))


LAYOUTS = {
    "csv with semicolons and a BOM": lambda p: p.with_suffix(".csv").write_bytes(text_file(";", "utf-8-sig")),
    "tabs": lambda p: p.with_suffix(".tsv").write_bytes(text_file("\t", "utf-8")),
    "a title, a total and signatures in csv": lambda p: p.with_suffix(".csv").write_bytes(
        text_file(",", "utf-8", title=True)
    ),
    "dates without leading zeros": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="short")),
    "ISO dates": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="%Y-%m-%d %H:%M:%S")),
    "dates with dots": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="%d.%m.%Y %H:%M:%S")),
    "dates in words": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="words")),
    "the time first": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="time first")),
    "fourteen digits": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="digits")),
    "ISO dates with a zone": lambda p: p.with_suffix(".csv").write_bytes(text_file(",", "utf-8", dates="zone")),
    "a workbook with real dates": lambda p: workbook(p.with_suffix(".xlsx")),
    "a workbook with dates as text": lambda p: workbook(p.with_suffix(".xlsx"), dates="text"),
    "a workbook with dates as bare numbers": lambda p: workbook(p.with_suffix(".xlsx"), dates="serial"),
    "a workbook that counts from 1904": lambda p: workbook(p.with_suffix(".xlsx"), dates="1904"),
    "titles, column numbers, totals, signatures, an empty corner": lambda p: workbook(
        p.with_suffix(".xlsx"), top=4, left=2, extras=True
    ),
    "decomposed headings with line breaks": lambda p: workbook(
        p.with_suffix(".xlsx"), headings=[unicodedata.normalize("NFD", h).replace(" ", "\n", 1) for h in HEADINGS]
    ),
    "headings in capitals without accents": lambda p: workbook(
        p.with_suffix(".xlsx"), headings=[plain(h).upper() + " (*)" for h in HEADINGS]
    ),
    "a wrong extension": lambda p: p.with_suffix(".xlsx").write_bytes(text_file(",", "utf-8")),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "plain.csv"
    path.write_bytes(text_file(",", "utf-8"))
    return figures(path)


def figures(*paths: object) -> dict:
    document = result("score", *paths, *PERIOD)
    flow = result("metrics", *paths, *PERIOD, "--by", "agency", "--by", "status")
    return {
        "units": document["units"],
        "components": document["components"],
        "rows": document["rows"],
        "metrics": flow["metrics"],
        "findings": document["findings"],
    }


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_changes_no_figure_and_no_finding(name, expected, tmp_path):
    """Every unit, component, count, row total and number of findings is that of the plain csv."""
    LAYOUTS[name](tmp_path / "export")
    (path,) = tmp_path.iterdir()
    assert figures(path) == expected


def test_the_canonical_parquet_gives_the_same_figures(expected, tmp_path):
    """What `load` writes is read by every command like the export it came from."""
    source, stored = tmp_path / "plain.csv", tmp_path / "plain.parquet"
    source.write_bytes(text_file(",", "utf-8"))
    assert command("load", source, "-o", stored).returncode == 0
    assert figures(stored) == expected


def test_standard_input_gives_the_same_figures(expected):
    """`-` reads csv."""
    done = command("score", "-", *PERIOD, "--format", "json", stdin=text_file(",", "utf-8"))
    import json

    assert json.loads(done.stdout)["units"] == expected["units"]


def test_half_a_file_in_csv_and_half_in_a_workbook(expected, tmp_path):
    """A split of one export into several files of different kinds changes nothing."""
    lines = text_file(",", "utf-8").decode().splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:150]), encoding="utf-8", newline="")
    (tmp_path / "b.csv").write_text(lines[0] + "".join(lines[150:]), encoding="utf-8", newline="")
    assert figures(tmp_path / "b.csv", tmp_path / "a.csv")["units"] == expected["units"]
    assert figures(tmp_path)["units"] == expected["units"]


def test_the_two_layouts_of_the_sample_week_agree(tmp_path):
    """The iGate export names no agency: the register finds it through the code; what it can measure is equal."""
    from support import SAMPLES

    shared = ("--period", "2023-W51", "--agencies", SAMPLES / "agencies.csv")
    full, igate = (result("score", SAMPLES / name, *shared) for name in ("tuan-51.xlsx", "igate-tuan-51.xlsx"))
    names = (
        "handled",
        "received",
        "carried_over",
        "resolved",
        "early",
        "on_time",
        "late",
        "pending",
        "overdue",
        "paused",
    )

    def counts(document: dict) -> dict:
        return {(u["kind"], u["agency"], u["level"]): [u["counts"][n] for n in names] for u in document["units"]}

    assert counts(full) == counts(igate)
    assert all(u["counts"]["received_online"] is None for u in igate["units"])
    online = [c for c in igate["components"] if c["component"] == "3.3"]
    assert {c["status"] for c in online} == {"not_measured"}
    assert {tuple(c["missing"]) for c in online} == {("channel",)}
