"""An invented province before July 2025: departments, districts and communes, each with its unit code.

No province is called Sông Lam and none has the code H99. Districts and communes are invented too; departments carry
the names that every province used in 2023.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE = "UBND tỉnh Sông Lam"
PROVINCE_CODE = "H99"
REGISTER_HEADER = ("agency", "agency_id", "level", "parent", "aliases")
LEVEL_TEXTS = {"province": "Cấp Tỉnh", "district": "Cấp Huyện", "commune": "Cấp Xã"}


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of the register, its share of the dossiers and the share of them that it settles late."""

    name: str
    code: str
    level: str
    parent: str
    aliases: tuple[str, ...]
    weight: float
    late: float
    procedures: tuple[str, ...]


# name, short name, weight, share late, fields of its procedures
_DEPARTMENTS = (
    ("Nội vụ", "NV", 0.6, 0.01, ("Thi đua - Khen thưởng", "Tổ chức phi chính phủ")),
    ("Tư pháp", "TP", 2.5, 0.015, ("Lý lịch tư pháp",)),
    ("Kế hoạch và Đầu tư", "KH&ĐT", 3.5, 0.005, ("Thành lập và hoạt động của doanh nghiệp",)),
    ("Tài chính", "TC", 0.5, 0.0, ("Quản lý công sản",)),
    ("Công Thương", "CT", 2.0, 0.01, ("Lưu thông hàng hóa trong nước", "Điện")),
    ("Nông nghiệp và Phát triển nông thôn", "NN&PTNT", 1.0, 0.015, ("Thủy sản", "Bảo vệ thực vật")),
    ("Giao thông vận tải", "GTVT", 6.0, 0.005, ("Đường bộ",)),
    ("Xây dựng", "XD", 1.5, 0.07, ("Hoạt động xây dựng",)),
    ("Tài nguyên và Môi trường", "TN&MT", 5.0, 0.10, ("Đất đai", "Môi trường")),
    ("Lao động - Thương binh và Xã hội", "LĐ-TB&XH", 1.5, 0.01, ("Việc làm", "Người có công")),
    ("Giáo dục và Đào tạo", "GD&ĐT", 0.8, 0.01, ("Hệ thống văn bằng, chứng chỉ",)),
    ("Y tế", "YT", 1.5, 0.03, ("Khám bệnh, chữa bệnh", "Dược phẩm")),
    ("Văn hóa, Thể thao và Du lịch", "VH,TT&DL", 0.7, 0.01, ("Du lịch",)),
    ("Khoa học và Công nghệ", "KH&CN", 0.4, 0.0, ("Hoạt động khoa học và công nghệ",)),
)
# kind, name, weight, share late, communes
_DISTRICTS = (
    ("thành phố", "Lam Giang", 6.0, 0.02, "phường Bến Lam|phường Cầu Mây|phường Đông Nứa|phường Tây Nứa|xã Lam Hạ"),
    ("thị xã", "Cửa Lam", 3.5, 0.06, "phường Hải Mây|phường Cồn Vàng|xã Bãi Nứa|xã Lam Hải|xã Lam Triều"),
    ("huyện", "Sông Mây", 2.5, 0.015, "thị trấn Sông Mây|xã Nậm Lam|xã Hòa Trúc|xã Khánh Nứa|xã Mây Thượng"),
    ("huyện", "Bình Lam", 2.8, 0.01, "thị trấn Bình Lam|xã Lam Đồng|xã Lam Phú|xã Trúc Bình|xã Ân Lam"),
    ("huyện", "Đồng Nứa", 2.5, 0.02, "thị trấn Đồng Nứa|xã Nứa Nội|xã Nứa Ngoại|xã Đăk Mây|xã Ea Lam"),
    ("huyện", "Thanh Trúc", 2.2, 0.01, "thị trấn Thanh Trúc|xã Trúc Lâm Hạ|xã Trúc Khê|xã Vàng Anh|xã Lam Sơn Hạ"),
    ("huyện", "Khe Vàng", 2.0, 0.12, "thị trấn Khe Vàng|xã Khe Nứa|xã Suối Vàng|xã Ăng Mây|xã Khe Trúc"),
    ("huyện", "Đại Ngàn", 1.5, 0.03, "thị trấn Đại Ngàn|xã Ngàn Mây|xã Ngàn Trúc|xã Bản Nứa|xã An Ngàn"),
)
_DISTRICT_FIELDS = (
    "Đất đai cấp huyện",
    "Hộ kinh doanh",
    "Hộ tịch cấp huyện",
    "Chứng thực cấp huyện",
    "Xây dựng cấp huyện",
)
_COMMUNE_FIELDS = ("Chứng thực cấp xã", "Hộ tịch cấp xã", "Bảo trợ xã hội", "Đất đai cấp xã")
_SLOW_COMMUNES = {"xã Suối Vàng": 0.15, "xã Khe Nứa": 0.12, "xã Bãi Nứa": 0.09, "phường Cồn Vàng": 0.06}
_FIRST_DEPARTMENT, _FIRST_DISTRICT, _FIRST_COMMUNE = 5, 21, 31


def _departments() -> list[Agency]:
    return [
        Agency(
            f"Sở {name}", _code(_FIRST_DEPARTMENT + at), "province", PROVINCE, (f"Sở {short}",), weight, late, fields
        )
        for at, (name, short, weight, late, fields) in enumerate(_DEPARTMENTS)
    ]


def _districts() -> list[Agency]:
    short = {"thành phố": "TP", "thị xã": "TX", "huyện": "H."}
    return [
        Agency(
            f"UBND {kind} {name}",
            _code(_FIRST_DISTRICT + at),
            "district",
            PROVINCE,
            (f"UBND {short[kind]} {name}", f"Ủy ban nhân dân {kind} {name}"),
            weight,
            late,
            _DISTRICT_FIELDS,
        )
        for at, (kind, name, weight, late, _) in enumerate(_DISTRICTS)
    ]


def _communes() -> list[Agency]:
    names = [
        (commune, f"UBND {kind} {name}", weight)
        for kind, name, weight, _, communes in _DISTRICTS
        for commune in communes.split("|")
    ]
    return [
        Agency(
            f"UBND {name}",
            _code(_FIRST_COMMUNE + at),
            "commune",
            parent,
            (f"Ủy ban nhân dân {name}",),
            0.5 + weight * 0.2,
            _SLOW_COMMUNES.get(name, 0.008),
            _COMMUNE_FIELDS,
        )
        for at, (name, parent, weight) in enumerate(names)
    ]


def _code(number: int) -> str:
    return f"{PROVINCE_CODE}.{number:02d}"


AGENCIES: tuple[Agency, ...] = (*_departments(), *_districts(), *_communes())


def register_rows() -> list[tuple[str, str, str, str, str]]:
    """Agency, id, level, parent and aliases (divided by |) of every agency, the province's committee first."""
    province = (PROVINCE, PROVINCE_CODE, "province", "", "Ủy ban nhân dân tỉnh Sông Lam")
    return [province, *((a.name, a.code, a.level, a.parent, "|".join(a.aliases)) for a in AGENCIES)]
