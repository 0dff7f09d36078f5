"""Installation without a network: what goes into the zip, the same bytes, and an installer that notices what is wrong."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
SYSTEM = "windows" if sys.platform == "win32" else sys.platform
_MAIN = "def main():\n    print('reformcli 9.9')\n"


def module(name: str, path: str):
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    sys.modules[name] = made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


wheelhouse = module("wheelhouse_build", "tools/wheelhouse/build.py")
installer = module("wheelhouse_installer", "tools/wheelhouse/cai-dat.py")
LINUX, WINDOWS = wheelhouse.Target("linux", "3.11"), wheelhouse.Target("windows", "3.11")


def wheel(folder: Path, name: str, version: str, *needs: str, tag: str = "py3-none-any") -> Path:
    """A tiny wheel with a command of its own name."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": _MAIN,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {one}\n" for one in needs),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for one, body in {**files, f"{info}/RECORD": "".join(f"{one},,\n" for one in files)}.items():
            archive.writestr(one, body)
    return path


def package(folder: Path, target=None, **more: Path) -> Path:
    """A zip with a small program, for this machine unless told otherwise."""
    target = target or wheelhouse.Target(SYSTEM, HERE)
    (folder / "made").mkdir()
    wheels = [wheel(folder / "made", "reformcli", "9.9", "dep>=1"), wheel(folder / "made", "dep", "1.2")]
    wheelhouse.check(wheels, target)
    path = folder / f"{target.name('9.9')}.zip"
    wheelhouse.write(path, path.stem, wheelhouse.contents(target, wheels, more.get("site")))
    return path


def unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


def install(folder: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Run the installer of an unpacked package as a user does, with no index to be found."""
    environment = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    command = [sys._base_executable, "-I", str(folder / "cai-dat.py"), "--into", str(into)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


# ------------------------------------------------------------------ what goes in
def test_windows_gets_the_packages_of_windows_alone():
    """pip looks at the machine it runs on; the zip is for another."""
    text = CONSTRAINTS.read_text(encoding="utf-8")
    names = {target: {line.split("==")[0] for line in wheelhouse.pinned(text, target)} for target in (LINUX, WINDOWS)}

    assert names[WINDOWS] - names[LINUX] == {"tzdata", "colorama"}
    assert not names[LINUX] - names[WINDOWS]


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", ["linux", "windows"])
def test_each_package_is_pinned_once_and_with_hashes(system, version):
    """Two versions of one package in a universal file are for different Pythons."""
    lines = wheelhouse.pinned(CONSTRAINTS.read_text(encoding="utf-8"), wheelhouse.Target(system, version))
    names = [line.split("==")[0] for line in lines]

    assert len(names) == len(set(names)) > 20
    assert all(re.fullmatch(r"[\w.-]+==\S+( --hash=sha256:[0-9a-f]{64})+", line) for line in lines)


def test_what_the_program_needs_is_pinned():
    """The dependencies of pyproject.toml and constraints.txt do not drift apart."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = wheelhouse.pinned(CONSTRAINTS.read_text(encoding="utf-8"), WINDOWS)
    pinned = {line.split("==")[0].lower(): line.split("==")[1].split(" ")[0] for line in lines}
    for line in project["dependencies"]:
        requirement = wheelhouse.Requirement(line)
        assert requirement.specifier.contains(pinned[requirement.name.lower()]), line


@pytest.mark.parametrize(
    ("wheels", "told"),
    [
        ([("a", "1", "b>=2")], "needs b>=2; here is None"),
        ([("a", "1", "b>=2"), ("b", "1.9")], "needs b>=2; here is 1.9"),
        ([("a", "1"), ("a", "2")], "a 2 and 1"),
    ],
)
def test_a_zip_that_would_not_install_is_not_made(tmp_path, wheels, told):
    """Something is missing, too old, or there twice."""
    with pytest.raises(wheelhouse.Incomplete, match=re.escape(told)):
        wheelhouse.check([wheel(tmp_path, *one) for one in wheels], LINUX)


def test_needs_of_other_systems_and_extras_do_not_count(tmp_path):
    """As pip would see it there."""
    needs = ("b; sys_platform == 'win32'", "c; extra == 'more'", "d; python_version < '3.9'")
    wheels = [wheel(tmp_path, "a", "1", *needs)]

    wheelhouse.check(wheels, LINUX)
    with pytest.raises(wheelhouse.Incomplete, match="needs b"):
        wheelhouse.check(wheels, WINDOWS)


# ------------------------------------------------------------------ the zip
def test_the_same_files_give_the_same_bytes(tmp_path):
    """Whatever the order in which they came, and whenever."""
    files = {"b.txt": b"b", "a.txt": b"a", "wheels/c.whl": b"c"}
    wheelhouse.write(tmp_path / "1.zip", "p", files)
    wheelhouse.write(tmp_path / "2.zip", "p", dict(reversed(files.items())))

    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["p/a.txt", "p/b.txt", "p/wheels/c.whl"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not list(tmp_path.glob("*.part"))


def test_every_file_of_the_zip_is_in_the_list_of_hashes(tmp_path):
    """The list is what an office can check; requirements have the hash of each wheel, too."""
    (tmp_path / "site" / "vi").mkdir(parents=True)
    (tmp_path / "site" / "vi" / "index.html").write_text("x", encoding="utf-8")
    folder = unpacked(package(tmp_path, site=tmp_path / "site"), tmp_path)
    listed = dict(line.split("  ", 1)[::-1] for line in (folder / "SHA256SUMS.txt").read_text().splitlines())
    there = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}

    assert {"tai-lieu/vi/index.html", "cai-dat.py", "requirements.txt", "goi.json"} < set(listed)
    assert set(listed) == set(there) - {"SHA256SUMS.txt"}
    assert all(hashlib.sha256(there[name].read_bytes()).hexdigest() == wanted for name, wanted in listed.items())
    requirements = (folder / "requirements.txt").read_text()
    assert requirements.count("--hash=sha256:") == 2
    assert all(listed[name] in requirements for name in listed if name.endswith(".whl"))


def test_a_package_for_windows_can_be_double_clicked(tmp_path):
    """The batch file is ASCII with Windows line ends; the page to read names the file to click and the Python it needs."""
    folder = unpacked(package(tmp_path, WINDOWS), tmp_path)
    batch, words = (folder / "cai-dat.bat").read_bytes(), (folder / "DOC-TRUOC.txt").read_bytes()

    assert batch.isascii()
    assert batch.count(b"\n") == batch.count(b"\r\n") > 10
    assert b"py -3.11" in batch
    assert b"Python 3.11 (64-bit) is needed" in batch
    assert b"@PYTHON@" not in batch + words
    assert "Nhấp đúp cai-dat.bat" in words.decode()
    assert json.loads((folder / "goi.json").read_text()) == {"version": "9.9", "python": "3.11", "system": "windows"}


def test_a_package_for_linux_has_no_batch_file(tmp_path):
    """And says so in what it tells to do."""
    folder = unpacked(package(tmp_path, LINUX), tmp_path)

    assert not (folder / "cai-dat.bat").exists()
    assert "python3 cai-dat.py" in (folder / "DOC-TRUOC.txt").read_text(encoding="utf-8")


# ------------------------------------------------------------------ the installer
def test_the_package_installs_without_an_index(tmp_path):
    """The program and what it needs are there and start."""
    folder = unpacked(package(tmp_path), tmp_path)

    done = install(folder, tmp_path / "there")

    assert done.returncode == 0, done.stderr
    assert "3/3  reformcli 9.9" in done.stdout
    scripts = tmp_path / "there" / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    said = subprocess.run([scripts / "reformcli"], capture_output=True, text=True, check=True, env=bare)
    assert said.stdout == "reformcli 9.9\n"
    subprocess.run([scripts / "python", "-I", "-c", "import dep"], check=True)


@pytest.mark.parametrize("kind", ["damaged", "missing"])
def test_a_damaged_or_missing_wheel_is_named_and_nothing_is_installed(tmp_path, kind):
    """A USB stick pulled out too early."""
    folder = unpacked(package(tmp_path), tmp_path)
    file = folder / "wheels" / "dep-1.2-py3-none-any.whl"
    if kind == "missing":
        file.unlink()
    else:
        data = file.read_bytes()
        file.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])

    done = install(folder, tmp_path / "there")

    assert done.returncode == 1
    assert "hãy chép lại cả gói" in done.stderr
    assert "wheels/dep-1.2-py3-none-any.whl" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "there").exists()


def test_a_wheel_that_was_replaced_together_with_the_list_is_not_installed(tmp_path):
    """The requirements have the hash again."""
    folder = unpacked(package(tmp_path), tmp_path)
    file = folder / "wheels" / "dep-1.2-py3-none-any.whl"
    old = hashlib.sha256(file.read_bytes()).hexdigest()
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more.py", "")
    sums = folder / "SHA256SUMS.txt"
    sums.write_text(sums.read_text().replace(old, hashlib.sha256(file.read_bytes()).hexdigest()))

    done = install(folder, tmp_path / "there")

    assert done.returncode == 1
    assert "Không cài được" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("version", "system", "bits"), [((3, 10), SYSTEM, 8), ((3, 15), SYSTEM, 8), (None, "other", 8), (None, SYSTEM, 4)]
)
def test_another_python_is_told_what_is_needed(monkeypatch, version, system, bits):
    """Too old, too new, another system, 32 bits."""
    wanted = {"python": "3.11", "system": system}
    monkeypatch.setattr(
        installer.sys, "version_info", type("V", (), dict(zip(("major", "minor"), version or (3, 11), strict=True)))
    )
    monkeypatch.setattr(installer.struct, "calcsize", lambda _: bits)

    with pytest.raises(installer.InstallError, match=rf"Python 3\.11 64-bit, {system}"):
        installer.check_python(wanted)


def test_the_right_python_is_taken():
    """The same check, with nothing wrong."""
    installer.check_python({"python": HERE, "system": SYSTEM})


def test_pip_is_told_to_stay_offline_and_to_check_hashes(monkeypatch, tmp_path):
    """Where a network is there all the same, nothing is fetched from it, whatever the settings of the machine."""
    asked = []
    monkeypatch.setattr(installer.venv.EnvBuilder, "create", lambda *_: None)
    monkeypatch.setattr(installer, "_run", lambda command, _: asked.extend(command))

    installer.install(tmp_path)

    assert {"--isolated", "--no-index", "--require-hashes"} < set(asked)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    """--into a folder where something called venv is no environment."""
    folder = unpacked(package(tmp_path), tmp_path)
    mine = tmp_path / "there" / "venv" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("x", encoding="utf-8")

    done = install(folder, tmp_path / "there")

    assert done.returncode == 1
    assert "--into" in done.stderr
    assert mine.is_file()
