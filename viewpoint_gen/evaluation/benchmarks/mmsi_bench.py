"""MMSI-Bench (arXiv 2505.23764): several images, the options at the end of the question."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from viewpoint_gen.errors import SourceError
from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, Row, Sheet, image_bytes, letter_in

_OPTIONS: Final = re.compile(r"\bOptions?\s*:\s*", re.IGNORECASE)
_LETTER: Final = re.compile(r"(?:^|[\s,;])([A-H])\s*[:.)]\s+")


def _read(row: Row, number: int, folder: Path) -> Sheet:
    name = str(row["id"] if row.get("id") is not None else number)
    text, options = options_in(str(row["question"]), name)
    return Sheet(
        id=name,
        family=str(row.get("question_type") or "mmsi-bench"),
        text=text,
        options=options,
        answer=letter_in(row["answer"], options, name),
        images=tuple(image_bytes(image, folder, name) for image in row["images"]),
        source=name,
    )


def options_in(question: str, where: str) -> tuple[str, tuple[str, ...]]:
    """The question before "Options:", and the texts behind A, B, C and so on.

    Raises:
        SourceError: there are no such options.
    """
    starts = list(_OPTIONS.finditer(question))
    listed = question[starts[-1].end() :] if starts else ""
    found: list[tuple[int, int]] = []
    for match in _LETTER.finditer(listed):
        if match.group(1) == "ABCDEFGH"[len(found)]:
            found.append((match.start(), match.end()))
            if len(found) == 8:
                break
    if len(found) < 2:
        msg = f'{where}: no "Options: A: …, B: …" in its question; expected MMSI-Bench\'s layout'
        raise SourceError(msg)
    ends = [start for start, _ in found[1:]] + [len(listed)]
    texts = [
        listed[begin:end].strip(" ,;\n\t") for (_, begin), end in zip(found, ends, strict=True)
    ]
    return question[: starts[-1].start()].strip(), tuple(texts)


MMSI_BENCH: Final = Benchmark(("images", "question", "answer"), _read)
