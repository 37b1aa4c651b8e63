"""What a model answers to cached questions, and what that is worth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Final

from tqdm import tqdm

from viewpoint_gen.models.chat import generate_replies
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.qa.score import Score, score
from viewpoint_gen.training.rows import Drawn, text_of

_AT_ONCE: Final = 64
"""Questions whose images are in memory at a time."""


def scored_tries(
    loaded: ImageTextModel,
    drawn: Sequence[Drawn],
    *,
    tries: int,
    max_tokens: int,
    temperature: float,
    seed: int,
    what: str,
) -> list[list[Score]]:
    """Scores of a model's replies.

    Args:
        tries: replies to each question.
        temperature: 0: the likeliest reply.
        what: stands beside the progress bar.

    Returns:
        ``tries`` scores of each question, in order.
    """
    found: list[list[Score]] = []
    for start in tqdm(range(0, len(drawn), _AT_ONCE), desc=what, unit="batch", disable=None):
        some = drawn[start : start + _AT_ONCE]
        items = [row.cache.items[row.number] for row in some]
        prompts = [text_of(i, reasoned=r.reasoned)[0] for i, r in zip(items, some, strict=True)]
        images = [r.cache.images(i["pictures"]) for i, r in zip(items, some, strict=True)]
        replies = generate_replies(
            loaded,
            [prompt for prompt in prompts for _ in range(tries)],
            [shown for shown in images for _ in range(tries)],
            max_new_tokens=max_tokens,
            temperature=temperature,
            seed=seed + start,
        )
        for number, item in enumerate(items):
            row = json.loads(item["grading"])
            own = replies[number * tries : (number + 1) * tries]
            found.append([score(reply, row) for reply in own])
    return found


def family_means(drawn: Sequence[Drawn], scores: Sequence[Score]) -> dict[str, float]:
    """Mean correctness of each family."""
    by_family: defaultdict[str, list[float]] = defaultdict(list)
    for row, each in zip(drawn, scores, strict=True):
        by_family[row.cache.items[row.number]["family"]].append(each.correctness)
    return {family: fmean(values) for family, values in sorted(by_family.items())}
