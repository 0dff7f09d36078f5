"""A catalogue of procedures: what each is, who is responsible for it, and how long it may take.

Columns: `procedure_id,procedure,field,level,agency,service_level,max_time,unit,fee,online_payment,eform,paper_result,
individual,population_data`. An id or a name is needed, and what is asked for; a column that is absent, or blank
throughout, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.agencies.levels import level_of, parse_level
from reformcli.calendar import Calendar
from reformcli.errors import InputError
from reformcli.findings import no_findings, rows_finding
from reformcli.model import LEVELS, RowTotals, Source
from reformcli.rules.codes import load_codes
from reformcli.tables import Row, SmallTable, read_table
from reformcli.text import fold, match_key

if TYPE_CHECKING:
    import pandas as pd

HEADINGS: Mapping[str, Sequence[str]] = {
    "procedure_id": ("Mã thủ tục", "Mã TTHC", "Mã thủ tục hành chính", "Mã số TTHC", "Mã số thủ tục"),
    "procedure": ("Tên thủ tục hành chính", "Tên thủ tục", "Thủ tục", "Tên TTHC", "Thủ tục hành chính"),
    "field": ("Lĩnh vực", "Tên lĩnh vực"),
    "level": ("Cấp thực hiện", "Cấp giải quyết", "Cấp", "Cấp hành chính"),
    "agency": ("Cơ quan thực hiện", "Cơ quan giải quyết", "Cơ quan", "Tên cơ quan", "Đơn vị thực hiện"),
    "service_level": (
        *("Mức độ", "Mức độ DVC", "Mức độ dịch vụ công", "Mức độ DVCTT", "Mức độ trực tuyến"),
        *("Mức độ cung cấp", "Loại DVC", "Loại dịch vụ công"),
    ),
    "max_time": ("Thời hạn giải quyết", "Thời gian giải quyết", "Thời hạn"),
    "unit": ("Đơn vị tính", "Đơn vị thời gian"),
    "fee": ("Phí, lệ phí", "Phí", "Lệ phí", "Mức phí", "Có phí", "Nghĩa vụ tài chính"),
    "online_payment": ("Thanh toán trực tuyến", "Tích hợp thanh toán trực tuyến"),
    "eform": ("Biểu mẫu điện tử", "Mẫu đơn điện tử", "Tờ khai điện tử", "E-form"),
    "paper_result": ("Kết quả bản giấy", "Trả kết quả bản giấy", "Cần kết quả bản giấy"),
    "individual": ("Cá nhân", "Đối tượng cá nhân", "TTHC cho cá nhân"),
    "population_data": ("Dữ liệu dân cư", "Kết nối dữ liệu dân cư", "Khai thác dữ liệu dân cư"),
}
FLAGS = ("fee", "online_payment", "eform", "paper_result", "individual", "population_data")
ONLINE = ("full", "partial")
_TIME = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*(.*)")
_UNITS = {
    "working_day": ("", "working_day", "working_days", "ngay lam viec", "nlv"),
    "day": ("day", "days", "calendar_day", "ngay", "ngay lich", "ngay thuong"),
    "hour": ("hour", "hours", "gio", "gio lam viec"),
}
_UNIT_OF = {text: unit for unit, texts in _UNITS.items() for text in texts}
_SEVERAL, _LEVELS = re.compile(r"[;|]"), re.compile(r"[;|,/]")
_AMOUNT = re.compile(r"(\d[\d.,]*)(?: ?(?:dong|d|vnd))?(?: ?/.*)?")
_FREE = frozenset(("mien phi", "khong thu", "khong thu phi", "khong co", "khong mat phi"))
HOURS = 8  # of a working day
Reader = Callable[[SmallTable, Row, "Procedure", Collection[str]], "Procedure"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure. None: the catalogue does not tell.

    `agencies` are those named as responsible for it; `under` the levels whose every agency is. `time` is its legal
    time: (days, whether only working days count). `row` is its first row in the file.
    """

    id: str
    name: str
    row: int
    field: str = ""
    levels: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    service_level: str | None = None
    time: tuple[int, bool] | None = None
    fee: bool | None = None
    online_payment: bool | None = None
    eform: bool | None = None
    paper_result: bool | None = None
    individual: bool | None = None
    population_data: bool | None = None

    @property
    def is_online(self) -> bool:
        """Whether it is offered online, partly or fully."""
        return self.service_level in ONLINE


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The procedures of one file, each once, and how to find them: places in `procedures` by id and by name.

    `rows` tells of every row whether it was the first of a procedure (`counted`) or a further one (`superseded`).
    `columns` are those that tell something. `contradicting` lists rows that tell an earlier procedure otherwise: (row,
    first row).
    """

    source: Source
    rows: RowTotals
    procedures: tuple[Procedure, ...]
    columns: frozenset[str]
    by_id: Mapping[str, int]
    by_name: Mapping[str, tuple[int, ...]]
    contradicting: tuple[tuple[int, int], ...] = ()

    def find(self, identifier: str, name: str) -> tuple[int, ...]:
        """The procedures that an id means, else those that bear a name."""
        if identifier and (place := self.by_id.get(match_key(identifier))) is not None:
            return (place,)
        return self.by_name.get(match_key(name), ()) if name else ()


def load_catalogue(path: str | Path) -> Catalogue:
    """Read the legal times of a catalogue (csv or xlsx), and nothing else of it.

    Raises:
        InputError: no such table; `catalogue_unnamed`, neither id nor name; `catalogue_empty`, no procedure;
            `catalogue_id_number`, an id that is a number and may have lost a zero; `catalogue_time`, a time that is no
            number or a unit that nobody knows.
    """
    return _catalogue(read_table(path, HEADINGS, required=("max_time",)), _with_time)


def load_services(path: str | Path, asked: Collection[str] = ()) -> Catalogue:
    """Read all of a catalogue but the legal times; `asked` are columns that it must have.

    Raises:
        InputError: as `load_catalogue`; `catalogue_value`, a level, service level, fee or flag that nobody knows.
    """
    return _catalogue(read_table(path, HEADINGS, required=asked), _whole)


def _catalogue(table: SmallTable, read: Reader) -> Catalogue:
    if not table.columns & {"procedure_id", "procedure"}:
        raise InputError("catalogue_unnamed", where=table.source.name)
    told = frozenset(name for name in table.columns if any(row.cells[name] for row in table.rows))
    found: dict[object, Procedure] = {}
    contradicting = []
    for row in table.rows:
        one = read(table, row, _named(table, row), told)
        first = found.setdefault(_identity(one), one)
        if first is one:
            continue
        if _essence(first) != _essence(one):
            contradicting.append((row.row, first.row))
        found[_identity(one)] = _joined(first, one)
    if not found:
        raise InputError("catalogue_empty", where=table.source.name)
    rows = RowTotals(len(table.rows), len(found), superseded=len(table.rows) - len(found))
    return _indexed(table.source, rows, tuple(found.values()), told, tuple(contradicting))


def _indexed(
    source: Source,
    rows: RowTotals,
    procedures: tuple[Procedure, ...],
    columns: frozenset[str],
    contradicting: tuple[tuple[int, int], ...],
) -> Catalogue:
    by_id: dict[str, int] = {}
    by_name: dict[str, tuple[int, ...]] = {}
    for place, one in enumerate(procedures):
        if one.id:
            by_id[match_key(one.id)] = place
        if one.name:
            by_name[match_key(one.name)] = (*by_name.get(match_key(one.name), ()), place)
    return Catalogue(source, rows, procedures, columns, by_id, by_name, contradicting)


def _identity(one: Procedure) -> object:
    """What tells a procedure: its id; without one its name together with who settles it."""
    return match_key(one.id) if one.id else (match_key(one.name), one.levels, one.agencies, one.under)


def _essence(one: Procedure) -> Procedure:
    """All that two rows of one procedure must agree in."""
    return replace(one, id="", name=match_key(one.name), row=0, field=fold(one.field), levels=(), agencies=(), under=())


def _joined(one: Procedure, other: Procedure) -> Procedure:
    """One procedure of two rows: the first tells what it is, both who settles it."""

    def both(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name))))

    return replace(one, levels=_ordered(both("levels")), agencies=both("agencies"), under=_ordered(both("under")))


def _ordered(levels: Iterable[str]) -> tuple[str, ...]:
    known = set(levels)
    return tuple(level for level in LEVELS if level in known)


# ------------------------------------------------------------------ one row
def _named(table: SmallTable, row: Row) -> Procedure:
    identifier, name = row.cells.get("procedure_id", ""), row.cells.get("procedure", "")
    if not identifier and not name:
        raise InputError("catalogue_unnamed", where=table.at(row.row))
    if "procedure_id" in row.fractions:
        raise InputError("catalogue_id_number", where=table.at(row.row), text=identifier)
    return Procedure(identifier, name, row.row)


def _with_time(table: SmallTable, row: Row, one: Procedure, _: Collection[str]) -> Procedure:
    return replace(one, time=_legal_time(table, row))


def _whole(table: SmallTable, row: Row, one: Procedure, told: Collection[str]) -> Procedure:
    """Everything but the legal time. Where agencies are written they are responsible, else those of the levels."""
    named = [part for text in _SEVERAL.split(row.cells.get("agency", "")) if (part := text.strip())]
    agencies = tuple(dict.fromkeys(text for text in named if parse_level(text) is None))
    generic = [level for text in named if (level := parse_level(text))]  # "UBND cấp xã"
    levels = _levels_in(table, row) or (*generic, *(level for text in agencies if (level := level_of(text))))
    flags: dict[str, bool] = {name: _flag(table, row, name) for name in FLAGS if name in told}
    return replace(
        one,
        field=row.cells.get("field", ""),
        levels=_ordered(levels),
        agencies=agencies,
        under=_ordered(generic if named else levels),
        service_level=_service_level(table, row),
        **flags,  # type: ignore[arg-type]
    )


def _value_fault(table: SmallTable, row: Row, column: str) -> InputError:
    return InputError("catalogue_value", where=table.at(row.row), column=column, row=row.row, text=row.cells[column])


def _levels_in(table: SmallTable, row: Row) -> tuple[str, ...]:
    """The levels of a cell: one, or several with something between them."""
    written = row.cells.get("level", "")
    if not written or (whole := parse_level(written)):
        return (whole,) if written and whole else ()
    found = [parse_level(part) for part in _LEVELS.split(written) if part.strip()]
    levels = tuple(level for level in found if level)
    if len(levels) < len(found):
        raise _value_fault(table, row, "level")
    return levels


def _service_level(table: SmallTable, row: Row) -> str | None:
    written = row.cells.get("service_level", "")
    found = load_codes().lookup("service_level", written) if written else None
    if written and found is None:
        raise _value_fault(table, row, "service_level")
    return found


def _flag(table: SmallTable, row: Row, column: str) -> bool:
    """Yes or no; a blank cell is no, as in exports. A fee may be an amount."""
    written = row.cells.get(column, "")
    if not written:
        return False
    known = load_codes().lookup("flag", written)
    if known is not None:
        return known == "true"
    if column == "fee":
        if fold(written) in _FREE:
            return False
        if amount := _AMOUNT.fullmatch(fold(written)):
            return bool(re.sub(r"[.,0]", "", amount[1]))
    raise _value_fault(table, row, column)


def _legal_time(table: SmallTable, row: Row) -> tuple[int, bool] | None:
    written, unit = row.cells.get("max_time", ""), row.cells.get("unit", "")
    if not written:
        return None
    if (time := _time(written, unit)) is None:
        raise InputError("catalogue_time", where=table.at(row.row), text=f"{written} {unit}")
    return time


def _time(written: str, unit: str) -> tuple[int, bool] | None:
    """Days, rounded up, and whether they are working days: "5", "5 ngày làm việc", "30 ngày", "4 giờ"."""
    match = _TIME.fullmatch(written.strip())
    kind = _UNIT_OF.get(fold(unit or match[3])) if match else None
    if match is None or kind is None:
        return None
    days = int(match[1]) + bool(int(match[2] or 0))
    return (-(-days // HOURS) if kind == "hour" else days), kind != "day"


# ------------------------------------------------------------------ due dates
def due_too_late(dossiers: pd.DataFrame, catalogue: Catalogue, calendar: Calendar) -> pd.DataFrame:
    """Findings (RC224) for dossiers whose due day lies after the last that the law allows.

    What was received on a day off or out of hours counts as received on the next working day. Waiting times are not
    part of a due date: a supplement may move it, so that a finding is a question and no verdict.
    """
    import numpy as np
    import pandas as pd

    times = pd.Series(None, index=dossiers.index, dtype=object)
    for name, known in (("procedure_id", _times_by_id(catalogue)), ("procedure", _times_by_name(catalogue))):
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


def _times_by_id(catalogue: Catalogue) -> dict[str, tuple[int, bool]]:
    return {match_key(one.id): one.time for one in catalogue.procedures if one.id and one.time}


def _times_by_name(catalogue: Catalogue) -> dict[str, tuple[int, bool]]:
    """By name; of procedures that bear the same one, the longest time: a finding must be sure."""
    times: dict[str, tuple[int, bool]] = {}
    for one in catalogue.procedures:
        if one.name and one.time:
            key = match_key(one.name)
            times[key] = max(times.get(key, one.time), one.time, key=_length)
    return times


def _length(time: tuple[int, bool]) -> int:
    """For comparing: five working days are seven days."""
    days, is_working = time
    return days * (7 if is_working else 5)
