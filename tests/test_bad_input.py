"""Whatever is wrong with an input or an option: the right exit code, three lines on stderr, nothing else anywhere."""

from __future__ import annotations

import io
import os
import random
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
import xlsxwriter

from reformcli.cli import main
from reformcli.i18n import LANGUAGES, text
from reformcli.rules import shipped
from support import command

USAGE, INPUT = 2, 3
HEADER = "Mã hồ sơ,Cơ quan giải quyết,Cấp thực hiện,Chủ hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Trạng thái hồ sơ"
ROW = "H99.06-231218-0001,Sở Tư pháp,Cấp Tỉnh,Nguyễn Văn Ví Dụ,18/12/2023 08:00,22/12/2023 17:00,20/12/2023 10:00,Đã xử lý xong"
GOOD = f"{HEADER}\n{ROW}\n"
COUNTS = "agency,level,component,numerator,denominator\n"
REGISTER = "agency,agency_id,level,parent,aliases,from,to,successor\n"
PROSE = "Kính gửi ông Nguyễn Văn Ví Dụ, số điện thoại 0900 000 000.\nXin báo cáo tình hình tuần qua, như sau.\n"


def without(heading: str) -> str:
    return GOOD.replace(heading, "Cột khác")


def scorecard(*changes: tuple[str, str]) -> str:
    """The shipped scorecard with texts replaced, each at its first place."""
    card = shipped("qd766").decode("utf-8")
    for old, new in changes:
        assert old in card, old
        card = card.replace(old, new, 1)
    return card


def workbook(path: Path, rows: list[list[str]]) -> bytes:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Hồ sơ")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return path.read_bytes()


def damaged(data: bytes, member: str) -> bytes:
    """A workbook in which bytes of one part were overwritten; the directory is whole."""
    spoiled = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo(member).header_offset + 30 + len(member) + 20
    spoiled[start : start + 40] = b"\xff" * 40
    return bytes(spoiled)


TEXTS: Mapping[str, str] = {
    "good.csv": GOOD,
    "headless.csv": f"{ROW}\n{ROW.replace('0001', '0002')}\n",
    "no-id.csv": without("Mã hồ sơ"),
    "no-receipt.csv": without("Ngày tiếp nhận"),
    "no-due.csv": without("Ngày hẹn trả"),
    "no-end.csv": without("Ngày kết thúc xử lý").replace("Trạng thái hồ sơ", "Cột nữa"),
    "ambiguous.csv": without("Ngày hẹn trả").replace("Cột khác", "Ngày trả"),
    "blank.csv": " \n\n",
    "prose.txt": PROSE,
    "prose.csv": PROSE,
    "quote.csv": GOOD + '"' + ROW + "\n" + ROW + "\n",
    "page.xls": "<html><table><tr><td>Mã hồ sơ</td></tr></table></html>",
    "dir/readme.md": "nothing to read here",
    "c-heading.csv": "agency,level,component,numerator\nSở Tư pháp,province,1.4,1\n",
    "c-letters.csv": f"{COUNTS}Sở Tư pháp,province,1.4,tám,9\n",
    "c-negative.csv": f"{COUNTS}Sở Tư pháp,province,1.4,-1,9\n",
    "c-fraction.csv": f"{COUNTS}Sở Tư pháp,province,1.4,1.5,9\n",
    "c-above.csv": f"{COUNTS}Sở Tư pháp,province,1.4,10,9\n",
    "c-level.csv": f"{COUNTS}Sở Tư pháp,galaxy,1.4,1,9\n",
    "c-agency.csv": f"{COUNTS},province,1.4,1,9\n",
    "c-twice.csv": f"{COUNTS}Sở Tư pháp,province,1.4,1,9\nSở Tư pháp,province,1.4,2,9\n",
    "c-complaints.csv": f"{COUNTS}Sở Tư pháp,province,5.4.complaints,1,9\n",
    "c-empty.csv": "",
    "r-heading.csv": "name,level\nSở Tư pháp,province\n",
    "r-empty.csv": REGISTER,
    "r-level.csv": f"{REGISTER}Sở Tư pháp,H99.06,galaxy,,,,,\n",
    "r-name.csv": f"{REGISTER},H99.06,province,,,,,\n",
    "r-id.csv": f"{REGISTER}Sở Tư pháp,H99.06,province,,,,,\nSở Xây dựng,H99.06,province,,,,,\n",
    "r-twice.csv": f"{REGISTER}Sở Tư pháp,,province,,,,,\nsở tư pháp,,province,,,,,\n",
    "r-date.csv": f"{REGISTER}Sở Tư pháp,H99.06,province,,,31/02/2024,,\n",
    "r-dates.csv": f"{REGISTER}Sở Tư pháp,H99.06,province,,,01/07/2025,30/06/2025,\n",
    "r-heir.csv": f"{REGISTER}Sở Tư pháp,H99.06,province,,,,30/06/2025,Sở Nào Đó\n",
    "r-undated.csv": f"{REGISTER}Sở A,H99.06,province,,,,,Sở B\nSở B,H99.07,province,,,,,\n",
    "r-circle.csv": f"{REGISTER}Sở A,H99.06,province,,,,30/06/2025,Sở B\nSở B,H99.07,province,,,,30/06/2025,Sở A\n",
    "m-three.csv": "heading,field\nNgày trả,due_at,x\n",
    "m-field.csv": "heading,field\nNgày trả,no_such_field\n",
    "a-heading.csv": "code,dossier_id\nRC101,\n",
    "a-unknown.csv": "rule,dossier_id\nRC999,\n",
    "s-words.toml": "this is no TOML",
    "s-source.toml": scorecard(('source = "Quyết định 766/QĐ-TTg ngày 23/6/2022 của Thủ tướng Chính phủ"\n', "")),
    "s-key.toml": scorecard(("rounding = 2", "rounding = 2\ncolour = 3")),
    "s-component-key.toml": scorecard(('id = "1.1"', 'id = "1.1"\nweight = 3')),
    "s-id.toml": scorecard(('id = "1.2"', 'id = "1.1"')),
    "s-predicate.toml": scorecard(('population = "is_received"', 'population = "is_handsome"')),
    "s-group.toml": scorecard(('group = "transparency"', 'group = "nowhere"')),
    "s-sum.toml": scorecard(("max = 100", "max = 99")),
    "s-rounding.toml": scorecard(("rounding = 2", "rounding = 2.5")),
    "s-since.toml": scorecard(("since = 2022-06-23", 'since = "2022-06-23"')),
    "s-future.toml": shipped("qd766").decode("utf-8").replace("since = 2022-06-23", "since = 2099-01-01"),
    "s-name.toml": scorecard(('title = { vi = "Bộ chỉ số 766 (Quyết định 766/QĐ-TTg)", ', "title = { ")),
    "s-nan.toml": scorecard(("max = 100", "max = nan")),
    "s-list-id.toml": scorecard(('id = "1.1"', 'id = ["1.1"]')),
    "s-list-predicate.toml": scorecard(('population = "is_received"', 'population = ["is_received"]')),
    "s-number.toml": shipped("qd766").decode("utf-8").split("[[group]]")[0]
    + "group=1\ncomponent=2\nstates=3\nbands=4\n",
    "s-line.toml": scorecard(("rounding = 2", 'rounding = 2\n"a\\nb" = 3')),
    "earlier.json": "an earlier result",
    "earlier.csv": "an earlier result",
    "earlier.parquet": "an earlier result",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "dir").mkdir()
    (folder / "empty").mkdir()
    for name in ("folder.json", "folder.csv", "folder.xlsx", "folder.parquet", "folder.toml"):
        (folder / name).mkdir()
    for name, written in TEXTS.items():
        (folder / name).write_text(written, encoding="utf-8")
    rows = [line.split(",") for line in GOOD.splitlines()]
    whole = workbook(folder / "good.xlsx", rows)
    agencies = workbook(
        folder / "register.xlsx", [["agency", "level"], *([f"Sở số {n}", "province"] for n in range(99))]
    )
    for name, data in {
        "zero.csv": b"",
        "zero.xlsx": b"",
        "truncated.xlsx": whole[: len(whole) // 2],
        "damaged.xlsx": damaged(whole, "xl/worksheets/sheet1.xml"),
        "picture.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "random.csv": random.Random(766).randbytes(4000),
        "random.xlsx": b"PK\x03\x04" + random.Random(766).randbytes(4000),
        "latin.csv": GOOD.encode("utf-16-le")[:-1],
        "foreign.parquet": b"PAR1" + bytes(40) + b"PAR1",
        "r-damaged.xlsx": damaged(agencies, "xl/worksheets/sheet1.xml"),
        "r-truncated.xlsx": agencies[: len(agencies) // 2],
        "s-bytes.toml": b"\xff\xfe\x00",
    }.items():
        (folder / name).write_bytes(data)
    workbook(folder / "no-cells.xlsx", [])
    return folder


@pytest.fixture(autouse=True)
def _alone(monkeypatch, files):
    monkeypatch.chdir(files)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(files / "no-settings"))


@dataclass(frozen=True)
class Case:
    """A command line that must fail: its code, and what the line `where` must name."""

    code: int
    arguments: tuple[str, ...]
    where: str = ""


def case(code: int, line: str, where: str = "") -> Case:
    return Case(code, tuple(part.replace("␣", " ").replace("␤", "\n") for part in line.split(" ")), where)


CASES: Mapping[str, Case] = {
    # exports
    "no header": case(INPUT, "score headless.csv", "headless.csv"),
    "no dossier id": case(INPUT, "score no-id.csv", "no-id.csv"),
    "no receipt": case(INPUT, "score no-receipt.csv", "no-receipt.csv"),
    "no due date": case(INPUT, "score no-due.csv", "no-due.csv"),
    "neither end nor status": case(INPUT, "score no-end.csv", "no-end.csv"),
    "ambiguous Ngày trả": case(INPUT, "score ambiguous.csv", "ambiguous.csv"),
    "ambiguous Ngày trả in metrics": case(INPUT, "metrics ambiguous.csv", "F1"),
    "ambiguous Ngày trả in validate": case(INPUT, "validate ambiguous.csv", "F1"),
    "ambiguous Ngày trả in load": case(INPUT, "load ambiguous.csv -o out.parquet", "F1"),
    "zero bytes": case(INPUT, "score zero.csv", "zero.csv"),
    "zero bytes called xlsx": case(INPUT, "validate zero.xlsx", "zero.xlsx"),
    "blanks": case(INPUT, "score blank.csv", "blank.csv"),
    "truncated workbook": case(INPUT, "score truncated.xlsx", "truncated.xlsx"),
    "damaged workbook": case(INPUT, "score damaged.xlsx", "damaged.xlsx"),
    "workbook without cells": case(INPUT, "columns no-cells.xlsx", "no-cells.xlsx"),
    "picture called xlsx": case(INPUT, "score picture.xlsx", "picture.xlsx"),
    "picture called csv": case(INPUT, "columns picture.csv", "picture.csv"),
    "random bytes called csv": case(INPUT, "agencies random.csv", "random.csv"),
    "random bytes called xlsx": case(INPUT, "metrics random.xlsx", "random.xlsx"),
    "half a character": case(INPUT, "score latin.csv", "latin.csv"),
    "prose": case(INPUT, "score prose.txt", "prose.txt"),
    "prose called csv": case(INPUT, "columns prose.csv", "prose.csv"),
    "open quotation mark": case(INPUT, "score quote.csv", "quote.csv"),
    "web page called xls": case(INPUT, "score page.xls", "page.xls"),
    "a foreign parquet": case(INPUT, "score foreign.parquet", "foreign.parquet"),
    "folder without exports": case(INPUT, "score dir", "dir"),
    "empty folder": case(INPUT, "validate empty", "empty"),
    "a bad file after a good one": case(INPUT, "score good.csv prose.txt", "prose.txt"),
    "a bad file before a good one": case(INPUT, "score prose.txt good.csv", "prose.txt"),
    "missing file": case(USAGE, "score missing.csv", "missing.csv"),
    "missing file after a good one": case(USAGE, "score good.csv missing.csv", "missing.csv"),
    "missing file after a bad one": case(USAGE, "score prose.txt missing.csv", "missing.csv"),
    "glob without match": case(USAGE, "score none*.xlsx", "none*.xlsx"),
    "no export": case(USAGE, "score"),
    "no export to validate": case(USAGE, "validate"),
    "no export to load": case(USAGE, "load -o out.parquet"),
    # counts, registers, maps, accepted findings
    **{
        f"counts: {name}": case(INPUT, f"score good.csv --counts c-{name}.csv", f"c-{name}.csv")
        for name in (
            "heading",
            "letters",
            "negative",
            "fraction",
            "above",
            "level",
            "agency",
            "twice",
            "complaints",
            "empty",
        )
    },
    "counts: prose": case(INPUT, "score --counts prose.txt", "prose.txt"),
    "counts: missing": case(USAGE, "score good.csv --counts missing.csv", "missing.csv"),
    **{
        f"register: {name}": case(INPUT, f"score good.csv --agencies r-{name}.csv", f"r-{name}.csv")
        for name in ("heading", "empty", "level", "name", "id", "twice", "date", "dates", "heir", "undated", "circle")
    },
    "register: truncated workbook": case(INPUT, "score good.csv --agencies r-truncated.xlsx", "r-truncated.xlsx"),
    "register: damaged workbook": case(INPUT, "score good.csv --agencies r-damaged.xlsx", "r-damaged.xlsx"),
    "register: a folder": case(INPUT, "score good.csv --agencies dir", "dir"),
    "register: missing": case(USAGE, "score good.csv --agencies missing.csv", "missing.csv"),
    "map: three columns": case(INPUT, "score good.csv --columns m-three.csv", "m-three.csv"),
    "map: no such field in a file": case(USAGE, "score good.csv --columns m-field.csv", "m-field.csv"),
    "map: no such field": case(USAGE, "score good.csv --columns Cột=no_such_field", "--columns"),
    "map: no sign": case(USAGE, "score good.csv --columns due_at", "--columns"),
    "map: missing": case(USAGE, "score good.csv --columns missing.csv", "missing.csv"),
    "accepted: no such column": case(INPUT, "score good.csv --accept a-heading.csv", "a-heading.csv"),
    "accepted: no such finding": case(INPUT, "score good.csv --accept a-unknown.csv", "a-unknown.csv"),
    "accepted: a folder": case(INPUT, "score good.csv --accept dir", "dir"),
    "accepted: missing": case(USAGE, "score good.csv --accept missing.csv", "missing.csv"),
    # scorecards
    **{
        f"scorecard: {name}": case(INPUT, f"score good.csv --scorecard s-{name}.toml", f"s-{name}.toml")
        for name in (
            *(
                "words",
                "source",
                "key",
                "component-key",
                "id",
                "predicate",
                "group",
                "sum",
                "rounding",
                "since",
                "future",
            ),
            *("name", "nan", "list-id", "list-predicate", "number", "line", "bytes"),
        )
    },
    "scorecard: check of a bad one": case(INPUT, "rules check s-key.toml", "s-key.toml"),
    "scorecard: not a scorecard": case(INPUT, "rules show headers", "headers"),
    "scorecard: unknown": case(USAGE, "score good.csv --scorecard qd767", "qd767"),
    "scorecard: missing": case(USAGE, "score good.csv --scorecard missing.toml", "missing.toml"),
    "scorecard: show an unknown one": case(USAGE, "rules show qd767", "qd767"),
    "scorecard: check a missing one": case(USAGE, "rules check missing.toml", "missing.toml"),
    "scorecard: export an unknown one": case(USAGE, "rules export qd767", "qd767"),
    "scorecard: export one of the user's own": case(USAGE, "rules export s-key.toml", "s-key.toml"),
    "scorecard: a wrong day": case(USAGE, "rules show --on yesterday", "--on"),
    # output
    "output: no folder": case(INPUT, "score good.csv -o missing/out.json", "missing/out.json"),
    "output: a folder": case(INPUT, "score good.csv -o folder.json", "folder.json"),
    "output: a folder called xlsx": case(INPUT, "metrics good.csv -o folder.xlsx", "folder.xlsx"),
    "output: no folder for the register": case(INPUT, "agencies good.csv -o missing/out.csv", "missing/out.csv"),
    "output: no folder for parquet": case(INPUT, "load good.csv -o missing/out.parquet", "missing/out.parquet"),
    "output: a folder called parquet": case(INPUT, "load good.csv -o folder.parquet", "folder.parquet"),
    "output: no folder for rules": case(INPUT, "rules export qd766 -o missing/out.toml", "missing/out.toml"),
    "output: no folder for the quarantine": case(
        INPUT, "validate good.csv --quarantine missing/a.csv", "missing/a.csv"
    ),
    "output: no folder for the quarantine beside -o": case(
        INPUT, "validate good.csv -o earlier.json --quarantine missing/a.csv", "missing/a.csv"
    ),
    "output: no folder for the map": case(INPUT, "columns good.csv --write-map missing/a.csv", "missing/a.csv"),
    "output: an input that fails leaves the earlier file": case(INPUT, "score prose.txt -o earlier.json", "prose.txt"),
    "output: the same for csv": case(INPUT, "validate truncated.xlsx -o earlier.csv", "truncated.xlsx"),
    "output: the same for parquet": case(INPUT, "load prose.txt -o earlier.parquet", "prose.txt"),
    "output: an option that fails leaves it": case(USAGE, "score good.csv --agency Không -o earlier.json", "--agency"),
    # options
    "output: unknown extension": case(USAGE, "score good.csv -o out.docx", "out.docx"),
    "output: no extension": case(USAGE, "score good.csv -o out", "out"),
    "output: unknown extension of the quarantine": case(USAGE, "validate good.csv --quarantine a.json", "a.json"),
    "output: unknown extension of load": case(USAGE, "load good.csv -o out.csv", "out.csv"),
    "output: load without -o": case(USAGE, "load good.csv", "-o"),
    "date: words": case(USAGE, "score good.csv --from yesterday", "--from"),
    "date: 31 February": case(USAGE, "score good.csv --to 31/02/2023", "--to"),
    "date: month 13": case(USAGE, "score good.csv --to 01/13/2023", "--to"),
    "date: an hour 25": case(USAGE, "score good.csv --to 01/12/2023␣25:00", "--to"),
    "date: two lines": case(USAGE, "score good.csv --to 01/12␤2023", "--to"),
    "date: the end before the start": case(USAGE, "score good.csv --from 24/12/2023 --to 18/12/2023", "--from"),
    "period: words": case(USAGE, "score good.csv --period lastweek", "--period"),
    "period: week 54": case(USAGE, "score good.csv --period 2023-W54", "--period"),
    "period: month 13": case(USAGE, "metrics good.csv --period 2023-13", "--period"),
    "period: beside --from": case(USAGE, "score good.csv --period 2023 --from 01/12/2023", "--period"),
    "period: beside --to": case(USAGE, "validate good.csv --period 2023 --to 01/12/2023", "--period"),
    "unknown option": case(USAGE, "score good.csv --colour red", "score"),
    "unknown short option": case(USAGE, "score good.csv -z", "score"),
    "unknown command": case(USAGE, "scor good.csv", "reformcli"),
    "unknown command of rules": case(USAGE, "rules shw", "rules"),
    "an option without its value": case(USAGE, "score good.csv --from"),
    "a missing argument": case(USAGE, "rules check", "rules check"),
    "not a number": case(USAGE, "sample out.csv --rows many", "sample"),
    "no rows": case(USAGE, "sample out.csv --rows 0"),
    "a sample of another kind": case(USAGE, "sample out.docx --rows 9"),
    "unknown format": case(USAGE, "score good.csv --format pdf", "--format"),
    "unknown format in rules": case(USAGE, "rules show --format pdf", "--format"),
    "unknown --fail-on": case(USAGE, "validate good.csv --fail-on info", "--fail-on"),
    "unknown --fail-on in load": case(USAGE, "load good.csv -o out.parquet --fail-on info", "--fail-on"),
    "unknown --by": case(USAGE, "score good.csv --by colour", "--by"),
    "unknown --by in metrics": case(USAGE, "metrics good.csv --by colour", "--by"),
    "--by without its column": case(USAGE, "metrics good.csv --by rating", "--by"),
    "unknown --level": case(USAGE, "score good.csv --level galaxy", "--level"),
    "unknown --level in metrics": case(USAGE, "metrics good.csv --level galaxy", "--level"),
    "unknown --table": case(USAGE, "score good.csv --table bands", "--table"),
    "unknown --agency": case(USAGE, "score good.csv --agency Sở␣Nào␣Đó", "--agency"),
    "unknown --agency in metrics": case(USAGE, "metrics good.csv --agency Sở␣Nào␣Đó", "--agency"),
    "a draft of a register with a missing register": case(
        USAGE, "agencies good.csv --agencies missing.csv", "reformcli agencies"
    ),
}


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time: writing it again, even with the same contents, changes that."""
    files = {path: path.stat() for path in folder.rglob("*")}
    return {
        str(path.relative_to(folder)): (state.st_size, state.st_mtime_ns) if path.is_file() else (0, 0)
        for path, state in files.items()
    }


def assert_three_lines(err: str, language: str, where: str = "") -> None:
    """What, where, what to do; each in one line, in the language of the user."""
    lines = err.split("\n")
    assert lines.pop() == "", err
    assert len(lines) == 3, err
    for line, word in zip(lines, ("problem", "where", "fix"), strict=True):
        label, _, rest = line.partition(": ")
        assert label == text(f"word.{word}", language), err
        assert rest.strip(), err
    assert where in lines[1], err
    assert "Traceback" not in err
    assert "Ví Dụ" not in err
    assert "0900" not in err


@pytest.mark.parametrize(("name", "language"), list(zip(CASES, cycle(LANGUAGES), strict=False)))
def test_a_failure_is_one_code_three_lines_and_nothing_else(name, language, files, capsys):
    """Every other case in English: test_i18n.py tells that each text exists in both."""
    wanted = CASES[name]
    before = snapshot(files)

    code = main([*wanted.arguments, "--lang", language])

    out, err = capsys.readouterr()
    after = snapshot(files)
    if after != before:  # so that one failure is not that of all the others
        for left in set(after) - set(before):
            shutil.rmtree(files / left) if (files / left).is_dir() else (files / left).unlink()
        for name_, written in TEXTS.items():
            (files / name_).write_text(written, encoding="utf-8")
    assert code == wanted.code, err
    assert out == ""
    assert_three_lines(err, language, wanted.where)
    assert after == before, "a file was written or changed"


def test_an_option_without_its_value_at_the_end_of_the_line(capsys):
    assert main(["score", "good.csv", "--lang", "en", "--from"]) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert_three_lines(err, "en")
    assert "--from" in err


@pytest.mark.parametrize(
    "line",
    [
        "score good.csv",
        "metrics good.csv",
        "validate good.csv",
        "columns good.csv",
        "agencies good.csv",
        "rules show",
        "rules check s-key.toml",
        "rules export",
        "load good.csv -o out.parquet",
        "sample out.csv --rows 9",
    ],
)
def test_an_unknown_language_is_refused_before_anything_is_done(line, files, capsys):
    before = snapshot(files)
    assert main([*line.split(" "), "--lang", "fr"]) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert_three_lines(err, "vi", "--lang")
    assert snapshot(files) == before


@pytest.mark.parametrize("line", ["scor good.csv", "sample out.csv --rows many", "rules check", "score good.csv -z"])
def test_wrong_use_is_explained_in_vietnamese_words(line, capsys):
    main(line.split(" "))
    err = capsys.readouterr().err
    for english in ("No such", "Did you mean", "Invalid value", "Input should", "Missing", "valid integer"):
        assert english not in err, err


def test_the_number_that_is_no_number_is_named_with_its_option(capsys):
    main(["sample", "out.csv", "--rows", "many"])
    assert "--rows" in capsys.readouterr().err


def test_the_ambiguous_heading_is_named_with_its_cell_and_both_meanings(capsys):
    main(["score", "ambiguous.csv"])
    what, where, fix = capsys.readouterr().err.splitlines()
    assert "Ngày trả" in what
    assert "returned_at" in what
    assert "due_at" in what
    assert "ambiguous.csv, F1" in where  # the sixth column, the first row
    assert "--columns" in fix


def test_the_ambiguous_heading_is_read_once_the_user_says_what_it_means(capsys):
    assert main(["score", "ambiguous.csv", "--columns", "Ngày trả=due_at", "-q"]) == 0


def test_the_missing_column_is_named(capsys):
    main(["score", "no-due.csv", "--lang", "en"])
    what, where, fix = capsys.readouterr().err.splitlines()
    assert "due_at" in what
    assert "no-due.csv" in where
    assert "Cột khác" in fix  # the heading that nothing recognised


def test_a_map_for_a_heading_that_no_file_has_is_not_passed_over(capsys):
    """Most likely mistyped: the user believes that it works."""
    main(["score", "good.csv", "--columns", "Ngày chả=due_at"])
    assert "Ngày chả" in capsys.readouterr().err


def test_a_file_name_that_is_no_unicode_is_no_defect(files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"t\xff.csv")
    try:
        Path(name).write_text(GOOD, encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    for form in ("json", "csv", "md", "table"):
        assert main(["columns", name, "--format", form]) == 0, capsys.readouterr().err
    assert main(["score", name, "-o", "out.json"]) == 0


def test_an_output_cannot_replace_its_own_input(files, tmp_path, monkeypatch, capsys):
    """`validate week.csv -o week.csv` would destroy the only export."""
    monkeypatch.chdir(tmp_path)
    for line in (
        "validate week.csv -o week.csv",
        "validate week.csv --quarantine week.csv",
        "columns week.csv --write-map week.csv",
    ):
        Path("week.csv").write_text(GOOD, encoding="utf-8")
        assert main(line.split(" ")) in (USAGE, INPUT), line
        assert Path("week.csv").read_text(encoding="utf-8") == GOOD


def test_the_same_dimension_twice_is_no_defect(capsys):
    assert main(["metrics", "good.csv", "--by", "agency", "--by", "agency"]) in (0, USAGE)


@pytest.mark.parametrize(
    ("line", "code", "language"),
    [("score missing.csv", USAGE, "vi"), ("score truncated.xlsx --lang en", INPUT, "en"), ("scor x", USAGE, "vi")],
)
def test_a_real_process_fails_the_same_way(line, code, language, files):
    done = command(*line.split(" "), cwd=files)

    assert done.returncode == code
    assert done.stdout == b""
    assert_three_lines(done.stderr.decode(), language)


def test_a_real_process_that_cannot_write_leaves_no_temporary_file(files):
    before = snapshot(files)
    done = command("score", "good.csv", "-o", "folder.json", cwd=files)

    assert done.returncode == INPUT
    assert done.stdout == b""
    assert_three_lines(done.stderr.decode(), "vi", "folder.json")
    assert snapshot(files) == before
