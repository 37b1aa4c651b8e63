"""What an evaluation comes to."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from viewpoint_gen import __version__
from viewpoint_gen.evaluation.metrics import Comparison, ModelResult, Scored
from viewpoint_gen.evaluation.table import lines_of


@dataclass(frozen=True)
class Evaluation:
    """Models on one exam.

    Attributes:
        title: of the exam.
        facts: where its questions come from.
        scored: every model's replies with their scores, in the order in which they were asked.
        models: what comes of them, in the same order.
        comparisons: of every two.
        result, page: paths of what was written.
    """

    title: str
    facts: dict[str, str]
    scored: tuple[Scored, ...]
    models: tuple[ModelResult, ...]
    comparisons: tuple[Comparison, ...]
    result: Path
    page: Path

    def to_dict(self) -> dict[str, Any]:
        """Everything but the replies, for JSON: what is undefined is null."""
        return {
            "title": self.title,
            "version": __version__,
            **self.facts,
            "models": [_plain(asdict(model)) for model in self.models],
            "comparisons": [_plain(asdict(each)) for each in self.comparisons],
        }

    def lines(self) -> list[str]:
        """A table for people."""
        return lines_of(self.models, self.comparisons)


def _plain(value: Any) -> Any:
    """The same without what JSON doesn't know."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
