"""How right a model is where, among the questions that share something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from viewpoint_gen.evaluation.metrics.intervals import mean_with_interval
from viewpoint_gen.evaluation.metrics.scored import Scored
from viewpoint_gen.evaluation.question import Row
from viewpoint_gen.qa.aggregate import places_by

ANGLE_EDGES_DEG: Final = (1, 15, 30, 60, 90, 135, 180)
"""Between bins of how far apart, round the object, two images were taken."""


@dataclass(frozen=True)
class Slice:
    """Some questions.

    Attributes:
        label: what they share.
        correctness: mean, graded.
        low, high: 95 % interval of it by bootstrap over assets; nan for one asset alone.
    """

    label: str
    questions: int
    correctness: float
    low: float
    high: float


def slices_of(scored: Scored, label_of: Callable[[Row], str | None]) -> tuple[Slice, ...]:
    """One slice per label, in the labels' order; questions without a label are in none."""
    places = places_by(map(label_of, scored.rows))
    found = []
    for label, mine in sorted(places.items(), key=lambda item: _order(item[0])):
        values = scored.correctness[mine]
        got = mean_with_interval(values, [scored.assets[place] for place in mine])
        found.append(Slice(label, len(mine), *got))
    return tuple(found)


def angle_bin(angle_deg: float | None) -> str | None:
    """The bin of an angle, e.g. "15-30°"; None for none."""
    if angle_deg is None:
        return None
    place = int(np.searchsorted(ANGLE_EDGES_DEG, angle_deg, side="right"))
    if place == 0:
        return f"0-{ANGLE_EDGES_DEG[0]}°"
    last = min(place, len(ANGLE_EDGES_DEG) - 1)
    return f"{ANGLE_EDGES_DEG[last - 1]}-{ANGLE_EDGES_DEG[last]}°"


def _order(label: str) -> tuple[int, str]:
    number = label.split("-", 1)[0]
    return (int(number), label) if number.isdigit() else (0, label)
