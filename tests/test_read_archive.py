"""A zip of exports is read like the folder it was packed from, without anything on the disk."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile

import pytest

from reformcli.errors import InputError
from reformcli.read.exports import read_all, read_exports
from support import SAMPLES, result

CSV = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái hồ sơ\nH99.06-231218-0001,18/12/2023,22/12/2023,Đang xử lý\n".encode()


def pack(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_an_archive_gives_the_figures_of_its_files(tmp_path):
    """Workbooks and csv files, in folders, with others that are no exports."""
    week = (SAMPLES / "tuan-51.xlsx").read_bytes()
    more = (SAMPLES / "igate-tuan-51.xlsx").read_bytes()
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a.xlsx").write_bytes(week)
    (tmp_path / "files/b.xlsx").write_bytes(more)
    members = {
        "sub/a.xlsx": week,
        "b.xlsx": more,
        "đọc.docx": b"x",
        "__MACOSX/b.xlsx": b"x",
        "~$b.xlsx": b"x",
        "e/": b"",
    }
    packed = pack(tmp_path / "tuần.zip", members)

    one, other = (result("score", path, "--period", "2023-W51") for path in (packed, tmp_path / "files"))

    for key in ("units", "components", "rows", "findings"):
        assert one[key] == other[key]


def test_sources_name_the_archive_the_member_and_its_own_hash(tmp_path):
    """So that an auditor who unpacks it finds the same bytes."""
    path = pack(tmp_path / "a.zip", {"tuần 51/x.csv": CSV, "ghi chú.pdf": b"%PDF"})

    sheets, skipped = read_exports([str(path)])

    assert [(s.source.name, s.source.sha256) for s in sheets] == [
        ("a.zip/tuần 51/x.csv", hashlib.sha256(CSV).hexdigest())
    ]
    assert [(s.source.name, s.reason) for s in skipped] == [("a.zip/ghi chú.pdf", "no_export")]


def test_pages_and_xml_files_with_a_table_are_read(tmp_path):
    """As from a folder; one without a table is listed."""
    table = "<p>Tuần 51</p><table><tr><td>mã</td><td>ngày</td></tr><tr><td>1</td><td>2</td></tr></table>"
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    cell = '<Cell><Data ss:Type="String">x</Data></Cell>'
    book = f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="1"><Table><Row>{cell}</Row></Table></Worksheet>'
    members = {
        "a.html": table,
        "b.HTM": table,
        "c.mht": f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{table}",
        "d.xml": f'<?xml version="1.0"?>{book}</Workbook>',
        "e.html": "<html><p>Hướng dẫn</p></html>",
        "f.xml": "<a/>",
    }

    sheets, skipped = read_exports([str(pack(tmp_path / "a.zip", members))])

    assert [(s.source.name, s.cells.num_rows) for s in sheets] == [
        ("a.zip/a.html", 2),
        ("a.zip/b.HTM", 2),
        ("a.zip/c.mht", 2),
        ("a.zip/d.xml", 1),
    ]
    assert [(s.source.name, s.reason) for s in skipped] == [
        ("a.zip/e.html", "no_export"),
        ("a.zip/f.xml", "no_export"),
    ]


@pytest.mark.parametrize("name", ["../../ngoài.csv", "/etc/x.csv", "C:\\x\\ngoài.csv", "a/../../b.csv"])
def test_a_path_that_leads_out_of_the_archive_leads_nowhere(tmp_path, name):
    """Members are never written, and their names hold no way out."""
    path = pack(tmp_path / "a.zip", {name: CSV})

    ((sheet,), _) = read_exports([str(path)])

    assert sheet.source.name.startswith("a.zip/")
    assert ".." not in sheet.source.name
    assert ":" not in sheet.source.name
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_a_symbolic_link_in_an_archive_is_not_followed(tmp_path):
    """It would be read as a table of one path."""
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("x.csv", CSV)

    sheets, skipped = read_exports([str(tmp_path / "a.zip")])

    assert [s.source.name for s in sheets] == ["a.zip/x.csv"]
    assert [s.source.name for s in skipped] == ["a.zip/link.csv"]


def refused(path):
    with pytest.raises(InputError) as caught:
        read_all([str(path)])
    return caught.value


def test_what_an_archive_may_not_hold(tmp_path):
    """A zip in a zip, Parquet, nothing to read, a damaged member, a member that is no table."""
    inner = pack(tmp_path / "inner.zip", {"x.csv": CSV}).read_bytes()
    parquet = b"PAR1" + b"\0" * 20

    assert refused(pack(tmp_path / "a.zip", {"inner.zip": inner})).key == "nested_zip"
    assert refused(pack(tmp_path / "b.zip", {"x.parquet": parquet})).key == "parquet"
    assert refused(pack(tmp_path / "c.zip", {"x.docx": b"1"})).key == "no_exports"
    error = refused(pack(tmp_path / "d.zip", {"x.csv": CSV, "y.xlsx": b"\x89PNG" + b"0" * 50}))
    assert (error.key, error.where) == ("not_a_table", f"{tmp_path / 'd.zip'} [y.xlsx]")
    data = bytearray(pack(tmp_path / "e.zip", {"x.csv": CSV * 50}).read_bytes())
    data[60:70] = b"\xff" * 10
    (tmp_path / "e.zip").write_bytes(data)
    assert refused(tmp_path / "e.zip").key == "damaged_zip"


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path):
    """300 MB of zeros pack into 0.3 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.csv", "w") as file:
        for _ in range(300):
            file.write(b"0" * 1_000_000)
    (tmp_path / "a.zip").write_bytes(out.getvalue())

    assert refused(tmp_path / "a.zip").key == "bomb"
