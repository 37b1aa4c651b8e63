"""What a lane tells the driver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viewpoint_gen.pipeline.totals import ShardTotals


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
