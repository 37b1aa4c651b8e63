"""Every kind of motion does what its name says, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.views.config import MoveWeights, ViewsConfig
from viewpoint_gen.views.framing import Stance
from viewpoint_gen.views.moves import MOTIONLESS, MOVES

LENS = Camera(np.eye(4), intrinsics_from_fov(0.9, width_px=320, height_px=240), 320, 240)
ANCHOR = Stance(
    OrbitPosition(0.7, 0.3, 2.5), offset_left_rad=0.08, offset_up_rad=-0.05, roll_rad=0.0
)
CONFIG = ViewsConfig()
SEEDS = range(40)


def after(kind: str, seed: int, anchor: Stance = ANCHOR) -> RelativeView:
    moved = MOVES[kind](CONFIG, np.random.default_rng(seed)).applied(anchor)
    return RelativeView.between(
        anchor.camera(LENS), moved.stance.camera(LENS), object_turn_2_rad=moved.object_turn_rad
    )


FREE = {
    # kind: the numbers that may differ from "nothing happened"
    "orbit": {"azimuth_rad", "heading_rad", "right", "down", "forward", "rotation_rad"},
    "far_orbit": {"azimuth_rad", "heading_rad", "right", "down", "forward", "rotation_rad"},
    "under_tilted": {"elevation_rad", "pitch_rad", "down", "forward", "rise", "rotation_rad",
                     "distance_ratio"},
    "over_tilted": {"elevation_rad", "pitch_rad", "down", "forward", "rise", "rotation_rad",
                    "distance_ratio"},
    "arc": {"elevation_rad", "pitch_rad", "down", "forward", "rise", "rotation_rad", "right"},
    "pan": {"heading_rad", "rotation_rad"},
    "tilt": {"pitch_rad", "rotation_rad"},
    "roll": {"roll_rad", "rotation_rad"},
    "truck": {"right", "azimuth_rad", "distance_ratio", "elevation_rad"},
    "pedestal": {"down", "forward", "rise", "elevation_rad", "distance_ratio"},
    "dolly": {"right", "down", "forward", "rise", "distance_ratio"},
    "zoom": {"focal_ratio"},
    "still": set(),
    "light": set(),
    "object_turn": {"object_turn_rad"},
}  # fmt: skip


@pytest.mark.parametrize("kind", FREE)
@pytest.mark.parametrize("seed", range(5))
def test_a_move_frees_only_its_own_numbers(kind, seed):
    relative = after(kind, seed)
    for name, value in vars(relative).items():
        neutral = 1.0 if name in {"distance_ratio", "focal_ratio"} else 0.0
        if name not in FREE[kind]:
            assert value == pytest.approx(neutral, abs=1e-9), name


def test_every_weight_names_a_move_and_every_move_has_a_weight():
    assert set(MoveWeights.model_fields) == set(MOVES)


def test_an_orbit_moves_right_and_turns_left_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("orbit", seed)
        assert np.sign(relative.right) == np.sign(relative.heading_rad)
        assert relative.heading_rad == pytest.approx(relative.azimuth_rad)


def test_a_counter_move_goes_right_while_turning_right_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("counter_sideways", seed)
        assert np.sign(relative.right) == -np.sign(relative.heading_rad)
        # one of the halves may be slight, but never both
        assert abs(relative.heading_rad) > np.deg2rad(8) or abs(relative.right) > 0.2


def test_a_vertical_counter_move_rises_while_tilting_up_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("counter_vertical", seed)
        assert np.sign(relative.rise) == np.sign(relative.pitch_rad)
        assert abs(relative.pitch_rad) > np.deg2rad(8) or abs(relative.elevation_rad) > 0.17


@pytest.mark.parametrize("elevation_rad", [-0.7, 0.0, 0.8])
def test_straight_up_or_down_a_high_camera_rises_as_clearly_as_a_low_one(elevation_rad):
    anchor = replace(ANCHOR, position=OrbitPosition(0.7, elevation_rad, 2.5))
    for kind in ("pedestal", "under_tilted", "over_tilted"):
        for seed in range(10):
            relative = after(kind, seed, anchor)
            assert abs(relative.rise) / 2.5 > np.sin(np.deg2rad(10))
            assert abs(relative.elevation_rad) > np.deg2rad(10)


def test_mixed_motions_have_every_set_of_several_parts_each_clearly_there_or_not_at_all():
    found = set()
    for seed in range(400):
        relative = after("mixed", seed)
        sizes = np.abs(
            [relative.azimuth_rad, relative.elevation_rad, np.log(relative.distance_ratio),
             relative.roll_rad]
        )  # fmt: skip
        there = sizes > [np.deg2rad(12), np.deg2rad(10), np.log(1.15), np.deg2rad(8)]
        assert (sizes[~there] < 1e-9).all()
        found.add(tuple(there.tolist()))
    assert len(found) == 11
    assert all(sum(there) >= 2 for there in found)


def test_mixed_motions_leave_the_object_where_it_was_in_the_image():
    upright = replace(ANCHOR, roll_rad=0.0)
    for seed in SEEDS:
        motion = replace(MOVES["mixed"](CONFIG, np.random.default_rng(seed)), roll_rad=0.0)
        one, two = (
            ViewGeometry.of(stance.camera(LENS))
            for stance in (upright, motion.applied(upright).stance)
        )
        # nearly: headings differ from bearings by the cosine of the pitch
        assert two.bearing_right_rad == pytest.approx(one.bearing_right_rad, abs=0.035)
        assert two.bearing_down_rad == pytest.approx(one.bearing_down_rad, abs=0.035)


@pytest.mark.parametrize(
    ("kind", "size", "least", "step", "bins"),
    [
        ("mixed", "azimuth_rad", np.deg2rad(12), 1.5, 6),
        ("mixed", "elevation_rad", np.deg2rad(10), 1.4, 4),
        ("mixed", "roll_rad", np.deg2rad(8), 1.45, 4),
        ("dolly", "ln_distance", np.log(1.15), None, 4),
        ("zoom", "ln_focal", np.log(1.15), None, 4),
    ],
)
def test_sizes_are_about_as_many_in_every_bin_of_a_ladder(kind, size, least, step, bins):
    sizes = np.abs(
        [getattr(MOVES[kind](CONFIG, np.random.default_rng(seed)), size) for seed in range(3000)]
    )
    sizes = sizes[sizes > 0]
    edges = (
        least * step ** np.arange(bins + 1) if step else least + np.log(1.17) * np.arange(bins + 1)
    )
    shares = np.histogram(sizes, edges)[0] / len(sizes)
    assert shares.sum() > 0.999
    assert (shares > 0.75 / bins).all()
    assert (shares < 1.25 / bins).all()


def test_an_arc_rises_while_tilting_down_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("arc", seed)
        assert np.sign(relative.rise) == -np.sign(relative.pitch_rad)


def test_mis_rotated_orbits_turn_too_little_and_too_much():
    for seed in SEEDS:
        under, over = after("under_rotated", seed), after("over_rotated", seed)
        assert abs(under.heading_rad) < abs(under.azimuth_rad)
        # beyond half a turn the heading comes round from the other side
        assert abs(over.heading_rad) > abs(over.azimuth_rad) or abs(over.azimuth_rad) > 1.9


@pytest.mark.parametrize("kind", sorted(set(MOVES) - MOTIONLESS))
def test_both_signs_come_about_equally_often(kind):
    numbers = {
        "zoom": "focal_ratio", "dolly": "distance_ratio", "tilt": "pitch_rad", "roll": "roll_rad",
        "pedestal": "rise", "arc": "rise", "counter_vertical": "rise", "pan": "heading_rad",
        "under_tilted": "rise", "over_tilted": "rise",
        "object_turn": "object_turn_rad",
    }  # fmt: skip
    name = numbers.get(kind, "right")
    signs = []
    for seed in range(400):
        relative = after(kind, seed)
        value = getattr(relative, name) - (1.0 if name.endswith("ratio") else 0.0)
        if value != 0:  # a mixed motion need not go round
            signs.append(value > 0)
    assert 0.4 < np.mean(signs) < 0.6


def test_the_light_moves_only_when_it_is_said_to():
    rng = np.random.default_rng(1)
    assert MOVES["light"](CONFIG, rng).applied(ANCHOR).light_moved
    assert not MOVES["still"](CONFIG, rng).applied(ANCHOR).light_moved
