"""Solids: boxes, bodies of revolution, tubes, extrusions and lofts.

Metres, glTF axes (see `part`). Every function returns a closed part in its final place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mapbox_earcut
import numpy as np

from viewpoint_gen.assets.procedural.part import (
    DEFAULT_CREASE_DEG,
    Array,
    Faces,
    Part,
    Point,
    creased,
    rotation_from_y,
    settled,
)

Profile = Sequence[tuple[float, float]]
ROUND_SEGMENTS = 40  # around a body of revolution of ordinary size
BEVEL_STEPS = 2


def box(low: Point, high: Point, bevel: float = 0.0) -> Part:
    """A box between two opposite corners, its edges rounded with radius `bevel`."""
    low_m, high_m = np.minimum(low, high), np.maximum(low, high)
    size, centre = high_m - low_m, (low_m + high_m) / 2
    return cuboid(float(size[0]), float(size[1]), float(size[2]), bevel).moved(*centre)


def cuboid(width: float, height: float, depth: float, bevel: float = 0.0) -> Part:
    """A box centred on the origin, its edges rounded with radius `bevel`."""
    half = np.array([width, height, depth]) / 2
    radius = min(bevel, 0.999 * float(half.min()))
    parts = [_box_side(half, radius, axis, sign) for axis in range(3) for sign in (1.0, -1.0)]
    offsets = np.cumsum([0] + [len(p[0]) for p in parts[:-1]])
    return Part(
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
        np.concatenate([p[3] + o for p, o in zip(parts, offsets, strict=True)]),
    )


def _box_side(
    half: Array, radius: float, axis: int, sign: float
) -> tuple[Array, Array, Array, Faces]:
    i, j = ((1, 2), (2, 0), (0, 1))[axis]
    u, v = _ticks(half[i], radius), _ticks(half[j], radius)
    grid_u, grid_v = np.meshgrid(u, v, indexing="ij")
    cube = np.zeros((grid_u.size, 3))
    cube[:, i], cube[:, j], cube[:, axis] = grid_u.ravel(), grid_v.ravel(), sign * half[axis]
    inner = np.clip(cube, -(half - radius), half - radius) if radius > 0 else cube
    normals = np.zeros_like(cube)
    if radius > 0:
        normals = cube - inner
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    else:
        normals[:, axis] = sign
    points = inner + radius * normals
    right, up = ((2, 1), (0, 2), (0, 1))[axis]
    mirror = {0: -sign, 1: -sign, 2: sign}[axis]  # so that pictures are not mirrored
    uv = np.stack([points[:, right] * mirror, points[:, up]], axis=1)
    n = len(v)
    a = (np.arange(len(u) - 1)[:, None] * n + np.arange(n - 1)).ravel()
    quads = np.stack([a, a + n, a + n + 1, a + 1], axis=1)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return points, normals, uv, faces if sign > 0 else faces[:, ::-1]


def _ticks(half: float, radius: float) -> Array:
    if radius <= 0:
        return np.array([-half, half])
    rise = half - radius + radius * np.tan(np.linspace(0, np.pi / 4, BEVEL_STEPS + 1))
    return np.concatenate([-rise[::-1], rise])


def skin(
    rings: Array,
    *,
    loop: bool = False,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """The surface through a row of rings, closed at both ends.

    Args:
        rings: (K, N, 3) points; ring k's point n joins ring k+1's point n.
        loop: the last ring joins the first (a torus) and there are no end caps.
        crease_deg: edges sharper than this are hard.

    Returns:
        uv in metres: u along the rings, v from the first ring to the last.
    """
    k, n = rings.shape[:2]
    points = rings.reshape(-1, 3)
    rows = k if loop else k - 1
    i, j = np.meshgrid(np.arange(rows), np.arange(n), indexing="ij")
    i, j = i.ravel(), j.ravel()
    i_next, j_next = (i + 1) % k, (j + 1) % n
    quad = np.stack([i * n + j, i * n + j_next, i_next * n + j_next, i_next * n + j], axis=1)
    u = _arc(np.concatenate([rings, rings[:, :1]], axis=1), along=1)
    v = _arc(np.concatenate([rings, rings[:1]], axis=0), along=0)
    quad_uv = np.stack(
        [
            np.stack([u[j], u[j + 1], u[j + 1], u[j]], axis=1),
            np.stack([v[i], v[i], v[i + 1], v[i + 1]], axis=1),
        ],
        axis=2,
    )
    faces = [quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]
    uvs = [quad_uv[:, [0, 1, 2]], quad_uv[:, [0, 2, 3]]]
    if not loop:
        for start, flip in ((0, True), ((k - 1) * n, False)):
            cap, cap_uv = _cap(points[start : start + n], flip)
            faces.append(cap + start)
            uvs.append(cap_uv)
    return creased(
        points, np.concatenate(faces), crease_deg=crease_deg, corner_uv=np.concatenate(uvs)
    )


def _arc(grid: Array, along: int) -> Array:
    step = np.linalg.norm(np.diff(grid, axis=along), axis=2).mean(axis=1 - along)
    return np.concatenate([[0.0], np.cumsum(step)])


def _cap(ring: Array, flip: bool) -> tuple[Faces, Array]:
    flat, normal = _flattened(ring)
    if flat is None:
        return np.zeros((0, 3), np.int64), np.zeros((0, 3, 2))
    faces = earcut(flat)
    # Earcut's own winding depends on the input; make it follow the ring's normal.
    a, b, c = (ring[faces[:, m]] for m in range(3))
    wrong = np.einsum("ij,j->i", np.cross(b - a, c - a), normal) < 0
    faces[wrong] = faces[wrong][:, ::-1]
    faces = faces[:, ::-1] if flip else faces
    return faces, flat[faces]


def _flattened(ring: Array) -> tuple[Array | None, Array]:
    """(N, 2) coordinates in the ring's best plane and its Newell normal; None for a point."""
    centred = ring - ring.mean(axis=0)
    normal = np.cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0)
    size = np.linalg.norm(normal)
    if size < 1e-10:
        return None, normal
    local = centred @ rotation_from_y(normal / size)
    return np.stack([local[:, 2], local[:, 0]], axis=1), normal / size


def earcut(outline: Array, holes: Sequence[Array] = ()) -> Faces:
    """(M, 3) triangles of a plane polygon, indices into outline followed by its holes."""
    flat = settled(np.concatenate([outline, *holes]))
    ends = np.cumsum([len(outline), *(len(h) for h in holes)]).astype(np.uint32)
    faces = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat), ends)
    return faces.reshape(-1, 3).astype(np.int64)


def lathe(
    profile: Profile,
    *,
    segments: int = ROUND_SEGMENTS,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """A body of revolution about the vertical axis from (radius, height) points.

    The profile runs along the outside; both its ends are closed with flat discs. Texture u runs
    around the axis from 0 to 1, v along the profile in metres.
    """
    outline = np.array(profile, dtype=float)
    rings = _revolved(outline, np.arange(segments) * (2 * np.pi / segments))
    part = skin(rings, crease_deg=crease_deg)
    mean = float(np.abs(outline[:, 0]).mean())
    chord = 2 * mean * np.sin(np.pi / segments) * segments
    return part.with_uv(part.uv / np.array([chord, 1.0]))


def _revolved(outline: Array, angles_rad: Array) -> Array:
    around = np.stack([np.sin(angles_rad), np.cos(angles_rad)], axis=1)
    rings = np.empty((len(outline), len(angles_rad), 3))
    rings[:, :, 0] = outline[:, :1] * around[:, 0]
    rings[:, :, 1] = outline[:, 1:]
    rings[:, :, 2] = outline[:, :1] * around[:, 1]
    return rings


def wedge(
    profile: Profile,
    start_deg: float,
    end_deg: float,
    *,
    segments: int = ROUND_SEGMENTS,
    crease_deg: float = DEFAULT_CREASE_DEG,
) -> Part:
    """A body of revolution over part of a turn, cut faces closed.

    Args:
        profile: closed outline of (radius, height) points, radius >= 0.
        start_deg: azimuth of the first cut; 0 is +Z, growing towards +X.
        end_deg: azimuth of the second cut.
    """
    angles = np.radians(np.linspace(start_deg, end_deg, segments + 1))
    rings = _revolved(np.array(profile, dtype=float), angles)
    return skin(np.swapaxes(rings, 0, 1), crease_deg=crease_deg)


def cylinder(
    radius: float, y0: float, y1: float, *, bevel: float = 0.0, segments: int = ROUND_SEGMENTS
) -> Part:
    """An upright cylinder between two heights, rims rounded with radius `bevel`."""
    return frustum(radius, radius, y0, y1, bevel=bevel, segments=segments)


def frustum(
    bottom: float,
    top: float,
    y0: float,
    y1: float,
    *,
    bevel: float = 0.0,
    segments: int = ROUND_SEGMENTS,
) -> Part:
    """An upright cone stump with radii `bottom` and `top`."""
    if bevel <= 0:
        return lathe([(bottom, y0), (top, y1)], segments=segments)
    soft = min(bevel, 0.49 * (y1 - y0), 0.9 * max(bottom, top))
    low, high = min(soft, bottom), min(soft, top)
    profile = [(bottom - low, y0), (bottom - 0.3 * low, y0 + 0.3 * low), (bottom, y0 + low)]
    profile += [(top, y1 - high), (top - 0.3 * high, y1 - 0.3 * high), (top - high, y1)]
    return lathe(profile, segments=segments, crease_deg=50.0)


def disc(radius: float, thickness: float, *, bevel: float = 0.0, segments: int = 32) -> Part:
    """A round plate facing +Z with its back at z = 0; uv fits the face's square to [0, 1]."""
    part = cylinder(radius, 0.0, thickness, bevel=bevel, segments=segments).turned("x", 90.0)
    return part.with_uv(part.points_m[:, :2] / (2 * radius) + 0.5)


def sphere(radius: float | Point, centre: Point = (0.0, 0.0, 0.0), *, segments: int = 28) -> Part:
    """A ball or, with three radii, an ellipsoid; u runs around from 0 to 1, v from 0 to 1."""
    rings = segments // 2
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    profile[[0, -1], 0] = 0.0
    part = lathe([(r, y) for r, y in profile], segments=segments, crease_deg=80.0)
    part = part.with_uv(part.uv / np.array([1.0, part.uv[:, 1].max()]))
    radii = (radius, radius, radius) if isinstance(radius, float | int) else radius
    return part.scaled(*radii).moved(*centre)


def torus(ring_radius: float, tube_radius: float, *, segments: int = 36, sides: int = 14) -> Part:
    """A ring lying flat about the vertical axis, centred on the origin."""
    angle = np.arange(sides) * (2 * np.pi / sides)
    outline = np.stack(
        [ring_radius + tube_radius * np.cos(angle), tube_radius * np.sin(angle)], axis=1
    )
    rings = _revolved(outline, np.arange(segments) * (2 * np.pi / segments))
    return skin(rings, loop=True, crease_deg=80.0)


def rod(
    start: Point,
    end: Point,
    radius: float,
    end_radius: float | None = None,
    *,
    bevel: float = 0.0,
    segments: int = 14,
) -> Part:
    """A straight round bar from one point to another, tapering to `end_radius`."""
    along = np.subtract(end, start)
    length = float(np.linalg.norm(along))
    last = radius if end_radius is None else end_radius
    part = frustum(radius, last, 0.0, length, bevel=bevel, segments=segments)
    return part.aimed(tuple(along)).moved(*start)


def capsule(start: Point, end: Point, radius: float, end_radius: float | None = None) -> Part:
    """A bar with half-ball ends of radii `radius` and `end_radius`."""
    along = np.subtract(end, start)
    length = float(np.linalg.norm(along))
    last = radius if end_radius is None else end_radius
    angle = np.linspace(0, np.pi / 2, 6)
    low = [(radius * np.sin(a), -radius * np.cos(a)) for a in angle]
    high = [(last * np.cos(a), length + last * np.sin(a)) for a in angle]
    low[0], high[-1] = (0.0, -radius), (0.0, length + last)
    part = lathe(low + high, segments=18, crease_deg=70.0)
    return part.aimed(tuple(along)).moved(*start)


def tube(
    path: Sequence[Point],
    radius: float | Sequence[float],
    *,
    sides: int = 12,
    smooth: int = 4,
    loop: bool = False,
) -> Part:
    """A bent round bar along a path.

    Args:
        path: points the bar passes through.
        radius: metres; one for all or one per path point.
        smooth: curve points put between two path points (Catmull-Rom); 1 keeps corners.
        loop: the last point joins the first.
    """
    points = np.array(path, dtype=float)
    radii = np.broadcast_to(np.asarray(radius, dtype=float), len(points))
    curve = _catmull_rom(np.column_stack([points, radii]), smooth, loop)
    centres, radii = curve[:, :3], curve[:, 3]
    sides_, ups = _frames(centres, loop)
    angle = np.arange(sides) * (2 * np.pi / sides)
    ring = np.cos(angle)[:, None] * sides_[:, None, :] + np.sin(angle)[:, None] * ups[:, None, :]
    return skin(centres[:, None, :] + radii[:, None, None] * ring, loop=loop, crease_deg=60.0)


def _catmull_rom(points: Array, steps: int, loop: bool) -> Array:
    if steps <= 1 or len(points) < 3:
        return points
    n = len(points)
    index = np.arange(n if loop else n - 1)
    pick: Callable[[int], Array] = (
        (lambda o: points[(index + o) % n])
        if loop
        else (lambda o: points[np.clip(index + o, 0, n - 1)])
    )
    before, here, after, later = pick(-1), pick(0), pick(1), pick(2)
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (x[:, None, :] for x in (before, here, after, later))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    flat = curve.reshape(-1, points.shape[1])
    return flat if loop else np.concatenate([flat, points[-1:]])


def _frames(centres: Array, loop: bool) -> tuple[Array, Array]:
    """Two unit vectors across the path at each point, carried along without twisting."""
    if loop:
        tangent = np.roll(centres, -1, axis=0) - np.roll(centres, 1, axis=0)
    else:
        tangent = np.gradient(centres, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.empty_like(tangent)
    first = np.cross(tangent[0], [0.0, 1.0, 0.0])
    if np.linalg.norm(first) < 1e-3:
        first = np.array([1.0, 0.0, 0.0])
    for i, t in enumerate(tangent):
        across = (first if i == 0 else side[i - 1]) - t * ((first if i == 0 else side[i - 1]) @ t)
        side[i] = across / np.linalg.norm(across)
    return side, np.cross(tangent, side)
