"""The motions that lead from an anchor to its satellites, each freeing one bit from the others.

On a plain orbit that keeps facing the object, "moved right", "turned left" and "went
counter-clockwise" are one and the same bit, and "not at all" is never true. Every function here
draws the sizes and the signs of one kind of motion, before anything is known of where it starts:
a sign that depended on the place could be read off one image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from viewpoint_gen.geometry.frames import wrap_rad
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.views.config import Range, ViewsConfig
from viewpoint_gen.views.framing import Stance, facing_angles

Rng = np.random.Generator

_SLIGHT_HALVES = 0.3
"""Share of the counter moves in which the one half, or the other, is slight."""
_RISING = 0.6
_APPROACHING = 0.6
"""Shares of the mis-rotated orbits that also rise or sink, and come nearer or back off."""
_LEAST_COSINE = 0.1
"""Keeps a camera that would rise past the pole finite; it is refused as too steep."""


@dataclass(frozen=True)
class Moved:
    """Where a motion ends.

    Attributes:
        object_turn_rad: turn of the object itself about the vertical.
        light_moved: whether the light comes from elsewhere.
    """

    stance: Stance
    object_turn_rad: float = 0.0
    light_moved: bool = False


@dataclass(frozen=True)
class Motion:
    """What changes between an anchor and a satellite, with its sign. Angles in radians.

    Attributes:
        azimuth_rad: about the object; > 0: counter-clockwise from above.
        elevation_rad: > 0: higher.
        straight_up: whether the elevation changes along the vertical, instead of on an arc about
            the object: on an arc a high camera would hardly rise.
        ln_distance: logarithm of the ratio of the distances; > 0: farther.
        offset_left_rad: how much more the heading turns left than facing the object asks for.
        offset_up_rad: how much more it tilts up.
        roll_rad: > 0: clockwise, seen from behind.
        slide_rad: a level step along the camera's own right without any turn, as the angle by
            which the object's aspect changes.
        ln_focal: logarithm of the ratio of the focal lengths.
        object_turn_rad: of the object itself.
        light_moved: whether the light comes from elsewhere.
    """

    azimuth_rad: float = 0.0
    elevation_rad: float = 0.0
    straight_up: bool = False
    ln_distance: float = 0.0
    offset_left_rad: float = 0.0
    offset_up_rad: float = 0.0
    roll_rad: float = 0.0
    slide_rad: float = 0.0
    ln_focal: float = 0.0
    object_turn_rad: float = 0.0
    light_moved: bool = False

    @property
    def shifts_object(self) -> bool:
        """Whether the object's centre moves in the image."""
        return bool(self.offset_left_rad or self.offset_up_rad or self.slide_rad)

    @property
    def scales_object(self) -> bool:
        """Whether its size in the image changes and nothing else does."""
        return bool(self.ln_focal or self.ln_distance) and not self.shifts_object

    def applied(self, stance: Stance) -> Moved:
        """Where it leads to."""
        start = _slid(stance, self.slide_rad) if self.slide_rad else stance
        place = start.position
        elevation = place.elevation_rad + self.elevation_rad
        distance = place.distance * np.exp(self.ln_distance)
        if self.straight_up:
            distance *= np.cos(place.elevation_rad) / max(np.cos(elevation), _LEAST_COSINE)
        azimuth = wrap_rad(place.azimuth_rad + self.azimuth_rad)
        moved = replace(
            start,
            position=OrbitPosition(azimuth, elevation, float(distance)),
            offset_left_rad=start.offset_left_rad + self.offset_left_rad,
            offset_up_rad=start.offset_up_rad + self.offset_up_rad,
            roll_rad=start.roll_rad + self.roll_rad,
            focal_ratio=float(start.focal_ratio * np.exp(self.ln_focal)),
        )
        return Moved(moved, self.object_turn_rad, self.light_moved)


def _slid(stance: Stance, slide_rad: float) -> Stance:
    """Along the camera's own level right, looking the same way as before."""
    heading, pitch = facing_angles(stance.position)
    heading, pitch = heading + stance.offset_left_rad, pitch + stance.offset_up_rad
    level_right = np.array([np.sin(heading), -np.cos(heading), 0.0])
    step = np.tan(slide_rad) * stance.position.distance
    position = OrbitPosition.of_point(stance.position.point_world() + step * level_right)
    facing_heading, facing_pitch = facing_angles(position)
    return replace(
        stance,
        position=position,
        offset_left_rad=wrap_rad(heading - facing_heading),
        offset_up_rad=pitch - facing_pitch,
    )


Move = Callable[[ViewsConfig, Rng], Motion]


def _size(range_: Range, rng: Rng) -> float:
    """Log-uniform: as many by little as by much, on a ladder of factors."""
    return float(np.exp(rng.uniform(*np.log(range_))))


def _size_rad(range_deg: Range, rng: Rng) -> float:
    return float(np.deg2rad(_size(range_deg, rng)))


def _sign(rng: Rng) -> float:
    return float(rng.choice([-1.0, 1.0]))


def _signed_rad(range_deg: Range, rng: Rng) -> float:
    return _size_rad(range_deg, rng) * _sign(rng)


def _ln_ratio(range_: Range, rng: Rng) -> float:
    return float(np.log(_size(range_, rng))) * _sign(rng)


def orbit(config: ViewsConfig, rng: Rng) -> Motion:
    """Around the object, which stays where it was in the image."""
    return Motion(azimuth_rad=_signed_rad(config.orbit_deg, rng))


def far_orbit(config: ViewsConfig, rng: Rng) -> Motion:
    """Around the object to another side of it."""
    return Motion(azimuth_rad=_signed_rad(config.far_orbit_deg, rng))


def under_rotated(config: ViewsConfig, rng: Rng) -> Motion:
    """Around the object, turning too little to keep it in place."""
    turn, missing = _size_rad(config.turn_deg, rng), _size_rad(config.misrotation_deg, rng)
    sign = _sign(rng)
    return _misrotated(sign * (turn + missing), -sign * missing, config, rng)


def over_rotated(config: ViewsConfig, rng: Rng) -> Motion:
    """Around the object, turning too much to keep it in place."""
    azimuth, excess = _size_rad(config.orbit_deg, rng), _size_rad(config.misrotation_deg, rng)
    sign = _sign(rng)
    return _misrotated(sign * azimuth, sign * excess, config, rng)


def _misrotated(
    azimuth_rad: float, offset_left_rad: float, config: ViewsConfig, rng: Rng
) -> Motion:
    rises, approaches = rng.random() < _RISING, rng.random() < _APPROACHING
    return Motion(
        azimuth_rad=azimuth_rad,
        elevation_rad=_signed_rad(config.arc_deg, rng) if rises else 0.0,
        ln_distance=_ln_ratio(config.approach_ratio, rng) if approaches else 0.0,
        offset_left_rad=offset_left_rad,
    )


def arc(config: ViewsConfig, rng: Rng) -> Motion:
    """Over the object on a vertical arc, facing it as before."""
    return Motion(elevation_rad=_signed_rad(config.arc_deg, rng))


def under_tilted(config: ViewsConfig, rng: Rng) -> Motion:
    """Straight up or down, tilting the other way but too little to keep the object in place."""
    tilt, missing = _size_rad(config.tilt_deg, rng), _size_rad(config.mistilt_deg, rng)
    return _risen(tilt + missing, -tilt, rng)


def over_tilted(config: ViewsConfig, rng: Rng) -> Motion:
    """Straight up or down, tilting the other way and too much to keep the object in place."""
    rise, excess = _size_rad(config.rise_deg, rng), _size_rad(config.mistilt_deg, rng)
    return _risen(rise, -(rise + excess), rng)


def _risen(rise_rad: float, tilt_rad: float, rng: Rng) -> Motion:
    """Straight up while tilting up by an angle, or the mirror image."""
    sign = _sign(rng)
    # Facing the object would tilt by -rise.
    return Motion(
        elevation_rad=sign * rise_rad, straight_up=True, offset_up_rad=sign * (rise_rad + tilt_rad)
    )


def counter_sideways(config: ViewsConfig, rng: Rng) -> Motion:
    """To one side while turning to the same side: the opposite of an orbit's coupling."""
    shift, turn = _two_sizes(config.shift_deg, config.turn_deg, config, rng)
    sign = _sign(rng)
    return Motion(slide_rad=sign * shift, offset_left_rad=-sign * turn)


def counter_vertical(config: ViewsConfig, rng: Rng) -> Motion:
    """Up while tilting up, or down while tilting down."""
    rise, tilt = _two_sizes(config.rise_deg, config.tilt_deg, config, rng)
    return _risen(rise, tilt, rng)


def _two_sizes(
    large_1_deg: Range, large_2_deg: Range, config: ViewsConfig, rng: Rng
) -> tuple[float, float]:
    """Sizes of the two halves of a counter move, one of them often slight.

    A counter move shifts the object by the sum of both, and either is asked about by itself.
    """
    first, second = (_size_rad(large, rng) for large in (large_1_deg, large_2_deg))
    slight = _size_rad(config.slight_deg, rng)
    which = rng.random()
    if which < _SLIGHT_HALVES:
        first = slight
    elif which < 2 * _SLIGHT_HALVES:
        second = slight
    return first, second


_SEVERAL = tuple(there for there in product((False, True), repeat=4) if sum(there) > 1)


def mixed(config: ViewsConfig, rng: Rng) -> Motion:
    """Several of azimuth, elevation, distance and roll at once, facing the object as before.

    One of them alone is an orbit, an arc, a dolly or a roll.
    """
    azimuth, elevation, distance, roll = _SEVERAL[int(rng.integers(len(_SEVERAL)))]
    return Motion(
        azimuth_rad=_signed_rad(config.mixed_azimuth_deg, rng) if azimuth else 0.0,
        elevation_rad=_signed_rad(config.mixed_elevation_deg, rng) if elevation else 0.0,
        ln_distance=_ln_ratio(config.distance_ratio, rng) if distance else 0.0,
        roll_rad=_signed_rad(config.mixed_roll_deg, rng) if roll else 0.0,
    )


def pan(config: ViewsConfig, rng: Rng) -> Motion:
    """Turn left or right on the spot."""
    return Motion(offset_left_rad=_signed_rad(config.turn_deg, rng))


def tilt(config: ViewsConfig, rng: Rng) -> Motion:
    """Tilt up or down on the spot."""
    return Motion(offset_up_rad=_signed_rad(config.tilt_deg, rng))


def roll(config: ViewsConfig, rng: Rng) -> Motion:
    """Roll about the optical axis on the spot."""
    return Motion(roll_rad=_signed_rad(config.roll_deg, rng))


def truck(config: ViewsConfig, rng: Rng) -> Motion:
    """Along the camera's own level right or left, without turning."""
    return Motion(slide_rad=_signed_rad(config.shift_deg, rng))


def pedestal(config: ViewsConfig, rng: Rng) -> Motion:
    """Straight up or down, without tilting."""
    return _risen(_size_rad(config.rise_deg, rng), 0.0, rng)


def dolly(config: ViewsConfig, rng: Rng) -> Motion:
    """Straight towards the object's centre or away from it, without turning."""
    return Motion(ln_distance=_ln_ratio(config.distance_ratio, rng))


def zoom(config: ViewsConfig, rng: Rng) -> Motion:
    """Another focal length from the same place."""
    return Motion(ln_focal=_ln_ratio(config.zoom_ratio, rng))


def still(config: ViewsConfig, rng: Rng) -> Motion:  # noqa: ARG001
    """Nothing at all: another exposure of the same view."""
    return Motion()


def light(config: ViewsConfig, rng: Rng) -> Motion:  # noqa: ARG001
    """Only the light comes from elsewhere."""
    return Motion(light_moved=True)


def object_turn(config: ViewsConfig, rng: Rng) -> Motion:
    """The object turns about the vertical; the camera stays."""
    return Motion(object_turn_rad=_signed_rad(config.object_turn_deg, rng))


MOVES: dict[str, Move] = {
    move.__name__: move
    for move in (
        orbit,
        far_orbit,
        under_rotated,
        over_rotated,
        arc,
        under_tilted,
        over_tilted,
        counter_sideways,
        counter_vertical,
        mixed,
        pan,
        tilt,
        roll,
        truck,
        pedestal,
        dolly,
        zoom,
        still,
        light,
        object_turn,
    )
}

MOTIONLESS = frozenset({"still", "light"})
"""Moves after which the picture's geometry is the same."""

SHOWN_BY_BACKDROP = frozenset({"object_turn"})
"""Moves that nobody could tell from the camera's without a backdrop that stays put."""
