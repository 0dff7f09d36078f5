"""The agencies in a cell of a task register: each by its name, without the persons that offices write beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from reformcli.agencies.levels import level_of
from reformcli.agencies.register import NOBODY as UNKNOWN
from reformcli.agencies.register import Register, spell
from reformcli.rules.codes import load_codes
from reformcli.tasks.model import MANY, NOBODY, Body, Task, TaskFault
from reformcli.text import clean

_DIVIDERS = re.compile(r"\s*[;|+\n]\s*")
_FIRST = r"(?:Sở|UBND|Ủy ban nhân dân|Uỷ ban nhân dân|Công an|Thanh tra|Văn phòng|Chi cục|Cục|Bộ|Trung tâm|BHXH|Ban)"
_NEXT = re.compile(  # another agency begins: after a comma, a stroke or "và" (but "HĐND và UBND" is one)
    rf"\s*[,/&]\s*(?={_FIRST}\s)|(?<!HĐND)(?<!Hội đồng nhân dân)\s+và\s+(?={_FIRST}\s)", re.IGNORECASE
)
_AGAIN = re.compile(r"\s+(?=(?:Sở|UBND)\s)")  # lines of one cell that were joined: "Sở Nội vụ Sở Tư pháp"
_BEGINS_ALONE = re.compile(r"(?:Sở|UBND)\s")
_MANY = re.compile(r"(?:các|tất cả|mọi|những|UBND (?:các|cấp))\b", re.IGNORECASE)
_OFFICE = re.compile(
    rf"(?:{_FIRST}|Phòng|Ban|Kho bạc|Bảo hiểm|Tòa án|Toà án|Viện|HĐND|Hội|Trạm|Bệnh viện|Đội|Tổ|Báo|Đài|Trường|Công ty"
    r"|Tỉnh|Huyện|Thành|Đảng|Bưu điện|Ngân hàng|Quỹ|Mặt trận|Chi nhánh|Đoàn (?:Thanh niên|TNCS|ĐBQH|đại biểu))\s+\S",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\s*\(|\s+[-–—]\s+|\s*[,:]\s*")  # behind it may stand who does the work
_TITLE = re.compile(r"(?:ông|bà|đ/c|đồng chí|anh|chị|cô)\b", re.IGNORECASE)


def agencies_in(text: str, register: Register | None = None) -> tuple[str, ...]:
    """The agencies that a cell names, each once, as written; persons are left out.

    A name with a comma of its own stays whole; a name of the register does whatever is in it.

    >>> agencies_in("Sở Văn hóa, Thể thao và Du lịch; Sở Y tế, Sở Tư pháp")
    ('Sở Văn hóa, Thể thao và Du lịch', 'Sở Y tế', 'Sở Tư pháp')
    >>> [agencies_in(text) for text in ("Sở Nội vụ (ông Nguyễn Văn Ví Dụ)", "Trần Thị Ví Dụ", "Các sở, ban, ngành")]
    [('Sở Nội vụ',), (), ('Các sở, ban, ngành',)]
    """
    found: dict[str, str] = {}
    for part in _DIVIDERS.split(clean(text)):
        if _is_registered(part, register):
            names = [part]
        else:
            names = [_without_person(name) for piece in _NEXT.split(part) for name in _apart(piece)]
        for name in names:
            if key := spell(name):
                found.setdefault(key, clean(name))
    return tuple(found.values())


def is_several(names: Sequence[str]) -> bool:
    """Whether more than one agency is meant: several names, or one that stands for many ("Các sở, ban, ngành")."""
    return len(names) > 1 or any(_MANY.match(name) for name in names)


def _is_registered(name: str, register: Register | None) -> bool:
    return register is not None and (register.find_name(name)[0] != UNKNOWN or register.find_id(name) != UNKNOWN)


def _apart(text: str) -> list[str]:
    return _AGAIN.split(text) if _BEGINS_ALONE.match(text) else [text]


def _without_person(text: str) -> str:
    """A name without the person behind it; empty where it is a person's."""
    if not _is_office(text):
        return ""
    for mark in _BESIDE.finditer(text):
        rest = text[mark.end() :].strip(" )")
        if _TITLE.match(rest) or (load_codes().names.are_in(rest) and not _is_office(rest, strict=True)):
            return text[: mark.start()].strip()
    return text.strip()


def _is_office(text: str, *, strict: bool = False) -> bool:
    """Whether a text names an office; `strict`: what no rule knows does not."""
    if _TITLE.match(text):
        return False
    if _OFFICE.match(text) or _MANY.match(text) or level_of(text):
        return True
    return not strict and not load_codes().may_name_person(text)


# ------------------------------------------------------------------ who answers for a task
def led(tasks: Sequence[Task], register: Register | None, day: date) -> tuple[list[Task], list[TaskFault]]:
    """The tasks with the agency that answers for each on a day, and findings where the register does not know it.

    In the register an agency that is no more gives way to its successor. Without one, or for an agency that it does
    not know, names that differ by case, punctuation or tone-mark style only are one agency, called as most often.
    """
    spellings: dict[str, Counter[str]] = {}
    for task in tasks:
        for name in task.leads:
            spellings.setdefault(spell(name), Counter())[name] += 1
    bodies = {key: _body(_most_used(texts), key, register, day) for key, texts in spellings.items()}
    faults = [
        TaskFault("RC208", task.row, "lead", task.leads[0])
        for task in tasks
        if register
        and len(task.leads) == 1
        and not is_several(task.leads)
        and not _is_registered(task.leads[0], register)
    ]
    return [replace(task, lead=_lead(task, bodies)) for task in tasks], faults


def _lead(task: Task, bodies: dict[str, Body]) -> Body:
    found = {bodies[spell(name)] for name in task.leads}
    if len(found) > 1 or (found and is_several(task.leads[:1])):
        return MANY
    return found.pop() if found else NOBODY


def _body(name: str, key: str, register: Register | None, day: date) -> Body:
    number = UNKNOWN if register is None else register.find_name(name)[0]
    if register is not None and number == UNKNOWN:
        number = register.find_id(name)
    if register is None or number == UNKNOWN:
        return Body(key, name)
    line = list(register.follow(number))
    ends = [register.entries[one].end for one in line]
    number = next((one for one, end in zip(line, ends, strict=True) if end is None or day <= end), line[-1])
    entry = register.entries[number]
    return Body(entry.key, entry.name, entry.agency_id)


def grouped(tasks: Iterable[Task]) -> list[Task]:
    """The tasks with their steering groups, each called as most often."""
    listed = list(tasks)
    spellings: dict[str, Counter[str]] = {}
    for task in listed:
        spellings.setdefault(task.group.key, Counter())[task.group.name] += 1
    return [
        task
        if task.group == NOBODY
        else replace(task, group=Body(task.group.key, _most_used(spellings[task.group.key])))
        for task in listed
    ]


def _most_used(texts: Counter[str]) -> str:
    """The most frequent text; of several the first by code point."""
    return min(texts, key=lambda text: (-texts[text], text))
