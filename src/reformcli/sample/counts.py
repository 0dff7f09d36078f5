"""Counts that no dossier tells: procedures, synchronisation, feedback and complaints of the later week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reformcli.sample.province import AGENCIES, PROVINCE

HEADER = ("agency", "level", "component", "numerator", "denominator")
_PROVINCE = (("1.1", 38, 40), ("1.2", 36, 38), ("1.3", 1790, 1815))  # of the whole province, for all its agencies
_PROCEDURES = {"province": (45, 140), "district": (190, 260), "commune": (95, 130)}  # fewest and most
_SALT = 0x766  # the counts are drawn apart from the dossiers


def count_rows(seed: int, received: Sequence[int]) -> list[tuple[str, str, str, int, int | str]]:
    """One row per agency and component that only counts can feed.

    Args:
        seed: the same seed gives the same counts.
        received: dossiers received in the week, in the order of AGENCIES.
    """
    rng = np.random.Generator(np.random.PCG64([_SALT, seed]))
    rows: list[tuple[str, str, str, int, int | str]] = [
        (PROVINCE, "province", component, numerator, denominator) for component, numerator, denominator in _PROVINCE
    ]
    for agency, dossiers in zip(AGENCIES, received, strict=True):
        for component, numerator, denominator in _agency_rows(rng, agency.level, agency.late, dossiers):
            rows.append((agency.name, agency.level, component, numerator, denominator))
    return rows


def _agency_rows(rng: np.random.Generator, level: str, late: float, dossiers: int) -> list[tuple[str, int, int | str]]:
    """(component, numerator, denominator) of one agency; each numerator is a share of its denominator."""
    draw = rng.random(14)
    fewest, most = _PROCEDURES[level]
    procedures = fewest + int(draw[0] * (most - fewest))
    online = _part(procedures, 0.60 + 0.35 * draw[1])
    with_fee = max(1, _part(procedures, 0.30 + 0.20 * draw[2]))
    integrated = _part(with_fee, 0.60 + 0.40 * draw[3])
    personal = _part(procedures, 0.50 + 0.20 * draw[4])
    copies = 5 + int(draw[5] * 60)
    feedback = int(draw[6] * 7)
    answered = _part(feedback, 1.0 - 3 * late * draw[7])
    return [
        ("1.4", dossiers - int(draw[8] < 0.2 and dossiers > 0), dossiers),
        ("3.1", online, procedures),
        ("3.2", _part(online, 0.15 + 0.45 * draw[9]), online),
        ("3.5a", integrated, with_fee),
        ("3.5b", _part(integrated, 0.30 + 0.60 * draw[10]), with_fee),
        ("4.5a", _part(personal, 0.30 + 0.50 * draw[11]), personal),
        ("4.6", _part(copies, 0.40 + 0.60 * draw[12]), copies),
        ("5.2", answered, feedback),
        ("5.3", max(0, answered - int(draw[13] < 0.25)), feedback),
        ("5.4.complaints", int(dossiers > 0 and draw[13] < 0.12), ""),
    ]


def _part(whole: int, share: float) -> int:
    return min(whole, int(whole * share + 0.5))
