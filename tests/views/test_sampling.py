"""Planned cameras: reproducible, whole objects in frame, signs decoupled."""

from functools import cache
from itertools import islice

import numpy as np
import pytest

from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.geometry.visibility import share_in_frame
from viewpoint_gen.records import BackdropKind, ViewRequest
from viewpoint_gen.views.config import BackdropWeights, MoveWeights, ViewsConfig
from viewpoint_gen.views.framing import distance_for_fill, fill_of, margins
from viewpoint_gen.views.sampling import (
    Cluster,
    clusters_for,
    pair_candidates,
    plan_clusters,
)


def box_points(extents=(1.0, 0.6, 0.5), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (2000, 3)) * extents


def plan(uid="mug", *, count=3, visit_round=0, seed=0, config=None, points=None) -> list[Cluster]:
    planned = plan_clusters(
        uid,
        visit_round=visit_round,
        points_world=box_points() if points is None else points,
        size_px=(320, 240),
        config=config or ViewsConfig(),
        seed=seed,
    )
    return list(islice(planned, count))


def matrices(clusters: list[Cluster]) -> np.ndarray:
    return np.array(
        [request.camera.world_from_camera for cluster in clusters for request in cluster.requests]
    )


def test_the_same_seed_and_uid_give_the_same_cameras():
    assert np.array_equal(matrices(plan()), matrices(plan()))


@pytest.mark.parametrize("change", [{"uid": "cup"}, {"seed": 1}, {"visit_round": 1}])
def test_another_uid_seed_or_round_gives_other_cameras(change):
    assert not np.allclose(matrices(plan()), matrices(plan(**change)))


def test_planning_more_clusters_changes_no_earlier_one():
    assert np.array_equal(matrices(plan(count=5))[:9], matrices(plan(count=3)))


def test_view_ids_are_unique_and_satellites_name_their_anchor():
    clusters = plan(count=6)
    ids = [request.view_id for cluster in clusters for request in cluster.requests]
    assert len(set(ids)) == len(ids)
    for cluster in clusters:
        assert {request.anchor_id for request in cluster.requests} == {cluster.anchor.view_id}


def test_the_whole_object_is_in_frame_in_every_view():
    for number in range(12):
        points = box_points(np.random.default_rng(number).uniform(0.2, 1.0, 3), number)
        for cluster in plan(f"thing{number}", points=points):
            for request in cluster.requests:
                if request.object_turn_rad == 0:
                    assert share_in_frame(points, request.camera) > 0.995


def test_on_a_ground_no_camera_is_below_it():
    config = ViewsConfig(backdrop=BackdropWeights(transparent=0, solid=0, ground=1, hdri=0))
    points = box_points()
    for number in range(8):
        for cluster in plan(f"thing{number}", config=config):
            for request in cluster.requests:
                assert request.backdrop.kind is BackdropKind.GROUND
                assert request.camera.centre_world[2] > points[:, 2].min()


def test_all_views_of_a_visit_share_the_backdrop_and_light_moves_only_on_purpose():
    for requests in visits(60):
        assert len({request.backdrop for request in requests}) == 1
        plain = {request.lighting for request in requests if request.move != "light"}
        assert len(plain) == 1
        assert all(request.lighting not in plain for request in requests if request.move == "light")


def test_all_views_of_a_cluster_share_the_lens_unless_one_zooms():
    lenses = []
    for cluster in clusters_of(60):
        focal_px = {request.camera.focal_px for request in cluster.requests}
        zooms = sum(request.move == "zoom" for request in cluster.satellites)
        assert len(focal_px) == 1 + zooms
        lenses.append(cluster.anchor.camera.focal_px)
    assert max(lenses) > 2.0 * min(lenses)


def test_satellites_keep_to_the_ranges_of_anchors_so_that_no_place_marks_them():
    config = ViewsConfig()
    for cluster in clusters_of(60):
        points = points_of(cluster)
        grounded = cluster.anchor.backdrop.kind is BackdropKind.GROUND
        low, high = config.ground_elevation_deg if grounded else config.elevation_deg
        for request in cluster.requests:
            view = ViewGeometry.of(request.camera)
            assert low - 1e-6 <= np.rad2deg(view.elevation_rad) <= high + 1e-6
            assert abs(np.rad2deg(view.roll_rad)) <= config.rolled_deg + 1e-6
            half_fov_deg = np.rad2deg(np.arctan(160 / view.focal_px))
            assert 12.0 - 1e-6 <= half_fov_deg <= 36.0 + 1e-6
            turned = transform(turn_about_up(request.object_turn_rad), points)
            assert 0.9 * config.fill[0] < fill_of(turned, request.camera) < 1.1 * config.fill[1]


def test_cameras_are_steeply_rolled_only_where_one_rolls_and_then_not_in_every_pair():
    steep = []
    for cluster in clusters_of(60):
        rolls = np.rad2deg([ViewGeometry.of(view.camera).roll_rad for view in cluster.requests])
        by = np.abs(rolls[1:] - rolls[0])
        assert (by > 8).sum() + (by < 1e-6).sum() == len(by)
        assert (by < 1e-6).any()
        if (by < 1e-6).all():
            assert np.abs(rolls).max() <= 12.0 + 1e-6
        steep.append(np.abs(rolls).max() > 12.0)
    assert 0.05 < np.mean(steep) < 0.35


def test_the_object_turns_only_before_a_backdrop_that_stays_put():
    turned = set()
    for cluster in clusters_of(60):
        for request in cluster.satellites:
            if request.move == "object_turn":
                turned.add(request.backdrop.kind)
    assert turned == {BackdropKind.GROUND, BackdropKind.HDRI}


def test_signs_stay_even_where_many_motions_do_not_fit():
    """On a ground, with the cameras' height bounded on both sides."""
    config = ViewsConfig(
        backdrop=BackdropWeights(transparent=0, solid=0, ground=1, hdri=0),
        move=MoveWeights(**dict.fromkeys(MoveWeights.model_fields, 0.0) | {"pedestal": 1.0}),
    )
    rises = []
    for number in range(60):
        for cluster in plan(f"thing{number}", config=config, count=4):
            one, two = cluster.anchor.camera, cluster.satellites[0].camera
            rises.append(two.centre_world[2] > one.centre_world[2])
    assert len(rises) == 240
    assert 0.4 < np.mean(rises) < 0.6


def test_motions_that_ask_for_much_room_come_about_as_often_as_they_are_drawn():
    """Ones that hardly ever fit would give way, and the ranges would be too tight for them."""
    weights = ViewsConfig().move.model_dump()
    kinds = [satellite.move for cluster in clusters_of(60) for satellite in cluster.satellites]
    large = {
        "counter_sideways",
        "counter_vertical",
        "over_tilted",
        "under_tilted",
        "truck",
        "mixed",
    }
    expected = sum(weights[kind] for kind in large) / sum(weights.values())
    assert np.mean([kind in large for kind in kinds]) > 0.8 * expected


@cache
def clusters_of(count: int) -> list[Cluster]:
    """Those of so many visits, three each."""
    return [
        cluster
        for number in range(count)
        for cluster in plan(f"object{number}", points=box_points(seed=number))
    ]


def points_of(cluster: Cluster) -> np.ndarray:
    uid = cluster.anchor.view_id.split(".")[0]
    return box_points(seed=int(uid.removeprefix("object")))


def visits(count: int) -> list[list[ViewRequest]]:
    clusters = clusters_of(count)
    return [
        [request for cluster in clusters[first : first + 3] for request in cluster.requests]
        for first in range(0, len(clusters), 3)
    ]


@cache
def relatives(count: int) -> list[RelativeView]:
    found = []
    planned = clusters_of(count)
    for first in range(0, len(planned), 3):
        clusters = planned[first : first + 3]
        views = {request.view_id: request for c in clusters for request in c.requests}
        for candidate in list(pair_candidates(clusters))[:8]:
            one, two = views[candidate.view_id_1], views[candidate.view_id_2]
            found.append(
                RelativeView.between(
                    one.camera,
                    two.camera,
                    object_turn_1_rad=one.object_turn_rad,
                    object_turn_2_rad=two.object_turn_rad,
                )
            )
    return found


def test_turning_with_and_against_the_movement_both_come_often():
    found = relatives(400)  # of 60, the share is known to 3 % only
    turned_and_moved = [
        np.sign(one.right) * np.sign(one.heading_rad)
        for one in found
        if abs(one.heading_rad) > np.deg2rad(8) and abs(one.right) > 0.05
    ]
    with_orbit = np.mean(np.array(turned_and_moved) > 0)
    assert 0.3 < with_orbit < 0.85
    assert max(abs(one.azimuth_rad) for one in found) > np.deg2rad(80)  # large orbits stay


def test_not_at_all_is_true_often_enough_for_each_axis():
    found = relatives(60)
    for name in ("azimuth_rad", "elevation_rad", "heading_rad", "pitch_rad", "roll_rad"):
        still = np.mean([abs(getattr(one, name)) < np.deg2rad(1) for one in found])
        moved = np.mean([abs(getattr(one, name)) > np.deg2rad(8) for one in found])
        assert still > 0.2, name
        assert moved > 0.12, name


@pytest.mark.parametrize(("pairs", "clusters"), [(1, 1), (3, 1), (4, 2), (7, 2), (8, 3), (12, 3)])
def test_as_few_clusters_as_give_the_pairs(pairs, clusters):
    assert clusters_for(pairs, 2) == clusters
    assert len(list(pair_candidates(plan(count=clusters)))) >= pairs


def test_no_candidate_comes_twice_in_either_order():
    seen = [frozenset((c.view_id_1, c.view_id_2)) for c in pair_candidates(plan(count=4))]
    assert len(set(seen)) == len(seen)


def test_a_centred_object_reaches_exactly_the_fill_that_was_asked_for():
    from viewpoint_gen.geometry.orbit import OrbitPosition
    from viewpoint_gen.views.framing import Stance

    points = box_points()
    lens = plan()[0].anchor.camera
    distance = distance_for_fill(points, lens, azimuth_rad=0.4, elevation_rad=0.3, fill=0.5)
    camera = Stance(OrbitPosition(0.4, 0.3, distance), 0.0, 0.0, 0.0).camera(lens)
    pixels, _ = camera.project(points)
    from_centre = np.abs(pixels - camera.intrinsics[:2, 2]).max(axis=0)
    assert max(from_centre[0] / 160, from_centre[1] / 120) == pytest.approx(0.5)
    assert min(margins(points, camera)) > 0
