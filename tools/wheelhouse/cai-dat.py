"""Cài đặt reformcli từ thư mục này, không dùng mạng / install reformcli from this folder, without a network.

python cai-dat.py [--into FOLDER]      chỉ dùng thư viện chuẩn / the standard library alone
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import struct
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
_OPEN = (
    '@echo off\r\nset "PATH=%~dp0venv\\Scripts;%PATH%"\r\ncd /d "%USERPROFILE%"\r\nreformcli --version\r\ncmd /k\r\n'
)


class InstallError(Exception):
    """What went wrong and what to do, in both languages."""


def main() -> int:
    """Check, install, try."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=_home(), metavar="FOLDER")
    into = parser.parse_args().into.absolute()
    try:
        package = json.loads((HERE / "goi.json").read_text(encoding="utf-8"))
        check_python(package)
        print(f"1/3  Kiểm tra {check_files()} tệp: đúng như khi đóng gói. / files are as they were packed.", flush=True)
        command = install(into)
        print(f"2/3  Đã cài vào / installed into {into}", flush=True)
        said = _run([str(command), "--version"], "Chương trình không chạy được. / the program does not start.")
        print(f"3/3  {said.strip()}: chạy được. / works.\n")
        print(f"Dùng / use:  {_opened(into, command)}")
    except PermissionError as error:
        print(
            f"lỗi / error: đóng mọi cửa sổ reformcli rồi chạy lại / close reformcli, run again: {error}",
            file=sys.stderr,
        )
        return 1
    except (InstallError, OSError) as error:
        print(f"lỗi / error: {error}", file=sys.stderr)
        return 1
    return 0


def _home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "reformcli"
    return Path.home() / ".local" / "share" / "reformcli"


def check_python(package: dict[str, str]) -> None:
    """The wheels fit one version of Python on one kind of machine."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    system = "windows" if sys.platform == "win32" else sys.platform
    if (here, system, struct.calcsize("P")) != (package["python"], package["system"], 8):
        wanted = f"Python {package['python']} 64-bit, {package['system']}"
        raise InstallError(
            f"cần {wanted}; đây là / needed, this is Python {here}, {system}, {8 * struct.calcsize('P')}-bit"
        )


def check_files() -> int:
    """Every file has the SHA-256 it was packed with; how many there are."""
    lines = (HERE / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        wanted, name = line.split("  ", 1)
        file = HERE / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            raise InstallError(
                f"tệp thiếu hoặc hỏng, hãy chép lại cả gói / missing or damaged, copy the package again: {name}"
            )
    return len(lines)


def install(into: Path) -> Path:
    """A new environment with the program; the path of its command."""
    if (into / "venv").exists() and not (into / "venv" / "pyvenv.cfg").is_file():
        raise InstallError(
            f"thư mục này của việc khác, chọn --into khác / not ours, choose another --into: {into / 'venv'}"
        )
    venv.EnvBuilder(clear=True, with_pip=True).create(into / "venv")
    scripts = into / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    files = (
        "--no-index",
        "--find-links",
        str(HERE / "wheels"),
        "--require-hashes",
        "-r",
        str(HERE / "requirements.txt"),
    )
    pip = [str(scripts / "python"), "-m", "pip", "--isolated", "install", "--quiet", "--no-cache-dir", *files]
    _run([*pip, "--disable-pip-version-check"], "Không cài được. / could not be installed.")
    return scripts / "reformcli"


def _opened(into: Path, command: Path) -> str:
    """How the program is started from now on."""
    if sys.platform != "win32":
        return str(command)
    file = into / "mo-reformcli.bat"
    file.write_bytes(_OPEN.encode())
    return f'nhấp đúp / double-click "{file}"'


def _run(command: list[str], failed: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, capture_output=True, env=environment, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        raise InstallError(f"{failed}\n{done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
