"""What a question costs: the prices at which a balanced selection is also the largest.

The selection is a game. Every guesser, having seen its cue's bin, names an answer key, by a mixed
strategy p[bin, key]; the selection earns one for each question and pays guesser c the price
``mu_c * (p[bin, key] - allowed_c)`` for it, whatever its bins and key are, besides a price per key
that keeps the keys even. A unit is kept if it earns more than it costs. At the prices where no
guesser gains by another strategy and no rule is broken, no selection under the rules is larger:
they are the dual of a linear programme, with few numbers however many questions there are.

Two things make it smooth, so that a quasi-Newton method finds the prices in some dozen steps:
units near break-even are kept in part, by a logistic curve of width ``_WIDTH``, and strategies are
softmaxes. The prices of one block are a good start for the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.guessers import Rules, Units

_WIDTH = 0.3
"""In questions earned: where a unit is kept with odds e to 1."""

_FIRST_WIDTH = 1.0
"""The same at first, when nothing is known of the prices: the way there is smoother."""

_SEARCHES = 6
"""Most searches, each from where the last one ended, for prices that meet the rules."""

_NEARLY = 0.005
"""Share of the questions by which they may still be broken; the rounding mends that."""

_SAMPLE = 2000
"""Units from which prices are learned: enough for so few numbers, however large the block is."""

_DEAREST = 40.0
"""Bound of every price; met only where no selection can meet the rules."""

_CHEAPEST = 0.02
"""Least weight of a guesser: one who isn't paid at all would never learn what to say."""

_SUREST = 4.0
"""Bound of the logits of a strategy, so that a guesser can always change its mind."""

_MARGIN = 0.25
"""Share of each gain that is left for the rounding."""

_STEPS = 60
"""Most evaluations in one search."""


@dataclass(frozen=True)
class Prices:
    """Prices and strategies.

    Attributes:
        weights: (C,) mu, of each guesser.
        keys: (K,) of each answer key; they sum to 0.
        logits: (B, K) of the strategies.
    """

    weights: Array
    keys: Array
    logits: Array

    @classmethod
    def first(cls, units: Units) -> Prices:
        """Moderate ones, and guessers who name what is commonest among all units."""
        rules = units.rules
        counts = units.counts(np.ones(len(units))) + 1.0
        likely = counts[: rules.every] / counts[rules.every]
        logits = 2.0 * np.log(likely / likely.mean(axis=1, keepdims=True))
        return cls(
            np.full(len(rules.names), 0.3),
            np.zeros(rules.keys),
            np.clip(logits, -_SUREST, _SUREST),
        )

    @classmethod
    def unpacked(cls, vector: Array, rules: Rules) -> Prices:
        """From one vector of numbers."""
        cues = len(rules.names)
        keys = vector[cues : cues + rules.keys]
        logits = vector[cues + rules.keys :].reshape(-1, rules.keys)
        return cls(vector[:cues], keys - keys.mean(), logits)

    def packed(self) -> Array:
        """All of them in one vector."""
        return np.concatenate([self.weights, self.keys, self.logits.ravel()])

    @cached_property
    def strategy(self) -> Array:
        """(B, K) with what chance a guesser names which key."""
        return np.asarray(softmax(self.logits, axis=1))

    def beyond(self, rules: Rules) -> Array:
        """(B, K) by how much that is over what the guesser is allowed."""
        return np.asarray(self.strategy - allowed_when_learning(rules)[rules.cue_of_bin, None])

    def per_question(self, rules: Rules) -> Array:
        """(B + 2, K) price of a question in each bin with each key."""
        of_cues = self.weights[rules.cue_of_bin, None] * self.beyond(rules)
        return np.concatenate([of_cues, self.keys[None], np.zeros((1, rules.keys))])

    def shares(self, units: Units) -> Array:
        """(U,) how much of each unit to keep, in [0, 1]."""
        costs = units.sums(self.per_question(units.rules))
        return np.asarray(expit((1.0 - costs / units.size) / _WIDTH))


def allowed_when_learning(rules: Rules) -> Array:
    """(C,) what guessers are allowed here: a little less, which is left for whole numbers."""
    return rules.chance + (1.0 - _MARGIN) * rules.gains


def learned_prices(start: Prices | None, units: Units, kept: Array) -> Prices:
    """The prices for some units, with what was kept before.

    Args:
        start: those of an earlier block.
        kept: (B + 2, K) counts of earlier blocks.
    """
    some = units.some(_SAMPLE)
    before = kept * (some.size.sum() / units.size.sum())
    if start is None:
        start = _searched(Prices.first(units), some, before, _FIRST_WIDTH)
    for _ in range(_SEARCHES):
        start = _searched(start, some, before, _WIDTH)
        counts = before + some.counts(start.shares(some))
        worst = max(units.rules.excess(counts).max(), units.rules.spread(counts))
        if worst <= _NEARLY * counts[units.rules.every].sum():
            break
    return start


def _searched(start: Prices, units: Units, kept: Array, width: float) -> Prices:
    rules = units.rules
    bounds = np.concatenate(
        [
            np.tile([_CHEAPEST, _DEAREST], (len(rules.names), 1)),
            np.tile([-_DEAREST, _DEAREST], (rules.keys, 1)),
            np.tile([-_SUREST, _SUREST], (rules.every * rules.keys, 1)),
        ]
    )
    counts = kept + units.counts(start.shares(units))
    found = minimize(
        _dual,
        start.packed(),
        args=(units, kept, width, rules.slacks + rules.luck(counts)),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": _STEPS, "maxfun": _STEPS, "maxcor": 20, "ftol": 1e-8, "gtol": 1e-6},
    )
    return Prices.unpacked(found.x, rules)


def _dual(
    vector: Array, units: Units, kept: Array, width: float, slacks: Array
) -> tuple[float, Array]:
    """What the selection earns at some prices, per question on offer, and its gradient."""
    rules = units.rules
    prices = Prices.unpacked(vector, rules)
    strategy, beyond, price = prices.strategy, prices.beyond(rules), prices.per_question(rules)
    weight = prices.weights[rules.cue_of_bin, None]
    odds = (1.0 - units.sums(price) / units.size) / width
    counts = kept + units.counts(expit(odds))
    of_bins = counts[: rules.every]
    earned = width * (units.size @ np.logaddexp(0.0, odds))
    value = earned - (price * kept).sum() + prices.weights @ slacks
    mean_right = (strategy * of_bins).sum(axis=1)
    gradient = np.concatenate(
        [
            slacks - rules.per_cue((beyond * of_bins).sum(axis=1)),
            counts[rules.every].mean() - counts[rules.every],
            (-weight * strategy * (of_bins - mean_right[:, None])).ravel(),
        ]
    )
    offered = units.size.sum()
    return float(value / offered), gradient / offered
