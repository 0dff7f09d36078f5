"""The file of a weekly run over the example data."""

from __future__ import annotations

from pathlib import Path

from reformcli.sample.files import replacing

_TEXT = """\
# Báo cáo tuần {number}: reformcli weekly week{number}.toml
# Đường dẫn tính từ thư mục của tệp này; {{week}} là tên kỳ, ở đây là {week}.

week = "{week}"

inputs = ["tuan-{number}.xlsx"]
register = "agencies.csv"
counts = ["counts-with-catalogue.csv"]
catalogue = "catalogue.csv"
tasks = "nhiem-vu.csv"
previous-tasks = "nhiem-vu-tuan-50.csv"

# Tuần đầu chưa có gì trong archive: so với tệp xuất tuần trước. Từ tuần sau bỏ dòng này.
previous = ["tuan-{before}.xlsx"]

outputs = [
  "bao-cao/bao-cao-{{week}}.xlsx",
  "bao-cao/bao-cao-{{week}}.html",
  "bao-cao/bao-cao-{{week}}.docx",
  "bao-cao/bao-cao-{{week}}.json",
]
archive = "luu"
"""


def write_week(path: Path, week: str, before: str) -> Path:
    """Write the file of a week; `before` is the week before, such as "2023-W50"."""
    with replacing(path) as part:
        part.write_bytes(_TEXT.format(week=week, number=week[-2:], before=before[-2:]).encode("utf-8"))
    return path
