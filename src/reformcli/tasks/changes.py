"""Two registers of tasks compared: what was done, fell overdue or was moved in between, what came and what went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from reformcli.agencies.register import spell
from reformcli.tasks.model import DONE, EVENTS, NOBODY, Change, Changes, Standing, Task
from reformcli.tasks.states import count

Pair = tuple[Standing, Standing]
Key = tuple[object, ...]


def compare(before: Sequence[Standing], now: Sequence[Standing], *, name: str, moment: date) -> Changes:
    """What happened to every task between two registers.

    Args:
        before: the tasks of the previous register, with their states at its moment.
        now: those of the current one.
        name: the file of the previous register.
        moment: T of the previous register.

    Tasks are the same by their code; else by text, lead agency and due date; else by text and lead alone, and last by
    text alone (it was given to another agency), both only where either register has one such task: of the reports of
    every month none is taken for the next one with its due date moved.
    """
    pairs, gone, fresh = _paired(before, now)
    found = [Change(event, old, new) for old, new in pairs for event in events(old, new, moment)]
    found += [Change("new", None, one) for one in fresh] + [Change("vanished", one, None) for one in gone]
    found.sort(key=lambda one: (EVENTS.index(one.event), (one.now or one.before).task.row))  # type: ignore[union-attr]
    return Changes(name, moment, len(pairs), count("total", NOBODY, before, moment), tuple(found))


def events(old: Standing, new: Standing, moment: date) -> Iterator[str]:
    """What happened to one task; `moment` is T of the old register.

    A due date moved later, or taken away, that was over at that moment had passed before it was moved. One that passed
    only afterwards may have been moved in time: nobody knows.
    """
    was_done, is_done = old.state in DONE, new.state in DONE
    if is_done and not was_done:
        yield "newly_done"
    if was_done and not is_done:
        yield "reopened"
    if new.state == "overdue" and old.state != "overdue":
        yield "newly_overdue"
    if old.task.due != new.task.due:
        is_later = old.task.due is not None and (new.task.due is None or new.task.due > old.task.due)
        has_passed = old.task.due is not None and old.task.due < moment
        yield "due_moved_passed" if is_later and has_passed else "due_moved"
    if old.task.lead.key != new.task.lead.key:
        yield "reassigned"


def _paired(before: Sequence[Standing], now: Sequence[Standing]) -> tuple[list[Pair], list[Standing], list[Standing]]:
    """The same tasks of two registers, those only in the first, those only in the second."""
    pairs: list[Pair] = []
    old, new = ({one.task.row: one for one in side} for side in (before, now))
    for key_of in (_with_due, _key, _title):
        firsts, seconds = _once(before, key_of), _once(now, key_of)
        for key in firsts.keys() & seconds.keys():
            one, other = firsts[key], seconds[key]
            if one.task.row in old and other.task.row in new:
                pairs.append((old.pop(one.task.row), new.pop(other.task.row)))
    return pairs, list(old.values()), list(new.values())


def _once(tasks: Iterable[Standing], key_of: Callable[[Task], Key]) -> dict[Key, Standing]:
    """The tasks of a register whose key stands there once."""
    of: dict[Key, list[Standing]] = {}
    for one in tasks:
        of.setdefault(key_of(one.task), []).append(one)
    return {key: same[0] for key, same in of.items() if len(same) == 1}


def _key(task: Task) -> Key:
    return ("code", task.code.casefold()) if task.code else ("text", spell(task.title), task.lead.key)


def _with_due(task: Task) -> Key:
    return *_key(task), task.due


def _title(task: Task) -> Key:
    return ("code", task.code.casefold()) if task.code else ("text", spell(task.title))
