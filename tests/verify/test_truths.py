"""What is true of two cameras, from how a photographer would move them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_scene import Stand, between, looking_at

from viewpoint_gen.verify.cameras import is_rigid, relative_numbers, view_numbers
from viewpoint_gen.verify.truths import TRUTHS, Motion, motion_between

DEG = math.pi / 180
HERE = looking_at(30.0, 20.0, 3.0)
NAN = float("nan")
SIDEWAYS, UP, FAR = (f"ego_translation_{name}" for name in ("sideways", "vertical", "distance"))
AROUND, LEFT, FRONT = (f"object_translation_{n}" for n in ("around", "left_right", "front_back"))
YAW, PITCH, ROLL = (f"ego_rotation_{name}" for name in ("yaw", "pitch", "roll"))


def motion(one: Stand, two: Stand, front_rad: float = NAN) -> Motion:
    cameras = np.array([[one.matrix, two.matrix]])
    intrinsics = np.array([[one.intrinsics, two.intrinsics]])
    return motion_between(cameras, intrinsics, np.array([front_rad]))


def truth(family: str, two: Stand, one: Stand = HERE, front_deg: float = NAN) -> float:
    return float(TRUTHS[family](motion(one, two, front_deg * DEG))[0])


def orbit(degrees: float) -> Stand:
    return HERE.moved(azimuth=degrees * DEG, heading=degrees * DEG)


CASES = [
    # a camera that goes counter-clockwise goes to its own right and turns left
    (SIDEWAYS, orbit(40), 1),
    (SIDEWAYS, orbit(-40), -1),
    (SIDEWAYS, orbit(14), 1),
    (SIDEWAYS, orbit(11.9), NAN),
    (SIDEWAYS, orbit(12.1), NAN),  # 12.1 deg, but of a smaller circle at 20 deg of elevation
    (SIDEWAYS, orbit(0.4), 0),
    (SIDEWAYS, orbit(2), NAN),
    (SIDEWAYS, orbit(159), 1),
    (SIDEWAYS, orbit(161), NAN),
    (SIDEWAYS, HERE.moved(heading=0.5), 0),
    (AROUND, orbit(12.1), 1),
    (AROUND, orbit(-12.1), -1),
    (AROUND, orbit(11.9), NAN),
    (AROUND, orbit(0.9), 0),
    (AROUND, orbit(1.1), NAN),
    (AROUND, orbit(161), NAN),
    (AROUND, HERE.moved(distance=1.0), 0),
    (YAW, orbit(8.1), 1),
    (YAW, orbit(-8.1), -1),
    (YAW, orbit(7.9), NAN),
    (YAW, HERE.moved(heading=-0.3), -1),
    (YAW, HERE.moved(pitch=-60 * DEG, heading=0.3), NAN),  # looks 80 deg down
    (UP, HERE.moved(elevation=25 * DEG, pitch=-25 * DEG), 1),
    (UP, HERE.moved(elevation=-25 * DEG, pitch=25 * DEG), -1),
    (UP, HERE.moved(distance=3.0), NAN),  # higher, but seen from the same elevation
    (UP, HERE.moved(azimuth=0.5), 0),
    (UP, HERE.moved(elevation=9 * DEG), NAN),
    (FAR, HERE.moved(distance=0.46), 1),
    (FAR, HERE.moved(distance=0.44), NAN),
    (FAR, HERE.moved(distance=-0.40), -1),
    (FAR, HERE.moved(distance=-0.38), NAN),
    (FAR, HERE.moved(distance=0.02), 0),
    (FAR, HERE.moved(distance=0.46, focal=10.0), NAN),
    (FAR, HERE.moved(focal=10.0), NAN),
    (FAR, HERE.moved(focal=0.5), 0),
    (PITCH, HERE.moved(pitch=8.1 * DEG), 1),
    (PITCH, HERE.moved(pitch=-8.1 * DEG), -1),
    (PITCH, HERE.moved(pitch=7.9 * DEG), NAN),
    (PITCH, HERE.moved(pitch=0.9 * DEG), 0),
    (ROLL, HERE.moved(roll=8.1 * DEG), 1),
    (ROLL, HERE.moved(roll=-8.1 * DEG), -1),
    (ROLL, HERE.moved(roll=7.9 * DEG), NAN),
    (ROLL, orbit(40), 0),
]


@pytest.mark.parametrize(("family", "two", "expected"), CASES)
def test_signs_and_thresholds(family: str, two: Stand, expected: float) -> None:
    got = truth(family, two)
    assert got == expected or (math.isnan(got) and math.isnan(expected))


def test_right_of_the_picture_but_left_about_the_object_may_not_be_asked() -> None:
    """A camera that looks past the object and goes round its far side."""
    looking_left = HERE.moved(heading=25 * DEG)
    behind = looking_left.moved(azimuth=150 * DEG)
    assert motion(looking_left, behind).sideways[0] > 0.2  # both agree: right
    looking_right = HERE.moved(heading=-35 * DEG)
    beyond = looking_right.moved(azimuth=150 * DEG)
    assert motion(looking_right, beyond).sideways[0] < -0.2  # left in the picture's frame
    assert math.isnan(truth(SIDEWAYS, beyond, looking_right))


@pytest.mark.parametrize(
    ("front_deg", "left", "front"),
    [(100.0 + 0.0, 0, 1), (10.0, 1, 0), (-80.0, 0, -1), (190.0, -1, 0)],
)
def test_the_objects_own_sides(front_deg: float, left: int, front: int) -> None:
    """From azimuth 30 to 70 the camera goes towards azimuth 140 as the chord runs."""
    there = orbit(40)
    chord_deg = 30 + 20 + 90
    turned = front_deg + (chord_deg - 100)
    assert truth(LEFT, there, front_deg=turned) == left
    assert truth(FRONT, there, front_deg=turned) == front


def test_without_a_front_nothing_is_true_of_the_objects_sides() -> None:
    assert math.isnan(truth(LEFT, orbit(40)))
    assert math.isnan(truth(FRONT, orbit(40)))


ANGLE = st.floats(-math.pi + 1e-3, math.pi - 1e-3)
STANDS = st.builds(
    Stand,
    azimuth=ANGLE,
    elevation=st.floats(-1.3, 1.3),
    distance=st.floats(1.5, 6.0),
    heading=ANGLE,
    pitch=st.floats(-1.3, 1.3),
    roll=ANGLE,
    focal=st.floats(20.0, 300.0),
)


@given(STANDS)
def test_views_are_read_back_as_they_were_put(stand: Stand) -> None:
    matrix = np.array([stand.matrix])
    assert is_rigid(matrix).all()
    got = view_numbers(matrix, np.array([stand.intrinsics]))
    for name, want in stand.numbers().items():
        if name in got:
            gap = got[name][0] - want
            gap = math.remainder(gap, 2 * math.pi) if name.endswith("_rad") else gap
            assert abs(gap) < 1e-9, name


@given(STANDS, STANDS)
def test_ways_are_read_back_as_they_were_gone(one: Stand, two: Stand) -> None:
    got = relative_numbers(
        np.array([one.matrix]),
        np.array([two.matrix]),
        np.array([one.intrinsics]),
        np.array([two.intrinsics]),
    )
    for name, want in between(one, two).items():
        if name == "object_turn_rad":
            continue
        gap = got[name][0] - want
        if name == "rotation_rad":
            assert math.isclose(math.cos(got[name][0]), math.cos(want), abs_tol=1e-9)
        elif name.endswith("_rad"):
            assert abs(math.remainder(gap, 2 * math.pi)) < 1e-9, name
        else:
            assert abs(gap) < 1e-9, name


@given(STANDS, STANDS)
def test_the_way_back_is_never_true_in_the_same_sense(one: Stand, two: Stand) -> None:
    there, back = motion(one, two, 0.3), motion(two, one, 0.3)
    for family, true_of in TRUTHS.items():
        a, b = true_of(there)[0], true_of(back)[0]
        if not (math.isnan(a) or math.isnan(b)) and a != 0.0 and b != 0.0:
            assert a == -b, family


@given(STANDS, STANDS, st.floats(0.5, 4.0))
def test_scaling_the_world_changes_nothing(one: Stand, two: Stand, scale: float) -> None:
    larger = [s.moved(distance=s.distance * (scale - 1)) for s in (one, two)]
    before, after = motion(one, two, 0.3), motion(larger[0], larger[1], 0.3)
    np.testing.assert_allclose(after.sideways, before.sideways, atol=1e-9)
    np.testing.assert_allclose(after.leftward, before.leftward, atol=1e-9)
    np.testing.assert_allclose(after.rise, before.rise, atol=1e-9)


def test_a_mirrored_or_stretched_matrix_is_no_camera() -> None:
    for axis, factor in ((0, -1.0), (1, 1.01)):
        matrix = np.array([HERE.matrix])
        matrix[0, :3, axis] *= factor
        assert not is_rigid(matrix).any()
