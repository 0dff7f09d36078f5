"""What a catalogue offers online → sections, sentences, key figures and JSON. Nothing is computed but shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reformcli.i18n import text
from reformcli.render.document import Section, Tile
from reformcli.render.numbers import shown
from reformcli.render.table import Cell, Column, Table
from reformcli.render.words import column, count, level_name, named
from reformcli.services.counting import PARTS, UNSTATED, Group, Offer, Service, Share, percent

Made = tuple[str, str, Callable[[Any], Cell]]  # key and kind of a column, and what stands in it


# ------------------------------------------------------------------ sections
def service_sections(result: Offer, lang: str) -> Sequence[Section]:
    """The result in sections: service levels, fields and levels, what nobody files online, and every procedure.

    The first one begins with the sentences that a reader needs. Sections with nothing in them are left out.
    """
    parts = [
        ("service_levels", [service_levels_table(result, lang)], False),
        ("service_groups", [groups_table(result, "levels", lang), groups_table(result, "fields", lang)], False),
        ("service_use", [on_paper_table(result, lang), unfiled_table(result, lang)], False),
        ("service_unplaced", [unplaced_table(result, lang)], False),
        ("service_list", [services_table(result, lang)], True),
    ]
    first, *others = [
        Section(name, text(f"services.section_{name}", lang), (), [one for one in tables if one.rows], annex)
        for name, tables, annex in parts
        if any(one.rows for one in tables)
    ]
    return [replace(first, paragraphs=list(headline(result, lang))), *others]


def service_levels_table(result: Offer, lang: str) -> Table:
    """The procedures of each service level with their shares, and how many of them have dossiers."""
    whole = result.whole
    made: list[Made] = [
        ("service_level", "text", lambda one: text(f"services.level_{one.key}", lang)),
        ("procedures", "count", lambda one: one.group.procedures),
        ("share_of_procedures", "percent", lambda one: one.share),
        ("adjusted", "text", lambda one: _adjusted(one, lang)),
        ("eforms", "count", lambda one: one.group.eforms),
        ("eform_share", "percent", lambda one: percent(one.group.eforms, one.group.procedures)),
        ("services_used", "count", lambda one: one.group.used),
        ("share_of_used", "percent", lambda one: percent(one.group.used, whole.used)),
        ("used_online", "count", lambda one: one.group.used_online),
    ]
    if not result.is_made_to_add:
        made = [one for one in made if one[0] != "adjusted"]
    hundred = Decimal("100.00") if whole.procedures else None
    table = _table("service_levels", lang, made, [*result.shares, Share("whole", whole, hundred, hundred)])
    notes = [*_not_measured(result, lang), text("services.note_used", lang)]
    if result.is_made_to_add:
        notes.append(text("services.note_adjusted", lang))
    return replace(table, notes=notes, total_rows=1, bars=("share_of_procedures",))


def _not_measured(result: Offer, lang: str) -> Iterator[str]:
    """What exports do not tell, and why."""
    if result.missing:
        missing = ", ".join(text(f"field.{name}", lang) for name in result.missing)
        yield text("services.note_missing", lang, missing=missing)
    elif result.whole.used is None:
        yield text("services.note_no_exports", lang)


def _adjusted(one: Share, lang: str) -> str:
    if not one.is_adjusted:
        return ""
    return text("services.adjusted", lang, half_up=shown(one.half_up, Column("", "", "points"), lang))


def groups_table(result: Offer, what: str, lang: str) -> Table:
    """The procedures by `levels` or `fields`."""
    groups: Sequence[Group] = result.levels if what == "levels" else result.fields
    parts = [at for at, name in enumerate(PARTS) if name != UNSTATED or result.whole.by_level[at]]
    name_of = _level if what == "levels" else _field
    made: list[Made] = [
        ("level" if what == "levels" else "field_name", "text", lambda one: name_of(one.key, lang)),
        ("procedures", "count", lambda one: one.procedures),
        *((f"offered_{PARTS[at]}", "count", lambda one, at=at: one.by_level[at]) for at in parts),
        ("online_share", "percent", lambda one: percent(one.is_online, one.procedures)),
        ("eform_share", "percent", lambda one: percent(one.eforms, one.procedures)),
        ("services_used", "count", lambda one: one.used),
        ("used_online", "count", lambda one: one.used_online),
        ("received", "count", lambda one: one.received),
        ("filed_online", "count", lambda one: one.online),
    ]
    notes = [text("services.note_levels", lang)] if what == "levels" else []
    return replace(_table(f"services_by_{what}", lang, made, list(groups)), notes=notes)


def _level(key: str, lang: str) -> str:
    return level_name(key or None, lang) or text("word.unattributed", lang)


def _field(key: str, lang: str) -> str:
    return key or text("services.no_field", lang)


def on_paper_table(result: Offer, lang: str) -> Table:
    """The services offered online that are filed on paper most."""
    more: list[Made] = [
        ("on_paper", "count", lambda one: one.on_paper),
        ("filed_online", "count", lambda one: one.online),
        ("received", "count", lambda one: one.received),
        ("online_rate", "percent", lambda one: percent(one.online, one.received)),
    ]
    table = _table("services_on_paper", lang, [*_naming(lang), *more], list(result.on_paper or ()))
    return replace(table, bars=("on_paper",))


def unfiled_table(result: Offer, lang: str) -> Table:
    """The services offered online that nobody filed online."""
    more: list[Made] = [("on_paper", "count", lambda one: one.on_paper)]
    return _table("services_unfiled", lang, [*_naming(lang), *more], list(result.unfiled or ()))


def unplaced_table(result: Offer, lang: str) -> Table:
    """The dossiers whose procedure the catalogue does not have, or has several times."""
    made: list[Made] = [
        ("procedure_written", "text", lambda one: one.written),
        ("dossiers", "count", lambda one: one.dossiers),
        ("why", "text", lambda one: text(f"services.{one.why}", lang)),
    ]
    return _table("services_unplaced", lang, made, list(result.unplaced))


def services_table(result: Offer, lang: str, *, plain: bool = False) -> Table:
    """Every procedure with its dossiers."""
    more: list[Made] = [
        *((name, "text", _flag(name, lang, plain)) for name in ("eform", "fee_due", "online_payment", "paper_result")),
        ("received", "count", lambda one: one.received),
        ("filed_online", "count", lambda one: one.online),
        ("on_paper", "count", lambda one: one.on_paper),
        ("paid_online", "count", lambda one: one.paid),
        ("row", "count", lambda one: one.procedure.row),
    ]
    return _table("services_list", lang, [*_naming(lang, plain=plain), *more], list(result.services))


def _naming(lang: str, *, plain: bool = False) -> list[Made]:
    """The columns that tell a procedure."""

    def level_of(one: Service) -> Cell:
        level = one.procedure.service_level
        return level if plain else text(f"services.level_{level or UNSTATED}", lang)

    def levels_of(one: Service) -> Cell:
        return "; ".join(name if plain else level_name(name, lang) or "" for name in one.procedure.levels)

    return [
        ("procedure_id", "text", lambda one: one.procedure.id),
        ("procedure", "text", lambda one: one.procedure.name),
        ("field_name", "text", lambda one: one.procedure.field),
        ("level", "text", levels_of),
        ("agency", "text", lambda one: "; ".join(one.procedure.agencies)),
        ("service_level", "text", level_of),
    ]


def _flag(name: str, lang: str, plain: bool) -> Callable[[Service], Cell]:
    field = "fee" if name == "fee_due" else name

    def cell(one: Service) -> Cell:
        value: bool | None = getattr(one.procedure, field)
        if plain:
            return None if value is None else int(value)
        return None if value is None else text("word.yes", lang) if value else ""

    return cell


def _table(name: str, lang: str, made: Sequence[Made], items: Sequence[Any]) -> Table:
    columns = [column(key, lang, kind) for key, kind, _ in made]
    rows: list[list[Cell]] = [[cell(item) for _, _, cell in made] for item in items]
    return Table(*named(name, lang), columns, rows, key=name)


# ------------------------------------------------------------------ words
def headline(result: Offer, lang: str) -> Iterator[str]:
    """What is to be said first."""
    shares = {one.key: one for one in result.shares}
    values = {"procedures": count(result.whole.procedures, lang)}
    for key in ("online", "full", "partial", "information"):
        values |= {key: count(shares[key].group.procedures, lang), f"{key}_share": _percent(shares[key].share, lang)}
    yield text("services.offered", lang, **values)
    if UNSTATED in shares:
        yield text("services.unstated", lang, count=count(shares[UNSTATED].group.procedures, lang))
    whole = result.whole
    if whole.used is not None and whole.used_full is not None:
        share = _percent(percent(whole.used_full, whole.used), lang)
        used = {"used": count(whole.used, lang), "full": count(whole.used_full, lang), "share": share}
        yield text("services.used" if whole.used else "services.none_used", lang, **used)
    if result.unfiled is not None:
        online = count(shares["online"].group.procedures, lang)
        yield text("services.unfiled", lang, count=count(len(result.unfiled), lang), online=online)
    if whole.eforms is not None:
        share = _percent(percent(whole.eforms, whole.procedures), lang)
        yield text("services.eforms", lang, count=count(whole.eforms, lang), share=share)


def _percent(share: Decimal | None, lang: str) -> str:
    return shown(share, Column("", "", "points"), lang)


def tiles(result: Offer, lang: str) -> Iterator[Tile]:
    """The key figures."""
    whole, shares = result.whole, {one.key: one for one in result.shares}
    yield Tile(text("services.tile_procedures", lang), whole.procedures, Column("count", "", "count"))
    for key in ("online", "full"):
        note = text("services.tile_of", lang, count=count(shares[key].group.procedures, lang))
        yield Tile(text(f"services.level_{key}", lang), shares[key].share, Column("percent", "", "percent"), note)
    if whole.used is not None:
        note = text("services.tile_used", lang, full=count(whole.used_full or 0, lang))
        yield Tile(text("column.services_used", lang), whole.used, Column("count", "", "count"), note)
    if result.unfiled is not None:
        yield Tile(text("table.services_unfiled", lang), len(result.unfiled), Column("count", "", "count"))


# ------------------------------------------------------------------ JSON
def services_body(result: Offer) -> dict[str, Any]:
    """The part of `reformcli.services/1` that is its own."""
    return {
        "procedures": _group_entry(result.whole),
        "service_levels": [
            {
                "service_level": one.key,
                "share": one.share,
                "half_up": one.half_up,
                "adjusted": one.is_adjusted,
                "share_of_used": percent(one.group.used, result.whole.used),
                **_group_entry(one.group),
            }
            for one in result.shares
        ],
        "made_to_add": result.is_made_to_add,
        "by_field": [{"field": one.key or None, **_group_entry(one)} for one in result.fields],
        "by_level": [{"level": one.key or None, **_group_entry(one)} for one in result.levels],
        "unplaced": [{"written": o.written or None, "dossiers": o.dossiers, "why": o.why} for o in result.unplaced],
        "services": [_entry(one) for one in result.services],
        "unfiled": None if result.unfiled is None else [_entry(one) for one in result.unfiled],
        "on_paper": None if result.on_paper is None else [_entry(one) for one in result.on_paper],
    }


def _group_entry(one: Group) -> dict[str, Any]:
    return {
        "count": one.procedures,
        "offered": dict(zip(PARTS, one.by_level, strict=True)),
        "online_share": percent(one.is_online, one.procedures),
        "eforms": one.eforms,
        "eform_share": percent(one.eforms, one.procedures),
        "used": one.used,
        "used_full": one.used_full,
        "used_full_share": percent(one.used_full, one.used),
        "used_online": one.used_online,
        "received": one.received,
        "received_online": one.online,
    }


def _entry(one: Service) -> dict[str, Any]:
    flags = ("fee", "online_payment", "eform", "paper_result", "individual", "population_data")
    return {
        "procedure_id": one.procedure.id or None,
        "procedure": one.procedure.name or None,
        "field": one.procedure.field or None,
        "levels": list(one.procedure.levels),
        "agencies": list(one.procedure.agencies),
        "service_level": one.procedure.service_level,
        **{name: getattr(one.procedure, name) for name in flags},
        "row": one.procedure.row,
        "received": one.received,
        "received_online": one.online,
        "on_paper": one.on_paper,
        "paid_online": one.paid,
    }
