"""The conventions, stated once.

=============  ====================================================================
World          right-handed, +Z up; the asset fits the unit cube centred on the origin
Camera         OpenCV: +X right, +Y down, +Z forward
Blender camera +X right, +Y up, -Z forward
Pixel          origin at the top-left *corner*; the first pixel's centre is (0.5, 0.5)
Transform      ``b_from_a`` maps coordinates in frame a to coordinates in frame b:
               ``c_from_a = c_from_b @ b_from_a`` (adjacent words cancel)
Azimuth        of the camera around the object, counter-clockwise seen from above;
               growing azimuth = the camera moves to its own right
Heading        of the look direction, counter-clockwise seen from above; growing = turned left
Pitch          growing = tilted up
Roll           growing = clockwise, seen from behind the camera
Angles         radians inside; degrees in recipes, on the command line and in wording
=============  ====================================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

BLCAM_FROM_CAMERA: Array = np.diag([1.0, -1.0, -1.0, 1.0])
"""OpenCV axes -> Blender camera axes; its own inverse. The only axis flip of the project."""

Z_UP_FROM_Y_UP: Array = np.array(
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
)
"""glTF (+Y up, +Z front) -> Blender (+Z up, -Y front)."""

POLE_RAD = float(np.deg2rad(75.0))
"""Above this elevation (or pitch) azimuth, heading and roll are not defined."""


def world_from_camera_of(world_from_blcam: Array) -> Array:
    """OpenCV camera pose from Blender's ``matrix_world`` of a camera without scale."""
    return np.asarray(world_from_blcam, dtype=np.float64) @ BLCAM_FROM_CAMERA


def world_from_blcam_of(world_from_camera: Array) -> Array:
    """Blender's ``matrix_world`` for an OpenCV camera pose."""
    return np.asarray(world_from_camera, dtype=np.float64) @ BLCAM_FROM_CAMERA


def wrap_rad(angle_rad: float) -> float:
    """Wrap an angle to (-pi, pi]."""
    return float(wrap_each_rad(np.float64(angle_rad)))


def wrap_each_rad(angles_rad: Array | np.float64) -> Array:
    """Wrap angles of any shape to (-pi, pi]."""
    return np.asarray(np.pi - (np.pi - angles_rad) % (2.0 * np.pi))
