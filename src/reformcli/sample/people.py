"""Persons and offices that nobody can take for real ones: every name says that it is an example."""

from __future__ import annotations

from itertools import product

MARKERS = ("Ví Dụ", "Minh Họa", "Giả Định", "Thử Nghiệm")  # one of them stands in every name
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
_MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Ngọc")
_COMPANIES = ("Công ty TNHH", "Công ty Cổ phần", "Hợp tác xã", "Hộ kinh doanh")

APPLICANTS: tuple[str, ...] = (
    *(" ".join(parts) for parts in product(_FAMILY, _MIDDLE, MARKERS)),
    *(" ".join(parts) for parts in product(_COMPANIES, MARKERS)),
)
PHONES: tuple[str, ...] = tuple(f"0900 000 {number:03d}" for number in range(100))
OFFICERS: tuple[str, ...] = tuple(f"Cán bộ {marker} {number:02d}" for number, marker in product(range(1, 11), MARKERS))
