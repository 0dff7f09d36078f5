"""Draw how time and memory grow with the dossiers, from what `scale.py -o` wrote.

Usage: python benchmarks/plot.py [RESULTS.json [PICTURE.svg]]; the same results give the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import matplotlib as mpl

HERE = Path(__file__).parent
LINES = {  # job → what people read, colour, mark
    "reformcli xlsx": ("reformcli, xlsx", "#1b5e9b", "o"),
    "bare xlsx": ("fastexcel → Arrow, chỉ đọc", "#9aa5b1", "o"),
    "pandas xlsx": ("pandas + openpyxl, xlsx", "#c0392b", "o"),
    "reformcli csv": ("reformcli, csv", "#2e7d32", "s"),
    "polars csv": ("polars, csv", "#a5d6a7", "s"),
    "reformcli parquet": ("reformcli, Parquet, bộ nhớ", "#e67e22", "^"),
    "reformcli-duckdb parquet": ("reformcli --engine duckdb", "#6a1b9a", "D"),
}
PANELS = {"cpu": ("Thời gian bộ xử lý", "giây"), "peak": ("Bộ nhớ nhiều nhất", "MB")}


def main(results: Path, picture: Path) -> None:
    """Two panels with one line per job, both axes logarithmic."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "reformcli", "svg.fonttype": "none", "font.family": "sans-serif"})
    from matplotlib import pyplot as plt

    jobs = json.loads(results.read_text(encoding="utf-8"))["jobs"]
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for panel, (what, (title, unit)) in zip(panels, PANELS.items(), strict=True):
        for job, (label, colour, mark) in LINES.items():
            points = measured(jobs, job, what)
            panel.loglog(*zip(*points, strict=True), marker=mark, color=colour, label=label, linewidth=1.6)
        panel.set_title(f"{title} ({unit})", fontsize=11)
        panel.set_xlabel("số hồ sơ")
        panel.set_xticks([10_000, 100_000, 694_611, 3_000_000, 20_000_000, 50_000_000])
        panel.set_xticklabels(["10.000", "100.000", "694.611", "3 triệu", "20", "50"], fontsize=8)
        panel.minorticks_off()
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
        panel.grid(visible=True, color="#e3e7ec", linewidth=0.8)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(fontsize=8, frameon=False)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, metadata={"Date": None})


def measured(jobs: Mapping[str, Mapping[str, list[dict[str, float]]]], job: str, what: str) -> list[tuple[int, float]]:
    """The medians of a job by the number of dossiers."""
    return [
        (rows, median(one[what] for one in runs[job]))
        for rows, runs in sorted((int(rows), runs) for rows, runs in jobs.items())
        if job in runs
    ]


if __name__ == "__main__":
    names = [HERE / "results.json", HERE.parent / "docs" / "images" / "quy-mo.svg"]
    given = [Path(name) for name in sys.argv[1:]]
    main(*given, *names[len(given) :])
