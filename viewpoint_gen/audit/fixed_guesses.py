"""Guesses that need no learning, as a learner: what people try first on numbers to choose from."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.audit.table import Numbers, Table

_GRAINS: Final = np.array([5000, 1000, 500, 100, 50, 10, 5, 1])
"""Round steps in hundredths, the coarsest first; no option has more decimals."""


class AsSaid:
    """A learner that learns nothing: it guesses what its only column says."""

    def fit(self, values: Numbers, target: NDArray[np.int64]) -> AsSaid:  # noqa: ARG002
        """Nothing to learn."""
        return self

    def predict(self, values: Numbers) -> NDArray[np.int64]:
        """(N,) the column."""
        return values[:, 0].astype(np.int64)


def nearest_the_middle(sizes: NDArray[np.float64]) -> Table:
    """(N, 1) rank of the number that is nearest to the mean of all."""
    off = np.abs(sizes - sizes.mean(axis=1, keepdims=True))
    return _ranks(sizes, np.argmin(off, axis=1), "nearest to the mean of the numbers")


def the_roundest(sizes: NDArray[np.float64]) -> Table:
    """(N, 1) rank of the number on the coarsest round step; of several, the first by letter."""
    hundredths = np.round(100.0 * sizes).astype(np.int64)
    grain = np.argmax(hundredths[:, :, None] % _GRAINS == 0, axis=2)
    return _ranks(sizes, np.argmin(grain, axis=1), "the roundest of the numbers")


def _ranks(sizes: NDArray[np.float64], letter: NDArray[np.int64], name: str) -> Table:
    """(N, 1) place from the smallest up of the number with a letter."""
    chosen = np.take_along_axis(sizes, letter[:, None], axis=1)
    return Table((sizes < chosen).sum(axis=1, keepdims=True).astype(np.float32), (name,))
