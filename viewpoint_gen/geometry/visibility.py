"""What one view sees of another: overlap from depth maps and cameras."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.geometry.pose import transform

RELATIVE_DEPTH_TOLERANCE = 0.01
"""Of the depth: the surface test of MultiSPA."""

EDGE_ON_COSINE = float(np.sin(np.deg2rad(10.0)))
"""Flatter surfaces may face either way: their direction is measured from depth."""

_GRAZING_COSINE = 0.1  # flatter surfaces count as at this angle, so that no pixel outweighs all


def pixel_centres(width_px: int, height_px: int, *, stride: int = 1) -> Array:
    """Pixel centres (N, 2) in row-major order, every ``stride``-th in each direction."""
    columns = np.arange(stride // 2, width_px, stride) + 0.5
    rows = np.arange(stride // 2, height_px, stride) + 0.5
    return np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)


def surface_patches(depth: Array, camera: Camera) -> Array:
    """Each pixel's patch of surface as a vector (H, W, 3), in squared world units.

    As long as the patch is large, and square to it, towards the camera, in camera axes. A pixel
    without a neighbour on the same surface shows a patch that faces it.

    Args:
        depth: (H, W) z-depth; inf where there is no surface (0 there).
    """
    height, width = depth.shape
    finite = np.isfinite(depth)
    filled = np.where(finite, depth, 0.0)
    rays = pixel_centres(width, height) - camera.intrinsics[:2, 2]
    rays_camera = np.column_stack([rays / np.diag(camera.intrinsics)[:2], np.ones(len(rays))])
    points = rays_camera.reshape(height, width, 3) * filled[..., None]
    patches = np.cross(_step(points, axis=0), _step(points, axis=1))
    facing = filled**2 / (camera.intrinsics[0, 0] * camera.intrinsics[1, 1])
    area = np.clip(np.linalg.norm(patches, axis=-1), facing, facing / _GRAZING_COSINE)
    alone = finite & ~patches.any(axis=-1)
    patches[alone] = -points[alone]
    length = np.linalg.norm(patches, axis=-1)
    scale = np.divide(area, length, out=np.zeros_like(length), where=finite)
    return np.asarray(patches * scale[..., None])


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


@dataclass(frozen=True)
class VisibleSurface:
    """The surface that one view shows: points on it, and how much of it each stands for.

    It costs more than comparing two of them, so make it once per view.

    Attributes:
        depth: (H, W) z-depth along the camera's +Z; inf where there is no surface.
        points_world: (N, 3) at the pixels that were sampled.
        patches_world: (N, 3) as large, in squared world units, as the surface that those pixels
            cover, and square to it, outwards.
    """

    depth: Array
    camera: Camera
    points_world: Array
    patches_world: Array

    @classmethod
    def of(cls, depth: Array, camera: Camera, *, stride: int = 1) -> VisibleSurface:
        """Sample a depth map (H, W) at every ``stride``-th pixel in each direction."""
        seen = np.isfinite(depth)
        if not seen.any():
            return cls(depth, camera, np.empty((0, 3)), np.empty((0, 3)))
        rows, columns = extent(seen.any(axis=1)), extent(seen.any(axis=0))
        part = np.asarray(depth[rows, columns], dtype=np.float64)
        part_camera = camera.cropped(
            left_px=columns.start,
            top_px=rows.start,
            width_px=part.shape[1],
            height_px=part.shape[0],
        )
        sampled = (slice(stride // 2, None, stride),) * 2
        pixels = pixel_centres(part_camera.width_px, part_camera.height_px, stride=stride)
        depths = part[sampled].reshape(-1)
        finite = np.isfinite(depths)
        patches = surface_patches(part, part_camera)[sampled].reshape(-1, 3)[finite]
        points_world = part_camera.unproject(pixels[finite], depths[finite])
        return cls(depth, camera, points_world, patches @ camera.world_from_camera[:3, :3].T)

    @cached_property
    def areas(self) -> Array:
        """(N,) squared world units."""
        return np.asarray(np.linalg.norm(self.patches_world, axis=1))


def extent(occupied: Bools) -> slice:
    """From the first to the last that is true; at least one must be."""
    places = np.flatnonzero(occupied)
    return slice(int(places[0]), int(places[-1]) + 1)


def directed_overlap(
    first: VisibleSurface, second: VisibleSurface, *, world_2_from_world_1: Array | None = None
) -> float:
    """Share of the surface seen in view 1 that view 2 sees too, weighted by area.

    Args:
        world_2_from_world_1: how the object moved between the views; None if it did not.

    Returns:
        In [0, 1]; nan if view 1 shows no surface.
    Source: visibility test of MultiSPA (arXiv 2505.17015), made one-sided and area-weighted.
    """
    if not len(first.areas):
        return float("nan")
    points_world, patches_world = first.points_world, first.patches_world
    if world_2_from_world_1 is not None:
        points_world = transform(world_2_from_world_1, points_world)
        patches_world = patches_world @ world_2_from_world_1[:3, :3].T
    # the two sides of a thin wall are nearer to one another than depths are compared
    towards = second.camera.centre_world - points_world
    cosine = (towards * patches_world).sum(axis=1) / (np.linalg.norm(towards, axis=1) * first.areas)
    seen_again = (cosine > -EDGE_ON_COSINE) & visible_points(
        points_world, second.depth, second.camera
    )
    # a sum over nearly all may come out a rounding error above the sum over all
    return float(np.minimum(first.areas[seen_again].sum() / first.areas.sum(), 1.0))


def visible_points(points_world: Array, depth: Array, camera: Camera) -> Bools:
    """Which points (N, 3) lie on the surface that a depth map (H, W) shows."""
    pixels, point_depth = camera.project(points_world)
    visible = camera.in_frame(pixels)
    columns = np.clip(pixels[visible, 0], 0, camera.width_px - 1).astype(int)
    rows = np.clip(pixels[visible, 1], 0, camera.height_px - 1).astype(int)
    surface = nearest_match(depth, rows, columns, point_depth[visible])
    visible[visible] = surface <= RELATIVE_DEPTH_TOLERANCE * point_depth[visible]
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
