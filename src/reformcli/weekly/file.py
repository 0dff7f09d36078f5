"""What a weekly run is made of: a TOML file with its inputs, period, outputs and archive, read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from reformcli.errors import InputError, UsageError
from reformcli.period import LAST_SECOND, beside, named_period, read_moment

MOST = 1_000_000  # bytes; an honest file has a few hundred
MOST_SHOWN = 60  # characters of a wrong value
WEEK = "{week}"  # stands for the period in any path
FAIL_ON = ("error", "warning", "never")

# key of the file → kind of its value
FILES = (
    *("register", "catalogue", "targets", "tasks", "previous-tasks", "accept", "causes", "calendar"),
    *("letterhead", "template", "password-file"),
)
MANY_FILES = ("inputs", "counts", "previous", "previous-counts", "league", "outputs")
NAMED = ("scorecard", "profile")  # the id of what ships, or a file
PLACES = ("archive", "log")
WORDS = ("week", "period", "from", "to", "each", "goal", "lang", "fail-on")
MANY_WORDS = ("own", "without", "limit", "columns")
NUMBERS = ("near", "worst", "at-least")
FLAGS = ("force",)
KEYS = (*FILES, *MANY_FILES, *NAMED, *PLACES, *WORDS, *MANY_WORDS, *NUMBERS, *FLAGS)
_PERIODS = ("week", "period", "from", "to")


@dataclass(frozen=True, slots=True)
class Span:
    """A period with the name that files get from it: 2023-W51, 2023-12, 2023-Q4, 2023, or its two days."""

    start: datetime
    end: datetime

    @property
    def is_named(self) -> bool:
        """Whether its name is one that --period understands."""
        return _named(self.start, self.end) is not None

    @property
    def name(self) -> str:
        """The name of the period."""
        return _named(self.start, self.end) or f"{self.start:%Y-%m-%d}_{self.end:%Y-%m-%d}"

    @property
    def before(self) -> Span:
        """The period of the same kind before this one."""
        return Span(*beside(self.start, self.end)[0])


@dataclass(frozen=True, slots=True)
class Weekly:
    """A weekly run as its file asks for it; paths begin at the folder of that file.

    `files` tells the files of each key, `words` and `numbers` what else was written. `archive` is the folder of the
    results, None where none are kept; `log` the file that tells what was made.
    """

    path: Path
    span: Span
    outputs: tuple[str, ...]
    log: str
    archive: str | None = None
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str | bool | tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    def file(self, key: str) -> str | None:
        """The one file of a key."""
        return next(iter(self.files.get(key, ())), None)


def load_weekly(path: str, *, week: str | None = None) -> Weekly:
    """Read the file of a weekly run.

    Args:
        path: a TOML file.
        week: a period that stands for the one in the file.

    Raises:
        UsageError: `no_such_file`; `weekly_toml`; `weekly_key`, an unknown key; `weekly_value`, a value of a wrong
            type; `weekly_missing`, nothing to read or to write; `weekly_period`, no period or several; a wrong day.
        InputError: `unreadable`.
    """
    table = _table(path)
    for key, value in table.items():
        if key not in KEYS:
            raise UsageError("weekly_key", where=path, name=key, close=_close(key), known=", ".join(sorted(KEYS)))
        _check(key, value, path)
    span = _span(table, week, path)
    folder = Path(path).parent
    paths = {key: tuple(_paths(table[key], folder, span)) for key in (*FILES, *MANY_FILES, *PLACES) if key in table}
    if not any(paths.get(key) for key in ("inputs", "counts", "catalogue")):
        raise UsageError("weekly_missing", where=path, name="inputs")
    if not paths.get("outputs"):
        raise UsageError("weekly_missing", where=path, name="outputs")
    words = {key: _word(key, table[key], folder) for key in (*WORDS, *MANY_WORDS, *NAMED, *FLAGS) if key in table}
    return Weekly(
        path=Path(path),
        span=span,
        outputs=paths["outputs"],
        log=paths.get("log", (str(Path(path).with_suffix(".log")),))[0],
        archive=paths["archive"][0] if "archive" in paths else None,
        files={key: value for key, value in paths.items() if key not in (*PLACES, "outputs")},
        words={key: value for key, value in words.items() if key not in _PERIODS},
        numbers={key: table[key] for key in NUMBERS if key in table},  # type: ignore[misc]
    )


def _table(path: str) -> Mapping[str, object]:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST + 1)
    except FileNotFoundError as error:
        raise UsageError("no_such_file", where=path) from error
    except OSError as error:
        raise InputError("unreadable", where=path) from error
    if len(data) > MOST:
        raise UsageError("weekly_toml", where=path, problem=f"> {MOST} bytes")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError("weekly_toml", where=path, problem=str(error)) from error


def _close(key: str) -> str:
    """The keys that one may have meant."""
    return ", ".join(get_close_matches(key.lower().replace("_", "-"), KEYS, 3)) or "–"


def _check(key: str, value: object, where: str) -> None:
    """Refuse a value that a key cannot have; a single text may stand for a list of one."""
    if key in NUMBERS:
        is_right, wanted = isinstance(value, int) and not isinstance(value, bool) and value >= 0, "0, 1, 2 …"
    elif key in FLAGS:
        is_right, wanted = isinstance(value, bool), "true, false"
    elif key in ("from", "to"):
        is_right, wanted = _is_text(value) or isinstance(value, date), "2023-12-18"
    elif key in (*MANY_FILES, *MANY_WORDS):
        is_right = _is_text(value) or (isinstance(value, list) and all(map(_is_text, value)))
        wanted = '["a", "b"]'
    else:
        known = {"lang": ("vi", "en"), "fail-on": FAIL_ON}.get(key)
        is_right, wanted = _is_text(value) and (known is None or value in known), " | ".join(known or ('"…"',))
    if not is_right:
        raise UsageError("weekly_value", where=where, name=key, value=_shown(value), wanted=wanted)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _shown(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[: MOST_SHOWN - 1]}…"


# ------------------------------------------------------------------ the period
def _span(table: Mapping[str, object], week: str | None, where: str) -> Span:
    """The period that is given once: by name, or by its first and last day."""
    if week is not None:
        return _by_name(week, "--week")
    given = [key for key in _PERIODS if key in table]
    if given == ["from", "to"]:
        start, end = (_moment(table[key], key) for key in given)
        if start > end:
            raise UsageError("period_reversed", where=where, start=start, end=end)
        return Span(start, end)
    if given not in (["week"], ["period"]):
        raise UsageError("weekly_period", where=where, given=", ".join(given) or "–")
    return _by_name(str(table[given[0]]), f"{where}: {given[0]}")


def _by_name(name: str, where: str) -> Span:
    try:
        return Span(*named_period(name))
    except UsageError as error:
        raise UsageError("bad_period", where=where, text=name) from error


def _moment(value: object, key: str) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    return read_moment(str(value), option=key, last=key == "to")


def _named(start: datetime, end: datetime) -> str | None:
    """The name of a period that has one; the shortest period of them all begins at midnight and ends before one."""
    if end.time() != LAST_SECOND or start != datetime.combine(start.date(), LAST_SECOND) - timedelta(seconds=86_399):
        return None
    year, week, _ = start.isocalendar()
    names = (
        f"{year:04}-W{week:02}",
        f"{start:%Y-%m}",
        f"{start:%Y}-Q{(start.month + 2) // 3}",
        f"{start:%Y}",
    )
    return next((name for name in names if named_period(name) == (start, end)), None)


# ------------------------------------------------------------------ paths and words
def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _paths(value: object, folder: Path, span: Span) -> Iterable[str]:
    """Paths that begin at the folder of the file, with the period where they leave a place for it."""
    return (str(folder / one.replace(WEEK, span.name)) for one in _list(value))


def _word(key: str, value: object, folder: Path) -> str | bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if key in NAMED:
        return _or_file(str(value), folder)
    if key == "columns":
        return tuple(one if "=" in one else _or_file(one, folder) for one in _list(value))
    return tuple(_list(value)) if key in MANY_WORDS else str(value)


def _or_file(value: str, folder: Path) -> str:
    """The id of something that ships, or a file: what there is in the folder, or looks like a file."""
    beside_it = folder / value
    return str(beside_it) if beside_it.exists() or Path(value).suffix else value
