"""A reward for TRL's GRPOTrainer: an answer scored as viewgen scores it."""

from __future__ import annotations

import json
from typing import Any

from viewpoint_gen.qa.score import reward


def viewgen_reward(completions: list[Any], grading: list[str], **_: Any) -> list[float]:
    """0.9 · correctness + 0.1 · form of each completion.

    Args:
        completions: texts, or messages as TRL hands them over.
        grading: the column of that name.
    """
    return [
        reward(text_of(completion), json.loads(row))
        for completion, row in zip(completions, grading, strict=True)
    ]


def text_of(completion: Any) -> str:
    """The text of a completion, whatever form TRL hands it over in."""
    if isinstance(completion, str):
        return completion
    content = completion[-1]["content"] if completion else ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content)
