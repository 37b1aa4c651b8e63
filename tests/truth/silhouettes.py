"""Projects an asset's own file through a view's stored matrices, without any of the package.

What a picture shows must be where the row says the camera was: the file is read by trimesh, put
into the world by ``world_from_asset``, seen by ``world_from_camera`` and ``intrinsics``, filled
triangle by triangle at pixel centres, and compared with the stored mask and depth.

Camera axes are OpenCV's (+X right, +Y down, +Z forward); pixel centres are at +0.5.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Row = Mapping[str, Any]

NEAR = 1e-3
"""Nearest depth that is drawn, world units."""

BLOCK_PX = 8
"""Triangles that fit into a block of this size are filled many at a time."""

BATCH = 20_000
"""Small triangles filled at a time."""

ERODE_PX = 2
"""Depth is compared only this far inside the mask."""


def silhouette_iou(view_row: Row, mesh_path: str | Path) -> float:
    """Intersection over union of the stored mask and the projected file; 1 is agreement."""
    stored = stored_mask(view_row)
    drawn = silhouette(view_row, mesh_path)
    union = np.count_nonzero(stored | drawn)
    return float(np.count_nonzero(stored & drawn) / union) if union else 1.0


def depth_error(view_row: Row, mesh_path: str | Path, *, rays: int = 400, seed: int = 0) -> float:
    """Median relative error of the stored depth at pixels well inside the mask.

    A ray that misses the mesh counts as an infinite error.

    Returns:
        nan if the mask has no pixel that deep inside.
    """
    inside = eroded(stored_mask(view_row), ERODE_PX)
    places = np.argwhere(inside)
    if not len(places):
        return float("nan")
    if len(places) > rays:
        places = np.random.default_rng(seed).choice(places, rays, replace=False)
    stored = stored_depth(view_row)[places[:, 0], places[:, 1]]
    true = ray_depth(view_row, mesh_path, places)
    with np.errstate(invalid="ignore"):
        errors = np.abs(stored - true) / true
    return float(np.median(np.where(np.isnan(errors), np.inf, errors)))


def silhouette(view_row: Row, mesh_path: str | Path) -> Mask:
    """(H, W) pixels whose centre a triangle of the file covers."""
    vertices, faces = load_triangles(str(mesh_path))
    camera_from_asset = np.linalg.solve(
        matrix(view_row, "world_from_camera"), matrix(view_row, "world_from_asset")
    )
    corners = (vertices @ camera_from_asset[:3, :3].T + camera_from_asset[:3, 3])[faces]
    corners = clipped(corners, NEAR)
    pixels = corners @ matrix(view_row, "intrinsics").T
    return filled(pixels[:, :, :2] / pixels[:, :, 2:], view_row["width_px"], view_row["height_px"])


def matrix(view_row: Row, name: str) -> Array:
    """A stored matrix as an array."""
    return np.array(view_row[name], dtype=np.float64)


def stored_mask(view_row: Row) -> Mask:
    """(H, W) the object's pixels as the row has them."""
    return np.asarray(Image.open(io.BytesIO(view_row["mask"])).convert("L")) > 127


def stored_depth(view_row: Row) -> Array:
    """(H, W) z-depth as the row has it; nan where nothing is."""
    levels = np.asarray(Image.open(io.BytesIO(view_row["depth"]))).astype(np.float64)
    near, far = view_row["depth_near"], view_row["depth_far"]
    return np.where(levels == 0, np.nan, near + (levels - 1) / 65534 * (far - near))


@lru_cache(maxsize=2)
def load_mesh(mesh_path: str) -> trimesh.Trimesh:
    """All triangles of a file in its own coordinates, node transforms applied."""
    parts = [
        part
        for part in trimesh.load_scene(mesh_path, process=False).dump()
        if isinstance(part, trimesh.Trimesh) and len(part.faces)
    ]
    return trimesh.util.concatenate(
        [trimesh.Trimesh(part.vertices, part.faces, process=False) for part in parts]
    )


def load_triangles(mesh_path: str) -> tuple[Array, NDArray[np.int64]]:
    """(V, 3) vertices and (F, 3) faces of a file."""
    mesh = load_mesh(mesh_path)
    return np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int64)


def clipped(corners: Array, near: float) -> Array:
    """Cut (N, 3, 3) triangles in camera axes at a plane z = near; what is behind is dropped."""
    ahead = corners[:, :, 2] >= near
    count = ahead.sum(axis=1)
    kept = [corners[count == 3]]
    for triangle, front in zip(
        corners[(count > 0) & (count < 3)], ahead[(count > 0) & (count < 3)], strict=True
    ):
        kept.append(_cut(triangle, front, near))
    return np.concatenate(kept)


def _cut(triangle: Array, front: Mask, near: float) -> Array:
    polygon = []
    for k in range(3):
        here, there = triangle[k], triangle[(k + 1) % 3]
        if front[k]:
            polygon.append(here)
        if front[k] != front[(k + 1) % 3]:
            share = (near - here[2]) / (there[2] - here[2])
            polygon.append(here + share * (there - here))
    return np.array([[polygon[0], polygon[i], polygon[i + 1]] for i in range(1, len(polygon) - 1)])


def filled(triangles_px: Array, width_px: int, height_px: int) -> Mask:
    """(H, W) pixels whose centre lies in one of (N, 3, 2) triangles; edges count as inside."""
    picture = np.zeros((height_px, width_px), dtype=bool)
    size = np.array([width_px, height_px])
    # first and last pixel whose centre is within the bounds, cut to the image
    first = np.ceil(np.clip(triangles_px.min(axis=1), -1, size + 1) - 0.5).astype(int).clip(0)
    last = np.floor(np.clip(triangles_px.max(axis=1), -1, size + 1) - 0.5).astype(int)
    last = np.minimum(last, size - 1)
    span = last - first + 1
    seen = (span > 0).all(axis=1)
    small = seen & (span <= BLOCK_PX).all(axis=1)
    for start in range(0, int(small.sum()), BATCH):
        chosen = np.flatnonzero(small)[start : start + BATCH]
        _fill_small(picture, triangles_px[chosen], first[chosen], last[chosen])
    for k in np.flatnonzero(seen & ~small):
        _fill_large(picture, triangles_px[k], first[k], last[k])
    return picture


def _fill_small(
    picture: Mask, triangles: Array, first: NDArray[np.int64], last: NDArray[np.int64]
) -> None:
    down, right = np.mgrid[:BLOCK_PX, :BLOCK_PX]
    columns = first[:, 0, None] + right.ravel()
    rows = first[:, 1, None] + down.ravel()
    inside = covers(triangles, columns + 0.5, rows + 0.5)
    inside &= (columns <= last[:, 0, None]) & (rows <= last[:, 1, None])
    picture[rows[inside], columns[inside]] = True


def _fill_large(
    picture: Mask, triangle: Array, first: NDArray[np.int64], last: NDArray[np.int64]
) -> None:
    rows, columns = np.mgrid[first[1] : last[1] + 1, first[0] : last[0] + 1]
    inside = covers(triangle[None], columns.reshape(1, -1) + 0.5, rows.reshape(1, -1) + 0.5)
    block = picture[first[1] : last[1] + 1, first[0] : last[0] + 1]
    block |= inside.reshape(rows.shape)


def covers(triangles: Array, x: Array, y: Array) -> Mask:
    """Say of (N, M) points whether they lie in (N, 3, 2) triangles, whichever way these wind."""
    sides = []
    for k in range(3):
        a, b = triangles[:, k], triangles[:, (k + 1) % 3]
        across = (b[:, 0] - a[:, 0])[:, None] * (y - a[:, 1, None])
        sides.append(across - (b[:, 1] - a[:, 1])[:, None] * (x - a[:, 0, None]))
    ahead = np.minimum.reduce(sides) >= 0
    behind = np.maximum.reduce(sides) <= 0
    return np.asarray(ahead | behind)


def eroded(mask: Mask, steps: int) -> Mask:
    """Take away every pixel that has one outside the mask within ``steps`` in a row or column."""
    for _ in range(steps):
        framed = np.pad(mask, 1)
        mask = mask & framed[:-2, 1:-1] & framed[2:, 1:-1] & framed[1:-1, :-2] & framed[1:-1, 2:]
    return mask


def ray_depth(view_row: Row, mesh_path: str | Path, places: NDArray[np.int64]) -> Array:
    """z-depth of the first surface behind each (row, column) of ``places``; nan where none is."""
    world_from_camera = matrix(view_row, "world_from_camera")
    pixels = np.stack([places[:, 1] + 0.5, places[:, 0] + 0.5, np.ones(len(places))])
    rays_camera = np.linalg.solve(matrix(view_row, "intrinsics"), pixels).T
    asset_from_camera = np.linalg.solve(matrix(view_row, "world_from_asset"), world_from_camera)
    directions = rays_camera @ asset_from_camera[:3, :3].T
    origins = np.broadcast_to(asset_from_camera[:3, 3], directions.shape)
    where, ray, _ = trimesh.ray.ray_triangle.RayMeshIntersector(
        load_mesh(str(mesh_path))
    ).intersects_location(origins, directions, multiple_hits=True)
    # the rays' third component is 1 in camera axes: steps along them are z-depths
    steps = ((where - origins[ray]) * directions[ray]).sum(1) / (directions[ray] ** 2).sum(1)
    depth = np.full(len(places), np.inf)
    np.minimum.at(depth, ray[steps > 0], steps[steps > 0])
    return np.where(np.isinf(depth), np.nan, depth)


def is_posed(mesh_path: str | Path) -> bool:
    """Whether a GLB has skins, morphs or animations: its triangles aren't where it says."""
    tree = glb_tree(mesh_path)
    morphs = any(
        primitive.get("targets")
        for mesh in tree.get("meshes", ())
        for primitive in mesh.get("primitives", ())
    )
    return bool(tree.get("skins")) or morphs or bool(tree.get("animations"))


def has_alpha(mesh_path: str | Path) -> bool:
    """Whether a GLB has materials that cut holes by alpha, which no silhouette here has."""
    modes = {material.get("alphaMode") for material in glb_tree(mesh_path).get("materials", ())}
    return bool(modes & {"MASK", "BLEND"})


def glb_tree(mesh_path: str | Path) -> dict[str, Any]:
    """The JSON of a GLB; {} of another file."""
    data = Path(mesh_path).read_bytes()
    if data[:4] != b"glTF":
        return {}
    (length,) = struct.unpack_from("<I", data, 12)
    return dict(json.loads(data[20 : 20 + length]))
