"""Finding the agencies that --agency names: as they are written, or without accents where the user wrote none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from reformcli.agencies.register import spell
from reformcli.errors import UsageError
from reformcli.text import fold


def matching(wanted: Sequence[str], known: Iterable[str]) -> set[str]:
    """The known names that the user means.

    Accents count, unless the user wrote none: "UBND xã Ân Lam" is not "UBND xã Ăn Lam".

    Raises:
        UsageError: `unknown_agency`, with the nearest names.
    """
    names = sorted(set(known))
    found: set[str] = set()
    for name in wanted:
        exact = {other for other in names if spell(other) == spell(name)}
        plain = {other for other in names if fold(other) == fold(name)} if name.isascii() else set()
        if not exact and not plain:
            near = get_close_matches(fold(name), [fold(other) for other in names], n=3, cutoff=0.3)
            close = [other for other in names if fold(other) in near]
            raise UsageError("unknown_agency", where="--agency", value=name, known="; ".join(close) or "–")
        found |= exact or plain
    return found
