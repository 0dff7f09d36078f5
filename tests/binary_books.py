"""Binary workbooks written by hand: compound files with old workbooks (BIFF5, BIFF8), and .xlsb (BIFF12)."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ERROR_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
Value = str | float | bool | datetime | None


# ------------------------------------------------------------------ compound files
def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of 512-byte sectors; every stream is filled up to the 4,096 bytes of a large one."""
    bodies = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    sectors: list[bytes] = []
    following: list[int] = []

    def add(body: bytes) -> int:
        first = len(sectors)
        pieces = [body[start : start + 512].ljust(512, b"\0") for start in range(0, len(body), 512)]
        sectors.extend(pieces)
        following.extend([*range(first + 1, first + len(pieces)), 0xFFFFFFFE])
        return first

    places = {name: add(body) for name, body in bodies.items()}
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)]
    for number, (name, body) in enumerate(bodies.items(), 1):
        right = number + 1 if number < len(bodies) else -1
        entries.append(_entry(name, 2, places[name], len(body), right=right))
    directory = add(b"".join(entries))
    count = -(-(len(following) + 8) // 127)
    table_at = len(sectors)
    following.extend([0xFFFFFFFD] * count)
    body = struct.pack(f"<{len(following)}I", *following).ljust(count * 512, b"\xff")
    sectors.extend(body[start : start + 512] for start in range(0, count * 512, 512))
    header = struct.pack("<8s16xHHHHH6xIII4xIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0,
                         count, directory, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    named = [*range(table_at, table_at + count)]
    assert count <= 109
    header += struct.pack("<109I", *named, *[0xFFFFFFFF] * (109 - count))
    assert len(header) == 512
    return header + b"".join(sectors)


def _entry(name: str, kind: int, first: int, size: int, *, right: int = -1, child: int = -1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBiii", len(text), kind, 1, -1, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", first, size)


# ------------------------------------------------------------------ .xls
def old_record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def biff(sheets: dict[str, bytes], *, version: int = 0x0600, extra: bytes = b"") -> bytes:
    """A workbook stream; a sheet is the records between its begin and end."""
    name_form = "<IBBBB" if version == 0x0600 else "<IBBB"
    heads = [old_record(0x85, bytes(len(struct.pack(name_form, *[0] * (name_form.count("B") + 1))) + len(name)))
             for name in sheets]  # fmt: skip
    begin = old_record(0x0809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0)[: 16 if version == 0x0600 else 8])
    place = len(begin) + len(extra) + sum(map(len, heads)) + 4
    made, bodies = [], []
    for name, body in sheets.items():
        numbers = (place, 0, 0, len(name), 0)[: name_form.count("B") + 1]
        made.append(old_record(0x85, struct.pack(name_form, *numbers) + name.encode("ascii")))
        whole = old_record(0x0809, struct.pack("<HHHHII", version, 16, 0, 0, 0, 0)[: 16 if version == 0x0600 else 8])
        whole += body + old_record(0x0A)
        bodies.append(whole)
        place += len(whole)
    return begin + extra + b"".join(made) + old_record(0x0A) + b"".join(bodies)


def old_label(row: int, column: int, text: bytes) -> bytes:
    """A text of BIFF5, in the code page of the workbook."""
    return old_record(0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)


def old_number(row: int, column: int, number: float) -> bytes:
    return old_record(0x0203, struct.pack("<HHHd", row, column, 0, number))


# ------------------------------------------------------------------ .xlsb
def record(number: int, body: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(body)
    while length > 127:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return head + size + bytes([length]) + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def cell12(column: int, value: Value, strings: dict[str, int] | None = None) -> bytes:
    """A cell: a text in place or in the table of strings, a number, a moment (style 1), a truth or an error."""
    if isinstance(value, datetime):
        return record(5, struct.pack("<IId", column, 1, (value - datetime(1899, 12, 30)).total_seconds() / 86_400))
    head = struct.pack("<II", column, 0)
    if value is None:
        return record(1, head)
    if isinstance(value, bool):
        return record(4, head + bytes([value]))
    if isinstance(value, str) and value in ERROR_CODES:
        return record(3, head + bytes([ERROR_CODES[value]]))
    if isinstance(value, str):
        if strings is not None:
            return record(7, head + struct.pack("<I", strings.setdefault(value, len(strings))))
        return record(6, head + wide(value))
    if float(value).is_integer() and abs(value) < 1 << 29:
        return record(2, head + struct.pack("<i", int(value) << 2 | 2))
    return record(5, head + struct.pack("<d", value))


def row12(number: int, *, hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 if hidden else 0, 0, 0))


def sheet12(rows: dict[int, Sequence[Value] | dict[int, Value]], *, hidden: Iterable[int] = (), strings=None) -> bytes:
    """A sheet part; rows and columns are counted from 0."""
    body = record(129) + record(148, struct.pack("<IIII", 0, max(rows, default=0), 0, 18)) + record(145)
    parts = [body]
    for number, row in rows.items():
        parts.append(row12(number, hidden=number in hidden))
        cells = row if isinstance(row, dict) else dict(enumerate(row))
        parts += [cell12(column, value, strings) for column, value in cells.items()]
    return b"".join(parts) + record(146) + record(130)


def xlsb(
    sheets: dict[str, bytes],
    *,
    states: dict[str, int] | None = None,
    date1904: bool = False,
    strings: dict[str, int] | None = None,
) -> bytes:
    """A workbook of sheet parts; style 1 is `dd/mm/yyyy hh:mm:ss`."""
    book = record(131) + record(153, struct.pack("<III", int(date1904), 0, 0)) + record(143)
    for number, name in enumerate(sheets, 1):
        state = (states or {}).get(name, 0)
        book += record(156, struct.pack("<II", state, number) + wide(f"rId{number}") + wide(name))
    book += record(144) + record(132)
    relation = '<Relationship Id="{}" Type="{}" Target="{}"/>'
    relations = [
        relation.format(f"rId{number}", f"{RELATIONS}/worksheet", f"worksheets/sheet{number}.bin")
        for number in range(1, len(sheets) + 1)
    ]
    relations.append(relation.format("rId90", f"{RELATIONS}/styles", "styles.bin"))
    if strings is not None:
        relations.append(relation.format("rId91", f"{RELATIONS}/sharedStrings", "sharedStrings.bin"))
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _types(len(sheets)))
        archive.writestr(
            "_rels/.rels", _relations([relation.format("rId1", f"{RELATIONS}/officeDocument", "xl/workbook.bin")])
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(relations))
        archive.writestr("xl/styles.bin", _styles())
        if strings is not None:
            items = b"".join(record(19, b"\0" + wide(text)) for text in strings)
            head = record(159, struct.pack("<II", len(strings), len(strings)))
            archive.writestr("xl/sharedStrings.bin", head + items + record(160))
        for number, part in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.bin", part)
    return out.getvalue()


def _relations(relations: Iterable[str]) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'


def _types(sheets: int) -> str:
    kind = "application/vnd.ms-excel"
    override = '<Override PartName="/xl/{}.bin" ContentType="{}"/>'
    parts = [override.format("workbook", f"{kind}.sheet.binary.macroEnabled.main")]
    parts += [override.format(f"worksheets/sheet{n}", f"{kind}.worksheet") for n in range(1, sheets + 1)]
    parts += [override.format("styles", f"{kind}.styles"), override.format("sharedStrings", f"{kind}.sharedStrings")]
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{rels}{"".join(parts)}</Types>'


def _styles() -> bytes:
    formats = record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + wide("dd/mm/yyyy hh:mm:ss"))
    plain, date = (struct.pack("<HHHHHBBHH", 0, form, 0, 0, 0, 0, 0, 0, 0) for form in (0, 164))
    styles = record(617, struct.pack("<I", 2)) + record(47, plain) + record(47, date) + record(618)
    return record(278) + formats + record(616) + styles + record(279)
