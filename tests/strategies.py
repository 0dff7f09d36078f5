"""Dossiers for tests: made to hit the edges of the rules, by hypothesis or by plain random, and shown as an export.

One recipe (`_build`) serves both: it asks `pick` for one of some values, and hypothesis or a seeded generator answers.
The first value of each list is the plainest: it is what hypothesis shrinks to.
"""

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from reference import STATUSES, Dossier

START = datetime(2024, 7, 1)
END = datetime(2024, 7, 31, 23, 59, 59)

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
CLOCKS = (
    timedelta(hours=8),
    timedelta(0),  # no time of day
    timedelta(hours=10, minutes=17, seconds=33),
    timedelta(hours=15, minutes=10),
    timedelta(hours=17),
    SECOND,
    DAY - SECOND,
)
AGENCIES = (
    "Sở Xây dựng",
    "UBND xã An Bình",
    "UBND xã Ea Súp",
    "Sở Nội vụ",
    None,
    "SỞ XÂY DỰNG",  # the same as the first but for case
    unicodedata.normalize("NFD", "Sở Xây dựng"),  # and but for its code points
    "Sở  Xây dựng",  # and but for a space
    "NA",  # a name
)
LEVELS = ("province", "commune", "district", "ministry", None)
PAUSES = ("supplement", "payment", "stopped")
OPEN = ("pending", "accepted", *PAUSES)
CLOSED = ("resolved", "returned")
FLAGS = (False, True, None)

HEADINGS = (
    "Số hồ sơ",
    "Cơ quan/đơn vị",
    "Cấp thực hiện",
    "Hình thức tiếp nhận",
    "Trạng thái hồ sơ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Ngày trả thực tế",
    "Ngày yêu cầu bổ sung",
    "Ngày hoàn thành bổ sung",
    "Số lần yêu cầu bổ sung",
    "Phí, lệ phí",
    "Thanh toán trực tuyến",
    "Kết quả điện tử",
    "Số hóa hồ sơ",
    "Tái sử dụng dữ liệu",
    "Kho dữ liệu",
    "Dữ liệu dân cư",
)
STATUS_TEXTS = {
    "accepted": "Được tiếp nhận",
    "pending": "Đang xử lý",
    "supplement": "Yêu cầu bổ sung giấy tờ",
    "payment": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "stopped": "Dừng xử lý",
    "withdrawn": "Công dân yêu cầu rút hồ sơ",
    "resolved": "Đã xử lý xong",
    "returned": "Đã trả kết quả",
    "not_accepted": "Mới đăng ký",
    "refused": "Không được tiếp nhận",
    None: "",
}
LEVEL_TEXTS = {"ministry": "Bộ", "province": "Tỉnh", "district": "Huyện", "commune": "Xã", None: ""}
CHANNEL_TEXTS = {"online": "Trực tuyến", "direct": "Trực tiếp", "post": "Bưu chính công ích", None: ""}
FLAG_TEXTS = {True: "Có", False: "Không", None: ""}

Pick = Callable[[Sequence], object]


# --- hypothesis ------------------------------------------------------------------------------------------------------


@st.composite
def dossiers(
    draw: st.DrawFn,
    *,
    start: datetime = START,
    end: datetime = END,
    min_size: int = 0,
    max_size: int = 12,
    unique_ids: bool = True,
    broken: bool = True,
) -> list[Dossier]:
    """A list of dossiers; without `unique_ids` they share five ids, without `broken` none is to be rejected."""
    how_many = draw(st.integers(min_size, max_size))
    made = [draw(dossier(number, start=start, end=end, broken=broken)) for number in range(1, how_many + 1)]
    if unique_ids:
        return made
    return [replace(d, dossier_id=_id(draw(st.integers(1, 5)))) if d.dossier_id else d for d in made]


@st.composite
def dossier(
    draw: st.DrawFn, number: int = 1, *, start: datetime = START, end: datetime = END, broken: bool = True
) -> Dossier:
    """One dossier, near the edges of [start, end], of its own due date and of its supplement."""
    return _build(number, lambda values: draw(st.sampled_from(values)), start, end, broken)


def periods() -> st.SearchStrategy[tuple[datetime, datetime]]:
    """[from, T]: whole days mostly, else a moment with a time of day."""
    return st.sampled_from(
        [
            (START, END),
            (START + 5 * DAY, END - 10 * DAY),
            (START, START + DAY - SECOND),
            (START + timedelta(hours=8), END),
            (START, END - timedelta(hours=9)),
            (START + timedelta(hours=10, minutes=17, seconds=33), END - timedelta(hours=6, minutes=49, seconds=59)),
        ]
    )


def choices() -> st.SearchStrategy[dict[str, str]]:
    """The choices of a scorecard, to give as `**choices`; some left at their default."""
    return st.fixed_dictionaries(
        {},
        optional={
            "granularity": st.sampled_from(["timestamp", "day"]),
            "no_due_date": st.sampled_from(["in_time", "exclude", "late"]),
            "compared_date": st.sampled_from(["finished", "returned"]),
            "withdrawn": st.sampled_from(["as_resolved", "exclude"]),
        },
    )


# --- plain random ----------------------------------------------------------------------------------------------------


def random_dossiers(
    n: int, seed: int, *, start: datetime = START, end: datetime = END, broken: bool = True
) -> list[Dossier]:
    """`n` dossiers with unique ids, the same for the same seed."""
    generator = random.Random(seed)
    return [_build(number, generator.choice, start, end, broken) for number in range(1, n + 1)]


# --- the recipe ------------------------------------------------------------------------------------------------------


def _build(number: int, pick: Pick, start: datetime, end: datetime, broken: bool) -> Dossier:
    received = _received(pick, start, end)
    due = _due(pick, received, start, end)
    requests, asked, came = _supplement(pick, received, due, end)
    finished, returned = _ends(pick, received, due, asked, came, start, end)
    made = Dossier(
        dossier_id=_id(number),
        agency=pick(AGENCIES),
        level=pick(LEVELS),
        channel=pick(("online", "direct", "post", None)),
        status=_status(pick, is_ended=bool(finished or returned)),
        received_at=received,
        due_at=due,
        finished_at=finished,
        returned_at=returned,
        supplement_requested_at=asked,
        supplement_completed_at=came,
        supplement_requests=requests,
        fee=pick((0, 50_000, 1_250_000, None)),
        paid_online=pick((0, 1, 2, None)),
        electronic_result=pick(FLAGS),
        digitised=pick(FLAGS),
        reused=pick(FLAGS),
        linked_store=pick(FLAGS),
        population_data=pick(FLAGS),
    )
    return _break(pick, made) if broken else _mend(made)


def _id(number: int) -> str:
    return f"HS-{number:06d}"


def _day(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day)


def _on_a_day(pick: Pick, first: datetime, days: range) -> datetime:
    return _day(first) + pick(days) * DAY + pick(CLOCKS)


def _around(moment: datetime) -> list[datetime]:
    """A moment, the seconds beside it, its date alone, its day's last second, and the days beside it."""
    day = _day(moment)
    return [moment, moment - SECOND, moment + SECOND, day, day + DAY - SECOND, moment - DAY, moment + DAY, day + DAY]


def _received(pick: Pick, start: datetime, end: datetime) -> datetime:
    match pick(("in", "in", "in", "before", "before", "edge", "after")):
        case "in":
            return _on_a_day(pick, start, range((end - start).days + 1))
        case "before":
            return _on_a_day(pick, start, range(-1, -31, -1))
        case "edge":
            return pick([*_around(start), *_around(end)])
    return _on_a_day(pick, end, range(1, 4))


def _due(pick: Pick, received: datetime, start: datetime, end: datetime) -> datetime | None:
    match pick(("later", "later", "later", "date", "T", "odd", "none")):
        case "later":
            return _on_a_day(pick, received, range(25))
        case "date":
            return _day(received) + pick(range(25)) * DAY
        case "T":
            return pick(_around(end))
        case "odd":
            return pick([*_around(received), *_around(start), received - 10 * DAY])
    return None


def _supplement(
    pick: Pick, received: datetime, due: datetime | None, end: datetime
) -> tuple[int | None, datetime | None, datetime | None]:
    if pick((True, True, False)):
        return pick((None, 0)), None, None
    requests = pick((1, 1, 1, 0, 2, 3, None))
    asked_on = [received + 2 * DAY, received, None, *_around(end)[:3]]
    if due is not None:
        asked_on += [*_around(due), due + 3 * DAY]
    asked = pick(asked_on)
    came_on = [None, *_around(end)]
    if asked is not None:
        waits = (SECOND, timedelta(hours=5), DAY, timedelta(days=3, hours=2), timedelta(0), timedelta(hours=-1), -DAY)
        came_on += [asked + wait for wait in waits]
    return requests, asked, pick(came_on)


def _ends(
    pick: Pick,
    received: datetime,
    due: datetime | None,
    asked: datetime | None,
    came: datetime | None,
    start: datetime,
    end: datetime,
) -> tuple[datetime | None, datetime | None]:
    match pick(("none", "later", "due", "due", "T", "start", "received")):
        case "none":
            return None, None
        case "later":
            ended = _on_a_day(pick, received, range(25))
        case "due":
            deadline = due or received
            if asked and came and pick((True, False)):
                deadline += came - asked
            ended = pick(_around(deadline))
        case "T":
            ended = pick(_around(end))
        case "start":
            ended = pick(_around(start))
        case "received":
            ended = pick(_around(received))
    if ended < received - DAY and pick((True, True, True, False)):
        ended = received + DAY  # ended before received stays, but rarely
    match pick(("finished", "returned", "both", "both")):
        case "finished":
            return ended, None
        case "returned":
            return None, ended
    return ended, ended + pick((timedelta(0), SECOND, DAY, timedelta(days=2, hours=3), -SECOND))


def _status(pick: Pick, *, is_ended: bool) -> str | None:
    match pick(("fitting",) * 8 + ("withdrawn", "withdrawn", "any")):
        case "fitting":
            return pick(CLOSED if is_ended else OPEN)
        case "withdrawn":
            return "withdrawn"
    return pick((*STATUSES, None))


def _break(pick: Pick, d: Dossier) -> Dossier:
    """One in some ten loses what it cannot do without; `_status` and `_ends` break a few more."""
    match pick(("no",) * 19 + ("id", "receipt")):
        case "id":
            return replace(d, dossier_id="")
        case "receipt":
            return replace(d, received_at=None)
    return d


def _mend(d: Dossier) -> Dossier:
    """The same dossier without what would have it rejected, whichever date is compared."""
    finished, returned = (
        None if moment is not None and moment < d.received_at else moment for moment in (d.finished_at, d.returned_at)
    )
    needs_end = d.status is None or d.status in CLOSED
    status = "pending" if needs_end and finished is None and returned is None else d.status
    return replace(d, finished_at=finished, returned_at=returned, status=status)


# --- as an export ----------------------------------------------------------------------------------------------------


def to_rows(dossiers: Sequence[Dossier]) -> list[dict[str, str]]:
    """The dossiers as a Vietnamese export: one text per heading, in the order of HEADINGS."""
    return [dict(zip(HEADINGS, _cells(d), strict=True)) for d in dossiers]


def _cells(d: Dossier) -> list[str]:
    flags = (d.electronic_result, d.digitised, d.reused, d.linked_store, d.population_data)
    moments = (
        d.received_at,
        d.due_at,
        d.finished_at,
        d.returned_at,
        d.supplement_requested_at,
        d.supplement_completed_at,
    )
    return [
        d.dossier_id,
        d.agency or "",
        LEVEL_TEXTS[d.level],
        CHANNEL_TEXTS[d.channel],
        STATUS_TEXTS[d.status],
        *(_moment(moment) for moment in moments),
        *("" if number is None else str(number) for number in (d.supplement_requests, d.fee, d.paid_online)),
        *(FLAG_TEXTS[flag] for flag in flags),
    ]


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%d/%m/%Y" if moment == _day(moment) else "%d/%m/%Y %H:%M:%S")
