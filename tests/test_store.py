"""A store is read like the exports that were added to it, whatever happened while they were added."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
from engines import figures, three_exports
from reformcli import counting, judging
from reformcli.cli import main
from reformcli.errors import InputError, OutputError, UsageError
from reformcli.store import adding, deposit, depot
from reformcli.store import parquet as store
from support import SAMPLES, command, write_csv

WEEKS = [SAMPLES / "tuan-50.xlsx", SAMPLES / "tuan-51.xlsx"]
FAULTY = SAMPLES / "loi-can-xu-ly.csv"
JULY = {"start": "2024-07-01", "end": "2024-07-31"}
EXAMPLES = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
HAS_DUCKDB = importlib.util.find_spec("duckdb") is not None
ENGINES = ["memory", pytest.param("duckdb", marks=pytest.mark.skipif(not HAS_DUCKDB, reason="no DuckDB"))]


def add(folder: Path, *exports: Path, **options: object) -> adding.Added:
    return adding.add(judging.Options(exports=[str(path) for path in exports], **options), folder)


def kept(folder: Path) -> dict[str, bytes]:
    """Every file of a store with its bytes, but for the lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kho") / "kho"
    for export in (*WEEKS, FAULTY):
        add(folder, export)
    return folder


@pytest.fixture(scope="module")
def honest(tmp_path_factory) -> Path:
    """Without the file full of faults, one of which is a date far beyond all others."""
    folder = tmp_path_factory.mktemp("honest") / "kho"
    for export in WEEKS:
        add(folder, export)
    return folder


@pytest.fixture
def own(weeks, tmp_path) -> Path:
    """A copy of the store that may be changed."""
    return Path(shutil.copytree(weeks, tmp_path / "kho"))


# ------------------------------------------------------------------ read like exports
@pytest.mark.parametrize(
    "arguments",
    [
        "score --counts {counts} --agencies {agencies}",
        "score --period 2023-W51 --level province",
        "metrics --by field --by channel",
        "late --by cause --near 5",
        "report",
        "explain --component 2.1 --of missing",
        "compare --period 2023-W51 --previous-period 2023-W50",
        "gaps --goal 40",
        "validate",
        "agencies",
    ],
    ids=lambda text: text.split()[0],
)
def test_every_command_reads_a_store_like_its_exports(arguments, weeks, capsys):
    """The same document, to the byte: manifest, findings and places in the original files included."""
    written = arguments.format(counts=SAMPLES / "counts.csv", agencies=SAMPLES / "agencies.csv")
    name, *options = written.split()

    def shown(*exports: Path) -> tuple[int, str]:
        code = main([name, *map(str, exports), *options, "--format", "json", "--quiet"])
        return code, capsys.readouterr().out

    code, document = shown(weeks)
    assert document.startswith("{")
    assert (code, document) == shown(*WEEKS, FAULTY)


def test_canonical_parquet_of_a_store_is_that_of_its_exports(weeks, tmp_path):
    for name, exports in (("a", [weeks]), ("b", [*WEEKS, FAULTY])):
        assert main(["load", *map(str, exports), "-o", str(tmp_path / f"{name}.parquet"), "-q"]) == 0
    a, b = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab")
    pd.testing.assert_frame_equal(a, b[list(a)], check_categorical=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_store_beside_an_export_is_one_reading(engine, tmp_path):
    add(tmp_path / "kho", WEEKS[0])
    assert figures(engine, [tmp_path / "kho", WEEKS[1]]) == figures("memory", WEEKS)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_store_without_rows_is_an_empty_export(engine, tmp_path):
    export = write_csv(tmp_path / "empty.csv", [], strategies.HEADINGS)
    add(tmp_path / "kho", export)
    assert figures(engine, [tmp_path / "kho"], **JULY) == figures("memory", [export], **JULY)


@EXAMPLES
@given(
    dossiers=strategies.dossiers(min_size=1, max_size=25, unique_ids=False),
    seed=st.integers(0, 99),
    order=st.permutations(range(3)),
    engine=st.sampled_from(["memory", "duckdb"] if HAS_DUCKDB else ["memory"]),
)
def test_any_dossiers_added_in_any_order(dossiers, seed, order, engine, tmp_path_factory):
    """Later events win, whatever was added last; nothing counts twice."""
    folder = tmp_path_factory.mktemp("order")
    exports = three_exports(folder, dossiers, seed)
    for number in order:
        add(folder / "kho", exports[number])
    add(folder / "kho", *exports)
    assert figures(engine, [folder / "kho"]) == figures("memory", exports)


# ------------------------------------------------------------------ adding
def test_the_same_week_twice_changes_no_byte(own, capsys):
    before = kept(own)
    again = add(own, *WEEKS)
    assert again.files == ()
    assert again.again == ("tuan-50.xlsx", "tuan-51.xlsx")
    assert kept(own) == before
    assert main(["load", str(WEEKS[0]), "--store", str(own), "--lang", "en"]) == 0
    assert "tuan-50.xlsx: in the store already" in capsys.readouterr().err
    assert kept(own) == before


def test_the_same_week_with_the_same_map_of_columns_counts_once(tmp_path):
    """With a map all files are read again: what was read is compared with what is there."""
    plan = tmp_path / "map.csv"
    plan.write_text("heading,field\nLĩnh vực,field\n", encoding="utf-8")
    for _ in range(2):
        added = add(tmp_path / "kho", WEEKS[0], columns=[str(plan)])
    assert (added.files, added.again) == ((), ("tuan-50.xlsx",))
    assert len(depot.additions(tmp_path / "kho")) == 1


def test_a_week_under_another_name_counts_once(own, tmp_path):
    copied = shutil.copy(WEEKS[0], tmp_path / "ban-sao.xlsx")
    before = kept(own)
    assert add(own, Path(copied)).again == ("ban-sao.xlsx",)
    assert kept(own) == before


def test_the_same_additions_give_the_same_bytes(weeks, tmp_path):
    for export in (*WEEKS, FAULTY):
        add(tmp_path / "kho", export)
    assert kept(tmp_path / "kho") == kept(weeks)


def test_a_later_export_of_the_same_dossier_wins(tmp_path):
    """Open in the first, ended in the second: one dossier, ended."""
    day = datetime(2024, 7, 1, 8)
    row = {"Số hồ sơ": "HS-1", "Cơ quan/đơn vị": "Sở Xây dựng", "Ngày hẹn trả": "20/07/2024"}
    row |= {"Ngày tiếp nhận": day.strftime("%d/%m/%Y %H:%M:%S")}
    first = write_csv(tmp_path / "a.csv", [row | {"Trạng thái hồ sơ": "Đang xử lý", "Ngày kết thúc xử lý": ""}])
    later = row | {"Trạng thái hồ sơ": "Đã xử lý xong", "Ngày kết thúc xử lý": "05/07/2024 10:00:00"}
    second = write_csv(tmp_path / "b.csv", [later])
    for name, exports in (("kho", (first, second)), ("nguoc", (second, first))):
        for export in exports:
            add(tmp_path / name, export)
        total = json.loads(figures("memory", [tmp_path / name], (), **JULY)["metrics"])["metrics"][-1]
        assert (total["handled"], total["resolved"], total["pending"]) == (1, 1, 0)


def test_columns_understood_otherwise_are_refused(own, tmp_path):
    """The same bytes under another map: nobody knows which reading is meant."""
    plan = tmp_path / "map.csv"
    plan.write_text("heading,field\nLĩnh vực,procedure\n", encoding="utf-8")
    with pytest.raises(InputError, match="store_other_reading"):
        add(own, WEEKS[0], columns=[str(plan)])


def test_rows_lie_in_the_week_of_their_receipt(weeks):
    """Year and week as ISO counts them."""
    for addition in depot.additions(weeks):
        for file in addition.files:
            rows = pd.read_parquet(weeks / file.path, columns=["received_at"])
            assert len(rows) == file.rows == sum(file.by_sheet)
            iso = rows["received_at"].dropna().dt.isocalendar()
            assert set(zip(iso["year"], iso["week"], strict=True)) <= {(file.year, file.week)}
            assert hashlib.sha256((weeks / file.path).read_bytes()).hexdigest() == file.sha256


def test_no_personal_data_in_any_file(tmp_path):
    """Names, phones, numbers and addresses: neither in columns nor in metadata nor in marks of faults."""
    secrets = ["Nguyễn Thị Ví Dụ", "0912345678", "079099000123", "12 Lê Lợi, phường Ví Dụ", "vidu@example.vn"]
    row = {"Số hồ sơ": "HS-1", "Cơ quan/đơn vị": "Sở Xây dựng", "Trạng thái hồ sơ": f"chờ {secrets[0]}"}
    row |= {"Ngày tiếp nhận": "01/07/2024", "Ngày hẹn trả": f"gọi {secrets[1]}", "Cán bộ thụ lý": secrets[0]}
    names = ("Người nộp", "Số điện thoại", "Số CMND/CCCD", "Địa chỉ", "Email")
    row |= dict(zip(names, secrets, strict=True)) | {"Lý do trễ hạn": f"do ông {secrets[0]} {secrets[1]}"}
    add(tmp_path / "kho", write_csv(tmp_path / "a.csv", [row]))
    told = b"".join(kept(tmp_path / "kho").values()).decode("utf-8", "replace")
    for path in (tmp_path / "kho").rglob("*.parquet"):
        told += pd.read_parquet(path).to_csv() + str(store.sheets_of(path))
    assert "Sở Xây dựng" in told
    assert not [secret for secret in secrets if secret in told]


# ------------------------------------------------------------------ interrupted, and two at once
KILLED = {
    "before a data file": "deposit._durable = lambda *_: os._exit(9)",
    "in the middle of a data file": "deposit._durable = lambda path, data: (path.write_bytes(data[:99]), os._exit(9))",
    "after the first data file": "deposit._settle = lambda *_: os._exit(9)",
    "before the entry": "deposit._commit = lambda *_: os._exit(9)",
    "with the entry half written": (
        "deposit._commit = lambda path, data: (path.with_suffix('.part').write_bytes(data[:99]), os._exit(9))"
    ),
}


@pytest.mark.parametrize("change", KILLED.values(), ids=KILLED)
def test_a_killed_addition_leaves_the_store_as_it_was(change, tmp_path):
    """Its process ends at once; readers see nothing of it, and the next addition is that of an untouched store."""
    folder = tmp_path / "kho"
    add(folder, WEEKS[0])
    before = figures("memory", [folder])
    code = f"import os, sys\nfrom reformcli.store import deposit\n{change}\nfrom reformcli.cli import main\nmain(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, "load", WEEKS[1], "--store", folder, "-q"], check=False)
    assert done.returncode == 9
    assert len(depot.additions(folder)) == 1
    assert figures("memory", [folder]) == before
    whole = tmp_path / "whole"
    add(whole, WEEKS[0])
    for export in (SAMPLES / "nho-30.csv", WEEKS[1]):
        add(folder, export)
        add(whole, export)
        assert kept(folder) == kept(whole)


def test_a_reading_that_fails_adds_nothing(own, tmp_path):
    """One good file and one that holds no dossiers."""
    bad = tmp_path / "bad.csv"
    bad.write_text("a;b\n1;2\n", encoding="utf-8")
    before = kept(own)
    with pytest.raises(InputError):
        add(own, SAMPLES / "nho-30.csv", bad)
    assert kept(own) == before


def test_writers_at_once_wait_for_each_other(tmp_path):
    """Four processes, two of them with the same week: each week is there once."""
    folder = tmp_path / "kho"
    exports = [WEEKS[0], WEEKS[1], WEEKS[1], FAULTY]
    program = [sys.executable, "-m", "reformcli", "load", "--store", str(folder), "-q", "--fail-on", "never"]
    running = [subprocess.Popen([*program, str(export)]) for export in exports]
    assert [process.wait(timeout=300) for process in running] == [0, 0, 0, 0]
    found = depot.additions(folder)
    assert sorted(sheet.source.name for one in found for sheet in one.sheets) == sorted(
        path.name for path in (*WEEKS, FAULTY)
    )
    assert figures("memory", [folder]) == figures("memory", [*WEEKS, FAULTY])


def test_an_entry_that_is_there_is_never_replaced(own):
    """Where locks do not work (some network drives), the second of two writers is refused."""
    entry = own / "log" / depot.entry_name(1)
    before = kept(own)
    with pytest.raises(OutputError, match="store_busy"):
        deposit._commit(entry, b"{}")
    assert kept(own) == before


def test_a_store_that_stays_locked_is_told(own):
    with deposit.locked(own), pytest.raises(OutputError, match="store_busy"), deposit.locked(own, patience=0.1):
        pass


# ------------------------------------------------------------------ only what is needed
@contextmanager
def opened(monkeypatch):
    """The data files that are read in memory."""
    seen: list[Path] = []
    real = store.read
    with monkeypatch.context() as patch:
        patch.setattr(store, "read", lambda path: seen.append(path) or real(path))
        yield seen


def spoilt(folder: Path, week: int) -> int:
    """Make the rows of a week unreadable; how many files that are."""
    paths = list((folder / "data").rglob(f"week={week}/*.parquet"))
    for path in paths:
        path.write_bytes(b"x" * path.stat().st_size)
    return len(paths)


@pytest.mark.parametrize("engine", ENGINES)
def test_weeks_after_the_period_are_not_opened(engine, honest, tmp_path):
    """Spoilt, they make no difference; without a period, and one week later, they do."""
    own = Path(shutil.copytree(honest, tmp_path / "kho"))
    whole = figures(engine, [own], period="2023-W50")
    assert spoilt(own, 51)
    assert figures(engine, [own], period="2023-W50") == whole
    assert figures(engine, [own], start="2023-12-11", end="2023-12-17")["metrics"]
    for options in ({}, {"period": "2023-W51"}, {"end": "2023-12-18"}):
        with pytest.raises(InputError, match="bad_parquet"):
            figures(engine, [own], **options)


def without_accounts(document: str) -> dict:
    """A document without what tells of rows that are in no figure."""
    told = json.loads(document)
    told["manifest"]["inputs"] = [one["rows"] for one in told["manifest"]["inputs"]]
    del told["findings"], told["rows"], told["manifest"]["identity"]
    return told


def read_files(monkeypatch, folder: Path, **options: object) -> tuple[dict, int]:
    with opened(monkeypatch) as seen:
        found = figures("memory", [folder], **options)
    return {name: without_accounts(text) for name, text in found.items()}, len(set(seen))


@pytest.mark.parametrize("period", ["2023-W46", "2023-W48", "2023-W50"])
def test_the_figures_of_a_period_are_those_of_all_exports(period, honest, monkeypatch):
    """Rows are accounted for: those of later weeks were read at some time, and are out of scope."""
    found, files = read_files(monkeypatch, honest, period=period)
    whole = figures("memory", WEEKS, period=period)
    assert found == {name: without_accounts(text) for name, text in whole.items()}
    assert files < len(list(honest.rglob("*.parquet")))
    rows = json.loads(figures("memory", [honest], period=period)["score"])["rows"]
    assert rows["read"] == sum(rows[name] for name in ("counted", "out_of_scope", "superseded", "rejected"))
    assert rows["read"] == json.loads(whole["score"])["rows"]["read"]
    assert rows["counted"] == json.loads(whole["score"])["rows"]["counted"]


def test_a_dossier_that_moved_to_a_later_week_brings_that_week_along(tmp_path, monkeypatch):
    """Its newest row was received after the period: the row of the period does not count any more."""
    made = [d for d in strategies.random_dossiers(60, seed=3, broken=False) if d.received_at < datetime(2024, 7, 12)]
    chosen = next(d for d in made if d.received_at > datetime(2024, 7, 1) and d.status != "refused")
    moved = replace(chosen, received_at=chosen.received_at + timedelta(days=14), finished_at=None, returned_at=None)
    moved = replace(moved, status="pending")
    early = replace(chosen, dossier_id="HS-early")  # the first week of an addition is read in any case
    later = [replace(d, dossier_id=f"{d.dossier_id}-x", received_at=datetime(2024, 9, 3, 8)) for d in made[5:9]]
    later = [replace(d, finished_at=None, returned_at=None, status="pending") for d in later]
    first = write_csv(tmp_path / "a.csv", strategies.to_rows(made))
    second = write_csv(tmp_path / "b.csv", strategies.to_rows([early, moved, *later]))
    options = {"start": "2024-07-01", "end": "2024-07-14"}
    for export in (first, second):
        add(tmp_path / "kho", export)
    found, files = read_files(monkeypatch, tmp_path / "kho", **options)
    whole = figures("memory", [first, second], **options)
    assert found == {name: without_accounts(text) for name, text in whole.items()}
    assert files < len(list((tmp_path / "kho").rglob("*.parquet")))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_event_of_an_export_is_that_of_all_its_weeks(engine, tmp_path):
    """It is an event of August that makes the export the later one of two, in which the dossier is open again."""

    def row(number: int, received: str, finished: str) -> dict[str, str]:
        status = "Đã xử lý xong" if finished else "Đang xử lý"
        cells = (f"HS-{number}", "Sở Xây dựng", status, received, "20/09/2024 17:00:00", finished)
        names = ("Số hồ sơ", "Cơ quan/đơn vị", "Trạng thái hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả")
        return dict(zip((*names, "Ngày kết thúc xử lý"), cells, strict=True))

    july, august = "01/07/2024 08:00:00", "20/08/2024 08:00:00"
    later = write_csv(tmp_path / "a.csv", [row(1, july, ""), row(2, august, "")])
    earlier = write_csv(tmp_path / "b.csv", [row(1, july, "05/07/2024 08:00:00")])
    options = {"start": "2024-07-01", "end": "2024-07-14"}
    for export in (later, earlier):
        add(tmp_path / "kho", export)
    assert spoilt(tmp_path / "kho", 34) == 1
    total = json.loads(figures(engine, [tmp_path / "kho"], (), **options)["metrics"])["metrics"][-1]
    assert (total["handled"], total["resolved"], total["pending"]) == (1, 0, 1)


@EXAMPLES
@given(
    dossiers=strategies.dossiers(min_size=1, max_size=25, unique_ids=False),
    seed=st.integers(0, 99),
    days=st.integers(0, 40),
    engine=st.sampled_from(["memory", "duckdb"] if HAS_DUCKDB else ["memory"]),
)
def test_any_period_has_the_figures_of_all_exports(dossiers, seed, days, engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("period")
    exports = three_exports(folder, dossiers, seed)
    add(folder / "kho", *exports[:2])
    add(folder / "kho", exports[2])
    period = {"start": "2024-07-01", "end": (datetime(2024, 7, 1) + timedelta(days=days)).strftime("%Y-%m-%d")}
    found, whole = figures(engine, [folder / "kho"], **period), figures("memory", exports, **period)
    for name, text in whole.items():
        assert without_accounts(found[name]) == without_accounts(text)


def test_a_date_far_beyond_the_others_makes_every_week_needed(tmp_path, monkeypatch):
    """Which date that is depends on all of them."""
    rows = strategies.to_rows(strategies.random_dossiers(60, seed=9, broken=False))
    open_ones = [row for row in rows if not row["Ngày kết thúc xử lý"] and not row["Ngày trả thực tế"]]
    open_ones[0]["Ngày tiếp nhận"] = "05/07/2034 08:00:00"
    export = write_csv(tmp_path / "export.csv", rows)
    add(tmp_path / "kho", export)
    _, files = read_files(monkeypatch, tmp_path / "kho", end="2024-07-07")
    assert files == len(list((tmp_path / "kho").rglob("*.parquet")))
    options = {"start": "2024-07-01", "end": "2024-07-07"}
    assert figures("memory", [tmp_path / "kho"], **options) == figures("memory", [export], **options)


# ------------------------------------------------------------------ damage and wrong use
def damage(folder: Path, kind: str) -> None:
    first, second = (folder / "log" / depot.entry_name(number) for number in (1, 2))
    data = next(iter(sorted(folder.rglob("*.parquet"))))
    if kind == "no first entry":
        first.unlink()
    elif kind == "half an entry":
        second.write_bytes(second.read_bytes()[:500])
    elif kind == "an entry of another schema":
        second.write_text(second.read_text(encoding="utf-8").replace(depot.SCHEMA, "reformcli.store/9"), "utf-8")
    elif kind == "an entry without a part":
        entry = json.loads(first.read_text(encoding="utf-8"))
        del entry["links"]
        first.write_text(json.dumps(entry), encoding="utf-8")
    elif kind == "a data file is missing":
        data.unlink()
    elif kind == "a data file is cut":
        data.write_bytes(data.read_bytes()[:-1])


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "kind",
    [
        *("no first entry", "half an entry", "an entry of another schema", "an entry without a part"),
        *("a data file is missing", "a data file is cut"),
    ],
)
def test_a_damaged_store_is_told_and_gives_no_figure(kind, lang, own, capsys):
    damage(own, kind)
    for arguments in (["score", str(own)], ["load", str(SAMPLES / "nho-30.csv"), "--store", str(own)]):
        assert main([*arguments, "--lang", lang]) == 3
        shown = capsys.readouterr()
        assert shown.out == ""
        assert ("Kho thiếu tệp" if lang == "vi" else "A file of the store is missing") in shown.err
        assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "code", "vi", "en"),
    [
        ("--store {other}", 2, "không phải là kho", "is no store"),
        ("--store {own} -o x.parquet", 2, "Không dùng được --store cùng -o", "cannot be used together"),
    ],
)
def test_wrong_use_is_told(arguments, code, vi, en, own, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "thu.txt").write_text("x", encoding="utf-8")
    for lang, said in (("vi", vi), ("en", en)):
        given_ = arguments.format(own=own, other=other).split()
        assert main(["load", str(SAMPLES / "nho-30.csv"), *given_, "--lang", lang]) == code
        assert said in capsys.readouterr().err
    assert sorted(path.name for path in other.iterdir()) == ["thu.txt"]


def test_a_folder_that_is_something_else_is_left_alone(tmp_path):
    (tmp_path / "data.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not_a_store"):
        add(tmp_path, SAMPLES / "nho-30.csv")


def test_many_rows_of_a_store_choose_duckdb(weeks, monkeypatch):
    pytest.importorskip("duckdb")
    auto = judging.Options(exports=[str(weeks)], engine="auto")
    assert counting.chosen(auto) == "memory"
    monkeypatch.setattr(counting, "MANY_ROWS", depot.rows_of(weeks) - 1)
    assert counting.chosen(auto) == "duckdb"


def test_a_store_is_added_to_and_read_by_real_processes(tmp_path):
    for export in WEEKS:
        done = command("load", export, "--store", tmp_path / "kho", "--lang", "en")
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout == b""
        assert "Store kho: added 1 file" in done.stderr.decode()
    told = [command("score", *exports, "--format", "json") for exports in ([tmp_path / "kho"], WEEKS)]
    assert told[0].stdout == told[1].stdout != b""
