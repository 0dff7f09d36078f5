"""The keys of every JSON document, as real runs write them, each with its type and meaning; Markdown for a cog block."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from generate import SAMPLE, heads, pick, run, table

from reformcli.i18n import has, text


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
    return table(heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


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
    return table(heads(lang, "Khóa|Kiểu|Nghĩa", "Key|Type|Meaning"), rows)


def _own(key: str, lang: str) -> str:
    return pick(_REPORT[key], lang) if key in _REPORT else ""


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
        return pick(said, lang)
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
