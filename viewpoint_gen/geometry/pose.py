"""Rigid transforms: building, inverting and reading camera poses."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from viewpoint_gen.geometry.frames import POLE_RAD, Array

_RIGID_TOLERANCE = 1e-5  # float32 matrices read back from Blender are good to about 1e-6


def is_rigid(b_from_a: Array) -> bool:
    """Whether a (4, 4) matrix is a rotation of determinant +1 and a translation."""
    if b_from_a.shape != (4, 4) or not np.isfinite(b_from_a).all():
        return False
    rotation = b_from_a[:3, :3]
    orthonormal = np.allclose(rotation @ rotation.T, np.eye(3), atol=_RIGID_TOLERANCE)
    last_row = np.allclose(b_from_a[3], [0, 0, 0, 1], atol=_RIGID_TOLERANCE)
    return bool(orthonormal and last_row and np.linalg.det(rotation) > 0)


def inverse(b_from_a: Array) -> Array:
    """Invert rigid transforms (..., 4, 4): ``a_from_b``."""
    turned = np.swapaxes(b_from_a[..., :3, :3], -1, -2)
    a_from_b = np.zeros(b_from_a.shape)
    a_from_b[..., :3, :3] = turned
    a_from_b[..., :3, 3] = -np.squeeze(turned @ b_from_a[..., :3, 3:], -1)
    a_from_b[..., 3, 3] = 1.0
    return a_from_b


def transform(b_from_a: Array, points_a: Array) -> Array:
    """Map points (..., 3) of frame a into frame b."""
    return np.asarray(points_a @ b_from_a[:3, :3].T + b_from_a[:3, 3])


def rotation_size_rad(b_from_a: Array) -> float:
    """Angle of the rotation part, in [0, pi]; stable near 0 and near pi."""
    return float(Rotation.from_matrix(b_from_a[:3, :3]).magnitude())


def turn_about_up(angle_rad: float) -> Array:
    """A (4, 4) rotation about the world's +Z, counter-clockwise seen from above."""
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_euler("z", angle_rad).as_matrix()
    return turned


def pose_from_angles(
    centre_world: Array, *, heading_rad: float, pitch_rad: float, roll_rad: float
) -> Array:
    """``world_from_camera`` (4, 4) of a camera at a point with the given look angles.

    Args:
        centre_world: (3,) optical centre.
        heading_rad: of the look direction in the horizontal plane, counter-clockwise from +X.
        pitch_rad: above the horizon; must stay off the poles.
        roll_rad: clockwise, seen from behind.
    """
    cos_pitch, sin_pitch = np.cos(pitch_rad), np.sin(pitch_rad)
    cos_heading, sin_heading = np.cos(heading_rad), np.sin(heading_rad)
    forward = np.array([cos_pitch * cos_heading, cos_pitch * sin_heading, sin_pitch])
    level_right = np.array([sin_heading, -cos_heading, 0.0])
    level_down = _cross(forward, level_right)
    right = np.cos(roll_rad) * level_right + np.sin(roll_rad) * level_down
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([right, _cross(forward, right), forward])
    pose[:3, 3] = centre_world
    return pose


def angles_of(world_from_camera: Array) -> tuple[float, float, float]:
    """Heading, pitch and roll in radians; heading and roll are nan past the pole limit."""
    forward = world_from_camera[:3, 2]
    pitch = float(np.arcsin(np.clip(forward[2], -1.0, 1.0)))
    if abs(pitch) > POLE_RAD:
        return np.nan, pitch, np.nan
    up_camera = world_from_camera[2, :3]
    roll = float(np.arctan2(-up_camera[0], -up_camera[1]))
    return float(np.arctan2(forward[1], forward[0])), pitch, roll


def look_at(centre_world: Array, target_world: Array, *, roll_rad: float = 0.0) -> Array:
    """``world_from_camera`` of a camera that looks straight at a point."""
    forward = np.asarray(target_world, dtype=np.float64) - centre_world
    heading = float(np.arctan2(forward[1], forward[0]))
    pitch = float(np.arctan2(forward[2], np.hypot(forward[0], forward[1])))
    return pose_from_angles(centre_world, heading_rad=heading, pitch_rad=pitch, roll_rad=roll_rad)


def _cross(one: Array, other: Array) -> Array:
    """The product of two vectors (3,), to the bit; numpy's own takes far longer for so few."""
    (a, b, c), (d, e, f) = one, other
    return np.array([b * f - c * e, c * d - a * f, a * e - b * d])
