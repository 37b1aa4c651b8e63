"""Where a camera stands as seen from the object: azimuth, elevation, distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viewpoint_gen.geometry.frames import POLE_RAD, Array


@dataclass(frozen=True)
class OrbitPosition:
    """A point around the origin (the object's centre).

    Attributes:
        azimuth_rad: counter-clockwise from +X, seen from above; nan past the pole limit.
        elevation_rad: above the horizontal plane through the object's centre.
        distance: in world units (the object's longest side is 1).
    """

    azimuth_rad: float
    elevation_rad: float
    distance: float

    @classmethod
    def of_point(cls, point_world: Array) -> OrbitPosition:
        """Read the position of a point (3,) that is not the origin itself."""
        x, y, z = (float(value) for value in point_world)
        distance = float(np.linalg.norm(point_world))
        elevation = float(np.arctan2(z, np.hypot(x, y)))
        azimuth = float(np.arctan2(y, x)) if abs(elevation) <= POLE_RAD else np.nan
        return cls(azimuth, elevation, distance)

    def point_world(self) -> Array:
        """The point (3,) itself."""
        level = self.distance * np.cos(self.elevation_rad)
        return np.array(
            [
                level * np.cos(self.azimuth_rad),
                level * np.sin(self.azimuth_rad),
                self.distance * np.sin(self.elevation_rad),
            ]
        )
