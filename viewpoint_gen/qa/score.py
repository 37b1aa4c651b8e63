"""What an answer is worth: the one authority for tests, evaluation and reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Score:
    """One answer against one row.

    Attributes:
        correctness: graded, in [0, 1].
        exact: wholly right.
        well_formed: optional ``<think>…</think>``, then one ``<answer>…</answer>``, no more.
        answer: what was read from the text, normalised; None: nothing, or two answers.
        details: further measures, e.g. "error_deg".
    """

    correctness: float
    exact: bool
    well_formed: bool
    answer: str | None
    details: dict[str, float] = field(default_factory=dict)


def score(text: str, row: Mapping[str, Any]) -> Score:
    """Read the answer from a text and hold it to the row. Never raises on any text."""
    raise NotImplementedError


def reward(text: str, row: Mapping[str, Any]) -> float:
    """0.9 · correctness + 0.1 · form, in [0, 1]."""
    raise NotImplementedError
