"""What a lane tells the driver, and the counts that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.shards import count_values

Tally = tuple[str, str, int]
"""Topic ("written", "rejected", "failed", or "rejected view" and its like), code, count."""


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    """A visit begins."""
    ENDED = "ended"
    """A visit is over and its rows are safe."""
    RECOVERED = "recovered"
    """A visit of an earlier attempt was found safe."""
    COMMITTED = "committed"
    """The shard's Parquet parts have their final names."""


@dataclass(frozen=True)
class ShardTotals:
    """Sums over the visits of one shard."""

    visits: int
    pairs: int
    views: int
    seconds: float
    tallies: tuple[Tally, ...]


@dataclass(frozen=True)
class Event:
    """One step of one shard; small enough to send by the thousand.

    Attributes:
        index: of the asset in its source; -1 when committed.
        uid: of the asset; "" when it starts.
        status: of the outcome, as are ``code``, ``pairs``, ``views`` and ``seconds``.
        totals: of the shard, when committed.
    """

    kind: EventKind
    index: int = -1
    uid: str = ""
    status: str = ""
    code: str = ""
    pairs: int = 0
    views: int = 0
    seconds: float = 0.0
    totals: ShardTotals | None = None


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
