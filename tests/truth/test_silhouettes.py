"""The oracle itself is tested against a second one: trimesh's ray casting."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import trimesh
from PIL import Image
from silhouettes import (
    clipped,
    covers,
    depth_error,
    eroded,
    filled,
    is_posed,
    silhouette_iou,
    stored_depth,
    stored_mask,
)

WIDTH_PX, HEIGHT_PX = 72, 56
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "truth.py"


def scene_file(folder: Path) -> Path:
    """A ring through a slanted box, with node transforms, as a GLB."""
    scene = trimesh.Scene()
    ring = trimesh.creation.torus(major_radius=2.0, minor_radius=0.6)
    tilt = trimesh.transformations.rotation_matrix(0.7, [1, 2, 0], [0, 0, 0])
    scene.add_geometry(ring, transform=tilt)
    box = trimesh.creation.box(extents=(0.8, 1.6, 4.0))
    shift = trimesh.transformations.translation_matrix([0.5, 0.2, 0.3])
    scene.add_geometry(box, transform=shift @ tilt)
    path = folder / "ring.glb"
    scene.export(path)
    return path


def world_from_asset() -> np.ndarray:
    """Y up to Z up, a turn of 0.4 about the vertical, a fifth of the size, a small shift."""
    c, s = math.cos(0.4), math.sin(0.4)
    turned = np.array([[c, 0, s], [s, 0, -c], [0, 1, 0]])
    placed = np.eye(4)
    placed[:3, :3] = 0.2 * turned
    placed[:3, 3] = [0.02, -0.01, 0.03]
    return placed


def camera(distance: float = 2.5) -> np.ndarray:
    """From azimuth 40 and elevation 25 degrees, looking a little past the centre, rolled."""
    eye = distance * np.array([0.694, 0.582, 0.423])
    forward = np.array([0.05, -0.03, 0.02]) - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.1, 0.05, 1.0])
    right /= np.linalg.norm(right)
    placed = np.eye(4)
    placed[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    placed[:3, 3] = eye
    return placed


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def cast(path: Path, world_from_camera: np.ndarray) -> dict[str, Any]:
    """A row of views whose mask and depth come from casting one ray per pixel in the world."""
    mesh = trimesh.load_scene(path).to_mesh().apply_transform(world_from_asset())
    focal = 95.0
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    x = (columns.ravel() + 0.5 - WIDTH_PX / 2) / focal
    y = (rows.ravel() + 0.5 - HEIGHT_PX / 2) / focal
    rays = np.stack([x, y, np.ones_like(x)], axis=1) @ world_from_camera[:3, :3].T
    origins = np.broadcast_to(world_from_camera[:3, 3], rays.shape)
    where, ray, _ = mesh.ray.intersects_location(origins, rays, multiple_hits=True)
    z = (where - origins[ray]) @ world_from_camera[:3, 2]
    depth = np.full(WIDTH_PX * HEIGHT_PX, np.inf)
    np.minimum.at(depth, ray, z)
    hit = np.isfinite(depth)
    near, far = float(depth[hit].min()), float(depth[hit].max())
    levels = np.zeros(len(depth), np.uint16)
    levels[hit] = 1 + np.round((depth[hit] - near) / (far - near) * 65534)
    shape = (HEIGHT_PX, WIDTH_PX)
    return {
        "mask": png(np.where(hit, 255, 0).astype(np.uint8).reshape(shape)),
        "depth": png(levels.reshape(shape)),
        "depth_near": near,
        "depth_far": far,
        "world_from_camera": world_from_camera.tolist(),
        "world_from_asset": world_from_asset().tolist(),
        "intrinsics": [[focal, 0, WIDTH_PX / 2], [0, focal, HEIGHT_PX / 2], [0, 0, 1]],
        "width_px": WIDTH_PX,
        "height_px": HEIGHT_PX,
    }


@pytest.fixture(scope="module")
def mesh_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene_file(tmp_path_factory.mktemp("meshes"))


@pytest.fixture(scope="module")
def row(mesh_path: Path) -> dict[str, Any]:
    return cast(mesh_path, camera())


def test_the_fixture_shows_a_ring_with_holes(row: dict[str, Any]) -> None:
    share = stored_mask(row).mean()
    assert 0.1 < share < 0.5


def test_projection_agrees_with_ray_casting(row: dict[str, Any], mesh_path: Path) -> None:
    assert silhouette_iou(row, mesh_path) > 0.998


def test_depth_agrees_with_ray_casting(row: dict[str, Any], mesh_path: Path) -> None:
    assert depth_error(row, mesh_path) < 2e-5


def test_a_part_behind_the_camera_is_cut_off(mesh_path: Path) -> None:
    close = cast(mesh_path, camera(0.35))
    assert stored_mask(close).mean() > 0.3
    assert silhouette_iou(close, mesh_path) > 0.998


@pytest.mark.parametrize("degrees", [1.0, -3.0])
def test_a_camera_turned_a_little_is_noticed(
    row: dict[str, Any], mesh_path: Path, degrees: float
) -> None:
    turned = np.array(row["world_from_camera"])
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned[:3, :3] = turned[:3, :3] @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    assert silhouette_iou({**row, "world_from_camera": turned}, mesh_path) < 0.93


def test_a_mirrored_mask_is_noticed(row: dict[str, Any], mesh_path: Path) -> None:
    flipped = {**row, "mask": png(np.where(stored_mask(row)[:, ::-1], 255, 0).astype(np.uint8))}
    assert silhouette_iou(flipped, mesh_path) < 0.8


def test_a_stretched_depth_is_noticed(row: dict[str, Any], mesh_path: Path) -> None:
    stretched = {**row, "depth_near": 1.1 * row["depth_near"], "depth_far": 1.1 * row["depth_far"]}
    assert depth_error(stretched, mesh_path) == pytest.approx(0.1, abs=1e-4)
    assert np.nanmin(stored_depth(stretched)) == pytest.approx(1.1 * row["depth_near"])


def test_pixel_centres_decide() -> None:
    just_in = np.array([[[0.4, 0.4], [2.6, 0.4], [0.4, 2.6]]])
    assert filled(just_in, 4, 3).tolist() == [
        [True, True, True, False],
        [True, True, False, False],
        [True, False, False, False],
    ]
    between = np.array([[[0.6, 0.6], [1.4, 0.6], [0.6, 1.4]]])
    assert not filled(between, 4, 3).any()


def test_large_and_small_triangles_are_filled_alike() -> None:
    rng = np.random.default_rng(3)
    triangles = rng.uniform(-10, 70, size=(40, 3, 2))
    triangles[20:] = triangles[20:, :1] + rng.uniform(-3, 3, size=(20, 3, 2))
    rows, columns = np.mgrid[:50, :60]
    x = np.broadcast_to(columns.ravel() + 0.5, (40, 3000))
    y = np.broadcast_to(rows.ravel() + 0.5, (40, 3000))
    wanted = covers(triangles, x, y).any(axis=0).reshape(50, 60)
    assert (filled(triangles, 60, 50) == wanted).all()


def test_cutting_keeps_what_is_ahead() -> None:
    triangles = np.array([[[0, 0, -1.0], [0, 2, 1.0], [2, 0, 1.0]], [[0, 0, -1.0]] * 3])
    kept = clipped(triangles, 0.0)
    assert len(kept) == 2
    assert kept[:, :, 2].min() == 0.0
    areas = np.linalg.norm(np.cross(kept[:, 1] - kept[:, 0], kept[:, 2] - kept[:, 0]), axis=1) / 2
    whole = np.linalg.norm(np.cross([0, 2, 2.0], [2, 0, 2.0])) / 2
    assert areas.sum() == pytest.approx(0.75 * whole)


def test_erosion_takes_two_pixels_off_each_side() -> None:
    mask = np.zeros((9, 12), bool)
    mask[1:8, 0:10] = True
    assert np.argwhere(eroded(mask, 2)).min(axis=0).tolist() == [3, 2]
    assert np.argwhere(eroded(mask, 2)).max(axis=0).tolist() == [5, 7]


def test_a_plain_file_is_not_posed(mesh_path: Path) -> None:
    assert not is_posed(mesh_path)


def test_the_benchmark_says_how_it_is_used() -> None:
    said = subprocess.run(
        [sys.executable, str(BENCHMARK), "--help"], capture_output=True, text=True, check=True
    )
    assert "--meshes" in said.stdout


@pytest.mark.blender
def test_what_blender_renders_is_where_the_row_says(mesh_path: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "viewpoint_gen", "render", str(run), "--num-pairs", "6"]
    subprocess.run(
        [*command, "--source", f"folder:{mesh_path.parent}", "--size", "256", "--serial"],
        check=True,
    )
    rows = pq.read_table(run / "views").to_pylist()
    assert rows
    for view in rows:
        assert silhouette_iou(view, mesh_path) > 0.98, view["view_id"]
        assert depth_error(view, mesh_path) < 1e-3, view["view_id"]
