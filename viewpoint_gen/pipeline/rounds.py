"""The rounds of one run: which comes next, given what the finished ones have brought."""

from __future__ import annotations

from typing import Final

import numpy as np

from viewpoint_gen.dataset.shards import iterate_batches
from viewpoint_gen.pipeline.ledger import Ledger
from viewpoint_gen.pipeline.plan import (
    Round,
    Yields,
    first_round,
    round_of_new_assets,
    round_of_returns,
    share_of_round,
)
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.storage import Store

POOR_SHARE: Final = 0.25
"""A round that brings less than this share of what it asks for is a poor one."""

POOR_ROUNDS: Final = 8
"""After as many poor rounds the assets count as used up."""


class Rounds:
    """Steps through a run's rounds; replays those that are finished without any work."""

    def __init__(self, recipe: Recipe, size: int | None, store: Store, ledger: Ledger) -> None:
        self._recipe = recipe
        self._size = size
        self._store = store
        self._ledger = ledger
        self._next_index = 0
        self._poor = 0
        self.count = 0
        self.visits = 0
        self.current: Round | None = None
        self._enter(first_round(recipe.num_pairs, size, recipe.pairs))

    @property
    def assets(self) -> int:
        """Different assets in all rounds so far."""
        return self._next_index

    def advance(self) -> None:
        """Leave the current round, all of whose shards are finished, for the next."""
        current = self.current
        if current is None:
            return
        brought = self._ledger.sums(current.number, current.number).pairs
        self._poor += brought < POOR_SHARE * current.pairs
        self._enter(self._after(current.number))

    def _after(self, number: int) -> Round | None:
        """What follows a round; rounds that an earlier call already began don't count yet."""
        pairs = self._recipe.pairs
        owed = self._recipe.num_pairs - self._ledger.sums(last_round=number).pairs
        if owed <= 0 or number + 1 >= pairs.max_rounds or self._poor >= POOR_ROUNDS:
            return None
        visits_left = pairs.least_visits - number - 1
        if visits_left > 0:
            share = share_of_round(owed, visits_left)
            again = round_of_returns(number + 1, share, self._yields(number), pairs)
            if again is not None:
                return again
        new = round_of_new_assets(number + 1, owed, self._next_index, self._size, pairs)
        if new is not None or self._size is None:
            return new
        return round_of_returns(number + 1, owed, self._yields(number), pairs)

    def _enter(self, round_: Round | None) -> None:
        self.current = round_
        if round_ is not None:
            self.count += 1
            self.visits += round_.visits
            self._next_index = max(self._next_index, round_.visit(round_.visits - 1).index + 1)

    def _yields(self, last_round: int) -> Yields:
        """Of the assets visited so far; read from the parts, which come in the rounds' order."""
        found = Yields(*(np.zeros(self._next_index, dtype=np.int64) for _ in range(3)))
        columns = ("index", "quota", "pairs", "round")
        for batch in iterate_batches(self._store, "outcomes", columns=columns, rows=4096):
            index, quota, pairs, number = (batch[name].to_numpy() for name in columns)
            known = number <= last_round
            index, quota, pairs = index[known], quota[known], pairs[known]
            found.pairs[index] += pairs
            found.last_quota[index] = quota
            found.last_pairs[index] = pairs
        return found
