"""Points of a ball and of walls, whose visibility is known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.pose import look_at, turn_about_up
from viewpoint_gen.geometry.surface_points import (
    MOST_POINTS,
    Sight,
    SurfacePoints,
    padded_points,
    seen_in,
)
from viewpoint_gen.geometry.visibility import pixel_centres

WIDTH, HEIGHT = 160, 120
K = intrinsics_from_fov(np.deg2rad(50), width_px=WIDTH, height_px=HEIGHT)
RADIUS = 0.45
STILL = np.eye(4)


def looking(centre, target=(0.0, 0.0, 0.0), *, intrinsics=K) -> Camera:
    return Camera(
        look_at(np.array(centre, float), np.array(target, float)), intrinsics, WIDTH, HEIGHT
    )


def rays(camera: Camera) -> np.ndarray:
    """Directions (N, 3) of all pixels, scaled so that one step is one unit of z-depth."""
    pixels = pixel_centres(WIDTH, HEIGHT)
    return camera.unproject(pixels, np.ones(len(pixels))) - camera.centre_world


def ball_depth(camera: Camera, centre=(0.0, 0.0, 0.0), radius: float = RADIUS) -> np.ndarray:
    ray, eye = rays(camera), camera.centre_world - centre
    a, b, c = (ray**2).sum(1), ray @ eye, eye @ eye - radius**2
    inside = b**2 - a * c
    near = (-b - np.sqrt(np.maximum(inside, 0))) / a
    return np.where((inside > 0) & (near > 0), near, np.inf).reshape(HEIGHT, WIDTH)


def wall_depth(camera: Camera, *, x: float = 0.0, half: float = 0.4) -> np.ndarray:
    """A square in the plane of that x, seen from both sides."""
    ray = rays(camera)
    depth = (x - camera.centre_world[0]) / ray[:, 0]
    hits = camera.centre_world + depth[:, None] * ray
    inside = (np.abs(hits[:, 1:]) < half).all(axis=1) & (depth > 0)
    return np.where(inside, depth, np.inf).reshape(HEIGHT, WIDTH)


def drawn(depth: np.ndarray, camera: Camera, seed: int = 0) -> SurfacePoints:
    return SurfacePoints.of(depth, camera, np.random.default_rng(seed))


def sights(points: SurfacePoints, camera: Camera, depth, *, mask=None, moved=STILL) -> np.ndarray:
    return seen_in(
        points,
        depth=depth.astype(np.float32),
        mask=np.isfinite(depth) if mask is None else mask,
        camera=camera,
        world_2_from_world_1=moved,
    )


def on_sphere(rng: np.random.Generator, distance: float) -> np.ndarray:
    direction = rng.normal(size=3) * [1.0, 1.0, 0.5]
    return distance * direction / np.linalg.norm(direction)


@pytest.mark.parametrize("seed", range(6))
def test_points_lie_on_the_surface_with_its_normals(seed):
    rng = np.random.default_rng(seed)
    camera = looking(on_sphere(rng, rng.uniform(1.4, 3.0)))
    points = drawn(ball_depth(camera), camera, seed)
    assert len(points.points_world) == MOST_POINTS
    np.testing.assert_allclose(np.linalg.norm(points.points_world, axis=1), RADIUS, atol=1e-6)
    np.testing.assert_allclose(points.normals_world, points.points_world / RADIUS, atol=0.12)
    cosine = (points.normals_world * (camera.centre_world - points.points_world)).sum(axis=1)
    assert (cosine > 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_points_keep_off_edges_and_steps_and_spread_over_the_object(seed):
    rng = np.random.default_rng(seed)
    camera = looking(on_sphere(rng, 2.0), rng.uniform(-0.5, 0.5, 3))
    # a small ball before the large one: a step in the middle of the object
    small = ball_depth(camera, centre=0.35 * camera.centre_world, radius=0.12)
    depth = np.minimum(ball_depth(camera), small)
    points = drawn(depth, camera, seed)
    pixels, z = camera.project(points.points_world)
    columns, rows = np.floor(pixels).astype(int).T
    np.testing.assert_allclose(pixels % 1, 0.5, atol=1e-3)
    for row, column, near in zip(rows, columns, z, strict=True):
        around = depth[row - 2 : row + 3, column - 2 : column + 3]
        assert around.shape == (5, 5)
        steps = np.concatenate([np.diff(around, axis=0).ravel(), np.diff(around, axis=1).ravel()])
        assert np.abs(steps).max() <= 0.021 * near
    # every eighth of the object's height has its share of the points
    seen_rows = np.nonzero(np.isfinite(depth))[0]
    bands = np.quantile(seen_rows, np.linspace(0, 1, 5))
    counts = np.histogram(rows, bands)[0]
    assert counts.min() >= len(rows) / 4 * 0.6


def test_the_same_names_draw_the_same_points_and_others_draw_others():
    camera = looking((2.0, 0.4, 0.3))
    depth = ball_depth(camera)
    first, again, other = (drawn(depth, camera, seed).packed() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("size", [0, 1, 4, 5, 6, 7, 12, 14])
def test_a_tiny_object_has_few_points_or_none(size):
    camera = looking((2.0, 0.0, 0.0))
    depth = np.full((HEIGHT, WIDTH), np.inf)
    depth[30 : 30 + size, 50 : 50 + size] = 1.8
    points = drawn(depth, camera)
    assert len(points.points_world) == min(64, max(0, size - 4) ** 2)
    assert len(np.unique(points.points_world, axis=0)) == len(points.points_world)


def test_an_object_that_the_image_cuts_has_no_points_at_the_cut():
    camera = looking((1.0, 0.0, 0.0), (0.0, 0.9, 0.0))
    pixels, _ = camera.project(drawn(ball_depth(camera), camera).points_world)
    assert len(pixels) == MOST_POINTS
    assert (pixels > 2).all()
    assert (pixels < [WIDTH - 2, HEIGHT - 2]).all()


def test_packing_loses_nothing_and_padding_shows_what_is_missing():
    camera = looking((2.0, 0.4, 0.3))
    depth = ball_depth(camera)
    full = drawn(depth, camera)
    few = replace(full, points_world=full.points_world[:5])
    padded = padded_points([few.packed(), full.packed(), b""])
    assert padded.shape == (3, 64, 3)
    assert np.array_equal(padded[1], full.points_world)
    assert np.array_equal(padded[0, :5], few.points_world)
    assert np.isnan(padded[0, 5:]).all()
    assert np.isnan(padded[2]).all()
    assert padded_points([]).shape == (0, 0, 3)


@pytest.mark.parametrize("seed", range(12))
def test_of_a_ball_what_faces_the_camera_is_seen_and_what_faces_away_is_hidden(seed):
    rng = np.random.default_rng(100 + seed)
    one, two = looking(on_sphere(rng, 2.0)), looking(on_sphere(rng, 1.6), rng.uniform(-0.4, 0.4, 3))
    turn = turn_about_up(rng.uniform(-np.pi, np.pi))
    points = drawn(ball_depth(one), one, seed)
    found = sights(points, two, ball_depth(two), moved=turn)
    there = points.points_world @ turn[:3, :3].T
    towards = two.centre_world - there
    cosine = (there * towards).sum(axis=1) / (RADIUS * np.linalg.norm(towards, axis=1))
    pixels, _ = two.project(there)
    inside = two.in_frame(pixels)
    assert inside[found == Sight.SEEN].all()
    assert (cosine[found == Sight.SEEN] > 0.1).all()
    assert (~inside | (cosine < 0.0))[found == Sight.HIDDEN].all()
    well_inside = two.in_frame(pixels, margin_px=-2.0)
    assert (found[(cosine > 0.6) & well_inside] == Sight.SEEN).all()
    assert (found[cosine < -0.3] == Sight.HIDDEN).all()


def test_a_view_sees_nearly_all_its_own_points():
    camera = looking((1.2, 1.0, 0.7))
    found = sights(drawn(ball_depth(camera), camera), camera, ball_depth(camera))
    assert (found == Sight.SEEN).mean() > 0.85
    assert not (found == Sight.HIDDEN).any()


def test_the_back_of_a_sheet_is_hidden_though_the_sheet_is_there():
    front, back = looking((2.0, 0.2, 0.1)), looking((-2.0, 0.2, 0.1))
    found = sights(drawn(wall_depth(front), front), back, wall_depth(back))
    assert (found == Sight.HIDDEN).all()


@pytest.mark.parametrize("is_object", [True, False])
def test_behind_something_nearer_points_are_hidden_whatever_it_is(is_object):
    camera = looking((2.0, 0.0, 0.0))
    screen = wall_depth(camera, x=0.2, half=0.5)
    mask = np.full(screen.shape, is_object)
    found = sights(drawn(wall_depth(camera), camera), camera, screen, mask=mask)
    assert (found == Sight.HIDDEN).all()


def test_something_hardly_nearer_or_not_the_object_leaves_it_open():
    camera = looking((2.0, 0.0, 0.0))
    points = drawn(wall_depth(camera), camera)
    hardly = wall_depth(camera, x=0.03, half=0.5)
    assert (sights(points, camera, hardly) == Sight.UNSURE).all()
    nothing = np.zeros((HEIGHT, WIDTH), dtype=bool)
    assert (sights(points, camera, wall_depth(camera), mask=nothing) == Sight.UNSURE).all()
    farther = wall_depth(camera, x=-0.5, half=2.0)
    assert (sights(points, camera, farther) == Sight.UNSURE).all()


def test_where_the_four_pixels_show_two_depths_it_stays_open():
    camera = looking((2.0, 0.0, 0.0))
    slats = wall_depth(camera)
    slats[::2] -= 0.3
    assert (sights(drawn(wall_depth(camera), camera), camera, slats) == Sight.UNSURE).all()


@pytest.mark.parametrize(("shift_px", "sight"), [(1.0, Sight.UNSURE), (3.0, Sight.HIDDEN)])
def test_just_outside_the_image_it_is_open_and_further_out_it_is_hidden(shift_px, sight):
    camera = looking((2.0, 0.0, 0.0))
    points = drawn(wall_depth(camera), camera)
    pixels, _ = camera.project(points.points_world)
    shifted = K.copy()
    shifted[0, 2] -= pixels[:, 0].max() + shift_px
    beside = replace(camera, intrinsics=shifted)
    pixels, _ = beside.project(points.points_world)
    nearest = pixels[:, 0].argmax()
    assert pixels[nearest, 0] == pytest.approx(-shift_px)
    found = sights(
        points, beside, np.full((HEIGHT, WIDTH), 2.0), mask=np.ones((HEIGHT, WIDTH), bool)
    )
    assert found[nearest] == sight


def test_what_is_behind_the_camera_is_hidden():
    camera = looking((2.0, 0.0, 0.0))
    beyond = looking((-1.0, 0.0, 0.0), (-3.0, 0.0, 0.0))
    found = sights(drawn(wall_depth(camera), camera), beyond, np.full((HEIGHT, WIDTH), 1.0))
    assert (found == Sight.HIDDEN).all()


def test_no_points_have_no_sights():
    camera = looking((2.0, 0.0, 0.0))
    none = drawn(np.full((HEIGHT, WIDTH), np.inf), camera)
    assert none.packed() == b""
    assert sights(none, camera, wall_depth(camera)).shape == (0,)
