"""Who is visited, in which round, for how many pairs: arithmetic on the recipe and the source.

A plan never depends on lanes, order or time, so that a resumed run and a run on a hundred machines
end with the same rows.

Round 0 spreads the pairs over enough assets. If each is to be visited several times, it asks for
its share of them only, and as many rounds return to the same assets. When a round is over, the next
one spreads what is still owed over assets that nobody has visited; once a finite source has none
left, over assets that gave all they were asked for, and then over those that gave some. No round
asks for more than is owed, so a run never holds more pairs than were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.records import Visit
from viewpoint_gen.views.config import PairsConfig

Integers = NDArray[np.int64]

_LEAST_RETURN_PAIRS = 4
"""A second visit costs an import and at least three views; it should bring this much."""


@dataclass(frozen=True)
class Shard:
    """Visits that one lane makes one after another, and that share their Parquet files."""

    round: int
    number: int
    visits: tuple[Visit, ...]


class Round(Protocol):
    """All visits of one round, known without being stored."""

    @property
    def number(self) -> int:
        """0 at first."""
        ...

    @property
    def visits(self) -> int:
        """How many."""
        ...

    @property
    def pairs(self) -> int:
        """Asked for, over all visits."""
        ...

    def visit(self, position: int) -> Visit:
        """The visit at ``position``, from 0 to ``visits`` - 1."""
        ...


@dataclass(frozen=True)
class FirstVisits:
    """A round over consecutive assets that nobody has visited; needs no memory per asset.

    Attributes:
        first_index: of the first asset.
        visits: how many assets; ``pairs`` are spread over them in twos, so that a pair and its
            reverse stay together; singly if that left assets out or asked too much of one.
        most: that may be asked of one asset.
    """

    number: int
    first_index: int
    visits: int
    pairs: int
    most: int

    def visit(self, position: int) -> Visit:
        """See Round."""
        step = 2 if 2 * self.visits <= self.pairs <= self.visits * (self.most // 2 * 2) else 1
        units, single = divmod(self.pairs, step)
        share, remainder = divmod(units, self.visits)
        quota = step * (share + (position < remainder)) + single * (position == remainder)
        return Visit(index=self.first_index + position, round=self.number, quota=quota)


@dataclass(frozen=True)
class ReturnVisits:
    """A round over assets of a finite source that every visit so far has brought pairs of.

    Attributes:
        indices: of the assets, ascending.
        quotas: of each.
    """

    number: int
    indices: Integers
    quotas: Integers

    @property
    def visits(self) -> int:
        """See Round."""
        return len(self.indices)

    @property
    def pairs(self) -> int:
        """See Round."""
        return int(self.quotas.sum())

    def visit(self, position: int) -> Visit:
        """See Round."""
        index, quota = int(self.indices[position]), int(self.quotas[position])
        return Visit(index=index, round=self.number, quota=quota, again=True)


@dataclass(frozen=True)
class Yields:
    """What the assets of a finite source have given so far.

    Attributes:
        pairs: (N,) over all visits, by index.
        last_quota: (N,) of the last visit; 0 before the first.
        last_pairs: (N,) of the last visit.
    """

    pairs: Integers
    last_quota: Integers
    last_pairs: Integers


def shard_count(round_: Round, pairs: PairsConfig) -> int:
    """How many shards a round has."""
    return -(-round_.visits // pairs.assets_per_shard)


def shard(round_: Round, number: int, pairs: PairsConfig) -> Shard:
    """One shard of a round: consecutive visits."""
    start = number * pairs.assets_per_shard
    stop = min(start + pairs.assets_per_shard, round_.visits)
    visits = tuple(round_.visit(position) for position in range(start, stop))
    return Shard(round=round_.number, number=number, visits=visits)


def shards(round_: Round, pairs: PairsConfig) -> Iterator[Shard]:
    """All shards of a round, in order."""
    return (shard(round_, number, pairs) for number in range(shard_count(round_, pairs)))


def first_round(num_pairs: int, size: int | None, pairs: PairsConfig) -> FirstVisits:
    """Round 0.

    Args:
        num_pairs: asked of the run.
        size: how many assets the source has, at least 1; None: without end.
    """
    share = share_of_round(num_pairs, pairs.least_visits)
    assets = _ceil_div(share, _per_visit(pairs))
    if size is not None:
        assets = min(size, max(assets, min(share, pairs.spread_over)))
    asked = min(share, assets * pairs.max_per_asset)
    most = _per_visit(pairs) if size is None else pairs.max_per_asset
    return FirstVisits(0, 0, visits=assets, pairs=asked, most=most)


def round_of_new_assets(
    number: int, owed: int, first_index: int, size: int | None, pairs: PairsConfig
) -> FirstVisits | None:
    """A later round over the next assets in the source; None if it has none left.

    Args:
        owed: pairs still missing.
        first_index: of the first asset that nobody has visited.
    """
    assets = _ceil_div(owed, _per_visit(pairs))
    if size is not None:
        assets = min(assets, size - first_index)
    if assets <= 0:
        return None
    asked = min(owed, assets * _per_visit(pairs))
    return FirstVisits(number, first_index, visits=assets, pairs=asked, most=_per_visit(pairs))


def round_of_returns(
    number: int, owed: int, yields: Yields, pairs: PairsConfig
) -> ReturnVisits | None:
    """A later round over assets that may give more; None if there are none.

    Those that filled their last quota come first; only without them, those that gave some of it.
    """
    room = pairs.max_per_asset - yields.pairs
    gave_all = (yields.last_pairs >= yields.last_quota) & (yields.last_quota > 0)
    for willing in (gave_all, yields.last_pairs > 0):
        indices = np.flatnonzero(willing & (room > 0)).astype(np.int64)
        if len(indices):
            indices = _worth_a_visit(indices, owed, room)
            quotas = _in_twos(owed, room[indices])
            return ReturnVisits(number, indices[quotas > 0], quotas[quotas > 0])
    return None


def _worth_a_visit(indices: Integers, owed: int, room: Integers) -> Integers:
    """Every n-th of the assets, so that few pairs don't cost an import each; all if need be."""
    count = max(1, owed // _LEAST_RETURN_PAIRS)
    if count >= len(indices):
        return indices
    chosen = indices[np.arange(count) * len(indices) // count]
    return chosen if int(room[chosen].sum()) >= owed else indices


def share_of_round(owed: int, rounds: int) -> int:
    """What one of several rounds asks for, in twos: a pair and its reverse stay together."""
    return min(owed, 2 * _ceil_div(_ceil_div(owed, 2), rounds)) if rounds > 1 else owed


def _in_twos(amount: int, room: Integers) -> Integers:
    """Like ``spread_evenly``, but a pair and its reverse stay together wherever they can."""
    shares = 2 * spread_evenly(amount // 2, room // 2)
    return shares + spread_evenly(amount - int(shares.sum()), room - shares)


def spread_evenly(amount: int, room: Integers) -> Integers:
    """Share an amount as evenly as the room of each allows; the first get the remainder.

    Returns:
        Shares, each at most its room; their sum is ``amount``, or all the room if that is less.
    """
    low, high = 0, int(room.max(initial=0))
    while low < high:  # the highest level that the amount fills for everyone
        middle = (low + high + 1) // 2
        if int(np.minimum(room, middle).sum()) <= amount:
            low = middle
        else:
            high = middle - 1
    shares = np.minimum(room, low)
    wanting = np.flatnonzero(room > low)[: amount - int(shares.sum())]
    shares[wanting] += 1
    return shares


def _per_visit(pairs: PairsConfig) -> int:
    return min(pairs.per_asset, pairs.max_per_asset)


def _ceil_div(amount: int, divisor: int) -> int:
    return -(-amount // divisor)
