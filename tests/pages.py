"""Reports for tests of the page: the samples as they are counted, and names that were made to break a page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache

from reformcli import judging, pipeline
from reformcli.late import backlog
from reformcli.late.backlog import Asked
from reformcli.render import backlog as late_views
from reformcli.render import views
from reformcli.render.document import Document, Section, Tile
from reformcli.render.left_out import findings_table, rows_table
from reformcli.render.table import Chart, Column, Table
from support import SAMPLES

HOSTILE_NAMES = (
    r"$\alpha$ và $x^2$",
    "<script>alert(1)</script>",
    "</script></style><img src=x onerror=alert(1)>",
    '"><b onclick="alert(1)">Sở</b>',
    "שלום עולם مرحبا",
    "\u202eđảo chiều\u202c và \x1b[31m đỏ",
    "UBND xã 🌾 Đồng Tháp 中文字",
    "Ủy ban nhân dân " + "rất dài " * 40,
    "M" * 300,
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; &amp; https://x.vn",
    "Sở\r\nTư pháp\tA\x00B",
    "\ud800 nửa chữ",
)


def options(**more: object) -> judging.Options:
    exports = [str(SAMPLES / "tuan-51.xlsx")]
    return judging.Options(exports=exports, agencies=str(SAMPLES / "agencies.csv"), **more)


@cache
def sample_document(language: str = "vi") -> Document:
    """The score and the late dossiers of the sample week, as a report has them."""
    scored = pipeline.run_score(options(counts=[str(SAMPLES / "counts.csv")], period="2023-W51"))
    asked = Asked(by=("agency",), listed=True, near=5, worst=3, each="week")
    late = backlog.run_late(options(period="2023-W51"), asked)
    by_week = backlog.run_late(options(), Asked(by=("cause",), each="week"))
    units = views.ordered(scored.units)
    total = next(unit for unit in units if unit.unit.kind == "total")
    points = Column("points", "Điểm", "points")
    tiles = [
        Tile("Điểm đo được", total.points, points, "trên 40,00 điểm đo được", "good"),
        Tile("Hồ sơ quá hạn", late.movement.closing_overdue, Column("n", "", "count"), "cuối kỳ", "bad"),
        Tile("Tỷ lệ trước và đúng hạn", Decimal("93.5"), Column("p", "", "percent"), "kỳ trước 92,10%"),
        Tile("Hồ sơ tiếp nhận", scored.rows.counted, Column("n", "", "count"), "trong kỳ"),
    ]
    notes = views.score_notes(scored, language)
    sections = [
        Section(
            "score",
            "Điểm và thứ hạng",
            ["Điểm tính theo Quyết định 766/QĐ-TTg trên phần đo được."],
            [views.units_table(units, language, notes)],
        ),
        Section("components", "Chỉ số thành phần", [], [views.total_components_table(total, language, notes)]),
        Section(
            "late",
            "Hồ sơ trễ hạn",
            [],
            [
                late_views.groups_table(late, language),
                late_views.movement_table(late, language),
                late_views.series_table(by_week, language),
                late_views.worst_table(late, language),
            ],
        ),
        Section("data", "Số liệu đầu vào", [], [rows_table(scored, language), findings_table(scored, language)]),
        Section("late-dossiers", "Danh sách hồ sơ trễ hạn", [], [late_views.listed_table(late, language)], annex=True),
        Section("all-components", "Từng chỉ số", [], [views.components_table(units, language)], annex=True),
    ]
    headline = [
        "Toàn tỉnh đạt 24,31 trên 30,00 điểm đo được, tăng 0,42 điểm so với tuần trước.",
        "Ba cơ quan giữ hơn một nửa số hồ sơ quá hạn.",
        "Giải quyết hết hồ sơ quá hạn sẽ thêm 1,20 điểm.",
    ]
    return Document(
        title="Báo cáo giải quyết thủ tục hành chính",
        subtitle="Tuần 51 năm 2023: từ 18/12/2023 đến 24/12/2023",
        language=language,
        headline=headline,
        tiles=tiles,
        sections=sections,
        created=datetime(2023, 12, 24, 23, 59, 59),
        machine='{"schema": "reformcli.report/1", "text": "</script><!--<script>&"}',
    )


def hostile_table(name: str = "hostile", rows: int = 0) -> Table:
    """Every kind of cell and shade, under and beside names that must stay text."""
    columns = [
        Column("agency", "Cơ quan <i>"),
        Column("overdue", "Quá hạn", "count"),
        Column("late", HOSTILE_NAMES[0], "count"),
        Column("points", "Điểm", "points"),
        Column("rate", "Tỷ lệ", "percent"),
        Column("due_at", "Hạn trả", "time"),
        Column("rank", "Hạng", "rank"),
    ]
    names = [*HOSTILE_NAMES, *(f"Ủy ban nhân dân xã số {number}" for number in range(rows))]
    cells = [
        [
            who,
            number * 1234,
            None if number % 3 == 0 else number,
            Decimal(number) / 8,
            Decimal(100 - number),
            datetime(2023, 12, 1 + number % 28, 8, number % 60),
            number + 1,
        ]
        for number, who in enumerate(names)
    ]
    total = ["Toàn bộ", 1_000_000, None, Decimal("9.5"), None, None, None]
    shades = {(0, "overdue"): "good", (1, "overdue"): "bad", (2, "agency"): "error", (3, "rate"): "warning"}
    shades |= {(4, "points"): "muted"}
    notes = [HOSTILE_NAMES[1], "Ghi chú."]
    chart = Chart("bar", "agency", ("overdue", "late"))
    return Table(name, HOSTILE_NAMES[2], columns, [*cells, total], notes, 1, shades, chart)


def hostile_document() -> Document:
    """Everything a person could have written, hostile."""
    name = HOSTILE_NAMES[3]
    table = hostile_table()
    empty = Table("empty", "Bảng trống", table.columns, [])
    return Document(
        title=HOSTILE_NAMES[1],
        subtitle=HOSTILE_NAMES[2],
        language="vi",
        headline=list(HOSTILE_NAMES),
        tiles=[Tile(name, name, table.columns[0], name, mood) for mood in ("good", "bad", "plain")],
        sections=[
            Section("a b", name, list(HOSTILE_NAMES), [table, empty]),
            Section("a b", HOSTILE_NAMES[5], [], [table], annex=True),
            Section("reformcli", HOSTILE_NAMES[7], [], [hostile_table("long", rows=200)], annex=True),
        ],
        created=datetime(2023, 12, 24, 23, 59, 59),
        machine='{"x": "</script><script>alert(1)</script>&amp;"}',
    )


def long_table(rows: int) -> Table:
    """A list as long as the late dossiers of a whole province: 13 columns."""
    kinds = ["text"] * 13
    kinds[4] = kinds[5] = "time"
    kinds[7] = kinds[12] = "count"
    columns = [Column(f"k{n}", f"Cột {n}", kind) for n, kind in enumerate(kinds)]
    made = {
        "text": lambda row, n: f"H99.{n}-2312{row:06}" if n == 0 else f"Ủy ban nhân dân xã số {row % 97}",
        "time": lambda row, n: datetime(2023, 1 + row % 12, 1 + row % 28, row % 24, row % 60),
        "count": lambda row, n: row * 7 % 1013,
    }
    cells = [[made[column.kind](row, n) for n, column in enumerate(columns)] for row in range(rows)]
    return Table("list", "Danh sách hồ sơ trễ hạn", columns, cells)
