"""The rows that were left out, as they were written, and findings about whole files."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from reformcli.dates import parse_date
from reformcli.findings import FileFinding, mask, mask_codes
from reformcli.headers import fields_that_may_name_person
from reformcli.levels import parse_level
from reformcli.loading import Loaded
from reformcli.model import Scorecard
from reformcli.parse import CODED, DATES, NAMES, NUMBERS, agency_code, amount, organisation
from reformcli.rules.codes import load_codes

if TYPE_CHECKING:
    import pandas as pd

FLAGS = ("electronic_result", "digitised", "reused", "linked_store", "population_data", "paid_online")
FREE_TEXT = ("late_cause", "responsible", "apology")  # nothing tells what stands there
_DATE_LIKE = re.compile(r"\d{1,4}[/\-._]\d{1,2}[/\-._]\d{1,4}([ T]\d{1,2}:\d{1,2}(:\d{1,2})?)?")
_CODE_LIKE = re.compile(r"(?=.*[A-Za-z.\-])(?=.*\d)[A-Za-z0-9.\-/_]+|\d{1,8}")


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
        is_safe = bool(_CODE_LIKE.fullmatch(text.strip()))
    else:
        return text if _is_known_code(name, text) else mask_codes([text])[0]
    return text if is_safe else mask(text)


def _is_known_code(name: str, text: str) -> bool:
    if name == "level":
        return parse_level(text) is not None
    return load_codes().lookup(CODED.get(name, "paid_online" if name == "paid_online" else "flag"), text) is not None


def whole_file_findings(loaded: Loaded, blank_counts: Sequence[tuple[str, int]]) -> list[FileFinding]:
    """Findings about whole columns and counts files: flags that are all 0 (RC301), blank counts (RC303)."""
    found = [FileFinding("RC303", file, row=row) for file, row in blank_counts]
    dossiers = loaded.dossiers
    for name in FLAGS:
        if name not in dossiers or not len(dossiers):
            continue
        used = dossiers[name].astype("Int64").fillna(0).groupby(dossiers["_source"]).max()
        unused = set(used.index[used == 0].tolist())
        for number in sorted(unused & set(loaded.having(name))):
            sheet = loaded.sheets[number]
            heading = sheet.header.fields[name].heading
            found.append(FileFinding("RC301", sheet.source.name, sheet.sheet, column=heading, text=heading))
    return found


def unknown_components(components: Collection[tuple[str, str, int]], scorecard: Scorecard) -> list[FileFinding]:
    """Counts, as (file, component, row), for components that the scorecard does not have (RC304)."""
    known = {c.id for c in scorecard.components} | {c.minus for c in scorecard.components if c.minus}
    return [FileFinding("RC304", file, row=row, text=name) for file, name, row in components if name not in known]
