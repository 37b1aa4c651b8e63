"""How good a guess is too good."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.seeding import rng_for

MARGIN: Final = 0.03
"""A cheat may be right in this share of questions beyond chance."""

ENOUGH_QUESTIONS: Final = 2000
"""From here on the share itself is held to the gate; below, the lower end of its interval."""

LEAST_QUESTIONS: Final = 50
LEAST_ASSETS: Final = 10
"""Below either, an interval says too little to be held to anything."""

_RESAMPLES: Final = 1000


def judged_by(questions: int, assets: int) -> str:
    """What is held to the gate: the "share", the "lower end", or "nothing"."""
    if questions < LEAST_QUESTIONS or assets < LEAST_ASSETS:
        return "nothing"
    return "share" if questions >= ENOUGH_QUESTIONS else "lower end"


def interval(
    right: NDArray[np.bool_], assets: NDArray[np.str_], *, seed: int
) -> tuple[float, float]:
    """95 % interval of the share that is right, by bootstrap over assets."""
    _, owner = np.unique(assets, return_inverse=True)
    count = np.bincount(owner)
    hits = np.bincount(owner, weights=right)
    rng = rng_for(seed, "interval")
    drawn = rng.multinomial(len(count), np.full(len(count), 1 / len(count)), size=_RESAMPLES)
    low, high = np.quantile((drawn @ hits) / (drawn @ count), [0.025, 0.975])
    return float(low), float(high)
