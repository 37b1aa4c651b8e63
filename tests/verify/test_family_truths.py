"""What is true of two cameras, family by family: signs, thresholds, and what may not be asked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_families import ORBIT, SWING, stepped
from verify_scene import Stand, between, looking_at

from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.rule import Scene, Swap, Truth
from viewpoint_gen.verify.truths import motion_between

DEG = math.pi / 180
HERE = looking_at(30.0, 20.0, 3.0)


def scene(
    one: Stand, two: Stand, *, light: bool = False, seen: tuple[float, float] = (0.5, 0.5)
) -> Scene:
    motion = motion_between(
        np.array([[one.matrix, two.matrix]]),
        np.array([[one.intrinsics, two.intrinsics]]),
        np.array([math.nan]),
    )
    whole = np.ones(1)
    return Scene(
        motion=motion,
        turn_rad=np.array([between(one, two)["object_turn_rad"]]),
        light_moved=np.array([light]),
        static=np.array([True]),
        seen_12=np.array([seen[0]]),
        seen_21=np.array([seen[1]]),
        mask_share=whole,
        in_frame_share=whole,
        known=np.array([True]),
    )


def truth(family: str, two: Stand, **others: object) -> Truth:
    return RULES[family].judge(scene(HERE, two, **others))  # type: ignore[arg-type]


def orbit(degrees: float) -> Stand:
    return HERE.moved(azimuth=degrees * DEG, heading=degrees * DEG)


def roll(degrees: float) -> Stand:
    return HERE.moved(roll=degrees * DEG)


CASES = [
    ("estimate_azimuth", orbit(11.9), ()),
    ("estimate_azimuth", orbit(12.1), ("bin_0",)),
    ("estimate_azimuth", orbit(-18.1), ("bin_1",)),
    ("estimate_azimuth", orbit(12 * 1.5**5 + 0.1), ("bin_5",)),
    ("estimate_azimuth", orbit(12 * 1.5**6 + 0.1), ()),
    ("estimate_azimuth", orbit(18.0), ("bin_0", "bin_1")),  # at the edge of two bins
    ("magnitude_azimuth", orbit(12.1), ("rank_0",)),
    ("magnitude_azimuth", orbit(30.0), ("rank_0", "rank_1", "rank_2")),
    ("magnitude_azimuth", orbit(120.0), ("rank_3",)),
    ("magnitude_azimuth", orbit(140.0), ()),
    ("magnitude_roll", roll(7.9), ()),
    ("magnitude_roll", roll(-8.1), ("rank_0",)),
    ("magnitude_roll", roll(21.3), ("rank_2",)),
    ("estimate_distance", HERE.moved(distance=0.44), ()),
    ("estimate_distance", HERE.moved(distance=0.46), ("bin_0",)),
    ("estimate_distance", HERE.moved(distance=-0.8), ("bin_1",)),
    ("estimate_focal", HERE.moved(focal=24.0), ("bin_1",)),
    ("dominant", SWING, ("azimuth",)),
    ("dominant", orbit(20).moved(roll=11 * DEG), ()),  # over half as much roll
    ("dominant", orbit(11), ()),
    ("dominant", orbit(170), ()),
    ("dominant", roll(9), ("roll",)),
    ("all_that_apply", SWING, ("azimuth+elevation+distance",)),
    ("all_that_apply", roll(9).moved(distance=0.46), ("distance+roll",)),
    ("all_that_apply", roll(9).moved(distance=0.2), ()),  # neither there nor not
    ("all_that_apply", roll(0.5), ()),
    ("pose_tuple", orbit(-20), ("clockwise",)),
    ("pose_tuple", roll(20), ()),
    ("inverse", SWING, ("cw_down",)),
    ("inverse", orbit(-20).moved(elevation=-15 * DEG), ("ccw_up",)),
    ("inverse", orbit(20), ()),
    ("minimal_pan_truck", HERE.moved(heading=-9 * DEG), ("pan",)),
    ("minimal_pan_truck", HERE.moved(heading=-7 * DEG), ()),
    ("minimal_pan_truck", HERE.moved(heading=-9 * DEG, pitch=2 * DEG), ()),
    ("minimal_pan_truck", stepped(HERE, right=-0.7), ("truck",)),
    ("minimal_pan_truck", stepped(HERE, right=-0.7, rise=0.1), ()),
    ("minimal_pan_truck", stepped(HERE, right=0.5), ()),
    ("minimal_tilt_pedestal", HERE.moved(pitch=9 * DEG), ("tilt",)),
    ("minimal_tilt_pedestal", stepped(HERE, rise=-0.6), ("pedestal",)),
    ("minimal_tilt_pedestal", stepped(HERE, rise=-0.6).moved(pitch=2 * DEG), ()),
    ("minimal_zoom_dolly", HERE.moved(focal=10.0), ("zoom",)),
    ("minimal_zoom_dolly", HERE.moved(distance=-0.5), ("dolly",)),
    ("minimal_zoom_dolly", HERE.moved(distance=-0.5, focal=5.0), ()),
    ("minimal_orbit_spin", orbit(-15), ("orbit",)),
    ("minimal_orbit_spin", HERE.moved(azimuth=15 * DEG, heading=12 * DEG), ()),
    ("minimal_orbit_spin", HERE.moved(object_turn=-0.4), ("spin",)),
    ("minimal_orbit_spin", orbit(15).moved(object_turn=0.4), ()),
    ("who_moved", orbit(15), ("camera",)),
    ("who_moved", HERE.moved(heading=8.1 * DEG), ("camera",)),
    ("who_moved", HERE.moved(heading=7.9 * DEG), ()),
    ("who_moved", HERE.moved(object_turn=13 * DEG), ("object",)),
    ("who_moved", HERE.moved(object_turn=11 * DEG), ()),
    ("who_moved", orbit(15).moved(object_turn=13 * DEG), ("both",)),
    ("who_moved", HERE, ("nothing",)),
]


@pytest.mark.parametrize(("family", "two", "keys"), CASES)
def test_keys_and_thresholds(family: str, two: Stand, keys: tuple[str, ...]) -> None:
    assert truth(family, two).keys == [keys]


@pytest.mark.parametrize(
    ("two", "keys"), [(HERE, ("light",)), (ORBIT, ()), (HERE.moved(object_turn=0.4), ())]
)
def test_the_light_alone_or_nothing_to_ask(two: Stand, keys: tuple[str, ...]) -> None:
    assert truth("who_moved", two, light=True).keys == [keys]


@pytest.mark.parametrize(
    ("family", "seen", "keys"),
    [
        ("overlap_share", (0.56, 0.1), ("60",)),
        ("overlap_share", (0.54, 0.1), ()),
        ("new_share", (0.9, 0.62), ("40",)),
        ("new_share", (0.9, 0.66), ()),
        ("overlap_share", (math.nan, 0.5), ()),
    ],
)
def test_shares_are_near_a_round_one(
    family: str, seen: tuple[float, float], keys: tuple[str, ...]
) -> None:
    assert truth(family, ORBIT, seen=seen).keys == [keys]


MOVES = st.builds(
    HERE.moved,
    azimuth=st.sampled_from([0.0, 0.3, -0.5, 1.1]),
    elevation=st.sampled_from([0.0, 0.25, -0.4]),
    distance=st.sampled_from([0.0, 0.7, -0.6]),
    heading=st.sampled_from([0.0, 0.3, -0.5]),
    pitch=st.sampled_from([0.0, 0.2]),
    roll=st.sampled_from([0.0, 0.3, -0.2]),
    focal=st.sampled_from([0.0, 20.0]),
    object_turn=st.sampled_from([0.0, 0.5]),
)


@given(MOVES)
def test_the_way_back_has_the_keys_that_it_owes(two: Stand) -> None:
    there, back = scene(HERE, two), scene(two, HERE)
    for family, rule in RULES.items():
        if rule.swap is Swap.FREE:
            continue
        mine, other = rule.judge(there).keys[0], rule.judge(back).keys[0]
        if rule.swap is Swap.SAME:
            # a step is measured in units of the first distance, so only one way may be asked
            assert mine == other or not (mine and other), family
        elif rule.opposites and mine and other:
            assert other == tuple(rule.opposites[key] for key in mine), family


@given(MOVES, st.floats(0.5, 3.0))
def test_scaling_the_world_changes_no_key(two: Stand, scale: float) -> None:
    grown = [stand.moved(distance=stand.distance * (scale - 1.0)) for stand in (HERE, two)]
    before, after = scene(HERE, two), scene(*grown)
    for family, rule in RULES.items():
        assert rule.judge(before).keys == rule.judge(after).keys, family
