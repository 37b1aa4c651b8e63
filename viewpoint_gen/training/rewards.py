"""The reward of GRPO: the scorer's own verdict, in the two parts that it is made of.

``qa.score`` decides; nothing here knows what is right. Both parts together are its ``reward``:
0.9 for a right answer (graded), 0.1 for the form, and form alone is never worth more.
"""

from __future__ import annotations

import json
from typing import Any

from viewpoint_gen.dataset.export.shipped.trl_reward import text_of
from viewpoint_gen.qa.score import CORRECTNESS_PART, FORM_PART, Score, score


def correctness_reward(completions: list[Any], grading: list[str], **_: Any) -> list[float]:
    """0.9 · correctness of each completion; see ``viewgen_reward`` for the arguments."""
    return [CORRECTNESS_PART * each.correctness for each in _scores(completions, grading)]


def form_reward(completions: list[Any], grading: list[str], **_: Any) -> list[float]:
    """0.1 where a completion has the form that was asked for; see ``viewgen_reward``."""
    return [FORM_PART * each.well_formed for each in _scores(completions, grading)]


def _scores(completions: list[Any], grading: list[str]) -> list[Score]:
    return [
        score(text_of(completion), json.loads(row))
        for completion, row in zip(completions, grading, strict=True)
    ]
