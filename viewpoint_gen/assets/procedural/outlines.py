"""Plane outlines and what is made from them: extrusions, and cutting one solid from another.

Outlines are (N, 2) arrays in metres, x to the right and y up, without the closing point.
"""

from __future__ import annotations

from collections.abc import Sequence

import manifold3d
import numpy as np
import shapely

from viewpoint_gen.assets.procedural.part import (
    DEFAULT_CREASE_DEG,
    WELD_M,
    Array,
    Part,
    creased,
    settled,
)
from viewpoint_gen.assets.procedural.shapes import earcut

CORNER_STEPS = 5  # points along a rounded corner
_LEAST_BEVEL_M = 2e-4  # smaller ones can't be seen


def ellipse(radius_x: float, radius_y: float, count: int = 28) -> Array:
    """An ellipse about the origin, counter-clockwise from +x."""
    angle = np.arange(count) * (2 * np.pi / count)
    return np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1)


def arc(radius: float, start_deg: float, end_deg: float, count: int = 12) -> Array:
    """Points of a circular arc about the origin, both ends included."""
    angle = np.radians(np.linspace(start_deg, end_deg, count))
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def rectangle(width: float, height: float, radius: float = 0.0) -> Array:
    """A rectangle about the origin with rounded corners, counter-clockwise."""
    x, y = width / 2 - radius, height / 2 - radius
    if radius <= 0:
        return np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    corners = [(x, y, 0.0), (-x, y, 90.0), (-x, -y, 180.0), (x, -y, 270.0)]
    return np.concatenate(
        [arc(radius, a, a + 90.0, CORNER_STEPS) + np.array([cx, cy]) for cx, cy, a in corners]
    )


def superellipse(radius_x: float, radius_y: float, power: float = 4.0, count: int = 32) -> Array:
    """A rounded rectangle-like curve; power 2 is an ellipse, more is squarer."""
    unit = ellipse(1.0, 1.0, count)
    shaped = np.sign(unit) * np.abs(unit) ** (2.0 / power)
    return shaped * np.array([radius_x, radius_y])


def star(outer: float, inner: float, points: int) -> Array:
    """A star with its first tip on +y."""
    angle = np.pi / 2 + np.arange(2 * points) * (np.pi / points)
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def rounded(outline: Sequence[Sequence[float]] | Array, radius: float) -> Array:
    """The outline with all its corners, inner and outer, rounded."""
    shape = shapely.Polygon(settled(np.array(outline, dtype=float)))
    soft = shape.buffer(-radius, quad_segs=CORNER_STEPS).buffer(2 * radius, quad_segs=CORNER_STEPS)
    soft = soft.buffer(-radius, quad_segs=CORNER_STEPS).simplify(radius * 0.02)
    ring = np.array(soft.exterior.coords)[:-1]
    return ring if shapely.LinearRing(ring).is_ccw else ring[::-1]


def extrude(
    outline: Sequence[Sequence[float]] | Array,
    depth: float,
    *,
    holes: Sequence[Array] = (),
    bevel: float = 0.0,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """A plate of the given outline in the XY plane, reaching from z = 0 to z = depth.

    Texture coordinates are metres: x, y on the faces; along the rim, z on the walls.
    """
    loops = [_wound(np.array(outline, dtype=float), ccw=True)]
    loops += [_wound(np.array(h, dtype=float), ccw=False) for h in holes]
    bevel = _fitting(loops, min(bevel, 0.49 * depth))
    if bevel > 0:
        levels = [(0.0, bevel), (bevel, 0.0), (depth - bevel, 0.0), (depth, bevel)]
    else:
        levels = [(0.0, 0.0), (depth, 0.0)]
    total = sum(len(loop) for loop in loops)
    layers = []
    for z, inset in levels:
        flat = np.concatenate([_inset(loop, inset) for loop in loops])
        layers.append(np.column_stack([flat, np.full(total, z)]))
    points = np.concatenate(layers)
    walls = [_walls(loop, i, total, levels) for loop, i in zip(loops, _starts(loops), strict=True)]
    face = [_inset(loop, bevel) for loop in loops]
    full = np.concatenate(face)
    cap = earcut(face[0], face[1:])
    a, b, c = (full[cap[:, m]] for m in range(3))
    clockwise = _turn(b - a, c - a) < 0
    cap[clockwise] = cap[clockwise][:, ::-1]
    top = cap + (len(levels) - 1) * total
    faces = np.concatenate([w[0] for w in walls] + [cap[:, ::-1], top])
    flat_uv = points[:, :2]
    uv = np.concatenate([w[1] for w in walls] + [flat_uv[cap[:, ::-1]], flat_uv[top]])
    return creased(points, faces, crease_deg=crease_deg, corner_uv=uv)


def extrude_across(
    outline_zy: Sequence[Sequence[float]] | Array,
    width: float,
    *,
    bevel: float = 0.0,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """A side view, given as (z, y) points, made `width` wide, centred on x = 0."""
    plate = extrude(outline_zy, width, bevel=bevel, crease_deg=crease_deg)
    return plate.moved(z=-width / 2).turned("y", -90)


def extrude_up(
    outline_xz: Sequence[Sequence[float]] | Array,
    y0: float,
    y1: float,
    *,
    bevel: float = 0.0,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """A floor plan, given as (x, z) points, raised from height y0 to y1."""
    flat = np.array(outline_xz, dtype=float) * np.array([1.0, -1.0])
    return extrude(flat, y1 - y0, bevel=bevel, crease_deg=crease_deg).turned("x", -90).moved(y=y0)


def notched(outline: Sequence[Sequence[float]] | Array, *bites: Array) -> Array:
    """The outline without the areas of other outlines; the largest piece if it falls apart."""
    shape = shapely.Polygon(settled(np.array(outline, dtype=float)))
    for bite in bites:
        shape = shape.difference(shapely.Polygon(settled(bite)))
    if isinstance(shape, shapely.MultiPolygon):
        shape = max(shape.geoms, key=lambda piece: piece.area)
    return np.array(shape.exterior.coords)[:-1]


def _wound(loop: Array, *, ccw: bool) -> Array:
    x, y = loop.T
    area = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum()
    return loop if (area > 0) == ccw else loop[::-1]


def _turn(a: Array, b: Array) -> Array:
    """Positive where b lies counter-clockwise of a."""
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _inset(loop: Array, distance: float) -> Array:
    """Moves each edge to its left by a distance (inwards for a counter-clockwise loop)."""
    if distance <= 0:
        return loop
    edge = np.roll(loop, -1, axis=0) - loop
    edge /= np.linalg.norm(edge, axis=1, keepdims=True) + 1e-30
    left = np.stack([-edge[:, 1], edge[:, 0]], axis=1)
    before = np.roll(left, 1, axis=0)
    share = np.maximum(1.0 + (left * before).sum(axis=1, keepdims=True), 0.5)
    return loop + distance * (left + before) / share


def _fitting(loops: list[Array], bevel: float) -> float:
    """The bevel, or as much of it as leaves the rounded corners of the face unfolded."""
    while bevel > _LEAST_BEVEL_M:
        face = [_inset(loop, bevel) for loop in loops]
        if shapely.Polygon(face[0], face[1:]).is_valid:
            return bevel
        bevel *= 0.8
    return 0.0


def _starts(loops: list[Array]) -> list[int]:
    return [int(s) for s in np.cumsum([0] + [len(loop) for loop in loops[:-1]])]


def _walls(
    loop: Array, start: int, total: int, levels: list[tuple[float, float]]
) -> tuple[Array, Array]:
    n = len(loop)
    rim = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.roll(loop, -1, 0) - loop, axis=1))])
    j = np.arange(n)
    j_next = (j + 1) % n
    faces, uvs = [], []
    for k in range(len(levels) - 1):
        low, high = start + k * total, start + (k + 1) * total
        quad = np.stack([low + j, low + j_next, high + j_next, high + j], axis=1)
        z0, z1 = np.full(n, levels[k][0]), np.full(n, levels[k + 1][0])
        u0, u1 = rim[:-1], rim[1:]
        quad_uv = np.stack(
            [np.stack([u0, u1, u1, u0], axis=1), np.stack([z0, z0, z1, z1], axis=1)], axis=2
        )
        for corners in ([0, 1, 2], [0, 2, 3]):
            faces.append(quad[:, corners])
            uvs.append(quad_uv[:, corners])
    return np.concatenate(faces), np.concatenate(uvs)


def cut(body: Part, *tools: Part, crease_deg: float = DEFAULT_CREASE_DEG) -> Part:
    """The body without the space that the tools fill; texture is box-projected in metres."""
    solid = _manifold(body)
    for tool in tools:
        solid = solid - _manifold(tool)
    mesh = solid.to_mesh64()
    points = np.array(mesh.vert_properties, dtype=np.float64)[:, :3]
    return creased(points, np.array(mesh.tri_verts, dtype=np.int64), crease_deg=crease_deg)


def halves(part: Part) -> Part:
    """The part's left half (x > 0) and its mirror image: left and right alike, texture too."""
    size = 2.0 * float(np.abs(part.points_m).max()) + 1.0
    other = extrude([(-size, -size), (0, -size), (0, size), (-size, size)], 2 * size)
    half = cut(part, other.moved(z=-size))
    inner = (np.abs(half.points_m[half.faces][:, :, 0]) < WELD_M).all(axis=1)
    return Part(half.points_m, half.normals, half.uv, half.faces[~inner]).both_sides()


def _manifold(part: Part) -> manifold3d.Manifold:
    mesh = manifold3d.Mesh64(
        vert_properties=np.ascontiguousarray(settled(part.points_m)),
        tri_verts=part.faces.astype(np.uint64),
        tolerance=1e-6,
    )
    mesh.merge()
    return manifold3d.Manifold(mesh)
