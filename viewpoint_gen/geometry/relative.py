"""Everything a question may ask about two views of one object."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import wrap_rad
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import angles_of, inverse, rotation_size_rad, transform


@dataclass(frozen=True)
class RelativeView:
    """Camera 2 relative to camera 1. Angles in radians, lengths in world units.

    The object is centred on the world's origin and may turn about the vertical between the
    views; azimuths are the camera's in the world. Undefined values (near a pole) are nan.

    Attributes:
        azimuth_rad: of the camera about the object; > 0: counter-clockwise from above = camera 2
            stands further to camera 1's right.
        elevation_rad: > 0: camera 2 looks from higher up.
        distance_ratio: distance 2 / distance 1, to the object's centre.
        heading_rad: > 0: turned left.
        pitch_rad: > 0: tilted up.
        roll_rad: > 0: rolled clockwise, seen from behind.
        right: camera 2's centre along camera 1's +X.
        down: the same along +Y.
        forward: the same along +Z.
        rise: camera 2's centre minus camera 1's along the world's up.
        rotation_rad: size of the whole rotation, in [0, pi].
        focal_ratio: focal length 2 / focal length 1.
        object_turn_rad: the object's own turn about the vertical; > 0: counter-clockwise.
    """

    azimuth_rad: float
    elevation_rad: float
    distance_ratio: float
    heading_rad: float
    pitch_rad: float
    roll_rad: float
    right: float
    down: float
    forward: float
    rise: float
    rotation_rad: float
    focal_ratio: float
    object_turn_rad: float

    @classmethod
    def between(
        cls,
        camera_1: Camera,
        camera_2: Camera,
        *,
        object_turn_1_rad: float = 0.0,
        object_turn_2_rad: float = 0.0,
    ) -> RelativeView:
        """Compute every number from the two cameras and the object's turns about the vertical."""
        orbit_1 = OrbitPosition.of_point(camera_1.centre_world)
        orbit_2 = OrbitPosition.of_point(camera_2.centre_world)
        heading_1, pitch_1, roll_1 = angles_of(camera_1.world_from_camera)
        heading_2, pitch_2, roll_2 = angles_of(camera_2.world_from_camera)
        camera_1_from_camera_2 = inverse(camera_1.world_from_camera) @ camera_2.world_from_camera
        right, down, forward = (float(value) for value in camera_1_from_camera_2[:3, 3])
        return cls(
            azimuth_rad=wrap_rad(orbit_2.azimuth_rad - orbit_1.azimuth_rad),
            elevation_rad=orbit_2.elevation_rad - orbit_1.elevation_rad,
            distance_ratio=orbit_2.distance / orbit_1.distance,
            heading_rad=wrap_rad(heading_2 - heading_1),
            pitch_rad=pitch_2 - pitch_1,
            roll_rad=wrap_rad(roll_2 - roll_1),
            right=right,
            down=down,
            forward=forward,
            rise=float(camera_2.centre_world[2] - camera_1.centre_world[2]),
            rotation_rad=rotation_size_rad(camera_1_from_camera_2),
            focal_ratio=camera_2.focal_px / camera_1.focal_px,
            object_turn_rad=wrap_rad(object_turn_2_rad - object_turn_1_rad),
        )


@dataclass(frozen=True)
class ViewGeometry:
    """One camera in numbers. Angles in radians, lengths in world units.

    Attributes:
        azimuth_rad: of the camera about the object's centre.
        elevation_rad: of the camera about the object's centre.
        distance: to the object's centre.
        heading_rad: of the look direction.
        pitch_rad: of the look direction.
        roll_rad: clockwise, seen from behind.
        bearing_right_rad: how far right of the optical axis the object's centre appears.
        bearing_down_rad: how far below the optical axis it appears.
        focal_px: horizontal focal length.
        object_turn_rad: the object's turn about the vertical in this view.
    """

    azimuth_rad: float
    elevation_rad: float
    distance: float
    heading_rad: float
    pitch_rad: float
    roll_rad: float
    bearing_right_rad: float
    bearing_down_rad: float
    focal_px: float
    object_turn_rad: float

    @classmethod
    def of(cls, camera: Camera, *, object_turn_rad: float = 0.0) -> ViewGeometry:
        """Read every number from the camera."""
        orbit = OrbitPosition.of_point(camera.centre_world)
        heading, pitch, roll = angles_of(camera.world_from_camera)
        x, y, z = transform(inverse(camera.world_from_camera), np.zeros(3))
        return cls(
            azimuth_rad=orbit.azimuth_rad,
            elevation_rad=orbit.elevation_rad,
            distance=orbit.distance,
            heading_rad=heading,
            pitch_rad=pitch,
            roll_rad=roll,
            bearing_right_rad=float(np.arctan2(x, z)),
            bearing_down_rad=float(np.arctan2(y, z)),
            focal_px=camera.focal_px,
            object_turn_rad=object_turn_rad,
        )


def field_names(kind: type[RelativeView] | type[ViewGeometry]) -> tuple[str, ...]:
    """The names of the numbers, in order: the columns of a table of them."""
    return tuple(field.name for field in fields(kind))
