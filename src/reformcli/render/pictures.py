"""The chart of a table as an SVG picture: plain text, no style of its own, the same bytes every time.

Every mark has its colour as an attribute and its role as a class, so that a page may recolour it (dark mode) while the
picture still shows alone. Names are drawn as they are written: no mathematics, no markup.
"""

from __future__ import annotations

import io
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reformcli.i18n import text
from reformcli.render.numbers import first_total, one_line, shown, shown_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

    from reformcli.render.table import Cell, Chart, Column, Table

MOST = 30  # bars that can still be told apart
WIDTH = 640  # of every picture, in pixels
_NAMES, _LINE, _NAME_LINES = 34, 14, 2  # of a name beside its bar: characters, pixels and number of lines
_BAR, _GAP, _TOP, _LETTER = 16, 12, 34, 6.6
_LINES_HEIGHT, _FOOT, _TICKS = 280, 34, 8
_INK, _SOFT, _RULE = "#1b2430", "#4f5b6b", "#c9d0d8"
_SERIES = ("#8f2a22", "#e3a94f", "#2f6191", "#9aa3ad")  # dark, light, dark, light: told apart in grey too
_EDGES = ("#8f2a22", "#8a5c12", "#2f6191", "#4f5b6b")
_HATCHES = ("", "////", "....", "xxxx")
_DASHES = ((0, ()), (0, (5, 2)), (0, (1, 1.5)), (0, (7, 2, 1, 2)))
_MARKERS = ("o", "s", "^", "D")
_ROLES = {
    _INK: "ink",
    _SOFT: "soft",
    _RULE: "rule",
    **{colour: f"edge{number}" for number, colour in enumerate(_EDGES, 1)},
    **{colour: f"series{number}" for number, colour in enumerate(_SERIES, 1)},
}


@dataclass(frozen=True, slots=True)
class _Series:
    """What is drawn of one column."""

    heading: str
    column: Column
    cells: Sequence[Cell]
    texts: Sequence[str]

    @property
    def values(self) -> list[Decimal | None]:
        """The numbers; what was not measured is not drawn."""
        return [None if cell is None or isinstance(cell, str | datetime) else Decimal(cell) for cell in self.cells]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a chart shows: the names or times it runs over, and the series."""

    names: Sequence[str]
    over: Sequence[Cell]
    series: Sequence[_Series]


def svg_of(table: Table, language: str, *, prefix: str = "chart-") -> str | None:
    """Draw the chart of a table; None where it has none or there is nothing to compare.

    Args:
        table: its chart tells what is drawn; closing sums are not.
        language: vi or en, for numbers and the description.
        prefix: of the ids inside, which must be unique on a page.
    """
    drawn = _drawn(table, language)
    if table.chart is None or drawn is None:
        return None
    with _settings():
        picture = _Picture()
        if table.chart.kind == "bar":
            _draw_bars(picture, drawn)
        else:
            _draw_lines(picture, drawn, language, table.chart)
        raw = picture.svg()
    title = text("page.chart", language, title=one_line(table.title))
    from reformcli.render.svg import cleaned

    summary = _summary(drawn, table.chart)
    return cleaned(raw, roles=_ROLES, prefix=prefix, title=title, summary=summary, tips=picture.tips)


def left_undrawn(table: Table) -> int:
    """Count the rows that the chart of a table leaves out because they are too many."""
    rows = first_total(table)
    return max(0, rows - MOST) if table.chart and table.chart.kind == "bar" else 0


def _drawn(table: Table, language: str) -> _Drawn | None:
    rows = table.rows[: first_total(table)]
    if table.chart is None or not table.chart.of:
        return None
    rows = rows[:MOST] if table.chart.kind == "bar" else rows
    if len(rows) < 2:
        return None
    texts = shown_rows(replace(table, rows=rows, total_rows=0), language)
    keys = [column.key for column in table.columns]
    place = keys.index(table.chart.over)
    series = [
        _Series(
            one_line(table.columns[at].heading),
            table.columns[at],
            [row[at] for row in rows],
            [one_line(row[at]) for row in texts],
        )
        for at in (keys.index(key) for key in table.chart.of[: len(_SERIES)])
    ]
    biggest = max((abs(value) for one in series for value in one.values if value is not None), default=Decimal(0))
    if biggest > Decimal("1e300"):
        return None  # beyond what can be drawn
    return _Drawn([one_line(row[place]) for row in texts], [row[place] for row in rows], series)


def _summary(drawn: _Drawn, chart: Chart) -> str:
    """Say in words what the picture shows."""
    parts = []
    for one in drawn.series:
        values = ", ".join(f"{name} {value}" for name, value in zip(drawn.names, one.texts, strict=True))
        parts.append(f"{one.heading}: {values}.")
    parts += [f"┊ {drawn.names[at]}: {label}." for at, label in chart.breaks]
    return " ".join(parts)


# ------------------------------------------------------------------ bars
def _draw_bars(picture: _Picture, drawn: _Drawn) -> None:
    """Stack the series of each name in one bar, with the numbers at its end."""
    values = [one.values for one in drawn.series]
    labels = [" + ".join(one.texts[row] for one in drawn.series) for row in range(len(drawn.names))]
    names = [_wrapped(name) for name in drawn.names]
    left = 14 + _LETTER * max(_length(line) for lines in names for line in lines)
    right = WIDTH - 12 - _LETTER * max(map(len, labels))
    sums = [_ends([one[row] for one in values]) for row in range(len(names))]
    low, high = min(low for low, _ in sums), max(high for _, high in sums)
    scale = max(right - left, 60.0) / float(high - low or 1)
    zero = left - float(low) * scale
    top = picture.legend(drawn.series, hatched=True)
    for row, lines in enumerate(names):
        height = max(_BAR, _LINE * len(lines))
        middle = top + height / 2
        picture.name(lines, left - 8, middle, drawn.names[row])
        low_end = high_end = zero
        for number, one in enumerate(values):
            length = float(one[row] or 0) * scale
            start = high_end if length >= 0 else low_end + length
            picture.bar(start, middle - _BAR / 2, abs(length), number)
            low_end, high_end = min(low_end, start), max(high_end, start + abs(length))
        picture.text(high_end + 6, middle, labels[row], _INK)
        top += height + _GAP
    picture.line([(zero, _TOP - 4), (zero, top - _GAP + 4)], _SOFT, 1)
    picture.height = top


def _ends(values: Sequence[Decimal | None]) -> tuple[Decimal, Decimal]:
    """How far a bar reaches to both sides of zero."""
    known = [value for value in values if value is not None]
    low = sum((value for value in known if value < 0), Decimal(0))
    return low, sum((value for value in known if value > 0), Decimal(0))


def _wrapped(name: str) -> list[str]:
    """Break a name into the lines beside its bar, cut with a mark where it is longer."""
    lines = textwrap.wrap(unicodedata.normalize("NFC", name), _NAMES, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        is_last = number == len(lines) - 1
        if _length(line) > _NAMES + 2 or (number == _NAME_LINES - 1 and not is_last):
            return [*lines[:number], _cut(line)]
    return lines


def _cut(line: str) -> str:
    """Cut a line to the room there is for it, with a mark."""
    while _length(line) > _NAMES - 1:
        line = line[:-1]
    return line.rstrip() + " …"


def _length(line: str) -> float:
    """Measure a text in average letters."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)
    return len(line) + wide + 0.25 * sum(map(str.isupper, line)) + 0.5 * sum(map(line.count, "MW@%"))


# ------------------------------------------------------------------ lines
def _draw_lines(picture: _Picture, drawn: _Drawn, language: str, chart: Chart) -> None:
    """Draw each series over the times, the last number at its end; a course is not drawn across a break."""
    from matplotlib.ticker import MaxNLocator

    values = [[None if value is None else float(value) for value in one.values] for one in drawn.series]
    known = [value for one in values for value in one if value is not None] or [0.0]
    whole = all(isinstance(cell, int) for one in drawn.series for cell in one.cells if cell is not None)
    high = max(0.0, *known) or 1.0
    low = min(known) if chart.kind == "course" and 2 * min(known) > high else min(0.0, *known)
    ticks = [float(tick) for tick in MaxNLocator(5, integer=whole, steps=[1, 2, 5, 10]).tick_values(low, high)]
    column = drawn.series[0].column
    tick_texts = [shown(int(tick) if whole else Decimal(repr(tick)), column, language) for tick in ticks]
    left = 16 + _LETTER * max(map(len, tick_texts))
    right = WIDTH - 14 - _LETTER * max(len(one.texts[-1]) for one in drawn.series)
    top, bottom = picture.legend(drawn.series, hatched=False) + (18 if chart.breaks else 4), _LINES_HEIGHT - _FOOT
    scale = (bottom - top) / (ticks[-1] - ticks[0])
    heights = [bottom - (tick - ticks[0]) * scale for tick in ticks]
    for height, label in zip(heights, tick_texts, strict=True):
        picture.line([(left, height), (right, height)], _RULE, 1)
        picture.text(left - 8, height, label, _SOFT, align="right")
    places = _places(drawn.over, left + 8, right - 8)
    _draw_times(picture, drawn.names, places, bottom)
    for at, label in chart.breaks:
        picture.mark((places[at - 1] + places[at]) / 2, top, bottom, label)
    ends: list[float] = []
    for number, one in enumerate(values):
        points = [
            (x, float("nan") if value is None else bottom - (value - ticks[0]) * scale)
            for x, value in zip(places, one, strict=True)
        ]
        cuts = [0, *(at for at, _ in chart.breaks), len(points)]
        for start, end in pairwise(cuts):
            picture.points(points[start:end], number)
        if one[-1] is not None:
            height = _free(points[-1][1], ends)
            picture.text(right + 2, height, drawn.series[number].texts[-1], _INK)
            ends.append(height)
    picture.height = _LINES_HEIGHT


def _places(over: Sequence[Cell], left: float, right: float) -> list[float]:
    """Place times at their distance, anything else evenly."""
    times = [cell for cell in over if isinstance(cell, datetime)]
    steps = [float(number) for number in range(len(over))]
    if len(times) == len(over):
        steps = [(moment.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds() for moment in times]
    low, high = min(steps), max(steps)
    return [left + (step - low) / ((high - low) or 1) * (right - left) for step in steps]


def _draw_times(picture: _Picture, names: Sequence[str], places: Sequence[float], bottom: float) -> None:
    """Write the days below, as many as there is room for and always the last."""
    step = -(-len(names) // _TICKS)
    last_left = float("inf")
    for index in range(len(names) - 1, -1, -step):
        day = _cut(names[index].split(" ")[0]) if len(names[index]) > _NAMES else names[index].split(" ")[0]
        half = _LETTER * _length(day) / 2
        if places[index] + half + 6 > last_left:
            continue
        last_left = places[index] - half
        picture.line([(places[index], bottom), (places[index], bottom + 4)], _SOFT, 1)
        picture.text(places[index], bottom + 16, day, _SOFT, align="center")


def _free(wanted: float, taken: Sequence[float]) -> float:
    """Move a label up until it covers no other."""
    while any(abs(wanted - other) < _LINE for other in taken):
        wanted -= 2
    return wanted


# ------------------------------------------------------------------ drawing
class _Picture:
    """A sheet on which one unit is one pixel, from the upper left corner."""

    def __init__(self) -> None:
        from pathlib import Path

        import matplotlib
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties

        self.height: float = 100
        self.tips: list[str] = []
        self._figure: Any = Figure(dpi=72)
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
        self._font: FontProperties = FontProperties(fname=str(font), size=12)

    def svg(self) -> str:
        """Write what was drawn as SVG."""
        self._figure.set_size_inches(WIDTH / 72, self.height / 72)
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(self.height, 0)
        out = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph")  # the reader's fonts show what the measuring one lacks
            self._figure.savefig(out, format="svg", metadata=nothing, transparent=True)
        return out.getvalue()

    def text(
        self, x: float, y: float, words: str, colour: str, *, align: str = "left", group: str | None = None
    ) -> None:
        """Write a text, its middle at height y."""
        look: dict[str, Any] = {"ha": align, "va": "baseline", "color": colour, "fontproperties": self._font}
        self._axes.text(x, y + 4, words, parse_math=False, gid=group, **look)

    def name(self, lines: Sequence[str], right: float, middle: float, whole: str) -> None:
        """Write a name in lines; the whole name is told where it was cut."""
        is_cut = lines[-1].endswith("…") and not whole.endswith("…")
        group = f"tip{len(self.tips)}" if is_cut else None
        if is_cut:
            self.tips.append(whole)
        top = middle - _LINE * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            at = group if number == len(lines) - 1 else None
            self.text(right, top + number * _LINE, line, _INK, align="right", group=at)

    def bar(self, left: float, top: float, length: float, number: int) -> None:
        """Draw a bar of one series."""
        from matplotlib.patches import Rectangle

        if length:
            look: dict[str, Any] = {"facecolor": _SERIES[number], "edgecolor": _EDGES[number], "linewidth": 0.8}
            self._axes.add_patch(Rectangle((left, top), length, _BAR, hatch=_HATCHES[number], **look))

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """Draw a thin line."""
        self._plot(points, color=colour, linewidth=width)

    def mark(self, x: float, top: float, bottom: float, label: str) -> None:
        """Draw a dashed line from top to bottom, and beside it why nothing compares across it."""
        self._plot([(x, top - 14), (x, bottom)], color=_SOFT, linewidth=1, linestyle=_DASHES[1])
        is_right = x > WIDTH / 2
        self.text(x - 5 if is_right else x + 5, top - 10, label, _SOFT, align="right" if is_right else "left")

    def points(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """Draw the line of one series."""
        look = {"color": _EDGES[number], "linewidth": 2, "linestyle": _DASHES[number]}
        dots = {"marker": _MARKERS[number], "markersize": 6, "markeredgewidth": 1}
        self._plot(points, **look, **dots, markerfacecolor=_SERIES[number], markeredgecolor=_EDGES[number])

    def _plot(self, points: Sequence[tuple[float, float]], **look: Any) -> None:
        from matplotlib.lines import Line2D

        self._axes.add_line(Line2D([x for x, _ in points], [y for _, y in points], **look))

    def legend(self, series: Sequence[_Series], *, hatched: bool) -> float:
        """Name the series above the drawing; returns where the drawing starts."""
        x, y = 4.0, 14.0
        for number, one in enumerate(series):
            heading = _wrapped(one.heading)[0]
            room = 38 + _LETTER * _length(heading) + 16
            if x > 4 and x + room > WIDTH:
                x, y = 4.0, y + 22
            if hatched:
                self.bar(x, y - _BAR / 2, 26, number)
            else:
                self.points([(x, y), (x + 26, y)], number)
            self.text(x + 33, y, heading, _INK)
            x += room
        return y - 14 + _TOP


@contextmanager
def _settings() -> Iterator[None]:
    """Draw with the library's own defaults, whatever a settings file of the user says."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        ours: Any = {
            "svg.hashsalt": "reformcli",
            "svg.fonttype": "none",
            "text.parse_math": False,
            "path.simplify": False,
        }
        matplotlib.rcParams.update(ours)
        yield
