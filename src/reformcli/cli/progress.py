"""A progress bar on stderr for the steps of a run; nothing at all where stderr is no terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from reformcli.i18n import text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

MEGABYTE = 1_000_000
IN_BYTES = "read"  # this step is measured in bytes, `parse` in rows; those after it look at the same rows at once


class Bar:
    """Shows (step, done, of) as the pipeline tells it; `of` 0 means that nobody knows how long the step takes."""

    def __init__(self, language: str, *, shown: bool, told: bool = False) -> None:
        self._language, self._shown, self._told = language, shown, told
        self._step, self._rows = "", 0
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=None),
                TextColumn("{task.fields[amount]}", markup=False),
                TextColumn("{task.fields[rate]}", markup=False),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True, expand=True)
            self._progress.start()
            self._begin(IN_BYTES)
        return self

    def __call__(self, step: str, done: int, of: int) -> None:
        """Show how far a step is; with -v and without a terminal, name each step once."""
        if self._told and step != self._step:
            sys.stderr.write(text(f"progress.{step}", self._language) + "\n")
        if self._progress is not None and step != self._step:
            self._begin(step)
        self._step = step
        if step == "parse":
            self._rows = of
        if self._progress is not None and self._task is not None:
            speed = self._progress.tasks[0].speed
            amount, rate = amounts(step, done, of or self._rows, speed, self._language)
            self._progress.update(self._task, total=of or None, completed=done, amount=amount, rate=rate)

    def _begin(self, step: str) -> None:
        """Put the line of a step in the place of the one before: its rate and its time are its own."""
        if self._progress is not None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            shown = text(f"progress.{step}", self._language)
            self._task = self._progress.add_task(shown, total=None, amount="", rate="")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()


def amounts(step: str, done: int, of: int, speed: float | None, language: str) -> tuple[str, str]:
    """What is done of a step, and how much of it in a second; nothing where nobody knows.

    >>> amounts("read", 12_600_000, 87_800_000, 5_250_000.0, "en")
    ('12.6/87.8 MB', '5.2 MB/s')
    >>> amounts("validate", 0, 694_611, None, "vi")
    ('694.611 hàng', '')
    """
    if not of:
        return "", ""
    unit = text("progress_unit.bytes" if step == IN_BYTES else "progress_unit.rows", language)
    if step == IN_BYTES:
        amount = f"{_decimal(done / MEGABYTE, language)}/{_decimal(of / MEGABYTE, language)} {unit}"
        return amount, f"{_decimal(speed / MEGABYTE, language)} {unit}/s" if speed else ""
    whole = _grouped(of, language)
    return (f"{_grouped(done, language)}/{whole}" if done else whole) + f" {unit}", (
        f"{_grouped(round(speed), language)} {unit}/s" if speed else ""
    )


def _decimal(value: float, language: str) -> str:
    """One place behind the comma."""
    shown = f"{value:.1f}"
    return shown.replace(".", ",") if language == "vi" else shown


def _grouped(value: int, language: str) -> str:
    shown = f"{value:,}"
    return shown.replace(",", ".") if language == "vi" else shown
