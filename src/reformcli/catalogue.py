"""A catalogue of procedures with their legal times, and the due dates that are later than these allow.

Columns: `procedure_id,procedure,field,level,service_level,max_time,unit,fee,paper_result`; only a name or id, the time
and (for other than working days) its unit are needed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.calendar import Calendar
from reformcli.errors import InputError
from reformcli.findings import no_findings, rows_finding
from reformcli.model import Source
from reformcli.tables import read_table
from reformcli.text import fold, match_key

if TYPE_CHECKING:
    import pandas as pd

HEADINGS: Mapping[str, Sequence[str]] = {
    "procedure_id": ("Mã thủ tục", "Mã TTHC", "Mã thủ tục hành chính"),
    "procedure": ("Tên thủ tục hành chính", "Tên thủ tục", "Thủ tục", "Tên TTHC"),
    "max_time": ("Thời hạn giải quyết", "Thời gian giải quyết", "Thời hạn"),
    "unit": ("Đơn vị tính", "Đơn vị thời gian"),
}
_TIME = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*(.*)")
_UNITS = {
    "working_day": ("", "working_day", "working_days", "ngay lam viec", "nlv"),
    "day": ("day", "days", "calendar_day", "ngay", "ngay lich", "ngay thuong"),
    "hour": ("hour", "hours", "gio", "gio lam viec"),
}
_UNIT_OF = {text: unit for unit, texts in _UNITS.items() for text in texts}
HOURS = 8  # of a working day


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The legal time of each procedure, by id and by name: (days, whether only working days count)."""

    source: Source
    by_id: Mapping[str, tuple[int, bool]]
    by_name: Mapping[str, tuple[int, bool]]


def load_catalogue(path: str | Path) -> Catalogue:
    """Read a catalogue; a procedure whose time is blank is left out.

    Raises:
        InputError: no such table; `catalogue_time`, a time that is no number or a unit that nobody knows.
    """
    table = read_table(path, HEADINGS, required=("max_time",))
    by_id: dict[str, tuple[int, bool]] = {}
    by_name: dict[str, tuple[int, bool]] = {}
    for row in table.rows:
        if not (written := row.cells["max_time"]):
            continue
        time = _time(written, row.cells.get("unit", ""))
        if time is None:
            raise InputError("catalogue_time", where=table.at(row.row), text=f"{written} {row.cells.get('unit', '')}")
        if identifier := row.cells.get("procedure_id", ""):
            by_id[match_key(identifier)] = time
        if name := row.cells.get("procedure", ""):
            by_name[match_key(name)] = time
    return Catalogue(table.source, by_id, by_name)


def _time(written: str, unit: str) -> tuple[int, bool] | None:
    """Days, rounded up, and whether they are working days: "5", "5 ngày làm việc", "30 ngày", "4 giờ"."""
    match = _TIME.fullmatch(written.strip())
    kind = _UNIT_OF.get(fold(unit or match[3])) if match else None
    if match is None or kind is None:
        return None
    days = int(match[1]) + bool(int(match[2] or 0))
    return (-(-days // HOURS) if kind == "hour" else days), kind != "day"


def due_too_late(dossiers: pd.DataFrame, catalogue: Catalogue, calendar: Calendar) -> pd.DataFrame:
    """Findings (RC224) for dossiers whose due day lies after the last that the law allows.

    What was received on a day off or out of hours counts as received on the next working day. Waiting times are not
    part of a due date: a supplement may move it, so that a finding is a question and no verdict.
    """
    import numpy as np
    import pandas as pd

    times = pd.Series(None, index=dossiers.index, dtype=object)
    for name, known in (("procedure_id", catalogue.by_id), ("procedure", catalogue.by_name)):
        if name not in dossiers:
            continue
        written = dossiers[name].astype(object)
        keys = {text: known.get(match_key(text)) for text in written.dropna().unique()}
        times = times.where(times.notna(), written.map(keys))
    rows = dossiers[times.notna() & dossiers["received_at"].notna() & dossiers["due_at"].notna()]
    if rows.empty:
        return no_findings()
    days = np.array([time[0] for time in times[rows.index]], dtype="int64")
    is_working = np.array([time[1] for time in times[rows.index]], dtype=bool)
    received = rows["received_at"].to_numpy()
    has_clock = received != received.astype("datetime64[D]")
    later = (calendar.is_out_of_hours(received) & has_clock) | calendar.is_day_off(received)
    by_working = calendar.add_working_days(received, days + later)
    allowed = np.where(is_working, by_working.astype("datetime64[D]"), received.astype("datetime64[D]") + days + later)
    due = rows["due_at"].to_numpy().astype("datetime64[D]")
    wrong = due > allowed
    texts = [f"{d.item():%d/%m/%Y} > {a.item():%d/%m/%Y}" for d, a in zip(due[wrong], allowed[wrong], strict=True)]
    return rows_finding("RC224", rows.index[wrong], texts=texts)
