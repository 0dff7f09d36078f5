"""The parts of the documentation that come out of the code. Every function returns Markdown for a cog block.

python -m cogapp -r -I docs README.md docs/*.md     writes them anew
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from reformcli.cli.app import COMMANDS, RULES, build
from reformcli.cli.options import _OPTIONS, Given, many, names_in_files
from reformcli.errors import ExitCode
from reformcli.findings import RULES as FINDINGS
from reformcli.headings import headers
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
WIDTH = 100  # of every --help, whatever the terminal
SHOWN_HEADINGS = 8

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


def pick(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang == "vi" else pair[1]


def ticked(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def plain(number: Decimal | None) -> str:
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
    return table(heads(lang, "Lệnh|Việc", "Command|What it does"), rows)


def heads(lang: str, vi: str, en: str) -> list[str]:
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
                ticked(option.flags),
                f"`REFORMCLI_{key.replace('-', '_').upper()}`" if key else "",
                f"`{key} = {_toml(name)}`" if key else "",
                ticked(users) if len(users) < len(taken) else text_all(lang),
            )
        )
    head = heads(
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
    rows = [(f"`{int(code)}`", pick(_EXITS[code], lang)) for code in ExitCode]
    return table(heads(lang, "Mã thoát|Nghĩa", "Exit code|Meaning"), rows)


def dimensions(lang: str) -> str:
    """What `metrics --by` takes."""
    rows = [(f"`{name}`", text(f"dimension.{name}", lang)) for name in sorted(DIMENSIONS)]
    return table(heads(lang, "Chiều|Nghĩa", "Dimension|Meaning"), rows)


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
    return table(heads(lang, "Mã|Mức|Cột|Nội dung|Cách xử lý", "Code|Severity|Column|Title|Cure"), rows)


def errors(lang: str) -> str:
    """Every message that stops the program, with its cure; what stands in braces is filled in."""
    names = sorted(key.split(".")[1] for key in keys(lang) if re.fullmatch(r"error\.\w+\.what", key))
    rows = [
        (f"`{name}`", *(text_as_written(f"error.{name}.{part}", lang) for part in ("what", "fix"))) for name in names
    ]
    return table(heads(lang, "Khóa|Thông báo|Cách sửa", "Key|Message|Fix"), rows)


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
                pick(_KINDS[kind], lang) if kind else "–",
                mark,
                ", ".join(_fed_by(name)),
                "; ".join(shown[:SHOWN_HEADINGS]) + more,
                source or "–",
            )
        )
    head = heads(
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
    return table(heads(lang, "Cột bị bỏ|Tiêu đề nhận ra (một phần)", "Dropped column|Headings recognised (some)"), rows)


def ambiguous(lang: str) -> str:
    """The headings with two meanings."""
    entries, _, _ = read_rules("headers")
    rows = [("; ".join(entry["headings"]), ticked(entry["choices"])) for entry in entries["ambiguous"]]
    return table(heads(lang, "Tiêu đề|Có thể là", "Heading|May mean"), rows)


def codes(lang: str) -> str:
    """The values of coded columns and the texts they are read from."""
    entries, _, _ = read_rules("codes")
    rows = []
    for name in ("status", "channel", "service_level", "paid_online", "flag", "rating"):
        for value, texts in entries[name].items():
            if value not in ("source", "evidence"):
                key = f"value.{name}.{value}"
                rows.append((f"`{name}`", f"`{value}`", text(key, lang) if has(key, lang) else "", "; ".join(texts)))
    return table(heads(lang, "Cột|Giá trị|Nghĩa|Chữ trong tệp", "Column|Value|Meaning|Texts in the file"), rows)


# ------------------------------------------------------------------ scorecard
def groups(lang: str) -> str:
    """The groups of the scorecard with their maxima and evidence."""
    entries, _, _ = read_rules("qd766")
    rows = [
        (f"`{g['id']}`", g["name"][lang], g["max"], text(f"evidence.{g['evidence']}", lang), g["source"])
        for g in entries["group"]
    ]
    head = heads(lang, "Nhóm|Tên|Điểm tối đa|Căn cứ|Nguồn", "Group|Name|Maximum|Evidence|Source")
    return table(head, rows)


def components(lang: str) -> str:
    """Every component: maximum, formula, where its counts come from, empty population, evidence, source."""
    rows = [
        (
            f"`{c.id}`",
            c.name[lang],
            plain(c.max),
            text(f"origin.{'dossiers' if c.population else 'counts'}", lang),
            f"`{c.numerator or c.sum}` / `{c.population}`" if c.population else "",
            formula(c, lang),
            _empty(c, lang),
            text(f"evidence.{c.evidence}", lang),
            c.source,
        )
        for c in _card().components
    ]
    head = heads(
        lang,
        "Mã|Chỉ số|Tối đa|Lấy từ|Tử số / mẫu số|Cách tính điểm|Mẫu số bằng 0|Căn cứ|Nguồn",
        "Id|Component|Max|Comes from|Numerator / denominator|Points|Denominator 0|Evidence|Source",
    )
    return table(head, rows)


def _empty(component: Component, lang: str) -> str:
    if not component.max:
        return ""
    words = {"none": ("không tính", "left out"), "zero": ("0 điểm", "0 points"), "full": ("đủ điểm", "full points")}
    return pick(words[component.empty], lang)


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
        rows.append((pick(name, lang).removeprefix("13 "), ", ".join(c.id for c in kept), plain(total)))
    head = heads(
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
        (f"`{name}`", f"`{entry[name]}`", ticked(other for other in known if other != entry[name]))
        for name, known in choices.items()
    ]
    return table(
        heads(lang, "Khóa trong [[states]]|qd766 chọn|Lựa chọn khác", "Key in [[states]]|qd766|Other choices"), rows
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
            f"≥ {plain(one.at_least)} %",
            one.by.strftime("%d/%m/%Y") if one.by else "",
            text(f"evidence.{one.evidence}", lang),
            one.source,
        )
        for one in load_targets(SHIPPED, on=date.max, measures=measures(_card())).targets
    ]
    head = heads(
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
    return table(heads(lang, "Chỉ số|Tên|Loại|Vì sao", "Component|Name|Kind|Why"), rows)


def bands(lang: str) -> str:
    """The bands of results."""
    rows = [(f"`{band.id}`", band.name[lang], f"≥ {plain(band.at_least)} %") for band in _card().bands]
    return table(heads(lang, "Mã|Xếp loại|Từ", "Id|Band|From"), rows)


def evidence(lang: str) -> str:
    """The kinds of evidence."""
    rows = [
        (f"`{key.removeprefix('evidence.')}`", shown)
        for key, shown in keys(lang).items()
        if key.startswith("evidence.")
    ]
    return table(heads(lang, "Căn cứ|Nghĩa", "Evidence|Meaning"), rows)


# ------------------------------------------------------------------ the note's template
def placeholders(lang: str) -> str:
    """What a Word template may hold in double braces."""
    rows = [(f"`{{{{{name}}}}}`", pick(_PLACEHOLDERS[name], lang)) for name in (*NAMES, "body")]
    return table(heads(lang, "Chỗ điền|Nội dung", "Placeholder|What it becomes"), rows)


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


# ------------------------------------------------------------------ real runs
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
