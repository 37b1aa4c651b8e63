"""How far off numbers are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from viewpoint_gen.evaluation.metrics.scored import Scored
from viewpoint_gen.qa.aggregate import places_by
from viewpoint_gen.qa.score import ACCURACY_AT_DEG, score

_ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "angle": ("error_deg", "deg"),
    "ratio": ("error_ln", "ln"),
    "number": ("relative_error", "of the truth"),
    "pose": ("azimuth_error", "deg"),
}
"""By answer type: which of the score's details is the error, and its unit."""


@dataclass(frozen=True)
class NumberErrors:
    """One family's numbers.

    Attributes:
        answered: questions in which a number was found; the median is theirs.
        median_error: of the absolute errors, in ``unit``; nan without any. Of poses: the azimuth's.
        within_deg: by limit, the share of all questions within it; of angles and poses.
        mra: mean relative accuracy over all questions; nan where a truth isn't above 0.
    """

    questions: int
    answered: int
    median_error: float
    unit: str
    within_deg: dict[str, float]
    mra: float


def number_errors_of(scored: Scored) -> dict[str, NumberErrors]:
    """By family, of the families that are answered with numbers."""
    places = places_by(
        str(row["family"]) if row["answer_type"] in _ERRORS else None for row in scored.rows
    )
    return {family: _errors(scored.take(mine)) for family, mine in sorted(places.items())}


def _errors(some: Scored) -> NumberErrors:
    kind = str(some.rows[0]["answer_type"])
    name, unit = _ERRORS[kind]
    errors = np.array([got.details.get(name, math.inf) for got in some.scores])
    known = errors[np.isfinite(errors)]
    limits = ACCURACY_AT_DEG if unit == "deg" else ()
    return NumberErrors(
        questions=len(errors),
        answered=len(known),
        median_error=float(np.median(known)) if len(known) else math.nan,
        unit=unit,
        within_deg={str(limit): float(np.mean(errors <= limit)) for limit in limits},
        mra=_mra(some),
    )


def _mra(some: Scored) -> float:
    """By the score's own rule for numbers, whatever unit they are in."""
    truths = [row.get("answer_value") for row in some.rows]
    if any(truth is None or not truth > 0.0 for truth in truths):
        return math.nan
    pairs = zip(some.replies, some.rows, strict=True)
    worth = [score(reply.text, {**row, "answer_type": "number"}) for reply, row in pairs]
    return float(np.mean([each.correctness for each in worth]))
