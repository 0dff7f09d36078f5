"""Making a report again: the command line that its manifest tells, run on the files that were given."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from reformcli.audit.proof import Provided
from reformcli.audit.read_back import ReadBack, read_back
from reformcli.cli.options import Given
from reformcli.cli.told import AS_GIVEN
from reformcli.errors import InputError

# What `reformcli.<schema>/1` was made by, where the command has another name.
_COMMANDS = {"edits": "compare"}
COMMANDS = frozenset(
    (
        *("score", "metrics", "late", "report", "compare", "edits"),
        *("targets", "gaps", "explain", "reconcile", "services", "history", "league", "tasks"),
    )
)
_SEVERAL_OUTPUTS = ("report", "services", "history", "league", "tasks")
_SEVERAL = {"export": "exports", "result": "sources", "counts": "counts"}
_ONE = {
    "register": "agencies",
    **{name: name for name in ("accept", "profile", "causes", "calendar", "targets", "letterhead", "template")},
    **{name: name for name in ("scorecard", "published", "tasks", "previous_tasks", "remembered")},
}
# Where a command has its files under other names than a report that joins it.
_SEVERAL_OF = {"league": {"published": "scores"}, "tasks": {"previous_tasks": "previous"}}
_ONE_OF = {"tasks": {"tasks": "register"}}


def made_again(report: ReadBack, name: str, provided: Sequence[Provided], given: Given) -> ReadBack:
    """Run the command that a report tells of, and read its result.

    Args:
        report: the report.
        name: its file name.
        provided: the files it was made from; all must be there.
        given: what `verify` was given: password, limits, progress.

    Raises:
        InputError: `not_verifiable`, a result of a command that cannot be made again; whatever the command refuses.
    """
    schema = command_of(report.document)
    if schema not in COMMANDS:
        raise InputError("not_verifiable", where=name, command=schema, known=", ".join(sorted(COMMANDS)))
    with tempfile.TemporaryDirectory(prefix="reformcli-") as folder, _as_named(provided, Path(folder)) as files:
        if "remembered" in (told := report.document["manifest"]["options"]):
            files["remembered"] = [_together(files.get("result", ()), Path(folder) / "results" / told["remembered"])]
        target = str(Path(folder) / "again" / name)
        Path(target).parent.mkdir()
        asked = _command_line(report.document, schema, files, given)
        if schema in _SEVERAL_OUTPUTS:
            asked["outputs"] = [target]
        else:
            asked["output"] = target
        module = import_module(f"reformcli.cli.{_COMMANDS.get(schema, schema)}")
        with suppress(typer.Exit):  # what was found does not matter here
            module.run(Given(**asked))
        return read_back(target)


def command_of(document: Mapping[str, Any]) -> str:
    """The `<command>` of `reformcli.<command>/1`; of what stands beside a csv, that of the csv."""
    schema = document.get("of") or document.get("schema")
    return str(schema).removeprefix("reformcli.").partition("/")[0]


def _command_line(
    document: Mapping[str, Any], schema: str, files: Mapping[str, Sequence[str]], given: Given
) -> dict[str, Any]:
    """The options of a run, from the choices and files of its manifest."""
    manifest = document["manifest"]
    told, shown = manifest["options"], manifest.get("shown") or {}
    asked: dict[str, Any] = {field: told[name] for name, field in AS_GIVEN.items() if name in told}
    several = {**_SEVERAL, **_SEVERAL_OF.get(schema, {})}
    one = {kind: field for kind, field in {**_ONE, **_ONE_OF.get(schema, {})}.items() if kind not in several}
    asked |= {field: list(files[kind]) for kind, field in several.items() if kind in files}
    if "league" in told:
        asked["league"] = list(files["published"])
    if "previous_counts" in told:  # else those of the exports serve both periods
        asked["previous_counts"] = list(files["previous_counts"])
    asked |= {field: files[kind][0] for kind, field in one.items() if kind in files}
    if "scorecard" in manifest:
        asked.setdefault("scorecard", manifest["scorecard"]["id"])
    maps = {Path(path).name: path for path in files.get("columns", ())}
    asked["columns"] = [maps.get(entry, entry) for entry in told.get("columns", ())]
    if "profile" in told:
        asked.setdefault("profile", told["profile"])
    if "catalogue" in files:
        field = "services" if schema == "services" else "check_due" if "check_due" in told else "catalogue"
        asked[field] = files["catalogue"][0]
    asked |= {name: list(files["previous"]) for name in ("previous", "history") if name in told and "previous" in files}
    asked |= {name: shown[name] for name in ("table",) if name in shown}
    asked |= {"lang": shown.get("language", given.lang), "fail_on": "never", "quiet": True}
    return asked | {"password_file": given.password_file, "limit": given.limit, "no_progress": given.no_progress}


@contextmanager
def _as_named(provided: Sequence[Provided], folder: Path) -> Iterator[dict[str, list[str]]]:
    """The given files by kind, each under the name that the report knows it by: the name stands in the report."""
    found: dict[str, list[str]] = {}
    for number, one in enumerate(provided):
        if one.given is None:
            continue
        path = Path(one.given)
        name = one.name.replace("\\", "/").partition("/")[0]
        if path.name != name and name != "-":
            path = _linked(path, folder / str(number) / name)
        known = found.setdefault(one.kind, [])
        if str(path) not in known:  # a zip stands there once for each of its members
            known.append(str(path))
    yield found


def _together(files: Sequence[str], folder: Path) -> str:
    """A folder that holds some files and nothing else."""
    folder.mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, folder / Path(path).name)
    return str(folder)


def _linked(path: Path, target: Path) -> Path:
    """Another name for a file; a copy where the system gives none. It goes with the folder that it is in."""
    target.parent.mkdir()
    try:
        target.symlink_to(path.absolute())
    except OSError:
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
    return target
