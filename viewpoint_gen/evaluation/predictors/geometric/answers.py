"""What an estimated motion answers to a question of each family about pairs.

A direction is named from half of the least size on that is ever asked; below it the answer is "not
at all". Where a family asks what no motion tells (the object's own front, a hidden point, which of
camera and object moved), there is no answer here.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from viewpoint_gen.evaluation.meanings import ladder_of, letter_of
from viewpoint_gen.evaluation.predictors.geometric.two_view import TwoView
from viewpoint_gen.evaluation.question import Row
from viewpoint_gen.geometry.relative import RelativeView
from viewpoint_gen.qa.config import QaConfig

_ASKED: Final = QaConfig()
_LN_RATIO: Final = math.log(_ASKED.distance_least_ratio)
_AROUND, _UP, _TURN = (
    math.radians(least)
    for least in (_ASKED.sideways_least_deg, _ASKED.vertical_least_deg, _ASKED.turn_least_deg)
)

Amount = Callable[[TwoView], float]


def _of(name: str) -> Amount:
    return lambda found: float(getattr(found.motion, name))


def _ln_distance(found: TwoView) -> float:
    return math.log(found.motion.distance_ratio)


def _ln_focal(found: TwoView) -> float:
    """By how much the picture grew, and not from the intrinsics, which would tell it exactly."""
    return math.log(max(found.scale, 1e-3))


_DIRECTIONS: Final[Mapping[str, tuple[Amount, float, str, str]]] = {
    "ego_translation_sideways": (_of("right"), math.sin(_AROUND), "right", "left"),
    "ego_translation_vertical": (_of("rise"), math.sin(_UP), "up", "down"),
    "ego_translation_distance": (_ln_distance, _LN_RATIO, "farther", "nearer"),
    "object_translation_around": (_of("azimuth_rad"), _AROUND, "counterclockwise", "clockwise"),
    "ego_rotation_yaw": (_of("heading_rad"), _TURN, "left", "right"),
    "ego_rotation_pitch": (_of("pitch_rad"), _TURN, "up", "down"),
    "ego_rotation_roll": (_of("roll_rad"), _TURN, "clockwise", "counterclockwise"),
}
"""Amount, least size asked, and what a positive and a negative one is called."""

_SIZES: Final[Mapping[str, Amount]] = {
    "azimuth": lambda found: abs(math.degrees(found.motion.azimuth_rad)),
    "elevation": lambda found: abs(math.degrees(found.motion.elevation_rad)),
    "yaw": lambda found: abs(math.degrees(found.motion.heading_rad)),
    "pitch": lambda found: abs(math.degrees(found.motion.pitch_rad)),
    "roll": lambda found: abs(math.degrees(found.motion.roll_rad)),
    "distance": lambda found: math.exp(abs(_ln_distance(found))),
    "focal": lambda found: math.exp(abs(_ln_focal(found))),
}

_EITHER: Final[Mapping[str, tuple[str, str]]] = {
    "minimal_pan_truck": ("pan", "truck"),
    "minimal_tilt_pedestal": ("tilt", "pedestal"),
    "minimal_zoom_dolly": ("zoom", "dolly"),
}
"""In its place, and moved."""


def answer_of(row: Row, found: TwoView) -> str | None:
    """What stands between the answer tags; None: the motion doesn't tell it, or is undefined."""
    family = str(row["family"])
    if family in _DIRECTIONS:
        return letter_of(row, _direction(family, found))
    kind, _, quantity = family.partition("_")
    if kind in ("magnitude", "estimate") and quantity in _SIZES:
        return _size(row, kind, _SIZES[quantity](found))
    if family in _EITHER:
        in_place, moved = _EITHER[family]
        return letter_of(row, in_place if found.in_place else moved)
    return _MIXED[family](row, found.motion) if family in _MIXED else None


def net_turn(row: Row, azimuth_rad: float) -> str | None:
    """Of ``compose``: which way round the whole of it leads."""
    return letter_of(row, _named(azimuth_rad, _AROUND, "counterclockwise", "clockwise"))


def _direction(family: str, found: TwoView) -> str | None:
    amount, least, plus, minus = _DIRECTIONS[family]
    return _named(amount(found), least, plus, minus)


def _named(amount: float, least: float, plus: str, minus: str) -> str | None:
    if math.isnan(amount):
        return None
    return "nothing" if abs(amount) < least / 2.0 else plus if amount > 0 else minus


def _size(row: Row, kind: str, size: float) -> str | None:
    if not math.isfinite(size):
        return None
    if kind == "estimate":
        return f"{size:.3f}" if row["answer_type"] == "ratio" else f"{size:.1f}"
    ladder = np.log(ladder_of(row["options"]))
    nearest = int(np.argmin(np.abs(ladder - math.log(max(size, 1e-3)))))
    return string.ascii_uppercase[nearest]


def _dominant(row: Row, motion: RelativeView) -> str | None:
    sizes = {
        "azimuth": abs(motion.azimuth_rad),
        "elevation": abs(motion.elevation_rad),
        "roll": abs(motion.roll_rad),
    }
    known = {name: size for name, size in sizes.items() if not math.isnan(size)}
    return letter_of(row, max(known, key=known.__getitem__))


def _all_that_apply(row: Row, motion: RelativeView) -> str | None:
    there = {
        "azimuth": abs(motion.azimuth_rad) / _AROUND,
        "elevation": abs(motion.elevation_rad) / _UP,
        "distance": abs(math.log(motion.distance_ratio)) / _LN_RATIO,
        "roll": abs(motion.roll_rad) / _TURN,
    }
    said = [letter_of(row, name) for name, share in there.items() if share > 0.5]
    return ", ".join(sorted(letter for letter in said if letter)) or None


def _pose(_: Row, motion: RelativeView) -> str | None:
    angles = (motion.azimuth_rad, motion.elevation_rad, motion.roll_rad)
    if not all(map(math.isfinite, angles)):
        return None
    azimuth, elevation, roll = map(math.degrees, angles)
    return f"{azimuth:.0f}, {elevation:.0f}, {motion.distance_ratio:.2f}, {roll:.0f}"


def _inverse(row: Row, motion: RelativeView) -> str | None:
    if math.isnan(motion.azimuth_rad):
        return None
    around = "ccw" if motion.azimuth_rad < 0 else "cw"
    return letter_of(row, f"{around}_{'up' if motion.elevation_rad < 0 else 'down'}")


_MIXED: Final[Mapping[str, Callable[[Row, RelativeView], str | None]]] = {
    "dominant": _dominant,
    "all_that_apply": _all_that_apply,
    "pose_tuple": _pose,
    "inverse": _inverse,
}
