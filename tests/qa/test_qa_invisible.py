"""Wrong answers that would give nearly the same picture: the moved cameras, and the refusal."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_pairs import camera, one_pair, relative_numbers, synthetic_pairs, view_numbers, wrap

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.nearby import COORDINATES
from viewpoint_gen.qa.invisible import _MOVES, Sight, _moved_px, refuse_invisible

FACT_OF = {
    "azimuth": "azimuth_rad",
    "elevation": "elevation_rad",
    "yaw": "heading_rad",
    "pitch": "pitch_rad",
    "roll": "roll_rad",
}
SHARE_OF = {"sideways": "right", "vertical": "rise"}


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight.of(synthetic_pairs(300))


def _numbers(sight: Sight, second: np.ndarray) -> dict[str, np.ndarray]:
    count = len(second)
    focal, turn = sight.intrinsics_2[:, 0, 0], np.zeros(count)
    first = sight.world_from_camera_1
    views = [view_numbers(pose, focal, turn) for pose in (first, second)]
    return relative_numbers(first, second, *views)


@pytest.mark.parametrize("name", sorted(_MOVES))
def test_a_moved_camera_differs_by_the_gap_in_its_coordinate(sight: Sight, name: str) -> None:
    gap = np.random.default_rng(1).uniform(-0.1, 0.1, len(sight.width_px))
    other = sight.world_from_camera_2.copy()
    _MOVES[name](other, sight, gap)
    assert np.allclose(np.linalg.det(other[:, :3, :3]), 1.0)
    before, after = _numbers(sight, sight.world_from_camera_2), _numbers(sight, other)
    if name in FACT_OF:
        fine = np.isfinite(before[FACT_OF[name]]) & np.isfinite(after[FACT_OF[name]])
        change = wrap(after[FACT_OF[name]] - before[FACT_OF[name]])[fine]
        assert fine.sum() > 400
        assert np.allclose(change, gap[fine], atol=1e-6)
    elif name in SHARE_OF:
        change = (after[SHARE_OF[name]] - before[SHARE_OF[name]]) / sight.distance_1
        assert np.allclose(change, gap)
    elif name == "distance":
        assert np.allclose(np.log(after["distance_ratio"] / before["distance_ratio"]), gap)
    elif name == "truck":
        step, ahead = ((pose @ np.array([1.0, 1j])) for pose in (
            (other - sight.world_from_camera_2)[:, :2, 3], other[:, :2, 2],
        ))  # fmt: skip
        assert np.allclose(step, -1j * ahead / np.abs(ahead) * gap * sight.distance_1)
    else:
        step = (other - sight.world_from_camera_2)[:, :2, 3] @ np.array([1.0, 1j])
        along = step * np.exp(-1j * sight.front_rad) / sight.distance_1
        known = np.isfinite(sight.front_rad)
        expected = 1j * gap if name == "object_left" else gap
        assert np.allclose(along[known], expected[known])


def test_every_coordinate_that_families_name_can_be_moved() -> None:
    assert COORDINATES.keys() | {"truck"} == {*_MOVES, "focal"}


def test_a_pan_moves_everything_by_the_lens_and_a_roll_by_the_radius() -> None:
    here = camera(0, -3, 0, heading_deg=90)
    sight = Sight.of(one_pair(here, here))
    one_degree = np.full(2, np.deg2rad(1.0))
    assert _moved_px(sight, "yaw", one_degree) == pytest.approx(500 * np.deg2rad(1), rel=0.1)
    points = sight.points_world[0]
    offset = 500 * points[:, [0, 2]] / (points[:, [1]] + 3)  # pixels from the centre
    radius = np.nanmedian(np.linalg.norm(offset, axis=1))
    assert _moved_px(sight, "roll", one_degree) == pytest.approx(radius * np.deg2rad(1), rel=0.05)
    doubled = _moved_px(sight, "focal", np.full(2, np.log(2.0)))
    assert doubled == pytest.approx(radius, rel=0.05)


def test_a_roll_of_a_small_thing_is_invisible_and_of_a_large_one_is_not() -> None:
    def asked(focal_px: float) -> bool:
        level = camera(0, -3, 0, heading_deg=90, focal_px=focal_px)
        pair = one_pair(level, camera(0, -3, 0, heading_deg=90, roll_deg=9, focal_px=focal_px))
        verdicts = FAMILIES["ego_rotation_roll"].verdicts(
            facts_of(pair), QaConfig(mask_least_share=0.0)
        )
        assert verdicts.option[0] >= 0
        refuse_invisible(verdicts, FAMILIES["ego_rotation_roll"], Sight.of(pair), QaConfig())
        refused, numbers = verdicts.refused.get("invisible", (np.array([False]), {}))
        if refused[0]:
            assert numbers["displacement_px"][0] < numbers["limit"][0] == 4.0
        return bool(verdicts.option[0] >= 0)

    assert asked(500.0)
    assert not asked(120.0)


def test_without_points_nothing_can_be_seen(sight: Sight) -> None:
    pairs = synthetic_pairs(50)
    place = pairs.schema.get_field_index("surface_points_2")
    blind = pairs.set_column(place, pairs.schema.field(place), [[b""] * pairs.num_rows])
    family = FAMILIES["ego_rotation_yaw"]
    verdicts = family.verdicts(facts_of(blind), QaConfig())
    assert (verdicts.option >= 0).any()
    refuse_invisible(verdicts, family, Sight.of(blind), QaConfig())
    assert not (verdicts.option >= 0).any()
