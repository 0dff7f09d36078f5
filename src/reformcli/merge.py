"""The same dossier more than once: which row counts. The order of the files never matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reformcli.findings import no_findings, rows_finding

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE = ("_source", "_row")
EVENTS = ("received_at", "finished_at", "returned_at")


@dataclass(frozen=True, slots=True)
class Merged:
    """`superseded` marks the rows that do not count (n booleans); `findings` say which dossiers and why."""

    superseded: pd.Series
    findings: pd.DataFrame


def merge(dossiers: pd.DataFrame, *, files: Sequence[str]) -> Merged:
    """Choose the row that counts for every dossier.

    Identical rows count once. Otherwise the row from the file with the later last event counts, then the row with
    the later own event, then by a hash of the row's contents.

    Args:
        dossiers: rows that are not rejected, with `_source` and `_row`.
        files: SHA-256 of the file of each `_source` number.
    """
    import pandas as pd

    repeated = dossiers["dossier_id"].duplicated(keep=False)
    if not repeated.any():
        return Merged(repeated, no_findings())
    file_of = pd.Series(list(files), dtype="str").iloc[dossiers["_source"].to_numpy()].set_axis(dossiers.index)
    own = dossiers[[name for name in EVENTS if name in dossiers]].max(axis=1)
    file_last = own.groupby(file_of).transform("max")
    rows = dossiers[repeated]
    order = pd.DataFrame(
        {
            "id": rows["dossier_id"],
            "file_last": file_last[repeated],
            "own": own[repeated],
            "hash": _hashes(rows),
            "file": file_of[repeated],
            "row": rows["_row"],
        }
    )
    order = order.sort_values(["id", "file_last", "own", "hash", "file", "row"], kind="stable")
    counts = ~order["id"].duplicated(keep="last")
    superseded = pd.Series(False, index=dossiers.index)
    superseded[order.index[~counts]] = True
    return Merged(superseded, _findings(order, counts))


def _hashes(rows: pd.DataFrame) -> pd.Series:
    """A hash of each row's contents, independent of files, order and process."""
    import pandas as pd

    content = rows[sorted(name for name in rows.columns if name not in PROVENANCE)]
    plain = content.astype(dict.fromkeys(content.select_dtypes("category").columns, "str"))
    return pd.util.hash_pandas_object(plain, index=False)


def _findings(order: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """Every row left out: identical to the one that counts (RC201), or with other contents (RC202)."""
    import pandas as pd

    kept = order[counts].set_index("id")["hash"]
    left_out = order[~counts]
    same = left_out["hash"] == left_out["id"].map(kept)
    return pd.concat([rows_finding("RC201", left_out.index[same]), rows_finding("RC202", left_out.index[~same])])
