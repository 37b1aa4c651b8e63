"""The lexicon reads every option and question that the builder's wording files hold.

Only the data is shared: the meanings of the keys below are this test's own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import viewpoint_gen
from viewpoint_gen.verify.lexicon import (
    AXES,
    Claim,
    frame_problem,
    read_option,
    says_object_stood_still,
)

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"

KEYS = {
    "ego_translation_sideways": ("right", "left"),
    "ego_translation_vertical": ("up", "down"),
    "ego_translation_distance": ("farther", "nearer"),
    "object_translation_around": ("counterclockwise", "clockwise"),
    "object_translation_left_right": ("left", "right"),
    "object_translation_front_back": ("front", "back"),
    "ego_rotation_yaw": ("left", "right"),
    "ego_rotation_pitch": ("up", "down"),
    "ego_rotation_roll": ("clockwise", "counterclockwise"),
}


def wording(family: str) -> dict[str, Any]:
    return tomllib.loads((WORDING / f"{family}.toml").read_text("utf-8"))


def test_there_is_a_file_for_every_family() -> None:
    families = {path.stem for path in WORDING.glob("*.toml") if "_" in path.stem}
    assert families == set(KEYS) == set(AXES)


def test_every_note_is_read_as_a_still_object() -> None:
    files = [tomllib.loads(path.read_text("utf-8")) for path in WORDING.glob("*.toml")]
    notes = [note["text"] for file in files for note in file.get("note", ())]
    assert [note for note in notes if not says_object_stood_still(note)] == []


@pytest.mark.parametrize("family", sorted(KEYS))
def test_no_question_says_by_itself_that_the_object_stood_still(family: str) -> None:
    texts = [question["text"] for question in wording(family)["wording"]]
    assert [text for text in texts if says_object_stood_still(text)] == []


@pytest.mark.parametrize("family", sorted(KEYS))
def test_every_option_is_read_as_its_key_says(family: str) -> None:
    plus, minus = KEYS[family]
    wanted = {plus: Claim.PLUS, minus: Claim.MINUS, "nothing": Claim.NONE}
    sets = wording(family)["options"]
    assert sets
    for options in sets:
        texts = {key: text for key, text in options.items() if key != "id"}
        assert {key: read_option(family, text) for key, text in texts.items()} == wanted


@pytest.mark.parametrize("family", sorted(KEYS))
def test_every_question_names_its_frame(family: str) -> None:
    questions = wording(family)["wording"]
    assert len(questions) >= 20
    for question in questions:
        assert frame_problem(family, question["text"]) is None, question["text"]
