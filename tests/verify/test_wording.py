"""Verification reads every text that the builder's wording files hold as its key says.

Only the data is shared: the meanings of the keys below are this test's own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import viewpoint_gen
from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.rule import Form
from viewpoint_gen.verify.figures import figures
from viewpoint_gen.verify.lexicon import AXES, frame_problem, says_object_stood_still
from viewpoint_gen.verify.reasons import problems
from viewpoint_gen.verify.senses import letter_of, read_sense

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"
PRESENT = sorted(path.stem for path in WORDING.glob("*.toml") if path.stem != "notes")
OFFERING = [name for name in PRESENT if RULES[name].form in (Form.NAMED, Form.SUBSET)]

KEYS = {
    **dict.fromkeys(("ego_translation_vertical", "ego_rotation_pitch"), ("up", "down", "nothing")),
    "ego_translation_sideways": ("right", "left", "nothing"),
    "ego_translation_distance": ("farther", "nearer", "nothing"),
    "object_translation_around": ("counterclockwise", "clockwise", "nothing"),
    "object_translation_left_right": ("left", "right", "nothing"),
    "object_translation_front_back": ("front", "back", "nothing"),
    "ego_rotation_yaw": ("left", "right", "nothing"),
    "ego_rotation_roll": ("clockwise", "counterclockwise", "nothing"),
    "dominant": ("azimuth", "elevation", "roll"),
    "all_that_apply": ("azimuth", "elevation", "distance", "roll"),
    "minimal_pan_truck": ("pan", "truck"),
    "minimal_tilt_pedestal": ("tilt", "pedestal"),
    "minimal_zoom_dolly": ("zoom", "dolly"),
    "minimal_orbit_spin": ("orbit", "spin"),
    "who_moved": ("camera", "object", "both", "light", "nothing"),
    "inverse": ("ccw_up", "ccw_down", "cw_up", "cw_down"),
    "compose": ("counterclockwise", "clockwise", "nothing"),
    "same_object": ("same", "another"),
    "overlap_share": ("20", "40", "60", "80"),
    "new_share": ("20", "40", "60", "80"),
}

SIZES = {
    "rad": (("deg", 34.2), "34°"),
    "deg": (("deg", 34.2), "34°"),
    "ratio": (("times", 1.302), "1.30 times"),
    "ln_ratio": (("times", 1.302), "1.30 times"),
    "distance_1": (("first", 0.213), "0.21 of the first distance"),
    "share": (("percent", 67.8), "68 %"),
    "width": (("percent", 67.8), "68 % of the width"),
    "parts": (("deg", 34.2), "34°"),
}
"""A size by the unit of its family: as a number, and in words."""

GATHERED_PARTS = {
    **dict.fromkeys(("first", "motion", "A", "C"), "34° clockwise"),
    **dict.fromkeys(("second", "B", "D"), "12° counter-clockwise"),
    "letter": "B",
}
MARKED = {
    "x1": (("percent", 12.3), "12 %"),
    "y1": (("percent", 45.6), "46 %"),
    "x2": (("percent", 78.9), "79 %"),
    "y2": (("percent", 23.4), "23 %"),
    "aside": (("percent", 66.6), "67 % to the right"),
    "down": (("percent", 22.2), "22 % upwards"),
    "around": (("deg", 34.2), "34° clockwise"),
    "rise": (("deg", 12.1), "12° upwards"),
}
WAYS = [("right", 66.6), ("down", -22.2), ("ccw", -34.2), ("up", 12.1)]
"""What reasons about marked points may name: as a number, and in words."""

PARTS = {"azimuth": "34", "elevation": "12", "distance": "1.30", "roll": "-4"}


def wording(family: str) -> dict[str, Any]:
    return tomllib.loads((WORDING / f"{family}.toml").read_text("utf-8"))


def test_no_file_is_of_an_unknown_family() -> None:
    assert set(AXES) <= set(PRESENT) <= set(RULES)


def test_every_note_is_read_as_a_still_object() -> None:
    files = [tomllib.loads(path.read_text("utf-8")) for path in WORDING.glob("*.toml")]
    notes = [note["text"] for file in files for note in file.get("note", ())]
    assert [note for note in notes if not says_object_stood_still(note)] == []


@pytest.mark.parametrize("family", PRESENT)
def test_no_question_says_by_itself_that_the_object_stood_still(family: str) -> None:
    texts = [question["text"] for question in wording(family)["wording"]]
    assert [text for text in texts if says_object_stood_still(text)] == []


@pytest.mark.parametrize("family", OFFERING)
def test_every_option_is_read_as_its_key_says(family: str) -> None:
    sets = wording(family)["options"]
    assert sets
    for options in sets:
        texts = {key: text for key, text in options.items() if key != "id"}
        assert {key: read_sense(family, text) for key, text in texts.items()} == {
            key: key for key in KEYS[family]
        }


@pytest.mark.parametrize("family", [f for f in PRESENT if RULES[f].form is Form.LADDER])
def test_every_rung_is_read_as_one_number_with_its_unit(family: str) -> None:
    number, unit = ("34", "deg") if RULES[family].unit == "deg" else ("1.30", "times")
    for options in wording(family)["options"]:
        read = figures(options["text"].format(value=number))
        assert [(figure.value, figure.unit) for figure in read] == [(float(number), unit)]


@pytest.mark.parametrize("family", PRESENT)
def test_every_question_names_its_frame(family: str) -> None:
    questions = wording(family)["wording"]
    assert len(questions) >= 20
    for question in questions:
        assert frame_problem(family, question["text"]) is None, question["text"]


def answers(family: str, key: str) -> list[str]:
    """The texts that a true answer may have."""
    form, sets = RULES[family].form, wording(family).get("options", [])
    number = "1.30" if RULES[family].unit == "ratio" else "34"
    if form is Form.NAMED:
        return [options[key] for options in sets]
    if form is Form.MARKED:
        return [options["cannot" if key == "cannot" else "B"] for options in sets]
    if form is Form.LADDER:
        return [options["text"].format(value=number) for options in sets]
    return {Form.SUBSET: ["A, C"], Form.POSE: ["34, 12, 1.30, -4"], Form.PICTURED: ["image B"]}.get(
        form, [number]
    )


def quantities(family: str, key: str) -> list[tuple[str, float]]:
    """What the reasons of such a question may name."""
    size, _ = SIZES[RULES[family].unit]
    parts = [("deg", 34.2), ("deg", 12.1), ("times", 1.302), ("deg", -4.3), ("deg", 4.3)]
    limits = [("deg", 1.0), ("times", 1.01)] if family == "all_that_apply" else []
    if RULES[family].form is Form.MARKED:
        return [size, *(number for number, _ in MARKED.values()), *WAYS]
    return [size, *parts, *limits, *([("percent", float(key))] if key.isdigit() else [])]


def reasons(family: str) -> list[tuple[str, str]]:
    """Key ("text" where there is one for all) and text of each."""
    sets = wording(family).get("because", [])
    return [(key, text) for texts in sets for key, text in texts.items() if key != "id"]


def filled(family: str, text: str, answer: str) -> str:
    _, size = SIZES[RULES[family].unit]
    units = {"azimuth": "°", "elevation": "°", "distance": " times", "roll": "°"}
    parts = PARTS
    if RULES[family].form is not Form.POSE:
        parts = {name: f"{value.lstrip('-')}{units[name]}" for name, value in PARTS.items()}
    marked = {name: told for name, (_, told) in MARKED.items()}
    return text.format(size=size, option=answer, **parts, **GATHERED_PARTS, **marked)


@pytest.mark.parametrize("family", [f for f in PRESENT if RULES[f].form is Form.MARKED])
def test_every_mark_is_read_by_its_letter(family: str) -> None:
    for options in wording(family)["options"]:
        read = {key: letter_of(text) for key, text in options.items() if key != "id"}
        assert read == {key: "" if key == "cannot" else key for key in read}


@pytest.mark.parametrize("slot", ["aside", "down", "around", "rise"])
def test_a_reason_that_goes_the_wrong_way_is_found(slot: str) -> None:
    (_, size), told = MARKED[slot]
    words = told.split(maxsplit=1 if "°" in told else 2)[-1]
    turned = {
        "to the right": "to the left",
        "upwards": "downwards",
        "clockwise": "counter-clockwise",
    }
    number = told.removesuffix(words)
    known = quantities("correspondence", "text")
    text = f"It goes {number}{{way}}. So it is point B."
    assert problems("correspondence", ["rank_1"], "point B", text.format(way=words), known) == []
    found = problems("correspondence", ["rank_1"], "point B", text.format(way=turned[words]), known)
    assert found == [f"{number}{turned[words]}, which is another way"]
    assert round(size) == int(number.rstrip(" %°"))


@pytest.mark.parametrize("family", PRESENT)
def test_every_reason_is_taken_as_one_for_its_own_answer(family: str) -> None:
    for key, text in reasons(family):
        for answer in answers(family, key):
            told = filled(family, text, answer)
            assert problems(family, [key], answer, told, quantities(family, key)) == [], told


@pytest.mark.parametrize("family", [f for f in PRESENT if RULES[f].form is Form.NAMED])
def test_no_reason_is_taken_as_one_for_another_answer(family: str) -> None:
    """But for those that only quote the option at their end: which, they leave open."""
    for key, text in reasons(family):
        if '"{option}"' in text or RULES[family].unit == "share":
            continue
        for other in KEYS[family]:
            if other == key:
                continue
            for answer in answers(family, other):
                told = filled(family, text, answer)
                assert problems(family, [other], answer, told, quantities(family, key)), told
