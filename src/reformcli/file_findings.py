"""Findings about whole files, sheets and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reformcli.findings import FileFinding, mask_codes
from reformcli.model import Scorecard, SheetUse, SkippedSheet

if TYPE_CHECKING:
    import pandas as pd

FLAGS = ("electronic_result", "digitised", "reused", "linked_store", "population_data", "paid_online")
UNREADABLE = 19  # for each that can be read: such a column holds no dates
LISTED_TEXTS = 20  # of the unknown texts of one column


@dataclass(frozen=True, slots=True)
class Facts:
    """What whole sheets tell, by the number of the sheet; sheets without rows stand nowhere.

    `largest` has, by column of `FLAGS`, the largest value of each sheet (a blank is 0); `due` how many due dates could
    not be read, and how many could; `unknown` (column, sheet, text, how often) of coded texts that nothing knows.
    """

    largest: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    due: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    unknown: Sequence[tuple[str, int, str, int]] = ()


def facts_of(dossiers: pd.DataFrame, faults: pd.DataFrame) -> Facts:
    """The facts of dossiers with `_source`, and of the cells that could not be parsed."""
    source = dossiers["_source"]
    largest: dict[str, dict[int, int]] = {
        name: dict(_largest(dossiers[name], source)) for name in FLAGS if name in dossiers and len(dossiers)
    }
    sources = source.to_numpy()[faults["position"].to_numpy()]
    is_wrong_due = ((faults["kind"] == "unreadable") & (faults["column"] == "due_at")).to_numpy()
    wrong = Counter(sources[is_wrong_due].tolist())
    right = source[dossiers["due_at"].notna()].value_counts().to_dict()
    due = {number: (wrong[number], int(right.get(number, 0))) for number in {*wrong, *right}}
    is_code = (faults["kind"] == "unknown_code").to_numpy()
    columns, texts = (faults.loc[is_code, name].tolist() for name in ("column", "text"))
    unknown = Counter(zip(columns, sources[is_code].tolist(), texts, strict=True))
    return Facts(largest, due, [(*key, count) for key, count in sorted(unknown.items(), key=lambda item: item[0][:2])])


def _largest(flag: pd.Series, source: pd.Series) -> Iterator[tuple[int, int]]:
    """The sheets with the largest value of a column in each."""
    found = flag.astype("Int64").fillna(0).groupby(source).max()
    return zip(found.index.tolist(), found.tolist(), strict=True)


def file_findings(
    sheets: Sequence[SheetUse],
    skipped: Sequence[SkippedSheet],
    facts: Facts,
    blank_counts: Sequence[tuple[str, int]] = (),
) -> list[FileFinding]:
    """Everything found about sheets and columns, and about blank counts as (file, row) (RC303)."""
    return [
        *(FileFinding("RC303", file, row=row) for file, row in blank_counts),
        *_noticed(sheets),
        *_unused_flags(sheets, facts),
        *_unknown_texts(sheets, facts),
        *(FileFinding("RC311", s.source.name, s.sheet) for s in skipped if s.reason == "unread"),
        *_wrong_columns(sheets, facts),
    ]


def _noticed(sheets: Sequence[SheetUse]) -> list[FileFinding]:
    """What the readers noticed: hidden rows (RC306) and sheets (RC307), cells far away from the table (RC308)."""
    found = []
    for sheet in sheets:
        place = (sheet.source.name, sheet.sheet)
        if sheet.hidden_rows:
            found.append(FileFinding("RC306", *place, text=str(sheet.hidden_rows)))
        if sheet.hidden:
            found.append(FileFinding("RC307", *place))
        if sheet.far_cells:
            found.append(FileFinding("RC308", *place, text=", ".join(sheet.far_cells)))
    return found


def _unused_flags(sheets: Sequence[SheetUse], facts: Facts) -> list[FileFinding]:
    """Flag columns in which every value is 0 (RC301)."""
    found = []
    for name, largest in facts.largest.items():
        for number, value in sorted(largest.items()):
            use = sheets[number].header.fields.get(name)
            if use and not value:
                place = (sheets[number].source.name, sheets[number].sheet)
                found.append(FileFinding("RC301", *place, column=use.heading, text=use.heading))
    return found


def _unknown_texts(sheets: Sequence[SheetUse], facts: Facts) -> list[FileFinding]:
    """The unknown texts of each coded column of each sheet, masked, the most frequent first (RC309)."""
    often: dict[str, Counter[str]] = {}
    for name, _, text, count in facts.unknown:
        often.setdefault(name, Counter())[text] += count
    shown = {name: dict(zip(texts, mask_codes([*texts], texts), strict=True)) for name, texts in often.items()}
    listed: dict[tuple[str, int], Counter[str]] = {}
    for name, number, text, count in facts.unknown:
        listed.setdefault((name, number), Counter())[" ".join(shown[name][text].split())] += count
    found = []
    for (name, number), texts in sorted(listed.items()):
        use = sheets[number].header.fields.get(name)
        place = (sheets[number].source.name, sheets[number].sheet)
        found.append(FileFinding("RC309", *place, column=use.heading if use else name, text=_listed(texts)))
    return found


def _listed(texts: Counter[str]) -> str:
    """Texts with how often they occur: 'đang bay (3); xxx (1); … +4'."""
    ordered = sorted(texts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{text} ({count})" for text, count in ordered[:LISTED_TEXTS]]
    more = len(ordered) - LISTED_TEXTS
    return "; ".join([*shown, f"… +{more}"] if more > 0 else shown)


def _wrong_columns(sheets: Sequence[SheetUse], facts: Facts) -> list[FileFinding]:
    """Columns of due dates that hold none (RC312), and sheets read under the headings of the one before (RC313)."""
    found = []
    for number, sheet in enumerate(sheets):
        wrong, right = facts.due.get(number, (0, 0))
        if wrong > UNREADABLE * right:
            heading = sheet.header.fields["due_at"].heading
            found.append(FileFinding("RC312", sheet.source.name, sheet.sheet, column=heading, text=heading))
        if sheet.header_row == 0:
            found.append(FileFinding("RC313", sheet.source.name, sheet.sheet))
    return found


def unknown_components(components: Collection[tuple[str, str, int]], scorecard: Scorecard) -> list[FileFinding]:
    """Counts, as (file, component, row), for components that the scorecard does not have (RC304)."""
    known = {c.id for c in scorecard.components} | {c.minus for c in scorecard.components if c.minus}
    return [FileFinding("RC304", file, row=row, text=name) for file, name, row in components if name not in known]
