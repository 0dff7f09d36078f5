"""A verified report → sentences, tables and JSON: what reproduces, what does not, where, and why as far as is known."""

from __future__ import annotations

from typing import Any

from reformcli.audit.proof import Difference, Proof
from reformcli.i18n import text
from reformcli.render.table import Cell, Table
from reformcli.render.words import column, count, named

SHOWN = 40  # differences on a screen
FAILURES = 3  # places that are named of one check
_FILE_SHADES = {"same": "good", "renamed": "good", "differs": "bad", "missing": "bad"}
_NOTHING = "–"


def headline(proof: Proof, lang: str) -> list[str]:
    """What is to be said first: how much reproduces, and why the rest does not."""
    said = []
    if proof.held is None:
        failed = sum(bool(one.failures) for one in proof.checks)
        counted = count(sum(one.checked for one in proof.checks), lang)
        key = "verify.inner_fails" if failed else "verify.inner_holds"
        said.append(text(key, lang, checked=counted, failed=count(failed, lang)))
        said.append(text("verify.alone", lang))
        return said
    figures, right = (count(value, lang) for value in (proof.held.figures, proof.held.reproduced))
    is_whole = not proof.held.differences
    said.append(
        text(
            "verify.reproduces" if is_whole else "verify.differs",
            lang,
            figures=figures,
            reproduced=right,
            differences=count(len(proof.held.differences), lang),
        )
    )
    if proof.cause:
        said.append(text(f"verify.cause_{proof.cause}", lang))
    changed = [one.name for one in proof.provided if one.status == "differs"]
    if changed and is_whole:
        said.append(text("verify.other_files", lang, files=", ".join(changed)))
    moved = [one for one in proof.rules if one.status != "same"]
    if moved and is_whole:
        said.append(text("verify.rules_moved", lang, rules=", ".join(one.id for one in moved)))
    if proof.unused:
        said.append(text("verify.unused", lang, files=", ".join(proof.unused)))
    return said


def tables(proof: Proof, lang: str, *, most: int | None = None) -> list[Table]:
    """The tables for people: the checks, the files, the rules, and the differences with their places."""
    found = [_checks_table(proof, lang)]
    if proof.held is not None:
        found += [_files_table(proof, lang), _rules_table(proof, lang)]
        differences = differences_table(proof, lang, most=most)
        if differences.rows:
            found.append(differences)
    first, *rest = [table for table in found if table.rows]
    notes = [*headline(proof, lang), text("verify.identity", lang, identity=proof.identity)]
    return [Table(first.name, first.title, first.columns, first.rows, notes, shades=first.shades), *rest]


def _checks_table(proof: Proof, lang: str) -> Table:
    columns = [column("check", lang), column("checked", lang, "count"), column("verdict_verify", lang)]
    columns.append(column("where", lang))
    rows: list[list[Cell]] = []
    shades = {}
    for number, one in enumerate(proof.checks):
        verdict = "fails" if one.failures else "holds"
        said = text(f"verify.check_{one.id}", lang), one.checked, text(f"verify.{verdict}", lang)
        more = [f"… +{count(len(one.failures) - FAILURES, lang)}"] if len(one.failures) > FAILURES else []
        rows.append([*said, "; ".join([*one.failures[:FAILURES], *more])])
        shades[number, "verdict_verify"] = "bad" if one.failures else "good"
    return Table(*named("verify", lang), columns, rows, shades=shades)


def _files_table(proof: Proof, lang: str) -> Table:
    columns = [column(name, lang) for name in ("input", "file", "state", "given_file", "sha256", "given_sha256")]
    rows: list[list[Cell]] = [
        [
            text(f"input.{one.kind}", lang),
            one.name,
            text(f"verify.file_{one.status}", lang),
            _bare(one.given),
            one.sha256,
            one.given_sha256 if one.status == "differs" else "",
        ]
        for one in proof.provided
    ]
    shades = {(number, "state"): _FILE_SHADES[one.status] for number, one in enumerate(proof.provided)}
    return Table(*named("verified_files", lang), columns, rows, shades=shades)


def _bare(path: str | None) -> str:
    return "" if path is None else path.replace("\\", "/").rpartition("/")[2]


def _rules_table(proof: Proof, lang: str) -> Table:
    """The shipped rule files that are no longer those of the report."""
    columns = [column(name, lang) for name in ("ruleset", "name", "version", "version_now", "sha256", "sha256_now")]
    moved = [one for one in proof.rules if one.status != "same"]
    rows: list[list[Cell]] = [
        [text(f"ruleset.{one.kind}", lang), one.id, one.version, one.version_now, one.sha256, one.sha256_now]
        for one in moved
    ]
    return Table(*named("verified_rules", lang), columns, rows)


def differences_table(proof: Proof, lang: str, *, plain: bool = False, most: int | None = None) -> Table:
    """Every cell that does not come out again, with both values; texts as they stand in the report."""
    names = ("part", "place", "about", "what_differs", "reported", "recomputed", "reason")
    differences = proof.held.differences if proof.held else ()
    reason = proof.cause or ""
    rows: list[list[Cell]] = []
    for one in differences:
        what, why = (one.what, reason) if plain else (text(f"verify.what_{one.what}", lang), _reason(reason, lang))
        values = [_value(value, plain=plain) for value in (one.reported, one.again)]
        rows.append([_part(one, lang, plain=plain), place(one), one.about, what, *values, why])
    columns = [column(name, lang) for name in names]
    notes = [text("note.more_rows", lang, count=count(len(rows) - most, lang))] if most and len(rows) > most else []
    return Table(*named("verified_differences", lang), columns, rows[:most], notes)


def _value(value: str | None, *, plain: bool) -> str | None:
    return value if plain or value else _NOTHING


def _part(one: Difference, lang: str, *, plain: bool) -> str:
    if plain:
        return f"{one.kind}:{one.part}"
    return text(f"verify.part_{one.kind}", lang, name=one.part)


def _reason(cause: str, lang: str) -> str:
    return text(f"verify.reason_{cause}", lang) if cause else ""


def place(one: Difference) -> str:
    """Where a difference is: a cell of a sheet ("D5"), a path of JSON, or a row and a column."""
    if one.kind == "sheet" and one.row is not None:
        return f"{one.column}{one.row}"
    return ", ".join(str(known) for known in (one.row, one.column) if known not in (None, ""))


def verify_document(proof: Proof) -> dict[str, Any]:
    """`reformcli.verify/1`."""
    held = proof.held
    return {
        "schema": "reformcli.verify/1",
        "report": {"name": proof.source.name, "sha256": proof.source.sha256, "size": proof.source.size, "of": proof.of},
        "tool": {"then": proof.tool, "now": proof.tool_now},
        "identity": {"claimed": proof.identity, "carried": proof.content, "recomputed": proof.again},
        "proved": proof.is_proved,
        "cause": proof.cause,
        "figures": held.figures if held else None,
        "reproduced": held.reproduced if held else None,
        "checks": [{"check": one.id, "checked": one.checked, "failures": list(one.failures)} for one in proof.checks],
        "inputs": [
            {
                "kind": one.kind,
                "name": one.name,
                "sha256": one.sha256,
                "status": one.status,
                "given": _bare(one.given) or None,
                "given_sha256": one.given_sha256,
            }
            for one in proof.provided
        ],
        "unused": list(proof.unused),
        "rules": [
            {
                "kind": one.kind,
                "id": one.id,
                "version": one.version,
                "sha256": one.sha256,
                "version_now": one.version_now,
                "sha256_now": one.sha256_now,
                "status": one.status,
            }
            for one in proof.rules
        ],
        "differences": [
            {
                "part": one.part,
                "kind": one.kind,
                "place": place(one),
                "about": one.about,
                "what": one.what,
                "reported": one.reported,
                "recomputed": one.again,
            }
            for one in (held.differences if held else ())
        ],
    }
