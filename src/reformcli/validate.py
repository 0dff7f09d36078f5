"""The gate between parsing and counting: a pandera schema of typed columns and one boolean column per rule.

Errors send a row to quarantine, warnings leave it in the figures; no row is dropped or repaired in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reformcli.agencies.dossier_code import CODE_DAY, code_date
from reformcli.errors import InputError
from reformcli.findings import ERROR, RULES, mask, mask_codes, no_findings, rows_finding
from reformcli.model import CHANNELS, LEVELS, SERVICE_LEVELS, STATUSES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pandera.pandas as pa

LONE_GAP, LONE_AGAIN = timedelta(days=60), timedelta(days=365)
WITNESSES = 100  # so many rows near the latest event cannot be one dossier in several files
FLAGS = ("electronic_result", "digitised", "reused", "linked_store", "population_data")

# The typed columns: what each holds, which values it may have, and where its meaning comes from. Docs print this.
_PORTAL = "Bộ mã hồ sơ của Cổng Dịch vụ công quốc gia"
_EXPORT = "Tệp xuất của hệ thống một cửa, VNPT iGate"
FIELDS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "dossier_id": ("text", (), _EXPORT),
    "agency": ("text", (), _EXPORT),
    "agency_id": ("text", (), _PORTAL),
    "department": ("text", (), _EXPORT),
    "level": ("text", LEVELS, _PORTAL),
    "field": ("text", (), _EXPORT),
    "procedure": ("text", (), _EXPORT),
    "procedure_id": ("text", (), _PORTAL),
    "channel": ("text", CHANNELS, _PORTAL),
    "service_level": ("text", SERVICE_LEVELS, _PORTAL),
    "status": ("text", STATUSES, _PORTAL),
    "received_at": ("time", (), _EXPORT),
    "due_at": ("time", (), _EXPORT),
    "finished_at": ("time", (), _EXPORT),
    "returned_at": ("time", (), _EXPORT),
    "supplement_requested_at": ("time", (), _PORTAL),
    "supplement_completed_at": ("time", (), _PORTAL),
    "supplement_requests": ("number", (), _PORTAL),
    "fee": ("number", (), _EXPORT),
    "paid_online": ("number", (), _PORTAL),
    "electronic_result": ("flag", (), _PORTAL),
    "digitised": ("flag", (), _PORTAL),
    "reused": ("flag", (), _PORTAL),
    "linked_store": ("flag", (), _PORTAL),
    "population_data": ("flag", (), _PORTAL),
    "rating": ("text", (), _PORTAL),
}


def validate(
    dossiers: pd.DataFrame, faults: pd.DataFrame, *, compared_date: str = "finished", with_status: Collection[int] = ()
) -> pd.DataFrame:
    """Find what breaks a rule.

    Args:
        dossiers: n rows of typed columns with `_source` and, where it is known, `CODE_DAY`, indexed 0..n-1.
        faults: `kind`, `column`, `position`, `text` of every cell that could not be parsed.
        compared_date: finished | returned: which date the scorecard takes for the end first.
        with_status: the `_source` numbers of sheets that have a status column.

    Returns:
        One row per finding: `rule`, `position`, `column`, `text` (masked), sorted by position and rule.
    """
    import pandas as pd

    unreadable = _unreadable(faults, len(dossiers))
    broken = _row_rules(dossiers, unreadable, compared_date, with_status)
    found = [_gate(dossiers, broken), _fault_findings(faults, broken)]
    rejected = _positions(found, ERROR)
    found += [rows_finding("RC108", rows, column=name) for name, rows in lone_rows(dossiers, rejected).items()]
    found = [part for part in found if len(part)]
    if not found:
        return no_findings()
    return pd.concat(found).sort_values(["position", "rule", "column"], kind="stable").reset_index(drop=True)


def _positions(found: Sequence[pd.DataFrame], severity: str) -> set[int]:
    rules = {rule.id for rule in RULES.values() if rule.severity == severity}
    return {int(p) for part in found for p in part.loc[part["rule"].isin(list(rules)), "position"]}


def _unreadable(faults: pd.DataFrame, rows: int) -> dict[str, Any]:
    """For each date column, n booleans: the cell held something that is no date."""
    import numpy as np

    masks: dict[str, Any] = {}
    for (kind, column), part in faults.groupby(["kind", "column"], sort=True):
        if kind == "unreadable":
            masks.setdefault(str(column), np.zeros(rows, dtype=bool))[part["position"].to_numpy()] = True
    return masks


def _row_rules(
    d: pd.DataFrame, unreadable: Mapping[str, Any], compared_date: str, with_status: Collection[int]
) -> dict[str, pd.Series]:
    """One boolean column per rule that a row can break."""
    import narwhals as nw

    from reformcli.row_rules import BAD, row_rules

    told: dict[str, Any] = {BAD + name: mask for name, mask in unreadable.items()}
    if CODE_DAY not in d:
        told[CODE_DAY] = code_date(d["dossier_id"])
    frame: Any = nw.from_native(d.assign(**told))
    rules = row_rules(set(frame.columns), compared_date=compared_date, with_status=with_status)
    broken: pd.DataFrame = frame.select(**rules).to_native()
    return {rule: broken[rule] for rule in rules}


def _dates(d: pd.DataFrame, name: str) -> pd.Series:
    import pandas as pd

    return d[name] if name in d else pd.Series(pd.NaT, index=d.index, dtype="datetime64[s]")


def lone_rows(d: pd.DataFrame, rejected: Collection[int]) -> dict[str, list[int]]:
    """By the column at fault, rows whose event lies more than 60 days beyond the next-latest of all (a mistyped year).

    Events are the receipt and the last of finished and returned; the same event of the same dossier in another
    file is no second witness. Found rows are left out and the search goes on; further ones must lie a year beyond the
    rest: another mistyped year, and not the course of a sparse export.
    """
    import numpy as np

    finished, returned = _moments(d, "finished_at"), _moments(d, "returned_at")
    last = np.fmax(finished, returned)
    events = np.stack([_moments(d, "received_at"), last])
    events[:, list(rejected)] = np.datetime64("NaT")
    lone: dict[str, list[int]] = {}
    gap = LONE_GAP
    while (known := ~np.isnat(events)).any():
        near = known & (events >= events[known].max() - np.timedelta64(gap))
        kinds, rows = np.nonzero(near)
        if near.sum() == known.sum() or len(rows) > WITNESSES:
            break
        ids = d["dossier_id"].iloc[rows]
        if len(set(zip(ids, kinds.tolist(), events[near].tolist(), strict=True))) > 1:
            break
        name = "received_at" if not kinds[0] else "returned_at" if last[rows[0]] != finished[rows[0]] else "finished_at"
        lone.setdefault(name, []).extend(rows.tolist())
        events[:, rows] = np.datetime64("NaT")
        gap = LONE_AGAIN
    return lone


def _moments(d: pd.DataFrame, name: str) -> np.ndarray:
    return _dates(d, name).to_numpy("datetime64[s]")


def _fault_findings(faults: pd.DataFrame, broken: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Findings for cells that could not be parsed and that no row rule speaks of yet."""
    import pandas as pd

    found = []
    for (kind, name), part in faults.groupby(["kind", "column"], sort=True):
        texts = pd.Series(_shown(str(kind), part["text"].tolist()), index=part.index, dtype="str")
        has_bad_end, is_unstated = (broken[rule].to_numpy()[part["position"].to_numpy()] for rule in ("RC105", "RC107"))
        for bad_end in (False, True):
            for unstated in (False, True):
                rule = fault_rule(str(kind), str(name), bad_end=bad_end, unstated=unstated)
                rows = part[(has_bad_end == bad_end) & (is_unstated == unstated)]
                if rule and len(rows):
                    shown = texts[rows.index].tolist()
                    found.append(rows_finding(rule, rows["position"], column=str(name), texts=shown))
    return pd.concat(found) if found else no_findings()


def _shown(kind: str, texts: Sequence[str]) -> list[str]:
    return mask_codes(texts) if kind == "unknown_code" else [mask(text) for text in texts]


def fault_rule(kind: str, column: str, *, bad_end: bool, unstated: bool) -> str | None:
    """The rule that speaks of a cell that could not be parsed; None where a rule of the row says so already.

    Args:
        kind: what was wrong with it.
        column: where it stands.
        bad_end: whether the row has no end for being unreadable (RC105).
        unstated: whether the row has neither a known status nor an end (RC107).
    """
    if kind in ("error_value", "lost_digits", "several_codes"):
        return "RC223" if kind == "several_codes" else "RC222"
    if kind == "unknown_code":
        if column == "status":
            return None if unstated else "RC203"
        return "RC212" if column == "channel" else "RC213" if column in FLAGS else "RC214"
    if column in ("received_at", "due_at"):
        return None
    if column in ("finished_at", "returned_at"):
        return None if bad_end else "RC215"
    return "RC215" if column.endswith("_at") else "RC214"


def _gate(dossiers: pd.DataFrame, broken: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Run the pandera schema; each failure of a rule column is a finding, any other failure a defect of parsing.

    It sees the rows that break a rule and the first row of every distinct value it checks: on all the others it would
    look at the same values again.
    """
    import pandas as pd
    import pandera.pandas as pa
    from pandera.config import ValidationDepth, config_context

    names = [name for name in FIELDS if name in dossiers]
    seen = _suspects(dossiers[[name for name in names if FIELDS[name][1]]], broken)
    gated = pd.concat([dossiers.loc[seen, names], pd.DataFrame(broken).loc[seen]], axis=1)
    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema(list(broken)).validate(gated, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        if unexpected := sorted(set(cases["column"].astype(str)) - set(broken)):
            raise AssertionError(f"columns parsed outside their schema: {', '.join(unexpected)}") from None
        found = [
            rows_finding(str(rule), sorted(int(row) for row in part["index"]))
            for rule, part in cases.groupby("column", sort=True)
        ]
        return pd.concat(found)
    return no_findings()


def _suspects(coded: pd.DataFrame, broken: Mapping[str, pd.Series]) -> pd.Index:
    """The rows that break a rule or have a value first, in their order."""
    import numpy as np

    chosen = np.logical_or.reduce([series.to_numpy() for series in broken.values()])
    for name in coded:
        chosen |= ~coded[name].duplicated().to_numpy()
    return coded.index[chosen]


def gate_values(values: pd.DataFrame) -> None:
    """Run the schema over the distinct values of coded columns: what an engine counts was not parsed in this run.

    Raises:
        InputError: `bad_parquet`, a value that parsing never gives.
    """
    import pandera.pandas as pa
    from pandera.config import ValidationDepth, config_context

    table = values.assign(dossier_id="")
    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema([]).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        columns = ", ".join(sorted(set(errors.failure_cases["column"].astype(str))))
        raise InputError("bad_parquet", where=columns) from None


def schema(rules: Sequence[str]) -> pa.DataFrameSchema:
    """The schema of a typed dossier table: every known column, optional, and one boolean column per rule.

    Nothing is coerced: a schema that repairs values hides the fault it should report.
    """
    import pandera.pandas as pa

    def column(name: str) -> pa.Column:
        kind, values, source = FIELDS[name]
        checks = [pa.Check.isin(values)] if values else []
        title = {"source": source}
        return pa.Column(_dtype(kind), checks, nullable=True, required=name == "dossier_id", metadata=title)

    columns = {name: column(name) for name in FIELDS}
    columns |= {rule: pa.Column(bool, pa.Check.eq(False), required=False) for rule in rules}
    return pa.DataFrameSchema(columns, strict=True, coerce=False)


def _dtype(kind: str) -> Any:
    import pandas as pd

    kinds = {"time": "datetime64[s]", "number": pd.Int64Dtype(), "flag": pd.BooleanDtype()}
    return kinds.get(kind)  # texts are str or categories of str: their values are checked, not their container
