"""What always giving one and the same number is worth: nobody should be praised for less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from viewpoint_gen.qa.score import gold_answer, score

_TRIED: Final = 25
"""Constants per number: quantiles of the truths, since the best one lies among them."""

_MOST_SCORED: Final = 400
"""Questions that each constant is scored on."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class BestConstant:
    """The one answer that scores most if it is always given.

    Attributes:
        answer: as it would be written.
        score: its mean correctness, in [0, 1].
    """

    answer: str
    score: float


def best_constant(rows: Sequence[Row]) -> BestConstant:
    """Of questions that ask for a number, or for several.

    Of several numbers one after the other is tried: their score is the mean of the parts'.
    """
    some = rows[:: -(-len(rows) // _MOST_SCORED)]
    truths = np.array([[float(part) for part in gold_answer(row).split(",")] for row in some])
    tried = np.quantile(truths, np.linspace(0, 1, _TRIED), axis=0)
    best = np.median(truths, axis=0)
    for part in range(truths.shape[1]):
        candidates = np.repeat(best[None], _TRIED, axis=0)
        candidates[:, part] = tried[:, part]
        best = max(candidates, key=lambda answer: _mean_score(answer, some))
    return BestConstant(_written(best), _mean_score(best, some))


def _mean_score(answer: np.ndarray[Any, Any], rows: Sequence[Row]) -> float:
    text = f"<answer>{_written(answer)}</answer>"
    return float(np.mean([score(text, row).correctness for row in rows]))


def _written(answer: np.ndarray[Any, Any]) -> str:
    return ", ".join(f"{number:.2f}" for number in answer)
