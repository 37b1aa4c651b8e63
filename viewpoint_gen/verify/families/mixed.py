"""Motions of several parts: the largest, all there are, all as numbers, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

import numpy as np

from viewpoint_gen.verify.families.rule import (
    OBJECT_GATES,
    SAME_LENS,
    Form,
    Rule,
    Scene,
    Swap,
    Truth,
    one_key,
)
from viewpoint_gen.verify.reading import Array, Mask
from viewpoint_gen.verify.truths import SLACK

ANGLES: Final = ("azimuth", "elevation", "roll")
PARTS: Final = ("azimuth", "elevation", "distance", "roll")
RUNNER_UP: Final = 0.5
"""Most of the largest part's size that the next may have."""


@dataclass(frozen=True)
class Part:
    """One part of a motion: (N,) its size, and whether it is clearly there, or clearly not."""

    size: Array
    least: float
    there: Mask
    absent: Mask


def parts_of(scene: Scene) -> dict[str, Part]:
    """Return the parts; angles in radians, the distance as the logarithm of its ratio."""
    azimuth, limits = scene.size("azimuth"), scene.limits
    still = limits.still_rad
    parts = {
        "azimuth": _part(azimuth, limits.azimuth_rad, still, most=limits.sideless_rad),
        "elevation": _part(scene.size("elevation"), limits.elevation_rad, still),
        "roll": _part(scene.size("roll"), limits.turn_rad, still),
    }
    size = np.abs(scene.ln_ratio("distance"))
    parts["distance"] = _part(size, limits.ln_scaled, limits.ln_kept)
    return parts


def _part(size: Array, least: float, still: float, *, most: float = np.inf) -> Part:
    there = np.asarray((size >= least - SLACK) & (size <= most + SLACK))
    return Part(size, least, there, np.asarray(size <= still + SLACK))


def _in_degrees(parts: Mapping[str, Part], names: tuple[str, ...]) -> Array:
    return np.rad2deg(np.stack([parts[name].size for name in names], axis=1))


def dominant(scene: Scene) -> Truth:
    """The largest of the three angles, if it is there and the next is at most half of it."""
    parts = parts_of(scene)
    sizes = np.stack([parts[name].size for name in ANGLES])
    second, largest = np.sort(sizes, axis=0)[1:]
    alone = second <= RUNNER_UP * largest + SLACK
    held = [parts[name].there & (parts[name].size == largest) & alone for name in ANGLES]
    shown = {"deg": _in_degrees(parts, ANGLES)}
    return Truth(one_key(ANGLES, held), largest, RUNNER_UP * largest - second, shown)


def all_that_apply(scene: Scene) -> Truth:
    """Every part that there is; each must be clearly there or clearly not, one at least there.

    Reasons may name the limits of what isn't there, too: usually 1 degree, and 1.01 times.
    """
    parts = parts_of(scene)
    there = np.stack([parts[name].there for name in PARTS])
    clear = np.stack([parts[name].there | parts[name].absent for name in PARTS]).all(axis=0)
    subsets = list(chain.from_iterable(combinations(PARTS, count) for count in range(1, 5)))
    held = [clear & (there == np.isin(PARTS, subset)[:, None]).all(axis=0) for subset in subsets]
    beyond = [
        np.where(parts[name].there, parts[name].size / parts[name].least - 1.0, np.inf)
        for name in PARTS
    ]
    ratio = np.exp(parts["distance"].size)
    none_deg = np.full_like(ratio, scene.limits.still_most_deg)
    none_ratio = np.full_like(ratio, 1.0 + scene.limits.still_most_share)
    shown = {
        "deg": np.column_stack([_in_degrees(parts, ANGLES), none_deg]),
        "times": np.column_stack([ratio, none_ratio]),
    }
    keys = one_key(tuple("+".join(subset) for subset in subsets), held)
    return Truth(keys, there.sum(axis=0).astype(np.float64), np.min(beyond, axis=0), shown)


def pose_numbers(scene: Scene) -> Array:
    """Return (N, 4): azimuth, elevation (degrees), distance ratio, roll (degrees)."""
    angles = [np.rad2deg(scene.signed(name)) for name in ANGLES]
    ratio = np.exp(scene.ln_ratio("distance"))
    return np.stack([angles[0], angles[1], ratio, angles[2]], axis=1)


def pose(scene: Scene) -> Truth:
    """Which way round, as a key; the numbers are checked by themselves."""
    azimuth = parts_of(scene)["azimuth"]
    way = scene.signed("azimuth")
    keys = one_key(
        ("counterclockwise", "clockwise"), [azimuth.there & (way > 0), azimuth.there & (way < 0)]
    )
    unknown = np.full(len(scene), np.nan)
    shown = {"pose": pose_numbers(scene)}
    return Truth(keys, unknown, azimuth.size - azimuth.least, shown)


def inverse(scene: Scene) -> Truth:
    """Round and height of the way back, both clearly there."""
    parts = parts_of(scene)
    azimuth, elevation = parts["azimuth"], parts["elevation"]
    both = azimuth.there & elevation.there
    back_round, back_up = -scene.signed("azimuth"), -scene.signed("elevation")
    keys = one_key(
        tuple(_INVERSE),
        [
            both & (back_round * round_sign > 0) & (back_up * up_sign > 0)
            for round_sign, up_sign in ((1, 1), (1, -1), (-1, 1), (-1, -1))
        ],
    )
    margin = np.minimum(azimuth.size - azimuth.least, elevation.size - elevation.least)
    shown = {"deg": _in_degrees(parts, ("azimuth", "elevation"))}
    return Truth(keys, back_round, margin, shown)


_INVERSE: Final = {
    "ccw_up": "cw_down",
    "ccw_down": "cw_up",
    "cw_up": "ccw_down",
    "cw_down": "ccw_up",
}

MIXED: Final = {
    "dominant": Rule(form=Form.NAMED, unit="rad", judge=dominant, gates=OBJECT_GATES),
    "all_that_apply": Rule(
        form=Form.SUBSET, unit="parts", judge=all_that_apply, gates=(*OBJECT_GATES, SAME_LENS)
    ),
    "pose_tuple": Rule(
        form=Form.POSE,
        unit="rad",
        judge=pose,
        gates=(*OBJECT_GATES, SAME_LENS),
        swap=Swap.OPPOSITE,
    ),
    "inverse": Rule(
        form=Form.NAMED,
        unit="rad",
        judge=inverse,
        gates=OBJECT_GATES,
        swap=Swap.OPPOSITE,
        opposites=_INVERSE,
    ),
}
