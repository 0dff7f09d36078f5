"""The same counts with pandas and openpyxl, the way most offices' scripts do it.

Usage: python by_pandas.py FILE START END, both moments as YYYY-MM-DDTHH:MM:SS; prints agency → [received, not late].
"""

from __future__ import annotations

import json
import sys
from datetime import datetime

import pandas as pd
from layout import AGENCY, COLUMNS, DUE, FINISHED, NEVER_RECEIVED, RECEIVED, STATUS, TIME, WAITING, Counts

DAY = pd.Timedelta(days=1)


def read(path: str) -> pd.DataFrame:
    """The five columns that matter; half of the dates are text."""
    dossiers = pd.read_excel(path, usecols=COLUMNS, engine="openpyxl")
    for name in (RECEIVED, DUE, FINISHED):
        is_text = not pd.api.types.is_datetime64_any_dtype(dossiers[name])
        dossiers[name] = pd.to_datetime(dossiers[name], format=TIME if is_text else None).dt.round("s")
    return dossiers


def count(path: str, start: datetime, end: datetime) -> Counts:
    """Dossiers received in the period, and how many of them were not late at its end."""
    dossiers = read(path)
    chosen = dossiers[dossiers[RECEIVED].between(start, end) & ~dossiers[STATUS].isin(NEVER_RECEIVED)]
    due, finished = chosen[DUE], chosen[FINISHED]
    deadline = due.mask(due == due.dt.normalize(), due + DAY - pd.Timedelta(seconds=1))
    is_late = (finished > deadline).where(finished <= end, (deadline < end) & ~chosen[STATUS].isin(WAITING))
    table = (~is_late).groupby(chosen[AGENCY]).agg(["size", "sum"])
    return {str(agency): [int(total), int(good)] for agency, total, good in table.itertuples()}


if __name__ == "__main__":
    counts = count(sys.argv[1], *(datetime.fromisoformat(moment) for moment in sys.argv[2:4]))
    print(json.dumps(counts, ensure_ascii=False))
