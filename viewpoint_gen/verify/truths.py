"""What is true of the direction of a motion, family by family, with the questions' thresholds.

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

from viewpoint_gen.verify.cameras import POLE_RAD, relative_numbers, view_numbers
from viewpoint_gen.verify.reading import Array

SIDEWAYS_SHARE: Final = float(np.sin(np.deg2rad(12.0)))
RISE_SHARE: Final = float(np.sin(np.deg2rad(10.0)))
AZIMUTH_RAD: Final = np.deg2rad(12.0)
ELEVATION_RAD: Final = np.deg2rad(10.0)
TURN_RAD: Final = np.deg2rad(8.0)
SIDELESS_RAD: Final = np.deg2rad(160.0)
FARTHER_RATIO: Final = 1.15
NEARER_RATIO: Final = 0.87
STILL_RAD: Final = np.deg2rad(1.0)
STILL_SHARE: Final = 0.01
SLACK: Final = 1e-6
"""Room at each threshold for rounding; the limits are those of the question rules."""


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
    """

    numbers: Mapping[str, Array]
    sideways: Array
    rise: Array
    leftward: Array
    frontward: Array
    views: tuple[Mapping[str, Array], Mapping[str, Array]]
    steep_place: Array
    steep_look: Array

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
        )


def _taken(numbers: Mapping[str, Array], rows: NDArray[np.int64]) -> dict[str, Array]:
    return {name: values[rows] for name, values in numbers.items()}


def motion_between(cameras: Array, intrinsics: Array, front_azimuth_rad: Array) -> Motion:
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


def _where(condition: Array, truth: Array) -> Array:
    return np.where(condition, truth, np.nan)


def sideways(motion: Motion) -> Array:
    """To the right (+) or left: in camera 1's axes and, to the same side, about the object."""
    azimuth = motion.numbers["azimuth_rad"]
    truth = _truth(motion.sideways, SIDEWAYS_SHARE, STILL_SHARE)
    about = np.abs(azimuth)
    clear = (about >= AZIMUTH_RAD - SLACK) & (about <= SIDELESS_RAD + SLACK)
    clear &= (np.sign(azimuth) == truth) & (motion.steep_place <= POLE_RAD + SLACK)
    return _where(clear | (truth == 0.0), truth)


def vertical(motion: Motion) -> Array:
    """Up (+) or down along gravity, with the elevation changing the same way."""
    elevation = motion.numbers["elevation_rad"]
    truth = _truth(motion.rise, RISE_SHARE, STILL_SHARE)
    clear = (np.abs(elevation) >= ELEVATION_RAD - SLACK) & (np.sign(elevation) == truth)
    return _where(clear | (truth == 0.0), truth)


def distance(motion: Motion) -> Array:
    """Farther (+) or nearer; only with an unchanged lens, for that is what questions say."""
    ratio = motion.numbers["distance_ratio"]
    truth = np.full(len(ratio), np.nan)
    truth[ratio >= FARTHER_RATIO - SLACK] = 1.0
    truth[ratio <= NEARER_RATIO + SLACK] = -1.0
    truth[np.abs(ratio - 1.0) <= STILL_SHARE + SLACK] = 0.0
    return _where(np.abs(motion.numbers["focal_ratio"] - 1.0) <= STILL_SHARE + SLACK, truth)


def around(motion: Motion) -> Array:
    """Counter-clockwise (+) or clockwise about the vertical through the object, from above."""
    return _angle(motion.numbers["azimuth_rad"], AZIMUTH_RAD, motion.steep_place)


def left_right(motion: Motion) -> Array:
    """Towards the object's own left (+) or right."""
    return _truth(motion.leftward, SIDEWAYS_SHARE, STILL_SHARE)


def front_back(motion: Motion) -> Array:
    """Towards the object's own front (+) or back."""
    return _truth(motion.frontward, SIDEWAYS_SHARE, STILL_SHARE)


def yaw(motion: Motion) -> Array:
    """Turned left (+) or right about the vertical."""
    return _angle(motion.numbers["heading_rad"], TURN_RAD, motion.steep_look)


def pitch(motion: Motion) -> Array:
    """Tilted up (+) or down."""
    return _truth(motion.numbers["pitch_rad"], TURN_RAD, STILL_RAD)


def roll(motion: Motion) -> Array:
    """Rolled clockwise (+) or counter-clockwise as seen from behind."""
    return _angle(motion.numbers["roll_rad"], TURN_RAD, motion.steep_look)


def _angle(value: Array, least: float, steep: Array) -> Array:
    clear = (np.abs(value) <= SIDELESS_RAD + SLACK) & (steep <= POLE_RAD + SLACK)
    return _where(clear, _truth(value, least, STILL_RAD))


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
        least: from where on it is called a motion.
        still: up to where it is called none.
    """

    unit: str
    least: float
    still: float


_TURN: Final = Scale("rad", TURN_RAD, STILL_RAD)
_SIDE: Final = Scale("distance_1", SIDEWAYS_SHARE, STILL_SHARE)
SCALES: Final[Mapping[str, Scale]] = {
    "ego_translation_sideways": _SIDE,
    "ego_translation_vertical": Scale("distance_1", RISE_SHARE, STILL_SHARE),
    "ego_translation_distance": Scale(
        "ln_ratio", float(np.log(FARTHER_RATIO)), float(np.log1p(STILL_SHARE))
    ),
    "object_translation_around": Scale("rad", AZIMUTH_RAD, STILL_RAD),
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


def margin_of(family: str, value: Array) -> Array:
    """Return how far values lie inside the range in which their answer is given."""
    scale = SCALES[family]
    size = np.abs(value)
    return np.where(size <= scale.still + SLACK, scale.still - size, size - scale.least)
