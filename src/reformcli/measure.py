"""Integer counts per unit: numerators and denominators, never ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from reformcli.flow import CHANNEL_SPLIT, FLOW

ROWS = "rows"
_WORD = 56  # flags in one number

if TYPE_CHECKING:
    import numpy as np
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
        classified: n dossiers with the columns of `classify`, of any engine, and `_source` where `lacking` is not
            empty.
        by: key columns of the groups; none for the whole. A null key is a group of its own.
        pairs: name → (population, numerator): predicates whose conjunction is counted.
        sums: name → (population, column): an integer column summed over a population.
        lacking: optional column → the `_source` numbers of sheets without it.

    Returns:
        One row per group, sorted by its keys: the keys, the flow counts, `NAME.n` and `NAME.d` for each pair and sum,
        `lacks.COLUMN`: how many handled dossiers come from a sheet without that column, and `ROWS`: how many
        dossiers there are at all. All int64.
    """
    frame: Any = nw.from_native(classified)
    flags = _flags(pairs, sums, lacking)
    if frame.implementation.is_pandas():
        return _sorted(_counted(frame, by, flags, sums), by)
    columns = {name: flag.cast(nw.Int64) for name, flag in flags.items()}
    columns |= {f"{name}.n": nw.col(column) for name, (_, column) in sums.items()}
    columns[ROWS] = nw.col("is_handled").is_null().cast(nw.Int64) + 1
    plain = {f"count_{place}": name for place, name in enumerate(columns)}  # to Spark a dot is no part of a name
    frame = frame.select(*by, **dict(zip(plain, columns.values(), strict=True)))
    totals = [nw.col(name).sum() for name in plain]
    grouped = frame.group_by(*by, drop_null_keys=False).agg(*totals) if by else frame.select(*totals)
    return _sorted(_in_memory(grouped, list(plain)).rename(columns=plain), by)


def _counted(
    frame: Any, by: Sequence[str], flags: Mapping[str, nw.Expr], sums: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """The groups of a pandas table in no order.

    A group-by of the flags adds each of them up over all rows. Here rows of one group that are alike in every flag are
    counted once, and then there are few kinds of rows to add up.
    """
    import numpy as np
    import pandas as pd

    table: pd.DataFrame = frame.select(**flags).to_native()
    native: pd.DataFrame = frame.to_native()
    at = np.zeros(len(native), dtype="int64")
    for name in by:
        codes, values = pd.factorize(native[name], use_na_sentinel=False)
        at = pd.factorize(at * len(values) + codes)[0]
    groups = int(at.max(initial=-1)) + 1 if by else 1
    columns = [table[name].to_numpy(dtype=bool) for name in flags]
    kinds = _kinds(at, columns)
    first, sizes = _firsts(kinds), np.bincount(kinds)
    group_of = at[first]

    def added_up(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(group_of[chosen], weights=sizes[chosen], minlength=groups).astype("int64")

    counts = {name: added_up(column[first]) for name, column in zip(flags, columns, strict=True)}
    for name, (_, column) in sums.items():
        numbers = pd.Series(native[column].fillna(0).to_numpy(dtype="int64"))
        counts[f"{name}.n"] = numbers.groupby(at).sum().reindex(range(groups), fill_value=0).to_numpy()
    counts[ROWS] = added_up(np.ones(len(first), dtype=bool))
    keys = native[list(by)].iloc[_firsts(at)].reset_index(drop=True) if by else pd.DataFrame(index=range(1))
    return keys.assign(**counts)


def _kinds(at: np.ndarray, columns: Sequence[np.ndarray]) -> np.ndarray:
    """Number rows of one group that are alike in all of these boolean columns, from 0 as they appear."""
    import numpy as np
    import pandas as pd

    for start in range(0, len(columns), _WORD):
        word = np.zeros(len(at), dtype="int64")
        for octet in range(start, min(start + _WORD, len(columns)), 8):
            bits = np.zeros(len(at), dtype="uint8")
            for bit, column in enumerate(columns[octet : octet + 8]):
                bits |= column.view("uint8") << np.uint8(bit)
            word = (word << 8) | bits
        codes, words = pd.factorize(word)
        at = pd.factorize(at * len(words) + codes)[0]
    return at


def _firsts(numbers: np.ndarray) -> np.ndarray:
    """The first row of each number, where numbers are given as they appear."""
    import numpy as np
    import pandas as pd

    return np.flatnonzero(~pd.Series(numbers).duplicated().to_numpy())


def added(counted: pd.DataFrame, *, by: Sequence[str], lacking: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """The counts of larger groups, from those of `measure` for smaller ones.

    Args:
        counted: what `measure` gave, with the key columns of the larger groups, and `_source` where `lacking` is not
            empty.
        by: as for `measure`.
        lacking: as for `measure`.
    """
    from pandas.api.types import is_integer_dtype

    counts = counted.assign(
        **{f"lacks.{name}": counted["handled"] * counted["_source"].isin(list(at)) for name, at in lacking.items()}
    )
    names = [name for name in counts if name not in (*by, "_source") and is_integer_dtype(counts[name])]
    if not by:
        return counts[names].sum().to_frame().T
    return _sorted(counts.groupby(list(by), dropna=False, observed=True)[names].sum().reset_index(), by)


def _in_memory(grouped: Any, counts: Sequence[str]) -> pd.DataFrame:
    """The groups as a pandas table, wherever they were counted."""
    if isinstance(grouped, nw.LazyFrame):
        whole = nw.col(*counts).cast(nw.Int64).fill_null(0)  # engines add in wider types; no rows have no sum
        table: pd.DataFrame = grouped.with_columns(whole).collect("pyarrow").to_native().to_pandas()
        return table
    native: pd.DataFrame = grouped.to_native()
    return native


def _sorted(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The groups by the texts of their keys, whatever the engine and the order of the rows; what is not told last."""
    if not by:
        return table
    texts = table[list(by)].astype(dict.fromkeys(by, "str"))
    return table.loc[texts.sort_values(list(by), na_position="last", kind="stable").index].reset_index(drop=True)


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
