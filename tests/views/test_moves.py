"""Every kind of motion does what its name says, and nothing else."""

import numpy as np
import pytest

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.relative import RelativeView
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
    moved = MOVES[kind](anchor, CONFIG, np.random.default_rng(seed))
    return RelativeView.between(
        anchor.camera(LENS), moved.stance.camera(LENS), object_turn_2_rad=moved.object_turn_rad
    )


FREE = {
    # kind: the numbers that may differ from "nothing happened"
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
}


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
        assert abs(relative.heading_rad) >= np.deg2rad(8)
        assert abs(relative.azimuth_rad) >= np.deg2rad(12)


def test_a_vertical_counter_move_rises_while_tilting_up_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("counter_vertical", seed)
        assert np.sign(relative.rise) == np.sign(relative.pitch_rad)
        assert abs(relative.pitch_rad) >= np.deg2rad(8)
        assert abs(relative.elevation_rad) >= np.deg2rad(10)


def test_an_arc_rises_while_tilting_down_or_the_mirror_image():
    for seed in SEEDS:
        relative = after("arc", seed)
        assert np.sign(relative.rise) == -np.sign(relative.pitch_rad)


def test_mis_rotated_orbits_turn_too_little_and_too_much():
    for seed in SEEDS:
        under, over = after("under_rotated", seed), after("over_rotated", seed)
        assert abs(under.heading_rad) < abs(under.azimuth_rad)
        assert abs(over.heading_rad) > abs(over.azimuth_rad) or abs(over.azimuth_rad) > 1.9


@pytest.mark.parametrize("kind", sorted(set(MOVES) - MOTIONLESS))
def test_both_signs_come_about_equally_often(kind):
    rng = np.random.default_rng(0)
    numbers = {
        "zoom": "focal_ratio", "dolly": "distance_ratio", "tilt": "pitch_rad", "roll": "roll_rad",
        "pedestal": "rise", "arc": "rise", "counter_vertical": "rise", "pan": "heading_rad",
        "object_turn": "object_turn_rad",
    }  # fmt: skip
    name = numbers.get(kind, "right")
    signs = []
    for _ in range(400):
        moved = MOVES[kind](ANCHOR, CONFIG, rng)
        relative = RelativeView.between(
            ANCHOR.camera(LENS), moved.stance.camera(LENS), object_turn_2_rad=moved.object_turn_rad
        )
        neutral = 1.0 if name.endswith("ratio") else 0.0
        signs.append(getattr(relative, name) > neutral)
    assert 0.4 < np.mean(signs) < 0.6


def test_the_light_moves_only_when_it_is_said_to():
    rng = np.random.default_rng(1)
    assert MOVES["light"](ANCHOR, CONFIG, rng).light_moved
    assert not MOVES["still"](ANCHOR, CONFIG, rng).light_moved
