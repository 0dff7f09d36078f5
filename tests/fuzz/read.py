"""Coverage-guided fuzzing of the readers and of the date, code and heading parsers, with atheris (`pip install atheris`).

    python tests/fuzz/read.py CORPUS_FOLDER -max_total_time=600 -rss_limit_mb=4000 -timeout=10

The folder is filled with the small files of tests/data/layouts and of `hostile.py` when it is empty. A crash, a hang, any
exception but `InputError`, and a date that is not what its digits say in day-first order stop the run.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["reformcli"]):
    from reformcli.errors import InputError
    from reformcli.headings.dates import parse_date
    from reformcli.headings.headers import find_header, load_dictionary
    from reformcli.limits import Limits
    from reformcli.model import RawSheet, Source
    from reformcli.parse import parse_sheet
    from reformcli.read.html import read_html
    from reformcli.read.old_books import read_old_book
    from reformcli.read.payload import Payload
    from reformcli.read.readers import read_content
    from reformcli.read.sniff import HEAD, sniff
    from reformcli.read.text import read_text
    from reformcli.read.xlsx import read_workbook
    from reformcli.read.xml_books import read_xml_book

LIMITS = Limits(size=20, unpacked=50, ratio=200, cells=1, memory=2000)
READERS = (read_content, read_text, read_html, read_xml_book, read_workbook, read_old_book)
_DIGITS = re.compile(r"\s*(\d{1,2})[/\-._](\d{1,2})[/\-._](\d{4})\s*")


def one_input(data: bytes) -> None:
    """Read one file with the reader its first byte names, and everything below it."""
    if not data:
        return
    reader, body = READERS[data[0] % len(READERS)], data[1:]
    try:
        content = reader(Payload("f", Source("f", "", len(body)), sniff(body[:HEAD]), body, LIMITS))
    except InputError:
        return
    for sheet in content.sheets:
        below(sheet)


def below(sheet: RawSheet) -> None:
    """Headings, dates and codes of a sheet that could be read."""
    for column in sheet.cells.columns[:30]:
        for text in column.slice(0, 30).to_pylist():
            if text:
                check_date(text)
    header = find_header(sheet, load_dictionary(), {})
    if header:
        parse_sheet(sheet, header, number=0)


def check_date(text: str) -> None:
    """A date of digits is day, month, year or nothing."""
    value, is_fault = parse_date(text)
    digits = _DIGITS.fullmatch(text)
    if digits and value and not is_fault:
        assert (value.day, value.month, value.year) == tuple(map(int, digits.groups())), text


def fill(folder: Path) -> None:
    """Start from real files."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    root = Path(__file__).parents[1]
    sys.path.insert(0, str(root))
    import hostile

    small = [path for path in (root / "data").rglob("*.*") if path.is_file() and path.stat().st_size < 60_000]
    made = [
        make(folder / f"made-{name}")
        for name, make in hostile.READ.items()
        if name not in ("columns.xlsx", "long-cell.xlsx")
    ]
    for path in (*small, *made):
        data = path.read_bytes()
        if path in made:
            path.unlink()
        for number in range(len(READERS)) if len(data) < 20_000 else (0,):
            (folder / f"{path.name}-{number}").write_bytes(bytes([number]) + data)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
