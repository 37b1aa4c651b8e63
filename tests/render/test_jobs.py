"""The package's side of the protocol, and the pixels it makes of passes; no Blender here."""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import trimesh
from blender_scenes import BACKDROPS, SUNNY, orbit_camera, ray_cast, view_of

from viewpoint_gen import bundled
from viewpoint_gen.bundled import bundled_path
from viewpoint_gen.errors import AssetError, EnvironmentProblem
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.records import BackdropKind, LoadedAsset
from viewpoint_gen.render import colour, job, passes
from viewpoint_gen.render.verify import check_view

LOADED = LoadedAsset(
    world_from_import=np.diag([0.5, 0.5, 0.5, 1.0]),
    bounds_world=np.array([[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]]),
    points_world=np.zeros((0, 3)),
    triangles=1,
    mesh_objects=1,
    materials=0,
    missing_textures=(),
    seconds=0.0,
)


def job_for(camera: Camera, **changes: object) -> job.Json:
    request = replace(view_of(camera), **changes)
    return job.render_job(request, LOADED, Path("out.exr"), samples=4, denoise=True)


def test_both_ends_speak_the_same_protocol() -> None:
    tree = ast.parse((bundled_path("blender_scripts") / "worker.py").read_text())
    values = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PROTOCOL"
    ]
    assert values == [job.PROTOCOL]


def test_worker_imports_nothing_but_blender_numpy_and_the_standard_library() -> None:

    folder = bundled_path("blender_scripts")
    own = {path.stem for path in folder.glob("*.py")}
    allowed = {*sys.stdlib_module_names, *own, "bpy", "gpu", "mathutils", "numpy", "io_scene_gltf2"}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= allowed, path.name


def test_lens_has_the_focal_length_as_a_share_of_the_sensor() -> None:
    camera = orbit_camera(0, 0, width_px=400, height_px=300)
    camera.intrinsics[0, 0] = camera.intrinsics[1, 1] = 500.0
    fields = job_for(camera)
    assert fields["lens_mm"] == pytest.approx(500 / 400 * 36)
    assert (fields["shift_x"], fields["shift_y"]) == (0.0, 0.0)


def test_principal_point_left_of_the_middle_shifts_the_lens_to_the_right() -> None:
    """Blender's shift moves the frame; both shifts count in widths, also the vertical one."""
    fields = job_for(orbit_camera(0, 0, width_px=400, height_px=300, centre_shift_px=(-40.0, 20.0)))
    assert fields["shift_x"] == pytest.approx(0.1)
    assert fields["shift_y"] == pytest.approx(0.05)


@pytest.mark.parametrize("azimuth_deg", [0.0, 70.0, -160.0])
@pytest.mark.parametrize("elevation_deg", [5.0, 50.0])
def test_sun_points_from_where_it_stands(azimuth_deg: float, elevation_deg: float) -> None:
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    lighting = replace(SUNNY, sun_azimuth_rad=azimuth, sun_elevation_rad=elevation)
    world_from_sun = np.array(
        job_for(orbit_camera(0, 0), lighting=lighting)["sun"]["world_from_sun"]
    )
    towards = [
        np.cos(elevation) * np.cos(azimuth),
        np.cos(elevation) * np.sin(azimuth),
        np.sin(elevation),
    ]
    np.testing.assert_allclose(world_from_sun[:3, 2], towards, atol=1e-12)
    assert np.linalg.det(world_from_sun) == pytest.approx(1.0)


def test_object_turns_after_it_is_normalised() -> None:
    fields = job_for(orbit_camera(0, 0), object_turn_rad=0.3)
    expected = turn_about_up(0.3) @ LOADED.world_from_import
    np.testing.assert_allclose(fields["world_from_import"], expected)


def test_jobs_are_plain_json_with_seeds_that_blender_takes() -> None:
    fields = job_for(orbit_camera(0, 0), noise_seed=2**64 - 5)
    assert json.loads(json.dumps(fields))["lens_mm"] == fields["lens_mm"]
    assert 0 <= fields["seed"] < 2**31


def gl_projection(camera: Camera) -> Array:
    """An OpenGL projection matrix written down from its textbook frustum."""
    near, far = 0.1, 10.0
    focal, (centre_x, centre_y) = camera.focal_px, camera.intrinsics[:2, 2]
    left, right = -centre_x / focal * near, (camera.width_px - centre_x) / focal * near
    top, bottom = centre_y / focal * near, (centre_y - camera.height_px) / focal * near
    return np.array(
        [
            [2 * near / (right - left), 0, (right + left) / (right - left), 0],
            [0, 2 * near / (top - bottom), (top + bottom) / (top - bottom), 0],
            [0, 0, -(far + near) / (far - near), -2 * far * near / (far - near)],
            [0, 0, -1, 0],
        ]
    )


def test_intrinsics_come_out_of_a_projection_matrix() -> None:
    camera = orbit_camera(0, 0, width_px=400, height_px=300, centre_shift_px=(-31.0, 17.0))
    found = job.intrinsics_from_projection(gl_projection(camera), width_px=400, height_px=300)
    np.testing.assert_allclose(found, camera.intrinsics, atol=1e-9)


def held(camera: Camera, rendered: Camera, moved: Array | None = None) -> None:
    check_view(
        camera,
        rendered,
        planned_world_from_import=np.eye(4),
        rendered_world_from_import=np.eye(4) if moved is None else moved,
    )


def test_check_passes_single_precision_and_nothing_coarser() -> None:
    camera = orbit_camera(40, 20)
    rounded = camera.moved_to(camera.world_from_camera.astype(np.float32).astype(np.float64))
    held(camera, rounded)
    off = camera.world_from_camera.copy()
    off[0, 3] += 1e-3
    moved = np.eye(4)
    moved[2, 3] = 1e-3
    shifted = camera.intrinsics.copy()
    shifted[0, 2] += 0.1
    for rendered, at, what in (
        (camera.moved_to(off), None, "camera pose"),
        (camera.zoomed(1.001), None, "focal length"),
        (replace(camera, intrinsics=shifted), None, "principal point"),
        (replace(camera, width_px=65), None, "image size"),
        (camera.moved_to(np.full((4, 4), np.nan)), None, "camera pose"),
        (camera, moved, "object's place"),
    ):
        with pytest.raises(AssetError, match=f"camera_mismatch: {what}"):
            held(camera, rendered, at)


def srgb8(linear: Array) -> np.ndarray:
    """The formula of IEC 61966-2-1 in double precision."""
    curved = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.floor(np.where(linear <= 0.0031308, 12.92 * linear, curved) * 255 + 0.5)


def test_transfer_curve_is_srgb() -> None:
    linear = np.linspace(0, 1, 100_001).astype(np.float32)
    difference = colour.srgb8_from_linear(linear) - srgb8(linear.astype(np.float64))
    assert (difference != 0).mean() < 1e-4
    assert np.abs(difference).max() <= 1
    special = np.array([-1.0, 2.0, np.nan, np.inf], dtype=np.float32)
    np.testing.assert_array_equal(colour.srgb8_from_linear(special), [0, 255, 0, 255])


def test_every_8_bit_colour_survives_the_way_to_linear_and_back() -> None:
    for value in range(256):
        linear = colour.linear_from_srgb((value / 255,) * 3)
        assert colour.srgb8_from_linear(np.array(linear, dtype=np.float32)).tolist() == [value] * 3


def test_half_covered_pixel_mixes_in_linear_light() -> None:
    """Half of white over black is linear 0.5, which sRGB writes as 188 and not as 128."""
    premultiplied = np.array([[[0.5, 0.5, 0.5, 0.5]]], dtype=np.float32)
    assert passes.opaque_rgba(premultiplied, (0.0, 0.0, 0.0)).tolist() == [[[188, 188, 188, 255]]]
    assert passes.straight_rgba(premultiplied).tolist() == [[[255, 255, 255, 128]]]
    nothing = np.zeros((1, 1, 4), dtype=np.float32)
    assert passes.straight_rgba(nothing).tolist() == [[[0, 0, 0, 0]]]
    assert passes.opaque_rgba(nothing, (1.0, 0.0, 1.0)).tolist() == [[[255, 0, 255, 255]]]


def test_normals_from_depth_face_the_camera(tmp_path: Path) -> None:

    camera = orbit_camera(30, 40, 2.0, width_px=60, height_px=40)
    slope = trimesh.creation.box((20.0, 20.0, 0.1))
    depth, normals = ray_cast(slope, camera)
    found = passes.normals_from_depth(depth.astype(np.float32), camera)
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    np.testing.assert_allclose(found[5:-5, 5:-5], normals[5:-5, 5:-5], atol=1e-3)


def test_file_without_its_passes_is_a_bad_picture(tmp_path: Path) -> None:

    header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    channels = {"ViewLayer.Depth.Z": np.zeros((4, 5), dtype=np.float32)}
    path = tmp_path / "partial.exr"
    OpenEXR.File(header, channels).write(str(path))
    backdrop = BACKDROPS[BackdropKind.SOLID]
    with pytest.raises(AssetError, match="bad_picture: the renderer wrote no Combined pass"):
        passes.read_pixels(
            path, backdrop, orbit_camera(0, 0, width_px=5, height_px=4), normals=True
        )


def test_bundled_folders_are_found_in_a_checkout_and_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (bundled_path("blender_scripts") / "worker.py").is_file()
    package = tmp_path / "site-packages" / "viewpoint_gen"
    (package / "_bundled" / "blender_scripts").mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", package)
    assert bundled_path("blender_scripts") == package / "_bundled" / "blender_scripts"
    with pytest.raises(EnvironmentProblem, match="'manifests' of viewgen is missing"):
        bundled_path("manifests")
