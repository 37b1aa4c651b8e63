"""Many scores in a few numbers, with what they must be held against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.groups import asked_again
from viewpoint_gen.qa.score import Score
from viewpoint_gen.seeding import rng_for

_RESAMPLES: Final = 1000
_DRAWN_AT_ONCE: Final = 2_000_000
"""Assets, over some resamples: what bounds the memory."""


@dataclass(frozen=True)
class Aggregate:
    """What a set of answers is worth.

    Attributes:
        questions: how many.
        correctness: mean, in [0, 1].
        low, high: 95 % interval of it, by bootstrap over assets.
        exact: share that is wholly right.
        exact_low, exact_high: 95 % interval of it.
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
    exact_low: float
    exact_high: float
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
    exactness = np.array([score.exact for score in scores], dtype=np.float64)
    assets = assets_of(rows)
    low, high = interval_of(correctness, assets)
    exact_low, exact_high = interval_of(exactness, assets)
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
        exact=float(exactness.mean()),
        exact_low=exact_low,
        exact_high=exact_high,
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
    return {
        family: aggregate([rows[place] for place in mine], [scores[place] for place in mine])
        for family, mine in places_by(row["family"] for row in rows).items()
    }


def places_by(labels: Iterable[str | None]) -> dict[str, list[int]]:
    """Where each label stands, in the order in which they first appear; None is no label."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            places.setdefault(label, []).append(place)
    return places


def _best_constant(rows: Sequence[Mapping[str, Any]]) -> float:
    return max(
        _commonest(row.get(name) for row in rows) for name in ("answer_letter", "answer_text")
    ) / len(rows)


def _commonest(values: Iterable[str | None]) -> int:
    counts = Counter(value for value in values if value is not None)
    return max(counts.values(), default=0)


def assets_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One name per row for what it shows: what whole assets are drawn by."""
    return [" ".join(row["asset_uids"]) for row in rows]


def interval_of(values: Array, assets: Sequence[str]) -> tuple[float, float]:
    """95 % interval of the mean: whole assets drawn with replacement, percentiles 2.5 and 97.5."""
    _, low, high = mean_over_families(values, [""] * len(values), assets)
    return low, high


def mean_over_families(
    values: Array, families: Sequence[str], assets: Sequence[str]
) -> tuple[float, float, float]:
    """The mean of the families' means (each counts the same), and its 95 % interval.

    Args:
        values: (N,) one per row: scores, or differences of two models' scores.
        families: (N,) of the rows.
        assets: (N,) of the rows; drawn whole, for all families at once.

    Raises:
        ValueError: there are no values.
    """
    if not len(values):
        raise ValueError("needs at least one value")
    _, family = np.unique(families, return_inverse=True)
    _, asset = np.unique(assets, return_inverse=True)
    shape = family.max() + 1, asset.max() + 1
    cell = np.ravel_multi_index((family, asset), shape)
    cells = shape[0] * shape[1]
    sums, counts = (
        np.bincount(cell, weights, minlength=cells).reshape(shape).astype(np.float64)
        for weights in (values, np.ones(len(values)))
    )
    means = np.concatenate([_means(sums, counts, times) for times in _draws(shape[1])])
    low, high = np.percentile(means, [2.5, 97.5])
    return float(np.mean(sums.sum(axis=1) / counts.sum(axis=1))), float(low), float(high)


def _means(sums: Array, counts: Array, times: Array) -> Array:
    """(R,) means over families of what was drawn; one whose assets weren't says nothing.

    Args:
        sums, counts: (F, A) of each family's rows of each asset.
        times: (R, A) how often each asset was drawn.
    """
    held = times @ counts.T
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(held > 0, (times @ sums.T) / held, np.nan)
    return np.asarray(np.nanmean(each, axis=1))


def _draws(assets: int) -> Iterator[Array]:
    """(R, A) how often each of A assets is drawn, some resamples at a time."""
    rng = rng_for(0, "bootstrap", assets)
    at_once = max(1, min(_RESAMPLES, _DRAWN_AT_ONCE // assets))
    for start in range(0, _RESAMPLES, at_once):
        count = min(at_once, _RESAMPLES - start)
        drawn = rng.integers(0, assets, (count, assets)) + assets * np.arange(count)[:, None]
        times = np.bincount(drawn.ravel(), minlength=count * assets)
        yield times.reshape(count, assets).astype(np.float64)
