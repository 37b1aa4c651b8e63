"""Displacements that can be worked out with a ruler, and the same by projecting one by one."""

import numpy as np
import pytest

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.displacement import (
    displacement_px,
    nearest_displacement_px,
    pictures_of,
)
from viewpoint_gen.geometry.pose import inverse, look_at, turn_about_up

WIDTH, HEIGHT = 320, 240
K = intrinsics_from_fov(np.deg2rad(50), width_px=WIDTH, height_px=HEIGHT)


def moved_px(points, true: np.ndarray, other: np.ndarray, *, width_px: float = WIDTH) -> float:
    """Of one pair, from two ``world_from_camera``."""
    points = np.asarray(points, dtype=float)[None]
    found = displacement_px(
        points,
        K[None],
        pictures_of(points, K[None], inverse(true)[None]),
        inverse(other)[None],
        width_px=np.array([float(width_px)]),
    )
    assert found.shape == (1,)
    return float(found[0])


def camera_at(*centre: float) -> np.ndarray:
    return look_at(np.array(centre), np.zeros(3))


def test_a_step_aside_moves_points_by_focal_length_times_step_over_depth():
    true = camera_at(2.0, 0.0, 0.0)
    other = true.copy()
    other[:3, 3] += 0.1 * true[:3, 0]
    points = [[0.0, 0.1, 0.2], [0.0, -0.3, 0.0], [0.0, 0.2, -0.2]]  # all 2 away
    assert moved_px(points, true, other) == pytest.approx(K[0, 0] * 0.1 / 2.0 * 512 / WIDTH)


def test_the_median_point_counts():
    true = camera_at(2.0, 0.0, 0.0)
    other = true.copy()
    other[:3, 3] += 0.1 * true[:3, 0]
    near, middle, far = [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [-2.0, 0.0, 0.0]
    step = K[0, 0] * 0.1 * 512 / WIDTH
    assert moved_px([far, near, middle], true, other) == pytest.approx(step / 2)
    assert moved_px([near, middle], true, other) == pytest.approx((step + step / 2) / 2)


def test_the_same_camera_moves_nothing_and_width_scales_the_rest():
    true, other = camera_at(2.0, 0.3, 0.4), camera_at(2.0, 0.5, 0.4)
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (30, 3))
    assert moved_px(points, true, true) == 0.0
    assert moved_px(points, true, other, width_px=640) == pytest.approx(
        moved_px(points, true, other) / 2
    )


def test_behind_the_other_camera_is_far_away_and_behind_the_true_one_does_not_count():
    true, other = camera_at(2.0, 0.0, 0.0), camera_at(-2.0, 0.0, 0.0)
    ahead_of_both, ahead_of_true = [0.0, 0.0, 0.1], [-3.0, 0.0, 0.0]
    behind_true = [3.0, 0.0, 0.0]
    assert moved_px([ahead_of_true], true, other) == np.inf
    assert moved_px([ahead_of_both, ahead_of_true, ahead_of_true], true, other) == np.inf
    assert np.isfinite(moved_px([ahead_of_both, ahead_of_both, ahead_of_true], true, other))
    assert moved_px([ahead_of_both, behind_true], true, other) == pytest.approx(
        moved_px([ahead_of_both], true, other)
    )
    assert np.isnan(moved_px([behind_true], true, other))


def test_many_pairs_at_once_are_as_each_by_itself():
    rng = np.random.default_rng(1)
    counts = [0, 1, 2, 7, 64, 63]
    points = np.full((len(counts), 64, 3), np.nan)
    true, other, cameras = [], [], []
    for row, count in enumerate(counts):
        points[row, :count] = rng.uniform(-0.5, 0.5, (count, 3))
        true.append(camera_at(*rng.uniform(0.7, 1.5, 3)))
        other.append(turn_about_up(rng.uniform(-1, 1)) @ true[-1])
        cameras.append(K * np.array([[rng.uniform(0.5, 2)], [1.0], [1.0]]))
    widths = np.array([512.0, 320, 320, 256, 128, 64])
    found = displacement_px(
        points,
        np.array(cameras),
        pictures_of(points, np.array(cameras), np.array([inverse(pose) for pose in true])),
        np.array([inverse(pose) for pose in other]),
        width_px=widths,
    )
    assert np.isnan(found[0])
    for row in range(1, len(counts)):
        pictures = [
            Camera(pose, cameras[row], WIDTH, HEIGHT).project(points[row, : counts[row]])[0]
            for pose in (true[row], other[row])
        ]
        gap = np.median(np.linalg.norm(pictures[0] - pictures[1], axis=1))
        assert found[row] == pytest.approx(gap * 512 / widths[row])


def test_pairs_without_any_points_at_all():
    poses = np.repeat(np.eye(4)[None], 3, axis=0)
    found = displacement_px(
        np.empty((3, 0, 3)),
        np.repeat(K[None], 3, axis=0),
        np.empty((3, 0, 2)),
        poses,
        width_px=np.full(3, 512.0),
    )
    assert found.shape == (3,)
    assert np.isnan(found).all()


def test_the_nearest_of_a_kind_of_motion_is_the_true_one_if_it_is_of_that_kind():
    """A camera turned by 20 degrees, sought among turned ones: nothing is left."""
    before, true = camera_at(2.0, 0.0, 0.0), camera_at(2.0, 0.0, 0.0)
    true[:3, :3] = turn_about_up(np.deg2rad(20))[:3, :3] @ true[:3, :3]
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (1, 30, 3))

    def turned(angle_rad: np.ndarray) -> np.ndarray:
        other = before.copy()
        other[:3, :3] = turn_about_up(float(angle_rad[0]))[:3, :3] @ before[:3, :3]
        return inverse(other)[None]

    width_px = np.array([float(WIDTH)])
    true_px = pictures_of(points, K[None], inverse(true)[None])
    left = nearest_displacement_px(points, K[None], true_px, turned, width_px=width_px)
    assert left == pytest.approx(0.0, abs=1e-6)


def test_without_points_there_is_no_nearest_one():
    pose = inverse(camera_at(2.0, 0.0, 0.0))[None]
    none = np.full((1, 4, 3), np.nan)
    width_px = np.array([512.0])
    found = nearest_displacement_px(none, K[None], none[..., :2], lambda _: pose, width_px=width_px)
    assert np.isnan(found).all()
