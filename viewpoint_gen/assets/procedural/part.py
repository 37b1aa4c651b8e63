"""Part: a piece of surface as plain arrays, and how pieces are placed and joined.

Frame of every part: glTF axes, metres. +X is the object's own left, +Y up, +Z its front.
Surfaces are closed and wound counter-clockwise seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Faces = npt.NDArray[np.int64]
Axis = Literal["x", "y", "z"]
Point = tuple[float, float, float]

DEFAULT_CREASE_DEG = 38.0
MIN_AREA_M2 = 1e-12  # smaller triangles have no reliable normal
WELD_M = 1e-7  # points closer than this are one point
STEP = 1e-9  # the last bits of sin, cos and products differ between runs; this is above them
OFF_TIE = 0.318  # keeps the edges between rounding cells off the numbers that designs are made of


@dataclass(frozen=True, eq=False)
class Part:
    """A closed surface with per-vertex normals and texture coordinates.

    Attributes:
        points_m: (N, 3) vertex positions; vertices are doubled along hard edges.
        normals: (N, 3) unit normals.
        uv: (N, 2) texture coordinates, metres along the surface unless fitted to [0, 1].
        faces: (M, 3) vertex indices.
    """

    points_m: Array
    normals: Array
    uv: Array
    faces: Faces

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
        """Shifts the part by metres along each axis."""
        return Part(self.points_m + np.array([x, y, z]), self.normals, self.uv, self.faces)

    def turned(self, axis: Axis, angle_deg: float, about: Point = (0.0, 0.0, 0.0)) -> Part:
        """Turns the part about an axis through `about`, right-handed, in degrees."""
        turn = rotation(axis, angle_deg)
        pivot = np.array(about)
        points = (self.points_m - pivot) @ turn.T + pivot
        return Part(points, self.normals @ turn.T, self.uv, self.faces)

    def aimed(self, direction: Point) -> Part:
        """Turns the part about the origin so that its +Y axis points along `direction`."""
        turn = rotation_from_y(np.array(direction, dtype=float))
        return Part(self.points_m @ turn.T, self.normals @ turn.T, self.uv, self.faces)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Part:
        """Stretches the part about the origin; a negative factor mirrors it."""
        factor = np.array([x, y, z])
        normals = self.normals / factor
        normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        faces = self.faces if factor.prod() > 0 else self.faces[:, ::-1]
        return Part(self.points_m * factor, normals, self.uv, faces)

    def mirrored(self) -> Part:
        """The same part on the other side of the plane x = 0."""
        return self.scaled(x=-1.0)

    def both_sides(self) -> Part:
        """The part and its mirror image."""
        return join(self, self.mirrored())

    def ring(self, count: int, start_deg: float = 0.0) -> Part:
        """`count` copies spread evenly about the vertical axis."""
        step = 360.0 / count
        return join(*(self.turned("y", start_deg + step * i) for i in range(count)))

    def with_fitted_uv(self) -> Part:
        """Texture coordinates stretched to fill [0, 1] in both directions."""
        low, high = self.uv.min(axis=0), self.uv.max(axis=0)
        span = np.where(high - low > 0, high - low, 1.0)
        return Part(self.points_m, self.normals, (self.uv - low) / span, self.faces)

    def with_uv(self, uv: Array) -> Part:
        """The same part with other texture coordinates, (N, 2)."""
        return Part(self.points_m, self.normals, uv, self.faces)

    def with_swapped_uv(self) -> Part:
        """Texture turned by a quarter: grain that ran along v runs along u."""
        return self.with_uv(self.uv[:, ::-1].copy())

    def warped(
        self, move: Callable[[Array], Array], crease_deg: float = DEFAULT_CREASE_DEG
    ) -> Part:
        """The part with its (N, 3) points sent through `move`; normals are made anew."""
        uv = self.uv[self.faces]
        return creased(move(self.points_m), self.faces, crease_deg=crease_deg, corner_uv=uv)

    def with_planar_uv(self, axis: Axis) -> Part:
        """Texture coordinates by looking along an axis, in metres (z: u = x, v = y)."""
        columns = {"x": (2, 1), "y": (0, 2), "z": (0, 1)}[axis]
        return self.with_uv(self.points_m[:, columns].copy())

    @property
    def low(self) -> Array:
        """(3,) smallest coordinates, metres."""
        return cast(Array, self.points_m.min(axis=0))

    @property
    def high(self) -> Array:
        """(3,) largest coordinates, metres."""
        return cast(Array, self.points_m.max(axis=0))


def point(xyz: Array) -> Point:
    """Three numbers as a tuple."""
    return float(xyz[0]), float(xyz[1]), float(xyz[2])


def rotation(axis: Axis, angle_deg: float) -> Array:
    """(3, 3) right-handed rotation about a coordinate axis."""
    # Exact for quarter turns, so that symmetric objects stay symmetric to the last bit.
    quarter = round(angle_deg / 90.0)
    if abs(angle_deg - 90.0 * quarter) < 1e-9:
        c, s = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[quarter % 4]
    else:
        c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    turn = np.eye(3)
    turn[i, i], turn[i, j], turn[j, i], turn[j, j] = c, -s, s, c
    return turn


def rotation_from_y(direction: Array) -> Array:
    """(3, 3) shortest rotation that takes +Y to `direction`."""
    unit = direction / np.linalg.norm(direction)
    axis = np.cross([0.0, 1.0, 0.0], unit)
    cosine = unit[1]
    if cosine < -1.0 + 1e-12:
        return rotation("x", 180.0)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1.0 + cosine)


def settled(values: Array, step: float = STEP) -> Array:
    """Values rounded to a multiple of `step`, so that every run goes on with the same numbers.

    NumPy's vector code may differ in the last bit with the memory alignment it happens to get.
    """
    return np.round(values / step) * step + 0.0  # + 0.0 turns -0.0 into 0.0


def join(*parts: Part) -> Part:
    """Several parts as one; nothing is welded."""
    offsets = np.cumsum([0] + [len(p.points_m) for p in parts[:-1]])
    return Part(
        np.concatenate([p.points_m for p in parts]),
        np.concatenate([p.normals for p in parts]),
        np.concatenate([p.uv for p in parts]),
        np.concatenate([p.faces + o for p, o in zip(parts, offsets, strict=True)]),
    )


def creased(
    points_m: Array,
    faces: Faces,
    *,
    crease_deg: float = DEFAULT_CREASE_DEG,
    corner_uv: Array | None = None,
) -> Part:
    """A part from a closed indexed surface: welds, orients outward, splits hard edges.

    Args:
        points_m: (N, 3) positions.
        faces: (M, 3) indices, wound consistently (inside out is mended).
        crease_deg: edges sharper than this are hard.
        corner_uv: (M, 3, 2) texture coordinates; by default projected along the nearest axis.
    """
    points, faces = _welded(settled(points_m), faces)
    keep = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    faces = faces[keep]
    cross = _cross(points, faces)
    uv = _box_uv(points, faces, cross) if corner_uv is None else corner_uv[keep]
    if np.einsum("ij,ij->", points[faces[:, 0]], cross) < 0:
        faces, uv, cross = faces[:, ::-1], uv[:, ::-1], -cross
    normals = _corner_normals(points, faces, cross, np.cos(np.radians(crease_deg)))
    return _indexed(points, faces, normals, uv.reshape(-1, 2))


def _welded(points: Array, faces: Faces) -> tuple[Array, Faces]:
    cell = np.floor(points / WELD_M + OFF_TIE).astype(np.int64)
    key = (cell[:, 0] * 1_000_003 + cell[:, 1]) * 998_244_353 + cell[:, 2]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return points[first], group[faces]


def _cross(points: Array, faces: Faces) -> Array:
    a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
    return np.cross(b - a, c - a)


def _box_uv(points: Array, faces: Faces, cross: Array) -> Array:
    axis = np.abs(cross).argmax(axis=1)
    columns = np.array([[2, 1], [0, 2], [0, 1]])[axis]
    rows = points[faces]
    u = np.take_along_axis(rows, columns[:, None, :1].repeat(3, axis=1), axis=2)
    v = np.take_along_axis(rows, columns[:, None, 1:].repeat(3, axis=1), axis=2)
    return np.concatenate([u, v], axis=2)


def _corner_normals(points: Array, faces: Faces, cross: Array, min_cosine: float) -> Array:
    """(3M, 3) normal of each face corner: neighbours within the crease angle, angle-weighted."""
    double_area = np.linalg.norm(cross, axis=1)
    sliver = double_area < 2 * MIN_AREA_M2  # closes a gap, but has no direction of its own
    unit = np.where(sliver, 0.0, 1.0)[:, None] * cross / (double_area[:, None] + 1e-300)
    rows = points[faces]
    to_next = np.roll(rows, -1, axis=1) - rows
    to_next /= np.linalg.norm(to_next, axis=2, keepdims=True) + 1e-30
    to_previous = -np.roll(to_next, 1, axis=1)
    weight = np.arccos(np.clip((to_next * to_previous).sum(axis=2), -1, 1)).ravel()
    corner_vertex = faces.ravel()
    order = np.argsort(corner_vertex, kind="stable")
    count = np.bincount(corner_vertex, minlength=len(points))
    start = np.cumsum(count) - count
    own_count = count[corner_vertex[order]]
    mine = np.repeat(order, own_count)
    step = np.arange(len(mine)) - np.repeat(np.cumsum(own_count) - own_count, own_count)
    other = order[np.repeat(start[corner_vertex[order]], own_count) + step]
    face_mine, face_other = mine // 3, other // 3
    smooth = np.einsum("ij,ij->i", unit[face_mine], unit[face_other]) > min_cosine
    smooth |= sliver[face_mine]
    mine, other = mine[smooth], other[smooth]
    share = unit[other // 3] * weight[other, None]
    total = np.stack(
        [np.bincount(mine, share[:, k], minlength=len(corner_vertex)) for k in range(3)], axis=1
    )
    return cast(Array, total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-30))


def _indexed(points: Array, faces: Faces, normals: Array, uv: Array) -> Part:
    """Shares a vertex between corners that agree in position, normal and texture coordinate."""
    vertex = faces.ravel()
    steps = np.concatenate([normals * 500.0, uv * 2.0e4], axis=1) + OFF_TIE
    steps = np.floor(steps).astype(np.int64)
    key = vertex.copy()
    for column in steps.T:
        key = key * 1_000_003 + column
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return Part(points[vertex[first]], normals[first], uv[first], group.reshape(-1, 3))
