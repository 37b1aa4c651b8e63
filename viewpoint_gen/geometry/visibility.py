"""What one view sees of another: overlap from depth maps and cameras."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.geometry.pose import transform

_RELATIVE_DEPTH_TOLERANCE = 0.01  # of the depth: the surface test of MultiSPA
_GRAZING_COSINE = 0.1  # flatter surfaces count as at this angle, so that no pixel outweighs all


def pixel_centres(width_px: int, height_px: int, *, stride: int = 1) -> Array:
    """Pixel centres (N, 2) in row-major order, every ``stride``-th in each direction."""
    columns = np.arange(stride // 2, width_px, stride) + 0.5
    rows = np.arange(stride // 2, height_px, stride) + 0.5
    return np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)


def surface_area(depth: Array, camera: Camera) -> Array:
    """Area (H, W) in squared world units of the surface that each pixel covers.

    Args:
        depth: (H, W) z-depth; inf where there is no surface (area 0 there).
    """
    height, width = depth.shape
    finite = np.isfinite(depth)
    filled = np.where(finite, depth, 0.0)
    rays = pixel_centres(width, height) - camera.intrinsics[:2, 2]
    rays_camera = np.column_stack([rays / np.diag(camera.intrinsics)[:2], np.ones(len(rays))])
    points = rays_camera.reshape(height, width, 3) * filled[..., None]
    across, down = _step(points, axis=1), _step(points, axis=0)
    true_area = np.linalg.norm(np.cross(across, down), axis=-1)
    facing = filled**2 / (camera.intrinsics[0, 0] * camera.intrinsics[1, 1])
    return np.where(finite, np.clip(true_area, facing, facing / _GRAZING_COSINE), 0.0)


def _step(points: Array, *, axis: int) -> Array:
    """Step (H, W, 3) from each pixel's surface point to the next, never across an edge of depth.

    Of the steps to both neighbours, the one that changes the depth less.
    """
    ahead = np.diff(points, axis=axis, append=np.take(points, [-1], axis=axis))
    behind = np.diff(points, axis=axis, prepend=np.take(points, [0], axis=axis))
    last, first = [slice(None)] * 2, [slice(None)] * 2
    last[axis], first[axis] = slice(-1, None), slice(0, 1)
    cost_ahead, cost_behind = np.abs(ahead[..., 2]), np.abs(behind[..., 2])
    cost_ahead[tuple(last)], cost_behind[tuple(first)] = np.inf, np.inf
    return np.where((cost_ahead <= cost_behind)[..., None], ahead, behind)


def directed_overlap(
    depth_1: Array,
    camera_1: Camera,
    depth_2: Array,
    camera_2: Camera,
    *,
    world_2_from_world_1: Array | None = None,
    stride: int = 1,
) -> float:
    """Share of the surface seen in view 1 that view 2 sees too, weighted by area.

    Args:
        depth_1: (H, W) z-depth along camera 1's +Z; inf where there is no surface.
        depth_2: the same for view 2.
        world_2_from_world_1: how the object moved between the views; None if it did not.
        stride: use every stride-th pixel of view 1 in each direction.

    Returns:
        In [0, 1]; nan if view 1 shows no surface.
    Source: visibility test of MultiSPA (arXiv 2505.17015), made one-sided and area-weighted.
    """
    pixels_1 = pixel_centres(camera_1.width_px, camera_1.height_px, stride=stride)
    start = stride // 2
    depths = depth_1[start::stride, start::stride].reshape(-1)
    area = surface_area(depth_1, camera_1)[start::stride, start::stride].reshape(-1)
    seen_1 = np.isfinite(depths)
    if not seen_1.any():
        return float("nan")
    points_world = camera_1.unproject(pixels_1[seen_1], depths[seen_1])
    if world_2_from_world_1 is not None:
        points_world = transform(world_2_from_world_1, points_world)
    seen_2 = visible_points(points_world, depth_2, camera_2)
    return float(area[seen_1][seen_2].sum() / area[seen_1].sum())


def visible_points(points_world: Array, depth: Array, camera: Camera) -> Bools:
    """Which points (N, 3) lie on the surface that a depth map (H, W) shows."""
    pixels, point_depth = camera.project(points_world)
    visible = camera.in_frame(pixels)
    columns = np.clip(pixels[visible, 0], 0, camera.width_px - 1).astype(int)
    rows = np.clip(pixels[visible, 1], 0, camera.height_px - 1).astype(int)
    surface = nearest_match(depth, rows, columns, point_depth[visible])
    visible[visible] = surface <= _RELATIVE_DEPTH_TOLERANCE * point_depth[visible]
    return visible


def nearest_match(depth: Array, rows: Indices, columns: Indices, target: Array) -> Array:
    """Smallest |depth - target| over each pixel and its four neighbours (half a pixel's slack)."""
    height, width = depth.shape
    best = np.full(len(target), np.inf)
    for down, right in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)):
        row, column = np.clip(rows + down, 0, height - 1), np.clip(columns + right, 0, width - 1)
        best = np.minimum(best, np.abs(depth[row, column] - target))
    return best


def share_in_frame(points_world: Array, camera: Camera) -> float:
    """Share of points (N, 3) that project inside the image and lie before the camera."""
    pixels, _ = camera.project(points_world)
    return float(camera.in_frame(pixels).mean())
