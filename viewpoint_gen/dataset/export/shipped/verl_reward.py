"""A reward function for verl: an answer scored as viewgen scores it."""

from __future__ import annotations

import json
from typing import Any

from viewpoint_gen.qa.score import score


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Any = None,
    **_: Any,
) -> dict[str, float]:
    """``score`` is the reward, 0.9 · correctness + 0.1 · form; ``acc`` the correctness alone."""
    got = score(solution_str, json.loads(ground_truth))
    return {
        "score": got.reward,
        "acc": got.correctness,
        "exact": float(got.exact),
        "well_formed": float(got.well_formed),
    }
