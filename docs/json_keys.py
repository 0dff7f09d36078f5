"""The keys of every JSON document, as real runs write them, each with its type and meaning; Markdown for a cog block.

What a key means stands in json_keys.toml.
"""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from generate import ROOT, SAMPLE, heads, run, table

from reformcli.i18n import has, text

Meanings = Mapping[str, Mapping[str, Mapping[str, str]]]


# ------------------------------------------------------------------ tables
def json_keys(command: str, lang: str) -> str:
    """The keys of a command's JSON; `all` for what every run has in common, which the others then leave out."""
    found: dict[str, set[str]] = {}
    for document in documents(command):
        for path, kind in _walk("", document):
            found.setdefault(path, set()).add(kind)
    rows = [
        (f"`{path}`", _type(path, kinds, lang), meaning(path, command, lang))
        for path, kinds in sorted(found.items())
        if path and not path.endswith("[]") and _is_common(path, command) == (command == "all")
    ]
    return table(heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


def report_keys(lang: str) -> str:
    """The top keys of a report, each with the command whose JSON has the same, or what is its own."""
    elsewhere: dict[str, str] = {}
    for command in ("score", "metrics", "late", "targets", "gaps"):
        for document in documents(command):
            for key in document:
                elsewhere.setdefault(key, command)
    found: dict[str, set[str]] = {}
    for document in documents("report"):
        for key, value in document.items():
            found.setdefault(key, set()).add(next(_walk(key, value))[1])
    like = "như trong" if lang == "vi" else "as in"
    own = read_meanings()["report"]
    rows = [
        (
            f"`{key}`",
            _type(key, kinds, lang),
            own[f"/{key}"][lang] if f"/{key}" in own else f"{like} `{elsewhere[key]}`",
        )
        for key, kinds in sorted(found.items())
    ]
    return table(heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


def _is_common(path: str, command: str) -> bool:
    first = re.split(r"[.\[]", path)[0]
    return first in ("schema", "manifest", "rows") or (first == "findings" and command not in ("validate", "rules"))


# ------------------------------------------------------------------ meanings
@cache
def read_meanings() -> Meanings:
    """Command → key → language → words; a file with anything else is refused."""
    meanings: Meanings = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for command, keys in meanings.items():
        if command not in (*_RUNS, "all"):
            raise ValueError(f"json_keys.toml: no runs of {command}")
        for key, words in keys.items():
            if set(words) != {"vi", "en"} or not all(words.values()):
                raise ValueError(f"json_keys.toml: {command} {key}: vi and en, and nothing else")
    return meanings


def meaning(path: str, command: str, lang: str) -> str:
    """What a key holds: said in json_keys.toml where its name does not, else in the words of the tables."""
    steps = path.split(".")
    endings = [f"/{path}", *(".".join(steps[start:]) for start in range(len(steps)))]
    for said in (read_meanings().get(command, {}), read_meanings()["all"]):
        for ending in endings:
            if ending in said:
                return said[ending][lang]
    names = (f"column.{steps[-1]}", f"field.{steps[-1]}")
    return next((text(name, lang) for name in names if has(name, lang)), "")


# ------------------------------------------------------------------ runs
_SMALL = str(SAMPLE / "nho-30.csv")
_FAULTY = str(SAMPLE / "loi-can-xu-ly.csv")
_WEEK = str(SAMPLE / "tuan-51.xlsx")
_IGATE = str(SAMPLE / "igate-tuan-51.xlsx")
_CATALOGUE = str(SAMPLE / "catalogue.csv")
_TASKS, _TASKS_BEFORE = str(SAMPLE / "nhiem-vu.csv"), str(SAMPLE / "nhiem-vu-tuan-50.csv")
_LEAGUE = str(ROOT / "tests" / "data" / "league.csv")
_AGENCIES = ["--agencies", str(SAMPLE / "agencies.csv")]
_GIVEN = [*_AGENCIES, "--counts", str(SAMPLE / "counts.csv")]
_PERIOD = ["--period", "2023-W51"]
_PREVIOUS = [*_PERIOD, "--previous", str(SAMPLE / "tuan-50.xlsx"), "--previous-period", "2023-W50"]
_LATE = ["--list", "--near", "3", "--worst", "5", "--each", "week"]
_CUT_TWICE = [*_PERIOD, "--previous-period", "2023-W50", "--force"]
_JOINED = ["--league", _LEAGUE, "--own", "Phú Thọ", "--tasks", _TASKS, "--previous-tasks", _TASKS_BEFORE]
_SCORES = (["score", _WEEK, *_GIVEN, *_PERIOD], ["score", _IGATE], ["score", *_GIVEN])

# What a run may be given that is no sample: the columns of a table, or what another command writes.
_PUBLISHED, _SCORED, _OFFERED = "cong-bo.csv", "diem-cac-tinh.csv", "mot-thu-tuc.csv"
_TABLES = {
    _PUBLISHED: "component,value,numerator,denominator,kind\n2.1,100,,,percent\n4.1,2,,,\n2.1,19.09,,,\na,33.3,1,3,\n",
    _SCORED: "date,province,total,marks\n2026-10-10,Phú Thọ,78.1,WARNING\n2026-10-10,Cả nước,75,\n",
    _OFFERED: "procedure_id,procedure,service_level\n9.000001,Một thủ tục,toàn trình\n",
}
_WRITTEN = {
    "ket-qua.json": ["score", _SMALL, "--period", "2023-W49"],
    "mot-cap.json": ["score", _SMALL, *_PERIOD, "--level", "province"],
    "bao-cao.xlsx": ["report", _SMALL, *_PERIOD],
    "da-sua.csv": ["score", _SMALL, *_PERIOD],
}
_FILED = "luu"  # a folder with the result of the week before
_TYPED_OVER = {"da-sua.csv": ("Sở Tư pháp", "Sở Tư Pháp")}

_RUNS: Mapping[str, Sequence[Sequence[str]]] = {
    "score": (*_SCORES, ["score", _WEEK, *_GIVEN, *_PERIOD, "--catalogue", _CATALOGUE]),
    "metrics": (["metrics", _SMALL, "--by", "agency"], ["metrics", _IGATE, "--by", "agency", "--to", "2023-11-30"]),
    "late": (["late", _WEEK, *_GIVEN, *_PREVIOUS, *_LATE], ["late", _FAULTY, "--fail-on", "never"]),
    "report": (
        ["report", _WEEK, *_GIVEN, *_PREVIOUS, "--each", "week"],
        ["report", _SMALL, *_PERIOD, "--catalogue", _CATALOGUE, *_JOINED, "--remembered", _FILED],
    ),
    "compare": (["compare", _WEEK, *_GIVEN, *_PREVIOUS, "--list"], ["compare", _SMALL, *_CUT_TWICE, "--list"]),
    "edits": (["compare", "--history", str(SAMPLE / "tuan-50.xlsx"), _WEEK, *_GIVEN, *_PERIOD],),
    "targets": (["targets", _SMALL, *_PERIOD], ["targets", *_GIVEN]),
    "gaps": (["gaps", _WEEK, *_GIVEN, *_PERIOD], ["gaps", _SMALL, "--goal", "22"], ["gaps", *_GIVEN]),
    "verify": (["verify", "bao-cao.xlsx", _SMALL], ["verify", "da-sua.csv", _SMALL, _FAULTY], ["verify", "da-sua.csv"]),
    "reconcile": (["reconcile", _PUBLISHED, _SMALL, *_PERIOD],),
    "league": (["league", _LEAGUE, "--agency", "Phú Thọ"], ["league", _SCORED]),
    "history": (
        ["history", _SMALL, "--each", "week", "--agency", "Sở Tư pháp"],
        ["history", "ket-qua.json", "bao-cao.xlsx", "mot-cap.json"],
    ),
    "explain": (
        ["explain", _WEEK, *_GIVEN, *_PERIOD, "--component", "5.4", "--of", "numerator"],
        ["explain", _SMALL, *_PERIOD, "--component", "2.2"],
        ["explain", _SMALL, *_PERIOD, "--late", "overdue"],
        ["explain", _SMALL, *_PERIOD, "--component", "3.3"],
        ["explain", _FAULTY, "--fail-on", "never", "--dossier", "H99.42-231218-0011"],
        ["explain", _SMALL, *_PERIOD, "--dossier", "H99.06-231218-0003"],
        ["explain", _WEEK, *_PERIOD, "--catalogue", _CATALOGUE, "--service", "unfiled"],
    ),
    "services": (
        ["services", _CATALOGUE, _WEEK, *_AGENCIES, *_PERIOD],
        ["services", _CATALOGUE],
        ["services", _OFFERED, _IGATE],
    ),
    "tasks": (["tasks", _TASKS, "--previous", _TASKS_BEFORE, *_AGENCIES], ["tasks", _TASKS, "--to", "24/12/2023"]),
    "validate": (["validate", _FAULTY, "--fail-on", "never"], ["validate", _WEEK]),
    "columns": (["columns", _SMALL], ["columns", _WEEK]),
    "agencies": (["agencies", _SMALL], ["agencies", _IGATE]),
    "calendar": (["calendar", "2024"], ["calendar", "--received", "20/12/2023", "--days", "5", "--due", "27/12/2023"]),
    "rules": (["rules", "show"], ["rules", "show", "findings"], ["rules", "show", "targets"]),
}


@cache
def documents(command: str) -> list[dict[str, Any]]:
    """What the runs of a command write; for `all`, of commands whose manifests differ, and what a file carries."""
    if command != "all":
        return [json.loads(run([*map(_file, one), "--format", "json"]), parse_float=Decimal) for one in _RUNS[command]]
    from reformcli.audit.read_back import read_back

    return [
        *(one for name in ("score", "late", "gaps") for one in documents(name)),
        read_back(_file("bao-cao.xlsx")).document,
    ]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp())


@cache
def _file(word: str) -> str:
    """The path of a file or folder that is made for a run; any other word as it is."""
    path = _folder() / word
    if word in _TABLES:
        path.write_text(_TABLES[word], encoding="utf-8")
    elif word in _WRITTEN:
        run([*_WRITTEN[word], "-q", "-o", str(path)])
        if word in _TYPED_OVER:
            path.write_text(path.read_text(encoding="utf-8").replace(*_TYPED_OVER[word]), encoding="utf-8")
    elif word == _FILED:
        run(["score", _SMALL, "--period", "2023-W50", "-q", "--remember", str(path)])
    else:
        return word
    return str(path)


# ------------------------------------------------------------------ types
_DECIMALS = {"points", "measurable", "max", "ratio", "mean_days", "on_time_rate", "online_rate", "full_at"}
_DECIMALS |= {"before", "now", "change", "rate", "share", "median_working_days", "weeks", "weeks_to_clear"}
_DECIMALS |= {"best", "worst", "best_points", "worst_points", "unchanged", "difference"}
_DECIMALS |= {"ours", "off_by", "off_by_counted"}
_DECIMALS |= {"at_least", "distance", "lost", "one_more", "goal", "reached", "before", "after", "then"}
_DECIMALS |= {"online_share", "eform_share", "used_full_share", "half_up", "share_of_used"}
_DECIMALS |= {"completion", "on_time", "progress", "total", "first", "last", "low", "high", "attained", "unused[].used"}
_INTEGERS = {"figure.difference", "due.difference"}  # in spite of their names
_BY_NAME = ("groups", "cells")  # objects whose keys are data, not names of this shape


def _walk(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
        if path.rpartition(".")[2] not in _BY_NAME:
            for key in value:
                yield from _walk(f"{path}.{key}".lstrip("."), value[key])
    elif isinstance(value, list):
        yield path, "list"
        for entry in value:
            if isinstance(entry, (dict, list)):
                yield from _walk(f"{path}[]", entry)
    else:
        yield path, _kind(value)


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "integer"), (Decimal, "decimal"), (str, "text"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


_TYPES = {
    "object": "đối tượng",
    "list": "danh sách",
    "boolean": "đúng/sai",
    "integer": "số nguyên",
    "decimal": "số thập phân",
    "text": "chữ",
    "null": "null",
}


def _type(path: str, kinds: set[str], lang: str) -> str:
    is_decimal = path not in _INTEGERS and {path, path.rpartition(".")[2]} & _DECIMALS
    number = "decimal" if is_decimal else "integer"
    shown = {number if kind in ("integer", "decimal") else kind for kind in kinds}
    return ", ".join(_TYPES[kind] if lang == "vi" else kind for kind in _TYPES if kind in shown)
