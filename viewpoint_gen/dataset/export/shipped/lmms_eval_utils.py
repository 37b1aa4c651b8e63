"""What the task's YAML names: how lmms-eval shows a question and scores its answer."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from viewpoint_gen.qa.groups import asked_again
from viewpoint_gen.qa.score import score

_DATA = Path(__file__).resolve().parent / "data"

TRAIN, VALIDATION, TEST = (
    [str(path) for path in sorted(_DATA.glob(f"{split}-*.parquet"))]
    for split in ("train", "validation", "test")
)
"""Wherever this folder lies."""

Doc = dict[str, Any]


def doc_to_visual(doc: Doc) -> list[Any]:
    """The images, in order."""
    return [image.convert("RGB") for image in doc["images"]]


def doc_to_text(doc: Doc, lmms_eval_specific_kwargs: Any = None) -> str:
    """The prompt, with an ``<image>`` where each image belongs."""
    return str(doc["prompt"])


def doc_to_messages(doc: Doc, lmms_eval_specific_kwargs: Any = None) -> list[Doc]:
    """One turn, the images between the texts."""
    content: list[Doc] = []
    texts = doc["prompt"].split("<image>")
    for text, image in zip(texts, [None, *doc_to_visual(doc)], strict=True):
        if image is not None:
            content.append({"type": "image", "url": image})
        if text:
            content.append({"type": "text", "text": text})
    return [{"role": "user", "content": content}]


def process_results(doc: Doc, results: list[str]) -> Doc:
    """The metrics of one answer."""
    row = json.loads(doc["grading"])
    got = score(results[0], row)
    metrics: Doc = {
        "correctness": got.correctness,
        "exact": float(got.exact),
        "well_formed": float(got.well_formed),
        f"correctness_{row['family']}": got.correctness,
    }
    if not asked_again(row):
        metrics["groups"] = {"group": row["group_id"], "exact": got.exact}
    return metrics


def mean(values: list[float]) -> float:
    """Of all questions."""
    return sum(values) / len(values)


def whole_groups(values: list[Doc]) -> float:
    """Share of the groups with two questions and more in which all answers are right."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for value in values:
        groups[value["group"]].append(value["exact"])
    several = [all(exact) for exact in groups.values() if len(exact) > 1]
    return sum(several) / len(several) if several else float("nan")
