"""The corridor of `services`: a catalogue of procedures, and the exports whose dossiers are of them."""

from __future__ import annotations

from dataclasses import replace

from reformcli.errors import UsageError
from reformcli.judging import Options, Progress, judge, load
from reformcli.model import Run
from reformcli.pipeline import run_of
from reformcli.services.counting import WORST, Offer, offer
from reformcli.services.served import serve, told

ASKED = ("service_level",)  # what the catalogue must tell


def run_services(
    options: Options, progress: Progress | None = None, *, worst: int = WORST, make_add: bool = False
) -> tuple[Run, Offer]:
    """Count the procedures of a catalogue, and with exports their dossiers.

    Raises:
        UsageError: `nothing_to_read`, no catalogue. InputError: whatever `load_services` and `judge` raise.
    """
    options = replace(options, asked_of_catalogue=ASKED)
    judged = judge(options, progress, loaded=None if options.exports else load(options))
    known = serve(judged)
    if known is None:
        raise UsageError("nothing_to_read", where="CATALOGUE")
    return run_of(judged, told(known)), offer(known, worst=worst, make_add=make_add)
