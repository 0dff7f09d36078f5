"""What --previous names: exports, JSON results, reports that carry one, and files that mean harm."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reformcli import judging, pipeline
from reformcli.audit import carried
from reformcli.cli import main
from reformcli.comparing import changes
from reformcli.comparing.previous import Previous, Wanted, document_of
from reformcli.errors import InputError, UsageError
from reformcli.late.backlog import Asked
from support import write_csv
from test_comparison import BEFORE, NOW, row

WEEK = {"period": "2023-W51"}
PERSON = "Nguyễn Văn Ví Dụ"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    write_csv(tmp_path / "w50.csv", BEFORE)
    write_csv(tmp_path / "w51.csv", [*NOW, row(9, "UBND xã Ân Lam", "20", "21", level="Cấp Xã")])
    write_csv(tmp_path / "w50.csv", [*BEFORE, row(10, "UBND xã Ân Lam", "13", "14", level="Cấp Xã")])
    return tmp_path


def result(command: str = "score", *more: str) -> str:
    """The JSON of week 50."""
    assert main([command, "w50.csv", "--period", "2023-W50", *more, "-q", "-o", "old.json"]) == 0
    return Path("old.json").read_text(encoding="utf-8")


def carrying_workbook(path: str, text: str, *, inline: bool = False, sheet: str = carried.SHEET) -> None:
    """An xlsx as the report's writer makes it: a first sheet for people, and the very hidden one."""
    book = xlsxwriter.Workbook(path, {"constant_memory": inline, "strings_to_formulas": False})
    book.add_worksheet("Điểm").write_string(0, 0, "Báo cáo")
    hidden = book.add_worksheet(sheet)
    for number, piece in enumerate(carried.chunks(text)):
        hidden.write_string(number, 0, piece)
    hidden.very_hidden()
    book.close()


def scored(previous: str, **more):
    return changes.run_score(judging.Options(exports=["w51.csv"], **WEEK), Wanted([previous], **more))[1]


# ------------------------------------------------------------------ the same figures whatever carries them
def bare(comparison):
    """A comparison without what only exports tell."""
    units = [
        replace(unit, components=tuple(replace(one, movers=None) for one in unit.components))
        for unit in comparison.units
    ]
    return units, [unit.agency for unit in comparison.gone_units], [unit.agency for unit in comparison.new_units]


def test_an_export_and_its_result_give_the_same_comparison():
    result()
    of_export, of_result = scored("w50.csv", period="2023-W50"), scored("old.json")
    assert bare(of_export) == bare(of_result)
    assert of_export.dossiers is not None
    assert of_result.dossiers is None
    assert any(one.movers for unit in of_export.units for one in unit.components)
    assert of_export.before.start == of_result.before.start


@pytest.mark.parametrize("inline", [False, True])
def test_a_workbook_and_a_page_carry_the_result(inline):
    text = result()
    carrying_workbook("report.xlsx", text, inline=inline)
    page = (
        f"<!doctype html><html><head><title>x</title></head><body><table></table>{carried.for_page(text)}</body></html>"
    )
    Path("report.html").write_text(page, encoding="utf-8")
    wanted = bare(scored("old.json"))
    assert bare(scored("report.xlsx")) == wanted
    assert bare(scored("report.html")) == wanted


def test_what_a_file_is_does_not_depend_on_its_name():
    text = result()
    Path("ket-qua.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    Path("powershell.dat").write_bytes(text.encode("utf-16"))
    carrying_workbook("bao-cao.xlsx", text)
    Path("bao-cao.xlsx").rename("bao-cao.zip")
    wanted = bare(scored("old.json"))
    assert [bare(scored(name)) for name in ("ket-qua.txt", "powershell.dat", "bao-cao.zip")] == [wanted] * 3


def test_a_report_is_read_as_a_score():
    document = json.loads(result())
    Path("report.json").write_text(json.dumps({**document, "schema": "reformcli.report/1"}), encoding="utf-8")
    assert bare(scored("report.json")) == bare(scored("old.json"))


def test_an_ordinary_workbook_and_page_are_exports():
    book = xlsxwriter.Workbook("w50.xlsx")
    sheet = book.add_worksheet("reformcli_2")
    for number, cells in enumerate([list(BEFORE[0]), *[list(one.values()) for one in BEFORE]]):
        sheet.write_row(number, 0, cells)
    book.close()
    lines = "".join(
        f"<tr>{''.join(f'<td>{c}</td>' for c in cells)}</tr>" for cells in [BEFORE[0], *[r.values() for r in BEFORE]]
    )
    Path("w50.xls").write_text(f"<html><script>var reformcli;</script><table>{lines}</table></html>", encoding="utf-8")
    for name in ("w50.xlsx", "w50.xls"):
        assert document_of(name) is None
        assert scored(name, period="2023-W50", forced=True).dossiers is not None


def test_figures_are_exact_decimals():
    text = result()
    figures = [one.points.before for one in scored("old.json").units]
    assert all(figure is None or type(figure).__name__ == "Decimal" for figure in figures)
    assert '"points": 13.33' in text


@pytest.mark.parametrize("by", ["agency", "level", "channel"])
def test_flow_tables_compare_with_their_own_result(by):
    result("metrics", "--by", by)
    options = judging.Options(exports=["w51.csv"], **WEEK)
    of_export = changes.run_metrics(options, Wanted(["w50.csv"], "2023-W50"), [by])[1]
    of_result = changes.run_metrics(options, Wanted(["old.json"]), [by])[1]
    assert of_export.groups == of_result.groups
    assert of_export.groups[-1].figures["handled"].before == 5


@pytest.mark.parametrize("by", ["agency", "cause", "age"])
def test_late_dossiers_compare_with_their_own_result(by):
    result("late", "--by", by)
    options = judging.Options(exports=["w51.csv"], **WEEK)
    of_export = changes.run_late(options, Wanted(["w50.csv"], "2023-W50"), Asked(by=(by,)))[1]
    of_result = changes.run_late(options, Wanted(["old.json"]), Asked(by=(by,)))[1]
    assert of_export.groups == of_result.groups
    assert of_export.groups[-1].figures["overdue"].before == 2


def test_a_report_with_tables_by_name_serves_every_command():
    flow, late = json.loads(result("metrics", "--by", "level")), json.loads(result("late", "--by", "cause"))
    document = json.loads(result())
    tables = {
        "metrics": {"other": [], "level": flow["metrics"]},
        "late": {"late": late["late"], "movement": late["movement"]},
    }
    tables["late"]["movement_by"] = late["movement_by"]
    report = {**document, **tables, "schema": "reformcli.report/1"}
    Path("report.json").write_text(json.dumps(report), encoding="utf-8")
    options = judging.Options(exports=["w51.csv"], **WEEK)
    found = changes.run_metrics(options, Wanted(["report.json"]), ["level"])[1]
    assert found.groups[-1].figures["handled"].before == 5
    found = changes.run_late(options, Wanted(["report.json"]), Asked(by=("cause",)))[1]
    assert found.groups[-1].figures["overdue"].before == 2
    assert found.groups[-1].figures["closing"].before == 2


def test_a_result_of_some_agencies_says_nothing_of_the_others():
    result("score", "--agency", "Sở Tư pháp")
    comparison = scored("old.json")
    assert [one.unit.agency for one in comparison.units] == ["Sở Tư pháp"]
    assert comparison.new_units == comparison.gone_units == ()


def test_a_flow_table_of_some_agencies_by_another_dimension_is_not_compared():
    """By channel, of one agency: held against all agencies every figure would look like a fall."""
    result("metrics", "--by", "channel", "--agency", "Sở Tư pháp")
    options = judging.Options(exports=["w51.csv"], **WEEK)
    found = changes.run_metrics(options, Wanted(["old.json"]), ["channel"])[1]
    assert [one.by for one in found.groups] == [{}]  # the total is that of all
    both = changes.run_metrics(options, Wanted(["w50.csv"], "2023-W50"), ["channel"], agencies=["Sở Tư pháp"])[1]
    assert {one.by["channel"]: one.figures["handled"].before for one in both.groups if one.by} == {
        "online": 2,
        "direct": 1,
    }


# ------------------------------------------------------------------ refusals
def refused(name: str, wanted=None, **more) -> str:
    with pytest.raises((InputError, UsageError)) as told:
        changes.run_score(judging.Options(exports=["w51.csv"], **WEEK), wanted or Wanted([name], **more))
    return told.value.key


def test_another_result_than_that_of_the_command_is_refused():
    result("metrics")
    assert refused("old.json") == "previous_other_result"
    options = judging.Options(exports=["w51.csv"], **WEEK)
    with pytest.raises(InputError) as told:
        changes.run_metrics(options, Wanted(["old.json"]), ["level"])
    assert told.value.key == "previous_other_result"
    result("score")
    with pytest.raises(InputError) as told:
        changes.run_late(options, Wanted(["old.json"]), Asked())
    assert told.value.key == "previous_other_result"


def test_a_result_beside_another_file_is_refused():
    result()
    assert refused("", Wanted(["w50.csv", "old.json"])) == "previous_mixed"


def test_a_word_file_says_what_to_take():
    from docx import Document

    Document().save("report.docx")
    assert refused("report.docx") == "previous_docx"


def test_a_file_that_does_not_exist_is_wrong_use():
    assert refused("nothing.json") == "no_such_file"


BROKEN = {
    "cut short": lambda text: text[: len(text) // 2],
    "no object": lambda text: f"[{text}]".replace("[", "{", 1),
    "deep": lambda text: '{"a":' * 100_000,
    "a text for a number": lambda text: text.replace('"points": 13.33', '"points": "13.33"'),
    "not a number": lambda text: text.replace('"points": 13.33', '"points": NaN'),
    "infinite": lambda text: text.replace('"points": 13.33', '"points": Infinity'),
    "huge": lambda text: text.replace('"points": 13.33', '"points": 1e999999'),
    "tiny": lambda text: text.replace('"points": 13.33', '"points": 1e-999999'),
    "beyond decimals": lambda text: text.replace('"points": 13.33', '"points": 1e99999999999999999999'),
    "long": lambda text: text.replace('"points": 13.33', f'"points": {"9" * 10_000}'),
    "a fraction for a count": lambda text: text.replace('"numerator": 2', '"numerator": 2.5'),
    "true": lambda text: text.replace('"numerator": 2', '"numerator": true'),
    "no period": lambda text: text.replace('"from"', '"form"'),
    "no moment": lambda text: text.replace("2023-12-11 00:00:00", "hôm qua"),
    "level": lambda text: text.replace('"level": "province"', '"level": "galaxy"'),
    "kind": lambda text: text.replace('"kind": "total"', '"kind": "agency"'),
    "status": lambda text: text.replace('"status": "measured"', '"status": "fine"'),
    "manifest": lambda text: text.replace('"manifest": {', '"manifest": 1, "x": {'),
    "units": lambda text: text.replace('"units": [', '"units": [1, '),
    "repeated": lambda text: text.replace("Sở Xây dựng", "Sở Tư pháp"),
    "inputs": lambda text: text.replace('"name": "w50.csv"', '"name": null'),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("carrier", ["json", "xlsx", "html"])
def test_a_broken_result_is_an_error_of_three_lines(name, carrier, capsys):
    text = BROKEN[name](result())
    assert text != Path("old.json").read_text(encoding="utf-8")
    file = f"broken.{carrier}"
    if carrier == "xlsx":
        carrying_workbook(file, text)
    else:
        Path(file).write_text(text if carrier == "json" else f"<html>{carried.for_page(text)}</html>", encoding="utf-8")
    capsys.readouterr()
    code = main(["score", "w51.csv", "--period", "2023-W51", "--previous", file])
    out, err = capsys.readouterr()
    assert (code, out, len(err.splitlines())) == (3, "", 3), err
    assert "Traceback" not in err


@pytest.mark.parametrize("schema", ["reformcli.validate/1", "reformcli.score/2", "other", None, 7])
def test_another_schema_is_refused(schema):
    document = json.loads(result())
    Path("old.json").write_text(json.dumps({**document, "schema": schema}), encoding="utf-8")
    assert refused("old.json") == "previous_not_ours"


def sheet_of(text: str) -> str:
    return f'<worksheet xmlns="http://x"><sheetData>{text}</sheetData></worksheet>'


def book(path: str, sheet: str, *, target: str = "worksheets/sheet1.xml", shared: str | None = None, more=()) -> None:
    """A workbook made by hand, so that it can be wrong."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", '<workbook xmlns:r="http://r"><sheet name="reformcli" r:id="r1"/></workbook>'
        )
        relation = f'<Relationships><Relationship Id="r1" Type="x/worksheet" Target="{target}"/></Relationships>'
        archive.writestr("xl/_rels/workbook.xml.rels", relation)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        if shared is not None:
            archive.writestr("xl/sharedStrings.xml", shared)
        for name, data in more:
            archive.writestr(name, data)


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY x "y">]>'
    + sheet_of('<row><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'),
    "no xml": "not xml at all <",
    "gap": sheet_of('<row><c r="A1" t="str"><v>{</v></c><c r="A3" t="str"><v>}</v></c></row>'),
    "far": sheet_of('<row><c r="A9999999" t="str"><v>{}</v></c></row>'),
    "no shared text": sheet_of('<row><c r="A1" t="s"><v>0</v></c></row>'),
    "no place": sheet_of('<row><c r="A1" t="s"><v>x</v></c></row>'),
    "empty": sheet_of(""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused(name):
    book("bad.xlsx", HOSTILE[name])
    assert refused("bad.xlsx") in ("previous_broken", "previous_not_ours")


def test_a_sheet_that_the_workbook_does_not_have_is_refused():
    book("bad.xlsx", sheet_of(""), target="../../etc/passwd")
    assert refused("bad.xlsx") == "previous_broken"


def test_a_bomb_is_refused_by_what_it_says(monkeypatch):
    monkeypatch.setattr(carried, "MOST_BYTES", 1 << 16)
    book("bomb.xlsx", sheet_of(" " * (1 << 20)))
    assert refused("bomb.xlsx") == "bomb"


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_is_unpacked(monkeypatch):
    book("bomb.xlsx", sheet_of('<row><c r="A1" t="str"><v>' + " " * (1 << 22) + "</v></c></row>"))
    data = bytearray(Path("bomb.xlsx").read_bytes())
    size = zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/worksheets/sheet1.xml").file_size
    Path("bomb.xlsx").write_bytes(bytes(data).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    monkeypatch.setattr(carried, "MOST_BYTES", 1 << 16)
    assert refused("bomb.xlsx") in ("bomb", "previous_broken", "damaged_workbook")


def test_no_error_shows_what_a_file_holds(capsys):
    Path("old.json").write_text(json.dumps({"schema": PERSON, "người": PERSON}), encoding="utf-8")
    main(["score", "w51.csv", "--previous", "old.json"])
    assert PERSON not in capsys.readouterr().err


# ------------------------------------------------------------------ containers
@settings(deadline=None)
@given(st.text(max_size=200).map(lambda text: text * 400))
def test_pieces_joined_are_the_text_and_fit_into_cells(text):
    pieces = carried.chunks(text)
    assert "".join(pieces) == text
    assert all(piece and len(piece.encode("utf-16-le", "surrogatepass")) <= 2 * 32_767 for piece in pieces)


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_what_a_page_carries_comes_back(values):
    text = json.dumps(values, ensure_ascii=False)
    script = carried.for_page(text)
    page = f"<html><head></head><body><p>reformcli</p>{script}<script>1</script></body></html>"
    found = carried.from_page(page)
    assert json.loads(found) == values
    assert script.count("<") == 2
    assert not any(sign in found for sign in "<>&")


@settings(deadline=None, max_examples=20)
@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), st.integers()))
def test_what_a_workbook_carries_comes_back(tmp_path_factory, values):
    text = json.dumps(values, ensure_ascii=False, indent=1)
    path = tmp_path_factory.mktemp("books") / "book.xlsx"
    carrying_workbook(str(path), text)
    assert json.loads(carried.from_workbook(path)) == values


def test_a_file_without_anything_carried_gives_nothing():
    carrying_workbook("other.xlsx", "{}", sheet="Sheet2")
    assert carried.from_workbook("other.xlsx") is None
    assert carried.from_page("<html>reformcli</html>") is None
    assert document_of("w50.csv") is None
    assert document_of("no-such-file") is None


def test_an_unknown_source_has_nothing_to_say():
    judged = judging.judge(judging.Options(exports=["w51.csv"], **WEEK), scored=True)
    with pytest.raises(InputError) as told:
        changes.compare_runs(judged, pipeline.scored(judged), Previous("x.json", document={}))
    assert told.value.key == "previous_not_ours"
