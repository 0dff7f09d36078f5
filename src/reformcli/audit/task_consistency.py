"""What must hold inside a report on tasks: states follow from the days, counts and rates from the states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reformcli.figures import percent

Entry = Mapping[str, Any]
_DONE = ("done_on_time", "done_late", "done_no_due")


def task_checks(body: Entry, to: str, *, is_whole: bool) -> Iterator[tuple[str, bool]]:
    """Check `reformcli.tasks/1`, or what a report holds of it.

    Args:
        body: the result.
        to: T as the result tells it; its day counts.
        is_whole: whether every task is listed; else the lists are those of some agencies, the total that of all.

    Yields:
        Where, and whether it is right.
    """
    day, tasks, total = to[:10], body["tasks"], body["total"]
    for one in tasks:
        yield f"{one['row']} state", one["state"] == _state(one, day)
        yield f"{one['row']} days", one["days"] == _days(one, day)
    yield "rows total", body["rows"]["counted"] == total["tasks"]
    for name, key in (("total", ""), ("agencies", "agency"), ("groups", "group"), ("weeks", "week")):
        for one in [total] if name == "total" else body[name]:
            yield f"{one.get(key) or name} counts", _adds_up(one)
    for name in ("groups", *(("agencies",) if is_whole else ())):
        yield f"{name} total", _is_sum(total, body[name])
    yield from _lists(body, day)
    if is_whole:
        yield "total tasks", _counts(total, tasks, day)
        for one in body["agencies"]:
            yield f"{one['agency']} tasks", _counts(one, [it for it in tasks if _lead(it) == _lead(one)], day)
        for one in body["groups"]:
            yield f"{one['group']} tasks", _counts(one, [it for it in tasks if it["group"] == one["group"]], day)
        for one in body["weeks"]:
            yield f"{one['week']} tasks", _counts(one, [it for it in tasks if _week(it["due"]) == one["week"]], day)
        yield from _compared(body["comparison"], tasks)


def _state(task: Entry, day: str) -> str:
    """The state that the days of a task tell; days in ISO form stand in their order as texts do."""
    done, due, start = task["done"], task["due"], task["start"]
    if done is not None and done <= day:
        return "done_no_due" if due is None else "done_on_time" if done <= due else "done_late"
    if done is None and task["progress"] == 100:
        return "done_unknown"
    if due is not None and due < day:
        return "overdue"
    if start is not None and start > day:
        return "not_started"
    return "undated" if due is None else "in_progress"


def _days(task: Entry, day: str) -> int | None:
    """Calendar days from the due day to the end, or to T; None of a task that is not late."""
    until = {"overdue": day, "done_late": task["done"]}.get(task["state"])
    return (date.fromisoformat(until) - date.fromisoformat(task["due"])).days if until and task["due"] else None


def _adds_up(count: Entry) -> bool:
    """Whether the states make up the tasks, and the rates are half up."""
    states = count["states"]
    return bool(
        count["tasks"] == sum(states.values())
        and count["done"] == sum(states[name] for name in _DONE)
        and count["completion"] == percent(count["done"], count["tasks"])
        and count["on_time"] == percent(count["on_time_of_due"], count["due"])
    )


def _is_sum(total: Entry, parts: Sequence[Entry]) -> bool:
    """Whether the parts make up the whole in every count."""
    names = ("tasks", "done", "due", "on_time_of_due")
    return all(total[name] == sum(one[name] for one in parts) for name in names) and all(
        number == sum(one["states"][state] for one in parts) for state, number in total["states"].items()
    )


def _counts(count: Entry, tasks: Sequence[Entry], day: str) -> bool:
    """Whether a count is that of these tasks."""
    states = Counter(one["state"] for one in tasks)
    fallen = [one for one in tasks if one["due"] is not None and one["due"] <= day]
    return (
        all(states[state] == number for state, number in count["states"].items())
        and count["due"] == len(fallen)
        and count["on_time_of_due"] == sum(one["state"] == "done_on_time" for one in fallen)
    )


def _lists(body: Entry, day: str) -> Iterator[tuple[str, bool]]:
    """The overdue tasks and those that fall due in a span are those of the list, by their rows."""
    overdue = [(one["due"], one["row"]) for one in body["tasks"] if one["state"] == "overdue"]
    yield "overdue", body["overdue"] == [row for _, row in sorted(overdue)]
    for name in ("due_this_week", "due_next_week"):
        span = body[name]
        mine = [one for one in body["tasks"] if one["state"] in ("in_progress", "not_started") and one["due"]]
        found = [(one["due"], one["row"]) for one in mine if span["from"] <= one["due"] <= span["to"]]
        yield name, span["tasks"] == [row for _, row in sorted(found)]
    yield "weeks", body["due_this_week"]["from"] == day


def _compared(comparison: Entry | None, tasks: Sequence[Entry]) -> Iterator[tuple[str, bool]]:
    """Every event is counted, and what is told of a task now is what the list tells of it."""
    if comparison is None:
        return
    counts = Counter(one["event"] for one in comparison["changes"])
    yield "comparison before", _adds_up(comparison["before"])
    by_row = {one["row"]: one for one in tasks}
    for event, number in comparison["events"].items():
        yield f"comparison {event}", number == counts[event]
    for now in (one["now"] for one in comparison["changes"] if one["now"]):
        task = by_row.get(now["row"], {})
        yield f"comparison {now['row']}", all(task.get(name) == now[name] for name in ("agency", "due", "state"))


def _lead(one: Entry) -> tuple[Any, ...]:
    return one["agency"], one["agency_id"], one["is_several"]


def _week(day: str | None) -> str | None:
    if day is None:
        return None
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"
