"""Reasons are held to the numbers of their question, to its answer, and to no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewpoint_gen.verify.figures import figures, strays
from viewpoint_gen.verify.reasons import problems

YAW, SIDE, FAR = "ego_rotation_yaw", "ego_translation_sideways", "ego_translation_distance"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("It is 34°.", [(34.0, "deg")]),
        ("close to 12 degrees", [(12.0, "deg")]),
        ("a ratio of 1.30 to 1", [(1.3, "times")]),
        ("a factor of 1.30", [(1.3, "times")]),
        ("1.30×", [(1.3, "times")]),
        ("it comes to 1.30 times", [(1.3, "times")]),
        ("0.21 of the first distance", [(0.21, "first")]),
        ("about 30 %, or 30 percent", [(30.0, "percent"), (30.0, "percent")]),
        ("from image 1 to image 2, camera 2 over camera 1", []),
        ("at least 1, so 1 or more", []),
        ("34, -12, 1.30, 0", [(34.0, ""), (-12.0, ""), (1.3, ""), (0.0, "")]),
    ],
)
def test_numbers_are_read_with_their_units(text: str, read: list[tuple[float, str]]) -> None:
    assert [(figure.value, figure.unit) for figure in figures(text)] == read


@given(st.floats(0.0, 179.0))
def test_a_rounded_angle_is_the_angle_and_the_next_one_is_not(angle: float) -> None:
    assert strays(f"It is {angle:.0f}°.", [("deg", angle)]) == []
    assert strays(f"It is {round(angle) + 1.6:.1f}°.", [("deg", angle)]) != []
    assert strays(f"It is {angle:.0f} times.", [("deg", angle)]) != []


@given(st.floats(1.15, 2.2))
def test_a_ratio_needs_two_decimals(ratio: float) -> None:
    assert strays(f"It is {ratio:.2f} times.", [("times", ratio)]) == []
    assert strays(f"It is {ratio + 0.0151:.2f} times.", [("times", ratio)]) != []


TRUE = [
    (YAW, "left", "left", "The heading swings 34° to the left. So it turned left."),
    (YAW, "left", "left", "It was not to the right. So it was to the left."),
    (YAW, "left", "left", "Minus is to the right. So it turned left."),
    (YAW, "left", "left", 'It turned 34° to the left. So "left" is right.'),
    (YAW, "left", "left", "What is left is a turn to the left. So it turned left, not right."),
    (YAW, "nothing", "no turn", "The heading is the same. So it turned neither left nor right."),
    (SIDE, "right", "right", "It keeps to right angles. So the camera went right."),
    (FAR, "farther", "farther", "So the camera is farther away."),
    ("object_translation_around", "clockwise", "x", "It went clockwise. So it went that way."),
]
FALSE = [
    (YAW, "left", "left", "The heading swings 34° to the right. So it turned left."),
    (YAW, "left", "left", "The heading swings 34° to the left. So it turned right."),
    (YAW, "left", "left", "The heading swings 35° to the left. So it turned left."),
    (YAW, "left", "left", "So it turned left. The heading swings 34°."),
    (YAW, "left", "left", "So it turned left or right."),
    (YAW, "left", "left", 'It turned 34° to the right. So "left" is right.'),
    (YAW, "nothing", "no turn", "The heading is the same. So it turned left."),
    (YAW, "left", "left", "So it did not turn."),
    (YAW, "left", "left", "So it turned not left."),
    (YAW, "left", "left", "It is {size}. So it turned left."),
    (YAW, "left", "left", " "),
    (FAR, "farther", "farther", "So the camera came closer."),
    ("object_translation_around", "clockwise", "x", "It went counter-clockwise. So that way."),
]


@pytest.mark.parametrize(("family", "key", "answer", "text"), TRUE)
def test_true_reasons_pass(family: str, key: str, answer: str, text: str) -> None:
    assert problems(family, [key], answer, text, [("deg", 34.2)]) == []


@pytest.mark.parametrize(("family", "key", "answer", "text"), FALSE)
def test_false_reasons_are_found(family: str, key: str, answer: str, text: str) -> None:
    assert problems(family, [key], answer, text, [("deg", 34.2)]) != []


@pytest.mark.parametrize(
    ("answer", "end", "fine"),
    [
        ("A, C", "So it is A, C.", True),
        ("A", "So it is A, C.", False),
        ("C", "So it is A, C.", False),
        ("A, C", "So it is A.", False),
        ("D", "So it is D.", True),
    ],
)
def test_all_letters_and_no_other_end_the_reasons(answer: str, end: str, fine: bool) -> None:
    assert (problems("all_that_apply", ["azimuth"], answer, end, []) == []) is fine
