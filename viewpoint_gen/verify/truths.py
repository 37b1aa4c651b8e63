"""What is true of the direction of a motion, family by family, by the run's own thresholds.

A truth is +1 or -1 (the senses of ``lexicon.AXES``), 0 for "not at all", or nan where the
question may not be asked: the motion is too small to call, too large to have a side, undefined
near a pole, or would be called differently by another plausible frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.cameras import relative_numbers, view_numbers
from viewpoint_gen.verify.limits import USUAL, Limits
from viewpoint_gen.verify.reading import Array, Mask

SLACK: Final = 1e-6
"""Room at each threshold for rounding."""


@dataclass(frozen=True)
class Motion:
    """The numbers that decide, (N,) each; lengths as shares of the first distance.

    Attributes:
        numbers: differences of the two cameras, by the names of ``RELATIVE_NUMBERS``.
        sideways: to the right in camera 1's axes.
        rise: along world up.
        leftward: along the object's own left.
        frontward: along the object's own front.
        views: the numbers of each of the two cameras, by the names of ``VIEW_NUMBERS``.
        steep_place: larger of the two elevations' sizes.
        steep_look: larger of the two pitches' sizes.
        limits: what counts as a motion, and what as none.
    """

    numbers: Mapping[str, Array]
    sideways: Array
    rise: Array
    leftward: Array
    frontward: Array
    views: tuple[Mapping[str, Array], Mapping[str, Array]]
    steep_place: Array
    steep_look: Array
    limits: Limits = USUAL

    def take(self, rows: NDArray[np.int64]) -> Motion:
        """Return the motions of some pairs."""
        return Motion(
            _taken(self.numbers, rows),
            sideways=self.sideways[rows],
            rise=self.rise[rows],
            leftward=self.leftward[rows],
            frontward=self.frontward[rows],
            views=(_taken(self.views[0], rows), _taken(self.views[1], rows)),
            steep_place=self.steep_place[rows],
            steep_look=self.steep_look[rows],
            limits=self.limits,
        )


def _taken(numbers: Mapping[str, Array], rows: NDArray[np.int64]) -> dict[str, Array]:
    return {name: values[rows] for name, values in numbers.items()}


def motion_between(
    cameras: Array, intrinsics: Array, front_azimuth_rad: Array, limits: Limits = USUAL
) -> Motion:
    """Return the deciding numbers of N pairs.

    Args:
        cameras: (N, 2, 4, 4) world_from_camera.
        intrinsics: (N, 2, 3, 3).
        front_azimuth_rad: (N,) in image 1; nan if unknown.
    """
    numbers = relative_numbers(cameras[:, 0], cameras[:, 1], intrinsics[:, 0], intrinsics[:, 1])
    views = [view_numbers(cameras[:, k], intrinsics[:, k]) for k in (0, 1)]
    distance = views[0]["distance"]
    moved = cameras[:, 1, :3, 3] - cameras[:, 0, :3, 3]
    # turn the ground plane so that the object's front lies along the real axis, left along +i
    along_front = (moved[:, 0] + 1j * moved[:, 1]) * np.exp(-1j * front_azimuth_rad)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Motion(
            numbers,
            sideways=numbers["right"] / distance,
            rise=numbers["rise"] / distance,
            leftward=along_front.imag / distance,
            frontward=along_front.real / distance,
            views=(views[0], views[1]),
            steep_place=np.maximum(*(np.abs(view["elevation_rad"]) for view in views)),
            steep_look=np.maximum(*(np.abs(view["pitch_rad"]) for view in views)),
            limits=limits,
        )


def facts_of(motion: Motion) -> dict[str, Array]:
    """Return every number that a question may give as a fact and that its matrices decide."""
    one, two = motion.views
    numbers = motion.numbers
    facts = {name: numbers[name] for name in numbers if name.endswith("_rad")}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in ("right", "down", "forward", "rise"):
            facts[f"{name}_share"] = numbers[name] / one["distance"]
        for name in ("distance_ratio", "focal_ratio"):
            facts[f"ln_{name}"] = np.log(numbers[name])
    facts["object_left_share"], facts["object_front_share"] = motion.leftward, motion.frontward
    for k, view in ((1, one), (2, two)):
        facts[f"distance_{k}"] = view["distance"]
        facts |= {f"{name}_{k}": view[name] for name in view if name.endswith("_rad")}
    return facts


def _truth(value: Array, least: float, still: float) -> Array:
    truth = np.where(np.abs(value) >= least - SLACK, np.sign(value), np.nan)
    return np.where(np.abs(value) <= still + SLACK, 0.0, truth)


def _where(condition: Array | Mask, truth: Array) -> Array:
    return np.where(condition, truth, np.nan)


def sideways(motion: Motion) -> Array:
    """To the right (+) or left: in camera 1's axes and, to the same side, about the object."""
    azimuth = motion.numbers["azimuth_rad"]
    limits = motion.limits
    truth = _truth(motion.sideways, limits.sideways_share, limits.still_most_share)
    about = np.abs(azimuth)
    clear = (about >= limits.azimuth_rad - SLACK) & (about <= limits.sideless_rad + SLACK)
    clear &= (np.sign(azimuth) == truth) & (motion.steep_place <= limits.pole_rad + SLACK)
    return _where(clear | (truth == 0.0), truth)


def vertical(motion: Motion) -> Array:
    """Up (+) or down along gravity, with the elevation changing the same way."""
    elevation = motion.numbers["elevation_rad"]
    limits = motion.limits
    truth = _truth(motion.rise, limits.rise_share, limits.still_most_share)
    clear = (np.abs(elevation) >= limits.elevation_rad - SLACK) & (np.sign(elevation) == truth)
    return _where(clear | (truth == 0.0), truth)


def distance(motion: Motion) -> Array:
    """Farther (+) or nearer; only with an unchanged lens, for that is what questions say."""
    ratio = motion.numbers["distance_ratio"]
    limits = motion.limits
    truth = np.full(len(ratio), np.nan)
    truth[ratio >= limits.distance_least_ratio - SLACK] = 1.0
    truth[ratio <= 1.0 / limits.distance_least_ratio + SLACK] = -1.0
    truth[np.abs(ratio - 1.0) <= limits.still_most_share + SLACK] = 0.0
    lens = np.abs(np.log(motion.numbers["focal_ratio"]))
    kept = np.asarray(lens <= limits.focal_most_ln_ratio + SLACK)
    return np.where(kept, truth, np.nan)


def around(motion: Motion) -> Array:
    """Counter-clockwise (+) or clockwise about the vertical through the object, from above."""
    return _angle(motion, "azimuth_rad", motion.limits.azimuth_rad, motion.steep_place)


def left_right(motion: Motion) -> Array:
    """Towards the object's own left (+) or right."""
    return _truth(motion.leftward, motion.limits.sideways_share, motion.limits.still_most_share)


def front_back(motion: Motion) -> Array:
    """Towards the object's own front (+) or back."""
    return _truth(motion.frontward, motion.limits.sideways_share, motion.limits.still_most_share)


def yaw(motion: Motion) -> Array:
    """Turned left (+) or right about the vertical."""
    return _angle(motion, "heading_rad", motion.limits.turn_rad, motion.steep_look)


def pitch(motion: Motion) -> Array:
    """Tilted up (+) or down."""
    return _truth(motion.numbers["pitch_rad"], motion.limits.turn_rad, motion.limits.still_rad)


def roll(motion: Motion) -> Array:
    """Rolled clockwise (+) or counter-clockwise as seen from behind."""
    return _angle(motion, "roll_rad", motion.limits.turn_rad, motion.steep_look)


def _angle(motion: Motion, name: str, least: float, steep: Array) -> Array:
    value, limits = motion.numbers[name], motion.limits
    clear = (np.abs(value) <= limits.sideless_rad + SLACK) & (steep <= limits.pole_rad + SLACK)
    return _where(clear, _truth(value, least, limits.still_rad))


TRUTHS: Final[Mapping[str, Callable[[Motion], Array]]] = {
    "ego_translation_sideways": sideways,
    "ego_translation_vertical": vertical,
    "ego_translation_distance": distance,
    "object_translation_around": around,
    "object_translation_left_right": left_right,
    "object_translation_front_back": front_back,
    "ego_rotation_yaw": yaw,
    "ego_rotation_pitch": pitch,
    "ego_rotation_roll": roll,
}


@dataclass(frozen=True)
class Scale:
    """How far the deciding number of a family is from being called otherwise.

    Attributes:
        unit: of the number: "rad", "distance_1" (first distances) or "ln_ratio".
        least: from where on it is called a motion, by the limits' name of it.
        still: up to where it is called none, likewise.
    """

    unit: str
    least: str
    still: str


_TURN: Final = Scale("rad", "turn_rad", "still_rad")
_SIDE: Final = Scale("distance_1", "sideways_share", "still_most_share")
SCALES: Final[Mapping[str, Scale]] = {
    "ego_translation_sideways": _SIDE,
    "ego_translation_vertical": Scale("distance_1", "rise_share", "still_most_share"),
    "ego_translation_distance": Scale("ln_ratio", "ln_scaled", "ln_kept"),
    "object_translation_around": Scale("rad", "azimuth_rad", "still_rad"),
    "object_translation_left_right": _SIDE,
    "object_translation_front_back": _SIDE,
    "ego_rotation_yaw": _TURN,
    "ego_rotation_pitch": _TURN,
    "ego_rotation_roll": _TURN,
}


def deciding_number(family: str, motion: Motion) -> Array:
    """Return (N,) the signed quantity behind an answer of this family, in ``SCALES``' unit."""
    numbers = motion.numbers
    return {
        "ego_translation_sideways": motion.sideways,
        "ego_translation_vertical": motion.rise,
        "ego_translation_distance": np.log(numbers["distance_ratio"]),
        "object_translation_around": numbers["azimuth_rad"],
        "object_translation_left_right": motion.leftward,
        "object_translation_front_back": motion.frontward,
        "ego_rotation_yaw": numbers["heading_rad"],
        "ego_rotation_pitch": numbers["pitch_rad"],
        "ego_rotation_roll": numbers["roll_rad"],
    }[family]


def margin_of(family: str, value: Array, limits: Limits) -> Array:
    """Return how far values lie inside the range in which their answer is given."""
    scale, size = SCALES[family], np.abs(value)
    least, still = getattr(limits, scale.least), getattr(limits, scale.still)
    return np.where(size <= still + SLACK, still - size, size - least)
