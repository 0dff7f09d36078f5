"""The tutorial says what the program prints: every command in it is run, in the order of the page.

python docs/tutorial.py     writes the outputs of docs/huong-dan.md anew (POSIX only)

A block of the language `console` begins with a command, `$ reformcli …`; below it stands what a terminal of `WIDTH` columns shows.
A line `…` stands for lines left out: as many lines as the page has above and below it are kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "huong-dan.md"
WIDTH = 100
LEFT_OUT = "…"
_BLOCK = re.compile(r"^```console\n\$ ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

Run = Callable[[str], str]


def filled(half: str, run: Run) -> str:
    """One language of the page with the outputs that `run` gives.

    >>> filled("```console\\n$ a b\\nold\\n…\\n```\\n", str.upper)
    '```console\\n$ a b\\nA B\\n```\\n'
    """
    return _BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{shown(run(block[1]), block[2])}```", half)


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


def page(text: str) -> str:
    """The whole page with fresh outputs; each language begins in an empty folder."""
    vietnamese, mark, english = text.partition("## English\n")
    halves = []
    for lang, half in (("vi", vietnamese), ("en", english)):
        with tempfile.TemporaryDirectory() as folder:
            halves.append(filled(half, terminal(Path(folder), lang)))
    return halves[0] + mark + halves[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
