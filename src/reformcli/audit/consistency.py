"""What must hold inside a result whatever it was made from: sums, shares, places of a ranking, totals of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reformcli.audit.league_consistency import league_checks
from reformcli.audit.proof import Check
from reformcli.audit.task_consistency import task_checks
from reformcli.figures import percent
from reformcli.flow import FLOW

Entry = Mapping[str, Any]
_FATES = ("counted", "out_of_scope", "superseded", "rejected")
_FLOW_SUMS = {
    "handled": (("received", "carried_over"), ("resolved", "pending")),
    "resolved": (("early", "on_time", "late"),),
    "pending": (("in_time", "overdue", "paused"),),
    "received": (("received_online", "received_direct", "received_post"),),
}
_SIFTED = ("export", "published", "tasks", "previous_tasks")  # inputs of which every row has a fate
_ROWS_OF = {"reformcli.league/1": "published", "reformcli.tasks/1": "tasks"}  # what `rows` are the rows of
_MOVES = ("opening", "newly_late", "cleared", "closing_overdue", "closing_paused")
_WITH_UNITS = ("reformcli.score/1", "reformcli.report/1")
_MOST_NAMED = 20  # failures that are told of one check


def checks(document: Entry) -> list[Check]:
    """Check what a document of ours says against itself.

    Each check tells how many things it looked at; one that finds nothing to look at is left out.
    """
    is_known = document["schema"] in _WITH_UNITS  # tables of the same name mean something else elsewhere
    told = document if is_known else {**document, "units": (), "groups": (), "components": ()}
    made = [_check(name, rule(told)) for name, rule in _RULES.items()]
    made += [_check(name, rule(document)) for name, rule in _OWN_RULES.items()]
    return [one for one in made if one.checked]


def _check(name: str, found: Iterable[tuple[str, bool]]) -> Check:
    results = list(found)
    failures = [where for where, is_right in results if not is_right]
    return Check(name, tuple(failures[:_MOST_NAMED]), len(results))


# ------------------------------------------------------------------ rows
def _rows(document: Entry) -> Iterator[tuple[str, bool]]:
    """Every row read has one fate, and the sheets add up to the whole."""
    rows = document.get("rows")
    if not rows:
        return
    yield "rows", rows["read"] == sum(rows[name] for name in _FATES)
    inputs = [one for one in document["manifest"]["inputs"] if one["rows"] is not None]
    for one in (one for one in inputs if one["kind"] in _SIFTED):
        yield f"{one['name']} {one['sheet'] or ''}".strip(), one["rows"] == sum(one[name] for name in _FATES)
    own = _ROWS_OF.get(document.get("of") or document["schema"], "export")
    sheets = [one for one in inputs if one["kind"] == own]
    if sheets:
        yield "inputs", rows["read"] == sum(one["rows"] for one in sheets)
        for name in _FATES:
            yield f"inputs.{name}", rows[name] == sum(one[name] for one in sheets)


# ------------------------------------------------------------------ points
def _points(document: Entry) -> Iterator[tuple[str, bool]]:
    """Points of a unit are the sum of its components and of its groups; so is what could be measured."""
    parts, groups = _by_unit(document.get("components", ())), _by_unit(document.get("groups", ()))
    for unit in document.get("units", ()):
        of_unit, of_groups = parts.get(_key(unit), []), groups.get(_key(unit), [])
        summed = [one["points"] for one in of_unit if one["status"] in ("measured", "empty")]
        scored = [value for value in summed if value is not None]
        if of_unit and unit["points"] is not None:
            yield _named(unit, "points"), unit["points"] == sum(scored, Decimal(0))
        if of_groups:
            known = [one["points"] for one in of_groups if one["points"] is not None]
            yield _named(unit, "groups"), (unit["points"] or 0) == sum(known, Decimal(0))
            yield (
                _named(unit, "measurable"),
                unit["measurable"] == sum((g["measurable"] for g in of_groups), Decimal(0)),
            )
            yield _named(unit, "max"), unit["max"] == sum((g["max"] for g in of_groups), Decimal(0))


def _ratios(document: Entry) -> Iterator[tuple[str, bool]]:
    """A ratio is its numerator by its denominator, half up; points are neither negative nor above the maximum."""
    for one in document.get("components", ()):
        numerator, denominator, ratio = one["numerator"], one["denominator"], one["ratio"]
        if ratio is not None:
            yield _named(one, one["component"]), ratio == percent(numerator, denominator)
        if one["points"] is not None:
            yield _named(one, f"{one['component']} points"), 0 <= one["points"] <= one["max"]
    for row in (*_flow_rows(document), *_tables(document.get("late"))):
        for rate, part, whole in _rates(row):
            yield _row_name(row), rate == percent(part, whole)


def _rates(row: Entry) -> Iterator[tuple[Any, Any, Any]]:
    if row.get("on_time_rate") is not None:
        yield row["on_time_rate"], row["early"] + row["on_time"], row["resolved"]
    if row.get("online_rate") is not None:
        yield row["online_rate"], row["received_online"], row["received"]


def _ranks(document: Entry) -> Iterator[tuple[str, bool]]:
    """Within a level whoever has the greater share of what could be measured stands before; equals share a place."""
    levels: dict[str, list[Entry]] = {}
    for unit in document.get("units", ()):
        if unit["kind"] == "agency" and unit["rank"] is not None:
            levels.setdefault(unit["level"], []).append(unit)
    for units in levels.values():
        if any(unit["rank_of"] != len(units) for unit in units):
            continue  # only some units are shown
        shares = [Fraction(unit["points"]) / Fraction(unit["measurable"]) for unit in units]
        for unit, share in zip(units, shares, strict=True):
            yield _named(unit, "rank"), unit["rank"] == 1 + sum(other > share for other in shares)


# ------------------------------------------------------------------ counts
def _flow(document: Entry) -> Iterator[tuple[str, bool]]:
    """Handled = received + carried over = resolved + pending, and what these consist of."""
    rows = [(_named(unit, ""), unit["counts"]) for unit in document.get("units", ())]
    rows += [(_row_name(row), row) for row in _flow_rows(document)]
    for name, row in rows:
        for whole, sums in _FLOW_SUMS.items():
            for parts in sums:
                values = [row[part] for part in parts]
                if row[whole] is not None and None not in values:
                    yield f"{name} {whole}".strip(), row[whole] == sum(values)


def _totals(document: Entry) -> Iterator[tuple[str, bool]]:
    """The levels are the sums of their agencies, the total that of the levels, where all are shown."""
    units = [unit for unit in document.get("units", ()) if unit["counts"].get("handled") is not None]
    total = [unit for unit in units if unit["kind"] == "total"]
    for whole in units:
        below = [unit for unit in units if unit["kind"] == _BELOW.get(whole["kind"])]
        below = [unit for unit in below if whole["kind"] == "total" or unit["level"] == whole["level"]]
        if below and _is_whole(document):
            yield from _sums_to(_named(whole, ""), whole["counts"], [unit["counts"] for unit in below])
    rows = list(_flow_rows(document))
    if len(rows) > 1 and not _is_restricted(document):
        yield from _sums_to("metrics", rows[-1], rows[:-1])
    if total and rows and "by" in rows[-1] and not rows[-1]["by"]:
        yield "units, metrics", total[0]["counts"]["handled"] == rows[-1]["handled"]


_BELOW = {"total": "level", "level": "agency"}


def _sums_to(name: str, whole: Entry, parts: Sequence[Entry]) -> Iterator[tuple[str, bool]]:
    for key in FLOW:
        values = [part[key] for part in parts]
        if whole[key] is not None and None not in values:
            yield f"{name} {key}".strip(), whole[key] == sum(values)


def _late(document: Entry) -> Iterator[tuple[str, bool]]:
    """Opening + newly late − cleared = closing, for the whole and for each group."""
    moves = [document["movement"]] if isinstance(document.get("movement"), Mapping) else []
    for row in (*moves, *document.get("movement_by", ()), *document.get("each", ())):
        if isinstance(row, Mapping) and all(isinstance(row.get(name), int) for name in _MOVES):
            closing = row["closing_overdue"] + row["closing_paused"]
            yield _row_name(row), row["opening"] + row["newly_late"] - row["cleared"] == closing


# ------------------------------------------------------------------ services
def _services(document: Entry) -> Iterator[tuple[str, bool]]:
    """Groups of procedures are what the list of procedures says, their shares what they are in all."""
    is_own = document["schema"] == "reformcli.services/1"
    body = document if is_own else document.get("offer")  # of a report
    if not body:
        return
    whole, shares, fields = body["procedures"], body["service_levels"], body["by_field"]
    yield "procedures services", _counted(whole, body["services"])
    for one in shares:
        name, is_whole = one["service_level"], one["service_level"] == "online"
        own = [it for it in body["services"] if _is_of(it, ("full", "partial") if is_whole else (name,))]
        yield f"{name} services", _counted(one, own)
        yield f"{name} share", one["half_up"] == percent(one["count"], whole["count"])
        yield f"{name} share of used", one["share_of_used"] == percent(one["used"], whole["used"])
        yield f"{name} adjusted", one["adjusted"] == (one["share"] != one["half_up"])
    for one in fields:
        yield f"{one['field']} services", _counted(one, [it for it in body["services"] if it["field"] == one["field"]])
    for one in body["by_level"]:
        own = [it for it in body["services"] if one["level"] in (it["levels"] or [None])]
        yield f"{one['level']} services", _counted(one, own)
    parts = [one["share"] for one in shares if one["service_level"] != "online"]
    if body["made_to_add"] and whole["count"]:
        yield "made_to_add", sum(parts, Decimal(0)) == 100
    if body["unfiled"] is not None:
        unfiled = [it for it in body["services"] if _is_of(it, ("full", "partial")) and it["received_online"] == 0]
        yield "unfiled", sorted(map(str, unfiled)) == sorted(map(str, body["unfiled"]))


def _is_of(service: Entry, levels: Sequence[str]) -> bool:
    return (service["service_level"] or "unstated") in levels


def _counted(group: Entry, services: Sequence[Entry]) -> bool:
    """Whether a group counts these procedures, and its shares are half up; what was not told counts as nothing."""
    counts = {
        "count": len(services),
        "eforms": sum(bool(one["eform"]) for one in services),
        "used": sum(bool(one["received"]) for one in services),
        "used_full": sum(bool(one["received"]) and _is_of(one, ("full",)) for one in services),
        "used_online": sum(bool(one["received_online"]) for one in services),
        "received": sum(one["received"] or 0 for one in services),
        "received_online": sum(one["received_online"] or 0 for one in services),
    }
    offered = {name: sum(_is_of(one, (name,)) for one in services) for name in group["offered"]}
    online = offered["full"] + offered["partial"]
    shares = {"online_share": (online, "count"), "eform_share": (group["eforms"], "count")}
    shares["used_full_share"] = (group["used_full"], "used")
    return (
        offered == group["offered"]
        and all(group[name] in (None, number) for name, number in counts.items())
        and all(group[name] == percent(part, group[whole]) for name, (part, whole) in shares.items())
    )


# ------------------------------------------------------------------ published scores, tasks
def _league(document: Entry) -> Iterator[tuple[str, bool]]:
    """Ranks, distances and changes are what the published scores say."""
    body = document if document["schema"] == "reformcli.league/1" else document.get("league")  # of a report
    if body:
        yield from league_checks(body)


def _tasks(document: Entry) -> Iterator[tuple[str, bool]]:
    """States, counts and rates of tasks are what the list of tasks says."""
    manifest, is_own = document["manifest"], document["schema"] == "reformcli.tasks/1"
    body = document if is_own else document.get("tasks")  # of a report, which tells of all of them
    if body:
        to = manifest["to"] if is_own else body["to"]
        yield from task_checks(body, to, is_whole=not (is_own and "agency" in manifest["options"]))


# ------------------------------------------------------------------ parts
_RULES: Mapping[str, Callable[[Entry], Iterator[tuple[str, bool]]]] = {
    "rows": _rows,
    "points": _points,
    "ratios": _ratios,
    "ranks": _ranks,
    "flow": _flow,
    "totals": _totals,
    "late": _late,
}
_OWN_RULES: Mapping[str, Callable[[Entry], Iterator[tuple[str, bool]]]] = {  # of what one command tells, or a report
    "services": _services,
    "league": _league,
    "tasks": _tasks,
}


def _is_restricted(document: Entry) -> bool:
    return any(name in document["manifest"]["options"] for name in ("level", "agency"))


def _is_whole(document: Entry) -> bool:
    return not _is_restricted(document) and "by" not in document["manifest"]["options"]


def _flow_rows(document: Entry) -> Iterator[Entry]:
    return iter([row for row in _tables(document.get("metrics")) if "handled" in row])


def _tables(found: Any) -> list[Entry]:
    """The rows of one table, or of several by name."""
    tables = found.values() if isinstance(found, Mapping) else [found]
    return [row for table in tables if isinstance(table, list) for row in table if isinstance(row, Mapping)]


def _by_unit(entries: Iterable[Entry]) -> dict[tuple[Any, ...], list[Entry]]:
    found: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        found.setdefault(_key(entry), []).append(entry)
    return found


def _key(entry: Entry) -> tuple[Any, ...]:
    return entry["kind"], entry["agency"], entry["level"]


def _named(entry: Entry, what: str) -> str:
    return f"{entry['agency'] or entry['level'] or entry['kind']} {what}".strip()


def _row_name(row: Entry) -> str:
    return " ".join(map(str, row.get("by", {}).values())) or str(row.get("from") or "total")
