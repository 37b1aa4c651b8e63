"""Where to put a camera so that the object has the size and the place in the image asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import look_at, pose_from_angles

_NEAREST = 0.08  # world units between the camera and the nearest surface, at the least


@dataclass(frozen=True)
class Stance:
    """A camera said the way a photographer would.

    Attributes:
        position: around the object.
        offset_left_rad: heading minus the heading that faces the object; > 0: the camera looks to
            the left of the object, which therefore appears on the right.
        offset_up_rad: pitch minus the pitch that faces the object; > 0: the object appears low.
        roll_rad: clockwise, seen from behind.
        focal_ratio: to the focal length of the scene's widest lens.
    """

    position: OrbitPosition
    offset_left_rad: float
    offset_up_rad: float
    roll_rad: float
    focal_ratio: float = 1.0

    def camera(self, lens: Camera) -> Camera:
        """The camera itself; ``lens`` gives size and focal length."""
        heading, pitch = facing_angles(self.position)
        pose = pose_from_angles(
            self.position.point_world(),
            heading_rad=heading + self.offset_left_rad,
            pitch_rad=pitch + self.offset_up_rad,
            roll_rad=self.roll_rad,
        )
        moved = lens.moved_to(pose)
        return moved if self.focal_ratio == 1.0 else moved.zoomed(self.focal_ratio)


def facing_angles(position: OrbitPosition) -> tuple[float, float]:
    """Heading and pitch of a camera that looks straight at the object's centre."""
    return position.azimuth_rad + np.pi, -position.elevation_rad


def distance_for_fill(
    points_world: Array, lens: Camera, *, azimuth_rad: float, elevation_rad: float, fill: float
) -> float:
    """Distance at which a centred object reaches ``fill`` of the image's half-width or -height.

    A point at camera-axes offset (x, y) and depth d + z stays within the limit when
    |x| <= fill * tan(half fov) * (d + z); the answer is the largest d that any point asks for.
    """
    direction = OrbitPosition(azimuth_rad, elevation_rad, 1.0).point_world()
    axes = look_at(direction, np.zeros(3))[:3, :3]
    across, down, along = (points_world @ axes).T
    half_width = lens.width_px / (2 * lens.intrinsics[0, 0])
    half_height = lens.height_px / (2 * lens.intrinsics[1, 1])
    needed = np.maximum(np.abs(across) / (fill * half_width), np.abs(down) / (fill * half_height))
    return float(max((needed - along).max(), (_NEAREST - along).max()))


def fill_of(points_world: Array, camera: Camera) -> float:
    """The share of the half-width or -height that the object would reach in the image's middle."""
    centred = camera.moved_to(look_at(camera.centre_world, np.zeros(3)))
    pixels, _ = centred.project(points_world)
    half = np.array([camera.width_px, camera.height_px]) / 2
    return float((np.abs(pixels - half) / half).max())


def margins(points_world: Array, camera: Camera) -> tuple[float, float]:
    """Room between the object and the image's left/right and top/bottom edges, in radians.

    Negative when the object is cut off. nan-free: points behind the camera count as cut off.
    """
    pixels, depth = camera.project(points_world)
    if (depth <= _NEAREST).any():
        return -np.inf, -np.inf
    focal = camera.focal_px
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    room_x = min(low[0], camera.width_px - high[0])
    room_y = min(low[1], camera.height_px - high[1])
    return float(np.arctan(room_x / focal)), float(np.arctan(room_y / focal))
