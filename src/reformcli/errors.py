"""Expected failures and the exit codes of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """The contract with scripts: documented in the README, pinned by tests."""

    OK = 0  # done
    FINDINGS = 1  # done, and findings at or above --fail-on
    USAGE = 2  # unknown option, wrong value, or a named file that does not exist
    INPUT = 3  # an input cannot be read or trusted, or the output cannot be written
    DEFECT = 70  # a defect of reformcli


class ReformError(Exception):
    """Base of all expected failures: what happened, where, and what to do.

    `key` names a text of `i18n` (`error.<key>.what` and `error.<key>.fix`); `values` fill its placeholders. Values
    name files, sheets, rows, columns and headings, never the contents of personal cells.
    """

    exit_code = ExitCode.INPUT

    def __init__(self, key: str, *, where: str, **values: object) -> None:
        self.key, self.where, self.values = key, where, values
        super().__init__(f"{key} ({where})")


class UsageError(ReformError):
    """The command line names something that cannot be meant: exit code 2."""

    exit_code = ExitCode.USAGE


class InputError(ReformError):
    """An export, register, count or rule file cannot be read or trusted: exit code 3."""


class OutputError(ReformError):
    """The output cannot be written: exit code 3; an earlier file is untouched."""


class MissingColumnsError(ReformError):
    """A frame lacks columns that the next step needs: a defect of ours, never the user's."""

    exit_code = ExitCode.DEFECT

    def __init__(self, missing: Sequence[str], *, where: str) -> None:
        super().__init__("missing_columns", where=where, columns=", ".join(missing))


def place_of(error: Exception) -> str:
    """Where a defect happened: module and line of our code, no values."""
    trace, place = error.__traceback__, "reformcli"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("reformcli"):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
