"""The parts of the documentation that come out of the code. Every function returns Markdown for a cog block.

python -m cogapp -r -I docs README.md docs/*.md     writes them anew
python docs/generate.py                             draws docs/images/*.png anew
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from reformcli import headers
from reformcli.cli.app import COMMANDS, RULES, build
from reformcli.cli.options import _OPTIONS, Given, many, names_in_files
from reformcli.errors import ExitCode
from reformcli.findings import RULES as FINDINGS
from reformcli.i18n import has, keys, text
from reformcli.model import Component, Scorecard
from reformcli.pipeline import DIMENSIONS
from reformcli.predicates import PREDICATES, SUMS
from reformcli.render.note_words import NAMES
from reformcli.render.views import formula
from reformcli.rules import read_rules
from reformcli.rules.scorecard import load_scorecard
from reformcli.validate import FIELDS

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data"
PICTURE = ROOT / "docs" / "images" / "score.png"
WIDTH = 100  # of every --help, whatever the terminal
SHOWN_HEADINGS = 8
_SCORE = "score sample_data/tuan-51.xlsx --agencies sample_data/agencies.csv --counts sample_data/counts.csv --period 2023-W51"
PICTURED = f"{_SCORE} --level district"
_CUT = "Số dòng hồ sơ trong tệp"  # the picture ends above this title
_PICTURE_WIDTH = 150
REPORTED = f"{_SCORE.replace('score', 'report', 1)} --previous sample_data/tuan-50.xlsx --previous-period 2023-W50"
REPORT_PICTURES = {name: ROOT / "docs" / "images" / f"report-{name}.png" for name in ("page", "book")}

_EXITS = {
    ExitCode.OK: ("Xong; không có phát hiện nào đến mức `--fail-on`", "Done; no finding reaches `--fail-on`"),
    ExitCode.FINDINGS: (
        "Xong, có số liệu; có phát hiện từ mức `--fail-on` trở lên (mặc định: lỗi) mà chưa được chấp nhận",
        "Done, with figures; findings at or above `--fail-on` (default: error) that nobody accepted",
    ),
    ExitCode.USAGE: (
        "Lệnh chưa đúng, hoặc tệp được nêu tên không tồn tại",
        "Wrong usage, or a named file that does not exist",
    ),
    ExitCode.INPUT: (
        "Không đọc được hoặc không tin được tệp vào, hoặc không ghi được tệp ra; không có số liệu nào",
        "An input cannot be read or trusted, or the output cannot be written; no figure is produced",
    ),
    ExitCode.DEFECT: (
        "Lỗi của chính chương trình; thông báo ngắn, không kèm dữ liệu",
        "A defect of the program itself; a short message without data",
    ),
}
_KINDS = {
    "text": ("chữ", "text"),
    "time": ("thời điểm", "time"),
    "number": ("số nguyên", "whole number"),
    "flag": ("có/không", "yes/no"),
}


# ------------------------------------------------------------------ small helpers
def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; pipes and line breaks inside cells are made harmless."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    shown = "" if value is None else str(value)
    return " ".join(shown.split()).replace("|", "\\|") or " "


def _pick(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang == "vi" else pair[1]


def _codes(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else format(number.normalize(), "f")


@cache
def _card() -> Scorecard:
    from datetime import date

    return load_scorecard("qd766", on=date.max, predicates=PREDICATES, sums=SUMS)


# ------------------------------------------------------------------ commands and options
def command_names() -> list[str]:
    """Every command as it is typed."""
    return [*COMMANDS, *(f"rules {name}" for name in RULES)]


def commands(lang: str) -> str:
    """The commands and what each is for."""
    rows = [(f"`{name}`", text(f"help.{name.replace(' ', '_')}", lang)) for name in command_names()]
    return table(_heads(lang, "Lệnh|Việc", "Command|What it does"), rows)


def _heads(lang: str, vi: str, en: str) -> list[str]:
    return (vi if lang == "vi" else en).split("|")


def helps(lang: str) -> str:
    """`--help` of the program and of every command."""
    group: Any = get_command(build(lang))
    parts = [("reformcli", group, None), ("reformcli rules", group.commands["rules"], None)]
    parts[1:1] = [(f"reformcli {name}", group.commands[name], None) for name in COMMANDS]
    parts += [(f"reformcli rules {name}", group.commands["rules"].commands[name], None) for name in RULES]
    level = "###" if lang == "vi" else "####"
    return "\n\n".join(f"{level} `{name}`\n\n```text\n{_help(name, command)}\n```" for name, command, _ in parts)


def _help(name: str, command: Any) -> str:
    context = command.make_context(name, [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH)
    shown: str = command.get_help(context)
    return "\n".join(line.rstrip() for line in shown.strip().splitlines())


def options(lang: str) -> str:
    """Every option: its environment variable, its key in a configuration file, the commands that take it."""
    named = {name: key for key, name in names_in_files().items()}
    taken = {**COMMANDS, **{f"rules {name}": taken for name, taken in RULES.items()}}
    rows = []
    for name, option in _OPTIONS.items():
        if not option.flags:
            continue
        users = [command for command, names in taken.items() if name in names]
        key = named.get(name, "")
        rows.append(
            (
                _codes(option.flags),
                f"`REFORMCLI_{key.replace('-', '_').upper()}`" if key else "",
                f"`{key} = {_toml(name)}`" if key else "",
                _codes(users) if len(users) < len(taken) else text_all(lang),
            )
        )
    head = _heads(
        lang, "Tùy chọn|Biến môi trường|Trong reformcli.toml|Lệnh", "Option|Variable|In reformcli.toml|Commands"
    )
    return table(head, rows)


def text_all(lang: str) -> str:
    """The word for all commands."""
    return "mọi lệnh" if lang == "vi" else "all commands"


def _toml(name: str) -> str:
    default = getattr(Given(), name)
    if isinstance(default, bool):
        return "true"
    if isinstance(default, int) or name == "rows":
        return "…"
    return '["…"]' if many(name) else '"…"'


def exit_codes(lang: str) -> str:
    """The exit codes and their meaning."""
    rows = [(f"`{int(code)}`", _pick(_EXITS[code], lang)) for code in ExitCode]
    return table(_heads(lang, "Mã thoát|Nghĩa", "Exit code|Meaning"), rows)


def dimensions(lang: str) -> str:
    """What `metrics --by` takes."""
    rows = [(f"`{name}`", text(f"dimension.{name}", lang)) for name in sorted(DIMENSIONS)]
    return table(_heads(lang, "Chiều|Nghĩa", "Dimension|Meaning"), rows)


# ------------------------------------------------------------------ findings and errors
def findings(lang: str) -> str:
    """Every finding with its severity, column, title and cure."""
    rows = [
        (
            f"`{rule.id}`",
            text(f"word.{rule.severity}", lang),
            f"`{rule.column}`" if rule.column else "",
            text(f"finding.{rule.id}.title", lang),
            text(f"finding.{rule.id}.cure", lang),
        )
        for rule in FINDINGS.values()
    ]
    return table(_heads(lang, "Mã|Mức|Cột|Nội dung|Cách xử lý", "Code|Severity|Column|Title|Cure"), rows)


def errors(lang: str) -> str:
    """Every message that stops the program, with its cure; what stands in braces is filled in."""
    names = sorted(key.split(".")[1] for key in keys(lang) if re.fullmatch(r"error\.\w+\.what", key))
    rows = [
        (f"`{name}`", *(text_as_written(f"error.{name}.{part}", lang) for part in ("what", "fix"))) for name in names
    ]
    return table(_heads(lang, "Khóa|Thông báo|Cách sửa", "Key|Message|Fix"), rows)


def text_as_written(key: str, lang: str) -> str:
    """A text with its placeholders as they stand."""
    return keys(lang)[key]


# ------------------------------------------------------------------ data dictionary
def fields(lang: str) -> str:
    """Every canonical column: type, meaning, what it feeds, and how its heading may be written."""
    required = {name for names in headers.REQUIRED if len(names) == 1 for name in names}
    either = {name for names in headers.REQUIRED if len(names) > 1 for name in names}
    written = _headings("field")
    rows = []
    for name in headers.FIELDS:
        kind, _, source = FIELDS.get(name, ("", (), ""))
        mark = "●" if name in required else "○" if name in either else ""
        shown = written.get(name, [])
        more = f" … (+{len(shown) - SHOWN_HEADINGS})" if len(shown) > SHOWN_HEADINGS else ""
        rows.append(
            (
                f"`{name}`",
                text(f"field.{name}", lang),
                _pick(_KINDS[kind], lang) if kind else "–",
                mark,
                ", ".join(_fed_by(name)),
                "; ".join(shown[:SHOWN_HEADINGS]) + more,
                source or "–",
            )
        )
    head = _heads(
        lang,
        "Cột|Nghĩa|Kiểu|Bắt buộc|Chỉ số cần cột này|Tiêu đề nhận ra|Nguồn",
        "Column|Meaning|Type|Required|Components that need it|Headings recognised|Source",
    )
    return table(head, rows)


def _headings(kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    entries, _, _ = read_rules("headers")
    for entry in entries[kind]:
        found.setdefault(entry["name"], []).extend(entry.get("headings", ()))
    return found


def _fed_by(column: str) -> list[str]:
    """The components that cannot be measured from dossiers without a column."""
    known = {**PREDICATES, **SUMS}
    return [
        c.id
        for c in _card().components
        if any(column in known.get(name or "", ()) for name in (c.population, c.numerator, c.sum))
    ]


def personal(lang: str) -> str:
    """The columns that are dropped at reading, and how they are recognised."""
    rows = [(f"`{name}`", "; ".join(shown[:SHOWN_HEADINGS])) for name, shown in _headings("personal").items()]
    return table(
        _heads(lang, "Cột bị bỏ|Tiêu đề nhận ra (một phần)", "Dropped column|Headings recognised (some)"), rows
    )


def ambiguous(lang: str) -> str:
    """The headings with two meanings."""
    entries, _, _ = read_rules("headers")
    rows = [("; ".join(entry["headings"]), _codes(entry["choices"])) for entry in entries["ambiguous"]]
    return table(_heads(lang, "Tiêu đề|Có thể là", "Heading|May mean"), rows)


def codes(lang: str) -> str:
    """The values of coded columns and the texts they are read from."""
    entries, _, _ = read_rules("codes")
    rows = []
    for name in ("status", "channel", "service_level", "paid_online", "flag", "rating"):
        for value, texts in entries[name].items():
            if value not in ("source", "evidence"):
                key = f"value.{name}.{value}"
                rows.append((f"`{name}`", f"`{value}`", text(key, lang) if has(key, lang) else "", "; ".join(texts)))
    return table(_heads(lang, "Cột|Giá trị|Nghĩa|Chữ trong tệp", "Column|Value|Meaning|Texts in the file"), rows)


# ------------------------------------------------------------------ scorecard
def groups(lang: str) -> str:
    """The groups of the scorecard with their maxima and evidence."""
    entries, _, _ = read_rules("qd766")
    rows = [
        (f"`{g['id']}`", g["name"][lang], g["max"], text(f"evidence.{g['evidence']}", lang), g["source"])
        for g in entries["group"]
    ]
    head = _heads(lang, "Nhóm|Tên|Điểm tối đa|Căn cứ|Nguồn", "Group|Name|Maximum|Evidence|Source")
    return table(head, rows)


def components(lang: str) -> str:
    """Every component: maximum, formula, where its counts come from, empty population, evidence, source."""
    rows = [
        (
            f"`{c.id}`",
            c.name[lang],
            _plain(c.max),
            text(f"origin.{'dossiers' if c.population else 'counts'}", lang),
            f"`{c.numerator or c.sum}` / `{c.population}`" if c.population else "",
            formula(c, lang),
            _empty(c, lang),
            text(f"evidence.{c.evidence}", lang),
            c.source,
        )
        for c in _card().components
    ]
    head = _heads(
        lang,
        "Mã|Chỉ số|Tối đa|Lấy từ|Tử số / mẫu số|Cách tính điểm|Mẫu số bằng 0|Căn cứ|Nguồn",
        "Id|Component|Max|Comes from|Numerator / denominator|Points|Denominator 0|Evidence|Source",
    )
    return table(head, rows)


def _empty(component: Component, lang: str) -> str:
    if not component.max:
        return ""
    words = {"none": ("không tính", "left out"), "zero": ("0 điểm", "0 points"), "full": ("đủ điểm", "full points")}
    return _pick(words[component.empty], lang)


def measurable(lang: str) -> str:
    """How many points dossiers alone can give, by the columns that the export has."""
    known = PREDICATES
    flags = ("electronic_result", "digitised")
    steps = (
        (("channel",), ("13 cột bắt buộc và hình thức nộp", "the required columns and the channel")),
        (("channel", *flags), ("thêm cờ kết quả điện tử, số hóa", "and the flags of electronic result, digitised")),
        (None, ("thêm phí, thanh toán và mọi cờ", "and fee, payment and all flags")),
    )
    rows = []
    for columns, name in steps:
        scored = [c for c in _card().components if c.max and c.population and not c.minus]
        kept = [
            c
            for c in scored
            if columns is None or {x for p in (c.population, c.numerator) for x in known[p or ""]} <= set(columns)
        ]
        total = sum((c.max for c in kept), Decimal(0))
        rows.append((_pick(name, lang).removeprefix("13 "), ", ".join(c.id for c in kept), _plain(total)))
    head = _heads(
        lang, "Tệp xuất có|Chỉ số đo được|Điểm đo được", "The export has|Components measured|Measurable points"
    )
    return table(head, rows)


def states(lang: str) -> str:
    """The choices of the state rules that the scorecard makes, beside the other choices."""
    from reformcli.rules import scorecard

    entries, _, _ = read_rules("qd766")
    entry = entries["states"][-1]
    choices: Mapping[str, Sequence[str]] = scorecard.STATE_CHOICES
    rows = [
        (f"`{name}`", f"`{entry[name]}`", _codes(other for other in known if other != entry[name]))
        for name, known in choices.items()
    ]
    return table(
        _heads(lang, "Khóa trong [[states]]|qd766 chọn|Lựa chọn khác", "Key in [[states]]|qd766|Other choices"), rows
    )


def targets(lang: str) -> str:
    """The targets that ship, each with its source and evidence."""
    from datetime import date

    from reformcli.rules.targets import SHIPPED, load_targets, measures

    rows = [
        (
            one.name[lang],
            one.measure,
            text(f"target_level.{one.level}", lang),
            f"≥ {_plain(one.at_least)} %",
            one.by.strftime("%d/%m/%Y") if one.by else "",
            text(f"evidence.{one.evidence}", lang),
            one.source,
        )
        for one in load_targets(SHIPPED, on=date.max, measures=measures(_card())).targets
    ]
    head = _heads(
        lang,
        "Chỉ tiêu|Chỉ số|Cấp|Cần đạt|Đến ngày|Căn cứ|Nguồn",
        "Target|Component|Level|At least|By|Evidence|Source",
    )
    return table(head, rows)


def ways(lang: str) -> str:
    """How the numerator of each component can grow, with the reason."""
    from reformcli.rules.mending import load_ways

    names = {one.id: one.name[lang] for one in _card().components}
    rows = [
        (one.component, names[one.component], f"`{one.how}`", one.reason[lang])
        for one in load_ways()[0].values()
        if one.component in names
    ]
    return table(_heads(lang, "Chỉ số|Tên|Loại|Vì sao", "Component|Name|Kind|Why"), rows)


def bands(lang: str) -> str:
    """The bands of results."""
    rows = [(f"`{band.id}`", band.name[lang], f"≥ {_plain(band.at_least)} %") for band in _card().bands]
    return table(_heads(lang, "Mã|Xếp loại|Từ", "Id|Band|From"), rows)


def evidence(lang: str) -> str:
    """The kinds of evidence."""
    rows = [
        (f"`{key.removeprefix('evidence.')}`", shown)
        for key, shown in keys(lang).items()
        if key.startswith("evidence.")
    ]
    return table(_heads(lang, "Căn cứ|Nghĩa", "Evidence|Meaning"), rows)


# ------------------------------------------------------------------ JSON
def json_keys(command: str, lang: str) -> str:
    """The keys of a command's JSON; `all` for what every run has in common, which the others then leave out."""
    found: dict[str, set[str]] = {}
    for arguments in _JSON["score" if command == "all" else command]:
        for path, kind in _walk("", json.loads(run([*arguments, "--format", "json"]), parse_float=Decimal)):
            found.setdefault(path, set()).add(kind)
    rows = [
        (f"`{path}`", _type(path, kinds, lang), _meaning(path, lang))
        for path, kinds in found.items()
        if path and not path.endswith("[]") and _is_common(path, command) == (command == "all")
    ]
    return table(_heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


def report_keys(lang: str) -> str:
    """The top keys of a report, each with the command whose JSON has the same, or what is its own."""
    elsewhere: dict[str, str] = {}
    for command in ("score", "metrics", "late", "targets", "gaps"):
        for arguments in _JSON[command]:
            for key in json.loads(run([*arguments, "--format", "json"])):
                elsewhere.setdefault(key, command)
    elsewhere["comparison"] = "compare"
    written = json.loads(run([*_JSON["report"][0], "--format", "json"]), parse_float=Decimal)
    like = "như trong" if lang == "vi" else "as in"
    rows = [
        (f"`{key}`", _type(key, {next(_walk(key, value))[1]}, lang), _own(key, lang) or f"{like} `{elsewhere[key]}`")
        for key, value in written.items()
    ]
    return table(_heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


def _own(key: str, lang: str) -> str:
    return _pick(_REPORT[key], lang) if key in _REPORT else ""


_REPORT: Mapping[str, tuple[str, str]] = {
    "schema": ("`reformcli.report/1`", "`reformcli.report/1`"),
    "manifest": ("phần chung; `calendar` như trong `late`", "in common; `calendar` as in `late`"),
    "rows": ("phần chung", "in common"),
    "findings": ("phần chung", "in common"),
    "metrics": ("như trong `metrics --by level --by agency`", "as in `metrics --by level --by agency`"),
    "late": ("như trong `late --by agency`", "as in `late --by agency`"),
    "late_by": ("`age`, `cause`, `field`, `level`: mỗi chiều một danh sách như `late`; chỉ các chiều mà tệp có", "`age`, `cause`, `field`, `level`: for each a list like `late`; only what the exports tell"),
    "comparison": ("như `compare` (không có `dossiers`); null khi không có kỳ trước", "as `compare` (without `dossiers`); null without a previous period"),
    "dossiers": ("như trong `late --list`", "as in `late --list`"),
    "near": ("như trong `late --near`", "as in `late --near`"),
}  # fmt: skip


def _is_common(path: str, command: str) -> bool:
    first = re.split(r"[.\[]", path)[0]
    return first in ("schema", "manifest", "rows") or (
        first == "findings" and command in ("all", "score", "metrics", "compare", "edits", "late", "explain")
    )


_SMALL = str(SAMPLE / "nho-30.csv")
_FAULTY = str(SAMPLE / "loi-can-xu-ly.csv")
_WEEK = str(SAMPLE / "tuan-51.xlsx")
_IGATE = str(SAMPLE / "igate-tuan-51.xlsx")
_GIVEN = ["--agencies", str(SAMPLE / "agencies.csv"), "--counts", str(SAMPLE / "counts.csv")]
_PREVIOUS = ["--period", "2023-W51", "--previous", str(SAMPLE / "tuan-50.xlsx"), "--previous-period", "2023-W50"]
_LATE = ["--list", "--near", "3", "--worst", "5", "--each", "week"]
_CUT_TWICE = ["--period", "2023-W51", "--previous-period", "2023-W50", "--force"]


def _published() -> str:
    """A published table of which every key of `reconcile` has something to say."""
    path = Path(tempfile.mkdtemp()) / "cong-bo.csv"
    rows = [
        "component,value,numerator,denominator,kind",
        "2.1,100,,,percent",
        "4.1,2,,,",
        "2.1,19.09,,,",
        "a,33.3,1,3,",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


_JSON: Mapping[str, Sequence[Sequence[str]]] = {
    "score": (["score", _WEEK, *_GIVEN, "--period", "2023-W51"], ["score", _IGATE], ["score", *_GIVEN]),
    "metrics": (["metrics", _SMALL, "--by", "agency"], ["metrics", _IGATE, "--by", "agency", "--to", "2023-11-30"]),
    "compare": (["compare", _WEEK, *_GIVEN, *_PREVIOUS, "--list"], ["compare", _SMALL, *_CUT_TWICE, "--list"]),
    "edits": (["compare", "--history", str(SAMPLE / "tuan-50.xlsx"), _WEEK, *_GIVEN, "--period", "2023-W51"],),
    "late": (["late", _WEEK, *_GIVEN, *_PREVIOUS, *_LATE], ["late", _FAULTY, "--fail-on", "never"]),
    "report": (["report", _WEEK, *_GIVEN, *_PREVIOUS, "--each", "week"],),
    "explain": (
        ["explain", _WEEK, *_GIVEN, "--period", "2023-W51", "--component", "5.4", "--of", "numerator"],
        ["explain", _SMALL, "--period", "2023-W51", "--component", "2.2"],
        ["explain", _SMALL, "--period", "2023-W51", "--late", "overdue"],
        ["explain", _SMALL, "--period", "2023-W51", "--component", "3.3"],
        ["explain", _FAULTY, "--fail-on", "never", "--dossier", "H99.42-231218-0011"],
    ),
    "validate": (["validate", _FAULTY, "--fail-on", "never"], ["validate", _WEEK]),
    "targets": (["targets", _SMALL, "--period", "2023-W51"], ["targets", *_GIVEN]),
    "gaps": (["gaps", _WEEK, *_GIVEN, "--period", "2023-W51"], ["gaps", _SMALL, "--goal", "22"], ["gaps", *_GIVEN]),
    "reconcile": (["reconcile", _published(), _SMALL, "--period", "2023-W51"],),
    "columns": (["columns", _SMALL], ["columns", _WEEK]),
    "agencies": (["agencies", _SMALL], ["agencies", _IGATE]),
    "rules": (["rules", "show"], ["rules", "show", "findings"]),
}
_DECIMALS = {"points", "measurable", "max", "ratio", "mean_days", "on_time_rate", "online_rate", "full_at"}
_DECIMALS |= {"before", "now", "change", "rate", "share", "median_working_days", "weeks", "weeks_to_clear"}
_DECIMALS |= {"best", "worst", "best_points", "worst_points", "unchanged", "difference"}
_DECIMALS |= {"ours", "off_by", "off_by_counted"}
_DECIMALS |= {"at_least", "distance", "lost", "one_more", "goal", "reached", "before", "after", "then"}


@cache
def _run_cached(arguments: tuple[str, ...]) -> str:
    out = io.StringIO()
    language = arguments[arguments.index("--lang") + 1] if "--lang" in arguments else "vi"
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        build(language)(args=list(arguments), prog_name="reformcli", standalone_mode=False)
    return out.getvalue()


def run(arguments: Sequence[str]) -> str:
    """What a command writes to stdout, without the user's own settings."""
    for name in [name for name in os.environ if name.startswith("REFORMCLI_")]:
        del os.environ[name]
    return _run_cached(tuple(arguments))


def _walk(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
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
    number = "decimal" if path.rpartition(".")[2] in _DECIMALS else "integer"
    shown = {number if kind in ("integer", "decimal") else kind for kind in kinds}
    return ", ".join(_TYPES[kind] if lang == "vi" else kind for kind in _TYPES if kind in shown)


def _meaning(path: str, lang: str) -> str:
    """What a key holds: said here where its name does not, else in the words of the tables."""
    last = path.rpartition(".")[2].removesuffix("[]")
    said = _MEANINGS.get(f"/{path}") or _MEANINGS.get(path) or _MEANINGS.get(last)
    if said:
        return _pick(said, lang)
    return (
        text(f"column.{last}", lang)
        if has(f"column.{last}", lang)
        else text(f"field.{last}", lang)
        if has(f"field.{last}", lang)
        else ""
    )


_MEANINGS: Mapping[str, tuple[str, str]] = {
    "/figure": ("con số được giải trình", "the figure that is explained"),
    "figure.is": ("component, metric, late hoặc cause", "component, metric, late or cause"),
    "figure.name": ("mã của con số; loại trễ hạn và nguyên nhân ngăn bằng dấu phẩy", "id of the figure; a kind of lateness and a cause with a comma between"),
    "of": ("numerator, denominator, missing; count khi chỉ có một con số", "numerator, denominator, missing; count where there is one number only"),
    "figure.value": ("con số; null khi chưa đo được", "the figure; null where not measured"),
    "listed": ("số hồ sơ liệt kê", "how many dossiers are listed"),
    "figure.difference": ("`value` − `listed`; null khi chưa đo được hoặc là tổng số giây", "`value` − `listed`; null where not measured or a sum of seconds"),
    "differs": ("vì sao hai số khác nhau: not_measured, counts, inherited, complaints, whole_province, sum", "why the two differ: not_measured, counts, inherited, complaints, whole_province, sum"),
    "figure.parts": ("các cơ quan có con số khác số hồ sơ của mình", "the agencies whose part is another number than their dossiers"),
    "figure.parts[].value": ("con số của cơ quan trong tổng", "what the agency adds to the figure"),
    "figure.parts[].why": ("vì sao, như `differs`", "why, as `differs`"),
    "figure.kinds": ("số hồ sơ theo loại trễ hạn", "dossiers by the kind of their lateness"),
    "figure.score": ("như một mục `components` của score; null khi không phải chỉ số", "as an entry of `components` in score; null where it is no component"),
    "/rule": ("quy tắc của con số", "the rule of the figure"),
    "rule.title": ("tên con số", "name of the figure"),
    "rule.population": ("điều kiện của mẫu số", "predicate of the denominator"),
    "rule.numerator": ("điều kiện của tử số", "predicate of the numerator"),
    "rule.definition": ("tử số bằng lời", "the numerator in words"),
    "rule.evidence": ("mức chắc chắn của nguồn", "how sure the source is"),
    "because": ("mã của lý do", "key of the reason"),
    "also": ("mã của những điều nói thêm", "keys of what adds to it"),
    "why": ("lý do bằng lời", "the reason in words"),
    "told": ("điều cột của chỉ số ghi", "what the column of the component says"),
    "seconds": ("thời gian xử lý, giây", "processing time in seconds"),
    "deadline_at": ("hạn đem so, sau khi cộng thời gian chờ", "the deadline used, waiting time added"),
    "dossiers[].state": ("early, on_time, late, in_time, overdue, paused", "early, on_time, late, in_time, overdue, paused"),
    "dossier.state": ("như trên, hoặc out_of_scope", "as above, or out_of_scope"),
    "/dossier": ("dòng được tính; null khi không còn dòng nào", "the row that counts; null where none is left"),
    "dossier.waiting": ("thời gian chờ bổ sung, giây", "waiting for a supplement, in seconds"),
    "dossier.late": ("loại trễ hạn, nguyên nhân, căn cứ; null khi không trễ", "kind of lateness, cause, evidence; null where it is not late"),
    "placed_by": ("cơ quan tìm được nhờ: agency_id, code, name, alias, own_name, none", "how the agency was found: agency_id, code, name, alias, own_name, none"),
    "dossier_rows": ("mọi dòng có mã này", "every row with this code"),
    "fate": ("counted, out_of_scope, superseded, rejected", "counted, out_of_scope, superseded, rejected"),
    "dossier_rows[].why": ("only, same, file_later, own_later, hash; null khi bị loại", "only, same, file_later, own_later, hash; null where left out"),
    "found": ("phát hiện của dòng", "findings of the row"),
    "/entered": ("các con số hồ sơ có mặt, theo đơn vị", "the figures that the dossier is in, by unit"),
    "entered[].is": ("component, metric, late hoặc cause", "component, metric, late or cause"),
    "entered[].numerator": ("có trong tử số", "in the numerator"),
    "entered[].denominator": ("có trong mẫu số", "in the denominator"),
    "entered[].counted": ("con số của đơn vị tính từ dòng này", "whether the unit's figure is made from this row"),
    "unchanged": ("nếu không sửa gì", "if nothing had been changed"),
    "difference": ("chênh lệch do việc sửa; null khi không so sánh được", "what the changes did; null where the two do not compare"),
    "old": ("các tệp cũ", "the older exports"),
    "old.rows": ("như `rows`; các tệp nằm trong `manifest.inputs` (previous)", "as `rows`; the files are in `manifest.inputs` (previous)"),
    "last_event": ("sự kiện cuối cùng trong các tệp", "the last event in the exports"),
    "changes": ("từng thay đổi của từng hồ sơ, nặng trước", "every change of every dossier, the gravest first"),
    "changes[].kind": ("loại thay đổi (xem so-sanh.md)", "kind of change (see so-sanh.md)"),
    "changes[].severity": ("grave hoặc doubtful", "grave or doubtful"),
    "changes[].column": ("cột bị sửa; state: tình trạng hồ sơ", "the column that was changed; state: the state of the dossier"),
    "changes[].was": ("giá trị trong tệp cũ", "what the older exports have"),
    "changes[].is_now": ("giá trị trong tệp mới", "what the newer exports have"),
    "counts[].change": ("loại thay đổi", "kind of change"),
    "before": ("kỳ trước", "the previous period"),
    "now": ("kỳ này", "this period"),
    "change": ("chênh lệch; null khi không so sánh được", "the difference; null where the two do not compare"),
    "forced": ("điều khiến hai kỳ không so sánh được mà vẫn so sánh (--force): scorecard, periods, levels", "what does not compare and was compared all the same (--force): scorecard, periods, levels"),
    "shared_counts": ("tệp số liệu dùng chung cho cả hai kỳ", "counts files that serve both periods"),
    "sources": ("các tệp", "file names"),
    "before.rejected": ("số dòng bị loại; null khi chỉ có kết quả", "rows left out; null where only a result is known"),
    "now.rejected": ("số dòng bị loại", "rows left out"),
    "same_measured": ("hai kỳ đo được cùng các chỉ số", "whether both periods measured the same components"),
    "movers": ("hồ sơ làm thay đổi; null khi không phải cả hai kỳ đều tính từ tệp xuất", "the dossiers behind the change; null unless exports tell both"),
    "new_units": ("đơn vị chỉ có ở kỳ này", "units of this period only"),
    "gone_units": ("đơn vị chỉ có ở kỳ trước", "units of the previous period only"),
    "status_before": ("tình trạng kỳ trước", "status in the previous period"),
    "status_now": ("tình trạng kỳ này", "status in this period"),
    "flow": ("các số đếm hồ sơ và hai tỷ lệ", "the flow counts and the two rates"),
    "events": ("came_in, ended, became_late, left, vanished", "came_in, ended, became_late, left, vanished"),
    "/best": ("cơ quan có tỷ lệ trễ hạn thấp nhất của mỗi cấp; khi có --worst", "the agencies of each level with the lowest share of late dossiers; with --worst"),
    "/worst": ("cơ quan có tỷ lệ trễ hạn cao nhất của mỗi cấp; khi có --worst", "the agencies of each level with the highest share of late dossiers; with --worst"),
    "/best[].late": ("quá hạn và giải quyết trễ hạn", "overdue and resolved late"),
    "/worst[].late": ("quá hạn và giải quyết trễ hạn", "overdue and resolved late"),
    "rate": ("`late` chia cho `handled`, phần trăm", "`late` of `handled`, percent"),
    "/late": ("một mục cho mỗi nhóm; mục cuối là toàn bộ, `by` rỗng", "one entry per group; the last is the whole, with an empty `by`"),
    "share": ("phần của nhóm trong mọi hồ sơ quá hạn và giải quyết trễ hạn, phần trăm", "share of all overdue and late ones, percent"),
    "/comparison": ("khi có --previous: thay đổi của từng nhóm", "with --previous: how every group changed"),
    "/comparison.groups": ("từng nhóm của cả hai kỳ", "every group of the two periods"),
    "/dossiers": ("từng hồ sơ trễ hạn; khi có --list", "every late dossier; with --list"),
    "/dossiers[].field": ("lĩnh vực", "field"),
    "/dossiers[].kind": ("overdue, resolved_late hoặc paused_past_due", "overdue, resolved_late or paused_past_due"),
    "/dossiers[].status": ("trạng thái của hồ sơ", "status of the dossier"),
    "working_days_late": ("số ngày làm việc đã trễ", "working days late"),
    "/near": ("hồ sơ sắp đến hạn; khi có --near", "dossiers soon due; with --near"),
    "/near[].field": ("lĩnh vực", "field"),
    "/near[].row": ("dòng trong tệp", "row in the file"),
    "working_days_left": ("số ngày làm việc còn lại", "working days left"),
    "movement": ("biến động của toàn bộ", "movement of the whole"),
    "movement_by": ("biến động của từng nhóm", "movement of every group"),
    "series": ("biến động của từng tuần hoặc tháng; khi có --each", "movement of every week or month; with --each"),
    "pace": ("nhanh hay chậm", "how fast"),
    "growing": ("cơ quan có cuối kỳ nhiều hơn đầu kỳ", "agencies with more at the end than at the start"),
    "more": ("nhiều hơn bao nhiêu", "how many more"),
    "weeks": ("độ dài kỳ, tuần", "length of the period in weeks"),
    "weeks_to_clear": ("số tuần để hết, theo mức giảm của kỳ; null khi không giảm", "weeks until none is left, at the period's pace; null where they do not become fewer"),
    "suggestions": ("lý do chưa xếp nhóm (`text` đã che, `count`) với nhóm gần nhất (`group`, `phrase`, `score`)", "reasons in no group (`text` masked, `count`) with the nearest group (`group`, `phrase`, `score`)"),
    "unstated": ("hồ sơ chưa rõ nguyên nhân", "dossiers of unstated cause"),
    "/unstated.unstated": ("chưa rõ nguyên nhân", "cause unstated"),
    "/unstated.late": ("trong số quá hạn và giải quyết trễ hạn này", "of so many overdue and resolved late"),
    "dossiers[].row": ("dòng trong tệp", "row in the file"),
    "definitions": ("các chỉ tiêu đã dùng", "the targets used"),
    "definitions[].for": ("cấp áp dụng, agency (từng cơ quan) hoặc total", "the level it is set for, agency (every one) or total"),
    "measure": ("mã chỉ số, on_time_rate hoặc online_rate", "a component, on_time_rate or online_rate"),
    "at_least": ("mức cần đạt, phần trăm", "share to be reached, percent"),
    "definitions[].by": ("ngày phải đạt; null khi không có", "the day by which it is to be reached; null without one"),
    "targets": ("từng chỉ tiêu với từng đơn vị", "every target held against every unit"),
    "targets[].target": ("mã chỉ tiêu", "id of the target"),
    "targets[].status": ("met, missed, ahead, not_measured hoặc empty", "met, missed, ahead, not_measured or empty"),
    "targets[].distance": ("còn thiếu, điểm phần trăm; 0 khi đạt", "percentage points lacking; 0 where met"),
    "targets[].missing": ("thiếu trong số đã đếm", "missing among those counted"),
    "targets[].missing_new": ("số mới cần có; null khi không số nào đủ", "new ones needed; null where no number would do"),
    "targets[].points": ("điểm tăng khi đạt; null với tỷ lệ không có điểm", "points gained by meeting it; null for rates without points"),
    "gaps": ("phần còn thiếu của từng chỉ số", "what every component lacks"),
    "gaps[].how": ("mend, filed hoặc new: xem chi-tieu.md", "mend, filed or new: see chi-tieu.md"),
    "gaps[].lost": ("điểm mất so với tối đa", "points lost of the maximum"),
    "gaps[].one_more": ("một đơn vị thêm được bao nhiêu điểm, trước khi làm tròn", "points that one more is worth, before rounding"),
    "gaps[].to_next": ("cần thêm trong số đã đếm để lên điểm tròn kế tiếp", "of those counted, to the next whole point"),
    "gaps[].to_full": ("cần thêm trong số đã đếm để đủ điểm", "of those counted, to the full mark"),
    "gaps[].new_to_next": ("số mới để lên điểm tròn kế tiếp; null khi không số nào đủ", "new ones to the next whole point; null where no number would do"),
    "gaps[].new_to_full": ("số mới để đủ điểm; null khi không số nào đủ", "new ones to the full mark; null where no number would do"),
    "paths": ("cách ít việc nhất của từng đơn vị", "the cheapest path of every unit"),
    "paths[].goal": ("điểm cần đạt", "points to reach"),
    "paths[].reached": ("điểm đạt được; khi không đạt: cao nhất có thể", "points reached; where out of reach, the most that can be"),
    "paths[].is_reached": ("có đạt được không", "whether the goal can be reached"),
    "paths[].dossiers": ("số việc: bổ sung và mới", "how many: mended and new"),
    "paths[].new": ("trong đó hồ sơ mới", "of these new dossiers"),
    "paths[].steps": ("từng chỉ số thay đổi", "the components that change"),
    "paths[].steps[].dossiers": ("số bổ sung", "how many are mended"),
    "paths[].steps[].new": ("số hồ sơ mới cộng vào chỉ số", "new dossiers that the component counts"),
    "paths[].steps[].before": ("điểm trước", "points before"),
    "paths[].steps[].after": ("điểm sau, đã chấm lại", "points after, scored again"),
    "/published": ("tệp số đã công bố", "the file of published figures"),
    "left_blank": ("số dòng để trống số công bố", "rows without a published figure"),
    "is_explained": ("mọi số đều khớp, chỉ khác cách làm tròn", "whether every figure is ours but for the rounding"),
    "statuses": ("bao nhiêu số ở mỗi kết luận", "how many figures have each verdict"),
    "statuses.equal": ("bằng nhau", "equal"),
    "statuses.half_up": ("làm tròn 5 lên", "rounded half up"),
    "statuses.half_even": ("làm tròn 5 về số chẵn", "rounded half to even"),
    "statuses.down": ("làm tròn xuống", "rounded down"),
    "statuses.once": ("cộng trước, làm tròn sau", "added first and rounded then"),
    "statuses.to_hundred": ("lấy 100 trừ các phần khác", "100 less the other parts"),
    "statuses.of_parts": ("cộng các phần đã in", "the parts as printed, added"),
    "statuses.differs": ("lệch", "off"),
    "statuses.not_measured": ("chưa đo được", "not measured"),
    "statuses.no_unit": ("không có đơn vị này", "no such unit"),
    "statuses.no_component": ("không rõ chỉ số", "no such component"),
    "/figures": ("từng số đã công bố", "every published figure"),
    "figures[].of": ("component, group, total, rate hoặc other", "component, group, total, rate or other"),
    "figures[].component": ("mã chỉ số, mã nhóm, total, hoặc chữ trong bảng", "id of the component or group, total, or the text of the table"),
    "figures[].measure": ("percent, points hoặc days", "percent, points or days"),
    "figures[].against": ("fraction (tử số, mẫu số in kèm) hoặc ours (tệp xuất, tệp số liệu)", "fraction (as printed beside it) or ours (exports, counts)"),
    "figures[].published": ("số như đã in", "the figure as printed"),
    "figures[].decimals": ("số chữ số thập phân đã in", "decimals printed"),
    "figures[].status": ("một khóa của statuses", "a key of statuses"),
    "figures[].roundings": ("mọi cách làm tròn cho đúng số đã in: half_up, half_even, down; rỗng khi bằng nhau", "all roundings that give it: half_up, half_even, down; empty where equal"),
    "figures[].parts": ("các phần mà số này được làm cho khớp tổng", "the parts with which it was made to add up"),
    "figures[].explanations": ("mọi cách tính khác cho đúng số đã công bố", "all other ways of counting that give the published figure"),
    "figures[].ours": ("số tính được, thêm hai chữ số so với số đã in", "our figure, with two decimals more than were printed"),
    "figures[].off_by": ("đã công bố − tính được", "published − ours"),
    "figures[].off_by_counted": ("chênh lệch quy ra tử số; null khi khớp", "the difference as a number in the numerator; null where it matches"),
    "figures[].explanations[].how": ("period, carried_over, unit, mean, measure, hoặc một lựa chọn xét trạng thái (granularity …)", "period, carried_over, unit, mean, measure, or a choice of the state rules (granularity …)"),
    "figures[].explanations[].ours": ("số tính theo cách ấy", "our figure counted that way"),
    "figures[].explanations[].choice": ("giá trị của lựa chọn; null khi không có", "the value of the choice; null where there is none"),
    "figures[].explanations[].unit": ("đơn vị có đúng số này; null khi không phải vậy", "the unit whose figure it is; null unless that explains it"),
    "figures[].explanations[].from": ("giây đầu của kỳ khác; null khi cùng kỳ", "first second of the other period; null where it is the same"),
    "figures[].explanations[].to": ("giây cuối của kỳ khác; null khi cùng kỳ", "last second of the other period; null where it is the same"),
    "risks": ("điểm mất nếu không giải quyết thêm", "points lost if nothing more is done"),
    "risks[].dossiers": ("số hồ sơ thành quá hạn", "dossiers that become overdue"),
    "risks[].points": ("điểm mất", "points lost"),
    "risks[].then": ("điểm khi đó", "points then"),
    "until": ("thời điểm xét; null khi không có hồ sơ", "the moment judged; null without dossiers"),
    "schema": ("tên và phiên bản của dạng dữ liệu này", "name and version of this shape"),
    "manifest": ("số liệu được tính từ đâu", "what the figures were made from"),
    "tool": ("tên và phiên bản chương trình", "name and version of the program"),
    "from": ("giây đầu của kỳ; null khi chỉ có tệp số liệu", "first second of the period; null where only counts were given"),
    "to": ("giây cuối của kỳ, là thời điểm T", "last second of the period: the moment T"),
    "inputs": ("mọi tệp đã đọc", "every file that was read"),
    "manifest.inputs[].name": ("tên tệp, không có thư mục", "file name without folders"),
    "manifest.inputs[].rows": ("số dòng hồ sơ; null với tệp khác tệp xuất", "dossier rows; null for other files than exports"),
    "sha256": ("SHA-256 của tệp", "SHA-256 of the file"),
    "scorecard": ("bộ chỉ số đã dùng", "the scorecard used"),
    "version": ("ngày hiệu lực muộn nhất trong các mục đang dùng", "the latest `since` among the entries in force"),
    "calendar": ("lịch làm việc đã dùng; null khi không dùng", "the calendar used; null where none was"),
    "options": ("tùy chọn ảnh hưởng đến số liệu", "options that change figures"),
    "identity": ("mã nhận dạng kết quả: SHA-256 của mọi số liệu (ke-khai.md)", "identity of the result: SHA-256 of all its figures (ke-khai.md)"),
    "manifest.period": ("từng đầu của kỳ do người dùng chọn (given) hay theo dữ liệu (found); null khi chỉ có tệp số liệu", "whether each end of the period was given or found in the data; null where only counts were given"),
    "manifest.period.start": ("đầu kỳ: given hoặc found", "its start: given or found"),
    "manifest.period.end": ("cuối kỳ: given hoặc found", "its end: given or found"),
    "manifest.inputs[].kind": ("export, counts, register, accept, columns, profile, scorecard, causes, calendar, catalogue, targets, letterhead, template, previous, previous_counts", "export, counts, register, accept, columns, profile, scorecard, causes, calendar, catalogue, targets, letterhead, template, previous, previous_counts"),
    "manifest.inputs[].size": ("cỡ tệp, byte", "size of the file in bytes"),
    "manifest.inputs[].counted": ("trong đó tính vào số liệu", "of these counted"),
    "manifest.inputs[].out_of_scope": ("trong đó ngoài kỳ hoặc chưa được tiếp nhận", "of these outside the period, or not accepted yet"),
    "manifest.inputs[].superseded": ("trong đó trùng với dòng khác", "of these superseded by another row of the dossier"),
    "manifest.inputs[].rejected": ("trong đó bị loại vì lỗi", "of these left out because of an error"),
    "manifest.rules": ("các tệp quy tắc đã dùng", "the rule files used"),
    "manifest.rules[].kind": ("scorecard, headings, codes, levels, profiles, profile, calendar, causes, targets, mending", "scorecard, headings, codes, levels, profiles, profile, calendar, causes, targets, mending"),
    "manifest.rules[].id": ("tên tệp quy tắc, hoặc mã bộ chỉ số", "name of the rule file, or id of the scorecard"),
    "manifest.rules[].version": ("bản của bộ chỉ số; với tệp đi kèm là bản của chương trình; null với tệp riêng", "the scorecard's version; of shipped files the program's; null for own files"),
    "manifest.options.columns": ("bảng tiêu đề, theo thứ tự", "maps of headings, in their order"),
    "manifest.options.counts": ("tên tệp", "names of files"),
    "manifest.options.agencies": ("tên tệp", "name of a file"),
    "manifest.options.period": ("kỳ như người dùng ghi", "the period as the user wrote it"),
    "skipped": ("trang không đọc và lý do", "sheets that were not read, and why"),
    "rows": ("số phận của mọi dòng: read = counted + out_of_scope + superseded + rejected", "what became of every row: read = counted + out_of_scope + superseded + rejected"),
    "rows.read": ("số dòng hồ sơ đọc được", "dossier rows read"),
    "rows.counted": ("tính vào số liệu", "counted"),
    "rows.out_of_scope": ("ngoài kỳ hoặc chưa được tiếp nhận", "outside the period, or not accepted yet"),
    "rows.superseded": ("trùng với dòng khác", "another row of the same dossier counts"),
    "rows.rejected": ("bị loại vì lỗi", "left out because of an error"),
    "findings": ("phát hiện", "findings"),
    "summary": ("số lượng theo mã phát hiện", "how many of each finding"),
    "kind": ("agency, level hoặc total", "agency, level or total"),
    "agency": ("tên cơ quan; null với level và total", "name of the agency; null for level and total"),
    "level": ("ministry, province, district, commune, unattributed; null với total", "ministry, province, district, commune, unattributed; null for total"),
    "units": ("kết quả của từng đơn vị", "the result of every unit"),
    "groups": ("từng nhóm chỉ số của từng đơn vị", "every group of every unit"),
    "components": ("từng chỉ số của từng đơn vị", "every component of every unit"),
    "points": ("điểm; null khi không có gì đo được", "points; null where nothing was measured"),
    "measurable": ("điểm đo được: tổng điểm tối đa của các chỉ số tính được", "measurable points: the maxima of the components that were measured"),
    "max": ("điểm tối đa", "maximum"),
    "band": ("xếp loại; null khi chưa đo đủ", "band; null unless all points were measured"),
    "counts": ("các số đếm hồ sơ", "the flow counts"),
    "ratio": ("tỷ lệ phần trăm, hai số lẻ", "percent, two decimals"),
    "mean_days": ("số ngày trung bình (chỉ số 2.2)", "mean days (component 2.2)"),
    "status": ("measured, empty, upper_bound hoặc not_measured", "measured, empty, upper_bound or not_measured"),
    "origin": ("dossiers, counts, inherited hoặc mixed", "dossiers, counts, inherited or mixed"),
    "missing": ("cột hoặc số liệu cần có để đo được", "columns or counts that would measure it"),
    "bounds": ("các dòng bị loại có thể làm kết quả thay đổi bao nhiêu", "how much the rejected rows could change"),
    "bounds[].component": ("mã chỉ số, hoặc on_time_rate", "id of the component, or on_time_rate"),
    "bounds[].rejected": ("số hồ sơ bị loại có thể thuộc đơn vị", "rejected dossiers that may belong to the unit"),
    "unplaced_rejected": ("trong đó không rõ cơ quan hoặc ngày tiếp nhận", "those without a known agency or receipt"),
    "unplaced": ("hồ sơ chưa xác định được cơ quan", "dossiers without a known agency"),
    "unit_code": ("mã đơn vị trong mã hồ sơ", "unit part of the dossier code"),
    "metrics": ("một dòng cho mỗi nhóm; dòng cuối là toàn bộ, `by` rỗng", "one entry per group; the last is the total, with an empty `by`"),
    "by": ("chiều và giá trị của nhóm", "dimension and value of the group"),
    "cell": ("ô trong tệp, ví dụ K27", "cell in the file, e.g. K27"),
    "message": ("nội dung, giá trị đã che", "title, with the value masked"),
    "accepted": ("có trong tệp --accept", "listed in the --accept file"),
    "sheets": ("từng trang đã đọc", "every sheet that was read"),
    "sheets[].columns": ("các cột theo thứ tự", "the columns in order"),
    "sheets[].columns[].column": ("chữ cái của cột", "letter of the column"),
    "header_row": ("dòng tiêu đề cuối cùng", "the last heading row"),
    "other_rows": ("dòng không phải hồ sơ", "rows that are no dossiers"),
    "sheets[].rows": ("số dòng hồ sơ", "dossier rows"),
    "hidden": ("trang bị ẩn", "whether the sheet is hidden"),
    "choices": ("các cách hiểu khi chưa rõ", "the readings of an ambiguous heading"),
    "agencies": ("các cơ quan dự thảo", "the drafted agencies"),
    "severity": ("error hoặc warning", "error or warning"),
    "id": ("mã", "id"),
    "empty": ("điểm khi mẫu số bằng 0: none, zero, full", "points where the denominator is 0: none, zero, full"),
    "full_at": ("đủ điểm từ tỷ lệ này (%)", "full points from this ratio on (percent)"),
    "inherited": ("lấy số của toàn tỉnh", "taken from the whole province"),
    "minus": ("số liệu bị trừ khỏi tử số", "counts subtracted from the numerator"),
    "population": ("mẫu số: tên điều kiện", "denominator: name of a predicate"),
    "components[].numerator": ("tử số", "numerator"),
    "sheet": ("trang tính; null với csv", "sheet; null for csv"),
    "reason": ("lý do", "reason"),
}  # fmt: skip


# ------------------------------------------------------------------ the picture of the README
def shot() -> str:
    """What the command in `PICTURED` shows on a terminal, up to the table of components, with its colours."""
    shown = _on_terminal(PICTURED.split(), _PICTURE_WIDTH).split(f"\x1b[1m{_CUT}")[0].rstrip()
    return f"\x1b[1m$ reformcli {PICTURED}\x1b[0m\n\n{shown}\n"


def picture(lang: str) -> str:
    """The picture, with words for those who do not see it."""
    alt = (
        f"Đầu ra của lệnh reformcli {PICTURED}: điểm, điểm đo được, hạng và từng nhóm chỉ số của tám đơn vị cấp huyện",
        f"Output of reformcli {PICTURED}: points, measurable points, ranks and groups of the eight district units",
    )
    return f"![{_pick(alt, lang)}]({PICTURE.relative_to(ROOT).as_posix()})"


def plain_lines(shown: str) -> str:
    """The text of a terminal without its colours."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def draw(shown: str, path: Path) -> None:
    """Draw a terminal as PNG with chromium; the text goes into the file, so that a test can compare it."""
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    console = Console(record=True, width=_PICTURE_WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text.from_ansi(shown), overflow="ignore", no_wrap=True)
    ink = [(30, 30, 30), (180, 30, 30), (20, 120, 60), (150, 100, 0), (30, 60, 160), (120, 40, 120), (0, 110, 120)]
    theme = TerminalTheme((255, 255, 255), (30, 30, 30), [*ink, (90, 90, 90)])
    page = console.export_html(theme=theme, inline_styles=True, code_format=_PAGE)
    height = _LINE * (len(shown.splitlines()) + 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        _photograph(file, path, (_PICTURE_PIXELS, height), scale="1.5")
    path.write_bytes(_with_text(path.read_bytes(), plain_lines(shown)))


def _photograph(page: Path, path: Path, size: tuple[int, int], *, scale: str = "1") -> None:
    """What chromium shows of a page, from its top."""
    options = (
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-sandbox",
        f"--force-device-scale-factor={scale}",
    )
    command = ["chromium", *options, f"--window-size={size[0]},{size[1]}", f"--screenshot={path}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


_LINE = 18
_PICTURE_PIXELS = 1240
_PAGE = f"""<meta charset="utf-8"><style>body {{{{ margin: 16px; background: #fff }}}}
pre {{{{ font: 13px/{_LINE}px "Noto Sans Mono", Consolas, Menlo, monospace; color: #1e1e1e }}}}</style><pre>{{code}}</pre>"""
_END = b"\0\0\0\0IEND"


def _with_text(png: bytes, shown: str) -> bytes:
    """Put a text into a PNG, as the chunk that programs read aloud."""
    body = b"iTXtDescription\0\0\0vi\0\0" + shown.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png.replace(_END, chunk + _END)


def text_of(png: bytes) -> str:
    """The text that `draw` put into a picture."""
    start = png.index(b"iTXtDescription")
    length = struct.unpack(">I", png[start - 4 : start])[0]
    return png[start + 4 : start + 4 + length].split(b"\0", 5)[5].decode()


def _on_terminal(arguments: Sequence[str], width: int) -> str:
    """What a command writes to a terminal of this width (POSIX only)."""
    import pty

    main, sub = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REFORMCLI_") and k != "NO_COLOR"}
    environment |= {"COLUMNS": str(width), "LINES": "50", "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "reformcli", *arguments, "--lang", "vi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=sub, stderr=subprocess.DEVNULL, env=environment):
        os.close(sub)
        pieces = []
        with contextlib.suppress(OSError):  # Linux ends a pseudo-terminal with an error
            while piece := os.read(main, 65_536):
                pieces.append(piece)
    os.close(main)
    return b"".join(pieces).decode().replace("\r\n", "\n")


# ------------------------------------------------------------------ the note's template
def placeholders(lang: str) -> str:
    """What a Word template may hold in double braces."""
    rows = [(f"`{{{{{name}}}}}`", _pick(_PLACEHOLDERS[name], lang)) for name in (*NAMES, "body")]
    return table(_heads(lang, "Chỗ điền|Nội dung", "Placeholder|What it becomes"), rows)


_PLACEHOLDERS: Mapping[str, tuple[str, str]] = {
    "superior": ("cơ quan cấp trên", "the body above the issuing one"),
    "issuer": ("cơ quan ban hành", "the issuing body"),
    "number": ("số, ký hiệu", "number and symbol"),
    "place": ("địa danh", "place"),
    "date": ("“ngày … tháng … năm …”", "the day in words"),
    "recipient": ("nơi kính gửi", "to whom it goes"),
    "signed_for": ("TM., KT. …", "on whose behalf it is signed"),
    "position": ("chức vụ người ký", "position of who signs"),
    "signatory": ("họ tên người ký", "name of who signs"),
    "recipients": ("nơi nhận, mỗi nơi một dòng", "who receives it, a line each"),
    "title": ("tên báo cáo", "title of the report"),
    "subtitle": ("kỳ và bộ chỉ số", "period and scorecard"),
    "headline": ("các câu chính, mỗi câu một dòng", "the main sentences, a line each"),
    "body": (
        "toàn bộ nội dung báo cáo; bắt buộc, một đoạn riêng",
        "the whole report; required, a paragraph of its own",
    ),
}


# ------------------------------------------------------------------ the pictures of the report
_REPORT_ALT = {
    "page": (
        f"Đầu trang HTML do lệnh reformcli {REPORTED} -o bao-cao.html lập: các câu nói điều chính, bảy số liệu chính, mục lục",
        f"Top of the HTML page of reformcli {REPORTED} -o report.html: the main findings in sentences, seven key figures, contents",
    ),
    "book": (
        "Trang Xếp hạng trong sổ Excel của cùng báo cáo: hạng, thay đổi hạng, điểm hai kỳ, hồ sơ trễ hạn và quá hạn của từng cơ quan",
        "Sheet of ranks in the Excel workbook of the same report: rank, places gained, points of both periods, late and overdue dossiers of each agency",
    ),
}
_PAGE_SIZE = (1280, 1400)
_BOOK_DPI = "110"
_BOOK_ROWS = 37  # of the first sheet of ranks
_COLOURS = 128
_AROUND = 24  # pixels of white left around a printed sheet


def report_picture(name: str, lang: str, folder: str = "") -> str:
    """A picture of the report, for a page in `folder`, with words for those who do not see it."""
    path = os.path.relpath(REPORT_PICTURES[name], ROOT / folder)
    return f"![{_pick(_REPORT_ALT[name], lang)}]({Path(path).as_posix()})"


def report_words(name: str) -> str:
    """What a picture of the report shows, as text: the sentences of the page, the first ranks of the workbook."""
    exports = [str(ROOT / part) if part.startswith("sample_data/") else part for part in REPORTED.split()]
    first, ranks = run([*exports, "--format", "md"]).strip().split("\n## ")[:2]
    if name == "page":
        return first.strip()
    lines = ranks.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| ---")) - 1
    return "\n".join(lines[start : start + 2 + _BOOK_ROWS])


def draw_report() -> None:
    """Draw the top of the page with chromium, and the sheet of ranks as LibreOffice prints it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REFORMCLI_")} | {"PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page, book = folder / "bao-cao.html", folder / "bao-cao.xlsx"
        command = [sys.executable, "-m", "reformcli", *REPORTED.split(), "-o", str(page), "-o", str(book)]
        subprocess.run([*command, "--lang", "vi", "-q"], cwd=ROOT, env=environment, check=True)
        _photograph(page, folder / "page.png", _PAGE_SIZE)
        office = ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless"]
        subprocess.run([*office, "--convert-to", "pdf", "--outdir", name, str(book)], check=True, capture_output=True)
        sheet = ["pdftoppm", "-r", _BOOK_DPI, "-f", "2", "-l", "2", "-png", "-singlefile"]
        subprocess.run([*sheet, str(book.with_suffix(".pdf")), str(folder / "book")], check=True)
        for kind, path in REPORT_PICTURES.items():
            path.write_bytes(_with_text(_small(folder / f"{kind}.png", cropped=kind == "book"), report_words(kind)))


def _small(path: Path, *, cropped: bool) -> bytes:
    """A picture in few colours, without the white around it."""
    from PIL import Image, ImageChops

    picture = Image.open(path).convert("RGB")
    if cropped:
        box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox() or (0, 0, *picture.size)
        left, top, right, bottom = box
        picture = picture.crop((left - _AROUND, top - _AROUND, right + _AROUND, bottom + _AROUND))
    few = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    draw(shot(), PICTURE)
    draw_report()
