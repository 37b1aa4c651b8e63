"""From shares of units to whole units: rounded, repaired until every rule holds, topped up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.cues import Ints
from viewpoint_gen.qa.guessers import Bools, Units

_STRATA = 3
"""Cues by which units are sorted before they are rounded."""

_BATCH = 0.02
"""Share of the units that are flipped at a time, at the most."""

_ROUNDS = 30
"""Of repairs, before a block is given up."""

_KEYS_COUNT = 10.0
"""How much more than a bin's a key's count matters."""

_EVENING = 0.3
"""How far the bins of a broken rule are drawn towards even keys in each round."""

_PRESSURE = 1.2
"""How much more they matter in each round."""

_LESS = 0.97
"""Share of the questions that each round still wants to keep."""

_EXACT = 1e-9
"""Accuracy of sums of whole numbers and shares."""


@dataclass(frozen=True)
class Rounding:
    """Chooses whole units of a block, on top of what was kept before.

    Attributes:
        kept: (B + 2, K) counts of earlier blocks; they meet the rules.
        spread: most by which one answer may be commoner than another.
        order: (U,) drawn; which of equal units go first.
    """

    units: Units
    kept: Array
    spread: float
    order: NDArray[np.uint64]

    def chosen(self, shares: Array, weights: Array) -> Bools:
        """Which units to keep.

        Args:
            shares: (U,) how much of each one would best be kept.
            weights: (C,) how hard each cue's rule presses.
        """
        return self._topped_up(self._repaired(self._evenly(shares, weights), shares), shares)

    def _counts(self, chosen: Bools) -> Array:
        return self.kept + self.units.counts(chosen.astype(np.float64))

    def _evenly(self, shares: Array, weights: Array) -> Bools:
        """Systematic sampling, in an order in which neighbours are alike to the strongest cues."""
        seen = self.units.columns[self.units.first]
        strongest = np.argsort(-weights, kind="stable")[:_STRATA]
        key = seen[:, -1]
        by_likeness = np.lexsort((self.order, *(seen[:, cue] for cue in strongest[::-1]), key))
        passed = np.floor(np.cumsum(shares[by_likeness]) + 0.5)
        chosen = np.zeros(len(shares), dtype=bool)
        chosen[by_likeness] = np.diff(passed, prepend=0.0) > 0
        return chosen

    def _beyond(self, counts: Array) -> float:
        """Questions by which the rules are broken; 0: all of them hold."""
        rules = self.units.rules
        over = np.maximum(rules.excess(counts), 0.0).sum()
        over += max(rules.spread(counts) - self.spread, 0.0)
        return float(over) if over > _EXACT else 0.0

    def _repaired(self, chosen: Bools, shares: Array) -> Bools:
        """Flip units until every rule holds; none are kept where that can't be had.

        The counts are drawn towards those of the shares, which meet the rules. Where a rule is
        broken nevertheless, its cue's bins are drawn towards even keys, harder each time.
        """
        rules = self.units.rules
        wanted = self.units.counts(shares)
        weight = np.ones((rules.every + 2, 1))
        weight[rules.every + 1] = 0.0
        for _ in range(_ROUNDS):
            weight[rules.every] = _KEYS_COUNT * weight[: rules.every].max()
            chosen = self._drawn_to(self.kept + wanted, weight, chosen)
            counts = self._counts(chosen)
            if not self._beyond(counts):
                return chosen
            wanted *= _LESS
            broken = (rules.excess(counts) > -1.0)[rules.cue_of_bin]
            total = (self.kept + wanted)[: rules.every]
            even = total.sum(axis=1, keepdims=True) * self._even_keys(total)
            wanted[: rules.every][broken] += _EVENING * (even - total)[broken]
            weight[: rules.every][broken] *= _PRESSURE
        return np.zeros_like(chosen)

    def _even_keys(self, total: Array) -> Array:
        """(B, K) the share of each answer key in bins that tell nothing."""
        rules = self.units.rules
        first = np.add.reduceat(total, rules.starts, axis=0)
        seen = np.maximum(first.sum(axis=1, keepdims=True), 1.0)
        return np.asarray((first / seen)[rules.cue_of_bin])

    def _drawn_to(self, wanted: Array, weight: Array, chosen: Bools) -> Bools:
        """Flip units as long as that brings the counts nearer, in weighted squares.

        A batch of the most useful ones at a time; one that doesn't help is halved.
        """
        size = self.units.squared_sums(weight)
        off = self._counts(chosen) - wanted
        far = (weight * off**2).sum()
        batch = max(1, int(_BATCH * len(chosen)))
        while batch:
            pull = 2.0 * self.units.sums(weight * off)
            change = np.where(chosen, size - pull, size + pull)
            useful = np.flatnonzero(change < -_EXACT)
            if not len(useful):
                break
            batch = min(batch, len(useful))
            flip = useful[np.argpartition(change[useful], batch - 1)[:batch]]
            then = chosen.copy()
            then[flip] ^= True
            off_then = self._counts(then) - wanted
            far_then = (weight * off_then**2).sum()
            if far_then < far:
                chosen, off, far = then, off_then, far_then
            else:
                batch //= 2
        return chosen

    def _topped_up(self, chosen: Bools, shares: Array) -> Bools:
        """Add, while any fit, as many units at a time as the rules still hold with."""
        counts = self._counts(chosen)
        while True:
            fitting = self._fitting(counts, chosen)
            best = fitting[np.lexsort((self.order[fitting], -shares[fitting]))]
            batch = len(best)
            while batch:
                more = chosen.copy()
                more[best[:batch]] = True
                then = self._counts(more)
                if not self._beyond(then):
                    break
                batch //= 2
            if not batch:
                return chosen
            chosen, counts = more, then

    def _fitting(self, counts: Array, chosen: Bools) -> Ints:
        """Units that could be added alone without breaking a rule."""
        rules, units = self.units.rules, self.units
        bins = counts[: rules.every]
        leads = (bins == bins.max(axis=1, keepdims=True)).astype(np.float64)
        costs = np.concatenate(
            [leads - rules.allowed[rules.cue_of_bin, None], np.zeros((2, rules.keys))]
        )
        per_unit = np.add.reduceat(costs.ravel()[units.columns[:, :-1]], units.first)
        fits = (per_unit <= -rules.excess(counts) + _EXACT).all(axis=1) & ~chosen
        return np.flatnonzero(fits)
