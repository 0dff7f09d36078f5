"""What tests of engines share: one run as JSON on any engine, and exports that are hard to merge."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import strategies
from reformcli import judging, pipeline
from reformcli.render import shapes
from support import write_csv

BY = ("level", "status")


def figures(engine: str, exports: Sequence[Path], by: Sequence[str] = BY, **options: object) -> dict[str, str]:
    """The JSON of score and metrics on an engine."""
    given = judging.Options(exports=[str(path) for path in exports], engine=engine, **options)
    scored, counted = pipeline.run_score(given), pipeline.run_metrics(given, list(by))
    assert {scored.engine, counted.engine} == {engine}
    return {
        "score": shapes.to_json(shapes.score_document(scored)),
        "metrics": shapes.to_json(shapes.metrics_document(counted, by)),
    }


def three_exports(folder: Path, dossiers: Sequence, seed: int) -> list[Path]:
    """The same dossiers in three exports: some in one, some in all, moved on, contradicted, or twice in a file.

    The second export lacks a column that the others have; the third has a text that nothing knows.
    """
    generator = random.Random(seed)
    parts: list[list] = [[], [], []]
    for dossier in dossiers:
        for number in generator.sample(range(3), generator.choice((1, 1, 2, 3))):
            parts[number].append(dossier)
            dossier = changed(dossier, generator)
            if generator.random() < 0.1:
                parts[number].append(dossier)
    paths = []
    for number, part in enumerate(parts):
        rows = strategies.to_rows(part) or [dict.fromkeys(strategies.HEADINGS, "")]
        columns = [name for name in rows[0] if number != 1 or name != "Kết quả điện tử"]
        for row in rows if number == 2 else []:
            row["Hình thức tiếp nhận"] = row["Hình thức tiếp nhận"] or "bồ câu"
            row["Ngày hẹn trả"] = row["Ngày hẹn trả"] or "sau lễ"
        paths.append(write_csv(folder / f"tuan-{number}.csv", rows, columns))
    return paths


def changed(dossier, generator: random.Random):
    """The dossier as a later export may tell it, honestly or not."""
    day = timedelta(days=1)
    match generator.randrange(7):
        case 0:
            return dossier
        case 1:
            return replace(dossier, agency="Sở Tư pháp")
        case 2 if dossier.due_at:
            return replace(dossier, due_at=dossier.due_at + day)
        case 3 if dossier.received_at:
            return replace(dossier, finished_at=dossier.received_at + 3 * day, status="resolved")
        case 4:
            return replace(dossier, finished_at=None, returned_at=None, status="pending")
        case 5 if dossier.received_at:
            return replace(dossier, received_at=dossier.received_at + 8 * day)
    return replace(dossier, channel=None, fee=0)
