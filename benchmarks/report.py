"""The figures of a benchmark: medians, ratios within a turn, targets, and how they are printed."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from score import Taken

    Fresh = Mapping[str, Sequence[Taken]]
    Warm = Mapping[str, Sequence[float]]

PACKAGES = ("reformcli", "fastexcel", "polars", "pandas", "pyarrow", "pandera", "narwhals", "openpyxl")


class Target(NamedTuple):
    """One figure beside what it must be; without limits it is only told."""

    name: str
    value: float
    unit: str
    warm: float | None = None  # the same without start-up
    must: float | None = None
    goal: float | None = None
    at_least: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether the figure breaks its `must`."""
        return self.must is not None and not self._meets(self.must)

    @property
    def verdict(self) -> str:
        """`goal`, `must` or `MISSED`: the best that is met."""
        if self.must is None or self.goal is None:
            return ""
        return "goal" if self._meets(self.goal) else "must" if self._meets(self.must) else "MISSED"

    def _meets(self, limit: float) -> bool:
        return self.value >= limit if self.at_least else self.value <= limit


def measured_targets(fresh: Fresh, warm: Warm) -> list[Target]:
    """The figures that PERFORMANCE sets limits for at 100,000 rows, and those against the bare reading."""

    def ratio(name: str, one: str, other: str, **limits: float | bool) -> Target:
        with_start = _ratio([t.seconds for t in fresh[one]], [t.seconds for t in fresh[other]])
        return Target(name, with_start, "×", _ratio(warm[one], warm[other]), **limits)

    found = [ratio("xlsx: reformcli / polars script", "reformcli xlsx", "polars xlsx", must=2.0, goal=1.5)]
    if "pandas xlsx" in fresh:
        limits = {"must": 8.0, "goal": 12.0, "at_least": True}
        found.append(ratio("xlsx: pandas + openpyxl / reformcli", "pandas xlsx", "reformcli xlsx", **limits))
    peak = median(t.peak for t in fresh["reformcli xlsx"])
    start = median(t.seconds for t in fresh["help"]) - median(t.seconds for t in fresh["python"])
    return [
        *found,
        ratio("csv: reformcli / polars script", "reformcli csv", "polars csv", must=3.0, goal=2.0),
        Target("xlsx: peak memory of reformcli", peak, "MB", must=700.0, goal=450.0),
        Target("--help over bare Python", start, "s", must=0.15, goal=0.1),
        ratio("xlsx: reformcli / bare reading", "reformcli xlsx", "bare xlsx"),
        ratio("xlsx: reformcli / bare reading as text", "reformcli xlsx", "bare text xlsx"),
    ]


def _ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """The median of the ratios within each turn: what slowed a turn down slowed both."""
    return median(a / b for a, b in zip(one, other, strict=True))


def shown(rows: int, repeat: int, fresh: Fresh, warm: Warm, targets: Sequence[Target], *, as_json: bool) -> str:
    """The result as a table for people or as JSON."""
    if as_json:
        return json.dumps(_document(rows, repeat, fresh, warm, targets), ensure_ascii=False, indent=1, sort_keys=True)
    lines = [f"{rows:,} rows, medians of {repeat} turns", ""]
    lines.append(f"{'job':<24}{'fresh s':>9}{'CPU s':>9}{'warm s':>9}{'peak MB':>9}")
    for name, runs in fresh.items():
        seconds, cpu, peak = (median(figures) for figures in zip(*runs, strict=True))
        inside = f"{median(warm[name]):9.3f}" if name in warm else f"{'–':>9}"
        lines.append(f"{name:<24}{seconds:9.3f}{cpu:9.3f}{inside}{peak:9.0f}")
    lines += ["", f"{'figure':<42}{'fresh':>10}{'warm':>8}{'must':>9}{'goal':>9}  met"]
    return "\n".join([*lines, *(_line(target) for target in targets)])


def _line(target: Target) -> str:
    sign = "≥" if target.at_least else "≤"
    limits = [f"{sign} {limit:g}" if limit is not None else "–" for limit in (target.must, target.goal)]
    digits = {"MB": 0, "s": 3}.get(target.unit, 2)
    inside = f"{target.warm:8.2f}" if target.warm is not None else f"{'–':>8}"
    value = f"{target.value:.{digits}f} {target.unit}"
    return f"{target.name:<42}{value:>10}{inside}{limits[0]:>9}{limits[1]:>9}  {target.verdict}".rstrip()


def _document(rows: int, repeat: int, fresh: Fresh, warm: Warm, targets: Sequence[Target]) -> dict[str, object]:
    return {
        "schema": "reformcli.benchmark/1",
        "rows": rows,
        "turns": repeat,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "versions": {name: version(name) for name in PACKAGES},
        "jobs": {
            name: {
                "fresh_seconds": [t.seconds for t in runs],
                "fresh_cpu_seconds": [t.cpu for t in runs],
                "peak_mb": [t.peak for t in runs],
                "warm_seconds": list(warm.get(name, [])),
            }
            for name, runs in fresh.items()
        },
        "targets": [{**target._asdict(), "verdict": target.verdict} for target in targets],
    }
