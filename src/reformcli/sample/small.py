"""Two small files written by hand, the same for every seed: one to count by hand, one with errors to put right."""

from __future__ import annotations

from reformcli.sample.people import APPLICANTS, PHONES

HAND_HEADER = (
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục hành chính",
    "Lĩnh vực",
    "Cơ quan giải quyết",
    "Cấp thực hiện",
    "Hình thức tiếp nhận",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Ngày trả thực tế",
    "Ngày yêu cầu bổ sung hồ sơ",
    "Ngày hoàn thành bổ sung",
    "Số lần yêu cầu bổ sung",
    "Trạng thái hồ sơ",
)
FAULTY_HEADER = tuple(name for at, name in enumerate(HAND_HEADER) if not 12 <= at <= 15)
# unit in the code: agency, level, procedure, field
_UNITS = {
    "H99.06": ("Sở Tư pháp", "Cấp Tỉnh", "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam", "Lý lịch tư pháp"),
    "H99.12": (
        "Sở Xây dựng",
        "Cấp Tỉnh",
        "Cấp chứng chỉ hành nghề hoạt động xây dựng hạng II, hạng III",
        "Hoạt động xây dựng",
    ),
    "H99.23": (
        "UBND huyện Sông Mây",
        "Cấp Huyện",
        "Đăng ký thành lập hộ kinh doanh",
        "Thành lập và hoạt động của hộ kinh doanh",
    ),
    "H99.42": ("UBND xã Nậm Lam", "Cấp Xã", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực"),
    "H99.43": ("UBND xã Hòa Trúc", "Cấp Xã", "Cấp Giấy xác nhận tình trạng hôn nhân", "Hộ tịch"),
    "H99.44": ("UBND xã Khánh Nứa", "Cấp Xã", "Đăng ký khai tử", "Hộ tịch"),
    "H99.88": ("Tổ lưu động Sông Lam", "Cấp Xã", "Chứng thực chữ ký trong các giấy tờ, văn bản", "Chứng thực"),
}
# code | channel | received | due | finished | returned | supplement asked | completed | requests | status
_HAND = """
H99.06-231218-0001|Trực tuyến|18/12/2023 08:05:00|25/12/2023 08:05:00|21/12/2023 10:00:00|||||Đã xử lý xong
H99.06-231218-0002|Trực tiếp|18/12/2023 09:00:00|20/12/2023 09:00:00|20/12/2023 08:30:00|20/12/2023 10:00:00||||Đã trả kết quả
H99.06-231218-0003|Trực tuyến|18/12/2023 14:00:00|20/12/2023 08:02:00|20/12/2023 15:10:00|||||Đã xử lý xong
H99.06-231213-0001|Trực tuyến|13/12/2023 08:30:00|22/12/2023 08:30:00|22/12/2023 08:30:00|||||Đã xử lý xong
H99.06-231219-0001|Trực tuyến|19/12/2023 10:00:00|26/12/2023 10:00:00||||||Đang xử lý
H99.06-231211-0001|Trực tiếp|11/12/2023 09:00:00|15/12/2023 09:00:00|15/12/2023 08:45:00|||||Đã xử lý xong
H99.06-231220-0001|Trực tiếp|20/12/2023 08:20:00|27/12/2023 08:20:00|21/12/2023 09:00:00|||||Công dân yêu cầu rút hồ sơ
H99.06-231221-0001|Bưu chính công ích|21/12/2023 08:00:00||22/12/2023 16:20:00|||||Đã xử lý xong
H99.12-231201-0001|Trực tiếp|01/12/2023 08:00:00|15/12/2023 08:00:00||||||Đang xử lý
H99.12-231218-0001|Trực tuyến|18/12/2023 07:45:00|08/01/2024 07:45:00|||21/12/2023 09:00:00||1|Yêu cầu bổ sung giấy tờ
H99.12-231218-0002|Trực tuyến|18/12/2023 10:00:00|20/12/2023 10:00:00|||21/12/2023 08:00:00||1|Yêu cầu bổ sung giấy tờ
H99.12-231219-0001|Trực tiếp|19/12/2023 08:00:00|21/12/2023 08:00:00|22/12/2023 16:00:00||20/12/2023 08:00:00|22/12/2023 08:00:00|1|Đã xử lý xong
H99.12-231219-0002|Trực tiếp|19/12/2023 08:30:00|29/12/2023 08:30:00|||22/12/2023 08:00:00|22/12/2023 15:00:00|2|Đang xử lý
H99.12-231220-0001|Trực tuyến|20/12/2023 13:30:00|22/12/2023 17:00:00|26/12/2023 09:00:00|26/12/2023 10:00:00||||Đã trả kết quả
H99.12-231226-0001|Trực tuyến|26/12/2023 08:00:00|28/12/2023 08:00:00||||||Được tiếp nhận
H99.23-231215-0001|Trực tiếp|15/12/2023 14:00:00|22/12/2023|22/12/2023 16:45:00|||||Đã xử lý xong
H99.23-231218-0001|Trực tuyến|18/12/2023 08:00:00|21/12/2023 08:00:00|21/12/2023|||||Đã xử lý xong
H99.23-231219-0001||19/12/2023 08:00:00|22/12/2023 00:00:00|22/12/2023 09:30:00|||||Đã xử lý xong
H99.23-231219-0002|Trực tiếp|19/12/2023 15:30:00|20/12/2023 17:00:00||||||Yêu cầu thực hiện nghĩa vụ tài chính
H99.23-231220-0001|Trực tiếp|20/12/2023 10:00:00|22/12/2023 10:00:00|22/12/2023 09:00:00|||||Đang xử lý
H99.23-231205-0001|Trực tiếp|05/12/2023 08:00:00|19/12/2023 08:00:00||19/12/2023 15:00:00||||Đã trả kết quả
H99.23-231222-0001|Trực tuyến|22/12/2023 10:15:00|||||||Mới đăng ký
H99.42-231218-0001|Trực tuyến|18/12/2023 08:10:00|18/12/2023 17:00:00|18/12/2023 17:00:01|||||Đã xử lý xong
H99.42-231219-0001|Trực tiếp|19/12/2023 08:00:00|19/12/2023 17:00:00||||||Công dân yêu cầu rút hồ sơ
H99.42-231220-0001|Trực tuyến|20/12/2023 09:40:00|||||||Đang xử lý
H99.42-231222-0001|Trực tiếp|22/12/2023 08:00:00|22/12/2023 17:00:00||||||Đang xử lý
H99.43-231221-0001|Trực tuyến|21/12/2023 08:30:00|28/12/2023 08:30:00||||||Dừng xử lý
H99.43-231221-0002|Trực tiếp|21/12/2023 09:00:00|26/12/2023 09:00:00|22/12/2023 09:30:00||21/12/2023 14:00:00|21/12/2023 16:00:00|2|Đã xử lý xong
H99.44-231220-0001|Bưu chính công ích|20/12/2023 08:00:00|21/12/2023 17:00:00|21/12/2023 11:00:00|||||Đã xử lý xong
H99.44-231220-0002|Trực tiếp|20/12/2023 13:00:00|20/12/2023 17:00:00|20/12/2023 14:00:00|||||Không được tiếp nhận
"""  # noqa: E501  one dossier a line
# code | channel | received | due | finished | status; the unit of a row without a code stands before a colon
_FAULTY = """
H99.06-231218-0011|Trực tuyến|18/12/2023 08:05:00|25/12/2023 08:05:00|21/12/2023 10:00:00|Đã xử lý xong
H99.06-231219-0011|Trực tiếp|19/12/2023 09:00:00|27/12/2023 09:00:00||Đang xử lý
H99.06:|Trực tiếp|19/12/2023 10:00:00|27/12/2023 10:00:00||Đang xử lý
H99.06-231219-0012|Trực tuyến||27/12/2023 10:00:00||Đang xử lý
H99.12-231219-0011|Trực tuyến|32/12/2023 08:00:00|27/12/2023 10:00:00||Đang xử lý
H99.12-231219-0012|Trực tiếp|sáng thứ ba|27/12/2023 10:00:00||Đang xử lý
H99.12-231219-0013|Trực tiếp|12/19/2023 09:00:00|27/12/2023 09:00:00||Đang xử lý
H99.12-231218-0011|Trực tuyến|18/12/2023 08:00:00|22/12/2023 08:00:00||Đã xử lý xong
H99.12-231218-0012|Trực tuyến|18/12/2023 08:30:00|22/12/2023 08:30:00||Đã trả kết quả
H99.23-231218-0011|Trực tiếp|18/12/2023 09:00:00|21/12/2023 09:00:00|31/11/2023 10:00:00|Đã xử lý xong
H99.23-231220-0011|Trực tiếp|20/12/2023 09:00:00|25/12/2023 09:00:00|13/12/2023 15:00:00|Đã xử lý xong
H99.23-231220-0012|Trực tuyến|20/12/2023 09:30:00|25/12/2023 09:30:00||Chờ hội ý lãnh đạo
H99.23-231220-0013|Trực tuyến|20/12/2023 10:00:00|25/12/2023 10:00:00|21/12/2023 09:00:00|Hoàn tất theo quy trình riêng
H99.23-231220-0014|Trực tiếp|20/12/2023 10:30:00|25/12/2023 10:30:00|22/12/2033 09:00:00|Đã xử lý xong
H99.23-231221-0011|Trực tiếp|21/12/2023 08:00:00|26/12/2023 08:00:00||Yêu cầu bổ sung giấy tờ
H99.42-231218-0011|Trực tiếp|18/12/2023 08:00:00|18/12/2023 17:00:00|18/12/2023 10:00:00|Đã xử lý xong
H99.42-231218-0011|Trực tiếp|18/12/2023 08:00:00|18/12/2023 17:00:00|18/12/2023 10:00:00|Đã xử lý xong
H99.42-231219-0011|Trực tiếp|19/12/2023 08:00:00|19/12/2023 17:00:00||Đang xử lý
H99.42-231219-0011|Trực tiếp|19/12/2023 08:00:00|19/12/2023 17:00:00|19/12/2023 14:00:00|Đã xử lý xong
H99.42-231220-0011|Trực tuyến|20/12/2023 08:00:00|||Đang xử lý
H99.42-231221-0011|Trực tuyến|21/12/2023 08:00:00|19/12/2023 17:00:00||Đang xử lý
H99.43-231221-0011|Trực tuyến|21/12/2023 08:30:00|26/12/2023 08:30:00|22/12/2023 09:00:00|Đang xử lý
H99.43-231221-0012|Trực tiếp|21/12/2023 09:00:00|26/12/2023 09:00:00||Công dân yêu cầu rút hồ sơ
H99.88-231221-0001|Trực tiếp|21/12/2023 09:30:00|21/12/2023 17:00:00|21/12/2023 10:00:00|Đã xử lý xong
H99.44-230801-0011|Trực tuyến|20/12/2023 08:00:00|20/12/2023 17:00:00|20/12/2023 11:00:00|Đã xử lý xong
H99.44-231220-0012|Trực tiếp|20/12/2023 08:30:00|không hẹn|20/12/2023 11:30:00|Đã xử lý xong
H99.44-231221-0011|Qua người quen|21/12/2023 08:00:00|21/12/2023 17:00:00|21/12/2023 15:00:00|Đã xử lý xong
H99.44-231222-0011|Trực tuyến|22/12/2023 08:00:00|22/12/2023 17:00:00|22/12/2023 11:00:00|Đã trả kết quả
"""


def hand_rows() -> list[list[str]]:
    """The 30 dossiers whose every figure `sample_data/README.md` counts by hand."""
    return _rows(_HAND)


def faulty_rows() -> list[list[str]]:
    """Rows with errors and warnings among good ones; `sample_data/README.md` tells which is which."""
    return _rows(_FAULTY)


def _rows(text: str) -> list[list[str]]:
    rows = []
    persons: dict[str, int] = {}
    for number, line in enumerate(text.strip().splitlines(), start=1):
        code, channel, *rest = line.split("|")
        agency, level, procedure, field = _UNITS[code[:6]]
        code = "" if code.endswith(":") else code
        person = persons.setdefault(code, len(persons))
        names = [code, procedure, field, agency, level, channel, APPLICANTS[person * 7 % 200], PHONES[person]]
        rows.append([str(number), *names, *rest])
    return rows
