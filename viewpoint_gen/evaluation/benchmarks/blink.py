"""BLINK (arXiv 2404.12390), e.g. its sub-task Multi-view_Reasoning."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, Row, Sheet, image_bytes, letter_in

_IMAGES: Final = ("image_1", "image_2", "image_3", "image_4")


def _read(row: Row, number: int, folder: Path) -> Sheet:
    name = str(row.get("idx") or number)
    options = tuple(map(str, row["choices"]))
    shown = [row[image] for image in _IMAGES if row.get(image) is not None]
    return Sheet(
        id=name,
        family=str(row.get("sub_task") or "blink"),
        text=str(row["question"]),
        options=options,
        answer=letter_in(row["answer"], options, name),
        images=tuple(image_bytes(image, folder, name) for image in shown),
        source=name,
    )


BLINK: Final = Benchmark(("image_1", "question", "choices", "answer"), _read)
