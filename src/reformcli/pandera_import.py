"""Importing pandera: it looks for other frame libraries and test tools that are installed, and imports them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_NOT_NEEDED = ("pyspark", "hypothesis")  # one second and a fifth of one


def import_pandera() -> None:
    """Import pandera for pandas alone; what is imported already stays as it is."""
    if "pandera" in sys.modules:
        return
    with _hidden([name for name in _NOT_NEEDED if name not in sys.modules]):
        import pandera.backends.pandas.builtin_checks
        import pandera.pandas  # noqa: F401


@contextmanager
def _hidden(names: Sequence[str]) -> Iterator[None]:
    """An import of one of these fails at once."""
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
