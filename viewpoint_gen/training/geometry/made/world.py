"""Made-up things on their ground, in their light, as a run's own cameras see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from viewpoint_gen.geometry.frames import Bools, Indices
from viewpoint_gen.training.geometry.made.looks import Looks, colours
from viewpoint_gen.training.geometry.made.rays import Rays, rays_of, turned
from viewpoint_gen.training.geometry.made.solids import SOLIDS, Solids
from viewpoint_gen.training.geometry.truth import about_z
from viewpoint_gen.training.geometry.views import TowerViews, middles

_GROUND: Final = 0.5
_FAR_IS_SEEN: Final = 0.5
"""Of the worlds: with a ground under the thing, and with something to see far behind it."""

_FARTHEST: Final = 60.0
_SHADOWS: Final = 1.5
"""World units: the ground ends there, and shadows fall so far from the thing's middle."""

_AMBIENT: Final = (0.25, 0.7)
_GAMMA: Final = 1.6
_NOISE: Final = 0.015
_TINY: Final = 1e-6


@dataclass(frozen=True)
class Worlds:
    """B made-up things, each with what is around it.

    Attributes:
        solids: the things.
        look: of each of their solids, in the thing's own frame.
        ground, sky: one look each, by the place on the ground, and by the direction.
        has_ground: (B,).
        far_is_seen: (B,) whether the sky is more than one colour.
        sun: (B, 3) the direction to it.
        ambient: (B,) the light where the sun doesn't shine, in parts of all light.
    """

    solids: Solids
    look: Looks
    ground: Looks
    sky: Looks
    has_ground: Tensor
    far_is_seen: Bools
    sun: Tensor
    ambient: Tensor

    @classmethod
    def drawn(cls, rng: np.random.Generator, count: int) -> Worlds:
        """``count`` worlds."""
        sun = rng.normal(size=(count, 3))
        sun[:, 2] = np.abs(sun[:, 2]) + 0.4
        far = rng.random(count) < _FAR_IS_SEEN
        sky = Looks.drawn(
            rng, colours(rng, count, 1), waves=8, turns=(1.5, 14.0), grey=0.1, colour=0.04, plain=0
        )  # fmt: skip
        return cls(
            solids=Solids.drawn(rng, count),
            look=Looks.drawn(
                rng, colours(rng, count, SOLIDS), waves=4, turns=(6.0, 40.0), grey=0.1, colour=0.06
            ),
            ground=Looks.drawn(
                rng, colours(rng, count, 1), waves=4, turns=(2.0, 14.0), grey=0.07, colour=0.02,
                plain=0.2,
            ),
            sky=sky.only(far),
            has_ground=torch.from_numpy(rng.random(count) < _GROUND),
            far_is_seen=far,
            sun=functional.normalize(torch.from_numpy(sun).float(), dim=1),
            ambient=torch.from_numpy(rng.uniform(*_AMBIENT, count)).float(),
        )  # fmt: skip

    def seen(self, rays: Rays, turns_rad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What M rays see: linear colours (M, 3), depth (M,), whether it is the thing (M,).

        Args:
            rays: in the world's frame; depth is in lengths of their directions, inf where nothing
                is met.
            turns_rad: (B,) of the things about the vertical.
        """
        back = turned(rays, -turns_rad)
        hits = self.solids.hits(back)
        depth = self._to_ground(rays)
        before = hits.depth <= depth[hits.ray]
        ray, met, solid = hits.ray[before], hits.depth[before], hits.solid[before]
        on_thing = torch.zeros_like(depth, dtype=torch.bool)
        on_thing[ray] = True
        colour = torch.empty_like(rays.directions)
        own = back.some(ray)
        normal = about_z(hits.normal[before], turns_rad[own.thing])
        lit = (normal * self.sun[own.thing]).sum(dim=-1).clamp(min=0)
        look = self.look.at(own.at(met), own.thing, self.solids.twin[own.thing, solid])
        colour[ray] = look * self._light(lit, own.thing)
        on_ground = depth.isfinite() & ~on_thing
        colour[on_ground] = self._ground(rays.some(on_ground), depth[on_ground], turns_rad)
        into_sky = rays.some(~depth.isfinite() & ~on_thing)
        towards = functional.normalize(into_sky.directions, dim=-1)
        colour[~depth.isfinite() & ~on_thing] = self.sky.at(towards, into_sky.thing)
        depth[ray] = met
        return colour, depth, on_thing

    def _to_ground(self, rays: Rays) -> Tensor:
        """Depth (M,) of the ground."""
        height = self.solids.bottom[rays.thing] - rays.origins[:, 2]
        down = rays.directions[:, 2]
        depth = height / torch.where(down.abs() < _TINY, torch.full_like(down, _TINY), down)
        met = self.has_ground[rays.thing] & (height < 0) & (depth > 0) & (depth < _FARTHEST)
        return depth.masked_fill(~met, float("inf"))

    def _ground(self, rays: Rays, depth: Tensor, turns_rad: Tensor) -> Tensor:
        """Colours (M, 3) of the ground where rays meet it, with the thing's shadow."""
        points = rays.at(depth)
        near = (points[:, :2].norm(dim=-1) < _SHADOWS).nonzero()[:, 0]
        thing = rays.thing[near]
        lit = torch.ones_like(depth)
        to_sun = Rays(points[near], self.sun[thing], thing)
        lit[near] = (~self.solids.block(turned(to_sun, -turns_rad))).float()
        return self.ground.at(points, rays.thing) * self._light(lit, rays.thing)

    def _light(self, lit: Tensor, thing: Tensor) -> Tensor:
        """(M, 1) in parts of all light."""
        ambient = self.ambient[thing]
        return (ambient + (1 - ambient) * lit)[:, None]


def made_views(
    views: TowerViews, pairs: Indices, rng: np.random.Generator
) -> tuple[TowerViews, Indices]:
    """A made-up thing for each of some pairs of views, seen by the very same cameras.

    Args:
        views: of a run.
        pairs: (B, 2) of them.

    Returns:
        Views 2 B, and the pairs (B, 2) of them.
    """
    worlds = Worlds.drawn(rng, len(pairs))
    sides = [_pictures(worlds, views, pairs[:, side], rng) for side in (0, 1)]
    images, depth, on_object = (np.concatenate(part) for part in zip(*sides, strict=True))
    rows, numbers = pairs.T.reshape(-1), np.arange(len(pairs))
    made = TowerViews(
        images=images,
        depth=depth,
        on_object=on_object,
        world_from_camera=np.array(views.world_from_camera[rows]),
        intrinsics=np.array(views.intrinsics[rows]),
        object_turn_rad=np.array(views.object_turn_rad[rows]),
        far_is_seen=np.tile(worlds.far_is_seen, 2),
        anchor=np.tile(numbers, 2),
        split=np.zeros(len(rows), dtype=np.int64),
    )
    return made, np.stack([numbers, numbers + len(pairs)], axis=1)


def _pictures(
    worlds: Worlds, views: TowerViews, rows: Indices, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32], Bools]:
    """Images (B, S, S, 3), depth and whether it is the thing (B, D, D), as the views have them."""
    image_px, depth_side = views.images.shape[1], views.depth.shape[1]
    turns = torch.from_numpy(np.array(views.object_turn_rad[rows])).float()
    rays = rays_of(views, rows)
    colour, depth, on_thing = worlds.seen(rays, turns)
    noise = torch.from_numpy(rng.normal(0.0, _NOISE, colour.shape)).float()
    shown = (colour ** (1 / _GAMMA) + noise).clamp(0.0, 1.0).view(-1, image_px, image_px, 3)
    at = middles(image_px, depth_side)
    square = (-1, image_px, image_px)
    return (
        (shown * 255).round().byte().numpy(),
        depth.view(square).numpy()[:, at][:, :, at],
        on_thing.view(square).numpy()[:, at][:, :, at],
    )
