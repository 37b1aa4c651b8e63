"""What one visit to an asset leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from viewpoint_gen.records import Outcome, Visit


@dataclass(frozen=True)
class VisitResult:
    """The rows of one visit.

    Attributes:
        outcome: how it ended; its counts are the tables' row counts.
        tables: "views", "pairs", "rings" (one row if it is the asset's first visit with pairs),
            "rejected" and "outcomes" (exactly one row), in the schemas of ``dataset.schema``.
    """

    outcome: Outcome
    tables: dict[str, pa.Table]


class ProcessVisit(Protocol):
    """One asset in, rows out. Never raises for what is wrong with an asset."""

    def __call__(self, visit: Visit, *, following: Visit | None = None) -> VisitResult:
        """Make a visit; ``following`` will be asked for next, so its asset may be fetched now."""
        ...
