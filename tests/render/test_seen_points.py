"""Points of a cube that Blender renders: its faces are known, and which a camera sees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from blender_scenes import MACHINE, SMALL, asset_at, coloured_box, orbit_camera, view_of, write_glb

from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.dataset.rows import AcceptedView, Provenance, SharedSurface, accepted_view
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.geometry.surface_points import Sight
from viewpoint_gen.records import Asset, BackdropKind, LoadedAsset
from viewpoint_gen.render.child import BlenderChild

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlenderChild]:
    log_path = tmp_path_factory.mktemp("log") / "blender.log"
    with BlenderChild(SMALL, MACHINE, log_path=log_path, threads=2) as running:
        yield running


@pytest.fixture(scope="module")
def cube(
    child: BlenderChild, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Asset, LoadedAsset]:
    asset = asset_at(write_glb(tmp_path_factory.mktemp("cube") / "cube.glb", coloured_box()))
    return asset, child.load(asset)


def photographed(
    child: BlenderChild,
    cube: tuple[Asset, LoadedAsset],
    azimuth_deg: float,
    elevation_deg: float,
    *,
    turn_rad: float = 0.0,
) -> AcceptedView:
    asset, loaded = cube
    camera = orbit_camera(azimuth_deg, elevation_deg, width_px=256, height_px=192)
    view = child.render(view_of(camera, turn_rad=turn_rad, kind=BackdropKind.GROUND), loaded)
    return accepted_view(
        view,
        asset=asset,
        loaded=loaded,
        visit_round=0,
        store=StoreConfig(),
        provenance=Provenance("cycles", 1, 0, "f"),
    )


def points_on_the_cube(view: AcceptedView, turn_rad: float) -> tuple[np.ndarray, np.ndarray]:
    """A view's stored points in the unturned cube's own axes, and the normals of their faces."""
    stored = np.frombuffer(view.row["surface_points"], dtype="<f4").reshape(-1, 3)
    points = stored @ turn_about_up(turn_rad)[:3, :3]
    face = np.abs(points).argmax(axis=1)
    normals = np.zeros_like(points)
    normals[np.arange(len(points)), face] = np.sign(points[np.arange(len(points)), face])
    return points, normals


def truly_seen(
    points: np.ndarray, normals: np.ndarray, view: AcceptedView, turn_rad: float
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine (N,) between each face and the way to the camera, and whether the image holds it."""
    turned = turn_about_up(turn_rad)[:3, :3].T
    there, facing = points @ turned, normals @ turned
    towards = view.view.camera.centre_world - there
    cosine = (facing * towards).sum(axis=1) / np.linalg.norm(towards, axis=1)
    pixels, _ = view.view.camera.project(there)
    return cosine, view.view.camera.in_frame(pixels)


@pytest.mark.parametrize(
    ("second", "turn_rad"),
    [((35.0, 40.0), 0.0), ((100.0, 35.0), 0.0), ((35.0, 40.0), 1.2), ((-40.0, -20.0), -0.6)],
)
def test_the_cubes_faces_are_seen_by_the_cameras_that_they_face(
    child: BlenderChild,
    cube: tuple[Asset, LoadedAsset],
    second: tuple[float, float],
    turn_rad: float,
) -> None:
    one = photographed(child, cube, 35.0, 40.0)
    two = photographed(child, cube, *second, turn_rad=turn_rad)
    shared = SharedSurface.of(one, two)
    for own, own_turn, other, other_turn, told in (
        (one, 0.0, two, turn_rad, shared.seen_in_2),
        (two, turn_rad, one, 0.0, shared.seen_in_1),
    ):
        points, normals = points_on_the_cube(own, own_turn)
        assert len(points) == 64
        np.testing.assert_allclose(np.abs(points).max(axis=1), 0.5, atol=2e-3)
        sights = np.frombuffer(told, dtype=np.uint8)
        cosine, inside = truly_seen(points, normals, other, other_turn)
        assert (cosine > 0)[sights == Sight.SEEN].all()
        assert inside[sights == Sight.SEEN].all()
        assert ((cosine < 0) | ~inside)[sights == Sight.HIDDEN].all()
        clear = np.abs(cosine) > 0.3  # at slants, one pixel spans 1 % of the depth
        assert clear.sum() > 10
        assert (sights[clear] == Sight.UNSURE).mean() < 0.2
