"""The report: one result, many formats, and every figure the same in all of them."""

import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import docx
import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from office import recalculated
from reformcli.render.formulas import Placed, resolve
from support import SAMPLES, command, write_csv

WEEK = [
    *(SAMPLES / "tuan-51.xlsx", "--period", "2023-W51", "--agencies", SAMPLES / "agencies.csv"),
    *("--counts", SAMPLES / "counts.csv", "--previous", SAMPLES / "tuan-50.xlsx", "--previous-period", "2023-W50"),
]
FORMS = ("xlsx", "html", "docx", "json", "csv", "md")
HEADER = 3  # physical row of the headings of a sheet


def report(folder, *arguments, forms=FORMS, **running):
    """Write a report in several formats at once; their paths by extension."""
    paths = {form: folder / f"bao-cao.{form}" for form in forms}
    written = [part for path in paths.values() for part in ("-o", path)]
    done = command("report", *arguments, *written, **running)
    assert done.returncode in (0, 1), done.stderr.decode()
    return paths


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    return report(tmp_path_factory.mktemp("report"), *WEEK)


# ------------------------------------------------------------------ reading the formats back
def from_csv(path):
    """The figures as the csv has them: table title or key → rows of plain texts."""
    tables = defaultdict(dict)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            value = line["value"].removeprefix("'") if line["value"][1:2] in set("=+-@") else line["value"]
            tables[line["title"]].setdefault((line["row"] < "0", abs(int(line["row"]))), []).append(value)
    return {title: [cells for _, cells in sorted(rows.items())] for title, rows in tables.items()}


def from_xlsx(book):
    """The same from a workbook: title of the sheet → rows of values up to the first row without any."""
    tables = {}
    for sheet in book.worksheets[1:]:
        if sheet.sheet_state != "visible":
            continue
        width = next((cell.column - 1 for cell in sheet[HEADER] if cell.value is None), sheet.max_column)
        rows = []
        for row in sheet.iter_rows(min_row=HEADER + 1, max_col=width, values_only=True):
            if all(value is None for value in row):
                break
            rows.append(row)
        tables[sheet["A1"].value] = rows
    return tables


def from_html(path):
    """The same from a page: caption → rows of shown texts, without the signs that stand beside colours."""
    page = lxml.html.parse(path).getroot()
    for sign in page.xpath('//td//span[@class="mark" or @class="unseen"] | //th//span[@class="unseen"]'):
        sign.drop_tree()
    tables = {}
    for table in page.iter("table"):
        caption = " ".join("".join(table.find("caption").itertext()).split())
        rows = table.xpath(".//tbody/tr") + table.xpath(".//tfoot/tr")
        tables[caption] = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    return tables


def from_docx(path):
    """The rows of every table of a note, as texts."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(path).tables]


def number(text):
    """What a Vietnamese reader takes a figure for: 1.234,56 and 12,00% are numbers, an arrow is a sign."""
    found = re.fullmatch(r"(▲ |▼ )?([0-9][0-9.]*)(,[0-9]+)?%?", text)
    if text == "=":
        return Decimal(0)
    if found is None:
        return None
    whole = Decimal(found[2].replace(".", "") + (found[3] or "").replace(",", "."))
    return -whole if found[1] == "▼ " else whole


def same(shown, plain):
    """Whether a shown text is the figure: equal numbers, a dash for nothing, equal texts."""
    if plain == "":
        return shown in ("–", "")
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain):
        return number(shown) == Decimal(plain) or shown == plain
    if re.fullmatch(r"[0-9-]{10} [0-9:]{8}", plain) and "/" in shown:
        return shown[:10] == f"{plain[8:10]}/{plain[5:7]}/{plain[:4]}"
    return " ".join(shown.split()) == " ".join(plain.split())


# ------------------------------------------------------------------ one result, every format
def test_every_figure_of_the_workbook_is_that_of_the_csv(week):
    book, plain = from_xlsx(load_workbook(week["xlsx"], data_only=True)), from_csv(week["csv"])

    figures = 0
    for title, rows in book.items():
        assert len(rows) == len(plain[title]), title
        for row, cells in zip(rows, plain[title], strict=True):
            for value, cell in zip(row, cells, strict=True):
                if isinstance(value, int | float):
                    figures += 1
                    assert Decimal(repr(value)) == Decimal(cell), (title, cells)
                else:
                    assert value is None or value == "–" or not cell or str(value)[:10] == cell[:10], (title, cells)
    assert set(book) == set(plain)
    assert figures > 5_000


def test_every_figure_of_the_page_is_that_of_the_csv(week):
    page, plain = from_html(week["html"]), from_csv(week["csv"])

    assert set(page) == set(plain)
    for title, rows in page.items():
        assert len(rows) == len(plain[title]), title
        for row, cells in zip(rows, plain[title], strict=True):
            assert all(map(same, row, cells)), (title, row, cells)


def within(shown, plain):
    """Whether the shown cells are cells of the row, in its order; a note leaves columns out."""
    rest = iter(plain)
    return all(any(same(cell, other) for other in rest) for cell in shown)


def test_every_row_of_the_note_is_a_row_of_the_csv(week):
    """The note leaves annexes, columns and rows beyond the fortieth out, and says so; what it shows is the same."""
    plain = [cells for rows in from_csv(week["csv"]).values() for cells in rows]
    checked = 0
    for table in from_docx(week["docx"])[2:]:  # the first two are letterhead and key figures
        for row in table[1:]:
            if sum(number(text) is not None for text in row) >= 2:
                checked += 1
                assert any(within(row, cells) for cells in plain), row
    assert checked > 120


def test_the_units_of_the_json_are_those_of_the_csv(week):
    document = json.loads(week["json"].read_text(encoding="utf-8"), parse_float=Decimal)
    plain = from_csv(week["csv"])

    units = {unit["agency"]: unit for unit in document["units"] if unit["kind"] == "agency"}
    ranking = plain["Xếp hạng các cơ quan theo từng cấp"]
    assert len(ranking) == sum(unit["rank"] is not None for unit in units.values()) == 62
    for _, agency, _, rank, rank_of, _, points, *_ in ranking:
        unit = units[agency]
        assert (unit["rank"], unit["rank_of"], unit["points"]) == (int(rank), int(rank_of), Decimal(points))
    total = next(unit for unit in document["units"] if unit["kind"] == "total")
    assert plain["Điểm của các cấp và toàn bộ"][-1][2] == str(total["points"])
    form = plain["Tình hình tiếp nhận, giải quyết hồ sơ (biểu II.06a)"][-1]
    last = document["metrics"][-1]
    assert [int(form[place]) for place in (2, 6, 9, 10, 12)] == [
        last[name] for name in ("handled", "resolved", "late", "pending", "overdue")
    ]
    causes = plain["Hồ sơ trễ hạn theo nhóm nguyên nhân"]
    assert [int(row[1]) for row in causes] == [group["overdue"] for group in document["late_by"]["cause"]]
    assert len(plain["Danh sách hồ sơ trễ hạn"]) == len(document["dossiers"])


def test_the_report_scores_as_score_does(week):
    """The report adds nothing to the points: `score` on the same week gives the same."""
    alone = command("score", *WEEK[:7], "--format", "json")
    expected = json.loads(alone.stdout, parse_float=Decimal)
    found = json.loads(week["json"].read_text(encoding="utf-8"), parse_float=Decimal)

    for key in ("units", "groups", "components", "rows"):
        assert found[key] == expected[key]


# ------------------------------------------------------------------ live formulas
def formulas(book):
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=") and cell.data_type == "f"
    }


def test_libreoffice_calculates_what_is_stored(week, tmp_path):
    """Formulas without their results, calculated by another program, give every stored figure."""
    live, stored = formulas(load_workbook(week["xlsx"])), load_workbook(week["xlsx"], data_only=True)

    calculated = recalculated(week["xlsx"], tmp_path)

    for (sheet, place), formula in live.items():
        value, expected = calculated[sheet][place].value, stored[sheet][place].value
        assert isinstance(value, int | float), (sheet, place, formula, value)
        assert abs(value - expected) < 1e-9, (sheet, place, formula)
    by_sheet = {sheet for sheet, _ in live}
    assert len(live) > 3_000
    assert {"Tóm tắt", "Xếp hạng", "Cấp và toàn bộ", "Chỉ số thành phần", "Biểu II.06a", "Biến động"} <= by_sheet


def test_a_changed_count_changes_points_sums_and_places(week, tmp_path):
    """The workbook is alive: a numerator edited by hand goes through to the rank and to the cover."""
    book = load_workbook(week["xlsx"])
    sheet = book["Chỉ số thành phần"]
    heading = [cell.value for cell in sheet[HEADER]]
    unit, component, numerator = (heading.index(name) for name in ("Đơn vị", "Chỉ số", "Tử số"))
    ranking = book["Xếp hạng"]
    last = next(row for row in ranking.iter_rows(min_row=HEADER + 1) if row[3].value is not None and row[2].value)
    name = last[1].value
    for row in sheet.iter_rows(min_row=HEADER + 1):
        if row[unit].value == name and row[component].value == "2.1":
            row[numerator].value = 0
    edited = tmp_path / "edited.xlsx"
    book.save(edited)

    before, after = load_workbook(week["xlsx"], data_only=True), recalculated(edited, tmp_path)

    places = {row[1].value: row[3].row for row in ranking.iter_rows(min_row=HEADER + 1) if row[1].value}
    row = places[name]
    columns = {cell.value: cell.column_letter for cell in ranking[HEADER]}
    points, rank = f"{columns['Điểm']}{row}", f"{columns['Hạng']}{row}"
    assert after["Xếp hạng"][points].value < before["Xếp hạng"][points].value - 15
    assert after["Xếp hạng"][rank].value > before["Xếp hạng"][rank].value
    cover = [row[1].value for row in before["Tóm tắt"].iter_rows(max_col=2) if row[0].value == "Điểm toàn bộ"]
    changed = [row[1].value for row in after["Tóm tắt"].iter_rows(max_col=2) if row[0].value == "Điểm toàn bộ"]
    assert changed[0] < cover[0]


# highest points and percent of the full mark, from the decision; 50 % for 3.3
TIED = {
    "2.1": (20, 100),
    "3.3": (6, 50),
    "3.2": (4, 100),
    "3.1": (2, 80),
    "4.3": (2, 80),
    "4.1": (6, 100),
    "3.6": (6, 100),
}


def ties():
    """Counts whose points lie exactly between two hundredths, with the points rounded half up."""
    for component, (highest, full_at) in TIED.items():
        for denominator in (400, 800, 1600, 3200, 1250, 8000):
            points = (Fraction(100 * highest * n * 100, denominator * full_at) for n in range(1, denominator))
            tied = next(((n + 1, p) for n, p in enumerate(points) if p.denominator == 2 and p < 100 * highest), None)
            if tied:
                yield component, tied[0], denominator, Decimal(tied[1].numerator + 1) / 200


def test_halves_are_rounded_up_in_every_program(tmp_path):
    """x.xx5 points: our stored figure and LibreOffice's are the fraction's, rounded half up by hand above."""
    found = {f"UBND xã {place:02}": tie for place, tie in enumerate(ties())}
    counts = [
        {"agency": agency, "level": "commune", "component": component, "numerator": n, "denominator": d}
        for agency, (component, n, d, _) in found.items()
    ]
    path = write_csv(tmp_path / "so-lieu.csv", counts)
    made = report(tmp_path, "--counts", path, forms=("xlsx", "json"))

    calculated = from_xlsx(recalculated(made["xlsx"], tmp_path))["Từng chỉ số thành phần"]

    shown = {(row[2], row[3]): row[8] for row in calculated if isinstance(row[8], int | float)}
    document = json.loads(made["json"].read_text(encoding="utf-8"), parse_float=Decimal)
    ours = {(c["agency"], c["component"]): c["points"] for c in document["components"] if c["kind"] == "agency"}
    assert len(found) > 15
    for agency, (component, _, _, expected) in found.items():
        assert ours[agency, component] == expected, (agency, component)
        assert Decimal(repr(shown[agency, component])) == expected, (agency, component)


@given(
    rows=st.integers(1, 900_000),
    column=st.integers(0, 400),
    number=st.integers(0, 800_000),
    first=st.integers(0, 20),
)
@settings(max_examples=200)
def test_places_of_formulas_are_those_of_excel(rows, column, number, first):
    """Addresses as openpyxl computes them."""
    from openpyxl.utils import get_column_letter

    own = Placed("A", first, rows, {"x": column})
    letters = get_column_letter(column + 1)
    assert resolve("{x}", {}, own, number) == f"{letters}{first + number + 1}"
    assert resolve("{x:}", {}, own, number) == f"${letters}${first + 1}:${letters}${first + rows}"
    assert resolve("{t!x^}", {"t": own}, own, 0) == f"'A'!{letters}${first + rows + 1}"


# ------------------------------------------------------------------ what must never happen
HOSTILE = ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", "[/bold]", "Sở " + "X" * 297, "Xã 🌾 Lúa", "\u202exã lạ")


def test_hostile_names_are_texts_in_every_format(tmp_path):
    rows = [
        {
            "Mã hồ sơ": f"H{place}-{number}",
            "Đơn vị": name,
            "Ngày tiếp nhận": "18/12/2023 08:00",
            "Ngày hẹn trả": "20/12/2023 17:00",
            "Ngày kết thúc": "21/12/2023 09:00" if number % 2 else "",
            "Trạng thái": "Đã trả kết quả" if number % 2 else "Đang xử lý",
        }
        for place, name in enumerate(HOSTILE)
        for number in range(12)
    ]
    paths = report(tmp_path, write_csv(tmp_path / "tuan.csv", rows), "--period", "2023-W51")

    assert not any("cmd|" in formula for formula in formulas(load_workbook(paths["xlsx"])).values())
    names = {row[1] for row in from_csv(paths["csv"])["Xếp hạng các cơ quan theo từng cấp"]} | {
        row[1] for row in from_csv(paths["csv"])["Cơ quan không xếp hạng"]
    }
    assert "'=cmd|' /C calc'!A0" in paths["csv"].read_text(encoding="utf-8-sig")  # a spreadsheet would run it
    assert set(HOSTILE[:5]) <= names
    page = paths["html"].read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    for form in ("html", "md", "csv"):
        assert "\u202e" not in paths[form].read_text(encoding="utf-8")
    note = "".join(part.text for part in docx.Document(paths["docx"]).element.body.iter() if part.text)
    assert all(name in note for name in HOSTILE[:3])
    assert "\u202e" not in note


def test_equal_input_gives_equal_bytes_wherever_it_runs(tmp_path, week):
    """Other hash seed, time zone, language of the system, working directory: the same files."""
    (tmp_path / "there").mkdir()
    env = {"PYTHONHASHSEED": "7", "TZ": "America/Lima", "LC_ALL": "C", "LANG": "C"}
    again = report(tmp_path, *WEEK, env=env, cwd=tmp_path / "there")

    for form in FORMS:
        assert again[form].read_bytes() == week[form].read_bytes(), form


def test_an_earlier_report_of_any_kind_serves_as_previous(tmp_path, week):
    """Workbook, page and JSON of week 50 give the points that the export gives."""
    before = [*WEEK[:1], "--period", "2023-W50", *WEEK[3:7]]
    before[0] = SAMPLES / "tuan-50.xlsx"
    earlier = report(tmp_path, *before, forms=("xlsx", "html", "json", "docx"))
    expected = json.loads(week["json"].read_text(encoding="utf-8"))["comparison"]["units"]

    for form in ("xlsx", "html", "json"):
        made = tmp_path / form
        made.mkdir()
        now = report(made, *WEEK[:7], "--previous", earlier[form], forms=("json",))
        units = json.loads(now["json"].read_text(encoding="utf-8"))["comparison"]["units"]
        assert [(u["agency"], u["level"], u["points"]["before"], u["points"]["now"]) for u in units] == [
            (u["agency"], u["level"], u["points"]["before"], u["points"]["now"]) for u in expected
        ]
    refused = command("report", *WEEK[:7], "--previous", earlier["docx"])
    assert refused.returncode == 3
    assert "docx" in refused.stderr.decode()


def test_nobody_is_named(tmp_path):
    """No name, phone or address of a citizen or clerk reaches any format, however long the list of dossiers."""
    rows = [
        {
            "Mã hồ sơ": f"000.01.{number:04}",
            "Đơn vị": "Sở Tư pháp",
            "Chủ hồ sơ": "Trần Thị Ví Dụ",
            "Số điện thoại": "0912345678",
            "Cán bộ xử lý": "Lê Văn Thí Dụ",
            "Ngày tiếp nhận": "11/12/2023 08:00",
            "Ngày hẹn trả": "14/12/2023 17:00",
            "Ngày kết thúc": "",
            "Trạng thái": "Đang xử lý",
            "Lý do trễ hạn": "Anh Trần Thị Ví Dụ 0912345678 chưa nộp thuế",
        }
        for number in range(20)
    ]
    paths = report(tmp_path, write_csv(tmp_path / "tuan.csv", rows), "--period", "2023-W51")

    for path in paths.values():
        data = path.read_bytes()
        parts = [data]
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        for part in parts:
            for secret in ("Ví Dụ", "Thí Dụ", "0912345678"):
                assert secret.encode() not in part, path.name


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_export_without_dossiers_of_the_period_makes_a_report_that_says_so(tmp_path, lang):
    rows = [{"Mã hồ sơ": "A1", "Đơn vị": "Sở Tư pháp", "Ngày tiếp nhận": "02/01/2024 08:00",
             "Ngày hẹn trả": "05/01/2024 17:00", "Trạng thái": "Đang xử lý"}]  # fmt: skip
    paths = report(tmp_path, write_csv(tmp_path / "tuan.csv", rows), "--period", "2023-W51", "--lang", lang)

    assert all(path.stat().st_size for path in paths.values())


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(tmp_path):
    path = tmp_path / "bao-cao.xlsx"
    path.write_bytes(b"last week")

    done = command("report", tmp_path / "missing.xlsx", "-o", path)

    assert done.returncode == 2
    assert path.read_bytes() == b"last week"
    assert command("report", SAMPLES / "tuan-51.xlsx", "-o", Path("x.pdf")).returncode == 2


# ------------------------------------------------------------------ what a hostile reader found
def small(folder, name="tuan.csv", day="18/12/2023"):
    rows = [
        {
            "Mã hồ sơ": f"A{number}",
            "Đơn vị": "Sở Tư pháp",
            "Ngày tiếp nhận": f"{day} 08:00",
            "Ngày hẹn trả": "20/12/2023 17:00",
            "Ngày kết thúc": "19/12/2023 09:00",
            "Trạng thái": "Đã trả kết quả",
        }
        for number in range(3)
    ]
    return write_csv(folder / name, rows)


@pytest.mark.parametrize("argument", [".", "*.csv", "tuan.csv"])
def test_an_input_is_never_overwritten_however_it_was_named(tmp_path, argument):
    before = small(tmp_path).read_bytes()

    done = command("report", argument, "--period", "2023-W51", "-o", "tuan.csv", cwd=tmp_path)

    assert done.returncode == 2
    assert (tmp_path / "tuan.csv").read_bytes() == before


def test_a_map_of_columns_is_never_overwritten(tmp_path):
    small(tmp_path)
    (tmp_path / "map.csv").write_text("heading,field\nNgày hẹn trả,due_at\n", encoding="utf-8")

    done = command("report", "tuan.csv", "--columns", "map.csv", "-o", "map.csv", cwd=tmp_path)

    assert done.returncode == 2
    assert (tmp_path / "map.csv").read_text(encoding="utf-8").startswith("heading")


def test_all_reports_are_written_or_none(tmp_path):
    """A template that cannot be used, or a folder that takes no file, leaves last week's reports alone."""
    small(tmp_path)
    (tmp_path / "old.xlsx").write_bytes(b"last week")
    (tmp_path / "bad.docx").write_bytes(b"garbage")
    tried = [
        ("-o", "old.xlsx", "-o", "new.docx", "--template", "bad.docx"),
        ("-o", "old.xlsx", "-o", "/proc/new.md"),
    ]
    for outputs in tried:
        done = command("report", "tuan.csv", "--period", "2023-W51", *outputs, cwd=tmp_path)
        assert done.returncode == 3, done.stderr.decode()
        assert (tmp_path / "old.xlsx").read_bytes() == b"last week"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.docx", "old.xlsx", "tuan.csv"]


def test_a_component_left_out_must_exist_and_days_ahead_are_a_year_at_most(tmp_path):
    small(tmp_path)
    for wrong in (("--without", "44"), ("--near", "10000000"), ("--goal", "1e-999999999")):
        done = command("report", "tuan.csv", "--period", "2023-W51", *wrong, cwd=tmp_path)
        assert done.returncode == 2, wrong


def test_a_period_without_dossiers_is_said_to_have_none(tmp_path):
    small(tmp_path)
    said = command("report", "tuan.csv", "--period", "2023-W40", "--format", "md", cwd=tmp_path).stdout.decode()
    assert "Trong kỳ không có hồ sơ nào phải xử lý." in said


def test_an_edited_result_is_not_believed(tmp_path):
    """Points that do not add up, negative counts, a numerator above its denominator, a component twice."""
    small(tmp_path)
    small(tmp_path, "truoc.csv", "11/12/2023")
    week = command("score", "truoc.csv", "--period", "2023-W50", "--format", "json", cwd=tmp_path)
    plain = json.loads(week.stdout)

    def edited(change):
        document = json.loads(week.stdout)
        change(document)
        return document

    wrong = [
        edited(lambda d: d["units"][-1].update(points=1.0)),
        edited(lambda d: d["units"][-1]["counts"].update(late=-5)),
        edited(lambda d: next(c for c in d["components"] if c["ratio"]).update(numerator=999)),
        edited(lambda d: d["components"].append(d["components"][0])),
        edited(lambda d: next(u for u in d["units"] if u["rank"]).update(rank=-7)),
    ]
    for code, document in [(0, plain), *((3, document) for document in wrong)]:
        (tmp_path / "truoc.json").write_text(json.dumps(document), encoding="utf-8")
        done = command(
            "compare", "tuan.csv", "--period", "2023-W51", "--previous", "truoc.json", "--format", "json", cwd=tmp_path
        )
        assert done.returncode == code, done.stderr.decode()


def test_a_level_with_nothing_to_do_in_a_week_is_no_other_organisation(tmp_path):
    """Communes without a dossier in the week before: the same export, cut at two weeks, compares."""
    rows = list(csv.DictReader(io.StringIO(small(tmp_path).read_text(encoding="utf-8"))))
    earlier = [{**row, "Mã hồ sơ": f"B{n}", "Ngày tiếp nhận": "12/12/2023 08:00", "Ngày kết thúc": "13/12/2023 08:00"}
               for n, row in enumerate(rows)]  # fmt: skip
    commune = [{**row, "Mã hồ sơ": f"C{n}", "Đơn vị": "UBND xã Lúa"} for n, row in enumerate(rows)]
    path = write_csv(tmp_path / "ca-hai.csv", [*rows, *earlier, *commune])

    done = command("compare", path, "--period", "2023-W51", "--previous-period", "2023-W50", "--format", "json")

    assert done.returncode == 0, done.stderr.decode()
    new = json.loads(done.stdout)["new_units"]
    assert {unit["level"] for unit in new} == {"commune"}
