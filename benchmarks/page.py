"""Write the tables of docs/quy-mo.md from what `scale.py -o` wrote, between the two marks of the page.

Usage: python benchmarks/page.py
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "quy-mo.md"
BEGIN, END = "<!-- results.json -->\n", "<!-- / -->"
YARDSTICK = "694611"
NAMES = {
    "reformcli xlsx": "`reformcli score`, xlsx",
    "reader xlsx": "riêng phần đọc, có bảo vệ, xlsx",
    "bare xlsx": "fastexcel → Arrow, chỉ đọc, xlsx",
    "polars xlsx": "fastexcel + polars viết tay, xlsx",
    "pandas xlsx": "pandas + openpyxl viết tay, xlsx",
    "reformcli csv": "`reformcli score`, csv",
    "polars csv": "polars viết tay, csv",
    "duckdb csv": "DuckDB SQL viết tay, csv",
    "reformcli parquet": "`reformcli score`, Parquet, trong bộ nhớ",
    "reformcli-duckdb parquet": "`reformcli score --engine duckdb --memory-limit 4GB`, Parquet",
    "duckdb parquet": "DuckDB SQL viết tay, Parquet",
}
_SHORT = {"xlsx": "xlsx", "csv": "csv", "parquet": "Parquet"}


def main() -> None:
    """Put the tables in their place."""
    document = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + tables(document) + END + rest.split(END, 1)[1], encoding="utf-8")


def tables(document: Mapping[str, Any]) -> str:
    """Processor time and memory by the number of dossiers, and the ratios."""
    sizes = sorted(document["jobs"], key=int)
    parts = []
    for what, title, places in (("cpu", "Giây bộ xử lý", 1), ("peak", "Bộ nhớ nhiều nhất, MB", 0)):
        head = [title, *(_grouped(int(size)) for size in sizes)]
        rows = [
            [name, *(_middle(document["jobs"][size].get(job), what, places) for size in sizes)]
            for job, name in NAMES.items()
        ]
        parts.append(_table(head, rows))
    ratios = document["ratios"][YARDSTICK]
    head = [f"Tỷ số ở {_grouped(int(YARDSTICK))} hồ sơ", "bộ xử lý", "bộ nhớ"]
    parts.append(
        _table(
            head,
            [
                [_pair(name), *(_number(ratio[what], 2) for what in ("cpu", "peak"))]
                for name, ratio in sorted(ratios.items())
            ],
        )
    )
    return "\n".join(parts)


def _pair(name: str) -> str:
    """`a csv / b csv` → a / b, csv."""
    one, other = name.split(" / ")
    kind = one.split()[-1]
    return f"{one.removesuffix(' ' + kind)} / {other.removesuffix(' ' + kind)}, {_SHORT[kind]}"


def _middle(runs: Sequence[Mapping[str, float]] | None, what: str, places: int) -> str:
    return _number(median(one[what] for one in runs), places) if runs else "–"


def _number(value: float, places: int) -> str:
    whole, _, rest = f"{value:.{places}f}".partition(".")
    return _grouped(int(whole)) + (f",{rest}" if rest else "")


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
