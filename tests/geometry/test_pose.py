"""Signs in words, hand-computed poses, and laws of rigid transforms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from viewpoint_gen.geometry.frames import (
    BLCAM_FROM_CAMERA,
    POLE_RAD,
    Z_UP_FROM_Y_UP,
    world_from_blcam_of,
    world_from_camera_of,
    wrap_rad,
)
from viewpoint_gen.geometry.pose import (
    angles_of,
    inverse,
    is_rigid,
    look_at,
    pose_from_angles,
    rotation_size_rad,
    transform,
    turn_about_up,
)

angle = st.floats(-np.pi, np.pi)
pitch = st.floats(-np.deg2rad(74), np.deg2rad(74))
small = st.floats(-3, 3)


def pose(heading: float, pitch: float = 0.0, roll: float = 0.0, centre=(1.0, 2.0, 3.0)):
    return pose_from_angles(np.array(centre), heading_rad=heading, pitch_rad=pitch, roll_rad=roll)


def test_a_level_camera_looking_along_x_has_hand_computed_axes():
    world_from_camera = pose(0.0, centre=(0, 0, 0))
    assert np.allclose(world_from_camera[:3, 0], [0, -1, 0])  # its right is the world's -Y
    assert np.allclose(world_from_camera[:3, 1], [0, 0, -1])  # its down is the world's -Z
    assert np.allclose(world_from_camera[:3, 2], [1, 0, 0])


def test_growing_heading_turns_the_camera_left():
    forward_after = pose(0.2)[:3, 2]
    left_before = -pose(0.0)[:3, 0]
    assert forward_after @ left_before > 0


def test_growing_pitch_tilts_the_camera_up():
    assert pose(0.3, 0.2)[2, 2] > pose(0.3, 0.1)[2, 2] > 0


def test_growing_roll_turns_the_camera_clockwise_seen_from_behind():
    # Seen from behind, clockwise means that the camera's own top leans to the right.
    top_after = -pose(0.0, 0.0, 0.3)[:3, 1]
    right_before = pose(0.0)[:3, 0]
    assert top_after @ right_before == pytest.approx(np.sin(0.3))


def test_a_camera_rolled_clockwise_shows_the_world_turned_counter_clockwise():
    point_above = np.array([[5.0, 0.0, 1.0]])
    upright = transform(inverse(pose(0.0, centre=(0, 0, 0))), point_above)[0]
    rolled = transform(inverse(pose(0.0, 0.0, 0.3, centre=(0, 0, 0))), point_above)[0]
    assert upright[0] == pytest.approx(0.0)
    assert rolled[0] < 0  # what was at the top is now left of the top


@given(angle, pitch, angle)
def test_angles_survive_a_round_trip(heading, pitch, roll):
    read = angles_of(pose(heading, pitch, roll))
    for got, expected in zip(read, (heading, pitch, roll), strict=True):
        assert wrap_rad(got - expected) == pytest.approx(0.0, abs=1e-9)


@given(angle, pitch, angle)
def test_every_pose_is_rigid_and_its_inverse_undoes_it(heading, pitch, roll):
    world_from_camera = pose(heading, pitch, roll)
    assert is_rigid(world_from_camera)
    assert np.allclose(inverse(world_from_camera) @ world_from_camera, np.eye(4), atol=1e-12)
    assert np.allclose(inverse(world_from_camera), np.linalg.inv(world_from_camera), atol=1e-12)


@given(angle, pitch, angle)
def test_the_pose_agrees_with_scipy_euler_angles(heading, pitch, roll):
    # Another route: intrinsic yaw, pitch, roll of a forward-left-up body.
    body = Rotation.from_euler("ZYX", [heading, -pitch, roll]).as_matrix()
    camera = np.column_stack([-body[:, 1], -body[:, 2], body[:, 0]])
    assert np.allclose(pose(heading, pitch, roll)[:3, :3], camera, atol=1e-9)


@pytest.mark.parametrize("pitch_deg", [75.5, 89.0, 90.0, -80.0])
def test_heading_and_roll_are_undefined_near_the_poles(pitch_deg):
    heading, pitch, roll = angles_of(pose(0.4, np.deg2rad(pitch_deg), 0.1))
    assert np.isnan(heading)
    assert np.isnan(roll)
    assert pitch == pytest.approx(np.deg2rad(pitch_deg))
    assert abs(pitch) > POLE_RAD


@given(angle, pitch, st.floats(0.5, 5))
def test_look_at_puts_the_target_on_the_optical_axis(azimuth, elevation, distance):
    target = np.array([0.3, -0.2, 0.1])
    away = np.array(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ]
    )
    world_from_camera = look_at(target + distance * away, target)
    assert np.allclose(transform(inverse(world_from_camera), target), [0, 0, distance], atol=1e-9)


@pytest.mark.parametrize("size", [1e-9, 1e-6, 0.5, np.pi - 1e-6, np.pi])
def test_rotation_size_is_stable_from_nothing_to_half_a_turn(size):
    assert rotation_size_rad(turn_about_up(size)) == pytest.approx(size, abs=1e-8, rel=1e-6)


def test_a_reflection_a_shear_and_a_nan_are_not_rigid():
    reflected = np.diag([1.0, 1.0, -1.0, 1.0])
    sheared = np.eye(4)
    sheared[0, 1] = 0.01
    holed = np.eye(4)
    holed[0, 0] = np.nan
    assert not any(is_rigid(matrix) for matrix in (reflected, sheared, holed, np.eye(3)))


def test_blenders_camera_axes_are_flipped_once_and_back():
    world_from_camera = pose(0.7, 0.2, -0.4)
    world_from_blcam = world_from_blcam_of(world_from_camera)
    assert np.allclose(world_from_blcam[:3, 2], -world_from_camera[:3, 2])  # it looks along -Z
    assert np.allclose(world_from_blcam[:3, 1], -world_from_camera[:3, 1])  # its +Y is up
    assert np.allclose(world_from_camera_of(world_from_blcam), world_from_camera)
    assert np.allclose(BLCAM_FROM_CAMERA @ BLCAM_FROM_CAMERA, np.eye(4))
    assert np.linalg.det(BLCAM_FROM_CAMERA) == pytest.approx(1.0)


def test_gltf_front_and_up_arrive_where_blender_puts_them():
    front, up = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    assert np.allclose(transform(Z_UP_FROM_Y_UP, front), [0, -1, 0])
    assert np.allclose(transform(Z_UP_FROM_Y_UP, up), [0, 0, 1])


@pytest.mark.parametrize(
    ("given_rad", "wrapped"),
    [(0.0, 0.0), (np.pi, np.pi), (-np.pi, np.pi), (3 * np.pi, np.pi), (4.0, 4.0 - 2 * np.pi)],
)
def test_wrapping_ends_in_the_half_open_turn(given_rad, wrapped):
    assert wrap_rad(given_rad) == pytest.approx(wrapped)
