"""The motions that lead from an anchor to its satellites, each freeing one bit from the others.

On a plain orbit that keeps facing the object, "moved right", "turned left" and "went
counter-clockwise" are one and the same bit, and "not at all" is never true. Every function here
takes the anchor's stance and draws the size and the sign of one kind of motion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from viewpoint_gen.geometry.frames import wrap_rad
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.views.config import Range, ViewsConfig
from viewpoint_gen.views.framing import Stance, facing_angles

Rng = np.random.Generator


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


Move = Callable[[Stance, ViewsConfig, Rng], Moved]


def _signed_rad(range_deg: Range, rng: Rng) -> float:
    return float(np.deg2rad(rng.uniform(*range_deg)) * rng.choice([-1.0, 1.0]))


def _ratio(range_: Range, rng: Rng) -> float:
    """Log-uniform in the range or in its inverse."""
    size = rng.uniform(*np.log(range_))
    return float(np.exp(size * rng.choice([-1.0, 1.0])))


def _around(stance: Stance, config: ViewsConfig, rng: Rng, *, turn_share: float) -> Moved:
    """Around the object; the heading follows by ``turn_share`` of the azimuth."""
    azimuth = _signed_rad(config.orbit_deg, rng)
    rises = rng.random() < 0.5
    elevation = _signed_rad(config.orbit_elevation_deg, rng) if rises else 0.0
    distance = _ratio(config.distance_ratio, rng) if rng.random() < 0.45 else 1.0
    roll = _signed_rad(config.roll_deg, rng) if rng.random() < 0.4 else 0.0
    place = stance.position
    moved = replace(
        stance,
        position=OrbitPosition(
            wrap_rad(place.azimuth_rad + azimuth),
            place.elevation_rad + elevation,
            place.distance * distance,
        ),
        offset_left_rad=stance.offset_left_rad + (turn_share - 1.0) * azimuth,
        roll_rad=stance.roll_rad + roll,
    )
    return Moved(moved)


def orbit(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Around the object, which stays where it was in the image."""
    return _around(stance, config, rng, turn_share=1.0)


def under_rotated(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Around the object, turning too little to keep it in place."""
    return _around(stance, config, rng, turn_share=1.0 - float(rng.uniform(*config.misrotation)))


def over_rotated(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Around the object, turning too much to keep it in place."""
    return _around(stance, config, rng, turn_share=1.0 + float(rng.uniform(*config.misrotation)))


def arc(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Over the object on a vertical arc, facing it as before."""
    elevation = _signed_rad(config.arc_deg, rng)
    place = stance.position
    position = replace(place, elevation_rad=place.elevation_rad + elevation)
    return Moved(replace(stance, position=position))


def counter_sideways(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """To one side while turning to the same side: the opposite of an orbit's coupling."""
    azimuth = _signed_rad(config.counter_deg, rng)
    turn_right = float(np.deg2rad(rng.uniform(*config.counter_turn_deg))) * np.sign(azimuth)
    place = stance.position
    position = replace(place, azimuth_rad=wrap_rad(place.azimuth_rad + azimuth))
    # Facing the object would turn the heading by +azimuth; it turns by -turn_right instead.
    offset = stance.offset_left_rad - azimuth - turn_right
    return Moved(replace(stance, position=position, offset_left_rad=offset))


def counter_vertical(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Up while tilting up, or down while tilting down."""
    elevation = _signed_rad(config.counter_deg, rng)
    tilt = float(np.deg2rad(rng.uniform(*config.counter_turn_deg))) * np.sign(elevation)
    place = stance.position
    position = replace(place, elevation_rad=place.elevation_rad + elevation)
    # Facing the object would tilt by -elevation; it tilts by +tilt instead.
    return Moved(
        replace(stance, position=position, offset_up_rad=stance.offset_up_rad + elevation + tilt)
    )


def pan(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Turn left or right on the spot."""
    turn = _signed_rad(config.turn_deg, rng)
    return Moved(replace(stance, offset_left_rad=stance.offset_left_rad + turn))


def tilt(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Tilt up or down on the spot."""
    turn = _signed_rad(config.turn_deg, rng)
    return Moved(replace(stance, offset_up_rad=stance.offset_up_rad + turn))


def roll(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Roll about the optical axis on the spot."""
    return Moved(replace(stance, roll_rad=stance.roll_rad + _signed_rad(config.roll_deg, rng)))


def truck(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Along the camera's own level right or left, without turning."""
    heading, pitch = facing_angles(stance.position)
    heading, pitch = heading + stance.offset_left_rad, pitch + stance.offset_up_rad
    level_right = np.array([np.sin(heading), -np.cos(heading), 0.0])
    step = np.tan(_signed_rad(config.shift_deg, rng)) * stance.position.distance
    point = stance.position.point_world() + step * level_right
    return Moved(_keeping_angles(stance, OrbitPosition.of_point(point), heading, pitch))


def pedestal(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Straight up or down, without tilting."""
    heading, pitch = facing_angles(stance.position)
    heading, pitch = heading + stance.offset_left_rad, pitch + stance.offset_up_rad
    elevation = stance.position.elevation_rad + _signed_rad(config.shift_deg, rng)
    elevation = float(np.clip(elevation, -1.2, 1.2))
    point = stance.position.point_world()
    point[2] = np.hypot(point[0], point[1]) * np.tan(elevation)
    return Moved(_keeping_angles(stance, OrbitPosition.of_point(point), heading, pitch))


def _keeping_angles(
    stance: Stance, position: OrbitPosition, heading_rad: float, pitch_rad: float
) -> Stance:
    facing_heading, facing_pitch = facing_angles(position)
    return replace(
        stance,
        position=position,
        offset_left_rad=wrap_rad(heading_rad - facing_heading),
        offset_up_rad=pitch_rad - facing_pitch,
    )


def dolly(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Straight towards the object's centre or away from it, without turning."""
    ratio = _ratio(config.distance_ratio, rng)
    position = replace(stance.position, distance=stance.position.distance * ratio)
    return Moved(replace(stance, position=position))


def zoom(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """Another focal length from the same place."""
    return Moved(replace(stance, focal_ratio=stance.focal_ratio * _ratio(config.zoom_ratio, rng)))


def still(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:  # noqa: ARG001
    """Nothing at all: another exposure of the same view."""
    return Moved(stance)


def light(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:  # noqa: ARG001
    """Only the light comes from elsewhere."""
    return Moved(stance, light_moved=True)


def object_turn(stance: Stance, config: ViewsConfig, rng: Rng) -> Moved:
    """The object turns about the vertical; the camera stays."""
    return Moved(stance, object_turn_rad=_signed_rad(config.object_turn_deg, rng))


MOVES: dict[str, Move] = {
    move.__name__: move
    for move in (
        orbit,
        under_rotated,
        over_rotated,
        arc,
        counter_sideways,
        counter_vertical,
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

ROOMY = frozenset(
    {
        "counter_sideways",
        "counter_vertical",
        "pan",
        "tilt",
        "truck",
        "pedestal",
        "under_rotated",
        "over_rotated",
    }
)
"""Moves that shift the object in the image, so that their anchors need room around it."""

MOTIONLESS = frozenset({"still", "light"})
"""Moves after which the picture's geometry is the same."""
