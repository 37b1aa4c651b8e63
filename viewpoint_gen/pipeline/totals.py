"""Sums over visits: pairs, views, outcomes and reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.shards import count_values, part_name, read_part
from viewpoint_gen.records import OutcomeStatus
from viewpoint_gen.storage import Store

OUTCOME_TOPICS: Final = tuple(str(status) for status in OutcomeStatus)

Tally = tuple[str, str, int]
"""Topic ("written", "rejected", "failed", or "rejected view" and its like), code, count."""


@dataclass(frozen=True)
class ShardTotals:
    """Sums over the visits of one shard."""

    visits: int
    pairs: int
    views: int
    seconds: float
    tallies: tuple[Tally, ...]


class TotalsCounter:
    """Adds up outcomes and rejections as their rows go by."""

    def __init__(self) -> None:
        self._visits = self._pairs = self._views = 0
        self._seconds = 0.0
        self._tallies: Counter[tuple[str, str]] = Counter()

    def add(self, outcomes: pa.Table, rejected: pa.Table) -> None:
        """Count rows of the tables "outcomes" and "rejected"."""
        self._visits += outcomes.num_rows
        self._pairs += int(pc.sum(outcomes["pairs"]).as_py() or 0)
        self._views += int(pc.sum(outcomes["views"]).as_py() or 0)
        self._seconds += float(pc.sum(outcomes["seconds"]).as_py() or 0.0)
        for (status, code), count in count_values(outcomes, ("status", "code")).items():
            self._tallies[status, code] += count
        for (kind, code), count in count_values(rejected, ("kind", "code")).items():
            self._tallies[f"rejected {kind}", code] += count

    @property
    def totals(self) -> ShardTotals:
        """The sums so far."""
        return ShardTotals(
            visits=self._visits,
            pairs=self._pairs,
            views=self._views,
            seconds=self._seconds,
            tallies=tuple(sorted((topic, code, n) for (topic, code), n in self._tallies.items())),
        )


def by_topic(tallies: Iterable[Tally]) -> dict[str, dict[str, int]]:
    """Sum tallies per topic and code, the most frequent first."""
    sums: dict[str, Counter[str]] = {}
    for topic, code, count in tallies:
        sums.setdefault(topic, Counter())[code] += count
    return {
        topic: dict(sorted(codes.items(), key=lambda item: (-item[1], item[0])))
        for topic, codes in sorted(sums.items())
    }


def shard_totals(store: Store, round_number: int, shard_number: int) -> ShardTotals:
    """The sums of a finished shard, from its parts."""
    counter = TotalsCounter()
    name = part_name(round_number, shard_number)
    counter.add(read_part(store, f"outcomes/{name}"), read_part(store, f"rejected/{name}"))
    return counter.totals
