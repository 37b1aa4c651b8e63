"""Hand-made pairs of cameras, each answered, or refused, as a person would."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from qa_building import PAIRED
from synthetic_pairs import HERE, Cameras, camera, one_pair

from viewpoint_gen.errors import RecipeError
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES, chosen_families, describe
from viewpoint_gen.qa.families.family import FRAMES

SIDEWAYS = "ego_translation_sideways"
VERTICAL = "ego_translation_vertical"
DISTANCE = "ego_translation_distance"
AROUND = "object_translation_around"
LEFT_RIGHT = "object_translation_left_right"
FRONT_BACK = "object_translation_front_back"
YAW = "ego_rotation_yaw"
PITCH = "ego_rotation_pitch"
ROLL = "ego_rotation_roll"


def said(family: str, pair: pa.Table, row: int = 0) -> str:
    """The true option's key, or the code of the refusal."""
    verdicts = FAMILIES[family].verdicts(facts_of(pair), QaConfig())
    if verdicts.option[row] >= 0:
        assert not any(which[row] for which, _ in verdicts.refused.values())
        assert verdicts.margin[row] >= 0
        return FAMILIES[family].options[verdicts.option[row]]
    codes = [code for code, (which, _) in verdicts.refused.items() if which[row]]
    assert len(codes) == 1
    return codes[0]


def answer(family: str, two: Cameras, one: Cameras = HERE, **more: object) -> str:
    return said(family, one_pair(one, two, **more))  # type: ignore[arg-type]


def test_camera_stepping_right_is_answered_right() -> None:
    step = camera(1, -3, 0, heading_deg=90)
    assert answer(SIDEWAYS, step) == "right"
    assert answer(AROUND, step) == "counterclockwise"
    assert answer(YAW, step) == "nothing"
    assert answer(VERTICAL, step) == "nothing"


def test_camera_stepping_left_is_answered_left() -> None:
    assert answer(SIDEWAYS, camera(-1, -3, 0, heading_deg=90)) == "left"
    assert answer(AROUND, camera(-1, -3, 0, heading_deg=90)) == "clockwise"


def test_right_is_camera_1s_own_right_wherever_it_looks() -> None:
    """Behind the object, looking back along -Y, its right is -X."""
    behind = camera(0, 3, 0, heading_deg=-90)
    assert answer(SIDEWAYS, camera(-1, 3, 0, heading_deg=-90), one=behind) == "right"


def test_orbit_to_the_right_turns_left() -> None:
    """40 degrees counter-clockwise from above, still facing the object."""
    at = np.deg2rad(-90 + 40)
    orbit = camera(3 * np.cos(at), 3 * np.sin(at), 0, heading_deg=130)
    assert answer(SIDEWAYS, orbit) == "right"
    assert answer(YAW, orbit) == "left"
    assert answer(AROUND, orbit) == "counterclockwise"
    assert answer(DISTANCE, orbit) == "nothing"


def test_stepping_right_while_turning_right_is_both() -> None:
    """The object is right of the middle at first, left of it afterwards."""
    aside = camera(0, -3, 0, heading_deg=102)
    counter = camera(1, -3, 0, heading_deg=93)
    assert answer(SIDEWAYS, counter, one=aside) == "right"
    assert answer(YAW, counter, one=aside) == "right"


def test_pan_turns_and_goes_nowhere() -> None:
    left = camera(0, -3, 0, heading_deg=102)
    assert answer(YAW, left) == "left"
    assert answer(SIDEWAYS, left) == "nothing"
    assert answer(YAW, camera(0, -3, 0, heading_deg=78)) == "right"


def test_tilting_up_is_pitch_up_and_no_rise() -> None:
    up = camera(0, -3, 0, heading_deg=90, pitch_deg=10)
    assert answer(PITCH, up) == "up"
    assert answer(VERTICAL, up) == "nothing"
    assert answer(PITCH, camera(0, -3, 0, heading_deg=90, pitch_deg=-10)) == "down"


def test_pedestal_up_rises_without_tilting() -> None:
    up = camera(0, -3, 1, heading_deg=90)
    assert answer(VERTICAL, up) == "up"
    assert answer(PITCH, up) == "nothing"
    assert answer(VERTICAL, camera(0, -3, -1, heading_deg=90)) == "down"


def test_rolling_clockwise_seen_from_behind() -> None:
    """Clockwise from behind: the camera's right side sinks."""
    rolled = camera(0, -3, 0, heading_deg=90, roll_deg=15)
    right_in_world = rolled.world_from_camera()[0, :3, 0]
    assert right_in_world[2] < 0
    assert answer(ROLL, rolled) == "clockwise"
    assert answer(ROLL, camera(0, -3, 0, heading_deg=90, roll_deg=-15)) == "counterclockwise"


def test_backing_off_is_farther_and_coming_in_is_nearer() -> None:
    assert answer(DISTANCE, camera(0, -4, 0, heading_deg=90)) == "farther"
    assert answer(DISTANCE, camera(0, -2.2, 0, heading_deg=90)) == "nearer"
    assert answer(DISTANCE, camera(0, -3.01, 0, heading_deg=90)) == "nothing"


def test_a_zoom_forbids_questions_about_distance_only() -> None:
    zoomed = camera(0, -4, 0, heading_deg=90, focal_px=550)
    assert answer(DISTANCE, zoomed) == "focal_changed"
    assert answer(SIDEWAYS, zoomed) == "nothing"


def test_the_objects_left_is_its_front_turned_counterclockwise() -> None:
    """It faces -Y, towards camera 1; its own left is +X, which is camera 1's right."""
    step = camera(1, -3, 0, heading_deg=90)
    assert answer(LEFT_RIGHT, step, front_deg=-90.0) == "left"
    assert answer(LEFT_RIGHT, step, front_deg=90.0) == "right"
    assert answer(FRONT_BACK, step, front_deg=-90.0) == "nothing"


def test_backing_off_from_the_front_is_a_move_to_the_front() -> None:
    back_off = camera(0, -4, 0, heading_deg=90)
    assert answer(FRONT_BACK, back_off, front_deg=-90.0) == "front"
    assert answer(FRONT_BACK, back_off, front_deg=90.0) == "back"
    assert answer(LEFT_RIGHT, back_off, front_deg=-90.0) == "nothing"


def test_without_a_known_front_there_is_no_object_frame() -> None:
    assert answer(LEFT_RIGHT, camera(1, -3, 0, heading_deg=90)) == "no_front"
    assert answer(FRONT_BACK, camera(1, -3, 0, heading_deg=90)) == "no_front"


@pytest.mark.parametrize("family", [SIDEWAYS, YAW, PITCH, ROLL, VERTICAL, DISTANCE])
def test_a_turned_object_needs_a_backdrop_for_camera_questions(family: str) -> None:
    assert answer(family, HERE, turn_deg=30.0) == "object_moved"
    assert answer(family, HERE, turn_deg=30.0, static_backdrop=True) == "nothing"


@pytest.mark.parametrize("family", [AROUND, LEFT_RIGHT, FRONT_BACK])
def test_a_turned_object_forbids_questions_told_from_it(family: str) -> None:
    turned = {"turn_deg": 30.0, "static_backdrop": True, "front_deg": 0.0}
    assert answer(family, HERE, **turned) == "object_moved"


def test_between_nothing_and_a_direction_lies_tiny() -> None:
    assert answer(YAW, camera(0, -3, 0, heading_deg=90.9)) == "nothing"
    assert answer(YAW, camera(0, -3, 0, heading_deg=91.1)) == "tiny"
    assert answer(YAW, camera(0, -3, 0, heading_deg=97.9)) == "tiny"
    assert answer(YAW, camera(0, -3, 0, heading_deg=98.1)) == "left"
    assert answer(SIDEWAYS, camera(0.3, -3, 0, heading_deg=90)) == "tiny"


def test_half_way_round_has_no_side() -> None:
    far = camera(0.3, 3, 0, heading_deg=-90)
    assert answer(AROUND, far, static_backdrop=True) == "boundary"
    assert answer(YAW, far, static_backdrop=True) == "boundary"


def test_two_readings_that_disagree_are_refused() -> None:
    """Straight ahead past the object: not sideways for camera 1, yet 18 degrees round it."""
    past = camera(0, -3, 0, heading_deg=70)
    ahead = camera(
        1.5 * np.cos(np.deg2rad(70)), -3 + 1.5 * np.sin(np.deg2rad(70)), 0, heading_deg=105
    )
    assert answer(SIDEWAYS, ahead, one=past) == "frame_disagrees"
    assert answer(AROUND, ahead, one=past) == "counterclockwise"


def test_backing_off_along_a_slanted_look_is_neither_up_nor_level() -> None:
    """It rises, but doesn't look from any higher up."""
    low = camera(0, -3, 3, heading_deg=90, pitch_deg=-45)
    high = camera(0, -4, 4, heading_deg=90, pitch_deg=-45)
    assert answer(VERTICAL, high, one=low) == "frame_disagrees"


@pytest.mark.parametrize("family", sorted(PAIRED))
def test_nothing_is_asked_at_a_pole(family: str) -> None:
    above = camera(0, -0.5, 3, heading_deg=90, pitch_deg=-80)
    assert answer(family, above, front_deg=0.0, static_backdrop=True) == "pole"


def test_images_without_common_surface_need_a_backdrop() -> None:
    at = np.deg2rad(-90 + 150)
    far = camera(3 * np.cos(at), 3 * np.sin(at), 0, heading_deg=240)
    assert answer(SIDEWAYS, far) == "overlap_low"
    assert answer(SIDEWAYS, far, static_backdrop=True) == "right"


def test_an_object_that_is_tiny_in_one_image_isnt_asked_about() -> None:
    assert answer(DISTANCE, camera(0, -30, 0, heading_deg=90)) == "small_or_cut"


def test_families_describe_themselves() -> None:
    assert [entry["id"] for entry in describe()] == list(FAMILIES)
    for family in FAMILIES.values():
        assert family.frame in FRAMES
        assert len(set(family.options)) == len(family.options) >= 2


def test_an_unknown_family_is_named_with_those_there_are() -> None:
    with pytest.raises(RecipeError, match=r"ego_yaw.*ego_rotation_yaw"):
        chosen_families(("ego_yaw",))
    assert [f.id for f in chosen_families((YAW, SIDEWAYS))] == [SIDEWAYS, YAW]


@pytest.mark.parametrize(
    "settings",
    [{"turn_least": 8}, {"still_most_deg": 9.0}, {"test_share": 0.97}, {"balance": {"edges": 1}}],
)
def test_config_refuses_what_makes_no_sense(settings: dict) -> None:
    with pytest.raises(ValueError):
        QaConfig(**settings)
