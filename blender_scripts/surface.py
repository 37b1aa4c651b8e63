"""The evaluated triangles of everything that renders: bounds, sizes, and points on the surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np
from importers import NOT_FINITE
from refusal import Refusal

CONVERTIBLE = {"CURVE", "SURFACE", "FONT", "META"}  # types that become meshes when evaluated


@dataclass(frozen=True)
class Piece:
    """One mesh at one place; instances of a mesh share its arrays.

    Attributes:
        world_from_local: (4, 4).
        vertices_local: (V, 3), only those that a face uses.
        triangles: (T, 3) indices of vertices.
    """

    world_from_local: np.ndarray
    vertices_local: np.ndarray
    triangles: np.ndarray

    def vertices_world(self) -> np.ndarray:
        """(V, 3) in double precision."""
        rotation_scale = self.world_from_local[:3, :3]
        return self.vertices_local @ rotation_scale.T + self.world_from_local[:3, 3]


def gather() -> list[Piece]:
    """Every mesh with faces as the evaluated scene shows it, instances included."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    meshes: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    pieces = []
    for instance in depsgraph.object_instances:
        shown = instance.object
        if not instance.show_self or shown.type not in CONVERTIBLE | {"MESH"}:
            continue
        key = shown.data.as_pointer()
        if key not in meshes:
            meshes[key] = _arrays_of(shown)
        vertices, triangles = meshes[key]
        if len(triangles):
            world_from_local = np.array(instance.matrix_world, dtype=np.float64)
            pieces.append(Piece(world_from_local, vertices, triangles))
    return pieces


def _arrays_of(shown: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """Vertices that faces use, and triangles, of one evaluated object."""
    if shown.type == "MESH":
        return _mesh_arrays(shown.data)
    mesh = shown.to_mesh()
    arrays = _mesh_arrays(mesh)
    shown.to_mesh_clear()
    return arrays


def _mesh_arrays(mesh: bpy.types.Mesh | None) -> tuple[np.ndarray, np.ndarray]:
    if mesh is None or not mesh.polygons:
        return np.empty((0, 3)), np.empty((0, 3), dtype=np.int32)
    mesh.calc_loop_triangles()
    vertices = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", vertices)
    triangles = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    used, compact = np.unique(triangles, return_inverse=True)
    return vertices.reshape(-1, 3)[used].astype(np.float64), compact.reshape(-1, 3)


def bounds_world(pieces: Iterable[Piece]) -> np.ndarray:
    """(2, 3) least and greatest corner.

    Raises:
        Refusal: ``no_mesh`` or ``not_finite``.
    """
    corners = []
    for piece in pieces:
        vertices = piece.vertices_world()
        if not np.isfinite(vertices).all():
            raise Refusal("not_finite", NOT_FINITE)
        corners.append((vertices.min(axis=0), vertices.max(axis=0)))
    if not corners:
        raise Refusal("no_mesh", "the file has no mesh with faces")
    lows, highs = zip(*corners, strict=True)
    return np.array([np.min(lows, axis=0), np.max(highs, axis=0)])


def _triangle_areas(piece: Piece) -> np.ndarray:
    first, second, third = piece.vertices_world()[piece.triangles.T]
    return 0.5 * np.linalg.norm(np.cross(second - first, third - first), axis=1)


def sample_points(pieces: list[Piece], count: int, seed: int) -> np.ndarray:
    """(count, 3) points in the world, evenly by area; equal seeds give equal points."""
    rng = np.random.default_rng(seed)
    areas = np.array([_triangle_areas(piece).sum() for piece in pieces])
    if not areas.sum() > 0:
        raise Refusal("zero_size", "the surface has no area")
    shares = rng.multinomial(count, areas / areas.sum())
    sampled = [
        _points_on(piece, int(share), rng)
        for piece, share in zip(pieces, shares, strict=True)
        if share
    ]
    return np.concatenate(sampled)


def _points_on(piece: Piece, count: int, rng: np.random.Generator) -> np.ndarray:
    areas = _triangle_areas(piece)
    chosen = rng.choice(len(areas), size=count, p=areas / areas.sum())
    first, second, third = piece.vertices_world()[piece.triangles[chosen].T]
    root, along = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    return (1 - root) * first + root * (1 - along) * second + root * along * third
