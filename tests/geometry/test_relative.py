"""Each sign of a relative view, in words, and the laws that tie them together."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import inverse, look_at, pose_from_angles, turn_about_up
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry, field_names

K = intrinsics_from_fov(np.deg2rad(50), width_px=320, height_px=240)


def orbiting(azimuth_deg: float, elevation_deg: float = 20.0, distance: float = 3.0) -> Camera:
    """Looks at the origin from a place around it."""
    place = OrbitPosition(np.deg2rad(azimuth_deg), np.deg2rad(elevation_deg), distance)
    return Camera(look_at(place.point_world(), np.zeros(3)), K, 320, 240)


def standing(centre, heading=0.0, pitch=0.0, roll=0.0) -> Camera:
    pose = pose_from_angles(
        np.array(centre, dtype=float), heading_rad=heading, pitch_rad=pitch, roll_rad=roll
    )
    return Camera(pose, K, 320, 240)


def test_growing_azimuth_is_counter_clockwise_and_the_camera_moves_to_its_own_right():
    relative = RelativeView.between(orbiting(10), orbiting(50))
    assert relative.azimuth_rad == pytest.approx(np.deg2rad(40))
    assert relative.right > 0


def test_a_camera_that_orbits_to_its_right_turns_left_to_keep_facing_the_object():
    assert RelativeView.between(orbiting(10), orbiting(50)).heading_rad > 0


def test_a_pure_orbit_goes_forward_in_camera_axes_though_the_distance_is_the_same():
    # The trap of a frame that is not named; figures computed by hand for 40 degrees at distance 3.
    relative = RelativeView.between(orbiting(0), orbiting(40))
    assert relative.right == pytest.approx(1.812, abs=1e-3)
    assert relative.down == pytest.approx(-0.2256, abs=1e-3)
    assert relative.forward == pytest.approx(0.6198, abs=1e-3)
    assert relative.distance_ratio == pytest.approx(1.0)
    assert relative.rise == pytest.approx(0.0, abs=1e-12)


def test_a_truck_to_the_right_moves_right_and_turns_nowhere():
    first = standing((-3, 0, 0.5))
    second = standing((-3, -0.8, 0.5))
    relative = RelativeView.between(first, second)
    assert relative.right == pytest.approx(0.8)
    assert relative.heading_rad == pytest.approx(0.0)
    assert relative.azimuth_rad > 0
    assert relative.rotation_rad == pytest.approx(0.0, abs=1e-9)


def test_a_pan_to_the_right_turns_right_and_moves_nowhere():
    relative = RelativeView.between(standing((-3, 0, 0)), standing((-3, 0, 0), heading=-0.2))
    assert relative.heading_rad == pytest.approx(-0.2)
    assert relative.right == relative.down == relative.forward == pytest.approx(0.0)
    assert relative.rotation_rad == pytest.approx(0.2)


def test_a_pedestal_up_rises_and_a_tilt_up_pitches_up():
    risen = RelativeView.between(standing((-3, 0, 0)), standing((-3, 0, 0.7)))
    assert risen.rise == pytest.approx(0.7)
    assert risen.down == pytest.approx(-0.7)
    assert risen.elevation_rad > 0
    assert risen.pitch_rad == pytest.approx(0.0)
    tilted = RelativeView.between(standing((-3, 0, 0)), standing((-3, 0, 0), pitch=0.3))
    assert tilted.pitch_rad == pytest.approx(0.3)
    assert tilted.rise == pytest.approx(0.0)


def test_rolling_clockwise_is_positive():
    relative = RelativeView.between(standing((-3, 0, 0)), standing((-3, 0, 0), roll=0.4))
    assert relative.roll_rad == pytest.approx(0.4)


def test_backing_away_doubles_the_distance_and_goes_backward():
    relative = RelativeView.between(orbiting(30, distance=2), orbiting(30, distance=4))
    assert relative.distance_ratio == pytest.approx(2.0)
    assert relative.forward == pytest.approx(-2.0)


def test_zooming_in_raises_the_focal_ratio_alone():
    relative = RelativeView.between(orbiting(30), orbiting(30).zoomed(1.5))
    assert relative.focal_ratio == pytest.approx(1.5)
    assert replace(relative, focal_ratio=1.0) == RelativeView.between(orbiting(30), orbiting(30))


def test_nothing_at_all_is_exactly_nothing():
    relative = RelativeView.between(orbiting(30), orbiting(30))
    ones = {"distance_ratio", "focal_ratio"}
    for name, value in zip(field_names(RelativeView), astuple(relative), strict=True):
        assert value == pytest.approx(1.0 if name in ones else 0.0, abs=1e-9), name


def test_the_object_turning_left_of_itself_is_counter_clockwise():
    relative = RelativeView.between(
        orbiting(0), orbiting(0), object_turn_1_rad=0.1, object_turn_2_rad=0.6
    )
    assert relative.object_turn_rad == pytest.approx(0.5)
    assert relative.azimuth_rad == 0.0


def test_azimuth_is_undefined_above_the_pole_limit():
    assert np.isnan(RelativeView.between(orbiting(0, 80), orbiting(40, 20)).azimuth_rad)


def test_an_object_right_of_the_axis_has_a_positive_bearing():
    turned_left = standing((-3, 0, 0), heading=0.2)
    geometry = ViewGeometry.of(turned_left)
    assert geometry.bearing_right_rad == pytest.approx(0.2)
    assert geometry.bearing_down_rad == pytest.approx(0.0)
    tilted_up = ViewGeometry.of(standing((-3, 0, 0), pitch=0.2))
    assert tilted_up.bearing_down_rad == pytest.approx(0.2)


cameras = st.builds(
    lambda azimuth, elevation, distance, left, up, roll: standing(
        OrbitPosition(azimuth, elevation, distance).point_world(),
        azimuth + np.pi + left,
        -elevation + up,
        roll,
    ),
    st.floats(-3.1, 3.1),
    st.floats(-1.0, 1.0),
    st.floats(1.2, 6.0),
    st.floats(-0.3, 0.3),
    st.floats(-0.2, 0.2),
    st.floats(-0.6, 0.6),
)


@given(cameras, cameras)
def test_swapping_the_images_inverts_everything(first, second):
    forward, back = RelativeView.between(first, second), RelativeView.between(second, first)
    for name in ("azimuth_rad", "elevation_rad", "heading_rad", "pitch_rad", "roll_rad", "rise"):
        difference = getattr(forward, name) + getattr(back, name)
        assert np.sin(difference) == pytest.approx(0.0, abs=1e-9) or name == "rise"
    assert forward.rise == pytest.approx(-back.rise)
    assert forward.distance_ratio * back.distance_ratio == pytest.approx(1.0)
    assert forward.rotation_rad == pytest.approx(back.rotation_rad, abs=1e-7)


@given(cameras, cameras, cameras)
def test_going_by_way_of_a_third_camera_composes(first, second, third):
    one, two = first.world_from_camera, second.world_from_camera
    three = third.world_from_camera
    direct = inverse(one) @ three
    by_way = (inverse(one) @ two) @ (inverse(two) @ three)
    assert np.allclose(direct, by_way, atol=1e-9)
    whole = RelativeView.between(first, third)
    parts = [RelativeView.between(first, second), RelativeView.between(second, third)]
    assert whole.distance_ratio == pytest.approx(np.prod([part.distance_ratio for part in parts]))
    assert np.sin(whole.azimuth_rad - sum(part.azimuth_rad for part in parts)) == pytest.approx(
        0.0, abs=1e-9
    )


def mirrored(camera: Camera) -> Camera:
    """The camera in a world mirrored left to right (y -> -y), itself mirrored back."""
    world = np.diag([1.0, -1.0, 1.0, 1.0])
    own = np.diag([-1.0, 1.0, 1.0, 1.0])
    return camera.moved_to(world @ camera.world_from_camera @ own)


@given(cameras, cameras)
def test_mirroring_the_cameras_mirrors_left_and_right_and_nothing_else(first, second):
    plain = RelativeView.between(first, second)
    mirror = RelativeView.between(mirrored(first), mirrored(second))
    for name in ("azimuth_rad", "heading_rad", "roll_rad"):
        assert np.sin(getattr(mirror, name) + getattr(plain, name)) == pytest.approx(0, abs=1e-9)
    assert mirror.right == pytest.approx(-plain.right, abs=1e-9)
    for name in ("down", "forward", "rise", "elevation_rad", "pitch_rad", "distance_ratio"):
        assert getattr(mirror, name) == pytest.approx(getattr(plain, name), abs=1e-9)


@given(cameras, cameras, st.floats(0.1, 10.0))
def test_scaling_the_scene_changes_no_angle(first, second, scale):
    def scaled(camera: Camera) -> Camera:
        pose = camera.world_from_camera.copy()
        pose[:3, 3] *= scale
        return camera.moved_to(pose)

    plain = RelativeView.between(first, second)
    large = RelativeView.between(scaled(first), scaled(second))
    for name in field_names(RelativeView):
        factor = scale if name in {"right", "down", "forward", "rise"} else 1.0
        assert getattr(large, name) == pytest.approx(factor * getattr(plain, name), abs=1e-8)


@given(cameras, cameras, st.floats(-3.0, 3.0))
def test_turning_the_whole_world_about_the_vertical_changes_nothing(first, second, turn):
    turned = turn_about_up(turn)
    plain = RelativeView.between(first, second)
    other = RelativeView.between(
        first.moved_to(turned @ first.world_from_camera),
        second.moved_to(turned @ second.world_from_camera),
    )
    for name in field_names(RelativeView):
        difference = getattr(other, name) - getattr(plain, name)
        wrapped = np.arctan2(np.sin(difference), np.cos(difference))
        assert wrapped == pytest.approx(0.0, abs=1e-7), name
