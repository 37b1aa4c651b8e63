"""What Blender shows is what the geometry says: sides, depth, masks, normals, intrinsics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from blender_scenes import (
    FACE_COLOURS,
    MACHINE,
    SMALL,
    SUNNY,
    asset_at,
    coloured_box,
    lopsided,
    orbit_camera,
    ray_cast,
    view_of,
    write_glb,
)

from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.geometry.visibility import pixel_centres
from viewpoint_gen.records import BackdropKind, LoadedAsset, RenderedView
from viewpoint_gen.render.child import BlenderChild

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlenderChild]:
    log_path = tmp_path_factory.mktemp("log") / "blender.log"
    with BlenderChild(SMALL, MACHINE, log_path=log_path, threads=2) as running:
        yield running


@pytest.fixture
def cube(child: BlenderChild, tmp_path: Path) -> LoadedAsset:
    return child.load(asset_at(write_glb(tmp_path / "cube.glb", coloured_box())))


@pytest.fixture
def odd(child: BlenderChild, tmp_path: Path) -> LoadedAsset:
    return child.load(asset_at(write_glb(tmp_path / "odd.glb", [lopsided()])))


def face_at(view: RenderedView, column: int, row: int) -> str:
    """Name of the face whose colour a pixel has, whatever the light."""
    seen = view.rgba[row, column, :3].astype(float) ** 2.2
    names = list(FACE_COLOURS)
    colours = np.array([FACE_COLOURS[name] for name in names]) ** 2.2
    likeness = colours @ seen / np.linalg.norm(colours, axis=1)
    return names[int(likeness.argmax())]


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "face"),
    [(0, 0, "+x"), (180, 0, "-x"), (90, 0, "+y"), (-90, 0, "-y"), (20, 70, "+z"), (20, -70, "-z")],
)
def test_each_side_shows_its_own_colour(
    child: BlenderChild, cube: LoadedAsset, azimuth_deg: float, elevation_deg: float, face: str
) -> None:
    view = child.render(view_of(orbit_camera(azimuth_deg, elevation_deg)), cube)
    assert face_at(view, 32, 24) == face


def test_camera_with_larger_azimuth_sees_the_side_to_the_right(
    child: BlenderChild, cube: LoadedAsset
) -> None:
    """From +X, the side towards +Y is on the right; going there brings it further into view."""
    view = child.render(view_of(orbit_camera(45, 0)), cube)
    assert face_at(view, 25, 24) == "+x"
    assert face_at(view, 39, 24) == "+y"


def test_higher_camera_sees_the_top_above_the_front(child: BlenderChild, cube: LoadedAsset) -> None:
    view = child.render(view_of(orbit_camera(0, 45)), cube)
    assert face_at(view, 32, 16) == "+z"
    assert face_at(view, 32, 32) == "+x"


def test_object_turned_counter_clockwise_shows_its_clockwise_side(
    child: BlenderChild, cube: LoadedAsset
) -> None:
    """A quarter turn brings the side that faced -Y to where +X was."""
    view = child.render(view_of(orbit_camera(0, 0), turn_rad=np.pi / 2), cube)
    assert face_at(view, 32, 24) == "-y"


CAMERAS = {
    "level": orbit_camera(30, 15),
    "off_centre": orbit_camera(
        -110, 35, width_px=72, height_px=40, centre_shift_px=(9.5, -6.25), fov_deg=60, distance=1.5
    ),
    "upright": orbit_camera(
        200, -20, width_px=40, height_px=72, centre_shift_px=(-3.0, 8.0), fov_deg=30, distance=2.6
    ),
}


@pytest.mark.parametrize("name", CAMERAS)
def test_read_back_camera_is_the_one_asked_for(
    child: BlenderChild, odd: LoadedAsset, name: str
) -> None:
    asked = CAMERAS[name]
    view = child.render(view_of(asked), odd)
    assert (view.camera.width_px, view.camera.height_px) == (asked.width_px, asked.height_px)
    assert view.rgba.shape == (asked.height_px, asked.width_px, 4)
    np.testing.assert_allclose(view.camera.intrinsics, asked.intrinsics, atol=1e-3)
    np.testing.assert_allclose(view.camera.world_from_camera, asked.world_from_camera, atol=1e-6)


@pytest.mark.parametrize("name", CAMERAS)
@pytest.mark.parametrize("turn_rad", [0.0, 0.7])
def test_depth_mask_and_normals_agree_with_ray_casting(
    child: BlenderChild, odd: LoadedAsset, name: str, turn_rad: float
) -> None:
    view = child.render(view_of(CAMERAS[name], turn_rad=turn_rad), odd)
    mesh = lopsided().apply_transform(turn_about_up(turn_rad))
    depth, normals = ray_cast(mesh, view.camera)
    hit = np.isfinite(depth)
    both, either = (hit & view.mask).sum(), (hit | view.mask).sum()
    assert hit.sum() > 200
    assert both / either >= 0.99
    np.testing.assert_array_equal(np.isfinite(view.depth), view.mask)
    seen = hit & view.mask
    error = np.abs(view.depth[seen] - depth[seen]) / depth[seen]
    assert np.median(error) < 1e-4
    assert np.quantile(error, 0.98) < 1e-3
    cosine = (view.normals * normals).sum(axis=-1)[seen]
    assert np.quantile(cosine, 0.2) > 0.98
    np.testing.assert_array_equal(np.linalg.norm(view.normals, axis=-1) > 0.5, view.mask)


@pytest.mark.parametrize("kind", list(BackdropKind))
def test_mask_and_depth_are_the_same_before_every_backdrop(
    child: BlenderChild, odd: LoadedAsset, kind: BackdropKind
) -> None:
    camera = orbit_camera(30, 15)
    plain = child.render(view_of(camera), odd)
    view = child.render(view_of(camera, kind=kind, lighting=SUNNY), odd)
    np.testing.assert_array_equal(view.mask, plain.mask)
    np.testing.assert_array_equal(view.depth[view.mask], plain.depth[plain.mask])
    opaque = view.rgba[..., 3] == 255
    assert opaque[view.mask].all() or kind is BackdropKind.TRANSPARENT
    assert opaque.all() == (kind is not BackdropKind.TRANSPARENT)


def test_solid_backdrop_has_exactly_its_colour(child: BlenderChild, odd: LoadedAsset) -> None:
    view = child.render(view_of(orbit_camera(30, 15)), odd)
    np.testing.assert_array_equal(view.rgba[0, 0], [51, 102, 153, 255])


def test_ground_is_a_plane_under_the_object_and_stays_put(
    child: BlenderChild, odd: LoadedAsset
) -> None:
    """Its points, unprojected from two cameras, lie in one horizontal plane."""
    for azimuth_deg in (30, 130):
        camera = orbit_camera(azimuth_deg, 30)
        view = child.render(view_of(camera, kind=BackdropKind.GROUND), odd)
        floor = np.isfinite(view.depth) & ~view.mask
        rows, columns = np.nonzero(floor)
        pixels = np.column_stack([columns + 0.5, rows + 0.5])
        height = view.camera.unproject(pixels, view.depth[floor].astype(float))[:, 2]
        assert floor.sum() > 500
        np.testing.assert_allclose(height, odd.bounds_world[0, 2], atol=0.01)
        assert np.quantile(view.normals[floor][:, 2], 0.03) > 0.999


def test_sun_lights_the_side_that_faces_it(child: BlenderChild, cube: LoadedAsset) -> None:
    """With the sun towards -30°, the +X side is brighter than when it stands behind."""
    camera = orbit_camera(0, 0)
    lit = child.render(view_of(camera, lighting=SUNNY), cube)
    behind = replace(SUNNY, sun_azimuth_rad=SUNNY.sun_azimuth_rad + np.pi)
    shaded = child.render(view_of(camera, lighting=behind), cube)
    assert lit.rgba[24, 32, 0] > shaded.rgba[24, 32, 0] + 30


def test_surface_points_lie_on_the_surface(odd: LoadedAsset) -> None:
    assert odd.points_world.shape == (SMALL.surface_points, 3)
    distance = np.abs(lopsided().nearest.signed_distance(odd.points_world[:64]))
    inside_parts_too = np.quantile(distance, 0.8)
    assert inside_parts_too < 1e-4


def test_another_seed_gives_another_exposure_of_the_same_scene(
    child: BlenderChild, cube: LoadedAsset
) -> None:
    camera = orbit_camera(30, 20)
    first = child.glance(view_of(camera, lighting=SUNNY, seed=1), cube)
    second = child.glance(view_of(camera, lighting=SUNNY, seed=2), cube)
    assert (first.rgba != second.rgba).any()
    np.testing.assert_array_equal(first.mask, second.mask)
    np.testing.assert_array_equal(first.depth, second.depth)


def background_along(view: RenderedView, directions_world: np.ndarray) -> np.ndarray:
    """Colours (N, 3) of a view in the given directions; nan off the image and on the object."""
    pixels, depth = view.camera.project(view.camera.centre_world + directions_world)
    inside = view.camera.in_frame(pixels) & (depth > 0)
    colours = np.full((len(pixels), 3), np.nan)
    columns, rows = np.floor(pixels[inside]).astype(int).T
    rows, columns = np.minimum(rows, 47), np.minimum(columns, 63)
    found = view.rgba[rows, columns, :3].astype(float)
    found[view.mask[rows, columns]] = np.nan
    colours[inside] = found
    return colours


def directions_of(view: RenderedView) -> np.ndarray:
    pixels = pixel_centres(view.camera.width_px, view.camera.height_px)
    return view.camera.unproject(pixels, np.ones(len(pixels))) - view.camera.centre_world


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    both = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    assert both.sum() > 500
    return float(np.corrcoef(first[both].ravel(), second[both].ravel())[0, 1])


def test_environment_stays_put_when_the_camera_pans(child: BlenderChild, odd: LoadedAsset) -> None:
    """What lies in one direction of the world has one colour, whichever way the camera looks."""
    camera = orbit_camera(30, 15)
    panned = camera.moved_to(camera.world_from_camera @ pan_to_the_left(0.35))
    first, second = (
        child.render(view_of(each, kind=BackdropKind.HDRI), odd) for each in (camera, panned)
    )
    directions = directions_of(first)
    here = background_along(first, directions)
    assert likeness(here, background_along(second, directions)) > 0.9
    unturned = second.rgba.reshape(-1, 4)[:, :3].astype(float)
    unturned[second.mask.ravel()] = np.nan
    assert likeness(here, unturned) < 0.8


def pan_to_the_left(angle_rad: float) -> np.ndarray:
    """A turn about the camera's own down axis, counter-clockwise seen from above."""
    panned = np.eye(4)
    panned[0, 0] = panned[2, 2] = np.cos(angle_rad)
    panned[0, 2], panned[2, 0] = -np.sin(angle_rad), np.sin(angle_rad)
    return panned


def test_environment_turns_counter_clockwise_with_its_rotation(
    child: BlenderChild, odd: LoadedAsset
) -> None:
    camera = orbit_camera(30, 0)
    request = view_of(camera, kind=BackdropKind.HDRI)
    turned = replace(
        request,
        backdrop=replace(request.backdrop, rotation_rad=request.backdrop.rotation_rad + 0.3),
    )
    first, second = child.render(request, odd), child.render(turned, odd)
    directions = directions_of(first)
    carried_along = directions @ turn_about_up(0.3)[:3, :3].T
    here = background_along(first, directions)
    assert likeness(here, background_along(second, carried_along)) > 0.9
    assert likeness(here, background_along(second, directions)) < 0.8
