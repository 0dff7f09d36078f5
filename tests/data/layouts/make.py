"""Remake the workbooks of this folder with LibreOffice: `python tests/data/layouts/make.py` (soffice on the path).

All that they hold is invented. The dossiers are those of tests/layouts.py; `values` holds one cell of every kind.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

import layouts  # noqa: E402 (the tests' own folder)

MOMENT = datetime(2023, 12, 18, 8, 2, 5)


def values(path: Path, *, date_1904: bool) -> Path:
    """One cell of every kind, and a morning of moments, 611 seconds apart."""
    book = xlsxwriter.Workbook(path, {"date_1904": date_1904, "strings_to_formulas": False})
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    clock = book.add_format({"num_format": "hh:mm:ss"})
    share = book.add_format({"num_format": "0.00%"})
    length = book.add_format({"num_format": "[h]:mm:ss"})
    money = book.add_format({"num_format": "#,##0 [$₫-42A]"})
    border = book.add_format({"border": 1})
    sheet = book.add_worksheet("Giá trị")
    sheet.write_row("C3", ["Mã", "001099", "NA", "a\nb", " An  B ", "=1+1"])
    sheet.write_row("C4", [121, 45278.25, 0.1, 123456789012345, 1 / 3, -3])
    sheet.write_datetime("C5", MOMENT, date)
    sheet.write_datetime("D5", MOMENT.replace(hour=0, minute=0, second=0), date)
    sheet.write_datetime("E5", MOMENT + timedelta(milliseconds=500), date)
    sheet.write_number("F5", 29_565 / 86_400, clock)
    sheet.write_number("G5", 1.5, length)
    sheet.write_number("H5", 0.1234, share)
    sheet.write_number("I5", 1_250_000, money)
    for place, error in enumerate(("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NUM!", "#VALUE!")):
        formula = {"#N/A": "=NA()", "#DIV/0!": "=1/0", "#NUM!": "=10^1000", "#VALUE!": '="a"*1', "#NAME?": "=nope()"}
        sheet.write_formula(5, 2 + place, formula.get(error, "=#REF!"), None, error)
    sheet.write_formula("C7", "=C4*2", None, 242)
    sheet.write_formula("D7", '=""', None, "")
    sheet.write_boolean("E7", True)
    sheet.merge_range("C8:E9", "gộp")
    sheet.write("F8", "cạnh")
    for row in (9, 10):
        sheet.set_row(row, None, None, {"hidden": True})
    sheet.write("C10", "ẩn")
    sheet.write_blank(39_999, 30, None, border)
    sheet.write_comment("C3", "Lời ghi chú")
    for name, state in (("Ẩn", "hide"), ("Rất ẩn", "very_hidden")):
        hidden = book.add_worksheet(name)
        hidden.write("B2", name)
        getattr(hidden, state)()
    book.add_worksheet("Trống")
    moments = book.add_worksheet("Giờ")
    for row in range(72):
        moments.write_datetime(row, 0, MOMENT + timedelta(seconds=611 * row), date)
    book.close()
    return path


def convert(path: Path, kind: str, name: str) -> Path:
    """Have LibreOffice write a workbook as another kind of file into this folder."""
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(path.parent / "out"), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    suffix = kind.partition(":")[0]
    made = (path.parent / "out" / path.with_suffix(f".{suffix}").name).rename(FOLDER / f"{name}.{suffix}")
    if suffix == "html":
        made.with_suffix(".html.gz").write_bytes(gzip.compress(made.read_bytes(), mtime=0))
        made.unlink()
    return made


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        moved = layouts.workbook(root / "moved.xlsx", top=4, left=2, extras=True)
        for kind in ("xls", "ods", "html"):
            convert(moved, kind, "export")
        since_1904 = layouts.workbook(root / "since.xlsx", dates="1904")
        for kind in ("xls", "ods"):
            convert(since_1904, kind, "export1904")
        through_calc(root)
        for date_1904, name in ((False, "values"), (True, "values1904")):
            for kind in ("xls", "ods"):
                convert(values(root / f"{name}.xlsx", date_1904=date_1904), kind, name)


def through_calc(root: Path) -> None:
    """LibreOffice's own xlsx, made of a csv file whose cells LibreOffice took for texts, numbers and dates."""
    csv = root / "export.csv"
    csv.write_bytes(layouts.text_file(",", "utf-8"))
    profile = f"-env:UserInstallation=file://{root}/profile"
    options = "--infilter=CSV:44,34,76,1,1/2/" + "".join(f"{place}/4/" for place in range(6, 12)).rstrip("/")
    command = ["soffice", profile, "--headless", options, "--convert-to", "xlsx", "--outdir", str(FOLDER), str(csv)]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
