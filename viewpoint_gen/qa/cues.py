"""What could give an answer away: the motion's other axes, one image alone, the text.

A cue sorts questions into a few bins by something that is not the fact asked for. ``balance``
then keeps a selection in which the bin tells next to nothing about the answer.

What one image shows is cut at quantiles, so that every bin holds questions enough to balance. The
cuts are made once, in the first block that has questions, and stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.config import BalanceConfig, QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import NEGATIVE, NOTHING, POSITIVE
from viewpoint_gen.qa.families.family import Family
from viewpoint_gen.qa.marks import Marks

Ints = NDArray[np.int64]
OUTSIDE: Final = -1
"""Bin of a question that the cue says nothing about."""

_DECIMALS: Final = 4
"""To which numbers are rounded before they are sorted into bins, so that equal ones stay so."""

_VIEWS: Final = (1, 2)


@dataclass(frozen=True)
class Cue:
    """One way to guess, worked out for N questions.

    Attributes:
        name: for reports.
        bins: (N,) in [0, size), or ``OUTSIDE``.
        size: number of bins.
        gain: most by which the best guesser who sees only the bin may beat chance, in [0, 1].
        slack: questions allowed on top.
        coarse: for more guessers, each of whom only sees in which of so many parts, runs of
            neighbouring bins, a bin lies; not fewer than ``size``: no guesser.
        coarse_luck: what they are allowed of what luck alone would give them, in [0, 1].
        among: answer keys that it is about; the cue says nothing about questions with another
            one. Empty: all.
    """

    name: str
    bins: Ints
    size: int
    gain: float
    slack: int
    among: tuple[int, ...] = ()
    coarse: tuple[int, ...] = ()
    coarse_luck: float = 1.0


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

IMAGE_FACTS: Final[dict[str, str]] = {
    "bearing_right": "bearing_right_rad",
    "bearing_down": "bearing_down_rad",
    "roll": "roll_rad",
    "elevation": "elevation_rad",
    "pitch": "pitch_rad",
    "mask_share": "mask_share",
    "distance": "distance",
    "focal": "focal_px",
    "object_left": "object_left",
    "object_front": "object_front",
}
"""What one image shows, and the fact (of view 1 or 2) that measures it."""

EVERY_IMAGE: Final = (
    "bearing_right",
    "bearing_down",
    "roll",
    "elevation",
    "pitch",
    "mask_share",
    "distance",
    "focal",
)
"""What is balanced in every family; families name what else there is, ``a*b`` for two at once."""

Cuts = dict[str, tuple[tuple[float, ...], ...]]
"""Per image cue, the values that part its bins, of one fact or of two."""


def image_cues_of(family: Family) -> tuple[str, ...]:
    """Names of everything that one image shows and that is balanced in a family."""
    return tuple(dict.fromkeys((*EVERY_IMAGE, *family.image_cues)))


def cuts_of(family: Family, facts: Facts, key: Ints, config: BalanceConfig) -> Cuts:
    """Where to part the bins of a family's image cues.

    Every answer key counts the same here, as it will in what is kept: else the commonest one, "not
    at all", would have all bins to itself, and the ends of a range, where one direction is
    impossible, would lie within a single bin.

    Args:
        facts: of the N questions that could be asked.
        key: (N,) their answers; the number of the rarest decides how fine the bins may be.
    """
    count = np.bincount(key, minlength=len(family.options))
    most = max(2, int(count.min()) // config.questions_per_bin)
    weight = 1.0 / count[key]
    cuts: Cuts = {}
    for name in image_cues_of(family):
        parts = name.split("*")
        sizes = (config.image_bins,) if len(parts) == 1 else config.joint_bins
        if len(parts) == 1 or np.prod(sizes) <= most:
            cuts[name] = tuple(
                _quantiles(facts, part, weight, min(size, most))
                for part, size in zip(parts, sizes, strict=True)
            )
    return cuts


def _quantiles(facts: Facts, part: str, weight: Array, size: int) -> tuple[float, ...]:
    """Inner values that part both views' numbers into ``size`` bins of like weight."""
    values = np.concatenate([_image_fact(facts, part, view) for view in _VIEWS])
    weights = np.tile(weight, len(_VIEWS))
    order = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
    if not len(order):
        return ()
    values, reached = values[order], np.cumsum(weights[order])
    inner = np.searchsorted(reached / reached[-1], np.arange(1, size) / size)
    cuts = values[np.minimum(inner, len(values) - 1)]
    return tuple(np.unique(cuts[cuts > values[0]]).tolist())


def cues_of(family: Family, facts: Facts, config: QaConfig, cuts: Cuts) -> list[Cue]:
    """Every cue of a family, for the questions with these facts."""
    balance = config.balance
    # a motion along another axis may say that there was one, but not which way it went
    directions = (POSITIVE, NEGATIVE) if family.options[NOTHING:] == ("nothing",) else ()
    cues = [
        Cue(
            axis,
            _signs(facts.column(AXES[axis]), _still_limit(axis, config)),
            2,
            balance.axis_gain,
            balance.axis_slack_questions,
            directions,
        )
        for axis in family.other_axes
    ]
    for name, inner in cuts.items():
        size = int(np.prod([len(values) + 1 for values in inner]))
        coarse = balance.coarse_bins if len(inner) == 1 else ()
        cues += [
            Cue(
                f"{name}_{view}",
                _image_bins(facts, name, inner, view),
                size,
                balance.image_gain,
                balance.slack_questions,
                coarse=coarse,
                coarse_luck=balance.coarse_luck,
            )
            for view in _VIEWS
        ]
    noted = facts.static_backdrop.astype(np.int64)
    cues.append(Cue("backdrop", noted, 2, balance.text_gain, balance.slack_questions))
    return cues


def setting_cue(setting: Ints, size: int, config: BalanceConfig) -> Cue:
    """For families whose options are drawn in sets: the set alone must tell nothing.

    Args:
        setting: (N,) which set each question shows, in [0, size).
    """
    return Cue("setting", setting, size, 0.0, config.slack_questions)


def mark_cues(marks: Marks, config: BalanceConfig) -> list[Cue]:
    """For families that mark points: whatever marks alone could tell must tell nothing."""
    slack = config.slack_questions
    return [Cue(name, bins, marks.bins[name], 0.0, slack) for name, bins in marks.cues.items()]


def _image_fact(facts: Facts, part: str, view: int) -> Array:
    return np.round(facts.column(f"{IMAGE_FACTS[part]}_{view}"), _DECIMALS)


def _image_bins(facts: Facts, name: str, inner: tuple[tuple[float, ...], ...], view: int) -> Ints:
    """Bins of one fact, or of two in a grid; ``OUTSIDE`` where one of them is nan."""
    bins = np.zeros(len(facts), dtype=np.int64)
    defined = np.ones(len(facts), dtype=bool)
    for part, values in zip(name.split("*"), inner, strict=True):
        fact = _image_fact(facts, part, view)
        bins = bins * (len(values) + 1) + np.searchsorted(values, fact, side="right")
        defined &= np.isfinite(fact)
    return np.where(defined, bins, OUTSIDE)


def _signs(values: Array, limit: float) -> Ints:
    """0 below -limit, 1 above limit; ``OUTSIDE`` between them and for nan."""
    return np.where(values > limit, 1, np.where(values < -limit, 0, OUTSIDE)).astype(np.int64)


def _still_limit(axis: str, config: QaConfig) -> float:
    if axis in ("sideways", "vertical"):
        return config.still_most_share
    if axis == "distance":
        return float(np.log1p(config.still_most_share))
    return float(np.deg2rad(config.still_most_deg))
