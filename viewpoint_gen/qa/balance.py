"""Which of the true questions to keep, so that nothing but the fact itself tells the answer.

The rules, per family and over everything kept so far in the run:

1. every answer key is true equally often;
2. for every cue, whoever sees only its bin and names the likeliest key there is right in at most
   ``1 / keys + gain`` of the questions: ``sum over bins of the commonest key's count <=
   questions * (1 / keys + gain)``, and what luck alone would give it (``guessers``). Luck grows
   with the bins, and a steady trend would hide in that of many: of what an image shows, whoever
   sees only the half or the quarter of the range is held to less;

each with a slack of a few questions. Rule 2 is about a cue as a whole: bin by bin it would leave
nothing of a bounded coordinate (at the top of its range nothing can go up, so that bin is left
out, and the next one is the top).

Keeping the most questions under these rules is a game against guessers, solved by prices
(``prices``); the shares that they give are then made whole (``selection``). The unit is a **pair of
views**: a question and its reverse are kept or dropped together.

A rule can't be bought: where a fact and a cue are one and the same (every camera that went right
also turned left), few questions survive, however many pairs there are. The remedy is other
cameras. In particular a cue that *is* a coordinate of the motion (how high image 1 was taken from,
for "up or down") tells more the wider the moves are beside the range of places: a camera near the
top can hardly go up. No selection changes that; small moves over a wide range do.

Blocks are weighed one after the other with the counts carried over: memory is flat, and what a
block lacks a later one may make good.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.config import BalanceConfig
from viewpoint_gen.qa.cues import Cue, Ints
from viewpoint_gen.qa.guessers import Rules, Units
from viewpoint_gen.qa.prices import Prices, learned_prices
from viewpoint_gen.qa.selection import Selection


class Balancer:
    """Keeps a balanced selection of one family's questions, block after block.

    Args:
        keys: number of answer keys.
    """

    def __init__(self, config: BalanceConfig, keys: int) -> None:
        self._config = config
        self._keys = keys
        self._rules: Rules | None = None
        self._kept: Array = np.zeros(0)
        self._prices: Prices | None = None

    def keep(self, cues: Sequence[Cue], key: Ints, unit: Ints, order: NDArray[np.uint64]) -> Bools:
        """Choose among the asked questions of a block.

        Args:
            cues: for those questions; the same ones, in the same order, in every block.
            key: (N,) their true answers, in [0, keys).
            unit: (N,) numbers from 0 to U - 1 that a question shares with its reverse.
            order: (U,) which of equal units go first; drawn, distinct.

        Returns:
            (N,) which questions to keep.
        """
        if self._keys == 1 or len(key) == 0:
            return np.ones(len(key), dtype=bool)
        if self._rules is None:
            self._rules = Rules.of(cues, self._keys)
            self._kept = self._rules.none()
        rules = self._rules
        present = np.bincount(key, minlength=self._keys) + self._kept[rules.every]
        if not present.all():
            return np.zeros(len(key), dtype=bool)
        units = Units.of(rules, cues, key, unit)
        self._prices = learned_prices(self._prices, units, self._kept)
        selection = Selection(units, self._kept, float(self._config.slack_questions), order)
        chosen, self._kept = selection.chosen(self._prices.shares(units), self._prices.weights)
        return np.asarray(chosen[unit])

    def edges(self) -> dict[str, float]:
        """By how much each best guesser beats chance among the questions kept so far."""
        if self._rules is None:
            return {}
        share = self._rules.right(self._kept) / np.maximum(self._rules.seen(self._kept), 1.0)
        above = np.maximum(share - self._rules.chance, 0.0)
        return dict(zip(self._rules.names, above.tolist(), strict=True))
