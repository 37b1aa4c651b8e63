"""The lexicon reads what people would read, and nothing where words are torn."""

from __future__ import annotations

import pytest

from viewpoint_gen.verify.lexicon import (
    AXES,
    Claim,
    frame_problem,
    read_option,
    says_object_stood_still,
    says_only_camera_changed,
)

READ = [
    ("ego_translation_sideways", "To the right", Claim.PLUS),
    ("ego_translation_sideways", "It moved left.", Claim.MINUS),
    ("ego_translation_sideways", "leftwards", Claim.MINUS),
    ("ego_translation_sideways", "Neither left nor right", Claim.NONE),
    ("ego_translation_sideways", "It didn't move sideways", Claim.NONE),
    ("ego_translation_sideways", "It stayed where it was", Claim.NONE),
    ("ego_translation_sideways", "Cannot be determined", Claim.UNTOLD),
    ("ego_translation_sideways", "bright", None),
    ("ego_translation_sideways", "left or right", None),
    ("ego_translation_sideways", "not to the left", None),
    ("ego_translation_sideways", "not left but right", None),
    ("ego_translation_vertical", "The camera was raised", Claim.PLUS),
    ("ego_translation_vertical", "It sank", Claim.MINUS),
    ("ego_translation_vertical", "The same height", Claim.NONE),
    ("ego_translation_distance", "It came closer", Claim.MINUS),
    ("ego_translation_distance", "It moved away from the object", Claim.PLUS),
    ("ego_translation_distance", "Towards the object", Claim.MINUS),
    ("object_translation_around", "Counter-clockwise", Claim.PLUS),
    ("object_translation_around", "counterclockwise", Claim.PLUS),
    ("object_translation_around", "Anti-clockwise, seen from above", Claim.PLUS),
    ("object_translation_around", "Clockwise", Claim.MINUS),
    ("object_translation_around", "neither clockwise nor counter-clockwise", Claim.NONE),
    ("object_translation_left_right", "To its left", Claim.PLUS),
    ("object_translation_front_back", "Toward its front", Claim.PLUS),
    ("object_translation_front_back", "Behind it", Claim.MINUS),
    ("ego_rotation_yaw", "It turned left", Claim.PLUS),
    ("ego_rotation_pitch", "Downwards", Claim.MINUS),
    ("ego_rotation_pitch", "It tilted up", Claim.PLUS),
    ("ego_rotation_roll", "clockwise", Claim.PLUS),
    ("ego_rotation_roll", "anticlockwise", Claim.MINUS),
    ("ego_rotation_roll", "It stayed level", Claim.NONE),
]


@pytest.mark.parametrize(("family", "text", "claim"), READ)
def test_options_are_read_as_people_read_them(family: str, text: str, claim: Claim | None) -> None:
    assert read_option(family, text) is claim


@pytest.mark.parametrize("family", sorted(AXES))
def test_every_axis_names_its_senses_so_that_it_reads_them_itself(family: str) -> None:
    axis = AXES[family]
    for claim in (Claim.PLUS, Claim.MINUS, Claim.NONE):
        assert read_option(family, axis.name(claim)) is claim


@pytest.mark.parametrize(
    "text",
    [
        "The object did not move between the two images.",
        "The object itself stayed exactly where it was.",
        "Assume a static object: whatever differs is due to the camera.",
        "The object is stationary throughout.",
        "Between the shots the object was not touched.",
    ],
)
def test_a_still_object_is_read(text: str) -> None:
    assert says_object_stood_still(text)
    assert not says_object_stood_still("Which way did the camera go around the object?")


def test_only_the_camera_is_read() -> None:
    assert says_only_camera_changed("The object was not touched; only the camera changed.")
    assert not says_only_camera_changed("Only the camera's height matters.")


@pytest.mark.parametrize(
    ("family", "text", "problem"),
    [
        ("object_translation_around", "Seen from above, which way round?", None),
        ("object_translation_around", "Which way round?", "names no frame"),
        ("object_translation_around", "On a map seen from below?", "names the opposite frame"),
        ("ego_rotation_roll", "Which way did it roll, seen from behind?", None),
        ("ego_rotation_roll", "Which way did it roll?", "names no frame"),
        ("object_translation_left_right", "To its left or right?", "names no frame"),
        ("ego_rotation_yaw", "Which way, from image 2 to image 1?", "asks from image 2 to image 1"),
        ("ego_rotation_yaw", "Which way, from image 1 to image 2?", None),
    ],
)
def test_a_question_says_in_which_frame(family: str, text: str, problem: str | None) -> None:
    assert frame_problem(family, text) == problem
