"""A report held against the same report made again: every cell against every cell, and why they may differ.

Whatever the format, a report is a number of parts (sheets, tables, keys of JSON), each with rows of texts: what people
and machines read there, numbers in one canonical writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import zip_longest

from reformcli.model import Source

CAUSES = ("edited", "inputs", "rules", "tool", "unknown")  # why a report does not reproduce, the surest first
CARRIED = "json"  # the kind of the part that stands for the machine-readable result
UNSTORED = "=…"  # stands for a formula whose value the file does not hold
_FIGURE = re.compile(r"(?:▲ |▼ |-)?[0-9][0-9.,]*(?:E[+-]?[0-9]+)?%?")
_SEALS = ("identity", "csv", "cells")  # checks that fail only if somebody changed the report
_LONGEST = 3_000  # rows that are paired by their contents; longer differing stretches by their place


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a report as a file holds it.

    `rows` are texts; `columns` name their cells, but in a sheet, where letters do. The rows of a JSON document are
    pairs of a path (`"units[Sở Y tế].points"`) and a value.
    """

    kind: str  # sheet | table | text | csv | json
    name: str
    rows: tuple[tuple[str, ...], ...]
    first: int = 1  # the number of the first row
    columns: tuple[str, ...] = ()
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)  # of a workbook: (row, column) from 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that is not the same; None where one of the two reports has no such cell, row or part."""

    part: str
    kind: str
    row: int | None
    column: str
    about: str  # the first texts of the row
    reported: str | None
    again: str | None
    what: str = "cell"  # cell | formula | order | part


@dataclass(frozen=True, slots=True)
class Held:
    """Two versions of a report: how many figures the given one shows, how many of them came out again."""

    figures: int
    reproduced: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Provided:
    """A file that the report was made from, and the one that was given for it.

    `status`: same | differs (another hash) | missing | renamed (the same hash under another name).
    """

    kind: str
    name: str
    sha256: str
    status: str
    given: str | None = None
    given_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A shipped rule file: its hash in the report and now. `status`: same | differs | missing."""

    kind: str
    id: str
    version: str | None
    sha256: str
    version_now: str | None
    sha256_now: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold inside a report whatever it was made from; `failures` say where it does not."""

    id: str
    failures: tuple[str, ...] = ()
    checked: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a report after it was verified.

    `identity` is the one that the report claims, `content` that of the result it carries, `again` that of the result
    made from the given files; the last is None where none were given.
    """

    source: Source
    of: str  # the schema of the result
    tool: str
    tool_now: str
    checks: tuple[Check, ...]
    identity: str
    content: str
    again: str | None = None
    held: Held | None = None
    provided: tuple[Provided, ...] = ()
    unused: tuple[str, ...] = ()  # files that the report was not made from
    rules: tuple[RuleCheck, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether nothing speaks against the report."""
        is_whole = all(one.status in ("same", "renamed") for one in self.provided)
        return is_whole and not any(one.failures for one in self.checks) and not (self.held and self.held.differences)

    @property
    def cause(self) -> str | None:
        """Why the report does not reproduce, as far as its record tells; None where it does."""
        if self.held is None or not self.held.differences:
            return None
        if any(one.failures for one in self.checks if one.id in _SEALS):
            return "edited"
        if any(one.status == "differs" for one in self.provided):
            return "inputs"
        if any(one.status != "same" for one in self.rules) and self.identity != self.again:
            return "rules"
        if self.identity == self.again:
            return "edited"
        return "unknown" if self.tool == self.tool_now else "tool"


def is_figure(text: str) -> bool:
    """Whether a cell holds a number.

    >>> [is_figure(text) for text in ("1.234,56", "▲ 0,20", "61.89", "H01.01", "")]
    [True, True, True, False, False]
    """
    return _FIGURE.fullmatch(text) is not None


# ------------------------------------------------------------------ cell by cell
def held_against(reported: Sequence[Part], again: Sequence[Part]) -> Held:
    """Compare two versions of a report cell by cell.

    Args:
        reported: the report as it was given.
        again: the same, made from its inputs.

    Returns:
        `figures` counts the numbers of `reported`; each one that has no equal at its place is a difference, and so is
        every other text, formula, row or part that only one of the two has.
    """
    differences: list[Difference] = []
    figures = wrong = 0
    for one, other in _parts(reported, again):
        found = list(_of_part(one, other))
        figures += sum(is_figure(cell) for row in one.rows for cell in row) if one else 0
        wrong += sum(1 for it in found if it.what == "cell" and it.reported is not None and is_figure(it.reported))
        if one and other is None:
            wrong += sum(is_figure(cell) for row in one.rows for cell in row)
        differences += found
    return Held(figures, figures - wrong, tuple(differences))


def _parts(reported: Sequence[Part], again: Sequence[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    """The parts of the same kind and name side by side; those of the same name in their order."""
    left: dict[tuple[str, str], list[Part]] = {}
    for part in again:
        left.setdefault((part.kind, part.name), []).append(part)
    for part in reported:
        others = left.get((part.kind, part.name))
        yield part, others.pop(0) if others else None
    for others in left.values():
        yield from ((None, other) for other in others)


def _of_part(one: Part | None, other: Part | None) -> Iterator[Difference]:
    known = one or other
    if known is None or one == other:
        return
    if one is None or other is None:
        told = (None if one is None else "…"), (None if other is None else "…")
        yield Difference(known.name, known.kind, None, "", "", told[0], told[1], "part")
        return
    if one.rows != other.rows and len(one.rows) == len(other.rows) and sorted(one.rows) == sorted(other.rows):
        yield Difference(one.name, one.kind, None, "", "", None, None, "order")
        return
    if one.kind == CARRIED:
        yield from _of_json(one, other)
        return
    if len(one.rows) == len(other.rows):
        one = _with_values(one, other)
        yield from _of_formulas(one, other)
    for (number, row), (_, again) in _paired(one.rows, other.rows):
        if row != again:
            yield from _of_row(one, number, row, again)


def _with_values(one: Part, other: Part) -> Part:
    """A sheet in which formulas without a stored value have that of the same formula in the other one."""
    unstored = {n for n, row in enumerate(one.rows) if UNSTORED in row}
    if not unstored:
        return one
    rows = list(one.rows)
    for n in unstored:
        again = dict(enumerate(other.rows[n]))
        same = {k for k in again if (n, k) in one.formulas and one.formulas[n, k] == other.formulas.get((n, k))}
        rows[n] = tuple(again[k] if cell == UNSTORED and k in same else cell for k, cell in enumerate(rows[n]))
    return replace(one, rows=tuple(rows))


def _of_json(one: Part, other: Part) -> Iterator[Difference]:
    """Values by their paths: a key that was added moves no other."""
    reported, again = ({row[0]: row[1] for row in part.rows} for part in (one, other))
    for path in [*reported, *(path for path in again if path not in reported)]:
        if reported.get(path) != again.get(path):
            yield Difference(one.name, one.kind, None, path, "", reported.get(path), again.get(path))


def _of_formulas(one: Part, other: Part) -> Iterator[Difference]:
    """Formulas that were changed, or typed over, while the value that is shown stayed."""
    for row, column in sorted(one.formulas.keys() | other.formulas.keys()):
        formulas = one.formulas.get((row, column)), other.formulas.get((row, column))
        if formulas[0] != formulas[1] and one.rows[row] == other.rows[row]:
            about = " | ".join([cell for cell in one.rows[row] if cell and not is_figure(cell)][:3])
            yield Difference(one.name, one.kind, one.first + row, _letters(column), about, *formulas, "formula")


_Numbered = tuple[int | None, tuple[str, ...] | None]


def _paired(one: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> Iterator[tuple[_Numbered, _Numbered]]:
    """The rows of two versions side by side; where rows were added or taken out, those that are equal stay paired."""
    if len(one) == len(other):
        yield from (((n, a), (n, b)) for n, (a, b) in enumerate(zip(one, other, strict=True)))
        return
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = range(start, len(one) - end), range(start, len(other) - end)
    if max(len(left), len(right)) > _LONGEST:
        blocks = [("replace", 0, len(left), 0, len(right))]
    else:
        matcher = SequenceMatcher(None, [one[n] for n in left], [other[n] for n in right], autojunk=False)
        blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    for _, i, j, k, m in blocks:
        for a, b in zip_longest(left[i:j], right[k:m]):
            yield (a, None if a is None else one[a]), (b, None if b is None else other[b])


def _of_row(
    part: Part, number: int | None, row: Sequence[str] | None, again: Sequence[str] | None
) -> Iterator[Difference]:
    about = " | ".join([cell for cell in (row or again or ()) if cell and not is_figure(cell)][:3])
    place = None if number is None else part.first + number
    for column, (cell, other) in enumerate(zip_longest(row or (), again or ())):
        if cell != other and (cell or other):
            yield Difference(part.name, part.kind, place, _column(part, column), about, cell, other)


def _column(part: Part, number: int) -> str:
    if part.kind == "sheet":
        return _letters(number)
    return part.columns[number] if number < len(part.columns) else str(number + 1)


def _letters(number: int) -> str:
    """The letters of a column of a workbook, from 0.

    >>> _letters(0), _letters(25), _letters(26), _letters(703)
    ('A', 'Z', 'AA', 'AAB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# ------------------------------------------------------------------ files
def matched(
    inputs: Iterable[Mapping[str, object]], files: Mapping[str, Mapping[str, str]]
) -> tuple[list[Provided], list[str]]:
    """Find for every file of a record the one that was given for it: by hash, then by name, then the only one left.

    Args:
        inputs: the entries of the manifest; a workbook stands there once per sheet.
        files: path → {hash: name} of what it is, or of what a zip holds (`"week.zip/a.csv"`).

    Returns:
        One entry per file, and the paths that none of them is.
    """
    wanted = list(dict.fromkeys((str(one["kind"]), str(one["name"]), str(one["sha256"])) for one in inputs))
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for key in wanted:
        paths = [(path, key[2]) for path, held in files.items() if key[2] in held]
        named = [it for it in paths if _base(files[it[0]][key[2]]) == _base(key[1])]
        if paths:
            found[key] = (named or paths)[0]
    free = [path for path in files if path not in {path for path, _ in found.values()}]
    for key in (key for key in wanted if key not in found):
        for path in free:
            same = [sha for sha, name in files[path].items() if name.replace("\\", "/") == key[1]]
            if same:
                found[key] = (path, same[0])
                break
    free = [path for path in free if path not in {path for path, _ in found.values()}]
    left = [key for key in wanted if key not in found]
    if len(left) == len(free) == 1:
        found[left[0]] = (free[0], next(iter(files[free[0]])))
        free = []
    provided = [_provided(key, found.get(key), files) for key in wanted]
    return provided, free


def _provided(
    key: tuple[str, str, str], found: tuple[str, str] | None, files: Mapping[str, Mapping[str, str]]
) -> Provided:
    if found is None:
        return Provided(*key, "missing")
    path, sha256 = found
    is_same = sha256 == key[2]
    status = "differs" if not is_same else "same" if _base(files[path][sha256]) == _base(key[1]) else "renamed"
    return Provided(*key, status, path, sha256)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def with_aliases(parts: Iterable[Part], aliases: Mapping[str, str]) -> tuple[Part, ...]:
    """Parts in which some cells are called as another version of the program called them: hashes, versions."""
    if all(key == value for key, value in aliases.items()):
        return tuple(parts)
    return tuple(
        replace(part, rows=tuple(tuple(aliases.get(cell, cell) for cell in row) for row in part.rows)) for part in parts
    )
