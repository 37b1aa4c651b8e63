"""A reward for ms-swift's GRPO: an answer scored as viewgen scores it."""

from __future__ import annotations

import json
from typing import Any

try:
    from swift.rewards import ORM, orms
except ImportError:  # before version 4
    from swift.plugin import ORM, orms

from viewpoint_gen.qa.score import reward


class ViewgenReward(ORM):  # type: ignore[misc]
    """0.9 · correctness + 0.1 · form, in [0, 1]."""

    def __call__(self, completions: list[str], grading: list[str], **_: Any) -> list[float]:
        """One reward for each completion; ``grading`` is the column of that name."""
        return [
            reward(completion, json.loads(row))
            for completion, row in zip(completions, grading, strict=True)
        ]


orms["viewgen"] = ViewgenReward
