"""Procedures with the names officials use, their fields, terms in working days and fees (rounded, for show only)."""

from __future__ import annotations

from dataclasses import dataclass

from reformcli.sample.province import AGENCIES


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure; `group` ties it to the agencies that settle it, `days` 0 means within the day."""

    group: str
    field: str
    name: str
    days: int
    fee: int
    weight: float
    online: float


# group: (field as printed, ((name, working days, fee in đồng, weight, share filed online), …))
_CATALOGUE: dict[str, tuple[str, tuple[tuple[str, int, int, float, float], ...]]] = {
    "Thi đua - Khen thưởng": (
        "Thi đua - Khen thưởng",
        (("Tặng Bằng khen của Chủ tịch UBND tỉnh", 20, 0, 1.0, 0.6),),
    ),
    "Tổ chức phi chính phủ": (
        "Tổ chức phi chính phủ",
        (("Công nhận ban vận động thành lập hội", 20, 0, 0.3, 0.4),),
    ),
    "Lý lịch tư pháp": (
        "Lý lịch tư pháp",
        (("Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam", 10, 200_000, 1.0, 0.7),),
    ),
    "Thành lập và hoạt động của doanh nghiệp": (
        "Thành lập và hoạt động của doanh nghiệp",
        (
            ("Đăng ký thành lập công ty TNHH một thành viên", 3, 50_000, 1.0, 0.97),
            ("Đăng ký thay đổi nội dung đăng ký doanh nghiệp", 3, 50_000, 1.5, 0.97),
            ("Thông báo tạm ngừng kinh doanh", 3, 0, 0.6, 0.97),
        ),
    ),
    "Quản lý công sản": ("Quản lý công sản", (("Mua quyển hóa đơn bán tài sản công", 5, 0, 1.0, 0.5),)),
    "Lưu thông hàng hóa trong nước": (
        "Lưu thông hàng hóa trong nước",
        (("Cấp Giấy chứng nhận đủ điều kiện làm đại lý bán lẻ xăng dầu", 15, 1_200_000, 0.6, 0.9),),
    ),
    "Điện": ("Điện", (("Cấp giấy phép hoạt động bán lẻ điện", 15, 800_000, 0.3, 0.9),)),
    "Thủy sản": ("Thủy sản", (("Cấp giấy phép khai thác thủy sản", 6, 40_000, 1.0, 0.5),)),
    "Bảo vệ thực vật": (
        "Bảo vệ thực vật",
        (("Cấp Giấy chứng nhận đủ điều kiện buôn bán thuốc bảo vệ thực vật", 14, 500_000, 0.6, 0.6),),
    ),
    "Đường bộ": (
        "Đường bộ",
        (
            ("Đổi Giấy phép lái xe do ngành Giao thông vận tải cấp", 5, 135_000, 3.0, 0.75),
            ("Cấp giấy phép xe tập lái", 3, 30_000, 0.5, 0.9),
            ("Cấp phù hiệu xe ô tô kinh doanh vận tải", 2, 0, 1.5, 0.98),
        ),
    ),
    "Hoạt động xây dựng": (
        "Hoạt động xây dựng",
        (
            ("Cấp chứng chỉ hành nghề hoạt động xây dựng hạng II, hạng III", 20, 300_000, 1.0, 0.6),
            ("Thẩm định báo cáo nghiên cứu khả thi đầu tư xây dựng", 20, 0, 0.4, 0.5),
        ),
    ),
    "Đất đai": (
        "Đất đai",
        (
            ("Đăng ký biến động quyền sử dụng đất do chuyển nhượng, tặng cho", 10, 80_000, 2.0, 0.2),
            ("Đăng ký biện pháp bảo đảm bằng quyền sử dụng đất", 1, 80_000, 2.5, 0.3),
            ("Cấp đổi Giấy chứng nhận quyền sử dụng đất", 7, 50_000, 0.8, 0.2),
        ),
    ),
    "Môi trường": ("Môi trường", (("Cấp giấy phép môi trường", 30, 8_000_000, 0.2, 0.7),)),
    "Việc làm": (
        "Việc làm",
        (
            ("Cấp giấy phép lao động cho người lao động nước ngoài làm việc tại Việt Nam", 5, 600_000, 1.0, 0.95),
            ("Giải quyết hưởng trợ cấp thất nghiệp", 20, 0, 0.4, 0.4),
        ),
    ),
    "Người có công": ("Người có công", (("Giải quyết chế độ mai táng phí", 15, 0, 0.6, 0.3),)),
    "Hệ thống văn bằng, chứng chỉ": (
        "Hệ thống văn bằng, chứng chỉ",
        (("Cấp bản sao văn bằng, chứng chỉ từ sổ gốc", 1, 0, 1.0, 0.4),),
    ),
    "Khám bệnh, chữa bệnh": (
        "Khám bệnh, chữa bệnh",
        (("Cấp chứng chỉ hành nghề khám bệnh, chữa bệnh", 22, 360_000, 1.0, 0.5),),
    ),
    "Dược phẩm": (
        "Dược phẩm",
        (("Cấp Giấy chứng nhận đủ điều kiện kinh doanh dược", 20, 1_000_000, 0.8, 0.6),),
    ),
    "Du lịch": ("Du lịch", (("Cấp thẻ hướng dẫn viên du lịch nội địa", 10, 650_000, 1.0, 0.8),)),
    "Hoạt động khoa học và công nghệ": (
        "Hoạt động khoa học và công nghệ",
        (("Cấp Giấy chứng nhận đăng ký hoạt động của tổ chức khoa học và công nghệ", 10, 0, 1.0, 0.8),),
    ),
    "Đất đai cấp huyện": (
        "Đất đai",
        (
            ("Chuyển mục đích sử dụng đất của hộ gia đình, cá nhân", 15, 0, 0.5, 0.15),
            ("Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất lần đầu", 20, 100_000, 0.5, 0.1),
        ),
    ),
    "Hộ kinh doanh": (
        "Thành lập và hoạt động của hộ kinh doanh",
        (
            ("Đăng ký thành lập hộ kinh doanh", 3, 100_000, 2.0, 0.6),
            ("Chấm dứt hoạt động hộ kinh doanh", 3, 0, 0.8, 0.6),
        ),
    ),
    "Hộ tịch cấp huyện": (
        "Hộ tịch",
        (("Thay đổi, cải chính, bổ sung thông tin hộ tịch, xác định lại dân tộc", 3, 28_000, 0.6, 0.3),),
    ),
    "Chứng thực cấp huyện": (
        "Chứng thực",
        (("Chứng thực bản sao từ bản chính giấy tờ do cơ quan có thẩm quyền cấp", 0, 4_000, 2.0, 0.2),),
    ),
    "Xây dựng cấp huyện": (
        "Hoạt động xây dựng",
        (("Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", 15, 75_000, 0.6, 0.5),),
    ),
    "Chứng thực cấp xã": (
        "Chứng thực",
        (
            ("Chứng thực bản sao từ bản chính giấy tờ, văn bản", 0, 4_000, 4.0, 0.3),
            ("Chứng thực chữ ký trong các giấy tờ, văn bản", 0, 10_000, 2.0, 0.2),
        ),
    ),
    "Hộ tịch cấp xã": (
        "Hộ tịch",
        (
            ("Đăng ký khai sinh", 0, 0, 1.5, 0.7),
            ("Cấp Giấy xác nhận tình trạng hôn nhân", 3, 15_000, 1.5, 0.7),
            ("Đăng ký kết hôn", 0, 0, 0.6, 0.4),
            ("Đăng ký khai tử", 0, 0, 0.6, 0.6),
        ),
    ),
    "Bảo trợ xã hội": (
        "Bảo trợ xã hội",
        (("Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hàng tháng", 22, 0, 0.2, 0.5),),
    ),
    "Đất đai cấp xã": ("Đất đai", (("Hòa giải tranh chấp đất đai", 30, 0, 0.05, 0.1),)),
}

PROCEDURES: tuple[Procedure, ...] = tuple(
    Procedure(group, field, *entry) for group, (field, entries) in _CATALOGUE.items() for entry in entries
)


def choices() -> tuple[tuple[int, int, float], ...]:
    """Every (agency, procedure) that occurs, by position, with its share of the dossiers."""
    found = []
    for a, agency in enumerate(AGENCIES):
        own = [(p, each.weight) for p, each in enumerate(PROCEDURES) if each.group in agency.procedures]
        total = sum(weight for _, weight in own)
        found += [(a, p, agency.weight * weight / total) for p, weight in own]
    whole = sum(share for _, _, share in found)
    return tuple((a, p, share / whole) for a, p, share in found)
