"""The rows that were left out, and those with findings, as they were written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reformcli.agencies.levels import parse_level
from reformcli.findings import RULES, mask, mask_codes, no_findings, shown_id
from reformcli.headings.dates import parse_date
from reformcli.headings.headers import fields_that_may_name_person
from reformcli.loading import Loaded
from reformcli.model import AffectedSheet, ColumnUse, Severity
from reformcli.parse import CODED, DATES, NAMES, NUMBERS, agency_code, amount, organisation
from reformcli.rules.codes import load_codes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ERRORS = [rule.id for rule in RULES.values() if rule.severity is Severity.ERROR]
COPIED_ROWS = 200_000  # with findings, into a workbook: each takes some 5 kB of memory
FREE_TEXT = ("late_cause", "responsible", "apology")  # nothing tells what stands there
_DATE_LIKE = re.compile(r"\d{1,4}[/\-._]\d{1,2}[/\-._]\d{1,4}([ T]\d{1,2}:\d{1,2}(:\d{1,2})?)?")


def quarantined(loaded: Loaded, findings: pd.DataFrame, rejected: Sequence[int], *, personal: bool) -> pd.DataFrame:
    """The rejected rows with their place, the rules they broke and what stood in their cells.

    Columns that hold personal data, and those that nothing recognised, appear only where `personal`.
    """
    import pandas as pd

    rows = loaded.dossiers.iloc[list(rejected)]
    errors = findings[findings["severity"] == "error"]
    rules: dict[tuple[object, ...], list[str]] = {}
    for rule, file, name, row in errors[["rule", "file", "sheet", "row"]].itertuples(index=False):
        rules.setdefault((file, name if isinstance(name, str) else None, row), []).append(rule)
    entries = []
    for number, row in zip(rows["_source"].tolist(), rows["_row"].tolist(), strict=True):
        sheet = loaded.sheets[number]
        place = (sheet.source.name, sheet.sheet, row)
        broken = " ".join(sorted(set(rules.get(place, []))))
        entry = dict(zip(("file", "sheet", "row", "rules"), (*place, broken), strict=True))
        entries.append(entry | _cells(loaded, number, row, personal))
    return pd.DataFrame(entries, columns=None if entries else ["file", "sheet", "row", "rules"])


def _cells(loaded: Loaded, number: int, row: int, personal: bool) -> dict[str, str | None]:
    raw = loaded.raw[number] if number < len(loaded.raw) else None
    if raw is None:
        return {}
    values = raw.cells.slice(row - raw.first_row, 1).to_pylist()[0]
    texts = list(values.values())
    header = loaded.sheets[number].header
    if personal:
        named: dict[str, str | None] = {}
        for use in header.columns:  # two columns may hold the same kind of person
            name = use.field if use.field and use.field not in named else use.heading
            named[name] = texts[use.position]
        return named
    unsafe = fields_that_may_name_person(header)
    return {
        name: _shown(name, texts[use.position], name in unsafe)
        for name, use in header.fields.items()
        if name not in FREE_TEXT
    }


def _shown(name: str, text: str | None, may_name_person: bool) -> str | None:
    """A cell as it was written, or its shape where it is not what the column holds: it may be a person's."""
    if text is None or not text.strip():
        return None
    if name in NAMES:
        kept = agency_code(text) if name == "agency_id" else organisation(text)
        return (kept or mask(text)) if may_name_person else text
    if name in DATES:
        is_safe = bool(_DATE_LIKE.fullmatch(text.strip())) or parse_date(text)[0] is not None
    elif name in NUMBERS:
        value = amount(text)
        is_safe = value is not None and value < 10**8
    elif name == "dossier_id":
        return shown_id(text)
    else:
        return text if _is_known_code(name, text) else mask_codes([text])[0]
    return text if is_safe else mask(text)


def _is_known_code(name: str, text: str) -> bool:
    if name == "level":
        return parse_level(text) is not None
    return load_codes().lookup(CODED.get(name, "paid_online" if name == "paid_online" else "flag"), text) is not None


# ------------------------------------------------------------------ the rows with findings, sheet by sheet
def affected(
    loaded: Loaded, found: Sequence[pd.DataFrame], *, personal: bool, limit: int = COPIED_ROWS
) -> tuple[AffectedSheet, ...]:
    """A copy of the rows that have findings, with the cells at fault; columns that may hold persons as in quarantine.

    Sheets of a canonical file are not among them: it does not keep what was written. Beyond `limit` rows those with
    warnings alone are left out, the last ones first, and counted.
    """
    import pandas as pd

    rows = pd.concat([part for part in found if len(part)] or [no_findings()], ignore_index=True)
    rows["source"], rows["row"] = (
        loaded.dossiers[name].to_numpy()[rows["position"].to_numpy()] for name in ("_source", "_row")
    )
    rows = rows.drop_duplicates(["source", "row", "rule", "column"]).sort_values(["source", "row", "rule"])
    firsts = rows.drop_duplicates(["source", "row"])  # of an error, if the row has one
    copied = firsts.sort_values("rule", key=lambda rule: ~rule.isin(ERRORS), kind="stable").head(limit)["position"]
    sizes = firsts.loc[~firsts["position"].isin(copied), "source"].value_counts()
    chosen = rows[rows["position"].isin(copied)]
    return tuple(
        _affected_sheet(loaded, number, chosen[chosen["source"] == number], personal, int(sizes.get(number, 0)))
        for number in sorted(set(rows["source"].tolist()))
        if number < len(loaded.raw) and loaded.raw[number] is not None
    )


def _affected_sheet(loaded: Loaded, number: int, found: pd.DataFrame, personal: bool, left_out: int) -> AffectedSheet:
    import numpy as np

    sheet = loaded.sheets[number]
    rows, places = np.unique(found["row"].to_numpy(), return_inverse=True)
    uses = [use for use in sheet.header.columns if use.field and (personal or use.how != "personal")]
    uses = [
        use
        for use in uses
        if use.field not in FREE_TEXT and (use.how == "personal" or use.field in sheet.header.fields)
    ]
    rules: list[list[str]] = [[] for _ in rows]
    marks: dict[tuple[int, str], str] = {}
    for place, rule, column in zip(places.tolist(), found["rule"].tolist(), found["column"].tolist(), strict=True):
        if rule not in rules[place]:
            rules[place].append(rule)
        marks.setdefault((place, column), str(RULES[rule].severity))  # errors sort before warnings
    return AffectedSheet(
        source=sheet.source,
        sheet=sheet.sheet,
        columns=tuple((str(use.field), use.heading) for use in uses),
        cells=tuple(_column_shown(loaded, number, use, rows, personal) for use in uses),
        rows=tuple(rows.tolist()),
        rules=tuple(" ".join(broken) for broken in rules),
        marks=marks,
        left_out=left_out,
    )


def _column_shown(loaded: Loaded, number: int, use: ColumnUse, rows: np.ndarray, personal: bool) -> tuple[str, ...]:
    """A column of some rows; each distinct text is looked at once."""
    import pyarrow as pa

    raw = loaded.raw[number]
    if raw is None:
        return ()
    texts = raw.cells.column(use.position).take(pa.array(rows - raw.first_row)).to_pylist()
    if personal:
        return tuple(text or "" for text in texts)
    unsafe = use.field in fields_that_may_name_person(loaded.sheets[number].header)
    shown = {text: _shown(str(use.field), text, unsafe) for text in set(texts)}
    return tuple(shown[text] or "" for text in texts)
