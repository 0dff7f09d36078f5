"""Tables and sheets: which are read, under which headings, which column feeds a field, and what is never left out."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl
import pytest

from reformcli import judging, pipeline
from reformcli.errors import InputError
from reformcli.findings import RULES
from reformcli.headings.headers import find_header, load_dictionary
from reformcli.text import fold
from support import command
from test_headers import IGATE, sheet

HEAD = ["STT", "Mã hồ sơ", "Cơ quan giải quyết", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc", "Trạng thái"]
NUMBER, CODE, AGENCY, RECEIVED, DUE, ENDED, STATUS = range(7)
SUMMARY = [["Cơ quan", "Số hồ sơ", "Đúng hạn", "Trễ hạn"], ["Sở Y tế", "4", "2", "2"]]


def dossier(number: int) -> list[str]:
    """Due on the 8th; dossiers with an even number ended on the 7th, the others late, on the 9th."""
    end = "09/12/2023" if number % 2 else "07/12/2023"
    code = f"H57.21-231201-{number:04d}"
    return [str(number), code, "Sở Y tế", "01/12/2023", "08/12/2023", end, "Đã trả kết quả"]


DOSSIERS = [dossier(number) for number in range(1, 9)]  # eight: four late


def book(folder: Path, **sheets: list[list[str]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        tab = made.create_sheet(name)
        for row in rows:
            tab.append([text or None for text in row])
    made.save(folder / "tuần.xlsx")
    return folder / "tuần.xlsx"


def page(folder: Path, *tables: list[list[str]]) -> Path:
    def shown(rows: list[list[str]]) -> str:
        return "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows)

    body = "".join(f"<table>{shown(rows)}</table>" for rows in tables)
    path = folder / "tuần.xls"
    path.write_text(f'<html><meta charset="utf-8"><body>{body}</body></html>', encoding="utf-8")
    return path


def counted(path: Path, **options: object) -> tuple[int, int]:
    """How many dossiers were resolved, and how many of them late."""
    total = run_of(path, **options).metrics[-1]
    return total["resolved"], total["late"]


def run_of(path: Path, **options: object):
    return pipeline.run_metrics(judging.Options(exports=[str(path)], **options), [])


def rules(path: Path) -> set[str]:
    return set(run_of(path).findings["rule"])


# ------------------------------------------------------------------ tables that go on without headings
def test_headings_in_one_table_and_dossiers_in_the_next_are_one_table(tmp_path):
    path = page(tmp_path, [HEAD], DOSSIERS)
    assert counted(path) == (8, 4)
    assert "RC313" in rules(path)


def test_pages_without_headings_go_on_under_those_of_the_first(tmp_path):
    path = page(tmp_path, [HEAD, *DOSSIERS[:3]], DOSSIERS[3:5], [["Trang 2"]], DOSSIERS[5:])
    run = run_of(path)
    assert counted(path) == (8, 4)
    assert [use.header_row for use in run.manifest.sheets] == [1, 0, 0]
    assert [use.rows for use in run.manifest.sheets] == [3, 2, 3]


def test_a_second_sheet_without_headings_goes_on_even_if_its_first_and_last_columns_are_blank(tmp_path):
    rest = [["", *row[1:-1]] for row in DOSSIERS[3:]]
    assert counted(book(tmp_path, A=[HEAD, *DOSSIERS[:3]], B=rest)) == (8, 4)


def test_findings_of_a_continued_sheet_name_its_own_rows(tmp_path):
    broken = [*DOSSIERS[3][:RECEIVED], "31/11/2023", *DOSSIERS[3][DUE:]]
    run = run_of(book(tmp_path, A=[HEAD, *DOSSIERS[:3]], B=[DOSSIERS[4], broken]))
    (found,) = run.findings.loc[run.findings["rule"] == "RC103", ["sheet", "row", "cell"]].values.tolist()
    assert found == ["B", 2, "D2"]


@pytest.mark.parametrize(
    "rest",
    [
        [[*row, "thêm", "cột"] for row in DOSSIERS[3:]],  # wider
        [[row[CODE], *row] for row in DOSSIERS[3:]],  # another order
        [[row[RECEIVED], row[DUE]] for row in DOSSIERS[3:]],  # dates alone
    ],
)
def test_a_sheet_of_dossiers_that_fits_no_headings_is_an_error_and_never_silent(tmp_path, rest):
    path = book(tmp_path, A=[HEAD, *DOSSIERS[:3]], B=rest)
    run = run_of(path)
    assert counted(path) == (3, 2)
    assert run.findings.loc[run.findings["rule"] == "RC311", ["severity", "sheet"]].values.tolist() == [["error", "B"]]
    assert [(skipped.sheet, skipped.reason) for skipped in run.manifest.skipped] == [("B", "unread")]
    assert command("metrics", path, "-q").returncode == 1


def test_a_header_without_dossiers_beside_rows_that_nobody_can_tell_is_an_error(tmp_path):
    path = book(tmp_path, A=[HEAD], B=[["một", "hai", "ba"], ["bốn", "năm", "sáu"]])
    assert "RC311" in rules(path)
    assert "RC311" not in rules(book(tmp_path, A=[HEAD, *DOSSIERS], B=[["một", "hai", "ba"]]))


def test_a_title_sheet_with_a_period_is_no_error(tmp_path):
    title = [["Từ ngày", "01/12/2023", "Đến ngày", "31/12/2023"], ["Ngày lập", "02/01/2024"]]
    assert rules(book(tmp_path, Bìa=title, A=[HEAD, *DOSSIERS])) == set()


# ------------------------------------------------------------------ several tables in a sheet
def test_a_second_table_below_with_its_columns_in_another_order_is_read_under_its_own_headings(tmp_path):
    order = (NUMBER, CODE, AGENCY, RECEIVED, ENDED, DUE, STATUS)
    below = [[row[place] for place in order] for row in [HEAD, *DOSSIERS[3:]]]
    path = book(tmp_path, A=[HEAD, *DOSSIERS[:3], [], ["Bảng 2"], *below])
    assert counted(path) == (8, 4)
    assert [(use.header_row, use.rows) for use in run_of(path).manifest.sheets] == [(1, 3), (7, 5)]


def test_a_richer_second_table_does_not_hide_the_first(tmp_path):
    below = [[*HEAD, "Lĩnh vực"], *([*row, "Y tế"] for row in DOSSIERS[3:])]
    assert counted(book(tmp_path, A=[HEAD, *DOSSIERS[:3], *below])) == (8, 4)


def test_the_same_headings_again_on_each_page_split_nothing(tmp_path):
    path = book(tmp_path, A=[HEAD, *DOSSIERS[:3], HEAD, *DOSSIERS[3:]])
    assert counted(path) == (8, 4)
    assert len(run_of(path).manifest.sheets) == 1


def test_two_tables_side_by_side_are_refused_with_their_columns(tmp_path):
    rows = [[*HEAD, "", *HEAD], *([*one, "", *other] for one, other in zip(DOSSIERS[:4], DOSSIERS[4:], strict=True))]
    with pytest.raises(InputError) as caught:
        run_of(book(tmp_path, A=rows))
    assert (caught.value.key, caught.value.where) == ("side_by_side", "tuần.xlsx, A!B1")
    assert caught.value.values == {"heading": "Mã hồ sơ", "columns": "B, J"}


def test_the_same_columns_twice_are_no_second_table(tmp_path):
    assert counted(book(tmp_path, A=[[*row, *row] for row in [HEAD, *DOSSIERS]])) == (8, 4)


# ------------------------------------------------------------------ sheets of counts
@pytest.mark.parametrize("first", [True, False])
def test_a_summary_beside_the_dossiers_is_left_out_and_listed(tmp_path, first):
    sheets = {"Tổng hợp": SUMMARY, "HS": [HEAD, *DOSSIERS]}
    path = book(tmp_path, **(sheets if first else dict(reversed(sheets.items()))))
    assert counted(path) == (8, 4)
    assert [(one.sheet, one.reason) for one in run_of(path).manifest.skipped] == [("Tổng hợp", "counts")]
    assert rules(path) == set()


def test_a_list_of_dossiers_without_dates_beside_whole_ones_is_an_error(tmp_path):
    listed = [[row[CODE], row[AGENCY], row[STATUS]] for row in [HEAD, *DOSSIERS]]
    assert "RC311" in rules(book(tmp_path, HS=[HEAD, *DOSSIERS[:3]], Khác=listed))


# ------------------------------------------------------------------ which of several columns
def with_column(heading: str, text: str, at: int, renamed: dict[int, str]) -> list[list[str]]:
    head = [renamed.get(place, name) for place, name in enumerate(HEAD)]
    return [[*row[:at], heading if row is head else text, *row[at:]] for row in [head, *DOSSIERS]]


@pytest.mark.parametrize(
    ("heading", "text", "at", "renamed"),
    [
        ("Thời hạn", "5 ngày", DUE, {DUE: "Ngày hẹn trả kết quả"}),
        ("Hạn xử lý", "", DUE, {DUE: "Ngày hẹn"}),
        ("Hoàn thành", "x", ENDED, {ENDED: "Ngày hoàn thành"}),
        ("Hoàn thành", "", ENDED, {ENDED: "Ngày hoàn thành"}),
        ("Số hồ sơ", "1", CODE, {CODE: "Mã biên nhận"}),
        ("Tình trạng hồ sơ", "Đầy đủ", STATUS, {STATUS: "Trạng thái"}),
    ],
)
def test_a_column_that_cannot_feed_a_field_does_not_take_it(tmp_path, heading, text, at, renamed):
    path = book(tmp_path, A=with_column(heading, text, at, renamed))
    assert counted(path) == (8, 4)
    assert rules(path) == set()


def test_the_users_choice_of_a_column_stands(tmp_path):
    path = book(tmp_path, A=with_column("Thời hạn", "5 ngày", DUE, {DUE: "Ngày hẹn trả kết quả"}))
    assert counted(path, columns=["Thời hạn=due_at"]) == (8, 0)


def test_a_date_far_down_a_column_is_found(tmp_path):
    """The first 250 dossiers are open: the column of their ends is blank there, and holds a date in row 252 only."""
    head = [*HEAD[:ENDED], "Ngày kết thúc", "Ngày có kết quả", "Trạng thái"]
    open_ones = [[*dossier(n)[:ENDED], "", "", "Đang xử lý"] for n in range(1, 251)]
    ended = [*dossier(251)[:ENDED], "09/12/2023", "", "Đã trả kết quả"]
    run = run_of(book(tmp_path, A=[head, *open_ones, ended]))
    assert run.manifest.sheets[0].header.fields["finished_at"].heading == "Ngày kết thúc"


def test_due_dates_that_are_none_are_an_error_and_not_all_on_time(tmp_path):
    rows = [[*row[:DUE], "5 ngày", *row[ENDED:]] for row in DOSSIERS]
    path = book(tmp_path, A=[HEAD, *rows])
    found = run_of(path).findings
    assert found.loc[found["rule"] == "RC312", ["severity", "column"]].values.tolist() == [["error", "Ngày hẹn trả"]]
    assert command("metrics", path, "-q").returncode == 1
    assert "RC312" not in rules(book(tmp_path, A=[HEAD, *rows[1:], DOSSIERS[0]]))  # one of eight is a date


def test_the_rules_of_sheets_have_their_severity():
    assert [str(RULES[f"RC31{n}"].severity) for n in (1, 2, 3)] == ["error", "error", "warning"]


# ------------------------------------------------------------------ messages and time
def test_headings_that_may_be_names_are_masked_and_few_are_listed(tmp_path):
    head = ["Mã hồ sơ", "Ngày tiếp nhận", "Trạng thái", "Ông Ví Dụ 0912345678", *(f"Cột {n}a" for n in range(30))]
    with pytest.raises(InputError) as caught:
        run_of(book(tmp_path, A=[head, ["H57.21-231201-0001", "01/12/2023", "Đang xử lý"]]))
    unused = str(caught.value.values["unused"])
    assert "xxx xx xx 9999999999" in unused or "Xxx" in unused
    assert "Ví Dụ" not in unused
    assert unused.count(",") == 20
    assert unused.endswith("… +11")


def test_wide_sheets_of_words_do_not_hang_the_search():
    words = [["chữ thường"] * 8000] * 99
    raw = sheet([*IGATE, *(f"cột {n} khác" for n in range(7987))], *words)
    load_dictionary()
    started = time.perf_counter()
    header = find_header(raw, load_dictionary(), {})
    assert time.perf_counter() - started < 8  # on a busy machine; 30 s and more before
    assert header is not None
    assert len(header.columns) == 8000


def test_marks_of_required_fields_take_one_pass():
    started = time.perf_counter()
    assert fold("Mã hồ sơ" + "(*)" * 10_000) == "ma ho so"
    assert fold("(*)" * 10_000 + "x" + "(*)" * 10_000).endswith("x")
    assert time.perf_counter() - started < 1
