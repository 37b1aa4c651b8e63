"""What was asked, what was refused, and why a family has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class FamilySummary:
    """Counts of one family. considered = asked + sum of refused."""

    considered: int = 0
    asked: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    truths: dict[str, int] = field(default_factory=dict)
    none_because: str = ""


@dataclass
class QaSummary:
    """Counts of a whole run; filled while ``build_questions`` is consumed."""

    families: dict[str, FamilySummary] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        raise NotImplementedError

    def lines(self) -> list[str]:
        """Lines for people."""
        raise NotImplementedError
