"""Things made of a few boxes, cylinders and balls, and where rays meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor
from torch.nn import functional

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.training.geometry.made.rays import Rays

_KINDS: Final = ("box",) * 6 + ("cylinder",) * 2 + ("ball",) * 2
"""Of the solids of a thing, those of one kind together."""

SOLIDS: Final = len(_KINDS)
_FIRST: Final = (0, 1, 2, 6, 8)
_SECOND: Final = (3, 4, 5, 7, 9)
"""Halves alike in kinds; the second may mirror the first."""

_MIRRORED: Final = 0.45
"""Of the things, symmetric about an upright plane, as most things are."""

_UPRIGHT: Final = 0.6
_STRAIGHT: Final = 0.5
"""Of the solids: with an upright axis; of those, with sides along the thing's own."""

_HALF: Final = (0.04, 0.35)
_HALF_SPREAD: Final = 0.45
_LEAST_HALF: Final = 0.015
_PLACE_SPREAD: Final = 0.22
_FEWEST: Final = 0.25
"""Half extents, those of one solid, places, and the share that is there, in parts of a thing."""

_CUBE_RADIUS: Final = 0.75**0.5
_LEAST_DEPTH: Final = 1e-4
_NONE: Final = float("inf")


@dataclass(frozen=True)
class Hits:
    """Where M of some rays first meet their things.

    Attributes:
        ray: (M,) number of each of these rays.
        depth: (M,) in lengths of the rays' directions.
        solid: (M,) which solid it is.
        normal: (M, 3) of length 1, outwards.
    """

    ray: Tensor
    depth: Tensor
    solid: Tensor
    normal: Tensor


@dataclass(frozen=True)
class Solids:
    """B things, each made of ``SOLIDS`` solids, in the unit cube around the origin.

    Attributes:
        middle: (B, K, 3).
        half: (B, K, 3) extents along a solid's own axes, to either side.
        axes: (B, K, 3, 3) these axes, as columns.
        there: (B, K) which solids there are.
        twin: (B, K) the solid whose look each has: itself, or the one that it mirrors.
    """

    middle: Tensor
    half: Tensor
    axes: Tensor
    there: Tensor
    twin: Tensor

    @classmethod
    def drawn(cls, rng: np.random.Generator, count: int) -> Solids:
        """``count`` things."""
        shape = (count, SOLIDS)
        size = np.exp(rng.uniform(np.log(_HALF[0]), np.log(_HALF[1]), (*shape, 1)))
        half = size * np.exp(rng.normal(0.0, _HALF_SPREAD, (*shape, 3)))
        half = half.clip(_LEAST_HALF, 0.5)
        middle = rng.normal(0.0, _PLACE_SPREAD, (*shape, 3)).clip(-0.42, 0.42)
        upright = _about_z(
            rng.integers(4, size=shape) * np.pi / 2
            + (rng.random(shape) > _STRAIGHT) * rng.uniform(0.0, np.pi, shape)
        )
        leans = rng.random(shape)[..., None, None] > _UPRIGHT
        any_axes = Rotation.random(count * SOLIDS, rng).as_matrix().reshape(*shape, 3, 3)
        axes = np.where(leans, any_axes, upright)
        there = rng.random(shape) < rng.uniform(_FEWEST, 1.0, (count, 1))
        there[~there[:, _FIRST].any(axis=1), 0] = True
        twin = np.tile(np.arange(SOLIDS), (count, 1))
        _mirror(rng.random(count) < _MIRRORED, middle, half, axes, there, twin)
        turned = _about_z(rng.uniform(0.0, 2 * np.pi, (count, 1)))
        middle, axes = (turned @ middle[..., None])[..., 0], turned @ axes
        middle, half = _fitted(middle, half, axes, there)
        return cls(
            middle=torch.from_numpy(middle).float(),
            half=torch.from_numpy(half).float(),
            axes=torch.from_numpy(axes).float(),
            there=torch.from_numpy(there),
            twin=torch.from_numpy(twin),
        )

    @property
    def bottom(self) -> Tensor:
        """(B,) height of each thing's lowest point."""
        reach = torch.einsum("bkij,bkj->bki", self.axes.abs(), self.half)[..., 2]
        return (self.middle[..., 2] - reach).masked_fill(~self.there, _NONE).amin(dim=1)

    @property
    def radius(self) -> Tensor:
        """(B,) of a sphere around the origin that holds each thing."""
        reach = self.middle.norm(dim=-1) + self.half.norm(dim=-1)
        return reach.masked_fill(~self.there, 0.0).amax(dim=1).clamp(max=_CUBE_RADIUS)

    def hits(self, rays: Rays) -> Hits:
        """Where rays meet the things from outside; those that miss them are left out."""
        near = self._near(rays)
        rays = rays.some(near)
        origins, directions = self._own(rays)
        depth, solid = self._depths(origins, directions, rays.thing).min(dim=1)
        met = depth.isfinite().nonzero()[:, 0]
        depth, solid, thing = depth[met], solid[met], rays.thing[met]
        own = origins[met, solid] + depth[:, None] * directions[met, solid]
        axes = self.axes[thing, solid] / self.half[thing, solid][:, None]
        normal = torch.einsum("mij,mj->mi", axes, _own_normals(own, solid))
        return Hits(near[met], depth, solid, functional.normalize(normal, dim=-1))

    def block(self, rays: Rays) -> Tensor:
        """(M,) whether rays meet the things at all."""
        near = self._near(rays)
        blocked = torch.zeros(len(rays.thing), dtype=torch.bool)
        rays = rays.some(near)
        blocked[near] = self._depths(*self._own(rays), rays.thing).isfinite().any(dim=1)
        return blocked

    def _near(self, rays: Rays) -> Tensor:
        """The rays that meet the sphere around their thing."""
        ahead = functional.normalize(rays.directions, dim=-1)
        along = (rays.origins * ahead).sum(dim=-1, keepdim=True)
        aside = (rays.origins - along * ahead).norm(dim=-1)
        return (aside < self.radius[rays.thing]).nonzero()[:, 0]

    def _own(self, rays: Rays) -> tuple[Tensor, Tensor]:
        """Origins and directions (M, K, 3) where each solid's surface is at ±1."""
        inward = self.axes / self.half[:, :, None]  # from the thing's axes into the solid's
        middles = torch.einsum("bkj,bkji->bki", self.middle, inward)
        maps = inward.transpose(1, 2).flatten(2)  # (B, 3, K * 3)
        counts = torch.bincount(rays.thing, minlength=len(maps)).tolist()
        origins, directions = (
            torch.cat([part @ own for part, own in zip(each.split(counts), maps, strict=True)])
            for each in (rays.origins, rays.directions)
        )
        shape = (-1, SOLIDS, 3)
        return origins.view(shape) - middles[rays.thing], directions.view(shape)

    def _depths(self, origins: Tensor, directions: Tensor, thing: Tensor) -> Tensor:
        """(M, K) of rays in the solids' own axes; inf where they miss one."""
        depths = torch.empty(directions.shape[:2])
        for kind, meet in _MEET.items():
            first = _KINDS.index(kind)
            which = slice(first, first + _KINDS.count(kind))
            depths[:, which] = meet(origins[:, which], directions[:, which])
        return depths.masked_fill(~self.there[thing] | (depths < _LEAST_DEPTH), _NONE)


def _meets_ball(origins: Tensor, directions: Tensor) -> Tensor:
    return _between(*_round(origins, directions))


def _meets_box(origins: Tensor, directions: Tensor) -> Tensor:
    enter, leave = _slabs(origins, directions)
    return _between(enter.amax(dim=-1), leave.amin(dim=-1))


def _meets_cylinder(origins: Tensor, directions: Tensor) -> Tensor:
    enter, leave = _slabs(origins[..., 2], directions[..., 2])
    through = _round(origins[..., :2], directions[..., :2])
    return _between(torch.maximum(enter, through[0]), torch.minimum(leave, through[1]))


_MEET: Final = {"ball": _meets_ball, "box": _meets_box, "cylinder": _meets_cylinder}


def _between(enter: Tensor, leave: Tensor) -> Tensor:
    return enter.masked_fill(enter >= leave, _NONE)


def _round(origins: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Depths at which rays enter and leave what is within 1 of the origin; none: out of order."""
    square = directions.square().sum(dim=-1).clamp(min=1e-12)
    ahead = (origins * directions).sum(dim=-1)
    inside = ahead.square() - square * (origins.square().sum(dim=-1) - 1)
    half = inside.clamp(min=0).sqrt()
    enter, leave = (-ahead - half) / square, (-ahead + half) / square
    return enter.masked_fill(inside <= 0, _NONE), leave


def _slabs(origins: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Depths at which rays enter and leave what is between -1 and 1 of each axis."""
    slow = directions.abs() < 1e-9
    inverse = 1 / torch.where(slow, torch.full_like(directions, 1e-9), directions)
    one, other = (-1 - origins) * inverse, (1 - origins) * inverse
    return torch.minimum(one, other), torch.maximum(one, other)


def _own_normals(points: Tensor, solid: Tensor) -> Tensor:
    """Normals (M, 3) at points (M, 3) of the surfaces of solids (M,) at ±1, of any length."""
    face = torch.zeros_like(points).scatter(-1, points.abs().argmax(-1, keepdim=True), 1.0)
    upright = points.new_tensor([0.0, 0.0, 1.0])
    on_end = points[:, 2:].abs() > 1 - 1e-3
    normals = {
        "ball": points,
        "box": face * points.sign(),
        "cylinder": torch.where(on_end, upright * points.sign(), points * (1 - upright)),
    }
    which = torch.tensor([list(normals).index(kind) for kind in _KINDS])[solid]
    return torch.stack(list(normals.values()), dim=1)[torch.arange(len(points)), which]


def _mirror(
    chosen: Bools, middle: Array, half: Array, axes: Array, there: Bools, twin: Indices
) -> None:
    """Let the second half of the solids of some things be as a mirror shows the first; in place."""
    flip = np.array([-1.0, 1.0, 1.0])
    rows = np.flatnonzero(chosen)[:, None]
    middle[rows, _SECOND] = middle[rows, _FIRST] * flip
    half[rows, _SECOND] = half[rows, _FIRST]
    axes[rows, _SECOND] = flip[:, None] * axes[rows, _FIRST] * flip
    there[rows, _SECOND] = there[rows, _FIRST]
    twin[rows, _SECOND] = twin[rows, _FIRST]


def _fitted(middle: Array, half: Array, axes: Array, there: Bools) -> tuple[Array, Array]:
    """As large as the unit cube allows, and in its middle."""
    reach = np.einsum("bkij,bkj->bki", np.abs(axes), half)
    low = np.where(there[..., None], middle - reach, np.inf).min(axis=1)
    high = np.where(there[..., None], middle + reach, -np.inf).max(axis=1)
    scale = 1.0 / (high - low).max(axis=1)[:, None, None]
    return (middle - ((low + high) / 2)[:, None]) * scale, half * scale


def _about_z(angles_rad: Array) -> Array:
    """Rotations (…, 3, 3) about the vertical."""
    turned = Rotation.from_euler("z", angles_rad.reshape(-1, 1)).as_matrix()
    return np.asarray(turned.reshape(*angles_rad.shape, 3, 3))
