"""What a question costs: the prices at which a balanced selection is also the largest.

The selection is a game. Every guesser, having seen its cue's bin, names an answer key, by a mixed
strategy p[bin, key]; the selection earns one for each question and pays guesser c the price
``mu_c * (p[bin, key] - allowed_c)`` for it, whatever its bins and key are, besides a price per key
that keeps the keys even. A unit is kept if it earns more than it costs. At the prices where no
guesser gains by another strategy and no rule is broken, no selection under the rules is larger:
they are the dual of a linear programme, with few numbers however many questions there are.

The game is played out: in each round some units are bought at the prices of the day, and every
price and every guesser moves against what was bought, by Adam's steps (Kingma and Ba 2015), which
shrink until the game has settled. The rounds go through the units in turn, so that a round costs
the same however many there are. Units near break-even are bought in part. The prices of one block
are a good start for the next.

**The same on every machine.** How many questions survive hangs on the prices, and the way to them
is long: a last bit that differs would end in another selection. So everything here is made of
sums, products, quotients and square roots, which IEEE 754 rounds one way only, and of sums in an
order that no processor chooses. No exponential, no logarithm (libraries differ), no BLAS: where
others take a logistic curve, this takes ``z / sqrt(1 + z^2)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.guessers import Rules, Units

_WIDTH = 0.15
"""In questions earned: how far from break-even a unit is bought in part."""

_FIRST_WIDTH = 0.5
"""The same at first, when nothing is known of the prices: the way there is smoother."""

_ROUNDS = 300
"""Of the first block that has anything to choose from."""

_MORE_ROUNDS = 80
"""Of every other block, whose prices begin where the last one's ended."""

_UNITS = 1000
"""Bought in one round, about."""

_STEP = 0.2
"""By which a price moves at first, at the most."""

_LAST_STEP = 0.05
"""Part of it that is left in the last round."""

_MEMORY = (0.9, 0.98)
"""How much of the rounds before stays in the mean step and in its mean square."""

_STEADY = 1e-4
"""Mean square root of a step below which a price is let rest: share of the questions."""

_DEAREST = 40.0
"""Bound of every price; met only where no selection can meet the rules."""

_CHEAPEST = 0.02
"""Least weight of a guesser: one who isn't paid at all would never learn what to say."""

_SUREST = 6.0
"""Bound of the leanings of a strategy, so that a guesser can always change its mind."""


@dataclass(frozen=True)
class Prices:
    """Prices and strategies.

    Attributes:
        weights: (G,) mu, of each guesser.
        keys: (K,) of each answer key; they sum to 0.
        leanings: (L, K) towards each key in each cell; 0: none. Strategies are ``_raised`` of
            them.
    """

    weights: Array
    keys: Array
    leanings: Array

    @classmethod
    def first(cls, units: Units) -> Prices:
        """Moderate ones, and guessers who name what is commonest among all units."""
        rules = units.rules
        counts = units.counts(np.ones(len(units)))
        likely = (rules.in_cells(counts) + 1.0) / (counts[rules.every] + 1.0)
        likely /= likely.mean(axis=1, keepdims=True)
        leanings = 0.5 * (likely - 1.0 / likely)
        return cls(
            np.full(len(rules.names), 0.3),
            np.zeros(rules.keys),
            np.clip(leanings, -_SUREST, _SUREST),
        )

    @classmethod
    def unpacked(cls, vector: Array, rules: Rules) -> Prices:
        """From one vector of numbers."""
        guessers = len(rules.names)
        keys = vector[guessers : guessers + rules.keys]
        leanings = vector[guessers + rules.keys :].reshape(-1, rules.keys)
        return cls(vector[:guessers], keys - keys.mean(), leanings)

    def packed(self) -> Array:
        """All of them in one vector."""
        return np.concatenate([self.weights, self.keys, self.leanings.ravel()])

    @cached_property
    def strategy(self) -> Array:
        """(L, K) with what chance a guesser names which key."""
        raised = _raised(self.leanings)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def per_question(self, rules: Rules) -> Array:
        """(B + 2, K) price of a question in each bin with each key."""
        beyond = self.strategy - rules.allowed_when_learning
        prices = rules.in_bins(rules.per_cell(self.weights) * beyond)
        prices[rules.every] = self.keys
        return prices

    def shares(self, units: Units, width: float = _WIDTH) -> Array:
        """(U,) how much of each unit to keep, in [0, 1]."""
        earned = (1.0 - units.sums(self.per_question(units.rules)) / units.size) / width
        return np.asarray(0.5 + 0.5 * earned / np.sqrt(1.0 + earned * earned))


def _raised(leanings: Array) -> Array:
    """What an exponential would do, in sums and square roots: 1 at 0, positive, f(-x) = 1 / f(x).

    ``exp(2 asinh(x))``.
    """
    root = np.sqrt(1.0 + leanings * leanings)
    # added where both have one sign: nothing cancels
    larger = np.abs(leanings) + root
    squared = larger * larger
    return np.asarray(np.where(leanings < 0.0, 1.0 / squared, squared))


def learned_prices(start: Prices | None, units: Units, kept: Array) -> Prices:
    """The prices for some units, with what was kept before.

    Args:
        start: those of an earlier block.
        kept: (B + 2, K) counts of earlier blocks.
    """
    rules = units.rules
    parts = units.parts(max(1, len(units) // _UNITS))
    rounds = _ROUNDS if start is None else _MORE_ROUNDS
    first_width = _FIRST_WIDTH if start is None else _WIDTH
    prices = Prices.first(units) if start is None else start
    vector = prices.packed()
    lowest, highest = _bounds(rules)
    mean, square = np.zeros_like(vector), np.zeros_like(vector)
    for number in range(rounds):
        part, done = parts[number % len(parts)], number / rounds
        width = first_width + (_WIDTH - first_width) * min(1.0, 2.0 * done)
        against = _against(prices, part, kept, len(parts), width)
        mean += (1.0 - _MEMORY[0]) * (against - mean)
        square += (1.0 - _MEMORY[1]) * (against * against - square)
        fresh = 1.0 - _MEMORY[0] ** (number + 1), 1.0 - _MEMORY[1] ** (number + 1)
        step = _STEP * (1.0 - (1.0 - _LAST_STEP) * done) / fresh[0]
        vector = vector - step * mean / (np.sqrt(square / fresh[1]) + _STEADY)
        vector = np.minimum(np.maximum(vector, lowest), highest)
        prices = Prices.unpacked(vector, rules)
    return prices


def _bounds(rules: Rules) -> tuple[Array, Array]:
    sizes = (len(rules.names), rules.keys, len(rules.guesser_of_cell) * rules.keys)
    return (
        np.repeat([_CHEAPEST, -_DEAREST, -_SUREST], sizes),
        np.repeat([_DEAREST, _DEAREST, _SUREST], sizes),
    )


def _against(prices: Prices, units: Units, kept: Array, times: int, width: float) -> Array:
    """Where prices and guessers should fall, having seen what is bought at these prices.

    A guesser's price by how far its rule is from being broken; a key's by how rare it is; a
    strategy, bin by bin, by how much rarer its key is there than what it is right in.

    Args:
        times: how many parts like these units there are.
    """
    rules = units.rules
    counts = kept + times * units.counts(prices.shares(units, width))
    cells, totals = rules.in_cells(counts), counts[rules.every]
    offered = totals.sum()
    seen = cells.sum(axis=1)
    right = (prices.strategy * cells).sum(axis=1)
    over = rules.per_guesser(right - seen * rules.allowed_when_learning[:, 0])
    return np.concatenate(
        [
            (rules.slacks + rules.luck_in(seen) - over) / offered,
            (totals.mean() - totals) / offered,
            ((right[:, None] - cells) / np.maximum(seen, 1.0)[:, None]).ravel(),
        ]
    )
