"""Build a zip from which reformcli is installed without a network.

python tools/wheelhouse/build.py [--system windows|linux] [--python 3.11] [--site FOLDER] [--output FOLDER] [--try]

The zip holds our wheel, the wheels of constraints.txt for that system and version (each with the hash written there), an
installer and a list of hashes. Same sources, same bytes: the packages of constraints-docs.txt, which build our wheel, are installed
beforehand. This script needs the package index; the zip does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOWHERE = "http://127.0.0.1:9/simple"
_MANYLINUX = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1))


class Incomplete(Exception):  # noqa: N818
    """The zip would not install."""


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that the zip is for."""

    system: str  # windows | linux
    python: str  # 3.11

    @property
    def platforms(self) -> tuple[str, ...]:
        """What pip calls it, best first."""
        return ("win_amd64",) if self.system == "windows" else (*_MANYLINUX, "manylinux2014_x86_64", "linux_x86_64")

    @property
    def environment(self) -> dict[str, str]:
        """What markers see there: pip looks at the machine it runs on, which would forget the packages of Windows alone."""
        windows = self.system == "windows"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "nt" if windows else "posix",
            "platform_machine": "AMD64" if windows else "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Windows" if windows else "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "win32" if windows else "linux",
            "extra": "",
        }

    def name(self, version: str) -> str:
        """The zip's name without its ending."""
        return f"reformcli-{version}-{self.system}-x86_64-py{self.python.replace('.', '')}"


# ------------------------------------------------------------------ what goes in
def pinned(text: str, target: Target) -> list[str]:
    """The requirements of a file with hashes that count on the target, without their markers.

    >>> pinned("a==1 ; sys_platform == 'win32' \\\\\\n    --hash=sha256:00\\n", Target("linux", "3.11"))
    []
    """
    logical = re.sub(r"\\\n\s*", " ", text).splitlines()
    found = []
    for line in (line for line in logical if line.strip() and not line.startswith("#")):
        head, *hashes = line.split(" --hash=")
        requirement = Requirement(head)
        if requirement.marker is None or requirement.marker.evaluate(target.environment):
            found.append(
                " ".join([f"{requirement.name}{requirement.specifier}", *(f"--hash={one.strip()}" for one in hashes)])
            )
    return found


def download(target: Target, folder: Path) -> None:
    """Fetch the wheels of the constraints; pip checks each against its hashes."""
    with tempfile.TemporaryDirectory() as name:
        wanted = Path(name) / "requirements.txt"
        wanted.write_text("\n".join(pinned(CONSTRAINTS.read_text(encoding="utf-8"), target)), encoding="utf-8")
        for_it = ("--implementation", "cp", "--python-version", target.python)
        platforms = (part for platform in target.platforms for part in ("--platform", platform))
        only = ("--only-binary=:all:", "--no-deps", "--require-hashes")
        _pip("download", *for_it, *platforms, *only, "-r", wanted, "-d", folder)


def _pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments), "-q"]
    subprocess.run(command, check=True, cwd=ROOT)


def needed(wheel: Path, target: Target) -> Iterator[Requirement]:
    """What a wheel says it needs on the target."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    for line in metadata.get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(target.environment):
            yield requirement


def check(wheels: Sequence[Path], target: Target) -> None:
    """Every requirement of every wheel is met by a wheel beside it.

    Raises:
        Incomplete: one is not, or stands there twice.
    """
    there: dict[str, object] = {}
    for wheel in wheels:
        name, version, *_ = parse_wheel_filename(wheel.name)
        if there.setdefault(name, version) != version:
            raise Incomplete(f"{name} {version} and {there[name]}")
    for wheel in wheels:
        for requirement in needed(wheel, target):
            version = there.get(canonicalize_name(requirement.name))
            if version is None or not requirement.specifier.contains(str(version), prereleases=True):
                raise Incomplete(f"{wheel.name} needs {requirement}; here is {version}")


# ------------------------------------------------------------------ the zip
def contents(target: Target, wheels: Sequence[Path], site: Path | None) -> dict[str, bytes]:
    """Path in the zip → bytes."""
    version = next(str(parse_wheel_filename(one.name)[1]) for one in wheels if one.name.startswith("reformcli-"))
    windows = target.system == "windows"
    words = {"VERSION": version, "PYTHON": target.python, "SYSTEM": target.system.capitalize()}
    words["INSTALL"] = "cai-dat.bat" if windows else "python3 cai-dat.py"
    files = {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels}
    files["requirements.txt"] = _requirements(files).encode()
    files["goi.json"] = (
        json.dumps({"version": version, "python": target.python, "system": target.system}) + "\n"
    ).encode()
    files["cai-dat.py"] = (HERE / "cai-dat.py").read_bytes()
    files["DOC-TRUOC.txt"] = _filled("DOC-TRUOC.txt", words, windows=windows)
    if windows:
        files["cai-dat.bat"] = _filled("cai-dat.bat", words, windows=True)
    if site is not None:
        there = (one for one in sorted(site.rglob("*")) if one.is_file())
        files |= {f"tai-lieu/{one.relative_to(site).as_posix()}": one.read_bytes() for one in there}
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return {**files, "SHA256SUMS.txt": sums.encode()}


def _requirements(files: Mapping[str, bytes]) -> str:
    lines = []
    for path, data in files.items():
        name, version, *_ = parse_wheel_filename(Path(path).name)
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(data).hexdigest()}\n")
    return "".join(sorted(lines))


def _filled(name: str, words: Mapping[str, str], *, windows: bool) -> bytes:
    text = re.sub(r"@([A-Z]+)@", lambda match: words[match[1]], (HERE / name).read_text(encoding="utf-8"))
    return text.replace("\n", "\r\n").encode() if windows else text.encode()


def write(path: Path, folder: str, files: Mapping[str, bytes]) -> None:
    """A zip with the same bytes for the same files; wheels are compressed already."""
    fresh = path.with_suffix(".part")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, files[name])
    fresh.replace(path)


def build(target: Target, output: Path, site: Path | None = None) -> Path:
    """Make the zip; where it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _pip("wheel", "--no-deps", "--no-build-isolation", ROOT, "-w", folder)
        download(target, folder)
        wheels = sorted(folder.glob("*.whl"))
        check(wheels, target)
        files = contents(target, wheels, site)
        version = json.loads(files["goi.json"])["version"]
        output.mkdir(parents=True, exist_ok=True)
        path = output / f"{target.name(version)}.zip"
        write(path, target.name(version), files)
    return path


# ------------------------------------------------------------------ a clean machine
def tried(package: Path) -> str:
    """Install a zip into an empty folder with the index switched off, and score the sample; what the program printed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON", "REFORMCLI_"))}
        offline = kept | {"PIP_INDEX_URL": _NOWHERE, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "HOME": name}
        offline |= {"http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "PYTHONUTF8": "1"}
        installer = folder / package.stem / "cai-dat.py"
        python = sys._base_executable  # type: ignore[attr-defined]  # not this environment: a bare interpreter
        _quietly([python, "-I", str(installer), "--into", str(folder / "there")], offline, folder)
        scripts = folder / "there" / "venv" / ("Scripts" if os.name == "nt" else "bin")
        program = str(scripts / "reformcli")
        _quietly([program, "sample", "mau"], offline, folder)
        inputs = ("--agencies", "mau/agencies.csv", "--counts", "mau/counts.csv", "--period", "2023-W51")
        return _quietly([program, "score", "mau/tuan-51.xlsx", *inputs], offline, folder)


def _quietly(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise Incomplete(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """Build, and try where this machine can."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--system", choices=("windows", "linux"), default="windows")
    parser.add_argument("--python", default="3.11", help="version of Python on the target, 3.11 or later")
    parser.add_argument("--site", type=Path, help="a built documentation site to put in")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--try", action="store_true", dest="tried", help="install it here, with the index switched off")
    given = parser.parse_args()
    try:
        path = build(Target(given.system, given.python), given.output, given.site)
        if given.tried:
            print(tried(path))
    except (Incomplete, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
