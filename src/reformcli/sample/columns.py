"""A flow as an export shows it at a moment: one printed column per heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from reformcli.sample.flow import CAUSES, PAYMENT, REFUSED, REGISTERED, STOPPED, SUPPLEMENT, WITHDRAWN, Flow
from reformcli.sample.people import APPLICANTS, OFFICERS, PHONES
from reformcli.sample.procedures import PROCEDURES
from reformcli.sample.province import AGENCIES, LEVEL_TEXTS
from reformcli.sample.worktime import DAY, NEVER, Ints, Mask, Times, clock

Column: TypeAlias = "Sequence[str | int] | Times"

DATES = ("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả thực tế")
FLAGS = (
    "Kết quả điện tử",
    "Số hóa hồ sơ",
    "Sử dụng lại dữ liệu số hóa",
    "Kết nối kho dữ liệu",
    "Sử dụng dữ liệu dân cư",
)
HEADINGS = (
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục hành chính",
    "Lĩnh vực",
    "Cơ quan giải quyết",
    "Cấp thực hiện",
    "Hình thức tiếp nhận",
    "Chủ hồ sơ",
    "Số điện thoại",
    *DATES,
    "Trạng thái hồ sơ",
    "Tổng phí, lệ phí",
    "Thanh toán trực tuyến",
    *FLAGS,
    "Lý do trễ hạn",
)
LARGE_HEADINGS = tuple(name for name in HEADINGS if name not in FLAGS[3:])  # 20 columns
IGATE_HEADINGS = (
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Phòng ban",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Cán bộ xử lý hiện tại",
    "Trạng thái hồ sơ",
)
CHANNEL_TEXTS = ("Trực tuyến", "Trực tiếp", "Bưu chính công ích", "")
CAUSE_TEXTS = (
    "Chờ ý kiến phối hợp của cơ quan thuế",
    "Hồ sơ phức tạp, phải xác minh thực địa",
    "Thiếu nhân lực, cán bộ thụ lý nghỉ ốm",
    "Lỗi phần mềm, mất kết nối hệ thống",
    "Công dân chậm nộp bổ sung giấy tờ",
    "Chậm luân chuyển hồ sơ giữa các phòng",
    "Chờ văn bản hướng dẫn của cấp trên",
    "Đã xử lý nhưng chưa cập nhật trên hệ thống",
)
_STATUS_TEXTS = (
    "Được tiếp nhận",
    "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Dừng xử lý",
    "Công dân yêu cầu rút hồ sơ",
    "Đã xử lý xong",
    "Đã trả kết quả",
    "Mới đăng ký",
    "Không được tiếp nhận",
)
_ACCEPTED, _PENDING, _WITHDRAWN, _RESOLVED, _RETURNED, _REGISTERED, _REFUSED = 0, 1, 5, 6, 7, 8, 9
_PAUSED = {SUPPLEMENT: 2, PAYMENT: 3, STOPPED: 4}
_ROOMS = {
    "Đất đai": "Phòng Tài nguyên và Môi trường",
    "Hộ tịch": "Bộ phận Tư pháp - Hộ tịch",
    "Chứng thực": "Bộ phận Tư pháp - Hộ tịch",
    "Hoạt động xây dựng": "Phòng Quản lý đô thị",
    "Thành lập và hoạt động của hộ kinh doanh": "Phòng Tài chính - Kế hoạch",
    "Bảo trợ xã hội": "Bộ phận Lao động - Xã hội",
}


@dataclass(frozen=True, slots=True)
class View:
    """What an export of that moment knows: later events are not in it."""

    status: Ints
    due: Times
    finished: Times
    returned: Times
    is_late: Mask


def look(flow: Flow, moment: np.datetime64) -> View:
    """The dossiers as they stood at a moment."""
    finished = np.where(flow.end <= moment, flow.end, NEVER)
    returned = np.where(flow.returned <= moment, flow.returned, NEVER)
    ended = ~np.isnat(finished)
    resumed = (flow.pause > 0) & (flow.paused_to <= moment)
    due = np.where(resumed, flow.due_moved, flow.due)
    status = np.where(moment - flow.received < DAY, _ACCEPTED, _PENDING)
    waits = (flow.pause > 0) & (flow.paused_from <= moment) & (moment < flow.paused_to)
    for kind, shown in _PAUSED.items():
        status = np.where(waits & (flow.pause == kind), shown, status)
    status = np.where(ended, np.where(np.isnat(returned), _RESOLVED, _RETURNED), status)
    status = np.where(ended & (flow.fate == WITHDRAWN), _WITHDRAWN, status)
    status = np.where(flow.fate == REGISTERED, _REGISTERED, status)
    status = np.where(flow.fate == REFUSED, _REFUSED, status)
    limit = np.where(clock(due) == np.timedelta64(0, "s"), due + DAY, due)
    late = np.where(ended, finished, moment) > limit
    return View(status, due, finished, returned, late & ~np.isin(status, (_REGISTERED, _REFUSED)))


def finished_but_pending(view: View, rows: Ints) -> View:
    """A fault: these finished dossiers still read "Đang xử lý"."""
    status = view.status.copy()
    status[rows] = np.where(np.isnat(view.finished[rows]), status[rows], _PENDING)
    return View(status, view.due, view.finished, view.returned, view.is_late)


def withdrawn_without_end(view: View, rows: Ints) -> View:
    """A fault: these withdrawn dossiers tell no end."""
    finished = view.finished.copy()
    finished[rows] = NEVER
    return View(view.status, view.due, finished, view.returned, view.is_late)


def _named(texts: Sequence[str], at: Ints) -> list[str]:
    found: list[str] = np.array(texts, dtype=object)[at].tolist()
    return found


def _yes_no(flags: Mask) -> list[str]:
    return _named(("Không", "Có"), flags.astype(np.int64))


def printed(flow: Flow, view: View, codes: Sequence[str], first: int = 1) -> dict[str, Column]:
    """Every column of HEADINGS.

    Args:
        flow: n dossiers.
        view: how they stand at the moment of the export.
        codes: their n codes.
        first: the number of the first row.
    """
    cause = np.where(view.is_late & (flow.cause < CAUSES), flow.cause, CAUSES)
    dates = (flow.received, view.due, view.finished, view.returned)
    flags: list[Column] = [_yes_no(flow.flags[:, 0]), _yes_no(flow.flags[:, 1])]
    flags += [flow.flags[:, at].astype(np.int64).tolist() for at in range(2, len(FLAGS))]
    return {
        "STT": range(first, first + len(flow)),
        "Mã hồ sơ": codes,
        "Tên thủ tục hành chính": _named([each.name for each in PROCEDURES], flow.procedure),
        "Lĩnh vực": _named([each.field for each in PROCEDURES], flow.procedure),
        "Cơ quan giải quyết": _named([each.name for each in AGENCIES], flow.agency),
        "Cấp thực hiện": _named([LEVEL_TEXTS[each.level] for each in AGENCIES], flow.agency),
        "Hình thức tiếp nhận": _named(CHANNEL_TEXTS, flow.channel),
        "Chủ hồ sơ": _named(APPLICANTS, flow.applicant),
        "Số điện thoại": _named(PHONES, flow.phone),
        **dict(zip(DATES, dates, strict=True)),
        "Trạng thái hồ sơ": _named(_STATUS_TEXTS, view.status),
        "Tổng phí, lệ phí": flow.fee.tolist(),
        "Thanh toán trực tuyến": flow.paid.tolist(),
        **dict(zip(FLAGS, flags, strict=True)),
        "Lý do trễ hạn": _named((*CAUSE_TEXTS, ""), cause),
    }


def igate(flow: Flow, columns: Mapping[str, Column]) -> dict[str, Column]:
    """The same dossiers in the 13 columns of the iGate export; `Cơ quan/đơn vị` is empty in every row."""
    rooms = [_ROOMS.get(each.field, "Phòng Nghiệp vụ") for each in PROCEDURES]
    own: dict[str, Column] = {
        "Số hồ sơ": columns["Mã hồ sơ"],
        "Tên lĩnh vực": columns["Lĩnh vực"],
        "Phòng ban": _named(rooms, flow.procedure),
        "Cơ quan/đơn vị": [""] * len(flow),
        "Cán bộ xử lý hiện tại": _named(OFFICERS, flow.officer),
    }
    return {heading: own[heading] if heading in own else columns[heading] for heading in IGATE_HEADINGS}


def rows_of(column: Column, at: Ints) -> Column:
    """The same column with its rows chosen or repeated."""
    if isinstance(column, np.ndarray):
        return column[at]
    return [column[row] for row in at.tolist()]
