"""What `--previous` names: exports that are judged as the current ones are, or an earlier result of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reformcli.audit import carried
from reformcli.audit.made_from import as_previous, file_input
from reformcli.errors import InputError, UsageError
from reformcli.judging import Judged, Options, Progress, judge
from reformcli.loading import Loaded
from reformcli.model import Input
from reformcli.period import named_period
from reformcli.read.encoding import to_utf8
from reformcli.read.sniff import HEAD, Kind, sniff

_DOCX = b"word/document.xml"
_TAIL = 1 << 16  # bytes at the end of a zip in which its directory names the parts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to be compared with.

    `paths` are exports, or one earlier result; none: the same exports, cut by `period`. `counts` are the counts of that
    period; none: those of the current one. `forced`: compare in spite of what does not compare.
    """

    paths: Sequence[str] = ()
    period: str | None = None
    counts: Sequence[str] = ()
    forced: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.paths or self.period)


@dataclass(frozen=True, slots=True)
class Previous:
    """An earlier result: what was judged anew, or the JSON document of ours; `where` names it in errors."""

    where: str
    judged: Judged | None = None
    document: Mapping[str, Any] | None = None
    shared_counts: tuple[str, ...] = ()  # counts files used for both periods
    inputs: tuple[Input, ...] = ()


def find_previous(
    wanted: Wanted,
    options: Options,
    *,
    loaded: Loaded | None = None,
    scored: bool = True,
    progress: Progress | None = None,
) -> Previous:
    """Find what to compare with.

    Args:
        wanted: what the user named.
        options: those of the current run; all but the exports and the period serve the previous one, too.
        loaded: the current exports, for comparing two periods of them without reading twice.
        scored: whether a scorecard must be in force in the previous period.
        progress: told of the reading of exports.

    Raises:
        UsageError: `bad_period`, `previous_mixed` (several files of which one is no export), and what `judge` raises.
        InputError: `previous_broken`, `previous_docx`, `previous_not_ours`, and what `judge` raises.
    """
    where = wanted.paths[0] if wanted.paths else "--previous-period"
    if wanted.period:
        _check_period(wanted.period)
    documents = [found for path in wanted.paths if (found := document_of(path)) is not None]
    if documents:
        if len(wanted.paths) > 1:
            raise UsageError("previous_mixed", where="--previous")
        return Previous(where, document=documents[0], inputs=(file_input("previous", where),))
    counts = tuple(wanted.counts or options.counts)
    judged = judge(
        replace(
            options,
            exports=tuple(wanted.paths or options.exports),
            counts=counts,
            start=None,
            end=None,
            period=wanted.period,
        ),
        progress,
        scored=scored,
        loaded=None if wanted.paths else loaded,
    )
    shared = tuple(sorted(Path(name).name for name in counts)) if not wanted.counts else ()
    return Previous(where, judged=judged, shared_counts=shared, inputs=as_previous(judged.manifest.inputs))


def _check_period(period: str) -> None:
    try:
        named_period(period)
    except UsageError as error:
        raise UsageError("bad_period", where="--previous-period", text=period) from error


# ------------------------------------------------------------------ earlier results
def document_of(path: str) -> Mapping[str, Any] | None:
    """The JSON document that a file is or carries; None if it is an export, or something that only a reader can tell.

    What a file is, its first bytes say: the name may end with anything.
    """
    file = Path(path)
    if not file.is_file():
        return None
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD)
            text = _text(file, sniff(head), head)
    except OSError as error:
        raise InputError("unreadable", where=path) from error
    return None if text is None else _parsed(text, path)


def _text(file: Path, kind: Kind, head: bytes) -> str | None:
    if kind is Kind.ZIP:
        if _is_docx(file):
            raise InputError("previous_docx", where=str(file))
        return carried.from_workbook(file)
    if kind is Kind.HTML:
        is_ours = file.stat().st_size <= carried.MOST_BYTES and carried.SCRIPT.encode() in _whole(file)
        return carried.from_page(_decoded(file)) if is_ours else None
    is_text = kind is Kind.TEXT and head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"{")
    return _decoded(file) if is_text else None


def _is_docx(file: Path) -> bool:
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL))
        return _DOCX in stream.read()


def _whole(file: Path) -> bytes:
    if file.stat().st_size > carried.MOST_BYTES:
        raise InputError("too_large", where=str(file), limit=carried.MOST_BYTES >> 20)
    with file.open("rb") as stream:
        return stream.read(carried.MOST_BYTES)


def _decoded(file: Path) -> str:
    """The text of a file; PowerShell writes UTF-16."""
    return bytes(to_utf8(_whole(file), str(file))).decode("utf-8").removeprefix("\ufeff")


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    import simplejson

    try:
        document = simplejson.loads(text, use_decimal=True)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InputError("previous_broken", where=where) from error
    if not isinstance(document, dict):
        raise InputError("previous_not_ours", where=where)
    return document
