"""The page in a real browser, opened from a file: nothing is loaded, everything can be reached, read and printed.

Without a browser these tests are skipped; with REFORMCLI_NEEDS_BROWSER=1 they fail instead.
"""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from pages import hostile_document, long_table, sample_document
from reformcli.render.document import Document, Section
from reformcli.render.page import page_text

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
A4 = {(595, 842), (842, 595)}  # in points
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REFORMCLI_NEEDS_BROWSER") != "1", reason="no browser here"
    ),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("Báo cáo")
    (made / "sample.html").write_text(page_text(sample_document()), encoding="utf-8")
    (made / "hostile.html").write_text(page_text(hostile_document()), encoding="utf-8")
    return made


@contextmanager
def opened(browser, path, *, place="", **options):
    """The page in a window of its own; fails when it complains, or asks for anything but itself."""
    context = browser.new_context(**options)
    page = context.new_page()
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    try:
        page.goto(path.as_uri() + place)
        yield page
        assert complaints == []
        assert {url.split("#")[0] for url in requests} == {path.as_uri()}
    finally:
        context.close()


def window(width, **more):
    return {"viewport": {"width": width, "height": 844}, **more}


def first_cells(table, place):
    return table.locator(f"tbody tr > *:nth-child({place})").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_the_page_loads_nothing_and_never_scrolls_sideways(browser, folder, name, width, scheme):
    """Folded or unfolded; only the frame of a wide table scrolls."""
    with opened(browser, folder / f"{name}.html", **window(width, color_scheme=scheme)) as page:
        for is_open in (False, True):
            page.evaluate("is => document.querySelectorAll('details').forEach(one => { one.open = is })", is_open)
            wide, room = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]")
            assert wide <= room
        assert page.locator("h1").is_visible()
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        lightness = sum(map(int, re.findall(r"\d+", ground)[:3]))
        assert (lightness < 200) == (scheme == "dark")


def test_without_script_everything_is_there(browser, folder):
    """Only sorting needs it; an annex opens from its link all the same."""
    with opened(browser, folder / "sample.html", **window(1280, java_script_enabled=False)) as page:
        assert page.locator("thead button").count() == 0
        page.locator("nav a").last.click()
        page.wait_for_timeout(200)
        assert page.locator("details").last.locator("table").is_visible()


def test_a_heading_sorts_by_mouse_and_keyboard_and_sums_stay_below(browser, folder):
    """Numbers by value, the largest first; then the smallest; then as it was. Rows without a number stay last."""
    with opened(browser, folder / "hostile.html", **window(1280)) as page:
        table = page.locator("table").first
        before, total = first_cells(table, 3), table.locator("tfoot").inner_text()
        heading = table.locator("thead th").nth(2)
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        assert first_cells(table, 3) == ["11", "10", "8", "7", "5", "4", "2", "1", "–", "–", "–", "–"]
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        assert first_cells(table, 3) == ["1", "2", "4", "5", "7", "8", "10", "11", "–", "–", "–", "–"]
        page.keyboard.press("Space")
        assert heading.get_attribute("aria-sort") == "none"
        assert first_cells(table, 3) == before
        assert table.locator("tfoot").inner_text() == total
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "none"
        assert table.locator("thead th").nth(3).get_attribute("aria-sort") == "descending"


def test_names_are_sorted_as_vietnamese_does(browser, tmp_path):
    """A dictionary has ă and â after a, đ after d, and tones after letters; times go by time."""
    from datetime import datetime

    from reformcli.render.table import Column, Table

    names = ["Đức", "Du", "Ân", "An", "Ăn", "Xã 10", "Xã 2", "Dũng", "án"]
    rows = [[name, datetime(2023, 12, 31 - number)] for number, name in enumerate(names)]
    table = Table("t", "t", [Column("n", "Tên"), Column("t", "Ngày", "time")], rows)
    section = Section("s", "Phần", [], [table])
    path = tmp_path / "page.html"
    path.write_text(page_text(Document("T", "", "vi", [], [], [section], datetime(2023, 1, 1))), encoding="utf-8")

    with opened(browser, path, **window(1280)) as page:
        page.locator("thead button").first.click()
        shown = first_cells(page.locator("table"), 1)
        assert shown == ["An", "án", "Ăn", "Ân", "Du", "Dũng", "Đức", "Xã 2", "Xã 10"]
        page.locator("thead button").nth(1).click()
        assert first_cells(page.locator("table"), 1) == names[::-1]


@pytest.mark.parametrize("way", ["click", "address"])
def test_a_link_to_the_annex_unfolds_it(browser, folder, way):
    with opened(
        browser, folder / "sample.html", place="#late-dossiers" if way == "address" else "", **window(1280)
    ) as page:
        if way == "click":
            assert not page.locator("#late-dossiers").is_visible()
            page.locator('nav a[href="#late-dossiers"]').click()
        page.wait_for_timeout(200)
        assert page.locator("details").first.get_attribute("open") is not None
        top = page.locator("#late-dossiers").bounding_box()["y"]
        assert 0 <= top < 844


def test_the_first_stop_of_the_keyboard_skips_to_the_content(browser, folder):
    with opened(browser, folder / "sample.html", **window(1280)) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.url.endswith("#contents")


def test_a_wide_table_scrolls_in_its_own_frame_by_keyboard(browser, folder):
    with opened(browser, folder / "sample.html", **window(390)) as page:
        frame = page.locator(".frame").first
        frame.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
        assert frame.evaluate("frame => frame.scrollLeft") > 0
        assert frame.get_attribute("aria-label")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_nobody_is_kept_out(browser, folder, name, scheme):
    """axe-core finds nothing serious, annexes unfolded. It runs as a script of its own, which the policy forbids."""
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, folder / f"{name}.html", **window(1280, color_scheme=scheme, bypass_csp=True)) as page:
        page.evaluate(
            "document.querySelectorAll('.annex table').forEach(one => [...one.rows].slice(9).forEach(r => r.remove()))"
        )
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == []


@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_it_is_printed_on_a4_with_annexes_unfolded(browser, folder, tmp_path, name):
    """Also from a dark screen; wide tables across."""
    target = tmp_path / "page.pdf"
    with opened(browser, folder / f"{name}.html", **window(1280, color_scheme="dark")) as page:
        page.pdf(path=target, prefer_css_page_size=True, print_background=True)
        assert page.locator("details[open]").count() == 0

    told = subprocess.run(["pdfinfo", "-l", "999", target], capture_output=True, text=True, check=True).stdout
    sizes = {(round(float(a)), round(float(b))) for a, b in re.findall(r"size: +([\d.]+) x ([\d.]+) pts", told)}
    assert sizes == (A4 if name == "sample" else {(595, 842)})
    if name == "sample":
        text = subprocess.run(["pdftotext", "-layout", target, "-"], capture_output=True, check=True).stdout.decode()
        sheets = text.split("\f")[:-1]
        listed = next(t for s in sample_document().sections for t in s.tables if t.name == "Danh sách trễ hạn")
        assert all(str(row[0])[:9] in text for row in listed.rows)
        assert all(f"Trang {number} / {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1))


def test_a_list_of_a_whole_province_opens_and_sorts(browser, tmp_path):
    """13 columns, folded at first."""
    from datetime import datetime

    section = Section("s", "Danh sách", [], [long_table(5_000)], annex=True)
    path = tmp_path / "long.html"
    path.write_text(page_text(Document("T", "", "vi", [], [], [section], datetime(2023, 1, 1))), encoding="utf-8")

    with opened(browser, path, **window(1280)) as page:
        page.set_default_timeout(120_000)
        page.locator("nav a").click()
        button = page.locator("thead button").nth(7)
        button.click()
        assert page.locator("tbody tr:first-child td:nth-child(8)").inner_text() == "1.012"
        wide, room = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]")
        assert wide <= room
