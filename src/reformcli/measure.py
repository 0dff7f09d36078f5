"""Integer counts per unit: numerators and denominators, never ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from reformcli.flow import CHANNEL_SPLIT, FLOW

if TYPE_CHECKING:
    import pandas as pd


def measure(
    classified: Any,
    *,
    by: Sequence[str],
    pairs: Mapping[str, tuple[str, str]],
    sums: Mapping[str, tuple[str, str]],
    lacking: Mapping[str, Sequence[int]],
) -> pd.DataFrame:
    """Count every group once.

    Args:
        classified: n dossiers with the columns of `classify`, and `_source` where `lacking` is not empty.
        by: key columns of the groups; none for the whole. A null key is a group of its own.
        pairs: name → (population, numerator): predicates whose conjunction is counted.
        sums: name → (population, column): an integer column summed over a population.
        lacking: optional column → the `_source` numbers of sheets without it.

    Returns:
        One row per group, sorted by its keys: the keys, the flow counts, `NAME.n` and `NAME.d` for each pair and sum,
        and `lacks.COLUMN`: how many handled dossiers come from a sheet without that column. All int64.
    """
    frame = nw.from_native(classified)
    flags = _flags(pairs, sums, lacking)
    columns = {name: flag.cast(nw.Int64) for name, flag in flags.items()}
    columns |= {f"{name}.n": nw.col(column) for name, (_, column) in sums.items()}
    frame = frame.select(*by, **columns)
    totals = [nw.col(name).sum() for name in columns]
    grouped = frame.group_by(*by, drop_null_keys=False).agg(*totals) if by else frame.select(*totals)
    table: pd.DataFrame = grouped.to_native()
    return table.sort_values(list(by), na_position="last").reset_index(drop=True) if by else table


def _flags(
    pairs: Mapping[str, tuple[str, str]], sums: Mapping[str, tuple[str, str]], lacking: Mapping[str, Sequence[int]]
) -> dict[str, nw.Expr]:
    """What is counted, as one boolean column each: group-bys of plain columns are fast on every engine."""
    flags = {name: nw.col(predicate) for name, predicate in FLOW.items() if name not in CHANNEL_SPLIT}
    flags |= {name: nw.col("is_received") & nw.col(predicate) for name, predicate in CHANNEL_SPLIT.items()}
    for name, (population, numerator) in pairs.items():
        flags[f"{name}.n"] = nw.col(population) & nw.col(numerator)
        flags[f"{name}.d"] = nw.col(population)
    for name, (population, _) in sums.items():
        flags[f"{name}.d"] = nw.col(population)
    for column, sources in lacking.items():
        flags[f"lacks.{column}"] = nw.col("is_handled") & nw.col("_source").is_in(list(sources))
    return flags
