"""The lexicon reads what people would read, and nothing where words are torn."""

from __future__ import annotations

from pathlib import Path

import pytest

import viewpoint_gen
from viewpoint_gen.verify.lexicon import AXES, Claim, read_option

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"

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
