"""Whether a model is right as often as it is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from viewpoint_gen.evaluation.metrics.scored import Scored

BINS: Final = 10


@dataclass(frozen=True)
class Calibration:
    """Choices by the probability that the model gives its likeliest option.

    Attributes:
        questions: with probabilities.
        ece: expected calibration error: mean distance of sure and right, over the bins.
        low: (B,) lower edges of the bins that hold anything; all are as wide.
        counts: (B,).
        sure: (B,) mean probability.
        right: (B,) share right.
    """

    questions: int
    ece: float
    low: tuple[float, ...]
    counts: tuple[int, ...]
    sure: tuple[float, ...]
    right: tuple[float, ...]


def calibration_of(scored: Scored) -> Calibration | None:
    """None: the model tells no probabilities."""
    sure, right = [], []
    for reply, row in zip(scored.replies, scored.rows, strict=True):
        if reply.options and row["answer_type"] == "choice":
            likeliest = max(reply.options, key=reply.options.__getitem__)
            sure.append(reply.options[likeliest])
            right.append(likeliest == row["answer_letter"])
    if not sure:
        return None
    chance, hit = np.array(sure), np.array(right, dtype=np.float64)
    place = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    held = np.unique(place)
    counts = np.array([(place == each).sum() for each in held])
    mean_sure = np.array([chance[place == each].mean() for each in held])
    mean_right = np.array([hit[place == each].mean() for each in held])
    return Calibration(
        questions=len(chance),
        ece=float(np.sum(counts * np.abs(mean_sure - mean_right)) / len(chance)),
        low=tuple(float(each) / BINS for each in held),
        counts=tuple(counts.tolist()),
        sure=tuple(mean_sure.tolist()),
        right=tuple(mean_right.tolist()),
    )
