"""Personal data of an export never reach a report, a log, a message or a file, but for quarantine when asked.

Every cell that may hold a person has a syllable of its own (no word of any text has it), so a leak names its column.
Persons, telephones and numbers are invented.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from reformcli.cli import main
from reformcli.text import fold
from support import command, write_csv

# where it stands → what must never be seen: a syllable, or the digits of a number
PERSONAL = {
    "Chủ hồ sơ": ("Nguyễn Xoài Ví Dụ", "Xoài"),
    "Số điện thoại": ("0900 000 101", "0900000101"),
    "Cán bộ xử lý hiện tại": ("Quýnh Ví Dụ", "Quýnh"),
    "Địa chỉ": ("Số 7 ngõ Khuyếch", "Khuyếch"),
    "CCCD": ("001099000102", "001099000102"),
    "Người nộp": ("Trần Choang Ví Dụ", "Choang"),
    "Ghi chú": ("Gọi bà Nhoẻn Ví Dụ, 0900000103", "Nhoẻn"),
    "Nội dung hồ sơ": ("Lê Khuạng Ví Dụ - Cấp giấy phép", "Khuạng"),
    "Email": ("xuyen.toe@vidu.example", "xuyen.toe"),
    "Thông tin thêm": ("Ông Nguếch Ví Dụ", "Nguếch"),  # a heading that nothing recognises
}
MISPLACED = {
    "a telephone in the date of receipt": ("0900 000 104", "0900000104"),
    "a name in the date of receipt": ("Bà Duềnh Ví Dụ", "Duềnh"),
    "a name in the end": ("Ông Toạng Ví Dụ", "Toạng"),
    "a name in the due date": ("Bà Loạc Ví Dụ", "Loạc"),
    "a telephone in the due date": ("0900.000.105", "0900000105"),
    "a name in the channel": ("Huỵch Ví Dụ", "Huỵch"),
    "a telephone in the channel": ("0900 000 106", "0900000106"),
    "a name in the status of an open dossier": ("Ngoẵng Ví Dụ", "Ngoẵng"),
    "a name in the status of an ended dossier": ("Ông Quềnh Ví Dụ", "Quềnh"),
    "a telephone in the status": ("0900 000 107", "0900000107"),
    "a name in a flag": ("Bà Thuỗn Ví Dụ", "Thuỗn"),
    "a name in the fee": ("Ông Chuệch Ví Dụ", "Chuệch"),
    "a name in the service level": ("Bà Xoạc Ví Dụ", "Xoạc"),
    "a name in the rating": ("Ông Nhoét Ví Dụ", "Nhoét"),
}
COLUMNS = [
    *("STT", "Số hồ sơ", "Tên thủ tục hành chính", "Tên lĩnh vực", "Phòng ban", "Ngày tiếp nhận", "Ngày hẹn trả"),
    *("Ngày kết thúc xử lý", "Cơ quan/đơn vị", "Trạng thái hồ sơ", "Hình thức tiếp nhận", "Số hóa hồ sơ", "Lệ phí"),
    *("Mức độ", "Mức độ hài lòng", *PERSONAL),
]
PLAIN = {
    "Tên thủ tục hành chính": "Cấp Phiếu lý lịch tư pháp",
    "Tên lĩnh vực": "Lý lịch tư pháp",
    "Phòng ban": "Bộ phận Một cửa",
    "Ngày tiếp nhận": "18/12/2023 08:00:00",
    "Ngày hẹn trả": "22/12/2023 17:00:00",
    "Ngày kết thúc xử lý": "20/12/2023 10:00:00",
    "Cơ quan/đơn vị": "Sở Tư pháp",
    "Trạng thái hồ sơ": "Đã xử lý xong",
    "Hình thức tiếp nhận": "Trực tuyến",
    "Số hóa hồ sơ": "1",
    "Lệ phí": "100000",
    "Mức độ": "Toàn trình",
    "Mức độ hài lòng": "Hài lòng",
    **{heading: written for heading, (written, _) in PERSONAL.items()},
}
CHANGES: list[dict[str, str]] = [
    {},
    {"Số hồ sơ": ""},  # an error without any misplaced value
    {"Ngày kết thúc xử lý": "17/12/2023 10:00:00"},
    {"Ngày tiếp nhận": MISPLACED["a telephone in the date of receipt"][0]},
    {"Ngày tiếp nhận": MISPLACED["a name in the date of receipt"][0]},
    {"Ngày kết thúc xử lý": MISPLACED["a name in the end"][0]},
    {"Ngày hẹn trả": MISPLACED["a name in the due date"][0]},
    {"Ngày hẹn trả": MISPLACED["a telephone in the due date"][0]},
    {"Hình thức tiếp nhận": MISPLACED["a name in the channel"][0]},
    {"Hình thức tiếp nhận": MISPLACED["a telephone in the channel"][0]},
    {"Trạng thái hồ sơ": MISPLACED["a name in the status of an open dossier"][0], "Ngày kết thúc xử lý": ""},
    {"Trạng thái hồ sơ": MISPLACED["a name in the status of an ended dossier"][0]},
    {"Trạng thái hồ sơ": MISPLACED["a telephone in the status"][0], "Ngày kết thúc xử lý": ""},
    {"Số hóa hồ sơ": MISPLACED["a name in a flag"][0]},
    {"Lệ phí": MISPLACED["a name in the fee"][0]},
    {"Mức độ": MISPLACED["a name in the service level"][0]},
    {"Mức độ hài lòng": MISPLACED["a name in the rating"][0]},
]
# The errors among them: no id, ended before received, two receipts, one end, two open with an unknown status.
ERRORS = 7

# The other layout: a column that holds a unit or an officer, and one of codes or of identity numbers.
OFFICERS = {
    "an officer": ("Phan Khuỵu Ví Dụ", "Khuỵu"),
    "an officer called Phong": ("Đỗ Toèn Phong", "Toèn"),
    "an officer called Ban": ("Mai Khoèo Ban", "Khoèo"),
    "a unit and its officer": ("Phòng Tư pháp - Cao Ngoéo Ví Dụ", "Ngoéo"),
    "a unit and its officer in brackets": ("Sở Tư pháp (Bùi Khoằm Ví Dụ)", "Khoằm"),
}
OTHER_PERSONAL = {
    "Mã định danh": ("001099000108", "001099000108"),
    "Đơn vị/ cá nhân giải quyết quá hạn": ("Hồ Ngoằn Ví Dụ", "Ngoằn"),
    "Nguyên nhân quá hạn": ("Do ông Quẹo Ví Dụ nghỉ ốm, 0900000109", "Quẹo"),
    "Phiếu xin lỗi": ("Đã gửi bà Ngoạm Ví Dụ", "Ngoạm"),
    "Người tiếp nhận": ("Chu Nguẩy Ví Dụ", "Nguẩy"),
    "Thông tin người nhận kết quả qua BCCI": ("Vi Thoắt Ví Dụ, 0900000110", "Thoắt"),
    "Lý do xin rút/ trả lại": ("Bà Ngoảnh Ví Dụ xin rút", "Ngoảnh"),
}

SECRETS = {where: secret for where, (_, secret) in {**PERSONAL, **MISPLACED, **OFFICERS, **OTHER_PERSONAL}.items()}
SECRETS |= {"a telephone in Ghi chú": "0900000103", "a telephone in the cause": "0900000109"}
SECRETS |= {"a telephone at the post": "0900000110"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


@pytest.fixture
def igate(tmp_path) -> Path:
    rows = [{**PLAIN, "STT": str(n), "Số hồ sơ": f"H99.06-231218-{n:04d}", **new} for n, new in enumerate(CHANGES, 1)]
    return write_csv(tmp_path / "igate.csv", rows, COLUMNS)


@pytest.fixture
def officers(tmp_path) -> Path:
    """Ended dossiers, each once with a good end and once with an end before its receipt (an error)."""
    plain = {
        "Mã hồ sơ": "",
        "Đơn vị/ cá nhân giải quyết": "Sở Tư pháp",
        "Ngày tiếp nhận": "18/12/2023 08:00:00",
        "Ngày hẹn trả": "22/12/2023 17:00:00",
        "Ngày có kết quả": "20/12/2023 10:00:00",
        "Trạng thái": "Đã xử lý xong",
        **{heading: written for heading, (written, _) in OTHER_PERSONAL.items()},
    }
    rows = []
    for number, (written, _) in enumerate(OFFICERS.values(), 1):
        for place, end in enumerate(("20/12/2023 10:00:00", "17/12/2023 10:00:00")):
            code = f"{2 * number + place:06d}"
            rows.append({**plain, "Mã hồ sơ": code, "Đơn vị/ cá nhân giải quyết": written, "Ngày có kết quả": end})
    return write_csv(tmp_path / "officers.csv", rows)


def workbook(source: Path) -> Path:
    import csv

    import xlsxwriter

    path = source.with_suffix(".xlsx")
    with source.open(encoding="utf-8", newline="") as stream, xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Hồ sơ")
        for number, row in enumerate(csv.reader(stream)):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
    return path


def texts_of(path: Path) -> list[str]:
    """All that a written file holds, unpacked."""
    data = path.read_bytes()
    parts = [data]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    texts = [part.decode("utf-8", "replace") for part in parts]
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        texts += [str(table.to_pylist()), str(table.schema.metadata)]
    return texts


def leaks(text: str) -> list[str]:
    """The places whose secret a text tells, with or without accents, digits with or without signs between them."""
    plain = unicodedata.normalize("NFC", text).casefold()
    bare = set(re.findall(r"[^\W_]+", fold(text)))
    digits = re.sub(r"(?<=\d)[ .\-](?=\d)", "", plain)
    return [
        where
        for where, secret in SECRETS.items()
        if secret.casefold() in plain or fold(secret) in bare or (secret.isdigit() and secret in digits)
    ]


def assert_nothing_leaks(capsys, *arguments: object, codes: tuple[int, ...] = (0, 1)) -> tuple[str, str]:
    capsys.readouterr()
    known = set(Path.cwd().iterdir())
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert code in codes, (code, err)
    found = {"stdout": leaks(out), "stderr": leaks(err)}
    for path in set(Path.cwd().iterdir()) - known:
        found[path.name] = sorted({where for text in texts_of(path) for where in leaks(text)})
        path.unlink()
    told = {place: places for place, places in found.items() if places}
    assert not told, f"{arguments}: {told}"
    return out, err


COMMANDS = {
    "score": ("score",),
    "score by components": ("score", "--table", "components"),
    "score by groups": ("score", "--table", "groups"),
    "metrics": ("metrics",),
    "metrics by all": ("metrics", "--by", "agency", "--by", "department", "--by", "procedure", "--by", "status"),
    "metrics by channel": ("metrics", "--by", "channel", "--by", "service_level", "--by", "rating"),
    "validate": ("validate",),
    "columns": ("columns",),
    "agencies": ("agencies",),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_tells_persons_of_an_igate_export_in_any_format(name, igate, capsys):
    arguments = [*COMMANDS[name], igate]
    if name not in ("columns", "agencies"):
        arguments.append("-v")
    for form in ("table", "json", "csv"):
        assert_nothing_leaks(capsys, *arguments, "--format", form)
    for ending in ("md", "xlsx") if name in ("score", "validate", "columns") else ():
        assert_nothing_leaks(capsys, *arguments, "-o", f"out.{ending}")


@pytest.mark.parametrize("name", ["score", "metrics", "validate", "columns", "agencies"])
def test_no_command_tells_the_officers_named_where_a_unit_should_be(name, officers, capsys):
    for form in ("table", "json", "csv"):
        assert_nothing_leaks(capsys, *COMMANDS[name], officers, "--format", form)


@pytest.mark.parametrize("layout", ["igate", "officers"])
def test_no_command_tells_persons_of_a_workbook(layout, request, capsys):
    path = workbook(request.getfixturevalue(layout))
    assert_nothing_leaks(capsys, "score", path)
    assert_nothing_leaks(capsys, "validate", path, "--format", "json")
    assert_nothing_leaks(capsys, "validate", path, "-o", "out.xlsx", "--quarantine", "aside.xlsx")
    assert_nothing_leaks(capsys, "columns", path, "--format", "json")


@pytest.mark.parametrize("layout", ["igate", "officers"])
def test_the_normalised_file_holds_no_person(layout, request, capsys):
    source = request.getfixturevalue(layout)
    assert_nothing_leaks(capsys, "load", source, "-o", "all.parquet")

    assert main(["load", str(source), "-o", "all.parquet"]) == 0

    for form in ("table", "json", "csv"):
        assert_nothing_leaks(capsys, "validate", "all.parquet", "--format", form)
    assert_nothing_leaks(capsys, "score", "all.parquet", "-o", "out.xlsx")
    assert_nothing_leaks(capsys, "validate", "all.parquet", "--quarantine", "aside.csv")


@pytest.mark.parametrize("layout", ["igate", "officers"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_quarantine_holds_no_person_unless_asked(layout, ending, request, capsys):
    assert_nothing_leaks(capsys, "validate", request.getfixturevalue(layout), "--quarantine", f"aside.{ending}")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_quarantine_keeps_persons_when_asked_and_nothing_else_does(ending, igate, capsys):
    path = Path(f"aside.{ending}")

    code = main(["validate", str(igate), "--keep-personal", "--quarantine", str(path), "-o", "found.json"])

    out, err = capsys.readouterr()
    assert code == 1
    told = {where for text in texts_of(path) for where in leaks(text)}
    assert set(PERSONAL) <= told
    assert leaks(out) == leaks(err) == leaks(Path("found.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("command_name", ["score", "metrics"])
def test_reports_hold_no_person_even_where_personal_data_may_be_kept(command_name, igate, capsys):
    for form in ("table", "json"):
        assert_nothing_leaks(capsys, command_name, igate, "--keep-personal", "--format", form)


def test_the_export_has_the_errors_that_these_tests_rely_on(igate, capsys):
    main(["validate", str(igate), "--format", "json"])
    document = json.loads(capsys.readouterr().out)

    assert document["rows"]["read"] == len(CHANGES)
    assert document["rows"]["rejected"] == ERRORS
    rules = {finding["rule"] for finding in document["findings"]}
    assert {"RC101", "RC103", "RC105", "RC106", "RC107", "RC203", "RC205", "RC212", "RC213", "RC214"} <= rules


def test_a_register_and_a_map_of_columns_drafted_from_an_export_name_no_person(igate, officers, capsys):
    for path in (igate, officers):
        assert_nothing_leaks(capsys, "agencies", path, "-o", "register.csv")
        assert_nothing_leaks(capsys, "columns", path, "--write-map", "map.csv")
    assert_nothing_leaks(capsys, "rules", "show", "findings")


@pytest.mark.parametrize(
    "change",
    [
        {"Ngày hẹn trả": None},  # a required column is missing: the message lists headings
        {"Ngày hẹn trả": "Ngày trả"},  # an ambiguous one
        {"Số hồ sơ": None},
    ],
)
def test_an_export_that_is_refused_is_refused_without_its_contents(change, igate, tmp_path, capsys):
    lines = igate.read_text(encoding="utf-8").splitlines(keepends=True)
    for old, new in change.items():
        lines[0] = lines[0].replace(old, new or "Cột khác")
    path = tmp_path / "refused.csv"
    path.write_text("".join(lines), encoding="utf-8")

    for language in ("vi", "en"):
        assert_nothing_leaks(capsys, "score", path, "--lang", language, codes=(3,))


def test_an_export_without_its_headings_is_refused_without_its_contents(igate, tmp_path, capsys):
    path = tmp_path / "headless.csv"
    path.write_text("".join(igate.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    for name in ("score", "columns", "validate", "agencies"):
        assert_nothing_leaks(capsys, name, path, codes=(3,))


def test_the_real_process_with_all_its_warnings_tells_no_person(igate):
    done = command("validate", igate, "-v", "--format", "json", env={"PYTHONWARNINGS": "always"})

    assert done.returncode == 1
    assert leaks(done.stdout.decode()) == []
    assert leaks(done.stderr.decode()) == []


IDS = ("0900.000.111", "Nguyễn Phoẹt Ví Dụ 0900000112", "phoet.toe@vidu.example", "001099000113", "NGUYEN-PHOET-01")
ID_SECRETS = ("0900.000.111", "0900000112", "phoẹt", "phoet", "001099000113")


@pytest.mark.parametrize("layout", ["csv", "xlsx"])
def test_a_person_typed_into_the_column_of_ids_is_told_nowhere(layout, tmp_path, capsys):
    """In a finding, the copy of the rows or the quarantine; each row has a warning and an error."""
    rows = [PLAIN | {"Số hồ sơ": text, "Ngày hẹn trả": "", "Ngày kết thúc xử lý": "31/11/2023"} for text in IDS]
    path = write_csv(tmp_path / "ids.csv", [PLAIN | {"Số hồ sơ": "H99.06-231218-0001"}, *rows], COLUMNS)
    path = path if layout == "csv" else workbook(path)
    told = []
    for form in ("table", "json", "csv"):
        assert main(["validate", str(path), "--format", form]) == 1
        told += list(capsys.readouterr())
    main(["validate", str(path), "-o", "out.xlsx", "--quarantine", "aside.xlsx"])
    main(["validate", str(path), "--quarantine", "aside.csv"])
    for name in ("out.xlsx", "aside.xlsx", "aside.csv"):
        told += texts_of(Path(name))
    plain = "\n".join(told).casefold()
    assert [secret for secret in ID_SECRETS if secret in plain] == []
    assert "h99.06-231218-0001" not in plain  # nothing is wrong with it
