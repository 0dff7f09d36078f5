"""Files → one typed table: joins reading, headings and parsing, sheet by sheet, and keeps where each row came from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reformcli.agencies.dossier_code import with_code_parts
from reformcli.errors import InputError
from reformcli.headings import checks as header_checks
from reformcli.headings import headers, sheets
from reformcli.headings.choice import chosen
from reformcli.headings.column_map import load_column_map, unmatched
from reformcli.late.causes import Causes, load_causes
from reformcli.limits import Limits
from reformcli.model import Header, RawSheet, SheetUse, SkippedSheet
from reformcli.parse import Parsed, parse_sheet
from reformcli.read.discover import discover
from reformcli.read.exports import read_all
from reformcli.rules.codes import load_codes
from reformcli.rules.profiles import Profile, choose_profiles, recognise
from reformcli.store import depot
from reformcli.store import parquet as store
from reformcli.text import clean

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Progress = Callable[[str, int, int], None]  # step, done, of
SAMPLED_ROWS = 50


@dataclass(frozen=True, slots=True)
class Loaded:
    """All dossier rows of a run.

    `table` is what `load` stores; `dossiers` the same rows for pandas, indexed 0..n-1, with what their codes tell
    (`UNIT`, `CODE_DAY`); `faults` one row per cell that
    could not be parsed (`kind`, `column`, `position`, `text`). `sheets[_source]` is the sheet of a row. `raw` is kept
    only on request (quarantine, columns). `passed` has the rows of a store that were not read, by `_source`, and
    `file_last` then the last event of each file.
    """

    table: pa.Table
    dossiers: pd.DataFrame
    faults: pd.DataFrame
    sheets: tuple[SheetUse, ...]
    skipped: tuple[SkippedSheet, ...]
    raw: tuple[RawSheet | None, ...]
    unmatched: tuple[str, ...] = ()
    passed: Mapping[int, int] = field(default_factory=dict)
    file_last: Mapping[str, datetime] | None = None

    def having(self, column: str) -> list[int]:
        """The `_source` numbers of the sheets that have a column."""
        return [number for number, sheet in enumerate(self.sheets) if column in sheet.header.fields]

    def lacking(self, column: str) -> list[int]:
        """The `_source` numbers of the sheets that lack a column."""
        return [number for number, sheet in enumerate(self.sheets) if column not in sheet.header.fields]


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet on its way into the whole."""

    use: SheetUse
    parsed: Parsed
    raw: RawSheet | None


def load_sheets(
    exports: Sequence[str],
    columns: Sequence[str] = (),
    *,
    profile: str | None = None,
    limits: Limits | None = None,
    password: str | None = None,
    causes: str | None = None,
    with_causes: bool = False,
    keep_raw: bool = False,
    strict: bool = True,
    until: datetime | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Read, understand and type every sheet of the exports.

    Args:
        exports: files, folders, globs, stores or `-`.
        columns: the user's map of headings.
        profile: the exporting system, for every sheet: an id, a file or "none"; recognised sheet by sheet where None.
        limits: what reading one input may cost.
        password: opens protected workbooks.
        causes: the user's dictionary of causes of lateness.
        with_causes: keep what is written of causes, as far as it names nobody.
        keep_raw: keep the text cells too.
        strict: refuse a sheet whose columns are ambiguous or miss a required one (`columns` shows them instead).
        until: where the exports are one store, the weeks after this moment need not be read (see `depot.chosen`).
        progress: told how far reading and parsing are.

    Raises:
        UsageError, InputError: as `read_all`; a file without any table of dossiers; strict: see above.
    """
    user_map = load_column_map(columns)
    known = load_causes(causes) if with_causes else None
    profiles = choose_profiles(profile, headers.FIELDS)
    on_bytes = (lambda done, total: progress("read", done, total)) if progress else None
    stdin = sys.stdin.buffer if "-" in exports else None
    stores = [Path(name) for name in exports if depot.is_store(name)]
    others = [name for name in exports if not depot.is_store(name)]
    readings = read_all(others, stdin=stdin, on_bytes=on_bytes, limits=limits or Limits(), password=password)
    parts: list[_Part] = []
    skipped = list(readings.skipped)
    tables, aside = sheets.sort_out(readings.sheets, lambda raw: _understood(raw, user_map, *profiles))
    done, rows = 0, sum(table.raw.cells.num_rows for table in tables)
    if progress:
        progress("parse", done, rows)
    for table in tables:
        if strict and table.header.rows[-1] != sheets.NO_ROW:
            header_checks.require(table.header, table.raw)
            header_checks.check_required(table.header, header_checks.place(table.raw))
        parts.append(_part(table, len(parts), keep_raw, known))
        if progress:
            done += table.raw.cells.num_rows
            progress("parse", done, rows)
    skipped += _skipped(aside, parts)
    stored = [store.read(path) for path in readings.parquet] + [depot.read(folder, until) for folder in stores]
    skipped += [one for folder in stores for one in depot.skipped(folder)]
    _check_every_file_read(readings.sheets, skipped, parts)
    return _whole(parts, stored, skipped, unmatched(user_map, [part.use.header for part in parts]))


def check_named(exports: Sequence[str]) -> None:
    """Refuse names of files that do not exist, before anything is loaded to read them.

    Raises:
        UsageError, InputError: as `discover`.
    """
    discover([name for name in exports if not depot.is_store(name)])


def _understood(
    raw: RawSheet, user_map: Mapping[str, str], profiles: Sequence[Profile], forced: Profile | None
) -> tuple[Header | None, Profile | None]:
    """The header of a sheet as its system heads it, and that system: the forced one, else the one recognised."""
    dictionary = headers.load_dictionary()
    system = forced
    header = headers.find_header(raw, dictionary, user_map, forced.fields if forced else headers.NO_CLAIMS)
    if header and not forced:
        system = recognise([use.heading for use in header.columns], profiles)
        if system and system.fields:
            header = headers.find_header(raw, dictionary, user_map, system.fields)
    return chosen(header, raw) if header else None, system


def _skipped(aside: Sequence[sheets.Aside], parts: Sequence[_Part]) -> list[SkippedSheet]:
    """The sheets put aside; any rows count as unread where their file gave no dossier at all."""
    filled = {part.use.source for part in parts if part.use.rows}
    return [
        SkippedSheet(
            one.raw.source,
            one.raw.sheet,
            sheets.UNREAD if one.raw.source not in filled and sheets.holds_rows(one.raw) else one.reason,
        )
        for one in aside
    ]


def _part(table: sheets.Table, number: int, keep_raw: bool, causes: Causes | None) -> _Part:
    raw, header, system = table.raw, table.header, table.system
    made_of = {name: [use.position for use in headers.parts(header, name)] for name in header.fields}
    parsed = parse_sheet(
        raw,
        header,
        number=number,
        may_name_person=headers.fields_that_may_name_person(header),
        parts={name: positions for name, positions in made_of.items() if len(positions) > 1},
        codes=system.over(load_codes()) if system else None,
        causes=causes,
    )
    use = SheetUse(
        source=raw.source,
        sheet=raw.sheet,
        header=header,
        header_row=raw.first_row + header.rows[-1] if header.rows[-1] != sheets.NO_ROW else 0,
        first_column=raw.first_column,
        rows=len(parsed.table),
        other_rows=parsed.other_rows,
        hidden=raw.hidden,
        hidden_rows=raw.hidden_rows,
        far_cells=raw.far_cells,
        profile=system.id if system else "",
        samples=_samples(raw, header) if keep_raw else {},
    )
    return _Part(use, parsed, raw if keep_raw else None)


def _samples(raw: RawSheet, header: Header) -> Mapping[int, str]:
    """What kind of text stands below each heading: date, number, code, text or blank."""
    from reformcli.headings.dates import parse_date

    slice_ = raw.cells.slice(header.data_row, SAMPLED_ROWS)

    def kind(position: int) -> str:
        texts = [clean(value) for value in slice_.column(position).to_pylist() if value and clean(value)]
        if not texts:
            return "blank"
        sample = texts[min(len(texts) - 1, 3) :]
        if all(parse_date(value, date1904=raw.date1904)[0] for value in sample):
            return "date"
        if all(value.replace(".", "").replace(",", "").isdigit() for value in sample):
            return "number"
        return "code" if all(any(c.isdigit() for c in value) and " " not in value for value in sample) else "text"

    return {use.position: kind(use.position) for use in header.columns}


def _check_every_file_read(
    read_sheets: Sequence[RawSheet], skipped: Sequence[SkippedSheet], parts: Sequence[_Part]
) -> None:
    """A named file that gives no dossier table cannot be passed over: the figures would silently lack it."""
    read = {part.use.source.sha256 for part in parts}
    unread = [sheet.source for sheet in skipped if sheet.reason != "no_export"]
    for source in [raw.source for raw in read_sheets] + unread:
        if source.sha256 not in read:
            raise InputError("no_dossier_table", where=source.name)


def _whole(
    parts: Sequence[_Part],
    stored: Sequence[store.Stored],
    skipped: Sequence[SkippedSheet],
    unmatched: Sequence[str],
) -> Loaded:
    import pandas as pd
    import pyarrow as pa

    tables, faults, uses = [part.parsed.table for part in parts], [], [part.use for part in parts]
    offset = 0
    for part in parts:
        faults += [
            pd.DataFrame({"kind": f.kind, "column": f.column, "position": f.rows + offset, "text": list(f.texts)})
            for f in part.parsed.faults
        ]
        offset += len(part.parsed.table)
    for kept in stored:
        tables.append(kept.renumbered(len(uses)))
        faults.append(kept.faults.assign(position=kept.faults["position"] + offset))
        uses += kept.sheets
        offset += len(kept.table)
    if not tables:
        tables = [store.no_rows()]
    table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    return Loaded(
        table=table,
        dossiers=with_code_parts(to_pandas(table)),
        faults=pd.concat(faults, ignore_index=True) if faults else store.no_faults(),
        sheets=tuple(uses),
        skipped=tuple(skipped),
        raw=tuple(part.raw for part in parts),
        unmatched=tuple(unmatched),
        passed=stored[0].passed if stored else {},
        file_last=stored[0].file_last if stored else None,
    )


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The typed table for pandas: texts as str, repeated texts as categories, numbers and flags with missing values."""
    import pandas as pd
    import pyarrow as pa

    kinds = {
        pa.bool_(): pd.BooleanDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.string(): pd.StringDtype(na_value=float("nan")),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get, split_blocks=True)
    for name, kind in (("dossier_id", "str"), ("received_at", "datetime64[s]"), ("due_at", "datetime64[s]")):
        if name not in frame:
            frame[name] = pd.Series([None] * len(frame), index=frame.index, dtype=kind)
    return frame
