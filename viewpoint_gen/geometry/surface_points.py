"""A few points of the surface that a view shows, and whether another view shows them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.geometry.pose import transform
from viewpoint_gen.geometry.visibility import EDGE_ON_COSINE, RELATIVE_DEPTH_TOLERANCE, extent

_BANDS: Final = 8
MOST_POINTS: Final = _BANDS**2
"""Of one view."""

_MARGIN_PX: Final = 2  # between a point and the nearest edge of the object or step of its depth
_DEPTH_STEP: Final = 0.02  # between neighbouring pixels, of the nearer one's depth
_LEAST_TOLERANCE: Final = 0.005  # world units: 1 % of a depth below 0.5 is less than edges blend
_OUTSIDE_PX: Final = 2.0  # from here on beyond the image's edge a point is surely not in it

_PACKED: Final = np.dtype("<f4")


class Sight(IntEnum):
    """Whether a view shows a point of another view's surface."""

    HIDDEN = 0
    SEEN = 1
    UNSURE = 2


@dataclass(frozen=True)
class SurfacePoints:
    """Points of the surface that one view shows, in that view's world.

    Attributes:
        points_world: (N, 3), N <= 64; of float32's precision, so that packing loses nothing.
        normals_world: (N, 3) unit length, towards the camera.
    """

    points_world: Array
    normals_world: Array

    @classmethod
    def of(cls, depth: Array, camera: Camera, rng: np.random.Generator) -> SurfacePoints:
        """Draw points evenly over the object's pixels, off its edges and off steps of depth.

        An error of half a pixel moves none of them onto something else. A tiny object has fewer
        points than others, and may have none.

        Args:
            depth: (H, W) z-depth of the object; inf where it isn't seen.
        """
        rows, columns = _spread(_steady(depth), rng)
        points = _unprojected(depth, camera, rows, columns)
        across, down = (
            _unprojected(depth, camera, rows + step, columns + right)
            - _unprojected(depth, camera, rows - step, columns - right)
            for step, right in ((0, _MARGIN_PX), (_MARGIN_PX, 0))
        )
        normals = np.cross(down, across)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        return cls(points.astype(_PACKED).astype(np.float64), normals)

    def packed(self) -> bytes:
        """The points as N x 3 little-endian float32."""
        return self.points_world.astype(_PACKED).tobytes()


def padded_points(packed: Sequence[bytes]) -> Array:
    """Points (P, M, 3) of P packed sets; nan beyond the end of the shorter ones."""
    counts = np.array([len(each) // (3 * _PACKED.itemsize) for each in packed], dtype=np.int64)
    points = np.full((len(packed), int(counts.max(initial=0)), 3), np.nan)
    filled = np.arange(points.shape[1]) < counts[:, None]
    points[filled] = np.frombuffer(b"".join(packed), _PACKED).reshape(-1, 3)
    return points


def _steady(depth: Array) -> Bools:
    """Pixels (H, W) with nothing but the object, and no step of its depth, near them."""
    solid = np.isfinite(depth)
    steady = np.zeros_like(solid)
    if not solid.any():
        return steady
    part = extent(solid.any(axis=1)), extent(solid.any(axis=0))
    steady[part] = _eroded(_without_steps(depth[part]))
    return steady


def _without_steps(depth: Array) -> Bools:
    solid = np.isfinite(depth)
    filled = np.where(solid, depth, 0.0)
    smooth = solid.copy()
    for here, there in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        one, other = filled[here], filled[there]
        alike = np.abs(one - other) <= _DEPTH_STEP * np.minimum(one, other)
        alike |= ~(solid[here] & solid[there])
        smooth[here] &= alike
        smooth[there] &= alike
    return smooth


def _eroded(inside: Bools) -> Bools:
    """What lies further than the margin from all that isn't inside, the array's edges included."""
    height, width = inside.shape
    padded = np.pad(inside, _MARGIN_PX)
    shifts = range(2 * _MARGIN_PX + 1)
    across = np.logical_and.reduce([padded[:, shift : shift + width] for shift in shifts])
    return np.logical_and.reduce([across[shift : shift + height] for shift in shifts])


def _spread(candidates: Bools, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Rows and columns (N,) of one pixel from each cell; all cells hold equally many of them.

    Source: stratified sampling; the cells are bands of rows, each cut into stretches of columns.
    """
    rows, columns = np.nonzero(candidates)  # row by row: bands of equal counts are slices
    keys = columns.astype(np.uint16)  # which NumPy sorts in linear time
    chosen: list[int] = []
    lots = rng.random((_BANDS, _BANDS))
    for band, band_lots in zip(np.array_split(np.arange(len(rows)), _BANDS), lots, strict=True):
        across = band[np.argsort(keys[band], kind="stable")]
        for cell, lot in zip(np.array_split(across, _BANDS), band_lots, strict=True):
            chosen.extend(cell[int(lot * len(cell)) :][:1])
    places = np.array(chosen, dtype=np.int64)
    return rows[places], columns[places]


def _unprojected(depth: Array, camera: Camera, rows: Indices, columns: Indices) -> Array:
    centres = np.column_stack([columns, rows]) + 0.5
    return camera.unproject(centres, depth[rows, columns].astype(np.float64))


def seen_in(
    points: SurfacePoints,
    *,
    depth: NDArray[np.float32],
    mask: Bools,
    camera: Camera,
    world_2_from_world_1: Array,
) -> NDArray[np.uint8]:
    """Whether another view shows the points: one ``Sight`` each (N,).

    Seen: all four pixels around it show the object at its depth, and it faces the camera. Hidden:
    it lies outside the image, faces away, or is behind something at all four. Near an edge, edge
    on, or before what the view shows, neither can be told.

    Args:
        points: of view 1.
        depth: (H, W) z-depth of whatever view 2 shows; inf where nothing is hit.
        mask: (H, W) where view 2 shows the object.
        camera: of view 2.
        world_2_from_world_1: how the object moved between the views.
    """
    moved = transform(world_2_from_world_1, points.points_world)
    normals = points.normals_world @ world_2_from_world_1[:3, :3].T
    towards = camera.centre_world - moved
    cosine = (normals * towards).sum(axis=1) / np.linalg.norm(towards, axis=1)
    pixels, z = camera.project(moved)
    outside = ~camera.in_frame(pixels, margin_px=_OUTSIDE_PX)
    rows, columns, whole = _four_around(pixels, camera)
    behind_by = z[:, None] - depth[rows, columns]
    tolerance = np.maximum(RELATIVE_DEPTH_TOLERANCE * z, _LEAST_TOLERANCE)[:, None]
    there = (mask[rows, columns] & (np.abs(behind_by) <= tolerance)).all(axis=1) & whole
    covered = (behind_by > 2.0 * tolerance).all(axis=1) & whole
    sights = np.full(len(moved), Sight.UNSURE, dtype=np.uint8)
    sights[there & (cosine > EDGE_ON_COSINE)] = Sight.SEEN
    sights[outside | covered | (cosine < -EDGE_ON_COSINE)] = Sight.HIDDEN
    return sights


def _four_around(pixels: Array, camera: Camera) -> tuple[Indices, Indices, Bools]:
    """Rows and columns (N, 4) of the pixels whose centres surround each position (N, 2).

    Also which positions have all four in the image; the others' are clipped to it.
    """
    furthest_px = max(camera.width_px, camera.height_px)
    corner = np.floor(np.nan_to_num(pixels, nan=-1.0) - 0.5).clip(-1, furthest_px).astype(np.int64)
    columns = corner[:, :1] + [0, 1, 0, 1]
    rows = corner[:, 1:] + [0, 0, 1, 1]
    last_row, last_column = camera.height_px - 1, camera.width_px - 1
    inside = (columns >= 0) & (columns <= last_column) & (rows >= 0) & (rows <= last_row)
    return rows.clip(0, last_row), columns.clip(0, last_column), inside.all(axis=1)
