"""The camera's own side and the object's at once, by hand, and questions that belong together."""

from __future__ import annotations

import pytest
from synthetic_pairs import HERE, Cameras, around, camera, one_pair
from test_qa_families import said

from viewpoint_gen.qa.families import FAMILIES

TOWARDS_HERE_DEG, AWAY_DEG = -90.0, 90.0
"""Fronts: facing the camera that stands at -Y, and turned away from it."""


def sides(two: Cameras, front_deg: float, one: Cameras = HERE, row: int = 0) -> str:
    """Before a ground, so that far sides may be asked about."""
    pair = one_pair(one, two, front_deg=front_deg, static_backdrop=True)
    return said("frames_left_right", pair, row)


RIGHT, LEFT = (camera(x, -3, 0, heading_deg=90) for x in (1, -1))


def test_before_the_front_a_step_to_ones_own_right_is_to_the_objects_left() -> None:
    assert sides(RIGHT, TOWARDS_HERE_DEG) == "right_left"
    assert sides(LEFT, TOWARDS_HERE_DEG) == "left_right"


def test_behind_it_both_go_the_same_way() -> None:
    assert sides(RIGHT, AWAY_DEG) == "right_right"
    assert sides(LEFT, AWAY_DEG) == "left_left"


def test_one_side_of_ones_own_leads_to_either_of_the_objects_by_how_far_one_goes() -> None:
    """From 40 degrees left of its front: on to 80 still to its left, to 170 far to its right."""
    before_its_left_deg = -90.0 - 40.0
    assert sides(around(40), before_its_left_deg) == "right_left"
    assert sides(around(130), before_its_left_deg) == "right_right"


def test_on_the_way_back_both_sides_turn_round() -> None:
    assert sides(RIGHT, TOWARDS_HERE_DEG, row=1) == "left_right"
    assert sides(RIGHT, AWAY_DEG, row=1) == "left_left"


@pytest.mark.parametrize(
    ("two", "front_deg", "code"),
    [
        (RIGHT, float("nan"), "no_front"),
        (RIGHT, 0.0, "not_sideways"),  # along its front: to neither of its sides
        (HERE, TOWARDS_HERE_DEG, "not_sideways"),
        (camera(0.3, -3, 0, heading_deg=90), AWAY_DEG, "tiny"),
        (around(170), AWAY_DEG, "boundary"),
    ],
)
def test_what_one_frame_refuses_is_not_asked_in_two(
    two: Cameras, front_deg: float, code: str
) -> None:
    assert sides(two, front_deg) == code


def test_its_four_answers_name_the_cameras_side_first() -> None:
    family = FAMILIES["frames_left_right"]
    assert family.options == ("left_left", "left_right", "right_left", "right_right")
