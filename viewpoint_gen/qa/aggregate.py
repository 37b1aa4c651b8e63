"""Many scores in a few numbers, with what they must be held against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.groups import asked_again
from viewpoint_gen.qa.score import Score
from viewpoint_gen.seeding import rng_for

_RESAMPLES: Final = 1000


@dataclass(frozen=True)
class Aggregate:
    """What a set of answers is worth.

    Attributes:
        questions: how many.
        correctness: mean, in [0, 1].
        low, high: 95 % interval of it, by bootstrap over assets.
        exact: share that is wholly right.
        chance: mean of the rows' own.
        best_constant: share right for the one letter, or the one text, that is right most often.
        groups: groups of a question and its reverse.
        whole_groups: share of those with every question exactly right; nan without any.
        unanswered: share in which no answer was found.
    """

    questions: int
    correctness: float
    low: float
    high: float
    exact: float
    chance: float
    best_constant: float
    groups: int
    whole_groups: float
    unanswered: float


def aggregate(rows: Sequence[Mapping[str, Any]], scores: Sequence[Score]) -> Aggregate:
    """Put the scores of some rows together.

    Raises:
        ValueError: there are none, or not as many scores as rows.
    """
    if not rows or len(rows) != len(scores):
        raise ValueError(f"needs a score for each row, got {len(rows)} rows, {len(scores)} scores")
    correctness = np.array([score.correctness for score in scores])
    low, high = _interval(correctness, [" ".join(row["asset_uids"]) for row in rows])
    groups: dict[str, list[bool]] = defaultdict(list)
    for row, score in zip(rows, scores, strict=True):
        if not asked_again(row):
            groups[row["group_id"]].append(score.exact)
    several = [all(exact) for exact in groups.values() if len(exact) > 1]
    return Aggregate(
        questions=len(rows),
        correctness=float(correctness.mean()),
        low=low,
        high=high,
        exact=float(np.mean([score.exact for score in scores])),
        chance=float(np.mean([row.get("chance") or 0.0 for row in rows])),
        best_constant=_best_constant(rows),
        groups=len(several),
        whole_groups=float(np.mean(several)) if several else float("nan"),
        unanswered=float(np.mean([score.answer is None for score in scores])),
    )


def aggregate_by_family(
    rows: Sequence[Mapping[str, Any]], scores: Sequence[Score]
) -> dict[str, Aggregate]:
    """One aggregate per family, in the order in which families first appear."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row["family"], []).append(place)
    return {
        family: aggregate([rows[place] for place in mine], [scores[place] for place in mine])
        for family, mine in places.items()
    }


def _best_constant(rows: Sequence[Mapping[str, Any]]) -> float:
    return max(
        _commonest(row.get(name) for row in rows) for name in ("answer_letter", "answer_text")
    ) / len(rows)


def _commonest(values: Iterable[str | None]) -> int:
    counts = Counter(value for value in values if value is not None)
    return max(counts.values(), default=0)


def _interval(values: Array, assets: Sequence[str]) -> tuple[float, float]:
    """Percentiles 2.5 and 97.5 of the mean, whole assets drawn with replacement."""
    _, asset = np.unique(assets, return_inverse=True)
    sums, counts = np.bincount(asset, values), np.bincount(asset)
    rng = rng_for(0, "bootstrap", len(counts))
    means = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(counts), len(counts))
        means.append(sums[drawn].sum() / counts[drawn].sum())
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
