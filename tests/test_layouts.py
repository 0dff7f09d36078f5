"""The same dossiers in every readable layout give the same figures, to the unit, and the same typed table."""

from __future__ import annotations

import gzip
import unicodedata
from pathlib import Path

import pytest

import binary_books
from layouts import (
    DATES,
    HEADINGS,
    NUMBERS,
    ROWS,
    entities,
    formulas,
    hide_columns,
    layout_page,
    macro_workbook,
    moment,
    plain,
    plain_page,
    sections_page,
    text_file,
    three_row_page,
    two_row_page,
    unicode_text,
    web_archive,
    windows_1258,
    workbook,
    xml_workbook,
)
from reformcli.loading import load_sheets
from support import DATA, command, result

PERIOD = ("--from", "01/07/2024", "--to", "31/07/2024")
MADE = DATA / "layouts"  # by LibreOffice: see make.py


def written_as(suffix: str, make):
    """A layout that is a file with these bytes or this text."""

    def write(path: Path) -> None:
        data = make()
        path.with_suffix(suffix).write_bytes(data.encode() if isinstance(data, str) else data)

    return write


def made(name: str):
    """A layout that LibreOffice made."""
    return written_as(Path(name.removesuffix(".gz")).suffix, lambda: _bytes(MADE / name))


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def binary_workbook(*, shared: bool) -> bytes:
    """The dossiers in .xlsb, from C4 on, below a title; texts in place or in a table of their own."""

    def value(name: str, text: str) -> binary_books.Value:
        if name in DATES and text:
            return moment(text)
        return float(text) if name in NUMBERS and text else text or None

    rows: dict[int, dict[int, binary_books.Value]] = {0: {2: "DANH SÁCH HỒ SƠ"}, 3: dict(enumerate(HEADINGS, 2))}
    for number, row in enumerate(ROWS, 4):
        rows[number] = {place: value(name, row[name]) for place, name in enumerate(HEADINGS, 2)}
    strings: dict[str, int] | None = {} if shared else None
    part = binary_books.sheet12(rows, strings=strings)
    return binary_books.xlsb({"Hồ sơ": part}, strings=strings)


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
    "UTF-16 with tabs, line breaks and a tab at every end": written_as(".txt", unicode_text),
    "texts in their cells, written row by row": lambda p: workbook(
        p.with_suffix(".xlsx"), options={"constant_memory": True}, dates="text"
    ),
    "a workbook with macros, by openpyxl": lambda p: macro_workbook(p.with_suffix(".xlsm")),
    "formulas with stored results": lambda p: formulas(p.with_suffix(".xlsx")),
    "hidden columns": lambda p: workbook(p.with_suffix(".xlsx"), finish=hide_columns),
    "xls of LibreOffice": made("export.xls"),
    "xls of LibreOffice, from 1904 on": made("export1904.xls"),
    "ods of LibreOffice": made("export.ods"),
    "ods of LibreOffice, from 1904 on": made("export1904.ods"),
    "xlsx of LibreOffice": made("export.xlsx"),
    "HTML of LibreOffice": made("export.html.gz"),
    "xlsb with a table of texts": written_as(".xlsb", lambda: binary_workbook(shared=True)),
    "xlsb with texts in place": written_as(".xlsb", lambda: binary_workbook(shared=False)),
    "HTML saved as xls": written_as(".xls", plain_page),
    "HTML in entities": written_as(".xls", lambda: plain_page(entities, '<meta charset="windows-1252">')),
    "HTML in UTF-16": written_as(".xls", lambda: ("\ufeff" + plain_page()).encode("utf-16-le")),
    "HTML in Windows-1258": written_as(".xls", lambda: windows_1258(plain_page(head='<meta charset="windows-1258">'))),
    "HTML with two rows of headings, its tags left open": written_as(".xls", two_row_page),
    "HTML with three rows of headings, numbers and signatures": written_as(".xls", three_row_page),
    "HTML inside a table for the layout": written_as(".html", layout_page),
    "HTML with sections, subtotals and repeated headings": written_as(".htm", sections_page),
    "a web archive": written_as(".mht", web_archive),
    "XML Spreadsheet 2003": written_as(".xml", xml_workbook),
    "XML Spreadsheet 2003 named xls": written_as(".xls", xml_workbook),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "plain.csv"
    path.write_bytes(text_file(",", "utf-8"))
    return {**figures(path), "table": typed(path)}


def typed(path: Path) -> list[dict[str, object]]:
    """The typed table without where its rows came from."""
    table = load_sheets([str(path)]).table
    return table.drop_columns([name for name in table.column_names if name.startswith("_")]).to_pylist()


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
    """Every unit, component, count, row total, number of findings and typed cell is that of the plain csv."""
    LAYOUTS[name](tmp_path / "export")
    (path,) = tmp_path.iterdir()
    assert typed(path) == expected["table"]
    assert {**figures(path), "table": expected["table"]} == expected


def test_the_canonical_parquet_gives_the_same_figures(expected, tmp_path):
    """What `load` writes is read by every command like the export it came from."""
    source, stored = tmp_path / "plain.csv", tmp_path / "plain.parquet"
    source.write_bytes(text_file(",", "utf-8"))
    assert command("load", source, "-o", stored).returncode == 0
    assert {**figures(stored), "table": expected["table"]} == expected


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
