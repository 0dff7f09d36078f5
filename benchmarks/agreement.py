"""Whether reformcli and a script counted the same: only then is the time of one worth comparing with the other's."""

from __future__ import annotations

from typing import Any

NOT_LATE_COMPONENT = "2.1"  # of Decision 766: received in the period, and of those not late at its end


class Disagreement(Exception):  # noqa: N818  (it says what is wrong)
    """Two results differ."""


def agree(document: dict[str, Any], script: dict[str, list[int]], rows: int, what: str) -> None:
    """Compare reformcli's JSON with a script's counts, agency by agency.

    The script knows no faults, so the input must have none: every row is read, none is rejected or superseded.

    Raises:
        Disagreement: where they differ, or nothing was compared.
    """
    totals = document["rows"]
    if totals["read"] != rows or totals["rejected"] or totals["superseded"]:
        raise Disagreement(f"{what}: the input has rows at fault: {totals}")
    ours, theirs = _of_reformcli(document, what), {name: pair for name, pair in script.items() if pair[0]}
    if not ours:
        raise Disagreement(f"{what}: no agency received anything")
    for agency in sorted(ours.keys() | theirs.keys()):
        if ours.get(agency) != theirs.get(agency):
            told = f"received, not late: reformcli {ours.get(agency)}, script {theirs.get(agency)}"
            raise Disagreement(f"{what}: {agency}: {told}")


def _of_reformcli(document: dict[str, Any], what: str) -> dict[str, list[int]]:
    """Received and not late of every agency that received anything; the flow table must tell the same receipts."""
    found: dict[str, list[int]] = {}
    for entry in document["components"]:
        if entry["kind"] == "agency" and entry["component"] == NOT_LATE_COMPONENT:
            if entry["agency"] in found:
                raise Disagreement(f"{what}: two agencies are called {entry['agency']}")
            if entry["status"] == "measured":
                found[entry["agency"]] = [entry["denominator"], entry["numerator"]]
    received = {unit["agency"]: unit["counts"]["received"] for unit in document["units"] if unit["kind"] == "agency"}
    for agency, count in received.items():
        if count != found.get(agency, [0])[0]:
            raise Disagreement(f"{what}: {agency}: the flow table has {count} received, the component another number")
    return {agency: pair for agency, pair in found.items() if pair[0]}
