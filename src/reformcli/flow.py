"""The names of the flow table: how dossiers came in, ended and remain (form II.06a, with more detail)."""

from __future__ import annotations

from collections.abc import Mapping

# The flow table: each name with the predicate it counts (the channel split: among those received in the period).
FLOW: Mapping[str, str] = {
    "handled": "is_handled",
    "received": "is_received",
    "received_online": "is_online",
    "received_direct": "is_direct",
    "received_post": "is_by_post",
    "received_unstated": "is_channel_unstated",
    "carried_over": "is_carried_over",
    "resolved": "is_resolved",
    "early": "is_early",
    "on_time": "is_on_time",
    "late": "is_late",
    "pending": "is_pending",
    "in_time": "is_in_time",
    "overdue": "is_overdue",
    "paused": "is_paused",
    "undated": "is_undated",
    "withdrawn": "is_withdrawn",
}
CHANNEL_SPLIT = {
    name: FLOW[name] for name in ("received_online", "received_direct", "received_post", "received_unstated")
}
