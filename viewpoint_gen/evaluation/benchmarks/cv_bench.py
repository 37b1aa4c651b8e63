"""CV-Bench (arXiv 2406.16860): counts and relations in 2-D, depth and distance in 3-D."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, Row, Sheet, image_bytes, letter_in


def _read(row: Row, number: int, folder: Path) -> Sheet:
    name = str(row["idx"] if row.get("idx") is not None else number)
    options = tuple(map(str, row["choices"]))
    kind = str(row["type"]) if row.get("type") else ""
    return Sheet(
        id=f"{kind}.{name}" if kind else name,
        family=f"{row['task']} {kind}".strip(),
        text=str(row["question"]),
        options=options,
        answer=letter_in(row["answer"], options, name),
        images=(image_bytes(row["image"], folder, name),),
        source=str(row.get("filename") or name),
    )


CV_BENCH: Final = Benchmark(("image", "question", "choices", "answer", "task"), _read)
