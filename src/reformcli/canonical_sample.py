"""Invented dossiers as canonical Parquet, in pieces: for trials with more of them than any export holds.

The dossiers are those that `sample --rows` writes as csv with the same seed; beyond a million, several provinces share
them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reformcli.agencies.dossier_code import CODE_DAY, UNIT
from reformcli.errors import UsageError
from reformcli.model import STATUSES, ColumnUse, Header, SheetUse, Source
from reformcli.sample.columns import LARGE_HEADINGS, look
from reformcli.sample.files import replacing
from reformcli.sample.flow import Flow
from reformcli.sample.large import MOMENT, invented
from reformcli.sample.procedures import PROCEDURES
from reformcli.sample.province import AGENCIES, PROVINCE_CODE
from reformcli.store import parquet as store

if TYPE_CHECKING:
    import pyarrow as pa

PROVINCES, EACH = 34, 1_000_000  # of a country; so many dossiers fill a province
_FIELDS = {
    "Mã hồ sơ": "dossier_id",
    "Tên thủ tục hành chính": "procedure",
    "Lĩnh vực": "field",
    "Cơ quan giải quyết": "agency",
    "Cấp thực hiện": "level",
    "Hình thức tiếp nhận": "channel",
    "Ngày tiếp nhận": "received_at",
    "Ngày hẹn trả": "due_at",
    "Ngày kết thúc xử lý": "finished_at",
    "Ngày trả thực tế": "returned_at",
    "Trạng thái hồ sơ": "status",
    "Tổng phí, lệ phí": "fee",
    "Thanh toán trực tuyến": "paid_online",
    "Kết quả điện tử": "electronic_result",
    "Số hóa hồ sơ": "digitised",
    "Sử dụng lại dữ liệu số hóa": "reused",
}
_ORDER = ("accepted", "pending", "supplement", "payment", "stopped", "withdrawn", "resolved", "returned")
_STATUSES = (*_ORDER, *STATUSES[len(_ORDER) :])  # as `sample.columns` numbers them
_CHANNELS = ("online", "direct", "post", None)


def write(path: Path, rows: int, seed: int, late: float | None = None) -> Path:
    """Write so many invented dossiers; raises UsageError: `sample_rows`, fewer than one."""
    import pyarrow.parquet as pq

    if rows < 1:
        raise UsageError("sample_rows", where=str(path), rows=rows, limit="…")
    provinces = min(PROVINCES, 1 + (rows - 1) // EACH)
    counts = [0] * provinces
    with replacing(path) as part:
        writer = None
        for number, (_, dossiers, names) in enumerate(invented(rows, seed, late)):
            province = number % provinces
            table = _typed(dossiers, names, province, counts[province], provinces)
            counts[province] += len(dossiers)
            writer = writer or pq.ParquetWriter(part, table.schema, **store.writing(table.column_names))
            writer.write_table(table)
        if writer:
            sheets = [_sheet(province, count, seed) for province, count in enumerate(counts)]
            writer.add_key_value_metadata(store.metadata(sheets))
            writer.close()
    return path


def _typed(dossiers: Flow, names: Sequence[str], province: int, first: int, provinces: int) -> pa.Table:
    """The dossiers of one province in canonical columns."""
    import pyarrow as pa

    view = look(dossiers, MOMENT)
    code = PROVINCE_CODE if provinces == 1 else f"H{province + 1:02d}"
    suffix = "" if provinces == 1 else f" (tỉnh thứ {province + 1})"
    rows = np.arange(len(dossiers))

    def chosen(texts: Sequence[str | None], at: np.ndarray) -> pa.Array:
        return pa.array(texts, pa.string()).take(pa.array(at)).dictionary_encode()

    times = {"received_at": dossiers.received, "due_at": view.due, "finished_at": view.finished}
    times |= {"returned_at": view.returned}
    return pa.table(
        {
            "dossier_id": pa.array([code + name[len(PROVINCE_CODE) :] for name in names]),
            "procedure": chosen([each.name for each in PROCEDURES], dossiers.procedure),
            "field": chosen([each.field for each in PROCEDURES], dossiers.procedure),
            "agency": chosen([each.name + suffix for each in AGENCIES], dossiers.agency),
            "level": chosen([each.level for each in AGENCIES], dossiers.agency),
            "channel": chosen(_CHANNELS, dossiers.channel),
            **{name: pa.array(column, pa.timestamp("s")) for name, column in times.items()},
            "status": chosen(_STATUSES, view.status),
            "fee": pa.array(dossiers.fee),
            "paid_online": pa.array(dossiers.paid.astype("int64")),
            "electronic_result": pa.array(dossiers.flags[:, 0]),
            "digitised": pa.array(dossiers.flags[:, 1]),
            "reused": pa.array(dossiers.flags[:, 2]),
            "_source": pa.array(np.full(len(rows), province, "int32")),
            "_row": pa.array((rows + first + 2).astype("int32")),
            store.FAULTS: pa.nulls(len(rows), pa.string()),
            store.SAME: pa.nulls(len(rows), pa.string()),
            UNIT: chosen([code + each.code[len(PROVINCE_CODE) :] for each in AGENCIES], dossiers.agency),
            CODE_DAY: pa.array(dossiers.submitted.astype("M8[D]").astype("M8[s]"), pa.timestamp("s")),
        }
    )


def _sheet(province: int, rows: int, seed: int) -> SheetUse:
    name = f"tinh-{province + 1:02d}.csv"
    uses = tuple(
        ColumnUse(place, heading, _FIELDS.get(heading), "dictionary" if heading in _FIELDS else "ignored")
        for place, heading in enumerate(LARGE_HEADINGS)
    )
    sha = hashlib.sha256(f"{name}, {seed}, {rows}".encode()).hexdigest()
    return SheetUse(
        Source(name, sha, 0), None, Header((0,), uses), header_row=1, first_column=1, rows=rows, other_rows=0
    )
