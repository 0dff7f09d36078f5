"""A register of tasks from csv or xlsx: agencies, days and progress as offices write them; no person's name is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, InvalidOperation

from reformcli.agencies.levels import level_of
from reformcli.agencies.register import Register, spell
from reformcli.errors import UsageError
from reformcli.findings import RULES, mask
from reformcli.headings.dates import BLANKS, parse_date
from reformcli.model import Severity, Source
from reformcli.period import named_period
from reformcli.tables import Row, SmallTable, read_table
from reformcli.tasks.agencies import agencies_in, is_several
from reformcli.tasks.model import NOBODY, Body, Task, TaskFault
from reformcli.text import fold

HEADINGS = {
    "code": ("Mã nhiệm vụ", "Mã số nhiệm vụ", "Số hiệu nhiệm vụ", "task id", "task code"),
    "task": (
        *(
            "Nhiệm vụ",
            "Tên nhiệm vụ",
            "Nội dung nhiệm vụ",
            "Nội dung",
            "Nội dung công việc",
            "Công việc",
            "Tên công việc",
        ),
        *("Nhiệm vụ được giao", "Nội dung nhiệm vụ được giao", "Nhiệm vụ, giải pháp", "task name"),
    ),
    "lead": (
        *("Cơ quan chủ trì", "Đơn vị chủ trì", "Chủ trì", "Cơ quan, đơn vị chủ trì", "Cơ quan/đơn vị chủ trì"),
        *("Cơ quan chủ trì thực hiện", "Đơn vị chủ trì thực hiện", "Cơ quan thực hiện", "Đơn vị thực hiện"),
        *(
            "Cơ quan, đơn vị thực hiện",
            "Cơ quan được giao",
            "Đơn vị được giao",
            "Cơ quan",
            "Đơn vị",
            "lead agency",
            "agency",
        ),
    ),
    "partners": (
        *("Cơ quan phối hợp", "Đơn vị phối hợp", "Phối hợp", "Cơ quan, đơn vị phối hợp", "Cơ quan/đơn vị phối hợp"),
        *("coordinating agencies", "coordinating agency", "coordinating"),
    ),
    "group": (
        *("Ban Chỉ đạo", "Ban Chỉ đạo, tổ công tác", "Ban Chỉ đạo/Tổ công tác", "Tổ công tác", "Nhóm chỉ đạo"),
        *("steering group", "steering committee"),
    ),
    "source": (
        *("Văn bản giao nhiệm vụ", "Văn bản giao", "Văn bản chỉ đạo", "Căn cứ", "Căn cứ giao", "Nguồn", "Nguồn giao"),
        *("Số văn bản", "Nguồn giao nhiệm vụ"),
    ),
    "start": (
        *("Ngày bắt đầu", "Bắt đầu", "Ngày giao", "Ngày giao nhiệm vụ", "Từ ngày", "Thời gian bắt đầu"),
        *("start date", "assigned"),
    ),
    "due": (
        *(
            "Thời hạn",
            "Hạn",
            "Hạn hoàn thành",
            "Thời hạn hoàn thành",
            "Hạn xử lý",
            "Hạn thực hiện",
            "Thời hạn thực hiện",
        ),
        *("Ngày phải hoàn thành", "Đến ngày", "Ngày đến hạn", "due date", "deadline"),
    ),
    "progress": (
        *("Tiến độ", "Tiến độ %", "Tiến độ (%)", "% hoàn thành", "Tỷ lệ hoàn thành", "Tỷ lệ hoàn thành (%)"),
        *("Mức độ hoàn thành", "Mức độ hoàn thành (%)", "progress %", "progress (%)"),
    ),
    "done": (
        *("Ngày hoàn thành", "Ngày hoàn thành thực tế", "Ngày thực tế hoàn thành", "Hoàn thành ngày", "Ngày kết thúc"),
        *("done date", "completed", "completion date"),
    ),
    "result": ("Kết quả", "Kết quả thực hiện", "Kết quả, sản phẩm", "Kết quả/sản phẩm", "Sản phẩm", "Sản phẩm đầu ra"),
    "responsible": (
        *("Người phụ trách", "Phụ trách", "Cán bộ phụ trách", "Lãnh đạo phụ trách", "Cá nhân phụ trách", "Đầu mối"),
        *("Người thực hiện", "Người chịu trách nhiệm", "Đơn vị/cá nhân phụ trách", "Đơn vị, cá nhân phụ trách"),
        *("person in charge", "owner"),
    ),
}
REQUIRED = ("task", "lead", "due", "done")
_UNREADABLE = {"start": "RC517", "due": "RC503", "done": "RC502"}
_ONGOING = re.compile(r"(?:thuong xuyen|lien tuc|dinh ky|hang (?:ngay|tuan|thang|quy|nam)|ongoing|regularly)\b.*")
_MONTH = re.compile(r"(?:thang )?(\d{1,2})(?:[/\-.]| nam )(\d{4})")
_QUARTER = re.compile(r"(?:quy|q) ?(iv|i{1,3}|[1-4])(?:[/\-. ]| nam )(\d{4})")
_YEAR = re.compile(r"(?:(?:het |trong )?nam )?(\d{4})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NUMBER = re.compile(r"(\d{1,5})(?:[.,](\d{1,15}))? ?(%?)")
_PERCENT_FORMAT = re.compile(
    r"(?:[^\\\"]|\\[^%]|\"[^\"%]*\")*%.*"
)  # a sign that multiplies, not one that is only shown
_SHOWN = Context(prec=15)  # digits of a number that a spreadsheet keeps exactly


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """A register as it was read. `read` counts its rows, `headings` those of them that are only a title."""

    source: Source
    sheet: str | None
    tasks: tuple[Task, ...]
    faults: tuple[TaskFault, ...]
    read: int
    headings: int
    rejected: int
    ignored: tuple[str, ...]


def load_tasks(path: str, register: Register | None = None) -> TaskSheet:
    """Read a register of tasks.

    Args:
        path: a csv or xlsx table with at least the columns `REQUIRED`; `HEADINGS` tells how they may be written.
        register: names of agencies that have commas or more than one agency in them stay whole if they are in it.

    Returns:
        The tasks that can be counted, and what is wrong with any row. A row with an error is not among the tasks.

    Raises:
        UsageError: there is no such file. InputError: it cannot be read, or is no such table.
    """
    table = read_table(path, HEADINGS, required=REQUIRED)
    tasks, faults, headings, rejected = [], [], 0, 0
    for row in table.rows:
        if _is_heading(row):
            faults.append(TaskFault("RC520", row.row, "task"))
            headings += 1
            continue
        task, found = _task(table, row, register)
        faults += found
        if any(RULES[one.rule].severity is Severity.ERROR for one in found):
            rejected += 1
        else:
            tasks.append(task)
    return TaskSheet(
        table.source, table.sheet, tuple(tasks), tuple(faults), len(table.rows), headings, rejected, table.ignored
    )


def _is_heading(row: Row) -> bool:
    """Whether a row has a text and nothing else of a task: it titles those below it."""
    return bool(row.cells["task"]) and not any(text for name, text in row.cells.items() if name not in ("task", "code"))


def _task(table: SmallTable, row: Row, register: Register | None) -> tuple[Task, list[TaskFault]]:
    """One row, and what is wrong with it."""
    cells = row.cells
    faults = [] if spell(cells["task"]) else [TaskFault("RC501", row.row, "task")]
    start, due, done = (_day(row, name, faults) for name in ("start", "due", "done"))
    is_ongoing = bool(_ONGOING.fullmatch(fold(cells["due"])))
    progress = progress_of(cells.get("progress", ""), row.formats.get("progress"))
    if progress is None and not _is_blank(cells.get("progress", "")):
        faults.append(TaskFault("RC518", row.row, "progress", mask(cells["progress"])))
    leads = agencies_in(cells["lead"], register) or agencies_in(_office(cells.get("responsible", "")), register)
    group = cells.get("group", "")
    task = Task(
        row=row.row,
        title=cells["task"],
        leads=leads,
        partners=agencies_in(cells.get("partners", ""), register),
        group=Body(spell(group), group) if spell(group) else NOBODY,
        code=cells.get("code", ""),
        source=cells.get("source", ""),
        progress=progress,
        has_result=not _is_blank(cells["result"]) if "result" in table.columns else None,
        is_ongoing=is_ongoing,
        start=start,
        due=due,
        done=done,
    )
    return task, [*faults, *_contradictions(task, {one.column for one in faults})]


def _contradictions(task: Task, unread: set[str | None]) -> Iterator[TaskFault]:
    """What does not fit together in a row; columns that could not be read are told already."""
    if not task.leads:
        yield TaskFault("RC512", task.row, "lead")
    if is_several(task.leads):
        yield TaskFault("RC511", task.row, "lead", "; ".join(task.leads))
    if task.due is None and not task.is_ongoing and "due" not in unread:
        yield TaskFault("RC519", task.row, "due")
    if task.start and task.done and task.done < task.start:
        yield TaskFault("RC504", task.row, "done", f"{task.done:%d/%m/%Y} < {task.start:%d/%m/%Y}")
    if task.start and task.due and task.due < task.start:
        yield TaskFault("RC515", task.row, "due", f"{task.due:%d/%m/%Y} < {task.start:%d/%m/%Y}")
    if task.done is None and task.progress == 100 and "done" not in unread:
        yield TaskFault("RC513", task.row, "done")
    if task.done is not None and task.progress is not None and task.progress < 100:
        yield TaskFault("RC514", task.row, "progress", f"{format(task.progress.normalize(), 'f')} %")


def _is_blank(text: str) -> bool:
    return fold(text) in BLANKS


def _office(text: str) -> str:
    """A cell of the column of persons where it surely names an office; else nothing of it is kept."""
    return text if level_of(text) else ""


# ------------------------------------------------------------------ days
def _day(row: Row, column: str, faults: list[TaskFault]) -> date | None:
    """The day of a cell; a due date may also be a month, a quarter or a year, of which it is the last day."""
    text = row.cells.get(column, "")
    moment, is_fault = parse_date(text)
    if not is_fault:
        return moment.date() if moment else None
    if column == "due" and ((last := last_day(text)) or _ONGOING.fullmatch(fold(text))):
        return last
    faults.append(TaskFault(_UNREADABLE[column], row.row, column, mask(text)))
    return None


def last_day(text: str) -> date | None:
    """The last day of a written month, quarter or year.

    >>> [str(last_day(text)) for text in ("Quý IV/2025", "Tháng 2 năm 2024", "12/2025", "Năm 2025")]
    ['2025-12-31', '2024-02-29', '2025-12-31', '2025-12-31']
    """
    plain = fold(text)
    if found := _QUARTER.fullmatch(plain):
        name = f"{found[2]}-Q{_ROMAN.get(found[1], found[1])}"
    elif found := _MONTH.fullmatch(plain):
        name = f"{found[2]}-{found[1]:0>2}"
    elif found := _YEAR.fullmatch(plain):
        name = found[1]
    else:
        return None
    try:
        return named_period(name)[1].date()
    except UsageError:
        return None


# ------------------------------------------------------------------ progress
def progress_of(text: str, form: str | None = None) -> Decimal | None:
    """Progress in percent; None for blanks and for what is no percentage between 0 and 100.

    A number of at most 1 is a share of 1 only where it is written with a decimal separator and without a percent
    sign ("0,8"), or where its cell of a workbook is shown as a percentage (`form`): "1" is one percent.

    >>> [progress_of(text) for text in ("80", "80 %", "0,8", "1", "1,0", "0,5%", "101")]
    [Decimal('80'), Decimal('80'), Decimal('80'), Decimal('1'), Decimal('100'), Decimal('0.5'), None]
    >>> progress_of("1", "0%")
    Decimal('100')
    """
    if form is not None:
        try:
            value = _SHOWN.create_decimal(text)
        except InvalidOperation:
            return None
        is_share = bool(_PERCENT_FORMAT.fullmatch(form)) or (value <= 1 and value != int(value))
    else:
        found = _NUMBER.fullmatch(" ".join(text.split()))
        if found is None:
            return None
        value = Decimal(f"{found[1]}.{found[2] or 0}")
        is_share = bool(found[2]) and not found[3] and value <= 1
    percent = value * 100 if is_share else value
    return Decimal(format(percent.normalize(), "f")) if 0 <= percent <= 100 else None
