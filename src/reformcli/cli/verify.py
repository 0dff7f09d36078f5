"""`reformcli verify`: make a report again from the files it was made from, and hold every cell against it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from reformcli import __version__
from reformcli.audit.consistency import checks
from reformcli.audit.proof import Check, Proof, Provided, RuleCheck, held_against, matched, with_aliases
from reformcli.audit.read_back import ReadBack, read_back, seal_check
from reformcli.cli import output
from reformcli.cli.again import made_again
from reformcli.cli.options import Given
from reformcli.errors import ExitCode, InputError, UsageError
from reformcli.i18n import text
from reformcli.model import Source
from reformcli.render import shapes
from reformcli.render import verify as views
from reformcli.render.identity import identity

_ZIPS = (b"PK\x03\x04",)


def run(given: Given) -> None:
    """Verify a report; exit 1 if something in it does not come out again."""
    form = output.check(given)
    file = Path(given.report)
    if not file.is_file():
        raise UsageError("no_such_file", where=given.report)
    proof = _proof(given, file)
    output.show(given, form, _views(proof, given))
    output.note(given, views.headline(proof, given.lang)[0])
    if not proof.is_proved:
        raise typer.Exit(ExitCode.FINDINGS)


def _proof(given: Given, file: Path) -> Proof:
    report = read_back(given.report)
    data = file.read_bytes()
    source = Source(file.name, hashlib.sha256(data).hexdigest(), len(data))
    try:
        return _proved(given, report, source)
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise InputError("previous_broken", where=given.report) from error


def _proved(given: Given, report: ReadBack, source: Source) -> Proof:
    document, manifest = report.document, report.document["manifest"]
    found = [*_own_checks(report, source), *checks(document)]
    bare = Proof(
        source=source,
        of=str(document.get("of") or document["schema"]),
        tool=manifest["tool"],
        tool_now=f"reformcli {__version__}",
        checks=tuple(found),
        identity=manifest["identity"],
        content=_content(report),
    )
    if not given.exports:
        return bare
    provided, left = matched(manifest["inputs"], dict(_files(given.exports)))
    unused = [path for path in left if path in given.exports]  # in a folder there may be anything
    missing = [one for one in provided if one.status == "missing"]
    if missing:
        kinds = {one.kind: text(f"input.{one.kind}", given.lang) for one in missing}
        names = ", ".join(f"{one.name} ({kinds[one.kind]}, {one.sha256[:12]}…)" for one in missing)
        raise UsageError("verify_missing", where=source.name, files=names)
    again = made_again(report, source.name, provided, given)
    return _compared(bare, report, again, provided, unused)


def _compared(
    bare: Proof, report: ReadBack, again: ReadBack, provided: Sequence[Provided], unused: Sequence[str]
) -> Proof:
    rules = _rule_checks(report.document["manifest"], again.document["manifest"])
    aliases = {one.sha256_now: one.sha256 for one in rules if one.sha256_now} | {bare.tool_now: bare.tool}
    aliases |= {one.version_now: one.version for one in rules if one.version_now and one.version}
    return Proof(
        **{name: getattr(bare, name) for name in ("source", "of", "tool", "tool_now", "checks", "identity", "content")},
        again=again.document["manifest"]["identity"],
        held=held_against(report.parts, with_aliases(again.parts, aliases)),
        provided=tuple(provided),
        unused=tuple(Path(path).name for path in unused),
        rules=tuple(rules),
    )


def _content(report: ReadBack) -> str:
    """The identity of the result that a report carries; what stands beside a csv carries none, only its claim."""
    manifest = report.document["manifest"]
    return manifest["identity"] if report.side is not None else identity(report.document)


def _own_checks(report: ReadBack, source: Source) -> Iterator[Check]:
    """What a report tells of itself: its identity, the hash of a csv, the seals of its tables."""
    manifest = report.document["manifest"]
    if report.side is not None:
        is_same = report.side["file"]["sha256"] == source.sha256
        yield Check("csv", () if is_same else (source.name,), 1)
    else:
        is_same = _content(report) == manifest["identity"]
        yield Check("identity", () if is_same else (manifest["identity"],), 1)
    sealed = (manifest.get("shown") or {}).get("cells")
    if sealed and report.form in ("xlsx", "html"):
        yield seal_check(report, sealed, manifest["shown"]["language"])


def _rule_checks(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[RuleCheck]:
    """The rule files of a report beside those that made it again; own files are among the inputs."""
    files = {one["sha256"] for one in then["inputs"]}
    today = {(one["kind"], one["id"]): one for one in now["rules"]}
    found = []
    for one in then["rules"]:
        if one["sha256"] in files:
            continue
        other = today.get((one["kind"], one["id"]))
        same = other is not None and other["sha256"] == one["sha256"]
        status = "missing" if other is None else "same" if same else "differs"
        version, sha256 = (other["version"], other["sha256"]) if other else (None, None)
        found.append(RuleCheck(one["kind"], one["id"], one["version"], one["sha256"], version, sha256, status))
    return found


# ------------------------------------------------------------------ files
def _files(arguments: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every file that was named, and those in folders: path → hash → name; a zip also has those of its members."""
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))
            yield from ((str(one), _hashes(one)) for one in inside)
        elif path.is_file():
            yield str(path), _hashes(path)
        else:
            yield from ((str(one), _hashes(one)) for one in _globbed(argument))


def _globbed(argument: str) -> list[Path]:
    import glob

    found = [Path(one) for one in sorted(glob.glob(argument, recursive=True)) if Path(one).is_file()]  # noqa: PTH207
    if not found:
        raise UsageError("no_such_file", where=argument)
    return found


def _hashes(path: Path) -> dict[str, str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError("unreadable", where=str(path)) from error
    found = {hashlib.sha256(data).hexdigest(): path.name}
    if path.suffix.lower() == ".zip" and data.startswith(_ZIPS):
        found |= _member_hashes(path)
    return found


def _member_hashes(path: Path) -> dict[str, str]:
    """The hashes of what a zip holds; a protected or damaged one is told by whoever reads it as an export."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not info.flag_bits & 1]
            if sum(info.file_size for info in infos) > 1 << 30:
                return {}
            return {hashlib.sha256(archive.read(info)).hexdigest(): f"{path.name}/{info.filename}" for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError):
        return {}


def _views(proof: Proof, given: Given) -> output.Views:
    lang = given.lang
    return output.Views(
        document=lambda: shapes.to_json(views.verify_document(proof)),
        tables=lambda: views.tables(proof, lang, most=views.SHOWN),
        sheets=lambda: views.tables(proof, lang),
        plain=lambda: views.differences_table(proof, lang, plain=True),
        title=text("table.verify", lang),
    )
