"""The tutorial and the guides say what the program prints: every command in them is run, in the order of the page.

python docs/tutorial.py [NAME…]     writes the outputs of docs/huong-dan.md and the others anew (POSIX only)

A block of the language `console` begins with a command, `$ reformcli …`; below it stands what a terminal of `WIDTH` columns shows.
A line `…` stands for lines left out: as many lines as the page has above and below it are kept. A block `toml NAME` is a file that
the commands below it find in their folder. Each language begins in a folder of its own: empty for the tutorial, with the sample
data for the guides.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
SAMPLE = DOCS.parent / "sample_data"
PAGES = {
    "huong-dan.md": False,
    "chuyen-vien.md": True,
    "lich-chay.md": True,
    "kiem-tra-lai.md": True,
}  # does it begin with the sample data?
WIDTH = 100
LEFT_OUT = "…"
_BLOCK = re.compile(
    r"^```(?:console\n\$ (?P<command>[^\n]+)|toml (?P<file>\S+))\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

Run = Callable[[str], str]
Write = Callable[[str, str], object]


def filled(half: str, run: Run, write: Write) -> str:
    """One language of a page with the outputs that `run` gives; `write` gets the name and text of each file.

    >>> filled("```console\\n$ a b\\nold\\n…\\n```\\n", str.upper, print)
    '```console\\n$ a b\\nA B\\n```\\n'
    """

    def done(block: re.Match[str]) -> str:
        if block["file"]:
            write(block["file"], block["body"])
            return block[0]
        return f"```console\n$ {block['command']}\n{shown(run(block['command']), block['body'])}```"

    return _BLOCK.sub(done, half)


def shown(output: str, before: str) -> str:
    """An output cut where the page cut it before.

    >>> shown("1\\n2\\n3\\n4\\n", "a\\n…\\nz\\n")
    '1\\n…\\n4\\n'
    """
    lines, old = output.splitlines(), before.splitlines()
    if LEFT_OUT in old:
        first = old.index(LEFT_OUT)
        last = len(lines) - (len(old) - first - 1)
        if first < last:
            lines = [*lines[:first], LEFT_OUT, *lines[last:]]
    return "".join(f"{line}\n" for line in lines)


def terminal(folder: Path, lang: str) -> Run:
    """Run commands in a folder and give what a person sees, without colours."""

    def run(command: str) -> str:
        import pty

        program, *arguments = shlex.split(command)
        if program != "reformcli":
            raise ValueError(command)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("REFORMCLI_") and k != "NO_COLOR"}
        environment |= {"COLUMNS": str(WIDTH), "LINES": "50", "TERM": "xterm-256color", "PYTHONUTF8": "1"}
        environment |= {"REFORMCLI_LANG": lang, "REFORMCLI_NO_PROGRESS": "1", "PYTHONWARNINGS": "ignore"}
        main, sub = pty.openpty()
        called = [sys.executable, "-m", "reformcli", *arguments]
        with subprocess.Popen(called, cwd=folder, stdout=sub, stderr=sub, env=environment) as process:
            os.close(sub)
            pieces = []
            with contextlib.suppress(OSError):  # Linux ends a pseudo-terminal with an error
                while piece := os.read(main, 65_536):
                    pieces.append(piece)
        os.close(main)
        if process.returncode > 1:
            raise ValueError(f"{command}: {process.returncode}\n{b''.join(pieces).decode()}")
        text = _COLOURS.sub("", b"".join(pieces).decode())
        return "".join(f"{line.rstrip()}\n" for line in text.replace("\r\n", "\n").strip("\n").split("\n"))

    return run


def page(name: str, text: str) -> str:
    """A whole page with fresh outputs."""
    vietnamese, mark, english = text.partition("## English\n")
    return half(name, vietnamese, "vi") + mark + half(name, english, "en")


def half(name: str, text: str, lang: str) -> str:
    """One language of a page with fresh outputs."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "here"
        shutil.copytree(SAMPLE, folder) if PAGES[name] else folder.mkdir()
        return filled(
            text, terminal(folder, lang), lambda file, body: (folder / file).write_text(body, encoding="utf-8")
        )


if __name__ == "__main__":
    for one in sys.argv[1:] or PAGES:
        path = DOCS / one
        path.write_text(page(one, path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
