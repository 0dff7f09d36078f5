"""Two registers of tasks written by hand, the same for every seed: one to count by hand, and that of a week before."""

from __future__ import annotations

HEADER = (
    *("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Ban Chỉ đạo", "Văn bản giao", "Ngày bắt đầu"),
    *("Thời hạn", "Tiến độ (%)", "Ngày hoàn thành", "Kết quả", "Người phụ trách"),
)
_GROUPS = {
    "A": ("Ban Chỉ đạo Cải cách hành chính", "Kế hoạch 10/KH-UBND"),
    "B": ("Ban Chỉ đạo Chuyển đổi số", "Kế hoạch 20/KH-UBND"),
    "C": ("Tổ công tác Đề án 06", "Kế hoạch 30/KH-UBND"),
    "": ("", "Thông báo 40/TB-UBND"),
}
# task | lead | coordinating | group | start | due | progress | done
_NOW = """
Ban hành kế hoạch cải cách hành chính năm 2024|Sở Nội vụ|Sở Tài chính|A|01/11/2023|30/11/2023|100|28/11/2023
Tổng hợp kết quả kiểm tra cải cách hành chính|Sở Nội vụ||A|01/11/2023|15/12/2023|100%|15/12/2023
Khảo sát sự hài lòng của người dân|Sở Nội vụ|UBND các huyện|A|15/11/2023|08/12/2023|100|12/12/2023
Trình quy chế hoạt động của bộ phận Một cửa|sở  nội vụ|Sở Tư pháp|A|20/11/2023|20/12/2023|0,8|
Tập huấn sử dụng dữ liệu dân cư|SỞ NỘI VỤ|Công an tỉnh|C|01/12/2023|29/12/2023|60%|
Đơn giản hóa hồ sơ lý lịch tư pháp|Sở Tư pháp||A|01/11/2023|01/12/2023|90|
Công bố danh mục thủ tục sửa đổi|Sở Tư pháp|Sở Nội vụ|A|10/12/2023|22/12/2023|50|
Rà soát văn bản quy phạm về một cửa|Sở Tư pháp||A|01/12/2023|22/12/2023|100|22/12/2023
Liên thông giấy khám sức khỏe|Sở Y tế|Công an tỉnh|C|01/12/2023|25/12/2023|40|
Kết nối dữ liệu bệnh viện với dữ liệu dân cư|Sở Y tế||C|05/12/2023|31/12/2023|10|
Cấp tài khoản định danh cho cơ sở y tế|Sở Y tế||C|05/12/2023|01/01/2024|0|
Liên thông giấy chứng sinh|Sở Y tế|Sở Tư pháp|C|01/11/2023|18/12/2023|100|
Số hóa di tích cấp tỉnh|Sở Văn hóa, Thể thao và Du lịch||B|01/10/2023|Quý IV/2023|70|
Cập nhật cổng du lịch thông minh|Sở Văn hóa, Thể thao và Du lịch||B|01/11/2023|Thường xuyên|50|
Bố trí kinh phí chuyển đổi số|Sở Tài chính||B|01/11/2023||30|
Hướng dẫn thanh toán phí trực tuyến|Sở Tài chính||B|01/11/2023||100|10/12/2023
Tích hợp thanh toán trực tuyến|Sở Tài chính, Sở Tư pháp||B|01/12/2023|20/12/2023|20|
Đánh giá an toàn thông tin|||B|01/12/2023|21/12/2023|0|
Sắp xếp bộ phận Một cửa cấp xã|UBND huyện Sông Mây||A|18/12/2023|31/01/2024|5|
Công khai thủ tục tại nơi tiếp nhận|UBND huyện Sông Mây||A|01/11/2023|17/12/2023|100|18/12/2023
Trả lời phản ánh còn tồn|UBND huyện Sông Mây||A|01/11/2023|16/12/2023|100|17/12/2023
Niêm yết số điện thoại đường dây nóng|UBND xã Nậm Lam|||01/12/2023|14/12/2023|95|13/12/2023
Lắp máy tính công cộng ở bộ phận Một cửa|UBND xã Nậm Lam|||15/12/2023|12/12/2023|30|
Niêm yết số điện thoại đường dây nóng|UBND xã Nậm Lam|||01/12/2023|14/12/2023|95|13/12/2023
II. Nhiệm vụ Trung ương giao|||||||
Rà soát dịch vụ công toàn trình|Sở Tư pháp||B|01/12/2023|Tháng 12/2023|101|
"""
_BEFORE = """
Ban hành kế hoạch cải cách hành chính năm 2024|Sở Nội vụ|Sở Tài chính|A|01/11/2023|30/11/2023|100|28/11/2023
Tổng hợp kết quả kiểm tra cải cách hành chính|Sở Nội vụ||A|01/11/2023|15/12/2023|100%|15/12/2023
Khảo sát sự hài lòng của người dân|Sở Nội vụ|UBND các huyện|A|15/11/2023|08/12/2023|100|12/12/2023
Trình quy chế hoạt động của bộ phận Một cửa|Sở Nội vụ|Sở Tư pháp|A|20/11/2023|20/12/2023|0,5|
Tập huấn sử dụng dữ liệu dân cư|Sở Nội vụ|Công an tỉnh|C|01/12/2023|22/12/2023|30%|
Liên thông giấy khám sức khỏe|Sở Nội vụ|Công an tỉnh|C|01/12/2023|25/12/2023|20|
Đơn giản hóa hồ sơ lý lịch tư pháp|Sở Tư pháp||A|01/11/2023|01/12/2023|80|
Công bố danh mục thủ tục sửa đổi|Sở Tư pháp|Sở Nội vụ|A|01/12/2023|10/12/2023|20|
Rà soát văn bản quy phạm về một cửa|Sở Tư pháp||A|01/12/2023|22/12/2023|60|
Kết nối dữ liệu bệnh viện với dữ liệu dân cư|Sở Y tế||C|05/12/2023|31/12/2023|5|
Cấp tài khoản định danh cho cơ sở y tế|Sở Y tế||C|05/12/2023|01/01/2024|100|11/12/2023
Liên thông giấy chứng sinh|Sở Y tế|Sở Tư pháp|C|01/11/2023|18/12/2023|90|
Số hóa di tích cấp tỉnh|Sở Văn hóa, Thể thao và Du lịch||B|01/10/2023|Quý IV/2023|60|
Cập nhật cổng du lịch thông minh|Sở Văn hóa, Thể thao và Du lịch||B|01/11/2023|Thường xuyên|50|
Bố trí kinh phí chuyển đổi số|Sở Tài chính||B|01/11/2023||20|
Hướng dẫn thanh toán phí trực tuyến|Sở Tài chính||B|01/11/2023||100|10/12/2023
Rà soát mẫu đơn điện tử|Sở Tài chính||B|01/11/2023|30/12/2023|50|
Tích hợp thanh toán trực tuyến|Sở Tài chính, Sở Tư pháp||B|01/12/2023|20/12/2023|10|
Đánh giá an toàn thông tin|||B|01/12/2023|21/12/2023|0|
Công khai thủ tục tại nơi tiếp nhận|UBND huyện Sông Mây||A|01/11/2023|17/12/2023|90|
Trả lời phản ánh còn tồn|UBND huyện Sông Mây||A|01/11/2023|16/12/2023|80|
Niêm yết số điện thoại đường dây nóng|UBND xã Nậm Lam|||01/12/2023|14/12/2023|90|
Lắp máy tính công cộng ở bộ phận Một cửa|UBND xã Nậm Lam|||15/12/2023|12/12/2023|10|
"""
_PERSON = "Nguyễn Văn Ví Dụ"  # whoever it is, the register of tasks is read without


def task_rows() -> list[list[str]]:
    """The 26 rows whose every figure docs/nhiem-vu.md counts by hand."""
    return _rows(_NOW)


def earlier_rows() -> list[list[str]]:
    """The same register a week before."""
    return _rows(_BEFORE)


def _rows(text: str) -> list[list[str]]:
    rows = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        task, lead, partners, group, start, due, progress, done = line.split("|")
        if not (start or due):
            rows.append(["", task, *[""] * (len(HEADER) - 2)])
            continue
        told = ["Đã báo cáo" if done else "", _PERSON]
        rows.append([str(number), task, lead, partners, *_GROUPS[group], start, due, progress, done, *told])
    return rows
