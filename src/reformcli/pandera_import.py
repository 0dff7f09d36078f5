"""Importing pandera: it looks for every frame library that is installed, and imports Spark's, which takes a second."""

from __future__ import annotations

import sys


def import_pandera() -> None:
    """Import pandera for pandas alone; what is imported already stays as it is."""
    if "pandera" in sys.modules:
        return
    is_hidden = "pyspark" not in sys.modules
    if is_hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]  # an import of it fails at once
    try:
        import pandera.backends.pandas.builtin_checks
        import pandera.pandas  # noqa: F401
    finally:
        if is_hidden:
            del sys.modules["pyspark"]
