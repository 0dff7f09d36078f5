"""The same counts with DuckDB SQL, on csv or on the canonical Parquet of `reformcli load`, without any check.

Usage: python by_duckdb.py FILE START END, both moments as YYYY-MM-DDTHH:MM:SS; prints agency → [received, not late].
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
from layout import AGENCY, COLUMNS, DUE, FINISHED, NEVER_RECEIVED, RECEIVED, STATUS, TIME, WAITING, Counts

_CSV = "read_csv('{path}', header = true, all_varchar = true)"
_PARQUET = "read_parquet('{path}')"
_COUNT = """
with chosen as (select agency, status, received, finished,
    case when due = date_trunc('day', due) then due + interval '86399 seconds' else due end as deadline from ({source}))
select agency, count(*), count(*) filter (where not coalesce(
    case when finished <= timestamp '{end}' then finished > deadline
    else deadline < timestamp '{end}' and status not in ({waiting}) end, false))
from chosen where received between timestamp '{start}' and timestamp '{end}' and status not in ({never}) group by agency
"""


def source(path: str) -> tuple[str, list[str], list[str]]:
    """The five columns, and how the file writes the statuses."""
    if Path(path).suffix == ".parquet":
        columns = "agency, status, received_at as received, due_at as due, finished_at as finished"
        waiting = ["supplement", "payment", "stopped"]
        return f"select {columns} from {_PARQUET.format(path=path)}", ["not_accepted", "refused"], waiting
    names = dict(zip(COLUMNS, ("agency", "received", "due", "finished", "status"), strict=True))
    times = ", ".join(f"""strptime("{name}", '{TIME}') as {names[name]}""" for name in (RECEIVED, DUE, FINISHED))
    texts = f'"{AGENCY}" as agency, "{STATUS}" as status'
    return f"select {texts}, {times} from {_CSV.format(path=path)}", NEVER_RECEIVED, WAITING


def count(path: str, start: str, end: str) -> Counts:
    """Dossiers received in the period, and how many of them were not late at its end."""
    select, never, waiting = source(path)
    listed = {"never": never, "waiting": waiting}
    texts = {name: ", ".join(f"'{text}'" for text in values) for name, values in listed.items()}
    rows = duckdb.sql(_COUNT.format(source=select, start=start, end=end, **texts)).fetchall()
    return {agency: [total, good] for agency, total, good in rows}


if __name__ == "__main__":
    print(json.dumps(count(*sys.argv[1:4]), ensure_ascii=False))
