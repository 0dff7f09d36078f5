"""The pictures of the documentation, drawn from real runs: `python docs/pictures.py`.

Each carries what it shows as text, so that a test can tell whether it is still true.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from generate import ROOT, pick, run

_SCORE = "score sample_data/tuan-51.xlsx --agencies sample_data/agencies.csv --counts sample_data/counts.csv --period 2023-W51"
PICTURE = ROOT / "docs" / "images" / "score.png"
PICTURED = f"{_SCORE} --level district"
_CUT = "Số dòng hồ sơ trong tệp"  # the picture ends above this title
_PICTURE_WIDTH = 150
REPORTED = f"{_SCORE.replace('score', 'report', 1)} --previous sample_data/tuan-50.xlsx --previous-period 2023-W50"
REPORT_PICTURES = {name: ROOT / "docs" / "images" / f"report-{name}.png" for name in ("page", "book")}


# ------------------------------------------------------------------ the picture of the README
def shot() -> str:
    """What the command in `PICTURED` shows on a terminal, up to the table of components, with its colours."""
    shown = _on_terminal(PICTURED.split(), _PICTURE_WIDTH).split(f"\x1b[1m{_CUT}")[0].rstrip()
    return f"\x1b[1m$ reformcli {PICTURED}\x1b[0m\n\n{shown}\n"


def picture(lang: str) -> str:
    """The picture, with words for those who do not see it."""
    alt = (
        f"Đầu ra của lệnh reformcli {PICTURED}: điểm, điểm đo được, hạng và từng nhóm chỉ số của tám đơn vị cấp huyện",
        f"Output of reformcli {PICTURED}: points, measurable points, ranks and groups of the eight district units",
    )
    return f"![{pick(alt, lang)}]({PICTURE.relative_to(ROOT).as_posix()})"


def plain_lines(shown: str) -> str:
    """The text of a terminal without its colours."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def draw(shown: str, path: Path) -> None:
    """Draw a terminal as PNG with chromium; the text goes into the file, so that a test can compare it."""
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    console = Console(record=True, width=_PICTURE_WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text.from_ansi(shown), overflow="ignore", no_wrap=True)
    ink = [(30, 30, 30), (180, 30, 30), (20, 120, 60), (150, 100, 0), (30, 60, 160), (120, 40, 120), (0, 110, 120)]
    theme = TerminalTheme((255, 255, 255), (30, 30, 30), [*ink, (90, 90, 90)])
    page = console.export_html(theme=theme, inline_styles=True, code_format=_PAGE)
    height = _LINE * (len(shown.splitlines()) + 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        _photograph(file, path, (_PICTURE_PIXELS, height), scale="1.5")
    path.write_bytes(_with_text(path.read_bytes(), plain_lines(shown)))


def _photograph(page: Path, path: Path, size: tuple[int, int], *, scale: str = "1") -> None:
    """What chromium shows of a page, from its top."""
    options = (
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-sandbox",
        f"--force-device-scale-factor={scale}",
    )
    command = ["chromium", *options, f"--window-size={size[0]},{size[1]}", f"--screenshot={path}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


_LINE = 18
_PICTURE_PIXELS = 1240
_PAGE = f"""<meta charset="utf-8"><style>body {{{{ margin: 16px; background: #fff }}}}
pre {{{{ font: 13px/{_LINE}px "Noto Sans Mono", Consolas, Menlo, monospace; color: #1e1e1e }}}}</style><pre>{{code}}</pre>"""
_END = b"\0\0\0\0IEND"


def _with_text(png: bytes, shown: str) -> bytes:
    """Put a text into a PNG, as the chunk that programs read aloud."""
    body = b"iTXtDescription\0\0\0vi\0\0" + shown.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png.replace(_END, chunk + _END)


def text_of(png: bytes) -> str:
    """The text that `draw` put into a picture."""
    start = png.index(b"iTXtDescription")
    length = struct.unpack(">I", png[start - 4 : start])[0]
    return png[start + 4 : start + 4 + length].split(b"\0", 5)[5].decode()


def _on_terminal(arguments: Sequence[str], width: int) -> str:
    """What a command writes to a terminal of this width (POSIX only)."""
    import pty

    main, sub = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REFORMCLI_") and k != "NO_COLOR"}
    environment |= {"COLUMNS": str(width), "LINES": "50", "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "reformcli", *arguments, "--lang", "vi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=sub, stderr=subprocess.DEVNULL, env=environment):
        os.close(sub)
        pieces = []
        with contextlib.suppress(OSError):  # Linux ends a pseudo-terminal with an error
            while piece := os.read(main, 65_536):
                pieces.append(piece)
    os.close(main)
    return b"".join(pieces).decode().replace("\r\n", "\n")


# ------------------------------------------------------------------ the pictures of the report
_REPORT_ALT = {
    "page": (
        f"Đầu trang HTML do lệnh reformcli {REPORTED} -o bao-cao.html lập: các câu nói điều chính, bảy số liệu chính, mục lục",
        f"Top of the HTML page of reformcli {REPORTED} -o report.html: the main findings in sentences, seven key figures, contents",
    ),
    "book": (
        "Trang Xếp hạng trong sổ Excel của cùng báo cáo: hạng, thay đổi hạng, điểm hai kỳ, hồ sơ trễ hạn và quá hạn của từng cơ quan",
        "Sheet of ranks in the Excel workbook of the same report: rank, places gained, points of both periods, late and overdue dossiers of each agency",
    ),
}
_PAGE_SIZE = (1280, 1400)
_BOOK_DPI = "110"
_BOOK_ROWS = 37  # of the first sheet of ranks
_COLOURS = 128
_AROUND = 24  # pixels of white left around a printed sheet


def report_picture(name: str, lang: str, folder: str = "") -> str:
    """A picture of the report, for a page in `folder`, with words for those who do not see it."""
    path = os.path.relpath(REPORT_PICTURES[name], ROOT / folder)
    return f"![{pick(_REPORT_ALT[name], lang)}]({Path(path).as_posix()})"


def report_words(name: str) -> str:
    """What a picture of the report shows, as text: the sentences of the page, the first ranks of the workbook."""
    exports = [str(ROOT / part) if part.startswith("sample_data/") else part for part in REPORTED.split()]
    first, ranks = run([*exports, "--format", "md"]).strip().split("\n## ")[:2]
    if name == "page":
        return first.strip()
    lines = ranks.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| ---")) - 1
    return "\n".join(lines[start : start + 2 + _BOOK_ROWS])


def draw_report() -> None:
    """Draw the top of the page with chromium, and the sheet of ranks as LibreOffice prints it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REFORMCLI_")} | {"PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page, book = folder / "bao-cao.html", folder / "bao-cao.xlsx"
        command = [sys.executable, "-m", "reformcli", *REPORTED.split(), "-o", str(page), "-o", str(book)]
        subprocess.run([*command, "--lang", "vi", "-q"], cwd=ROOT, env=environment, check=True)
        _photograph(page, folder / "page.png", _PAGE_SIZE)
        office = ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless"]
        subprocess.run([*office, "--convert-to", "pdf", "--outdir", name, str(book)], check=True, capture_output=True)
        sheet = ["pdftoppm", "-r", _BOOK_DPI, "-f", "2", "-l", "2", "-png", "-singlefile"]
        subprocess.run([*sheet, str(book.with_suffix(".pdf")), str(folder / "book")], check=True)
        for kind, path in REPORT_PICTURES.items():
            path.write_bytes(_with_text(_small(folder / f"{kind}.png", cropped=kind == "book"), report_words(kind)))


def _small(path: Path, *, cropped: bool) -> bytes:
    """A picture in few colours, without the white around it."""
    from PIL import Image, ImageChops

    picture = Image.open(path).convert("RGB")
    if cropped:
        box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox() or (0, 0, *picture.size)
        left, top, right, bottom = box
        picture = picture.crop((left - _AROUND, top - _AROUND, right + _AROUND, bottom + _AROUND))
    few = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw(shot(), PICTURE)
    draw_report()
