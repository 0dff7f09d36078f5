"""The rules of DESIGN.md and domain/qd766.md once more, row by row, in plain Python: the oracle of the tests.

Written from the specification alone, never from `src/`, and meant to be read beside it: no speed, no cleverness, and
nothing shared with the program it checks. Where the specification is silent the reading taken is marked "Reading:".
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

STATES = ("rejected", "out_of_scope", "early", "on_time", "late", "in_time", "overdue", "paused")
STATUSES = (
    "accepted",
    "pending",
    "supplement",
    "payment",
    "stopped",
    "withdrawn",
    "resolved",
    "returned",
    "not_accepted",
    "refused",
)
COUNTS = (
    "handled",
    "received",
    "received_online",
    "received_direct",
    "received_post",
    "received_unstated",
    "carried_over",
    "resolved",
    "early",
    "on_time",
    "late",
    "pending",
    "in_time",
    "overdue",
    "paused",
    "undated",
    "withdrawn",
)
LAST_SECOND = time(23, 59, 59)
LONE_AFTER = timedelta(days=60)
NEVER_IN_SCOPE = ("not_accepted", "refused")
NEEDS_AN_END = ("resolved", "returned")
PAUSING = ("supplement", "payment", "stopped")


@dataclass(frozen=True)
class Dossier:
    """One row of an export, already read. A moment at 00:00:00 has no time of day."""

    dossier_id: str
    agency: str | None = None
    level: str | None = None  # ministry, province, district, commune
    channel: str | None = None  # online, direct, post; None counts as direct and as unstated
    status: str | None = None  # one of STATUSES
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    supplement_requested_at: datetime | None = None
    supplement_completed_at: datetime | None = None
    supplement_requests: int | None = None
    fee: int | None = None
    paid_online: int | None = None  # 0, 1 or 2
    electronic_result: bool | None = None
    digitised: bool | None = None
    reused: bool | None = None
    linked_store: bool | None = None
    population_data: bool | None = None


@dataclass(frozen=True)
class Choices:
    """What a scorecard chooses; the defaults are those of 766. Every `**choices` below is one of these."""

    granularity: str = "timestamp"  # or "day"
    no_due_date: str = "in_time"  # or "exclude", "late"
    paused: str = "in_time"  # anything else: a paused dossier is not a good one of 2.1
    more_than_one_supplement: str = "late"  # anything else: judged like any other
    compared_date: str = "finished"  # or "returned"
    withdrawn: str = "as_resolved"  # or "exclude"

    def __post_init__(self) -> None:
        known = {
            "granularity": ("timestamp", "day"),
            "no_due_date": ("in_time", "exclude", "late"),
            "compared_date": ("finished", "returned"),
            "withdrawn": ("as_resolved", "exclude"),
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise ValueError(f"{name} = {getattr(self, name)!r} is none of {values}")


# --- one dossier -----------------------------------------------------------------------------------------------------


def judge(d: Dossier, start: datetime, end: datetime, **choices: str) -> str:
    """The state of one dossier at `end` (the T of DESIGN), in the period [start, end]: one of STATES."""
    how = Choices(**choices)
    if is_rejected(d, **choices):
        return "rejected"
    if is_out_of_scope(d, start, end, **choices):
        return "out_of_scope"
    ended = end_of(d, **choices)
    if ended is not None and ended <= end:
        return _judge_ended(d, ended, end, how)
    return _judge_open(d, end, how)


def is_rejected(d: Dossier, **choices: str) -> bool:
    """Severity: the row alone is enough to quarantine it (`kept` finds the lone dates, which need the others).

    Reading: errors go before scope, since validate runs before classify: a broken row that is also refused is rejected.
    """
    ended = own_end_of(d, **choices)
    if not d.dossier_id.strip():
        return True
    if d.received_at is None:
        return True
    if ended is None and (d.status in NEEDS_AN_END or d.status is None):
        return True
    return ended is not None and is_before(ended, d.received_at)


def is_out_of_scope(d: Dossier, start: datetime, end: datetime, **choices: str) -> bool:
    """Rule 1, and what the scorecard excludes (rules 6 and 7)."""
    how = Choices(**choices)
    if d.status in NEVER_IN_SCOPE:
        return True
    if d.received_at > end:
        return True
    if how.withdrawn == "exclude" and is_withdrawn(d):
        return True
    if how.no_due_date == "exclude" and is_undated(d):
        return True
    ended = end_of(d, **choices)
    return ended is not None and is_before(ended, start)


def own_end_of(d: Dossier, **choices: str) -> datetime | None:
    """The end that the row itself states (rule 2)."""
    if Choices(**choices).compared_date == "returned":
        return d.returned_at if d.returned_at is not None else d.finished_at
    return d.finished_at if d.finished_at is not None else d.returned_at


def end_of(d: Dossier, **choices: str) -> datetime | None:
    """The end that counts: a dossier withdrawn without an end has its receipt for one (rule 6)."""
    ended = own_end_of(d, **choices)
    if ended is None and is_withdrawn(d):
        return d.received_at
    return ended


def waiting_of(d: Dossier, end: datetime) -> timedelta:
    """The waiting time of a supplement completed by `end`; none when a date is missing or the two are reversed."""
    asked, came = d.supplement_requested_at, d.supplement_completed_at
    if asked is None or came is None or came > end:
        return timedelta(0)
    return max(came - asked, timedelta(0))


def deadline_of(d: Dossier, end: datetime, **choices: str) -> datetime:
    """Rule 3, for a dossier with a due date.

    Reading: the waiting time is added to `due_at` as written (00:00:00 when it has no time of day); then the day it
    falls on gives the last second.
    """
    moment = d.due_at + waiting_of(d, end)
    if not has_time(d.due_at) or Choices(**choices).granularity == "day":
        return datetime.combine(moment.date(), LAST_SECOND)
    return moment


def _judge_ended(d: Dossier, ended: datetime, end: datetime, how: Choices) -> str:
    """Rules 4 to 7 for a dossier that has ended at T.

    Reading: "withdrawn without an end: on time" is literal (never early, nor late when due before its receipt), and
    yields only to more than one request for supplements and to `no_due_date = "late"`.
    """
    choices = vars(how)
    if has_too_many_supplements(d, how):
        return "late"
    if is_undated(d):
        return "late" if how.no_due_date == "late" else "on_time"
    if own_end_of(d, **choices) is None:
        return "on_time"
    deadline = deadline_of(d, end, **choices)
    by_day = how.granularity == "day" or not has_time(ended) or not has_time(d.due_at)
    is_late = ended.date() > deadline.date() if by_day else ended > deadline
    if is_late:
        return "late"
    return "early" if ended.date() < deadline.date() else "on_time"


def _judge_open(d: Dossier, end: datetime, how: Choices) -> str:
    """Rules 5 and 7 for a dossier still open at T."""
    if has_too_many_supplements(d, how):
        return "overdue"
    if is_undated(d):
        if how.no_due_date == "late":
            return "overdue"
        return "paused" if d.status in PAUSING else "in_time"
    deadline = deadline_of(d, end, **vars(how))
    is_past = end > deadline
    if d.status in PAUSING:
        asked = d.supplement_requested_at
        asked_too_late = d.status == "supplement" and asked is not None and asked > deadline
        return "overdue" if asked_too_late and is_past else "paused"
    return "overdue" if is_past else "in_time"


def is_handled(d: Dossier, start: datetime, end: datetime, **choices: str) -> bool:
    """Rule 8: received in the period or carried over into it."""
    return judge(d, start, end, **choices) not in ("rejected", "out_of_scope")


def is_received(d: Dossier, start: datetime, end: datetime, **choices: str) -> bool:
    """Handled, and received in the period."""
    return is_handled(d, start, end, **choices) and not is_before(d.received_at, start)


def is_carried_over(d: Dossier, start: datetime, end: datetime, **choices: str) -> bool:
    """Handled, and received before the period."""
    return is_handled(d, start, end, **choices) and is_before(d.received_at, start)


def is_undated(d: Dossier) -> bool:
    """No due date."""
    return d.due_at is None


def is_withdrawn(d: Dossier) -> bool:
    """Withdrawn by its status. Reading: also while its end is still after T."""
    return d.status == "withdrawn"


def has_too_many_supplements(d: Dossier, how: Choices) -> bool:
    """More than one request, and the scorecard minds."""
    return how.more_than_one_supplement == "late" and (d.supplement_requests or 0) > 1


def has_time(moment: datetime) -> bool:
    """Midnight is how a date without a time of day looks."""
    return moment.time() != time(0, 0, 0)


def is_before(event: datetime, other: datetime) -> bool:
    """Earlier; by day when either lacks a time of day.

    Reading: also against `start`, so that an end on the day of the first receipt is not "before the period" only
    because it has no time of day.
    """
    if has_time(event) and has_time(other):
        return event < other
    return event.date() < other.date()


# --- the period ------------------------------------------------------------------------------------------------------


def kept(dossiers: Iterable[Dossier], **choices: str) -> list[Dossier]:
    """The valid rows: neither broken alone nor holding a lone date far beyond all others.

    `count`, `count_by` and `components` do not look for lone dates: give them `kept(dossiers)`.
    """
    valid = [d for d in dossiers if not is_rejected(d, **choices)]
    gap = LONE_AFTER
    while True:
        events = sorted((moment, place) for place, d in enumerate(valid) for moment in events_of(d))
        if len(events) < 2 or events[-1][0] - events[-2][0] <= gap:
            return valid
        del valid[events[-1][1]]
        gap = timedelta(days=365)  # a second one must be another mistyped year


def events_of(d: Dossier) -> list[datetime]:
    """A dossier's receipt, and the later of finished and returned."""
    ends = [moment for moment in (d.finished_at, d.returned_at) if moment is not None]
    return [d.received_at, max(ends)] if ends else [d.received_at]


def default_end(dossiers: Iterable[Dossier], **choices: str) -> datetime | None:
    """The T of an export without `--to`: its latest event that is not lone; None without a valid row."""
    return max((moment for d in kept(dossiers, **choices) for moment in events_of(d)), default=None)


def default_start(dossiers: Iterable[Dossier], **choices: str) -> datetime | None:
    """The `from` of an export without `--from`: the first receipt among valid rows."""
    return min((d.received_at for d in kept(dossiers, **choices)), default=None)


# --- counts ----------------------------------------------------------------------------------------------------------


def tally(dossiers: Iterable[Dossier], start: datetime, end: datetime, **choices: str) -> dict[str, int]:
    """How many dossiers are in each of STATES."""
    found = Counter(judge(d, start, end, **choices) for d in dossiers)
    return {state: found[state] for state in STATES}


def count(
    dossiers: Iterable[Dossier], start: datetime, end: datetime, *, channel_measured: bool = True, **choices: str
) -> dict[str, int | None]:
    """The flow table's row for all these dossiers."""
    counts: dict[str, int | None] = dict.fromkeys(COUNTS, 0)
    for d in dossiers:
        state = judge(d, start, end, **choices)
        if state in ("rejected", "out_of_scope"):
            continue
        counts["handled"] += 1
        counts[state] += 1
        counts["resolved" if state in ("early", "on_time", "late") else "pending"] += 1
        counts["undated"] += is_undated(d)
        counts["withdrawn"] += is_withdrawn(d)
        if is_carried_over(d, start, end, **choices):
            counts["carried_over"] += 1
            continue
        counts["received"] += 1
        counts[f"received_{d.channel or 'direct'}"] += 1
        counts["received_unstated"] += d.channel is None
    if not channel_measured:
        counts |= dict.fromkeys(("received_online", "received_direct", "received_post", "received_unstated"))
    return counts


def count_by(
    dossiers: Iterable[Dossier],
    key: str | Callable[[Dossier], object],
    start: datetime,
    end: datetime,
    *,
    channel_measured: bool = True,
    **choices: str,
) -> dict[object, dict[str, int | None]]:
    """One row per value of `key`: a field's name, or a function such as `agency_key`; None is a value like others.

    Reading: a value is there when it has a valid row, be it out of scope (then all counts are 0).
    """
    groups: dict[object, list[Dossier]] = {}
    for d in dossiers:
        if not is_rejected(d, **choices):
            groups.setdefault(key(d) if callable(key) else getattr(d, key), []).append(d)
    return {
        value: count(members, start, end, channel_measured=channel_measured, **choices)
        for value, members in groups.items()
    }


def agency_key(d: Dossier) -> tuple[str | None, str | None]:
    """An agency without a register: its name (NFC, spaces and case folded) and its level; None is unattributed."""
    folded = unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", d.agency or "").split()).casefold())
    return (folded or None, d.level)


def broken_identities(counts: Mapping[str, int | None]) -> list[str]:
    """The identities of DESIGN that these counts do not keep; [] when all hold."""
    c = counts
    split_is_measured = c["received_online"] is not None
    held = {
        "handled = received + carried_over": c["handled"] == c["received"] + c["carried_over"],
        "handled = resolved + pending": c["handled"] == c["resolved"] + c["pending"],
        "received = online + direct + post": not split_is_measured
        or c["received"] == c["received_online"] + c["received_direct"] + c["received_post"],
        "resolved = early + on_time + late": c["resolved"] == c["early"] + c["on_time"] + c["late"],
        "pending = in_time + overdue + paused": c["pending"] == c["in_time"] + c["overdue"] + c["paused"],
    }
    return [name for name, holds in held.items() if not holds]


def components(
    dossiers: Iterable[Dossier], start: datetime, end: datetime, complaints: int | None = None, **choices: str
) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of the components that dossiers can give, as if every column were there.

    Without `complaints` 5.4 is only an upper bound: name it in `total(..., upper_bound=["5.4"])`.
    Reading: complaints beyond the good dossiers leave 0, not less.
    """
    good_states = ["early", "on_time", "in_time"]
    if Choices(**choices).paused == "in_time":
        good_states.append("paused")
    received = [d for d in dossiers if is_received(d, start, end, **choices)]
    states = [judge(d, start, end, **choices) for d in received]
    with_fee = [d for d in received if d.fee is not None and d.fee != 0]
    bad = states.count("late") + states.count("overdue")
    everyone = len(received)
    return {
        "2.1": (sum(state in good_states for state in states), everyone),
        "3.3": (sum(d.channel == "online" for d in received), everyone),
        "3.6": (sum(d.paid_online in (1, 2) for d in with_fee), len(with_fee)),
        "4.1": (sum(d.electronic_result is True for d in received), everyone),
        "4.2": (sum(d.digitised is True for d in received), everyone),
        "4.3": (sum(d.reused is True for d in received), everyone),
        "4.4": (sum(d.linked_store is True for d in received), everyone),
        "4.5b": (sum(d.population_data is True for d in received), everyone),
        "5.4": (max(everyone - bad - (complaints or 0), 0), everyone),
    }


# --- points ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Component:
    """A row of the table in qd766.md."""

    group: str
    max: int
    full_at: Fraction | None = None  # None: linear
    when_empty: str = "none"  # or "zero", "full"


GROUPS = {
    "transparency": 18,
    "progress": 20,
    "online_services": 12,
    "online_payment": 10,
    "satisfaction": 18,
    "digitisation": 22,
}
COMPONENTS = {
    "1.1": Component("transparency", 6),
    "1.2": Component("transparency", 4),
    "1.3": Component("transparency", 2),
    "1.4": Component("transparency", 6),
    "2.1": Component("progress", 20),
    "2.2": Component("progress", 0),
    "3.1": Component("online_services", 2, full_at=Fraction(80, 100), when_empty="zero"),
    "3.2": Component("online_services", 4, when_empty="zero"),
    "3.3": Component("online_services", 6, full_at=Fraction(50, 100), when_empty="zero"),
    "3.5a": Component("online_payment", 2, full_at=Fraction(80, 100), when_empty="zero"),
    "3.5b": Component("online_payment", 2, full_at=Fraction(80, 100), when_empty="zero"),
    "3.6": Component("online_payment", 6, when_empty="zero"),
    "4.1": Component("digitisation", 6),
    "4.2": Component("digitisation", 4),
    "4.3": Component("digitisation", 2, full_at=Fraction(80, 100)),
    "4.4": Component("digitisation", 4),
    "4.5a": Component("digitisation", 2),
    "4.5b": Component("digitisation", 2),
    "4.6": Component("digitisation", 2),
    "5.1": Component("satisfaction", 0),
    "5.2": Component("satisfaction", 6, when_empty="full"),
    "5.3": Component("satisfaction", 6, when_empty="full"),
    "5.4": Component("satisfaction", 6, full_at=Fraction(90, 100), when_empty="zero"),
}


def half_up(value: Fraction) -> Decimal:
    """Two decimals, a half goes up; for values not below 0. In integers: nothing is rounded twice."""
    hundredths = (value.numerator * 200 + value.denominator) // (value.denominator * 2)
    return Decimal(hundredths).scaleb(-2)


def ratio(numerator: int, denominator: int) -> Decimal | None:
    """A percentage with two decimals; None over nothing."""
    return half_up(Fraction(100 * numerator, denominator)) if denominator else None


def points(component: str, numerator: int, denominator: int) -> Decimal | None:
    """The points of a component; None when its population is empty and the rules give no value for that.

    Components of maximum 0 (2.2, 5.1) are shown only: 0 points.

    Raises:
        ValueError: the rules say nothing of a negative count, nor of a part greater than its whole.
    """
    rule = COMPONENTS[component]
    if numerator < 0 or denominator < 0 or (numerator > denominator and rule.max > 0):
        raise ValueError(f"{component}: {numerator}/{denominator} is not a part of a whole")
    if denominator == 0:
        return {"none": None, "zero": Decimal("0.00"), "full": half_up(Fraction(rule.max))}[rule.when_empty]
    share = Fraction(numerator, denominator)
    if rule.full_at is not None:
        share = min(share / rule.full_at, Fraction(1))
    return half_up(rule.max * share)


@dataclass(frozen=True)
class Score:
    """Points, the maximum of what could be measured, and the maximum of all."""

    points: Decimal
    measurable: int
    max: int


@dataclass(frozen=True)
class Total(Score):
    """The same for the whole, with its parts; a component without a value is None, and in no sum."""

    groups: dict[str, Score]
    components: dict[str, Decimal | None]


def total(counts: Mapping[str, tuple[int, int]], *, upper_bound: Iterable[str] = ()) -> Total:
    """Components → groups → total. A component absent from `counts` is not measured.

    Args:
        counts: component id → (numerator, denominator).
        upper_bound: components shown but outside the sums: 5.4 without complaints.
    """
    found = {component: points(component, *pair) for component, pair in counts.items()}
    outside = set(upper_bound)
    groups = {}
    for group, most in GROUPS.items():
        summed = {
            component: value
            for component, value in found.items()
            if COMPONENTS[component].group == group and value is not None and component not in outside
        }
        measurable = sum(COMPONENTS[component].max for component in summed)
        groups[group] = Score(sum(summed.values(), Decimal("0.00")), measurable, most)
    return Total(
        points=sum((score.points for score in groups.values()), Decimal("0.00")),
        measurable=sum(score.measurable for score in groups.values()),
        max=sum(GROUPS.values()),
        groups=groups,
        components=found,
    )


def ranks(units: Iterable[tuple[str, Decimal | None, int]]) -> dict[str, int | None]:
    """Rank of each (name, points, measurable) of one level: 1-2-2-4, by the exact quotient; nothing measured, none."""
    shares = {
        name: Fraction(gained) / Fraction(measurable) if gained is not None and measurable else None
        for name, gained, measurable in units
    }
    measured = [share for share in shares.values() if share is not None]
    return {
        name: None if share is None else 1 + sum(other > share for other in measured) for name, share in shares.items()
    }
