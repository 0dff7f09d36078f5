"""The catalogue of the invented province: every procedure of its exports, and some that nobody files."""

from __future__ import annotations

from reformcli.sample.procedures import PROCEDURES, Procedure
from reformcli.sample.province import AGENCIES, LEVEL_TEXTS

HEADER = (
    *("Mã thủ tục", "Tên thủ tục hành chính", "Lĩnh vực", "Cấp thực hiện", "Cơ quan thực hiện", "Mức độ"),
    *("Thời hạn giải quyết", "Đơn vị tính", "Phí, lệ phí", "Thanh toán trực tuyến", "Biểu mẫu điện tử"),
    *("Kết quả bản giấy", "Cá nhân", "Dữ liệu dân cư"),
)
FED = ("3.1", "3.2", "3.5a", "3.5b", "4.5a")  # components that need no counts beside this catalogue
_FIRST, _AGAIN = "Cấp ", "Cấp lại "
_NOT_AGAIN = ("Cấp đổi", "Cấp bản")
_BUSINESS = ("doanh nghiệp", "kinh doanh", "hàng hóa", "Điện", "Dược", "Quản lý công sản", "khoa học")
_NO_PAPER = ("Thông báo", "Chấm dứt", "Hòa giải")  # nothing is issued at their end
_ASIDE = ("Cung cấp thông tin", "Một phần", "Toàn trình")  # of what nobody files, in turn
_FULL = 0.6  # offered fully online from this share filed online on


def catalogue_rows() -> list[tuple[str, ...]]:
    """One row per procedure under HEADER; ids begin with 9, which no real one does."""
    used = [_row(number, one, one.name, _service_level(one)) for number, one in enumerate(PROCEDURES)]
    again = [one for one in PROCEDURES if one.name.startswith(_FIRST) and not one.name.startswith(_NOT_AGAIN)]
    unused = [
        _row(len(used) + number, one, _AGAIN + one.name.removeprefix(_FIRST), _ASIDE[number % len(_ASIDE)])
        for number, one in enumerate(again)
    ]
    return [*used, *unused]


def _service_level(one: Procedure) -> str:
    return "Toàn trình" if one.online >= _FULL else "Một phần"


def _row(number: int, one: Procedure, name: str, service_level: str) -> tuple[str, ...]:
    """Departments are named, because each has its own procedures; districts and communes are told by their level."""
    level = next(agency.level for agency in AGENCIES if one.group in agency.procedures)
    agencies = [agency.name for agency in AGENCIES if one.group in agency.procedures and level == "province"]
    is_personal = not any(word in one.field for word in _BUSINESS)
    return (
        f"9.{990001 + number}",
        name,
        one.field,
        LEVEL_TEXTS[level],
        "; ".join(agencies),
        service_level,
        str(max(1, one.days)),
        "ngày làm việc",
        str(one.fee),
        _mark(one.fee > 0 and number % 4 > 0),
        _mark(number % 7 > 0),
        _mark(not name.startswith(_NO_PAPER)),
        _mark(is_personal),
        _mark(is_personal and number % 3 > 0),
    )


def _mark(is_so: bool) -> str:
    return "x" if is_so else ""
