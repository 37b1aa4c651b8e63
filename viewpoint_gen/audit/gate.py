"""How good a guess is too good."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.seeding import rng_for

MARGIN: Final = 0.03
"""A cheat may be right in this share of questions beyond chance."""

BOUND_MARGIN: Final = 0.10
"""The same for one camera's exact numbers.

No picture model sees those: what it can make out of one image is less, so this is an upper bound
of what any could ever gain, and ``MARGIN`` holds for what the picture really shows. Some of it
can't be balanced away: a camera near the top can hardly go up. It is held to a limit all the same:
cameras or a selection that go wrong show here first.
"""

ENOUGH_QUESTIONS: Final = 2000
"""From here on the share itself is held to the gate; below, the lower end of its interval."""

LEAST_QUESTIONS: Final = 50
LEAST_ASSETS: Final = 10
"""Below either, an interval says too little to be held to anything."""

_RESAMPLES: Final = 1000


class Kind(StrEnum):
    """What guessing well means for a cheat."""

    LEAK = "leak"
    """It sees the text alone or one image alone: it must not do better than chance."""
    BOUND = "bound"
    """It knows more of one image than the image shows: the most that could ever leak."""
    BOTH = "both"
    """It looks at both images, if only at a little of them: it is there to be compared with."""


MARGINS: Final[Mapping[Kind, float]] = {
    Kind.LEAK: MARGIN,
    Kind.BOUND: BOUND_MARGIN,
    Kind.BOTH: np.inf,
}
"""Share of right guesses beyond chance that is still let pass."""


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
