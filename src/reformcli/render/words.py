"""Words and cells that all tables share."""

from __future__ import annotations

from decimal import Decimal

from reformcli.i18n import text
from reformcli.model import UNATTRIBUTED, Unit
from reformcli.render.numbers import shown
from reformcli.render.table import Cell, Column


def named(name: str, lang: str) -> tuple[str, str]:
    """The short name of a table (of its sheet in a workbook) and its title."""
    return text(f"sheet.{name}", lang), text(f"table.{name}", lang)


def column(key: str, lang: str, kind: str = "text") -> Column:
    """A column whose heading is in the language files."""
    return Column(key, text(f"column.{key}", lang), kind)


def level_name(level: str | None, lang: str) -> str | None:
    """A level as officials call it."""
    return None if level is None else text(f"level.{level}", lang)


def unit_name(unit: Unit, lang: str) -> str:
    """What a unit is called: the agency, the level, or the whole."""
    if unit.kind == "total":
        return text("word.total", lang)
    if unit.kind == "level":
        return level_name(unit.level, lang) or ""
    return text("word.unattributed", lang) if unit.agency == UNATTRIBUTED else unit.agency or ""


def known(value: object) -> Cell:
    """A cell of a pandas table as a table cell: missing values are None."""
    if isinstance(value, str):
        return value
    return int(value) if isinstance(value, int) else None


def count(value: int, lang: str) -> str:
    """A count inside a sentence, as the language writes it."""
    return shown(value, Column("", "", "count"), lang)


def points(value: Decimal | None, lang: str) -> str:
    """Points inside a sentence, as the language writes them."""
    return shown(value, Column("", "", "points"), lang)
