"""Turned and zoomed cameras, against what such cameras see of a world worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from flat_world import DISC_RADIUS, SIDE, ground_at, unit_camera, views_of

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.training.geometry.turned import turned_views

SEES_GROUND_ALONE = [
    unit_camera((0.3 * k - 0.6, -2.0 + 0.1 * k, 2.4 + 0.1 * k), fov_deg=40.0 + k) for k in range(6)
]
PAIRS = np.array([[0, 1], [2, 3], [4, 5], [5, 0]])
PICTURE_PX = 72


def colour_of(points: np.ndarray) -> np.ndarray:
    """(N, 3) smooth colours of the ground."""
    x, y, _ = points.T
    return np.stack([120 + 60 * np.sin(2 * x), 120 + 60 * np.cos(2 * y), 120 + 40 * x], axis=1)


def painted(cameras: list[Camera]):
    """Views whose pictures show the ground's colours."""
    middles = (np.arange(PICTURE_PX) + 0.5) / PICTURE_PX
    places = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    images = [colour_of(ground_at(camera, places)[0]) for camera in cameras]
    shape = (len(cameras), PICTURE_PX, PICTURE_PX, 3)
    images = np.array(images).round().clip(0, 255).astype(np.uint8).reshape(shape)
    return replace(views_of(cameras, np.zeros(len(cameras)), image_px=PICTURE_PX), images=images)


@pytest.fixture(scope="module")
def views():
    return painted(SEES_GROUND_ALONE)


@pytest.fixture(scope="module", params=range(3))
def turned(request, views):
    return turned_views(views, PAIRS, np.random.default_rng(request.param), share=1.0)[0]


def cameras_of(views) -> list[Camera]:
    poses = zip(views.world_from_camera, views.intrinsics, strict=True)
    return [Camera(pose, intrinsics, 1, 1) for pose, intrinsics in poses]


def test_its_depth_and_mask_are_what_the_new_camera_sees(turned):
    middles = (np.arange(SIDE) + 0.5) / SIDE
    places = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    for camera, depth, mask in zip(cameras_of(turned), turned.depth, turned.on_object, strict=True):
        points, along = ground_at(camera, places)
        np.testing.assert_allclose(depth.reshape(-1), along, rtol=0.015)
        from_edge = np.abs(np.linalg.norm(points, axis=1) - DISC_RADIUS)
        inside = np.linalg.norm(points, axis=1) < DISC_RADIUS
        clear = from_edge > 0.05  # what is nearest to a point may lie across the edge
        assert (mask.reshape(-1)[clear] == inside[clear]).all()


def test_its_pictures_are_what_the_new_camera_sees(turned):
    expected = painted(cameras_of(turned)).images.astype(int)
    assert np.abs(turned.images.astype(int) - expected).max() <= 3


def test_cameras_turn_where_they_stand_and_only_zoom_in(views, turned):
    rows = PAIRS.T.reshape(-1)
    before = views.world_from_camera[rows]
    np.testing.assert_array_equal(turned.world_from_camera[:, :3, 3], before[:, :3, 3])
    axes = before[:, :3, :3].transpose(0, 2, 1) @ turned.world_from_camera[:, :3, :3]
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)
    angles = np.rad2deg(np.arccos((np.trace(axes, axis1=1, axis2=2) - 1) / 2))
    assert (angles > 0.1).all()
    assert (angles < 17.0).all()
    zoom = turned.intrinsics[:, [0, 1], [0, 1]] / views.intrinsics[rows][:, [0, 1], [0, 1]]
    np.testing.assert_allclose(zoom[:, 0], zoom[:, 1])
    assert (zoom > 1).all()
    one, two = np.split(zoom, 2)
    np.testing.assert_allclose(one, two)  # both of a pair alike
    np.testing.assert_array_equal(turned.intrinsics[:, :2, 2], views.intrinsics[rows][:, :2, 2])


def test_what_is_not_chosen_stays_as_it_is(views):
    same, pairs = turned_views(views, PAIRS, np.random.default_rng(0), share=0.0)
    rows = PAIRS.T.reshape(-1)
    np.testing.assert_array_equal(pairs, [[0, 4], [1, 5], [2, 6], [3, 7]])
    np.testing.assert_array_equal(same.images, views.images[rows])
    np.testing.assert_array_equal(same.on_object, views.on_object[rows])
    np.testing.assert_allclose(same.depth, views.depth[rows], rtol=1e-6)
    np.testing.assert_array_equal(same.world_from_camera, views.world_from_camera[rows])
    np.testing.assert_array_equal(same.intrinsics, views.intrinsics[rows])


def test_each_view_of_a_pair_is_turned_by_itself(turned):
    one, two = turned.world_from_camera[: len(PAIRS)], turned.world_from_camera[len(PAIRS) :]
    assert not np.allclose(one[3, :3, :3], two[2, :3, :3])  # the same view, drawn twice
