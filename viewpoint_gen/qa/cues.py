"""What could give an answer away: the motion's other axes, one image alone, the text's note.

A cue sorts questions into a few bins by something that is not the fact asked for. ``balance``
then keeps a selection in which the bin tells next to nothing about the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family

Ints = NDArray[np.int64]
OUTSIDE: Final = -1
"""Bin of a question that the cue says nothing about."""


@dataclass(frozen=True)
class Cue:
    """One way to guess, worked out for N questions.

    Attributes:
        name: for reports.
        bins: (N,) in [0, size), or ``OUTSIDE``. 0 and 1 are two sides; further bins lie between
            them and could only tell "nothing" from a direction.
        tolerance: most that the side may tell the positive from the negative direction by.
        nothing_tolerance: most that it may tell "nothing" from a direction by; None: any.
        slack: questions allowed on top of the tolerances.
    """

    name: str
    bins: Ints
    size: int
    tolerance: float
    nothing_tolerance: float | None
    slack: int


AXES: Final[dict[str, str]] = {
    "sideways": "right_share",
    "vertical": "rise_share",
    "distance": "ln_distance_ratio",
    "around": "azimuth_rad",
    "yaw": "heading_rad",
    "pitch": "pitch_rad",
    "roll": "roll_rad",
}
"""Axes of motion and the fact that measures each."""

IMAGE_CUES: Final[dict[str, tuple[str, Callable[[QaConfig], float] | None]]] = {
    "bearing_right": ("bearing_right_rad", lambda c: float(np.deg2rad(c.balance.centred_most_deg))),
    "bearing_down": ("bearing_down_rad", lambda c: float(np.deg2rad(c.balance.centred_most_deg))),
    "roll": ("roll_rad", lambda c: float(np.deg2rad(c.still_most_deg))),
    "object_left": ("object_left", lambda _: 0.0),
    "object_front": ("object_front", lambda _: 0.0),
    "elevation": ("elevation_rad", None),
    "pitch": ("pitch_rad", None),
    "mask_share": ("mask_share", None),
    "distance": ("distance", None),
}
"""What one image shows: the fact (of view 1 or 2), and how near zero counts as zero.

None: there is no natural zero, and the median of the directions seen first stands in for it.
"""

Medians = dict[str, float]


def medians_of(family: Family, facts: Facts, directions: NDArray[np.bool_]) -> Medians:
    """The dividing values of the family's cues without a natural zero; nan without directions."""
    medians: Medians = {}
    for cue in family.image_cues:
        fact, near_zero = IMAGE_CUES[cue]
        if near_zero is None:
            both = [facts.column(f"{fact}_{view}")[directions] for view in (1, 2)]
            medians[cue] = float(np.median(np.concatenate(both))) if directions.any() else np.nan
    return medians


def cues_of(family: Family, facts: Facts, config: QaConfig, medians: Medians) -> list[Cue]:
    """Every cue of a family for all pairs of a block."""
    balance = config.balance
    cues = [
        Cue(
            name=axis,
            bins=_signs(facts.column(AXES[axis]), _still_limit(axis, config), zero=OUTSIDE),
            size=2,
            tolerance=balance.axis_tolerance,
            nothing_tolerance=None,
            slack=balance.axis_slack_questions,
        )
        for axis in family.other_axes
    ]
    for cue in family.image_cues:
        fact, near_zero = IMAGE_CUES[cue]
        for view in (1, 2):
            values = facts.column(f"{fact}_{view}")
            if near_zero is None:
                bins = _signs(values - medians[cue], 0.0, zero=1)
            else:
                bins = _signs(values, near_zero(config), zero=2)
            cues.append(
                Cue(
                    name=f"{cue}_{view}",
                    bins=bins,
                    size=3,
                    tolerance=balance.image_tolerance,
                    nothing_tolerance=balance.nothing_tolerance,
                    slack=balance.slack_questions,
                )
            )
    told = facts.static_backdrop.astype(np.int64)
    tolerance, slack = balance.text_tolerance, balance.slack_questions
    cues.append(Cue("backdrop", told, 2, tolerance, tolerance, slack))
    return cues


def _signs(values: Array, limit: float, *, zero: int) -> Ints:
    """0 below -limit, 1 above limit, ``zero`` between them and for nan."""
    return np.where(values > limit, 1, np.where(values < -limit, 0, zero)).astype(np.int64)


def _still_limit(axis: str, config: QaConfig) -> float:
    if axis in ("sideways", "vertical"):
        return config.still_most_share
    if axis == "distance":
        return float(np.log1p(config.still_most_share))
    return float(np.deg2rad(config.still_most_deg))
