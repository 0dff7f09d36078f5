"""`validate -o findings.xlsx`: what is wrong, at whom, whether it matters, in which cell, and the rows themselves."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime

import pytest
import xlsxwriter
from openpyxl import load_workbook

from reformcli import judging, pipeline
from reformcli.cli import main
from reformcli.quarantine import affected
from reformcli.render.faults import affected_sheets, summary_sheet
from reformcli.render.workbook import HEADER_ROW
from support import SAMPLES, write_csv
from test_findings import GOOD

FIRST = HEADER_ROW + 2  # of the data, counted from one
RED, YELLOW = "FFF4B6B0", "FFFFEB9C"
HOSTILE = ('=HYPERLINK("http://x.example","a")', "+1", "@SUM(A1)", "http://x.example/a", "-2+3")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))


def book_of(path, tmp_path, *more):
    out = tmp_path / "found.xlsx"
    assert main(["validate", str(path), "-o", str(out), *more]) in (0, 1)
    return load_workbook(out)


def values(sheet, columns: int | None = None) -> list[list[object]]:
    """The rows below the heading up to the first empty one."""
    rows = []
    for cells in sheet.iter_rows(min_row=FIRST, max_col=columns, values_only=True):
        if cells[0] is None:
            break
        rows.append(list(cells))
    return rows


def table_of(sheet) -> list[dict[str, object]]:
    headings = [cell.value for cell in sheet[HEADER_ROW + 1]]
    return [dict(zip(headings, row, strict=True)) for row in values(sheet, len(headings))]


@pytest.fixture
def export(tmp_path):
    """Row 3: unreadable due date. Row 4: no end (error) and no channel known. Row 5: good. Row 6: nobody's."""
    extra = {"Chủ hồ sơ": "Nguyễn Xoài Ví Dụ", "Ghi chú": "Nhoẻn", "Lạ": "x", "Nguyên nhân quá hạn": "Quẹo"}
    changes = (
        {},
        {"Ngày hẹn trả": "sau Tết"},
        {"Ngày kết thúc xử lý": "", "Ngày trả thực tế": "", "Hình thức nộp": "Chim bay"},
        {},
        {"Cơ quan/đơn vị": "", "Ngày tiếp nhận": "Ông Duềnh"},
    )
    return write_csv(
        tmp_path / "e.csv",
        [GOOD | extra | {"Số hồ sơ": f"H99.01-231218-{n:04d}"} | c for n, c in enumerate(changes, 2)],
    )


def test_the_sheets_stand_in_the_order_in_which_they_are_read(export, tmp_path):
    """By rule, by agency, whether it matters, every cell, the rows; Vietnamese first."""
    assert book_of(export, tmp_path).sheetnames[:5] == [
        "Lỗi và cảnh báo",
        "Theo cơ quan",
        "Ảnh hưởng",
        "Danh sách lỗi",
        "Dòng lỗi 1",
    ]
    english = book_of(export, tmp_path, "--lang", "en")
    assert english.sheetnames[1:3] == ["By agency", "Whether they matter"]


def test_the_findings_of_rejected_rows_are_told_by_agency(export, tmp_path):
    """Two errors: one of Sở Tư pháp, one of a row that names nobody; the sums are those of the whole."""
    rows = values(book_of(export, tmp_path)["Theo cơ quan"], 3)
    named = {row[0]: row[1:] for row in rows}
    assert named["Sở Tư pháp"] == [1, 2]
    assert named["Chưa xác định"] == [1, 0]
    assert named["Toàn bộ"][0] == 2


def test_the_summary_tells_what_became_of_the_rows(export):
    """Read 5, of which 2 were rejected."""
    run = pipeline.run_validate(judging.Options(exports=[str(export)]))
    notes = " ".join(summary_sheet(run, "vi").notes)
    assert "Đọc được: 5; Tính vào số liệu: 3" in notes
    assert "Bị loại vì lỗi: 2" in notes


def test_the_list_names_cell_value_fault_and_cure(export, tmp_path):
    """The channel of row 4, masked: it may be a name."""
    entry = next(row for row in table_of(book_of(export, tmp_path)["Danh sách lỗi"]) if row["Mã"] == "RC212")
    assert (entry["Tệp"], entry["Dòng"], entry["Cột"], entry["Ô"]) == ("e.csv", 4, "Hình thức nộp", "D4")
    assert (entry["Mã hồ sơ"], entry["Giá trị (đã che)"]) == ("H99.01-231218-0004", "xxxx xxx")
    assert entry["Nội dung"].startswith("Hình thức nộp không có trong từ điển")
    assert entry["Cách xử lý"]
    assert "Trang tính" not in entry  # a csv has none


def test_the_rows_are_copied_with_their_faults_coloured_and_named(export, tmp_path):
    """File order, row numbers of the file, no good row; red for errors, yellow for warnings, and the rules in words."""
    sheet = book_of(export, tmp_path)["Dòng lỗi 1"]
    rows = table_of(sheet)
    assert [(row["Dòng"], row["Mã lỗi"]) for row in rows] == [(3, "RC205"), (4, "RC104 RC212"), (6, "RC103")]
    assert rows[0]["Ngày tiếp nhận"] == "18/12/2023 08:00:00"
    headings = [cell.value for cell in sheet[HEADER_ROW + 1]]
    coloured = {
        (cells[0].value, headings[place]): cell.fill.fgColor.rgb
        for cells in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2)
        for place, cell in enumerate(cells[: len(headings)])
        if cell.fill.fill_type
    }
    assert coloured == {
        (3, "Ngày hẹn trả"): YELLOW,
        (4, "Ngày kết thúc xử lý"): RED,
        (4, "Hình thức nộp"): YELLOW,
        (6, "Ngày tiếp nhận"): RED,
    }
    assert sheet.freeze_panes == f"A{FIRST}"
    assert sheet.auto_filter.ref.startswith(f"A{HEADER_ROW + 1}:")
    assert sheet.page_setup.orientation == "landscape"
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.comment]


def test_no_personal_free_or_unknown_column_is_copied_unless_persons_are_asked_for(export, tmp_path):
    """And a name in the wrong cell shows its shape only; free text and unknown columns stay out in any case."""
    (row,) = [row for row in table_of(book_of(export, tmp_path)["Dòng lỗi 1"]) if row["Dòng"] == 6]
    assert not {"Chủ hồ sơ", "Ghi chú", "Lạ", "Nguyên nhân quá hạn"} & set(row)
    assert row["Ngày tiếp nhận"] == "xxx xxxxx"
    (row,) = [r for r in table_of(book_of(export, tmp_path, "--keep-personal")["Dòng lỗi 1"]) if r["Dòng"] == 6]
    assert row["Chủ hồ sơ"] == "Nguyễn Xoài Ví Dụ"
    assert row["Ngày tiếp nhận"] == "Ông Duềnh"
    assert not {"Lạ", "Nguyên nhân quá hạn"} & set(row)


def test_formulas_and_links_of_the_export_are_texts(tmp_path):
    """On every sheet: no formula, no link; the text itself is kept."""
    rows = [GOOD | {"Số hồ sơ": f"x-{n}", "Cơ quan/đơn vị": text, "Ngày hẹn trả": ""} for n, text in enumerate(HOSTILE)]
    book = book_of(write_csv(tmp_path / "e.csv", rows), tmp_path)
    agencies = [row["Cơ quan/đơn vị"] for row in table_of(book["Dòng lỗi 1"])]
    assert agencies == list(HOSTILE)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    with zipfile.ZipFile(tmp_path / "found.xlsx") as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts)


def test_each_input_sheet_has_its_own_copy(tmp_path):
    """Two sheets and a csv: three copies, each titled with its place; rows keep their physical numbers."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number, name in enumerate(("Một", "Hai")):
            sheet = book.add_worksheet(name)
            for place, row in enumerate([list(GOOD), list((GOOD | {"Số hồ sơ": name, "Ngày hẹn trả": ""}).values())]):
                sheet.write_row(place + 3 * number, 1, row)
    other = write_csv(tmp_path / "c.csv", [GOOD | {"Ngày hẹn trả": ""}])
    run = pipeline.run_validate(judging.Options(exports=[str(path), str(other)], with_affected=True))
    tables = affected_sheets(run, "vi")
    assert [table.title.split(": ")[1] for table in tables] == ["b.xlsx [Một]", "b.xlsx [Hai]", "c.csv"]
    assert [[row[0] for row in table.rows] for table in tables] == [[2], [5], [2]]


def test_too_many_rows_are_told_and_those_with_errors_stay(export, tmp_path):
    """Three rows have findings; of two that may be copied none is the one with a warning alone (row 3)."""
    loaded = judging.load(judging.Options(exports=[str(export)], keep_raw=True))
    judged = judging.judge(judging.Options(exports=[str(export)], keep_raw=True))
    for limit, rows, left in ((3, (3, 4, 6), 0), (2, (4, 6), 1), (1, (4,), 2)):
        (sheet,) = affected(loaded, judged.found, personal=False, limit=limit)
        assert (sheet.rows, sheet.left_out) == (rows, left)
        run = pipeline.run_validate(judging.Options(exports=[str(export)]))
        (table,) = affected_sheets(replace(run, affected=(sheet,)), "en")
        assert any(note.startswith(f"{left} more rows") for note in table.notes) == bool(left)


def test_json_and_csv_keep_their_shapes(export, tmp_path, capsys):
    """The copy is made for the workbook alone; csv has the columns it had."""
    main(["validate", str(export), "--format", "csv"])
    heading = capsys.readouterr().out.splitlines()[0]
    assert heading == "rule,severity,file,sheet,row,column,cell,dossier_id,message,cure,accepted"
    assert pipeline.run_validate(judging.Options(exports=[str(export)])).affected == ()


def test_an_export_without_findings_is_a_workbook_all_the_same(tmp_path):
    """Every sheet is there and says that nothing was found."""
    rows = [GOOD | {"Số hồ sơ": f"H99.01-231218-{n:04d}"} for n in range(2)]
    book = book_of(write_csv(tmp_path / "e.csv", rows), tmp_path)
    assert book.sheetnames == ["Lỗi và cảnh báo", "Theo cơ quan", "Ảnh hưởng", "Danh sách lỗi"]
    texts = [cell.value for row in book["Lỗi và cảnh báo"].iter_rows() for cell in row]
    assert "Không có lỗi hay cảnh báo nào." in texts


def test_rows_and_sheets_that_a_file_hides_are_told(tmp_path):
    """A filter left on hides rows, a sheet is hidden, a lone cell stands at the end of the sheet."""
    path = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Một", "Hai"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(GOOD))
            for row in (1, 2, 3):
                sheet.write_row(row, 0, list((GOOD | {"Số hồ sơ": f"{name}-{row}"}).values()))
            if name == "Hai":
                sheet.hide()
                continue
            sheet.set_row(1, None, None, {"hidden": True})
            sheet.set_row(3, None, None, {"hidden": True})
            sheet.write_string("XFD1048576", "x")
    run = pipeline.run_validate(judging.Options(exports=[str(path)]))
    told = {rule: (sheet, text) for rule, sheet, text in run.findings[["rule", "sheet", "text"]].values.tolist()}
    assert told == {"RC306": ("Một", "2"), "RC307": ("Hai", ""), "RC308": ("Một", "XFD1048576")}
    assert run.rows.counted == 6


def test_the_third_sample_gives_the_same_bytes_twice(tmp_path):
    """No clock in the workbook."""
    books = []
    for name in "ab":
        main(["validate", str(SAMPLES / "loi-can-xu-ly.csv"), "-o", str(tmp_path / f"{name}.xlsx")])
        books.append((tmp_path / f"{name}.xlsx").read_bytes())
    assert books[0] == books[1]
    assert load_workbook(tmp_path / "a.xlsx").properties.created < datetime(2024, 1, 1)
