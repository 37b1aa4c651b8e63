"""Whole units chosen so that every guesser's rule holds: mended, then topped up.

The shares that the prices give are made whole first. While a rule is broken then, a small batch of
units that speak loudest for the guessers are exchanged for as many of those left out that speak
loudest against them: a unit's voice is how often its answers lead in their cells, summed over the
guessers by how far each one's rule is broken. Every batch is followed by a new count, so that the
guessers may change their minds. Once no exchange helps any more, the loudest go and nothing comes
for them. In the end units that fit go back in, as many as the rules bear.
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

_BATCH = 0.1
"""Units that are exchanged at a time, per question by which the rules are broken."""

_EXCHANGES = 100
"""Most batches that are exchanged."""

_NEAR = 2.0
"""Questions by which an answer may be behind in a cell and still lead half as much: what goes or
comes next may put it ahead."""

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
            weights: (G,) how hard each guesser's rule presses.
        """
        return self._topped_up(*self._mended(self._evenly(shares, weights)))

    def _evenly(self, shares: Array, weights: Array) -> Bools:
        """Systematic sampling, in an order in which neighbours are alike to the strongest cues."""
        seen = self.units.columns[self.units.first]
        of_cues = np.bincount(self._rules.cue_of, weights=weights)
        strongest = np.argsort(-of_cues, kind="stable")[:_STRATA]
        cues = [seen[:, cue] for cue in strongest[::-1]]
        by_likeness = np.lexsort((self.order, *cues, seen[:, -1]))
        passed = np.floor(np.cumsum(shares[by_likeness]) + 0.5)
        chosen = np.zeros(len(shares), dtype=bool)
        chosen[by_likeness[np.diff(passed, prepend=0.0) > 0]] = True
        return chosen

    @property
    def _rules(self) -> Rules:
        return self.units.rules

    def _beyond(self, counts: Array) -> float:
        """Questions by which the rules are broken; 0: all of them hold."""
        over = np.maximum(self._rules.excess(counts), 0.0).sum()
        over += max(self._rules.spread(counts) - self.spread, 0.0)
        return float(over) if over > _EXACT else 0.0

    def _mended(self, chosen: Bools) -> tuple[Bools, Array]:
        """Exchange units, then drop some, until every rule holds."""
        counts = self.kept + self.units.counts_of(np.flatnonzero(chosen))
        beyond, exchanges = self._beyond(counts), _EXCHANGES
        while beyond and chosen.any():
            voices = self._voices(counts, chosen | (exchanges > 0))
            batch = max(1, int(_BATCH * beyond))
            going = self._loudest(voices, chosen, batch)
            coming = self._loudest(-voices, ~chosen, batch if exchanges else 0)
            going, coming, then, left = self._helping(going, coming, counts, beyond)
            if len(coming) and left >= beyond:
                exchanges = 0
                continue
            chosen[going], chosen[coming] = False, True
            counts, beyond, exchanges = then, left, max(exchanges - 1, 0)
        return chosen, counts

    def _helping(
        self, going: Ints, coming: Ints, counts: Array, beyond: float
    ) -> tuple[Ints, Ints, Array, float]:
        """As many of both as bring the rules nearer, one at the least.

        Returns:
            Them, the counts then, and by how many questions the rules are still broken.
        """
        while True:
            then = counts - self.units.counts_of(going) + self.units.counts_of(coming)
            left = self._beyond(then)
            if len(going) == 1 or left < beyond:
                return going, coming, then, left
            going, coming = going[: len(going) // 2], coming[: len(going) // 2]

    def _voices(self, counts: Array, among: Bools) -> Array:
        """(U,) voices of some units; 0 for the others."""
        units = np.flatnonzero(among)
        voices = np.zeros(len(among))
        voices[units] = self.units.sums_of(self._voice(counts), units) / self.units.size[units]
        return voices

    def _loudest(self, voices: Array, among: Bools, batch: int) -> Ints:
        """The ``batch`` loudest of some units; of equal ones those that ``order`` puts first.

        A partition finds the faintest of them; which of its equals it puts before it hangs on
        the processor.
        """
        units = np.flatnonzero(among)
        batch = min(batch, len(units))
        if not batch:
            return units[:0]
        faintest = np.partition(voices[units], len(units) - batch)[len(units) - batch]
        loud = units[voices[units] >= faintest]
        return loud[np.lexsort((self.order[loud], -voices[loud]))[:batch]]

    def _voice(self, counts: Array) -> Array:
        """(B + 2, K) how loudly a question in each bin with each answer speaks for the guessers.

        Of a rule that is broken: by how many questions, times what one question more adds to the
        right guesses beyond what is allowed. An answer just behind the commonest one counts as
        leading in part; those far behind speak against the guesser, and stay.
        """
        rules = self._rules
        cells = rules.in_cells(counts)
        behind = (cells.max(axis=1, keepdims=True) - cells) / _NEAR
        leading = 1.0 / (1.0 + behind * behind)
        leading /= leading.sum(axis=1, keepdims=True)
        broken = np.maximum(rules.excess(counts), 0.0)
        voice = rules.in_bins((leading - rules.per_cell(rules.allowed)) * rules.per_cell(broken))
        uneven = counts[rules.every] - counts[rules.every].mean()
        too_far = max(rules.spread(counts) - self.spread, 0.0)
        voice[rules.every] = too_far * uneven / max(float(np.abs(uneven).max()), 1.0)
        return voice

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
        cells = rules.in_cells(counts)
        leads = (cells == cells.max(axis=1, keepdims=True)).astype(np.float64)
        costs = leads - rules.per_cell(rules.allowed)
        room = _EXACT - rules.excess(counts)
        fitting = np.flatnonzero(~chosen)
        for level, worth in zip(rules.levels, rules.of_levels(costs), strict=True):
            spent = units.sums_per_cue(worth, fitting, level.cues)
            fitting = fitting[(spent <= room[level.guessers]).all(axis=1)]
        return fitting
