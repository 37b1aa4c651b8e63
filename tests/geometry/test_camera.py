"""Projection by hand, round trips, and image-plane signs in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.pose import look_at

WIDTH, HEIGHT = 640, 360


def level_camera(centre=(-4.0, 0.0, 0.0)) -> Camera:
    """Looks along the world's +X."""
    intrinsics = np.array([[500.0, 0.0, 330.0], [0.0, 480.0, 170.0], [0.0, 0.0, 1.0]])
    return Camera(look_at(np.array(centre), np.add(centre, (1, 0, 0))), intrinsics, WIDTH, HEIGHT)


def test_a_point_on_the_axis_lands_on_the_principal_point():
    pixels, depth = level_camera().project(np.zeros((1, 3)))
    assert np.allclose(pixels, [[330.0, 170.0]])
    assert depth[0] == pytest.approx(4.0)


def test_a_hand_computed_projection():
    # One unit to the left (+Y) and half a unit up, at depth 4: x = 330 - 500/4, y = 170 - 240/4.
    pixels, _ = level_camera().project(np.array([[0.0, 1.0, 0.5]]))
    assert np.allclose(pixels, [[205.0, 110.0]])


def test_a_cropped_camera_sees_the_same_points_in_its_part_of_the_image():
    camera = level_camera()
    part = camera.cropped(left_px=100, top_px=40, width_px=200, height_px=150)
    points = np.array([[0.0, 0.7, 0.3], [2.0, -0.5, 0.1]])
    assert np.allclose(part.project(points)[0], camera.project(points)[0] - [100, 40])
    assert (part.width_px, part.height_px) == (200, 150)


def test_a_fixed_point_moves_left_when_the_camera_steps_right():
    before, _ = level_camera().project(np.zeros((1, 3)))
    after, _ = level_camera(centre=(-4.0, -0.5, 0.0)).project(np.zeros((1, 3)))  # right is -Y
    assert after[0, 0] < before[0, 0]


def test_a_fixed_point_moves_down_when_the_camera_rises():
    before, _ = level_camera().project(np.zeros((1, 3)))
    after, _ = level_camera(centre=(-4.0, 0.0, 0.5)).project(np.zeros((1, 3)))
    assert after[0, 1] > before[0, 1]


def test_points_behind_the_camera_have_no_pixel_and_are_not_in_frame():
    camera = level_camera()
    pixels, depth = camera.project(np.array([[-5.0, 0.0, 0.0]]))
    assert depth[0] < 0
    assert np.isnan(pixels).all()
    assert not camera.in_frame(pixels).any()


@given(st.floats(0.5, WIDTH - 0.5), st.floats(0.5, HEIGHT - 0.5), st.floats(0.1, 50))
def test_unprojecting_and_projecting_gives_the_pixel_back(x, y, depth):
    camera = level_camera()
    points = camera.unproject(np.array([[x, y]]), np.array([depth]))
    pixels, depths = camera.project(points)
    assert np.allclose(pixels, [[x, y]], atol=1e-6)
    assert depths[0] == pytest.approx(depth)


def test_the_field_of_view_reaches_exactly_from_edge_to_edge():
    fov = np.deg2rad(50.0)
    intrinsics = intrinsics_from_fov(fov, width_px=WIDTH, height_px=HEIGHT)
    edge = np.tan(fov / 2)
    assert intrinsics[0, 0] * edge + intrinsics[0, 2] == pytest.approx(WIDTH)
    assert intrinsics[0, 0] == intrinsics[1, 1]
    assert intrinsics[1, 2] == HEIGHT / 2


def test_zooming_scales_about_the_principal_point():
    camera = level_camera()
    point = np.array([[0.0, 1.0, 0.5]])
    near, _ = camera.project(point)
    tele, _ = camera.zoomed(2.0).project(point)
    centre = camera.intrinsics[:2, 2]
    assert np.allclose(tele - centre, 2.0 * (near - centre))
