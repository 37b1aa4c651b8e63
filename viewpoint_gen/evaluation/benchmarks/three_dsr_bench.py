"""3DSRBench (arXiv 2412.07825): one image; a question comes back flipped and with turned letters.

Questions whose ``qid`` is the same up to its first hyphen are one group: all right, or not.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, Final

from viewpoint_gen.errors import SourceError
from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, Row, Sheet, image_bytes, letter_in

_IMAGES: Final = ("image", "image_path", "image_url")


def _read(row: Row, number: int, folder: Path) -> Sheet:
    name = str(row.get("qid") or row.get("index") or number)
    options = tuple(str(row[letter]) for letter in "ABCD" if _said(row.get(letter)))
    shown = next((row[key] for key in _IMAGES if _said(row.get(key))), None)
    if shown is None:
        raise SourceError(f"{name}: there is no image; expected one of {', '.join(_IMAGES)}")
    group = name.split("-", 1)[0]
    index = row.get("index")
    return Sheet(
        id=f"{name}.{index}" if index is not None else name,
        family=str(row.get("category") or "3dsrbench"),
        text=str(row["question"]),
        options=options,
        answer=letter_in(row["answer"], options, name),
        images=tuple(image_bytes(each, folder, name) for each in _every(shown)),
        source=group,
        group=group,
    )


def _said(value: Any) -> bool:
    return value is not None and str(value).strip().lower() not in ("", "nan")


def _every(shown: Any) -> list[Any]:
    """One image, or those of a list written as text."""
    if isinstance(shown, str) and shown.startswith("["):
        return list(ast.literal_eval(shown))
    return [shown]


THREE_DSR_BENCH: Final = Benchmark(("question", "A", "B", "answer"), _read)
