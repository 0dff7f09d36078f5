"""The stable ids of findings: what is wrong, how grave, and which column shows it. Texts are in `i18n`."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reformcli.agencies.dossier_code import canonical, may_show
from reformcli.errors import InputError, UsageError
from reformcli.model import ERROR_VALUES, UNATTRIBUTED, Severity, SheetUse, Source
from reformcli.rules.codes import load_codes

if TYPE_CHECKING:
    import pandas as pd

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its stable id. An error takes the row out of the figures; `column` is None for whole files."""

    id: str
    severity: Severity
    column: str | None


RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("RC101", ERROR, "dossier_id"),  # no dossier id
        Rule("RC102", ERROR, "received_at"),  # no receipt
        Rule("RC103", ERROR, "received_at"),  # unreadable receipt
        Rule("RC104", ERROR, "finished_at"),  # closed without an end
        Rule("RC105", ERROR, "finished_at"),  # unreadable end
        Rule("RC106", ERROR, "finished_at"),  # ended before received
        Rule("RC107", ERROR, "status"),  # unknown status without an end
        Rule("RC108", ERROR, "received_at"),  # a lone date far beyond all others
        Rule("RC201", WARNING, "dossier_id"),  # the same row again in one file
        Rule("RC202", WARNING, "dossier_id"),  # rows of one dossier contradict each other
        Rule("RC203", WARNING, "status"),  # unknown status, but ended
        Rule("RC204", WARNING, "due_at"),  # no due date
        Rule("RC205", WARNING, "due_at"),  # unreadable due date
        Rule("RC206", WARNING, "due_at"),  # due before received
        Rule("RC207", WARNING, "dossier_id"),  # date in the code far from the receipt
        Rule("RC208", WARNING, "agency"),  # agency not in the register
        Rule("RC209", WARNING, "status"),  # ended, but its status is open
        Rule("RC210", WARNING, "finished_at"),  # withdrawn without an end
        Rule("RC211", WARNING, "channel"),  # information-only procedure filed online
        Rule("RC212", WARNING, "channel"),  # unknown channel
        Rule("RC213", WARNING, None),  # unknown flag text
        Rule("RC214", WARNING, None),  # another unknown code or unreadable number
        Rule("RC215", WARNING, None),  # another unreadable date
        Rule("RC216", WARNING, "supplement_completed_at"),  # supplement dates contradict
        Rule("RC217", WARNING, "returned_at"),  # returned before finished
        Rule("RC218", WARNING, "agency"),  # code and name lead to different agencies
        Rule("RC219", WARNING, "agency"),  # no level for the agency
        Rule("RC220", WARNING, "agency"),  # no agency: unattributed
        Rule("RC221", WARNING, "agency"),  # before or after the agency's dates in the register
        Rule("RC222", WARNING, None),  # an error value, or a number that lost digits, where an id or a name must stand
        Rule("RC223", WARNING, "dossier_id"),  # more than one code in the cell
        Rule("RC224", WARNING, "due_at"),  # due later than the legal time allows (--check-due)
        Rule("RC225", WARNING, "due_at"),  # due date moved between two exports (--check-due)
        Rule("RC226", WARNING, "due_at"),  # due date moved later, or taken away, after it had passed (--check-due)
        Rule("RC301", WARNING, None),  # a flag column in which every value is 0
        Rule("RC302", WARNING, None),  # counts differ from what the dossiers tell
        Rule("RC303", WARNING, None),  # a blank figure in counts: not measured
        Rule("RC304", WARNING, None),  # a count for a component the scorecard does not have
        Rule("RC305", WARNING, None),  # a heading of --columns that no file has
        Rule("RC306", WARNING, None),  # hidden rows were read and counted
        Rule("RC307", WARNING, None),  # a hidden sheet was read
        Rule("RC308", WARNING, None),  # lone cells far away from the table were left out
        Rule("RC309", WARNING, None),  # the unknown texts of a column, with how often they occur
        Rule("RC310", WARNING, None),  # the same file under several names
        Rule("RC311", ERROR, None),  # a sheet without headings that holds something like dossiers was not read
        Rule("RC312", ERROR, None),  # a column of due dates holds (nearly) no date
        Rule("RC313", WARNING, None),  # a sheet without headings was read under those of the sheet before it
        Rule("RC321", WARNING, None),  # a row of the catalogue tells a procedure otherwise than an earlier one
        Rule("RC322", WARNING, None),  # procedures of the catalogue without a service level
        Rule("RC323", WARNING, None),  # procedures of which the catalogue names no agency
        Rule("RC324", WARNING, None),  # dossiers of a procedure that the catalogue does not have
        Rule("RC325", WARNING, None),  # dossiers of a procedure name that the catalogue has several times
        Rule("RC326", WARNING, None),  # dossiers left out of 4.1 and 4.2: no paper result is needed
        Rule("RC501", ERROR, "task"),  # a row of a task register without a task
        Rule("RC502", ERROR, "done"),  # unreadable day of completion
        Rule("RC503", ERROR, "due"),  # unreadable due date of a task
        Rule("RC504", ERROR, "done"),  # done before its start
        Rule("RC511", WARNING, "lead"),  # more than one lead agency
        Rule("RC512", WARNING, "lead"),  # no lead agency
        Rule("RC513", WARNING, "done"),  # 100 % without the day of completion
        Rule("RC514", WARNING, "progress"),  # done, but below 100 %
        Rule("RC515", WARNING, "due"),  # a task due before its start
        Rule("RC516", WARNING, "task"),  # the same task twice
        Rule("RC517", WARNING, "start"),  # unreadable start
        Rule("RC518", WARNING, "progress"),  # unreadable progress
        Rule("RC519", WARNING, "due"),  # a task without a due date
        Rule("RC520", WARNING, "task"),  # a row with a title alone
        Rule("RC521", WARNING, None),  # the latest start or end stands alone, far beyond all others
    )
}
_LOCATED = dict.fromkeys(("rule", "file", "sheet", "column", "cell", "dossier_id", "text"), "str")
_LOCATED |= {"row": "Int64", "position": "Int64"}
MANY, LONGEST_CODE = 20, 60
HIDDEN = "["  # begins the shape of an id that is not shown: such a finding is accepted by its place
_PLACE = ("file", "sheet", "row", "column")  # tells a finding without a dossier
COLUMNS = ("rule", "position", "column", "text")


def mask(text: str | None, *, limit: int = 32) -> str:
    """The shape of a value, for messages: letters become x, digits 9. A misplaced name or phone number must not show.

    What a spreadsheet shows in a cell without a value is nobody's, and stays.

    >>> mask("31/02/2023 Ông Ví Dụ"), mask("#REF!")
    ('99/99/9999 xxx xx xx', '#REF!')
    """
    if text is not None and text.strip() in ERROR_VALUES:
        return text.strip()
    shape = "".join("9" if c.isdigit() else "x" if c.isalpha() else c if c.isprintable() else " " for c in text or "")
    return shape if len(shape) <= limit else shape[: limit - 1] + "…"


def shown_id(text: str) -> str:
    """An id as it is written, or its shape in brackets where it may be the name or number of a person.

    >>> shown_id("H57.21-231220-0001"), shown_id("Nguyễn Ví Dụ"), shown_id("0900.000.101")
    ('H57.21-231220-0001', '[xxxxxx xx xx]', '[9999.999.999]')
    """
    return text if may_show(text) else f"{HIDDEN}{mask(text)}]"


def mask_codes(texts: Sequence[str], often: Mapping[str, int] | None = None) -> list[str]:
    """Coded texts that the dictionary does not know (a status, a channel), for the person who must map them.

    A text is shown if it has words of administration only, or if many rows have it and it looks like no name; else its
    shape is, because it may be a name in the wrong column. Digits are never shown. `often`: how many rows have each
    text, where they do not stand in `texts` so often.
    """
    codes, counts = load_codes(), often or Counter(texts)

    def shown(text: str) -> str:
        if text.strip() in ERROR_VALUES:
            return text.strip()
        plain = "".join("9" if c.isdigit() else c if c.isprintable() else " " for c in text)
        is_used = counts[text] >= MANY and "9" not in plain and not codes.may_name_person(text)
        return plain if (is_used or codes.is_administrative(text)) and len(plain) <= LONGEST_CODE else mask(text)

    return [shown(text) for text in texts]


def no_findings() -> pd.DataFrame:
    """An empty table of findings."""
    import pandas as pd

    return pd.DataFrame({"rule": [], "position": [], "column": [], "text": []}, columns=list(COLUMNS)).astype(
        {"rule": "str", "position": "int64", "column": "str", "text": "str"}
    )


def rows_finding(rule: str, positions: object, *, column: str | None = None, texts: object = "") -> pd.DataFrame:
    """The same finding for several rows of the dossier table (0-based positions)."""
    import numpy as np
    import pandas as pd

    places = np.asarray(positions, dtype="int64")
    frame = pd.DataFrame({"rule": rule, "position": places, "column": column or RULES[rule].column, "text": texts})
    return frame.astype({"rule": "str", "column": "str", "text": "str"})


def positions_of(findings: pd.DataFrame, severity: Severity) -> list[int]:
    """The rows with a finding of this severity, ascending."""
    rules = [rule.id for rule in RULES.values() if rule.severity is severity]
    return sorted({int(place) for place in findings.loc[findings["rule"].isin(rules), "position"]})


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding about a whole file or table, with the figures or names that explain it."""

    rule: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    text: str = ""


def located(
    found: Sequence[pd.DataFrame],
    whole: Sequence[FileFinding],
    dossiers: pd.DataFrame,
    sheets: Sequence[SheetUse],
    accepted: Accepted,
) -> pd.DataFrame:
    """Give each finding its place.

    Args:
        found: tables of row findings (`rule`, `position`, `column`, `text`).
        whole: findings about files and tables.
        dossiers: the rows that positions are of, with `_source`, `_row` and `dossier_id`.
        sheets: the sheet of each `_source` number.
        accepted: the findings an office knows of.

    Returns:
        One row per finding: rule, severity, file, sheet, row, column (heading), cell (as B12), dossier_id, text,
        position (null for a whole file), accepted; sorted by file, sheet, row, rule. An id that may be a person's
        name or number is masked.
    """
    import pandas as pd

    rows = pd.concat([part for part in found if len(part)] or [no_findings()], ignore_index=True)
    source = dossiers["_source"].to_numpy()[rows["position"]]
    number = dossiers["_row"].to_numpy()[rows["position"]]
    ids = dossiers["dossier_id"].iloc[rows["position"].to_numpy()]
    places = [_place(sheets[s], field) for s, field in zip(source.tolist(), rows["column"].tolist(), strict=True)]
    table = pd.DataFrame(
        {
            "rule": rows["rule"],
            "file": [sheets[s].source.name for s in source.tolist()],
            "sheet": [sheets[s].sheet for s in source.tolist()],
            "row": number,
            "column": [heading for heading, _ in places],
            "cell": [
                f"{letter}{row}" if letter else "" for (_, letter), row in zip(places, number.tolist(), strict=True)
            ],
            "dossier_id": [None if not isinstance(value, str) else shown_id(value) for value in ids.tolist()],
            "text": rows["text"],
            "position": rows["position"],
        },
        columns=["rule", "file", "sheet", "row", "column", "cell", "dossier_id", "text", "position"],
    ).astype(_LOCATED)
    extra = [(f.rule, f.file, f.sheet, f.row, f.column or "", "", None, f.text, None) for f in whole]
    if extra:
        more = pd.DataFrame(extra, columns=table.columns).astype(_LOCATED)
        table = pd.concat([table, more], ignore_index=True) if len(table) else more
    table.insert(1, "severity", table["rule"].map({rule.id: str(rule.severity) for rule in RULES.values()}))
    order = table.sort_values(["file", "sheet", "row", "rule", "column"], kind="stable", na_position="first")
    return order.assign(accepted=pd.array(accepted.marks(order), dtype="bool")).reset_index(drop=True)


def tallied(findings: pd.DataFrame) -> pd.DataFrame:
    """How often each rule was broken, and how many of these findings are accepted.

    Args:
        findings: one row per finding, as `located` gives them, or one per `count` of them where they were only counted.

    Returns:
        `rule`, `severity`, `count`, `accepted`, sorted by rule.
    """
    import pandas as pd

    each = findings["count"] if "count" in findings else pd.Series(1, index=findings.index, dtype="int64")
    sizes = findings[["rule", "severity"]].assign(count=each, accepted=each * findings["accepted"])
    return sizes.groupby(["rule", "severity"], sort=True)[["count", "accepted"]].sum().reset_index()


def by_severity(findings: pd.DataFrame) -> tuple[int, int]:
    """How many errors and how many warnings there are."""
    counts = tallied(findings).groupby("severity")["count"].sum()
    return int(counts.get("error", 0)), int(counts.get("warning", 0))


def _place(sheet: SheetUse, field: str) -> tuple[str, str]:
    """The heading of a column as the file writes it, and its letter; the field's name where the file lacks it."""
    use = sheet.header.fields.get(field)
    return (use.heading, column_letter(sheet.first_column + use.position)) if use else (field, "")


def column_letter(number: int) -> str:
    """The letters of a 1-based column.

    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that an office knows of: they are still listed, but do not turn the exit code red."""

    dossiers: frozenset[tuple[str, str]] = frozenset()  # (rule, dossier id)
    places: frozenset[tuple[str, ...]] = frozenset()  # (rule, file, sheet, row, column), where no id is shown
    source: Source | None = None

    @classmethod
    def load(cls, path: str | None) -> Accepted:
        """Read a csv with the columns `rule` and `dossier_id` (or `file`, `sheet`, `row`), as `validate -o` writes it.

        Raises:
            UsageError: no such file. InputError: not such a csv, or a rule that does not exist.
        """
        if path is None:
            return cls()
        try:
            data = Path(path).read_bytes()
            with io.StringIO(data.decode("utf-8-sig"), newline="") as stream:
                reader = csv.DictReader(stream, delimiter=_delimiter(stream.readline(), stream))
                rows = [{name: _unguarded(cell) for name, cell in row.items() if name} for row in reader]
        except FileNotFoundError as error:
            raise UsageError("no_such_file", where=path) from error
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError("unreadable", where=path) from error
        if rows and "rule" not in rows[0]:
            raise InputError("bad_accept", where=path)
        for number, row in enumerate(rows, start=2):
            if row["rule"] not in RULES:
                raise InputError("unknown_rule", where=f"{path}, {number}", rule=row["rule"])
        named = {(row["rule"], canonical(row["dossier_id"])) for row in rows if _is_shown(row.get("dossier_id"))}
        others = [row for row in rows if not _is_shown(row.get("dossier_id"))]
        placed = {(row["rule"], *(row.get(name) or "" for name in _PLACE)) for row in others}
        source = Source(Path(path).name, hashlib.sha256(data).hexdigest(), len(data))
        return cls(frozenset(named), frozenset(placed), source)

    def marks(self, findings: pd.DataFrame) -> list[bool]:
        """For each finding whether it is accepted."""
        if not self.dossiers and not self.places:
            return [False] * len(findings)
        columns = [findings[name].astype(object).tolist() for name in ("rule", "dossier_id", *_PLACE)]
        return [
            (rule, dossier) in self.dossiers
            if _is_shown(dossier)
            else (rule, *(str(part) if isinstance(part, (str, int)) else "" for part in place)) in self.places
            for rule, dossier, *place in zip(*columns, strict=True)
        ]


def _is_shown(dossier_id: object) -> bool:
    """Whether a finding names its dossier: a masked id is that of many."""
    return isinstance(dossier_id, str) and bool(dossier_id) and not dossier_id.startswith(HIDDEN)


def _unguarded(cell: str | None) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    text = cell or ""
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in tuple("=+-@＝＋－＠") else text


def _delimiter(first: str, stream: TextIO) -> str:
    stream.seek(0)
    return max(",;\t", key=first.count)


def agency_findings(placed: pd.DataFrame, *, with_register: bool) -> pd.DataFrame:
    """Findings about the agency of each dossier, from the columns that attribution adds."""
    import pandas as pd

    marks = agency_rules(placed, with_register=with_register)
    parts = [rows_finding(rule, placed.index[mark]) for rule, mark in marks.items() if mark.any()]
    return pd.concat(parts) if parts else no_findings()


def agency_rules(placed: pd.DataFrame, *, with_register: bool) -> dict[str, pd.Series]:
    """One boolean column per rule about the agency of a dossier."""
    nobody = placed["placed_by"] == "none"
    marks = {"RC208": placed["is_agency_unregistered"] & ~nobody} if with_register else {}
    return marks | {
        "RC218": placed["is_agency_contradicted"],
        "RC219": (placed["level_name"] == UNATTRIBUTED) & ~nobody,
        "RC220": nobody,
        "RC221": placed["is_agency_outside_dates"],
    }
