"""Overlap on scenes whose answer is known by hand."""

import numpy as np
import pytest

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.pose import look_at, turn_about_up
from viewpoint_gen.geometry.visibility import (
    VisibleSurface,
    directed_overlap,
    pixel_centres,
    share_in_frame,
    surface_patches,
)

WIDTH, HEIGHT = 96, 64
K = intrinsics_from_fov(np.deg2rad(50), width_px=WIDTH, height_px=HEIGHT)


def facing(x: float, y: float, target=(0.0, 0.0, 0.0)) -> Camera:
    return Camera(look_at(np.array([x, y, 0.0]), np.array(target)), K, WIDTH, HEIGHT)


def wall_depth(camera: Camera, *, half_width: float = 0.5, half_height: float = 0.4) -> np.ndarray:
    """z-depth of a two-sided rectangle in the plane x = 0, by plain ray casting."""
    pixels = pixel_centres(WIDTH, HEIGHT)
    rays_camera = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(K).T
    rays = rays_camera @ camera.world_from_camera[:3, :3].T
    depth = -camera.centre_world[0] / rays[:, 0]
    hits = camera.centre_world + depth[:, None] * rays
    inside = (np.abs(hits[:, 1]) < half_width) & (np.abs(hits[:, 2]) < half_height) & (depth > 0)
    return np.where(inside, depth, np.inf).reshape(HEIGHT, WIDTH)


def overlap(depth_1, camera_1, depth_2, camera_2, *, stride: int = 1, moved=None) -> float:
    first = VisibleSurface.of(depth_1, camera_1, stride=stride)
    second = VisibleSurface.of(depth_2, camera_2, stride=stride)
    return directed_overlap(first, second, world_2_from_world_1=moved)


def test_a_view_overlaps_itself_fully():
    camera = facing(-2, 0)
    depth = wall_depth(camera)
    assert overlap(depth, camera, depth, camera) == pytest.approx(1.0)


def test_a_view_of_nothing_has_no_overlap_to_speak_of():
    camera = facing(-2, 0)
    empty = np.full((HEIGHT, WIDTH), np.inf)
    assert np.isnan(overlap(empty, camera, wall_depth(camera), camera))


def test_a_wall_seen_from_two_places_overlaps_fully():
    first, second = facing(-2, 0), facing(-1.8, 0.8)
    share = overlap(wall_depth(first), first, wall_depth(second), second)
    assert share == pytest.approx(1.0, abs=0.03)


def test_only_half_is_seen_again_when_half_has_left_the_frame():
    first = facing(-2, 0)
    # Turned so that the wall's middle lies exactly on the image's edge.
    half_fov = np.arctan(WIDTH / 2 / K[0, 0])
    second = facing(-2, 0, target=(-2 + np.cos(half_fov), np.sin(half_fov), 0.0))
    share = overlap(wall_depth(first), first, wall_depth(second), second)
    assert share == pytest.approx(0.5, abs=0.03)
    assert overlap(wall_depth(second), second, wall_depth(first), first) == pytest.approx(
        1.0, abs=0.03
    )


def test_a_single_pixel_has_an_area_and_faces_its_camera():
    camera = facing(-2, 0)
    dot = np.full((HEIGHT, WIDTH), np.inf)
    dot[20, 30] = 2.0
    surface = VisibleSurface.of(dot, camera)
    assert surface.areas == pytest.approx([2.0**2 / (K[0, 0] * K[1, 1])])
    assert overlap(dot, camera, dot, camera) == 1.0


def test_what_is_hidden_behind_something_nearer_does_not_count():
    camera = facing(-2, 0)
    nearer = wall_depth(camera) - 0.5
    assert overlap(wall_depth(camera), camera, nearer, camera) == 0.0


def test_the_back_of_a_thin_wall_is_not_its_front():
    front, back = facing(-2, 0.3), facing(2, 0.3)
    assert overlap(wall_depth(front), front, wall_depth(back), back) == 0.0


def test_a_wall_seen_from_a_flat_angle_is_still_the_same_wall():
    front, aside = facing(-2, 0), facing(-1, 2)
    assert overlap(wall_depth(front), front, wall_depth(aside), aside) > 0.9


def test_an_object_that_turns_away_takes_its_surface_with_it():
    camera = facing(-2, 0)
    depth = wall_depth(camera)
    turned = overlap(depth, camera, depth, camera, moved=turn_about_up(np.pi / 2))
    assert turned < 0.1


def test_points_lie_on_the_surface_wherever_in_the_image_it_is():
    camera = facing(-2, 0, target=(0.0, -0.5, 0.0))
    surface = VisibleSurface.of(wall_depth(camera), camera, stride=3)
    assert len(surface.areas) == len(surface.points_world) > 50
    assert np.abs(surface.points_world[:, 0]).max() < 1e-9
    assert (np.abs(surface.points_world[:, 1:]) < [0.5, 0.4]).all()


def test_surface_area_of_a_wall_adds_up_to_its_area():
    for camera in (facing(-2, 0), facing(-1.6, 1.2)):
        area = np.linalg.norm(surface_patches(wall_depth(camera), camera), axis=-1).sum()
        assert area == pytest.approx(0.8, rel=0.08)


def test_a_stride_changes_the_overlap_little():
    first, second = facing(-2, 0), facing(-2, 0, target=(0.0, 0.9, 0.0))
    args = (wall_depth(first), first, wall_depth(second), second)
    assert overlap(*args, stride=4) == pytest.approx(overlap(*args), abs=0.08)


def test_share_in_frame_counts_points():
    camera = facing(-2, 0)
    points = np.array([[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 0.1, 0.1]])
    assert share_in_frame(points, camera) == 0.5
