"""How far the picture of a surface would move if the second camera stood elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array

REFERENCE_WIDTH_PX: Final = 512
"""Displacements are stated for images of this width, whatever the real one is."""

_STEPS: Final = 12
"""Of Gauss and Newton; pans of 30 degrees and trucks of a third of the distance need five."""

_LONGEST_STEP: Final = 0.3
"""In rad, or in the unit of the motion: so far pictures change almost evenly."""

_NUDGE: Final = 1e-5
"""Half the difference by which slopes are measured."""


def displacement_px(
    points_world: Array,
    intrinsics: Array,
    true_px: Array,
    camera_2_from_world_other: Array,
    *,
    width_px: Array,
) -> Array:
    """Median distance (P,) between the points' pictures in the true and in another second camera.

    In pixels of an image 512 wide. A point behind the other camera counts as infinitely far
    away, one behind the true camera doesn't count; without points the median is nan.

    Args:
        points_world: (P, N, 3) surface points of P pairs; nan pads pairs that have fewer.
        intrinsics: (P, 3, 3) of the second cameras.
        true_px: (P, N, 2) their pictures in the true second cameras (``pictures_of``).
        camera_2_from_world_other: (P, 4, 4) the camera of a wrong answer.
        width_px: (P,) of the second images.
    """
    other = pictures_of(points_world, intrinsics, camera_2_from_world_other)
    distance = np.linalg.norm(other - true_px, axis=2)
    seen = np.isfinite(true_px).all(axis=2)
    distance[seen & ~np.isfinite(distance)] = np.inf
    return _medians(distance) * (REFERENCE_WIDTH_PX / width_px)


def nearest_displacement_px(
    points_world: Array,
    intrinsics: Array,
    true_px: Array,
    camera_2_from_world_after: Callable[[Array], Array],
    *,
    width_px: Array,
) -> Array:
    """``displacement_px`` (P,) of the motion of a kind whose picture comes nearest to the true one.

    Nearest in the sum of the points' squared distances; found by Gauss's and Newton's steps from
    no motion at all.

    Args:
        camera_2_from_world_after: (P,) sizes of the motion -> (P, 4, 4) where it puts the second
            camera.
    """
    size = np.zeros(len(points_world))
    for _ in range(_STEPS):
        less, more = (
            pictures_of(points_world, intrinsics, camera_2_from_world_after(size + nudge))
            for nudge in (-_NUDGE, _NUDGE)
        )
        slope = (more - less) / (2 * _NUDGE)
        along = np.nansum(slope * (true_px - (more + less) / 2), axis=(1, 2))
        steepness = np.nansum(slope * slope, axis=(1, 2))
        step = along / np.maximum(steepness, np.finfo(np.float64).tiny)
        size += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    nearest = camera_2_from_world_after(size)
    return displacement_px(points_world, intrinsics, true_px, nearest, width_px=width_px)


def pictures_of(points_world: Array, intrinsics: Array, camera_from_world: Array) -> Array:
    """Pixels (P, N, 2); nan for points at or behind the camera's own plane."""
    rotation, shift = camera_from_world[:, :3, :3], camera_from_world[:, :3, 3]
    points_camera = points_world @ np.swapaxes(rotation, 1, 2) + shift[:, None]
    ahead = np.where(points_camera[..., 2] > 0, points_camera[..., 2], np.nan)
    homogeneous = points_camera @ np.swapaxes(intrinsics[:, :2], 1, 2)
    return np.asarray(homogeneous / ahead[..., None])


def _medians(values: Array) -> Array:
    """Median (P,) of each row's numbers that aren't nan."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)  # nan comes last
    counts = np.count_nonzero(~np.isnan(values), axis=1)
    middles = np.stack([(counts - 1).clip(0) // 2, counts // 2], axis=1)
    return np.take_along_axis(ordered, middles, axis=1).mean(axis=1)
