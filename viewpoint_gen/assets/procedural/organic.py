"""Soft bodies: limbs and lumps melted together, meshed by surface nets.

A body is a list of `Limb`s. Their signed distances are joined with a smooth minimum (Quilez,
"smooth minimum", quadratic form), sampled on a grid only where the surface may be, meshed with
naive surface nets (Gibson 1998) and pulled onto the surface by Newton steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from viewpoint_gen.assets.procedural.part import Array, Axis, Faces, Part, Point, rotation

COARSE = 4  # fine cells along one coarse cell
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
    return replace(limb, start=tuple(map(float, start)), end=tuple(map(float, end)))


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
    body = _Field(limbs, blend_m)
    low, high = body.bounds()
    half = np.ceil((high - low) / 2 / (COARSE * cell_m)).astype(int) + 1
    middle = (low + high) / 2
    middle[0] = 0.0 if abs(middle[0]) < 1e-9 else middle[0]
    origin = middle - half * COARSE * cell_m
    cells = 2 * half * COARSE
    values = _sampled(body, origin, cells, cell_m)
    points, faces = _surface_nets(values, origin, cell_m)
    for _ in range(2):
        distance, gradient = body.gradient(points, 0.05 * cell_m)
        points = points - np.clip(distance, -cell_m, cell_m)[:, None] * gradient
    _, normals = body.gradient(points, 0.25 * cell_m)
    tone = _painted(body.tone(points), points, paint, cell_m)
    u = 0.02 + 0.96 * tone  # off the picture's edge, where its two ends would mix
    return Part(points, normals, np.stack([u, np.full(len(u), 0.5)], axis=1), faces)


def _painted(tone: Array, points: Array, paint: Sequence[Limb], edge_m: float) -> Array:
    for limb in paint:
        share = np.clip(0.5 - _Prepared(limb).distance(points) / edge_m, 0.0, 1.0)
        tone = tone + share * (limb.tone - tone)
    return tone


class _Field:
    """Signed distance (metres, approximate where squashed) and tone of melted limbs."""

    def __init__(self, limbs: Sequence[Limb], blend_m: float) -> None:
        self._limbs = [_Prepared(limb) for limb in limbs]
        self._blend_m = blend_m

    def bounds(self) -> tuple[Array, Array]:
        boxes = [limb.bounds() for limb in self._limbs]
        low = np.min([b[0] for b in boxes], axis=0) - self._blend_m / 2
        return low, np.max([b[1] for b in boxes], axis=0) + self._blend_m / 2

    def distance(self, points: Array) -> Array:
        total = self._limbs[0].distance(points)
        for limb in self._limbs[1:]:
            total = _melted(total, limb.distance(points), self._blend_m)
        return total

    def gradient(self, points: Array, step_m: float) -> tuple[Array, Array]:
        """Distance and unit gradient, by differences over a tetrahedron."""
        corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], dtype=float)
        values = [self.distance(points + step_m * c) for c in corners]
        slope = sum(v[:, None] * c for v, c in zip(values, corners, strict=True))
        gradient = cast(Array, slope) / (np.linalg.norm(slope, axis=1, keepdims=True) + 1e-30)
        return np.mean(values, axis=0), gradient

    def tone(self, points: Array) -> Array:
        distances = np.stack([limb.distance(points) for limb in self._limbs])
        weight = np.exp(-np.maximum(distances, 0) / (0.12 * self._blend_m))
        tones = np.array([limb.tone for limb in self._limbs])
        return cast(Array, (weight * tones[:, None]).sum(axis=0) / (weight.sum(axis=0) + 1e-30))


class _Prepared:
    def __init__(self, limb: Limb) -> None:
        self._squash = np.array(limb.squash)
        self._middle = (np.array(limb.start) + np.array(limb.end)) / 2
        self._start = (np.array(limb.start) - self._middle) / self._squash
        self._along = (np.array(limb.end) - np.array(limb.start)) / self._squash
        self._length2 = float(self._along @ self._along)
        self._r0, self._r1 = limb.start_m, limb.end_m
        self.tone = limb.tone

    def distance(self, points: Array) -> Array:
        local = (points - self._middle) / self._squash - self._start
        if self._length2 > 0:
            t = np.clip(local @ self._along / self._length2, 0.0, 1.0)
            local = local - t[:, None] * self._along
            radius = self._r0 + (self._r1 - self._r0) * t
        else:
            radius = self._r0
        size = np.sqrt(np.einsum("ij,ij->i", local, local))
        if (self._squash == 1.0).all():
            return cast(Array, size - radius)
        # First-order distance of a stretched ball: (|k| - r) |k| / |grad|
        slope = local / self._squash
        steep = np.sqrt(np.einsum("ij,ij->i", slope, slope))
        return cast(Array, (size - radius) * size / np.maximum(steep, 1e-12))

    def bounds(self) -> tuple[Array, Array]:
        ends = np.stack([self._start, self._start + self._along])
        reach = np.array([[self._r0], [self._r1]])
        low = (ends - reach).min(axis=0) * self._squash + self._middle
        return low, (ends + reach).max(axis=0) * self._squash + self._middle


def _melted(a: Array, b: Array, reach: float) -> Array:
    overlap = np.maximum(reach - np.abs(a - b), 0.0)
    return cast(Array, np.minimum(a, b) - overlap * overlap / (4.0 * reach))


def _sampled(body: _Field, origin: Array, cells: Faces, cell_m: float) -> Array:
    """Distances at the grid's nodes; FAR or -FAR in coarse cells that the surface can't touch."""
    blocks = cells // COARSE
    index = np.stack(np.meshgrid(*(np.arange(b) for b in blocks), indexing="ij"), axis=-1)
    index = index.reshape(-1, 3)
    centre = body.distance(origin + (index + 0.5) * COARSE * cell_m)
    # 1.6: slack for squashed limbs, whose distance is only approximate
    near = np.abs(centre) < 1.6 * COARSE * cell_m * np.sqrt(3) / 2
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


def _quads(inside: Array, number: Faces) -> Faces:
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
