"""What the hand-written scripts know of the export: the headings and texts of `reformcli.sample.write_large`.

Light on purpose: every script imports it, and its time counts.
"""

from __future__ import annotations

AGENCY, STATUS = "Cơ quan giải quyết", "Trạng thái hồ sơ"
RECEIVED, DUE, FINISHED = "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"
COLUMNS = [AGENCY, RECEIVED, DUE, FINISHED, STATUS]
TIME = "%d/%m/%Y %H:%M:%S"
NEVER_RECEIVED = ["Mới đăng ký", "Không được tiếp nhận"]
WAITING = ["Yêu cầu bổ sung giấy tờ", "Yêu cầu thực hiện nghĩa vụ tài chính", "Dừng xử lý"]
Counts = dict[str, list[int]]  # agency → received, not late
SHEET_ROWS = 1_048_575  # what an Excel sheet holds below its header
PANDAS_ROWS = 100_000  # beyond, pandas + openpyxl take minutes
IN_MEMORY = 3_000_000  # beyond, dossiers are counted by DuckDB where they lie
