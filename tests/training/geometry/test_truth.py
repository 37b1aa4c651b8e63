"""Where patches went and what the motion was, against worlds worked out by hand."""

import numpy as np
import pytest
import torch
from flat_world import DISC_RADIUS, ground_at, unit_camera, views_of

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.relative import RelativeView
from viewpoint_gen.models.tower import GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION, motion_of
from viewpoint_gen.training.geometry.draw import PairDraw, mirror, shared_patches
from viewpoint_gen.training.geometry.truth import cameras, motions, pair_truth, windows_around

SIZES = GeometryTowerConfig()
GRID = SIZES.grid


def middles_of(grid: int) -> np.ndarray:
    """(grid * grid, 2) of the patches, in [0, 1]."""
    middles = (np.arange(grid) + 0.5) / grid
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)


MIDDLES = middles_of(GRID)
QUANTITIES = [quantity.name for quantity in MOTION]
FRONT = unit_camera((0.0, -2.0, 1.2))
RIGHT_OF_IT = unit_camera((1.0, -1.8, 1.2))


def truth_of(camera_1: Camera, camera_2: Camera, turn_deg: float = 0.0):
    views = views_of([camera_1, camera_2], [0.0, np.deg2rad(turn_deg)])
    return pair_truth(views, np.array([[0, 1]]), SIZES)


def places(found) -> np.ndarray:
    """(N, 2) of the only pair's patches, in [0, 1]."""
    return (found.place[0].numpy() + 1) / 2


def test_ground_is_found_where_the_second_camera_projects_it():
    truth = truth_of(FRONT, RIGHT_OF_IT)
    points, _ = ground_at(FRONT, MIDDLES)
    expected, _ = RIGHT_OF_IT.project(points)
    seen = truth.whole.matches_12.seen[0].numpy()
    assert seen.sum() > GRID  # the far ground leaves the frame
    np.testing.assert_allclose(places(truth.whole.matches_12)[seen], expected[seen], atol=1e-4)


def test_what_leaves_the_frame_is_not_seen():
    truth = truth_of(FRONT, RIGHT_OF_IT)
    points, _ = ground_at(FRONT, MIDDLES)
    expected, _ = RIGHT_OF_IT.project(points)
    outside = ~((expected > 0) & (expected < 1)).all(axis=1)
    assert outside.any()
    assert not truth.whole.matches_12.seen[0].numpy()[outside].any()


def test_the_disc_turns_and_the_ground_stays():
    truth = truth_of(FRONT, FRONT, turn_deg=90.0)
    points, _ = ground_at(FRONT, MIDDLES)
    on_disc = np.linalg.norm(points, axis=1) < DISC_RADIUS - 0.05
    off_disc = np.linalg.norm(points, axis=1) > DISC_RADIUS + 0.05
    turned = np.stack([-points[:, 1], points[:, 0], points[:, 2]], axis=1)  # 90 degrees, from above
    expected, _ = FRONT.project(turned)
    seen = truth.whole.matches_12.seen[0].numpy()
    place = places(truth.whole.matches_12)
    assert (seen & on_disc).sum() >= 4
    np.testing.assert_allclose(place[seen & on_disc], expected[seen & on_disc], atol=1e-4)
    np.testing.assert_allclose(place[seen & off_disc], MIDDLES[seen & off_disc], atol=1e-4)


def test_a_point_of_the_disc_moves_left_when_the_camera_steps_right():
    truth = truth_of(FRONT, unit_camera((0.3, -2.0, 1.2), target=(0.3, 0.0, 0.0)))
    seen = (truth.whole.matches_12.seen & truth.whole.on_object[:, 0])[0].numpy()
    moved = places(truth.whole.matches_12) - MIDDLES
    assert seen.any()
    assert (moved[seen, 0] < 0).all()


def test_going_there_and_back_ends_where_it_began():
    truth = truth_of(FRONT, RIGHT_OF_IT)
    back = truth_of(RIGHT_OF_IT, FRONT)
    torch.testing.assert_close(truth.whole.matches_21.place, back.whole.matches_12.place)
    torch.testing.assert_close(truth.whole.matches_21.seen, back.whole.matches_12.seen)


def test_what_is_infinitely_far_is_matched_only_where_it_has_a_look():
    up = unit_camera((0.0, -2.0, 0.5), target=(0.0, 0.0, 1.5))
    views = views_of([up, up], [0.0, 0.0])
    sky = np.isinf(views.depth[0][2::5, 2::5]).reshape(-1)  # at the patches' middles
    assert sky.any()
    plain = pair_truth(views, np.array([[0, 1]]), SIZES).whole.matches_12
    assert not plain.seen[0].numpy()[sky].any()
    views.far_is_seen[:] = True
    looked = pair_truth(views, np.array([[0, 1]]), SIZES).whole.matches_12
    assert looked.seen[0].numpy()[sky].all()
    np.testing.assert_allclose(places(looked), MIDDLES, atol=1e-4)


def test_flow_leads_to_where_patches_lie_in_the_other_image():
    truth = truth_of(FRONT, RIGHT_OF_IT)
    flow, seen = truth.whole.flow()
    for way, found in enumerate((truth.whole.matches_12, truth.whole.matches_21)):
        assert torch.equal(seen[:, way], found.seen)
        there = (flow[:, way] + torch.from_numpy(MIDDLES * 2 - 1))[found.seen]
        torch.testing.assert_close(there.float(), found.place[found.seen], atol=1e-5, rtol=0)


def test_a_level_camera_sees_up_where_up_is():
    level = unit_camera((0.0, -2.0, 0.0), fov_deg=90.0)
    above = unit_camera((0.0, 0.0, 2.0), target=(0.0, 1e-6, 0.0))
    found = cameras(views_of([level, above], [0.0, 0.0]), np.array([0, 1])).numpy()
    np.testing.assert_allclose(found[0], [np.log(0.5), np.log(0.5), 0, -1, 0], atol=1e-6)
    np.testing.assert_allclose(found[1, 2:], [0, 0, -1], atol=1e-5)  # towards the camera


def test_motion_in_words():
    views = views_of([FRONT, unit_camera((1.2, -1.6, 1.2))], [0.0, np.deg2rad(30.0)])
    values, known = motions(views, np.array([[0, 1], [1, 0]]))
    there, back = (dict(zip(QUANTITIES, row.tolist(), strict=True)) for row in values)
    assert known.all()
    assert there["azimuth"] == pytest.approx(np.arctan2(1.2, 1.6), abs=1e-5)  # to its own right
    assert there["heading"] == pytest.approx(there["azimuth"], abs=1e-5)  # and turned left
    assert there["right"] > 0
    assert there["distance"] == pytest.approx(0.0, abs=1e-5)
    assert there["object_turn"] == pytest.approx(np.deg2rad(30.0), abs=1e-6)
    for name in ("azimuth", "heading", "object_turn"):
        assert back[name] == pytest.approx(-there[name], abs=1e-5)


def test_azimuth_heading_and_roll_are_unknown_at_the_pole():
    above = unit_camera((0.05, -0.1, 2.0))
    _, known = motions(views_of([FRONT, above], [0.0, 0.0]), np.array([[0, 1]]))
    by_name = dict(zip(QUANTITIES, known[0].tolist(), strict=True))
    assert not any(by_name[name] for name in ("azimuth", "heading", "roll"))
    assert all(by_name[name] for name in ("elevation", "distance", "pitch", "rise", "focal"))


@pytest.mark.parametrize("seed", range(8))
def test_the_way_back_is_the_way_there_with_other_signs(seed):
    rng = np.random.default_rng(seed)
    cameras = [
        unit_camera(
            rng.normal(size=3) + np.array([0, -2.5, 1.0]), rng.normal(size=3) * 0.2, 40 + 9 * seed
        )
        for _ in range(2)
    ]
    views = views_of(cameras, rng.uniform(-1, 1, 2))
    (there, back), _ = motions(views, np.array([[0, 1], [1, 0]]))
    swapped = torch.tensor([quantity.swapped for quantity in MOTION])
    torch.testing.assert_close(back[swapped], -there[swapped], atol=1e-6, rtol=0)
    assert ((back + there)[~swapped].abs() > 1e-3).all()  # in parts of another first distance


def reflected(camera: Camera) -> Camera:
    """The camera in a world mirrored at x = 0, its image mirrored from left to right."""
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    return Camera(flip @ camera.world_from_camera @ flip, camera.intrinsics, 1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_a_mirrored_world_has_the_mirrored_motion(seed):
    rng = np.random.default_rng(seed)
    cameras = [
        unit_camera(
            rng.normal(size=3) + np.array([0, -2.5, 1.0]),
            rng.normal(size=3) * 0.2,
            40 + 20 * seed % 3,
        )
        for _ in range(2)
    ]
    turns = rng.uniform(-1, 1, 2)

    def motion(first, second, signs):
        relative = RelativeView.between(
            first,
            second,
            object_turn_1_rad=signs * turns[0],
            object_turn_2_rad=signs * turns[1],
        )
        return motion_of(relative, float(np.linalg.norm(first.centre_world)))

    signs = np.array([-1.0 if quantity.mirrored else 1.0 for quantity in MOTION])
    np.testing.assert_allclose(
        motion(*map(reflected, cameras), -1.0), signs * motion(*cameras, 1.0), atol=1e-9
    )


def test_mirrored_truth_is_the_truth_of_the_mirrored_world():
    cameras = [FRONT, unit_camera((0.7, -1.9, 1.0), (0.1, 0.0, 0.1))]
    turns = np.array([0.0, 0.4])
    truth = pair_truth(views_of(cameras, turns), np.array([[0, 1]]), SIZES)
    other = views_of([reflected(camera) for camera in cameras], -turns)
    expected = pair_truth(other, np.array([[0, 1]]), SIZES)
    found = mirror(truth, torch.tensor([True]))
    torch.testing.assert_close(found.motion, expected.motion, atol=1e-5, rtol=0)
    for mine, true in ((found.whole, expected.whole), (found.close, expected.close)):
        for way, wanted in (
            (mine.matches_12, true.matches_12),
            (mine.matches_21, true.matches_21),
        ):
            assert torch.equal(way.seen, wanted.seen)
            torch.testing.assert_close(
                way.place[way.seen], wanted.place[wanted.seen], atol=1e-4, rtol=0
            )
        assert torch.equal(mine.on_object, true.on_object)
        torch.testing.assert_close(mine.depth, true.depth, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.windows, expected.windows, atol=1e-6, rtol=0)
    torch.testing.assert_close(found.around, expected.around, atol=1e-6, rtol=0)
    torch.testing.assert_close(found.cameras, expected.cameras, atol=1e-6, rtol=0)


def test_a_second_look_finds_the_ground_where_the_second_window_shows_it():
    truth = truth_of(FRONT, RIGHT_OF_IT)
    middle, half = truth.windows[0, :, None, :2].numpy(), truth.windows[0, :, None, 2:].numpy()
    patches = middles_of(SIZES.close_grid) * 2 - 1
    in_image = (middle[0] + half[0] * patches + 1) / 2
    points, _ = ground_at(FRONT, in_image)
    expected, _ = RIGHT_OF_IT.project(points)
    expected = (expected * 2 - 1 - middle[1]) / half[1]
    seen = truth.close.matches_12.seen[0].numpy()
    assert seen.sum() > 0.5 * len(seen)
    # depth is known at points that lie up to a hundredth of the image aside
    found = truth.close.matches_12.place[0].numpy()
    np.testing.assert_allclose(found[seen], expected[seen], atol=0.03)
    outside = (np.abs(expected) > 1.03).any(axis=1)
    assert not seen[outside].any()
    assert truth.close.on_object[0, 0].sum() > 2 * truth.whole.on_object[0, 0].sum()


def test_windows_hold_the_disc_and_little_else():
    aside = unit_camera((0.0, -2.0, 1.2), target=(0.4, 0.3, 0.0))
    views = views_of([FRONT, aside], np.zeros(2))
    windows = windows_around(views, np.arange(2)).numpy()
    for view, (right, down, half) in enumerate(windows):
        rows, columns = np.nonzero(views.on_object[view])
        at = (np.stack([columns, rows], axis=1) + 0.5) / views.depth.shape[1] * 2 - 1
        beyond = np.abs(at - [right, down]).max() / half
        assert 0.75 < beyond < 1.05
    assert windows[1, 0] < windows[0, 0] - 0.1  # what the camera looks past lies to its left


def test_pairs_are_of_one_anchor_and_of_one_split():
    views = views_of([FRONT] * 5, np.zeros(5))
    views.anchor[:] = [0, 1, 0, 1, 0]
    views.split[:] = [0, 0, 0, 0, 1]
    assert sorted(map(tuple, views.pairs(0).tolist())) == [(0, 2), (1, 3), (2, 0), (3, 1)]
    assert len(views.pairs(2)) == 0


def test_shared_patches_is_all_for_equal_views_and_less_for_others():
    behind = unit_camera((0.0, 2.0, 1.2), target=(0.0, 1.2, 0.0))
    views = views_of([FRONT, FRONT, behind], np.zeros(3))
    shared = shared_patches(views, np.array([[0, 1], [0, 2]]), SIZES)
    assert shared[0] == 1.0
    assert shared[1] < 0.9


def test_draw_prefers_what_is_shared_at_first_and_repeats_itself():
    pairs = np.stack([np.arange(1000), np.arange(1000) + 1], axis=1)
    shared = np.where(np.arange(1000) < 500, 0.9, 0.1)
    draw = PairDraw(pairs, shared, batch=64, steps=640, seed=3)
    first = np.concatenate([draw.pairs(step) for step in range(32)])[:, 0]
    last = np.concatenate([draw.pairs(step) for step in range(608, 640)])[:, 0]
    assert (first < 500).mean() > 0.95
    assert 0.4 < (last < 500).mean() < 0.65
    again = PairDraw(pairs, shared, batch=64, steps=640, seed=3)
    np.testing.assert_array_equal(again.pairs(33), draw.pairs(33))
    assert not np.array_equal(draw.pairs(33), draw.pairs(34))
    assert len(PairDraw(pairs, np.zeros(1000), batch=2, steps=2, seed=0)) == 0
