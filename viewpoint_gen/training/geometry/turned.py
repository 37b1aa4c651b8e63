"""A run's views as the same cameras would have seen them, turned where they stand and zoomed in.

A camera that turns about its own centre, or zooms, sees what it saw before: its new picture is a
homography of the old one (Hartley and Zisserman 2004, 13.1), its depth the old one along other
axes. So each view gives any number of others, and they aren't soon known by heart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch.nn import functional

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.training.geometry.views import TowerViews

_AIM_DEG: Final = 3.0
_ROLL_DEG: Final = 7.0
_MOST: Final = 2.0
"""Standard deviations of turns to the side and up, and about the line of sight; and how many of
them at most."""

_ZOOMS: Final = np.linspace(1.0, 2.5, 61)
_MORE_ZOOM: Final = 0.08
"""Focal lengths that are tried, in parts of the old one, until nothing is shown that wasn't seen;
and the spread of the logarithm of what is added to that."""

_CORNERS: Final = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
_ROUNDING: Final = 1e-9


def turned_views(
    views: TowerViews, pairs: Indices, rng: np.random.Generator, *, share: float
) -> tuple[TowerViews, Indices]:
    """Pairs of views with cameras that are turned and zoomed.

    Args:
        pairs: (B, 2) of the views.
        share: of the views, that are turned; the others are as they were, but as zoomed.

    Returns:
        Views 2 B, and the pairs (B, 2) of them.
    """
    rows, numbers = pairs.T.reshape(-1), np.arange(len(pairs))
    cameras = _Turned.drawn(np.array(views.intrinsics[rows]), rng, share=share)
    pose = np.array(views.world_from_camera[rows])
    pose[:, :3, :3] = pose[:, :3, :3] @ cameras.turn
    depth, on_object = cameras.surfaces(views.depth[rows], views.on_object[rows])
    shown = TowerViews(
        images=cameras.pictures(views.images[rows]),
        depth=depth,
        on_object=on_object,
        world_from_camera=pose,
        intrinsics=cameras.intrinsics,
        object_turn_rad=np.array(views.object_turn_rad[rows]),
        far_is_seen=np.array(views.far_is_seen[rows]),
        anchor=np.tile(numbers, 2),
        split=np.zeros(len(rows), dtype=np.int64),
    )
    return shown, np.stack([numbers, numbers + len(pairs)], axis=1)


@dataclass(frozen=True)
class _Turned:
    """M cameras, turned and zoomed.

    Attributes:
        before: (M, 3, 3) their intrinsics, for an image whose width and height are both 1.
        intrinsics: the same after it.
        turn: (M, 3, 3) their new axes, in the old ones.
    """

    before: Array
    intrinsics: Array
    turn: Array

    @classmethod
    def drawn(cls, before: Array, rng: np.random.Generator, *, share: float) -> _Turned:
        """Of cameras with intrinsics (M, 3, 3), first all first ones of pairs, then the others.

        Both of a pair zoom alike: what has grown has come nearer, in most pairs of a run.
        """
        count = len(before)
        angles = rng.normal(size=(count, 3)).clip(-_MOST, _MOST)
        angles = angles * [_AIM_DEG, _AIM_DEG, _ROLL_DEG] * (rng.random((count, 1)) < share)
        turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
        more = np.exp(np.abs(rng.normal(size=count // 2)) * _MORE_ZOOM)
        least = _least_zoom(before, turn).reshape(2, -1).max(axis=0)
        zoom = np.where(angles.any(axis=1).reshape(2, -1).any(axis=0), least * more, 1.0)
        return cls(before, _zoomed(before, np.tile(zoom, 2)), turn)

    def pictures(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What images (M, S, S, 3) become."""
        side = images.shape[1]
        _, seen_at = self._rays(side)
        grid = torch.from_numpy(seen_at * 2 - 1).view(-1, side, side, 2)
        pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float()
        shown = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
        return shown.permute(0, 2, 3, 1).round().clamp(0, 255).byte().numpy()

    def surfaces(
        self, depth: NDArray[np.float32], on_object: Bools
    ) -> tuple[NDArray[np.float32], Bools]:
        """What depth and the object's mask (M, D, D) become: those of the nearest point."""
        side = depth.shape[1]
        along, seen_at = self._rays(side)
        column, row = np.moveaxis((seen_at * side).astype(np.int64).clip(0, side - 1), -1, 0)
        own = np.arange(len(depth))[:, None]
        return (
            (depth[own, row, column] / along).reshape(depth.shape).astype(np.float32),
            on_object[own, row, column].reshape(depth.shape),
        )

    def _rays(self, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Along the old line of sight (M, N), and where they were seen (M, N, 2), in [0, 1].

        Those through the middles of side x side equal parts, which get 1 along the new one.
        """
        pixels = _pixels_of(side)
        old_from_pixel = self.turn @ np.linalg.inv(self.intrinsics)
        pixel_from_pixel = self.before @ old_from_pixel
        along = pixels @ old_from_pixel[:, 2].T
        seen = pixels.astype(np.float32) @ pixel_from_pixel.transpose(0, 2, 1).astype(np.float32)
        return along.T.astype(np.float32), seen[..., :2] / seen[..., 2:]


def _least_zoom(before: Array, turn: Array) -> Array:
    """(M,) how far turned cameras must zoom in to show nothing that they didn't see before."""
    tried = _zoomed(before[:, None], _ZOOMS)  # (M, Z, 3, 3)
    old_from_pixel = (before @ turn)[:, None] @ np.linalg.inv(tried)
    corners = np.einsum("mzij,cj->mzci", old_from_pixel, _CORNERS)
    seen_at = corners[..., :2] / corners[..., 2:]
    inside = ((seen_at > -_ROUNDING) & (seen_at < 1 + _ROUNDING)).all(axis=(-1, -2))
    inside[:, -1] = True  # where even that is too little, the picture's edge goes on
    return np.asarray(_ZOOMS[inside.argmax(axis=1)])


def _zoomed(intrinsics: Array, zoom: Array) -> Array:
    """Intrinsics (…, 3, 3) with focal lengths that are ``zoom`` (…) times as long."""
    factors = np.stack([zoom, zoom, np.ones_like(zoom)], axis=-1)[..., None, :]
    centred = np.broadcast_to(intrinsics, (*intrinsics.shape[:-3], *zoom.shape[-1:], 3, 3))
    return np.asarray(centred * factors)


def _pixels_of(side: int) -> Array:
    """(side * side, 3) middles of side x side equal parts of an image, row by row: right, down, 1.

    In an image whose width and height are both 1.
    """
    middle = (np.arange(side) + 0.5) / side
    right, down = np.meshgrid(middle, middle)
    return np.stack([right, down, np.ones_like(right)], axis=-1).reshape(-1, 3)
