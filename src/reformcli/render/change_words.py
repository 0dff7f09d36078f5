"""Two results side by side in words: what changed, by how much, and what a reader must know of the comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reformcli.i18n import text
from reformcli.model import LEVELS, UNATTRIBUTED, Unit
from reformcli.outcomes import Basis, Change, Comparison, Figure, UnitChange
from reformcli.render.words import count, points, unit_name
from reformcli.text import collation_key

NAMED = 3  # units named in a sentence


def ordered(units: Iterable[UnitChange]) -> list[UnitChange]:
    """Agencies by level and rank, then levels, then the total, as in the table of points."""
    kinds, levels = ("agency", "level", "total"), (*LEVELS, UNATTRIBUTED, None)

    def key(one: UnitChange) -> tuple[object, ...]:
        rank = one.rank.now if one.rank.now is not None else 10**9
        place = levels.index(one.unit.level)
        return (
            kinds.index(one.unit.kind),
            place,
            one.unit.agency == UNATTRIBUTED,
            rank,
            collation_key(one.unit.agency or ""),
        )

    return sorted(units, key=key)


def notes(compared: Comparison, lang: str, *, with_basis: bool = True) -> list[str]:
    """What a reader must know of a comparison: its two periods, what was forced, what serves both, what is missing."""
    before, found = compared.before, []
    if compared.forced:
        why = "; ".join(text(f"compare.forced_{fault}", lang) for fault in compared.forced)
        found.append(text("compare.forced", lang, why=why))
    if with_basis:
        sources = ", ".join(before.sources) or "–"
        found.append(text("compare.basis", lang, period=period_words(before, lang), sources=sources))
        if before.rejected or compared.now.rejected:
            values = [text("compare.unknown", lang) if n is None else count(n, lang) for n in _rejected(compared)]
            found.append(text("compare.rejected", lang, before=values[0], now=values[1]))
    if compared.shared_counts:
        found.append(text("compare.shared_counts", lang, files=", ".join(compared.shared_counts)))
    if any(not one.same_measured for one in compared.units):
        found.append(text("compare.other_measured", lang))
    for name, units in (("new", compared.new_units), ("gone", compared.gone_units)):
        if units:
            found.append(text(f"compare.{name}", lang, count=count(len(units), lang), units=_names(units, lang)))
    return found


def _rejected(compared: Comparison) -> tuple[int | None, int | None]:
    return compared.before.rejected, compared.now.rejected


def _names(units: Sequence[Unit], lang: str) -> str:
    shown = [unit_name(unit, lang) for unit in units[:10]]
    return "; ".join(shown) + (" …" if len(units) > len(shown) else "")


def period_words(basis: Basis, lang: str) -> str:
    """A period as people write it; whole days without the time of day."""
    if basis.start.year > 9000:
        return text("compare.unknown", lang)
    is_whole = f"{basis.start:%H%M%S}{basis.end:%H%M%S}" == "000000235959"
    form = "%d/%m/%Y" if is_whole else "%d/%m/%Y %H:%M:%S"
    return f"{basis.start.strftime(form)} – {basis.end.strftime(form)}"


def headline(compared: Comparison, lang: str) -> list[str]:
    """The result in words: of few units each, else the whole and the agencies that changed most; then the dossiers."""
    agencies = [one for one in compared.units if one.unit.kind == "agency"]
    wholes = [one for one in compared.units if one.unit.kind == "total"]
    wholes = wholes or [one for one in compared.units if one.unit.kind == "level"]
    said = [unit_sentence(one, lang) for one in (*wholes, *(ordered(agencies) if len(agencies) <= NAMED else ()))]
    if len(agencies) > NAMED:
        said += [sentence for up in (True, False) if (sentence := _most(agencies, lang, up=up))]
    if compared.dossiers is not None:
        told = [f",{events}," for events in compared.dossiers["events"].tolist()]
        names = ("came_in", "ended", "became_late", "left", "vanished")
        numbers = {name: count(sum(f",{name}," in events for events in told), lang) for name in names}
        said.append(text("compare.dossiers", lang, **numbers))
        if any(",vanished," in events for events in told):
            said.append(text("compare.vanished", lang, vanished=numbers["vanished"]))
    return said


def unit_sentence(one: UnitChange, lang: str) -> str:
    """A unit in words: 78,10 điểm, tăng 0,20; hạng 11/63, không đổi."""
    said = text("compare.points", lang, points=_points(one.points.now, lang), change=_moved_words(one.points, lang))
    if one.rank.now is not None:
        rank = f"{one.rank.now}/{one.rank_of.now}"
        said += "; " + text("compare.rank", lang, rank=rank, change=_rank_words(one.rank, lang))
    return text("compare.unit", lang, unit=unit_name(one.unit, lang), said=said)


def _points(value: Figure, lang: str) -> str:
    return points(None if value is None else Decimal(value), lang)


def _moved_words(change: Change, lang: str) -> str:
    if change.change is None:
        return text("compare.not_comparable" if change.before is not None else "compare.no_before", lang)
    key = "compare.same" if not change.change else "compare.up" if change.change > 0 else "compare.down"
    return text(key, lang, by=_points(abs(Decimal(change.change)), lang))


def _rank_words(change: Change, lang: str) -> str:
    if change.change is None:
        return _moved_words(change, lang)
    key = "compare.same" if not change.change else "compare.rank_up" if change.change < 0 else "compare.rank_down"
    return text(key, lang, by=abs(int(change.change)))


def _most(agencies: Sequence[UnitChange], lang: str, *, up: bool) -> str | None:
    """The agencies whose points rose or fell most."""
    sign = 1 if up else -1
    found = [(Decimal(sign * one.points.change), one) for one in agencies if one.points.change]
    rising: list[tuple[Decimal, UnitChange]] = [(by, one) for by, one in found if by > 0]
    moved = sorted(rising, key=lambda pair: (-pair[0], collation_key(pair[1].unit.agency or "")))
    if not moved:
        return None
    shown = "; ".join(
        f"{unit_name(one.unit, lang)} ({'+' if up else '−'}{_points(by, lang)})" for by, one in moved[:NAMED]
    )
    return text("compare.most_up" if up else "compare.most_down", lang, units=shown)
