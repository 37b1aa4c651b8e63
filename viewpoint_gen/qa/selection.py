"""Whole units chosen so that every guesser's rule holds: weeded, then topped up.

The shares that the prices give are made whole first. While a rule is broken then, a small batch of
those units goes that speak loudest for what the guessers say: a unit's voice is the
over-representation of its answers in its bins, summed over the cues by how far each one's rule is
broken. Every batch is followed by a new count, so that the guessers may change their minds. In the
end units that fit go back in, as many as the rules bear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.cues import Ints
from viewpoint_gen.qa.guessers import Rules, Units

_STRATA = 3
"""Cues by which units are sorted before they are rounded."""

_BATCH = 0.2
"""Units that go at a time, per question by which the rules are broken."""

_EXACT = 1e-9
"""Accuracy of sums of whole numbers and shares."""


@dataclass(frozen=True)
class Selection:
    """Chooses units of a block, on top of what was kept before.

    Attributes:
        kept: (B + 2, K) counts of earlier blocks; they meet the rules.
        spread: most by which one answer may be commoner than another.
        order: (U,) drawn; which of equal units go first.
    """

    units: Units
    kept: Array
    spread: float
    order: NDArray[np.uint64]

    def chosen(self, shares: Array, weights: Array) -> tuple[Bools, Array]:
        """Which units (U,) to keep, and the counts of all that is kept then.

        Args:
            shares: (U,) how much of each one would best be kept.
            weights: (C,) how hard each cue's rule presses.
        """
        return self._topped_up(*self._weeded(self._evenly(shares, weights)))

    def _evenly(self, shares: Array, weights: Array) -> Ints:
        """Systematic sampling, in an order in which neighbours are alike to the strongest cues."""
        seen = self.units.columns[self.units.first]
        strongest = np.argsort(-weights, kind="stable")[:_STRATA]
        cues = [seen[:, cue] for cue in strongest[::-1]]
        by_likeness = np.lexsort((self.order, *cues, seen[:, -1]))
        passed = np.floor(np.cumsum(shares[by_likeness]) + 0.5)
        return by_likeness[np.diff(passed, prepend=0.0) > 0]

    @property
    def _rules(self) -> Rules:
        return self.units.rules

    def _beyond(self, counts: Array) -> float:
        """Questions by which the rules are broken; 0: all of them hold."""
        over = np.maximum(self._rules.excess(counts), 0.0).sum()
        over += max(self._rules.spread(counts) - self.spread, 0.0)
        return float(over) if over > _EXACT else 0.0

    def _weeded(self, inside: Ints) -> tuple[Bools, Array]:
        """Drop the loudest until every rule holds."""
        counts = self.kept + self.units.counts_of(inside)
        while len(inside) and (beyond := self._beyond(counts)):
            voices = self.units.sums(self._voice(counts))[inside] / self.units.size[inside]
            batch = min(max(1, int(_BATCH * beyond)), len(inside))
            loudest = self._loudest(voices, inside, batch)
            counts = counts - self.units.counts_of(inside[loudest])
            inside = np.delete(inside, loudest)
        chosen = np.zeros(len(self.units), dtype=bool)
        chosen[inside] = True
        return chosen, counts

    def _loudest(self, voices: Array, inside: Ints, batch: int) -> Ints:
        """Places of the ``batch`` loudest; of equal ones those that ``order`` puts first.

        A partition finds the faintest of them; which of its equals it puts before it hangs on
        the processor.
        """
        faintest = np.partition(voices, len(voices) - batch)[len(voices) - batch]
        places = np.flatnonzero(voices >= faintest)
        return places[np.lexsort((self.order[inside[places]], -voices[places]))[:batch]]

    def _voice(self, counts: Array) -> Array:
        """(B + 2, K) how loudly a question in each bin with each answer speaks for the guessers.

        Of a rule that is broken: by how many questions, times the answer's over-representation in
        the bin as a part of the cue's greatest. Whatever speaks against it is as loud the other
        way, and stays.
        """
        rules = self._rules
        bins = counts[: rules.every]
        over = bins - bins.sum(axis=1, keepdims=True) * rules.chance[rules.cue_of_bin, None]
        greatest = np.maximum.reduceat(np.abs(over).max(axis=1), rules.starts)
        broken = np.maximum(rules.excess(counts), 0.0) / np.maximum(greatest, 1.0)
        totals = counts[rules.every]
        uneven = totals - totals.mean()
        too_far = max(rules.spread(counts) - self.spread, 0.0)
        ahead = too_far * uneven / max(float(np.abs(uneven).max()), 1.0)
        return np.concatenate(
            [over * broken[rules.cue_of_bin, None], ahead[None], np.zeros((1, rules.keys))]
        )

    def _topped_up(self, chosen: Bools, counts: Array) -> tuple[Bools, Array]:
        """Add, while any fit, as many units at a time as the rules still hold with."""
        while True:
            fitting = self._fitting(counts, chosen)
            best = fitting[np.argsort(self.order[fitting], kind="stable")]
            batch = len(best)
            while batch:
                then = counts + self.units.counts_of(best[:batch])
                if not self._beyond(then):
                    break
                batch //= 2
            if not batch:
                return chosen, counts
            chosen[best[:batch]] = True
            counts = then

    def _fitting(self, counts: Array, chosen: Bools) -> Ints:
        """Units that could be added alone without breaking a rule."""
        rules, units = self._rules, self.units
        bins = counts[: rules.every]
        leads = (bins == bins.max(axis=1, keepdims=True)).astype(np.float64)
        costs = np.concatenate(
            [leads - rules.allowed[rules.cue_of_bin, None], np.zeros((2, rules.keys))]
        )
        per_unit = np.add.reduceat(costs.ravel()[units.columns[:, :-1]], units.first)
        fits = (per_unit <= -rules.excess(counts) + _EXACT).all(axis=1) & ~chosen
        return np.flatnonzero(fits)
