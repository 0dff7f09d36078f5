"""Example exports of an invented province: weekly workbooks, a register, counts and small files; or one of any size.

The same seed gives the same bytes with the same versions of numpy, XlsxWriter and zlib. No clock is read.
"""

from __future__ import annotations

from pathlib import Path

from reformcli.errors import UsageError

SEED = 766
DOSSIERS = 3_000
WEEK = "2023-W51"
__all__ = ["DOSSIERS", "SEED", "WEEK", "write_large", "write_samples"]


def write_samples(folder: Path, *, seed: int = SEED, dossiers: int = DOSSIERS, week: str = WEEK) -> list[Path]:
    """Write the files of `sample_data/` into a folder, over earlier ones of the same name.

    `tuan-50.xlsx` and `tuan-51.xlsx` (named by week) are the exports of two consecutive weeks, `igate-tuan-51.xlsx` is
    the later one in the layout of iGate; with them the register `agencies.csv`, `counts.csv`, the catalogue of
    procedures `catalogue.csv` with the counts that it does not tell (`counts-with-catalogue.csv`), `nho-30.csv` and
    `loi-can-xu-ly.csv`, and the registers of tasks `nhiem-vu.csv` and `nhiem-vu-tuan-50.csv`. These last four are
    the same for every seed and belong to week 51 of 2023. `week51.toml` is the file of a weekly run over all of them.

    Args:
        folder: made if it does not exist.
        seed: 0 or more; the same seed gives the same files.
        dossiers: how many different dossiers the two weeks hold, 1 or more.
        week: the later week, such as "2023-W51".

    Returns:
        The files written.

    Raises:
        UsageError: no dossier wanted, or no such week. OutputError: a file cannot be written.
    """
    from reformcli.sample import books, catalogue, counts, files, province, small, tasks, weeks
    from reformcli.sample import week as week_file

    if dossiers < 1:
        raise UsageError("sample_rows", where=str(folder), rows=dossiers, limit=1_000_000)
    try:
        weeks.monday_of(week)
    except ValueError as error:
        raise UsageError("bad_period", where="--period", text=week) from error
    before, after = weeks.two_weeks(seed, dossiers, week)
    given = counts.count_rows(seed, after.received)
    rest = [row for row in given if row[2] not in catalogue.FED]
    return [
        books.write_titled(folder / f"tuan-{before.week[-2:]}.xlsx", before),
        books.write_titled(folder / f"tuan-{after.week[-2:]}.xlsx", after),
        books.write_igate(folder / f"igate-tuan-{after.week[-2:]}.xlsx", after),
        files.write_csv(folder / "agencies.csv", province.REGISTER_HEADER, province.register_rows()),
        files.write_csv(folder / "counts.csv", counts.HEADER, given),
        files.write_csv(folder / "counts-with-catalogue.csv", counts.HEADER, rest),
        files.write_csv(folder / "catalogue.csv", catalogue.HEADER, catalogue.catalogue_rows()),
        files.write_csv(folder / "nho-30.csv", small.HAND_HEADER, small.hand_rows()),
        files.write_csv(folder / "loi-can-xu-ly.csv", small.FAULTY_HEADER, small.faulty_rows()),
        files.write_csv(folder / "nhiem-vu.csv", tasks.HEADER, tasks.task_rows()),
        files.write_csv(folder / "nhiem-vu-tuan-50.csv", tasks.HEADER, tasks.earlier_rows()),
        week_file.write_week(folder / f"week{after.week[-2:]}.toml", after.week, before.week),
    ]


def write_large(path: Path, rows: int, seed: int = SEED, *, late: float | None = None) -> Path:
    """Write one export of any size: 20 columns, receipts from 6 February to 24 December 2023, no error in it.

    Args:
        path: ends in .xlsx (up to 1,048,575 rows) or .csv.
        rows: how many dossiers, 1 or more.
        seed: 0 or more; the same path ending, rows, seed and `late` give the same bytes.
        late: share of the dossiers settled late, for trials of reports; by default about 2.5 in 100.

    Returns:
        The path.

    Raises:
        UsageError: another extension, or a number of rows that cannot be written. OutputError: as it says.
    """
    from reformcli.sample import large

    return large.write(path, rows, seed, late)
