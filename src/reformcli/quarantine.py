"""The rows that were left out, as they were written, and findings about whole files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from reformcli.findings import FileFinding
from reformcli.loading import Loaded
from reformcli.model import ColumnUse, Scorecard

if TYPE_CHECKING:
    import pandas as pd

FLAGS = ("electronic_result", "digitised", "reused", "linked_store", "population_data", "paid_online")


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
    uses = [use for use in loaded.sheets[number].header.columns if personal or _is_shown(use)]
    return {use.field or use.heading: texts[use.position] for use in uses}


def _is_shown(use: ColumnUse) -> bool:
    return use.field is not None and use.how not in ("personal", "ignored", "repeated")


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
