"""Every text a person sees, in Vietnamese (first) and English, from `vi.toml` and `en.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("vi", "en")


@cache
def _texts(language: str) -> dict[str, str]:
    table = tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(table, ""))


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            flat += _flat(value, f"{prefix}{key}.")
        else:
            flat.append((prefix + key, str(value)))
    return flat


def keys(language: str) -> dict[str, str]:
    """All texts of a language by dotted key, placeholders unfilled."""
    return dict(_texts(language))


def text(key: str, language: str, **values: object) -> str:
    """A text with its placeholders filled. A missing key or value is a defect and raises KeyError."""
    return filled(key, language, values)


def filled(key: str, language: str, values: Mapping[str, object]) -> str:
    """The same from a mapping, which is asked only for the placeholders that the text has."""
    return _texts(language)[key].format_map(values)


def has(key: str, language: str) -> bool:
    """Whether a text exists."""
    return key in _texts(language)
