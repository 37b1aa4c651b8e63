"""Renders painted anew: the same shapes and light, with another pattern on all that is seen.

Depth and cameras say where each pixel's point lies, so a pattern in space looks the same from both
views of a pair. What a thing was known by, its colours and its texture, is never the same twice.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.training.geometry.made.looks import Looks
from viewpoint_gen.training.geometry.made.rays import rays_of, turned
from viewpoint_gen.training.geometry.views import TowerViews, middles

_AS_IT_IS: Final = 0.4
"""Of the things, of the grounds, and of the skies; those of one colour always."""

_ON_THINGS: Final = (6.0, 40.0)
_ON_GROUND: Final = (2.0, 14.0)
_ON_SKY: Final = (1.5, 14.0)
"""Radians per world unit, or per unit of direction, of the slowest and the fastest wave."""


def repainted(
    images: Tensor, views: TowerViews, pairs: Indices, rng: np.random.Generator
) -> Tensor:
    """Pictures (B, 2, 3, S, S) in [0, 1] of pairs (B, 2) of views, in other patterns."""
    things, ground, sky = (
        Looks.drawn(
            rng, np.zeros((len(pairs), 1, 3)), waves=4, turns=turns, grey=0.22, colour=0.12,
            plain=_AS_IT_IS,
        )
        for turns in (_ON_THINGS, _ON_GROUND, _ON_SKY)
    )  # fmt: skip
    sky = sky.only(np.asarray(views.far_is_seen[pairs[:, 0]]))
    sides = [
        images[:, side] * _factors(views, pairs[:, side], things, ground, sky) for side in (0, 1)
    ]
    return torch.stack(sides, dim=1).clamp(0.0, 1.0)


def _factors(views: TowerViews, rows: Indices, things: Looks, ground: Looks, sky: Looks) -> Tensor:
    """What the pixels of views (B,) are multiplied with (B, 3, S, S)."""
    side, depth_side = views.images.shape[1], views.depth.shape[1]
    nearest = middles(depth_side, side)
    depth = torch.from_numpy(views.depth[rows][:, nearest][:, :, nearest].reshape(-1))
    on_object = torch.from_numpy(views.on_object[rows][:, nearest][:, :, nearest].reshape(-1))
    turns = torch.from_numpy(np.array(views.object_turn_rad[rows])).float()
    rays = rays_of(views, rows)
    own, far = turned(rays.some(on_object), -turns), depth.isinf() & ~on_object
    level, up = rays.some(~on_object & ~far), rays.some(far)
    strength = torch.empty_like(rays.directions)
    strength[on_object] = things.waves(own.at(depth[on_object].clamp(max=1e3)), own.thing)
    strength[~on_object & ~far] = ground.waves(level.at(depth[~on_object & ~far]), level.thing)
    strength[far] = sky.waves(functional.normalize(up.directions, dim=-1), up.thing)
    return strength.exp().view(len(rows), side, side, 3).permute(0, 3, 1, 2)
