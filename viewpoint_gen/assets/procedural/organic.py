"""Soft bodies: limbs and lumps melted together, meshed by surface nets.

A body is a list of `Limb`s. Their signed distances are joined with a smooth minimum (Quilez,
"smooth minimum", quadratic form), sampled on a grid only where the surface may be, meshed with
naive surface nets (Gibson 1998) and pulled onto the surface by a Newton step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from viewpoint_gen.assets.procedural.part import (
    Array,
    Axis,
    Faces,
    Part,
    Point,
    point,
    rotation,
    settled,
)

COARSE = 4  # fine cells along one coarse cell
NEAR = 1.6 * COARSE * 3**0.5 / 2  # cells; half a coarse diagonal, and slack for squashed limbs
FAR = 1e3  # stands for "far outside" where the grid isn't sampled, metres
CORNERS = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)])
EDGES = np.array([(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1])


@dataclass(frozen=True)
class Limb:
    """A round cone from `start` (radius `start_m`) to `end` (radius `end_m`).

    Attributes:
        tone: number in [0, 1] that the colour ramp turns into a colour; it blends like the shape.
        squash: the limb's size along x, y, z relative to a round one (about its middle).
    """

    start: Point
    end: Point
    start_m: float
    end_m: float
    tone: float = 0.0
    squash: Point = (1.0, 1.0, 1.0)


def lump(centre: Point, radii: Point, tone: float = 0.0) -> Limb:
    """An ellipsoid."""
    size = max(radii)
    squash = (radii[0] / size, radii[1] / size, radii[2] / size)
    return Limb(centre, centre, size, size, tone, squash)


def mirrored(limb: Limb) -> Limb:
    """The limb on the other side of the plane x = 0."""
    (x0, y0, z0), (x1, y1, z1) = limb.start, limb.end
    return Limb((-x0, y0, z0), (-x1, y1, z1), limb.start_m, limb.end_m, limb.tone, limb.squash)


def pair(limb: Limb) -> tuple[Limb, Limb]:
    """The limb and its mirror image."""
    return limb, mirrored(limb)


def turned_limb(limb: Limb, axis: Axis, angle_deg: float, about: Point) -> Limb:
    """The limb turned about a point; its squash keeps its directions."""
    turn, pivot = rotation(axis, angle_deg), np.array(about)
    start, end = (turn @ (np.array(p) - pivot) + pivot for p in (limb.start, limb.end))
    return replace(limb, start=point(start), end=point(end))


def sculpt(
    limbs: Sequence[Limb], *, blend_m: float, cell_m: float, paint: Sequence[Limb] = ()
) -> Part:
    """Meshes limbs melted together.

    Args:
        limbs: what the body is made of.
        paint: these add no shape; where the surface lies inside one it takes the limb's tone.
        blend_m: how far the melting reaches.
        cell_m: edge of a grid cell, about the length of a triangle's side.

    Returns:
        A closed smooth part; uv = (tone, 0.5), tone within [0.02, 0.98].
    """
    body = _Field(limbs, blend_m, reach_m=blend_m + NEAR * cell_m)
    low, high = body.bounds()
    half = np.ceil((high - low) / 2 / (COARSE * cell_m)).astype(int) + 1
    middle = (low + high) / 2
    middle[0] = 0.0 if abs(middle[0]) < 1e-9 else middle[0]
    origin = middle - half * COARSE * cell_m
    values = settled(_sampled(body, origin, 2 * half * COARSE, cell_m))
    points, faces = _surface_nets(values, origin, cell_m)
    distance, gradient = body.gradient(points)
    points = points - np.clip(distance, -cell_m, cell_m)[:, None] * gradient
    _, normals = body.gradient(points)
    tone = _painted(body.tone(points), points, paint, cell_m)
    u = 0.02 + 0.96 * tone  # off the picture's edge, where its two ends would mix
    return Part(points, normals, np.stack([u, np.full(len(u), 0.5)], axis=1), faces)


def _painted(tone: Array, points: Array, paint: Sequence[Limb], edge_m: float) -> Array:
    for limb in paint:
        shape = _Prepared(limb)
        near = shape.close_to(points, edge_m)
        share = np.clip(0.5 - shape.distance(points[near]) / edge_m, 0.0, 1.0)
        tone[near] += share * (limb.tone - tone[near])
    return tone


class _Field:
    """Distance (metres, approximate where squashed), gradient and tone of melted limbs.

    A limb is only looked at within `reach_m` of its box: farther off it can't change a point that
    lies near the surface.
    """

    def __init__(self, limbs: Sequence[Limb], blend_m: float, reach_m: float) -> None:
        self._limbs = [_Prepared(limb) for limb in limbs]
        self._blend_m = blend_m
        self._reach_m = reach_m

    def bounds(self) -> tuple[Array, Array]:
        low = np.min([limb.low for limb in self._limbs], axis=0) - self._blend_m / 2
        return low, np.max([limb.high for limb in self._limbs], axis=0) + self._blend_m / 2

    def distance(self, points: Array) -> Array:
        total = np.full(len(points), FAR)
        for limb in self._limbs:
            near = limb.close_to(points, self._reach_m)
            total[near] = self._melted(total[near], limb.distance(points[near]))[0]
        return total

    def gradient(self, points: Array) -> tuple[Array, Array]:
        """Distance and unit gradient."""
        total, slope = np.full(len(points), FAR), np.zeros_like(points)
        for limb in self._limbs:
            near = limb.close_to(points, self._reach_m)
            distance, gradient = limb.gradient(points[near])
            total[near], share = self._melted(total[near], distance)
            slope[near] += share[:, None] * (gradient - slope[near])
        return total, slope / (np.linalg.norm(slope, axis=1, keepdims=True) + 1e-30)

    def _melted(self, a: Array, b: Array) -> tuple[Array, Array]:
        """Smooth minimum, and the share that `b` has in it."""
        overlap = np.maximum(self._blend_m - np.abs(a - b), 0.0)
        minor = overlap / (2 * self._blend_m)
        melted = np.minimum(a, b) - overlap * minor / 2
        return melted, np.where(a < b, minor, 1.0 - minor)

    def tone(self, points: Array) -> Array:
        fade = 0.12 * self._blend_m  # tones mix over a shorter way than shapes do
        total, weights = np.zeros(len(points)), np.full(len(points), 1e-30)
        for limb in self._limbs:
            near = limb.close_to(points, 6 * fade)
            weight = np.exp(-np.maximum(limb.distance(points[near]), 0) / fade)
            total[near] += weight * limb.tone
            weights[near] += weight
        return total / weights


class _Prepared:
    """A limb in the space where it is round."""

    def __init__(self, limb: Limb) -> None:
        self.tone = limb.tone
        self._squash = np.array(limb.squash)
        self._is_round = bool((self._squash == 1.0).all())
        start, end = np.array(limb.start), np.array(limb.end)
        middle = (start + end) / 2
        self._start = (start - middle) / self._squash
        self._middle = middle
        self._along = (end - start) / self._squash
        self._length2 = float(self._along @ self._along)
        self._r0, self._r1 = limb.start_m, limb.end_m
        ends = np.stack([self._start, self._start + self._along])
        radii = np.array([[self._r0], [self._r1]])
        self.low: Array = (ends - radii).min(axis=0) * self._squash + middle
        self.high: Array = (ends + radii).max(axis=0) * self._squash + middle

    def close_to(self, points: Array, reach_m: float) -> Faces:
        """Indices of the points within `reach_m` of the limb's box."""
        low, high = self.low - reach_m, self.high + reach_m
        x, y, z = points.T
        inside = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])
        return np.flatnonzero(inside & (z > low[2]) & (z < high[2]))

    def _local(self, points: Array) -> tuple[Array, Array | float, Array | float]:
        """Vector from the axis, radius there, and the radius's slope along the axis."""
        local = points - self._middle
        if not self._is_round:
            local /= self._squash
        local -= self._start
        if self._length2 == 0:
            return local, self._r0, 0.0
        t = local @ self._along / self._length2
        inside = (t > 0) & (t < 1)
        t = np.clip(t, 0.0, 1.0)
        local -= t[:, None] * self._along
        grow = self._r1 - self._r0
        return local, self._r0 + grow * t, grow * inside / self._length2

    def distance(self, points: Array) -> Array:
        local, radius, _ = self._local(points)
        size = np.sqrt(np.einsum("ij,ij->i", local, local))
        if self._is_round:
            return cast(Array, size - radius)
        local /= self._squash  # first-order distance: value / |gradient|
        steep = np.sqrt(np.einsum("ij,ij->i", local, local))
        return cast(Array, (size - radius) * size / np.maximum(steep, 1e-12))

    def gradient(self, points: Array) -> tuple[Array, Array]:
        local, radius, grow = self._local(points)
        size = np.sqrt(np.einsum("ij,ij->i", local, local))
        slope = local / np.maximum(size, 1e-12)[:, None]
        if self._length2 > 0:
            slope -= np.multiply.outer(grow, self._along)
        slope /= self._squash
        steep = np.sqrt(np.einsum("ij,ij->i", slope, slope)) + 1e-12
        return (size - radius) / steep, slope / steep[:, None]


def _sampled(body: _Field, origin: Array, cells: Faces, cell_m: float) -> Array:
    """Distances at the grid's nodes; FAR or -FAR in coarse cells that the surface can't touch."""
    blocks = cells // COARSE
    index = np.stack(np.meshgrid(*(np.arange(b) for b in blocks), indexing="ij"), axis=-1)
    index = index.reshape(-1, 3)
    centre = body.distance(origin + (index + 0.5) * COARSE * cell_m)
    near = np.abs(centre) < NEAR * cell_m
    values = np.full(cells + 1, FAR)
    inside = index[~near & (centre < 0)] * COARSE
    steps = np.stack(np.meshgrid(*[np.arange(COARSE + 1)] * 3, indexing="ij"), -1).reshape(-1, 3)
    nodes = (inside[:, None, :] + steps).reshape(-1, 3)
    values[tuple(nodes.T)] = -FAR
    wanted = np.zeros(cells + 1, dtype=bool)
    wanted[tuple((index[near][:, None, :] * COARSE + steps).reshape(-1, 3).T)] = True
    fine = np.argwhere(wanted)
    values[wanted] = body.distance(origin + fine * cell_m)
    return values


def _surface_nets(values: Array, origin: Array, cell_m: float) -> tuple[Array, Faces]:
    inside = values < 0
    corner = [
        inside[tuple(slice(o, values.shape[d] - 1 + o) for d, o in enumerate(c))] for c in CORNERS
    ]
    count = sum(c.astype(np.int8) for c in corner)
    cell = np.argwhere((count > 0) & (count < 8))
    number = np.full(np.array(values.shape) - 1, -1, dtype=np.int64)
    number[tuple(cell.T)] = np.arange(len(cell))
    corner_values = values[tuple(np.moveaxis(cell[:, None, :] + CORNERS, -1, 0))]
    a, b = corner_values[:, EDGES[:, 0]], corner_values[:, EDGES[:, 1]]
    crossed = (a < 0) != (b < 0)
    t = np.where(crossed, a / np.where(crossed, a - b, 1.0), 0.0)
    start, end = CORNERS[EDGES[:, 0]], CORNERS[EDGES[:, 1]]
    spot = start + t[:, :, None] * (end - start)
    local = (spot * crossed[:, :, None]).sum(axis=1) / crossed.sum(axis=1, keepdims=True)
    return origin + (cell + local) * cell_m, _quads(inside, number)


def _quads(inside: npt.NDArray[np.bool_], number: Faces) -> Faces:
    faces = []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        lower = [slice(None)] * 3
        upper = [slice(None)] * 3
        lower[axis], upper[axis] = slice(None, -1), slice(1, None)
        enters, leaves = inside[tuple(lower)], inside[tuple(upper)]
        node = np.argwhere(enters != leaves)
        node = node[(node[:, i] > 0) & (node[:, j] > 0)]
        back_i, back_j = np.eye(3, dtype=int)[i], np.eye(3, dtype=int)[j]
        ring = [node, node - back_i, node - back_i - back_j, node - back_j]
        quad = np.stack([number[tuple(r.T)] for r in ring], axis=1)
        flip = ~enters[tuple(node.T)].astype(bool)
        quad[flip] = quad[flip][:, ::-1]
        faces += [quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]
    return np.concatenate(faces)
