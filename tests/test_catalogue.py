"""Due dates that are later than a procedure's legal time: counted by hand on the calendar of December 2023."""

from __future__ import annotations

import pytest

from reformcli.calendar import load_calendar
from reformcli.errors import InputError
from reformcli.services.catalogue import due_too_late, load_catalogue

HEADER = "Mã thủ tục,Tên thủ tục,Thời hạn giải quyết,Đơn vị tính\n"


def catalogue(tmp_path, rows):
    path = tmp_path / "danh-muc.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return load_catalogue(path)


def late(known, dossiers):
    import pandas as pd

    frame = pd.DataFrame(dossiers, columns=["procedure_id", "procedure", "received_at", "due_at"])
    times = {name: frame[name].astype("datetime64[s]") for name in ("received_at", "due_at")}
    found = due_too_late(frame.assign(**times), known, load_calendar())
    return dict(zip(found["position"].tolist(), found["text"].tolist(), strict=True))


def test_the_last_day_the_law_allows_is_no_finding_and_the_next_one_is(tmp_path):
    """Five working days from Monday 18 December are Monday 25; thirty calendar days are 17 January; eight hours a day."""
    known = catalogue(
        tmp_path, "1.1,Cấp giấy A,5,ngày làm việc\n,Cấp giấy B,30 ngày,\n,Cấp giấy C,4,giờ\n,Cấp giấy D,,\n"
    )
    received = "2023-12-18 08:00"
    rows = [
        ("1.1", "khác", received, "2023-12-25 16:30"),
        ("1.1", "khác", received, "2023-12-26 08:00"),
        (None, "CẤP GIẤY  B", received, "2024-01-17"),
        (None, "cấp giấy b", received, "2024-01-18"),
        (None, "Cấp giấy C", received, "2023-12-19 17:00"),
        (None, "Cấp giấy C", received, "2023-12-20 08:00"),
        (None, "Cấp giấy D", received, "2030-01-01"),
        ("9.9", "không có trong danh mục", received, "2030-01-01"),
    ]

    assert late(known, rows) == {
        1: "26/12/2023 > 25/12/2023",
        3: "18/01/2024 > 17/01/2024",
        5: "20/12/2023 > 19/12/2023",
    }


def test_a_receipt_out_of_hours_counts_from_the_next_working_day(tmp_path):
    """Received on Saturday 16 or on Monday 18 at 20:00, one working day is over on Tuesday 19 or 20."""
    known = catalogue(tmp_path, ",Cấp giấy A,1,ngày làm việc\n")
    rows = [
        (None, "Cấp giấy A", "2023-12-16 09:00", "2023-12-19 09:00"),
        (None, "Cấp giấy A", "2023-12-16 09:00", "2023-12-20 09:00"),
        (None, "Cấp giấy A", "2023-12-18 20:00", "2023-12-20 09:00"),
        (None, "Cấp giấy A", "2023-12-18 20:00", "2023-12-21 09:00"),
        (None, "Cấp giấy A", "2023-12-18", "2023-12-20"),
    ]

    assert sorted(late(known, rows)) == [1, 3, 4]


@pytest.mark.parametrize(
    ("columns", "expected"), [(["procedure_id"], [0]), (["procedure"], [1]), ([], []), (["procedure_id", "procedure"], [0, 1])]
)  # fmt: skip
def test_an_export_may_lack_the_ids_the_names_or_both(columns, expected, tmp_path):
    """An id is looked for among ids and a name among names; without either no legal time is known."""
    import pandas as pd

    known = catalogue(tmp_path, "1.1,Cấp giấy A,5,ngày làm việc\n2.2,Cấp giấy B,5,ngày làm việc\n")
    received, due = "2023-12-18 08:00", "2024-01-18 08:00"
    rows = [("1.1", "khác", received, due), ("9.9", "Cấp giấy B", received, due), ("Cấp giấy B", "1.1", received, due)]
    frame = pd.DataFrame(rows, columns=["procedure_id", "procedure", "received_at", "due_at"])
    times = {name: frame[name].astype("datetime64[s]") for name in ("received_at", "due_at")}

    found = due_too_late(frame.assign(**times)[[*columns, *times]], known, load_calendar())

    assert found["position"].tolist() == expected


@pytest.mark.parametrize("row", [",A,năm,ngày\n", ",A,5,tuần trăng\n"])
def test_a_time_that_cannot_be_read_is_refused(tmp_path, row):
    """Nothing is guessed of a legal time."""
    with pytest.raises(InputError, match="catalogue_time"):
        catalogue(tmp_path, row)
