"""In which order items are seen: shuffled by the seed, those of like length in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.seeding import rng_for


class SeededOrder(Sampler[int]):
    """Every item of a whole training, pass after pass, so that a resume knows where it was.

    Batches are padded to their longest item, and a question that shows five views is twice as long
    as one that shows two. So ``together`` batches at a time are sorted by length and dealt out
    again in a random order: what pads them is spared, and a step still sees a mixture.

    Args:
        lengths: (N,) of the items; only their order counts.
        batch: items of one.
        batches: of the whole training.
    """

    def __init__(
        self,
        lengths: Sequence[int] | Indices,
        *,
        batch: int,
        batches: int,
        together: int,
        seed: int,
    ) -> None:
        self._ranks = np.argsort(np.argsort(np.asarray(lengths), kind="stable"), kind="stable")
        self._batch = batch
        self._batches = batches
        self._together = together
        self._seed = seed

    def __len__(self) -> int:
        return self._batch * self._batches

    def __iter__(self) -> Iterator[int]:
        shuffled = self._shuffled()
        for block in range(0, len(self), self._batch * self._together):
            yield from self._dealt(shuffled[block : block + self._batch * self._together], block)

    def _shuffled(self) -> Indices:
        """Whole passes over the items, each in an order of its own, as far as they are needed."""
        count = len(self._ranks)
        passes = -(-len(self) // count)
        orders = [
            rng_for(self._seed, "order", number).permutation(count) for number in range(passes)
        ]
        return np.concatenate(orders)[: len(self)].astype(np.int64)

    def _dealt(self, chosen: Indices, block: int) -> Iterator[int]:
        by_length = chosen[np.argsort(self._ranks[chosen], kind="stable")]
        starts = np.arange(0, len(chosen), self._batch)
        for start in rng_for(self._seed, "batches", block).permutation(starts):
            yield from by_length[start : start + self._batch].tolist()
