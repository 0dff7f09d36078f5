"""The names that components, counts and people use for what `classify` tells of a dossier."""

from __future__ import annotations

from collections.abc import Mapping

# Predicates that components may name, each with the optional columns it needs to be measured.
PREDICATES: Mapping[str, tuple[str, ...]] = {
    "is_handled": (),
    "is_received": (),
    "is_carried_over": (),
    "is_resolved": (),
    "is_pending": (),
    "is_early": (),
    "is_on_time": (),
    "is_late": (),
    "is_in_time": (),
    "is_overdue": (),
    "is_paused": (),
    "is_undated": (),
    "is_withdrawn": (),
    "is_in_good_time": (),
    "is_not_late": (),
    "is_finished_on_time": (),
    "is_received_and_finished": (),
    "is_online": ("channel",),
    "is_direct": ("channel",),
    "is_by_post": ("channel",),
    "is_channel_unstated": ("channel",),
    "is_full_service": ("service_level",),
    "is_received_with_fee": ("fee",),
    "is_paid_online": ("paid_online",),
    "has_electronic_result": ("electronic_result",),
    "is_digitised": ("digitised",),
    "is_reused": ("reused",),
    "is_linked_to_store": ("linked_store",),
    "uses_population_data": ("population_data",),
}
SUMS: Mapping[str, tuple[str, ...]] = {"processing_seconds": ()}
