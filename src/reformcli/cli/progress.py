"""A progress bar on stderr for the steps of a run; nothing at all where stderr is no terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from reformcli.i18n import text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """Shows (step, done, of) as the pipeline tells it; `of` 0 means that nobody knows how long the step takes."""

    def __init__(self, language: str, *, shown: bool, told: bool = False) -> None:
        self._language, self._shown, self._told = language, shown, told
        self._step = ""
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task(text("progress.read", self._language), total=None)
            self._progress.start()
        return self

    def __call__(self, step: str, done: int, of: int) -> None:
        """Show how far a step is; with -v and without a terminal, name each step once."""
        if self._told and step != self._step:
            sys.stderr.write(text(f"progress.{step}", self._language) + "\n")
            self._step = step
        if self._progress is not None and self._task is not None:
            shown = text(f"progress.{step}", self._language)
            self._progress.update(self._task, description=shown, total=of or None, completed=done)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()
