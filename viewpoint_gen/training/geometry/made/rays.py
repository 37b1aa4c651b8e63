"""Rays through the pixels of a run's views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.training.geometry.truth import about_z
from viewpoint_gen.training.geometry.views import TowerViews, pixels_of


@dataclass(frozen=True)
class Rays:
    """M rays, each towards one of several things, in that thing's own frame.

    Attributes:
        origins, directions: (M, 3).
        thing: (M,) its number, ascending.
    """

    origins: Tensor
    directions: Tensor
    thing: Tensor

    def some(self, chosen: Tensor) -> Rays:
        """Those that are chosen (M,)."""
        return Rays(self.origins[chosen], self.directions[chosen], self.thing[chosen])

    def at(self, depth: Tensor) -> Tensor:
        """The points (M, 3) at finite depths (M,), in lengths of the directions."""
        return self.origins + depth[:, None] * self.directions


def rays_of(views: TowerViews, rows: Indices) -> Rays:
    """Through the middles of all pixels of some views, in the world's frame.

    The directions' lengths are such that depth along them is z-depth; ``thing`` is the number of
    the view among ``rows``.
    """
    pose = torch.from_numpy(np.array(views.world_from_camera[rows])).float()
    intrinsics = torch.from_numpy(np.array(views.intrinsics[rows])).float()
    pixels = torch.from_numpy(pixels_of(views.images.shape[1])).float()
    ahead = torch.einsum("nj,bij->bni", pixels, torch.linalg.inv(intrinsics))
    directions = torch.einsum("bnj,bij->bni", ahead, pose[:, :3, :3])
    return Rays(
        origins=pose[:, None, :3, 3].expand_as(directions).reshape(-1, 3),
        directions=directions.reshape(-1, 3),
        thing=torch.arange(len(rows)).repeat_interleave(len(pixels)),
    )


def turned(rays: Rays, angles_rad: Tensor) -> Rays:
    """Rays about the vertical, those of each thing by its own of the angles (B,)."""
    angles_rad = angles_rad[rays.thing]
    return Rays(about_z(rays.origins, angles_rad), about_z(rays.directions, angles_rad), rays.thing)
