"""A pinhole camera: pose, intrinsics and image size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.geometry.pose import inverse, transform


@dataclass(frozen=True)
class Camera:
    """Pinhole camera without distortion.

    Attributes:
        world_from_camera: (4, 4) OpenCV pose.
        intrinsics: (3, 3) matrix K in pixels; q = K p / z, with pixel centres at +0.5.
        width_px: image width.
        height_px: image height.
    """

    world_from_camera: Array
    intrinsics: Array
    width_px: int
    height_px: int

    @property
    def centre_world(self) -> Array:
        """Optical centre (3,)."""
        return self.world_from_camera[:3, 3]

    @property
    def focal_px(self) -> float:
        """Horizontal focal length."""
        return float(self.intrinsics[0, 0])

    def project(self, points_world: Array) -> tuple[Array, Array]:
        """Project points (N, 3) to pixels (N, 2) and z-depths (N,).

        Pixels of points at or behind the image plane's horizon (z <= 0) are nan.
        """
        points_camera = transform(inverse(self.world_from_camera), points_world)
        depth = points_camera[:, 2]
        homogeneous = points_camera @ self.intrinsics.T
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = homogeneous[:, :2] / homogeneous[:, 2:]
        pixels[depth <= 0] = np.nan
        return pixels, depth

    def unproject(self, pixels: Array, depth: Array) -> Array:
        """Points (N, 3) in the world at pixels (N, 2) with z-depths (N,)."""
        homogeneous = np.column_stack([pixels, np.ones(len(pixels))])
        rays_camera = homogeneous @ np.linalg.inv(self.intrinsics).T
        return transform(self.world_from_camera, rays_camera * depth[:, None])

    def in_frame(self, pixels: Array, *, margin_px: float = 0.0) -> Bools:
        """Which pixel positions (N, 2) lie inside the image and its margin; nan is outside."""
        x, y = pixels[:, 0], pixels[:, 1]
        across = (x >= -margin_px) & (x <= self.width_px + margin_px)
        return across & (y >= -margin_px) & (y <= self.height_px + margin_px)

    def moved_to(self, world_from_camera: Array) -> Camera:
        """The same camera at another pose."""
        return replace(self, world_from_camera=world_from_camera)

    def cropped(self, *, left_px: int, top_px: int, width_px: int, height_px: int) -> Camera:
        """The same camera for a rectangle of its image."""
        shifted = self.intrinsics.copy()
        shifted[:2, 2] -= (left_px, top_px)
        return replace(self, intrinsics=shifted, width_px=width_px, height_px=height_px)

    def zoomed(self, focal_ratio: float) -> Camera:
        """The same camera with its focal length multiplied."""
        scaled = self.intrinsics.copy()
        scaled[0, 0] *= focal_ratio
        scaled[1, 1] *= focal_ratio
        return replace(self, intrinsics=scaled)


def intrinsics_from_fov(horizontal_fov_rad: float, *, width_px: int, height_px: int) -> Array:
    """K (3, 3) of square pixels with the principal point in the middle of the image."""
    focal_px = 0.5 * width_px / np.tan(0.5 * horizontal_fov_rad)
    return np.array(
        [[focal_px, 0.0, width_px / 2], [0.0, focal_px, height_px / 2], [0.0, 0.0, 1.0]]
    )
